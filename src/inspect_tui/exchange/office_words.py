"""How offices write their 考核细则: what marks a total, a note, a heading, points, a way of checking."""

from __future__ import annotations

import re
from typing import Any

from inspect_tui.exchange.ledger_grid import GridCell
from inspect_tui.exchange.plain_sheet import cell_line as whole_line
from inspect_tui.model.terms import Method, Severity

TOTAL = re.compile(
    r"^(?:小计|合计|总计|总分|共计|本页小计|本项小计|得分合计|合计得分|总得分|合计分值)(?:[(（：:].*)?$"
)
NOTE = re.compile(r"^(?:注|说明|备注|填表说明|附注)\d?[：:、.．]|^(?:注|说明|备注)$")
SIGNED = re.compile(
    r"(?:检查人|考核人|被检查|受检|负责人|填表人|制表|审核|签字|签名|签章|盖章|检查日期|考核日期|日期|单位名称|被考核单位)"
    r"[^。；]{0,12}[：:]"
)
ORDINAL = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[)）]|\d{1,2}[、.．](?!\d))\s*"
)
CHINESE_ORDINAL = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[)）])"
)
IN_TEXT = re.compile(r"\s*[（(【\[]?\s*(?:共|满分|计|分值)?[:：]?\s*(\d+(?:\.\d+)?)\s*分\s*[)）】\]]?\s*$")
IN_BRACKETS = re.compile(r"\s*[（(【\[]\s*(?:共|满分|计|分值)?[:：]?\s*(\d+(?:\.\d+)?)\s*分?\s*[)）】\]]\s*$")
VETO = re.compile(r"一票否决|否决项|红线|禁止项")
BONUS = re.compile(r"^(?:[一二三四五六七八九十]+、)?\s*(?:附加)?加分(?:项|项目|内容)?")
_NO_BLANK = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")
METHODS = {
    Method.DOC_REVIEW: "查阅资料 查资料 查阅 查看资料 查看记录 查记录 资料检查 看资料 台账 查台账 档案",
    Method.SITE_VIEW: "现场查看 现场检查 现场 实地 实地查看 查现场 看现场 现场核查 查看现场",
    Method.INTERVIEW: "谈话了解 谈话 访谈 座谈 走访 询问 个别谈话",
    Method.SPOT_QUESTION: "随机提问 抽问 提问 现场提问 随机抽问",
    Method.BRIEFING: "听取汇报 听汇报 汇报",
    Method.SURVEY: "问卷 问卷调查 测评",
    Method.TEST: "考试 测试 笔试 抽考",
}
SEVERITIES = {
    Severity.MINOR: "一般 轻微 低 一般问题 一般隐患",
    Severity.MODERATE: "较重 中 较大 重要",
    Severity.MAJOR: "严重 重大 高 重大隐患",
}
ALL_UNITS = ("", "全部", "所有", "通用", "*", "各类", "均适用")


def cell_text(cell: GridCell) -> str:
    """What stands in a cell, with its lines kept: authors set each clause on a line of its own."""
    if not isinstance(cell.value, str):
        return cell_line(cell)
    from inspect_tui.store.clean import clean_text

    # Blanks that only set a cell out are no words, and long runs of them would slow every pattern.
    lines = (" ".join(line.split()) for line in clean_text(cell.value).split("\n"))
    return "\n".join(line for line in lines if line)


def cell_line(cell: GridCell) -> str:
    """A cell on one line, blanks in a row as one."""
    return " ".join(whole_line(cell).split())


def row_of(cell: str) -> int:
    """The row of a cell address; those without one stand last."""
    digits = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) if digits.isdecimal() else 10**9


def one_line(cell: GridCell) -> str:
    """A cell's text on one line; between Chinese characters a line's end is nothing."""
    return _NO_BLANK.sub("", cell_text(cell).replace("\n", " "))


def term_of(word: str, known: dict[Any, str]) -> Any:
    """The term an office means by a word, whole or within it; None where it means none."""
    said = "".join(word.split())
    exact = next((term for term, words in known.items() if said in words.split()), None)
    if exact is not None or len(said) > 8:
        return exact
    return next(
        (t for t, words in known.items() if any(len(w) > 1 and w in said for w in words.split())), None
    )
