"""Rectifying: the edits that move a problem on, each guarded by the one table of `rules.lifecycle`.

Screens, the command line and filled-in sheets all come through here. Like `rules.actions`, every function is
pure and gives the edits of one change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from inspect_tui.model.change import Edit
from inspect_tui.model.problem import Step
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Method, Outcome, RectState, StepKind
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.fold import State
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.lifecycle import Ground, Guarded, Objection, as_date, guard, leads_to
from inspect_tui.rules.problems import (
    CARRIED_TO,
    DUTY_FIELDS,
    LINEAGE,
    STEP,
    all_steps,
    carried_of,
    standing,
)

#: The duty's fields as people call them, in the order they are filled in.
DUTY_WORDS: dict[str, str] = {
    "owner_unit": "责任单位",
    "owner": "责任人",
    "leader": "责任领导",
    "supervisor": "督办人",
    "measure": "整改措施",
    "due": "整改时限",
    "task": "一项任务",
    "team": "一个团队",
    "progress": "进展",
    "result": "完成情况",
    "done_on": "完成日期",
}
_DATES = ("due", "done_on")


class NotAllowed(ValueError):
    """A step or a field the guards refuse; `guarded` says why, field by field."""

    def __init__(self, guarded: Guarded) -> None:
        super().__init__("；".join(o.text for o in guarded.refusals))
        self.guarded = guarded


def ground_of(state: State, row: LedgerRow, today: str) -> Ground:
    """What the guards look at for a row."""
    reports = [t for t in all_steps(state, row.unit, row.id) if t.step.kind is StepKind.SUBMIT]
    return Ground(
        state=row.state,
        duty=row.duty,
        today=today,
        noted=row.noted,
        signed=row.signed,
        reported_by=tuple({name for t in reports[-1:] for name in (*t.by, t.step.who) if name}),
        closed_by=tuple(name.strip() for said in row.closed_by for name in said.split("、")),
        carried_to=row.carried_to,
        settled=not row.contested,
    )


def planned(
    state: State,
    row: LedgerRow,
    kind: StepKind,
    today: str,
    *,
    duty: Mapping[str, str] | None = None,
    **said: Any,
) -> tuple[Step, Guarded]:
    """A step as it would be taken from a row, with what the guards say; nothing is written.

    `duty` are fields that are set in the same change, so that a sheet may bring the result together with the
    report. `said` are fields of `Step`: on, basis, who, outcome, methods, remains, approver, until, draw.
    """
    ground = ground_of(state, row, today)
    if duty:
        ground = msgspec.structs.replace(ground, duty=msgspec.structs.replace(ground.duty, **dict(duty)))
    outcome = said.get("outcome")
    base = base_of(state, row) if kind is StepKind.VERIFY else row.state
    to = leads_to(kind, base, outcome if isinstance(outcome, Outcome) else None)
    fields: dict[str, Any] = {"on": today, **said}
    step = Step(kind=kind, left=base, to=to or base, **fields)
    if kind is StepKind.VERIFY:
        # A second verification stands beside the first: the quarrel it may make is the lead's, not a fault.
        ground = msgspec.structs.replace(ground, state=base, settled=True)
    found = guard(step, ground)
    faults = duty_faults(duty or {}, today)
    if to is None and found.allowed:
        found = Guarded((Objection("state", f"{base.label}的问题不能这样复查"),), found.warnings)
    return step, Guarded((*found.refusals, *faults), found.warnings)


def take_step(
    state: State,
    row: LedgerRow,
    kind: StepKind,
    today: str,
    *,
    duty: Mapping[str, str] | None = None,
    decision: str = "",
    **said: Any,
) -> list[Edit]:
    """The edits of a step, with the duty's fields that come with it. Raises NotAllowed."""
    step, guarded = planned(state, row, kind, today, duty=duty, **said)
    if not guarded.allowed:
        raise NotAllowed(guarded)
    value = msgspec.to_builtins(step, str_keys=True)
    edit = msgspec.structs.replace(set_field(state, row.record, STEP, value), decision=decision)
    return [edit, *duty_edits(state, row, duty or {})]


def set_duty(state: State, row: LedgerRow, values: Mapping[str, str], today: str) -> list[Edit]:
    """The edits that set fields of the duty; those that already read so are left out. Raises NotAllowed."""
    faults = list(duty_faults(values, today))
    if row.carried_to:
        faults.insert(0, Objection("state", f"这个问题已转入“{row.carried_to}”，请到那一轮办理"))
    if faults:
        raise NotAllowed(Guarded(tuple(faults)))
    return duty_edits(state, row, values)


def duty_faults(values: Mapping[str, str], today: str) -> list[Objection]:
    """What is wrong with values for the duty's fields."""
    found = []
    for field, value in values.items():
        if field not in DUTY_FIELDS:
            found.append(Objection(field, f"没有“{field}”这一栏"))
        elif field in _DATES and value and as_date(value) is None:
            found.append(Objection(field, f"{DUTY_WORDS[field]}写法不对：{value}，应如2026-11-20"))
        elif field == "done_on" and value and today and value > today:
            found.append(Objection(field, f"完成日期{value}在今天之后"))
    return found


def duty_edits(state: State, row: LedgerRow, values: Mapping[str, str]) -> list[Edit]:
    """The edits of those fields whose value differs from what the row shows."""
    return [
        set_field(state, row.record, field, value.strip())
        for field, value in values.items()
        if getattr(row.duty, field) != value.strip()
    ]


def hand_on(
    state: State, record: str, origin: str, round_id: str, title: str, along: Iterable[str] = ()
) -> Edit:
    """Note in the old round that a problem lives in a newer one now (已转入).

    `along` are the changes of the steps it was frozen with; the note lists them among what it saw, so that
    a step merged in later is known to have stayed behind (`rules.belated`).
    """
    edit = set_field(state, record, CARRIED_TO, {"origin": origin, "round": round_id, "title": title})
    return msgspec.structs.replace(edit, saw=tuple(sorted({*edit.saw, *along})))


# -------------------------------------------------------------------- looking back


def base_of(state: State, row: LedgerRow) -> RectState:
    """The state a verification leaves: the one before this round's verifications where nothing came after.

    An inspector who thinks again does not verify what the first verdict made of the problem.
    """
    stands = standing(state, row.unit, row.id, row.initial)
    if stands.steps and all(t.step.kind is StepKind.VERIFY for t in stands.steps):
        return stands.steps[0].step.left
    return row.state


def verify(
    state: State,
    row: LedgerRow,
    outcome: Outcome,
    today: str,
    *,
    who: str,
    basis: str,
    methods: Iterable[Method] = (),
    remains: str = "",
) -> list[Edit]:
    """Record what an inspector finds of an earlier problem. Raises NotAllowed."""
    return take_step(
        state,
        row,
        StepKind.VERIFY,
        today,
        outcome=outcome,
        who=who,
        basis=basis.strip(),
        methods=tuple(methods),
        remains=remains.strip(),
    )


def link(state: State, finding: str, problem: str) -> Edit:
    """Say that a finding of this round is an earlier problem come back; an empty id takes that back."""
    return set_field(state, finding, LINEAGE, problem or None)


def candidates(round_: Round, unit: str, checklist: str, item: str) -> list[str]:
    """Ids of the earlier problems a failing item may be the return of: same item, same unit."""
    return [
        c.id
        for c in carried_of(round_, unit)
        if c.item and (c.checklist, c.item) == (checklist, item) and c.state is not RectState.WITHDRAWN
    ]
