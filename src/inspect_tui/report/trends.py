"""Trends: scores and problems over the rounds as text charts, aligned with 汉字, readable without colour.

Bars are plain ASCII signs, because block characters are as wide as a 汉字 on many Chinese terminals. What the
charts draw is the same as what their CSV says.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import msgspec

from inspect_tui.model.round import Round
from inspect_tui.model.terms import RectState
from inspect_tui.report.zh_numbers import score_text
from inspect_tui.rules.fold import State
from inspect_tui.rules.ledger import ledger_rows
from inspect_tui.rules.scoring import ZERO, half_up, rescaled
from inspect_tui.rules.unit_totals import round_day, unit_total, units_of
from inspect_tui.store.clean import clean_text

#: The sign each state is drawn with; no two alike, so that no colour is needed.
SIGNS: dict[RectState, str] = {
    RectState.OPEN: "x",
    RectState.DISPUTED: "?",
    RectState.IN_PROGRESS: "~",
    RectState.SUBMITTED: "+",
    RectState.REJECTED: "/",
    RectState.RELAPSED: "!",
    RectState.DEFERRED: "-",
    RectState.CLOSED: "o",
}
#: Cells of the longest bar.
BAR = 40


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One round in a trend: its score, over how many units, and its problems by state; None is no score."""

    round: str
    label: str
    day: str
    score: Decimal | None
    units: int
    states: dict[str, int]

    @property
    def problems(self) -> int:
        return sum(self.states.values())


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """A trend of a unit, of a section, or of all units together. `left_out` are rounds that do not count."""

    title: str
    points: tuple[Point, ...]
    left_out: tuple[tuple[str, str], ...] = ()


class NoSection(ValueError):
    """No round has a section of that name."""


def trend_of(rounds: Sequence[tuple[Round, State]], *, unit: str = "", section: str = "") -> Trend:
    """The trend over rounds, by their day. A score over several units is their mean.

    `section` is the id or the short name of a section. Raises NoSection.
    """
    left_out = [(round_.title, "是演练，不计入") for round_, _ in rounds if round_.practice]
    held = [(round_, state) for round_, state in rounds if not round_.practice]
    left_out += [(round_.title, "没有日期") for round_, _ in held if round_day(round_) is None]
    dated = sorted(
        ((day, round_, state) for round_, state in held if (day := round_day(round_)) is not None),
        key=lambda found: (found[0], found[1].id),
    )
    if section and not any(_sections(round_, section) for _, round_, _ in dated):
        raise NoSection(section)
    names = [u.name for _, round_, _ in dated for u in round_.units if u.id == unit]
    return Trend(
        title="  ".join(word for word in (names[-1] if names else "各单位平均", section) if word),
        points=tuple(_point(round_, state, day.isoformat(), unit, section) for day, round_, state in dated),
        left_out=tuple(left_out),
    )


def _sections(round_: Round, wanted: str) -> set[tuple[str, str]]:
    return {
        (checklist.id, section.id)
        for checklist in round_.checklists
        for section in checklist.sections
        if wanted in (section.id, section.short_name, section.name)
    }


def _point(round_: Round, state: State, day: str, unit: str, section: str) -> Point:
    keys = _sections(round_, section) if section else set()
    totals = [unit_total(state, round_, id_) for id_ in units_of(round_) if unit in ("", id_)]
    scores = []
    for total in totals:
        score = total.score
        if section:
            points = [held for key, held in total.sections.items() if key in keys and total.told]
            raw = sum((gained for gained, _ in points), ZERO)
            score = rescaled(raw, sum((full for _, full in points), ZERO))
        if score is not None:
            scores.append(score)
    states = dict.fromkeys((s.value for s in SIGNS), 0)
    for row in ledger_rows(state, round_, round_.period.end or day, [unit] if unit else None):
        if section and (row.checklist, row.section) not in keys:
            continue
        if row.state.value in states:
            states[row.state.value] += 1
    return Point(
        round=round_.id,
        label=round_.period.label or round_.title,
        day=day,
        score=half_up(sum(scores, ZERO) / len(scores)) if scores else None,
        units=len(scores),
        states=states,
    )


# -------------------------------------------------------------------- told


def trend_lines(trend: Trend, width: int = 80) -> list[str]:
    """Both charts, scores over problems, no line wider than `width`."""
    labels = [clean_text(point.label, newlines=False) for point in trend.points]
    lines = [clean_text(trend.title, newlines=False), ""]
    if not trend.points:
        return [*lines, "没有可以计入的轮次。"]
    head = max(_cells(label) for label in labels)
    room = max(10, min(BAR, width - head - 22))
    lines += [*_score_chart(trend, labels, head, room), "", *_problem_chart(trend, labels, head, room)]
    lines += [f"没有计入：{title}（{why}）" for title, why in trend.left_out]
    return [clean_text(line, newlines=False).rstrip() for line in lines]


def _score_chart(trend: Trend, labels: Sequence[str], head: int, room: int) -> list[str]:
    scores = [point.score for point in trend.points if point.score is not None]
    if not scores:
        return ["得分：这几轮都没有得分。"]
    # Scores differ by little, so the bars start below the lowest and say where.
    low = max(ZERO, (min(scores) / 10).to_integral_value(ROUND_FLOOR) * 10 - 10)
    high = max(Decimal(100), max(scores))
    lines = [f"得分（从{low}画到{score_text(high)}）"]
    earlier: Decimal | None = None
    for point, label in zip(trend.points, labels, strict=True):
        if point.score is None:
            lines.append(f"{_padded(label, head)} |  没有得分")
            continue
        length = int(half_up((point.score - low) / (high - low) * room, Decimal(1)))
        change = "" if earlier is None else f"  {_signed(point.score - earlier)}"
        lines.append(f"{_padded(label, head)} |{'#' * max(length, 1)} {score_text(point.score)}{change}")
        earlier = point.score
    return lines


def _problem_chart(trend: Trend, labels: Sequence[str], head: int, room: int) -> list[str]:
    most = max(point.problems for point in trend.points)
    if not most:
        return ["问题：这几轮都没有问题。"]
    each = -(-most // room)
    scale = f"，每格{each}个" if each > 1 else ""
    lines = [f"问题（按状态{scale}）"]
    for point, label in zip(trend.points, labels, strict=True):
        bar = "".join(
            SIGNS[state] * -(-point.states[state.value] // each)
            for state in SIGNS
            if point.states[state.value]
        )
        lines.append(f"{_padded(label, head)} |{bar} {point.problems}个")
    used = [state for state in SIGNS if any(point.states[state.value] for point in trend.points)]
    lines.append("  ".join(f"{SIGNS[state]}{state.label}" for state in used))
    return lines


def _signed(change: Decimal) -> str:
    return f"+{change}" if change > 0 else f"{change}" if change else "持平"


def _cells(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _cells(text))


def trend_data(trend: Trend) -> dict[str, Any]:
    """The `trend --json` object."""
    return {
        "title": trend.title,
        "points": [
            {
                "round": point.round,
                "label": point.label,
                "day": point.day,
                "score": point.score,
                "units": point.units,
                "problems": point.problems,
                "states": dict(point.states),
            }
            for point in trend.points
        ],
        "left_out": [{"title": title, "why": why} for title, why in trend.left_out],
    }


def trend_csv(trend: Trend) -> str:
    """One row a round, to be written as UTF-8 with BOM; text cells cannot become formulas."""
    import csv
    import io

    from inspect_tui.report.summary import safe_cell

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["时间", "日期", "得分", "有得分的单位", "问题", *(state.label for state in SIGNS)])
    for point in trend.points:
        score = "" if point.score is None else score_text(point.score)
        counts = [str(point.states[state.value]) for state in SIGNS]
        writer.writerow(
            [safe_cell(point.label), point.day, score, str(point.units), str(point.problems), *counts]
        )
    return out.getvalue()
