"""The ground every screen stands on: failures, signals, links in text, and keys typed ahead."""

from __future__ import annotations

import asyncio
import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from demo_app import DemoApp
from helpers import HOSTILE, assert_sound, screen_text
from test_prompt import from_terminal, until
from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from inspect_tui.tui import closing, crash
from inspect_tui.tui.base import BaseApp

SECRET = "机密内容"
ENGLISH = re.compile(r"Traceback|Error|error|exception|locals|╭|╰")


# ---------------------------------------------------------------- failures


class Failing(BaseApp[None]):
    """Fails where it is told to, with a note on the screen and in a local variable."""

    def __init__(self, where: str, log_folder: Path, *, saves: bool = True) -> None:
        super().__init__(log_folder=log_folder)
        self.where, self.saves, self.saved = where, saves, 0

    def save_everything(self) -> None:
        self.saved += 1
        if not self.saves:
            raise OSError(f"{SECRET} cannot be written")

    def fail(self, where: str) -> None:
        if where == self.where:
            note = f"{SECRET}在局部变量里"
            raise ValueError(f"{note}也在报错里")

    def compose(self) -> ComposeResult:
        self.fail("compose")
        yield Static(f"{SECRET}在屏幕上", markup=False)

    def on_mount(self) -> None:
        self.fail("mount")
        if self.where == "timer":
            self.set_timer(0.01, lambda: self.fail("timer"))
        if self.where == "worker":
            self.run_worker(self.work(), exit_on_error=True)
        if self.where == "chained":
            self.call_later(self.chained)

    async def work(self) -> None:
        self.fail("worker")

    def chained(self) -> None:
        try:
            self.where = "inner"
            self.fail("inner")
        except ValueError as error:
            raise RuntimeError(SECRET) from error

    def on_key(self) -> None:
        self.fail("key")

    def action_quit_badly(self) -> None:
        self.fail("action")

    BINDINGS = [("x", "quit_badly", "坏")]  # noqa: RUF012


async def run_failing(app: Failing) -> None:
    async def press(pilot) -> None:
        if app.where in ("key", "action"):
            await pilot.press("x")

    await asyncio.wait_for(app.run_async(headless=True, size=(80, 24), auto_pilot=press), 30)


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """What the user read on the terminal: the app writes to the real stderr, past `sys.stderr`."""

    def read() -> str:
        out, err = capfd.readouterr()
        return out + err

    return read


@pytest.mark.parametrize("where", ["compose", "mount", "timer", "worker", "key", "action", "chained"])
async def test_a_failure_saves_and_says_so_in_chinese(
    where: str, tmp_path: Path, said: Callable[[], str]
) -> None:
    app = Failing(where, tmp_path)
    await run_failing(app)
    assert app.return_code == 1
    assert app.saved == 1
    message = said()
    assert message.startswith("程序出了故障，已经退出。\n已记录的内容都已保存")
    assert message.count("程序出了故障") == 1
    assert SECRET not in message
    assert not ENGLISH.search(message), message
    (log,) = tmp_path.glob("*.log")
    assert str(log) in message.splitlines()[-1], "the path must stand on one line to be copied"
    told = log.read_text(encoding="utf-8")
    assert SECRET not in told
    assert "ValueError" in told
    assert re.search(r"tests/tui/test_base\.py:\d+ fail", told.replace("\\", "/"))
    if where == "chained":
        assert told.index("RuntimeError") < told.index("ValueError")


async def test_what_could_not_be_saved_is_said(tmp_path: Path, said: Callable[[], str]) -> None:
    app = Failing("mount", tmp_path, saves=False)
    await run_failing(app)
    assert app.return_code == 1
    message = said()
    assert "退出前未能完成保存" in message
    assert "都已保存" not in message
    assert SECRET not in message + next(tmp_path.glob("*.log")).read_text(encoding="utf-8")


async def test_no_failure_no_message(tmp_path: Path, said: Callable[[], str]) -> None:
    app = Failing("nowhere", tmp_path)

    async def leave(pilot) -> None:
        await pilot.press("ctrl+q")

    await asyncio.wait_for(app.run_async(headless=True, size=(80, 24), auto_pilot=leave), 30)
    assert not app.return_code
    assert app.saved == 1, "leaving saves"
    assert said() == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("problem", [ValueError, OSError, None])
async def test_a_terminal_that_is_gone_does_no_further_harm(
    problem: type[Exception] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            assert problem is not None
            raise problem("nobody reads this any more")

    monkeypatch.setattr(sys, "__stderr__", None if problem is None else Gone())
    app = Failing("mount", tmp_path)
    await run_failing(app)
    assert app.return_code == 1
    assert app.saved == 1
    assert len(list(tmp_path.glob("*.log"))) == 1


def test_the_shell_hears_of_the_failure(tmp_path: Path) -> None:
    """Stock Textual ends with 0 after a crash; here it is 1, in a process of its own."""
    code = (
        "import sys; from pathlib import Path; from demo_app import DemoApp\n"
        "class Main(DemoApp):\n"
        "    def on_mount(self): self.set_timer(0.01, self.demo.action_suggestion)\n"
        "    def run(self): return super().run(headless=True)\n"
        f"sys.exit(Main(log_folder=Path({str(tmp_path)!r})).run_to_exit_code())\n"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, encoding="utf-8")
    assert done.returncode == 1
    assert "程序出了故障" in done.stderr
    assert SECRET not in done.stderr + done.stdout
    assert not ENGLISH.search(done.stderr)


def test_a_log_goes_where_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    other = tmp_path / "other"
    monkeypatch.setattr(crash, "log_folders", lambda folder: [folder, other])
    log = crash.write_log(ValueError(SECRET), blocked)
    assert log is not None and log.parent == other
    monkeypatch.setattr(crash, "log_folders", lambda folder: [folder])
    assert crash.write_log(ValueError(SECRET), blocked) is None
    assert "日志" not in crash.message(None, saved=True)


def test_old_logs_are_removed(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"inspect-tui-20200101-0000{number:02}-1.log").write_text("", encoding="utf-8")
    (tmp_path / "别人的.log").write_text("", encoding="utf-8")
    log = crash.write_log(ValueError(), tmp_path)
    left = sorted(path.name for path in tmp_path.glob("inspect-tui-*.log"))
    assert len(left) == crash.KEEP
    assert log is not None and left[-1] == log.name
    assert (tmp_path / "别人的.log").exists()


def test_an_error_that_goes_in_circles_is_described() -> None:
    one, two = ValueError(SECRET), KeyError(SECRET)
    one.__cause__, two.__cause__ = two, one
    assert crash.describe(one).splitlines() == ["builtins.ValueError", "builtins.KeyError"]


# ---------------------------------------------------------------- the terminal goes away


posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.fixture
def forced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Exit codes for which the process would have been ended by force later on."""
    codes: list[int] = []
    monkeypatch.setattr(closing, "_force_exit_later", codes.append)
    return codes


@posix
@pytest.mark.parametrize(("name", "code"), [("SIGHUP", 129), ("SIGTERM", 143)])
async def test_a_signal_saves_and_leaves(name: str, code: int, forced: list[int]) -> None:
    loop, number = asyncio.get_running_loop(), getattr(signal, name)
    happened: list[object] = []
    before = signal.signal(number, signal.SIG_IGN)  # as some launchers leave it
    try:
        assert closing.install(loop, lambda: happened.append("saved"), happened.append)
        os.kill(os.getpid(), number)
        await until(lambda: len(happened) == 2)
        assert happened == ["saved", code]
        assert forced == [code]
        closing.remove(loop)
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        signal.signal(number, before)


@posix
async def test_a_save_that_fails_does_not_keep_the_program(forced: list[int]) -> None:
    loop = asyncio.get_running_loop()
    left: list[int] = []

    def save() -> None:
        raise OSError("disk full")

    loop.set_exception_handler(lambda *_: None)
    before = signal.getsignal(signal.SIGTERM)
    try:
        closing.install(loop, save, left.append)
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: left)
        assert left == forced == [143]
    finally:
        closing.remove(loop)
        signal.signal(signal.SIGTERM, before)


async def test_only_the_main_thread_hears_signals() -> None:
    loop = asyncio.get_running_loop()
    answers: list[bool] = []
    thread = threading.Thread(
        target=lambda: answers.append(closing.install(loop, lambda: None, lambda _: None))
    )
    thread.start()
    thread.join()
    assert answers == [False]


class Pty:
    """The demo in a terminal of its own, for what only a real process shows."""

    def __init__(self, folder: Path) -> None:
        import pty

        self.master, slave = pty.openpty()
        import termios

        termios.tcsetwinsize(self.master, (24, 80))
        env = {**os.environ, "TERM": "xterm-256color", "PYTHONUTF8": "1"}
        demo = Path(__file__).with_name("demo_app.py")
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        self.process = subprocess.Popen(
            [sys.executable, str(demo), str(folder)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=env,
            start_new_session=True,
        )
        self.output = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            self.output += data

    def wait(self, text: str) -> None:
        end = time.monotonic() + 20
        while text.encode() not in self.output:
            assert time.monotonic() < end, f"{text} did not appear"
            time.sleep(0.01)

    def type(self, data: bytes) -> None:
        os.write(self.master, data)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.slave)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Pty]:
    pytest.importorskip("termios", reason="no terminals of POSIX here")
    terminal = Pty(tmp_path)
    yield terminal
    terminal.close()


@pytest.mark.parametrize(("name", "code"), [("SIGHUP", 129), ("SIGTERM", 143)])
def test_a_signal_keeps_what_was_being_typed(demo: Pty, tmp_path: Path, name: str, code: int) -> None:
    import termios

    demo.wait("符合")
    demo.type(b"\x1bOR")
    demo.wait("好的做法")
    demo.type("写到一半的".encode())
    demo.wait("写到一半的")
    demo.process.send_signal(getattr(signal, name))
    assert demo.process.wait(20) == code
    assert (tmp_path / "draft.txt").read_text(encoding="utf-8") == "写到一半的"
    assert termios.tcgetattr(demo.slave) == demo.before, "the terminal is left as it was found"
    assert b"\x1b[?1049l" in demo.output
    assert not list(tmp_path.glob("*.log"))


def test_a_crash_gives_the_terminal_back(demo: Pty, tmp_path: Path) -> None:
    import termios

    demo.wait("符合")
    demo.type(b"\x1bOS")
    assert demo.process.wait(20) == 1
    demo.wait("程序出了故障")
    assert termios.tcgetattr(demo.slave) == demo.before
    after = demo.output[demo.output.rindex(b"\x1b[?1049l") :].decode()
    assert "程序出了故障" in after, "said where the user still sees it"
    assert SECRET not in after
    assert len(list(tmp_path.glob("*.log"))) == 1


# ---------------------------------------------------------------- text never acts


LINK = "[@click=app.quit]点我退出[/]"


class Stock(App[None]):
    def compose(self) -> ComposeResult:
        yield Static(Content.from_markup(LINK))


class Ours(BaseApp[None]):
    def compose(self) -> ComposeResult:
        yield Static(Content.from_markup(LINK))


async def leaves_on_click(app: App[None]) -> bool:
    async with app.run_test() as pilot:
        await pilot.click(Static, offset=(2, 0))
        await pilot.pause()
        return app._exit


async def test_a_link_in_a_text_does_nothing() -> None:
    assert await leaves_on_click(Stock()), "the danger is gone from Textual; the guard may go too"
    assert not await leaves_on_click(Ours())


async def test_a_link_runs_only_when_it_is_on_the_list() -> None:
    class Listed(Ours):
        LINK_ACTIONS = frozenset({"app.quit"})

    class Other(Ours):
        LINK_ACTIONS = frozenset({"app.bell"})

    assert not await leaves_on_click(Other())
    assert await leaves_on_click(Listed())


async def test_messages_are_plain_text() -> None:
    app = BaseApp[None]()
    async with app.run_test(notifications=True) as pilot:
        for text in HOSTILE:
            app.clear_notifications()
            app.notify(text[:300], title=text[:40], markup=True)
            app.say(text[:300], "error")
            app.screen.notify(text[:300], markup=True)
            await pilot.pause()
            assert_sound(app)
        app.clear_notifications()
        app.say(LINK, "warning")
        await pilot.pause()
        assert LINK in screen_text(app)


# ---------------------------------------------------------------- keys typed ahead


async def test_digits_typed_ahead_go_to_the_menu_that_opens() -> None:
    app = DemoApp()
    async with app.run_test() as pilot:
        await from_terminal(app, "31")
        await pilot.pause()
        assert len(app.screen_stack) == 1
        assert app.demo.verdicts[1:4] == ["fail", "pending", "pending"]
        await from_terminal(app, "3121\x1b[A1")
        await pilot.pause()
        assert app.demo.verdicts[1:5] == ["fail", "fail", "pass", "pending"]


async def test_words_typed_ahead_go_to_the_prompt_that_opens() -> None:
    app = DemoApp()
    async with app.run_test() as pilot:
        await from_terminal(app, "\x1bOR班前五分钟讲风险\x1b[200~，\r组员都能复述\x1b[201~。\r1")
        await pilot.pause()
        assert app.demo.notes == ["班前五分钟讲风险，；组员都能复述。"]
        assert app.demo.verdicts[1:3] == ["pass", "pending"]


async def test_many_keys_at_once_all_count() -> None:
    app = DemoApp(count=60)
    async with app.run_test() as pilot:
        await from_terminal(app, "1" * 40)
        await pilot.pause()
        judged = [index for index, verdict in enumerate(app.demo.verdicts) if verdict == "pass"]
        assert judged == [index for index in range(1, 48) if index % 12][:40]


async def test_a_key_that_never_settles_holds_the_next_one_only_a_while() -> None:
    """A handler that is stuck must not take the keyboard with it."""
    app = DemoApp()
    async with app.run_test() as pilot:
        app._typing_since = time.monotonic()  # as if a key were still under way
        await from_terminal_without_waiting(app, "1")
        await until(lambda: app.demo.verdicts[1] == "pass")
        await pilot.pause()


async def test_keys_handed_on_before_their_time_neither_get_lost_nor_come_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a slow machine keys overtake the settling of those before them; their markers then mean nothing."""
    monkeypatch.setattr("inspect_tui.tui.keys_in_turn.KEY_PATIENCE", 0.0005)
    app = DemoApp(count=60)
    async with app.run_test() as pilot:
        for number in range(40):
            await from_terminal_without_waiting(app, "1")
            if number % 3 == 0:
                await asyncio.sleep(0.0003 * (number % 7))
        await until(lambda: not app._typed and not app._typing_since)
        await pilot.pause()
        judged = [index for index, verdict in enumerate(app.demo.verdicts) if verdict == "pass"]
        assert judged == [index for index in range(1, 48) if index % 12][:40]


async def test_impatience_takes_no_key_that_is_being_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    app = DemoApp()
    async with app.run_test() as pilot:
        app._typing_since = time.monotonic()  # as if a key were still under way
        await from_terminal_without_waiting(app, "1")
        await until(lambda: bool(app._typed))
        stock = app.call_later

        def hurried(callback: Callable[..., object], *args: object) -> bool:
            if "_deliver" in getattr(callback, "__name__", ""):
                stock(app._hurry)
            return stock(callback, *args)

        monkeypatch.setattr(app, "call_later", hurried)
        app._follow(app.screen, 0, app._typing_since)
        await until(lambda: not app._typed and not app._typing_since)
        await pilot.pause()
        assert app.demo.verdicts[1:3] == ["pass", "pending"]


async def from_terminal_without_waiting(app: BaseApp[None], data: str) -> None:
    from textual._xterm_parser import XTermParser

    for message in XTermParser().feed(data):
        message.set_sender(app)
        app.post_message(message)


# ---------------------------------------------------------------- the way of a key


class Hearing(Static, can_focus=True):
    """Handles keys itself, and has one bound besides."""

    BINDINGS: ClassVar[list[BindingType]] = [("x", "app.note('widget x')"), ("y", "app.note('widget y')")]

    def on_key(self, event: events.Key) -> None:
        getattr(self.app, "noted").append(f"heard {event.key}")  # noqa: B009
        if event.key == "y":
            event.stop()


class Deaf(Static, can_focus=True):
    """Leaves keys to what is bound to them."""

    BINDINGS: ClassVar[list[BindingType]] = [("x", "app.note('widget x')")]


class Named(Static, can_focus=True):
    """Has a method named after a key."""

    def key_x(self) -> None:
        getattr(self.app, "noted").append("key_x")  # noqa: B009


class Decorated(Static, can_focus=True):
    """Hears keys by a decorator."""

    @on(events.Key)
    def heard(self, event: events.Key) -> None:
        getattr(self.app, "noted").append(f"decorated {event.key}")  # noqa: B009


class Noting(BaseApp[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "note('priority p')", priority=True),
        ("x", "note('app x')"),
        ("z", "note('app z')"),
    ]

    def __init__(self, front: Static) -> None:
        super().__init__()
        self.front, self.noted = front, list[str]()

    def compose(self) -> ComposeResult:
        with Container():
            yield self.front

    def on_mount(self) -> None:
        self.front.focus()

    def action_note(self, what: str) -> None:
        self.noted.append(what)


@pytest.mark.parametrize(
    ("front", "noted"),
    [
        (Deaf, ["widget x", "app z", "priority p"]),
        (Hearing, ["heard x", "widget x", "heard y", "heard z", "app z", "priority p"]),
        (Named, ["key_x", "app x", "app z", "priority p"]),
        (Decorated, ["decorated x", "app x", "decorated y", "decorated z", "app z", "priority p"]),
    ],
)
async def test_a_key_reaches_who_hears_it_and_then_what_it_is_bound_to(
    front: type[Static], noted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = Noting(front())
    straight: list[str] = []
    short = BaseApp._straight

    async def counted(self: Noting, event: events.Key) -> None:
        straight.append(event.key)
        await short(self, event)

    monkeypatch.setattr(BaseApp, "_straight", counted)
    async with app.run_test() as pilot:
        await pilot.press("x", "y", "z", "p")
        assert app.noted == noted
        # Only where no widget on the way would miss it does a key go straight to what it is bound to.
        assert straight == (["x", "y", "z", "p"] if front is Deaf else [])


async def test_a_key_does_not_overtake_what_came_before_it() -> None:
    app = Noting(Deaf())
    async with app.run_test() as pilot:
        app.front.call_later(app.action_note, "before")
        await pilot.press("x")
        assert app.noted == ["before", "widget x"]


def test_the_screens_stand_back_after_a_paint_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[float] = []
    monkeypatch.setattr("inspect_tui.tui.base.sleep", rests.append)
    app = Noting(Deaf())
    app.post_display_hook()
    monkeypatch.setattr(Noting, "is_headless", True)
    app.post_display_hook()
    assert len(rests) == 1
