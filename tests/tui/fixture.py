"""A small workspace for screen tests, made the way the product makes one: folder, round, changes."""

from __future__ import annotations

import atexit
import datetime as dt
import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from inspect_tui.model.checklist import Checklist
from inspect_tui.model.person import Identity
from inspect_tui.model.terms import FindingKind, Role, Verdict
from inspect_tui.rules import actions
from inspect_tui.rules.canonical import checklist_hash, unit_hash
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.desk import Desk
from sweeps import rows_of

NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
ROUND = "2026Q4-lookback"
WIDE, NARROW = (120, 40), (80, 24)
LOOKS = rows_of([(NARROW, "normal"), (NARROW, "plain"), (WIDE, "normal"), (WIDE, "nocolor")], 3)
"""What every screen is looked at in; the last shows the very picture of the one before it."""

# Each run has a machine id of its own, outside the home of whoever runs the tests.
_HOME = tempfile.mkdtemp(prefix="inspect-tui-home-")
os.environ["INSPECT_TUI_HOME"] = _HOME
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)


def clock() -> dt.datetime:
    """The moment at which every test happens."""
    return NOW


# -------------------------------------------------------------------- what it is made of

CHECKLIST: dict[str, Any] = {
    "format": "inspect-tui/checklist",
    "version": "1.0",
    "id": "small",
    "revision": "2026.1",
    "title": "党小组检查清单（小样）",
    "full_score": 20,
    "profiles": ["production", "safety"],
    "sections": [
        {
            "id": "GW",
            "name": "岗位责任制",
            "short": "岗位责任",
            "points": 12,
            "items": [
                {
                    "id": "GW-01",
                    "text": "九项岗位责任齐全，每项都有责任人、标准和时限",
                    "points": 4,
                    "rubric": "缺1项扣1分",
                    "severity": "moderate",
                    "methods": ["doc_review"],
                    "deductions": [
                        {
                            "label": "岗位责任缺项",
                            "sentence": "九项岗位责任缺{n}项",
                            "points": 1,
                            "unit": "项",
                            "missing": True,
                        },
                        {"label": "无时限", "sentence": "岗位责任没有写明时限", "points": 0.5},
                    ],
                },
                {
                    "id": "GW-02",
                    "text": "按月动态修订，节点前依据当月生产任务改过",
                    "points": 4,
                    "rubric": "缺1个月扣1分，最多扣3分",
                    "methods": ["doc_review", "interview"],
                    "deductions": [
                        {
                            "label": "未按月修订",
                            "sentence": "近3个月缺{n}个月未修订",
                            "points": 1,
                            "unit": "个月",
                            "cap": 3,
                        },
                        {
                            "label": "套用上月",
                            "sentence": "岗位责任照抄上月内容",
                            "points": 4,
                            "triggers": "RL-01",
                        },
                    ],
                    "samples": ["抽查月份"],
                },
                {
                    "id": "GW-03",
                    "text": "修订由党小组长牵头、组员参加讨论，有结论",
                    "points": 4,
                    "severity": "major",
                    "na_when": ["本月没有修订任务"],
                },
            ],
        },
        {
            "id": "JL",
            "name": "工作记录",
            "points": 8,
            "items": [
                {"id": "JL-01", "text": "组织生活记录按期、内容真实", "points": 4},
                {"id": "JL-02", "text": "学习内容与岗位实际相结合", "points": 4, "applies_to": ["*"]},
            ],
        },
    ],
    "triggers": [
        {"id": "RL-01", "text": "弄虚作假、补造记录", "effect": "red_line"},
        {"id": "V-01", "text": "发生责任事故", "effect": "veto"},
    ],
}

UNITS: list[dict[str, Any]] = [
    {"id": "QY", "code": "QY", "name": "清源采油厂党委", "kind": "committee"},
    {"id": "DG", "code": "DG", "name": "东沟作业区党总支", "kind": "general_branch", "parent": "QY"},
    {"id": "DG-B1", "code": "DG-B1", "name": "东沟一支部", "kind": "branch", "parent": "DG"},
    {"id": "DG-B2", "code": "DG-B2", "name": "东沟二支部", "kind": "branch", "parent": "DG"},
]
_GROUPS = [
    ("DG01", "东沟第1党小组", "DG-B1", "production", "戚建林", "秦振邦"),
    ("DG02", "东沟第2党小组", "DG-B1", "production", "章海峰", "秦振邦"),
    ("DG03", "东沟第3党小组", "DG-B1", "safety", "彭知行", "秦振邦"),
    ("DG04", "东沟第4党小组", "DG-B2", "safety", "邢立春", "宋怀远"),
    ("DG05", "东沟第5党小组", "DG-B2", "harmony", "阮明达", "宋怀远"),
    ("DG06", "东沟第6党小组", "DG-B2", "general", "阎学礼", "宋怀远"),
]
UNITS += [
    {
        "id": id_,
        "code": id_,
        "name": name,
        "kind": "party_group",
        "parent": parent,
        "profile": profile,
        "leader": leader,
        "responsible_leader": answers,
        "members": 4,
    }
    for id_, name, parent, profile, leader, answers in _GROUPS
]
ROSTER: dict[str, Any] = {
    "format": "inspect-tui/roster",
    "version": "1.0",
    "name": "清源采油厂（样例）",
    "units": UNITS,
}
TEAMS: list[dict[str, Any]] = [
    {
        "id": "T1",
        "name": "第1检查组",
        "lead": "检查员甲",
        "members": ["检查员甲", "检查员乙"],
        "units": ["DG01", "DG02", "DG03", "DG04"],
    },
    {"id": "T2", "name": "第2检查组", "lead": "检查员丙", "members": ["检查员丙"], "units": ["DG05", "DG06"]},
]


def round_raw(**changed: Any) -> dict[str, Any]:
    """The round of the fixture, as its file holds it; keyword arguments replace fields."""
    raw: dict[str, Any] = {
        "format": "inspect-tui/round",
        "version": "1.0",
        "id": ROUND,
        "title": "2026年第四季度回头看",
        "kind": "lookback",
        "period": {"label": "2026年第四季度", "start": "2026-10-01", "end": "2026-12-31"},
        "checklists": [CHECKLIST],
        "units": UNITS,
        "teams": TEAMS,
        "issuer": "区党总支",
        "basis": "2026年检查计划",
        "created": NOW.isoformat(timespec="seconds"),
        "rules": {"format": "inspect-tui/rules", "version": "1.0"},
    }
    raw |= changed
    raw = json.loads(json.dumps(raw))
    raw["checklist_hashes"] = {c["id"]: checklist_hash(_typed(c)) for c in raw["checklists"]}
    raw["unit_hashes"] = {u["id"]: unit_hash(_unit(u)) for u in raw["units"]}
    return raw


def _typed(checklist: dict[str, Any]) -> Checklist:
    import msgspec

    return msgspec.convert(checklist, Checklist, strict=False)


def _unit(unit: dict[str, Any]) -> Any:
    import msgspec

    from inspect_tui.model.roster import Unit

    return msgspec.convert(unit, Unit, strict=False)


# -------------------------------------------------------------------- making it


def write_json(path: Path, value: Any) -> Path:
    """A JSON file as a person's editor would leave it; lone surrogates survive as escapes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, ensure_ascii=True, indent=1)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def make_space(root: Path, *, rounds: bool = True, **changed: Any) -> Workspace:
    """A workspace with one checklist, a roster and, unless told otherwise, one open round."""
    space = Workspace(root)
    for folder in (space.checklists_dir, space.rounds_dir, space.exports_dir):
        folder.mkdir(parents=True, exist_ok=True)
    write_json(space.checklists_dir / "small.json", CHECKLIST)
    write_json(root / "roster.json", ROSTER)
    if rounds:
        space.save_round(round_raw(**changed))
    return space


def past_round(space: Workspace, quarter: int, **changed: Any) -> None:
    """Another, older round beside the open one."""
    word = "一二三四"[quarter - 1]
    start = 3 * quarter - 2
    space.save_round(
        round_raw(
            id=f"2026Q{quarter}-lookback",
            title=f"2026年第{word}季度回头看",
            period={
                "label": f"2026年第{word}季度",
                "start": f"2026-{start:02}-01",
                "end": f"2026-{start + 2:02}-28",
            },
            **changed,
        )
    )


def who(space: Workspace, name: str = "检查员甲", team: str = "T1", **fields: Any) -> Identity:
    """Say who works in the workspace, as the identity screen would."""
    return space.save_identity(Identity(name=name, team=team, role=fields.pop("role", Role.LEAD), **fields))


def open_desk(space: Workspace, identity: Identity | None = None, round_id: str = ROUND) -> Desk:
    """The round opened for an inspector, as the app opens it. Close `desk.session` before the app does."""
    return Desk(Session.open(space, round_id, identity or space.identity() or who(space), clock))


def item(desk: Desk, item_id: str) -> Any:
    """An item of the fixture's checklist."""
    found = desk.round.item("small", item_id)
    assert found is not None
    return found


def verdict(desk: Desk, unit: str, item_id: str, value: str = "pass", reason: str = "") -> None:
    """Record a verdict."""
    subject = item(desk, item_id)
    judgement = actions.plain_verdict(subject, Verdict(value), reason)
    desk.commit(unit, [actions.judge(desk.state, unit, "small", subject, judgement)], f"{item_id} {value}")


def deduct(desk: Desk, unit: str, item_id: str, label: str, count: int = 1) -> None:
    """Record a labelled deduction."""
    subject = item(desk, item_id)
    sheet = desk.sheet(unit)
    index = sheet.index_of("small", item_id)
    assert index is not None
    judgement = actions.with_deduction(subject, sheet.answers[index].judgement, Verdict.FAIL, label, count)
    desk.commit(unit, [actions.judge(desk.state, unit, "small", subject, judgement)], f"{item_id} {label}")


def say(desk: Desk, unit: str, kind: FindingKind, text: str, item_id: str = "") -> None:
    """Write down a problem, a good practice or a suggestion by hand."""
    new_id = hashlib.sha256(f"{unit}{kind.value}{text}".encode("utf-8", "replace")).hexdigest()[:16]
    edits = actions.new_finding(
        desk.state, unit, new_id, kind, text, checklist="small" if item_id else "", item=item_id
    )
    desk.commit(unit, edits, kind.label)


def finish(desk: Desk, unit: str, *, submit: bool = True) -> None:
    """Answer everything at a unit that is still open, name who received the team, and submit."""
    for row, answer in zip(desk.sheet(unit).rows, list(desk.sheet(unit).answers), strict=True):
        if not answer.answered:
            verdict(desk, unit, row.item.id)
    desk.commit(unit, actions.visit_fields(desk.state, unit, {"counterpart": "党小组长"}), "迎检人")
    if submit:
        desk.commit(unit, [actions.submit(desk.state, unit)], "提交")


def some_work(desk: Desk) -> None:
    """One unit submitted, one half done, one not reached; problems, a good practice and a suggestion."""
    deduct(desk, "DG01", "GW-01", "岗位责任缺项", 2)
    deduct(desk, "DG01", "GW-02", "未按月修订")
    say(desk, "DG01", FindingKind.GOOD_PRACTICE, "用班前五分钟讲本班风险，组员都能复述", "JL-01")
    finish(desk, "DG01")
    verdict(desk, "DG02", "GW-01")
    deduct(desk, "DG02", "GW-02", "未按月修订", 2)
    say(desk, "DG02", FindingKind.SUGGESTION, "建议统一记录本格式")
    desk.commit("DG03", actions.not_reached(desk.state, "DG03", desk.session.today, "道路不通"), "未能进点")


# -------------------------------------------------------------------- running it


@asynccontextmanager
async def running(
    app: Any, size: tuple[int, int] = NARROW, *, notifications: bool = False
) -> AsyncIterator[Any]:
    """The app running without a terminal; everything is closed afterwards, also when the test fails."""
    async with app.run_test(size=size, notifications=notifications) as pilot:
        await pilot.pause()
        try:
            yield pilot
        finally:
            app.save_everything()


@asynccontextmanager
async def shown(
    monkeypatch: Any,
    space: Workspace | Path,
    size: tuple[int, int] = NARROW,
    look: str = "normal",
    **options: Any,
) -> AsyncIterator[Any]:
    """The app running in one of the looks, its save light settled."""
    from inspect_tui.tui import skin

    if look == "nocolor":
        monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(space, look=skin.PLAIN if look == "plain" else skin.NORMAL, **options)
    async with running(app, size) as pilot:
        yield pilot


def by(count: int, texts: list[str]) -> list[list[str]]:
    """Texts in groups of a size, the last one filled up from the first, so that many fields share a look."""
    filled = texts + texts[: -len(texts) % count]
    return [filled[start : start + count] for start in range(0, len(filled), count)]


def told(app: Any) -> str:
    """What the app has told the user in passing; it must run with `notifications`."""
    return "\n".join(notification.message for notification in app._notifications)


async def settle(app: Any, pilot: Any) -> None:
    """Wait until everything is on the disk and said so."""
    if app.desk is not None:
        app.desk.session.flush()
    await pilot.pause()


class FullDisk:
    """A disk on which nothing new can be written; put in place of `store.files.fs`."""

    def __init__(self, real: Any, code: int = errno.EROFS) -> None:
        self._real, self._code = real, code

    def __getattr__(self, name: str) -> Any:
        if name in ("open_new", "mkdir", "write", "link"):
            return self._refuse
        return getattr(self._real, name)

    def _refuse(self, *_: Any) -> Any:
        raise OSError(self._code, os.strerror(self._code))


def refuse_writing(monkeypatch: Any, code: int = errno.EROFS) -> None:
    """Make every write of the store fail, as on a read-only or full disk."""
    from inspect_tui.store import files

    monkeypatch.setattr(files, "fs", FullDisk(files.fs, code))


def make_app(space: Workspace | Path, **options: Any) -> Any:
    """The product on a workspace, at the fixture's moment."""
    import parsed_styles  # noqa: F401 - for its effect
    from frames import spare

    from inspect_tui.tui.app import InspectApp

    root = space.root if isinstance(space, Workspace) else space
    return spare(InspectApp(root, clock=clock, **options))
