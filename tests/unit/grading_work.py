"""A year's grading in small: three branches, staged rounds, and what was recorded in them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from telling_work import ZONE, ids, write_lines

from inspect_tui.exchange.planning import open_round
from inspect_tui.exchange.record import record_file
from inspect_tui.model.person import Identity
from inspect_tui.model.round import Period, Round, Team
from inspect_tui.model.terms import RoundKind, Scoring, Stage
from inspect_tui.store.loading import load_scheme
from inspect_tui.store.session import Session
from inspect_tui.store.shipped import shipped_dir
from inspect_tui.store.workspace import Workspace

LEAD = "公司组长"
UNITS = ("DG-B1", "DG-B2", "XP-B1")
CHECKLIST = "dbjj-zb"
#: When each stage of a year is held.
DAYS = {Stage.SELF: "09-01", Stage.RECOMMEND: "10-10", Stage.ACCEPT: "11-05", Stage.RECHECK: "11-25"}
FIVE = load_scheme(shipped_dir() / "schemes" / "five-levels.json")[0]


def moment(day: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=ZONE)


def open_stage(space: Workspace, stage: Stage, year: int = 2026, **said: Any) -> Round:
    """A stage of a year over the three branches."""
    day = f"{year}-{DAYS[stage]}"
    asked: dict[str, Any] = {
        "title": f"{year}年度达标晋级{stage.label}",
        "kind": RoundKind.ASSESSMENT,
        "period": Period(label=f"{year}年", start=day, end=day),
        "teams": [Team(id="A1", name="检查组", lead=LEAD)],
        "unit_ids": list(UNITS),
        "checklist_ids": [CHECKLIST],
        "now": moment(day),
        "stage": stage,
    }
    return open_round(space, **(asked | said))


def fail_lines(round_: Round, unit: str, failed: int) -> list[dict[str, Any]]:
    """Every item 符合 but the first few that deduct, which take their first deduction once."""
    lines: list[dict[str, Any]] = [
        {"unit": unit, "visit": {"date": round_.period.start, "counterpart": "迎检人"}}
    ]
    for item in round_.checklists[0].items():
        line: dict[str, Any] = {"unit": unit, "checklist": CHECKLIST, "item": item.id, "verdict": "pass"}
        if failed and item.scoring is Scoring.DEDUCT and item.deductions and not item.deductions[0].all:
            failed -= 1
            line |= {"verdict": "fail", "deductions": [{"index": 0}]}
        lines.append(line)
    return lines


def fill(
    space: Workspace, round_: Round, failed: dict[str, int], who: str = LEAD, *, submit: bool = True
) -> None:
    """Record whole visits: how many items fail at each unit."""
    day = round_.period.start
    session = Session.open(space, round_.id, Identity(name=who), lambda: moment(day))
    try:
        for unit, count in failed.items():
            lines = fail_lines(round_, unit, count)
            lines += [{"unit": unit, "submit": True}] if submit else []
            record(session, space.root / "lines.jsonl", lines[:-1] if submit else lines)
            if submit:
                record(session, space.root / "lines.jsonl", lines[-1:])
    finally:
        session.close()


def record(session: Session, path: Path, lines: list[Any]) -> None:
    record_file(session, write_lines(path, lines), ids())
