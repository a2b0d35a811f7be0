"""A unit's score in one round, as grades and contests use it: the one door to scoring for both.

Whoever extends scoring has this one place to change, and grades and contests follow.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

import msgspec

from inspect_tui.model.round import Round
from inspect_tui.model.terms import TriggerEffect
from inspect_tui.model.view import Answer, ItemScore, Visit
from inspect_tui.rules.applicability import checklists_for, inspected_units
from inspect_tui.rules.fold import State
from inspect_tui.rules.lifecycle import as_date
from inspect_tui.rules.reading import read_hits, read_visit
from inspect_tui.rules.result import unit_result
from inspect_tui.rules.scoring import TENTH, ZERO, rescaled
from inspect_tui.rules.sheet import UnitSheet

#: What fails a grade or keeps a unit from winning; alerts and extra checks are told elsewhere.
_FAILING = (TriggerEffect.RED_LINE, TriggerEffect.VETO)


class UnitTotal(msgspec.Struct, frozen=True, kw_only=True):
    """A unit in a round, over one checklist or all that fit it.

    `told` is False for a unit that nobody reached or began; its score is then None. `items` are all
    applicable items with their answers and points, `sections` raw and applicable points by section. `step`
    is how finely scores of the round are rounded.
    """

    unit: str
    score: Decimal | None
    raw: Decimal
    applicable: Decimal
    coverage: Decimal
    disputed: int
    vetoes: tuple[str, ...]
    visit: Visit
    told: bool
    items: tuple[tuple[str, Answer, ItemScore], ...]
    sections: dict[tuple[str, str], tuple[Decimal, Decimal]]
    step: Decimal = TENTH

    @property
    def submitted(self) -> bool:
        return self.visit.submitted

    def section_share(self, wanted: tuple[str, ...]) -> Decimal | None:
        """Gained of applicable points of some sections as a percentage; None where nothing applies."""
        held = [points for (_, section), points in self.sections.items() if section in wanted]
        raw = sum((gained for gained, _ in held), ZERO)
        return rescaled(raw, sum((full for _, full in held), ZERO), self.step)


def unit_names(rounds: Iterable[Round]) -> dict[str, str]:
    """Names of units by id, as the last of the rounds that has them calls them."""
    return {unit.id: unit.name for round_ in rounds for unit in round_.units}


def unit_total(state: State, round_: Round, unit_id: str, checklist: str = "") -> UnitTotal:
    """A unit's score in a round, under one checklist when it is named. Raises KeyError for no such unit."""
    unit = round_.unit(unit_id)
    if unit is None:
        raise KeyError(unit_id)
    held = [c for c in checklists_for(round_, unit) if checklist in ("", c.id)]
    sheet = UnitSheet(state, round_, unit_id, held)
    result = unit_result(sheet)
    return UnitTotal(
        unit=unit_id,
        score=result.score,
        raw=result.raw,
        applicable=result.applicable,
        coverage=result.coverage if result.told else ZERO,
        disputed=result.disputed,
        vetoes=_vetoes(state, round_, unit_id),
        visit=read_visit(state, unit_id),
        told=result.told,
        step=round_.rules.rounding,
        items=tuple(
            (row.item.text, answer, score)
            for row, answer, score in zip(sheet.rows, sheet.answers, sheet.scores, strict=True)
        ),
        sections={key: (tally.raw, tally.applicable) for key, tally in sheet.by_section.items()},
    )


def _vetoes(state: State, round_: Round, unit_id: str) -> tuple[str, ...]:
    """Red lines and vetoes hit at a unit, in the words of its checklists."""
    found = []
    for hit in read_hits(state, unit_id):
        checklist = round_.checklist(hit.checklist)
        trigger = checklist.trigger(hit.trigger) if checklist is not None else None
        if trigger is not None and trigger.effect in _FAILING:
            found.append(f"{trigger.id} {trigger.text}")
    return tuple(dict.fromkeys(found))


def units_of(round_: Round, checklist: str = "") -> list[str]:
    """The units a round visits, limited to those that one checklist fits when it is named."""
    return [
        unit.id
        for unit in inspected_units(round_)
        if not checklist or any(c.id == checklist for c in checklists_for(round_, unit))
    ]


def round_day(round_: Round) -> dt.date | None:
    """The day a round counts on: its first, else its last, else the day it was opened."""
    for text in (round_.period.start, round_.period.end, round_.created[:10]):
        day = as_date(text)
        if day is not None:
            return day
    return None
