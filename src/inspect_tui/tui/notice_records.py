"""The records behind a sentence of a 通报, as lines: what was found, where, by whom, when, how it stands."""

from __future__ import annotations

from inspect_tui.model.change import ROUND_KEY, parse_key
from inspect_tui.model.terms import FindingKind
from inspect_tui.model.view import Finding
from inspect_tui.report.document import Sentence
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.reading import read_hits
from inspect_tui.tui import skin
from inspect_tui.tui.notice_desk import NoticeDesk
from inspect_tui.tui.notice_rows import plain_rows
from inspect_tui.tui.widgets.span_pane import Row, Span

MOST = 40
"""Records listed behind one sentence: an opening rests on every visit of a round."""


def record_rows(book: NoticeDesk, sentence: Sentence | None, width: int, *, ruled: bool = True) -> list[Row]:
    """What stands behind a sentence, each record a key of its own; `ruled` off where it stands beside it."""
    rows: list[Row] = [[Span(skin.current().glyphs.rule * width, "dim")]] if ruled else []
    if sentence is None:
        return rows
    if sentence.edited:
        if sentence.stale:
            rows += plain_rows("原文已变，请重看。", width, "warn")
        rows += plain_rows(f"组长改过。现在的原文：{sentence.original}", width, "accent")
    records = list(sentence.records)
    if not records:
        return [*rows, *plain_rows("这句话没有单独的依据。", width, "dim")]
    count = f"依据{len(records)}条" + ("，回车打开" if any(can_open(record) for record in records) else "")
    rows += plain_rows(count, width, "head")
    for record in records[:MOST]:
        rows += _record(book, record, width)
    if len(records) > MOST:
        rows += plain_rows(f"另有{len(records) - MOST}条，没有一一列出。", width, "dim")
    return rows


def can_open(record: str) -> bool:
    """Whether there is a screen that shows a record."""
    address = parse_key(record)
    return address is not None and bool(address.unit)


def _record(book: NoticeDesk, record: str, width: int) -> list[Row]:
    address = parse_key(record)
    if record == ROUND_KEY:
        return plain_rows(f"本轮方案：{book.desk.round.title}", width, "text", record)
    if address is None:
        return []
    unit = book.desk.round.unit(address.unit)
    name = unit.name if unit is not None else address.unit
    if address.kind == "visit":
        return _visit(book, record, address.unit, name, width)
    finding = book.finding(record) if address.kind == "finding" else None
    row = book.problem(record) if finding is None or finding.kind is FindingKind.DEFICIENCY else None
    if finding is not None:
        return _finding(finding, row, name, record, width)
    if row is not None:
        return _earlier(row, record, width)
    return plain_rows(f"{name}：这条记录已经不在了", width, "dim", record)


def _finding(finding: Finding, row: LedgerRow | None, name: str, record: str, width: int) -> list[Row]:
    words = [name, finding.item]
    if finding.kind is FindingKind.DEFICIENCY:
        words += [finding.severity.label, "缺项" if finding.missing else ""]
        words.append("当场整改" if finding.fixed_on_site else "")
    else:
        words.append(finding.kind.label)
    rows = plain_rows("  ".join(word for word in words if word), width, "strong", record)
    rows += plain_rows(finding.text, width, "text", record, "   ")
    rows += _signed(finding.by, finding.at, row, width)
    for other in finding.joined:
        rows += plain_rows(f"合在一起的：{other.text}（{'、'.join(other.by)}）", width, "dim", "", "   ")
    return rows


def _signed(by: tuple[str, ...], at: str, row: LedgerRow | None, width: int) -> list[Row]:
    said = "  ".join(word for word in ("、".join(by), at[:16].replace("T", " ")) if word)
    if row is not None:
        said += f"  {row.state_label}" + (f" {row.light}" if row.light else "")
    return plain_rows(said.strip(), width, "dim", "", "   ")


def _earlier(row: LedgerRow, record: str, width: int) -> list[Row]:
    head = f"{row.unit_name}  {row.item}  {row.severity.label}  {row.state_label}"
    rows = plain_rows(" ".join(head.split(" ")), width, "strong", record)
    rows += plain_rows(row.text, width, "text", record, "   ")
    for taken in row.outcomes:
        outcome = taken.step.outcome.label if taken.step.outcome is not None else ""
        said = f"复查：{outcome}  {taken.step.basis}  {'、'.join(taken.by)}  {taken.step.on}"
        rows += plain_rows(said, width, "dim", "", "   ")
    if row.must_verify:
        rows += plain_rows("本轮还没有复查。", width, "warn", "", "   ")
    return rows


def _visit(book: NoticeDesk, record: str, unit_id: str, name: str, width: int) -> list[Row]:
    visit, progress = book.desk.visit(unit_id), book.desk.progress(unit_id)
    if visit.not_reached:
        said = f"{visit.date}  未能进点：{visit.reason}"
    else:
        state = "已提交" if visit.submitted else "检查中"
        said = (
            f"{visit.date}  {'、'.join(visit.inspectors)}  已查{progress.answered}/{progress.items}  {state}"
        )
        hits = len(read_hits(book.desk.state, unit_id))
        said += f"  红线等{hits}条（不进通报）" if hits else ""
    return [*plain_rows(name, width, "strong", record), *plain_rows(said, width, "dim", "", "   ")]
