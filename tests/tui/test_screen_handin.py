"""Hand-in: what will go, what went, and the code."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from fixture import (
    LOOKS,
    by,
    make_app,
    make_space,
    open_desk,
    refuse_writing,
    running,
    shown,
    some_work,
    verdict,
    who,
)
from helpers import HOSTILE, assert_sound, check_golden, screen_text

from inspect_tui.exchange.handin_reading import read_hand_in
from inspect_tui.model.person import Identity
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui import big_letters


def worked_in(root: Path, **changed: Any) -> Workspace:
    space = make_space(root, **changed)
    who(space)
    desk = open_desk(space)
    some_work(desk)
    desk.session.close()
    return space


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    label = "normal" if look == "nocolor" else look
    update = update_goldens and look != "nocolor"
    # Change ids hold random writer ids; the code is fixed so that the picture can be compared.
    monkeypatch.setattr("inspect_tui.exchange.manifest.short_code", lambda _: "7F3K-9QXM")
    async with shown(monkeypatch, worked_in(Path("检查")), size, look) as pilot:
        await pilot.press("3")
        check_golden(f"handin-{size[0]}x{size[1]}-{label}", screen_text(pilot.app), update)
        await pilot.press("enter")
        await pilot.pause()
        assert_sound(pilot.app)
        check_golden(f"handin-done-{size[0]}x{size[1]}-{label}", screen_text(pilot.app), update)


async def test_what_is_not_submitted_is_named_and_what_goes_reads_back(tmp_path: Path) -> None:
    space = worked_in(tmp_path)
    other = open_desk(space, Identity(name="检查员丙", team="T1"))
    for unit in ("DG04", "DG05"):
        verdict(other, unit, "GW-01")
    other.session.close()
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("3")
        text = screen_text(app)
        assert "东沟第2党小组（已查2/5）" in text and "第5党小组" not in text
        assert "别人查的    1个  东沟第4党小组" in text and "没有开始" not in text
        assert not list(space.exports_dir.iterdir())
        await pilot.press("1")
        await pilot.pause()
        receipt = app.screen.receipt
        assert receipt.code in screen_text(app) and receipt.path.name in screen_text(app)
        held = read_hand_in(receipt.path)
        assert held.manifest.code == receipt.code and held.manifest.counts.answers == 7
        await pilot.press("enter")
        assert len(list(space.exports_dir.glob("*.zip"))) == 1


async def test_work_goes_on_after_handing_in(tmp_path: Path) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app) as pilot:
        await pilot.press("3", "enter")
        await pilot.pause()
        first = app.screen.receipt.code
        await pilot.press("escape", "enter", "1", "escape", "3", "enter")
        await pilot.pause()
        assert app.screen.receipt.code != first
        assert app.screen.receipt.counts.answers == 8


async def test_secret_rounds_are_not_handed_in(tmp_path: Path) -> None:
    space = worked_in(tmp_path, secrecy="secret")
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("3", "enter")
        assert "机要渠道" in screen_text(app).replace("\n ", "")
    assert not list(space.exports_dir.iterdir())


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
async def test_a_disk_that_refuses_is_said_and_it_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app) as pilot:
        await pilot.press("3")
        refuse_writing(monkeypatch, code)
        await pilot.press("enter")
        await pilot.pause()
        assert "没有交成" in screen_text(app) and "记录都在" in screen_text(app)
        monkeypatch.undo()
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.receipt is not None and app.screen.receipt.counts.answers == 7


async def test_a_session_that_only_looks_says_who_holds_the_file(tmp_path: Path) -> None:
    space = worked_in(tmp_path)
    desk = open_desk(space)
    try:
        app = make_app(space)
        async with running(app) as pilot:
            await pilot.press("3", "enter")
            assert "交不了卷" in screen_text(app) and app.screen.receipt is None
    finally:
        desk.session.close()


async def test_hostile_words_do_no_harm(tmp_path: Path) -> None:
    import msgspec

    app = make_app(worked_in(tmp_path))
    async with running(app) as pilot:
        await pilot.press("3")
        session = app.desk.session
        for a, b, c, d in by(4, HOSTILE):
            units = tuple(msgspec.structs.replace(u, name=a) for u in session.round.units)
            session.round = msgspec.structs.replace(session.round, units=units, title=b)
            session.identity = msgspec.structs.replace(session.identity, name=c)
            app.screen.failed = d
            app.screen.query_one("#pane").show()
            await pilot.pause()
            assert_sound(app)
        assert app.is_running


def test_every_sign_of_the_code_has_a_large_shape_of_its_own() -> None:
    signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    shapes = {sign: tuple(big_letters.big(sign)) for sign in signs}
    assert len(set(shapes.values())) == len(signs)
    for sign, rows in shapes.items():
        assert len(rows) == big_letters.HEIGHT, sign
        assert len({len(line) for line in big_letters._SHAPES[sign].split(" ")}) == 1, sign
    assert max(len(row) for row in big_letters.big("WWWW-MMMM")) <= 70
