"""Trial: a session that holds its changes in memory and forgets them, for walking a checklist to try it.

Nothing is read of a round's folder and nothing is written anywhere: no file, no journal, no lock, no draft.
"""

from __future__ import annotations

from typing import Any

import msgspec

from inspect_tui.model.change import GENESIS, Body, Edit
from inspect_tui.model.person import Identity
from inspect_tui.model.round import Round
from inspect_tui.rules.canonical import make_change
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Clock, Workspace, new_writer_id


class TrialSession(Session):
    """A session without a file. What is done in it can be undone and scored like anything else."""

    trial = True

    def __init__(self, space: Workspace, round_: Round, identity: Identity, clock: Clock) -> None:
        raw: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(round_))
        super().__init__(space, round_, raw, identity, clock)
        self.writer = new_writer_id()
        self._head = GENESIS

    def _append(self, *, edits: tuple[Edit, ...] = (), retract: tuple[str, ...] = (), what: str) -> set[str]:
        body = Body(at=self._now(), by=self.identity.people, edits=edits, retract=retract, what=what)
        change = make_change(self._head, self.writer, body)
        touched = self.state.apply(change)
        self._head = change.id
        self._follow(change)
        return touched

    def reload(self) -> None:
        """There is nothing to read anew."""
