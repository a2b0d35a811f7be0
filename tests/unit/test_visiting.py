"""What the pages around a visit rest on: names, notes, what a judgement makes, what the unit is shown."""

from __future__ import annotations

import pytest
from strategies import GW1, Desk

from inspect_tui.model.change import free_finding_key, visit_key
from inspect_tui.model.terms import FindingKind, Severity, TriggerEffect, Verdict
from inspect_tui.model.view import Judgement, Picked
from inspect_tui.rules import actions, visiting
from inspect_tui.rules.fold import State
from inspect_tui.rules.reading import BARE, free_findings, read_visit
from inspect_tui.rules.sheet import OpenPoint


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("王一、李二", ["王一", "李二"]),
        (" 王一，李二；赵三  钱四/王一 ", ["王一", "李二", "赵三", "钱四"]),
        ("", []),
        ("、，", []),
    ],
)
def test_names_are_told_apart_by_any_usual_sign(typed: str, names: list[str]) -> None:
    assert visiting.names_in(typed) == names


def test_a_judgement_makes_its_labels_or_one_bare_finding() -> None:
    label = GW1.deductions[0].label
    picked = Judgement(verdict=Verdict.FAIL, deductions=(Picked(label, 2),))
    assert visiting.makes(GW1, picked, label) and not visiting.makes(GW1, picked, BARE)
    assert visiting.makes(GW1, Judgement(verdict=Verdict.PARTIAL), BARE)
    assert not visiting.makes(GW1, Judgement(verdict=Verdict.PASS), BARE)
    assert visiting.without_label(GW1, picked, label).deductions == ()


def test_what_is_handed_over_is_not_shown_to_the_unit() -> None:
    desk = Desk("a" * 12, "甲")
    for place, text in enumerate(("公开的", "移交的")):
        desk.do(
            *actions.new_finding(
                desk.state, "u1", f"{place}", FindingKind.DEFICIENCY, text, severity=Severity.MAJOR
            )
        )
    desk.do(actions.set_field(desk.state, free_finding_key("u1", "1"), "referred", True))
    shown = visiting.confirmable(free_findings(desk.state, "u1"))
    assert [f.text for f in shown[FindingKind.DEFICIENCY]] == ["公开的"]


def test_submitting_writes_who_confirmed_in_the_same_edits() -> None:
    desk = Desk("a" * 12, "甲")
    edits = visiting.submit(desk.state, "u1", "周一")
    desk.do(*edits)
    visit = read_visit(desk.state, "u1")
    assert visit.submitted and visit.confirmed_by == "周一"
    assert [e.field for e in visiting.submit(State(), "u1", "")] == ["submitted"]


def test_not_reached_keeps_a_date_that_stands() -> None:
    desk = Desk("a" * 12, "甲")
    desk.do(*visiting.not_reached(desk.state, "u1", "2026-11-21", "道路不通"))
    assert read_visit(desk.state, "u1").date == "2026-11-21"
    desk.do(*visiting.not_reached(desk.state, "u1", "2026-11-25", "天气原因"))
    visit = read_visit(desk.state, "u1")
    assert (visit.date, visit.reason) == ("2026-11-21", "天气原因")
    desk.do(*visiting.reached(desk.state, "u1"))
    assert read_visit(desk.state, "u1").reason == ""


def test_notes_of_others_are_told_with_their_names() -> None:
    one, two = Desk("a" * 12, "甲"), Desk("b" * 12, "乙")
    one.do(actions.set_field(one.state, visit_key("u1"), "note", "在值班室"))
    two.take(one)
    two.do(actions.set_field(two.state, visit_key("u1"), "note", "在活动室"))
    assert visiting.visit_note(two.state, "u1", ("乙",)) == ("在活动室", [(("甲",), "在值班室")])


def test_every_effect_has_its_consequence_and_every_point_its_group() -> None:
    assert set(visiting.CONSEQUENCES) == set(TriggerEffect)
    kinds = ("date", "unanswered", "disputed", "stale", "counterpart", "newer")
    groups = visiting.grouped(OpenPoint(kind, -1, kind) for kind in kinds)
    assert [p.kind for p in groups["进点信息"]] == ["date", "counterpart"]
    assert sum(len(points) for points in groups.values()) == len(kinds)
