"""A list of one-line rows, drawn line by line.

Each key repaints two lines, however long the list is: rows are asked for when they are drawn and kept
until their owner says they changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from inspect_tui.tui.widgets.inks import Inked, Part

DrawRow = Callable[[int, int, bool], "Strip | Sequence[Part]"]
"""Draws a row: (index, width, whether the cursor is on it) to a strip or to inked parts."""


class LineList(Inked, ScrollView, can_focus=True, inherit_bindings=False):
    """Rows with a cursor.

    The owner keeps the data and draws a row on demand; after changing a row it calls `refresh_row`, after
    changing them all `set_rows`. Headings are rows that `selectable` says no to: the cursor passes over them.
    An owner that gives `follow` is called when the cursor moves, so that what it shows of the row is in the
    same paint; any other is sent `Moved`.
    """

    DEFAULT_CSS = """
    LineList { overflow-x: hidden; overflow-y: auto; height: 1fr; scrollbar-size-vertical: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "up", "上一行", show=False),
        Binding("down", "down", "下一行", show=False),
        Binding("pageup", "page_up", "上一页", show=False),
        Binding("pagedown", "page_down", "下一页", show=False),
        Binding("home,ctrl+home", "first", "第一行", show=False),
        Binding("end,ctrl+end", "last", "最后一行", show=False),
        Binding("enter", "choose", "选定", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another row."""

        def __init__(self, list_: LineList, index: int) -> None:
            super().__init__()
            self.list = list_
            self.index = index

        @property
        def control(self) -> LineList:
            return self.list

    class Chosen(Message):
        """Enter, or a second click, on a row."""

        def __init__(self, list_: LineList, index: int) -> None:
            super().__init__()
            self.list = list_
            self.index = index

        @property
        def control(self) -> LineList:
            return self.list

    def __init__(
        self,
        draw: DrawRow,
        count: int = 0,
        *,
        cursor: int = 0,
        selectable: Callable[[int], bool] | None = None,
        margin: int = 2,
        follow: Callable[[], None] | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._draw = draw
        self._count = count
        self._selectable = selectable
        self._margin = margin
        self._follow = follow
        self._strips: dict[tuple[int, int, str], Strip] = {}
        self._cursor = self._nearest(cursor, 1)
        self.virtual_size = Size(1, count)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self._count

    @property
    def cursor(self) -> int:
        """The row under the cursor; -1 when no row can be chosen."""
        return self._cursor

    def set_rows(self, count: int, cursor: int | None = None) -> None:
        """Take a new set of rows; the cursor stays at its index unless another is given."""
        self._count = count
        self._strips.clear()
        self._cursor = self._nearest(self._cursor if cursor is None else cursor, 1)
        if self.virtual_size.height != count:
            self.virtual_size = Size(1, count)
        self.refresh()
        self._show_cursor()

    def refresh_row(self, *indexes: int) -> None:
        """Redraw a row or several, after their data changed."""
        for key in [key for key in self._strips if key[0] in indexes]:
            del self._strips[key]
        self._repaint(*indexes)

    def refresh_rows(self) -> None:
        """Redraw every row in sight, after shared data changed."""
        self._strips.clear()
        self.refresh()

    def move_to(self, index: int, *, center: bool = False) -> None:
        """Put the cursor on a row and bring it into sight."""
        self._move(self._nearest(index, 1), center=center)

    def _nearest(self, index: int, step: int) -> int:
        """The selectable row at or after `index` in the direction of `step`, else the other way; -1: none."""
        if not self._count:
            return -1
        index = min(max(index, 0), self._count - 1)
        allowed = self._selectable
        if allowed is None:
            return index
        for way in (step, -step):
            at = index
            while 0 <= at < self._count:
                if allowed(at):
                    return at
                at += way
        return -1

    def _move(self, index: int, *, center: bool = False) -> None:
        old = self._cursor
        if index < 0:
            return
        self._cursor = index
        if index != old:
            self._repaint(old, index)
        self._show_cursor(center=center)
        if index != old:
            if self._follow is not None:
                self._follow()
            else:
                self.post_message(self.Moved(self, index))

    def _repaint(self, *indexes: int) -> None:
        top, (width, height) = round(self.scroll_y), self.size
        rows = [
            Region(0, index - top, width, 1)
            for index in indexes
            if 0 <= index < self._count and 0 <= index - top < height
        ]
        if rows:
            self.refresh(*rows)

    def _show_cursor(self, *, center: bool = False) -> None:
        height = self.size.height
        if height <= 0 or self._cursor < 0:
            return
        top = round(self.scroll_y)
        margin = min(self._margin, (height - 1) // 2)
        if center:
            wanted = self._cursor - height // 2
        elif self._cursor < top + margin:
            wanted = self._cursor - margin
        elif self._cursor > top + height - 1 - margin:
            wanted = self._cursor - height + 1 + margin
        else:
            return
        wanted = min(max(wanted, 0), max(0, self._count - height))
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)

    def render_line(self, y: int) -> Strip:
        width = self.line_width
        index = y + round(self.scroll_y)
        if index >= self._count:
            return Strip.blank(width, self.ink("text"))
        on_cursor = index == self._cursor
        line = ("cursor" if self.has_focus else "cursor-blur") if on_cursor else ""
        key = (index, width, line)
        strip = self._strips.get(key)
        if strip is None:
            drawn = self._draw(index, width, on_cursor)
            strip = drawn if isinstance(drawn, Strip) else self.strip(drawn, width, line)
            if len(self._strips) > 1000:
                self._strips.clear()
            self._strips[key] = strip
        return strip

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def watch_has_focus(self, _has_focus: bool) -> None:
        super().watch_has_focus(_has_focus)
        self._repaint(self._cursor)

    def on_resize(self, _event: events.Resize) -> None:
        self._show_cursor()

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y
        if not 0 <= index < self._count or (self._selectable and not self._selectable(index)):
            return
        self._move(index)
        if event.chain == 2:
            self.action_choose()

    def _step(self, by: int) -> None:
        if self._cursor < 0:
            return
        step = 1 if by > 0 else -1
        target = min(max(self._cursor + by, 0), self._count - 1)
        found = self._nearest(target, step)
        # A heading at the very end must not throw the cursor back behind where it was.
        if (found - self._cursor) * step > 0:
            self._move(found)
        elif step < 0:
            self.scroll_to(y=0, animate=False, force=True)

    def action_up(self) -> None:
        self._step(-1)

    def action_down(self) -> None:
        self._step(1)

    def action_page_up(self) -> None:
        self._step(-max(1, self.size.height - 1))

    def action_page_down(self) -> None:
        self._step(max(1, self.size.height - 1))

    def action_first(self) -> None:
        self._move(self._nearest(0, 1))

    def action_last(self) -> None:
        self._move(self._nearest(self._count - 1, -1))

    def action_choose(self) -> None:
        if self._cursor >= 0:
            self.post_message(self.Chosen(self, self._cursor))
