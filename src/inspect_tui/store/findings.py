"""The findings file: one writer's history of changes, kept so that what was called saved stays.

On the medium stand a snapshot `NAME.json` (plain JSON that stock TinyDB opens, sealed by its checksum), the
snapshot before it as `NAME.bak`, and journals `NAME.<n>.journal`. Snapshots and journals draw their
numbers from one counter. A journal with a higher number than a snapshot goes beyond it.

Invariants, at every instant:

1. A change called saved stands in a journal, flushed to the medium together with the journal's name.
   Snapshots only repeat what journals hold; they never are the reason why something is called saved.
2. The newest good one of `NAME.json` and `NAME.bak`, with every journal of a higher number, gives every saved
   change. Journals below the number of `.bak`, and only those, are removed.
3. No file is ever written in place. A journal is added to by the session that made it, through the
   descriptor that made it, until its first error; a snapshot is replaced whole.
4. Only a snapshot that verifies, and that is the one this session knows, becomes `.bak`. Whatever is
   damaged or foreign is renamed aside and told, never removed.
5. A snapshot without a valid checksum, an empty one included, is damaged, never new.

Saving a change: add line(s) to the journal; flush; at the first lines flush the folder; say 已保存. On an
error the descriptor is given up and the same lines go to a new journal; if that fails too, they wait in
memory, the owner is told, and a new journal is tried again later.

Folding: let go of the journal (later lines go to a new one with a number above the snapshot's); write the
snapshot to a new file; flush; read it back; keep the old one as `.bak`; rename over `NAME.json`; flush the
folder; only then remove what invariant 2 no longer needs. A session that finds journals at its start folds
first (rolls forward). Opening itself writes nothing but the lock, so a crash in recovery leaves what a crash
before it left.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from inspect_tui.model.change import GENESIS, Change
from inspect_tui.model.signing import SIGNATURE
from inspect_tui.rules.canonical import canonical, verified
from inspect_tui.rules.erasing import erased_form, erased_ids
from inspect_tui.store import files
from inspect_tui.store.bare import without_bodies
from inspect_tui.store.content import FindingsContent, findings_exist, read_findings, write_merged
from inspect_tui.store.errors import DamagedFile, NewerVersion, ReadOnlyPlace, StoreError, reason
from inspect_tui.store.folding import Ground, Held, Tables
from inspect_tui.store.journal import change_line, round_line
from inspect_tui.store.limits import FINDINGS_BYTES, FINDINGS_CHANGES, TOO_LARGE, TOO_MANY
from inspect_tui.store.lock import FileLock, Locked
from inspect_tui.store.recovery import HEAD_BYTES, Names, Recovered, Recovery, recover
from inspect_tui.store.saver import Saver
from inspect_tui.store.snapshot import (
    CHANGES,
    META,
    ROUND,
    STATE_TABLES,
    WRITER,
    KnownRounds,
    Meta,
    documents,
    encode,
)

if TYPE_CHECKING:
    from inspect_tui.store.tables import FindingsDB, JournalTable

__all__ = [
    "DamagedFile",
    "FindingsContent",
    "FindingsFile",
    "Locked",
    "NewerVersion",
    "ReadOnlyPlace",
    "Recovery",
    "StoreError",
    "findings_exist",
    "read_findings",
    "write_merged",
]

#: What `tables` gives: the state tables.
TablesOf = Callable[[], Tables]


class FindingsFile:
    """An open findings file of one writer.

    Made by `create`, `open` or `open_or_view`. Changes are held in memory and queued for the medium by
    `append`, which never waits; `pending` is 0 when everything is saved. `tables` is asked for the state
    tables whenever the owner folds or closes, on the owner's thread.
    """

    def __init__(self, path: Path, held: Held, *, recovery: Recovery, tables: TablesOf | None) -> None:
        self.path = path
        self.recovery = recovery
        self.tables = tables
        #: Why the file can only be looked at; empty when it can be written.
        self.read_only_reason = ""
        self._held = held
        self._lock: FileLock | None = None
        self._saver: Saver | None = None
        self._db: FindingsDB | None = None
        self._pictures: dict[str, msgspec.Raw] = {}

    # ---------------------------------------------------------------- opening

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        writer: str,
        round_raw: dict[str, Any],
        tables: TablesOf | None = None,
        today: datetime.date | None = None,
    ) -> FindingsFile:
        """Make a writer's file with its frozen round and open it.

        Raises StoreError when it cannot be written or anything of that name exists already, Locked when
        another process is just making it.
        """
        names = Names(path)
        lock = FileLock(path)
        lock.acquire()
        try:
            found = names.scan()
            if findings_exist(path):
                raise StoreError(f"{path.name}已经存在，不能重新建立。", path=path)
            held = Held(writer=writer, rounds=[round_raw], changes=[])
            meta = Meta(writer=writer, generation=1, closed=False)
            data = b"".join(encode(meta, held.rounds, [], {}))
            files.write_durable(path, data)
            for temp in found.temps:
                files.discard(temp)
        except OSError as error:
            lock.release()
            raise StoreError(f"{path.name}建不起来：{reason(error)}。", path=path) from error
        except BaseException:
            lock.release()
            raise
        ground = Ground(
            number=1,
            main_head=data[:HEAD_BYTES],
            main_size=len(data),
            main_generation=1,
            bak_generation=0,
            closed=False,
        )
        file = cls(path, held, recovery=Recovery(), tables=tables)
        file._start(lock, ground, today)
        return file

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        read_only: bool = False,
        tables: TablesOf | None = None,
        today: datetime.date | None = None,
        known: KnownRounds | None = None,
    ) -> FindingsFile:
        """Open a writer's file, putting right what a crash left; `recovery` says what that was.

        Raises Locked when another process has it; DamagedFile, NewerVersion or StoreError when it cannot be
        read. With `read_only`, or where the folder cannot be written, it is only looked at, without a lock;
        `read_only_reason` says so. Rounds that are `known` are not read again.
        """
        names = Names(path)
        if read_only:
            return cls._view(path, tables, "以只读方式打开，不能修改。", known)
        lock = FileLock(path)
        try:
            lock.acquire()
        except ReadOnlyPlace as error:
            return cls._view(path, tables, error.message, known)
        try:
            recovered = recover(names, known=known)
            if recovered.snapshot.meta.kind != WRITER:
                raise StoreError(f"{path.name}是合并后的文件，只能查看。", path=path)
        except BaseException:
            lock.release()
            raise
        file = cls(path, _held(recovered), recovery=recovered.recovery, tables=tables)
        file._pictures = {k: v for k, v in recovered.snapshot.tables.items() if k in STATE_TABLES}
        meta = recovered.snapshot.meta
        ground = Ground(
            number=recovered.number,
            main_head=recovered.main_head,
            main_size=recovered.main_size,
            main_generation=meta.generation,
            bak_generation=recovered.bak_generation,
            closed=meta.closed,
            roll_forward=not recovered.recovery.clean,
            broken_journals=recovered.broken_journals,
            temps=recovered.temps,
        )
        file._start(lock, ground, today)
        return file

    @classmethod
    def open_or_view(
        cls,
        path: Path,
        *,
        tables: TablesOf | None = None,
        today: datetime.date | None = None,
        known: KnownRounds | None = None,
    ) -> FindingsFile:
        """Open for writing, or only for looking while another process has it; `read_only_reason` says who."""
        try:
            return cls.open(path, tables=tables, today=today, known=known)
        except Locked as error:
            return cls._view(path, tables, error.message, known)

    @classmethod
    def _view(cls, path: Path, tables: TablesOf | None, why: str, known: KnownRounds | None) -> FindingsFile:
        content = read_findings(path, known)
        file = cls(path, _held(content.recovered), recovery=content.recovery, tables=tables)
        file._pictures = content.tables
        file.read_only_reason = why
        return file

    def _start(self, lock: FileLock, ground: Ground, today: datetime.date | None) -> None:
        self._lock = lock
        self._saver = Saver(Names(self.path), self._held, ground, today=today)

    # ---------------------------------------------------------------- reading

    @property
    def writer(self) -> str:
        return self._held.writer

    @property
    def round_raw(self) -> dict[str, Any]:
        """The frozen round as it stands in the file, unknown fields included."""
        return self._held.rounds[0]

    @property
    def head(self) -> str:
        """Id of the last change, which the next one names as `prev`."""
        changes = self._held.changes
        return changes[-1].id if changes else GENESIS

    @property
    def read_only(self) -> bool:
        return self._saver is None

    def __len__(self) -> int:
        return len(self._held.changes)

    def changes(self) -> Iterator[Change]:
        """Every change held, in file order, saved or not."""
        return iter(list(self._held.changes))

    @property
    def db(self) -> FindingsDB:
        """The file as a TinyDB: every change at once, the other tables as of the last snapshot read."""
        if self._db is None:
            from inspect_tui.store.tables import FindingsDB

            self._db = FindingsDB(self)
        return self._db

    def held_tables(self) -> dict[str, Mapping[str, Any]]:
        """Every table for TinyDB."""
        from inspect_tui.store.tables import ChangeDocuments

        held = self._held
        meta = Meta(version=held.version, writer=held.writer, count=len(held.changes), head=self.head)
        tables: dict[str, Mapping[str, Any]] = {
            META: {"1": msgspec.to_builtins(meta) | held.extra},
            ROUND: {str(n): document for n, document in enumerate(held.rounds, 1)},
            CHANGES: ChangeDocuments(held.changes),
        }
        for name, raw in {**self._pictures, **held.passed_on}.items():
            tables[name] = msgspec.json.decode(raw)
        return tables

    # ---------------------------------------------------------------- writing

    def append(self, change: Change) -> None:
        """Keep a change and queue it for the medium; returns at once.

        Raises ValueError when it is not the next change of this writer, StoreError when the file can only
        be looked at or is full.
        """
        self._table.insert_change(change)

    @property
    def _table(self) -> JournalTable:
        from inspect_tui.store.tables import JournalTable

        table = self.db.table(CHANGES)
        assert isinstance(table, JournalTable)
        return table

    def take(self, change: Change) -> int:
        """What an insert into the `changes` table comes down to; `append` is the way in."""
        saver = self._writable()
        if change.writer != self.writer:
            raise ValueError("a findings file holds the changes of its own writer only")
        if change.prev != self.head:
            raise ValueError("a change follows the last one of its writer")
        if not verified(change):
            raise ValueError("the id of a change is the hash of its content")
        if len(self._held.changes) >= FINDINGS_CHANGES:
            raise StoreError(TOO_MANY, path=self.path)
        line = change_line(change)
        if saver.size + len(line) > FINDINGS_BYTES:
            raise StoreError(TOO_LARGE, path=self.path)
        return saver.put(line, change)

    def set_round(self, round_raw: dict[str, Any]) -> None:
        """Replace the frozen round by an amended pack of it; journalled like a change."""
        saver = self._writable()
        line = round_line(round_raw)
        self._held.rounds[:] = [round_raw]
        saver.put(line)

    def holds(self, change_ids: Collection[str]) -> bool:
        """Whether the file holds the body of one of these changes, which `erase` would let go."""
        return bool(self._places(change_ids))

    def _places(self, change_ids: Collection[str]) -> list[int]:
        return [
            place
            for place, change in enumerate(self._held.changes)
            if change.id in change_ids and change.body is not None and not erased_ids([change])
        ]

    def erase(self, change_ids: Collection[str]) -> int:
        """Let the bodies of these changes go from every copy of the file, and wait; returns how many it held.

        The record that they were erased is kept elsewhere as a change. Where the main file holds none of them
        any more, older copies still may, after a crash: they are all gone over each time. Raises StoreError.
        """
        saver = self._writable()
        places = self._places(change_ids)
        saver.flush()
        for place in places:
            self._held.changes[place] = erased_form(self._held.changes[place])
        if self._db is not None:
            self._db.table(CHANGES).clear_cache()
        # The first fold still keeps the snapshot with the bodies as `.bak`; the second lets that one go.
        self.compact()
        self.compact()
        try:
            copies = Names(self.path).scan().dailies
        except OSError as error:
            said = f"每日备份没有查完：{reason(error)}。"
            raise StoreError(said, path=self.path) from error
        for copy in copies.values():
            try:
                data, held = without_bodies(files.fs.read(copy), change_ids)
                if held:
                    files.write_durable(copy, data)
            except OSError as error:
                raise StoreError(f"每日备份{copy.name}没有改写：{reason(error)}。", path=copy) from error
        return len(places)

    def _writable(self) -> Saver:
        if self._saver is None:
            raise StoreError(self.read_only_reason or "文件已经关闭。", path=self.path)
        return self._saver

    @property
    def pending(self) -> int:
        """Number of changes not on the medium yet."""
        return self._saver.pending if self._saver else 0

    @property
    def error(self) -> StoreError | None:
        """Why the waiting changes are not saved yet; None when nothing went wrong."""
        return self._saver.error if self._saver else None

    @property
    def warnings(self) -> list[str]:
        """What went wrong beside saving (a daily copy, a fold), as sentences; nothing is at risk."""
        return list(self._saver.warnings) if self._saver else []

    @property
    def on_saved(self) -> Callable[[int], None] | None:
        """Called from the saver's thread with the number of changes on the medium."""
        return self._saver.on_saved if self._saver else None

    @on_saved.setter
    def on_saved(self, call: Callable[[int], None] | None) -> None:
        if self._saver is not None:
            self._saver.on_saved = call

    @property
    def on_error(self) -> Callable[[StoreError], None] | None:
        """Called from the saver's thread when changes could not be saved; they wait and are tried again."""
        return self._saver.on_error if self._saver else None

    @on_error.setter
    def on_error(self, call: Callable[[StoreError], None] | None) -> None:
        if self._saver is not None:
            self._saver.on_error = call

    def flush(self, timeout: float | None = None) -> None:
        """Wait until everything is on the medium. Raises StoreError when it is not."""
        if self._saver is not None:
            self._saver.flush(timeout)

    def compact(self) -> None:
        """Fold the journals into a new snapshot with state tables, and wait. Raises StoreError."""
        saver = self._writable()
        saver.flush()
        self._fold(saver, closed=False)

    def close(self, timeout: float | None = None) -> str:
        """Save, fold, and let the file go. Returns a sentence when only the fold failed, else "".

        Raises StoreError and stays open when changes could not be saved, within the time if one is given:
        see `write_copy`, `abandon`.
        """
        saver = self._saver
        if saver is None:
            return ""
        saver.flush(timeout)
        said = ""
        if not saver.settled:
            try:
                self._fold(saver, closed=True)
            except StoreError as error:
                said = error.message
        self.read_only_reason = "文件已经关闭。"
        self._end(saver)
        return said

    def abandon(self) -> list[Change]:
        """Let the file go whatever is unsaved; returns the changes that are not on the medium."""
        saver = self._saver
        if saver is None:
            return []
        self.read_only_reason = "文件已经关闭。"
        self._end(saver)
        count = saver.pending
        return self._held.changes[len(self._held.changes) - count :] if count else []

    def write_copy(self, path: Path) -> None:
        """Write everything held, saved or not, as a findings file in another place. Raises StoreError."""
        files.write_durable(path, self.copy_bytes())

    def copy_bytes(self, more: Mapping[str, Any] | None = None) -> bytes:
        """Everything held, saved or not, as the bytes of a findings file, with `more` tables if given."""
        held = self._held
        meta = Meta(version=held.version, writer=held.writer, generation=1, head=self.head, closed=True)
        tables: dict[str, Any] = {**(self.tables() if self.tables else {}), **held.passed_on, **(more or {})}
        return b"".join(encode(meta, held.rounds, held.changes, tables, held.extra))

    def _fold(self, saver: Saver, *, closed: bool) -> None:
        tables = {
            name: rows if isinstance(rows, msgspec.Raw) else documents(map(canonical, rows))
            for name, rows in (self.tables() if self.tables else {}).items()
        }
        saver.fold(tables, closed=closed)
        self._pictures = tables
        if self._db is not None:
            for name in tables:
                self._db.table(name).clear_cache()

    def _end(self, saver: Saver) -> None:
        saver.stop()
        self._saver = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> FindingsFile:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.close()
        finally:
            self.abandon()


def _held(recovered: Recovered) -> Held:
    snapshot = recovered.snapshot
    return Held(
        writer=snapshot.meta.writer,
        rounds=list(recovered.rounds),
        changes=list(recovered.changes),
        version=snapshot.meta.version,
        extra=snapshot.extra,
        # A signature is of a copy as it left; the next change here would make it untrue.
        passed_on={k: v for k, v in snapshot.tables.items() if k not in (*STATE_TABLES, SIGNATURE)},
    )
