"""How the units stand that a hand-in is about: those its own work touches, and those expected of it.

A round on a shared folder shows everybody's work, but only one's own goes: a unit that only others looked at
is told apart, so that what is said before the hand-in agrees with what is counted in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from inspect_tui.model.change import Change
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.rules.applicability import inspected_units
from inspect_tui.rules.fold import State
from inspect_tui.rules.reading import is_started, read_visit


class HandInUnits(msgspec.Struct, frozen=True, kw_only=True):
    """Units by how they stand, the expected ones first, else in the order of the roster.

    `untouched` are expected and nobody began them; `elsewhere` are expected and only others worked there.
    """

    submitted: tuple[Unit, ...] = ()
    not_reached: tuple[Unit, ...] = ()
    unfinished: tuple[Unit, ...] = ()
    untouched: tuple[Unit, ...] = ()
    elsewhere: tuple[Unit, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing that is expected of the hand-in is left open."""
        return not self.unfinished and not self.untouched


def hand_in_units(
    state: State, round_: Round, own: Iterable[Change], expected: Collection[str] = ()
) -> HandInUnits:
    """How the units of a hand-in stand, in the state of all that is known here.

    `own` are the changes that go, all of them part of the state; `expected` the ids of the units that
    whoever hands in was given.
    """
    ids = {change.id for change in own if change.body is not None}
    worked = {unit for part in state.apart(ids) for unit in part.units() if is_started(part, unit)}
    found: dict[str, list[Unit]] = {name: [] for name in HandInUnits.__struct_fields__}
    for unit in sorted(inspected_units(round_), key=lambda unit: unit.id not in expected):
        if unit.id not in worked:
            if unit.id in expected:
                found["elsewhere" if is_started(state, unit.id) else "untouched"].append(unit)
            continue
        visit = read_visit(state, unit.id)
        name = "submitted" if visit.submitted else "not_reached" if visit.not_reached else "unfinished"
        found[name].append(unit)
    return HandInUnits(**{name: tuple(units) for name, units in found.items()})
