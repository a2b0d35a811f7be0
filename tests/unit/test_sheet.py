"""A unit's sheet after any work says what a fresh count says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from strategies import (
    ALL,
    AQ1,
    CHECKLIST,
    GW1,
    LOCAL,
    ROUND,
    SC1,
    UNITS,
    Desk,
    histories,
    play,
    solo,
    union,
    with_policy,
)

from inspect_tui.model.round import Round
from inspect_tui.model.terms import NaPolicy, Profile, Verdict
from inspect_tui.rules import actions
from inspect_tui.rules.fold import State
from inspect_tui.rules.sheet import UnitSheet, unit_progress
from sweeps import times


def assert_counted(sheet: UnitSheet, round_: Round) -> None:
    """The running totals equal those of the one scoring function and of a sheet made afresh."""
    scores = {s.checklist: s for s in sheet.unit_scores()}
    for checklist, score in scores.items():
        tally = sheet.by_checklist[checklist]
        assert (tally.items, tally.answered) == (score.items, score.answered)
        assert (tally.raw, tally.applicable, tally.score) == (score.raw, score.applicable, score.score)
    assert sheet.total.raw == sum(s.raw for s in scores.values())
    assert sheet.total.applicable == sum(s.applicable for s in scores.values())
    assert sum(t.raw for t in sheet.by_section.values()) == sheet.total.raw
    assert sum(t.items for t in sheet.by_section.values()) == sheet.total.items == len(sheet.rows)
    assert sum(sheet.verdicts.values()) == len(sheet.rows)
    fresh = UnitSheet(sheet.state, round_, sheet.unit.id)
    assert (sheet.answers, sheet.scores, sheet.verdicts) == (fresh.answers, fresh.scores, fresh.verdicts)
    assert (sheet.total, sheet.by_section, sheet.profile) == (fresh.total, fresh.by_section, fresh.profile)
    assert sheet.progress() == unit_progress(sheet.state, round_, sheet.unit.id)


@pytest.mark.parametrize("policy", list(NaPolicy))
@settings(max_examples=times(60), deadline=None)
@given(moves=solo)
def test_totals_follow_every_action(policy: NaPolicy, moves: list[tuple[int, int, int]]) -> None:
    round_ = with_policy(policy)
    desk = Desk("a" * 12, "甲")
    sheets = {unit: UnitSheet(desk.state, round_, unit) for unit in UNITS}
    for what, where, seed in moves:
        held = len(desk.held)
        records = set()
        LOCAL[what](desk, UNITS[where], seed)
        if len(desk.held) > held:
            # What `apply` returned is not seen here, so the sheet is told every record of the unit.
            records = {r for unit in UNITS for r in desk.state.records(unit)}
        for sheet in sheets.values():
            sheet.refresh(records)
    for sheet in sheets.values():
        assert_counted(sheet, round_)


@settings(max_examples=times(150), deadline=None)
@given(history=histories)
def test_totals_follow_what_apply_says_it_touched(history: Any) -> None:
    state = State()
    sheets = [UnitSheet(state, ROUND, unit) for unit in UNITS]
    for change in sorted(union(play(history)), key=lambda c: c.id):
        touched = state.apply(change)
        for sheet in sheets:
            before = (sheet.profile, list(sheet.answers))
            rows = sheet.refresh(touched)
            if rows is None:
                assert sheet.profile is not before[0]
            else:
                changed = [i for i, (a, b) in enumerate(zip(before[1], sheet.answers, strict=True)) if a != b]
                assert set(changed) <= set(rows)
    for sheet in sheets:
        assert_counted(sheet, ROUND)
    assert len(ALL) > len(LOCAL)


def test_a_forgotten_refresh_would_be_noticed() -> None:
    desk = Desk("a" * 12, "甲")
    sheet = UnitSheet(desk.state, ROUND, "u1")
    desk.judge(Verdict.FAIL)
    with pytest.raises(AssertionError):
        assert_counted(sheet, ROUND)


def test_a_row_first_looked_at_between_a_change_and_its_refresh_is_counted_once() -> None:
    desk = Desk("a" * 12, "甲")
    sheet = UnitSheet(desk.state, ROUND, "u1")
    desk.judge(Verdict.FAIL)
    row = sheet.rows[sheet.index_of(CHECKLIST.id, GW1.id) or 0]
    assert not sheet.standing(row)[0].answered, "as the totals count it"
    sheet.refresh(set(desk.state.records("u1")))
    assert_counted(sheet, ROUND)


def test_sections_begin_where_the_next_one_shows() -> None:
    sheet = UnitSheet(State(), ROUND, "u1")
    keys = [(row.checklist.id, row.section.id) for row in sheet.rows]
    assert sheet.starts == [i for i, key in enumerate(keys) if i == 0 or keys[i - 1] != key]
    assert [keys[i] for i in sheet.starts] == list(sheet.by_section)


def test_putting_the_profile_right_changes_the_items_and_keeps_the_answers() -> None:
    desk = Desk("a" * 12, "甲")
    sheet = UnitSheet(desk.state, ROUND, "u1")
    assert sheet.index_of(CHECKLIST.id, SC1.id) is not None
    assert sheet.index_of(CHECKLIST.id, AQ1.id) is None
    desk.judge(Verdict.FAIL, item=SC1)
    change = desk.do(actions.correct_profile(desk.state, "u1", Profile.SAFETY))
    assert sheet.refresh({"visit/u1"}) is None
    assert sheet.index_of(CHECKLIST.id, SC1.id) is None
    assert sheet.index_of(CHECKLIST.id, AQ1.id) is not None
    assert sheet.total.raw == 0
    desk.do(retract=[change.id])
    assert sheet.refresh({"visit/u1"}) is None
    index = sheet.index_of(CHECKLIST.id, SC1.id)
    assert index is not None
    assert sheet.answers[index].verdict is Verdict.FAIL


def test_next_unanswered_goes_round_and_ends() -> None:
    desk = Desk("a" * 12, "甲")
    sheet = UnitSheet(desk.state, ROUND, "u1")
    last = len(sheet.rows) - 1
    assert sheet.next_unanswered(-1) == 0
    assert sheet.next_unanswered(0) == 1
    assert sheet.next_unanswered(last) == 0
    for row in sheet.rows[1:]:
        desk.do(
            actions.judge(
                desk.state, "u1", row.checklist.id, row.item, actions.plain_verdict(row.item, Verdict.PASS)
            )
        )
    sheet.refresh(set(desk.state.records("u1")))
    assert sheet.next_unanswered(last) == 0
    assert sheet.next_unanswered(0) == 0
    desk.judge(Verdict.PASS, item=GW1)
    sheet.refresh(set(desk.state.records("u1")))
    assert sheet.next_unanswered(0) is None


def test_open_points_name_what_is_missing_and_end_with_nothing() -> None:
    desk = Desk("a" * 12, "甲")
    other = Desk("b" * 12, "乙")
    sheet = UnitSheet(desk.state, ROUND, "u1")
    assert [p.kind for p in sheet.open_points()][:2] == ["date", "counterpart"]
    for row in sheet.rows:
        desk.do(
            actions.judge(
                desk.state, "u1", row.checklist.id, row.item, actions.plain_verdict(row.item, Verdict.PASS)
            )
        )
    desk.do(*actions.begin_visit(desk.state, "u1", "2026-11-20", desk.people))
    desk.do(*actions.visit_fields(desk.state, "u1", {"counterpart": "周一"}))
    other.judge(Verdict.FAIL)
    desk.take(other)
    sheet.refresh(set(desk.state.records("u1")))
    (point,) = sheet.open_points()
    assert (point.kind, point.row) == ("disputed", sheet.index_of(CHECKLIST.id, GW1.id))
    desk.state = State(desk.own)
    assert UnitSheet(desk.state, ROUND, "u1").open_points() == []


def test_a_unit_not_reached_needs_only_its_reason() -> None:
    desk = Desk("a" * 12, "甲")
    desk.do(*actions.not_reached(desk.state, "u1", "2026-11-20", ""))
    assert [p.kind for p in UnitSheet(desk.state, ROUND, "u1").open_points()] == ["reason"]
    desk.do(*actions.not_reached(desk.state, "u1", "2026-11-20", "道路中断"))
    assert UnitSheet(desk.state, ROUND, "u1").open_points() == []
    assert unit_progress(desk.state, ROUND, "u1").not_reached
    with pytest.raises(KeyError):
        unit_progress(desk.state, ROUND, "nowhere")
