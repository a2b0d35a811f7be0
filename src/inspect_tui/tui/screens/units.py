"""Units: which ones a team visits, picked in the roster's tree; a branch picks everything under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.model.terms import UnitKind
from inspect_tui.tui import skin
from inspect_tui.tui.actions import UNITS, bindings_for
from inspect_tui.tui.round_plan import PickRow, RoundPlan, TeamPlan
from inspect_tui.tui.screens.page import PageScreen
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList


class UnitsScreen(PageScreen[None], inherit_bindings=False):
    """The tree with marks. Units of another team are shown and can be taken over one by one."""

    place = UNITS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(UNITS)]

    def __init__(self, plan: RoundPlan, team: TeamPlan, rows: list[PickRow]) -> None:
        super().__init__()
        self.plan, self.team, self.rows = plan, team, rows
        self.chosen = set(team.units)

    def page_title(self) -> str:
        return f"{self.team.name}查哪些单位"

    def page_about(self) -> str:
        return f"已选{len(self.chosen)}个"

    def body(self) -> Sequence[Widget]:
        first = next((i for i, row in enumerate(self.rows) if row.fits), 0)
        return [LineList(self._row, len(self.rows), cursor=first, id="list")]

    def ready(self) -> None:
        self.line_list.focus()

    def _other(self, unit_id: str) -> TeamPlan | None:
        owner = self.plan.owner(unit_id)
        return owner if owner is not None and owner is not self.team and unit_id not in self.chosen else None

    def _row(self, index: int, width: int, here: bool) -> list[Part]:
        row = self.rows[index]
        unit = row.unit
        cursor: Part = (skin.current().glyphs.cursor if here else " ", "accent")
        left = " " + "  " * row.depth
        if not row.fits:
            count = sum(u in self.chosen for u in row.below)
            said = f"已选{count}/{len(row.below)}"
            room = width - 3 - len(left) - 12
            ink = "strong" if count else "dim"
            return [cursor, (left, "text"), (fit(unit.name, room), ink), (fit(said, 12, "right"), "dim")]
        other = self._other(unit.id)
        mark = "[*]" if unit.id in self.chosen else "[ ]"
        profile = unit.profile.label if unit.kind is UnitKind.PARTY_GROUP else unit.kind.label
        tail = f"{other.name}" if other is not None else ""
        room = max(8, width - 3 - len(left) - 4 - 10 - 20)
        return [
            cursor,
            (left, "text"),
            (mark + " ", "accent" if unit.id in self.chosen else "dim"),
            (fit(unit.name, room), "text"),
            (" " + fit(profile, 9), "dim"),
            (fit(tail, min(20, max(0, width - cells(left) - room - 16)), "right"), "warn"),
        ]

    def _changed(self) -> None:
        order = [u for row in self.rows for u in ([row.unit.id] if row.fits else [])]
        self.team.units = [u for u in order if u in self.chosen]
        for team in self.plan.teams:
            if team is not self.team:
                team.units = [u for u in team.units if u not in self.chosen]
        self.line_list.refresh_rows()
        self.tell_head(about=self.page_about())

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_mark()

    def action_mark(self) -> None:
        """Mark or unmark the unit, or everything under the branch, at the cursor."""
        index = self.line_list.cursor
        if index < 0:
            return
        row = self.rows[index]
        if row.fits:
            self.chosen ^= {row.unit.id}
        else:
            # Units of other teams are left with them: taking one over is done on its own line.
            free = {u for u in row.below if self._other(u) is None}
            self.chosen = self.chosen - free if free <= self.chosen else self.chosen | free
        self._changed()
        if row.fits and index + 1 < len(self.rows):
            self.line_list.move_to(index + 1)

    def action_mark_all(self) -> None:
        """Mark every unit no other team has."""
        self.chosen |= {row.unit.id for row in self.rows if row.fits and self._other(row.unit.id) is None}
        self._changed()

    def action_mark_none(self) -> None:
        """Unmark every unit."""
        self.chosen.clear()
        self._changed()

    def action_done(self) -> None:
        """Back to the team."""
        self.dismiss(None)

    def action_back(self) -> None:
        """Back to the team; what was marked stays marked."""
        self.dismiss(None)
