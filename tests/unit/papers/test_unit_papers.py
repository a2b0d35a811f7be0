"""The papers units sign and fill in: headings of the domain, one page where it fits, nothing secret."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_samples import HOSTILE, LONG, ledger_row, paper_golden, part, round_of, texts

from inspect_tui.exchange.ledger_columns import LEDGER, ledger_cell
from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.model.terms import RectState, Secrecy
from inspect_tui.report.papers.ledger_sheet import ledger_csv, ledger_xlsx
from inspect_tui.report.papers.problem_list import COPIES, SIGNS, problem_list_docx, problem_list_xlsx
from inspect_tui.report.papers.score_table import ScoreLine, score_csv, score_xlsx
from inspect_tui.report.papers.slip import slips_docx, slips_xlsx
from inspect_tui.store.clean import clean_text
from sweeps import times

ROUND = round_of()
SECTIONS = ("九大岗位责任制", "日常工作记录", "评先选优", "权责落实", "奖金分配", "一组一特色", "思想政治")
LIST_HEADS = [
    "序号",
    "编号",
    "检查项目",
    "存在问题",
    "依据（条款）",
    "程度",
    "整改建议",
    "整改时限",
    "责任人",
]
LEDGER_HEADS = (
    "序号 编号 检查日期 检查组 支部 党小组 检查项目 存在问题 缺项（是/否） 程度 整改措施 责任单位 责任人 "
    "督办人 整改时限 完成情况 完成日期 复查人 复查日期 复查意见 状态 销号日期 是否逾期 上轮编号"
)
SLIP_HEADS = [
    "编号",
    "存在问题",
    "整改措施",
    "整改情况",
    "佐证材料目录",
    "责任人签字/日期",
    "支部意见",
    "复查意见（通过/不通过）",
    "复查人签字/日期",
]
LINES = [
    ScoreLine(
        unit_name=f"东沟第{n}党小组",
        branch_name="东沟一支部",
        profile="上产型",
        sections=tuple(Decimal("12.5") for _ in SECTIONS),
        total=None if n == 3 else Decimal("92.5") - n,
        applicable=Decimal(100),
        missing=n,
        previous=Decimal("90.0") if n != 2 else None,
        place=None if n == 3 else n,
    )
    for n in (3, 2, 1)
]


def book(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data))


def values(page, first: int, last: int | None = None) -> list[list[object]]:
    return [[cell.value for cell in row] for row in page.iter_rows(min_row=first, max_row=last)]


# --------------------------------------------------------------------- 问题清单


def test_the_list_has_the_headings_and_the_words_of_the_row() -> None:
    page = book(problem_list_xlsx([ledger_row(7)], ROUND)).worksheets[0]
    assert page["A1"].value == "2026年第四季度“两组”融合“回头看”问题清单"
    heads, row = values(page, 4, 5)
    assert heads == LIST_HEADS
    assert row == [
        1,
        "HTK26Q4-A2-DB03-K-07",
        "岗位责任（GW-02）",
        "十月份未按当月任务修订岗位责任清单",
        "岗位责任制第二条：每月5日前依据当月任务修订",
        "较重",
        "按月对照生产任务修订岗位责任清单，组员讨论后签字",
        "2026.12.3",
        "组长乙",
    ]
    foot = part(problem_list_xlsx([ledger_row(7)], ROUND), "xl/worksheets/sheet1.xml")
    assert all(f"{sign}____" in foot for sign in SIGNS) and "共&amp;N页第&amp;P页" in foot


def test_each_unit_has_its_own_sheet_numbered_from_one() -> None:
    rows = [ledger_row(1), ledger_row(2, unit="b", unit_name="南梁第1党小组"), ledger_row(3)]
    pages = book(problem_list_xlsx(rows, ROUND)).worksheets
    assert [page.title for page in pages] == ["东沟第2党小组", "南梁第1党小组"]
    assert [row[0] for row in values(pages[0], 5)] == [1, 2]
    assert [row[0] for row in values(pages[1], 5)] == [1]


def test_the_list_is_made_out_twice_with_signatures_at_the_foot() -> None:
    data = problem_list_docx([ledger_row(1), ledger_row(2, unit="b", unit_name="南梁")], ROUND)
    document = docx.Document(io.BytesIO(data))
    assert len(document.tables) == 4
    assert [cell.text for cell in document.tables[0].rows[0].cells] == LIST_HEADS
    told = "\n".join(p.text for p in document.paragraphs)
    assert told.count(COPIES[0]) == told.count(COPIES[1]) == 2
    assert [s.footer.paragraphs[0].text.count("_" * 12) for s in document.sections] == [4] * 4
    foot = document.sections[0].footer.paragraphs[0]
    assert all(sign in foot.text for sign in SIGNS) and " SECTIONPAGES " in foot._p.xml
    section = re.findall(r"<w:sectPr>.*?</w:sectPr>", part(data, "word/document.xml"))[0]
    assert (
        'w:w="16838" w:h="11906" w:orient="landscape"' in section and '<w:pgNumType w:start="1"/>' in section
    )


def test_a_list_that_only_fits_in_small_type_is_set_in_it() -> None:
    def style(rows) -> str:
        table = docx.Document(io.BytesIO(problem_list_docx(rows, ROUND))).tables[0]
        return table.rows[1].cells[3].paragraphs[0].style.name

    assert style([ledger_row(n) for n in range(4)]) == "表格文字"
    assert style([ledger_row(n, text=LONG if n == 3 else "短") for n in range(8)]) == "表格小字"


def test_what_was_put_right_on_the_spot_says_so() -> None:
    row = ledger_row(1, fixed_on_site=True, measure="")
    assert values(book(problem_list_xlsx([row], ROUND)).worksheets[0], 5)[0][6] == "已当场整改"


# ----------------------------------------------------------------------- 销号单


def test_a_slip_for_each_problem_has_the_headings() -> None:
    closed = ledger_row(
        5,
        state=RectState.CLOSED,
        result="已修订",
        done_on="2026-11-28",
        basis="查看了12月清单",
        evidence=("清单第3页", "签字页"),
    )
    pages = book(slips_xlsx([ledger_row(1), closed], ROUND)).worksheets
    assert [page.title for page in pages] == [ledger_row(1).short_number, ledger_row(5).short_number]
    told = values(pages[1], 3)
    assert [row[0] for row in told] == SLIP_HEADS
    filled = {row[0]: row[1] for row in told}
    assert filled["整改情况"] == "已修订\n完成日期：2026.11.28"
    assert filled["佐证材料目录"] == "清单第3页\n签字页"
    assert filled["复查意见（通过/不通过）"] == "■通过　　□不通过\n查看了12月清单"
    assert values(pages[0], 10, 10)[0][1] == "□通过　　□不通过"
    xml = part(slips_xlsx([closed], ROUND), "xl/worksheets/sheet1.xml")
    assert 'paperSize="9"' in xml and "fitToHeight" not in xml and "fitToPage" in xml


def test_slips_in_a_document_begin_on_pages_of_their_own() -> None:
    data = slips_docx([ledger_row(1), ledger_row(2, text=LONG, measure=LONG)], ROUND)
    tables = docx.Document(io.BytesIO(data)).tables
    assert [[row.cells[0].text for row in table.rows] for table in tables] == [SLIP_HEADS] * 2
    assert part(data, "word/document.xml").count("<w:pageBreakBefore/>") == 1
    for table in tables:
        heights = [row.height.pt for row in table.rows]
        assert sum(heights) <= 652


def test_no_mark_of_passing_on_a_contested_closing() -> None:
    row = ledger_row(1, state=RectState.CLOSED, contested=True)
    assert values(book(slips_xlsx([row], ROUND)).worksheets[0], 10, 10)[0][1] == "□通过　　□不通过"


# ------------------------------------------------------------------------- 台账


def test_the_ledger_has_the_headings_in_their_order() -> None:
    page = book(ledger_xlsx([ledger_row(3, overdue=True, old_number="HTK26Q3-01")], ROUND)).worksheets[0]
    heads, row = values(page, 3, 4)
    assert heads == LEDGER_HEADS.split() == [column.heading for column in LEDGER]
    told = dict(zip(heads, row, strict=True))
    assert told["序号"] == 1 and told["缺项（是/否）"] == "是" and told["是否逾期"] == "是"
    assert told["检查日期"] == "2026.11.18" and told["整改时限"] == "2026.12.3"
    assert told["状态"] == "整改中" and told["上轮编号"] == "HTK26Q3-01" and told["完成情况"] is None
    assert page.freeze_panes == "C4" and page.auto_filter.ref == "A3:X4"
    offered = page.data_validations.dataValidation[0]
    assert str(offered.sqref) == "U4" and "已整改待复查" in offered.formula1


def test_the_ledger_as_csv_says_the_same() -> None:
    rows = [ledger_row(n, text=text) for n, text in enumerate(HOSTILE)]
    told = list(csv.reader(io.StringIO(ledger_csv(rows, ROUND).decode("utf-8-sig"), newline="")))
    assert told[0] == LEDGER_HEADS.split()
    assert len(told) == len(rows) + 1
    for row, cells in zip(rows, told[1:], strict=True):
        assert cells[7].lstrip("'") == clean_text(row.text).lstrip("'")
        assert cells[1] == row.number


@given(st.lists(texts(), min_size=4, max_size=4))
@settings(max_examples=times(25), deadline=None)
def test_papers_hold_exactly_what_was_typed(wild: list[str]) -> None:
    row = ledger_row(1, unit_name=wild[0], text=wild[1], measure=wild[2], result=wild[3], owner=wild[0])
    page = book(ledger_xlsx([row], ROUND)).worksheets[0]
    for column, cell in zip(LEDGER, values(page, 4)[0], strict=True):
        assert str(cell or "") == clean_text(str(ledger_cell(row, column.heading, 1)))
    document = docx.Document(io.BytesIO(problem_list_docx([row], ROUND)))
    assert document.tables[0].rows[1].cells[3].text == clean_text(wild[1])
    slip = docx.Document(io.BytesIO(slips_docx([row], ROUND))).tables[0]
    assert slip.rows[1].cells[1].text == clean_text(wild[1])
    for data in (problem_list_xlsx([row], ROUND), slips_xlsx([row], ROUND)):
        held = [c.value for line in book(data).worksheets[0].iter_rows() for c in line]
        assert (clean_text(wild[1]) or None) in held
        assert "<f>" not in part(data, "xl/worksheets/sheet1.xml")


# ------------------------------------------------------------------- 得分汇总表


def test_places_are_printed_only_where_ranking_was_asked_for() -> None:
    heads = [
        "支部",
        "党小组",
        "定位",
        *SECTIONS,
        "总分",
        "适用分",
        "缺项数",
        "严重问题数",
        "上期得分",
        "增减",
    ]
    plain = values(book(score_xlsx(LINES, ROUND, SECTIONS)).worksheets[0], 2)
    assert plain[0] == heads
    assert [row[1] for row in plain[1:]] == ["东沟第3党小组", "东沟第2党小组", "东沟第1党小组"]
    ranked = values(book(score_xlsx(LINES, ROUND, SECTIONS, ranking=True)).worksheets[0], 2)
    assert ranked[0] == ["名次", *heads]
    assert [row[0] for row in ranked[1:]] == [1, 2, "不参加排名"]
    assert "名次" not in score_csv(LINES, ROUND, SECTIONS).decode("utf-8-sig")
    assert "名次" in score_csv(LINES, ROUND, SECTIONS, ranking=True).decode("utf-8-sig")


def test_scores_are_numbers_and_no_score_is_said() -> None:
    rows = values(book(score_xlsx(LINES, ROUND, SECTIONS)).worksheets[0], 3)
    assert rows[2][10:] == [91.5, 100, 1, 0, 90, 1.5]
    assert rows[0][10] == "不计分" and rows[0][15] is None
    assert rows[1][14] is None and rows[1][15] is None


# ------------------------------------------------------------------------ guards

WRITERS = (
    lambda r: problem_list_xlsx([ledger_row()], r),
    lambda r: problem_list_docx([ledger_row()], r),
    lambda r: slips_xlsx([ledger_row()], r),
    lambda r: slips_docx([ledger_row()], r),
    lambda r: ledger_xlsx([ledger_row()], r),
    lambda r: ledger_csv([ledger_row()], r),
    lambda r: score_xlsx(LINES, r, SECTIONS),
    lambda r: score_csv(LINES, r, SECTIONS),
)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_round_marked_secret_leaves_on_no_paper(writer) -> None:
    for mark in (Secrecy.SECRET, Secrecy.CONFIDENTIAL, Secrecy.TOP_SECRET):
        with pytest.raises(ExportRefused):
            writer(round_of(secrecy=mark))


@pytest.mark.parametrize("writer", WRITERS)
def test_equal_rows_give_equal_bytes(writer) -> None:
    assert writer(ROUND) == writer(ROUND)


def test_a_round_without_problems_still_gives_papers() -> None:
    for data in (problem_list_xlsx([], ROUND), slips_xlsx([], ROUND), ledger_xlsx([], ROUND)):
        assert book(data).worksheets
    for data in (problem_list_docx([], ROUND), slips_docx([], ROUND)):
        assert "没有问题。" in [p.text for p in docx.Document(io.BytesIO(data)).paragraphs]


def test_a_practice_round_says_so_on_every_paper() -> None:
    practice = round_of(practice=True)
    for data in (problem_list_xlsx([ledger_row()], practice), ledger_xlsx([ledger_row()], practice)):
        assert "演练，不计入正式结果" in [row[0] for row in values(book(data).worksheets[0], 1, 3)]
    for data in (problem_list_docx([ledger_row()], practice), slips_docx([ledger_row()], practice)):
        assert "（演练）" in docx.Document(io.BytesIO(data)).paragraphs[0].text


def test_goldens_of_papers(update_goldens: bool) -> None:
    rows = [ledger_row(n, text=LONG if n == 2 else "缺签到") for n in (1, 2, 3)]
    # A golden is text to git, which may change its line ends; here they stand as a word.
    for name, data in (
        ("ledger", ledger_csv(rows, ROUND)),
        ("score", score_csv(LINES, ROUND, SECTIONS, ranking=True)),
    ):
        paper_golden(f"{name}.csv.txt", data.replace(b"\r\n", b"<CRLF>\n"), update_goldens)
    for name, data in (("list", problem_list_docx(rows, ROUND)), ("slip", slips_docx(rows[:1], ROUND))):
        body = part(data, "word/document.xml").partition("<w:body>")[2]
        paper_golden(f"{name}.document.xml", body.replace("<w:p>", "\n<w:p>").encode(), update_goldens)
    for name, data in (("ledger", ledger_xlsx(rows, ROUND)), ("list", problem_list_xlsx(rows, ROUND))):
        body = part(data, "xl/worksheets/sheet1.xml")
        paper_golden(f"{name}.sheet.xml", body.replace("<row ", "\n<row ").encode(), update_goldens)
