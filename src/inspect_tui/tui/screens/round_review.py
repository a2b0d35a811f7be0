"""Review: a plan shown whole before it is opened; everything wrong with it is told at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.model.checklist import Checklist
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.roster import Roster
from inspect_tui.model.round import Round
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.tui import carry_plan
from inspect_tui.tui.actions import REVIEW, bindings_for
from inspect_tui.tui.carry_plan import Look
from inspect_tui.tui.round_plan import RoundPlan
from inspect_tui.tui.screens.page import PageScreen
from inspect_tui.tui.widgets.page import Line, LinePane, pair, wrapped


class ReviewScreen(PageScreen[str], inherit_bindings=False):
    """Dismisses with the id of the opened round, or None when it was not opened."""

    place = REVIEW
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(REVIEW)]

    def __init__(
        self, plan: RoundPlan, checklists: list[Checklist], roster: Roster | None, carry: Look
    ) -> None:
        super().__init__()
        self.plan, self.checklists, self.roster, self.carry = plan, checklists, roster, carry
        self.faults: list[Fault] = list(carry.faults)
        self.failed = carry.failed

    def page_title(self) -> str:
        return "看一遍，然后建立"

    def page_about(self) -> str:
        return "按回车建立；在此之前什么也没有写入"

    def body(self) -> Sequence[Widget]:
        return [LinePane(self._lines, id="pane")]

    def ready(self) -> None:
        self.query_one("#pane", LinePane).focus()

    def _lines(self, width: int) -> list[Line]:
        plan = self.plan
        names = {u.id: u.name for u in self.roster.units} if self.roster is not None else {}
        titles = [c.title for c in self.checklists if c.id in plan.checklists]
        lines: list[Line] = []
        if self.failed:
            lines += [*wrapped(self.failed, width, "fail"), []]
        if self.faults:
            lines += wrapped(f"还不能建立，有{len(self.faults)}处要改（什么也没有写入）：", width, "fail")
            for number, fault in enumerate(self.faults, 1):
                lines += wrapped(fault.text(), width, "warn", indent=f" {number}. ", hang="    ")
            lines.append([])
        practice = "［演练］" if plan.practice else ""
        lines += pair("标题", practice + plan.full_title, width, ink="strong")
        lines += pair("类型", plan.kind.label, width)
        lines += pair("期次", plan.label, width)
        lines += pair("起止日期", f"{plan.start} 至 {plan.end}" if plan.start else "（未填）", width)
        lines += pair("检查清单", "\n".join(titles) or "（未选）", width)
        lines += pair("上轮问题", self._carry_text(), width)
        lines += pair("签发单位", plan.issuer or "（未填）", width)
        lines += pair("检查依据", plan.basis or "（未填）", width)
        lines += pair("整改要求", "\n".join(plan.demands) or "按问题程度自动写期限", width)
        lines += pair("密级", plan.secrecy.label, width)
        if plan.secrecy.refuses_export:
            lines += pair("", "秘密及以上：本程序不发包、不交卷、不出文字。", width, ink="warn")
        for team in plan.teams:
            lines.append([])
            lines += pair(team.name, f"组长：{team.lead or '（未填）'}", width, ink="strong")
            lines += pair("", f"组员：{'、'.join(team.members) or '（未填）'}", width)
            units = "、".join(names.get(u, u) for u in team.units)
            lines += pair("", f"单位{len(team.units)}个：{units}", width)
        return lines

    def _carry_text(self) -> str:
        """What comes along, and one by one what is left behind and why."""
        plan = self.plan
        listed = carry_plan.rows(self.carry.offers, plan.unit_ids, plan.holds)
        held = [
            f"不转入 {row.offer.problem.number}：{row.why_not}"
            for row in listed
            if row.free and not row.comes
        ]
        outside = sum(not row.free for row in listed)
        more = [f"另有{outside}条的单位不在本轮范围，留待以后"] if outside else []
        return "\n".join([carry_plan.words(self.carry, plan), *held, *more])

    def action_make(self) -> None:
        """Open the round."""
        from inspect_tui.exchange.planning import open_round

        plan = self.plan
        if self.carry.faults or self.carry.failed:
            # Opening without them would let old problems go by silence.
            self.app.say("上轮问题的来源读不了，请按 Esc 回去改来源，或去掉那个来源。", "warning")
            return
        identity = self.app.identity
        by = identity.name if identity is not None else ""
        try:
            opened = open_round(
                self.app.space,
                title=plan.full_title,
                kind=plan.kind,
                period=plan.period,
                teams=[team.team() for team in plan.teams],
                unit_ids=plan.unit_ids,
                checklist_ids=plan.checklists,
                now=self.app.clock(),
                practice=plan.practice,
                issuer=plan.issuer,
                basis=plan.basis,
                demands=plan.demands,
                secrecy=plan.secrecy,
                cargo=carry_plan.cargo_of(
                    self.carry, plan, by, self.app.clock().isoformat(timespec="seconds")
                ),
            )
        except InputFaults as error:
            self.faults, self.failed = error.faults, ""
        except StoreError as error:
            self.faults, self.failed = [], f"没有建成：{error}"
        except OSError as error:
            self.faults, self.failed = [], f"没有建成：{reason(error)}。"
        else:
            self._hand_over(opened)
            self.dismiss(opened.id)
            return
        self.query_one("#pane", LinePane).show()

    def _hand_over(self, opened: Round) -> None:
        """Note in the old rounds what lives in the new one now; where that fails, the new one stands."""
        if not opened.carried or opened.practice:
            return
        from inspect_tui.exchange.carrying import hand_over

        # The round that is open here may be one of them; the new one is opened next anyway.
        self.app.close_round()
        done = hand_over(self.app.space, opened, self.app.identity, self.app.clock)
        for message in done.messages:
            self.app.say(message, "warning", timeout=12)

    def action_back(self) -> None:
        """Back to the plan; nothing was written."""
        self.dismiss(None)
