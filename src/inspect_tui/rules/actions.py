"""What each action of an inspector writes: from an intent to the edits of one change.

Screens, the `record` command and sheet imports all come through here, so that they cannot differ. Every
function is pure: it reads the state for what the author has seen and returns edits; nothing is written.
"""

from __future__ import annotations

from typing import Any

import msgspec

from inspect_tui.model.change import (
    Edit,
    answer_key,
    free_finding_key,
    trigger_key,
    visit_key,
)
from inspect_tui.model.checklist import Deduction, Item
from inspect_tui.model.terms import FindingKind, Profile, Scoring, Severity, Verdict, VisitResult
from inspect_tui.model.view import Judgement, Picked
from inspect_tui.rules.canonical import item_hash
from inspect_tui.rules.fold import State


def set_field(state: State, record: str, field: str, value: Any) -> Edit:
    """Set one field, having seen every change to it that is held here."""
    return Edit(record=record, field=field, value=value, saw=state.saw(record, field))


def set_element(state: State, record: str, name: str, element: str, present: bool) -> Edit:
    """Put one element into a set, or take it out."""
    return set_field(state, record, f"{name}:{element}", present)


# -------------------------------------------------------------------- judgements


def judge(
    state: State, unit: str, checklist: str, item: Item, judgement: Judgement, wording: str = ""
) -> Edit:
    """Record a judgement on an item, remembering the text it was given for.

    `wording` is the hash of that text where it was printed earlier; without it the text is the present one.
    """
    sealed = msgspec.structs.replace(judgement, item=wording or item_hash(item))
    return set_field(
        state, answer_key(unit, checklist, item.id), "judgement", msgspec.to_builtins(sealed, str_keys=True)
    )


def plain_verdict(item: Item, verdict: Verdict, reason: str = "") -> Judgement:
    """A judgement without a label; in award scoring the level of that verdict when there is only one."""
    award = ""
    if item.scoring is Scoring.AWARD:
        levels = [a for a in item.awards if a.verdict is verdict]
        if len(levels) == 1:
            award = levels[0].label
    missing = bool(award) and any(a.label == award and a.missing for a in item.awards)
    return Judgement(verdict=verdict, award=award, reason=reason, missing=missing)


def with_deduction(item: Item, current: Judgement, verdict: Verdict, label: str, count: int = 1) -> Judgement:
    """A judgement with one more deduction: a new label is added, a counted one raised, a rival replaced.

    Raises KeyError for a label the item does not have, ValueError for a verdict that takes no deduction.
    """
    deduction = item.deduction(label)
    if deduction is None:
        raise KeyError(label)
    if verdict not in (Verdict.PARTIAL, Verdict.FAIL):
        raise ValueError(f"{verdict.value} takes no deduction")
    kept = [p for p in _kept(item, current, deduction) if p.label != label]
    before = current.count(label)
    now = before + max(count, 1) if deduction.counted else 1
    places = {d.label: place for place, d in enumerate(item.deductions)}
    picked = sorted([*kept, Picked(label, now)], key=lambda p: places.get(p.label, len(places)))
    return _with_picked(item, verdict, tuple(picked), current.reason)


def without_deduction(item: Item, current: Judgement, label: str) -> Judgement:
    """A judgement with one count of a label fewer, or without it when that was the last."""
    picked = []
    for p in current.deductions:
        if p.label != label:
            picked.append(p)
        elif p.count > 1:
            picked.append(Picked(label, p.count - 1))
    return _with_picked(item, current.verdict, tuple(picked), current.reason)


def _kept(item: Item, current: Judgement, chosen: Deduction) -> tuple[Picked, ...]:
    if current.verdict not in (Verdict.PARTIAL, Verdict.FAIL):
        return ()
    if not chosen.exclusive:
        return current.deductions
    rivals = {d.label for d in item.deductions if d.exclusive == chosen.exclusive}
    return tuple(p for p in current.deductions if p.label not in rivals)


def _with_picked(item: Item, verdict: Verdict, picked: tuple[Picked, ...], reason: str) -> Judgement:
    missing = any((d := item.deduction(p.label)) is not None and d.missing for p in picked)
    return Judgement(verdict=verdict, deductions=picked, missing=missing, reason=reason)


def judge_many(
    state: State, unit: str, checklist: str, items: list[Item], verdict: Verdict, reason: str
) -> list[Edit]:
    """One verdict with one reason for many items, such as a whole section not applicable or not checked."""
    return [judge(state, unit, checklist, item, Judgement(verdict=verdict, reason=reason)) for item in items]


def triggered(item: Item, judgement: Judgement) -> list[str]:
    """Ids of the red lines and vetoes that the picked deductions put before the inspector."""
    found = [d.triggers for p in judgement.deductions if (d := item.deduction(p.label)) and d.triggers]
    return list(dict.fromkeys(found))


# -------------------------------------------------------------------- notes, methods, samples


def write_note(state: State, unit: str, checklist: str, item: Item, text: str) -> Edit:
    """Write the note of an item; other inspectors' notes stay."""
    return set_field(state, answer_key(unit, checklist, item.id), "note", text)


def toggle_method(state: State, unit: str, checklist: str, item: Item, method: str) -> Edit:
    """Mark a way of checking as used on an item, or take the mark away."""
    key = answer_key(unit, checklist, item.id)
    return set_element(state, key, "method", method, method not in state.elements(key, "method"))


def set_sample(
    state: State, unit: str, checklist: str, item: Item, sample: str, present: bool = True
) -> Edit:
    """Record what was sampled (which month, which post), or take it away."""
    return set_element(state, answer_key(unit, checklist, item.id), "sample", sample, present)


# -------------------------------------------------------------------- findings


def new_finding(
    state: State,
    unit: str,
    random_id: str,
    kind: FindingKind,
    text: str,
    *,
    checklist: str = "",
    item: str = "",
    severity: Severity | None = None,
    missing: bool = False,
    fixed_on_site: bool = False,
) -> list[Edit]:
    """A finding typed by hand, with or without an item."""
    key = free_finding_key(unit, random_id)
    values: dict[str, Any] = {"kind": kind.value, "text": text}
    if checklist and item:
        values |= {"checklist": checklist, "item": item}
    if kind is FindingKind.DEFICIENCY:
        values["severity"] = (severity or Severity.MINOR).value
        values |= {name: True for name, on in (("missing", missing), ("fixed_on_site", fixed_on_site)) if on}
    return [set_field(state, key, field, value) for field, value in values.items()]


def off_the_item(state: State, key: str) -> list[Edit]:
    """Take a finding typed by hand off the item it was tied to; nothing where it was tied to none."""
    return [set_field(state, key, field, "") for field in ("checklist", "item") if state.value(key, field)]


def delete_record(state: State, record: str) -> Edit:
    """Lay a tombstone over every field of a record that is held here."""
    return Edit(record=record, field="deleted", value=True, saw=state.saw_record(record))


# -------------------------------------------------------------------- red lines


def hit_trigger(state: State, unit: str, checklist: str, trigger: str, fact: str) -> Edit:
    """Record that a red line, veto or alert was met, with the fact."""
    return set_field(state, trigger_key(unit, checklist, trigger), "hit", {"fact": fact})


def clear_trigger(state: State, unit: str, checklist: str, trigger: str) -> Edit:
    """Take back one's own record of a red line, veto or alert."""
    return set_field(state, trigger_key(unit, checklist, trigger), "hit", None)


# -------------------------------------------------------------------- the visit


def begin_visit(state: State, unit: str, today: str, people: tuple[str, ...]) -> list[Edit]:
    """What the first action in a unit adds: the date and who inspects; nothing once they are there."""
    key = visit_key(unit)
    edits = []
    if not state.value(key, "date"):
        edits.append(set_field(state, key, "date", today))
    present = set(state.elements(key, "inspector"))
    edits += [set_element(state, key, "inspector", name, True) for name in people if name not in present]
    return edits


def visit_fields(state: State, unit: str, values: dict[str, str]) -> list[Edit]:
    """Set those header fields (date, counterpart, confirmed_by, objection …) whose value differs."""
    key = visit_key(unit)
    return [
        set_field(state, key, field, value)
        for field, value in values.items()
        if str(state.value(key, field, "")) != value
    ]


def visit_people(state: State, unit: str, name: str, people: list[str]) -> list[Edit]:
    """Make a set of people of the visit (`present` or `inspector`) hold exactly these names."""
    key = visit_key(unit)
    held = state.elements(key, name)
    gone = [set_element(state, key, name, person, False) for person in held if person not in people]
    came = [set_element(state, key, name, person, True) for person in people if person not in held]
    return gone + came


def not_reached(state: State, unit: str, today: str, reason: str) -> list[Edit]:
    """Record that the unit could not be visited, and why."""
    return visit_fields(
        state, unit, {"date": today, "result": VisitResult.NOT_REACHED.value, "reason": reason}
    )


def correct_profile(state: State, unit: str, profile: Profile) -> Edit:
    """Put the profile right on site; answers to items that no longer apply stay stored."""
    return set_field(state, visit_key(unit), "profile", profile.value)


def submit(state: State, unit: str) -> Edit:
    """Close the visit: read-only until re-opened."""
    return set_field(state, visit_key(unit), "submitted", True)


def reopen(state: State, unit: str, reason: str) -> list[Edit]:
    """Open a submitted visit again, with the reason kept."""
    key = visit_key(unit)
    return [set_field(state, key, "submitted", False), set_field(state, key, "reopened", reason)]
