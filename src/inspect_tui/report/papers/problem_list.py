"""问题清单: what a unit signs on the spot, made out twice, one for the team and one for the unit."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import msgspec

from inspect_tui.exchange.ledger_columns import item_name, short_date
from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.model.round import Round
from inspect_tui.report.papers import docx_paper as paper
from inspect_tui.report.papers.docx_paper import Page, Paper, cell, field, para, row, runs, table
from inspect_tui.report.papers.measure import lines_needed
from inspect_tui.report.papers.sheets import Cell, Column, Sheet, one_line, pages_needed, workbook_bytes
from inspect_tui.rules.ledger import LedgerRow

COLUMNS = (
    Column(heading="序号", least=4, most=4, align="center"),
    Column(heading="编号", least=11, most=11),
    Column(heading="检查项目", least=12, most=12),
    Column(heading="存在问题", least=36, most=36),
    Column(heading="依据（条款）", least=12, most=24),
    Column(heading="程度", least=4, most=4, align="center"),
    Column(heading="整改建议", least=16, most=25),
    Column(heading="整改时限", least=10, most=10, align="center"),
    Column(heading="责任人", least=6, most=8),
)
_WIDTHS = (6, 16, 14, 38, 24, 6, 25, 12, 9)
_ALIGNS = ("center", "left", "left", "left", "left", "center", "left", "center", "left")
SIGNS = ("被检单位负责人签字", "检查组长签字", "检查人员", "日期")
COPIES = ("第一联：检查组存档", "第二联：被检单位整改")
_BLANK = "_" * 12
#: Said for what was put right on the spot and needs no advice.
FIXED = "已当场整改"
#: A4 across with room at the foot for signatures, in twentieths of a point.
_MARGINS = (1021, 851, 1361, 851)
_FOOT = 510


def problem_cells(rows: Sequence[LedgerRow]) -> list[list[Cell]]:
    """The cells of one unit's list, numbered from 1."""
    return [
        [
            serial,
            found.number,
            item_name(found),
            found.text,
            found.basis_clause,
            found.severity.label,
            found.measure or found.duty.task or (FIXED if found.fixed_on_site else ""),
            short_date(found.due),
            found.owner,
        ]
        for serial, found in enumerate(rows, 1)
    ]


def by_unit(rows: Sequence[LedgerRow]) -> list[list[LedgerRow]]:
    """The rows of each unit, units in the order in which they first appear."""
    units: dict[str, list[LedgerRow]] = {}
    for found in rows:
        units.setdefault(found.unit, []).append(found)
    return list(units.values())


def _about(rows: Sequence[LedgerRow]) -> str:
    first = rows[0]
    days = sorted({r.visit_date for r in rows if r.visit_date})
    name = "　".join(one_line(t) for t in (first.branch_name, first.unit_name) if t)
    said = [f"被检单位：{name}", f"检查日期：{short_date(days[-1]) if days else ''}"]
    return "　　".join([*said, f"检查组：{one_line(first.team_name)}", f"共{len(rows)}条"])


def _title(round_: Round) -> str:
    return f"{round_.title}问题清单"


def problem_list_xlsx(rows: Sequence[LedgerRow], round_: Round) -> bytes:
    """A sheet for every unit of the rows, to be printed twice and signed.

    Raises ExportRefused for a round marked 秘密 or above.
    """
    refuse_secret(round_)
    signs = "  ".join(f"{sign}{_BLANK}" for sign in SIGNS)
    practice = ("演练，不计入正式结果",) if round_.practice else ()
    sheets = []
    for unit in by_unit(rows):
        sheet = Sheet(
            name=unit[0].unit_name,
            title=_title(round_),
            above=(*practice, _about(unit), "本清单一式两份：检查组存档一份，被检单位对照整改一份。"),
            columns=COLUMNS,
            rows=problem_cells(unit),
            footer_left=signs,
            landscape=True,
            auto_height=False,
            least_height=26,
        )
        smaller = msgspec.structs.replace(sheet, size=9, least_height=22)
        fits = pages_needed(smaller) < pages_needed(sheet)
        sheets.append(smaller if fits else sheet)
    return workbook_bytes(sheets or [_empty(round_)], title=_title(round_))


def _empty(round_: Round) -> Sheet:
    return Sheet(
        name="问题清单", title=_title(round_), columns=COLUMNS, above=("没有问题。",), landscape=True
    )


def problem_list_docx(rows: Sequence[LedgerRow], round_: Round, *, copies: Sequence[str] = COPIES) -> bytes:
    """The list of every unit of the rows, each copy on pages of its own with the signatures at their foot.

    Raises ExportRefused for a round marked 秘密 or above.
    """
    refuse_secret(round_)
    out = Paper(_title(round_))
    units = by_unit(rows)
    for unit, copy in itertools.product(units, copies):
        _add_copy(out, unit, copy, round_)
    if not units:
        out.add(para("DocTitle", runs(one_line(_title(round_)))), para("TableText", runs("没有问题。")))
        out.section(_page(1))
    return out.to_bytes()


def _page(pages: int) -> Page:
    """A page across whose foot holds the signatures; `pages` is what stands there until a program counts."""
    right = f'<w:tabs><w:tab w:val="right" w:pos="{_page_room()}"/></w:tabs>'
    signs = "　".join(f"{sign}{_BLANK}" for sign in SIGNS)
    count = f"{runs('共')}{field('SECTIONPAGES', shown=pages)}{runs('页第')}{field('PAGE')}{runs('页')}"
    return Page(
        size=(paper.A4[1], paper.A4[0]),
        margins=_MARGINS,
        footer=para("Foot", f"{runs(signs)}<w:r><w:tab/></w:r>{count}", right),
        footer_distance=_FOOT,
        grid=False,
        restart=True,
    )


def _page_room() -> int:
    return paper.A4[1] - _MARGINS[1] - _MARGINS[3]


def _add_copy(out: Paper, unit: Sequence[LedgerRow], copy: str, round_: Round) -> None:
    widths = paper.columns_in(_page_room(), _WIDTHS)
    cells = [[str(value) if value is not None else "" for value in line] for line in problem_cells(unit)]
    style, size = "TableText", 10.5
    pages = _pages(cells, widths, size)
    if pages > 1 and _pages(cells, widths, 9) < pages:
        style, size = "TableSmall", 9
        pages = _pages(cells, widths, size)
    told = runs(one_line(_title(round_)) + ("（演练）" if round_.practice else ""))
    out.add(para("FormTitle", told))
    right = f'<w:tabs><w:tab w:val="right" w:pos="{_page_room()}"/></w:tabs>'
    out.add(para("FormText", runs(f"{_about(unit)}\t{copy}"), right))
    heads = [cell(c.heading, w, style="TableHead") for c, w in zip(COLUMNS, widths, strict=True)]
    rows = [
        row([cell(t, w, style=style, align=a) for t, w, a in zip(line, widths, _ALIGNS, strict=True)])
        for line in cells
    ]
    out.add(table(widths, [row(heads, head=True), *rows]), para("Thin", ""))
    out.section(_page(pages))


def _pages(cells: Sequence[Sequence[str]], widths: Sequence[int], size: float) -> int:
    """About how many pages a list takes."""
    half, pitch = size * 10, size * 20 * 1.5
    room = paper.A4[0] - _MARGINS[0] - _MARGINS[2] - 1500
    used, pages = 0.0, 1
    for line in cells:
        height = pitch * max(lines_needed(t, (w - 90) / half) for t, w in zip(line, widths, strict=True))
        if used and used + height > room:
            used, pages = 0.0, pages + 1
        used += height
    return pages
