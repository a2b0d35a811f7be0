"""The returned list on the inspector's laptop: opened by a receipt, walking to each item, emptied by work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixture import LOOKS, NOW, ROUND, make_app, make_space, open_desk, running, shown, told, who
from helpers import HOSTILE, assert_sound, check_golden, screen_text
from lead_work import handed_in, lead_space, until, work_of_b
from lead_work import quiet_home as quiet_home
from pages import MIXED, name

from inspect_tui.exchange.receipt import write_receipt
from inspect_tui.exchange.received import scan_for, take
from inspect_tui.model.terms import Role
from inspect_tui.rules.reviewing import return_unit
from inspect_tui.store.workspace import Workspace
from sweeps import first_of

REASONS = {("small", "GW-01"): "岗位牌上只缺一项，请重看", ("small", "JL-02"): "笔记没有日期"}


def laptop(folder: Path, reasons: dict[tuple[str, str], str] = REASONS) -> tuple[Workspace, Path]:
    """检查员乙's laptop after handing in, and the receipt that returns some of it."""
    path = handed_in(folder, "检查员乙", "T1", work_of_b)
    space = lead_space(folder)
    take(space, ROUND, scan_for(space, ROUND, [path]), "检查员甲", NOW)
    desk = open_desk(space)
    desk.commit_lead(return_unit(desk.state, "DG01", "有两处要重看", reasons), "退回")
    receipt = write_receipt(desk.session, "检查员乙")
    desk.session.close()
    return Workspace(folder / "电脑-检查员乙"), receipt


async def taken(pilot: Any) -> None:
    """From the start with a receipt to the returned list."""
    await until(pilot, lambda: name(pilot.app) == "MergeLookScreen" and not pilot.app.screen.busy)
    await pilot.press("1")
    await until(pilot, lambda: name(pilot.app) == "ReturnedScreen")


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    label = "normal" if look == "nocolor" else look
    update = update_goldens and look != "nocolor"
    space, receipt = laptop(Path())
    async with shown(monkeypatch, space, size, look, pack=receipt) as pilot:
        await taken(pilot)
        assert_sound(pilot.app)
        check_golden(f"returned-{size[0]}x{size[1]}-{label}", screen_text(pilot.app), update)
        await pilot.press("enter")
        await pilot.pause()
        assert_sound(pilot.app)
        assert "组长退回重查：岗位牌上只缺一项" in screen_text(pilot.app)


async def test_a_receipt_opens_the_list_and_judging_anew_empties_it(tmp_path: Path) -> None:
    space, receipt = laptop(tmp_path)
    app = make_app(space, pack=receipt)
    async with running(app, notifications=True) as pilot:
        await until(pilot, lambda: name(app) == "MergeLookScreen" and not app.screen.busy)
        assert app.screen.verdict(app.screen.files[0]) == ("回执", "pass")
        assert "缺口" not in screen_text(app), "a receipt is an excerpt"
        await pilot.press("1")
        await until(pilot, lambda: name(app) == "ReturnedScreen")
        text = screen_text(app)
        assert "还有 2 项" in text and "有两处要重看" in text
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "WalkScreen" and app.screen.stop.row.item.id == "GW-01"
        await pilot.press("1")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert "还有 1 项" in screen_text(app) and app.screen.current.item.item == "JL-02"
        await pilot.press("enter", "1", "escape")
        await pilot.pause()
        assert "请到提交页再提交一次" in screen_text(app)
        assert not app.desk.visit("DG01").submitted


async def test_the_same_receipt_again_is_up_to_date(tmp_path: Path) -> None:
    space, receipt = laptop(tmp_path)
    app = make_app(space, pack=receipt)
    async with running(app) as pilot:
        await taken(pilot)
    app = make_app(space, pack=receipt)
    async with running(app) as pilot:
        await until(pilot, lambda: name(app) == "MergeLookScreen" and not app.screen.busy)
        assert app.screen.verdict(app.screen.files[0])[0] == "已是最新"
        await pilot.press("escape")
        await pilot.pause()
        assert name(app) == "HomeScreen"
        await pilot.press("f8", "8")
        await pilot.pause()
        assert name(app) == "ReturnedScreen" and "还有 2 项" in screen_text(app)


async def test_without_the_round_it_says_what_to_do(tmp_path: Path) -> None:
    _, receipt = laptop(tmp_path)
    bare = make_space(tmp_path / "空", rounds=False)
    who(bare, "检查员乙", "T1", role=Role.INSPECTOR)
    app = make_app(bare, pack=receipt)
    async with running(app, notifications=True) as pilot:
        await pilot.pause()
        assert name(app) == "HomeScreen" and "请先收组长的发包文件" in told(app)


async def test_nothing_returned_says_so(tmp_path: Path) -> None:
    space = make_space(tmp_path)
    who(space)
    app = make_app(space)
    async with running(app) as pilot:
        app.open_returned()
        await pilot.pause()
        assert "没有退回的检查项" in screen_text(app)
        await pilot.press("enter")
        assert app.is_running


@pytest.mark.parametrize("size", first_of([(80, 24), (120, 40)]))
async def test_hostile_words_do_no_harm(tmp_path: Path, size: tuple[int, int]) -> None:
    from inspect_tui.store.clean import clean_text

    space, receipt = laptop(tmp_path, {("small", "GW-01"): clean_text(MIXED)})
    app = make_app(space, pack=receipt)
    async with running(app, size) as pilot:
        await taken(pilot)
        assert_sound(app)
        app.screen._told = [(text, [text]) for text in HOSTILE]
        app.screen.refill()
        for _ in range(len(HOSTILE)):
            await pilot.press("down")
            await pilot.pause()
            assert_sound(app)
        await pilot.press("home", "down", "enter")
        await pilot.pause()
        assert name(app) == "WalkScreen"
        assert_sound(app)
