"""党员积分 of a group and month, in counts only: how many members have entries, rewards, penalties.

Who got which points stays in the office's own sheet: inspection needs the coverage, not the persons.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import msgspec

from inspect_tui.model.change import Edit, parse_key, points_key
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.fold import State, is_blank
from inspect_tui.rules.scoring import half_up

FIELD = "counted"
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
_THOUSANDTH = Decimal("0.001")


class PointsCount(msgspec.Struct, frozen=True, kw_only=True):
    """What a points sheet came to. `members` is the group's size in the round's frozen roster.

    `used` says whether the sheet marks its points as used in 评优, None where it says nothing. `bad` are the
    addresses of the cells that could not be counted, `sha256` names the sheet that was read.
    """

    entered: int
    members: int
    rewards: int
    penalties: int
    used: bool | None = None
    sha256: str = ""
    bad: tuple[str, ...] = ()

    @property
    def coverage(self) -> Decimal | None:
        """The share of members with any entry, at most 1; None where the roster gives no members."""
        if self.members <= 0:
            return None
        return min(Decimal(1), half_up(Decimal(self.entered) / self.members, _THOUSANDTH))


class PointsMonth(msgspec.Struct, frozen=True, kw_only=True):
    """The count of one group and month, with who took the sheet in and when.

    `contested` means two sheets of one month came to different counts and the lead must say which holds.
    """

    unit: str
    month: str
    count: PointsCount
    by: tuple[str, ...]
    at: str
    contested: bool = False


def good_month(text: str) -> bool:
    """Whether a text names a month as YYYY-MM."""
    return _MONTH.fullmatch(text) is not None


def read_count(value: Any) -> PointsCount | None:
    """The count in a change value, or None when there is none."""
    try:
        count = msgspec.convert(value, PointsCount)
    except msgspec.ValidationError:
        return None
    figures = (count.entered, count.members, count.rewards, count.penalties)
    return count if all(figure >= 0 for figure in figures) else None


def points_of(state: State, unit: str) -> list[PointsMonth]:
    """The months of a group that have a sheet, oldest first."""
    found = []
    for record in state.records(unit):
        address = parse_key(record)
        if address is None or address.kind != "points" or not good_month(address.label):
            continue
        live = [e for e in state.live(record, FIELD) if not is_blank(e.value)]
        counts = [(e, count) for e in live if (count := read_count(e.value)) is not None]
        if counts:
            entry, count = counts[0]
            found.append(
                PointsMonth(
                    unit=unit,
                    month=address.label,
                    count=count,
                    by=entry.by,
                    at=entry.at,
                    contested=len({c for _, c in counts}) > 1,
                )
            )
    return sorted(found, key=lambda m: m.month)


def set_points(state: State, unit: str, month: str, count: PointsCount) -> list[Edit]:
    """Record what a sheet came to. Nothing where the very same count stands already."""
    key = points_key(unit, month)
    if [read_count(value) for value in state.values(key, FIELD)] == [count]:
        return []
    return [set_field(state, key, FIELD, msgspec.to_builtins(count))]
