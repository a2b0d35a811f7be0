"""How often a test repeats its claim: a few times in plain `pytest`, in full where sweeps are on.

The suite answers within minutes only if most of the repeating is left to `.ci/run`, which sets
INSPECT_TUI_SWEEPS.
A claim never goes there whole: what plain `pytest` runs of it must still fail when the thing breaks.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pytest

VARIABLE = "INSPECT_TUI_SWEEPS"


def in_full() -> bool:
    """Whether this run repeats every claim as often as was promised."""
    return os.environ.get(VARIABLE, "").lower() in ("1", "true", "yes")


def times(many: int, few: int = 0) -> int:
    """The number of examples or rounds of a test: a quarter where sweeps are off, or the few it names."""
    return many if in_full() else few or max(many // 4, min(many, 10))


def first_of(values: Iterable[Any], plain: int = 1) -> list[Any]:
    """Values of one parameter of which only the first are for plain `pytest`, the others for the sweeps."""
    return rows_of(((value,) for value in values), plain)


def rows_of(rows: Iterable[tuple[Any, ...]], plain: int = 1) -> list[Any]:
    """The same for several parameters at once."""
    return [
        pytest.param(*row, marks=() if number < plain else pytest.mark.sweep)
        for number, row in enumerate(rows)
    ]
