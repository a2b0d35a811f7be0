"""A checklist out of a spreadsheet: our own export, or a sheet as an office really keeps it.

Nothing is guessed silently: what each column is taken for, every doubtful reading and every row left out are
told by cell, and the columns can be corrected in a mapping file that is kept for the next time.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.exchange.checklist_tables import is_own, read_tables
from inspect_tui.exchange.ledger_grid import Grid, GridRefused, read_grids
from inspect_tui.exchange.office_sheet import Doubt, Rejected, read_office
from inspect_tui.exchange.sheet_headings import (
    ROLES,
    Heading,
    Mapping,
    column_letter,
    find_headings,
    headings_at,
)
from inspect_tui.model.checklist import Checklist
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.terms import UnitKind
from inspect_tui.rules.issue import Steps, good_id
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.jsonfile import path_text
from inspect_tui.store.limits import OTHER_BYTES
from inspect_tui.store.loading import load_checklist

CODE = "E22"
_KIND_WORDS = (
    ("党小组", UnitKind.PARTY_GROUP),
    ("党支部", UnitKind.BRANCH),
    ("支部", UnitKind.BRANCH),
    ("党总支", UnitKind.GENERAL_BRANCH),
    ("活动室", UnitKind.VENUE),
    ("阵地", UnitKind.VENUE),
    ("计量站", UnitKind.STATION),
    ("站", UnitKind.STATION),
    ("班组", UnitKind.CREW),
)


class Imported(msgspec.Struct, kw_only=True):
    """What a sheet came to. `checklist` is None when `faults` stand against it.

    `own` says that it is a workbook this program exported, which is read exactly and needs no mapping.
    `cells` are the cells each item was read from, by its id.
    """

    sheet: str
    own: bool
    checklist: Checklist | None
    raw: dict[str, Any]
    mapping: Mapping
    headings: list[Heading]
    doubts: list[Doubt]
    rejected: list[Rejected]
    faults: list[Fault]
    warnings: list[Fault]
    others: list[str]
    cells: dict[str, tuple[str, ...]] = {}


def import_sheet(
    path: Path,
    *,
    mapping: Mapping | None = None,
    checklist_id: str = "",
    sheet: str = "",
    base: Checklist | None = None,
) -> Imported:
    """Read a checklist from .xlsx or CSV. Raises InputFaults when the file holds no table of items at all.

    `mapping` says what the columns are where the headings do not; `checklist_id` is used where it does not.
    `base` is the checklist that the sheet revises: ids and labels are kept (see `checklist_base`).
    """
    name = clean_text(path.name, newlines=False)
    data = _bytes(path, name)
    return import_bytes(data, name, mapping=mapping, checklist_id=checklist_id, sheet=sheet, base=base)


def import_bytes(
    data: bytes,
    name: str,
    *,
    mapping: Mapping | None = None,
    checklist_id: str = "",
    sheet: str = "",
    base: Checklist | None = None,
) -> Imported:
    """The same from bytes whose file name tells a workbook from CSV."""
    try:
        grids = read_grids(data, name)
    except GridRefused as refused:
        remedy = refused.remedy if "整改台账" not in refused.remedy else "请给.xlsx或.csv的考核细则"
        raise InputFaults([_fault(name, "", refused.message, remedy)]) from None
    if is_own(grids) and not sheet and (mapping is None or not mapping.columns):
        return _own(grids, name, mapping or Mapping(), base)
    grid, span, headings, others = _chosen(grids, name, mapping, sheet)
    if grid.cut:
        raise InputFaults([_fault(name, "", "表的行数过多", "请核对是不是选错了文件")])
    made, told = _completed(grid, span, headings, mapping, base.id if base is not None else checklist_id)
    office = read_office(grid, made, headings)
    office.doubts[:0] = told
    if not office.raw["title"]:
        office.raw["title"] = name.rsplit(".", 1)[0] or "检查清单"
        office.doubts.append(Doubt(cell="", value=office.raw["title"][:60], taken="表里没有标题，取自文件名"))
    if base is not None and office.raw["sections"]:
        from inspect_tui.exchange.checklist_base import revise

        given = mapping or Mapping()
        said = {"id": given.id, "revision": given.revision, "unit_kinds": list(given.unit_kinds)}
        revise(office.raw, office.places, office.doubts, base, made.columns.values(), said)
    else:
        _guess_kinds(office.raw, made, office.doubts)
    checklist, faults, warnings = _loaded(office.raw, name, office.places)
    if not office.raw["sections"]:
        faults = [
            _fault(name, "", "没有取到一条检查内容", "请看没有取的各行和栏目对应，改好--mapping文件再试")
        ]
    return Imported(
        sheet=grid.name,
        own=False,
        checklist=checklist,
        raw=office.raw,
        mapping=made,
        headings=headings,
        doubts=office.doubts,
        rejected=office.rejected,
        faults=faults,
        warnings=warnings,
        others=others,
        cells=_cells(office.raw, office.places),
    )


def _cells(raw: dict[str, Any], places: dict[Steps, str]) -> dict[str, tuple[str, ...]]:
    found = {}
    for s, section in enumerate(raw["sections"]):
        for i, row in enumerate(section["items"]):
            at: Steps = ("sections", s, "items", i)
            cells = (places.get(at, ""), places.get((*at, "rubric"), ""))
            found[str(row["id"])] = tuple(dict.fromkeys(cell for cell in cells if cell))
    return found


def _own(grids: Sequence[Grid], name: str, said: Mapping, base: Checklist | None) -> Imported:
    read = read_tables(grids)
    for key in ("id", "revision", "title"):
        read.raw |= {key: getattr(said, key)} if getattr(said, key) else {}
    read.raw |= {"unit_kinds": list(said.unit_kinds)} if said.unit_kinds else {}
    checklist, faults, warnings = _loaded(read.raw, name, read.places)
    kept = "这是本程序导出的表格，编号照表里写的，没有对照旧版"
    bad = [msgspec.structs.replace(fault, file=name) for fault in read.faults]
    return Imported(
        sheet="",
        own=True,
        checklist=None if bad else checklist,
        raw=read.raw,
        mapping=Mapping(),
        headings=[],
        doubts=[Doubt(cell="", value="", taken=kept)] if base is not None else [],
        rejected=[],
        faults=bad + faults,
        warnings=warnings,
        others=[],
    )


def _chosen(
    grids: Sequence[Grid], name: str, mapping: Mapping | None, sheet: str
) -> tuple[Grid, tuple[int, int], list[Heading], list[str]]:
    """The sheet with the table of items, its heading rows and columns, and what other sheets there are."""
    wanted = sheet or (mapping.sheet if mapping is not None else "")
    if wanted and not any(grid.name == wanted for grid in grids):
        known = "、".join(clean_text(grid.name, newlines=False) for grid in grids)
        raise InputFaults([_fault(name, "", "没有这个工作表", f"可用：{known}", wanted)])
    found = []
    for grid in grids:
        if wanted and grid.name != wanted:
            continue
        if mapping is not None and mapping.headings != (0, 0):
            found.append((len(grid.rows), grid, mapping.headings, _headings_of(grid, mapping)))
        elif mapping is not None and mapping.columns:
            seen = find_headings(grid)
            span = seen[0] if seen else (0, 0)
            found.append((len(grid.rows), grid, span, _headings_of(grid, mapping, span)))
        elif (seen := find_headings(grid)) is not None:
            found.append((len(grid.rows), grid, *seen))
    if not found:
        remedy = "请写上“检查内容”“分值”“评分标准”等栏目，或用--mapping写明各列是什么"
        raise InputFaults([_fault(name, "", "没有找到检查内容的栏目", remedy)])
    _, best, span, headings = max(found, key=lambda each: each[0])
    return best, span, headings, [grid.name for grid in grids if grid is not best and grid.rows]


def _headings_of(grid: Grid, mapping: Mapping, span: tuple[int, int] | None = None) -> list[Heading]:
    words = headings_at(grid, span or mapping.headings)
    letters = [column_letter(place) for place in range(1, len(words) + 1)]
    named = dict(zip(letters, words, strict=True))
    return [
        Heading(column=letter, heading=named.get(letter, ""), role=mapping.columns.get(letter, "ignore"))
        for letter in dict.fromkeys([*letters, *mapping.columns])
        if named.get(letter) or letter in mapping.columns
    ]


def _completed(
    grid: Grid, span: tuple[int, int], headings: list[Heading], given: Mapping | None, checklist_id: str
) -> tuple[Mapping, list[Doubt]]:
    """The mapping in full, and doubts about what it had to fill in by itself."""
    doubts = []
    for heading in headings:
        if heading.doubt:
            cell = f"{heading.column}{span[1]}"
            told = (
                f"{heading.doubt}"
                if heading.role == "ignore"
                else f"{heading.doubt}（{ROLES[heading.role]}）"
            )
            doubts.append(Doubt(cell=cell, value=heading.heading[:60], taken=told))
    base = given or Mapping()
    wanted = base.id or checklist_id
    if not good_id(wanted):
        doubts.append(Doubt(cell="", value=wanted[:60], taken="没有可用的清单编号，写为checklist"))
        wanted = "checklist"
    columns = {heading.column: heading.role for heading in headings}
    made = msgspec.structs.replace(base, sheet=grid.name, headings=span, columns=columns, id=wanted)
    return made, doubts


def _guess_kinds(raw: dict[str, Any], mapping: Mapping, doubts: list[Doubt]) -> None:
    if mapping.unit_kinds:
        return
    kind = next((kind for word, kind in _KIND_WORDS if word in str(raw["title"])), UnitKind.PARTY_GROUP)
    raw["unit_kinds"] = [kind.value]
    doubts.append(Doubt(cell="", value=str(raw["title"])[:60], taken=f"单位类别取为{kind.label}"))


# ------------------------------------------------------------------------ faults by cell


def _loaded(
    raw: dict[str, Any], name: str, places: dict[Steps, str]
) -> tuple[Checklist | None, list[Fault], list[Fault]]:
    """The checklist of raw JSON, or its faults, each at the cell it came from."""
    by_path = {path_text(steps): cell for steps, cell in places.items()}
    try:
        checklist, warnings = load_checklist(msgspec.json.encode(raw), name=name)
    except InputFaults as error:
        return None, [_at_cell(fault, by_path) for fault in error.faults], []
    return checklist, [], [_at_cell(fault, by_path) for fault in warnings]


def _at_cell(fault: Fault, by_path: dict[str, str]) -> Fault:
    path = fault.path
    while path and path not in by_path:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    told = by_path.get(path, fault.path)
    return msgspec.structs.replace(fault, path=told, line=0, column=0)


def _bytes(path: Path, name: str) -> bytes:
    try:
        if files.fs.size(path) > OTHER_BYTES:
            raise InputFaults([_fault(name, "", "文件超过32MB", "请核对文件是否正确")])
        return files.fs.read(path)
    except FileNotFoundError:
        raise InputFaults([_fault(name, "", "找不到文件", "请核对文件名和文件夹")]) from None
    except (OSError, ValueError):
        raise InputFaults([_fault(name, "", "文件读不出来", "请核对权限、磁盘或移动盘")]) from None


def _fault(name: str, where: str, message: str, remedy: str, value: str = "") -> Fault:
    shown = clean_text(value, newlines=False)[:40]
    return Fault(code=CODE, file=name, path=where, message=message, remedy=remedy, value=shown)
