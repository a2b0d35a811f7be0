"""Undo and redo over a visit, read from the list of changes itself."""

from __future__ import annotations

from inspect_tui.model.change import parse_key
from inspect_tui.rules.fold import Known, State


class UndoStacks:
    """What one writer can undo and redo in one unit.

    Undo is a change that retracts another; redo retracts the retraction, because writing an old value
    back could not restore two opinions. A new action ends what could be redone.
    """

    def __init__(self, state: State, writer: str, unit: str) -> None:
        self.done: list[str] = []
        self.undone: list[tuple[str, str]] = []
        self._unit = unit
        for known in state.changes.values():
            if known.writer == writer and known.body is not None:
                self.take(known)

    def take(self, known: Known) -> None:
        """Follow one more change of this writer."""
        body = known.body
        if body is None:
            return
        if not body.retract:
            if any((a := parse_key(e.record)) and a.unit == self._unit for e in body.edits):
                self.done.append(known.id)
                self.undone.clear()
            return
        for target in body.retract:
            if target in self.done:
                self.done.remove(target)
                self.undone.append((known.id, target))
            else:
                for pair in [p for p in self.undone if p[0] == target]:
                    self.undone.remove(pair)
                    self.done.append(pair[1])

    def undo_target(self) -> str | None:
        """The change an undo would retract."""
        return self.done[-1] if self.done else None

    def redo_target(self) -> str | None:
        """The retraction a redo would retract."""
        return self.undone[-1][0] if self.undone else None
