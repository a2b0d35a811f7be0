"""Packing: 发包 — one file that readies a laptop, for one team or for everyone."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.model.fault import InputFaults
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.vault_ops import kept_encrypted
from inspect_tui.tui import skin
from inspect_tui.tui.actions import PACKING, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.folder_picking import pick_folder
from inspect_tui.tui.screens.making_page import MakingPage
from inspect_tui.tui.text import fit, one_line
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line, wrapped


class PackingScreen(MakingPage, inherit_bindings=False):
    """Everyone first, then the teams; Enter or the digit writes the file."""

    place = PACKING
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(PACKING)]

    DEFAULT_CSS = """
    PackingScreen #list { height: 1fr; }
    PackingScreen #detail { height: 9; }
    PackingScreen.-tall #detail { height: 14; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.noted: list[str] = []

    def page_title(self) -> str:
        return "发包"

    def count(self) -> int:
        return 1 + len(self.desk.round.teams)

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        cursor: Part = (skin.current().glyphs.cursor if here else " ", "accent")
        digit: Part = (f" {index + 1} " if index < 9 else "   ", "key")
        if index == 0:
            name, about, key = "全部检查组", f"一个文件，{len(self.desk.units())}个单位", ""
        else:
            team = self.desk.round.teams[index - 1]
            people = "、".join([*([f"组长{team.lead}"] if team.lead else []), f"组员{len(team.members)}人"])
            name, about, key = team.name, f"{people}，{len(team.units)}个单位", team.id
        state: Part = ("已生成 " if key in self.made else "       ", "pass")
        room = width - 12
        own = min(24, room // 2)
        return [cursor, digit, (fit(name, own), "text"), (fit(about, room - own), "dim"), state]

    def told(self, width: int) -> list[Line]:
        lines = wrapped(
            "选一行生成发包文件，用U盘或群发给组员；对方在程序里打开这个文件，就能开始检查。"
            "文件里有单位名册和负责人姓名，请只发给检查人员。",
            width,
            "dim",
        )
        if kept_encrypted(self.desk.session.space.exports_dir / "x"):
            lines += wrapped("工作文件夹已加密，发包文件要放到外面，先选U盘或别的文件夹。", width, "warn")
        for path in reversed(self.made.values()):
            lines += wrapped(f"已生成：{path}", width, "pass")
        for words in self.noted:
            lines += wrapped(words, width, "dim")
        return lines

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        self._make(message.index)

    def action_choose(self) -> None:
        """The line under the cursor."""
        self._make(self.line_list.cursor)

    def action_field(self, digit: int) -> None:
        """The line with a digit in front."""
        if 0 <= int(digit) - 1 < self.line_list.count:
            self.line_list.move_to(int(digit) - 1)
            self._make(int(digit) - 1)

    def _make(self, index: int) -> None:
        """Write the pack of a row; from an encrypted workspace to a folder outside it."""
        if kept_encrypted(self.desk.session.space.exports_dir / "x"):
            pick_folder(self, "发包文件放到哪里", lambda folder: self._write(index, folder))
        else:
            self._write(index)

    def _write(self, index: int, folder: Path | None = None) -> None:
        from inspect_tui.exchange.pack import write_pack

        session = self.desk.session
        key = "" if index == 0 else self.desk.round.teams[index - 1].id
        try:
            told: list[str] = []
            path = write_pack(
                session.space,
                self.desk.round.id,
                key or None,
                folder,
                now=session.clock(),
                by=session.identity.name,
                messages=told,
            )
        except (ExportRefused, InputFaults, StoreError) as error:
            self.failed = str(error)
        except OSError as error:
            self.failed = f"没有生成：{reason(error)}。"
        else:
            self.failed = ""
            self.made.pop(key, None)
            self.made[key] = one_line(str(path))
            self.noted = told
        self.line_list.refresh_rows()
        self.follow()
