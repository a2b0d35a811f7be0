"""销号单: one page for each problem, on which owner, branch and verifier sign that it is put right."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from inspect_tui.exchange.ledger_columns import short_date
from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.model.round import Round
from inspect_tui.model.terms import RectState
from inspect_tui.report.papers import docx_paper as paper
from inspect_tui.report.papers.docx_paper import Page, Paper, cell, cell_of, para, row, runs, table
from inspect_tui.report.papers.measure import lines_needed
from inspect_tui.report.papers.sheets import Column, Form, Sheet, one_line, workbook_bytes
from inspect_tui.rules.ledger import LedgerRow

_SIGN = "签字：________________　　日期：______年____月____日"
#: Points that the rows of one page may take together.
_ROOM = 650.0
_MARGINS = (1134, 1134, 1134, 1304)


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the form: its heading, what is known already, and its least height in points."""

    heading: str
    text: str
    height: float


def _lines(found: LedgerRow) -> list[_Line]:
    closed = found.state is RectState.CLOSED and not found.contested
    failed = found.state is RectState.REJECTED and not found.contested
    boxes = f"{'■' if closed else '□'}通过　　{'■' if failed else '□'}不通过"
    done = f"完成日期：{short_date(found.done_on)}" if found.done_on else ""
    verified = "\n".join(t for t in (boxes, found.basis) if t)
    return [
        _Line(heading="编号", text=found.number, height=28),
        _Line(heading="存在问题", text=found.text, height=84),
        _Line(heading="整改措施", text=found.measure, height=84),
        _Line(heading="整改情况", text="\n".join(t for t in (found.result, done) if t), height=96),
        _Line(heading="佐证材料目录", text="\n".join(found.evidence), height=84),
        _Line(heading="责任人签字/日期", text=_SIGN, height=40),
        _Line(heading="支部意见", text="", height=84),
        _Line(heading="复查意见（通过/不通过）", text=verified, height=84),
        _Line(heading="复查人签字/日期", text=_SIGN, height=40),
    ]


def _heights(lines: Sequence[_Line], room: int) -> list[float]:
    """Heights in points that fill one page: long texts take the room that empty rows can spare."""
    needed = [18.5 * lines_needed(line.text, (room - 90) / 120) + 4 for line in lines]
    wished = [max(line.height, need) for line, need in zip(lines, needed, strict=True)]
    if sum(wished) <= _ROOM:
        return wished
    spare = max(0.0, _ROOM - sum(needed))
    total = sum(line.height for line in lines)
    return [need + spare * line.height / total for line, need in zip(lines, needed, strict=True)]


def _about(found: LedgerRow) -> str:
    said = [f"责任单位：{one_line(found.owner_unit or found.unit_name)}"]
    if found.owner:
        said.append(f"责任人：{one_line(found.owner)}")
    said += [f"程度：{found.severity.label}", f"整改时限：{short_date(found.due)}"]
    return "　".join(said)


def _title(round_: Round) -> str:
    return f"{round_.title}问题销号单" + ("（演练）" if round_.practice else "")


def slips_xlsx(rows: Sequence[LedgerRow], round_: Round) -> bytes:
    """A sheet for each problem, named by its short number.

    Raises ExportRefused for a round marked 秘密 or above.
    """
    refuse_secret(round_)
    sheets = [
        Sheet(
            name=found.short_number or found.number,
            title=_title(round_),
            above=(_about(found),),
            columns=(Column(heading="", least=24, most=24), Column(heading="", least=66, most=66)),
            forms=[(Form(text=line.heading, heading=True), Form(text=line.text)) for line in _lines(found)],
            heights=[line.height for line in _lines(found)],
            size=11,
            one_page=True,
        )
        for found in rows
    ]
    nothing = Sheet(name="销号单", title=_title(round_), columns=(Column(heading="没有问题", least=40),))
    return workbook_bytes(sheets or [nothing], title=_title(round_))


def slips_docx(rows: Sequence[LedgerRow], round_: Round) -> bytes:
    """A page for each problem. Raises ExportRefused for a round marked 秘密 or above."""
    refuse_secret(round_)
    out = Paper(_title(round_))
    page = Page(margins=_MARGINS, grid=False, footer_distance=567)
    widths = paper.columns_in(page.room, (28, 72))
    for number, found in enumerate(rows):
        broken = "<w:pageBreakBefore/>" if number else ""
        out.add(para("FormTitle", runs(one_line(_title(round_))), broken))
        out.add(para("FormText", runs(_about(found))))
        told = []
        lines = _lines(found)
        for line, points in zip(lines, _heights(lines, widths[1]), strict=True):
            content = para("FormText", runs(line.text))
            height = round(points * 20)
            told.append(
                row(
                    [cell(line.heading, widths[0], style="FormHead"), cell_of(content, widths[1])],
                    height=height,
                    whole=False,
                )
            )
        out.add(table(widths, told), para("Thin", ""))
    if not rows:
        out.add(para("FormTitle", runs(one_line(_title(round_)))), para("FormText", runs("没有问题。")))
    out.section(page)
    return out.to_bytes()
