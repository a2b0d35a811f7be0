"""Recounting a distribution and walking basic flows on screen: what is shown, written, and let go."""

from __future__ import annotations

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from fixture import CHECKLIST, NARROW, WIDE, make_app, make_space, running, settle, told, who, write_json
from helpers import HOSTILE, assert_sound, check_golden, screen_text
from lead_work import quiet_home as quiet_home
from pages import type_text

from inspect_tui.model.flows import StepFound
from inspect_tui.model.terms import Helper, Role, Verdict
from inspect_tui.rules.flow_walks import flow_draws, newest_walk
from inspect_tui.rules.reading import free_findings, read_answer, read_visit
from inspect_tui.rules.recounts import recounts_of
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.helping import likely_sheets, month_in, read_month

NAMES = ("卢甲军", "贺乙芳", "康丙强", "白丁燕")
PAID = ("1610.37", "1690.53", "1471.91", "1227.19")
SHEET = "姓名,考核得分,出勤,实发金额\n" + "".join(
    f"{name},{points},{days},{paid}\n"
    for name, points, days, paid in zip(NAMES, (98, 95, 92, 88), (22, 22, 20, 15), PAID, strict=True)
)
RULE = {
    "format": "inspect-tui/distribution",
    "version": "1.0",
    "id": "own",
    "title": "第1党小组分配细则",
    "basis": "2026年1月组员讨论通过",
    "parts": [{"name": "得分", "share": 0.4, "by": ["points"]}, {"name": "出勤", "by": ["days"]}],
}
STEPS = [{"stage": "plan", "text": "有计划"}, {"stage": "check", "text": "有检查"}]
FLOWS = {
    "format": "inspect-tui/flows",
    "version": "1.0",
    "id": "few",
    "title": "流程目录",
    "groups": [
        {"name": "组织生活", "flows": [{"id": n, "name": n, "steps": STEPS} for n in ("F1", "F2", "F3")]}
    ],
}


def helped(root: Path, *, helpers: bool = True, rule: dict[str, Any] = RULE) -> Workspace:
    """The fixture's workspace with a rule, a sheet, a list of flows, and items that ask for the pages."""
    checklist = copy.deepcopy(CHECKLIST)
    if helpers:
        checklist["sections"][0]["items"][0]["helper"] = "recount"
        checklist["sections"][0]["items"][1]["helper"] = "flows"
    space = make_space(root, checklists=[checklist])
    who(space, role=Role.INSPECTOR)
    write_json(space.distribution_dir / "own.json", rule)
    write_json(space.flows_dir / "few.json", FLOWS)
    (root / "samples").mkdir()
    (root / "samples" / "10月奖金分配表.csv").write_text(SHEET, encoding="utf-8")
    return space


async def settled(pilot: Any) -> None:
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def recounted(pilot: Any, *keys: str) -> Any:
    """The recount page of a group with its sheet read."""
    pilot.app.open_helper(Helper.RECOUNT, "DG01")
    await settled(pilot)
    await pilot.press("1")
    await settled(pilot)
    await pilot.press("enter")
    await settled(pilot)
    for key in keys:
        await pilot.press(key)
        await settled(pilot)
    return pilot.app.screen


def judged(app: Any, item: str) -> Any:
    found = app.desk.round.item("small", item)
    return read_answer(app.desk.state, "DG01", "small", found)


def everything_in(folder: Path) -> str:
    files = (path for path in folder.rglob("*") if path.is_file() and "samples" not in path.parts)
    return "\n".join(path.read_bytes().decode("utf-8", errors="replace") for path in files)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_looks(tmp_path: Path, size: tuple[int, int], update_goldens: bool, quiet_home: Any) -> None:
    label = f"{size[0]}x{size[1]}"
    async with running(make_app(helped(tmp_path)), size) as pilot:
        await recounted(pilot)
        assert_sound(pilot.app)
        check_golden(f"recount-{label}", screen_text(pilot.app), update_goldens)
        await pilot.press("escape")
        pilot.app.open_helper(Helper.FLOWS, "DG01")
        for keys in (("5", "1"), ("enter",), ("1", "2", "3")):
            await pilot.press(*keys)
            await settled(pilot)
        assert_sound(pilot.app)
        check_golden(f"flows-{label}", screen_text(pilot.app), update_goldens)


async def test_a_recount_writes_problem_note_and_figures_and_lets_every_line_go(
    tmp_path: Path, quiet_home: Any
) -> None:
    space = helped(tmp_path)
    async with running(make_app(space), notifications=True) as pilot:
        page = await recounted(pilot)
        app = pilot.app
        assert page.month == "2026-10" and len(page.made.wrong) == 4 and not page.made.blocked
        text = screen_text(app)
        assert all(name in text for name in NAMES) and "1610.37" in text
        await pilot.press("5")
        assert not any(name in screen_text(app) for name in NAMES)
        await pilot.press("8")
        assert not read_visit(app.desk.state, "DG01").date
        await pilot.press("8", "7")
        await pilot.pause()
        answer = judged(app, "GW-01")
        assert answer.judgement.verdict is Verdict.FAIL and answer.judgement.count("岗位责任缺项") == 4
        await pilot.press("7", "6")
        await pilot.pause()
        answer = judged(app, "GW-01")
        assert answer.judgement.count("岗位责任缺项") == 4 and len(answer.notes) == 1
        note = answer.notes[0].text
        assert note.startswith("复算2026年10月分配表4人，4人次与细则不一致") and "\n" not in note.strip()
        month = recounts_of(app.desk.state, "DG01")[0]
        assert (month.told.people, month.told.wrong, month.told.cells[0]) == (4, 4, "D2")
        assert "记过" in told(app) and "说明里已经有" in told(app)
        due = [str(row.due) for row in page.made.rows]
        await settle(app, pilot)
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert "已撤销" in told(app)
        await pilot.press("escape")
        await pilot.pause()
        assert not any(name in screen_text(app) for name in NAMES)
    import os

    kept = everything_in(tmp_path) + everything_in(Path(os.environ["INSPECT_TUI_HOME"]))
    assert month.told.sha256 in kept
    # The largest difference is told, the amounts it comes from are not.
    assert not [word for word in (*NAMES, *PAID, *due) if word in kept]


async def test_a_sheet_that_agrees_rules_totals_and_faults(tmp_path: Path, quiet_home: Any) -> None:
    rule = RULE | {"parts": [{"name": "得分", "each": 10, "by": ["points"]}], "round_to": "yuan"}
    space = helped(tmp_path, helpers=False, rule=rule)
    write_json(space.distribution_dir / "other.json", RULE | {"id": "other", "title": "另一份"})
    write_json(space.distribution_dir / "bad.json", RULE | {"id": "bad", "parts": []})
    sheet = tmp_path / "samples" / "10月奖金分配表.csv"
    sheet.write_text("姓名,考核得分,实发金额\n卢甲军,98,980\n贺乙芳,9,91\n白丁燕,x,1\n", encoding="utf-8")
    async with running(make_app(space), notifications=True) as pilot:
        app = pilot.app
        app.open_helper(Helper.RECOUNT, "DG02")
        await settled(pilot)
        assert "没有步骤" in told(app)
        await pilot.press("escape", "7")
        assert "先按 1 选分配表" in told(app)
        # By name of the file typed in; then which rule, then which month.
        await pilot.press("1")
        await settled(pilot)
        await pilot.press("2")
        await type_text(pilot, str(sheet))
        await settled(pilot)
        await pilot.press("2")
        await settled(pilot)
        await type_text(pilot, "")
        await settled(pilot)
        page = app.screen
        assert page.rule.id == "own" and [row.reason for row in page.shown] == ["", "得分不是数字"]
        await pilot.press("4")
        assert len(page.shown) == 3 and "一致" in screen_text(app)
        await pilot.press("6")
        assert "没有对应的检查项" in told(app)
        await pilot.press("7", "7")
        await pilot.pause()
        found = free_findings(app.desk.state, "DG02")
        assert [f.text for f in found] == [
            "复算2026年10月分配表3人，1人次与细则不一致，多发1元，差额最大1元，1人次数据不全，没有复算"
        ]
        await pilot.press("3")
        await type_text(pilot, "很多")
        assert "请写金额" in screen_text(app)
        await pilot.press("escape", "escape")
        await pilot.pause()
        # A rule that the sheet has no column for is told, and nothing is shown.
        await pilot.press("2", "1")
        await settled(pilot)
        assert "没有找到栏目：出勤" in told(app) and page.made is None
        assert "或者按 2 换一份细则" in told(app)


async def test_the_rule_of_the_last_recount_or_the_first_that_fits_is_under_the_cursor(
    tmp_path: Path, quiet_home: Any
) -> None:
    space = helped(tmp_path)
    posts = {**RULE, "id": "a-posts", "title": "按系数", "parts": [{"name": "系数", "by": ["coefficient"]}]}
    write_json(space.distribution_dir / "a-posts.json", posts)
    points = {**RULE, "id": "z-points", "title": "只按得分", "parts": [{"name": "得分", "by": ["points"]}]}
    write_json(space.distribution_dir / "z-points.json", points)
    async with running(make_app(space), notifications=True) as pilot:
        app = pilot.app
        app.open_helper(Helper.RECOUNT, "DG01")
        await settled(pilot)
        page = app.screen_stack[-2]
        await pilot.press("1")
        await settled(pilot)
        assert [rule.id for rule in page.rules] == ["a-posts", "own", "z-points"]
        assert app.screen.panel.cursor == 1, "the sheet has no 系数"
        await pilot.press("3")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert page.made is not None and page.rule.id == "z-points"
        await pilot.press("8")
        await settled(pilot)
        await pilot.press("2")
        await settled(pilot)
        assert app.screen.panel.cursor == 2
        assert [entry.detail for entry in app.screen.panel.entries] == [RULE["basis"]] * 2 + ["上次用的"]


async def test_flows_are_drawn_walked_and_told(tmp_path: Path, quiet_home: Any) -> None:
    async with running(make_app(helped(tmp_path)), notifications=True) as pilot:
        app = pilot.app
        app.open_helper(Helper.FLOWS, "DG01", ("small", "GW-02"))
        await pilot.pause()
        await pilot.press("7", "1")
        assert "还没有抽过" in told(app)
        await pilot.press("5", "1")
        await pilot.pause()
        await type_text(pilot, "当众种子")
        page = app.screen
        walk = newest_walk(app.desk.state, "DG01")
        assert walk.draw.seed == "20261120当众种子" and walk.steps == 6
        await pilot.press("4")
        assert "先按 1、2、3" in told(app)
        await pilot.press("1", "3", "up", "enter")
        await pilot.pause()
        await type_text(pilot, "[/]没有\x1b[31m签到")
        walk = newest_walk(app.desk.state, "DG01")
        assert walk.flows[0].marks[1].note == "[/]没有[31m签到" and walk.flows[0].word == "走不通"
        await pilot.press("7")
        await pilot.pause()
        assert judged(app, "GW-02").judgement.count("未按月修订") == 1
        assert "走不通（有检查没做，[/]没有[31m签到）" in judged(app, "GW-02").notes[0].text
        await pilot.press("0")
        await pilot.pause()
        assert newest_walk(app.desk.state, "DG01").looked == 1
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert newest_walk(app.desk.state, "DG01").looked == 2
        await pilot.press("6", "5", "2")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert len(flow_draws(app.desk.state, "DG01")) == 2 and "没有另一次抽查" in told(app)
        await pilot.press("2", "1", "9")
        await pilot.pause()
        assert newest_walk(app.desk.state, "DG01").flows[0].marks[0].found is StepFound.PARTLY
        assert "各步都已看完" in told(app)
        (written,) = app.desk.session.space.exports_dir.glob("*.csv")
        assert len(written.read_text(encoding="utf-8-sig").splitlines()) == 9
        await pilot.press("6", "1")
        await pilot.pause()
        assert "当众种子" in screen_text(app) and page.walk.draw.seed == "20261120当众种子"
        assert_sound(app)


async def test_the_menus_lead_there_and_the_item_tells_how_far_it_is(tmp_path: Path, quiet_home: Any) -> None:
    async with running(make_app(helped(tmp_path), unit="DG01"), WIDE) as pilot:
        app = pilot.app
        assert "可用“分配复算”" in screen_text(app)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert "更多操作" in screen_text(app)
        await pilot.press("escape")
        app.screen.action_helper()
        await pilot.pause()
        assert app.screen.place == "flows" and app.screen.target.item.id == "GW-02"
        await pilot.press("5", "1")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("3", "escape")
        await pilot.pause()
        assert "基本流程抽查：3项，已看1/6步，1项走不通" in screen_text(app)
        from inspect_tui.tui.screens.doors import DOSSIER, open_doors

        for door, place in (("分配复算", "recount"), ("基本流程抽查", "flows")):
            open_doors(app, "单位档案", DOSSIER)
            await pilot.pause()
            number = next(n for n, each in enumerate(DOSSIER, 1) if each.label == door)
            await pilot.press(str(number), "1")
            await settled(pilot)
            if place == "recount":
                await pilot.press("escape")
            assert app.screen.place == place and app.screen.unit == "DG01"
            await pilot.press("escape")


async def test_hostile_sheets_and_lists_are_shown_without_harm(tmp_path: Path, quiet_home: Any) -> None:
    space = helped(tmp_path)
    texts = [text.replace("\n", " ").replace("\r", " ")[:60] for text in HOSTILE if text.strip()]
    lines = "".join(f'"{text.replace(chr(34), "")}{n}",1,1,{n}\n' for n, text in enumerate(texts))
    sheet = tmp_path / "samples" / "10月奖金分配表.csv"
    sheet.write_bytes(("姓名,考核得分,出勤,实发金额\n" + lines).encode("utf-8", errors="replace"))
    flows = copy.deepcopy(FLOWS)
    flows["groups"][0]["flows"][0]["name"] = "[@click=app.quit]x[/]"
    flows["groups"][0]["flows"][0]["steps"] = [{"stage": "do", "text": text or "x"} for text in texts[:9]]
    write_json(space.flows_dir / "few.json", flows)
    async with running(make_app(space)) as pilot:
        page = await recounted(pilot, "4")
        assert len(page.shown) == len(texts)
        for _ in range(len(texts) // 8 + 1):
            assert_sound(pilot.app)
            await pilot.press("pagedown")
        await pilot.press("escape")
        pilot.app.open_helper(Helper.FLOWS, "DG01")
        await pilot.press("5", "1")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert_sound(pilot.app)
        await pilot.press("end", "3")
        assert_sound(pilot.app)


def test_months_and_sheets_by_name(tmp_path: Path) -> None:
    assert month_in("2026年10月分配表.xlsx", "2026-11-20") == "2026-10"
    assert (
        month_in("奖金12月.csv", "2026-11-20") == "2025-12"
        and month_in("x 2025-03.csv", "2026-11-20") == "2025-03"
    )
    assert (
        month_in("分配表.csv", "2026-01-02") == "2025-12"
        and month_in("分配表.csv", "2026-11-02") == "2026-10"
    )
    assert [read_month(t) for t in ("2026-10", "2026年3月", "10月", "2026-13")] == [
        "2026-10",
        "2026-03",
        "",
        "",
    ]
    for folder, name in ((".", "a.csv"), (".", "~$b.xlsx"), ("samples", "奖金.xlsx"), ("收卷", "c.docx")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_bytes(json.dumps(dt.date.min.isoformat()).encode())
    found = [path.name for path in likely_sheets(tmp_path) if tmp_path in path.parents]
    assert found == ["奖金.xlsx", "a.csv"]
