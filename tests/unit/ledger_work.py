"""A round that carries problems, and shorthands for walking them: what the tests of the ledger share."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from strategies import ROUND, Desk

from inspect_tui.model.change import rect_key
from inspect_tui.model.problem import Carried, Duty, Past, Source
from inspect_tui.model.round import Round, Team
from inspect_tui.model.terms import Method, Outcome, RectState, Severity, StepKind
from inspect_tui.rules.ledger import LedgerRow, ledger_rows
from inspect_tui.rules.rectifying import take_step

TODAY = "2026-11-20"
SOURCE = Source(round="2026Q3-test", origin="3" * 16, title="2026年第三季度回头看")
DUTY = Duty(owner_unit="第1党小组", owner="周一", leader="吴书记", measure="补齐", due="2026-12-10")


def carried(number: int, state: RectState = RectState.OPEN, **said: Any) -> Carried:
    """A problem of an earlier round; unit u1 unless said otherwise."""
    given: dict[str, Any] = {
        "id": f"p{number}",
        "number": f"HTK26Q3-A1-U1-A-{number:02d}",
        "unit": "u1",
        "text": f"旧问题{number}",
        "state": state,
        "source": SOURCE,
        "checklist": "small",
        "item": "GW-01",
        "item_text": "岗位责任齐全，每项都有责任人",
        "noted": "2026-08-18",
        "noted_round": SOURCE.title,
        "duty": DUTY,
        "history": (Past(at="2026-08-18T10:00:00+08:00", by=("甲",), round=SOURCE.title, words="发现问题"),),
    }
    if state is RectState.CLOSED:
        given |= {"closed_on": "2026-09-10", "closed_by": ("甲",), "basis": "看了台账"}
    return Carried(**(given | said))


def a_round(*problems: Carried, **said: Any) -> Round:
    """The small round with these problems carried into it."""
    teams = (Team(id="A1", name="第1检查组", lead="组长", members=("甲", "乙", "丙"), units=("u1", "u2")),)
    return msgspec.structs.replace(ROUND, **{"carried": problems, "origin": "4" * 16, "teams": teams, **said})


def raw_of(round_: Round) -> dict[str, Any]:
    """A round as it stands in a file."""
    raw: dict[str, Any] = json.loads(msgspec.json.encode(round_))
    return raw


def row_of(desk: Desk, round_: Round, problem: str = "p1", today: str = TODAY) -> LedgerRow:
    """A problem's row as this desk reads it."""
    return next(r for r in ledger_rows(desk.state, round_, today) if r.id == problem)


def step(desk: Desk, round_: Round, kind: StepKind, problem: str = "p1", **said: Any) -> None:
    """Take a step, with everything the guards ask for unless said otherwise."""
    today = said.pop("today", TODAY)
    given: dict[str, Any] = {"basis": "看了台账", "who": desk.people[0], "on": today}
    if kind in (StepKind.VERIFY, StepKind.RECHECK):
        given["methods"] = (Method.DOC_REVIEW,)
    if said.get("outcome") is Outcome.PARTLY:
        given["remains"] = "还差一页"
    if kind is StepKind.DEFER:
        given |= {"approver": "党总支", "until": "2027-01-15"}
    if kind is StepKind.START:
        given["duty"] = {"measure": "补齐", "owner": "周一", "due": "2026-12-10"}
    if kind is StepKind.SUBMIT:
        given["duty"] = {"result": "已补齐", "done_on": "2026-11-19"}
    row = row_of(desk, round_, problem, today)
    desk.do(*take_step(desk.state, row, kind, today, **(given | said)))


def verify(desk: Desk, round_: Round, outcome: Outcome, problem: str = "p1", **said: Any) -> None:
    """Verify an earlier problem in a visit."""
    step(desk, round_, StepKind.VERIFY, problem, outcome=outcome, **said)


def forced(desk: Desk, value: Any, problem: str = "p1", unit: str = "u1", **said: Any) -> Any:
    """Write a value for the step field past every guard, as a foreign program could. Not taken in."""
    from inspect_tui.model.change import Body, Edit

    edit = Edit(record=rect_key(unit, problem), field="step", value=value, **said)
    return desk.seal(Body(at="2026-11-20T09:00:00+08:00", by=desk.people, edits=(edit,)))


SEVERITIES = tuple(Severity)
