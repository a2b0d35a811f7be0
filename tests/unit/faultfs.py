"""Faults under the store: every file operation can fail, kill the process, or meet a power cut.

`FaultFS` counts operations and does something at one of them. `PowerFS` keeps a model of what the medium
would hold after a power cut and gives every such state.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from inspect_tui.store import files


class Kill(BaseException):
    """The process dies here; nothing after it runs."""


class FaultFS(files.FileOps):
    """Does `action` at operation number `at` (from 0), and after a kill refuses everything.

    Actions: "before" and "after" kill around the operation, "torn" kills in the middle of a write, an errno
    fails the operation once, a negative one fails every writing operation from there on until `heal`.
    """

    def __init__(self, at: int = -1, action: str | int = "before", *, flush: bool = False) -> None:
        self.at = at
        self.action = action
        self.count = 0
        self.log: list[str] = []
        self.dead = False
        self.healed = False
        self.fds: set[int] = set()
        #: Flushes wait while this is cleared: a disk as slow as a test likes.
        self.gate = threading.Event()
        self.gate.set()
        #: Called once, after the next flush, in the thread that flushes.
        self.after_flush: Callable[[], object] | None = None
        self._flush = flush

    def abandon(self) -> None:
        """Close what a dead process would have left to the system."""
        self.dead = True
        for fd in self.fds:
            with contextlib.suppress(OSError):
                os.close(fd)
        self.fds.clear()

    def heal(self) -> None:
        self.healed = True

    @contextlib.contextmanager
    def _step(self, name: str, *, writes: bool = True) -> Iterator[bool]:
        if self.dead:
            raise Kill
        number, self.count = self.count, self.count + 1
        self.log.append(name)
        hit = number == self.at
        if isinstance(self.action, int):
            for_ever = self.action < 0 and number >= self.at >= 0 and writes and not self.healed
            if hit or for_ever:
                raise OSError(abs(self.action), os.strerror(abs(self.action)))
            hit = False
        if hit and self.action == "before":
            self.dead = True
            raise Kill
        yield hit and self.action == "torn"
        if hit:
            self.dead = True
            raise Kill

    def open_new(self, path: Path) -> int:
        with self._step("open_new"):
            fd = super().open_new(path)
            self.fds.add(fd)
        return fd

    def write(self, fd: int, data: bytes | memoryview) -> int:
        with self._step("write") as torn:
            return super().write(fd, data[: len(data) // 2] if torn else data)
        raise Kill

    def fsync(self, fd: int) -> None:
        with self._step("fsync"):
            self.gate.wait(30)
            if self._flush:
                super().fsync(fd)
            call, self.after_flush = self.after_flush, None
            if call is not None:
                call()

    def close(self, fd: int) -> None:
        with self._step("close", writes=False):
            self.fds.discard(fd)
            super().close(fd)

    def replace(self, source: Path, target: Path) -> None:
        with self._step("replace"):
            super().replace(source, target)

    def link(self, source: Path, target: Path) -> None:
        with self._step("link"):
            super().link(source, target)

    def unlink(self, path: Path) -> None:
        with self._step("unlink", writes=False):
            super().unlink(path)

    def fsync_dir(self, folder: Path) -> None:
        with self._step("fsync_dir"):
            if self._flush:
                super().fsync_dir(folder)

    def read(self, path: Path) -> bytes:
        with self._step("read", writes=False):
            return super().read(path)

    def names(self, folder: Path) -> list[str]:
        with self._step("names", writes=False):
            return super().names(folder)

    def sleep(self, seconds: float) -> None:
        self.log.append(f"sleep {seconds}")


@dataclass
class Inode:
    """A file on the modelled medium: what was written, and how much of it was flushed."""

    data: bytearray = field(default_factory=bytearray)
    flushed: bytes = b""

    def after_cut(self, fate: str) -> bytes:
        """Its bytes after a power cut: unflushed ones lost, kept, torn or zeroed."""
        rest = bytes(self.data[len(self.flushed) :])
        match fate:
            case "lost":
                return self.flushed
            case "torn":
                return self.flushed + rest[: len(rest) // 2]
            case "zeroed":
                return self.flushed + bytes(len(rest))
            case "late":
                return self.flushed + bytes(len(rest) // 2) + rest[len(rest) // 2 :]
            case _:
                return bytes(self.data)


FATES = ("lost", "kept", "torn", "zeroed", "late")
Names = dict[str, Inode]


class PowerFS(files.FileOps):
    """Runs on the real file system and models what would survive a power cut after every operation.

    Names changed since the last flush of the folder may be there or not: every prefix of the changes in
    order, and every single one missing (as on FAT).
    """

    def __init__(self) -> None:
        self.names_now: Names = {}
        self.names_flushed: Names = {}
        self.pending: list[tuple[str, str, Inode | None]] = []
        self.by_fd: dict[int, Inode] = {}
        self.states: list[tuple[int, dict[str, bytes]]] = []
        self.saved = 0

    def adopt(self, state: dict[str, bytes]) -> None:
        """Start from a medium that already holds files."""
        for name, data in state.items():
            self.names_now[name] = Inode(bytearray(data), data)
        self.names_flushed = dict(self.names_now)

    def _note(self) -> None:
        """Keep every state the medium may be in now, with the number of changes called saved by now."""
        seen = set()
        for names in self._name_states():
            for fate in FATES:
                state = {name: inode.after_cut(fate) for name, inode in names.items()}
                key = tuple(sorted((n, hash(d)) for n, d in state.items()))
                if key not in seen:
                    seen.add(key)
                    self.states.append((self.saved, state))

    def _name_states(self) -> Iterator[Names]:
        count = len(self.pending)
        chosen = {tuple(range(k)) for k in range(count + 1)}
        chosen |= {tuple(i for i in range(count) if i != k) for k in range(count)}
        for kept in sorted(chosen):
            yield self._applied([self.pending[i] for i in kept])

    def _applied(self, ops: list[tuple[str, str, Inode | None]]) -> Names:
        names = dict(self.names_flushed)
        for gone, name, inode in ops:
            names.pop(gone, None)
            if inode is not None:
                names[name] = inode
        return names

    def open_new(self, path: Path) -> int:
        fd = super().open_new(path)
        inode = Inode()
        self.by_fd[fd] = inode
        self.names_now[path.name] = inode
        self.pending.append(("", path.name, inode))
        self._note()
        return fd

    def write(self, fd: int, data: bytes | memoryview) -> int:
        taken = super().write(fd, data)
        self.by_fd[fd].data += bytes(data[:taken])
        self._note()
        return taken

    def fsync(self, fd: int) -> None:
        inode = self.by_fd[fd]
        inode.flushed = bytes(inode.data)
        self._note()

    def close(self, fd: int) -> None:
        super().close(fd)
        self.by_fd.pop(fd, None)

    def replace(self, source: Path, target: Path) -> None:
        super().replace(source, target)
        inode = self.names_now[target.name] = self.names_now.pop(source.name)
        self.pending.append((source.name, target.name, inode))
        self._note()

    def link(self, source: Path, target: Path) -> None:
        super().link(source, target)
        inode = self.names_now[target.name] = self.names_now[source.name]
        self.pending.append(("", target.name, inode))
        self._note()

    def unlink(self, path: Path) -> None:
        super().unlink(path)
        self.names_now.pop(path.name, None)
        self.pending.append((path.name, "", None))
        self._note()

    def fsync_dir(self, folder: Path) -> None:
        self.names_flushed = dict(self.names_now)
        self.pending.clear()
        self._note()


ERRNOS = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES)


def lay_out(folder: Path, state: dict[str, bytes]) -> None:
    """Put a state of the medium into an empty folder."""
    folder.mkdir()
    for name, data in state.items():
        (folder / name).write_bytes(data)
