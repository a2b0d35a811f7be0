"""The few named inks that self-drawn widgets write with.

A row says what a piece of text *is* (`fail`, `dim`, `head`); the stylesheet says how that looks, with and
without colour. The inks belong to the app: as component classes of each widget, every one of them would be
styled anew with each widget, and that was a quarter of the time to the first paint.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from inspect_tui.model.terms import Verdict
from inspect_tui.tui.own_lines import OwnLines, paint_soon
from inspect_tui.tui.text import one_line

INKS = (
    "text",
    "dim",
    "strong",
    "head",
    "accent",
    "warn",
    "pass",
    "partial",
    "fail",
    "na",
    "unverified",
    "pending",
    "key",
)

INK_CLASSES = frozenset({*(f"ink--{name}" for name in INKS), "ink--cursor", "ink--cursor-blur"})
"""Component classes of the app, one per ink and per cursor line."""

Part = tuple[str, str]
"""A piece of text and the name of its ink."""


def verdict_ink(verdict: Verdict) -> str:
    """The ink a verdict is written in."""
    return str(verdict.value)


class Inked(Widget):
    """A widget that draws its own lines with named inks."""

    _ink_cache: dict[tuple[str, str], Style] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._styles_cache = OwnLines()

    @property
    def line_width(self) -> int:
        """Cells of the line being drawn; Textual looks through the whole screen to tell a widget's size."""
        kept = self._styles_cache
        return kept.line_width if isinstance(kept, OwnLines) else self.size.width

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Have it painted; without a change of size that goes the short way."""
        if layout or recompose or not repaint or not paint_soon(self, *regions):
            super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self

    def notify_style_update(self) -> None:
        self._ink_cache = None
        super().notify_style_update()

    def ink(self, name: str, line: str = "") -> Style:
        """The style of an ink, on a plain line or on a cursor line (`cursor`, `cursor-blur`)."""
        cache = self._ink_cache
        if cache is None:
            cache = self._ink_cache = {}
        style = cache.get((name, line))
        if style is None:
            style = self.rich_style + self._app_ink(name)
            if line:
                over = self._app_ink(line)
                style += Style(
                    bgcolor=over.bgcolor,
                    bold=over.bold or style.bold,
                    reverse=over.reverse,
                    underline=over.underline or style.underline,
                )
            cache[name, line] = style
        return style

    def _app_ink(self, name: str) -> Style:
        try:
            return self.app.get_component_styles(f"ink--{name}").partial_rich_style
        except KeyError:
            # An app without inks, as the bench has one to measure a widget alone.
            return Style.null()

    def strip(self, parts: Iterable[Part], width: int, line: str = "") -> Strip:
        """A strip of exactly `width` cells out of inked parts; too much text is cut."""
        segments = [Segment(one_line(text), self.ink(name, line)) for text, name in parts if text]
        strip = Strip(segments)
        if strip.cell_length > width:
            strip = strip.crop(0, width)
        return strip.adjust_cell_length(width, self.ink("text", line))


def width_of(parts: Sequence[Part]) -> int:
    """Cells taken by inked parts."""
    from inspect_tui.tui.text import cells

    return sum(cells(text) for text, _ in parts)
