"""Leftovers: unfinished files that a kill left outside the rounds' own folders, which recover by themselves.

A file carries the name of a temp file only while it is being written, or because its writer died: what could
be written and not put in place was given a name of its own, and was told of. So old ones are nobody's.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from inspect_tui.store import files
from inspect_tui.store.workspace import Workspace

_TEMP = re.compile(f".+{files.TEMP}", re.DOTALL)


def sweep(root: Path, now: float) -> int:
    """Remove old temp files of ours from a workspace's floor, exports and received files; returns how many.

    Nothing is touched in a folder that is no workspace. In an encrypted one exports stand under codes, of
    which only those with a known name can be told; they are left. Reads folders: run it on a thread.
    """
    if not Workspace.is_workspace(root):
        return 0
    gone = 0
    for folder in _folders(root):
        try:
            names = os.listdir(folder)  # noqa: PTH208
        except OSError:
            continue
        for name in names:
            if not _TEMP.fullmatch(name):
                continue
            path = folder / name
            with contextlib.suppress(OSError):
                status = path.lstat()
                if stat.S_ISREG(status.st_mode) and now - status.st_mtime > files.DEAD_AFTER:
                    files.fs.unlink(path)
                    gone += 1
    return gone


def _folders(root: Path) -> Iterator[Path]:
    space = Workspace(root)
    yield root
    for place, _, _ in os.walk(space.exports_dir):
        yield Path(place)
    for folder in sorted(space.rounds_dir.glob("*/received")):
        if not folder.is_symlink():
            yield folder
