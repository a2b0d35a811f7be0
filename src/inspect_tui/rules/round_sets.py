"""Which rounds belong together: those of a period, those of the year before, the one right before.

Screens and commands both ask here. Each round comes with whatever the caller holds beside it, its state or
only its id, so that a command may choose first and read what it chose afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypeVar

import msgspec

from inspect_tui.model.round import Round
from inspect_tui.model.scheme import Contest, Scheme
from inspect_tui.model.terms import Stage
from inspect_tui.rules.contest_entries import fits
from inspect_tui.rules.fold import State
from inspect_tui.rules.periods import Period, period_of
from inspect_tui.rules.stages import held_levels
from inspect_tui.rules.unit_totals import round_day, unit_total, units_of

T = TypeVar("T")


def within(rounds: Iterable[tuple[Round, T]], period: Period) -> list[tuple[Round, T]]:
    """The rounds whose day lies in a period, in the order given."""
    return [pair for pair in rounds if (day := round_day(pair[0])) and period.start <= day <= period.end]


def contest_periods(
    contest: Contest, rounds: Iterable[tuple[Round, T]]
) -> dict[Period, list[tuple[Round, T]]]:
    """The rounds a contest can go by, under the period each lies in."""
    found: dict[Period, list[tuple[Round, T]]] = {}
    for pair in rounds:
        day = round_day(pair[0])
        if day is not None and fits(contest, pair[0]):
            found.setdefault(period_of(day, contest.span), []).append(pair)
    return found


def award_home(rounds: Iterable[tuple[Round, State]], key: str) -> Round:
    """The round that keeps an award: where it stands already, else the newest. Raises ValueError for none."""
    held = list(rounds)
    kept = [round_ for round_, state in held if state.has(key)]
    return kept[0] if kept else max((round_ for round_, _ in held), key=age)


def series_before(rounds: Iterable[tuple[Round, T]], stages: Sequence[Round]) -> list[tuple[Round, T]]:
    """The rounds of the last grading series over the same checklists that began before these stages."""
    first = min((day_text(stage) for stage in stages), default="")
    series = {stage.series for stage in stages}
    checklists = {checklist.id for stage in stages for checklist in stage.checklists}
    found: dict[str, list[tuple[Round, T]]] = {}
    for pair in rounds:
        held = pair[0]
        if held.stage is None or held.practice or held.series in series:
            continue
        if day_text(held) < first and checklists & {c.id for c in held.checklists}:
            found.setdefault(held.series, []).append(pair)
    if not found:
        return []
    return max(found.items(), key=lambda item: (max(day_text(r) for r, _ in item[1]), item[0]))[1]


def same_series(rounds: Iterable[tuple[Round, T]], series: str) -> list[tuple[Round, T]]:
    """The stages of one grading series, in the order given."""
    return [pair for pair in rounds if pair[0].stage is not None and pair[0].series == series]


def self_assessed(rounds: Iterable[tuple[Round, State]], here: Round) -> dict[str, Decimal | None]:
    """What the units of a series gave themselves, to stand beside a later stage; empty for other rounds."""
    found: dict[str, Decimal | None] = {}
    if here.stage in (None, Stage.SELF):
        return found
    for round_, state in same_series(rounds, here.series):
        if round_.stage is Stage.SELF:
            found = {unit: unit_total(state, round_, unit).score for unit in units_of(round_)}
    return found


def levels_left(rounds: Sequence[tuple[Round, State]], scheme: Scheme) -> dict[str, str]:
    """The levels that an earlier series left to its units, as far as a scheme knows them."""
    if not rounds:
        return {}
    return {unit: level for unit, level in held_levels(rounds).items() if scheme.level(level) is not None}


def round_before(rounds: Iterable[tuple[Round, T]], here: Round) -> tuple[Round, T] | None:
    """The round a score is compared with (上期): the newest earlier one of the same kind and checklists.

    A stage of a grading is compared with the same stage of an earlier series, never with another stage.
    """
    mine = {checklist.id for checklist in here.checklists}
    earlier = [
        pair
        for pair in rounds
        if not pair[0].practice
        and pair[0].id != here.id
        and (pair[0].kind, pair[0].stage) == (here.kind, here.stage)
        and {checklist.id for checklist in pair[0].checklists} == mine
        and age(pair[0])[0] < age(here)[0]
    ]
    return max(earlier, key=lambda pair: age(pair[0]), default=None)


class ScoresBefore(msgspec.Struct, frozen=True, kw_only=True):
    """The scores of the round before by unit, with its title; both empty where there is none."""

    title: str = ""
    scores: dict[str, Decimal] = {}


def scores_before(held: tuple[Round, State] | None) -> ScoresBefore:
    """What a round before gave its units; those that were not scored have no entry."""
    if held is None:
        return ScoresBefore()
    round_, state = held
    totals = {unit: unit_total(state, round_, unit).score for unit in units_of(round_)}
    return ScoresBefore(
        title=round_.title, scores={unit: score for unit, score in totals.items() if score is not None}
    )


def day_text(round_: Round) -> str:
    """The day a round counts on, as it is written; blank where it has none."""
    return str(round_day(round_) or "")


def age(round_: Round) -> tuple[str, str]:
    """What puts rounds in order of time; those of one day stand by their ids."""
    return day_text(round_), round_.id
