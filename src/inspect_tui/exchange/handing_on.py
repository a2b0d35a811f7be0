"""Handing on: noting in the old rounds of a workspace which problems live in a newer one now (已转入).

It comes after a round was opened and stops nothing: what cannot be noted is told, and asking again makes up
for it.
"""

from __future__ import annotations

import msgspec

from inspect_tui.model.change import Edit, rect_key
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.person import Identity
from inspect_tui.model.problem import Carried
from inspect_tui.model.round import Round
from inspect_tui.rules.carrying import round_key
from inspect_tui.rules.fold import State
from inspect_tui.rules.problems import CARRIED_TO, all_steps
from inspect_tui.rules.rectifying import hand_on
from inspect_tui.store.clean import clean_text
from inspect_tui.store.errors import StoreError
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Clock, Workspace, local_clock


class HandedOn(msgspec.Struct, frozen=True, kw_only=True):
    """What was noted in old rounds: how many problems, by title, and why it could not be done elsewhere."""

    noted: dict[str, int]
    messages: tuple[str, ...] = ()


def hand_over(
    space: Workspace, round_: Round, identity: Identity | None, clock: Clock = local_clock
) -> HandedOn:
    """Note in the old rounds of this workspace which problems live in a newer one now (已转入).

    What was held out since is theirs again. Nothing fails: an old round that is not here, or cannot be
    written, is told in a sentence, and calling again makes up for it.
    """
    if round_.practice:
        return HandedOn(noted={})
    wanted: dict[str, tuple[str, list[Carried], list[Carried]]] = {}
    for carried in round_.carried:
        source = carried.source
        wanted.setdefault(source.origin or source.round, (source.title, [], []))[1].append(carried)
    for held in round_.held:
        source = held.problem.source
        wanted.setdefault(source.origin or source.round, (source.title, [], []))[2].append(held.problem)
    here = {round_key(e.round): e.id for e in space.rounds() if e.round is not None}
    noted: dict[str, int] = {}
    messages: list[str] = []
    for key, (title, gone, back) in wanted.items():
        if key not in here:
            if gone:
                messages.append(f"“{title}”不在这个工作文件夹里，那一轮的台账没有写上“已转入”。")
        elif here[key] != round_.id:
            count, said = _note(space, here[key], round_, gone, back, identity, clock)
            if count:
                noted[title] = count
            messages += [f"“{title}”没有写上“已转入”：{said.rstrip('。')}。"] if said else []
    return HandedOn(noted=noted, messages=tuple(clean_text(m, newlines=False) for m in messages))


def _note(
    space: Workspace,
    old: str,
    round_: Round,
    gone: list[Carried],
    back: list[Carried],
    identity: Identity | None,
    clock: Clock,
) -> tuple[int, str]:
    """Note it in one old round; how many problems were noted, and why it could not be done."""
    try:
        looked = Session.open(space, old, identity or Identity(name=""), clock, read_only=True)
        try:
            needed = _notes(looked.state, round_, gone, back)
        finally:
            looked.close()
        if not needed:
            return 0, ""
        if identity is None:
            return 0, "还不知道是谁在用这台电脑。"
        session = Session.open(space, old, identity, clock)
        try:
            if session.read_only:
                return 0, session.read_only
            for edits in _notes(session.state, round_, gone, back).values():
                session.commit(edits, f"转入{round_.title}")
            session.flush()
        finally:
            # What could not be noted is noted by calling again; the old round must not stay locked for it.
            session.end()
    except (InputFaults, StoreError, OSError) as error:
        return 0, str(error)
    return sum(map(len, needed.values())), ""


def _notes(state: State, round_: Round, gone: list[Carried], back: list[Carried]) -> dict[str, list[Edit]]:
    """The edits that are still missing, by unit, so that each unit's are one step to take back."""
    found: dict[str, list[Edit]] = {}
    for problem in gone:
        record = rect_key(problem.unit, problem.id)
        if _handed_to(state, record) != round_key(round_):
            # Frozen lines carry no change ids; who did something when is as good within one problem.
            frozen = {(past.at, past.by) for past in problem.history}
            steps = all_steps(state, problem.unit, problem.id)
            along = [taken.change for taken in steps if (taken.at, taken.by) in frozen]
            edit = hand_on(state, record, round_.origin, round_.id, round_.title, along)
            found.setdefault(problem.unit, []).append(edit)
    for problem in back:
        record = rect_key(problem.unit, problem.id)
        if _handed_to(state, record) == round_key(round_):
            edit = Edit(record=record, field=CARRIED_TO, value=None, saw=state.saw(record, CARRIED_TO))
            found.setdefault(problem.unit, []).append(edit)
    return found


def _handed_to(state: State, record: str) -> str:
    value = state.value(record, CARRIED_TO)
    return str(value.get("origin") or value.get("round") or "") if isinstance(value, dict) else ""
