"""岗位责任 sheets: one unit, one month, as offices keep them, read from .xlsx or CSV into slots.

A row goes to the slot of its name, else of its number, else to a slot the checklist leaves unnamed. What
cannot be placed is named by its cell; nothing of it is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from inspect_tui.exchange.plain_sheet import PlainSheet, SheetRow, read_sheet, sheet_fault
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.rules.duties import MOST_SLOTS, MOST_WORDS, PARTS, Slot
from inspect_tui.rules.duty_diff import plain_words
from inspect_tui.rules.issue import nearest
from inspect_tui.store.clean import clean_text

CODE = "E27"
_COLUMNS = {
    "number": ("序号", "编号", "项次"),
    "name": ("岗位责任", "岗位责任制", "责任名称", "责任制", "责任项目", "责任内容", "项目", "名称"),
    "post": ("责任岗位", "岗位", "岗位名称", "负责岗位", "责任人岗位", "责任人"),
    "standard": ("标准", "工作标准", "责任标准", "标准要求", "工作要求", "要求", "内容"),
    "node": ("时限", "节点", "时限/节点", "时限或节点", "时间节点", "完成时限", "完成时间", "时限节点"),
}
_SUMS = ("合计", "小计", "备注", "说明")


class DutiesTaken(msgspec.Struct, frozen=True, kw_only=True):
    """The slots of a sheet by number, every row that could not be placed, and what to mind."""

    slots: dict[int, Slot]
    faults: tuple[Fault, ...] = ()
    messages: tuple[str, ...] = ()


def read_duties_sheet(path: Path, names: Sequence[str]) -> DutiesTaken:
    """Read a sheet for slots of these names. Raises InputFaults for a file that is no such sheet."""
    sheet = read_sheet(path, _COLUMNS, (("name", "number"), ("post", "standard", "node")), CODE)
    file = clean_text(path.name, newlines=False)
    slots: dict[int, Slot] = {}
    faults: list[Fault] = []
    for row in sheet.rows:
        if _is_no_duty(row):
            continue
        bad = list(_bad_cells(row))
        number = _place(row, names, slots) if not bad else None
        if isinstance(number, int) and number in slots:
            told = _name(names, number) or f"第{number}项"
            bad.append((_at(row), f"“{told}”写了两次", "一项只写一行"))
        elif isinstance(number, str):
            bad.append((_at(row), "清单里没有这一项岗位责任", number))
        faults += [sheet_fault(CODE, file, place, message, remedy) for place, message, remedy in bad]
        if not bad and isinstance(number, int):
            slots[number] = _slot(row, names, number)
    # A named slot that says nothing more is an empty line of the form, not a duty.
    filled = {n: slot for n, slot in sorted(slots.items()) if slot.post or slot.standard or slot.node}
    if not filled and not faults:
        raise InputFaults([sheet_fault(CODE, file, "", "表里没有填写岗位责任", "请填上责任岗位、标准和时限")])
    return DutiesTaken(slots=filled, faults=tuple(faults), messages=tuple(_messages(sheet, names, filled)))


_SAID = ("post", "standard", "node")


def _is_no_duty(row: SheetRow) -> bool:
    """Whether a row is empty, a line of text over the whole table, or a note under it."""
    if not any(row.text(key) or row.bad(key) for key in ("name", *_SAID)):
        return True
    note = row.text("name") or row.text("number")
    across = all(cell.bad == "across" or not row.text(key) for key, cell in row.cells.items())
    return across or note.startswith(_SUMS)


def _messages(sheet: PlainSheet, names: Sequence[str], filled: dict[int, Slot]) -> Iterator[str]:
    if "人" in sheet.headings.get("post", ""):
        yield f"“{sheet.headings['post']}”一栏请写岗位，不写姓名；写了的会照存。"
    empty = [name for number, name in enumerate(names, 1) if name and number not in filled]
    if empty:
        yield "表里没有：" + "、".join(empty) + "。"


def _place(row: SheetRow, names: Sequence[str], taken: dict[int, Slot]) -> int | str:
    """The slot of a row, or what to do where it has none."""
    name, number = plain_words(row.text("name")), row.whole("number")
    for place, held in enumerate(names, 1):
        if name and plain_words(held) == name:
            return place
    if not name or not names:
        return number if number is not None and 1 <= number <= (len(names) or MOST_SLOTS) else "请写责任名称"
    if near := nearest(name, [plain_words(held) for held in names if held]):
        return f"是不是“{near}”？"
    free = [place for place, held in enumerate(names, 1) if not held and place not in taken]
    if number in free:
        return number
    return free[0] if free else "请核对责任名称"


def _slot(row: SheetRow, names: Sequence[str], number: int) -> Slot:
    own = "" if _name(names, number) else row.text("name")
    return Slot(name=own, post=row.text("post"), standard=row.text("standard"), node=row.text("node"))


def _name(names: Sequence[str], number: int) -> str:
    return names[number - 1] if number <= len(names) else ""


def _bad_cells(row: SheetRow) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the cells of a row: cell, message, remedy; never what stands in them."""
    for key, word in PARTS.items():
        if why := row.bad(key):
            yield row.place(key), f"{word}{why}", ""
        elif len(row.text(key)) > MOST_WORDS:
            yield row.place(key), f"{word}超过{MOST_WORDS}字", "请写短一些"


def _at(row: SheetRow) -> str:
    return row.place("name" if "name" in row.cells else "number")
