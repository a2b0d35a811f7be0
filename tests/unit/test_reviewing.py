"""Reviewing: accepted is locked, returned is open with a reason per item, and a late word changes neither."""

from __future__ import annotations

import pytest
from strategies import CHECKLIST, GW1, GW2, ROUND, Desk

from inspect_tui.model.person import Identity
from inspect_tui.model.round import Team
from inspect_tui.model.terms import ReviewState, Role, Verdict
from inspect_tui.rules import actions
from inspect_tui.rules.fold import State
from inspect_tui.rules.reading import read_visit, review_of
from inspect_tui.rules.reviewing import (
    NoReason,
    accept,
    handled,
    is_lead,
    may_review,
    return_unit,
    returned_items,
    withdraw,
)

PLACE = (CHECKLIST.id, "GW-01")


def submitted() -> tuple[Desk, Desk]:
    one, lead = Desk("a" * 12, "甲"), Desk("c" * 12, "组长")
    one.judge(Verdict.PASS)
    one.judge(Verdict.PASS, item=GW2)
    one.do(actions.submit(one.state, "u1"))
    lead.take(one)
    return one, lead


def test_acceptance_stands_until_it_is_withdrawn_with_a_reason() -> None:
    one, lead = submitted()
    lead.do(*accept(lead.state, "u1"))
    one.take(lead)
    for desk in (one, lead):
        visit = read_visit(desk.state, "u1")
        assert visit.accepted and visit.submitted and visit.review.by == ("组长",)
    with pytest.raises(NoReason):
        withdraw(lead.state, "u1", " ")
    lead.do(*withdraw(lead.state, "u1", "漏看一项"))
    review = review_of(lead.state, "u1")
    assert review.state is ReviewState.OPEN and review.reason == "漏看一项"


def test_a_return_opens_the_visit_and_lists_its_items() -> None:
    one, lead = submitted()
    lead.do(*return_unit(lead.state, "u1", "两项看法不清", {PLACE: "请写清缺哪几项"}))
    one.take(lead)
    visit = read_visit(one.state, "u1")
    assert visit.returned and not visit.submitted and not visit.accepted
    (item,) = returned_items(one.state, "u1")
    assert (item.checklist, item.item, item.reason, item.by) == (*PLACE, "请写清缺哪几项", ("组长",))
    assert one.answer().returned == "请写清缺哪几项" and one.answer(GW2).returned == ""


def test_judging_anew_settles_and_submitting_again_answers_the_return() -> None:
    one, lead = submitted()
    lead.do(*return_unit(lead.state, "u1", "", {PLACE: "请写清"}))
    one.take(lead)
    edits = [actions.judge(one.state, "u1", CHECKLIST.id, GW1, actions.plain_verdict(GW1, Verdict.FAIL))]
    extra = handled(one.state, edits)
    assert [(e.field, e.value) for e in extra] == [("returned", None)]
    one.do(*edits, *extra)
    assert returned_items(one.state, "u1") == [] and read_visit(one.state, "u1").returned
    assert handled(one.state, edits) == [], "nothing to settle twice"
    one.do(actions.submit(one.state, "u1"))
    assert read_visit(one.state, "u1").submitted
    lead.take(one)
    visit = read_visit(lead.state, "u1")
    assert visit.submitted and not visit.returned and may_review(lead.state, "u1") == ""
    assert list(lead.state.questions()) == [], "no stale quarrel after the loop"
    lead.do(*accept(lead.state, "u1"))
    assert read_visit(lead.state, "u1").accepted


def test_clearing_a_returned_item_does_not_settle_it() -> None:
    one, lead = submitted()
    lead.do(*return_unit(lead.state, "u1", "", {PLACE: "请写清"}))
    one.take(lead)
    blank = actions.set_field(one.state, "answer/u1/small/GW-01", "judgement", None)
    assert handled(one.state, [blank]) == []


def test_an_old_submission_that_arrives_late_does_not_answer_a_return() -> None:
    one, lead = submitted()
    two = Desk("b" * 12, "乙")
    two.do(actions.submit(two.state, "u1"))
    lead.do(*return_unit(lead.state, "u1", "请补查"))
    lead.take(two)
    assert read_visit(lead.state, "u1").returned
    mixed = State([*two.own, *lead.own, *one.own])
    assert read_visit(mixed, "u1").returned


def test_a_return_needs_a_reason_and_an_acceptance_settles_what_was_returned() -> None:
    _, lead = submitted()
    with pytest.raises(NoReason):
        return_unit(lead.state, "u1", "")
    with pytest.raises(NoReason):
        return_unit(lead.state, "u1", "有几处", {PLACE: " "})
    lead.do(*return_unit(lead.state, "u1", "", {PLACE: "请写清"}))
    assert review_of(lead.state, "u1").reason == "请写清"
    lead.do(*accept(lead.state, "u1"))
    assert returned_items(lead.state, "u1") == []


def test_only_what_was_submitted_or_not_reached_can_be_accepted() -> None:
    one = Desk("a" * 12, "甲")
    one.judge(Verdict.PASS)
    assert may_review(one.state, "u1")
    one.do(*actions.not_reached(one.state, "u1", "2026-11-20", "道路不通"))
    assert may_review(one.state, "u1") == ""


def test_who_leads() -> None:
    import msgspec

    led = msgspec.structs.replace(ROUND, teams=(Team(id="A1", name="一组", lead="乙"),))
    assert is_lead(led, Identity(name="乙")) and is_lead(led, Identity(name="甲", role=Role.LEAD))
    assert not is_lead(led, Identity(name="甲"))
    assert is_lead(ROUND, Identity(name="甲")), "a round that names no lead binds nobody"
