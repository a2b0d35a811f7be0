"""Sealing: one digest for what was frozen, free of order, and every later change to it found and named."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import CHECKLIST, GW1, GW2, ROUND, Desk, histories, play, union

from inspect_tui.model.change import visit_key
from inspect_tui.model.terms import FindingKind, Verdict
from inspect_tui.model.view import Judgement
from inspect_tui.rules import actions
from inspect_tui.rules.deciding import decide, questions
from inspect_tui.rules.erasing import erase
from inspect_tui.rules.fold import State
from inspect_tui.rules.sealing import (
    AlreadyFrozen,
    StillOpen,
    freeze,
    read_freeze,
    seal,
    short_seal,
)
from sweeps import times


def settled() -> tuple[Desk, Desk, Desk]:
    one, two, lead = Desk("a" * 12, "甲"), Desk("b" * 12, "乙"), Desk("c" * 12, "组长")
    one.judge(Verdict.FAIL, "责任缺项")
    two.judge(Verdict.PASS)
    one.do(*actions.new_finding(one.state, "u1", "x", FindingKind.DEFICIENCY, "责任牌褪色"))
    one.set(visit_key("u1"), "counterpart", "周一")
    two.set(visit_key("u1"), "counterpart", "吴二")
    lead.take(one, two)
    for question in questions(lead.state, ROUND):
        lead.do(decide(lead.state, question, question.sides[0], "看过原件"))
    return one, two, lead


def frozen() -> tuple[Desk, Desk, Desk]:
    one, two, lead = settled()
    lead.do(*freeze(lead.state, ROUND))
    one.take(lead)
    two.take(lead)
    return one, two, lead


def test_a_round_with_open_questions_is_not_frozen() -> None:
    one, two, lead = Desk("a" * 12, "甲"), Desk("b" * 12, "乙"), Desk("c" * 12, "组长")
    one.judge(Verdict.FAIL)
    two.judge(Verdict.PASS)
    lead.take(one, two)
    with pytest.raises(StillOpen) as refused:
        freeze(lead.state, ROUND)
    assert [q.item for q in refused.value.questions] == ["GW-01"]


def test_a_frozen_round_is_whole_until_something_sealed_changes() -> None:
    _, _, lead = frozen()
    held = read_freeze(lead.state, ROUND)
    assert held is not None and held.whole and held.by == ("组长",)
    assert held.short in held.text() and len(held.short) == 9 and held.short == short_seal(held.seal)
    with pytest.raises(AlreadyFrozen):
        freeze(lead.state, ROUND)
    # What goes on afterwards, and the notes, are not under the seal.
    lead.do(actions.write_note(lead.state, "u1", CHECKLIST.id, GW1, "补充说明"))
    lead.set("visit/u2", "counterpart", "郑三")
    lead.set("finding/u1/~x", "fixed_on_site", True)
    assert read_freeze(lead.state, ROUND).whole and read_freeze(lead.state, ROUND).breaches == ()


def _retract(one: Desk, two: Desk, lead: Desk) -> None:
    one.do(retract=[one.own[2].id])


def _erase(one: Desk, two: Desk, lead: Desk) -> None:
    lead.do(*erase(lead.state, ROUND, one.own[0].id, "写了不该写的"))


BREAKS: dict[str, Any] = {
    "a judgement": lambda one, two, lead: one.judge(Verdict.NA, reason="后改"),
    "a new judgement": lambda one, two, lead: one.judge(Verdict.PASS, item=GW2),
    "a finding's text": lambda one, two, lead: one.set("finding/u1/~x", "text", "改写"),
    "a finding's kind": lambda one, two, lead: one.set("finding/u1/~x", "kind", "suggestion"),
    "a made finding's text": lambda one, two, lead: one.set(
        "finding/u1/small/GW-01/责任缺项", "text", "改写"
    ),
    "a deletion": lambda one, two, lead: one.do(actions.delete_record(one.state, "finding/u1/~x")),
    "a red line": lambda one, two, lead: two.do(
        actions.hit_trigger(two.state, "u1", CHECKLIST.id, "RL-1", "代签")
    ),
    "a decided field": lambda one, two, lead: two.set(visit_key("u1"), "counterpart", "别人"),
    "a decision": lambda one, two, lead: lead.judge(Verdict.UNVERIFIED, reason="再议", decision="改裁"),
    "undoing": _retract,
    "erasing": _erase,
}


@pytest.mark.parametrize("name", BREAKS)
def test_every_kind_of_later_change_is_found_and_named(name: str) -> None:
    one, two, lead = frozen()
    BREAKS[name](one, two, lead)
    lead.take(one, two)
    held = read_freeze(lead.state, ROUND)
    assert held is not None and not held.whole and "失效" in held.text()
    (breach,) = held.breaches
    maker = next(d for d in (one, two, lead) if any(c.id == breach.change for c in d.own))
    assert breach.by == maker.people and breach.at and breach.what


def test_work_from_before_the_freeze_that_comes_late_breaks_it_too() -> None:
    _, _, lead = frozen()
    late = Desk("d" * 12, "丁")
    late.judge(Verdict.FAIL, item=GW2)
    lead.take(late)
    (breach,) = read_freeze(lead.state, ROUND).breaches
    assert breach.by == ("丁",) and "不符合" in breach.what and "GW-02" in breach.what


def test_a_change_that_was_missing_at_the_freeze_is_not_taken_for_sealed() -> None:
    one, two, lead = Desk("a" * 12, "甲"), Desk("b" * 12, "乙"), Desk("c" * 12, "组长")
    one.judge(Verdict.PASS)
    missing = one.judge(Verdict.FAIL, item=GW2)
    one.set("visit/u1", "date", "2026-11-20")
    lead.take(one.own[0], one.own[2])
    lead.do(*freeze(lead.state, ROUND))
    assert read_freeze(lead.state, ROUND).whole
    lead.take(missing)
    assert [b.change for b in read_freeze(lead.state, ROUND).breaches] == [missing.id]
    assert two.own == []


def test_a_file_taken_off_the_list_shows_although_no_change_did_it() -> None:
    one, two, lead = frozen()
    without = State([*lead.own, *two.own])
    held = read_freeze(without, ROUND)
    assert held is not None and held.altered and held.breaches == () and not held.whole
    assert one.own


def test_another_hands_retraction_breaks_nothing_because_it_does_nothing() -> None:
    one, two, lead = frozen()
    two.do(retract=[one.own[0].id])
    lead.take(two)
    assert read_freeze(lead.state, ROUND).whole


def test_a_broken_seal_is_replaced_only_with_a_reason() -> None:
    one, _, lead = frozen()
    one.judge(Verdict.PASS, item=GW2)
    lead.take(one)
    with pytest.raises(ValueError, match="原因"):
        freeze(lead.state, ROUND)
    lead.do(*freeze(lead.state, ROUND, "补查一项"))
    held = read_freeze(lead.state, ROUND)
    assert held.whole and held.reason == "补查一项"


def test_a_seal_of_nonsense_is_told_as_broken() -> None:
    lead = Desk("c" * 12, "组长")
    for value in ({"seal": "[/]"}, {"seal": 5, "heads": ["x"]}, {"seal": "", "gaps": 3}, "封存"):
        lead.set("round/-", "frozen", value)
        held = read_freeze(lead.state, ROUND)
        assert held is not None and not held.whole and held.text()


@settings(max_examples=times(80), deadline=None)
@given(histories, st.integers(0, 2**16))
def test_the_seal_is_free_of_order_and_breaks_with_each_sealed_word(history: Any, seed: int) -> None:
    desks = play(history)
    lead = Desk("f" * 12, "组长")
    lead.take(*desks)
    for _ in range(3):
        for question in questions(lead.state, ROUND):
            if any(q.id == question.id for q in questions(lead.state, ROUND)):
                lead.do(decide(lead.state, question, question.sides[0], "裁定"))
    lead.do(*freeze(lead.state, ROUND))
    changes = union([*desks, lead])
    random.Random(seed).shuffle(changes)
    mixed = State([*changes, *changes[:3]])
    assert seal(mixed) == seal(lead.state)
    assert read_freeze(mixed, ROUND) == read_freeze(lead.state, ROUND)
    assert read_freeze(mixed, ROUND).whole
    late = Desk("e" * 12, "丁")
    late.take(lead)
    late.do(
        actions.judge(
            late.state, "u1", CHECKLIST.id, GW1, Judgement(verdict=Verdict.UNVERIFIED, reason="后来")
        )
    )
    lead.take(late)
    assert [b.by for b in read_freeze(lead.state, ROUND).breaches] == [("丁",)]
