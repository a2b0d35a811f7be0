"""Unfinished: a note beside a findings file that an erasure was begun, so that it is finished in any case.

Erasing rewrites several files one after the other; after the first of them nothing in the records themselves
tells that others still hold the words. The note stands from before the first until after the last.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from inspect_tui.store import files
from inspect_tui.store.errors import StoreError, reason


def _path(findings: Path) -> Path:
    return findings.with_name(f"{files.stem(findings)}.erasing")


def begin(findings: Path, evidence: Iterable[str] = ()) -> None:
    """Note that an erasure goes on, and which evidence files it may take along. Raises StoreError."""
    files.write_durable(_path(findings), msgspec.json.encode(sorted(evidence)))


def begun(findings: Path) -> set[str] | None:
    """The evidence files of an erasure that was begun and not finished; None when there is none.

    A note that cannot be read still says that there was one.
    """
    path = _path(findings)
    if not files.fs.exists(path):
        return None
    try:
        return set(msgspec.json.decode(files.fs.read(path), type=list[str]))
    except (OSError, msgspec.MsgspecError, ValueError):
        return set()


def end(findings: Path) -> None:
    """Take the note away: nothing holds the words any more. Raises StoreError."""
    path = _path(findings)
    try:
        files.fs.unlink(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"{path.name}去不掉：{reason(error)}。", path=path) from error
