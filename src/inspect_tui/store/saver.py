"""Saver: the one thread that writes an open findings file.

Lines that arrive while the medium is busy go out together in the next write and flush (group commit), so
a slow disk delays nobody and keeps up with any hand. Folding the journals into a new snapshot is done here
too, in pieces, between which waiting lines are journalled first.
"""

from __future__ import annotations

import contextlib
import datetime
import threading
import time
from collections.abc import Callable

from inspect_tui.model.change import GENESIS, Change
from inspect_tui.store import files
from inspect_tui.store.errors import StoreError, Unsaved, reason
from inspect_tui.store.folding import Folder, Ground, Held, Tables
from inspect_tui.store.journal import Journal, header_line
from inspect_tui.store.recovery import Names

#: Quiet time before journals are folded without being asked.
IDLE = 2.0
#: Journals are folded when quiet once they are this long, or an eighth of the snapshot.
FOLD_BYTES = 64 * 1024
#: Pause after a fold that failed; nothing is at risk, the journals hold everything.
FOLD_PAUSE = 60.0
#: Pauses between attempts to save again by itself after an error.
RETRY_FIRST, RETRY_LAST = 1.0, 15.0


class _Fold:
    """A fold asked for by another thread, which waits until it is done."""

    def __init__(self, tables: Tables, closed: bool) -> None:
        self.tables, self.closed = tables, closed
        self.done = threading.Event()
        self.error: StoreError | None = None


class Saver:
    """Writes lines and snapshots; every public method may be called from any thread.

    `on_saved` is called with the number of changes on the medium, `on_error` with what went wrong, both
    from this thread.
    """

    def __init__(
        self, names: Names, held: Held, ground: Ground, *, today: datetime.date | None = None
    ) -> None:
        self.on_saved: Callable[[int], None] | None = None
        self.on_error: Callable[[StoreError], None] | None = None
        self._names = names
        self._held = held
        self._ground = ground
        self._folder = Folder(names, held, ground, today)
        self.warnings = self._folder.warnings
        self._cond = threading.Condition()
        self._unsaved: list[bytes] = []
        self._unsaved_changes = 0
        self._journal: Journal | None = None
        self._journal_bytes = 0
        #: Whether journals hold lines that no fold has taken yet, and whether one is at work.
        self._written = False
        self._folding = False
        self._error: StoreError | None = None
        self._failures = 0
        self._retry_at = 0.0
        self._retry_pause = RETRY_FIRST
        self._last_line = 0.0
        self._fold_not_before = 0.0
        self._folds: list[_Fold] = []
        self._stopping = False
        self._dead: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="findings-saver", daemon=True)
        self._thread.start()

    # ---------------------------------------------------------------- for the file

    @property
    def pending(self) -> int:
        """Changes held in memory only."""
        with self._cond:
            return self._unsaved_changes

    @property
    def error(self) -> StoreError | None:
        """Why the waiting changes are not saved yet, if that is known."""
        return self._error

    @property
    def size(self) -> int:
        """Bytes the file takes on the medium, about."""
        return self._ground.main_size + self._journal_bytes

    @property
    def settled(self) -> bool:
        """Whether the snapshot alone holds everything and says that it is closed."""
        with self._cond:
            at_work = self._written or self._folding or bool(self._unsaved)
            return self._ground.closed and not at_work and not self._ground.roll_forward

    def put(self, line: bytes, change: Change | None = None) -> int:
        """Hold a change (or an amended round) and queue its line; returns the number of changes held."""
        with self._cond:
            if change is not None:
                self._held.changes.append(change)
                self._unsaved_changes += 1
            self._unsaved.append(line)
            self._last_line = time.monotonic()
            self._retry_at = 0.0
            self._cond.notify_all()
            return len(self._held.changes)

    def flush(self, timeout: float | None = None) -> None:
        """Wait until every line is on the medium. Raises StoreError when that fails or takes too long."""
        with self._cond:
            failures = self._failures
            self._retry_at = 0.0
            self._cond.notify_all()
            done = self._cond.wait_for(
                lambda: not self._unsaved or self._failures > failures or self._dead is not None, timeout
            )
            if self._unsaved:
                if self._error is not None and done:
                    raise self._error
                if self._dead is not None:
                    raise StoreError(f"保存已中断，还有{self._unsaved_changes}条改动没有落盘。")
                raise StoreError(f"保存还没有完成，还有{self._unsaved_changes}条改动在等待写盘。")

    def fold(self, tables: Tables, *, closed: bool = False) -> None:
        """Fold the journals into a new snapshot and wait for it. Raises StoreError; nothing is at risk."""
        request = _Fold(tables, closed)
        with self._cond:
            if self._dead is None and not self._stopping:
                self._folds.append(request)
                self._cond.notify_all()
            else:
                raise StoreError("保存已中断，主文件没有更新。")
        request.done.wait()
        if request.error is not None:
            raise request.error

    def stop(self) -> None:
        """End the thread; lines that cannot be saved stay unsaved."""
        with self._cond:
            self._stopping = True
            self._retry_at = 0.0
            self._cond.notify_all()
        self._thread.join()
        if self._journal is not None:
            self._journal.close()

    # ---------------------------------------------------------------- the thread

    def _run(self) -> None:
        try:
            while (job := self._next_job()) is not None:
                job()
        except BaseException as error:  # A dead saver must be told, never be silent.
            self._die(error)

    def _die(self, error: BaseException) -> None:
        failure = StoreError("保存程序意外中断，请退出后重新打开；已显示“已保存”的内容不受影响。")
        failure.__cause__ = error
        with self._cond:
            self._dead = error
            self._error = failure
            folds, self._folds = self._folds, []
            self._cond.notify_all()
        for request in folds:
            request.error = failure
            request.done.set()
        self._tell_error(failure)

    def _next_job(self) -> Callable[[], None] | None:
        with self._cond:
            while True:
                now = time.monotonic()
                rolling = self._ground.roll_forward and now >= self._fold_not_before
                if rolling and not self._stopping:
                    return self._fold_quietly
                if self._unsaved and now >= self._retry_at:
                    if self._stopping and self._error is not None and self._retry_at > 0:
                        return None
                    return self._save
                if self._folds:
                    return self._fold_asked
                if self._stopping:
                    return None
                wait = self._until_quiet_fold(now)
                if wait is not None and wait <= 0:
                    return self._fold_quietly
                if self._unsaved:
                    retry = self._retry_at - now
                    wait = retry if wait is None else min(wait, retry)
                self._cond.wait(wait)

    def _until_quiet_fold(self, now: float) -> float | None:
        """Seconds until the journals should be folded unasked; None when there is no need."""
        if not self._written or self._unsaved:
            return None
        due = self._fold_not_before
        if not self._ground.closed:
            # The first lines of a session fold at once, so that a copied file says that it was open.
            if self._journal_bytes < max(FOLD_BYTES, self._ground.main_size // 8):
                return None
            due = max(due, self._last_line + IDLE)
        return due - now

    # ---------------------------------------------------------------- lines

    def _save(self) -> None:
        with self._cond:
            batch = list(self._unsaved)
            changes = self._unsaved_changes
            after = self._head_before(changes)
        try:
            self._write(b"".join(batch), after)
        except OSError:
            # The system may now call lost bytes of this file saved: go on in a new one, from memory.
            self._abandon_journal()
            try:
                self._write(b"".join(batch), after)
            except OSError as error:
                self._abandon_journal()
                self._fail(error)
                return
        with self._cond:
            del self._unsaved[: len(batch)]
            self._unsaved_changes -= changes
            saved = len(self._held.changes) - self._unsaved_changes
            self._error = None
            self._retry_pause = RETRY_FIRST
            self._written = True
            self._cond.notify_all()
        if self.on_saved is not None:
            with contextlib.suppress(Exception):
                self.on_saved(saved)

    def _head_before(self, changes: int) -> str:
        saved = len(self._held.changes) - changes
        return self._held.changes[saved - 1].id if saved else GENESIS

    def _write(self, data: bytes, after: str) -> None:
        if self._journal is None:
            number = self._take_number()
            self._journal = Journal.create(self._names.journal(number))
            data = header_line(self._held.writer, number, after) + data
        self._journal.append(data)
        self._journal_bytes += len(data)

    def _take_number(self) -> int:
        self._ground.number += 1
        return self._ground.number

    def _retire_journal(self) -> None:
        journal, self._journal = self._journal, None
        if journal is not None:
            journal.close()

    def _abandon_journal(self) -> None:
        """Let go of a journal that failed; one that holds nothing saved is removed."""
        journal, self._journal = self._journal, None
        if journal is not None:
            journal.close()
            if journal.size == 0:
                files.discard(journal.path)

    def _fail(self, error: OSError) -> None:
        with self._cond:
            waiting = self._unsaved_changes
            failure = Unsaved(reason(error), waiting, path=self._names.main)
            failure.__cause__ = error
            self._error = failure
            self._failures += 1
            self._retry_at = time.monotonic() + self._retry_pause
            self._retry_pause = min(self._retry_pause * 2, RETRY_LAST)
            self._cond.notify_all()
        self._tell_error(failure)

    def _tell_error(self, failure: StoreError) -> None:
        if self.on_error is not None:
            with contextlib.suppress(Exception):
                self.on_error(failure)

    # ---------------------------------------------------------------- folding

    def _fold_quietly(self) -> None:
        """A fold nobody asked for takes no state tables: they belong to the owner's thread."""
        try:
            self._fold({}, closed=False)
        except (OSError, TypeError, ValueError) as error:
            self._fold_not_before = time.monotonic() + FOLD_PAUSE
            said = reason(error) if isinstance(error, OSError) else str(error)
            self.warnings.append(f"主文件暂时没有更新：{said}。改动都已存在日志里。")

    def _fold_asked(self) -> None:
        with self._cond:
            request = self._folds.pop(0)
        try:
            self._fold(request.tables, closed=request.closed)
        except OSError as error:
            request.error = StoreError(
                f"主文件{self._names.main.name}没有更新：{reason(error)}。"
                f"改动都已存在日志里，下次打开会自动合上。",
                path=self._names.main,
            )
            request.error.__cause__ = error
        except (TypeError, ValueError) as error:
            request.error = StoreError(f"主文件没有更新：{error}。改动都已存在日志里。")
            request.error.__cause__ = error
        except BaseException:
            request.error = StoreError("保存已中断，主文件没有更新。")
            request.done.set()
            raise
        request.done.set()

    def _fold(self, tables: Tables, *, closed: bool) -> None:
        """Write a snapshot of every saved change and put it in place. Raises OSError."""
        self._retire_journal()
        with self._cond:
            saved = len(self._held.changes) - self._unsaved_changes
            changes, rounds = self._held.changes[:saved], list(self._held.rounds)
            journalled = self._journal_bytes
            number = self._take_number()
            self._written = False
            self._folding = True
        try:
            self._folder.fold(number, rounds, changes, tables, closed=closed, between=self._save_waiting)
        except BaseException:
            with self._cond:
                self._written = True
                self._folding = False
            raise
        with self._cond:
            self._folding = False
            self._journal_bytes -= journalled

    def _save_waiting(self) -> None:
        with self._cond:
            waiting = bool(self._unsaved) and time.monotonic() >= self._retry_at
        if waiting:
            self._save()
