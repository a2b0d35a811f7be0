"""Which units a hand-in is about: one's own work and what was expected, not what others did beside it."""

from __future__ import annotations

from typing import Any

import pytest
from telling_work import make_round, make_space, record, work

from inspect_tui.exchange.handin import hand_in
from inspect_tui.exchange.handin_units import HandInUnits, hand_in_units
from inspect_tui.model.roster import Unit
from inspect_tui.rules.duties import set_revised

GIVEN = [f"DG0{n}" for n in range(1, 9)]
OWN: list[dict[str, Any]] = [
    {"unit": "DG03", "trigger": {"id": "RL-01", "fact": "代签"}},
    {"unit": "DG02", "visit": {"result": "not_reached", "reason": "道路不通"}},
    {"unit": "DG01", "item": "GW-01", "verdict": "pass"},
    {"unit": "DG08", "visit": {"result": "not_reached", "reason": "单位集中作业"}},
    {"unit": "DG08", "submit": True},
]
OTHERS: list[dict[str, Any]] = [
    {"unit": "DG01", "item": "GW-02", "verdict": "pass"},
    {"unit": "DG04", "item": "GW-01", "verdict": "pass"},
    {"unit": "DG07", "item": "GW-01", "verdict": "pass"},
]


def told(units: HandInUnits) -> dict[str, list[str]]:
    listed: dict[str, tuple[Unit, ...]] = {n: getattr(units, n) for n in HandInUnits.__struct_fields__}
    return {name: [unit.id for unit in each] for name, each in listed.items() if each}


@pytest.fixture
def session(tmp_path, monkeypatch):
    """One of two inspectors of a round on one shared folder, each with a file of their own."""
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = make_space(tmp_path / "w")
    round_ = make_round(space, unit_ids=GIVEN)
    other = work(space, round_, "检查员丙")
    record(other, tmp_path / "o", OTHERS)
    other.close()
    session = work(space, round_)
    record(session, tmp_path / "l", OWN)
    yield session
    session.close()


def units_of(session: Any, *expected: str) -> HandInUnits:
    return hand_in_units(session.state, session.round, session.file.changes(), expected)


def test_own_work_stands_by_its_visits_and_others_work_is_told_apart(session) -> None:
    assert told(units_of(session, "DG01", "DG02", "DG04", "DG05")) == {
        "submitted": ["DG08"],
        "not_reached": ["DG02"],
        "unfinished": ["DG01", "DG03"],
        "untouched": ["DG05"],
        "elsewhere": ["DG04"],
    }
    assert not units_of(session, "DG04").complete
    assert hand_in(session).messages[-1] == "其中2个单位还没有提交。"


def test_the_expected_units_come_first_each_in_the_order_of_the_roster(session) -> None:
    assert told(units_of(session, "DG03"))["unfinished"] == ["DG03", "DG01"]
    assert told(units_of(session, "DG03", "DG01"))["unfinished"] == ["DG01", "DG03"]


def test_what_is_kept_without_a_visit_and_what_was_undone_is_no_work_at_a_unit(session) -> None:
    assert session.undo("DG03") is not None
    for unit in ("DG05", "DG06"):
        session.commit(set_revised(session.state, unit, "2026-11", "2026-11-04"), "岗位责任")
    assert told(units_of(session, "DG06")) == {
        "submitted": ["DG08"],
        "not_reached": ["DG02"],
        "unfinished": ["DG01"],
        "untouched": ["DG06"],
    }
    done = hand_in(session)
    assert done.counts.units == 3
    assert done.messages[-1] == "其中1个单位还没有提交。"


def test_it_is_complete_once_nothing_expected_is_open(session) -> None:
    assert hand_in_units(session.state, session.round, (), {"DG04"}).complete
    assert not hand_in_units(session.state, session.round, (), {"DG05"}).complete
