"""Folding: the journals' changes written into a new snapshot, the one before kept, the rest tidied away.

The order of steps, and what holds between any two of them, stands in `store.findings`.
"""

from __future__ import annotations

import contextlib
import datetime
import errno
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.model.change import GENESIS, Change
from inspect_tui.store import files
from inspect_tui.store.errors import reason
from inspect_tui.store.journal import read_journal
from inspect_tui.store.recovery import HEAD_BYTES, Names
from inspect_tui.store.snapshot import FINDINGS_VERSION, PREFIX, Meta, encode

#: Days a daily copy is kept.
DAILY_DAYS = 30

#: Tables as documents, or as the text of a table where its rows were told one by one.
Tables = Mapping[str, Iterable[Mapping[str, Any]] | msgspec.Raw]


class Held(msgspec.Struct):
    """What an open file holds in memory. `passed_on` are tables of a newer version, kept raw."""

    writer: str
    rounds: list[dict[str, Any]]
    changes: list[Change]
    version: str = FINDINGS_VERSION
    extra: dict[str, Any] = {}
    passed_on: dict[str, msgspec.Raw] = {}


class Ground(msgspec.Struct):
    """What lies on the medium when a session starts."""

    number: int
    main_head: bytes | None
    main_size: int
    main_generation: int
    bak_generation: int
    closed: bool
    roll_forward: bool = False
    broken_journals: list[Path] = []
    temps: list[Path] = []


class Folder:
    """Puts snapshots of one open file in place. `warnings` are sentences about what is not at risk."""

    def __init__(self, names: Names, held: Held, ground: Ground, today: datetime.date | None) -> None:
        self.warnings: list[str] = []
        self._names = names
        self._held = held
        self._ground = ground
        self._today = today

    def fold(
        self,
        number: int,
        rounds: Sequence[Mapping[str, Any]],
        changes: Sequence[Change],
        tables: Tables,
        *,
        closed: bool,
        between: Callable[[], None],
    ) -> None:
        """Write the snapshot of that number and put it in place. Raises OSError; journals then stay."""
        names, ground, held = self._names, self._ground, self._held
        head_id = changes[-1].id if changes else GENESIS
        meta = Meta(version=held.version, writer=held.writer, generation=number, head=head_id, closed=closed)
        pieces = encode(meta, rounds, changes, {**tables, **held.passed_on}, held.extra)
        temp = files.temp_beside(names.main)
        head = b"".join(piece[:HEAD_BYTES] for piece in pieces[:2])[:HEAD_BYTES]
        files.write_temp(temp, pieces, between=between)
        # The whole file stands in memory once at a time: what such peaks take stays with the process.
        del pieces
        try:
            size = self._read_back(temp, head)
            kept = self._keep_previous()
            files.replace_held(temp, names.main)
        except OSError:
            files.discard(temp)
            raise
        ground.main_head, ground.main_size = head, size
        before, ground.main_generation = ground.main_generation, number
        files.fs.fsync_dir(names.folder)
        ground.closed = closed
        if kept:
            ground.bak_generation = before
        self._tidy()

    def _read_back(self, temp: Path, head: bytes) -> int:
        """Check that the medium gives back what was written, before anything older is let go; its size."""
        written = files.fs.read(temp)
        if written[:HEAD_BYTES] != head or not files.sealed(PREFIX, written):
            raise OSError(errno.EIO, "read back differs")
        return len(written)

    def _keep_previous(self) -> bool:
        """Keep the main file as `.bak` if it is the good one this session knows; else put it aside."""
        names, ground = self._names, self._ground
        try:
            old = files.fs.read(names.main)
        except FileNotFoundError:
            return False
        except OSError:
            old = b""
        if ground.main_head is None or not old.startswith(ground.main_head) or not files.sealed(PREFIX, old):
            kept = names.aside(names.main)
            files.replace_held(names.main, kept)
            if ground.main_head is not None:
                self.warnings.append(
                    f"{names.main.name}在打开期间被别的程序改动过，那一份已另存为{kept.name}，没有采用。"
                )
            return False
        self._copy_of_day(old)
        files.keep_previous(names.main, names.bak, old)
        return True

    def _copy_of_day(self, old: bytes) -> None:
        """The day's first fold keeps the file as it was before this day's work, for thirty days."""
        today = self._today
        if today is None or self._names.daily(f"{today:%Y%m%d}").exists():
            return
        copy = self._names.daily(f"{today:%Y%m%d}")
        temp = files.temp_beside(self._names.main)
        try:
            files.write_temp(temp, files.pieces(old))
            files.replace_held(temp, copy)
        except OSError as error:
            files.discard(temp)
            self.warnings.append(f"每日备份没有写成：{reason(error)}。")
            return
        oldest = f"{today - datetime.timedelta(days=DAILY_DAYS):%Y%m%d}"
        with contextlib.suppress(OSError):
            for day, path in self._names.scan().dailies.items():
                if day < oldest:
                    files.discard(path)

    def _tidy(self) -> None:
        """After a good fold: journals older than `.bak` go, damaged ones are put aside, tries removed."""
        names, ground = self._names, self._ground
        with contextlib.suppress(OSError):
            for number, path in names.scan().journals.items():
                if path in ground.broken_journals:
                    files.replace_held(path, names.aside(path))
                elif number < ground.bak_generation:
                    if read_journal(path).damaged:
                        files.replace_held(path, names.aside(path))
                    else:
                        files.discard(path)
            for path in ground.temps:
                files.discard(path)
            ground.temps = []
        ground.roll_forward = False
