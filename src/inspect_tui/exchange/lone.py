"""Lone changes: those that write one answer and nothing else, whose rows can be told without a fold.

Most changes of a merge are of this kind and meet no other. What they say is picked up where they are
judged, while the body is read anyway, and used only if nothing else in the union touches the record.
"""

from __future__ import annotations

import msgspec

from inspect_tui.model.checklist import Item
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Verdict
from inspect_tui.model.view import Judgement, Picked
from inspect_tui.rules.applicability import Reach, checklists_for, hanging
from inspect_tui.rules.canonical import canonical, item_hash
from inspect_tui.rules.fold import State
from inspect_tui.rules.reading import findings_of_judgement
from inspect_tui.rules.tables import finding_row

#: A place among findings: the checklist's rank at its unit, the item's in the checklist.
Place = tuple[int, int]


class Lone(msgspec.Struct, frozen=True, gc=False):
    """What a lone change says of its one record."""

    record: str
    at: str
    by: tuple[str, ...]
    judgement: Judgement
    note: str = ""


class _NoteRow(msgspec.Struct, frozen=True, gc=False):
    by: tuple[str, ...]
    text: str


class _Row(msgspec.Struct, frozen=True, gc=False):
    """A row of `answers` as `rules.tables` tells it, for an answer of one opinion."""

    at: str
    award: str
    by: tuple[str, ...]
    checklist: str
    deductions: tuple[_PickedRow, ...]
    item: str
    missing: bool
    notes: tuple[_NoteRow, ...]
    reason: str
    stale: bool
    unit: str
    verdict: Verdict
    methods: tuple[str, ...] = ()
    opinions: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()


class _PickedRow(msgspec.Struct, frozen=True, gc=False):
    count: int
    label: str


class _Edit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An edit as lone changes have them: a judgement, a text or a number."""

    record: str
    field: str
    value: Judgement | str | int | None = None
    saw: tuple[str, ...] = ()
    decision: str = ""


class _Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A body with its judgement read in one go."""

    at: str
    by: tuple[str, ...]
    edits: tuple[_Edit, ...] = ()
    retract: tuple[str, ...] = ()
    what: str = ""


_said = msgspec.json.Decoder(_Said)


def lone(data: bytes, authors: dict[tuple[str, ...], tuple[str, ...]]) -> Lone | None:
    """What the bytes of a body say if it is a lone one that judges, written as we write it.

    None of any other body: that one is for the fold. `authors` are those met so far, so that very many
    changes share one.
    """
    try:
        said = _said.decode(data)
    except ValueError:
        return None
    told = _told(said, authors)
    # What is not written as we write it may hold a key twice, or say more than was read here.
    return told if told is not None and canonical(said) == data else None


def _told(said: _Said, authors: dict[tuple[str, ...], tuple[str, ...]]) -> Lone | None:
    edits = said.edits
    if said.retract or not edits or len(edits) > 12:
        return None
    record = edits[0].record
    if record[:7] != "answer/":
        return None
    judged: Judgement | None = None
    note: str | None = None
    for edit in edits:
        if edit.record != record:
            if edit.field == "number" and edit.record.startswith(f"finding/{record[7:]}/"):
                # A number shows in no row, so it makes no difference here.
                continue
            return None
        value = edit.value
        if edit.field == "judgement" and judged is None and isinstance(value, Judgement):
            judged = value
        elif edit.field == "note" and note is None and isinstance(value, str | None):
            note = value or ""
        else:
            return None
    if judged is None or judged.verdict is Verdict.PENDING:
        return None
    return Lone(record, said.at, authors.setdefault(said.by, said.by), judged, note or "")


class Teller:
    """Tells the rows of lone changes under one round."""

    def __init__(self, round_: Round) -> None:
        self._items: dict[str, dict[str, tuple[int, Item, str]]] = {
            c.id: {item.id: (place, item, item_hash(item)) for place, item in enumerate(c.items())}
            for c in round_.checklists
        }
        self._ranks = {
            unit.id: {c.id: rank for rank, c in enumerate(checklists_for(round_, unit))}
            for unit in round_.units
        }
        self._hanging = {c.id: hanging(c) for c in round_.checklists}
        self._untouched = State()
        self._round = round_
        self._reaches: dict[tuple[str, str], Reach] = {}

    def place(self, unit: str, checklist: str, item: str) -> Place | None:
        """Where the findings of an item stand at its unit; None when the round has no such answer there."""
        rank = self._ranks.get(unit, {}).get(checklist)
        known = self._items.get(checklist, {}).get(item)
        return None if rank is None or known is None else (rank, known[0])

    def hangs(self, checklist: str, item: str) -> bool:
        """Whether an item has to do with conditions, so that answers to others decide what it makes."""
        return item in self._hanging.get(checklist, ())

    def covers(self, unit: str, checklist: str, item: str) -> bool:
        """Whether an item without conditions is for a unit whose profile nobody put right."""
        reach = self._reaches.get((unit, checklist))
        if reach is None:
            here, listed = self._round.unit(unit), self._round.checklist(checklist)
            assert here is not None and listed is not None
            reach = self._reaches[unit, checklist] = Reach(self._untouched, self._round, here, listed)
        return reach.covers(item)

    def row(self, told: Lone) -> bytes:
        """The row of the answer; only for records that `place` knows."""
        _, unit, checklist, item = told.record.split("/")
        judgement = told.judgement
        by = told.by
        return canonical(
            _Row(
                told.at,
                judgement.award,
                by if len(by) < 2 else tuple(dict.fromkeys(by)),
                checklist,
                _picked(judgement.deductions) if judgement.deductions else (),
                item,
                judgement.missing,
                (_NoteRow(by, told.note),) if told.note else (),
                judgement.reason,
                bool(judgement.item) and judgement.item != self._items[checklist][item][2],
                unit,
                judgement.verdict,
            )
        )

    def findings(self, told: Lone) -> list[bytes]:
        """The rows of the findings it makes."""
        _, unit, checklist, item = told.record.split("/")
        known = self._items[checklist][item][1]
        made = findings_of_judgement(
            self._untouched, unit, checklist, known, told.judgement, by=told.by, at=told.at
        )
        return [canonical(finding_row(finding)) for finding in made]


def makes_findings(told: Lone) -> bool:
    """Whether the judgement makes a finding."""
    return told.judgement.verdict in (Verdict.PARTIAL, Verdict.FAIL)


def _picked(deductions: tuple[Picked, ...]) -> tuple[_PickedRow, ...]:
    return tuple(_PickedRow(p.count, p.label) for p in deductions)
