"""Helping pairs (结对帮扶): who helps whom, until when, and with which goals; kept by the lead.

A pair is a record of the round it was made in and goes on into the next ones, until it ends or its day
passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from inspect_tui.model.change import Edit, pair_key, parse_key
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.spread import Goal, GoalKind, Pairing
from inspect_tui.rules.actions import delete_record, set_element, set_field
from inspect_tui.rules.fold import State
from inspect_tui.rules.going_on import (
    Now,
    differing,
    last_hand,
    newest,
    records_going_on,
    source_of,
    texts_said,
)
from inspect_tui.rules.issue import good_id, plain_decimal
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.lifecycle import as_date
from inspect_tui.rules.reviewing import NoReason
from inspect_tui.rules.scoring import ZERO, points_text

GOAL, MET, ENDED, DELETED = "goal", "met", "ended", "deleted"
#: The one goal a pair has for its score.
SCORE_GOAL = "score"
_PLAIN = ("helper", "helper_name", "start", "until")
#: The highest score there is, with the most a lead may add.
_TOP = Decimal(200)
TEXT_LENGTH = 500
#: What a pair without goals says: each of two leads dropped another one of the last two.
NO_GOAL = "目标：没有了，请组长添上"


class PairNow(Now, frozen=True, kw_only=True):
    """A pair as it now reads. `ended` is the day it was ended before its time, `why` the reason."""

    pairing: Pairing
    ended: str = ""
    why: str = ""

    @property
    def until(self) -> str:
        """The last day of it: as agreed, or when it was ended."""
        return min(self.ended, self.pairing.until) if self.ended else self.pairing.until


# -------------------------------------------------------------------- goals


def score_goal(target: Decimal) -> Goal:
    """A score to reach. Raises NoReason for one nobody can reach."""
    if not (target.is_finite() and ZERO < target <= _TOP):
        raise NoReason(f"目标分数应大于0，不超过{points_text(_TOP)}")
    return Goal(id=SCORE_GOAL, kind=GoalKind.SCORE, target=target)


def problem_goal(row: LedgerRow) -> Goal:
    """A problem to be closed by its day. Raises NoReason for one that is done with."""
    if row.done:
        raise NoReason(f"{row.short_number}已经{row.state_label}，不用列为目标")
    due = row.until or row.due
    return Goal(id=row.id, kind=GoalKind.PROBLEM, number=row.number, text=row.text[:TEXT_LENGTH], due=due)


def word_goal(random_id: str, text: str) -> Goal:
    """A goal in words, which the lead sees reached or not. Raises NoReason without words."""
    if not text.strip():
        raise NoReason("请写目标")
    return Goal(id=random_id, kind=GoalKind.WORDS, text=text.strip()[:TEXT_LENGTH])


def goal_words(goal: Goal) -> str:
    """A goal as people read it."""
    match goal.kind:
        case GoalKind.SCORE:
            return f"得分达到{points_text(goal.target or ZERO)}分"
        case GoalKind.PROBLEM:
            due = f"，{goal.due}前" if goal.due else ""
            return f"{goal.number} {goal.text}（销号{due}）"
        case _:
            return goal.text


# -------------------------------------------------------------------- reading


def pairs_of(state: State, round_: Round) -> list[PairNow]:
    """Every pair the round knows, ended ones too: those it came with, then its own in roster order."""
    going = records_going_on(state, round_, "pair", round_.pairs, pair_key)
    read = (_read(state, round_, record, frozen) for record, frozen in going)
    return [now for now in read if now is not None]


def _read(state: State, round_: Round, record: str, frozen: Pairing | None) -> PairNow | None:
    """A pair as frozen, overlaid by what this round's leads said; None where it is taken back or no pair."""
    if state.deleted(record):
        return None
    address = parse_key(record)
    assert address is not None
    unit = round_.unit(address.unit)
    texts = texts_said(state, record, _PLAIN)
    goals, met = _goals(state, record, frozen), _met(state, record, frozen)
    if frozen is None:
        if not texts.get("helper_name") or as_date(texts.get("start", "")) is None:
            return None
        pairing = Pairing(
            id=address.label,
            unit=address.unit,
            unit_name=unit.name if unit is not None else address.unit,
            source=source_of(round_),
            helper=texts.get("helper", ""),
            helper_name=texts["helper_name"],
            start=texts["start"],
            until=texts.get("until", ""),
            goals=goals,
            met=met,
        )
    else:
        filled = {name: text for name, text in texts.items() if text or name == "helper"}
        pairing = msgspec.structs.replace(frozen, goals=goals, met=met, **filled)
    if as_date(pairing.until) is None:
        return None
    ended = _ended(state.value(record, ENDED))
    by, at = last_hand(state, record, (*_PLAIN, ENDED))
    return PairNow(
        record=record,
        pairing=pairing,
        ended=ended[0],
        why=ended[1],
        contested=differing(state, record, (*_PLAIN, ENDED)),
        here=unit is not None,
        new=frozen is None,
        by=by,
        at=at,
    )


def _goals(state: State, record: str, frozen: Pairing | None) -> tuple[Goal, ...]:
    """The goals that stand: score first, then problems by number, then words."""
    held = {goal.id: goal for goal in frozen.goals} if frozen is not None else {}
    for field in state.fields(record):
        name, colon, element = field.partition(":")
        if name != GOAL or not colon:
            continue
        said = [g for e in state.live(record, field) if (g := read_goal(element, e.value)) is not None]
        if said:
            held[element] = said[0]
        elif state.live(record, field):
            held.pop(element, None)
    order = list(GoalKind)
    return tuple(sorted(held.values(), key=lambda g: (order.index(g.kind), g.number, g.text, g.id)))


def _met(state: State, record: str, frozen: Pairing | None) -> tuple[str, ...]:
    held = dict.fromkeys(frozen.met if frozen is not None else ())
    for field in state.fields(record):
        name, colon, element = field.partition(":")
        if name == MET and colon and (live := state.live(record, field)):
            if any(e.value is True for e in live):
                held[element] = None
            else:
                held.pop(element, None)
    return tuple(sorted(held))


def _ended(value: Any) -> tuple[str, str]:
    if not isinstance(value, dict):
        return "", ""
    on, why = value.get("on"), value.get("why", "")
    good = isinstance(on, str) and as_date(on) is not None and isinstance(why, str)
    return (on, why) if good and isinstance(on, str) else ("", "")


def read_goal(goal_id: str, value: Any) -> Goal | None:
    """A goal as a change says it; a foreign file may say anything."""
    if not isinstance(value, dict) or not good_id(goal_id):
        return None
    kind = next((k for k in GoalKind if k.value == value.get("kind")), None)
    texts = {name: value.get(name, "") for name in ("number", "text", "due")}
    if kind is None or not all(isinstance(t, str) and len(t) <= TEXT_LENGTH for t in texts.values()):
        return None
    if kind is GoalKind.SCORE:
        target = plain_decimal(value.get("target")) if isinstance(value.get("target"), str) else None
        return (
            None
            if target is None or not ZERO < target <= _TOP
            else Goal(id=goal_id, kind=kind, target=target)
        )
    return Goal(id=goal_id, kind=kind, **texts)


# -------------------------------------------------------------------- the lead's word


def pair_up(
    state: State,
    unit: Unit,
    random_id: str,
    *,
    helper: Unit | None = None,
    department: str = "",
    start: str,
    until: str,
    goals: Sequence[Goal] = (),
) -> list[Edit]:
    """Make a pair of a unit and its helper. Raises NoReason for what is missing or cannot be."""
    if helper is not None and helper.id == unit.id:
        raise NoReason("不能自己帮扶自己")
    name = helper.name if helper is not None else department.strip()
    if not name:
        raise NoReason("请写帮扶的单位或部门")
    if len(name) > TEXT_LENGTH:
        raise NoReason("部门名称太长")
    check_days(start, until)
    if not goals:
        raise NoReason("请至少定一个目标")
    key = pair_key(unit.id, random_id)
    values = {"helper_name": name, "start": start, "until": until}
    if helper is not None:
        values["helper"] = helper.id
    return [set_field(state, key, field, value) for field, value in values.items()] + [
        _set_goal(state, key, goal) for goal in goals
    ]


def check_days(start: str, until: str) -> None:
    """Raises NoReason unless both are dates and the first is not after the last."""
    first, last = as_date(start), as_date(until)
    if first is None or last is None:
        raise NoReason("日期请写成2026-11-20这样")
    if last < first:
        raise NoReason("结束日期早于开始日期")


def add_goals(state: State, now: PairNow, goals: Iterable[Goal]) -> list[Edit]:
    """Set further goals; one of the same id is replaced."""
    _refuse(now)
    return [_set_goal(state, now.record, goal) for goal in goals if goal not in now.pairing.goals]


def drop_goal(state: State, now: PairNow, goal: Goal) -> list[Edit]:
    """Take a goal off. Raises NoReason for the last one."""
    _refuse(now)
    if len(now.pairing.goals) < 2:
        raise NoReason("至少要留一个目标")
    return [set_field(state, now.record, f"{GOAL}:{goal.id}", None)]


def mark_met(state: State, now: PairNow, goal: Goal, met: bool) -> list[Edit]:
    """Say that a goal in words is reached, or take that back; other goals follow from the results."""
    _refuse(now)
    if goal.kind is not GoalKind.WORDS:
        raise NoReason("这个目标由得分和台账得出，不用认定")
    return [set_element(state, now.record, MET, goal.id, met)]


def prolong(state: State, now: PairNow, until: str) -> list[Edit]:
    """Set another last day."""
    _refuse(now)
    check_days(now.pairing.start, until)
    return [set_field(state, now.record, "until", until)]


def end(state: State, now: PairNow, on: str, why: str) -> list[Edit]:
    """End a pair before its time. Raises NoReason without a reason."""
    _refuse(now)
    if as_date(on) is None or on < now.pairing.start:
        raise NoReason("结束日期写法不对，或早于开始日期")
    if not why.strip():
        raise NoReason("请写明为什么结束")
    return [set_field(state, now.record, ENDED, {"on": on, "why": why.strip()[:TEXT_LENGTH]})]


def resume(state: State, now: PairNow) -> list[Edit]:
    """Let a pair that was ended go on."""
    _refuse(now)
    return [set_field(state, now.record, ENDED, None)]


def take_back(state: State, now: PairNow) -> list[Edit]:
    """Take a pair back as if it had not been made."""
    _refuse(now)
    return [delete_record(state, now.record)]


def _refuse(now: PairNow) -> None:
    if not now.here:
        raise NoReason(f"本轮没有{now.pairing.unit_name}，不能改它的结对")


def _set_goal(state: State, record: str, goal: Goal) -> Edit:
    value = {"kind": goal.kind.value}
    if goal.target is not None:
        value["target"] = points_text(goal.target)
    value |= {n: v for n in ("number", "text", "due") if (v := getattr(goal, n))}
    return set_field(state, record, f"{GOAL}:{goal.id}", value)


# -------------------------------------------------------------------- on to the next round


def pairs_left(state: State, round_: Round, today: str) -> list[Pairing]:
    """The pairs a round leaves to the next one: those that go on."""
    return [
        msgspec.structs.replace(now.pairing, rounds=now.pairing.rounds + 1)
        for now in pairs_of(state, round_)
        if not now.ended and now.pairing.until >= today
    ]


def newest_pairs(leaves: Iterable[Iterable[Pairing]]) -> tuple[Pairing, ...]:
    """Several rounds' pairs together: each once, as the round that had it longest knows it."""
    return newest(leaves, lambda pairing: (pairing.rounds,))


# -------------------------------------------------------------------- foreign files


def pair_fault(field: str, value: Any) -> bool:
    """Whether an edit of a pair says something that is none; what a newer version adds is not judged."""
    if value is None:
        return False
    name, colon, element = field.partition(":")
    if name == GOAL and colon:
        return read_goal(element, value) is None
    if (name == MET and colon) or field == DELETED:
        return not isinstance(value, bool)
    if field in ("start", "until"):
        return not isinstance(value, str) or as_date(value) is None
    if field in _PLAIN:
        return not isinstance(value, str) or len(value) > TEXT_LENGTH
    return field == ENDED and not _ended(value)[0]
