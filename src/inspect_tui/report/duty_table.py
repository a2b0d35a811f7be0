"""岗位责任 as told outside the screen: documented JSON, CSV, text and a sheet to print or fill in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.report.papers.sheets import Cell, Column, Sheet, csv_bytes, workbook_bytes
from inspect_tui.rules.duties import HeldSlot, slot_names
from inspect_tui.rules.duty_diff import (
    DutyChange,
    DutyRevision,
    SlotDiff,
    month_words,
    revision_words,
)
from inspect_tui.store.clean import clean_text

_HEADS = ("单位", "月份", "序号", "岗位责任", "责任岗位", "标准", "时限", "改动", "改了什么")
_FORM = (
    Column(heading="序号", least=4, most=4, align="center"),
    Column(heading="岗位责任", least=12, most=14),
    Column(heading="责任岗位", least=12, most=14, fill_in=True),
    Column(heading="标准", least=30, most=36, fill_in=True),
    Column(heading="时限", least=14, most=16, fill_in=True),
)


def sign(change: DutyChange | None) -> str:
    """The sign of a change, which says the same as its word where room is scarce."""
    return (
        {
            DutyChange.ADDED: "+",
            DutyChange.REMOVED: "-",
            DutyChange.REWORDED: "x",
            DutyChange.DATE_ONLY: "~",
            DutyChange.SAME: "=",
        }.get(change, " ")
        if change is not None
        else " "
    )


def slot_title(diff: SlotDiff) -> str:
    """What a slot is called; an unnamed one by its number."""
    return diff.name or f"第{diff.number}项（未命名）"


def revision_data(unit: Unit, revision: DutyRevision) -> dict[str, Any]:
    """A month of a unit as the documented JSON object."""
    return {
        "unit": unit.id,
        "name": unit.name,
        "month": revision.month,
        "state": revision.state.value,
        "words": revision_words(revision),
        "revised": revision.revised,
        "due": revision.due,
        "before": revision.before,
        "filled": revision.filled,
        "contested": revision.contested,
        "changes": {change.value: revision.count(change) for change in DutyChange},
        "by": list(revision.by),
        "slots": [_slot_data(diff) for diff in revision.diffs],
    }


def _slot_data(diff: SlotDiff) -> dict[str, Any]:
    return {
        "number": diff.number,
        "title": diff.name,
        "change": diff.change.value if diff.change is not None else None,
        "parts": list(diff.parts),
        "now": _held_data(diff.now),
        "before": _held_data(diff.before),
        "contested": diff.contested,
    }


def _held_data(held: HeldSlot | None) -> dict[str, Any] | None:
    if held is None:
        return None
    slot = held.slot
    told = {"post": slot.post, "standard": slot.standard, "node": slot.node}
    return told | {"by": list(held.by), "at": held.at}


def revision_csv(told: Sequence[tuple[Unit, DutyRevision]]) -> bytes:
    """Months as CSV, one slot a row; what was taken away is told with its old words."""
    rows: list[list[Cell]] = []
    for unit, revision in told:
        for diff in revision.diffs:
            held = diff.now or diff.before
            slot = held.slot if held is not None else None
            rows.append(
                [
                    unit.name,
                    revision.month,
                    diff.number,
                    diff.name,
                    slot.post if slot else "",
                    slot.standard if slot else "",
                    slot.node if slot else "",
                    diff.change.label if diff.change is not None else "",
                    "、".join(diff.parts),
                ]
            )
    return csv_bytes([Column(heading=word) for word in _HEADS], rows)


def revision_text(unit: Unit, revision: DutyRevision, *, changed_only: bool = False) -> str:
    """A month for people to read: the sentence, then the slots."""
    lines = [f"{unit.name}  {month_words(revision.month)}  {revision_words(revision)}"]
    for diff in revision.diffs:
        if changed_only and diff.change in (None, DutyChange.SAME):
            continue
        if diff.now is None and diff.change is not DutyChange.REMOVED:
            continue
        word = f"（{diff.change.label}" if diff.change not in (None, DutyChange.SAME) else ""
        parts = f"：{'、'.join(diff.parts)}" if diff.parts else ""
        lines.append(
            f" {sign(diff.change)} {diff.number}. {slot_title(diff)}{word + parts + '）' if word else ''}"
        )
        for held, name in ((diff.before, "原"), (diff.now, "现")):
            if held is not None and (diff.change not in (None, DutyChange.SAME) or name == "现"):
                lines.append(f"      {name + '：' if word else ''}{slot_line(held)}")
    return "\n".join(clean_text(line, newlines=False) for line in lines)


def slot_line(held: HeldSlot) -> str:
    """A slot on one line: 资料员；记录当日补齐；时限：每月25日前."""
    slot = held.slot
    parts = (slot.post, slot.standard, f"时限：{slot.node}" if slot.node else "")
    return "；".join(part for part in parts if part) + ("（有两种记录）" if held.contested else "")


def duties_xlsx(round_: Round, unit: Unit, revision: DutyRevision) -> bytes:
    """A unit's list of a month as a sheet to print, fill in and import again. Raises ExportRefused."""
    refuse_secret(round_)
    rows: list[list[Cell]] = []
    for diff in revision.diffs:
        slot = diff.now.slot if diff.now is not None else None
        rows.append(
            [
                diff.number,
                diff.name,
                slot.post if slot else "",
                slot.standard if slot else "",
                slot.node if slot else "",
            ]
        )
    rows += [[n, name, "", "", ""] for n, name in enumerate(slot_names(round_, unit), 1) if n > len(rows)]
    sheet = Sheet(
        name="岗位责任",
        title=f"{unit.name}{month_words(revision.month)}岗位责任清单",
        above=("责任岗位请写岗位，不写姓名；时限写完成的日期或多久一次。",),
        columns=_FORM,
        rows=rows,
        below=(revision_words(revision) + "。",) if revision.filled else (),
        landscape=True,
        least_height=30,
    )
    return workbook_bytes([sheet], title=sheet.title)
