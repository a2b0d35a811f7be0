"""Periods told: the scores of a month, quarter or year from its rounds, what is missing, what failed most.

What nobody checked is shown as missing. Practice rounds never count, and scores of rounds outside the period
and the one before are left out by name, never silently.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from inspect_tui.model.round import Round
from inspect_tui.model.scheme import Span
from inspect_tui.model.terms import RollUp, Stage, Verdict
from inspect_tui.report.settled import Issued, all_issued, next_issue
from inspect_tui.report.zh_numbers import parse_date
from inspect_tui.rules.applicability import checklists_for
from inspect_tui.rules.fold import State
from inspect_tui.rules.periods import (
    Mark,
    Period,
    Rolled,
    before,
    parts_of,
    period_of,
    roll_up,
    with_before,
)
from inspect_tui.rules.ranking import Contender, Ranked, rank, rank_by_progress, why_not
from inspect_tui.rules.scoring import ZERO, rescaled
from inspect_tui.rules.unit_totals import UnitTotal, round_day, unit_total, units_of

Rounds = Sequence[tuple[Round, State]]

_ASKED = re.compile(r"(\d{4})(?:[Qq]([1-4])|[Hh]([12])|-(\d{2})(?:-(\d{2}))?|[Ww](\d{2}))?")
_JUDGED = (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL)
#: How many of the items failed most are told.
MOST = 10


class NotAPeriod(ValueError):
    """What was asked is no period, or the rounds have none; the message says why."""


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """An item over the whole period: in how many visits it was judged, in how many it was not met."""

    checklist: str
    item: str
    text: str
    failed: int
    judged: int
    units: tuple[str, ...]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A unit or a section over the period. `coverage` is the lowest of its rounds; a section has none."""

    key: str
    name: str
    rolled: Rolled
    kind: str = ""
    coverage: Decimal = ZERO


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Everything told about a period. `left_out` are rounds that do not count, each with the reason."""

    period: Period
    span: Span
    parts: tuple[Period, ...]
    rollup: RollUp
    rounds: tuple[tuple[str, str, dt.date], ...]
    left_out: tuple[tuple[str, str], ...]
    units: tuple[Line, ...]
    sections: tuple[Line, ...]
    failed: tuple[Failed, ...]
    bulletins: tuple[Issued, ...]
    next_issue: int
    ranked: Ranked | None = None
    progress: Ranked | None = None


def asked_period(text: str, span: Span) -> Period:
    """The period of a kind named by 2026Q4, 2026H2, 2026-11, 2026W47, 2026 or a day. Raises NotAPeriod."""
    found = _ASKED.fullmatch(text.strip())
    if found is None:
        raise NotAPeriod(f"看不懂“{text}”，请写成2026Q4、2026H2、2026-11、2026W47、2026或一个日期")
    year, quarter, half, month, day, week = found.groups()
    try:
        if week:
            start = dt.date.fromisocalendar(int(year), int(week), 1)
        else:
            first = (int(quarter) - 1) * 3 + 1 if quarter else (int(half) - 1) * 6 + 1 if half else 1
            start = dt.date(int(year), int(month) if month else first, int(day) if day else 1)
    except ValueError:
        raise NotAPeriod(f"没有“{text}”这个时间") from None
    given = _span_asked(quarter, half, month, day, week)
    order = list(Span)
    if given is not None and order.index(given) > order.index(span):
        raise NotAPeriod(f"“{text}”比一{span.label}长，请写明是哪一{span.label}")
    return period_of(start, span)


def _span_asked(*parts: str | None) -> Span | None:
    quarter, half, month, day, week = parts
    if day or week:
        return Span.WEEK
    if month:
        return Span.MONTH
    return Span.QUARTER if quarter else Span.HALF if half else Span.YEAR


def table_of(
    rounds: Rounds,
    span: Span,
    *,
    wanted: Period | None = None,
    parts: Span | None = None,
    rollup: RollUp | None = None,
    checklist: str = "",
    unit: str = "",
    ranking: bool = False,
) -> Table:
    """The scores of a period; the newest the rounds have when none is wanted.

    Raises NotAPeriod, also where a ranking is wanted and the rules say no.
    """
    dated, left_out = _dated(rounds, checklist)
    period = wanted if wanted is not None else _newest(dated, span)
    earlier = before(period, span)
    now = [held for held in dated if period.start <= held[2] <= period.end]
    then = [held for held in dated if earlier.start <= held[2] <= earlier.end]
    left_out += [
        (round_.title, f"不在{period.label}")
        for round_, _, day in dated
        if day < earlier.start or day > period.end
    ]
    if not now:
        raise NotAPeriod(f"{period.label}没有可以计入的轮次")
    newest = max(now, key=lambda held: (held[2], held[0].id))[0]
    how = rollup if rollup is not None else newest.rules.rollup
    small = parts if parts is not None else _parts(span)
    cut = [period] if small is span else parts_of(period, small)
    cut_before = [earlier] if small is span else parts_of(earlier, small)
    totals, totals_before = _totals(now, checklist, unit), _totals(then, checklist, unit)
    units = _units(
        now, totals, with_before(_rolled(totals, cut, how), _rolled(totals_before, cut_before, how))
    )
    bulletins, following = _bulletins(now, rounds, period)
    table = Table(
        period=period,
        span=span,
        parts=tuple(cut),
        rollup=how,
        rounds=tuple((round_.id, round_.title, day) for round_, _, day in now),
        left_out=tuple(left_out),
        units=units,
        sections=_sections(now, totals, totals_before, cut, cut_before, how),
        failed=_failed(now, totals),
        bulletins=bulletins,
        next_issue=following,
    )
    return _ranked(table, now, newest) if ranking else table


def _dated(
    rounds: Rounds, checklist: str
) -> tuple[list[tuple[Round, State, dt.date]], list[tuple[str, str]]]:
    found, left_out = [], []
    for round_, state in rounds:
        day = round_day(round_)
        if round_.practice:
            left_out.append((round_.title, "是演练，不计入"))
        elif round_.stage is Stage.SELF:
            left_out.append((round_.title, "是自评，只和检查对照，不计入"))
        elif day is None:
            left_out.append((round_.title, "没有日期"))
        elif checklist and round_.checklist(checklist) is None:
            left_out.append((round_.title, f"没有用清单{checklist}"))
        else:
            found.append((round_, state, day))
    return sorted(found, key=lambda held: (held[2], held[0].id)), left_out


def _newest(dated: Sequence[tuple[Round, State, dt.date]], span: Span) -> Period:
    if not dated:
        raise NotAPeriod("没有可以计入的轮次")
    return period_of(dated[-1][2], span)


def _parts(span: Span) -> Span:
    return Span.MONTH if span in (Span.QUARTER, Span.HALF, Span.YEAR) else span


# -------------------------------------------------------------------- units and sections

_Totals = dict[tuple[str, dt.date], dict[str, UnitTotal]]


def _totals(dated: Sequence[tuple[Round, State, dt.date]], checklist: str, unit: str) -> _Totals:
    """What each unit came to in each round, by round and unit."""
    return {
        (round_.id, day): {
            id_: unit_total(state, round_, id_, checklist)
            for id_ in units_of(round_, checklist)
            if unit in ("", id_)
        }
        for round_, state, day in dated
    }


def _rolled(totals: _Totals, parts: Sequence[Period], how: RollUp) -> dict[str, Rolled]:
    marks = [
        Mark(unit=unit, round=round_id, day=day, score=total.score, weight=total.applicable)
        for (round_id, day), by_unit in totals.items()
        for unit, total in by_unit.items()
    ]
    return roll_up(marks, parts, how)


def _units(
    now: Sequence[tuple[Round, State, dt.date]], totals: _Totals, rolled: Mapping[str, Rolled]
) -> tuple[Line, ...]:
    """The units in the order of the newest round that has them."""
    known = {u.id: u for round_, _, _ in now for u in round_.units}
    ordered = dict.fromkeys(u.id for round_, _, _ in reversed(now) for u in round_.units)
    told: dict[str, list[Decimal]] = {}
    for by_unit in totals.values():
        for unit, total in by_unit.items():
            if total.told:
                told.setdefault(unit, []).append(total.coverage)
    return tuple(
        Line(
            key=unit,
            name=known[unit].name,
            kind=known[unit].kind.value,
            rolled=rolled[unit],
            coverage=min(told.get(unit, [ZERO])),
        )
        for unit in ordered
        if unit in rolled
    )


def _sections(
    now: Sequence[tuple[Round, State, dt.date]],
    totals: _Totals,
    totals_before: _Totals,
    parts: Sequence[Period],
    parts_before: Sequence[Period],
    how: RollUp,
) -> tuple[Line, ...]:
    """Each section over all units together: points gained of those that applied, as a percentage."""
    rolled = with_before(
        roll_up(section_marks(totals), parts, how), roll_up(section_marks(totals_before), parts_before, how)
    )
    names = {
        f"{checklist.id}/{section.id}": section.short_name
        for round_, _, _ in now
        for checklist in round_.checklists
        for section in checklist.sections
    }
    return tuple(Line(key=key, name=name, rolled=rolled[key]) for key, name in names.items() if key in rolled)


def section_marks(totals: _Totals) -> list[Mark]:
    """A mark for every section in every round, over all its units."""
    marks = []
    for (round_id, day), by_unit in totals.items():
        sums: dict[str, tuple[Decimal, Decimal]] = {}
        for total in by_unit.values():
            for (checklist, section), (raw, full) in total.sections.items():
                held = sums.get(f"{checklist}/{section}", (ZERO, ZERO))
                gained = (raw, full) if total.told else (ZERO, ZERO)
                sums[f"{checklist}/{section}"] = (held[0] + gained[0], held[1] + gained[1])
        marks += [
            Mark(unit=key, round=round_id, day=day, score=rescaled(raw, full), weight=full)
            for key, (raw, full) in sums.items()
        ]
    return marks


def _failed(now: Sequence[tuple[Round, State, dt.date]], totals: _Totals) -> tuple[Failed, ...]:
    """The items most often not met over the rounds of the period."""
    counts: dict[tuple[str, str], list[int]] = {}
    units: dict[tuple[str, str], dict[str, None]] = {}
    texts: dict[tuple[str, str], str] = {}
    for round_, _, day in now:
        names = {u.id: u.name for u in round_.units}
        for unit, total in totals[round_.id, day].items():
            for text, answer, _ in total.items if total.told else ():
                if answer.verdict not in _JUDGED:
                    continue
                key = answer.checklist, answer.item
                texts[key] = text
                held = counts.setdefault(key, [0, 0])
                held[1] += 1
                if answer.verdict is not Verdict.PASS:
                    held[0] += 1
                    units.setdefault(key, {})[names.get(unit, unit)] = None
    found = [
        Failed(
            checklist=key[0],
            item=key[1],
            text=texts[key],
            failed=failed,
            judged=judged,
            units=tuple(units[key]),
        )
        for key, (failed, judged) in counts.items()
        if failed
    ]
    found.sort(key=lambda f: (-f.failed, -Decimal(f.failed) / f.judged, f.checklist, f.item))
    return tuple(found[:MOST])


def _bulletins(
    now: Sequence[tuple[Round, State, dt.date]], rounds: Rounds, period: Period
) -> tuple[tuple[Issued, ...], int]:
    """The bulletins (简报) that went out in the period, and the number the next of its year bears."""
    from inspect_tui.report.document import NoticeKind

    everything = [told for _, state in rounds for told in all_issued(state)]
    inside = [
        told
        for told in everything
        if told.kind == NoticeKind.BULLETIN.value
        and (day := parse_date(told.day)) is not None
        and period.start <= day <= period.end
    ]
    inside.sort(key=lambda told: (told.issue, told.day, told.at))
    return tuple(inside), next_issue(everything, NoticeKind.BULLETIN, period.start.year)


def _ranked(table: Table, now: Sequence[tuple[Round, State, dt.date]], newest: Round) -> Table:
    for round_, _, _ in now:
        if refused := why_not(round_):
            raise NotAPeriod(f"“{round_.title}”：{refused}")
    kinds = dict.fromkeys(line.kind for line in table.units)
    if len(kinds) > 1:
        raise NotAPeriod("这一期有几类单位，不能放在一起排名；请选一份清单")
    contenders = [
        Contender(
            unit=line.key,
            name=line.name,
            score=line.rolled.score,
            coverage=line.coverage,
            before=line.rolled.before,
        )
        for line in table.units
    ]
    least = newest.rules.rank_coverage
    return msgspec.structs.replace(
        table, ranked=rank(contenders, least), progress=rank_by_progress(contenders, least)
    )


def mixed_checklists(rounds: Iterable[Round]) -> bool:
    """Whether rounds used different checklists, so that their scores are not of one kind."""
    used = {
        frozenset(c.id for unit in round_.units for c in checklists_for(round_, unit)) for round_ in rounds
    }
    return len(used) > 1
