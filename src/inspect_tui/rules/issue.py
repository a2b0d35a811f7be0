"""Issue: something wrong with the content of an input, named by its path; and careful access to raw JSON.

Checks look at raw JSON, not at typed records, so that one mistyped field does not hide the mistakes in all
the others. What has the wrong type reads as absent here: the structure check has reported it already.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import msgspec

#: One step from a container to a value in it: a key of an object or an index of an array.
Steps = tuple[str | int, ...]

#: Deepest nesting of any JSON that is read.
MAX_DEPTH = 40

_DECIMAL = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?", re.ASCII)
#: Most issues looked for in one file by one kind of check; the list people see is shorter still.
MAX_ISSUES = 1000
_LONGEST_GUESS, _MOST_GUESSES, _MOST_KNOWN = 60, 50, 2000
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class Unreadable:
    """Stands where a value could not be read; it was reported already and is not to be judged again."""

    def __repr__(self) -> str:
        return "UNREADABLE"


UNREADABLE = Unreadable()


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong, without its file and line: those are known to whoever read the text.

    `at_key` points at the name of the field rather than at its value. `meant` is the field that a misspelt
    name most likely stands for, so that later checks can read on as if it were spelt right.
    """

    code: str
    steps: Steps
    message: str
    value: Any = None
    allowed: tuple[str, ...] = ()
    remedy: str = ""
    warning: bool = False
    at_key: bool = False
    meant: str = ""


def plain_decimal(value: Any) -> Decimal | None:
    """A JSON number, or a string of plain digits, as an exact decimal; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        value = repr(value) if isinstance(value, int) else format(Decimal(repr(value)), "f")
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    return None


def good_id(value: str) -> bool:
    """Whether an id is safe in keys and file names: ASCII letters, digits, hyphen and underscore."""
    return _ID.fullmatch(value) is not None


def rows(value: Any, steps: Steps) -> Iterator[tuple[Steps, dict[str, Any]]]:
    """The objects of an array, each with its path."""
    if isinstance(value, list):
        for place, part in enumerate(value):
            if isinstance(part, dict):
                yield (*steps, place), part


def texts(value: Any, steps: Steps) -> Iterator[tuple[Steps, str]]:
    """The strings of an array, each with its path."""
    if isinstance(value, list):
        for place, part in enumerate(value):
            if isinstance(part, str):
                yield (*steps, place), part


def text(row: dict[str, Any], key: str) -> str:
    """A string field; empty when it is absent or no string."""
    value = row.get(key, "")
    return value if isinstance(value, str) else ""


def flag(row: dict[str, Any], key: str) -> bool:
    """A yes-or-no field; no when it is absent."""
    return row.get(key) is True


def whole(row: dict[str, Any], key: str) -> int | None:
    """A count; None when it is absent or no whole number."""
    value = row.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that a misspelt one most likely meant, or nothing."""
    word = word[:_LONGEST_GUESS]
    # Comparing is slow, and a hostile file has thousands of words to compare with thousands of others.
    near = [k for k in itertools.islice(known, _MOST_KNOWN) if abs(len(k) - len(word)) <= 4][:_MOST_GUESSES]
    folded = {k.lower(): k for k in near}
    if word.lower() in folded:
        return folded[word.lower()]
    import difflib

    found = difflib.get_close_matches(word, near, n=1, cutoff=0.6)
    return found[0] if found else ""


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """A remedy: the likely word, else what to do instead."""
    guess = nearest(word, known)
    return f"是不是“{guess}”？" if guess else otherwise


class Seen:
    """Finds what should be unique and is not."""

    def __init__(self, code: str, what: str, remedy: str) -> None:
        self.code, self.what, self.remedy = code, what, remedy
        self.held: dict[str, Steps] = {}

    def add(self, value: str, steps: Steps) -> Iterator[Issue]:
        """An issue when this value was there before."""
        if not value:
            return
        if value in self.held:
            yield Issue(
                code=self.code, steps=steps, message=f"{self.what}重复", value=value, remedy=self.remedy
            )
        else:
            self.held[value] = steps
