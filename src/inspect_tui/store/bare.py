"""Bare: a findings file written again without the bodies that were erased for good."""

from __future__ import annotations

from collections.abc import Collection

from inspect_tui.rules.erasing import erased_form, erased_ids
from inspect_tui.store.snapshot import STATE_TABLES, BadSnapshot, decode, encode

#: Tables that repeat in words what bodies said.
_TELLING = (*STATE_TABLES, "receipt")


def without_bodies(data: bytes, targets: Collection[str]) -> tuple[bytes, int]:
    """A findings file without the bodies of these changes, and how many it held.

    The state tables go as well: they repeat what the bodies said, and are worked out again when needed. Bytes
    that are no sound findings file come back as they are.
    """
    try:
        held = decode(data)
    except BadSnapshot:
        return data, 0
    gone = {
        change.id
        for change in held.changes
        if change.id in targets and change.body is not None and not erased_ids([change])
    }
    if not gone:
        return data, 0
    changes = [erased_form(c) if c.id in gone else c for c in held.changes]
    tables = {name: raw for name, raw in held.tables.items() if name not in _TELLING}
    return b"".join(encode(held.meta, held.rounds, changes, tables, held.extra)), len(gone)
