"""Copying says honestly what became of the text, on every kind of machine, and never raises."""

from __future__ import annotations

import base64
import re
import subprocess
from collections.abc import Callable

import pytest
from helpers import HOSTILE

from inspect_tui.tui import clipboard
from inspect_tui.tui.base import BaseApp
from inspect_tui.tui.clipboard import CopyKind, copy, osc52, paste

TEXT = "岗位责任缺2项。\n近3个月缺1个月未修订。"
FILE = "exports/通报.txt"
ALL = ("wl-copy", "wl-paste", "xclip", "xsel", "pbcopy", "pbpaste")


class Machine:
    """A desktop: which programs it has, which of them work, and what reached its clipboard."""

    def __init__(
        self, *programs: str, broken: tuple[str, ...] = (), fault: Exception | None = None, holds: str = ""
    ) -> None:
        self.programs, self.broken = programs, broken
        self.fault = fault or OSError("no display")
        self.tried: list[str] = []
        self.commands: list[list[str]] = []
        self.clipboard = holds.encode("utf-8")
        self.sent = ""

    def find(self, name: str) -> str | None:
        return f"/usr/bin/{name}" if name in self.programs else None

    def run(self, command: list[str], data: bytes | None) -> bytes:
        self.tried.append(command[0])
        self.commands.append(command)
        if command[0] in self.broken:
            raise self.fault
        if data is not None:
            self.clipboard = data
        return self.clipboard

    def write(self, sequence: str) -> None:
        self.sent += sequence

    def copy(
        self,
        env: dict[str, str],
        platform: str = "linux",
        text: str = TEXT,
        write: Callable[[str], object] | None = None,
    ) -> clipboard.CopyResult:
        return copy(
            text,
            env=env,
            platform=platform,
            saved_to=FILE,
            find=self.find,
            run=self.run,
            write=write or self.write,
        )


X11 = {"DISPLAY": ":0", "TERM": "xterm-256color"}
WAYLAND = {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0", "TERM": "xterm-256color"}
SSH = {"SSH_CONNECTION": "10.0.0.1 22 10.0.0.2 22", "TERM": "xterm-256color"}
BARE = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("env", "platform", "machine", "tried", "kind"),
    [
        (WAYLAND, "linux", Machine(*ALL), ["wl-copy"], CopyKind.SURE),
        (WAYLAND, "linux", Machine("xclip"), ["xclip"], CopyKind.SURE),
        (WAYLAND, "linux", Machine(*ALL, broken=("wl-copy",)), ["wl-copy", "xclip"], CopyKind.SURE),
        (X11, "linux", Machine(*ALL), ["xclip"], CopyKind.SURE),
        (X11, "linux", Machine("xsel"), ["xsel"], CopyKind.SURE),
        (X11, "linux", Machine(*ALL, broken=("xclip", "xsel")), ["xclip", "xsel"], CopyKind.MAYBE),
        (X11, "linux", Machine(), [], CopyKind.MAYBE),
        (BARE, "linux", Machine(*ALL), [], CopyKind.MAYBE),
        (BARE, "darwin", Machine(*ALL), ["pbcopy"], CopyKind.SURE),
        ({"TERM_PROGRAM": "Apple_Terminal"}, "darwin", Machine(), [], CopyKind.FAILED),
        ({**X11, **SSH}, "linux", Machine(*ALL), [], CopyKind.MAYBE),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", Machine(*ALL), [], CopyKind.MAYBE),
        ({"TERM": "linux"}, "linux", Machine(), [], CopyKind.FAILED),
        ({"TERM": "dumb"}, "linux", Machine(), [], CopyKind.FAILED),
        ({**BARE, "TMUX": "/tmp/tmux"}, "linux", Machine(), [], CopyKind.MAYBE),
        ({**X11, "TMUX": "/tmp/tmux"}, "linux", Machine("xclip"), ["xclip"], CopyKind.SURE),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, (dict, list)) else "",
)
def test_what_is_tried_and_what_is_said(
    env: dict[str, str], platform: str, machine: Machine, tried: list[str], kind: CopyKind
) -> None:
    result = machine.copy(env, platform)
    assert machine.tried == tried
    assert result.kind is kind
    assert result.ok is (kind is not CopyKind.FAILED)
    if kind is CopyKind.SURE:
        assert machine.clipboard == TEXT.encode()
        assert machine.sent == ""
        assert result.message == "已复制到系统剪贴板。"
    else:
        # What is not certain says so, and where the text can be had instead.
        assert FILE in result.message
        assert "已复制到" not in result.message
        assert bool(machine.sent) is (kind is CopyKind.MAYBE)
    assert not re.search(r"[A-Za-z]{3}", result.message.replace(FILE, "")), result.message


def test_a_program_that_hangs_or_refuses_is_passed_over() -> None:
    for fault in (subprocess.TimeoutExpired("xclip", 2), subprocess.CalledProcessError(1, "xclip")):
        machine = Machine("xclip", "xsel", broken=("xclip",), fault=fault)
        assert machine.copy(X11).kind is CopyKind.SURE
        assert machine.tried == ["xclip", "xsel"]


def test_whatever_fails_is_a_sentence_and_no_exception() -> None:
    machine = Machine("xclip", broken=("xclip",), fault=RuntimeError("surprise"))

    def refuse(_: str) -> object:
        raise OSError("the terminal is gone")

    result = machine.copy(X11, write=refuse)
    assert result.kind is CopyKind.FAILED
    assert result.message == f"没有复制成功。全文在 {FILE}。"
    assert copy(TEXT, env=BARE, platform="linux", find=lambda _: None).message == "没有复制成功。"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_copied_or_refused(text: str) -> None:
    assert Machine("xclip").copy(X11, text=text).kind is CopyKind.SURE
    machine = Machine()
    machine.copy(BARE, text=text)
    body = machine.sent.removeprefix("\x1b]52;c;").removesuffix("\x07")
    assert re.fullmatch(r"[A-Za-z0-9+/=]*", body), "nothing of the text may reach the terminal bare"


def test_the_copy_sequence_says_the_text() -> None:
    encoded = base64.b64encode(TEXT.encode()).decode()
    assert osc52(TEXT, {}) == f"\x1b]52;c;{encoded}\x07"
    assert osc52(TEXT, {"TERM": "screen-256color"}) == f"\x1bP\x1b]52;c;{encoded}\x07\x1b\\"


def test_under_tmux_the_sequence_is_also_wrapped() -> None:
    encoded = base64.b64encode(TEXT.encode()).decode()
    sequence = osc52(TEXT, {"TMUX": "/tmp/tmux-0", "TERM": "screen-256color"})
    bare, wrapped = sequence[: len(sequence) // 2], sequence[sequence.index("\x1bP") :]
    assert bare.startswith(f"\x1b]52;c;{encoded}\x07")
    # Inside the wrapping every ESC is doubled; undone, it is the bare sequence.
    inner = wrapped.removeprefix("\x1bPtmux;").removesuffix("\x1b\\")
    assert inner.replace("\x1b\x1b", "\x1b") == f"\x1b]52;c;{encoded}\x07"


@pytest.mark.parametrize(
    "env", [BARE, {**BARE, "TMUX": "x"}, {"TERM": "screen"}], ids=["bare", "tmux", "screen"]
)
def test_a_text_too_long_for_the_terminal_is_not_sent(env: dict[str, str]) -> None:
    machine = Machine()
    assert machine.copy(env, text="长" * 20_000).kind is CopyKind.MAYBE
    machine = Machine()
    result = machine.copy(env, text="长" * 30_000)
    assert result.kind is CopyKind.FAILED
    assert machine.sent == ""
    assert FILE in result.message


def test_the_old_windows_console_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[str] = []
    monkeypatch.setattr(clipboard, "_windows_copy", got.append)
    windows = {"OS": "Windows_NT"}
    machine = Machine(*ALL)
    assert machine.copy(windows, "win32", text="一\n二\r\n三").kind is CopyKind.SURE
    assert got == ["一\r\n二\r\n三"]
    assert machine.tried == []

    def held(_: str) -> None:
        raise OSError("held by another program")

    monkeypatch.setattr(clipboard, "_windows_copy", held)
    assert machine.copy(windows, "win32").kind is CopyKind.FAILED
    assert machine.copy({**windows, "WT_SESSION": "1"}, "win32").kind is CopyKind.MAYBE


def test_reading_the_clipboard(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(machine: Machine, env: dict[str, str], platform: str = "linux") -> str:
        return paste(env=env, platform=platform, find=machine.find, run=machine.run)

    assert read(Machine(*ALL, holds=TEXT), WAYLAND) == TEXT
    machine = Machine(*ALL, broken=("xclip",), holds=TEXT)
    assert read(machine, X11) == TEXT
    assert machine.commands[-1] == ["xsel", "--clipboard", "--output"]
    assert read(Machine(*ALL, holds=TEXT), {}, "darwin") == TEXT
    # Over SSH this would be the wrong machine's clipboard.
    remote = Machine(*ALL, holds=TEXT)
    assert read(remote, {**X11, **SSH}) == ""
    assert remote.tried == []
    assert read(Machine(), X11) == ""
    assert read(Machine("xclip", broken=("xclip",), fault=RuntimeError()), X11) == ""

    def bytes_(_command: list[str], _data: bytes | None) -> bytes:
        return b"\xff\xfe\x80"

    assert paste(env=X11, platform="linux", find=lambda name: name, run=bytes_) == "\ufffd\ufffd\ufffd"

    def held() -> str:
        raise OSError

    monkeypatch.setattr(clipboard, "_windows_paste", held)
    assert read(Machine(), {}, "win32") == ""


def test_a_program_gets_the_text_and_gives_it_back() -> None:
    import sys

    program = [
        sys.executable,
        "-c",
        "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read() or b'held')",
    ]
    assert clipboard.run_program(program, TEXT.encode()) == b""
    assert clipboard.run_program(program, None) == b"held"
    with pytest.raises(subprocess.CalledProcessError):
        clipboard.run_program([sys.executable, "-c", "raise SystemExit(3)"], b"x")


async def test_without_a_terminal_nothing_is_written() -> None:
    app = BaseApp[None]()
    async with app.run_test():
        result = copy(TEXT, app=app, env=BARE, platform="linux", find=lambda _: None, saved_to=FILE)
        assert result.kind is CopyKind.FAILED
