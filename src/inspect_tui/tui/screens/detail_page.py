"""Detail page: a list of things and, below it, the one under the cursor in full."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widget import Widget

from inspect_tui.tui import skin
from inspect_tui.tui.screens.page import PageScreen
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line, LinePane


class DetailPage(PageScreen[None], inherit_bindings=False):
    """Subclasses say how many rows there are, draw one, and tell the one under the cursor."""

    def body(self) -> Sequence[Widget]:
        rows = LineList(self.row, self.count(), cursor=self.first(), id="list")
        return [rows, LinePane(self._lines, id="detail")]

    def ready(self) -> None:
        self.query_one("#detail", LinePane).can_focus = False
        self.line_list.focus()
        self.follow()

    def count(self) -> int:
        """How many rows the page opens with; a page that still reads, or holds nothing, says so in one."""
        return 1

    def first(self) -> int:
        """The row the cursor starts on."""
        return 0

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        """Draw a row."""
        raise NotImplementedError

    def detail(self, width: int) -> list[Line]:
        """What stands below the list."""
        raise NotImplementedError

    def follow(self) -> None:
        """Show anew what stands below the list."""
        self.query_one("#detail", LinePane).show()

    def on_line_list_moved(self, _: LineList.Moved) -> None:
        self.follow()

    def _lines(self, width: int) -> list[Line]:
        return [[(skin.current().glyphs.rule * width, "dim")], *self.detail(width)]
