"""Freezing on screen: not while questions stand open; the code; later what has broken the seal."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fixture import LOOKS, deduct, make_app, running, shown, told, verdict, who
from helpers import assert_sound, check_golden, screen_text
from lead_work import hostile_work, merged
from lead_work import quiet_home as quiet_home
from pages import MIXED, name, type_text
from test_screen_review import settle_all

from inspect_tui.model.terms import Role
from inspect_tui.rules.deciding import questions, settle
from inspect_tui.rules.sealing import read_freeze


async def freeze(pilot: Any) -> None:
    pilot.app.open_freeze()
    await pilot.pause()


def standing(app: Any) -> Any:
    return read_freeze(app.desk.state, app.desk.round)


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    label = "normal" if look == "nocolor" else look
    update = update_goldens and look != "nocolor"
    # The code follows every sealed word; it is fixed so that the pictures can be compared.
    monkeypatch.setattr("inspect_tui.rules.sealing.short_seal", lambda _: "7F3K-9QXM")
    async with shown(monkeypatch, merged(tmp_path), size, look) as pilot:
        app = pilot.app
        await freeze(pilot)
        assert_sound(app)
        check_golden(f"freeze-open-{size[0]}x{size[1]}-{label}", screen_text(app), update)
        settle_all(app)
        await pilot.pause()
        await pilot.press("1", "1")
        await pilot.pause()
        assert_sound(app)
        check_golden(f"freeze-whole-{size[0]}x{size[1]}-{label}", screen_text(app), update)
        deduct(app.desk, "DG05", "GW-01", "岗位责任缺项", 2)
        await pilot.pause()
        text = re.sub(r"编号[0-9a-f]{8}", "编号00000000", screen_text(app))
        check_golden(f"freeze-broken-{size[0]}x{size[1]}-{label}", text, update)


async def test_what_stands_open_is_listed_and_enter_goes_there(tmp_path: Path) -> None:
    app = make_app(merged(tmp_path))
    async with running(app, notifications=True) as pilot:
        await freeze(pilot)
        assert "还有2处没有裁定" in screen_text(app)
        await pilot.press("1")
        await pilot.pause()
        assert standing(app) is None and "按回车去裁定" in told(app)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert name(app) == "DecideScreen" and app.screen.current.item == "GW-02"
        await pilot.press("1", "1")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert "还有1处没有裁定" in screen_text(app)


async def test_frozen_whole_then_broken_then_frozen_anew_with_a_reason(tmp_path: Path) -> None:
    app = make_app(merged(tmp_path))
    async with running(app, notifications=True) as pilot:
        settle_all(app)
        await freeze(pilot)
        await pilot.press("1", "2")
        await pilot.pause()
        assert standing(app) is None
        await pilot.press("1", "1")
        await pilot.pause()
        first = standing(app)
        assert first.whole and first.short in screen_text(app) and "封存完好" in screen_text(app)
        await pilot.press("1")
        await pilot.pause()
        assert "已经封存" in told(app)
        verdict(app.desk, "DG05", "GW-01", "fail")
        await pilot.pause()
        text = re.sub(r"\n\s*", "", screen_text(app))
        assert "封存已被改动" in text and "检查员甲" in text and "GW-01的结论：不符合" in text
        await pilot.press("1")
        await pilot.pause()
        await type_text(pilot, "补查一项")
        again = standing(app)
        assert again.whole and again.reason == "补查一项" and again.short != first.short
        assert "封存完好" in screen_text(app)


async def test_an_inspector_freezes_nothing(tmp_path: Path) -> None:
    space = merged(tmp_path)
    app = make_app(space)
    async with running(app) as pilot:
        settle_all(app)
    who(space, "检查员戊", "T1", role=Role.INSPECTOR)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await freeze(pilot)
        await pilot.press("1")
        await pilot.pause()
        assert "由组长来做" in told(app) and standing(app) is None


async def test_hostile_words_do_no_harm(tmp_path: Path) -> None:
    app = make_app(merged(tmp_path, hostile_work))
    async with running(app) as pilot:
        await freeze(pilot)
        assert_sound(app)
        settle_all(app)
        for question in questions(app.desk.state, app.desk.round):
            edit = settle(app.desk.state, question.record, question.field, question.sides[0], MIXED)
            app.desk.commit_lead([edit], MIXED)
        await pilot.press("1", "1")
        await pilot.pause()
        verdict(app.desk, "DG05", "JL-02")
        await pilot.pause()
        await pilot.press("1")
        await pilot.pause()
        await type_text(pilot, MIXED)
        assert_sound(app)
        assert standing(app) is not None
