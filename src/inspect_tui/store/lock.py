"""One process per findings file, for as long as it is open.

A lock per operation is not enough: two programs that each hold the file in memory would still overwrite
each other. The system drops the lock when its holder dies, however it dies; a small file beside it says
who the holder is, for people.
"""

from __future__ import annotations

import contextlib
import datetime
import errno
import getpass
import os
import platform
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.errors import ReadOnlyPlace, StoreError, reason

if TYPE_CHECKING:
    from filelock import BaseFileLock

_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who has a findings file open: machine, user, process, since when."""

    host: str = ""
    user: str = ""
    pid: int = 0
    since: str = ""

    def text(self) -> str:
        """The holder as a Chinese phrase."""
        if not self.pid:
            return "另一个窗口"
        who = clean_text(f"{self.user}@{self.host}", newlines=False)[:80]
        return f"{who}（进程{self.pid}，{clean_text(self.since, newlines=False)[:19]}起）"


class Locked(StoreError):
    """Another process has the file open; it can only be looked at here."""

    def __init__(self, path: Path, holder: Holder) -> None:
        super().__init__(f"{path.name}正由{holder.text()}打开，这里只能查看，不能修改。", path=path)
        self.holder = holder


class FileLock:
    """The lock of one findings file, held from `acquire` to `release`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock_path = path.with_name(f"{files.stem(path)}.lock")
        self._holder_path = path.with_name(f"{files.stem(path)}.holder")
        self._lock: BaseFileLock | None = None

    def acquire(self, *, now: datetime.datetime | None = None) -> None:
        """Take the lock at once. Raises Locked, ReadOnlyPlace or StoreError; never waits."""
        import filelock

        lock = filelock.FileLock(self._lock_path, timeout=0, thread_local=False, mode=0o600)
        try:
            with warnings.catch_warnings():
                # Where a share knows no locks, filelock uses its own file instead, and warns on stderr.
                warnings.simplefilter("ignore")
                lock.acquire()
        except filelock.Timeout:
            raise Locked(self.path, self.holder()) from None
        except OSError as error:
            if error.errno in _READ_ONLY:
                raise ReadOnlyPlace(
                    f"{self.path.name}所在的文件夹不能写入（{reason(error)}），只能查看，不能修改。",
                    path=self.path,
                ) from error
            raise StoreError(f"{self.path.name}打不开：{reason(error)}。", path=self.path) from error
        self._lock = lock
        self._say_who(now or datetime.datetime.now())

    def holder(self) -> Holder:
        """Who says to hold the file; an empty holder when nobody does readably."""
        try:
            return msgspec.json.decode(self._holder_path.read_bytes()[:4096], type=Holder)
        except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
            return Holder()

    def release(self) -> None:
        """Let the file go."""
        lock, self._lock = self._lock, None
        if lock is not None:
            with contextlib.suppress(OSError):
                self._holder_path.unlink()
            with contextlib.suppress(OSError):
                lock.release(force=True)

    def _say_who(self, now: datetime.datetime) -> None:
        try:
            user = getpass.getuser()
        except (OSError, KeyError, ImportError):
            user = ""
        holder = Holder(
            host=platform.node(), user=user, pid=os.getpid(), since=now.isoformat(" ", "seconds")[:19]
        )
        # Only told to people: a missing or old one never decides who may write.
        with contextlib.suppress(OSError):
            self._holder_path.write_bytes(msgspec.json.encode(holder))
