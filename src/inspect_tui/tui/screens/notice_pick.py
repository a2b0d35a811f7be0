"""曝光: which problems go on the list, one by one, and who approved it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import msgspec
from textual.binding import BindingType

from inspect_tui.model.roster import Unit
from inspect_tui.model.view import Finding
from inspect_tui.report.document import NoticeKind
from inspect_tui.report.telling import Wanted
from inspect_tui.tui import skin
from inspect_tui.tui.actions import NOTICE_PICK, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.ledger_rows import severity_ink
from inspect_tui.tui.notice_desk import NoticeDesk
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.page import Line, wrapped


class NoticePickScreen(LeadPage, inherit_bindings=False):
    """Every problem that may be told, marked or not; nothing is marked beforehand."""

    place = NOTICE_PICK
    title_word = "选曝光的问题"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(NOTICE_PICK)]

    def __init__(self, desk: Desk, book: NoticeDesk, then: Callable[[Wanted], object]) -> None:
        super().__init__(desk)
        self.book, self.then = book, then
        self.marked: set[str] = set(book.wanted.exposed)
        self.rows: list[tuple[Unit, Finding]] = []

    def page_more(self) -> str:
        return f"已选{len(self.marked)}条"

    def reread(self) -> None:
        self.rows = [(d.unit, f) for d in self.book.outline.visited for f in d.problems]
        self.marked &= {finding.key for _, finding in self.rows}

    def count(self) -> int:
        return max(1, len(self.rows))

    def can_choose(self, index: int) -> bool:
        return bool(self.rows)

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        cursor: Part = (skin.current().glyphs.cursor if here else " ", "accent")
        if not self.rows:
            return [cursor, (" 没有可以曝光的问题。", "dim")]
        unit, finding = self.rows[index]
        chosen = finding.key in self.marked
        return [
            cursor,
            (f"{skin.current().glyphs.mark if chosen else ' '} ", "accent"),
            (fit(unit.name, 16) + " ", "text"),
            (fit(finding.text, max(8, width - 26)), "strong" if chosen else "text"),
            (" " + fit(finding.severity.label, 4), severity_ink(finding.severity)),
        ]

    def about(self, width: int) -> list[Line]:
        index = self.list.cursor
        if not 0 <= index < len(self.rows):
            return []
        unit, finding = self.rows[index]
        lines = wrapped(f"{unit.name}  {finding.item}  {'、'.join(finding.by)}", width, "dim")
        return [*lines, *wrapped(finding.text, width, "text")]

    def on_line_list_chosen(self, _: object) -> None:
        self.action_mark()

    def action_mark(self) -> None:
        """Mark or unmark the problem under the cursor, and go on to the next."""
        index = self.list.cursor
        if 0 <= index < len(self.rows):
            self.marked ^= {self.rows[index][1].key}
            self.tell_head(about=self.page_about())
            self.list.refresh_row(index)
            self.list.move_to(min(index + 1, len(self.rows) - 1))

    def action_done(self) -> None:
        """Ask who approved it, then write."""
        if not self.marked:
            self.app.say("先用空格选上要曝光的问题。", "warning")
            return

        def told(name: str) -> None:
            picked = tuple(f.key for _, f in self.rows if f.key in self.marked)
            wanted = msgspec.structs.replace(
                self.book.wanted,
                kind=NoticeKind.EXPOSURE,
                exposed=picked,
                approved_by=name,
                name_units=None,
                issue=0,
            )
            self.app.go_back()
            self.then(wanted)

        self.ask_words(
            "由谁审定", "notice/approved", told, text=self.book.wanted.approved_by, hint="写姓名或会议名称。"
        )
