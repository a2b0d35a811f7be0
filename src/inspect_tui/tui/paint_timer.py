"""When a screen is painted: as soon as what changed is known, and seldom more than sixty times a second.

Textual paints on the strokes of a clock. The first paint after a rest comes at once, but one that follows
soon, such as 已保存 after 保存中, waits for the next stroke, up to a sixtieth of a second for nothing.
"""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any

from textual.screen import UPDATE_PERIOD, Screen

if TYPE_CHECKING:
    from textual.timer import Timer


class PaintTimer:
    """Takes the place of a screen's timer: two paints at once, and a third when the first is a period old."""

    def __init__(self, screen: Screen[Any]) -> None:
        self._screen = screen
        self._due: asyncio.Handle | None = None
        self._last = self._one_before = -math.inf

    def resume(self) -> None:
        """Paint soon, unless that is under way."""
        if self._due is not None:
            return
        loop = asyncio.get_running_loop()
        wait = self._one_before + UPDATE_PERIOD - loop.time()
        self._due = loop.call_later(wait, self._paint) if wait > 0 else loop.call_soon(self._paint)

    def pause(self) -> None:
        """Do not paint."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _paint(self) -> None:
        self._due = None
        app = self._screen.app
        if app._exit or not self._screen.is_running:
            return
        self._one_before, self._last = self._last, asyncio.get_running_loop().time()
        try:
            self._screen._on_timer_update()
        except Exception as error:
            app._handle_exception(error)


_stock_timer = Screen.__dict__["_update_timer"]


def _timer(self: Screen[Any]) -> PaintTimer | Timer:
    held: PaintTimer | None = self.__dict__.get("_paint_timer")
    if held is None:
        held = self.__dict__["_paint_timer"] = PaintTimer(self)
    return held


def applies() -> bool:
    """Whether a screen still has a timer that is woken by what changed."""
    return isinstance(_stock_timer, property) and UPDATE_PERIOD > 0 and hasattr(Screen, "_on_timer_update")


def install() -> None:
    """Let every screen be painted so."""
    Screen._update_timer = property(_timer)  # type: ignore[assignment]
