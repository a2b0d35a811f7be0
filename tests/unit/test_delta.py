"""Round against round, recounted by hand and by an independent, deliberately simple count."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_work import TODAY, a_round, carried, row_of, step, verify
from strategies import CHECKLIST, GW2, SC1, Desk

from inspect_tui.model.problem import Source
from inspect_tui.model.round import Round
from inspect_tui.model.terms import FindingKind, Method, Outcome, RectState, StepKind, Verdict
from inspect_tui.rules import actions, rectifying, sampling
from inspect_tui.rules.carrying import cargo, offered
from inspect_tui.rules.delta import Delta, Incomparable, compare
from inspect_tui.rules.ledger import ledger_rows
from inspect_tui.rules.problems import problem_id
from inspect_tui.rules.rectifying import NotAllowed
from sweeps import times

S, K, O = RectState, StepKind, Outcome  # noqa: E741


def typed(
    desk: Desk, name: str, text: str = "手写的问题", unit: str = "u1", item: str = "GW-02", **said: Any
) -> str:
    desk.do(
        *actions.new_finding(
            desk.state, unit, name, FindingKind.DEFICIENCY, text, checklist=CHECKLIST.id, item=item, **said
        )
    )
    return f"finding/{unit}/~{name}"


def figures(found: Delta) -> dict[str, set[str]]:
    names = ("old", "new", "persisting", "fixed", "back", "withdrawn", "confirmed", "left_out", "claimed")
    return {name: set(getattr(found.figures, name)) for name in names}


# -------------------------------------------------------------------- by hand, from what is carried


def test_every_fate_once() -> None:
    round_ = a_round(
        carried(1),  # verified 已整改
        carried(2),  # nobody looked: still there
        carried(3, S.SUBMITTED),  # verified 反弹
        carried(4, S.CLOSED),  # still closed
        carried(5, S.CLOSED),  # found again and linked
        carried(6, S.CLOSED, verify=False, kept=1),  # long closed, drawn by lot, failed
        carried(7, S.CLOSED, verify=False, kept=1),  # long closed and quiet: no old problem
        carried(8, S.DISPUTED),  # withdrawn
        carried(9),  # two verdicts
        carried(10, unit="u2"),  # 部分整改
    )
    one, two = Desk("a" * 12, "甲"), Desk("b" * 12, "乙")
    verify(one, round_, O.FIXED, "p1")
    verify(one, round_, O.RELAPSED, "p3")
    verify(one, round_, O.FIXED, "p4")
    key = typed(one, "again")
    one.do(rectifying.link(one.state, key, "p5"))
    fresh = typed(one, "fresh", item="GW-01")
    drawn = sampling.draw([row_of(one, round_, "p6")], 1, "s", ["乙"], TODAY)
    one.do(*sampling.take_result(one.state, row_of(one, round_, "p6"), drawn, O.RELAPSED, TODAY, who="乙",
                                 basis="看了", methods=(Method.SITE_VIEW,)))  # fmt: skip
    step(one, round_, K.WITHDRAW, "p8")
    verify(one, round_, O.FIXED, "p9")
    verify(two, round_, O.NOT_FIXED, "p9")
    verify(one, round_, O.PARTLY, "p10")
    one.take(two)
    found = compare(one.state, round_, TODAY)
    again, new = problem_id(round_, key), problem_id(round_, fresh)
    assert figures(found) == {
        "old": {"p1", "p2", "p3", "p4", "p5", "p8", "p9", "p10"},
        "new": {new},
        "persisting": {"p2", "p9", "p10"},
        "fixed": {"p1", "p4"},
        "back": {"p3", "p5", "p6"},
        "withdrawn": {"p8"},
        "confirmed": {"p4"},
        "left_out": set(),
        "claimed": {"p3", "p4", "p5", "p6"},
    }
    assert found.again == {"p5": (again,)} and again in found.rows
    assert found.figures.fix_rate == Decimal("0.2857"), "2 of 7, the withdrawn one aside"
    assert found.figures.recurrence_rate == Decimal("0.75")
    assert (found.old, found.new) == ("2026年第三季度回头看", round_.title)
    units = {group.key: group.figures for group in found.units}
    assert units["u2"].old == ("p10",) and units["u2"].fix_rate == Decimal(0) and len(units["u1"].old) == 7
    assert units["u2"].recurrence_rate is None, "nothing had been put right there"
    assert [g.name for g in found.sections] == ["岗位责任"]
    assert {g.key for g in found.items} == {"small/GW-01"}


def test_a_round_that_carries_nothing_has_only_new_ones() -> None:
    desk = Desk("a" * 12, "甲")
    typed(desk, "x")
    found = compare(desk.state, a_round(), TODAY)
    assert len(found.figures.new) == 1 and found.figures.fix_rate is None and found.old == ""


def test_rounds_that_cannot_be_compared_are_refused() -> None:
    older, newer = _two_rounds()
    desk = Desk("a" * 12, "甲")
    with pytest.raises(Incomparable, match="同一轮"):
        compare(desk.state, newer, TODAY, (desk.state, newer))
    with pytest.raises(Incomparable, match="次序反了"):
        compare(desk.state, older, TODAY, (desk.state, newer))


def _two_rounds() -> tuple[Round, Round]:
    older = a_round(id="2026Q3-test", title="三季度", origin="3" * 16)
    newer = a_round(carried(1, source=Source(round="2026Q3-test", origin="3" * 16, title="三季度")))
    return older, newer


# -------------------------------------------------------------------- both rounds given


def test_what_was_left_behind_is_told_and_never_counted_as_fixed() -> None:
    older = a_round(id="2026Q3-test", title="三季度", origin="3" * 16)
    old = Desk("a" * 12, "甲")
    kept, held = typed(old, "kept"), typed(old, "held")
    gone = typed(old, "gone", fixed_on_site=True)
    old.judge(Verdict.FAIL, "无责任人")
    made = "finding/u1/small/GW-01/无责任人"
    step(old, older, K.CLOSE, problem_id(older, gone))
    going = cargo(offered(old.state, older, TODAY), ["u1"], {}).carried
    newer = a_round(*[c for c in going if c.id == problem_id(older, kept)])
    new = Desk("b" * 12, "乙")
    new.judge(Verdict.FAIL, "无责任人")
    verify(new, newer, O.FIXED, problem_id(older, kept))
    ids = {name: problem_id(older, key) for name, key in
           (("kept", kept), ("held", held), ("gone", gone), ("made", made))}  # fmt: skip
    found = compare(new.state, newer, TODAY, (old.state, older))
    told = figures(found)
    assert told["old"] == set(ids.values())
    assert told["fixed"] == {ids["kept"], ids["gone"]}
    assert told["persisting"] == told["left_out"] == {ids["held"], ids["made"]}
    assert told["new"] == set(), "the same label of the same item at the same unit is the same problem"
    assert list(found.again) == [ids["made"]]
    alone = figures(compare(new.state, newer, TODAY))
    assert alone["old"] == {ids["kept"]} and len(alone["new"]) == 1


def test_what_was_closed_and_found_again_under_its_label_is_back_even_if_not_carried() -> None:
    older = a_round(id="2026Q3-test", title="三季度", origin="3" * 16)
    old, new = Desk("a" * 12, "甲"), Desk("b" * 12, "乙")
    old.judge(Verdict.FAIL, "无责任人")
    problem = problem_id(older, "finding/u1/small/GW-01/无责任人")
    step(old, older, K.START, problem)
    step(old, older, K.SUBMIT, problem)
    step(old, older, K.CLOSE, problem)
    newer = a_round()
    assert figures(compare(new.state, newer, TODAY, (old.state, older)))["fixed"] == {problem}
    new.judge(Verdict.FAIL, "无责任人")
    found = figures(compare(new.state, newer, TODAY, (old.state, older)))
    assert found["back"] == found["claimed"] == {problem} and not found["new"] and not found["fixed"]


def test_the_items_that_fail_most_come_first_with_who_was_looked_at() -> None:
    desk, before = Desk("a" * 12, "甲"), Desk("b" * 12, "乙")
    desk.judge(Verdict.FAIL, "无责任人", unit="u1")
    desk.judge(Verdict.PARTIAL, ("责任缺项", 1), unit="u2")
    desk.judge(Verdict.FAIL, item=GW2, unit="u1")
    desk.judge(Verdict.PASS, item=GW2, unit="u2")
    desk.judge(Verdict.FAIL, item=SC1, unit="u1")
    before.judge(Verdict.FAIL, item=GW2, unit="u2")
    older = a_round(id="2026Q3-test", title="三季度", origin="3" * 16)
    found = compare(desk.state, a_round(), TODAY, (before.state, older)).failed
    assert [(f.item, f.units, f.judged, f.before) for f in found] == [
        ("GW-01", ("u1", "u2"), 2, ()), ("SC-01", ("u1",), 1, ()), ("GW-02", ("u1",), 2, ("u2",)),
    ]  # fmt: skip
    assert [f.share for f in found] == [Decimal(1), Decimal(1), Decimal("0.5")]


# -------------------------------------------------------------------- an independent recount

moves = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), max_size=40)


def lived(dice: random.Random) -> tuple[Round, Desk, list[dict[str, Any]]]:
    """A round with random carried problems and a random life, with plain notes of what was done."""
    notes: list[dict[str, Any]] = []
    problems = []
    for number in range(1, dice.randint(2, 14)):
        state = dice.choice(
            [S.OPEN, S.IN_PROGRESS, S.SUBMITTED, S.REJECTED, S.RELAPSED, S.DISPUTED, S.CLOSED]
        )
        quiet = state is S.CLOSED and dice.random() < 0.4
        unit = dice.choice(["u1", "u2"])
        problems.append(carried(number, state, unit=unit, verify=not quiet, kept=int(quiet)))
        notes.append({"id": f"p{number}", "unit": unit, "was": state.value, "quiet": quiet, "did": []})
    round_ = a_round(*problems)
    one, two = Desk("a" * 12, "甲"), Desk("b" * 12, "乙")
    for note in notes:
        for _ in range(dice.randint(0, 2)):
            outcome = dice.choice(list(Outcome))
            desk = dice.choice([one, two])
            try:
                verify(desk, round_, outcome, note["id"])
            except NotAllowed:
                continue
            note["did"] = [d for d in note["did"] if d[0] != desk.writer] + [(desk.writer, outcome.value)]
        note["again"] = note["was"] == "closed" and dice.random() < 0.2
        if note["again"]:
            key = typed(one, f"again{note['id']}", unit=note["unit"])
            one.do(rectifying.link(one.state, key, note["id"]))
    for number in range(dice.randint(0, 4)):
        key = typed(two, f"fresh{number}", unit=dice.choice(["u1", "u2"]))
        notes.append({"id": problem_id(round_, key), "new": True})
    one.take(two)
    return round_, one, notes


def recount(notes: list[dict[str, Any]]) -> dict[str, set[str]]:
    """The figures from the notes, by plain rules: nothing of the product is asked."""
    told: dict[str, set[str]] = {n: set() for n in ("old", "new", "persisting", "fixed", "back")}
    for note in notes:
        if note.get("new"):
            told["new"].add(note["id"])
            continue
        if not note["quiet"]:
            told["old"].add(note["id"])
        said = {outcome for _, outcome in note["did"]}
        if len(said) > 1:
            if not note["quiet"]:
                told["persisting"].add(note["id"])
        elif "relapsed" in said or note["again"]:
            told["back"].add(note["id"])
        elif not note["quiet"]:
            closed = "fixed" in said or note["was"] == "closed"
            told["fixed" if closed else "persisting"].add(note["id"])
    return told


@given(st.integers(0, 2**32))
@settings(max_examples=times(75), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_figures_agree_with_a_simple_recount(seed: int) -> None:
    round_, desk, notes = lived(random.Random(seed))
    found = compare(desk.state, round_, TODAY)
    told, expected = figures(found), recount(notes)
    assert {name: told[name] for name in expected} == expected
    _sound(found)
    for groups in (found.units, found.sections, found.items):
        for name in expected:
            parts = [id_ for group in groups for id_ in getattr(group.figures, name)]
            assert sorted(parts) == sorted(getattr(found.figures, name)), "each problem in one group"


def _sound(found: Delta) -> None:
    told = figures(found)
    parts = [told[name] for name in ("persisting", "fixed", "back", "withdrawn")]
    assert sum(map(len, parts)) == len(set().union(*parts)), "one fate each"
    assert told["old"] <= set().union(*parts) and not told["old"] & told["new"]
    assert set().union(*told.values()) <= set(found.rows), "every figure can be opened"
    assert told["back"] <= told["claimed"] and told["left_out"] <= told["persisting"]


@given(st.integers(0, 2**32))
@settings(max_examples=times(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_both_rounds_given_tell_the_same_where_everything_was_carried(seed: int) -> None:
    older, old, _ = lived(random.Random(seed))
    going = cargo(offered(old.state, older, TODAY), ["u1", "u2"], {}).carried
    newer = a_round(*going, id="2027Q1-test", origin="7" * 16, title="一季度")
    new = Desk("f" * 12, "己")
    dice = random.Random(seed + 1)
    for problem in going:
        try:
            verify(new, newer, dice.choice(list(Outcome)), problem.id)
        except NotAllowed:
            continue
    alone, both = compare(new.state, newer, TODAY), compare(new.state, newer, TODAY, (old.state, older))
    dropped = {r.id for r in ledger_rows(old.state, older, TODAY)} - {c.id for c in going}
    told, also = figures(alone), figures(both)
    assert {n: ids - dropped for n, ids in also.items()} == told
    _sound(both)
