"""The findings of an item: adding, changing, marking, deleting, and what each writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixture import deduct, item, open_desk, say, verdict, who
from helpers import HOSTILE, assert_sound, screen_text
from pages import MIXED, at, name, said, space_with, stop_at, type_text

from inspect_tui.model.terms import FindingKind, Severity, Verdict
from inspect_tui.rules import actions
from inspect_tui.rules.reading import findings_of_item, free_findings, read_answer
from sweeps import first_of


def made(app: Any, item_id: str = "GW-01") -> list[Any]:
    return findings_of_item(app.desk.state, "DG01", "small", item(app.desk, item_id))


def free(app: Any) -> list[Any]:
    return free_findings(app.desk.state, "DG01")


def judged(app: Any, item_id: str = "GW-01") -> Any:
    return read_answer(app.desk.state, "DG01", "small", item(app.desk, item_id)).judgement


async def open_at(pilot: Any, item_id: str = "GW-01") -> None:
    pilot.app.open_findings(stop_at(pilot.app, item_id))
    await pilot.pause()


def two_labels(desk: Any) -> None:
    deduct(desk, "DG01", "GW-01", "岗位责任缺项", 2)
    deduct(desk, "DG01", "GW-01", "无时限")


async def test_a_ready_deduction_scores_and_writes_its_sentence(tmp_path: Path) -> None:
    async with at(space_with(tmp_path)) as pilot:
        await open_at(pilot)
        await pilot.press("1", "1")
        assert [f.text for f in made(pilot.app)] == ["九项岗位责任缺1项"]
        assert judged(pilot.app).verdict is Verdict.FAIL


async def test_a_red_line_named_by_a_deduction_is_put_before_the_inspector(tmp_path: Path) -> None:
    async with at(space_with(tmp_path)) as pilot:
        await open_at(pilot, "GW-02")
        await pilot.press("1", "2")
        await pilot.pause()
        assert "RL-01" in screen_text(pilot.app) and "要记录吗" in screen_text(pilot.app)


async def test_own_words_on_an_unchecked_item_give_the_verdict_and_make_one_finding(tmp_path: Path) -> None:
    async with at(space_with(tmp_path)) as pilot:
        await open_at(pilot, "GW-03")
        await pilot.press("1")
        assert "现在是“未查”" in screen_text(pilot.app)
        await pilot.press("1")
        await type_text(pilot, "修订没有讨论记录")
        assert judged(pilot.app, "GW-03").verdict is Verdict.FAIL and judged(pilot.app, "GW-03").missing
        assert [(f.text, f.missing) for f in made(pilot.app, "GW-03")] == [("修订没有讨论记录", True)]
        assert free(pilot.app) == []


async def test_own_words_without_touching_the_verdict(tmp_path: Path) -> None:
    space = space_with(tmp_path, lambda desk: verdict(desk, "DG01", "GW-03"))
    async with at(space) as pilot:
        await open_at(pilot, "GW-03")
        await pilot.press("1", "4")
        await type_text(pilot, "顺带看到的一个问题")
        (found,) = free(pilot.app)
        assert (found.text, found.item, found.severity) == ("顺带看到的一个问题", "GW-03", Severity.MAJOR)
        assert judged(pilot.app, "GW-03").verdict is Verdict.PASS


async def test_text_written_early_and_again_at_the_end_is_one_record(tmp_path: Path) -> None:
    async with at(space_with(tmp_path)) as pilot:
        await open_at(pilot, "GW-03")
        await pilot.press("7")
        pilot.app.screen.field.insert_text("班前")
        pilot.app.save_drafts()
        assert [f.text for f in free(pilot.app)] == ["班前"]
        await type_text(pilot, "五分钟")
        assert [(f.text, f.kind) for f in free(pilot.app)] == [("班前五分钟", FindingKind.GOOD_PRACTICE)]
        await pilot.press("1", "2")
        pilot.app.screen.field.insert_text("记录")
        pilot.app.save_drafts()
        await type_text(pilot, "缺签字")
        assert [f.text for f in made(pilot.app, "GW-03")] == ["记录缺签字"]
        assert len(free(pilot.app)) == 1


async def test_an_edited_sentence_stays_and_can_be_given_up(tmp_path: Path) -> None:
    async with at(space_with(tmp_path, two_labels)) as pilot:
        await open_at(pilot)
        await pilot.press("enter")
        await type_text(pilot, "（交接班、巡检）")
        assert made(pilot.app)[0].text == "九项岗位责任缺2项（交接班、巡检）"
        await pilot.press("0")
        assert made(pilot.app)[0].text == "九项岗位责任缺2项" and not made(pilot.app)[0].edited
        await pilot.press("0")
        assert "没有手工改过" in said(pilot.app)


@pytest.mark.parametrize("key", ["3", "３"])
async def test_marks_turn_on_and_off(tmp_path: Path, key: str) -> None:
    async with at(space_with(tmp_path, two_labels)) as pilot:
        await open_at(pilot)
        await pilot.press(key, "6", "2", "3")
        first = made(pilot.app)[0]
        assert (first.fixed_on_site, first.referred, first.severity) == (True, True, Severity.MAJOR)
        assert "立行立改 移交" in screen_text(pilot.app)
        await pilot.press(key, "6")
        first = made(pilot.app)[0]
        assert not first.fixed_on_site and not first.referred


async def test_missing_follows_the_deduction_but_can_be_set_on_a_bare_verdict(tmp_path: Path) -> None:
    def work(desk: Any) -> None:
        two_labels(desk)
        verdict(desk, "DG01", "GW-03", "fail")

    async with at(space_with(tmp_path, work)) as pilot:
        await open_at(pilot)
        await pilot.press("5")
        assert "扣分情形决定" in said(pilot.app)
        await pilot.press("escape")
        await open_at(pilot, "GW-03")
        await pilot.press("5")
        assert judged(pilot.app, "GW-03").missing
        await pilot.press("5")
        assert not judged(pilot.app, "GW-03").missing


async def test_deleting_asks_first_and_is_undone_in_one_step(tmp_path: Path) -> None:
    space = space_with(tmp_path, lambda d: say(d, "DG01", FindingKind.DEFICIENCY, "手写的问题", "GW-01"))
    async with at(space) as pilot:
        await open_at(pilot)
        await pilot.press("4", "enter")
        assert len(free(pilot.app)) == 1, "Enter on a confirm must be the safe answer"
        await pilot.press("delete", "1")
        await pilot.pause()
        assert free(pilot.app) == []
        await pilot.press("ctrl+z")
        assert [f.text for f in free(pilot.app)] == ["手写的问题"]


async def test_deleting_a_labelled_finding_takes_its_deduction_away(tmp_path: Path) -> None:
    async with at(space_with(tmp_path, two_labels)) as pilot:
        await open_at(pilot)
        await pilot.press("4", "1")
        assert judged(pilot.app).count("岗位责任缺项") == 1
        await pilot.press("4", "1")
        assert [f.label for f in made(pilot.app)] == ["无时限"]
        await pilot.press("4", "1")
        assert judged(pilot.app).verdict is Verdict.PASS and made(pilot.app) == []


async def test_the_last_deduction_may_leave_the_item_unchecked_or_bare(tmp_path: Path) -> None:
    space = space_with(tmp_path, lambda desk: deduct(desk, "DG01", "GW-01", "无时限"))
    async with at(space) as pilot:
        await open_at(pilot)
        await pilot.press("4", "3")
        assert [f.label for f in made(pilot.app)] == ["*"]
        await pilot.press("4", "2")
        assert judged(pilot.app).verdict is Verdict.PENDING


async def test_a_label_picked_again_does_not_bring_the_deleted_sentence(tmp_path: Path) -> None:
    space = space_with(tmp_path, lambda desk: deduct(desk, "DG01", "GW-01", "无时限"))
    async with at(space) as pilot:
        await open_at(pilot)
        await pilot.press("3", "enter")
        await type_text(pilot, "，已说明")
        await pilot.press("4", "1", "1", "2")
        (found,) = made(pilot.app)
        assert (found.text, found.edited, found.fixed_on_site) == ("岗位责任没有写明时限", False, False)


async def test_another_inspectors_problem_becomes_two_opinions_not_a_deletion(tmp_path: Path) -> None:
    space = space_with(tmp_path, lambda d: deduct(d, "DG01", "GW-01", "无时限"), name="检查员乙")
    who(space, "检查员甲")
    async with at(space) as pilot:
        await open_at(pilot)
        await pilot.press("4")
        assert "两种意见" in screen_text(pilot.app)
        await pilot.press("1")
        answer = read_answer(pilot.app.desk.state, "DG01", "small", item(pilot.app.desk, "GW-01"))
        assert answer.disputed
        await pilot.press("4")
        assert "由组长裁定" in said(pilot.app) and not pilot.app.screen.has_class("-choosing")
        assert [f.text for f in made(pilot.app)] == ["岗位责任没有写明时限"]


async def test_a_suggestion_moves_between_item_and_unit(tmp_path: Path) -> None:
    space = space_with(tmp_path, lambda d: say(d, "DG01", FindingKind.SUGGESTION, "统一格式"))
    async with at(space) as pilot:
        await open_at(pilot)
        await pilot.press("9")
        assert free(pilot.app)[0].item == "GW-01"
        await pilot.press("9")
        assert free(pilot.app)[0].item == ""
        await pilot.press("2")
        assert "只有问题" in said(pilot.app)


async def test_a_submitted_visit_and_a_held_file_refuse_before_anything_is_typed(tmp_path: Path) -> None:
    def work(desk: Any) -> None:
        two_labels(desk)
        desk.commit("DG01", [actions.submit(desk.state, "DG01")], "提交")

    space = space_with(tmp_path, work)
    async with at(space) as pilot:
        await open_at(pilot)
        for key in ("enter", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0"):
            await pilot.press(key)
            assert name(pilot.app) == "FindingsScreen", key
        assert "已提交" in said(pilot.app)
        assert len(made(pilot.app)) == 2
    holder = open_desk(space)
    try:
        async with at(space) as pilot:
            await open_at(pilot)
            await pilot.press("3", "1")
            assert "只能看" in said(pilot.app) and name(pilot.app) == "FindingsScreen"
            assert "只读" in screen_text(pilot.app)
    finally:
        holder.session.close()


@pytest.mark.parametrize("size", first_of([(80, 24), (120, 40)]))
async def test_hostile_words_are_shown_and_taken(tmp_path: Path, size: tuple[int, int]) -> None:
    from inspect_tui.store.clean import clean_text

    def work(desk: Any) -> None:
        for text in HOSTILE:
            if clean_text(text).strip():
                say(desk, "DG01", FindingKind.DEFICIENCY, clean_text(text), "GW-01")

    async with at(space_with(tmp_path, work), size=size) as pilot:
        await open_at(pilot)
        for place in range(len(free(pilot.app))):
            pilot.app.screen.list.move_to(1 + place)
            await pilot.pause()
            assert_sound(pilot.app)
        await pilot.press("4")
        assert_sound(pilot.app)
        await pilot.press("escape", "enter")
        assert_sound(pilot.app)
        pilot.app.screen.field.insert_text(MIXED)
        await pilot.press("enter")
        await pilot.pause()
        assert_sound(pilot.app)


async def test_a_long_text_can_be_read_where_nothing_may_be_changed(tmp_path: Path) -> None:
    def work(desk: Any) -> None:
        say(desk, "DG01", FindingKind.DEFICIENCY, "长" * 3000 + "尾", "GW-01")
        desk.commit("DG01", [actions.submit(desk.state, "DG01")], "提交")

    async with at(space_with(tmp_path, work)) as pilot:
        await open_at(pilot)
        await pilot.press("tab", "end")
        await pilot.pause()
        assert "长尾" in screen_text(pilot.app)
        await pilot.press("tab", "enter")
        assert "已提交" in said(pilot.app), "the list has the keyboard again"


async def test_a_text_written_early_is_let_go_when_it_is_moved_to_the_unit(tmp_path: Path) -> None:
    async with at(space_with(tmp_path)) as pilot:
        await open_at(pilot)
        await pilot.press("8")
        pilot.app.screen.field.insert_text("统一")
        pilot.app.save_drafts()
        assert [f.item for f in free(pilot.app)] == ["GW-01"]
        await pilot.press("f3")
        await type_text(pilot, "格式")
        assert [(f.text, f.item) for f in free(pilot.app)] == [("统一格式", "")]
