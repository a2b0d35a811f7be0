"""Lines that a widget draws whole, taken as they are.

Stock Textual asks every line for borders, padding, outline, tint and opacity, and makes a new strip of it.
Our lists, panes and heads have none of these: their lines come at full width in their final colours, and a
third of the time from key to paint went into asking. The vertical scroll bar goes the same way.
"""

from __future__ import annotations

from typing import Any

from rich.color import Color as RichColor
from rich.segment import Segment
from textual._styles_cache import StylesCache
from textual.color import Color
from textual.dom import NoScreen
from textual.geometry import Region
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widget import Widget, _RenderCache

_EFFECTS = ("tint", "hatch", "text_opacity", "outline_top", "outline_right", "outline_bottom", "outline_left")


class OwnLines(StylesCache):
    """What Textual keeps of a widget's lines, without a second drawing of lines that need none."""

    #: Cells of a line of the widget's own, as it was last drawn.
    line_width = 0

    def render_widget(self, widget: Widget, crop: Region) -> list[Strip]:
        size, ground = widget.region.size, _ground(widget)
        if ground is None:
            self.line_width = size.width - widget.styles.gutter.width
            return super().render_widget(widget, crop)
        width = self.line_width = size.width
        if width != self._width:
            self.clear()
            self._width = width
        base_background, background = ground
        lines, dirty, filters = self._cache, self._dirty_lines, widget.get_line_filters()
        strips = []
        for y in crop.line_range:
            line = lines.get(y)
            if line is None or y in dirty:
                line = widget.render_line(y)
                if line.cell_length != width:
                    inner, _ = self.get_inner_outer(base_background, background)
                    line = line.adjust_cell_length(width, inner.rich_style)
                lines[y] = line
            for line_filter in filters:
                line = line.apply_filter(line_filter, background)
            strips.append(line)
        dirty.difference_update(crop.line_range)
        if crop.column_span != (0, width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips


def paint_soon(widget: Widget, *regions: Region) -> bool:
    """Have a widget's regions painted without three messages between it and its screen; False: ask Textual.

    Textual lets a widget come to rest first, which then tells its screen, which comes to rest in turn.
    """
    if not widget._is_mounted or widget._parent is None or widget._closing:
        return False
    try:
        screen = widget.screen
    except NoScreen:
        return False
    widget._layout_cache.clear()
    if regions and not widget.styles.gutter:
        # Where nothing stands around the content, its regions are the widget's own.
        widget._dirty_regions |= set(regions)
        widget._repaint_regions |= set(regions)
        widget._styles_cache.set_dirty(*regions)
    else:
        widget._set_dirty(*regions)
    widget.clear_cached_dimensions()
    widget._rich_style_cache.clear()
    if widget.display and screen in screen._compositor:
        screen._dirty_widgets.add(widget)
        screen.check_idle()
    return True


def _ground(widget: Widget) -> tuple[Color, Color] | None:
    """The colours beneath a widget and its own; None where its lines are not shown just as it draws them."""
    if (styles := widget.styles).gutter or styles.has_any_rules(*_EFFECTS):
        return None
    if widget.auto_links and widget.hover_style._link_id:
        return None
    base = background = _CLEAR
    for node in reversed(widget.ancestors_with_self):
        styles = node.styles
        if styles.opacity != 1.0:
            return None
        base = background
        own = styles.background
        background += own.tint(tint) if (tint := styles.background_tint).a else own
    return base, background


_CLEAR = Color(0, 0, 0, 0)

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


def _bar_refresh(
    self: ScrollBar, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
) -> ScrollBar:
    if layout or recompose or not repaint or not paint_soon(self, *regions):
        Widget.refresh(self, *regions, repaint=repaint, layout=layout, recompose=recompose)
    return self


def _bar_init(self: ScrollBar, *args: Any, **kwargs: Any) -> None:
    _stock_init(self, *args, **kwargs)
    self._styles_cache = OwnLines()


def install_for_scroll_bars() -> None:
    """Let scroll bars be drawn by line."""
    ScrollBar.__init__ = _bar_init  # type: ignore[method-assign]
    ScrollBar.refresh = _bar_refresh  # type: ignore[method-assign,assignment]
    ScrollBar._render_content = _bar_content  # type: ignore[method-assign,assignment]
