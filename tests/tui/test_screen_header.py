"""The visit's header: dates, people, 未能进点, the profile put right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixture import verdict, who
from helpers import assert_sound, screen_text
from pages import MIXED, at, name, said, space_with, type_text

from inspect_tui.model.terms import Profile, VisitResult
from inspect_tui.rules import actions
from inspect_tui.tui.screens.header import day_fault, read_day
from sweeps import first_of


def visit(app: Any) -> Any:
    return app.desk.visit("DG01")


async def open_at(pilot: Any, unit: str = "DG01") -> None:
    pilot.app.open_header(unit)
    await pilot.pause()


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-20", "2026-11-20"),
        (" 2026-1-2 ", "2026-01-02"),
        ("2026/11/20", "2026-11-20"),
        ("2026.11.20", "2026-11-20"),
        ("2026年11月20日", "2026-11-20"),
        ("２０２６－１１－２０", "2026-11-20"),
        ("20261120", "2026-11-20"),
        ("2026-02-29", None),
        ("2026-13-01", None),
        ("11-20", None),
        ("昨天", None),
        ("[/]", None),
        ("", None),
    ],
)
def test_days_are_read_as_people_write_them(typed: str, day: str | None) -> None:
    read = read_day(typed)
    assert (read.isoformat() if read else None) == day
    assert bool(day_fault(typed)) == (day is None)


async def test_a_day_by_digit_and_by_hand(tmp_path: Path) -> None:
    async with at(space_with(tmp_path)) as pilot:
        await open_at(pilot)
        await pilot.press("1", "2")
        assert visit(pilot.app).date == "2026-11-19"
        await pilot.press("1", "4")
        pilot.app.screen.field.set_value("11月20日")
        await pilot.press("enter")
        assert "不是日期" in screen_text(pilot.app) and visit(pilot.app).date == "2026-11-19"
        pilot.app.screen.field.set_value("2026/11/18")
        await pilot.press("enter")
        await pilot.pause()
        assert visit(pilot.app).date == "2026-11-18"
        await pilot.press("ctrl+z")
        assert visit(pilot.app).date == "2026-11-19"


async def test_a_day_outside_the_round_is_taken_with_a_word(tmp_path: Path) -> None:
    async with at(space_with(tmp_path)) as pilot:
        await open_at(pilot)
        await pilot.press("1", "4")
        pilot.app.screen.field.set_value("2025-11-18")
        await pilot.press("enter")
        await pilot.pause()
        assert visit(pilot.app).date == "2025-11-18" and "不在本轮检查时间" in said(pilot.app)


async def test_people_are_a_set_and_the_second_inspector_is_kept(tmp_path: Path) -> None:
    space = space_with(tmp_path)
    who(space, "检查员甲", second="检查员乙")
    async with at(space) as pilot:
        await open_at(pilot)
        await pilot.press("3")
        await type_text(pilot, "王一、李二，赵三 王一")
        assert set(visit(pilot.app).present) == {"王一", "李二", "赵三"}
        assert set(visit(pilot.app).inspectors) == {"检查员甲", "检查员乙"}
        await pilot.press("3")
        pilot.app.screen.field.set_value("李二")
        await pilot.press("enter")
        await pilot.pause()
        assert visit(pilot.app).present == ("李二",)


async def test_the_leader_of_the_roster_is_offered_as_counterpart(tmp_path: Path) -> None:
    async with at(space_with(tmp_path)) as pilot:
        await open_at(pilot)
        await pilot.press("4")
        assert pilot.app.screen.field.value == "戚建林"
        await pilot.press("enter")
        await pilot.pause()
        assert visit(pilot.app).counterpart == "戚建林"


async def test_not_reached_by_digit_and_back(tmp_path: Path) -> None:
    async with at(space_with(tmp_path)) as pilot:
        await open_at(pilot)
        await pilot.press("6", "2")
        assert visit(pilot.app).result is VisitResult.NOT_REACHED
        assert visit(pilot.app).reason == pilot.app.desk.round.rules.not_reached_reasons[0]
        assert pilot.app.desk.sheet("DG01").open_points() == []
        await pilot.press("6", "5")
        pilot.app.screen.field.set_value("门岗不放行")
        await pilot.press("enter")
        await pilot.pause()
        assert visit(pilot.app).reason == "门岗不放行"
        await pilot.press("6", "1")
        assert (visit(pilot.app).result, visit(pilot.app).reason) == (VisitResult.VISITED, "")


async def test_the_profile_put_right_says_what_changes_and_keeps_answers(tmp_path: Path) -> None:
    from fixture import CHECKLIST

    only = {"id": "SC-01", "text": "上产措施", "points": 4, "applies_to": ["production"]}
    sections = [*CHECKLIST["sections"], {"id": "SC", "name": "上产", "points": 4, "items": [only]}]
    space = space_with(
        tmp_path,
        lambda desk: verdict(desk, "DG01", "SC-01"),
        checklists=[CHECKLIST | {"sections": sections}],
    )
    async with at(space) as pilot:
        await open_at(pilot)
        await pilot.press("7")
        assert "减少1条，其中已答1条保留备查" in screen_text(pilot.app)
        await pilot.press("2")
        sheet = pilot.app.desk.sheet("DG01")
        assert sheet.profile is Profile.SAFETY and sheet.index_of("small", "SC-01") is None
        assert "名册上是上产型" in screen_text(pilot.app)
        await pilot.press("7", "1")
        index = sheet.index_of("small", "SC-01")
        assert index is not None and sheet.answers[index].answered


async def test_notes_of_two_inspectors_both_stay(tmp_path: Path) -> None:
    from inspect_tui.model.change import visit_key

    def work(desk: Any) -> None:
        edit = actions.set_field(desk.state, visit_key("DG01"), "note", "在值班室")
        desk.commit("DG01", [edit], "说明")

    space = space_with(tmp_path, work, name="检查员乙")
    who(space, "检查员甲")
    async with at(space) as pilot:
        await open_at(pilot)
        await pilot.press("5")
        await type_text(pilot, "在活动室")
        text = screen_text(pilot.app)
        assert "在活动室" in text and "检查员乙：在值班室" in text


async def test_a_practice_round_is_marked(tmp_path: Path) -> None:
    async with at(space_with(tmp_path, practice=True)) as pilot:
        await open_at(pilot)
        assert "［演练］" in screen_text(pilot.app)


async def test_a_submitted_visit_refuses(tmp_path: Path) -> None:
    def work(desk: Any) -> None:
        desk.commit("DG01", [actions.submit(desk.state, "DG01")], "提交")

    async with at(space_with(tmp_path, work)) as pilot:
        await open_at(pilot)
        for key in ("1", "3", "6", "7", "enter"):
            await pilot.press(key)
            assert name(pilot.app) == "HeaderScreen" and not pilot.app.screen.has_class("-choosing")


@pytest.mark.parametrize("size", first_of([(80, 24), (120, 40)]))
async def test_hostile_words(tmp_path: Path, size: tuple[int, int]) -> None:
    async with at(space_with(tmp_path), size=size) as pilot:
        await open_at(pilot)
        for key in ("2", "3", "4", "5"):
            await pilot.press(key)
            await type_text(pilot, MIXED)
            assert_sound(pilot.app)
        await pilot.press("1", "4")
        await type_text(pilot, "[/]\x1b]0;x\x07")
        assert_sound(pilot.app)
