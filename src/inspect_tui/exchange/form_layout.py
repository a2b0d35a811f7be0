"""The columns, words and marks of a form that is filled in: one list for printing it and for reading it back.

A row is told by its own code, never by its place, so that sheets may be sorted, cut and saved as CSV.
"""

from __future__ import annotations

import msgspec

from inspect_tui.model.checklist import Checklist, Deduction, Item
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Method, Outcome, Severity, Verdict, VisitResult
from inspect_tui.rules.applicability import conditions_of, when_words
from inspect_tui.rules.canonical import item_hash
from inspect_tui.rules.scoring import points_text

MARK = "检查表"
_VERSION = "1"
CODE = "识别码"
YES = "是"
#: 缺项 is 不符合 with a paper that does not exist; people tick it as a verdict of its own.
MISSING = "缺项"
#: Pairs of deduction and count on a row; one cell may name several.
PAIRS = 3
EXTRA_ROWS = 12

ITEM, OLD, LINE, MORE = "item", "old", "line", "more"
GOOD, ADVICE, PROBLEM = "好的做法", "建议", "问题"


class FormColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column: what it is read as, its heading, its width in halves, and whether it is filled in."""

    key: str
    heading: str
    width: float
    fill: bool = True
    align: str = "left"


def _told(key: str, heading: str, width: float, align: str = "left") -> FormColumn:
    return FormColumn(key=key, heading=heading, width=width, fill=False, align=align)


def _fill(key: str, heading: str, width: float, align: str = "left") -> FormColumn:
    return FormColumn(key=key, heading=heading, width=width, align=align)


_CODE = _told("code", CODE, 6)
_NUMERALS = "一二三"
COLUMNS: dict[str, tuple[FormColumn, ...]] = {
    ITEM: (
        _told("no", "编号", 8),
        _told("text", "检查内容", 46),
        _told("points", "分值", 5, "center"),
        _fill("verdict", "结论", 10, "center"),
        *(
            column
            for place in range(PAIRS)
            for column in (
                _fill(f"label{place}", f"扣分项{_NUMERALS[place]}", 15),
                _fill(f"count{place}", f"次数{_NUMERALS[place]}", 5, "center"),
            )
        ),
        _fill("reason", "原因", 14),
        _fill("finding", "发现的问题", 22),
        _fill("severity", "问题程度", 6, "center"),
        _fill("fixed", "立行立改", 6, "center"),
        _fill("note", "说明", 16),
        _fill("good", "好的做法", 16),
        _fill("advice", "建议", 16),
        _CODE,
    ),
    OLD: (
        _told("no", "编号", 12),
        _told("text", "上轮问题", 50),
        _told("noted", "发现日期", 11, "center"),
        _told("grade", "原定程度", 8, "center"),
        _told("state", "现在状态", 10, "center"),
        _fill("outcome", "复查结论", 12, "center"),
        _fill("methods", "检查方式", 16),
        _fill("basis", "依据", 36),
        _fill("remains", "还剩什么", 24),
        _CODE,
    ),
    LINE: (
        _told("text", "红线和否决项", 60),
        _told("effect", "性质", 12, "center"),
        _fill("fact", "看到的事实", 70),
        _CODE,
    ),
    MORE: (
        _fill("kind", "类别", 12, "center"),
        _fill("item", "检查项编号", 14),
        _fill("words", "内容", 80),
        _fill("severity", "问题程度", 10, "center"),
        _fill("fixed", "立行立改", 10, "center"),
        _CODE,
    ),
}
#: The column without which a table of a kind says nothing.
NEEDED = {ITEM: "verdict", OLD: "outcome", LINE: "fact", MORE: "words"}
SHEET_NAMES = {ITEM: "检查表", OLD: "上轮问题", LINE: "红线", MORE: "补充"}

#: The header of the visit: field and label, in the order they stand.
HEADER = (
    ("date", "检查日期"),
    ("inspectors", "检查人员"),
    ("counterpart", "迎检人"),
    ("present", "在场人员"),
    ("result", "进点情况"),
    ("reason", "未能进点原因"),
)
OUTCOMES = tuple(outcome.label for outcome in Outcome)
METHODS = tuple(method.label for method in Method)
SEVERITIES = tuple(severity.label for severity in Severity)
RESULTS = tuple(result.label for result in VisitResult)
KINDS = (PROBLEM, GOOD, ADVICE)


class Said(msgspec.Struct, frozen=True):
    """What a word in the column of verdicts says: verdict, own answer or level, whether it says 缺项."""

    verdict: Verdict
    award: str = ""
    missing: bool = False


def verdict_words(item: Item) -> dict[str, Said]:
    """What may be written as the verdict on an item; levels and own answers stand for their verdicts."""
    if item.awards:
        words = {a.label: Said(a.verdict, a.label, a.missing) for a in item.awards}
    else:
        judged = (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL)
        words = {v.label: Said(v) for v in judged} | {MISSING: Said(Verdict.FAIL, missing=True)}
    return words | {v.label: Said(v) for v in (Verdict.NA, Verdict.UNVERIFIED) if v.label not in words}


def rule_lines(checklist: Checklist, item: Item) -> list[str]:
    """What stands under an item's text: how it is judged and what a verdict must come with."""
    told = []
    if conditions := conditions_of(checklist, item.id):
        told.append(f"{'，并且'.join(when_words(w) for w in conditions)}才检查这一项")
    if item.rubric:
        told.append(f"评分：{item.rubric}")
    if choices := choice_words(item):
        told.append(f"{'扣分项' if item.deductions else '给分'}：{'；'.join(choices)}")
    if item.na_when:
        told.append(f"可不适用：{'；'.join(item.na_when)}")
    for verdict, needs in item.require.items():
        told.append(f"{Verdict(verdict).label}须有{'、'.join(need.label for need in needs)}")
    return told


def deduction_words(deduction: Deduction) -> str:
    """A deduction with what it takes, as it stands on paper."""
    if deduction.all:
        taken = "不得分"
    elif not deduction.points:
        taken = "只提建议" if deduction.suggestion else "不扣分"
    else:
        per = f"每{deduction.unit}" if deduction.unit else ""
        taken = f"{per}扣{points_text(deduction.points)}分"
        taken += f"，最多{points_text(deduction.cap)}分" if deduction.cap is not None else ""
    return f"{deduction.label}（{taken}）"


def choice_words(item: Item) -> list[str]:
    """Every choice of an item with its points."""
    if item.deductions:
        return [deduction_words(d) for d in item.deductions]
    return [f"{a.label}（得{points_text(a.points)}分，{a.verdict.label}）" for a in item.awards]


# ---------------------------------------------------------------------- marks


def form_mark(round_: Round, unit: str) -> str:
    """The mark of a form: which round, as of which pack, which unit."""
    return "/".join((MARK, _VERSION, round_.id, round_.origin, str(round_.pack_version), unit))


class Mark(msgspec.Struct, frozen=True):
    """A form's mark taken apart."""

    round: str
    origin: str
    pack: str
    unit: str


def read_mark(text: str) -> Mark | None:
    """The mark in a cell, or None where there is none."""
    parts = "".join(text.split()).split("/")
    if len(parts) != 6 or parts[0] != MARK or not parts[2] or not parts[5]:
        return None
    return Mark(round=parts[2], origin=parts[3], pack=parts[4], unit=parts[5])


def newer_mark(text: str) -> bool:
    """Whether a mark is of a later make than this program knows."""
    parts = "".join(text.split()).split("/")
    return len(parts) == 6 and parts[0] == MARK and parts[1].isdecimal() and parts[1] != _VERSION


def item_code(unit: str, checklist: str, item: Item) -> str:
    """The code of an item's row: it names the wording too, so that a later change of it shows."""
    return "/".join((ITEM, unit, checklist, item.id, item_hash(item)))


def old_code(unit: str, problem: str) -> str:
    """The code of an earlier problem's row."""
    return "/".join((OLD, unit, problem))


def line_code(unit: str, checklist: str, trigger: str) -> str:
    """The code of a red line's row."""
    return "/".join((LINE, unit, checklist, trigger))


def more_code(unit: str, number: int) -> str:
    """The code of a row for whatever belongs on no other."""
    return "/".join((MORE, unit, str(number)))


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """A row's code taken apart; `rest` is the item, the problem, the trigger or the number."""

    kind: str
    unit: str
    rest: str
    checklist: str = ""
    wording: str = ""


def read_code(text: str) -> Code | None:
    """A row's code taken apart, or None where a cell holds none."""
    parts = "".join(text.split()).split("/")
    match parts:
        case [kind, unit, checklist, item, wording] if kind == ITEM and unit and item:
            return Code(kind=ITEM, unit=unit, rest=item, checklist=checklist, wording=wording)
        case [kind, unit, *problem] if kind == OLD and unit and any(problem):
            return Code(kind=OLD, unit=unit, rest="/".join(problem))
        case [kind, unit, checklist, trigger] if kind == LINE and unit and trigger:
            return Code(kind=LINE, unit=unit, rest=trigger, checklist=checklist)
        case [kind, unit, number] if kind == MORE and unit and number:
            return Code(kind=MORE, unit=unit, rest=number)
        case _:
            return None
