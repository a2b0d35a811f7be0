"""Submitting: what is missing and the way there, the list for confirmation, the end and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixture import deduct, finish, item, open_desk, say, some_work, verdict
from helpers import HOSTILE, assert_sound, screen_text
from pages import MIXED, at, name, said, space_with, type_text

from inspect_tui.model.terms import FindingKind
from inspect_tui.rules import actions
from inspect_tui.rules.reading import findings_of_item
from inspect_tui.store.clean import clean_text
from sweeps import first_of


def ready(desk: Any) -> None:
    deduct(desk, "DG01", "GW-01", "岗位责任缺项", 2)
    say(desk, "DG01", FindingKind.GOOD_PRACTICE, "班前五分钟讲风险", "JL-01")
    finish(desk, "DG01", submit=False)


async def open_at(pilot: Any, unit: str = "DG01") -> None:
    pilot.app.open_submit(unit)
    await pilot.pause()


async def test_everything_missing_is_listed_and_enter_goes_there(tmp_path: Path) -> None:
    space = space_with(tmp_path, lambda desk: verdict(desk, "DG01", "GW-02"))
    async with at(space) as pilot:
        await open_at(pilot)
        text = screen_text(pilot.app)
        assert "还有 5 处没有完成" in text and "未查（4）" in text and "进点信息（1）" in text
        await pilot.press("1")
        assert not pilot.app.desk.visit("DG01").submitted and name(pilot.app) == "SubmitScreen"
        await pilot.press("down", "down", "enter")
        await pilot.pause()
        assert name(pilot.app) == "WalkScreen" and pilot.app.screen.stop.row.item.id == "GW-03"
        await open_at(pilot)
        await pilot.press("home", "enter")
        await pilot.pause()
        assert name(pilot.app) == "HeaderScreen"
        await pilot.press("enter", "enter")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert "进点信息（1）" not in screen_text(pilot.app), "coming back must read anew"


async def test_the_walk_is_opened_where_it_is_not_below(tmp_path: Path) -> None:
    async with at(space_with(tmp_path), unit="DG02") as pilot:
        await open_at(pilot)
        await pilot.press("end", "enter")
        await pilot.pause()
        assert name(pilot.app) == "WalkScreen"
        assert (pilot.app.screen.stop.unit, pilot.app.screen.stop.row.item.id) == ("DG01", "JL-02")


async def test_two_opinions_and_reworded_items_stand_in_the_way(tmp_path: Path) -> None:
    space = space_with(tmp_path, ready)
    from fixture import CHECKLIST, round_raw, who

    who(space, "检查员乙")
    desk = open_desk(space)
    verdict(desk, "DG01", "JL-01", "fail")
    desk.session.close()
    changed = CHECKLIST["sections"][1]["items"][1] | {"text": "学习内容与岗位实际相结合，每月一篇"}
    sections = [
        CHECKLIST["sections"][0],
        CHECKLIST["sections"][1] | {"items": [CHECKLIST["sections"][1]["items"][0], changed]},
    ]
    space.save_round(round_raw(checklists=[CHECKLIST | {"sections": sections}], pack_version=2))
    async with at(space) as pilot:
        await open_at(pilot)
        text = screen_text(pilot.app)
        assert "两种意见（1）" in text and "需重看（1）" in text


async def test_the_list_is_confirmed_and_submitted_in_one_change(tmp_path: Path) -> None:
    async with at(space_with(tmp_path, ready)) as pilot:
        app = pilot.app
        await open_at(pilot)
        text = screen_text(app)
        for words in ("九项岗位责任缺2项（较重，缺项）", "班前五分钟讲风险", "得分 90.0", "确认人：党小组长"):
            assert words in text, words
        await pilot.press("2")
        await type_text(pilot, "第1条责任清单在修订中")
        assert "单位异议：第1条责任清单在修订中" in screen_text(app)
        await pilot.press("3")
        app.screen.field.set_value("王副组长")
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("1", "enter")
        assert not app.desk.visit("DG01").submitted, "Enter on a confirm must be the safe answer"
        before = len(app.desk.state.changes)
        await pilot.press("1", "1")
        await pilot.pause()
        visit = app.desk.visit("DG01")
        assert visit.submitted and visit.confirmed_by == "王副组长"
        assert visit.objection == "第1条责任清单在修订中"
        assert len(app.desk.state.changes) == before + 1
        assert "已提交：检查员甲" in screen_text(app) and "只读" in said(app)


async def test_the_counterpart_confirms_unless_another_is_named(tmp_path: Path) -> None:
    async with at(space_with(tmp_path, ready)) as pilot:
        await open_at(pilot)
        before = set(pilot.app.desk.state.changes)
        await pilot.press("1", "1")
        await pilot.pause()
        (change,) = [c for i, c in pilot.app.desk.state.changes.items() if i not in before]
        assert {e.field: e.value for e in change.body.edits} == {
            "confirmed_by": "党小组长",
            "submitted": True,
        }


async def test_what_is_handed_over_is_not_on_the_list_the_unit_sees(tmp_path: Path) -> None:
    def work(desk: Any) -> None:
        ready(desk)
        (found,) = findings_of_item(desk.state, "DG01", "small", item(desk, "GW-01"))
        desk.commit("DG01", [actions.set_field(desk.state, found.key, "referred", True)], "移交")

    async with at(space_with(tmp_path, work)) as pilot:
        await open_at(pilot)
        assert "九项岗位责任缺" not in screen_text(pilot.app)


async def test_a_submitted_visit_is_opened_again_with_a_reason(tmp_path: Path) -> None:
    async with at(space_with(tmp_path, some_work)) as pilot:
        await open_at(pilot)
        await pilot.press("1", "2", "3")
        assert name(pilot.app) == "SubmitScreen"
        await pilot.press("4")
        await type_text(pilot, "漏记一条")
        assert not pilot.app.desk.visit("DG01").submitted
        assert "重新打开的原因：漏记一条" in screen_text(pilot.app)


async def test_a_unit_not_reached_submits_with_its_reason_only(tmp_path: Path) -> None:
    async with at(space_with(tmp_path, some_work), unit="DG03") as pilot:
        await open_at(pilot, "DG03")
        assert "未能进点：道路不通" in screen_text(pilot.app)
        await pilot.press("1", "1")
        await pilot.pause()
        visit = pilot.app.desk.visit("DG03")
        assert visit.submitted and visit.confirmed_by == ""


async def test_a_held_file_refuses(tmp_path: Path) -> None:
    space = space_with(tmp_path, ready)
    holder = open_desk(space)
    try:
        async with at(space) as pilot:
            await open_at(pilot)
            await pilot.press("1", "2", "3")
            assert name(pilot.app) == "SubmitScreen" and "只能看" in said(pilot.app)
    finally:
        holder.session.close()


@pytest.mark.parametrize("size", first_of([(80, 24), (120, 40)]))
async def test_hostile_words(tmp_path: Path, size: tuple[int, int]) -> None:
    def work(desk: Any) -> None:
        ready(desk)
        for text in HOSTILE:
            if clean_text(text).strip():
                say(desk, "DG01", FindingKind.DEFICIENCY, clean_text(text), "GW-01")

    async with at(space_with(tmp_path, work), size=size) as pilot:
        await open_at(pilot)
        assert_sound(pilot.app)
        for key in ("pagedown",) * 3 + ("end",):
            await pilot.press(key)
            assert_sound(pilot.app)
        await pilot.press("2")
        await type_text(pilot, MIXED)
        assert_sound(pilot.app)
        await pilot.press("3")
        await type_text(pilot, "[@click=app.quit]\x1b[31m")
        assert_sound(pilot.app)
        await pilot.press("1")
        assert_sound(pilot.app)


async def test_long_problems_are_wrapped_to_the_window_and_read_in_full(tmp_path: Path) -> None:
    def work(desk: Any) -> None:
        ready(desk)
        say(desk, "DG01", FindingKind.DEFICIENCY, "岗" * 70 + "尾", "GW-02")

    async with at(space_with(tmp_path, work), size=(120, 40)) as pilot:
        await open_at(pilot)
        wide = [line for line in screen_text(pilot.app).split("\n") if "岗岗" in line]
        assert len(wide) == 2 and wide[0].count("岗") > 45
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        narrow = [line for line in screen_text(pilot.app).split("\n") if "岗岗" in line]
        assert sum(line.count("岗") for line in narrow) == 70 and len(narrow) >= 2
        assert "尾" in narrow[-1]
