"""Received: a lead takes files in, takes them off the list again, and reads the journal of both.

Taking in copies a file as it came and adds one entry to the list; the entry is what makes it count, so a
crash between the two leaves a file that counts for nothing and is taken again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from inspect_tui.exchange.evidence_brought import take_evidence
from inspect_tui.exchange.offered import Opened
from inspect_tui.exchange.ring import ring_of
from inspect_tui.exchange.scanning import Cancelled, Progress, scan
from inspect_tui.exchange.scans import Scan, Source
from inspect_tui.model.change import Body, Change
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.signing import Signed
from inspect_tui.store import files
from inspect_tui.store.content import findings_exist, read_findings
from inspect_tui.store.errors import StoreError
from inspect_tui.store.files import discard, private_folder, write_durable
from inspect_tui.store.received import (
    Entry,
    active_files,
    is_as_received,
    read_list,
    received_folder,
    write_list,
)
from inspect_tui.store.snapshot import WRITER, Meta, encode
from inspect_tui.store.workspace import Workspace

if TYPE_CHECKING:
    from inspect_tui.store.findings import FindingsFile

_bodies = msgspec.json.Decoder(Body)


class Resting(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that was made on sight of a file's changes."""

    change: str
    by: tuple[str, ...]
    at: str
    record: str
    field: str
    reason: str


class Held(msgspec.Struct, kw_only=True):
    """What a round's folder holds: changes by where they come from, and what could not be read."""

    own: list[Change]
    received: dict[str, list[Change]]
    messages: list[str]

    def changes(self) -> Iterable[Change]:
        """Every change, doubles included."""
        yield from self.own
        for changes in self.received.values():
            yield from changes


def held(space: Workspace, round_id: str, mine: FindingsFile | None = None) -> Held:
    """Everything a round's folder holds by now: the writers' files there, and the files on the list.

    `mine` is the file this program has open: what it holds need not be read a second time.
    """
    folder = space.round_dir(round_id)
    found = Held(own=[], received={}, messages=[])
    for writer in space.writers(round_id):
        path = space.findings_path(round_id, writer)
        if mine is not None and mine.path == path:
            found.own += mine.changes()
        elif findings_exist(path):
            try:
                found.own += read_findings(path).changes
            except StoreError as error:
                found.messages.append(str(error))
    for path, entry in active_files(folder):
        try:
            found.received[entry.sha256] = changes_of(path, entry)
        except StoreError as error:
            found.messages.append(str(error))
    return found


def changes_of(path: Path, entry: Entry) -> list[Change]:
    """The changes of a received file that count. Raises StoreError when it is not as it was received."""
    if not is_as_received(path, entry):
        raise StoreError(f"收到的文件“{entry.name}”和收到时不一样了，没有计入。", path=path)
    left_out = set(entry.rejected)
    changes = read_findings(path).changes
    return [change for number, change in enumerate(changes, 1) if number not in left_out]


def scan_for(
    space: Workspace,
    round_id: str,
    paths: list[Path],
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    passphrases: Iterable[str] = (),
    mine: FindingsFile | None = None,
) -> Scan:
    """Scan files against what a round already holds, by the keys known here and the `passphrases` given.

    `mine` is the file this program has open in that round.
    Raises Cancelled, InputFaults, StoreError.
    """
    entry = space.round(round_id)
    assert entry.round is not None
    return scan(
        paths,
        round_ref=entry.round,
        round_raw=entry.raw,
        held=held(space, round_id, mine).changes(),
        progress=progress,
        cancelled=cancelled,
        ring=ring_of(space.root, passphrases),
    )


# -------------------------------------------------------------------- taking in


def take(
    space: Workspace,
    round_id: str,
    found: Scan,
    who: str,
    now: dt.datetime,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Entry]:
    """Take every usable file of a scan in that brings something new; returns the new entries.

    Each file is taken whole or not at all; its evidence first, and where that fails the findings still come.
    What is known already may still bring evidence that had not come before. Cancelling, or an error, takes
    those of this call off the list again. Raises Cancelled, StoreError.
    """
    folder = space.round_dir(round_id)
    before = read_list(folder)
    listed = {entry.sha256 for entry in before if entry.active}
    wanted = [source for source in found.sources if source.scan.new]
    added: list[Entry] = []
    copies: list[Path] = []
    try:
        for number, source in enumerate(wanted):
            if cancelled is not None and cancelled():
                raise Cancelled
            if progress is not None:
                progress(number, len(wanted), source.scan.name)
            entry = _take_one(folder, source, who, now, copies)
            if entry.sha256 not in listed:
                listed.add(entry.sha256)
                added.append(entry)
        if added:
            # All entries at once: whatever ends this, either every file counts or none does.
            write_list(folder, (*before, *added))
    except BaseException:
        _leave_out(folder, before, copies)
        raise
    for source in found.sources:
        if not source.scan.new and source.scan.usable:
            take_evidence(folder, source)
    if progress is not None:
        progress(len(wanted), len(wanted), "")
    return added


def _leave_out(folder: Path, before: tuple[Entry, ...], copies: list[Path]) -> None:
    """Put the list back as it was, then drop the copies; those stay where the list may still name them."""
    with contextlib.suppress(StoreError):
        if read_list(folder) != before:
            write_list(folder, before)
        for copy in copies:
            discard(copy)


def _take_one(folder: Path, source: Source, who: str, now: dt.datetime, copies: list[Path]) -> Entry:
    account, data = source.scan, _bytes_of(source)
    sha256 = hashlib.sha256(data).hexdigest()
    left = take_evidence(folder, source)
    target = received_folder(folder) / f"{sha256}.json"
    private_folder(target.parent)
    if not files.fs.exists(target):
        copies.append(target)
        write_durable(target, data)
    elif not _same(target, data):
        write_durable(target, data)
    return Entry(
        sha256=sha256,
        name=account.name,
        taken_at=now.isoformat(timespec="seconds"),
        taken_by=who,
        writer=account.writer,
        writers=account.writers,
        inspectors=account.inspectors,
        code=account.code,
        counts={
            "changes": account.changes,
            "new": account.new,
            "known": account.known,
            "agreeing": account.agreeing,
            "differing": account.differing,
            "rejected": len(source.rejected),
            **({k: v for k, v in _figures(source).items() if k not in ("changes",)}),
        },
        rejected=source.rejected,
        brought=account.sha256 if account.sha256 != sha256 else "",
        note=f"有{len(left)}件佐证的文件没有到" if left else "",
        signature=account.signature.words if account.signature != Signed() else "",
    )


def _same(target: Path, data: bytes) -> bool:
    try:
        return files.fs.read(target) == data
    except OSError:
        return False


def _figures(source: Source) -> dict[str, int]:
    return msgspec.structs.asdict(source.scan.counts) if source.scan.counts is not None else {}


def _bytes_of(source: Source) -> bytes:
    """The file as it came; put together from its parts where journals stood beside it."""
    opened: Opened = source.opened
    if opened.data is not None:
        return opened.data
    kind = opened.meta.kind
    meta = Meta(
        version=opened.meta.version,
        kind=kind,
        writer=opened.meta.writer,
        generation=1 if kind == WRITER else 0,
        head=opened.changes[-1].id if opened.changes else "",
        closed=opened.meta.closed,
    )
    return b"".join(encode(meta, opened.rounds, opened.changes, {}))


# -------------------------------------------------------------------- the list


def journal(space: Workspace, round_id: str) -> tuple[Entry, ...]:
    """Who took what in and off, oldest first. Raises StoreError."""
    return read_list(space.round_dir(round_id))


def find(space: Workspace, round_id: str, wanted: str) -> Entry:
    """The file on the list meant by a hash, the beginning of one, or a name. Raises InputFaults."""
    active = [entry for _, entry in active_files(space.round_dir(round_id))]
    named = [entry for entry in active if wanted == entry.name]
    found = named or [e for e in active if len(wanted) >= 4 and e.sha256.startswith(wanted.lower())]
    if len(found) == 1:
        return found[0]
    known = tuple(f"{entry.sha256[:12]}（{entry.name}）" for entry in active)
    message = "有几份收到的文件符合" if found else "收到的文件里没有这一份"
    raise InputFaults(
        [Fault(code="M01", message=message, value=wanted[:80], allowed=known, remedy="请写编号的前12位")]
    )


def resting_on(space: Workspace, round_id: str, sha256: str) -> list[Resting]:
    """The decisions that saw changes which taking this file off would take out of sight."""
    everything = held(space, round_id)
    going = {change.id for change in everything.received.get(sha256, [])}
    staying = {change.id for change in everything.own}
    for other, changes in everything.received.items():
        if other != sha256:
            staying.update(change.id for change in changes)
    going -= staying
    found: dict[tuple[str, str, str], Resting] = {}
    for change in everything.changes():
        if change.body is None or change.id in going or b'"decision"' not in bytes(change.body):
            continue
        try:
            body = _bodies.decode(change.body)
        except msgspec.MsgspecError:
            continue
        for edit in body.edits:
            if edit.decision and not going.isdisjoint(edit.saw):
                found[(change.id, edit.record, edit.field)] = Resting(
                    change=change.id,
                    by=body.by,
                    at=body.at,
                    record=edit.record,
                    field=edit.field,
                    reason=edit.decision,
                )
    return [found[key] for key in sorted(found)]


def undo(space: Workspace, round_id: str, sha256: str, who: str, now: dt.datetime) -> Entry:
    """Take a file off the list; the file and its entry stay. Raises InputFaults, StoreError."""
    folder = space.round_dir(round_id)
    entry = find(space, round_id, sha256)
    at = now.isoformat(timespec="seconds")
    entries = tuple(
        msgspec.structs.replace(held_, withdrawn_at=at, withdrawn_by=who)
        if held_.active and held_.sha256 == entry.sha256
        else held_
        for held_ in read_list(folder)
    )
    write_list(folder, entries)
    return entry
