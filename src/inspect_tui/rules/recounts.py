"""Recounts of 二次分配 as the round keeps them: counts and sums of a unit and month, never anybody's money.

Whose amount differs is shown to whoever recounts and let go; the record names cells, the sheet and the rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from inspect_tui.model.change import Edit, recount_key
from inspect_tui.model.distribution import Distribution
from inspect_tui.rules.canonical import canonical, digest
from inspect_tui.rules.distribution import Recount, yuan_text
from inspect_tui.rules.fold import State
from inspect_tui.rules.monthly import keep_month, months_kept, zh_month

FIELD = "recounted"
#: More than any group has; cells beyond are counted, not named.
_MOST_CELLS = 200


class RecountTold(msgspec.Struct, frozen=True, kw_only=True):
    """What a recount came to, fit to be kept: people, lines that differ, sums, cells.

    `cells` are the amounts that differ, `bad` the cells or lines that could not be read. `sha256` names the
    sheet, `rule` and `rule_hash` the rule it was held against.
    """

    people: int
    wrong: int
    unread: int
    over: Decimal = Decimal(0)
    under: Decimal = Decimal(0)
    largest: Decimal = Decimal(0)
    cells: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    sha256: str = ""
    rule: str = ""
    rule_hash: str = ""

    @property
    def gap(self) -> Decimal:
        """The sum of all differences, whichever way."""
        return self.over + self.under


class RecountMonth(msgspec.Struct, frozen=True, kw_only=True):
    """The recount of one unit and month, with who did it and when.

    `contested` means two recounts of one month came to different figures and the lead must say which holds.
    """

    unit: str
    month: str
    told: RecountTold
    by: tuple[str, ...]
    at: str
    contested: bool = False


def rule_hash(rule: Distribution) -> str:
    """Content id of a rule, so that a record says which wording it was computed by."""
    return digest(canonical(rule))


def told_of(made: Recount, rule: Distribution, sha256: str, bad: Sequence[str] = ()) -> RecountTold:
    """What of a recount may be kept."""
    return RecountTold(
        people=len(made.rows),
        wrong=len(made.wrong),
        unread=len(made.unread),
        over=made.over,
        under=made.under,
        largest=made.largest,
        cells=tuple(row.cell for row in made.wrong[:_MOST_CELLS]),
        bad=tuple(bad[:_MOST_CELLS]),
        sha256=sha256,
        rule=rule.id,
        rule_hash=rule_hash(rule),
    )


def read_told(value: Any) -> RecountTold | None:
    """The recount in a change value, or None when there is none that can be used."""
    try:
        told = msgspec.convert(value, RecountTold, strict=True)
    except (msgspec.ValidationError, ArithmeticError):
        return None
    counts = (told.people, told.wrong, told.unread)
    sums = (told.over, told.under, told.largest)
    sound = all(count >= 0 for count in counts) and told.wrong + told.unread <= told.people
    return told if sound and all(s.is_finite() and 0 <= s < Decimal(10**12) for s in sums) else None


def recounts_of(state: State, unit: str) -> list[RecountMonth]:
    """The months of a unit that were recounted, oldest first."""
    return [
        RecountMonth(
            unit=unit,
            month=month,
            told=told[0],
            by=entry.by,
            at=entry.at,
            contested=len({*map(canonical, told)}) > 1,
        )
        for month, entry, told in months_kept(state, unit, "recount", FIELD, read_told)
    ]


def set_recount(state: State, unit: str, month: str, told: RecountTold) -> list[Edit]:
    """Record what a recount came to. Nothing where the very same stands already."""
    return keep_month(state, recount_key(unit, month), FIELD, read_told, told)


# -------------------------------------------------------------------- words


def sentence(month: str, told: RecountTold) -> str:
    """What the recount found, in one sentence without names: fit for a note or a problem."""
    head = f"复算{zh_month(month)}分配表{told.people}人"
    if told.unread == told.people:
        return f"{head}，数据不全，不能复算"
    parts = []
    if told.wrong:
        ways = "、".join(
            f"{word}{yuan_text(sum_)}" for word, sum_ in (("多发", told.over), ("少发", told.under)) if sum_
        )
        parts.append(f"{told.wrong}人次与细则不一致，{ways}，差额最大{yuan_text(told.largest)}")
    else:
        parts.append("与细则一致" if not told.unread else "能算的都与细则一致")
    if told.unread:
        parts.append(f"{told.unread}人次数据不全，没有复算")
    return "，".join([head, *parts])
