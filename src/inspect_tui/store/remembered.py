"""Remembered: small conveniences of this machine and account, such as the folder photos come from.

They stand outside every workspace, because a workspace travels and a folder of this machine does not.
"""

from __future__ import annotations

import os
from pathlib import Path

from inspect_tui.store.clean import clean_text
from inspect_tui.store.errors import StoreError
from inspect_tui.store.files import write_durable

_LONGEST = 4096


def _path(name: str) -> Path:
    from platformdirs import user_data_path

    folder = Path(os.environ.get("INSPECT_TUI_HOME") or user_data_path("inspect_tui", appauthor=False))
    return folder / f"remembered-{name}.txt"


def remembered(name: str) -> str:
    """What was kept under a name; empty when nothing was, or it cannot be read."""
    try:
        with _path(name).open(encoding="utf-8") as file:
            return clean_text(file.read(_LONGEST), newlines=False)
    except (OSError, UnicodeDecodeError):
        return ""


def remember(name: str, text: str) -> None:
    """Keep a line under a name. A machine whose home cannot be written simply forgets."""
    path = _path(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durable(path, text.encode("utf-8", "replace"))
    except (OSError, StoreError):
        return
