"""A period on paper: the text and the CSV of one table, the same for the command line and for the demo."""

from __future__ import annotations

import csv
import io

from inspect_tui.report.period_table import failed_lines, ranking_lines, rolled_words, table_rows
from inspect_tui.report.periods import Table
from inspect_tui.report.summary import safe_cell, tables


def period_text(table: Table, width: int | None = 100) -> bytes:
    """A period for people to read; as wide as the terminal when no width is given."""
    from rich.console import Console
    from rich.text import Text

    held = io.StringIO()
    real = Console()
    console = Console(file=held, highlight=False, markup=False, emoji=False, width=width or real.width)
    for title, lines in ((f"{table.period.label}得分", None), ("各大项得分率", table.sections)):
        heads, rows = table_rows(table, lines)
        for places in _columns(len(heads), console.width):
            part = [[row[n] for n in places] for row in rows]
            sides = "l" + "r" * (len(places) - 1)
            for renderable in tables(title, [heads[n] for n in places], part, sides, console.width, grow=0):
                console.print(renderable)
    for title, told in (
        ("失分最多的检查内容", failed_lines(table)),
        ("", ranking_lines(table)),
        ("没有计入的轮次", [f"{name}：{why}" for name, why in table.left_out]),
    ):
        if told:
            for line in (title, *told, "") if title else (*told, ""):
                console.print(Text(line), soft_wrap=True)
    issues = "、".join(f"第{told.issue}期（{told.day}）" for told in table.bulletins) or "没有"
    console.print(Text(f"本期简报：{issues}；{table.period.start.year}年下一期是第{table.next_issue}期"))
    console.print(Text(rolled_words(table)), soft_wrap=True)
    return held.getvalue().encode("utf-8", "replace")


def _columns(count: int, width: int) -> list[list[int]]:
    """Which columns stand side by side: the names beside as many others as there is room for."""
    most = max(4, (width - 20) // 7)
    groups = -(-(count - 1) // most)
    each = -(-(count - 1) // groups)
    return [[0, *range(start, min(start + each, count))] for start in range(1, count, each)]


def period_csv(table: Table) -> bytes:
    """A period as CSV, one unit a row (UTF-8 with BOM, no formulas)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    heads, rows = table_rows(table)
    writer.writerow(heads)
    for row in rows:
        writer.writerow([safe_cell(row[0]), *("" if cell == "-" else cell for cell in row[1:])])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")
