"""Agreement between inspectors, appraisal tallies: recounted plainly."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from inspect_tui.model.appraisal import Appraisal, Subject, Tally
from inspect_tui.model.terms import Verdict
from inspect_tui.rules.agreement import LEAST_PAIRS, Pair, agreement, kappa
from inspect_tui.rules.appraising import appraise, bottom, faults

verdicts = st.sampled_from([Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL])


def pair(first: Verdict, second: Verdict, item: str = "GW-01") -> Pair:
    return Pair(unit="u", checklist="c", item=item, first=first, second=second, by=(("甲",), ("乙",)))


def test_kappa_of_a_known_table() -> None:
    # 40 pairs: 20 both pass, 10 both fail, 10 differ. Observed 0.75; marginals 50/80 and 30/80.
    held = (
        [pair(Verdict.PASS, Verdict.PASS)] * 20
        + [pair(Verdict.FAIL, Verdict.FAIL)] * 10
        + [pair(Verdict.PASS, Verdict.FAIL)] * 5
        + [pair(Verdict.FAIL, Verdict.PASS)] * 5
    )
    expected = (Decimal("0.75") - Decimal("0.53125")) / (1 - Decimal("0.53125"))
    assert kappa(held) == expected.quantize(Decimal("0.001"))


@given(st.lists(st.tuples(verdicts, verdicts), min_size=1, max_size=30))
def test_kappa_does_not_care_who_is_named_first(rows: list[tuple[Verdict, Verdict]]) -> None:
    one = [pair(a, b) for a, b in rows]
    other = [pair(b, a) for a, b in rows]
    assert kappa(one) == kappa(other)
    found = kappa(one)
    if all(a is b for a, b in rows):
        assert found in (None, Decimal("1.000"))
    elif found is not None:
        assert -1 <= found < 1


def test_few_pairs_have_a_share_but_no_kappa() -> None:
    few = agreement([pair(Verdict.PASS, Verdict.FAIL)] * (LEAST_PAIRS - 1))
    assert (few[0].kappa, few[0].share, few[0].pairs) == (None, 0, LEAST_PAIRS - 1)
    worst_first = agreement(
        [pair(Verdict.PASS, Verdict.PASS)] * 5 + [pair(Verdict.PASS, Verdict.FAIL, "GW-02")] * 5
    )
    assert [a.item for a in worst_first] == ["GW-02", "GW-01"]
    assert worst_first[0].readings == ((Verdict.PASS, Verdict.FAIL, 5),)


# ---------------------------------------------------------------- appraisal


def subject(upper: tuple[int, ...], crowd: tuple[int, ...], name: str = "甲") -> Subject:
    return Subject(
        id=name,
        name=name,
        ballots={"上级": sum(upper), "群众": sum(crowd)},
        tallies=(
            Tally(dimension="德", level="上级", counts=upper),
            Tally(dimension="德", level="群众", counts=crowd),
        ),
    )


APPRAISAL = Appraisal(format="", version="1.0", id="a", title="测评", subjects=())


def test_levels_are_weighted_by_their_shares() -> None:
    found = appraise(APPRAISAL, subject((4, 0, 0, 0), (0, 0, 0, 6)))
    # 0.4 × 100 and 0.3 × 50 over 0.7: a level without ballots leaves its share to the others.
    assert found.total == Decimal("78.6") and found.spread == Decimal("50.0")
    assert dict(found.by_level) == {"上级": Decimal("100.0"), "同级": None, "群众": Decimal("50.0")}
    assert found.ballots == 10


def test_a_level_too_small_to_be_anonymous_counts_nowhere() -> None:
    found = appraise(APPRAISAL, subject((2, 0, 0, 0), (0, 0, 0, 6)))
    assert found.hidden == ("上级",) and found.total == Decimal("50.0")
    assert dict(found.by_level)["上级"] is None and found.spread is None


def test_more_ticks_than_ballots_is_a_fault() -> None:
    wrong = Subject(
        id="x",
        name="丙",
        ballots={"上级": 3},
        tallies=(
            Tally(dimension="德", level="上级", counts=(4, 0, 0, 0)),
            Tally(dimension="智", level="同行", counts=(1, -1)),
        ),
    )
    assert len(faults(APPRAISAL, wrong)) == 5
    assert faults(APPRAISAL, subject((4, 0, 0, 0), (0, 0, 0, 6))) == []


@given(st.lists(st.integers(0, 6), min_size=1, max_size=8), st.integers(0, 4))
def test_the_bottom_holds_every_equal(ticks: list[int], count: int) -> None:
    results = [
        appraise(APPRAISAL, subject((n, 6 - n, 0, 0), (3, 0, 0, 0), f"s{place}"))
        for place, n in enumerate(ticks)
    ]
    low = bottom(results, count)
    if count == 0:
        assert low == []
    else:
        line = sorted(r.total for r in results if r.total is not None)[min(count, len(results)) - 1]
        assert {r.subject for r in low} == {
            r.subject for r in results if r.total is not None and r.total <= line
        }
