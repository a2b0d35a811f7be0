"""Returned: what the lead wants looked at again, walking straight to each item; below, what else was said."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual.binding import BindingType

from inspect_tui.exchange.receipt import read_receipt, told_lines
from inspect_tui.model.fault import InputFaults
from inspect_tui.rules.matter import judgement_words
from inspect_tui.rules.reading import read_answer
from inspect_tui.rules.reviewing import Returned, returned_items
from inspect_tui.store.errors import StoreError
from inspect_tui.store.received import active_files
from inspect_tui.tui import skin
from inspect_tui.tui.actions import RETURNED, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.screens.visit_page import when
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line, wrapped


class _Row(NamedTuple):
    """A heading, a unit that went back, an item to look at again, or a line of what the lead said."""

    text: str
    ink: str = "text"
    unit: str = ""
    item: Returned | None = None


class ReturnedScreen(LeadPage, inherit_bindings=False):
    """Items returned to this team, unit by unit; what was judged anew leaves the list."""

    place = RETURNED
    title_word = "退回清单"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(RETURNED)]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.rows: list[_Row] = []
        self.left = 0
        self._told: list[tuple[str, list[str]]] | None = None

    # ---------------------------------------------------------------- showing

    def page_more(self) -> str:
        return f"还有 {self.left} 项" if self.left else ""

    def reread(self) -> None:
        self.rows, self.left = [], 0
        open_units = 0
        mine = self.desk.units(mine=True)
        ids = {unit.id for unit in mine}
        for unit in [*mine, *(u for u in self.desk.units() if u.id not in ids)]:
            items = returned_items(self.desk.state, unit.id)
            visit = self.desk.visit(unit.id)
            if not items and not visit.returned:
                continue
            open_units += visit.returned
            reason = f"：{visit.review.reason}" if visit.returned and visit.review.reason else ""
            self.rows.append(_Row(f"{unit.name}  退回{reason}", "warn", unit.id))
            self.rows += [_Row(item.reason, "text", unit.id, item) for item in items]
            self.left += len(items)
            if visit.returned and not items:
                self.rows.append(_Row("   退回的检查项都已重查，请到提交页再提交一次，然后交卷。", "dim"))
        if not self.rows:
            self.rows.append(_Row("没有退回的检查项。", "pass"))
        for name, lines in self._receipts():
            self.rows += [_Row(""), _Row(f"{name}：", "head"), *(_Row(f"   {line}", "dim") for line in lines)]

    def _receipts(self) -> list[tuple[str, list[str]]]:
        """What the receipts taken in say, the newest first. Read once: receipts do not change."""
        if self._told is None:
            self._told = []
            session = self.desk.session
            try:
                taken = active_files(session.space.round_dir(self.desk.round.id))
            except StoreError:
                taken = []
            for path, entry in reversed(taken):
                try:
                    receipt = read_receipt(path)
                except (InputFaults, StoreError, OSError):
                    continue
                self._told.append((entry.name, told_lines(self.desk.round, receipt.told)))
        return self._told

    def count(self) -> int:
        return len(self.rows)

    def can_choose(self, index: int) -> bool:
        return bool(self.rows[index].text)

    def first(self) -> int:
        return next((i for i, row in enumerate(self.rows) if row.item is not None), 0)

    def mark(self) -> object:
        row = self.current
        return (row.item.unit, row.item.checklist, row.item.item) if row and row.item else self.list.cursor

    def place_of(self, mark: object) -> int | None:
        if isinstance(mark, int):
            return mark
        return next(
            (
                i
                for i, r in enumerate(self.rows)
                if r.item and (r.item.unit, r.item.checklist, r.item.item) == mark
            ),
            self.first(),
        )

    @property
    def current(self) -> _Row | None:
        """The row under the cursor."""
        index = self.list.cursor
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        row = self.rows[index]
        cursor: Part = (skin.current().glyphs.cursor if here else " ", "accent")
        if row.item is None:
            return [cursor, (fit(row.text, width - 1), row.ink)]
        id_ = f"   {row.item.item}  "
        return [cursor, (id_, "dim"), (fit(row.text, width - 1 - cells(id_)), "text")]

    def about(self, width: int) -> list[Line]:
        row = self.current
        if row is None or row.item is None:
            return wrapped(row.text.strip() if row else "", width, row.ink if row else "dim")
        returned = row.item
        item = self.desk.round.item(returned.checklist, returned.item)
        lines = wrapped(f"退回原因：{returned.reason}", width, "warn")
        lines += wrapped(f"{'、'.join(returned.by)}  {when(returned.at)}", width, "dim")
        if item is None:
            return [*lines, *wrapped(f"清单里没有{returned.item}这一条。", width, "fail")]
        lines += wrapped(f"{item.id} {item.text}", width, "strong")
        answer = read_answer(self.desk.state, returned.unit, returned.checklist, item)
        said = "有两种意见" if answer.disputed else judgement_words(answer.judgement)
        return [
            *lines,
            *wrapped(f"现在的结论：{said}", width),
            *wrapped("按回车去重查；重新记了结论就算办了。", width, "dim"),
        ]

    # ---------------------------------------------------------------- doing

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_go()

    def action_go(self) -> None:
        """The walk over the unit, at the very item."""
        row = self.current
        if row is None or not row.unit:
            return
        at = (row.item.checklist, row.item.item) if row.item is not None else None
        self.app.open_unit(row.unit, at=at)
