"""Searching by 汉字 and by pinyin initials, over many short texts at once.

All texts of a shelf stand in one string, so a word is found by one `find` loop. For initials each letter
has one big integer with a bit per position, set where the sign there may be read with that letter; shifting
and and-ing them finds every place of a query at once, and a sign with several readings matches by each.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

Initials = Callable[[str], str]
"""Gives the letters a 汉字 may begin with when read aloud; several where it has several readings."""

_BREAK = "\n"
_SET_BYTE = re.compile(rb"[^\x00]", re.DOTALL)


def folded(text: str) -> str:
    """Text as it is compared: full-width letters and digits as plain ones, no upper case, one line."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return text.replace(_BREAK, " ")


class Shelf:
    """Texts that are searched together; a text is known by its place in the sequence."""

    def __init__(self, texts: Iterable[str]) -> None:
        folds = [folded(text) for text in texts]
        self.count = len(folds)
        self._text = _BREAK.join(folds)
        self._starts = _starts(len(fold) for fold in folds)
        self._letters: dict[str, int] | None = None
        self._letter_starts: Sequence[int] = ()

    @property
    def knows_initials(self) -> bool:
        """Whether initials can be searched yet."""
        return self._letters is not None

    def learn(self, initials: Initials) -> None:
        """Work out the initials of every text. May run on a thread of its own."""
        readings: dict[str, str] = {}
        marks: dict[str, bytearray] = {}
        size = len(self._text) // 8 + 1
        starts = array("l")
        place = 0
        for fold in self._text.split(_BREAK):
            starts.append(place)
            for sign in fold:
                letters = readings.get(sign)
                if letters is None:
                    letters = readings[sign] = _letters(sign, initials)
                for letter in letters:
                    mark = marks.get(letter)
                    if mark is None:
                        mark = marks[letter] = bytearray(size)
                    mark[place >> 3] |= 1 << (place & 7)
                place += bool(letters)
            # One place without any letter keeps a query from running over into the next text.
            place += 1
        self._letter_starts = starts
        self._letters = {letter: int.from_bytes(mark, "little") for letter, mark in marks.items()}

    def find(self, query: str) -> list[int]:
        """Places of the texts that hold every word of the query, as 汉字 or as initials; in order."""
        found: set[int] | None = None
        for word in folded(query).split():
            here = self._with_word(word) | self._with_initials(word)
            found = here if found is None else found & here
            if not found:
                return []
        return sorted(found or ())

    def _with_word(self, word: str) -> set[int]:
        found: set[int] = set()
        text, starts = self._text, self._starts
        at = text.find(word)
        while at >= 0:
            place = bisect_right(starts, at) - 1
            found.add(place)
            if place + 1 >= self.count:
                break
            # On from the next text: one find per text is enough.
            at = text.find(word, starts[place + 1])
        return found

    def _with_initials(self, word: str) -> set[int]:
        letters = self._letters
        if letters is None or not (word.isascii() and any(c.isalpha() for c in word)):
            return set()
        matched: int | None = None
        for step, letter in enumerate(c for c in word if c.isalnum()):
            mark = letters.get(letter, 0) >> step
            matched = mark if matched is None else matched & mark
            if not matched:
                return set()
        return self._places(matched or 0)

    def _places(self, matched: int) -> set[int]:
        found: set[int] = set()
        starts = self._letter_starts
        for hit in _SET_BYTE.finditer(matched.to_bytes((matched.bit_length() + 7) // 8, "little")):
            byte = hit[0][0]
            while byte:
                low = byte & -byte
                found.add(bisect_right(starts, hit.start() * 8 + low.bit_length() - 1) - 1)
                byte ^= low
        return found


def _starts(lengths: Iterable[int]) -> Sequence[int]:
    starts = array("l")
    place = 0
    for length in lengths:
        starts.append(place)
        place += length + 1
    return starts


def _letters(sign: str, initials: Initials) -> str:
    if sign.isascii():
        return sign if sign.isalnum() else ""
    return initials(sign) if sign.isalnum() else ""
