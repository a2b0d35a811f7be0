"""岗位责任 slots of a unit, month by month: which post does what, by what standard, until when.

A unit lives by this list and revises it every month, so each month is a record of its own. Each slot is one
field: two people who took in the same slot differently are asked about that slot alone. Names of the slots
come from the checklist; a slot it leaves unnamed may be given a name here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from inspect_tui.model.change import Edit, duties_key, parse_key
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.applicability import checklists_for
from inspect_tui.rules.canonical import canonical
from inspect_tui.rules.fold import Entry, State, is_blank
from inspect_tui.rules.monthly import good_month

REVISED = "revised"
_SLOT = "slot"
#: More slots than any unit has, and more words than any slot needs.
MOST_SLOTS = 40
MOST_WORDS = 2_000
#: What a slot says, with the word people know it by.
PARTS = {"name": "责任名称", "post": "责任岗位", "standard": "标准", "node": "时限"}


class Slot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One duty in one month. `post` is the post that answers for it, which is why no name is asked for.

    `name` is only set where the checklist leaves the slot unnamed. `node` says until when, or how often.
    """

    name: str = ""
    post: str = ""
    standard: str = ""
    node: str = ""

    @property
    def blank(self) -> bool:
        return not (self.name or self.post or self.standard or self.node)


class HeldSlot(msgspec.Struct, frozen=True, kw_only=True):
    """A slot as it was entered, with who did; `contested` where two people entered it differently."""

    number: int
    name: str
    slot: Slot
    by: tuple[str, ...]
    at: str
    contested: bool = False


class DutyMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's filled slots of one month, and the day the unit says it revised them."""

    unit: str
    month: str
    slots: tuple[HeldSlot, ...] = ()
    revised: str = ""
    revised_contested: bool = False

    @property
    def known(self) -> bool:
        """Whether anything stands recorded for the month."""
        return bool(self.slots or self.revised)

    @property
    def contested(self) -> bool:
        return self.revised_contested or any(held.contested for held in self.slots)

    @property
    def by(self) -> tuple[str, ...]:
        """Who entered it."""
        return tuple(dict.fromkeys(name for held in self.slots for name in held.by))

    def slot(self, number: int) -> HeldSlot | None:
        """The slot of that number, if it is filled."""
        return next((held for held in self.slots if held.number == number), None)


# -------------------------------------------------------------------- what the round says


def slot_names(round_: Round, unit: Unit) -> tuple[str, ...]:
    """Names of the slots by the unit's checklist, empty where it leaves one unnamed; none without a list."""
    return next((c.duties for c in checklists_for(round_, unit) if c.duties), ())[:MOST_SLOTS]


def revision_day(round_: Round, unit: Unit) -> int:
    """The day of the month until which the unit revises; 0 where neither roster nor checklist names one."""
    if unit.duty_day:
        return unit.duty_day
    return next((c.duty_day for c in checklists_for(round_, unit) if c.duties and c.duty_day), 0)


def duty_units(round_: Round) -> list[Unit]:
    """The units of a round whose checklist names slots, in roster order."""
    return [unit for unit in round_.units if slot_names(round_, unit)]


def due_date(month: str, day: int) -> str:
    """The node of a month as a date, its last day where the month is shorter; empty without a day."""
    if not day:
        return ""
    year, number = int(month[:4]), int(month[5:])
    following = dt.date(year + number // 12, number % 12 + 1, 1)
    return min(dt.date(year, number, 1) + dt.timedelta(days=day - 1), following - dt.timedelta(1)).isoformat()


def month_of_day(day: dt.date) -> str:
    """The month a day lies in, as YYYY-MM."""
    return f"{day.year:04d}-{day.month:02d}"


def month_beside(month: str, step: int) -> str:
    """The month so many months later, or earlier for a negative step; kept within what is a good month."""
    count = int(month[:4]) * 12 + int(month[5:]) - 1 + step
    count = min(max(count, 2000 * 12), 2099 * 12 + 11)
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


# -------------------------------------------------------------------- reading


def read_slot(value: Any) -> Slot | None:
    """A slot in a change value; None when there is none, or what a foreign file says is no slot."""
    if is_blank(value):
        return None
    try:
        slot = msgspec.convert(value, Slot)
    except msgspec.ValidationError:
        return None
    texts = (slot.name, slot.post, slot.standard, slot.node)
    return None if slot.blank or any(len(text) > MOST_WORDS for text in texts) else slot


def read_day(value: Any) -> str:
    """A calendar date in a change value; empty when there is none."""
    try:
        good = isinstance(value, str) and len(value) == 10 and dt.date.fromisoformat(value)
    except ValueError:
        return ""
    return str(value) if good else ""


def sound_edit(edit: Edit) -> bool:
    """Whether an edit of a duty record says what such a record may; fields of a newer version may stand."""
    address = parse_key(edit.record)
    if address is None or not good_month(address.label):
        return False
    if is_blank(edit.value):
        return True
    if edit.field == REVISED:
        return bool(read_day(edit.value))
    if edit.field.startswith(_SLOT):
        return slot_number(edit.field) is not None and read_slot(edit.value) is not None
    return True


def slot_number(field: str) -> int | None:
    """Which slot a field holds, counted from 1; None for any other field."""
    told = field.removeprefix(_SLOT)
    if told == field or not (told.isascii() and told.isdecimal()) or len(told) > 2 or told.startswith("0"):
        return None
    return int(told) if int(told) <= MOST_SLOTS else None


def months_of(state: State, unit: str) -> list[str]:
    """The months of a unit that have anything recorded, oldest first."""
    found = []
    for record in state.records(unit):
        address = parse_key(record)
        if address is not None and address.kind == "duties" and good_month(address.label):
            held = month_of(state, unit, address.label)
            if held.known:
                found.append(address.label)
    return sorted(found)


def month_of(state: State, unit: str, month: str, names: Sequence[str] = ()) -> DutyMonth:
    """A unit's slots of one month; `names` are those of the checklist."""
    record = duties_key(unit, month)
    slots = []
    for field in state.fields(record):
        number = slot_number(field)
        if number is not None and (held := _held(state, record, field, number, names)) is not None:
            slots.append(held)
    days = [day for value in state.values(record, REVISED) if (day := read_day(value))]
    return DutyMonth(
        unit=unit,
        month=month,
        slots=tuple(sorted(slots, key=lambda h: h.number)),
        revised=min(days, default=""),
        revised_contested=len(set(days)) > 1,
    )


def _held(state: State, record: str, field: str, number: int, names: Sequence[str]) -> HeldSlot | None:
    told: dict[bytes, tuple[Slot, list[Entry]]] = {}
    for entry in state.live(record, field):
        slot = read_slot(entry.value)
        if slot is not None:
            told.setdefault(canonical(slot), (slot, []))[1].append(entry)
    if not told:
        return None
    # Where hands differ, one reading is shown until the lead has said which; always the same one.
    slot, entries = min(told.items())[1]
    everyone = [entry for _, (_, held) in sorted(told.items()) for entry in held]
    return HeldSlot(
        number=number,
        name=slot.name or (names[number - 1] if number <= len(names) else ""),
        slot=slot,
        by=tuple(dict.fromkeys(name for entry in everyone for name in entry.by)),
        at=max(entry.at for entry in entries),
        contested=len(told) > 1,
    )


# -------------------------------------------------------------------- writing


def set_slot(state: State, unit: str, month: str, number: int, slot: Slot | None) -> list[Edit]:
    """Enter a slot, or clear it. Nothing where the very same stands already, undisputed."""
    if not 1 <= number <= MOST_SLOTS:
        raise ValueError(number)
    record, field = duties_key(unit, month), f"{_SLOT}{number}"
    wanted = slot if slot is not None and not slot.blank else None
    held = [read_slot(value) for value in state.values(record, field)]
    if held == ([wanted] if wanted is not None else []):
        return []
    return [set_field(state, record, field, msgspec.to_builtins(wanted) if wanted is not None else None)]


def set_revised(state: State, unit: str, month: str, day: str) -> list[Edit]:
    """Note the day the unit revised its list for a month; an empty one takes the note back."""
    record = duties_key(unit, month)
    if [read_day(value) for value in state.values(record, REVISED)] == ([day] if day else []):
        return []
    return [set_field(state, record, REVISED, day or None)]


def set_month(state: State, unit: str, month: str, slots: Mapping[int, Slot]) -> list[Edit]:
    """Make a month hold exactly these slots: what a whole sheet says replaces what stood there."""
    numbers = sorted({*slots, *(held.number for held in month_of(state, unit, month).slots)})
    return [edit for n in numbers for edit in set_slot(state, unit, month, n, slots.get(n))]


def copy_before(state: State, unit: str, month: str) -> tuple[str, list[Edit]]:
    """Fill the blank slots of a month from the newest earlier one: which that is, and the edits."""
    earlier = [held for held in months_of(state, unit) if held < month and month_of(state, unit, held).slots]
    if not earlier:
        return "", []
    here = month_of(state, unit, month)
    edits: list[Edit] = []
    for held in month_of(state, unit, earlier[-1]).slots:
        if here.slot(held.number) is None:
            edits += set_slot(state, unit, month, held.number, held.slot)
    return earlier[-1], edits
