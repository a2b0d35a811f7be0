"""Merging on screen: files chosen, looked at before they are taken, taken with one key, taken off again."""

from __future__ import annotations

import errno
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from fixture import LOOKS, NOW, ROUND, make_app, open_desk, refuse_writing, running, shown, told, verdict, who
from helpers import HOSTILE, assert_sound, check_golden, screen_text
from lead_work import (
    handed_in,
    hostile_work,
    lead_space,
    merged,
    put,
    until,
    work_of_b,
    work_of_c,
)
from lead_work import quiet_home as quiet_home
from pages import name, type_text

from inspect_tui.exchange.received import journal
from inspect_tui.model.terms import Role
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.files_nearby import given_paths, is_ours, nearby


def three(folder: Path) -> tuple[Workspace, list[Path]]:
    """The lead's folder with two good hand-ins and one of another round in the inbox."""
    space = lead_space(folder)
    paths = [
        handed_in(folder, "检查员乙", "T1", work_of_b),
        handed_in(folder, "检查员丙", "T2", work_of_c),
        handed_in(
            folder, "检查员丁", "T2", work_of_c, created="2020-01-01T00:00:00+08:00", title="去年的检查"
        ),
    ]
    return space, put(space, *paths)


async def look(pilot: Any, *keys: str) -> None:
    """From home to what the files bring."""
    await pilot.press("f8")
    await until(pilot, lambda: pilot.app.screen.found is not None)
    await pilot.press(*keys)
    await pilot.pause()
    if name(pilot.app) == "MergeLookScreen":
        await until(pilot, lambda: not pilot.app.screen.busy)


@pytest.mark.parametrize(("size", "skin"), LOOKS)
async def test_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], skin: str, update_goldens: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    space, _ = three(Path())
    label = "normal" if skin == "nocolor" else skin
    update = update_goldens and skin != "nocolor"
    async with shown(monkeypatch, space, size, skin) as pilot:
        await look(pilot, "space")
        check_golden(f"merge-{size[0]}x{size[1]}-{label}", screen_text(pilot.app), update)
        await pilot.press("9", "enter")
        await until(pilot, lambda: name(pilot.app) == "MergeLookScreen" and not pilot.app.screen.busy)
        assert_sound(pilot.app)
        check_golden(f"merge-look-{size[0]}x{size[1]}-{label}", screen_text(pilot.app), update)
        await pilot.press("1")
        await until(pilot, lambda: name(pilot.app) == "DecideScreen")
        await pilot.press("escape")
        await pilot.pause()
        check_golden(f"merge-done-{size[0]}x{size[1]}-{label}", screen_text(pilot.app), update)
        await pilot.press("escape", "3")
        await pilot.pause()
        assert_sound(pilot.app)
        # The hash follows every detail of the file format, which is not what this picture is about.
        text = re.sub(r"[0-9a-f]{64}", "0" * 64, screen_text(pilot.app))
        check_golden(f"merge-taken-{size[0]}x{size[1]}-{label}", text, update)


async def test_one_key_takes_all_that_can_be_taken_and_names_the_rest(tmp_path: Path) -> None:
    space, _ = three(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await look(pilot, "9", "1")
        assert not journal(space, ROUND), "looking writes nothing"
        assert [app.screen.verdict(f)[0] for f in app.screen.files] == ["不能收", "可收", "可收"]
        await pilot.press("1")
        await until(pilot, lambda: name(app) == "DecideScreen")
        assert "已收下2份" in told(app) and "没有收1份：交卷-第2检查组-检查员丁" in told(app)
        assert len(app.screen.open) == 2
        assert [e.inspectors for e in journal(space, ROUND)] == [("检查员丙",), ("检查员乙",)]
        assert app.desk.progress("DG01").disputed == 2
        await pilot.press("escape")
        await pilot.pause()
        assert [app.screen.verdict(f)[0] for f in app.screen.files] == ["不能收", "已收", "已收"]
        await pilot.press("1")
        assert len(journal(space, ROUND)) == 2
        await pilot.press("escape", "1")
        await until(pilot, lambda: name(app) == "MergeLookScreen" and not app.screen.busy)
        assert [app.screen.verdict(f)[0] for f in app.screen.files][1:] == ["已是最新", "已是最新"]
        await pilot.press("1")
        await pilot.pause()
        assert "没有可收的新内容" in told(app) and len(journal(space, ROUND)) == 2


async def test_the_walk_below_shows_what_came_in(tmp_path: Path) -> None:
    space, (path, *_) = three(tmp_path)
    app = make_app(space, unit="DG01")
    async with running(app) as pilot:
        await pilot.press("f8")
        await pilot.pause()
        app.screen.take_paths([path])
        await until(pilot, lambda: name(app) == "MergeLookScreen" and not app.screen.busy)
        await pilot.press("1")
        await until(pilot, lambda: bool(app.screen.summary))
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert name(app) == "WalkScreen"
        assert "已查 5/5" in screen_text(app)


async def test_a_dropped_file_is_looked_at_at_once(tmp_path: Path) -> None:
    space, (path, *_) = three(tmp_path)
    folder = tmp_path / "从 U盘"
    folder.mkdir()
    elsewhere = folder / "检查员乙-7f3a9c(1).zip"
    path.rename(elsewhere)
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("f8")
        await until(pilot, lambda: app.screen.found is not None)
        from textual import events

        app.post_message(events.Paste(f"'{elsewhere}'"))
        await until(pilot, lambda: name(app) == "MergeLookScreen" and not app.screen.busy)
        assert [f.usable for f in app.screen.files] == [True]
        await pilot.press("escape", "2")
        await pilot.pause()
        await type_text(pilot, str(folder))
        await until(pilot, lambda: name(app) == "MergeLookScreen" and not app.screen.busy)
        assert len(app.screen.files) == 2
        assert "只算一次" in "".join(w for f in app.screen.files for w in f.warnings)


async def test_esc_stops_reading_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import inspect_tui.tui.screens.merge_look as module

    space, _ = three(tmp_path)
    going, real = threading.Event(), module.scan_for

    def slow(*args: Any, cancelled: Any, **kwargs: Any) -> Any:
        going.set()
        while not cancelled():
            going.wait(0.01)
        return real(*args, cancelled=cancelled, **kwargs)

    monkeypatch.setattr(module, "scan_for", slow)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("f8")
        await until(pilot, lambda: app.screen.found is not None)
        await pilot.press("9", "1")
        await until(pilot, going.is_set)
        assert "Esc 停下" in screen_text(app)
        await pilot.press("1")
        await pilot.press("escape")
        await until(pilot, lambda: name(app) == "MergeScreen")
        assert "什么也没有改动" in told(app) and not journal(space, ROUND)


async def test_stopping_while_taking_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import inspect_tui.tui.screens.merge_look as module

    space, _ = three(tmp_path)
    real = module.take

    def stopped(*args: Any, progress: Any, cancelled: Any) -> Any:
        calls = iter([False, True, True])
        return real(*args, progress=progress, cancelled=lambda: next(calls))

    monkeypatch.setattr(module, "take", stopped)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await look(pilot, "9", "1")
        await pilot.press("1")
        await until(pilot, lambda: name(app) == "MergeScreen")
        assert not journal(space, ROUND) and not app.desk.progress("DG01").started


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
async def test_a_disk_that_refuses_is_said_and_it_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    space, _ = three(tmp_path)
    app = make_app(space)
    async with running(app) as pilot:
        await look(pilot, "9", "1")
        with monkeypatch.context() as patch:
            refuse_writing(patch, code)
            await pilot.press("1")
            await until(pilot, lambda: not app.screen.busy)
            assert "没有收成" in screen_text(app)
        assert not journal(space, ROUND) and not app.desk.progress("DG01").started
        await pilot.press("1")
        await until(pilot, lambda: name(app) == "DecideScreen")
        assert len(journal(space, ROUND)) == 2


async def test_a_copy_of_a_running_program_is_warned_about(tmp_path: Path) -> None:
    space = lead_space(tmp_path)
    from fixture import make_space

    other = make_space(tmp_path / "电脑")
    desk = open_desk(other, who(other, "检查员乙", role=Role.INSPECTOR))
    verdict(desk, "DG01", "GW-01")
    desk.session.flush()
    desk.session.fold()
    path = other.findings_path(ROUND, desk.session.writer)
    copied = space.root / "收卷" / "检查员乙-7f3a9c(1).json"
    copied.write_bytes(path.read_bytes())
    desk.session.close()
    app = make_app(space)
    async with running(app) as pilot:
        await look(pilot, "enter")
        assert app.screen.verdict(app.screen.files[0])[0] == "有问题"
        assert "程序开着时拷的" in screen_text(app).replace("\n ", "")
        await pilot.press("1")
        await until(pilot, lambda: bool(app.screen.summary))
        assert len(journal(space, ROUND)) == 1


async def test_taking_off_tells_which_decisions_rest_on_it_and_brings_the_state_back(tmp_path: Path) -> None:
    space = merged(tmp_path)
    app = make_app(space, unit="DG01")
    async with running(app, notifications=True) as pilot:
        app.open_decide()
        await pilot.pause()
        await pilot.press("1", "1")
        await pilot.pause()
        await pilot.press("escape")
        app.open_merge_taken()
        await pilot.pause()
        await pilot.press("4")
        await pilot.pause()
        text = screen_text(app).replace("\n ", "")
        assert "有1处裁定以它为依据" in text and "GW-01的结论" in text
        await pilot.press("2")
        await pilot.pause()
        assert sum(e.active for e in journal(space, ROUND)) == 2
        await pilot.press("4", "1")
        await pilot.pause()
        entries = journal(space, ROUND)
        assert sum(e.active for e in entries) == 1
        gone = next(e for e in entries if not e.active)
        assert (gone.withdrawn_by, gone.withdrawn_at) == ("检查员甲", NOW.isoformat(timespec="seconds"))
        assert "已退出" in screen_text(app)
        people = {n for k in app.desk.state.changes.values() for n in k.body.by}
        assert set(gone.inspectors).isdisjoint(people), "the live state forgets what the file said"
        assert app.desk.sheet("DG01").state is app.desk.state
        await pilot.press("4")
        await pilot.pause()
        assert "已经退出" in told(app)
        await pilot.press("escape")
        await pilot.pause()
        assert name(app) == "WalkScreen"
        assert_sound(app)


async def test_an_inspector_may_take_files_in_but_is_not_led_to_decide(tmp_path: Path) -> None:
    space, paths = three(tmp_path)
    who(space, "检查员戊", "T1", role=Role.INSPECTOR)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await look(pilot, "9", "1")
        await pilot.press("1")
        await until(pilot, lambda: bool(app.screen.summary))
        assert name(app) == "MergeLookScreen" and len(paths) == 3
        app.open_decide()
        await pilot.pause()
        await pilot.press("1")
        await pilot.pause()
        assert name(app) == "DecideScreen" and "由组长来做" in told(app)


async def test_hostile_files_and_names_do_no_harm(tmp_path: Path) -> None:
    import msgspec

    space = lead_space(tmp_path)
    put(space, handed_in(tmp_path, "检查员乙", "T1", hostile_work, work_of_b))
    app = make_app(space)
    async with running(app) as pilot:
        await look(pilot, "enter")
        file = app.screen.files[0]
        for text in HOSTILE:
            app.screen.scan.files[0] = msgspec.structs.replace(
                file, name=text, path=text, title=text, inspectors=(text,), reason=text, warnings=[text],
                usable=bool(len(text) % 2), code=text, writer=text,
            )  # fmt: skip
            app.screen.refill()
            await pilot.pause()
            assert_sound(app)
        assert app.is_running


# -------------------------------------------------------------------- paths and folders


def test_paths_as_terminals_drop_them(tmp_path: Path) -> None:
    one, two = tmp_path / "交卷 (1).zip", tmp_path / "检查员乙[2].json"
    one.touch()
    two.touch()
    assert given_paths(f"'{one}'") == [one]
    assert given_paths(f'"{one}" "{two}"') == [one, two]
    assert given_paths(f"{one}\n{two}\r\n{one}\n") == [one, two]
    escaped = str(one).replace(" ", "\\ ").replace("(", "\\(").replace(")", "\\)")
    assert given_paths(escaped) == [one]
    assert given_paths(f"{escaped} {two}") == [one, two]
    assert given_paths(one.as_uri()) == [one]
    assert given_paths("“" + str(two) + "”") == [two]
    assert given_paths(str(one)) == [one], "an unquoted path with a blank is one path"
    assert given_paths(" \n ") == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_some_path_or_none(text: str) -> None:
    for path in given_paths(text):
        assert isinstance(path, Path)
        assert is_ours(path) is False


def test_only_our_files_are_listed_newest_first(tmp_path: Path) -> None:
    space, paths = three(tmp_path)
    inbox = space.root / "收卷"
    (inbox / "别的.json").write_text('{"format": "inspect-tui/pack"}', encoding="utf-8")
    (inbox / "照片.zip").write_bytes(b"PK\x03\x04 not a zip")
    (space.root / "exports" / "说明.txt").write_text("x", encoding="utf-8")
    assert [file.path for file in nearby(space.root)] == list(reversed(paths))
