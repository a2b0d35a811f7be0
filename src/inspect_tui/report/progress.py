"""Progress: the round's chart of “五个一” as lines of text, drawn so that Chinese labels stand in columns.

It has no colour and no sign whose width terminals disagree on, so that it can be printed, piped and pasted.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from inspect_tui.model.round import Round
from inspect_tui.model.terms import RectState
from inspect_tui.rules.ledger import LedgerRow

By = Literal["unit", "leader", "section", "state"]
BY_WORDS: dict[By, str] = {"unit": "单位", "leader": "责任领导", "section": "检查项目", "state": "整改状态"}
_NOBODY: dict[By, str] = {
    "unit": "未明确单位",
    "leader": "未明确责任领导",
    "section": "未归入检查项目",
    "state": "",
}
#: Filled and empty part of a bar: one cell each in every terminal, by Unicode neither wide nor ambiguous.
_SIGNS = ("▮", "▯")
_PLAIN_SIGNS = ("#", ".")
_ELLIPSIS = ".."
_MIN_BAR = 5


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the chart: how many problems, how many of them closed, how many overdue, and which."""

    name: str
    done: int
    all: int
    overdue: int = 0
    rows: tuple[str, ...] = ()

    @property
    def percent(self) -> int:
        """Closed ones in whole per cent, rounded down: 100 only when all are."""
        return 100 * self.done // self.all if self.all else 0


def bars_of(rows: Iterable[LedgerRow], by: By, round_: Round | None = None) -> list[Bar]:
    """The chart's lines, in the order in which the ledger has them; sections in the round's, where given.

    What was withdrawn, and what lives in a newer round, counts on neither side.
    """
    held: dict[str, list[LedgerRow]] = {}
    if by == "section" and round_ is not None:
        held = {f"{c.id}/{s.id}": [] for c in round_.checklists for s in c.sections}
    names: dict[str, str] = {}
    for row in rows:
        if not row.carried_to and (row.state is not RectState.WITHDRAWN or row.contested):
            key, name = _place(row, by)
            held.setdefault(key, []).append(row)
            names.setdefault(key, name or _NOBODY[by])
    return [_bar(names[key], mine) for key, mine in held.items() if mine]


def total_bar(rows: Iterable[LedgerRow]) -> Bar:
    """All of it as one line."""
    rows = [r for r in rows if not r.carried_to and (r.state is not RectState.WITHDRAWN or r.contested)]
    return _bar("合计", rows)


def _bar(name: str, rows: list[LedgerRow]) -> Bar:
    return Bar(
        name=name,
        done=sum(row.done for row in rows),
        all=len(rows),
        overdue=sum(row.overdue for row in rows),
        rows=tuple(row.id for row in rows),
    )


def _place(row: LedgerRow, by: By) -> tuple[str, str]:
    """What a row is counted under: a key, and the name that is shown."""
    match by:
        case "unit":
            return row.unit, row.unit_name
        case "leader":
            return row.leader, row.leader
        case "section":
            return (f"{row.checklist}/{row.section}", row.section_name) if row.section else ("", "")
        case "state":
            return row.state_label, row.state_label


def chart_lines(
    bars: Iterable[Bar], width: int = 78, *, plain: bool = False, cells: Callable[[str], int] | None = None
) -> list[str]:
    """The chart, no line wider than `width` cells: name, bar, closed/all, per cent, overdue.

    `plain` draws with ASCII signs alone. `cells` tells how wide a text is, where the screen knows better.
    """
    measure = cells or display_cells
    bars = list(bars)
    if not bars:
        return []
    # Measured as they are drawn: a sign without a width stands there as a blank.
    names = [_drawn(bar.name) for bar in bars]
    counts = [f"{bar.done}/{bar.all}" for bar in bars]
    ends = [f"  逾期{bar.overdue}" if bar.overdue else "" for bar in bars]
    count_room, end_room = max(map(len, counts)), max(map(measure, ends))
    # Two spaces before the bar, two before the count, two and four for the per cent.
    fixed = 2 + 2 + count_room + 2 + 4 + end_room
    name_room = min(max(map(measure, names)), max(4, width - fixed - _MIN_BAR))
    bar_room = max(0, min(40, width - fixed - name_room))
    full, empty = _PLAIN_SIGNS if plain else _SIGNS
    lines = []
    for bar, shown, count, end in zip(bars, names, counts, ends, strict=True):
        filled = bar_room * bar.done // bar.all if bar.all else 0
        if bar.done and bar_room:
            filled = max(1, filled)
        drawn = full * filled + empty * (bar_room - filled)
        name = _fit(shown, name_room, measure)
        lines.append(f"{name}  {drawn}  {count:>{count_room}}  {bar.percent:>3}%{end}")
    return lines


def display_cells(text: str) -> int:
    """How many terminal cells a text takes: wide signs two, marks that sit on others none."""
    return sum(
        0
        if unicodedata.combining(sign) or unicodedata.category(sign) in ("Cf", "Me", "Mn")
        else 2
        if unicodedata.east_asian_width(sign) in "WF"
        else 1
        for sign in text
    )


def _drawn(text: str) -> str:
    """A name as the chart shows it."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _fit(text: str, room: int, measure: Callable[[str], int]) -> str:
    """A text brought to exactly that many cells."""
    if measure(text) > room:
        kept = ""
        for sign in text:
            if measure(kept + sign) > room - len(_ELLIPSIS):
                break
            kept += sign
        text = kept + _ELLIPSIS
    return text + " " * (room - measure(text))
