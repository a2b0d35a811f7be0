"""The 得分汇总表 of an outline as a file; places stand in it only where a ranking may be made."""

from __future__ import annotations

from typing import Literal

from inspect_tui.report.outline import Outline
from inspect_tui.report.papers.score_lines import score_lines, score_notes, section_keys
from inspect_tui.report.papers.score_table import score_csv, score_xlsx
from inspect_tui.report.ranking import FORMULA_TIES, ranking_of
from inspect_tui.rules.round_sets import ScoresBefore


def score_paper(
    outline: Outline,
    to: Literal["xlsx", "csv"],
    *,
    ranking: bool = False,
    before: ScoresBefore | None = None,
) -> bytes:
    """The table as .xlsx or CSV; `before` are the scores that 上期得分 shows.

    Raises ExportRefused for a round marked 秘密 or above, NoticeRefused where no ranking may be made.
    """
    places: dict[str, int] = {}
    notes = score_notes(outline)
    if ranking:
        places = {p.digest.unit.id: p.place for held in ranking_of(outline).lists for p in held.places}
        notes = (*notes, FORMULA_TIES)
    previous = before.scores if before is not None else {}
    if before is not None and before.title:
        notes = (*notes, f"上期得分取自“{before.title}”。")
    lines = score_lines(outline, places=places, previous=previous)
    sections = list(section_keys(outline).values())
    if to == "csv":
        return score_csv(lines, outline.round, sections, ranking=ranking)
    return score_xlsx(lines, outline.round, sections, ranking=ranking, notes=notes)
