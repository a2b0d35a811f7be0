"""Grading: from a score and what stands against it to a grade, and from grades to a year's movements.

A veto fails a grade whatever the score; a grade moves no further in a year than the scheme allows. Every
grade comes with the reasons that led to it, so that nobody has to ask why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from inspect_tui.model.scheme import Level, Scheme
from inspect_tui.rules.scoring import points_text, to_step

#: The scheme in use when none is named.
USUAL_SCHEME = "five-levels"


class Grade(msgspec.Struct, frozen=True, kw_only=True):
    """The grade a score comes to: None when there is nothing to grade.

    `by_score` is what the score alone would give. `reasons` are sentences in the order they were applied;
    `approval` means the level above must still approve it.
    """

    level: Level | None
    by_score: Level | None
    reasons: tuple[str, ...] = ()
    approval: bool = False


def usual_scheme(schemes: Sequence[Scheme]) -> Scheme | None:
    """The scheme that grades where none was chosen: the five levels, else the first there is."""
    usual = next((scheme for scheme in schemes if scheme.id == USUAL_SCHEME), None)
    return usual or next(iter(schemes), None)


def level_of(score: Decimal, scheme: Scheme) -> Level | None:
    """The level of a score, rounded to the scheme's step as people round; a bonus over the top is the top."""
    told = min(to_step(score, scheme.step), scheme.full)
    return next((level for level in reversed(scheme.levels) if level.low <= told <= level.high), None)


def grade(score: Decimal | None, vetoes: Iterable[str], scheme: Scheme, previous: str = "") -> Grade:
    """The grade of a unit. `vetoes` are what was hit, in words; `previous` the id of last year's level."""
    if score is None or not scheme.levels:
        return Grade(level=None, by_score=None, reasons=("不计分，不定级",))
    level = level_of(score, scheme)
    if level is None:
        return Grade(level=None, by_score=None, reasons=(f"{points_text(score)}分不在任何等级的分数线内",))
    by_score = level
    reasons = [f"得分{points_text(to_step(score, scheme.step))}，分数线内为{level.name}"]
    place = scheme.place(level.id)
    hit = list(vetoes)
    before = scheme.place(previous) if previous else -1
    if before >= 0 and scheme.up is not None and place > before + scheme.up:
        place = before + scheme.up
        reasons.append(
            f"上年为{scheme.levels[before].name}，一年最多升{scheme.up}级，定为{scheme.levels[place].name}"
        )
    if before >= 0 and scheme.down is not None and place < before - scheme.down:
        place = before - scheme.down
        reasons.append(
            f"上年为{scheme.levels[before].name}，一年最多降{scheme.down}级，定为{scheme.levels[place].name}"
        )
    if hit:
        # Last, because nothing makes up for a veto, not even the limit on going down.
        most = max(scheme.place(scheme.veto_level), 0)
        if place > most:
            place = most
        reasons.append(f"一票否决：{'、'.join(hit)}，最高定为{scheme.levels[most].name}")
    level = scheme.levels[place]
    if level.approval:
        reasons.append(f"{level.name}须报上级批准")
    return Grade(level=level, by_score=by_score, reasons=tuple(reasons), approval=level.approval)


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """How one unit's grade moved in a year; `steps` is None where one of the two years has none."""

    unit: str
    before: Level | None
    after: Level | None
    steps: int | None

    @property
    def word(self) -> str:
        if self.steps is None:
            return "新定级" if self.after is not None else ("未定级" if self.before is None else "本年未定级")
        return (
            "保持" if self.steps == 0 else (f"升{self.steps}级" if self.steps > 0 else f"降{-self.steps}级")
        )


def movements(
    before: Mapping[str, str], after: Mapping[str, str], scheme: Scheme, units: Iterable[str]
) -> list[Movement]:
    """The movements of these units between two years, each given as level ids by unit."""
    found = []
    for unit in units:
        old, new = scheme.level(before.get(unit, "")), scheme.level(after.get(unit, ""))
        steps = scheme.place(new.id) - scheme.place(old.id) if old is not None and new is not None else None
        found.append(Movement(unit=unit, before=old, after=new, steps=steps))
    return found


def level_counts(levels: Iterable[str], scheme: Scheme) -> list[tuple[Level, int]]:
    """How many units have each level, highest first; levels nobody has stand with 0."""
    held = list(levels)
    return [(level, held.count(level.id)) for level in reversed(scheme.levels)]


def counts_text(counts: Iterable[tuple[Level, int]]) -> str:
    """Counts in one line as they are reported: 示范32 红旗134 标准化555."""
    return " ".join(f"{level.short or level.name}{count}" for level, count in counts if count)


def over_quota(levels: Iterable[str], scheme: Scheme) -> list[str]:
    """Sentences for every level that more units have than its quota allows."""
    held = list(levels)
    found = []
    for level, count in level_counts(held, scheme):
        if level.quota is not None and held:
            most = int(level.quota * len(held))
            if count > most:
                found.append(f"{level.name}名额最多{most}个，现在有{count}个")
    return found
