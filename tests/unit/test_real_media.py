"""Media that really fail: no room, no right to write, a folder that is gone, a clock that was set back."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from sweeppaths import CHECKLIST, NOW, ONE, ROUND, Place, base, notes, session_of, space_of, started
from sweeppaths import note as write_note
from sweepwork import untrue

from inspect_tui.cli.main import run
from inspect_tui.model.change import answer_key
from inspect_tui.model.terms import Role
from inspect_tui.rules import actions
from inspect_tui.store.errors import StoreError
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace, machine_id

HERE = Path(__file__).parent


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    found = Place(tmp_path / "p")
    for folder in (found.root, found.brought, found.home):
        folder.mkdir(parents=True)
    monkeypatch.setenv("INSPECT_TUI_HOME", str(found.home))
    return found


def driven(kind: str, folder: Path, *before: str) -> dict[str, Any]:
    done = subprocess.run(
        [*before, sys.executable, str(HERE / "mediadriver.py"), kind, str(folder)],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(kind, found)
    return found


def apart() -> list[str]:
    """How a process gets mounts of its own here; skips the test where the system gives none."""
    tries = (["unshare", "-m"], ["unshare", "-rm"])
    for words in tries if shutil.which("unshare") and shutil.which("mount") else ():
        probe = [*words, "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /mnt"]
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return words
    pytest.skip("no mounts of one's own on this system")


def saved_all(found: dict[str, Any], why: str) -> None:
    assert found["saved"] >= 1 and found["kept"], found
    assert found["waited"] == 1 and found["after"] == found["saved"] + 1, "what waited is saved in the end"
    for said in found["told"]:
        assert why in said and not untrue(said), said


@pytest.mark.skipif(sys.platform == "win32", reason="a limit that POSIX systems set")
def test_a_file_may_grow_no_further(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    (tmp_path / "home").mkdir()
    found = driven("limit", tmp_path)
    saved_all(found, "文件超出了系统允许的大小")


def test_a_small_disk_runs_full_and_is_cleared(tmp_path: Path) -> None:
    found = driven("full", tmp_path / "disk", *apart())
    saved_all(found, "磁盘已满，请腾出空间")
    assert found["saved"] >= 10 and found["litter"] == []


def test_a_disk_that_is_read_only(tmp_path: Path) -> None:
    only_looked_at(driven("turned", tmp_path / "disk", *apart()), "所在磁盘是只读的")


def only_looked_at(found: dict[str, Any], why: str) -> None:
    opened, refused, exported = found["told"]
    assert found["kept"] and why in opened and "只能查看，不能修改。" in opened
    assert refused == opened and why in exported
    assert not [fault for said in found["told"] for fault in untrue(said)]


@pytest.mark.skipif(sys.platform == "win32", reason="rights as POSIX systems have them")
def test_a_folder_one_may_only_read() -> None:
    # Not below pytest's own folder: every pytest that starts shuts that to other users again.
    with tempfile.TemporaryDirectory() as folder:
        if os.getuid() == 0:
            Path(folder).chmod(0o755)
        only_looked_at(driven("denied", Path(folder) / "share"), "没有写入权限")


# -------------------------------------------------------------------- the folder is gone


def test_the_folder_goes_and_comes_back(place: Place) -> None:
    """A stick pulled in the middle: what was saved is on it, what came since waits and is saved later."""
    started(place)
    session = Session.open(space_of(place), ROUND.id, ONE, lambda: NOW)
    write_note(session, "拔出前写的")
    away = place.top / "away"
    place.root.rename(away)
    with pytest.raises(StoreError, match=r"不见了.*还有1条改动只在内存里") as refused:
        write_note(session, "拔出后写的")
    assert not untrue(str(refused.value))
    elsewhere = place.top / "elsewhere"
    elsewhere.mkdir()
    away.rename(place.root)
    session.flush()
    session.close()
    assert notes(place) >= {"拔出前写的", "拔出后写的", "先前写的"}


def test_the_folder_is_deleted_and_everything_is_rescued(place: Place) -> None:
    started(place)
    session = Session.open(space_of(place), ROUND.id, ONE, lambda: NOW)
    write_note(session, "删除前写的")
    session.fold()
    shutil.rmtree(place.root)
    with pytest.raises(StoreError, match="不见了"):
        write_note(session, "删除后写的")
    with pytest.raises(StoreError):
        session.close()
    kept = session.rescue([place.top / "nowhere", place.brought])
    assert session.file is None and kept.parent == place.brought
    for text in ("先前写的", "删除前写的", "删除后写的"):
        assert text in kept.read_text(encoding="utf-8")


def test_a_command_never_says_that_something_waits(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """A command ends with its error, so nothing of it is held in memory for another try."""
    from sweepwork import ILLS, SweepFS

    from inspect_tui.store import files

    started(place)
    space_of(place).save_identity(ONE)
    line = {"unit": "u1", "checklist": CHECKLIST.id, "item": "GW-01", "note": "命令写的"}
    (place.brought / "l.jsonl").write_text(json.dumps(line), encoding="utf-8")
    words = ["record", str(place.brought / "l.jsonl"), "--round", ROUND.id, "--as", ONE.name]
    words += ["--workspace", str(place.root)]
    full = next(ill for ill in ILLS if ill.name == "disk full for good")
    held, files.fs = files.fs, SweepFS(0, full)
    try:
        assert run(words) == 1
    finally:
        files.fs = held
    said = capsys.readouterr().err
    assert "磁盘已满" in said and "没有存下" in said and "只在内存里" not in said and "不要关闭" not in said


# -------------------------------------------------------------------- clocks and homes


def test_a_clock_set_back_a_year_orders_nothing(place: Place) -> None:
    started(place)
    key = answer_key("u1", CHECKLIST.id, "GW-01")
    days = (NOW, NOW - dt.timedelta(days=365), NOW - dt.timedelta(days=365 * 8), NOW)
    for number, moment in enumerate(days):
        session = Session.open(space_of(place), ROUND.id, ONE, lambda moment=moment: moment)
        assert [f"第{number - 1}次"] == [e.value for e in session.state.live(key, "note")] or not number
        session.commit([actions.set_field(session.state, key, "note", f"第{number}次")], "说明")
        session.fold()
        session.close()
    session = Session.open(space_of(place), ROUND.id, ONE, lambda: days[1])
    assert session.messages == []
    assert [e.value for e in session.state.live(key, "note")] == ["第3次"]
    session.undo("u1")
    assert [e.value for e in session.state.live(key, "note")] == ["第2次"], "undone by order, not by clock"
    session.close()
    years = {path.name.split(".")[1][:4] for path in (place.root / "rounds").rglob("*.????????.bak")}
    assert years >= {"2026", "2025"}, "a wrong day's copy stands beside the others"


def test_a_torn_line_and_a_damaged_snapshot_are_told_to_whoever_opens(place: Place) -> None:
    started(place)
    space = space_of(place)
    path = space.findings_path(ROUND.id, space.writers(ROUND.id)[0])
    session = Session.open(space, ROUND.id, ONE, lambda: NOW)
    assert session.file is not None
    write_note(session, "写到一半断电")
    session.file.abandon()
    journal = max(path.parent.glob("*.journal"), key=lambda p: int(p.suffixes[-2][1:]))
    journal.write_bytes(journal.read_bytes()[:-9])
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data[: len(data) // 2])
    with session_of(place) as session:
        said = "".join(session.messages)
        assert "已损坏" in said and ".bak" in said and "没写完的部分已舍去" in said
        write_note(session, "恢复后写的")
    assert notes(place) == {"先前写的", "看了三个月的记录", "恢复后写的"}
    with session_of(place) as session:
        assert session.messages == []


def test_a_home_that_cannot_be_written_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who works here is then asked at each start, and one start has one machine."""
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "file" / "home"))
    assert machine_id() == machine_id()
    place = Place(tmp_path)
    place.root.mkdir()
    base(place)
    with session_of(place) as session:
        write_note(session, "写得上")
    assert notes(place) == {"写得上"} and len(list(place.root.glob("writers-*.json"))) == 1


def test_an_id_that_cannot_be_read_just_now_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path))
    mine = machine_id()
    read = Path.read_text

    def refused(self: Path, *rest: Any, **more: Any) -> str:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "read_text", refused)
    assert machine_id() != mine
    monkeypatch.setattr(Path, "read_text", read)
    assert machine_id() == mine


def test_a_list_of_writers_that_cannot_be_read_begins_no_second_file(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inspect_tui.store import files

    started(place)
    known = space_of(place).writers(ROUND.id)
    raw = files.FileOps.raw

    def refused(self: files.FileOps, path: Path) -> bytes:
        if path.name.startswith(("writers-", "identity")):
            raise OSError(5, "Input/output error")
        return raw(self, path)

    monkeypatch.setattr(files.FileOps, "raw", refused)
    with pytest.raises(StoreError, match="读不出来"):
        Session.open(Workspace(place.root), ROUND.id, ONE, lambda: NOW)
    with pytest.raises(StoreError, match="读不出来"):
        space_of(place).save_identity(ONE.__class__(name=ONE.name, role=Role.LEAD))
    assert space_of(place).writers(ROUND.id) == known
