"""Rescue: leaving when the records cannot be saved where they belong."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fixture import NARROW, make_app, make_space, running, verdict, who
from helpers import assert_sound, screen_text

HELD = "还有内容没有保存，现在不能退出"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The product on a workspace, its user's own folders being nowhere until a test makes them."""
    space = make_space(tmp_path / "stick")
    who(space)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "temp"))
    return make_app(space)


def pull(app: Any) -> Path:
    """Take the medium away on which the workspace lies; returns where it now is."""
    away: Path = app.root.with_name("pulled")
    app.root.rename(away)
    return away


async def until(pilot: Any, seen: Callable[[], bool]) -> None:
    """Wait for what the thread that writes brings about; asserts that it does."""
    for _ in range(200):
        if seen():
            return
        await pilot.pause(0.02)
    assert seen(), screen_text(pilot.app)


async def quit_unsaved(app: Any, pilot: Any) -> None:
    """Judge an item that cannot be saved, and try to leave."""
    pull(app)
    verdict(app.desk, "DG01", "GW-01")
    await pilot.press("ctrl+q")
    await until(pilot, lambda: HELD in screen_text(app))
    assert not app._exit


async def test_again_asks_again_until_it_can_be_saved(app: Any) -> None:
    async with running(app, NARROW) as pilot:
        await quit_unsaved(app, pilot)
        assert_sound(app)
        assert "再试一次" in screen_text(app) and "不见了" in screen_text(app)
        held = app.screen
        await pilot.press("1")
        await until(pilot, lambda: HELD in screen_text(app) and app.screen is not held)
        assert not app._exit, "it is still away"
        app.root.with_name("pulled").rename(app.root)
        path = app.desk.session.file.path
        await pilot.press("1")
        await until(pilot, lambda: app._exit)
        assert not app._exit_renderables and app.desk is None
    assert '"pass"' in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("key", ["3", "escape"])
async def test_staying_leaves_everything_as_it_was(app: Any, key: str) -> None:
    async with running(app, NARROW) as pilot:
        await quit_unsaved(app, pilot)
        await pilot.press(key)
        await until(pilot, lambda: "未保存" in screen_text(app))
        assert type(app.screen).__name__ == "HomeScreen" and not app._exit
        app.root.with_name("pulled").rename(app.root)
        verdict(app.desk, "DG01", "GW-02")
        app.desk.session.flush()
        await until(pilot, lambda: "已保存" in screen_text(app))


async def test_a_copy_holds_everything_and_the_parting_words_say_where(app: Any, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    async with running(app, NARROW) as pilot:
        await quit_unsaved(app, pilot)
        await pilot.press("2")
        await until(pilot, lambda: app._exit)
        assert app.desk is None
        (copy,) = (tmp_path / "home").iterdir()
        assert app._exit_renderables == [f"全部记录已另存为 {copy}，请把它放回检查文件夹或交给组长合并。"], (
            "nothing is said of encryption where none is"
        )
    edits = [e for c in json.loads(copy.read_bytes())["changes"].values() for e in c["body"]["edits"]]
    assert any(e["record"] == "answer/DG01/small/GW-01" for e in edits)


async def test_a_copy_that_fails_is_told_and_nobody_leaves(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    async with running(app, NARROW) as pilot:
        await quit_unsaved(app, pilot)
        monkeypatch.setattr(app, "say", lambda text, *_, **__: said.append(text))
        writer = app.desk.session.writer
        await pilot.press("2")
        await until(pilot, lambda: any(f"{writer}-2026" in text for text in said))
        assert type(app.screen).__name__ == "HomeScreen" and not app._exit
        assert app.desk.session.file is not None and app.desk.session.pending
        app.root.with_name("pulled").rename(app.root)
