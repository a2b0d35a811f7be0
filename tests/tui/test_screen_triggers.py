"""Red lines and vetoes: recorded only with a fact and a confirm, taken back only by who recorded them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixture import CHECKLIST, who
from helpers import HOSTILE, assert_sound, screen_text
from pages import MIXED, at, name, said, space_with, type_text

from inspect_tui.rules import actions
from inspect_tui.rules.reading import read_hits
from inspect_tui.store.clean import clean_text
from sweeps import first_of


def hits(app: Any) -> list[tuple[str, str]]:
    return [(h.trigger, h.fact) for h in read_hits(app.desk.state, "DG01")]


async def open_at(pilot: Any, ask: tuple[str, str] | None = None) -> None:
    if ask is None:
        pilot.app.open_triggers("DG01")
    else:
        pilot.app.ask_trigger("DG01", *ask)
    await pilot.pause()


def recorded(desk: Any) -> None:
    desk.commit("DG01", [actions.hit_trigger(desk.state, "DG01", "small", "RL-01", "补签三个月")], "红线")


async def test_nothing_is_recorded_without_a_fact_and_a_confirm(tmp_path: Path) -> None:
    async with at(space_with(tmp_path)) as pilot:
        await open_at(pilot)
        await pilot.press("enter")
        assert "写事实和依据，不写推断" in screen_text(pilot.app)
        await pilot.press("enter")
        assert name(pilot.app) == "TextPrompt", "an empty fact must not pass"
        await type_text(pilot, "10月记录为11月补签")
        assert "取消该单位当季流动红旗评比资格" in screen_text(pilot.app)
        await pilot.press("enter")
        assert hits(pilot.app) == [], "Enter on a confirm must be the safe answer"
        await pilot.press("enter")
        assert pilot.app.screen.field.value == "10月记录为11月补签", "the fact stays as a draft"
        await pilot.press("enter", "1")
        assert hits(pilot.app) == [("RL-01", "10月记录为11月补签")]
        assert "已记录" in screen_text(pilot.app)
        await pilot.press("ctrl+z")
        assert hits(pilot.app) == []


async def test_closing_the_window_while_writing_the_fact_records_nothing_but_keeps_the_words(
    tmp_path: Path,
) -> None:
    space = space_with(tmp_path)
    async with at(space) as pilot:
        await open_at(pilot)
        await pilot.press("enter")
        pilot.app.screen.field.insert_text("写到一半")
        pilot.app.save_drafts()
        assert hits(pilot.app) == []
    async with at(space) as pilot:
        await open_at(pilot)
        await pilot.press("enter")
        assert pilot.app.screen.field.value == "写到一半"


async def test_taking_back_needs_a_confirm_and_the_own_hand(tmp_path: Path) -> None:
    space = space_with(tmp_path, recorded)
    async with at(space) as pilot:
        await open_at(pilot)
        await pilot.press("4", "2")
        assert hits(pilot.app)
        await pilot.press("delete", "1")
        assert hits(pilot.app) == []


async def test_another_inspectors_record_is_not_taken_back(tmp_path: Path) -> None:
    space = space_with(tmp_path, recorded, name="检查员乙")
    who(space, "检查员甲")
    async with at(space) as pilot:
        await open_at(pilot)
        await pilot.press("4")
        assert "只能由本人撤回" in said(pilot.app) and name(pilot.app) == "TriggersScreen"
        await pilot.press("enter")
        await type_text(pilot, "我也看到了")
        await pilot.press("1")
        assert "事实：补签三个月" in screen_text(pilot.app) and "事实：我也看到了" in screen_text(pilot.app)


async def test_a_deduction_that_names_one_asks_at_once(tmp_path: Path) -> None:
    async with at(space_with(tmp_path)) as pilot:
        walk = name(pilot.app)
        await open_at(pilot, ("small", "RL-01"))
        assert "要记录吗" in screen_text(pilot.app)
        await pilot.press("2")
        await pilot.pause()
        assert name(pilot.app) == walk and hits(pilot.app) == []
        await open_at(pilot, ("small", "RL-01"))
        await pilot.press("1")
        await type_text(pilot, "照抄上月")
        await pilot.press("1")
        await pilot.pause()
        assert hits(pilot.app) == [("RL-01", "照抄上月")] and name(pilot.app) == walk
        await open_at(pilot, ("small", "RL-01"))
        await pilot.pause()
        assert "已有记录" in said(pilot.app) and name(pilot.app) == walk


async def test_two_red_lines_asked_about_at_once_each_have_their_turn(tmp_path: Path) -> None:
    async with at(space_with(tmp_path)) as pilot:
        walk = name(pilot.app)
        pilot.app.ask_trigger("DG01", "small", "RL-01")
        pilot.app.ask_trigger("DG01", "small", "V-01")
        await pilot.pause()
        await pilot.pause()
        assert "V-01" in screen_text(pilot.app) and "要记录吗" in screen_text(pilot.app)
        await pilot.press("2")
        await pilot.pause()
        await pilot.pause()
        assert "RL-01" in screen_text(pilot.app) and "要记录吗" in screen_text(pilot.app)
        await pilot.press("2")
        await pilot.pause()
        assert name(pilot.app) == walk


async def test_an_unknown_trigger_is_said_and_recorded_nowhere(tmp_path: Path) -> None:
    async with at(space_with(tmp_path)) as pilot:
        await open_at(pilot, ("small", "RL-77"))
        await pilot.pause()
        assert "没有这一条红线" in said(pilot.app) and hits(pilot.app) == []


async def test_a_submitted_visit_refuses(tmp_path: Path) -> None:
    def work(desk: Any) -> None:
        desk.commit("DG01", [actions.submit(desk.state, "DG01")], "提交")

    async with at(space_with(tmp_path, work)) as pilot:
        await open_at(pilot)
        await pilot.press("enter", "4")
        assert name(pilot.app) == "TriggersScreen" and "已提交" in said(pilot.app)


@pytest.mark.parametrize("size", first_of([(80, 24), (120, 40)]))
async def test_hostile_words(tmp_path: Path, size: tuple[int, int]) -> None:
    words = [clean_text(text) for text in HOSTILE if clean_text(text).strip()]
    triggers = [
        {"id": f"H-{place:02}", "text": text, "effect": ("red_line", "veto", "alert", "check")[place % 4]}
        for place, text in enumerate(words)
    ]
    space = space_with(tmp_path, checklists=[CHECKLIST | {"triggers": [*CHECKLIST["triggers"], *triggers]}])
    async with at(space, size=size) as pilot:
        await open_at(pilot)
        for place in range(2, 2 + len(words)):
            pilot.app.screen.list.move_to(place)
            await pilot.pause()
            assert_sound(pilot.app)
        await pilot.press("enter")
        assert_sound(pilot.app)
        await type_text(pilot, MIXED)
        assert_sound(pilot.app)
        await pilot.press("1")
        assert_sound(pilot.app)
        assert len(hits(pilot.app)) == 1
