"""The one way spreadsheets and CSV are written here: text stays text, pages print as they should.

Strings are stored as strings, so that nothing typed by anyone becomes a formula or a link; the same rows give
the same bytes on every day and machine.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec

from inspect_tui.report.papers.measure import lines_needed, widest_line
from inspect_tui.report.summary import safe_cell
from inspect_tui.store.clean import clean_text

Cell = str | int | Decimal | None

#: What spreadsheets keep of one text, in UTF-16 units, and what of a header or footer.
LONGEST_CELL = 32_767
_LONGEST_MARGIN_TEXT = 250
_LONGEST_TITLE = 200
#: Documents carry a date of making; a fixed one keeps equal papers equal.
MADE = dt.datetime(2000, 1, 1)
_ROW = re.compile(rb'<row r="(\d+)"[^>]*>')
_SHEET_NAME_BAD = re.compile(r"[\[\]:*?/\\\x00-\x1f]+")
_GUARDED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")

_BODY_FONT, _HEAD_FONT, _TITLE_FONT = "宋体", "黑体", "方正小标宋简体"
_INCH = 25.4
_A4 = 9


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column: its heading, its narrowest and widest width in halves, how it is set, whether to fill in.

    `choices` are offered when a cell of it is filled in; anything else may be written all the same.
    """

    heading: str
    least: int = 4
    most: int = 40
    align: str = "left"
    fill_in: bool = False
    choices: tuple[str, ...] = ()


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A cell of a form: text over `across` columns and `down` rows; headings are set in 黑体, centred."""

    text: Cell = ""
    across: int = 1
    down: int = 1
    heading: bool = False
    align: str = "left"


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet to be printed on A4: a table under headings, or (with `forms`) a form of merged cells.

    `above` are lines under the title, `below` lines under the table. `footer_left` stands in the foot of
    every page, the page number at its right end or, without it, in the middle. `frozen` columns stay in
    sight. `heights` are the least heights in points of a form's rows. With `auto_height` a reader's
    program fits the rows to what is filled in; without, they are fitted here, for printing. `one_page`
    shrinks whatever is too long for a page.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]] = ()
    forms: Sequence[Sequence[Form]] = ()
    heights: Sequence[float] = ()
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    footer_left: str = ""
    landscape: bool = False
    frozen: int = 0
    filter: bool = False
    auto_height: bool = True
    size: float = 10.5
    least_height: float = 0
    one_page: bool = False


# ---------------------------------------------------------------------- text


def cell_text(text: str) -> str:
    """Text as a spreadsheet cell holds it: cleaned, and cut where no spreadsheet keeps more."""
    cleaned = clean_text(text)
    if len(cleaned) * 2 <= LONGEST_CELL:
        return cleaned
    data = cleaned.encode("utf-16-le")
    if len(data) <= 2 * LONGEST_CELL:
        return cleaned
    return data[: 2 * (LONGEST_CELL - 1)].decode("utf-16-le", "ignore") + "…"


def one_line(text: str) -> str:
    """Cleaned text on one line."""
    return clean_text(text, newlines=False)


def csv_cell(value: Cell) -> str:
    """A CSV cell: numbers as they are, text so that no spreadsheet takes it for a formula.

    A text that already looks guarded is guarded once more, so that `csv_value` always gives it back.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    cleaned = clean_text(value)
    return f"'{cleaned}" if _GUARDED.match(cleaned) else safe_cell(cleaned)


def csv_bytes(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A table as CSV that Chinese Excel and WPS open right: UTF-8 with BOM, CRLF, no formulas."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([csv_cell(column.heading) for column in columns])
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def sheet_names(wanted: Iterable[str]) -> Iterator[str]:
    """Names that every spreadsheet program takes: 31 characters, none reserved, none twice."""
    taken: set[str] = set()
    for text in wanted:
        base = _SHEET_NAME_BAD.sub(" ", one_line(text)).strip(" '") or "表"
        base = "表" if base.lower() == "history" else base
        name, count = _short(base, 31), 2
        while name.casefold() in taken:
            mark = f"({count})"
            name, count = _short(base, 31 - len(mark)) + mark, count + 1
        taken.add(name.casefold())
        yield name


def _short(text: str, units: int) -> str:
    """The beginning of a text in so many UTF-16 units."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore").strip(" '")


def _margin_text(text: str) -> str:
    """Text for a header or footer, where & begins a command."""
    cut = one_line(text)
    while len(cut.replace("&", "&&").encode("utf-16-le")) > 2 * _LONGEST_MARGIN_TEXT:
        cut = cut[:-1]
    return cut.replace("&", "&&")


# ------------------------------------------------------------------ workbook


def workbook_bytes(sheets: Sequence[Sheet], *, title: str = "") -> bytes:
    """A workbook of these sheets as .xlsx bytes; equal sheets give equal bytes."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": {"font_name": _BODY_FONT, "font_size": 11},
        },
    )
    book.set_properties({"title": one_line(title)[:_LONGEST_TITLE], "author": "", "created": MADE})
    styles = _Styles(book)
    for sheet, name in zip(sheets, sheet_names(s.name for s in sheets), strict=True):
        _write(book.add_worksheet(name), sheet, styles)
    book.close()
    return _growing(out.getvalue(), sheets)


def _growing(data: bytes, sheets: Sequence[Sheet]) -> bytes:
    """Mark the heights of rows that are filled in as reckoned, not fixed.

    Excel and WPS then fit them anew when more is written into them; programs that do not, print as reckoned.
    """
    if not any(sheet.auto_height and sheet.rows for sheet in sheets):
        return data
    out = io.BytesIO()
    names = {f"xl/worksheets/sheet{n}.xml": sheet for n, sheet in enumerate(sheets, 1) if sheet.auto_height}
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename in names:
                first = 3 + len(names[info.filename].above)
                last = first + len(names[info.filename].rows)
                content = _ROW.sub(partial(_not_fixed, first, last), content)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, content)
    return out.getvalue()


def _not_fixed(first: int, last: int, match: re.Match[bytes]) -> bytes:
    row = match.group()
    return row.replace(b' customHeight="1"', b"") if first <= int(match.group(1)) < last else row


class _Styles:
    """Formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(dict(properties))
        return self._made[key]

    def title(self) -> Any:
        return self.get(font_name=_TITLE_FONT, font_size=18, align="center", valign="vcenter", text_wrap=True)

    def line(self, size: float) -> Any:
        return self.get(font_name=_BODY_FONT, font_size=size, valign="vcenter", text_wrap=True)

    def heading(self, size: float, *, fill_in: bool = False) -> Any:
        shade = {"bg_color": "#E2EFDA"} if fill_in else {}
        return self.get(
            font_name=_HEAD_FONT,
            font_size=size,
            align="center",
            valign="vcenter",
            text_wrap=True,
            border=1,
            **shade,
        )

    def body(self, size: float, align: str, value: Cell) -> Any:
        """Text is marked as text, so that what is typed over it is not guessed at; points keep a zero."""
        kind = {"num_format": "@"} if isinstance(value, str) else {}
        if isinstance(value, Decimal):
            kind["num_format"] = "0.0" if value == round(value, 1) else "0.00"
        return self.get(
            font_name=_BODY_FONT,
            font_size=size,
            align=align,
            valign="vcenter",
            text_wrap=True,
            border=1,
            **kind,
        )


def _write(page: Any, sheet: Sheet, styles: _Styles) -> None:
    widths = _widths(sheet)
    for index, width in enumerate(widths):
        page.set_column(index, index, width)
    row = _top(page, sheet, styles, widths)
    if sheet.forms:
        row = _write_forms(page, sheet, styles, widths, row)
    else:
        row = _write_table(page, sheet, styles, widths, row)
    for line in sheet.below:
        _across(page, row, line, sheet, styles, widths)
        row += 1
    _paper(page, sheet)


def _top(page: Any, sheet: Sheet, styles: _Styles, widths: list[float]) -> int:
    """Write the title and what stands under it; returns the next free row."""
    last = len(sheet.columns) - 1
    title = one_line(sheet.title)
    _merged(page, 0, 0, 0, last, title, styles.title())
    page.set_row(0, 30.0 * lines_needed(title, sum(widths) * 11 / 18))
    for number, line in enumerate(sheet.above, 1):
        _across(page, number, line, sheet, styles, widths)
    return 1 + len(sheet.above)


def _across(page: Any, row: int, text: str, sheet: Sheet, styles: _Styles, widths: list[float]) -> None:
    """A line of text over the whole width."""
    told = cell_text(text)
    _merged(page, row, 0, row, len(sheet.columns) - 1, told, styles.line(sheet.size))
    page.set_row(row, _height(lines_needed(told, sum(widths) * 11 / sheet.size), sheet.size))


def _write_table(page: Any, sheet: Sheet, styles: _Styles, widths: list[float], top: int) -> int:
    size = sheet.size
    for index, column in enumerate(sheet.columns):
        style = styles.heading(size, fill_in=column.fill_in)
        page.write_string(top, index, one_line(column.heading), style)
        if column.choices and sheet.rows:
            offered = {"validate": "list", "source": list(column.choices), "show_error": False}
            page.data_validation(top + 1, index, top + len(sheet.rows), index, offered)
    lines = max(
        lines_needed(c.heading, w * 11 / size - 1) for c, w in zip(sheet.columns, widths, strict=True)
    )
    page.set_row(top, _height(lines, size) + 4)
    for offset, cells in enumerate(sheet.rows, 1):
        for index, (column, value) in enumerate(zip(sheet.columns, cells, strict=True)):
            _put(page, top + offset, index, value, column.align, size, styles)
        page.set_row(top + offset, _row_height(sheet, cells, widths))
    page.repeat_rows(top)
    page.freeze_panes(top + 1, sheet.frozen)
    last = top + len(sheet.rows)
    if sheet.filter and sheet.rows:
        page.autofilter(top, 0, last, len(sheet.columns) - 1)
    return last + 1


def _row_height(sheet: Sheet, cells: Sequence[Cell], widths: list[float]) -> float:
    lines = max(lines_needed(_shown(v), w * 11 / sheet.size - 1) for v, w in zip(cells, widths, strict=True))
    return max(sheet.least_height, _height(lines, sheet.size))


def _write_forms(page: Any, sheet: Sheet, styles: _Styles, widths: list[float], top: int) -> int:
    size = sheet.size
    for offset, cells in enumerate(sheet.forms):
        row, index, height = top + offset, 0, 0.0
        for cell in cells:
            right = index + cell.across - 1
            style = styles.heading(size) if cell.heading else styles.body(size, cell.align, cell.text)
            if cell.across > 1 or cell.down > 1:
                _merged(page, row, index, row + cell.down - 1, right, _shown(cell.text), style)
            else:
                _put(page, row, index, cell.text, cell.align, size, styles, style)
            if cell.down == 1:
                room = sum(widths[index : right + 1]) * 11 / size - 1
                height = max(height, _height(lines_needed(_shown(cell.text), room), size))
            index = right + 1
        least = sheet.heights[offset] if offset < len(sheet.heights) else sheet.least_height
        page.set_row(row, min(409.0, max(height + 4, least)))
    return top + len(sheet.forms)


def _put(
    page: Any, row: int, column: int, value: Cell, align: str, size: float, styles: _Styles, style: Any = None
) -> None:
    if isinstance(value, str):
        text = cell_text(value)
        style = style or styles.body(size, align, value)
        page.write_string(row, column, text, style) if text else page.write_blank(row, column, None, style)
        return
    style = style or styles.body(size, align, value)
    if value is None:
        page.write_blank(row, column, None, style)
    else:
        page.write_number(row, column, value, style)


def _merged(page: Any, row: int, left: int, bottom: int, right: int, text: str, style: Any) -> None:
    """Text over several cells, never guessed to be anything else."""
    if (row, left) != (bottom, right):
        page.merge_range(row, left, bottom, right, "", style)
    if text:
        page.write_string(row, left, cell_text(text), style)
    else:
        page.write_blank(row, left, None, style)


def _shown(value: Cell) -> str:
    return "" if value is None else cell_text(value) if isinstance(value, str) else str(value)


def _height(lines: int, size: float) -> float:
    """Points for so many lines; no program takes more than 409."""
    return min(409.0, round(lines * size * 1.36 + 4, 2))


def _widths(sheet: Sheet) -> list[float]:
    """Column widths in halves at 11 points, from what stands in them, within each column's own bounds."""
    widths = []
    for index, column in enumerate(sheet.columns):
        held = [_shown(row[index]) for row in sheet.rows]
        # A heading wraps after half of its signs rather than make its column wide.
        told = max(
            [widest_line(column.heading) / (1 if len(column.heading) < 4 else 2), *map(widest_line, held)]
        )
        widths.append(round((min(column.most, max(column.least, told)) + 1.2) * sheet.size / 11, 2))
    return widths


def pages_needed(sheet: Sheet) -> int:
    """About how many pages a table takes once it is shrunk to the width of its paper."""
    widths = _widths(sheet)
    across, down = (267.0, 170.0) if sheet.landscape else (180.0, 257.0)
    # A column is five dots wider than its signs; a millimetre is 2.835 points.
    scale = min(1.0, across / (sum(widths) * 1.852 + 1.32 * len(widths)))
    room = down * 2.835 / scale
    used, pages = 30.0 + 22 * (1 + len(sheet.above)), 1
    for cells in sheet.rows:
        height = _row_height(sheet, cells, widths)
        if used + height > room:
            used, pages = 22.0, pages + 1
        used += height
    return pages


def _paper(page: Any, sheet: Sheet) -> None:
    page.set_paper(_A4)
    left, right, top, bottom = 15, 15, 20, 20
    if sheet.landscape:
        page.set_landscape()
    else:
        page.set_portrait()
    page.set_margins(left=left / _INCH, right=right / _INCH, top=top / _INCH, bottom=bottom / _INCH)
    page.center_horizontally()
    if sheet.one_page:
        page.fit_to_pages(1, 1)
    else:
        page.fit_to_pages(1, 0)
    foot = {"margin": 10 / _INCH, "scale_with_doc": False}
    font = f'&"{_BODY_FONT},Regular"&10'
    if sheet.footer_left:
        pages = "共&N页第&P页"
        page.set_footer(f"&L{font}{_margin_text(sheet.footer_left)}&R{font}{pages}", foot)
    else:
        page.set_footer(f"&C{font}第&P页 共&N页", foot)
