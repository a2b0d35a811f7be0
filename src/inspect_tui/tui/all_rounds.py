"""All rounds of the folder with everything in them, for the pages that look beyond the open round."""

from __future__ import annotations

import asyncio

from inspect_tui.exchange.source import read_source
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.round import Round
from inspect_tui.rules.fold import State
from inspect_tui.store.errors import StoreError
from inspect_tui.tui.desk import Desk


class AllRounds:
    """Other rounds are read once, on a thread, and kept; the open one is always as it now stands.

    `notes` says which could not be read and which must not be told of.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.notes: list[str] = []
        self.ready = False
        self._others: list[tuple[Round, State]] = []

    async def read(self) -> None:
        """Read the others, unless that is done."""
        if not self.ready:
            self._others, self.notes = await asyncio.to_thread(self._read)
            self.ready = True

    def _read(self) -> tuple[list[tuple[Round, State]], list[str]]:
        found: list[tuple[Round, State]] = []
        notes: list[str] = []
        space = self.desk.session.space
        for entry in reversed(space.rounds()):
            if entry.round is None or entry.id == self.desk.round.id or entry.round.practice:
                continue
            if entry.round.secrecy.refuses_export:
                notes.append(f"“{entry.round.title}”标有密级，没有计入。")
                continue
            try:
                source = read_source(space.round_dir(entry.id))
            except (InputFaults, StoreError, OSError) as error:
                notes.append(f"“{entry.round.title}”读不出来，没有计入：{error}")
                continue
            found.append((source.round, source.state))
        return found, notes

    @property
    def rounds(self) -> list[tuple[Round, State]]:
        """The rounds that were read and the open one, which comes last."""
        return [*self._others, (self.desk.round, self.desk.state)]
