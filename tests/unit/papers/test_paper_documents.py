"""Documents: the geometry of GB/T 9704-2012, signatures, attachments, and three settings of one text."""

from __future__ import annotations

import io
import re
import zipfile
from html.parser import HTMLParser

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from paper_samples import HOSTILE, LONG, paper_golden, part, texts

from inspect_tui.report.papers.documents import (
    Attachment,
    Break,
    Bulletin,
    Doc,
    Imprint,
    Para,
    Table,
    signature_indents,
    title_lines,
)
from inspect_tui.report.papers.docx_document import docx_bytes
from inspect_tui.report.papers.docx_paper import CHAR_PITCH, CHARS, LINES, PITCH
from inspect_tui.report.papers.html_document import html_text
from inspect_tui.report.papers.markdown_document import escaped, markdown_text
from inspect_tui.report.papers.measure import halves
from inspect_tui.store.clean import clean_text
from sweeps import times

MM = 1440 / 25.4
TITLE = "关于2026年第四季度党支部标准化规范化建设“回头看”检查情况的通报"
TABLE = Table(
    heads=("序号", "单位", "存在问题"),
    rows=(("1", "东沟第2党小组", "十月份未按当月任务修订"), ("2", "南梁第1党小组", "会议要素不全\n缺签到")),
    widths=(1, 3, 8),
    aligns="cll",
    caption="缺项清单",
)
DOC = Doc(
    title=TITLE,
    recipients="各党支部、党小组",
    body=(
        Para(text="根据区党总支安排，现将有关情况通报如下："),
        Para(text="一、基本情况", level=1),
        Para(text="（一）检查范围", level=2),
        Para(text="1.单位", level=3),
        Para(text="（1）党小组", level=4),
        Para(text="2个党小组十月份未按当月任务修订。", lead="（一）共性问题。"),
        Break(),
        Para(text="附注", indent=False),
    ),
    signature=("中共东沟采油作业区总支部委员会",),
    date="2026年11月20日",
    attachments=(
        Attachment(title="缺项清单", body=(TABLE,)),
        Attachment(title="得分情况表", body=(Table(heads=TABLE.heads, rows=TABLE.rows, wide=True),)),
    ),
    letterhead="中共东沟采油作业区总支部委员会文件",
    number="东党总支〔2026〕3号",
    note="此件发至党小组",
    imprint=Imprint(copy_to="厂党委组织部", printed_by="党总支办公室", printed_on="2026年11月20日"),
)
BULLETIN = Doc(
    title="本周督查情况",
    body=(Para(text="本周检查3个党小组。"),),
    date="2026年11月20日",
    bulletin=Bulletin(
        name="督查简报", issue="第3期", editor="检查组", sent_to="各支部", copies="（共印9份）"
    ),
)


def paragraphs(data: bytes) -> list[str]:
    return [p.text for p in docx.Document(io.BytesIO(data)).paragraphs]


# ---------------------------------------------------------------- the standard


def test_the_page_is_that_of_the_standard() -> None:
    section = re.findall(r"<w:sectPr>.*?</w:sectPr>", part(docx_bytes(DOC), "word/document.xml"))[0]
    size = re.search(r'<w:pgSz w:w="(\d+)" w:h="(\d+)"/>', section)
    assert [round(int(n) / MM) for n in size.groups()] == [210, 297]
    sides = {side: int(n) / MM for side, n in re.findall(r'w:(top|right|bottom|left)="(\d+)"', section)}
    assert {side: round(mm, 1) for side, mm in sides.items()} == {
        "top": 37.0,
        "right": 26.0,
        "bottom": 35.0,
        "left": 28.0,
    }
    assert f'w:type="linesAndChars" w:linePitch="{PITCH}"' in section


def test_22_lines_of_28_characters_fill_the_block_and_do_not_pass_it() -> None:
    wide, high = 11906 - 1587 - 1474, 16838 - 2098 - 1984
    assert PITCH * LINES <= high < PITCH * LINES + 22
    assert CHAR_PITCH * CHARS <= wide < CHAR_PITCH * (CHARS + 1)
    # The grid itself: 4096ths of a point by which a 16 pt character is set closer.
    space = int(re.search(r'w:charSpace="(-?\d+)"', part(docx_bytes(DOC), "word/document.xml")).group(1))
    assert (16 + space / 4096) * 20 * 28 <= wide < (16 + space / 4096) * 20 * 28 + 3
    styles = part(docx_bytes(DOC), "word/styles.xml")
    assert f'w:line="{PITCH}" w:lineRule="exact"' in styles and round(PITCH / 20, 1) == 28.9


def test_fonts_are_named_by_style_and_none_is_shipped() -> None:
    data = docx_bytes(DOC)
    styles = part(data, "word/styles.xml")
    for ident, font, size in (
        ("DocTitle", "方正小标宋简体", "44"),
        ("Normal", "仿宋_GB2312", "32"),
        ("Level1", "黑体", ""),
        ("Level2", "楷体_GB2312", ""),
        ("PageNumber", "宋体", "28"),
        ("Imprint", "仿宋_GB2312", "28"),
    ):
        style = re.search(rf'<w:style [^>]*w:styleId="{ident}"[^>]*>.*?</w:style>', styles).group()
        assert f'w:eastAsia="{font}"' in style and f'w:sz w:val="{size}"' * bool(size) in style
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not [
            n for n in archive.namelist() if "thumbnail" in n or ("font" in n.lower() and "Table" not in n)
        ]


def test_a_machine_without_the_fonts_is_told_which_ones_to_take() -> None:
    """Only Word's own 仿宋 and 楷体 are on every machine, and 方正小标宋 on few."""
    told = part(docx_bytes(DOC), "word/fontTable.xml")
    instead = dict(re.findall(r'<w:font w:name="([^"]+)"><w:altName w:val="([^"]+)"/>', told))
    assert instead["仿宋_GB2312"] == "仿宋" and instead["楷体_GB2312"] == "楷体"
    assert instead["方正小标宋简体"] == "宋体"


def test_nothing_is_left_of_the_library_s_own_document() -> None:
    with zipfile.ZipFile(io.BytesIO(docx_bytes(DOC))) as archive:
        names = set(archive.namelist())
        told = b"".join(archive.read(name) for name in names)
    assert not [n for n in names if "customXml" in n or "thumbnail" in n or "Effects" in n]
    assert b"python-docx" not in told and b"Light Shading" not in told


def test_page_numbers_stand_outside_on_odd_and_even_pages() -> None:
    data = docx_bytes(DOC)
    assert "<w:evenAndOddHeaders" in part(data, "word/settings.xml")
    told = part(data, "word/document.xml")
    first = re.search(r"<w:sectPr>.*?</w:sectPr>", told).group()
    rels = dict(
        re.findall(r'Id="(rId\d+)"[^>]*Target="(footer\d+\.xml)"', part(data, "word/_rels/document.xml.rels"))
        + [
            (b, a)
            for a, b in re.findall(
                r'Target="(footer\d+\.xml)"[^>]*Id="(rId\d+)"', part(data, "word/_rels/document.xml.rels")
            )
        ]
    )
    feet = dict(re.findall(r'<w:footerReference w:type="(\w+)" r:id="(rId\d+)"/>', first))
    odd, even = (part(data, f"word/{rels[feet[kind]]}") for kind in ("default", "even"))
    assert '<w:ind w:right="280"/><w:jc w:val="right"/>' in odd
    assert '<w:ind w:left="280"/><w:jc w:val="left"/>' in even
    assert " PAGE " in odd and "—" in odd


def test_a_wide_table_lies_across_with_its_number_turned_to_the_left_edge() -> None:
    data = docx_bytes(DOC)
    sections = re.findall(r"<w:sectPr>.*?</w:sectPr>", part(data, "word/document.xml"))
    across = [s for s in sections if 'w:orient="landscape"' in s]
    assert len(across) == 1 and 'w:w="16838" w:h="11906"' in across[0]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        feet = [archive.read(n).decode() for n in archive.namelist() if "footer" in n and n.endswith(".xml")]
    assert sum('vert="vert"' in foot for foot in feet) == 2


def test_heads_of_tables_are_repeated_and_rows_are_not_torn() -> None:
    told = part(docx_bytes(DOC), "word/document.xml")
    assert told.count("<w:tblHeader/>") == 2
    assert told.count("<w:cantSplit/>") == told.count("<w:tr>")


def test_the_document_stands_in_order() -> None:
    told = [text for text in paragraphs(docx_bytes(DOC)) if text]
    assert told[:2] == ["中共东沟采油作业区总支部委员会文件", "东党总支〔2026〕3号"]
    assert "".join(told[2:4]) == TITLE and told[4] == "各党支部、党小组："
    order = [
        "附件：1.缺项清单",
        "2.得分情况表",
        DOC.signature[0],
        DOC.date,
        "（此件发至党小组）",
        "附件1",
        "缺项清单",
    ]
    places = [told.index(text) for text in order]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("signature", "date", "sealed", "expected"),
    [
        ("中共东沟采油作业区总支部委员会", "2026年11月20日", False, (2.0, 8.0)),
        ("检查组", "2026年11月20日", False, (8.0, 2.0)),
        ("区党总支检查组", "2026年11月20日", True, (4.0, 4.0)),
        ("中共东沟采油作业区总支部委员会", "2026年11月20日", True, (0.0, 4.0)),
    ],
)
def test_where_signature_and_date_stand(
    signature: str, date: str, sealed: bool, expected: tuple[float, float]
) -> None:
    assert signature_indents(signature, date, sealed=sealed) == expected


@given(st.integers(1, 27), st.integers(7, 9))
def test_the_date_begins_two_characters_right_of_the_signature(sign: int, day: int) -> None:
    sign_in, date_in = signature_indents("甲" * sign, "乙" * day, sealed=False)
    assert (sign_in + sign) - (date_in + day) == 2
    assert min(sign_in, date_in) >= 0 and (date_in == 2 if day > sign else sign_in == 2)


def test_titles_break_between_words_and_fill_few_lines() -> None:
    assert title_lines("情况通报") == ["情况通报"]
    assert title_lines(TITLE) == ["关于2026年第四季度党支部标准化规范化", "建设“回头看”检查情况的通报"]
    lines = title_lines("中共第一采油厂东沟采油作业区总支部委员会" + TITLE)
    assert len(lines) == 3 and halves(lines[1]) >= max(halves(lines[0]), halves(lines[2]))
    assert all(line[0] not in "的，、。”》" for line in lines)


@given(texts())
@settings(deadline=None)
def test_a_title_loses_nothing_when_it_is_broken(text: str) -> None:
    joined = "".join(title_lines(text))
    assert "".join(joined.split()) == "".join(clean_text(text).split())


# ------------------------------------------------------------ text stays text


@given(st.lists(texts(), min_size=3, max_size=3))
@settings(max_examples=times(40), deadline=None)
def test_a_document_holds_exactly_the_cleaned_texts(wild: list[str]) -> None:
    table = Table(heads=("甲", "乙"), rows=((wild[0], wild[1]),))
    doc = Doc(title="通报", body=(Para(text=wild[2]), Para(text=wild[0], level=2), table))
    reopened = docx.Document(io.BytesIO(docx_bytes(doc)))
    cells = [cell.text for cell in reopened.tables[0].rows[1].cells]
    assert cells == [clean_text(wild[0]), clean_text(wild[1])]
    told = [p.text for p in reopened.paragraphs]
    heading = next(p.text for p in reopened.paragraphs if p.style.name == "公文二级标题")
    assert heading == clean_text(wild[0], newlines=False)
    for piece in wild[2].split("\n"):
        assert clean_text(piece, newlines=False) in told


class _Heard(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data) -> None:
        self.text += data


def _wild_doc(wild: list[str]) -> Doc:
    one, two, three = wild
    return Doc(
        title="通报" + one,
        recipients=two,
        body=(
            Para(text="正文" + one, lead=two),
            Para(text=three, level=1),
            Table(heads=(one, two), rows=((two, three),), caption=three),
        ),
        signature=(one,),
        date=two,
        attachments=(Attachment(title=three, body=(Para(text=one),)),),
        imprint=Imprint(copy_to=one, printed_by=two, printed_on=three),
    )


PLAIN_HTML = html_text(_wild_doc(["甲", "乙", "丙"]))


@given(st.lists(texts(), min_size=3, max_size=3))
@settings(max_examples=times(60), deadline=None)
def test_html_gains_no_markup_from_what_was_typed(wild: list[str]) -> None:
    plain, heard = _Heard(), _Heard()
    plain.feed(PLAIN_HTML)
    heard.feed(html_text(_wild_doc(wild)))
    assert heard.tags <= plain.tags | {"br"} and heard.attributes <= plain.attributes
    for text in wild:
        assert "".join(clean_text(text).split()) in "".join(heard.text.split())


def test_html_needs_nothing_from_outside() -> None:
    told = html_text(DOC)
    assert "<script" not in told and "src=" not in told and "href=" not in told
    assert "default-src 'none'" in told and "@page { size: A4" in told


@given(st.lists(texts(), min_size=3, max_size=3))
@settings(max_examples=times(60), deadline=None)
def test_markdown_gains_no_markup_from_what_was_typed(wild: list[str]) -> None:
    """Read by a CommonMark reader with tables, the text is there and nothing but the frame is markup."""
    reader = MarkdownIt("commonmark").enable("table")
    heard = _Heard()
    heard.feed(reader.render(markdown_text(_wild_doc(wild))))
    frame = {"h1", "h2", "p", "br", "strong", "table", "thead", "tbody", "tr", "th", "td"}
    assert heard.tags <= frame and heard.attributes <= {"style"}
    for text in wild:
        assert "".join(clean_text(text).split()) in "".join(heard.text.split())


@pytest.mark.parametrize(
    "text", [*HOSTILE, "1. 一", "2) 二", "- 三", "> 四", "    五", "~~~", "---", "| a |", "&lt;"]
)
def test_markdown_shows_a_typed_line_as_it_was_typed(text: str) -> None:
    heard = _Heard()
    heard.feed(MarkdownIt("commonmark").render(escaped(text)))
    assert heard.tags <= {"p"}
    assert heard.text.strip() == clean_text(text, newlines=False).strip()


# ----------------------------------------------------------- bytes and goldens


@pytest.mark.parametrize("doc", [DOC, BULLETIN], ids=["notice", "bulletin"])
def test_equal_documents_give_equal_bytes_without_clock_or_author(doc: Doc) -> None:
    made = docx_bytes(doc)
    assert made == docx_bytes(doc)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    core = part(made, "docProps/core.xml")
    assert "python-docx" not in core and "2000-01-01" in core


@pytest.mark.parametrize(("name", "doc"), [("notice", DOC), ("bulletin", BULLETIN)])
def test_goldens_of_documents(name: str, doc: Doc, update_goldens: bool) -> None:
    body = part(docx_bytes(doc), "word/document.xml").partition("<w:body>")[2]
    paper_golden(f"{name}.document.xml", body.replace("<w:p>", "\n<w:p>").encode(), update_goldens)
    paper_golden(f"{name}.html", html_text(doc).encode(), update_goldens)
    paper_golden(f"{name}.md", markdown_text(doc).encode(), update_goldens)


def test_a_hundred_long_pages_are_set_with_every_point_once() -> None:
    body = tuple(Para(text=f"{n}.{LONG}") for n in range(400))
    told = paragraphs(docx_bytes(Doc(title="通报", body=body)))
    assert [text for text in told if text[:1].isdigit()] == [block.text for block in body]
