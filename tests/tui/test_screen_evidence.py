"""佐证: files by path, drag or newest, references; copied while keys go on being answered."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fixture import (
    NARROW,
    WIDE,
    by,
    clock,
    deduct,
    finish,
    make_app,
    make_space,
    running,
    told,
    who,
)
from helpers import HOSTILE, assert_sound, check_golden, screen_text
from old_problems import OPEN, raw
from pages import at, name, said, space_with, type_text
from textual import events

from inspect_tui.model.change import answer_key
from inspect_tui.model.evidence import Piece
from inspect_tui.model.terms import EvidenceKind
from inspect_tui.rules.evidence import attach, evidence_of_item, evidence_of_unit, has_evidence
from inspect_tui.store import evidence, remembered, viewer
from inspect_tui.tui.files_nearby import given_paths
from inspect_tui.tui.screens import evidence_page

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from evidence_work import jpeg, png

RECORD = answer_key("DG01", "small", "GW-02")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for what this machine remembers."""
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def photo(folder: Path, called: str = "IMG_0001.JPG", data: bytes = b"") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / called
    path.write_bytes(data or jpeg())
    # Noon in Greenwich: the same day wherever the test runs.
    os.utime(path, (1_795_176_000, 1_795_176_000))
    return path


async def until(pilot: Any, done: Any) -> None:
    """Let the app go on until something holds; a copy runs on a thread of its own."""
    for _ in range(400):
        await pilot.pause(0.03)
        if done():
            return
    raise AssertionError("it never came to that")


def held(app: Any, item: str = "GW-02", unit: str = "DG01") -> list[Any]:
    return evidence_of_item(app.desk.state, unit, "small", item)


async def add(pilot: Any, text: str, caption: str = "") -> None:
    """Type a path on the evidence page, then a caption or none."""
    await pilot.press("1")
    await type_text(pilot, text)
    await until(pilot, lambda: name(pilot.app) == "TextPrompt")
    if caption:
        await type_text(pilot, caption)
    else:
        await pilot.press("escape")
        await pilot.pause()


def referring(*texts: str):
    def part(desk: Any) -> None:
        for text in texts:
            piece = Piece(kind=EvidenceKind.REFERENCE, reference=text)
            desk.commit("DG01", attach(desk.state, RECORD, piece), "出处")

    return part


# ---------------------------------------------------------------- how it looks


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_looks(tmp_path: Path, size: tuple[int, int], update_goldens: bool) -> None:
    space = space_with(
        tmp_path / "w",
        lambda desk: deduct(desk, "DG01", "GW-02", "未按月修订"),
        referring("会议记录本第12页"),
    )
    label = f"{size[0]}x{size[1]}"

    def golden(called: str, app: Any) -> None:
        assert_sound(app)
        check_golden(f"{called}-{label}", screen_text(app), update_goldens)

    app = make_app(space, unit="DG01")
    async with running(app, size) as pilot:
        await pilot.press("space", "f10")
        await pilot.pause()
        golden("evidence-empty", app)
        await pilot.press("escape", "up", "f10")
        await pilot.pause()
        await add(pilot, str(photo(tmp_path)), "9月没有修订的清单，责任人一栏空着")
        await add(pilot, str(photo(tmp_path, "签字页.png", png())))
        await until(pilot, lambda: len(held(app)) == 3 and not app.screen.work.busy)
        lost = next(e for e in held(app) if e.piece.ext == "png")
        (app.screen.work.round_dir / "evidence" / lost.piece.file).unlink()
        app.screen.refill()
        app.screen.list.move_to(2)
        app.desk.session.flush()
        await pilot.pause()
        golden("evidence", app)
        await pilot.press("3")
        await pilot.pause()
        if size == NARROW:
            golden("evidence-references", app)
        await pilot.press("escape", "escape")
        await pilot.pause()
        golden("evidence-walk", app)


# ---------------------------------------------------------------- paths as terminals paste them


@pytest.mark.parametrize("form", ["'{}'", '"{}"', "file://{uri}", "{escaped}", "{}", " '{}' \r\n"])
def test_a_dropped_path_is_understood_however_the_terminal_writes_it(tmp_path: Path, form: str) -> None:
    path = photo(tmp_path / "相 片", "a (1).jpg")
    given = form.format(
        path,
        uri=path.as_uri().removeprefix("file://"),
        escaped=str(path).replace(" ", "\\ ").replace("(", "\\(").replace(")", "\\)"),
    )
    assert given_paths(given) == [path]


def test_several_at_once_and_windows_paths(tmp_path: Path) -> None:
    one, two = photo(tmp_path / "a b", "x.jpg"), photo(tmp_path, "y.png", png())
    assert given_paths(f"'{one}' '{two}'") == given_paths(f"{one}\r{two}") == [one, two]
    assert given_paths(f"{one.as_uri()} {two}") == [one, two]
    assert [str(p) for p in given_paths('"C:\\x y.jpg"')] == ["C:\\x y.jpg"]


async def test_files_dragged_into_the_window_are_attached_with_one_caption(tmp_path: Path) -> None:
    space = space_with(tmp_path / "w")
    paths = [photo(tmp_path / "相 片", "a.jpg"), photo(tmp_path, "b.png", png()), tmp_path / "none.jpg"]
    async with at(space) as pilot:
        app = pilot.app
        await pilot.press("f10")
        await pilot.pause()
        app.screen.post_message(events.Paste(" ".join(f"'{path}'" for path in paths)))
        await until(pilot, lambda: name(app) == "TextPrompt")
        assert "“none.jpg”读不出来" in said(app)
        await type_text(pilot, "现场照片")
        await until(pilot, lambda: len(held(app, "GW-01")) == 2 and not app.screen.work.busy)
        assert {e.piece.caption for e in held(app, "GW-01")} == {"现场照片"}
        assert {e.piece.name for e in held(app, "GW-01")} == {"a.jpg", "b.png"}
        assert evidence_page.home_of(app.screen.work.round_dir, held(app, "GW-01")[0].piece)
        await pilot.press("escape")
        await pilot.pause()
        assert "佐证2" in screen_text(app)


# ---------------------------------------------------------------- copying never holds anything up


class Slow:
    """A drive that gives nothing until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gate, self.asked = threading.Event(), threading.Event()
        real = os.read

        def read(fd: int, count: int) -> bytes:
            self.asked.set()
            assert self.gate.wait(20)
            return real(fd, count)

        monkeypatch.setattr(evidence, "_read", lambda source, called: read(source, evidence.STEP))


async def test_keys_are_answered_while_a_large_photo_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch)
    big = photo(tmp_path, "big.jpg", jpeg(more=b"\0" * 20_000_000))
    async with at(space_with(tmp_path / "w")) as pilot:
        app = pilot.app
        await pilot.press("f10")
        await pilot.pause()
        work = app.screen.work
        await add(pilot, str(big))
        await until(pilot, slow.asked.is_set)
        assert "正在抄“big.jpg”0%" in screen_text(app)
        await pilot.press("escape", "1", "1", "2")
        await pilot.pause()
        assert app.desk.progress("DG01").answered >= 2, "verdicts go on while the copy waits"
        app.desk.session.flush()
        assert work.busy == 1 and not held(app, "GW-01")
        assert not list((work.round_dir / "evidence").glob("*.jpg")), "nothing is named before it is whole"
        slow.gate.set()
        await until(pilot, lambda: "已加佐证：big.jpg" in said(app))
        assert held(app, "GW-01")[0].piece.size == big.stat().st_size


async def test_stopping_takes_neither_what_is_copied_nor_what_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch)
    paths = [photo(tmp_path, "a.jpg"), photo(tmp_path, "b.png", png())]
    async with at(space_with(tmp_path / "w")) as pilot:
        app = pilot.app
        await pilot.press("f10")
        await pilot.pause()
        work = app.screen.work
        await add(pilot, "\n".join(map(str, paths)).replace("\n", " "))
        await until(pilot, slow.asked.is_set)
        assert "还有1件" in screen_text(app)
        await pilot.press("7")
        slow.gate.set()
        await until(pilot, lambda: not work.busy)
        assert "已停止，2件没有加上" in said(app) and not held(app, "GW-01")
        assert list((work.round_dir / "evidence").iterdir()) == []
        await pilot.press("7")
        assert "没有正在抄的文件" in said(app)
        # It can be begun again.
        await add(pilot, str(paths[0]))
        await until(pilot, lambda: len(held(app, "GW-01")) == 1)


async def test_a_full_disk_and_a_visit_closed_meanwhile_are_told_and_cost_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at(space_with(tmp_path / "w")) as pilot:
        app = pilot.app
        await pilot.press("1", "f10")
        await pilot.pause()
        real = evidence.free_bytes
        monkeypatch.setattr(evidence, "free_bytes", lambda folder: 1 << 20)
        await add(pilot, str(photo(tmp_path)))
        assert "磁盘空间不够" in said(app) and app.screen.work.busy == 0
        monkeypatch.setattr(evidence, "free_bytes", real)
        slow = Slow(monkeypatch)
        await add(pilot, str(photo(tmp_path)))
        await until(pilot, slow.asked.is_set)
        finish(app.desk, "DG01")
        slow.gate.set()
        await until(pilot, lambda: "“IMG_0001.JPG”没有加上：本次检查已提交，只能看" in said(app))
        assert not app.screen.work.busy
        assert not evidence_of_unit(app.desk.state, "DG01")
        assert app.desk.progress("DG01").answered


# ---------------------------------------------------------------- the newest of a folder


async def test_the_newest_of_the_remembered_folder_are_offered_by_digit(tmp_path: Path) -> None:
    folder = tmp_path / "相 片"
    for number in range(12):
        path = photo(folder, f"{number:02}.png", png(told=False, shade=number))
        os.utime(path, (1_795_176_000 + number * 60,) * 2)
    photo(folder, "skip.exe", b"MZ")
    async with at(space_with(tmp_path / "w")) as pilot:
        app = pilot.app
        await pilot.press("f10", "6")
        await pilot.pause()
        await type_text(pilot, f"'{folder}'")
        await until(pilot, lambda: app.screen.has_class("-choosing"))
        assert remembered.remembered("evidence-folder") == str(folder)
        lines = [line for line in screen_text(app).splitlines() if ".png" in line]
        assert len(lines) == 9 and "1  11.png" in lines[0] and "9  03.png" in lines[8]
        assert "11-20 " in lines[0] and "1KB" in lines[0]
        await pilot.press("2")
        await until(pilot, lambda: name(app) == "TextPrompt")
        await pilot.press("escape")
        await until(pilot, lambda: len(held(app, "GW-01")) == 1)
        assert held(app, "GW-01")[0].piece.name == "10.png"
        await pilot.press("6")
        await pilot.pause()
        app.screen.field.text = str(tmp_path / "nowhere")
        await pilot.press("enter")
        await pilot.pause()
        assert "没有这个文件夹" in said(app)


# ---------------------------------------------------------------- without a file, and what is there


async def test_references_by_digit_with_a_blank_filled_in(tmp_path: Path) -> None:
    async with at(space_with(tmp_path / "w")) as pilot:
        app = pilot.app
        await pilot.press("f10", "3", "1")
        await pilot.pause()
        await pilot.press("3", "2")
        await pilot.pause()
        await type_text(pilot, "12")
        await pilot.press("3", "6")
        await pilot.pause()
        await type_text(pilot, "支部台账第3页")
        said_ = [e.piece.reference for e in held(app, "GW-01")]
        assert sorted(said_) == ["会议记录本第12页", "支部台账第3页", "见党建平台"]
        await pilot.press("3", "1")
        await pilot.pause()
        assert "这一处已经写过" in said(app) and len(held(app, "GW-01")) == 3
        await pilot.press("enter")
        assert "没有文件，请看：" in said(app)


async def test_removing_undoing_and_writing_captions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(evidence_page, "show_file", lambda path: shown.append(path) or "")
    async with at(space_with(tmp_path / "w")) as pilot:
        app = pilot.app
        await pilot.press("f10")
        await pilot.pause()
        await add(pilot, str(photo(tmp_path)))
        await until(pilot, lambda: len(held(app, "GW-01")) == 1)
        await pilot.press("enter")
        assert [p.read_bytes() for p in shown] == [jpeg()]
        await pilot.press("5")
        await pilot.pause()
        await type_text(pilot, "责任上墙")
        assert held(app, "GW-01")[0].piece.caption == "责任上墙"
        await pilot.press("4")
        await pilot.pause()
        assert not held(app, "GW-01") and "还没有佐证" in screen_text(app)
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert held(app, "GW-01")[0].piece.caption == "责任上墙"
        monkeypatch.setattr(evidence_page, "show_file", viewer.show_file)
        monkeypatch.setattr(viewer.shutil, "which", lambda name: None)
        monkeypatch.setattr(viewer.sys, "platform", "linux")
        await pilot.press("enter")
        assert "没有能打开它的程序" in said(app)
        # Twice the same file is once.
        await add(pilot, str(photo(tmp_path)), "责任上墙")
        await until(pilot, lambda: "这里已经有了" in said(app))
        assert len(held(app, "GW-01")) == 1


async def test_a_file_that_was_altered_is_named_though_its_size_is_the_same(tmp_path: Path) -> None:
    async with at(space_with(tmp_path / "w")) as pilot:
        app = pilot.app
        await pilot.press("f10")
        await pilot.pause()
        await add(pilot, str(photo(tmp_path)))
        await until(pilot, lambda: len(held(app, "GW-01")) == 1)
        kept = app.screen.work.round_dir / "evidence" / held(app, "GW-01")[0].piece.file
        kept.write_bytes(jpeg()[:-1] + b"!")
        await pilot.press("escape", "f10")
        await until(pilot, lambda: "文件被改动" in screen_text(app))
        assert "文件和加上时不一样" in screen_text(app)
        await pilot.press("enter")
        assert "文件被改动，打不开" in said(app)


async def test_a_finding_has_its_own_and_its_item_shows_it_too(tmp_path: Path) -> None:
    space = space_with(tmp_path / "w", lambda desk: deduct(desk, "DG01", "GW-02", "未按月修订"))
    async with at(space) as pilot:
        app = pilot.app
        app.screen.list.move_to(1)
        await pilot.press("f2", "f10", "3", "1")
        await pilot.pause()
        finding = app.screen.record
        assert finding.startswith("finding/") and has_evidence(app.desk.state, "DG01", finding)
        await pilot.press("escape")
        await pilot.pause()
        assert "佐证1件（F10）：见党建平台" in screen_text(app)
        await pilot.press("escape", "f10")
        await pilot.pause()
        assert "见党建平台" in screen_text(app) and "挂在" in screen_text(app)


async def test_what_the_last_round_had_is_shown_at_the_earlier_problem(tmp_path: Path) -> None:
    piece = Piece(
        kind=EvidenceKind.PHOTO, sha256="a" * 64, ext="jpg", size=2000, name="old.jpg", caption="6月的清单"
    )
    problem = msgspec.structs.replace(OPEN, pieces=(piece,))
    space = make_space(tmp_path / "w", carried=raw(problem))
    who(space)
    async with at(space, unit="DG02") as pilot:
        app = pilot.app
        await pilot.press("8")
        await pilot.pause()
        text = screen_text(app)
        assert "上轮当时的佐证" in text and "6月的清单" in text and "文件未到" in text
        await pilot.press("4")
        assert "这是以前的佐证，只能看" in said(app)
        await pilot.press("3", "5")
        await pilot.pause()
        (added,) = evidence_of_unit(app.desk.state, "DG02")
        assert added.record.startswith("rect/DG02/") and added.piece.reference == "谈话记录"
        await pilot.press("escape")
        await pilot.pause()
        assert "佐证1件（8）" in screen_text(app)


async def test_the_ledger_takes_evidence_after_a_visit_was_submitted(tmp_path: Path) -> None:
    def part(desk: Any) -> None:
        deduct(desk, "DG01", "GW-02", "未按月修订")
        referring("会议记录本第12页")(desk)
        finish(desk, "DG01")

    async with at(space_with(tmp_path / "w", part)) as pilot:
        app = pilot.app
        app.open_ledger("DG01")
        await pilot.pause()
        await pilot.press("enter", "8")
        await pilot.pause()
        assert name(app) == "EvidenceScreen" and "发现和以前的佐证" in screen_text(app)
        await add(pilot, str(photo(tmp_path)), "已补齐")
        await until(pilot, lambda: any(e.piece.file for e in evidence_of_unit(app.desk.state, "DG01")))
        assert app.desk.visit("DG01").submitted
        await until(pilot, lambda: "已补齐" in screen_text(app))
        await pilot.press("escape")
        await pilot.pause()
        assert "照片“已补齐”" in screen_text(app).replace("\n", "")
        await pilot.press("8", "ctrl+z")
        await pilot.pause()
        assert not any(e.piece.file for e in evidence_of_unit(app.desk.state, "DG01"))


# ---------------------------------------------------------------- refusals and hostile words


async def test_a_submitted_visit_and_a_trial_take_no_files(tmp_path: Path) -> None:
    from inspect_tui.model.terms import Profile, UnitKind
    from inspect_tui.store.loading import load_checklist
    from inspect_tui.tui.trial import TrialApp

    space = space_with(tmp_path / "w", lambda desk: finish(desk, "DG01"))
    async with at(space) as pilot:
        app = pilot.app
        await pilot.press("f10", "1")
        await pilot.pause()
        assert name(app) == "EvidenceScreen" and "已提交" in said(app)
        app.screen.post_message(events.Paste(str(photo(tmp_path))))
        await pilot.pause()
        assert name(app) == "EvidenceScreen"
    checklist, _ = load_checklist(space.checklists_dir / "small.json")
    before = sorted(p for p in space.root.rglob("*"))
    trial = TrialApp(space.root, checklist, UnitKind.PARTY_GROUP, Profile.GENERAL, clock=clock)
    async with running(trial, notifications=True) as pilot:
        await pilot.press("f10", "1")
        await pilot.pause()
        await type_text(pilot, str(photo(tmp_path)))
        assert "试走不存文件" in told(trial)
        await pilot.press("3", "1")
        await pilot.pause()
        assert "见党建平台" in screen_text(trial)
    assert sorted(p for p in space.root.rglob("*")) == before


@pytest.mark.parametrize("texts", by(30, [t for t in HOSTILE if t.strip() and len(t) < 300]))
async def test_hostile_names_and_captions_are_shown_as_they_stand(tmp_path: Path, texts: list[str]) -> None:
    def foreign(desk: Any) -> None:
        for number, text in enumerate(texts):
            piece = {"kind": "photo", "sha256": f"{number:064x}", "ext": "jpg", "size": 9}
            field = f"evidence:{number:064x}"[: len("evidence:") + 16]
            for part in ("name", "caption", "source"):
                piece[part] = text.replace("\ud800", "").replace("\udfff", "")[:150].replace("\n", " ")
            from inspect_tui.rules.actions import set_field

            desk.commit("DG01", [set_field(desk.state, RECORD, field, piece)], "佐证")

    space = space_with(tmp_path / "w", foreign)
    async with at(space) as pilot:
        app = pilot.app
        app.screen.list.move_to(1)
        await pilot.pause()
        assert_sound(app)
        await pilot.press("f10")
        await pilot.pause()
        for _ in range(app.screen.list.count):
            assert_sound(app)
            await pilot.press("down")
        await pilot.pause()
        assert name(app) == "EvidenceScreen"
