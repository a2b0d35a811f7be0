"""The merged report on screen: its parts by digit, its looks, its files, what it never shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from boards import worked_in
from fixture import LOOKS, NARROW, WIDE, make_app, open_desk, refuse_writing, running, say, shown, told
from helpers import HOSTILE, assert_sound, check_golden, screen_text
from lead_work import merged, quiet_home
from pages import name

from inspect_tui.model.terms import FindingKind
from inspect_tui.store.clean import clean_text
from sweeps import first_of

__all__ = ["quiet_home"]

PARTS = {
    "1": "各单位情况",
    "2": "各检查大项情况",
    "3": "同一检查项在各单位的情况",
    "4": "值得推广的好的做法",
    "5": "整改情况",
    "6": "检查人员判断的一致性",
}
OPEN = ("f6", "9", "5")


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    look: str,
    update_goldens: bool,
) -> None:
    label = "normal" if look == "nocolor" else look
    update = update_goldens and look != "nocolor"
    async with shown(monkeypatch, merged(tmp_path), size, look) as pilot:
        app = pilot.app
        await pilot.press(*OPEN)
        await pilot.pause()
        for digit in "123456":
            await pilot.press(digit)
            await pilot.pause()
            assert_sound(app)
            check_golden(f"report-{digit}-{size[0]}x{size[1]}-{label}", screen_text(app), update)


async def test_every_part_by_digit(tmp_path: Path) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app, WIDE) as pilot:
        await pilot.press(*OPEN)
        await pilot.pause()
        assert name(app) == "ReportScreen" and PARTS["1"] in screen_text(app)
        for digit, title in PARTS.items():
            await pilot.press(digit)
            await pilot.pause()
            assert title in screen_text(app)
        await pilot.press("０")
        await pilot.pause()
        assert "合并检查报告" in screen_text(app) and "检查时间" in screen_text(app)
        await pilot.press("end")
        await pilot.pause()
        assert PARTS["6"] in screen_text(app)
        await pilot.press("escape")
        assert name(app) == "SummaryScreen"


async def test_it_follows_the_scope_and_the_records(tmp_path: Path) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app, WIDE) as pilot:
        await pilot.press("f6", "5", "4", "9", "5")
        await pilot.pause()
        assert "东沟一支部" in screen_text(app) and "东沟第5党小组" not in screen_text(app)
        say(app.desk, "DG02", FindingKind.DEFICIENCY, "公开栏没有更换", "JL-01")
        await pilot.press("1")
        await pilot.pause()
        assert "公开栏没有更换" in screen_text(app)


async def test_it_is_written_in_every_format(tmp_path: Path) -> None:
    space = worked_in(tmp_path)
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press(*OPEN)
        await pilot.pause()
        for digit in "1234":
            await pilot.press("9", digit)
            await pilot.pause()
            assert "已存到" in screen_text(app)
        names = sorted(path.name for path in space.exports_dir.iterdir())
        stem = "合并检查报告-2026年第四季度回头看-20261120"
        assert names == [f"{stem}.{end}" for end in ("docx", "html", "md", "xlsx")]


async def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app, notifications=True) as pilot:
        await pilot.press(*OPEN)
        await pilot.pause()
        refuse_writing(monkeypatch)
        await pilot.press("9", "1")
        await pilot.pause()
        assert "没有存成文件" in told(app) and "已存到" not in screen_text(app)
        monkeypatch.undo()


@pytest.mark.parametrize("size", first_of([NARROW, (40, 12), WIDE]))
async def test_hostile_words_do_no_harm(tmp_path: Path, size: tuple[int, int]) -> None:
    space = worked_in(tmp_path)
    desk = open_desk(space)
    for text in HOSTILE:
        if clean_text(text).strip():
            say(desk, "DG02", FindingKind.DEFICIENCY, clean_text(text)[:800], "JL-01")
            say(desk, "DG02", FindingKind.GOOD_PRACTICE, clean_text(text)[:800])
    desk.session.close()
    app = make_app(space)
    async with running(app, size) as pilot:
        await pilot.press(*OPEN)
        for key in ("1", "pagedown", "end", "3", "end", "4", "end", "5", "end", "0", "end"):
            await pilot.press(key)
            await pilot.pause()
            assert_sound(app)
        assert app.is_running


async def test_a_secret_round_has_no_report(tmp_path: Path) -> None:
    space = worked_in(tmp_path, secrecy="secret")
    app = make_app(space)
    async with running(app) as pilot:
        app.open_report()
        await pilot.pause()
        await pilot.pause()
        for key in ("1", "5", "0", "9"):
            await pilot.press(key)
            await pilot.pause()
            assert "机要渠道" in screen_text(app).replace("\n ", "") and name(app) == "ReportScreen"
    assert not list(space.exports_dir.iterdir())
