"""Search: what is found while typing, when the rest becomes known, and where Enter leads."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from fixture import NOW, ROUND, deduct, open_desk, past_round, say, some_work, who
from helpers import HOSTILE, assert_sound, screen_text
from lead_work import merged
from pages import at, name, said, space_with

from inspect_tui.exchange.received import undo
from inspect_tui.model.terms import FindingKind
from inspect_tui.store.clean import clean_text
from inspect_tui.store.received import read_list
from inspect_tui.tui import searching


async def search(pilot: Any, query: str, unit: str | None = "DG01", *, wait: bool = True) -> str:
    app = pilot.app
    if name(app) != "SearchScreen":
        app.open_search(unit)
        await pilot.pause()
    if wait:
        await app.workers.wait_for_complete()
    app.screen.field.set_value(query)
    await pilot.pause()
    return screen_text(app)


def test_initials_of_signs_with_several_readings() -> None:
    initials = searching.load_initials()
    assert "z" in initials("重") and "c" in initials("重")
    assert initials("岗") == "g" and initials("！") == "" and initials("\ud800") == ""


def test_the_initials_are_not_imported_before_they_are_wanted() -> None:
    code = "import sys, inspect_tui.tui.screens.search; sys.exit('pypinyin' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_items_findings_and_units_by_signs_and_initials(tmp_path: Path) -> None:
    async with at(space_with(tmp_path, some_work)) as pilot:
        text = await search(pilot, "gwzr")
        assert "检查项（1）" in text and "GW-01" in text
        assert "问题：九项岗位责任缺2项" in text
        text = await search(pilot, "东沟 第2")
        assert "单位（1）" in text and "建议统一记录本格式" in text
        assert "没有找到" in await search(pilot, "不存在的词")
        assert "可查" in await search(pilot, "")
        assert "GW-01" in await search(pilot, "ＧＷ－０１")


async def test_signs_are_found_at_once_and_initials_when_they_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    load = searching.load_initials

    def slowly() -> Any:
        release.wait(10)
        return load()

    monkeypatch.setattr(searching, "load_initials", slowly)
    async with at(space_with(tmp_path, some_work)) as pilot:
        assert "GW-01" in await search(pilot, "岗位", wait=False)
        assert "检查项" not in await search(pilot, "gwzr", wait=False)
        release.set()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "检查项（1）" in screen_text(pilot.app), "the results refresh without a key"


async def test_digits_are_text_and_arrows_move_between_text_and_results(tmp_path: Path) -> None:
    async with at(space_with(tmp_path, some_work)) as pilot:
        await search(pilot, "")
        await pilot.press("0", "1", "down")
        assert pilot.app.screen.field.value == "01"
        assert pilot.app.focused is pilot.app.screen.list
        await pilot.press("up")
        assert pilot.app.focused is pilot.app.screen.field
        await pilot.press("down", "backspace")
        assert pilot.app.screen.field.value == "0"
        await pilot.press("down", "2")
        assert pilot.app.screen.field.value == "02"


async def test_enter_goes_to_the_item_in_the_walk_below(tmp_path: Path) -> None:
    async with at(space_with(tmp_path, some_work)) as pilot:
        depth = len(pilot.app.screen_stack)
        await search(pilot, "jl-02")
        await pilot.press("enter")
        await pilot.pause()
        assert name(pilot.app) == "WalkScreen" and len(pilot.app.screen_stack) == depth
        assert pilot.app.screen.stop.row.item.id == "JL-02"


async def test_a_finding_elsewhere_opens_its_unit_and_stands_on_it(tmp_path: Path) -> None:
    async with at(space_with(tmp_path, some_work)) as pilot:
        await search(pilot, "统一记录本")
        await pilot.press("enter")
        await pilot.pause()
        assert name(pilot.app) == "FindingsScreen" and pilot.app.screen.unit == "DG02"
        assert pilot.app.screen.finding.text == "建议统一记录本格式"
        await pilot.press("escape")
        await pilot.pause()
        assert name(pilot.app) == "WalkScreen" and pilot.app.screen.stop.unit == "DG02"


async def test_a_unit_is_opened_and_an_item_without_unit_goes_across(tmp_path: Path) -> None:
    async with at(space_with(tmp_path, some_work)) as pilot:
        await search(pilot, "第3党小组")
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.screen.stop.unit == "DG03"
        await search(pilot, "动态修订", None)
        await pilot.press("enter")
        await pilot.pause()
        assert name(pilot.app) == "AcrossScreen" and pilot.app.screen.track.item == "GW-02"


async def test_other_rounds_are_found_and_only_looked_at(tmp_path: Path) -> None:
    space = space_with(tmp_path, some_work)
    past_round(space, 3)
    desk = open_desk(space, who(space), "2026Q3-lookback")
    deduct(desk, "DG01", "GW-02", "未按月修订", 3)
    desk.session.close()
    async with at(space) as pilot:
        text = await search(pilot, "缺3个月")
        assert "其他轮次（1）" in text and "2026年第三季度" in text
        await pilot.press("enter")
        assert name(pilot.app) == "SearchScreen" and "只能在这里看" in said(pilot.app)


def test_of_received_files_only_those_that_count_are_searched(tmp_path: Path) -> None:
    space = merged(tmp_path)
    of_b, of_c = "班前五分钟讲本班风险，组员都能复述", "用班前五分钟讲本班风险"

    def found() -> str:
        return "\n".join(entry.text for part in searching.other_rounds(space, "2026Q3") for entry in part)

    assert of_b in found() and of_c in found()
    entry = next(e for e in read_list(space.round_dir(ROUND)) if "检查员丙" in e.inspectors)
    undo(space, ROUND, entry.sha256, "检查员甲", NOW)
    assert of_b in found() and of_c not in found(), "what was taken off the list is not found"
    (space.round_dir(ROUND) / "received" / "list.json").write_text("{", encoding="utf-8")
    assert of_b not in found(), "a damaged list hides what was received, and does no harm"


async def test_a_damaged_file_of_another_round_hides_nothing_else(tmp_path: Path) -> None:
    space = space_with(tmp_path, some_work)
    past_round(space, 3)
    (space.round_dir("2026Q3-lookback") / "0123456789ab.json").write_text("{", encoding="utf-8")
    past_round(space, 2)
    desk = open_desk(space, who(space), "2026Q2-lookback")
    say(desk, "DG01", FindingKind.SUGGESTION, "第二季度的建议")
    desk.session.close()
    async with at(space) as pilot:
        assert "第二季度的建议" in await search(pilot, "dejdd")


async def test_leaving_while_still_reading_does_no_harm(tmp_path: Path) -> None:
    async with at(space_with(tmp_path, some_work)) as pilot:
        await search(pilot, "岗", wait=False)
        await pilot.press("escape")
        await pilot.app.workers.wait_for_complete()
        assert name(pilot.app) == "WalkScreen"


async def test_hostile_words(tmp_path: Path) -> None:
    def work(desk: Any) -> None:
        for text in HOSTILE:
            if clean_text(text).strip():
                say(desk, "DG01", FindingKind.DEFICIENCY, f"查{clean_text(text)}", "GW-01")

    async with at(space_with(tmp_path, work)) as pilot:
        await search(pilot, "查")
        assert_sound(pilot.app)
        await pilot.press("down", "pagedown")
        assert_sound(pilot.app)
        for text in HOSTILE:
            # A field shows what is typed into it sign by sign, the emoji selector included.
            pilot.app.screen.field.set_value(text.replace("\ufe0f", ""))
            await pilot.pause()
            assert_sound(pilot.app)
