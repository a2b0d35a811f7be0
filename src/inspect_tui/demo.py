"""The demo: a workspace with two past rounds and one under way, made through the same doors as real work.

Everything in it is invented. The clock and all ids are fixed, so that two demos hold the same records.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.exchange.handin import hand_in
from inspect_tui.exchange.pack import take_pack, write_pack
from inspect_tui.exchange.planning import open_round
from inspect_tui.exchange.record import record_lines
from inspect_tui.exchange.record_lines import Line, Numbered
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.person import Identity
from inspect_tui.model.round import Period, Round, Team
from inspect_tui.model.terms import Role, RoundKind, Scoring
from inspect_tui.rules.applicability import items_for
from inspect_tui.store.files import write_durable
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

MARK = "演示说明.txt"
CHECKLIST = "lzrh-dxz"
#: Whoever opens the demo works as this inspector.
USER = "检查员甲"
#: The unit whose visit is half done, and how many of its items are answered.
HALF_DONE, ANSWERED = "DG02", 9
CURRENT = "2026Q4-lookback"

_ZONE = dt.timezone(dt.timedelta(hours=8))
_ABOUT = """这是演示用的工作文件夹，单位、人名和检查记录都是虚构的，可以随意改动，不用时删掉整个文件夹即可。

当前身份：检查员甲（第1检查组组员）。
轮次：2026年第二季度、第三季度已查完；第四季度正在查，东沟第2党小组查了9项。
检查员乙、检查员丙也有记录，和检查员甲有几处意见不同；“收卷”里是他们交来的卷。
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
_NOTES = ("看了近3个月的清单", "与当月生产任务对照", "现场和资料一致", "见平台记录")


class _Clock:
    """A clock that moves on by itself, the same way in every demo."""

    def __init__(self, day: str, hour: int = 9) -> None:
        self.now = dt.datetime.fromisoformat(f"{day}T{hour:02d}:00:00").replace(tzinfo=_ZONE)

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=23)
        return self.now


def is_demo(folder: Path) -> bool:
    """Whether a folder holds a demo that was made before."""
    return (folder / MARK).is_file()


def make_demo(folder: Path) -> Workspace:
    """Make the demo workspace in a folder that is new or empty.

    It is made beside the folder and put in place when complete, so that a demo is never half there.
    Raises InputFaults when something else is in the folder already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        remedy = "请用 --dir 换一个新文件夹"
        raise InputFaults(
            [Fault(code="W06", message="这个文件夹里已有别的东西", value=str(folder), remedy=remedy)]
        )
    folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    making = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}.tmp")
    try:
        _make(Workspace.init(making))
        if folder.exists():
            folder.rmdir()
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return Workspace(folder)


def _make(space: Workspace) -> None:
    second = _round(space, "第二", ("2026-05-18", "2026-05-22"), ["DG01", "DG02", "DG03"], [])
    third = _round(
        space, "第三", ("2026-08-17", "2026-08-21"), ["DG01", "DG02", "DG03", "DG05"], ["XP01", "XP04"]
    )
    fourth = _round(
        space,
        "第四",
        ("2026-11-16", "2026-11-20"),
        ["DG01", "DG02", "DG03", "DG04", "DG05", "DG06", "DG07", "DG08"],
        ["XP01", "XP02", "XP03", "XP04"],
    )
    writers = {r.id: _writer(USER, r.id) for r in (second, third, fourth)}
    user = Identity(name=USER, team="A1", role=Role.INSPECTOR, writers=writers)
    _past(space, second, user, "2026-05-19", 2)
    _past(space, third, user, "2026-08-18", 3)
    _current_user(space, fourth, user)
    _current_others(space, fourth)
    space.save_identity(user)
    write_durable(space.root / MARK, _ABOUT.encode("utf-8"))


def _round(
    space: Workspace, quarter: str, days: tuple[str, str], first: list[str], second: list[str]
) -> Round:
    label = f"2026年{quarter}季度"
    teams = [
        Team(
            id="A1",
            name="第1检查组",
            lead="检查员乙",
            members=("检查员甲", "检查员丙"),
            units=tuple(first),
        )
    ]
    if second:
        teams.append(
            Team(id="A2", name="第2检查组", lead="检查员丁", members=("检查员戊",), units=tuple(second))
        )
    return open_round(
        space,
        title=f"{label}回头看",
        kind=RoundKind.LOOKBACK,
        period=Period(label=label, start=days[0], end=days[1]),
        teams=teams,
        unit_ids=[*first, *second],
        checklist_ids=[CHECKLIST],
        now=_Clock(days[0], 8)(),
        issuer="清源采油厂党委",
        basis="厂党委年度工作安排",
        origin=_digest(f"origin/{label}")[:16],
    )


def _digest(text: str) -> str:
    return hashlib.sha256(f"inspect-tui demo/{text}".encode()).hexdigest()


def _writer(name: str, round_id: str) -> str:
    return _digest(f"{name}/{round_id}")[:12]


def _ids(name: str) -> Callable[[], str]:
    numbers: Iterator[int] = iter(range(1_000_000))
    return lambda: _digest(f"{name}/finding/{next(numbers)}")[:12]


def _record(session: Session, lines: list[dict[str, Any]], ids: Callable[[], str]) -> None:
    numbered = [Numbered(n, msgspec.convert(line, Line)) for n, line in enumerate(lines, 1)]
    record_lines(session, numbered, new_id=ids)


def _past(space: Workspace, round_: Round, user: Identity, day: str, seed: int) -> None:
    """A past round: every unit visited and submitted."""
    session = Session.open(space, round_.id, user, _Clock(day))
    ids = _ids(f"{round_.id}/{user.name}")
    chance = random.Random(seed)
    for team in round_.teams:
        for unit in team.units:
            _record(session, _visit(round_, unit, day, chance, 5), ids)
    session.close()


def _visit(
    round_: Round, unit_id: str, day: str, chance: random.Random, faults: int, *, submit: bool = True
) -> list[dict[str, Any]]:
    """A whole visit: most items in order, some problems, one good practice, perhaps a suggestion."""
    unit = round_.unit(unit_id)
    checklist = round_.checklist(CHECKLIST)
    assert unit is not None and checklist is not None
    items = [item for _, item in items_for(checklist, unit.profile)]
    plain = [i.id for i in items if i.scoring is Scoring.DEDUCT and any(not d.triggers for d in i.deductions)]
    failing = set(chance.sample(plain, faults))
    optional = [i.id for i in items if i.na_when and i.id not in failing]
    left_out = chance.choice(optional) if optional else ""
    good_item, good_text = chance.choice(_GOOD)
    visit: dict[str, Any] = {"date": day, "counterpart": unit.leader or "党小组长"}
    lines: list[dict[str, Any]] = [{"unit": unit_id, "visit": visit}]
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
            "findings": [{"text": "公开栏上个月的内容没有更换", "severity": "minor", "fixed_on_site": True}],
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
    session = Session.open(space, round_.id, user, _Clock("2026-11-17"))
    ids = _ids(f"{round_.id}/{user.name}")
    _record(session, _visit(round_, "DG01", "2026-11-17", random.Random(41), 4), ids)
    _record(session, _half_visit(), ids)
    session.close()


def _half_visit() -> list[dict[str, Any]]:
    """Nine items of the unit that the demo resumes at."""
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
    return lines


def _current_others(space: Workspace, round_: Round) -> None:
    """Two colleagues' files, overlapping with each other and with the user's in a few opinions."""
    overlap_first = [
        {"unit": "DG01", "visit": {"date": "2026-11-17", "counterpart": "戚建林"}},
        _said("DG01", "GW-01", "pass"),
        _said("DG01", "GW-03", "fail", ("修订未经讨论", 1)),
        _said("DG01", "RC-02", "fail", ("前后断档", 3)),
        _said("DG01", "GW-05", "pass") | {"note": "又到班站看了一次"},
        _said("DG01", "QZ-05", "unverified") | {"reason": "当事人不在岗"},
    ]
    overlap_second = [
        {"unit": "DG03", "visit": {"date": "2026-11-18", "counterpart": "彭知行"}},
        _said("DG03", "GW-01", "fail", ("缺岗位责任项", 2)),
        _said("DG03", "RC-01", "pass"),
        _said("DG03", "RC-05", "partial", ("应合并未合并", 1)),
    ]
    not_reached = {"date": "2026-11-19", "result": "not_reached", "reason": "单位集中作业，无人迎检"}
    work: dict[str, list[list[dict[str, Any]]]] = {
        "检查员乙": [overlap_first, _visit(round_, "DG03", "2026-11-18", random.Random(42), 6)],
        "检查员丙": [
            overlap_second,
            _visit(round_, "DG05", "2026-11-18", random.Random(43), 5),
            [{"unit": "DG04", "visit": not_reached}],
        ],
    }
    pack = write_pack(space, round_.id, "A1", now=_Clock("2026-11-16", 8)())
    for name, parts in work.items():
        role = Role.LEAD if name == "检查员乙" else Role.INSPECTOR
        writer = _writer(name, round_.id)
        colleague = Identity(name=name, team="A1", role=role, writers={round_.id: writer})
        with tempfile.TemporaryDirectory(prefix="inspect-tui-") as laptop:
            own = Workspace(Path(laptop))
            take_pack(own, pack)
            session = Session.open(own, round_.id, colleague, _Clock("2026-11-18"))
            _record(session, [line for part in parts for line in part], _ids(f"{round_.id}/{name}"))
            hand_in(session, space.root / "收卷" / f"交卷-第1检查组-{name}-20261118.zip")
            session.close()
            data = own.findings_path(round_.id, writer).read_bytes()
        write_durable(space.findings_path(round_.id, writer), data)


def _said(unit: str, item: str, verdict: str, picked: tuple[str, int] | None = None) -> dict[str, Any]:
    line: dict[str, Any] = {"unit": unit, "item": item, "verdict": verdict}
    return line | {"deductions": [{"label": picked[0], "count": picked[1]}]} if picked else line
