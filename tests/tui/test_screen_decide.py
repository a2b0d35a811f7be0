"""Deciding on screen: worst first, either side by one key, a third with a reason, many at once, undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixture import LOOKS, NOW, ROUND, WIDE, finish, make_app, running, shown, told
from helpers import assert_sound, check_golden, screen_text
from lead_work import handed_in, hostile_work, merged
from lead_work import quiet_home as quiet_home
from pages import name, type_text

from inspect_tui.exchange.received import scan_for, take
from inspect_tui.model.terms import Verdict
from inspect_tui.rules import actions
from inspect_tui.rules.deciding import decisions, questions, settle


async def decide(pilot: Any) -> None:
    pilot.app.open_decide()
    await pilot.pause()


def answer(app: Any, item: str) -> Any:
    sheet = app.desk.sheet("DG01")
    return sheet.answers[sheet.index_of("small", item)]


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    label = "normal" if look == "nocolor" else look
    update = update_goldens and look != "nocolor"
    async with shown(monkeypatch, merged(Path()), size, look) as pilot:
        await decide(pilot)
        assert_sound(pilot.app)
        check_golden(f"decide-{size[0]}x{size[1]}-{label}", screen_text(pilot.app), update)
        await pilot.press("down", "3", "3", "2")
        await pilot.pause()
        check_golden(f"decide-third-{size[0]}x{size[1]}-{label}", screen_text(pilot.app), update)
        await pilot.press("escape", "5", "1", "1", "1")
        await pilot.pause()
        assert_sound(pilot.app)
        check_golden(f"decide-bulk-{size[0]}x{size[1]}-{label}", screen_text(pilot.app), update)


async def test_worst_first_and_either_side_by_one_key_and_a_reason(tmp_path: Path) -> None:
    app = make_app(merged(tmp_path))
    async with running(app) as pilot:
        await decide(pilot)
        assert [q.item for q in app.screen.open] == ["GW-01", "GW-02"]
        assert "已裁定 0/2" in screen_text(app)
        left = app.screen.current.sides[0]
        await pilot.press("1", "1")
        await pilot.pause()
        assert "已裁定 1/2" in screen_text(app)
        (decision,) = decisions(app.desk.state, "DG01")
        assert decision.value == left.value and decision.reason == "到现场核实过"
        assert not answer(app, "GW-01").disputed
        right = app.screen.current.sides[1]
        await pilot.press("2", "5")
        await pilot.pause()
        await type_text(pilot, "两人当面对过三个月的记录")
        assert not questions(app.desk.state, app.desk.round)
        assert "没有需要裁定的地方" in screen_text(app) and "已裁定 2/2" in screen_text(app)
        reasons = {d.reason: d.value for d in decisions(app.desk.state, "DG01")}
        assert reasons["两人当面对过三个月的记录"] == right.value
        await pilot.press("1", "3", "4", "5")
        assert app.is_running


async def test_without_a_reason_nothing_is_decided(tmp_path: Path) -> None:
    app = make_app(merged(tmp_path))
    async with running(app) as pilot:
        await decide(pilot)
        await pilot.press("1", "escape")
        await pilot.pause()
        assert len(questions(app.desk.state, app.desk.round)) == 2
        await pilot.press("1", "5")
        await pilot.pause()
        await type_text(pilot, "   ")
        assert len(questions(app.desk.state, app.desk.round)) == 2


async def test_a_third_verdict_with_several_labels(tmp_path: Path) -> None:
    app = make_app(merged(tmp_path))
    async with running(app) as pilot:
        await decide(pilot)
        await pilot.press("3", "3", "2", "3", "1", "2")
        await pilot.pause()
        held = answer(app, "GW-01").judgement
        assert held.verdict is Verdict.FAIL
        assert [(p.label, p.count) for p in held.deductions] == [("岗位责任缺项", 1), ("无时限", 1)]
        assert not answer(app, "GW-01").disputed and not answer(app, "GW-01").stale
        await pilot.press("3", "4", "1", "1")
        await pilot.pause()
        assert answer(app, "GW-02").verdict is Verdict.NA
        assert answer(app, "GW-02").judgement.reason == "本单位没有这项工作"


async def test_putting_off_goes_on_to_the_next_and_undo_brings_back(tmp_path: Path) -> None:
    app = make_app(merged(tmp_path))
    async with running(app, notifications=True) as pilot:
        await decide(pilot)
        await pilot.press("4")
        await pilot.pause()
        assert [q.item for q in app.screen.open] == ["GW-02", "GW-01"]
        assert app.screen.current.item == "GW-02"
        before = {q.id for q in app.screen.open}
        await pilot.press("1", "1")
        await pilot.pause()
        assert app.screen.current.item == "GW-01"
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert {q.id for q in app.screen.open} == before
        assert "已裁定 0/2" in screen_text(app) and "已撤销：裁定" in told(app)
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert "没有可撤销" in told(app)


async def test_many_at_once_shows_what_it_would_settle_and_is_one_undo(tmp_path: Path) -> None:
    app = make_app(merged(tmp_path))
    async with running(app, WIDE) as pilot:
        await decide(pilot)
        await pilot.press("5", "1")
        await pilot.pause()
        assert "哪个大项" in screen_text(app) and "岗位责任制" in screen_text(app)
        await pilot.press("1", "1")
        await pilot.pause()
        text = screen_text(app)
        assert "定下这2处" in text and "GW-01定为" in text and "GW-02定为" in text
        assert len(questions(app.desk.state, app.desk.round)) == 2
        await pilot.press("2")
        await pilot.pause()
        assert len(app.screen.open) == 2
        await pilot.press("5", "1", "1", "1", "1", "1")
        await pilot.pause()
        assert not app.screen.open and "已裁定 2/2" in screen_text(app)
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert len(app.screen.open) == 2


async def test_enter_walks_to_the_item_and_undo_stays_off_what_was_done_there(
    tmp_path: Path,
) -> None:
    app = make_app(merged(tmp_path))
    async with running(app, notifications=True) as pilot:
        await decide(pilot)
        await pilot.press("1", "1")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "WalkScreen" and app.screen.stop.row.item.id == "GW-02"
        app.desk.commit_lead([actions.set_field(app.desk.state, "visit/DG01", "note", "补一句")], "说明")
        await pilot.press("escape", "ctrl+z")
        await pilot.pause()
        assert "请到检查页里撤销" in told(app)
        assert len(decisions(app.desk.state, "DG01")) == 1


async def test_texts_and_header_fields_are_decided_too(tmp_path: Path) -> None:
    def header(profile: str, counterpart: str) -> Any:
        fields = {"profile": profile, "counterpart": counterpart}
        return lambda desk: desk.commit("DG02", actions.visit_fields(desk.state, "DG02", fields), "进点")

    space = merged(tmp_path)
    more = [
        handed_in(tmp_path / "2", "检查员丁", "T1", header("safety", "章海峰")),
        handed_in(tmp_path / "2", "检查员戊", "T1", header("harmony", "副组长")),
    ]
    take(space, ROUND, scan_for(space, ROUND, more), "检查员甲", NOW)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await decide(pilot)
        asked = [(q.unit, q.field) for q in app.screen.open]
        assert asked[0] == ("DG02", "profile"), "what shapes a visit is asked first"
        assert "安全型" in screen_text(app) and "温馨型" in screen_text(app)
        await pilot.press("3", "1", "1")
        await pilot.pause()
        assert app.desk.visit("DG02").profile.value == "production"
        app.screen.list.move_to([q.field for q in app.screen.open].index("counterpart"))
        await pilot.press("3")
        await pilot.pause()
        await type_text(pilot, "周明远")
        await pilot.press("1")
        await pilot.pause()
        assert app.desk.visit("DG02").counterpart == "周明远"


async def test_a_question_that_moved_is_not_decided_unseen(tmp_path: Path) -> None:
    app = make_app(merged(tmp_path))
    async with running(app, notifications=True) as pilot:
        await decide(pilot)
        await pilot.press("1")
        await pilot.pause()
        question = questions(app.desk.state, app.desk.round)[0]
        edit = settle(app.desk.state, question.record, question.field, question.sides[1], "别处定了")
        app.desk.commit_lead([edit], "裁定")
        await pilot.press("1")
        await pilot.pause()
        assert "情况已经变了" in told(app)
        assert [d.reason for d in decisions(app.desk.state, "DG01")] == ["别处定了"]


async def test_hostile_words_do_no_harm(tmp_path: Path) -> None:
    app = make_app(merged(tmp_path, hostile_work, lambda desk: finish(desk, "DG02")))
    for size in ((80, 24), WIDE):
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await decide(pilot)
            for _ in range(len(app.screen.open)):
                assert_sound(app)
                await pilot.press("tab", "end")
                await pilot.pause()
                assert_sound(app)
                await pilot.press("tab", "down")
            app.save_everything()
        app = make_app(app.space)
