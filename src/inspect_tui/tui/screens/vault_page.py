"""Passphrase and encryption: set one, change it, take it away, and take papers out of the workspace.

Nothing typed or shown here is a draft, goes to the clipboard or is kept after the page is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.store.errors import StoreError
from inspect_tui.store.vault import (
    FORGOTTEN,
    WrongPassphrase,
    change_passphrase,
    copied,
    new_passphrase,
    new_recovery,
    tidy_passphrase,
    unlock,
    weakness,
)
from inspect_tui.store.vault_files import (
    at_work,
    decrypt_all,
    encrypt_all,
    encrypt_workspace,
    other_files,
    other_said,
    plain_files,
)
from inspect_tui.store.vault_ops import opened
from inspect_tui.tui.actions import VAULT, bindings_for
from inspect_tui.tui.screens.page import PageScreen
from inspect_tui.tui.screens.setup import why_not
from inspect_tui.tui.text import one_line
from inspect_tui.tui.widgets.menu import ConfirmScreen, Entry, MenuPanel, MenuScreen
from inspect_tui.tui.widgets.page import Line, LinePane, pair, wrapped
from inspect_tui.tui.widgets.secret_prompt import SecretPrompt

_COVERED = "检查记录、日志、草稿、备份、收到的文件、佐证、测评和导出的文件，文件名也看不出是谁。"
_PLAIN = "清单、规则、模板不加密，照样可以编辑；里面不要写人和事。"
_MEDIUM = "硬盘上删掉的旧内容仍可能被专门的工具找回；要紧的电脑请再开整盘加密。"


class VaultScreen(PageScreen[None], inherit_bindings=False):
    """What holds now above, what can be done below; long work runs on a thread with its progress shown."""

    place = VAULT
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(VAULT)]

    DEFAULT_CSS = """
    VaultScreen #body { layout: vertical; }
    VaultScreen #said { height: 1fr; }
    """

    def __init__(self, said: str = "") -> None:
        super().__init__()
        self.said, self.failed, self.busy = said, "", ""
        self.strays: list[Path] | None = None
        self.others: list[Path] = []
        #: The passphrase and recovery code being set, and whether a generated passphrase is to be shown.
        self._codes: tuple[str, str, bool] | None = None
        self._copying = False
        self._going = (0, 0)
        self.panel = MenuPanel(self._entries_now(), hint=False, id="menu")

    def page_title(self) -> str:
        return "口令和加密"

    def page_about(self) -> str:
        return one_line(str(self.app.space.root))

    def body(self) -> Sequence[Widget]:
        return [LinePane(self._lines, id="said"), self.panel]

    def ready(self) -> None:
        self.query_one("#said", LinePane).can_focus = False
        self.panel.focus()
        self._show()
        if self.encrypted:
            self.run_worker(self._look_for_strays())

    @property
    def encrypted(self) -> bool:
        """Whether the workspace is."""
        return opened(self.app.space.root) is not None

    async def _look_for_strays(self) -> None:
        vault = opened(self.app.space.root)
        if vault is not None:
            self.strays = await asyncio.to_thread(plain_files, vault)
            self.others = await asyncio.to_thread(other_files, vault)
            if self.is_mounted and not self.busy and self._codes is None:
                self._show()

    # ---------------------------------------------------------------- showing

    def _show(self) -> None:
        self.panel.set_entries(self._entries_now())
        self.query_one("#said", LinePane).show()

    def _entries_now(self) -> list[Entry]:
        if self.busy or self._copying:
            return []
        if self._codes is not None:
            return [Entry("copied", "抄好了，核对最后两组"), Entry("drop", "先不设，什么也没有改动")]
        if not self.is_attached or not self.encrypted:
            return [Entry("set", "设口令，把已有的文件加密")]
        entries = [
            Entry("out", "取出导出的文件", "到U盘或别的文件夹，取出的不加密"),
            Entry("change", "改口令，换恢复码"),
            Entry("remove", "取消口令，文件恢复原样"),
        ]
        if self.strays:
            entries.append(Entry("strays", f"把没加密的{len(self.strays)}个文件加密"))
        return entries

    def _lines(self, width: int) -> list[Line]:
        lines: list[Line] = [[]]
        if self.busy:
            done, whole = self._going
            return [*lines, *wrapped(self.busy + (f"  {done}/{whole}" if whole else ""), width, "accent")]
        if self._copying:
            return [*lines, *wrapped("请看纸上抄的，不是屏幕上的。", width, "strong")]
        if self._codes is not None:
            return [*lines, *self._codes_lines(width)]
        if self.failed:
            lines += [*wrapped(self.failed, width, "fail"), []]
        if self.said:
            lines += [*wrapped(self.said, width, "pass"), []]
        return lines + (self._locked_lines(width) if self.encrypted else self._open_lines(width))

    def _open_lines(self, width: int) -> list[Line]:
        lines = pair("现在", "没有加密，拿到这台电脑的人都能看", width, ink="warn")
        lines += pair("加密以后", "每次打开先输入口令；电脑丢了，别人看不到内容", width)
        lines += pair("加密的", _COVERED, width)
        lines += pair("不加密的", _PLAIN, width, ink="dim")
        lines.append([])
        return [*lines, *wrapped(FORGOTTEN, width, "warn"), *wrapped(_MEDIUM, width, "dim")]

    def _locked_lines(self, width: int) -> list[Line]:
        lines = pair("现在", "已加密，这次已用口令打开", width, ink="pass")
        lines += pair("加密的", _COVERED, width)
        lines += pair("不加密的", _PLAIN, width, ink="dim")
        if self.strays is None:
            lines += pair("漏下的", "正在看…", width, ink="dim")
        elif self.strays:
            named = "、".join(one_line(path.name) for path in self.strays[:3])
            lines += pair("漏下的", f"{len(self.strays)}个文件没有加密，如{named}", width, ink="warn")
        else:
            lines += pair("漏下的", "没有", width)
        vault = opened(self.app.space.root)
        if vault is not None and self.others:
            lines += wrapped(one_line(other_said(self.others, vault.root)), width, "warn")
        lines.append([])
        lines += wrapped("导出的文件在工作文件夹里是加密的，要交给别人的请先取出。", width)
        return [*lines, *wrapped(_MEDIUM, width, "dim")]

    def _codes_lines(self, width: int) -> list[Line]:
        assert self._codes is not None
        passphrase, recovery, shown = self._codes
        lines: list[Line] = []
        if shown:
            lines += [*pair("口令", passphrase, width, ink="strong"), []]
        groups = recovery.split("-")
        for at in range(0, len(groups), 6):
            lines += pair("恢复码" if not at else "", "-".join(groups[at : at + 6]), width, ink="strong")
        lines.append([])
        lines += wrapped("请现在抄在纸上，离开这一屏后不再显示。", width, "warn")
        lines += wrapped("忘了口令时，输入恢复码一样能打开；两样都丢了，谁也打不开。", width)
        return lines

    # ---------------------------------------------------------------- choosing

    def on_menu_panel_picked(self, message: MenuPanel.Picked) -> None:
        message.stop()
        self.failed = self.said = ""
        match message.id:
            case "set":
                self._begin_set()
            case "copied":
                self._ask_back()
            case "drop":
                self._drop("没有设口令，什么也没有改动。")
            case "out":
                from inspect_tui.tui.screens.take_out import TakeOutScreen

                self.app.push_screen(TakeOutScreen())
            case "change":
                self._ask_present("改口令", self._ask_how)
            case "remove":
                self._begin_remove()
            case "strays":
                self.run_worker(self._encrypt_strays())

    def on_menu_panel_cancelled(self, message: MenuPanel.Cancelled) -> None:
        message.stop()
        self.action_back()

    def action_choose(self) -> None:
        """The entry under the cursor."""
        self.panel.action_pick()

    def action_back(self) -> None:
        """Leave; what was being set is forgotten."""
        if self.busy:
            self.app.say("正在办，请等它做完。")
        elif self._codes is not None:
            self._drop("没有改动。")
        else:
            self.app.go_back()

    def _drop(self, said: str) -> None:
        self._codes, self.said = None, said
        self._show()

    def _held_up(self) -> str:
        """Why the files cannot be gone over now; empty when they can."""
        desk = self.app.desk
        if desk is not None and desk.session.trial:
            return "试走里不能设口令，请先结束试走。"
        if desk is not None and desk.session.read_only:
            return f"现在只能看，办不了：{desk.session.read_only}"
        try:
            held = at_work(self.app.space.root, others=True)
        except StoreError as error:
            return str(error)
        return f"{held.message}请先关掉那个窗口。" if held is not None else ""

    # ---------------------------------------------------------------- setting and changing

    def _begin_set(self) -> None:
        self.failed = self._held_up()
        if self.failed:
            self._show()
        else:
            self._ask_how()

    def _ask_how(self) -> None:
        """The warning comes before anything is set."""
        entries = [
            Entry("made", "由程序生成（推荐）", "6组4位数字"),
            Entry("own", "自己定", "至少8个字符"),
            Entry("none", "先不设"),
        ]

        def picked(how: str | None) -> None:
            if how == "made":
                self._show_codes(new_passphrase(), shown=True)
            elif how == "own":
                self._ask_own()

        self.app.push_screen(MenuScreen("怎样定口令", entries, intro=FORGOTTEN), picked)

    def _ask_own(self) -> None:
        def weak(text: str) -> str:
            why = weakness(text)
            return f"{why}，请换一个。" if why else ""

        def first(text: str | None) -> None:
            if text is None:
                return

            def differs(again: str) -> str:
                same = tidy_passphrase(again) == tidy_passphrase(text)
                return "" if same else "两次输入的不一样，请再输一次；不记得就按 Esc 从头来。"

            prompt = SecretPrompt("再输一次新口令", check=differs, accept="下一步")
            self.app.push_screen(prompt, lambda again: self._show_codes(text) if again is not None else None)

        hint = "至少8个字符；用数字最省事，不用切换输入法。空格和横线不算。"
        self.app.push_screen(SecretPrompt("新口令", hint, check=weak, accept="下一步"), first)

    def _show_codes(self, passphrase: str, *, shown: bool = False) -> None:
        self._codes = passphrase, new_recovery(), shown
        self._show()

    def _ask_back(self) -> None:
        """The last two groups, with the code out of sight."""
        assert self._codes is not None
        passphrase, recovery, _ = self._codes
        self._copying = True
        self._show()

        def wrong(text: str) -> str:
            return "" if copied(recovery, text) else "和恢复码对不上，请看纸上抄的；按 Esc 回去再抄。"

        def told(text: str | None) -> None:
            self._copying = False
            if text is None:
                self._show()
                return
            self._codes = None
            if self.encrypted:
                self.run_worker(self._change(passphrase, recovery))
            else:
                self._go_over(
                    "正在加密",
                    lambda: encrypt_workspace(self.app.space.root, passphrase, recovery, self._progress),
                    "已加密{}个文件。以后每次打开都要输入口令。",
                    "没有加密成，下次打开会接着加密",
                )

        prompt = SecretPrompt("请照纸上输入恢复码的最后两组", check=wrong, accept="核对", shown=True)
        self.app.push_screen(prompt, told)

    async def _change(self, passphrase: str, recovery: str) -> None:
        vault = opened(self.app.space.root)
        assert vault is not None
        self.busy = "正在改口令"
        self._show()
        try:
            await asyncio.to_thread(change_passphrase, vault, passphrase, recovery)
        except (StoreError, OSError) as error:
            self.failed = f"口令没有改成：{why_not(error)}。原来的口令仍然有效。"
        else:
            self.said = "口令已改，恢复码也换了。以前复制出去的文件夹仍要用旧口令。"
        self.busy = ""
        self._show()
        self.panel.focus()

    def _ask_present(self, title: str, then: Callable[[], None]) -> None:
        """Whoever finds an open screen must not lock its owner out."""

        def told(text: str | None) -> None:
            if text is not None:
                self.run_worker(self._check_present(text, then))

        self.app.push_screen(SecretPrompt(f"{title}：先输入现在的口令或恢复码", accept="核对"), told)

    async def _check_present(self, text: str, then: Callable[[], None]) -> None:
        self.busy = "正在核对口令"
        self._show()
        try:
            await asyncio.to_thread(unlock, self.app.space.root, text)
        except WrongPassphrase:
            self.failed = "口令不对，没有改动。"
        except StoreError as error:
            self.failed = str(error)
        self.busy = ""
        self._show()
        self.panel.focus()
        if not self.failed and self.app.screen is self:
            then()

    # ---------------------------------------------------------------- taking it away

    def _begin_remove(self) -> None:
        self.failed = self._held_up()
        if self.failed:
            self._show()
            return

        def sure(yes: bool | None) -> None:
            if yes:
                self._ask_present("取消口令", self._remove)

        screen = ConfirmScreen(
            "取消口令？", intro="取消后谁都能看这些文件，包括佐证和导出的文件。", yes="取消口令", no="不取消"
        )
        self.app.push_screen(screen, sure)

    def _remove(self) -> None:
        vault = opened(self.app.space.root)
        assert vault is not None
        self._go_over(
            "正在恢复原样",
            lambda: decrypt_all(vault, self._progress),
            "已取消口令，恢复了{}个文件。",
            "没有恢复成，口令仍然有效，请处理后再试",
        )

    # ---------------------------------------------------------------- long work

    def _progress(self, done: int, whole: int) -> None:
        """Called on the thread; the page looks at it five times a second."""
        self._going = (done, whole)

    def _go_over(self, busy: str, work: Callable[[], tuple[int, list[str]]], done: str, left: str) -> None:
        """Close the round, go over all files on a thread, and open the round again."""
        desk = self.app.desk
        prefer = desk.round.id if desk is not None else ""
        try:
            self.app.save_everything()
        except StoreError as error:
            self.failed = f"还有内容没有保存，先不办：{error}"
            self._show()
            return
        self.busy = busy
        self._show()
        self.run_worker(self._worked(work, done, left, prefer))

    async def _worked(
        self, work: Callable[[], tuple[int, list[str]]], done: str, left: str, prefer: str
    ) -> None:
        ticking = self.set_interval(0.2, self.query_one("#said", LinePane).show)
        said, failed = "", ""
        try:
            held = at_work(self.app.space.root)
            if held is not None:
                raise StoreError(f"{held.message}什么也没有改动。")
            count, missed = await asyncio.to_thread(work)
            said = done.format(count)
            failed = f"有{len(missed)}个文件{left}：{missed[0]}。" if missed else ""
        except (StoreError, OSError) as error:
            failed = f"没有办成：{why_not(error)}。"
        finally:
            ticking.stop()
        app = self.app
        app.open_home(prefer)
        page = VaultScreen(said if not failed else "")
        page.failed = failed
        app.push_screen(page)

    async def _encrypt_strays(self) -> None:
        vault = opened(self.app.space.root)
        assert vault is not None
        self.busy = "正在加密"
        self._show()
        count, missed = await asyncio.to_thread(encrypt_all, vault, self._progress)
        self.busy, self.strays = "", None
        self.said = f"已加密{count}个文件。" if count else ""
        self.failed = f"有{len(missed)}个文件没有加密成：{missed[0]}。" if missed else ""
        self._show()
        self.panel.focus()
        await self._look_for_strays()
