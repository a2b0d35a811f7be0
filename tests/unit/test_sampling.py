"""Drawing by lot: the same seed and data give the same list, spread over severities, looked at by others."""

from __future__ import annotations

import hashlib
import math
import random
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_work import TODAY, a_round, carried, row_of, step
from strategies import Desk

from inspect_tui.model.problem import Duty
from inspect_tui.model.terms import FindingKind, Method, Outcome, RectState, Severity, StepKind
from inspect_tui.rules import actions, deciding, sampling
from inspect_tui.rules.carrying import offered
from inspect_tui.rules.fold import State
from inspect_tui.rules.ledger import LedgerRow, ledger_rows
from inspect_tui.rules.problems import problem_id
from inspect_tui.rules.rectifying import NotAllowed
from inspect_tui.rules.sampling import CannotDraw, Draw, allocate, assign, draw, draws_of, rate_of, result_of
from sweeps import times

PEOPLE = ["组长", "甲", "乙", "丙"]
WEIGHT = [Severity.VETO, Severity.MAJOR, Severity.MODERATE, Severity.MINOR]


def row(name: str, severity: Severity, closer: str = "甲", state: RectState = RectState.CLOSED) -> LedgerRow:
    return LedgerRow(
        id=name, record=f"rect/u1/{name}", number=name, unit="u1", unit_name="一组", text=name,
        severity=severity, state=state, initial=RectState.OPEN, duty=Duty(), closed_by=(closer,),
    )  # fmt: skip


rows_st = st.lists(
    st.tuples(st.integers(0, 10**6), st.sampled_from(Severity), st.sampled_from(PEOPLE)),
    min_size=1, max_size=40, unique_by=lambda t: t[0],
).map(lambda ts: [row(f"p{n}", severity, closer) for n, severity, closer in ts])  # fmt: skip


# -------------------------------------------------------------------- lesson 14


@given(rows_st, st.data(), st.text(min_size=1, max_size=8).filter(str.strip))
@settings(max_examples=times(60), deadline=None)
def test_the_same_seed_and_data_give_the_same_list_in_any_order(rows, data, seed: str) -> None:
    k = data.draw(st.integers(1, len(rows)))
    first = draw(rows, k, seed, PEOPLE, TODAY)
    mixed, people = data.draw(st.permutations(rows)), data.draw(st.permutations(PEOPLE))
    again = draw(mixed, k, f" {seed} ", people, "2027-01-01")
    assert msgspec.structs.replace(again, day=TODAY) == first
    assert len({p.problem for p in first.picked}) == k == len(first.picked)


def test_the_list_is_the_one_anybody_can_reckon_by_hand() -> None:
    """Spelled out once without the product: within a severity, the smallest sha256 of seed and id."""
    rows = [row(f"p{n}", Severity.MINOR) for n in range(30)]
    lots = sorted(rows, key=lambda r: hashlib.sha256(f"会场\n{r.id}".encode()).hexdigest())
    drawn = draw(rows, 7, "会场", PEOPLE, TODAY)
    assert [p.problem for p in drawn.picked] == [r.id for r in lots[:7]]


def test_other_seeds_draw_otherwise() -> None:
    rows = [row(f"p{n}", WEIGHT[n % 4]) for n in range(60)]
    lists = {tuple(p.problem for p in draw(rows, 8, str(seed), PEOPLE, TODAY).picked) for seed in range(50)}
    assert len(lists) == 50
    drawn = Counter(problem for picked in lists for problem in picked)
    assert len(drawn) > 55, "over fifty seeds nearly everything is drawn some time"


def test_what_is_drawn_from_shows_in_the_frame() -> None:
    rows = [row(f"p{n}", Severity.MINOR) for n in range(5)]
    mark = draw(rows, 2, "s", PEOPLE, TODAY).frame
    assert draw(rows[1:], 2, "s", PEOPLE, TODAY).frame != mark
    assert draw([row("p0", Severity.MAJOR), *rows[1:]], 2, "s", PEOPLE, TODAY).frame != mark
    assert draw([row("p0", Severity.MINOR, "乙"), *rows[1:]], 2, "s", PEOPLE, TODAY).frame != mark
    left_out = row("px", Severity.MINOR, state=RectState.SUBMITTED)
    moved = msgspec.structs.replace(row("py", Severity.MINOR), carried_to="下一轮")
    quarrel = msgspec.structs.replace(row("pz", Severity.MINOR), contested=True)
    assert draw([*rows, left_out, moved, quarrel], 2, "s", PEOPLE, TODAY).frame == mark


@pytest.mark.parametrize(("rows", "k", "seed", "text"), [
    ([], 1, "s", "还没有已销号的问题"), ([row("p1", Severity.MINOR)], 2, "s", "只有1条，抽不出2条"),
    ([row("p1", Severity.MINOR)], 0, "s", "至少要抽1条"), ([row("p1", Severity.MINOR)], 1, " ", "没有写种子"),
])  # fmt: skip
def test_what_cannot_be_drawn_is_said(rows, k, seed, text) -> None:
    with pytest.raises(CannotDraw, match=text):
        draw(rows, k, seed, PEOPLE, TODAY)


# -------------------------------------------------------------------- strata


@given(st.dictionaries(st.sampled_from(Severity), st.integers(0, 60)), st.data())
@settings(max_examples=times(400), deadline=None)
def test_strata_get_their_share_and_at_least_one(sizes, data) -> None:
    total = sum(sizes.values())
    if not total:
        return
    k = data.draw(st.integers(1, total))
    shares = allocate(sizes, k)
    filled = {s: n for s, n in sizes.items() if n}
    assert sum(shares.values()) == k
    assert all(shares[s] <= n for s, n in filled.items())
    assert all(not shares.get(s) for s, n in sizes.items() if not n)
    if k >= len(filled):
        assert all(shares[s] >= 1 for s in filled)
    for small in filled:
        for big in filled:
            if filled[small] < filled[big]:
                assert shares[small] <= shares[big], "a bigger stratum never gets less"
    if all(Fraction(k * n, total) >= 1 for n in filled.values()):
        for s, n in filled.items():
            assert abs(shares[s] - Fraction(k * n, total)) < 1, (
                "largest remainder stays within one of the quota"
            )


def test_shares_known_by_hand() -> None:
    veto, major, moderate, minor = WEIGHT
    assert allocate({major: 7, moderate: 5, minor: 5}, 5) == {major: 2, moderate: 2, minor: 1}
    assert allocate({veto: 1, minor: 99}, 10) == {veto: 1, minor: 9}
    assert allocate({veto: 1, major: 1, minor: 98}, 3) == {veto: 1, major: 1, minor: 1}
    assert allocate({veto: 1, major: 1, minor: 98}, 2) == {veto: 0, major: 0, minor: 2}
    assert allocate({minor: 4}, 4) == {minor: 4}
    assert allocate({major: 3, minor: 3}, 3) == {major: 2, minor: 1}, "the graver one on a tie"


# -------------------------------------------------------------------- who looks


@given(st.lists(st.sets(st.sampled_from(PEOPLE), max_size=4), min_size=1, max_size=9), st.text(max_size=3))
@settings(max_examples=times(200), deadline=None)
def test_nobody_checks_the_own_closing_and_work_is_shared_as_evenly_as_can_be(barred, seed) -> None:
    work = {f"p{n}": names for n, names in enumerate(barred)}
    sent = assign(work, PEOPLE, seed)
    for problem, who in sent.items():
        assert who not in work[problem]
        assert who or work[problem] == set(PEOPLE), "nobody is sent only where all are barred"
    loads = Counter(who for who in sent.values() if who)
    assert max(loads.values(), default=0) == _least_top(work)


def _least_top(work: dict[str, set[str]]) -> int:
    """By brute force: the smallest load that the busiest inspector can have."""
    able = [[n for n in PEOPLE if n not in names] for names in work.values()]
    able = [names for names in able if names]

    def fits(top: int, place: int, loads: dict[str, int]) -> bool:
        if place == len(able):
            return True
        for name in able[place]:
            if loads[name] < top:
                loads[name] += 1
                if fits(top, place + 1, loads):
                    return True
                loads[name] -= 1
        return False

    return next(top for top in range(len(able) + 1) if fits(top, 0, dict.fromkeys(PEOPLE, 0)))


def test_it_is_said_when_only_the_closing_inspector_is_there() -> None:
    drawn = draw([row("p1", Severity.MINOR, "甲"), row("p2", Severity.MINOR, "乙")], 2, "s", ["甲"], TODAY)
    assert [p.problem for p in drawn.unassigned] == ["p1"]
    assert {p.problem: p.inspector for p in drawn.picked} == {"p1": "", "p2": "甲"}
    two = row("p3", Severity.MINOR, "甲、乙")
    assert draw([two], 1, "s", ["甲", "乙", "丙"], TODAY).picked[0].inspector == "丙"


# -------------------------------------------------------------------- recorded, looked at, rated

ROUND = a_round(
    carried(1, RectState.CLOSED, severity=Severity.MAJOR),
    carried(2, RectState.CLOSED, severity=Severity.MAJOR, verify=False, kept=1),
    carried(3, RectState.CLOSED),
    carried(4, RectState.CLOSED),
    carried(5, RectState.CLOSED, unit="u2"),
    carried(6, RectState.SUBMITTED),
)


def lead_with_draw(k: int = 5) -> tuple[Desk, Draw]:
    lead = Desk("c" * 12, "组长")
    rows = ledger_rows(lead.state, ROUND, TODAY)
    drawn = draw(rows, k, "会场", sampling.inspectors_of(lead.state, ROUND), TODAY)
    lead.do(*sampling.record_draw(lead.state, drawn))
    return lead, drawn


def look(desk: Desk, drawn: Draw, problem: str, outcome: Outcome, **said) -> None:
    given = {"who": "丙", "basis": "到现场看了", "methods": (Method.SITE_VIEW,)}
    row = row_of(desk, ROUND, problem)
    desk.do(*sampling.take_result(desk.state, row, drawn, outcome, TODAY, **(given | said)))


def test_a_drawing_is_recorded_once_and_survives_merging() -> None:
    lead, drawn = lead_with_draw()
    assert draws_of(lead.state) == [drawn] and drawn.size == 5
    assert sampling.record_draw(lead.state, drawn) == []
    other = Desk("d" * 12, "副组长")
    other.do(*sampling.record_draw(other.state, msgspec.structs.replace(drawn, day="2026-11-21")))
    changes = [*lead.held, *other.held]
    found = [draws_of(State(order)) for order in (changes, changes[::-1])]
    assert found[0] == found[1] and [d.id for d in found[0]] == [drawn.id]
    assert deciding.questions(State(changes), ROUND) == [], "which day it was drawn is nobody's quarrel"
    assert sampling.proposed_seed(lead.state, TODAY) == "20261120"


def test_what_is_no_drawing_is_passed_over() -> None:
    desk = Desk("e" * 12, "戊")
    for number, value in enumerate((7, {}, {"seed": "s"}, None, {"id": "x"})):
        desk.set(f"draw/-/{number}", "drawn", value)
    _, drawn = lead_with_draw()
    desk.set("draw/-/elsewhere", "drawn", msgspec.to_builtins(drawn, str_keys=True))
    assert draws_of(desk.state) == []


def test_results_are_steps_of_the_table_and_a_failed_one_goes_to_relapsed() -> None:
    lead, drawn = lead_with_draw()
    look(lead, drawn, "p1", Outcome.RELAPSED)
    look(lead, drawn, "p3", Outcome.FIXED)
    look(lead, drawn, "p4", Outcome.UNVERIFIABLE, methods=())
    states = {n: row_of(lead, ROUND, n).state for n in ("p1", "p3", "p4")}
    assert states == {"p1": RectState.RELAPSED, "p3": RectState.CLOSED, "p4": RectState.CLOSED}
    assert row_of(lead, ROUND, "p1").recurrences == 1
    kept = row_of(lead, ROUND, "p3")
    assert (kept.closed_on, kept.closed_by, kept.verified_by) == ("2026-09-10", ("甲",), "丙")
    with pytest.raises(NotAllowed, match="问题反弹的问题不能"):
        look(lead, drawn, "p1", Outcome.FIXED)
    with pytest.raises(NotAllowed, match="抽查要换人"):
        look(lead, drawn, "p5", Outcome.FIXED, who="甲")
    with pytest.raises(NotAllowed, match="没有复查方式"):
        look(lead, drawn, "p5", Outcome.FIXED, methods=())
    with pytest.raises(NotAllowed, match="不在抽查名单"):
        look(lead, drawn, "p6", Outcome.FIXED)
    step(lead, ROUND, StepKind.START, "p1")
    assert result_of(lead.state, drawn, drawn.pick("p1")) is Outcome.RELAPSED, "it stays what was found"


def test_a_problem_found_and_closed_in_this_round_keeps_who_closed_it() -> None:
    lead = Desk("c" * 12, "组长")
    round_ = a_round(carried(1, RectState.SUBMITTED))
    step(lead, round_, StepKind.CLOSE, who="甲")
    drawn = draw(ledger_rows(lead.state, round_, TODAY), 1, "s", ["甲", "乙"], TODAY)
    assert drawn.picked[0].inspector == "乙"
    row = row_of(lead, round_)
    said = {"who": "乙", "basis": "又看了", "methods": (Method.SITE_VIEW,)}
    lead.do(*sampling.take_result(lead.state, row, drawn, Outcome.FIXED, TODAY, **said))
    after = row_of(lead, round_)
    assert (after.closed_on, after.closed_by, after.verified_by) == (TODAY, ("甲",), "乙")
    assert draw(ledger_rows(lead.state, round_, TODAY), 1, "s", ["甲", "乙"], TODAY) == drawn


def test_one_of_this_round_that_failed_counts_its_return() -> None:
    lead = Desk("c" * 12, "组长")
    round_ = a_round()
    lead.do(*actions.new_finding(lead.state, "u1", "x", FindingKind.DEFICIENCY, "手写的问题"))
    problem = problem_id(round_, "finding/u1/~x")
    for kind in (StepKind.START, StepKind.SUBMIT, StepKind.CLOSE):
        step(lead, round_, kind, problem, who="甲")
    drawn = draw(ledger_rows(lead.state, round_, TODAY), 1, "s", ["甲", "乙"], TODAY)
    row = row_of(lead, round_, problem)
    said = {"who": "乙", "basis": "又没有了", "methods": (Method.SITE_VIEW,)}
    lead.do(*sampling.take_result(lead.state, row, drawn, Outcome.RELAPSED, TODAY, **said))
    after = row_of(lead, round_, problem)
    assert (row.recurrences, after.recurrences, after.state) == (0, 1, RectState.RELAPSED)


def test_two_who_look_and_differ_count_as_come_back_without_a_question() -> None:
    lead, drawn = lead_with_draw()
    other = Desk("d" * 12, "丁")
    other.take(lead)
    look(lead, drawn, "p3", Outcome.FIXED)
    look(other, drawn, "p3", Outcome.RELAPSED, who="丁")
    lead.take(other)
    assert result_of(lead.state, drawn, drawn.pick("p3")) is Outcome.RELAPSED
    assert row_of(lead, ROUND, "p3").state is RectState.RELAPSED and list(lead.state.questions()) == []
    lead.undo()
    assert result_of(lead.state, drawn, drawn.pick("p3")) is Outcome.RELAPSED, "the other's still stands"


def test_rates_by_hand() -> None:
    """Two grave ones, one held: 50 %; two of three small ones looked at, both held: 100 %."""
    lead, drawn = lead_with_draw()
    empty = rate_of(lead.state, drawn)
    assert (empty.weighted, empty.plain, empty.waiting) == (None, None, 5)
    assert empty.missing == (Severity.MAJOR, Severity.MINOR)
    for problem, outcome in (("p1", Outcome.RELAPSED), ("p2", Outcome.FIXED), ("p3", Outcome.FIXED),
                             ("p4", Outcome.UNVERIFIABLE), ("p5", Outcome.FIXED)):  # fmt: skip
        look(lead, drawn, problem, outcome)
    rate = rate_of(lead.state, drawn)
    major, minor = rate.strata
    assert (major.severity, major.size, major.looked, major.rate) == (Severity.MAJOR, 2, 2, Decimal("0.5"))
    assert (minor.size, minor.drawn, minor.looked, minor.rate) == (3, 3, 2, Decimal(1))
    assert minor.unverifiable == ("p4",) and major.back == ("p1",)
    assert rate.plain == Decimal("0.75") and rate.weighted == Decimal("0.8"), "(2 × ½ + 3 × 1) ÷ 5"
    assert rate.missing == () and rate.waiting == 0


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=4))
def test_the_weighted_rate_lies_between_its_strata(parts) -> None:
    strata = tuple(
        sampling.StratumRate(severity=s, size=max(size, held + back), drawn=held + back,
                             held=("h",) * held, back=("b",) * back)
        for s, (size, held, back) in zip(WEIGHT, parts, strict=False)
    )  # fmt: skip
    rate = sampling.Rate(strata=strata)
    told = [s.rate for s in strata if s.rate is not None]
    if not told:
        assert rate.weighted is None
        return
    assert rate.weighted is not None and min(told) <= rate.weighted <= max(told)
    whole = [(s.size, len(s.held) / s.looked) for s in strata if s.looked]
    expected = sum(n * r for n, r in whole) / sum(n for n, _ in whole)
    assert math.isclose(float(rate.weighted), expected, abs_tol=6e-5)


def test_a_failed_one_is_carried_on_as_relapsed_with_its_count() -> None:
    lead, drawn = lead_with_draw()
    look(lead, drawn, "p1", Outcome.RELAPSED)
    going = {o.problem.id: o.problem for o in offered(lead.state, ROUND, TODAY)}
    assert going["p1"].state is RectState.RELAPSED and going["p1"].recurrences == 1
    assert any("抽查复核：反弹" in past.words for past in going["p1"].history)


def test_drawing_many_is_fair_enough_to_be_believed() -> None:
    """Over many seeds each of ten equals is drawn about as often: a lot that leans would show."""
    rows = [row(f"p{n}", Severity.MINOR) for n in range(10)]
    dice = random.Random(7)
    seen = Counter(draw(rows, 1, str(dice.random()), PEOPLE, TODAY).picked[0].problem for _ in range(1000))
    assert min(seen.values()) > 60 and max(seen.values()) < 145
