"""Erasing for good over a whole workspace: the record of it, then every copy this laptop may rewrite.

The reason is on the medium before any body goes, so a crash in between leaves something to finish, never
something lost without a word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

import msgspec

from inspect_tui.rules import erasing
from inspect_tui.rules.erasing import erased_ids, evidence_named_in
from inspect_tui.store import files
from inspect_tui.store.bare import without_bodies
from inspect_tui.store.content import read_findings
from inspect_tui.store.errors import StoreError
from inspect_tui.store.evidence_clearing import forget
from inspect_tui.store.files import discard, write_durable
from inspect_tui.store.received import read_list, received_folder, write_list
from inspect_tui.store.session import Session
from inspect_tui.store.snapshot import decode


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """What an erasure rewrote, and which files in the folder still hold the body until their owner opens.

    `left` are other writers' own files, which nobody else may write.
    """

    change: str
    rewritten: tuple[str, ...]
    left: tuple[str, ...]
    messages: tuple[str, ...] = ()


def erase_change(session: Session, change_id: str, reason: str) -> Erased:
    """Erase a change's body for good, with the reason recorded; waits for the disk.

    Raises CannotErase, NoReason, ReadOnlySession before anything is done; StoreError when a copy could not
    be rewritten, and then the same call of `sweep` finishes it.
    """
    edits = erasing.erase(session.state, session.round, change_id, reason)
    session.commit(edits, "彻底删除")
    session.flush()
    return sweep(session, change_id)


def sweep(session: Session, change_id: str = "") -> Erased:
    """Take the bodies of everything erased so far out of the own file and of received copies."""
    messages: list[str] = []
    rewritten: list[str] = []
    if session.obey_erasures():
        rewritten.append(f"{session.writer}.json")
    folder = session.space.round_dir(session.round.id)
    rewritten += rewrite_received(folder, session.state.erased, messages)
    return Erased(
        change=change_id,
        rewritten=tuple(rewritten),
        left=tuple(_left(session, folder)),
        messages=tuple(messages),
    )


def rewrite_received(folder: Path, targets: Collection[str], messages: list[str]) -> list[str]:
    """Rewrite a round's received copies, withdrawn ones too, and say so in the list; returns their names.

    Evidence whose last use went with them goes too.
    What could not be rewritten is told in `messages`. Raises StoreError when the list cannot be written.
    """
    entries = list(read_list(folder))
    done: list[str] = []
    going: set[str] = set()
    for place, entry in enumerate(entries):
        path = received_folder(folder) / f"{entry.sha256}.json"
        try:
            data = files.fs.read(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            messages.append(f"收到的文件“{entry.name}”没有改写：{error.strerror}。")
            continue
        bare, count = without_bodies(data, targets)
        if not count:
            continue
        going |= evidence_named_in(decode(data).changes, targets)
        sha256 = hashlib.sha256(bare).hexdigest()
        write_durable(received_folder(folder) / f"{sha256}.json", bare)
        note = f"{entry.note}；" if entry.note else ""
        entries[place] = msgspec.structs.replace(
            entry,
            sha256=sha256,
            brought=entry.brought or entry.sha256,
            note=f"{note}已彻底删除{count}条的内容",
        )
        # The list first points at the new copy, only then the old one goes.
        write_list(folder, tuple(entries))
        if all(other.sha256 != entry.sha256 for other in entries):
            discard(path)
        done.append(entry.name)
    forget(folder, going)
    return done


def _left(session: Session, folder: Path) -> list[str]:
    found = []
    for writer in session.space.writers(session.round.id):
        if writer == session.writer:
            continue
        path = session.space.findings_path(session.round.id, writer)
        try:
            changes = read_findings(path).changes
        except StoreError:
            continue
        if any(c.id in session.state.erased and c.body is not None and not erased_ids([c]) for c in changes):
            found.append(path.name)
    return found
