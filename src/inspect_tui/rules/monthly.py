"""What is kept of a unit month by month: one field of one record a month, read with whoever recorded it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from inspect_tui.model.change import Edit, parse_key
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.fold import Entry, State, is_blank

T = TypeVar("T")

_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def good_month(text: str) -> bool:
    """Whether a text names a month as YYYY-MM."""
    return _MONTH.fullmatch(text) is not None


def zh_month(month: str) -> str:
    """A month as people read it: 2026年10月."""
    year, _, number = month.partition("-")
    return f"{year}年{int(number)}月" if good_month(month) else month


def months_kept(
    state: State, unit: str, kind: str, field: str, read: Callable[[Any], T | None]
) -> list[tuple[str, Entry, list[T]]]:
    """The months of a unit that have something readable, oldest first: month, first entry, all that is said.

    Several that differ mean that two hands recorded the month and the lead must say which holds.
    """
    found = []
    for record in state.records(unit):
        address = parse_key(record)
        if address is None or address.kind != kind or not good_month(address.label):
            continue
        live = [entry for entry in state.live(record, field) if not is_blank(entry.value)]
        said = [(entry, value) for entry in live if (value := read(entry.value)) is not None]
        if said:
            found.append((address.label, said[0][0], [value for _, value in said]))
    return sorted(found, key=lambda month: month[0])


def keep_month(state: State, key: str, field: str, read: Callable[[Any], T | None], value: T) -> list[Edit]:
    """Record what a month came to. Nothing where the very same stands already."""
    if [read(held) for held in state.values(key, field)] == [value]:
        return []
    return [set_field(state, key, field, msgspec.to_builtins(value))]
