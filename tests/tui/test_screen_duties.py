"""岗位责任 and the three-level grid on screen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fixture import CHECKLIST, UNITS, finish, make_app, make_space, open_desk, running, shown, told, who
from helpers import assert_sound, check_golden, screen_text
from lead_work import quiet_home as quiet_home
from pages import MIXED, type_text

from inspect_tui.model.roster import Crew, Unit
from inspect_tui.model.terms import FindingKind, UnitKind
from inspect_tui.rules.duties import Slot, month_of, months_of, set_month, set_revised
from inspect_tui.rules.grid import grid_of
from inspect_tui.rules.points import PointsCount, set_points
from inspect_tui.rules.reading import free_findings, is_started
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.duties_page import DutiesScreen
from inspect_tui.tui.screens.grid_page import GridScreen

#: A file cannot hold half a character.
NASTY = MIXED.encode("utf-8", "replace").decode("utf-8")
NAMES = ["岗位专责", "交接班", "巡回检查", ""]
OCTOBER = {
    1: Slot(post="站长", standard="井、站、设备逐项落实到岗", node="10月8日前"),
    2: Slot(post="当班班长", standard="交接项目齐全，写清并签认", node="每班"),
    3: Slot(post="巡检岗", standard="两小时一巡", node="每两小时"),
}
NOVEMBER = OCTOBER | {
    1: Slot(post="站长", standard="井、站、设备逐项落实到岗", node="11月8日前"),
    3: Slot(post="巡检岗", standard="清蜡周期内重点井一小时一巡", node="每小时"),
    4: Slot(name="党建联系", post="党小组长", standard="每月谈一次", node="11月30日前"),
}


def crewed() -> list[dict[str, Any]]:
    """The fixture's units with crews: one blank crew arranged, one not; a group without leader or crew."""
    units: list[dict[str, Any]] = json.loads(json.dumps(UNITS))
    crews = {
        "DG01": [{"name": "1号井组", "staff": 9, "members": 4}],
        "DG02": [{"name": "2号井组", "staff": 8, "members": 4}, {"name": "卸油点", "staff": 5}],
        "DG03": [
            {"name": "3号井组", "staff": 8, "members": 4},
            {"name": "化验班", "staff": 4, "arrangement": "2名党员结对联系"},
        ],
    }
    for unit in units:
        if unit["id"] in crews:
            unit["crews"] = crews[unit["id"]]
        if unit["id"] in ("DG", "DG-B1", "DG-B2"):
            unit |= {
                "leader": "褚国梁",
                "responsible_leader": "李向东",
                "members": {"DG-B1": 11}.get(unit["id"], 20),
            }
        if unit["id"] == "DG05":
            unit["leader"] = ""
        if unit["id"] == "QY":
            unit["leader"] = "李向东"
    return units


def enter(desk: Desk, unit: str = "DG01") -> None:
    for month, slots, day in (("2026-10", OCTOBER, "2026-10-09"), ("2026-11", NOVEMBER, "2026-11-04")):
        edits = [*set_month(desk.state, unit, month, slots), *set_revised(desk.state, unit, month, day)]
        desk.commit_lead(edits, "岗位责任")


def space_of(root: Path, **more: Any) -> Workspace:
    checklist = {**CHECKLIST, "duties": NAMES, "duty_day": 5, **more}
    space = make_space(root, checklists=[checklist], units=crewed())
    who(space)
    return space


def entered(root: Path, **more: Any) -> Workspace:
    space = space_of(root, **more)
    desk = open_desk(space)
    enter(desk)
    desk.session.close()
    return space


async def press(pilot: Any, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], update_goldens: bool
) -> None:
    async with shown(monkeypatch, entered(tmp_path), size, "normal") as pilot:
        app = pilot.app
        app.push_screen(DutiesScreen(app.desk))
        await press(pilot, "down", "down")
        for name, screen in (("duties", None), ("grid", GridScreen(app.desk))):
            if screen is not None:
                app.push_screen(screen)
                await pilot.pause()
            assert_sound(app)
            check_golden(f"{name}-{size[0]}x{size[1]}-normal", screen_text(app), update_goldens)


# -------------------------------------------------------------------- duties


async def test_the_menu_leads_there_and_a_month_is_filled_in_copied_and_taken_back(tmp_path: Path) -> None:
    async with running(make_app(space_of(tmp_path)), notifications=True) as pilot:
        await press(pilot, "1", "0", "4")
        entries = [entry.id for entry in pilot.app.screen.panel.entries]
        await press(pilot, str(entries.index("duties") + 1))
        app = pilot.app
        assert isinstance(app.screen, DutiesScreen) and "无数据" in screen_text(app)
        page, state = app.screen, app.desk.state
        page.month = "2026-10"
        await press(pilot, "enter")
        for words in ("站长", "逐项落实", "10月8日前"):
            await type_text(pilot, words)
        assert month_of(state, "DG01", "2026-10").slots[0].slot == Slot(
            post="站长", standard="逐项落实", node="10月8日前"
        )
        assert not is_started(state, "DG01"), "filling in is no visit"
        await press(pilot, "right", "3")
        assert page.month == "2026-11" and "没有修订：和10月一样" in screen_text(app)
        await press(pilot, "4")
        await type_text(pilot, "2026.11.35")
        assert "看不懂这个日期" in screen_text(app)
        app.screen.field.text = ""
        await type_text(pilot, "2026.11.3")
        assert month_of(state, "DG01", "2026-11").revised == "2026-11-03"
        await press(pilot, "8")
        assert month_of(state, "DG01", "2026-11").slots == ()
        await press(pilot, "ctrl+z", "ctrl+z", "ctrl+z")
        assert months_of(state, "DG01") == ["2026-10"]
        await press(pilot, "ctrl+z", "ctrl+z")
        assert months_of(state, "DG01") == [] and "没有可撤销的操作" in told(app)


async def test_an_unnamed_slot_is_named_here_and_a_submitted_visit_shuts_nothing(tmp_path: Path) -> None:
    space = space_of(tmp_path)
    desk = open_desk(space)
    finish(desk, "DG01")
    desk.session.close()
    async with running(make_app(space), notifications=True) as pilot:
        app = pilot.app
        app.push_screen(DutiesScreen(app.desk, "DG01", "2026-11"))
        await press(pilot, "end", "enter")
        for words in ("党建联系", "党小组长", "", ""):
            await type_text(pilot, words)
        (held,) = month_of(app.desk.state, "DG01", "2026-11", NAMES).slots
        assert (held.number, held.name, held.slot.post) == (4, "党建联系", "党小组长")
        await press(pilot, "7")
        assert "2026年11月" in screen_text(app)
        await press(pilot, "escape", "2", "2")
        assert app.screen.about_unit.id == "DG02"


async def test_a_sheet_is_taken_whole_or_not_at_all_and_comes_back_from_the_page(tmp_path: Path) -> None:
    space = entered(tmp_path)
    bad = tmp_path / "坏.csv"
    bad.write_text("岗位责任,责任岗位\n岗位专责,甲岗\n岗位专责,乙岗\n", encoding="utf-8")
    async with running(make_app(space), notifications=True) as pilot:
        app = pilot.app
        app.push_screen(DutiesScreen(app.desk))
        await press(pilot, "6")
        (made,) = space.exports_dir.glob("岗位责任*.xlsx")
        await press(pilot, "right", "5")
        await type_text(pilot, str(bad))
        assert "写了两次" in app.screen.panel.entries[0].label
        await press(pilot, "escape")
        assert months_of(app.desk.state, "DG01") == ["2026-10", "2026-11"]
        await press(pilot, "5")
        app.screen.field.text = ""
        await type_text(pilot, str(made))
        december = month_of(app.desk.state, "DG01", "2026-12", NAMES)
        assert {h.number: h.slot for h in december.slots} == NOVEMBER


async def test_two_records_of_a_slot_and_hostile_words_are_shown_and_harmless(tmp_path: Path) -> None:
    space = entered(tmp_path)
    desk = open_desk(space)
    desk.commit_lead(
        set_month(desk.state, "DG02", "2026-11", {1: Slot(post=NASTY[:1900], standard=NASTY[:1900])}), "x"
    )
    desk.session.close()
    async with running(make_app(space)) as pilot:
        app = pilot.app
        app.push_screen(DutiesScreen(app.desk, "DG02"))
        await pilot.pause()
        assert_sound(app)
        await press(pilot, "2", "escape", "7", "escape")
        assert_sound(app)


@pytest.mark.parametrize("asked", [True, False])
async def test_the_walk_tells_it_beside_the_sections_that_ask(tmp_path: Path, asked: bool) -> None:
    """Whatever a section is called: it asks by its field, and one whose name says so does not."""
    sections = json.loads(json.dumps(CHECKLIST["sections"]))
    if asked:
        sections[0] |= {"name": "综合事项", "short": "综合", "figures": ["duties", "points", "duties"]}
    else:
        sections[0]["name"] = "岗位责任和党员积分"
    space = entered(tmp_path, sections=sections)
    desk = open_desk(space)
    count = PointsCount(entered=7, members=8, rewards=12, penalties=3, used=True)
    desk.commit("DG01", set_points(desk.state, "DG01", "2026-10", count), "党员积分")
    desk.session.close()
    async with running(make_app(space, unit="DG01")) as pilot:
        text = screen_text(pilot.app)
        assert text.count("岗位责任 2026年11月：按时修订（11月4日修订") == asked
        points = "党员积分 2026-10：加分12次，扣分3次，覆盖87.5%（7/8人），已用于评优"
        assert "".join(text.split()).count("".join(points.split())) == asked


async def test_without_names_in_the_checklist_there_is_nothing_to_fill_in(tmp_path: Path) -> None:
    space = make_space(tmp_path)
    who(space)
    async with running(make_app(space), notifications=True) as pilot:
        app = pilot.app
        app.push_screen(DutiesScreen(app.desk))
        await press(pilot, "enter", "3", "4", "5", "6", "7", "8", "2", "left")
        assert "没有写岗位责任制各项名称" in screen_text(app)
        assert_sound(app)


# -------------------------------------------------------------------- grid


async def test_a_gap_becomes_a_problem_or_suggestion_of_its_unit(tmp_path: Path) -> None:
    async with running(make_app(space_of(tmp_path)), notifications=True) as pilot:
        app = pilot.app
        app.push_screen(GridScreen(app.desk))
        await pilot.pause()
        page, state = app.screen, app.desk.state
        assert page.grid == grid_of(app.desk.round.units, complete=False)
        assert page.current.gap.unit == "DG02" and page.current.gap.crew == "卸油点"
        await press(pilot, "f2", "enter")
        (finding,) = free_findings(state, "DG02")
        assert finding.kind is FindingKind.DEFICIENCY and "卸油点" in finding.text
        await press(pilot, "f2", "enter")
        assert len(free_findings(state, "DG02")) == 1 and "已经有这一条" in told(app)
        await press(pilot, "f4", "enter")
        assert [f.kind for f in free_findings(state, "DG02")].count(FindingKind.SUGGESTION) == 1
        await press(pilot, "ctrl+z", "ctrl+z", "ctrl+z")
        assert free_findings(state, "DG02") == [] and "没有可撤销的操作" in told(app)
        unseen = next(i for i, row in enumerate(page.rows) if row.gap and row.gap.unit == "DG-B1")
        page.list.move_to(unseen)
        await press(pilot, "f2")
        assert app.screen is page and "本轮不检查东沟一支部" in told(app)


async def test_the_roster_the_leaders_and_the_workbook(tmp_path: Path) -> None:
    space = space_of(tmp_path)
    async with running(make_app(space), notifications=True) as pilot:
        app = pilot.app
        app.push_screen(GridScreen(app.desk))
        await press(pilot, "2", "2")
        assert app.screen.current.gap == app.screen.grid.gaps[2]
        await press(pilot, "3")
        assert "秦振邦" in screen_text(app) and "分级承包" in screen_text(app)
        await press(pilot, "3", "1")
        assert (
            app.screen.whole and "名册：" in screen_text(app) and "没有列入的单位不计" not in screen_text(app)
        )
        await press(pilot, "end", "f2", "6")
        assert "把光标移到一处缺口上" in told(app) and list(space.exports_dir.glob("三级网格*.xlsx"))
        (tmp_path / "roster.json").write_text("{", encoding="utf-8")
        await press(pilot, "1", "1")
        assert not app.screen.whole and "名册读不出来" in told(app)


async def test_hostile_names_do_no_harm_in_the_grid(tmp_path: Path) -> None:
    crew = Crew(name=MIXED[:400], staff=3, arrangement=MIXED[:400])
    words = {"full_name": MIXED, "leader": MIXED, "responsible_leader": MIXED, "feature": MIXED}
    units = [
        Unit(id="B", code="B", name=MIXED[:300], kind=UnitKind.BRANCH, members=1, **words),
        Unit(
            id="G",
            code="G",
            name=MIXED[300:],
            kind=UnitKind.PARTY_GROUP,
            parent="B",
            members=9,
            crews=(crew,),
        ),
    ]
    async with running(make_app(space_of(tmp_path))) as pilot:
        app = pilot.app
        page = GridScreen(app.desk)
        page.grid = grid_of(units, complete=True)
        app.push_screen(page)
        await pilot.pause()
        for key in ("down", "down", "down", "end", "3", "home"):
            await press(pilot, key)
            assert_sound(app)
