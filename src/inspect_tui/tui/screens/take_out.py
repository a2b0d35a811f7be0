"""Take out: plain copies of exported papers for somebody else, put outside the encrypted workspace."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.store import files
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.vault_files import exports, take_out
from inspect_tui.store.vault_ops import opened
from inspect_tui.tui import skin
from inspect_tui.tui.actions import TAKE_OUT, bindings_for
from inspect_tui.tui.folder_picking import pick_folder
from inspect_tui.tui.screens.detail_page import DetailPage
from inspect_tui.tui.screens.merge import size_words
from inspect_tui.tui.text import fit, fit_name, one_line
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line, wrapped


class TakeOutScreen(DetailPage, inherit_bindings=False):
    """The papers by the names people know; those marked, or the one under the cursor, are taken out."""

    place = TAKE_OUT
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(TAKE_OUT)]

    DEFAULT_CSS = """
    TakeOutScreen #detail { height: 7; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, Path, int]] | None = None
        self.marked: set[str] = set()
        self.said: list[tuple[str, str]] = []

    def page_title(self) -> str:
        return "取出导出的文件"

    def ready(self) -> None:
        super().ready()
        self.run_worker(self._look(), exclusive=True)

    async def _look(self) -> None:
        self.found = await asyncio.to_thread(self._listed)
        if self.is_mounted:
            self.line_list.set_rows(max(1, len(self.found)), 0)
            self.follow()

    def _listed(self) -> list[tuple[str, Path, int]]:
        vault = opened(self.app.space.root)
        if vault is None:
            return []
        return [(name, path, files.fs.size(path)) for name, path in exports(vault)]

    @property
    def current(self) -> str:
        """The name under the cursor."""
        at = self.line_list.cursor
        return self.found[at][0] if self.found and 0 <= at < len(self.found) else ""

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        if not self.found:
            words = "还没有导出过文件。" if self.found is not None else "正在找…"
            return [("   ", "text"), (words, "dim")]
        name, _, size = self.found[index]
        marked = name in self.marked
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (" [x] " if marked else " [ ] ", "accent" if marked else "dim"),
            (fit_name(name, max(8, width - 16)), "text"),
            (fit(size_words(size), 8, "right"), "dim"),
        ]

    def detail(self, width: int) -> list[Line]:
        lines: list[Line] = []
        for said, ink in self.said:
            lines += wrapped(said, width, ink)
        if not self.said:
            if self.current:
                lines += wrapped(one_line(self.current), width)
            lines += wrapped("取出的是没有加密的副本，放到U盘或别的文件夹，用完请删除。", width, "warn")
            lines += wrapped("回车取出选上的；一个也没选，就取出光标所在的。", width, "dim")
        return lines

    def on_line_list_moved(self, _: LineList.Moved) -> None:
        # Textual calls the handler of the page this one is after its own, which shows what stands below.
        self.said = []

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_take()

    def action_mark(self) -> None:
        """Mark the paper under the cursor, or take the mark away, and go on to the next."""
        if self.current:
            self.marked ^= {self.current}
            self.line_list.move_to(min(self.line_list.cursor + 1, self.line_list.count - 1))
            self.line_list.refresh_rows()

    def action_mark_all(self) -> None:
        """Mark all, or none when all are."""
        names = {name for name, _, _ in self.found or ()}
        self.marked = set() if self.marked == names else names
        self.line_list.refresh_rows()

    def action_take(self) -> None:
        """Choose where to, then take them out."""
        wanted = [(n, p) for n, p, _ in self.found or () if n in (self.marked or {self.current})]
        if not wanted:
            self.app.say("没有可取出的文件。")
            return
        title = f"取出{len(wanted)}个文件，放到哪里" if len(wanted) > 1 else "放到哪里"
        pick_folder(self, title, lambda folder: self._begin(wanted, folder))

    def _begin(self, wanted: list[tuple[str, Path]], folder: Path) -> None:
        self.said = [("正在取出…", "accent")]
        self.follow()
        self.run_worker(self._take(wanted, folder), exclusive=True)

    async def _take(self, wanted: list[tuple[str, Path]], folder: Path) -> None:
        taken, failed = await asyncio.to_thread(_taken_out, wanted, folder)
        self.said = [(said, "fail") for said in failed[:2]]
        if taken:
            where = one_line(str(folder))
            self.said.append((f"已取出{taken}个文件到 {where}，没有加密，用完请删除。", "pass"))
            if not failed:
                self.marked = set()
        self.line_list.refresh_rows()
        self.follow()


def _taken_out(wanted: list[tuple[str, Path]], folder: Path) -> tuple[int, list[str]]:
    """Copy them, each in its own subfolder if it has one; how many, and why others could not be."""
    taken, failed = 0, []
    for name, path in wanted:
        try:
            take_out(path, folder.joinpath(*name.split("/")))
        except StoreError as error:
            failed.append(f"{name}：{error}")
        except OSError as error:
            failed.append(f"{name}没有取出：{reason(error)}。")
        else:
            taken += 1
    return taken, failed
