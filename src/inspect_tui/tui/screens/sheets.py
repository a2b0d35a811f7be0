"""Sheets: choose an office's own spreadsheet to make a checklist of."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.binding import BindingType

from inspect_tui.tui import skin
from inspect_tui.tui.actions import SHEETS, bindings_for
from inspect_tui.tui.files_nearby import Nearby, given_paths, sheets_nearby
from inspect_tui.tui.screens.detail_page import DetailPage
from inspect_tui.tui.screens.merge import size_words
from inspect_tui.tui.screens.page import ask
from inspect_tui.tui.text import cells, fit, fit_name
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line, wrapped


class SheetsScreen(DetailPage, inherit_bindings=False):
    """Spreadsheets lying nearby, newest first; others are pasted, dropped or typed."""

    place = SHEETS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(SHEETS)]

    DEFAULT_CSS = """
    SheetsScreen #detail { height: 6; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Nearby] | None = None

    def page_title(self) -> str:
        return "从表格导入清单"

    def page_about(self) -> str:
        return "附近的 .xlsx 和 .csv，新的在前"

    def ready(self) -> None:
        super().ready()
        self.run_worker(self._look_around(), exclusive=True)

    async def _look_around(self) -> None:
        """Reading folders may take long on a slow drive, so it happens beside the screen."""
        self.found = await asyncio.to_thread(sheets_nearby, self.app.space.root)
        if self.is_mounted:
            self.line_list.set_rows(max(1, len(self.found)), 0)
            self.follow()

    @property
    def current(self) -> Path | None:
        """The file under the cursor."""
        index = self.line_list.cursor
        return self.found[index].path if self.found and 0 <= index < len(self.found) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        if not self.found:
            words = "附近没有找到。按 2 输入位置，或把文件拖进窗口。" if self.found is not None else "正在找…"
            return [("   ", "text"), (words, "dim")]
        file = self.found[index]
        written = dt.datetime.fromtimestamp(file.written, self.app.clock().tzinfo).strftime("%m-%d %H:%M")
        tail: list[Part] = [(fit(file.path.parent.name, 18), "dim")] if width >= 100 else []
        tail += [(fit(size_words(file.bytes), 8, "right"), "dim"), (f"  {written} ", "dim")]
        room = width - 2 - sum(cells(text) for text, _ in tail)
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (" ", "text"),
            (fit_name(file.path.name or str(file.path), room), "text"),
            *tail,
        ]

    def detail(self, width: int) -> list[Line]:
        lines: list[Line] = []
        if self.current is not None:
            lines += wrapped(str(self.current), width, "text")
        lines += wrapped("按回车看它会读成什么，看过、改好栏目再写成清单。", width, "strong")
        return lines

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_look()

    def action_look(self) -> None:
        """See what the file would be read as."""
        if self.current is not None:
            self._open(self.current)
        else:
            self.app.say("没有可看的表格。按 2 输入位置。")

    def _open(self, path: Path) -> None:
        from inspect_tui.tui.screens.sheet_look import SheetLookScreen

        self.app.push_screen(SheetLookScreen(path))

    def action_again(self) -> None:
        """List the files nearby anew."""
        self.run_worker(self._look_around(), exclusive=True)

    def action_type(self) -> None:
        """Type or paste where the file is."""
        ask(
            self,
            "表格的位置",
            "",
            lambda text: self._given(given_paths(text)),
            hint="可以把文件拖到窗口里，或粘贴完整路径。",
            required=True,
        )

    def on_paste(self, event: events.Paste) -> None:
        """A file dragged into the window arrives as a paste of its path."""
        event.stop()
        self._given(given_paths(event.text[:100_000]))

    def _given(self, paths: list[Path]) -> None:
        if paths:
            self._open(paths[0])
