"""Content: findings files read without opening them for work, and the merged file written whole.

Nothing here takes a lock. A file whose writer is at work is read with its journals, and again if it is
folded meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.model.change import Change
from inspect_tui.rules.canonical import canonical
from inspect_tui.store import files
from inspect_tui.store.errors import DamagedFile, NewerVersion, StoreError, reason
from inspect_tui.store.limits import FINDINGS_BYTES, FINDINGS_CHANGES, TOO_LARGE, TOO_MANY
from inspect_tui.store.recovery import HEAD_BYTES, Names, Recovered, Recovery, recover
from inspect_tui.store.snapshot import (
    MERGED,
    STATE_TABLES,
    BadSnapshot,
    KnownRounds,
    Meta,
    TooNew,
    decode,
    encode,
)


class FindingsContent(msgspec.Struct, kw_only=True):
    """A findings file as read for a summary or a merge.

    `closed` is False when its writer was at work, so that a copy of it may lack the newest changes. `rounds`
    has one entry in a writer's file. `tables` are the state tables as stored, raw.
    """

    path: Path
    recovered: Recovered
    meta: Meta
    rounds: list[dict[str, Any]]
    changes: list[Change]
    tables: dict[str, msgspec.Raw]
    recovery: Recovery = msgspec.field(default_factory=Recovery)

    @property
    def writer(self) -> str:
        return self.meta.writer

    @property
    def merged(self) -> bool:
        return self.meta.kind == MERGED

    @property
    def closed(self) -> bool:
        return self.meta.closed

    @property
    def round_raw(self) -> dict[str, Any]:
        """The round; in a merged file the newest pack of it."""
        return self.rounds[-1]


def findings_exist(path: Path) -> bool:
    """Whether any part of a findings file stands there, so that it must be opened and not made anew.

    Lock, holder and draft files are not part of it. Raises StoreError when the folder cannot be read.
    """
    names = Names(path)
    try:
        return path.exists() or names.bak.exists() or bool(names.scan().journals)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreError(f"文件夹{path.parent.name}打不开：{reason(error)}。", path=path) from error


def read_findings(path: Path, known: KnownRounds | None = None) -> FindingsContent:
    """Read any findings file without lock or writing, its journals included where they stand beside it.

    Raises DamagedFile, NewerVersion or StoreError. Reads again when its writer folds meanwhile. Rounds that
    are `known` are not read again.
    """
    names = Names(path)
    for _ in range(5):
        # Two folds between the reading of the file and of its `.bak` would make the file look out of date.
        before = _head_of(path)
        recovered = recover(names, live=True, known=known)
        if _head_of(path) == before:
            break
    else:
        raise StoreError(f"{path.name}正在不停地改写，请稍后再读。", path=path)
    return FindingsContent(
        path=path,
        recovered=recovered,
        meta=recovered.snapshot.meta,
        rounds=recovered.rounds,
        changes=recovered.changes,
        tables={k: v for k, v in recovered.snapshot.tables.items() if k in STATE_TABLES},
        recovery=recovered.recovery,
    )


def content_of(path: Path, data: bytes) -> FindingsContent:
    """The bytes of a findings file that stand in no folder, such as an entry of a zip; `path` names them.

    Raises DamagedFile, NewerVersion.
    """
    try:
        snapshot = decode(data)
    except TooNew as error:
        raise NewerVersion(f"{path.name}打不开：{error}。", path=path) from error
    except BadSnapshot as error:
        raise DamagedFile(f"{path.name}打不开：{error}。", path=path) from error
    recovered = Recovered(
        snapshot=snapshot, changes=snapshot.changes, rounds=snapshot.rounds, recovery=Recovery()
    )
    return FindingsContent(
        path=path,
        recovered=recovered,
        meta=snapshot.meta,
        rounds=snapshot.rounds,
        changes=snapshot.changes,
        tables={k: v for k, v in snapshot.tables.items() if k in STATE_TABLES},
    )


def write_merged(
    path: Path,
    rounds: Sequence[Mapping[str, Any]],
    changes: Mapping[str, Change],
    tables: Mapping[str, Iterable[Mapping[str, Any]] | msgspec.Raw],
) -> None:
    """Write the merged file: a pure function of the changes, given by id, and of the rounds and tables.

    Rounds stand by pack version, changes by id. What some change says was erased for good loses its body.
    Raises StoreError.
    """
    from inspect_tui.rules.erasing import without_erased

    union = without_erased(changes)
    if len(union) > FINDINGS_CHANGES:
        raise StoreError(TOO_MANY, path=path)
    packs = {canonical(document): document for document in rounds}
    ordered = [packs[key] for key in sorted(packs, key=lambda key: (_pack(packs[key]), key))]
    pieces = encode(Meta(kind=MERGED), ordered, [union[key] for key in sorted(union)], tables)
    if sum(map(len, pieces)) > FINDINGS_BYTES:
        raise StoreError(TOO_LARGE, path=path)
    files.write_durable(path, pieces)


def _pack(document: Mapping[str, Any]) -> int:
    version = document.get("pack_version", 1)
    return version if isinstance(version, int) else 0


def _head_of(path: Path) -> bytes | None:
    try:
        with files.fs.open_read(path) as file:
            return file.read(HEAD_BYTES)
    except OSError:
        return None
