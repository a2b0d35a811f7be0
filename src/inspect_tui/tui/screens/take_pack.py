"""Take pack: what a received file is, shown before it is taken; one key takes it, then work begins.

In a folder that is no workspace it asks first where to make one. A pack never changes an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.exchange.pack import PackResult, look_at_pack, take_pack
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.pack import Pack
from inspect_tui.store.errors import StoreError
from inspect_tui.store.loading import load_pack
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.actions import TAKE_PACK, bindings_for
from inspect_tui.tui.screens.page import PageScreen
from inspect_tui.tui.screens.setup import free_folder, why_not
from inspect_tui.tui.text import one_line
from inspect_tui.tui.widgets.menu import Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, LinePane, pair, wrapped

_WORDS = {
    "new": ("新的一轮", "本机还没有这一轮，收下后就可以开始检查。", "pass"),
    "amended": ("更新版", "本机已有这一轮的旧版，收下后换成新版，已记的内容全部保留。", "accent"),
    "known": ("已经收过", "本机已有同一版，不用再收；按回车直接进入。", "dim"),
    "older": ("旧版", "本机的版本更新，不会换回旧版；按回车直接进入。", "warn"),
}


class TakePackScreen(PageScreen[None], inherit_bindings=False):
    """What the pack is and what taking it would do; Enter takes it."""

    place = TAKE_PACK
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(TAKE_PACK)]

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.target: Workspace | None = None
        self.pack: Pack | None = None
        self.result: PackResult | None = None
        self.faults: list[Fault] = []
        self.failed = ""

    def page_title(self) -> str:
        return "打开轮次包"

    def page_about(self) -> str:
        return one_line(self.path.name)

    def body(self) -> Sequence[Widget]:
        return [LinePane(self._lines, id="pane")]

    def ready(self) -> None:
        self.query_one("#pane", LinePane).focus()
        self._look()

    def _look(self) -> None:
        """Read the file, and weigh it against the workspace where there is one."""
        self.faults, self.failed, self.result = [], "", None
        try:
            self.pack, _, _ = load_pack(self.path)
            if self.target is None and Workspace.is_workspace(self.app.space.root):
                self.target = self.app.space
            if self.target is not None:
                self.result = look_at_pack(self.target, self.path)
        except InputFaults as error:
            self.faults = error.faults
        except (StoreError, OSError) as error:
            self.failed = f"文件打不开：{why_not(error)}。"
        self.query_one("#pane", LinePane).show()

    # ---------------------------------------------------------------- showing

    def _lines(self, width: int) -> list[Line]:
        if self.failed:
            return [[], *wrapped(self.failed, width, "fail")]
        if self.faults:
            lines: list[Line] = [[], *wrapped("这个文件不能收，什么也没有写入：", width, "fail")]
            for number, fault in enumerate(self.faults, 1):
                lines += wrapped(fault.text(), width, "warn", indent=f" {number}. ", hang="    ")
            return lines
        if self.pack is None:
            return []
        round_ = self.pack.round
        practice = "［演练］" if round_.practice else ""
        team = next((t for t in round_.teams if t.id == self.pack.team), None)
        lines = [[]]
        lines += pair("检查轮次", practice + round_.title, width, ink="strong")
        lines += pair("期次", round_.period.label, width)
        if round_.period.start:
            lines += pair("起止日期", f"{round_.period.start} 至 {round_.period.end}", width)
        lines += pair("版本", f"第{round_.pack_version}版", width)
        for checklist in round_.checklists:
            lines += pair("检查清单", f"{checklist.title}（{len(checklist.items())}条）", width)
        lines += pair("给谁", team.name if team is not None else "全部检查组", width)
        if team is not None:
            lines += pair("组长", team.lead or "（未填）", width)
            lines += pair("组员", "、".join(team.members) or "（未填）", width)
        names = [unit.name for unit_id in self.pack.units if (unit := round_.unit(unit_id)) is not None]
        if names:
            lines += pair(f"单位{len(names)}个", "、".join(names), width)
        lines.append([])
        return [*lines, *self._verdict(width)]

    def _verdict(self, width: int) -> list[Line]:
        result = self.result
        if result is None:
            return wrapped("当前文件夹还不是工作文件夹。按回车选择建在哪里，再收下这个包。", width, "accent")
        name, meaning, ink = _WORDS.get(result.status, (result.status, "", "text"))
        lines = wrapped(f"{name}：{meaning}", width, ink)
        if result.status == "amended":
            held = f"有{len(result.changed)}条条文改动" if result.changed else "条文没有改动"
            seen = f"，其中{result.stale}项已查过，收下后标为“需重看”" if result.stale else ""
            lines += wrapped(held + seen + "。", width, "warn" if result.stale else "text")
        if result.status in ("new", "amended"):
            lines += wrapped("按回车收下，Esc 不收。", width, "strong")
        return lines

    # ---------------------------------------------------------------- taking

    def action_make(self) -> None:
        """Take the pack, or choose where it goes."""
        if self.pack is None or self.faults or self.failed:
            return
        if self.target is None:
            self._ask_where()
        else:
            self._take(self.target)

    def _ask_where(self) -> None:
        root = self.app.space.root
        assert self.pack is not None
        folder = free_folder(root, folder_name(self.pack.round.title))
        entries = [
            Entry("here", "就在这个文件夹", one_line(root.name)),
            Entry("below", f"新建子文件夹“{folder.name}”"),
        ]

        def picked(where: str | None) -> None:
            if where is not None:
                self._take(Workspace(root if where == "here" else folder))

        self.app.push_screen(MenuScreen("工作文件夹建在哪里", entries), picked)

    def _take(self, target: Workspace) -> None:
        # The open round must not hold the file that is about to be replaced.
        self.app.close_round()
        try:
            if not Workspace.is_workspace(target.root):
                target = Workspace.init(target.root)
            result = take_pack(target, self.path)
        except InputFaults as error:
            self.faults = error.faults
        except (StoreError, OSError) as error:
            self.failed = f"没有收成：{why_not(error)}。原有的内容没有改动。"
        else:
            self._taken(target, result)
            return
        self.query_one("#pane", LinePane).show()

    def _taken(self, target: Workspace, result: PackResult) -> None:
        app = self.app
        app.use_space(target)
        for message in result.messages:
            app.say(message, "warning" if result.stale or result.status == "older" else "information")
        if not result.messages and result.status == "new":
            app.say("已收下，可以开始检查。")
        app.pack = None
        app.enter(prefer=result.round.id, team=result.team)

    def action_back(self) -> None:
        """Leave without taking it."""
        app = self.app
        if len(app.screen_stack) > 2:
            if app.desk is None:
                app.open_home()
            else:
                app.go_back()
        elif Workspace.is_workspace(app.space.root):
            app.enter()
        else:
            app.exit()


def folder_name(title: str) -> str:
    """A folder name made of a round's title, safe on every system."""
    from inspect_tui.exchange.naming import file_part

    return file_part(title)[:30] or "回头看"
