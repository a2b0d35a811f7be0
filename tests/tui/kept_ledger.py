"""A round with earlier problems and new ones, for the screen tests of the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fixture import deduct, open_desk, say, some_work
from old_problems import OLDS, old_space

from inspect_tui.model.problem import Carried
from inspect_tui.model.terms import FindingKind, StepKind
from inspect_tui.rules.ledger import LedgerRow, ledger_rows
from inspect_tui.rules.rectifying import take_step
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.desk import Desk


def ledger_space(root: Path, *problems: Carried, **changed: Any) -> Workspace:
    """Five earlier problems of DG02 in every state of interest, six new ones, one of them under way."""
    space = old_space(root, *(problems or OLDS), **changed)
    desk = open_desk(space)
    some_work(desk)
    deduct(desk, "DG05", "GW-01", "无时限")
    say(desk, "DG05", FindingKind.DEFICIENCY, "公开栏上个月的内容没有更换")
    started = next(row for row in rows(desk) if row.unit == "DG05")
    duty = {"measure": "写明时限，每月核对", "due": "2026-11-22"}
    edits = take_step(desk.state, started, StepKind.START, desk.session.today, duty=duty)
    desk.commit_lead(edits, "开始整改")
    desk.session.close()
    return space


def rows(desk: Desk, unit: str = "") -> list[LedgerRow]:
    """The ledger as it now reads."""
    return ledger_rows(desk.state, desk.round, desk.session.today, [unit] if unit else None)


def problem(desk: Desk, text: str) -> LedgerRow:
    """The problem whose text begins so."""
    return next(row for row in rows(desk) if row.text.startswith(text))
