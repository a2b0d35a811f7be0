"""The merged findings report laid out: for a terminal, as a formal document, as a workbook.

None of these counts or selects anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.report.findings_report import Chart, FindingsReport, Prose, ReportPart
from inspect_tui.report.papers.documents import Block, Doc, Para, Table
from inspect_tui.report.progress import Bar, chart_lines, display_cells
from inspect_tui.report.summary import tables
from inspect_tui.report.zh_numbers import ordinal
from inspect_tui.store.clean import clean_text

if TYPE_CHECKING:
    from rich.console import RenderableType

_NAMES = {"units": "单位", "sections": "大项", "items": "检查项", "ledger": "单位"}


def report_renderables(
    report: FindingsReport,
    width: int,
    *,
    key: str = "",
    plain: bool = False,
    cells: Callable[[str], int] | None = None,
) -> Iterator[RenderableType]:
    """The report, or one part of it, from top to bottom, each piece small enough to be laid out at once.

    `plain` draws with ASCII signs alone; `cells` tells how wide a text is, where the screen knows better.
    """
    refuse_secret(report.round)
    from rich.text import Text

    if not key:
        yield Text(report.title, style="bold")
        for line in report.about:
            yield Text(clean_text(line, newlines=False), style="dim")
        yield Text()
    for number, part in enumerate(report.parts, 1):
        if key and part.key != key:
            continue
        title = part.title if key else f"{ordinal(number)}、{part.title}"
        yield Text(title, style="bold")
        yield Text()
        for piece in part.pieces:
            if isinstance(piece, Prose):
                for line in piece.lines:
                    yield Text(clean_text(line, newlines=False))
                yield Text()
            elif isinstance(piece, Chart):
                yield Text(piece.about, style="dim")
                for line in chart_lines(piece.bars, width, plain=plain, cells=cells):
                    yield Text(line)
                yield Text()
            else:
                mark = ".." if plain else "…"
                grow = max(range(len(piece.heads)), key=lambda column: piece.widths[column])
                rows = [_within(piece, row, width, grow, mark) for row in piece.rows]
                yield from tables(piece.caption, piece.heads, rows, piece.aligns, width, grow=grow)


def _within(table: Table, row: Sequence[str], width: int, grow: int, mark: str) -> list[str]:
    """A row whose other columns leave room for the one that grows; papers have all of it."""
    room = [max(8, int(width * share / sum(table.widths))) for share in table.widths]
    return [cell if n == grow else _cut(cell, room[n], mark) for n, cell in enumerate(row)]


def _cut(text: str, room: int, mark: str) -> str:
    text = clean_text(text, newlines=False)
    if display_cells(text) <= room:
        return text
    kept = ""
    for sign in text:
        if display_cells(kept + sign) > room - len(mark):
            break
        kept += sign
    return kept + mark


def print_report(report: FindingsReport, file: Any, width: int | None = None) -> None:
    """Print the report to a stream, in colour only where that is a terminal."""
    from rich.console import Console

    console = Console(file=file, highlight=False, markup=False, emoji=False, width=width, soft_wrap=False)
    for renderable in report_renderables(report, console.width, plain=not file.isatty()):
        console.print(renderable)


# -------------------------------------------------------------------- papers


def report_doc(report: FindingsReport, signature: str = "") -> Doc:
    """The report as a formal document; a chart stands in it as a table of the same figures."""
    refuse_secret(report.round)
    body: list[Block] = [Para(text=line) for line in report.about]
    for number, part in enumerate(report.parts, 1):
        body.append(Para(text=f"{ordinal(number)}、{part.title}", level=1))
        body += _blocks(part)
    return Doc(
        title=report.title,
        body=tuple(body),
        signature=(signature or report.round.issuer,) if signature or report.round.issuer else (),
        date=report.date,
    )


def _blocks(part: ReportPart) -> list[Block]:
    blocks: list[Block] = []
    for piece in part.pieces:
        if isinstance(piece, Prose):
            blocks += [Para(text=line) for line in piece.lines]
        elif isinstance(piece, Chart):
            blocks.append(_chart_table(part, piece))
        else:
            blocks.append(piece)
    return blocks


def _chart_table(part: ReportPart, chart: Chart) -> Table:
    return Table(
        caption=chart.about,
        heads=(_NAMES.get(part.key, "名称"), "数量", "占比"),
        rows=tuple((bar.name, _count(bar), f"{bar.percent}%") for bar in chart.bars),
        widths=(60, 20, 20),
        aligns="lrr",
    )


def _count(bar: Bar) -> str:
    return f"{bar.done}/{bar.all}"


def report_xlsx(report: FindingsReport) -> bytes:
    """Every table of the report as a sheet of its own."""
    refuse_secret(report.round)
    from inspect_tui.report.papers.sheets import Column, Sheet, workbook_bytes

    sheets = []
    for part in report.parts:
        for piece in part.pieces:
            if isinstance(piece, Table):
                aligns = {"l": "left", "c": "center", "r": "right"}
                columns = tuple(
                    Column(heading=head, least=6, most=max(8, round(width)), align=aligns[align])
                    for head, width, align in zip(piece.heads, piece.widths, piece.aligns, strict=True)
                )
                sheets.append(
                    Sheet(
                        name=piece.caption,
                        title=piece.caption,
                        above=tuple(line for line in (report.round.title, *report.about) if line),
                        columns=columns,
                        rows=[list(row) for row in piece.rows],
                        landscape=True,
                        filter=True,
                    )
                )
    if not sheets:
        said = [
            line for part in report.parts for p in part.pieces if isinstance(p, Prose) for line in p.lines
        ]
        sheets = [_empty(report, said)]
    return workbook_bytes(sheets, title=report.title)


def _empty(report: FindingsReport, said: Sequence[str]) -> Any:
    from inspect_tui.report.papers.sheets import Column, Sheet

    rows = [[line] for line in said]
    return Sheet(
        name="合并检查报告", title=report.title, columns=(Column(heading="情况", most=80),), rows=rows
    )


def report_data(report: FindingsReport) -> dict[str, Any]:
    """The report as the documented JSON object."""
    refuse_secret(report.round)
    return {
        "title": report.title,
        "about": list(report.about),
        "scope": report.scope,
        "parts": [
            {"key": part.key, "title": part.title, "pieces": [_piece(piece) for piece in part.pieces]}
            for part in report.parts
        ],
    }


def _piece(piece: Chart | Prose | Table) -> dict[str, Any]:
    if isinstance(piece, Prose):
        return {"lines": list(piece.lines)}
    if isinstance(piece, Chart):
        bars = [{"name": b.name, "part": b.done, "whole": b.all} for b in piece.bars]
        return {"about": piece.about, "bars": bars}
    return {"caption": piece.caption, "heads": list(piece.heads), "rows": [list(row) for row in piece.rows]}
