"""Rounds read fast: one that is as this program writes it is taken after a few cheap checks.

Judging every field of raw JSON costs more than all the rest of a start. So a round is first read as a typed
record, which cannot be missing a field or hold one of a wrong type; only what that does not show is left to
check: doubled keys, unknown fields, clean text, usable ids, plain numbers. Whatever is in doubt goes through
`loading`, which judges everything and tells all faults.

What only leads to warnings (faults frozen with the round, content hashes) is looked at by `load_round` alone.
"""

from __future__ import annotations

import datetime as dt
import stat
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.model.round import ROUND_FORMAT, ROUND_VERSION, Round
from inspect_tui.rules.issue import good_id, plain_decimal
from inspect_tui.store import files
from inspect_tui.store.clean import is_clean
from inspect_tui.store.limits import OTHER_BYTES


def read_round(source: Path | bytes, *, name: str = "") -> tuple[Round, dict[str, Any]]:
    """A round and its raw form. Raises InputFaults with every fault of the file."""
    data = _bytes_of(source) if isinstance(source, Path) else source
    raw = _decoded(data)
    # Only the exact layout shows that no key stands twice.
    if isinstance(raw, dict):
        packed = msgspec.json.encode(raw)
        if msgspec.json.format(packed, indent=1) == data:
            round_ = _taken(raw, packed)
            if round_ is not None:
                return round_, raw
    from inspect_tui.store.loading import load_round

    round_, raw, _ = load_round(source, name=name)
    return round_, raw


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
    """The round, when it is beyond doubt; `packed` is its raw form encoded, where that is at hand."""
    try:
        data = packed or msgspec.json.encode(raw)
        # With an escape in it, a text may hold what the text of the file does not show.
        if b"\\" in data or not is_clean(data.decode("utf-8")):
            return None
        # From the raw form and not from the bytes again: the record then shares its texts.
        round_ = msgspec.convert(raw, Round)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return round_ if _known([raw], [round_]) and _sound(round_) else None


def _known(raws: Sequence[dict[str, Any]], records: Sequence[msgspec.Struct]) -> bool:
    """Whether records of one type have every field of the raw forms they were read from.

    They are looked at together, level by level: the items of a round have the same few fields.
    """
    names: set[str] = set().union(*raws)
    if not names <= set(records[0].__struct_fields__):
        return False
    for name in names:
        # One that is not empty tells what all are, since each was read as the type of the field.
        sample = next((part for raw in raws if (part := raw.get(name))), None)
        parts: list[dict[str, Any]]
        if isinstance(sample, dict):
            pairs = [(part, getattr(r, name)) for raw, r in zip(raws, records, strict=True)
                     if (part := raw.get(name))]  # fmt: skip
            parts, held = [part for part, _ in pairs], [one for _, one in pairs]
        elif isinstance(sample, list) and isinstance(sample[0], dict):
            parts = [part for raw in raws for part in raw.get(name) or ()]
            held = [one for record in records for one in getattr(record, name) or ()]
        else:
            continue
        if isinstance(held[0], msgspec.Struct) and not _known(parts, held):
            return False
    return True


def _sound(round_: Round) -> bool:
    """Whether ids, dates and numbers are usable; stricter than need be, since a no only costs time."""
    if (round_.format, round_.version) != (ROUND_FORMAT, ROUND_VERSION) or not round_.title.strip():
        return False
    if any(checklist.version != ROUND_VERSION for checklist in round_.checklists):
        return False
    if round_.rules.version != ROUND_VERSION:
        return False
    if not all(map(_usable, _ids(round_))) or not all(map(_distinct, _labels(round_))):
        return False
    # Thousands of items share a few figures.
    written = set[str]().union(*(map(str, group) for group in _numbers(round_)))
    if any(plain_decimal(figure) is None for figure in written):
        return False
    units = {unit.id for unit in round_.units}
    return all(unit in units for team in round_.teams for unit in team.units) and _dated(round_)


def _ids(round_: Round) -> Iterator[list[str]]:
    """Each group of ids that must differ from one another."""
    yield [round_.id]
    yield [unit.id for unit in round_.units]
    yield [team.id for team in round_.teams]
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


def _numbers(round_: Round) -> Iterator[Iterable[Decimal]]:
    """Every figure that is written with a point, in groups."""
    rules = round_.rules
    yield rules.severity_points.values()
    yield (rules.common_share, rules.coverage_warning, rules.rank_coverage, rules.rounding)
    yield (rules.carry_open, rules.carry_relapsed, rules.carry_cap, rules.bonus_cap)
    yield (step.share for step in rules.softeners)
    for checklist in round_.checklists:
        yield (checklist.full_score,)
        for section in checklist.sections:
            deductions = [deduction for item in section.items for deduction in item.deductions]
            yield (section.points,)
            yield (item.points for item in section.items)
            yield (deduction.points for deduction in deductions)
            yield (deduction.cap for deduction in deductions if deduction.cap is not None)
            yield (award.points for item in section.items for award in item.awards)


def _dated(round_: Round) -> bool:
    try:
        days = [dt.date.fromisoformat(day) for day in (round_.period.start, round_.period.end) if day]
    except ValueError:
        return False
    return all(len(day) in (0, 10) for day in (round_.period.start, round_.period.end)) and days == sorted(
        days
    )
