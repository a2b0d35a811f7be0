"""Bare: findings files written again without the bodies that were erased for good."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from pathlib import Path

import msgspec

from inspect_tui.rules.erasing import erased_form, erased_ids, evidence_named_in
from inspect_tui.store import files
from inspect_tui.store.errors import reason
from inspect_tui.store.evidence_clearing import forget
from inspect_tui.store.files import write_durable
from inspect_tui.store.received import read_list, received_folder, write_list
from inspect_tui.store.snapshot import STATE_TABLES, BadSnapshot, decode, encode

#: Tables that repeat in words what bodies said.
_TELLING = (*STATE_TABLES, "receipt")
_COPY = re.compile(r"[0-9a-f]{64}\.json")


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


def rewrite_received(folder: Path, targets: Collection[str], messages: list[str]) -> list[str]:
    """Rewrite a round's received copies, withdrawn ones too, and say so in the list; returns their names.

    Evidence whose last use went with them goes too.
    What could not be rewritten is told in `messages`. Raises StoreError when the list cannot be written.
    """
    entries = list(read_list(folder))
    done: list[str] = []
    going: set[str] = set()
    for place, entry in enumerate(entries):
        path = received_folder(folder) / f"{entry.sha256}.json"
        try:
            data = files.fs.read(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            messages.append(f"收到的文件“{entry.name}”没有改写：{reason(error)}。")
            continue
        bare, count = without_bodies(data, targets)
        if not count:
            continue
        going |= evidence_named_in(decode(data).changes, targets)
        sha256 = hashlib.sha256(bare).hexdigest()
        write_durable(received_folder(folder) / f"{sha256}.json", bare)
        note = f"{entry.note}；" if entry.note else ""
        entries[place] = msgspec.structs.replace(
            entry,
            sha256=sha256,
            brought=entry.brought or entry.sha256,
            note=f"{note}已彻底删除{count}条的内容",
        )
        # The list first points at the new copy, only then the old one goes.
        write_list(folder, tuple(entries))
        done.append(entry.name)
    _drop_unlisted(folder, {entry.sha256 for entry in entries}, targets, messages)
    forget(folder, going)
    return done


def _drop_unlisted(
    folder: Path, listed: Collection[str], targets: Collection[str], messages: list[str]
) -> None:
    """Remove copies that the list no longer names and that still hold what was erased."""
    try:
        names = files.fs.names(received_folder(folder))
    except FileNotFoundError:
        return
    except OSError as error:
        messages.append(f"收到的文件没有查完：{reason(error)}。")
        return
    for name in sorted(names):
        path = received_folder(folder) / name
        if not _COPY.fullmatch(name) or name[:64] in listed:
            continue
        try:
            if without_bodies(files.fs.read(path), targets)[1]:
                files.fs.unlink(path)
        except OSError as error:
            messages.append(f"收到的旧文件{name[:8]}没有删掉：{reason(error)}。")
