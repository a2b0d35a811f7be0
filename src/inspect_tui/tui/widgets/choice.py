"""Choice panel: a short offer in place of the detail pane, picked by digit.

It is part of the screen, not a dialog over it, so the list stays in view and nothing has to be laid out
anew. Digits pick at once; arrows and Enter work too, and left and right set a count before picking.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.strip import Strip

from inspect_tui.tui import skin
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.walking import Option
from inspect_tui.tui.widgets.footer import KeyLine
from inspect_tui.tui.widgets.inks import Inked, Part

Picked = Callable[[Option, int], object]

_PAGE = 9
#: More options than this need more room than the detail has.
_MANY = 5
_FULL_WIDTH_DIGITS = {chr(0xFF10 + digit): str(digit) for digit in range(10)}


class ChoicePanel(Inked, can_focus=True):
    """An offer of options; `offer` shows it, picking or Esc hides it again.

    Its screen has the class `-choosing` while an offer stands, and `-many` where it needs more room;
    `on_close` gives the keyboard back.
    """

    DEFAULT_CSS = """
    ChoicePanel { height: 1fr; }
    """

    def __init__(self, on_close: Callable[[], None], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._on_close = on_close
        self._title = ""
        self._options: Sequence[Option] = ()
        self._picked: Picked | None = None
        self._cursor = 0
        self._counts: dict[int, int] = {}

    def offer(self, title: str, options: Sequence[Option], picked: Picked) -> None:
        """Show an offer and take the keyboard; the key line tells its keys for as long as it stands."""
        self._title, self._options, self._picked = title, options, picked
        self._cursor, self._counts = 0, {}
        self.screen.add_class("-choosing")
        self.screen.set_class(len(options) > _MANY, "-many")
        self._tell(self._keys())
        self.refresh()
        self.focus()

    def _tell(self, keys: Sequence[tuple[str, str]]) -> None:
        for line in self.screen.query("#keys").results(KeyLine):
            line.say_instead(keys)

    def _keys(self) -> list[tuple[str, str]]:
        counted = any(option.counted for option in self._options)
        return [
            ("数字", "直接选"),
            ("上下键", "移动"),
            *([("左右键", "次数")] if counted else []),
            ("回车", "选定"),
            *([("0", "下一页")] if self._pages > 1 else []),
            ("Esc", "不选"),
        ]

    @property
    def _page(self) -> int:
        return self._cursor // _PAGE

    @property
    def _pages(self) -> int:
        return max(1, (len(self._options) + _PAGE - 1) // _PAGE)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        glyphs = skin.current().glyphs
        if y == 0:
            return self.strip([(glyphs.rule * width, "dim")], width)
        if y == 1:
            more = f"（第{self._page + 1}/{self._pages}页，0 下一页）" if self._pages > 1 else ""
            parts: list[Part] = [(f" {self._title}{more}", "head")]
            return self.strip(parts, width)
        index = self._page * _PAGE + y - 2
        if index >= min(len(self._options), (self._page + 1) * _PAGE):
            return self.strip([], width)
        return self._option_line(index, width)

    def _option_line(self, index: int, width: int) -> Strip:
        option = self._options[index]
        here = index == self._cursor
        count = self._counts.get(index, 1)
        times = (
            f" ×{count}" if skin.current().plain is False and count > 1 else f" x{count}" if count > 1 else ""
        )
        mark = "*" if option.on else " "
        remark = f"  {option.remark}" if option.remark else ""
        room = width - 6 - cells(times)
        text = fit(option.text, min(cells(option.text), max(10, room)))
        parts: list[Part] = [
            (">" if here else " ", "accent"),
            (f"{index % _PAGE + 1}", "key"),
            (f"{mark} ", "accent"),
            (text, "text"),
            (times, "accent"),
        ]
        left = room - cells(text)
        if remark and left > 4:
            parts.append((fit(remark, left).rstrip(), "dim"))
        return self.strip(parts, width, "cursor" if here else "")

    def on_key(self, event: events.Key) -> None:
        key = _FULL_WIDTH_DIGITS.get(event.key, event.key)
        handled = True
        if key.isdigit() and len(key) == 1:
            self._digit(int(key))
        elif key in ("down", "up"):
            self._move(1 if key == "down" else -1)
        elif key in ("pagedown", "pageup"):
            self._move(_PAGE if key == "pagedown" else -_PAGE)
        elif key in ("right", "left"):
            self._count(1 if key == "right" else -1)
        elif key == "enter":
            self._pick(self._cursor)
        elif key == "escape":
            self._close()
        else:
            # Function keys and Ctrl+Z belong to the screen; anything else typed here must not act behind it.
            handled = not (key.startswith(("f", "ctrl+")) and len(key) > 1)
        if handled:
            event.stop()
            event.prevent_default()

    def _digit(self, digit: int) -> None:
        if digit == 0:
            if self._pages > 1:
                self._cursor = ((self._page + 1) % self._pages) * _PAGE
                self.refresh()
            return
        index = self._page * _PAGE + digit - 1
        if index < min(len(self._options), (self._page + 1) * _PAGE):
            self._pick(index)

    def _move(self, by: int) -> None:
        self._cursor = min(max(self._cursor + by, 0), len(self._options) - 1)
        self.refresh()

    def _count(self, by: int) -> None:
        if self._options and self._options[self._cursor].counted:
            self._counts[self._cursor] = min(max(self._counts.get(self._cursor, 1) + by, 1), 99)
            self.refresh()

    def _pick(self, index: int) -> None:
        option, picked = self._options[index], self._picked
        count = self._counts.get(index, 1)
        self._close()
        if picked is not None:
            picked(option, count)

    def _close(self) -> None:
        self._picked = None
        self.screen.remove_class("-choosing", "-many")
        self._tell(())
        self._on_close()

    def on_click(self, event: events.Click) -> None:
        index = self._page * _PAGE + event.y - 2
        if event.y >= 2 and index < min(len(self._options), (self._page + 1) * _PAGE):
            self._pick(index)
