"""党员积分 sheets: one group, one month, read from .xlsx or CSV into counts.

Names and reasons are looked at and let go: what leaves this room are counts and the addresses of bad cells.
"""

from __future__ import annotations

import hashlib
import unicodedata
from decimal import Decimal
from pathlib import Path

import msgspec

from inspect_tui.exchange.plain_sheet import SheetRow, read_sheet, sheet_fault
from inspect_tui.model.fault import Fault
from inspect_tui.rules.points import PointsCount
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text

CODE = "E09"
_COLUMNS = {
    "code": ("编号", "党员编号", "代码"),
    "name": ("姓名", "党员姓名", "党员"),
    "plus": ("加分", "奖分", "奖励分", "加分值"),
    "minus": ("扣分", "罚分", "扣分值"),
    "reason": ("事由", "加扣分事由", "原因", "积分事由"),
    "used": ("用于评优", "是否用于评优", "评优"),
}
_YES, _NO = ("是", "有", "√", "1", "已用于", "y", "yes"), ("否", "无", "×", "0", "n", "no", "")
_SUMS = ("合计", "小计", "总计", "平均")
#: More than any group has; bad cells beyond are counted, not named.
_MOST_BAD = 200


class PointsTaken(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet in counts, and every bad row as a fault that names its cell but nobody's name."""

    count: PointsCount
    faults: tuple[Fault, ...] = ()
    messages: tuple[str, ...] = ()


def read_points_sheet(path: Path, members: int) -> PointsTaken:
    """Read a sheet. Rows that cannot be read are left out and named. Raises InputFaults for no such sheet."""
    sheet = read_sheet(path, _COLUMNS, (("code", "name"), ("plus", "minus")), CODE)
    name = clean_text(path.name, newlines=False)
    digest = hashlib.sha256(files.fs.read(path)).hexdigest()
    faults: list[Fault] = []
    people: set[str] = set()
    rewards = penalties = 0
    used: bool | None = None
    has_reason, has_used = "reason" in sheet.headings, "used" in sheet.headings
    # A member may stand by number in one row and by name in another.
    numbers = {_key(row, "name"): code for row in sheet.rows if (code := _key(row, "code"))}
    for row in sheet.rows:
        who = _key(row, "code") or numbers.get(_key(row, "name"), "") or _key(row, "name")
        if any(who.startswith(word) for word in _SUMS) or not any(row.text(key) for key in row.cells):
            continue
        bad = list(_faults(row, who, has_reason))
        faults += [sheet_fault(CODE, name, place, message, remedy) for place, message, remedy in bad]
        if bad:
            continue
        plus, minus = _points(row, "plus"), _points(row, "minus")
        if plus or minus:
            people.add(who)
            rewards += bool(plus)
            penalties += bool(minus)
        if has_used:
            used = bool(used) or row.text("used").casefold() in _YES
    messages = []
    if members and len(people) > members:
        messages.append(f"有积分记录的{len(people)}人，多于名册上的{members}名党员，请核对名册或表。")
    if not members:
        messages.append("名册上没有写这个单位的党员数，算不出覆盖率。")
    return PointsTaken(
        count=PointsCount(
            entered=len(people),
            members=members,
            rewards=rewards,
            penalties=penalties,
            used=used,
            sha256=digest,
            bad=tuple(fault.path for fault in faults[:_MOST_BAD]),
        ),
        faults=tuple(faults),
        messages=tuple(messages),
    )


def _key(row: SheetRow, key: str) -> str:
    """A number or name in a form that tells people apart within the sheet and is kept nowhere."""
    return "".join(unicodedata.normalize("NFKC", row.text(key)).split()).casefold()


def _points(row: SheetRow, key: str) -> Decimal:
    return row.decimal(key) or Decimal(0)


def _faults(row: SheetRow, who: str, has_reason: bool) -> list[tuple[str, str, str]]:
    """What is wrong with a row: cell, message, remedy."""
    found = []
    for key, what in (("plus", "加分"), ("minus", "扣分")):
        text = row.text(key)
        if bad := row.bad(key):
            found.append((row.place(key), f"{what}{bad}", ""))
        elif text and text not in ("-", "/", "无") and row.decimal(key) is None:
            found.append((row.place(key), f"{what}不是数字", "请只写分数"))
        elif key == "plus" and _points(row, key) < 0:
            found.append((row.place(key), "加分小于0", "扣分请写在扣分一栏"))
    if found:
        return found
    scored = bool(_points(row, "plus") or _points(row, "minus"))
    if scored and not who:
        found.append((row.place("name"), "没有写姓名或编号", "请补上"))
    if scored and has_reason and not row.text("reason"):
        found.append((row.place("reason"), "没有写事由", "请补上"))
    word = row.text("used").casefold()
    if word not in _YES and word not in _NO:
        found.append((row.place("used"), "看不出是否用于评优", "请写“是”或“否”"))
    return found
