"""Drives: sticks and other places outside the workspace where a file for somebody else is put."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

_DRIVE_REMOVABLE = 2
#: More than anybody plugs in; a folder full of mounts is not listed through.
_MOST = 12


def removable() -> list[Path]:
    """Sticks plugged in now that can be written to, by name. Looks at drives: run it on a thread."""
    found: dict[Path, None] = {}
    for path in _candidates():
        with contextlib.suppress(OSError):
            if path.is_dir() and os.access(path, os.W_OK) and _is_plugged_in(path):
                found[path] = None
        if len(found) == _MOST:
            break
    return list(found)


def desktops() -> list[Path]:
    """The desktop, under the name it has here, else the home folder."""
    home = Path.home()
    found = [home / name for name in ("Desktop", "桌面") if (home / name).is_dir()]
    return found or [home]


def _candidates() -> Iterator[Path]:
    if os.name == "nt":
        yield from _letters()
        return
    for place in _mounts():
        try:
            paths = sorted(place.iterdir())
        except OSError:
            continue
        yield from paths


def _mounts() -> list[Path]:
    """The folders in which a system puts what was plugged in."""
    if sys.platform == "darwin":
        return [Path("/Volumes")]
    user = os.environ.get("USER") or os.environ.get("LOGNAME") or ""
    own = [Path("/run/media") / user, Path("/media") / user] if user else []
    return [*own, Path("/media"), Path("/mnt")]


def _is_plugged_in(path: Path) -> bool:
    """Whether a place is a drive of its own: not the system's disk, no mere folder among the drives."""
    return os.name == "nt" or (path.is_mount() and path.resolve() != Path(path.anchor))


def _letters() -> list[Path]:
    found: list[Path] = []
    if sys.platform == "win32":
        import ctypes
        import string

        kinds = ctypes.windll.kernel32
        held = kinds.GetLogicalDrives()
        for number, letter in enumerate(string.ascii_uppercase):
            root = f"{letter}:\\"
            if held >> number & 1 and kinds.GetDriveTypeW(root) == _DRIVE_REMOVABLE:
                found.append(Path(root))
    return found
