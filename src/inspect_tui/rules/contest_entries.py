"""Entries of a contest, from what its rounds really hold: scores, coverage, vetoes, problems still open.

Nothing is taken on trust: a unit that was not visited, not submitted, or has two opinions open says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from inspect_tui.model.round import Round
from inspect_tui.model.scheme import Contest, Criterion, Span
from inspect_tui.model.terms import GRAVE, RectState, RollUp, Stage
from inspect_tui.rules.contests import Award, Candidate, Entry, Outcome, held_in_a_row, judge, period_order
from inspect_tui.rules.delta import Incomparable, compare
from inspect_tui.rules.fold import State
from inspect_tui.rules.ledger import LedgerRow, ledger_rows
from inspect_tui.rules.periods import Mark, Period, parts_of, period_of, roll_up
from inspect_tui.rules.ranking import Contender, allowed
from inspect_tui.rules.unit_totals import UnitTotal, round_day, unit_names, unit_total, units_of

Rounds = Sequence[tuple[Round, State]]


class NotThisContest(ValueError):
    """The rounds given cannot be judged for this contest; the message says why."""


def fits(contest: Contest, round_: Round) -> bool:
    """Whether a round has units that take part in a contest, and the checklist it goes by.

    What units say of themselves wins nothing: a self-assessment never counts.
    """
    if (
        round_.practice
        or round_.stage is Stage.SELF
        or (contest.checklist and round_.checklist(contest.checklist) is None)
    ):
        return False
    return bool(_units(contest, [round_]))


def period_for(contest: Contest, rounds: Iterable[Round]) -> Period:
    """The period that rounds belong to. Raises NotThisContest when they do not fit together."""
    held = list(rounds)
    faults = [f"“{r.title}”是演练，不计入" for r in held if r.practice]
    faults += [f"“{r.title}”是自评，不计入" for r in held if r.stage is Stage.SELF]
    if contest.checklist:
        faults += [
            f"“{r.title}”没有用清单{contest.checklist}"
            for r in held
            if r.checklist(contest.checklist) is None
        ]
    days = {r.id: day for r in held if (day := round_day(r)) is not None}
    faults += [f"“{r.title}”没有日期，不知道是哪一期" for r in held if r.id not in days]
    if not days:
        raise NotThisContest("；".join(faults) or "没有可以评的轮次")
    period = period_of(max(days.values()), contest.span)
    faults += [f"“{r.title}”不在{period.label}" for r in held if r.id in days and days[r.id] < period.start]
    if not faults and not _units(contest, held):
        kinds = "、".join(kind.label for kind in contest.unit_kinds)
        faults.append(f"这几轮里没有参加的单位（{kinds}）")
    if faults:
        raise NotThisContest("；".join(faults))
    return period


def entries_of(
    contest: Contest,
    rounds: Rounds,
    today: str,
    earlier: Rounds = (),
    history: Iterable[Award] = (),
) -> list[Entry]:
    """Every unit that takes part, with what the contest asks about.

    `earlier` are the rounds of the period before, for progress; `history` all awards so far. Raises
    NotThisContest when the rounds do not belong to one period of the contest.
    """
    period = period_for(contest, (round_ for round_, _ in rounds))
    held = sorted(rounds, key=lambda pair: (str(round_day(pair[0])), pair[0].id))
    totals = _totals(contest, held)
    scores = _rolled(contest, held, totals, period, section=False)
    sections = _rolled(contest, held, totals, period, section=True)
    before: dict[str, Decimal | None] = {}
    if earlier:
        days = [day for round_, _ in earlier if (day := round_day(round_)) is not None]
        if days:
            old = period_of(max(days), contest.span)
            before = _rolled(contest, earlier, _totals(contest, earlier), old, section=False)
    rows = _rows(held, today)
    rates = _fix_rates(held, today)
    past = [
        a for a in history if a.contest == contest.id and period_order(a.period) < period_order(period.label)
    ]
    names = unit_names(round_ for round_, _ in held)
    found = []
    for unit in _units(contest, [round_ for round_, _ in held]):
        told = [total for total in totals.get(unit, {}).values() if total.told]
        mine = rows.get(unit, [])
        new = [row for row in mine if not row.carried and row.state is not RectState.WITHDRAWN]
        found.append(
            Entry(
                contender=Contender(
                    unit=unit,
                    name=names[unit],
                    score=scores.get(unit),
                    coverage=min((total.coverage for total in told), default=Decimal(0)),
                    before=before.get(unit),
                    major=sum(row.severity in GRAVE for row in new),
                    problems=len(new),
                    fixed=rates.get(unit),
                    section=sections.get(unit),
                ),
                vetoes=tuple(dict.fromkeys(veto for total in told for veto in total.vetoes)),
                open_by_severity=_open(mine),
                rounds=len(told),
                submitted=bool(told) and all(total.submitted for total in told),
                disputed=sum(total.disputed for total in told),
                held_in_a_row=held_in_a_row(past, unit),
            )
        )
    return found


def outcome_of(contest: Contest, entries: Sequence[Entry], rounds: Iterable[Round]) -> Outcome:
    """What a contest comes to over these rounds; places only where all of them may be ranked."""
    outcome = judge(contest, entries)
    return outcome if all(allowed(round_) for round_ in rounds) else without_places(outcome, entries)


def without_places(outcome: Outcome, entries: Iterable[Entry]) -> Outcome:
    """An outcome that tells who may win and who may not, comparing nobody: for offices that do not rank."""
    order = {entry.contender.unit: place for place, entry in enumerate(entries)}
    candidates = [
        Candidate(unit=c.unit, name=c.name, place=None, value=None, reasons=(), against=c.against)
        for c in outcome.candidates
    ]
    return Outcome(candidates=tuple(sorted(candidates, key=lambda c: order[c.unit])), proposed=())


def _units(contest: Contest, rounds: Iterable[Round]) -> list[str]:
    found: dict[str, None] = {}
    for round_ in rounds:
        for unit_id in units_of(round_, contest.checklist):
            unit = round_.unit(unit_id)
            if unit is not None and unit.kind in contest.unit_kinds:
                found[unit_id] = None
    return list(found)


def _totals(contest: Contest, rounds: Rounds) -> dict[str, dict[str, UnitTotal]]:
    """What each unit came to in each round, by unit and round."""
    found: dict[str, dict[str, UnitTotal]] = {}
    for round_, state in rounds:
        for unit in _units(contest, [round_]):
            found.setdefault(unit, {})[round_.id] = unit_total(state, round_, unit, contest.checklist)
    return found


def _rolled(
    contest: Contest,
    rounds: Rounds,
    totals: dict[str, dict[str, UnitTotal]],
    period: Period,
    *,
    section: bool,
) -> dict[str, Decimal | None]:
    """The scores of a period by the contest's own rule, or the shares of the sections it looks at."""
    days = {round_.id: round_day(round_) for round_, _ in rounds}
    marks = [
        Mark(
            unit=unit,
            round=round_id,
            day=day,
            score=total.section_share(contest.sections) if section and total.told else total.score,
            weight=total.applicable,
        )
        for unit, by_round in totals.items()
        for round_id, total in by_round.items()
        if (day := days[round_id]) is not None
    ]
    parts = [period] if contest.span in (Span.WEEK, Span.MONTH) else parts_of(period, Span.MONTH)
    how = contest.rollup if isinstance(contest.rollup, RollUp) else RollUp.MEAN
    return {unit: rolled.score for unit, rolled in roll_up(marks, parts, how).items()}


def _rows(rounds: Rounds, today: str) -> dict[str, list[LedgerRow]]:
    """The problems of all rounds by unit, each once, as the newest round that knows it tells of it."""
    newest: dict[str, LedgerRow] = {}
    new: set[str] = set()
    for round_, state in rounds:
        for row in ledger_rows(state, round_, today):
            newest[row.id] = row
            if not row.carried:
                new.add(row.id)
    found: dict[str, list[LedgerRow]] = {}
    for row in newest.values():
        # Found in this period though a later round of it carries it: that is still a problem of the period.
        told = msgspec.structs.replace(row, carried=False) if row.id in new else row
        found.setdefault(row.unit, []).append(told)
    return found


def _open(rows: Iterable[LedgerRow]) -> dict[str, int]:
    """Problems that are not closed, by severity; one that went on into a later round is open there."""
    counts: dict[str, int] = {}
    for row in rows:
        if row.contested or not row.state.done:
            counts[row.severity.value] = counts.get(row.severity.value, 0) + 1
    return counts


def _fix_rates(rounds: Rounds, today: str) -> dict[str, Decimal | None]:
    """How much of the earlier problems each unit has put right, from the newest round that carried any."""
    for round_, state in reversed(rounds):
        if round_.carried:
            try:
                return {g.key: g.figures.fix_rate for g in compare(state, round_, today).units}
            except Incomparable:
                return {}
    return {}


def period_words(contest: Contest) -> str:
    """How a contest brings the rounds of its period together, in words."""
    part, count = ("次", "次数") if contest.span in (Span.WEEK, Span.MONTH) else ("月", "有得分的月数")
    how = {
        RollUp.MEAN: f"各{part}得分相加，除以{count}",
        RollUp.WEIGHTED: f"各{part}得分按适用分加权平均",
        RollUp.LATEST: "取最近一次得分",
        RollUp.WORST: "取最低一次得分",
    }[contest.rollup if isinstance(contest.rollup, RollUp) else RollUp.MEAN]
    return f"{how}；没有得分的{part}不计。"


def compares(contest: Contest) -> str:
    """What a contest compares, in words."""
    if contest.criterion is Criterion.SECTION:
        return f"{contest.criterion.label}（{'、'.join(contest.sections)}）"
    return contest.criterion.label
