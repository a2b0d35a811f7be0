"""整改台账: every problem of a round on one sheet that is printed, filled in and sent back."""

from __future__ import annotations

from collections.abc import Sequence

from inspect_tui.exchange.ledger_columns import LEDGER, STATE, ledger_cell
from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.model.round import Round
from inspect_tui.model.terms import RectState
from inspect_tui.report.papers.sheets import Cell, Column, Sheet, csv_bytes, workbook_bytes
from inspect_tui.rules.ledger import LedgerRow

#: Narrowest and widest width in halves and the setting of each column; the sum has to go on A4 across.
_SHAPE: dict[str, tuple[int, int, str]] = {
    "序号": (4, 4, "center"),
    "编号": (11, 11, "left"),
    "检查日期": (10, 10, "center"),
    "检查组": (6, 6, "left"),
    "支部": (6, 8, "left"),
    "党小组": (8, 9, "left"),
    "检查项目": (8, 9, "left"),
    "存在问题": (20, 22, "left"),
    "缺项（是/否）": (7, 7, "center"),
    "程度": (4, 4, "center"),
    "整改措施": (18, 20, "left"),
    "责任单位": (7, 8, "left"),
    "责任人": (6, 6, "left"),
    "督办人": (6, 6, "left"),
    "整改时限": (10, 10, "center"),
    "完成情况": (16, 16, "left"),
    "完成日期": (10, 10, "center"),
    "复查人": (6, 6, "left"),
    "复查日期": (10, 10, "center"),
    "复查意见": (12, 12, "left"),
    "状态": (6, 6, "center"),
    "销号日期": (10, 10, "center"),
    "是否逾期": (4, 4, "center"),
    "上轮编号": (8, 11, "left"),
}
#: States that a filled-in sheet may ask for.
CHOICES = tuple(state.label for state in RectState)


def ledger_columns() -> tuple[Column, ...]:
    """The columns with their widths, headings in the order of the domain."""
    told = []
    for column in LEDGER:
        least, most, align = _SHAPE[column.heading]
        choices = CHOICES if column.kind == STATE else ()
        told.append(
            Column(
                heading=column.heading,
                least=least,
                most=most,
                align=align,
                fill_in=column.fill_in,
                choices=choices,
            )
        )
    return tuple(told)


def ledger_cells(rows: Sequence[LedgerRow]) -> list[list[Cell]]:
    """The cells of the rows, numbered from 1."""
    return [
        [ledger_cell(row, column.heading, serial) for column in LEDGER] for serial, row in enumerate(rows, 1)
    ]


def ledger_xlsx(rows: Sequence[LedgerRow], round_: Round) -> bytes:
    """The ledger as .xlsx. Raises ExportRefused for a round marked 秘密 or above."""
    refuse_secret(round_)
    filled = "、".join(column.heading for column in LEDGER if column.fill_in)
    sheet = Sheet(
        name="整改台账",
        title=f"{round_.title}整改台账",
        above=(
            *(("演练，不计入正式结果",) if round_.practice else ()),
            f"请只填浅色栏（{filled}），日期写成2026.11.20，填好后原样发回。编号一件一号，请勿改动，也不要合并单元格。",
        ),
        columns=ledger_columns(),
        rows=ledger_cells(rows),
        landscape=True,
        frozen=2,
        filter=True,
        size=9,
    )
    return workbook_bytes([sheet], title=sheet.title)


def ledger_csv(rows: Sequence[LedgerRow], round_: Round) -> bytes:
    """The ledger as CSV (UTF-8 with BOM). Raises ExportRefused for a round marked 秘密 or above."""
    refuse_secret(round_)
    return csv_bytes(ledger_columns(), ledger_cells(rows))
