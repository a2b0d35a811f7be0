"""Forms: a checklist printed for a site without a laptop, for one unit or all; and a filled-in one picked."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from inspect_tui.exchange.form_content import FormContent, form_content
from inspect_tui.exchange.naming import readable_name
from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.roster import Unit
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.files import private_folder, write_durable
from inspect_tui.tui import skin
from inspect_tui.tui.actions import FORMS, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.files_nearby import given_path, sheets_nearby
from inspect_tui.tui.ledger_files import where
from inspect_tui.tui.screens.making_page import MakingPage
from inspect_tui.tui.screens.page import ask
from inspect_tui.tui.text import fit, one_line
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, wrapped

if TYPE_CHECKING:
    from inspect_tui.tui.app import InspectApp

_MOST_FILES = 8
_ABOUT = {
    "xlsx": "Excel填报表：在电脑或手机上填，结论和扣分项从下拉选项里选，填好后从“收回填好的表”收回。",
    "docx": "Word纸面表：横向A4，打勾、写字、签字，回来后录入。",
}


class FormsScreen(MakingPage, inherit_bindings=False):
    """All units in the first row, then one by one; a digit says which kind of form is written."""

    place = FORMS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(FORMS)]

    DEFAULT_CSS = """
    FormsScreen #list { height: 1fr; }
    FormsScreen #detail { height: 8; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.units: list[Unit] = desk.units(mine=True)
        self.where = ""
        self.working = False

    def page_title(self) -> str:
        return "打印检查表"

    def count(self) -> int:
        return 1 + len(self.units)

    def first(self) -> int:
        return 1 if self.units else 0

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        cursor: Part = (skin.current().glyphs.cursor if here else " ", "accent")
        if index == 0:
            name, about, key = "全部单位", f"{len(self.units)}个单位，每个一份", ""
        else:
            unit = self.units[index - 1]
            name, about, key = unit.name, self.desk.path_of(unit), unit.id
        room = max(10, width - 16)
        own = min(30, room // 2)
        made = self.made.get(key, "")
        state: Part = (fit(f"已存{made}" if made else "", 13), "pass")
        return [cursor, (" ", "text"), (fit(name, own), "text"), (fit(about, room - own), "dim"), state]

    def told(self, width: int) -> list[Line]:
        if self.working:
            return wrapped("正在写，请稍候。", width, "accent")
        lines = wrapped(f"已存到 {self.where}", width, "pass") if self.where else []
        for digit, kind in (("1", "xlsx"), ("2", "docx")):
            lines += wrapped(f"{digit} {_ABOUT[kind]}", width, "dim")
        return lines

    def action_choose(self) -> None:
        """The sheet of the row under the cursor."""
        self.action_write("xlsx")

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_write("xlsx")

    def action_write(self, kind: str) -> None:
        """Write the form of the unit under the cursor, or every unit's."""
        if self.failed and self.desk.round.secrecy.refuses_export:
            self.app.say(self.failed, "warning")
            return
        if self.working or self.line_list.cursor < 0:
            return
        at = self.line_list.cursor
        chosen = self.units if at == 0 else [self.units[at - 1]]
        contents = [form_content(self.desk.state, self.desk.round, unit.id) for unit in chosen]
        self.working, self.failed = True, ""
        self.follow()
        self.run_worker(self._make(contents, kind, "" if at == 0 else chosen[0].id), group="forms")

    async def _make(self, contents: list[FormContent], kind: str, key: str) -> None:
        """Set and write them on a thread: a hundred take seconds, and no key should wait for it."""
        try:
            self.where = where(await asyncio.to_thread(self._written, contents, kind))
            self.made[key] = {"xlsx": "Excel", "docx": "Word"}[kind]
        except (ExportRefused, StoreError) as error:
            self.failed = str(error)
        except OSError as error:
            self.failed = f"没有存成文件：{reason(error)}。"
        self.working = False
        self.follow()
        self.line_list.set_rows(self.count(), self.line_list.cursor)

    def _written(self, contents: list[FormContent], kind: str) -> Path:
        """Write the forms, several of them into a folder of their own; returns where they lie."""
        from inspect_tui.report.papers.form_paper import form_docx
        from inspect_tui.report.papers.form_sheet import form_workbook

        day = self.desk.session.date()
        practice = "演练" if self.desk.round.practice else ""
        head = ["检查表", practice, self.desk.round.title]
        folder = self.desk.session.space.exports_dir
        if len(contents) > 1:
            folder = folder / readable_name(head, day, "x").removesuffix(".x")
        private_folder(folder)
        path = folder
        for content in contents:
            name = readable_name([*head, content.unit.code, content.unit.name], day, kind)
            path = folder / name
            write_durable(path, form_docx(content) if kind == "docx" else form_workbook(content))
        return path if len(contents) == 1 else folder


# ----------------------------------------------------------------------- a form back


def pick_form(app: InspectApp) -> None:
    """Ask which filled-in form to take, then show what it brings."""
    desk = app.desk
    if desk is None:
        return
    if desk.session.read_only:
        app.say(f"现在只能看：{desk.session.read_only}", "warning")
        return
    entries = [
        Entry(str(file.path), one_line(file.path.name), one_line(file.path.parent.name))
        for file in sheets_nearby(desk.session.space.root, _MOST_FILES, "检查表")
    ]
    entries.append(Entry("", "输入文件位置", "可以把文件拖到窗口里"))

    def picked(where: str | None) -> None:
        if where:
            _start(app, desk, Path(where))
        elif where == "":
            _type_path(app, desk)

    if len(entries) > 1:
        app.push_screen(MenuScreen("收回哪一份检查表", entries), picked)
    else:
        picked("")


def _type_path(app: InspectApp, desk: Desk) -> None:
    ask(
        app.screen,
        "填好的检查表在哪里",
        "",
        lambda text: _start(app, desk, given_path(text)),
        hint="可以把文件拖到窗口里，或粘贴完整路径（.xlsx、.csv）。",
    )


def _start(app: InspectApp, desk: Desk, path: Path) -> None:
    app.run_worker(_read(app, desk, path), group="forms")


async def _read(app: InspectApp, desk: Desk, path: Path) -> None:
    """Read a form on a thread, then show what it brings, if nobody went elsewhere meanwhile."""
    from inspect_tui.exchange.form_reading import read_form_file
    from inspect_tui.tui.screens.form_take import FormTakeScreen

    screen = app.screen
    try:
        reading = await asyncio.to_thread(read_form_file, path, desk.round)
    except InputFaults as error:
        app.say(str(error), "error", timeout=12)
        return
    if app.screen is screen and app.desk is desk:
        app.push_screen(FormTakeScreen(desk, path, reading))
