"""Asking for text: a prompt, and a prompt with ready-made reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Static, TextArea

from inspect_tui.tui.text import plain
from inspect_tui.tui.widgets.field import TextField
from inspect_tui.tui.widgets.menu import Entry, MenuPanel

DRAFT_DELAY = 0.5
"""Seconds after which typed text is handed to `on_draft`, whether or not typing goes on."""

Check = Callable[[str], str]
"""Says what is wrong with a text; an empty answer accepts it."""


class _Asking(ModalScreen[str], inherit_bindings=False):
    """What both prompts share: a field whose text is handed out as a draft and cannot be lost silently."""

    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-normal")]  # noqa: RUF012

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "返回", show=False),
        Binding("tab", "app.focus_next", "下一处", show=False),
        Binding("shift+tab", "app.focus_previous", "上一处", show=False),
    ]

    def __init__(
        self,
        *,
        text: str,
        placeholder: str,
        multiline: bool,
        required: bool,
        check: Check | None,
        on_draft: Callable[[str], None] | None,
        rows: int,
    ) -> None:
        super().__init__()
        self.field = TextField(text, multiline=multiline, placeholder=placeholder, id="prompt-field")
        self._rows = rows
        self._initial = self.field.text
        self._required = required
        self._check = check
        self._on_draft = on_draft
        self._flushed = self._initial
        self._timer: Timer | None = None
        self._warned = False
        self._done = False
        self._message = Static(id="prompt-message", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        # A third of the window at most, so that title and keys stay in sight with it.
        self.field.styles.max_height = max(1, min(self._rows, event.size.height // 3))

    @property
    def changed(self) -> bool:
        """Whether the text differs from the one the prompt opened with."""
        return self.field.text != self._initial

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._warned = False
        self._say("")
        # The timer is not restarted by later keys: someone who types without a pause is saved all the same.
        if self._on_draft is not None and self._timer is None and not self._done:
            self._timer = self.set_timer(DRAFT_DELAY, self.save_draft)

    def save_draft(self) -> None:
        """Hand the text out now. Also called on focus-out and when the terminal goes away."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        text = self.field.text
        if self._on_draft is not None and not self._done and text != self._flushed:
            self._flushed = text
            self._on_draft(text)

    def _say(self, text: str) -> None:
        self._message.update(plain(text))
        self._message.display = bool(text)

    def on_text_field_accepted(self, event: TextField.Accepted) -> None:
        event.stop()
        text = self.field.value
        fault = "这里不能空着。" if self._required and not text else self._check(text) if self._check else ""
        if fault:
            self._say(fault)
        else:
            self._finish(text)

    def _finish(self, text: str | None) -> None:
        if self._done:
            return
        if text is None:
            self.save_draft()
        self._done = True
        if self._timer is not None:
            self._timer.stop()
        self.dismiss(text)

    def action_leave(self) -> None:
        """Leave without accepting: changed text stays as a draft, or a second Esc is asked for."""
        if not self.changed or self._on_draft is not None or self._warned:
            self._finish(None)
        else:
            self._warned = True
            self._say(f"文字还没有记下。{self._accept_key()}记下，再按一次 Esc 放弃。")

    def _accept_key(self) -> str:
        return "按 Ctrl+S 或 F10 " if self.field.multiline else "按回车"

    def _keys(self) -> str:
        leave = "Esc 返回，文字留作草稿" if self._on_draft else "Esc 返回"
        if self.field.multiline:
            return f"Ctrl+S 或 F10 记下  回车换行  {leave}"
        return f"回车 记下  {leave}"


class TextPrompt(_Asking, inherit_bindings=True):
    """Asks for a text; dismisses with it, or with None when left by Esc.

    One-line by default: long text wraps in sight and Enter accepts. With `multiline`, Enter makes a new line
    and Ctrl+S or F10 accepts. `on_draft(text)` receives the unfinished text; without it, Esc on changed text
    asks once more. `check(text)` may refuse with a sentence.
    """

    def __init__(
        self,
        title: str,
        *,
        text: str = "",
        hint: str = "",
        placeholder: str = "",
        multiline: bool = False,
        required: bool = False,
        check: Check | None = None,
        on_draft: Callable[[str], None] | None = None,
        rows: int = 8,
    ) -> None:
        super().__init__(
            text=text,
            placeholder=placeholder,
            multiline=multiline,
            required=required,
            check=check,
            on_draft=on_draft,
            rows=rows,
        )
        self._title = title
        self._hint = hint

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet"):
            yield Static(plain(self._title), classes="sheet-title")
            if self._hint:
                yield Static(plain(self._hint), classes="sheet-hint")
            yield self.field
            yield self._message
            yield Static(plain(self._keys()), classes="sheet-keys")

    def on_mount(self) -> None:
        self._say("")
        self.field.focus()


OWN = "own"


class ReasonPrompt(_Asking, inherit_bindings=True):
    """Asks for a reason: ready-made ones by digit, or one's own words.

    Dismisses with the reason, or None. Without ready-made reasons the field is shown at once.
    """

    def __init__(
        self,
        title: str,
        reasons: Sequence[str] = (),
        *,
        text: str = "",
        hint: str = "",
        own_label: str = "自己填写",
        check: Check | None = None,
        on_draft: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(
            text=text,
            placeholder="",
            multiline=False,
            required=True,
            check=check,
            on_draft=on_draft,
            rows=6,
        )
        self._title = title
        self._hint = hint
        self._reasons = list(reasons)
        entries = [Entry(str(index), reason) for index, reason in enumerate(reasons)]
        entries.append(Entry(OWN, own_label, "有未完成的文字" if text else ""))
        self.panel = MenuPanel(entries, title=title, intro=hint, id="prompt-reasons")
        self._form = Vertical(
            Static(plain(title), classes="sheet-title"),
            *([Static(plain(hint), classes="sheet-hint")] if hint else []),
            self.field,
            self._message,
            Static(plain(self._keys()), classes="sheet-keys"),
            classes="sheet",
        )

    def compose(self) -> ComposeResult:
        yield self.panel
        yield self._form

    def on_mount(self) -> None:
        self._say("")
        self._show_form(not self._reasons)

    def _show_form(self, form: bool) -> None:
        self._form.display = form
        self.panel.display = not form
        (self.field if form else self.panel).focus()

    def on_menu_panel_picked(self, event: MenuPanel.Picked) -> None:
        event.stop()
        if event.id == OWN:
            self._show_form(True)
        else:
            self._finish(self._reasons[int(event.id)])

    def on_menu_panel_cancelled(self, event: MenuPanel.Cancelled) -> None:
        event.stop()
        self._finish(None)

    def action_leave(self) -> None:
        if self._form.display and self._reasons:
            self.save_draft()
            self._show_form(False)
        else:
            super().action_leave()
