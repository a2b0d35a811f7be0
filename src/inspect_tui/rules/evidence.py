"""Evidence of a round as its changes have it: what is attached to what, by whom, and which files that needs.

Each piece is one element of its record (`evidence:<id>`), so that a removal and an addition by two hands both
hold. Its id follows from its content: the same photo attached twice to one record is one piece.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from inspect_tui.model.change import Body, Edit, answer_key, free_finding_key, parse_key
from inspect_tui.model.evidence import Piece, sound
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.canonical import canonical, digest
from inspect_tui.rules.fold import State, is_blank

PREFIX = "evidence:"
#: Kinds of records that carry evidence; `rect` is where a verification stands.
KINDS = ("answer", "finding", "rect")


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of evidence where it stands: on which record, attached by whom and when."""

    id: str
    record: str
    piece: Piece
    by: tuple[str, ...]
    at: str

    @property
    def field(self) -> str:
        return PREFIX + self.id


class NoEvidence(ValueError):
    """What was given is no evidence, or there is none of that id; says which."""


def piece_id(piece: Piece) -> str:
    """The id of a piece: by its file, or by what it refers to."""
    return piece.sha256[:16] if piece.sha256 else digest(canonical(["reference", piece.reference]))[:16]


def read_piece(value: Any) -> Piece | None:
    """The piece in a change value, or None when there is none; a foreign file may say anything."""
    if not isinstance(value, dict):
        return None
    try:
        piece = msgspec.convert(value, Piece)
    except msgspec.ValidationError:
        return None
    return piece if sound(piece) else None


def lawful(field: str, value: Any) -> bool:
    """Whether a field of evidence holds a piece that is one, under the id that is its own."""
    if value is None:
        return True
    piece = read_piece(value)
    return piece is not None and field == PREFIX + piece_id(piece)


def evidence_of(state: State, unit: str, record: str) -> list[Evidence]:
    """What is attached to one record of a unit, oldest first.

    Where two people wrote different captions for one file, both are told.
    """
    address = parse_key(record)
    if address is None or address.unit != unit or not state.has(record) or state.deleted(record):
        return []
    found = []
    for field in state.fields(record):
        if not field.startswith(PREFIX):
            continue
        entries = [e for e in state.live(record, field) if not is_blank(e.value)]
        told = [(e, piece) for e in entries if (piece := read_piece(e.value)) is not None]
        if not told:
            continue
        pieces = [piece for _, piece in told]
        piece = msgspec.structs.replace(
            pieces[0],
            caption=_joined(p.caption for p in pieces),
            source=_joined(p.source for p in pieces),
        )
        found.append(
            Evidence(
                id=field.removeprefix(PREFIX),
                record=record,
                piece=piece,
                by=tuple(dict.fromkeys(name for e, _ in told for name in e.by)),
                at=min(e.at for e, _ in told),
            )
        )
    return sorted(found, key=lambda e: (e.at, e.id))


def _joined(texts: Iterable[str]) -> str:
    return "；".join(dict.fromkeys(text for text in texts if text))


def evidence_of_item(state: State, unit: str, checklist: str, item: str) -> list[Evidence]:
    """What is attached to an item at a unit: to its answer, and to any finding made at it."""
    records = _records_of_item(state, unit, checklist, item)
    return [found for record in records for found in evidence_of(state, unit, record)]


def _records_of_item(state: State, unit: str, checklist: str, item: str) -> list[str]:
    answer, made = answer_key(unit, checklist, item), f"finding/{unit}/{checklist}/{item}/"
    free = free_finding_key(unit, "")
    found = []
    # Keys are compared as text: taking each apart would be felt in a visit of thousands of records.
    for record in state.records(unit):
        if record.startswith(free):
            there = (state.value(record, "checklist", ""), state.value(record, "item", ""))
            if there == (checklist, item):
                found.append(record)
        elif record.startswith(made):
            found.append(record)
    return [answer, *sorted(found)]


def has_evidence(state: State, unit: str, record: str) -> bool:
    """Whether anything is attached to a record; for an answer, also to a finding made at its item."""
    address = parse_key(record)
    if address is not None and address.kind == "answer":
        return bool(evidence_of_item(state, unit, address.checklist, address.item))
    return bool(evidence_of(state, unit, record))


def evidence_of_unit(state: State, unit: str) -> list[Evidence]:
    """Everything attached at a unit, by record."""
    records = [r for r in state.records(unit) if r.partition("/")[0] in KINDS]
    return [e for record in sorted(records) for e in evidence_of(state, unit, record)]


def all_evidence(state: State) -> list[Evidence]:
    """Everything attached in a round, by unit and record."""
    return [e for unit in sorted(state.units()) for e in evidence_of_unit(state, unit)]


def files_of(found: Iterable[Evidence]) -> dict[str, Piece]:
    """The files that pieces need, each once, by file name."""
    return {e.piece.file: e.piece for e in found if e.piece.file}


# ---------------------------------------------------------------- edits


def attach(state: State, record: str, piece: Piece) -> list[Edit]:
    """Attach a piece to a record. Nothing where it says the very same already. Raises NoEvidence."""
    address = parse_key(record)
    if address is None or address.kind not in KINDS:
        raise NoEvidence("佐证要挂在检查内容、问题或复查上")
    if not sound(piece):
        raise NoEvidence("佐证的内容不完整，或文字超过200字")
    field = PREFIX + piece_id(piece)
    value = msgspec.to_builtins(piece)
    if state.values(record, field) == [value]:
        return []
    return [set_field(state, record, field, value)]


def remove(state: State, found: Evidence) -> list[Edit]:
    """Take a piece off its record; its file stays, so that undo brings everything back."""
    if not any(not is_blank(e.value) for e in state.live(found.record, found.field)):
        raise NoEvidence("这件佐证已经移除")
    return [set_field(state, found.record, found.field, None)]


# ---------------------------------------------------------------- erasing


def named_in(body: Body | None) -> set[str]:
    """The files that a change names, whatever became of what it said."""
    if body is None:
        return set()
    pieces = (read_piece(e.value) for e in body.edits if e.field.startswith(PREFIX))
    return {piece.file for piece in pieces if piece is not None and piece.file}


def words(piece: Piece) -> str:
    """A piece in words: 照片“责任上墙”（IMG_01.jpg）."""
    if piece.reference:
        return f"{piece.kind.label}“{piece.reference}”" + (f"（{piece.caption}）" if piece.caption else "")
    name = f"（{piece.name}）" if piece.caption and piece.name else ""
    return f"{piece.kind.label}“{piece.title or piece.sha256[:8]}”{name}"
