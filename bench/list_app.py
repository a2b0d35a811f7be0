"""Our list alone in a bare app: what the widget costs before any screen of the product is built on it."""

from __future__ import annotations

import sys

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.strip import Strip

from inspect_tui.tui.widgets.line_list import LineList


def draw(index: int, width: int, under_cursor: bool) -> Strip:
    """One row as a walk shows it: a mark, an id, Chinese text, a verdict."""
    mark = ">" if under_cursor else " "
    return Strip([Segment(f"{mark} A-{index + 1:05d} 岗位责任齐全，每项都有责任人、标准和时限  未查")])


class ListApp(App[None]):
    """A LineList of so many rows and nothing else."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.rows = rows

    def compose(self) -> ComposeResult:
        yield LineList(draw, self.rows)

    def on_mount(self) -> None:
        self.query_one(LineList).focus()


if __name__ == "__main__":
    ListApp(int(sys.argv[1])).run()
