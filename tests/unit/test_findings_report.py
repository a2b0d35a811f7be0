"""The merged findings report: recounted, laid out four ways, silent on what is referred, repeatable."""

from __future__ import annotations

import io
import json
import re
import zipfile

import msgspec
import pytest
from notice_work import QUARTER, judge, typed, worked
from strategies import GW1, GW2, Desk

from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.model.roster import Crew
from inspect_tui.model.terms import FindingKind, Secrecy, Severity, Verdict
from inspect_tui.report.findings_layout import (
    print_report,
    report_data,
    report_doc,
    report_renderables,
    report_xlsx,
)
from inspect_tui.report.findings_report import Chart, FindingsReport, Prose, findings_report
from inspect_tui.report.outline import compile_round
from inspect_tui.report.papers.documents import Table
from inspect_tui.report.papers.setting import set_document
from inspect_tui.report.progress import display_cells
from inspect_tui.report.telling import Held
from inspect_tui.rules import actions
from inspect_tui.rules.ledger import ledger_rows

DAY, DATE = "2026-11-20", "2026年11月20日"


def made(desk: Desk, unit: str = "", round_=QUARTER) -> FindingsReport:
    return findings_report(Held(round=round_, state=desk.state), DAY, DATE, unit)


def table(report: FindingsReport, key: str, caption: str) -> Table:
    return next(p for p in report.part(key).pieces if isinstance(p, Table) and p.caption == caption)


def chart(report: FindingsReport, key: str) -> Chart:
    return next(p for p in report.part(key).pieces if isinstance(p, Chart))


def prose(report: FindingsReport, key: str) -> str:
    return "\n".join(line for p in report.part(key).pieces if isinstance(p, Prose) for line in p.lines)


def printed(report: FindingsReport, width: int = 80) -> str:
    out = io.StringIO()
    print_report(report, out, width)
    return out.getvalue()


def test_units_agree_with_the_outline() -> None:
    desk = worked()
    outline = compile_round(desk.state, QUARTER)
    report = made(desk)
    rows = {row[0]: row for row in table(report, "units", "各单位得分和问题").rows}
    assert list(rows) == [d.unit.name for d in outline.units]
    for digest in outline.units:
        row = rows[digest.unit.name]
        assert row[3] == f"{digest.answered}/{digest.items}"
        assert row[5] == (str(len(digest.problems)) if digest.told else "-")
    assert rows["第6党小组"][2] == "未能进点"
    found = table(report, "units", "各单位的问题").rows
    assert len(found) == outline.totals.problems
    total = chart(report, "units").bars[-1]
    assert (total.done, total.all) == (outline.totals.passed, outline.totals.checked)
    assert f"问题{outline.totals.problems}项" in prose(report, "units")


def test_sections_are_a_plain_recount() -> None:
    desk = worked(whole=True)
    outline = compile_round(desk.state, QUARTER)
    report = made(desk)
    rows = table(report, "sections", "各大项得分和问题").rows
    assert sum(int(row[4]) for row in rows) == sum(bool(f.item) for d in outline.visited for f in d.problems)
    assert sum(int(row[1].split("/")[1]) for row in rows) == outline.totals.items
    bars = chart(report, "sections").bars
    assert sum(bar.all for bar in bars) == outline.totals.checked
    assert sum(bar.done for bar in bars) == outline.totals.passed


def test_an_item_across_units() -> None:
    report = made(worked())
    (row,) = [r for r in table(report, "items", "有问题的检查项").rows if r[0] == GW1.id]
    assert row[2] == "4/5"
    assert "第1党小组、第2党小组、第4党小组" in row[3] and "第3党小组" in row[3]
    bars = chart(report, "items").bars
    shares = [bar.done / bar.all for bar in bars]
    assert shares == sorted(shares, reverse=True)
    # What belongs to no item is told as well.
    assert "公开栏内容未换（第4党小组）" in prose(report, "items")


def test_an_item_with_a_problem_but_no_failing_verdict_is_listed() -> None:
    desk = worked()
    typed(desk, "g5", "x9", FindingKind.DEFICIENCY, "牌子旧了", checklist="c", item=GW2.id)
    held = {f.item for d in compile_round(desk.state, QUARTER).units for f in d.problems}
    listed = {row[0] for row in table(made(desk), "items", "有问题的检查项").rows}
    assert held - {""} <= listed


def test_good_practice_and_rectification() -> None:
    desk = worked()
    report = made(desk)
    assert "按周更新清单（第1党小组）" in prose(report, "good")
    rows = ledger_rows(desk.state, QUARTER, DAY)
    open_ = [row for row in rows if not row.done]
    assert len(table(report, "ledger", "未销号的问题").rows) == len(open_)
    assert f"共{len(rows)}个问题：未销号{len(open_)}个" in prose(report, "ledger")
    bar = chart(report, "ledger").bars[-1]
    assert (bar.name, bar.all) == ("合计", len(rows))


def test_agreement_of_two_inspectors() -> None:
    desk, other = worked(), Desk("b" * 12, "检查员丙")
    judge(other, "g1", Verdict.PASS)
    judge(other, "g5", Verdict.PASS)
    desk.take(other)
    report = made(desk)
    said = prose(report, "agreement")
    assert "共2对，判得一样1对，占50%" in said
    (row,) = table(report, "agreement", "逐项一致性（一致少的在前）").rows
    assert row[0] == GW1.id and row[2] == "1/2" and "1对" in row[5]


def test_without_two_readings_there_is_no_agreement() -> None:
    assert "算不出一致性" in prose(made(worked()), "agreement")


def test_what_is_referred_is_in_no_output() -> None:
    desk = worked()
    key = typed(desk, "g3", "x8", FindingKind.DEFICIENCY, "涉嫌虚报奖金", severity=Severity.MAJOR)
    assert "涉嫌虚报奖金" in printed(made(desk))
    desk.do(actions.set_field(desk.state, key, "referred", True))
    report = made(desk)
    assert "虚报奖金" not in printed(report) and "虚报奖金" not in json.dumps(
        report_data(report), ensure_ascii=False
    )
    for to in ("docx", "html", "md"):
        assert "虚报奖金" not in readable(set_document(report_doc(report), to))
    assert "虚报奖金" not in readable(report_xlsx(report))
    assert "虚报奖金" not in {row.text for row in report.rows}
    assert "已移交问题1条" in prose(report, "units")


def test_a_scope_holds_only_its_units() -> None:
    report = made(worked(), "b2")
    text = printed(report)
    assert "东沟二支部" in "".join(report.about) and "第4党小组" in text
    assert "第1党小组" not in text and "第3党小组" not in text
    assert report.file_parts()[-1] == "东沟二支部"
    with pytest.raises(KeyError):
        made(worked(), "nowhere")


def test_an_empty_round_has_every_part() -> None:
    report = made(Desk("a" * 12, "检查员甲"))
    assert [part.key for part in report.parts] == [
        "units",
        "sections",
        "items",
        "good",
        "ledger",
        "agreement",
    ]
    assert all(part.pieces for part in report.parts)
    assert "还没有检查记录" in printed(report)
    for to in ("docx", "html", "md"):
        assert set_document(report_doc(report), to)
    assert report_xlsx(report)


@pytest.mark.parametrize("secrecy", [Secrecy.SECRET, Secrecy.CONFIDENTIAL, Secrecy.TOP_SECRET])
def test_a_secret_round_is_refused(secrecy: Secrecy) -> None:
    desk = worked()
    held = msgspec.structs.replace(QUARTER, secrecy=secrecy)
    with pytest.raises(ExportRefused):
        made(desk, round_=held)
    report = msgspec.structs.replace(made(desk), round=held)
    for layout in (report_doc, report_xlsx, report_data, lambda r: list(report_renderables(r, 80))):
        with pytest.raises(ExportRefused):
            layout(report)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_terminal_gets_no_line_too_wide(width: int) -> None:
    desk = worked()
    typed(desk, "g1", "x7", FindingKind.DEFICIENCY, "长" * 300 + " [/] [red]x[/red] " + "a" * 200)
    text = printed(made(desk), width)
    assert max(display_cells(line.rstrip()) for line in text.split("\n")) <= width
    assert "[/]" in text and "[red]" in text


def test_bars_stand_in_columns() -> None:
    lines = [line for line in printed(made(worked(whole=True))).split("\n") if re.search(r"[#.]{5,}", line)]
    assert len(lines) > 6
    by_part: dict[int, set[int]] = {}
    for line in lines:
        start = re.search(r"[#.]{5,}", line)
        assert start is not None
        by_part.setdefault(len(start.group()), set()).add(display_cells(line[: start.start()]))
    assert sum(len(starts) for starts in by_part.values()) <= 4


def test_the_same_report_gives_the_same_bytes() -> None:
    first, second = made(worked()), made(worked())
    for to in ("docx", "html", "md"):
        assert set_document(report_doc(first), to) == set_document(report_doc(second), to)
    assert report_xlsx(first) == report_xlsx(second)


def test_every_layout_tells_every_problem() -> None:
    desk = worked()
    report = made(desk)
    texts = {f.text for d in compile_round(desk.state, QUARTER).units for f in d.problems}
    outputs = [printed(report, 200), json.dumps(report_data(report), ensure_ascii=False)]
    outputs += [readable(set_document(report_doc(report), to)) for to in ("docx", "html", "md")]
    outputs.append(readable(report_xlsx(report)))
    for output in outputs:
        for text in texts:
            assert text in output


def test_hostile_words_stay_words() -> None:
    desk = worked()
    for number, text in enumerate(
        ("<script>x</script>", "=1+1", "@SUM(A1)", "| a | b |", "[@click=app.quit]")
    ):
        typed(desk, "g2", f"h{number}", FindingKind.DEFICIENCY, text)
    report = made(desk)
    page = set_document(report_doc(report), "html").decode()
    assert "<script>" not in page and "&lt;script&gt;" in page
    with zipfile.ZipFile(io.BytesIO(report_xlsx(report))) as book:
        sheets = [book.read(n).decode() for n in book.namelist() if n.startswith("xl/worksheets/")]
    assert sheets and not any("<f>" in sheet for sheet in sheets)
    for row in table(report, "units", "各单位的问题").rows:
        assert len(row) == 4
    marked = set_document(report_doc(report), "md").decode()
    assert "\\| a \\| b \\|" in marked


def test_the_grid_stands_in_the_whole_report_where_crews_are_known() -> None:
    desk = worked()
    assert made(desk).part("grid") is None
    first = QUARTER.units[-1]
    crewed = msgspec.structs.replace(first, crews=(Crew(name="[/]卸油点", staff=5),))
    round_ = msgspec.structs.replace(QUARTER, units=(*QUARTER.units[:-1], crewed))
    report = made(desk, round_=round_)
    assert f"{first.name}：党员空白班组“[/]卸油点”没有培养或联系安排。" in prose(report, "grid")
    assert "[/]卸油点" in readable(set_document(report_doc(report), "html")) and "三级网格" in printed(report)
    assert made(desk, first.id, round_).part("grid") is None


def readable(data: bytes) -> str:
    """What a file says, out of its package where it is one."""
    if not data.startswith(b"PK"):
        return data.decode("utf-8")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = [package.read(name).decode("utf-8", "replace") for name in package.namelist()]
    return "\n".join(re.sub(r"<[^>]+>", "", part) for part in parts)
