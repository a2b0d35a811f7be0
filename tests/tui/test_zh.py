"""Everything a user can read is Chinese: key names, footer, help, and what Textual itself might say."""

from __future__ import annotations

import re

import pytest
from helpers import screen_text
from test_actions_table import our_classes
from textual.app import App
from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget

from inspect_tui.tui import zh
from inspect_tui.tui.actions import ACTIONS, SCREENS, footer_for, help_for
from inspect_tui.tui.base import BaseApp
from inspect_tui.tui.text import cells

KEY_WORD = re.compile(r"(?:Ctrl|Shift|Alt)\+[A-Z]|F(?:1[0-2]|[1-9])|Esc|Tab|Home|End|Del|Ins")
"""The names that stand on the keys themselves, as a Chinese keyboard has them."""

LOAN_WORD = re.compile(r"Excel|Word|U盘")
"""What a Chinese office itself writes in Latin letters."""

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ASCII_WORD = re.compile(r"[A-Za-z]+")


def english(text: str) -> list[str]:
    """ASCII words other than names of keys and what a Chinese office writes so."""
    return ASCII_WORD.findall(LOAN_WORD.sub("", KEY_WORD.sub("", text)))


def test_the_check_finds_english() -> None:
    assert english("按 Ctrl+S 或 F10 记下，Esc 返回") == []
    assert english("press Enter") == ["press", "Enter"]
    assert english("pageup 上翻") == ["pageup"]


@pytest.mark.parametrize("key", sorted({key for action in ACTIONS for key in action.keys}))
def test_keys_have_chinese_or_printed_names(key: str) -> None:
    name = zh.key_name(key)
    assert name
    assert english(name) == [] or (len(name) == 1 and name.isupper())
    assert "_" not in name


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("ctrl+z", "Ctrl+Z"),
        ("ctrl+q", "Ctrl+Q"),
        ("shift+tab", "Shift+Tab"),
        ("f10", "F10"),
        ("enter", "回车"),
        ("space", "空格"),
        ("j", "J"),
        ("slash", "/"),
        ("question_mark", "?"),
        ("7", "7"),
        ("pagedown", "下翻页"),
    ],
)
def test_names_of_keys(key: str, name: str) -> None:
    assert zh.key_name(key) == name


@pytest.mark.parametrize("place", SCREENS)
def test_footer_and_help_are_chinese(place: str) -> None:
    told = [text for action in footer_for(place) for text in (action.key_label, action.footer_label)]
    told += [text for row in help_for(place) for text in row]
    assert told
    for text in told:
        assert english(text) == [], text
    for _, label, sentence in help_for(place):
        assert CHINESE.search(label) and CHINESE.search(sentence)
        assert not re.search(r"[,;:!?()]", sentence), f"full-width punctuation: {sentence}"
        assert not sentence.endswith("。"), sentence
    for action in footer_for(place):
        assert cells(action.footer_label) <= 10, "too long for the key line"


@pytest.mark.parametrize(
    "owner", [*our_classes(Screen), *our_classes(Widget), BaseApp], ids=lambda owner: owner.__name__
)
def test_what_our_own_bindings_say_is_chinese(owner: type) -> None:
    for binding in Binding.make_bindings(owner.__dict__.get("BINDINGS", [])):
        assert not binding.show, "Textual's own footer is not used"
        assert not binding.description or CHINESE.search(binding.description), binding
        assert english(binding.description) == []


class Quiet(BaseApp[None]):
    pass


async def test_textuals_own_keys_open_nothing_english() -> None:
    """Its palette, help panel, screenshots and suspending are off; Ctrl+C says in Chinese how to leave."""
    app = Quiet()
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("ctrl+p", "ctrl+backslash", "ctrl+s", "f1", "ctrl+z")
        assert len(app.screen_stack) == 1
        assert screen_text(app).strip() == ""
        await pilot.press("ctrl+c")
        await pilot.pause()
        text = screen_text(app)
        assert "要退出请按 Ctrl+Q。" in text
        assert english(text) == []
        assert app.is_running


def test_the_stock_app_would_have_spoken_english() -> None:
    """What the test above guards against is still there to be guarded against."""
    stock = [b.description for b in Binding.make_bindings(App.BINDINGS)]
    assert any(english(text) for text in stock)
    assert App.ENABLE_COMMAND_PALETTE
    assert not BaseApp.ENABLE_COMMAND_PALETTE
    keys = {key for b in Binding.make_bindings(BaseApp.BINDINGS) for key in b.key.split(",")}
    assert keys == {"ctrl+q", "ctrl+c"}


async def test_the_palette_has_nothing_to_offer() -> None:
    app = Quiet()
    async with app.run_test():
        assert list(app.get_system_commands(app.screen)) == []
        assert set(app.available_themes) == {"inspect"}


async def test_keys_are_shown_in_chinese_wherever_textual_asks() -> None:
    app = Quiet()
    async with app.run_test():
        assert app.get_key_display(Binding("enter", "x", "y")) == "回车"
        assert app.get_key_display(Binding("ctrl+z", "x", "y")) == "Ctrl+Z"
        assert app.get_key_display(Binding("f2", "x", "y", key_display="问题键")) == "问题键"
