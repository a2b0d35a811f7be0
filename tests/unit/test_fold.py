"""The counterexamples behind the change mechanism, one test each."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import CHECKLIST, GW1, ROUND, Desk, Step, histories, play, reading, union

from inspect_tui.model.change import Body, Change, Edit, answer_key, free_finding_key, visit_key
from inspect_tui.model.terms import FindingKind, Verdict
from inspect_tui.model.view import Judgement
from inspect_tui.rules import actions
from inspect_tui.rules.canonical import change_id, digest, make_change, verified
from inspect_tui.rules.fold import State
from inspect_tui.rules.tables import state_tables
from sweeps import times

ANSWER = answer_key("u1", CHECKLIST.id, GW1.id)
VISIT = visit_key("u1")
FREE = free_finding_key("u1", "0001")


def laptops(*names: str) -> list[Desk]:
    """One laptop per inspector."""
    return [Desk(chr(ord("a") + i) * 12, name) for i, name in enumerate(names)]


def verdicts(desk: Desk) -> list[Verdict]:
    return [o.judgement.verdict for o in desk.answer().opinions]


# -------------------------------------------------------------------- what an edit has seen


def test_an_edit_retires_only_the_field_it_edits() -> None:
    one, two = laptops("甲", "乙")
    one.do(
        actions.set_field(one.state, VISIT, "date", "2026-11-20"),
        actions.set_field(one.state, VISIT, "counterpart", "周一"),
    )
    two.take(one)
    two.set(VISIT, "date", "2026-11-21")
    assert two.state.values(VISIT, "date") == ["2026-11-21"]
    assert two.state.values(VISIT, "counterpart") == ["周一"]


def test_saw_lists_every_change_to_the_field_and_none_to_another() -> None:
    (one,) = laptops("甲")
    first = one.set(VISIT, "date", "2026-11-20")
    second = one.set(VISIT, "date", "2026-11-21")
    one.set(VISIT, "counterpart", "周一")
    assert one.state.saw(VISIT, "date") == tuple(sorted((first.id, second.id)))
    assert len(one.state.saw(VISIT, "counterpart")) == 1


def test_unseen_values_of_one_field_are_a_question_and_equal_ones_are_agreed() -> None:
    one, two = laptops("甲", "乙")
    one.set(VISIT, "counterpart", "周一")
    two.set(VISIT, "counterpart", "吴二")
    both = State([*one.own, *two.own])
    assert [(r, f, sorted(e.value for e in es)) for r, f, es in both.questions()] == [
        (VISIT, "counterpart", sorted(["吴二", "周一"]))
    ]
    three, four = laptops("甲", "乙")
    three.set(VISIT, "counterpart", "周一")
    four.set(VISIT, "counterpart", "周一")
    agreed = State([*three.own, *four.own])
    assert list(agreed.questions()) == []
    assert agreed.values(VISIT, "counterpart") == ["周一"]


def test_old_values_do_not_come_back_when_a_merge_is_undone() -> None:
    one, two = laptops("甲", "乙")
    one.set(VISIT, "counterpart", "周一")
    two.take(one)
    two.set(VISIT, "counterpart", "吴二")
    one.take(two)
    one.set(VISIT, "counterpart", "郑三")
    without = State([c for c in one.held if c.writer != two.writer])
    assert without.values(VISIT, "counterpart") == ["郑三"]


def test_undoing_a_merge_brings_back_what_only_the_dropped_file_had_retired() -> None:
    one, two = laptops("甲", "乙")
    one.set(VISIT, "counterpart", "周一")
    two.take(one)
    two.set(VISIT, "counterpart", "吴二")
    assert State([*one.own, *two.own]).values(VISIT, "counterpart") == ["吴二"]
    assert State(one.own).values(VISIT, "counterpart") == ["周一"]


def test_a_blank_never_beats_a_value_it_has_not_seen() -> None:
    one, two = laptops("甲", "乙")
    one.set(VISIT, "counterpart", "周一")
    one.judge(Verdict.FAIL)
    two.set(VISIT, "counterpart", "")
    two.clear()
    both = State([*two.own, *one.own])
    assert both.values(VISIT, "counterpart") == ["周一"]
    assert [e.value["verdict"] for e in both.live(ANSWER, "judgement")] == ["fail"]
    assert list(both.questions()) == []


def test_a_blank_that_saw_the_value_clears_it() -> None:
    (one,) = laptops("甲")
    one.set(VISIT, "counterpart", "周一")
    one.set(VISIT, "counterpart", "")
    assert one.state.values(VISIT, "counterpart") == []
    one.judge(Verdict.FAIL)
    one.clear()
    assert one.answer().opinions == ()
    assert one.answer().verdict is Verdict.PENDING


def test_clearing_one_opinion_leaves_the_other_alone() -> None:
    one, two = laptops("甲", "乙")
    one.judge(Verdict.FAIL)
    two.judge(Verdict.PASS)
    one.take(two)
    assert one.answer().disputed
    one.clear()
    assert verdicts(one) == [Verdict.PASS]
    assert not one.answer().disputed


def test_two_edits_of_one_field_in_one_action_are_no_quarrel() -> None:
    (one,) = laptops("甲")
    one.do(
        Edit(record=VISIT, field="date", value="2026-11-20"),
        Edit(record=VISIT, field="date", value="2026-11-21"),
    )
    assert one.state.values(VISIT, "date") == ["2026-11-21"]
    assert list(one.state.questions()) == []


# -------------------------------------------------------------------- judgements


def test_a_judgement_is_one_field_and_never_merged_piecewise() -> None:
    one, two = laptops("甲", "乙")
    one.judge(Verdict.FAIL, ("责任缺项", 3), "无责任人")
    two.judge(Verdict.PASS)
    one.take(two)
    answer = one.answer()
    assert {(o.judgement.verdict, len(o.judgement.deductions)) for o in answer.opinions} == {
        (Verdict.FAIL, 2),
        (Verdict.PASS, 0),
    }
    assert answer.judgement == Judgement()


def test_two_opinions_stay_until_a_lead_decides() -> None:
    one, two = laptops("甲", "乙")
    one.judge(Verdict.FAIL)
    two.judge(Verdict.PASS)
    lead = Desk("e" * 12, "组长")
    lead.take(one, two)
    assert lead.answer().disputed
    assert not lead.answer().answered
    assert [(r, f) for r, f, _ in lead.state.questions()] == [(ANSWER, "judgement")]
    lead.judge(Verdict.PARTIAL, "无责任人", decision="现场复核后裁定")
    assert verdicts(lead) == [Verdict.PARTIAL]
    assert lead.answer().opinions[0].decision == "现场复核后裁定"
    assert list(lead.state.questions()) == []


def test_different_deductions_or_counts_are_different_opinions_but_reasons_are_not() -> None:
    one, two = laptops("甲", "乙")
    one.judge(Verdict.FAIL, ("责任缺项", 2))
    two.judge(Verdict.FAIL, ("责任缺项", 3))
    one.take(two)
    assert one.answer().disputed
    three, four = laptops("甲", "乙")
    three.judge(Verdict.NA, reason="无此业务")
    four.judge(Verdict.NA, reason="本组不涉及")
    three.take(four)
    assert not three.answer().disputed


def test_the_order_in_which_labels_were_picked_is_no_quarrel() -> None:
    one, two = laptops("甲", "乙")
    one.judge(Verdict.FAIL, "无责任人", ("责任缺项", 2))
    two.judge(Verdict.FAIL, ("责任缺项", 2), "无责任人")
    one.take(two)
    assert not one.answer().disputed


def test_an_own_later_judgement_retires_the_own_earlier() -> None:
    (one,) = laptops("甲")
    one.judge(Verdict.FAIL)
    one.judge(Verdict.PASS)
    assert verdicts(one) == [Verdict.PASS]


def test_the_same_inspector_on_a_second_laptop_retires_what_was_seen_there() -> None:
    first, second = Desk("a" * 12, "甲"), Desk("d" * 12, "甲")
    first.judge(Verdict.FAIL)
    second.take(first)
    second.judge(Verdict.PASS)
    assert verdicts(second) == [Verdict.PASS]
    blind = Desk("f" * 12, "甲")
    blind.judge(Verdict.NA, reason="无此业务")
    second.take(blind)
    assert second.answer().disputed


def test_another_inspectors_later_judgement_retires_nothing_even_if_it_saw() -> None:
    one, two = laptops("甲", "乙")
    one.judge(Verdict.FAIL)
    two.take(one)
    change = two.judge(Verdict.PASS)
    body = msgspec.json.decode(bytes(change.body), type=Body)
    assert one.own[0].id in body.edits[0].saw
    assert set(verdicts(two)) == {Verdict.FAIL, Verdict.PASS}


def test_a_judgement_the_decision_had_not_seen_opens_the_item_again() -> None:
    one, two = laptops("甲", "乙")
    one.judge(Verdict.FAIL)
    two.judge(Verdict.PASS)
    lead = Desk("e" * 12, "组长")
    lead.take(one, two)
    lead.judge(Verdict.PARTIAL, decision="裁定")
    one.judge(Verdict.NA, reason="无此业务")
    lead.take(one)
    assert set(verdicts(lead)) == {Verdict.PARTIAL, Verdict.NA}
    lead.judge(Verdict.PARTIAL, decision="维持原裁定")
    assert verdicts(lead) == [Verdict.PARTIAL]


def test_a_decision_that_is_undone_brings_both_opinions_back() -> None:
    one, two = laptops("甲", "乙")
    one.judge(Verdict.FAIL)
    two.judge(Verdict.PASS)
    lead = Desk("e" * 12, "组长")
    lead.take(one, two)
    before = reading(lead.state)["u1"]
    lead.judge(Verdict.PARTIAL, decision="裁定")
    lead.undo()
    assert reading(lead.state)["u1"] == before


def test_two_inspectors_at_one_laptop_speak_for_each_of_them() -> None:
    alone, together = Desk("a" * 12, "甲"), Desk("c" * 12, "甲", "丙")
    alone.judge(Verdict.FAIL)
    together.take(alone)
    together.judge(Verdict.PASS)
    assert verdicts(together) == [Verdict.PASS]
    assert together.answer().opinions[0].by == ("甲", "丙")
    alone.take(together)
    alone.judge(Verdict.NA, reason="无此业务")
    assert set(verdicts(alone)) == {Verdict.PASS, Verdict.NA}, "one of two cannot take back what both said"


# -------------------------------------------------------------------- notes, sets, tombstones


def test_notes_of_several_authors_all_stay_and_are_no_question() -> None:
    one, two = laptops("甲", "乙")
    one.set(ANSWER, "note", "看了三个月")
    two.take(one)
    two.set(ANSWER, "note", "[/]")
    one.set(ANSWER, "note", "看了四个月")
    one.take(two)
    assert sorted(n.text for n in one.answer().notes) == ["[/]", "看了四个月"]
    assert list(one.state.questions()) == []


def test_removing_one_element_and_adding_another_both_hold() -> None:
    one, two = laptops("甲", "乙")
    one.do(*actions.visit_people(one.state, "u1", "present", ["周一", "吴二"]))
    two.take(one)
    one.do(*actions.visit_people(one.state, "u1", "present", ["周一"]))
    two.do(*actions.visit_people(two.state, "u1", "present", ["周一", "吴二", "郑三"]))
    both = State([*one.own, *two.own])
    assert both.elements(VISIT, "present") == ["周一", "郑三"]
    assert list(both.questions()) == []


def test_an_element_name_may_hold_a_colon_or_a_slash() -> None:
    (one,) = laptops("甲")
    one.do(actions.set_element(one.state, VISIT, "present", "技术员:周一/吴二", True))
    assert one.state.elements(VISIT, "present") == ["技术员:周一/吴二"]


def typed(desk: Desk, text: str = "物料堆放不规范") -> Change:
    return desk.do(*actions.new_finding(desk.state, "u1", "0001", FindingKind.DEFICIENCY, text))


def test_a_tombstone_covers_every_field_it_saw() -> None:
    one, two = laptops("甲", "乙")
    typed(one)
    two.take(one)
    two.set(FREE, "severity", "major")
    two.do(actions.delete_record(two.state, FREE))
    one.take(two)
    assert one.findings() == []
    assert list(one.state.questions()) == []


def test_an_edit_the_tombstone_had_not_seen_makes_a_question() -> None:
    one, two = laptops("甲", "乙")
    typed(one)
    two.take(one)
    two.do(actions.delete_record(two.state, FREE))
    edit = one.set(FREE, "text", "物料堆放在通道上")
    one.take(two)
    assert [f.text for f in one.findings()] == ["物料堆放在通道上"]
    ((record, field, entries),) = one.state.questions()
    assert (record, field) == (FREE, "deleted")
    assert {e.change for e in entries} == {two.own[-1].id, edit.id}
    one.do(actions.delete_record(one.state, FREE))
    assert one.findings() == []
    assert list(one.state.questions()) == []


def test_undoing_a_deletion_brings_the_record_back() -> None:
    (one,) = laptops("甲")
    typed(one)
    one.do(actions.delete_record(one.state, FREE))
    assert one.findings() == []
    one.undo()
    assert [f.text for f in one.findings()] == ["物料堆放不规范"]


# -------------------------------------------------------------------- retractions


def test_retracting_a_retraction_restores_and_so_on() -> None:
    (one,) = laptops("甲")
    change = one.judge(Verdict.FAIL)
    for depth in range(1, 6):
        change = one.do(retract=[change.id])
        assert bool(verdicts(one)) is (depth % 2 == 0)


def test_a_retraction_by_another_hand_is_ignored() -> None:
    one, two = laptops("甲", "乙")
    change = one.judge(Verdict.FAIL)
    two.take(one)
    two.do(retract=[change.id])
    assert verdicts(two) == [Verdict.FAIL]
    second = Desk("d" * 12, "甲")
    second.take(one)
    second.do(retract=[change.id])
    assert verdicts(second) == []


def test_a_retraction_may_arrive_before_its_target() -> None:
    (one,) = laptops("甲")
    target = one.judge(Verdict.FAIL)
    undo = one.do(retract=[target.id])
    redo = one.do(retract=[undo.id])
    early = State([undo])
    assert early.live(ANSWER, "judgement") == []
    assert early.apply(target) == {ANSWER}
    assert early.live(ANSWER, "judgement") == []
    assert early.apply(redo) == {ANSWER}
    assert [e.change for e in early.live(ANSWER, "judgement")] == [target.id]


def test_a_foreign_chain_of_retractions_of_any_length_is_read() -> None:
    (one,) = laptops("甲")
    change = one.judge(Verdict.FAIL)
    for _ in range(3001):
        change = one.seal(Body(at="", by=("甲",), retract=(change.id,)))
        one.own.append(change)
    assert State(reversed(one.own)).live(ANSWER, "judgement") == []


def test_many_retractions_of_many_retractions_do_not_explode() -> None:
    (one,) = laptops("甲")
    one.judge(Verdict.FAIL)
    for _ in range(times(60, 40)):
        one.own.append(one.seal(Body(at="", by=("甲",), retract=tuple(c.id for c in one.own))))
    state = State(one.own)
    assert state.retracted(one.own[0].id)
    assert not state.retracted(one.own[-1].id)


# -------------------------------------------------------------------- the chain


def test_a_missing_ancestor_is_kept_and_reported() -> None:
    (one,) = laptops("甲")
    first, second, third = (
        one.judge(Verdict.FAIL),
        one.set(VISIT, "date", "2026-11-20"),
        one.judge(Verdict.PASS),
    )
    state = State([first, third])
    assert state.gaps() == [second.id]
    assert [e.change for e in state.live(ANSWER, "judgement")] == [third.id]
    state.apply(second)
    assert state.gaps() == []


def test_a_fork_is_reported_and_both_sides_are_kept() -> None:
    here = Desk("a" * 12, "甲")
    here.set(VISIT, "date", "2026-11-20")
    copy = Desk("a" * 12, "甲")
    copy.take(here)
    copy.own = list(here.own)
    here.set(VISIT, "counterpart", "周一")
    copy.set(VISIT, "objection", "无异议")
    both = State([*here.own, *copy.own])
    assert both.forks() == [("a" * 12, here.own[0].id)]
    assert both.value(VISIT, "counterpart") == "周一"
    assert both.value(VISIT, "objection") == "无异议"
    assert State(here.own).forks() == []


def test_an_erased_body_keeps_the_chain_verifiable() -> None:
    (one,) = laptops("甲")
    one.judge(Verdict.FAIL)
    middle = one.set(ANSWER, "note", "含个人信息")
    one.judge(Verdict.PASS)
    erased = Change(id=middle.id, writer=middle.writer, prev=middle.prev, hash=digest(bytes(middle.body)))
    chain = [one.own[0], erased, one.own[2]]
    assert all(verified(change) for change in chain)
    state = State(chain)
    assert state.gaps() == []
    assert state.live(ANSWER, "note") == []
    assert [e.value["verdict"] for e in state.live(ANSWER, "judgement")] == ["pass"]


def test_an_erased_form_and_its_body_read_the_same_in_either_order() -> None:
    (one,) = laptops("甲")
    change = one.set(ANSWER, "note", "看了三个月")
    erased = Change(id=change.id, writer=change.writer, prev=change.prev, hash=digest(bytes(change.body)))
    assert reading(State([change, erased])) == reading(State([erased, change])) == reading(State([change]))


def test_a_change_applied_twice_counts_once() -> None:
    (one,) = laptops("甲")
    change = one.judge(Verdict.FAIL)
    assert one.state.apply(change) == set()
    assert len(one.state.live(ANSWER, "judgement")) == 1


@pytest.mark.parametrize(
    "value",
    [
        {"verdict": "excellent"},
        {"verdict": "fail", "deductions": [{"label": "责任缺项", "count": -5}]},
        {"verdict": "fail", "deductions": [{"label": "责任缺项", "count": 0}]},
        {"verdict": "fail", "deductions": "责任缺项"},
        "fail",
        ["fail"],
    ],
)
def test_a_judgement_that_is_none_is_refused_whole(value: object) -> None:
    body = Body(
        at="",
        by=("甲",),
        edits=(
            Edit(record=VISIT, field="date", value="2026-11-20"),
            Edit(record=ANSWER, field="judgement", value=value),
        ),
    )
    state = State()
    with pytest.raises(msgspec.ValidationError):
        state.apply(make_change("", "a" * 12, body))
    assert state.ids() == []
    assert state.records("u1") == []


def test_fields_of_a_newer_version_do_not_hinder_reading() -> None:
    raw = msgspec.json.encode(
        {
            "at": "",
            "by": ["甲"],
            "edits": [{"record": ANSWER, "field": "judgement", "value": {"verdict": "pass", "mood": "好"}}],
            "later": {"x": 1},
        },
        order="sorted",
    )
    change = Change(id=change_id("", "a" * 12, digest(raw)), writer="a" * 12, prev="", body=msgspec.Raw(raw))
    assert verified(change)
    state = State([change])
    assert [e.value["verdict"] for e in state.live(ANSWER, "judgement")] == ["pass"]


def test_records_that_are_not_ours_are_kept_and_hidden() -> None:
    (one,) = laptops("甲")
    one.set("weather/u1", "sky", "晴")
    assert one.state.units() == []
    assert one.state.value("weather/u1", "sky") == "晴"
    assert reading(one.state)["tables"]["answers"] == []
    assert ROUND.unit("u1") is not None


@settings(max_examples=times(40), deadline=None)
@given(histories, st.integers(0, 2**16))
def test_a_writers_part_of_a_state_reads_as_its_own_changes_alone(
    history: tuple[int, list[Step]], seed: int
) -> None:
    desks = play(history)
    everything = union(desks)
    random.Random(seed).shuffle(everything)
    state = State(everything)
    for desk in desks:
        told = state_tables(State(desk.own), ROUND)
        parts = [state_tables(part, ROUND) for part in state.apart({change.id for change in desk.own})]
        assert {name: [row for part in parts for row in part[name]] for name in told} == told
