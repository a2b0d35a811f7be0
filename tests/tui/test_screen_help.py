"""Help: every key of every screen stands in it, aligned, and both keys leave it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from helpers import assert_sound, screen_text
from pages import at, name, space_with
from rich.cells import cell_len

from inspect_tui.tui.actions import SCREENS, actions_for
from inspect_tui.tui.screens.help import PLACES, HelpScreen
from inspect_tui.tui.widgets.page import Line, LinePane
from sweeps import times


def test_every_place_has_a_name() -> None:
    assert set(SCREENS) <= set(PLACES)


@pytest.mark.parametrize(("size", "places"), [((80, 24), SCREENS), ((120, 40), ("walk",))])
async def test_every_key_of_every_screen_is_told(
    tmp_path: Path, size: tuple[int, int], places: tuple[str, ...]
) -> None:
    async with at(space_with(tmp_path), size=size) as pilot:
        # What every place says is looked at; opened are a few, from run to run others.
        opened = set(random.sample(places, times(len(places), 5) if len(places) > 5 else 1))
        for place in places:
            if place not in opened:
                check(place, HelpScreen(place)._help_lines(size[0] - 2), size[0] - 2, pilot.app)
                continue
            pilot.app.open_help(place)
            await pilot.pause()
            assert_sound(pilot.app)
            pane = pilot.app.screen.query_one(LinePane)
            check(place, pane._compose_lines(pane.size.width), pane.size.width, pilot.app)
            pilot.app.go_back()


def check(place: str, written: Sequence[Line], width: int, app: Any) -> None:
    """Every key of a place stands in its help, its label in one column with the others."""
    lines = ["".join(text for text, _ in line) for line in written]
    assert max(cell_len(line) for line in lines) <= width
    whole = "\n".join(lines)
    for action in actions_for(place):
        assert action.label in whole and action.help[:8] in whole
    labels = {
        cell_len(line[: line.index(f" {action.label} ")])
        for action in actions_for(place)
        for line in lines
        if f" {action.label} " in line and line.strip().startswith(action.key_label)
    }
    assert len(labels) == 1, (place, labels)
    assert "汉字输入法开着也能用" in whole and str(app.root) in whole.replace("\n ", "")


@pytest.mark.parametrize("key", ["escape", "f1"])
async def test_it_scrolls_and_both_keys_leave(tmp_path: Path, key: str) -> None:
    async with at(space_with(tmp_path)) as pilot:
        await pilot.press("f1")
        assert name(pilot.app) == "HelpScreen"
        first = screen_text(pilot.app)
        await pilot.press("pagedown")
        assert screen_text(pilot.app) != first
        await pilot.press("end")
        assert "自动保存" in screen_text(pilot.app)
        await pilot.press(key)
        await pilot.pause()
        assert name(pilot.app) == "WalkScreen"
