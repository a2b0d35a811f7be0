"""Numbers and dates as Chinese official texts write them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from inspect_tui.rules.scoring import half_up, points_text

_DIGITS = "零一二三四五六七八九"


def ordinal(number: int) -> str:
    """A section number from 1 to 99: 一、十二、二十、四十五. Raises ValueError outside."""
    if not 1 <= number <= 99:
        raise ValueError(number)
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def parse_date(text: str) -> dt.date | None:
    """The calendar date of YYYY-MM-DD, or None for anything else."""
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def date_text(day: dt.date) -> str:
    """2026年11月2日: Arabic digits without leading zeros, as GB/T 9704 asks."""
    return f"{day.year}年{day.month}月{day.day}日"


def span_text(first: dt.date, last: dt.date) -> str:
    """A span of days with what the two ends share said once: 2026年11月16日至20日."""
    if first > last:
        first, last = last, first
    if first == last:
        return date_text(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{date_text(first)}至{last.day}日"
    if first.year == last.year:
        return f"{date_text(first)}至{last.month}月{last.day}日"
    return f"{date_text(first)}至{date_text(last)}"


def near_date_text(day: dt.date, beside: dt.date) -> str:
    """A date in a text dated `beside`: the year is said only when it differs."""
    return f"{day.month}月{day.day}日" if day.year == beside.year else date_text(day)


def stamp(day: dt.date) -> str:
    """20261120, for file names."""
    return day.strftime("%Y%m%d")


def score_text(score: Decimal | None) -> str:
    """A score as exact as it was reckoned, or 不计分."""
    return "不计分" if score is None else format(score, "f")


def raw_text(raw: Decimal, applicable: Decimal) -> str:
    """26.5/28: points gained of points applicable."""
    return f"{points_text(raw)}/{points_text(applicable)}"


def plain(value: Decimal) -> Decimal:
    """A decimal without trailing zeros, never in exponent form when encoded."""
    return Decimal(points_text(value))


def share_text(share: Decimal) -> str:
    """A share from 0 to 1 as a percentage without needless zeros."""
    return f"{points_text(half_up(share * 100))}%"


def count_range(counts: list[int]) -> str:
    """One count, or the span of several: 1, 1至3."""
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low}至{high}"
