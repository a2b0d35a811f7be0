"""A paint of some rows is what stock Textual would have made of them, asked of fewer widgets."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from lined_page import Edged, Page
from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip

from inspect_tui.tui import touched_rows
from inspect_tui.tui.widgets.inks import Inked
from inspect_tui.tui.widgets.line_list import LineList


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
                way.setattr(Compositor, "_get_renders", touched_rows._stock_renders)
                stock = painted(crop)
            asked.clear()
            with monkeypatch.context() as way:
                way.setattr(Compositor, "_get_renders", touched_rows._touched_renders)
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
        assert len(list(touched_rows._touched_renders(compositor, crop))) == 2
        assert len(list(touched_rows._stock_renders(compositor, crop))) > 2


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
    assert touched_rows._hidden(one, others) is hidden


@pytest.mark.parametrize(
    ("rows", "runs"),
    [
        ([], []),
        ([4], [range(4, 5)]),
        ([0, 1, 4, 9, 10, 20], [range(0, 5), range(9, 11), range(20, 21)]),
    ],
)
def test_rows_near_each_other_are_one_run(rows: list[int], runs: list[range]) -> None:
    assert touched_rows._runs(rows) == runs


async def test_changed_spans_are_written_as_stock_textual_writes_them() -> None:
    app = Page()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        compositor, console = app.screen._compositor, app.console
        corners = [Region(3, 2, 9, 1), Region(20, 12, 30, 9), Region(0, 23, 60, 1), Region(59, 14, 1, 8)]
        for regions in ([corners[0]], corners[:2], corners, [Region(0, 0, 60, 6), *corners]):
            compositor._dirty_regions = set(regions)
            stock = touched_rows._stock_update(compositor)
            assert stock is not None
            # Ours goes to every span by its place, so it needs no line ends between them.
            wanted = stock.render_segments(console).replace("\n", "")
            compositor._dirty_regions = set(regions)
            ours = touched_rows._touched_update(compositor)
            assert ours is not None
            assert ours.render_segments(console) == wanted
            assert not compositor._dirty_regions
        assert touched_rows._touched_update(compositor) is None


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
        touched_rows._touched_update(compositor)
        assert asked == [(id(head), 1), (id(rows), 4)]


async def test_what_is_in_front_is_found_anew_when_the_layout_changes() -> None:
    app = Page()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        compositor, head = app.screen._compositor, app.query_one(Edged)
        held = touched_rows._foremost(compositor)
        assert touched_rows._foremost(compositor) is held
        assert head in [widget for widget, _, _ in held]
        head.display = False
        await pilot.pause()
        assert head not in [widget for widget, _, _ in touched_rows._foremost(compositor)]


def test_textual_puts_rows_together_as_it_did() -> None:
    """When this fails: compare `_touched_renders` and `_touched_update` with what Textual now does."""
    assert "crop_overlaps(clip)" in inspect.getsource(touched_rows._stock_renders)
