"""Every repair we make inside Textual and Rich, in one place.

Each patch names the upstream report and knows by `applies()` whether the code still looks as it did when the
patch was written; `tests/tui/test_patches.py` fails first when a new Textual changes it. Patches that no
longer apply are left out rather than forced. What costs time to ask or to load is asked when it is needed.
"""

from __future__ import annotations

import functools
import inspect
import re
import sys
from collections.abc import Callable
from typing import Any

import msgspec
import rich.cells
import textual._wrap
import textual._xterm_parser
import textual.content
from textual._compositor import Compositor
from textual.app import App
from textual.scrollbar import ScrollBar, ScrollBarRender

from inspect_tui.tui import linebreak, own_lines, paint_timer, touched_rows

# The names replaced below are not exported by their modules.
xterm_parser: Any = textual._xterm_parser
textual_content: Any = textual.content
textual_wrap: Any = textual._wrap
rich_cells: Any = rich.cells

SEQUENCE_LIMIT = 4096
"""Characters the parser may read before it gives up on an escape sequence."""


class Patch(msgspec.Struct, frozen=True):
    """A repair: what it is about, where it was reported, whether it fits this Textual, how it is put in.

    A `late` one asks by itself whether it fits, where it is first needed.
    """

    name: str
    issue: str
    applies: Callable[[], bool]
    apply: Callable[[], None]
    late: bool = False


# Long input-method commits over the kitty protocol. The environment variable set in `tui/__init__` avoids the
# protocol; this is for people who ask for it back.


def _kitty_applies() -> bool:
    return getattr(xterm_parser, "_MAX_SEQUENCE_SEARCH_THRESHOLD", None) in (32, SEQUENCE_LIMIT)


def _kitty() -> None:
    xterm_parser._MAX_SEQUENCE_SEARCH_THRESHOLD = SEQUENCE_LIMIT


# Windows drops characters that an input method commits while NumLock, CapsLock or Shift is on.

DROPPING = re.compile(r"key_event\.dwControlKeyState\s+and key_event\.wVirtualKeyCode == 0\s*\)")
"""The condition in `EventMonitor.run` that throws committed characters away."""


def _windows_source() -> str:
    """Source of Textual's Windows driver helper, readable on every system."""
    from importlib.util import find_spec
    from pathlib import Path

    spec = find_spec("textual.drivers")
    if spec is None or not spec.submodule_search_locations:
        return ""
    return (Path(spec.submodule_search_locations[0]) / "win32.py").read_text(encoding="utf-8")


def _windows_applies() -> bool:
    return len(DROPPING.findall(_windows_source())) == 1


def is_noise(control_state: int, virtual_key: int, character: str) -> bool:
    """Whether a Windows key record carries no key: a modifier alone, not an input method's commit."""
    return bool(control_state) and virtual_key == 0 and character in ("", "\x00")


def without_drop(source: str) -> str:
    """Source of `EventMonitor` with its test for noise put right."""
    return DROPPING.sub(
        "_is_noise(key_event.dwControlKeyState, key_event.wVirtualKeyCode, key))", source, count=1
    )


def _windows() -> None:
    if sys.platform != "win32" or not _windows_applies():
        return
    from textual.drivers import win32

    # The class is rebuilt from its own source so that everything else in it stays as upstream has it.
    source = without_drop(inspect.getsource(win32.EventMonitor))
    win32._is_noise = is_noise
    exec(compile(source, win32.__file__, "exec"), win32.__dict__)


# Line breaking between Chinese characters, in everything that shows Content and in TextArea.


def _breaks_applies() -> bool:
    return list(inspect.signature(textual_content.divide_line).parameters) == ["text", "width", "fold"]


def _breaks() -> None:
    textual_content.divide_line = linebreak.divide_line


_stock_wrap: Callable[..., list[int]] = textual_wrap.compute_wrap_offsets


def _area_applies() -> bool:
    return list(inspect.signature(_stock_wrap).parameters)[:3] == ["text", "width", "tab_size"]


def wrap_offsets(
    text: str,
    width: int,
    tab_size: int,
    fold: bool = True,
    precomputed_tab_sections: list[tuple[str, int]] | None = None,
) -> list[int]:
    """Where TextArea wraps a line. Lines with tabs keep Textual's own arithmetic."""
    if "\t" in text:
        return _stock_wrap(text, width, tab_size, fold, precomputed_tab_sections)
    return linebreak.offsets(text, width, hang=False)


def _area() -> None:
    # TextArea's room takes the function by name when it is loaded, and most starts never load it.
    textual_wrap.compute_wrap_offsets = wrap_offsets
    loaded: Any = sys.modules.get("textual.document._wrapped_document")
    if loaded is not None:
        loaded.compute_wrap_offsets = wrap_offsets


# Scroll bars made of blanks: the stock ones end in eighth blocks, which many consoles draw two cells wide.


class BlankScrollBarRender(ScrollBarRender):
    """A scroll bar without glyphs."""

    VERTICAL_BARS = [" "]  # noqa: RUF012 (as upstream declares it)
    HORIZONTAL_BARS = [" "]  # noqa: RUF012


def _scrollbar_applies() -> bool:
    drawn = hasattr(ScrollBar, "renderer") and hasattr(ScrollBar, "_render_content")
    return drawn and ScrollBarRender.VERTICAL_BARS[-1] == " "


def _scrollbar() -> None:
    ScrollBar.renderer = BlankScrollBarRender
    own_lines.install_for_scroll_bars()


# A paint of one line puts together every line of the screen, which is most of the time a key takes.


def _paints_applies() -> bool:
    asked = (Compositor._get_renders, Compositor._render_chops, Compositor.render_partial_update)
    return [list(inspect.signature(part).parameters) for part in asked] == [
        ["self", "crop"],
        ["self", "crop", "is_rendered_line"],
        ["self"],
    ]


# Screenshots squeeze Chinese to half its width, and fetch a font from the network when opened.

_TEXT = re.compile(r'(<text [^>]*?textLength=")([\d.]+)("[^>]*>)([^<]*)(</text>)')
_FONT_FACE = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)
_FONTS = "'Sarasa Mono SC', 'Noto Sans Mono CJK SC', '等距更纱黑体 SC', NSimSun, monospace"


def fix_svg(svg: str) -> str:
    """A Rich screenshot with Chinese at its true width and with fonts of the reader's machine."""
    import html

    def widen(match: re.Match[str]) -> str:
        head, length, middle, body, tail = match.groups()
        text = html.unescape(body)
        if not text:
            return match.group(0)
        width = float(length) / len(text) * rich_cells.cell_len(text)
        return f"{head}{width:.5g}{middle}{body}{tail}"

    svg = _FONT_FACE.sub("", svg)
    svg = re.sub(r"font-family: Fira Code, monospace;", f"font-family: {_FONTS};", svg)
    return _TEXT.sub(widen, svg)


_stock_screenshot = App.export_screenshot


@functools.cache
def _svg_applies() -> bool:
    from rich.console import Console

    return "textLength=char_width * len(text)" in inspect.getsource(Console.export_svg)


def _screenshot(self: App[Any], *, title: str | None = None, simplify: bool = False) -> str:
    svg = _stock_screenshot(self, title=title, simplify=simplify)
    return fix_svg(svg) if _svg_applies() else svg


def _svg() -> None:
    App.export_screenshot = _screenshot  # type: ignore[method-assign]


PATCHES: tuple[Patch, ...] = (
    Patch("kitty-sequence-limit", "Textualize/textual#6667", _kitty_applies, _kitty),
    Patch("windows-input-method", "Textualize/textual#6667, PR #6689", _windows_applies, _windows, late=True),
    Patch("chinese-line-breaks", "earendil-works/pi#5495 (same fault)", _breaks_applies, _breaks),
    Patch("text-area-line-breaks", "earendil-works/pi#5495 (same fault)", _area_applies, _area),
    Patch("blank-scroll-bars", "microsoft/terminal#4604", _scrollbar_applies, _scrollbar),
    Patch("paint-touched-rows", "none yet", _paints_applies, touched_rows.install),
    Patch("paint-when-due", "none yet", paint_timer.applies, paint_timer.install),
    Patch("screenshot-width", "Textualize/rich#2742", _svg_applies, _svg, late=True),
)

_installed = False


def install() -> list[str]:
    """Put every patch in that fits this Textual; returns the names of those that no longer do."""
    global _installed
    left_out: list[str] = []
    for patch in PATCHES:
        if not patch.late and not patch.applies():
            left_out.append(patch.name)
        elif not _installed:
            patch.apply()
    _installed = True
    return left_out


# Opt-in: terminals that draw ambiguous signs two cells wide.


def install_wide_ambiguous() -> None:
    """Measure East-Asian-ambiguous signs as two cells, for terminals that draw them so.

    Rich takes the box-drawing block and a few Latin signs for one cell without looking them up; the plain
    skin does not use them.
    """
    import unicodedata

    stock = rich_cells.load_cell_table("auto")
    if stock.unicode_version.endswith("+wide"):
        return
    listed = {code for start, end, _ in stock.widths for code in range(start, min(end, 0x10000) + 1)}
    extra = [
        (code, code, 2)
        for code in range(0xA1, 0x10000)
        if code not in listed and unicodedata.east_asian_width(chr(code)) == "A"
    ]
    widths = sorted([*stock.widths, *extra])
    table = rich_cells.CellTable(f"{stock.unicode_version}+wide", widths, stock.narrow_to_wide)
    single = frozenset(sign for sign in rich_cells._SINGLE_CELLS if unicodedata.east_asian_width(sign) != "A")
    rich_cells.load_cell_table = lambda _version="auto": table
    rich_cells._is_single_cell_widths = single.issuperset
    rich_cells.get_character_cell_size.cache_clear()
    rich_cells.cached_cell_len.cache_clear()
