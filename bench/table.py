"""Rows of the bench: a ratio against a floor measured in the same run, beside the goal it should meet."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """One figure. `ratio` is None when it could not be measured, and `remark` then says why."""

    name: str
    floor: str
    goal: float | None = None
    ratio: float | None = None
    measured_ms: float | None = None
    floor_ms: float | None = None
    remark: str = ""

    @property
    def verdict(self) -> str:
        if self.ratio is None:
            return "not measured"
        if self.goal is None:
            return "reported"
        return "ok" if self.ratio <= self.goal else "OVER"


def compared(name: str, floor: str, goal: float | None, measured: float, bottom: float) -> Row:
    """A row from two medians in seconds."""
    return Row(
        name=name,
        floor=floor,
        goal=goal,
        ratio=measured / bottom,
        measured_ms=measured * 1000,
        floor_ms=bottom * 1000,
    )


def medians(runs: dict[str, Callable[[], float]], times: int, warm: bool = False) -> dict[str, float]:
    """Median of each run, taken in turn and in alternating order, so that a slow minute falls on all.

    With `warm` each runs once before it counts, so that files are in memory and bytecode is written.
    """
    seen: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values() if warm else ():
        run()
    for turn in range(times):
        names = list(runs) if turn % 2 == 0 else list(reversed(runs))
        for name in names:
            seen[name].append(runs[name]())
    return {name: statistics.median(values) for name, values in seen.items()}


def text_of(rows: list[Row]) -> str:
    """All rows as one table."""
    head = ("what", "ratio", "goal", "", "measured", "floor", "measured against")
    lines = [
        (
            row.name,
            f"{row.ratio:.2f}x" if row.ratio is not None else "-",
            f"<= {row.goal:g}x" if row.goal is not None else "-",
            row.verdict,
            f"{row.measured_ms:.1f} ms" if row.measured_ms is not None else "-",
            f"{row.floor_ms:.1f} ms" if row.floor_ms is not None else "-",
            row.floor + (f" ({row.remark})" if row.remark else ""),
        )
        for row in rows
    ]
    widths = [max(len(line[i]) for line in (head, *lines)) for i in range(len(head) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[-1]])
        for line in (head, tuple("-" * w for w in (*widths, 16)), *lines)
    )


def markdown_of(rows: list[Row]) -> str:
    """All rows that were measured as a table for README: ratios and goals, no times."""
    lines = ["| what | ratio | goal | measured against |", "|---|---|---|---|"]
    for row in rows:
        if row.ratio is not None:
            goal = f"≤ {row.goal:g}" if row.goal is not None else "-"
            over = " **over**" if row.verdict == "OVER" else ""
            lines.append(f"| {row.name} | {row.ratio:.2f}{over} | {goal} | {row.floor} |")
    return "\n".join(lines) + "\n"


def plain(rows: list[Row]) -> list[dict[str, object]]:
    """All rows as JSON values."""
    return [asdict(row) | {"verdict": row.verdict} for row in rows]
