"""Clearing away evidence: temp files of copies that were cut off, and files that nothing names any more."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterable
from pathlib import Path

from inspect_tui.model.evidence import FILE
from inspect_tui.store import files
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.evidence import folder_of

#: A kept file that no change names after this long will never be named.
_SETTLED = 3600.0


def clear_temps(round_dir: Path, writer: str) -> int:
    """Clear away what copies left behind that were cut off; returns how many files.

    Those of `writer` are dead, because whoever calls holds that writer's file; others only when very old.
    """
    folder = folder_of(round_dir)
    gone = 0
    try:
        names = [name for name in files.fs.names(folder) if name.endswith(".tmp")]
    except OSError:
        return 0
    for name in names:
        path = folder / name
        with contextlib.suppress(OSError):
            mine = writer and name.startswith(f"{writer}.")
            if mine or time.time() - path.stat().st_mtime > files.DEAD_AFTER:
                files.fs.unlink(path)
                gone += 1
    return gone


def unused(round_dir: Path) -> list[str]:
    """Files of the folder that no record of the round names: copied before a crash, or never attached.

    A file that came within the hour is passed over, because its change may just be about to be made.
    """
    folder = folder_of(round_dir)
    lying = set()
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(OSError):
            if re.fullmatch(FILE, path.name) and time.time() - path.stat().st_mtime > _SETTLED:
                lying.add(path.name)
    return sorted(_unnamed(round_dir, lying))


def _unnamed(round_dir: Path, names: set[str]) -> set[str]:
    """Those of the files whose hash stands nowhere in the round's folder, not even off the list."""
    records = [*round_dir.glob("*.json"), *round_dir.glob("*.journal"), *round_dir.glob("received/*.json")]
    for path in records:
        if not names:
            break
        try:
            data = files.fs.read(path)
        except OSError:
            # What cannot be read may name any of them.
            return set()
        names = {name for name in names if name[:64].encode() not in data}
    return names


def forget(round_dir: Path, names: Iterable[str]) -> list[str]:
    """Delete files that an erasure took the last use of; returns their names. Raises StoreError."""
    wanted = _unnamed(round_dir, {name for name in names if re.fullmatch(FILE, name)})
    gone = []
    for name in sorted(wanted):
        path = folder_of(round_dir) / name
        if path.is_file():
            try:
                files.fs.unlink(path)
            except OSError as error:
                raise StoreError(f"佐证{name[:8]}没有删掉：{reason(error)}。", path=path) from error
            gone.append(name)
    return gone
