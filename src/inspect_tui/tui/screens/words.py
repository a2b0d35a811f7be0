"""Words: the prompt for text that becomes a change, with a way to commit what is typed so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from inspect_tui.tui.text import plain
from inspect_tui.tui.widgets.prompt import TextPrompt


class WordsPrompt(TextPrompt, inherit_bindings=True):
    """A prompt whose text becomes a change when it is accepted, when focus leaves, or when the window closes.

    `commit` writes the same record each time, so that committing early and accepting later make one note.
    `switch` (words when on, words when off, told) lets F3 or F4 choose what the text belongs to.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f3,f4", "switch", "换归属", show=False)]

    def __init__(
        self,
        title: str,
        *,
        commit: Callable[[str], object],
        text: str = "",
        hint: str = "",
        required: bool = True,
        multiline: bool = False,
        on_draft: Callable[[str], None] | None = None,
        switch: tuple[str, str, Callable[[bool], None]] | None = None,
    ) -> None:
        self._switch, self._on = switch, True
        self._said = hint
        super().__init__(
            title, text=text, hint=self._hint_now(), required=required, multiline=multiline, on_draft=on_draft
        )
        self._commit = commit
        self._committed = self.field.value

    def commit_typed(self) -> None:
        """Write what is typed so far, if it changed and may stand."""
        text = self.field.value
        if text and text != self._committed:
            self._committed = text
            self._commit(text)

    def _hint_now(self) -> str:
        if self._switch is None:
            return self._said
        belongs = self._switch[0] if self._on else self._switch[1]
        return f"{self._said}{belongs}（F3 换）"

    def action_switch(self) -> None:
        """Change what the text belongs to."""
        if self._switch is not None:
            self._on = not self._on
            self._switch[2](self._on)
            self.query_one(".sheet-hint", Static).update(plain(self._hint_now()))
