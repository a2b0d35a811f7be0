"""A problem put right in a real terminal: measure, report, sheet out and in, closing, drawing, relapse.

The program is killed in the middle; what was recorded stands, and the filled-in sheet closes the rest.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from spaces import APP, UNIT, home_of, real_space
from term import Term

from inspect_tui.model.person import Identity
from inspect_tui.model.terms import RectState, Role
from inspect_tui.rules.applicability import items_for
from inspect_tui.rules.ledger import LedgerRow, ledger_rows
from inspect_tui.rules.sampling import draws_of, rate_of
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

pytestmark = pytest.mark.e2e


def opened(space: Workspace) -> Session:
    """The round as it now reads, to look at only."""
    identity = space.identity()
    assert identity is not None
    return Session.open(space, space.rounds()[0].id, identity, read_only=True)


def rows_of(space: Workspace) -> list[LedgerRow]:
    session = opened(space)
    try:
        return ledger_rows(session.state, session.round, session.today)
    finally:
        session.close()


def found(space: Workspace, env: dict[str, str]) -> None:
    """Three problems at one unit, recorded headless."""
    round_ = space.rounds()[0].round
    assert round_ is not None
    unit = round_.unit(UNIT)
    assert unit is not None
    checklist = round_.checklists[0]
    failing = [i for _, i in items_for(checklist, unit.profile) if i.deductions][:3]
    lines: list[dict[str, Any]] = [
        {
            "unit": UNIT,
            "checklist": checklist.id,
            "item": item.id,
            "verdict": "fail",
            "deductions": [{"index": 0, "count": 1}],
        }
        for item in failing
    ]
    path = space.root / "记录.jsonl"
    path.write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), encoding="utf-8")
    command = [*APP, "--workspace", str(space.root), "record", str(path), "--round", round_.id]
    done = subprocess.run(
        [*command, "--as", "检查员甲"], capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def fill_in(path: Path, number: str) -> None:
    """Fill the sheet in as an office does: the problem is closed, by somebody else, on a basis."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    sheet = book.active
    head = next(r for r in sheet.iter_rows() if any(c.value == "编号" for c in r))
    at = {str(c.value): c.column for c in head if c.value}
    row = next(
        r for r in range(head[0].row + 1, sheet.max_row + 1) if sheet.cell(r, at["编号"]).value == number
    )
    sheet.cell(row, at["状态"]).value = "已销号"
    sheet.cell(row, at["复查人"]).value = "检查员丁"
    sheet.cell(row, at["复查意见"]).value = "查阅资料，已补齐"
    book.save(path)


def test_from_found_to_closed_and_back(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    env = home_of(Path(home)) | {"HOME": home, "USERPROFILE": home}
    space = real_space(tmp_path / "台账")
    found(space, env)
    identity = space.identity()
    assert identity is not None
    space.save_identity(Identity(name=identity.name, team="T1", role=Role.LEAD))
    command = [*APP, "--workspace", str(space.root)]

    with Term(command, 80, 24, env=env) as term:
        term.wait("检查轮次")
        term.press("F9")
        term.wait("共 3，未销号 3")
        term.press("Home", "Enter")
        term.wait("1 开始整改")
        term.press("1")
        term.wait("怎样整改")
        term.press("4")
        term.wait("留作草稿")
        term.type("补齐清单，每月核对")
        term.press("Enter")
        term.wait("补齐清单，每月核对")
        term.wait_still()
        term.press("End", "Enter")
        term.wait("1 上报完成")
        term.press("1")
        term.wait("做了什么")
        term.press("1")
        term.wait("完成日期")
        term.wait_still()
        term.press("1")
        term.wait_still()
        term.press("End", "Enter")
        term.wait("1 复查通过")
        term.wait("已保存")
        term.kill()
    first = rows_of(space)[0]
    assert (first.state, first.measure) == (RectState.SUBMITTED, "补齐清单，每月核对")

    with Term(command, 120, 40, env=env) as term:
        term.wait("检查轮次")
        term.press("F9")
        term.wait("待复查 1")
        term.press("9")
        term.wait("读回填好的台账")
        term.press("8")
        term.wait("已存到")
        (sheet,) = space.exports_dir.glob("整改台账-*.xlsx")
        fill_in(sheet, first.number)
        term.press("9")
        term.wait("读回填好的台账")
        term.press("9")
        term.wait("读回哪一份台账")
        term.press("1")
        term.wait("能收1个问题，0格不收")
        term.press("1")
        term.wait("未销号 2")
        term.press("9")
        term.wait("抽查复核")
        term.press("3")
        term.wait("已销号 1 条，还没有抽查过")
        term.press("4")
        term.wait("抽1条")
        term.press("1")
        term.wait("同样的种子")
        term.press("Enter")
        term.wait("记入台账？")
        term.press("1")
        term.wait("待抽查 1")
        term.press("2")
        term.wait("怎样看的")
        term.press("2")
        term.wait("依据")
        term.press("1")
        term.wait("加权 0.0%")
        term.wait("已保存")
        term.press("C-q")
        assert term.exit_code() == 0
    again = rows_of(space)[0]
    assert again.state is RectState.RELAPSED and again.recurrences == 1
    session = opened(space)
    (drawn,) = draws_of(session.state)
    rate = rate_of(session.state, drawn)
    session.close()
    assert (rate.looked, rate.held) == (1, 0)
