"""Menus picked by digit: as a sheet at the foot of the screen, or as a panel inside one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import msgspec
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.screen import ModalScreen
from textual.strip import Strip

from inspect_tui.tui import skin
from inspect_tui.tui.linebreak import wrap
from inspect_tui.tui.text import cells, fit, one_line
from inspect_tui.tui.widgets.inks import Inked, Part

PAGE = 9
TALL = 4
"""Lines an entry may take; a longer label ends in the ellipsis, so that nine entries stay in reach."""

_DIGITS = [Binding(f"{d},{chr(0xFF10 + d)}", f"digit({d})", f"第{d}项", show=False) for d in range(1, 10)]


class Entry(msgspec.Struct, frozen=True):
    """A line of a menu. `detail` stands dimmed at the right; a disabled entry says why in it."""

    id: str
    label: str
    detail: str = ""
    enabled: bool = True
    ink: str = "text"


class _Line(msgspec.Struct, frozen=True):
    index: int
    first: bool
    text: str


class MenuPanel(Inked, can_focus=True, inherit_bindings=False):
    """Numbered entries. A digit picks at once; 上下 and Enter do the same; Esc leaves.

    More than nine entries are shown in pages; `0` turns the page, so that every entry stays two digits away.
    """

    DEFAULT_CSS = """
    MenuPanel { height: auto; width: 1fr; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *_DIGITS,
        Binding("0,０,pagedown", "turn(1)", "下一页", show=False),
        Binding("pageup", "turn(-1)", "上一页", show=False),
        Binding("up", "step(-1)", "上一项", show=False),
        Binding("down", "step(1)", "下一项", show=False),
        Binding("home", "edge(0)", "第一项", show=False),
        Binding("end", "edge(1)", "最后一项", show=False),
        Binding("enter", "pick", "选定", show=False),
        Binding("escape", "cancel", "返回", show=False),
    ]

    class Picked(Message):
        """An entry was picked."""

        def __init__(self, panel: MenuPanel, id: str) -> None:
            super().__init__()
            self.panel = panel
            self.id = id

        @property
        def control(self) -> MenuPanel:
            return self.panel

    class Cancelled(Message):
        """Esc: nothing was picked."""

        def __init__(self, panel: MenuPanel) -> None:
            super().__init__()
            self.panel = panel

        @property
        def control(self) -> MenuPanel:
            return self.panel

    def __init__(
        self,
        entries: Iterable[Entry] = (),
        *,
        title: str = "",
        intro: str = "",
        cursor: int = 0,
        hint: bool = True,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._entries: Sequence[Entry] = tuple(entries)
        self._title = title
        self._intro = intro
        self._cursor = min(cursor, max(0, len(self._entries) - 1))
        self._hint = hint
        self._lines: list[_Line] | None = None
        self._lines_width = 0
        self._top = 0

    @property
    def entries(self) -> Sequence[Entry]:
        return self._entries

    @property
    def cursor(self) -> int:
        """Index of the entry under the cursor."""
        return self._cursor

    def set_entries(
        self, entries: Iterable[Entry], *, title: str | None = None, intro: str | None = None, cursor: int = 0
    ) -> None:
        """Show other entries."""
        self._entries = tuple(entries)
        if title is not None:
            self._title = title
        if intro is not None:
            self._intro = intro
        self._cursor = min(cursor, max(0, len(self._entries) - 1))
        self._relayout()

    def _relayout(self) -> None:
        self._lines = None
        self.refresh(layout=True)

    @property
    def page(self) -> int:
        return self._cursor // PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-len(self._entries) // PAGE))

    def _on_page(self) -> range:
        start = self.page * PAGE
        return range(start, min(start + PAGE, len(self._entries)))

    def _layout(self, width: int) -> list[_Line]:
        """The lines of the panel: -3 title, -2 intro, -1 hint, else the entry's index."""
        if self._lines is not None and self._lines_width == width:
            return self._lines
        lines: list[_Line] = []
        if self._title:
            lines.append(_Line(-3, True, one_line(self._title)))
        if self._intro:
            lines += [_Line(-2, True, text) for text in wrap(one_line(self._intro), max(4, width - 2))]
        for index in self._on_page():
            entry = self._entries[index]
            detail = self._detail(entry, width)
            room = max(4, width - 5 - (cells(detail) + 2 if detail else 0))
            texts = wrap(one_line(entry.label), room)
            if len(texts) > TALL:
                texts[TALL - 1 :] = [fit("".join(texts[TALL - 1 : TALL + 1]), room)]
            lines += [_Line(index, number == 0, text) for number, text in enumerate(texts)]
        if self._hint:
            lines.append(_Line(-1, True, self._hint_text()))
        self._lines, self._lines_width = lines, width
        return lines

    @staticmethod
    def _detail(entry: Entry, width: int) -> str:
        """An entry's detail, on at most half of the line."""
        detail = one_line(entry.detail)
        return detail if cells(detail) <= width // 2 else fit(detail, width // 2)

    def _hint_text(self) -> str:
        turn = f"  0 翻页（{self.page + 1}/{self.pages}）" if self.pages > 1 else ""
        return f"数字键选定  上下键加回车也可{turn}  Esc 返回"

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return max(1, len(self._layout(width)))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        lines = self._layout(width)
        self._top = self._first_seen(lines)
        y += self._top
        if y >= len(lines):
            return Strip.blank(width, self.ink("text"))
        line = lines[y]
        if line.index == -3:
            return self.strip([(" ", "head"), (line.text, "head")], width)
        if line.index == -2:
            return self.strip([(" ", "text"), (line.text, "text")], width)
        if line.index == -1:
            return self.strip([(" ", "dim"), (line.text, "dim")], width)
        return self._entry_strip(line, width)

    def _first_seen(self, lines: list[_Line]) -> int:
        """The first line to draw: the top one, unless the entry under the cursor would be out of sight."""
        height = self.size.height
        if len(lines) <= height:
            return 0
        own = [y for y, line in enumerate(lines) if line.index == self._cursor]
        if not own or own[-1] < height:
            return 0
        # The hint is the last line; the last entry brings it along where there is room for both.
        last = own[-1] + (1 if own[-1] == len(lines) - 2 and len(own) < height else 0)
        return min(own[0], last - height + 1)

    def _entry_strip(self, line: _Line, width: int) -> Strip:
        entry = self._entries[line.index]
        on_cursor = line.index == self._cursor
        ink = entry.ink if entry.enabled else "dim"
        pointer = skin.current().glyphs.cursor if on_cursor and line.first else " "
        digit = str(line.index % PAGE + 1) if line.first else " "
        parts: list[Part] = [(f"{pointer} ", ink), (digit, "key" if entry.enabled else "dim"), ("  ", ink)]
        parts.append((line.text, ink))
        if line.first and entry.detail:
            detail = self._detail(entry, width)
            gap = width - 5 - cells(line.text) - cells(detail)
            parts += [(" " * max(1, gap), ink), (detail, "dim")]
        return self.strip(parts, width, ("cursor" if self.has_focus else "cursor-blur") if on_cursor else "")

    def _move(self, index: int) -> None:
        if not self._entries:
            return
        page = self.page
        self._cursor = min(max(index, 0), len(self._entries) - 1)
        if self.page != page:
            self._relayout()
        else:
            self.refresh()

    def action_digit(self, digit: int) -> None:
        index = self.page * PAGE + digit - 1
        if index in self._on_page():
            self._move(index)
            self.action_pick()

    def action_turn(self, by: int) -> None:
        if self.pages > 1:
            self._move((self.page + by) % self.pages * PAGE)

    def action_step(self, by: int) -> None:
        if self._entries:
            self._move((self._cursor + by) % len(self._entries))

    def action_edge(self, last: int) -> None:
        self._move(len(self._entries) - 1 if last else 0)

    def action_pick(self) -> None:
        if self._entries and self._entries[self._cursor].enabled:
            self.post_message(self.Picked(self, self._entries[self._cursor].id))

    def action_cancel(self) -> None:
        self.post_message(self.Cancelled(self))

    def on_click(self, event: events.Click) -> None:
        lines = self._layout(self.size.width)
        at = event.get_content_offset(self)
        if at is None:
            return
        y = at.y + self._top
        if 0 <= y < len(lines) and lines[y].index >= 0:
            self._move(lines[y].index)
            self.action_pick()


class MenuScreen(ModalScreen[str], inherit_bindings=False):
    """A menu over the current screen, as a sheet at its foot.

    Dismisses with the id of the picked entry, or None. Its keys are bound on the screen, so that a digit
    typed before the first paint picks already.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(MenuPanel.BINDINGS)

    def __init__(self, title: str, entries: Iterable[Entry], *, intro: str = "", cursor: int = 0) -> None:
        super().__init__()
        self.panel = MenuPanel(entries, title=title, intro=intro, cursor=cursor)
        self._done = False

    def compose(self) -> ComposeResult:
        yield self.panel

    def _finish(self, result: str | None) -> None:
        # Two picks may be under way before the first closes the screen.
        if not self._done:
            self._done = True
            self.dismiss(result)

    def on_menu_panel_picked(self, event: MenuPanel.Picked) -> None:
        event.stop()
        self._finish(event.id)

    def on_menu_panel_cancelled(self, event: MenuPanel.Cancelled) -> None:
        event.stop()
        self._finish(None)

    def action_digit(self, digit: int) -> None:
        self.panel.action_digit(digit)

    def action_turn(self, by: int) -> None:
        self.panel.action_turn(by)

    def action_step(self, by: int) -> None:
        self.panel.action_step(by)

    def action_edge(self, last: int) -> None:
        self.panel.action_edge(last)

    def action_pick(self) -> None:
        self.panel.action_pick()

    def action_cancel(self) -> None:
        self.panel.action_cancel()


class ConfirmScreen(ModalScreen[bool], inherit_bindings=False):
    """A question answered by 1 or 2; Esc is no.

    The cursor starts on the safe answer, so that a stray Enter does nothing.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(MenuPanel.BINDINGS)

    def __init__(
        self, question: str, *, intro: str = "", yes: str = "是", no: str = "否", safe_yes: bool = False
    ) -> None:
        super().__init__()
        entries = (Entry("yes", yes), Entry("no", no))
        self.panel = MenuPanel(entries, title=question, intro=intro, cursor=0 if safe_yes else 1)
        self._done = False

    def compose(self) -> ComposeResult:
        yield self.panel

    def _finish(self, result: bool) -> None:
        if not self._done:
            self._done = True
            self.dismiss(result)

    def on_menu_panel_picked(self, event: MenuPanel.Picked) -> None:
        event.stop()
        self._finish(event.id == "yes")

    def on_menu_panel_cancelled(self, event: MenuPanel.Cancelled) -> None:
        event.stop()
        self._finish(False)

    action_digit = MenuScreen.action_digit
    action_turn = MenuScreen.action_turn
    action_step = MenuScreen.action_step
    action_edge = MenuScreen.action_edge
    action_pick = MenuScreen.action_pick
    action_cancel = MenuScreen.action_cancel
