"""Bonus (加分): points a lead adds to a unit's score, each with its reason and what it rests on.

It is added after rescaling and capped by the rules, so that no honour outweighs the inspection itself.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from inspect_tui.model.change import Edit, bonus_key
from inspect_tui.model.roster import Unit
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.canonical import canonical
from inspect_tui.rules.fold import Entry, State, is_blank
from inspect_tui.rules.reviewing import NoReason
from inspect_tui.rules.scoring import ZERO, points_text

GIVEN = "given"
#: Nobody adds more than this at once, whatever the cap in the rules.
MOST = Decimal(100)


class Bonus(msgspec.Struct, frozen=True, kw_only=True):
    """Points added to a unit's score. `contested` ones count nothing until the lead settles which it is."""

    record: str
    points: Decimal
    reason: str
    basis: str = ""
    by: tuple[str, ...] = ()
    at: str = ""
    changes: tuple[str, ...] = ()
    contested: bool = False


def bonuses_of(state: State, unit: str) -> list[Bonus]:
    """The bonuses of a unit by record; those taken back and those nobody can read are none."""
    found = []
    for record in sorted(r for r in state.records(unit) if r.startswith("bonus/")):
        held = {
            canonical(e.value): (e, told)
            for e in state.live(record, GIVEN)
            if not is_blank(e.value) and (told := _read(record, e)) is not None
        }
        if not held:
            continue
        told = min(held.items())[1][1]
        if len(held) > 1:
            entries = [entry for _, (entry, _) in sorted(held.items())]
            told = msgspec.structs.replace(
                told,
                contested=True,
                by=tuple(dict.fromkeys(name for e in entries for name in e.by)),
                changes=tuple(e.change for e in entries),
            )
        found.append(told)
    return found


def give(state: State, unit: Unit, random_id: str, points: Decimal, reason: str, basis: str) -> list[Edit]:
    """Add points to a unit's score. Raises NoReason without a reason, a basis or sensible points."""
    if not (points.is_finite() and ZERO < points <= MOST):
        raise NoReason(f"加分应大于0，不超过{points_text(MOST)}")
    if not reason.strip() or not basis.strip():
        raise NoReason("加分要写明理由和依据")
    value = {"points": points_text(points), "reason": reason.strip(), "basis": basis.strip()}
    return [set_field(state, bonus_key(unit.id, random_id), GIVEN, value)]


def take_back(state: State, record: str) -> list[Edit]:
    """Take a bonus back."""
    return [set_field(state, record, GIVEN, None)]


def _read(record: str, entry: Entry) -> Bonus | None:
    """A bonus as a change says it; a foreign file may say anything."""
    value = entry.value
    if not isinstance(value, dict):
        return None
    text = str(value.get("points", ""))
    if len(text) > 12 or not text.replace(".", "", 1).isdecimal() or not text.isascii():
        return None
    points = Decimal(text)
    if not ZERO < points <= MOST:
        return None
    return Bonus(
        record=record,
        points=points,
        reason=str(value.get("reason", "")),
        basis=str(value.get("basis", "")),
        by=entry.by,
        at=entry.at,
        changes=(entry.change,),
    )
