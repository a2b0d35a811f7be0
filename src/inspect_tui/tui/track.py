"""Track: the stops a walk goes through — all items of one unit, or one item across all units.

一组到底 and 一题到底 are the same screen over different stops, so every key means the same in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import msgspec

from inspect_tui.model.view import Answer, ItemScore
from inspect_tui.rules.sheet import Row, UnitSheet
from inspect_tui.tui.desk import Desk


class Stop:
    """One item at one unit.

    It keeps to its item when answers make others come and go, so that words asked for at a stop never land
    on another one.
    """

    __slots__ = ("row", "sheet")

    def __init__(self, sheet: UnitSheet, row: Row) -> None:
        self.sheet, self.row = sheet, row

    @property
    def unit(self) -> str:
        return self.sheet.unit.id

    @property
    def key(self) -> tuple[str, str, str]:
        """Unit, checklist and item."""
        return self.sheet.unit.id, self.row.checklist.id, self.row.item.id

    @property
    def answer(self) -> Answer:
        return self.sheet.standing(self.row)[0]

    @property
    def score(self) -> ItemScore:
        return self.sheet.standing(self.row)[1]


class SheetStops(Sequence[Stop]):
    """The stops of a sheet's rows as they were laid, each made when it is asked for."""

    def __init__(self, sheet: UnitSheet) -> None:
        self._sheet, self._rows = sheet, sheet.rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Stop: ...
    @overload
    def __getitem__(self, index: slice) -> list[Stop]: ...
    def __getitem__(self, index: int | slice) -> Stop | list[Stop]:
        if isinstance(index, slice):
            return [Stop(self._sheet, row) for row in self._rows[index]]
        return Stop(self._sheet, self._rows[index])


class Part(msgspec.Struct, frozen=True):
    """A section of a unit's track: its short name, its key in the sheet's tallies, its first stop."""

    name: str
    key: tuple[str, str]
    first: int


class Track:
    """The stops in order, and the way from one to the next open one."""

    across = False

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.stops: Sequence[Stop] = ()
        self._builds: dict[str, int] = {}

    def rebuild(self) -> None:
        """Lay the stops anew, after a profile was put right."""
        self.stops = self._lay()
        self._builds = {s.unit.id: s.build for s in self._sheets()}

    def outdated(self) -> bool:
        """Whether the rows of a sheet changed since the stops were laid."""
        return any(self._builds.get(s.unit.id) != s.build for s in self._sheets())

    def _lay(self) -> Sequence[Stop]:
        raise NotImplementedError

    def _sheets(self) -> list[UnitSheet]:
        raise NotImplementedError

    def next_open(self, after: int) -> int | None:
        """Index of the next unanswered stop behind `after`, going round; None when all are answered."""
        raise NotImplementedError

    def places(self, touched: set[str]) -> list[int]:
        """Indexes of the stops whose reading changed with these records."""
        raise NotImplementedError

    def find(self, key: tuple[str, str, str]) -> int | None:
        """Index of the stop of a unit's item; None when it applies no longer."""
        return next((index for index, stop in enumerate(self.stops) if stop.key == key), None)


class UnitTrack(Track):
    """All items of one unit."""

    def __init__(self, desk: Desk, unit_id: str) -> None:
        super().__init__(desk)
        self.sheet = desk.sheet(unit_id)
        self.rebuild()

    def _lay(self) -> Sequence[Stop]:
        self._sections: list[Part] | None = None
        return SheetStops(self.sheet)

    def _sheets(self) -> list[UnitSheet]:
        return [self.sheet]

    def next_open(self, after: int) -> int | None:
        return self.sheet.next_unanswered(after)

    def places(self, touched: set[str]) -> list[int]:
        return _places(self.sheet, touched)

    def sections(self) -> list[Part]:
        """The sections in order."""
        if self._sections is None:
            begins = [(index, self.sheet.rows[index]) for index in self.sheet.starts]
            self._sections = [
                Part(row.section.short_name, (row.checklist.id, row.section.id), index)
                for index, row in begins
            ]
        return self._sections


class AcrossTrack(Track):
    """One item at every unit of mine it applies to."""

    across = True

    def __init__(self, desk: Desk, checklist: str, item: str) -> None:
        super().__init__(desk)
        self.checklist, self.item = checklist, item
        self.rebuild()

    def _lay(self) -> list[Stop]:
        stops = []
        for sheet in self._sheets():
            index = sheet.index_of(self.checklist, self.item)
            if index is not None:
                stops.append(Stop(sheet, sheet.rows[index]))
        return stops

    def _sheets(self) -> list[UnitSheet]:
        return [self.desk.sheet(unit.id) for unit in self.desk.units(mine=True)]

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
