"""Opening a round with what earlier ones left: seen one by one, held out with a reason, from files too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixture import (
    LOOKS,
    NARROW,
    WIDE,
    by,
    deduct,
    finish,
    make_app,
    make_space,
    open_desk,
    past_round,
    running,
    say,
    shown,
    who,
)
from helpers import HOSTILE, assert_sound, check_golden, screen_text
from lead_work import quiet_home as quiet_home
from lead_work import until
from pages import name, said, type_text

from inspect_tui.model.terms import FindingKind
from inspect_tui.rules.ledger import ledger_rows
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui import carry_plan
from inspect_tui.tui.round_plan import RoundPlan
from sweeps import first_of

OLD = "2026Q3-lookback"


def looked_at(root: Path, *texts: str) -> Workspace:
    """A workspace whose last round found something at two units; a third is nobody's any more."""
    space = make_space(root, rounds=False)
    who(space, team="")
    past_round(space, 3)
    desk = open_desk(space, round_id=OLD)
    deduct(desk, "DG01", "GW-01", "岗位责任缺项", 2)
    deduct(desk, "DG02", "GW-02", "未按月修订")
    for text in texts:
        say(desk, "DG02", FindingKind.DEFICIENCY, text, "JL-01")
    deduct(desk, "DG06", "GW-01", "无时限")
    finish(desk, "DG01")
    desk.session.close()
    return space


def planned(app: Any) -> RoundPlan:
    return next(s.plan for s in app.screen_stack if type(s).__name__ == "RoundNewScreen")


async def opened(pilot: Any) -> None:
    """The new round's form, with DG01 to DG05 given to the one team and the old problems read."""
    await pilot.press("1", "1")
    planned(pilot.app).teams[0].units = ["DG01", "DG02", "DG03", "DG04", "DG05"]
    del planned(pilot.app).teams[1:]
    form = pilot.app.screen
    await until(pilot, lambda: form.carry is not None)
    form.refill()
    await pilot.pause()


async def make_it(pilot: Any) -> None:
    await pilot.press("end", "enter")
    await pilot.pause()
    assert name(pilot.app) == "ReviewScreen"
    await pilot.press("1")
    await until(pilot, lambda: name(pilot.app) == "HomeScreen")


def newest(space: Workspace) -> Any:
    return space.rounds()[0].round


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    label = "normal" if look == "nocolor" else look
    update = update_goldens and look != "nocolor"
    space = looked_at(tmp_path, "学习笔记三个月没有记，补记的也与岗位无关，笔迹前后不一" * 3)

    def golden(name_: str, app: Any) -> None:
        assert_sound(app)
        check_golden(f"{name_}-{size[0]}x{size[1]}-{label}", screen_text(app), update)

    async with shown(monkeypatch, space, size, look) as pilot:
        app = pilot.app
        await opened(pilot)
        await pilot.press("7")
        await pilot.pause()
        golden("round-carry", app)
        await pilot.press("down", "space")
        await pilot.pause()
        await pilot.press("3")
        await pilot.pause()
        golden("round-carry-held", app)
        await pilot.press("2")
        await pilot.pause()
        golden("round-carry-sources", app)
        await pilot.press("escape", "1", "end", "enter")
        await pilot.pause()
        golden("round-carry-review", app)


async def test_what_was_left_comes_along_and_the_old_round_says_where_it_went(tmp_path: Path) -> None:
    space = looked_at(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await opened(pilot)
        assert "从2026年第三季度回头看转入2条，留下1条" in screen_text(app)
        await make_it(pilot)
        assert "上轮 2/2 待复查" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "LookbackScreen" and "九项岗位责任缺2项" in screen_text(app)
    made = newest(space)
    assert {c.unit for c in made.carried} == {"DG01", "DG02"}
    assert [(h.problem.unit, h.reason) for h in made.held] == [("DG06", "单位不在本轮范围")]
    desk = open_desk(space, round_id=OLD)
    rows = ledger_rows(desk.state, desk.round, desk.session.today)
    assert {r.unit: r.state_label for r in rows} == {"DG01": "已转入", "DG02": "已转入", "DG06": "未整改"}
    desk.session.close()


async def test_one_is_held_out_with_a_reason_and_let_in_again(tmp_path: Path) -> None:
    space = looked_at(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await opened(pilot)
        await pilot.press("7", "space")
        await pilot.pause()
        assert "不转入的原因" in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert not planned(app).holds, "without a reason nothing is held out"
        await pilot.press("enter", "5")
        await pilot.pause()
        await type_text(pilot, "并入党总支的专项整改")
        assert list(planned(app).holds.values()) == ["并入党总支的专项整改"]
        assert "转入1条，留下2条" in screen_text(app)
        await pilot.press("up", "space")
        await pilot.pause()
        assert not planned(app).holds
        await pilot.press("space", "1")
        await pilot.press("3")
        await pilot.pause()
        assert not planned(app).holds, "all of them"
        await pilot.press("home", "space", "2", "f10")
        await pilot.pause()
        assert name(app) == "RoundNewScreen"
        await make_it(pilot)
    made = newest(space)
    assert [c.unit for c in made.carried] == ["DG02"]
    held = {h.problem.unit: h for h in made.held}
    assert held["DG01"].reason == "单位职能已调整" and held["DG01"].by == "检查员甲"


async def test_what_is_outside_the_round_cannot_be_chosen(tmp_path: Path) -> None:
    app = make_app(looked_at(tmp_path))
    async with running(app, notifications=True) as pilot:
        await opened(pilot)
        await pilot.press("7", "end")
        await pilot.pause()
        assert "东沟第6党小组（不在本轮范围，留待以后）" in screen_text(app)
        await pilot.press("space")
        await pilot.pause()
        assert "不在本轮范围" in said(app) and not planned(app).holds
        planned(app).teams[0].units.append("DG06")
        app.screen.refill()
        await pilot.press("end", "space", "1")
        await pilot.pause()
        assert len(planned(app).holds) == 1


async def test_sources_are_chosen_and_come_back_as_they_were(tmp_path: Path) -> None:
    space = looked_at(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await opened(pilot)
        form = app.screen
        await pilot.press("7", "2", "1")
        await pilot.pause()
        assert planned(app).sources == [] and form.carry.gathered is None
        await pilot.press("escape")
        await pilot.pause()
        assert "没有可以转入的问题" in screen_text(app)
        await pilot.press("2", "1")
        await until(pilot, lambda: form.carry is not None and form.carry.gathered is not None)
        assert planned(app).sources == [OLD]
        await pilot.press("3")
        await pilot.pause()
        assert planned(app).sources is None, "back to the earlier rounds of the kind"


async def test_a_file_given_by_hand_is_read_and_a_bad_one_stops_everything(tmp_path: Path) -> None:
    there = looked_at(tmp_path / "there")
    writer = next(p for p in (there.rounds_dir / OLD).glob("*.json") if len(p.stem) == 12)
    space = make_space(tmp_path / "here", rounds=False)
    who(space, team="")
    (tmp_path / "坏 文件.json").write_text("{", encoding="utf-8")
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await opened(pilot)
        form = app.screen
        assert "没有更早的同类轮次" in screen_text(app)
        await pilot.press("7", "2", "1")
        await pilot.pause()
        await type_text(pilot, str(writer))
        await until(pilot, lambda: form.carry is not None and bool(form.carry.offers))
        assert "转入2条" in screen_text(app)
        from textual import events

        app.screen.post_message(events.Paste(f"'{tmp_path / '坏 文件.json'}'"))
        await until(pilot, lambda: form.carry is not None and bool(form.carry.faults))
        assert "来源读不了，什么也没有转入" in screen_text(app)
        await pilot.press("1", "end", "enter")
        await pilot.pause()
        assert "还不能建立，有1处要改" in screen_text(app)
        await pilot.press("1")
        await pilot.pause()
        assert name(app) == "ReviewScreen" and "来源读不了" in said(app)
        assert not space.rounds()
        await pilot.press("escape", "7", "2", "2", "escape")
        await until(pilot, lambda: form.carry is not None and bool(form.carry.offers))
        await pilot.press("1")
        await make_it(pilot)
        assert "不在这个工作文件夹里" in said(app), "the old round is elsewhere: it is told, nothing fails"
    assert len(newest(space).carried) == 2


async def test_a_practice_round_takes_nothing_unless_told(tmp_path: Path) -> None:
    space = looked_at(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "2")
        await pilot.pause()
        assert "演练轮不转入" in screen_text(app)


async def test_what_is_being_recorded_counts_without_closing_the_round(tmp_path: Path) -> None:
    space = looked_at(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        assert app.desk.round.id == OLD
        deduct(app.desk, "DG03", "GW-02", "未按月修订")
        await opened(pilot)
        assert "转入3条" in screen_text(app)
        await make_it(pilot)
        assert app.desk.round.id != OLD
    desk = open_desk(space, round_id=OLD)
    rows = ledger_rows(desk.state, desk.round, desk.session.today, ["DG03"])
    assert [r.state_label for r in rows] == ["已转入"]
    desk.session.close()


async def test_holds_and_sources_are_kept_in_the_draft(tmp_path: Path) -> None:
    space = looked_at(tmp_path)
    app = make_app(space)
    async with running(app) as pilot:
        await opened(pilot)
        await pilot.press("7", "space", "1", "escape", "escape")
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("1", "1")
        form = app.screen
        await until(pilot, lambda: form.carry is not None)
        assert list(planned(app).holds.values()) == ["已并入另一条问题"]
        assert "留下2条" in screen_text(app)


def test_holds_of_problems_no_longer_on_offer_are_nobodys() -> None:
    plan = RoundPlan(holds={"gone": "理由"})
    assert carry_plan.cargo_of(carry_plan.Look(), plan, "甲", "") is None
    assert carry_plan.rows((), ["DG01"], plan.holds) == []


@pytest.mark.parametrize("size", first_of([NARROW, WIDE]))
async def test_hostile_text_does_no_harm(tmp_path: Path, size: tuple[int, int]) -> None:
    from inspect_tui.store.clean import clean_text

    groups = by(5, [text[:300] for text in HOSTILE])
    texts = [clean_text("、".join(group), newlines=False).strip() for group in groups]
    space = looked_at(tmp_path, *texts)
    app = make_app(space)
    async with running(app, size) as pilot:
        await opened(pilot)
        await pilot.press("7")
        for _ in range(len(texts)):
            await pilot.press("down")
            await pilot.pause()
            assert_sound(app)
        await pilot.press("home", "space", "5")
        await pilot.pause()
        app.screen.field.insert_text("".join(t[:80] for t in HOSTILE))
        await pilot.press("enter")
        await pilot.pause()
        assert_sound(app)
        await pilot.press("1", "end", "enter")
        await pilot.pause()
        assert_sound(app)
        await pilot.press("1")
        await until(pilot, lambda: name(app) == "HomeScreen")
        assert_sound(app)
