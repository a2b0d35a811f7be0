"""Ranking and contests: shared places, who is left out, who is proposed and why."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_tui.model.change import Body
from inspect_tui.model.scheme import Contest, Criterion, Eligibility, TieRule
from inspect_tui.rules.canonical import make_change
from inspect_tui.rules.contests import Award, Entry, award, awards, held_in_a_row, judge
from inspect_tui.rules.fold import State
from inspect_tui.rules.ranking import Contender, rank, rank_by_progress
from inspect_tui.rules.reviewing import NoReason

HALF = Decimal("0.5")


def contender(unit: str, score: str | None, coverage: str = "1", **more: Any) -> Contender:
    return Contender(
        unit=unit,
        name=unit,
        score=Decimal(score) if score is not None else None,
        coverage=Decimal(coverage),
        **more,
    )


several = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(0, 8)), st.integers(0, 10), st.integers(0, 3)), max_size=12
)


@given(several, st.randoms())
def test_places_against_a_plain_recount(
    rows: list[tuple[int | None, int, int]], chance: random.Random
) -> None:
    held = [
        contender(f"u{n}", None if s is None else str(s), str(Decimal(c) / 10), major=m)
        for n, (s, c, m) in enumerate(rows)
    ]
    shuffled = held[:]
    chance.shuffle(shuffled)
    ties = [lambda c: Decimal(-c.major)]
    found = rank(shuffled, HALF, ties)
    in_it = [c for c in held if c.score is not None and c.coverage >= HALF]
    assert {p.contender.unit for p in found.places} == {c.unit for c in in_it}
    assert {c.unit for c, _ in found.left_out} == {c.unit for c in held} - {c.unit for c in in_it}
    for placed in found.places:
        mine = (placed.contender.score, -placed.contender.major)
        better = sum((c.score, -c.major) > mine for c in in_it)  # type: ignore[operator]
        equal = sum((c.score, -c.major) == mine for c in in_it)
        assert placed.place == better + 1 and placed.shared == (equal > 1)


def test_progress_needs_a_period_before() -> None:
    found = rank_by_progress(
        [
            contender("a", "80", before=Decimal(70)),
            contender("b", "95", before=Decimal(94)),
            contender("c", "99"),
        ],
        HALF,
    )
    assert [(p.contender.unit, p.value) for p in found.places] == [("a", 10), ("b", 1)]
    assert [(c.unit, why) for c, why in found.left_out] == [("c", "没有上期得分")]


# ---------------------------------------------------------------- contests


def contest(**more: Any) -> Contest:
    return Contest(format="", version="1.0", id="flag", title="流动红旗", prize="优秀党小组流动红旗", **more)


def entry(unit: str, score: str | None, **more: Any) -> Entry:
    told = {name: more.pop(name) for name in ("coverage", "major", "before", "section") if name in more}
    return Entry(contender=contender(unit, score, **told), **more)


def test_the_best_without_objection_is_proposed() -> None:
    found = judge(
        contest(),
        [
            entry("a", "98", vetoes=("RL-01",)),
            entry("b", "97", open_by_severity={"major": 1, "minor": 1}),
            entry("c", "96", coverage="0.5"),
            entry("d", "95"),
            entry("e", "94", submitted=False),
            entry("f", None),
        ],
    )
    assert found.proposed == ("d",) and found.tie == ()
    against = {c.unit: c.against for c in found.candidates}
    assert against["a"] == ("有红线或一票否决：RL-01",)
    assert against["b"] == ("还有1个严重问题没有销号",)
    assert against["c"] == ("检查覆盖率50%，不足80%",)
    assert against["d"] == () and against["e"] == ("检查还没有提交",) and against["f"] == ("不计分",)


def test_a_tie_rule_decides_and_a_full_tie_is_the_leads() -> None:
    rules = contest(ties=(TieRule.FEWER_MAJOR,))
    assert judge(rules, [entry("a", "95", major=1), entry("b", "95")]).proposed == ("b",)
    even = judge(rules, [entry("a", "95"), entry("b", "95"), entry("c", "94")])
    assert even.proposed == () and set(even.tie) == {"a", "b"}


def test_progress_and_sections_can_be_compared() -> None:
    by_progress = judge(
        contest(criterion=Criterion.PROGRESS),
        [entry("a", "99", before=Decimal(98)), entry("b", "85", before=Decimal(60))],
    )
    assert by_progress.proposed == ("b",)
    by_section = judge(
        contest(criterion=Criterion.SECTION, sections=("GW",)),
        [entry("a", "99", section=Decimal(50)), entry("b", "85", section=Decimal(90))],
    )
    assert by_section.proposed == ("b",)


def test_who_held_it_long_enough_waits() -> None:
    history = [
        Award(contest="flag", period=p, winners=w, reason="", signed_by=(), at="")
        for p, w in (("1", ("a",)), ("2", ("b",)), ("3", ("a",)), ("4", ("a", "c")))
    ]
    assert (held_in_a_row(history, "a"), held_in_a_row(history, "b"), held_in_a_row(history, "c")) == (
        2,
        0,
        1,
    )
    found = judge(contest(keep=2), [entry("a", "99", held_in_a_row=2), entry("b", "90")])
    assert found.proposed == ("b",)


def test_an_award_is_signed_and_another_choice_needs_a_reason() -> None:
    state = State()
    rules = contest(eligible=Eligibility(coverage=HALF))
    found = judge(rules, [entry("a", "99"), entry("b", "90")])
    with pytest.raises(NoReason):
        award(state, rules, "2026年第四季度", found, ["b"], " ")
    edits = award(state, rules, "2026年第四季度", found, ["b"], "甲组自愿让出")
    body = Body(at="2026-12-01T09:00:00+08:00", by=("组长",), edits=tuple(edits))
    state.apply(make_change("", "w", body))
    held = awards([state], "flag")
    assert [(a.period, a.winners, a.reason, a.signed_by) for a in held] == [
        ("2026年第四季度", ("b",), "甲组自愿让出", ("组长",))
    ]
