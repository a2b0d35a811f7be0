"""The text field every prompt uses.

It replaces Input as well as TextArea: Input drops all but the first line of a paste and hides long text; a
TextArea shows it all and keeps the input method's candidate window at the cursor.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from inspect_tui.store.clean import clean_text
from inspect_tui.tui.text import one_line, plain, shown


class TextField(TextArea):
    """A wrapping text field; with `multiline=False`, Enter accepts and pasted lines are joined by `；`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f10", "accept", "完成", show=False),
    ]

    class Accepted(Message):
        """The user is done with the text."""

        def __init__(self, field: TextField) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> TextField:
            return self.field

    def __init__(
        self,
        text: str = "",
        *,
        multiline: bool = False,
        placeholder: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(
            shown(text),
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            compact=True,
            highlight_cursor_line=False,
            placeholder=plain(one_line(placeholder)),
            id=id,
            classes=classes,
        )
        self.multiline = multiline
        self.cursor_blink = False
        self.move_cursor(self.document.end)

    @property
    def value(self) -> str:
        """The text, cleaned, without blanks around it."""
        return clean_text(self.text).strip()

    def set_value(self, text: str) -> None:
        """Put in another text, the cursor behind it (TextArea itself would leave it in front)."""
        self.text = shown(text)
        self.move_cursor(self.document.end)

    def incoming(self, text: str) -> str:
        """Pasted text as the field takes it: cleaned, and in one line where the field is one."""
        text = shown(text)
        if self.multiline:
            return text
        return "；".join(part for part in (line.strip() for line in text.split("\n")) if part)

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter" and not self.multiline:
            event.stop()
            event.prevent_default()
            self.action_accept()
            return
        if event.character and event.is_printable and not shown(event.character):
            # A sign without a width of its own, which an emoji keyboard sends behind the emoji.
            event.stop()
            event.prevent_default()
            return
        await super()._on_key(event)

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.insert_text(event.text)

    def insert_text(self, text: str) -> None:
        """Put text where the cursor is, over the selection if there is one."""
        if self.read_only:
            return
        start, end = self.selection
        result = self._replace_via_keyboard(self.incoming(text), start, end)
        if result is not None:
            self.move_cursor(result.end_location)

    def action_paste(self) -> None:
        """Ctrl+V where the terminal leaves it to the app: the system's clipboard, then the app's own."""
        from inspect_tui.tui.clipboard import paste

        self.insert_text(paste() or self.app.clipboard)

    def action_accept(self) -> None:
        self.post_message(self.Accepted(self))
