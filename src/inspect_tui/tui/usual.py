"""Usual words: wordings learned from what is written here, offered again, saved when there is time.

Only what this inspector writes on this machine is learned, never what others' files bring; nothing with a
person's name, a number or a sum in it, nothing of a practice round or a trial.
"""

from __future__ import annotations

from inspect_tui.model.phrase import PhraseKind
from inspect_tui.report.names import names_in, people_of
from inspect_tui.report.privacy import kinds_in
from inspect_tui.rules.fold import State
from inspect_tui.store.phrases import Phrases
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.desk import Desk


class UsualWords:
    """The phrases of a workspace as the screens use them."""

    def __init__(self, space: Workspace) -> None:
        self.book = Phrases.of(space)
        self._known: tuple[str, set[str]] = ("", set())

    def learn(
        self, desk: Desk, unit: str, checklist: str, item: str, kind: PhraseKind, text: str, instead: str
    ) -> bool:
        """Count what was written for an item of a unit; False when it is not to be kept."""
        session = desk.session
        if desk.round.practice or session.trial or session.read_only or not item:
            return False
        fit = not kinds_in(text, self._people(desk, unit))
        self.book.learn(checklist, item, kind, text if fit else "", instead=instead, day=session.today)
        return fit

    def _people(self, desk: Desk, unit: str) -> set[str]:
        """Names the round knows, and those of the visit at hand; reading every visit would cost too much."""
        if self._known[0] != desk.round.id:
            self._known = desk.round.id, people_of(desk.round, State())
        visit = desk.visit(unit)
        told = (visit.counterpart, visit.confirmed_by, *visit.inspectors, *visit.present)
        own = {name for text in (*told, *desk.session.identity.people) for name in names_in(text)}
        return self._known[1] | own
