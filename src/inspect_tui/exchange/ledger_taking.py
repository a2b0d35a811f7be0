"""What a filled-in 整改台账 may change: its proposals, held against the table of transitions.

A sheet has no way round the guards: a state it asks for becomes the one step that leads there, or a refusal
that names the cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from inspect_tui.exchange.ledger_sheet import SheetChange
from inspect_tui.model.change import Edit
from inspect_tui.model.terms import RectState, StepKind
from inspect_tui.rules.fold import State
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.lifecycle import STEPS, Objection, steps_from
from inspect_tui.rules.problems import DUTY_FIELDS
from inspect_tui.rules.rectifying import NotAllowed, planned, set_duty, take_step

_STATE = "state"
#: Cells that say something of a step and so come only together with a state.
_SAID = ("verified_by", "verified_on", "basis", "closed_on")


class Refused(msgspec.Struct, frozen=True):
    """A cell that is not taken, and why."""

    change: SheetChange
    reason: str


class Taking(msgspec.Struct, frozen=True, kw_only=True):
    """What a sheet does to one problem: the edits of one change, in words; which cells are not taken."""

    row: LedgerRow
    edits: tuple[Edit, ...]
    taken: tuple[SheetChange, ...] = ()
    refused: tuple[Refused, ...] = ()
    warnings: tuple[Objection, ...] = ()
    step: StepKind | None = None

    @property
    def words(self) -> str:
        """What is taken, in words."""
        said = [self.step.label] if self.step is not None else []
        said += [f"{c.heading}：{c.new or '（清空）'}" for c in self.taken if c.field in DUTY_FIELDS]
        return "；".join(said)


def weigh(
    state: State, rows: Iterable[LedgerRow], changes: Iterable[SheetChange], today: str
) -> list[Taking]:
    """Hold the proposals of a sheet against the guards, in the order of the sheet."""
    known = {row.number: row for row in rows}
    cells: dict[str, list[SheetChange]] = {}
    for change in changes:
        if change.number in known:
            cells.setdefault(change.number, []).append(change)
    return [_weigh_row(state, known[number], told, today) for number, told in cells.items()]


def _weigh_row(state: State, row: LedgerRow, cells: list[SheetChange], today: str) -> Taking:
    duty = [c for c in cells if c.field in DUTY_FIELDS]
    others = [c for c in cells if c.field not in DUTY_FIELDS]
    wanted = next((c for c in others if c.field == _STATE), None)
    refused: list[Refused] = []
    if wanted is not None:
        taking = _with_step(state, row, wanted, others, duty, today)
        if isinstance(taking, Taking):
            return taking
        refused += taking
    else:
        reason = "复查人、复查日期、复查意见、销号日期要同状态一起改：状态填已销号或复查不通过才收"
        refused += [Refused(c, reason) for c in others]
    return _duty_alone(state, row, duty, refused, today)


def _with_step(
    state: State,
    row: LedgerRow,
    wanted: SheetChange,
    others: Sequence[SheetChange],
    duty: Sequence[SheetChange],
    today: str,
) -> Taking | list[Refused]:
    """The step that the sheet asks for together with the duty's cells; or why the step is not taken."""
    told = [c for c in others if c is not wanted]
    kind = _kind(row.state, RectState(wanted.new))
    if kind is None:
        allowed = "、".join(STEPS[k, row.state].label for k in steps_from(row.state))
        said = f"{row.state.label}不能一步改成{RectState(wanted.new).label}" + (
            f"，可以改成：{allowed}" if allowed else ""
        )
        return [Refused(wanted, said), *(Refused(c, "状态没有收，这一格也不收") for c in told)]
    said_fields = _said(kind, row, told, today)
    values = {c.field: c.new for c in duty}
    step, guarded = planned(state, row, kind, today, duty=values, **said_fields)
    if not guarded.allowed:
        why = "；".join(dict.fromkeys(o.text for o in guarded.refusals))
        return [
            Refused(wanted, f"不能{kind.label}：{why}"),
            *(Refused(c, "状态没有收，这一格也不收") for c in told),
        ]
    try:
        edits = take_step(state, row, kind, today, duty=values, **said_fields)
    except NotAllowed as error:
        return [Refused(wanted, str(error))]
    used = [c for c in told if c.field in _uses(kind)]
    unused = [Refused(c, f"{kind.label}用不着这一格") for c in told if c not in used]
    return Taking(
        row=row,
        edits=tuple(edits),
        taken=(wanted, *used, *duty),
        refused=tuple(unused),
        warnings=guarded.warnings,
        step=step.kind,
    )


def _kind(left: RectState, to: RectState) -> StepKind | None:
    """The step that leads from one state to another."""
    return next((k for k in steps_from(left) if STEPS[k, left] is to), None)


def _uses(kind: StepKind) -> tuple[str, ...]:
    if kind is StepKind.CLOSE:
        return _SAID
    return _SAID[:3] if kind is StepKind.REJECT else ("basis",)


def _said(kind: StepKind, row: LedgerRow, told: Sequence[SheetChange], today: str) -> dict[str, Any]:
    """The step's own fields as the sheet fills them in."""
    new = {c.field: c.new for c in told}
    said: dict[str, Any] = {"on": today, "basis": new.get("basis", "")}
    if kind in (StepKind.CLOSE, StepKind.REJECT):
        said["who"] = new.get("verified_by", "")
        said["on"] = new.get("verified_on") or new.get("closed_on") or today
    elif kind is StepKind.SUBMIT:
        said["who"] = row.owner
    return said


def _duty_alone(
    state: State, row: LedgerRow, duty: Sequence[SheetChange], refused: list[Refused], today: str
) -> Taking:
    """The duty's cells, each for itself: one that is wrong does not hold up the others."""
    edits: list[Edit] = []
    taken: list[SheetChange] = []
    for change in duty:
        try:
            edits += set_duty(state, row, {change.field: change.new}, today)
        except NotAllowed as error:
            refused.append(Refused(change, str(error)))
        else:
            taken.append(change)
    return Taking(row=row, edits=tuple(edits), taken=tuple(taken), refused=tuple(refused))
