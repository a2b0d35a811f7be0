"""The system's clipboard, and an honest word about whether a copy reached it.

A terminal's own copy sequence (OSC 52) is never confirmed and often ignored, so the native way comes first
except over SSH, where it would fill the wrong machine's clipboard.
"""

from __future__ import annotations

import base64
import enum
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from shutil import which
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from textual.app import App

TIMEOUT = 2.0
"""Seconds a clipboard program may take."""

OSC52_LIMIT = 100_000
"""Encoded bytes beyond which terminals are known to drop the sequence."""


class CopyKind(enum.Enum):
    """How sure a copy is: confirmed by the system, sent to the terminal unconfirmed, or failed."""

    SURE = "sure"
    MAYBE = "maybe"
    FAILED = "failed"


@dataclass(frozen=True)
class CopyResult:
    """What became of a copy, with a sentence for the user."""

    kind: CopyKind
    message: str

    @property
    def ok(self) -> bool:
        return self.kind is not CopyKind.FAILED


class Runner(Protocol):
    """Runs a clipboard program, giving it bytes or taking them from it."""

    def __call__(self, command: list[str], data: bytes | None) -> bytes: ...


def run_program(command: list[str], data: bytes | None) -> bytes:
    """Run a clipboard program. Raises OSError or SubprocessError.

    The output of a copying program is not piped: xclip stays behind to serve the clipboard and would hold
    the pipe open for ever.
    """
    done = subprocess.run(
        command,
        input=data,
        stdout=subprocess.DEVNULL if data is not None else subprocess.PIPE,
        stdin=None if data is not None else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=TIMEOUT,
        check=True,
        start_new_session=True,
    )
    return done.stdout or b""


def copy(
    text: str,
    *,
    app: App[Any] | None = None,
    env: Mapping[str, str] | None = None,
    saved_to: str = "",
    platform: str = sys.platform,
    find: Callable[[str], str | None] = which,
    run: Runner = run_program,
    write: Callable[[str], object] | None = None,
) -> CopyResult:
    """Copy a text and say how sure that is. Never raises.

    `saved_to` names the file that holds the same text, for the message when the copy is not sure. `app`
    (or `write`) is what an OSC 52 sequence is sent through; the rest is there for tests.
    """
    env = os.environ if env is None else env
    if write is None and app is not None:
        write = _writer(app)
    remote = bool(env.get("SSH_TTY") or env.get("SSH_CONNECTION"))
    if not remote and _native_copy(text, env, platform, find, run):
        return CopyResult(CopyKind.SURE, "已复制到系统剪贴板。")
    where = f"全文在 {saved_to}。" if saved_to else ""
    if write is not None and _osc52(text, env, write):
        return CopyResult(CopyKind.MAYBE, f"终端可能已复制，请粘贴核对。{where}")
    return CopyResult(CopyKind.FAILED, f"没有复制成功。{where}")


def paste(
    *,
    env: Mapping[str, str] | None = None,
    platform: str = sys.platform,
    find: Callable[[str], str | None] = which,
    run: Runner = run_program,
) -> str:
    """The text in the system's clipboard; empty where it cannot be read. Never raises."""
    env = os.environ if env is None else env
    if env.get("SSH_TTY") or env.get("SSH_CONNECTION"):
        return ""
    try:
        if platform == "win32":
            return _windows_paste()
        for command in _commands(env, platform, find, reading=True):
            try:
                return run(command, None).decode("utf-8", "replace")
            except (OSError, subprocess.SubprocessError):
                continue
    except Exception:
        return ""
    return ""


def _commands(
    env: Mapping[str, str], platform: str, find: Callable[[str], str | None], *, reading: bool
) -> list[list[str]]:
    """The clipboard programs of this desktop, the likeliest first."""
    known: list[list[str]] = []
    if platform == "darwin":
        known.append(["pbpaste"] if reading else ["pbcopy"])
    else:
        if env.get("WAYLAND_DISPLAY"):
            wayland = (
                ["wl-paste", "--no-newline"] if reading else ["wl-copy", "--type", "text/plain;charset=utf-8"]
            )
            known.append(wayland)
        if env.get("DISPLAY"):
            known.append(["xclip", "-selection", "clipboard", *(["-o"] if reading else [])])
            known.append(["xsel", "--clipboard", "--output" if reading else "--input"])
    return [command for command in known if find(command[0])]


def _native_copy(
    text: str, env: Mapping[str, str], platform: str, find: Callable[[str], str | None], run: Runner
) -> bool:
    try:
        data = text.encode("utf-8", "replace")
        if platform == "win32":
            _windows_copy(text.replace("\r\n", "\n").replace("\n", "\r\n"))
            return True
        for command in _commands(env, platform, find, reading=False):
            try:
                run(command, data)
                return True
            except (OSError, subprocess.SubprocessError):
                continue
    except Exception:
        return False
    return False


def _writer(app: App[Any]) -> Callable[[str], object] | None:
    driver = app._driver
    return None if driver is None or driver.is_headless else driver.write


def osc52(text: str, env: Mapping[str, str]) -> str:
    """The terminal's copy sequence, wrapped so that tmux or screen hands it on."""
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    if env.get("TMUX"):
        # tmux takes the bare sequence itself when set-clipboard is on, and passes the wrapped one to the
        # terminal outside when allow-passthrough is; which of the two holds cannot be asked.
        bare = f"\x1b]52;c;{encoded}\x07"
        return bare + "\x1bPtmux;\x1b" + bare + "\x1b\\"
    if env.get("TERM", "").startswith("screen"):
        return f"\x1bP\x1b]52;c;{encoded}\x07\x1b\\"
    return f"\x1b]52;c;{encoded}\x07"


def _osc52(text: str, env: Mapping[str, str], write: Callable[[str], object]) -> bool:
    # These terminals are known to ignore the sequence, or to paste it back garbled.
    if env.get("TERM_PROGRAM") == "Apple_Terminal" or env.get("TERM") in ("linux", "dumb"):
        return False
    if env.get("OS") == "Windows_NT" and not env.get("WT_SESSION"):
        return False
    sequence = osc52(text, env)
    if len(sequence) > OSC52_LIMIT * (2 if env.get("TMUX") else 1):
        return False
    try:
        write(sequence)
    except Exception:
        return False
    return True


_CF_UNICODETEXT = 13
_GMEM_MOVEABLE = 2


def _windows_api() -> tuple[Any, Any]:
    import ctypes
    from ctypes import wintypes

    user32 = ctypes.WinDLL("user32", use_last_error=True)  # type: ignore[attr-defined]
    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined]
    user32.OpenClipboard.argtypes = [wintypes.HWND]
    user32.SetClipboardData.argtypes = [wintypes.UINT, wintypes.HANDLE]
    user32.SetClipboardData.restype = wintypes.HANDLE
    user32.GetClipboardData.argtypes = [wintypes.UINT]
    user32.GetClipboardData.restype = wintypes.HANDLE
    kernel32.GlobalAlloc.argtypes = [wintypes.UINT, ctypes.c_size_t]
    kernel32.GlobalAlloc.restype = wintypes.HGLOBAL
    kernel32.GlobalFree.argtypes = [wintypes.HGLOBAL]
    kernel32.GlobalLock.argtypes = [wintypes.HGLOBAL]
    kernel32.GlobalLock.restype = wintypes.LPVOID
    kernel32.GlobalUnlock.argtypes = [wintypes.HGLOBAL]
    return user32, kernel32


def _windows_open(user32: Any) -> None:
    """Open the clipboard; another program may hold it for a moment."""
    import time

    for _ in range(10):
        if user32.OpenClipboard(None):
            return
        time.sleep(0.02)
    raise OSError("the clipboard is held by another program")


def _windows_copy(text: str) -> None:
    import ctypes

    user32, kernel32 = _windows_api()
    data = text.encode("utf-16-le", "replace") + b"\0\0"
    _windows_open(user32)
    try:
        user32.EmptyClipboard()
        handle = kernel32.GlobalAlloc(_GMEM_MOVEABLE, len(data))
        address = kernel32.GlobalLock(handle) if handle else None
        if not address:
            raise OSError("no memory for the clipboard")
        ctypes.memmove(address, data, len(data))
        kernel32.GlobalUnlock(handle)
        # Once accepted, the memory belongs to the system.
        if not user32.SetClipboardData(_CF_UNICODETEXT, handle):
            kernel32.GlobalFree(handle)
            raise OSError("the clipboard refused the text")
    finally:
        user32.CloseClipboard()


def _windows_paste() -> str:
    import ctypes

    user32, kernel32 = _windows_api()
    _windows_open(user32)
    try:
        handle = user32.GetClipboardData(_CF_UNICODETEXT)
        address = kernel32.GlobalLock(handle) if handle else None
        if not address:
            return ""
        try:
            return ctypes.wstring_at(address).replace("\r\n", "\n")
        finally:
            kernel32.GlobalUnlock(handle)
    finally:
        user32.CloseClipboard()
