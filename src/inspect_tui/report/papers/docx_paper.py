"""A .docx file put together from pages: geometry, styles, fonts by name, footers; the same bytes each time.

Content comes as WordprocessingML text and is parsed once, which is many times faster than building
paragraphs and cells one by one. Everything typed by people goes through `runs`.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import zipfile
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

import msgspec

from inspect_tui.store.clean import clean_text

#: GB/T 9704-2012 in twentieths of a point: A4, margins 37/26/35/28 mm, 22 lines of 28 characters.
A4 = (11906, 16838)
TOP, RIGHT, BOTTOM, LEFT = 2098, 1474, 1984, 1587
LINES, CHARS = 22, 28
#: 225 mm by 22 is 28.99 pt; the largest pitch of whole twentieths with which 22 lines still fit.
PITCH = (A4[1] - TOP - BOTTOM) // LINES
#: A 3号 character is 16 pt, 28 of them are wider than 156 mm, so they are set 0.3 pt closer. The
#: grid says the same; text itself does not snap to it, because LibreOffice would give a character that is
#: wider than its cell two cells.
CLOSER = -6
CHAR_PITCH = 320 + CLOSER
CHAR_SPACE = int(((A4[0] - LEFT - RIGHT) / CHARS - 320) / 20 * 4096) - 1
#: The dash of the page number stands 7 mm under the text block, in the middle of a line of 14 pt.
FOOTER = BOTTOM - round(7 * 1440 / 25.4) - 140

FANGSONG, KAITI, HEITI, SONGTI, TITLE_FONT = "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体", "方正小标宋简体"
#: What a machine without those fonts takes instead.
_INSTEAD = {
    FANGSONG: ("仿宋", "modern"),
    KAITI: ("楷体", "modern"),
    HEITI: ("SimHei", "modern"),
    SONGTI: ("SimSun", "auto"),
    TITLE_FONT: ("宋体", "auto"),
}
_MADE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
#: Units of a drawing in a twentieth of a point.
_EMU = 635
#: Parts of the library's empty document: a picture of it, data, and a second set of styles.
_EXTRAS = ("/thumbnail", "/customXml", "/stylesWithEffects")
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
_PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
_NAMESPACES = (
    f'xmlns:w="{_W}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    f'xmlns:wps="{_WPS}"'
)


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """How the pages of a section lie: size and margins, the grid of the standard, what their feet say.

    `footer` and `footer_even` are WordprocessingML; without the second all pages share the first.
    `restart` begins counting pages at 1.
    """

    size: tuple[int, int] = A4
    margins: tuple[int, int, int, int] = (TOP, RIGHT, BOTTOM, LEFT)
    footer: str = ""
    footer_even: str = ""
    footer_distance: int = FOOTER
    grid: bool = True
    restart: bool = False

    @property
    def landscape(self) -> bool:
        return self.size[0] > self.size[1]

    @property
    def room(self) -> int:
        """Width of the text block in twentieths of a point."""
        return self.size[0] - self.margins[1] - self.margins[3]


# ------------------------------------------------------------- text and parts


def runs(text: str, properties: str = "") -> str:
    """Text as runs: every sign of it kept as text, line ends and tabs as such."""
    told = []
    for number, piece in enumerate(clean_text(text).split("\n")):
        if number:
            told.append("<w:br/>")
        for index, part in enumerate(piece.split("\t")):
            if index:
                told.append("<w:tab/>")
            if part:
                told.append(f'<w:t xml:space="preserve">{escape(part)}</w:t>')
    if not told:
        return ""
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{''.join(told)}</w:r>"


def font(name: str, half_points: int = 0, more: str = "") -> str:
    """Run properties for a font by name: the same one for all signs, so that “” stay full-width."""
    size = ""
    if half_points:
        closer = CLOSER if half_points == 32 else 0
        size = f'<w:spacing w:val="{closer}"/><w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'
    return (
        f'<w:rFonts w:ascii="{name}" w:eastAsia="{name}" w:hAnsi="{name}" w:cs="{name}" w:hint="eastAsia"/>'
        f"{more}{size}"
    )


def para(style: str, content: str, properties: str = "") -> str:
    """A paragraph in a named style."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{content}</w:p>'


def field(code: str, properties: str = "", *, shown: int = 1) -> str:
    """A field such as PAGE, with a number standing in until a program counts."""
    props = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return (
        f'<w:r>{props}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r>{props}<w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
        f'<w:r>{props}<w:fldChar w:fldCharType="separate"/></w:r>'
        f"<w:r>{props}<w:t>{shown}</w:t></w:r>"
        f'<w:r>{props}<w:fldChar w:fldCharType="end"/></w:r>'
    )


def page_number(align: str, indent: str = "") -> str:
    """— 1 — in 4号宋体."""
    dash = "<w:r><w:t>—</w:t></w:r>"
    gap = '<w:r><w:t xml:space="preserve"> </w:t></w:r>'
    content = f"{dash}{gap}{field('PAGE')}{gap}{dash}"
    return para("PageNumber", content, f'<w:ind {indent}/><w:jc w:val="{align}"/>')


#: Page numbers of a formal document: outside, one character in.
NUMBER_ODD = page_number("right", 'w:right="280"')
NUMBER_EVEN = page_number("left", 'w:left="280"')


def text_box(
    content: str,
    place: str,
    size: tuple[int, int],
    ident: int,
    *,
    turned: bool = False,
    wrap: str = "<wp:wrapNone/>",
) -> str:
    """A run that holds a box of paragraphs at a fixed place of the page; `size` in twentieths of a point."""
    wide, high = (round(length * _EMU) for length in size)
    vert = ' vert="vert"' if turned else ""
    return (
        f'<w:r><mc:AlternateContent><mc:Choice xmlns:wps="{_WPS}" Requires="wps">'
        '<w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" '
        'relativeHeight="1" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1">'
        f'<wp:simplePos x="0" y="0"/>{place}<wp:extent cx="{wide}" cy="{high}"/>{wrap}'
        f'<wp:docPr id="{ident}" name="文本框{ident}"/><wp:cNvGraphicFramePr/>'
        f'<a:graphic><a:graphicData uri="{_WPS}">'
        '<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr>'
        f'<a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr>'
        f"<wps:txbx><w:txbxContent>{content}</w:txbxContent></wps:txbx>"
        f'<wps:bodyPr{vert} wrap="square" lIns="0" tIns="0" rIns="0" bIns="0"><a:noAutofit/></wps:bodyPr>'
        "</wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing>"
        "</mc:Choice></mc:AlternateContent></w:r>"
    )


def turned_number(align: str, indent: str, ident: int) -> str:
    """The page number of a page that lies across: turned a quarter, at the left edge, in a box of its own.

    When the sheets are bound together it stands where the numbers of the other pages stand.
    """
    place = (
        f'<wp:positionH relativeFrom="page"><wp:posOffset>{FOOTER * _EMU}</wp:posOffset></wp:positionH>'
        f'<wp:positionV relativeFrom="page"><wp:posOffset>{LEFT * _EMU}</wp:posOffset></wp:positionV>'
    )
    number = page_number(align, indent)
    size = (280, A4[0] - LEFT - RIGHT)
    return para("PageNumber", text_box(number, place, size, ident, turned=True))


TURNED_ODD = turned_number("right", 'w:right="280"', 1)
TURNED_EVEN = turned_number("left", 'w:left="280"', 2)

_SINGLE = '<w:{} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
BORDERS = "".join(_SINGLE.format(side) for side in ("top", "left", "bottom", "right", "insideH", "insideV"))


def columns_in(room: int, widths: Iterable[float]) -> list[int]:
    """Relative widths as twentieths of a point that fill the room exactly."""
    given = list(widths)
    total = sum(given)
    edges = [round(room * sum(given[:n]) / total) for n in range(len(given) + 1)]
    return [b - a for a, b in itertools.pairwise(edges)]


def table(widths: list[int], rows: Iterable[str], *, properties: str = "", borders: str = BORDERS) -> str:
    """A table of fixed column widths; `rows` come from `row`."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr>{properties}<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="40" w:type="dxa"/><w:right w:w="40" w:type="dxa"/></w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def row(cells: Iterable[str], *, head: bool = False, height: int = 0, whole: bool = True) -> str:
    """A row; a head row is repeated on every page. `whole` rows are not torn by the end of a page."""
    told = "<w:cantSplit/>" if whole else ""
    told += f'<w:trHeight w:val="{height}" w:hRule="atLeast"/>' if height else ""
    told += "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr>{told}</w:trPr>{''.join(cells)}</w:tr>"


def cell(text: str, width: int, *, style: str = "TableText", align: str = "", span: int = 1) -> str:
    """A cell of one text."""
    jc = f'<w:jc w:val="{align}"/>' if align else ""
    return cell_of(para(style, runs(text), jc), width, span=span)


def cell_of(content: str, width: int, *, span: int = 1) -> str:
    """A cell of given paragraphs."""
    across = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{across}<w:vAlign w:val="center"/></w:tcPr>'
        f"{content}</w:tc>"
    )


def picture(number: int, size: tuple[int, int], turns: int, told: str) -> str:
    """A run with a picture of the paper in the line; `size` as stored, before it is turned."""
    wide, high = (round(length * _EMU) for length in size)
    # A picture on its side takes the room of one that stands: what it lacks is left free around it.
    spare = (high - wide) // 2 if turns % 2 else 0
    across, along = max(0, spare), max(0, -spare)
    rot = f' rot="{turns * 5400000}"' if turns else ""
    name = escape(clean_text(told, newlines=False)[:80], {'"': "&quot;"})
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{wide}" cy="{high}"/>'
        f'<wp:effectExtent l="{across}" t="{along}" r="{across}" b="{along}"/>'
        f'<wp:docPr id="{100 + number}" name="图片{number + 1}" descr="{name}"/>'
        f'<a:graphic><a:graphicData uri="{_PIC}"><pic:pic xmlns:pic="{_PIC}">'
        f'<pic:nvPicPr><pic:cNvPr id="{100 + number}" name="图片{number + 1}"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="rIdP{number}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm{rot}><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


# --------------------------------------------------------------------- styles

#: Nothing is put between Chinese and digits, so that characters count as the standard counts them.
_NO_GAPS = '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
_EXACT = f'<w:spacing w:before="0" w:after="0" w:line="{PITCH}" w:lineRule="exact"/>'
_INDENT = f'<w:ind w:firstLineChars="200" w:firstLine="{round(2 * CHAR_PITCH)}"/>'
_CLOSE = '<w:spacing w:before="0" w:after="0" w:line="{}" w:lineRule="{}"/>'


def _style(
    ident: str, name: str, paragraph: str, run: str, *, outline: int = 0, default: bool = False
) -> str:
    level = f'<w:outlineLvl w:val="{outline - 1}"/>' if outline else ""
    based = "" if default else '<w:basedOn w:val="Normal"/>'
    mark = ' w:default="1"' if default else ' w:customStyle="1"'
    return (
        f'<w:style w:type="paragraph"{mark} w:styleId="{ident}"><w:name w:val="{name}"/>{based}<w:qFormat/>'
        f"<w:pPr>{paragraph}{level}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _styles() -> str:
    plain = (
        '<w:widowControl w:val="0"/><w:kinsoku/><w:overflowPunct/>'
        f'{_NO_GAPS}<w:snapToGrid w:val="0"/>{_EXACT}<w:jc w:val="both"/>'
    )
    centred = '<w:jc w:val="center"/>'
    red = '<w:color w:val="FF0000"/>'
    left = '<w:jc w:val="left"/>'
    table_close = _CLOSE.format(300, "atLeast")
    told = [
        _style("Normal", "Normal", plain, font(FANGSONG, 32), default=True),
        _style("DocTitle", "公文标题", centred, font(TITLE_FONT, 44)),
        _style("Recipients", "主送机关", left, ""),
        _style("BodyText", "公文正文", _INDENT, ""),
        _style("Level1", "公文一级标题", f"<w:keepNext/>{_INDENT}", font(HEITI), outline=1),
        _style("Level2", "公文二级标题", f"<w:keepNext/>{_INDENT}", font(KAITI), outline=2),
        _style("Level3", "公文三级标题", f"<w:keepNext/>{_INDENT}", "", outline=3),
        _style("Level4", "公文四级标题", f"<w:keepNext/>{_INDENT}", "", outline=4),
        _style("Attachments", "附件说明", left, ""),
        _style("Signature", "公文署名", '<w:keepNext/><w:jc w:val="right"/>', ""),
        _style("SignDate", "成文日期", '<w:jc w:val="right"/>', ""),
        _style("AttachmentMark", "附件序号", '<w:keepNext/><w:jc w:val="left"/>', font(HEITI)),
        _style("Secrecy", "密级和紧急程度", left, font(HEITI)),
        _style("Letterhead", "发文机关标志", _CLOSE.format(0, "auto") + centred, font(TITLE_FONT, 84, red)),
        _style("DocNumber", "发文字号", centred, ""),
        _style("Imprint", "版记", _CLOSE.format(440, "exact"), font(FANGSONG, 28)),
        _style("PageNumber", "页码", _CLOSE.format(280, "exact"), font(SONGTI, 28)),
        _style("TableCaption", "表名", f"<w:keepNext/>{centred}", font(HEITI, 28)),
        _style("TableHead", "表头", table_close + centred, font(HEITI, 21)),
        _style("TableText", "表格文字", table_close + left, font(SONGTI, 21)),
        _style("TableSmall", "表格小字", _CLOSE.format(260, "atLeast") + left, font(SONGTI, 18)),
        _style("FormTitle", "表单标题", _CLOSE.format(600, "atLeast") + centred, font(TITLE_FONT, 36)),
        _style("FormText", "表单文字", _CLOSE.format(360, "atLeast") + left, font(FANGSONG, 24)),
        _style("FormHead", "表单栏目", _CLOSE.format(360, "atLeast") + centred, font(HEITI, 21)),
        _style("Foot", "页脚文字", _CLOSE.format(320, "atLeast") + left, font(SONGTI, 21)),
        _style("Thin", "分节", _CLOSE.format(20, "exact"), '<w:sz w:val="2"/>'),
    ]
    # With no defaults of its own a program would bring in spacing after paragraphs.
    defaults = (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{font(FANGSONG, 32)}<w:lang w:val="en-US" w:eastAsia="zh-CN"/>'
        f"</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>{_NO_GAPS}</w:pPr></w:pPrDefault></w:docDefaults>"
    )
    return f"<w:styles {_NAMESPACES}>{defaults}{''.join(told)}</w:styles>"


def _font_table() -> bytes:
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{family}"/></w:font>'
        for name, (other, family) in _INSTEAD.items()
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<w:fonts xmlns:w="{_W}">{fonts}</w:fonts>'.encode()


# ---------------------------------------------------------------------- paper


class Paper:
    """A document under construction: content is added, then said to lie on pages of some kind."""

    def __init__(self, title: str) -> None:
        self.title = clean_text(title, newlines=False)
        self._parts: list[str] = []
        self._sections: list[tuple[list[str], Page]] = []
        self._pictures: list[tuple[bytes, str]] = []

    def add(self, *content: str) -> None:
        """Add paragraphs or tables."""
        self._parts += content

    def hold(self, data: bytes, ext: str) -> int:
        """Take a picture's file along; returns the number by which `picture` shows it."""
        self._pictures.append((data, ext))
        return len(self._pictures) - 1

    @property
    def empty(self) -> bool:
        """Whether nothing was added since the last section."""
        return not self._parts

    def section(self, page: Page) -> None:
        """What was added since the last call lies on pages like this one."""
        self._sections.append((self._parts, page))
        self._parts = []

    def to_bytes(self) -> bytes:
        """The .docx file."""
        import docx
        from docx.oxml import parse_xml

        document = docx.Document()
        part: Any = document.part
        _replace_children(document.styles.element, parse_xml(_styles()))
        _without_extras(document)
        for index, (data, ext) in enumerate(self._pictures):
            _add_picture(part, index, data, ext)
        footers: dict[str, str] = {}
        told: list[str] = []
        for number, (parts, page) in enumerate(self._sections):
            refs = ""
            for kind, xml in (("default", page.footer), ("even", page.footer_even or page.footer)):
                if xml not in footers:
                    footer, footers[xml] = part.add_footer_part()
                    _replace_children(footer.element, parse_xml(f"<w:ftr {_NAMESPACES}>{xml}</w:ftr>"))
                refs += f'<w:footerReference w:type="{kind}" r:id="{footers[xml]}"/>'
            properties = _section_properties(page, refs)
            if number < len(self._sections) - 1:
                told += _closed(parts, properties)
            else:
                told += [*parts, properties]
        body = parse_xml(f"<w:body {_NAMESPACES}>{''.join(told)}</w:body>")
        _replace_children(document.element.body, body)
        settings: Any = document.settings
        settings.odd_and_even_pages_header_footer = True
        _core(document, self.title)
        out = io.BytesIO()
        document.save(out)
        return stable_zip(out.getvalue(), {"word/fontTable.xml": _font_table()})


def _add_picture(part: Any, number: int, data: bytes, ext: str) -> None:
    """A picture as a part of the file. The bytes go in as given: the library would read them first."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.parts.image import ImagePart

    kind = "image/png" if ext == "png" else "image/jpeg"
    image = ImagePart(PackURI(f"/word/media/image{number + 1}.{ext}"), kind, data)
    part.load_rel(RELATIONSHIP_TYPE.IMAGE, image, f"rIdP{number}")


def _closed(parts: list[str], properties: str) -> list[str]:
    """A section that others follow: its properties stand in its last paragraph."""
    last = parts[-1] if parts else ""
    cut = last.rfind("</w:pPr>")
    if last.startswith("<w:p>") and last.count("<w:p>") == 1 and cut > 0:
        return [*parts[:-1], f"{last[:cut]}{properties}{last[cut:]}"]
    return [*parts, para("Thin", "", properties)]


def _section_properties(page: Page, footers: str) -> str:
    top, right, bottom, left = page.margins
    orient = ' w:orient="landscape"' if page.landscape else ""
    start = '<w:pgNumType w:start="1"/>' if page.restart else ""
    grid = (
        f'<w:docGrid w:type="linesAndChars" w:linePitch="{PITCH}" w:charSpace="{CHAR_SPACE}"/>'
        if page.grid
        else ""
    )
    return (
        f'<w:sectPr>{footers}<w:type w:val="nextPage"/>'
        f'<w:pgSz w:w="{page.size[0]}" w:h="{page.size[1]}"{orient}/>'
        f'<w:pgMar w:top="{top}" w:right="{right}" w:bottom="{bottom}" w:left="{left}" w:header="851" '
        f'w:footer="{page.footer_distance}" w:gutter="0"/>{start}{grid}</w:sectPr>'
    )


def _replace_children(target: Any, source: Any) -> None:
    for child in list(target):
        target.remove(child)
    for child in list(source):
        target.append(child)


def _without_extras(document: Any) -> None:
    """Leave out what the library's own empty document brings along and nobody asked for."""
    for rels in (document.part.package.rels, document.part.rels):
        for key in [k for k, rel in rels.items() if rel.reltype.endswith(_EXTRAS)]:
            del rels[key]


def _core(document: Any, title: str) -> None:
    core = document.core_properties
    core.title = title[:200]
    core.author = core.last_modified_by = core.comments = core.subject = core.keywords = core.category = ""
    core.created = core.modified = _MADE
    core.revision = 1
    core.language = "zh-CN"


def stable_zip(data: bytes, replaced: dict[str, bytes] | None = None) -> bytes:
    """The same archive with fixed dates, and some of its members replaced."""
    replaced = replaced or {}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, _ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            # The system that packed it would otherwise be told in every member.
            info.create_system = 0
            target.writestr(info, replaced.get(name, source.read(name)))
    return out.getvalue()
