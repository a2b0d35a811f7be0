"""Every file operation of the store fails, kills the process, or is followed by a power cut."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import tinydb
from faultfs import FaultFS, Kill, PowerFS, lay_out
from storework import ROUND, Day, tables

from inspect_tui.store import files, folding, saver
from inspect_tui.store.errors import DamagedFile, StoreError
from inspect_tui.store.findings import FindingsFile, read_findings
from inspect_tui.store.journal import Journal
from sweeps import first_of, in_full, times

DEATHS = ("before", "torn", "after")


@pytest.fixture(autouse=True)
def _restore_fs() -> Iterator[None]:
    kept = files.fs
    yield
    files.fs = kept


def die_at(path: Path, number: int, action: str, work: str = "work") -> tuple[Day, FaultFS]:
    """Run a day's work that is killed at one operation; returns what it was told."""
    fault = FaultFS(number, action)
    files.fs = fault
    day = Day(path)
    with contextlib.suppress(Kill, StoreError):
        getattr(day, work)()
    fault.abandon()
    day.let_go()
    files.fs = FaultFS()
    return day, fault


def look(day: Day) -> list[str]:
    """Open after an accident and check every promise; returns the ids held."""
    before = sorted(path.name for path in day.path.parent.iterdir())
    try:
        content = read_findings(day.path)
    except DamagedFile as error:
        assert not day.created, f"{error} with {before}"
        return []
    ids = [change.id for change in content.changes]
    assert ids[: len(day.saved)] == day.saved, f"lost {len(day.saved) - len(ids)} with {before}"
    assert ids == day.tried[: len(ids)]
    assert content.round_raw == ROUND
    recovery = content.recovery
    assert not recovery.gaps and not recovery.broken
    if not recovery.fallback:
        with_stock = tinydb.TinyDB(day.path, encoding="utf-8", access_mode="r")
        in_snapshot = len(with_stock.table("changes"))
        with_stock.close()
        assert recovery.replayed == len(ids) - in_snapshot
    return ids


def go_on(day: Day, held: list[str]) -> None:
    """The next session: it opens, tells the truth, saves one more, closes, and leaves all in one file."""
    file = day.open()
    assert [change.id for change in file.changes()] == held
    if file.recovery.replayed:
        assert f"恢复{file.recovery.replayed}条改动" in "".join(file.recovery.messages)
    day.tried = list(held)
    day.save(file)
    assert file.close() == ""
    assert look(day) == day.saved == day.tried
    with_stock = tinydb.TinyDB(day.path, encoding="utf-8", access_mode="r")
    assert with_stock.table("_meta").all()[0]["closed"] is True
    assert with_stock.table("answers").all() == tables()["answers"]
    with_stock.close()


def operations(path: Path) -> int:
    """How many operations an undisturbed day makes."""
    fault = FaultFS()
    files.fs = fault
    Day(path).work()
    return fault.count


def test_killed_at_every_operation(tmp_path: Path) -> None:
    total = operations(tmp_path / "whole.json")
    points, turn = 0, random.randrange(len(DEATHS))
    for number in range(total):
        # Where sweeps are off: every operation, each with another death from run to run.
        for action in DEATHS if in_full() else (DEATHS[(number + turn) % len(DEATHS)],):
            folder = tmp_path / f"{number}{action}"
            folder.mkdir()
            day, fault = die_at(folder / "w1.json", number, action)
            assert fault.count > number or day.closed
            go_on(day, look(day))
            points += 1
    print(f"killed at {points} points of {total} operations")
    assert points >= 50 * (len(DEATHS) if in_full() else 1)


def deep_sweep(tmp_path: Path, pick: random.Random, share: float) -> int:
    """Kill a day's work, then kill the recovery of it, then open."""
    total = operations(tmp_path / "whole.json")
    points = 0
    for first in range(total):
        for second in range(24):
            if pick.random() > share:
                continue
            folder = tmp_path / f"{first}-{second}"
            folder.mkdir()
            day, _ = die_at(folder / "w1.json", first, pick.choice(DEATHS))
            held = look(day)
            if not day.created and not held:
                continue
            again = Day(day.path, created=day.created, saved=day.saved, tried=list(held))
            fault = FaultFS(second, pick.choice(DEATHS))
            files.fs = fault
            with contextlib.suppress(Kill, StoreError):
                file = again.open()
                again.save(file)
                file.close()
            fault.abandon()
            again.let_go()
            files.fs = FaultFS()
            go_on(again, look(again))
            points += 1
    return points


def test_killed_again_in_recovery(tmp_path: Path) -> None:
    points = deep_sweep(tmp_path, random.Random(20261120), times(6, 2) / 100)
    print(f"killed twice at {points} pairs of points")
    assert points >= times(50, 15)


@pytest.mark.slow
def test_killed_again_in_recovery_everywhere(tmp_path: Path) -> None:
    points = deep_sweep(tmp_path, random.Random(1), 1.0)
    print(f"killed twice at {points} pairs of points")


@pytest.mark.parametrize("code", first_of([errno.ENOSPC, errno.EIO]))
def test_one_operation_fails_and_the_work_goes_on(tmp_path: Path, code: int) -> None:
    total = operations(tmp_path / "whole.json")
    for number in range(total):
        folder = tmp_path / str(number)
        folder.mkdir()
        files.fs = FaultFS(number, code)
        day = Day(folder / "w1.json")
        for _ in range(3):
            try:
                day.work()
                break
            except StoreError as error:
                assert str(error).endswith("。")
                day.let_go()
                day.files.clear()
                day.tried = look(day)
        assert day.closed
        files.fs = FaultFS()
        day.tried = [change.id for change in read_findings(day.path).changes]
        assert look(day) == day.saved
        spoil(day.path)
        assert look(day) == day.saved, "what failed once is missing where only `.bak` and journals are left"


@pytest.mark.parametrize("code", first_of([errno.ENOSPC, errno.EIO, errno.EROFS]))
def test_the_medium_fails_for_good_and_then_recovers(tmp_path: Path, code: int) -> None:
    """Whatever fails from some operation on: what was saved stays, the rest waits and is saved later."""
    total = operations(tmp_path / "whole.json")
    waited = 0
    for number in range(0, total, 3):
        folder = tmp_path / str(number)
        folder.mkdir()
        fault = FaultFS(number, -code)
        files.fs = fault
        day = Day(folder / "w1.json")
        with contextlib.suppress(StoreError):
            day.work()
        files.fs = FaultFS()
        saved = list(day.saved)
        look(Day(day.path, created=day.created, saved=saved, tried=day.tried))
        files.fs = fault
        fault.heal()
        still_open = [file for file in day.files if not file.read_only]
        for file in still_open:
            waited += file.pending
            day.save(file)
            assert not file.pending and file.error is None
            file.close()
        files.fs = FaultFS()
        if day.created:
            day.tried = [change.id for change in read_findings(day.path).changes]
            assert look(day)[: len(saved)] == saved
    assert waited, "no change ever had to wait: the test tests nothing"


def test_what_is_said_when_the_disk_is_full(tmp_path: Path) -> None:
    day = Day(tmp_path / "w1.json")
    file = day.open()
    day.save(file)
    fault = FaultFS(0, -errno.ENOSPC)
    files.fs = fault
    with pytest.raises(StoreError, match=r"磁盘已满.*还有2条改动只在内存里"):
        day.save(file, 2)
    assert file.pending == 2 and day.told
    assert len(file.db) == 3, "what waits is still there to be looked at"
    with pytest.raises(StoreError):
        file.close()
    assert not file.read_only, "a file with unsaved changes stays open"
    files.fs = files.FileOps()
    elsewhere = tmp_path / "U盘"
    elsewhere.mkdir()
    file.write_copy(elsewhere / "w1.json")
    assert len(read_findings(elsewhere / "w1.json").changes) == 3
    files.fs = fault
    assert [change.id for change in file.abandon()] == day.tried[1:]


# ---------------------------------------------------------------- damage at rest


def spoil(path: Path) -> bytes:
    """Cut a snapshot in half, as a new file, so that another name of the old one stays good."""
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data[: len(data) // 2])
    return data[: len(data) // 2]


def test_a_damaged_snapshot_at_any_time_loses_nothing(tmp_path: Path) -> None:
    """The snapshot rots while the process is dead: `.bak` and the journals still give everything."""
    total = operations(tmp_path / "whole.json")
    fell_back = 0
    for number in range(0, total, 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        day, _ = die_at(folder / "w1.json", number, "after")
        if not (folder / "w1.bak").exists() or not day.path.exists():
            continue
        damaged = spoil(day.path)
        held = look(day)
        content = read_findings(day.path)
        assert content.recovery.fallback and "已损坏" in "".join(content.recovery.messages)
        go_on(day, held)
        assert (folder / "w1.json.damaged-1").read_bytes() == damaged
        fell_back += 1
    assert fell_back >= 10


def test_killed_while_a_damaged_snapshot_is_put_right(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    files.fs = FaultFS()
    day = Day(whole / "w1.json")
    day.work()
    spoil(day.path)
    points = 0
    for number in range(40):
        for action in DEATHS[number % 2 :: 2]:
            folder = tmp_path / f"{number}{action}"
            shutil.copytree(whole, folder)
            fault = FaultFS(number, action)
            files.fs = fault
            again = Day(folder / "w1.json", created=True, saved=day.saved, tried=list(day.saved))
            with contextlib.suppress(Kill, StoreError):
                file = again.open()
                again.save(file)
                file.close()
            fault.abandon()
            again.let_go()
            files.fs = FaultFS()
            go_on(again, look(again))
            points += fault.count > number
    print(f"killed at {points} points of putting a damaged snapshot right")
    assert points >= 40


# ---------------------------------------------------------------- power cuts


def power_states(path: Path) -> tuple[Day, list[tuple[int, dict[str, bytes]]]]:
    power = PowerFS()
    files.fs = power
    day = Day(path)
    file = day.open()
    for step in ("save", "fold", "save", "group", "close", "open", "save", "close"):
        if step == "open":
            file = day.open()
            file.on_saved = lambda count: setattr(power, "saved", count)
        file.on_saved = lambda count: setattr(power, "saved", count)
        if step == "save":
            day.save(file)
        elif step == "group":
            day.save(file, 3)
        elif step == "fold":
            file.compact()
        elif step == "close":
            file.close()
    files.fs = FaultFS()
    return day, power.states


def check_power(tmp_path: Path) -> tuple[int, int]:
    """Open every state a power cut may leave; returns how many there were and how many lost something."""
    source = tmp_path / "source"
    source.mkdir()
    day, states = power_states(source / "w1.json")
    lost = 0
    for number, (saved, state) in enumerate(states):
        folder = tmp_path / f"cut{number}"
        lay_out(folder, state)
        after = Day(folder / "w1.json", created=saved > 0, saved=day.tried[:saved], tried=day.tried)
        try:
            ids = [change.id for change in read_findings(after.path).changes]
            lost += ids[:saved] != day.tried[:saved] or ids != day.tried[: len(ids)]
        except DamagedFile:
            lost += saved > 0
    return len(states), lost


def test_no_power_cut_loses_what_was_saved(tmp_path: Path) -> None:
    count, lost = check_power(tmp_path)
    print(f"{count} states after a power cut")
    assert count > 200 and lost == 0


def test_a_power_cut_in_the_recovery_of_a_power_cut(tmp_path: Path) -> None:
    """States of the medium after a cut, opened by a session that is cut in turn."""
    source = tmp_path / "source"
    source.mkdir()
    day, states = power_states(source / "w1.json")
    pick = random.Random(7)
    count = 0
    for number, (saved, state) in enumerate(pick.sample(states, 12)):
        first = tmp_path / f"first{number}"
        lay_out(first, state)
        power = PowerFS()
        power.adopt(state)
        files.fs = power
        try:
            file = FindingsFile.open(first / "w1.json")
        except DamagedFile:
            assert not saved
            continue
        power.saved = saved
        again = Day(first / "w1.json", created=True, tried=[change.id for change in file.changes()])
        again.save(file)
        file.close()
        files.fs = FaultFS()
        for cut, (_, later) in enumerate(pick.sample(power.states, min(40, len(power.states)))):
            folder = tmp_path / f"second{number}-{cut}"
            lay_out(folder, later)
            ids = [change.id for change in read_findings(folder / "w1.json").changes]
            assert ids[:saved] == day.tried[:saved]
            assert ids == again.tried[: len(ids)]
            count += 1
    print(f"{count} states after a second power cut")
    assert count >= 100


# ---------------------------------------------------------------- the harness finds planted bugs


def test_a_missing_flush_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PowerFS, "fsync", lambda self, fd: None)
    assert check_power(tmp_path)[1]


def test_a_missing_folder_flush_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PowerFS, "fsync_dir", lambda self, folder: None)
    assert check_power(tmp_path)[1]


def test_writing_in_place_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_place(source: Path, target: Path) -> None:
        if target.suffix != ".json":
            files.fs.replace(source, target)
            return
        data = source.read_bytes()
        fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            files.write_all(fd, data)
        finally:
            os.close(fd)

    monkeypatch.setattr(files, "replace_held", in_place)
    with pytest.raises((AssertionError, DamagedFile)):
        test_killed_at_every_operation(tmp_path)


def test_adding_to_the_journal_of_a_dead_session_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without rolling forward a torn end would stand in the middle of what is saved next."""

    def reopen(path: Path) -> Journal:
        olds = sorted(path.parent.glob("*.journal"), key=lambda p: int(p.suffixes[-2][1:]))
        if not olds:
            return Journal(path, files.fs.open_new(path))
        journal = Journal(olds[-1], os.open(olds[-1], os.O_WRONLY | os.O_APPEND))
        return journal

    def no_fold(self: saver.Saver, tables: object, *, closed: bool) -> None:
        self._ground.closed, self._ground.roll_forward, self._written = closed, False, False

    monkeypatch.setattr(Journal, "create", staticmethod(reopen))
    monkeypatch.setattr(saver.Saver, "_fold", no_fold)
    lost = 0
    for number in range(operations(tmp_path / "whole.json")):
        (tmp_path / str(number)).mkdir()
        day, _ = die_at(tmp_path / str(number) / "w1.json", number, "torn")
        if not day.created:
            continue
        day.tried = [change.id for change in read_findings(day.path).changes]
        file = day.open()
        day.save(file)
        day.let_go()
        after = read_findings(day.path)
        lost += [change.id for change in after.changes] != day.saved
        if after.recovery.broken:
            assert any("从第" in message for message in after.recovery.messages)
    assert lost


def test_removing_journals_too_early_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tidy = folding.Folder._tidy

    def eager(self: folding.Folder) -> None:
        tidy(self)
        for number, path in self._names.scan().journals.items():
            if number < self._ground.main_generation:
                path.unlink()

    monkeypatch.setattr(folding.Folder, "_tidy", eager)
    with pytest.raises(AssertionError):
        test_a_damaged_snapshot_at_any_time_loses_nothing(tmp_path)
