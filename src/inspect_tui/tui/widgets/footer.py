"""The key line: what can be pressed now, most important first, cut to what fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import events
from textual.strip import Strip

from inspect_tui.tui.actions import Action
from inspect_tui.tui.text import cells
from inspect_tui.tui.widgets.inks import Inked, Part

DIGITS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0")


class KeyLine(Inked):
    """One line of `key label` pairs.

    The built-in footer drops labels without order when they do not fit; here the least important goes first,
    and the last place is kept for the help key so that the rest can always be found. What is shown keeps its
    places, but the digits among it stand in the order of the keyboard: a row that counts 6, 1, 7 is misread.
    """

    DEFAULT_CSS = """
    KeyLine { height: 1; dock: bottom; }
    """

    def __init__(self, actions: Iterable[Action] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._actions = list(actions)
        self._spots: list[tuple[int, int, str]] = []
        self._instead: Sequence[tuple[str, str]] = ()

    def say_instead(self, keys: Sequence[tuple[str, str]]) -> None:
        """Say these keys and what they do for as long as something else has the keyboard; blank ends it.

        While an offer stands its digits mean the offer, and a line that says otherwise would be believed.
        """
        self._instead = keys
        self.refresh()

    def show(self, actions: Iterable[Action]) -> None:
        """Offer other keys."""
        self._actions = list(actions)
        self.refresh()

    def layout_line(self, width: int) -> tuple[list[Part], list[tuple[int, int, str]]]:
        """The parts that fit a width, and where each key stands (for the mouse)."""
        keep = [action for action in self._actions if action.id == "help"]
        chosen: list[Action] = []
        room = width - 1 - sum(self._room(action) for action in keep)
        for action in self._actions:
            if action in keep:
                continue
            if self._room(action) <= room:
                chosen.append(action)
                room -= self._room(action)
            else:
                break
        parts: list[Part] = [(" ", "text")]
        spots = []
        x = 1
        for action in [*self._digits_in_order(chosen), *keep]:
            size = self._room(action)
            spots.append((x, x + size, action.keys[0]))
            parts.append((action.key_label, "key"))
            parts.append((f"{self._gap(action)}{action.footer_label} ", "dim"))
            x += size
        return parts, spots

    @staticmethod
    def _digits_in_order(chosen: list[Action]) -> list[Action]:
        """The same keys, digits ascending in the places digits have, and 0 after 9 as on the keyboard."""
        digits = [action for action in chosen if action.key_label in DIGITS]
        rising = iter(sorted(digits, key=lambda action: DIGITS.index(action.key_label)))
        return [next(rising) if action in digits else action for action in chosen]

    @staticmethod
    def _gap(action: Action) -> str:
        """A blank between key and label where both are Chinese and would run together."""
        return "" if action.key_label.isascii() and not action.key_label.islower() else " "

    def _room(self, action: Action) -> int:
        return cells(f"{action.key_label}{self._gap(action)}{action.footer_label} ")

    def render_line(self, y: int) -> Strip:
        width = self.line_width
        if y:
            return Strip.blank(width)
        if self._instead:
            self._spots = []
            said: list[Part] = [(" ", "text")]
            for key, label in self._instead:
                said += [(key, "key"), (f" {label}  ", "dim")]
            return self.strip(said, width)
        parts, self._spots = self.layout_line(width)
        return self.strip(parts, width)

    def on_click(self, event: events.Click) -> None:
        for start, end, key in self._spots:
            if start <= event.x < end:
                self.app.simulate_key(key)
                return
