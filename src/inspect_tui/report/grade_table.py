"""Grades told outside the screens: JSON, a list for the terminal, CSV; all of the same gradings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from inspect_tui.model.scheme import Level, Scheme
from inspect_tui.model.terms import GradeState, Stage
from inspect_tui.report.papers.sheets import Cell, Column, csv_bytes
from inspect_tui.report.zh_numbers import plain, score_text, share_text
from inspect_tui.rules.grade_steps import GradeStep
from inspect_tui.rules.grading import Movement, counts_text, level_counts, over_quota
from inspect_tui.rules.stages import ItemDiff, StageScore, UnitGrading, movement_word, movements_of

#: What the score of each stage is called in a table.
SCORE_WORDS = {
    Stage.SELF: "自评分",
    Stage.RECOMMEND: "推荐分",
    Stage.ACCEPT: "验收分",
    Stage.RECHECK: "复查分",
}
_GROUPS = (("up", "上升"), ("down", "下降"), ("kept", "保持"), ("new", "新定级"), ("gone", "摘牌或未定级"))


def grades_data(series: str, scheme: Scheme, found: Sequence[UnitGrading], today: str) -> dict[str, Any]:
    """The `grade --json` object."""
    moved = movements_of(found, scheme)
    levels = [g.level for g in found if g.level]
    return {
        "series": series,
        "scheme": {"id": scheme.id, "title": scheme.title, "draft": scheme.draft},
        "units": [_unit(g, m, scheme, today) for g, m in zip(found, moved, strict=True)],
        "counts": [
            {"level": level.id, "name": level.name, "count": count}
            for level, count in level_counts(levels, scheme)
        ],
        "counts_text": counts_text(level_counts(levels, scheme)),
        "movements": {key: [g.unit for g in held] for key, held in _grouped(found, moved).items()},
        "warnings": warnings_of(found, scheme),
    }


def _unit(grading: UnitGrading, moved: Movement, scheme: Scheme, today: str) -> dict[str, Any]:
    proposed, standing = grading.proposed, grading.standing
    return {
        "unit": grading.unit,
        "name": grading.name,
        "level": grading.level,
        "level_name": _name(scheme.level(grading.level)),
        "state": standing.state.value,
        "contested": standing.contested,
        "due": standing.due,
        "overdue": standing.overdue(today),
        "proposed": _id(proposed.level),
        "by_score": _id(proposed.by_score),
        "approval": proposed.approval,
        "final": grading.final,
        "decided_by": grading.decided_by.value if grading.decided_by is not None else "",
        "reasons": [*proposed.reasons, *grading.reasons],
        "vetoes": list(grading.vetoes),
        "previous": _id(grading.previous),
        "movement": movement_word(grading, moved),
        "moved": moved.steps,
        "stages": [_stage(score) for score in grading.stages],
        "differences": [_diff(diff) for diff in grading.diffs],
        "steps": [step_data(t.step) | {"by": list(t.by), "at": t.at} for t in standing.steps],
    }


def _stage(score: StageScore) -> dict[str, Any]:
    return {
        "stage": score.stage.value,
        "round": score.round,
        "title": score.title,
        "score": score.score,
        "raw": plain(score.raw),
        "applicable": plain(score.applicable),
        "coverage": plain(score.coverage),
        "disputed": score.disputed,
        "submitted": score.submitted,
        "signers": list(score.signers),
        "date": score.date,
        "vetoes": list(score.vetoes),
        "level": _id(score.level),
        "change": score.change,
    }


def _diff(diff: ItemDiff) -> dict[str, Any]:
    return {
        "checklist": diff.checklist,
        "item": diff.item,
        "text": diff.text,
        "marks": [
            {
                "stage": mark.stage.value,
                "verdict": mark.verdict.value,
                "gained": plain(mark.gained),
                "points": plain(mark.points),
                "counted": mark.counted,
            }
            for mark in diff.marks
        ],
    }


def step_data(step: GradeStep) -> dict[str, Any]:
    """A step of a grade as the documented JSON object."""
    return {
        "kind": step.kind.value,
        "left": step.left.value,
        "to": step.to.value,
        "on": step.on,
        "level": step.level,
        "level_name": step.level_name,
        "due": step.due,
        "basis": step.basis,
        "who": step.who,
        "approver": step.approver,
    }


def grade_lines(
    series: str, scheme: Scheme, found: Sequence[UnitGrading], today: str, *, items: bool = False
) -> list[str]:
    """Grades for the terminal; `items` adds what the stages read differently."""
    lines = [f"达标晋级 {series}（{scheme.title}{'，草案' if scheme.draft else ''}）", ""]
    moved = movements_of(found, scheme)
    for grading, movement in zip(found, moved, strict=True):
        lines.append(_headline(grading, movement, scheme, today))
        lines.append(f"  {'；'.join([*grading.proposed.reasons, *grading.reasons])}")
        lines += [f"  {_signed(score)}" for score in grading.stages]
        if items:
            lines += [f"  {line}" for diff in grading.diffs for line in _diff_lines(diff)]
        elif grading.diffs:
            lines.append(f"  各阶段看法不同的{len(grading.diffs)}项，加 --items 逐项列出")
    levels = [g.level for g in found if g.level]
    lines += ["", counts_text(level_counts(levels, scheme)) or "还没有单位定级"]
    for key, word in _GROUPS:
        if held := _grouped(found, moved)[key]:
            lines.append(f"{word}{len(held)}个：{'、'.join(g.name for g in held)}")
    return lines


def _headline(grading: UnitGrading, moved: Movement, scheme: Scheme, today: str) -> str:
    standing = grading.standing
    level = _name(scheme.level(grading.level))
    said = f"{grading.name}  {level or '未定级'}"
    if standing.contested:
        said += "  定级有两种记录，等组长裁定"
    elif standing.state is not GradeState.UNGRADED:
        said += f"  {standing.state.label}"
        if standing.due:
            said += f"到{standing.due}" + ("，已逾期" if standing.overdue(today) else "")
    elif level:
        said += "  建议，等组长定级"
    if grading.previous is not None:
        said += f"  上年{grading.previous.name}"
    word = movement_word(grading, moved)
    return said if word in said else f"{said}  {word}"


def _signed(score: StageScore) -> str:
    said = f"{score.stage.label}：{score_text(score.score)}"
    if score.change is not None:
        said += f"（{signed(score.change)}）"
    said += f"，覆盖{share_text(score.coverage)}"
    if score.signers:
        said += f"，{'、'.join(score.signers)}"
    return said + (f"，{score.date}" if score.date else "") + ("" if score.submitted else "，未提交")


def signed(change: Decimal) -> str:
    """A difference with its sign: +1.5, -2.0, 0.0."""
    return f"+{change}" if change > 0 else str(change)


def _diff_lines(diff: ItemDiff) -> Iterable[str]:
    yield f"{diff.item} {diff.text}"
    yield "    " + "；".join(
        f"{SCORE_WORDS[m.stage][:2]}{m.verdict.label}"
        + (f" {plain(m.gained)}/{plain(m.points)}" if m.counted else "")
        for m in diff.marks
    )


_COLUMNS = (
    Column(heading="单位编号"),
    Column(heading="单位"),
    *(Column(heading=SCORE_WORDS[stage]) for stage in Stage),
    Column(heading="检查与自评之差"),
    Column(heading="上年等级"),
    Column(heading="按分数等级"),
    Column(heading="等级"),
    Column(heading="变动"),
    Column(heading="状态"),
    Column(heading="整改期限"),
    Column(heading="须报批准"),
    Column(heading="一票否决"),
    Column(heading="说明"),
)


def grades_csv(scheme: Scheme, found: Sequence[UnitGrading], today: str) -> bytes:
    """Grades as CSV, one unit a row (UTF-8 with BOM, no formulas)."""
    moved = movements_of(found, scheme)
    return csv_bytes(_COLUMNS, [_cells(g, m, scheme, today) for g, m in zip(found, moved, strict=True)])


def _cells(grading: UnitGrading, moved: Movement, scheme: Scheme, today: str) -> list[Cell]:
    scores = {score.stage: score.score for score in grading.stages}
    assessed = scores.get(Stage.SELF)
    checked = next(
        (scores[s] for s in reversed(Stage) if s is not Stage.SELF and scores.get(s) is not None), None
    )
    standing = grading.standing
    late = "（已逾期）" if standing.overdue(today) else ""
    return [
        grading.unit,
        grading.name,
        *(scores.get(stage) for stage in Stage),
        checked - assessed if checked is not None and assessed is not None else None,
        _name(grading.previous),
        _name(grading.proposed.by_score),
        _name(scheme.level(grading.level)),
        movement_word(grading, moved),
        "待裁定" if standing.contested else standing.state.label,
        f"{standing.due}{late}",
        "是" if grading.proposed.approval else "",
        "；".join(grading.vetoes),
        "；".join([*grading.proposed.reasons, *grading.reasons]),
    ]


def totals_text(found: Sequence[UnitGrading], scheme: Scheme) -> str:
    """How many units have each grade, and how many moved which way, in one line."""
    counts = counts_text(level_counts([g.level for g in found if g.level], scheme))
    groups = _grouped(found, movements_of(found, scheme))
    moved = "，".join(f"{word}{len(groups[key])}个" for key, word in _GROUPS if groups[key])
    return "；".join(part for part in (counts or "还没有单位定级", moved) if part)


def warnings_of(found: Sequence[UnitGrading], scheme: Scheme) -> list[str]:
    """What the lead should know before granting: quotas passed, orders run out."""
    return over_quota([g.level for g in found if g.level], scheme)


def _grouped(found: Sequence[UnitGrading], moved: Sequence[Movement]) -> dict[str, list[UnitGrading]]:
    """Units by how their grade moved."""
    groups: dict[str, list[UnitGrading]] = {key: [] for key, _ in _GROUPS}
    for grading, movement in zip(found, moved, strict=True):
        if movement.steps is not None:
            key = "up" if movement.steps > 0 else "down" if movement.steps < 0 else "kept"
        elif movement.after is not None:
            key = "new"
        elif movement.before is not None or grading.standing.state is GradeState.DELISTED:
            key = "gone"
        else:
            continue
        groups[key].append(grading)
    return groups


def _id(level: Level | None) -> str:
    return level.id if level is not None else ""


def _name(level: Level | None) -> str:
    return level.name if level is not None else ""
