"""Before a text is copied: what should not be sent with it, each place mended or confirmed with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.report.privacy import PrivacyHit
from inspect_tui.report.settled import confirm
from inspect_tui.rules.reviewing import NoReason
from inspect_tui.tui import skin
from inspect_tui.tui.actions import NOTICE_PRIVACY, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.notice_desk import NoticeDesk
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.screens.notice_edit import edit_sentence
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.page import Line, wrapped
from inspect_tui.tui.widgets.prompt import ReasonPrompt

REASONS = ("已公开的工作电话", "不是个人信息，是工作需要", "已经有关领导同意")
"""Why something may be sent after all, for picking by digit."""


class NoticePrivacyScreen(LeadPage, inherit_bindings=False):
    """A row for everything found; its sentence below. Nothing is altered here without the user's word."""

    place = NOTICE_PRIVACY
    title_word = "发出前核对"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(NOTICE_PRIVACY)]

    def __init__(self, desk: Desk, book: NoticeDesk, then: Callable[[], object]) -> None:
        super().__init__(desk)
        self.book, self.then = book, then
        self._made = book.made
        self.hits: list[PrivacyHit] = []

    def page_more(self) -> str:
        left = sum(not hit.confirmed for hit in self.hits)
        return f"{left}处要核对" if left else "都核对过了，按 F6 复制"

    # ---------------------------------------------------------------- rows

    def reread(self) -> None:
        if self.book.stale:
            self.book.again()
        self.hits = list(self.book.notice.privacy) if self.book.notice is not None else []

    def count(self) -> int:
        return max(1, len(self.hits))

    def can_choose(self, index: int) -> bool:
        return bool(self.hits)

    def mark(self) -> object:
        hit = self.current
        return (hit.id, hit.part, hit.line, hit.column) if hit is not None else None

    def place_of(self, mark: object) -> int | None:
        places = [(h.id, h.part, h.line, h.column) for h in self.hits]
        if mark in places and not self.hits[places.index(mark)].confirmed:
            return places.index(mark)
        return next((n for n, h in enumerate(self.hits) if not h.confirmed), None)

    @property
    def current(self) -> PrivacyHit | None:
        """What the cursor stands on."""
        index = self.list.cursor
        return self.hits[index] if 0 <= index < len(self.hits) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        cursor: Part = (skin.current().glyphs.cursor if here else " ", "accent")
        if not self.hits:
            return [cursor, (" 没有要核对的，按 F6 复制。", "pass")]
        hit = self.hits[index]
        sign, word, ink = ("+", "可以发", "pass") if hit.confirmed else ("!", "要核对", "warn")
        place = f"第{hit.part}段第{hit.line}行第{hit.column}字"
        room = max(8, width - 46)
        return [
            cursor,
            (f"{sign} ", ink),
            (fit(word, 7), ink),
            (fit(hit.kind.label, 9), "text"),
            (fit(hit.text, room) + " ", "strong"),
            (fit(place, 25), "dim"),
        ]

    def about(self, width: int) -> list[Line]:
        hit = self.current
        if hit is None:
            return []
        lines: list[Line] = []
        for id_ in hit.sentences:
            if (sentence := self.book.sentence(id_)) is not None and hit.text in sentence.text:
                before, _, after = sentence.text.partition(hit.text)
                lines += wrapped(f"{before}【{hit.text}】{after}", width, "text")
        if not lines:
            lines += wrapped(f"在标题、小标题或几句话之间：{hit.text}", width, "text")
        if hit.confirmed:
            lines += wrapped(f"可以发出的理由：{hit.confirmed}", width, "pass")
        return lines

    # ---------------------------------------------------------------- doing

    def on_line_list_chosen(self, _: object) -> None:
        self.action_edit()

    def action_edit(self) -> None:
        """Other words for the sentence it stands in."""
        hit = self.current
        if hit is None:
            return
        held = [s for id_ in hit.sentences if (s := self.book.sentence(id_)) is not None]
        if self.book.notice is not None and not held:
            head = self.book.notice.document.head
            held = [head] if hit.text in head.text else []
        chosen = next((s for s in held if hit.text in s.text), held[0] if held else None)
        edit_sentence(self, self.book, chosen)

    def action_confirm(self) -> None:
        """This one may be sent, with a reason."""
        hit = self.current
        if hit is not None and not hit.confirmed:
            self._confirm([hit])

    def action_confirm_all(self) -> None:
        """All that are left may be sent, with one reason."""
        left = [hit for hit in self.hits if not hit.confirmed]
        if left:
            self._confirm(left)

    def _confirm(self, hits: list[PrivacyHit]) -> None:
        if self.desk.session.read_only:
            self.app.say(f"现在只能看，记不下理由：{self.desk.session.read_only}", "warning")
            return
        ids = list(dict.fromkeys(hit.id for hit in hits))

        def told(reason: str | None) -> None:
            if reason is None:
                return
            try:
                edits = confirm(self.desk.state, self.book.wanted.kind, self.book.scope, ids, reason)
            except NoReason as refused:
                self.app.say(str(refused), "warning")
                return
            self.settle({"": edits}, "确认可以发出")

        title = "为什么可以发出" if len(ids) == 1 else f"为什么这{len(ids)}处都可以发出"
        self.app.push_screen(ReasonPrompt(title, REASONS), told)

    def action_copy(self) -> None:
        """Go back and copy, once all is looked at."""
        left = sum(not hit.confirmed for hit in self.hits)
        if left:
            self.app.say(f"还有{left}处没有核对：按 1 改掉，或按 2 写明可以发出的理由。", "warning")
            return
        self.app.go_back()
        self.then()
