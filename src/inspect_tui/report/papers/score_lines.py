"""The lines of the 得分汇总表 from a compiled outline: the very figures that summary and screens print."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from inspect_tui.report.outline import Outline, UnitDigest, branch_of
from inspect_tui.report.papers.score_table import ScoreLine
from inspect_tui.report.ranking import grave_of
from inspect_tui.rules.result import formula_text


def section_keys(outline: Outline) -> dict[tuple[str, str], str]:
    """The sections that any unit was checked on, in the order of the checklists, with their short names."""
    found = {(s.checklist, s.id): s.short or s.name for d in outline.units for s in d.sections}
    ordered = {
        (checklist.id, section.id): found[checklist.id, section.id]
        for checklist in outline.round.checklists
        for section in checklist.sections
        if (checklist.id, section.id) in found
    }
    return _told_apart(outline, ordered)


def _told_apart(outline: Outline, names: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Sections of two checklists that bear one name get the checklist's title before it."""
    held = list(names.values())
    titles = {checklist.id: checklist.title for checklist in outline.round.checklists}
    return {key: f"{titles[key[0]]}·{name}" if held.count(name) > 1 else name for key, name in names.items()}


def score_lines(
    outline: Outline,
    *,
    previous: Mapping[str, Decimal] | None = None,
    places: Mapping[str, int] | None = None,
) -> list[ScoreLine]:
    """A line for each unit; `previous` scores and `places` go by unit id, units not in them have none."""
    keys = list(section_keys(outline))
    return [_line(outline, digest, keys, previous or {}, places or {}) for digest in outline.units]


def score_notes(outline: Outline) -> tuple[str, ...]:
    """What stands under the table: how the score is reckoned, and the seal of a frozen round."""
    return tuple(text for text in (formula_text(outline.round), outline.frozen) if text)


def _line(
    outline: Outline,
    digest: UnitDigest,
    keys: list[tuple[str, str]],
    previous: Mapping[str, Decimal],
    places: Mapping[str, int],
) -> ScoreLine:
    held = {(s.checklist, s.id): s for s in digest.sections}
    branch = branch_of(outline.round, digest.unit)
    result, scored = digest.result, digest.score is not None
    return ScoreLine(
        unit_name=digest.unit.name,
        branch_name=branch.name if branch else "",
        profile=digest.profile.label,
        sections=tuple(
            held[key].raw if scored and key in held and held[key].applicable else None for key in keys
        ),
        total=result.score,
        applicable=result.applicable if scored else None,
        rescaled=result.rescaled,
        carry_loss=result.carry_loss if scored else None,
        bonus=result.bonus if scored else None,
        missing=sum(found.missing for found in digest.problems),
        major=grave_of(digest),
        previous=previous.get(digest.unit.id),
        place=places.get(digest.unit.id) if scored else None,
    )
