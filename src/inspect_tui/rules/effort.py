"""Effort: what a checklist asks of a visit, by profile — items, points, minutes — before anybody walks it.

An author sees at once that one profile is asked twice as much as another, or that a visit takes a morning.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from inspect_tui.model.checklist import ANY, Checklist
from inspect_tui.model.terms import Profile, Scoring
from inspect_tui.rules.applicability import items_for
from inspect_tui.rules.gauge import Pace
from inspect_tui.rules.scoring import half_up

#: Minutes an item is taken to cost where no visit says otherwise: 34 items in 20 to 40 minutes.
ITEM_MINUTES = Decimal(1)
#: From how many judgements on an item's own pace is believed.
LEAST_SAMPLES = 3


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """What units of one profile are asked. `profile` is None where all profiles are asked the same.

    `measured` counts the items whose minutes come from visits; the others count ITEM_MINUTES each.
    """

    profile: Profile | None
    items: int
    points: Decimal
    minutes: Decimal
    measured: int

    @property
    def label(self) -> str:
        """The profile in words."""
        return self.profile.label if self.profile is not None else "各类定位相同"


def efforts(checklist: Checklist, paces: Mapping[str, Pace] | None = None) -> list[Effort]:
    """What each profile is asked, or one line where they are all asked the same.

    `paces` are minutes by `checklist/item`, as `gauge.minutes_of` gives them.
    """
    if not told_apart(checklist):
        return [_effort(checklist, None, paces or {})]
    return [_effort(checklist, profile, paces or {}) for profile in profiles_of(checklist)]


def told_apart(checklist: Checklist) -> bool:
    """Whether profiles are asked different items."""
    return any(ANY not in item.applies_to for item in checklist.items())


def profiles_of(checklist: Checklist) -> list[Profile]:
    """The profiles a checklist is for: those it names, else all."""
    named = [profile for profile in Profile if profile.value in checklist.profiles]
    return named or list(Profile)


def _effort(checklist: Checklist, profile: Profile | None, paces: Mapping[str, Pace]) -> Effort:
    items = [item for _, item in items_for(checklist, profile or profiles_of(checklist)[0])]
    minutes, measured = Decimal(0), 0
    for item in items:
        pace = paces.get(f"{checklist.id}/{item.id}")
        if pace is not None and pace.samples >= LEAST_SAMPLES:
            minutes, measured = minutes + pace.minutes, measured + 1
        else:
            minutes += ITEM_MINUTES
    return Effort(
        profile=profile,
        items=len(items),
        points=sum((i.points for i in items if i.scoring is not Scoring.NONE), Decimal(0)),
        minutes=half_up(minutes),
        measured=measured,
    )
