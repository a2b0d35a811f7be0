"""Usual words: wordings learned from what is written here, offered again, saved when there is time.

Only what this inspector writes on this machine is learned, never what others' files bring; nothing with a
person's name, a number or a sum in it, nothing of a practice round or a trial.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from inspect_tui.model.phrase import PhraseKind
from inspect_tui.report.names import names_in, people_of
from inspect_tui.report.privacy import kinds_in
from inspect_tui.rules.fold import State
from inspect_tui.store.phrases import Phrases
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.desk import Desk

if TYPE_CHECKING:
    from inspect_tui.tui.app import InspectApp

#: Seconds of quiet before learned phrases are written.
_REST = 2.0


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


class OfferedWords(UsualWords):
    """The usual words of the folder the app works in: offered, counted, and written beside the screens."""

    def __init__(self, app: InspectApp) -> None:
        super().__init__(app.space)
        self._app = app
        self._waits = False
        self._failed = ""
        said = self.book.take_message()
        if said:
            app.say(said, "warning", timeout=12)

    def offered(self, draft: str, checklist: str, item: str, kind: PhraseKind) -> list[str]:
        """What to offer before words are asked for; nothing while unfinished ones wait under that draft."""
        return [] if self._app.recall(f"text/{draft}") else self.book.offered(checklist, item, kind)

    def count(
        self, unit: str, checklist: str, item: str, kind: PhraseKind, text: str, instead: str = ""
    ) -> None:
        """Count what was just written for an item; `instead` is what stood in the same record before."""
        if self._app.desk is not None:
            self.learn(self._app.desk, unit, checklist, item, kind, text, instead)
            self.write_soon()

    def write_soon(self) -> None:
        """Write what changed when the keys have rested."""
        if not self._waits and self.book.dirty:
            self._waits = True
            self._app.set_timer(_REST, self.write)

    def write(self) -> None:
        """Write what changed, on a thread of its own."""
        self._waits = False
        self._app.run_worker(self._written(), group="phrases")

    async def _written(self) -> None:
        said = await asyncio.to_thread(self.book.save)
        # Said once: in a folder that cannot be written it would come back with every problem written down.
        if said and said != self._failed:
            self._app.say(said, "warning")
        self._failed = said
