"""What every app of ours is built on: patched, Chinese, safe to close and safe to crash."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path
from time import sleep
from typing import Any, ClassVar, Generic, TypeVar

from textual import events
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.notifications import SeverityLevel
from textual.reactive import Reactive
from textual.screen import Screen
from textual.theme import Theme

from inspect_tui.tui import closing, crash, skin, textual_patches, zh
from inspect_tui.tui.keys_in_turn import KeysInTurn
from inspect_tui.tui.text import shown
from inspect_tui.tui.widgets.inks import INK_CLASSES

textual_patches.install()

ReturnT = TypeVar("ReturnT")

_HAND_OVER = 2e-5
"""Seconds that the screens stand back after a paint."""


class BaseApp(KeysInTurn[ReturnT], Generic[ReturnT], inherit_bindings=False):
    """An app that keeps what was typed.

    Subclasses override `save_drafts` and `save_everything`; both may run after the screen is gone, so they
    must read what they save from objects of their own, never by a query.
    """

    CSS_PATH = Path(__file__).with_name("app.tcss")
    COMPONENT_CLASSES: ClassVar[set[str]] = set(INK_CLASSES)
    # Set here and not in the constructor, where a change of theme makes Textual parse all styles twice.
    theme: Reactive[str] = Reactive(skin.THEME.name)
    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False
    ESCAPE_TO_MINIMIZE: ClassVar[bool] = False
    NOTIFICATION_TIMEOUT: ClassVar[float] = 4
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (110, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-normal-height"), (36, "-tall")]  # noqa: RUF012

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "退出", show=False, priority=True, id="app.quit"),
        Binding("ctrl+c", "help_quit", "复制或退出", show=False, system=True),
    ]

    LINK_ACTIONS: ClassVar[frozenset[str]] = frozenset()
    """Actions that text with a link in it may run. Empty: text never acts."""

    def __init__(self, *, look: skin.Skin | None = None, log_folder: Path | None = None) -> None:
        skin.use(look or skin.choose_skin())
        if skin.current().wide_ambiguous:
            textual_patches.install_wide_ambiguous()
        super().__init__()
        self.title = "回头看"
        self.log_folder = log_folder

    @property
    def available_themes(self) -> dict[str, Theme]:
        """The one look there is."""
        return {skin.THEME.name: skin.THEME}

    # Saving

    def save_drafts(self) -> None:
        """Write half-typed text. The screens that hold some have a `save_draft` of their own."""
        for screen in reversed(self._all_screens()):
            save = getattr(screen, "save_draft", None)
            if callable(save):
                save()

    def save_everything(self) -> None:
        """Write all that is not yet on the disk and wait for it. Called on signals and after a failure."""
        self.save_drafts()

    def _all_screens(self) -> list[Screen[Any]]:
        try:
            return list(self.screen_stack)
        except Exception:
            return []

    async def _on_app_blur(self, event: events.AppBlur) -> None:
        self.save_drafts()
        await super()._on_app_blur(event)

    # Start and end

    async def _on_load(self) -> None:
        if not self.is_headless:
            closing.install(asyncio.get_running_loop(), self.save_everything, self._leave)

    def _leave(self, code: int) -> None:
        self.exit(return_code=code)

    def on_unmount(self) -> None:
        if not self.is_headless:
            closing.remove(asyncio.get_running_loop())

    async def action_quit(self) -> None:
        """Save and leave."""
        self.save_everything()
        self.exit()

    def action_help_quit(self) -> None:
        self.say("要退出请按 Ctrl+Q。")

    def run_to_exit_code(self) -> int:
        """Run and give the exit code a shell should see: Textual itself returns 0 after a crash."""
        self.run()
        return self.return_code or 0

    # Failures

    def _handle_exception(self, error: Exception) -> None:
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._fail(error)

    def _fatal_error(self) -> None:
        error = sys.exc_info()[1]
        self._fail(error if error is not None else RuntimeError())

    def panic(self, *renderables: Any) -> None:
        # Textual's panics are renderings of errors, in English and with excerpts; only ours are shown.
        self._return_code = 1
        if not self._exit_renderables:
            self._fail(RuntimeError())

    def _fail(self, error: BaseException) -> None:
        saved = True
        try:
            self.save_everything()
        except BaseException:
            saved = False
        if not self._exit_renderables:
            unattended = self.is_headless and self.log_folder is None
            log = None if unattended else crash.write_log(error, self.log_folder)
            self._exit_renderables.append(crash.message(log, saved))
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        # Not through Rich, which would break the log's path over two lines.
        try:
            for line in self._exit_renderables:
                print(line, file=sys.__stderr__)
        except (OSError, ValueError):
            pass  # The terminal is gone, or stderr was closed: nobody is left to read it, and the log has it.
        finally:
            self._exit_renderables.clear()

    # Painting

    def post_display_hook(self) -> None:
        """Let the thread that writes to the terminal go ahead.

        Python gives another thread its turn only where this one waits, and what follows a paint, such as
        making ready for the next key, would keep the painted lines from the terminal meanwhile.
        """
        if not self.is_headless:
            sleep(_HAND_OVER)

    # Text

    async def _broker_event(self, event_name: str, event: events.Event, default_namespace: DOMNode) -> bool:
        """Run an action that a piece of text carries, only when it is on our list."""
        meta = getattr(getattr(event, "style", None), "meta", None) or {}
        action = meta.get(f"@{event_name}")
        if action is None:
            return False
        name = action[0] if isinstance(action, tuple) else action
        if name not in self.LINK_ACTIONS and not self._is_scroll_bar(default_namespace):
            return False
        return await super()._broker_event(event_name, event, default_namespace)

    @staticmethod
    def _is_scroll_bar(node: DOMNode) -> bool:
        from textual.scrollbar import ScrollBar

        return isinstance(node, ScrollBar)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a passing message, always as plain text."""
        super().notify(shown(message), title=shown(title), severity=severity, timeout=timeout, markup=False)

    def say(self, message: str, kind: SeverityLevel = "information", timeout: float | None = None) -> None:
        """Show a passing message."""
        self.notify(message, severity=kind, timeout=timeout)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy what was selected with the mouse, the native way first."""
        from inspect_tui.tui import clipboard

        self._clipboard = text
        clipboard.copy(text, app=self)

    def get_key_display(self, binding: Binding) -> str:
        return binding.key_display or zh.key_name(binding.key)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """None: the palette's built-in commands are English and beside our purpose."""
        return ()
