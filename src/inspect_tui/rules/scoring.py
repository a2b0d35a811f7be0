"""Scoring: one function from answers to points, used by every screen and export.

Domain 1.2: score = Σ gained ÷ Σ applicable × 100, one decimal, half up, beside the raw sums.
未能核实 and unanswered items, and items under two opinions, are in neither sum; 不适用 follows `na_policy`.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from inspect_tui.model.checklist import Item
from inspect_tui.model.round import Rules
from inspect_tui.model.terms import NaPolicy, Scoring, Verdict
from inspect_tui.model.view import Answer, ItemScore, Judgement, UnitScore

ZERO = Decimal(0)
TENTH = Decimal("0.1")
_THOUSANDTH = Decimal("0.001")


def half_up(value: Decimal, step: Decimal = TENTH) -> Decimal:
    """Round as people do: a half goes up."""
    return value.quantize(step, rounding=ROUND_HALF_UP)


def to_step(value: Decimal, step: Decimal) -> Decimal:
    """Round to a multiple of a step, a half going up: 87.25 in steps of 0.5 is 87.5."""
    step = step.normalize()
    return (value / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step


def points_text(value: Decimal) -> str:
    """Points without needless zeros: 4, 2.5, 0."""
    text = format(value.normalize(), "f")
    return "0" if text in ("-0", "") else text


def item_losses(item: Item, judgement: Judgement, rules: Rules) -> list[tuple[str, Decimal]]:
    """What each picked deduction takes, capped one by one; the sum may exceed the item's points.

    Of deductions that exclude each other only the dearest takes anything. A verdict without any label
    takes what `rules.severity_points` says for the item's severity.
    """
    if item.scoring is Scoring.NONE or judgement.verdict not in (Verdict.PARTIAL, Verdict.FAIL):
        return []
    if item.scoring is Scoring.AWARD:
        award = item.award(judgement.award)
        gained = award.points if award else ZERO
        label = judgement.award or judgement.verdict.label
        return [(label, item.points - gained)]
    if not judgement.deductions:
        loss = rules.severity_points.get(item.severity.value, ZERO)
        return [(judgement.verdict.label, min(loss, item.points))]
    losses: list[tuple[str, Decimal]] = []
    dearest: dict[str, int] = {}
    for picked in judgement.deductions:
        deduction = item.deduction(picked.label)
        if deduction is None:
            continue
        loss = item.points if deduction.all else deduction.points * picked.count
        if deduction.cap is not None:
            loss = min(loss, deduction.cap)
        if deduction.exclusive:
            rival = dearest.get(deduction.exclusive)
            if rival is not None and losses[rival][1] >= loss:
                losses.append((picked.label, ZERO))
                continue
            if rival is not None:
                losses[rival] = (losses[rival][0], ZERO)
            dearest[deduction.exclusive] = len(losses)
        losses.append((picked.label, loss))
    return losses


def item_score(item: Item, answer: Answer, rules: Rules) -> ItemScore:
    """Points of one item."""
    judgement = answer.judgement
    points = item.points if item.scoring is not Scoring.NONE else ZERO
    if judgement.verdict is Verdict.PENDING:
        return ItemScore(
            checklist=answer.checklist, item=item.id, points=points, gained=ZERO, counted=False, lost=()
        )
    losses: list[tuple[str, Decimal]] = []
    gained, counted = ZERO, False
    if answer.answered and item.scoring is not Scoring.NONE:
        if judgement.verdict in (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL):
            losses = item_losses(item, judgement, rules)
            gained, counted = max(ZERO, points - sum((loss for _, loss in losses), ZERO)), True
        elif judgement.verdict is Verdict.NA and rules.na_policy is NaPolicy.FULL:
            gained, counted = points, True
    return ItemScore(
        checklist=answer.checklist,
        item=item.id,
        points=points,
        gained=gained,
        counted=counted,
        lost=tuple(losses),
    )


def unit_score(
    unit: str,
    checklist: str,
    answers: Iterable[tuple[Item, Answer]],
    rules: Rules,
    vetoes: tuple[str, ...] = (),
    *,
    scores: Iterable[ItemScore] | None = None,
) -> UnitScore:
    """A unit's score under one checklist from its applicable items and their answers.

    `scores` are the `item_score` of each, where they are known already.
    """
    if scores is None:
        answers = list(answers)
        scores = [item_score(item, answer, rules) for item, answer in answers]
    rows = [(item, answer, score) for (item, answer), score in zip(answers, scores, strict=True)]
    raw = sum((s.gained for _, _, s in rows if s.counted), ZERO)
    applicable = sum((s.points for _, _, s in rows if s.counted), ZERO)
    verdicts = [answer.verdict for _, answer, _ in rows if not answer.disputed]
    na = verdicts.count(Verdict.NA)
    judged = sum(verdicts.count(v) for v in (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL))
    due = len(rows) - na
    return UnitScore(
        unit=unit,
        checklist=checklist,
        score=rescaled(raw, applicable, rules.rounding),
        raw=raw,
        applicable=applicable,
        coverage=half_up(Decimal(judged) / due, _THOUSANDTH) if due else ZERO,
        items=len(rows),
        answered=sum(answer.answered for _, answer, _ in rows),
        counted=sum(s.counted for _, _, s in rows),
        na=na,
        unverified=verdicts.count(Verdict.UNVERIFIED),
        disputed=sum(answer.disputed for _, answer, _ in rows),
        vetoes=vetoes,
        derivation=tuple(s for _, _, s in rows),
    )


def rescaled(raw: Decimal, applicable: Decimal, step: Decimal = TENTH) -> Decimal | None:
    """raw ÷ applicable × 100 in steps, half up; None when nothing is applicable (不计分)."""
    return to_step(raw / applicable * 100, step) if applicable else None
