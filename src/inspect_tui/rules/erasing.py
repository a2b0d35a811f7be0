"""Erasing for good (彻底删除): the body of a change goes, its place in the chain and the reason stay.

The record of an erasure is a change of its own, so it travels and is obeyed wherever it arrives. It cannot
be taken back and cannot itself be erased.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from inspect_tui.model.change import Body, Change, Edit, erase_key
from inspect_tui.model.round import Round
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.canonical import canonical, digest, verified
from inspect_tui.rules.evidence import named_in
from inspect_tui.rules.fold import State, erase_targets, is_blank
from inspect_tui.rules.reviewing import NoReason

_body = msgspec.json.Decoder(Body)


class CannotErase(ValueError):
    """A change that is not held, is gone already, or is itself the record of an erasure; says which."""


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """An erasure as recorded: of what, why, by whom and when."""

    change: str
    reason: str
    by: tuple[str, ...]
    at: str
    writer: str = ""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What goes when a change is erased: whose it was, and everything it said.

    `resting` are later changes that had seen it; what they said stays.
    """

    change: str
    writer: str
    by: tuple[str, ...]
    at: str
    what: str
    says: str
    records: tuple[str, ...]
    resting: tuple[str, ...]


def preview(state: State, round_: Round, change_id: str) -> Preview:
    """What would go. Raises CannotErase."""
    from inspect_tui.rules.matter import edits_words

    known = state.changes.get(change_id)
    if known is None:
        raise CannotErase("没有这一条记录")
    body = known.body
    if body is None:
        raise CannotErase("这一条的内容已经删除")
    if erase_targets(body.edits):
        raise CannotErase("这一条本身是彻底删除的记录，不能再删")
    resting = sorted(
        other.id
        for other in state.changes.values()
        if (said := other.body) is not None and any(change_id in e.saw for e in said.edits)
    )
    return Preview(
        change=change_id,
        writer=known.writer,
        by=body.by,
        at=body.at,
        what=body.what,
        says=edits_words(round_, body.edits, most=20) or f"撤销了{len(body.retract)}次操作",
        records=tuple(dict.fromkeys(e.record for e in body.edits)),
        resting=tuple(resting),
    )


def erase(state: State, round_: Round, change_id: str, reason: str) -> list[Edit]:
    """Record that a change is erased for good. Raises CannotErase, NoReason."""
    preview(state, round_, change_id)
    if not reason.strip():
        raise NoReason("请写明原因")
    return [set_field(state, erase_key(change_id), "reason", reason.strip())]


def erasures(state: State) -> list[Erasure]:
    """Every recorded erasure, by id of what was erased."""
    found = []
    for target in sorted(state.erased):
        entries = state.live(erase_key(target), "reason")
        entry = next((e for e in entries if not is_blank(e.value)), None)
        known = state.changes.get(target)
        found.append(
            Erasure(
                change=target,
                reason=str(entry.value) if entry else "",
                by=entry.by if entry else (),
                at=entry.at if entry else "",
                writer=known.writer if known else "",
            )
        )
    return found


def erased_form(change: Change) -> Change:
    """A change without its body, still naming its hash, so that the chain verifies.

    Raises ValueError when its id is not the one its content gives: such a change has no place in a chain.
    """
    if change.body is None:
        return change
    if not verified(change):
        raise ValueError("the id of a change is the hash of its content")
    for data in (bytes(change.body), canonical(msgspec.json.decode(change.body))):
        bare = Change(id=change.id, writer=change.writer, prev=change.prev, hash=digest(data))
        if verified(bare):
            return bare
    raise ValueError("the id of a change is the hash of its content")


def erased_ids(changes: Iterable[Change]) -> set[str]:
    """Ids that some of these changes say were erased for good."""
    found: set[str] = set()
    for change in changes:
        if change.body is None:
            continue
        data = bytes(change.body)
        # Only few changes erase; decoding all of a large merge for them would double its time.
        if b"erase/" in data or b"\\" in data:
            found |= erase_targets(_body.decode(data).edits)
    return found


def evidence_named_in(changes: Iterable[Change], targets: Collection[str]) -> set[str]:
    """The evidence files that those of the changes name whose bodies are to go."""
    return {
        name
        for change in changes
        if change.id in targets and change.body is not None
        for name in named_in(_body.decode(change.body))
    }


def without_erased(changes: Mapping[str, Change]) -> Mapping[str, Change]:
    """A set of changes with the bodies gone of those that some change in it says were erased.

    Every file that is written passes its changes through here, so that an erased body does not travel on.
    """
    targets = erased_ids(changes.values()) & changes.keys()
    if not targets:
        return changes
    kept = dict(changes)
    for target in targets:
        change = kept[target]
        if change.body is not None and not erased_ids([change]):
            kept[target] = erased_form(change)
    return kept
