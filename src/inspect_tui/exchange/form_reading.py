"""A form that was filled in, read back into the lines `record` takes, each knowing the cells it came from.

Blank cells say nothing, because a row nobody looked at must not be taken for one that was cleared; what
cannot be understood is told by its cell.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.exchange.form_layout import (
    ADVICE,
    GOOD,
    ITEM,
    KINDS,
    LINE,
    MORE,
    NEEDED,
    OLD,
    PAIRS,
    PROBLEM,
    Code,
    Mark,
    verdict_words,
)
from inspect_tui.exchange.form_rows import Row, RowReader, refused, same
from inspect_tui.exchange.ledger_grid import GridRefused, read_grids
from inspect_tui.exchange.record_lines import (
    Line,
    LineDeduction,
    LineFinding,
    LineText,
    LineTrigger,
    LineVerify,
    LineVisit,
)
from inspect_tui.model.checklist import Item
from inspect_tui.model.fault import Fault
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Method, Outcome, Severity, VisitResult
from inspect_tui.rules.issue import did_you_mean
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.errors import reason
from inspect_tui.store.limits import OTHER_BYTES

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
        if files.fs.size(path) > OTHER_BYTES:
            raise refused(name, "文件超过32MB", "请核对文件是否正确")
        data = files.fs.read(path)
    except FileNotFoundError:
        raise refused(name, "找不到文件", "请核对文件名和文件夹") from None
    except (OSError, ValueError) as error:
        said = reason(error) if isinstance(error, OSError) else "路径写法不对"
        raise refused(name, f"文件读不出来：{said}", "请核对文件名、权限或移动盘") from None
    return read_form(data, name, round_)


def read_form(data: bytes, name: str, round_: Round) -> FormReading:
    """The same from bytes; `name` tells CSV from workbook and stands in the faults."""
    try:
        grids = read_grids(data, name)
    except GridRefused as error:
        remedy = error.remedy if "整改台账" not in error.remedy else "请给填好的检查表（.xlsx或.csv）"
        raise refused(name, error.message, remedy) from None
    reader = _Reader(name, round_)
    reader.read(grids)
    return reader.reading()


class _Reader(RowReader):
    """The rows of one file on their way to lines."""

    def __init__(self, name: str, round_: Round) -> None:
        super().__init__(name, round_)
        self._lines: list[FormLine] = []

    def reading(self) -> FormReading:
        """What was read."""
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

    def take(self, row: Row) -> None:
        """Read a row as a line; one with a fault in it becomes none."""
        kind = row.code.kind
        readers = {ITEM: self._item, OLD: self._old, LINE: self._trigger, MORE: self._more}
        count = self.fault_count
        line = readers[kind](row)
        if line is not None and self.fault_count == count:
            place = row.at(NEEDED[kind])
            cells = row.addresses | {"code": place}
            self._lines.append(
                FormLine(place=place, about=self._about(row.code, row), line=line, cells=cells)
            )

    @staticmethod
    def _about(code: Code, row: Row) -> str:
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

    def _item(self, row: Row) -> Line:
        code = row.code
        item = self._round.item(code.checklist, code.rest)
        said, parts = None, self._deductions(row, item)
        word = row.words("verdict")
        if item is not None and word:
            known = verdict_words(item)
            said = next((s for w, s in known.items() if same(w, word)), None)
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

    def _deductions(self, row: Row, item: Item | None) -> tuple[LineDeduction, ...]:
        found: list[LineDeduction] = []
        labels = {d.label for d in item.deductions} if item is not None else set()
        for place in range(PAIRS):
            told = row.words(f"label{place}")
            count = self._count(row, f"count{place}")
            whole = next((label for label in labels if same(label, told)), "")
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
            if same(label, told):
                return label, 1
        match = _COUNTED.fullmatch(told)
        if match is not None:
            for label in labels:
                if same(label, match.group(1)):
                    return label, int(match.group(2) or match.group(3))
        return clean_text(told, newlines=False), 1

    def _count(self, row: Row, key: str) -> int | None:
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

    def _yes(self, row: Row, key: str) -> bool:
        word = row.word(key).lower()
        if word in _YES:
            return True
        if word not in _NO:
            self._fault("F09", row.at(key), "看不懂", "已当场整改的填“是”，没有就空着", word)
        return False

    def _severity(self, row: Row, wanted: bool) -> Severity | None:
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

    def _old(self, row: Row) -> Line | None:
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

    def _trigger(self, row: Row) -> Line:
        code = row.code
        trigger = LineTrigger(id=code.rest, fact=row.words("fact"), checklist=code.checklist)
        return Line(unit=code.unit, checklist=code.checklist, trigger=trigger)

    def _more(self, row: Row) -> Line | None:
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

    def _place_of(self, row: Row) -> tuple[str, str]:
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
                result = next((r for r in VisitResult if same(word, r.label)), None)
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
