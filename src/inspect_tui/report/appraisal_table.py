"""Appraisals told: results by dimension and level, differences between levels; never a ballot, never a rater.

Persons are named at the internal level only; the lowest results are told there and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

from inspect_tui.model.appraisal import Appraisal
from inspect_tui.model.terms import NamingLevel
from inspect_tui.rules.appraising import Appraised, appraise
from inspect_tui.rules.scoring import half_up, points_text

#: Of fewer persons an average tells their own results.
FEWEST = 3


def blank_sheet(appraisal: Appraisal, to: Literal["xlsx", "csv"]) -> bytes:
    """A sheet to be filled in with counts: one row for every person, level and dimension."""
    from inspect_tui.exchange.appraisal_sheet import blank_rows, headings
    from inspect_tui.report.papers.sheets import Column, Sheet, csv_bytes, workbook_bytes

    columns = tuple(Column(heading=word, fill_in=n > 3) for n, word in enumerate(headings(appraisal)))
    rows = blank_rows(appraisal)
    if to == "csv":
        return csv_bytes(columns, rows)
    title, note = f"{appraisal.title}票数表", "只填票数，不写投票人。"
    made = Sheet(name="票数表", title=title, above=(note,), columns=columns, rows=rows, frozen=4)
    return workbook_bytes([made], title=title)


def results_of(appraisal: Appraisal) -> list[Appraised]:
    """The results of everybody, in the order of the file: no ranking."""
    return [appraise(appraisal, subject) for subject in appraisal.subjects]


def shown_name(name: str, level: NamingLevel) -> str:
    """A person as a level may name them: in full, by the family name, or not at all."""
    if level is NamingLevel.INTERNAL:
        return name
    if level is NamingLevel.SECRETARY and name:
        from inspect_tui.report.names import surname_only

        return surname_only(name)
    return ""


def appraisal_data(
    appraisal: Appraisal, results: Sequence[Appraised], level: NamingLevel, lowest: Sequence[Appraised] = ()
) -> dict[str, Any]:
    """The `appraise show --json` object."""
    averaged = _averaged(results, level)
    data: dict[str, Any] = {
        "id": appraisal.id,
        "title": appraisal.title,
        "level": level.value,
        "subjects": len(results),
        "ballots": sum(r.ballots for r in results),
        "mean": _mean([r.total for r in averaged]),
        "dimensions": [{"name": name, "mean": mean} for name, mean in _by_dimension(appraisal, averaged)],
        "levels": [{"name": name, "mean": mean} for name, mean in _by_level(appraisal, averaged)],
    }
    if level is not NamingLevel.GROUP:
        data["results"] = [_result(r, level) for r in results]
    if level is NamingLevel.INTERNAL:
        data["bottom"] = [r.subject for r in lowest]
    return data


def _result(result: Appraised, level: NamingLevel) -> dict[str, Any]:
    return {
        "subject": result.subject if level is NamingLevel.INTERNAL else "",
        "name": shown_name(result.name, level),
        "total": result.total,
        "by_dimension": [{"name": name, "score": score} for name, score in result.by_dimension],
        "by_level": [{"name": name, "score": score} for name, score in result.by_level],
        "hidden": list(result.hidden),
        "spread": result.spread,
        "ballots": result.ballots,
    }


def appraisal_lines(
    appraisal: Appraisal, results: Sequence[Appraised], level: NamingLevel, lowest: Sequence[Appraised] = ()
) -> list[str]:
    """Results for the terminal."""
    lines = average_lines(appraisal, results, level)
    for result in () if level is NamingLevel.GROUP else results:
        lines += ["", f"{shown_name(result.name, level)}  {_text(result.total)}"]
        lines.append("  " + "  ".join(f"{n} {_text(s)}" for n, s in result.by_dimension))
        told = "  ".join(f"{n} {_text(s)}" for n, s in result.by_level)
        spread = f"；层级之间最多差{points_text(result.spread)}" if result.spread is not None else ""
        lines.append(f"  {told}{spread}")
        if result.hidden:
            lines.append(f"  {hidden_text(result, appraisal)}")
    if lowest and level is NamingLevel.INTERNAL:
        lines += ["", *lowest_lines(lowest)]
    return lines


def average_lines(appraisal: Appraisal, results: Sequence[Appraised], level: NamingLevel) -> list[str]:
    """What is told of an appraisal without naming anybody."""
    lines = [
        f"{appraisal.title}（{level.label}）",
        f"测评{len(results)}人，收回{sum(r.ballots for r in results)}张",
    ]
    if averaged := _averaged(results, level):
        lines += [
            f"平均{_text(_mean([r.total for r in averaged]))}",
            "各方面平均：" + "  ".join(f"{n} {_text(m)}" for n, m in _by_dimension(appraisal, averaged)),
            "各层级平均：" + "  ".join(f"{n} {_text(m)}" for n, m in _by_level(appraisal, averaged)),
        ]
    else:
        lines.append(f"不足{FEWEST}人，平均数会显出个人，不显示")
    return lines


def lowest_lines(lowest: Sequence[Appraised]) -> list[str]:
    """The lowest results, for the team alone."""
    head = f"得分靠后的{len(lowest)}人（只供内部，不进任何通报）"
    return [head, *(f"  {r.name}  {_text(r.total)}" for r in lowest)]


def hidden_text(result: Appraised, appraisal: Appraisal) -> str:
    """Which levels handed in too few papers for their figures to be shown."""
    return f"{'、'.join(result.hidden)}收回的票不足{appraisal.least}张，不计入、不显示"


def _averaged(results: Sequence[Appraised], level: NamingLevel) -> Sequence[Appraised]:
    """What averages are made of: nothing where they would tell a person's own result to others."""
    return results if level is NamingLevel.INTERNAL or len(results) >= FEWEST else ()


def _mean(scores: Sequence[Decimal | None]) -> Decimal | None:
    told = [score for score in scores if score is not None]
    return half_up(sum(told, Decimal(0)) / len(told)) if told else None


def _by_dimension(appraisal: Appraisal, results: Sequence[Appraised]) -> list[tuple[str, Decimal | None]]:
    return [
        (name, _mean([dict(r.by_dimension)[name] for r in results]))
        for name in dict.fromkeys(appraisal.dimensions)
    ]


def _by_level(appraisal: Appraisal, results: Sequence[Appraised]) -> list[tuple[str, Decimal | None]]:
    return [(lv.name, _mean([dict(r.by_level)[lv.name] for r in results])) for lv in appraisal.levels]


def _text(score: Decimal | None) -> str:
    return "不计分" if score is None else str(score)
