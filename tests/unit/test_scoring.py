"""Points, against a slow recount written another way: fractions, one item at a time, from the rules' text."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import CHECKLIST, GW1, GW2, TS1, YJ1

from inspect_tui.model.checklist import Award, Deduction, Item
from inspect_tui.model.round import Rules
from inspect_tui.model.terms import NaPolicy, Scoring, Severity, Verdict
from inspect_tui.model.view import Answer, Judgement, Opinion, Picked, UnitScore
from inspect_tui.rules.scoring import (
    half_up,
    item_losses,
    item_score,
    points_text,
    rescaled,
    unit_score,
)
from sweeps import times

halves = st.integers(0, 40).map(lambda n: Decimal(n) / 2)
tenths = st.integers(0, 300).map(lambda n: Decimal(n) / 10)
counts = st.integers(1, 6)
LABELS = ("一", "二", "三", "四")


@st.composite
def items(draw: Any, number: int) -> Item:
    scoring = draw(st.sampled_from([Scoring.DEDUCT, Scoring.DEDUCT, Scoring.AWARD, Scoring.NONE]))
    points = draw(tenths)
    deductions: tuple[Deduction, ...] = ()
    awards: tuple[Award, ...] = ()
    if scoring is Scoring.AWARD:
        awards = tuple(
            Award(label=label, points=min(points, draw(tenths)), verdict=verdict)
            for label, verdict in zip(LABELS, (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL), strict=False)
        )
    else:
        deductions = tuple(
            Deduction(
                label=label,
                sentence=f"{label}有误",
                points=draw(tenths),
                unit=draw(st.sampled_from(["", "项"])),
                cap=draw(st.none() | halves),
                all=draw(st.integers(0, 9)) == 0,
                exclusive=draw(st.sampled_from(["", "", "甲类", "乙类"])),
            )
            for label in LABELS[: draw(st.integers(0, 4))]
        )
    return Item(
        id=f"X-{number:02d}",
        text="条目",
        points=points,
        scoring=scoring,
        severity=draw(st.sampled_from(list(Severity))),
        deductions=deductions,
        awards=awards,
    )


@st.composite
def answered(draw: Any, item: Item) -> Answer:
    verdict = draw(st.sampled_from(list(Verdict)))
    picked = draw(st.lists(st.sampled_from(LABELS), unique=True, max_size=4)) if item.deductions else []
    judgement = Judgement(
        verdict=verdict,
        deductions=tuple(Picked(label, draw(counts)) for label in picked),
        award=draw(st.sampled_from(["", *LABELS])) if item.awards else "",
    )
    opinions = tuple(
        Opinion(change=str(i), writer=str(i), by=("甲",), at="", judgement=judgement)
        for i in range(draw(st.sampled_from([1, 1, 1, 2])))
    )
    return Answer(
        unit="u",
        checklist="c",
        item=item.id,
        judgement=judgement if len(opinions) == 1 else Judgement(),
        opinions=opinions,
    )


@st.composite
def papers(draw: Any) -> list[tuple[Item, Answer]]:
    made = [draw(items(number)) for number in range(draw(st.integers(0, 8)))]
    return [(item, draw(answered(item))) for item in made]


def slow_gain(item: Item, judgement: Judgement, rules: Rules) -> Fraction:
    """What a judged item gives, recounted."""
    full = Fraction(item.points)
    if judgement.verdict is Verdict.PASS:
        return full
    if item.scoring is Scoring.AWARD:
        named = {a.label: Fraction(a.points) for a in item.awards}
        return named.get(judgement.award, Fraction(0))
    if not judgement.deductions:
        return max(Fraction(0), full - Fraction(rules.severity_points[item.severity.value]))
    loss = Fraction(0)
    dearest_of: dict[str, Fraction] = {}
    for picked in judgement.deductions:
        for deduction in item.deductions:
            if deduction.label != picked.label:
                continue
            one = full if deduction.all else sum((Fraction(deduction.points),) * picked.count, Fraction(0))
            if deduction.cap is not None and one > Fraction(deduction.cap):
                one = Fraction(deduction.cap)
            if deduction.exclusive == "":
                loss += one
            else:
                dearest_of[deduction.exclusive] = max(one, dearest_of.get(deduction.exclusive, Fraction(0)))
    loss += sum(dearest_of.values(), Fraction(0))
    return max(Fraction(0), full - loss)


def slow_score(paper: list[tuple[Item, Answer]], rules: Rules) -> dict[str, Any]:
    gained = possible = Fraction(0)
    judged = not_applicable = 0
    for item, answer in paper:
        if len(answer.opinions) > 1:
            continue
        verdict = answer.judgement.verdict
        if verdict is Verdict.NA:
            not_applicable += 1
        if verdict in (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL):
            judged += 1
        if item.scoring is Scoring.NONE:
            continue
        if verdict is Verdict.NA and rules.na_policy is NaPolicy.FULL:
            gained += Fraction(item.points)
            possible += Fraction(item.points)
        elif verdict in (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL):
            gained += slow_gain(item, answer.judgement, rules)
            possible += Fraction(item.points)
    due = len(paper) - not_applicable
    return {
        "raw": gained,
        "applicable": possible,
        "score": Fraction(math.floor(gained / possible * 1000 + Fraction(1, 2)), 10) if possible else None,
        "coverage": Fraction(math.floor(Fraction(judged, due) * 1000 + Fraction(1, 2)), 1000) if due else 0,
        "na": not_applicable,
    }


def figures(score: UnitScore) -> dict[str, Any]:
    return {
        "raw": Fraction(score.raw),
        "applicable": Fraction(score.applicable),
        "score": None if score.score is None else Fraction(score.score),
        "coverage": Fraction(score.coverage),
        "na": score.na,
    }


rule_books = st.builds(
    Rules,
    na_policy=st.sampled_from(list(NaPolicy)),
    severity_points=st.fixed_dictionaries({s.value: tenths for s in Severity}),
)


@settings(max_examples=times(100), deadline=None)
@given(papers(), rule_books)
def test_the_score_is_the_slow_recounts(paper: list[tuple[Item, Answer]], rules: Rules) -> None:
    score = unit_score("u", "c", paper, rules)
    assert figures(score) == slow_score(paper, rules)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(max_examples=10_000, deadline=None)
@given(papers(), rule_books)
def test_the_score_is_the_slow_recounts_ten_thousand_times(
    paper: list[tuple[Item, Answer]], rules: Rules
) -> None:
    score = unit_score("u", "c", paper, rules)
    assert figures(score) == slow_score(paper, rules)


@settings(max_examples=times(50), deadline=None)
@given(papers(), rule_books)
def test_counts_and_derivation_add_up(paper: list[tuple[Item, Answer]], rules: Rules) -> None:
    score = unit_score("u", "c", paper, rules)
    assert score.items == len(paper) == len(score.derivation)
    assert score.raw == sum((d.gained for d in score.derivation if d.counted), Decimal(0))
    assert score.counted == sum(d.counted for d in score.derivation)
    assert 0 <= score.raw <= score.applicable
    assert score.score is None or 0 <= score.score <= 100
    assert score.disputed == sum(a.disputed for _, a in paper)
    for (item, answer), derived in zip(paper, score.derivation, strict=True):
        if derived.counted and answer.verdict is not Verdict.NA:
            assert derived.gained == max(
                Decimal(0), item.points - sum((loss for _, loss in derived.lost), Decimal(0))
            )


@settings(max_examples=times(60), deadline=None)
@given(papers(), rule_books)
def test_the_order_of_items_does_not_matter(paper: list[tuple[Item, Answer]], rules: Rules) -> None:
    assert figures(unit_score("u", "c", paper, rules)) == figures(
        unit_score("u", "c", list(reversed(paper)), rules)
    )


# -------------------------------------------------------------------- by hand


def answer(item: Item, verdict: Verdict, *picked: tuple[str, int], award: str = "") -> Answer:
    judgement = Judgement(verdict=verdict, deductions=tuple(Picked(*p) for p in picked), award=award)
    opinion = Opinion(change="1", writer="w", by=("甲",), at="", judgement=judgement)
    return Answer(unit="u", checklist="c", item=item.id, judgement=judgement, opinions=(opinion,))


@pytest.mark.parametrize(
    ("item", "verdict", "picked", "award", "gained"),
    [
        (GW1, Verdict.PASS, (), "", "4"),
        (GW1, Verdict.FAIL, (("责任缺项", 1),), "", "3.5"),
        (GW1, Verdict.FAIL, (("责任缺项", 4),), "", "2.0"),
        (GW1, Verdict.FAIL, (("责任缺项", 9),), "", "2"),
        (GW1, Verdict.FAIL, (("责任缺项", 9), ("无责任人", 1)), "", "1"),
        (GW1, Verdict.FAIL, (("全无", 1),), "", "0"),
        (GW1, Verdict.FAIL, (("全无", 1), ("无责任人", 1)), "", "0"),
        (GW1, Verdict.PARTIAL, (), "", "3"),
        (GW2, Verdict.FAIL, (("一人拟定", 1), ("不足半数", 1)), "", "1"),
        (GW2, Verdict.FAIL, (("不足半数", 1), ("一人拟定", 1)), "", "1"),
        (GW2, Verdict.FAIL, (("记录不全", 10),), "", "0"),
        (GW2, Verdict.FAIL, (("没有这一项", 2),), "", "3"),
        (TS1, Verdict.PASS, (), "有且见效", "7"),
        (TS1, Verdict.PARTIAL, (), "有未见效", "4"),
        (TS1, Verdict.FAIL, (), "没有", "0"),
        (TS1, Verdict.FAIL, (), "", "0"),
    ],
)
def test_points_of_one_item(
    item: Item, verdict: Verdict, picked: tuple[tuple[str, int], ...], award: str, gained: str
) -> None:
    score = item_score(item, answer(item, verdict, *picked, award=award), Rules())
    assert score.counted
    assert score.gained == Decimal(gained)


def test_of_exclusive_deductions_the_derivation_shows_the_dearest_only() -> None:
    for order in ((("一人拟定", 1), ("不足半数", 1)), (("不足半数", 1), ("一人拟定", 1))):
        judgement = Judgement(verdict=Verdict.FAIL, deductions=tuple(Picked(*p) for p in order))
        assert dict(item_losses(GW2, judgement, Rules())) == {"一人拟定": Decimal(2), "不足半数": Decimal(0)}


def test_what_is_in_neither_sum() -> None:
    paper = [
        (GW1, answer(GW1, Verdict.PASS)),
        (GW2, answer(GW2, Verdict.UNVERIFIED)),
        (TS1, answer(TS1, Verdict.NA)),
        (YJ1, answer(YJ1, Verdict.FAIL)),
    ]
    score = unit_score("u", "c", paper, Rules())
    assert (score.raw, score.applicable, score.score) == (4, 4, Decimal("100.0"))
    assert (score.na, score.unverified, score.counted) == (1, 1, 1)
    assert score.coverage == Decimal("0.667")
    full = unit_score("u", "c", paper, Rules(na_policy=NaPolicy.FULL))
    assert (full.raw, full.applicable) == (11, 11)


def test_all_not_applicable_is_not_scored() -> None:
    score = unit_score("u", "c", [(i, answer(i, Verdict.NA)) for i in CHECKLIST.items()], Rules())
    assert score.score is None
    assert score.coverage == 0


def test_two_opinions_count_as_unanswered() -> None:
    opinions = tuple(
        Opinion(change=str(v), writer=str(v), by=("甲",), at="", judgement=Judgement(verdict=v))
        for v in (Verdict.PASS, Verdict.FAIL)
    )
    disputed = Answer(unit="u", checklist="c", item="GW-01", judgement=Judgement(), opinions=opinions)
    score = unit_score("u", "c", [(GW1, disputed)], Rules())
    assert (score.disputed, score.answered, score.counted, score.score) == (1, 0, 0, None)
    assert score.coverage == 0


@pytest.mark.parametrize(
    ("raw", "applicable", "score"),
    [("1", "3", "33.3"), ("2", "3", "66.7"), ("1", "16", "6.3"), ("3", "16", "18.8"), ("26.5", "28", "94.6")],
)
def test_a_half_goes_up(raw: str, applicable: str, score: str) -> None:
    assert rescaled(Decimal(raw), Decimal(applicable)) == Decimal(score)


def test_rounding_is_not_to_even() -> None:
    assert [half_up(Decimal(v)) for v in ("0.05", "0.15", "0.25", "0.349")] == [
        Decimal(v) for v in ("0.1", "0.2", "0.3", "0.3")
    ]
    assert rescaled(Decimal(1), Decimal(0)) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [("4", "4"), ("4.0", "4"), ("2.50", "2.5"), ("0.0", "0"), ("-0", "0"), ("100", "100"), ("1E+2", "100")],
)
def test_points_are_printed_without_needless_zeros(value: str, text: str) -> None:
    assert points_text(Decimal(value)) == text


def test_an_office_may_set_its_own_points_by_severity() -> None:
    rules = Rules(severity_points={s.value: Decimal(3) for s in Severity})
    assert item_score(GW1, answer(GW1, Verdict.FAIL), rules).gained == 1
    assert item_score(GW2, answer(GW2, Verdict.FAIL), rules).gained == 0
    cheap = msgspec.structs.replace(GW1, points=Decimal(1))
    assert item_score(cheap, answer(cheap, Verdict.FAIL), rules).lost == (("不符合", Decimal(1)),)
