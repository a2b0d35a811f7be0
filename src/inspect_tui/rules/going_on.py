"""Records that go on from round to round: as a round came with them, overlaid by what its own leads wrote.

Cards of good practice and helping pairs both do. What a round came with is frozen in it; its leads change it
by records of the same id, and make new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

import msgspec

from inspect_tui.model.change import parse_key
from inspect_tui.model.problem import Source
from inspect_tui.model.round import Round
from inspect_tui.rules.fold import State, is_blank


class Going(Protocol):
    """What a round leaves to the next one, under an id it keeps for life."""

    @property
    def id(self) -> str: ...

    @property
    def unit(self) -> str: ...


G = TypeVar("G", bound=Going)


class Now(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of such a record as it now reads, with who wrote to it last in this round and when.

    `contested` are the fields on which hands differ. `here` says that its unit belongs to the round, so that
    it can be changed in it; `new` that it was made in this round.
    """

    record: str
    contested: tuple[str, ...] = ()
    here: bool = True
    new: bool = False
    by: tuple[str, ...] = ()
    at: str = ""


def source_of(round_: Round) -> Source:
    """What a round is called in what goes on from it."""
    return Source(round=round_.id, origin=round_.origin, title=round_.title)


def records_of_kind(state: State, unit: str, kind: str) -> list[str]:
    """The keys of a unit's records of one kind, sorted."""
    return sorted(record for record in state.records(unit) if record.startswith(f"{kind}/"))


def records_going_on(
    state: State, round_: Round, kind: str, frozen: Iterable[G], key: Callable[[str, str], str]
) -> Iterator[tuple[str, G | None]]:
    """Every record of a kind: those the round came with, then its own in roster order (with None)."""
    known = set()
    for one in frozen:
        known.add(one.id)
        yield key(one.unit, one.id), one
    for unit in round_.units:
        for record in records_of_kind(state, unit.id, kind):
            address = parse_key(record)
            if address is not None and address.label not in known:
                yield record, None


def texts_said(state: State, record: str, fields: Iterable[str]) -> dict[str, str]:
    """The texts that this round's leads wrote into a record's fields."""
    return {
        name: value
        for name in fields
        if state.live(record, name) and isinstance(value := state.value(record, name, ""), str)
    }


def differing(state: State, record: str, fields: Iterable[str]) -> tuple[str, ...]:
    """The fields of a record on which hands differ."""
    return tuple(name for name in fields if len(state.values(record, name)) > 1)


def last_hand(state: State, record: str, fields: Iterable[str]) -> tuple[tuple[str, ...], str]:
    """Who wrote to a record's fields last, and when; nobody where no one did in this round."""
    written = [entry for name in fields for entry in state.live(record, name) if not is_blank(entry.value)]
    last = max(written, key=lambda entry: (entry.at, entry.change), default=None)
    return (last.by, last.at) if last is not None else ((), "")


def newest(leaves: Iterable[Iterable[G]], age: Callable[[G], tuple[int, ...]]) -> tuple[G, ...]:
    """What several rounds leave, together: each once, as the round knows it where its `age` is greatest."""
    found: dict[str, G] = {}
    for left in leaves:
        for one in left:
            before = found.get(one.id)
            if before is None or age(one) > age(before):
                found[one.id] = one
    return tuple(found.values())
