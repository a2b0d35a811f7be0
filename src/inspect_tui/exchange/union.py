"""Union: the changes of many files as one set, which is all that merging is."""

from __future__ import annotations

from inspect_tui.model.change import GENESIS, Change
from inspect_tui.store.content import one_of
from inspect_tui.store.errors import StoreError
from inspect_tui.store.limits import FINDINGS_CHANGES, TOO_MANY


class Union:
    """A set of changes by id. A change given twice counts once; a body is not lost to a bare copy."""

    def __init__(self) -> None:
        self.changes: dict[str, Change] = {}

    def add(self, change: Change) -> bool:
        """Take a change in; whether it was not held before. Raises StoreError when there are too many."""
        changes = self.changes
        held = changes.get(change.id)
        if held is None:
            changes[change.id] = change
            if len(changes) > FINDINGS_CHANGES:
                raise StoreError(TOO_MANY)
            return True
        if held.body is not None or change.body is not None:
            changes[change.id] = one_of(held, change)
        return False

    def gaps(self) -> set[str]:
        """Ids named as the change before that are not here: 缺口."""
        changes = self.changes
        return {c.prev for c in changes.values() if c.prev != GENESIS and c.prev not in changes}

    def forks(self) -> list[tuple[str, str]]:
        """(writer, prev) pairs after which one writer's history goes on in two ways."""
        seen: set[tuple[str, str]] = set()
        twice: set[tuple[str, str]] = set()
        for change in self.changes.values():
            pair = (change.prev, change.writer)
            if pair in seen:
                twice.add((change.writer, change.prev))
            seen.add(pair)
        return sorted(twice)
