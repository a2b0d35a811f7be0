"""Asks the terminal, before the app starts, how wide it draws an East-Asian-ambiguous sign.

The question is sent first and the answer fetched after the slow imports, so asking costs no time. Nothing
here imports Textual.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Mapping

SIGN = "─"
BOUND = 0.1
"""Seconds from the question after which no answer is waited for."""

_REPLY = re.compile(rb"\x1b\[(\d+);(\d+)R")


class Question:
    """A question under way; `answer` gives the width, or None when the terminal keeps silent."""

    def __init__(self, fetch: Callable[[], int | None] | None = None) -> None:
        self._fetch = fetch

    def answer(self) -> int | None:
        """Fetch the answer and put the terminal back as it was. May be called more than once."""
        fetch, self._fetch = self._fetch, None
        return fetch() if fetch is not None else None


def askable(env: Mapping[str, str]) -> bool:
    """Whether asking is safe: someone answers, and soon enough not to be taken for a key later."""
    if env.get("INSPECT_TUI_PLAIN", "").strip():
        return False
    if env.get("TERM", "") in ("dumb", "linux") or env.get("SSH_TTY") or env.get("SSH_CONNECTION"):
        return False
    try:
        return sys.stdin.isatty() and sys.stderr.isatty()
    except (AttributeError, ValueError):
        return False


def ask(sign: str = SIGN, env: Mapping[str, str] | None = None) -> Question:
    """Send the question. Never raises; where asking is unsafe the answer is None."""
    if not askable(os.environ if env is None else env):
        return Question()
    try:
        return _ask_windows(sign) if sys.platform == "win32" else _ask_posix(sign)
    except Exception:
        return Question()


def _ask_posix(sign: str) -> Question:
    import atexit
    import select
    import termios

    stdin, stdout = sys.stdin.fileno(), sys.stderr.fileno()
    before = termios.tcgetattr(stdin)
    quiet = termios.tcgetattr(stdin)
    # Signals stay on, so that Ctrl+C still ends a slow start.
    quiet[3] &= ~(termios.ICANON | termios.ECHO)
    quiet[6][termios.VMIN], quiet[6][termios.VTIME] = 0, 0

    def restore() -> None:
        atexit.unregister(restore)
        termios.tcsetattr(stdin, termios.TCSANOW, before)

    termios.tcsetattr(stdin, termios.TCSANOW, quiet)
    atexit.register(restore)
    deadline = time.monotonic() + BOUND
    os.write(stdout, f"\r{sign}\x1b[6n\r\x1b[K".encode())

    def fetch() -> int | None:
        read = b""
        try:
            while True:
                ready, _, _ = select.select([stdin], [], [], max(0.0, deadline - time.monotonic()))
                if not ready:
                    return None
                chunk = os.read(stdin, 1024)
                read += chunk
                if found := _REPLY.search(read):
                    return int(found[2]) - 1
                if not chunk:
                    return None
        except OSError:
            return None
        finally:
            restore()

    return Question(fetch)


def _ask_windows(sign: str) -> Question:
    """The Windows console says where its cursor is without any input being read."""
    import ctypes
    from ctypes import wintypes

    class BufferInfo(ctypes.Structure):
        _fields_ = [
            ("size", wintypes._COORD),
            ("cursor", wintypes._COORD),
            ("attributes", wintypes.WORD),
            ("window", wintypes.SMALL_RECT),
            ("largest", wintypes._COORD),
        ]

    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined]
    kernel32.GetStdHandle.restype = wintypes.HANDLE
    handle = kernel32.GetStdHandle(wintypes.DWORD(-12 & 0xFFFFFFFF))
    written = wintypes.DWORD()
    info = BufferInfo()

    def write(text: str) -> bool:
        return bool(
            kernel32.WriteConsoleW(wintypes.HANDLE(handle), text, len(text), ctypes.byref(written), None)
        )

    if not write(f"\r{sign}"):
        return Question()
    found = bool(kernel32.GetConsoleScreenBufferInfo(wintypes.HANDLE(handle), ctypes.byref(info)))
    column = int(info.cursor.X)
    write("\r  \r")
    return Question(lambda: column if found and column > 0 else None)
