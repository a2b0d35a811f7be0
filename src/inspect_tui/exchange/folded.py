"""Folded: what a large set of changes comes to, told unit by unit so that it never all stands in memory.

A record that a single change wrote needs no fold: its row can be told from that change alone. Everything
else goes through the one `State`, so that there are no second rules here. Units that hang together through
an undo, an erasure or a change to both share one state; every other unit has its own, for as long as it
takes to tell its rows.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from inspect_tui.exchange.lone import Lone, Place, Teller, makes_findings
from inspect_tui.exchange.lone import lone as lone_of
from inspect_tui.model.change import Body, Change, answer_key
from inspect_tui.model.round import Round
from inspect_tui.rules.belated import Belated, belated_steps
from inspect_tui.rules.canonical import canonical
from inspect_tui.rules.fields import FieldRule, field_rule
from inspect_tui.rules.fold import Entry, State, erase_targets, is_blank
from inspect_tui.rules.tables import state_tables
from inspect_tui.store.snapshot import documents

Tick = Callable[[int], None]

_body = msgspec.json.Decoder(Body)


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the values that stand against each other."""

    change: str
    writer: str
    by: tuple[str, ...]
    at: str
    value: Any


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """A field on which hands differ: a question for the lead."""

    record: str
    field: str
    sides: tuple[Side, ...]


class Meetings(msgspec.Struct, frozen=True, kw_only=True):
    """Changes by what they meet with from other hands: opposed, agreed with, or only beside them."""

    differing: set[str]
    agreeing: set[str]
    beside: set[str]


class _UnitRows(msgspec.Struct, kw_only=True):
    """The rows that the fold tells of one unit."""

    answers: dict[str, bytes]
    made: list[tuple[Place, bytes]]
    typed: list[bytes]
    others: dict[str, list[bytes]]


class _Sorted(msgspec.Struct, kw_only=True):
    """A set of changes sorted out: who alone wrote a record, and what must be folded.

    `places` are the units a change for the fold touches. `ties` are changes that hang units together;
    `edited` are units in which someone wrote to findings or put the profile right, so that what an answer
    makes may be edited too, or not be asked there.
    """

    owner: dict[str, tuple[Change, Lone] | None]
    crowded: dict[str, None]
    places: dict[str, set[str]]
    ties: set[str]
    edited: set[str]


class Folded:
    """What a set of changes comes to under a round: the tables, and where hands meet.

    `lone` may bring what the lone changes among them say, where they were just read.
    """

    def __init__(
        self,
        changes: dict[str, Change],
        round_: Round,
        tick: Tick = lambda done: None,
        *,
        lone: Mapping[str, Lone] | None = None,
    ) -> None:
        self._changes, self._round, self._tick = changes, round_, tick
        self._teller = Teller(round_)
        self._lone: dict[str, list[Lone]] = {}
        self._units: dict[str, _UnitRows] = {}
        #: Every field on which hands differ, by record.
        self.conflicts: list[Conflict] = []
        self.meetings = Meetings(differing=set(), agreeing=set(), beside=set())
        #: Steps on problems that a newer round took over without them.
        self.belated: list[Belated] = []
        found = self._sort_out(lone)
        self._keep_lone(found)
        self._fold(found)

    # ---------------------------------------------------------------- sorting out

    def _sort_out(self, lone: Mapping[str, Lone] | None) -> _Sorted:
        found = _Sorted(owner={}, crowded={}, places={}, ties=set(), edited=set())
        targets: dict[str, list[str]] = {}
        authors: dict[tuple[str, ...], tuple[str, ...]] = {}
        for done, change in enumerate(self._changes.values()):
            if not done & 0xFFF:
                self._tick(done)
            if change.body is None:
                continue
            told = lone_of(bytes(change.body), authors) if lone is None else lone.get(change.id)
            if told is None:
                try:
                    body = _body.decode(change.body)
                except (msgspec.MsgspecError, ValueError):
                    # Held by a folder that nobody judged; the fold leaves it out as well.
                    continue
                if gone := [*body.retract, *erase_targets(body.edits)]:
                    targets[change.id] = gone
                self._touch(change, body, found)
                continue
            if told.record not in found.owner:
                found.owner[told.record] = (change, told)
            else:
                found.places[change.id] = {_unit(told.record)}
                self._crowd(told.record, found)
        for source in _targets_first(targets):
            for target in targets[source]:
                self._aim(source, target, found)
                if target in targets:
                    found.places[source] = found.places[source] | found.places[target]
        found.ties.update(change for change, units in found.places.items() if len(units) != 1)
        return found

    def _touch(self, change: Change, body: Body, found: _Sorted) -> None:
        records = {edit.record for edit in body.edits}
        found.places[change.id] = {_unit(record) for record in records}
        for record in records:
            if record in found.owner:
                self._crowd(record, found)
            else:
                found.owner[record] = None
        for edit in body.edits:
            wrote = edit.record.startswith("finding/") and edit.field != "number"
            if wrote or (edit.field == "profile" and edit.record.startswith("visit/")):
                found.edited.add(_unit(edit.record))

    def _crowd(self, record: str, found: _Sorted) -> None:
        held = found.owner[record]
        if held is not None:
            self._to_fold(record, held[0], found)
        found.crowded[record] = None

    def _to_fold(self, record: str, change: Change, found: _Sorted) -> None:
        found.places[change.id] = {_unit(record)}
        found.owner[record] = None

    def _aim(self, source: str, target: str, found: _Sorted) -> None:
        """A change that is retracted or erased, however that ends, is for the fold, with who says so."""
        for record in self._records_of(target):
            held = found.owner.get(record)
            if held is not None and held[0].id == target:
                self._to_fold(record, held[0], found)
            found.places[source] = found.places[source] | {_unit(record)}

    def _records_of(self, change_id: str) -> set[str]:
        change = self._changes.get(change_id)
        if change is None or change.body is None:
            return set()
        try:
            return {edit.record for edit in _body.decode(change.body).edits}
        except msgspec.MsgspecError:
            return set()

    def _keep_lone(self, found: _Sorted) -> None:
        in_fold = {unit for units in found.places.values() for unit in units}
        for record, held in found.owner.items():
            if held is None:
                continue
            change, told = held
            _, unit, checklist, item = record.split("/")
            if unit not in in_fold:
                # One change of each unit goes through the fold, so that the fold knows of the visit.
                in_fold.add(unit)
                self._to_fold(record, change, found)
            elif (
                self._teller.place(unit, checklist, item) is None
                or self._teller.hangs(checklist, item)
                or (unit in found.edited and makes_findings(told))
            ):
                self._to_fold(record, change, found)
            else:
                self._lone.setdefault(unit, []).append(told)

    # ---------------------------------------------------------------- folding

    def _fold(self, found: _Sorted) -> None:
        tied = {unit for change in found.ties for unit in found.places[change]}
        alone: dict[str, list[str]] = {}
        together: list[str] = []
        for change, units in found.places.items():
            if change in found.ties or not tied.isdisjoint(units):
                together.append(change)
            else:
                (unit,) = units
                alone.setdefault(unit, []).append(change)
        crowded: dict[str, list[str]] = {}
        for record in found.crowded:
            unit = _unit(record)
            crowded.setdefault("" if unit in tied else unit, []).append(record)
        self._fold_some(together, crowded.get("", []))
        for unit, changes in alone.items():
            self._fold_some(changes, crowded.get(unit, []))
        self.conflicts.sort(key=lambda conflict: (conflict.record, conflict.field))
        self.meetings.agreeing.difference_update(self.meetings.differing)

    def _fold_some(self, changes: Iterable[str], crowded: list[str]) -> None:
        state = State()
        for done, change in enumerate(changes):
            if not done & 0xFF:
                self._tick(done)
            with contextlib.suppress(msgspec.ValidationError):
                state.apply(self._changes[change])
        self._tell(state)
        self.belated += belated_steps(state, self._round)
        self._meet(state, sorted(crowded))

    def _tell(self, state: State) -> None:
        place = self._teller.place
        folded = state_tables(state, self._round)
        for row in folded.pop("answers"):
            key = answer_key(row["unit"], row["checklist"], row["item"])
            self._rows_of(row["unit"]).answers[key] = canonical(row)
        for row in folded.pop("findings"):
            at = place(row["unit"], row["checklist"], row["item"]) if row["label"] else None
            rows = self._rows_of(row["unit"])
            if at is None:
                rows.typed.append(canonical(row))
            else:
                rows.made.append((at, canonical(row)))
        for name, others in folded.items():
            for row in others:
                self._rows_of(row["unit"]).others.setdefault(name, []).append(canonical(row))

    def _rows_of(self, unit: str) -> _UnitRows:
        rows = self._units.get(unit)
        if rows is None:
            rows = self._units[unit] = _UnitRows(answers={}, made=[], typed=[], others={})
        return rows

    def _meet(self, state: State, crowded: list[str]) -> None:
        differing, agreeing, beside = (
            self.meetings.differing,
            self.meetings.agreeing,
            self.meetings.beside,
        )
        for record, field, entries in state.questions(crowded):
            differing.update(entry.change for entry in entries)
            sides = tuple(_side(entry) for entry in entries)
            self.conflicts.append(Conflict(record=record, field=field, sides=sides))
        for record in crowded:
            here = state.saw_record(record)
            if len({state.changes[change].writer for change in here}) < 2:
                continue
            beside.update(here)
            kind = record.partition("/")[0]
            for field in state.fields(record):
                if field_rule(kind, field) in (FieldRule.OPINION, FieldRule.VALUE, FieldRule.STEP):
                    entries = [e for e in state.live(record, field) if not is_blank(e.value)]
                    if len({e.writer for e in entries}) > 1:
                        agreeing.update(e.change for e in entries)

    # ---------------------------------------------------------------- the tables

    def tables(self) -> dict[str, msgspec.Raw]:
        """The state tables as they stand in a snapshot, equal to those of a fold of every change."""
        units = sorted(self._units)
        return {
            "answers": documents(self._answers(units)),
            "findings": documents(self._findings(units)),
            **{
                name: documents(row for u in units for row in self._units[u].others.get(name, ()))
                for name in ("visits", "triggers", "rectifications")
            },
        }

    def _answers(self, units: list[str]) -> Iterator[bytes]:
        row_of = self._teller.row
        for unit in units:
            rows: dict[str, bytes | Lone] = {**self._units[unit].answers}
            for told in self._lone.get(unit, ()):
                rows[told.record] = told
            for record in sorted(rows):
                row = rows[record]
                yield row if isinstance(row, bytes) else row_of(row)

    def _findings(self, units: list[str]) -> Iterator[bytes]:
        """What judgements make in checklist order, then what was typed by hand, as a unit has them."""
        for unit in units:
            rows = list(self._units[unit].made)
            for told in self._lone.get(unit, ()):
                if makes_findings(told):
                    _, _, checklist, item = told.record.split("/")
                    at = self._teller.place(unit, checklist, item)
                    assert at is not None
                    if not self._teller.covers(unit, checklist, item):
                        continue
                    rows += [(at, row) for row in self._teller.findings(told)]
            for _, row in sorted(rows, key=lambda pair: pair[0]):
                yield row
            yield from self._units[unit].typed


def _targets_first(targets: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Changes that take others back or erase them, each after those of its targets that do so too."""
    met: set[str] = set()
    for start in targets:
        stack = [start] if start not in met else []
        while stack:
            current = stack[-1]
            later = [] if current in met else [t for t in targets[current] if t in targets and t not in met]
            met.add(current)
            stack += later
            if not later:
                yield stack.pop()


def _unit(record: str) -> str:
    parts = record.split("/", 2)
    return parts[1] if len(parts) > 1 else ""


def _side(entry: Entry) -> Side:
    return Side(change=entry.change, writer=entry.writer, by=entry.by, at=entry.at, value=entry.value)
