"""Forms on screen: written for one unit or all, and taken back row by row, shown before anything is kept."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from fixture import FullDisk, make_app, make_space, open_desk, running, settle, shown, who
from helpers import HOSTILE, assert_sound, check_golden, screen_text
from lead_work import quiet_home as quiet_home
from openpyxl import load_workbook
from pages import name, said, type_text

from inspect_tui.exchange.form_content import form_content
from inspect_tui.model.terms import Secrecy, Verdict
from inspect_tui.report.papers.form_sheet import form_workbook
from inspect_tui.rules.reading import read_answer
from inspect_tui.store import files
from inspect_tui.store.workspace import Workspace

SIZES = [(80, 24), (120, 40)]


def form(space: Workspace, rows: dict[str, dict[str, Any]], unit: str = "DG01") -> bytes:
    """A unit's form with cells of its items written into, by item and heading."""
    desk = open_desk(space)
    data = form_workbook(form_content(desk.state, desk.round, unit))
    desk.session.close()
    book = load_workbook(io.BytesIO(data))
    page = book["检查表"]
    heads: dict[Any, int] = {}
    for line in page.iter_rows():
        if line[0].value == "编号":
            heads = {cell.value: cell.column for cell in line}
        for heading, value in rows.get(str(line[0].value), {}).items():
            page.cell(line[0].row, heads[heading]).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


GOOD: dict[str, dict[str, Any]] = {
    "GW-01": {"结论": "符合", "好的做法": "责任上墙"},
    "GW-02": {"结论": "不符合", "说明": "看了3个月"},
}


@pytest.fixture
def space(tmp_path: Path, quiet_home: Any) -> Workspace:
    space = make_space(tmp_path / "w")
    who(space)
    return space


def put(space: Workspace, data: bytes, called: str = "检查表-填好.xlsx") -> Path:
    path = space.root / called
    path.write_bytes(data)
    return path


async def doors(pilot: Any, digit: str) -> None:
    """One of the entries of the checklists' menu."""
    await pilot.press("1", "9", digit)
    await waited(pilot)


async def waited(pilot: Any) -> None:
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def verdict(pilot: Any, item: str, unit: str = "DG01") -> Verdict:
    desk = pilot.app.desk
    return read_answer(desk.state, unit, "small", desk.round.item("small", item)).verdict


@pytest.mark.parametrize("size", SIZES)
async def test_looks(
    space: Workspace, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], update_goldens: bool
) -> None:
    label = f"{size[0]}x{size[1]}"
    put(space, form(space, GOOD | {"GW-03": {"结论": "合格"}}), "检查表-有错.xlsx")
    async with shown(monkeypatch, space, size) as pilot:
        await settle(pilot.app, pilot)
        await doors(pilot, "5")
        assert_sound(pilot.app)
        check_golden(f"forms-{label}", screen_text(pilot.app), update_goldens)
        await pilot.press("escape")
        await doors(pilot, "6")
        await pilot.press("1")
        await waited(pilot)
        assert_sound(pilot.app)
        check_golden(f"form-take-{label}", screen_text(pilot.app), update_goldens)


async def test_forms_are_written_for_one_unit_and_for_all(space: Workspace) -> None:
    async with running(make_app(space)) as pilot:
        await doors(pilot, "5")
        await pilot.press("1")
        await waited(pilot)
        await pilot.press("2")
        await waited(pilot)
        made = sorted(p.suffix for p in space.exports_dir.iterdir())
        assert made == [".docx", ".xlsx"] and "已存" in screen_text(pilot.app)
        await pilot.press("home", "enter")
        await waited(pilot)
        (folder,) = [p for p in space.exports_dir.iterdir() if p.is_dir()]
        assert len(list(folder.iterdir())) == len(pilot.app.desk.units(mine=True))


async def test_a_full_disk_is_told(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(make_app(space)) as pilot:
        await doors(pilot, "5")
        with monkeypatch.context() as patch:
            patch.setattr(files, "fs", FullDisk(files.fs))
            await pilot.press("1")
            await waited(pilot)
        assert "所在磁盘是只读的" in screen_text(pilot.app) and not list(space.exports_dir.glob("*.xlsx"))


async def test_a_secret_round_writes_no_form(tmp_path: Path, quiet_home: Any) -> None:
    space = make_space(tmp_path / "w", secrecy=Secrecy.SECRET.value)
    who(space)
    async with running(make_app(space), notifications=True) as pilot:
        await doors(pilot, "5")
        await pilot.press("1")
        await waited(pilot)
        assert "密级" in said(pilot.app) and not list(space.exports_dir.iterdir())


async def test_a_form_is_shown_then_taken_with_one_key(space: Workspace) -> None:
    put(space, form(space, GOOD))
    async with running(make_app(space), notifications=True) as pilot:
        await doors(pilot, "6")
        await pilot.press("1")
        await waited(pilot)
        text = screen_text(pilot.app)
        assert "要记2，不同0，已有0" in text and "符合；好的做法：责任上墙" in text
        assert verdict(pilot, "GW-01") is Verdict.PENDING, "nothing is kept before the key"
        await pilot.press("1")
        await waited(pilot)
        assert name(pilot.app) == "HomeScreen" and "已记2行" in said(pilot.app)
        assert (verdict(pilot, "GW-01"), verdict(pilot, "GW-02")) == (Verdict.PASS, Verdict.FAIL)
        await doors(pilot, "6")
        await pilot.press("1")
        await waited(pilot)
        assert "要记0，不同0，已有2" in screen_text(pilot.app)
        await pilot.press("1")
        assert "都已记过" in said(pilot.app)


async def test_what_differs_waits_for_a_key_of_its_own(space: Workspace) -> None:
    put(space, form(space, GOOD), "检查表-先.xlsx")
    later = put(space, form(space, {"GW-01": {"结论": "基本符合"}}), "乙.xlsx")
    async with running(make_app(space), notifications=True) as pilot:
        await doors(pilot, "6")
        await pilot.press("1")
        await waited(pilot)
        await pilot.press("1")
        await waited(pilot)
        await doors(pilot, "6")
        await pilot.press("2")
        await pilot.pause()
        await type_text(pilot, str(later))
        await waited(pilot)
        assert "现在记的是：符合" in screen_text(pilot.app)
        await pilot.press("1")
        await pilot.pause()
        assert verdict(pilot, "GW-01") is Verdict.PASS and "按 2" in said(pilot.app)
        await pilot.press("2")
        await waited(pilot)
        assert verdict(pilot, "GW-01") is Verdict.PARTIAL


async def test_faults_and_hostile_words_are_only_shown(space: Workspace) -> None:
    hostile = "".join(c for text in HOSTILE for c in text[:40] if c.isprintable())
    put(space, form(space, {"GW-01": {"结论": hostile[:80]}, "GW-02": {"结论": "符合", "说明": hostile}}))
    bad = put(space, b"PK\x03\x04", "别的.xlsx")
    async with running(make_app(space), notifications=True) as pilot:
        await doors(pilot, "6")
        await pilot.press("1")
        await waited(pilot)
        assert_sound(pilot.app)
        assert "有1处不对，不能收" in screen_text(pilot.app)
        await pilot.press("1")
        await pilot.pause()
        assert verdict(pilot, "GW-02") is Verdict.PENDING and "什么也没有记" in said(pilot.app)
        await pilot.press("escape")
        await doors(pilot, "6")
        await pilot.press("2")
        await pilot.pause()
        await type_text(pilot, str(bad))
        await waited(pilot)
        assert "损坏" in said(pilot.app)
