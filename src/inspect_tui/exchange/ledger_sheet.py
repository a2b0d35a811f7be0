"""A filled-in 整改台账 read back: which cells differ from the ledger, as proposals and nothing more.

Whether a proposal may be taken is for the table of transitions; here only what stands on the sheet is told,
and whatever cannot be used is named with its cell, the reason and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from inspect_tui.exchange.ledger_columns import (
    ADDED,
    DAY,
    LEDGER,
    NUMBER,
    STATE,
    TEXT,
    LedgerColumn,
    heading_key,
    ledger_cell,
    state_of,
)
from inspect_tui.exchange.ledger_grid import MAX_ROWS, Grid, GridCell, GridRefused, read_grids
from inspect_tui.exchange.typed_dates import typed_date
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.rules.issue import did_you_mean
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.errors import reason
from inspect_tui.store.limits import OTHER_BYTES

#: Longest text that is taken from one cell.
MAX_TEXT, MAX_LINE = 4_000, 200
#: Rows within which the headings must stand.
_HEAD_ROWS = 30
_KNOWN = {heading_key(column.heading): column for column in (*LEDGER, *ADDED)}
_MOST_FAULTS = 300
_MOST_GUESSES = 20


class SheetChange(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that differs: the problem's number, the field it would change, old and new value, the cell.

    Dates are YYYY-MM-DD and states their stored words (`closed`), so that both can be handed on as they
    are. `heading` is the column as the sheet calls it.
    """

    number: str
    field: str
    old: str
    new: str
    cell: str
    heading: str = ""


class LedgerReading(msgspec.Struct, frozen=True, kw_only=True):
    """What a filled-in ledger says: proposals in the order of the sheet, what could not be used, how many
    rows were recognised, and the numbers of the ledger that the sheet does not have."""

    changes: tuple[SheetChange, ...]
    faults: tuple[Fault, ...]
    rows: int
    absent: tuple[str, ...] = ()


def read_ledger_file(path: Path, rows: Sequence[LedgerRow]) -> LedgerReading:
    """Read a filled-in ledger (.xlsx or .csv) and compare it with the rows as they are now.

    Raises InputFaults when nothing of the file can be used.
    """
    try:
        if files.fs.size(path) > OTHER_BYTES:
            raise _refused(path.name, "文件超过32MB", "请核对文件是否正确")
        data = files.fs.read(path)
    except OSError as error:
        raise _refused(path.name, f"文件读不出来：{reason(error)}", "请核对文件名和文件夹") from None
    return read_ledger(data, path.name, rows)


def read_ledger(data: bytes, name: str, rows: Sequence[LedgerRow]) -> LedgerReading:
    """The same from bytes; `name` tells CSV from workbook and stands in the faults."""
    try:
        grids = read_grids(data, name)
    except GridRefused as refused:
        raise _refused(name, refused.message, refused.remedy) from None
    reader = _Reader(name, rows)
    headed = [(grid, at) for grid in grids if (at := _head_row(grid)) is not None]
    if not headed:
        raise _refused(
            name, f"没有找到含“{NUMBER}”一栏的表头", "请用本程序导出的整改台账填写，不要删改表头", code="B02"
        )
    for grid, at in headed:
        reader.sheet(grid, at, several=len(headed) > 1)
    return reader.reading()


def _refused(name: str, message: str, remedy: str, code: str = "B01") -> InputFaults:
    return InputFaults([Fault(code=code, file=name, message=message, remedy=remedy)])


def _text(value: object) -> str:
    return clean_text(value, newlines=False).strip() if isinstance(value, str) else ""


def _head_row(grid: Grid) -> int | None:
    """Where the headings stand: the first row that has 编号 and two more known ones."""
    for index, (number, cells) in enumerate(grid.rows):
        if number > _HEAD_ROWS:
            break
        keys = {heading_key(_text(cell.value)) for cell in cells} & set(_KNOWN)
        if NUMBER in keys and len(keys) >= min(3, len(_KNOWN)):
            return index
    return None


class _Reader:
    """The sheets of one file on their way to proposals."""

    def __init__(self, name: str, rows: Sequence[LedgerRow]) -> None:
        self._name = name
        self._rows = {row.number: row for row in rows}
        # A problem that two people numbered is found by either number.
        self._by_number = {n: row for row in rows for n in row.numbers} | self._rows
        self._seen: dict[str, str] = {}
        self._changes: list[SheetChange] = []
        self._faults: list[Fault] = []
        self._left_out = 0
        self._place = ""

    def reading(self) -> LedgerReading:
        faults = self._faults
        if self._left_out:
            faults = [
                *faults,
                Fault(code="B14", file=self._name, message=f"另有{self._left_out}处问题没有列出"),
            ]
        return LedgerReading(
            changes=tuple(self._changes),
            faults=tuple(faults),
            rows=len(self._seen),
            absent=tuple(number for number in self._rows if number not in self._seen),
        )

    def _fault(self, code: str, cell: str, message: str, remedy: str, value: str = "") -> None:
        if len(self._faults) >= _MOST_FAULTS:
            self._left_out += 1
            return
        place = f"{self._place}{cell}"
        self._faults.append(
            Fault(code=code, file=self._name, path=place, message=message, remedy=remedy, value=_short(value))
        )

    def sheet(self, grid: Grid, head: int, *, several: bool) -> None:
        """Read one sheet below its headings."""
        self._place = f"{grid.name}!" if several and grid.name else ""
        columns = self._columns(grid.rows[head][1])
        where = next(i for i, column in columns.items() if column.heading == NUMBER)
        for number, cells in grid.rows[head + 1 :]:
            found = self._row(number, cells, where)
            if found is not None:
                for index, column in columns.items():
                    if index < len(cells):
                        self._cell(found, column, cells[index])
        if grid.cut:
            self._fault(
                "B13", f"第{MAX_ROWS}行", "后面的行没有读", f"一张表不超过{MAX_ROWS}行，请分几个文件填报"
            )

    def _columns(self, cells: Iterable[GridCell]) -> dict[int, LedgerColumn]:
        found: dict[int, LedgerColumn] = {}
        twice: set[str] = set()
        for index, cell in enumerate(cells):
            told = _text(cell.value)
            column = _KNOWN.get(heading_key(told))
            if column is None:
                if told:
                    known = [c.heading for c in _KNOWN.values()]
                    remedy = did_you_mean(told, known, "请改回原来的栏目名；自己加的栏不会读入")
                    self._fault("B03", cell.address, "没有这一栏", remedy, told)
            elif any(column is other for other in found.values()):
                twice.add(column.heading)
                self._fault("B04", cell.address, "这一栏出现了两次，两栏都不读", "请删去多余的一栏", told)
            else:
                found[index] = column
        return {i: c for i, c in found.items() if c.heading not in twice or c.heading == NUMBER}

    def _row(self, number: int, cells: Sequence[GridCell], where: int) -> LedgerRow | None:
        """The ledger's row that a row of the sheet is about, each taken once."""
        cell = cells[where] if where < len(cells) else GridCell(f"第{number}行", None)
        told = _text(cell.value)
        if cell.bad:
            self._bad(cell)
            return None
        if not told:
            if sum(c.value is not None and not c.bad for c in cells) >= 3:
                self._fault("B05", cell.address, "这一行没有编号", "请填回原来的编号；新问题不能在台账里添加")
            return None
        row = self._by_number.get(told)
        if row is None:
            # Looking for the likely number takes long in a long ledger, so only what is listed is looked for.
            known = self._by_number if len(self._faults) < _MOST_GUESSES else ()
            remedy = did_you_mean(told, known, "请核对是不是本轮的台账；新问题不能在台账里添加")
            self._fault("B06", cell.address, "台账里没有这个编号", remedy, told)
            return None
        first = self._seen.get(row.number)
        if first is not None:
            self._fault("B07", cell.address, f"这个编号在{first}已经出现过", "请只保留一行", told)
            return None
        self._seen[row.number] = f"{self._place}{cell.address}"
        return row

    def _bad(self, cell: GridCell) -> None:
        if cell.bad == "formula":
            self._fault("B08", cell.address, "这一格是公式，不读入", "请用“选择性粘贴—数值”改成文字或日期")
        elif cell.bad == "across":
            self._fault("B09", cell.address, "这一格跨栏合并了，不读入", "请取消合并单元格后再填")
        else:
            self._fault("B08", cell.address, "这一格是错误值，不读入", "请改成文字或日期")

    def _cell(self, row: LedgerRow, column: LedgerColumn, cell: GridCell) -> None:
        """Compare one cell; a difference becomes a proposal or a fault."""
        if column.heading in (NUMBER, "序号"):
            return
        if cell.bad:
            self._bad(cell)
            return
        if not column.fill_in:
            self._untouched(row, column, cell)
        elif column.kind == DAY:
            self._day(row, column, cell)
        elif column.kind == STATE:
            self._state(row, column, cell)
        else:
            self._words(row, column, cell)

    def _untouched(self, row: LedgerRow, column: LedgerColumn, cell: GridCell) -> None:
        old = str(ledger_cell(row, column.heading, 0))
        same = (
            typed_date(cell.value) == row.visit_date
            if column.heading == "检查日期"
            else _same(_words(cell.value), old)
        )
        # The lights change from day to day, with nobody writing anything.
        if not same and column.heading != "是否逾期":
            self._fault(
                "B10",
                cell.address,
                f"“{column.heading}”由检查记录得出，不能在台账里改",
                f"请改回“{_short(old)}”；检查记录有误的，请检查组更正" if old else "请清空这一格",
                _words(cell.value) or "",
            )

    def _day(self, row: LedgerRow, column: LedgerColumn, cell: GridCell) -> None:
        old = str(getattr(row, column.field))
        new = typed_date(cell.value)
        if new is None and _same(_words(cell.value), old):
            return
        if new is None:
            said = _words(cell.value) or ""
            self._fault("B11", cell.address, f"“{column.heading}”看不懂", "日期请写成2026.11.20", said)
        else:
            self._propose(row, column, old, new, cell)

    def _state(self, row: LedgerRow, column: LedgerColumn, cell: GridCell) -> None:
        told = _text(cell.value)
        if told == row.state_label:
            return
        new = state_of(told)
        if new is None:
            allowed = "、".join(s.label for s in type(row.state))
            self._fault("B12", cell.address, "没有这种状态", f"可用：{allowed}", told)
        else:
            self._propose(row, column, row.state.value, new.value, cell)

    def _words(self, row: LedgerRow, column: LedgerColumn, cell: GridCell) -> None:
        old = str(getattr(row, column.field))
        new = _words(cell.value)
        longest = MAX_TEXT if column.kind == TEXT else MAX_LINE
        if _same(new, old):
            return
        if new is None:
            self._fault("B11", cell.address, f"“{column.heading}”要填文字", "请改成文字")
        elif len(new) > longest:
            self._fault("B11", cell.address, f"“{column.heading}”超过{longest}字", "请缩短", new)
        else:
            if column.kind != TEXT:
                new = clean_text(new, newlines=False).strip()
            self._propose(row, column, old, new, cell)

    def _propose(self, row: LedgerRow, column: LedgerColumn, old: str, new: str, cell: GridCell) -> None:
        if new == old or _same(new, old):
            return
        self._changes.append(
            SheetChange(
                number=row.number,
                field=column.field,
                old=old,
                new=new,
                cell=f"{self._place}{cell.address}",
                heading=column.heading,
            )
        )


def _words(value: object) -> str | None:
    """A cell's words; a number as it is shown, None for what is neither."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean_text(value).strip()
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return None


def _same(new: str | None, old: str) -> bool:
    """Whether a cell says what the ledger says.

    Blanks do not count: programs drop tabs and change line ends when they save. Nor does what a sheet had to
    cut off, nor the apostrophe that other programs leave out of a CSV file.
    """
    if new is None:
        return False
    told, now = "".join(clean_text(old).split()), "".join(new.split())
    if now == told or (told.startswith("'") and now == told[1:]):
        return True
    return now.endswith("…") and len(now) > MAX_TEXT and told.startswith(now[:-1])


def _short(text: str) -> str:
    told = clean_text(text, newlines=False)
    return told if len(told) <= 40 else f"{told[:39]}…"
