"""A filled-in ledger read back: what differs is proposed, what cannot be used is named with its cell."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_samples import HOSTILE, LONG, ledger_row, round_of, texts

from inspect_tui.exchange import ledger_grid, sheet_guard
from inspect_tui.exchange.ledger_sheet import LedgerReading, read_ledger, read_ledger_file
from inspect_tui.exchange.typed_dates import typed_date
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.terms import RectState
from inspect_tui.report.papers.ledger_sheet import ledger_csv, ledger_xlsx
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.store.clean import clean_text
from sweeps import times

ROUND = round_of()
ROWS = [ledger_row(n) for n in (1, 2, 3)]
#: Columns of the sheet by what they hold.
AT = {
    name: letter
    for name, letter in zip(
        [
            "serial",
            "number",
            "day",
            "team",
            "branch",
            "unit",
            "item",
            "text",
            "missing",
            "severity",
            "measure",
            "owner_unit",
            "owner",
            "supervisor",
            "due",
            "result",
            "done_on",
            "verified_by",
            "verified_on",
            "basis",
            "state",
            "closed_on",
            "overdue",
            "old",
        ],
        "ABCDEFGHIJKLMNOPQRSTUVWX",
        strict=True,
    )
}


class Filled:
    """An exported ledger that somebody opens, changes and saves."""

    def __init__(self, rows: list[LedgerRow] = ROWS) -> None:
        self.rows = rows
        self.book = openpyxl.load_workbook(io.BytesIO(ledger_xlsx(rows, ROUND)))
        self.page = self.book.worksheets[0]

    def put(self, column: str, row: int, value: object) -> str:
        cell = f"{AT[column]}{3 + row}"
        self.page[cell].value = value
        return cell

    def data(self) -> bytes:
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()

    def read(self) -> LedgerReading:
        return read_ledger(self.data(), "台账.xlsx", self.rows)


def told(reading: LedgerReading) -> list[tuple[str, str, str, str]]:
    return [(c.number[-2:], c.field, c.old, c.new) for c in reading.changes]


def codes(reading: LedgerReading) -> list[tuple[str, str]]:
    return [(fault.code, fault.path) for fault in reading.faults]


# ------------------------------------------------------------------- round trip


@pytest.mark.parametrize(("write", "name"), [(ledger_xlsx, "a.xlsx"), (ledger_csv, "a.csv")])
def test_what_comes_back_unchanged_proposes_nothing(write, name) -> None:
    rows = [
        ledger_row(n, text=t, measure=t, owner=t, result=t, owner_unit=t, basis=t, unit_name=t)
        for n, t in enumerate((*HOSTILE, LONG, "长" * 33_000), 1)
    ]
    rows.append(ledger_row(80, state=RectState.CLOSED, closed_on="2026-12-01", due="", visit_date=""))
    rows.append(ledger_row(81, carried_to="2027年第一季度", contested=True, due="尽快"))
    reading = read_ledger(write(rows, ROUND), name, rows)
    assert (reading.changes, reading.faults, reading.absent) == ((), (), ())
    assert reading.rows == len(rows)


@given(st.lists(texts(), min_size=3, max_size=3))
@settings(max_examples=times(30), deadline=None)
def test_whatever_was_typed_survives_the_way_out_and_back(wild: list[str]) -> None:
    rows = [ledger_row(1, text=wild[0], measure=wild[1], owner=wild[2], result=wild[2], team_name=wild[0])]
    reading = read_ledger(ledger_xlsx(rows, ROUND), "a.xlsx", rows)
    assert (reading.changes, reading.faults) == ((), ())


@given(texts())
@settings(max_examples=times(30), deadline=None)
def test_a_typed_text_comes_in_clean(text: str) -> None:
    rows = [ledger_row(1, result="原来")]
    reading = read_ledger(ledger_xlsx([ledger_row(1, result=text)], ROUND), "a.xlsx", rows)
    assert told(reading) == [("01", "result", "原来", clean_text(text).strip())]


def test_a_program_that_drops_tabs_and_line_ends_changes_nothing() -> None:
    """LibreOffice saves a cell without its tabs; others without the apostrophe of a CSV file."""
    rows = [ledger_row(1, result="第一行\n第二行\t后", measure="'=1")]
    filled = Filled(rows)
    filled.put("result", 1, "第一行\r\n第二行后")
    filled.put("measure", 1, "'=1"[1:])
    filled.page["K4"].data_type = "s"
    assert told(filled.read()) == []


def test_changed_cells_are_proposed_with_their_place() -> None:
    filled = Filled()
    cells = [
        filled.put("result", 2, "已修订并公示\n附清单"),
        filled.put("done_on", 2, "2026年11月28日"),
        filled.put("state", 2, "已整改待复查"),
        filled.put("owner", 3, "组长\u202e丁\n"),
        filled.put("measure", 3, None),
    ]
    reading = filled.read()
    assert told(reading) == [
        ("02", "result", "", "已修订并公示\n附清单"),
        ("02", "done_on", "", "2026-11-28"),
        ("02", "state", "in_progress", "submitted"),
        ("03", "measure", "按月对照生产任务修订岗位责任清单，组员讨论后签字", ""),
        ("03", "owner", "组长乙", "组长丁"),
    ]
    assert {c.cell for c in reading.changes} == set(cells)
    assert [c.heading for c in reading.changes][:2] == ["完成情况", "完成日期"]
    assert reading.faults == ()


def test_headings_are_matched_by_name_in_any_order_and_may_be_fewer() -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.append(["东沟一支部报来"])
    page.append(["完成 情况", "编号", "责任领导", "缺项(是/否)"])
    page.append(["已完成", ROWS[1].number, "站长丁", "否"])
    out = io.BytesIO()
    book.save(out)
    reading = read_ledger(out.getvalue(), "a.xlsx", ROWS)
    assert told(reading) == [("02", "result", "", "已完成"), ("02", "leader", "站长甲", "站长丁")]
    assert reading.faults == ()
    assert [number[-2:] for number in reading.absent] == ["01", "03"]


def test_a_second_number_of_a_problem_is_known_too() -> None:
    row = ledger_row(1, numbers=("HTK26Q4-A2-DB03-K-01", "HTK26Q4-A2-DB03-L-09"))
    filled = Filled([row])
    filled.put("number", 1, "HTK26Q4-A2-DB03-L-09")
    filled.put("owner", 1, "丁")
    assert told(filled.read()) == [("01", "owner", "组长乙", "丁")]


# ------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    "typed",
    [
        "2026.11.20",
        "2026-11-20",
        "2026/11/20",
        "2026年11月20日",
        "2026年11月20号",
        "２０２６．１１．２０",
        "2026、11、20",
        " 2026. 11. 20 ",
        "20261120",
        "2026-11-20 00:00:00",
        20261120,
        46346,
        46346.5,
        dt.datetime(2026, 11, 20, 8, 30),
        dt.date(2026, 11, 20),
    ],
)
def test_dates_in_the_many_ways_people_write_them(typed) -> None:
    assert typed_date(typed) == "2026-11-20"


@pytest.mark.parametrize(
    "typed",
    [
        "11月20日",
        "11.20",
        "尽快",
        "2026.13.1",
        "2026.2.30",
        "26.11.20",
        "1899-12-31",
        True,
        12.5,
        -1,
        1e300,
        "=1",
    ],
)
def test_what_is_no_full_date_is_not_guessed(typed) -> None:
    assert typed_date(typed) is None


@pytest.mark.parametrize("typed", [None, "", "  ", "-", "/", "无"])
def test_an_empty_date_is_empty(typed) -> None:
    assert typed_date(typed) == ""


def test_a_real_spreadsheet_date_is_read_and_an_unclear_one_is_named() -> None:
    filled = Filled()
    good = filled.put("done_on", 1, dt.datetime(2026, 11, 28))
    filled.page[good].number_format = "yyyy/m/d"
    bad = filled.put("due", 2, "下月底前")
    reading = filled.read()
    assert told(reading) == [("01", "done_on", "", "2026-11-28")]
    assert codes(reading) == [("B11", bad)] and "2026.11.20" in reading.faults[0].remedy


# ------------------------------------------------------------------------ faults


def test_unknown_and_doubled_numbers_are_named_and_the_rest_is_read() -> None:
    filled = Filled()
    unknown = filled.put("number", 1, "HTK26Q4-A2-DB03-K-77")
    twice = filled.put("number", 3, ROWS[1].number)
    filled.put("owner", 1, "不该读到")
    filled.put("owner", 2, "丁")
    filled.put("owner", 3, "也不该读到")
    reading = filled.read()
    assert told(reading) == [("02", "owner", "组长乙", "丁")]
    assert codes(reading) == [("B06", unknown), ("B07", twice)]
    assert "是不是" in reading.faults[0].remedy and "B5" in reading.faults[1].message
    assert len(reading.absent) == 2


def test_a_row_without_a_number_is_named() -> None:
    filled = Filled()
    cell = filled.put("number", 2, None)
    assert codes(filled.read()) == [("B05", cell)]


def test_formulas_and_errors_are_never_worked_out() -> None:
    filled = Filled()
    first = filled.put("result", 1, "=1+1")
    second = filled.put("owner", 2, "#N/A")
    filled.page[second].data_type = "e"
    third = filled.put("number", 3, '=HYPERLINK("http://x")')
    reading = filled.read()
    assert reading.changes == ()
    assert codes(reading) == [("B08", first), ("B08", second), ("B08", third)]


def test_what_the_records_say_cannot_be_changed_on_the_sheet() -> None:
    filled = Filled()
    cells = [
        filled.put("day", 1, "2026.11.19"),
        filled.put("text", 1, "没有问题"),
        filled.put("severity", 1, "一般"),
    ]
    filled.put("overdue", 1, "是")
    filled.put("serial", 1, 99)
    reading = filled.read()
    assert reading.changes == ()
    assert codes(reading) == [("B10", cell) for cell in cells]
    assert all("检查记录" in fault.message for fault in reading.faults)


def test_unknown_and_doubled_headings_are_named() -> None:
    filled = Filled()
    filled.page["P3"].value = "完成情况说明"
    filled.page["Y3"].value = "责任人"
    filled.put("owner", 1, "丁")
    filled.put("due", 1, "2026.12.4")
    reading = filled.read()
    assert codes(reading) == [("B03", "P3"), ("B04", "Y3")]
    assert told(reading) == [("01", "due", "2026-12-03", "2026-12-04")]


def test_an_unknown_state_is_named_with_the_known_ones() -> None:
    filled = Filled()
    cell = filled.put("state", 1, "差不多了")
    reading = filled.read()
    assert codes(reading) == [("B12", cell)] and "已整改待复查" in reading.faults[0].remedy


def test_a_text_that_is_too_long_is_named() -> None:
    filled = Filled()
    cells = [filled.put("owner", 1, "甲" * 201), filled.put("result", 1, "甲" * 4001)]
    filled.put("basis", 1, True)
    reading = filled.read()
    assert reading.changes == ()
    assert [code for code, _ in codes(reading)] == ["B11"] * 3 and {p for _, p in codes(reading)} >= set(
        cells
    )


# ----------------------------------------------------------------- merged cells


def test_a_cell_merged_over_rows_counts_for_each_of_them() -> None:
    filled = Filled()
    filled.put("owner", 1, "丁")
    filled.page.merge_cells("M4:M6")
    assert told(filled.read()) == [(f"0{n}", "owner", "组长乙", "丁") for n in (1, 2, 3)]


def test_a_cell_merged_over_columns_is_named() -> None:
    filled = Filled()
    filled.page.merge_cells("M4:N4")
    reading = filled.read()
    assert reading.changes == () and codes(reading) == [("B09", "M4"), ("B09", "N4")]


def test_too_many_merged_cells_are_refused() -> None:
    more = b'<mergeCell ref="A10:CB20000"/></mergeCells>'
    data = repacked(lambda name, old: old.replace(b"</mergeCells>", more))
    assert refused(data) == "合并单元格过多"


# --------------------------------------------------------------- hostile archives


def repacked(change) -> bytes:
    """An exported ledger with its parts changed by `change(name, content)`."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(ledger_xlsx(ROWS, ROUND))) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return out.getvalue()


def refused(data: bytes, name: str = "台账.xlsx") -> str:
    with pytest.raises(InputFaults) as caught:
        read_ledger(data, name, ROWS)
    fault = caught.value.faults[0]
    assert fault.remedy and fault.file == name
    return fault.message


def test_a_part_that_unpacks_too_large_is_refused_before_anything_reads_it(monkeypatch) -> None:
    monkeypatch.setattr(sheet_guard, "MAX_UNPACKED", 1024 * 1024)
    data = repacked(lambda name, old: old + b" " * 2_000_000 if "sheet1" in name else old)
    assert len(data) < 100_000
    assert refused(data) == "表格展开后过大"


@pytest.mark.parametrize(
    "head",
    [
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    ],
)
def test_entities_never_reach_a_parser(head: bytes) -> None:
    def change(name: str, old: bytes) -> bytes:
        return old.replace(b"?>", b"?>" + head, 1) if name == "xl/sharedStrings.xml" else old

    assert refused(repacked(change)) == "表格里有不允许的内容"


def test_another_encoding_cannot_hide_an_entity() -> None:
    def change(name: str, old: bytes) -> bytes:
        if name != "xl/sharedStrings.xml":
            return old
        return old.decode().replace("UTF-8", "UTF-16").encode("utf-16")

    assert refused(repacked(change)) == "表格里有不允许的内容"


def test_a_sheet_that_claims_a_million_rows_is_read_quickly_and_said_to_be_cut(monkeypatch) -> None:
    monkeypatch.setattr(ledger_grid, "MAX_ROWS", 50)
    filled = Filled()
    filled.put("owner", 1, "丁")
    filled.page["A1048576"].value = "远"
    reading = filled.read()
    assert told(reading) == [("01", "owner", "组长乙", "丁")]
    assert [code for code, _ in codes(reading)] == ["B13"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "旧格式"),
        (b"", "不是.xlsx"),
        (b"%PDF-1.7", "不是.xlsx"),
        (b"PK\x03\x04broken", "损坏"),
        (ledger_xlsx(ROWS, ROUND)[:4000], "损坏"),
    ],
)
def test_what_is_no_workbook_is_refused_with_a_reason(data: bytes, said: str) -> None:
    assert said in refused(data)


def test_a_zip_of_something_else_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert "不是.xlsx" in refused(out.getvalue())


@given(st.data())
@settings(max_examples=times(25), deadline=None)
def test_a_damaged_workbook_is_refused_or_read_but_never_crashes(data) -> None:
    whole = bytearray(ledger_xlsx(ROWS, ROUND))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_ledger(bytes(whole), "a.xlsx", ROWS)
    except InputFaults as faults:
        assert faults.faults[0].remedy


def test_a_workbook_without_the_headings_is_refused() -> None:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    assert "表头" in refused(out.getvalue())


def test_a_hidden_sheet_is_not_read() -> None:
    filled = Filled()
    filled.put("owner", 1, "丁")
    copy = filled.book.copy_worksheet(filled.page)
    copy.sheet_state = "hidden"
    assert len(filled.read().changes) == 1 and filled.read().faults == ()


# --------------------------------------------------------------------------- CSV


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_csv_in_the_encodings_offices_write(encoding: str, mark: str) -> None:
    lines = [["编号", "完成情况", "完成日期"], [ROWS[0].number, "已修订", "2026/11/28"]]
    data = "\r\n".join(mark.join(line) for line in lines).encode(encoding)
    assert told(read_ledger(data, "台账.CSV", ROWS)) == [
        ("01", "result", "", "已修订"),
        ("01", "done_on", "", "2026-11-28"),
    ]


def test_csv_that_is_no_text_is_refused() -> None:
    assert "编码" in refused(b"\xff\xff\xff\x00\x81", "a.csv")


def test_files_are_read_from_disk_and_missing_ones_named(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    filled = Filled()
    filled.put("owner", 1, "丁")
    path.write_bytes(filled.data())
    assert told(read_ledger_file(path, ROWS)) == [("01", "owner", "组长乙", "丁")]
    with pytest.raises(InputFaults, match="读不出来"):
        read_ledger_file(tmp_path / "没有.xlsx", ROWS)
    path.write_bytes(b"")
    with path.open("r+b") as file:
        file.truncate(33 * 1024 * 1024)
    with pytest.raises(InputFaults, match="32MB"):
        read_ledger_file(path, ROWS)
