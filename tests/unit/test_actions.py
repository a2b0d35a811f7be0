"""What each action writes."""

from __future__ import annotations

import pytest
from strategies import CHECKLIST, GW1, GW2, TS1, Desk

from inspect_tui.model.change import answer_key, parse_key, visit_key
from inspect_tui.model.terms import FindingKind, Severity, Verdict, VisitResult
from inspect_tui.model.view import Judgement, Picked
from inspect_tui.rules import actions
from inspect_tui.rules.canonical import item_hash
from inspect_tui.rules.reading import read_visit

FAIL = Verdict.FAIL


def picked(judgement: Judgement) -> list[tuple[str, int]]:
    return [(p.label, p.count) for p in judgement.deductions]


def add(judgement: Judgement, *labels: str, item=GW1) -> Judgement:
    for label in labels:
        judgement = actions.with_deduction(item, judgement, FAIL, label)
    return judgement


def test_picking_a_counted_label_again_raises_its_count() -> None:
    assert picked(add(Judgement(), "责任缺项", "责任缺项", "责任缺项")) == [("责任缺项", 3)]


def test_picking_an_uncounted_label_again_changes_nothing() -> None:
    assert picked(add(Judgement(), "无责任人", "无责任人")) == [("无责任人", 1)]
    assert picked(actions.with_deduction(GW1, Judgement(), FAIL, "无责任人", 3)) == [("无责任人", 1)]


def test_several_labels_stand_in_the_items_order() -> None:
    assert picked(add(Judgement(), "无责任人", "责任缺项")) == [("责任缺项", 1), ("无责任人", 1)]


def test_an_exclusive_label_replaces_its_rival_and_leaves_the_rest() -> None:
    judgement = add(Judgement(), "一人拟定", "记录不全", "不足半数", item=GW2)
    assert picked(judgement) == [("不足半数", 1), ("记录不全", 1)]


def test_missing_follows_the_picked_labels() -> None:
    judgement = add(Judgement(), "责任缺项", "无责任人")
    assert judgement.missing
    assert not actions.without_deduction(GW1, judgement, "责任缺项").missing


def test_taking_one_away_lowers_the_count_and_then_removes_the_label() -> None:
    judgement = add(Judgement(), "责任缺项", "责任缺项")
    judgement = actions.without_deduction(GW1, judgement, "责任缺项")
    assert picked(judgement) == [("责任缺项", 1)]
    assert picked(actions.without_deduction(GW1, judgement, "责任缺项")) == []
    assert picked(actions.without_deduction(GW1, judgement, "没有这一项")) == [("责任缺项", 1)]


def test_labels_of_an_earlier_verdict_without_deductions_are_not_carried_over() -> None:
    before = Judgement(verdict=Verdict.NA, reason="无此业务", deductions=(Picked("无责任人"),))
    assert picked(actions.with_deduction(GW1, before, FAIL, "责任缺项")) == [("责任缺项", 1)]


def test_changing_fail_to_partial_keeps_the_labels() -> None:
    judgement = actions.with_deduction(GW1, add(Judgement(), "责任缺项"), Verdict.PARTIAL, "无责任人")
    assert judgement.verdict is Verdict.PARTIAL
    assert picked(judgement) == [("责任缺项", 1), ("无责任人", 1)]


def test_wrong_labels_and_verdicts_are_refused() -> None:
    with pytest.raises(KeyError):
        actions.with_deduction(GW1, Judgement(), FAIL, "没有这一项")
    with pytest.raises(ValueError, match="pass"):
        actions.with_deduction(GW1, Judgement(), Verdict.PASS, "责任缺项")


def test_a_plain_verdict_takes_the_only_award_level_of_that_verdict() -> None:
    assert actions.plain_verdict(TS1, Verdict.PARTIAL).award == "有未见效"
    assert actions.plain_verdict(TS1, FAIL).missing
    assert actions.plain_verdict(TS1, Verdict.NA, "无此业务").award == ""
    assert actions.plain_verdict(GW1, FAIL).award == ""


def test_judging_remembers_the_text_that_was_checked() -> None:
    desk = Desk("a" * 12, "甲")
    desk.judge(FAIL, "责任缺项")
    assert desk.answer().judgement.item == item_hash(GW1)


def test_a_whole_section_is_one_change_and_one_undo() -> None:
    desk = Desk("a" * 12, "甲")
    items = list(CHECKLIST.sections[0].items)
    desk.do(*actions.judge_many(desk.state, "u1", CHECKLIST.id, items, Verdict.NA, "无此业务"))
    assert [desk.answer(i).judgement.reason for i in items] == ["无此业务"] * 2
    desk.undo()
    assert [desk.answer(i).verdict for i in items] == [Verdict.PENDING] * 2


def test_a_deduction_puts_its_red_line_before_the_inspector() -> None:
    assert actions.triggered(GW1, add(Judgement(), "全无", "责任缺项")) == ["RL-1"]
    assert actions.triggered(GW1, add(Judgement(), "责任缺项")) == []


def test_methods_toggle_and_samples_are_set() -> None:
    desk = Desk("a" * 12, "甲")
    for _ in range(3):
        desk.do(actions.toggle_method(desk.state, "u1", CHECKLIST.id, GW1, "interview"))
    desk.do(actions.set_sample(desk.state, "u1", CHECKLIST.id, GW1, "10月"))
    assert (desk.answer().methods, desk.answer().samples) == (("interview",), ("10月",))
    desk.do(actions.set_sample(desk.state, "u1", CHECKLIST.id, GW1, "10月", present=False))
    assert desk.answer().samples == ()


def test_good_practices_carry_no_severity_and_problems_do() -> None:
    desk = Desk("a" * 12, "甲")
    fields = {
        kind: {
            e.field: e.value for e in actions.new_finding(desk.state, "u1", "1", kind, "文字", missing=True)
        }
        for kind in FindingKind
    }
    assert fields[FindingKind.DEFICIENCY]["severity"] == Severity.MINOR.value
    assert fields[FindingKind.DEFICIENCY]["missing"] is True
    assert set(fields[FindingKind.GOOD_PRACTICE]) == {"kind", "text"}
    assert set(fields[FindingKind.SUGGESTION]) == {"kind", "text"}


def test_beginning_a_visit_writes_once() -> None:
    desk = Desk("a" * 12, "甲", "丙")
    desk.do(*actions.begin_visit(desk.state, "u1", "2026-11-20", desk.people))
    visit = read_visit(desk.state, "u1")
    assert (visit.date, visit.inspectors) == ("2026-11-20", tuple(sorted(("甲", "丙"))))
    assert actions.begin_visit(desk.state, "u1", "2026-11-21", desk.people) == []
    (edit,) = actions.begin_visit(desk.state, "u1", "2026-11-21", ("乙",))
    assert edit.field == "inspector:乙"


def test_header_fields_that_did_not_change_are_not_written() -> None:
    desk = Desk("a" * 12, "甲")
    desk.do(*actions.visit_fields(desk.state, "u1", {"counterpart": "周一"}))
    edits = actions.visit_fields(desk.state, "u1", {"counterpart": "周一", "objection": "无"})
    assert [e.field for e in edits] == ["objection"]


def test_people_end_up_being_exactly_those_named() -> None:
    desk = Desk("a" * 12, "甲")
    for people in (["周一", "吴二"], ["吴二", "郑三"], []):
        desk.do(*actions.visit_people(desk.state, "u1", "present", people))
        assert read_visit(desk.state, "u1").present == tuple(sorted(people))


def test_not_reached_can_become_reached_again() -> None:
    desk = Desk("a" * 12, "甲")
    desk.do(*actions.not_reached(desk.state, "u1", "2026-11-20", "道路中断"))
    visit = read_visit(desk.state, "u1")
    assert (visit.result, visit.reason) == (VisitResult.NOT_REACHED, "道路中断")
    desk.do(*actions.visit_fields(desk.state, "u1", {"result": "visited", "reason": ""}))
    visit = read_visit(desk.state, "u1")
    assert (visit.result, visit.reason) == (VisitResult.VISITED, "")


@pytest.mark.parametrize(
    ("key", "kind", "label"),
    [
        ("answer/u1/c/GW-01", "answer", ""),
        ("visit/u1", "visit", ""),
        ("trigger/u1/c/RL-1", "trigger", ""),
        ("finding/u1/~0a", "finding", ""),
        ("finding/u1/c/GW-01/未交/未签", "finding", "未交/未签"),
    ],
)
def test_record_keys_come_apart(key: str, kind: str, label: str) -> None:
    address = parse_key(key)
    assert address is not None
    assert (address.kind, address.unit, address.label) == (kind, "u1", label)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "answer",
        "answer/u1",
        "answer/u1//GW-01",
        "visit/",
        "visit/u1/x",
        "finding/u1",
        "finding/u1/~",
        "x/y",
    ],
)
def test_keys_that_are_not_ours_are_none(key: str) -> None:
    assert parse_key(key) is None


def test_addresses_of_actions_are_those_of_the_model() -> None:
    desk = Desk("a" * 12, "甲")
    assert actions.write_note(desk.state, "u1", "c", GW1, "x").record == answer_key("u1", "c", "GW-01")
    assert actions.submit(desk.state, "u1").record == visit_key("u1")
