"""Undo and redo over a visit, read from the list of changes itself."""

from __future__ import annotations

from inspect_tui.model.change import Body, parse_key
from inspect_tui.rules.fold import Known, State


class UndoStacks:
    """What one writer can undo and redo in one unit.

    Undo is a change that retracts another; redo retracts the retraction, because writing an old value
    back could not restore two opinions. A new action ends what could be redone.
    """

    def __init__(self) -> None:
        self.done: list[str] = []
        self.undone: list[tuple[str, str]] = []

    def undo_target(self) -> str | None:
        """The change an undo would retract."""
        return self.done[-1] if self.done else None

    def redo_target(self) -> str | None:
        """The retraction a redo would retract."""
        return self.undone[-1][0] if self.undone else None


class Undoing:
    """What one writer can undo and redo, unit by unit.

    All units are followed together: a change then costs work for the units it is about only, however many
    were ever looked at, and the history is read once.
    """

    def __init__(self, state: State, writer: str) -> None:
        self._state = state
        self._units: dict[str, UndoStacks] = {}
        for known in state.changes.values():
            if known.writer == writer:
                self.take(known)

    def of(self, unit: str) -> UndoStacks:
        """The stacks of a unit."""
        stacks = self._units.get(unit)
        if stacks is None:
            stacks = self._units[unit] = UndoStacks()
        return stacks

    def take(self, known: Known) -> None:
        """Follow one more change of this writer."""
        body = known.body
        if body is None:
            return
        if not body.retract:
            for unit in _units_of(body):
                stacks = self.of(unit)
                stacks.done.append(known.id)
                stacks.undone.clear()
            return
        for target in body.retract:
            self._take_back(known.id, target)

    def _take_back(self, retraction: str, target: str) -> None:
        known = self._state.changes.get(target)
        body = known.body if known is not None else None
        # An action says what it was about; an undo, or an action whose body is gone, may be anywhere.
        named = _units_of(body) if body is not None and not body.retract else list(self._units)
        for unit in named:
            stacks = self.of(unit)
            if target in stacks.done:
                stacks.done.remove(target)
                stacks.undone.append((retraction, target))
            else:
                for pair in [p for p in stacks.undone if p[0] == target]:
                    stacks.undone.remove(pair)
                    stacks.done.append(pair[1])


def _units_of(body: Body) -> list[str]:
    return list(dict.fromkeys(a.unit for e in body.edits if (a := parse_key(e.record))))
