"""Sheets and CSV: text stays text, the page is A4, and equal rows give equal bytes."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_samples import HOSTILE, LONG, part, texts

from inspect_tui.exchange.ledger_grid import read_grids
from inspect_tui.report.papers.measure import halves, lines_needed
from inspect_tui.report.papers.sheets import (
    LONGEST_CELL,
    Column,
    Sheet,
    cell_text,
    csv_bytes,
    csv_cell,
    pages_needed,
    sheet_names,
    workbook_bytes,
)
from inspect_tui.store.clean import clean_text
from sweeps import times

COLUMNS = (Column(heading="序号", align="center"), Column(heading="存在问题", most=30))


def sheet(rows, **changes) -> Sheet:
    told = {"name": "表", "title": "问题", "columns": COLUMNS, "rows": rows}
    return Sheet(**(told | changes))


def held(data: bytes, first: int = 3) -> list[list[object]]:
    page = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [[cell.value for cell in row] for row in page.iter_rows(min_row=first)]


@given(st.lists(texts(), min_size=1, max_size=6))
@settings(max_examples=times(40), deadline=None)
def test_a_workbook_holds_exactly_the_cleaned_texts_and_no_formula(wild: list[str]) -> None:
    data = workbook_bytes([sheet([[n, text] for n, text in enumerate(wild)])])
    page = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    for number, text in enumerate(wild):
        cell = page.cell(3 + number, 2)
        assert (cell.value or "") == clean_text(text)
        assert cell.data_type in ("s", "n", "inlineStr")
        assert cell.hyperlink is None
        assert page.cell(3 + number, 1).value == number


def test_what_looks_like_a_formula_stays_text() -> None:
    data = workbook_bytes([sheet([[1, text] for text in HOSTILE], title="=1+1", above=("@SUM(A1)",))])
    xml = part(data, "xl/worksheets/sheet1.xml")
    assert "<f>" not in xml and "<hyperlink" not in xml
    page = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert page["A1"].value == "=1+1" and page["A1"].data_type == "s"


def test_equal_sheets_give_equal_bytes_without_a_clock_or_a_name() -> None:
    made = [workbook_bytes([sheet([[1, LONG]])], title="台账") for _ in range(2)]
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0])) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
    core = part(made[0], "docProps/core.xml")
    assert "<dc:creator></dc:creator>" in core and "2000-01-01T00:00:00Z" in core


def test_the_page_is_a4_with_repeated_headings_and_page_numbers() -> None:
    xml = part(workbook_bytes([sheet([[1, "甲"]], landscape=True, frozen=1)]), "xl/worksheets/sheet1.xml")
    assert 'paperSize="9"' in xml and 'orientation="landscape"' in xml
    assert 'fitToHeight="0"' in xml and "<pageSetUpPr fitToPage=" in xml
    assert "第&amp;P页 共&amp;N页" in xml
    assert re.search(r'<pane xSplit="1" ySplit="2" [^>]*state="frozen"', xml)
    book = part(workbook_bytes([sheet([[1, "甲"]])]), "xl/workbook.xml")
    assert "_xlnm.Print_Titles" in book and "$2:$2" in book


def test_a_foot_with_signatures_keeps_an_ampersand() -> None:
    xml = part(workbook_bytes([sheet([], footer_left="甲&乙签字____")]), "xl/worksheets/sheet1.xml")
    assert "甲&amp;&amp;乙签字____" in xml and "共&amp;N页第&amp;P页" in xml


def test_rows_that_are_filled_in_may_grow_and_printed_ones_are_fixed() -> None:
    rows = [[1, LONG]]
    growing = part(workbook_bytes([sheet(rows)]), "xl/worksheets/sheet1.xml")
    fixed = part(workbook_bytes([sheet(rows, auto_height=False)]), "xl/worksheets/sheet1.xml")
    last = re.compile(r'<row r="3"[^>]*>')
    assert "customHeight" not in last.search(growing).group()
    assert 'customHeight="1"' in last.search(fixed).group()
    height = float(re.search(r'ht="([\d.]+)"', last.search(growing).group()).group(1))
    assert height > 15 * 10.5


def test_numbers_stay_numbers_and_points_keep_their_zero() -> None:
    data = workbook_bytes([sheet([[1, Decimal("90.0")], [2, Decimal("12.5")], [3, None]])])
    assert held(data) == [[1, 90], [2, 12.5], [3, None]]
    page = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert page["B3"].number_format == "0.0" and page["A3"].number_format == "General"


def test_a_text_longer_than_any_cell_is_cut_and_says_so() -> None:
    for sign in ("长", "𠮷"):
        cut = cell_text(sign * 40_000)
        assert len(cut.encode("utf-16-le")) // 2 <= LONGEST_CELL and cut.endswith("…")
    assert cell_text("长" * LONGEST_CELL) == "长" * LONGEST_CELL


@given(st.lists(st.one_of(texts(), st.text("甲 [ ]:*?/\\'", max_size=40)), max_size=8))
@settings(max_examples=times(60), deadline=None)
def test_sheet_names_are_taken_by_every_program(wild: list[str]) -> None:
    names = list(sheet_names(wild))
    assert len(names) == len(wild) == len({name.casefold() for name in names})
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\") and name.strip("'") == name
    if names:
        workbook_bytes([sheet([], name=name) for name in wild])


@given(st.lists(st.tuples(st.integers(-99, 99), texts()), min_size=1, max_size=6))
@settings(max_examples=times(60), deadline=None)
def test_csv_gives_every_text_back_and_none_begins_like_a_formula(rows: list[tuple[int, str]]) -> None:
    data = csv_bytes(COLUMNS, rows)
    assert data.startswith(b"\xef\xbb\xbf")
    told = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    for (number, text), row in zip(rows, told[1:], strict=True):
        assert row[0] == str(number)
        assert row[1][:1] not in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
        assert row[1] in (clean_text(text), "'" + clean_text(text))
    back = dict(read_grids(data, "a.csv")[0].rows)
    for line, (_, text) in enumerate(rows, 2):
        if "\n" not in "".join(t for _, t in rows):
            assert (back[line][1].value or "") == clean_text(text)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "'=1", "''@"])
def test_csv_guards_what_a_spreadsheet_would_work_out(text: str) -> None:
    assert csv_cell(text) == "'" + text


def test_csv_leaves_numbers_and_plain_texts_alone() -> None:
    assert [csv_cell(v) for v in (-5, Decimal("-0.5"), None, "甲=乙", "'引'")] == [
        "-5",
        "-0.5",
        "",
        "甲=乙",
        "'引'",
    ]
    assert csv_bytes(COLUMNS, [[1, '甲,"乙"\n丙']]).endswith('1,"甲,""乙""\n丙"\r\n'.encode())


def test_room_is_reckoned_in_chinese_characters() -> None:
    assert halves("甲a，1") == 6
    assert lines_needed("甲" * 10, 20) == 1 and lines_needed("甲" * 11, 20) == 2
    assert lines_needed("甲\n乙\n", 20) == 3


def test_a_long_list_is_known_to_need_more_pages() -> None:
    wide = (Column(heading="序号"), Column(heading="存在问题", most=60))
    few, many = ([[n, "甲" * 20] for n in range(count)] for count in (5, 80))
    assert pages_needed(sheet(few, columns=wide)) == 1
    assert pages_needed(sheet(many, columns=wide)) > 1
