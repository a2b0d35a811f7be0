"""The ledger (整改台账): every problem of a round, and those carried into it, as one row each.

Screen, sheet, CSV, JSON and text all print these rows, so they cannot differ. Nothing is hidden by silence:
a problem that nobody looked at again stands in the state it came in with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import msgspec

from inspect_tui.model.change import answer_key
from inspect_tui.model.evidence import Piece
from inspect_tui.model.problem import Carried, Duty
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Outcome, RectState, Severity, StepKind
from inspect_tui.model.view import Finding, Visit
from inspect_tui.rules.applicability import inspected_units
from inspect_tui.rules.evidence import evidence_of, piece_id
from inspect_tui.rules.evidence import words as evidence_words
from inspect_tui.rules.fold import State
from inspect_tui.rules.lifecycle import as_date
from inspect_tui.rules.numbering import makeshift, numbers_of, short_number
from inspect_tui.rules.problems import (
    CARRIED_TO,
    DUTY_FIELDS,
    STEP,
    Problem,
    Standing,
    Taken,
    all_steps,
    carried_of,
    duty_of,
    owes_verification,
    problems_of,
    standing,
)
from inspect_tui.rules.reading import read_visit

_LOOKED = (StepKind.VERIFY, StepKind.RECHECK, StepKind.CLOSE, StepKind.REJECT)
#: States in which the unit is expected to do something by its day.
_WAITING = (RectState.OPEN, RectState.IN_PROGRESS, RectState.REJECTED, RectState.RELAPSED)


class LedgerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One problem as the ledger shows it on a day.

    `id` is the problem's for life, `record` where its rectification is recorded, `finding` the key of the
    finding it is in this round (empty when carried). Dates are YYYY-MM-DD. `rounds` counts the rounds that
    had it on their list, this one included. `overdue` and `near` are lights for a day, never states.
    `contested` means the lead must decide on its state, `unsettled_finding` that its item is under two
    opinions. `outcomes` are this round's verifications, more than one where inspectors differ; `must_verify`
    says one is still owed. `carried_to` names the newer round it lives in now (已转入).
    """

    id: str
    record: str
    number: str
    unit: str
    unit_name: str
    text: str
    severity: Severity
    state: RectState
    initial: RectState
    duty: Duty
    finding: str = ""
    numbers: tuple[str, ...] = ()
    branch: str = ""
    branch_name: str = ""
    checklist: str = ""
    section: str = ""
    section_name: str = ""
    item: str = ""
    item_text: str = ""
    basis_clause: str = ""
    missing: bool = False
    fixed_on_site: bool = False
    carried: bool = False
    source: str = ""
    old_number: str = ""
    lineage: str = ""
    again: tuple[str, ...] = ()
    noted: str = ""
    noted_round: str = ""
    rounds: int = 1
    recurrences: int = 0
    visit_date: str = ""
    team: str = ""
    team_name: str = ""
    found_by: tuple[str, ...] = ()
    signed: bool = False
    outcomes: tuple[Taken, ...] = ()
    must_verify: bool = False
    contested: bool = False
    unsettled_finding: bool = False
    returned: bool = False
    basis: str = ""
    verified_by: str = ""
    verified_on: str = ""
    closed_on: str = ""
    closed_by: tuple[str, ...] = ()
    remains: str = ""
    until: str = ""
    approver: str = ""
    overdue: bool = False
    near: bool = False
    days_left: int | None = None
    moved: str = ""
    carried_to: str = ""
    evidence: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()

    @property
    def short_number(self) -> str:
        return short_number(self.number)

    @property
    def owner_unit(self) -> str:
        return self.duty.owner_unit

    @property
    def owner(self) -> str:
        return self.duty.owner

    @property
    def leader(self) -> str:
        return self.duty.leader

    @property
    def supervisor(self) -> str:
        return self.duty.supervisor

    @property
    def measure(self) -> str:
        return self.duty.measure

    @property
    def task(self) -> str:
        return self.duty.task

    @property
    def team_of_five(self) -> str:
        """The one team of “五个一” that puts it right; `team` is the inspection team."""
        return self.duty.team

    @property
    def progress(self) -> str:
        return self.duty.progress

    @property
    def due(self) -> str:
        return self.duty.due

    @property
    def result(self) -> str:
        return self.duty.result

    @property
    def done_on(self) -> str:
        return self.duty.done_on

    @property
    def state_label(self) -> str:
        """The state as it is shown: 已转入 where a newer round carries it, 待裁定 where steps contradict."""
        if self.carried_to:
            return "已转入"
        return "待裁定" if self.contested else self.state.label

    @property
    def done(self) -> bool:
        """Whether nothing more is expected here: closed, withdrawn, or carried into a newer round."""
        return bool(self.carried_to) or (self.state.done and not self.contested)

    @property
    def light(self) -> str:
        """The light in a word: 逾期12天, 3天到期, or nothing."""
        if self.overdue:
            return f"逾期{-self.days_left}天" if self.days_left is not None else "逾期"
        if self.near:
            return "今天到期" if self.days_left == 0 else f"{self.days_left}天到期"
        return ""


def ledger_rows(
    state: State, round_: Round, today: str, units: Iterable[str] | None = None
) -> list[LedgerRow]:
    """The rows of a round on a day, by unit in roster order, carried problems before new ones.

    `units` limits them to some; a unit that only has carried problems is listed like any other.
    """
    wanted = None if units is None else set(units)
    rows: list[LedgerRow] = []
    for unit in ledger_units(round_):
        if wanted is None or unit.id in wanted:
            rows += unit_rows(state, round_, unit, today)
    return rows


def ledger_units(round_: Round) -> list[Unit]:
    """The units that can have problems here, inspected or with carried ones, in roster order."""
    inspected = {unit.id for unit in inspected_units(round_)}
    return [u for u in round_.units if u.id in inspected or carried_of(round_, u.id)]


def unit_rows(
    state: State, round_: Round, unit: Unit, today: str, findings: list[Finding] | None = None
) -> list[LedgerRow]:
    """The rows of one unit."""
    visit = read_visit(state, unit.id)
    return [
        _row(state, round_, unit, visit, problem, today)
        for problem in problems_of(state, round_, unit, findings)
    ]


def _row(state: State, round_: Round, unit: Unit, visit: Visit, problem: Problem, today: str) -> LedgerRow:
    carried, finding = problem.carried, problem.finding
    given = carried.duty if carried is not None else preset(round_, unit, visit, finding)
    duty = duty_of(state, unit.id, problem.id, given)
    stands = standing(
        state, unit.id, problem.id, problem.initial, today=today, until=carried.until if carried else ""
    )
    steps = all_steps(state, unit.id, problem.id)
    parent, team = round_.unit(unit.parent), round_.team_of(unit.id)
    told: dict[str, Any] = _closing(carried, stands, steps)
    carried_to = _carried_to(state, problem)
    if not carried_to:
        # A problem that lives in a newer round is pressed for there.
        told |= _lights(round_, duty, stands, told, today)
    # Each drawing looks at what was closed before, so each that fails is a coming back of its own.
    failed = len(
        {t.step.draw for t in steps if t.step.kind is StepKind.RECHECK and t.step.outcome is Outcome.RELAPSED}
    )
    if carried is not None:
        told |= _carried(state, round_, carried, problem, stands, failed_by_lot=failed)
    else:
        assert finding is not None
        told |= _found(state, round_, unit, visit, finding, problem)
        told["recurrences"] += failed
    moved = [told.pop("moved", ""), *(t.at for t in steps), _touched(state, problem)]
    return LedgerRow(
        id=problem.id,
        record=problem.record,
        unit=unit.id,
        unit_name=unit.name,
        state=stands.state,
        initial=problem.initial,
        duty=duty,
        branch=parent.id if parent else "",
        branch_name=parent.name if parent else "",
        visit_date=visit.date,
        team=team.id if team else "",
        team_name=team.name if team else "",
        signed=visit.submitted and bool(visit.confirmed_by),
        outcomes=stands.verified,
        contested=stands.contested or len(stands.verified) > 1,
        returned=stands.returned,
        moved=max(moved),
        carried_to=carried_to,
        **told,
    )


def preset(round_: Round, unit: Unit, visit: Visit, finding: Finding | None) -> Duty:
    """What a new problem's duty says before anybody wrote anything: who answers for the unit, and by when."""
    parent = round_.unit(unit.parent)
    due = ""
    day = as_date(visit.date)
    # 立行立改 has nothing left to do by a day: it waits for the next round's look.
    if day is not None and finding is not None and not finding.fixed_on_site:
        days = round_.rules.days.get(finding.severity.value)
        due = (day + dt.timedelta(days=days)).isoformat() if days is not None else ""
    return Duty(
        owner_unit=unit.name,
        owner=unit.leader,
        leader=unit.responsible_leader,
        supervisor=parent.leader if parent is not None else "",
        due=due,
    )


def _found(
    state: State, round_: Round, unit: Unit, visit: Visit, finding: Finding, problem: Problem
) -> dict[str, Any]:
    numbers = numbers_of(state, finding.key)
    item = round_.item(finding.checklist, finding.item) if finding.item else None
    old = next((c for c in carried_of(round_, unit.id) if c.id == problem.lineage), None)
    return {
        "number": numbers[0] if numbers else makeshift(round_, finding.key, unit.code),
        "numbers": tuple(numbers),
        "text": finding.text,
        "severity": finding.severity,
        "finding": finding.key,
        "checklist": finding.checklist,
        "item": finding.item,
        "item_text": item.text if item else "",
        "basis_clause": (item.basis or item.rubric) if item else "",
        "missing": finding.missing,
        "fixed_on_site": finding.fixed_on_site,
        "old_number": old.number if old else "",
        "lineage": problem.lineage,
        "recurrences": old.recurrences + 1 if old else 0,
        "noted": visit.date or finding.at[:10],
        "noted_round": round_.title,
        "found_by": finding.by,
        "unsettled_finding": finding.contested,
        **_evidence(state, unit.id, _behind(finding), problem.record),
        **_section(round_, finding.checklist, finding.item),
    }


def _carried(
    state: State,
    round_: Round,
    carried: Carried,
    problem: Problem,
    stands: Standing,
    *,
    failed_by_lot: int,
) -> dict[str, Any]:
    item = round_.item(carried.checklist, carried.item) if carried.item else None
    # What a visit finds of a problem that had just failed by lot is the same coming back.
    came_back = any(
        t.step.outcome is Outcome.RELAPSED and not (failed_by_lot and t.step.left is RectState.RELAPSED)
        for t in stands.verified
    ) or (bool(problem.again) and carried.state is RectState.CLOSED and not failed_by_lot)
    return {
        "number": carried.number,
        "numbers": (carried.number,),
        "text": carried.text,
        "severity": carried.severity,
        "checklist": carried.checklist,
        "item": carried.item,
        "item_text": carried.item_text,
        "basis_clause": (item.basis or item.rubric) if item else "",
        "missing": carried.missing,
        "fixed_on_site": carried.fixed_on_site,
        "carried": True,
        "source": carried.source.title,
        "old_number": carried.number,
        "again": tuple(f.text for f in problem.again),
        "noted": carried.noted,
        "noted_round": carried.noted_round,
        "rounds": carried.rounds + 1,
        "recurrences": carried.recurrences + came_back + failed_by_lot,
        "must_verify": owes_verification(carried, stands) and not _carried_to(state, problem),
        **_evidence(state, carried.unit, (), problem.record, carried),
        "moved": carried.history[-1].at if carried.history else "",
        **_section(round_, carried.checklist, carried.item),
    }


def _behind(finding: Finding) -> tuple[str, ...]:
    """The records whose evidence speaks for a finding: its own, those joined to it, its item's answer."""
    told = (finding.key, *(other.key for other in finding.joined))
    if not finding.item:
        return told
    return (*told, answer_key(finding.unit, finding.checklist, finding.item))


def _evidence(
    state: State, unit: str, records: tuple[str, ...], rect: str, carried: Carried | None = None
) -> dict[str, Any]:
    """What stands behind a problem: as it was carried over, and what this round attached."""
    new = [e.piece for record in (*records, rect) for e in evidence_of(state, unit, record)]
    if not new:
        return {"evidence": carried.evidence, "pieces": carried.pieces} if carried is not None else {}
    old = carried.pieces if carried is not None else ()
    told = carried.evidence if carried is not None else ()
    pieces = {piece_id(piece): piece for piece in (*old, *new)}
    return {
        "evidence": tuple(dict.fromkeys((*told, *(evidence_words(piece) for piece in new)))),
        "pieces": tuple(pieces.values()),
    }


def _section(round_: Round, checklist: str, item: str) -> dict[str, Any]:
    held = round_.checklist(checklist)
    if held is None or not item:
        return {}
    section = next((s for s in held.sections for i in s.items if i.id == item), None)
    return {"section": section.id, "section_name": section.name} if section else {}


def _closing(carried: Carried | None, stands: Standing, steps: list[Taken]) -> dict[str, Any]:
    """Who looked last and on what basis, when it was closed, what remains, until when it is put off."""
    looked = [t for t in steps if t.step.kind in _LOOKED]
    told: dict[str, Any] = {}
    if carried is not None:
        told = {"basis": carried.basis, "remains": carried.remains}
        if carried.closed_by:
            told["verified_by"], told["verified_on"] = "、".join(carried.closed_by), carried.closed_on
    if looked:
        last = looked[-1].step
        told |= {
            "basis": last.basis,
            "verified_by": last.who,
            "verified_on": last.on,
            "remains": last.remains,
        }
    if stands.state is RectState.CLOSED:
        closing = [t.step for t in steps if t.step.to is RectState.CLOSED is not t.step.left]
        if closing:
            # Who looked again at what was closed did not close it.
            told |= {"closed_on": closing[-1].on, "closed_by": (closing[-1].who,) if closing[-1].who else ()}
        elif carried is not None:
            told |= {"closed_on": carried.closed_on, "closed_by": carried.closed_by}
        told["remains"] = ""
    if stands.state is RectState.DEFERRED or stands.returned:
        step = stands.last
        if step is not None and step.kind is StepKind.DEFER:
            told |= {"until": step.until, "approver": step.approver}
        elif carried is not None:
            told |= {"until": carried.until, "approver": carried.approver}
    return told


def _lights(round_: Round, duty: Duty, stands: Standing, told: dict[str, Any], today: str) -> dict[str, Any]:
    """Overdue and near-due, for a day. What is put off counts to its own day, what is done does not count."""
    day = as_date(str(told.get("until") or "")) if stands.state is RectState.DEFERRED else as_date(duty.due)
    now = as_date(today)
    if day is None or now is None or (stands.state.done and not stands.contested):
        return {}
    left = (day - now).days
    waiting = stands.state in _WAITING
    return {
        "days_left": left,
        "overdue": left < 0 and stands.state is not RectState.DEFERRED,
        "near": waiting and 0 <= left <= round_.rules.near_days,
    }


def _touched(state: State, problem: Problem) -> str:
    """When the duty last changed."""
    ats = [e.at for field in DUTY_FIELDS for e in state.history(problem.record, field)]
    return max(ats, default="")


def _carried_to(state: State, problem: Problem) -> str:
    value = state.value(problem.record, CARRIED_TO)
    return str(value.get("title") or value.get("round") or "") if isinstance(value, dict) else ""


__all__ = [
    "STEP",
    "LedgerRow",
    "ledger_rows",
    "ledger_units",
    "preset",
    "unit_rows",
]
