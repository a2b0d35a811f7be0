"""The demo: a workspace with two past rounds and one under way, made through the same doors as real work.

The three rounds are one chain: each looks back at what the one before left, and the ledger goes on between.
Everything in it is invented. The clock and all ids are fixed, so that two demos hold the same records.
"""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inspect_tui.demo_authoring import write_authoring
from inspect_tui.demo_duties import enter_duties
from inspect_tui.demo_evidence import attach_past, attach_some
from inspect_tui.demo_forms import filled_form
from inspect_tui.demo_helpers import recount_sheet
from inspect_tui.demo_papers import write_papers
from inspect_tui.demo_parts import Clock, Ledger, digest, ids_of, put_in_place, record, verify_line, writer_of
from inspect_tui.demo_spread import adopt_and_pair, write_card
from inspect_tui.exchange.carrying import gather, hand_over
from inspect_tui.exchange.handin import hand_in
from inspect_tui.exchange.pack import take_pack, write_pack
from inspect_tui.exchange.planning import open_round
from inspect_tui.model.person import Identity
from inspect_tui.model.problem import Carried
from inspect_tui.model.round import Period, Round, Team
from inspect_tui.model.terms import Outcome, RectState, Role, RoundKind, Scoring, StepKind
from inspect_tui.rules.applicability import items_for
from inspect_tui.rules.lifecycle import outcomes_from
from inspect_tui.rules.problems import carried_of
from inspect_tui.store.files import write_durable
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

Looked = tuple[Outcome, ...]

MARK = "演示说明.txt"
CHECKLIST = "lzrh-dxz"
#: Whoever opens the demo works as this inspector.
USER = "检查员甲"
#: Who leads the first team, opens the rounds and keeps the ledger.
LEAD = "检查员乙"
#: The unit whose visit is half done, and how many of its items are answered.
HALF_DONE, ANSWERED = "DG02", 9
CURRENT = "2026Q4-lookback"

_ABOUT = """这是演示用的工作文件夹，单位、人名和检查记录都是虚构的，可以随意改动，不用时删掉整个文件夹即可。

当前身份：检查员甲（第1检查组组员）。
轮次：2026年第二季度、第三季度已查完；第四季度正在查，东沟第2党小组查了9项。
检查员乙、检查员丙也有记录，和检查员甲有几处意见不同；“收卷”里是他们交来的卷。

三轮是接着的：每一轮都带着上一轮没有销号的问题，先复查，再查新的。
第三季度复查第二季度的问题，有已整改、部分整改、未整改、反弹，也有无法核实的；
之后的台账里，有的已上报待复查，有的已销号，有一条经批准长期挂账，有的已经逾期。
第四季度转入这些问题，有一条由组长写明理由留在第三季度。东沟第1党小组已复查并提交；
东沟第2党小组还有几条上轮问题等着复查，按F7先看；有一条复查结论两人不同，等组长裁定。
东沟第1、第6党小组记下了10月、11月的岗位责任，第1党小组按当月任务改过，第6党小组只改了日期。
“收卷”里另有一份改过的每周督查考核细则表格，可以在主页菜单“清单和名册”里试着导入，对照旧版。
"""

_GOOD = (
    ("GW-02", "岗位责任清单按周对照生产任务更新，组员都说得清"),
    ("JJ-02", "分配表与考核得分一一对应，组内签字确认"),
    ("RC-04", "班前会用三分钟说清当天任务和风险，有记录有回应"),
    ("QZ-05", "组员意见当周登记、当周答复，结果贴在公开栏"),
    ("JF-04", "党员积分与季度评优直接挂钩，办法和结果都公开"),
    ("", "老党员带新员工结成对子，重点井日跟踪、周分析"),
)
_SUGGESTIONS = ("上级要求的两种台账内容相同，建议合并成一种", "建议把岗位责任清单放进班组平台，不再另抄一份")
#: What was put right on the spot, one for each visit in turn.
_ON_SITE = (
    "公开栏上个月的内容没有更换",
    "会议记录本没有编页码",
    "岗位责任清单没有贴在值班室",
    "积分公示缺审核人签名",
)
_O = Outcome
#: What the third quarter's visits found of the second quarter's problems, in their order.
_THIRD_LOOKED = {
    "DG01": (_O.FIXED, _O.FIXED, _O.NOT_FIXED, _O.FIXED),
    "DG02": (_O.PARTLY, _O.FIXED, _O.UNVERIFIABLE, _O.FIXED),
    "DG03": (_O.FIXED, _O.NOT_FIXED, _O.FIXED, _O.RELAPSED),
}
#: The fourth quarter's, where they are looked at in full.
_FOURTH_LOOKED = {
    "DG01": (_O.FIXED, _O.FIXED, _O.FIXED, _O.PARTLY, _O.FIXED, _O.FIXED, _O.FIXED),
    "DG03": (_O.RELAPSED, _O.FIXED, _O.FIXED, _O.NOT_FIXED, _O.FIXED, _O.FIXED, _O.FIXED, _O.FIXED),
    "DG05": (_O.FIXED, _O.UNVERIFIABLE, _O.FIXED),
}
#: How many of the half-done unit's earlier problems have been looked at.
_LOOKED_AT = 4
_NOTES = ("看了近3个月的清单", "与当月生产任务对照", "现场和资料一致", "见平台记录")


def is_demo(folder: Path) -> bool:
    """Whether a folder holds a demo that was made before."""
    return (folder / MARK).is_file()


def make_demo(folder: Path) -> Workspace:
    """Make the demo workspace in a folder that is new or empty.

    It is made beside the folder and put in place when complete, so that a demo is never half there.
    Raises InputFaults when something else is in the folder already.
    """
    return put_in_place(folder, _make)


def _make(space: Workspace) -> None:
    second = _round(space, "第二", ("2026-05-18", "2026-05-22"), ["DG01", "DG02", "DG03"], [])
    user = _user(second)
    _past(space, second, user, "2026-05-19", 2, {})
    _second_ledger(space, second)
    write_card(space, second, _lead(second))
    third = _round(
        space,
        "第三",
        ("2026-08-17", "2026-08-21"),
        ["DG01", "DG02", "DG03", "DG05"],
        ["XP01", "XP04"],
        second,
    )
    user = _user(second, third)
    _past(space, third, user, "2026-08-18", 3, _THIRD_LOOKED)
    _third_ledger(space, third)
    adopt_and_pair(space, third, user, _lead(third))
    fourth = _round(
        space,
        "第四",
        ("2026-11-16", "2026-11-20"),
        ["DG01", "DG02", "DG03", "DG04", "DG05", "DG06", "DG07", "DG08"],
        ["XP01", "XP02", "XP03", "XP04"],
        third,
        {"XP04": "井站正在改造，年底前和新站一起看"},
    )
    user = _user(second, third, fourth)
    _current_user(space, fourth, user)
    _current_others(space, fourth)
    space.save_identity(user)
    write_papers(space, third, dt.date(2026, 8, 24))
    write_authoring(space, CHECKLIST, "2026-11-16")
    write_durable(space.root / MARK, _ABOUT.encode("utf-8"))


def _user(*rounds: Round) -> Identity:
    writers = {r.id: writer_of(USER, r.id) for r in rounds}
    return Identity(name=USER, team="A1", role=Role.INSPECTOR, writers=writers)


def _lead(*rounds: Round) -> Identity:
    writers = {r.id: writer_of(LEAD, r.id) for r in rounds}
    return Identity(name=LEAD, team="A1", role=Role.LEAD, writers=writers)


def _round(
    space: Workspace,
    quarter: str,
    days: tuple[str, str],
    first: list[str],
    second: list[str],
    before: Round | None = None,
    held: dict[str, str] | None = None,
) -> Round:
    """Open a round that looks back on the one `before`; `held` are reasons, by unit, to leave a problem."""
    label = f"2026年{quarter}季度"
    clock = Clock(days[0], 8)
    teams = [
        Team(
            id="A1",
            name="第1检查组",
            lead=LEAD,
            members=("检查员甲", "检查员丙"),
            units=tuple(first),
        )
    ]
    if second:
        teams.append(
            Team(id="A2", name="第2检查组", lead="检查员丁", members=("检查员戊",), units=tuple(second))
        )
    units = [*first, *second]
    cargo = None
    if before is not None:
        left = gather(space, [before.id], days[0])
        holds = {}
        for unit, reason in (held or {}).items():
            own = [o.problem for o in left.offers if o.problem.unit == unit]
            holds[next(p.id for p in reversed(own) if not p.fixed_on_site)] = reason
        cargo = left.cargo(units, holds, by=LEAD, at=clock().isoformat(timespec="seconds"))
    opened = open_round(
        space,
        title=f"{label}回头看",
        kind=RoundKind.LOOKBACK,
        period=Period(label=label, start=days[0], end=days[1]),
        teams=teams,
        unit_ids=units,
        checklist_ids=[CHECKLIST],
        now=clock(),
        issuer="清源采油厂党委",
        basis="厂党委年度工作安排",
        origin=digest(f"origin/{label}")[:16],
        cargo=cargo,
    )
    if before is not None:
        hand_over(space, opened, _lead(before), clock)
    return opened


def _past(
    space: Workspace, round_: Round, user: Identity, day: str, seed: int, looked: Mapping[str, Looked]
) -> None:
    """A past round: every unit visited and submitted."""
    session = Session.open(space, round_.id, user, Clock(day))
    ids = ids_of(f"{round_.id}/{user.name}")
    chance = random.Random(seed)
    for team in round_.teams:
        for unit in team.units:
            record(session, _visit(round_, unit, day, chance, 3, looked.get(unit, ())), ids)
    session.close()


def _second_ledger(space: Workspace, round_: Round) -> None:
    """The weeks after the second quarter: some begin, some report, one is closed."""
    ledger = Ledger(space, round_, _lead(round_))
    for unit in ("DG01", "DG02", "DG03"):
        first, second, *_ = ledger.rows(unit)
        ledger.start("2026-05-26", first)
        ledger.submit("2026-06-03", first, "已补齐并在党小组会上通报")
        ledger.start("2026-05-27", second)
        if unit == "DG01":
            ledger.step("2026-06-10", first, StepKind.CLOSE, basis="查看补齐的资料，符合要求", who=LEAD)
    ledger.close()


def _third_ledger(space: Workspace, round_: Round) -> None:
    """The weeks after the third quarter: reported, closed, sent back, put off; the rest runs overdue."""
    ledger = Ledger(space, round_, _lead(round_))
    for unit in ("DG01", "DG02", "DG03", "DG05", "XP01"):
        *_, first, second, third = ledger.rows(unit)
        ledger.start("2026-08-25", first)
        ledger.submit("2026-09-02", first, "已整改，资料补齐")
        ledger.start("2026-08-26", second, progress="已开会研究，正在补")
        if unit == "DG01":
            ledger.step("2026-09-08", first, StepKind.CLOSE, basis="现场查看，已按要求做到", who=LEAD)
        elif unit == "DG03":
            ledger.step("2026-09-08", first, StepKind.REJECT, basis="补的资料和平台记录对不上", who=LEAD)
        elif unit == "DG05":
            ledger.step(
                "2026-09-10",
                third,
                StepKind.DEFER,
                basis="要等班组平台升级，本年内完成",
                approver="厂党委组织部",
                until="2026-12-25",
            )
    ledger.close()
    attach_past(space, round_, _lead(round_), HALF_DONE)


def _look_back(round_: Round, unit_id: str, looked: Looked) -> list[tuple[Carried, Outcome]]:
    """What a visit finds of the earlier problems it must look at, in their order."""
    owed = [c for c in carried_of(round_, unit_id) if c.verify and c.state is not RectState.DEFERRED]
    assert len(looked) <= len(owed), f"{unit_id}: {len(looked)} outcomes for {len(owed)} problems"
    found = []
    for place, carried in enumerate(owed):
        outcome = looked[place] if place < len(looked) else Outcome.FIXED
        # What was closed has either held or come back.
        found.append((carried, outcome if outcome in outcomes_from(carried.state) else Outcome.FIXED))
    return found


def _visit(
    round_: Round,
    unit_id: str,
    day: str,
    chance: random.Random,
    faults: int,
    looked: Looked = (),
    *,
    submit: bool = True,
) -> list[dict[str, Any]]:
    """A whole visit: earlier problems first, most items in order, some problems, one good practice."""
    unit = round_.unit(unit_id)
    checklist = round_.checklist(CHECKLIST)
    assert unit is not None and checklist is not None
    items = [item for _, item in items_for(checklist, unit.profile)]
    plain = [i.id for i in items if i.scoring is Scoring.DEDUCT and any(not d.triggers for d in i.deductions)]
    failing = set(chance.sample(plain, faults))
    back = _look_back(round_, unit_id, looked)
    # What is still so, or so again, fails its item again and is linked to the earlier problem.
    still = {
        c.item: c.number for c, o in back if o in (Outcome.NOT_FIXED, Outcome.RELAPSED) and c.item in plain
    }
    failing |= still.keys()
    optional = [i.id for i in items if i.na_when and i.id not in failing]
    left_out = chance.choice(optional) if optional else ""
    good_item, good_text = chance.choice(_GOOD)
    visit: dict[str, Any] = {"date": day, "counterpart": unit.leader or "党小组长"}
    lines: list[dict[str, Any]] = [{"unit": unit_id, "visit": visit}]
    lines += [verify_line(unit_id, carried, outcome) for carried, outcome in back]
    for item in items:
        line: dict[str, Any] = {"unit": unit_id, "item": item.id, "verdict": "pass"}
        if item.methods:
            line["methods"] = [item.methods[0].value]
        if item.id in failing:
            picks = [d for d in item.deductions if not d.triggers and not d.suggestion]
            deduction = picks[0] if chance.random() < 0.7 else chance.choice(picks)
            picked: dict[str, Any] = {"label": deduction.label}
            if deduction.counted and chance.random() < 0.4:
                picked["count"] = 2
            small = deduction.severity is not None and deduction.severity.value == "minor"
            line |= {"verdict": "partial" if small else "fail", "deductions": [picked]}
            if item.id in still:
                line["lineage"] = still[item.id]
        elif item.id == left_out:
            line |= {"verdict": "na", "reason": item.na_when[0]}
        elif chance.random() < 0.12:
            line["note"] = chance.choice(_NOTES)
        if item.id == good_item and item.id not in failing:
            line["good_practices"] = [{"text": good_text}]
        lines.append(line)
    if not any("good_practices" in line for line in lines):
        lines.append({"unit": unit_id, "good_practices": [{"text": _GOOD[-1][1]}]})
    lines.append(
        {
            "unit": unit_id,
            "findings": [{"text": chance.choice(_ON_SITE), "severity": "minor", "fixed_on_site": True}],
        }
    )
    if chance.random() < 0.5:
        lines.append({"unit": unit_id, "suggestions": [{"text": chance.choice(_SUGGESTIONS)}]})
    if submit:
        lines.append({"unit": unit_id, "visit": {"confirmed_by": visit["counterpart"]}})
        lines.append({"unit": unit_id, "submit": True})
    return lines


def _current_user(space: Workspace, round_: Round, user: Identity) -> None:
    """The user's own file: one unit submitted, one half done."""
    session = Session.open(space, round_.id, user, Clock("2026-11-17"))
    ids = ids_of(f"{round_.id}/{user.name}")
    record(session, _visit(round_, "DG01", "2026-11-17", random.Random(41), 4, _FOURTH_LOOKED["DG01"]), ids)
    record(session, _half_visit(round_), ids)
    enter_duties(session, "DG01", "DG06")
    recount_sheet(session, space.root / "samples", "DG06", "2026-10")
    filled_form(session, "DG06")
    attach_some(session, HALF_DONE, CHECKLIST)
    session.close()


def _half_visit(round_: Round) -> list[dict[str, Any]]:
    """Some earlier problems and nine items of the unit that the demo resumes at."""
    told: dict[str, dict[str, Any]] = {
        "GW-02": {"verdict": "fail", "deductions": [{"label": "未按月修订"}], "samples": ["抽查月份：10月"]},
        "GW-04": {"verdict": "partial", "deductions": [{"label": "1人讲不清"}]},
        "RC-01": {"verdict": "partial", "deductions": [{"label": "会议要素不全", "count": 2}]},
    }
    ids = ["GW-01", "GW-02", "GW-03", "GW-04", "GW-05", "GW-06", "RC-01", "RC-02", "RC-03"]
    lines: list[dict[str, Any]] = [
        {"unit": HALF_DONE, "visit": {"date": "2026-11-18", "counterpart": "章海峰"}}
    ]
    for item in ids[:ANSWERED]:
        line = {"unit": HALF_DONE, "checklist": CHECKLIST, "item": item, "verdict": "pass"}
        lines.append(line | told.get(item, {}))
    lines[6]["good_practices"] = [{"text": "责任落实到现场，设备挂牌与清单一致"}]
    seen = _look_back(round_, HALF_DONE, (Outcome.PARTLY, Outcome.FIXED, Outcome.NOT_FIXED))[:_LOOKED_AT]
    return [lines[0], *(verify_line(HALF_DONE, c, o) for c, o in seen), *lines[1:]]


def _current_others(space: Workspace, round_: Round) -> None:
    """Two colleagues' files, overlapping with each other and with the user's in a few opinions."""
    doubted = _look_back(round_, "DG01", ())[1][0]
    overlap_first = [
        {"unit": "DG01", "visit": {"date": "2026-11-17", "counterpart": "戚建林"}},
        _said("DG01", "GW-01", "pass"),
        _said("DG01", "GW-03", "fail", ("修订未经讨论", 1)),
        _said("DG01", "RC-02", "fail", ("前后断档", 3)),
        _said("DG01", "GW-05", "pass") | {"note": "又到班站看了一次"},
        _said("DG01", "QZ-05", "unverified") | {"reason": "当事人不在岗"},
        verify_line("DG01", doubted, Outcome.RELAPSED),
    ]
    overlap_second = [
        {"unit": "DG03", "visit": {"date": "2026-11-18", "counterpart": "彭知行"}},
        _said("DG03", "GW-01", "fail", ("缺岗位责任项", 2)),
        _said("DG03", "RC-01", "pass"),
        _said("DG03", "RC-05", "partial", ("应合并未合并", 1)),
    ]
    not_reached = {"date": "2026-11-19", "result": "not_reached", "reason": "单位集中作业，无人迎检"}
    work: dict[str, list[list[dict[str, Any]]]] = {
        LEAD: [
            overlap_first,
            _visit(round_, "DG03", "2026-11-18", random.Random(42), 6, _FOURTH_LOOKED["DG03"]),
        ],
        "检查员丙": [
            overlap_second,
            _visit(round_, "DG05", "2026-11-18", random.Random(43), 5, _FOURTH_LOOKED["DG05"]),
            [{"unit": "DG04", "visit": not_reached}],
        ],
    }
    pack = write_pack(space, round_.id, "A1", now=Clock("2026-11-16", 8)())
    for name, parts in work.items():
        role = Role.LEAD if name == LEAD else Role.INSPECTOR
        writer = writer_of(name, round_.id)
        colleague = Identity(name=name, team="A1", role=role, writers={round_.id: writer})
        with tempfile.TemporaryDirectory(prefix="inspect-tui-") as laptop:
            own = Workspace(Path(laptop))
            take_pack(own, pack)
            session = Session.open(own, round_.id, colleague, Clock("2026-11-18"))
            record(session, [line for part in parts for line in part], ids_of(f"{round_.id}/{name}"))
            hand_in(session, space.root / "收卷" / f"交卷-第1检查组-{name}-20261118.zip")
            session.close()
            data = own.findings_path(round_.id, writer).read_bytes()
        write_durable(space.findings_path(round_.id, writer), data)


def _said(unit: str, item: str, verdict: str, picked: tuple[str, int] | None = None) -> dict[str, Any]:
    line: dict[str, Any] = {"unit": unit, "item": item, "verdict": verdict}
    return line | {"deductions": [{"label": picked[0], "count": picked[1]}]} if picked else line
