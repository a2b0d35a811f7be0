"""Crafted and damaged sheets at the three doors that read them: told or taken, never a crash, never a hang.

What would take a library minutes or gigabytes must be refused before the library sees it, so the tests look
at whether it was opened at all, not at a clock.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from form_work import as_csv, filled, form_of, round_with_old
from telling_work import make_space, work
from test_office_sheet import damaged

from inspect_tui.exchange import sheet_guard
from inspect_tui.exchange.checklist_sheet import import_bytes
from inspect_tui.exchange.form_reading import read_form
from inspect_tui.exchange.form_taking import weigh_form
from inspect_tui.exchange.ledger_grid import MAX_CELL_SIGNS, GridRefused, read_grids
from inspect_tui.exchange.ledger_sheet import read_ledger
from inspect_tui.exchange.sheet_guard import MAX_OTHER_TAGS, MAX_TEXT_TAGS
from inspect_tui.model.fault import InputFaults
from inspect_tui.rules.ledger import ledger_rows
from inspect_tui.store.session import Session

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KINDS = {"workbook": "sheet.main", "worksheets/sheet1": "worksheet", "sharedStrings": "sharedStrings"}
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def crafted(parts: dict[str, str | bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The smallest workbook there is, with some of its parts written by somebody who means ill."""
    sheets = '<sheet name="甲" sheetId="1" r:id="r1"/>'
    held: dict[str, str | bytes] = {
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_REL}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet(
            '<row r="1"><c r="A1" t="inlineStr"><is><t>编号</t></is></c></row>'
        ),
    } | parts
    types = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
        for name, kind in _KINDS.items()
        if f"xl/{name}.xml" in held
    )
    rels = f"{_PACKAGE.replace('http://', 'application/vnd.').split('/')[0]}"
    held["[Content_Types].xml"] = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="{rels}"/>{types}</Types>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet(rows: str, more: str = "") -> str:
    return f"<worksheet {_MAIN}>{more}<sheetData>{rows}</sheetData></worksheet>"


def shared(texts: str) -> str:
    return f"<sst {_MAIN}>{texts}</sst>"


ENTITY = '<!DOCTYPE a [<!ENTITY b "bbbbbbbb">]>'
SHEET = "xl/worksheets/sheet1.xml"
#: Refused before any library opens them.
BOMBS: dict[str, Callable[[], bytes]] = {
    "cells without number": lambda: crafted({SHEET: sheet("<row>" + "<c/>" * 3_000_001 + "</row>")}),
    "shared texts without number": lambda: crafted(
        {"xl/sharedStrings.xml": shared("<si><t/></si>" * (MAX_TEXT_TAGS // 3 + 1))}
    ),
    "styles without number": lambda: crafted({"xl/styles.xml": "<a>" + "<xf/>" * MAX_OTHER_TAGS + "</a>"}),
    "deep styles": lambda: crafted({"xl/styles.xml": "<a>" * MAX_OTHER_TAGS + "</a>" * MAX_OTHER_TAGS}),
    "an entity": lambda: crafted({SHEET: ENTITY + sheet("")}),
    "an entity in a part of another name": lambda: crafted({"xl/media/one.png": ENTITY + sheet("")}),
    "an entity in capitals": lambda: crafted({"XL/EXTRA.XML": ENTITY + sheet("")}),
    "an entity behind blanks": lambda: crafted({"xl/odd": " " * 300 + ENTITY}),
    "an encoding behind blanks": lambda: crafted(
        {SHEET: "<?xml version='1.0'" + " " * 500 + "encoding='UTF-7'?>" + sheet("")}
    ),
    "an encoding of its own": lambda: crafted({SHEET: ("<?xml version='1.0'?>" + sheet("")).encode("cp037")}),
    "packed so that unpacking takes gigabytes": lambda: crafted({}, zipfile.ZIP_LZMA),
}
#: Opened, and refused as soon as it is known how much they hold.
TOO_MUCH: dict[str, Callable[[], bytes]] = {
    "one text in many cells": lambda: crafted(
        {
            "xl/sharedStrings.xml": shared(f"<si><t>{'检' * 100_000}</t></si>"),
            SHEET: sheet(
                '<row r="1">'
                + '<c t="s"><v>0</v></c>' * 80
                + "</row>"
                + "".join(f'<row r="{n}">' + '<c t="s"><v>0</v></c>' * 80 + "</row>" for n in range(2, 5))
            ),
        }
    ),
    "one endless text": lambda: crafted(
        {SHEET: sheet(f'<row><c t="inlineStr"><is><t>{"查" * (MAX_CELL_SIGNS + 1)}</t></is></c></row>')}
    ),
    "one sheet a hundred times": lambda: crafted(
        {
            "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_REL}"><sheets>'
            + "".join(f'<sheet name="表{n}" sheetId="{n}" r:id="r1"/>' for n in range(1, 101))
            + "</sheets></workbook>"
        }
    ),
}
#: Taken as what they are, or told.
ODD: dict[str, Callable[[], bytes]] = {
    "a billion cells": lambda: crafted(
        {
            SHEET: sheet(
                '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', '<dimension ref="A1:XFD1048576"/>'
            )
        }
    ),
    "a text that is not there": lambda: crafted({SHEET: sheet('<row><c t="s"><v>99999999</v></c></row>')}),
    "rows out of this world": lambda: crafted({SHEET: sheet(f'<row r="{"9" * 40}"><c><v>1</v></c></row>')}),
    "no number at all": lambda: crafted(
        {SHEET: sheet(f'<row r="{"9" * 5000}"><c r="A-1"><v>1e999</v></c></row>')}
    ),
    "links and formulas": lambda: crafted(
        {
            SHEET: sheet(
                "<row><c><f>[1]Sheet1!A1</f><v>1</v></c><c><f t='array' ref='A1:XFD9'>1</f></c></row>"
            ),
            "xl/externalLinks/externalLink1.xml": f"<externalLink {_MAIN}/>",
        }
    ),
    "a deep sheet": lambda: crafted({SHEET: sheet("<a>" * 9_000 + "</a>" * 9_000)}),
    "nothing": lambda: crafted({SHEET: ""}),
    "no sheet": lambda: crafted({"xl/workbook.xml": f"<workbook {_MAIN}/>"}),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_before_anything_opens_them(name, monkeypatch):
    def opened(*_args: object, **_more: object) -> None:
        raise AssertionError("it was opened")

    data = BOMBS[name]()
    monkeypatch.setattr(openpyxl, "load_workbook", opened)
    with pytest.raises(GridRefused) as refused:
        read_grids(data, "表.xlsx")
    assert refused.value.message and refused.value.remedy


def test_what_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(sheet_guard, "MAX_UNPACKED", 1_000_000)
    with pytest.raises(GridRefused, match="展开后过大"):
        read_grids(crafted({SHEET: sheet(" " * 1_000_000)}), "表.xlsx")


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_holds_too_much_is_refused(name):
    with pytest.raises(GridRefused) as refused:
        read_grids(TOO_MUCH[name](), "表.xlsx")
    assert "过" in refused.value.message and refused.value.remedy


def test_a_csv_that_holds_too_much_is_refused():
    with pytest.raises(GridRefused, match="过多"):
        read_grids((("x" * 100_000 + ",") * 80 + "\n").encode() * 3, "表.csv")


# ------------------------------------------------------------------------- the three doors


@pytest.fixture(scope="module")
def looking(tmp_path_factory):
    """A session to hold forms and ledgers against, and a filled-in form of it."""
    home = tmp_path_factory.mktemp("fuzz")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSPECT_TUI_HOME", str(home / "home"))
        space = make_space(home / "w")
        session = work(space, round_with_old(space))
        rows = {
            "GW-01": {"verdict": "符合", "note": "看了"},
            "GW-02": {"verdict": "缺项", "label0": "未按月修订", "count0": 2},
            "p1": {"outcome": "已整改", "methods": "查阅资料", "basis": "看了"},
        }
        yield session, filled(form_of(session), rows, {"date": "2026.11.17", "counterpart": "戚建林"})
        session.close()


def at_the_doors(session: Session, data: bytes, name: str) -> None:
    """Give a file to every import: each takes it or tells why not, and none writes anything."""
    count = len(session.state.changes)
    try:
        reading = read_form(data, name, session.round)
        preview = weigh_form(session, reading, name)
        assert all(f.message for f in preview.faults)
    except InputFaults as error:
        assert error.faults and all(f.message and f.remedy for f in error.faults)
    try:
        read_ledger(data, name, ledger_rows(session.state, session.round, "2026-11-20"))
    except InputFaults as error:
        assert error.faults
    assert len(session.state.changes) == count and session.pending == 0


@pytest.mark.parametrize("name", ODD)
def test_odd_workbooks_are_taken_or_told(name, looking):
    session, _ = looking
    data = ODD[name]()
    at_the_doors(session, data, "表.xlsx")
    try:
        assert import_bytes(data, "表.xlsx", checklist_id="abc")
    except InputFaults as error:
        assert error.faults


def mangled(data: bytes, dice: random.Random) -> bytes:
    """A CSV with bytes changed, cut out or doubled."""
    raw = bytearray(data)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(raw))
        raw[at : at + dice.randint(0, 40)] = dice.choice(
            [b"", b",", b'"', b"\n", b"\xff", b"\x1b[2J", b"=1", b"9"]
        )
    return bytes(raw)


def fuzz(looking: tuple[Session, bytes], count: int, seed: int) -> None:
    session, form = looking
    dice = random.Random(seed)
    csv = as_csv(form)
    for number in range(count):
        case = f"seed {seed}, case {number}"
        try:
            if dice.random() < 0.4:
                at_the_doors(session, mangled(csv, dice), "表.csv")
            else:
                at_the_doors(session, damaged(form, dice), "表.xlsx")
        except Exception as error:
            raise AssertionError(case) from error


def test_damaged_forms_are_told(looking):
    fuzz(looking, 16, 20261121)


@pytest.mark.slow
def test_many_damaged_forms_are_told(looking):
    fuzz(looking, 10_000, random.SystemRandom().randrange(10**6))
