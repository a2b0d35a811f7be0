"""Periods: from the rounds of a month to quarter and year, without making up what nobody checked.

A month without a round is shown as missing; it is never counted as zero and never as full marks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from inspect_tui.model.scheme import Span
from inspect_tui.model.terms import RollUp
from inspect_tui.rules.scoring import half_up

_MONTHS = {Span.MONTH: 1, Span.QUARTER: 3, Span.HALF: 6, Span.YEAR: 12}


class Period(msgspec.Struct, frozen=True, order=True):
    """A stretch of calendar days, both ends included, with the name people give it."""

    start: dt.date
    end: dt.date
    label: str


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One unit's score in one round: on which day, with what weight, None when it was not scored."""

    unit: str
    round: str
    day: dt.date
    score: Decimal | None
    weight: Decimal = Decimal(1)


class Rolled(msgspec.Struct, frozen=True, kw_only=True):
    """A unit over a period: one entry per part, None where nothing was scored, and what they come to.

    `counted` of `expected` parts have a score; `change` is against the period before, None without one.
    """

    unit: str
    parts: tuple[Decimal | None, ...]
    score: Decimal | None
    counted: int
    expected: int
    before: Decimal | None = None

    @property
    def change(self) -> Decimal | None:
        return None if self.score is None or self.before is None else self.score - self.before

    @property
    def missing(self) -> int:
        return self.expected - self.counted


def period_of(day: dt.date, span: Span) -> Period:
    """The period of a kind that a day lies in. A week runs from Monday to Sunday."""
    if span is Span.WEEK:
        start = day - dt.timedelta(days=day.weekday())
        year, week, _ = day.isocalendar()
        return Period(start, start + dt.timedelta(days=6), f"{year}年第{week}周")
    months = _MONTHS[span]
    first = (day.month - 1) // months * months + 1
    start = day.replace(month=first, day=1)
    return Period(start, _last_day(day.year, first + months - 1), _label(day.year, first, span))


def before(period: Period, span: Span) -> Period:
    """The period of the same kind right before."""
    return period_of(period.start - dt.timedelta(days=1), span)


def parts_of(period: Period, span: Span) -> list[Period]:
    """A period cut into smaller ones of a kind: a quarter into its months. A week may reach over its ends."""
    found, day = [], period.start
    while day <= period.end:
        part = period_of(day, span)
        found.append(part)
        day = part.end + dt.timedelta(days=1)
    return found


def roll_up(marks: Iterable[Mark], parts: Sequence[Period], how: RollUp) -> dict[str, Rolled]:
    """Every unit's scores over the parts of a period, and what they come to.

    Several rounds within one part are rolled up by the same rule first.
    """
    by_unit: dict[str, list[list[Mark]]] = {}
    for mark in marks:
        place = next((n for n, part in enumerate(parts) if part.start <= mark.day <= part.end), None)
        if place is not None:
            by_unit.setdefault(mark.unit, [[] for _ in parts])[place].append(mark)
    found = {}
    for unit, groups in by_unit.items():
        scores = [_together(group, how) for group in groups]
        whole = _together([m for group in groups for m in _as_one(group, how)], how)
        found[unit] = Rolled(
            unit=unit,
            parts=tuple(scores),
            score=whole,
            counted=sum(score is not None for score in scores),
            expected=len(parts),
        )
    return found


def with_before(now: Mapping[str, Rolled], earlier: Mapping[str, Rolled]) -> dict[str, Rolled]:
    """The same with the score of the period before beside it."""
    return {
        unit: msgspec.structs.replace(rolled, before=earlier[unit].score if unit in earlier else None)
        for unit, rolled in now.items()
    }


def _as_one(group: list[Mark], how: RollUp) -> list[Mark]:
    """The rounds of one part as one mark, so that a part with many rounds weighs no more than another."""
    score = _exact(group, how)
    if score is None:
        return []
    newest = max(group, key=lambda m: (m.day, m.round))
    weight = max(m.weight for m in group)
    return [msgspec.structs.replace(newest, score=score, weight=weight)]


def _together(marks: list[Mark], how: RollUp) -> Decimal | None:
    exact = _exact(marks, how)
    return None if exact is None else half_up(exact)


def _exact(marks: list[Mark], how: RollUp) -> Decimal | None:
    scored = [m for m in marks if m.score is not None]
    if not scored:
        return None
    scores = [m.score for m in scored if m.score is not None]
    match how:
        case RollUp.WORST:
            return min(scores)
        case RollUp.LATEST:
            return max(scored, key=lambda m: (m.day, m.round)).score
        case RollUp.WEIGHTED:
            weights = sum((m.weight for m in scored), Decimal(0))
            if weights <= 0:
                return None
            return sum((m.score * m.weight for m in scored if m.score is not None), Decimal(0)) / weights
        case _:
            return sum(scores, Decimal(0)) / len(scores)


def _last_day(year: int, month: int) -> dt.date:
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return following - dt.timedelta(days=1)


def _label(year: int, first: int, span: Span) -> str:
    match span:
        case Span.MONTH:
            return f"{year}年{first}月"
        case Span.QUARTER:
            return f"{year}年第{'一二三四'[(first - 1) // 3]}季度"
        case Span.HALF:
            return f"{year}年{'上' if first == 1 else '下'}半年"
        case _:
            return f"{year}年"
