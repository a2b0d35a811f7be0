"""How rows of the ledger are drawn: signs, words and columns. No widget, so it is tested bare."""

from __future__ import annotations

from inspect_tui.model.terms import RectState, Severity
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.ledger_view import Head, waits_for_check
from inspect_tui.rules.numbering import beside_unit
from inspect_tui.tui import skin
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part

#: Sign, short word and ink of a state. Signs are ASCII: they must survive any font, and stand without colour.
STATES: dict[RectState, tuple[str, str, str]] = {
    RectState.OPEN: ("x", "未整改", "fail"),
    RectState.DISPUTED: ("?", "有异议", "warn"),
    RectState.IN_PROGRESS: ("~", "整改中", "partial"),
    RectState.SUBMITTED: ("o", "待复查", "accent"),
    RectState.REJECTED: ("x", "不通过", "fail"),
    RectState.CLOSED: ("+", "已销号", "pass"),
    RectState.RELAPSED: ("!", "反弹", "fail"),
    RectState.DEFERRED: ("=", "挂账", "unverified"),
    RectState.WITHDRAWN: ("/", "已撤销", "na"),
}
WIDE, NARROW = 110, 72
"""Cells from which on a row shows more columns, and below which it leaves some to the pane below."""


def state_part(row: LedgerRow) -> tuple[str, str, str]:
    """Sign, short word and ink of where a row stands."""
    if row.carried_to:
        return "^", "已转入", "dim"
    if row.contested:
        return "?", "待裁定", "warn"
    return STATES[row.state]


def light_part(row: LedgerRow) -> Part:
    """The light in a word, with a sign that does not need colour; 待复查 where an earlier problem is owed."""
    if row.carried_to:
        return "", "dim"
    if row.overdue:
        return f"!!{row.light}", "fail"
    if row.near:
        return f"!{row.light}", "warn"
    if row.must_verify and waits_for_check(row) and row.state is not RectState.SUBMITTED:
        return "待复查", "accent"
    return "", "dim"


def day_part(day: str, today: str) -> str:
    """A day in five or six cells: month and day this year, else year and month."""
    if len(day) != 10:
        return ""
    return day[5:] if day[:4] == today[:4] else f"{day[2:4]}/{day[5:7]}"


def severity_ink(severity: Severity) -> str:
    """The ink a severity is written in."""
    return {Severity.MAJOR: "fail", Severity.VETO: "fail", Severity.MODERATE: "warn"}.get(severity, "dim")


class Columns:
    """The columns of the ledger for a width; without the unit's where all rows are of one unit."""

    def __init__(self, width: int, *, unit: bool) -> None:
        wide = width >= WIDE
        self.state, self.light, self.number = 7, 12, 8
        narrow = width < NARROW
        self.unit = (16 if wide else 14) if unit and not narrow else 0
        self.severity, self.owner, self.due = 5, 0 if narrow else 7, 6
        self.leader, self.rounds = (8, 5) if wide else (0, 0)
        fixed = 4 + self.state + self.light + self.number + self.unit
        fixed += self.severity + self.owner + self.due + self.leader + self.rounds
        left = max(6, width - fixed)
        self.measure = left * 2 // 5 if wide and left > 40 else 0
        self.text = left - self.measure

    def head(self) -> list[Part]:
        """The names of the columns."""
        names = [
            ("", 4),
            ("状态", self.state),
            ("期限", self.light),
            ("编号", self.number),
            ("单位", self.unit),
            ("问题", self.text),
            ("整改措施", self.measure),
            ("程度", self.severity),
            ("责任人", self.owner),
            ("领导", self.leader),
            ("轮次", self.rounds),
            ("时限", self.due),
        ]
        return [(fit(name, width), "dim") for name, width in names if width]

    def row(self, row: LedgerRow, here: bool, marked: bool, today: str) -> list[Part]:
        """A row."""
        glyphs = skin.current().glyphs
        sign, word, ink = state_part(row)
        light, light_ink = light_part(row)
        text_ink = "dim" if row.done else "text"
        parts: list[Part] = [
            (glyphs.cursor if here else " ", "accent"),
            (glyphs.mark if marked else " ", "accent"),
            (f"{sign} ", ink),
            (fit(word, self.state), ink),
            (fit(light, self.light), light_ink),
            (fit(beside_unit(row.number, today), self.number - 1) + " ", "dim"),
        ]
        if self.unit:
            parts.append((fit(row.unit_name, self.unit - 1) + " ", "dim"))
        parts.append((fit(row.text, self.text - 1) + " ", text_ink))
        if self.measure:
            parts.append((fit(row.measure, self.measure - 1) + " ", "dim"))
        parts.append((fit(row.severity.label, self.severity), severity_ink(row.severity)))
        if self.owner:
            parts.append((fit(row.owner, self.owner - 1) + " ", text_ink))
        if self.leader:
            parts.append((fit(row.leader, self.leader - 1) + " ", "dim"))
            parts.append((fit(f"{row.rounds}轮", self.rounds), "warn" if row.rounds > 1 else "dim"))
        due = row.until if row.state is RectState.DEFERRED else row.due
        parts.append((fit(day_part(due, today), self.due), "fail" if row.overdue else "dim"))
        return parts


def head_row(head: Head, width: int, here: bool) -> list[Part]:
    """A heading with its counts; a folded one says that there is more."""
    sign = "+" if head.folded else "-"
    told = f"共{head.count}，未销号{head.open}" + (f"，逾期{head.overdue}" if head.overdue else "")
    tail = fit(told, 28, "right")
    return [
        (skin.current().glyphs.cursor if here else " ", "accent"),
        (f"{sign} ", "key"),
        (fit(head.label, max(4, width - 32)), "head"),
        (tail, "fail" if head.overdue else "dim"),
    ]
