"""The floor of every screen: a bare Textual app with one Static that changes on every key."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Static


class Bare(App[None]):
    """One Static; any bound key changes its text."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar = [Binding("down,up,1", "count", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def compose(self) -> ComposeResult:
        yield Static("bare app ready")

    def action_count(self) -> None:
        self.count += 1
        self.query_one(Static).update(f"counted {self.count}")


if __name__ == "__main__":
    Bare().run()
