"""A page of widgets that draw their lines whole, and of one that asks for all a line can have."""

from __future__ import annotations

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.strip import Strip

from inspect_tui.tui.widgets.inks import Inked
from inspect_tui.tui.widgets.line_list import LineList


class Edged(Inked):
    """Has all that a line can be asked for."""

    DEFAULT_CSS = """
    Edged { height: 5; padding: 0 2; border: solid red; outline: heavy blue; background: #202040; }
    """

    def render_line(self, y: int) -> Strip:
        return Strip([Segment(f"第{y}行 [/]")])


class Short(Inked):
    """Gives lines that are too short or too long, under a tint."""

    DEFAULT_CSS = "Short { height: 3; background: #103010; } Short.-tinted { tint: red 40%; }"

    def render_line(self, y: int) -> Strip:
        return Strip([Segment("责任" * (1 + 40 * y))])


class Page(App[None]):
    def compose(self) -> ComposeResult:
        yield Edged()
        yield Short()
        yield Short(classes="-tinted")
        with Vertical():
            yield LineList(lambda n, _w, here: [(">" if here else " ", "accent"), (f"第{n}条", "text")], 60)
