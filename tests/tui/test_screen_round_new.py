"""Opening a round: the plan line by line, units by the tree, the review, and what is written when."""

from __future__ import annotations

import datetime as dt
import errno
from pathlib import Path
from typing import Any

import pytest
from fixture import (
    CHECKLIST,
    LOOKS,
    NARROW,
    ROSTER,
    UNITS,
    WIDE,
    by,
    make_app,
    make_space,
    refuse_writing,
    running,
    shown,
    told,
    who,
    write_json,
)
from helpers import HOSTILE, assert_sound, check_golden, screen_text

from inspect_tui.model.roster import Roster
from inspect_tui.model.terms import RoundKind, Secrecy
from inspect_tui.store.clean import clean_text
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui import round_plan
from sweeps import first_of


def name(app: Any) -> str:
    return type(app.screen).__name__


def plan(app: Any) -> round_plan.RoundPlan:
    return next(s.plan for s in app.screen_stack if type(s).__name__ == "RoundNewScreen")


async def typed(pilot: Any, text: str) -> None:
    pilot.app.screen.field.text = ""
    pilot.app.screen.field.insert_text(text)
    await pilot.press("enter")
    await pilot.pause()


def fresh(root: Path) -> Workspace:
    space = make_space(root, rounds=False)
    who(space, team="")
    return space


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    space = make_space(tmp_path)
    who(space)
    label = "normal" if look == "nocolor" else look
    update = update_goldens and look != "nocolor"
    async with shown(monkeypatch, space, size, look) as pilot:
        app = pilot.app
        for part, keys in (("form", ("1", "1")), ("units", ("6", "1", "4")), ("review", ())):
            await pilot.press(*keys)
            if part == "review":
                await pilot.press("escape", "escape", "escape", "end", "enter")
            await pilot.pause()
            app.clear_notifications()
            await pilot.pause()
            assert_sound(app)
            check_golden(f"round-new-{part}-{size[0]}x{size[1]}-{label}", screen_text(app), update)


async def test_a_round_from_nothing_to_home(tmp_path: Path) -> None:
    space = fresh(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "1")
        assert plan(app).full_title == "2026年第四季度回头看"
        await pilot.press("6", "1", "4")
        assert name(app) == "UnitsScreen"
        await pilot.press("home", "space")
        await pilot.press("1")
        assert plan(app).unit_ids == ["DG01", "DG02", "DG03", "DG04", "DG05", "DG06"]
        await pilot.press("escape", "escape", "8")
        await typed(pilot, "区党总支")
        await pilot.press("end", "enter")
        assert name(app) == "ReviewScreen"
        assert not any(space.rounds_dir.iterdir())
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "HomeScreen" and app.desk is not None
        assert "已建立" in told(app)
    entry = space.rounds()[0]
    assert entry.round is not None and entry.id == "2026Q4-lookback"
    assert entry.round.issuer == "区党总支" and entry.round.teams[0].lead == "检查员甲"
    assert entry.round.checklist_hashes.keys() == {"small"}
    # What was opened is no draft any more.
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "1")
        assert "已放回" not in told(app)


async def test_everything_wrong_is_told_at_once_and_nothing_written(tmp_path: Path) -> None:
    space = fresh(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "1", "5", "1", "2", "6", "end", "up", "enter", "escape", "escape")
        plan(app).title = "题" * 50
        await pilot.press("end", "enter", "enter")
        text = screen_text(app)
        assert "还不能建立" in text and "标题超过40个字" in text
        assert "没有选检查清单" in text and "没有选被检单位" in text and "没有分到单位" in text
        assert not any(space.rounds_dir.iterdir())
        await pilot.press("escape")
        assert name(app) == "RoundNewScreen"


async def test_a_plan_survives_esc_and_the_next_start(tmp_path: Path) -> None:
    space = fresh(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "1", "9")
        await typed(pilot, "年度计划[/]")
        await pilot.press("escape")
        await pilot.press("1", "1")
        assert plan(app).basis == "年度计划[/]"
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "1")
        assert plan(app).basis == "年度计划[/]"
        assert "已放回" in told(app)


async def test_the_last_rounds_teams_and_words_are_proposed(tmp_path: Path) -> None:
    space = make_space(tmp_path)
    who(space)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "1")
        assert [t.units for t in plan(app).teams] == [["DG01", "DG02", "DG03", "DG04"], ["DG05", "DG06"]]
        assert plan(app).issuer == "区党总支"


async def test_period_changes_dates_and_title_until_the_title_is_typed(tmp_path: Path) -> None:
    app = make_app(fresh(tmp_path))
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "1", "3", "3")
        assert (plan(app).full_title, plan(app).start, plan(app).end) == (
            "2026年11月回头看",
            "2026-11-01",
            "2026-11-30",
        )
        await pilot.press("2", "2")
        assert plan(app).kind is RoundKind.SPECIAL_CHECK and plan(app).full_title == "2026年11月专项检查"
        await pilot.press("1")
        await typed(pilot, "自己的题目")
        await pilot.press("3", "2")
        assert plan(app).full_title == "自己的题目" and plan(app).label == "2027年第一季度"


async def test_a_wrong_date_is_refused_in_place(tmp_path: Path) -> None:
    app = make_app(fresh(tmp_path))
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "1", "4")
        await typed(pilot, "2026-13-01")
        assert "日期看不懂" in screen_text(app)
        await typed(pilot, "２０２６年１１月３日至11月20日")
        assert "日期看不懂" in screen_text(app)
        await typed(pilot, "2026年11月3日 至 2026.11.20")
        assert (plan(app).start, plan(app).end) == ("2026-11-03", "2026-11-20")


async def test_practice_and_secrecy(tmp_path: Path) -> None:
    space = fresh(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "2")
        assert plan(app).practice
        plan(app).teams[0].units = ["DG01"]
        await pilot.press("end", "up", "enter", "3")
        assert plan(app).secrecy is Secrecy.SECRET
        await pilot.press("end", "enter")
        assert "不发包、不交卷" in screen_text(app) and "［演练］" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
    entry = space.rounds()[0]
    assert entry.round is not None and entry.round.practice and entry.round.secrecy is Secrecy.SECRET


async def test_units_are_taken_over_one_by_one_and_branches_leave_others_alone(tmp_path: Path) -> None:
    space = make_space(tmp_path)
    who(space)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "1", "6", "1", "4")
        # The branch DG-B2 holds DG04 of this team and two of the other team.
        app.screen.line_list.move_to(6)
        await pilot.press("enter")
        assert plan(app).teams[0].units == ["DG01", "DG02", "DG03"]
        assert plan(app).teams[1].units == ["DG05", "DG06"]
        app.screen.line_list.move_to(8)
        await pilot.press("space")
        assert plan(app).teams[0].units == ["DG01", "DG02", "DG03", "DG05"]
        assert plan(app).teams[1].units == ["DG06"]
        await pilot.press("3")
        assert plan(app).teams[0].units == []
        await pilot.press("2")
        assert "DG06" not in plan(app).teams[0].units and len(plan(app).teams[0].units) == 5


async def test_a_team_is_added_named_and_deleted(tmp_path: Path) -> None:
    app = make_app(fresh(tmp_path))
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "1", "6", "end", "up", "enter")
        await pilot.press("1")
        await typed(pilot, "机动组")
        await pilot.press("2")
        await typed(pilot, "检查员丙")
        await pilot.press("3")
        await typed(pilot, "检查员丁、检查员戊 检查员丁")
        team = plan(app).teams[1]
        assert (team.id, team.name, team.lead, team.members) == (
            "T2",
            "机动组",
            "检查员丙",
            ["检查员丁", "检查员戊"],
        )
        await pilot.press("end", "up", "enter", "1")
        await pilot.pause()
        assert len(plan(app).teams) == 1 and name(app) == "TeamsScreen"


@pytest.mark.parametrize("code", [errno.EROFS, errno.ENOSPC])
async def test_a_disk_that_refuses_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    space = fresh(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "1")
        plan(app).teams[0].units = ["DG01"]
        await pilot.press("end", "enter")
        refuse_writing(monkeypatch, code)
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "ReviewScreen" and "没有建成" in screen_text(app)
        assert not space.rounds()
        monkeypatch.undo()
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "HomeScreen" and len(space.rounds()) == 1


async def test_broken_files_beside_good_ones_are_left_out_and_said(tmp_path: Path) -> None:
    space = fresh(tmp_path)
    write_json(space.checklists_dir / "broken.json", {**CHECKLIST, "id": "broken", "sections": 3})
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "1")
        assert "处问题" in screen_text(app)
        await pilot.press("5")
        assert "小样" in screen_text(app) and "broken" not in screen_text(app)


async def test_without_a_roster_units_cannot_be_picked_and_it_says_why(tmp_path: Path) -> None:
    space = fresh(tmp_path)
    (space.root / "roster.json").write_text("{", encoding="utf-8")
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "1", "6", "1", "4")
        assert name(app) == "TeamScreen" and "名册用不上" in told(app)


async def test_a_draft_that_cannot_be_read_gives_a_fresh_plan(tmp_path: Path) -> None:
    space = fresh(tmp_path)
    (space.root / "round-new.draft.json").write_text('{"x": 1', encoding="utf-8")
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "1")
        assert plan(app).label == "2026年第四季度"


@pytest.mark.parametrize("size", first_of([NARROW, WIDE]))
async def test_hostile_words_do_no_harm(tmp_path: Path, size: tuple[int, int]) -> None:
    space = fresh(tmp_path)
    app = make_app(space)
    async with running(app, size) as pilot:
        await pilot.press("1", "1")
        for a, b, c, d, e, f, g in by(7, HOSTILE):
            held = plan(app)
            held.title, held.issuer, held.basis, held.demands, held.label = a, b, c, [d], e
            held.teams[0].name, held.teams[0].lead, held.teams[0].members = f, g, [a]
            app.screen.refill()
            await pilot.pause()
            assert_sound(app)
        for text in (clean_text(HOSTILE[place]) for place in (5, 10)):
            plan(app).teams[0].name = plan(app).title = text
            plan(app).basis = text
            await pilot.press("end", "enter")
            assert_sound(app)
            await pilot.press("enter")
            assert_sound(app)
            await pilot.press("escape", "6")
            assert_sound(app)
            await pilot.press("home", "enter", "4")
            assert_sound(app)
            await pilot.press("escape", "escape", "escape")
        assert app.is_running


# -------------------------------------------------------------------- the plan itself


@pytest.mark.parametrize(
    ("day", "ahead", "named"),
    [
        ("2026-01-01", 0, ("2026年第一季度", "2026-01-01", "2026-03-31")),
        ("2026-12-31", 0, ("2026年第四季度", "2026-10-01", "2026-12-31")),
        ("2026-12-31", 1, ("2027年第一季度", "2027-01-01", "2027-03-31")),
        ("2028-02-29", 0, ("2028年第一季度", "2028-01-01", "2028-03-31")),
    ],
)
def test_quarters(day: str, ahead: int, named: tuple[str, str, str]) -> None:
    assert round_plan.quarter(dt.date.fromisoformat(day), ahead) == named


def test_months_and_halves() -> None:
    assert round_plan.month(dt.date(2028, 2, 3)) == ("2028年2月", "2028-02-01", "2028-02-29")
    assert round_plan.month(dt.date(2026, 12, 3), 1) == ("2027年1月", "2027-01-01", "2027-01-31")
    assert round_plan.half(dt.date(2026, 7, 1)) == ("2026年下半年", "2026-07-01", "2026-12-31")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", ("", "")),
        ("2026-11-03", ("2026-11-03", "2026-11-03")),
        ("2026-11-03 2026-11-20", ("2026-11-03", "2026-11-20")),
        ("２０２６．１１．３至２０２６．１１．２０", ("2026-11-03", "2026-11-20")),
        ("20261103—20261120", ("2026-11-03", "2026-11-20")),
        ("2026-11-20 2026-11-03", None),
        ("2026-02-30", None),
        ("明天", None),
        ("2026-11-03 明天", None),
        ("2026-01-01 2026-01-02 2026-01-03", None),
    ],
)
def test_dates_as_people_type_them(text: str, read: tuple[str, str] | None) -> None:
    assert round_plan.read_dates(text) == read


def test_the_tree_knows_what_lies_under_each_branch() -> None:
    import msgspec

    roster = msgspec.convert(ROSTER, Roster, strict=False)
    rows = {row.unit.id: row for row in round_plan.pick_rows(roster, {"party_group"})}
    assert rows["DG"].below == ("DG01", "DG02", "DG03", "DG04", "DG05", "DG06")
    assert rows["DG-B1"].below == ("DG01", "DG02", "DG03") and not rows["DG-B1"].fits
    assert rows["DG05"].fits and rows["DG05"].depth == 3
    assert round_plan.pick_rows(roster, {"venue"}) == []
    branches = round_plan.pick_rows(roster, {"branch"})
    assert [row.unit.id for row in branches] == ["QY", "DG", "DG-B1", "DG-B2"]
    assert len(UNITS) == 10
