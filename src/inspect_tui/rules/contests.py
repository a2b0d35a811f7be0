"""Contests: who may win, who is proposed, and every reason for and against, for the lead to confirm.

The program proposes and never awards: the lead confirms, signs, and may choose otherwise with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from inspect_tui.model.change import Edit
from inspect_tui.model.scheme import Contest, Criterion, TieRule
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.fold import State
from inspect_tui.rules.ranking import Contender, Ranked, Tie, rank
from inspect_tui.rules.reviewing import NoReason
from inspect_tui.rules.scoring import points_text

AWARDED = "awarded"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that takes part: what is compared, and what eligibility asks about.

    `disputed` counts items under two opinions, which no contest may be decided over.
    """

    contender: Contender
    vetoes: tuple[str, ...] = ()
    open_by_severity: dict[str, int] = {}
    rounds: int = 1
    submitted: bool = True
    disputed: int = 0
    held_in_a_row: int = 0


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A unit with what speaks for it and against it. `place` is None for one that may not win."""

    unit: str
    name: str
    place: int | None
    value: Decimal | None
    reasons: tuple[str, ...]
    against: tuple[str, ...]
    proposed: bool = False


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a contest comes to: candidates in order, those proposed, and whether a tie must be settled."""

    candidates: tuple[Candidate, ...]
    proposed: tuple[str, ...]
    tie: tuple[str, ...] = ()


class Award(msgspec.Struct, frozen=True, kw_only=True):
    """A contest decided: for which period, who won, why, who signed and when.

    `contested` means two hands decided it differently and the lead must settle that first.
    """

    contest: str
    period: str
    winners: tuple[str, ...]
    reason: str
    signed_by: tuple[str, ...]
    at: str
    change: str = ""
    contested: bool = False


def judge(contest: Contest, entries: Iterable[Entry]) -> Outcome:
    """Sort the entries of a contest into candidates, worst objections listed in full."""
    held = list(entries)
    objections = {e.contender.unit: objections_to(contest, e) for e in held}
    fit = [e for e in held if not objections[e.contender.unit]]
    ranked = rank([_compared(contest, e.contender) for e in fit], Decimal(0), [_tie(t) for t in contest.ties])
    candidates = [_candidate(contest, ranked, place.contender, place.place) for place in ranked.places]
    within = [c for c in candidates if c.place is not None and c.place <= contest.winners]
    # A place that is shared beyond the number of winners is no award yet: the lead must choose.
    tie: tuple[str, ...] = ()
    if len(within) > contest.winners:
        last = max(c.place or 0 for c in within)
        tie = tuple(c.unit for c in within if c.place == last)
        within = [c for c in within if c.place != last]
    proposed = tuple(c.unit for c in within)
    found = [msgspec.structs.replace(c, proposed=c.unit in proposed) for c in candidates]
    for contender, why in ranked.left_out:
        found.append(_refused(contender, (why,)))
    for entry in held:
        if against := objections[entry.contender.unit]:
            found.append(_refused(entry.contender, tuple(against)))
    return Outcome(candidates=tuple(found), proposed=proposed, tie=tie)


def objections_to(contest: Contest, entry: Entry) -> list[str]:
    """Every reason why an entry may not win; empty when it may."""
    rule, contender = contest.eligible, entry.contender
    found = []
    if contender.score is None:
        found.append("不计分")
    elif rule.least is not None and contender.score < rule.least:
        found.append(f"得分{points_text(contender.score)}，低于{points_text(rule.least)}")
    if contender.coverage < rule.coverage:
        found.append(f"检查覆盖率{int(contender.coverage * 100)}%，不足{int(rule.coverage * 100)}%")
    if rule.no_veto and entry.vetoes:
        found.append(f"有红线或一票否决：{'、'.join(entry.vetoes)}")
    for severity in rule.none_open:
        if count := entry.open_by_severity.get(severity.value, 0):
            found.append(f"还有{count}个{severity.label}问题没有销号")
    if entry.rounds < rule.rounds:
        found.append(f"本期只检查了{entry.rounds}次，不足{rule.rounds}次")
    if rule.submitted and not entry.submitted:
        found.append("检查还没有提交")
    if entry.disputed:
        found.append(f"还有{entry.disputed}项存在两种意见，没有裁定")
    if contest.keep is not None and entry.held_in_a_row >= contest.keep:
        found.append(f"已连续{entry.held_in_a_row}次获得，按规定轮空")
    return found


def _compared(contest: Contest, contender: Contender) -> Contender:
    """The contender with what the contest compares in the place of the score."""
    match contest.criterion:
        case Criterion.SECTION:
            return msgspec.structs.replace(contender, score=contender.section)
        case Criterion.PROGRESS:
            return msgspec.structs.replace(contender, score=contender.progress)
        case _:
            return contender


def _tie(rule: TieRule) -> Tie:
    least = Decimal(-1)
    match rule:
        case TieRule.FEWER_MAJOR:
            return lambda c: Decimal(-c.major)
        case TieRule.FEWER_PROBLEMS:
            return lambda c: Decimal(-c.problems)
        case TieRule.HIGHER_SECTION:
            return lambda c: c.section if c.section is not None else least
        case TieRule.MORE_FIXED:
            return lambda c: c.fixed if c.fixed is not None else least
        case _:
            return lambda c: c.coverage


def _candidate(contest: Contest, ranked: Ranked, contender: Contender, place: int) -> Candidate:
    value = contender.score
    reasons = [f"{contest.criterion.label}{points_text(value)}，第{place}" if value is not None else ""]
    equals = [p.contender for p in ranked.places if p.value == value and p.contender.unit != contender.unit]
    if equals:
        for rule in contest.ties:
            mine = _tie(rule)(contender)
            others = [_tie(rule)(c) for c in equals]
            if any(mine != other for other in others):
                reasons.append(f"同分中按“{rule.label}”")
                break
        else:
            reasons.append("同分，各项也都相同")
    reasons.append(f"严重问题{contender.major}个，问题共{contender.problems}个")
    if contender.progress is not None:
        sign = "+" if contender.progress >= 0 else ""
        reasons.append(f"比上期{sign}{points_text(contender.progress)}")
    return Candidate(
        unit=contender.unit,
        name=contender.name,
        place=place,
        value=value,
        reasons=tuple(r for r in reasons if r),
        against=(),
    )


def _refused(contender: Contender, against: tuple[str, ...]) -> Candidate:
    return Candidate(
        unit=contender.unit,
        name=contender.name,
        place=None,
        value=contender.score,
        reasons=(),
        against=against,
    )


# -------------------------------------------------------------------- awarding


def award_key(contest: str, period: str) -> str:
    """Address of a contest's award in a period."""
    return f"award/-/{contest}:{period}"


def award(
    state: State,
    contest: Contest,
    period: str,
    outcome: Outcome,
    winners: Sequence[str],
    reason: str,
) -> list[Edit]:
    """Confirm the winners. Raises NoReason when they are not who was proposed and no reason is given."""
    if set(winners) != set(outcome.proposed) and not reason.strip():
        raise NoReason("和建议的名单不同，请写明理由")
    value: dict[str, Any] = {
        "contest": contest.id,
        "period": period,
        "winners": list(winners),
        "reason": reason.strip(),
    }
    return [set_field(state, award_key(contest.id, period), AWARDED, value)]


def awards(states: Iterable[State], contest: str = "") -> list[Award]:
    """Every award held in these states, by period: the holders' history and the hand-over list."""
    found: dict[tuple[str, str], Award] = {}
    for state in states:
        for record in state.records(""):
            if not record.startswith("award/-/"):
                continue
            live = [e for e in state.live(record, AWARDED) if isinstance(e.value, dict) and e.value]
            for entry in live:
                held = Award(
                    contest=str(entry.value.get("contest", "")),
                    period=str(entry.value.get("period", "")),
                    winners=tuple(str(w) for w in entry.value.get("winners") or ()),
                    reason=str(entry.value.get("reason", "")),
                    signed_by=entry.by,
                    at=entry.at,
                    change=entry.change,
                    contested=len({frozenset(e.value.get("winners") or ()) for e in live}) > 1,
                )
                if not contest or held.contest == contest:
                    found[held.contest, held.period] = held
    return sorted(found.values(), key=lambda a: (a.contest, period_order(a.period)))


def award_for(history: Iterable[Award], contest: str, period: str) -> Award | None:
    """What was decided for a period of a contest already."""
    return next((a for a in history if (a.contest, a.period) == (contest, period)), None)


_PERIOD = re.compile(r"(\d{4})年(?:第(\d{1,2})周|(\d{1,2})月|第([一二三四])季度|(上|下)半年)?")


def period_order(label: str) -> tuple[str, int, str]:
    """A period's place in time by its name: 第二季度 before 第三季度, 9月 before 10月."""
    match = _PERIOD.fullmatch(label)
    if match is None:
        return label, 0, label
    year, week, month, quarter, half = match.groups()
    number = int(week or month or 0) or ("一二三四".find(quarter) + 1 if quarter else 0)
    return year, number or {"上": 1, "下": 2}.get(half, 0), label


def held_in_a_row(history: Sequence[Award], unit: str) -> int:
    """How many of the latest awards in a row a unit holds; `history` oldest first."""
    count = 0
    for held in reversed(history):
        if unit not in held.winners:
            break
        count += 1
    return count
