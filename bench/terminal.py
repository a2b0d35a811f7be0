"""A program in a pseudo-terminal, timed from outside: from exec or a key to the bytes it paints.

No terminal emulator stands between, so what is measured is the program alone. POSIX only.
"""

from __future__ import annotations

import os
import re
import select
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_ESCAPE = re.compile(
    r"\x1b(?:\[[0-9;?<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|.)", re.DOTALL
)
#: The question where the cursor stands, and the answer of a terminal that drew one narrow sign.
_WHERE, _HERE = b"\x1b[6n", b"\x1b[1;2R"
#: Chunks of one paint arrive closer together than this, in seconds, and those of two paints do not: a program
#: that paints 保存中 and soon after it 已保存 makes two.
GAP = 0.002
PATIENCE = 60.0


class NotPainted(Exception):
    """What was waited for did not appear; carries what did."""


class Screen:
    """A running program; `read` bytes are kept as text without escape sequences."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        import fcntl
        import pty
        import termios

        settings = {
            **os.environ,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "TEXTUAL_ANIMATIONS": "none",
            **(env or {}),
        }
        for name in ("TMUX", "NO_COLOR", "COLUMNS", "LINES"):
            settings.pop(name, None)
        self._fd, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

        def own_terminal() -> None:
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            list(command),
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env=settings,
            cwd=cwd,
            preexec_fn=own_terminal,
        )
        os.close(inner)
        self._tail = b""

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, timeout: float) -> tuple[str, float] | None:
        """One chunk and when it came, or None when nothing came in time."""
        if not select.select([self._fd], [], [], max(timeout, 0))[0]:
            return None
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError as error:
            raise NotPainted("the program ended") from error
        came = time.perf_counter()
        if not data:
            raise NotPainted("the program ended")
        if _WHERE in data:
            # Every terminal says at once where its cursor stands; a program must not be seen waiting for it.
            os.write(self._fd, _HERE)
        return data.decode("utf-8", "replace"), came

    def _painted(self, since: float, needle: str, timeout: float) -> float:
        """Seconds from `since` to the end of the paint in which the pattern appears (any paint for "")."""
        raw, last = "", None
        end = time.perf_counter() + timeout
        while True:
            found = last is not None and (not needle or re.search(needle, _ESCAPE.sub("", raw)))
            chunk = self._read(GAP if found else end - time.perf_counter())
            if chunk is not None:
                raw, last = raw + chunk[0], chunk[1]
            elif found and last is not None:
                return last - since
            else:
                seen = " ".join(_ESCAPE.sub(" ", raw).split())
                raise NotPainted(f"{needle!r} did not appear; seen: {seen[-400:]}")

    def first_paint(self, needle: str, timeout: float = PATIENCE) -> float:
        """Seconds from exec to the end of the paint that shows `needle`."""
        return self._painted(self.started, needle, timeout)

    def key(self, key: str, needle: str = "", timeout: float = 10.0) -> float:
        """Seconds from a key to the end of the paint it causes, or of the one that shows `needle`."""
        since = time.perf_counter()
        os.write(self._fd, key.encode())
        return self._painted(since, needle, timeout)

    def settle(self, quiet: float = 0.06, timeout: float = 10.0) -> None:
        """Read until nothing has come for a moment."""
        end = time.perf_counter() + timeout
        while time.perf_counter() < end and self._read(quiet) is not None:
            pass

    def close(self) -> None:
        """End the program without ceremony: the workspaces of the bench are thrown away."""
        self.process.kill()
        self.process.wait()
        os.close(self._fd)


def first_paint(
    command: Sequence[str],
    needle: str,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> float:
    """Start a program, wait until it shows a text, end it; seconds from exec."""
    with Screen(command, env=env, cwd=cwd) as screen:
        return screen.first_paint(needle)


def run_time(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> float:
    """Seconds a command takes from exec to its end. Raises when it fails."""
    since = time.perf_counter()
    done = subprocess.run(
        list(command), env={**os.environ, **(env or {})}, cwd=cwd, capture_output=True, check=False
    )
    taken = time.perf_counter() - since
    if done.returncode:
        raise NotPainted(done.stderr.decode("utf-8", "replace")[-400:])
    return taken


def available() -> bool:
    """Whether this system has pseudo-terminals."""
    return sys.platform != "win32"
