"""The demo of a year: monthly rounds over one branch's groups, pennants, a grading in stages, a 测评, points.

Everything is invented and goes through the same doors as real work. August is missing on purpose: what nobody
checked is shown as missing, never made up.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.demo_parts import Clock, Ledger, digest, ids_of, put_in_place, record, verify_line, writer_of
from inspect_tui.demo_stages import appraise_leaders, grade_branches, graded, take_points
from inspect_tui.exchange.carrying import gather, hand_over
from inspect_tui.exchange.planning import open_round
from inspect_tui.exchange.source import Source, read_source
from inspect_tui.model.person import Identity
from inspect_tui.model.round import Period, Round, Team
from inspect_tui.model.scheme import Contest, Span
from inspect_tui.model.terms import NamingLevel, Outcome, RectState, Role, RoundKind, Severity, StepKind
from inspect_tui.rules.applicability import items_for
from inspect_tui.rules.contest_entries import entries_of
from inspect_tui.rules.contests import Award, award, awards, judge
from inspect_tui.rules.periods import period_of
from inspect_tui.rules.problems import looks
from inspect_tui.rules.unit_totals import unit_names
from inspect_tui.store.files import write_durable
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

MARK = "演示说明.txt"
YEAR = 2025
CHECKLIST, CONTEST = "lzrh-dxz", "yxdxz-pennant"
GROUPS = ("DG01", "DG02", "DG03", "DG04")
#: Who visits, and who leads, keeps the ledger and confirms the pennants.
INSPECTOR, LEAD = "检查员甲", "检查员乙"
#: The month without a round.
MISSING = 8
#: The day of each month's round.
_DAYS = {1: 16, 2: 20, 3: 20, 4: 17, 5: 22, 6: 19, 7: 17, 9: 18, 10: 16, 11: 20, 12: 18}

_ABOUT = """这是演示用的工作文件夹：一个党支部四个党小组一年的考评。
单位、人名和检查记录都是虚构的，可以随意改动，不用时删掉整个文件夹即可。

当前身份：检查员乙（组长）。
每月考评一次，8月高温抢产没有安排，各表里显示缺，不算零分也不算满分。
每月先复查上个月的问题，有没改完接着扣分的，也有销号以后又出现的。
优秀党小组流动红旗每季评一次，都由组长确认：第二季度得分最高的因为有严重问题没有销号，没有参加；
第三季度两个党小组各项都相同，由组长写明理由选定。
达标晋级：东沟三个支部经过自评申报、定级推荐、验收，一个升级，一个降级，一个限期整改后复查合格。
“测评”里是党支部书记民主测评，只有票数合计；12月的党员积分已收进当月考评。
各季度、全年的得分表，流动红旗的理由和历次获得者，达标晋级升降，都在“exports”里。
"""

#: What each month's visits find: "item label", and "x2" for a count.
_FOUND: dict[int, dict[str, tuple[str, ...]]] = {
    1: {
        "DG01": ("GW-02 未按月修订", "RC-02 前后断档 x2", "JF-02 缺积分或公示", "PX-04 未评上者不知情"),
        "DG02": ("GW-03 讨论不足半数", "RC-04 苗头无跟进", "QZ-05 意见无答复 x2", "JJ-04 连续平均分配"),
        "DG03": ("GW-04 1人讲不清", "RC-05 应合并未合并", "JF-02 积分环节不全"),
        "DG04": (
            "GW-01 缺岗位责任项 x2",
            "GW-02 未按月修订",
            "RC-01 缺党小组会",
            "QZ-04 权限边界讲不清",
            "JJ-02 算错或无依据",
            "JF-04 积分没有使用",
        ),
    },
    2: {
        "DG01": ("GW-02 未按月修订", "GW-06 对应了无结果"),
        "DG02": ("RC-04 苗头无跟进", "JJ-04 连续平均分配", "QZ-02 产生环节不全"),
        "DG03": ("RC-02 前后断档",),
        "DG04": ("GW-02 未按月修订", "RC-03 记录核对不一致", "JF-04 积分没有使用", "PX-01 条件未挂钩"),
    },
    3: {
        "DG01": ("GW-04 1人讲不清", "JF-01 积分漏人"),
        "DG02": ("QZ-05 意见无答复", "GW-06 问题未对应责任项"),
        "DG03": ("PX-04 未评上者不知情",),
        "DG04": ("GW-05 现状与责任不符", "RC-02 前后断档", "JF-04 积分没有使用"),
    },
    4: {
        "DG01": ("RC-05 应合并未合并", "JF-01 标准与岗位无关"),
        "DG02": ("GW-04 1人讲不清",),
        "DG03": ("GW-03 修订未经讨论", "RC-04 苗头无跟进", "JJ-04 连续平均分配", "QZ-05 意见无答复"),
        "DG04": ("RC-01 会议要素不全", "QZ-02 产生环节不全", "PX-01 未事先公开"),
    },
    5: {
        "DG01": ("QZ-04 权限边界讲不清", "RC-02 前后断档"),
        "DG02": ("RC-05 应合并未合并",),
        "DG03": ("RC-04 苗头无跟进", "GW-01 缺岗位责任项", "JF-03 加扣分无依据", "JF-04 只排名不使用"),
        "DG04": ("RC-02 前后断档", "JJ-05 扣奖未告知", "JF-01 积分漏人"),
    },
    6: {
        "DG01": ("GW-06 对应了无结果",),
        "DG02": ("QZ-03 考勤与到岗不符",),
        "DG03": ("RC-03 记录核对不一致", "JF-04 积分没有使用"),
        "DG04": ("GW-03 修订未经讨论", "QZ-05 意见无答复"),
    },
    7: {
        "DG01": ("GW-04 1人讲不清", "PX-04 未评上者不知情"),
        "DG02": ("GW-04 1人讲不清", "PX-04 未评上者不知情"),
        "DG03": ("GW-02 只换日期未改内容", "JF-02 缺积分或公示", "RC-01 会议要素不全 x2"),
        "DG04": ("JJ-04 连续平均分配", "RC-05 应合并未合并", "JF-02 积分环节不全"),
    },
    9: {
        "DG01": ("RC-02 前后断档",),
        "DG02": ("RC-02 前后断档",),
        "DG03": ("JF-02 缺积分或公示", "QZ-02 产生环节不全", "GW-06 问题未对应责任项"),
        "DG04": ("RC-04 苗头无跟进", "JF-01 标准与岗位无关"),
    },
    10: {
        "DG01": ("GW-02 未按月修订", "QZ-02 产生环节不全", "JF-03 加扣分无依据"),
        "DG02": ("JF-02 积分环节不全", "GW-03 修订未经讨论"),
        "DG03": ("RC-04 苗头无跟进", "PX-01 条件未挂钩"),
        "DG04": ("RC-05 应合并未合并",),
    },
    11: {
        "DG01": ("GW-02 未按月修订", "RC-02 前后断档 x2"),
        "DG02": ("GW-03 修订未经讨论", "JJ-04 连续平均分配"),
        "DG03": ("QZ-05 意见无答复",),
        "DG04": ("GW-04 1人讲不清",),
    },
    12: {
        "DG01": ("JF-01 积分漏人", "GW-04 1人讲不清"),
        "DG02": ("RC-02 前后断档", "QZ-04 权限边界讲不清"),
        "DG03": ("RC-05 应合并未合并", "GW-04 1人讲不清"),
        "DG04": ("JF-02 积分环节不全",),
    },
}
#: Problems that are not closed before the next month, by month and group: begun only, or reported only.
_BEGUN: dict[int, dict[str, tuple[str, ...]]] = {
    1: {"DG01": ("GW-02",), "DG02": ("RC-04", "JJ-04"), "DG04": ("GW-02", "JF-04")},
    2: {"DG04": ("JF-04",)},
    4: {"DG03": ("RC-04",)},
    # Grave and only begun when the pennant is judged.
    6: {"DG02": ("QZ-03",)},
    7: {"DG03": ("JF-02",)},
    10: {"DG02": ("GW-03",), "DG01": ("QZ-02",)},
    12: {"DG02": ("RC-02",)},
}
_REPORTED: dict[int, dict[str, tuple[str, ...]]] = {
    2: {"DG01": ("GW-06",), "DG02": ("QZ-02",)},
    5: {"DG04": ("JF-01",)},
    9: {"DG04": ("JF-01",), "DG03": ("GW-06",)},
    11: {"DG03": ("QZ-05",)},
}
#: What the lead says where the pennant is not, or cannot be, what the program proposes.
_CHOSEN: dict[int, tuple[tuple[str, ...], str]] = {
    3: (("DG02",), "两组各项都相同；东沟第2党小组上季因问题未销号没有参加，这一季已全部整改，班站反映好"),
}
_GOOD = {
    3: ("DG03", "RC-04", "班前会用三分钟说清当天风险，有记录有回应"),
    6: ("DG01", "GW-02", "岗位责任清单按周对照生产任务更新，组员都说得清"),
    9: ("DG02", "QZ-05", "组员意见当周登记、当周答复，结果贴在公开栏"),
    12: ("DG04", "JF-04", "党员积分与季度评优直接挂钩，办法和结果都公开"),
}


def is_year(folder: Path) -> bool:
    """Whether a folder holds a demo of a year."""
    return (folder / MARK).is_file() and (folder / "rounds" / f"{YEAR}M01-assessment").is_dir()


def make_year(folder: Path) -> Workspace:
    """Make the demo of a year in a folder that is new or empty.

    Raises InputFaults when something else is in the folder already.
    """
    return put_in_place(folder, _make)


def _make(space: Workspace) -> None:
    rounds: list[Round] = []
    told: list[str] = []
    history: list[Award] = []
    for month in _DAYS:
        opened = _open(space, month, rounds[-1] if rounds else None)
        rounds.append(opened)
        _visits(space, opened, month)
        judging = _ledger(space, opened, month)
        if month % 3 == 0:
            told += _pennant(space, rounds, month // 3, judging, history)
        _late_ledger(space, opened, month)
    stages = grade_branches(space, YEAR)
    writers = {r.id: writer_of(LEAD, r.id) for r in (*rounds, stages[2])}
    space.save_identity(Identity(name=LEAD, team="A1", role=Role.LEAD, writers=writers))
    _write(space, rounds, stages, told)
    write_durable(space.root / MARK, _ABOUT.encode("utf-8"))


def _person(name: str, round_: Round) -> Identity:
    role = Role.LEAD if name == LEAD else Role.INSPECTOR
    return Identity(name=name, team="A1", role=role, writers={round_.id: writer_of(name, round_.id)})


def _day(month: int, later: int = 0) -> str:
    return (dt.date(YEAR, month, _DAYS[month]) + dt.timedelta(days=later)).isoformat()


def _open(space: Workspace, month: int, before: Round | None) -> Round:
    """A month's round, looking back on the one before."""
    clock = Clock(_day(month), 8)
    cargo = None
    if before is not None:
        left = gather(space, [before.id], _day(month))
        cargo = left.cargo(GROUPS, by=LEAD, at=clock().isoformat(timespec="seconds"))
    label = f"{YEAR}年{month}月"
    opened = open_round(
        space,
        title=f"{label}党小组考评",
        kind=RoundKind.ASSESSMENT,
        period=Period(label=label, start=_day(month), end=_day(month, 1)),
        teams=[Team(id="A1", name="考评组", lead=LEAD, members=(INSPECTOR,), units=GROUPS)],
        unit_ids=GROUPS,
        checklist_ids=[CHECKLIST],
        now=clock(),
        issuer="东沟作业区党总支",
        basis="作业区党总支年度考评安排",
        origin=digest(f"origin/{label}/month")[:16],
        cargo=cargo,
    )
    if before is not None:
        hand_over(space, opened, _person(LEAD, before), clock)
    return opened


# -------------------------------------------------------------------- the month's work


def _visits(space: Workspace, round_: Round, month: int) -> None:
    """The month's four visits, submitted; in December the points sheets come in as well."""
    session = Session.open(space, round_.id, _person(INSPECTOR, round_), Clock(_day(month)))
    ids = ids_of(f"{round_.id}/{INSPECTOR}")
    for unit_id in GROUPS:
        record(session, _visit(session, unit_id, month), ids)
    if month == 12:
        take_points(session, space.root / "收卷" / "积分表", f"{YEAR}-12")
    session.close()


def _visit(session: Session, unit_id: str, month: int) -> list[dict[str, Any]]:
    round_ = session.round
    unit, checklist = round_.unit(unit_id), round_.checklist(CHECKLIST)
    assert unit is not None and checklist is not None
    found = dict(_parsed(told) for told in _FOUND[month][unit_id])
    visit = {"unit": unit_id, "visit": {"date": round_.period.start, "counterpart": unit.leader}}
    lines: list[dict[str, Any]] = [visit]
    again: dict[str, str] = {}
    for carried, _ in looks(session.state, round_, unit_id):
        if carried.item in found and carried.item not in again:
            again[carried.item] = carried.number
            closed = carried.state is RectState.CLOSED
            outcome = Outcome.RELAPSED if closed else Outcome.NOT_FIXED
        else:
            done = carried.state in (RectState.CLOSED, RectState.SUBMITTED)
            outcome = Outcome.FIXED if done else Outcome.PARTLY
        lines.append(verify_line(unit_id, carried, outcome))
    good = _GOOD.get(month)
    for _, item in items_for(checklist, unit.profile):
        line: dict[str, Any] = {"unit": unit_id, "item": item.id, "verdict": "pass"}
        if item.id in found:
            label, count = found[item.id]
            (picked,) = [d for d in item.deductions if d.label == label]
            severity = picked.severity or item.severity
            line["verdict"] = "partial" if severity is Severity.MINOR else "fail"
            line["deductions"] = [{"label": label, "count": count} if count > 1 else {"label": label}]
            if item.id in again:
                line["lineage"] = again[item.id]
        if good is not None and good[:2] == (unit_id, item.id):
            line["good_practices"] = [{"text": good[2]}]
        lines.append(line)
    lines.append({"unit": unit_id, "visit": {"confirmed_by": unit.leader}})
    lines.append({"unit": unit_id, "submit": True})
    return lines


def _parsed(told: str) -> tuple[str, tuple[str, int]]:
    """`GW-02 未按月修订 x2` as item, label and count."""
    item, label, *count = told.split(" ")
    return item, (label, int(count[0][1:]) if count else 1)


def _ledger(space: Workspace, round_: Round, month: int) -> str:
    """The days after the visits: problems begun, reported, closed. Returns the day the pennant is judged."""
    ledger = Ledger(space, round_, _person(LEAD, round_), again=False)
    begun, reported = _BEGUN.get(month, {}), _REPORTED.get(month, {})
    for unit_id in GROUPS:
        late = begun.get(unit_id, ())
        kept = (*late, *reported.get(unit_id, ()))
        for row in ledger.rows(unit_id):
            if row.state in (RectState.OPEN, RectState.RELAPSED):
                ledger.start(_day(month, 4), row)
        for row in ledger.rows(unit_id):
            if row.item not in late and row.state is not RectState.SUBMITTED:
                ledger.submit(_day(month, 8), row, "已整改，资料补齐")
        for row in ledger.rows(unit_id):
            if row.item not in kept:
                ledger.step(_day(month, 10), row, StepKind.CLOSE, basis="查看补齐的资料，符合要求", who=LEAD)
    ledger.close()
    return _day(month, 11)


def _late_ledger(space: Workspace, round_: Round, month: int) -> None:
    """What was put right only after the pennant was judged."""
    if month != 6:
        return
    ledger = Ledger(space, round_, _person(LEAD, round_))
    for row in ledger.rows("DG02"):
        ledger.submit(_day(month, 18), row, "考勤重新核对，与到岗记录一致")
        ledger.step(_day(month, 20), row, StepKind.CLOSE, basis="核对了两周的考勤，一致", who=LEAD)
    ledger.close()


# -------------------------------------------------------------------- pennants


def _pennant(
    space: Workspace, rounds: list[Round], quarter: int, day: str, history: list[Award]
) -> list[str]:
    """Judge the quarter's pennant and confirm it as the lead; returns the reasons as the lead saw them.

    The award joins the `history` of those before.
    """
    from inspect_tui.report.contest_table import outcome_lines

    contest = _contest(space)
    by_quarter: dict[int, list[Round]] = {}
    for round_ in rounds:
        by_quarter.setdefault((int(round_.period.start[5:7]) + 2) // 3, []).append(round_)
    now = [(s.round, s.state) for s in _sources(space, by_quarter[quarter])]
    earlier = [(s.round, s.state) for s in _sources(space, by_quarter.get(quarter - 1, []))]
    outcome = judge(contest, entries_of(contest, now, day, earlier, history))
    winners, reason = _CHOSEN.get(quarter, (outcome.proposed, ""))
    period = period_of(dt.date.fromisoformat(rounds[-1].period.start), contest.span).label
    session = Session.open(space, rounds[-1].id, _person(LEAD, rounds[-1]), Clock(day, 15))
    session.commit(
        award(session.state, contest, period, outcome, winners, reason), f"{contest.title}{period}"
    )
    (made,) = [a for a in awards([session.state], contest.id) if a.period == period]
    session.close()
    history.append(made)
    return [*outcome_lines(contest, period, outcome, made, unit_names(rounds)), ""]


def _contest(space: Workspace) -> Contest:
    return next(contest for contest in space.contests()[0] if contest.id == CONTEST)


def _sources(space: Workspace, rounds: list[Round]) -> list[Source]:
    return [read_source(space.round_dir(round_.id)) for round_ in rounds]


# -------------------------------------------------------------------- what goes out


def _write(space: Workspace, rounds: list[Round], stages: list[Round], told: list[str]) -> None:
    """The year's tables into `exports/`: scores, pennants, movements of grades, 测评; nothing is ranked."""
    from inspect_tui.report import contest_table, grade_table, trends
    from inspect_tui.report.appraisal_table import appraisal_lines
    from inspect_tui.report.period_paper import period_csv, period_text
    from inspect_tui.report.period_table import table_data
    from inspect_tui.report.periods import asked_period, table_of

    folder = space.exports_dir / f"{YEAR}年考评"
    folder.mkdir(parents=True, exist_ok=True)

    def keep(name: str, content: bytes | list[str]) -> None:
        data = content if isinstance(content, bytes) else ("\n".join(content) + "\n").encode("utf-8")
        write_durable(folder / name, data)

    sources = _sources(space, rounds)
    held = [(s.round, s.state) for s in sources]
    for word, span, near in [
        *((f"{YEAR}Q{n}", Span.QUARTER, range(3 * n - 5, 3 * n + 1)) for n in (1, 2, 3, 4)),
        (str(YEAR), Span.YEAR, range(1, 13)),
    ]:
        # A period needs its own rounds and those of the one before, to tell the change.
        mine = [(r, state) for r, state in held if int(r.period.start[5:7]) in near]
        table = table_of(mine, span, wanted=asked_period(word, span))
        name = f"{table.period.label}得分"
        keep(f"{name}.txt", period_text(table))
        keep(f"{name}.csv", period_csv(table))
        keep(f"{name}.json", _json(table_data(table)))
    trend = trends.trend_of(held)
    keep("走势.txt", trends.trend_lines(trend, 100))
    keep("走势.csv", b"\xef\xbb\xbf" + trends.trend_csv(trend).encode("utf-8"))

    contest, names = _contest(space), unit_names(rounds)
    history: list[Award] = awards([s.state for s in sources], contest.id)
    keep(f"{contest.prize}_评选理由_只供组长.txt", told)
    keep(f"{contest.prize}_历次获得者.txt", [contest_table.award_line(a, names) for a in history])
    keep(
        f"{contest.prize}_历次获得者.json", _json({"awards": [contest_table.award_data(a) for a in history]})
    )
    overs = [over for a in history for over in contest_table.hand_overs([contest], history, a.period)]
    keep(f"{contest.prize}_交接单.csv", contest_table.hand_over_csv(overs, names))
    keep(f"{contest.prize}_交接单.xlsx", contest_table.hand_over_xlsx(overs, names))

    series, scheme, found = graded(space, stages)
    today = f"{YEAR}-12-31"
    keep("达标晋级升降.txt", grade_table.grade_lines(series, scheme, found, today, items=True))
    keep("达标晋级升降.csv", grade_table.grades_csv(scheme, found, today))
    keep("达标晋级升降.json", _json(grade_table.grades_data(series, scheme, found, today)))

    appraisal, results = appraise_leaders(space, YEAR)
    for level in NamingLevel:
        keep(f"{appraisal.title}_{level.label}.txt", appraisal_lines(appraisal, results, level))


def _json(value: Any) -> bytes:
    encoded: bytes = msgspec.json.Encoder(decimal_format="number", enc_hook=str).encode(value)
    return encoded + b"\n"
