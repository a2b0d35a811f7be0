"""Appraising: from anonymous tallies to results by dimension and level, without showing a single ballot."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from inspect_tui.model.appraisal import Appraisal, Subject
from inspect_tui.rules.scoring import half_up


class Appraised(msgspec.Struct, frozen=True, kw_only=True):
    """One subject's result: by dimension, by level, together.

    A level with fewer ballots than the appraisal's `least` counts nowhere and is named in `hidden`; None
    stands where nothing was counted. `spread` is the largest difference between levels.
    """

    subject: str
    name: str
    total: Decimal | None
    by_dimension: tuple[tuple[str, Decimal | None], ...]
    by_level: tuple[tuple[str, Decimal | None], ...]
    hidden: tuple[str, ...]
    spread: Decimal | None
    ballots: int


def appraise(appraisal: Appraisal, subject: Subject) -> Appraised:
    """The result of one subject. Levels that do not count leave their share to the others."""
    hidden = tuple(
        level.name for level in appraisal.levels if 0 < subject.ballots.get(level.name, 0) < appraisal.least
    )
    kept = tuple(tally for tally in subject.tallies if tally.level not in hidden)
    subject = msgspec.structs.replace(subject, tallies=kept)
    levels = {level.name: _level(appraisal, subject, level.name) for level in appraisal.levels}
    shown = [(name, _rounded(score)) for name, score in levels.items()]
    seen = [score for _, score in shown if score is not None]
    return Appraised(
        subject=subject.id,
        name=subject.name,
        total=_rounded(_weighted(appraisal, levels)),
        by_dimension=tuple(
            (dimension, _rounded(_dimension(appraisal, subject, dimension)))
            for dimension in appraisal.dimensions
        ),
        by_level=tuple(shown),
        hidden=hidden,
        spread=max(seen) - min(seen) if len(seen) > 1 else None,
        ballots=sum(subject.ballots.values()),
    )


def faults(appraisal: Appraisal, subject: Subject) -> list[str]:
    """What does not fit together in a subject's tallies: unknown names, more ticks than ballots."""
    found = []
    known = {level.name for level in appraisal.levels}
    for tally in subject.tallies:
        place = f"{subject.name} {tally.level} {tally.dimension}"
        if tally.level not in known:
            found.append(f"{place}：没有“{tally.level}”这个评价层级")
        if tally.dimension not in appraisal.dimensions:
            found.append(f"{place}：没有“{tally.dimension}”这个方面")
        if len(tally.counts) != len(appraisal.choices):
            found.append(f"{place}：应有{len(appraisal.choices)}个票数，现有{len(tally.counts)}个")
        if any(count < 0 for count in tally.counts):
            found.append(f"{place}：票数不能小于0")
        ballots = subject.ballots.get(tally.level, 0)
        if sum(tally.counts) > ballots:
            found.append(f"{place}：票数合计{sum(tally.counts)}，多于收回的{ballots}张")
    return found


def bottom(results: Iterable[Appraised], count: int) -> list[Appraised]:
    """The lowest results, for the lead only: equals are all in it, those without a result are not."""
    ordered = sorted((r for r in results if r.total is not None), key=lambda r: (r.total or 0, r.subject))
    if count <= 0 or not ordered:
        return []
    line = ordered[min(count, len(ordered)) - 1].total
    return [r for r in ordered if r.total is not None and line is not None and r.total <= line]


def _level(appraisal: Appraisal, subject: Subject, level: str) -> Decimal | None:
    scores = [_tally(appraisal, subject, dimension, level) for dimension in appraisal.dimensions]
    told = [score for score in scores if score is not None]
    return sum(told, Decimal(0)) / len(told) if told else None


def _dimension(appraisal: Appraisal, subject: Subject, dimension: str) -> Decimal | None:
    return _weighted(
        appraisal,
        {level.name: _tally(appraisal, subject, dimension, level.name) for level in appraisal.levels},
    )


def _weighted(appraisal: Appraisal, by_level: dict[str, Decimal | None]) -> Decimal | None:
    told = [
        (level.share, score)
        for level in appraisal.levels
        if (score := by_level.get(level.name)) is not None and level.share > 0
    ]
    weight = sum((share for share, _ in told), Decimal(0))
    return sum((share * score for share, score in told), Decimal(0)) / weight if weight else None


def _tally(appraisal: Appraisal, subject: Subject, dimension: str, level: str) -> Decimal | None:
    counts = [0] * len(appraisal.choices)
    for tally in subject.tallies:
        if (tally.dimension, tally.level) == (dimension, level):
            counts = [a + b for a, b in zip(counts, tally.counts, strict=False)]
    total = sum(counts)
    if total <= 0:
        return None
    points = sum((c.points * n for c, n in zip(appraisal.choices, counts, strict=True)), Decimal(0))
    return points / total


def _rounded(score: Decimal | None) -> Decimal | None:
    return half_up(score) if score is not None else None
