"""Conditions and requirements of an item as lines of a cell, so that authors can write them in a sheet.

A condition reads `GW-01：符合、基本符合`, with own answers between quotes: `GW-01：“有”、“过期”`; a
requirement reads `不符合：说明、佐证`. What cannot be told so exactly stands there as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from inspect_tui.model.terms import Need, Term, Verdict

_COLONS = "：:"
_SEPARATORS = "，,；;/"


def when_out(value: Any) -> str:
    """Conditions as lines of a cell."""
    return _out(value, _when_lines, when_in)


def require_out(value: Any) -> str:
    """Requirements as lines of a cell."""
    return _out(value, _require_lines, require_in)


def when_in(told: str) -> Any:
    """The conditions in a cell, as they stand in JSON; None for none. Words nobody knows stay as they are."""
    written = _json(told)
    return written if written is not None else [_when(line) for line in _lines(told)] or None


def require_in(told: str) -> Any:
    """The requirements in a cell, as they stand in JSON; None for none."""
    written = _json(told)
    if written is not None:
        return written
    found = {}
    for line in _lines(told):
        verdict, words = _halves(line)
        found[_value(Verdict, verdict)] = [_value(Need, word) for word in _words(words)]
    return found or None


def _out(value: Any, lines: Callable[[Any], list[str]], back: Callable[[str], Any]) -> str:
    if not value:
        return ""
    try:
        told = "\n".join(lines(value))
        if back(told) == value:
            return told
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _when_lines(value: list[dict[str, Any]]) -> list[str]:
    return [
        f"{when['item']}："
        + "、".join(
            [Verdict(verdict).label for verdict in when.get("verdict", ())]
            + [f"“{answer}”" for answer in when.get("answer", ())]
        )
        for when in value
    ]


def _require_lines(value: dict[str, list[str]]) -> list[str]:
    return [
        f"{Verdict(verdict).label}：{'、'.join(Need(need).label for need in needs)}"
        for verdict, needs in value.items()
    ]


def _when(line: str) -> dict[str, Any]:
    item, words = _halves(line)
    made: dict[str, Any] = {"item": item}
    for word in _words(words):
        if len(word) > 1 and word[0] in '“"' and word[-1] in '”"':
            made.setdefault("answer", []).append(word[1:-1])
        else:
            made.setdefault("verdict", []).append(_value(Verdict, word))
    return made


def _lines(told: str) -> list[str]:
    return [line.strip() for line in told.split("\n") if line.strip()]


def _halves(line: str) -> tuple[str, str]:
    cut = next((place for place, sign in enumerate(line) if sign in _COLONS), len(line))
    return line[:cut].strip(), line[cut + 1 :].strip()


def _words(told: str) -> list[str]:
    for sign in _SEPARATORS:
        told = told.replace(sign, "、")
    return [word.strip() for word in told.split("、") if word.strip()]


def _value(kind: type[Term], word: str) -> str:
    return next((str(term.value) for term in kind if word in (term.label, term.value)), word)


def _json(told: str) -> Any:
    if not told.lstrip().startswith(("[", "{")):
        return None
    try:
        value = json.loads(told)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list | dict) else None
