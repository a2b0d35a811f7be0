"""A formal document as data: title, body, tables, signature, attachments, and nothing about how it is set.

The 通报, the 简报 and the lists are compiled into this once; .docx, HTML and Markdown are three ways of
setting the very same document, so none of them can say something else.
"""

from __future__ import annotations

import itertools

import msgspec

from inspect_tui.report.papers.measure import halves
from inspect_tui.store.clean import clean_text

#: Whole characters of a title line at 2号 that still look well on 156 mm.
TITLE_ROOM = 18
#: A title line neither begins with these nor ends with the others.
_NOT_FIRST = "的地得和与及或等、，。；：？！”’）》〉】〕…之中上下内外"
_NOT_LAST = "和与及或在对将把“‘（《〈【〔第关"
#: Words of the field that a title line does not tear apart.
_WHOLE = frozenset((
    "党支部", "党小组", "党总支", "党员", "党建", "党委", "支部", "委员会", "总支部", "采油厂",
    "作业区", "管理区", "计量站", "班组", "标准化", "规范化", "达标晋级", "回头看", "两组", "融合",
    "建设", "检查", "督查", "督导", "专项", "考核", "考评", "互检", "抽查", "复查", "情况", "整改",
    "落实", "问题", "上一轮", "上轮", "季度", "年度", "上半年", "下半年", "通报", "通知", "表扬",
    "排名", "简报", "基层", "组织", "生活", "责任制", "岗位", "工作", "关于", "存在", "典型", "做法",
    "推广", "结果", "清单", "得分", "汇总", "台账", "开展", "进行", "全面", "深度", "示范", "红旗",
    "公司", "单位", "部门", "安全", "生产", "基础", "管理", "一季度", "二季度", "三季度", "四季度",
))  # fmt: skip
_OPENERS, _CLOSERS = "“‘（《〈【〔", "”’）》〉】〕"


class Para(msgspec.Struct, frozen=True, kw_only=True, tag="para"):
    """A paragraph. `level` 1 to 4 is a heading whose text already carries its number (一、（一）1.（1）).

    `lead` is a beginning set like a heading of `lead_level` inside a running paragraph, such as
    “（一）共性问题。”. `indent` off sets the paragraph flush left.
    """

    text: str
    level: int = 0
    lead: str = ""
    lead_level: int = 2
    indent: bool = True


class Table(msgspec.Struct, frozen=True, kw_only=True, tag="table"):
    """A table. `widths` are relative; `aligns` one letter per column (l, c, r); `wide` asks for a page
    across. `caption` stands centred above it."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()
    aligns: str = ""
    caption: str = ""
    wide: bool = False


class Shot(msgspec.Struct, frozen=True, kw_only=True):
    """A picture with the lines under it; `turns` quarter turns to the right set it upright."""

    data: bytes
    ext: str
    width: int
    height: int
    lines: tuple[str, ...]
    turns: int = 0


class Pictures(msgspec.Struct, frozen=True, kw_only=True, tag="pictures"):
    """Pictures, two in a row."""

    shots: tuple[Shot, ...]


class Break(msgspec.Struct, frozen=True, kw_only=True, tag="break"):
    """What follows begins on a new page."""


Block = Para | Table | Pictures | Break


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment: it is named under the text and stands on pages of its own, 附件1 at their head.

    One without a body is only named; it is a file of its own.
    """

    title: str
    body: tuple[Block, ...] = ()


class Bulletin(msgspec.Struct, frozen=True, kw_only=True):
    """The dress of a 简报: its name in red, 第N期, who edits it, and at the foot who gets it in how many
    copies. The date is the document's own."""

    name: str
    issue: str
    editor: str
    sent_to: str = ""
    copies: str = ""


class Imprint(msgspec.Struct, frozen=True, kw_only=True):
    """版记 at the foot of the last page: 抄送, who printed it and when."""

    copy_to: str = ""
    printed_by: str = ""
    printed_on: str = ""


class Doc(msgspec.Struct, frozen=True, kw_only=True):
    """A document to GB/T 9704-2012.

    `letterhead` is the red 发文机关标志, `number` the 发文字号, `secrecy` and `urgency` stand top left.
    `recipients` come without their colon. `signature` may name several issuers, one a line; `date` is
    worded (2026年11月20日). `sealed` leaves the place a seal needs. `note` is the 附注 in brackets.
    """

    title: str
    body: tuple[Block, ...] = ()
    recipients: str = ""
    signature: tuple[str, ...] = ()
    date: str = ""
    sealed: bool = False
    attachments: tuple[Attachment, ...] = ()
    letterhead: str = ""
    number: str = ""
    secrecy: str = ""
    urgency: str = ""
    note: str = ""
    bulletin: Bulletin | None = None
    imprint: Imprint | None = None


def line(text: str) -> str:
    """Text of one line as every setting prints it."""
    return clean_text(text, newlines=False)


def attachment_lines(doc: Doc) -> list[str]:
    """The names of the attachments as they stand under the text, numbered when there are several."""
    titles = [line(a.title) for a in doc.attachments]
    return titles if len(titles) == 1 else [f"{n}.{title}" for n, title in enumerate(titles, 1)]


def attachment_head(doc: Doc, index: int) -> str:
    """附件, or 附件2 where there are several."""
    return "附件" if len(doc.attachments) == 1 else f"附件{index + 1}"


def signature_indents(signature: str, date: str, *, sealed: bool) -> tuple[float, float]:
    """How many characters signature and date stand in from the right (GB/T 9704-2012, 7.3.5).

    With a seal the date stands 4 in and the signature centred on it. Without, the signature stands 2 in and
    the date begins 2 to the right of it, unless the date is the longer of the two.
    """
    sign, day = halves(signature) / 2, halves(date) / 2
    if sealed:
        return max(0.0, 4 + (day - sign) / 2), 4.0 + max(0.0, (sign - day) / 2 - 4)
    if not date:
        return 2.0, 2.0
    if day > sign:
        return day + 4 - sign, 2.0
    return 2.0, sign - day


def title_lines(title: str, room: int = TITLE_ROOM) -> list[str]:
    """A title on as few lines as it needs, shaped like a trapezoid or rhombus, words kept whole.

    Line breaks that are already in the title are kept.
    """
    cleaned = [part.strip() for part in clean_text(title).replace("\t", " ").split("\n") if part.strip()]
    if len(cleaned) > 1:
        return [piece for part in cleaned for piece in _shaped(part, room)]
    return _shaped(cleaned[0], room) if cleaned else [""]


def _shaped(text: str, room: int) -> list[str]:
    width = halves(text) / 2
    if width <= room:
        return [text]
    count = max(2, -(-int(width + 0.5) // room))
    # Many lines, or a run that cannot be broken well, is left to the program that sets it.
    if count > 4:
        return [text]
    cuts = _best_cuts(text, count, room)
    if cuts is None and count < 4:
        cuts = _best_cuts(text, count + 1, room)
    if cuts is None:
        return [text]
    edges = [0, *cuts, len(text)]
    return [text[a:b].strip() for a, b in itertools.pairwise(edges)]


def _best_cuts(text: str, count: int, room: int) -> list[int] | None:
    """Where to cut a text into so many lines with the least harm, or None where they cannot fit."""
    places = [0.0]
    for char in text:
        places.append(places[-1] + halves(char) / 2)
    total = places[-1]
    # A rhombus for three lines, else each line a little shorter than the one above.
    shape = [0.9, 1.2, 0.9] if count == 3 else [1 + 0.12 * ((count - 1) / 2 - n) for n in range(count)]
    wished = [total * part / sum(shape) for part in shape]
    # best[i]: cheapest way to set text[:i] on the lines so far.
    best: dict[int, tuple[float, list[int]]] = {0: (0.0, [])}
    for number, wish in enumerate(wished):
        found: dict[int, tuple[float, list[int]]] = {}
        ends = [len(text)] if number == count - 1 else range(1, len(text))
        for end in ends:
            for start, (cost, cuts) in best.items():
                length = places[end] - places[start]
                if start >= end or length > room + 0.01:
                    continue
                total_cost = cost + (length - wish) ** 2 + (_harm(text, end) if end < len(text) else 0)
                if end not in found or total_cost < found[end][0]:
                    found[end] = (total_cost, [*cuts, end])
        best = found
    return best[len(text)][1][:-1] if len(text) in best else None


def _harm(text: str, cut: int) -> float:
    """How ill a title is broken before the character at `cut`."""
    before, after = text[cut - 1], text[cut]
    harm = 0.0
    if after in _NOT_FIRST or before in _NOT_LAST:
        harm += 400
    if before.isascii() and after.isascii() and not before.isspace() and not after.isspace():
        harm += 400
    if before.isdigit() or after.isdigit():
        harm += 12
    opened = sum(text[:cut].count(char) for char in _OPENERS)
    if opened > sum(text[:cut].count(char) for char in _CLOSERS):
        harm += 60
    if any(text.find(word, max(0, cut - len(word) + 1), cut + len(word) - 1) >= 0 for word in _WHOLE):
        harm += 80
    if before in "的”》）、":
        harm -= 6
    return harm
