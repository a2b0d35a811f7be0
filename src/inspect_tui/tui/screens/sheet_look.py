"""What a spreadsheet would be read as: its columns, every doubt and row left out by its cell, its items.

Nothing is written until all of it was seen; a column taken for the wrong thing is put right here, and the
mapping is kept with the checklist for the next month.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import msgspec
from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.exchange.checklist_keeping import keep, kept_mappings, standing
from inspect_tui.exchange.checklist_sheet import Imported, import_sheet
from inspect_tui.exchange.checklist_shelf import Shelved, shelf, shelved
from inspect_tui.exchange.sheet_headings import ROLES, Heading, Mapping, load_mapping
from inspect_tui.model.checklist import Checklist, Item
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.terms import UnitKind
from inspect_tui.rules.checklist_diff import compare
from inspect_tui.rules.issue import good_id
from inspect_tui.rules.scoring import points_text
from inspect_tui.store.errors import StoreError
from inspect_tui.tui import skin
from inspect_tui.tui.actions import SHEET_LOOK, bindings_for
from inspect_tui.tui.screens.checklist_page import ChecklistScreen
from inspect_tui.tui.screens.page import PageScreen, ask
from inspect_tui.tui.sheet_rows import LookRow, look_detail, look_row
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import ConfirmScreen, Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, LinePane, wrapped

_KINDS = [kind for kind in UnitKind]
_ID_HINT = "编号只用字母、数字、横线，以后改版也不变，例如 aqjc。"
_ROW = re.compile(r"[A-Z]{1,3}([0-9]+)")


class SheetLookScreen(PageScreen[None], inherit_bindings=False):
    """Columns, faults, doubts, rows left out, items: a line each, the one under the cursor in full below."""

    place = SHEET_LOOK
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(SHEET_LOOK)]

    DEFAULT_CSS = """
    SheetLookScreen #detail { height: 8; }
    SheetLookScreen.-tall #detail { height: 14; }
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.given = Mapping()
        self.base: Checklist | None = None
        self.note = ""
        self.found: Imported | None = None
        self.refused: list[Fault] = []
        self.reading = True
        self.rows: list[LookRow] = []
        self._doubted: set[str] = set()

    # ---------------------------------------------------------------- reading

    def page_title(self) -> str:
        return f"导入 {self.path.name}"

    def page_about(self) -> str:
        found = self.found
        if found is None:
            return ""
        checklist = found.checklist
        if checklist is None:
            return f"{len(found.faults)}处问题"
        full = points_text(checklist.full_score)
        return f"{checklist.id} {checklist.revision}版，{len(checklist.items())}条{full}分"

    def body(self) -> Sequence[Widget]:
        return [
            LineList(self._row, 1, selectable=self._selectable, id="list"),
            LinePane(self._detail, id="detail"),
        ]

    def ready(self) -> None:
        self.line_list.focus()
        self.read()

    def read(self) -> None:
        """Read the file as it is now told to be read; a large one takes a moment."""
        self.reading = True
        self.run_worker(self._read(), exclusive=True)

    async def _read(self) -> None:
        try:
            found = await asyncio.to_thread(
                import_sheet,
                self.path,
                mapping=None if self.given == Mapping() else self.given,
                checklist_id=self.path.stem,
                sheet=self.given.sheet,
                base=self.base,
            )
        except InputFaults as error:
            self.found, self.refused = None, error.faults
        else:
            if self.note and found.checklist is not None:
                found.raw["change_note"] = self.note
                found.checklist = msgspec.structs.replace(found.checklist, change_note=self.note)
            self.found, self.refused = found, []
        self.reading = False
        if self.is_mounted:
            self._fill()

    def _fill(self) -> None:
        found, rows = self.found, list[LookRow]()
        if found is None:
            rows = ["读不成清单", *self.refused]
        else:
            if found.faults:
                rows += [f"问题{len(found.faults)}处，改好才能写", *found.faults]
            if found.own:
                rows.append("这是本程序导出的表格，照原样读")
            if found.headings:
                tab = f"工作表“{found.sheet}”，" if found.sheet else ""
                rows += [f"栏目（{tab}按回车改）", *found.headings]
            if found.doubts:
                rows += [f"要核对的{len(found.doubts)}处", *found.doubts]
            if found.rejected:
                rows += [f"没有取的{len(found.rejected)}行", *found.rejected]
            if found.warnings:
                rows += [f"提醒{len(found.warnings)}处", *found.warnings]
            rows += self._items(found)
        self.rows = rows
        self.line_list.set_rows(max(1, len(rows)), min(max(1, self.line_list.cursor), len(rows) - 1))
        self.tell_head(about=self.page_about())
        self._follow()

    def _items(self, found: Imported) -> list[LookRow]:
        checklist = found.checklist
        if checklist is None:
            return []
        lines = {row for doubt in found.doubts if (row := _line_of(doubt.cell))}
        self._doubted = {
            item for item, cells in found.cells.items() if any(_line_of(cell) in lines for cell in cells)
        }
        rows: list[LookRow] = [
            f"读到{len(checklist.items())}条，{len(checklist.sections)}个大项（有 ? 的要核对）"
        ]
        for section in checklist.sections:
            rows += [section, *section.items]
        return rows

    # ---------------------------------------------------------------- showing

    def _selectable(self, index: int) -> bool:
        return bool(self.rows) and not isinstance(self.rows[index], str)

    @property
    def current(self) -> LookRow | None:
        """What the cursor stands on."""
        index = self.line_list.cursor
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def _row(self, index: int, width: int, here: bool) -> list[Part]:
        if not self.rows:
            return [(fit("   正在读，请稍候。", width), "dim")]
        row = self.rows[index]
        return look_row(row, width, here, doubted=isinstance(row, Item) and row.id in self._doubted)

    def _detail(self, width: int) -> list[Line]:
        lines: list[Line] = [[(skin.current().glyphs.rule * width, "dim")]]
        lines += look_detail(self.current, width, self.found)
        if self.base is not None:
            lines += wrapped(f"对照旧版：{self.base.title}（{self.base.revision}版）", width, "accent")
        return lines

    def _follow(self) -> None:
        self.query_one("#detail", LinePane).show()

    def on_line_list_moved(self, _: LineList.Moved) -> None:
        self._follow()

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()

    def action_next_pane(self) -> None:
        """Scroll the pane below, or come back to the list."""
        pane = self.query_one("#detail", LinePane)
        (self.line_list if pane.has_focus else pane).focus()

    # ---------------------------------------------------------------- how it is read

    def action_open(self) -> None:
        """Say what a column is."""
        heading, found = self.current, self.found
        if not isinstance(heading, Heading) or found is None:
            self.app.say("停在一个栏目上再按回车，可以改它是什么。")
            return
        entries = [
            Entry(role, label, "现在的" if role == heading.role else "") for role, label in ROLES.items()
        ]

        def picked(role: str | None) -> None:
            if role is None or role == heading.role:
                return
            columns = {h.column: h.role for h in found.headings}
            for column, other in columns.items():
                if other == role and role != "ignore":
                    columns[column] = "ignore"
                    self.app.say(f"{ROLES[role]}改取{heading.column}列，{column}列不取了。")
            columns[heading.column] = role
            made = found.mapping
            self.given = msgspec.structs.replace(
                self.given, sheet=made.sheet, headings=made.headings, columns=columns
            )
            self.read()

        self.app.push_screen(MenuScreen(f"{heading.column}列“{heading.heading}”是什么", entries), picked)

    def action_base(self) -> None:
        """Choose the checklist that this sheet revises."""
        self.run_worker(self._offer_bases(), exclusive=False)

    async def _offer_bases(self) -> None:
        held = [each for each in await asyncio.to_thread(shelf, self.app.space) if each.checklist is not None]
        entries = [
            Entry(str(n), _title(each), f"{each.checklist.revision}版" if each.checklist is not None else "")
            for n, each in enumerate(held)
        ]
        entries.append(Entry("", "不对照旧版"))

        def picked(which: str | None) -> None:
            if which is None:
                return
            self.base = held[int(which)].checklist if which else None
            self.read()

        self.app.push_screen(MenuScreen("这份表格修订的是哪份清单", entries), picked)

    def action_tab(self) -> None:
        """Read another sheet of the workbook."""
        found = self.found
        if found is None or not found.others:
            self.app.say("没有别的工作表。")
            return
        names = [found.sheet, *found.others]
        entries = [Entry(str(n), name, "现在的" if not n else "") for n, name in enumerate(names)]

        def picked(which: str | None) -> None:
            if which is not None:
                self.given = msgspec.structs.replace(
                    self.given, sheet=names[int(which)], headings=(0, 0), columns={}
                )
                self.read()

        self.app.push_screen(MenuScreen("读哪个工作表", entries), picked)

    def action_mapping(self) -> None:
        """Read the sheet by a mapping kept before."""
        paths = kept_mappings(self.app.space)
        if not paths:
            self.app.say("还没有存下的栏目对应。写成清单时会自动存一份。")
            return
        entries = [Entry(str(n), path.stem) for n, path in enumerate(paths)]

        def picked(which: str | None) -> None:
            if which is None:
                return
            try:
                self.given = load_mapping(paths[int(which)])
            except InputFaults as error:
                self.app.say(str(error), "error", timeout=12)
                return
            self.read()

        self.app.push_screen(MenuScreen("用哪一份栏目对应", entries), picked)

    def action_head(self) -> None:
        """Say what the sheet does not: id, version, title, kinds of unit."""
        checklist, given = self.found.checklist if self.found is not None else None, self.given
        kinds = "、".join(k.label for k in checklist.unit_kinds) if checklist is not None else ""
        entries = [
            Entry("id", "编号", given.id or (checklist.id if checklist is not None else "")),
            Entry(
                "revision", "版本号", given.revision or (checklist.revision if checklist is not None else "")
            ),
            Entry("title", "标题", given.title or (checklist.title if checklist is not None else "")),
            Entry("unit_kinds", "用于哪类单位", kinds),
            Entry("note", "本版改动", self.note or "没有写"),
        ]

        def picked(which: str | None) -> None:
            match which:
                case "id" | "revision" | "title":
                    name = next(e.label for e in entries if e.id == which)
                    now = next(e.detail for e in entries if e.id == which)
                    check = _check_id if which == "id" else None
                    ask(self, name, now, lambda text: self._say(which, text), required=True, check=check)
                case "unit_kinds":
                    self._pick_kinds()
                case "note":
                    ask(self, "本版改了什么", self.note or self._changed(), self._noted, required=True)

        self.app.push_screen(MenuScreen("清单的标题和编号", entries), picked)

    def _say(self, name: str, value: object) -> None:
        self.given = msgspec.structs.replace(self.given, **{name: value})
        self.read()

    def _changed(self) -> str:
        """What a new version changes, in a line to start from; empty where there is none to compare with."""
        checklist = self.found.checklist if self.found is not None else None
        if checklist is None or self.base is None:
            return ""
        change = compare(self.base, checklist)
        parts = (
            ("新增", change.added),
            ("取消", change.removed),
            ("改写", change.reworded),
            ("改分", change.repointed),
        )
        return "，".join(f"{word}{'、'.join(c.id for c in rows[:9])}" for word, rows in parts if rows)

    def _noted(self, text: str) -> None:
        self.note = text
        self.read()

    def _pick_kinds(self) -> None:
        chosen = list(self.given.unit_kinds)
        if not chosen and self.found is not None and self.found.checklist is not None:
            chosen = [kind.value for kind in self.found.checklist.unit_kinds]
        entries = [Entry(k.value, f"{'[选]' if k.value in chosen else '[  ]'} {k.label}") for k in _KINDS]

        def picked(which: str | None) -> None:
            if which is None:
                return
            now = [k.value for k in _KINDS if (k.value in chosen) != (k.value == which)]
            if now:
                self._say("unit_kinds", tuple(now))
            else:
                self.app.say("至少要留一类。", "warning")

        self.app.push_screen(MenuScreen("用于哪类单位（按数字选上或去掉）", entries), picked)

    # ---------------------------------------------------------------- the end

    def action_make(self) -> None:
        """Write the checklist into the workspace; asks before it overwrites one."""
        found = self.found
        if self.reading:
            self.app.say("正在读，请稍候再按。")
            return
        if found is None or found.checklist is None or found.faults:
            self.app.say("还有问题，不能写。看列在最前面的问题。", "warning")
            return
        if not (found.own or self.given.id or self.base is not None or good_id(self.path.stem)):
            ask(self, "清单编号", "", self._named, required=True, check=_check_id, hint=_ID_HINT)
            return
        there = standing(self.app.space, found.checklist)
        if there is None:
            self._write(found)
            return
        if there.held is None:
            told = "那份文件现在读不成清单。"
        else:
            change = compare(there.held, found.checklist)
            told = f"那里是“{there.held.title}”{there.held.revision}版：新增{len(change.added)}条，"
            told += (
                f"取消{len(change.removed)}条，改写{len(change.reworded)}条，改分{len(change.repointed)}条。"
            )
        told += "".join(there.warnings) + f"原来的另存为{there.path.name}.bak。"

        def answered(yes: bool | None) -> None:
            if yes:
                self._write(found)

        self.app.push_screen(
            ConfirmScreen(f"已有{there.path.name}，覆盖它？", intro=told, yes="覆盖", no="不写"), answered
        )

    def _named(self, text: str) -> None:
        self._say("id", text)
        self.app.say("编号记下了。再按 1 写清单。")

    def _write(self, found: Imported) -> None:
        app = self.app
        try:
            path = keep(app.space, found)
        except StoreError as error:
            app.say(str(error), "error", timeout=12)
            return
        app.go_back()
        app.push_screen(ChecklistScreen(shelved(path, app.space)))
        app.say(f"已写成 {path.name}，栏目对应也存下了。新建轮次时就能选。", timeout=10)


def _title(held: Shelved) -> str:
    return held.checklist.title if held.checklist is not None else held.name


def _check_id(text: str) -> str:
    return "" if good_id(text) else _ID_HINT


def _line_of(cell: str) -> str:
    """The row a cell stands in; empty for what is no single cell."""
    match = _ROW.fullmatch(cell)
    return match[1] if match else ""
