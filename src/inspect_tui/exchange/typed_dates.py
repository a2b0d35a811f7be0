"""Dates as people type them into tables, and as spreadsheets turn them into numbers."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from inspect_tui.exchange.ledger_grid import Value

_TYPED = re.compile(r"(\d{4})\s*[-./年、_ ]\s*(\d{1,2})\s*[-./月、_ ]\s*(\d{1,2})\s*[日号]?")
_SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(r"[T ]\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
#: Days that a bare number may mean: 2000 to 2099 as spreadsheets count them.
_SERIALS = (36_526, 73_050)
_EPOCH = dt.date(1899, 12, 30)
_YEARS = (2000, 2099)


def typed_date(value: Value) -> str | None:
    """YYYY-MM-DD of a cell, "" for an empty one, None for what is no date of these times."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return None
    if isinstance(value, dt.datetime):
        return _in_our_times(value.date())
    if isinstance(value, dt.date):
        return _in_our_times(value)
    if isinstance(value, int | float):
        return _from_number(value)
    if not isinstance(value, str):
        return None
    text = unicodedata.normalize("NFKC", value).strip()
    text = _TIME.sub("", text).strip().rstrip("。.")
    if text in ("", "-", "/", "无"):
        return ""
    match = _TYPED.fullmatch(text) or _SOLID.fullmatch(text)
    return _date(*map(int, match.groups())) if match else None


def _from_number(value: int | float) -> str | None:
    if not 0 < value < 1e9:
        return None
    # A serial with a part of a day is a date with a time; any other fraction is no date.
    number = int(value)
    if number != value and not _SERIALS[0] <= number <= _SERIALS[1]:
        return None
    if _SERIALS[0] <= number <= _SERIALS[1]:
        return (_EPOCH + dt.timedelta(days=number)).isoformat()
    solid = _SOLID.fullmatch(str(number))
    return _date(*map(int, solid.groups())) if solid else None


def _date(year: int, month: int, day: int) -> str | None:
    try:
        return _in_our_times(dt.date(year, month, day))
    except ValueError:
        return None


def _in_our_times(day: dt.date) -> str | None:
    return day.isoformat() if _YEARS[0] <= day.year <= _YEARS[1] else None
