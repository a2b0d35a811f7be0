"""Lines taken as they are look exactly like those that Textual draws a second time."""

from __future__ import annotations

import inspect

import pytest
from lined_page import Page, Short
from textual._styles_cache import StylesCache
from textual.app import App
from textual.containers import Vertical
from textual.geometry import Region
from textual.screen import Screen
from textual.scrollbar import ScrollBar
from textual.widget import Widget

from inspect_tui.tui import own_lines
from inspect_tui.tui.widgets.inks import Inked
from inspect_tui.tui.widgets.line_list import LineList

own_lines.install_for_scroll_bars()


def shown(app: App[None]) -> list[tuple[str, object]]:
    strips = app.screen._compositor.render_strips(app.size)
    return [(s.text, s.style) for strip in strips for s in strip.simplify()]


async def test_lines_look_as_textual_draws_them(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Page()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        rows = app.query_one(LineList)
        for place in (0, 7, 31, 59):
            rows.move_to(place)
            await pilot.pause()
            drawn: list[Widget] = [*app.query(Inked), rows.vertical_scrollbar]
            assert all(type(widget._styles_cache) is own_lines.OwnLines for widget in drawn)
            ours = shown(app)
            with monkeypatch.context() as stock:
                stock.setattr(ScrollBar, "_render_content", own_lines._stock_content)
                for widget in drawn:
                    stock.setattr(widget, "_styles_cache", StylesCache())
                    widget.refresh()
                assert shown(app) == ours
            for widget in drawn:
                widget.refresh()


async def test_a_line_that_changes_is_painted_the_short_way() -> None:
    app = Page()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        short = app.query_one(Short)
        short.refresh(Region(0, 1, 60, 1))
        # It is with its screen at once, and not marked to come to rest first.
        assert short in app.screen._dirty_widgets
        assert not short._repaint_required
        short.display = False
        await pilot.pause()
        short.refresh(Region(0, 1, 60, 1))
        assert short not in app.screen._dirty_widgets
    assert not own_lines.paint_soon(Short())


async def test_the_ground_of_a_plain_widget_is_what_textual_says() -> None:
    app = Page()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        edged, short, tinted, rows = app.query(Inked)
        assert own_lines._ground(edged) is None
        assert own_lines._ground(tinted) is None
        for widget in (short, rows, rows.vertical_scrollbar):
            assert own_lines._ground(widget) == widget.background_colors
        app.query_one(Vertical).styles.opacity = 0.5
        assert own_lines._ground(rows) is None
        app.query_one(Vertical).styles.opacity = 1.0
        app.query_one(Vertical).styles.background_tint = "red 40%"
        app.query_one(Vertical).styles.background = "#102030"
        assert own_lines._ground(rows) == rows.background_colors


def test_textual_keeps_lines_as_it_did() -> None:
    """When this fails: compare `OwnLines` and `_bar_content` with what Textual now does."""
    assert list(inspect.signature(StylesCache.render_widget).parameters) == ["self", "widget", "crop"]
    assert {"_cache", "_dirty_lines", "_width"} <= set(vars(StylesCache()))
    assert own_lines._stock_content is Widget._render_content
    refresh = inspect.getsource(Widget.refresh)
    for done in ("_layout_cache.clear()", "_set_dirty(*regions)", "clear_cached_dimensions()"):
        assert done in refresh
    assert "_dirty_widgets.add(widget)" in inspect.getsource(Screen._on_update)
