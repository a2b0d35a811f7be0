"""Home: rounds, the tree of units with honest progress, and the way to everything else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from fixture import (
    LOOKS,
    NARROW,
    ROSTER,
    TEAMS,
    UNITS,
    WIDE,
    deduct,
    finish,
    make_app,
    make_space,
    open_desk,
    past_round,
    refuse_writing,
    running,
    settle,
    shown,
    some_work,
    told,
    verdict,
    who,
    write_json,
)
from helpers import HOSTILE, assert_sound, check_golden, screen_lines, screen_text

from inspect_tui.store.workspace import Workspace
from inspect_tui.tui import home_rows
from inspect_tui.tui.home_rows import UnitRow
from sweeps import first_of


def worked_in(root: Path, **changed: Any) -> Workspace:
    """Two past rounds, a broken one, and a round under way."""
    space = make_space(root, **changed)
    past_round(space, 3)
    past_round(space, 2)
    broken = space.rounds_dir / "2025Q4-lookback" / "round.json"
    broken.parent.mkdir()
    broken.write_text('{"format": "inspect-tui/round", ', encoding="utf-8")
    who(space)
    desk = open_desk(space)
    some_work(desk)
    desk.session.close()
    return space


def cursor_row(app: Any) -> Any:
    return app.screen.row


def name(app: Any) -> str:
    return type(app.screen).__name__


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    async with shown(monkeypatch, worked_in(tmp_path), size, look) as pilot:
        await pilot.pause(0.1)
        await settle(pilot.app, pilot)
        text = screen_text(pilot.app)
        assert_sound(pilot.app)
        label = "normal" if look == "nocolor" else look
        check_golden(f"home-{size[0]}x{size[1]}-{label}", text, update_goldens and look != "nocolor")
        if look == "plain":
            assert not set(text) & set("─│…—·█░")


async def test_enter_resumes_at_the_unit_that_is_under_way_and_esc_comes_back_to_it(tmp_path: Path) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app) as pilot:
        assert cursor_row(app).unit.id == "DG02"
        await pilot.press("enter")
        assert name(app) == "WalkScreen" and app.screen.stop.unit == "DG02"
        await pilot.press("1", "escape")
        await pilot.pause(0.1)
        row = next(line for line in screen_lines(app) if "东沟第2党小组" in line)
        assert "3/5" in row
        assert "已查 8/30 项" in screen_text(app)


async def test_the_unit_left_last_is_where_the_next_start_stands(tmp_path: Path) -> None:
    space = worked_in(tmp_path)
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("down", "down", "enter")
        assert app.screen.stop.unit == "DG04"
    app = make_app(space)
    async with running(app) as pilot:
        assert cursor_row(app).unit.id == "DG04"


async def test_a_start_at_a_unit_makes_home_when_the_unit_is_left(tmp_path: Path) -> None:
    space = worked_in(tmp_path)
    app = make_app(space, unit="DG02")
    async with running(app) as pilot:
        assert [type(screen).__name__ for screen in app.screen_stack[1:]] == ["WalkScreen"]
        finish(app.desk, "DG02")
        await pilot.press("escape")
        await pilot.pause(0.1)
        assert [type(screen).__name__ for screen in app.screen_stack[1:]] == ["HomeScreen"]
        assert cursor_row(app).unit.id == "DG02", "it was to be done when the program began"
        assert "已查 10/30 项" in screen_text(app)
        await settle(app, pilot)
        assert "已保存" in screen_lines(app)[0]
        await pilot.press("escape")
        assert name(app) == "HomeScreen", "home is left by quitting"
    app = make_app(space, unit="DG02")
    async with running(app) as pilot:
        await pilot.press("escape")
        await pilot.pause()
        assert cursor_row(app).unit.id == "DG04"


async def test_a_start_at_an_unknown_unit_shows_home_and_says_so(tmp_path: Path) -> None:
    app = make_app(worked_in(tmp_path), unit="DG99")
    async with running(app, notifications=True) as pilot:
        await pilot.pause()
        assert name(app) == "HomeScreen" and cursor_row(app).unit.id == "DG02"
        assert "本轮没有编号为“DG99”的单位。" in told(app)


async def test_my_teams_units_come_first_and_totals_cover_all(tmp_path: Path) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app) as pilot:
        await pilot.pause(0.1)
        mine = [row.mine for row in app.screen.rows if isinstance(row, UnitRow)]
        assert mine == [True] * 4 + [False] * 2
        assert "完成 2/6 个单位" in screen_text(app)
        assert "问题 3 条" in screen_text(app)


async def test_a_broken_round_is_shown_and_leads_to_its_faults(tmp_path: Path) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app) as pilot:
        await pilot.press("home", "down", "down", "down")
        assert "读不了" in screen_text(app)
        await pilot.press("enter")
        assert name(app) == "FaultsScreen"
        await pilot.press("escape")
        assert name(app) == "HomeScreen" and app.desk is not None


async def test_enter_on_another_round_opens_it(tmp_path: Path) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app) as pilot:
        await pilot.press("home", "down", "enter")
        await pilot.pause(0.1)
        assert app.desk.round.id == "2026Q3-lookback"
        assert "完成 0/6" in screen_text(app)
        assert "2026年第三季度回头看" in screen_lines(app)[0]


async def test_a_branch_folds_and_unfolds(tmp_path: Path) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app) as pilot:
        await pilot.press("left")
        assert "东沟第1党小组" not in screen_text(app)
        assert cursor_row(app).unit.id == "DG-B1"
        await pilot.press("enter")
        assert "东沟第1党小组" in screen_text(app)
        assert isinstance(cursor_row(app), UnitRow)


@pytest.mark.parametrize(
    ("keys", "screen"),
    [
        (("1", "1"), "RoundNewScreen"),
        (("1", "2"), "RoundNewScreen"),
        (("1", "3"), "PackingScreen"),
        (("1", "4"), "TextPrompt"),
        (("1", "5"), "HandInScreen"),
        (("3",), "HandInScreen"),
        (("1", "6"), "MenuScreen"),
        (("2", "1", "2"), "AcrossScreen"),
        (("1", "7"), "SearchScreen"),
        (("、",), "SearchScreen"),
        (("1", "8"), "IdentityScreen"),
        (("1", "9", "1"), "FaultsScreen"),
        (("f6",), "SummaryScreen"),
        (("f1",), "HelpScreen"),
    ],
)
async def test_every_way_out_of_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...], screen: str
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "nobody")
    app = make_app(worked_in(tmp_path))
    async with running(app) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert name(app) == screen


async def test_across_from_home_walks_the_picked_item(tmp_path: Path) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app) as pilot:
        await pilot.press("2", "2", "1")
        assert (app.screen.track.checklist, app.screen.track.item) == ("small", "JL-01")


async def test_an_empty_workspace_says_what_to_do(tmp_path: Path) -> None:
    space = make_space(tmp_path, rounds=False)
    who(space)
    app = make_app(space)
    async with running(app) as pilot:
        assert "还没有检查轮次" in screen_text(app)
        for key in ("2", "3", "f6", "enter", "slash"):
            await pilot.press(key)
            assert name(app) == "HomeScreen"
        await pilot.press("1", "3")
        assert name(app) == "MenuScreen"


async def test_only_rows_in_sight_are_counted_before_the_first_paint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = [u for u in UNITS if u["kind"] != "party_group"]
    units += [
        {**UNITS[-1], "id": f"U{n:03}", "code": f"U{n:03}", "name": f"第{n}党小组", "profile": "production"}
        for n in range(110)
    ]
    space = make_space(tmp_path, units=units, teams=[{**TEAMS[0], "units": []}])
    who(space)
    desk = open_desk(space)
    for n in range(20):
        verdict(desk, f"U{n:03}", "GW-01")
    desk.session.close()
    asked: list[str] = []
    from inspect_tui.tui import desk as desk_module
    from inspect_tui.tui.screens.home import HomeScreen

    real = desk_module.unit_progress

    def counted(state: Any, round_: Any, unit: str) -> Any:
        asked.append(unit)
        return real(state, round_, unit)

    monkeypatch.setattr(desk_module, "unit_progress", counted)
    later: list[Any] = []
    monkeypatch.setattr(HomeScreen, "_go_on_counting", lambda self: later.append(self))
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.pause()
        assert 0 < len(asked) <= 30
        assert "正在统计" in screen_text(app)
        monkeypatch.undo()
        later[0]._go_on_counting()
        await pilot.pause(0.5)
        assert "已查 20/550 项" in screen_text(app)


async def test_two_opinions_are_marked(tmp_path: Path) -> None:
    space = make_space(tmp_path)
    first = who(space, "检查员乙")
    desk = open_desk(space, first)
    verdict(desk, "DG01", "GW-01")
    desk.session.close()
    who(space, "检查员甲")
    desk = open_desk(space)
    deduct(desk, "DG01", "GW-01", "无时限")
    desk.session.close()
    app = make_app(space)
    async with running(app):
        row = next(line for line in screen_lines(app) if "东沟第1党小组" in line)
        assert "两种意见" in row and "0/5" in row


@pytest.mark.parametrize("size", first_of([NARROW, WIDE]))
async def test_hostile_names_do_no_harm(tmp_path: Path, size: tuple[int, int]) -> None:
    space = make_space(tmp_path)
    who(space)
    past_round(space, 3)
    desk = open_desk(space)
    deduct(desk, "DG01", "GW-01", "岗位责任缺项")
    desk.session.close()
    app = make_app(space)
    async with running(app, size) as pilot:
        # Straight into the open round, as if the door had let everything pass.
        spread_hostile(app, HOSTILE)
        await pilot.pause(0.1)
        # The longest lists of signs stand in rows of their own, so a page shows many of them at once.
        for place in range(0, len(app.screen.rows), 6):
            app.screen.line_list.move_to(place)
            await pilot.pause()
            assert_sound(app)
        await pilot.press("1")
        assert_sound(app)
        await pilot.press("escape", "2")
        assert_sound(app)
        await pilot.press("1")
        assert_sound(app)
        assert app.is_running


def spread_hostile(app: Any, texts: list[str]) -> None:
    """Put hostile texts into every shown field of the open round."""
    session = app.desk.session
    round_, replace = session.round, msgspec.structs.replace
    shape = round_.unit("DG01")
    units = [unit for unit in round_.units if unit.kind.value != "party_group"]
    units = [replace(unit, name=texts[place]) for place, unit in enumerate(units)]
    for place, text in enumerate(texts):
        names = {"name": text, "leader": text, "responsible_leader": text, "feature": text, "full_name": text}
        units.append(replace(shape, id=f"DG{place:02}", **names))
    checklist = round_.checklists[0]
    sections = [
        replace(
            section,
            name=texts[3],
            short=texts[5],
            items=tuple(replace(i, text=texts[12]) for i in section.items),
        )
        for section in checklist.sections
    ]
    teams = [replace(round_.teams[0], name=texts[0], lead=texts[4], members=(texts[11],), units=())]
    session.round = replace(
        round_,
        units=tuple(units),
        teams=tuple(teams),
        checklists=(replace(checklist, title=texts[6], sections=tuple(sections)),),
        title=texts[5],
        issuer=texts[13],
        period=replace(round_.period, label=texts[1]),
    )
    app.desk._sheets.clear()
    app.desk._progress.clear()
    entries = [replace(e, round=session.round) if e.id == round_.id else e for e in app.screen.entries]
    app.screen.entries = entries
    app.screen._rebuild()
    app.screen._count_all()
    app.screen.tell_head(about=app.screen.page_about())


async def test_a_folder_that_cannot_be_written_opens_to_look_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = worked_in(tmp_path)
    space.identity_path.unlink()
    who(space, "检查员丁")
    refuse_writing(monkeypatch)
    app = make_app(space)
    async with running(app) as pilot:
        assert "只读" in screen_lines(app)[0]
        assert "已提交" in screen_text(app)
        await pilot.press("enter", "1")
        assert "只能看" in screen_text(app) or name(app) == "WalkScreen"
        assert app.desk.progress("DG02").answered == 2


async def test_a_broken_roster_and_checklist_do_not_hide_the_rounds(tmp_path: Path) -> None:
    space = worked_in(tmp_path)
    (space.root / "roster.json").write_text("[", encoding="utf-8")
    write_json(space.checklists_dir / "bad.json", {"format": "inspect-tui/checklist"})
    app = make_app(space)
    async with running(app):
        assert "东沟第2党小组" in screen_text(app)
    assert ROSTER["units"]


def test_units_of_one_branch_stand_together_under_one_heading(tmp_path: Path) -> None:
    shuffled = [*UNITS[:4], UNITS[4], UNITS[7], UNITS[5], UNITS[8], UNITS[6], UNITS[9]]
    space = make_space(tmp_path, units=shuffled, teams=[])
    who(space, team="")
    desk = open_desk(space)
    rows = home_rows.build(space.rounds(), desk, set())
    desk.session.close()
    said = [row.unit.name for row in rows if isinstance(row, UnitRow | home_rows.BranchRow)]
    assert len(said) == len(set(said))
    assert len([row for row in rows if isinstance(row, UnitRow)]) == 6
