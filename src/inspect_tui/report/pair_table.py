"""Helping pairs told outside the screens: what they came to, as text, JSON, CSV, sheet and paper.

Half a year's list compares a unit with itself and with nobody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from inspect_tui.report.papers.documents import Block, Doc, Para, Table
from inspect_tui.report.papers.sheets import Cell, Column, Sheet, csv_bytes, workbook_bytes
from inspect_tui.report.zh_numbers import date_text, ordinal, parse_date, score_text
from inspect_tui.rules.pair_effect import Candidate, Effect, Stand
from inspect_tui.rules.pairing import NO_GOAL, PairNow, goal_words
from inspect_tui.rules.periods import Period

NO_DATA = "无数据"


def pair_data(now: PairNow) -> dict[str, Any]:
    """A pair as the documented JSON object."""
    pairing = now.pairing
    return {
        "id": pairing.id,
        "record": now.record,
        "unit": pairing.unit,
        "unit_name": pairing.unit_name,
        "helper": pairing.helper,
        "helper_name": pairing.helper_name,
        "start": pairing.start,
        "until": pairing.until,
        "ended": now.ended,
        "why": now.why,
        "goals": [
            {
                "id": goal.id,
                "kind": goal.kind.value,
                "target": goal.target,
                "number": goal.number,
                "text": goal.text,
                "due": goal.due,
                "words": goal_words(goal),
            }
            for goal in pairing.goals
        ],
        "round": pairing.source.round,
        "contested": list(now.contested),
    }


def span_text(now: PairNow) -> str:
    """From when until when; an early end is said."""
    early = "（提前结束）" if now.ended and now.ended < now.pairing.until else ""
    return f"{now.pairing.start}至{now.until}{early}"


def pair_lines(now: PairNow) -> list[str]:
    """A pair as text."""
    pairing = now.pairing
    lines = [f"{pairing.unit_name}  由{pairing.helper_name}帮扶  {span_text(now)}", f"  编号：{pairing.id}"]
    lines += [f"  目标：{goal_words(goal)}" for goal in pairing.goals] or [f"  {NO_GOAL}"]
    lines += [f"  结束原因：{now.why}"] if now.why else []
    lines += ["  几处写法不一致，等组长裁定"] if now.contested else []
    return lines


def candidate_line(found: Candidate) -> str:
    """One unit that may need help, with one that may give it."""
    score = f"得分{score_text(found.score)}" if found.score is not None else "得分无数据"
    said = f"{found.unit.name}［{found.profile.label}］  {score}，未销号{found.open}条，逾期{found.overdue}条"
    if found.helper is None:
        return f"{said}；同类单位里没有合适的"
    scored = f"得分{score_text(found.helper_score)}" if found.helper_score is not None else ""
    return f"{said}；可以请{found.helper.name}（{scored}）"


def candidate_data(found: Candidate) -> dict[str, Any]:
    """A candidate as the documented JSON object."""
    return {
        "unit": found.unit.id,
        "name": found.unit.name,
        "profile": found.profile.value,
        "score": found.score,
        "open": found.open,
        "overdue": found.overdue,
        "helper": found.helper.id if found.helper is not None else "",
        "helper_name": found.helper.name if found.helper is not None else "",
        "helper_score": found.helper_score,
    }


# -------------------------------------------------------------------- effect


def effect_data(effect: Effect) -> dict[str, Any]:
    """What a pair came to, as the documented JSON object."""
    told = pair_data(effect.now)
    for goal in told["goals"]:
        goal["state"] = effect.goals[goal["id"]].value
    return told | {
        "before": _stand_data(effect.before) if effect.before is not None else None,
        "after": [_stand_data(stand) for stand in effect.after],
        "score": effect.scored,
        "gained": effect.gained,
        "met": effect.met,
    }


def _stand_data(stand: Stand) -> dict[str, Any]:
    return {
        "round": stand.source.round,
        "title": stand.source.title,
        "day": stand.day,
        "score": stand.score,
        "open": stand.open,
        "overdue": stand.overdue,
        "goals": {goal: state.value for goal, state in stand.goals.items()},
    }


def score_word(score: Decimal | None) -> str:
    """A score, or that there is none."""
    return score_text(score) if score is not None else NO_DATA


def change_word(gained: Decimal | None) -> str:
    """How a score moved."""
    if gained is None:
        return NO_DATA
    return f"+{score_text(gained)}" if gained > 0 else score_text(gained)


def goals_text(effect: Effect) -> list[str]:
    """Each goal with how far it is."""
    return [f"{goal_words(g)}：{effect.goals[g.id].label}" for g in effect.now.pairing.goals]


def effect_lines(effect: Effect) -> list[str]:
    """What a pair came to as text: before, round by round, goals."""
    pairing = effect.now.pairing
    lines = [f"{pairing.unit_name}  由{pairing.helper_name}帮扶  {span_text(effect.now)}"]
    if effect.before is not None:
        lines.append(f"  结对前  {stand_text(effect.before)}")
    else:
        lines.append("  结对前  无数据")
    lines += [f"  结对后  {stand_text(stand)}" for stand in effect.after] or ["  结对后  还没有再检查"]
    lines.append(f"  得分变化：{change_word(effect.gained)}；目标{len(pairing.goals)}个，达到{effect.met}个")
    lines += [f"    {line}" for line in goals_text(effect)]
    return lines


def stand_text(stand: Stand, *, formal: bool = False) -> str:
    """How a unit stood after one round, in a line; papers write dates out."""
    day = _formal_date(stand.day) if formal else stand.day
    return (
        f"{stand.source.title}：得分{score_word(stand.score)}，未销号{stand.open}条，"
        f"逾期{stand.overdue}条（到{day}）"
    )


def _formal_date(day: str) -> str:
    made = parse_date(day)
    return date_text(made) if made is not None else day


def totals_text(effects: Sequence[Effect]) -> str:
    """A list of effects in figures."""
    if not effects:
        return "这半年没有结对帮扶。"
    goals = sum(len(e.now.pairing.goals) for e in effects)
    better = sum(e.gained is not None and e.gained > 0 for e in effects)
    unknown = sum(e.gained is None for e in effects)
    said = f"结对{len(effects)}对，目标{goals}个，已达到{sum(e.met for e in effects)}个；得分提高的{better}对"
    return said + (f"，得分无数据的{unknown}对" if unknown else "") + "。"


_COLUMNS = (
    Column(heading="受帮扶单位", least=10, most=24),
    Column(heading="帮扶单位或部门", least=10, most=24),
    Column(heading="开始", least=10, most=12),
    Column(heading="结束", least=10, most=12),
    Column(heading="结对前得分", least=8, most=10, align="right"),
    Column(heading="现在得分", least=8, most=10, align="right"),
    Column(heading="得分变化", least=8, most=10, align="right"),
    Column(heading="结对前未销号", least=8, most=12, align="right"),
    Column(heading="现在未销号", least=8, most=12, align="right"),
    Column(heading="结对前逾期", least=8, most=12, align="right"),
    Column(heading="现在逾期", least=8, most=12, align="right"),
    Column(heading="目标", least=12, most=50),
    Column(heading="达到目标", least=8, most=10, align="right"),
    Column(heading="结束原因", least=8, most=24),
)
_ROUNDS = (
    Column(heading="受帮扶单位", least=10, most=24),
    Column(heading="轮次", least=10, most=30),
    Column(heading="前后", least=6, most=8),
    Column(heading="看到哪天", least=10, most=12),
    Column(heading="得分", least=6, most=10, align="right"),
    Column(heading="未销号", least=6, most=10, align="right"),
    Column(heading="逾期", least=6, most=10, align="right"),
    Column(heading="目标", least=12, most=50),
)


def effect_cells(effects: Sequence[Effect]) -> list[list[Cell]]:
    """One row for each pair; what is not known stays empty."""
    rows: list[list[Cell]] = []
    for effect in effects:
        pairing, before, latest = effect.now.pairing, effect.before, effect.latest
        rows.append(
            [
                pairing.unit_name,
                pairing.helper_name,
                pairing.start,
                effect.now.until,
                before.score if before is not None else None,
                effect.scored,
                effect.gained,
                before.open if before is not None else None,
                latest.open if latest is not None else None,
                before.overdue if before is not None else None,
                latest.overdue if latest is not None else None,
                "；".join(goals_text(effect)),
                f"{effect.met}/{len(pairing.goals)}",
                effect.now.why,
            ]
        )
    return rows


def _round_cells(effects: Sequence[Effect]) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for effect in effects:
        stands = [("前", effect.before)] if effect.before is not None else []
        for word, stand in [*stands, *(("后", after) for after in effect.after)]:
            said = [f"{goal_words(g)}：{stand.goals[g.id].label}" for g in effect.now.pairing.goals]
            rows.append(
                [
                    effect.now.pairing.unit_name,
                    stand.source.title,
                    word,
                    stand.day,
                    stand.score,
                    stand.open,
                    stand.overdue,
                    "；".join(said),
                ]
            )
    return rows


def effect_csv(effects: Sequence[Effect]) -> bytes:
    """The effects as CSV (UTF-8 with BOM)."""
    return csv_bytes(_COLUMNS, effect_cells(effects))


def title_of(period: Period | None) -> str:
    """What a list of effects is called."""
    return f"{period.label if period is not None else ''}结对帮扶成效表"


def effect_xlsx(effects: Sequence[Effect], period: Period | None) -> bytes:
    """The effects as a workbook: the list, and every round behind it."""
    title = title_of(period)
    whole = Sheet(
        name="成效",
        title=title,
        above=(totals_text(effects),),
        columns=_COLUMNS,
        rows=[[NO_DATA if cell is None else cell for cell in row] for row in effect_cells(effects)],
        landscape=True,
        frozen=1,
    )
    rounds = Sheet(
        name="各轮",
        title=f"{title}（各轮）",
        columns=_ROUNDS,
        rows=[[NO_DATA if cell is None else cell for cell in row] for row in _round_cells(effects)],
        landscape=True,
    )
    return workbook_bytes([whole, rounds], title=title)


def effect_doc(effects: Sequence[Effect], period: Period | None, *, issuer: str, day: str) -> Doc:
    """The effects as a formal paper for the office."""
    body: list[Block] = [Para(text=totals_text(effects))]
    if effects:
        body.append(Para(text="一、总的情况", level=1))
        body.append(_doc_table(effects))
        body.append(Para(text="二、各对情况", level=1))
    for number, effect in enumerate(effects, 1):
        pairing = effect.now.pairing
        mark = f"（{ordinal(number)}）" if number <= 99 else f"（{number}）"
        body.append(Para(text=f"{mark}{pairing.unit_name}", level=2))
        days = f"{_formal_date(pairing.start)}至{_formal_date(effect.now.until)}"
        body.append(Para(text=f"由{pairing.helper_name}帮扶，{days}。"))
        before = stand_text(effect.before, formal=True) if effect.before is not None else ""
        stands = [f"结对前，{before}。" if before else "结对前无数据。"]
        stands += [f"结对后，{stand_text(stand, formal=True)}。" for stand in effect.after]
        stands += [] if effect.after else ["结对后还没有再检查。"]
        body += [Para(text=text) for text in stands]
        body.append(Para(text=f"目标：{'；'.join(goals_text(effect))}。"))
        if effect.now.why:
            body.append(Para(text=f"提前结束的原因：{effect.now.why}。"))
    return Doc(
        title=f"{period.label if period is not None else ''}结对帮扶成效情况",
        body=tuple(body),
        signature=(issuer,) if issuer else (),
        date=_formal_date(day),
    )


def _doc_table(effects: Sequence[Effect]) -> Table:
    rows = []
    for effect in effects:
        before, latest = effect.before, effect.latest
        rows.append(
            (
                effect.now.pairing.unit_name,
                effect.now.pairing.helper_name,
                score_word(before.score if before is not None else None),
                score_word(effect.scored),
                change_word(effect.gained),
                moved_word(before, latest, "open"),
                moved_word(before, latest, "overdue"),
                f"{effect.met}/{len(effect.now.pairing.goals)}",
            )
        )
    heads = ("受帮扶单位", "帮扶方", "前得分", "后得分", "变化", "未销号", "逾期", "目标")
    return Table(heads=heads, rows=tuple(rows), widths=(22, 20, 10, 10, 10, 13, 13, 8), aligns="llrrrccc")


def moved_word(before: Stand | None, latest: Stand | None, name: str) -> str:
    """How a count went from before to now, such as 6→9."""
    first = str(getattr(before, name)) if before is not None else NO_DATA
    last = str(getattr(latest, name)) if latest is not None else NO_DATA
    return NO_DATA if first == last == NO_DATA else f"{first}→{last}"
