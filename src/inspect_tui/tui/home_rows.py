"""Rows of the home screen: rounds, then the open round's units as a tree, my team's branches first.

Built from names and ids only; what costs reading answers is asked for when a row is drawn.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

import msgspec

from inspect_tui.model.roster import Unit
from inspect_tui.model.terms import UnitKind
from inspect_tui.store.workspace import RoundEntry
from inspect_tui.tui.desk import Desk

_TOP = (UnitKind.COMPANY, UnitKind.COMMITTEE)


class RoundRow(msgspec.Struct, frozen=True):
    """A round to open."""

    entry: RoundEntry


class GroupRow(msgspec.Struct, frozen=True):
    """A heading: the list of rounds, my units, other teams' units. Passed over by the cursor."""

    text: str


class BranchRow(msgspec.Struct, frozen=True):
    """An organisation above inspected units, named in `below`; the cursor stops on it while it is folded."""

    unit: Unit
    depth: int
    key: str
    folded: bool
    below: tuple[str, ...]


class UnitRow(msgspec.Struct, frozen=True):
    """A unit to walk. `branch` is the key of the branch row it stands under."""

    unit: Unit
    depth: int
    branch: str
    mine: bool


class EmptyRow(msgspec.Struct, frozen=True):
    """A line that says there is nothing here and what to do."""

    text: str


Row = RoundRow | GroupRow | BranchRow | UnitRow | EmptyRow


def selectable(row: Row) -> bool:
    """Whether the cursor may stand on a row."""
    return isinstance(row, RoundRow | UnitRow) or (isinstance(row, BranchRow) and row.folded)


def build(entries: Sequence[RoundEntry], desk: Desk | None, folded: Container[str]) -> list[Row]:
    """All rows in order."""
    rows: list[Row] = [GroupRow("检查轮次")]
    rows += [RoundRow(entry) for entry in entries]
    if not entries:
        rows.append(EmptyRow("还没有检查轮次。按 1 打开菜单：新建检查轮次，或打开别人发来的轮次包。"))
    if desk is None:
        return rows
    mine = desk.units(mine=True)
    everyone = desk.units()
    own = {unit.id for unit in mine}
    others = [unit for unit in everyone if unit.id not in own]
    has_team = len(mine) < len(everyone)
    rows.append(GroupRow(f"{'本组的单位' if has_team else '受检单位'}（{len(mine)}个）"))
    rows += _tree(desk, mine, "mine", folded, mine=True)
    if others:
        rows.append(GroupRow(f"其他组的单位（{len(others)}个）"))
        rows += _tree(desk, others, "others", folded, mine=False)
    return rows


def _tree(desk: Desk, units: list[Unit], part: str, folded: Container[str], *, mine: bool) -> list[Row]:
    rows: list[Row] = []
    said: list[str] = []
    under: dict[str, list[str]] = {}
    paths = {unit.id: _above(desk, unit) for unit in units}
    for unit in units:
        for above in paths[unit.id]:
            under.setdefault(above.id, []).append(unit.id)
    # Units of one branch may lie apart in the roster; together they need its heading only once.
    order = {above_id: place for place, above_id in enumerate(under)}
    units = sorted(units, key=lambda u: [order[a.id] for a in paths[u.id]])
    for unit in units:
        path = paths[unit.id]
        hidden = False
        for depth, above in enumerate(path):
            key = f"{part}/{above.id}"
            shut = key in folded
            if depth >= len(said) or said[depth] != above.id:
                del said[depth:]
                said.append(above.id)
                if not hidden:
                    rows.append(BranchRow(above, depth, key, shut, tuple(under[above.id])))
            hidden = hidden or shut
        del said[len(path) :]
        if not hidden:
            branch = f"{part}/{path[-1].id}" if path else ""
            rows.append(UnitRow(unit, len(path), branch, mine))
    return rows


def _above(desk: Desk, unit: Unit) -> list[Unit]:
    found: list[Unit] = []
    above = desk.round.unit(unit.parent)
    while above is not None and len(found) < 5 and above not in found:
        if above.kind not in _TOP:
            found.insert(0, above)
        above = desk.round.unit(above.parent)
    return found
