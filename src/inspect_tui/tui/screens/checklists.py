"""Checklists: every one at hand and what is wrong with it; from here one is read, tried, checked again."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import events
from textual.binding import BindingType

from inspect_tui.exchange.checklist_shelf import Shelved, shelf
from inspect_tui.model.terms import Profile, UnitKind
from inspect_tui.rules.effort import profiles_of, told_apart
from inspect_tui.rules.scoring import points_text
from inspect_tui.tui import skin
from inspect_tui.tui.actions import CHECKLISTS, bindings_for
from inspect_tui.tui.product_screen import ProductScreen
from inspect_tui.tui.screens.detail_page import DetailPage
from inspect_tui.tui.screens.faults import fault_lines
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, wrapped

READING = "正在核对各份清单，请稍候。"


class ChecklistsScreen(DetailPage, inherit_bindings=False):
    """A checklist a line, the one under the cursor in full below."""

    place = CHECKLISTS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(CHECKLISTS)]

    DEFAULT_CSS = """
    ChecklistsScreen #detail { height: 10; }
    ChecklistsScreen.-short #detail { height: 6; }
    ChecklistsScreen.-tall #detail { height: 18; }
    """

    def __init__(self, at: str = "") -> None:
        super().__init__()
        self.shelf: list[Shelved] | None = None
        self._at = at

    def page_title(self) -> str:
        return "清单"

    def page_about(self) -> str:
        if self.shelf is None:
            return ""
        own = sum(not held.shipped for held in self.shelf)
        said = f"工作文件夹{own}份"
        return said + (f"，程序自带{len(self.shelf) - own}份" if len(self.shelf) > own else "")

    def ready(self) -> None:
        super().ready()
        self.run_worker(self._read(), exclusive=True)

    async def _read(self) -> None:
        """Checking reads every file and round, so it happens beside the screen."""
        found = await asyncio.to_thread(shelf, self.app.space)
        if not self.is_mounted:
            return
        here = self.current
        wanted = self._at or (here.name if here is not None else "")
        self.shelf, self._at = found, ""
        place = next((i for i, held in enumerate(found) if held.name == wanted), 0)
        self.line_list.set_rows(max(1, len(found)), place)
        self.tell_head(about=self.page_about())
        self.follow()

    @property
    def current(self) -> Shelved | None:
        """The checklist under the cursor."""
        index = self.line_list.cursor
        return self.shelf[index] if self.shelf and 0 <= index < len(self.shelf) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        if not self.shelf:
            words = (
                READING
                if self.shelf is None
                else "没有清单。可以从表格导入，或把清单文件放进 checklists 文件夹。"
            )
            return [("   ", "text"), (fit(words, width - 3), "dim")]
        held = self.shelf[index]
        checklist = held.checklist
        mark = (skin.current().glyphs.cursor if here else " ", "accent")
        source = "自带" if held.shipped else "本地"
        said, ink = found_words(held)
        tail: list[Part] = []
        if checklist is not None:
            size = f"{len(checklist.items())}条 {points_text(checklist.full_score)}分"
            tail.append((fit(f"{checklist.revision}版", 12, "right"), "dim"))
            tail.append((fit(size, 13, "right"), "text"))
        tail.append((fit(said, 18, "right"), ink))
        room = width - 8 - sum(cells(text) for text, _ in tail)
        title = checklist.title if checklist is not None else held.name
        return [mark, (f" {source} ", "dim"), (fit(title, room), "text"), *tail, (" ", "text")]

    def detail(self, width: int) -> list[Line]:
        lines: list[Line] = []
        held = self.current
        if held is None:
            return lines
        checklist = held.checklist
        if checklist is not None:
            lines += wrapped(checklist.title, width, "strong")
            kinds = "、".join(kind.label for kind in checklist.unit_kinds)
            draft = "，草案" if checklist.draft else ""
            lines += wrapped(f"{held.name}，{checklist.revision}版{draft}，用于{kinds}", width, "dim")
            if checklist.change_note:
                lines += wrapped(f"本版改动：{checklist.change_note}", width, "text")
        else:
            lines += wrapped(f"{held.name}：用不上，先改好下面的问题，按回车看全部。", width, "strong")
        for fault in held.faults[:3]:
            lines += fault_lines(fault, width)[: 1 if checklist is not None else 4]
        return lines

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Look at the checklist under the cursor."""
        from inspect_tui.tui.screens.checklist_page import ChecklistScreen

        if self.current is not None:
            self.app.push_screen(ChecklistScreen(self.current))

    def action_trial(self) -> None:
        """Walk the checklist under the cursor to try it."""
        if self.current is not None:
            offer_trial(self, self.current)

    def action_again(self) -> None:
        """Read the files again, after they were mended."""
        self.app.say("正在重新核对。")
        self.run_worker(self._read(), exclusive=True)

    def on_screen_resume(self, _: events.ScreenResume) -> None:
        if self.is_mounted:
            self.show_status(self.app.status())
            if self.shelf is not None:
                self.run_worker(self._read(), exclusive=True)


def found_words(held: Shelved) -> tuple[str, str]:
    """How many things were found, and the ink to say it in."""
    if held.errors:
        more = f" {held.warnings}处提醒" if held.warnings else ""
        return f"{held.errors}处问题{more}", "fail"
    if held.warnings:
        return f"{held.warnings}处提醒", "warn"
    return "没有问题", "pass"


def offer_trial(screen: ProductScreen[None], held: Shelved) -> None:
    """Ask for which kind of unit and profile, where there is a choice, and begin the walk."""
    checklist = held.checklist
    if checklist is None:
        screen.app.say("这份清单有问题，还用不上。按回车看要改哪里。", "warning")
        return
    by_kind, by_profile = told_apart(checklist)
    profiles = profiles_of(checklist)
    choices = [
        (kind, profile)
        for kind in checklist.unit_kinds
        for profile in (profiles if by_profile else profiles[:1])
    ]

    def begin(kind: UnitKind, profile: Profile) -> None:
        from inspect_tui.tui.trial import try_checklist

        try_checklist(screen.app, checklist, kind, profile)

    if len(choices) == 1:
        begin(*choices[0])
        return
    several = len(checklist.unit_kinds) > 1 or by_kind
    entries = [
        Entry(
            str(place),
            "，".join([*([kind.label] if several else []), *([profile.label] if by_profile else [])]),
        )
        for place, (kind, profile) in enumerate(choices)
    ]

    def picked(place: str | None) -> None:
        if place is not None:
            begin(*choices[int(place)])

    screen.app.push_screen(MenuScreen("按哪种单位试走（什么也不保存）", entries), picked)
