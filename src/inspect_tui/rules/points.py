"""党员积分 of a group and month, in counts only: how many members have entries, rewards, penalties.

Who got which points stays in the office's own sheet: inspection needs the coverage, not the persons.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from inspect_tui.model.change import Edit, points_key
from inspect_tui.rules.fold import State
from inspect_tui.rules.monthly import keep_month, months_kept
from inspect_tui.rules.scoring import half_up

FIELD = "counted"
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
    return [
        PointsMonth(
            unit=unit,
            month=month,
            count=counts[0],
            by=entry.by,
            at=entry.at,
            contested=len(set(counts)) > 1,
        )
        for month, entry, counts in months_kept(state, unit, "points", FIELD, read_count)
    ]


def set_points(state: State, unit: str, month: str, count: PointsCount) -> list[Edit]:
    """Record what a sheet came to. Nothing where the very same count stands already."""
    return keep_month(state, points_key(unit, month), FIELD, read_count, count)
