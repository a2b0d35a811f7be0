"""Doubles on screen: suggested with their likeness, joined only by the lead, parted again, asked once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixture import LOOKS, WIDE, make_app, running, say, shown, told, who
from helpers import HOSTILE, assert_sound, check_golden, screen_text
from lead_work import desk_text, hostile_work, merged, until
from lead_work import quiet_home as quiet_home

from inspect_tui.model.terms import FindingKind, Role
from inspect_tui.rules.reading import findings_of_unit
from inspect_tui.tui.desk import Desk
from sweeps import first_of


async def doubles(pilot: Any) -> None:
    pilot.app.open_doubles()
    await pilot.pause()
    await until(pilot, lambda: not pilot.app.screen.looking)


def practices(app: Any) -> list[Any]:
    checklists = app.desk.sheet("DG01").checklists
    found = findings_of_unit(app.desk.state, app.desk.round, "DG01", checklists)
    return [f for f in found if f.kind is FindingKind.GOOD_PRACTICE]


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    label = "normal" if look == "nocolor" else look
    update = update_goldens and look != "nocolor"
    async with shown(monkeypatch, merged(tmp_path), size, look) as pilot:
        await doubles(pilot)
        assert_sound(pilot.app)
        check_golden(f"doubles-{size[0]}x{size[1]}-{label}", screen_text(pilot.app), update)
        await pilot.press("1")
        await pilot.pause()
        check_golden(f"doubles-joined-{size[0]}x{size[1]}-{label}", screen_text(pilot.app), update)


async def test_joined_only_by_the_lead_shown_once_and_parted_again(tmp_path: Path) -> None:
    app = make_app(merged(tmp_path))
    async with running(app) as pilot:
        await doubles(pilot)
        assert len(practices(app)) == 2, "nothing is joined by itself"
        (pair,) = app.screen.pairs
        assert pair.similarity > 90 and f"{pair.similarity}%" in screen_text(app)
        await pilot.press("1")
        await pilot.pause()
        (one,) = practices(app)
        assert set(one.by) == {"检查员乙", "检查员丙"} and len(one.joined) == 1
        assert "已合并 1 条" in screen_text(app) and not app.screen.pairs
        assert all(text in screen_text(app) for text in pair.texts), "no text is lost"
        await pilot.press("3")
        await until(pilot, lambda: not app.screen.looking)
        assert len(practices(app)) == 2 and len(app.screen.pairs) == 1


async def test_joining_is_undone(tmp_path: Path) -> None:
    app = make_app(merged(tmp_path))
    async with running(app) as pilot:
        await doubles(pilot)
        await pilot.press("1", "ctrl+z")
        await until(pilot, lambda: not app.screen.looking)
        assert len(practices(app)) == 2 and len(app.screen.pairs) == 1


async def test_what_is_not_the_same_is_not_asked_again_until_undone(tmp_path: Path) -> None:
    space = merged(tmp_path)
    app = make_app(space)
    async with running(app) as pilot:
        await doubles(pilot)
        before = len(app.desk.state.changes)
        await pilot.press("2")
        await pilot.pause()
        assert not app.screen.pairs and len(app.desk.state.changes) == before
    app = make_app(space)
    async with running(app) as pilot:
        await doubles(pilot)
        assert not app.screen.pairs, "remembered over a restart"
        app.screen._remember(set())
        await pilot.press("escape")
        await doubles(pilot)
        await pilot.press("2", "ctrl+z")
        await until(pilot, lambda: not app.screen.looking)
        assert len(app.screen.pairs) == 1


async def test_an_inspector_joins_nothing(tmp_path: Path) -> None:
    space = merged(tmp_path)
    who(space, "检查员戊", "T1", role=Role.INSPECTOR)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await doubles(pilot)
        await pilot.press("1")
        await pilot.pause()
        assert "由组长来做" in told(app) and len(practices(app)) == 2


@pytest.mark.parametrize("size", first_of([(80, 24), WIDE]))
async def test_hostile_words_do_no_harm(tmp_path: Path, size: tuple[int, int]) -> None:
    def said_again(desk: Desk) -> None:
        for text in HOSTILE:
            if len(clean := desk_text(text)) > 3:
                say(desk, "DG01", FindingKind.DEFICIENCY, f"{clean}。", "GW-01")
                say(desk, "DG01", FindingKind.DEFICIENCY, f"{clean}！", "GW-01")

    app = make_app(merged(tmp_path, hostile_work, said_again))
    async with running(app, size) as pilot:
        await doubles(pilot)
        assert len(app.screen.pairs) > 10
        for _ in range(min(12, len(app.screen.pairs))):
            assert_sound(app)
            await pilot.press("down")
        await pilot.press("1", "end")
        await pilot.pause()
        assert_sound(app)
