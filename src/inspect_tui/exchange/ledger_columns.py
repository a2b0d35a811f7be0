"""The columns of the 整改台账: one list for the sheet that goes out and for reading it back filled in."""

from __future__ import annotations

import datetime as dt
import unicodedata

import msgspec

from inspect_tui.model.terms import RectState
from inspect_tui.rules.ledger import LedgerRow

#: What may be filled in is text of several lines, of one line, a day, or a state.
TEXT, LINE, DAY, STATE = "text", "line", "day", "state"
YES, NO = "是", "否"


class LedgerColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column by its heading. `field` is what filling it in proposes to change; empty where the column only
    tells what the records say. `kind` says what is filled in."""

    heading: str
    field: str = ""
    kind: str = LINE

    @property
    def fill_in(self) -> bool:
        return bool(self.field)


LEDGER: tuple[LedgerColumn, ...] = (
    LedgerColumn(heading="序号"),
    LedgerColumn(heading="编号"),
    LedgerColumn(heading="检查日期"),
    LedgerColumn(heading="检查组"),
    LedgerColumn(heading="支部"),
    LedgerColumn(heading="党小组"),
    LedgerColumn(heading="检查项目"),
    LedgerColumn(heading="存在问题"),
    LedgerColumn(heading="缺项（是/否）"),
    LedgerColumn(heading="程度"),
    LedgerColumn(heading="整改措施", field="measure", kind=TEXT),
    LedgerColumn(heading="责任单位", field="owner_unit"),
    LedgerColumn(heading="责任人", field="owner"),
    LedgerColumn(heading="督办人", field="supervisor"),
    LedgerColumn(heading="整改时限", field="due", kind=DAY),
    LedgerColumn(heading="完成情况", field="result", kind=TEXT),
    LedgerColumn(heading="完成日期", field="done_on", kind=DAY),
    LedgerColumn(heading="复查人", field="verified_by"),
    LedgerColumn(heading="复查日期", field="verified_on", kind=DAY),
    LedgerColumn(heading="复查意见", field="basis", kind=TEXT),
    LedgerColumn(heading="状态", field="state", kind=STATE),
    LedgerColumn(heading="销号日期", field="closed_on", kind=DAY),
    LedgerColumn(heading="是否逾期"),
    LedgerColumn(heading="上轮编号"),
)
#: A column that is not on the sheet but is taken when an office adds it.
ADDED: tuple[LedgerColumn, ...] = (LedgerColumn(heading="责任领导", field="leader"),)
NUMBER = "编号"


def heading_key(text: str) -> str:
    """A heading without blanks and without what stands in brackets: 缺项(是/否) is 缺项."""
    told = unicodedata.normalize("NFKC", text)
    return "".join(told.split()).partition("(")[0]


def ledger_cell(row: LedgerRow, heading: str, serial: int) -> str | int:
    """What the sheet says in one column about one problem."""
    match heading:
        case "序号":
            return serial
        case "编号":
            return row.number
        case "检查日期":
            return short_date(row.visit_date)
        case "检查组":
            return row.team_name
        case "支部":
            return row.branch_name
        case "党小组":
            return row.unit_name
        case "检查项目":
            return item_name(row)
        case "存在问题":
            return row.text
        case "缺项（是/否）":
            return YES if row.missing else NO
        case "程度":
            return row.severity.label
        case "状态":
            return row.state_label
        case "是否逾期":
            return YES if row.overdue else NO
        case "上轮编号":
            return row.old_number
    column = next(c for c in (*LEDGER, *ADDED) if c.heading == heading)
    value = str(getattr(row, column.field))
    return short_date(value) if column.kind == DAY else value


def item_name(row: LedgerRow) -> str:
    """检查项目: the section with the item's number, or the item's own words where it has no section."""
    name = row.section_name or row.item_text
    return f"{name}（{row.item}）" if name and row.item else name or row.item


def short_date(day: str) -> str:
    """A date as tables write it, 2026.11.20; anything that is no date stays as it is."""
    try:
        found = dt.date.fromisoformat(day) if len(day) == 10 else None
    except ValueError:
        found = None
    return f"{found.year}.{found.month}.{found.day}" if found else day


def state_of(label: str) -> RectState | None:
    """The state that a word on the sheet means."""
    return next((state for state in RectState if label in (state.label, state.value)), None)
