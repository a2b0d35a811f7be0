"""What must hold of every word the product says about a file: Chinese, and fit for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec


def foul(text: str) -> str:
    """The first sign of a text that must not reach a terminal; empty when there is none."""
    for sign in text:
        category = unicodedata.category(sign)
        if category in ("Cc", "Cf", "Cs", "Zl", "Zp") and sign not in "\n\t\u200d":
            return f"U+{ord(sign):04X}"
    return ""


def chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def said_well(lines: Sequence[str]) -> None:
    assert lines, "a refusal without a word"
    for line in lines:
        assert chinese(line), f"not in Chinese: {line!r}"
        assert not foul(line), f"{foul(line)} in {line!r}"


def strings(value: Any) -> Iterator[str]:
    """Every text in a value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from strings(key)
            yield from strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from strings(part)
    elif isinstance(value, msgspec.Struct):
        yield from strings(msgspec.structs.asdict(value))


def faults_well(faults: Sequence[Any]) -> None:
    for fault in faults:
        said_well([fault.text()])


def strings_well(value: Any) -> None:
    for text in strings(value):
        assert not foul(text), f"{foul(text)} in {text[:80]!r}"


def told_well(value: Any) -> None:
    strings_well([getattr(value, "messages", ()), getattr(value, "title", "")])


def doubts_well(doubts: Sequence[Any]) -> None:
    for doubt in doubts:
        assert chinese(doubt.reason) and not foul(doubt.where + doubt.reason), doubt
