"""Deciding: every quarrel is asked once, worst first, and a decision holds until the matter changes."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import CHECKLIST, GW1, GW2, ROUND, SC1, TS1, Desk, histories, play, reading, union

from inspect_tui.model.change import answer_key, free_finding_key, trigger_key, visit_key
from inspect_tui.model.terms import FindingKind, Profile, Severity, Verdict
from inspect_tui.model.view import Judgement
from inspect_tui.rules import actions
from inspect_tui.rules.deciding import (
    MatterMoved,
    bulk,
    decide,
    decisions,
    questions,
    settle,
    third_judgement,
)
from inspect_tui.rules.fold import State
from inspect_tui.rules.reviewing import NoReason
from sweeps import times


def quarrel() -> tuple[Desk, Desk, Desk]:
    """Two inspectors who judged GW-01 and GW-02 otherwise, and a lead who holds both."""
    one, two, lead = Desk("a" * 12, "甲"), Desk("b" * 12, "乙"), Desk("c" * 12, "组长")
    one.judge(Verdict.FAIL, ("责任缺项", 2), "无责任人")
    two.judge(Verdict.PARTIAL, ("责任缺项", 3))
    one.judge(Verdict.PASS, item=GW2)
    two.judge(Verdict.NA, item=GW2, reason="无此业务")
    lead.take(one, two)
    return one, two, lead


def asked(desk: Desk) -> list[tuple[str, str]]:
    return [
        (q.record.split("/", 1)[0] + "/" + q.record.rsplit("/", 1)[1], q.field)
        for q in questions(desk.state, ROUND)
    ]


def test_a_question_shows_both_sides_with_what_they_rest_on() -> None:
    one, two, lead = quarrel()
    one.do(actions.toggle_method(one.state, "u1", CHECKLIST.id, GW1, "doc_review"))
    two.do(actions.toggle_method(two.state, "u1", CHECKLIST.id, GW1, "doc_review"))
    two.do(actions.toggle_method(two.state, "u1", CHECKLIST.id, GW1, "interview"))
    one.do(actions.set_sample(one.state, "u1", CHECKLIST.id, GW1, "9月"))
    two.do(actions.write_note(two.state, "u1", CHECKLIST.id, GW1, "[/] 现场看过"))
    one.do(
        *actions.new_finding(
            one.state, "u1", "x1", FindingKind.DEFICIENCY, "责任牌褪色", checklist=CHECKLIST.id, item="GW-01"
        )
    )
    lead.take(one, two)
    (question, other) = questions(lead.state, ROUND)
    assert (question.item, question.section, question.unit_name) == ("GW-01", "GW", "第1党小组")
    assert question.about == "GW-01 岗位责任齐全，每项都有责任人" and question.matter == "结论"
    left, right = sorted(question.sides, key=lambda s: s.by)
    if left.by != ("甲",):
        left, right = right, left
    assert left.text == "不符合，缺项；责任缺项×2、无责任人" and right.text == "基本符合，缺项；责任缺项×3"
    assert left.methods == ("查阅资料",) and right.methods == ("查阅资料", "谈话了解")
    assert left.samples == ("9月",) and right.samples == ()
    assert [n.text for n in right.notes] == ["[/] 现场看过"] and left.notes == ()
    assert [f.text for f in left.findings] == ["岗位责任缺2项", "岗位责任未明确责任人", "责任牌褪色"]
    assert [f.text for f in right.findings] == ["岗位责任缺3项"]
    assert (left.points, right.points) == (Decimal(2), Decimal("2.5")) and question.stake == Decimal("0.5")
    assert set(question.agreed) == {"都认为有问题", "都认为缺项", "都选了“责任缺项”，次数不同", "都查阅资料"}
    assert question.severity is Severity.MAJOR and not question.grave
    assert other.item == "GW-02" and other.stake == Decimal(3)


def test_the_worst_comes_first() -> None:
    one, two, lead = quarrel()
    for desk, fact in ((one, "代签"), (two, "补记录")):
        desk.do(actions.hit_trigger(desk.state, "u2", CHECKLIST.id, "RL-1", fact))
        desk.set(visit_key("u1"), "counterpart", f"{desk.people[0]}的迎检人")
        desk.set(visit_key("u1"), "profile", "production" if desk is one else "safety")
    one.judge(Verdict.FAIL, "全无", unit="u2")
    two.judge(Verdict.PASS, unit="u2")
    lead.take(one, two)
    found = questions(lead.state, ROUND)
    grave = {q.record for q in found[:2]}
    assert grave == {trigger_key("u2", "small", "RL-1"), answer_key("u2", "small", "GW-01")}, (
        "red lines first"
    )
    assert [q.field for q in found[2:]] == ["profile", "judgement", "judgement", "counterpart"]
    assert [q.item for q in found[3:5]] == ["GW-01", "GW-02"], "by severity, not by points alone"
    assert found[2].sides[0].text in ("上产型", "安全型")


def test_differing_notes_and_reasons_are_nobodys_quarrel() -> None:
    one, two, lead = Desk("a" * 12, "甲"), Desk("b" * 12, "乙"), Desk("c" * 12, "组长")
    for desk, word in ((one, "一"), (two, "二")):
        desk.do(actions.write_note(desk.state, "u1", CHECKLIST.id, GW1, word))
        desk.judge(Verdict.NA, item=GW2, reason=word)
        desk.do(*actions.reopen(desk.state, "u1", word))
    lead.take(one, two)
    assert questions(lead.state, ROUND) == []


@pytest.mark.parametrize("third", [False, True])
def test_a_decision_settles_travels_and_is_not_asked_again(third: bool) -> None:
    one, two, lead = quarrel()
    question = questions(lead.state, ROUND)[0]
    value = third_judgement(GW1, Judgement(verdict=Verdict.PASS)) if third else question.sides[1]
    lead.do(decide(lead.state, question, value, "看过原件"))
    assert [q.item for q in questions(lead.state, ROUND)] == ["GW-02"]
    answer = lead.answer()
    wanted = Verdict.PASS if third else Verdict(question.sides[1].value["verdict"])
    assert answer.verdict is wanted and answer.opinions[0].decision == "看过原件" and not answer.stale
    for desk in (one, two):
        desk.take(lead)
        assert desk.answer().verdict is wanted
    (decision,) = decisions(lead.state, "u1")
    assert (decision.reason, decision.by, decision.stands) == ("看过原件", ("组长",), True)
    # Again, in another order, and with a late copy of an old file: still settled.
    again = Desk("d" * 12, "组长")
    again.take(lead, two, one)
    assert [q.item for q in questions(again.state, ROUND)] == ["GW-02"]


def test_a_matter_that_changed_afterwards_is_asked_again() -> None:
    one, _, lead = quarrel()
    lead.do(decide(lead.state, questions(lead.state, ROUND)[0], Judgement(verdict=Verdict.PASS), "看过原件"))
    one.take(lead)
    one.judge(Verdict.FAIL, "无责任人")
    lead.take(one)
    question = questions(lead.state, ROUND)[0]
    assert question.item == "GW-01" and {side.by for side in question.sides} == {("组长",), ("甲",)}
    assert [d.stands for d in decisions(lead.state, "u1")] == [False]


def test_nothing_is_decided_unseen_or_without_a_reason() -> None:
    one, _, lead = quarrel()
    question = questions(lead.state, ROUND)[0]
    with pytest.raises(NoReason):
        decide(lead.state, question, question.sides[0], "  ")
    one.judge(Verdict.UNVERIFIED, reason="资料在上级")
    lead.take(one)
    with pytest.raises(MatterMoved):
        decide(lead.state, question, question.sides[0], "看过原件")


def test_values_texts_and_deletions_are_settled_the_same_way() -> None:
    one, two, lead = Desk("a" * 12, "甲"), Desk("b" * 12, "乙"), Desk("c" * 12, "组长")
    key = free_finding_key("u1", "x1")
    one.do(*actions.new_finding(one.state, "u1", "x1", FindingKind.DEFICIENCY, "原话"))
    two.take(one)
    one.do(actions.delete_record(one.state, key))
    two.set(key, "text", "改过的话")
    one.set(visit_key("u1"), "date", "2026-11-19")
    two.set(visit_key("u1"), "date", "2026-11-20")
    lead.take(one, two)
    found = {q.field: q for q in questions(lead.state, ROUND)}
    assert set(found) == {"deleted", "date"}
    assert [s.text for s in found["deleted"].sides] == ["删除", "保留"]
    lead.do(decide(lead.state, found["date"], "2026-11-21", "都记错了"))
    assert lead.state.value(visit_key("u1"), "date") == "2026-11-21"
    keep = lead.state.copy()
    lead.do(decide(lead.state, found["deleted"], found["deleted"].sides[0], "确是误记"))
    assert lead.state.deleted(key) and questions(lead.state, ROUND) == []
    edit = decide(keep, found["deleted"], found["deleted"].sides[1], "确有其事")
    lead.state = keep
    lead.do(edit)
    assert not lead.state.deleted(key) and questions(lead.state, ROUND) == []
    assert [f.text for f in lead.findings()] == ["改过的话"]


def test_what_does_not_show_is_not_asked() -> None:
    one, two, lead = Desk("a" * 12, "甲"), Desk("b" * 12, "乙"), Desk("c" * 12, "组长")
    key = "finding/u1/small/GW-01/责任缺项"
    for desk, word in ((one, "一"), (two, "二")):
        desk.set(key, "text", word)
        desk.set("answer/u1/small/没有这项", "judgement", {"verdict": "pass" if desk is one else "fail"})
    lead.take(one, two)
    assert questions(lead.state, ROUND) == [], "no judgement makes this finding"
    one.judge(Verdict.FAIL, "责任缺项")
    lead.take(one)
    assert [(q.record, q.field) for q in questions(lead.state, ROUND)] == [(key, "text")]


def test_an_item_of_another_profile_is_asked_last() -> None:
    one, two, lead = quarrel()
    for desk, verdict in ((one, Verdict.PASS), (two, Verdict.FAIL)):
        desk.judge(verdict, item=SC1, unit="u2")
    lead.take(one, two)
    last = questions(lead.state, ROUND)[-1]
    assert last.item == "SC-01" and "这一项不用于" in last.about and last.stake == 0
    assert ROUND.unit("u2").profile is Profile.SAFETY


def test_taking_one_inspectors_word_throughout() -> None:
    one, two, lead = quarrel()
    for desk, verdict in ((one, Verdict.PASS), (two, Verdict.FAIL)):
        desk.judge(verdict, unit="u2")
        desk.judge(verdict, item=TS1, award="有且见效" if desk is one else "没有")
    three = Desk("e" * 12, "丙")
    three.judge(Verdict.UNVERIFIED, item=GW2, unit="u2", reason="不在")
    two.judge(Verdict.PASS, item=GW2, unit="u2")
    lead.take(one, two, three)
    plan = bulk(lead.state, ROUND, "甲", section="GW")
    assert plan.counts() == {"decided": 3, "left": 1, "units": 2}, "the item 甲 said nothing on is left"
    edits = plan.edits(lead.state, "甲看得最细")
    assert {unit: len(own) for unit, own in edits.items()} == {"u1": 2, "u2": 1}
    for own in edits.values():
        lead.do(*own)
    rest = questions(lead.state, ROUND)
    assert {(q.unit, q.item) for q in rest} == {("u1", "TS-01"), ("u2", "GW-02")}
    assert lead.answer().verdict is Verdict.FAIL and lead.answer(GW2).verdict is Verdict.PASS
    assert bulk(lead.state, ROUND, "甲", section="GW", units=["u1"]).counts()["decided"] == 0
    assert bulk(lead.state, ROUND, "没有这人").chosen == ()


def test_a_correction_without_a_quarrel_is_a_decision_too() -> None:
    one, lead = Desk("a" * 12, "甲"), Desk("c" * 12, "组长")
    one.judge(Verdict.FAIL, "无责任人")
    lead.take(one)
    key = answer_key("u1", "small", "GW-01")
    lead.do(
        settle(
            lead.state, key, "judgement", third_judgement(GW1, Judgement(verdict=Verdict.PASS)), "有责任人"
        )
    )
    assert lead.answer().verdict is Verdict.PASS and questions(lead.state, ROUND) == []


@settings(max_examples=times(60), deadline=None)
@given(histories, st.integers(0, 2**16))
def test_deciding_everything_leaves_nothing_and_holds_in_any_order(history: Any, seed: int) -> None:
    desks = play(history)
    lead = Desk("f" * 12, "组长")
    lead.take(*desks)
    dice = random.Random(seed)
    # A decision may bring out a question it covered: the wording of a finding that stands only now.
    for _ in range(3):
        for question in questions(lead.state, ROUND):
            if any(q.id == question.id for q in questions(lead.state, ROUND)):
                lead.do(decide(lead.state, question, dice.choice(question.sides), "裁定"))
    assert questions(lead.state, ROUND) == []
    changes = union([*desks, lead])
    expected = reading(State(changes))
    for _ in range(3):
        dice.shuffle(changes)
        state = State([*changes, *changes[: len(changes) // 2]])
        assert questions(state, ROUND) == [] and reading(state) == expected


@settings(max_examples=times(60), deadline=None)
@given(histories, st.integers(0, 2**16))
def test_questions_are_the_same_in_any_order(history: Any, seed: int) -> None:
    changes = union(play(history))
    mixed = list(changes)
    random.Random(seed).shuffle(mixed)
    told = questions(State(changes), ROUND)
    assert told == questions(State(mixed), ROUND)
    assert len({q.id for q in told}) == len(told)
    msgspec.json.encode(told)
