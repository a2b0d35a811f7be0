"""Walked basic flows as a table: one row per step, what was found and by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inspect_tui.report.papers.sheets import Cell, Column, csv_bytes
from inspect_tui.rules.flow_walks import FlowWalk, rows_of

_HEADINGS = "单位 种子 抽取日期 流程编号 流程 类别 步 环节 应看到 结果 说明 检查人"
_COLUMNS = tuple(Column(heading=heading) for heading in _HEADINGS.split())


def flows_csv(walks: Sequence[FlowWalk], names: Mapping[str, str]) -> bytes:
    """The table of every step as CSV for Chinese Excel."""
    rows: list[list[Cell]] = []
    for row in rows_of(walks):
        found = row["found"].label if row["found"] else "未看"
        rows.append(
            [
                names.get(row["unit"], row["unit"]),
                row["seed"],
                row["day"],
                row["flow"],
                row["name"],
                row["group"],
                row["step"],
                row["stage"].label,
                row["text"],
                found + ("（有两种结果）" if row["contested"] else ""),
                row["note"],
                "、".join(row["by"]),
            ]
        )
    return csv_bytes(_COLUMNS, rows)
