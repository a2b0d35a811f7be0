"""Where a unit's score comes from: every line of it, each opening the record it rests on."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual.binding import BindingType

from inspect_tui.model.round import Round
from inspect_tui.report.scores import derivation_lines
from inspect_tui.report.zh_numbers import raw_text
from inspect_tui.rules.applicability import checklists_for
from inspect_tui.rules.fold import State
from inspect_tui.rules.result import Result, unit_result
from inspect_tui.rules.scoring import ZERO
from inspect_tui.rules.sheet import UnitSheet
from inspect_tui.tui import skin
from inspect_tui.tui.actions import DERIVATION, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.visit_page import VisitPage
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line, wrapped


class Row(NamedTuple):
    """A line, with the item or the earlier problem it is about."""

    text: str
    ink: str = "text"
    item: tuple[str, str] | None = None
    problem: str = ""


class DerivationScreen(VisitPage, inherit_bindings=False):
    """The derivation as it is printed elsewhere, with a subtotal before each section."""

    place = DERIVATION
    title_word = "得分怎样得来"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(DERIVATION)]

    def __init__(
        self, desk: Desk, unit: str, of: tuple[Round, State] | None = None, checklist: str = ""
    ) -> None:
        super().__init__(desk, unit)
        here = desk.round
        self.round = of[0] if of is not None else here
        #: The state of another round; None for the open one, which is read as it now stands.
        self.other = of[1] if of and (of[0].id, of[0].origin) != (here.id, here.origin) else None
        self.checklist = checklist
        self.rows: list[Row] = []

    def page_about(self) -> str:
        unit = self.round.unit(self.unit)
        if self.other is None or unit is None:
            return super().page_about()
        return f"{unit.name}  {self.round.title}"

    def reread(self) -> None:
        unit = self.round.unit(self.unit)
        if unit is None:
            return
        if self.other is None and not self.checklist:
            sheet = self.desk.sheet(self.unit)
        else:
            held = [c for c in checklists_for(self.round, unit) if self.checklist in ("", c.id)]
            state = self.other if self.other is not None else self.desk.state
            sheet = UnitSheet(state, self.round, self.unit, held)
        result = unit_result(sheet)
        self.rows = rows_of(self.round, result, derivation_lines(self.round, result))

    def count(self) -> int:
        return len(self.rows)

    def mark(self) -> object:
        return self.rows[self.list.cursor] if 0 <= self.list.cursor < len(self.rows) else None

    def place_of(self, mark: object) -> int | None:
        if not isinstance(mark, Row):
            return None
        same = (n for n, row in enumerate(self.rows) if (row.item or row.problem or row.text) == (
            mark.item or mark.problem or mark.text
        ))  # fmt: skip
        return next(same, None)

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        row = self.rows[index]
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (fit(row.text, width - 2), row.ink),
        ]

    def about(self, width: int) -> list[Line]:
        row = self.mark()
        if not isinstance(row, Row):
            return []
        lines = wrapped(row.text, width, row.ink)
        if row.item is not None:
            item = self.round.item(*row.item)
            lines += wrapped(item.text, width, "dim") if item is not None else []
        return lines

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()

    def action_open(self) -> None:
        """The record a line rests on."""
        row = self.mark()
        if not isinstance(row, Row):
            return
        if self.other is not None and (row.item is not None or row.problem):
            self.app.say(f"这是“{self.round.title}”的记录；要打开它，先在主页打开那一轮。", timeout=10)
        elif row.item is not None:
            self.app.open_unit(self.unit, row.item)
        elif row.problem:
            self.app.open_ledger_row(self.unit, row.problem, [(self.unit, row.problem)])
        else:
            self.app.say("这一行没有单独的记录；请选一项检查内容或一个上轮问题。")


def rows_of(round_: Round, result: Result, texts: list[str]) -> list[Row]:
    """The printed derivation as rows that know what they rest on."""
    sections = {
        (checklist.id, item.id): (checklist.id, section.id, section.short_name or section.name)
        for checklist in round_.checklists
        for section in checklist.sections
        for item in section.items
    }
    items = texts.index("逐项：") + 1
    earlier = texts.index("上轮问题：", items + len(result.lines)) + 1 if result.carried else len(texts)
    rows: list[Row] = []
    section = None
    for number, text in enumerate(texts):
        if items <= number < items + len(result.lines):
            line = result.lines[number - items]
            here = sections.get((line.checklist, line.item))
            if here is not None and here != section:
                section = here
                own = [one for one in result.lines if sections.get((one.checklist, one.item)) == here]
                gained = sum((one.gained for one in own if one.counted), ZERO)
                full = sum((one.points for one in own if one.counted), ZERO)
                rows.append(Row(f"{here[2]}  {raw_text(gained, full)}", "head"))
            lost = line.counted and line.gained < line.points
            ink = "fail" if lost else "text" if line.counted else "dim"
            rows.append(Row(f"  {text}", ink, item=(line.checklist, line.item)))
        elif earlier <= number < earlier + len(result.carried):
            held = result.carried[number - earlier]
            rows.append(Row(f"  {text}", "fail" if held.points else "text", problem=held.problem))
        else:
            rows.append(Row(text, "text" if number else "strong"))
    return rows
