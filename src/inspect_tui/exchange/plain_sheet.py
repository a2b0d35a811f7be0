"""A plain table with headings, from .xlsx or CSV, as rows by column: for small sheets that people fill in."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import msgspec

from inspect_tui.exchange.ledger_grid import Grid, GridCell, GridRefused, read_grids
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.rules.issue import did_you_mean, plain_decimal
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.limits import OTHER_BYTES

#: Rows above the headings: a title, a note, a date.
_MOST_ABOVE = 10
_ENDS = "：:*＊"


class SheetRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row under the headings: its number on the sheet and its cells by column key."""

    number: int
    cells: dict[str, GridCell]

    def text(self, key: str) -> str:
        """What stands in a column as one clean line; empty where nothing does."""
        cell = self.cells.get(key)
        return cell_line(cell) if cell is not None else ""

    def place(self, key: str) -> str:
        """The address of a column's cell in this row, or the row where the sheet has no such column."""
        cell = self.cells.get(key)
        return cell.address if cell is not None else f"第{self.number}行"

    def whole(self, key: str) -> int | None:
        """A count in a column; None where there is none or it is no count."""
        number = self.decimal(key)
        return int(number) if number is not None and number == number.to_integral_value() else None

    def decimal(self, key: str) -> Decimal | None:
        """A number in a column; None where there is none or it is no number."""
        cell = self.cells.get(key)
        if cell is None or cell.bad or isinstance(cell.value, bool):
            return None
        if isinstance(cell.value, int | float):
            return plain_decimal(cell.value)
        return plain_decimal(unicodedata.normalize("NFKC", self.text(key)).lstrip("+"))

    def bad(self, key: str) -> str:
        """Why a cell cannot be read at all; empty when it can."""
        cell = self.cells.get(key)
        words = {"formula": "是公式，请改成数值", "error": "是错误值", "across": "是跨列合并的单元格"}
        return words.get(cell.bad, "") if cell is not None else ""


class PlainSheet(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a table, the headings that were understood, by key, and those that were not."""

    name: str
    rows: tuple[SheetRow, ...]
    headings: dict[str, str]
    strange: tuple[str, ...] = ()


def read_sheet(
    path: Path, wanted: Mapping[str, Sequence[str]], needed: Sequence[Sequence[str]], code: str
) -> PlainSheet:
    """Read a table whose headings are among the wanted words of each column key.

    `needed` are groups of keys of which one each must be there. Raises InputFaults, under `code`, when the
    file cannot be read or has no such headings.
    """
    name = clean_text(path.name, newlines=False)
    grids, _ = open_grids(path, code)
    best: list[str] = []
    for grid in grids:
        found = _under_headings(grid, wanted, needed)
        if isinstance(found, PlainSheet):
            if grid.cut:
                raise InputFaults([sheet_fault(code, name, "", "表的行数过多", "请核对是不是选错了文件")])
            return found
        best = best or found
    missing = "、".join("或".join(wanted[key][0] for key in group) for group in needed)
    remedy = f"请写上栏目：{missing}"
    if best:
        known = [word for words in wanted.values() for word in words]
        remedy = did_you_mean(best[0], known, remedy)
    raise InputFaults([sheet_fault(code, name, "", f"没有找到栏目{missing}", remedy)])


def open_grids(path: Path, code: str) -> tuple[list[Grid], bytes]:
    """The sheets of a file and its bytes. Raises InputFaults, under `code`, when it cannot be read."""
    name = clean_text(path.name, newlines=False)
    try:
        if files.fs.size(path) > OTHER_BYTES:
            raise GridRefused("文件超过32MB", "请核对文件是否正确")
        data = files.fs.read(path)
        return read_grids(data, path.name), data
    except FileNotFoundError:
        raise InputFaults([sheet_fault(code, name, "", "找不到文件", "请核对文件名和文件夹")]) from None
    except OSError:
        raise InputFaults([sheet_fault(code, name, "", "文件读不出来", "请核对权限、磁盘或移动盘")]) from None
    except GridRefused as refused:
        remedy = refused.remedy if "整改台账" not in refused.remedy else "请给.xlsx或.csv表格"
        raise InputFaults([sheet_fault(code, name, "", refused.message, remedy)]) from None


def _under_headings(
    grid: Grid, wanted: Mapping[str, Sequence[str]], needed: Sequence[Sequence[str]]
) -> PlainSheet | list[str]:
    """The rows under the first row that has every needed heading; else the words of the first row."""
    keys = {_plain(word): key for key, words in wanted.items() for word in words}
    first: list[str] = []
    for place, (_, cells) in enumerate(grid.rows[:_MOST_ABOVE]):
        words = [cell_line(cell) for cell in cells]
        first = first or [word for word in words if word]
        columns: dict[int, str] = {}
        for column, word in enumerate(words):
            key = keys.get(_plain(word))
            if key is not None and key not in columns.values():
                columns[column] = key
        if all(any(key in columns.values() for key in group) for group in needed):
            rows = tuple(
                SheetRow(number=n, cells={key: row[c] for c, key in columns.items() if c < len(row)})
                for n, row in grid.rows[place + 1 :]
            )
            return PlainSheet(
                name=grid.name,
                rows=rows,
                headings={key: words[column] for column, key in columns.items()},
                strange=tuple(word for c, word in enumerate(words) if word and c not in columns),
            )
    return first


def _plain(word: str) -> str:
    """A heading without blanks, marks and what stands in brackets, as people vary these."""
    text = "".join(unicodedata.normalize("NFKC", word).split()).strip(_ENDS)
    return text.partition("(")[0].casefold() or text.casefold()


def cell_line(cell: GridCell) -> str:
    """What stands in a cell as one clean line."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dt.datetime):
        value = value.date()
    return clean_text(str(value), newlines=False).strip()


def sheet_fault(code: str, name: str, place: str, message: str, remedy: str = "", value: str = "") -> Fault:
    """A fault of a sheet, at a cell or row of it."""
    return Fault(code=code, file=name, path=place, message=message, value=value[:40], remedy=remedy)
