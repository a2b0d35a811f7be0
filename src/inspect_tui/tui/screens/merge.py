"""Merge: choose what others handed in, and from here everything a lead does after taking it."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.binding import BindingType

from inspect_tui.rules.reviewing import returned_items
from inspect_tui.store.errors import StoreError
from inspect_tui.store.received import active_files
from inspect_tui.tui import skin
from inspect_tui.tui.actions import MERGE, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.files_nearby import Nearby, given_paths, nearby
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.screens.page import ask
from inspect_tui.tui.text import cells, fit, fit_name, one_line
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line, wrapped


class MergeScreen(LeadPage, inherit_bindings=False):
    """Files lying nearby, newest first; others are pasted, dropped or typed."""

    place = MERGE
    title_word = "合并"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(MERGE)]

    DEFAULT_CSS = """
    MergeScreen #side { height: 9; }
    MergeScreen.-tall #side { height: 11; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.found: list[Nearby] | None = None
        self.given: list[Path] = []
        self.marked: set[Path] = set()
        self._taken: set[str] = set()
        self._figures: dict[str, int] = {}

    # ---------------------------------------------------------------- showing

    def ready(self) -> None:
        super().ready()
        self.run_worker(self._look_around(), exclusive=True)

    async def _look_around(self) -> None:
        """Reading folders may take long on a slow drive, so it happens beside the screen."""
        self.found = await asyncio.to_thread(nearby, self.desk.session.space.root)
        if self.is_mounted:
            self.refill()
            self.list.move_to(0)

    @property
    def paths(self) -> list[Path]:
        """Every file in the list, those given by hand first."""
        return [*self.given, *(file.path for file in self.found or ())]

    def reread(self) -> None:
        session = self.desk.session
        try:
            taken = active_files(session.space.round_dir(self.desk.round.id))
        except StoreError:
            taken = []
        self._taken = {entry.name for _, entry in taken}
        self._figures = {"files": len(taken)}

    def count(self) -> int:
        return 1 + max(1, len(self.paths))

    def can_choose(self, index: int) -> bool:
        return 1 <= index <= len(self.paths)

    def mark(self) -> object:
        return self.current

    def place_of(self, mark: object) -> int | None:
        paths = self.paths
        return paths.index(mark) + 1 if isinstance(mark, Path) and mark in paths else None

    @property
    def current(self) -> Path | None:
        """The file under the cursor."""
        index, paths = self.list.cursor, self.paths
        return paths[index - 1] if 1 <= index <= len(paths) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        if index == 0:
            return [(" 附近的交卷和检查记录", "head"), ("（新的在前，空格选）", "dim")]
        paths = self.paths
        if not paths:
            words = "附近没有找到。按 2 输入位置，或把文件拖进窗口。" if self.found is not None else "正在找…"
            return [("   ", "text"), (words, "dim")]
        path = paths[index - 1]
        file = next((f for f in self.found or () if f.path == path), None)
        mark = skin.current().glyphs.mark if path in self.marked else " "
        tail = self._tail(file, width)
        name = one_line(path.name) or one_line(str(path))
        room = width - 4 - sum(cells(text) for text, _ in tail)
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (f" {mark} ", "accent"),
            (fit_name(name, room), "strong" if path in self.marked else "text"),
            *tail,
        ]

    def _tail(self, file: Nearby | None, width: int) -> list[Part]:
        if file is None:
            return [(fit("手工指定", 16, "right"), "dim")]
        zone = self.desk.session.clock().tzinfo
        written = dt.datetime.fromtimestamp(file.written, zone).strftime("%m-%d %H:%M")
        tail: list[Part] = [(fit("收过" if file.path.name in self._taken else "", 5), "pass")]
        if width >= 100:
            tail.append((fit(file.path.parent.name, 18), "dim"))
        return [*tail, (fit(size_words(file.bytes), 8, "right"), "dim"), (f"  {written} ", "dim")]

    def about(self, width: int) -> list[Line]:
        lines: list[Line] = []
        path = self.current
        if path is not None:
            lines += wrapped(str(path), width, "text")
        lines.append([])
        chosen = f"已选{len(self.marked)}个" if self.marked else "没有选，就看光标所在的一个"
        lines += wrapped(f"{chosen}。按回车看内容，看过再决定收不收。", width, "strong")
        lines += wrapped(
            f"本轮已收{self._figures['files']}份文件。4裁定 5重复 6审阅 7封存 8退回清单", width, "dim"
        )
        return lines

    # ---------------------------------------------------------------- choosing

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_look()

    def action_mark(self) -> None:
        """Mark the file under the cursor, or take the mark away."""
        path = self.current
        if path is not None:
            self.marked ^= {path}
            self.list.refresh_row(self.list.cursor)
            self._follow()
            self.list.action_down()

    def action_mark_all(self) -> None:
        """Mark every file, or none when all are."""
        everything = set(self.paths)
        self.marked = set() if self.marked == everything else everything
        self.refill()

    def action_look(self) -> None:
        """Look at what the marked files bring."""
        paths = [path for path in self.paths if path in self.marked]
        if not paths and self.current is not None:
            paths = [self.current]
        if paths:
            self.app.open_merge_look(paths)
        else:
            self.app.say("没有可看的文件。按 2 输入位置。")

    def action_again(self) -> None:
        """List the files nearby anew."""
        self.run_worker(self._look_around(), exclusive=True)

    def action_type(self) -> None:
        """Type or paste where files are."""
        ask(
            self,
            "文件或文件夹的位置",
            "",
            lambda text: self.take_paths(given_paths(text)),
            hint="可以把文件拖到窗口里，或粘贴完整路径；几个文件可以一次给。",
            required=True,
        )

    def on_paste(self, event: events.Paste) -> None:
        """A file dragged into the window arrives as a paste of its path."""
        event.stop()
        self.take_paths(given_paths(event.text[:100_000]))

    def take_paths(self, paths: list[Path]) -> None:
        """Put given files on top of the list, marked, and look at them at once."""
        if not paths:
            return
        held = set(self.paths)
        self.given = [*(p for p in paths if p not in held), *self.given]
        self.marked |= set(paths)
        self.refill()
        self.app.open_merge_look([path for path in self.paths if path in self.marked])

    # ---------------------------------------------------------------- elsewhere

    def action_taken(self) -> None:
        """The files taken in so far."""
        self.app.open_merge_taken()

    def action_decide(self) -> None:
        """Settle what inspectors differ on."""
        self.app.open_decide()

    def action_doubles(self) -> None:
        """Findings that likely tell the same."""
        self.app.open_doubles()

    def action_review(self) -> None:
        """Accept or return units."""
        self.app.open_review()

    def action_freeze(self) -> None:
        """Freeze the round."""
        self.app.open_freeze()

    def action_returned(self) -> None:
        """What the lead returned."""
        self.app.open_returned()


def size_words(size: int) -> str:
    """A size as people read it."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))}KB"
    return f"{size / 1024 / 1024:.1f}MB"


def returned_to(desk: Desk) -> int:
    """How many items wait for this team to be looked at again."""
    return sum(len(returned_items(desk.state, unit.id)) for unit in desk.units(mine=True))
