"""得分汇总表 from a round: the figures of the summary, units without records without figures."""

from __future__ import annotations

import contextlib
import io
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from telling_work import make_round, make_space, record, work

from inspect_tui.report.outline import Outline, compile_round
from inspect_tui.report.papers.score_lines import score_lines, score_notes, section_keys
from inspect_tui.report.papers.score_table import score_xlsx


@pytest.fixture(scope="module")
def outline(tmp_path_factory: pytest.TempPathFactory) -> Outline:
    folder: Path = tmp_path_factory.mktemp("scores")
    space = make_space(folder)
    round_ = make_round(space)
    checklist = round_.checklists[0]
    with contextlib.closing(work(space, round_)) as session:
        lines = [
            {"unit": "DG01", "checklist": checklist.id, "item": item.id, "verdict": "pass"}
            for section in checklist.sections[:2]
            for item in section.items
        ]
        lines[0] |= {"verdict": "fail", "missing": True}
        lines[1] |= {"verdict": "partial"}
        record(session, folder / "a.jsonl", lines)
        return compile_round(session.state, session.round)


def test_the_lines_are_the_figures_of_the_round(outline: Outline) -> None:
    first, *others = score_lines(outline)
    digest = outline.units[0]
    assert (first.total, first.applicable) == (digest.total.score, digest.total.applicable)
    assert sum((v for v in first.sections if v is not None), Decimal(0)) == digest.total.raw
    assert first.missing == 1 and first.branch_name and first.profile
    assert [line.total for line in others] == [None, None]
    assert all(value is None for line in others for value in line.sections)


def test_the_columns_follow_the_checklist(outline: Outline) -> None:
    names = list(section_keys(outline).values())
    sections = outline.round.checklists[0].sections
    assert names == [section.short_name or section.name for section in sections]
    assert len(score_lines(outline)[0].sections) == len(names)


def test_earlier_scores_and_places_go_by_unit(outline: Outline) -> None:
    first, second, _ = score_lines(outline, previous={"DG01": Decimal("80.0")}, places={"DG01": 1, "DG02": 2})
    assert first.change == first.total - Decimal("80.0") and first.place == 1
    assert second.change is None and second.place is None


def test_the_sheet_prints_them(outline: Outline) -> None:
    names = list(section_keys(outline).values())
    data = score_xlsx(score_lines(outline), outline.round, names, notes=score_notes(outline))
    page = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    heads = [cell.value for cell in page[2]]
    row = dict(zip(heads, (cell.value for cell in page[3]), strict=True))
    assert "名次" not in heads and Decimal(str(row["总分"])) == outline.units[0].total.score
    assert page.cell(page.max_row, 1).value == score_notes(outline)[-1]
    assert [page.cell(n, heads.index("总分") + 1).value for n in (4, 5)] == ["不计分", "不计分"]
