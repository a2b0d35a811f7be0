"""Scores, their derivation, periods, trends, contests and grades on screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixture import (
    LOOKS,
    make_app,
    make_space,
    open_desk,
    past_round,
    running,
    settle,
    shown,
    some_work,
    told,
    who,
    write_json,
)
from helpers import HOSTILE, assert_sound, check_golden, screen_text
from kept_ledger import ledger_space
from lead_work import quiet_home as quiet_home
from pages import type_text

from inspect_tui.model.terms import GradeState, GradeStepKind, Role
from inspect_tui.report.zh_numbers import score_text
from inspect_tui.rules.contest_entries import fits
from inspect_tui.rules.contests import awards
from inspect_tui.rules.grade_steps import steps_from
from inspect_tui.rules.result import result_of
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.screens.points_page import PointsScreen


async def settled(pilot: Any) -> None:
    """Wait until the work on threads is done and shown."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def scores(pilot: Any, *keys: str) -> None:
    """The scores page, and on from there."""
    pilot.app.open_scores()
    await pilot.pause()
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


CONTEST = {
    "format": "inspect-tui/contest",
    "version": "1.0",
    "id": "pennant",
    "title": "流动红旗",
    "prize": "流动红旗",
    "span": "quarter",
    "criterion": "score",
    "winners": 1,
    "unit_kinds": ["party_group"],
}


def worked(root: Path, **changed: Any) -> Workspace:
    space = make_space(root, **changed)
    write_json(space.contests_dir / "pennant.json", CONTEST)
    desk = open_desk(space)
    some_work(desk)
    desk.session.close()
    return space


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    label = f"{size[0]}x{size[1]}-{'normal' if look == 'nocolor' else look}"
    update = update_goldens and look != "nocolor"
    space = ledger_space(tmp_path)
    async with shown(monkeypatch, space, size, look) as pilot:
        for name, keys in {
            "scores": (),
            "derivation": ("enter",),
            "period": ("2",),
            "trend": ("3",),
            "contests": ("4",),
            "agreement": ("6",),
            "gauge": ("6", "2"),
        }.items():
            await scores(pilot, *keys)
            assert_sound(pilot.app)
            check_golden(f"{name}-{label}", screen_text(pilot.app), update)


async def test_a_score_opens_down_to_the_record(tmp_path: Path) -> None:
    async with running(make_app(worked(tmp_path))) as pilot:
        await scores(pilot)
        app = pilot.app
        result = result_of(app.desk.state, app.desk.round, "DG01")
        assert score_text(result.score) in screen_text(app)
        await pilot.press("question_mark")
        await pilot.pause()
        page = app.screen
        assert page.unit == "DG01"
        assert f"得分{score_text(result.score)}" in page.rows[0].text
        here = next(n for n, row in enumerate(page.rows) if row.item == ("small", "GW-02"))
        assert "未按月修订扣" in page.rows[here].text
        page.list.move_to(here)
        await pilot.press("enter")
        await pilot.pause()
        assert "GW-02" in screen_text(app)


async def test_the_menu_of_home_leads_to_the_scores(tmp_path: Path) -> None:
    async with running(make_app(worked(tmp_path))) as pilot:
        await pilot.press("1", "0", "3")
        await pilot.pause()
        assert pilot.app.screen.place == "scores"


@pytest.mark.parametrize("no_ranking", [True, False])
async def test_places_only_when_asked_for_and_allowed(tmp_path: Path, no_ranking: bool) -> None:
    rules = {"no_ranking": no_ranking}
    async with running(make_app(worked(tmp_path, rules=rules)), notifications=True) as pilot:
        await scores(pilot)
        assert "第1名" not in screen_text(pilot.app)
        await scores(pilot, "1")
        assert ("不排名" in told(pilot.app)) is no_ranking
        assert (pilot.app.screen.place == "scores") is no_ranking
        await scores(pilot, "2")
        assert "第1名" not in screen_text(pilot.app)
        await pilot.press("8")
        await pilot.pause()
        assert pilot.app.screen.ranking is not no_ranking
        if no_ranking:
            assert "名次" not in screen_text(pilot.app)


async def test_missing_months_are_shown_as_missing(tmp_path: Path) -> None:
    async with running(make_app(worked(tmp_path))) as pilot:
        await scores(pilot, "2")
        text = screen_text(pilot.app)
        assert "2026年第四季度" in text and "缺" in text
        await pilot.press("6")
        await pilot.pause()
        assert "2026年第三季度" in screen_text(pilot.app)
        await pilot.press("7", "4")
        await pilot.pause()
        assert "2026年得分" in screen_text(pilot.app)


async def test_an_award_is_confirmed_signed_and_taken_back(tmp_path: Path) -> None:
    async with running(make_app(worked(tmp_path)), notifications=True) as pilot:
        app = pilot.app
        await scores(pilot, "4")
        page = app.screen
        fitting = [n for n, c in enumerate(page.contests) if fits(c, app.desk.round)]
        page.list.move_to(fitting[0])
        await pilot.press("enter")
        await settled(pilot)
        page = app.screen
        assert page.place == "contest" and page.count(), page.refused
        assert page.outcome.proposed == ("DG01",) and page.chosen == {"DG01"}
        assert "建议" in screen_text(app)
        await pilot.press("1", "2")
        await settle(app, pilot)
        assert awards([app.desk.state]) == [], "the answer was no"
        await pilot.press("1", "1")
        await settle(app, pilot)
        found = awards([app.desk.state])
        assert [(a.winners, a.signed_by, a.reason) for a in found] == [(("DG01",), ("检查员甲",), "")]
        assert "已确认" in screen_text(app)
        await pilot.press("2")
        await pilot.pause()
        await type_text(pilot, "材料不实")
        await settle(app, pilot)
        found = awards([app.desk.state])
        assert [(a.winners, a.reason) for a in found] == [((), "材料不实")]
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert [a.winners for a in awards([app.desk.state])] == [("DG01",)]
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert awards([app.desk.state]) == []


async def test_only_a_lead_sees_candidates(tmp_path: Path) -> None:
    space = worked(tmp_path)
    who(space, "检查员乙", role=Role.INSPECTOR)
    async with running(make_app(space), notifications=True) as pilot:
        await scores(pilot, "4", "enter")
        assert pilot.app.screen.place == "contests"
        assert "只有组长能看" in told(pilot.app)


SCHEME = {
    "format": "inspect-tui/scheme",
    "version": "1.0",
    "id": "five-levels",
    "title": "三级",
    "full": 100,
    "step": 0.1,
    "veto_level": "low",
    "unit_kinds": ["party_group"],
    "levels": [
        {"id": "low", "name": "未达标", "low": 0, "high": 59.9},
        {"id": "mid", "name": "达标", "low": 60, "high": 89.9},
        {"id": "top", "name": "示范", "low": 90, "high": 100},
    ],
}


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks_of_grades(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    label = f"{size[0]}x{size[1]}-{'normal' if look == 'nocolor' else look}"
    space = worked(tmp_path, series="2026", stage="accept")
    write_json(space.schemes_dir / "five.json", SCHEME)
    async with shown(monkeypatch, space, size, look) as pilot:
        await scores(pilot, "5")
        assert_sound(pilot.app)
        check_golden(f"grades-{label}", screen_text(pilot.app), update_goldens and look != "nocolor")
        await scores(pilot, "4", "enter")
        assert_sound(pilot.app)
        check_golden(f"contest-{label}", screen_text(pilot.app), update_goldens and look != "nocolor")


async def test_a_grade_is_granted_ordered_and_taken_back(tmp_path: Path) -> None:
    space = worked(tmp_path, series="2026", stage="accept")
    write_json(space.schemes_dir / "five.json", SCHEME)
    async with running(make_app(space), notifications=True) as pilot:
        app = pilot.app
        await scores(pilot, "5")
        page = app.screen
        first = page.current
        assert first.unit == "DG01" and page.scheme.level(first.level).name == "达标"
        await pilot.press("1", "1")
        await pilot.pause()
        await pilot.press("2")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("enter")
        await settle(app, pilot)
        assert page.current.standing.state is GradeState.GRANTED, told(app)
        assert page.current.standing.last.level == "mid"
        kinds = steps_from(GradeState.GRANTED)
        await pilot.press("1", str(kinds.index(GradeStepKind.ORDER) + 1))
        await pilot.pause()
        await type_text(pilot, "2026-01-01")
        await type_text(pilot, "没有会议记录")
        await settle(app, pilot)
        assert "整改期限2026-01-01应在" in told(app)
        assert page.current.standing.state is GradeState.GRANTED
        assert app.screen is page
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert page.current.standing.state is GradeState.UNGRADED


async def test_hostile_names_are_only_text(tmp_path: Path) -> None:
    from fixture import round_raw

    raw = round_raw()
    for unit, text in zip(raw["units"], HOSTILE * 3, strict=False):
        unit["name"] = (text.strip() or "空")[:200]
    space = make_space(tmp_path, units=raw["units"])
    past_round(space, 2)
    who(space)
    async with running(make_app(space)) as pilot:
        for keys in ((), ("enter",), ("2",), ("3",), ("4",), ("6",), ("3", "question_mark", "1")):
            await scores(pilot, *keys)
            assert_sound(pilot.app)
        assert pilot.app.screen.place == "sources"
        pilot.app.push_screen(PointsScreen(pilot.app.desk))
        await pilot.pause()
        await pilot.press("1")
        await pilot.pause()
        assert_sound(pilot.app)


async def test_a_lead_gives_a_bonus_with_reason_and_basis_and_takes_it_back(tmp_path: Path) -> None:
    space = worked(tmp_path)
    who(space, role=Role.LEAD)
    async with running(make_app(space), notifications=True) as pilot:
        app = pilot.app
        before = result_of(app.desk.state, app.desk.round, "DG01").score
        await scores(pilot, "7")
        await type_text(pilot, "半分")
        await pilot.pause()
        assert "请写大于0的分数" in screen_text(app)
        await pilot.press("ctrl+u", *["backspace"] * 4)
        for words in ("0.5", "主动消除一处重大隐患", "厂安全通报第3期"):
            await type_text(pilot, words)
            await pilot.pause()
        given = result_of(app.desk.state, app.desk.round, "DG01")
        assert (before, given.bonus) != (None, 0) and str(given.bonus) == "0.5"
        assert "+0.5" in screen_text(app)
        await pilot.press("7", "2")
        await pilot.pause()
        assert result_of(app.desk.state, app.desk.round, "DG01").score == before
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert result_of(app.desk.state, app.desk.round, "DG01") == given


async def test_an_inspector_gives_no_bonus(tmp_path: Path) -> None:
    space = worked(tmp_path)
    who(space, "检查员乙", role=Role.INSPECTOR)
    async with running(make_app(space), notifications=True) as pilot:
        await scores(pilot, "7")
        assert "由组长来做" in told(pilot.app) and pilot.app.screen.place == "scores"
