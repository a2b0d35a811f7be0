"""Faults: everything wrong with the workspace's files, each with its place and what to do about it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.model.fault import Fault
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui import skin
from inspect_tui.tui.actions import FAULTS, bindings_for
from inspect_tui.tui.screens.detail_page import DetailPage
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.page import Line, pair, wrapped


def all_faults(space: Workspace) -> list[Fault]:
    """Faults of checklists, roster, rules and rounds, what cannot be used first."""
    _, faults = space.checklists()
    faults = [*faults, *space.roster()[1], *space.rules()[1]]
    for entry in space.rounds():
        faults += [_placed(fault, f"rounds/{entry.id}/{entry.path.name}") for fault in entry.faults]
    return sorted(faults, key=lambda fault: fault.warning)


def _placed(fault: Fault, file: str) -> Fault:
    import msgspec

    # Every round's file has the same name; its folder tells them apart.
    return msgspec.structs.replace(fault, file=file)


def fault_lines(fault: Fault, width: int) -> list[Line]:
    """A fault in full: what, where, what stands there, what may stand there, what to do."""
    lines = wrapped(fault.message, width, "strong")
    place = f"{fault.file}  第{fault.line}行第{fault.column}列" if fault.line else fault.file
    lines += pair("文件", place, width)
    lines += pair("位置", fault.path, width) if fault.path else []
    lines += pair("现在的值", fault.value[:300], width) if fault.value else []
    lines += pair("可用的值", "、".join(fault.allowed), width) if fault.allowed else []
    lines += pair("怎么改", fault.remedy, width, ink="accent") if fault.remedy else []
    lines += pair("编号", fault.code, width, ink="dim")
    return lines


class FaultsScreen(DetailPage, inherit_bindings=False):
    """A fault a line, the one under the cursor in full below."""

    place = FAULTS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(FAULTS)]

    DEFAULT_CSS = """
    FaultsScreen #detail { height: 10; }
    FaultsScreen.-tall #detail { height: 16; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[Fault] = []

    def page_title(self) -> str:
        return "清单、名册和轮次文件的问题"

    def page_about(self) -> str:
        return f"{len(self.faults)}处" if self.faults else ""

    def count(self) -> int:
        self.faults = all_faults(self.app.space)
        return len(self.faults)

    def ready(self) -> None:
        super().ready()
        self.tell_head(about=self.page_about())

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        fault = self.faults[index]
        place = f"{fault.line}:{fault.column}" if fault.line else ""
        kind, ink = ("提示", "dim") if fault.warning else ("问题", "fail")
        file = fault.file.replace("\\", "/").removeprefix("rounds/")
        own = min(30, width // 3)
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (f" {kind} ", ink),
            (fit(file, own), "text"),
            (fit(place, 9, "right"), "dim"),
            (" ", "text"),
            (fit(fault.message, max(4, width - own - 18)), "text"),
        ]

    def detail(self, width: int) -> list[Line]:
        lines: list[Line] = []
        index = self.line_list.cursor
        if not 0 <= index < len(self.faults):
            lines += wrapped("没有发现问题，全部文件都能用。", width, "pass")
            return lines
        return lines + fault_lines(self.faults[index], width)

    def action_again(self) -> None:
        """Read the files again, after they were mended."""
        before = len(self.faults)
        self.faults = all_faults(self.app.space)
        self.line_list.set_rows(len(self.faults))
        self.tell_head(about=self.page_about() or "没有问题")
        self.follow()
        if not self.faults:
            self.app.say("没有问题了。")
        else:
            self.app.say(f"还有{len(self.faults)}处，原来{before}处。")

    def action_back(self) -> None:
        """Back; home reads the files anew, since some may be usable now."""
        app = self.app
        if app.identity is not None:
            app.open_home(app.desk.round.id if app.desk is not None else "")
        else:
            app.go_back()
