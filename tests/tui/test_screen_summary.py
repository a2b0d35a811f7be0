"""The notice on screen: what is copied, what is written, what is refused, and in how many keys."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from boards import Board, board, worked_in
from fixture import (
    LOOKS,
    NARROW,
    WIDE,
    make_app,
    make_space,
    open_desk,
    refuse_writing,
    running,
    say,
    shown,
    told,
    who,
)
from helpers import HOSTILE, assert_sound, check_golden, screen_lines, screen_text

from inspect_tui.model.terms import FindingKind
from inspect_tui.report.notice import compile_notice
from inspect_tui.report.outline import compile_round, compile_visit
from inspect_tui.rules import actions
from inspect_tui.store.clean import clean_text
from inspect_tui.tui.clipboard import CopyKind
from sweeps import first_of

__all__ = ["board"]


def name(app: Any) -> str:
    return type(app.screen).__name__


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    board: Board,
    size: tuple[int, int],
    look: str,
    update_goldens: bool,
) -> None:
    monkeypatch.chdir(tmp_path)
    label = "normal" if look == "nocolor" else look
    update = update_goldens and look != "nocolor"
    async with shown(monkeypatch, worked_in(Path("检查")), size, look) as pilot:
        app = pilot.app
        for part, keys in (
            ("round", ("f6",)),
            ("copied", ("f6",)),
            ("traced", ("down", "down", "down", "tab")),
            ("figures", ("0",)),
            ("bare", ("0", "f5")),
        ):
            await pilot.press(*keys)
            await pilot.pause()
            assert_sound(app)
            check_golden(f"summary-{part}-{size[0]}x{size[1]}-{label}", screen_text(app), update)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_unit_looks(
    tmp_path: Path, board: Board, size: tuple[int, int], update_goldens: bool
) -> None:
    app = make_app(worked_in(tmp_path), unit="DG01")
    async with running(app, size) as pilot:
        await pilot.press("f6")
        await pilot.pause()
        check_golden(f"summary-unit-{size[0]}x{size[1]}", screen_text(app), update_goldens)


async def test_two_keys_from_the_last_verdict_to_the_clipboard(tmp_path: Path, board: Board) -> None:
    app = make_app(worked_in(tmp_path), unit="DG02")
    async with running(app) as pilot:
        await pilot.press("1", "1", "1")
        keys = ["f6", "f6"]
        await pilot.press(*keys)
        expected = compile_notice(
            compile_visit(app.desk.state, app.desk.round, "DG02"), today=app.desk.session.date()
        )
        assert board.texts == [expected.parts[0].text]
        assert "东沟第2党小组" in board.texts[0].split("\n")[0]
        assert "书记版" in screen_text(app)
        assert len(keys) <= 3


async def test_the_text_is_always_written_too(tmp_path: Path, board: Board) -> None:
    space = worked_in(tmp_path)
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("f6")
        assert not list(space.exports_dir.iterdir())
        await pilot.press("f6")
        path = space.exports_dir / "情况通报-2026年第四季度回头看-群内版-20261120.txt"
        assert path.read_text(encoding="utf-8") == board.texts[0] + "\n"
        assert board.saved == str(path) and len(path.name) <= 60
        await pilot.press("2", "9", "1")
        assert len(list(space.exports_dir.iterdir())) == 2 and len(board.texts) == 1


async def test_levels_change_who_is_named(tmp_path: Path, board: Board) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app) as pilot:
        await pilot.press("f6", "f6", "2", "f6", "3", "f6", "1", "f6")
        group, secretary, internal, again = board.texts
        problems = [text.split("存在问题")[1] for text in (group, secretary, internal)]
        assert "东沟第1党小组" not in problems[0] and "东沟第1党小组" in problems[1]
        assert "意见建议" in internal and "意见建议" not in secretary
        assert again == group


async def test_a_group_text_about_one_unit_is_refused_in_place(tmp_path: Path, board: Board) -> None:
    app = make_app(worked_in(tmp_path), unit="DG01")
    async with running(app, notifications=True) as pilot:
        await pilot.press("f6", "1")
        assert "群内版只说数量" in told(app)
        await pilot.press("f6")
        assert len(board.texts) == 1 and "东沟第1党小组" in board.texts[0]


async def test_part_by_part(tmp_path: Path, board: Board) -> None:
    space = worked_in(tmp_path, rules={"format": "inspect-tui/rules", "version": "1.0", "message_bytes": 420})
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("f6")
        notice = app.screen.notice
        count = len(notice.parts)
        assert count >= 3
        for number in range(count):
            await pilot.press("f6")
            assert f"（第{number + 1}/{count}段）" in screen_text(app).replace("\n ", "")
        assert board.texts == [part.text for part in notice.parts]
        assert all(len(text.encode()) <= 420 for text in board.texts)
        await pilot.press("f6")
        assert board.texts[-1] == notice.parts[0].text


@pytest.mark.parametrize(
    ("kind", "words"), [(CopyKind.MAYBE, "请粘贴核对"), (CopyKind.FAILED, "没有复制成功")]
)
async def test_an_unsure_copy_says_so_and_names_the_file(
    tmp_path: Path, board: Board, kind: CopyKind, words: str
) -> None:
    board.kind = kind
    app = make_app(worked_in(tmp_path))
    async with running(app) as pilot:
        await pilot.press("f6", "f6")
        text = screen_text(app).replace("\n ", "")
        assert words in text and "20261120.txt" in text and "已复制到系统剪贴板" not in text


async def test_a_failed_copy_is_tried_with_the_same_part_again(tmp_path: Path, board: Board) -> None:
    board.kind = CopyKind.FAILED
    space = worked_in(tmp_path, rules={"format": "inspect-tui/rules", "version": "1.0", "message_bytes": 420})
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("f6", "f6")
        board.kind = CopyKind.SURE
        await pilot.press("f6")
        assert board.texts == [app.screen.notice.parts[0].text]


async def test_a_full_disk_does_not_stop_the_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, board: Board
) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app, notifications=True) as pilot:
        await pilot.press("f6")
        refuse_writing(monkeypatch, errno.ENOSPC)
        await pilot.press("f6")
        assert len(board.texts) == 1
        assert "没有存成文件" in told(app) and "磁盘已满" in told(app)
        monkeypatch.undo()


@pytest.mark.parametrize("secrecy", ["secret", "confidential", "top_secret"])
async def test_a_secret_round_tells_nothing(tmp_path: Path, board: Board, secrecy: str) -> None:
    space = worked_in(tmp_path, secrecy=secrecy)
    app = make_app(space)
    async with running(app) as pilot:
        for key in ("f6", "f6", "1", "2", "3", "0", "0", *"456789", "f2", "f3", "f5", "enter", "tab"):
            await pilot.press(key)
            await pilot.pause()
            assert name(app) == "SummaryScreen"
            assert "机要渠道" in screen_text(app).replace("\n ", "")
            assert "班前五分钟" not in screen_text(app)
    assert board.texts == [] and not list(space.exports_dir.iterdir())


async def test_nothing_recorded_yet_is_said(tmp_path: Path, board: Board) -> None:
    space = make_space(tmp_path)
    who(space)
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("f6", "f6")
        assert "还没有检查记录" in screen_text(app)
        await pilot.press("0")
        assert "东沟第1党小组" in screen_text(app)
    assert board.texts == []


async def test_warnings_stand_before_the_copy(tmp_path: Path, board: Board) -> None:
    space = worked_in(tmp_path)
    desk = open_desk(space)
    say(desk, "DG02", FindingKind.DEFICIENCY, "章海峰没有在记录上签字", "JL-01")
    desk.session.close()
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("f6")
        assert "文中有姓名" in screen_text(app)
        await pilot.press("f6")
        assert "章海峰" not in board.texts[0] and "某同志" in board.texts[0]


async def test_the_bare_text_has_nothing_beside_it(tmp_path: Path, board: Board) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app, (200, 40)) as pilot:
        await pilot.press("f6", "f5")
        await pilot.pause()
        rows = [line for line in screen_lines(app) if line]
        assert rows == app.screen.notice.parts[0].text.split("\n")
        await pilot.press("escape")
        assert name(app) == "SummaryScreen" and "F6" in screen_text(app)
        await pilot.press("escape")
        assert name(app) == "HomeScreen"


async def test_screen_and_compiler_agree(tmp_path: Path, board: Board) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app, (120, 60)) as pilot:
        await pilot.press("f6", "0")
        await pilot.pause()
        totals = compile_round(app.desk.state, app.desk.round).totals
        assert f"问题{totals.problems}项" in screen_text(app)
        assert f"共查{totals.checked}项，发现问题{totals.problems}项" in app.screen.notice.text


@pytest.mark.parametrize("size", first_of([NARROW, WIDE]))
async def test_hostile_findings_do_no_harm(tmp_path: Path, board: Board, size: tuple[int, int]) -> None:
    space = worked_in(tmp_path)
    desk = open_desk(space)
    for text in HOSTILE:
        if clean_text(text).strip():
            say(desk, "DG02", FindingKind.DEFICIENCY, clean_text(text)[:1500], "JL-01")
            say(desk, "DG02", FindingKind.GOOD_PRACTICE, clean_text(text)[:1500])
    desk.commit(
        "DG02", actions.visit_fields(desk.state, "DG02", {"objection": "[@click=app.quit]不同意[/]"}), "异议"
    )
    desk.session.close()
    app = make_app(space, unit="DG02")
    async with running(app, size) as pilot:
        walk = ("f6", "0", "end", "home", "0", "3", "f6", "end", "up", "up", "up", "tab", "end", "home")
        for key in (*walk, "tab", "8", "8", "down", "f2", "escape", "f3", "escape", "f5"):
            await pilot.press(key)
            await pilot.pause()
            assert_sound(app)
        await pilot.click("#text", offset=(10, 3))
        assert app.is_running
        assert board.texts and all("\x1b" not in text for text in board.texts)
