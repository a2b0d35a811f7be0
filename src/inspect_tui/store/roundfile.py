"""Rounds read fast: one that is beyond doubt is taken after a few cheap checks.

Judging every field of raw JSON costs more than all the rest of a start. So the raw form is first made a typed
record, which cannot be missing a field or hold one of a wrong type; only what that does not show is left to
check: doubled keys, unknown fields, clean text, usable ids, plain numbers. Whatever is in doubt goes through
`loading`, which judges everything and tells all faults.

What only leads to warnings (faults frozen with the round, content hashes) is looked at by `load_round` alone.
"""

from __future__ import annotations

import datetime as dt
import stat
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.model.round import ROUND_FORMAT, ROUND_VERSION, Round
from inspect_tui.rules.canonical import canonical
from inspect_tui.rules.issue import good_id, plain_decimal
from inspect_tui.store import files
from inspect_tui.store.clean import is_clean
from inspect_tui.store.limits import OTHER_BYTES

#: Whole numbers from here on are refused, as by `store.jsonfile`.
_TOO_LONG = 2**63


def read_round(source: Path | bytes, *, name: str = "") -> tuple[Round, dict[str, Any]]:
    """A round and its raw form. Raises InputFaults with every fault of the file."""
    return read_packed(source, name=name)[:2]


def read_packed(source: Path | bytes, *, name: str = "") -> tuple[Round, dict[str, Any], bytes]:
    """A round, its raw form and the canonical bytes of that. Raises InputFaults with every fault."""
    data = _bytes_of(source) if isinstance(source, Path) else source
    raw = _decoded(data)
    if isinstance(raw, dict):
        packed = canonical(raw)
        # Where no text has an escape, quotes stand only around texts: any that are gone are those of a key
        # that stands twice.
        if b"\\" not in data and data.count(b'"') == packed.count(b'"'):
            round_ = _taken(raw, packed)
            if round_ is not None:
                return round_, raw, packed
    from inspect_tui.store.loading import load_round

    round_, raw, _ = load_round(source, name=name)
    return round_, raw, canonical(raw)


def round_of(raw: dict[str, Any], *, name: str = "") -> Round:
    """The round that a findings file carries as raw JSON. Raises InputFaults with every fault."""
    round_ = _taken(raw)
    if round_ is None:
        from inspect_tui.store.loading import round_from_raw

        round_, _ = round_from_raw(raw, name=name)
    return round_


def _bytes_of(path: Path) -> bytes:
    """The bytes of a plain file; none when it cannot be read, which the full reading then tells."""
    try:
        status = files.fs.place(path).stat()
        return files.fs.read(path) if stat.S_ISREG(status.st_mode) and status.st_size <= OTHER_BYTES else b""
    except (OSError, ValueError):
        return b""


def _decoded(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _taken(raw: dict[str, Any], packed: bytes | None = None) -> Round | None:
    """The round, when it is beyond doubt; `packed` is the canonical form of it, where that is at hand."""
    try:
        packed = packed or canonical(raw)
        # With an escape in it, a text may hold what the text of the file does not show.
        if b"\\" in packed or not is_clean(packed.decode("utf-8")):
            return None
        # From the raw form and not from the bytes again: the record then shares its texts.
        round_ = msgspec.convert(raw, Round)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return round_ if _known([raw], [round_]) and _sound(round_) else None


def _known(given: Collection[Any], held: Sequence[Any]) -> bool:
    """Whether parts of one type have every field of the raw parts they were read from, and plain numbers.

    They are looked at together, level by level: the items of a round have the same few fields, and thousands
    of them share a few figures.
    """
    sample = next((one for one in held if one is not None), None)
    match sample:
        case None:
            return not given
        case msgspec.Struct():
            names = set[str]().union(*given)
            return names <= set(sample.__struct_fields__) and all(_field_known(n, given, held) for n in names)
        case tuple():
            given = [part for raw in given for part in raw]
            return _known(given, [one for many in held for one in many])
        case dict():
            given = [part for raw in given for part in raw.values()]
            return _known(given, [one for many in held for one in many.values()])
        case Decimal():
            return all(plain_decimal(number) is not None for number in set(given))
        case int():
            return all(abs(number) < _TOO_LONG for number in set(given))
        case _:
            return True


def _field_known(name: str, given: Collection[dict[str, Any]], held: Sequence[msgspec.Struct]) -> bool:
    first = getattr(held[0], name)
    if isinstance(first, str | bool):
        return True
    # A number tells what all are; anything else may be empty here and not in the next record.
    values = [first] if isinstance(first, int | Decimal) else [getattr(record, name) for record in held]
    return _known([part for raw in given if (part := raw.get(name)) is not None], values)


def _sound(round_: Round) -> bool:
    """Whether ids and dates are usable; stricter than need be, since a no only costs time."""
    if (round_.format, round_.version) != (ROUND_FORMAT, ROUND_VERSION) or not round_.title.strip():
        return False
    if any(checklist.version != ROUND_VERSION for checklist in round_.checklists):
        return False
    if round_.rules.version != ROUND_VERSION:
        return False
    if not all(map(_usable, _ids(round_))) or not all(map(_distinct, _labels(round_))):
        return False
    units = {unit.id for unit in round_.units}
    if not all(unit in units for team in round_.teams for unit in team.units):
        return False
    if not all(problem.unit in units and problem.text.strip() for problem in round_.carried):
        return False
    going_on = [card.unit for card in round_.cards] + [pairing.unit for pairing in round_.pairs]
    return all(map(good_id, going_on)) and _dated(round_)


def _ids(round_: Round) -> Iterator[list[str]]:
    """Each group of ids that must differ from one another."""
    yield [round_.id]
    yield [unit.id for unit in round_.units]
    yield [team.id for team in round_.teams]
    yield [problem.id for problem in round_.carried]
    yield [card.id for card in round_.cards]
    yield [pairing.id for pairing in round_.pairs]
    yield [checklist.id for checklist in round_.checklists]
    for checklist in round_.checklists:
        yield [trigger.id for trigger in checklist.triggers]
        yield [section.id for section in checklist.sections]
        yield [item.id for section in checklist.sections for item in section.items]


def _labels(round_: Round) -> Iterator[list[str]]:
    """Each group of labels that must differ from one another."""
    for checklist in round_.checklists:
        for section in checklist.sections:
            for item in section.items:
                if len(item.deductions) > 1:
                    yield [deduction.label.strip() for deduction in item.deductions]
                if item.awards:
                    yield [award.label.strip() for award in item.awards]


def _distinct(words: list[str]) -> bool:
    return len(set(words)) == len(words)


def _usable(ids: list[str]) -> bool:
    return _distinct(ids) and all(map(good_id, ids))


def _dated(round_: Round) -> bool:
    try:
        days = [dt.date.fromisoformat(day) for day in (round_.period.start, round_.period.end) if day]
    except ValueError:
        return False
    return all(len(day) in (0, 10) for day in (round_.period.start, round_.period.end)) and days == sorted(
        days
    )
