"""A filled-in ledger held against the table of transitions: no cell has a way round the guards."""

from __future__ import annotations

import itertools
import json
from typing import Any

import msgspec
import pytest
from ledger_work import TODAY, a_round, carried, raw_of, row_of, step
from strategies import Desk

from inspect_tui.exchange.ledger_columns import ADDED, LEDGER
from inspect_tui.exchange.ledger_sheet import SheetChange
from inspect_tui.exchange.ledger_taking import Taking, weigh
from inspect_tui.model.problem import Duty
from inspect_tui.model.terms import RectState, StepKind
from inspect_tui.rules.carrying import offered
from inspect_tui.rules.ledger import ledger_rows
from inspect_tui.rules.lifecycle import STEPS
from inspect_tui.store.loading import load_round

S, K = RectState, StepKind
HEADINGS = {column.field: column.heading for column in (*LEDGER, *ADDED) if column.field}
#: What makes a step from a state complete on a sheet.
FULL: dict[StepKind, dict[str, str]] = {
    K.START: {"measure": "补齐", "owner": "周一", "due": "2026-12-10"},
    K.SUBMIT: {"result": "已补齐", "done_on": "2026-11-19"},
    K.CLOSE: {"basis": "看了台账", "verified_by": "乙", "verified_on": "2026-11-20"},
    K.REJECT: {"basis": "缺一页", "verified_by": "乙"},
    K.DISPUTE: {"basis": "情况不符"},
    K.UPHOLD: {"basis": "属实"},
    K.WITHDRAW: {"basis": "重复"},
}


def cells(number: str, **values: str) -> list[SheetChange]:
    return [
        SheetChange(number=number, field=f, old="", new=v, cell=f"{f}7", heading=HEADINGS[f])
        for f, v in values.items()
    ]


def weighed(desk: Desk, round_: Any, **values: str) -> Taking:
    rows = ledger_rows(desk.state, round_, TODAY)
    (found,) = weigh(desk.state, rows, cells(rows[0].number, **values), TODAY)
    return found


@pytest.mark.parametrize(("left", "to"), itertools.permutations(S, 2), ids=lambda s: s.value)
def test_a_state_on_a_sheet_is_the_step_that_leads_there_or_a_refusal(left: S, to: S) -> None:
    round_ = a_round(
        carried(1, left, duty=Duty(owner="周一"), until="2027-05-01" if left is S.DEFERRED else "")
    )
    desk = Desk("a" * 12, "甲")
    kinds = [k for (k, s), t in STEPS.items() if s is left and t is to]
    assert len(kinds) <= 1
    taking = weighed(desk, round_, state=to.value, **(FULL.get(kinds[0], {}) if kinds else {}))
    if kinds and kinds[0] is not K.DEFER:
        assert taking.step is kinds[0] and not taking.refused
        desk.do(*taking.edits)
        assert row_of(desk, round_).state is to
    else:
        # What is put off needs an approver and a day, which no column of the sheet has.
        assert taking.step is None and [r.change.field for r in taking.refused] == ["state"]
        assert not taking.edits
        assert "挂账" in taking.refused[0].reason if kinds else "不能一步改成" in taking.refused[0].reason


def test_one_row_may_bring_the_step_and_what_it_needs() -> None:
    round_ = a_round(carried(1, duty=Duty()))
    desk = Desk("a" * 12, "甲")
    taking = weighed(
        desk, round_, state="in_progress", measure="补齐", owner="周一", due="2026-12-10", leader="吴"
    )
    assert taking.step is K.START and len(taking.taken) == 5
    assert taking.words == "开始整改；整改措施：补齐；责任人：周一；整改时限：2026-12-10；责任领导：吴"
    desk.do(*taking.edits)
    row = row_of(desk, round_)
    assert (row.state, row.measure, row.leader) == (S.IN_PROGRESS, "补齐", "吴")


def test_a_step_that_lacks_something_is_refused_and_the_other_cells_stay_good() -> None:
    round_ = a_round(carried(1, S.SUBMITTED))
    desk = Desk("a" * 12, "甲")
    taking = weighed(desk, round_, state="closed", verified_by="乙", measure="换一个措施")
    assert taking.step is None
    assert {r.change.field: r.reason for r in taking.refused}["state"].startswith(
        "不能复查通过：没有复查意见"
    )
    assert [c.field for c in taking.taken] == ["measure"]
    desk.do(*taking.edits)
    row = row_of(desk, round_)
    assert row.state is S.SUBMITTED and row.measure == "换一个措施"


def test_verifying_cells_without_a_state_are_refused() -> None:
    taking = weighed(Desk("a" * 12, "甲"), a_round(carried(1, S.SUBMITTED)), verified_by="乙", basis="看了")
    assert not taking.edits and len(taking.refused) == 2
    assert all("同状态一起改" in r.reason for r in taking.refused)


def test_a_wrong_cell_does_not_hold_up_its_neighbours() -> None:
    desk = Desk("a" * 12, "甲")
    taking = weighed(desk, a_round(carried(1)), done_on="2027-01-01", supervisor="钱二")
    assert [c.field for c in taking.taken] == ["supervisor"]
    assert [(r.change.field, r.change.cell) for r in taking.refused] == [("done_on", "done_on7")]
    assert "在今天之后" in taking.refused[0].reason


def test_who_reported_and_closes_is_warned_of() -> None:
    round_ = a_round(carried(1))
    desk = Desk("a" * 12, "甲")
    step(desk, round_, K.START)
    step(desk, round_, K.SUBMIT, who="周一")
    taking = weighed(desk, round_, state="closed", basis="看了", verified_by="周一")
    assert taking.step is K.CLOSE and [w.field for w in taking.warnings] == ["who"]


def test_cells_that_a_step_does_not_use_are_named() -> None:
    round_ = a_round(carried(1))
    desk = Desk("a" * 12, "甲")
    taking = weighed(desk, round_, state="in_progress", closed_on="2026-11-20")
    assert taking.step is K.START and [r.change.field for r in taking.refused] == ["closed_on"]


def test_words_of_several_lines_are_taken_and_carried_into_the_next_round() -> None:
    round_ = a_round(carried(1, text="第一行\n第二行", remains="甲\n乙"))
    desk = Desk("a" * 12, "甲")
    taking = weighed(desk, round_, measure="一、补齐\n二、核对")
    desk.do(*taking.edits)
    (offer,) = offered(desk.state, round_, "2027-01-05")
    assert offer.problem.text == "第一行\n第二行" and offer.problem.duty.measure == "一、补齐\n二、核对"
    raw = raw_of(round_) | {"carried": msgspec.to_builtins([offer.problem], str_keys=True)}
    read, _, _ = load_round(json.dumps(raw, ensure_ascii=False).encode())
    assert read.carried == (offer.problem,)


def test_numbers_that_are_not_in_the_ledger_do_nothing() -> None:
    desk = Desk("a" * 12, "甲")
    rows = ledger_rows(desk.state, a_round(carried(1)), TODAY)
    assert weigh(desk.state, rows, cells("HTK-没有", measure="x"), TODAY) == []
