"""Scores at full scale: a company's branches graded at once, a plant's groups over a year of months."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from bench.table import Row, compared, medians
from inspect_tui.model.change import Body, Change
from inspect_tui.model.checklist import Checklist
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Period, Round
from inspect_tui.model.scheme import Span
from inspect_tui.model.terms import RoundKind, UnitKind, Verdict
from inspect_tui.model.view import Judgement
from inspect_tui.report.period_table import table_data
from inspect_tui.report.periods import table_of
from inspect_tui.report.trends import trend_lines, trend_of
from inspect_tui.rules import actions
from inspect_tui.rules.applicability import items_for
from inspect_tui.rules.canonical import make_change
from inspect_tui.rules.fold import State
from inspect_tui.rules.result import result_of
from inspect_tui.store.loading import load_checklist
from inspect_tui.store.shipped import shipped_dir

BRANCHES, ITEMS, GROUPS, MONTHS = 721, 28, 110, 12


def a_round(name: str, kind: UnitKind, count: int, day: str) -> tuple[Round, list[Change]]:
    """A scored round over so many units of a kind, a tenth of the items with something missing."""
    checklist, _ = load_checklist((Path(shipped_dir()) / f"{name}.json").read_bytes())
    if kind is UnitKind.BRANCH:
        checklist = _padded(checklist)
    units = [Unit(id=f"u{n}", code=f"U{n}", name=f"第{n}单位", kind=kind) for n in range(count)]
    round_ = Round(
        format="inspect-tui/round",
        version="1.0",
        id=f"bench-{day}",
        title=f"{day}考核",
        kind=RoundKind.ASSESSMENT,
        period=Period(label=day[:7], start=day, end=day),
        checklists=(checklist,),
        units=tuple(units),
    )
    return round_, list(_changes(round_, checklist, day))


def _padded(checklist: Checklist) -> Checklist:
    """The checklist with items of its last section repeated until it has as many as a company's."""
    *others, last = checklist.sections
    wanted = ITEMS - sum(len(section.items) for section in others)
    items = [
        msgspec.structs.replace(last.items[n % len(last.items)], id=f"PAD-{n:02d}") for n in range(wanted)
    ]
    last = msgspec.structs.replace(last, items=tuple(items))
    return msgspec.structs.replace(checklist, sections=(*others, last))


def _changes(round_: Round, checklist: Checklist, day: str) -> Iterator[Change]:
    dice, state, head, writer = random.Random(day), State(), "", "0" * 12
    for unit in round_.units:
        told = [actions.begin_visit(state, unit.id, day, ("测速员",))]
        for _, item in items_for(checklist, unit.profile):
            judgement = actions.plain_verdict(item, Verdict.PASS)
            if item.deductions and dice.random() < 0.1:
                label = dice.choice(item.deductions).label
                judgement = actions.with_deduction(item, Judgement(), Verdict.FAIL, label)
            told.append([actions.judge(state, unit.id, checklist.id, item, judgement)])
        told.append([actions.submit(state, unit.id)])
        for edits in told:
            body = Body(at=f"{day}T09:30:00+08:00", by=("测速员",), edits=tuple(edits))
            change = make_change(head, writer, body)
            head = change.id
            state.apply(change)
            yield change


def rows(times: int) -> Iterator[Row]:
    """Every branch's score with its derivation; a year's table and trend of a plant's groups."""
    round_, changes = a_round("dbjj-zb", UnitKind.BRANCH, BRANCHES, "2026-11-18")
    state = State(changes)
    yield _row(
        f"scores of {BRANCHES} branches x {ITEMS} items",
        changes,
        lambda: [result_of(state, round_, unit.id) for unit in round_.units],
        times,
    )
    made = [
        a_round("lzrh-dxz", UnitKind.PARTY_GROUP, GROUPS, f"2026-{month:02d}-18")
        for month in range(1, MONTHS + 1)
    ]
    held = [(month, State(told)) for month, told in made]
    everything = [change for _, told in made for change in told]
    asked: dict[str, Callable[[], object]] = {
        "year's table": lambda: table_data(table_of(held, Span.YEAR)),
        "year's trend": lambda: trend_lines(trend_of(held)),
    }
    for name, work in asked.items():
        yield _row(f"{name} of {GROUPS} groups x {MONTHS} months", everything, work, times)


def _row(name: str, changes: list[Change], work: Callable[[], object], times: int) -> Row:
    decoder = msgspec.json.Decoder(Body)

    def decode() -> None:
        for change in changes:
            assert change.body is not None
            decoder.decode(change.body)

    seen = medians({"floor": _timed(decode), "measured": _timed(work)}, times, warm=True)
    return compared(name, f"decoding its {len(changes)} changes", None, seen["measured"], seen["floor"])


def _timed(work: Callable[[], object]) -> Callable[[], float]:
    def run() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return run
