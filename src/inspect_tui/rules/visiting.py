"""What the pages around a visit ask and write: problems by hand, red lines, the header, submitting.

Like `rules.actions`, every function is pure; it reads the state and returns edits or plain facts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import msgspec

from inspect_tui.model.change import Edit, labelled_finding_key, trigger_key, visit_key
from inspect_tui.model.checklist import Item
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.terms import FindingKind, Profile, Scoring, TriggerEffect, Verdict, VisitResult
from inspect_tui.model.view import Answer, Finding, Hit, Judgement, Opinion
from inspect_tui.rules import actions
from inspect_tui.rules.applicability import Reach, checklists_for
from inspect_tui.rules.fold import State, is_blank
from inspect_tui.rules.reading import BARE, read_answer
from inspect_tui.rules.sheet import OpenPoint

# -------------------------------------------------------------------- findings


def own_opinion(answer: Answer, people: Collection[str]) -> Opinion | None:
    """The opinion these people gave on an item, if one is theirs."""
    return next((o for o in answer.opinions if set(o.by) & set(people)), None)


def wording_key(unit: str, checklist: str, item: Item, judgement: Judgement) -> str:
    """Address of the one finding that a verdict without a picked deduction makes."""
    label = judgement.award if item.scoring is Scoring.AWARD and judgement.award else BARE
    return labelled_finding_key(unit, checklist, item.id, label)


def makes(item: Item, judgement: Judgement, label: str) -> bool:
    """Whether a judgement is what makes the finding of a label."""
    if judgement.verdict not in (Verdict.PARTIAL, Verdict.FAIL):
        return False
    if item.scoring is Scoring.AWARD and judgement.award:
        return label == judgement.award
    return judgement.count(label) > 0 if judgement.deductions else label == BARE


def without_label(item: Item, judgement: Judgement, label: str) -> Judgement:
    """A judgement without a label, however often it was counted."""
    for _ in range(judgement.count(label)):
        judgement = actions.without_deduction(item, judgement, label)
    return judgement


def forget_wording(state: State, finding: Finding) -> list[Edit]:
    """Take back what was set by hand on a finding that a deduction makes.

    Else a deduction that is picked again later would come with the sentence of the one that was deleted.
    """
    fields = ("text", "severity", "fixed_on_site", "referred")
    return [
        actions.set_field(state, finding.key, field, None)
        for field in fields
        if not is_blank(state.value(finding.key, field))
    ]


def belong(state: State, finding: Finding, checklist: str, item: str) -> list[Edit]:
    """Tie a finding typed by hand to an item, or let it go with two empty ids."""
    return [
        actions.set_field(state, finding.key, "checklist", checklist),
        actions.set_field(state, finding.key, "item", item),
    ]


def scored(answer: Answer) -> bool:
    """Whether the item already stands below 符合, so that a problem on it costs points."""
    return any(o.judgement.verdict in (Verdict.PARTIAL, Verdict.FAIL) for o in answer.opinions)


# -------------------------------------------------------------------- red lines


CONSEQUENCES: dict[TriggerEffect, str] = {
    TriggerEffect.RED_LINE: (
        "记为红线后，取消该单位当季流动红旗评比资格；得分照常显示，事实按规定移交，不写入通报。"
    ),
    TriggerEffect.VETO: "一票否决：不论得分多少，本次定级不予通过；事实按规定移交，不写入通报。",
    TriggerEffect.ALERT: (
        "即时上报：不等通报。有危险的立即停止作业并电话上报；涉及违纪违法的按规定移交，不写入任何通报。"
    ),
    TriggerEffect.CHECK: "附加检查：只作记录，不影响得分和评比资格。",
}


def hits_of(state: State, unit: str, checklist: str, trigger: str) -> list[Hit]:
    """Every live record of one red line, veto or alert at a unit: one per inspector."""
    key = trigger_key(unit, checklist, trigger)
    return [
        Hit(
            key=key,
            unit=unit,
            checklist=checklist,
            trigger=trigger,
            fact=str(entry.value.get("fact", "")) if isinstance(entry.value, dict) else "",
            by=entry.by,
            at=entry.at,
        )
        for entry in state.live(key, "hit")
        if not is_blank(entry.value)
    ]


# -------------------------------------------------------------------- the header


class ProfileChange(msgspec.Struct, frozen=True):
    """What putting the profile right does to a unit's sheet."""

    added: int
    dropped: int
    answered: int


def profile_change(state: State, round_: Round, unit: Unit, now: Profile, then: Profile) -> ProfileChange:
    """How many items come and go with another profile; `answered` of the dropped ones keep their answers."""
    added = dropped = answered = 0
    for checklist in checklists_for(round_, unit):
        reaches = [Reach(state, round_, unit, checklist, profile) for profile in (now, then)]
        before = {item.id: item for _, item in reaches[0].items()}
        after = {item.id for _, item in reaches[1].items()}
        added += len(after - set(before))
        gone = [item for item_id, item in before.items() if item_id not in after]
        dropped += len(gone)
        answered += sum(read_answer(state, unit.id, checklist.id, item).answered for item in gone)
    return ProfileChange(added, dropped, answered)


def reached(state: State, unit: str) -> list[Edit]:
    """Take 未能进点 back, with its reason."""
    return actions.visit_fields(state, unit, {"result": VisitResult.VISITED.value, "reason": ""})


def not_reached(state: State, unit: str, today: str, reason: str) -> list[Edit]:
    """Record 未能进点, keeping a date that was set already."""
    date = str(state.value(visit_key(unit), "date", "")) or today
    return actions.not_reached(state, unit, date, reason)


def visit_note(
    state: State, unit: str, people: Collection[str]
) -> tuple[str, list[tuple[tuple[str, ...], str]]]:
    """The note on place and circumstances these people wrote, and those of others with their names."""
    own, others = "", []
    for entry in state.live(visit_key(unit), "note"):
        if is_blank(entry.value):
            continue
        if set(entry.by) & set(people):
            own = own or str(entry.value)
        else:
            others.append((entry.by, str(entry.value)))
    return own, others


_NAME_BREAKS = re.compile(r"[、，,；;/\s]+")


def names_in(text: str) -> list[str]:
    """Names typed in one line, in the order given, each once."""
    return list(dict.fromkeys(name for name in _NAME_BREAKS.split(text) if name))


# -------------------------------------------------------------------- submitting


_GROUPS = {
    "reason": "进点信息",
    "date": "进点信息",
    "counterpart": "进点信息",
    "verify": "上轮问题",
    "disputed": "两种意见",
    "unanswered": "未查",
    "stale": "需重看",
    "required": "还缺要附上的",
}


def grouped(points: Iterable[OpenPoint]) -> dict[str, list[OpenPoint]]:
    """What stands in the way of submitting, by kind, in the order to mend it."""
    groups: dict[str, list[OpenPoint]] = {name: [] for name in _GROUPS.values()}
    for point in points:
        groups.setdefault(_GROUPS.get(point.kind, "其他"), []).append(point)
    return {name: held for name, held in groups.items() if held}


def confirmable(findings: Iterable[Finding]) -> dict[FindingKind, list[Finding]]:
    """The findings a unit is shown for confirmation on the spot, by kind.

    What is handed over (移交) is left out: whoever reads along must not learn of it here.
    """
    kinds: dict[FindingKind, list[Finding]] = {kind: [] for kind in FindingKind}
    for finding in findings:
        if not finding.referred:
            kinds[finding.kind].append(finding)
    return kinds


def submit(state: State, unit: str, confirmed_by: str) -> list[Edit]:
    """Close the visit together with who confirmed the problem list; one change."""
    confirmed = actions.visit_fields(state, unit, {"confirmed_by": confirmed_by}) if confirmed_by else []
    return [*confirmed, actions.submit(state, unit)]
