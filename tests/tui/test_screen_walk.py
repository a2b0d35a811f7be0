"""The walk screen: what each key records, where the cursor goes next, and how it looks."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from fixture import (
    LOOKS,
    NARROW,
    WIDE,
    deduct,
    finish,
    item,
    make_app,
    make_space,
    open_desk,
    past_round,
    running,
    say,
    some_work,
    verdict,
    who,
)
from helpers import HOSTILE, assert_sound, check_golden, screen_text

from inspect_tui.model.terms import FindingKind
from inspect_tui.rules.reading import findings_of_unit, free_findings, read_answer
from inspect_tui.store.session import Session
from inspect_tui.tui import skin
from sweeps import first_of


def answer(app: Any, item_id: str, unit: str = "DG01") -> Any:
    return read_answer(app.desk.state, unit, "small", item(app.desk, item_id))


def here(app: Any) -> str:
    """The item under the cursor."""
    return app.screen.stop.row.item.id


@pytest.fixture
def space(tmp_path: Path) -> Any:
    space = make_space(tmp_path)
    who(space)
    return space


def walking(space: Any, unit: str = "DG01") -> Any:
    return make_app(space, unit=unit)


async def test_one_key_per_conforming_item_and_on_to_the_next(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        assert here(app) == "GW-01"
        await pilot.press("1")
        assert answer(app, "GW-01").verdict.value == "pass"
        assert here(app) == "GW-02"
        await pilot.press("１")
        assert answer(app, "GW-02").verdict.value == "pass"
        assert here(app) == "GW-03"


@pytest.mark.parametrize("width", [110, 120, 133])
async def test_no_sign_of_a_message_is_lost_on_the_seam_of_a_wide_page(space: Any, width: int) -> None:
    said = "日月水火山石田土木禾米竹丝衣瓜皮舟车刀弓"
    app = walking(space)
    async with running(app, (width, 40), notifications=True) as pilot:
        for shift in ("", "x"):
            app.say(shift + said * 2)
            await pilot.pause(0.2)
            shown = screen_text(app)
            assert {sign for sign in said if shown.count(sign) < 2} == set()
            app.clear_notifications()
            await pilot.pause()


async def test_a_labelled_deduction_is_two_keys_and_writes_its_sentence(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        await pilot.press("3", "1")
        got = answer(app, "GW-01")
        assert (got.verdict.value, got.judgement.missing) == ("fail", True)
        found = findings_of_unit(app.desk.state, app.desk.round, "DG01", list(app.desk.round.checklists))
        assert [f.text for f in found] == ["九项岗位责任缺1项"]
        assert here(app) == "GW-02"


async def test_the_same_key_again_raises_the_count_and_another_label_is_added(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        await pilot.press("3", "1", "up", "3", "1", "up", "3", "2")
        held = answer(app, "GW-01").judgement
        assert [(p.label, p.count) for p in held.deductions] == [("岗位责任缺项", 2), ("无时限", 1)]
        assert (
            app.desk.sheet("DG01").scores[0].gained
            == 4 - 2 - app.desk.round.checklists[0].items()[0].deductions[1].points
        )


async def test_a_count_can_be_set_before_picking(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        await pilot.press("3", "right", "right", "enter")
        assert answer(app, "GW-01").judgement.count("岗位责任缺项") == 3


async def test_not_applicable_and_unverified_demand_a_reason(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        await pilot.press("down", "down", "4")
        assert answer(app, "GW-03").verdict.value == "pending"
        await pilot.press("1")
        assert answer(app, "GW-03").judgement.reason == "本月没有修订任务"
        assert here(app) == "JL-01"
        await pilot.press("5", "escape")
        assert answer(app, "JL-01").verdict.value == "pending"
        options = len(app.desk.round.rules.unverified_reasons)
        await pilot.press("5", str(options + 1), *"资料在总支", "enter")
        assert answer(app, "JL-01").judgement.reason == "资料在总支"


async def test_an_item_without_labels_asks_whether_it_is_missing(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        await pilot.press("down", "down", "3", "1")
        assert answer(app, "GW-03").judgement.missing
        await pilot.press("up", "3", "2")
        assert here(app) != "GW-03"
        assert not answer(app, "GW-03").judgement.missing


async def test_clear_undo_and_redo(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        await pilot.press("1", "3", "1")
        await pilot.press("ctrl+z")
        assert answer(app, "GW-02").verdict.value == "pending"
        assert answer(app, "GW-01").verdict.value == "pass"
        await pilot.press("ctrl+z", "ctrl+z", "ctrl+z")
        assert answer(app, "GW-01").verdict.value == "pending"
        await pilot.press("ctrl+y", "ctrl+y")
        assert answer(app, "GW-01").verdict.value == "pass"
        assert answer(app, "GW-02").verdict.value == "fail"
        await pilot.press("up", "0")
        assert "pending" in {answer(app, i).verdict.value for i in ("GW-01", "GW-02")}


async def test_a_triggering_deduction_puts_the_red_line_before_the_inspector(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        await pilot.press("down", "3", "2")
        await pilot.pause()
        assert type(app.screen).__name__ != "WalkScreen"
        assert "RL-01" in screen_text(app) or "弄虚作假" in screen_text(app)


async def test_good_practice_suggestion_and_note_are_one_key_away(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        await pilot.press("f3", *"班前讲风险", "enter", "f4", "f4", *"少建一本账", "enter")
        await pilot.press("f5", *"看了3月", "enter")
        found = {f.text: f for f in free_findings(app.desk.state, "DG01")}
        assert found["班前讲风险"].kind is FindingKind.GOOD_PRACTICE
        assert found["班前讲风险"].item == "GW-01"
        assert found["少建一本账"].kind is FindingKind.SUGGESTION
        assert found["少建一本账"].item == ""
        assert [n.text for n in answer(app, "GW-01").notes] == ["看了3月"]


async def test_method_and_sample_take_two_keys_each(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        await pilot.press("6", "1", "7", "1")
        assert answer(app, "GW-01").methods == ("doc_review",)
        assert answer(app, "GW-01").samples == ("2026年11月",)
        await pilot.press("6", "1")
        assert answer(app, "GW-01").methods == ()


async def test_mended_on_the_spot(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        await pilot.press("3", "1", "up", "8")
        found = findings_of_unit(app.desk.state, app.desk.round, "DG01", list(app.desk.round.checklists))
        assert [f.fixed_on_site for f in found] == [True]


async def test_a_whole_section_in_one_action_leaves_what_was_answered(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        await pilot.press("1", "enter", "8", "1")
        verdicts = [a.verdict.value for a in app.desk.sheet("DG01").answers]
        assert verdicts == ["pass", "na", "na", "pending", "pending"]
        await pilot.press("ctrl+z")
        verdicts = [a.verdict.value for a in app.desk.sheet("DG01").answers]
        assert verdicts == ["pass", "pending", "pending", "pending", "pending"]


async def test_sections_next_open_and_jump(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        await pilot.press("right")
        assert here(app) == "JL-01"
        await pilot.press("left")
        assert here(app) == "GW-01"
        await pilot.press("1", "down", "space")
        assert here(app) == "JL-01"
        await pilot.press("enter", "6", "1")
        assert here(app) == "GW-01"


async def test_a_submitted_visit_is_read_only(space: Any) -> None:
    desk = open_desk(space)
    finish(desk, "DG01")
    desk.session.close()
    app = walking(space)
    async with running(app) as pilot:
        before = len(app.desk.state.changes)
        await pilot.press("3", "1", "ctrl+z", "f5", *"改一下", "enter")
        assert len(app.desk.state.changes) == before


async def test_a_second_window_looks_only_and_says_who_holds_the_file(space: Any) -> None:
    held = Session.open(space, "2026Q4-lookback", space.identity())
    try:
        app = walking(space)
        async with running(app) as pilot:
            before = len(app.desk.state.changes)
            await pilot.press("1")
            assert len(app.desk.state.changes) == before
            assert "只读" in screen_text(app)
    finally:
        held.close()


async def test_one_item_across_my_units(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        await pilot.press("enter", "7")
        assert app.screen.track.across
        assert [s.unit for s in app.screen.track.stops] == ["DG01", "DG02", "DG03", "DG04"]
        await pilot.press("1", "3", "1")
        assert answer(app, "GW-01", "DG01").verdict.value == "pass"
        assert answer(app, "GW-01", "DG02").verdict.value == "fail"
        await pilot.press("right")
        assert app.screen.track.item == "GW-02"
        await pilot.press("escape")
        assert not app.screen.track.across


async def test_resume_at_the_very_item_left(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        await pilot.press("1", "1", "down", "down")
        left = here(app)
    again = walking(space)
    async with running(again):
        assert here(again) == left == "JL-02"


async def test_half_typed_text_is_offered_back(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        await pilot.press("f5", *"说了一半", "escape")
        assert answer(app, "GW-01").notes == ()
    again = walking(space)
    async with running(again) as pilot:
        await pilot.press("f5")
        assert "说了一半" in screen_text(again)
        await pilot.press("enter")
        assert [n.text for n in answer(again, "GW-01").notes] == ["说了一半"]


async def test_leaving_the_window_makes_typed_text_a_change_once(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        await pilot.press("f3", *"看板")
        app.save_drafts()
        await pilot.press(*"清楚", "enter")
        assert [f.text for f in free_findings(app.desk.state, "DG01")] == ["看板清楚"]


@pytest.mark.parametrize("size", first_of([NARROW, WIDE, (60, 16), (40, 10)]))
@pytest.mark.parametrize("plain", [False, True])
async def test_hostile_text_is_shown_without_harm(tmp_path: Path, size: tuple[int, int], plain: bool) -> None:
    space = make_space(tmp_path)
    who(space)
    desk = open_desk(space)
    for text in HOSTILE:
        if text.strip():
            say(desk, "DG01", FindingKind.GOOD_PRACTICE, _storable(text), "GW-01")
            verdict(desk, "DG01", "GW-03", "na", _storable(text))
    desk.session.close()
    app = make_app(space, unit="DG01", look=skin.PLAIN if plain else skin.NORMAL)
    async with running(app, size) as pilot:
        assert_sound(app)
        for key in ("down", "down", "4", "escape", "3", "escape", "enter", "escape", "f1", "escape"):
            await pilot.press(key)
            assert_sound(app)


def _storable(text: str) -> str:
    from inspect_tui.store.clean import clean_text

    return clean_text(text)[:2000]


def _worked(tmp_path: Path) -> Any:
    space = make_space(tmp_path)
    past_round(space, 3)
    who(space)
    desk = open_desk(space)
    some_work(desk)
    deduct(desk, "DG04", "GW-02", "未按月修订", 2)
    verdict(desk, "DG04", "GW-03", "na", "本月没有修订任务")
    say(desk, "DG04", FindingKind.GOOD_PRACTICE, "责任清单贴在工具房，换班当面交", "GW-02")
    desk.session.close()
    return space


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path, size: tuple[int, int], look: str, update_goldens: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if look == "nocolor":
        monkeypatch.setitem(os.environ, "NO_COLOR", "1")
    space = _worked(tmp_path)
    app = make_app(space, unit="DG04", look=skin.PLAIN if look == "plain" else skin.NORMAL)
    name = f"walk-{size[0]}x{size[1]}-{look}"
    async with running(app, size) as pilot:
        await pilot.press("up", "up")
        check_golden(name, screen_text(app), update_goldens)
        await pilot.press("3")
        check_golden(f"{name}-deductions", screen_text(app), update_goldens)
        await pilot.press("escape", "enter")
        check_golden(f"{name}-menu", screen_text(app), update_goldens)
        await pilot.press("7")
        check_golden(f"{name}-across", screen_text(app), update_goldens)


# ---------------------------------------------------------------- one key, one paint


async def test_a_verdict_is_shown_once_with_all_it_brings(
    space: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The save light, the counts, the row, the next row and its item stand in one and the same paint."""
    app = walking(space)
    async with running(app) as pilot:
        shown: list[str] = []
        display, follow, followed = app._display, app.screen._follow, list[int]()

        def painted(*arguments: Any) -> None:
            display(*arguments)
            shown.append(screen_text(app))

        monkeypatch.setattr(app, "_display", painted)
        monkeypatch.setattr(
            app.screen, "_follow", lambda: followed.append(app.screen.list.cursor) or follow()
        )
        monkeypatch.setattr(app.desk.session.file, "on_saved", None)
        await pilot.press("1")
        assert followed == [1]
        assert "保存中" in shown[0]
        assert re.search(r"^> +GW-02", shown[0], re.MULTILINE)
        assert re.search(r"^ +\+ GW-01 .*符合", shown[0], re.MULTILINE)
        assert app.screen.stop.row.item.text in shown[0].split("GW-02")[-1]
        shown.clear()
        await pilot.press("down")
        assert len(shown) == 1
        assert re.search(r"^> +GW-03", shown[0], re.MULTILINE)


async def test_the_place_is_kept_even_when_the_program_is_left_before_the_paint(space: Any) -> None:
    app = walking(space)
    async with running(app) as pilot:
        await pilot.press("down")
        assert app.recall("resume/DG01").startswith("small/GW-02/")
        # Moved, and nothing of it painted yet.
        app.screen.list.move_to(3)
        assert app.recall("resume/DG01").startswith("small/GW-02/")
        app.save_drafts()
        assert app.recall("resume/DG01").startswith("small/JL-01/")
