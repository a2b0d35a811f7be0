"""Lines that a widget draws whole, taken as they are, and only those that a paint touches.

Stock Textual asks every line for borders, padding, outline, tint and opacity, and makes a new strip of it.
Our lists, panes and heads have none of these: their lines come at full width in their final colours, and a
third of the time from key to paint went into asking. The vertical scroll bar goes the same way. And where
one line of a screen changed, stock Textual still puts every line of every widget together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.color import Color as RichColor
from rich.segment import Segment
from textual._compositor import ChopsUpdate, Compositor
from textual._styles_cache import StylesCache
from textual.color import Color
from textual.dom import NoScreen
from textual.geometry import Region
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widget import Widget, _RenderCache

if TYPE_CHECKING:
    from rich.console import Console

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


_stock_update = Compositor.render_partial_update

#: Rows between two changed ones that are fetched with them: asking a widget twice costs more than they do.
_NEAR = 3


class TouchedRows(ChopsUpdate):
    """The changed spans of a screen, written with as little as they take."""

    def render_segments(self, console: Console) -> str:
        written: list[str] = []
        for y, x1, x2 in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=True):
                if strip is None or x > x2 or end <= x1:
                    continue
                whole = x1 <= x < x2 and end <= x2
                piece = strip if whole else strip.crop(0, min(end, x2) - x)
                written.append(f"\x1b[{y + 1};{x + 1}H{piece.render(console)}")
        return "".join(written)


def _touched_update(self: Compositor) -> ChopsUpdate | None:
    """The changed spans, put together run by run: of the rows between them no widget is asked."""
    regions = self._dirty_regions.copy()
    self._dirty_regions.clear()
    if not regions:
        return None
    spans = list(self._regions_to_spans(regions))
    chops: list[dict[int, Strip | None]] = [{} for _ in self.cuts]
    for run in _runs(sorted({y for y, _, _ in spans if 0 <= y < len(chops)})):
        for y in run:
            chops[y] = dict.fromkeys(self.cuts[y][:-1])
        rows = Region(0, run.start, self.size.width, len(run))
        for widget, region, seen in _foremost(self):
            if part := seen.intersection(rows):
                _put(chops, self.cuts, part, widget.render_lines(part.translate(-region.offset)))
    return TouchedRows(chops, spans, [cuts[1:] for cuts in self.cuts])


def _put(
    chops: list[dict[int, Strip | None]], cuts: list[list[int]], part: Region, strips: list[Strip]
) -> None:
    """Put a widget's lines where nothing before it stands."""
    first, last = part.column_span
    for y, strip in zip(part.line_range, strips, strict=True):
        own = [cut for cut in cuts[y] if first <= cut <= last]
        pieces = [strip] if len(own) == 2 else strip.divide([cut - first for cut in own[1:]])
        line = chops[y]
        for cut, piece in zip(own, pieces, strict=False):
            if line.get(cut) is None:
                line[cut] = piece


_Place = tuple[Widget, Region, Region]


def _foremost(compositor: Compositor) -> list[_Place]:
    """The widgets of which something is seen, each with its region and the part in sight.

    Kept on the compositor as long as its own map of visible widgets is the same one.
    """
    visible = compositor.visible_widgets
    held: tuple[object, list[_Place]] | None = compositor.__dict__.get("_foremost")
    if held is None or held[0] is not visible:
        found: list[_Place] = []
        for widget, (region, clip) in visible.items():
            seen = region.intersection(clip)
            if seen and not _hidden(seen, [before for _, _, before in found]):
                found.append((widget, region, seen))
        held = compositor.__dict__["_foremost"] = visible, found
    return held[1]


def _runs(rows: list[int]) -> list[range]:
    """Rows in order as runs, those that stand near each other in one."""
    runs: list[range] = []
    for row in rows:
        if runs and row - runs[-1].stop < _NEAR:
            runs[-1] = range(runs[-1].start, row + 1)
        else:
            runs.append(range(row, row + 1))
    return runs


def install_for_paints() -> None:
    """Let a paint put together only the rows it is about."""
    Compositor._get_renders = _touched_renders  # type: ignore[method-assign]
    Compositor.render_partial_update = _touched_update  # type: ignore[method-assign]


def install_for_scroll_bars() -> None:
    """Let scroll bars be drawn by line."""
    ScrollBar.__init__ = _bar_init  # type: ignore[method-assign]
    ScrollBar.refresh = _bar_refresh  # type: ignore[method-assign,assignment]
    ScrollBar._render_content = _bar_content  # type: ignore[method-assign,assignment]
