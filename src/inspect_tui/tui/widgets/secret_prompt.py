"""Asking for a passphrase: what is typed is shown as stars, counted in fours, and kept nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from inspect_tui.store.clean import clean_text
from inspect_tui.tui.text import plain

_LONGEST = 200


class SecretField(Widget, can_focus=True):
    """One line that shows a star for every sign; a star is one cell wide on every terminal.

    F2 shows what was typed and hides it again: long digits typed blind are wrong too often.
    """

    DEFAULT_CSS = """
    SecretField { height: 1; }
    """

    class Accepted(Message):
        """Enter was pressed."""

    def __init__(self) -> None:
        super().__init__(id="secret")
        self.value = ""
        self.shown = False

    def render(self) -> Content:
        if self.shown:
            return plain(f"{self.value}_")
        stars = "*" * len(self.value)
        groups = " ".join(stars[at : at + 4] for at in range(0, len(stars), 4))
        return plain(f"{groups}_")

    def clear(self) -> None:
        """Forget what was typed."""
        self.value = ""
        self.refresh()

    def on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            self.post_message(self.Accepted())
        elif event.key in ("backspace", "ctrl+h"):
            self.value = self.value[:-1]
        elif event.key in ("ctrl+u", "delete"):
            self.value = ""
        elif event.key == "f2":
            self.shown = not self.shown
        elif event.character is not None and event.is_printable:
            self._add(event.character)
        else:
            return
        event.stop()
        event.prevent_default()
        self.refresh()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._add(event.text)
        self.refresh()

    def _add(self, text: str) -> None:
        self.value = (self.value + clean_text(text, newlines=False))[:_LONGEST]


class SecretPrompt(ModalScreen[str], inherit_bindings=False):
    """Dismisses with what was typed, or with None when left by Esc.

    `check` may refuse it with a sentence; `accept` is what Enter does, in a word.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "返回", show=False)]

    def __init__(
        self,
        title: str,
        hint: str = "",
        *,
        check: Callable[[str], str] | None = None,
        accept: str = "打开",
        shown: bool = False,
    ) -> None:
        super().__init__()
        self._title, self._hint = title, hint
        self._check, self._accept, self._shown = check, accept, shown
        self._message = Static(id="prompt-message", markup=False)
        self.field = SecretField()
        self._done = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet"):
            yield Static(plain(self._title), classes="sheet-title")
            if self._hint:
                yield Static(plain(self._hint), classes="sheet-hint")
            yield self.field
            yield self._message
            keys = f"回车 {self._accept}  F2 显示或遮住  Delete 清空  Esc 返回"
            yield Static(plain(keys), classes="sheet-keys")

    def on_mount(self) -> None:
        self._message.display = False
        self.field.shown = self._shown
        self.field.focus()

    def on_secret_field_accepted(self, event: SecretField.Accepted) -> None:
        event.stop()
        if not self.field.value:
            return
        fault = self._check(self.field.value) if self._check is not None else ""
        if fault:
            self._message.update(plain(fault))
            self._message.display = True
        else:
            self._finish(self.field.value)

    def action_leave(self) -> None:
        """Leave without a passphrase."""
        self._finish(None)

    def _finish(self, text: str | None) -> None:
        if not self._done:
            self._done = True
            self.dismiss(text)
