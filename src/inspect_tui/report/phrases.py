"""Phrases: the small language of wording templates, and how it is spoken.

A template is read by Jinja's parser and kept only where it is text, a given value, 如果 (`if`), a loop over a
given list, or one of our filters. What is kept is a tree of our own that is walked here, so nothing of a
template is ever run as a program, and every walk is bounded in steps and in length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from inspect_tui.report.zh_numbers import ordinal

#: Characters that one phrase may grow to, and steps that it may take.
LONGEST = 20_000
STEPS = 50_000


class TooMuch(Exception):
    """A phrase went past its bounds."""


class Value(msgspec.Struct, frozen=True, tag="value"):
    """A given value, or a part of one: 单位.名称."""

    path: tuple[str, ...]


class Const(msgspec.Struct, frozen=True, tag="const"):
    """A word or number that stands in the template itself."""

    value: str | int | bool


class Filtered(msgspec.Struct, frozen=True, tag="filter"):
    """A value sent through a filter."""

    name: str
    of: Expr
    args: tuple[Expr, ...] = ()


class Compared(msgspec.Struct, frozen=True, tag="compare"):
    """Two values compared."""

    op: str
    left: Expr
    right: Expr


class Logic(msgspec.Struct, frozen=True, tag="logic"):
    """`and`, `or` or `not` over values."""

    op: str
    parts: tuple[Expr, ...]


Expr = Value | Const | Filtered | Compared | Logic


class Words(msgspec.Struct, frozen=True, tag="words"):
    """Text as it stands."""

    text: str


class Show(msgspec.Struct, frozen=True, tag="show"):
    """A value put into the text."""

    value: Expr


class Branch(msgspec.Struct, frozen=True):
    """One way of an `if`; without a test it is the `else`."""

    test: Expr | None
    body: tuple[Node, ...]


class If(msgspec.Struct, frozen=True, tag="if"):
    """The first branch whose test holds."""

    branches: tuple[Branch, ...]


class For(msgspec.Struct, frozen=True, tag="for"):
    """Something said once for each member of a given list."""

    name: str
    over: Expr
    body: tuple[Node, ...]
    otherwise: tuple[Node, ...] = ()


Node = Words | Show | If | For
Phrase = tuple[Node, ...]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a > b,
    "lt": lambda a, b: a < b,
    "gteq": lambda a, b: a >= b,
    "lteq": lambda a, b: a <= b,
}
COMPARISONS = frozenset(_COMPARE)


def _joined(value: Any, mark: Any = "、") -> str:
    return str(mark).join(_shown(v) for v in _members(value))


def _members(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ([] if value in (None, "") else [value])


def _ordinal(value: Any) -> str:
    return ordinal(value) if isinstance(value, int) and 1 <= value <= 99 else _shown(value)


#: Every filter with the number of further values it may take: 顿号 joins a list, 个数 counts it, 序数 says
#: 三 for 3, 首个 gives the first member, 前几个 the first few, 默认 stands in for nothing.
FILTERS: dict[str, tuple[Callable[..., Any], int]] = {
    "顿号": (_joined, 0),
    "连接": (_joined, 1),
    "个数": (lambda value: len(_members(value)), 0),
    "序数": (_ordinal, 0),
    "首个": (lambda value: next(iter(_members(value)), ""), 0),
    "前几个": (lambda value, n: list(_members(value))[: n if isinstance(n, int) and n >= 0 else 0], 1),
    "默认": (lambda value, other: value or other, 1),
}


def speak(phrase: Phrase, values: Mapping[str, Any]) -> str:
    """A phrase with its values put in. Raises TooMuch when it does not stay in bounds."""
    return _Speaker(values).speak(phrase)


class _Speaker:
    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)
        self._steps = 0
        self._length = 0

    def speak(self, phrase: Phrase) -> str:
        said: list[str] = []
        self._body(phrase, said)
        return "".join(said)

    def _step(self) -> None:
        self._steps += 1
        if self._steps > STEPS:
            raise TooMuch("模板重复次数太多")

    def _put(self, text: str, said: list[str]) -> None:
        self._length += len(text)
        if self._length > LONGEST:
            raise TooMuch("模板写出的文字太长")
        said.append(text)

    def _body(self, nodes: tuple[Node, ...], said: list[str]) -> None:
        for node in nodes:
            self._step()
            if isinstance(node, Words):
                self._put(node.text, said)
            elif isinstance(node, Show):
                self._put(_shown(self._of(node.value)), said)
            elif isinstance(node, If):
                for branch in node.branches:
                    if branch.test is None or self._of(branch.test):
                        self._body(branch.body, said)
                        break
            else:
                self._loop(node, said)

    def _loop(self, node: For, said: list[str]) -> None:
        members = _members(self._of(node.over))
        if not members:
            self._body(node.otherwise, said)
            return
        held = self._values.get(node.name)
        for member in members:
            self._step()
            self._values[node.name] = member
            self._body(node.body, said)
        if held is None:
            self._values.pop(node.name, None)
        else:
            self._values[node.name] = held

    def _of(self, expr: Expr) -> Any:
        self._step()
        if isinstance(expr, Const):
            return expr.value
        if isinstance(expr, Value):
            value: Any = self._values.get(expr.path[0], "")
            for part in expr.path[1:]:
                value = value.get(part, "") if isinstance(value, dict) else ""
            return value
        if isinstance(expr, Filtered):
            function, _ = FILTERS[expr.name]
            made = function(self._of(expr.of), *(self._of(a) for a in expr.args))
            # Joining could multiply lengths from filter to filter before anything is put down.
            if isinstance(made, str) and len(made) > LONGEST:
                raise TooMuch("模板写出的文字太长")
            return made
        if isinstance(expr, Compared):
            left, right = self._of(expr.left), self._of(expr.right)
            try:
                return _COMPARE[expr.op](left, right)
            except TypeError:
                return False
        if expr.op == "not":
            return not self._of(expr.parts[0])
        left = self._of(expr.parts[0])
        stop = not left if expr.op == "and" else bool(left)
        return left if stop else self._of(expr.parts[1])


def _shown(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "是"
    if isinstance(value, list | tuple):
        return _joined(value)
    return "" if isinstance(value, dict) else str(value)


def encode(books: Mapping[str, Mapping[str, Phrase]]) -> bytes:
    """Phrases of several files as the program keeps them: a start need not parse its own templates."""
    return msgspec.json.encode(books, order="sorted")


def decode(data: bytes) -> dict[str, dict[str, Phrase]]:
    """What `encode` wrote."""
    return msgspec.json.decode(data, type=dict[str, dict[str, Phrase]])
