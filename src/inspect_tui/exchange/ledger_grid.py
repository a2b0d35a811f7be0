"""A filled-in 整改台账 as a grid of cells, read from .xlsx or CSV without ever working anything out."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from inspect_tui.exchange.sheet_guard import workbook_fault
from inspect_tui.store.limits import OTHER_BYTES

#: More than any ledger has; what lies beyond is said, never silently left out.
MAX_ROWS = 20_000
MAX_COLUMNS = 80
#: A sheet that is one merged cell after another is no ledger any more.
_MAX_MERGED = 200_000
#: Most sheets, cells with something in them, and signs of a file; and of one cell, as spreadsheets keep less.
MAX_SHEETS, MAX_CELLS, MAX_SIGNS, MAX_CELL_SIGNS = 40, 600_000, 20_000_000, 131_072
_GUARDED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

Value = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None

_PLAIN = (str, int, float, bool, dt.datetime, dt.date, dt.time, dt.timedelta)


class GridCell(msgspec.Struct, frozen=True):
    """A cell: where it is, what stands in it, and a word on why it cannot be used (`formula`, `error`,
    `across` when it is merged over several columns). `head` is the first cell of its merged area, if any."""

    address: str
    value: Value
    bad: str = ""
    head: str = ""


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a sheet with something in them, each with its number on the sheet."""

    name: str
    rows: tuple[tuple[int, tuple[GridCell, ...]], ...]
    cut: bool = False


class GridRefused(Exception):
    """The file cannot be read as a table; what is wrong and what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


def read_grids(data: bytes, name: str) -> list[Grid]:
    """The sheets of a workbook, or the one table of a CSV file. Raises GridRefused."""
    if len(data) > OTHER_BYTES:
        raise GridRefused("文件超过32MB", "请核对文件是否正确")
    if name.lower().endswith((".csv", ".txt")) and not data.startswith(b"PK"):
        return [_csv_grid(data)]
    fault = workbook_fault(data)
    if fault is not None:
        raise GridRefused(*fault)
    return _workbook_grids(data)


class _Budget:
    """How much of a file may still be taken in; one text shown in many cells counts each time."""

    def __init__(self) -> None:
        self._cells, self._signs = MAX_CELLS, MAX_SIGNS

    def spend(self, cells: Iterable[GridCell]) -> None:
        """Take cells in. Raises GridRefused when it becomes too much."""
        for cell in cells:
            if cell.value is None:
                continue
            self._cells -= 1
            if isinstance(cell.value, str):
                self._signs -= len(cell.value)
                if len(cell.value) > MAX_CELL_SIGNS:
                    raise GridRefused(f"{cell.address}里的文字过长", "请缩短这一格的文字后再试")
        if self._cells < 0 or self._signs < 0:
            raise GridRefused("表格的内容过多", "请删去多余的工作表、行和长文字，另存一份再试")


def address(row: int, column: int) -> str:
    """A cell's name as spreadsheets show it: row and column count from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


# ------------------------------------------------------------------------ CSV


def _csv_grid(data: bytes) -> Grid:
    text = _decoded(data)
    first = text.split("\n", 1)[0]
    # Regional settings and “copy as text” write other separators.
    mark = max((",", "\t", ";"), key=first.count)
    rows, cut, budget = [], False, _Budget()
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=mark), 1):
            if number > MAX_ROWS:
                cut = True
                break
            told = tuple(
                GridCell(address(number, c), value[1:] if _GUARDED.match(value) else value or None)
                for c, value in enumerate(cells[:MAX_COLUMNS], 1)
            )
            if any(cell.value for cell in told):
                budget.spend(told)
                rows.append((number, told))
    except csv.Error:
        raise GridRefused("CSV的引号或换行不成对", "请用Excel或WPS打开后另存为.xlsx再试") from None
    return Grid(name="", rows=tuple(rows), cut=cut)


def _decoded(data: bytes) -> str:
    guesses = [encoding for mark, encoding in _MARKS if data.startswith(mark)] or ["utf-8", "gb18030"]
    for encoding in guesses:
        try:
            return data.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise GridRefused("文字编码认不出来", "请另存为“CSV UTF-8”或.xlsx后再试")


# ----------------------------------------------------------------------- xlsx


def _workbook_grids(data: bytes) -> list[Grid]:
    import warnings

    import openpyxl

    broken = GridRefused("表格打不开，文件可能已损坏", "请用Excel或WPS打开后另存一份再试")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            sheets = [book[name] for name in book.sheetnames if _is_table(book[name])]
            paths = {getattr(sheet, "_worksheet_path", "") for sheet in sheets}
            if len(sheets) > MAX_SHEETS or len(paths) < len(sheets):
                raise GridRefused("工作表过多", "请删去多余的工作表，另存一份再试")
            budget = _Budget()
            return [_sheet_grid(sheet, budget) for sheet in sheets]
    except GridRefused:
        raise
    except Exception:
        # A crafted or damaged part can fail anywhere in the library, in any way.
        raise broken from None


def _is_table(sheet: Any) -> bool:
    return hasattr(sheet, "iter_rows") and getattr(sheet, "sheet_state", "visible") == "visible"


def _sheet_grid(sheet: Any, budget: _Budget) -> Grid:
    merges, last = _merges_and_end(sheet)
    # A sheet may claim to be a million rows high: only what is written is gone through.
    sheet.reset_dimensions()
    rows: list[tuple[int, tuple[GridCell, ...]]] = []
    held: dict[tuple[int, int], GridCell] = {}
    merged_rows = {row for row, _ in merges}
    end, blank = min(MAX_ROWS, last), None
    for number, cells in enumerate(sheet.iter_rows(max_row=end, max_col=MAX_COLUMNS) if end else (), 1):
        # Rows that were never written all come as the same one.
        if number not in merged_rows and (cells is blank or all(cell.value is None for cell in cells)):
            blank = cells
            continue
        told = []
        for column, cell in enumerate(cells, 1):
            found = _grid_cell(cell, number, column)
            merge = merges.get((number, column))
            if merge is not None:
                top, left, wide = merge
                if (top, left) == (number, column):
                    held[top, left] = found
                first = held.get((top, left), found)
                told.append(_merged(first, number, column, wide=wide, head=address(top, left)))
            else:
                told.append(found)
        if any(cell.value is not None or cell.bad for cell in told):
            budget.spend(told)
            rows.append((number, tuple(told)))
    return Grid(name=str(sheet.title), rows=tuple(rows), cut=last > MAX_ROWS)


def _grid_cell(cell: Any, row: int, column: int) -> GridCell:
    kind = getattr(cell, "data_type", "n")
    bad = "formula" if kind == "f" else "error" if kind == "e" else ""
    value = cell.value
    if bad or not isinstance(
        value, str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta
    ):
        return GridCell(address(row, column), None, bad)
    return GridCell(address(row, column), value)


def _merged(first: GridCell, row: int, column: int, *, wide: bool, head: str) -> GridCell:
    return GridCell(address(row, column), first.value, "across" if wide else first.bad, head)


def _merges_and_end(sheet: Any) -> tuple[dict[tuple[int, int], tuple[int, int, bool]], int]:
    """For each cell of a merged area the row and column of its first cell and whether it is wide; and the
    last row with anything in it, whatever the sheet says of its own size."""
    from openpyxl.utils import range_boundaries
    from openpyxl.xml.functions import iterparse

    found: dict[tuple[int, int], tuple[int, int, bool]] = {}
    count = last = row = 0
    filled = False
    # The reading mode that keeps memory bounded knows no merged cells, so they are looked up in the part.
    with sheet._get_source() as source:
        for _, element in iterparse(source, ("end",)):
            tag = element.tag.rpartition("}")[2]
            if tag in ("v", "t", "f"):
                filled = True
            elif tag == "row":
                row = int(element.get("r") or row + 1)
                last, filled = (max(last, row) if filled else last), False
            elif tag == "mergeCell":
                left, top, right, bottom = range_boundaries(element.get("ref"))
                bottom, wide = min(bottom, MAX_ROWS), right > left
                right = min(right, MAX_COLUMNS)
                count += max(0, bottom - top + 1) * max(0, right - left + 1)
                if count > _MAX_MERGED:
                    raise GridRefused("合并单元格过多", "请取消合并单元格后再试")
                for at in range(top, bottom + 1):
                    for column in range(left, right + 1):
                        found[at, column] = (top, left, wide)
            if tag in ("row", "c", "v", "t", "is", "mergeCell"):
                element.clear()
    return found, last
