"""Erasing for good over a whole workspace: the record of it, then every copy this laptop may rewrite.

The reason is on the medium before any body goes, so a crash in between leaves something to finish, never
something lost without a word.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from inspect_tui.rules import erasing
from inspect_tui.rules.erasing import erased_ids
from inspect_tui.store.content import read_findings
from inspect_tui.store.errors import StoreError
from inspect_tui.store.session import Session


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
    be rewritten, and then `sweep` or the next opening finishes it.
    """
    edits = erasing.erase(session.state, session.round, change_id, reason)
    session.begin_erasing()
    session.commit(edits, "彻底删除")
    session.flush()
    return sweep(session, change_id)


def sweep(session: Session, change_id: str = "") -> Erased:
    """Take the bodies of everything erased so far out of the own file and of received copies.

    Opening the round does the same where this was cut off. Raises StoreError.
    """
    own = [f"{session.writer}.json"] if session.obey_erasures() else []
    rewritten, messages = session.finish_erasing()
    folder = session.space.round_dir(session.round.id)
    return Erased(
        change=change_id,
        rewritten=(*own, *rewritten),
        left=tuple(_left(session, folder)),
        messages=tuple(messages),
    )


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
