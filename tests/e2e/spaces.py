"""Workspaces for end-to-end tests, made from the shipped data through the product's own doors."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from typing import Any

from inspect_tui.exchange.planning import open_round
from inspect_tui.model.person import Identity
from inspect_tui.model.round import Period, Team
from inspect_tui.model.terms import Role, RoundKind
from inspect_tui.store.workspace import Workspace

APP = [sys.executable, "-m", "inspect_tui"]
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
UNIT = "DG01"


def real_space(root: Path, name: str = "检查员甲") -> Workspace:
    """A workspace with the shipped checklists and roster, one open round, and this inspector known."""
    space = Workspace.init(root)
    roster, _ = space.roster()
    assert roster is not None
    groups = [u.id for u in roster.units if u.kind.value == "party_group"]
    open_round(
        space,
        title="2026年第四季度回头看",
        kind=RoundKind.LOOKBACK,
        period=Period(label="2026年第四季度", start="2026-11-16", end="2026-11-20"),
        teams=[Team(id="T1", name="第1检查组", lead=name, members=("检查员乙",), units=tuple(groups[:6]))],
        unit_ids=groups[:6],
        checklist_ids=["lzrh-dxz"],
        now=NOW,
        issuer="东沟作业区党总支",
    )
    space.save_identity(Identity(name=name, team="T1", role=Role.INSPECTOR))
    return space


def home_of(folder: Path) -> dict[str, str]:
    """Environment that keeps this machine's id and logs inside the test's folder."""
    os.environ["INSPECT_TUI_HOME"] = str(folder)
    return {"INSPECT_TUI_HOME": str(folder), "TEXTUAL_ANIMATIONS": "none"}


def findings_path(space: Workspace) -> Path:
    """The findings file of the inspector known to the workspace."""
    entry = space.rounds()[0]
    identity = space.identity()
    assert identity is not None
    return space.findings_path(entry.id, identity.writers[entry.id])


def plain_tables(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Every table of a findings file as stock TinyDB reads it."""
    from tinydb import TinyDB

    with TinyDB(path, encoding="utf-8") as db:
        return {name: [dict(d) for d in db.table(name).all()] for name in db.tables()}
