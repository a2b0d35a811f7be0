"""Search: type 汉字 or pinyin initials, go to what is found."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from time import monotonic
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import TextArea

from inspect_tui.rules.searching import Initials
from inspect_tui.tui import searching, skin
from inspect_tui.tui.actions import SEARCH, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.page import PageScreen
from inspect_tui.tui.screens.visit_page import unit_name
from inspect_tui.tui.screens.walk import WalkScreen
from inspect_tui.tui.searching import FINDINGS, GROUPS, ITEMS, OTHERS, UNITS, Entry, Stock
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.track import Stop, UnitTrack
from inspect_tui.tui.widgets.field import TextField
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line, LinePane, wrapped

MOST = 60
"""Results shown of a group; more are only counted."""

SLICE = 0.008
"""Seconds of gathering after which a waiting key comes first."""


class SearchField(TextField, inherit_bindings=True):
    """The search text; the down key leaves it for the results."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,pagedown", "into_results", "到结果", show=False),
    ]

    class Down(Message):
        """The user wants to go into the results."""

    def action_into_results(self) -> None:
        self.post_message(self.Down())


class ResultList(LineList, inherit_bindings=True):
    """The results; the up key on the first one goes back to the text, and so does typing."""

    class Typed(Message):
        """A sign was typed over the results; it belongs to the search text."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def action_up(self) -> None:
        before = self.cursor
        super().action_up()
        if self.cursor == before:
            self.post_message(self.Typed(""))

    def on_key(self, event: events.Key) -> None:
        if event.key == "backspace" or (event.character and event.is_printable):
            event.stop()
            self.post_message(self.Typed("\b" if event.key == "backspace" else event.character or ""))


class SearchScreen(PageScreen[None], inherit_bindings=False):
    """Search over items, findings, units and other rounds."""

    place = SEARCH
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(SEARCH)]

    DEFAULT_CSS = """
    SearchScreen #query { margin: 0 1; height: auto; max-height: 3; background: $panel; }
    SearchScreen #list { height: 1fr; }
    SearchScreen #about { height: 5; }
    SearchScreen.-tall #about { height: 9; }
    """

    def __init__(self, desk: Desk, unit: str | None) -> None:
        super().__init__()
        self.desk = desk
        self.unit = unit
        self.stocks: list[Stock] = []
        self._initials: Initials | None = None
        self._gathering = True
        self._left = False
        self._lines: list[Entry | str] = []

    # ---------------------------------------------------------------- the frame

    def page_title(self) -> str:
        return "查找"

    def page_about(self) -> str:
        unit = self.desk.round.unit(self.unit) if self.unit else None
        return unit_name(self.desk, unit) if unit is not None else self.desk.round.title

    def body(self) -> Sequence[Widget]:
        self.field = SearchField(placeholder="输入汉字，或拼音首字母，如 gwzr", id="query")
        self.list = ResultList(self._draw, 0, selectable=self._can_choose, id="list")
        self.about_pane = LinePane(self._about, id="about")
        return [self.field, self.list, self.about_pane]

    def ready(self) -> None:
        self.stocks = [
            Stock(searching.items(self.desk, self.unit)),
            Stock(searching.units(self.desk)),
        ]
        self.field.focus()
        self._search()
        self.run_worker(self._gather(), exclusive=True)

    def on_unmount(self) -> None:
        self._left = True

    # ---------------------------------------------------------------- gathering

    async def _gather(self) -> None:
        """Read the rest in slices and on a thread, so that no key waits for it."""
        letters = asyncio.ensure_future(asyncio.to_thread(searching.load_initials))
        found: list[Entry] = []
        since = monotonic()
        for unit in self.desk.units():
            found += searching.unit_findings(self.desk.state, self.desk.round, unit.id, unit.name, FINDINGS)
            if monotonic() - since > SLICE:
                await asyncio.sleep(0)
                since = monotonic()
        self._add(await asyncio.to_thread(Stock, found))
        self._initials = await letters
        for stock in list(self.stocks):
            await asyncio.to_thread(stock.shelf.learn, self._initials)
        self._search()
        rounds = searching.other_rounds(self.app.space, self.desk.round.id)
        while True:
            another = await asyncio.to_thread(self._next_round, rounds)
            if another is None:
                break
            self._add(another)
        self._gathering = False
        self._search()

    def _next_round(self, rounds: Iterator[list[Entry]]) -> Stock | None:
        """On a thread: read one more round and its initials."""
        entries = None if self._left else next(rounds, None)
        if entries is None:
            return None
        stock = Stock(entries)
        if self._initials is not None:
            stock.shelf.learn(self._initials)
        return stock

    def _add(self, stock: Stock) -> None:
        self.stocks.append(stock)
        self._search()

    # ---------------------------------------------------------------- showing

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._search(top=True)

    def _search(self, *, top: bool = False) -> None:
        """Find and show; the cursor stays on its entry when only more became known."""
        if not self.is_mounted or self._left:
            return
        held = None if top else self.entry
        query = self.field.value
        groups: dict[str, list[Entry]] = {name: [] for name in GROUPS}
        if query:
            for stock in self.stocks:
                for entry in stock.find(query):
                    groups[entry.group].append(entry)
        self._lines = []
        for name, entries in groups.items():
            if not entries:
                continue
            more = f"，只列前{MOST}条，再多输几个字" if len(entries) > MOST else ""
            self._lines.append(f"{name}（{len(entries)}{more}）")
            self._lines += entries[:MOST]
        if not self._lines:
            self._lines = [self._nothing(query)]
        place = next((i for i, line in enumerate(self._lines) if held is not None and line == held), 0)
        self.list.set_rows(len(self._lines), place)
        self.about_pane.show()

    def _nothing(self, query: str) -> str:
        if not query:
            return "可查：检查项、问题和做法、单位、其他轮次。几个词用空格隔开，须同时有。"
        return "还在读取……" if self._gathering else "没有找到。换个词，或只输拼音首字母。"

    def _can_choose(self, index: int) -> bool:
        return isinstance(self._lines[index], Entry)

    @property
    def entry(self) -> Entry | None:
        """The result under the cursor."""
        index = self.list.cursor
        line = self._lines[index] if 0 <= index < len(self._lines) else None
        return line if isinstance(line, Entry) else None

    def _draw(self, index: int, width: int, here: bool) -> list[Part]:
        line = self._lines[index]
        if isinstance(line, str):
            return [(fit(f" {line}", width), "head" if line.endswith("）") else "dim")]
        room = width - 3
        title = min(cells(line.title), 10 if line.group == ITEMS else room // 2)
        column = 10 if line.group == ITEMS else max(title, min(26, room // 3))
        return [
            (f" {skin.current().glyphs.cursor if here else ' '} ", "accent"),
            (fit(line.title, column), "dim" if line.group == ITEMS else "text"),
            ("  ", "text"),
            (fit(line.text, max(4, room - column - 2)), "text" if line.group != UNITS else "dim"),
        ]

    def _about(self, width: int) -> list[Line]:
        lines: list[Line] = [[(skin.current().glyphs.rule * width, "dim")]]
        entry = self.entry
        if entry is None:
            return lines
        lines += wrapped(f"{entry.title}  {entry.text}", width, "text")
        return lines

    def on_line_list_moved(self, _: LineList.Moved) -> None:
        self.about_pane.show()

    # ---------------------------------------------------------------- keys

    def on_search_field_down(self, _: SearchField.Down) -> None:
        if self.entry is not None:
            self.list.focus()

    def on_result_list_typed(self, message: ResultList.Typed) -> None:
        self.field.focus()
        if message.text == "\b":
            self.field.action_delete_left()
        elif message.text:
            self.field.insert_text(message.text)

    def on_text_field_accepted(self, event: TextField.Accepted) -> None:
        event.stop()
        self.action_go()

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_go()

    def action_next_pane(self) -> None:
        """To the full text of the result, to scroll it, and back to the results or the search text."""
        if not self.about_pane.has_focus:
            self.about_pane.focus()
        else:
            (self.list if self.entry is not None else self.field).focus()

    def action_go(self) -> None:
        """Go to the result under the cursor; the first one while the text has the keyboard."""
        entry = self.entry
        if entry is None:
            self.app.say("没有可转到的结果。")
        elif entry.group == OTHERS:
            self.app.say("这是其他轮次的记录，只能在这里看全文。")
        elif entry.group == UNITS:
            self.app.go_back()
            if not self._below_is(entry.unit):
                self.app.open_unit(entry.unit)
        elif not entry.unit:
            self.app.go_back()
            self.app.open_across(entry.checklist, entry.item)
        else:
            self._go_to_item(entry)

    def _below_is(self, unit: str) -> bool:
        below = self.app.screen
        return (
            isinstance(below, WalkScreen)
            and isinstance(below.track, UnitTrack)
            and below.track.sheet.unit.id == unit
        )

    def _go_to_item(self, entry: Entry) -> None:
        at = (entry.checklist, entry.item)
        sheet = self.desk.sheet(entry.unit)
        index = sheet.index_of(*at)
        self.app.go_back()
        below = self.app.screen
        if index is not None and self._below_is(entry.unit) and isinstance(below, WalkScreen):
            below.jump(*at)
        else:
            self.app.open_unit(entry.unit, at=at if index is not None else None)
        if entry.item and index is None:
            self.app.say(f"{entry.item} 现在不适用于这个单位，记录仍保留。", "warning")
        elif entry.finding and sheet.rows:
            self._open_finding(Stop(sheet, sheet.rows[index or 0]), entry.finding)

    def _open_finding(self, stop: Stop, finding: str) -> None:
        from inspect_tui.tui.screens.findings import FindingsScreen

        self.app.push_screen(FindingsScreen(self.desk, stop, at=finding))
