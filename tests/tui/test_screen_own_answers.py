"""Walking items with own answers, conditions and owed notes: keys, what comes and goes, how it looks."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from fixture import NARROW, UNITS, WIDE, make_app, make_space, running, who
from helpers import assert_sound, check_golden, screen_lines, screen_text
from pages import said

from inspect_tui.rules.reading import read_answer
from inspect_tui.store.shipped import shipped_dir

RAW: dict[str, Any] = json.loads((shipped_dir() / "samples" / "yjzl-bz.json").read_bytes())


def space_with(root: Path, **changed: Any) -> Any:
    """A workspace whose round has the shipped example; its first group has the tag that one item asks for."""
    raw = copy.deepcopy(RAW) | {"unit_kinds": ["party_group"]} | changed
    units = copy.deepcopy(UNITS)
    for unit in units:
        unit["tags"] = ["高处作业"] if unit["id"] == "DG01" else []
    space = make_space(root, checklists=[raw], units=units)
    who(space)
    return space


def answer(app: Any, item_id: str, unit: str = "DG01") -> Any:
    item = app.desk.round.item("yjzl-bz", item_id)
    return read_answer(app.desk.state, unit, "yjzl-bz", item)


def here(app: Any) -> str:
    return str(app.screen.stop.row.item.id)


def listed(app: Any) -> list[str]:
    return [stop.row.item.id for stop in app.screen.track.stops]


async def test_digits_are_the_items_own_answers_and_a_note_is_asked_at_once(tmp_path: Path) -> None:
    app = make_app(space_with(tmp_path), unit="DG01")
    async with running(app, notifications=True) as pilot:
        assert "1有 2过期 3无 4不适用" in screen_lines(app)[-1]
        await pilot.press("2")
        assert answer(app, "YA-01").judgement.award == "过期", "the verdict stands before the note is written"
        await pilot.press("escape")
        await pilot.pause()
        assert here(app) == "YA-02" and answer(app, "YA-01").verdict.value == "partial"
        assert "1做到 2部分 3没有" in screen_lines(app)[-1]
        await pilot.press("up")
        assert any("还缺：说明" in line for line in screen_lines(app))
        await pilot.press("2", *"去年到期", "enter")
        await pilot.pause()
        assert [note.text for note in answer(app, "YA-01").notes] == ["去年到期"]
        await pilot.press("up", "1", "up")
        assert here(app) == "YA-01" and answer(app, "YA-01").judgement.award == "有"
        assert not any("还缺" in line for line in screen_lines(app))


async def test_items_come_and_go_under_the_cursor_and_answers_wait(tmp_path: Path) -> None:
    app = make_app(space_with(tmp_path), unit="DG01")
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "1", "1")
        assert here(app) == "WZ-01" and len(listed(app)) == 6
        await pilot.press("up", "up", "up", "3")
        assert listed(app) == ["YA-01", "YA-03", "WZ-01", "WZ-02", "WZ-03"]
        assert here(app) == "WZ-01" and "YA-02 不再适用，原答保留，不计入。" in said(app)
        assert app.desk.sheet("DG01").total.answered == 2
        # The prompt of one item must not write to another when rows move meanwhile.
        await pilot.press("2")
        assert answer(app, "WZ-01").judgement.award == "部分"
        await pilot.press(*"缺两件", "enter")
        await pilot.press("down", "up", "up", "up", "up", "1")
        assert [note.text for note in answer(app, "WZ-01").notes] == ["缺两件"]
        assert "YA-02 要查，照原答恢复。" in said(app) and listed(app)[1] == "YA-02"
        assert app.desk.sheet("DG01").total.answered == 4
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert "YA-02" not in listed(app)


async def test_a_longer_set_is_offered_and_a_shorter_one_says_what_there_is(tmp_path: Path) -> None:
    sets = copy.deepcopy(RAW["answer_sets"])
    sets["有过期无"].insert(1, {"label": "临期", "share": 1, "verdict": "pass"})
    sets["做到部分没有"].pop(1)
    app = make_app(space_with(tmp_path, answer_sets=sets), unit="DG01")
    async with running(app, notifications=True) as pilot:
        assert "1选答案 4不适用" in screen_lines(app)[-1]
        await pilot.press("1", "3", "escape")
        assert answer(app, "YA-01").judgement.award == "过期" and here(app) == "YA-02"
        await pilot.press("3")
        assert not answer(app, "YA-02").answered and "1做到（3分） 2没有（0分）" in said(app)
        await pilot.press("2")
        assert answer(app, "YA-02").judgement.award == "没有"


async def test_what_is_owed_stands_on_the_submit_page_and_one_item_walks_where_it_applies(
    tmp_path: Path,
) -> None:
    app = make_app(space_with(tmp_path), unit="DG01")
    async with running(app, notifications=True) as pilot:
        await pilot.press("2", "escape", "down")
        assert here(app) == "YA-03"
        app.open_across("yjzl-bz", "YA-03", "DG01")
        await pilot.pause()
        assert [stop.unit for stop in app.screen.track.stops] == ["DG01"], "only there is the tag"
        await pilot.press("escape")
        app.open_submit("DG01")
        await pilot.pause()
        assert any("还缺要附上的（1）" in line for line in screen_lines(app))


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_looks(tmp_path: Path, size: tuple[int, int], update_goldens: bool) -> None:
    raw = copy.deepcopy(RAW["sections"])
    raw[1]["items"][0]["text"] = "[@click=app.quit]应急物资[/]"
    sets = copy.deepcopy(RAW["answer_sets"])
    sets["做到部分没有"][1]["label"] = "[/]部分"
    app = make_app(space_with(tmp_path, sections=raw, answer_sets=sets), unit="DG01")
    label = f"{size[0]}x{size[1]}"
    async with running(app, size) as pilot:
        await pilot.press("2", "escape", "2", "up")
        await pilot.pause()
        assert_sound(app)
        check_golden(f"walk-own-{label}", screen_text(app), update_goldens)
        await pilot.press("up", "3")
        await pilot.pause()
        app.open_derivation("DG01")
        await pilot.pause()
        assert_sound(app)
        if size == WIDE:
            check_golden(f"derivation-own-{label}", screen_text(app), update_goldens)
