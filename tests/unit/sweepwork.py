"""Sweeping faults over saving paths: every file operation of a path fails or kills, then all is opened again.

A `Saving` is one path as a user walks it: how its workspace is made ready, what is done, and what can then
be read in it. A `Sweeper` runs it once for every operation and every ill, and looks at what is left: nothing
lost that stood there, nothing unreadable, no half result, true words, and done again it comes to its end.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import re
import shutil
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from faultfs import Kill

from inspect_tui.model.fault import InputFaults
from inspect_tui.store import files, vault, vault_ops, workspace
from inspect_tui.store.errors import HELD_CODES, StoreError
from inspect_tui.store.findings import FindingsFile, read_findings

#: Operations that change the medium; a full or read-only disk refuses these only.
WRITING = frozenset(("open_new", "write", "fsync", "replace", "link", "fsync_dir", "mkdir", "unlink"))
HELD = min(HELD_CODES)
PASSPHRASE, NEW_PASSPHRASE, RECOVERY = "3914-0072-5581", "5502-8813-9974", "7720-1135-9046-2288"


@dataclass(frozen=True)
class Ill:
    """What befalls a run at one of its file operations.

    `kill` ends the process around it; else it is refused with `code` (or Windows code `held`), for `times`
    operations of the kinds `only`, 0 for ever.
    """

    name: str
    kill: str = ""
    code: int = 0
    held: int = 0
    times: int = 1
    only: frozenset[str] = frozenset()


ILLS = (
    Ill("killed before", kill="before"),
    Ill("killed in the middle of a write", kill="torn"),
    Ill("killed after", kill="after"),
    Ill("disk full once", code=errno.ENOSPC, only=WRITING),
    Ill("disk full for good", code=errno.ENOSPC, times=0, only=WRITING - {"unlink"}),
    Ill("read or write error once", code=errno.EIO),
    Ill("write error for good", code=errno.EIO, times=0, only=WRITING),
    Ill("no right to write", code=errno.EACCES, times=0, only=WRITING - {"write", "fsync"}),
    Ill("medium turns read-only", code=errno.EROFS, times=0, only=WRITING),
    Ill("folder vanished", code=errno.ENOENT, times=0),
    Ill("held by another program for a while", held=HELD, times=3, only=frozenset(("replace",))),
    Ill("held by another program for good", held=HELD, times=0, only=frozenset(("replace", "unlink"))),
)


class SweepFS(files.FileOps):
    """Does an ill from operation `at` on (from 0), counting every operation behind the seam.

    `few` is the most bytes a write takes at a time.
    """

    def __init__(self, at: int = -1, ill: Ill | None = None, *, few: int = 0) -> None:
        self.point, self.ill, self.few = at, ill, few
        self.count = self.hits = 0
        self.log: list[str] = []
        self.dead = False
        self._fds: set[int] = set()
        self._mutex = threading.RLock()

    def abandon(self) -> None:
        """Close what a dead process leaves to the system."""
        self.dead = True
        for fd in self._fds:
            with contextlib.suppress(OSError):
                os.close(fd)
        self._fds.clear()

    @contextlib.contextmanager
    def _step(self, name: str) -> Iterator[bool]:
        with self._mutex:
            if self.dead:
                raise Kill
            number, self.count = self.count, self.count + 1
            self.log.append(name)
            ill = self.ill
            if ill is None or number < self.point or self.point < 0:
                hit = False
            elif ill.kill:
                hit = number == self.point
            else:
                hit = (not ill.only or name in ill.only) and (not ill.times or self.hits < ill.times)
            if not hit or ill is None:
                yield False
                return
            self.hits += 1
            if ill.kill == "before":
                self.dead = True
                raise Kill
            if ill.kill:
                yield ill.kill == "torn"
                self.dead = True
                raise Kill
            error = OSError(ill.code or errno.EACCES, os.strerror(ill.code or errno.EACCES))
            if ill.held:
                error.winerror = ill.held  # type: ignore[attr-defined]
            raise error

    def open_new(self, path: Path) -> int:
        with self._step("open_new"):
            fd = super().open_new(path)
            self._fds.add(fd)
        return fd

    def write(self, fd: int, data: bytes | memoryview) -> int:
        taken = data[: self.few] if self.few else data
        with self._step("write") as torn:
            return super().write(fd, taken[: len(taken) // 2] if torn else taken)
        raise Kill

    def fsync(self, fd: int) -> None:
        with self._step("fsync"):
            pass

    def close(self, fd: int) -> None:
        # What a close says is known already from the flush before it.
        self._fds.discard(fd)
        super().close(fd)

    def replace(self, source: Path, target: Path) -> None:
        with self._step("replace"):
            super().replace(source, target)

    def link(self, source: Path, target: Path) -> None:
        with self._step("link"):
            super().link(source, target)

    def unlink(self, path: Path) -> None:
        with self._step("unlink"):
            super().unlink(path)

    def fsync_dir(self, folder: Path) -> None:
        with self._step("fsync_dir"):
            pass

    def mkdir(self, folder: Path) -> None:
        with self._step("mkdir"):
            super().mkdir(folder)

    def raw(self, path: Path) -> bytes:
        with self._step("read"):
            return super().raw(path)

    def open_read(self, path: Path) -> Any:
        with self._step("open"):
            return super().open_read(path)

    def names(self, folder: Path) -> list[str]:
        with self._step("names"):
            return super().names(folder)

    def sleep(self, seconds: float) -> None:
        self.log.append(f"sleep {seconds}")


# -------------------------------------------------------------------- a saving path


@dataclass
class Place:
    """A folder with everything of one run: the workspace, what was brought, this machine's own folder."""

    top: Path
    #: What earlier acts hand to later ones, such as keys; the same for every run of a path.
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.top / "w"

    @property
    def brought(self) -> Path:
        return self.top / "brought"

    @property
    def home(self) -> Path:
        return self.top / "home"

    @contextlib.contextmanager
    def unlocked(self) -> Iterator[None]:
        """The workspace with its vault open, where it has one that is not open yet."""
        opened = vault.is_vaulted(self.root) and vault_ops.opened(self.root) is None
        if opened:
            vault_ops.open_vault(self.unlock())
        try:
            yield
        finally:
            if opened:
                vault_ops.shut_vault(self.root)

    def unlock(self) -> vault.Vault:
        """The vault by whichever of the two passphrases is in force."""
        try:
            return vault.unlock(self.root, PASSPHRASE)
        except vault.WrongPassphrase:
            return vault.unlock(self.root, NEW_PASSPHRASE)


@dataclass(frozen=True)
class Saving:
    """One saving path. `look` reads what there is, the same for the same content, whatever ids it drew.

    `partly` tells whether something between what was and what comes may be there, for a path of steps
    that each count for themselves; without it there is all of it or nothing. `shuts` says that the path
    itself closes every findings file it opened, because it runs in the middle of the program, not at its end.
    """

    name: str
    ready: Callable[[Place], object]
    act: Callable[[Place], object]
    look: Callable[[Place], Any]
    partly: Callable[[Any, Any, Any], bool] | None = None
    #: Entered before the act and before the looks, as a vault is opened; left after.
    around: Callable[[Place], contextlib.AbstractContextManager[object]] | None = None
    shuts: bool = False


@dataclass
class Swept:
    """What a sweep did."""

    points: int = 0
    hits: int = 0
    refused: int = 0
    killed: int = 0
    operations: int = 0
    faults: list[str] = field(default_factory=list)


_held: list[FindingsFile] = []


@contextlib.contextmanager
def watched() -> Iterator[None]:
    """Know every findings file that is opened, so that a dead process's thread and lock can be ended."""
    start = FindingsFile._start

    def noted(self: FindingsFile, *rest: Any) -> None:
        start(self, *rest)
        _held.append(self)

    FindingsFile._start = noted  # type: ignore[method-assign]
    try:
        yield
    finally:
        FindingsFile._start = start  # type: ignore[method-assign]


def let_go() -> int:
    """End what is still open, as the end of the process would; returns how many files there were."""
    count = 0
    for file in _held:
        if file._saver is not None:
            count += 1
            with contextlib.suppress(Kill):
                file._saver.stop()
        if file._lock is not None:
            file._lock.release()
            file._lock = None
    _held.clear()
    return count


@contextlib.contextmanager
def _seam(fs: files.FileOps, saving: Saving, place: Place) -> Iterator[None]:
    plain = files.fs
    files.fs = fs
    os.environ["INSPECT_TUI_HOME"] = str(place.home)
    workspace._homeless.clear()
    try:
        with saving.around(place) if saving.around else contextlib.nullcontext():
            yield
    finally:
        files.fs = plain


def quick() -> files.FileOps:
    """A healthy medium without waiting for it."""
    return SweepFS()


class Sweeper:
    """A path made ready once, then run at every point."""

    def __init__(self, saving: Saving, folder: Path) -> None:
        self.saving, self.folder = saving, folder
        self.model = Place(folder / "ready")
        for made in (self.model.root, self.model.brought, self.model.home):
            made.mkdir(parents=True)
        with _seam(quick(), saving, self.model):
            saving.ready(self.model)
        let_go()
        self.number = 0
        counted = SweepFS()
        place = self._fresh()
        with _seam(quick(), saving, place):
            self.before = saving.look(place)
        with _seam(counted, saving, place):
            saving.act(place)
        let_go()
        with _seam(quick(), saving, place):
            self.after = saving.look(place)
            self.faults_of_whole = unsound(place)
        assert self.before != self.after, "the path does nothing that can be seen"
        self.log = counted.log
        self.operations = counted.count
        self._drop(place)

    def points(self) -> list[tuple[int, Ill]]:
        """Every operation with every ill that can befall it."""
        found = []
        for at in range(self.operations):
            name = [entry for entry in self.log if not entry.startswith("sleep")][at]
            for ill in ILLS:
                if ill.kill == "torn" and name != "write":
                    continue
                if ill.only and name not in ill.only:
                    continue
                if ill.kill == "after" and name in ("read", "open", "names"):
                    continue
                found.append((at, ill))
        return found

    def run(self, points: list[tuple[int, Ill]]) -> Swept:
        """Run the points given."""
        told = Swept(operations=self.operations, faults=list(self.faults_of_whole))
        for at, ill in points:
            place = self._fresh()
            try:
                self._point(place, SweepFS(at, ill), ill, told, f"{self.saving.name}: {ill.name} at {at}")
            finally:
                let_go()
                self._drop(place)
        place = self._fresh()
        self._point(place, SweepFS(few=7), ILLS[3], told, f"{self.saving.name}: short writes", whole=True)
        let_go()
        self._drop(place)
        return told

    def _point(
        self, place: Place, fs: SweepFS, ill: Ill, told: Swept, where: str, *, whole: bool = False
    ) -> None:
        saving = self.saving
        error: BaseException | None = None
        try:
            with _seam(fs, saving, place):
                saving.act(place)
        except (Kill, Exception) as caught:
            error = caught
        if fs.dead:
            fs.abandon()
        killed = fs.dead
        left_open = let_go()
        told.points += 1
        told.hits += fs.hits > 0
        told.killed += killed
        op = fs.log[fs.point] if 0 <= fs.point < len(fs.log) else "-"

        def wrong(what: str) -> None:
            told.faults.append(f"{where} ({op}): {what}")

        if whole and error is not None:
            wrong(f"raised {error!r}")
        if not killed and error is not None:
            told.refused += 1
            if not isinstance(error, StoreError | InputFaults):
                wrong(f"raised {type(error).__name__}: {error}")
            elif isinstance(error, StoreError):
                for fault in untrue(str(error)):
                    wrong(fault)
            if left_open and saving.shuts:
                wrong("a findings file stays open and locked")
        with _seam(quick(), saving, place):
            try:
                now = saving.look(place)
            except Exception as caught:
                wrong(f"cannot be read afterwards: {type(caught).__name__}: {caught}")
                now = None
            part = saving.partly or (lambda *_: False)
            between = now not in (None, self.before, self.after)
            if between and not part(self.before, now, self.after):
                wrong(f"half a result: {now!r}")
            if not killed and error is None and now != self.after:
                wrong(f"said to be done and is not: {now!r}")
            unchanged = isinstance(error, StoreError) and "原来的文件没有改动" in str(error)
            if unchanged and saving.partly is None and now != self.before:
                wrong(f"says nothing was changed: {error}")
            if not killed:
                kept = getattr(error, "kept", None)
                for temp in temps(place, ill):
                    if temp != kept:
                        wrong(f"leaves {temp.relative_to(place.top)}")
            for fault in unsound(place):
                wrong(fault)
        let_go()
        with _seam(quick(), saving, place):
            try:
                saving.act(place)
                again = saving.look(place)
                if again != self.after:
                    wrong(f"done again it comes to {again!r}")
            except Exception as caught:
                wrong(f"cannot be done again: {type(caught).__name__}: {caught}")
        if let_go():
            wrong("a findings file stays open")

    def _fresh(self) -> Place:
        self.number += 1
        top = self.folder / f"p{self.number % 2}"
        shutil.rmtree(top, ignore_errors=True)
        shutil.copytree(self.model.top, top)
        return Place(top, self.model.given)

    def _drop(self, place: Place) -> None:
        shutil.rmtree(place.top, ignore_errors=True)


def untrue(said: str) -> list[str]:
    """What is wrong with the words of a refusal: they are Chinese, whole, and show no system text."""
    found = []
    if not re.search(r"[\u4e00-\u9fff]", said) or not said.rstrip("。”）").strip():
        found.append(f"not said in Chinese: {said!r}")
    if re.search(r"Errno|Error|Traceback|\bNone\b|OSError|No space|denied", said):
        found.append(f"shows the system's words: {said!r}")
    if not said.endswith("。"):
        found.append(f"not a whole sentence: {said!r}")
    return found


def temps(place: Place, ill: Ill | None = None) -> list[Path]:
    """Unfinished files left behind, unless the medium refused to remove them as well."""
    if ill is not None and not ill.times and (not ill.only or "unlink" in ill.only):
        return []
    return [p for p in place.top.rglob("*.tmp") if p.is_file()]


def unsound(place: Place) -> list[str]:
    """What cannot be read of the files that are there: JSON, findings with their checksum, zips by entry."""
    with place.unlocked():
        return list(_unsound(place))


def _unsound(place: Place) -> Iterator[str]:
    for path in sorted(place.root.rglob("*")):
        if not path.is_file() or path.name.endswith((".tmp", ".lock", ".holder")) or ".damaged-" in path.name:
            continue
        try:
            if re.fullmatch(r"[0-9a-f]{12}\.json", path.name):
                content = read_findings(path)
                if content.recovery.broken or content.recovery.gaps or content.recovery.fallback:
                    yield (f"{path.name}: {content.recovery.messages}")
            elif path.suffix == ".json":
                msgspec.json.decode(files.fs.read(path))
            elif path.suffix in (".zip", ".docx", ".xlsx"):
                with zipfile.ZipFile(path) as archive:
                    if archive.testzip() is not None:
                        yield (f"{path.name}: a damaged entry")
        except Exception as error:
            yield (f"{path.relative_to(place.top)} cannot be read: {type(error).__name__}: {error}")


def sampled(points: list[tuple[int, Ill]], most: int, seed: int) -> list[tuple[int, Ill]]:
    """A fair part of all points, another one for each seed."""
    return random.Random(seed).sample(points, min(most, len(points)))


def waited(what: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether something came true in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.01)
    return what()
