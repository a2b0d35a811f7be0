"""Periods told outside the screens: JSON, rows of units and sections, places, what failed most."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from inspect_tui.model.terms import RollUp
from inspect_tui.report.periods import Line, Table
from inspect_tui.report.zh_numbers import score_text, share_text
from inspect_tui.rules.periods import Period, Rolled
from inspect_tui.rules.scoring import ZERO


def table_data(table: Table) -> dict[str, Any]:
    """The `period --json` object."""
    data: dict[str, Any] = {
        "period": {
            "label": table.period.label,
            "start": table.period.start.isoformat(),
            "end": table.period.end.isoformat(),
        },
        "span": table.span.value,
        "rollup": table.rollup.value,
        "parts": [part.label for part in table.parts],
        "rounds": [{"id": id_, "title": title, "day": day.isoformat()} for id_, title, day in table.rounds],
        "left_out": [{"title": title, "why": why} for title, why in table.left_out],
        "units": [_line(table, line) | {"coverage": line.coverage} for line in table.units],
        "sections": [_line(table, line) for line in table.sections],
        "failed": [
            {
                "checklist": f.checklist,
                "item": f.item,
                "text": f.text,
                "failed": f.failed,
                "judged": f.judged,
                "units": list(f.units),
            }
            for f in table.failed
        ],
        "bulletins": [{"issue": told.issue, "day": told.day} for told in table.bulletins],
        "next_issue": table.next_issue,
    }
    if table.ranked is not None and table.progress is not None:
        data["ranking"] = [_place(p) for p in table.ranked.places]
        data["progress"] = [_place(p) for p in table.progress.places if p.value > 0]
        data["not_ranked"] = [{"name": c.name, "why": why} for c, why in table.ranked.left_out]
    return data


def _line(table: Table, line: Line) -> dict[str, Any]:
    rolled = line.rolled
    return {
        "id": line.key,
        "name": line.name,
        "parts": list(rolled.parts),
        "score": rolled.score,
        "before": rolled.before,
        "change": rolled.change,
        "counted": rolled.counted,
        "expected": rolled.expected,
        "missing": _missing(table, rolled),
    }


def _missing(table: Table, rolled: Rolled) -> list[str]:
    return [part.label for part, score in zip(table.parts, rolled.parts, strict=True) if score is None]


def _place(placed: Any) -> dict[str, Any]:
    return {
        "place": placed.place,
        "tied": placed.shared,
        "unit": placed.contender.unit,
        "name": placed.contender.name,
        "value": placed.value,
    }


def table_rows(table: Table, lines: Iterable[Line] | None = None) -> tuple[list[str], list[list[str]]]:
    """Headings and cells of the units, or of the sections, as screen and CSV print them."""
    several = len(table.parts) > 1
    heads = ["单位" if lines is None else "大项", *(_short(table, p) for p in table.parts if several)]
    heads += ["得分", "上期", "增减", *(("缺",) if several else ())]
    rows = []
    for line in table.units if lines is None else lines:
        rolled = line.rolled
        row = [line.name, *(_score(score) for score in rolled.parts if several)]
        change = rolled.change
        sign = "+" if change is not None and change > 0 else ""
        row += [_score(rolled.score), _score(rolled.before), "-" if change is None else f"{sign}{change}"]
        row += [f"{rolled.missing}/{rolled.expected}"] if several else []
        rows.append(row)
    return heads, rows


def _short(table: Table, part: Period) -> str:
    year = f"{table.period.start.year}年"
    return part.label.removeprefix(year) if part.label.startswith(year) else part.label


def _score(score: Decimal | None) -> str:
    return "-" if score is None else score_text(score)


def rolled_words(table: Table) -> str:
    """How the scores of a period came about."""
    how = {
        RollUp.MEAN: "各期得分相加，除以有得分的期数",
        RollUp.WEIGHTED: "各期得分按适用分加权平均",
        RollUp.LATEST: "取最近一次得分",
        RollUp.WORST: "取最低一次得分",
    }[table.rollup]
    missing = "；没有得分的期不计，不算零分也不算满分，“缺”是缺几期" if len(table.parts) > 1 else ""
    return f"{table.period.label}得分：{how}，四舍五入{missing}。"


def ranking_told(table: Table) -> list[tuple[str, str]]:
    """The places of a period, those left out and the formula, each line with the unit it is about.

    Nothing unless a ranking was wanted.
    """
    if table.ranked is None or table.progress is None:
        return []
    lines = [(f"{table.period.label}得分排名", "")]
    for p in table.ranked.places:
        tied = "（并列）" if p.shared else ""
        said = f"第{p.place}名{tied}  {p.contender.name}  {score_text(p.value)}分"
        lines.append((said, p.contender.unit))
    lines += [(f"  不参加排名：{c.name}，{why}", c.unit) for c, why in table.ranked.left_out]
    if better := [p for p in table.progress.places if p.value > 0]:
        lines += [("", ""), ("进步榜", "")]
        lines += [(f"第{p.place}名  {p.contender.name}  +{p.value}分", p.contender.unit) for p in better]
    return [*lines, ("", ""), ("得分相同的名次并列，后一名次空出。", "")]


def ranking_lines(table: Table) -> list[str]:
    """The same as plain lines."""
    return [text for text, _ in ranking_told(table)]


def failed_lines(table: Table) -> list[str]:
    """The items most often not met, one a line."""
    return [
        f"{f.item} {f.failed}次不符合或基本符合（查{f.judged}次，"
        f"{share_text(Decimal(f.failed) / f.judged if f.judged else ZERO)}）  {f.text}"
        for f in table.failed
    ]
