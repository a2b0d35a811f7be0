"""How the fields of a checklist stand in the cells of a sheet, each there and back.

What a cell cannot hold exactly stands in it as JSON, so that the way back always ends where it began.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from inspect_tui.exchange.condition_cells import require_in, require_out, when_in, when_out
from inspect_tui.exchange.ledger_grid import GridCell
from inspect_tui.exchange.plain_sheet import cell_line
from inspect_tui.model.terms import Term
from inspect_tui.rules.issue import plain_decimal

#: What is written into a cell.
Cell = str | int | Decimal | None
_YES, _NO = ("是", "√", "✓", "y", "yes", "true", "1"), ("", "否", "×", "n", "no", "false", "0")


class Kind(msgspec.Struct, frozen=True):
    """How a field stands in a cell: `write` for the sheet, `read` back to JSON (None for nothing)."""

    write: Callable[[Any], Cell]
    read: Callable[[GridCell], Any]


class Unfit(ValueError):
    """A cell holds what its column cannot take; the message says what it takes."""


def _text_in(cell: GridCell) -> Any:
    value = cell.value if isinstance(cell.value, str) else cell_line(cell)
    return value or None


def _number_in(cell: GridCell) -> Any:
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        return cell.value
    said = unicodedata.normalize("NFKC", cell_line(cell)).strip().removesuffix("分").strip()
    number = plain_decimal(said)
    return said or None if number is None else said


def _yes_in(cell: GridCell) -> Any:
    if isinstance(cell.value, bool):
        return cell.value or None
    said = unicodedata.normalize("NFKC", cell_line(cell)).strip().lower()
    if said in _YES:
        return True
    if said in _NO:
        return None
    raise Unfit("这一栏写“是”或留空")


def _lines_out(values: Sequence[str]) -> str:
    told = "\n".join(values)
    return told if _lines(told) == list(values) else json.dumps(list(values), ensure_ascii=False)


def _lines(told: str) -> list[str]:
    if told.startswith("["):
        try:
            values = json.loads(told)
        except (ValueError, RecursionError):
            values = None
        if isinstance(values, list) and all(isinstance(value, str) for value in values):
            return values
    return [line for line in told.split("\n") if line]


def _lines_in(cell: GridCell) -> Any:
    return _lines(str(_text_in(cell) or "")) or None


def _json_in(cell: GridCell) -> Any:
    said = str(_text_in(cell) or "")
    try:
        value = json.loads(said) if said else None
    except (ValueError, RecursionError):
        value = said
    if value is not None and not isinstance(value, dict):
        raise Unfit("这一栏是程序写的，请不要改动")
    return value


def term(kind: type[Term]) -> Kind:
    """A cell that holds one word of a vocabulary, by its label."""
    values = {word: term.value for term in kind for word in (term.label, term.value)}

    def read(cell: GridCell) -> Any:
        said = cell_line(cell)
        return values.get(said, said) or None

    return Kind(lambda value: kind(value).label if value else "", read)


def terms(kind: type[Term], also: dict[str, str] | None = None) -> Kind:
    """A cell that holds several of them; `also` are words beside the vocabulary."""
    also = also or {}
    labels = {term.value: term.label for term in kind} | also
    values = {word: value for value, label in labels.items() for word in (label, value)}

    def read(cell: GridCell) -> Any:
        said = cell_line(cell)
        for mark in "，,；;/ ":
            said = said.replace(mark, "、")
        return [values.get(word, word) for word in said.split("、") if word] or None

    return Kind(lambda listed: "、".join(labels.get(value, value) for value in listed), read)


TEXT = Kind(lambda value: value, _text_in)
NUMBER = Kind(lambda value: None if value in (None, "") else Decimal(str(value)), _number_in)
YES = Kind(lambda value: "是" if value else "", _yes_in)
LINES = Kind(_lines_out, _lines_in)
JSON = Kind(lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True), _json_in)
WHEN = Kind(when_out, lambda cell: when_in(str(_text_in(cell) or "")))
REQUIRE = Kind(require_out, lambda cell: require_in(str(_text_in(cell) or "")))


def labels(kind: type[Term], *but: Term) -> tuple[str, ...]:
    """The labels to choose from in a cell, without some."""
    return tuple(term.label for term in kind if term not in but)
