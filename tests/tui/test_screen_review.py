"""Review on screen: accepting locks, returning opens again with a reason per item, receipts tell it."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from fixture import LOOKS, make_app, refuse_writing, running, settle, shown, told, who
from helpers import HOSTILE, assert_sound, check_golden, screen_text
from lead_work import hostile_work, merged
from lead_work import quiet_home as quiet_home
from pages import MIXED, name, type_text

from inspect_tui.exchange.receipt import read_receipt
from inspect_tui.model.terms import Role
from inspect_tui.rules.deciding import bulk
from inspect_tui.rules.reviewing import returned_items


async def review(pilot: Any) -> None:
    pilot.app.open_review()
    await pilot.pause()


def settle_all(app: Any) -> None:
    """Settle every question by 检查员乙."""
    chosen = bulk(app.desk.state, app.desk.round, "检查员乙")
    for edits in chosen.edits(app.desk.state, "当面核对过").values():
        app.desk.commit_lead(edits, "裁定")


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    label = "normal" if look == "nocolor" else look
    update = update_goldens and look != "nocolor"
    async with shown(monkeypatch, merged(Path()), size, look) as pilot:
        await review(pilot)
        assert_sound(pilot.app)
        check_golden(f"review-{size[0]}x{size[1]}-{label}", screen_text(pilot.app), update)
        await pilot.press("2", "space")
        await pilot.pause()
        await type_text(pilot, "岗位牌上只缺一项，请重看")
        check_golden(f"returning-{size[0]}x{size[1]}-{label}", screen_text(pilot.app), update)
        await pilot.press("1", "1")
        await pilot.pause()
        await pilot.press("4")
        await pilot.pause()
        assert_sound(pilot.app)
        check_golden(f"review-returned-{size[0]}x{size[1]}-{label}", screen_text(pilot.app), update)


async def test_accepting_waits_for_decisions_then_locks_until_withdrawn(tmp_path: Path) -> None:
    app = make_app(merged(tmp_path))
    async with running(app, notifications=True) as pilot:
        await review(pilot)
        await pilot.press("1")
        await pilot.pause()
        assert "请先裁定" in told(app) and not app.desk.visit("DG01").accepted
        settle_all(app)
        await pilot.press("1")
        await pilot.pause()
        assert app.desk.visit("DG01").accepted and "认可 1/6" in screen_text(app)
        await pilot.press("up", "enter", "1")
        await pilot.pause()
        assert name(app) == "WalkScreen" and "已锁定" in told(app)
        before = len(app.desk.state.changes)
        await pilot.press("ctrl+z", "enter", "9")
        await pilot.pause()
        assert name(app) == "WalkScreen" and len(app.desk.state.changes) == before
        await pilot.press("escape", "2")
        await pilot.pause()
        assert "要退回请先按 3 收回" in told(app)
        await pilot.press("3")
        await pilot.pause()
        await type_text(pilot, "还要再看")
        assert not app.desk.visit("DG01").accepted


async def test_only_what_was_submitted_is_accepted(tmp_path: Path) -> None:
    app = make_app(merged(tmp_path))
    async with running(app, notifications=True) as pilot:
        await review(pilot)
        await pilot.press("down", "1")
        await pilot.pause()
        assert "还没有提交" in told(app) and not app.desk.visit("DG02").accepted
        await pilot.press("2")
        await pilot.pause()
        assert "不用退回" in told(app) and name(app) == "ReviewScreen"


async def test_returning_takes_a_reason_for_each_item_and_is_undone(tmp_path: Path) -> None:
    app = make_app(merged(tmp_path))
    async with running(app, notifications=True) as pilot:
        await review(pilot)
        await pilot.press("2", "1")
        await pilot.pause()
        assert "请先选" in told(app)
        await pilot.press("home", "space")
        await pilot.pause()
        await type_text(pilot, "请重看岗位牌")
        await pilot.press("end", "enter")
        await pilot.pause()
        await type_text(pilot, "笔记没有日期")
        await pilot.press("space")
        await pilot.pause()
        assert list(app.screen.items.values()) == ["请重看岗位牌"]
        await pilot.press("space")
        await pilot.pause()
        await type_text(pilot, "笔记没有日期")
        await pilot.press("f10", "2")
        await pilot.pause()
        assert not returned_items(app.desk.state, "DG01"), "the safe answer returns nothing"
        await pilot.press("1", "1")
        await pilot.pause()
        assert name(app) == "ReviewScreen" and app.desk.visit("DG01").returned
        told_back = {r.item: r.reason for r in returned_items(app.desk.state, "DG01")}
        assert told_back == {"GW-01": "请重看岗位牌", "JL-02": "笔记没有日期"}
        assert "待重查2项" in screen_text(app) and not app.desk.visit("DG01").submitted
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert not returned_items(app.desk.state, "DG01") and app.desk.visit("DG01").submitted


async def test_a_receipt_for_everybody_with_its_place(tmp_path: Path) -> None:
    space = merged(tmp_path)
    app = make_app(space)
    async with running(app) as pilot:
        await review(pilot)
        await pilot.press("2", "home", "space")
        await pilot.pause()
        await type_text(pilot, "请重看岗位牌")
        await pilot.press("1", "1", "4")
        await pilot.pause()
        names = sorted(path.name for path in space.exports_dir.glob("回执-*.json"))
        assert names == ["回执-检查员丙-20261120.json", "回执-检查员乙-20261120.json"]
        assert "已写好2份回执" in screen_text(app) and names[0] in screen_text(app)
        receipt = read_receipt(space.exports_dir / names[1])
        assert receipt.head.inspector == "检查员乙"
        assert [(t.kind, t.reason) for t in receipt.told if t.kind == "returned_item"] == [
            ("returned_item", "请重看岗位牌")
        ]


async def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space = merged(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await review(pilot)
        await pilot.press("4")
        await pilot.pause()
        assert "不用写" in told(app) and not list(space.exports_dir.iterdir())
        settle_all(app)
        await settle(app, pilot)
        with monkeypatch.context() as patch:
            refuse_writing(patch, errno.ENOSPC)
            await pilot.press("4")
            await pilot.pause()
            assert len(app.screen.failed) == 2 and "没有写成" in app.screen.failed[0]
        await pilot.press("4")
        await pilot.pause()
        assert not app.screen.failed and len(app.screen.written) == 2


async def test_an_inspector_reviews_nothing(tmp_path: Path) -> None:
    space = merged(tmp_path)
    who(space, "检查员戊", "T1", role=Role.INSPECTOR)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await review(pilot)
        for key in ("1", "2", "3", "4"):
            await pilot.press(key)
            await pilot.pause()
            assert name(app) == "ReviewScreen"
        assert "由组长来做" in told(app) and not list(space.exports_dir.glob("回执-*"))


async def test_hostile_words_do_no_harm(tmp_path: Path) -> None:
    app = make_app(merged(tmp_path, hostile_work))
    async with running(app) as pilot:
        await review(pilot)
        assert_sound(app)
        await pilot.press("2", "home", "space")
        await pilot.pause()
        await type_text(pilot, MIXED)
        assert_sound(app)
        await pilot.press("2")
        await pilot.pause()
        await type_text(pilot, MIXED)
        assert_sound(app)
        await pilot.press("1")
        await pilot.pause()
        assert_sound(app)
        await pilot.press("1")
        await pilot.pause()
        assert_sound(app)
        assert app.desk.visit("DG01").returned
        for text in HOSTILE:
            app.screen.failed = [text]
            app.screen.written = [Path(text)]
            app.screen.about_pane.show()
            await pilot.pause()
            assert_sound(app)
