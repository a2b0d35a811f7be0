"""How a line of the sheet look is drawn, and what it says in full below the list."""

from __future__ import annotations

from inspect_tui.exchange.checklist_sheet import Imported
from inspect_tui.exchange.office_sheet import Doubt, Rejected
from inspect_tui.exchange.sheet_headings import ROLES, Heading
from inspect_tui.model.checklist import Item, Section
from inspect_tui.model.fault import Fault
from inspect_tui.rules.scoring import points_text
from inspect_tui.tui import skin
from inspect_tui.tui.screens.checklist_page import item_lines
from inspect_tui.tui.screens.faults import fault_lines
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.page import Line, pair, wrapped

#: What a line stands for; a text is the heading of those below it.
LookRow = str | Heading | Doubt | Rejected | Fault | Section | Item


def look_row(row: LookRow, width: int, here: bool, *, doubted: bool = False) -> list[Part]:
    """A line of the list; `doubted` marks an item read from a cell with a doubt."""
    if isinstance(row, str):
        return [(fit(f" {row}", width), "head")]
    cursor = (skin.current().glyphs.cursor if here else " ", "accent")
    room = max(4, width - 3)
    match row:
        case Heading():
            role = ROLES.get(row.role, row.role)
            ink = "dim" if row.role == "ignore" else "text"
            tail = f"  {row.doubt}" if row.doubt else ""
            return [
                cursor,
                (fit(f" {row.column}", 5), "key"),
                (fit(row.heading, 24), ink),
                (fit(role, 12), "accent" if row.role != "ignore" else "dim"),
                (fit(tail, max(1, width - 42)), "warn"),
            ]
        case Doubt():
            value = f"（{row.value}）" if row.value else ""
            return [
                cursor,
                (fit(f" {row.cell or '整张表'}", 8), "warn"),
                (fit(f"{row.taken}{value}", room - 6), "text"),
            ]
        case Rejected():
            ink = "fail" if row.lost else "dim"
            return [
                cursor,
                (fit(f" {row.cell}", 8), ink),
                (fit(f"{row.reason}（{row.value}）", room - 6), "text"),
            ]
        case Fault():
            ink = "warn" if row.warning else "fail"
            return [cursor, (fit(f" {row.path}", 12), ink), (fit(row.message, room - 10), "text")]
        case Section():
            return [cursor, (fit(f" {row.id} {row.name}  {points_text(row.points)}分", room), "strong")]
        case _:
            mark = "?" if doubted else " "
            points = fit(f"{points_text(row.points)}分", 8, "right")
            return [
                cursor,
                (f" {mark} ", "warn"),
                (fit(f"{row.id} {row.text}", max(4, width - 13)), "text"),
                (points, "dim"),
                (" ", "text"),
            ]


def look_detail(row: LookRow | None, width: int, found: Imported | None) -> list[Line]:
    """The line in full: the cell, what stands there, how it was taken."""
    lines: list[Line] = []
    match row:
        case Heading():
            lines += pair("列", f"{row.column}  {row.heading}", width)
            lines += pair("认作", ROLES.get(row.role, row.role), width)
            lines += pair("要核对", row.doubt, width, ink="warn") if row.doubt else []
            lines += wrapped("认错了就按回车改；改好的对应会和清单一起存下，下个月按 5 取用。", width, "dim")
        case Doubt():
            lines += pair("单元格", row.cell or "整张表", width)
            lines += pair("原文", row.value, width) if row.value else []
            lines += pair("读成", row.taken, width, ink="warn")
        case Rejected():
            lines += pair("单元格", row.cell, width)
            lines += pair("原文", row.value, width)
            lines += pair("没有取", row.reason, width, ink="fail" if row.lost else "text")
        case Fault():
            lines += fault_lines(row, width)
        case Item():
            lines += item_lines(row, width)
            cells = "、".join(found.cells.get(row.id, ())) if found is not None else ""
            lines += pair("单元格", cells, width, ink="dim") if cells else []
        case Section():
            lines += wrapped(f"{row.id} {row.name}：{len(row.items)}条，{points_text(row.points)}分", width)
        case _:
            pass
    return lines
