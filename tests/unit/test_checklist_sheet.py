"""A checklist exported to a sheet comes back as the same checklist; damage to the sheet is told by cell."""

from __future__ import annotations

import functools
import io
import json
from typing import Any

import msgspec
import openpyxl
import pytest
from checklist_drawing import checklists
from hypothesis import HealthCheck, given, settings

from inspect_tui.cli import main as cli
from inspect_tui.exchange.checklist_sheet import Imported, import_bytes
from inspect_tui.exchange.checklist_tables import tables_of
from inspect_tui.model.checklist import Checklist, Item
from inspect_tui.report.papers.checklist_book import checklist_book
from inspect_tui.store.loading import load_checklist
from inspect_tui.store.shipped import shipped_dir
from sweeps import times

SHIPPED = ("lzrh-dxz", "dbjj-zb", "sywsyt", "zdc-5")


def shipped(name: str) -> Checklist:
    return load_checklist(shipped_dir() / f"{name}.json")[0]


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_checklists_go_there_and_back(name: str) -> None:
    checklist = shipped(name)
    data = checklist_book(checklist)
    found = import_bytes(data, "x.xlsx")
    assert found.own and found.faults == [] and found.checklist == checklist
    assert checklist_book(checklist) == data


@settings(max_examples=times(30), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(checklists())
def test_any_checklist_goes_there_and_back(checklist: Checklist) -> None:
    read, _ = load_checklist(msgspec.json.encode(checklist))
    found = import_bytes(checklist_book(read), "x.xlsx")
    assert found.faults == [] and found.checklist == read


class NewerItem(Item):
    colour: str = ""


def test_fields_without_a_column_travel_along() -> None:
    checklist = shipped("sywsyt")
    first, *rest = checklist.sections
    told = {name: getattr(first.items[0], name) for name in Item.__struct_fields__}
    newer = NewerItem(**told, colour="[红] {1}")
    section = msgspec.structs.replace(first, items=(newer, *first.items[1:]))
    book = checklist_book(msgspec.structs.replace(checklist, sections=(section, *rest)))
    raw = import_bytes(book, "x.xlsx").raw
    assert raw["sections"][0]["items"][0]["colour"] == "[红] {1}"
    assert "colour" not in raw["sections"][0]["items"][1]


@functools.cache
def exported(name: str) -> bytes:
    """A shipped checklist as a sheet."""
    return checklist_book(shipped(name))


def edited(
    checklist: Checklist, changes: dict[tuple[str, str, str], Any], data: bytes = b""
) -> tuple[Imported, list[str]]:
    """The export of a checklist with some cells written over, and where these stand, such as 检查内容!D5.

    A cell is the one of a column in the row of a sheet that holds a text. `data` is the export where it is
    there already.
    """
    book, tables = openpyxl.load_workbook(io.BytesIO(data or checklist_book(checklist))), tables_of(checklist)
    cells = []
    for sheet, key, text in changes:
        table = next(t for t in tables if t.name == sheet)
        row = next(r for r in book[sheet].iter_rows() if any(cell.value == text for cell in r))
        cells.append(row[[field.key for field in table.fields].index(key)])
    for cell, value in zip(cells, changes.values(), strict=True):
        cell.value = value
    out = io.BytesIO()
    book.save(out)
    places = [f"{place[0]}!{cell.coordinate}" for place, cell in zip(changes, cells, strict=True)]
    return import_bytes(out.getvalue(), "改.xlsx"), places


def test_edits_in_the_sheet_arrive() -> None:
    text, severity = (("检查内容", key, "GB-01") for key in ("text", "severity"))
    found, _ = edited(shipped("zdc-5"), {text: "换了说法", severity: "一般"}, exported("zdc-5"))
    assert found.checklist is not None
    item = found.checklist.item("GB-01")
    assert item is not None and item.text == "换了说法" and item.severity.value == "minor"


@pytest.mark.parametrize(
    ("sheet", "key", "row", "value", "code"),
    [
        ("检查内容", "points", "GB-01", 5, "C04"),
        ("检查内容", "points", "GB-01", "四分", "S05"),
        ("检查内容", "points", "GB-01", "=1+3", "E20"),
        ("检查内容", "severity", "GB-01", "很重", "S04"),
        ("检查内容", "section", "GB-01", "XX", "E20"),
        ("检查内容", "id", "GB-01", "GB-02", "C02"),
        ("检查内容", "other", "GB-01", "[1]", "E20"),
        ("扣分项", "cap", "AQ-01", 99, "C07"),
        ("扣分项", "all", "AQ-01", "也许", "E20"),
        ("扣分项", "item", "AQ-01", "AQ-99", "E20"),
    ],
)
def test_what_is_wrong_is_told_by_cell(sheet: str, key: str, row: str, value: Any, code: str) -> None:
    found, (cell,) = edited(shipped("zdc-5"), {(sheet, key, row): value}, exported("zdc-5"))
    assert found.checklist is None
    fault = next(f for f in found.faults if f.code == code)
    assert fault.file == "改.xlsx" and fault.remedy and "!" in fault.path
    if code not in ("C04", "C02"):
        assert fault.path == cell
    assert str(fault.line) == "0" and f"改.xlsx {fault.path}：" in fault.text()


def test_the_commands(tmp_path, capsysbinary) -> None:
    source, sheet, back = shipped_dir() / "sywsyt.json", tmp_path / "表.xlsx", tmp_path / "back.json"
    assert cli.run(["checklist", "export", str(source), "-o", str(sheet)]) == 0
    assert cli.run(["checklist", "import", str(sheet), "-o", str(back)]) == 0
    assert load_checklist(back)[0] == load_checklist(source)[0]
    assert cli.run(["checklist", "import", str(sheet), "-o", str(back)]) == 1
    assert "已有" in capsysbinary.readouterr().err.decode()
    assert cli.run(["checklist", "import", str(sheet), "-o", str(back), "--force", "--json"]) == 0
    out = json.loads(capsysbinary.readouterr().out)
    assert out["own"] and out["written"] == str(back) and [s["items"] for s in out["sections"]] == [10, 5, 1]
    assert cli.run(["checklist", "diff", str(source), str(back)]) == 0
    assert "两版内容相同" in capsysbinary.readouterr().out.decode()
    assert cli.run(["checklist", "import", str(sheet)]) == 2
    assert cli.run(["checklist", "import", str(tmp_path / "没有.xlsx"), "--preview"]) == 1
