"""Desk: what the screens share while a round is open — the session, the sheets, who works where.

Screens ask the desk and tell it what was done; it makes the change, keeps every open sheet in step, and
says which records changed. It holds no widget.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from inspect_tui.model.change import Edit
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.view import Visit
from inspect_tui.rules.actions import begin_visit
from inspect_tui.rules.applicability import inspected_units
from inspect_tui.rules.fold import State
from inspect_tui.rules.lifecycle import is_verification
from inspect_tui.rules.problems import STEP
from inspect_tui.rules.reading import read_visit
from inspect_tui.rules.reviewing import handled
from inspect_tui.rules.sheet import Progress, UnitSheet, unit_progress
from inspect_tui.store.session import ReadOnlySession, Session

_Kept = TypeVar("_Kept")


class VisitClosed(Exception):
    """A change was asked of a submitted visit; it must be re-opened first."""


class VisitAccepted(VisitClosed):
    """A change was asked of a visit the lead accepted; the lead must withdraw that first."""


class Desk:
    """One open round."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._sheets: dict[str, UnitSheet] = {}
        self._progress: dict[str, Progress] = {}
        self._listeners: list[Callable[[set[str]], None]] = []
        self._kept: dict[Callable[[Desk], Any], Any] = {}

    @property
    def round(self) -> Round:
        return self.session.round

    @property
    def state(self) -> State:
        return self.session.state

    # ---------------------------------------------------------------- what is there

    def units(self, *, mine: bool = False) -> list[Unit]:
        """The units to inspect, in roster order; with `mine`, those of this inspector's team."""
        units = inspected_units(self.round)
        if mine:
            team = next((t for t in self.round.teams if t.id == self.session.identity.team), None)
            if team is not None and team.units:
                wanted = set(team.units)
                return [u for u in units if u.id in wanted]
        return units

    def sheet(self, unit_id: str) -> UnitSheet:
        """The sheet of a unit, built once and kept in step from then on."""
        sheet = self._sheets.get(unit_id)
        if sheet is None:
            sheet = self._sheets[unit_id] = UnitSheet(self.state, self.round, unit_id)
        return sheet

    def visit(self, unit_id: str) -> Visit:
        """The visit to a unit as it now reads."""
        return read_visit(self.state, unit_id)

    def progress(self, unit_id: str) -> Progress:
        """Progress of a unit; remembered until something there changes."""
        known = self._progress.get(unit_id)
        if known is None:
            sheet = self._sheets.get(unit_id)
            known = sheet.progress() if sheet else unit_progress(self.state, self.round, unit_id)
            self._progress[unit_id] = known
        return known

    def path_of(self, unit: Unit) -> str:
        """Where a unit belongs: the names above it, below the committee, joined by slashes."""
        names: list[str] = []
        parent = self.round.unit(unit.parent)
        while parent is not None and len(names) < 5:
            if parent.kind.value not in ("committee", "company"):
                names.append(parent.name)
            parent = self.round.unit(parent.parent)
        return "/".join(reversed(names))

    def kept(self, make: Callable[[Desk], _Kept]) -> _Kept:
        """Something made of this desk once and kept as long as the round is open, such as its ledger."""
        if make not in self._kept:
            self._kept[make] = make(self)
        kept: _Kept = self._kept[make]
        return kept

    # ---------------------------------------------------------------- what is done

    def listen(self, heard: Callable[[set[str]], None]) -> Callable[[], None]:
        """Be told which records changed; returns a function that ends the listening."""
        self._listeners.append(heard)
        return lambda: self._listeners.remove(heard)

    def commit(self, unit_id: str, edits: list[Edit], what: str, *, reopening: bool = False) -> set[str]:
        """Make one change in a unit; the first one also notes the date and who inspects.

        Judging a returned item anew also settles its return. Raises ReadOnlySession, VisitClosed or
        VisitAccepted, which the app tells the user; nothing is then changed.
        """
        if not edits:
            return set()
        if self.session.read_only:
            raise ReadOnlySession(self.session.read_only)
        self._refuse_closed(unit_id, reopening=reopening)
        begun = begin_visit(self.state, unit_id, self.session.today, self.session.identity.people)
        ours = {(e.record, e.field) for e in edits}
        first = [e for e in begun if (e.record, e.field) not in ours]
        settled = handled(self.state, edits)
        return self._changed(self.session.commit([*edits, *settled, *first], what))

    def commit_lead(self, edits: list[Edit], what: str) -> set[str]:
        """Make one change as the lead: a decision, a review, a join, the freeze.

        Submitted and accepted visits are open to it, because it is no inspection; neither date nor inspector
        is added. Raises ReadOnlySession.
        """
        if not edits:
            return set()
        return self._changed(self.session.commit(edits, what))

    def _refuse_closed(self, unit_id: str, *, reopening: bool = False) -> None:
        visit = self.visit(unit_id)
        if visit.accepted:
            raise VisitAccepted(unit_id)
        if visit.submitted and not reopening:
            raise VisitClosed(unit_id)

    def why_closed(self, unit_id: str) -> str:
        """Why nothing can be changed in a unit's visit, and what to do; empty when it is open."""
        visit = self.visit(unit_id)
        if visit.accepted:
            return "组长已认可本单位的检查，已锁定。要改请组长先在审阅页收回认可。"
        if visit.submitted:
            return "本次检查已提交，只能看。"
        return ""

    def undo(self, unit_id: str) -> str | None:
        """Take back the last action in a unit; returns its name, or None when there is nothing to undo."""
        self._refuse_closed(unit_id)
        done = self.session.undo(unit_id)
        if done is None:
            return None
        self._changed(done[1])
        return done[0]

    def redo(self, unit_id: str) -> str | None:
        """Bring back what was last undone in a unit; returns its name, or None."""
        self._refuse_closed(unit_id)
        done = self.session.redo(unit_id)
        if done is None:
            return None
        self._changed(done[1])
        return done[0]

    def take_back_verdict(self, unit_id: str, record: str, what: str) -> bool:
        """Take back one's own verdict on an earlier problem, whatever was done since; False when none is own.

        Raises as `commit` does.
        """
        if self.session.read_only:
            raise ReadOnlySession(self.session.read_only)
        self._refuse_closed(unit_id)
        return bool(self._changed(self.session.take_back(record, STEP, is_verification, what)))

    def undo_lead(self, unit_id: str) -> str | None:
        """Take back the last action in a unit, closed or not; returns its name, or None."""
        done = self.session.undo(unit_id)
        if done is None:
            return None
        self._changed(done[1])
        return done[0]

    def came_in(self, touched: set[str]) -> None:
        """Bring the sheets in step after changes of others were taken into the session."""
        self._changed(touched)

    def reload(self) -> None:
        """Fold everything anew, as after a received file was taken off the list."""
        touched = self._all_records()
        self.session.reload()
        for sheet in self._sheets.values():
            sheet.state = self.state
        self._changed(touched | self._all_records())

    def _all_records(self) -> set[str]:
        return {record for unit in self.state.units() for record in self.state.records(unit)}

    def _changed(self, touched: set[str]) -> set[str]:
        units = {record.split("/")[1] for record in touched if record.count("/")}
        for unit_id in units:
            self._progress.pop(unit_id, None)
            sheet = self._sheets.get(unit_id)
            if sheet is not None:
                sheet.refresh(touched)
        for heard in list(self._listeners):
            heard(touched)
        return touched

    @staticmethod
    def new_id() -> str:
        """A random id for a finding typed by hand."""
        return secrets.token_hex(8)
