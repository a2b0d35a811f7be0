"""减负: items that never fail, minutes from the time stamps, the same paper asked for twice."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import msgspec
import pytest
from strategies import CHECKLIST, GW1, GW2, ROUND, TS1, Desk

from inspect_tui.cli.main import run
from inspect_tui.model.change import Body
from inspect_tui.model.checklist import Section
from inspect_tui.model.terms import Method, Verdict
from inspect_tui.report.agreement_table import agreed, agreement_lines
from inspect_tui.rules import actions
from inspect_tui.rules.fold import State
from inspect_tui.rules.gauge import BREAK, minutes, minutes_of, never_failed, same_papers

START = dt.datetime(2026, 11, 20, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def test_only_what_was_judged_often_and_always_conforming_never_failed() -> None:
    rounds = []
    for n in range(3):
        desk = Desk("a" * 12, "甲")
        for unit in ("u1", "u2"):
            desk.judge(Verdict.PASS, unit=unit)
            desk.judge(Verdict.PARTIAL if (n, unit) == (1, "u2") else Verdict.PASS, item=GW2, unit=unit)
            desk.judge(Verdict.NA, item=TS1, unit=unit, reason="没有")
        rounds.append((ROUND, desk.state))
    found = never_failed(rounds, least=6)
    assert [(n.checklist, n.item, n.judged) for n in found] == [("small", "GW-01", 6)]
    assert never_failed(rounds, least=7) == []
    assert never_failed([], least=1) == []


def test_a_failing_opinion_counts_although_the_lead_decided_otherwise_not() -> None:
    first, second = Desk("a" * 12, "甲"), Desk("b" * 12, "乙")
    first.judge(Verdict.PASS)
    second.judge(Verdict.FAIL)
    first.take(second)
    assert never_failed([(ROUND, first.state)], least=1) == []


def walked(gaps: list[int], writer: str = "a" * 12, unit: str = "u1") -> State:
    """A walk with so many seconds before each next judgement."""
    desk, at = Desk(writer, "甲"), START
    for n, gap in enumerate([0, *gaps]):
        at += dt.timedelta(seconds=gap)
        item = (GW1, GW2)[n % 2]
        edit = actions.judge(desk.state, unit, CHECKLIST.id, item, actions.plain_verdict(item, Verdict.PASS))
        change = desk.seal(Body(at=at.isoformat(), by=("甲",), edits=(edit,)))
        desk.own.append(change)
        desk.state.apply(change)
    return desk.state


def test_minutes_leave_breaks_out() -> None:
    units, items = minutes(walked([60, 120, int(BREAK.total_seconds()) + 1, 60]))
    assert [(p.key, p.minutes) for p in units] == [("u1", Decimal("4.0"))]
    assert {p.key: (p.samples, p.minutes) for p in items} == {
        "small/GW-02": (1, Decimal("1.0")),
        "small/GW-01": (2, Decimal("2.0")),
    }


def test_minutes_over_rounds_take_the_one_in_the_middle() -> None:
    units, _ = minutes_of([walked([60]), walked([120]), walked([600])])
    assert [(p.key, p.samples, p.minutes) for p in units] == [("u1", 3, Decimal("2.0"))]
    assert minutes_of([]) == ([], [])


def test_going_to_another_unit_is_no_work_on_its_first_item() -> None:
    desk, at = Desk("a" * 12, "甲"), START
    for unit, gap in (("u1", 0), ("u2", 300), ("u2", 60)):
        at += dt.timedelta(seconds=gap)
        edit = actions.judge(desk.state, unit, CHECKLIST.id, GW1, actions.plain_verdict(GW1, Verdict.PASS))
        change = desk.seal(Body(at=at.isoformat(), by=("甲",), edits=(edit,)))
        desk.own.append(change)
        desk.state.apply(change)
    units, _ = minutes(desk.state)
    assert [(p.key, p.minutes) for p in units] == [("u2", Decimal("1.0"))]


def test_papers_asked_for_by_several_items_are_named() -> None:
    def item(n: int, text: str, *methods: Method):
        return msgspec.structs.replace(GW1, id=f"GW-{n:02d}", text=text, rubric="", methods=methods)

    items = (
        item(1, "考勤表与到岗一致，查《党小组会议记录本》", Method.DOC_REVIEW),
        item(2, "分配与考勤一致", Method.DOC_REVIEW),
        item(3, "《党小组会议记录本》有结论"),
        item(4, "问考勤怎么记", Method.INTERVIEW),
    )
    section = Section(id="GW", name="岗位", points=Decimal(16), items=items)
    checklist = msgspec.structs.replace(CHECKLIST, sections=(section,))
    assert [(s.paper, s.items) for s in same_papers(checklist, loosely=True)] == [
        ("党小组会议记录本", ("GW-01", "GW-03")),
        ("考勤", ("GW-01", "GW-02")),
    ]
    assert [s.paper for s in same_papers(checklist)] == ["党小组会议记录本"]


# -------------------------------------------------------------------- command line


@pytest.fixture(scope="module")
def demo(tmp_path_factory, demo_at):
    patch = pytest.MonkeyPatch()
    patch.setenv("INSPECT_TUI_HOME", str(tmp_path_factory.mktemp("home")))
    yield demo_at(tmp_path_factory.mktemp("d") / "demo").root
    patch.undo()


ROUNDS = ("2026Q2-lookback", "2026Q3-lookback", "2026Q4-lookback")


def test_agreement_on_the_command_line(demo, capsysbinary) -> None:
    where = ["--workspace", str(demo)]
    assert run(["agreement", *ROUNDS, *where, "--json"]) == 0
    data = json.loads(capsysbinary.readouterr().out)
    assert data["pairs"] == sum(item["pairs"] for item in data["items"]) > 0
    assert len(data["differing"]) == data["pairs"] - data["alike"]
    assert data["share"] == pytest.approx(data["alike"] / data["pairs"], abs=0.001)
    assert run(["agreement", *ROUNDS, *where]) == 0
    told = capsysbinary.readouterr().out.decode()
    assert f"两人都查过{data['pairs']}对，一致{data['alike']}对" in told
    assert all(row["item"] in told and row["name"] in told for row in data["differing"])
    assert agreement_lines(agreed([]), []) == ["没有两个人都查过的检查内容，算不出一致率。"]


def test_gauge_on_the_command_line(demo, capsysbinary) -> None:
    assert run(["gauge", *ROUNDS, "--workspace", str(demo), "--least", "11", "--json"]) == 0
    data = json.loads(capsysbinary.readouterr().out)
    assert data["never_failed"] and all(row["judged"] >= 11 and row["text"] for row in data["never_failed"])
    assert data["units"] and data["unit_minutes"] in [row["minutes"] for row in data["units"]]
    assert run(["gauge", *ROUNDS, "--workspace", str(demo)]) == 0
    told = capsysbinary.readouterr().out.decode()
    assert "从不" not in told and "次次符合的检查内容" in told and "用时" in told
    assert run(["gauge", "2099Q1", "--workspace", str(demo)]) == 1
