"""A checklist as a workbook that its office can change and bring back: one sheet per table."""

from __future__ import annotations

from inspect_tui.exchange.checklist_cells import NUMBER
from inspect_tui.exchange.checklist_tables import Table, tables_of
from inspect_tui.model.checklist import Checklist
from inspect_tui.report.papers.sheets import Column, Sheet, workbook_bytes


def checklist_book(checklist: Checklist) -> bytes:
    """The workbook of a checklist; importing it gives the same checklist."""
    sheets = [_sheet(table, checklist.title) for table in tables_of(checklist)]
    return workbook_bytes(sheets, title=checklist.title)


def _sheet(table: Table, title: str) -> Sheet:
    return Sheet(
        name=table.name,
        title=title if table.name == "清单" else table.name,
        above=(table.told,),
        columns=tuple(
            Column(
                heading=field.heading,
                least=min(field.width, 8),
                most=field.width,
                align="center" if field.kind is NUMBER else "left",
                choices=field.choices,
            )
            for field in table.fields
        ),
        rows=table.rows,
        landscape=True,
        frozen=2 if len(table.fields) > 4 else 1,
    )
