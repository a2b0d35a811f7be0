"""Checklists on screen: faults and figures of each, and a dry walk of which nothing is kept."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from fixture import (
    CHECKLIST,
    NARROW,
    WIDE,
    clock,
    make_app,
    make_space,
    running,
    shown,
    told,
    who,
    write_json,
)
from helpers import HOSTILE, assert_sound, check_golden, screen_text

from inspect_tui.model.terms import Profile, UnitKind
from inspect_tui.rules.reading import findings_of_unit, read_answer
from inspect_tui.store import shipped
from inspect_tui.store.loading import load_checklist
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.trial import TrialApp

PAGE = ("1", "9", "2")


@pytest.fixture(autouse=True)
def nothing_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checklists of the program change with it; a page of the workspace's own stays as it is."""
    monkeypatch.setattr("inspect_tui.exchange.checklist_shelf.shipped_files", list)


def authored(root: Path) -> Workspace:
    """The round's own checklist changed under its old version, and one with mistakes."""
    space = make_space(root)
    who(space)
    changed = json.loads(json.dumps(CHECKLIST))
    changed["sections"][0]["items"][0]["text"] = "九项岗位责任齐全，责任到人"
    changed["sections"][1]["figures"] = ["points", "duties"]
    changed["sections"][1]["items"][1]["applies_to"] = ["safety"]
    changed["sections"][1]["items"].append(
        {"id": "JL-03", "text": "记录保存两年", "points": 4, "applies_to": ["production"]}
    )
    write_json(space.checklists_dir / "small.json", changed)
    wrong = json.loads(json.dumps(CHECKLIST)) | {"id": "wrong"}
    wrong["sections"][0]["items"][0]["severity"] = "moderat"
    wrong["sections"][1]["items"][0]["pionts"] = 4
    write_json(space.checklists_dir / "wrong.json", wrong)
    return space


def tree(root: Path) -> dict[str, str]:
    """Every file under a folder with its hash."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


async def opened(app: Any, pilot: Any, *keys: str) -> None:
    await pilot.press(*PAGE)
    await app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.press(*keys)
    await app.workers.wait_for_complete()
    await pilot.pause()


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], update_goldens: bool
) -> None:
    async with shown(monkeypatch, authored(tmp_path), size) as pilot:
        app, text = pilot.app, ""
        await opened(app, pilot)
        for keys in ((), ("enter",), ("3",), ("4",), ("5",)):
            await pilot.press(*keys)
            await app.workers.wait_for_complete()
            await pilot.pause()
            assert_sound(app)
            text += screen_text(app) + "=" * size[0] + "\n"
        check_golden(f"checklists-{size[0]}x{size[1]}", text, update_goldens)


async def test_faults_are_counted_told_and_read_again(tmp_path: Path) -> None:
    space = authored(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await opened(app, pilot)
        small, wrong = app.screen.shelf
        # The version was not raised though the round holds another content under it.
        assert (small.errors, small.name) == (1, "small.json") and small.faults[0].code == "C31"
        assert wrong.checklist is None and wrong.errors >= 2
        await pilot.press("down", "1")
        assert "还用不上" in told(app)
        await pilot.press("enter")
        assert "moderat" in screen_text(app) and "moderate" in screen_text(app)
        write_json(space.checklists_dir / "wrong.json", CHECKLIST | {"id": "wrong"})
        await pilot.press("6", "2")
        assert "现在没有问题" in told(app) and "wrong.json" in screen_text(app)
        await pilot.press("escape")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert app.screen.current.name == "wrong.json" and app.screen.current.errors == 0


async def test_a_trial_works_like_a_walk_and_leaves_no_trace(tmp_path: Path) -> None:
    space = authored(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        real = app.desk
        assert real is not None
        real.session.flush()
        await opened(app, pilot)
        before = tree(tmp_path)
        await pilot.press("1", "2")
        desk = app.desk
        assert desk is not None and desk is not real and desk.round.practice
        assert "试走，不保存" in screen_text(app) and "[安全型]" in screen_text(app)
        assert [s.row.item.id for s in app.screen.track.stops][-1] == "JL-02", (
            "as this profile would be walked"
        )
        await pilot.press("3", "1", "1", "f5", *"abc", "enter", "f2", "1", "2", "escape")
        unit = desk.units()[0].id
        item = desk.round.item("small", "GW-01")
        assert read_answer(desk.state, unit, "small", item).verdict.value == "fail"
        found = findings_of_unit(desk.state, desk.round, unit, list(desk.round.checklists))
        assert "九项岗位责任缺1项" in [f.text for f in found]
        await pilot.press("ctrl+z", "escape")
        assert "已撤销" in told(app)
        await pilot.press("f6")
        assert "试走党小组" in screen_text(app) and "缺1项" in screen_text(app)
        await pilot.press("f6")
        assert "试走不存文件" in told(app)
        await pilot.press("escape", "f8")
        assert "试走里不能合并" in told(app)
        await pilot.press("f3", *"half")
        app.save_drafts()
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert app.desk is real and "试走结束" in told(app)
        assert "已保存" in screen_text(app)
        await app.workers.wait_for_complete()
        assert tree(tmp_path) == before
        assert real.state.changes == {}, "nor did anything reach the round"


async def test_quitting_amid_a_trial_keeps_what_was_done_before(tmp_path: Path) -> None:
    space = authored(tmp_path)
    app = make_app(space, unit="DG01")
    async with running(app) as pilot:
        await pilot.press("1", "escape")
        await opened(app, pilot, "1", "1")
        assert app.desk.session.trial
        await pilot.press("1", "1")
        app.save_everything()
        assert app.desk is None
    again = make_app(space, unit="DG01")
    async with running(again) as pilot:
        assert [len(again.desk.state.changes), again.desk.session.trial] == [1, False]


async def test_the_command_opens_straight_on_the_walk(tmp_path: Path) -> None:
    source = write_json(tmp_path / "small.json", CHECKLIST)
    checklist, _ = load_checklist(source)
    before = tree(tmp_path)
    app = TrialApp(tmp_path, checklist, UnitKind.PARTY_GROUP, Profile.PRODUCTION, clock=clock)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.pause()
        await pilot.press("1", "1", "enter")
        assert "试走，不保存" in screen_text(app)
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert not app.is_running or app._exit
    assert tree(tmp_path) == before


async def test_hostile_checklists_are_shown_harmless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space = make_space(tmp_path)
    who(space)
    nasty = json.loads(json.dumps(CHECKLIST)) | {"id": "nasty", "revision": "[/]2", "remark": HOSTILE[5]}
    nasty["title"] = "".join(
        h for h in HOSTILE if len(h) < 100 and not any("\ud800" <= c <= "\udfff" for c in h)
    )
    for number, item in enumerate(nasty["sections"][0]["items"]):
        item["text"] = f"{number}" + HOSTILE[number + 3] + "[@click=app.quit]点我"
        item["rubric"] = "缺1项扣1分\x1b]52;c;QQ==\x1b\\[/]"
    write_json(space.checklists_dir / "nasty[/].json", nasty)
    monkeypatch.setattr(shipped, "shipped_files", list)
    app = make_app(space)
    async with running(app) as pilot:
        await opened(app, pilot)
        assert_sound(app)
        for key in ("enter", "4", "5", "1"):
            await pilot.press(key)
            assert_sound(app)
