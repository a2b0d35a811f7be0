"""The rows of a filled-in form, known by their codes wherever they stand, and the header of the visit.

Only how a form is laid out is known here, not what its rows mean. Sheets come back sorted, cut, turned round
and saved by other programs; what cannot be told apart any more is named by its cell.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from inspect_tui.exchange.form_layout import (
    CODE,
    COLUMNS,
    HEADER,
    NEEDED,
    Code,
    FormColumn,
    Mark,
    newer_mark,
    read_code,
    read_mark,
)
from inspect_tui.exchange.ledger_columns import heading_key
from inspect_tui.exchange.ledger_grid import Grid, GridCell
from inspect_tui.exchange.plain_sheet import cell_line
from inspect_tui.exchange.typed_dates import typed_date
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.round import Round
from inspect_tui.store.clean import clean_text

MAX_TEXT = 4_000
_MOST_FAULTS = 300
_KNOWN = {kind: {heading_key(c.heading): c for c in columns} for kind, columns in COLUMNS.items()}
_LABELS = {heading_key(label): field for field, label in HEADER}


def refused(name: str, message: str, remedy: str, code: str = "F01", value: str = "") -> InputFaults:
    return InputFaults([Fault(code=code, file=name, message=message, remedy=remedy, value=value[:60])])


def words_of(cell: GridCell) -> str:
    """What stands in a cell, lines kept."""
    if isinstance(cell.value, str):
        return clean_text(cell.value).strip()
    return cell_line(cell)


def word_of(cell: GridCell) -> str:
    """A word of a list: no blanks, and full width or half makes no difference."""
    return "".join(unicodedata.normalize("NFKC", words_of(cell)).split())


def same(one: str, other: str) -> bool:
    return "".join(unicodedata.normalize("NFKC", one).split()) == "".join(
        unicodedata.normalize("NFKC", other).split()
    )


class Row:
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
        return words_of(cell) if cell is not None and not cell.bad else ""

    def word(self, key: str) -> str:
        cell = self.cells.get(key)
        return word_of(cell) if cell is not None and not cell.bad else ""

    @property
    def addresses(self) -> dict[str, str]:
        return {key: self.at(key) for key in self.cells}


class RowReader:
    """The sheets of one file on their way to rows; `take` is told each row that somebody filled in."""

    def __init__(self, name: str, round_: Round) -> None:
        self._name, self._round = name, round_
        self._faults: list[Fault] = []
        self._messages: dict[str, None] = {}
        self._left_out = 0
        self._seen: dict[tuple[str, str, str, str], str] = {}
        #: What the header of a unit's visit says, by unit and field, with its cell.
        self._headers: dict[tuple[str, str], tuple[str, str]] = {}
        self._marks: list[Mark] = []
        self._blank = 0
        self._tables = 0
        self._place = ""

    def take(self, row: Row) -> None:
        """Take a row whose cells can be read."""
        raise NotImplementedError

    def read(self, grids: Sequence[Grid]) -> None:
        """Read every sheet. Raises InputFaults when the file is no form of this round."""
        self._find_marks(grids)
        for grid in grids:
            self._sheet(grid, several=len(grids) > 1)
        if not self._tables:
            remedy = "请用form export导出的检查表填写，不要删改表头"
            raise refused(self._name, f"没有找到含“{CODE}”一栏的表头", remedy)

    @property
    def fault_count(self) -> int:
        """How many faults were found so far, listed or not."""
        return len(self._faults) + self._left_out

    def _find_marks(self, grids: Iterable[Grid]) -> None:
        """Find the marks, and refuse a form of another round. Raises InputFaults."""
        for grid in grids:
            for _, cells in grid.rows:
                for cell in cells:
                    if not isinstance(cell.value, str) or "/" not in cell.value:
                        continue
                    if newer_mark(cell.value):
                        raise refused(
                            self._name, "这张表由更新的程序导出", "请用导出它的程序收回，或升级本程序", "F02"
                        )
                    mark = read_mark(cell.value)
                    if mark is not None and mark not in self._marks:
                        self._marks.append(mark)
        if not self._marks:
            raise refused(
                self._name, "没有找到表的编号", "请用form export导出的检查表填写，不要删改第一行", "F02"
            )
        for mark in self._marks:
            if mark.round != self._round.id or mark.origin != self._round.origin:
                told = f"这张表是另一轮检查“{clean_text(mark.round, newlines=False)[:60]}”的"
                raise refused(self._name, told, f"本轮是“{self._round.id}”，请核对--round", "F03")
        if any(mark.pack != str(self._round.pack_version) for mark in self._marks):
            self._messages["表是按本轮较早的一版导出的；后来改过条文的，收下后标为“需重看”。"] = None

    def _fault(self, code: str, where: str, message: str, remedy: str, value: str = "") -> None:
        if len(self._faults) >= _MOST_FAULTS:
            self._left_out += 1
            return
        shown = clean_text(value, newlines=False)[:40]
        self._faults.append(
            Fault(code=code, file=self._name, path=where, message=message, remedy=remedy, value=shown)
        )

    # ---------------------------------------------------------------- sheets

    def _sheet(self, grid: Grid, *, several: bool) -> None:
        """Read the tables of a sheet, each below its own headings, and the visit's header above them."""
        name = clean_text(grid.name, newlines=False)
        self._place = f"{name}!" if several and name else ""
        unit, kind = "", ""
        columns: dict[int, FormColumn] = {}
        for number, cells in grid.rows:
            words = [words_of(c) if not c.bad or c.bad == "across" else "" for c in cells]
            mark = next((m for w in words if (m := read_mark(w)) is not None), None)
            if mark is not None:
                unit = mark.unit
            if any(same(word, CODE) for word in words):
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
            if c.bad or words_of(c)
        ]
        told = held.get("code")
        code = read_code(words_of(told)) if told is not None and not told.bad else None
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
        row = Row(code, place, held, self._place)
        bad = [key for key, cell in held.items() if cell.bad and key != "code"]
        for key in bad:
            what = {"formula": "是公式", "across": "跨栏合并了"}.get(held[key].bad, "是错误值")
            remedy = "请取消合并单元格后再填" if held[key].bad == "across" else "请改成文字或数字"
            self._fault("F07", row.at(key), f"这一格{what}，不读入", remedy)
        for key, cell in held.items():
            if len(words_of(cell)) > MAX_TEXT:
                self._fault("F08", row.at(key), f"超过{MAX_TEXT}字", "请缩短")
                bad.append(key)
        if bad:
            return
        if code.kind != kind:
            self._fault("F05", row.at("code"), f"{CODE}和这张表对不上", "请把这一行移回原来的表")
        else:
            self.take(row)

    # ---------------------------------------------------------------- the visit's header

    def _header(self, unit: str, cells: Sequence[GridCell]) -> None:
        """What stands beside the labels of the header on one row."""
        for place, cell in enumerate(cells):
            field = _LABELS.get(heading_key(words_of(cell))) if isinstance(cell.value, str) else None
            if field is None or (cell.head and cell.head != cell.address):
                continue
            value = self._beside(cell, cells[place + 1 :])
            if value is None:
                continue
            where = f"{self._place}{value.address}"
            if value.bad and value.bad != "across":
                self._fault("F07", where, "这一格是公式或错误值，不读入", "请改成文字")
            elif len(words_of(value)) > MAX_TEXT:
                self._fault("F08", where, f"超过{MAX_TEXT}字", "请缩短")
            elif field == "date":
                day = typed_date(value.value)
                if day is None:
                    remedy = "日期请写成2026.11.20"
                    self._fault("F09", where, "检查日期看不懂", remedy, words_of(value))
                elif day:
                    self._headers.setdefault((unit, field), (day, where))
            elif told := clean_text(words_of(value), newlines=False):
                self._headers.setdefault((unit, field), (told, where))

    @staticmethod
    def _beside(label: GridCell, cells: Sequence[GridCell]) -> GridCell | None:
        """The cell with something in it that stands between a label and the next one."""
        for cell in cells:
            if cell.head and cell.head == label.head:
                continue
            if isinstance(cell.value, str) and heading_key(words_of(cell)) in _LABELS:
                return None
            if cell.bad in ("formula", "error") or words_of(cell):
                return cell
        return None
