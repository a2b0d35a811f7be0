"""Usual wordings: learned from what is written here, offered before the next, looked after on a page."""

from __future__ import annotations

import asyncio
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from fixture import NARROW, WIDE, make_app, make_space, open_desk, running, shown, told, who
from helpers import HOSTILE, assert_sound, check_golden, screen_text

from inspect_tui.exchange.handin import hand_in
from inspect_tui.model.phrase import PhraseKind
from inspect_tui.rules.reading import findings_of_item, free_findings
from inspect_tui.store.phrases import Phrases
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.usual import UsualWords

PAGE = ("1", "9", "4")
BAD, GOOD, NOTE = PhraseKind.DEFICIENCY, PhraseKind.GOOD_PRACTICE, PhraseKind.NOTE


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    space = make_space(tmp_path)
    who(space)
    return space


def held(app: Any) -> dict[tuple[str, str, str], int]:
    return {(p.item, p.kind.value, p.text): p.count for p in app.usual.book.all()}


async def test_written_twice_is_offered_by_digit_and_may_be_changed(space: Workspace) -> None:
    app = make_app(space, unit="DG01")
    async with running(app) as pilot:
        await pilot.press("f3", *"good", "enter")
        await pilot.press("f3", *"good", "enter")
        await pilot.press("f3")
        assert "常用语" in screen_text(app) and "1  good" in screen_text(app)
        await pilot.press("1")
        await pilot.press("end", *"er", "enter")
        texts = [f.text for f in free_findings(app.desk.state, "DG01")]
        assert texts == ["good", "good", "gooder"]
        await pilot.press("f3", "2", *"own", "enter")
        assert [f.text for f in free_findings(app.desk.state, "DG01")][-1] == "own"
        assert held(app) == {
            ("GW-01", "good_practice", "good"): 2,
            ("GW-01", "good_practice", "gooder"): 1,
            ("GW-01", "good_practice", "own"): 1,
        }
        await pilot.press("down", "f3")
        assert "常用语" not in screen_text(app), "of another item nothing was written yet"
    assert len(Phrases.of(space).all()) == 3, "written when the program ends"


async def test_problems_and_notes_too(space: Workspace) -> None:
    book = Phrases.of(space)
    book.add("small", "GW-03", BAD, "讨论没有结论")
    book.add("small", "GW-03", NOTE, "见照片")
    book.save()
    app = make_app(space, unit="DG01")
    async with running(app) as pilot:
        await pilot.press("down", "down", "f5", "1", "enter")
        assert app.screen.stop.answer.notes[0].text == "见照片"
        # A note that is there is mended, without an offer in between.
        await pilot.press("f5", "end", *"2", "enter")
        assert app.screen.stop.answer.notes[0].text == "见照片2"
        assert held(app)["GW-03", "note", "见照片"] == 0 and held(app)["GW-03", "note", "见照片2"] == 1
        await pilot.press("f2", "1")
        assert "讨论没有结论" in screen_text(app)
        await pilot.press("1", "1", "enter")
        desk = app.desk
        found = findings_of_item(desk.state, "DG01", "small", desk.round.item("small", "GW-03"))
        assert [f.text for f in found] == ["讨论没有结论"]
        assert held(app)["GW-03", "deficiency", "讨论没有结论"] == 1


async def test_names_numbers_and_what_others_wrote_are_not_learned(space: Workspace) -> None:
    app = make_app(space, unit="DG01")
    async with running(app) as pilot:
        for text in ("13812345678", "扣300元"):
            await pilot.press("f3")
            app.screen.field.text = text
            await pilot.press("enter")
        await pilot.press("f3")
        app.screen.field.text = "戚建林讲得清"
        await pilot.press("enter")
        # An early commit, as when the window loses focus, is no use of the words yet.
        await pilot.press("f3", *"half")
        app.save_drafts()
        await pilot.press("escape")
        assert held(app) == {}
        assert len(free_findings(app.desk.state, "DG01")) == 4


async def test_nothing_is_learned_in_practice(tmp_path: Path) -> None:
    space = make_space(tmp_path, practice=True)
    desk = open_desk(space, who(space))
    usual = UsualWords(space)
    assert not usual.learn(desk, "DG01", "small", "GW-01", GOOD, "good", "") and usual.book.all() == []
    desk.session.close()


async def test_the_file_is_private_and_written_beside_the_screens(space: Workspace, tmp_path: Path) -> None:
    app = make_app(space, unit="DG01")
    async with running(app) as pilot:
        await pilot.press("f3", *"gooood", "enter")
        app.usual.write()
        await app.workers.wait_for_complete()
        path = app.usual.book.path
        assert json.loads(path.read_text(encoding="utf-8"))["phrases"][0]["text"] == "gooood"
        out = await asyncio.to_thread(hand_in, app.desk.session)
        with zipfile.ZipFile(out.path) as archive:
            assert not [n for n in archive.namelist() if "phrase" in n]


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_looks(
    space: Workspace, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], update_goldens: bool
) -> None:
    book = Phrases.of(space)
    for text in ("公开栏上个月的内容没有更换", "公开栏上个月的内容没有更换", "时限写成“尽快”"):
        book.learn("small", "GW-01", BAD, text, day="2026-11-20")
    book.pin(book.add("small", "GW-02", GOOD, "修订意见逐条写明采纳没有"), True)  # type: ignore[arg-type]
    book.save()
    async with shown(monkeypatch, space, size) as pilot:
        await pilot.press(*PAGE)
        assert_sound(pilot.app)
        text = screen_text(pilot.app).replace(book.path.name, "phrases-0123456789abcdef.json")
        check_golden(f"phrases-{size[0]}x{size[1]}", text, update_goldens)


async def test_the_page_adds_pins_mends_and_deletes(space: Workspace) -> None:
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press(*PAGE)
        assert "还没有常用语" in screen_text(app)
        await pilot.press("1", "1", "2", "1")
        app.screen.field.text = "打电话13812345678"
        await pilot.press("enter")
        assert "手机号码" in screen_text(app)
        app.screen.field.text = "改了两处"
        await pilot.press("enter")
        assert held(app) == {("GW-02", "deficiency", "改了两处"): 0}
        await pilot.press("2", "enter", *"x", "enter")
        phrase = app.screen.phrase
        assert phrase.pinned and phrase.text == "改了两处x"
        await pilot.press("4", "2")
        assert app.screen.rows != []
        await pilot.press("4", "1")
        assert app.screen.rows == [] and held(app) == {}
        for text in HOSTILE[::2]:
            app.usual.book.add("small", "GW-01", NOTE, text[:280])
        app.screen._fill()
        for _ in range(2):
            assert_sound(app)
            await pilot.press("pagedown", "up")
        assert_sound(app)


async def test_a_damaged_file_is_said_and_the_walk_goes_on(space: Workspace) -> None:
    path = Phrases.of(space).path
    path.write_bytes(b"{broken")
    app = make_app(space, unit="DG01")
    async with running(app, notifications=True) as pilot:
        await pilot.press("f3", *"good", "enter")
        assert "常用语文件读不懂" in told(app)
        assert [f.text for f in free_findings(app.desk.state, "DG01")] == ["good"]
        assert path.with_name(f"{path.name}.damaged-1").read_bytes() == b"{broken"
