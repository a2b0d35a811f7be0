"""A form that was filled in, read back into the lines `record` takes, each knowing the cells it came from.

Rows are known by their code wherever they stand. What cannot be read is told by its cell; blank cells say
nothing, because a row nobody looked at must not be taken for one that was cleared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.exchange.form_layout import (
    ADVICE,
    CODE,
    COLUMNS,
    GOOD,
    HEADER,
    ITEM,
    KINDS,
    LINE,
    MORE,
    NEEDED,
    OLD,
    PAIRS,
    PROBLEM,
    Code,
    FormColumn,
    Mark,
    newer_mark,
    read_code,
    read_mark,
    verdict_words,
)
from inspect_tui.exchange.ledger_columns import heading_key
from inspect_tui.exchange.ledger_grid import Grid, GridCell, GridRefused, read_grids
from inspect_tui.exchange.plain_sheet import cell_line
from inspect_tui.exchange.record_lines import (
    Line,
    LineDeduction,
    LineFinding,
    LineText,
    LineTrigger,
    LineVerify,
    LineVisit,
)
from inspect_tui.exchange.typed_dates import typed_date
from inspect_tui.model.checklist import Item
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Method, Outcome, Severity, VisitResult
from inspect_tui.rules.issue import did_you_mean
from inspect_tui.store.clean import clean_text
from inspect_tui.store.errors import reason
from inspect_tui.store.limits import OTHER_BYTES

MAX_TEXT = 4_000
_MOST_FAULTS = 300
_KNOWN = {kind: {heading_key(c.heading): c for c in columns} for kind, columns in COLUMNS.items()}
_LABELS = {heading_key(label): field for field, label in HEADER}
_NAMES = re.compile(r"[、，,;；\s]+")
_PARTS = re.compile(r"[；;\n]+")
_COUNTED = re.compile(r"(.*?)\s*(?:[×xX*＊]\s*(\d{1,4})|(\d{1,4})\s*[次个处项人条])\s*")
_YES = {"是", "√", "✓", "☑", "1", "已", "y", "yes", "对", "v"}
_NO = {"", "否", "0", "没有", "无", "未", "n", "no", "×"}
_PATHS = {
    "deductions": "label",
    "findings": "finding",
    "good_practices": "good",
    "suggestions": "advice",
    "award": "verdict",
    "missing": "verdict",
    "item": "code",
    "wording": "code",
    "checklist": "code",
    "unit": "code",
    "fixed_on_site": "fixed",
}


class FormLine(msgspec.Struct, frozen=True, kw_only=True):
    """A filled-in row as a line of `record`: where it stands, what it is about, the cell of each part."""

    place: str
    about: str
    line: Line
    cells: dict[str, str]

    def cell_of(self, path: str) -> str:
        """The cell that a fault at a path of the line is about."""
        parts = [p for p in re.split(r"[.\[\]]+", path.removeprefix("$")) if p]
        for part in reversed(parts):
            key = _PATHS.get(part, part)
            if key == "label":
                place = next((int(p) for p in parts if p.isdecimal()), 0)
                key = f"count{place}" if "count" in parts else f"label{place}"
            if key in self.cells:
                return self.cells[key]
        return self.place


class FormReading(msgspec.Struct, frozen=True, kw_only=True):
    """What a form says: its lines in the order of the file, what could not be read, and remarks.

    `blank` counts rows that nobody filled in; `marks` are the forms it was made from.
    """

    lines: tuple[FormLine, ...]
    faults: tuple[Fault, ...]
    messages: tuple[str, ...]
    marks: tuple[Mark, ...]
    blank: int


def read_form_file(path: Path, round_: Round) -> FormReading:
    """Read a form (.xlsx or .csv) of this round. Raises InputFaults when nothing of it can be used."""
    name = clean_text(path.name, newlines=False)
    try:
        if path.stat().st_size > OTHER_BYTES:
            raise _refused(name, "文件超过32MB", "请核对文件是否正确")
        data = path.read_bytes()
    except FileNotFoundError:
        raise _refused(name, "找不到文件", "请核对文件名和文件夹") from None
    except (OSError, ValueError) as error:
        said = reason(error) if isinstance(error, OSError) else "路径写法不对"
        raise _refused(name, f"文件读不出来：{said}", "请核对文件名、权限或移动盘") from None
    return read_form(data, name, round_)


def read_form(data: bytes, name: str, round_: Round) -> FormReading:
    """The same from bytes; `name` tells CSV from workbook and stands in the faults."""
    try:
        grids = read_grids(data, name)
    except GridRefused as refused:
        remedy = refused.remedy if "整改台账" not in refused.remedy else "请给填好的检查表（.xlsx或.csv）"
        raise _refused(name, refused.message, remedy) from None
    reader = _Reader(name, round_)
    reader.marks_of(grids)
    for grid in grids:
        reader.sheet(grid, several=len(grids) > 1)
    return reader.reading()


def _refused(name: str, message: str, remedy: str, code: str = "F01", value: str = "") -> InputFaults:
    return InputFaults([Fault(code=code, file=name, message=message, remedy=remedy, value=value[:60])])


def _words(cell: GridCell) -> str:
    """What stands in a cell, lines kept."""
    if isinstance(cell.value, str):
        return clean_text(cell.value).strip()
    return cell_line(cell)


def _word(cell: GridCell) -> str:
    """A word of a list: no blanks, and full width or half makes no difference."""
    return "".join(unicodedata.normalize("NFKC", _words(cell)).split())


def _same(one: str, other: str) -> bool:
    return "".join(unicodedata.normalize("NFKC", one).split()) == "".join(
        unicodedata.normalize("NFKC", other).split()
    )


class _Row:
    """A row of the form under its headings."""

    def __init__(self, code: Code, place: str, cells: dict[str, GridCell], sheet: str) -> None:
        self.code, self.place, self.cells, self._sheet = code, place, cells, sheet

    def at(self, key: str) -> str:
        """The address of a part's cell."""
        cell = self.cells.get(key)
        return f"{self._sheet}{cell.address}" if cell is not None else self.place

    def words(self, key: str) -> str:
        """The words of a part; empty where the sheet has no such column."""
        cell = self.cells.get(key)
        return _words(cell) if cell is not None and not cell.bad else ""

    def word(self, key: str) -> str:
        cell = self.cells.get(key)
        return _word(cell) if cell is not None and not cell.bad else ""

    @property
    def addresses(self) -> dict[str, str]:
        return {key: self.at(key) for key in self.cells}


class _Reader:
    """The sheets of one file on their way to lines."""

    def __init__(self, name: str, round_: Round) -> None:
        self._name, self._round = name, round_
        self._lines: list[FormLine] = []
        self._faults: list[Fault] = []
        self._messages: dict[str, None] = {}
        self._left_out = 0
        self._seen: dict[tuple[str, str, str, str], str] = {}
        self._headers: dict[tuple[str, str], tuple[str, str]] = {}
        self._marks: list[Mark] = []
        self._blank = 0
        self._tables = 0
        self._place = ""

    # ---------------------------------------------------------------- the whole

    def marks_of(self, grids: Iterable[Grid]) -> None:
        """Find the marks, and refuse a form of another round. Raises InputFaults."""
        for grid in grids:
            for _, cells in grid.rows:
                for cell in cells:
                    if not isinstance(cell.value, str) or "/" not in cell.value:
                        continue
                    if newer_mark(cell.value):
                        raise _refused(
                            self._name, "这张表由更新的程序导出", "请用导出它的程序收回，或升级本程序", "F02"
                        )
                    mark = read_mark(cell.value)
                    if mark is not None and mark not in self._marks:
                        self._marks.append(mark)
        if not self._marks:
            raise _refused(
                self._name, "没有找到表的编号", "请用form export导出的检查表填写，不要删改第一行", "F02"
            )
        for mark in self._marks:
            if mark.round != self._round.id or mark.origin != self._round.origin:
                told = f"这张表是另一轮检查“{clean_text(mark.round, newlines=False)[:60]}”的"
                raise _refused(self._name, told, f"本轮是“{self._round.id}”，请核对--round", "F03")
        if any(mark.pack != str(self._round.pack_version) for mark in self._marks):
            self._messages["表是按本轮较早的一版导出的；后来改过条文的，收下后标为“需重看”。"] = None

    def reading(self) -> FormReading:
        if not self._tables:
            raise _refused(
                self._name, f"没有找到含“{CODE}”一栏的表头", "请用form export导出的检查表填写，不要删改表头"
            )
        visits = self._visits()
        if self._left_out:
            self._faults.append(
                Fault(code="F12", file=self._name, message=f"另有{self._left_out}处问题没有列出")
            )
        return FormReading(
            lines=(*visits, *self._lines),
            faults=tuple(self._faults),
            messages=tuple(self._messages),
            marks=tuple(self._marks),
            blank=self._blank,
        )

    def _fault(self, code: str, where: str, message: str, remedy: str, value: str = "") -> None:
        if len(self._faults) >= _MOST_FAULTS:
            self._left_out += 1
            return
        shown = clean_text(value, newlines=False)[:40]
        self._faults.append(
            Fault(code=code, file=self._name, path=where, message=message, remedy=remedy, value=shown)
        )

    # ---------------------------------------------------------------- sheets

    def sheet(self, grid: Grid, *, several: bool) -> None:
        """Read the tables of a sheet, each below its own headings, and the visit's header above them."""
        name = clean_text(grid.name, newlines=False)
        self._place = f"{name}!" if several and name else ""
        unit, kind = "", ""
        columns: dict[int, FormColumn] = {}
        for number, cells in grid.rows:
            words = [_words(c) if not c.bad or c.bad == "across" else "" for c in cells]
            mark = next((m for w in words if (m := read_mark(w)) is not None), None)
            if mark is not None:
                unit = mark.unit
            if any(_same(word, CODE) for word in words):
                kind, columns = self._headings(cells, words)
                continue
            if not columns:
                if unit or len(self._marks) == 1:
                    self._header(unit or self._marks[0].unit, cells)
                continue
            self._row(number, kind, columns, cells)
        if grid.cut:
            self._fault(
                "F12", f"{name or self._name}", "表的行数过多，后面的没有读", "请核对是不是选错了文件"
            )

    def _headings(self, cells: Sequence[GridCell], words: Sequence[str]) -> tuple[str, dict[int, FormColumn]]:
        """What kind of table a row of headings begins, and its columns."""
        keys = [heading_key(word) for word in words]
        kind = max(_KNOWN, key=lambda k: sum(key in _KNOWN[k] for key in keys))
        found: dict[int, FormColumn] = {}
        for place, (key, word) in enumerate(zip(keys, words, strict=True)):
            column = _KNOWN[kind].get(key)
            if column is None:
                if word and read_mark(word) is None:
                    self._messages[f"“{clean_text(word, newlines=False)[:20]}”一栏不认识，没有读。"] = None
            elif any(column is other for other in found.values()):
                where = f"{self._place}{cells[place].address}"
                self._fault("F04", where, f"“{column.heading}”一栏出现了两次", "请删去多余的一栏", word)
            else:
                found[place] = column
        self._tables += 1
        held = {column.key for column in found.values()}
        needed = next(c for c in COLUMNS[kind] if c.key == NEEDED[kind])
        if needed.key not in held:
            strange = [w for w, key in zip(words, keys, strict=True) if w and key not in _KNOWN[kind]]
            remedy = f"是不是改成了“{strange[0][:20]}”？请改回来" if strange else "请补上这一栏"
            where = f"{self._place}{cells[0].address}" if cells else self._name
            self._fault("F04", where, f"没有“{needed.heading}”一栏", remedy)
        return kind, found

    def _row(self, number: int, kind: str, columns: dict[int, FormColumn], cells: Sequence[GridCell]) -> None:
        held = {column.key: cells[place] for place, column in columns.items() if place < len(cells)}
        place = f"{self._place}第{number}行"
        filled = [
            c
            for column in columns.values()
            if column.fill and (c := held.get(column.key)) is not None and c.bad != "across"
            if c.bad or _words(c)
        ]
        told = held.get("code")
        code = read_code(_words(told)) if told is not None and not told.bad else None
        if code is None:
            if filled:
                remedy = "请写在原来的行里；另外的问题写在“补充”表里"
                self._fault("F05", place, f"这一行没有{CODE}，不知道是哪一项", remedy)
            return
        if not filled:
            self._blank += 1
            return
        where = f"{self._place}{filled[0].address}"
        first = self._seen.setdefault((code.kind, code.unit, code.checklist, code.rest), where)
        if first != where:
            self._fault("F06", where, f"这一行在{first}已经出现过", "请只保留一行")
            return
        row = _Row(code, place, held, self._place)
        bad = [key for key, cell in held.items() if cell.bad and key != "code"]
        for key in bad:
            what = {"formula": "是公式", "across": "跨栏合并了"}.get(held[key].bad, "是错误值")
            remedy = "请取消合并单元格后再填" if held[key].bad == "across" else "请改成文字或数字"
            self._fault("F07", row.at(key), f"这一格{what}，不读入", remedy)
        for key, cell in held.items():
            if len(_words(cell)) > MAX_TEXT:
                self._fault("F08", row.at(key), f"超过{MAX_TEXT}字", "请缩短")
                bad.append(key)
        if bad:
            return
        readers = {ITEM: self._item, OLD: self._old, LINE: self._trigger, MORE: self._more}
        count = len(self._faults) + self._left_out
        line = readers[code.kind](row) if code.kind == kind else None
        if code.kind != kind:
            self._fault("F05", row.at("code"), f"{CODE}和这张表对不上", "请把这一行移回原来的表")
        elif line is not None and len(self._faults) + self._left_out == count:
            cells_of = row.addresses | {"code": row.at(NEEDED[kind])}
            self._lines.append(
                FormLine(place=row.at(NEEDED[kind]), about=self._about(code, row), line=line, cells=cells_of)
            )

    @staticmethod
    def _about(code: Code, row: _Row) -> str:
        match code.kind:
            case "item":
                return code.rest
            case "old":
                return f"上轮问题 {row.words('no')}".strip()
            case "line":
                return f"红线 {code.rest}"
            case _:
                return f"{row.word('kind')} {row.word('item')}".strip()

    # ---------------------------------------------------------------- one row of each kind

    def _item(self, row: _Row) -> Line:
        code = row.code
        item = self._round.item(code.checklist, code.rest)
        said, parts = None, self._deductions(row, item)
        word = row.words("verdict")
        if item is not None and word:
            known = verdict_words(item)
            said = next((s for w, s in known.items() if _same(w, word)), None)
            if said is None:
                remedy = did_you_mean(word, list(known), f"可用：{'、'.join(known)}")
                self._fault("F09", row.at("verdict"), "没有这种结论", remedy, word)
        fixed = self._yes(row, "fixed")
        text = row.words("finding")
        severity = self._severity(row, bool(text))
        return Line(
            unit=code.unit,
            checklist=code.checklist,
            item=code.rest,
            verdict=said.verdict if said is not None else None,
            award=said.award if said is not None else "",
            missing=said.missing if said is not None else False,
            deductions=parts,
            reason=clean_text(row.words("reason"), newlines=False),
            note=row.words("note") or None,
            findings=(LineFinding(text=text, severity=severity, fixed_on_site=fixed),) if text else (),
            good_practices=(LineText(text=row.words("good")),) if row.words("good") else (),
            suggestions=(LineText(text=row.words("advice")),) if row.words("advice") else (),
            fixed_on_site=fixed and not text,
            wording=code.wording if said is not None else "",
        )

    def _deductions(self, row: _Row, item: Item | None) -> tuple[LineDeduction, ...]:
        found: list[LineDeduction] = []
        labels = {d.label for d in item.deductions} if item is not None else set()
        for place in range(PAIRS):
            told = row.words(f"label{place}")
            count = self._count(row, f"count{place}")
            whole = next((label for label in labels if _same(label, told)), "")
            names = [whole] if whole else [part.strip() for part in _PARTS.split(told) if part.strip()]
            if count is not None and len(names) != 1:
                said = "有次数，没有扣分项" if not names else "一格写了几个扣分项，次数不知道是哪一个的"
                remedy = "请选上扣分项，或删去次数" if not names else "请分开写，或写成“名称×2”"
                self._fault("F10", row.at(f"count{place}"), said, remedy)
            for name in names:
                label, times = self._named(name, labels)
                found.append(LineDeduction(label=label, count=count if count is not None else times))
        return tuple(found)

    @staticmethod
    def _named(told: str, labels: set[str]) -> tuple[str, int]:
        """A label as it is spelt in the checklist, with the count written behind it."""
        for label in labels:
            if _same(label, told):
                return label, 1
        match = _COUNTED.fullmatch(told)
        if match is not None:
            for label in labels:
                if _same(label, match.group(1)):
                    return label, int(match.group(2) or match.group(3))
        return clean_text(told, newlines=False), 1

    def _count(self, row: _Row, key: str) -> int | None:
        cell = row.cells.get(key)
        word = row.word(key)
        if cell is None or not word:
            return None
        if (
            isinstance(cell.value, bool)
            or not re.fullmatch(r"\d{1,4}(\.0+)?次?", word)
            or not int(float(word.removesuffix("次")))
        ):
            self._fault("F10", row.at(key), "次数看不懂", "请填1、2、3这样的整数", word)
            return None
        return int(float(word.removesuffix("次")))

    def _yes(self, row: _Row, key: str) -> bool:
        word = row.word(key).lower()
        if word in _YES:
            return True
        if word not in _NO:
            self._fault("F09", row.at(key), "看不懂", "已当场整改的填“是”，没有就空着", word)
        return False

    def _severity(self, row: _Row, wanted: bool) -> Severity | None:
        word = row.word("severity")
        if not word:
            return None
        found = next((s for s in Severity if word in (s.label, s.value)), None)
        if found is None:
            known = [s.label for s in Severity]
            remedy = did_you_mean(word, known, f"可用：{'、'.join(known)}")
            self._fault("F09", row.at("severity"), "没有这种程度", remedy, word)
        elif not wanted:
            remedy = "请在“发现的问题”里写上，或清空程度；扣分项的程度由清单定"
            self._fault("F11", row.at("severity"), "没有写问题，不能填程度", remedy)
        return found

    def _old(self, row: _Row) -> Line | None:
        word = row.word("outcome")
        outcome = next((o for o in Outcome if word in (o.label, o.value)), None)
        if outcome is None:
            known = [o.label for o in Outcome]
            said = "没有这种复查结论" if word else "没有写复查结论"
            remedy = did_you_mean(word, known, f"可用：{'、'.join(known)}")
            self._fault("F09", row.at("outcome"), said, remedy, word)
            return None
        methods: list[Method] = []
        for name in _NAMES.split(row.words("methods")):
            method = next((m for m in Method if name and name in (m.label, m.value)), None)
            if method is not None:
                methods.append(method)
            elif name:
                known = [m.label for m in Method]
                remedy = did_you_mean(name, known, f"可用：{'、'.join(known)}")
                self._fault("F09", row.at("methods"), "没有这种检查方式", remedy, name)
        verify = LineVerify(
            problem=row.code.rest,
            outcome=outcome,
            methods=tuple(dict.fromkeys(methods)),
            basis=row.words("basis"),
            remains=row.words("remains"),
        )
        return Line(unit=row.code.unit, verify=verify)

    def _trigger(self, row: _Row) -> Line:
        code = row.code
        trigger = LineTrigger(id=code.rest, fact=row.words("fact"), checklist=code.checklist)
        return Line(unit=code.unit, checklist=code.checklist, trigger=trigger)

    def _more(self, row: _Row) -> Line | None:
        text, kind = row.words("words"), row.word("kind")
        if not text:
            self._fault("F11", row.at("words"), "没有写内容", "请写上内容，或清空这一行")
            return None
        if kind not in KINDS:
            said = "没有这种类别" if kind else "没有写类别"
            remedy = did_you_mean(kind, KINDS, f"可用：{'、'.join(KINDS)}")
            self._fault("F09", row.at("kind"), said, remedy, kind)
            return None
        severity, fixed = self._severity(row, kind == PROBLEM), self._yes(row, "fixed")
        checklist, item = self._place_of(row)
        if fixed and kind != PROBLEM:
            self._fault("F11", row.at("fixed"), "不是问题，不能填立行立改", "请清空这一格")
        finding = LineFinding(text=text, severity=severity, fixed_on_site=fixed)
        return Line(
            unit=row.code.unit,
            checklist=checklist,
            item=item,
            findings=(finding,) if kind == PROBLEM else (),
            good_practices=(LineText(text=text),) if kind == GOOD else (),
            suggestions=(LineText(text=text),) if kind == ADVICE else (),
        )

    def _place_of(self, row: _Row) -> tuple[str, str]:
        """The checklist and item an extra row names; an item's number alone will do where only one has it."""
        word = row.word("item")
        if not word:
            return "", ""
        held = [
            (c.id, i.id) for c in self._round.checklists for i in c.items() if i.id.upper() == word.upper()
        ]
        if len(held) == 1:
            return held[0]
        known = [i.id for c in self._round.checklists for i in c.items()]
        said = "几份清单都有这个编号" if held else "清单里没有这个编号"
        remedy = "请写在“检查表”的那一行里" if held else did_you_mean(word, known, "请核对编号")
        self._fault("F09", row.at("item"), said, remedy, word)
        return "", ""

    # ---------------------------------------------------------------- the visit's header

    def _header(self, unit: str, cells: Sequence[GridCell]) -> None:
        """What stands beside the labels of the header on one row."""
        for place, cell in enumerate(cells):
            field = _LABELS.get(heading_key(_words(cell))) if isinstance(cell.value, str) else None
            if field is None or (cell.head and cell.head != cell.address):
                continue
            value = self._beside(cell, cells[place + 1 :])
            if value is None:
                continue
            where = f"{self._place}{value.address}"
            if value.bad and value.bad != "across":
                self._fault("F07", where, "这一格是公式或错误值，不读入", "请改成文字")
            elif len(_words(value)) > MAX_TEXT:
                self._fault("F08", where, f"超过{MAX_TEXT}字", "请缩短")
            elif field == "date":
                day = typed_date(value.value)
                if day is None:
                    remedy = "日期请写成2026.11.20"
                    self._fault("F09", where, "检查日期看不懂", remedy, _words(value))
                elif day:
                    self._headers.setdefault((unit, field), (day, where))
            elif told := clean_text(_words(value), newlines=False):
                self._headers.setdefault((unit, field), (told, where))

    @staticmethod
    def _beside(label: GridCell, cells: Sequence[GridCell]) -> GridCell | None:
        """The cell with something in it that stands between a label and the next one."""
        for cell in cells:
            if cell.head and cell.head == label.head:
                continue
            if isinstance(cell.value, str) and heading_key(_words(cell)) in _LABELS:
                return None
            if cell.bad in ("formula", "error") or _words(cell):
                return cell
        return None

    def _visits(self) -> list[FormLine]:
        """A line for every unit whose header says something."""
        found = []
        for unit in dict.fromkeys(unit for unit, _ in self._headers):
            told = {f: v for (u, f), (v, _) in self._headers.items() if u == unit}
            cells = {f: where for (u, f), (_, where) in self._headers.items() if u == unit}
            fields: dict[str, Any] = {k: told[k] for k in ("date", "counterpart", "reason") if k in told}
            for key in ("inspectors", "present"):
                if key in told:
                    fields[key] = tuple(n for n in dict.fromkeys(_NAMES.split(told[key])) if n)
            if "result" in told:
                word = told["result"]
                result = next((r for r in VisitResult if _same(word, r.label)), None)
                if result is None:
                    known = [r.label for r in VisitResult]
                    remedy = did_you_mean(word, known, f"可用：{'、'.join(known)}")
                    self._fault("F09", cells["result"], "没有这种进点情况", remedy, word)
                    continue
                fields["result"] = result
            place = next(iter(cells.values()))
            line = Line(unit=unit, visit=LineVisit(**fields))
            found.append(FormLine(place=place, about="进点信息", line=line, cells=cells))
        return found
