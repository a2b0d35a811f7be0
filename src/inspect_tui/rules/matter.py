"""Matter: what a record and a field are called, and what a value says, in the words of the round.

Questions, receipts, erasures and the journal all tell of records; telling them here keeps one wording.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from inspect_tui.model.change import Edit, parse_key
from inspect_tui.model.checklist import Item
from inspect_tui.model.flows import StepFound
from inspect_tui.model.problem import Step
from inspect_tui.model.round import Round
from inspect_tui.model.spread import Uptake
from inspect_tui.model.terms import (
    EvidenceKind,
    FindingKind,
    GradeStepKind,
    Profile,
    ReviewState,
    Severity,
    StepKind,
    Term,
    Verdict,
    VisitResult,
)
from inspect_tui.model.view import Judgement
from inspect_tui.rules.fold import is_blank
from inspect_tui.rules.lifecycle import read_step
from inspect_tui.rules.reading import BARE, judgement_of

_FIELDS: dict[tuple[str, str], str] = {
    ("answer", "judgement"): "结论",
    ("answer", "note"): "说明",
    ("answer", "returned"): "退回原因",
    ("finding", "text"): "问题文字",
    ("finding", "kind"): "类别",
    ("finding", "severity"): "问题程度",
    ("finding", "missing"): "是否缺项",
    ("finding", "fixed_on_site"): "是否立行立改",
    ("finding", "referred"): "是否移交",
    ("finding", "checklist"): "所属清单",
    ("finding", "item"): "所属检查内容",
    ("finding", "same_as"): "与哪一条合为一条",
    ("trigger", "hit"): "事实",
    ("visit", "date"): "检查日期",
    ("visit", "result"): "进点结果",
    ("visit", "reason"): "未能进点的原因",
    ("visit", "counterpart"): "迎检人",
    ("visit", "profile"): "现场核实的定位",
    ("visit", "submitted"): "提交",
    ("visit", "reopened"): "重新打开的原因",
    ("visit", "confirmed_by"): "现场确认人",
    ("visit", "objection"): "被检单位的异议",
    ("visit", "note"): "说明",
    ("visit", "review"): "组长审阅",
    ("rect", "step"): "整改状态",
    ("rect", "owner_unit"): "责任单位",
    ("rect", "owner"): "责任人",
    ("rect", "leader"): "责任领导",
    ("rect", "supervisor"): "督办人",
    ("rect", "measure"): "整改措施",
    ("rect", "due"): "整改时限",
    ("rect", "task"): "一项任务",
    ("rect", "team"): "一个团队",
    ("rect", "progress"): "进展",
    ("rect", "result"): "完成情况",
    ("rect", "done_on"): "完成日期",
    ("rect", "carried_to"): "转入",
    ("finding", "number"): "编号",
    ("finding", "lineage"): "与上轮哪个问题是同一个",
    ("draw", "drawn"): "抽查名单",
    ("award", "awarded"): "评比结果",
    ("grade", "step"): "定级",
    ("points", "counted"): "党员积分表",
    ("recount", "recounted"): "分配复算",
    ("flow", "drawn"): "抽到的流程",
    ("duties", "revised"): "修订日期",
    ("bonus", "given"): "加分",
    ("card", "title"): "经验名称",
    ("card", "what"): "做法",
    ("card", "effect"): "效果",
    ("card", "how"): "怎样学",
    ("card", "finding"): "由哪条好的做法写成",
    ("card", "on"): "写成日期",
    ("adopt", "said"): "采用情况",
    ("pair", "helper"): "帮扶单位",
    ("pair", "helper_name"): "帮扶单位或部门",
    ("pair", "start"): "开始日期",
    ("pair", "until"): "结束日期",
    ("pair", "ended"): "结束结对",
    ("round", "frozen"): "封存",
    ("erase", "reason"): "彻底删除的原因",
}
_SETS = {
    "method": "检查方式",
    "sample": "抽查内容",
    "inspector": "检查人",
    "present": "在场人员",
    "exclude": "不写入",
    "confirm": "确认可以发出",
    "issued": "发出",
    "evidence": "佐证",
    "profile": "适合的定位",
    "goal": "目标",
    "met": "认定达到的目标",
}
_TERMS: dict[tuple[str, str], type[Term]] = {
    ("finding", "kind"): FindingKind,
    ("finding", "severity"): Severity,
    ("visit", "result"): VisitResult,
    ("visit", "profile"): Profile,
}


def unit_name(round_: Round, unit_id: str) -> str:
    """The name of a unit, or its id where the round does not know it."""
    unit = round_.unit(unit_id)
    return unit.name if unit is not None else unit_id


def item_of(round_: Round, record: str) -> Item | None:
    """The item an answer or a made finding is about."""
    address = parse_key(record)
    return round_.item(address.checklist, address.item) if address and address.item else None


def record_words(round_: Round, record: str) -> str:
    """What a record is about: 东沟第2党小组 GW-02."""
    address = parse_key(record)
    if address is None:
        return "不认识的记录"
    unit = unit_name(round_, address.unit)
    match address.kind:
        case "answer":
            return f"{unit} {address.item}"
        case "trigger":
            return f"{unit} {address.item}"
        case "finding" if address.item:
            label = "" if address.label == BARE else f"“{address.label}”"
            return f"{unit} {address.item}{label}的问题"
        case "finding":
            return f"{unit} 手写的问题或做法"
        case "visit":
            return f"{unit} 进点信息"
        case "rect":
            return f"{unit} {_problem_words(round_, address.unit, address.label)}的整改"
        case "draw":
            return "随机抽查"
        case "notice":
            return "通报"
        case "award":
            return "评比"
        case "grade":
            return f"{unit} 达标晋级"
        case "points":
            return f"{unit} {address.label}党员积分"
        case "recount":
            return f"{unit} {address.label}分配复算"
        case "flow":
            return f"{unit} 基本流程抽查"
        case "duties":
            return f"{unit} {address.label}岗位责任"
        case "bonus":
            return f"{unit} 加分"
        case "card":
            return f"{unit} 经验"
        case "adopt":
            return f"{unit} 采用别组经验"
        case "pair":
            return f"{unit} 结对帮扶"
        case "round":
            return "整轮检查"
        case _:
            return "彻底删除的记录"


def field_words(record: str, field: str) -> str:
    """What a field is called."""
    kind = record.partition("/")[0]
    name, colon, element = field.partition(":")
    if kind == "pair" and name == "goal":
        return "目标"
    if name == "evidence" and colon:
        return _SETS[name]
    if colon:
        return f"{_SETS.get(name, name)}“{element}”"
    if field == "deleted":
        return "删除"
    if kind == "notice":
        return "改写的句子"
    if kind == "flow" and name.startswith("found."):
        flow, _, step = name.removeprefix("found.").rpartition(".")
        return f"流程{flow}第{step}步"
    if kind == "duties" and name.startswith("slot"):
        return f"第{name.removeprefix('slot')}项"
    return _FIELDS.get((kind, field), field)


def value_words(record: str, field: str, value: Any) -> str:
    """What a value says, in words."""
    kind = record.partition("/")[0]
    if (kind, field) == ("answer", "judgement"):
        return judgement_words(value)
    if field == "deleted":
        return "删除" if value else "保留"
    if kind == "pair" and field.startswith("goal:") and isinstance(value, dict):
        return str(value.get("text") or value.get("target") or "")
    if field.startswith("evidence:"):
        return evidence_words(value)
    if ":" in field:
        return "有" if value else "没有"
    if (kind, field) == ("trigger", "hit"):
        return str(value.get("fact") or "") if isinstance(value, dict) else "没有这回事"
    if (kind, field) == ("visit", "review") and isinstance(value, dict):
        said = _term(ReviewState, value.get("state"))
        reason = str(value.get("reason") or "")
        return f"{said}：{reason}" if reason else said
    if (kind, field) == ("rect", "step"):
        step = read_step(value)
        return step_words(step) if step is not None else "没有这一步"
    if (kind, field) == ("rect", "carried_to"):
        return str(value.get("title") or "") if isinstance(value, dict) else "没有转入"
    if (kind, field) == ("award", "awarded"):
        return f"{value.get('period', '')}评比结果" if isinstance(value, dict) else "没有评比"
    if (kind, field) == ("grade", "step"):
        return grade_step_words(value)
    if (kind, field) == ("points", "counted"):
        return points_words(value)
    if kind == "duties" and field.startswith("slot"):
        return duty_words(value)
    if (kind, field) == ("bonus", "given"):
        return bonus_words(value)
    if (kind, field) == ("recount", "recounted"):
        return recount_words(value)
    if kind == "flow" and field.startswith("found."):
        return flow_step_words(value)
    if (kind, field) == ("flow", "drawn"):
        return f"种子“{value.get('seed', '')}”" if isinstance(value, dict) else "没有抽"
    if (kind, field) == ("adopt", "said"):
        return uptake_words(value)
    if (kind, field) == ("pair", "ended"):
        ended = f"{value.get('on', '')} {value.get('why', '')}" if isinstance(value, dict) else "没有结束"
        return ended.strip()
    if (kind, field) == ("draw", "drawn"):
        return f"种子“{value.get('seed', '')}”" if isinstance(value, dict) else "没有抽"
    if (kind, field) == ("round", "frozen"):
        return "封存" if value else "未封存"
    if kind == "notice" and isinstance(value, dict):
        return str(value.get("text") or "")
    if isinstance(value, bool):
        return "是" if value else "否"
    if is_blank(value):
        return "空白"
    term = _TERMS.get((kind, field))
    return _term(term, value) if term is not None else str(value)


def judgement_words(value: Any) -> str:
    """A judgement in words: 不符合，缺项；责任缺项×2；原因：…"""
    if is_blank(value):
        return Verdict.PENDING.label
    try:
        judgement = value if isinstance(value, Judgement) else judgement_of(value)
    except msgspec.ValidationError:
        return "读不懂的结论"
    said = [judgement.verdict.label + ("，缺项" if judgement.missing else "")]
    if judgement.award:
        said.append(f"档次“{judgement.award}”")
    if judgement.deductions:
        said.append("、".join(p.label + (f"×{p.count}" if p.count > 1 else "") for p in judgement.deductions))
    if judgement.reason:
        said.append(f"原因：{judgement.reason}")
    return "；".join(said)


def step_words(step: Step) -> str:
    """A step in words: 回头看复查：部分整改，查阅资料；依据：…；还剩：…"""
    said = [step.kind.label]
    if step.outcome is not None:
        said[0] += f"：{step.outcome.label}"
    if step.methods:
        said[0] += "，" + "、".join(method.label for method in step.methods)
    if step.on:
        said.append(zh_date(step.on))
    named = {"复查人": step.who, "依据": step.basis, "还剩": step.remains, "批准人": step.approver}
    if step.kind in (StepKind.DISPUTE, StepKind.UPHOLD, StepKind.WITHDRAW, StepKind.DEFER, StepKind.REJECT):
        named = {"理由": step.basis, "复查人": step.who, "批准人": step.approver}
    elif step.kind in (StepKind.START, StepKind.SUBMIT):
        named = {"说明": step.basis, "上报人": step.who}
    said += [f"{name}：{value}" for name, value in named.items() if value]
    if step.until:
        said.append(f"挂账到{zh_date(step.until)}")
    return "；".join(said)


def grade_step_words(value: Any) -> str:
    """A step of a grade in words: 定级：标准化，2026年11月20日；依据：…"""
    if not isinstance(value, dict):
        return "没有定级"
    said = [_term(GradeStepKind, value.get("kind"))]
    if name := str(value.get("level_name") or value.get("level") or ""):
        said[0] += f"：{name}"
    if on := str(value.get("on") or ""):
        said[0] += f"，{zh_date(on)}"
    if due := str(value.get("due") or ""):
        said.append(f"期限{zh_date(due)}")
    said += [
        f"{name}：{told}" for key, name in (("who", "经办"), ("basis", "依据")) if (told := value.get(key))
    ]
    return "；".join(said)


def points_words(value: Any) -> str:
    """The counts of a points sheet in words."""
    if not isinstance(value, dict):
        return "没有积分表"
    said = f"{value.get('entered', 0)}人有记录，共{value.get('members', 0)}名党员"
    return f"{said}；加分{value.get('rewards', 0)}次，扣分{value.get('penalties', 0)}次"


def duty_words(value: Any) -> str:
    """A 岗位责任 slot in words: 责任岗位：资料员；标准：…；时限：…"""
    if not isinstance(value, dict):
        return "空白"
    named = (("name", "责任名称"), ("post", "责任岗位"), ("standard", "标准"), ("node", "时限"))
    return "；".join(f"{word}：{told}" for key, word in named if (told := value.get(key))) or "空白"


def recount_words(value: Any) -> str:
    """The figures of a recount in words."""
    if not isinstance(value, dict):
        return "没有复算"
    gap = f"多发{value.get('over', 0)}元，少发{value.get('under', 0)}元"
    return f"{value.get('people', 0)}人，{value.get('wrong', 0)}人次不一致；{gap}"


def flow_step_words(value: Any) -> str:
    """What a step of a flow was found to be, in words: 部分；只有通知，没有签到."""
    if not isinstance(value, dict):
        return "没有看"
    note = str(value.get("note") or "")
    return _term(StepFound, value.get("found")) + (f"；{note}" if note else "")


def bonus_words(value: Any) -> str:
    """A bonus in words: 加2分：…；依据：…"""
    if not isinstance(value, dict):
        return "没有加分"
    said = f"加{value.get('points', '')}分：{value.get('reason', '')}"
    return f"{said}；依据：{value['basis']}" if value.get("basis") else said


def uptake_words(value: Any) -> str:
    """What a unit said of a card in words: 部分采用；依据：…"""
    if not isinstance(value, dict):
        return "没有问到"
    said = _term(Uptake, value.get("uptake"))
    return f"{said}；依据：{value['basis']}" if value.get("basis") else said


def evidence_words(value: Any) -> str:
    """A piece of evidence in words: 照片“责任上墙”."""
    if not isinstance(value, dict):
        return "移除"
    title = value.get("caption") or value.get("reference") or value.get("name") or ""
    return f"{_term(EvidenceKind, value.get('kind'))}“{title}”"


def zh_date(day: str) -> str:
    """A calendar date as people read it: 2026年11月20日."""
    parts = day.split("-")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return day
    year, month, date = (int(part) for part in parts)
    return f"{year}年{month}月{date}日"


def _problem_words(round_: Round, unit: str, problem: str) -> str:
    carried = next((c for c in round_.carried if c.unit == unit and c.id == problem), None)
    return f"上轮问题“{carried.text}”" if carried is not None else "本轮问题"


def edits_words(round_: Round, edits: Iterable[Edit], most: int = 4) -> str:
    """What the edits of a change did, shortened to the first few."""
    told = [
        f"{record_words(round_, e.record)}的{field_words(e.record, e.field)}："
        f"{value_words(e.record, e.field, e.value)}"
        for e in edits
    ]
    more = f"；等{len(told)}处" if len(told) > most else ""
    return "；".join(told[:most]) + more


def _term(term: type[Term], value: Any) -> str:
    try:
        return term(value).label
    except ValueError:
        return str(value)
