"""The demo year's gradings and tallies: 达标晋级 through its stages, a 测评, a month of 党员积分.

Made through the same doors as real work: staged rounds, visits that are submitted, steps the lead takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.demo_helpers import walk_flows
from inspect_tui.demo_parts import Clock, digest, ids_of, record, writer_of
from inspect_tui.exchange.appraisal_sheet import enter_sheet, headings
from inspect_tui.exchange.planning import open_round
from inspect_tui.exchange.points_sheet import read_points_sheet
from inspect_tui.exchange.source import read_source
from inspect_tui.model.appraisal import APPRAISAL_FORMAT, Appraisal, Subject
from inspect_tui.model.flows import StepFound
from inspect_tui.model.person import Identity
from inspect_tui.model.round import Period, Round, Team
from inspect_tui.model.scheme import Scheme
from inspect_tui.model.terms import GradeStepKind, Role, RoundKind, Stage
from inspect_tui.report.appraisal_table import results_of
from inspect_tui.report.papers.sheets import Cell, Column, csv_bytes
from inspect_tui.rules.appraising import Appraised
from inspect_tui.rules.grade_steps import planned, take_grade_step
from inspect_tui.rules.points import set_points
from inspect_tui.rules.stages import UnitGrading, gradings, held_levels, in_order
from inspect_tui.store.files import write_durable
from inspect_tui.store.loading import load_appraisal
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

_K = GradeStepKind

CHECKLIST = "dbjj-zb"
SCHEME = "five-levels"
BRANCHES = ("DG-B1", "DG-B2", "DG-B3")
#: Who assesses each branch itself: its own secretary.
SECRETARIES = {"DG-B1": "曹致远", "DG-B2": "施思远", "DG-B3": "卫文川"}
#: Who leads the recommending and the accepting team.
PLANT_LEAD, COMPANY_LEAD = "检查员乙", "检查员丁"

#: What each stage found at each branch, as item, label and how often.
_Found = Mapping[str, Sequence[tuple[str, str, int]]]

_LAST_YEAR: _Found = {
    "DG-B1": (
        ("SJ-02", "指标讲不清", 2),
        ("DW-03", "行动核实不了", 2),
        ("ZD-01", "缺会议或党课", 2),
        ("JZ-01", "闭环缺环节", 2),
        ("YJ-01", "指标未完成", 1),
        ("YJ-03", "有做法未推广", 1),
    ),
    "DG-B2": (("SJ-03", "困难应办未办", 2), ("DW-04", "抽考不合格", 2), ("YJ-03", "有做法未推广", 1)),
    "DG-B3": (
        ("BZ-02", "大事未经研究", 2),
        ("DW-01", "管理不规范", 2),
        ("ZD-02", "缺组织生活", 1),
        ("JZ-02", "兑现不一致", 2),
        ("YJ-01", "指标未完成", 2),
    ),
}
_SELF: _Found = {
    "DG-B1": (("DW-04", "训练缺期", 1), ("YJ-03", "有做法未推广", 1)),
    "DG-B2": (("SJ-02", "指标讲不清", 2), ("DW-04", "抽考不合格", 2), ("YJ-03", "有做法未推广", 1)),
    "DG-B3": (
        ("BZ-02", "大事未经研究", 1),
        ("DW-01", "管理不规范", 2),
        ("JZ-01", "闭环缺环节", 2),
        ("YJ-01", "指标未完成", 2),
    ),
}
_RECOMMENDED: _Found = {
    "DG-B1": (*_SELF["DG-B1"], ("ZD-03", "缺公开内容", 1), ("SJ-02", "指标讲不清", 1)),
    "DG-B2": (*_SELF["DG-B2"], ("DW-03", "行动核实不了", 2), ("ZD-01", "缺会议或党课", 1)),
    "DG-B3": (
        *_SELF["DG-B3"],
        ("DW-03", "行动核实不了", 2),
        ("ZD-01", "缺会议或党课", 2),
        ("ZD-02", "缺组织生活", 1),
    ),
}
_ACCEPTED: _Found = {
    "DG-B1": (*_RECOMMENDED["DG-B1"], ("YJ-04", "员工不满意", 1)),
    "DG-B2": (*_RECOMMENDED["DG-B2"], ("BZ-03", "委员未履职", 2), ("JZ-02", "兑现不一致", 1)),
    "DG-B3": (
        *_RECOMMENDED["DG-B3"],
        ("BZ-04", "风险点无措施", 2),
        ("JZ-02", "未与考核挂钩", 1),
        ("YJ-03", "没有做法", 1),
    ),
}
_RECHECKED: _Found = {
    "DG-B3": (
        ("DW-01", "管理不规范", 1),
        ("DW-03", "行动核实不了", 1),
        ("JZ-01", "闭环缺环节", 1),
        ("YJ-01", "指标未完成", 2),
        ("YJ-03", "没有做法", 1),
    ),
}


def grade_branches(space: Workspace, year: int) -> list[Round]:
    """Two years of gradings: last year's levels, then this year's three stages, an order and a look again.

    One branch goes up, one down, and one keeps its level only after putting things right.
    """
    before = _stage(space, Stage.ACCEPT, f"{year - 1}-12-10", COMPANY_LEAD, _LAST_YEAR)
    approved = {"approver": "公司党委组织部"}
    granted = [("DG-B1", _K.GRANT, {}), ("DG-B2", _K.GRANT, approved), ("DG-B3", _K.GRANT, {})]
    _take(space, [before], f"{year - 1}-12-20", {}, granted)
    levels = held_levels(_read(space, [before]))
    stages = [
        _self_assessment(space, f"{year}-10-22"),
        _stage(space, Stage.RECOMMEND, f"{year}-11-13", PLANT_LEAD, _RECOMMENDED),
        _stage(space, Stage.ACCEPT, f"{year}-11-27", COMPANY_LEAD, _ACCEPTED),
    ]
    order = {
        "basis": "验收得分不到标准化，岗位廉洁风险防控和考核挂钩没有落实",
        "due": f"{year}-12-15",
    }
    _walk_flows(space, stages[-1], "DG-B3")
    decided = [("DG-B1", _K.GRANT, approved), ("DG-B2", _K.GRANT, {}), ("DG-B3", _K.ORDER, order)]
    _take(space, stages, f"{year}-12-01", levels, decided)
    stages.append(_stage(space, Stage.RECHECK, f"{year}-12-12", COMPANY_LEAD, _RECHECKED))
    found = {"basis": "逐条复查，风险点都有措施，考核已经挂钩，得分回到标准化", "who": COMPANY_LEAD}
    _take(space, stages, f"{year}-12-15", levels, [("DG-B3", _K.PASS, found)])
    return [before, *stages]


def _walk_flows(space: Workspace, round_: Round, unit: str) -> None:
    """Three basic flows of a branch, walked at the acceptance."""
    day = round_.period.start
    session = Session.open(space, round_.id, _person(COMPANY_LEAD, round_), Clock(day, 15))
    short = {5: (StepFound.PARTLY, "只有上半年的")}
    walk_flows(session, unit, day.replace("-", ""), short)
    session.close()


def graded(space: Workspace, stages: Sequence[Round]) -> tuple[str, Scheme, list[UnitGrading]]:
    """The series, its scheme and gradings, as `grade` tells them: last year's round first among `stages`."""
    before, *now = stages
    scheme = _scheme(space)
    series, held = in_order(_read(space, now))
    return series, scheme, gradings(held, scheme, held_levels(_read(space, [before])))


def _scheme(space: Workspace) -> Scheme:
    return next(scheme for scheme in space.schemes()[0] if scheme.id == SCHEME)


def _read(space: Workspace, rounds: Sequence[Round]) -> list[tuple[Round, Any]]:
    return [(s.round, s.state) for s in (read_source(space.round_dir(r.id)) for r in rounds)]


def _self_assessment(space: Workspace, day: str) -> Round:
    """Every branch assesses itself: its secretary leads, answers and signs."""
    teams = [
        Team(id=f"A{n}", name=f"{name}自评组", lead=SECRETARIES[unit], units=(unit,))
        for n, (unit, name) in enumerate(zip(BRANCHES, ("一支部", "二支部", "三支部"), strict=True), 1)
    ]
    round_ = _open(space, Stage.SELF, day, teams, BRANCHES)
    for unit in BRANCHES:
        _visit(space, round_, SECRETARIES[unit], {unit: _SELF[unit]})
    return round_


def _stage(space: Workspace, stage: Stage, day: str, lead: str, found: _Found) -> Round:
    name = "厂党委推荐组" if stage is Stage.RECOMMEND else "公司党委验收组"
    round_ = _open(space, stage, day, [Team(id="A1", name=name, lead=lead)], tuple(found))
    _visit(space, round_, lead, found)
    return round_


def _open(space: Workspace, stage: Stage, day: str, teams: list[Team], units: Sequence[str]) -> Round:
    year = day[:4]
    return open_round(
        space,
        title=f"{year}年度{stage.label}",
        kind=RoundKind.ASSESSMENT,
        period=Period(label=f"{year}年", start=day, end=day),
        teams=teams,
        unit_ids=list(units),
        checklist_ids=[CHECKLIST],
        now=Clock(day, 8)(),
        issuer="公司党委" if stage in (Stage.ACCEPT, Stage.RECHECK) else "清源采油厂党委",
        origin=digest(f"origin/{year}/{stage.value}")[:16],
        stage=stage,
    )


def _person(name: str, round_: Round) -> Identity:
    return Identity(name=name, role=Role.LEAD, writers={round_.id: writer_of(name, round_.id)})


def _visit(space: Workspace, round_: Round, who: str, found: _Found) -> None:
    """Whole visits: everything 符合 but what was found, then submitted."""
    session = Session.open(space, round_.id, _person(who, round_), Clock(round_.period.start))
    lines: list[dict[str, Any]] = []
    for unit_id, told in found.items():
        faults = {item: (label, count) for item, label, count in told}
        lines.append({"unit": unit_id, "visit": {"date": round_.period.start, "counterpart": "支委会"}})
        for item in round_.checklists[0].items():
            line: dict[str, Any] = {"unit": unit_id, "item": item.id, "verdict": "pass"}
            if item.id in faults:
                label, count = faults[item.id]
                line |= {"verdict": "fail", "deductions": [{"label": label, "count": count}]}
            lines.append(line)
        lines.append({"unit": unit_id, "visit": {"confirmed_by": SECRETARIES[unit_id]}})
        lines.append({"unit": unit_id, "submit": True})
    record(session, lines, ids_of(f"{round_.id}/{who}"))
    session.close()


def _take(
    space: Workspace,
    stages: Sequence[Round],
    day: str,
    previous: Mapping[str, str],
    wanted: Sequence[tuple[str, GradeStepKind, Mapping[str, str]]],
) -> None:
    """Steps of the company's lead, kept in the newest stage as `grade` keeps them."""
    newest = stages[-1]
    scheme = _scheme(space)
    session = Session.open(space, newest.id, _person(COMPANY_LEAD, newest), Clock(day))
    series, held = in_order([*_read(space, stages[:-1]), (session.round, session.state)])
    for unit, kind, said in wanted:
        (found,) = gradings(held, scheme, previous, "", unit)
        ground = found.ground(scheme, session.today)
        edits = take_grade_step(session.state, unit, series, planned(kind, ground, **said), ground)
        session.commit(edits, f"{kind.label}：{found.name}")
    session.close()


# -------------------------------------------------------------------- tallies

#: Ballots of each level by person: 优秀, 称职, 基本称职, 不称职 for the six dimensions together.
_BALLOTS = {
    "P1": {"上级": (3, 2, 0, 0), "同级": (4, 2, 0, 0), "群众": (9, 5, 1, 0)},
    "P2": {"上级": (2, 3, 0, 0), "同级": (2, 3, 1, 0), "群众": (6, 7, 2, 0)},
    "P3": {"上级": (1, 3, 1, 0), "同级": (3, 3, 0, 0), "群众": (8, 5, 1, 1)},
    # Only two of one level answered: their ballots are counted nowhere.
    "P4": {"上级": (2, 3, 0, 0), "同级": (1, 1, 0, 0), "群众": (7, 6, 2, 0)},
}
_PEOPLE = (
    ("P1", "曹致远", "东沟一支部书记"),
    ("P2", "施思远", "东沟二支部书记"),
    ("P3", "卫文川", "东沟三支部书记"),
    ("P4", "钱立诚", "西坪一支部书记"),
)


def appraise_leaders(space: Workspace, year: int) -> tuple[Appraisal, list[Appraised]]:
    """A year's 测评, taken from a filled sheet as `appraise enter` takes it; only sums are kept."""
    folder = space.root / "测评"
    folder.mkdir(exist_ok=True)
    empty = Appraisal(
        format=APPRAISAL_FORMAT,
        version="1.0",
        id=f"{year}-leaders",
        title=f"{year}年度党支部书记民主测评",
        subjects=tuple(Subject(id=i, name=name, post=post) for i, name, post in _PEOPLE),
    )
    sheet = folder / "票数表.csv"
    rows: list[list[Cell]] = []
    for subject in empty.subjects:
        for level, base in _BALLOTS[subject.id].items():
            for place, dimension in enumerate(empty.dimensions):
                counts = list(base)
                # Not every dimension is judged alike: now and then one ballot says a step less.
                if place % 3 == 1 and counts[0]:
                    counts[0], counts[1] = counts[0] - 1, counts[1] + 1
                rows.append([subject.id, subject.name, level, dimension, sum(base), *counts])
    write_durable(sheet, csv_bytes([Column(heading=word) for word in headings(empty)], rows))
    entered = enter_sheet(empty, sheet).appraisal
    # The sheet still shows the ballots of the level that is too small.
    sheet.unlink()
    encoded = msgspec.json.Encoder(decimal_format="number").encode(entered)
    write_durable(folder / f"{entered.title}.json", msgspec.json.format(encoded, indent=2) + b"\n")
    held, _ = load_appraisal(folder / f"{entered.title}.json")
    return held, results_of(held)


_POINTS: dict[str, tuple[tuple[str, str, str, str, str], ...]] = {
    "DG01": (
        ("周明理", "3", "", "带头整改低产井参数", "是"),
        ("吴思齐", "2", "", "结对带新员工", "是"),
        ("郑守一", "1", "", "主题党日讲课", "是"),
        ("冯时雨", "", "1", "无故缺席党小组会", "是"),
    ),
    "DG02": (
        ("褚良田", "2", "", "清蜡周期包井见效", "是"),
        ("沈望舒", "2", "", "查出隐患一处", "是"),
        ("韩清源", "若干", "", "组织学习", "是"),
    ),
    "DG03": (
        ("尤安澜", "2", "", "风险提示写成案例", "否"),
        ("何知秋", "1", "1", "替班一次，迟到一次", "否"),
        ("吕行之", "1", "", "讲课", "否"),
    ),
    "DG04": (("施雨桐", "2", "", "驻站帮厨", "是"), ("张弛", "1", "", "谈心", "是")),
}


def take_points(session: Session, folder: Path, month: str) -> None:
    """One month's 党员积分 sheets of the groups; one row of them is not a number and stays out."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = [Column(heading=word) for word in ("姓名", "加分", "扣分", "事由", "用于评优")]
    for unit_id, rows in _POINTS.items():
        unit = session.round.unit(unit_id)
        assert unit is not None
        path = folder / f"{unit.name}_{month}.csv"
        told: list[list[Cell]] = [
            [name, Decimal(plus) if plus.isdigit() else plus, Decimal(minus) if minus else "", why, used]
            for name, plus, minus, why, used in rows
        ]
        write_durable(path, csv_bytes(columns, told))
        count = read_points_sheet(path, unit.members or 0).count
        session.commit(set_points(session.state, unit_id, month, count), f"收进{month}党员积分表")
