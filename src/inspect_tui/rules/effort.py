"""Effort: what a checklist asks of a visit, by profile — items, points, minutes — before anybody walks it.

An author sees at once that one profile is asked twice as much as another, or that a visit takes a morning.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from inspect_tui.model.checklist import ANY, Checklist, Item, Section
from inspect_tui.model.terms import Profile, Scoring, UnitKind
from inspect_tui.rules.applicability import Scope, fits
from inspect_tui.rules.gauge import Pace
from inspect_tui.rules.scoring import half_up

#: Minutes an item is taken to cost where no visit says otherwise: 34 items in 20 to 40 minutes.
ITEM_MINUTES = Decimal(1)
#: From how many judgements on an item's own pace is believed.
LEAST_SAMPLES = 3


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """What units of one kind and profile are asked; None where the checklist asks all of them the same.

    `conditional` counts the items that hang on a tag or on another answer, which are counted in; `measured`
    those whose minutes come from visits, where the others count ITEM_MINUTES each.
    """

    kind: UnitKind | None
    profile: Profile | None
    items: int
    points: Decimal
    minutes: Decimal
    conditional: int
    measured: int

    @property
    def label(self) -> str:
        """Kind and profile in words."""
        words = [term.label for term in (self.kind, self.profile) if term is not None]
        return "、".join(words) or "各单位相同"


def efforts(checklist: Checklist, paces: Mapping[str, Pace] | None = None) -> list[Effort]:
    """What each kind and profile is asked, or one line where they are all asked the same.

    `paces` are minutes by `checklist/item`, as `gauge.minutes_of` gives them.
    """
    kinds, profiles = told_apart(checklist)
    return [
        _effort(checklist, kind, profile, paces or {})
        for kind in (checklist.unit_kinds if kinds else (None,))
        for profile in (profiles_of(checklist) if profiles else (None,))
    ]


def told_apart(checklist: Checklist) -> tuple[bool, bool]:
    """Whether kinds of unit are asked different items, and whether profiles are."""
    parts: list[Item | Section] = [*checklist.sections, *checklist.items()]
    by_kind = len(checklist.unit_kinds) > 1 and any(part.unit_kinds for part in parts)
    return by_kind, any(ANY not in part.applies_to for part in parts)


def profiles_of(checklist: Checklist) -> list[Profile]:
    """The profiles a checklist is for: those it names, else all."""
    named = [profile for profile in Profile if profile.value in checklist.profiles]
    return named or list(Profile)


def tags_of(checklist: Checklist) -> tuple[str, ...]:
    """Every tag that items of a checklist ask for."""
    parts: list[Item | Section] = [*checklist.sections, *checklist.items()]
    return tuple(dict.fromkeys(tag for part in parts for tag in part.tags))


def _effort(
    checklist: Checklist, kind: UnitKind | None, profile: Profile | None, paces: Mapping[str, Pace]
) -> Effort:
    scope = Scope(profile or profiles_of(checklist)[0], kind or checklist.unit_kinds[0], tags_of(checklist))
    rows = [(s, i) for s in checklist.sections for i in s.items if fits(s, scope) and fits(i, scope)]
    minutes, measured = Decimal(0), 0
    for _, item in rows:
        pace = paces.get(f"{checklist.id}/{item.id}")
        if pace is not None and pace.samples >= LEAST_SAMPLES:
            minutes, measured = minutes + pace.minutes, measured + 1
        else:
            minutes += ITEM_MINUTES
    return Effort(
        kind=kind,
        profile=profile,
        items=len(rows),
        points=sum((i.points for _, i in rows if i.scoring is not Scoring.NONE), Decimal(0)),
        minutes=half_up(minutes),
        conditional=sum(bool(s.tags or i.tags or s.when or i.when) for s, i in rows),
        measured=measured,
    )
