"""A compiled notice as a formal paper: every sentence once, in its order, in every setting."""

from __future__ import annotations

import datetime as dt
import io
import re

import docx
import msgspec
import pytest

from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.model.terms import NamingLevel, Secrecy
from inspect_tui.report.document import (
    Document,
    Group,
    Line,
    NameUnits,
    NoticeKind,
    Scope,
    Section,
    Sentence,
)
from inspect_tui.report.papers.documents import Table
from inspect_tui.report.papers.docx_document import docx_bytes
from inspect_tui.report.papers.html_document import html_text
from inspect_tui.report.papers.markdown_document import markdown_text
from inspect_tui.report.papers.notice_paper import notice_doc


def say(text: str) -> Sentence:
    return Sentence(id=text, role="概况", text=text)


def line(*texts: str, number: int = 0) -> Line:
    return Line(sentences=tuple(map(say, texts)), number=number)


DOCUMENT = Document(
    kind=NoticeKind.SITUATION,
    level=NamingLevel.GROUP,
    name_units=NameUnits.GOOD_ONLY,
    scope=Scope(),
    day=dt.date(2026, 11, 2),
    head=say("【回头看情况通报】"),
    title="关于2026年第四季度回头看情况的通报",
    subject="东沟作业区第四季度",
    recipients="各党支部、各党小组：",
    opening=line("根据党总支安排，进行了回头看。", "共查198项。"),
    sections=(
        Section(key="good", title="好的做法", number=1, lines=(line("班前会有记录。", number=1),)),
        Section(
            key="bad",
            title="存在问题",
            number=2,
            groups=(
                Group(key="common", title="共性问题", number=1, lines=(line("未按月修订。", number=1),)),
                Group(key="single", title="个性问题", number=2, lines=(line("缺签到。", number=1),)),
            ),
        ),
        Section(key="loose", lines=(line("整改情况下次复查。"),)),
    ),
    signature=say("东沟作业区党总支检查组"),
    issuer="东沟作业区党总支",
    seal="K7-3QX",
    attachments=("缺项清单", "得分情况表"),
)
ORDER = [
    "关于2026年第四季度回头看情况的通报",
    "各党支部、各党小组：",
    "根据党总支安排，进行了回头看。共查198项。",
    "一、好的做法",
    "1.班前会有记录。",
    "二、存在问题",
    "（一）共性问题",
    "1.未按月修订。",
    "（二）个性问题",
    "1.缺签到。",
    "整改情况下次复查。",
    "附件：1.缺项清单",
    "2.得分情况表",
    "东沟作业区党总支检查组",
    "2026年11月2日",
    "（封存码 K7-3QX）",
]


def test_a_notice_is_told_whole_and_in_order() -> None:
    told = [p.text for p in docx.Document(io.BytesIO(docx_bytes(notice_doc(DOCUMENT)))).paragraphs if p.text]
    assert told == ORDER


def test_html_and_markdown_tell_the_same() -> None:
    html = re.sub(r"<[^>]+>", "", html_text(notice_doc(DOCUMENT)).partition("<body>")[2])
    assert [part for part in html.split("\n") if part.strip()] == ORDER
    told = markdown_text(notice_doc(DOCUMENT)).replace("\\", "").replace("#", "")
    assert [part.strip() for part in told.split("\n") if part.strip()] == ORDER


def test_levels_wear_their_styles() -> None:
    styles = {
        p.text: p.style.name for p in docx.Document(io.BytesIO(docx_bytes(notice_doc(DOCUMENT)))).paragraphs
    }
    assert styles["一、好的做法"] == "公文一级标题" and styles["（一）共性问题"] == "公文二级标题"
    assert styles["1.未按月修订。"] == "公文正文"


def test_no_signature_stands_on_a_page_alone() -> None:
    """From the last point to the date every paragraph stays with the next."""
    paragraphs = docx.Document(io.BytesIO(docx_bytes(notice_doc(DOCUMENT)))).paragraphs
    texts = [p.text for p in paragraphs]
    for paragraph in paragraphs[texts.index("整改情况下次复查。") : texts.index("2026年11月2日")]:
        own = paragraph.paragraph_format.keep_with_next
        assert own or paragraph.style.paragraph_format.keep_with_next, paragraph.text


def test_tables_fill_the_pages_of_the_attachments_they_are_named_for() -> None:
    table = Table(heads=("序号", "缺项"), rows=(("1", "缺签到"),))
    doc = notice_doc(DOCUMENT, tables={"得分情况表": (table,), "另一份": (table,)})
    told = [p.text for p in docx.Document(io.BytesIO(docx_bytes(doc))).paragraphs]
    assert "附件1" not in told and "附件2" in told and "附件3" in told
    assert told.count("得分情况表") == 1 and "3.另一份" in told
    assert "附件1" not in html_text(doc) and "## 附件2　得分情况表" in markdown_text(doc)


def test_a_bulletin_wears_its_own_dress() -> None:
    bulletin = msgspec.structs.replace(DOCUMENT, kind=NoticeKind.BULLETIN, issue=3)
    doc = notice_doc(bulletin, sent_to="各党支部", copies="（共印20份）")
    told = [p.text for p in docx.Document(io.BytesIO(docx_bytes(doc))).paragraphs if p.text]
    assert told[:3] == ["督查简报", "第3期", "东沟作业区党总支\t2026年11月2日"]
    assert told.count("2026年11月2日") == 0
    assert "发送：各党支部" in html_text(doc) and "（共印20份）" in markdown_text(doc)


@pytest.mark.parametrize("mark", [Secrecy.SECRET, Secrecy.CONFIDENTIAL, Secrecy.TOP_SECRET])
def test_a_secret_notice_becomes_no_paper(mark: Secrecy) -> None:
    with pytest.raises(ExportRefused, match="机要渠道"):
        notice_doc(msgspec.structs.replace(DOCUMENT, secrecy=mark))


def test_a_long_last_point_may_run_over_the_page() -> None:
    long = msgspec.structs.replace(DOCUMENT, sections=(Section(key="loose", lines=(line("长" * 400),)),))
    paragraphs = docx.Document(io.BytesIO(docx_bytes(notice_doc(long)))).paragraphs
    point = next(p for p in paragraphs if p.text.startswith("长"))
    assert not point.paragraph_format.keep_with_next
