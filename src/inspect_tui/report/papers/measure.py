"""How much room a text takes on paper, counted in Chinese characters and half ones.

Writers of sheets and documents cannot ask a printer, so column widths, row heights and the place of a
signature are reckoned from the text alone, the same on every machine.
"""

from __future__ import annotations

import math
import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def halves(text: str) -> int:
    """Width in half characters: a Chinese character or full-width mark counts two, a digit one."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WFA" else 1
        for char in text
    )


def chars(text: str) -> float:
    """Width in whole Chinese characters."""
    return halves(text) / 2


def lines_needed(text: str, width: float) -> int:
    """Lines that a text fills in a column of so many halves; an empty text still has one."""
    room = max(2, math.floor(width))
    return sum(max(1, math.ceil(halves(line) / room)) for line in text.split("\n"))


def widest_line(text: str) -> int:
    """Halves of the longest line of a text."""
    return max(halves(line) for line in text.split("\n"))
