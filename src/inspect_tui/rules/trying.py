"""Trying a checklist: a round of one made-up unit, in memory only, on which its author may walk it."""

from __future__ import annotations

from inspect_tui.model.checklist import Checklist
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import ROUND_FORMAT, ROUND_VERSION, Period, Round, Rules, Team
from inspect_tui.model.terms import Profile, RoundKind, UnitKind
from inspect_tui.rules.effort import tags_of

TRIAL_UNIT = "SHIZOU"


def trial_round(checklist: Checklist, kind: UnitKind, profile: Profile, rules: Rules, today: str) -> Round:
    """A practice round over a checklist with one unit of that kind and profile.

    It has every tag the checklist asks for, so that the author meets each item such units may meet.
    """
    unit = Unit(
        id=TRIAL_UNIT,
        code=TRIAL_UNIT,
        name=f"试走{kind.label}",
        kind=kind,
        profile=profile,
        tags=tags_of(checklist),
    )
    return Round(
        format=ROUND_FORMAT,
        version=ROUND_VERSION,
        id="trial",
        title=checklist.title,
        kind=RoundKind.LOOKBACK,
        period=Period(label="试走", start=today, end=today),
        checklists=(checklist,),
        units=(unit,),
        teams=(Team(id="trial", name="试走", units=(TRIAL_UNIT,)),),
        rules=rules,
        practice=True,
    )
