"""The life of a rectification: which step leads from which state to which, and what it needs.

The two tables are the whole truth. Screens, spreadsheets, the command line and merging all ask here, so
that no path goes around them. Nothing here knows a clock: the day is passed in.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from inspect_tui.model.problem import Duty, Step
from inspect_tui.model.terms import Outcome, RectState, StepKind

_S, _K, _O = RectState, StepKind, Outcome

#: Steps other than verifications: where each may start and where it leads. What is not here is forbidden.
STEPS: dict[tuple[StepKind, RectState], RectState] = {
    (_K.START, _S.OPEN): _S.IN_PROGRESS,
    (_K.START, _S.REJECTED): _S.IN_PROGRESS,
    (_K.START, _S.RELAPSED): _S.IN_PROGRESS,
    (_K.START, _S.DEFERRED): _S.IN_PROGRESS,
    (_K.DISPUTE, _S.OPEN): _S.DISPUTED,
    (_K.UPHOLD, _S.DISPUTED): _S.OPEN,
    (_K.WITHDRAW, _S.DISPUTED): _S.WITHDRAWN,
    (_K.SUBMIT, _S.IN_PROGRESS): _S.SUBMITTED,
    (_K.CLOSE, _S.SUBMITTED): _S.CLOSED,
    (_K.REJECT, _S.SUBMITTED): _S.REJECTED,
    (_K.DEFER, _S.OPEN): _S.DEFERRED,
    (_K.DEFER, _S.IN_PROGRESS): _S.DEFERRED,
    (_K.DEFER, _S.REJECTED): _S.DEFERRED,
}

#: Verifications, for every state and outcome; None where the outcome makes no sense there.
VERIFICATIONS: dict[RectState, dict[Outcome, RectState | None]] = {
    _S.OPEN: {
        _O.FIXED: _S.CLOSED,
        _O.PARTLY: _S.IN_PROGRESS,
        _O.NOT_FIXED: _S.IN_PROGRESS,
        _O.RELAPSED: _S.RELAPSED,
        _O.UNVERIFIABLE: _S.OPEN,
    },
    _S.DISPUTED: {
        _O.FIXED: _S.CLOSED,
        _O.PARTLY: _S.IN_PROGRESS,
        _O.NOT_FIXED: _S.IN_PROGRESS,
        _O.RELAPSED: _S.RELAPSED,
        _O.UNVERIFIABLE: _S.DISPUTED,
    },
    _S.IN_PROGRESS: {
        _O.FIXED: _S.CLOSED,
        _O.PARTLY: _S.IN_PROGRESS,
        _O.NOT_FIXED: _S.IN_PROGRESS,
        _O.RELAPSED: _S.RELAPSED,
        _O.UNVERIFIABLE: _S.IN_PROGRESS,
    },
    _S.SUBMITTED: {
        _O.FIXED: _S.CLOSED,
        _O.PARTLY: _S.IN_PROGRESS,
        _O.NOT_FIXED: _S.IN_PROGRESS,
        _O.RELAPSED: _S.RELAPSED,
        _O.UNVERIFIABLE: _S.SUBMITTED,
    },
    _S.REJECTED: {
        _O.FIXED: _S.CLOSED,
        _O.PARTLY: _S.IN_PROGRESS,
        _O.NOT_FIXED: _S.IN_PROGRESS,
        _O.RELAPSED: _S.RELAPSED,
        _O.UNVERIFIABLE: _S.REJECTED,
    },
    _S.RELAPSED: {
        _O.FIXED: _S.CLOSED,
        _O.PARTLY: _S.IN_PROGRESS,
        _O.NOT_FIXED: _S.IN_PROGRESS,
        _O.RELAPSED: _S.RELAPSED,
        _O.UNVERIFIABLE: _S.RELAPSED,
    },
    _S.DEFERRED: {
        _O.FIXED: _S.CLOSED,
        _O.PARTLY: _S.IN_PROGRESS,
        _O.NOT_FIXED: _S.IN_PROGRESS,
        _O.RELAPSED: _S.RELAPSED,
        _O.UNVERIFIABLE: _S.DEFERRED,
    },
    # What was closed either still holds or has come back; a half measure of it does not exist.
    _S.CLOSED: {
        _O.FIXED: _S.CLOSED,
        _O.PARTLY: None,
        _O.NOT_FIXED: None,
        _O.RELAPSED: _S.RELAPSED,
        _O.UNVERIFIABLE: _S.CLOSED,
    },
    _S.WITHDRAWN: dict.fromkeys(Outcome),
}

VERIFYING = (StepKind.VERIFY, StepKind.RECHECK)


def leads_to(kind: StepKind, state: RectState, outcome: Outcome | None = None) -> RectState | None:
    """Where a step leads from a state, or None when it is forbidden there."""
    if kind in VERIFYING:
        if kind is StepKind.RECHECK and state is not RectState.CLOSED:
            return None
        return VERIFICATIONS[state][outcome] if outcome is not None else None
    return STEPS.get((kind, state))


def steps_from(state: RectState) -> list[StepKind]:
    """The steps, verifications aside, that may be taken from a state, in the order of the vocabulary."""
    return [kind for kind in StepKind if (kind, state) in STEPS]


def outcomes_from(state: RectState) -> list[Outcome]:
    """The outcomes a verification may have in a state."""
    return [outcome for outcome in Outcome if VERIFICATIONS[state][outcome] is not None]


def lawful(step: Step) -> bool:
    """Whether a recorded step is one the tables allow."""
    return leads_to(step.kind, step.left, step.outcome) is step.to


def step_of(value: Any) -> Step:
    """The step in a change value. Raises msgspec.ValidationError for one that the tables do not allow."""
    step = msgspec.convert(value, Step)
    if not lawful(step):
        raise msgspec.ValidationError("不允许的整改步骤")
    return step


def read_step(value: Any) -> Step | None:
    """The step in a change value, or None when there is none."""
    try:
        return step_of(value)
    except msgspec.ValidationError:
        return None


# -------------------------------------------------------------------- what a merge brings together


def settled(steps: Sequence[Step]) -> RectState | None:
    """The state that steps taken side by side come to, or None when only the lead can say.

    Steps that lead to the same state agree. Two verifications with different outcomes never do. Others agree
    when they could have been taken one after the other, and every lawful order ends in the same state.
    """
    ends = {step.to for step in steps}
    if len({step.outcome for step in steps if step.kind is StepKind.VERIFY}) > 1:
        return None
    if len(ends) == 1:
        return next(iter(ends))
    distinct = list({(s.kind, s.left, s.to, s.outcome): s for s in steps}.values())
    if not distinct or len(distinct) > 5:
        return None
    found: set[RectState] = set()
    for order in itertools.permutations(distinct):
        state: RectState | None = order[0].to
        for step in order[1:]:
            state = leads_to(step.kind, state, step.outcome) if state is not None else None
        if state is not None:
            found.add(state)
    return found.pop() if len(found) == 1 else None


def last_of(steps: Sequence[Step]) -> Step | None:
    """Of steps taken side by side the one that says most about the state they come to."""
    state = settled(steps)
    ending = [step for step in steps if step.to is state]
    return max(ending or steps, key=lambda s: (s.on, s.kind.value), default=None)


def surely_retires(later: Any, earlier: Any) -> bool:
    """Whether a later step replaces an earlier one by whomever: all do, except one verification another's.

    Two inspectors who verify the same problem are two opinions, however late the second one comes.
    """
    return not (is_verification(later) and is_verification(earlier))


def is_verification(value: Any) -> bool:
    """Whether a change value is the verdict of somebody who looked at a problem again in a visit."""
    return isinstance(value, dict) and value.get("kind") == StepKind.VERIFY.value


def unsettled(values: Iterable[Any]) -> bool:
    """Whether live values of the step field contradict each other, so that the lead must decide."""
    steps = [step for value in values if (step := read_step(value)) is not None]
    return len(steps) > 1 and settled(steps) is None


# -------------------------------------------------------------------- guards


class Objection(msgspec.Struct, frozen=True):
    """Something wrong with a step: the field of `Step` or `Duty` it is about, and a sentence."""

    field: str
    text: str


class Guarded(msgspec.Struct, frozen=True):
    """What the guards say to a step: what forbids it, and what it should be warned of."""

    refusals: tuple[Objection, ...] = ()
    warnings: tuple[Objection, ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.refusals


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What the guards look at besides the step: the state, the duty, the days, and who did what before.

    `noted` is the day the problem was found, `signed` whether the unit has confirmed its list, `reported_by`
    who reported the rectification done, `closed_by` who closed it, `carried_to` the newer round that the
    problem lives in, `settled` whether the state is agreed on at all.
    """

    state: RectState
    duty: Duty = Duty()
    today: str = ""
    noted: str = ""
    signed: bool = False
    reported_by: tuple[str, ...] = ()
    closed_by: tuple[str, ...] = ()
    carried_to: str = ""
    settled: bool = True


def guard(step: Step, ground: Ground) -> Guarded:
    """Check a step against the tables and its needs; every refusal names the field that must be mended."""
    refusals: list[Objection] = []
    warnings: list[Objection] = []
    if ground.carried_to:
        refusals.append(Objection("state", f"这个问题已转入“{ground.carried_to}”，请到那一轮办理"))
    if not ground.settled:
        refusals.append(Objection("state", "这个问题的整改状态有两种说法，请组长先裁定"))
    if step.left is not ground.state or not lawful(step):
        what = f"{step.kind.label}“{step.outcome.label}”" if step.outcome else f"“{step.kind.label}”"
        refusals.append(Objection("state", f"{ground.state.label}的问题不能{what}{_instead(ground.state)}"))
        return Guarded(tuple(refusals), tuple(warnings))
    refusals += _day_faults(step, ground)
    refusals += _needs(step, ground)
    verifier = step.who.strip()
    if step.kind is StepKind.RECHECK and verifier and verifier in ground.closed_by:
        refusals.append(Objection("who", f"当时销号的就是{verifier}，抽查要换人"))
    if step.to is RectState.CLOSED and verifier and verifier in ground.reported_by:
        warnings.append(Objection("who", f"复查人{verifier}就是上报整改的人，最好换人复查"))
    return Guarded(tuple(refusals), tuple(warnings))


def _instead(state: RectState) -> str:
    allowed = [kind.label for kind in steps_from(state)]
    if not allowed:
        return "" if state is RectState.WITHDRAWN else "，只能由复查记为反弹"
    return f"，可以：{'、'.join(allowed)}"


def _day_faults(step: Step, ground: Ground) -> list[Objection]:
    if not step.on:
        return [Objection("on", "没有日期")]
    day = as_date(step.on)
    if day is None:
        return [Objection("on", f"日期写法不对：{step.on}，应如2026-11-20")]
    today, noted = as_date(ground.today), as_date(ground.noted)
    if today is not None and day > today:
        return [Objection("on", f"日期{step.on}在今天之后")]
    if noted is not None and day < noted:
        return [Objection("on", f"日期{step.on}早于发现问题的日期{ground.noted}")]
    return []


def _needs(step: Step, ground: Ground) -> list[Objection]:
    """What each kind of step must say. 写明依据 is asked wherever somebody else will rely on it."""
    missing: list[Objection] = []

    def need(field: str, value: str, text: str) -> None:
        if not value.strip():
            missing.append(Objection(field, text))

    match step.kind:
        case StepKind.START:
            need("measure", ground.duty.measure, "没有整改措施")
            need("owner", ground.duty.owner, "没有责任人")
            need("due", ground.duty.due, "没有整改时限")
        case StepKind.SUBMIT:
            need("result", ground.duty.result, "没有完成情况")
            need("done_on", ground.duty.done_on, "没有完成日期")
        case StepKind.CLOSE:
            need("basis", step.basis, "没有复查意见（依据）")
            need("who", step.who, "没有复查人")
        case StepKind.REJECT:
            need("basis", step.basis, "没有写明为什么不通过")
            need("who", step.who, "没有复查人")
        case StepKind.DISPUTE:
            need("basis", step.basis, "没有写明异议的理由")
            if ground.signed:
                missing.append(Objection("state", "问题清单已经签字确认，异议应在签字之前提出"))
        case StepKind.UPHOLD | StepKind.WITHDRAW:
            need("basis", step.basis, "没有写明理由")
        case StepKind.DEFER:
            need("basis", step.basis, "没有写明挂账的理由")
            need("approver", step.approver, "没有批准人")
            missing += _until_faults(step, ground)
        case StepKind.VERIFY | StepKind.RECHECK:
            need("basis", step.basis, "没有复查依据")
            need("who", step.who, "没有复查人")
            if step.outcome is Outcome.PARTLY:
                need("remains", step.remains, "没有写明还剩什么没有整改")
            if step.outcome is not Outcome.UNVERIFIABLE and not step.methods:
                missing.append(Objection("methods", "没有复查方式"))
    return missing


def _until_faults(step: Step, ground: Ground) -> list[Objection]:
    until, today = as_date(step.until), as_date(ground.today)
    if until is None:
        return [Objection("until", "没有挂账到期的日期" if not step.until else f"日期写法不对：{step.until}")]
    if today is not None and until <= today:
        return [Objection("until", f"挂账到期日{step.until}应在今天之后")]
    return []


def as_date(text: str) -> dt.date | None:
    """A calendar date written YYYY-MM-DD, or None."""
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
