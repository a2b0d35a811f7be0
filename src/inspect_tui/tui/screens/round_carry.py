"""Round carry: which problems of earlier rounds come along into a new one, and which stay behind and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.tui import carry_plan, looking_back, skin
from inspect_tui.tui.actions import ROUND_CARRY, bindings_for
from inspect_tui.tui.carry_plan import CarryRow
from inspect_tui.tui.files_nearby import given_paths
from inspect_tui.tui.screens.page import PageScreen, ask
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, LinePane, wrapped
from inspect_tui.tui.widgets.prompt import ReasonPrompt

if TYPE_CHECKING:
    from inspect_tui.tui.screens.round_new import RoundNewScreen

_REASONS = ("已并入另一条问题", "单位职能已调整", "条件还不具备，下一轮再看", "由上级另行督办")
_TYPE, _DEFAULT, _DONE = "\0type", "\0default", "\0done"


class RoundCarryScreen(PageScreen[None], inherit_bindings=False):
    """Units as headings, their problems below; Space holds one out with a reason, or lets it come again."""

    place = ROUND_CARRY
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(ROUND_CARRY)]

    DEFAULT_CSS = """
    RoundCarryScreen #list { height: 1fr; }
    RoundCarryScreen #about { height: 9; }
    RoundCarryScreen.-short #about { height: 5; }
    RoundCarryScreen.-tall #about { height: 16; }
    """

    def __init__(self, owner: RoundNewScreen) -> None:
        super().__init__()
        self.owner = owner
        self._lines: list[CarryRow | str] = []
        self._column = 7

    # ---------------------------------------------------------------- showing

    def page_title(self) -> str:
        return "上轮问题"

    def page_about(self) -> str:
        return carry_plan.words(self.owner.carry, self.owner.plan)

    def body(self) -> Sequence[Widget]:
        self._reread()
        self.about_pane = LinePane(self._about, id="about")
        return [
            LineList(
                self._row,
                len(self._lines),
                selectable=lambda i: not isinstance(self._lines[i], str),
                id="list",
            ),
            self.about_pane,
        ]

    def ready(self) -> None:
        self.line_list.focus()
        self._follow()

    def _reread(self) -> None:
        found, plan = self.owner.carry, self.owner.plan
        self._lines = []
        if found is None:
            self._lines = ["正在读以前各轮，请稍候。"]
            return
        if found.faults or found.failed:
            self._lines = ["来源读不了，什么也没有转入；按 2 改来源："]
            self._lines += [fault.text() for fault in found.faults] or [found.failed]
            return
        names = found.gathered.names if found.gathered is not None else {}
        unit = ""
        listed = carry_plan.rows(found.offers, plan.unit_ids, plan.holds)
        self._column = max([7, *(cells(row.name) + 1 for row in listed)])
        for row in sorted(listed, key=lambda r: not r.free):
            problem = row.offer.problem
            if problem.unit != unit:
                unit = problem.unit
                outside = "" if row.free else "（不在本轮范围，留待以后）"
                self._lines.append(f"{names.get(unit, unit)}{outside}")
            self._lines.append(row)
        if not listed:
            self._lines = ["没有可以转入的问题。按 2 选从哪里转入。"]

    def refill(self) -> None:
        """Show everything as it now is."""
        held = self.row
        self._reread()
        place = next(
            (
                i
                for i, line in enumerate(self._lines)
                if isinstance(line, CarryRow) and held and line.offer.problem.id == held.offer.problem.id
            ),
            None,
        )
        self.line_list.set_rows(len(self._lines), place)
        self.tell_head(about=self.page_about())
        self._follow()

    @property
    def row(self) -> CarryRow | None:
        """The problem under the cursor."""
        index = self.line_list.cursor
        line = self._lines[index] if 0 <= index < len(self._lines) else None
        return line if isinstance(line, CarryRow) else None

    def _row(self, index: int, width: int, here: bool) -> list[Part]:
        line = self._lines[index]
        if isinstance(line, str):
            return [(fit(f" {line}", width), "head")]
        problem = line.offer.problem
        said = line.why_not or line.offer.why
        ink = "warn" if line.why_not or line.offer.contested else "dim"
        if line.offer.contested and not line.why_not:
            said = f"有两种意见：{said}"
        tail = min(cells(said), width // 3)
        room = width - 7 - self._column - tail - 2
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (" [*] " if line.comes else " [ ] ", "accent" if line.comes else "dim"),
            (fit(line.name, self._column - 1) + " ", "key"),
            (fit(problem.text, max(4, room)), "text" if line.comes else "dim"),
            ("  ", "text"),
            (fit(said, tail), ink),
        ]

    def _about(self, width: int) -> list[Line]:
        lines: list[Line] = [[(skin.current().glyphs.rule * width, "dim")]]
        row = self.row
        if row is None:
            if self.owner.carry is not None and self.owner.carry.gathered is not None:
                for message in self.owner.carry.gathered.messages:
                    lines += wrapped(message, width, "warn")
            return lines
        problem = row.offer.problem
        marks = (problem.number, problem.state.label, problem.severity.label, f"已有{problem.rounds}轮")
        lines.append([(fit(" " + "  ".join(marks), width), "accent")])
        lines += wrapped(problem.text, width, "strong")
        if row.why_not:
            lines += wrapped(f"不转入：{row.why_not}。留在原来的轮次，下次再问。", width, "warn")
        else:
            look = "要复查" if problem.verify else "不要求复查，备查"
            lines += wrapped(f"转入：{row.offer.why}；{look}。", width, "pass")
        if row.offer.contested:
            lines += wrapped("上轮有两种意见还没有裁定，最好先裁定再转入。", width, "warn")
        return [*lines, *looking_back.old_lines(problem, width)]

    def _follow(self) -> None:
        self.about_pane.show()

    def on_line_list_moved(self, _: LineList.Moved) -> None:
        self._follow()

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_mark()

    def action_next_pane(self) -> None:
        """To the record below, to scroll it, and back."""
        (self.about_pane if self.line_list.has_focus else self.line_list).focus()

    # ---------------------------------------------------------------- choosing

    def action_mark(self) -> None:
        """Hold the problem out with a reason, or let it come along again."""
        row = self.row
        if row is None:
            return
        problem, plan = row.offer.problem, self.owner.plan
        if not row.free:
            self.app.say("这个单位不在本轮范围；要转入，请先把它分给一个组。")
        elif row.comes:
            self._ask_reason(problem.id, row.name)
        else:
            del plan.holds[problem.id]
            self._kept()

    def _ask_reason(self, problem: str, short: str) -> None:
        def told(reason: str | None) -> None:
            if reason:
                self.owner.plan.holds[problem] = reason
                self._kept()
                self.line_list.move_to(self.line_list.cursor + 1)

        self.app.push_screen(ReasonPrompt(f"{short} 不转入的原因", _REASONS), told)

    def _kept(self) -> None:
        self.owner.keep("carry")
        self.refill()

    def action_mark_all(self) -> None:
        """Let everything come along."""
        self.owner.plan.holds.clear()
        self._kept()

    # ---------------------------------------------------------------- where from

    def action_sources(self) -> None:
        """Choose the rounds and files that problems are taken from."""
        self._pick_sources(0)

    def _pick_sources(self, cursor: int) -> None:
        owner = self.owner
        chosen = list(owner.sources)
        rounds = [e for e in self.app.space.rounds() if e.round is not None and not e.round.practice]
        known = {e.id for e in rounds}
        marks = {True: "[选]", False: "[  ]"}
        entries = [
            Entry(e.id, f"{marks[e.id in chosen]} {e.round.title}", e.round.period.label)
            for e in rounds
            if e.round is not None
        ]
        entries += [Entry(word, f"{marks[True]} {word}", "文件") for word in chosen if word not in known]
        entries.append(Entry(_TYPE, "加一个文件或文件夹", "也可把文件拖进窗口"))
        if owner.plan.sources is not None:
            entries.append(Entry(_DEFAULT, "恢复成更早的同类轮次"))
        entries.append(Entry(_DONE, "选好了"))

        def picked(which: str | None) -> None:
            if which is None or which == _DONE:
                return
            if which == _TYPE:
                self._type_source()
                return
            if which == _DEFAULT:
                owner.plan.sources = None
            elif which in chosen:
                owner.plan.sources = [word for word in chosen if word != which]
            else:
                owner.plan.sources = [*chosen, which]
            self._kept()
            self._pick_sources(next((i for i, e in enumerate(entries) if e.id == which), 0))

        self.app.push_screen(MenuScreen("从哪里转入（按数字选上或去掉）", entries, cursor=cursor), picked)

    def _type_source(self) -> None:
        ask(
            self,
            "文件或文件夹的位置",
            "",
            self._take_paths,
            hint="交卷文件、合并后的文件、检查记录，或上轮的文件夹；可以拖到窗口里。",
            required=True,
        )

    def on_paste(self, event: events.Paste) -> None:
        """A file dragged into the window arrives as a paste of its path."""
        event.stop()
        self._take_paths(event.text[:100_000])

    def _take_paths(self, text: str) -> None:
        paths = [str(path) for path in given_paths(text)]
        if paths:
            self.owner.plan.sources = list(dict.fromkeys([*self.owner.sources, *paths]))
            self._kept()

    # ---------------------------------------------------------------- leaving

    def action_done(self) -> None:
        """Back to the plan."""
        self.dismiss(None)

    def action_back(self) -> None:
        """Back to the plan; what was chosen stays."""
        self.dismiss(None)
