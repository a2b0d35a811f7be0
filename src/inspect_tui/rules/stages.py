"""Stages of a year's grading (达标晋级): self-assessment beside recommendation, acceptance and re-check.

Each stage is a round of its own, with its own answers, signer and date. What a unit may have comes from the
last stage that looked at enough; vetoes of any stage count, because a later silence takes nothing back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from inspect_tui.model.round import Round
from inspect_tui.model.scheme import Level, Scheme
from inspect_tui.model.terms import GradeState, Stage, UnitKind, Verdict
from inspect_tui.rules.fold import State
from inspect_tui.rules.grade_steps import Ground, Standing, standing_of
from inspect_tui.rules.grading import Grade, Movement, grade, movements
from inspect_tui.rules.scoring import points_text
from inspect_tui.rules.unit_totals import UnitTotal, round_day, unit_total, units_of

#: Stages whose score may decide a grade; the others only prepare it.
_DECIDING = (Stage.ACCEPT, Stage.RECHECK)


class StageScore(msgspec.Struct, frozen=True, kw_only=True):
    """One unit in one stage: its score, what that alone would come to, who signed and when.

    `change` is against the stage before that has a score. `signers` are those who submitted the visit.
    """

    stage: Stage
    round: str
    title: str
    score: Decimal | None
    raw: Decimal
    applicable: Decimal
    coverage: Decimal
    disputed: int
    submitted: bool
    signers: tuple[str, ...]
    date: str
    vetoes: tuple[str, ...]
    level: Level | None
    change: Decimal | None = None


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What one stage said of one item."""

    stage: Stage
    verdict: Verdict
    gained: Decimal
    points: Decimal
    counted: bool


class ItemDiff(msgspec.Struct, frozen=True, kw_only=True):
    """An item that two stages read differently: by verdict or by points."""

    checklist: str
    item: str
    text: str
    marks: tuple[Mark, ...]


class UnitGrading(msgspec.Struct, frozen=True, kw_only=True):
    """One unit over all stages of a year, and the grade it comes to.

    `decided_by` is the stage whose score counts, `final` whether that stage may decide a grade. `proposed`
    is what scores, vetoes and limits on moving come to; what the lead made of it stands in `standing`.
    """

    unit: str
    name: str
    kind: UnitKind
    stages: tuple[StageScore, ...]
    diffs: tuple[ItemDiff, ...]
    vetoes: tuple[str, ...]
    proposed: Grade
    decided_by: Stage | None
    final: bool
    previous: Level | None
    standing: Standing
    reasons: tuple[str, ...] = ()

    def stage(self, wanted: Stage) -> StageScore | None:
        """What one stage came to; None where the unit had none."""
        return next((s for s in self.stages if s.stage is wanted), None)

    @property
    def level(self) -> str:
        """The id of the unit's level now: as recorded by the lead, else as proposed by a deciding stage."""
        if self.standing.state is GradeState.DELISTED:
            return ""
        if self.standing.last is not None:
            return self.standing.level or (self.previous.id if self.previous is not None else "")
        return self.proposed.level.id if self.final and self.proposed.level is not None else ""

    def ground(self, scheme: Scheme, today: str) -> Ground:
        """What the guards of a grade step look at."""
        return Ground(
            standing=self.standing,
            scheme=scheme,
            today=today,
            previous=self.previous.id if self.previous is not None else "",
            proposed=self.proposed.level.id if self.final and self.proposed.level is not None else "",
            vetoes=self.vetoes,
        )


class NotOneSeries(ValueError):
    """The rounds given are not the stages of one year's grading."""


def in_order(rounds: Iterable[tuple[Round, State]]) -> tuple[str, list[tuple[Round, State]]]:
    """The series and its rounds from self-assessment to re-check. Raises NotOneSeries."""
    held = list(rounds)
    faults = [f"“{r.title}”没有写明是达标晋级的哪个阶段" for r, _ in held if r.stage is None]
    faults += [f"“{r.title}”是演练，不计入" for r, _ in held if r.practice]
    series = dict.fromkeys(r.series for r, _ in held)
    if len(series) > 1:
        faults.append(f"这几轮不是同一年的：{'、'.join(name or '（没有写）' for name in series)}")
    if not held:
        faults.append("没有达标晋级的轮次")
    if faults:
        raise NotOneSeries("；".join(faults))
    order = {stage: place for place, stage in enumerate(Stage)}
    held.sort(key=lambda p: (order[p[0].stage or Stage.SELF], str(round_day(p[0]) or ""), p[0].id))
    return next(iter(series)), held


def gradings(
    rounds: Iterable[tuple[Round, State]],
    scheme: Scheme,
    previous: Mapping[str, str] | None = None,
    checklist: str = "",
    only: str = "",
) -> list[UnitGrading]:
    """Every unit of a series with its stages and grade; `previous` are last year's level ids by unit.

    `only` limits it to one unit and spares reading the others. Raises NotOneSeries when the rounds do not
    belong together.
    """
    series, held = in_order(rounds)
    names: dict[str, tuple[str, UnitKind]] = {}
    # Looked up once per round: a company grades hundreds of branches at a time.
    visited = {round_.id: frozenset(units_of(round_, checklist)) for round_, _ in held}
    for round_, _ in held:
        for unit in round_.units:
            unit_id = unit.id
            if unit_id in visited[round_.id] and (not scheme.unit_kinds or unit.kind in scheme.unit_kinds):
                names[unit_id] = unit.name, unit.kind
    return [
        _grading(held, series, scheme, unit, name, kind, (previous or {}).get(unit, ""), checklist, visited)
        for unit, (name, kind) in names.items()
        if only in ("", unit)
    ]


def _grading(
    rounds: Sequence[tuple[Round, State]],
    series: str,
    scheme: Scheme,
    unit: str,
    name: str,
    kind: UnitKind,
    previous: str,
    checklist: str,
    visited: Mapping[str, frozenset[str]],
) -> UnitGrading:
    totals: dict[Stage, tuple[Round, UnitTotal]] = {}
    for round_, state in rounds:
        if round_.stage is None or unit not in visited[round_.id]:
            continue
        total = unit_total(state, round_, unit, checklist)
        # Of two rounds of one stage the later one that reached the unit speaks.
        if total.told or round_.stage not in totals:
            totals[round_.stage] = round_, total
    scores = _scores(totals, scheme)
    vetoes = tuple(dict.fromkeys(veto for score in scores for veto in score.vetoes))
    decided, reasons = _decisive(scores, totals)
    proposed = grade(decided.score if decided else None, vetoes, scheme, previous)
    final = decided is not None and decided.stage in _DECIDING and decided.submitted
    return UnitGrading(
        unit=unit,
        name=name,
        kind=kind,
        stages=tuple(scores),
        diffs=tuple(_diffs({stage: total for stage, (_, total) in totals.items()})),
        vetoes=vetoes,
        proposed=proposed,
        decided_by=decided.stage if decided is not None else None,
        final=final,
        previous=scheme.level(previous),
        standing=standing_of(rounds, unit, series),
        reasons=tuple(reasons),
    )


def _scores(totals: Mapping[Stage, tuple[Round, UnitTotal]], scheme: Scheme) -> list[StageScore]:
    scores: list[StageScore] = []
    before: Decimal | None = None
    for stage in Stage:
        if stage not in totals:
            continue
        round_, total = totals[stage]
        visit = total.visit
        change = total.score - before if total.score is not None and before is not None else None
        scores.append(
            StageScore(
                stage=stage,
                round=round_.id,
                title=round_.title,
                score=total.score,
                raw=total.raw,
                applicable=total.applicable,
                coverage=total.coverage,
                disputed=total.disputed,
                submitted=total.submitted,
                signers=visit.submitted_by or visit.inspectors,
                date=visit.date or visit.submitted_at[:10],
                vetoes=total.vetoes,
                level=grade(total.score, total.vetoes, scheme).level,
                change=change,
            )
        )
        before = total.score if total.score is not None else before
    return scores


def _decisive(
    scores: Sequence[StageScore], totals: Mapping[Stage, tuple[Round, UnitTotal]]
) -> tuple[StageScore | None, list[str]]:
    """The stage whose score counts, and what has to be said about it."""
    told = [s for s in scores if s.score is not None]
    if not told:
        return None, ["还没有得分"]
    chosen, reasons = told[-1], []
    least = totals[chosen.stage][0].rules.coverage_warning
    if chosen.stage is Stage.RECHECK and chosen.coverage < least and len(told) > 1:
        # A re-check looks at what was wrong; a score over those few items alone is no score of the unit.
        reasons.append(f"复查只看了{_percent(chosen.coverage)}的检查内容，得分以{told[-2].stage.label}为准")
        chosen = told[-2]
    if chosen.stage not in _DECIDING:
        reasons.append(f"还没有{Stage.ACCEPT.label}，暂按{chosen.stage.label}的得分")
    elif not chosen.submitted:
        reasons.append(f"{chosen.stage.label}还没有提交，等级待定")
    if chosen.coverage < least:
        reasons.append(f"检查覆盖率{_percent(chosen.coverage)}，不足{_percent(least)}")
    if chosen.disputed:
        reasons.append(f"有{chosen.disputed}项存在两种意见，没有计入得分")
    return chosen, reasons


def _diffs(totals: Mapping[Stage, UnitTotal]) -> list[ItemDiff]:
    """Items that stages read differently, in the order of the checklist."""
    marks: dict[tuple[str, str], list[Mark]] = {}
    texts: dict[tuple[str, str], str] = {}
    for stage in Stage:
        total = totals.get(stage)
        if total is None or not total.told:
            continue
        for text, answer, score in total.items:
            if not answer.answered:
                continue
            key = answer.checklist, answer.item
            texts[key] = text
            marks.setdefault(key, []).append(
                Mark(
                    stage=stage,
                    verdict=answer.verdict,
                    gained=score.gained,
                    points=score.points,
                    counted=score.counted,
                )
            )
    return [
        ItemDiff(checklist=key[0], item=key[1], text=texts[key], marks=tuple(held))
        for key, held in marks.items()
        if len({(m.verdict, m.gained, m.points) for m in held}) > 1
    ]


def held_levels(rounds: Iterable[tuple[Round, State]]) -> dict[str, str]:
    """The level ids that the recorded steps of a series left to its units: what counts as 上年 next year."""
    series, held = in_order(rounds)
    units = dict.fromkeys(unit for round_, _ in held for unit in units_of(round_))
    standings = {unit: standing_of(held, unit, series) for unit in units}
    return {unit: s.level for unit, s in standings.items() if s.level and not s.contested}


def movements_of(found: Iterable[UnitGrading], scheme: Scheme) -> list[Movement]:
    """The year's movements of these units, as their grades stand now."""
    held = list(found)
    before = {g.unit: g.previous.id for g in held if g.previous is not None}
    after = {g.unit: g.level for g in held if g.level}
    return movements(before, after, scheme, [g.unit for g in held])


def movement_word(grading: UnitGrading, movement: Movement) -> str:
    """A movement in a word; a grade that was taken away is said so."""
    if grading.standing.state is GradeState.DELISTED:
        return GradeState.DELISTED.label
    return movement.word


def _percent(share: Decimal) -> str:
    return f"{points_text(share * 100)}%"
