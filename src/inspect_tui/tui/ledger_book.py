"""The ledger of the open round as the screens share it: read off the key path, mended unit by unit.

A change of one unit only marks that unit; its rows are read anew when a ledger page next shows them, so that
walking pays nothing for the ledger. What was changed from the ledger is undone from here, step by step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic

from inspect_tui.model.change import Edit
from inspect_tui.rules.ledger import LedgerRow, ledger_units, unit_rows
from inspect_tui.rules.ledger_view import Kept, Ledger, View
from inspect_tui.tui.desk import Desk

#: A unit and this laptop's last action there, once a change was made.
Made = tuple[str, str]

#: What the page lists first: what is still to be done. Everything is one key away.
FIRST_VIEW = View(kept=Kept.OPEN)


class LedgerBook:
    """Rows of a round, how they are looked at, which are marked, and what was done to them here."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.units = {unit.id: unit for unit in ledger_units(desk.round)}
        self.ledger = Ledger(self.units)
        self.view = FIRST_VIEW
        self.folded: set[str] = set()
        self.marked: set[tuple[str, str]] = set()
        self.today = desk.session.today
        self._stale: dict[str, None] = dict.fromkeys(self.units)
        self.settling = False
        self._made: list[list[Made]] = []
        desk.listen(self._heard)

    def _heard(self, touched: set[str]) -> None:
        for record in touched:
            unit = record.split("/")[1] if "/" in record else ""
            if unit in self.units:
                self._stale[unit] = None

    # ---------------------------------------------------------------- reading

    @property
    def unread(self) -> int:
        """How many units are still to be read."""
        if self.today != self.desk.session.today:
            # Lights and deferrals hang on the day.
            self.today = self.desk.session.today
            self._stale = dict.fromkeys(self.units)
        return len(self._stale)

    def read(self, seconds: float | None = None, first: str = "") -> bool:
        """Read units that changed, for so long at most, one of them first; True when all are read."""
        until = None if seconds is None else monotonic() + seconds
        if not self.unread:
            return True
        if first in self._stale:
            self._read_unit(first)
        while self._stale:
            if until is not None and monotonic() > until:
                return False
            self._read_unit(next(iter(self._stale)))
        return True

    def _read_unit(self, unit: str) -> None:
        del self._stale[unit]
        self.ledger.put(unit, unit_rows(self.desk.state, self.desk.round, self.units[unit], self.today))

    def row(self, unit: str, problem: str) -> LedgerRow | None:
        """The row of a problem as it now reads."""
        if self.unread and unit in self._stale:
            self._read_unit(unit)
        return self.ledger.row(unit, problem)

    def now(self, rows: Sequence[LedgerRow]) -> list[LedgerRow]:
        """Rows as they now read; those that are gone left out."""
        return [found for row in rows if (found := self.row(row.unit, row.id)) is not None]

    def marked_rows(self) -> list[LedgerRow]:
        """The marked rows, in the ledger's order."""
        return [row for row in self.ledger.rows() if (row.unit, row.id) in self.marked]

    # ---------------------------------------------------------------- changing

    def settle(self, edits: Mapping[str, list[Edit]], what: str) -> int:
        """Make one change per unit, undone together; gives how many. Raises ReadOnlySession.

        `settling` is true meanwhile: of many changes made in one step only the last is worth showing.
        """
        done: list[Made] = []
        self.settling = True
        try:
            for unit, unit_edits in edits.items():
                if unit_edits:
                    self.desk.commit_lead(unit_edits, what)
                    done.append((unit, self.desk.session.last_action(unit)))
        finally:
            self.settling = False
            if done:
                self._made.append(done)
        return len(done)

    def undo(self) -> tuple[bool, str]:
        """Take back the last step made from the ledger: whether that was done, and what to say."""
        if not self._made:
            return False, "没有可撤销的操作。"
        step = self._made[-1]
        if any(self.desk.session.last_action(unit) != change for unit, change in step):
            return False, "这之后在该单位又做过别的操作，请到检查页里撤销。"
        self.settling = True
        try:
            names = [self.desk.undo_lead(unit) for unit, _ in step]
        finally:
            self.settling = False
        self._made.pop()
        said = next((name for name in names if name), "")
        more = f"（{len(step)}个单位）" if len(step) > 1 else ""
        return True, f"已撤销：{said}{more}"
