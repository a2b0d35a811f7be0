"""A filled-in ledger read back: what would be taken and what not, by cell, before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, NamedTuple

from textual.binding import BindingType

from inspect_tui.exchange.ledger_sheet import LedgerReading
from inspect_tui.exchange.ledger_taking import Taking, weigh
from inspect_tui.model.change import Edit
from inspect_tui.tui import skin
from inspect_tui.tui.actions import LEDGER_SHEET, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.ledger_page import LedgerPage
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.page import Line, wrapped


class Row(NamedTuple):
    """A line of the preview: what happens, to which problem and cell, in words."""

    mark: str
    ink: str
    number: str
    cell: str
    words: str
    full: str


class LedgerSheetScreen(LedgerPage, inherit_bindings=False):
    """What is taken first, then every cell that is not, with its reason; `1` takes what can be taken."""

    place = LEDGER_SHEET
    title_word = "读回台账"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(LEDGER_SHEET)]

    def __init__(self, desk: Desk, path: Path, reading: LedgerReading) -> None:
        super().__init__(desk)
        self.path, self.reading = path, reading
        self.takings: list[Taking] = []
        self.rows: list[Row] = []

    def page_about(self) -> str:
        return f"能收{len(self.ok)}个问题，{self._refused()}格不收  {self.path.name}"

    @property
    def ok(self) -> list[Taking]:
        """Problems of which something is taken."""
        return [taking for taking in self.takings if taking.edits]

    def _refused(self) -> int:
        return sum(len(t.refused) for t in self.takings) + len(self.reading.faults)

    def reread(self) -> None:
        self.book.read()
        rows = self.book.ledger.rows()
        self.takings = weigh(self.desk.state, rows, self.reading.changes, self.desk.session.today)
        self.rows = [
            Row("+ 收", "pass", t.row.short_number, "、".join(c.cell for c in t.taken), t.words, t.row.text)
            for t in self.ok
        ]
        self.rows += [
            Row("! 核对", "warn", t.row.short_number, "", w.text, t.row.text)
            for t in self.ok
            for w in t.warnings
        ]
        self.rows += [
            Row(
                "x 不收",
                "fail",
                t.row.short_number,
                r.change.cell,
                f"{r.change.heading}：{r.reason}",
                f"想改成“{r.change.new}”，现在是“{r.change.old}”。",
            )
            for t in self.takings
            for r in t.refused
        ]
        self.rows += [
            Row("x 不收", "fail", "", fault.path, fault.message, fault.remedy)
            for fault in self.reading.faults
        ]
        if self.reading.absent:
            said = f"台账里有{len(self.reading.absent)}个问题表里没有，不受影响"
            self.rows.append(Row("  提示", "dim", "", "", said, ""))
        if not self.rows:
            self.rows.append(Row("  提示", "dim", "", "", "表里没有改动，和台账一样。", ""))

    def count(self) -> int:
        return len(self.rows)

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        row = self.rows[index]
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (fit(row.mark, 7), row.ink),
            (fit(row.number, 7), "dim"),
            (fit(row.cell, 12) + " ", "dim"),
            (fit(row.words, max(8, width - 29)), "text" if row.ink != "fail" else "fail"),
        ]

    def about(self, width: int) -> list[Line]:
        index = self.list.cursor
        if not 0 <= index < len(self.rows):
            return []
        row = self.rows[index]
        where = "  ".join(part for part in (row.number, row.cell) if part)
        lines = wrapped(where, width, "dim") if where else []
        lines += wrapped(row.words, width, row.ink if row.ink != "pass" else "text")
        return [*lines, *(wrapped(row.full, width, "dim") if row.full else [])]

    def action_make(self) -> None:
        """Take what can be taken, one change per unit."""
        if not self.writable():
            return
        self.reread()
        edits: dict[str, list[Edit]] = {}
        for taking in self.ok:
            edits.setdefault(taking.row.unit, []).extend(taking.edits)
        count = len(self.ok)
        if not edits:
            self.app.say("没有能收的，什么也没有改动。", "warning")
        elif self.settle(edits, f"读回台账（{count}个问题）"):
            self.app.say(f"已收{count}个问题的改动。要撤销，回台账按 Ctrl+Z。")
            self.app.go_back()
