"""Union: the changes of many files as one set, and what they fold to, fast where hands do not meet.

A record that a single change wrote needs no fold: its row can be told from that change alone. Everything
else goes through the one `State`, so that there are no second rules here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from inspect_tui.exchange.lone import Lone, Place, Teller, makes_findings
from inspect_tui.exchange.lone import lone as lone_of
from inspect_tui.model.change import GENESIS, Body, Change, answer_key
from inspect_tui.model.round import Round
from inspect_tui.rules.canonical import canonical
from inspect_tui.rules.fields import FieldRule, field_rule
from inspect_tui.rules.fold import Entry, State, erase_targets, is_blank
from inspect_tui.rules.tables import state_tables
from inspect_tui.store.content import one_of
from inspect_tui.store.errors import StoreError
from inspect_tui.store.limits import FINDINGS_CHANGES, TOO_MANY

Tick = Callable[[int], None]


class _Touch(msgspec.Struct, frozen=True):
    """Of an edit only what it touches; values are passed over unread."""

    record: str


class _Touches(msgspec.Struct, frozen=True):
    edits: tuple[_Touch, ...] = ()


_touches = msgspec.json.Decoder(_Touches)
_body = msgspec.json.Decoder(Body)


class Union:
    """A set of changes by id. A change given twice counts once; a body is not lost to a bare copy."""

    def __init__(self) -> None:
        self.changes: dict[str, Change] = {}

    def add(self, change: Change) -> bool:
        """Take a change in; whether it was not held before. Raises StoreError when there are too many."""
        changes = self.changes
        held = changes.get(change.id)
        if held is None:
            changes[change.id] = change
            if len(changes) > FINDINGS_CHANGES:
                raise StoreError(TOO_MANY)
            return True
        if held.body is not None or change.body is not None:
            changes[change.id] = one_of(held, change)
        return False

    def gaps(self) -> set[str]:
        """Ids named as the change before that are not here: 缺口."""
        changes = self.changes
        return {c.prev for c in changes.values() if c.prev != GENESIS and c.prev not in changes}

    def forks(self) -> list[tuple[str, str]]:
        """(writer, prev) pairs after which one writer's history goes on in two ways."""
        seen: set[tuple[str, str]] = set()
        twice: set[tuple[str, str]] = set()
        for change in self.changes.values():
            pair = (change.prev, change.writer)
            if pair in seen:
                twice.add((change.writer, change.prev))
            seen.add(pair)
        return sorted(twice)


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
        #: Lone changes whose record nothing else touches, by unit; every other change is in `state`.
        self._lone: dict[str, list[Lone]] = {}
        #: Records that more than one change touched: only there can hands meet.
        self._crowded: dict[str, None] = {}
        self.state = State()
        self._fold(lone)

    def _fold(self, lone: Mapping[str, Lone] | None) -> None:
        owner: dict[str, tuple[Change, Lone] | None] = {}
        rest: list[Change] = []
        targets: list[str] = []
        edited: set[str] = set()
        for done, change in enumerate(self._changes.values()):
            if not done & 0xFFF:
                self._tick(done)
            told = None
            if change.body is not None and lone is not None:
                told = lone.get(change.id)
            if told is None and change.body is not None:
                try:
                    body = _body.decode(change.body)
                    told = lone_of(body) if lone is None else None
                except (msgspec.MsgspecError, ValueError):
                    # Held by a folder that nobody judged; the fold leaves it out as well.
                    continue
                if told is None:
                    rest.append(change)
                    self._touch(body, owner, rest, edited)
                    targets += [*body.retract, *erase_targets(body.edits)]
                    continue
            if told is None:
                rest.append(change)
            elif told.record not in owner:
                owner[told.record] = (change, told)
            else:
                rest.append(change)
                self._crowd(told.record, owner, rest)
        for target in targets:
            # A change that is retracted or erased, however that ends, is for the fold.
            for record in self._records_of(target):
                held = owner.get(record)
                if held is not None and held[0].id == target:
                    owner[record] = None
                    rest.append(held[0])
        self._set_rows(owner, rest, edited)
        owner.clear()
        for done, change in enumerate(rest):
            if not done & 0xFFF:
                self._tick(done)
            with contextlib.suppress(msgspec.ValidationError):
                self.state.apply(change)

    def _touch(
        self, body: Body, owner: dict[str, tuple[Change, Lone] | None], rest: list[Change], edited: set[str]
    ) -> None:
        for record in {edit.record for edit in body.edits}:
            if record in owner:
                self._crowd(record, owner, rest)
            else:
                owner[record] = None
            if record.startswith("finding/"):
                # Whoever edits or joins findings may do so to one that a lone change makes.
                edited.add(record.split("/", 2)[1])

    def _crowd(self, record: str, owner: dict[str, tuple[Change, Lone] | None], rest: list[Change]) -> None:
        held = owner[record]
        if held is not None:
            rest.append(held[0])
            owner[record] = None
        self._crowded[record] = None

    def _records_of(self, change_id: str) -> set[str]:
        change = self._changes.get(change_id)
        if change is None or change.body is None:
            return set()
        try:
            return {edit.record for edit in _touches.decode(change.body).edits}
        except msgspec.MsgspecError:
            return set()

    def _set_rows(
        self,
        owner: dict[str, tuple[Change, Lone] | None],
        rest: list[Change],
        edited: set[str],
    ) -> None:
        in_fold = {record.split("/")[1] for record, held in owner.items() if held is None and "/" in record}
        for record, held in owner.items():
            if held is None:
                continue
            change, told = held
            _, unit, checklist, item = record.split("/")
            if unit not in in_fold:
                # One change of each unit goes through the fold, so that the fold knows of the visit.
                in_fold.add(unit)
                rest.append(change)
            elif self._teller.place(unit, checklist, item) is None or (
                unit in edited and makes_findings(told)
            ):
                rest.append(change)
            else:
                self._lone.setdefault(unit, []).append(told)

    # ---------------------------------------------------------------- the tables

    def tables(self) -> dict[str, msgspec.Raw]:
        """The state tables as they stand in a snapshot, equal to those of a fold of every change."""
        folded = state_tables(self.state, self._round)
        answers, findings = folded.pop("answers"), folded.pop("findings")
        return {
            "answers": _documents(self._answers(answers)),
            "findings": _documents(self._findings(findings)),
        } | {name: _documents(canonical(row) for row in rows) for name, rows in folded.items()}

    def _answers(self, folded: list[dict[str, Any]]) -> Iterator[bytes]:
        by_unit: dict[str, dict[str, bytes | Lone]] = {}
        for row in folded:
            key = answer_key(row["unit"], row["checklist"], row["item"])
            by_unit.setdefault(row["unit"], {})[key] = canonical(row)
        folded.clear()
        for unit in sorted(self._lone.keys() | by_unit.keys()):
            rows = by_unit.pop(unit, {})
            for told in self._lone.get(unit, ()):
                rows[told.record] = told
            for record in sorted(rows):
                told_or_row = rows[record]
                yield told_or_row if isinstance(told_or_row, bytes) else self._teller.row(told_or_row)

    def _findings(self, folded: list[dict[str, Any]]) -> Iterator[bytes]:
        """What judgements make in checklist order, then what was typed by hand, as a unit has them."""
        made: dict[str, list[tuple[Place, list[bytes]]]] = {}
        typed: dict[str, list[bytes]] = {}
        place = self._teller.place
        for row in folded:
            unit = row["unit"]
            at = place(unit, row["checklist"], row["item"]) if row["label"] else None
            if at is None:
                typed.setdefault(unit, []).append(canonical(row))
            else:
                made.setdefault(unit, []).append((at, [canonical(row)]))
        folded.clear()
        for unit in sorted(self._lone.keys() | made.keys() | typed.keys()):
            rows = made.pop(unit, [])
            for told in self._lone.get(unit, ()):
                if makes_findings(told):
                    _, _, checklist, item = told.record.split("/")
                    at = place(unit, checklist, item)
                    assert at is not None
                    rows.append((at, self._teller.findings(told)))
            for _, texts in sorted(rows, key=lambda pair: pair[0]):
                yield from texts
            yield from typed.pop(unit, [])

    # ---------------------------------------------------------------- where hands meet

    def conflicts(self) -> list[Conflict]:
        """Every field on which hands differ."""
        return [
            Conflict(record=record, field=field, sides=tuple(_side(entry) for entry in entries))
            for record, field, entries in self._questions()
        ]

    def _questions(self) -> Iterator[tuple[str, str, list[Entry]]]:
        return self.state.questions(sorted(self._crowded))

    def meetings(self) -> Meetings:
        """Which changes stand against, agree with, or write beside those of another file."""
        state = self.state
        differing = {entry.change for _, _, entries in self._questions() for entry in entries}
        agreeing: set[str] = set()
        beside: set[str] = set()
        changes = state.changes
        for record in self._crowded:
            here = state.saw_record(record)
            if len({changes[c].writer for c in here}) < 2:
                continue
            beside.update(here)
            kind = record.partition("/")[0]
            for field in state.fields(record):
                if field_rule(kind, field) in (FieldRule.OPINION, FieldRule.VALUE):
                    entries = [e for e in state.live(record, field) if not is_blank(e.value)]
                    if len({e.writer for e in entries}) > 1:
                        agreeing.update(e.change for e in entries)
        return Meetings(differing=differing, agreeing=agreeing - differing, beside=beside)


class Meetings(msgspec.Struct, frozen=True, kw_only=True):
    """Changes by what they meet with from other hands."""

    differing: set[str]
    agreeing: set[str]
    beside: set[str]


def _side(entry: Entry) -> Side:
    return Side(change=entry.change, writer=entry.writer, by=entry.by, at=entry.at, value=entry.value)


def _documents(rows: Iterator[bytes]) -> msgspec.Raw:
    """Rows as a table of a snapshot, one document a line."""
    body = b",\n".join([b'"%d":%b' % (number, row) for number, row in enumerate(rows, 1)])
    return msgspec.Raw(b"{\n" + body + b"}" if body else b"{}")
