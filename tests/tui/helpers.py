"""What the screen tests share: reading the screen as text, goldens, and hostile strings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.cells import cell_len
from textual.app import App

GOLDENS = Path(__file__).parent / "goldens"

HOSTILE: list[str] = [
    "[/]",
    "[/合格]",
    "[缺项]",
    "[red]红[/red]",
    "[link=http://x]y",
    "[@click=app.quit]点我",
    "[@click=app.exit]x[/]",
    "[$nope]x",
    "\\",
    "\\[x]",
    "长" * 10_000,
    "\x1b]52;c;QQ==\x1b\\",
    "\x1b]0;PWNED\x07题",
    "\x1b[31m红\x1b[0m",
    "\x9b31m红",
    "\u202e反写",
    "\u2066隔离\u2069",
    "\ud800",
    "前\udfff后",
    "",
    "   ",
    "\u3000\u3000",
    "一行\n二行\r\n三行\u2028四行",
    "制表\t符",
    "\x00空\x07铃\x08退",
    "\u200b零宽\ufeff",
    "⚠️警告❤️",
    "👨\u200d👩\u200d👧\u200d👦一家",
    "e\u0301\u0301\u0301",
    "，。？！开头是标点",
    "……——……——",
    "https://example.invalid/" + "a" * 300,
]
"""Strings that break careless programs; every screen must show each without harm."""

FORBIDDEN = set(map(chr, [*range(0x20), *range(0x7F, 0xA0), 0x200B, 0xFEFF, 0x202E, 0x2066, 0x2069, 0xFE0F]))


def screen_lines(app: App[Any]) -> list[str]:
    """The rows of the current screen as plain text, blanks at their ends removed."""
    strips = app.screen._compositor.render_strips(app.size)
    return [strip.text.rstrip() for strip in strips]


def screen_text(app: App[Any]) -> str:
    """The current screen as plain text."""
    return "\n".join(screen_lines(app)).rstrip("\n") + "\n"


def assert_sound(app: App[Any]) -> None:
    """No row is too wide or holds anything but printable text."""
    width = app.size.width
    for row in screen_lines(app):
        assert cell_len(row) <= width, (cell_len(row), row)
        assert not FORBIDDEN & set(row), repr(row)
        assert not any("\ud800" <= sign <= "\udfff" for sign in row), repr(row)


def check_golden(name: str, text: str, update: bool) -> None:
    """Compare a text with the golden of that name, or write it with `--update-goldens`."""
    path = GOLDENS / f"{name}.txt"
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        return
    assert path.exists(), f"{path.name} is missing; run with --update-goldens and read what it writes"
    assert text == path.read_text(encoding="utf-8")
