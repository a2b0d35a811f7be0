"""Words: the prompt for text that becomes a change, with a way to commit what is typed so far."""

from __future__ import annotations

from collections.abc import Callable

from inspect_tui.tui.widgets.prompt import TextPrompt


class WordsPrompt(TextPrompt, inherit_bindings=True):
    """A prompt whose text becomes a change when it is accepted, when focus leaves, or when the window closes.

    `commit` writes the same record each time, so that committing early and accepting later make one note.
    """

    def __init__(
        self,
        title: str,
        *,
        commit: Callable[[str], None],
        text: str = "",
        hint: str = "",
        required: bool = True,
        multiline: bool = False,
        on_draft: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(
            title, text=text, hint=hint, required=required, multiline=multiline, on_draft=on_draft
        )
        self._commit = commit
        self._committed = self.field.value

    def commit_typed(self) -> None:
        """Write what is typed so far, if it changed and may stand."""
        text = self.field.value
        if text and text != self._committed:
            self._committed = text
            self._commit(text)
