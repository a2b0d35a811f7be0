"""A checklist as plain tables and back: the sheet that is exported comes home as the very same checklist.

Every field has a column; what this version has no column for travels as JSON in the last one, so that a
newer checklist loses nothing either.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from inspect_tui.exchange.checklist_cells import (
    JSON,
    LINES,
    NUMBER,
    REQUIRE,
    TEXT,
    WHEN,
    YES,
    Cell,
    Kind,
    Unfit,
    labels,
    term,
    terms,
)
from inspect_tui.exchange.ledger_grid import Grid, GridCell
from inspect_tui.exchange.plain_sheet import cell_line
from inspect_tui.model.checklist import ANY, CHECKLIST_FORMAT, Checklist
from inspect_tui.model.fault import Fault
from inspect_tui.model.terms import (
    Figure,
    Helper,
    Method,
    Profile,
    Scoring,
    Severity,
    TriggerEffect,
    UnitKind,
    Verdict,
)
from inspect_tui.rules.issue import Steps

CODE = "E20"
#: The column for what has no column of its own.
OTHER = "other"
_ALL = "全部"


class Field(msgspec.Struct, frozen=True):
    """A column: its heading, the field it holds, how it is written, its width and its choices."""

    heading: str
    key: str
    kind: Kind
    width: int = 12
    choices: tuple[str, ...] = ()


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet of a checklist: its name, what it is for, its columns and rows."""

    name: str
    told: str
    fields: tuple[Field, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()


class Read(msgspec.Struct, kw_only=True):
    """A checklist as raw JSON, the cell each part came from by its path, and what is wrong with cells."""

    raw: dict[str, Any]
    places: dict[Steps, str] = {}
    faults: list[Fault] = []


# ------------------------------------------------------------------------ columns

_PROFILES = terms(Profile, {ANY: _ALL})

HEAD = (
    Field("编号", "id", TEXT),
    Field("版本号", "revision", TEXT),
    Field("标题", "title", TEXT),
    Field("总分", "full_score", NUMBER),
    Field("单位类别", "unit_kinds", terms(UnitKind)),
    Field("分值须合计的定位", "profiles", _PROFILES),
    Field("岗位责任制名称", "duties", LINES),
    Field("草案", "draft", YES),
    Field("备注", "remark", TEXT),
    Field("本版改动", "change_note", TEXT),
    Field("格式版本", "version", TEXT),
    Field("其他（程序用）", OTHER, JSON),
)
_REST = Field("其他（程序用）", OTHER, JSON, 10)
#: To which units a section or item applies, and on which answers.
_REACH = (
    Field("适用定位", "applies_to", _PROFILES, 12),
    Field("适用单位类别", "unit_kinds", terms(UnitKind), 12),
    Field("适用标签", "tags", LINES, 10),
    Field("适用条件", "when", WHEN, 20),
)
_SEVERITY = Field("程度", "severity", term(Severity), 8, labels(Severity))
SECTIONS = (
    Field("大项编号", "id", TEXT, 10),
    Field("大项", "name", TEXT, 24),
    Field("简称", "short", TEXT, 10),
    Field("分值", "points", NUMBER, 8),
    *_REACH,
    Field("旁边显示", "figures", terms(Figure), 14),
    _REST,
)
ITEMS = (
    Field("大项编号", "section", TEXT, 10),
    Field("编号", "id", TEXT, 10),
    Field("检查内容", "text", TEXT, 40),
    Field("分值", "points", NUMBER, 6),
    Field("评分标准", "rubric", TEXT, 40),
    Field("计分办法", "scoring", term(Scoring), 8, labels(Scoring)),
    _SEVERITY,
    Field("检查方式", "methods", terms(Method), 16),
    Field("答案组", "answer_set", TEXT, 10),
    *_REACH,
    Field("必须附上", "require", REQUIRE, 16),
    Field("不适用情形", "na_when", LINES, 16),
    Field("抽查内容", "samples", LINES, 14),
    Field("依据", "basis", TEXT, 16),
    Field("辅助页", "helper", term(Helper), 12, labels(Helper)),
    _REST,
)
DEDUCTIONS = (
    Field("检查内容编号", "item", TEXT, 12),
    Field("名称", "label", TEXT, 20),
    Field("问题描述", "sentence", TEXT, 44),
    Field("扣分", "points", NUMBER, 6),
    Field("不得分", "all", YES, 6, ("是",)),
    Field("计数单位", "unit", TEXT, 8),
    Field("最多扣", "cap", NUMBER, 6),
    Field("只取其一", "exclusive", TEXT, 10),
    Field("缺项", "missing", YES, 6, ("是",)),
    _SEVERITY,
    Field("对应红线", "triggers", TEXT, 10),
    Field("提建议", "suggestion", YES, 6, ("是",)),
    _REST,
)
AWARDS = (
    Field("检查内容编号", "item", TEXT, 12),
    Field("名称", "label", TEXT, 20),
    Field("得分", "points", NUMBER, 6),
    Field("结论", "verdict", term(Verdict), 10, ("符合", "基本符合", "不符合")),
    Field("问题描述", "sentence", TEXT, 44),
    Field("缺项", "missing", YES, 6, ("是",)),
    _SEVERITY,
    _REST,
)
ANSWERS = (
    Field("答案组", "set", TEXT, 12),
    Field("答案", "label", TEXT, 16),
    Field("得几成", "share", NUMBER, 8),
    Field("得分", "points", NUMBER, 6),
    Field("结论", "verdict", term(Verdict), 10, ("符合", "基本符合", "不符合")),
    Field("问题描述", "sentence", TEXT, 44),
    Field("缺项", "missing", YES, 6, ("是",)),
    _SEVERITY,
    _REST,
)
TRIGGERS = (
    Field("编号", "id", TEXT, 10),
    Field("内容", "text", TEXT, 60),
    Field("类别", "effect", term(TriggerEffect), 12, labels(TriggerEffect)),
    _REST,
)
NAMES = {
    "head": "清单",
    "sections": "大项",
    "items": "检查内容",
    "deductions": "扣分项",
    "awards": "给分档",
    "answers": "答案组",
    "triggers": "红线",
}
_FIELDS = {
    "sections": SECTIONS,
    "items": ITEMS,
    "deductions": DEDUCTIONS,
    "awards": AWARDS,
    "answers": ANSWERS,
    "triggers": TRIGGERS,
}
_APART = ("format", "sections", "triggers", "answer_sets")
_HEAD_COLUMNS = ("项目", "内容")


# ------------------------------------------------------------------------ writing


def tables_of(checklist: Checklist) -> list[Table]:
    """The tables of a checklist, the first with what it says of itself."""
    raw = msgspec.json.decode(msgspec.json.encode(checklist))
    head = _row(HEAD, raw | {"full_score": checklist.full_score, "unit_kinds": _kinds(checklist)}, *_APART)
    rows: dict[str, list[tuple[Cell, ...]]] = {name: [] for name in _FIELDS}
    for section in raw["sections"]:
        rows["sections"].append(_row(SECTIONS, {"applies_to": [ANY]} | section, "items"))
        for item in section["items"]:
            given = {"section": section["id"], "scoring": "deduct", "severity": "minor", "applies_to": [ANY]}
            rows["items"].append(_row(ITEMS, given | item, "deductions", "awards"))
            if item.get("answer_set") in raw.get("answer_sets", ()):
                # Its levels are those of the set and follow it.
                item.pop("awards", None)
            for name in ("deductions", "awards"):
                fields = _FIELDS[name]
                rows[name] += [_row(fields, {"item": item["id"], **part}) for part in item.get(name, ())]
    for trigger in raw.get("triggers", ()):
        rows["triggers"].append(_row(TRIGGERS, {"effect": "red_line", **trigger}))
    for name, answers in raw.get("answer_sets", {}).items():
        rows["answers"] += [_row(ANSWERS, {"set": name, **answer}) for answer in answers]
    told = {
        "sections": "大项的次序就是检查的次序；分值应与各条合计相符。",
        "items": "每行一条。多条原因、抽查内容、标签或条件在格内换行写。条件写“GW-01：符合、基本符合”，"
        "看自定答案写“GW-01：“有”、“过期””；必须附上的写“不符合：说明、佐证”。",
        "deductions": "问题描述里用{n}表示次数；计数单位写次、项、人、处等，不计数就留空。",
        "awards": "只用于计分办法为“给分”、又没有写答案组的条目。",
        "answers": "一组答案各条目都可以用，如有、过期、无。得几成写0到1，按本条分值算；也可以写固定的得分。",
        "triggers": "红线、一票否决、即时上报和附加检查。",
    }
    head_fields = (Field(_HEAD_COLUMNS[0], "heading", TEXT, 20), Field(_HEAD_COLUMNS[1], "value", TEXT, 70))
    first = Table(
        name=NAMES["head"],
        told="改完用 inspect-tui checklist import 导入；不要改栏目名和工作表名。",
        fields=head_fields,
        rows=tuple((field.heading, cell) for field, cell in zip(HEAD, head, strict=True)),
    )
    return [first] + [
        Table(name=NAMES[name], told=told[name], fields=fields, rows=tuple(rows[name]))
        for name, fields in _FIELDS.items()
    ]


def _kinds(checklist: Checklist) -> list[str]:
    return [kind.value for kind in checklist.unit_kinds]


def _row(fields: Sequence[Field], raw: dict[str, Any], *apart: str) -> tuple[Cell, ...]:
    """A record as cells; what has no column and does not stand `apart` goes into the last one."""
    known = {field.key for field in fields} | {*apart}
    given = {**raw, OTHER: {key: value for key, value in raw.items() if key not in known} or None}
    return tuple(_cell(field, given.get(field.key)) for field in fields)


def _cell(field: Field, value: Any) -> Cell:
    cell = None if value is None else field.kind.write(value)
    return None if cell == "" else cell


# ------------------------------------------------------------------------ reading


def is_own(grids: Sequence[Grid]) -> bool:
    """Whether a workbook has the sheets this program exports a checklist to."""
    names = {grid.name for grid in grids}
    return {NAMES["head"], NAMES["sections"], NAMES["items"]} <= names


def read_tables(grids: Sequence[Grid]) -> Read:
    """The checklist in a workbook of our own, as raw JSON with every cell that cannot be read."""
    by_name = {grid.name: grid for grid in grids}
    read = Read(raw={"format": CHECKLIST_FORMAT, "version": "1.0"}, places={}, faults=[])
    _read_head(by_name[NAMES["head"]], read)
    parts = {
        name: _records(by_name[NAMES[name]], fields, read) if NAMES[name] in by_name else []
        for name, fields in _FIELDS.items()
    }
    sections: dict[str, int] = {}
    read.raw["sections"] = []
    for row, cells in parts["sections"]:
        sections.setdefault(str(row.get("id", "")), len(read.raw["sections"]))
        _place(read, ("sections", len(read.raw["sections"])), cells)
        read.raw["sections"].append(row | {"items": []})
    items: dict[str, tuple[Any, Steps]] = {}
    for row, cells in parts["items"]:
        at = sections.get(str(row.pop("section", "")))
        if at is None:
            _lost(read, cells["section"], "没有这个大项编号", "请核对，或在“大项”表里补上")
            continue
        steps: Steps = ("sections", at, "items", len(read.raw["sections"][at]["items"]))
        _place(read, steps, cells)
        read.raw["sections"][at]["items"].append(row)
        items.setdefault(str(row.get("id", "")), (row, steps))
    for name in ("deductions", "awards"):
        for row, cells in parts[name]:
            item, above = items.get(str(row.pop("item", "")), (None, ()))
            if item is None:
                _lost(read, cells["item"], "没有这个检查内容编号", "请核对，或在“检查内容”表里补上")
                continue
            _place(read, (*above, name, len(item.setdefault(name, []))), cells)
            item[name].append(row)
    for row, cells in parts["answers"]:
        name = str(row.pop("set", ""))
        if not name:
            _lost(read, cells["set"], "没有写是哪个答案组", "请在第一栏写上答案组的名称")
            continue
        answers = read.raw.setdefault("answer_sets", {}).setdefault(name, [])
        _place(read, ("answer_sets", name, len(answers)), cells)
        answers.append(row)
    for row, cells in parts["triggers"]:
        _place(read, ("triggers", len(read.raw.setdefault("triggers", []))), cells)
        read.raw["triggers"].append(row)
    return read


def _read_head(grid: Grid, read: Read) -> None:
    fields = {field.heading: field for field in HEAD}
    for _, row in grid.rows:
        field = fields.get(cell_line(row[0])) if row and not row[0].bad else None
        if field is None or len(row) < 2:
            continue
        value = _value(field, row[1], read, grid.name)
        if value is None:
            continue
        if field.key == OTHER:
            read.raw |= {key: part for key, part in value.items() if key not in read.raw}
        else:
            read.raw[field.key] = value
            read.places[(field.key,)] = f"{grid.name}!{row[1].address}"


def _records(grid: Grid, fields: Sequence[Field], read: Read) -> list[tuple[dict[str, Any], dict[str, str]]]:
    """The rows of a table as records, each with the cell of every field."""
    columns: dict[int, Field] = {}
    found = []
    headings = {field.heading: field for field in fields}
    for _, row in grid.rows:
        if not columns:
            words = ["" if cell.bad else cell_line(cell) for cell in row]
            known = {c: headings[word] for c, word in enumerate(words) if word in headings}
            columns = known if len(known) >= 2 else {}
            continue
        record: dict[str, Any] = {}
        cells: dict[str, str] = {}
        for column, field in columns.items():
            cell = row[column] if column < len(row) else None
            if cell is None:
                continue
            cells[field.key] = f"{grid.name}!{cell.address}"
            value = _value(field, cell, read, grid.name)
            if value is not None and field.key == OTHER:
                record |= {key: part for key, part in value.items() if key not in record}
            elif value is not None:
                record[field.key] = value
        first = next(iter(cells.values()), grid.name)
        if record:
            found.append((record, {"": first, **{f.key: cells.get(f.key, first) for f in fields}}))
    if not columns:
        told = "、".join(field.heading for field in fields[:3])
        read.faults.append(_fault(grid.name, "没有找到栏目", f"请写上栏目：{told}等"))
    return found


def _value(field: Field, cell: GridCell, read: Read, sheet: str) -> Any:
    bad = {"formula": "是公式", "error": "是错误值", "across": "是跨列合并的单元格"}.get(cell.bad)
    if bad is not None:
        read.faults.append(
            _fault(f"{sheet}!{cell.address}", f"“{field.heading}”{bad}", "请改成普通文字或数字")
        )
        return None
    if cell.value is None:
        return None
    try:
        return field.kind.read(cell)
    except Unfit as unfit:
        where = f"{sheet}!{cell.address}"
        read.faults.append(_fault(where, f"“{field.heading}”填写不对", str(unfit), cell_line(cell)))
        return None


def _place(read: Read, steps: Steps, cells: dict[str, str]) -> None:
    for key, where in cells.items():
        read.places[(*steps, key) if key else steps] = where


def _lost(read: Read, where: str, message: str, remedy: str) -> None:
    read.faults.append(_fault(where, message, remedy))


def _fault(where: str, message: str, remedy: str, value: str = "") -> Fault:
    return Fault(code=CODE, path=where, message=message, remedy=remedy, value=value[:40])
