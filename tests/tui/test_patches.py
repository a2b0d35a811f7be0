"""Assumptions about Textual 8.2.8 that our repairs rest on.

When one fails after a Textual update: look whether upstream has fixed the fault, then drop or adapt the
patch.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import types
from importlib.metadata import version

import pytest
from rich.cells import cell_len
from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.app import App, ComposeResult
from textual.widgets import OptionList, Static, TextArea

from inspect_tui.tui import linebreak, textual_patches
from inspect_tui.tui.text import cells

textual_patches.install()


def test_textual_is_the_version_the_patches_were_written_for() -> None:
    assert version("textual") == "8.2.8"


@pytest.mark.parametrize("patch", textual_patches.PATCHES, ids=lambda patch: patch.name)
def test_patch_still_applies(patch: textual_patches.Patch) -> None:
    if patch.name == "chinese-line-breaks":
        assert textual_patches.textual_content.divide_line is linebreak.divide_line
    assert patch.applies(), f"look at {patch.issue} and at what Textual changed"


def test_the_unpatched_names_look_as_they_did() -> None:
    """In a process of its own, since this one is patched already."""
    code = (
        "import textual._xterm_parser as p, textual.content as c, textual.document._wrapped_document as w\n"
        "import rich._wrap, textual._wrap\n"
        "assert p._MAX_SEQUENCE_SEARCH_THRESHOLD == 32\n"
        "assert c.divide_line is rich._wrap.divide_line\n"
        "assert w.compute_wrap_offsets is textual._wrap.compute_wrap_offsets\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# Kitty protocol


def keys_of(data: str) -> list[str]:
    parser = XTermParser()
    return [event.character or event.key for event in parser.feed(data) if isinstance(event, events.Key)]


def commit(text: str) -> str:
    """What a kitty-protocol terminal sends when an input method commits a text."""
    return "\x1b[0;;" + ":".join(str(ord(sign)) for sign in text) + "u"


@pytest.mark.parametrize("text", ["好", "好的做法", "责任清单不全面", "按" * 200])
def test_long_commits_over_the_kitty_protocol_arrive(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(constants, "DISABLE_KITTY_KEY", False)
    keys = keys_of(commit(text))
    assert "".join(keys) == text or keys == list(text) or keys == [text]


def test_the_kitty_protocol_is_off_and_nothing_moves_by_default() -> None:
    code = (
        "import os\n"
        "for name in ('TEXTUAL_DISABLE_KITTY_KEY', 'TEXTUAL_ANIMATIONS'): os.environ.pop(name, None)\n"
        "import inspect_tui.tui.text\n"
        "from textual import constants\n"
        "assert constants.DISABLE_KITTY_KEY is (os.name == 'posix')\n"
        "assert constants.TEXTUAL_ANIMATIONS == 'none'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_escape_is_a_key_of_its_own() -> None:
    parser = XTermParser()
    found = [*parser.feed("\x1b")]
    import time

    deadline = time.monotonic() + 5
    while not found and time.monotonic() < deadline:
        found += parser.tick()
    assert [event.key for event in found] == ["escape"]


# Windows


@pytest.mark.parametrize(
    ("state", "virtual_key", "character", "noise"),
    [
        (0x20, 0, "你", False),  # NumLock on, input method commits
        (0x10, 0, "？", False),  # Shift held
        (0x80, 0, "好", False),  # CapsLock on
        (0, 0, "好", False),
        (0x10, 0, "\x00", True),  # Shift alone
        (0x20, 0, "", True),
        (0x20, 65, "a", False),
    ],
)
def test_windows_commits_are_not_noise(state: int, virtual_key: int, character: str, noise: bool) -> None:
    assert textual_patches.is_noise(state, virtual_key, character) is noise


def run_monitor(source: str, records: list[tuple[int, int, str]]) -> str:
    """Run a version of Textual's Windows EventMonitor over key records, with the console faked."""
    body = source[source.index("class EventMonitor") :]
    fed: list[str] = []

    class Parser:
        def __init__(self, debug: bool) -> None:
            self.done = False

        def tick(self) -> list[object]:
            return []

        def feed(self, data: str) -> list[object]:
            fed.append(data)
            stop.set()
            return []

    class Record:
        def __init__(self, state: int, key: int, character: str) -> None:
            event = types.SimpleNamespace(
                dwControlKeyState=state,
                wVirtualKeyCode=key,
                bKeyDown=True,
                uChar=types.SimpleNamespace(UnicodeChar=character),
            )
            self.EventType = 1
            self.Event = types.SimpleNamespace(KeyEvent=event)

    class Buffer(list):
        def __mul__(self, count: int):
            return lambda: [Record(*record) for record in records]

    class Dword:
        def __init__(self, value: int = 0) -> None:
            self.value = len(records)

    stop = threading.Event()
    world: dict[str, object] = {
        "threading": threading,
        "XTermParser": Parser,
        "constants": types.SimpleNamespace(DEBUG=False),
        "wintypes": types.SimpleNamespace(DWORD=Dword),
        "GetStdHandle": lambda _: 1,
        "STD_INPUT_HANDLE": -10,
        "INPUT_RECORD": Buffer(),
        "KERNEL32": types.SimpleNamespace(ReadConsoleInputW=lambda *_: stop.set()),
        "wait_for_handles": lambda *_: 1,
        "byref": lambda value: value,
        "List": list,
        "Optional": types.SimpleNamespace(__getitem__=lambda *_: None),
        "_is_noise": textual_patches.is_noise,
    }
    exec(compile("from __future__ import annotations\n" + body, "win32", "exec"), world)
    log = types.SimpleNamespace(error=lambda *args: pytest.fail(f"the monitor failed: {args}"))
    monitor = world["EventMonitor"](None, types.SimpleNamespace(log=log), stop, lambda _: None)  # type: ignore[operator]
    monitor.run()
    return "".join(fed)


def test_the_patched_windows_monitor_keeps_every_commit() -> None:
    source = textual_patches._windows_source()
    records = [(0x20, 0, "你"), (0x10, 0, "？"), (0x10, 0, "\x00"), (0, 0, "好"), (0x20, 65, "a")]
    assert run_monitor(source, records) == "好a"
    assert run_monitor(textual_patches.without_drop(source), records) == "你？好a"


# Line breaks


PARAGRAPH = (
    "3号楼 一层灭火器箱内有杂物，二层无人值守；班组学习记录缺1个月（10月）。问：原因是什么？答：“忘了”……"
)


class Lines(App[None]):
    def compose(self) -> ComposeResult:
        yield Static(PARAGRAPH, markup=False)
        yield OptionList(PARAGRAPH, markup=False)
        yield TextArea(PARAGRAPH, soft_wrap=True, compact=True, show_line_numbers=False)


@pytest.mark.parametrize("width", [24, 31, 40])
async def test_static_option_list_and_text_area_break_chinese_well(width: int) -> None:
    app = Lines()
    async with app.run_test(size=(width, 40)):
        rows = [strip.text for strip in app.screen._compositor.render_strips(app.size)]
    text_rows = [text for row in rows if (text := row.strip("▊▎▔▁ "))]
    assert len(text_rows) >= 9
    joined = "".join(text_rows).replace(" ", "")
    assert joined.count(PARAGRAPH.replace(" ", "")) == 3
    for row in text_rows:
        assert row[0] not in linebreak.NO_START, text_rows
        assert row != "3号楼"


INSTALL = "from inspect_tui.tui import textual_patches\ntextual_patches.install()\n"
LOAD = "from textual.widgets import TextArea\n"
WRAP = f"""
import sys
from textual.document._document import Document
from textual.document._wrapped_document import WrappedDocument
wrapped = WrappedDocument(Document({PARAGRAPH!r}), 24)
print(*[row for section in wrapped.lines for row in section], sep="|", end="")
"""


def test_text_area_breaks_lines_so_whether_it_is_loaded_before_or_after() -> None:
    """Nothing puts the repair in again when a field is first shown, and the start loads no field."""
    told = []
    for code in (INSTALL + LOAD, LOAD + INSTALL, "import inspect_tui.tui.widgets.field\n" + INSTALL):
        done = subprocess.run(
            [sys.executable, "-X", "utf8", "-c", code + WRAP],
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        told.append(done.stdout)
    assert told[0] == told[1] == told[2]
    rows = told[0].split("|")
    assert "".join(rows) == PARAGRAPH and len(rows) > 3
    assert all(row[0] not in linebreak.NO_START for row in rows), rows


async def test_text_area_follows_edits() -> None:
    """Wrapping is also redone while typing, by the other caller of the same function."""

    class Area(App[None]):
        def compose(self) -> ComposeResult:
            yield TextArea("", soft_wrap=True, compact=True, show_line_numbers=False)

    app = Area()
    async with app.run_test(size=(20, 10)) as pilot:
        area = app.query_one(TextArea)
        for character in "检查记录要齐全。要及时，要真实。":
            await pilot.press(character)
        rows = [row for section in area.wrapped_document.lines for row in section]
    assert len(rows) > 1
    assert all(row[0] not in linebreak.NO_START for row in rows)
    assert all(cell_len(row) <= 20 for row in rows)


# Screenshots


class Shot(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("中文abc & <标签>", markup=False)


async def test_screenshots_give_chinese_its_width() -> None:
    app = Shot()
    async with app.run_test(size=(40, 5)):
        svg = app.export_screenshot()
    assert "@font-face" not in svg
    assert "://" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", svg).replace("https://www.textualize.io", "")
    spans = re.findall(r'textLength="([\d.]+)"[^>]*>([^<]*)</text>', svg)
    import html

    chinese = [(float(length), html.unescape(text)) for length, text in spans if "中文" in text]
    assert chinese
    for length, text in chinese:
        assert length == pytest.approx(12.2 * cell_len(text), rel=1e-3)


# Wide ambiguous signs


def test_the_wide_table_measures_ambiguous_signs_as_two() -> None:
    code = (
        "from inspect_tui.tui import textual_patches as t\n"
        "from inspect_tui.tui.text import cells, fit\n"
        "assert cells('…') == cells('—') == cells('①') == cells('“') == cells('─') == cells('×') == 1\n"
        "t.install_wide_ambiguous(); t.install_wide_ambiguous()\n"
        "assert cells('…') == cells('—') == cells('①') == cells('“') == cells('─') == cells('×') == 2\n"
        "assert cells('中a1e\\u0301') == 5\n"
        "from textual._cells import cell_len\n"
        "assert cell_len('“甲”') == 6\n"
        "assert cells(fit('“甲”乙丙丁', 7)) == 7\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert cells("…") == 1


def test_scroll_bars_have_no_glyphs() -> None:
    from rich.color import Color
    from textual.scrollbar import ScrollBar

    colours = {"back_color": Color.parse("black"), "bar_color": Color.parse("white")}
    for position in range(0, 90, 7):
        drawn = ScrollBar.renderer.render_bar(20, 100, 20, position, **colours)
        assert {segment.text.strip() for segment in drawn.segments} == {""}
        assert len(drawn.segments) == 20
