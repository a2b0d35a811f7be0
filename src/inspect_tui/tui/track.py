"""Track: the stops a walk goes through — all items of one unit, or one item across all units.

一组到底 and 一题到底 are the same screen over different stops, so every key means the same in both.
"""

from __future__ import annotations

import msgspec

from inspect_tui.model.view import Answer, ItemScore
from inspect_tui.rules.sheet import Row, UnitSheet
from inspect_tui.tui.desk import Desk


class Stop(msgspec.Struct, frozen=True):
    """One item at one unit."""

    sheet: UnitSheet
    index: int

    @property
    def unit(self) -> str:
        return self.sheet.unit.id

    @property
    def row(self) -> Row:
        return self.sheet.rows[self.index]

    @property
    def answer(self) -> Answer:
        return self.sheet.answers[self.index]

    @property
    def score(self) -> ItemScore:
        return self.sheet.scores[self.index]


class Track:
    """The stops in order, and the way from one to the next open one."""

    across = False

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.stops: list[Stop] = []

    def rebuild(self) -> None:
        """Lay the stops anew, after a profile was put right."""
        raise NotImplementedError

    def next_open(self, after: int) -> int | None:
        """Index of the next unanswered stop behind `after`, going round; None when all are answered."""
        raise NotImplementedError

    def places(self, touched: set[str]) -> list[int]:
        """Indexes of the stops whose reading changed with these records."""
        raise NotImplementedError


class UnitTrack(Track):
    """All items of one unit."""

    def __init__(self, desk: Desk, unit_id: str) -> None:
        super().__init__(desk)
        self.sheet = desk.sheet(unit_id)
        self.rebuild()

    def rebuild(self) -> None:
        self.stops = [Stop(self.sheet, index) for index in range(len(self.sheet.rows))]

    def next_open(self, after: int) -> int | None:
        return self.sheet.next_unanswered(after)

    def places(self, touched: set[str]) -> list[int]:
        return _places(self.sheet, touched)

    def sections(self) -> list[tuple[str, int]]:
        """Short name and first stop of each section."""
        found: dict[tuple[str, str], tuple[str, int]] = {}
        for index, stop in enumerate(self.stops):
            key = (stop.row.checklist.id, stop.row.section.id)
            found.setdefault(key, (stop.row.section.short_name, index))
        return list(found.values())


class AcrossTrack(Track):
    """One item at every unit of mine it applies to."""

    across = True

    def __init__(self, desk: Desk, checklist: str, item: str) -> None:
        super().__init__(desk)
        self.checklist, self.item = checklist, item
        self.rebuild()

    def rebuild(self) -> None:
        self.stops = []
        for unit in self.desk.units(mine=True):
            sheet = self.desk.sheet(unit.id)
            index = sheet.index_of(self.checklist, self.item)
            if index is not None:
                self.stops.append(Stop(sheet, index))

    def next_open(self, after: int) -> int | None:
        count = len(self.stops)
        for step in range(1, count + 1):
            index = (after + step) % count
            if not self.stops[index].answer.answered:
                return index
        return None

    def places(self, touched: set[str]) -> list[int]:
        units = {record.split("/")[1] for record in touched if record.count("/")}
        return [index for index, stop in enumerate(self.stops) if stop.unit in units]


def _places(sheet: UnitSheet, touched: set[str]) -> list[int]:
    places = []
    for record in touched:
        kind, _, rest = record.partition("/")
        parts = rest.split("/")
        if kind in ("answer", "finding") and len(parts) >= 3 and parts[0] == sheet.unit.id:
            index = sheet.index_of(parts[1], parts[2])
            if index is not None:
                places.append(index)
    return sorted(set(places))
