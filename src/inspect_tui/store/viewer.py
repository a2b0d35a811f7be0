"""Viewer: a file shown in whatever program this machine has for it."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from inspect_tui.store import files
from inspect_tui.store.errors import reason

NO_VIEWER = "这台电脑没有能打开它的程序，文件在{path}。"


def show_file(path: Path) -> str:
    """Open a file in the system's viewer without waiting for it; returns why not, or nothing.

    The path goes as one argument and never through a shell, so that no name can become a command. Of an
    encrypted file a plain copy is shown that only this user can read and that goes when the program ends.
    """
    try:
        if files.fs.raw(path).startswith(files.ENCRYPTED):
            path = _plain_copy(path)
        if sys.platform == "win32":
            os.startfile(path)
            return ""
        for command in (
            ("open",) if sys.platform == "darwin" else ("xdg-open", "gio", "gnome-open", "kde-open")
        ):
            program = shutil.which(command)
            if program is not None:
                _start([program, "open", str(path)] if command == "gio" else [program, str(path)])
                return ""
    except OSError as error:
        return f"打不开：{reason(error)}。文件在{path}。"
    return NO_VIEWER.format(path=path)


def _plain_copy(path: Path) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="inspect-tui-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    copy = folder / path.name
    copy.write_bytes(files.fs.read(path))
    return copy


def _start(command: list[str]) -> None:
    """A program on its own, that neither writes on our screen nor ends with us."""
    quiet = subprocess.DEVNULL
    subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
