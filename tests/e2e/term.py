"""Drive the app in a real terminal the way a person does. Needs tmux.

Where tmux is missing the tests are skipped with a loud reason, except on CI, where they fail: a suite that
quietly loses its end-to-end tests is worse than a red one.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which

import pytest

PATIENCE = 20.0
"""Seconds to wait for something to appear. Long, for loaded machines; nothing here measures time."""


def need_tmux() -> None:
    """Skip, or on CI fail, where there is no tmux."""
    if which("tmux") is None:
        if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
            pytest.fail("tmux is missing on CI: the end-to-end tests cannot run")
        pytest.skip("tmux is missing: NO end-to-end test was run")


class Term:
    """A terminal of its own with a program in it."""

    def __init__(
        self,
        command: Sequence[str],
        width: int = 80,
        height: int = 24,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        clipboard: bool = True,
    ) -> None:
        need_tmux()
        self.socket = f"inspect-{uuid.uuid4().hex[:10]}"
        settings = {"LANG": "C.UTF-8", "TERM": "tmux-256color", "COLORTERM": "truecolor", **(env or {})}
        words = [f"{name}={value}" for name, value in settings.items()]
        # `exec` so that the pane's process is the program itself and hears the hang-up first.
        line = "exec env " + shlex.join([*words, *command])
        place = ["-c", str(cwd)] if cwd is not None else []
        keep = "set -g remain-on-exit on ; set -g focus-events on ; set -s escape-time 0"
        keep += f" ; set -s set-clipboard {'on' if clipboard else 'off'}"
        # The settings must hold before the program starts, so a first pane waits while they are made.
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height), "sleep 600")
        for setting in keep.split(" ; "):
            self._tmux(*setting.split())
        self._tmux("respawn-pane", "-k", *place, line)

    def __enter__(self) -> Term:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _tmux(self, *args: str, check: bool = True) -> str:
        done = subprocess.run(
            ["tmux", "-u", "-L", self.socket, *args],
            check=False,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=30,
            env={**os.environ, "LANG": "C.UTF-8"},
        )
        if check and done.returncode:
            raise AssertionError(f"tmux {args[0]} failed: {done.stderr.strip()}")
        return done.stdout

    def text(self) -> str:
        """The screen as text."""
        return self._tmux("capture-pane", "-p")

    def colours(self) -> str:
        """The screen with its colour sequences."""
        return self._tmux("capture-pane", "-p", "-e")

    def type(self, text: str) -> None:
        """Type text, Chinese included, as an input method commits it."""
        if text:
            # tmux takes a last ";" for the end of the command.
            self._tmux("send-keys", "-l", "--", f"{text[:-1]}\\;" if text.endswith(";") else text)

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names: F2, Enter, C-z, BTab, Escape, Up."""
        self._tmux("send-keys", *keys)

    def send(self, data: bytes) -> None:
        """Send raw bytes, as a terminal would."""
        self._tmux("send-keys", "-H", *(f"{byte:02x}" for byte in data))

    def paste(self, text: str) -> None:
        """Paste with bracketed paste, as a terminal does."""
        self._tmux("set-buffer", "-b", "typed", "--", text)
        self._tmux("paste-buffer", "-p", "-d", "-b", "typed")

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def clipboard(self) -> str:
        """What the app copied through the terminal."""
        return self._tmux("show-buffer", check=False)

    def title(self) -> str:
        return self._tmux("display-message", "-p", "#{pane_title}").strip()

    def cursor(self) -> tuple[int, int]:
        """Column and row of the terminal's cursor."""
        x, y = self._tmux("display-message", "-p", "#{cursor_x} #{cursor_y}").split()
        return int(x), int(y)

    def pid(self) -> int:
        """Process id of the program."""
        return int(self._tmux("display-message", "-p", "#{pane_pid}"))

    def wait(self, needle: str, timeout: float = PATIENCE) -> str:
        """Wait until a text stands on the screen; returns the screen."""
        return self._until(lambda text: needle in text, f"{needle!r} did not appear", timeout)

    def wait_gone(self, needle: str, timeout: float = PATIENCE) -> str:
        """Wait until a text is no longer on the screen."""
        return self._until(lambda text: needle not in text, f"{needle!r} did not go away", timeout)

    def wait_still(self, quiet: float = 0.15, timeout: float = PATIENCE) -> str:
        """Wait until the screen has not changed for a moment; returns it."""
        end = time.monotonic() + timeout
        last, since = self.text(), time.monotonic()
        while time.monotonic() < end:
            time.sleep(0.03)
            now = self.text()
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since >= quiet:
                return now
        raise AssertionError(f"the screen never came to rest:\n{last}")

    def _until(self, test, fault: str, timeout: float) -> str:
        end = time.monotonic() + timeout
        while True:
            text = self.text()
            if test(text):
                return text
            if time.monotonic() > end:
                raise AssertionError(f"{fault}:\n{text}")
            time.sleep(0.05)

    def exit_code(self, timeout: float = PATIENCE) -> int:
        """Wait for the program's end; its exit code, or 128 + signal."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            state = self._tmux(
                "display-message", "-p", "#{pane_dead} #{pane_dead_status} #{pane_dead_signal}"
            ).split()
            if len(state) > 1 and state[0] == "1":
                return int(state[1])
            # tmux 3.3 sometimes misses the child's end: the pane is dead, the status never comes.
            if state == ["1"] and (status := _zombie_status(self.pid())) is not None:
                return status
            time.sleep(0.02)
        raise AssertionError(f"the program did not end:\n{self.text()}")

    def hang_up(self) -> None:
        """Close the terminal's window: the program gets SIGHUP and its terminal is gone."""
        self._tmux("kill-server", check=False)

    def kill(self) -> None:
        """kill -9."""
        if sys.platform != "win32":
            import signal

            os.kill(self.pid(), signal.SIGKILL)

    def close(self) -> None:
        self._tmux("kill-server", check=False)


def wait_process_gone(pid: int, timeout: float = PATIENCE) -> None:
    """Wait until a process of ours has ended."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return
        except (ProcessLookupError, FileNotFoundError):
            return
        time.sleep(0.02)
    raise AssertionError(f"process {pid} is still there")


def _zombie_status(pid: int) -> int | None:
    """The exit code of a process that has ended and that nobody has asked about; None while it runs."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    if fields[0] != "Z":
        return None
    code = os.waitstatus_to_exitcode(int(fields[-1]))
    return code if code >= 0 else 128 - code
