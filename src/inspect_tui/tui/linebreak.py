"""Where a line of Chinese text may be broken.

Textual breaks at spaces only, which leaves half-empty lines and puts `。` at the start of a line. These are
the usual rules of Chinese typesetting, without their finer exceptions.
"""

from __future__ import annotations

from itertools import pairwise

from rich.cells import cell_len, get_character_cell_size

NO_START = frozenset("，。、；：？！）》〉」』】〕〗｝］”’％‰℃…—～·,.;:?!)]}%°′″ー々〞»›")
"""Signs that must not begin a line: they close what stands before them.

`…` and `—` are among them, which also keeps the double `……` and `——` together.
"""

NO_END = frozenset("（《〈「『【〔〖｛［“‘([{￥＄№〝«‹#")
"""Signs that must not end a line: they open what comes after them."""

_JOINERS = frozenset("-_/.:,'’+@&%#=~")
_BLANK = frozenset(" \t")


def _in_word(character: str) -> bool:
    """Whether a character belongs to a run that is kept whole: Latin letters, digits and their like."""
    return character.isalnum() and character < "\u2e80"


def _in_run(text: str, index: int) -> bool:
    character = text[index]
    if _in_word(character):
        return True
    # A joiner counts only between two word characters: "2026-11-20", "a/b", "3.5".
    return (
        character in _JOINERS
        and 0 < index < len(text) - 1
        and _in_word(text[index - 1])
        and _in_word(text[index + 1])
    )


def _may_break(text: str, index: int) -> bool:
    """Whether a line may end before `text[index]`."""
    before, after = text[index - 1], text[index]
    if after in _BLANK:
        return False
    if before in _BLANK:
        return after not in NO_START
    if after in NO_START or before in NO_END:
        return False
    if get_character_cell_size(after) == 0:
        return False
    return not (_in_run(text, index - 1) and _in_run(text, index))


def offsets(text: str, width: int, *, hang: bool = True) -> list[int]:
    """The indices at which to break one line of text so that each piece fits `width` cells.

    With `hang`, blanks at the end of a piece may stand over the edge, since whoever draws it strips them; an
    editor, which must show them, passes False. Where no allowed place fits, the line is broken anyway.
    """
    if width <= 0 or cell_len(text) <= width:
        return []
    found: list[int] = []
    start = 0
    used = 0
    allowed = 0
    size = get_character_cell_size
    index = 0
    length = len(text)
    while index < length:
        character = text[index]
        if index > start and _may_break(text, index):
            allowed = index
        wide = size(character)
        hanging = hang and character in _BLANK
        if used + wide > width and index > start and not hanging:
            if allowed > start:
                cut = allowed
            else:
                cut = index
                while cut - 1 > start and size(text[cut]) == 0:
                    cut -= 1
            found.append(cut)
            start = cut
            allowed = cut
            used = cell_len(text[cut:index])
            # What was carried over may already be too wide on its own; look at this character again.
            continue
        used += wide
        index += 1
    return found


def wrap(text: str, width: int) -> list[str]:
    """A text as lines that fit `width` cells; blanks at a break are dropped."""
    lines: list[str] = []
    for line in text.split("\n"):
        cuts = [0, *offsets(line, width), len(line)]
        pieces = [line[a:b] for a, b in pairwise(cuts)]
        lines.extend([piece.rstrip() for piece in pieces[:-1]] + pieces[-1:])
    return lines


def divide_line(text: str, width: int, fold: bool = True) -> list[int]:
    """Stands in for `rich._wrap.divide_line`, which knows spaces only."""
    return offsets(text, width)
