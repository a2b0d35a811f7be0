"""Packs: made for a team or for all; looked at before they are taken; nothing answered is ever lost."""

from __future__ import annotations

import copy
import errno
import json
from pathlib import Path
from typing import Any

import pytest
from fixture import (
    CHECKLIST,
    LOOKS,
    NARROW,
    ROUND,
    TEAMS,
    WIDE,
    by,
    make_app,
    make_space,
    open_desk,
    refuse_writing,
    round_raw,
    running,
    shown,
    told,
    verdict,
    who,
    write_json,
)
from helpers import HOSTILE, assert_sound, check_golden, screen_text

from inspect_tui.exchange.pack import pack_raw
from inspect_tui.store.clean import clean_text
from inspect_tui.store.workspace import Workspace
from sweeps import first_of


def name(app: Any) -> str:
    return type(app.screen).__name__


def pack(folder: Path, team: str = "T1", **changed: Any) -> Path:
    """A pack file as it arrives."""
    path = folder / "发包-来件.json"
    raw = round_raw(**changed)
    units = next((tuple(t["units"]) for t in raw["teams"] if t["id"] == team), ())
    path.write_bytes(pack_raw(raw, team, units, "2026-11-19T08:00:00+08:00", "组长"))
    return path


def amended() -> dict[str, Any]:
    """The round one version on, an item reworded."""
    checklist = copy.deepcopy(CHECKLIST)
    checklist["sections"][0]["items"][0]["text"] = "十项岗位责任齐全，每项都有责任人"
    return {"checklists": [checklist], "pack_version": 2}


# -------------------------------------------------------------------- making


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_packing_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    space = make_space(Path("检查"))
    who(space)
    async with shown(monkeypatch, space, size, look) as pilot:
        await pilot.press("1", "3", "2")
        await pilot.pause()
        assert_sound(pilot.app)
        label = "normal" if look == "nocolor" else look
        text = screen_text(pilot.app)
        check_golden(f"packing-{size[0]}x{size[1]}-{label}", text, update_goldens and look != "nocolor")


async def test_one_file_per_team_and_one_for_all(tmp_path: Path) -> None:
    space = make_space(tmp_path)
    who(space)
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("1", "3", "3", "1")
        assert screen_text(app).count("已生成：") == 2
    names = sorted(p.name for p in space.exports_dir.glob("*.json"))
    assert names == [
        "发包-2026年第四季度回头看-20261120.json",
        "发包-2026年第四季度回头看-第2检查组-20261120.json",
    ]
    held = json.loads((space.exports_dir / names[1]).read_text(encoding="utf-8"))
    assert (held["team"], held["units"], held["made_by"]) == ("T2", ["DG05", "DG06"], "检查员甲")


async def test_secret_rounds_are_not_packed(tmp_path: Path) -> None:
    space = make_space(tmp_path, secrecy="secret")
    who(space)
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("1", "3", "enter")
        assert "机要渠道" in screen_text(app).replace("\n ", "")
    assert not list(space.exports_dir.iterdir())


async def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space = make_space(tmp_path)
    who(space)
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("1", "3")
        refuse_writing(monkeypatch, errno.ENOSPC)
        await pilot.press("enter")
        assert "磁盘已满" in screen_text(app)
        monkeypatch.undo()
        await pilot.press("enter")
        assert "已生成：" in screen_text(app) and "磁盘已满" not in screen_text(app)


# -------------------------------------------------------------------- taking


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_taking_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    space = make_space(tmp_path / "检查")
    who(space)
    desk = open_desk(space)
    verdict(desk, "DG01", "GW-01")
    desk.session.close()
    path = pack(tmp_path, **amended())
    async with shown(monkeypatch, space, size, look, pack=path) as pilot:
        assert_sound(pilot.app)
        label = "normal" if look == "nocolor" else look
        text = screen_text(pilot.app)
        check_golden(f"take-pack-{size[0]}x{size[1]}-{label}", text, update_goldens and look != "nocolor")


async def test_a_new_pack_in_an_empty_folder_makes_a_workspace_below(tmp_path: Path) -> None:
    root = tmp_path / "桌面"
    root.mkdir()
    app = make_app(root, pack=pack(tmp_path))
    async with running(app) as pilot:
        assert "还不是工作文件夹" in screen_text(app) and "第1检查组" in screen_text(app)
        assert not any(root.iterdir())
        await pilot.press("enter", "2")
        await pilot.pause()
        assert app.space.root == root / "2026年第四季度回头看"
        assert name(app) == "TextPrompt"
        app.screen.field.insert_text("检查员乙")
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "HomeScreen" and app.desk.round.id == ROUND
        assert app.identity.team == "T1"


async def test_a_pack_in_the_very_folder(tmp_path: Path) -> None:
    root = tmp_path / "检查"
    root.mkdir()
    app = make_app(root, pack=pack(tmp_path))
    async with running(app) as pilot:
        await pilot.press("enter", "1")
        await pilot.pause()
        assert app.space.root == root and Workspace.is_workspace(root)
        assert [e.id for e in app.space.rounds()] == [ROUND]


async def test_not_taking_writes_nothing(tmp_path: Path) -> None:
    root = tmp_path / "检查"
    root.mkdir()
    app = make_app(root, pack=pack(tmp_path))
    async with running(app) as pilot:
        await pilot.press("escape")
        await pilot.pause()
    assert not any(root.iterdir())


async def test_an_amended_pack_says_what_needs_a_fresh_look_and_keeps_every_answer(tmp_path: Path) -> None:
    space = make_space(tmp_path / "检查")
    who(space)
    desk = open_desk(space)
    verdict(desk, "DG01", "GW-01")
    verdict(desk, "DG01", "GW-02")
    desk.session.close()
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        app.open_pack(pack(tmp_path, **amended()))
        await pilot.pause()
        assert "更新版" in screen_text(app) and "其中1项已查过" in screen_text(app)
        assert app.space.round(ROUND).round.pack_version == 1
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "HomeScreen" and app.desk.round.pack_version == 2
        assert "需重看" in told(app)
        sheet = app.desk.sheet("DG01")
        assert [a.verdict.value for a in sheet.answers[:2]] == ["pass", "pass"]
        assert [a.stale for a in sheet.answers[:2]] == [True, False]


@pytest.mark.parametrize(("version", "held", "word"), [(1, 1, "已经收过"), (1, 2, "旧版")])
async def test_known_and_older_packs_change_nothing(
    tmp_path: Path, version: int, held: int, word: str
) -> None:
    space = make_space(tmp_path / "检查", pack_version=held)
    who(space)
    before = (space.round_dir(ROUND) / "round.json").read_bytes()
    app = make_app(space, pack=pack(tmp_path, pack_version=version))
    async with running(app) as pilot:
        assert word in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "HomeScreen"
    assert (space.round_dir(ROUND) / "round.json").read_bytes() == before


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda f: write_json(f / "x.json", {"format": "inspect-tui/roster"}), "不能收"),
        (lambda f: f / "没有这个文件.json", "不能收"),
        (lambda f: write_json(f / "x.json", [1, 2]), "不能收"),
        (lambda f: pack(f, created="2020-01-01T00:00:00+08:00"), "不是同一轮"),
    ],
)
async def test_what_is_no_sound_pack_is_refused_with_its_faults(
    tmp_path: Path, make: Any, words: str
) -> None:
    space = make_space(tmp_path / "检查")
    who(space)
    app = make_app(space, pack=make(tmp_path))
    async with running(app) as pilot:
        assert words in screen_text(app)
        await pilot.press("enter")
        assert name(app) == "TakePackScreen"
        await pilot.press("escape")
        await pilot.pause()
        assert name(app) == "HomeScreen"


async def test_a_disk_that_refuses_leaves_the_old_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = make_space(tmp_path / "检查")
    who(space)
    app = make_app(space)
    async with running(app) as pilot:
        app.open_pack(pack(tmp_path, **amended()))
        await pilot.pause()
        refuse_writing(monkeypatch, errno.ENOSPC)
        await pilot.press("enter")
        await pilot.pause()
        assert "没有收成" in screen_text(app) and "磁盘已满" in screen_text(app)
        monkeypatch.undo()
        await pilot.press("escape")
        await pilot.pause()
        assert name(app) == "HomeScreen" and app.desk.round.pack_version == 1


async def test_the_menu_finds_packs_nearby_and_takes_a_dragged_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "家")
    space = make_space(tmp_path / "检查")
    who(space)
    loads = tmp_path / "家" / "下载"
    loads.mkdir(parents=True)
    path = pack(loads, **amended())
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("1", "4")
        assert path.name in screen_text(app)
        await pilot.press("1")
        await pilot.pause()
        assert name(app) == "TakePackScreen" and app.screen.path == path
        await pilot.press("escape", "1", "4", "2")
        app.screen.field.insert_text(f"'{path}'")
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "TakePackScreen" and app.screen.path == path


@pytest.mark.parametrize("size", first_of([NARROW, WIDE]))
async def test_hostile_packs_do_no_harm(tmp_path: Path, size: tuple[int, int]) -> None:
    space = make_space(tmp_path / "检查")
    who(space)
    app = make_app(space)
    async with running(app, size) as pilot:
        for group in by(5, HOSTILE):
            # What a pack may hold at all, and then its file as it comes.
            a, b, c, d, e = (clean_text(text, newlines=False) for text in group)
            teams = [{**TEAMS[0], "name": a, "lead": b, "members": [c]}, TEAMS[1]]
            checklist = {**CHECKLIST, "title": d}
            app.open_pack(pack(tmp_path, title=e, teams=teams, checklists=[checklist], pack_version=3))
            await pilot.pause()
            assert_sound(app)
            app.pop_screen()
        app.open_pack(write_json(tmp_path / "y.json", {"format": "inspect-tui/pack", "round": HOSTILE}))
        await pilot.pause()
        assert_sound(app)
        assert app.is_running
