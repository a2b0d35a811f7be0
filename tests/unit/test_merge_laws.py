"""Laws of merging over random histories of two to four writers who saw only parts of each other's work.

The fold is compared with a slow one written from the rules' statement alone, and every law is also run
with planted bugs, so that a law that cannot fail is found out.
"""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import Desk, histories, play, random_history, reading, union

from inspect_tui.model.change import Change
from inspect_tui.model.terms import Verdict
from inspect_tui.rules import canonical, fold
from inspect_tui.rules.fold import Entry, State
from sweeps import times

COMMIT = settings(
    max_examples=times(300), deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=False
)
SWEEP = 10_000

# -------------------------------------------------------------------- the slow fold


class SlowFold:
    """The rules read off the page: every field from scratch, no cache, no order."""

    def __init__(self, changes: list[Change]) -> None:
        self.writer = {c.id: c.writer for c in changes}
        self.body: dict[str, dict[str, Any]] = {
            c.id: json.loads(bytes(c.body)) for c in changes if c.body is not None
        }
        self.gone: dict[str, bool] = {}
        for change in changes:
            self._settle(change.id)

    def _speaks_for(self, later: str, earlier: str) -> bool:
        if self.writer[later] == self.writer[earlier]:
            return True
        mine, theirs = self.body[later]["by"], self.body[earlier]["by"]
        return bool(theirs) and all(name in mine for name in theirs)

    def _settle(self, target: str) -> bool:
        if target not in self.gone:
            self.gone[target] = any(
                target in body.get("retract", ()) and self._speaks_for(by, target) and not self._settle(by)
                for by, body in self.body.items()
            )
        return self.gone[target]

    def fields(self) -> set[tuple[str, str]]:
        return {(e["record"], e["field"]) for body in self.body.values() for e in body.get("edits", ())}

    def live(self, record: str, field: str) -> dict[str, Any]:
        """Live values by change id; values that say nothing only where nothing else is said."""
        said: dict[str, Any] = {}
        for change, body in self.body.items():
            for edit in body.get("edits", ()):
                if (edit["record"], edit["field"]) == (record, field) and not self.gone[change]:
                    said[change] = edit
        private = ":" not in field and (record.split("/")[0], field) in (
            ("answer", "judgement"),
            ("answer", "note"),
            ("visit", "note"),
            ("trigger", "hit"),
        )
        kept = {
            earlier: edit.get("value")
            for earlier, edit in said.items()
            if not any(
                earlier in later_edit.get("saw", ())
                and (not private or later_edit.get("decision") or self._speaks_for(later, earlier))
                for later, later_edit in said.items()
            )
        }
        filled = {c: v for c, v in kept.items() if not self._says_nothing(field, v)}
        return filled or kept

    @staticmethod
    def _says_nothing(field: str, value: Any) -> bool:
        if field == "judgement":
            return not value or value.get("verdict", "pending") == "pending"
        return value in (None, "", False, [], {})


def disagreement(changes: list[Change]) -> str:
    """Where the fold and the slow fold differ; empty when they agree."""
    state, slow = State(changes), SlowFold(changes)
    for record, field in sorted(slow.fields()):
        mine = {e.change: e.value for e in state.live(record, field)}
        theirs = slow.live(record, field)
        filled = {c for c, v in theirs.items() if not slow._says_nothing(field, v)}
        if set(mine) != set(theirs) or any(mine[c] != theirs[c] for c in filled):
            return f"{record} {field}: {sorted(mine)} against {sorted(theirs)}"
    return ""


# -------------------------------------------------------------------- laws


def order_fault(changes: list[Change], seed: int) -> str:
    """What differs when the same changes come in another order, doubled or in groups; empty when nothing."""
    expected = reading(State(changes))
    dice = random.Random(seed)
    mixed = list(changes)
    dice.shuffle(mixed)
    if reading(State(mixed)) != expected:
        return "order"
    if reading(State([*mixed, *dice.sample(mixed, len(mixed) // 2), *changes])) != expected:
        return "duplicates"
    state = State()
    groups: list[list[Change]] = [[], [], []]
    for change in changes:
        dice.choice(groups).append(change)
    for group in groups:
        for change in group:
            state.apply(change)
        # Reading between the files fills every cache that the next file must then correct.
        reading(state)
    if reading(state) != expected:
        return "grouped, read in between"
    return ""


def loss(before: list[Change], after: list[Change]) -> str:
    """A live word that vanished by merging more changes without anything live accounting for it."""
    small, big = State(before), State(after)
    if not set(small.ids()) <= set(big.ids()):
        return "a change was lost"
    for record in sorted({r for unit in small.units() for r in small.records(unit)}):
        for field in small.fields(record):
            entries = {e.change: e for e in big._fields[record][field]}
            still = {e.change for e in big.live(record, field)}
            for entry in small.live(record, field):
                if entry.change in still or big.retracted(entry.change) or fold.is_blank(entry.value):
                    continue
                if not any(entry.change in e.saw and not big.retracted(e.change) for e in entries.values()):
                    return f"{record} {field} of {entry.change}"
    return ""


@COMMIT
@given(histories, st.integers(0, 2**16))
def test_any_order_and_any_grouping_reads_the_same(history: Any, seed: int) -> None:
    assert order_fault(union(play(history)), seed) == ""


@COMMIT
@given(histories)
def test_the_fold_agrees_with_the_slow_fold(history: Any) -> None:
    assert disagreement(union(play(history))) == ""


@COMMIT
@given(histories)
def test_every_desk_that_holds_everything_reads_the_same(history: Any) -> None:
    desks = play(history)
    for desk in desks:
        desk.take(*[other for other in desks if other is not desk])
    readings = [reading(desk.state) for desk in desks]
    assert all(r == readings[0] for r in readings[1:])


@COMMIT
@given(histories, st.integers(0, 2**16))
def test_merging_more_never_loses_a_word(history: Any, seed: int) -> None:
    changes = union(play(history))
    some = random.Random(seed).sample(changes, len(changes) // 2)
    assert loss(some, changes) == ""


@COMMIT
@given(histories)
def test_undoing_a_merge_is_leaving_the_file_out(history: Any) -> None:
    desks = play(history)
    lead = Desk("e" * 12, "组长")
    lead.take(*desks)
    for away in desks:
        rest = [c for c in lead.held if c.writer != away.writer]
        kept = State(rest)
        assert reading(kept) == reading(State(reversed(rest)))
        assert disagreement(rest) == ""


@COMMIT
@given(histories)
def test_touched_names_every_record_whose_reading_changes(history: Any) -> None:
    state = State()
    seen: dict[tuple[str, str], list[Entry]] = {}
    for change in sorted(union(play(history)), key=lambda c: c.id):
        touched = state.apply(change)
        for unit in state.units():
            for record in state.records(unit):
                for field in state.fields(record):
                    now = state.live(record, field)
                    assert record in touched or seen.get((record, field)) == now
                    seen[record, field] = now


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_laws_over_ten_thousand_histories() -> None:
    for seed in range(SWEEP):
        changes = union(play(random_history(seed, length=10 + seed % 40)))
        assert order_fault(changes, seed) == "", seed
        assert disagreement(changes) == "", seed
        assert loss(random.Random(seed).sample(changes, len(changes) // 2), changes) == "", seed


# -------------------------------------------------------------------- the laws can fail


def _first_fault(seeds: range) -> str:
    for seed in seeds:
        changes = union(play(random_history(seed)))
        fault = (
            order_fault(changes, seed)
            or disagreement(changes)
            or loss(random.Random(seed).sample(changes, len(changes) // 2), changes)
        )
        if fault:
            return fault
    return ""


def _newest_only(self: State, record: str, field: str) -> tuple[str, ...]:
    held = [e for e in self._fields.get(record, {}).get(field, ())]
    return (held[-1].change,) if held else ()


def _first_come(self: State, record: str, field: str, entries: list[Entry]) -> list[Entry]:
    return _standing(self, record, field, entries)[:1]


def _in_arrival_order(self: State, record: str, field: str, entries: list[Entry]) -> list[Entry]:
    order = {c: i for i, c in enumerate(self.changes)}
    return sorted(_standing(self, record, field, entries), key=lambda e: order[e.change])


def _never_reread(self: State, change_id: str) -> set[str]:
    return set()


def _any_hand(self: State, change_id: str) -> bool:
    return bool(self._retracted_by.get(change_id))


_standing = State._standing

BUGS = {
    "anyone retires a judgement": (fold, "_retires", lambda rule, later, earlier: True),
    "nobody retires anything": (fold, "_retires", lambda rule, later, earlier: False),
    "a blank is a value": (fold, "is_blank", lambda value: False),
    "the first to come wins": (State, "_standing", _first_come),
    "arrival decides": (State, "_standing", _in_arrival_order),
    "a late retraction is missed": (State, "_reread", _never_reread),
    "anyone may retract": (State, "retracted", _any_hand),
    "one hand is every hand": (fold, "_same_hand", lambda *hands: True),
}


def test_without_a_planted_bug_the_seeds_are_clean() -> None:
    assert _first_fault(range(60)) == ""


@pytest.mark.parametrize("bug", BUGS)
def test_each_planted_bug_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, instead = BUGS[bug]
    monkeypatch.setattr(where, name, instead)
    assert _first_fault(range(60)) != ""


def test_listing_only_the_newest_brings_a_retired_value_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bug of a `saw` without history shows when a merge is undone."""

    def after_undone_merge() -> list[Verdict]:
        first, second = Desk("a" * 12, "甲"), Desk("d" * 12, "甲")
        first.judge(Verdict.FAIL)
        second.take(first)
        second.judge(Verdict.PARTIAL)
        first.take(second)
        first.judge(Verdict.PASS)
        first.state = State([c for c in first.held if c.writer != second.writer])
        return [o.judgement.verdict for o in first.answer().opinions]

    assert after_undone_merge() == [Verdict.PASS]
    monkeypatch.setattr(State, "saw", _newest_only)
    assert set(after_undone_merge()) == {Verdict.FAIL, Verdict.PASS}


def test_ids_bind_writer_place_and_content() -> None:
    """The laws rest on ids: another writer, ancestor or body is another change."""
    ids = {
        canonical.change_id(prev, writer, body)
        for prev in ("", "p")
        for writer in ("w", "v")
        for body in ("b", "c")
    }
    assert len(ids) == 8
