"""Problems: what a unit has to put right, found in this round or carried into it, and how far each one is.

A problem is read from three things: the finding or the frozen entry it came in with, and the rectification
record that this round's changes add to it.
"""

from __future__ import annotations

import msgspec

from inspect_tui.model.change import rect_key
from inspect_tui.model.problem import Carried, Duty, Step
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.terms import FindingKind, Outcome, RectState, StepKind
from inspect_tui.model.view import Finding
from inspect_tui.rules.applicability import checklists_for
from inspect_tui.rules.canonical import digest
from inspect_tui.rules.fold import Entry, State, is_blank
from inspect_tui.rules.lifecycle import as_date, last_of, read_step, settled
from inspect_tui.rules.numbering import told_apart
from inspect_tui.rules.reading import findings_of_unit, read_visit

#: Plain fields of a rectification record, as in `Duty`.
DUTY_FIELDS = tuple(Duty.__struct_fields__)
STEP, CARRIED_TO, LINEAGE = "step", "carried_to", "lineage"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A step as somebody took it: the step, the change it stands in, who wrote it down and when."""

    step: Step
    change: str
    by: tuple[str, ...]
    at: str
    decision: str = ""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a problem stands: its state on a day, the steps that say so, and the verifications of this round.

    `contested` means that steps contradict each other and the lead must decide; `state` is then the one they
    left. `verified` holds one entry per differing verification; more than one is a quarrel. `returned` means
    that a deferral ran out and the problem came back by itself.
    """

    state: RectState
    steps: tuple[Taken, ...] = ()
    verified: tuple[Taken, ...] = ()
    contested: bool = False
    returned: bool = False

    @property
    def last(self) -> Step | None:
        """The step that the state rests on, if one was taken in this round."""
        return last_of([taken.step for taken in self.steps])


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A problem of a unit: a finding of this round, or one carried into it; the other is None.

    `again` are findings of this round that were linked to the carried problem as the same one come back.
    `lineage` is the id of the earlier problem a finding of this round goes back to.
    """

    id: str
    unit: str
    finding: Finding | None = None
    carried: Carried | None = None
    again: tuple[Finding, ...] = ()
    lineage: str = ""

    @property
    def record(self) -> str:
        return rect_key(self.unit, self.id)

    @property
    def initial(self) -> RectState:
        """The state it came in with: 立行立改 only waits to be verified next time."""
        if self.carried is not None:
            return self.carried.state
        assert self.finding is not None
        return RectState.SUBMITTED if self.finding.fixed_on_site else RectState.OPEN


def problem_id(round_: Round, key: str) -> str:
    """The id a finding of this round has as a problem, in this round and in every later one."""
    return digest(f"{round_.origin or round_.id}\n{key}".encode())[:16]


def carried_of(round_: Round, unit: str) -> list[Carried]:
    """The problems carried into a round for one unit, in the round's order."""
    return _by_unit(round_).get(unit, [])


def names_of(round_: Round, unit: str) -> dict[str, str]:
    """What the carried problems of a unit are called beside each other, by id: their short numbers."""
    held = carried_of(round_, unit)
    called = told_apart(carried.number for carried in held)
    return {carried.id: called[carried.number] for carried in held}


_known: dict[int, tuple[Round, dict[str, list[Carried]]]] = {}


def _by_unit(round_: Round) -> dict[str, list[Carried]]:
    # Kept, because screens ask after every key.
    held = _known.get(id(round_))
    if held is None or held[0] is not round_:
        if len(_known) >= 16:
            _known.clear()
        found: dict[str, list[Carried]] = {}
        for carried in round_.carried:
            found.setdefault(carried.unit, []).append(carried)
        held = _known[id(round_)] = (round_, found)
    return held[1]


def problems_of(
    state: State, round_: Round, unit: Unit, findings: list[Finding] | None = None
) -> list[Problem]:
    """All problems of a unit: carried ones first, then those of this round in checklist order.

    What was handed over (移交) is none of the ledger's business. A finding linked to a carried problem that
    is not closed stands with it; linked to a closed one it stands by itself, because nothing else shows it.
    """
    if findings is None:
        findings = findings_of_unit(state, round_, unit.id, checklists_for(round_, unit))
    carried = {c.id: c for c in carried_of(round_, unit.id)}
    again: dict[str, list[Finding]] = {}
    own: list[Problem] = []
    for finding in findings:
        if finding.kind is not FindingKind.DEFICIENCY or finding.referred:
            continue
        lineage = lineage_of(state, finding.key)
        if lineage in carried and stands_with(state, carried[lineage]):
            again.setdefault(lineage, []).append(finding)
            continue
        own.append(
            Problem(
                id=problem_id(round_, finding.key),
                unit=unit.id,
                finding=finding,
                lineage=lineage if lineage in carried else "",
            )
        )
    return [
        Problem(id=c.id, unit=unit.id, carried=c, again=tuple(again.get(c.id, ()))) for c in carried.values()
    ] + own


def stands_with(state: State, carried: Carried) -> bool:
    """Whether a finding linked to a carried problem is one with it: when it was found so, not as put right.

    What was closed since by the ledger, the finding included, stays one; what the visit itself found put
    right does not hide a new finding.
    """
    if not standing(state, carried.unit, carried.id, carried.state).state.done:
        return True
    looked = opinions_of(state, rect_key(carried.unit, carried.id))
    failed = any(
        taken.step.kind is StepKind.RECHECK and taken.step.outcome is Outcome.RELAPSED
        for taken in all_steps(state, carried.unit, carried.id)
    )
    return failed or any(not taken.step.to.done for taken in looked)


def to_verify(round_: Round, unit: str) -> list[Carried]:
    """The earlier problems of a unit that this round must look at again."""
    return [carried for carried in carried_of(round_, unit) if carried.verify]


def owed(state: State, round_: Round, unit: str) -> list[Carried]:
    """The earlier problems of a unit that must be looked at again and were not yet."""
    return [carried for carried, done in looks(state, round_, unit) if not done]


def looks(state: State, round_: Round, unit: str) -> list[tuple[Carried, bool]]:
    """The earlier problems of a unit that this round looks at again, each with whether somebody did.

    What was put off with approval is not among them until its day, told by the day of the visit; nor is what
    a newer round took over before anybody looked.
    """
    held = to_verify(round_, unit)
    day = read_visit(state, unit).date if any(c.state is RectState.DEFERRED for c in held) else ""
    found = []
    for carried in held:
        stands = standing(state, unit, carried.id, carried.state, today=day, until=carried.until)
        owes = owes_verification(carried, stands) and not handed_on(state, unit, carried.id)
        if stands.verified or owes:
            found.append((carried, bool(stands.verified)))
    return found


def contested(state: State, round_: Round, unit: str) -> list[Carried]:
    """The earlier problems of a unit on which verifications or steps contradict each other."""
    found = []
    for carried in carried_of(round_, unit):
        stands = standing(state, unit, carried.id, carried.state)
        if stands.contested or len(stands.verified) > 1:
            found.append(carried)
    return found


def owes_verification(carried: Carried, stands: Standing) -> bool:
    """Whether somebody must still look at a carried problem. One put off with approval waits for its day."""
    if not carried.verify or stands.verified:
        return False
    return not (stands.state is RectState.DEFERRED and not stands.steps)


def handed_on(state: State, unit: str, problem: str) -> bool:
    """Whether a newer round took a problem over, so that it is looked at again there and not here."""
    return isinstance(state.value(rect_key(unit, problem), CARRIED_TO), dict)


def lineage_of(state: State, finding: str) -> str:
    """The id of the earlier problem a finding was linked to, or nothing."""
    return str(state.value(finding, LINEAGE, ""))


def standing(
    state: State, unit: str, problem: str, initial: RectState, *, today: str = "", until: str = ""
) -> Standing:
    """Where a problem stands. `until` is the day a carried deferral runs out; without `today` none does."""
    record = rect_key(unit, problem)
    if not state.has(record):
        return _with_day(Standing(state=initial), today, until)
    steps = [t for e in state.live(record, STEP) if (t := _taken(e)) is not None]
    verified = opinions_of(state, record)
    if not steps:
        return _with_day(Standing(state=initial, verified=verified), today, until)
    agreed = settled([t.step for t in steps])
    last = last_of([t.step for t in steps])
    found = Standing(
        state=agreed if agreed is not None else steps[0].step.left,
        steps=tuple(steps),
        verified=verified,
        contested=agreed is None,
    )
    return _with_day(found, today, last.until if last is not None and last.until else until)


def _with_day(found: Standing, today: str, until: str) -> Standing:
    if found.state is not RectState.DEFERRED or not today or as_date(until) is None or today < until:
        return found
    return msgspec.structs.replace(found, state=RectState.IN_PROGRESS, returned=True)


def _taken(entry: Entry) -> Taken | None:
    step = None if is_blank(entry.value) else read_step(entry.value)
    if step is None:
        return None
    return Taken(step=step, change=entry.change, by=entry.by, at=entry.at, decision=entry.decision)


def opinions_of(state: State, record: str) -> tuple[Taken, ...]:
    """The verifications of this round that stand: agreeing ones once, the ledger's later steps aside."""

    def wanted(value: object) -> bool:
        return isinstance(value, dict) and value.get("kind") == StepKind.VERIFY.value

    told: dict[str, Taken] = {}
    for entry in state.live_among(record, STEP, wanted):
        taken = _taken(entry)
        if taken is not None and taken.step.outcome is not None:
            told.setdefault(taken.step.outcome.value, taken)
    return tuple(told.values())


def all_steps(state: State, unit: str, problem: str) -> list[Taken]:
    """Every step of this round that was not taken back, in the order they were taken.

    What a step's author had seen comes before it, whatever the clocks say.
    """
    entries = {e.change: e for e in state.history(rect_key(unit, problem), STEP)}

    def when(entry: Entry) -> tuple[str, int, str]:
        seen = [entries[change].at for change in entry.saw if change in entries]
        return max([entry.at, *seen]), len(entry.saw), entry.change

    ordered = sorted(entries.values(), key=when)
    return [taken for entry in ordered if (taken := _taken(entry)) is not None]


def duty_of(state: State, unit: str, problem: str, given: Duty) -> Duty:
    """The duty as it now reads: what was frozen or preset, overlaid by what this round recorded.

    A field emptied on purpose is empty: the preset does not come back.
    """
    record = rect_key(unit, problem)
    if not state.has(record):
        return given
    said = {f: str(state.value(record, f, "") or "") for f in DUTY_FIELDS if state.live(record, f)}
    return msgspec.structs.replace(given, **said) if said else given
