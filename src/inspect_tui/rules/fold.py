"""State: the fold of a set of changes, the same whatever order the changes arrive in.

It keeps, per field, every edit that was ever made and computes which of them are live: not retracted and
not retired by a live later edit that saw them. Nothing is ever overwritten here, which is why merging is a
union, undoing a merge is leaving a file out, and no clock decides anything.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any

import msgspec

from inspect_tui.model.change import Body, Change, Edit, parse_key
from inspect_tui.rules.bodies import read_body
from inspect_tui.rules.canonical import canonical
from inspect_tui.rules.fields import FieldRule, field_rule
from inspect_tui.rules.lifecycle import is_verification, surely_retires, unsettled
from inspect_tui.rules.opinions import opinion

#: Words up to this length are mostly marks and days, which come again and again.
_SHORT = 16


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One edit in its change: enough to judge it against the others of its field.

    What many entries say alike is one object in all of them, so values are only ever read.
    """

    change: str
    writer: str
    by: tuple[str, ...]
    at: str
    value: Any
    saw: tuple[str, ...]
    decision: str = ""


class Known(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A change as the state holds it; without `raw` when it was erased, here or before it came here.

    Its edits stand in the fields they are about, so the body is not held twice: it is read anew when asked
    for. `by` and `at` are at hand, and empty where the body is gone.
    """

    id: str
    writer: str
    prev: str
    by: tuple[str, ...] = ()
    at: str = ""
    raw: msgspec.Raw | None = None

    @property
    def body(self) -> Body | None:
        """What the change says, read at every call; None when it was erased."""
        return read_body(self.raw) if self.raw is not None else None


class State:
    """Fold of changes, grown one change at a time with work in proportion to that change.

    Feed it with `apply`; read it with `live`, `value`, `saw` and `records`. A change applied twice counts
    once. A retraction may arrive before what it retracts, and so may the record that a change was erased.

    `erased` holds the ids that some change says were erased for good: their bodies count as gone whether
    they are still held or not. Nothing takes that back, neither a retraction nor another erasure, because
    two of these could otherwise undo each other and the order of arrival would show.
    """

    def __init__(self, changes: Iterable[Change] = ()) -> None:
        self.changes: dict[str, Known] = {}
        self._fields: dict[str, dict[str, list[Entry]]] = {}
        self._live: dict[tuple[str, str], list[Entry]] = {}
        self._by_unit: dict[str, dict[str, None]] = {}
        self._retracted_by: dict[str, list[str]] = {}
        self.erased: set[str] = set()
        self._hands: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._judgements: dict[bytes, Any] = {}
        for change in changes:
            self.apply(change)

    def copy(self) -> State:
        """A state that grows by itself from here, for trying changes out before they are made."""
        twin = State()
        twin.changes = dict(self.changes)
        twin._fields = {
            record: {field: list(entries) for field, entries in fields.items()}
            for record, fields in self._fields.items()
        }
        twin._by_unit = {unit: dict(records) for unit, records in self._by_unit.items()}
        twin._retracted_by = {target: list(by) for target, by in self._retracted_by.items()}
        twin.erased = set(self.erased)
        return twin

    def apart(self, held: Container[str]) -> Iterator[State]:
        """Unit by unit, a state of that unit alone as it reads if only the changes held were ever told.

        Such a state shares what this one holds, so it costs little and is for reading only, until this one
        grows.
        """
        retractions = {
            target: kept
            for target, by in self._retracted_by.items()
            if (kept := [retraction for retraction in by if retraction in held])
        }
        for unit in sorted(self.units()):
            part = State()
            part.changes, part.erased, part._retracted_by = self.changes, self.erased, retractions
            for record in self._by_unit[unit]:
                fields = {
                    field: own
                    for field, entries in self._fields[record].items()
                    if (own := [e for e in entries if e.change in held])
                }
                if fields:
                    part._fields[record] = fields
            if part._fields:
                part._by_unit[unit] = dict.fromkeys(part._fields)
                yield part

    # ---------------------------------------------------------------- growing

    def apply(self, change: Change) -> set[str]:
        """Take a change in; returns the keys of the records whose reading may have changed.

        Raises msgspec.ValidationError, and takes nothing in, when the body is not a Body or holds a
        judgement or a step that is none. A body that arrives after its erased form is taken: a union loses
        nothing.
        """
        held = self.changes.get(change.id)
        if held is not None and (held.raw is not None or change.body is None):
            return set()
        body = read_body(change.body) if change.body is not None else None
        targets = erase_targets(body.edits) if body is not None else set()
        if change.id in self.erased and not targets:
            body = None
        if body is None:
            self.changes[change.id] = Known(id=change.id, writer=change.writer, prev=change.prev)
            return set()
        by = self._hands.setdefault(body.by, body.by)
        self.changes[change.id] = Known(
            id=change.id, writer=change.writer, prev=change.prev, by=by, at=body.at, raw=change.body
        )
        touched: set[str] = set()
        for target in targets - self.erased:
            self.erased.add(target)
            touched |= self._forget(target)
        for edit in body.edits:
            entry = Entry(
                change=change.id,
                writer=change.writer,
                by=by,
                at=body.at,
                value=self._shared(edit),
                saw=tuple([self._name(seen) for seen in dict.fromkeys(edit.saw)]),
                decision=edit.decision,
            )
            fields = self._fields.get(edit.record)
            if fields is None:
                fields = self._fields[edit.record] = {}
                address = parse_key(edit.record)
                unit = address.unit if address else ""
                self._by_unit.setdefault(unit, {})[edit.record] = None
            entries = fields.setdefault(sys.intern(edit.field), [])
            if entries and entries[-1].change == change.id:
                # One action speaks once about a field: its last word counts, and is no quarrel with itself.
                entries[-1] = entry
            else:
                entries.append(entry)
            self._live.pop((edit.record, edit.field), None)
            touched.add(edit.record)
        for target in body.retract:
            self._retracted_by.setdefault(target, []).append(change.id)
            touched |= self._reread(target)
        if change.id in self._retracted_by:
            touched |= self._reread(change.id)
        return touched

    def _name(self, change_id: str) -> str:
        """An id as the change of that name itself has it, so that it is not held again."""
        known = self.changes.get(change_id)
        return known.id if known is not None else change_id

    def _shared(self, edit: Edit) -> Any:
        """The value of an edit, as held already where many edits say the same."""
        value = edit.value
        if isinstance(value, str):
            return sys.intern(value) if len(value) <= _SHORT else value
        if edit.field != "judgement" or not isinstance(value, dict) or value.get("reason"):
            return value
        return self._judgements.setdefault(canonical(value), value)

    def _forget(self, change_id: str) -> set[str]:
        """Let the body of an erased change go, as if it had never been held."""
        known = self.changes.get(change_id)
        body = known.body if known is not None else None
        if known is None or body is None or erase_targets(body.edits):
            return set()
        touched = self._reread(change_id)
        self.changes[change_id] = Known(id=known.id, writer=known.writer, prev=known.prev)
        for edit in body.edits:
            fields = self._fields.get(edit.record, {})
            kept = [e for e in fields.get(edit.field, ()) if e.change != change_id]
            if kept:
                fields[edit.field] = kept
                continue
            fields.pop(edit.field, None)
            if not fields and self._fields.pop(edit.record, None) is not None:
                address = parse_key(edit.record)
                unit = address.unit if address else ""
                self._by_unit[unit].pop(edit.record)
                if not self._by_unit[unit]:
                    del self._by_unit[unit]
        for target in set(body.retract):
            by = [r for r in self._retracted_by[target] if r != change_id]
            if by:
                self._retracted_by[target] = by
            else:
                del self._retracted_by[target]
        return touched

    def _reread(self, change_id: str) -> set[str]:
        """Drop what was computed from a change, and from what it retracts in turn."""
        touched: set[str] = set()
        queue, done = [change_id], set()
        while queue:
            current = queue.pop()
            known = self.changes.get(current)
            body = known.body if known is not None else None
            if current in done or body is None:
                continue
            done.add(current)
            for edit in body.edits:
                self._live.pop((edit.record, edit.field), None)
                touched.add(edit.record)
            queue.extend(body.retract)
        return touched

    # ---------------------------------------------------------------- reading

    def retracted(self, change_id: str) -> bool:
        """Whether a change stands retracted by a live retraction of the same inspector.

        Walked with its own stack, because a foreign file may hold a chain of retractions of any length.
        """
        found: dict[str, bool] = {}
        path = {change_id}
        stack = [(change_id, self._own_retractions(change_id))]
        while stack:
            current, rest = stack[-1]
            for by in rest:
                if by in found:
                    if not found[by]:
                        found[current] = True
                        break
                elif by not in path:
                    path.add(by)
                    stack.append((by, self._own_retractions(by)))
                    break
            else:
                found.setdefault(current, False)
            if current in found:
                stack.pop()
                path.discard(current)
                if stack and not found[current]:
                    found[stack[-1][0]] = True
        return found[change_id]

    def _own_retractions(self, change_id: str) -> Iterator[str]:
        target = self.changes.get(change_id)
        if target is None:
            return
        for by in self._retracted_by.get(change_id, ()):
            retraction = self.changes[by]
            if _same_hand(retraction.writer, retraction.by, target.writer, target.by):
                yield by

    def live(self, record: str, field: str) -> list[Entry]:
        """The live edits of a field, ordered by change id; blanks only when nothing else is live."""
        fields = self._fields.get(record)
        if fields is None or field not in fields:
            return []
        key = (record, field)
        found = self._live.get(key)
        if found is None:
            found = self._live[key] = self._standing(record, field, fields[field])
        return found

    def live_among(self, record: str, field: str, wanted: Callable[[Any], bool]) -> list[Entry]:
        """What would be live of a field if only the values that are wanted had ever been said.

        The verifications of a problem stand as opinions even after the ledger went on from them.
        """
        entries = [e for e in self._fields.get(record, {}).get(field, ()) if wanted(e.value)]
        return self._standing(record, field, entries)

    def contending(self, record: str, field: str) -> list[Entry]:
        """The steps of a rectification that only the lead can settle; none where they agree.

        Verifications that differ come first: they stay a quarrel even after the ledger went on from one.
        """
        if len(self._fields.get(record, {}).get(field, ())) < 2:
            return []
        verified = self.live_among(record, field, is_verification)
        if unsettled(e.value for e in verified):
            return verified
        entries = self.live(record, field)
        return entries if unsettled(e.value for e in entries) else []

    def ever(self, record: str, field: str) -> list[Any]:
        """Every value that a field was ever given, whether it was taken back or not."""
        return [e.value for e in self._fields.get(record, {}).get(field, ())]

    def _standing(self, record: str, field: str, entries: list[Entry]) -> list[Entry]:
        active = [e for e in entries if not self._retracted_by or not self.retracted(e.change)]
        if len(active) < 2:
            return active
        if any([e.saw for e in active]):
            rule = field_rule(record.partition("/")[0], field)
            by_change = {e.change: e for e in active}
            retired: set[str] = set()
            for later in active:
                for seen in later.saw:
                    earlier = by_change.get(seen)
                    if earlier is not None and _retires(rule, later, earlier):
                        retired.add(seen)
            active = [e for e in active if e.change not in retired]
        filled = [e for e in active if not is_blank(e.value)]
        return sorted(filled or active, key=lambda e: e.change)

    def values(self, record: str, field: str) -> list[Any]:
        """The distinct live values of a field in the order of their change ids; blanks left out."""
        seen: dict[bytes, Any] = {}
        for entry in self.live(record, field):
            if not is_blank(entry.value):
                seen.setdefault(canonical(entry.value), entry.value)
        return list(seen.values())

    def value(self, record: str, field: str, default: Any = None) -> Any:
        """The agreed value of a field; where hands differ, the first by change id (see `questions`)."""
        for entry in self.live(record, field):
            if not is_blank(entry.value):
                return entry.value
        return default

    def history(self, record: str, field: str) -> list[Entry]:
        """Every edit of a field that was not taken back, retired ones too, in the order of arrival."""
        entries = self._fields.get(record, {}).get(field, ())
        return [e for e in entries if not self._retracted_by or not self.retracted(e.change)]

    def elements(self, record: str, name: str) -> list[str]:
        """The elements present in a set kept as one field per element (`name:element`), sorted."""
        prefix = name + ":"
        return sorted(
            field[len(prefix) :]
            for field in self._fields.get(record, ())
            if field.startswith(prefix) and any(e.value for e in self.live(record, field))
        )

    def saw(self, record: str, field: str) -> tuple[str, ...]:
        """Every change to a field held here: what a new edit of it must list."""
        return tuple(sorted(e.change for e in self._fields.get(record, {}).get(field, ())))

    def saw_record(self, record: str) -> tuple[str, ...]:
        """Every change to any field of a record held here: what a tombstone must list."""
        return tuple(sorted({e.change for entries in self._fields.get(record, {}).values() for e in entries}))

    def records(self, unit: str) -> list[str]:
        """Keys of the records of a unit, in arrival order."""
        return list(self._by_unit.get(unit, ()))

    def units(self) -> list[str]:
        """Ids of the units that have any record."""
        return [unit for unit in self._by_unit if unit]

    def has(self, record: str) -> bool:
        """Whether any field of a record was ever set."""
        return record in self._fields

    def fields(self, record: str) -> list[str]:
        """Names of the fields of a record that were ever set."""
        return list(self._fields.get(record, ()))

    def deleted(self, record: str) -> bool:
        """Whether a live tombstone covers the record. An edit it had not seen keeps the record."""
        return any(e.value for e in self.live(record, "deleted")) and not self.unseen_by_tombstone(record)

    def unseen_by_tombstone(self, record: str) -> list[str]:
        """Live changes to a deleted record that its tombstone had not seen: a question for the lead."""
        stones = [e for e in self.live(record, "deleted") if e.value]
        if not stones:
            return []
        seen = frozenset().union(*(e.saw for e in stones)) | {e.change for e in stones}
        return sorted(
            {
                entry.change
                for field in self._fields[record]
                if field != "deleted"
                for entry in self.live(record, field)
                if entry.change not in seen
            }
        )

    def questions(self, records: Iterable[str] | None = None) -> Iterator[tuple[str, str, list[Entry]]]:
        """Every (record, field, entries) on which hands differ and only a lead can decide.

        With `records`, only of those: who knows where hands can differ need not look everywhere.
        """
        for record in sorted(self._fields) if records is None else records:
            fields = self._fields.get(record, {})
            kind = record.partition("/")[0]
            for field in sorted(fields):
                rule = field_rule(kind, field)
                if rule not in (FieldRule.OPINION, FieldRule.VALUE, FieldRule.STEP):
                    continue
                if rule is FieldRule.STEP:
                    if entries := self.contending(record, field):
                        yield record, field, entries
                    continue
                entries = self.live(record, field)
                if len({opinion(kind, field, e.value) for e in entries if not is_blank(e.value)}) > 1:
                    yield record, field, entries
            if unseen := self.unseen_by_tombstone(record):
                others = [e for f in sorted(fields) if f != "deleted" for e in self.live(record, f)]
                later = [e for e in others if e.change in unseen]
                yield record, "deleted", [*self.live(record, "deleted"), *later]

    def speaks_for(self, later: str, earlier: str) -> bool:
        """Whether the author of one held change may take back another: the same file, or the same people."""
        mine, theirs = self.changes.get(later), self.changes.get(earlier)
        if mine is None or theirs is None:
            return False
        return _same_hand(mine.writer, mine.by, theirs.writer, theirs.by)

    # ---------------------------------------------------------------- the chain

    def gaps(self) -> list[str]:
        """Ids named as `prev` that are not held: 缺口, kept and reported."""
        return sorted({k.prev for k in self.changes.values() if k.prev and k.prev not in self.changes})

    def forks(self) -> list[tuple[str, str]]:
        """(writer, prev) pairs with more than one next change: the file went on in two places."""
        heads: dict[tuple[str, str], int] = {}
        for known in self.changes.values():
            pair = (known.writer, known.prev)
            heads[pair] = heads.get(pair, 0) + 1
        return sorted(pair for pair, count in heads.items() if count > 1)

    def ids(self) -> list[str]:
        """Ids of all changes, sorted: the order in which a merged file keeps them."""
        return sorted(self.changes)


def erase_targets(edits: Iterable[Edit]) -> set[str]:
    """Ids of the changes that these edits say were erased. Such edits cannot be erased themselves."""
    found = set()
    for edit in edits:
        if edit.field == "reason" and edit.record.startswith("erase/") and not is_blank(edit.value):
            address = parse_key(edit.record)
            if address is not None:
                found.add(address.label)
    return found


def is_blank(value: Any) -> bool:
    """Whether a value says nothing: a blank never beats a value."""
    return value is None or value == "" or value is False or value == [] or value == {}


def _retires(rule: FieldRule, later: Entry, earlier: Entry) -> bool:
    if rule in (FieldRule.VALUE, FieldRule.ELEMENT) or later.decision:
        return True
    if rule is FieldRule.STEP and surely_retires(later.value, earlier.value):
        return True
    return _same_hand(later.writer, later.by, earlier.writer, earlier.by)


def _same_hand(writer: str, by: tuple[str, ...], other_writer: str, other_by: tuple[str, ...]) -> bool:
    """Whether a change speaks for whoever made another: the same file, or all the same people."""
    return writer == other_writer or (bool(other_by) and set(other_by) <= set(by))
