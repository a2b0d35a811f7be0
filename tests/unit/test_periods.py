"""Periods and roll-ups: calendar borders, missing months, and every way of rolling up recounted plainly."""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_tui.model.scheme import Span
from inspect_tui.model.terms import RollUp
from inspect_tui.rules.periods import Mark, before, parts_of, period_of, roll_up, with_before

days = st.dates(dt.date(2020, 1, 1), dt.date(2032, 12, 31))


@given(days, st.sampled_from(list(Span)))
def test_a_day_lies_in_its_period_and_periods_follow_without_gap(day: dt.date, span: Span) -> None:
    period = period_of(day, span)
    assert period.start <= day <= period.end
    assert period_of(period.start, span) == period == period_of(period.end, span)
    assert before(period, span).end + dt.timedelta(days=1) == period.start


@given(days)
def test_months_end_where_the_calendar_says(day: dt.date) -> None:
    period = period_of(day, Span.MONTH)
    assert (period.start.day, period.end.day) == (1, calendar.monthrange(day.year, day.month)[1])
    assert period.label == f"{day.year}年{day.month}月"


def test_labels_and_parts() -> None:
    day = dt.date(2026, 11, 20)
    assert [period_of(day, span).label for span in Span] == [
        "2026年第47周",
        "2026年11月",
        "2026年第四季度",
        "2026年下半年",
        "2026年",
    ]
    months = parts_of(period_of(day, Span.QUARTER), Span.MONTH)
    assert [m.label for m in months] == ["2026年10月", "2026年11月", "2026年12月"]


marks = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.dates(dt.date(2026, 9, 20), dt.date(2027, 1, 10)),
        st.one_of(st.none(), st.decimals(0, 100, places=1)),
        st.integers(1, 3),
    ),
    max_size=12,
)


@given(marks, st.sampled_from(list(RollUp)))
def test_rolling_up_against_a_plain_recount(
    rows: list[tuple[str, dt.date, Decimal | None, int]], how: RollUp
) -> None:
    given_ = [
        Mark(unit=u, round=f"r{n}", day=d, score=s, weight=Decimal(w)) for n, (u, d, s, w) in enumerate(rows)
    ]
    months = parts_of(period_of(dt.date(2026, 11, 1), Span.QUARTER), Span.MONTH)
    found = roll_up(given_, months, how)
    for unit in "ab":
        parts: list[tuple[Decimal, int] | None] = []
        newest: tuple[dt.date, str, Decimal] | None = None
        for month in (10, 11, 12):
            held = [
                (d, f"r{n}", s, w)
                for n, (u, d, s, w) in enumerate(rows)
                if u == unit and (d.year, d.month) == (2026, month) and s is not None
            ]
            if not held:
                parts.append(None)
                continue
            last = max(held, key=lambda h: h[:2])
            if how is RollUp.MEAN:
                value = sum(h[2] for h in held) / len(held)
            elif how is RollUp.WEIGHTED:
                value = sum(h[2] * h[3] for h in held) / sum(h[3] for h in held)
            elif how is RollUp.WORST:
                value = min(h[2] for h in held)
            else:
                value = last[2]
            heaviest = max(w for u, d, _, w in rows if u == unit and (d.year, d.month) == (2026, month))
            parts.append((Decimal(value), heaviest))
            newest = (last[0], last[1], Decimal(last[2]))
        told = [p for p in parts if p is not None]
        rolled = found.get(unit)
        if not told:
            assert rolled is None or (rolled.score is None and rolled.counted == 0)
            continue
        if how is RollUp.MEAN:
            whole = sum(v for v, _ in told) / len(told)
        elif how is RollUp.WEIGHTED:
            whole = sum(v * w for v, w in told) / sum(w for _, w in told)
        elif how is RollUp.WORST:
            whole = min(v for v, _ in told)
        else:
            assert newest is not None
            whole = newest[2]
        tenth = Decimal("0.1")
        assert rolled is not None
        assert rolled.score == Decimal(whole).quantize(tenth, ROUND_HALF_UP)
        assert rolled.parts == tuple(
            None if p is None else p[0].quantize(tenth, ROUND_HALF_UP) for p in parts
        )
        assert (rolled.counted, rolled.missing) == (len(told), 3 - len(told))


def test_a_missing_month_is_neither_zero_nor_full() -> None:
    months = parts_of(period_of(dt.date(2026, 11, 1), Span.QUARTER), Span.MONTH)
    held = [Mark(unit="a", round="r", day=dt.date(2026, 10, 3), score=Decimal(80))]
    rolled = roll_up(held, months, RollUp.MEAN)["a"]
    assert (rolled.score, rolled.parts, rolled.missing) == (Decimal("80.0"), (Decimal("80.0"), None, None), 2)


@pytest.mark.parametrize(("earlier", "change"), [(Decimal(70), Decimal("10.0")), (None, None)])
def test_change_against_the_period_before(earlier: Decimal | None, change: Decimal | None) -> None:
    months = parts_of(period_of(dt.date(2026, 11, 1), Span.QUARTER), Span.MONTH)
    previous = parts_of(before(period_of(dt.date(2026, 11, 1), Span.QUARTER), Span.QUARTER), Span.MONTH)
    now = roll_up(
        [Mark(unit="a", round="r", day=dt.date(2026, 10, 3), score=Decimal(80))], months, RollUp.MEAN
    )
    past = roll_up([Mark(unit="a", round="q", day=dt.date(2026, 7, 3), score=earlier)], previous, RollUp.MEAN)
    assert with_before(now, past)["a"].change == change
