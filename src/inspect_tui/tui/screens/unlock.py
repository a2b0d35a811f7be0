"""Unlock: the passphrase of an encrypted workspace, asked before anything of it is read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.store.errors import StoreError
from inspect_tui.tui.actions import UNLOCK, bindings_for
from inspect_tui.tui.screens.page import PageScreen
from inspect_tui.tui.screens.setup import why_not
from inspect_tui.tui.text import shown
from inspect_tui.tui.widgets.page import Line, LinePane, wrapped
from inspect_tui.tui.widgets.secret_prompt import SecretField


class UnlockScreen(PageScreen[None], inherit_bindings=False):
    """A masked line; Enter tries it on a thread, because deriving the key takes its time on purpose."""

    place = UNLOCK
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(UNLOCK)]

    DEFAULT_CSS = """
    UnlockScreen #body { layout: vertical; }
    UnlockScreen #said { height: auto; max-height: 60%; }
    UnlockScreen SecretField { margin: 0 3; background: $panel; padding: 0 1; }
    UnlockScreen #state { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.field = SecretField()
        self.tries = 0
        self.busy = ""
        self.failed = ""
        self._going = (0, 0)

    def page_title(self) -> str:
        return "输入口令"

    def page_about(self) -> str:
        return "这个工作文件夹已加密"

    def body(self) -> Sequence[Widget]:
        return [LinePane(self._said, id="said"), self.field, LinePane(self._state, id="state")]

    def ready(self) -> None:
        for name in ("said", "state"):
            self.query_one(f"#{name}", LinePane).can_focus = False
        self.field.focus()

    def _said(self, width: int) -> list[Line]:
        lines: list[Line] = [[]]
        lines += wrapped(f"文件夹：{shown(str(self.app.root))}", width, "strong")
        lines.append([])
        lines += wrapped("请输入口令，按回车打开。忘了口令，输入抄在纸上的恢复码也能打开。", width)
        lines += wrapped("数字不用切换输入法，全角的也算；空格和横线打不打都行。", width, "dim")
        return [*lines, []]

    def _state(self, width: int) -> list[Line]:
        if self.busy:
            done, whole = self._going
            more = f"有没加密的文件，正在加密 {done}/{whole}" if whole else self.busy
            return [[], *wrapped(more, width, "accent")]
        return [[], *wrapped(self.failed, width, "fail")] if self.failed else []

    def _tell(self) -> None:
        self.query_one("#state", LinePane).show()

    # ---------------------------------------------------------------- doing

    def on_secret_field_accepted(self, event: SecretField.Accepted) -> None:
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """Try what was typed."""
        typed = self.field.value
        if typed and not self.busy:
            self.busy, self.failed = "正在核对口令，请稍候", ""
            self._tell()
            self.run_worker(self._enter(typed), exclusive=True)

    async def _enter(self, typed: str) -> None:
        from inspect_tui.store.vault import WrongPassphrase
        from inspect_tui.store.vault_files import enter

        ticking = self.set_interval(0.2, self._tell)
        try:
            strays, left = await asyncio.to_thread(enter, self.app.root, typed, self._progress)
        except WrongPassphrase:
            self.tries += 1
            again = f"已试{self.tries}次。" if self.tries > 1 else ""
            self.failed = f"口令不对。{again}请看大小写和数字，再输一次；忘了口令可以输入恢复码。"
            self.field.clear()
        except (StoreError, OSError) as error:
            self.failed = f"{why_not(error)}。"
        else:
            self.field.clear()
            self.app.pop_screen()
            self.app.unlocked(strays, left)
            return
        finally:
            ticking.stop()
            self.busy, self._going = "", (0, 0)
        self._tell()

    def _progress(self, done: int, whole: int) -> None:
        """Called on the thread; the page looks at it five times a second."""
        self._going = (done, whole)

    def action_reveal(self) -> None:
        """Show what was typed, or hide it again."""
        self.field.shown = not self.field.shown
        self.field.refresh()

    def action_back(self) -> None:
        """Leave; nothing was opened."""
        self.app.exit()
