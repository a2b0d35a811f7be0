"""Belated steps: what a merge brings to a problem that has gone on to a newer round meanwhile.

The newer round froze the problem without them and never hears of them, so they are told and somebody records
them there again. Clocks decide nothing: the note 已转入 lists the steps that went along.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from inspect_tui.model.change import parse_key
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.terms import StepKind
from inspect_tui.rules.fold import State, is_blank
from inspect_tui.rules.numbering import makeshift, numbers_of
from inspect_tui.rules.problems import CARRIED_TO, STEP, Problem, Taken, all_steps, problems_of

#: Most sentences about single steps; the rest is counted.
TOLD = 20


class Belated(msgspec.Struct, frozen=True, kw_only=True):
    """A step on a problem that the newer round `to` took over without it."""

    unit: str
    problem: str
    number: str
    to: str
    taken: Taken

    @property
    def text(self) -> str:
        """The step in a sentence, with what to do about it."""
        step = self.taken.step
        what = "复查" if step.kind is StepKind.VERIFY else "整改记录"
        said = step.outcome.label if step.outcome is not None else step.kind.label
        who = "、".join(self.taken.by)
        return (
            f"问题{self.number}已转入“{self.to}”，{who}的这条{what}（{said}，{step.on}）"
            "记在旧轮次，请到新轮次重记"
        )


def belated_steps(state: State, round_: Round) -> list[Belated]:
    """Every step that stands in this round and did not go along with its problem, in ledger order."""
    # Merging asks this for every unit by itself, nearly always for nothing: the round's list comes last.
    strayed: dict[str, dict[str, tuple[str, list[Taken]]]] = {}
    for unit_id in state.units():
        for record in state.records(unit_id):
            held = _strayed(state, record)
            address = parse_key(record) if held is not None else None
            if held is not None and address is not None:
                strayed.setdefault(unit_id, {})[address.label] = held
    if not strayed:
        return []
    return [
        one
        for unit in round_.units
        if unit.id in strayed
        for one in _named(state, round_, unit, strayed[unit.id])
    ]


def told(belated: Iterable[Belated]) -> list[str]:
    """The steps in sentences, with how many more there are."""
    lines = [f"{one.text}。" for one in belated]
    return lines[:TOLD] + ([f"这样的记录另有{len(lines) - TOLD}条。"] if len(lines) > TOLD else [])


def _strayed(state: State, record: str) -> tuple[str, list[Taken]] | None:
    """The round a problem went on to and the steps that did not go along; None when there are none."""
    if not record.startswith("rect/"):
        return None
    notes = [e for e in state.live(record, CARRIED_TO) if not is_blank(e.value)]
    if not notes or STEP not in state.fields(record):
        return None
    address = parse_key(record)
    if address is None:
        return None
    along = {change for note in notes for change in note.saw}
    steps = [t for t in all_steps(state, address.unit, address.label) if t.change not in along]
    value = notes[0].value if isinstance(notes[0].value, dict) else {}
    to = str(value.get("title") or value.get("round") or "")
    return (to, steps) if steps else None


def _named(
    state: State, round_: Round, unit: Unit, strayed: dict[str, tuple[str, list[Taken]]]
) -> list[Belated]:
    found = []
    for problem in problems_of(state, round_, unit):
        to, steps = strayed.get(problem.id, ("", []))
        if not steps:
            continue
        number = _number(state, round_, unit, problem)
        found += [Belated(unit=unit.id, problem=problem.id, number=number, to=to, taken=t) for t in steps]
    return found


def _number(state: State, round_: Round, unit: Unit, problem: Problem) -> str:
    if problem.carried is not None:
        return problem.carried.number
    assert problem.finding is not None
    key = problem.finding.key
    return next(iter(numbers_of(state, key)), makeshift(round_, key, unit.code))
