"""One thing a user can do, and which keys reach the program through a Chinese input method.

Digits, function keys, arrows, Enter, Esc, Tab and Space come first because they pass through; letters are
extras only, and a punctuation key is bound together with its full-width twin.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from inspect_tui.tui.zh import key_name

TWINS: dict[str, tuple[str, ...]] = {
    "slash": ("ideographic_comma", "fullwidth_solidus"),
    "backslash": ("ideographic_comma", "fullwidth_reverse_solidus"),
    "question_mark": ("fullwidth_question_mark",),
    "comma": ("fullwidth_comma",),
    "full_stop": ("ideographic_full_stop", "fullwidth_full_stop"),
    "colon": ("fullwidth_colon",),
    "semicolon": ("fullwidth_semicolon",),
    "exclamation_mark": ("fullwidth_exclamation_mark",),
    "left_parenthesis": ("fullwidth_left_parenthesis",),
    "right_parenthesis": ("fullwidth_right_parenthesis",),
    "left_square_bracket": ("left_black_lenticular_bracket",),
    "right_square_bracket": ("right_black_lenticular_bracket",),
    "plus": ("fullwidth_plus_sign",),
    "minus": ("fullwidth_hyphen_minus",),
    **{str(digit): (chr(0xFF10 + digit),) for digit in range(10)},
}
"""What a Chinese input method sends where a plain keyboard sends the key on the left."""

_SAFE_NAMED = {"enter", "space", "escape", "tab", "shift+tab", "up", "down", "left", "right"}
_SAFE_NAMED |= {"pageup", "pagedown", "home", "end", "delete", "backspace", "insert"}
_SAFE_NAMED |= {f"f{number}" for number in range(1, 11)}


def with_twins(keys: Iterable[str]) -> tuple[str, ...]:
    """Keys together with what an input method turns them into."""
    found: dict[str, None] = {}
    for key in keys:
        found[key] = None
        for twin in TWINS.get(key, ()):
            found[twin] = None
    return tuple(found)


def ime_proof(key: str) -> bool:
    """Whether a key reaches the app while a Chinese input method is on."""
    if key in _SAFE_NAMED or key in TWINS:
        return True
    return key.startswith("ctrl+") and key.removeprefix("ctrl+").isalpha() and len(key) == 6


class Action(msgspec.Struct, frozen=True):
    """Something a user can do.

    `run` is the Textual action it calls, `action_<id>` of the screen unless said otherwise; `{key}` in it
    stands for the key that was pressed. `rank` orders
    the footer (smaller is more important; 0 keeps it out), `short` is its footer label where shorter.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    where: tuple[str, ...]
    rank: int = 0
    short: str = ""
    run: str = ""

    @property
    def action(self) -> str:
        return self.run or self.id

    @property
    def footer_label(self) -> str:
        return self.short or self.label

    @property
    def key_label(self) -> str:
        """The key as it is shown, e.g. `回车` or `F2`."""
        return key_name(self.keys[0])
