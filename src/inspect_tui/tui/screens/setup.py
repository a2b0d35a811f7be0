"""Setup: what a folder that is not yet a workspace can become, said before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.actions import SETUP, bindings_for
from inspect_tui.tui.screens.page import PageScreen
from inspect_tui.tui.text import shown
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.menu import Entry, MenuPanel
from inspect_tui.tui.widgets.page import Line, LinePane, wrapped

DEMO = "回头看演示"


def free_folder(root: Path, name: str) -> Path:
    """A subfolder of that name that does not exist yet: 回头看演示, 回头看演示-2, …"""
    folder, number = root / name, 2
    while folder.exists():
        folder, number = root / f"{name}-{number}", number + 1
    return folder


def why_not(error: Exception) -> str:
    """Why a folder could not be set up, as a sentence."""
    return reason(error) if isinstance(error, OSError) else str(error).rstrip("。")


class SetupScreen(PageScreen[None], inherit_bindings=False):
    """Offers to set this folder up, or to make a demo in a folder of its own."""

    place = SETUP
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(SETUP)]

    DEFAULT_CSS = """
    SetupScreen #said { height: 1fr; }
    SetupScreen #body { layout: vertical; }
    """

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        self._failed = ""
        self._busy = False

    def page_title(self) -> str:
        return "党建回头看检查"

    def page_about(self) -> str:
        return "这个文件夹还不是工作文件夹"

    def body(self) -> Sequence[Widget]:
        self.panel = MenuPanel(
            [
                Entry("here", "就在这里建立", "放入清单和样例名册"),
                Entry("demo", "先看演示", f"建在子文件夹“{DEMO}”"),
                Entry("leave", "退出，什么也不写"),
            ],
            hint=False,
            id="menu",
        )
        return [LinePane(self._said, id="said"), self.panel]

    def ready(self) -> None:
        self.query_one("#said", LinePane).can_focus = False
        self.panel.focus()

    def _said(self, width: int) -> list[Line]:
        lines: list[Line] = [[]]
        lines += wrapped(f"当前文件夹：{shown(str(self.root))}", width, "strong")
        lines.append([])
        lines += wrapped("选 1 会在这里写入：", width)
        for name, what in (
            ("checklists", "四份检查清单（草案，可按本单位办法改）"),
            ("roster.json", "单位名册，先放一份虚构的样例，请换成本单位的"),
            ("rules.json", "计分、期限等数字"),
            ("rounds", "每轮检查一个文件夹，各人的记录都在里面"),
            ("exports", "通报文字、发包、交卷文件"),
        ):
            row: list[Part] = [(f"   {name:<12}", "key"), (what, "text")]
            lines.append(row)
        lines += wrapped("已有的文件一个也不会改动。全部在本机，不联网。", width, "dim")
        lines.append([])
        lines += wrapped(
            f"选 2 会在子文件夹“{DEMO}”里建好一套演示数据：虚构的单位、两轮往期检查、一轮查到一半的检查。",
            width,
        )
        if self._failed:
            lines.append([])
            lines += wrapped(self._failed, width, "fail")
        return lines

    def on_menu_panel_picked(self, message: MenuPanel.Picked) -> None:
        message.stop()
        match message.id:
            case "here":
                self._make(self._here)
            case "demo":
                self._make(self._demo)
            case _:
                self.app.exit()

    def on_menu_panel_cancelled(self, message: MenuPanel.Cancelled) -> None:
        message.stop()
        self.app.exit()

    def _make(self, how: Callable[[], None]) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            how()
        except (StoreError, OSError) as error:
            self._failed = f"没有建成：{why_not(error)}。可以换一个文件夹再打开，或处理后再按一次。"
            self.query_one("#said", LinePane).show(top=False)
            self.query_one("#said", LinePane).action_last()
        finally:
            self._busy = False

    def _here(self) -> None:
        self.app.use_space(Workspace.init(self.root))
        self.app.enter()

    def _demo(self) -> None:
        from inspect_tui.demo import make_demo

        self.app.use_space(make_demo(free_folder(self.root, DEMO)))
        self.app.enter()

    def action_choose(self) -> None:
        """The entry under the cursor."""
        self.panel.action_pick()

    def action_back(self) -> None:
        """Leave; nothing was written."""
        self.app.exit()
