"""Files put in place whole or not at all, and what is said when that fails."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from faultfs import FaultFS, Kill

from inspect_tui.store import files
from inspect_tui.store.errors import StoreError


@pytest.fixture(autouse=True)
def _restore_fs() -> Iterator[None]:
    kept = files.fs
    yield
    files.fs = kept


class Held(FaultFS):
    """Windows: another program holds the target for some attempts."""

    def __init__(self, times: int, code: int = 32) -> None:
        super().__init__()
        self.times, self.code, self.slept = times, code, 0.0

    def replace(self, source: Path, target: Path) -> None:
        if self.times:
            self.times -= 1
            error = PermissionError(errno.EACCES, "held")
            error.winerror = self.code  # type: ignore[attr-defined]
            raise error
        super().replace(source, target)

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


def beside(path: Path) -> list[str]:
    return sorted(kept.name for kept in path.parent.iterdir() if kept != path)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for data in (b"", b"one", b"x" * 9_000_000):
        files.write_durable(path, data)
        assert path.read_bytes() == data
    assert beside(path) == []
    if os.name != "nt":
        assert path.stat().st_mode & 0o777 == 0o600


def test_the_previous_file_is_kept_only_when_it_is_good(tmp_path: Path) -> None:
    path, bak = tmp_path / "a.json", tmp_path / "a.bak"
    for data in (b"good 1", b"good 2", b"bad", b"good 3"):
        files.write_durable(path, data, bak=bak, valid=lambda old: old.startswith(b"good"))
    assert path.read_bytes() == b"good 3" and bak.read_bytes() == b"good 2"


@pytest.mark.parametrize("code", [5, 32, 33])
def test_a_file_held_by_another_program_is_waited_for(tmp_path: Path, code: int) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    for times in range(8):
        files.fs = held = Held(times, code)
        files.write_durable(path, b"%d" % times)
        assert path.read_bytes() == b"%d" % times and held.slept < 2


def test_a_file_held_for_ever_leaves_the_new_one_and_names_it(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    files.fs = held = Held(99)
    with pytest.raises(StoreError, match="正被其他程序占用") as told:
        files.write_durable(path, b"new")
    assert 1.9 <= held.slept < 2 and path.read_bytes() == b"old"
    assert told.value.kept is not None and told.value.kept.read_bytes() == b"new"
    assert told.value.kept.name in str(told.value)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "磁盘已满"),
        (errno.EROFS, "只读"),
        (errno.EACCES, "没有写入权限"),
        (errno.EIO, "磁盘读写出错"),
        (errno.ENOENT, "不见了"),
        (errno.ELOOP, f"编号{errno.ELOOP}"),
    ],
)
def test_every_failing_operation_leaves_the_old_file_and_is_said(
    tmp_path: Path, code: int, said: str
) -> None:
    path, bak = tmp_path / "a.json", tmp_path / "a.bak"
    path.write_bytes(b"old")
    files.fs = counting = FaultFS()
    files.write_durable(path, b"old", bak=bak)
    bak.unlink()
    for number in range(counting.count):
        files.fs = fault = FaultFS(number, code)
        if counting.log[number] == "link":
            files.write_durable(path, b"new", bak=bak)
            path.write_bytes(b"old")
            continue
        with pytest.raises(StoreError, match=said) as told:
            files.write_durable(path, b"new", bak=bak)
        if fault.log[number] == "fsync_dir":
            assert path.read_bytes() == b"new" and "不能确认" in str(told.value)
            path.write_bytes(b"old")
        elif told.value.kept is not None:
            assert told.value.kept.read_bytes() == b"new"
            told.value.kept.unlink()
            assert path.read_bytes() == b"old"
        else:
            assert path.read_bytes() == b"old"
        assert [name for name in beside(path) if name.endswith(".tmp")] == []


def test_killed_at_any_operation_leaves_the_old_or_the_new_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    seen = set()
    for number in range(12):
        for action in ("before", "torn", "after"):
            path.write_bytes(b"old" * 99)
            files.fs = fault = FaultFS(number, action)
            with contextlib.suppress(Kill):
                files.write_durable(path, b"new" * 99, bak=tmp_path / "a.bak")
            fault.abandon()
            assert path.read_bytes() in (b"old" * 99, b"new" * 99)
            seen.add(path.read_bytes())
    assert len(seen) == 2


def test_where_files_have_one_name_only_the_previous_one_is_copied(tmp_path: Path) -> None:
    class NoLinks(FaultFS):
        def link(self, source: Path, target: Path) -> None:
            raise OSError(errno.EPERM, "no links on FAT")

    files.fs = NoLinks()
    path, bak = tmp_path / "a.json", tmp_path / "a.bak"
    for data in (b"1", b"2", b"3"):
        files.write_durable(path, data, bak=bak)
    assert (path.read_bytes(), bak.read_bytes()) == (b"3", b"2") and beside(path) == ["a.bak"]


def test_a_folder_that_went_away(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="不见了"):
        files.write_durable(tmp_path / "gone" / "a.json", b"x")


def test_short_writes_are_continued(tmp_path: Path) -> None:
    class Short(FaultFS):
        def write(self, fd: int, data: bytes | memoryview) -> int:
            return super().write(fd, bytes(data[:7]))

    files.fs = Short()
    files.write_durable(tmp_path / "a.json", b"0123456789" * 10)
    assert (tmp_path / "a.json").read_bytes() == b"0123456789" * 10
