"""Setup and identity: what a folder becomes, and who works there."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from fixture import LOOKS, NARROW, WIDE, by, make_app, make_space, refuse_writing, running, shown, who
from helpers import HOSTILE, assert_sound, check_golden, screen_text

from inspect_tui.model.terms import Role
from inspect_tui.store.workspace import Workspace
from sweeps import first_of


def name(app: Any) -> str:
    return type(app.screen).__name__


async def typed(pilot: Any, text: str) -> None:
    pilot.app.screen.field.insert_text(text)
    await pilot.press("enter")
    await pilot.pause()


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_setup_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    async with shown(monkeypatch, Path("检查"), size, look) as pilot:
        assert_sound(pilot.app)
        label = "normal" if look == "nocolor" else look
        text = screen_text(pilot.app)
        check_golden(f"setup-{size[0]}x{size[1]}-{label}", text, update_goldens and look != "nocolor")


async def test_setting_up_here_writes_what_was_said_then_asks_who_one_is(tmp_path: Path) -> None:
    root = tmp_path / "新文件夹"
    root.mkdir()
    app = make_app(root)
    async with running(app) as pilot:
        assert name(app) == "SetupScreen"
        assert not any(root.iterdir())
        await pilot.press("1")
        await pilot.pause()
        assert (root / "roster.json").is_file() and len(list((root / "checklists").glob("*.json"))) >= 4
        assert name(app) == "TextPrompt"
        await typed(pilot, "检查员甲")
        await typed(pilot, "第1检查组")
        await pilot.press("2")
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "HomeScreen"
        assert "还没有检查轮次" in screen_text(app)
    held = Workspace(root).identity()
    assert held is not None and (held.name, held.team, held.role) == ("检查员甲", "第1检查组", Role.LEAD)


async def test_the_demo_goes_into_a_folder_of_its_own(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    async with running(app) as pilot:
        await pilot.press("2")
        await pilot.pause()
        assert app.space.root == tmp_path / "回头看演示"
        assert not (tmp_path / "roster.json").exists()
        assert app.desk is not None or name(app) in ("IdentityScreen", "TextPrompt")


@pytest.mark.parametrize("key", ["3", "escape"])
async def test_leaving_writes_nothing(tmp_path: Path, key: str) -> None:
    root = tmp_path / "空"
    root.mkdir()
    app = make_app(root)
    async with running(app) as pilot:
        await pilot.press(key)
        await pilot.pause()
    assert not any(root.iterdir())
    assert app.return_code == 0


@pytest.mark.parametrize(("code", "words"), [(errno.EROFS, "只读"), (errno.ENOSPC, "磁盘已满")])
async def test_a_folder_that_refuses_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    app = make_app(tmp_path)
    async with running(app) as pilot:
        refuse_writing(monkeypatch, code)
        await pilot.press("1")
        await pilot.pause()
        assert name(app) == "SetupScreen"
        assert "没有建成" in screen_text(app) and words in screen_text(app)
        monkeypatch.undo()
        await pilot.press("1")
        await pilot.pause()
        assert (tmp_path / "roster.json").is_file()


async def test_a_plain_file_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "checklists").write_text("x", encoding="utf-8")
    app = make_app(tmp_path)
    async with running(app) as pilot:
        await pilot.press("1")
        assert "没有建成" in screen_text(app)


# -------------------------------------------------------------------- who am I


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_identity_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    async with shown(monkeypatch, make_space(tmp_path), size, look) as pilot:
        await typed(pilot, "检查员乙")
        assert_sound(pilot.app)
        label = "normal" if look == "nocolor" else look
        text = screen_text(pilot.app)
        check_golden(f"identity-{size[0]}x{size[1]}-{label}", text, update_goldens and look != "nocolor")


async def test_a_name_the_round_knows_brings_team_and_role(tmp_path: Path) -> None:
    space = make_space(tmp_path)
    app = make_app(space)
    async with running(app) as pilot:
        await typed(pilot, "检查员丙")
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "HomeScreen"
    held = space.identity()
    assert held is not None and (held.team, held.role) == ("T2", Role.LEAD)


async def test_an_unknown_name_is_asked_for_team_and_role_by_digit(tmp_path: Path) -> None:
    space = make_space(tmp_path)
    app = make_app(space)
    async with running(app) as pilot:
        await typed(pilot, "检查员丁")
        await pilot.press("2", "1", "4")
        await typed(pilot, "检查员戊")
        await pilot.press("enter")
        await pilot.pause()
    held = space.identity()
    assert held is not None
    assert (held.name, held.team, held.role, held.second) == ("检查员丁", "T2", Role.INSPECTOR, "检查员戊")


async def test_no_name_no_work(tmp_path: Path) -> None:
    space = make_space(tmp_path)
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("escape")
        assert "先填写姓名" in screen_text(app)
        await pilot.press("end", "enter")
        assert name(app) == "TextPrompt"
        await pilot.press("escape", "escape")
        await pilot.pause()
    assert space.identity() is None


async def test_changing_who_one_is_signs_later_records_with_the_new_name(tmp_path: Path) -> None:
    space = make_space(tmp_path)
    who(space, "检查员甲")
    app = make_app(space)
    async with running(app) as pilot:
        first = app.desk.session.writer
        await pilot.press("1", "8", "1")
        app.screen.field.text = "检查员乙"
        await pilot.press("enter", "end", "enter")
        await pilot.pause()
        assert name(app) == "HomeScreen"
        assert app.desk.session.identity.people == ("检查员乙",)
        assert app.desk.session.writer != first
        assert "检查员乙" in screen_text(app)


async def test_leaving_the_change_keeps_who_one_was(tmp_path: Path) -> None:
    space = make_space(tmp_path)
    who(space, "检查员甲")
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("1", "8", "escape")
        await pilot.pause()
        assert name(app) == "HomeScreen" and app.identity.name == "检查员甲"


async def test_a_workspace_that_cannot_keep_the_name_still_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = make_space(tmp_path)
    refuse_writing(monkeypatch)
    app = make_app(space)
    async with running(app) as pilot:
        await typed(pilot, "检查员丙")
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "HomeScreen" and app.desk is not None
        assert app.desk.session.read_only


@pytest.mark.parametrize("size", first_of([NARROW, WIDE]))
async def test_hostile_names_are_shown_harmlessly(tmp_path: Path, size: tuple[int, int]) -> None:
    space = make_space(tmp_path)
    app = make_app(space)
    async with running(app, size) as pilot:
        await typed(pilot, "检查员丁")
        await pilot.press("escape")
        for a, b, c in by(3, HOSTILE):
            app.screen._set("name", name=a, team=b, second=c)
            await pilot.pause()
            assert_sound(app)
        assert app.is_running
