"""Chinese names of keys. Textual's other built-in strings never appear: footer, help and menus are ours."""

from __future__ import annotations

KEY_NAMES: dict[str, str] = {
    "enter": "回车",
    "space": "空格",
    "escape": "Esc",
    "tab": "Tab",
    "up": "上键",
    "down": "下键",
    "left": "左键",
    "right": "右键",
    "pageup": "上翻页",
    "pagedown": "下翻页",
    "home": "Home",
    "end": "End",
    "delete": "Del",
    "backspace": "退格",
    "insert": "Ins",
    "slash": "/",
    "backslash": "\\",
    "question_mark": "?",
    "comma": ",",
    "full_stop": ".",
    "colon": ":",
    "semicolon": ";",
    "exclamation_mark": "!",
    "plus": "+",
    "minus": "-",
    "asterisk": "*",
    "equals_sign": "=",
    "underscore": "_",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}

_MODIFIERS = {"ctrl": "Ctrl", "shift": "Shift", "alt": "Alt", "super": "Super", "meta": "Meta"}


def key_name(key: str) -> str:
    """A key as a user knows it: `ctrl+z` is `Ctrl+Z`, `enter` is `回车`."""
    *modifiers, base = key.split("+")
    name = KEY_NAMES.get(base)
    if name is None:
        name = base.upper() if len(base) == 1 or (base[0] == "f" and base[1:].isdigit()) else base
    return "+".join([*(_MODIFIERS.get(modifier, modifier) for modifier in modifiers), name])
