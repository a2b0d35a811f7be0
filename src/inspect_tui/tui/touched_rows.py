"""Rows that a paint touches: only these are put together and written.

Where one line of a screen changed, stock Textual puts every line of every widget together, those behind
others too, which was most of the time a key took.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

if TYPE_CHECKING:
    from rich.console import Console

_stock_renders = Compositor._get_renders

_Renders = Iterable[tuple[Region, Region, list[Strip]]]


def _touched_renders(self: Compositor, crop: Region | None = None) -> _Renders:
    """The lines of each widget in the rows that a paint is about, the foremost first; none of hidden ones.

    Rows keep their whole width, since what is put together is cut where widgets begin and end.
    """
    if crop is None:
        yield from _stock_renders(self, crop)
        return
    for part, strips in _lines_in(self, range(crop.y, crop.bottom)):
        yield part, part, strips


def _lines_in(compositor: Compositor, rows: range) -> Iterator[tuple[Region, list[Strip]]]:
    """What each widget shows in a run of rows: the part of the screen it takes, and its lines there."""
    run = Region(0, rows.start, compositor.size.width, len(rows))
    for widget, region, seen in _foremost(compositor):
        if part := seen.intersection(run):
            yield part, widget.render_lines(part.translate(-region.offset))


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
        for part, strips in _lines_in(self, run):
            _put(chops, self.cuts, part, strips)
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


def install() -> None:
    """Let a paint put together only the rows it is about."""
    Compositor._get_renders = _touched_renders  # type: ignore[method-assign]
    Compositor.render_partial_update = _touched_update  # type: ignore[method-assign]
