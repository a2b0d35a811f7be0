"""A round in memory for the tests of texts: six groups in two branches, good and bad found in them."""

from __future__ import annotations

import datetime as dt

import msgspec
from strategies import CHECKLIST, GW1, GW2, ROUND, TS1, Desk

from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Period, Round, Team
from inspect_tui.model.terms import FindingKind, Profile, Severity, UnitKind, Verdict
from inspect_tui.report.telling import Held, Wanted, tell
from inspect_tui.rules import actions
from inspect_tui.rules.applicability import items_for

TODAY = dt.date(2026, 11, 20)
LEADERS = {"g1": "章海峰", "g2": "王秋实", "g3": "欧阳雪", "g4": "戚建林", "g5": "彭知行", "g6": "水无痕"}


def group(number: int, branch: str) -> Unit:
    return Unit(
        id=f"g{number}",
        code=f"G{number}",
        name=f"第{number}党小组",
        full_name=f"东沟作业区第{number}党小组",
        kind=UnitKind.PARTY_GROUP,
        parent=branch,
        profile=Profile.PRODUCTION,
        leader=LEADERS[f"g{number}"],
    )


def branch(id_: str, name: str) -> Unit:
    return Unit(id=id_, code=id_.upper(), name=name, kind=UnitKind.BRANCH, parent="z")


SMALL = msgspec.structs.replace(CHECKLIST, unit_kinds=(UnitKind.PARTY_GROUP,))
QUARTER: Round = msgspec.structs.replace(
    ROUND,
    id="2026Q4-lookback",
    origin="q4",
    title="2026年第四季度回头看",
    period=Period(label="2026年第四季度", start="2026-11-16", end="2026-11-20"),
    issuer="东沟作业区党总支",
    basis="党总支年度工作安排",
    checklists=(SMALL,),
    units=(
        Unit(id="z", code="Z", name="东沟作业区党总支", kind=UnitKind.GENERAL_BRANCH),
        branch("b1", "东沟一支部"),
        branch("b2", "东沟二支部"),
        *(group(n, "b1") for n in (1, 2, 3)),
        *(group(n, "b2") for n in (4, 5, 6)),
    ),
    teams=(
        Team(
            id="A1",
            name="第1检查组",
            lead="检查员乙",
            members=("检查员甲",),
            units=("g1", "g2", "g3", "g4", "g5", "g6"),
        ),
    ),
)
EARLIER: Round = msgspec.structs.replace(
    QUARTER,
    id="2026Q3-lookback",
    origin="q3",
    title="2026年第三季度回头看",
    period=Period(label="2026年第三季度", start="2026-08-17", end="2026-08-21"),
)


def begin(desk: Desk, unit: str, day: str) -> None:
    desk.do(*actions.begin_visit(desk.state, unit, day, desk.people))


def judge(desk: Desk, unit: str, verdict: Verdict, *labels: tuple[str, int] | str, item=GW1, **more) -> None:
    desk.judge(verdict, *labels, item=item, unit=unit, **more)


def typed(desk: Desk, unit: str, id_: str, kind: FindingKind, text: str, **more) -> str:
    edits = actions.new_finding(desk.state, unit, id_, kind, text, **more)
    desk.do(*edits)
    return edits[0].record


def worked(*, whole: bool = False) -> Desk:
    """The desk after a week; with `whole`, every item is judged and every visit submitted."""
    desk = Desk("a" * 12, "检查员甲")
    for n in range(1, 6):
        begin(desk, f"g{n}", f"2026-11-{15 + n}")
    for n, count in ((1, 1), (2, 3), (4, 2)):
        judge(desk, f"g{n}", Verdict.FAIL, ("责任缺项", count))
    judge(desk, "g3", Verdict.FAIL, "无责任人")
    judge(desk, "g5", Verdict.PASS)
    judge(desk, "g1", Verdict.FAIL, "一人拟定", ("记录不全", 2), item=GW2)
    typed(desk, "g1", "x1", FindingKind.GOOD_PRACTICE, "章海峰牵头，按周更新清单")
    typed(desk, "g5", "x2", FindingKind.GOOD_PRACTICE, "分配表组内签字确认")
    typed(desk, "g3", "x3", FindingKind.DEFICIENCY, "会议记录由王秋实代签", severity=Severity.MAJOR)
    typed(desk, "g4", "x4", FindingKind.DEFICIENCY, "公开栏内容未换", fixed_on_site=True)
    typed(desk, "g2", "x5", FindingKind.SUGGESTION, "建议合并两本台账")
    desk.do(*actions.not_reached(desk.state, "g6", "2026-11-20", "道路不通"))
    if whole:
        for n in range(1, 6):
            for _, item in items_for(SMALL, Profile.PRODUCTION):
                if not desk.answer(item, f"g{n}").answered:
                    desk.judge(Verdict.PASS, item=item, unit=f"g{n}", award="有且见效" if item is TS1 else "")
            desk.do(actions.submit(desk.state, f"g{n}"))
    return desk


def earlier() -> Desk:
    desk = Desk("b" * 12, "检查员乙")
    for n in (1, 2):
        begin(desk, f"g{n}", "2026-08-18")
    judge(desk, "g1", Verdict.FAIL, ("责任缺项", 2))
    typed(desk, "g2", "y1", FindingKind.GOOD_PRACTICE, "意见当周答复")
    return desk


def held(desk: Desk, round_: Round = QUARTER) -> Held:
    return Held(round=round_, state=desk.state)


def told(desk: Desk, round_: Round = QUARTER, **wanted):
    return tell([held(desk, round_)], Wanted(**wanted), TODAY)
