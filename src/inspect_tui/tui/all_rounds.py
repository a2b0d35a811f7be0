"""All rounds of the folder with everything in them, for the pages that look beyond the open round."""

from __future__ import annotations

import asyncio

from inspect_tui.exchange.earlier_round import earlier_scores
from inspect_tui.exchange.source import read_source
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.round import Round
from inspect_tui.rules.fold import State
from inspect_tui.rules.round_sets import ScoresBefore, round_before, scores_before
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
        self._before: ScoresBefore | None = None

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

    def before(self) -> ScoresBefore:
        """The scores of the round before the open one; read once, alone where the others are not read yet."""
        if self._before is None:
            if self.ready:
                self._before = scores_before(round_before(self._others, self.desk.round))
            else:
                self._before, said = earlier_scores(self.desk.session.space, self.desk.round)
                self.notes += said
        return self._before

    @property
    def rounds(self) -> list[tuple[Round, State]]:
        """The rounds that were read and the open one, which comes last."""
        return [*self._others, (self.desk.round, self.desk.state)]
