"""What can be searched: the items and findings of a round, its units, and the findings of other rounds.

It is gathered in pieces, so that the first key finds items and units while the rest is still being read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from inspect_tui.model.fault import InputFaults
from inspect_tui.model.round import Round
from inspect_tui.model.view import Finding
from inspect_tui.rules.applicability import checklists_for, inspected_units
from inspect_tui.rules.fold import State
from inspect_tui.rules.reading import findings_of_unit
from inspect_tui.rules.searching import Initials, Shelf
from inspect_tui.store.errors import StoreError
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.desk import Desk

ITEMS, FINDINGS, UNITS, OTHERS = "检查项", "问题、做法和建议", "单位", "其他轮次"
GROUPS = (ITEMS, FINDINGS, UNITS, OTHERS)


class Entry(NamedTuple):
    """Something that can be found: what is shown of it, and where it leads."""

    group: str
    title: str
    text: str
    unit: str = ""
    checklist: str = ""
    item: str = ""
    finding: str = ""

    @property
    def words(self) -> str:
        """What is searched."""
        return f"{self.title} {self.text}"


class Stock:
    """Entries with the shelf they are searched on."""

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries
        self.shelf = Shelf(entry.words for entry in entries)

    def find(self, query: str) -> list[Entry]:
        """The entries that hold every word of a query."""
        return [self.entries[place] for place in self.shelf.find(query)]


def items(desk: Desk, unit: str | None) -> list[Entry]:
    """The items of a unit, or every item of the round once."""
    if unit is not None:
        return [
            Entry(ITEMS, row.item.id, row.item.text, unit, row.checklist.id, row.item.id)
            for row in desk.sheet(unit).rows
        ]
    used = {c.id for u in desk.units() for c in checklists_for(desk.round, u)}
    return [
        Entry(ITEMS, item.id, item.text, "", checklist.id, item.id)
        for checklist in desk.round.checklists
        if checklist.id in used
        for item in checklist.items()
    ]


def units(desk: Desk) -> list[Entry]:
    """The units of the round."""
    return [Entry(UNITS, unit.name, desk.path_of(unit), unit.id) for unit in desk.units()]


def unit_findings(
    state: State, round_: Round, unit: str, name: str, group: str, title: str = ""
) -> list[Entry]:
    """The findings of one unit."""
    held = round_.unit(unit)
    if held is None:
        return []
    return [
        _finding_entry(finding, group, f"{title}{name}")
        for finding in findings_of_unit(state, round_, unit, checklists_for(round_, held))
    ]


def _finding_entry(finding: Finding, group: str, name: str) -> Entry:
    item = f" {finding.item}" if finding.item else ""
    return Entry(
        group,
        f"{name}{item}",
        f"{finding.kind.label}：{finding.text}",
        finding.unit,
        finding.checklist,
        finding.item,
        finding.key,
    )


def other_rounds(space: Workspace, but: str) -> Iterator[list[Entry]]:
    """The findings of the workspace's other rounds, round by round. Reads files: run it on a thread.

    What cannot be read is left out: searching is no place to mend files, and home names them.
    """
    from inspect_tui.exchange.source import read_source

    for entry in space.rounds():
        if entry.round is None or entry.id == but:
            continue
        try:
            state = read_source(space.round_dir(entry.id)).state
        except (StoreError, InputFaults, OSError):
            continue
        title = f"{entry.round.period.label or entry.round.title} "
        yield [
            found
            for unit in inspected_units(entry.round)
            for found in unit_findings(state, entry.round, unit.id, unit.name, OTHERS, title)
        ]


def load_initials() -> Initials:
    """The letters a 汉字 may begin with, from pypinyin. Slow to import: run it on a thread."""
    import os

    # Single signs are looked up, with every reading; the table of phrases would cost 400 ms for nothing.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin import Style, pinyin

    def initials(sign: str) -> str:
        readings = pinyin(sign, style=Style.FIRST_LETTER, heteronym=True, errors="ignore")
        return "".join({letter[:1].lower() for reading in readings for letter in reading if letter})

    return initials
