"""Ledger page: what the pages of the ledger share — the book, writing through it, asking for a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from inspect_tui.model.change import Edit
from inspect_tui.store.session import ReadOnlySession
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.ledger_book import LedgerBook
from inspect_tui.tui.screens.visit_page import VisitPage
from inspect_tui.tui.widgets.prompt import Check, TextPrompt

if TYPE_CHECKING:
    from inspect_tui.tui.app import InspectApp


def settle_and_say(app: InspectApp, book: LedgerBook, edits: Mapping[str, list[Edit]], what: str) -> bool:
    """Make one change per unit, undone together; tells the user when it cannot be made."""
    try:
        return bool(book.settle(edits, what))
    except ReadOnlySession as held:
        app.say(f"现在只能看：{held}", "warning")
        return False


def undo_and_say(app: InspectApp, book: LedgerBook) -> None:
    """Take back the last step made from the ledger, and say so."""
    try:
        done, said = book.undo()
    except ReadOnlySession as held:
        app.say(f"现在只能看：{held}", "warning")
    else:
        app.say(said, "information" if done else "warning")


class LedgerPage(VisitPage, inherit_bindings=False):
    """A page on the ledger of the round, or of one unit.

    Whoever works here keeps it, under their name: the ledger goes on after visits were submitted, accepted
    and frozen, and no visit is started by it.
    """

    def __init__(self, desk: Desk, unit: str = "") -> None:
        super().__init__(desk, unit)
        self.book = desk.kept(LedgerBook)

    def writable(self) -> bool:
        """Whether anything can be written now; tells the user when not, before they type."""
        if self.desk.session.read_only:
            self.app.say(f"现在只能看：{self.desk.session.read_only}", "warning")
            return False
        return True

    def refill(self) -> None:
        if not self.book.settling:
            self.show_anew()

    def show_anew(self) -> None:
        """Read and show everything anew, once a step is made whole."""
        super().refill()

    def settle(self, edits: dict[str, list[Edit]], what: str) -> bool:
        """Make one change per unit, undone together; tells the user when it cannot be made."""
        done = settle_and_say(self.app, self.book, edits, what)
        self.refill()
        return done

    def ask_line(
        self,
        title: str,
        text: str,
        then: Callable[[str], object],
        *,
        hint: str = "",
        required: bool = True,
        check: Check | None = None,
    ) -> None:
        """Ask for words that need no draft: they are short, or the form holds them already."""

        def told(words: str | None) -> None:
            if words is not None:
                then(words)

        self.app.push_screen(TextPrompt(title, text=text, hint=hint, required=required, check=check), told)

    def action_undo(self) -> None:
        """Take back the last step made from the ledger."""
        undo_and_say(self.app, self.book)
        self.refill()
