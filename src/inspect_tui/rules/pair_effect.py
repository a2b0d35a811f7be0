"""What a helping pair came to: score, open and overdue problems, goals, before and after, over rounds.

Every figure is that of the rounds' own results and ledgers, so it is the one all other pages show.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from inspect_tui.model.problem import Source
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.spread import Goal, GoalKind, GoalState
from inspect_tui.model.terms import Profile, RectState, Stage
from inspect_tui.rules.applicability import inspected_units, profile_of
from inspect_tui.rules.fold import State
from inspect_tui.rules.ledger import LedgerRow, unit_rows
from inspect_tui.rules.lifecycle import as_date
from inspect_tui.rules.pairing import PairNow, pairs_of
from inspect_tui.rules.periods import Period
from inspect_tui.rules.problems import all_steps
from inspect_tui.rules.ranking import allowed
from inspect_tui.rules.reading import read_visit
from inspect_tui.rules.result import result_of
from inspect_tui.rules.unit_totals import round_day

Rounds = Sequence[tuple[Round, State]]


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """How a unit stood after a round, up to `day`: just before the next round, or the last day looked at.

    `score` is None where the round has none. `goals` are the states by goal id.
    """

    source: Source
    day: str
    score: Decimal | None
    open: int
    overdue: int
    goals: dict[str, GoalState] = {}


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """A pair with how its unit stood before it, after each round since, and how far its goals are now.

    `before` is None where no round had looked at the unit yet.
    """

    now: PairNow
    before: Stand | None
    after: tuple[Stand, ...]
    goals: dict[str, GoalState]

    @property
    def latest(self) -> Stand | None:
        """The last round since, if there was one."""
        return self.after[-1] if self.after else None

    @property
    def scored(self) -> Decimal | None:
        """The last score since the pair began."""
        return next((s.score for s in reversed(self.after) if s.score is not None), None)

    @property
    def gained(self) -> Decimal | None:
        """How much the score moved; None without a score on either side."""
        if self.before is None or self.before.score is None or self.scored is None:
            return None
        return self.scored - self.before.score

    @property
    def met(self) -> int:
        return sum(state is GoalState.MET for state in self.goals.values())


def effects_of(rounds: Rounds, today: str, period: Period | None = None) -> list[Effect]:
    """Every pair of these rounds with its effect up to a day, by the day it began.

    With a `period` only the pairs that ran in it, and nothing after its end. A pair is as the round that had
    it longest knows it; practice rounds and what units say of themselves never count.
    """
    held = sorted((p for p in rounds if _counts(p[0])), key=lambda p: (str(round_day(p[0]) or ""), p[0].id))
    last = min(today, period.end.isoformat()) if period is not None else today
    homes: dict[str, tuple[PairNow, Round]] = {}
    for round_, state in held:
        for now in pairs_of(state, round_):
            known = homes.get(now.pairing.id)
            if known is None or now.pairing.rounds >= known[0].pairing.rounds:
                homes[now.pairing.id] = now, round_
    gone = _taken_back(held)
    found = []
    for now, home in homes.values():
        if now.pairing.id in gone or not _ran(now, period):
            continue
        same = [p for p in held if p[0].kind is home.kind and _visits(p[0], now.pairing.unit)]
        found.append(_effect(now, same, last))
    return sorted(found, key=lambda e: (e.now.pairing.start, e.now.pairing.unit, e.now.pairing.id))


def _counts(round_: Round) -> bool:
    return not round_.practice and round_.stage is not Stage.SELF


def _taken_back(held: Rounds) -> set[str]:
    """Ids of the pairs that the newest round which had them took back."""
    gone: dict[str, bool] = {}
    for round_, state in held:
        there = {now.pairing.id for now in pairs_of(state, round_)}
        for pairing in round_.pairs:
            gone[pairing.id] = pairing.id not in there
    return {pairing for pairing, away in gone.items() if away}


def _ran(now: PairNow, period: Period | None) -> bool:
    if period is None:
        return True
    return now.pairing.start <= period.end.isoformat() and now.until >= period.start.isoformat()


def _visits(round_: Round, unit: str) -> bool:
    return any(u.id == unit for u in inspected_units(round_))


def _day(round_: Round, state: State, unit: str) -> str:
    """The day a round looked at a unit: its visit, else the day the round counts on."""
    return read_visit(state, unit).date or str(round_day(round_) or "")


def _effect(now: PairNow, rounds: Rounds, last: str) -> Effect:
    pairing = now.pairing
    days = [_day(round_, state, pairing.unit) for round_, state in rounds]
    until = min(last, now.until)
    base = max((n for n, day in enumerate(days) if day and day <= pairing.start), default=None)
    since = [n for n, day in enumerate(days) if pairing.start < day <= until and (base is None or n > base)]

    def close(place: int) -> str:
        """The last day a round speaks for: the day before the next one's visit, else the last looked at."""
        following = next((day for day in days[place + 1 :] if day), "")
        before = (dt.date.fromisoformat(following) - dt.timedelta(days=1)).isoformat() if following else last
        return min(before, last)

    before = None
    if base is not None:
        before = _stand(rounds[base], pairing.unit, pairing.start, now)
    after = tuple(_stand(rounds[n], pairing.unit, close(n), now) for n in since)
    # Until the next round, a problem is closed in the ledger of the round it was found in.
    found_in = _stand(rounds[base], pairing.unit, close(base), now).goals if base is not None else {}
    goals = {}
    for goal in pairing.goals:
        told = [s.goals[goal.id] for s in after if s.goals[goal.id] is not GoalState.NO_DATA]
        if not told and goal.kind is GoalKind.PROBLEM and goal.id in found_in:
            told = [found_in[goal.id]]
        goals[goal.id] = told[-1] if told else _words(goal, now)
    return Effect(now=now, before=before, after=after, goals=goals)


def _words(goal: Goal, now: PairNow) -> GoalState:
    met = goal.kind is GoalKind.WORDS and goal.id in now.pairing.met
    return GoalState.MET if met else GoalState.NO_DATA


def _stand(pair: tuple[Round, State], unit_id: str, day: str, now: PairNow) -> Stand:
    round_, state = pair
    unit = round_.unit(unit_id)
    assert unit is not None
    rows = {row.id: (row, _state_on(state, row, day)) for row in unit_rows(state, round_, unit, day)}
    score = result_of(state, round_, unit_id).score
    return Stand(
        source=Source(round=round_.id, origin=round_.origin, title=round_.title),
        day=day,
        score=score,
        open=sum(not there.done for _, there in rows.values()),
        overdue=sum(_late(row, there, day) for row, there in rows.values()),
        goals={goal.id: _goal(goal, score, rows, now) for goal in now.pairing.goals},
    )


def _goal(
    goal: Goal, score: Decimal | None, rows: Mapping[str, tuple[LedgerRow, RectState]], now: PairNow
) -> GoalState:
    if goal.kind is GoalKind.WORDS:
        return _words(goal, now)
    if goal.kind is GoalKind.SCORE:
        if score is None or goal.target is None:
            return GoalState.NO_DATA
        return GoalState.MET if score >= goal.target else GoalState.NOT_YET
    if goal.id not in rows or rows[goal.id][1] is RectState.WITHDRAWN:
        return GoalState.NO_DATA
    return GoalState.MET if rows[goal.id][1] is RectState.CLOSED else GoalState.NOT_YET


def _state_on(state: State, row: LedgerRow, day: str) -> RectState:
    """The state of a problem at the end of a day: what was done later is left out.

    Where steps contradict each other the problem is open until the lead decides.
    """
    if row.contested:
        return RectState.OPEN if row.state.done else row.state
    steps = all_steps(state, row.unit, row.id)
    by_then = [taken.step for taken in steps if taken.step.on <= day]
    if len(by_then) == len(steps):
        return row.state
    return by_then[-1].to if by_then else row.initial


def _late(row: LedgerRow, there: RectState, day: str) -> bool:
    if there.done or there is RectState.DEFERRED:
        return False
    due, today = as_date(row.due), as_date(day)
    return due is not None and today is not None and due < today


# -------------------------------------------------------------------- candidates


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that may need help, beside one of its own profile that may give it; only ever offered."""

    unit: Unit
    profile: Profile
    score: Decimal | None
    open: int
    overdue: int
    helper: Unit | None = None
    helper_score: Decimal | None = None


class _Seen(msgspec.Struct, frozen=True):
    unit: Unit
    profile: Profile
    score: Decimal | None
    open: int
    overdue: int


def candidates(state: State, round_: Round, today: str) -> list[Candidate]:
    """Units that may be paired: the lowest third of each profile by score, and all with overdue problems.

    Beside each stands the best of its profile that has a higher score and no more overdue. Units that were
    hardly looked at are not compared by score. Where the rules say 不排名 the list is in roster order.
    """
    seen = [_look(state, round_, unit, today) for unit in inspected_units(round_)]
    found = []
    for look in seen:
        peers = [s for s in seen if s.profile is look.profile and s.unit.kind is look.unit.kind]
        scored = sorted((s for s in peers if s.score is not None), key=lambda s: s.score or Decimal(0))
        low = {s.unit.id for s in scored[: len(scored) // 3 or (len(scored) > 1)]}
        if look.unit.id not in low and not look.overdue:
            continue
        helper = _helper(look, scored)
        found.append(
            Candidate(
                unit=look.unit,
                profile=look.profile,
                score=look.score,
                open=look.open,
                overdue=look.overdue,
                helper=helper.unit if helper is not None else None,
                helper_score=helper.score if helper is not None else None,
            )
        )
    if allowed(round_):
        found.sort(key=lambda c: (c.score is None, c.score or Decimal(0), -c.overdue))
    return found


def _look(state: State, round_: Round, unit: Unit, today: str) -> _Seen:
    rows = unit_rows(state, round_, unit, today)
    result = result_of(state, round_, unit.id)
    enough = result.coverage >= round_.rules.rank_coverage
    return _Seen(
        unit,
        profile_of(state, round_, unit.id),
        result.score if enough else None,
        sum(not row.done for row in rows),
        sum(row.overdue for row in rows),
    )


def _helper(look: _Seen, scored: Iterable[_Seen]) -> _Seen | None:
    there = [
        s
        for s in scored
        if s.unit.id != look.unit.id
        and s.overdue <= look.overdue
        and (look.score is None or (s.score or Decimal(0)) > look.score)
    ]
    return max(there, key=lambda s: (s.score or Decimal(0), -s.overdue, -s.open), default=None)
