"""Withholding: which findings no text may tell, and why.

One rule for every text, table and screen, so that a figure on screen and the same figure in the 通报 agree.
"""

from __future__ import annotations

from inspect_tui.model.checklist import Checklist
from inspect_tui.model.round import Round
from inspect_tui.model.terms import FindingKind, TriggerEffect
from inspect_tui.model.view import Finding
from inspect_tui.rules.fold import State
from inspect_tui.rules.reading import findings_of_unit

REFERRED, RED_LINED, CONTESTED = "referred", "red_lined", "contested"


def why_withheld(round_: Round, finding: Finding) -> str:
    """Why a finding is told nowhere: referred, a red line, contested; empty when it may be told."""
    if finding.referred:
        return REFERRED
    if red_lined(round_, finding):
        return RED_LINED
    return CONTESTED if finding.contested else ""


def red_lined(round_: Round, finding: Finding) -> bool:
    """Whether a finding states the very fact of a red line or veto, which is referred, never published."""
    item = round_.item(finding.checklist, finding.item)
    deduction = item.deduction(finding.label) if item and finding.label else None
    if deduction is None or not deduction.triggers:
        return False
    checklist = round_.checklist(finding.checklist)
    trigger = checklist.trigger(deduction.triggers) if checklist else None
    return trigger is not None and trigger.effect in (TriggerEffect.RED_LINE, TriggerEffect.VETO)


def told_problems(state: State, round_: Round, unit: str, checklists: list[Checklist]) -> list[Finding]:
    """The problems of a unit that may be told."""
    return [
        finding
        for finding in findings_of_unit(state, round_, unit, checklists)
        if finding.kind is FindingKind.DEFICIENCY and not why_withheld(round_, finding)
    ]
