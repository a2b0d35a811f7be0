"""Contests told outside the screens: candidates with reasons for the lead, holders, the hand-over list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from inspect_tui.model.scheme import Contest
from inspect_tui.report.papers.sheets import Cell, Column, Sheet, csv_bytes, workbook_bytes
from inspect_tui.rules.contests import Award, Candidate, Outcome, period_order
from inspect_tui.rules.scoring import points_text

Names = Mapping[str, str]


class HandOver(msgspec.Struct, frozen=True, kw_only=True):
    """One prize on its way: who had it, who has it now, since when, signed by whom.

    Where a unit keeps it, giver and taker are the same. `before` is the period of the award before.
    """

    contest: Contest
    award: Award
    before: str
    givers: tuple[str, ...]

    @property
    def kept(self) -> bool:
        return bool(self.givers) and set(self.givers) == set(self.award.winners)


def hand_overs(contests: Sequence[Contest], history: Sequence[Award], period: str = "") -> list[HandOver]:
    """What is handed on in a period, or with the latest award of each contest."""
    found = []
    for contest in contests:
        held = sorted((a for a in history if a.contest == contest.id), key=lambda a: period_order(a.period))
        places = [n for n, a in enumerate(held) if period in ("", a.period)]
        if not places:
            continue
        place = places[-1]
        before = held[place - 1] if place else None
        found.append(
            HandOver(
                contest=contest,
                award=held[place],
                before=before.period if before is not None else "",
                givers=before.winners if before is not None else (),
            )
        )
    return found


# -------------------------------------------------------------------- judging


def outcome_data(contest: Contest, period: str, outcome: Outcome, award: Award | None) -> dict[str, Any]:
    """The `contest judge --json` object."""
    return {
        "contest": contest.id,
        "title": contest.title,
        "prize": contest.prize,
        "draft": contest.draft,
        "period": period,
        "winners": contest.winners,
        "proposed": list(outcome.proposed),
        "tie": list(outcome.tie),
        "candidates": [_candidate(c) for c in outcome.candidates],
        "awarded": award_data(award) if award is not None else None,
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "unit": candidate.unit,
        "name": candidate.name,
        "place": candidate.place,
        "value": candidate.value,
        "reasons": list(candidate.reasons),
        "against": list(candidate.against),
        "proposed": candidate.proposed,
    }


def award_data(award: Award) -> dict[str, Any]:
    """An award as the documented JSON object."""
    return {
        "contest": award.contest,
        "period": award.period,
        "winners": list(award.winners),
        "reason": award.reason,
        "signed_by": list(award.signed_by),
        "at": award.at,
        "contested": award.contested,
    }


def outcome_lines(
    contest: Contest, period: str, outcome: Outcome, award: Award | None, names: Names
) -> list[str]:
    """An outcome for the lead in the terminal: the fit in order, then the others, each with its reasons."""
    draft = "（草案）" if contest.draft else ""
    lines = [f"{contest.title}{draft}  {period}  名额{contest.winners}个", "只供组长，不外发。", ""]
    fit = [c for c in outcome.candidates if not c.against]
    if fit:
        lines.append("符合条件")
        for candidate in fit:
            place = f"第{candidate.place}  " if candidate.place is not None else ""
            value = f"  {points_text(candidate.value)}" if candidate.value is not None else ""
            mark = "  建议" if candidate.proposed else "  同分待定" if candidate.unit in outcome.tie else ""
            lines.append(f"  {place}{candidate.name}{value}{mark}")
            if candidate.reasons:
                lines.append(f"      {'；'.join(candidate.reasons)}")
    if unfit := [c for c in outcome.candidates if c.against]:
        lines.append("不符合条件")
        for candidate in unfit:
            lines.append(f"  {candidate.name}")
            lines.append(f"      {'；'.join(candidate.against)}")
    lines.append("")
    if outcome.tie:
        told = "、".join(names.get(u, u) for u in outcome.tie)
        lines.append(f"{told}各项都相同，超过名额，请组长选定。")
    elif outcome.proposed:
        lines.append(f"建议：{'、'.join(names.get(u, u) for u in outcome.proposed)}。由组长确认。")
    elif not fit:
        lines.append("没有符合条件的单位。")
    else:
        lines.append("规则里写明不排名，不比较名次，请组长选定并写明理由。")
    if award is not None:
        lines.append(award_line(award, names))
    return lines


def award_line(award: Award, names: Names) -> str:
    """An award in one line."""
    winners = "、".join(names.get(unit, unit) for unit in award.winners) or "空缺"
    said = f"{award.period}：{winners}，{'、'.join(award.signed_by)}，{award.at[:10]}"
    if award.reason:
        said += f"，理由：{award.reason}"
    return said + ("（有两种结果，等组长裁定）" if award.contested else "")


# -------------------------------------------------------------------- hand-over list

_COLUMNS = (
    Column(heading="奖项", least=8, most=24),
    Column(heading="时期", least=8, most=18),
    Column(heading="交出单位", least=8, most=30),
    Column(heading="接收单位", least=8, most=30),
    Column(heading="确认人", least=6, most=14),
    Column(heading="确认日期", least=10, most=12),
    Column(heading="交出人签字", least=10, most=14),
    Column(heading="接收人签字", least=10, most=14),
)


def hand_over_lines(found: Sequence[HandOver], names: Names) -> list[str]:
    """The hand-over list as text."""
    lines = []
    for one in found:
        givers = "、".join(names.get(u, u) for u in one.givers)
        takers = "、".join(names.get(u, u) for u in one.award.winners) or "本期空缺"
        if one.kept:
            lines.append(f"{one.contest.prize}：{takers}继续持有（{one.award.period}）")
        elif givers:
            lines.append(f"{one.contest.prize}：{givers}（{one.before}）交给{takers}（{one.award.period}）")
        else:
            lines.append(f"{one.contest.prize}：首次授予{takers}（{one.award.period}）")
    return lines


def hand_over_data(found: Sequence[HandOver]) -> list[dict[str, Any]]:
    """The hand-over list as documented JSON objects."""
    return [
        {
            "contest": one.contest.id,
            "prize": one.contest.prize,
            "period": one.award.period,
            "before": one.before,
            "givers": list(one.givers),
            "takers": list(one.award.winners),
            "kept": one.kept,
            "signed_by": list(one.award.signed_by),
            "at": one.award.at,
        }
        for one in found
    ]


def _cells(found: Sequence[HandOver], names: Names) -> list[list[Cell]]:
    return [
        [
            one.contest.prize,
            one.award.period,
            "、".join(names.get(u, u) for u in one.givers) or "（首次）",
            "、".join(names.get(u, u) for u in one.award.winners) or "（空缺）",
            "、".join(one.award.signed_by),
            one.award.at[:10],
            "",
            "",
        ]
        for one in found
    ]


def hand_over_csv(found: Sequence[HandOver], names: Names) -> bytes:
    """The hand-over list as CSV (UTF-8 with BOM)."""
    return csv_bytes(_COLUMNS, _cells(found, names))


def hand_over_xlsx(found: Sequence[HandOver], names: Names) -> bytes:
    """The hand-over list as a sheet to be signed."""
    title = "流动奖项交接单"
    sheet = Sheet(
        name="交接单",
        title=title,
        columns=_COLUMNS,
        rows=_cells(found, names),
        landscape=True,
        least_height=28,
    )
    return workbook_bytes([sheet], title=title)
