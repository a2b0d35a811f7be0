"""A JSON reader that knows where everything stands.

The fast decoders stop at the first error and know no places. This one is slower and runs only when a fault
needs one: it reads on after the mistakes people make by hand (trailing comma, full-width punctuation,
comments, a missing quote), so that one run can list them all. It is a loop, never a recursion, and every
pattern is possessive, so no input can make it hang or run out of stack.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from inspect_tui.rules.issue import MAX_DEPTH, UNREADABLE, Steps

MAX_NUMBER = 40
#: Mistakes after which reading on helps nobody and only fills memory.
MAX_PROBLEMS = 10_000

_BLANK = re.compile(r"[ \t\r\n]*+")
_STRING = re.compile(r'[^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?+")
_NUMBER_LIKE = re.compile(r"[-+.0-9０-９][-+.0-9０-９eE_]*+")
_WORD = re.compile(r"-?[A-Za-z_][A-Za-z0-9_]*+")
_COMMENT = re.compile(r"//[^\n]*+|#[^\n]*+|/\*.*?\*/", re.DOTALL)
_ODD_QUOTED = re.compile(r"[“”＂]([^“”＂\"\r\n]*+)[“”＂]|[‘’']([^‘’'\"\r\n]*+)[‘’']")
_OBJECT_MARK, _ARRAY_MARK = "{", "["
_CLOSERS = {"{": "}", "[": "]"}
_WORDS = {"true": True, "false": False, "null": None}
_ODD_WORDS = {
    "True": ("J21", "true"),
    "False": ("J21", "false"),
    "None": ("J21", "null"),
    "NaN": ("J11", ""),
    "Infinity": ("J11", ""),
    "-Infinity": ("J11", ""),
    "-NaN": ("J11", ""),
}


class Problem(NamedTuple):
    """A mistake in the JSON itself: its code, its offset in the text, its path and a word about it."""

    code: str
    offset: int
    steps: Steps
    detail: str = ""


class Scan(NamedTuple):
    """What a scan found. `complete` is False where reading had to stop; `value` is then of no use."""

    value: Any
    problems: list[Problem]
    complete: bool
    places: dict[tuple[Steps, bool], int]


class _Stop(Exception):
    pass


class _Frame:
    __slots__ = ("container", "key", "mark", "node", "offset")

    def __init__(self, mark: str, offset: int, node: dict[Any, Any] | None) -> None:
        self.mark = mark
        self.container: Any = {} if mark == _OBJECT_MARK else []
        self.key: str | int = "" if mark == _OBJECT_MARK else 0
        self.node = node
        self.offset = offset


def scan(text: str, wanted: Iterable[tuple[Steps, bool]] = (), max_depth: int = MAX_DEPTH) -> Scan:
    """Read JSON with every recoverable mistake listed and the places of the wanted paths noted.

    Wanted is `(path, False)` for the offset of a value and `(path, True)` for that of its key. Reading stops
    as soon as all wanted places are known, so it is then no full reading.
    """
    return _Scanner(text, wanted, max_depth).run()


class _Scanner:
    def __init__(self, text: str, wanted: Iterable[tuple[Steps, bool]], max_depth: int) -> None:
        self.text = text
        self.max_depth = max_depth
        self.position = 0
        self.stack: list[_Frame] = []
        self.problems: list[Problem] = []
        self.places: dict[tuple[Steps, bool], int] = {}
        self.root: dict[Any, Any] = {}
        self.broke_string = False
        self.wanted = set(wanted)
        for steps, _ in self.wanted:
            node = self.root
            for step in steps:
                node = node.setdefault(step, {})

    def run(self) -> Scan:
        value: Any = UNREADABLE
        complete = False
        try:
            value = self._document()
            complete = True
        except _Stop:
            pass
        return Scan(value, self.problems, complete, self.places)

    # ---------------------------------------------------------------- reporting

    def _steps(self) -> Steps:
        return tuple(frame.key for frame in self.stack)

    def _note(self, code: str, offset: int, detail: str = "", steps: Steps | None = None) -> None:
        self.problems.append(Problem(code, offset, self._steps() if steps is None else steps, detail))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _Stop

    def _stop(self, code: str, offset: int, detail: str = "") -> _Stop:
        self._note(code, offset, detail, self._steps()[:-1] if self.stack else ())
        return _Stop()

    def _end(self) -> _Stop:
        closers = "".join(_CLOSERS[frame.mark] for frame in reversed(self.stack))
        return self._stop("J08", len(self.text), closers)

    # ---------------------------------------------------------------- reading

    def _next(self) -> str:
        """The next character that counts, comments reported and skipped; empty at the end."""
        while True:
            self.position = _BLANK.match(self.text, self.position).end()  # type: ignore[union-attr]
            char = self.text[self.position : self.position + 1]
            if char and char in "/#":
                comment = _COMMENT.match(self.text, self.position)
                if comment is None:
                    return char
                self._note("J19", self.position)
                self.position = comment.end()
                continue
            if char in ("\u00a0", "\u3000"):
                self._note("J17", self.position, char)
                self.position += 1
                continue
            return char

    def _document(self) -> Any:
        value = self._values()
        if self._next():
            self._note("J09", self.position, self.text[self.position : self.position + 20])
        return value

    def _values(self) -> Any:
        """The loop: one value, then what must follow it, until the outermost value is closed."""
        while True:
            done, value = self._value()
            if not done:
                if not self._open():
                    continue
                value = self.stack.pop().container
            while self.stack:
                frame = self.stack[-1]
                if frame.mark == _OBJECT_MARK:
                    frame.container[frame.key] = value
                else:
                    frame.container.append(value)
                if self._more(frame):
                    break
                value = self.stack.pop().container
            else:
                return value

    def _open(self) -> bool:
        """Go into the container just opened; True when it is empty and so closed again at once."""
        frame = self.stack[-1]
        if self._next() == _CLOSERS[frame.mark]:
            self.position += 1
            return True
        if frame.mark == _OBJECT_MARK:
            self._key(frame)
        return False

    def _more(self, frame: _Frame) -> bool:
        """After a value: True when another one follows in this container, False when it is closed."""
        char = self._next()
        closer = _CLOSERS[frame.mark]
        after_break, self.broke_string = self.broke_string, False
        if not char:
            raise self._end()
        if char == closer:
            self.position += 1
            return False
        if char in ",，；;、":
            if char != ",":
                self._note("J17", self.position, char)
            comma = self.position
            self.position += 1
            if self._next() == closer:
                self._note("J16", comma)
                self.position += 1
                return False
        elif char in '"{[“' or (frame.mark == _ARRAY_MARK and char.isalnum()):
            if not after_break:
                self._note("J20", self.position)
        elif char in "}]":
            raise self._stop("J07", self.position, char)
        else:
            raise self._stop("J07", self.position, char)
        if frame.mark == _OBJECT_MARK:
            self._key(frame)
        else:
            frame.key = len(frame.container)
        return True

    def _key(self, frame: _Frame) -> None:
        char = self._next()
        if not char:
            raise self._end()
        start = self.position
        if char == '"':
            key = self._string()
        elif odd := _ODD_QUOTED.match(self.text, start):
            self._note("J18", start, char, self._steps()[:-1])
            self.position = odd.end()
            key = odd[1] or odd[2] or ""
        else:
            raise self._stop("J07", start, char)
        if key in frame.container:
            self._note("J10", start, key, (*self._steps()[:-1], key))
        frame.key = key
        if frame.node is not None and key in frame.node:
            self._found(start, True)
        char = self._next()
        if not char:
            raise self._end()
        if char == "：":
            self._note("J17", self.position, char)
        elif char != ":":
            raise self._stop("J07", self.position, char)
        self.position += 1

    def _found(self, offset: int, key: bool) -> None:
        place = (self._steps(), key)
        if place in self.wanted:
            self.places[place] = offset
            if len(self.places) == len(self.wanted):
                raise _Stop

    def _value(self) -> tuple[bool, Any]:
        """A scalar as (True, value); a container is opened on the stack and gives (False, None)."""
        char = self._next()
        if not char:
            raise self._end()
        start = self.position
        node = self.root
        if self.stack:
            frame = self.stack[-1]
            inner = frame.node.get(frame.key) if frame.node is not None else None
            if inner is not None:
                self._found(start, False)
            node = inner  # type: ignore[assignment]
        else:
            self._found(start, False)
        if char in "{[":
            if len(self.stack) >= self.max_depth:
                raise self._stop("J12", start)
            self.position += 1
            self.stack.append(_Frame(char, start, node))
            return False, None
        if char == '"':
            return True, self._string()
        if char in "-+." or char.isdigit():
            return True, self._number()
        if word := _WORD.match(self.text, start):
            return True, self._word(word[0])
        if odd := _ODD_QUOTED.match(self.text, start):
            self._note("J18", start, char)
            self.position = odd.end()
            return True, odd[1] or odd[2] or ""
        raise self._stop("J07", start, char)

    def _word(self, word: str) -> Any:
        start = self.position
        self.position += len(word)
        if word in _WORDS:
            return _WORDS[word]
        if word not in _ODD_WORDS:
            raise self._stop("J07", start, word)
        code, better = _ODD_WORDS[word]
        self._note(code, start, better or word)
        return _WORDS.get(better, UNREADABLE)

    def _number(self) -> Any:
        start = self.position
        like = _NUMBER_LIKE.match(self.text, start)
        if like is None:
            raise self._stop("J07", start, self.text[start])
        if like[0] == "-" and (word := _WORD.match(self.text, start)):
            return self._word(word[0])
        token = like[0]
        self.position = like.end()
        if not _NUMBER.fullmatch(token):
            self._note("J22", start, token[:MAX_NUMBER])
            return UNREADABLE
        if len(token) > MAX_NUMBER:
            self._note("J13", start, token[:MAX_NUMBER])
            return UNREADABLE
        whole = not any(c in token for c in ".eE")
        value: Any = int(token) if whole else float(token)
        if value in (float("inf"), float("-inf")) or (whole and abs(value) >= 2**63):
            self._note("J13", start, token)
            return UNREADABLE
        return value

    def _string(self) -> str:
        """A string from its opening quote on. A line end inside means a missing closing quote."""
        start = self.position
        parts = [start + 1]
        position = start + 1
        while True:
            position = _STRING.match(self.text, position).end()  # type: ignore[union-attr]
            char = self.text[position : position + 1]
            if char == '"':
                self.position = position + 1
                break
            if not char or char == "\\":
                self.position = position
                raise self._end()
            if char in "\r\n":
                self._note("J24", start)
                self.broke_string = True
                self.position = position
                break
            self._note("J14", position, f"U+{ord(char):04X}")
            position += 1
        raw = self.text[parts[0] : position]
        if "\\" not in raw:
            return raw
        try:
            return str(json.loads(f'"{raw}"', strict=False))
        except ValueError:
            self._note("J23", start, raw[:20])
            return raw
