"""All texts of a plant's round: 110 groups in eleven branches, against decoding the same changes."""

from __future__ import annotations

import datetime as dt
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
from inspect_tui.model.terms import FindingKind, NamingLevel, Profile, RoundKind, UnitKind, Verdict
from inspect_tui.model.view import Judgement
from inspect_tui.report.document import NoticeKind
from inspect_tui.report.telling import Held, Wanted, private_notices, tell
from inspect_tui.rules import actions
from inspect_tui.rules.applicability import items_for
from inspect_tui.rules.canonical import make_change
from inspect_tui.rules.fold import State
from inspect_tui.store.loading import load_checklist
from inspect_tui.store.shipped import shipped_dir

GROUPS, BRANCHES = 110, 11
TODAY = dt.date(2026, 11, 20)


def plant() -> tuple[Round, list[Change]]:
    """The round and its changes, drawn with a fixed seed; a tenth of the items have something missing."""
    checklist, _ = load_checklist((Path(shipped_dir()) / "lzrh-dxz.json").read_bytes())
    assert checklist is not None
    units = [Unit(id="z", code="Z", name="采油厂党委", kind=UnitKind.COMMITTEE)]
    units += [
        Unit(id=f"b{n}", code=f"B{n}", name=f"第{n + 1}支部", kind=UnitKind.BRANCH, parent="z")
        for n in range(BRANCHES)
    ]
    groups = [
        Unit(
            id=f"u{n}",
            code=f"U{n}",
            name=f"第{n % BRANCHES + 1}支部第{n}党小组",
            kind=UnitKind.PARTY_GROUP,
            parent=f"b{n % BRANCHES}",
            profile=Profile.PRODUCTION,
            leader=f"虚{chr(0x4E00 + n)}名",
        )
        for n in range(GROUPS)
    ]
    round_ = Round(
        format="inspect-tui/round",
        version="1.0",
        id="2026Q4-bench",
        title="测速轮次",
        kind=RoundKind.LOOKBACK,
        period=Period(label="2026年第四季度"),
        checklists=(checklist,),
        units=(*units, *groups),
        issuer="采油厂党委",
    )
    return round_, list(_changes(checklist, groups))


def _changes(checklist: Checklist, groups: list[Unit]) -> Iterator[Change]:
    dice, state, head, writer = random.Random(110), State(), "", "0" * 12
    for unit in groups:
        actions_of = [actions.begin_visit(state, unit.id, "2026-11-18", ("测速员",))]
        for _, item in items_for(checklist, Profile.PRODUCTION):
            judgement = actions.plain_verdict(item, Verdict.PASS)
            if item.deductions and dice.random() < 0.1:
                label = dice.choice(item.deductions).label
                judgement = actions.with_deduction(item, Judgement(), Verdict.FAIL, label)
            actions_of.append([actions.judge(state, unit.id, checklist.id, item, judgement)])
        for kind, text in (
            (FindingKind.DEFICIENCY, f"{unit.leader}的记录有{dice.randint(1, 9)}处不全"),
            (FindingKind.GOOD_PRACTICE, f"{unit.name}按周对照生产任务更新清单"),
        ):
            actions_of.append(actions.new_finding(state, unit.id, f"{kind.value}", kind, text))
        actions_of.append([actions.submit(state, unit.id)])
        for edits in actions_of:
            body = Body(at="2026-11-18T09:30:00+08:00", by=("测速员",), edits=tuple(edits))
            change = make_change(head, writer, body)
            head = change.id
            state.apply(change)
            yield change


def rows(times: int) -> Iterator[Row]:
    """One text of each kind, and the private text of every group."""
    round_, changes = plant()
    held = Held(round=round_, state=State(changes))
    decoder = msgspec.json.Decoder(Body)

    def decode() -> None:
        for change in changes:
            assert change.body is not None
            decoder.decode(change.body)

    def text(kind: NoticeKind, level: NamingLevel) -> Callable[[], object]:
        return lambda: tell([held], Wanted(kind=kind, level=level), TODAY)

    floor = f"decoding its {len(changes)} changes"
    asked = {
        f"通报 of {GROUPS} groups: {kind.value}, {level.value}": text(kind, level)
        for kind, level in (
            (NoticeKind.SITUATION, NamingLevel.GROUP),
            (NoticeKind.SITUATION, NamingLevel.SECRETARY),
            (NoticeKind.PRAISE, NamingLevel.GROUP),
            (NoticeKind.RANKING, NamingLevel.INTERNAL),
        )
    }
    asked[f"通报 of each of {GROUPS} groups"] = lambda: list(private_notices(held, Wanted(), TODAY))
    for name, work in asked.items():
        seen = medians({"floor": _timed(decode), "measured": _timed(work)}, times, warm=True)
        yield compared(name, floor, None, seen["measured"], seen["floor"])


def _timed(work: Callable[[], object]) -> Callable[[], float]:
    def run() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return run
