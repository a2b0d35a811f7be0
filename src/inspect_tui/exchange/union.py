"""Union: the changes of many files as one set, which is all that merging is."""

from __future__ import annotations

from collections import Counter

import msgspec

from inspect_tui.model.change import GENESIS, Change
from inspect_tui.rules.canonical import canonical
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
        seen: set[str] = set()
        again: set[str] = set()
        for change in self.changes.values():
            (again if change.prev in seen else seen).add(change.prev)
        nexts = Counter((c.writer, c.prev) for c in self.changes.values() if c.prev in again)
        return sorted(pair for pair, count in nexts.items() if count > 1)


def one_of(first: Change, second: Change) -> Change:
    """Which of two forms of one change a merged file keeps, whatever their order.

    The one with a body: only a recorded erasure takes a body away (see `rules.erasing`), else a foreign file
    could empty anybody's findings by holding bare copies of them.
    """
    if first.body is None:
        return second
    if second.body is None:
        return first
    if bytes(first.body) == bytes(second.body):
        return first
    # Two spellings of one body: the canonical one, so that the order of files does not show.
    body = msgspec.Raw(canonical(msgspec.json.decode(first.body)))
    return Change(id=first.id, writer=first.writer, prev=first.prev, body=body)
