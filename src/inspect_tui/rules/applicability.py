"""Which checklists and items a unit is judged on."""

from __future__ import annotations

from inspect_tui.model.checklist import ANY, Checklist, Item, Section
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Profile


def checklists_for(round_: Round, unit: Unit) -> list[Checklist]:
    """The round's checklists that are made for this kind of unit."""
    return [c for c in round_.checklists if unit.kind in c.unit_kinds]


def applies(item: Item, profile: Profile) -> bool:
    """Whether an item is for units of this profile."""
    return ANY in item.applies_to or profile.value in item.applies_to


def items_for(checklist: Checklist, profile: Profile) -> list[tuple[Section, Item]]:
    """A checklist's items for a profile, in order, each with its section."""
    return [(s, item) for s in checklist.sections for item in s.items if applies(item, profile)]


def inspected_units(round_: Round) -> list[Unit]:
    """The units the round visits, in roster order: those of its teams, else all that a checklist fits.

    A unit that is only there because it stands above a visited one is not among them.
    """
    named = {unit for team in round_.teams for unit in team.units}
    return [u for u in round_.units if checklists_for(round_, u) and (not named or u.id in named)]
