"""The one door through which text reaches the screen.

Textual reads markup out of plain strings and passes control characters on to the terminal, so a note may
crash the app or drive the terminal. Everything shown goes through `plain`, `rich_plain` or `fit`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len, get_character_cell_size
from textual.content import Content

from inspect_tui.store.clean import clean_text
from inspect_tui.tui import skin

if TYPE_CHECKING:
    from rich.text import Text

Align = Literal["left", "right", "center"]


def shown(text: str) -> str:
    """Text as it may go to the terminal: cleaned, without variation selectors.

    `isprintable` is the quick test: false for controls, bidi marks, zero-width signs and surrogates. The
    selector U+FE0F widens a sign for some terminals and not for others, which shears the row.
    """
    if not text.isprintable():
        text = clean_text(text)
    return text.replace("\ufe0f", "") if "\ufe0f" in text else text


def plain(text: str) -> Content:
    """Text for a Textual widget, shown letter by letter as it stands."""
    return Content(shown(text))


def rich_plain(text: str) -> Text:
    """Text for a Rich renderable, shown letter by letter as it stands."""
    from rich.text import Text

    return Text(shown(text))


def one_line(text: str) -> str:
    """Text for a single row: as shown, with line ends and tabs as spaces."""
    text = shown(text)
    return text if text.isprintable() else text.replace("\n", " ").replace("\t", " ")


def cells(text: str) -> int:
    """How many terminal cells a text takes."""
    return cell_len(text)


def cut(text: str, width: int) -> str:
    """The longest head of a text that fits a number of cells."""
    if cell_len(text) <= width:
        return text
    used = 0
    for index, character in enumerate(text):
        used += get_character_cell_size(character)
        if used > width:
            return text[:index]
    return text


def fit(text: str, width: int, align: Align = "left") -> str:
    """A text brought to exactly `width` cells, padded or cut with the skin's ellipsis.

    Textual's own cutting gives no sign that something is missing and can drop half a verdict's name.
    """
    if width <= 0:
        return ""
    text = one_line(text)
    size = cell_len(text)
    if size > width:
        mark = skin.current().glyphs.ellipsis
        room = width - cell_len(mark)
        text = cut(text, room) + mark if room > 0 else cut(text, width)
        size = cell_len(text)
    gap = width - size
    if align == "right":
        return " " * gap + text
    if align == "center":
        return " " * (gap // 2) + text + " " * (gap - gap // 2)
    return text + " " * gap


#: Cells kept of a long file name's end: what tells two of them apart (version, date) and the ending.
_NAME_END = 20


def fit_name(name: str, width: int) -> str:
    """A file name brought to exactly `width` cells; one that does not fit loses its middle.

    Names of one kind begin alike and differ in their version or date, so cut at the end they look the same.
    """
    name = one_line(name)
    mark = skin.current().glyphs.ellipsis
    room = width - cell_len(mark)
    if cell_len(name) <= width or room < 2:
        return fit(name, width)
    end = _cut_front(name, min(_NAME_END, room // 2))
    return fit(cut(name, room - cell_len(end)) + mark + end, width)


def _cut_front(text: str, width: int) -> str:
    """The longest end of a text that fits a number of cells; no mark stands there without its letter."""
    used, start = 0, len(text)
    for index in range(len(text) - 1, -1, -1):
        size = get_character_cell_size(text[index])
        used += size
        if used > width:
            break
        if size:
            start = index
    return text[start:]
