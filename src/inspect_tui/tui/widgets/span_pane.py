"""A text whose pieces can be pointed at one after another, such as the sentences of a 通报."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from inspect_tui.tui import skin
from inspect_tui.tui.text import one_line
from inspect_tui.tui.widgets.page import LinePane


class Span(NamedTuple):
    """A piece of a line: what it says, its ink, and what it belongs to; a blank key belongs to nothing."""

    text: str
    ink: str = "text"
    key: str = ""


Row = Sequence[Span]


class SpanPane(LinePane, inherit_bindings=False):
    """Lines of spans with a cursor on a key.

    Every span of the key under the cursor is marked, however many lines it takes; the first of them has the
    pointer in its margin, so that it is found without colour. Up and down go from key to key, through a long
    one line by line. A pane that is not `steady` shows its cursor only while it has the keyboard.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "up", "上一句", show=False),
        Binding("down", "down", "下一句", show=False),
        Binding("pageup", "page_up", "上一页", show=False),
        Binding("pagedown,space", "page_down", "下一页", show=False),
        Binding("home", "first", "第一句", show=False),
        Binding("end", "last", "最后一句", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another key."""

        def __init__(self, pane: SpanPane) -> None:
            super().__init__()
            self.pane = pane

        @property
        def control(self) -> SpanPane:
            return self.pane

    def __init__(
        self, compose_rows: Callable[[int], list[Row]], *, steady: bool = True, id: str | None = None
    ) -> None:
        super().__init__(lambda _: [], id=id)
        self._steady = steady
        self._compose_rows = compose_rows
        self._rows: list[Row] = []
        self._places: dict[str, tuple[int, int]] = {}
        self._key = ""
        self.pointed = True

    @property
    def key(self) -> str:
        """What the cursor stands on; blank when nothing can be pointed at."""
        return self._key if self._key in self._places else ""

    @property
    def keys(self) -> list[str]:
        """Everything that can be pointed at, in the order of reading."""
        return list(self._places)

    def show_rows(self, *, top: bool = False, pointed: bool = True) -> None:
        """Compose the lines anew; the cursor stays on its key where that is still there."""
        self.pointed = pointed
        before = self._key
        if top:
            self._key = ""
        self.show(top=top)
        if not top:
            self._see()
        if self._key != before:
            self.post_message(self.Moved(self))

    def move_to(self, key: str) -> None:
        """Put the cursor on a key."""
        if key in self._places and key != self._key:
            self._key = key
            self.post_message(self.Moved(self))
        self._see()
        self.refresh()

    # ---------------------------------------------------------------- laying out

    def _strips_for(self, width: int) -> list[Strip]:
        before = self.keys
        place = before.index(self._key) if self._key in self._places else 0
        self._rows = self._compose_rows(width - 1 if self.pointed else width)
        self._places = {}
        for number, row in enumerate(self._rows):
            for span in row:
                if span.key:
                    first, last = self._places.get(span.key, (number, number))
                    # A heading that stands again in every part is gone to where it stands first.
                    self._places[span.key] = (first, number if number <= last + 1 else last)
        if self._key not in self._places:
            # What stood there is gone; the cursor stays where it was.
            keys = self.keys
            self._key = keys[min(place, len(keys) - 1)] if keys else ""
        blank = Strip.blank(width, self.ink("text"))
        return [blank] * len(self._rows)

    def render_line(self, y: int) -> Strip:
        self._lay()
        number, width = y + self.scroll_offset.y, self.size.width
        if number >= len(self._rows):
            return Strip.blank(width, self.ink("text"))
        line = "cursor" if self.has_focus else "cursor-blur"
        here = self._key and self.pointed and (self._steady or self.has_focus)
        segments = []
        if self.pointed:
            first = self._places.get(self._key, (-1, -1))[0]
            pointer = skin.current().glyphs.cursor if here and number == first else " "
            segments.append(Segment(pointer, self.ink("accent")))
        segments += [
            Segment(one_line(s.text), self.ink(s.ink, line if here and s.key == self._key else ""))
            for s in self._rows[number]
            if s.text
        ]
        strip = Strip(segments)
        if strip.cell_length > width:
            strip = strip.crop(0, width)
        return strip.adjust_cell_length(width, self.ink("text"))

    # ---------------------------------------------------------------- moving

    def _see(self) -> None:
        """Bring the key under the cursor into sight, its beginning first."""
        place = self._places.get(self._key)
        height = self.size.height
        if place is None or not height:
            return
        first, last = place
        if self.keys and self._key == self.keys[0]:
            # What stands above the first key is read with it.
            first = 0
        top = round(self.scroll_y)
        if last >= top + height:
            top = last - height + 1
        if first < top:
            top = first
        self._scroll(top)

    def _step(self, by: int) -> None:
        keys = self.keys
        if not keys or not self.pointed:
            self._scroll(self.scroll_y + by)
            return
        first, last = self._places[self.key or keys[0]]
        top, height = round(self.scroll_y), self.size.height
        if (by > 0 and last >= top + height) or (by < 0 and first < top):
            self._scroll(top + by)
            return
        index = (keys.index(self.key) if self.key else -1) + by
        if 0 <= index < len(keys):
            self.move_to(keys[index])
        else:
            self._scroll(self.scroll_y + by)

    def _page(self, by: int) -> None:
        self._scroll(self.scroll_y + by * max(1, self.size.height - 1))
        if not self.pointed:
            return
        top = round(self.scroll_y)
        seen = [key for key, (first, _) in self._places.items() if top <= first < top + self.size.height]
        if seen and self._key not in seen:
            self._key = seen[0] if by > 0 else seen[-1]
            self.post_message(self.Moved(self))
        self.refresh()

    def action_up(self) -> None:
        self._step(-1)

    def action_down(self) -> None:
        self._step(1)

    def action_page_up(self) -> None:
        self._page(-1)

    def action_page_down(self) -> None:
        self._page(1)

    def action_first(self) -> None:
        if self.keys and self.pointed:
            self.move_to(self.keys[0])
        self._scroll(0)

    def action_last(self) -> None:
        if self.keys and self.pointed:
            self.move_to(self.keys[-1])
        self._scroll(len(self._rows))

    def on_resize(self, _: events.Resize) -> None:
        # The base's own handler, called beside this one, lays out anew.
        self._lay()
        self._see()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        number = event.y + self.scroll_offset.y
        if not (self.pointed and 0 <= number < len(self._rows)):
            return
        x = 1
        held = ""
        for span in self._rows[number]:
            from inspect_tui.tui.text import cells

            held = held if held and event.x >= x + cells(one_line(span.text)) else span.key or held
            x += cells(one_line(span.text))
            if event.x < x:
                break
        if held:
            self.move_to(held)
