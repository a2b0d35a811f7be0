"""Lines taken as they are look exactly like those that Textual draws a second time."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from rich.segment import Segment
from textual._compositor import Compositor
from textual._styles_cache import StylesCache
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.geometry import Region
from textual.screen import Screen
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widget import Widget

from inspect_tui.tui import own_lines
from inspect_tui.tui.widgets.inks import Inked
from inspect_tui.tui.widgets.line_list import LineList

own_lines.install_for_scroll_bars()


class Edged(Inked):
    """Has all that a line can be asked for."""

    DEFAULT_CSS = """
    Edged { height: 5; padding: 0 2; border: solid red; outline: heavy blue; background: #202040; }
    """

    def render_line(self, y: int) -> Strip:
        return Strip([Segment(f"第{y}行 [/]")])


class Short(Inked):
    """Gives lines that are too short or too long, under a tint."""

    DEFAULT_CSS = "Short { height: 3; background: #103010; } Short.-tinted { tint: red 40%; }"

    def render_line(self, y: int) -> Strip:
        return Strip([Segment("责任" * (1 + 40 * y))])


class Page(App[None]):
    def compose(self) -> ComposeResult:
        yield Edged()
        yield Short()
        yield Short(classes="-tinted")
        with Vertical():
            yield LineList(lambda n, _w, here: [(">" if here else " ", "accent"), (f"第{n}条", "text")], 60)


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


async def test_a_paint_shows_what_stock_textual_would(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Page()
    asked: list[int] = []
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        compositor = app.screen._compositor
        head = app.query_one(Edged)
        stock_lines = head.render_lines
        monkeypatch.setattr(head, "render_lines", lambda crop: asked.append(crop.height) or stock_lines(crop))

        def painted(crop: Region) -> list[list[tuple[int, str, object]]]:
            chops = compositor._render_chops(crop, range(crop.y, crop.bottom).__contains__)
            return [
                [(x, s.text, s.style) for x, strip in chops[y].items() for s in strip or ()]
                for y in range(crop.y, crop.bottom)
            ]

        for crop in [Region(3, y, 20, h) for y in range(24) for h in (1, 2, 9) if y + h <= 24]:
            with monkeypatch.context() as way:
                way.setattr(Compositor, "_get_renders", own_lines._stock_renders)
                stock = painted(crop)
            asked.clear()
            with monkeypatch.context() as way:
                way.setattr(Compositor, "_get_renders", own_lines._touched_renders)
                assert painted(crop) == stock
            assert any(text.strip() for line in stock for _, text, _ in line) or crop.y > 20
            assert sum(asked) == max(0, min(crop.bottom, head.region.bottom) - crop.y)


async def test_what_stands_behind_is_not_drawn() -> None:
    app = Page()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        compositor, row = app.screen._compositor, app.query_one(LineList).region.y
        crop = Region(0, row, 60, 3)
        # The list and its scroll bar; neither the container nor the screen.
        assert len(list(own_lines._touched_renders(compositor, crop))) == 2
        assert len(list(own_lines._stock_renders(compositor, crop))) > 2


@pytest.mark.parametrize(
    ("one", "others", "hidden"),
    [
        (Region(0, 0, 10, 4), [Region(0, 0, 10, 4)], True),
        (Region(0, 0, 10, 4), [Region(0, 0, 6, 4), Region(6, 0, 4, 4)], True),
        (Region(0, 0, 10, 4), [Region(0, 0, 6, 4), Region(7, 0, 3, 4)], False),
        (Region(2, 1, 3, 2), [Region(0, 0, 10, 2), Region(0, 2, 4, 9)], False),
        (Region(2, 1, 3, 2), [Region(0, 0, 10, 2), Region(0, 2, 5, 9)], True),
        (Region(2, 1, 3, 2), [], False),
    ],
)
def test_what_is_covered_is_hidden(one: Region, others: list[Region], hidden: bool) -> None:
    assert own_lines._hidden(one, others) is hidden


@pytest.mark.parametrize(
    ("rows", "runs"),
    [
        ([], []),
        ([4], [range(4, 5)]),
        ([0, 1, 4, 9, 10, 20], [range(0, 5), range(9, 11), range(20, 21)]),
    ],
)
def test_rows_near_each_other_are_one_run(rows: list[int], runs: list[range]) -> None:
    assert own_lines._runs(rows) == runs


async def test_changed_spans_are_written_as_stock_textual_writes_them() -> None:
    app = Page()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        compositor, console = app.screen._compositor, app.console
        corners = [Region(3, 2, 9, 1), Region(20, 12, 30, 9), Region(0, 23, 60, 1), Region(59, 14, 1, 8)]
        for regions in ([corners[0]], corners[:2], corners, [Region(0, 0, 60, 6), *corners]):
            compositor._dirty_regions = set(regions)
            stock = own_lines._stock_update(compositor)
            assert stock is not None
            # Ours goes to every span by its place, so it needs no line ends between them.
            wanted = stock.render_segments(console).replace("\n", "")
            compositor._dirty_regions = set(regions)
            ours = own_lines._touched_update(compositor)
            assert ours is not None
            assert ours.render_segments(console) == wanted
            assert not compositor._dirty_regions
        assert own_lines._touched_update(compositor) is None


async def test_only_widgets_in_changed_rows_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Page()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        compositor, asked = app.screen._compositor, list[tuple[int, int]]()
        for widget in app.query(Inked):
            stock = widget.render_lines

            def lines(crop: Region, widget: Inked = widget, stock: Any = stock) -> list[Strip]:
                asked.extend((id(widget), y) for y in crop.line_range)
                return list(stock(crop))

            monkeypatch.setattr(widget, "render_lines", lines)
        head, rows = app.query_one(Edged), app.query_one(LineList)
        compositor._dirty_regions = {Region(0, 1, 60, 1), Region(0, rows.region.y + 4, 60, 1)}
        own_lines._touched_update(compositor)
        assert asked == [(id(head), 1), (id(rows), 4)]


async def test_what_is_in_front_is_found_anew_when_the_layout_changes() -> None:
    app = Page()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        compositor, head = app.screen._compositor, app.query_one(Edged)
        held = own_lines._foremost(compositor)
        assert own_lines._foremost(compositor) is held
        assert head in [widget for widget, _, _ in held]
        head.display = False
        await pilot.pause()
        assert head not in [widget for widget, _, _ in own_lines._foremost(compositor)]


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
    assert "crop_overlaps(clip)" in inspect.getsource(own_lines._stock_renders)
    refresh = inspect.getsource(Widget.refresh)
    for done in ("_layout_cache.clear()", "_set_dirty(*regions)", "clear_cached_dimensions()"):
        assert done in refresh
    assert "_dirty_widgets.add(widget)" in inspect.getsource(Screen._on_update)
