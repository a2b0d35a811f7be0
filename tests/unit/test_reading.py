"""Answers, findings, red lines and visits as they read from the changes."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from strategies import CHECKLIST, GW1, GW2, ROUND, TS1, Desk, reading_of_unit

from inspect_tui.model.change import Edit, answer_key, labelled_finding_key, trigger_key, visit_key
from inspect_tui.model.terms import FindingKind, Profile, Severity, Verdict, VisitResult
from inspect_tui.rules import actions
from inspect_tui.rules.fold import State
from inspect_tui.rules.reading import BARE, read_answer, read_hits, read_visit
from inspect_tui.rules.sheet import unit_progress
from inspect_tui.rules.tables import state_tables

LABELLED = labelled_finding_key("u1", CHECKLIST.id, GW1.id, "责任缺项")


def desk(name: str = "甲", letter: str = "a") -> Desk:
    return Desk(letter * 12, name)


def pair() -> tuple[Desk, Desk]:
    return desk("甲", "a"), desk("乙", "b")


# -------------------------------------------------------------------- answers


def test_nothing_recorded_reads_as_not_checked() -> None:
    answer = desk().answer()
    assert (answer.verdict, answer.answered, answer.disputed, answer.stale) == (
        Verdict.PENDING,
        False,
        False,
        False,
    )


def test_equal_judgements_of_two_inspectors_agree() -> None:
    one, two = pair()
    one.judge(Verdict.FAIL, ("责任缺项", 2))
    two.judge(Verdict.FAIL, ("责任缺项", 2))
    one.take(two)
    assert one.answer().answered
    assert one.answer().judgement.count("责任缺项") == 2


def reworded(text: str):
    return msgspec.structs.replace(GW1, text=text)


def test_a_reworded_item_asks_for_a_fresh_look_and_keeps_the_judgement() -> None:
    one = desk()
    one.judge(Verdict.PASS)
    answer = read_answer(one.state, "u1", CHECKLIST.id, reworded("岗位责任齐全并上墙"))
    assert answer.stale
    assert answer.verdict is Verdict.PASS
    same = read_answer(one.state, "u1", CHECKLIST.id, reworded("岗位责任齐全, 每项都有责任人"))
    assert not same.stale


def test_one_fresh_look_is_enough_where_two_agree() -> None:
    """Else an item could stay 需重看 for ever behind the old, equal judgement of a colleague."""
    new = reworded("岗位责任齐全并上墙")
    for letters in ("ab", "ba"):
        one, two = desk("甲", letters[0]), desk("乙", letters[1])
        one.judge(Verdict.PASS)
        two.judge(Verdict.PASS)
        one.take(two)
        one.judge(Verdict.PASS, item=new)
        assert not read_answer(one.state, "u1", CHECKLIST.id, new).stale


def test_two_checklists_may_both_have_the_same_item_id() -> None:
    one = desk()
    one.judge(Verdict.FAIL)
    other = ROUND.checklists[1]
    assert read_answer(one.state, "u1", other.id, other.items()[0]).verdict is Verdict.PENDING


# -------------------------------------------------------------------- findings made by judgements


def texts(desk_: Desk) -> list[str]:
    return [f.text for f in desk_.findings()]


def test_a_picked_label_makes_one_finding_that_follows_the_count() -> None:
    one = desk()
    one.judge(Verdict.FAIL, ("责任缺项", 1))
    assert texts(one) == ["岗位责任缺1项"]
    one.judge(Verdict.FAIL, ("责任缺项", 3))
    (finding,) = one.findings()
    assert (finding.text, finding.key, finding.missing) == ("岗位责任缺3项", LABELLED, True)
    assert finding.severity is Severity.MODERATE


def test_the_same_label_by_two_inspectors_is_one_finding() -> None:
    one, two = pair()
    one.judge(Verdict.FAIL, ("责任缺项", 2))
    two.judge(Verdict.FAIL, ("责任缺项", 2))
    one.take(two)
    (finding,) = one.findings()
    assert not finding.contested
    two.judge(Verdict.FAIL, ("责任缺项", 4), "无责任人")
    one.take(two)
    found = {f.label: f for f in one.findings()}
    assert set(found) == {"责任缺项", "无责任人"}
    assert all(f.contested for f in found.values())
    assert found["责任缺项"].text == "岗位责任缺4项"
    assert set(found["责任缺项"].by) == {"甲", "乙"}
    assert found["无责任人"].by == ("乙",)


def test_a_sentence_edited_by_hand_no_longer_follows_the_count() -> None:
    one = desk()
    one.judge(Verdict.FAIL, ("责任缺项", 1))
    one.set(LABELLED, "text", "第3岗责任未列")
    one.judge(Verdict.FAIL, ("责任缺项", 2))
    (finding,) = one.findings()
    assert (finding.text, finding.edited) == ("第3岗责任未列", True)
    one.set(LABELLED, "text", "")
    assert texts(one) == ["岗位责任缺2项"]


def test_taking_the_label_back_takes_the_finding_with_it() -> None:
    one = desk()
    one.judge(Verdict.FAIL, "无责任人")
    one.judge(Verdict.PASS)
    assert one.findings() == []
    one.undo()
    assert texts(one) == ["岗位责任未明确责任人"]


def test_a_verdict_without_a_label_makes_one_bare_finding() -> None:
    one = desk()
    one.judge(Verdict.FAIL, item=GW2)
    one.judge(Verdict.PARTIAL, item=GW1)
    by_item = {f.item: f for f in one.findings()}
    assert by_item["GW-02"].label == BARE
    assert by_item["GW-02"].text == f"未做到：{GW2.text}"
    assert by_item["GW-01"].text == f"未完全做到：{GW1.text}"


def test_own_severity_of_a_deduction_beats_the_items() -> None:
    one = desk()
    one.judge(Verdict.FAIL, "无责任人", ("责任缺项", 1))
    assert {f.label: f.severity for f in one.findings()} == {
        "无责任人": Severity.MAJOR,
        "责任缺项": Severity.MODERATE,
    }
    one.set(LABELLED, "severity", "veto")
    assert {f.label: f.severity for f in one.findings()}["责任缺项"] is Severity.VETO


@pytest.mark.parametrize("value", ["terrible", 7, {"a": 1}])
def test_a_severity_or_kind_of_a_newer_version_does_not_hinder_reading(value: object) -> None:
    one = desk()
    one.judge(Verdict.FAIL, ("责任缺项", 1))
    one.set(LABELLED, "severity", value)
    typed = actions.new_finding(one.state, "u1", "0001", FindingKind.GOOD_PRACTICE, "做法好")
    one.do(*[msgspec.structs.replace(e, value=value) if e.field == "kind" else e for e in typed])
    one.set(visit_key("u1"), "result", value)
    one.set(visit_key("u1"), "profile", value)
    assert {f.severity for f in one.findings()} == {Severity.MODERATE, Severity.MINOR}
    assert read_visit(one.state, "u1").result is VisitResult.VISITED
    assert state_tables(one.state, ROUND)["findings"]


def test_a_label_the_amended_checklist_lost_is_still_told() -> None:
    one = desk()
    key = answer_key("u1", CHECKLIST.id, GW1.id)
    one.do(Edit(record=key, field="judgement", value={"verdict": "fail", "deductions": [{"label": "旧项"}]}))
    (finding,) = one.findings()
    assert finding.text.startswith("旧项")


def test_award_levels_write_their_sentence() -> None:
    one = desk()
    one.do(actions.judge(one.state, "u1", CHECKLIST.id, TS1, actions.plain_verdict(TS1, Verdict.PARTIAL)))
    assert texts(one) == ["有特色做法，成效未显现"]
    one.do(actions.judge(one.state, "u1", CHECKLIST.id, TS1, actions.plain_verdict(TS1, Verdict.FAIL)))
    (finding,) = one.findings()
    assert (finding.text, finding.missing, finding.severity) == (
        f"{TS1.text}：没有",
        True,
        Severity.MAJOR,
    )
    one.do(actions.judge(one.state, "u1", CHECKLIST.id, TS1, actions.plain_verdict(TS1, Verdict.PASS)))
    assert one.findings() == []


# -------------------------------------------------------------------- findings typed by hand


def test_findings_stand_in_checklist_order_then_those_without_an_item() -> None:
    one = desk()
    one.do(*actions.new_finding(one.state, "u1", "0001", FindingKind.SUGGESTION, "增加培训"))
    one.do(
        *actions.new_finding(
            one.state, "u1", "0002", FindingKind.DEFICIENCY, "标识脱落", checklist=CHECKLIST.id, item="GW-02"
        )
    )
    one.judge(Verdict.FAIL, "一人拟定", item=GW2)
    one.judge(Verdict.FAIL, "无责任人", item=GW1)
    assert texts(one) == ["岗位责任未明确责任人", "修订由一人拟定", "标识脱落", "增加培训"]


def test_equal_texts_typed_apart_are_agreed_and_different_ones_contested() -> None:
    one, two = pair()
    one.do(*actions.new_finding(one.state, "u1", "0001", FindingKind.DEFICIENCY, "标识脱落"))
    two.take(one)
    one.set("finding/u1/~0001", "text", "井口标识脱落")
    two.set("finding/u1/~0001", "text", "井口标识脱落")
    one.take(two)
    assert [f.contested for f in one.findings()] == [False]
    three, four = desk("甲", "c"), desk("乙", "d")
    three.do(*actions.new_finding(three.state, "u1", "0001", FindingKind.DEFICIENCY, "标识脱落"))
    four.take(three)
    three.set("finding/u1/~0001", "text", "井口标识脱落")
    four.set("finding/u1/~0001", "text", "站内标识脱落")
    three.take(four)
    assert [f.contested for f in three.findings()] == [True]


# -------------------------------------------------------------------- red lines, visits


def test_hits_are_listed_alike_whichever_came_first() -> None:
    one, two = pair()
    one.do(actions.hit_trigger(one.state, "u1", CHECKLIST.id, "RL-2", "甲事"))
    two.do(actions.hit_trigger(two.state, "u1", CHECKLIST.id, "RL-1", "乙事"))
    forth, back = State([*one.own, *two.own]), State([*two.own, *one.own])
    assert [h.trigger for h in read_hits(forth, "u1")] == ["RL-1", "RL-2"]
    assert read_hits(forth, "u1") == read_hits(back, "u1")


def test_an_own_hit_can_be_taken_back_and_anothers_cannot() -> None:
    one, two = pair()
    one.do(actions.hit_trigger(one.state, "u1", CHECKLIST.id, "RL-1", "甲事"))
    two.take(one)
    two.do(actions.clear_trigger(two.state, "u1", CHECKLIST.id, "RL-1"))
    assert [hit.trigger for hit in read_hits(two.state, "u1")] == ["RL-1"]
    one.do(actions.clear_trigger(one.state, "u1", CHECKLIST.id, "RL-1"))
    assert read_hits(one.state, "u1") == []
    assert trigger_key("u1", CHECKLIST.id, "RL-1") in one.state.records("u1")


def test_a_visit_reads_its_header_and_its_closing() -> None:
    one = desk()
    one.do(*actions.begin_visit(one.state, "u1", "2026-11-20", one.people))
    one.do(*actions.visit_fields(one.state, "u1", {"counterpart": "周一", "objection": "第2条有异议"}))
    one.do(actions.correct_profile(one.state, "u1", Profile.SAFETY))
    closing = one.do(actions.submit(one.state, "u1"))
    visit = read_visit(one.state, "u1")
    assert (visit.date, visit.counterpart, visit.objection) == ("2026-11-20", "周一", "第2条有异议")
    assert (visit.inspectors, visit.profile) == (("甲",), Profile.SAFETY)
    assert visit.submitted
    assert visit.submitted_by == ("甲",)
    assert visit.submitted_at == msgspec.json.decode(bytes(closing.body))["at"]
    one.do(*actions.reopen(one.state, "u1", "补查一项"))
    visit = read_visit(one.state, "u1")
    assert (visit.submitted, visit.reopened) == (False, "补查一项")


def test_a_visit_whose_only_action_was_undone_has_not_started() -> None:
    one = desk()
    before = reading_of_unit(one.state, "u1")
    one.judge(Verdict.PASS)
    assert read_visit(one.state, "u1").started
    one.undo()
    assert reading_of_unit(one.state, "u1") == before
    progress = unit_progress(one.state, ROUND, "u1")
    assert (progress.started, progress.answered) == (False, 0)


def test_tables_of_a_unit_the_round_does_not_have_are_left_out() -> None:
    one = desk()
    one.judge(Verdict.FAIL, unit="elsewhere")
    one.judge(Verdict.FAIL, ("责任缺项", 2))
    tables = state_tables(one.state, ROUND)
    assert [row["unit"] for row in tables["answers"]] == ["u1"]
    (row,) = tables["findings"]
    assert row["text"] == "岗位责任缺2项"
    assert GW1.points == Decimal(4)
