"""Which column of an office's own sheet is what, by the meaning of its heading, and a mapping to keep it.

Offices call the same thing by many names and set headings in two rows. What is not certain is said, and the
mapping that results can be corrected in a small file and used again next month.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.exchange.ledger_grid import Grid, GridCell
from inspect_tui.exchange.plain_sheet import cell_line
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.rules.issue import did_you_mean

CODE = "E21"
MAPPING_FORMAT = "inspect-tui/checklist-mapping"
#: What a column may be, with the word people know it by.
ROLES = {
    "serial": "序号",
    "section": "大项",
    "section_points": "大项分值",
    "topic": "小项",
    "id": "编号",
    "text": "检查内容",
    "points": "分值",
    "rubric": "评分标准",
    "methods": "检查方式",
    "severity": "程度",
    "applies": "适用定位",
    "na_when": "不适用情形",
    "basis": "依据",
    "ignore": "不取",
}
_WORDS = {
    "serial": "序号 项次 行号 NO",
    "section": (
        "大项 检查项目 考核项目 考评项目 检查类别 考核类别 类别 一级指标 板块 项目类别 "
        "检查大项 考核大项 指标 检查方面 项目 "
    ),
    "section_points": "项目分值 大项分值 类别分值 项目总分 大项总分 分值大项 分值项目 一级指标分值",
    "topic": "二级指标 小项 分项 子项 检查子项 检查要素 要素 考核指标 检查分项",
    "id": "编号 条款号 条款编号 项目编号 检查编号 代码",
    "text": (
        "检查内容 考核内容 考评内容 检查内容及要求 考核内容及要求 内容 检查要点 考核要点 "
        "工作要求 检查事项 具体内容 内容及标准 检查条款 排查内容 三级指标 检查内容与要求 "
        "检查内容及标准 主要内容 考核内容及标准 "
    ),
    "points": "分值 标准分 标准分值 满分 配分 基本分 应得分 分数 权重 标准分数 分值小项 分值分",
    "rubric": (
        "评分标准 评分说明 扣分标准 评分办法 计分方法 计分标准 扣分说明 评分细则 评分方法 "
        "扣分细则 考核办法 打分标准 计分办法 考评办法 扣分办法 评分依据 扣分规则 评分规则 "
        "考核评分标准 检查评分标准 得分标准 考核细则 "
    ),
    "methods": ("检查方式 检查方法 考核方式 查验方式 考核方法 检查途径 方式 方法 检查手段 检查方式方法 "),
    "severity": "程度 严重程度 问题程度 风险等级 隐患等级 问题等级",
    "applies": "适用 适用范围 适用定位 适用对象 适用类型",
    "na_when": "不适用情形 不适用 缺项说明",
    "basis": "依据 检查依据 制度依据 标准依据 法规依据 检查依据及标准",
    "ignore": (
        "得分 实得分 实际得分 扣分 自评分 自查得分 自评得分 考核得分 检查得分 复核得分 "
        "检查结果 检查情况 检查记录 扣分原因 存在问题 备注 责任部门 责任单位 责任人 检查人 "
        "整改期限 整改措施 是否符合 是 否 符合 不符合 结果 复核 扣分情况 扣分值 考核扣分 说明 "
        "牵头部门 "
    ),
}
#: Headings that mean the text where there is no other, and the rubric where there is.
_EITHER = {"检查标准", "考核标准", "标准", "标准要求", "工作标准", "考评标准", "标准及要求", "要求"}
_NEAR = ("rubric", "text", "section_points", "points", "section", "topic", "methods", "basis", "id")
_MOST_ABOVE = 15


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """A column: its letter, its heading, what it is taken for, and a doubt about that."""

    column: str
    heading: str
    role: str
    doubt: str = ""


class Mapping(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a sheet is read: which sheet, its heading rows, its columns, and what it does not say itself."""

    sheet: str = ""
    headings: tuple[int, int] = (0, 0)
    columns: dict[str, str] = {}
    id: str = ""
    revision: str = ""
    title: str = ""
    unit_kinds: tuple[str, ...] = ()


def find_headings(grid: Grid) -> tuple[tuple[int, int], list[Heading]] | None:
    """The rows of a sheet's headings and what each column is; None when it has no table of items."""
    best: tuple[int, tuple[int, int], list[Heading]] | None = None
    rows = grid.rows[:_MOST_ABOVE]
    for place, (number, cells) in enumerate(rows):
        options = [((number, number), _words(cells))]
        if place + 1 < len(rows) and _two_rows(cells, rows[place + 1][1]):
            options.append(((number, rows[place + 1][0]), _joined(cells, rows[place + 1][1])))
        for span, words in options:
            found = match(words)
            # Of equals the reading that uses the second heading row says more.
            score = 2 * _score(found) + (1 if _score(found) and span[0] != span[1] else 0)
            if score and (best is None or score > best[0]):
                best = score, span, found
    return (best[1], best[2]) if best else None


def headings_at(grid: Grid, span: tuple[int, int]) -> list[str]:
    """The words of given heading rows, by column; empty when the sheet has no such rows."""
    held = [cells for number, cells in grid.rows if span[0] <= number <= span[1]]
    if not held:
        return []
    words = _words(held[0])
    for cells in held[1:]:
        words = _both(words, _words(cells))
    return words


def match(words: Sequence[str]) -> list[Heading]:
    """What each column is, each meaning but that of ignored columns given once."""
    roles = [_role(word) for word in words]
    doubts = [_near(role) if near else "" for role, near in roles]
    kinds = [role for role, _ in roles]
    _settle(kinds, doubts, words)
    return [
        Heading(column=column_letter(place), heading=word, role=kind, doubt=doubt)
        for place, (word, kind, doubt) in enumerate(zip(words, kinds, doubts, strict=True), 1)
        if word
    ]


def _near(role: str) -> str:
    return "不认识这一栏，没有取" if role == "ignore" else "按字面相近认的"


def _settle(kinds: list[str], doubts: list[str], words: Sequence[str]) -> None:
    """Make every meaning stand once: what stands where in such tables decides, and is said."""
    for place, kind in enumerate(kinds):
        if kind == "either":
            kinds[place] = "text" if "text" not in kinds else "rubric" if "rubric" not in kinds else "ignore"
            doubts[place] = f"认作{ROLES[kinds[place]]}"
    for lower in ("topic", "section"):
        if "text" not in kinds and lower in kinds:
            # Of 检查项目 without 检查内容 the rows themselves are the items.
            last = len(kinds) - 1 - kinds[::-1].index(lower)
            kinds[last], doubts[last] = "text", "没有“检查内容”一栏，认作检查内容"
    text_at = kinds.index("text") if "text" in kinds else len(kinds)
    points = [place for place, kind in enumerate(kinds) if kind == "points"]
    if len(points) > 1 and "section_points" not in kinds and points[0] < text_at and "section" in kinds:
        kinds[points[0]], doubts[points[0]] = "section_points", "在检查内容之前，认作大项分值"
    sections = [place for place, kind in enumerate(kinds) if kind == "section"]
    if len(sections) > 1 and "topic" not in kinds:
        kinds[sections[1]], doubts[sections[1]] = "topic", "第二个项目栏，认作小项"
    seen: dict[str, int] = {}
    for place, kind in enumerate(kinds):
        if kind == "ignore" or not words[place]:
            continue
        if kind in seen:
            # Cells merged over columns repeat their heading; the first stands for them.
            same = words[place] == words[seen[kind]]
            kinds[place] = "ignore"
            doubts[place] = "" if same else f"已有“{words[seen[kind]]}”作为{ROLES[kind]}，没有取"
        else:
            seen[kind] = place


def _role(word: str) -> tuple[str, bool]:
    said = _plain(word)
    if not said:
        return "ignore", False
    if said in _EITHER:
        return "either", False
    for role, known in _WORDS.items():
        if said in known.casefold().split():
            return role, False
    for role in _NEAR:
        if any(len(known) > 2 and known in said for known in _WORDS[role].casefold().split()):
            return role, True
    return "ignore", True


def _plain(word: str) -> str:
    said = "".join(unicodedata.normalize("NFKC", word).split()).strip("：:*＊、")
    return (said.partition("(")[0] or said).casefold()


def _score(found: list[Heading]) -> int:
    roles = {heading.role for heading in found} - {"ignore"}
    if "text" not in roles or not roles & {"points", "rubric", "section", "serial", "methods"}:
        return 0
    exact = sum(not h.doubt for h in found if h.role != "ignore")
    return (len(roles) * 4 + exact) if len(roles) > 1 else 0


def _words(cells: Sequence[GridCell]) -> list[str]:
    return ["".join(cell_line(cell).split()) if isinstance(cell.value, str) else "" for cell in cells]


def _two_rows(upper: Sequence[GridCell], lower: Sequence[GridCell]) -> bool:
    """Whether a row is the second one of the headings: merged cells say so, and it holds no figures."""
    if any(isinstance(cell.value, int | float) for cell in lower):
        return False
    if len({_role(word)[0] for word in _words(upper)} - {"ignore"}) < 2:
        return False
    down = any(u.head and u.head == w.head for u, w in zip(upper, lower, strict=False))
    across = any(cell.bad == "across" for cell in upper) and len({c.head for c in upper}) > 1
    gaps = any(not cell_line(u) and cell_line(w) for u, w in zip(upper, lower, strict=False))
    return (down or across or gaps) and any(
        _role(word)[0] != "ignore" or _role(word) == ("ignore", False) for word in _words(lower) if word
    )


def _joined(upper: Sequence[GridCell], lower: Sequence[GridCell]) -> list[str]:
    return _both(_words(upper), _words(lower))


def _both(upper: list[str], lower: list[str]) -> list[str]:
    """Headings of two rows as one each: the lower alone where it says enough, else both."""
    wide = max(len(upper), len(lower))
    told = []
    for over, under in zip(
        [*upper, *[""] * (wide - len(upper))], [*lower, *[""] * (wide - len(lower))], strict=True
    ):
        if not under or over == under:
            told.append(over)
        elif not over:
            told.append(under)
        else:
            both, alone = _role(over + under), _role(under)
            whole = not both[1] or both[0] == "section_points" or alone == ("ignore", True)
            told.append(over + under if whole else under)
    return told


def column_letter(number: int) -> str:
    """The letter of a column counted from 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# ------------------------------------------------------------------------ mapping


def mapping_bytes(mapping: Mapping) -> bytes:
    """A mapping as the file people correct: what each column is, by the words of the trade."""
    told: dict[str, Any] = {"format": MAPPING_FORMAT, "version": "1.0", **msgspec.to_builtins(mapping)}
    told["columns"] = {column: ROLES.get(role, role) for column, role in mapping.columns.items()}
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"


def load_mapping(path: Path) -> Mapping:
    """A mapping a user kept. Raises InputFaults with everything wrong with it."""
    from inspect_tui.store.clean import clean_json, clean_text
    from inspect_tui.store.jsonfile import read_json

    name = clean_text(path.name, newlines=False)
    raw = clean_json(read_json(path, name=name, expect=dict).value)
    faults = []

    def fault(where: str, message: str, remedy: str, value: Any = "") -> None:
        said = clean_text(str(value), newlines=False)[:40]
        faults.append(Fault(code=CODE, file=name, path=where, message=message, value=said, remedy=remedy))

    if raw.get("format") != MAPPING_FORMAT:
        fault("$.format", "这不是栏目对应文件", f"应写“{MAPPING_FORMAT}”", raw.get("format", ""))
    labels = {label: role for role, label in ROLES.items()}
    columns: dict[str, str] = {}
    given = raw.get("columns", {})
    for column, role in given.items() if isinstance(given, dict) else ():
        known = labels.get(role, role) if isinstance(role, str) else ""
        if known not in ROLES:
            remedy = did_you_mean(str(role), labels, f"可用：{'、'.join(labels)}")
            fault(f"$.columns.{column}", "没有这种栏目", remedy, role)
        elif known != "ignore" and known in columns.values():
            fault(f"$.columns.{column}", "同一种栏目写了两列", "请只留一列，另一列写“不取”", role)
        columns[str(column).strip().upper()] = known
    if "text" not in columns.values():
        fault("$.columns", "没有写哪一列是检查内容", '如"C": "检查内容"')
    try:
        made = msgspec.convert(
            {k: v for k, v in raw.items() if k not in ("columns", "format", "version")}, Mapping
        )
    except msgspec.ValidationError:
        fault(
            "$",
            "写法不对",
            "sheet、id、revision、title写文字，headings写[起始行, 结束行]，unit_kinds写成列表",
        )
        made = Mapping()
    if faults:
        raise InputFaults(faults)
    return msgspec.structs.replace(made, columns=columns)
