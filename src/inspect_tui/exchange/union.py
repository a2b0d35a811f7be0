"""Union: the changes of many files as one set, and what they fold to, fast where hands do not meet.

A record that a single change wrote needs no fold: its row can be told from that change alone. Everything
else goes through the one `State`, so that there are no second rules here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from inspect_tui.model.change import GENESIS, Body, Change, answer_key
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Verdict
from inspect_tui.model.view import Answer, Judgement, Note, Opinion
from inspect_tui.rules.applicability import checklists_for
from inspect_tui.rules.canonical import canonical, item_hash
from inspect_tui.rules.fields import FieldRule, field_rule
from inspect_tui.rules.fold import Entry, State, is_blank
from inspect_tui.rules.tables import answer_row, state_tables
from inspect_tui.store.content import one_of
from inspect_tui.store.errors import StoreError
from inspect_tui.store.limits import FINDINGS_CHANGES, TOO_MANY

Tick = Callable[[int], None]
#: Verdicts that make no finding, so that an answer with one of them touches no table but its own.
_QUIET = (Verdict.PASS, Verdict.NA, Verdict.UNVERIFIED)


#: Fields of an answer that a row is told from without the fold.
_SPOKEN = {"judgement", "note"}


class _Touch(msgspec.Struct, frozen=True):
    """Of an edit only what it touches; values are passed over unread."""

    record: str
    field: str


class _Touches(msgspec.Struct, frozen=True):
    edits: tuple[_Touch, ...] = ()
    retract: tuple[str, ...] = ()


_touches = msgspec.json.Decoder(_Touches)
_body = msgspec.json.Decoder(Body)


class Union:
    """A set of changes by id. A change given twice counts once; its erased form wins."""

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
    """What a set of changes comes to under a round: the tables, and where hands meet."""

    def __init__(self, changes: dict[str, Change], round_: Round, tick: Tick = lambda done: None) -> None:
        self._changes, self._round, self._tick = changes, round_, tick
        #: Records written by one change alone, by unit; every other change is in `state`.
        self._plain: dict[str, dict[str, bytes]] = {}
        self.state = State()
        self._sort_out()

    def _sort_out(self) -> None:
        owner: dict[str, Change | None] = {}
        rest: list[Change] = []
        targets: list[str] = []
        decode = _touches.decode
        for done, change in enumerate(self._changes.values()):
            if not done & 0xFFF:
                self._tick(done)
            if change.body is None:
                rest.append(change)
                continue
            try:
                touches = decode(change.body)
            except msgspec.MsgspecError:
                # Held by a folder that nobody judged; the fold leaves it out as well.
                continue
            edits = touches.edits
            alone = 0 < len(edits) <= 2 and not touches.retract and edits[0].record[:7] == "answer/"
            if alone:
                record = edits[0].record
                fields = {edit.field for edit in edits if edit.record == record}
                alone = len(fields) == len(edits) and "judgement" in fields and fields <= _SPOKEN
                if alone and record not in owner:
                    owner[record] = change
                    continue
            targets += touches.retract
            rest.append(change)
            for edit in edits:
                held = owner.get(edit.record)
                if held is not None:
                    rest.append(held)
                owner[edit.record] = None
        self._undo_targets(targets, owner, rest)
        self._make_rows(owner, rest)
        apply = self.state.apply
        for done, change in enumerate(rest):
            if not done & 0xFFF:
                self._tick(done)
            with contextlib.suppress(msgspec.ValidationError):
                apply(change)

    def _undo_targets(self, targets: list[str], owner: dict[str, Change | None], rest: list[Change]) -> None:
        """A change that is retracted, however that ends, is for the fold."""
        for target in targets:
            change = self._changes.get(target)
            if change is None or change.body is None:
                continue
            for edit in _touches.decode(change.body).edits:
                if owner.get(edit.record) is change:
                    owner[edit.record] = None
                    rest.append(change)

    def _make_rows(self, owner: dict[str, Change | None], rest: list[Change]) -> None:
        round_ = self._round
        fitting = {unit.id: {c.id for c in checklists_for(round_, unit)} for unit in round_.units}
        wordings = {c.id: {item.id: item_hash(item) for item in c.items()} for c in round_.checklists}
        in_fold = {record.split("/", 2)[1] for record, change in owner.items() if change is None}
        for done, (record, change) in enumerate(owner.items()):
            if change is None:
                continue
            if not done & 0xFFF:
                self._tick(done)
            _, unit, checklist, item = record.split("/")
            if unit not in in_fold:
                # One change of each unit goes through the fold, so that the fold knows of the visit.
                in_fold.add(unit)
                rest.append(change)
                continue
            row = b""
            if checklist in fitting.get(unit, ()) and item in wordings[checklist]:
                row = _row(unit, checklist, item, wordings[checklist][item], change)
            if row:
                self._plain.setdefault(unit, {})[record] = row
            else:
                rest.append(change)

    # ---------------------------------------------------------------- the tables

    def tables(self) -> dict[str, msgspec.Raw]:
        """The state tables as they stand in a snapshot, equal to those of a fold of every change."""
        folded = state_tables(self.state, self._round)
        answers: dict[str, dict[str, bytes]] = {}
        for row in folded.pop("answers"):
            key = answer_key(row["unit"], row["checklist"], row["item"])
            answers.setdefault(row["unit"], {})[key] = canonical(row)
        return {"answers": _documents(self._answers(answers))} | {
            name: _documents(canonical(row) for row in rows) for name, rows in folded.items()
        }

    def _answers(self, folded: dict[str, dict[str, bytes]]) -> Iterator[bytes]:
        for unit in sorted(self._plain.keys() | folded.keys()):
            rows = self._plain.get(unit, {}) | folded.get(unit, {})
            for record in sorted(rows):
                yield rows[record]

    # ---------------------------------------------------------------- where hands meet

    def conflicts(self) -> list[Conflict]:
        """Every field on which hands differ."""
        return [
            Conflict(record=record, field=field, sides=tuple(_side(entry) for entry in entries))
            for record, field, entries in self.state.questions()
        ]

    def meetings(self) -> Meetings:
        """Which changes stand against, agree with, or write beside those of another file."""
        state = self.state
        differing = {entry.change for _, _, entries in state.questions() for entry in entries}
        agreeing: set[str] = set()
        beside: set[str] = set()
        changes = state.changes
        for unit in state.units():
            for record in state.records(unit):
                here = state.saw_record(record)
                if len(here) < 2 or len({changes[c].writer for c in here}) < 2:
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


def _row(unit: str, checklist: str, item: str, wording: str, change: Change) -> bytes:
    """The answers row of a record that one change wrote; empty when the fold must say."""
    assert change.body is not None
    body = _body.decode(change.body)
    notes: tuple[Note, ...] = ()
    judgement = None
    for edit in body.edits:
        if edit.field == "judgement":
            if edit.value is None:
                return b""
            try:
                judgement = msgspec.convert(edit.value, Judgement)
            except msgspec.ValidationError:
                return b""
        elif not is_blank(edit.value):
            notes = (Note(by=body.by, at=body.at, text=str(edit.value)),)
    if judgement is None or judgement.verdict not in _QUIET:
        return b""
    opinion = Opinion(change=change.id, writer=change.writer, by=body.by, at=body.at, judgement=judgement)
    return canonical(
        answer_row(
            Answer(
                unit=unit,
                checklist=checklist,
                item=item,
                judgement=judgement,
                opinions=(opinion,),
                notes=notes,
                stale=bool(judgement.item) and judgement.item != wording,
            )
        )
    )


def _documents(rows: Iterator[bytes]) -> msgspec.Raw:
    """Rows as a table of a snapshot, one document a line."""
    body = b",\n".join([b'"%d":%b' % (number, row) for number, row in enumerate(rows, 1)])
    return msgspec.Raw(b"{\n" + body + b"}" if body else b"{}")
