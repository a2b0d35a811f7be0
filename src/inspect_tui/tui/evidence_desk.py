"""Evidence desk: copies files while the inspector goes on working, and counts what is attached where.

Copying runs on a thread of its own, one file after another; the change that names a file is made on the
app's own thread when the file lies on disk. Pages listen to it and show how far it is. It holds no widget.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from inspect_tui.model.change import parse_key
from inspect_tui.rules.evidence import (
    PREFIX,
    NoEvidence,
    all_evidence,
    attach,
    evidence_of,
    evidence_of_item,
    files_of,
)
from inspect_tui.store.errors import StoreError
from inspect_tui.store.evidence import CopyStopped, Kept, Looked, check_room, keep
from inspect_tui.store.session import ReadOnlySession
from inspect_tui.tui.desk import Desk, VisitClosed

#: Steps of progress between two repaints: a slow drive tells more often than anyone can read.
_TELL_STEPS = 100


class Job(msgspec.Struct, frozen=True):
    """A file to be copied, and what it is then attached to; in the `ledger` also when a visit is closed."""

    looked: Looked
    unit: str
    record: str
    caption: str
    what: str
    ledger: bool = False


class EvidenceDesk:
    """What is being copied at a desk, and how much evidence each record has.

    `call` runs a function on the app's thread; `say` tells the user, as a warning or not.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.call: Callable[[Callable[[], None]], None] = lambda act: act()
        self.say: Callable[[str, bool], None] = lambda text, bad: None
        self.current: Job | None = None
        self.percent = 0
        self._waiting: deque[Job] = deque()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._listeners: list[Callable[[], None]] = []
        self._counts: dict[str, dict[str, int]] = {}
        desk.listen(self._heard)

    # ---------------------------------------------------------------- counting

    def _heard(self, touched: set[str]) -> None:
        for record in touched:
            address = parse_key(record)
            if address is not None and address.unit in self._counts:
                self._count(self._counts[address.unit], address.unit, record)

    def _count(self, counts: dict[str, int], unit: str, record: str) -> None:
        found = len(evidence_of(self.desk.state, unit, record))
        if found:
            counts[record] = found
        else:
            counts.pop(record, None)

    def _of_unit(self, unit: str) -> dict[str, int]:
        """Records of a unit that have evidence; kept in step by what changes, for lists of any length."""
        counts = self._counts.get(unit)
        if counts is None:
            counts = self._counts[unit] = {}
            state = self.desk.state
            for record in state.records(unit):
                if any(field.startswith(PREFIX) for field in state.fields(record)):
                    self._count(counts, unit, record)
        return counts

    def of_record(self, unit: str, record: str) -> int:
        """How many pieces a record has."""
        return self._of_unit(unit).get(record, 0)

    def of_item(self, unit: str, checklist: str, item: str) -> int:
        """How many pieces an item has at a unit, those of its findings among them."""
        state, total = self.desk.state, 0
        for record, count in self._of_unit(unit).items():
            address = parse_key(record)
            if address is None or address.kind not in ("answer", "finding"):
                continue
            there = (address.checklist, address.item)
            if not address.item:
                there = (str(state.value(record, "checklist", "")), str(state.value(record, "item", "")))
            total += count if there == (checklist, item) else 0
        return total

    def titles(self, unit: str, checklist: str, item: str) -> tuple[str, ...]:
        """What an item's pieces are called; asked at every key, so nothing is read where there are none."""
        if not self.of_item(unit, checklist, item):
            return ()
        return tuple(e.piece.title for e in evidence_of_item(self.desk.state, unit, checklist, item))

    # ---------------------------------------------------------------- copying

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Be told on the app's thread when copying moves on; returns a function that ends the listening."""
        self._listeners.append(heard)
        return lambda: self._listeners.remove(heard)

    @property
    def round_dir(self) -> Path:
        return self.desk.session.space.round_dir(self.desk.round.id)

    @property
    def busy(self) -> int:
        """How many files are being copied or wait for it."""
        return len(self._waiting) + (self.current is not None)

    def add(
        self,
        looked: Sequence[Looked],
        unit: str,
        record: str,
        caption: str,
        what: str,
        *,
        ledger: bool = False,
    ) -> None:
        """Copy files and attach them. Raises Refused when there is no room for all of them."""
        held = list(files_of(all_evidence(self.desk.state)).values())
        waiting = [job.looked.size for job in self._waiting]
        check_room(self.round_dir, [*waiting, *(one.size for one in looked)], held)
        self._waiting.extend(Job(one, unit, record, caption, what, ledger) for one in looked)
        if self._thread is None and self._waiting:
            self._stop.clear()
            self._next()

    def stop(self) -> int:
        """Stop copying and let go of what waits; returns how many files were not taken."""
        left = self.busy
        self._waiting.clear()
        self._stop.set()
        return left

    def _next(self) -> None:
        """Begin the next copy, on a thread; nothing is waited for."""
        self.current = self._waiting.popleft() if self._waiting else None
        self.percent = 0
        if self.current is None:
            self._thread = None
        else:
            # The work of a file must never hold back the end of the program: what is half copied is cleared
            # away at the next start.
            job = self.current
            self._thread = threading.Thread(target=self._copy, args=(job,), name="evidence", daemon=True)
            self._thread.start()
        self._tell()

    def _copy(self, job: Job) -> None:
        shown = -1

        def progress(done: int, total: int) -> None:
            nonlocal shown
            step = done * _TELL_STEPS // max(1, total)
            if step != shown:
                shown = step
                self.call(lambda: self._moved(step))

        kept: Kept | None = None
        failed = ""
        try:
            kept = keep(
                self.round_dir,
                job.looked,
                self.desk.session.writer,
                progress=progress,
                cancelled=self._stop.is_set,
            )
        except CopyStopped:
            pass
        except StoreError as error:
            failed = str(error)
        self.call(lambda: self._copied(job, kept, failed))

    def _moved(self, percent: int) -> None:
        self.percent = percent
        self._tell()

    def _copied(self, job: Job, kept: Kept | None, failed: str) -> None:
        """On the app's thread: the file lies on disk, so now the change that names it."""
        if kept is not None:
            failed = self._attach(job, kept)
            if not failed and not self._waiting:
                self.say(f"已加佐证：{job.looked.name}", False)
        if failed:
            self.say(failed, True)
        if self._stop.is_set():
            self._waiting.clear()
        self._next()

    def _attach(self, job: Job, kept: Kept) -> str:
        """Make the change that names a copied file; returns why not, or nothing."""
        name = job.looked.name
        try:
            edits = attach(self.desk.state, job.record, kept.piece(caption=job.caption))
            if not edits:
                return f"“{name}”这里已经有了。"
            if job.ledger:
                from inspect_tui.tui.ledger_book import LedgerBook

                self.desk.kept(LedgerBook).settle({job.unit: edits}, job.what)
            else:
                self.desk.commit(job.unit, edits, job.what)
        except NoEvidence as refused:
            return f"“{name}”没有加上：{refused}。"
        except VisitClosed:
            return f"“{name}”没有加上：{self.desk.why_closed(job.unit)}"
        except (ReadOnlySession, StoreError) as held:
            return f"“{name}”没有加上：{held or '这一轮已经关上'}"
        return ""

    def _tell(self) -> None:
        for heard in list(self._listeners):
            heard()

    def words(self) -> str:
        """What is being copied, for a line of a page; empty when nothing is."""
        if self.current is None:
            return ""
        more = f"，还有{len(self._waiting)}件" if self._waiting else ""
        return f"正在抄“{self.current.looked.name}”{self.percent}%{more}"


def evidence_desk(desk: Desk) -> EvidenceDesk:
    """The evidence desk of an open round."""
    return desk.kept(EvidenceDesk)
