"""Scores as data and as a table: every figure with the derivation that leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.report.outline import Outline, UnitDigest
from inspect_tui.report.summary import FORMULA, plain

if TYPE_CHECKING:
    from rich.console import RenderableType


def scores_data(outline: Outline) -> dict[str, Any]:
    """The `score --json` object: decimals stay decimals for the encoder to render exactly.

    A unit's own `score`, `raw`, `applicable` and `coverage` are over all its checklists together; each
    checklist stands in `checklists`. Raises ExportRefused for a round marked 秘密 or above.
    """
    refuse_secret(outline.round)
    return {"units": [_unit(outline, d) for d in outline.units], "formula": FORMULA, "frozen": outline.frozen}


def _unit(outline: Outline, digest: UnitDigest) -> dict[str, Any]:
    verdicts = {(c.id, i.id): answer for c, _, i, answer in digest.answers}
    derivation = [
        {
            "checklist": row.checklist,
            "item": row.item,
            "verdict": verdicts[row.checklist, row.item].verdict.value,
            "disputed": verdicts[row.checklist, row.item].disputed,
            "points": plain(row.points),
            "gained": plain(row.gained),
            "counted": row.counted,
            "lost": [{"label": label, "points": plain(points)} for label, points in row.lost],
        }
        for score in digest.scores
        for row in score.derivation
    ]
    return {
        "unit": digest.unit.id,
        "name": digest.unit.name,
        "score": digest.total.score,
        "raw": plain(digest.total.raw),
        "applicable": plain(digest.total.applicable),
        "coverage": plain(digest.coverage),
        "vetoes": [
            {"checklist": h.checklist, "id": h.trigger, "effect": _effect(outline, h.checklist, h.trigger)}
            for h in digest.hits
        ],
        "derivation": derivation,
        "checklists": [
            {
                "checklist": score.checklist,
                "score": score.score,
                "raw": plain(score.raw),
                "applicable": plain(score.applicable),
                "coverage": plain(score.coverage),
                "items": score.items,
                "answered": score.answered,
                "counted": score.counted,
                "na": score.na,
                "unverified": score.unverified,
                "disputed": score.disputed,
                "vetoes": list(score.vetoes),
            }
            for score in digest.scores
        ],
        "submitted": digest.visit.submitted,
    }


def _effect(outline: Outline, checklist_id: str, trigger_id: str) -> str:
    checklist = outline.round.checklist(checklist_id)
    trigger = checklist.trigger(trigger_id) if checklist else None
    return trigger.effect.value if trigger else ""


def score_renderables(outline: Outline, width: int = 80) -> Iterator[RenderableType]:
    """The scores as a table, followed by the formula."""
    refuse_secret(outline.round)
    from rich.text import Text

    from inspect_tui.report.summary import progress_word, raw_text, tables
    from inspect_tui.report.zh_numbers import score_text, share_text

    several = len({score.checklist for digest in outline.units for score in digest.scores}) > 1
    rows = []
    for digest in outline.units:
        for score in digest.scores:
            checklist = outline.round.checklist(score.checklist)
            scored = digest.told and score.counted
            rows.append(
                (
                    digest.unit.name,
                    *((checklist.title if checklist else score.checklist,) if several else ()),
                    progress_word(digest),
                    f"{score.answered}/{score.items}",
                    score_text(score.score) if scored else "-",
                    raw_text(score.raw, score.applicable) if scored else "-",
                    share_text(score.coverage) if digest.told else "-",
                    "、".join(score.vetoes) or "-",
                )
            )
    heads = ("单位", *(("清单",) if several else ()), "进度", "已查", "得分", "得分/适用分", "覆盖", "红线")
    sides = "lllrrrrl" if several else "llrrrrl"
    yield from tables(f"{outline.round.title}  得分", heads, rows, sides, width, grow=int(several))
    if outline.round.practice:
        yield Text("演练，不计入正式结果", style="bold")
    yield Text(FORMULA, style="dim")
    if outline.frozen:
        yield Text(outline.frozen)
