"""What stands on a unit's form: who it is, what is checked, which earlier problems are looked at again."""

from __future__ import annotations

import msgspec

from inspect_tui.model.checklist import Checklist, Item, Section, Trigger
from inspect_tui.model.problem import Carried
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Profile
from inspect_tui.rules.applicability import Scope, checklists_for, fits, inspected_units, profile_of
from inspect_tui.rules.fold import State
from inspect_tui.rules.problems import looks, names_of


class OldProblem(msgspec.Struct, frozen=True):
    """An earlier problem on a form: what it is called beside the others, and what was frozen of it."""

    name: str
    carried: Carried


class FormContent(msgspec.Struct, frozen=True, kw_only=True):
    """A form before it is set: the same rows for the sheet and for the paper."""

    round: Round
    unit: Unit
    profile: Profile
    place: str
    items: tuple[tuple[Checklist, Section, Item], ...]
    old: tuple[OldProblem, ...]
    triggers: tuple[tuple[Checklist, Trigger], ...]


class NotInspected(ValueError):
    """A form was asked for a unit that the round does not visit."""


def form_content(state: State, round_: Round, unit_id: str, profile: Profile | None = None) -> FormContent:
    """What a unit's form holds as things stand. Raises NotInspected.

    Without `profile` it is the one of the roster, or the one put right on site. An item that depends on the
    answer to another is always on it, with its condition. Earlier problems that were looked at already are
    on it too: the form may be filled in by another pair of inspectors.
    """
    unit = next((u for u in inspected_units(round_) if u.id == unit_id), None)
    if unit is None:
        raise NotInspected(unit_id)
    wanted = profile or profile_of(state, round_, unit.id)
    scope = Scope(wanted, unit.kind, unit.tags)
    called = names_of(round_, unit.id)
    return FormContent(
        round=round_,
        unit=unit,
        profile=wanted,
        place=_place(round_, unit),
        items=tuple(
            (checklist, section, item)
            for checklist in checklists_for(round_, unit)
            for section in checklist.sections
            if fits(section, scope)
            for item in section.items
            if fits(item, scope)
        ),
        old=tuple(OldProblem(called[c.id], c) for c, _ in looks(state, round_, unit.id)),
        triggers=tuple((c, t) for c in checklists_for(round_, unit) for t in c.triggers),
    )


def _place(round_: Round, unit: Unit) -> str:
    """The names above a unit, the highest first, as far as the round carries them."""
    names: list[str] = []
    above = round_.unit(unit.parent)
    while above is not None and len(names) < 5:
        names.append(above.name)
        above = round_.unit(above.parent)
    return "/".join(reversed(names))
