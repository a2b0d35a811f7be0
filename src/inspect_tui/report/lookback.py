"""Lookback: what became of earlier problems, as a text tells it (上轮问题复查)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from inspect_tui.model.change import rect_key
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Outcome, Severity
from inspect_tui.rules.fold import State
from inspect_tui.rules.problems import owes_verification, standing, to_verify


class LookbackLine(msgspec.Struct, frozen=True, kw_only=True):
    """One earlier problem and what was found of it; `rounds` says how long it has been on the list."""

    unit: Unit
    text: str
    outcome: Outcome
    records: tuple[str, ...]
    remains: str = ""
    rounds: int = 1


class Lookback(msgspec.Struct, frozen=True, kw_only=True):
    """The earlier problems that were to be looked at again, with what was found.

    `due` counts all that had to be looked at, so that what nobody looked at shows. `lines` are what is told
    one by one: by rule of the field what is not yet put right. `records` stand behind the counts.
    """

    due: int
    counts: dict[Outcome, int] = {}
    lines: tuple[LookbackLine, ...] = ()
    records: tuple[str, ...] = ()

    @property
    def unchecked(self) -> int:
        """How many nobody has looked at."""
        return max(self.due - sum(self.counts.values()), 0)


def lookback_of(state: State, round_: Round, units: Iterable[str], *, every: bool = False) -> Lookback | None:
    """What a round found of the problems carried into it, at these units; None when none were carried.

    A quarrel counts as not looked at until the lead decides. Lines are of what is not put right, or of
    `every` problem; a red line is counted but never told.
    """
    due = 0
    counts: dict[Outcome, int] = {}
    lines: list[LookbackLine] = []
    records: list[str] = []
    for unit_id in units:
        unit = round_.unit(unit_id)
        for carried in to_verify(round_, unit_id) if unit is not None else ():
            assert unit is not None
            record = rect_key(unit_id, carried.id)
            stands = standing(state, unit_id, carried.id, carried.state)
            outcome = stands.verified[0].step.outcome if len(stands.verified) == 1 else None
            if outcome is None and not owes_verification(carried, stands) and not stands.verified:
                continue
            due += 1
            records.append(record)
            if outcome is None:
                continue
            counts[outcome] = counts.get(outcome, 0) + 1
            if carried.severity is not Severity.VETO and (every or outcome is not Outcome.FIXED):
                lines.append(
                    LookbackLine(
                        unit=unit,
                        text=carried.text,
                        outcome=outcome,
                        records=(record,),
                        remains=stands.verified[0].step.remains,
                        rounds=carried.rounds,
                    )
                )
    if not due:
        return None
    return Lookback(due=due, counts=counts, lines=tuple(lines), records=tuple(records))
