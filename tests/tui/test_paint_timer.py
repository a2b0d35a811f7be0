"""Paints come as soon as something changed, two in a row at once, and then no more than sixty a second."""

from __future__ import annotations

import asyncio
import math
from types import SimpleNamespace
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.screen import UPDATE_PERIOD

from inspect_tui.tui import textual_patches
from inspect_tui.tui.paint_timer import PaintTimer
from inspect_tui.tui.widgets.line_list import LineList

textual_patches.install()


class Page(App[None]):
    def compose(self) -> ComposeResult:
        yield LineList(lambda n, _w, here: [(">" if here else " ", "accent"), (f"第{n}条", "text")], 60)


class Loop:
    """An event loop whose clock stands still until it is told."""

    def __init__(self) -> None:
        self.now = 100.0
        self.soon: list[Any] = []
        self.later: list[tuple[float, Any]] = []

    def time(self) -> float:
        return self.now

    def call_soon(self, act: Any) -> Any:
        self.soon.append(act)
        return SimpleNamespace(cancel=lambda: self.soon.remove(act))

    def call_later(self, wait: float, act: Any) -> Any:
        self.later.append((wait, act))
        return SimpleNamespace(cancel=lambda: self.later.remove((wait, act)))


def timer(monkeypatch: pytest.MonkeyPatch, loop: Loop, *, error: Exception | None = None) -> tuple[Any, Any]:
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: loop)
    said: list[Any] = []

    def paint() -> None:
        said.append(loop.now)
        if error is not None:
            raise error

    app = SimpleNamespace(_exit=False, _handle_exception=said.append)
    screen: Any = SimpleNamespace(app=app, is_running=True, _on_timer_update=paint)
    return PaintTimer(screen), said


def test_a_third_paint_waits_until_the_first_is_a_period_old(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = Loop()
    paints, said = timer(monkeypatch, loop)
    for _ in range(2):
        paints.resume()
        paints.resume()
        assert len(loop.soon) == 1
        loop.soon.pop()()
        loop.now += UPDATE_PERIOD / 4
    assert len(said) == 2
    paints.resume()
    assert not loop.soon
    ((wait, act),) = loop.later
    assert math.isclose(wait, UPDATE_PERIOD / 2, rel_tol=1e-6)
    loop.later.clear()
    loop.now += wait
    act()
    assert len(said) == 3
    loop.now += 1
    paints.resume()
    assert loop.soon


def test_a_paint_that_is_called_off_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = Loop()
    paints, said = timer(monkeypatch, loop)
    paints.pause()
    paints.resume()
    paints.pause()
    assert not loop.soon
    paints.resume()
    paints._screen.is_running = False
    loop.soon.pop()()
    paints._screen.is_running, paints._screen.app._exit = True, True
    paints.resume()
    loop.soon.pop()()
    assert said == []


def test_a_fault_in_a_paint_reaches_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, fault = Loop(), ValueError()
    paints, said = timer(monkeypatch, loop, error=fault)
    paints.resume()
    loop.soon.pop()()
    assert said[1:] == [fault]


async def test_every_screen_has_one() -> None:
    app = Page()
    async with app.run_test(size=(60, 24)) as pilot:
        assert isinstance(app.screen._update_timer, PaintTimer)
        assert app.screen._update_timer is app.screen._update_timer
        app.query_one(LineList).move_to(3)
        await pilot.pause()
        assert ">第3条" in "".join(s.text for s in app.screen._compositor.render_strips(app.size))
