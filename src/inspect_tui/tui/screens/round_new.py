"""Round new: a plan put together line by line, looked over whole, and only then opened.

Every change is kept as a draft, so that Esc, or the end of the program, loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

import msgspec
from textual.binding import BindingType

from inspect_tui.model.checklist import Checklist
from inspect_tui.model.roster import Roster
from inspect_tui.model.terms import RoundKind, Secrecy, Term, UnitKind
from inspect_tui.store.drafts import Drafts
from inspect_tui.tui import carry_plan, round_plan
from inspect_tui.tui.actions import ROUND_NEW, bindings_for
from inspect_tui.tui.carry_plan import Look
from inspect_tui.tui.round_plan import RoundPlan, TeamPlan
from inspect_tui.tui.screens.page import Field, FormScreen, ask
from inspect_tui.tui.screens.round_carry import RoundCarryScreen
from inspect_tui.tui.screens.round_review import ReviewScreen
from inspect_tui.tui.screens.units import UnitsScreen
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.menu import ConfirmScreen, Entry, MenuScreen

_DRAFT = "plan"


class RoundNewScreen(FormScreen[None], inherit_bindings=False):
    """The lines of a plan; the last one shows it whole."""

    place = ROUND_NEW
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(ROUND_NEW)]

    def __init__(self, *, practice: bool = False) -> None:
        super().__init__()
        self._practice = practice
        self.drafts: Drafts | None = None
        self.checklists: list[Checklist] = []
        self.roster: Roster | None = None
        self.faulty = 0
        self.plan = RoundPlan()
        #: What the sources offer; None while they are being read.
        self.carry: Look | None = None
        self._carry_for: list[str] | None = None
        self._default_for: tuple[object, ...] = ()
        self._default: list[str] = []

    def on_mount(self) -> None:
        if self.drafts is not None and self.drafts.load().get(_DRAFT):
            self.app.say("上次没建完的轮次已放回，可以接着改。")
        super().on_mount()
        self._look_again()
        self.refill()

    def on_unmount(self) -> None:
        if self.drafts is not None:
            self.drafts.close()

    def _load(self) -> None:
        space = self.app.space
        self.checklists, faults = space.checklists()
        # 回头看 is made for 党小组 first of all; their checklist is offered before the others.
        self.checklists.sort(key=lambda c: UnitKind.PARTY_GROUP not in c.unit_kinds)
        self.roster, roster_faults = space.roster()
        self.faulty = sum(not f.warning for f in [*faults, *roster_faults])
        self.drafts = Drafts(space.root / ("practice-new.json" if self._practice else "round-new.json"))
        held = self.drafts.load().get(_DRAFT, "")
        try:
            self.plan = msgspec.json.decode(held, type=RoundPlan) if held else self._proposed()
        except (msgspec.DecodeError, ValueError, RecursionError):
            self.plan = self._proposed()

    def _proposed(self) -> RoundPlan:
        entries = self.app.space.rounds()
        return round_plan.propose(
            self.app.clock().date(),
            before=next((e.round for e in entries if e.round is not None and not e.round.practice), None),
            roster=self.roster,
            checklist_ids=[c.id for c in self.checklists],
            identity=self.app.identity,
            practice=self._practice,
        )

    def keep(self, at: str | None = None) -> None:
        """Keep the plan as a draft and show it as it now reads."""
        if self.drafts is not None:
            self.drafts.save(_DRAFT, msgspec.json.encode(self.plan).decode("utf-8"))
        self._look_again()
        self.refill(at)

    # ---------------------------------------------------------------- what earlier rounds leave

    @property
    def sources(self) -> list[str]:
        """Where problems come from: what the lead chose, else the earlier rounds of the kind."""
        plan = self.plan
        if plan.sources is not None:
            return plan.sources
        asked = (plan.kind, plan.start, plan.practice)
        if self._default_for != asked:
            today = self.app.clock().date().isoformat()
            self._default_for, self._default = asked, carry_plan.default_sources(self.app.space, plan, today)
        return self._default

    def _look_again(self) -> None:
        """Read the sources when they are others than those read before."""
        wanted = list(self.sources)
        if wanted != self._carry_for:
            self._carry_for, self.carry = wanted, None if wanted else Look()
            if wanted:
                self.run_worker(self._look(wanted), exclusive=True, group="carry")

    async def _look(self, wanted: list[str]) -> None:
        if self.app.desk is not None:
            # What was recorded a moment ago counts too.
            await asyncio.to_thread(self.app.desk.session.flush)
        today = self.app.clock().date().isoformat()
        found = await asyncio.to_thread(carry_plan.look, self.app.space, wanted, today)
        if wanted != self._carry_for or not self.is_mounted:
            return
        self.carry = found
        self.refill()
        front = self.app.screen
        if isinstance(front, RoundCarryScreen):
            front.refill()

    # ---------------------------------------------------------------- showing

    def page_title(self) -> str:
        return "新建演练轮" if self._practice else "新建检查轮次"

    def page_about(self) -> str:
        return "改好各行，最后一行看一遍再建立"

    def fields(self) -> Sequence[Field]:
        if self.drafts is None:
            self._load()
        plan = self.plan
        dates = f"{plan.start} 至 {plan.end}" if plan.start else ""
        chosen = [c.title for c in self.checklists if c.id in plan.checklists]
        return [
            Field("title", "标题", plan.full_title, "用在通报的题目和文件名里，40字以内。", missing=True),
            Field("kind", "类型", plan.kind.label, "回头看、专项检查、督查、考评等。"),
            Field("period", "期次", plan.label, "选了期次，标题和起止日期会跟着变。", missing=True),
            Field("dates", "起止日期", dates, "检查从哪天到哪天。"),
            Field(
                "checklists",
                "检查清单",
                "、".join(chosen),
                "建立时把清单原样冻结在本轮里，以后改清单不影响本轮。",
                missing=True,
            ),
            Field("teams", "检查组和单位", self._teams_text(), "分几个组，每组查哪些单位。", missing=True),
            Field(
                "carry",
                "上轮问题",
                carry_plan.words(self.carry, plan),
                "以前没有销号的问题，和上次销号、立行立改的，转入本轮先复查。按回车看逐条，选来源。",
            ),
            Field("issuer", "签发单位", plan.issuer, "通报的落款，如“区党总支”。"),
            Field("basis", "检查依据", plan.basis, "写进通报开头，如“2026年检查计划”。"),
            Field(
                "practice",
                "演练",
                "是，不计入正式结果" if plan.practice else "否",
                "演练轮可以随便练手，标题前有［演练］，不计入任何结果。",
            ),
            Field(
                "demands", "整改要求", "；".join(plan.demands), "写进通报的要求；空着就按问题程度自动写期限。"
            ),
            Field(
                "secrecy", "密级", plan.secrecy.label, "秘密及以上的轮次，本程序不发包、不交卷、不出文字。"
            ),
            Field("review", "看一遍，然后建立", done=True),
        ]

    def _teams_text(self) -> str:
        teams = self.plan.teams
        count = len(self.plan.unit_ids)
        if not count:
            return ""
        return f"{len(teams)}个组，{count}个单位：" + "，".join(f"{t.name}{len(t.units)}个" for t in teams)

    def note(self) -> list[Part]:
        if not self.faulty:
            return []
        return [(f" 清单或名册有{self.faulty}处问题，有问题的文件用不上；主页菜单第9项可以查看。", "warn")]

    # ---------------------------------------------------------------- changing

    def edit(self, field_id: str) -> None:
        plan = self.plan
        match field_id:
            case "title":
                ask(self, "标题", plan.full_title, self._titled, required=True)
            case "kind":
                self._pick("类型", RoundKind, plan.kind, "kind")
            case "secrecy":
                self._pick("密级", Secrecy, plan.secrecy, "secrecy")
            case "period":
                self._ask_period()
            case "dates":
                text = f"{plan.start} {plan.end}".strip()
                ask(
                    self,
                    "起止日期",
                    text,
                    self._dated,
                    hint="如：2026-10-01 2026-12-31",
                    check=lambda t: (
                        ""
                        if round_plan.read_dates(t) is not None
                        else "日期看不懂，请写成 2026-10-01 2026-12-31。"
                    ),
                )
            case "checklists":
                self._ask_checklists(0)
            case "teams":
                self.app.push_screen(TeamsScreen(self))
            case "carry":
                self.app.push_screen(RoundCarryScreen(self), lambda _: self.refill("issuer"))
            case "issuer" | "basis":
                name = "签发单位" if field_id == "issuer" else "检查依据"
                ask(self, name, getattr(plan, field_id), lambda text: self._worded(field_id, text))
            case "practice":
                plan.practice = not plan.practice
                self.keep("practice")
            case "demands":
                ask(self, "整改要求，一行一条", "\n".join(plan.demands), self._demanded, multiline=True)
            case "review":
                self._review()

    def _titled(self, text: str) -> None:
        made = f"{self.plan.label}{self.plan.kind.label}"
        self.plan.title = "" if text == made else text
        self.keep("kind")

    def _worded(self, name: str, text: str) -> None:
        setattr(self.plan, name, text)
        self.keep(name)

    def _demanded(self, text: str) -> None:
        self.plan.demands = [line.strip() for line in text.split("\n") if line.strip()]
        self.keep("demands")

    def _dated(self, text: str) -> None:
        dates = round_plan.read_dates(text)
        if dates is not None:
            self.plan.start, self.plan.end = dates
            self.keep("checklists")

    def _pick(self, title: str, kind: type[Term], now: Term, name: str) -> None:
        members = list(kind)
        entries = [Entry(str(m.value), m.label, "现在的" if m is now else "") for m in members]

        def picked(value: str | None) -> None:
            if value is not None:
                setattr(self.plan, name, kind(value))
                self.keep(name)

        self.app.push_screen(MenuScreen(title, entries, cursor=members.index(now)), picked)

    def _ask_period(self) -> None:
        today = self.app.clock().date()
        ready = [
            round_plan.quarter(today),
            round_plan.quarter(today, 1),
            round_plan.month(today),
            round_plan.month(today, 1),
            round_plan.half(today),
        ]
        entries = [Entry(str(i), label, f"{start} 至 {end}") for i, (label, start, end) in enumerate(ready)]
        entries.append(Entry("own", "自己填写", self.plan.label))

        def picked(where: str | None) -> None:
            if where == "own":
                ask(self, "期次名称", self.plan.label, lambda t: self._worded("label", t), required=True)
            elif where is not None:
                self.plan.label, self.plan.start, self.plan.end = ready[int(where)]
                self.keep("period")

        self.app.push_screen(MenuScreen("期次", entries), picked)

    def _ask_checklists(self, cursor: int) -> None:
        if not self.checklists:
            self.app.say("没有可用的检查清单。主页菜单第9项可以看清单有什么问题。", "warning")
            return
        chosen = self.plan.checklists
        entries = [
            Entry(
                c.id,
                f"{'[选]' if c.id in chosen else '[  ]'} {c.title}",
                "、".join(kind.label for kind in c.unit_kinds),
            )
            for c in self.checklists
        ]
        entries.append(Entry("", "选好了"))

        def picked(which: str | None) -> None:
            if not which:
                self.keep("teams")
                return
            now = set(chosen) ^ {which}
            self.plan.checklists = [c.id for c in self.checklists if c.id in now]
            self.keep("checklists")
            self._ask_checklists(next(i for i, e in enumerate(entries) if e.id == which))

        self.app.push_screen(MenuScreen("检查清单（按数字选上或去掉）", entries, cursor=cursor), picked)

    # ---------------------------------------------------------------- the end

    def _review(self) -> None:
        found = self.carry
        if found is None:
            self.app.say("正在读以前各轮的问题，请稍候再按。")
            return

        def opened(round_id: str | None) -> None:
            if round_id is None:
                return
            if self.drafts is not None:
                self.drafts.clear(_DRAFT)
                self.drafts.close()
                self.drafts = None
            self.app.say("已建立。发给各组：主页菜单第3项“发包”。")
            self.app.open_home(prefer=round_id)

        self.app.push_screen(ReviewScreen(self.plan, self.checklists, self.roster, found), opened)

    def action_back(self) -> None:
        """Leave; the plan stays as a draft."""
        if self.drafts is not None and self.drafts.load().get(_DRAFT):
            self.app.say("没建完的轮次已留作草稿。")
        self.app.go_back()


class TeamsScreen(FormScreen[None], inherit_bindings=False):
    """The teams of a plan."""

    place = ROUND_NEW
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(ROUND_NEW)]

    def __init__(self, owner: RoundNewScreen) -> None:
        super().__init__()
        self.owner = owner

    @property
    def plan(self) -> RoundPlan:
        return self.owner.plan

    def page_title(self) -> str:
        return "检查组和单位"

    def page_about(self) -> str:
        return self.plan.full_title

    def fields(self) -> Sequence[Field]:
        rows = [
            Field(
                team.id,
                team.name,
                f"组长{team.lead or '（未填）'}，组员{len(team.members)}人，{len(team.units)}个单位",
                "按回车改组名、组长、组员和单位。",
            )
            for team in self.plan.teams
        ]
        rows.append(Field("\0add", "增加一个组", done=True))
        rows.append(Field("\0done", "选好了，回到上一步", done=True))
        return rows

    def edit(self, field_id: str) -> None:
        if field_id == "\0done":
            self.action_back()
        elif field_id == "\0add":
            team = self.plan.add_team()
            self.owner.keep()
            self.refill(team.id)
            self._open(team)
        else:
            self._open(next(t for t in self.plan.teams if t.id == field_id))

    def _open(self, team: TeamPlan) -> None:
        self.app.push_screen(TeamScreen(self.owner, team), lambda _: self.refill(team.id))

    def action_back(self) -> None:
        """Back to the plan."""
        self.owner.keep("teams")
        self.dismiss(None)


class TeamScreen(FormScreen[None], inherit_bindings=False):
    """One team: its name, its people, its units."""

    place = ROUND_NEW
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(ROUND_NEW)]

    def __init__(self, owner: RoundNewScreen, team: TeamPlan) -> None:
        super().__init__()
        self.owner, self.team = owner, team

    def page_title(self) -> str:
        return self.team.name

    def page_about(self) -> str:
        return self.owner.plan.full_title

    def fields(self) -> Sequence[Field]:
        team = self.team
        names = {u.id: u.name for u in self.owner.roster.units} if self.owner.roster is not None else {}
        units = "、".join(names.get(u, u) for u in team.units)
        return [
            Field("name", "组名", team.name, missing=True),
            Field("lead", "组长", team.lead),
            Field("members", "组员", "、".join(team.members), "几个人用顿号或空格隔开。"),
            Field(
                "units", f"单位（{len(team.units)}个）", units, "按树选，整个支部可以一次选上。", missing=True
            ),
            Field("\0drop", "删除这个组", done=True),
            Field("\0done", "填好了，回到上一步", done=True),
        ]

    def edit(self, field_id: str) -> None:
        team = self.team
        match field_id:
            case "name" | "lead":
                title = "组名" if field_id == "name" else "组长姓名"
                ask(
                    self,
                    title,
                    getattr(team, field_id),
                    lambda text: self._set(field_id, text),
                    required=field_id == "name",
                )
            case "members":
                ask(
                    self,
                    "组员姓名",
                    "、".join(team.members),
                    lambda text: self._set("members", round_plan.read_names(text)),
                    hint="几个人用顿号或空格隔开。",
                )
            case "units":
                self._pick_units()
            case "\0drop":
                self.app.push_screen(ConfirmScreen(f"删除“{team.name}”？"), self._drop)
            case _:
                self.action_back()

    def _set(self, name: str, value: object) -> None:
        setattr(self.team, name, value)
        self.owner.keep()
        self.refill({"name": "lead", "lead": "members"}.get(name, "units"))

    def _pick_units(self) -> None:
        owner = self.owner
        if owner.roster is None:
            self.app.say("单位名册用不上。主页菜单第9项可以看名册有什么问题。", "warning")
            return
        kinds = {
            kind.value for c in owner.checklists if c.id in owner.plan.checklists for kind in c.unit_kinds
        }
        rows = round_plan.pick_rows(owner.roster, kinds)
        if not rows:
            self.app.say("先选检查清单：所选清单在名册里没有适用的单位。", "warning")
            return
        self.app.push_screen(UnitsScreen(owner.plan, self.team, rows), self._picked)

    def _picked(self, _: None) -> None:
        self.owner.keep()
        self.refill("\0done" if self.team.units else "units")

    def _drop(self, yes: bool | None) -> None:
        if yes:
            self.owner.plan.teams.remove(self.team)
            self.owner.keep()
            self.dismiss(None)

    def action_back(self) -> None:
        """Back to the teams."""
        self.dismiss(None)
