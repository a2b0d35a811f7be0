"""Lines that a widget draws whole, taken as they are, and only those that a paint touches.

Stock Textual asks every line for borders, padding, outline, tint and opacity, and makes a new strip of it.
Our lists, panes and heads have none of these: their lines come at full width in their final colours, and a
third of the time from key to paint went into asking. The vertical scroll bar goes the same way. And where
one line of a screen changed, stock Textual still puts every line of every widget together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.color import Color as RichColor
from rich.segment import Segment
from textual._compositor import Compositor
from textual._styles_cache import StylesCache
from textual.geometry import Region
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widget import _RenderCache

_EFFECTS = ("tint", "hatch", "text_opacity", "outline_top", "outline_right", "outline_bottom", "outline_left")


class OwnLines(StylesCache):
    """What Textual keeps of a widget's lines, without a second drawing of lines that need none."""

    # As upstream declares it, whose caller passes everything by place.
    def render_line(self, styles: Any, y: int, size: Any, content_size: Any, *rest: Any) -> Strip:
        _, base_background, background, render_content_line, _, _, opacity, *_ = rest
        if content_size != size or opacity != 1.0 or styles.has_any_rules(*_EFFECTS):
            return super().render_line(styles, y, size, content_size, *rest)
        line: Strip = render_content_line(y)
        if line.cell_length != size.width:
            inner, _ = self.get_inner_outer(base_background, background)
            line = line.adjust_cell_length(size.width, inner.rich_style)
        return line


_stock_content = ScrollBar._render_content


def _bar_content(self: ScrollBar) -> None:
    """Draw a vertical bar, which is blanks in three colours, without a console."""
    if not self.vertical:
        _stock_content(self)
        return
    bar: Any = self.render()
    width, height = self.size
    rows = bar.render_bar(
        size=height,
        virtual_size=bar.virtual_size,
        window_size=bar.window_size,
        position=bar.position,
        thickness=width,
        vertical=True,
        back_color=bar.style.bgcolor or RichColor.parse("#555555"),
        bar_color=bar.style.color or RichColor.parse("bright_magenta"),
    ).segments
    base = self.visual_style.rich_style
    drawn: dict[int, Strip] = {}
    for row in rows:
        if id(row) not in drawn:
            style = base + row.style if row.style is not None else base
            drawn[id(row)] = Strip([Segment(row.text, style)], width)
    self._render_cache = _RenderCache(self.size, [drawn[id(row)] for row in rows])
    self._dirty_regions.clear()


_stock_init = ScrollBar.__init__


def _bar_init(self: ScrollBar, *args: Any, **kwargs: Any) -> None:
    _stock_init(self, *args, **kwargs)
    self._styles_cache = OwnLines()


_stock_renders = Compositor._get_renders

_Renders = Iterable[tuple[Region, Region, list[Strip]]]


def _touched_renders(self: Compositor, crop: Region | None = None) -> _Renders:
    """The lines of each widget in the rows that a paint is about, the foremost first; none of hidden ones.

    Rows keep their whole width, since what is put together is cut where widgets begin and end.
    """
    if crop is None:
        yield from _stock_renders(self, crop)
        return
    rows = Region(0, crop.y, self.size.width, crop.height)
    before: list[Region] = []
    for widget, (region, clip) in self.visible_widgets.items():
        seen = clip.intersection(rows)
        part = region.intersection(seen)
        if part and not _hidden(part, before):
            before.append(part)
            yield region, seen, widget.render_lines(part.translate(-region.offset))


def _hidden(part: Region, before: list[Region]) -> bool:
    """Whether other regions cover one wholly, as those of its children cover a container's."""
    left = [part]
    for other in before:
        left = [piece for one in left for piece in _without(one, other)]
        if not left:
            return True
    return False


def _without(one: Region, other: Region) -> list[Region]:
    """What another region leaves of one: above it, below it, and on its sides."""
    cut = one.intersection(other)
    if not cut:
        return [one]
    x, y, width, height = one
    pieces = (
        Region(x, y, width, cut.y - y),
        Region(x, cut.bottom, width, y + height - cut.bottom),
        Region(x, cut.y, cut.x - x, cut.height),
        Region(cut.right, cut.y, x + width - cut.right, cut.height),
    )
    return [piece for piece in pieces if piece]


def install_for_paints() -> None:
    """Let a paint put together only the rows it is about."""
    Compositor._get_renders = _touched_renders  # type: ignore[method-assign]


def install_for_scroll_bars() -> None:
    """Let scroll bars be drawn by line."""
    ScrollBar.__init__ = _bar_init  # type: ignore[method-assign]
    ScrollBar._render_content = _bar_content  # type: ignore[method-assign,assignment]
