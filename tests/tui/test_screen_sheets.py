"""A spreadsheet taken in on screen: what each column is, every doubt by its cell, and the file it becomes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from fixture import NARROW, WIDE, make_app, make_space, running, shown, told, who
from helpers import assert_sound, check_golden, screen_text

from inspect_tui.exchange.checklist_keeping import kept_mappings
from inspect_tui.exchange.sheet_headings import load_mapping
from inspect_tui.store.loading import load_checklist
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui import files_nearby

sys.path.append(str(Path(__file__).parent.parent / "unit"))
from office_sheets import book, branch_rules, safety_list

PAGE = ("1", "9", "3")


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setattr(files_nearby, "folders", lambda root: [root])
    monkeypatch.setattr("inspect_tui.exchange.checklist_shelf.shipped_files", list)
    space = make_space(tmp_path)
    who(space)
    return space


async def settled(app: Any, pilot: Any, *keys: str) -> None:
    """Press keys, then wait until what they asked to be read is read."""
    if keys[:3] == PAGE:
        await pilot.press(*PAGE)
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        keys = keys[3:]
    await pilot.press(*keys)
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_looks(
    space: Workspace, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], update_goldens: bool
) -> None:
    (space.root / "kh[red].xlsx").write_bytes(branch_rules())
    async with shown(monkeypatch, space, size) as pilot:
        app, text = pilot.app, ""
        await settled(app, pilot, *PAGE, "enter")
        for keys in ((), ("down", "down"), ("end",)):
            await settled(app, pilot, *keys)
            assert_sound(app)
            text += screen_text(app) + "=" * size[0] + "\n"
        check_golden(f"sheet-look-{size[0]}x{size[1]}", text, update_goldens)


async def test_a_sheet_becomes_a_checklist_and_its_mapping_is_kept(space: Workspace) -> None:
    (space.root / "细则.xlsx").write_bytes(branch_rules())
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await settled(app, pilot, *PAGE, "enter")
        look = app.screen
        assert [h.role for h in look.found.headings][:6] == [
            "serial", "section", "section_points", "text", "points", "rubric",
        ]  # fmt: skip
        # A column taken for the wrong thing is put right; what had that meaning gives it up.
        at = next(i for i, row in enumerate(look.rows) if getattr(row, "column", "") == "G")
        look.line_list.move_to(at)
        await settled(app, pilot, "enter", "2")
        roles = {h.column: h.role for h in look.found.headings}
        assert (roles["G"], roles["B"]) == ("section", "ignore") and "B列不取了" in told(app)
        look.line_list.move_to(
            next(i for i, row in enumerate(look.rows) if getattr(row, "column", "") == "B")
        )
        await settled(app, pilot, "enter", "2")
        # A name that is no id is asked for before anything is written.
        await pilot.press("1", *"kh")
        await settled(app, pilot, "enter")
        await settled(app, pilot, "1")
        written = space.checklists_dir / "kh.json"
        checklist, _ = load_checklist(written)
        assert (checklist.id, len(checklist.items())) == ("kh", 5)
        assert "kh.json" in screen_text(app) and "各大项" in screen_text(app)
        (kept,) = kept_mappings(space)
        mapping = load_mapping(kept)
        assert mapping.columns["B"] == "section" and mapping.columns["G"] == "ignore"
        assert (mapping.sheet, mapping.headings, mapping.revision) == ("", (0, 0), "")


async def test_next_month_with_the_old_version_and_never_over_it_unasked(space: Workspace) -> None:
    (space.root / "kh.xlsx").write_bytes(branch_rules())
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await settled(app, pilot, *PAGE, "enter")
        await settled(app, pilot, "1")
        path = space.checklists_dir / "kh.json"
        raw = json.loads(path.read_text(encoding="utf-8"))
        raw["sections"][0]["items"][0]["id"] = "ZZ-09"
        before = json.dumps(raw, ensure_ascii=False)
        path.write_text(before, encoding="utf-8")
        await settled(app, pilot, "escape", "enter")
        await settled(app, pilot, "1")
        # The same version with other ids: said, and left alone on a no.
        assert "版本号没有改" in screen_text(app)
        await settled(app, pilot, "2")
        assert path.read_text(encoding="utf-8") == before
        await settled(app, pilot, "2")
        await settled(app, pilot, "1")
        assert "对照旧版" in screen_text(app)
        assert app.screen.found.checklist.items()[0].id == "ZZ-09"
        await pilot.press("3", "5", *"!!")
        await settled(app, pilot, "enter")
        await settled(app, pilot, "1")
        assert "版本号比" not in screen_text(app), "raised, and what it changed is written down"
        await settled(app, pilot, "1")
        checklist, _ = load_checklist(path)
        assert (checklist.items()[0].id, checklist.revision, checklist.change_note) == ("ZZ-09", "2", "!!")
        assert path.with_name("kh.json.bak").read_text(encoding="utf-8") == before


async def test_tabs_heads_and_kept_mappings(space: Workspace) -> None:
    import io

    import openpyxl

    made = openpyxl.load_workbook(io.BytesIO(safety_list()))
    other = made.create_sheet("备用")
    for row in (["内容", "分数", "说明"], ["记录保存两年", 5, "缺1次扣1分"]):
        other.append(row)
    made.save(space.root / "aq.xlsx")
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await settled(app, pilot, *PAGE, "enter")
        await settled(app, pilot, "5")
        assert "还没有存下" in told(app)
        assert app.screen.found.others == ["备用"]
        await settled(app, pilot, "4", "2")
        assert app.screen.found.sheet == "备用" and len(app.screen.found.checklist.items()) == 1
        await pilot.press("3", "2", *"026")
        await settled(app, pilot, "enter")
        await pilot.press("3", "4")
        await settled(app, pilot, "2")
        checklist = app.screen.found.checklist
        assert checklist.revision == "1026"
        assert [kind.label for kind in checklist.unit_kinds] == ["党委", "党小组"]
        await settled(app, pilot, "1")
        await settled(app, pilot, "escape", "enter")
        await settled(app, pilot, "5", "1")
        assert app.screen.given.sheet == "备用" and len(app.screen.found.checklist.items()) == 1


async def test_what_is_no_table_of_items_says_so(space: Workspace) -> None:
    (space.root / "a.csv").write_text("姓名,电话\n甲,1\n", encoding="utf-8")
    (space.root / "b.xlsx").write_bytes(b"PK\x03\x04broken")
    (space.root / "c.xlsx").write_bytes(book([["检查内容[/]", "分值"], ["[@click=app.quit]x", "=1+1"]]))
    (space.root / "~$c.xlsx").write_bytes(b"")
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await settled(app, pilot, *PAGE)
        names = sorted(f.path.name for f in app.screen.found)
        assert names == ["a.csv", "b.xlsx", "c.xlsx"]
        for name in names:
            app.screen._given([space.root / name])
            await settled(app, pilot, "1")
            assert_sound(app)
            assert "不能写" in told(app)
            await settled(app, pilot, "escape")
        assert [p.name for p in space.checklists_dir.iterdir()] == ["small.json"]
