"""Digest: what the half-monthly meeting (例会) must know of the ledger, leader by leader.

Only the ledger's rows are read, so that the meeting hears the same figures as screen and sheet show.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import msgspec

from inspect_tui.model.round import Rules
from inspect_tui.model.terms import RectState
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.lifecycle import as_date


class BadSpan(ValueError):
    """The days asked for are no span; the message says why."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The rows one leader answers for, sorted for the meeting; all of the round's where `leader` is blank.

    `overdue` are all that are late, `late` those of them that became so in the span. `idle` had no movement
    for the rule's number of days, `near` fall due soon, `back` have come back. A row may stand in several.
    """

    leader: str
    rows: tuple[LedgerRow, ...]
    open: tuple[LedgerRow, ...] = ()
    closed: tuple[LedgerRow, ...] = ()
    overdue: tuple[LedgerRow, ...] = ()
    late: tuple[LedgerRow, ...] = ()
    idle: tuple[LedgerRow, ...] = ()
    near: tuple[LedgerRow, ...] = ()
    back: tuple[LedgerRow, ...] = ()
    deferred: tuple[LedgerRow, ...] = ()

    @property
    def done(self) -> int:
        """How many are closed, in the span or before."""
        return sum(row.state is RectState.CLOSED and not row.contested for row in self.rows)

    @property
    def pressing(self) -> tuple[LedgerRow, ...]:
        """What the meeting should speak about: late, come back or lying still, each once, worst first."""
        return tuple({row.id: row for row in (*self.overdue, *self.back, *self.idle)}.values())


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """The digest of a span of days, both ends included: all together, then leader by leader."""

    since: str
    until: str
    idle_days: int
    near_days: int
    all: Account
    leaders: tuple[Account, ...]


def digest_of(rows: Iterable[LedgerRow], rules: Rules, since: str, today: str) -> Digest:
    """The digest of the ledger's rows since a day. Raises BadSpan.

    What was withdrawn, and what lives in a newer round, is none of this meeting's business.
    """
    first, last = as_date(since), as_date(today)
    if first is None or last is None:
        raise BadSpan(f"日期写法不对：{since if first is None else today}，应如2026-11-20")
    if first > last:
        raise BadSpan(f"开始日期{since}在今天之后")
    mine = [r for r in rows if not r.carried_to and (r.state is not RectState.WITHDRAWN or r.contested)]
    leaders: dict[str, list[LedgerRow]] = {}
    for row in mine:
        leaders.setdefault(row.leader, []).append(row)
    accounts = [_account(name, held, rules, first, last) for name, held in leaders.items()]
    # Who has most to answer for comes first; what nobody answers for comes last.
    accounts.sort(key=lambda a: (not a.leader, -len(a.overdue), -len(a.open)))
    return Digest(
        since=since,
        until=today,
        idle_days=rules.idle_days,
        near_days=rules.near_days,
        all=_account("", mine, rules, first, last),
        leaders=tuple(accounts),
    )


def _account(leader: str, rows: list[LedgerRow], rules: Rules, first: dt.date, last: dt.date) -> Account:
    waiting = [row for row in rows if not row.done]
    late = sorted((row for row in waiting if row.overdue), key=lambda row: row.days_left or 0)
    return Account(
        leader=leader,
        rows=tuple(rows),
        open=tuple(waiting),
        closed=tuple(row for row in rows if _closed_within(row, first, last)),
        overdue=tuple(late),
        late=tuple(row for row in late if _first_late_day(row, last) >= first),
        idle=tuple(row for row in waiting if _idle(row, rules.idle_days, last)),
        near=tuple(row for row in waiting if row.near),
        back=tuple(row for row in waiting if row.state is RectState.RELAPSED and not row.contested),
        deferred=tuple(row for row in waiting if row.state is RectState.DEFERRED and not row.contested),
    )


def _closed_within(row: LedgerRow, first: dt.date, last: dt.date) -> bool:
    day = as_date(row.closed_on)
    return row.state is RectState.CLOSED and not row.contested and day is not None and first <= day <= last


def _first_late_day(row: LedgerRow, today: dt.date) -> dt.date:
    """The day after the one it was due on."""
    return today + dt.timedelta(days=(row.days_left or 0) + 1)


def _idle(row: LedgerRow, days: int, today: dt.date) -> bool:
    """Whether nothing moved for so many days. What is put off, or waits for the next visit, may lie still."""
    if row.state is RectState.DEFERRED or (row.state is RectState.SUBMITTED and row.fixed_on_site):
        return False
    moved = as_date((row.moved or row.noted)[:10])
    return moved is not None and (today - moved).days >= days
