"""Steps in the fold: one line of them, several hands, undo, merging in any order, foreign files."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_work import TODAY, a_round, carried, forced, raw_of, row_of, step, verify
from mergework import file_bytes, merged, no_wait
from strategies import Desk

from inspect_tui.exchange.judging import Grounds
from inspect_tui.exchange.scanning import scan
from inspect_tui.exchange.verifying import change_faults
from inspect_tui.model.terms import Method, Outcome, RectState, StepKind
from inspect_tui.rules import deciding, rectifying
from inspect_tui.rules.fold import State
from inspect_tui.rules.ledger import ledger_rows
from inspect_tui.rules.ledger_history import history_of
from inspect_tui.rules.lifecycle import leads_to, step_of
from inspect_tui.rules.problems import all_steps, owed, standing
from inspect_tui.rules.rectifying import NotAllowed
from inspect_tui.rules.tables import state_tables
from sweeps import times

K, S, O = StepKind, RectState, Outcome  # noqa: E741
ROUND = a_round(carried(1), carried(2, S.SUBMITTED), carried(3, S.CLOSED))


def desks(count: int = 3) -> list[Desk]:
    return [Desk(letter * 12, name) for letter, name in zip("abcd", "甲乙丙丁", strict=True)][:count]


def state_of(desk: Desk, problem: str = "p1") -> RectState:
    return row_of(desk, ROUND, problem).state


# -------------------------------------------------------------------- one hand


def test_the_whole_way_from_found_to_closed_is_told_in_order() -> None:
    desk = desks()[0]
    for kind, to in ((K.START, S.IN_PROGRESS), (K.SUBMIT, S.SUBMITTED), (K.REJECT, S.REJECTED),
                     (K.START, S.IN_PROGRESS), (K.SUBMIT, S.SUBMITTED), (K.CLOSE, S.CLOSED)):  # fmt: skip
        step(desk, ROUND, kind)
        assert state_of(desk) is to
    row = row_of(desk, ROUND)
    assert (row.closed_on, row.closed_by, row.basis) == (TODAY, ("甲",), "看了台账")
    past = history_of(desk.state, ROUND, row)
    assert [(p.left, p.to) for p in past[1:]] == [
        (S.OPEN, S.IN_PROGRESS), (S.IN_PROGRESS, S.SUBMITTED), (S.SUBMITTED, S.REJECTED),
        (S.REJECTED, S.IN_PROGRESS), (S.IN_PROGRESS, S.SUBMITTED), (S.SUBMITTED, S.CLOSED),
    ]  # fmt: skip


def test_what_the_table_forbids_is_not_written() -> None:
    desk = desks()[0]
    for kind in (K.CLOSE, K.REJECT, K.SUBMIT, K.UPHOLD, K.WITHDRAW):
        with pytest.raises(NotAllowed, match="未整改的问题不能"):
            step(desk, ROUND, kind)
    with pytest.raises(NotAllowed, match="只能由复查记为反弹"):
        step(desk, ROUND, K.START, "p3")
    with pytest.raises(NotAllowed, match="不能回头看复查"):
        verify(desk, ROUND, O.PARTLY, "p3")
    with pytest.raises(NotAllowed, match=r"没有复查依据.*没有复查方式"):
        verify(desk, ROUND, O.FIXED, basis=" ", methods=())
    assert desk.own == []


def test_a_duty_comes_in_the_same_change_as_its_step_and_is_guarded() -> None:
    desk = desks()[0]
    bare = a_round(
        msgspec.structs.replace(carried(1), duty=msgspec.structs.replace(carried(1).duty, measure=""))
    )
    with pytest.raises(NotAllowed, match="没有整改措施"):
        step(desk, bare, K.START, duty={})
    step(desk, bare, K.START)
    assert len(desk.own) == 1 and row_of(desk, bare).measure == "补齐"
    row = row_of(desk, bare)
    for values, text in (
        ({"due": "十二月"}, "整改时限写法不对"),
        ({"done_on": "2026-11-21"}, "在今天之后"),
        ({"颜色": "红"}, "没有“颜色”这一栏"),
    ):
        with pytest.raises(NotAllowed, match=text):
            rectifying.set_duty(desk.state, row, values, TODAY)
    assert rectifying.set_duty(desk.state, row, {"measure": "补齐", "owner": "周一 "}, TODAY) == []


def test_what_was_carried_on_is_dealt_with_there() -> None:
    desk = desks()[0]
    row = row_of(desk, ROUND)
    desk.do(rectifying.hand_on(desk.state, row.record, "5" * 16, "2027Q1", "2027年第一季度回头看"))
    row = row_of(desk, ROUND)
    assert row.state_label == "已转入" and row.done
    with pytest.raises(NotAllowed, match="已转入“2027年第一季度回头看”"):
        step(desk, ROUND, K.START)
    with pytest.raises(NotAllowed, match="已转入"):
        rectifying.set_duty(desk.state, row, {"owner": "吴二"}, TODAY)


def test_thinking_again_replaces_the_own_verdict_and_starts_from_the_same_place() -> None:
    desk = desks()[0]
    verify(desk, ROUND, O.FIXED)
    verify(desk, ROUND, O.PARTLY)
    row = row_of(desk, ROUND)
    assert row.state is S.IN_PROGRESS and len(row.outcomes) == 1 and not row.contested
    assert [t.step.left for t in all_steps(desk.state, "u1", "p1")] == [S.OPEN, S.OPEN]


def test_undo_and_redo_walk_back_and_forth() -> None:
    desk = desks()[0]
    step(desk, ROUND, K.START)
    step(desk, ROUND, K.SUBMIT)
    desk.undo()
    assert state_of(desk) is S.IN_PROGRESS and row_of(desk, ROUND).result == ""
    desk.undo()
    assert state_of(desk) is S.OPEN
    desk.redo()
    desk.redo()
    assert state_of(desk) is S.SUBMITTED
    verify(desk, ROUND, O.FIXED)
    desk.undo()
    assert state_of(desk) is S.SUBMITTED and [c.id for c in owed(desk.state, ROUND, "u1")] == [
        "p1",
        "p2",
        "p3",
    ]


def test_retracting_in_the_middle_leaves_what_came_after() -> None:
    """A later step had replaced it already: taking back the earlier one changes no state."""
    desk = desks()[0]
    step(desk, ROUND, K.START)
    first = desk.own[-1].id
    step(desk, ROUND, K.SUBMIT)
    desk.do(retract=[first])
    assert state_of(desk) is S.SUBMITTED


def test_nobody_takes_back_another_hands_step() -> None:
    one, two, _ = desks()
    step(one, ROUND, K.START)
    two.take(one)
    two.do(retract=[one.own[-1].id])
    assert state_of(two) is S.IN_PROGRESS


def test_a_step_by_another_hand_goes_on_from_what_it_saw() -> None:
    one, two, _ = desks()
    step(one, ROUND, K.START)
    two.take(one)
    step(two, ROUND, K.SUBMIT)
    one.take(two)
    assert state_of(one) is S.SUBMITTED and list(one.state.questions()) == []


def test_reporting_and_closing_by_the_same_person_is_warned_of() -> None:
    one = desks()[0]
    step(one, ROUND, K.START)
    step(one, ROUND, K.SUBMIT)
    row = row_of(one, ROUND)
    said = {"basis": "看了", "who": "甲"}
    _, found = rectifying.planned(one.state, row, K.CLOSE, TODAY, **said)
    assert found.allowed and "最好换人复查" in found.warnings[0].text
    _, found = rectifying.planned(one.state, row, K.CLOSE, TODAY, **(said | {"who": "乙"}))
    assert found.warnings == ()


# -------------------------------------------------------------------- two opinions


def quarrel(first: Outcome = O.FIXED, second: Outcome = O.PARTLY) -> tuple[Desk, Desk, Desk]:
    one, two, lead = desks()
    verify(one, ROUND, first)
    verify(two, ROUND, second)
    lead.take(one, two)
    return one, two, lead


def test_two_verdicts_are_one_question_with_both_sides() -> None:
    _, _, lead = quarrel()
    (question,) = deciding.questions(lead.state, ROUND)
    assert (question.field, question.matter) == ("step", "整改状态") and "旧问题1" in question.about
    assert sorted(side.by for side in question.sides) == [("乙",), ("甲",)]
    assert {side.text.split("，")[0] for side in question.sides} == {
        "回头看复查：已整改",
        "回头看复查：部分整改",
    }
    row = row_of(lead, ROUND)
    assert row.contested and row.state is S.OPEN and row.state_label == "待裁定" and not row.done
    (told,) = state_tables(lead.state, ROUND)["rectifications"]
    assert told["contested"] and told["state"] == "" and len(told["verified"]) == 2


def test_one_who_saw_the_others_verdict_does_not_replace_it() -> None:
    one, two, _ = desks()
    verify(one, ROUND, O.FIXED)
    two.take(one)
    verify(two, ROUND, O.PARTLY)
    assert len(row_of(two, ROUND).outcomes) == 2 and len(deciding.questions(two.state, ROUND)) == 1
    verify(two, ROUND, O.FIXED)
    assert deciding.questions(two.state, ROUND) == [] and state_of(two) is S.CLOSED


def test_nothing_goes_on_before_the_quarrel_is_settled() -> None:
    _, _, lead = quarrel()
    with pytest.raises(NotAllowed, match="组长先裁定"):
        step(lead, ROUND, K.START)


@pytest.mark.parametrize("chosen", [0, 1])
def test_the_leads_word_settles_it_for_good(chosen: int) -> None:
    one, two, lead = quarrel()
    (question,) = deciding.questions(lead.state, ROUND)
    side = question.sides[chosen]
    lead.do(deciding.decide(lead.state, question, side, "以现场为准"))
    for desk in (one, two):
        desk.take(lead)
    for desk in (one, two, lead):
        row = row_of(desk, ROUND)
        assert row.state is step_of(side.value).to and not row.contested
        assert [t.step.outcome for t in row.outcomes] == [step_of(side.value).outcome]
        assert deciding.questions(desk.state, ROUND) == []
    (told,) = deciding.decisions(lead.state, "u1")
    assert told.stands and told.reason == "以现场为准"
    assert any("组长裁定：以现场为准" in p.words for p in history_of(lead.state, ROUND, row_of(lead, ROUND)))


def test_a_third_verdict_is_a_step_the_table_allows() -> None:
    _, _, lead = quarrel()
    (question,) = deciding.questions(lead.state, ROUND)
    row = row_of(lead, ROUND)
    (edit,) = rectifying.take_step(
        lead.state,
        row,
        K.VERIFY,
        TODAY,
        outcome=O.NOT_FIXED,
        who="组长",
        basis="又去看了",
        methods=(Method.SITE_VIEW,),
    )
    lead.do(deciding.decide(lead.state, question, edit.value, "重新看过"))
    assert state_of(lead) is S.IN_PROGRESS and deciding.questions(lead.state, ROUND) == []
    unlawful = {"kind": "verify", "left": "open", "to": "withdrawn", "outcome": "fixed"}
    with pytest.raises(msgspec.ValidationError):
        deciding.settle(lead.state, row.record, "step", unlawful, "硬改")


def test_a_decided_quarrel_comes_back_only_with_something_new() -> None:
    one, two, lead = quarrel()
    (question,) = deciding.questions(lead.state, ROUND)
    lead.do(deciding.decide(lead.state, question, question.sides[0], "以现场为准"))
    lead.take(one, two)
    assert deciding.questions(lead.state, ROUND) == []
    verify(two, ROUND, O.NOT_FIXED)
    lead.take(two)
    (again,) = deciding.questions(lead.state, ROUND)
    assert again.id != question.id and row_of(lead, ROUND).contested


def test_a_question_that_moved_is_not_decided_unseen() -> None:
    _, two, lead = quarrel()
    (question,) = deciding.questions(lead.state, ROUND)
    verify(two, ROUND, O.RELAPSED)
    lead.take(two)
    with pytest.raises(deciding.MatterMoved):
        deciding.decide(lead.state, question, question.sides[0], "以现场为准")


def test_three_who_agree_two_and_two_are_two_sides() -> None:
    one, two, three, four = desks(4)
    for desk, outcome in ((one, O.FIXED), (two, O.PARTLY), (three, O.FIXED)):
        verify(desk, ROUND, outcome, basis=f"{desk.people[0]}看的")
    four.take(one, two, three)
    (question,) = deciding.questions(four.state, ROUND)
    assert sorted(side.by for side in question.sides if "已整改" in side.text)[0] in {
        ("甲", "丙"),
        ("丙", "甲"),
    }
    assert len(question.sides) == 2


def test_the_ledger_goes_on_after_a_verification_and_the_verdict_stays() -> None:
    one, _, lead = desks()
    verify(one, ROUND, O.PARTLY)
    lead.take(one)
    step(lead, ROUND, K.SUBMIT)
    row = row_of(lead, ROUND)
    assert row.state is S.SUBMITTED and [t.step.outcome for t in row.outcomes] == [O.PARTLY]
    assert "p1" not in {c.id for c in owed(lead.state, ROUND, "u1")}


def test_a_verdict_that_comes_after_the_ledger_went_on_is_still_the_leads_question() -> None:
    """The lead took a step on one verdict; another, who saw neither, found otherwise."""
    one, two, lead = desks()
    verify(one, ROUND, O.PARTLY)
    lead.take(one)
    step(lead, ROUND, K.SUBMIT)
    verify(two, ROUND, O.FIXED)
    lead.take(two)
    assert row_of(lead, ROUND).contested
    (question,) = deciding.questions(lead.state, ROUND)
    assert {step_of(side.value).outcome for side in question.sides} == {O.PARTLY, O.FIXED}
    side = next(s for s in question.sides if step_of(s.value).outcome is O.FIXED)
    lead.do(deciding.decide(lead.state, question, side, "后来的看得准"))
    row = row_of(lead, ROUND)
    assert row.state is S.CLOSED and not row.contested and deciding.questions(lead.state, ROUND) == []


def test_steps_that_no_order_reconciles_are_a_question_and_the_choice_is_the_state() -> None:
    one, two, lead = desks()
    step(one, ROUND, K.CLOSE, "p2")
    step(two, ROUND, K.REJECT, "p2")
    lead.take(one, two)
    (question,) = deciding.questions(lead.state, ROUND)
    assert row_of(lead, ROUND, "p2").contested and row_of(lead, ROUND, "p2").state is S.SUBMITTED
    for side in question.sides:
        trial = lead.state.copy()
        trial.apply(lead.seal(_body(lead, deciding.decide(lead.state, question, side, "定了"))))
        assert standing(trial, "u1", "p2", S.SUBMITTED).state is step_of(side.value).to


def _body(desk: Desk, *edits: object):
    from inspect_tui.model.change import Body

    return Body(at="2026-11-20T20:00:00+08:00", by=desk.people, edits=edits)


def test_steps_that_can_follow_each_other_are_no_question() -> None:
    one, two, lead = desks()
    step(one, ROUND, K.START)
    two.take(one)
    step(two, ROUND, K.SUBMIT)
    other = Desk("e" * 12, "戊")
    step(other, ROUND, K.START)
    lead.take(two, one, other)
    assert state_of(lead) is S.SUBMITTED and deciding.questions(lead.state, ROUND) == []


def test_a_duty_told_in_two_ways_is_a_question_of_its_own() -> None:
    one, two, lead = desks()
    for desk, name in ((one, "周一"), (two, "吴二")):
        edits = rectifying.set_duty(desk.state, row_of(desk, ROUND), {"supervisor": name}, TODAY)
        desk.do(*edits)
    lead.take(one, two)
    (question,) = deciding.questions(lead.state, ROUND)
    assert question.matter == "督办人" and {s.text for s in question.sides} == {"周一", "吴二"}


# -------------------------------------------------------------------- a deferral and its day (lesson 12)


def test_a_deferral_survives_ten_merges_and_comes_back_on_its_day() -> None:
    one, two, lead = desks()
    step(one, ROUND, K.DEFER, until="2026-12-31")
    for number in range(10):
        desk = (lead, two)[number % 2]
        desk.take(one, lead, two)
        state = State(random.Random(number).sample(desk.held, len(desk.held)))
        (row,) = [r for r in ledger_rows(state, ROUND, "2026-12-30") if r.id == "p1"]
        assert (row.state, row.until, row.approver, row.overdue) == (
            S.DEFERRED,
            "2026-12-31",
            "党总支",
            False,
        )
        (row,) = [r for r in ledger_rows(state, ROUND, "2026-12-31") if r.id == "p1"]
        assert (row.state, row.returned) == (S.IN_PROGRESS, True)
        assert row.overdue, "its own day (10 December) counts again"
    step(lead, ROUND, K.SUBMIT, today="2027-01-05")
    one.take(lead)
    assert row_of(one, ROUND, today="2027-01-06").state is S.SUBMITTED
    assert [t.step.left for t in all_steps(one.state, "u1", "p1")][-1] is S.IN_PROGRESS


def test_a_carried_deferral_comes_back_in_the_newer_round() -> None:
    put_off = carried(4, S.DEFERRED, until="2026-12-01", approver="党总支")
    round_ = a_round(put_off)
    desk = desks()[0]
    assert row_of(desk, round_, "p4", "2026-11-30").state is S.DEFERRED
    assert row_of(desk, round_, "p4", "2026-12-01").state is S.IN_PROGRESS
    assert owed(desk.state, round_, "u1") == []
    step(desk, round_, K.SUBMIT, "p4", today="2026-12-02")
    assert row_of(desk, round_, "p4", "2026-12-03").state is S.SUBMITTED


# -------------------------------------------------------------------- any histories, any order

MOVES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 16), st.integers(1, 3), st.integers(0, 60)),
    min_size=1,
    max_size=24,
)


def walk(moves: list[tuple[int, int, int, int]]) -> list[Desk]:
    """Several hands at the ledger: lawful steps, verdicts, decisions, undo, exchange."""
    found = desks(4)
    for who, what, number, seed in moves:
        desk, problem = found[who], f"p{number}"
        if what < 8:
            kind = list(StepKind)[what]
            said = {}
        elif what < 12:
            kind, said = K.VERIFY, {"outcome": list(Outcome)[seed % 5]}
        elif what == 12:
            desk.undo()
            continue
        elif what == 13:
            for question in deciding.questions(desk.state, ROUND)[:1]:
                side = question.sides[seed % len(question.sides)]
                desk.do(deciding.decide(desk.state, question, side, "定了"))
            continue
        elif what == 14 and desk.held:
            desk.do(retract=[desk.held[seed % len(desk.held)].id])
            continue
        else:
            desk.take(found[seed % 4])
            continue
        try:
            step(desk, ROUND, kind, problem, **said)
        except NotAllowed:
            continue
    return found


def told(state: State) -> list[object]:
    today = "2027-02-01"
    rows = ledger_rows(state, ROUND, today)
    return [
        rows,
        [history_of(state, ROUND, row) for row in rows],
        [(q.id, q.sides) for q in deciding.questions(state, ROUND)],
        state_tables(state, ROUND)["rectifications"],
    ]


@given(MOVES, st.integers(0, 2**16))
@settings(max_examples=times(120), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_where_a_problem_stands_is_a_function_of_the_set_of_changes(moves, seed: int) -> None:
    found = walk(moves)
    changes = list({c.id: c for desk in found for c in desk.held}.values())
    expected = told(State(sorted(changes, key=lambda c: c.id)))
    dice = random.Random(seed)
    for _ in range(3):
        dice.shuffle(changes)
        # Some come twice, as when a file is merged again.
        mixed = [*changes, *dice.sample(changes, len(changes) // 2)]
        assert told(State(mixed)) == expected


@given(MOVES)
@settings(max_examples=times(120), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_is_ever_lost_closed_by_silence_or_stuck(moves) -> None:
    found = walk(moves)
    state = State({c.id: c for desk in found for c in desk.held}.values())
    asked = {(q.record, q.field) for q in deciding.questions(state, ROUND)}
    rows = {row.id: row for row in ledger_rows(state, ROUND, TODAY)}
    for problem, initial in (("p1", S.OPEN), ("p2", S.SUBMITTED), ("p3", S.CLOSED)):
        row = rows[problem]
        steps = all_steps(state, "u1", problem)
        if not steps:
            assert row.state is initial
        if row.contested:
            assert (row.record, "step") in asked, "what the lead must decide is asked of the lead"
        else:
            assert (row.record, "step") not in asked
            assert row.state in {initial, *(t.step.to for t in steps)}
        if row.state is S.CLOSED and initial is not S.CLOSED and not row.contested:
            assert any(t.step.to is S.CLOSED for t in steps) and row.basis and row.verified_by
        for taken in steps:
            assert leads_to(taken.step.kind, taken.step.left, taken.step.outcome) is taken.step.to


# -------------------------------------------------------------------- foreign files

UNLAWFUL = [
    {"kind": "close", "left": "open", "to": "closed", "on": TODAY, "basis": "x", "who": "y"},
    {"kind": "verify", "left": "closed", "to": "in_progress", "outcome": "partly", "on": TODAY},
    {"kind": "withdraw", "left": "open", "to": "withdrawn"},
    {"kind": "recheck", "left": "open", "to": "closed", "outcome": "fixed"},
    {"kind": "start", "left": "withdrawn", "to": "in_progress"},
    {"kind": "shut", "left": "open", "to": "closed"},
    "closed",
    True,
]


@pytest.mark.parametrize("value", UNLAWFUL)
def test_an_unlawful_step_is_rejected_with_a_reason_and_never_in_silence(value, tmp_path: Path) -> None:
    round_ = msgspec.structs.replace(ROUND, origin="0" * 16)
    desk = desks()[0]
    step(desk, round_, K.START, "p1")
    bad = forced(desk, value)
    assert list(change_faults(bad, round_)) == ["整改步骤不合规定：这样的状态变化不允许，或写法不对"]
    assert Grounds([round_]).faults(bad) == list(change_faults(bad, round_))
    with pytest.raises(msgspec.ValidationError):
        State([bad])
    path = tmp_path / "甲.json"
    path.write_bytes(file_bytes([*desk.own, bad], raw=raw_of(round_)))
    (told,) = scan([path]).files
    assert (told.usable, told.new) == (True, 1)
    assert ["整改步骤不合规定" in r.reason for r in told.rejected] == [True]


def test_lawful_steps_of_a_foreign_file_are_taken_and_quarrels_shown(tmp_path: Path) -> None:
    one, two, _ = desks()
    verify(one, ROUND, O.FIXED)
    verify(two, ROUND, O.NOT_FIXED)
    with no_wait():
        found, data = merged(tmp_path, [file_bytes(d.own, raw=raw_of(ROUND)) for d in (one, two)])
        _, other = merged(tmp_path, [file_bytes(d.own, raw=raw_of(ROUND)) for d in (two, one)])
    assert data == other
    (conflict,) = found.conflicts()
    assert conflict.field == "step" and len(conflict.sides) == 2


def test_every_coming_back_counts_and_the_same_one_counts_once() -> None:
    desk = desks()[0]
    verify(desk, ROUND, O.RELAPSED)
    assert row_of(desk, ROUND).recurrences == 1
    for kind in (K.START, K.SUBMIT):
        step(desk, ROUND, kind)
    step(desk, ROUND, K.CLOSE, who="丁")
    step(desk, ROUND, K.RECHECK, outcome=O.RELAPSED, draw="d1", who="戊")
    assert row_of(desk, ROUND).recurrences == 2, "put right in between, it came back a second time"
    step(desk, ROUND, K.RECHECK, "p3", outcome=O.RELAPSED, draw="d1", who="戊")
    assert row_of(desk, ROUND, "p3").recurrences == 1
    verify(desk, ROUND, O.RELAPSED, "p3")
    assert row_of(desk, ROUND, "p3").recurrences == 1, "the visit finds what the drawing had found"
