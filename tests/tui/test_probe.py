"""Asking the terminal how wide it draws, and choosing the skin by what it says."""

from __future__ import annotations

import io
import os
import sys
import threading
import types
from collections.abc import Iterator

import pytest

from inspect_tui.tui import probe, skin

ENV = {"TERM": "xterm-256color"}


# ---------------------------------------------------------------- the skin


@pytest.mark.parametrize(
    ("env", "width", "expected"),
    [
        ({}, 1, skin.NORMAL),
        ({}, 2, skin.WIDE),
        ({}, None, skin.NORMAL),
        ({"INSPECT_TUI_PLAIN": "1"}, None, skin.PLAIN),
        ({"INSPECT_TUI_PLAIN": "1"}, 1, skin.PLAIN),
        ({"INSPECT_TUI_PLAIN": "1"}, 2, skin.WIDE),
        ({"INSPECT_TUI_PLAIN": "0"}, 2, skin.NORMAL),
        ({"INSPECT_TUI_PLAIN": " No "}, 2, skin.NORMAL),
        ({"INSPECT_TUI_PLAIN": ""}, 1, skin.NORMAL),
        ({"OS": "Windows_NT"}, None, skin.PLAIN),
        ({"OS": "Windows_NT"}, 1, skin.NORMAL),
        ({"OS": "Windows_NT"}, 2, skin.WIDE),
        ({"OS": "Windows_NT", "WT_SESSION": "1"}, None, skin.NORMAL),
    ],
    ids=str,
)
def test_the_skin_follows_wish_width_and_console(
    env: dict[str, str], width: int | None, expected: skin.Skin
) -> None:
    assert skin.choose_skin(env, lambda: width) is expected
    if width is None:
        assert skin.choose_skin(env) is expected


def test_a_wish_for_the_normal_skin_asks_nothing() -> None:
    def never() -> int | None:
        raise AssertionError("the terminal was asked")

    assert skin.choose_skin({"INSPECT_TUI_PLAIN": "0"}, never) is skin.NORMAL


# ---------------------------------------------------------------- where it is safe


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


class Closed(io.StringIO):
    def isatty(self) -> bool:
        raise ValueError("I/O operation on closed file")


@pytest.mark.parametrize(
    "env",
    [
        {"INSPECT_TUI_PLAIN": "1"},
        {"INSPECT_TUI_PLAIN": "0"},
        {"TERM": "dumb"},
        {"TERM": "linux"},
        {"SSH_TTY": "/dev/pts/3"},
        {"SSH_CONNECTION": "10.0.0.1 22 10.0.0.2 22"},
    ],
    ids=str,
)
def test_not_asked_where_no_answer_comes_in_time(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("stdin", "stderr"):
        monkeypatch.setattr(sys, name, Tty())
    assert probe.askable(ENV)
    assert not probe.askable({**ENV, **env})
    question = probe.ask(env={**ENV, **env})
    assert question.answer() is None
    assert sys.stderr.getvalue() == ""


@pytest.mark.parametrize("name", ["stdin", "stderr"])
@pytest.mark.parametrize("stream", [io.StringIO(), Closed(), None], ids=["pipe", "closed", "none"])
def test_not_asked_without_a_terminal(name: str, stream: object, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ("stdin", "stderr"):
        monkeypatch.setattr(sys, each, Tty())
    monkeypatch.setattr(sys, name, stream)
    assert not probe.askable(ENV)
    assert probe.ask(env=ENV).answer() is None


def test_a_terminal_that_cannot_be_set_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stderr"):
        monkeypatch.setattr(sys, name, Tty())
    # A StringIO calls itself a terminal here but has no descriptor.
    assert probe.ask(env=ENV).answer() is None


# ---------------------------------------------------------------- asking


class Terminal:
    """A terminal that answers the way it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import pty

        self.master, self.slave = pty.openpty()
        stream = types.SimpleNamespace(fileno=lambda: self.slave, isatty=lambda: True)
        monkeypatch.setattr(
            probe, "sys", types.SimpleNamespace(stdin=stream, stderr=stream, platform="linux")
        )

    def settings(self) -> list[object]:
        import termios

        return termios.tcgetattr(self.slave)

    def ask(self, reply: bytes) -> tuple[bytes, probe.Question]:
        """Ask, read the question, and put the reply where the terminal would."""
        question = probe.ask(env=ENV)
        heard = b""
        while not heard.endswith(b"\x1b[K"):
            heard += os.read(self.master, 100)
        if reply:
            os.write(self.master, reply)
        return heard, question

    def close(self) -> None:
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    if sys.platform == "win32":
        pytest.skip("the Windows console is asked by its own interface")
    # Long for a reply that is under way; the silent case sets its own.
    monkeypatch.setattr(probe, "BOUND", 20.0)
    terminal = Terminal(monkeypatch)
    yield terminal
    terminal.close()


@pytest.mark.parametrize(
    ("reply", "width"),
    [
        (b"\x1b[5;2R", 1),
        (b"\x1b[24;3R", 2),
        (b"x\x1b[A\x1b[1;3R", 2),
        (b"\x1b[?1;2c\x1b[5;2Rjj", 1),
    ],
)
def test_the_answer_is_read(terminal: Terminal, reply: bytes, width: int) -> None:
    before = terminal.settings()
    heard, question = terminal.ask(reply)
    assert probe.SIGN.encode() in heard
    assert b"\x1b[6n" in heard
    assert terminal.settings() != before, "the answer would be echoed on the screen"
    assert question.answer() == width
    assert terminal.settings() == before
    assert question.answer() is None


def test_an_answer_in_pieces_is_read(terminal: Terminal) -> None:
    _, question = terminal.ask(b"\x1b[1")
    threading.Timer(0.05, os.write, (terminal.master, b"2;3R")).start()
    assert question.answer() == 2


def test_silence_is_no_answer(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    assert probe.BOUND > 0
    monkeypatch.setattr(probe, "BOUND", 0.02)
    before = terminal.settings()
    _, question = terminal.ask(b"")
    assert question.answer() is None
    assert terminal.settings() == before


def test_other_input_alone_is_no_answer(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "BOUND", 0.02)
    before = terminal.settings()
    _, question = terminal.ask(b"hello \x1b[A")
    assert question.answer() is None
    assert terminal.settings() == before


def test_the_bound_is_short() -> None:
    """Every start waits this long on a terminal that keeps silent."""
    assert 0 < probe.BOUND <= 0.1


def test_ending_before_the_answer_restores_the_terminal(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start that fails between question and answer, such as by Ctrl+C, must not leave a silent shell."""
    import atexit

    kept: list[object] = []
    monkeypatch.setattr(atexit, "register", kept.append)
    before = terminal.settings()
    terminal.ask(b"\x1b[5;2R")
    assert terminal.settings() != before
    (restore,) = kept
    restore()  # type: ignore[operator]
    assert terminal.settings() == before


def test_nothing_of_textual_is_imported_for_it() -> None:
    import subprocess

    code = (
        "import sys, inspect_tui.tui.probe\n"
        "assert not [name for name in sys.modules if name.startswith(('textual', 'rich'))]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
