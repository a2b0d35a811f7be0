"""A document set as .docx to GB/T 9704-2012: the red head, the title, levels, 落款, 附件, 版记."""

from __future__ import annotations

from inspect_tui.report.papers import docx_paper as paper
from inspect_tui.report.papers.documents import (
    Block,
    Break,
    Doc,
    Para,
    Pictures,
    Shot,
    Table,
    attachment_head,
    attachment_lines,
    line,
    signature_indents,
    title_lines,
)
from inspect_tui.report.papers.docx_paper import (
    CHAR_PITCH,
    Page,
    Paper,
    cell,
    cell_of,
    para,
    row,
    runs,
    table,
)
from inspect_tui.report.papers.measure import halves, lines_needed

PORTRAIT = Page(footer=paper.NUMBER_ODD, footer_even=paper.NUMBER_EVEN)
#: A page turned a quarter to the right, so that the head of its table lies at the binding; its number is
#: turned too and stands where the others stand.
ACROSS = Page(
    size=(paper.A4[1], paper.A4[0]),
    margins=(paper.LEFT, paper.TOP, paper.RIGHT, paper.BOTTOM),
    footer=paper.TURNED_ODD,
    footer_even=paper.TURNED_EVEN,
    grid=False,
)
_LEVEL_RUNS = {1: paper.font(paper.HEITI), 2: paper.font(paper.KAITI)}
_JC = {"l": "left", "c": "center", "r": "right"}
_RED_LINE = '<w:pBdr><w:bottom w:val="single" w:sz="18" w:space="1" w:color="FF0000"/></w:pBdr>'
_KEEP = "<w:keepNext/>"
#: Halves of a paragraph of six lines.
_SHORT = 6 * 28 * 2
_RULE = '<w:{} w:val="single" w:sz="{}" w:space="1" w:color="000000"/>'
#: A picture of a contact sheet: what it leaves free at its sides, and how high it may be (60 mm).
_SHOT_GAP, _SHOT_HIGH = 280, 3400
#: One 4号 character, by which 版记 stands in from both sides.
_EDGE = 280


def docx_bytes(doc: Doc) -> bytes:
    """The document as a .docx file; equal documents give equal bytes."""
    out = _Setting(doc)
    out.head()
    out.blocks(doc.body, keep=True)
    out.tail()
    out.attachments()
    out.imprint()
    out.paper.section(out.page)
    return out.paper.to_bytes()


class _Setting:
    """The document as it is being set; `page` is how the present page lies."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.paper = Paper(line(doc.title.replace("\n", "")))
        self.page = PORTRAIT

    def turn(self, page: Page) -> None:
        """Go on on a page that lies like this."""
        if page is not self.page:
            if not self.paper.empty:
                self.paper.section(self.page)
            self.page = page

    def blank(self, count: int = 1, properties: str = "") -> None:
        self.paper.add(*[para("Normal", "", properties)] * count)

    # ------------------------------------------------------------------- head

    def head(self) -> None:
        doc = self.doc
        for mark in (doc.secrecy, doc.urgency):
            if mark:
                self.paper.add(para("Secrecy", runs(line(mark))))
        if doc.bulletin is not None:
            self._bulletin_head()
        elif doc.letterhead:
            self._red_head(doc.letterhead)
            self.blank(2)
            self.paper.add(para("DocNumber", runs(line(doc.number)), _RED_LINE))
            self.blank(2)
        elif doc.number:
            self.paper.add(para("DocNumber", runs(line(doc.number))))
            self.blank(2)
        for part in title_lines(doc.title):
            self.paper.add(para("DocTitle", runs(part)))
        self.blank()
        if doc.recipients:
            self.paper.add(para("Recipients", runs(line(doc.recipients) + "：")))

    def _red_head(self, text: str) -> None:
        """The red name over the page, as large as one line allows."""
        told = line(text)
        size = int(min(84.0, max(44.0, 2 * self.page.room / 20 / max(1.0, halves(told) / 2) - 1)))
        self.paper.add(para("Letterhead", runs(told, f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>')))

    def _bulletin_head(self) -> None:
        bulletin = self.doc.bulletin
        assert bulletin is not None
        self._red_head(bulletin.name)
        self.paper.add(para("DocNumber", runs(line(bulletin.issue))))
        ends = f'<w:tabs><w:tab w:val="right" w:pos="{self.page.room - round(CHAR_PITCH)}"/></w:tabs>'
        edge = round(CHAR_PITCH)
        left = f'<w:ind w:left="{edge}" w:right="{edge}"/>'
        bordered = _RED_LINE + ends + left + '<w:jc w:val="left"/>'
        told = f"{line(bulletin.editor)}\t{line(self.doc.date)}"
        self.paper.add(para("Normal", runs(told), bordered))
        self.blank(2)

    # ------------------------------------------------------------------- body

    def blocks(self, blocks: tuple[Block, ...], home: Page = PORTRAIT, *, keep: bool = False) -> None:
        """Set paragraphs and tables; a wide table turns the page and what follows turns it back.

        With `keep` a short last paragraph stays with what follows, so that no signature stands on a page
        alone. LibreOffice moves such a paragraph whole, so a long one is left to run on.
        """
        for place, block in enumerate(blocks, 1):
            if isinstance(block, Break):
                self.paper.add(para("Thin", "", "<w:pageBreakBefore/>"))
            elif isinstance(block, Table):
                if block.wide:
                    self.turn(ACROSS)
                self._table(block)
            elif isinstance(block, Pictures):
                self.turn(home)
                self._pictures(block)
            else:
                self.turn(home)
                stays = keep and place == len(blocks) and halves(block.text) <= _SHORT
                self._para(block, _KEEP if stays else "")

    def _para(self, block: Para, keep: str) -> None:
        if block.level:
            self.paper.add(para(f"Level{min(block.level, 4)}", runs(line(block.text))))
            return
        lead = runs(line(block.lead), _LEVEL_RUNS.get(block.lead_level, "")) if block.lead else ""
        for number, text in enumerate(block.text.split("\n")):
            flush = "" if block.indent else '<w:ind w:firstLineChars="0" w:firstLine="0"/>'
            self.paper.add(para("BodyText", (lead if not number else "") + runs(line(text)), keep + flush))

    def _table(self, block: Table) -> None:
        widths = paper.columns_in(self.page.room, block.widths or [1.0] * len(block.heads))
        aligns = [_JC.get(letter, "left") for letter in block.aligns.ljust(len(block.heads), "l")]
        if block.caption:
            self.paper.add(para("TableCaption", runs(line(block.caption))))
        heads = [cell(line(h), w, style="TableHead") for h, w in zip(block.heads, widths, strict=True)]
        rows = [
            row([cell(text, w, align=a) for text, w, a in zip(cells, widths, aligns, strict=True)])
            for cells in block.rows
        ]
        self.paper.add(table(widths, [row(heads, head=True), *rows]))
        # Two tables that touch would become one.
        self.paper.add(para("Thin", ""))

    def _pictures(self, block: Pictures) -> None:
        """Two pictures a row without rules, each over its lines; a row stays on one page."""
        widths = paper.columns_in(self.page.room, (1, 1))
        cells = [self._shot(shot, widths[n % 2]) for n, shot in enumerate(block.shots)]
        if len(cells) % 2:
            cells.append(cell("", widths[1]))
        rows = [row(pair) for pair in zip(cells[::2], cells[1::2], strict=True)]
        self.paper.add(table(widths, rows, borders=""))
        self.paper.add(para("Thin", ""))

    def _shot(self, shot: Shot, width: int) -> str:
        number = self.paper.hold(shot.data, shot.ext)
        wide, high = (shot.height, shot.width) if shot.turns % 2 else (shot.width, shot.height)
        scale = min((width - _SHOT_GAP) / wide, _SHOT_HIGH / high)
        size = (round(shot.width * scale), round(shot.height * scale))
        told = paper.picture(number, size, shot.turns, shot.lines[0] if shot.lines else "")
        centre = '<w:jc w:val="center"/>'
        lines = "".join(para("TableText", runs(line(text)), centre) for text in shot.lines)
        return cell_of(para("TableText", told, centre) + lines, width)

    # ------------------------------------------------------------------- tail

    def tail(self) -> None:
        doc = self.doc
        self.turn(PORTRAIT)
        told = attachment_lines(doc)
        if told:
            self.blank(1, _KEEP)
            self._attachment_names(told)
        if doc.bulletin is None and (doc.signature or doc.date):
            self.blank(1, _KEEP)
            date = line(doc.date)
            signs = [line(text) for text in doc.signature]
            longest = max(signs, key=halves, default="")
            _, date_in = signature_indents(longest, date, sealed=doc.sealed)
            for text in signs:
                sign_in, _ = signature_indents(text, date, sealed=doc.sealed)
                self.paper.add(para("Signature", runs(text), _right(sign_in)))
            if date:
                self.paper.add(para("SignDate", runs(date), _right(date_in)))
        if doc.note:
            self.paper.add(para("BodyText", runs(f"（{line(doc.note)}）")))

    def _attachment_names(self, told: list[str]) -> None:
        """附件：1.×××, later ones under the first, wrapped lines under the name."""
        number = 1.0 if len(told) > 1 else 0.0
        for index, text in enumerate(told):
            hang = number + (0.5 if index >= 9 else 0)
            hang += 0 if index else 3
            left = 5 + number + (0.5 if index >= 9 else 0)
            indent = (
                f'<w:ind w:leftChars="{round(left * 100)}" w:left="{round(left * CHAR_PITCH)}" '
                f'w:hangingChars="{round(hang * 100)}" w:hanging="{round(hang * CHAR_PITCH)}"/>'
            )
            self.paper.add(para("Attachments", runs(text if index else f"附件：{text}"), _KEEP + indent))

    def attachments(self) -> None:
        for index, attachment in enumerate(self.doc.attachments):
            if not attachment.body:
                continue
            first = attachment.body[0] if attachment.body else None
            home = ACROSS if isinstance(first, Table) and first.wide else PORTRAIT
            fresh = self.page is not home
            self.turn(home)
            broken = "" if fresh else "<w:pageBreakBefore/>"
            self.paper.add(para("AttachmentMark", runs(attachment_head(self.doc, index)), broken))
            self.blank(1, _KEEP)
            for part in title_lines(attachment.title):
                self.paper.add(para("DocTitle", runs(part), _KEEP))
            self.blank(1, _KEEP)
            self.blocks(attachment.body, home)

    def imprint(self) -> None:
        """What stands at the foot of the last page: 版记, or who gets the 简报."""
        doc = self.doc
        lines: list[tuple[str, str]] = []
        if doc.bulletin is not None and (doc.bulletin.sent_to or doc.bulletin.copies):
            lines.append((f"发送：{line(doc.bulletin.sent_to)}", line(doc.bulletin.copies)))
        elif doc.imprint is not None:
            if doc.imprint.copy_to:
                lines.append((f"抄送：{line(doc.imprint.copy_to)}。", ""))
            printed = f"{line(doc.imprint.printed_on)}印发" if doc.imprint.printed_on else ""
            if doc.imprint.printed_by or printed:
                lines.append((line(doc.imprint.printed_by), printed))
        if not lines:
            return
        self.turn(PORTRAIT)
        room, high, told, last = self.page.room, 0, "", len(lines) - 1
        for number, (left, right) in enumerate(lines):
            rule = _RULE.format("top", 6 if number else 8) + (
                _RULE.format("bottom", 8) if number == last else ""
            )
            ends = f'<w:tabs><w:tab w:val="right" w:pos="{room - _EDGE}"/></w:tabs>' if right else ""
            text = f"{left}\t{right}" if right else left
            indent = f'<w:ind w:left="{_EDGE}" w:right="{_EDGE}"/>'
            told += para("Imprint", runs(text), f"<w:pBdr>{rule}</w:pBdr>{ends}{indent}")
            high += 440 * lines_needed(text, (room - 2 * _EDGE) / 140) + 60
        place = (
            '<wp:positionH relativeFrom="margin"><wp:align>center</wp:align></wp:positionH>'
            '<wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>'
        )
        box = paper.text_box(told, place, (room, high), 3, wrap="<wp:wrapTopAndBottom/>")
        self.paper.add(para("Thin", box))


def _right(characters: float) -> str:
    return f'<w:ind w:rightChars="{round(characters * 100)}" w:right="{round(characters * CHAR_PITCH)}"/>'
