"""What each step of a rectification asks for, with ready answers. No widget, so it is tested bare.

What is asked is what the guards of `rules.lifecycle` need; the guards themselves stay the judge.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from inspect_tui.model.change import Edit
from inspect_tui.model.roster import Unit
from inspect_tui.model.terms import StepKind
from inspect_tui.rules.fold import State
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.lifecycle import Objection
from inspect_tui.rules.rectifying import DUTY_WORDS, NotAllowed, planned, set_duty, take_step


class Ask(NamedTuple):
    """Something to be filled in: a field of the step, or with `duty` one of the duty that comes with it."""

    field: str
    label: str
    hint: str = ""
    duty: bool = False
    day: bool = False
    required: bool = True
    ready: tuple[str, ...] = ()


_ON = Ask("on", "日期", "办这一步的日期，一般是今天。", day=True)
_OWNER = Ask("owner", DUTY_WORDS["owner"], "由谁具体整改。", duty=True)
_LEADER = Ask("leader", DUTY_WORDS["leader"], "由哪位领导负责到底。", duty=True, required=False)
_MEASURE = Ask(
    "measure",
    DUTY_WORDS["measure"],
    "怎样整改，写到能照着做、能核对。",
    duty=True,
    ready=(
        "对照清单逐项补齐，落实到人",
        "组织学习并现场抽问，做到人人清楚",
        "明确责任人和时限，每月核对一次",
    ),
)
_DUE = Ask("due", DUTY_WORDS["due"], "到哪一天整改完。", duty=True, day=True)
_LOOKED = ("现场核对，已按要求整改", "查阅资料，已补齐并落实", "谈话了解并抽问，已经落实")

ASKED: dict[StepKind, tuple[Ask, ...]] = {
    StepKind.START: (_MEASURE, _OWNER, _LEADER, _DUE, _ON),
    StepKind.DISPUTE: (
        Ask(
            "basis",
            "异议的理由",
            "单位为什么不同意，有什么依据。",
            ready=("情况与事实不符", "不属于本单位职责"),
        ),
        _ON,
    ),
    StepKind.UPHOLD: (
        Ask("basis", "维持的理由", "为什么仍然算问题。", ready=("经核实，问题属实", "异议依据不足")),
        _ON,
    ),
    StepKind.WITHDRAW: (
        Ask(
            "basis",
            "撤销的理由",
            "撤销后不再恢复，也不写入通报。",
            ready=("经核实，不属于问题", "与其他问题重复"),
        ),
        _ON,
    ),
    StepKind.SUBMIT: (
        Ask(
            "result", DUTY_WORDS["result"], "做了什么，结果怎样。", duty=True, ready=("已按整改措施全部完成",)
        ),
        Ask("done_on", DUTY_WORDS["done_on"], "整改完成的日期。", duty=True, day=True),
        Ask("who", "上报人", "单位里由谁上报。", required=False),
        _ON,
    ),
    StepKind.CLOSE: (
        Ask("basis", "复查意见", "看了什么，凭什么销号。", ready=_LOOKED),
        Ask("who", "复查人", "最好不是上报整改的人。"),
        _ON,
    ),
    StepKind.REJECT: (
        Ask(
            "basis",
            "不通过的理由",
            "差在哪里。",
            ready=("整改不彻底，仍有遗漏", "资料与现场不一致", "没有佐证材料"),
        ),
        Ask("who", "复查人"),
        _ON,
    ),
    StepKind.DEFER: (
        Ask(
            "basis",
            "挂账的理由",
            "为什么现在整改不了。",
            ready=("需要上级投入或协调解决", "受生产任务和季节限制", "涉及制度修订，须按程序办理"),
        ),
        Ask("approver", "批准人", "上一级由谁批准。"),
        Ask("until", "挂账到哪天", "到期自动回到整改中。", day=True),
        _ON,
    ),
}

#: Fields of the duty as two forms show them: who and how, and “五个一”.
DUTY_FORMS: dict[str, tuple[Ask, ...]] = {
    "duty": (
        Ask("owner_unit", DUTY_WORDS["owner_unit"], "哪个单位整改。", duty=True, required=False),
        _OWNER._replace(required=False),
        _LEADER,
        Ask("supervisor", DUTY_WORDS["supervisor"], "由谁督办。", duty=True, required=False),
        _MEASURE._replace(required=False),
        _DUE._replace(required=False),
        Ask("result", DUTY_WORDS["result"], "做了什么，结果怎样。", duty=True, required=False),
        Ask("done_on", DUTY_WORDS["done_on"], "整改完成的日期。", duty=True, day=True, required=False),
    ),
    "five": (
        Ask("task", DUTY_WORDS["task"], "一项任务：这件事要办成什么。", duty=True, required=False),
        _LEADER._replace(hint="一名领导：由哪位领导负责到底。"),
        Ask("team", DUTY_WORDS["team"], "一个团队：哪些人一起办。", duty=True, required=False),
        _DUE._replace(required=False),
        Ask("progress", DUTY_WORDS["progress"], "一抓到底：现在办到哪一步。", duty=True, required=False),
    ),
}
DUTY_ASKS: tuple[Ask, ...] = tuple({ask.field: ask for form in DUTY_FORMS.values() for ask in form}.values())
"""Every field of the duty once."""

_WEEKDAYS = "一二三四五六日"


# -------------------------------------------------------------------- days


def day_words(day: dt.date) -> str:
    """A day as it is offered: date and weekday."""
    return f"{day.isoformat()}（周{_WEEKDAYS[day.weekday()]}）"


def read_typed_day(text: str, today: dt.date) -> str:
    """A typed day as YYYY-MM-DD, or nothing: 2026-11-20, 2026.11.20, 20261120, 11月20日, 11-20, 今天, 30天后.

    A day without a year is taken in the year that brings it nearest.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"\s*\(.*\)$", "", plain)
    if (words := {"今天": 0, "昨天": -1, "前天": -2, "明天": 1, "后天": 2}.get(plain)) is not None:
        return (today + dt.timedelta(days=words)).isoformat()
    if later := re.fullmatch(r"(\d{1,4})\s*天[后內内]", plain):
        return (today + dt.timedelta(days=int(later[1]))).isoformat()
    found = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?", plain)
    found = found or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", plain)
    try:
        if found is not None:
            return dt.date(int(found[1]), int(found[2]), int(found[3])).isoformat()
        short = re.fullmatch(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?", plain)
        if short is None:
            return ""
        return _nearest(int(short[1]), int(short[2]), today)
    except (ValueError, OverflowError):
        return ""


def _nearest(month: int, day: int, today: dt.date) -> str:
    days = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            days.append(dt.date(year, month, day))
        except ValueError:
            continue
    return min(days, key=lambda d: abs((d - today).days)).isoformat() if days else ""


# -------------------------------------------------------------------- ready answers


def ready_answers(
    ask: Ask, rows: Sequence[LedgerRow], unit: Unit | None, people: Sequence[str], today: dt.date
) -> list[str]:
    """Answers offered by digit: days near today, names that are known, phrases."""
    if ask.field in ("due", "until"):
        ahead = (7, 15, 30) if ask.field == "due" else (30, 60, 90)
        return [day_words(today + dt.timedelta(days=days)) for days in ahead]
    if ask.day:
        return [day_words(today - dt.timedelta(days=back)) for back in range(3)]
    same = _shared(rows)
    known: list[str] = []
    match ask.field:
        case "owner":
            known = [same("owner"), unit.leader if unit is not None else ""]
        case "leader":
            known = [same("leader"), unit.responsible_leader if unit is not None else ""]
        case "supervisor":
            known = [same("supervisor"), same("leader")]
        case "owner_unit":
            known = [same("owner_unit"), unit.name if unit is not None else ""]
        case "approver":
            known = [same("leader"), same("supervisor")]
        case "who":
            known = [*people] if ask.label == "复查人" else [same("owner"), unit.leader if unit else ""]
    return [text for text in dict.fromkeys((*known, *ask.ready)) if text]


def _shared(rows: Sequence[LedgerRow]) -> Any:
    """Gives a field of the duty where all rows have the same, else nothing."""

    def same(field: str) -> str:
        found = {str(getattr(row.duty, field)) for row in rows}
        return found.pop() if len(found) == 1 else ""

    return same


def presets(kind: StepKind, rows: Sequence[LedgerRow], people: Sequence[str], today: str) -> dict[str, str]:
    """What a step's form is filled in with when it opens: what the rows share, today, and who works here."""
    same = _shared(rows)
    found: dict[str, str] = {}
    for ask in ASKED[kind]:
        if ask.duty:
            found[ask.field] = same(ask.field)
        elif ask.field == "on":
            found["on"] = today
        elif ask.field == "who":
            found["who"] = (people[0] if people else "") if ask.label == "复查人" else same("owner")
        else:
            found[ask.field] = ""
    return found


# -------------------------------------------------------------------- trying it


class Trial(NamedTuple):
    """What would come of one row: the edits, or why it cannot be."""

    row: LedgerRow
    edits: list[Edit]
    refusals: tuple[Objection, ...] = ()
    warnings: tuple[Objection, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.refusals and bool(self.edits)

    @property
    def why(self) -> str:
        """Why nothing comes of it, in words."""
        if self.refusals:
            return "；".join(dict.fromkeys(objection.text for objection in self.refusals))
        return "" if self.edits else "已经是这样，不用改"


def try_step(state: State, row: LedgerRow, kind: StepKind, values: Mapping[str, str], today: str) -> Trial:
    """A step on one row as a form fills it in. A duty field left blank keeps what the row has."""
    duty = {a.field: values[a.field] for a in ASKED[kind] if a.duty and values.get(a.field)}
    said = {a.field: values.get(a.field, "") for a in ASKED[kind] if not a.duty}
    _, guarded = planned(state, row, kind, today, duty=duty, **said)
    if not guarded.allowed:
        return Trial(row, [], guarded.refusals, guarded.warnings)
    edits = take_step(state, row, kind, today, duty=duty, **said)
    return Trial(row, edits, (), guarded.warnings)


def try_duty(state: State, row: LedgerRow, values: Mapping[str, str], today: str) -> Trial:
    """Fields of the duty set on one row."""
    try:
        return Trial(row, set_duty(state, row, values, today))
    except NotAllowed as refused:
        return Trial(row, [], refused.guarded.refusals)


def try_duty_for_many(state: State, row: LedgerRow, field: str, value: str, today: str) -> Trial:
    """One field set on one of many rows: what is done already stays, and what is replaced is told."""
    if row.done and not row.carried_to:
        return Trial(row, [], (Objection("state", f"{row.state_label}，成批时不改；要改请打开这一个"),))
    trial = try_duty(state, row, {field: value}, today)
    old = str(getattr(row.duty, field))
    if trial.ok and old:
        return trial._replace(warnings=(Objection(field, f"原来是“{old}”，将被替换"),))
    return trial
