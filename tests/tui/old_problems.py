"""Problems of earlier rounds for the screen tests, frozen into the round as carrying over freezes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from fixture import make_space, open_desk, who

from inspect_tui.model.problem import Carried, Duty, Past, Source
from inspect_tui.model.terms import Method, Outcome, RectState, Severity
from inspect_tui.rules.ledger import LedgerRow, ledger_rows
from inspect_tui.rules.rectifying import verify
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.desk import Desk

SOURCE = Source(round="2026Q3-lookback", origin="0123456789abcdef", title="2026年第三季度回头看")
HISTORY = (
    Past(
        at="2026-08-14",
        by=("检查员丁",),
        round=SOURCE.title,
        words="发现问题",
        to=RectState.OPEN,
    ),
    Past(
        at="2026-08-20T10:00:00+08:00",
        by=("章海峰",),
        round=SOURCE.title,
        words="开始整改；整改措施：补齐近三个月的修订记录",
        left=RectState.OPEN,
        to=RectState.IN_PROGRESS,
    ),
)
DUTY = Duty(
    owner_unit="东沟第2党小组",
    owner="章海峰",
    leader="秦振邦",
    supervisor="一支部书记",
    measure="补齐近三个月的修订记录，定专人每月核对",
    due="2026-09-15",
    result="7月、8月已补，6月未补",
    done_on="2026-09-10",
)


def old(
    number: str, text: str, state: RectState = RectState.OPEN, unit: str = "DG02", **more: Any
) -> Carried:
    """An earlier problem; its id is told from its number."""
    fields: dict[str, Any] = {
        "id": f"{abs(hash_of(number)):016x}",
        "number": number,
        "unit": unit,
        "text": text,
        "state": state,
        "source": SOURCE,
        "noted": "2026-08-14",
        "noted_round": SOURCE.title,
        "history": HISTORY[:1],
    }
    return Carried(**(fields | more))


def hash_of(text: str) -> int:
    """A number from a text, the same in every run."""
    import zlib

    return zlib.crc32(text.encode("utf-8", "replace"))


OPEN = old(
    "HTK26Q3-T1-DG02-B-03",
    "近3个月缺2个月未修订岗位责任",
    RectState.IN_PROGRESS,
    checklist="small",
    item="GW-02",
    item_text="按月动态修订，节点前依据当月生产任务改过",
    severity=Severity.MODERATE,
    missing=True,
    rounds=2,
    recurrences=1,
    duty=DUTY,
    remains="6月修订记录未补",
    evidence=("6至8月岗位责任清单",),
    history=HISTORY,
)
FIXED = old(
    "HTK26Q3-T1-DG02-B-04",
    "九项岗位责任缺1项",
    RectState.SUBMITTED,
    checklist="small",
    item="GW-01",
    item_text="九项岗位责任齐全，每项都有责任人、标准和时限",
    fixed_on_site=True,
)
CLOSED = old(
    "HTK26Q3-T1-DG02-C-01",
    "组织生活记录缺参会人签名",
    RectState.CLOSED,
    checklist="small",
    item="JL-01",
    closed_on="2026-09-20",
    closed_by=("检查员丁",),
    basis="查阅资料，签名已补齐",
)
HELD = old(
    "HTK26Q2-T1-DG02-A-02",
    "学习笔记抄录文件，没有结合岗位",
    RectState.CLOSED,
    checklist="small",
    item="JL-02",
    verify=False,
    kept=1,
    rounds=3,
)
PUT_OFF = old(
    "HTK26Q2-T1-DG02-A-05",
    "活动室面积不足，待搬迁后解决",
    RectState.DEFERRED,
    until="2027-06-30",
    approver="党总支书记",
)
OLDS = (OPEN, FIXED, CLOSED, HELD, PUT_OFF)


def raw(*problems: Carried) -> list[Any]:
    """Problems as a round's file holds them."""
    return [msgspec.to_builtins(problem, str_keys=True) for problem in problems]


def old_space(root: Path, *problems: Carried, name: str = "检查员甲", **changed: Any) -> Workspace:
    """A workspace whose round carries problems of an earlier one."""
    space = make_space(root, carried=raw(*(problems or OLDS)), **changed)
    who(space, name)
    return space


def row_of(desk: Desk, problem: Carried) -> LedgerRow:
    """A problem as the ledger now reads it."""
    rows = ledger_rows(desk.state, desk.round, desk.session.today, [problem.unit])
    return next(row for row in rows if row.id == problem.id)


def judged(desk: Desk, problem: Carried, outcome: Outcome = Outcome.FIXED, **more: Any) -> None:
    """Record a verdict on an earlier problem, as a visit does."""
    said = {"basis": "查阅资料，已按要求整改", "methods": (Method.DOC_REVIEW,)} | more
    who_ = "、".join(desk.session.identity.people)
    edits = verify(desk.state, row_of(desk, problem), outcome, desk.session.today, who=who_, **said)
    desk.commit(problem.unit, edits, f"复查：{outcome.label}")


def verified(space: Workspace, name: str, *given: tuple[Carried, Outcome, dict[str, Any]]) -> None:
    """Another inspector's verdicts, recorded in a file of their own in the same workspace."""
    from inspect_tui.model.person import Identity
    from inspect_tui.model.terms import Role

    desk = open_desk(space, Identity(name=name, team="T1", role=Role.INSPECTOR))
    for problem, outcome, more in given:
        judged(desk, problem, outcome, **more)
    desk.session.close()
