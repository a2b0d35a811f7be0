"""Steps that a merge brings to a problem after it went on to a newer round: told, never lost, never twice."""

from __future__ import annotations

import itertools
import json
import shutil

import pytest
from ledger_work import TODAY, a_round, carried, row_of, step, verify
from strategies import Desk
from telling_work import NOW, make_round, make_space, record, work

from inspect_tui.cli.main import run
from inspect_tui.exchange import received
from inspect_tui.exchange.carrying import gather, hand_over
from inspect_tui.exchange.handin import hand_in
from inspect_tui.exchange.rectify_lines import NumberedEntry, RectifyLine, rectify_lines
from inspect_tui.model.person import Identity
from inspect_tui.model.round import Period
from inspect_tui.model.terms import Outcome, StepKind
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.belated import TOLD, belated_steps, told
from inspect_tui.rules.fold import State
from inspect_tui.rules.problems import CARRIED_TO
from inspect_tui.rules.rectifying import hand_on

ROUND = a_round(carried(1), carried(2))
NEXT = "2027年第一季度回头看"


def gone(lead: Desk, *along: str, problem: str = "p1") -> None:
    """The lead notes that a problem lives in the next round, frozen with these steps."""
    record_ = row_of(lead, ROUND, problem).record
    lead.do(hand_on(lead.state, record_, "5" * 16, "2027Q1", NEXT, along))


def test_only_what_did_not_go_along_is_told_in_whatever_order_it_comes() -> None:
    lead, early, late = Desk("a" * 12, "组长"), Desk("b" * 12, "甲"), Desk("c" * 12, "乙")
    verify(early, ROUND, Outcome.PARTLY)
    verify(late, ROUND, Outcome.RELAPSED)
    step(late, ROUND, StepKind.START, "p2")
    lead.take(early)
    gone(lead, early.own[0].id)
    assert belated_steps(lead.state, ROUND) == []
    for order in itertools.permutations([*lead.held, *late.own]):
        (one,) = belated_steps(State(order), ROUND)
        assert (one.unit, one.problem, one.to, one.taken.change) == ("u1", "p1", NEXT, late.own[0].id)
    assert one.text == (
        f"问题HTK26Q3-A1-U1-A-01已转入“{NEXT}”，乙的这条复查（反弹，2026-11-20）记在旧轮次，请到新轮次重记"
    )


def test_what_was_taken_back_or_handed_back_is_no_matter() -> None:
    lead, late = Desk("a" * 12, "组长"), Desk("c" * 12, "乙")
    gone(lead)
    step(late, ROUND, StepKind.START)
    lead.take(late)
    assert [one.taken.step.kind for one in belated_steps(lead.state, ROUND)] == [StepKind.START]
    assert "这条整改记录（开始整改，" in told(belated_steps(lead.state, ROUND))[0]
    record_ = row_of(lead, ROUND).record
    lead.do(set_field(lead.state, record_, CARRIED_TO, None))
    assert belated_steps(lead.state, ROUND) == []
    gone(lead, late.own[0].id)
    assert belated_steps(lead.state, ROUND) == []
    second = Desk("d" * 12, "丙")
    verify(second, ROUND, Outcome.FIXED)
    lead.take(second)
    assert len(belated_steps(lead.state, ROUND)) == 1
    second.do(retract=[second.own[0].id])
    lead.take(second)
    assert belated_steps(lead.state, ROUND) == []


def test_a_long_list_is_counted() -> None:
    lead, late = Desk("a" * 12, "组长"), Desk("c" * 12, "乙")
    gone(lead)
    verify(late, ROUND, Outcome.PARTLY)
    lead.take(late)
    lines = told(belated_steps(lead.state, ROUND) * (TOLD + 3))
    assert len(lines) == TOLD + 1 and lines[-1] == "这样的记录另有3条。"


@pytest.fixture
def space(tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    return make_space(tmp_path / "w")


def moved(session, number: str, kind: StepKind, **said: str) -> None:
    rectify_lines(session, [NumberedEntry(0, RectifyLine(number=number, step=kind, **said))])


def test_a_hand_in_that_comes_after_the_next_round_was_opened(space, tmp_path, monkeypatch, capsys) -> None:
    old = make_round(space)
    session = work(space, old)
    finding = {"text": "清单没有签字", "severity": "moderate"}
    record(session, tmp_path / "l.jsonl", [{"unit": "DG01", "findings": [finding]}])
    session.close()
    apart = shutil.copytree(space.root, tmp_path / "另一台")
    session = work(space, old)
    left = gather(space, [old.id], TODAY)
    number = left.offers[0].problem.number
    moved(session, number, StepKind.START, measure="补签", due="2026-12-01", owner="周一")
    session.close()
    newer = make_round(
        space,
        title=NEXT,
        period=Period(label="2027年第一季度", start="2027-02-01", end="2027-02-05"),
        cargo=gather(space, [old.id], "2027-02-01").cargo(["DG01"]),
    )
    assert hand_over(space, newer, Identity(name="检查员乙")).noted == {old.title: 1}
    folder = str(space.round_dir(old.id))
    assert run(["ledger", folder]) == 0
    assert "请到新轮次重记" not in capsys.readouterr().err, "what was frozen with it went along"

    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home2"))
    there = type(space)(apart)
    session = work(there, old, "检查员丙")
    moved(session, number, StepKind.START, measure="重做", due="2026-12-05", owner="周一")
    out = hand_in(session, tmp_path / "迟交.zip").path
    session.close()
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    found = received.scan_for(space, old.id, [out])
    (warning,) = [w for w in found.files[0].warnings if "请到新轮次重记" in w]
    assert number in warning and "检查员丙" in warning and NEXT in warning
    received.take(space, old.id, found, "检查员乙", NOW)
    again = received.scan_for(space, old.id, [out])
    assert not any("重记" in w for w in again.files[0].warnings), "nothing new comes in a second time"
    assert run(["ledger", folder]) == 0
    assert f"提醒：问题{number}已转入" in capsys.readouterr().err
    assert run(["ledger", folder, "--json"]) == 0
    (told_,) = json.loads(capsys.readouterr().out)["warnings"]
    assert set(told_) == {"where", "reason"} and number in told_["reason"]
