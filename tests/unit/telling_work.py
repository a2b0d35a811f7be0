"""What the tests of packs, hand-ins, records and texts share: a small workspace and rounds in it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from inspect_tui.exchange.planning import open_round
from inspect_tui.exchange.record import record_file
from inspect_tui.model.person import Identity
from inspect_tui.model.round import Period, Round, Team
from inspect_tui.model.terms import RoundKind
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

ZONE = dt.timezone(dt.timedelta(hours=8))
NOW = dt.datetime(2026, 11, 18, 9, 30, tzinfo=ZONE)
TODAY = dt.date(2026, 11, 20)
GOLDENS = Path(__file__).parent / "goldens"


def clock() -> dt.datetime:
    return NOW


def make_space(folder: Path) -> Workspace:
    return Workspace.init(folder)


def make_round(space: Workspace, **changed: Any) -> Round:
    """A round over two groups with one team; anything can be given otherwise."""
    asked: dict[str, Any] = {
        "title": "2026年第四季度回头看",
        "kind": RoundKind.LOOKBACK,
        "period": Period(label="2026年第四季度", start="2026-11-16", end="2026-11-20"),
        "teams": [Team(id="A1", name="第1检查组", lead="检查员乙", members=("检查员甲",))],
        "unit_ids": ["DG01", "DG02", "DG03"],
        "checklist_ids": ["lzrh-dxz"],
        "now": NOW,
        "issuer": "东沟作业区党总支",
        "basis": "党总支年度工作安排",
    }
    return open_round(space, **(asked | changed))


def work(space: Workspace, round_: Round, name: str = "检查员甲") -> Session:
    return Session.open(space, round_.id, Identity(name=name, team="A1"), clock)


def ids() -> Any:
    numbers = iter(range(1000))
    return lambda: f"{next(numbers):012x}"


def write_lines(path: Path, lines: list[Any]) -> Path:
    text = "\n".join(
        line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines
    )
    path.write_text(text + "\n", encoding="utf-8")
    return path


def record(session: Session, path: Path, lines: list[Any]) -> None:
    record_file(session, write_lines(path, lines), ids())


def check_golden(name: str, data: bytes, update: bool) -> None:
    """Compare bytes with the golden of that name, or write it with `--update-goldens`."""
    path = GOLDENS / name
    if update:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    assert path.exists(), f"{name} is missing; run with --update-goldens and read what it writes"
    assert data.decode("utf-8") == path.read_bytes().decode("utf-8")
