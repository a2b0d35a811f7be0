"""Forms filled in as people fill them in: what the tests of taking them back share."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import msgspec
from ledger_work import carried
from openpyxl import Workbook, load_workbook
from telling_work import make_round

from inspect_tui.exchange.form_content import form_content
from inspect_tui.exchange.form_layout import CODE, COLUMNS, HEADER, ITEM, read_code
from inspect_tui.exchange.form_reading import FormReading, read_form
from inspect_tui.exchange.form_taking import FormPreview, FormTaken, take_form, weigh_form
from inspect_tui.model.round import Round
from inspect_tui.model.terms import RectState
from inspect_tui.report.papers.form_sheet import form_workbook
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

#: What is written on a row, by the item's number, the problem's id, the trigger's id or the extra number.
Filled = dict[str, dict[str, Any]]
_HEADINGS = {c.key: c.heading for columns in COLUMNS.values() for c in columns}
_LABELS = dict(HEADER)


def round_with_old(space: Workspace, **changed: Any) -> Round:
    """A round that carries two problems of an earlier one for DG01."""
    round_ = make_round(space, **changed)
    path = space.round_dir(round_.id) / "round.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    problems = (
        carried(1, unit="DG01", checklist="lzrh-dxz"),
        carried(2, RectState.IN_PROGRESS, unit="DG01", checklist="lzrh-dxz"),
    )
    raw["carried"] = [msgspec.to_builtins(p, str_keys=True) for p in problems]
    path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    held = space.round(round_.id).round
    assert held is not None
    return held


_untouched: dict[tuple[str, int, str], bytes] = {}


def form_of(session: Session, unit: str = "DG01") -> bytes:
    """The workbook of a unit's form as things stand; one of a round nobody worked in is set once."""
    key = (session.round.origin, session.round.pack_version, unit)
    if not session.state.changes and key in _untouched:
        return _untouched[key]
    data = form_workbook(form_content(session.state, session.round, unit))
    if not session.state.changes:
        _untouched[key] = data
    return data


def filled(data: bytes, rows: Filled, header: dict[str, Any] | None = None) -> bytes:
    """A form with cells written into, as saved again by another program."""
    book = load_workbook(io.BytesIO(data))
    left = set(rows)
    for page in book.worksheets:
        if page.sheet_state != "visible":
            continue
        heads: dict[str, int] = {}
        for line in page.iter_rows():
            words = {str(c.value): c.column for c in line if c.value is not None}
            if CODE in words:
                heads = words
                continue
            for field, value in (header or {}).items():
                if not heads and _LABELS[field] in words:
                    merged = page.merged_cells.ranges
                    at = words[_LABELS[field]]
                    span = next((m for m in merged if (line[0].row, at) in set(_cells(m))), None)
                    page.cell(line[0].row, (span.max_col if span else at) + 1).value = value
            code = read_code(str(line[heads[CODE] - 1].value)) if heads else None
            if code is None or code.rest not in rows:
                continue
            left.discard(code.rest)
            for key, value in rows[code.rest].items():
                page.cell(line[0].row, heads[_HEADINGS[key]]).value = value
    assert not left, f"no such rows: {left}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cells(span: Any) -> list[tuple[int, int]]:
    return [
        (r, c) for r in range(span.min_row, span.max_row + 1) for c in range(span.min_col, span.max_col + 1)
    ]


def as_csv(data: bytes, sheet: str = "检查表", encoding: str = "utf-8-sig") -> bytes:
    """A sheet saved as CSV."""
    out = io.StringIO()
    csv.writer(out).writerows(
        ["" if c is None else c for c in row] for row in load_workbook(io.BytesIO(data))[sheet].values
    )
    return out.getvalue().encode(encoding)


def sorted_and_cut(data: bytes) -> bytes:
    """The form as it may come back: sheets turned round, rows sorted, blank ones deleted, values only."""
    book, out = load_workbook(io.BytesIO(data)), Workbook()
    out.remove(out.active)
    for page in reversed(book.worksheets):
        if page.sheet_state != "visible":
            continue
        made = out.create_sheet(page.title)
        rows = [list(r) for r in page.values]
        head = next(n for n, r in enumerate(rows) if CODE in r)
        body = [r for r in rows[head + 1 :] if sum(v is not None for v in r) > 1]
        body.sort(key=lambda r: str(r[-1]), reverse=True)
        for row in [*rows[: head + 1], *body]:
            made.append(row)
    held = io.BytesIO()
    out.save(held)
    return held.getvalue()


def reading(session: Session, data: bytes, name: str = "表.xlsx") -> FormReading:
    return read_form(data, name, session.round)


def weighed(session: Session, data: bytes, name: str = "表.xlsx") -> FormPreview:
    return weigh_form(session, reading(session, data, name), name)


def taken(session: Session, data: bytes, name: str = "表.xlsx", *, replace: bool = False) -> FormTaken:
    return take_form(session, weighed(session, data, name), replace=replace, name=name)


def item_column(key: str) -> int:
    """Where a column of the table of items stands, from 0."""
    return next(n for n, c in enumerate(COLUMNS[ITEM]) if c.key == key)
