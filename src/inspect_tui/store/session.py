"""Session: one inspector at work in one round, from the findings file to the state on the screen.

It is the only way changes are made. A change is in the state at once and on disk when the findings file
says so; nothing here waits for the disk.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.model.change import Body, Change, Edit
from inspect_tui.model.person import Identity
from inspect_tui.model.round import Round
from inspect_tui.rules.canonical import canonical, make_change
from inspect_tui.rules.erasing import evidence_named_in
from inspect_tui.rules.fold import State
from inspect_tui.rules.history import Undoing, UndoStacks
from inspect_tui.rules.numbering import numbered
from inspect_tui.rules.tables import state_tables
from inspect_tui.store import unfinished
from inspect_tui.store.bare import rewrite_received
from inspect_tui.store.clean import clean_json, clean_text
from inspect_tui.store.errors import StoreError, given_up
from inspect_tui.store.evidence_clearing import clear_temps, forget
from inspect_tui.store.findings import FindingsFile, findings_exist, read_findings
from inspect_tui.store.received import Entry, active_files, is_as_received
from inspect_tui.store.snapshot import STATE_TABLES, KnownRounds, documents
from inspect_tui.store.workspace import Clock, Workspace, local_clock


class ReadOnlySession(Exception):
    """A change was asked of a session that only looks."""


class Session:
    """State of a round with this laptop's own file open for writing, and everyone else's beside it.

    `read_only` says why nothing can be written (who holds the file, or that the folder is read-only);
    it is empty for a writing session. `messages` are sentences for the user about what opening found.
    """

    #: Whether nothing is kept: an author tries a checklist (see `store.trial`).
    trial = False

    def __init__(
        self, space: Workspace, round_: Round, raw: dict[str, Any], identity: Identity, clock: Clock
    ) -> None:
        self.space, self.round, self.raw, self.identity, self.clock = space, round_, raw, identity, clock
        self.state = State()
        self.file: FindingsFile | None = None
        self.read_only = ""
        self.messages: list[str] = []
        self.writer = ""
        self._undo: Undoing | None = None
        self._known: KnownRounds = {}

    @classmethod
    def open(
        cls,
        space: Workspace,
        round_id: str,
        identity: Identity,
        clock: Clock = local_clock,
        *,
        read_only: bool = False,
    ) -> Session:
        """Open a round for this inspector.

        Raises InputFaults for a round that cannot be used and DamagedFile when the own findings file cannot
        be read even from its backup; other writers' damaged files are left out and named in `messages`.
        """
        entry = space.round(round_id)
        assert entry.round is not None
        writer, identity = (
            (identity.writers.get(round_id, ""), identity)
            if read_only
            else space.writer_for(round_id, identity)
        )
        session = cls(space, entry.round, entry.raw, identity, clock)
        session.writer = writer
        session._known = {entry.packed: entry.raw}
        session._read_others(round_id)
        session._open_own(round_id, writer, read_only)
        session._obey_quietly()
        return session

    def _open_own(self, round_id: str, writer: str, read_only: bool) -> None:
        if not writer:
            self.read_only = "只看"
            return
        path = self.space.findings_path(round_id, writer)
        if not findings_exist(path):
            if read_only:
                self.read_only = "只看"
                return
            self.file = FindingsFile.create(
                path, writer=writer, round_raw=self.raw, tables=self._tables, today=self.date()
            )
        elif read_only:
            self.file = FindingsFile.open(path, read_only=True, tables=self._tables, known=self._known)
        else:
            self.file = FindingsFile.open_or_view(
                path, tables=self._tables, today=self.date(), known=self._known
            )
        self.read_only = self.file.read_only_reason
        if not self.read_only:
            # The lock is ours, so whatever copy this writer was making is dead.
            clear_temps(self.space.round_dir(round_id), writer)
        for change in self.file.changes():
            self._apply(change, path)
        self.messages += self.file.recovery.messages
        if not self.read_only and self.file.round_raw != self.raw:
            # The round was amended since this laptop last had its file open.
            self.file.set_round(self.raw)

    def _read_others(self, round_id: str) -> None:
        folder = self.space.round_dir(round_id)
        for writer in self.space.writers(round_id):
            if writer != self.writer:
                self._read_other(self.space.findings_path(round_id, writer))
        try:
            received = active_files(folder)
        except StoreError as error:
            self.messages.append(str(error))
            return
        for path, entry in received:
            self._read_other(path, entry)

    def _read_other(self, path: Path, entry: Entry | None = None) -> None:
        """Take a file into the state; a received one only as it came, without what was rejected of it."""
        try:
            if entry is not None and not is_as_received(path, entry):
                self.messages.append(f"收到的文件“{entry.name}”和收到时不一样了，没有计入。")
                return
            content = read_findings(path, self._known)
        except StoreError as error:
            self.messages.append(str(error))
            return
        left_out = set(entry.rejected) if entry is not None else set()
        for number, change in enumerate(content.changes, 1):
            if number in left_out:
                continue
            self._apply(change, path)

    def _apply(self, change: Change, path: Path) -> None:
        """Take a change into the state; one nobody can read is named and left out, whoever wrote it."""
        try:
            self.state.apply(change)
        except msgspec.ValidationError:
            place = clean_text(change.id[:8], newlines=False)
            self.messages.append(f"{path.name} 里有一条记录读不懂，已跳过（编号 {place}）。")

    def take_in(self, changes: Iterable[Change]) -> set[str]:
        """Take changes of others, just received, into the live state; returns the touched records."""
        touched: set[str] = set()
        for change in changes:
            try:
                touched |= self.state.apply(change)
            except msgspec.ValidationError:
                self.messages.append(f"收到的记录里有一条读不懂，已跳过（编号 {change.id[:8]}）。")
        self._obey_quietly()
        return touched

    def begin_erasing(self) -> None:
        """Note on the medium that an erasure goes on, before it is recorded. Raises StoreError."""
        if self.file is not None and not self.read_only:
            unfinished.begin(self.file.path, unfinished.begun(self.file.path) or ())

    def obey_erasures(self) -> int:
        """Let go of own bodies that were erased for good; returns how many. Raises StoreError.

        What a crash or a full disk left of an earlier try is done as well; `finish_erasing` ends it.
        """
        if self.file is None or self.read_only or not self.state.erased:
            return 0
        begun = unfinished.begun(self.file.path)
        if begun is None and not self.file.holds(self.state.erased):
            return 0
        going = evidence_named_in(self.file.changes(), self.state.erased)
        unfinished.begin(self.file.path, going | (begun or set()))
        gone = self.file.erase(self.state.erased)
        if gone:
            self._undo = None
        return gone

    def finish_erasing(self) -> tuple[list[str], list[str]]:
        """Take what was erased out of the received copies too, and evidence whose last use it was.

        Returns the names of what was rewritten, and sentences about what could not be, which is done at the
        next opening. Raises StoreError.
        """
        if self.file is None or self.read_only:
            return [], []
        folder, messages = self.space.round_dir(self.round.id), list[str]()
        rewritten = rewrite_received(folder, self.state.erased, messages)
        forget(folder, unfinished.begun(self.file.path) or ())
        if not messages:
            unfinished.end(self.file.path)
        return rewritten, messages

    def _obey_quietly(self) -> None:
        try:
            gone = self.obey_erasures()
            if self.file is not None and not self.read_only and unfinished.begun(self.file.path) is not None:
                self.messages += self.finish_erasing()[1]
        except StoreError as error:
            self.messages.append(str(error))
        else:
            if gone:
                self.messages.append(f"组长彻底删除了{gone}条记录的内容，本机的记录里也已删去。")

    def reload(self) -> None:
        """Fold everything anew, as after a received file was taken off the list."""
        self.messages = []
        self.state = State()
        self._undo = None
        self._read_others(self.round.id)
        if self.file is not None:
            for change in self.file.changes():
                self._apply(change, self.file.path)

    def _tables(self) -> dict[str, msgspec.Raw]:
        """What the own file's changes alone come to, one unit at a time.

        They stand in the live state among everyone's, so that no second state of the whole is made for it:
        such a peak, once an hour, would stay with the process.
        """
        told: dict[str, list[bytes]] = {name: [] for name in STATE_TABLES}
        for state in self._own_states():
            for name, rows in state_tables(state, self.round).items():
                told[name] += map(canonical, rows)
        return {name: documents(rows) for name, rows in told.items()}

    def _own_states(self) -> Iterable[State]:
        held = self.state.changes
        own: set[str] = set()
        for change in self.file.changes() if self.file is not None else ():
            known = held.get(change.id)
            if known is not None and known.raw is None and change.body is not None:
                # Erased, and the own file could not follow yet: only it can say what it still says.
                return [self._own_state()]
            if known is not None and change.body is not None:
                own.add(change.id)
        return self.state.apart(own)

    def _own_state(self) -> State:
        own = State()
        for change in self.file.changes() if self.file is not None else ():
            with contextlib.suppress(msgspec.ValidationError):
                # It was named when the file was opened.
                own.apply(change)
        return own

    # ---------------------------------------------------------------- changing

    @property
    def today(self) -> str:
        """The user's calendar date, YYYY-MM-DD."""
        return self.clock().date().isoformat()

    def commit(self, edits: list[Edit], what: str) -> set[str]:
        """Make one change of these edits; returns the records whose reading may have changed.

        Problems that it makes get their numbers in the same change, whoever asked for it.

        Raises ReadOnlySession when this session only looks.
        """
        if not edits:
            return set()
        numbers = numbered(self.state, self.round, edits, self.identity.people, self.writer)
        return self._append(edits=(*edits, *numbers), what=what)

    def _append(self, *, edits: tuple[Edit, ...] = (), retract: tuple[str, ...] = (), what: str) -> set[str]:
        if self.file is None or self.read_only:
            raise ReadOnlySession(self.read_only)
        body = _as_kept(
            Body(at=self._now(), by=self.identity.people, edits=edits, retract=retract, what=what)
        )
        change = make_change(self.file.head, self.writer, body)
        # The file first: it may refuse (full, read-only), and then nothing must seem to have happened.
        self.file.append(change)
        touched = self.state.apply(change)
        self._follow(change)
        return touched

    def _follow(self, change: Change) -> None:
        if self._undo is not None:
            self._undo.take(self.state.changes[change.id])

    def _now(self) -> str:
        return self.clock().isoformat(timespec="seconds")

    def _stacks(self, unit: str) -> UndoStacks:
        if self._undo is None:
            self._undo = Undoing(self.state, self.writer)
        return self._undo.of(unit)

    def last_action(self, unit: str) -> str:
        """Id of this laptop's last standing change in a unit, or "" when there is none."""
        return self._stacks(unit).undo_target() or ""

    def undo(self, unit: str) -> tuple[str, set[str]] | None:
        """Take back this laptop's last action in a unit; returns its name and the touched records."""
        target = self._stacks(unit).undo_target()
        if target is None:
            return None
        name = self._name_of(target)
        return name, self._append(retract=(target,), what=f"撤销：{name}")

    def redo(self, unit: str) -> tuple[str, set[str]] | None:
        """Bring back what was last undone in a unit."""
        stacks = self._stacks(unit)
        target = stacks.redo_target()
        if target is None:
            return None
        name = self._name_of(stacks.undone[-1][1])
        return name, self._append(retract=(target,), what=f"恢复：{name}")

    def take_back(self, record: str, field: str, wanted: Callable[[Any], bool], what: str) -> set[str]:
        """Take back one's own standing changes to a field, those whose value is wanted; returns the records.

        What else those changes recorded, such as the day of a visit, is said again in the same change. Redo
        brings all of it back, as after an undo. Nothing is done when there is nothing to take back.
        """
        people = set(self.identity.people)
        own = [
            e.change
            for e in self.state.history(record, field)
            if wanted(e.value) and (e.writer == self.writer or (e.by and set(e.by) <= people))
        ]
        if not own:
            return set()
        kept: dict[tuple[str, str], Edit] = {}
        for change in own:
            body = self.state.changes[change].body
            for edit in body.edits if body is not None else ():
                live = {e.change for e in self.state.live(edit.record, edit.field)}
                if (edit.record, edit.field) != (record, field) and change in live:
                    saw = self.state.saw(edit.record, edit.field)
                    kept[edit.record, edit.field] = msgspec.structs.replace(edit, saw=saw)
        return self._append(edits=tuple(kept.values()), retract=tuple(own), what=what)

    def _name_of(self, change_id: str) -> str:
        known = self.state.changes.get(change_id)
        body = known.body if known is not None else None
        return body.what if body is not None else ""

    # ---------------------------------------------------------------- saving

    def watch(self, saved: Callable[[int], None], failed: Callable[[Exception], None]) -> None:
        """Be told, from the writer thread, how many changes are durable and what went wrong."""
        if self.file is not None:
            self.file.on_saved = saved
            self.file.on_error = failed

    @property
    def pending(self) -> int:
        """Changes not yet on disk."""
        return self.file.pending if self.file is not None else 0

    def flush(self, timeout: float | None = None) -> None:
        """Wait until every change is on disk. Raises StoreError when it cannot be."""
        if self.file is not None:
            self.file.flush(timeout)

    def fold(self) -> None:
        """Fold the journal into the snapshot, for a quiet moment; may run on a thread of its own."""
        if self.file is not None and not self.read_only:
            self.file.compact()

    def close(self, timeout: float | None = None) -> str:
        """Fold and let the file go; returns a sentence when only the fold failed.

        Raises StoreError, and stays open, when changes could not be saved (in `timeout` seconds, if given).
        """
        said = ""
        if self.file is not None:
            said = self.file.close(timeout)
            self.file = None
        return said

    def end(self) -> str:
        """Like `close`, but let the file go in any case: for what is simply done again when it fails.

        Raises StoreError, which says how much was given up.
        """
        try:
            return self.close()
        except StoreError as error:
            if self.file is not None:
                self.file.abandon()
                self.file = None
            raise given_up(error) from error

    def rescue(self, folders: list[Path]) -> Path:
        """Write a whole copy of the own file into the first folder that takes it, then let the file go.

        The last resort when the workspace cannot be written. Raises StoreError when no folder takes it.
        """
        assert self.file is not None
        error: StoreError | None = None
        for folder in folders:
            target = folder / f"{self.writer}-{self.clock():%Y%m%d-%H%M%S}.json"
            try:
                self.file.write_copy(target)
            except StoreError as failed:
                error = failed
            else:
                self.file.abandon()
                self.file = None
                return target
        raise error or StoreError("没有别的文件夹可以存放。")

    def date(self) -> dt.date:
        """Today as a date."""
        return self.clock().date()


def _as_kept(body: Body) -> Body:
    """A body that a merge will take: words that came past their door uncleaned are cleaned here.

    Others reject a change that cleaning would alter, so one such word would cost the whole change.
    """
    try:
        raw = canonical(body).decode()
        if raw.isprintable() and "\\u" not in raw:
            return body
    except UnicodeEncodeError:
        # Half a sign that UTF-8 cannot write.
        pass
    return msgspec.convert(clean_json(msgspec.to_builtins(body)), Body)
