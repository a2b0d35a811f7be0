"""Rounds and ledger rows for the papers: enough of each to print, with nothing behind them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from inspect_tui.model.problem import Duty
from inspect_tui.model.round import ROUND_FORMAT, ROUND_VERSION, Period, Round
from inspect_tui.model.terms import RectState, RoundKind, Secrecy, Severity
from inspect_tui.rules.ledger import LedgerRow

LONG = "十月份没有按当月生产任务修订岗位责任清单，修订记录里也没有组员参加讨论的签字；" * 7
HOSTILE = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "'=1",
    "''+2",
    "[/]",
    "[@click=app.quit]x",
    "\x1b[31m红\x1b[0m",
    "坏\ud800字",
    "\u202e反着读\u202c",
    "<w:p>&amp;<script>alert(1)</script>",
    "_x000D_换行_x0041_",
    "http://example.org/ www.example.org a@example.org",
    "第一行\r\n第二行\t后",
    "  前后有空格  ",
    "a|b`c`*d*_e_#f",
    "＝1＋1",
    "𠮷野家👩‍👩‍👧",
)


def round_of(**changes: Any) -> Round:
    """A round in which only what papers print is filled in."""
    told: dict[str, Any] = {
        "format": ROUND_FORMAT,
        "version": ROUND_VERSION,
        "id": "2026Q4-lookback",
        "title": "2026年第四季度“两组”融合“回头看”",
        "kind": RoundKind.LOOKBACK,
        "period": Period(label="2026年第四季度"),
        "checklists": (),
        "units": (),
        "issuer": "东沟采油作业区党总支",
        "secrecy": Secrecy.INTERNAL,
    }
    return Round(**(told | changes))


def ledger_row(serial: int = 1, **changes: Any) -> LedgerRow:
    """A row as the ledger gives it; anything may be changed, duty fields under their own names."""
    duty_fields = set(Duty.__struct_fields__) & set(changes)
    duty = {
        "owner_unit": "东沟第2党小组",
        "owner": "组长乙",
        "leader": "站长甲",
        "supervisor": "书记丙",
        "measure": "按月对照生产任务修订岗位责任清单，组员讨论后签字",
        "due": "2026-12-03",
    } | {name: changes.pop(name) for name in duty_fields}
    told: dict[str, Any] = {
        "id": f"p{serial}",
        "record": f"r{serial}",
        "number": f"HTK26Q4-A2-DB03-K-{serial:02d}",
        "unit": "db03",
        "unit_name": "东沟第2党小组",
        "branch_name": "东沟一支部",
        "text": "十月份未按当月任务修订岗位责任清单",
        "severity": Severity.MODERATE,
        "state": RectState.IN_PROGRESS,
        "initial": RectState.OPEN,
        "section_name": "岗位责任",
        "item": "GW-02",
        "item_text": "按月动态修订",
        "basis_clause": "岗位责任制第二条：每月5日前依据当月任务修订",
        "missing": serial % 3 == 0,
        "visit_date": "2026-11-18",
        "team_name": "第2检查组",
    }
    return LedgerRow(duty=Duty(**duty), **(told | changes))


def texts() -> st.SearchStrategy[str]:
    """Anything people, programs and attackers put into a cell, lone surrogates and controls among it."""
    wild = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=30)
    return st.one_of(st.sampled_from(HOSTILE), wild, st.text("=+-@'\t\r\n<>&_x0D", max_size=12))


def paper_golden(name: str, data: bytes, update: bool) -> None:
    """Compare with the golden of that name, or write it with `--update-goldens`."""
    path = Path(__file__).parent / "goldens" / name
    if update:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        return
    assert path.exists(), f"{name} is missing; run with --update-goldens and read what it writes"
    assert data == path.read_bytes()


def part(data: bytes, name: str) -> str:
    """One part of a .docx or .xlsx."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode("utf-8")
