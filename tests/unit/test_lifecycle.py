"""The life of a rectification: the whole table of transitions written out again, every guard, what settles.

The two tables here are written from domain.md 1.4, not from the code: a move that is changed in one place
only is found out.
"""

from __future__ import annotations

import itertools

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_tui.model.problem import Duty, Step
from inspect_tui.model.terms import Method, Outcome, RectState, StepKind
from inspect_tui.rules import lifecycle
from inspect_tui.rules.lifecycle import (
    Ground,
    as_date,
    guard,
    lawful,
    leads_to,
    outcomes_from,
    read_step,
    settled,
    steps_from,
    surely_retires,
    unsettled,
)
from sweeps import times

STATES = (
    "open", "disputed", "in_progress", "submitted", "rejected", "closed", "relapsed", "deferred", "withdrawn",
)  # fmt: skip
#: Where each step leads from the states above, in their order; a dash is a forbidden move.
MOVES = {
    #        open     disputed  doing     submitted rejected closed relapsed deferred withdrawn
    "start":    "doing     -         -         -         doing     -      doing     doing     -",
    "dispute":  "disputed  -         -         -         -         -      -         -         -",
    "uphold":   "-         open      -         -         -         -      -         -         -",
    "withdraw": "-         withdrawn -         -         -         -      -         -         -",
    "submit":   "-         -         submitted -         -         -      -         -         -",
    "close":    "-         -         -         closed    -         -      -         -         -",
    "reject":   "-         -         -         rejected  -         -      -         -         -",
    "defer":    "deferred  -         deferred  -         deferred  -      -         -         -",
}  # fmt: skip
#: Where each outcome of a verification leads from the states above.
VERIFIED = {
    #                open     disputed doing    submitted rejected closed   relapsed deferred withdrawn
    "fixed":        "closed   closed   closed   closed    closed   closed   closed   closed   -",
    "partly":       "doing    doing    doing    doing     doing    -        doing    doing    -",
    "not_fixed":    "doing    doing    doing    doing     doing    -        doing    doing    -",
    "relapsed":     "relapsed relapsed relapsed relapsed  relapsed relapsed relapsed relapsed -",
    "unverifiable": "open     disputed doing    submitted rejected closed   relapsed deferred -",
}  # fmt: skip
#: A check by lot only ever looks at what is closed.
RECHECKED = {
    outcome: " ".join(to if state == "closed" else "-" for state, to in zip(STATES, row.split(), strict=True))
    for outcome, row in VERIFIED.items()
}


def ends(line: str) -> list[str]:
    return ["in_progress" if word == "doing" else word for word in line.split()]


def table() -> list[tuple[str, str, str, str]]:
    rows = []
    for kind, line in MOVES.items():
        rows += [(kind, "", s, to) for s, to in zip(STATES, ends(line), strict=True)]
    for kind, lines in (("verify", VERIFIED), ("recheck", RECHECKED)):
        for outcome, line in lines.items():
            rows += [(kind, outcome, s, to) for s, to in zip(STATES, ends(line), strict=True)]
    return rows


TABLE = table()


def test_the_table_here_names_every_state_step_and_outcome() -> None:
    assert set(STATES) == {s.value for s in RectState}
    assert {*MOVES, "verify", "recheck"} == {k.value for k in StepKind}
    assert set(VERIFIED) == {o.value for o in Outcome}
    assert len(TABLE) == 9 * (8 + 5 + 5)


@pytest.mark.parametrize(("kind", "outcome", "state", "to"), TABLE)
def test_every_move_leads_where_it_must_or_nowhere(kind: str, outcome: str, state: str, to: str) -> None:
    said = Outcome(outcome) if outcome else None
    found = leads_to(StepKind(kind), RectState(state), said)
    assert (found.value if found else "-") == to


@pytest.mark.parametrize(("kind", "outcome", "state", "to"), TABLE)
def test_a_recorded_step_is_read_only_when_it_ends_where_the_table_says(
    kind: str, outcome: str, state: str, to: str
) -> None:
    for end in STATES:
        value = {"kind": kind, "left": state, "to": end} | ({"outcome": outcome} if outcome else {})
        assert (read_step(value) is not None) == (end == to), (value, to)


def test_a_verification_without_an_outcome_leads_nowhere() -> None:
    for kind, state in itertools.product((StepKind.VERIFY, StepKind.RECHECK), RectState):
        assert leads_to(kind, state) is None


def test_what_may_follow_is_told_in_the_order_of_the_vocabulary() -> None:
    for place, state in enumerate(STATES):
        steps = [k for k, line in MOVES.items() if line.split()[place] != "-"]
        outcomes = [o for o, line in VERIFIED.items() if line.split()[place] != "-"]
        assert [k.value for k in steps_from(RectState(state))] == steps
        assert [o.value for o in outcomes_from(RectState(state))] == outcomes
    assert RectState.WITHDRAWN.done and not outcomes_from(RectState.WITHDRAWN), "withdrawn is final"


@pytest.mark.parametrize(
    "value",
    [
        None, "", 7, [], {}, {"kind": "close"}, {"kind": "close", "left": "submitted"},
        {"kind": "shut", "left": "submitted", "to": "closed"},
        {"kind": "close", "left": "submitted", "to": "gone"},
        {"kind": "close", "left": "submitted", "to": "closed", "on": 5},
    ],
)  # fmt: skip
def test_what_is_no_step_is_read_as_none(value: object) -> None:
    assert read_step(value) is None


# -------------------------------------------------------------------- guards

TODAY = "2026-11-20"
FULL = Duty(
    owner="周一",
    measure="补齐记录",
    due="2026-12-01",
    result="已补齐",
    done_on="2026-11-19",
    owner_unit="一组",
)
GROUND = Ground(state=RectState.OPEN, duty=FULL, today=TODAY, noted="2026-11-10")


def step(kind: StepKind, left: RectState, outcome: Outcome | None = None, **said: object) -> Step:
    to = leads_to(kind, left, outcome)
    assert to is not None
    given = {
        "on": TODAY, "basis": "看了台账", "who": "检查员乙", "methods": (Method.DOC_REVIEW,),
        "remains": "还差一页",
        "approver": "党总支", "until": "2027-01-15",
    }  # fmt: skip
    return Step(kind=kind, left=left, to=to, outcome=outcome, **(given | said))


K, S = StepKind, RectState
#: Each step from a state it may start from, with everything said: allowed.
COMPLETE = [
    (K.START, S.OPEN, None),
    (K.DISPUTE, S.OPEN, None),
    (K.UPHOLD, S.DISPUTED, None),
    (K.WITHDRAW, S.DISPUTED, None),
    (K.SUBMIT, S.IN_PROGRESS, None),
    (K.CLOSE, S.SUBMITTED, None),
    (K.REJECT, S.SUBMITTED, None),
    (K.DEFER, S.REJECTED, None),
    *((K.VERIFY, S.SUBMITTED, outcome) for outcome in Outcome),
    *((K.RECHECK, S.CLOSED, outcome) for outcome in (Outcome.FIXED, Outcome.RELAPSED, Outcome.UNVERIFIABLE)),
]


def ground(state: RectState, **said: object) -> Ground:
    return msgspec.structs.replace(GROUND, state=state, **said)


def refused(made: Step, where: Ground) -> list[str]:
    return [objection.field for objection in guard(made, where).refusals]


@pytest.mark.parametrize(("kind", "left", "outcome"), COMPLETE)
def test_a_step_with_everything_said_is_allowed(kind: K, left: S, outcome: Outcome | None) -> None:
    assert guard(step(kind, left, outcome), ground(left)) == lifecycle.Guarded()


#: What each step cannot do without: a field of the step, or of the duty.
NEEDS = {
    K.START: {"measure", "owner", "due"},
    K.SUBMIT: {"result", "done_on"},
    K.CLOSE: {"basis", "who"},
    K.REJECT: {"basis", "who"},
    K.DISPUTE: {"basis"},
    K.UPHOLD: {"basis"},
    K.WITHDRAW: {"basis"},
    K.DEFER: {"basis", "approver", "until"},
    K.VERIFY: {"basis", "who"},
    K.RECHECK: {"basis", "who"},
}


@pytest.mark.parametrize(("kind", "left", "outcome"), COMPLETE)
def test_each_need_is_asked_by_itself_and_nothing_else_is(kind: K, left: S, outcome: Outcome | None) -> None:
    needs = set(NEEDS[kind])
    if outcome is not None and outcome is not Outcome.UNVERIFIABLE:
        needs.add("methods")
    if outcome is Outcome.PARTLY:
        needs.add("remains")
    for field in ("basis", "who", "approver", "until", "remains", "methods"):
        empties = ((),) if field == "methods" else ("", "   ")
        for empty in empties:
            found = refused(step(kind, left, outcome, **{field: empty}), ground(left))
            assert found == ([field] if field in needs else []), (field, empty)
    for field in ("measure", "owner", "due", "result", "done_on"):
        bare = msgspec.structs.replace(FULL, **{field: " "})
        found = refused(step(kind, left, outcome), ground(left, duty=bare))
        assert found == ([field] if field in needs else []), field


@pytest.mark.parametrize(("kind", "left", "outcome"), COMPLETE)
@pytest.mark.parametrize(
    ("on", "fine"),
    [
        ("", False), ("2026-11-21", False), ("2026-11-09", False), ("20261120", False), ("2026-02-30", False),
        ("2026-11-20", True), ("2026-11-10", True),
    ],
)  # fmt: skip
def test_the_day_lies_between_finding_and_today(
    kind: K, left: S, outcome: Outcome | None, on: str, fine: bool
) -> None:
    assert refused(step(kind, left, outcome, on=on), ground(left)) == ([] if fine else ["on"])


@pytest.mark.parametrize("until", ["2026-11-20", "2026-11-19", "明年", "2026-13-01"])
def test_a_deferral_ends_on_a_real_day_to_come(until: str) -> None:
    assert refused(step(K.DEFER, S.OPEN, until=until), ground(S.OPEN)) == ["until"]


def test_a_dispute_comes_before_signing() -> None:
    assert refused(step(K.DISPUTE, S.OPEN), ground(S.OPEN, signed=True)) == ["state"]
    assert refused(step(K.UPHOLD, S.DISPUTED), ground(S.DISPUTED, signed=True)) == []


@pytest.mark.parametrize(("kind", "left", "outcome"), COMPLETE)
def test_nothing_is_done_to_a_problem_that_lives_elsewhere_or_is_under_quarrel(
    kind: K, left: S, outcome: Outcome | None
) -> None:
    made = step(kind, left, outcome)
    assert "已转入“四季度”" in guard(made, ground(left, carried_to="四季度")).refusals[0].text
    assert "组长先裁定" in guard(made, ground(left, settled=False)).refusals[0].text


@pytest.mark.parametrize(("kind", "outcome", "state", "to"), TABLE)
def test_the_guard_refuses_every_move_the_table_forbids(kind: str, outcome: str, state: str, to: str) -> None:
    left, said = RectState(state), Outcome(outcome) if outcome else None
    full = Step(
        kind=StepKind(kind), left=left, to=left if to == "-" else RectState(to), outcome=said, on=TODAY,
        basis="依据", who="检查员乙", methods=(Method.SITE_VIEW,), remains="剩", approver="总支",
        until="2027-01-01",
    )  # fmt: skip
    found = guard(full, ground(left))
    if to == "-":
        assert [o.field for o in found.refusals] == ["state"]
        assert left.label in found.refusals[0].text and full.kind.label in found.refusals[0].text
    else:
        assert found.allowed
    elsewhere = next(s for s in RectState if s is not left)
    assert not guard(full, ground(elsewhere)).allowed, "a step is taken from the state the problem is in"


def test_closing_by_whoever_reported_it_is_warned_of_and_not_refused() -> None:
    where = ground(S.SUBMITTED, reported_by=("检查员乙",))
    for made in (step(K.CLOSE, S.SUBMITTED), step(K.VERIFY, S.SUBMITTED, Outcome.FIXED)):
        found = guard(made, where)
        assert found.allowed and [w.field for w in found.warnings] == ["who"]
    for made in (step(K.REJECT, S.SUBMITTED), step(K.VERIFY, S.SUBMITTED, Outcome.PARTLY)):
        assert guard(made, where) == lifecycle.Guarded()
    assert guard(step(K.CLOSE, S.SUBMITTED, who="检查员丙"), where).warnings == ()


def test_who_closed_it_does_not_check_it_by_lot() -> None:
    where = ground(S.CLOSED, closed_by=("检查员丙", "检查员乙"))
    assert refused(step(K.RECHECK, S.CLOSED, Outcome.FIXED), where) == ["who"]
    assert refused(step(K.RECHECK, S.CLOSED, Outcome.FIXED, who="检查员丁"), where) == []
    assert refused(step(K.VERIFY, S.CLOSED, Outcome.FIXED), where) == []


def test_dates_are_calendar_dates_in_full() -> None:
    assert as_date("2028-02-29") is not None
    assert [as_date(t) for t in ("2026-02-29", "20261120", "2026-11-2", "", "二〇二六年", "2026-11-20T")] == [
        None
    ] * 6


# -------------------------------------------------------------------- what a merge brings together

STEPS = [
    Step(
        kind=StepKind(kind),
        left=RectState(state),
        to=RectState(to),
        outcome=Outcome(outcome) if outcome else None,
    )
    for kind, outcome, state, to in TABLE
    if to != "-"
]
some = st.lists(st.sampled_from(STEPS), min_size=1, max_size=4)


@given(some, st.randoms(use_true_random=False))
@settings(max_examples=times(400), deadline=None)
def test_what_steps_come_to_does_not_hang_on_their_order(steps: list[Step], chance) -> None:
    mixed = [*steps, *chance.sample(steps, chance.randrange(len(steps)))]
    chance.shuffle(mixed)
    assert settled(mixed) is settled(steps)


@given(some)
@settings(max_examples=times(400), deadline=None)
def test_steps_to_one_end_agree_unless_verified_differently(steps: list[Step]) -> None:
    outcomes = {s.outcome for s in steps if s.kind is K.VERIFY}
    ends = {s.to for s in steps}
    found = settled(steps)
    if len(outcomes) > 1:
        assert found is None
    elif len(ends) == 1:
        assert found in ends
    assert found is None or found in ends


@given(some)
@settings(max_examples=times(400), deadline=None)
def test_an_agreed_state_can_be_reached_by_taking_the_steps_in_turn(steps: list[Step]) -> None:
    found = settled(steps)
    if found is None or len({s.to for s in steps}) == 1:
        return
    kinds = list({(s.kind, s.left, s.to, s.outcome): s for s in steps}.values())
    reached, stuck = set(), 0
    for order in itertools.permutations(kinds):
        state: RectState | None = order[0].to
        for s in order[1:]:
            state = leads_to(s.kind, state, s.outcome) if state else None
        stuck += state is None
        reached |= {state} if state else set()
    assert reached == {found}, "every lawful order ends there"


def test_differing_verdicts_never_settle_and_no_lawful_order_is_a_question() -> None:
    fixed, partly = step(K.VERIFY, S.OPEN, Outcome.FIXED), step(K.VERIFY, S.OPEN, Outcome.PARTLY)
    assert settled([fixed, partly]) is None and settled([fixed, fixed]) is S.CLOSED
    not_fixed = step(K.VERIFY, S.OPEN, Outcome.NOT_FIXED)
    assert settled([partly, not_fixed]) is None, "two verdicts differ though both lead to 整改中"
    closing, rejecting = step(K.CLOSE, S.SUBMITTED), step(K.REJECT, S.SUBMITTED)
    assert settled([closing, rejecting]) is None
    starting, reporting = step(K.START, S.OPEN), step(K.SUBMIT, S.IN_PROGRESS)
    assert settled([reporting, starting]) is S.SUBMITTED, "one after the other is the only way"
    assert settled([]) is None


def test_a_lot_that_failed_beats_one_that_held() -> None:
    held, back = step(K.RECHECK, S.CLOSED, Outcome.FIXED), step(K.RECHECK, S.CLOSED, Outcome.RELAPSED)
    assert settled([held, back]) is settled([back, held]) is S.RELAPSED


def test_only_verification_beside_verification_stays() -> None:
    values = {kind: {"kind": kind.value} for kind in StepKind}
    for later, earlier in itertools.product(StepKind, StepKind):
        both = later is earlier is K.VERIFY
        assert surely_retires(values[later], values[earlier]) is not both
    assert surely_retires(None, values[K.VERIFY]) and surely_retires(values[K.VERIFY], None)


def test_values_that_are_no_steps_are_nobodys_quarrel() -> None:
    fixed = msgspec.to_builtins(step(K.VERIFY, S.OPEN, Outcome.FIXED))
    partly = msgspec.to_builtins(step(K.VERIFY, S.OPEN, Outcome.PARTLY))
    assert not unsettled([fixed, None, {"kind": "close"}]) and unsettled([fixed, None, partly])


def test_lawful_is_the_table() -> None:
    assert all(lawful(s) for s in STEPS)
    assert len(STEPS) == sum(to != "-" for *_, to in TABLE)
