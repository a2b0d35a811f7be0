"""Histories for the tests of the rules: a small round, desks at which inspectors work, random days of work.

A `Desk` is one findings file with the people who sign it and whatever else it has been shown. Hypothesis
draws plain tuples of integers and `play` turns them into actions, so that failing histories shrink well.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from inspect_tui.model.change import Body, Change, Edit, labelled_finding_key
from inspect_tui.model.checklist import Award, Checklist, Deduction, Item, Section, Trigger
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Period, Round, Rules
from inspect_tui.model.terms import (
    FindingKind,
    Method,
    NaPolicy,
    Profile,
    RoundKind,
    Scoring,
    Severity,
    UnitKind,
    Verdict,
)
from inspect_tui.model.view import Judgement, Picked
from inspect_tui.rules import actions
from inspect_tui.rules.applicability import checklists_for
from inspect_tui.rules.canonical import make_change
from inspect_tui.rules.fold import State
from inspect_tui.rules.history import Undoing
from inspect_tui.rules.reading import findings_of_unit, read_answer, read_hits, read_visit
from inspect_tui.rules.sheet import UnitSheet
from inspect_tui.rules.tables import state_tables

# -------------------------------------------------------------------- a small round

GW1 = Item(
    id="GW-01",
    text="岗位责任齐全，每项都有责任人",
    rubric="缺1项扣0.5分，未明确责任人扣1分",
    points=Decimal(4),
    severity=Severity.MODERATE,
    deductions=(
        Deduction(
            label="责任缺项",
            sentence="岗位责任缺{n}项",
            points=Decimal("0.5"),
            unit="项",
            cap=Decimal(2),
            missing=True,
        ),
        Deduction(
            label="无责任人", sentence="岗位责任未明确责任人", points=Decimal(1), severity=Severity.MAJOR
        ),
        Deduction(label="全无", sentence="未建立岗位责任", all=True, missing=True, triggers="RL-1"),
    ),
)
GW2 = Item(
    id="GW-02",
    text="按月修订岗位责任",
    rubric="一人拟定扣2分，参加不足半数扣1分，记录不全每处扣0.3分",
    points=Decimal(3),
    deductions=(
        Deduction(label="一人拟定", sentence="修订由一人拟定", points=Decimal(2), exclusive="讨论"),
        Deduction(label="不足半数", sentence="参加讨论不足半数", points=Decimal(1), exclusive="讨论"),
        Deduction(label="记录不全", sentence="修订记录有{n}处不全", points=Decimal("0.3"), unit="处"),
    ),
)
TS1 = Item(
    id="TS-01",
    text="有本组特色做法",
    points=Decimal(7),
    scoring=Scoring.AWARD,
    awards=(
        Award(label="有且见效", points=Decimal(7), verdict=Verdict.PASS),
        Award(
            label="有未见效", points=Decimal(4), verdict=Verdict.PARTIAL, sentence="有特色做法，成效未显现"
        ),
        Award(label="没有", points=Decimal(0), verdict=Verdict.FAIL, missing=True, severity=Severity.MAJOR),
    ),
)
SC1 = Item(id="SC-01", text="井场标识齐全", points=Decimal(2), applies_to=("production",))
AQ1 = Item(id="AQ-01", text="隐患排查有记录", points=Decimal(2), applies_to=("safety",))
YJ1 = Item(id="YJ-01", text="了解意见建议", points=Decimal(0), scoring=Scoring.NONE)

CHECKLIST = Checklist(
    format="inspect-tui/checklist",
    version="1.0",
    id="small",
    revision="1",
    title="小清单",
    sections=(
        Section(id="GW", name="岗位责任", points=Decimal(7), items=(GW1, GW2)),
        Section(id="TS", name="特色", points=Decimal(9), items=(TS1, SC1, AQ1, YJ1)),
    ),
    profiles=("production", "safety"),
    triggers=(Trigger(id="RL-1", text="弄虚作假"), Trigger(id="RL-2", text="发生事故")),
)
#: A second checklist whose first item has the same id, as happens in the field.
SECOND = Checklist(
    format="inspect-tui/checklist",
    version="1.0",
    id="second",
    revision="1",
    title="又一清单",
    sections=(
        Section(
            id="GW",
            name="岗位责任",
            points=Decimal(5),
            items=(
                Item(
                    id="GW-01",
                    text="台账齐全",
                    points=Decimal(5),
                    deductions=(
                        Deduction(
                            label="缺页",
                            sentence="台账缺{n}页",
                            points=Decimal("0.1"),
                            unit="页",
                            cap=Decimal(1),
                        ),
                    ),
                ),
            ),
        ),
    ),
)
ROUND = Round(
    format="inspect-tui/round",
    version="1.0",
    id="2026Q4-test",
    title="2026年第四季度回头看",
    kind=RoundKind.LOOKBACK,
    period=Period(label="2026年第四季度"),
    checklists=(CHECKLIST, SECOND),
    units=(
        Unit(
            id="u1",
            code="U1",
            name="第1党小组",
            kind=UnitKind.PARTY_GROUP,
            profile=Profile.PRODUCTION,
        ),
        Unit(id="u2", code="U2", name="第2党小组", kind=UnitKind.PARTY_GROUP, profile=Profile.SAFETY),
    ),
)
UNITS = ("u1", "u2")
PLACES = [(checklist, item) for checklist in ROUND.checklists for item in checklist.items()]


def with_policy(policy: NaPolicy) -> Round:
    """The small round under another policy for 不适用."""
    import msgspec

    return msgspec.structs.replace(ROUND, rules=Rules(na_policy=policy))


# -------------------------------------------------------------------- a desk


class Desk:
    """One writer at work: own changes, and a state that also holds what was taken from others."""

    def __init__(self, writer: str, *people: str) -> None:
        self.writer, self.people = writer, people
        self.state = State()
        self.own: list[Change] = []
        self.held: list[Change] = []
        self.minute = 0

    def seal(self, body: Body) -> Change:
        """Make a change on top of the own chain without taking it in."""
        return make_change(self.own[-1].id if self.own else "", self.writer, body)

    def do(self, *edits: Edit, retract: Iterable[str] = (), what: str = "") -> Change:
        """One user action, made and taken in."""
        self.minute += 1
        at = f"2026-11-20T{9 + self.minute // 60:02d}:{self.minute % 60:02d}:00+08:00"
        change = self.seal(Body(at=at, by=self.people, edits=edits, retract=tuple(retract), what=what))
        self.own.append(change)
        self.held.append(change)
        self.state.apply(change)
        return change

    def take(self, *sources: Desk | Change) -> None:
        """Receive changes: a change, or everything a desk holds."""
        for source in sources:
            for change in source.held if isinstance(source, Desk) else (source,):
                if change.id not in self.state.changes:
                    self.held.append(change)
                    self.state.apply(change)

    # ---- shorthands used by the counterexamples

    def judge(
        self,
        verdict: Verdict,
        *labels: tuple[str, int] | str,
        item: Item = GW1,
        unit: str = "u1",
        reason: str = "",
        award: str = "",
        decision: str = "",
    ) -> Change:
        """Judge an item of the small checklist; with `decision`, settle it as the lead."""
        picked = tuple(Picked(*((label,) if isinstance(label, str) else label)) for label in labels)
        missing = any((d := item.deduction(p.label)) is not None and d.missing for p in picked)
        judgement = Judgement(verdict=verdict, deductions=picked, missing=missing, reason=reason, award=award)
        edit = actions.judge(self.state, unit, CHECKLIST.id, item, judgement)
        return self.do(decided(edit, decision))

    def clear(self, item: Item = GW1, unit: str = "u1") -> Change:
        """Take the own judgement back to 未查, as the key 0 does."""
        return self.do(actions.judge(self.state, unit, CHECKLIST.id, item, Judgement()))

    def set(self, record: str, field: str, value: Any, decision: str = "") -> Change:
        """Set one field, having seen what this desk holds."""
        return self.do(decided(actions.set_field(self.state, record, field, value), decision))

    def undo(self, unit: str = "u1") -> Change | None:
        """Take back this writer's last action in a unit."""
        target = Undoing(self.state, self.writer).of(unit).undo_target()
        return self.do(retract=[target]) if target else None

    def redo(self, unit: str = "u1") -> Change | None:
        """Bring back what was last undone in a unit."""
        target = Undoing(self.state, self.writer).of(unit).redo_target()
        return self.do(retract=[target]) if target else None

    def answer(self, item: Item = GW1, unit: str = "u1"):
        """The answer as this desk reads it."""
        return read_answer(self.state, unit, CHECKLIST.id, item)

    def findings(self, unit: str = "u1"):
        """The findings as this desk reads them."""
        return findings_of_unit(self.state, ROUND, unit, list(ROUND.checklists))


def decided(edit: Edit, decision: str) -> Edit:
    """The same edit as a lead's decision, when a reason is given."""
    import msgspec

    return msgspec.structs.replace(edit, decision=decision) if decision else edit


# -------------------------------------------------------------------- random work

Step = tuple[int, int, int, int]


def _pick(seed: int, options: Any) -> Any:
    return options[seed % len(options)]


def _random_judgement(item: Item, seed: int) -> Judgement:
    verdict = _pick(seed, (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL, Verdict.NA, Verdict.UNVERIFIED))
    seed //= 5
    if verdict in (Verdict.NA, Verdict.UNVERIFIED):
        return Judgement(verdict=verdict, reason=_pick(seed, ("无此业务", "人员不在", "资料在上级")))
    if item.scoring is Scoring.AWARD:
        if seed % 3:
            award = _pick(seed, [a for a in item.awards if a.verdict is verdict])
            return Judgement(verdict=verdict, award=award.label, missing=award.missing)
        return actions.plain_verdict(item, verdict)
    judgement = Judgement(verdict=verdict)
    if verdict is Verdict.PASS or not item.deductions:
        return judgement
    for _ in range(seed % 4):
        label = _pick(seed, item.deductions).label
        seed = seed // 3 + 1
        judgement = actions.with_deduction(item, judgement, verdict, label, 1 + seed % 3)
    return judgement


def _judge(desk: Desk, unit: str, seed: int) -> None:
    checklist, item = _pick(seed, PLACES)
    judgement = _random_judgement(item, seed // len(PLACES))
    edits = actions.begin_visit(desk.state, unit, "2026-11-20", desk.people)
    desk.do(actions.judge(desk.state, unit, checklist.id, item, judgement), *edits)


def _more(desk: Desk, unit: str, seed: int) -> None:
    item = _pick(seed, (GW1, GW2))
    current = read_answer(desk.state, unit, CHECKLIST.id, item).judgement
    label = _pick(seed // 2, item.deductions).label
    if seed % 5 == 0 and current.deductions:
        judgement = actions.without_deduction(item, current, current.deductions[0].label)
    else:
        judgement = actions.with_deduction(item, current, Verdict.FAIL, label)
    desk.do(actions.judge(desk.state, unit, CHECKLIST.id, item, judgement))


def _clear(desk: Desk, unit: str, seed: int) -> None:
    checklist, item = _pick(seed, PLACES)
    desk.do(actions.judge(desk.state, unit, checklist.id, item, Judgement()))


def _decide(desk: Desk, unit: str, seed: int) -> None:
    checklist, item = _pick(seed, PLACES)
    judgement = _random_judgement(item, seed // len(PLACES))
    edit = actions.judge(desk.state, unit, checklist.id, item, judgement)
    desk.do(decided(edit, "组长裁定"))


def _words(desk: Desk, unit: str, seed: int) -> None:
    checklist, item = _pick(seed, PLACES)
    text = _pick(seed // 7, ("", "看了三个月的记录", "[/]", "现场与记录不一致"))
    match seed % 3:
        case 0:
            edit = actions.write_note(desk.state, unit, checklist.id, item, text)
        case 1:
            method = _pick(seed // 3, list(Method)).value
            edit = actions.toggle_method(desk.state, unit, checklist.id, item, method)
        case _:
            sample = _pick(seed // 3, ("9月", "10月"))
            edit = actions.set_sample(desk.state, unit, checklist.id, item, sample, seed % 2 == 0)
    desk.do(edit)


def _typed(desk: Desk, unit: str, seed: int) -> None:
    kind = _pick(seed, list(FindingKind))
    edits = actions.new_finding(
        desk.state,
        unit,
        f"{seed % 6:04x}",
        kind,
        _pick(seed // 3, ("物料堆放不规范", "做法值得推广", "建议增加培训")),
        fixed_on_site=seed % 2 == 0,
    )
    desk.do(*edits)


def _rewrite(desk: Desk, unit: str, seed: int) -> None:
    keys = [k for k in sorted(desk.state.records(unit)) if k.startswith("finding/")]
    keys.append(labelled_finding_key(unit, CHECKLIST.id, GW1.id, "责任缺项"))
    key = _pick(seed, keys)
    match seed % 5:
        case 0:
            edit = actions.delete_record(desk.state, key)
        case 1:
            edit = actions.set_field(desk.state, key, "severity", _pick(seed // 5, list(Severity)).value)
        case 2:
            edit = actions.set_field(desk.state, key, "fixed_on_site", seed // 5 % 2 == 0)
        case _:
            edit = actions.set_field(desk.state, key, "text", _pick(seed // 5, ("改写一", "改写二", "")))
    desk.do(edit)


def _header(desk: Desk, unit: str, seed: int) -> None:
    match seed % 7:
        case 0:
            edits = actions.visit_people(
                desk.state, unit, "present", _pick(seed // 7, (["甲"], ["甲", "乙"], [])) or []
            )
        case 1:
            edits = [actions.correct_profile(desk.state, unit, _pick(seed // 7, list(Profile)))]
        case 2:
            edits = [actions.submit(desk.state, unit)]
        case 3:
            edits = actions.reopen(desk.state, unit, "补查一项")
        case 4:
            trigger = _pick(seed // 7, CHECKLIST.triggers).id
            edits = [
                actions.hit_trigger(desk.state, unit, CHECKLIST.id, trigger, _pick(seed, ("甲事", "乙事")))
            ]
        case 5:
            trigger = _pick(seed // 7, CHECKLIST.triggers).id
            edits = [actions.clear_trigger(desk.state, unit, CHECKLIST.id, trigger)]
        case _:
            edits = actions.visit_fields(
                desk.state,
                unit,
                {
                    "counterpart": _pick(seed // 7, ("周一", "吴二", "")),
                    "date": _pick(seed // 3, ("2026-11-20", "2026-11-21")),
                },
            )
    if edits:
        desk.do(*edits)


def _undo(desk: Desk, unit: str, seed: int) -> None:
    desk.undo(unit)


def _redo(desk: Desk, unit: str, seed: int) -> None:
    desk.redo(unit)


def _retract_any(desk: Desk, unit: str, seed: int) -> None:
    """Retract some change that is held, perhaps another hand's, which must then be ignored."""
    desk.do(retract=[_pick(seed, sorted(desk.state.changes))] if desk.state.changes else ["0" * 32])


#: Actions of one inspector in one unit; the frequent ones stand more than once.
LOCAL: tuple[Callable[[Desk, str, int], None], ...] = (
    _judge,
    _judge,
    _judge,
    _more,
    _more,
    _clear,
    _words,
    _typed,
    _rewrite,
    _header,
    _undo,
    _undo,
    _redo,
)
ALL = (*LOCAL, _decide, _decide, _retract_any)

steps = st.tuples(st.integers(0, 3), st.integers(0, len(ALL) + 3), st.integers(0, 1), st.integers(0, 2**16))
histories = st.tuples(st.integers(2, 4), st.lists(steps, min_size=1, max_size=30))
solo = st.lists(
    st.tuples(st.integers(0, len(LOCAL) - 1), st.integers(0, 1), st.integers(0, 2**16)), max_size=40
)


def new_desks(count: int) -> list[Desk]:
    """Desks as in the field: one inspector, another, two at one laptop, and the first on a second laptop."""
    return [
        Desk("a" * 12, "甲"),
        Desk("b" * 12, "乙"),
        Desk("c" * 12, "甲", "丙"),
        Desk("d" * 12, "甲"),
    ][:count]


def play(history: tuple[int, list[Step]]) -> list[Desk]:
    """Let the desks work; a step past the actions is an exchange, whole or of the first part of a file."""
    count, moves = history
    desks = new_desks(count)
    for who, what, where, seed in moves:
        desk = desks[who % count]
        if what < len(ALL):
            ALL[what](desk, UNITS[where], seed)
        else:
            other = desks[(who + 1 + seed % (count - 1)) % count]
            if what == len(ALL) and other.own:
                desk.take(*other.own[: 1 + seed // 4 % len(other.own)])
            else:
                desk.take(other)
    return desks


def random_history(seed: int, length: int = 30) -> tuple[int, list[Step]]:
    """A history from a seed, for sweeps that do without hypothesis."""
    dice = random.Random(seed)
    return dice.randint(2, 4), [
        (dice.randint(0, 3), dice.randint(0, len(ALL) + 3), dice.randint(0, 1), dice.randint(0, 2**16))
        for _ in range(length)
    ]


def union(desks: Iterable[Desk]) -> list[Change]:
    """All changes of all desks, each once."""
    return list({c.id: c for desk in desks for c in desk.held}.values())


# -------------------------------------------------------------------- everything a state says


def reading(state: State, round_: Round = ROUND) -> dict[str, Any]:
    """All that can be read from a state, comparable with `==`."""
    said: dict[str, Any] = {
        "tables": state_tables(state, round_),
        "questions": list(state.questions()),
        "gaps": state.gaps(),
        "forks": state.forks(),
        "ids": state.ids(),
    }
    for unit in round_.units:
        said[unit.id] = reading_of_unit(state, unit.id, round_)
    return said


def reading_of_unit(state: State, unit_id: str, round_: Round = ROUND) -> dict[str, Any]:
    """What the screens of one unit say."""
    unit = round_.unit(unit_id)
    assert unit is not None
    checklists = checklists_for(round_, unit)
    return {
        "answers": [read_answer(state, unit_id, c.id, i) for c in checklists for i in c.items()],
        "findings": findings_of_unit(state, round_, unit_id, checklists),
        "visit": read_visit(state, unit_id),
        "hits": read_hits(state, unit_id),
        "scores": UnitSheet(state, round_, unit_id).unit_scores(),
    }
