"""Digest text: the half-monthly meeting's page on rectification, in plain Chinese, for inside only.

It names people and problems, so it has one naming level (内部台账) and is never sent to a group. It is kept
to one page: details give way before figures do, and what gave way is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from inspect_tui.model.round import Round
from inspect_tui.report.papers.measure import lines_needed
from inspect_tui.report.progress import display_cells
from inspect_tui.report.wording import tidy
from inspect_tui.report.zh_numbers import near_date_text, ordinal, parse_date, span_text
from inspect_tui.rules.digest import Account, Digest
from inspect_tui.rules.ledger import LedgerRow

#: A page of an official text: lines, and half characters in a line (22 lines of 28 characters on A4 by
#: GB/T 9704; a working paper is set closer, 35 of 38).
PAGE_LINES, LINE_HALVES = 35, 76
_TEXT_CELLS = 36


class Limits(msgspec.Struct, frozen=True):
    """How much detail a page takes: leaders told one by one, and problems told one by one."""

    leaders: int
    problems: int


def digest_text(digest: Digest, round_: Round) -> str:
    """The page as text: title, the whole, leader by leader, and what the meeting should speak about."""
    # Each takes a line at least, so more than a page has lines need not be tried.
    leaders = [_leader(digest, told) for told in digest.leaders[:PAGE_LINES]]
    problems = [_problem(digest, row) for row in digest.all.pressing[:PAGE_LINES]]
    most = Limits(len(leaders), len(problems))
    text = _page(digest, round_, leaders, problems)
    for limits in _tighter(most):
        if _lines(text) <= PAGE_LINES:
            break
        text = _page(digest, round_, leaders[: limits.leaders], problems[: limits.problems])
    return text


def _tighter(most: Limits) -> Iterator[Limits]:
    """Ever less detail: first fewer problems down to five, then fewer leaders, then none of either."""
    for problems in range(most.problems - 1, 4, -1):
        yield Limits(most.leaders, problems)
    few = min(most.problems, 5)
    for leaders in range(most.leaders - 1, 2, -1):
        yield Limits(leaders, few)
    for problems in range(few - 1, -1, -1):
        yield Limits(min(most.leaders, 3), problems)


def _lines(text: str) -> int:
    return lines_needed(text, LINE_HALVES)


def _page(digest: Digest, round_: Round, leaders: Sequence[str], problems: Sequence[str]) -> str:
    said = [f"{tidy(round_.title)}整改例会情况（内部）", f"（{_span(digest)}）", ""]
    parts = [["总体情况", _whole(digest)]]
    if digest.leaders:
        rest = _other_leaders(digest.leaders[len(leaders) :])
        parts.append(["责任领导分管情况", *_numbered(leaders), *rest])
    if digest.all.pressing:
        rest = _other_problems(len(digest.all.pressing) - len(problems), shown=bool(problems))
        parts.append(["提请会议研究的问题", *_numbered(problems), *rest])
    for number, (head, *lines) in enumerate(parts, 1):
        said += [f"{ordinal(number)}、{head}", *lines]
    return "\n".join(said)


def _numbered(lines: Sequence[str]) -> list[str]:
    return [f"{number}. {line}" for number, line in enumerate(lines, 1)]


def _span(digest: Digest) -> str:
    first, last = parse_date(digest.since), parse_date(digest.until)
    assert first is not None and last is not None
    return span_text(first, last)


def _whole(digest: Digest) -> str:
    told = digest.all
    if not told.rows:
        return "台账上没有问题。"
    carried = sum(row.carried for row in told.rows)
    of_these = f"（其中上轮转入{carried}条）" if carried else ""
    return (
        f"台账共{len(told.rows)}条问题{of_these}，已销号{told.done}条，未销号{len(told.open)}条"
        f"{_deferred(told)}。{_period(digest, told)}"
    )


def _deferred(told: Account) -> str:
    return f"（含长期挂账{len(told.deferred)}条）" if told.deferred else ""


def _period(digest: Digest, told: Account) -> str:
    """What the span brought; figures that are nothing are left out, except the closed ones."""
    said = [f"本期销号{len(told.closed)}条"]
    for rows, words in (
        (told.late, "新逾期{n}条"),
        (told.overdue, "逾期共{n}条"),
        (told.back, "反弹{n}条"),
        (told.idle, f"{digest.idle_days}天以上没有进展{{n}}条"),
        (told.near, f"{digest.near_days}天内到期{{n}}条"),
    ):
        if rows:
            said.append(words.format(n=len(rows)))
    return "，".join(said) + "。"


def _leader(digest: Digest, told: Account) -> str:
    name = _short(tidy(told.leader)) or "未明确责任领导"
    counts = f"{len(told.rows)}条，未销号{len(told.open)}条{_deferred(told)}"
    return f"{name}：{counts}。{_period(digest, told)}"


def _other_leaders(rest: Sequence[Account]) -> list[str]:
    if not rest:
        return []
    count, waiting = sum(len(a.rows) for a in rest), sum(len(a.open) for a in rest)
    late = sum(len(a.overdue) for a in rest)
    return [f"其余{len(rest)}名责任领导共{count}条，未销号{waiting}条，逾期{late}条。"]


def _other_problems(left: int, *, shown: bool) -> list[str]:
    if not left:
        return []
    return [f"{'另有' if shown else '共'}{left}条，见台账。"]


def _problem(digest: Digest, row: LedgerRow) -> str:
    """One problem with its “五个一”: task, leader, team, by when, how far."""
    today = parse_date(digest.until)
    assert today is not None
    idle = any(row.id == other.id for other in digest.all.idle)
    why = [row.light or (row.state_label if row.state.value == "relapsed" else "")]
    why += [f"{digest.idle_days}天以上没有进展"] if idle else []
    due = parse_date(row.due)
    five = {
        "任务": tidy(row.task or row.measure),
        "责任领导": tidy(row.leader),
        "团队": tidy(row.team_of_five or row.owner),
        "时限": near_date_text(due, today) if due is not None else "",
        "进展": tidy(row.progress) or row.state_label,
    }
    told = "；".join(f"{name}：{_short(value)}" for name, value in five.items() if value)
    reasons = "，".join(word for word in why if word)
    return f"{row.number} {_short(tidy(row.unit_name))}：{_short(tidy(row.text))}（{reasons}）。{told}。"


def _short(text: str) -> str:
    """The head of a text that a page has room for."""
    if display_cells(text) <= _TEXT_CELLS:
        return text
    kept = ""
    for sign in text:
        if display_cells(kept + sign) > _TEXT_CELLS - 2:
            break
        kept += sign
    return kept + "…"
