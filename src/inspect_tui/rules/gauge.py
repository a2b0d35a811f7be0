"""Gauge (减负): what a checklist costs and what it never finds, so that its author can shorten it.

Three readings: items that never failed over many visits, minutes from the time stamps of the changes, and
items that ask for the same paper.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from inspect_tui.model.change import parse_key
from inspect_tui.model.checklist import Checklist
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Method, Verdict
from inspect_tui.rules.applicability import checklists_for, inspected_units, items_of
from inspect_tui.rules.fold import State, is_blank
from inspect_tui.rules.reading import read_answer
from inspect_tui.rules.scoring import half_up

#: A gap between two changes longer than this is a break, not work on the next item.
BREAK = dt.timedelta(minutes=15)
#: What is recorded of a unit without walking it.
_NO_WALK = ("rect", "grade", "points", "duties", "bonus", "card", "adopt", "pair", "recount")
_PAPER = re.compile(r"《([^《》]{2,30})》")
#: What a unit is asked to bring out, by the words that checklists name it with; longer names first.
_CORES = (
    "岗位责任清单", "责任清单", "会议记录", "交接班记录", "班前会记录", "学习记录", "工作记录", "巡检记录",
    "谈心谈话记录", "培训记录", "考勤表", "考勤", "分配表", "分配细则", "积分表", "积分", "报表", "台账",
    "公开栏", "公示", "工作计划", "目标计划", "应急预案", "处置卡", "操作规程", "规章制度", "承诺书", "总结",
    "名册", "档案",
)  # fmt: skip
_CORE = re.compile("|".join(sorted(_CORES, key=len, reverse=True)))
_NAMED = re.compile(
    r"[一-鿿]{0,6}(?:清单|台账|记录本|记录|公示|公开栏|分配表|考勤表|积分表|计划|方案|制度|会议记录|档案|报表)"
)
#: Names of one and the same paper.
_SAME = {"考勤表": "考勤", "积分表": "积分", "岗位责任清单": "责任清单"}


class NeverFailed(msgspec.Struct, frozen=True, kw_only=True):
    """An item judged often and always 符合."""

    checklist: str
    item: str
    judged: int


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes that something took, to one decimal: over how many samples, and the middle one of them."""

    key: str
    samples: int
    minutes: Decimal


class SamePaper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper that several items of one checklist ask for."""

    checklist: str
    paper: str
    items: tuple[str, ...]


def never_failed(rounds: Sequence[tuple[Round, State]], least: int = 10) -> list[NeverFailed]:
    """Items judged at least so often over all rounds and never below 符合, by how often they were judged."""
    judged: dict[tuple[str, str], int] = {}
    failed: set[tuple[str, str]] = set()
    for round_, state in rounds:
        for unit in inspected_units(round_):
            for checklist in checklists_for(round_, unit):
                for _, item in items_of(state, round_, unit, checklist):
                    answer = read_answer(state, unit.id, checklist.id, item)
                    key = (checklist.id, item.id)
                    verdicts = {o.judgement.verdict for o in answer.opinions}
                    if verdicts & {Verdict.PARTIAL, Verdict.FAIL}:
                        failed.add(key)
                    if verdicts & {Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL}:
                        judged[key] = judged.get(key, 0) + 1
    found = [
        NeverFailed(checklist=checklist, item=item, judged=count)
        for (checklist, item), count in judged.items()
        if count >= least and (checklist, item) not in failed
    ]
    return sorted(found, key=lambda n: (-n.judged, n.checklist, n.item))


def minutes(state: State) -> tuple[list[Pace], list[Pace]]:
    """Minutes per unit and per item of one round."""
    return minutes_of([state])


def minutes_of(states: Iterable[State]) -> tuple[list[Pace], list[Pace]]:
    """Minutes per unit and per item over rounds, from when changes were made: breaks are left out.

    An item's time is what passed since the same writer's change before, so it includes looking and talking.
    A unit's is that of a round in the middle; an item's that of a judgement in the middle.
    """
    units: dict[str, list[dt.timedelta]] = {}
    items: dict[str, list[dt.timedelta]] = {}
    for state in states:
        here: dict[str, dt.timedelta] = {}
        for changes in _timed(state).values():
            changes.sort()
            for (before, unit_before, _), (at, unit, item) in itertools.pairwise(changes):
                passed = at - before
                if unit != unit_before or passed > BREAK:
                    continue
                here[unit] = here.get(unit, dt.timedelta()) + passed
                if item:
                    items.setdefault(item, []).append(passed)
        for unit, time in here.items():
            units.setdefault(unit, []).append(time)
    return (
        sorted((_pace(unit, times) for unit, times in units.items()), key=lambda p: p.key),
        sorted((_pace(item, times) for item, times in items.items()), key=lambda p: (-p.minutes, p.key)),
    )


def _timed(state: State) -> dict[str, list[tuple[dt.datetime, str, str]]]:
    """Every writer's changes in visits: when, at which unit, and the item judged, if one was."""
    found: dict[str, list[tuple[dt.datetime, str, str]]] = {}
    for known in state.changes.values():
        body = known.body
        if body is None or body.retract:
            continue
        at = _moment(body.at)
        for edit in body.edits:
            address = parse_key(edit.record)
            if at is not None and address is not None and address.unit and address.kind not in _NO_WALK:
                judged = address.kind == "answer" and edit.field == "judgement" and not is_blank(edit.value)
                item = f"{address.checklist}/{address.item}" if judged else ""
                found.setdefault(known.writer, []).append((at, address.unit, item))
                break
    return found


def _pace(key: str, times: list[dt.timedelta]) -> Pace:
    return Pace(key=key, samples=len(times), minutes=_minutes(sorted(times)[len(times) // 2]))


def same_papers(checklist: Checklist, *, loosely: bool = False) -> list[SamePaper]:
    """Papers that more than one item has looked up, the most asked for first.

    A paper is what two items call by the same full name. `loosely` goes by the kind of paper (考勤, 积分)
    instead: worth a thought when a checklist is cut, too much for a fault.
    """
    asked: dict[str, list[str]] = {}
    for item in checklist.items():
        if item.methods and Method.DOC_REVIEW not in item.methods:
            continue
        told = " ".join((item.text, item.rubric, *(item.samples if loosely else ())))
        for paper in dict.fromkeys(_papers(told, loosely=loosely)):
            asked.setdefault(paper, []).append(item.id)
    found = [
        SamePaper(checklist=checklist.id, paper=paper, items=tuple(items))
        for paper, items in asked.items()
        if len(items) > 1
    ]
    return sorted(found, key=lambda s: (-len(s.items), s.paper))


def _papers(text: str, *, loosely: bool) -> Iterable[str]:
    yield from _PAPER.findall(text)
    if loosely:
        yield from (_SAME.get(name, name) for name in _CORE.findall(_PAPER.sub("", text)))
    else:
        yield from (name for name in _NAMED.findall(text) if len(name) >= 4)


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)


def _minutes(time: dt.timedelta) -> Decimal:
    return half_up(Decimal(int(time.total_seconds())) / 60)
