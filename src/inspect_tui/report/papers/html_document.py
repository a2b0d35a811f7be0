"""A document as one HTML file that needs nothing else: opened in any browser, printed on A4."""

from __future__ import annotations

import base64
from html import escape

from inspect_tui.report.papers.documents import (
    Block,
    Break,
    Doc,
    Para,
    Pictures,
    Table,
    attachment_head,
    attachment_lines,
    line,
    signature_indents,
    title_lines,
)
from inspect_tui.store.clean import clean_text
from inspect_tui.store.stripping import turned

_ALIGN = {"l": "left", "c": "center", "r": "right"}
_STYLE = """\
@page { size: A4; margin: 37mm 26mm 35mm 28mm; }
@page wide { size: A4 landscape; margin: 28mm 37mm 26mm 35mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 156mm; padding: 12mm 0; color: #000; background: #fff;
  font: 16pt/29pt "仿宋_GB2312", "仿宋", FangSong, "Noto Serif CJK SC", serif; text-align: justify;
  overflow-wrap: anywhere; }
h1 { font: 22pt/29pt "方正小标宋简体", "宋体", SimSun, "Noto Serif CJK SC", serif; text-align: center;
  margin: 29pt 0; }
h2, h3, h4, h5 { font-size: 16pt; font-weight: normal; line-height: 29pt; margin: 0; text-indent: 2em;
  break-after: avoid; }
h2, .lead1, .mark { font-family: "黑体", SimHei, "Noto Sans CJK SC", sans-serif; }
h3, .lead2 { font-family: "楷体_GB2312", "楷体", KaiTi, serif; }
p { margin: 0; text-indent: 2em; }
.flush { text-indent: 0; }
.centre { text-align: center; text-indent: 0; }
.red { color: #f00; font-family: "方正小标宋简体", "宋体", SimSun, serif; font-size: 36pt; line-height: 1.4; }
.rule { border-bottom: 2pt solid #f00; }
.ends { display: flex; justify-content: space-between; text-indent: 0; padding: 0 1em; }
.right { text-align: right; text-indent: 0; }
.names { margin-top: 29pt; padding-left: 5em; text-indent: -3em; }
.names + .names { margin-top: 0; text-indent: 0; }
.after { margin-top: 29pt; }
.page { break-before: page; padding-top: 12mm; }
.imprint { margin-top: 29pt; border-top: 1pt solid #000; border-bottom: 1pt solid #000; font-size: 14pt; }
.imprint p + p { border-top: .75pt solid #000; }
table { width: 100%; border-collapse: collapse; margin: 6pt 0; font: 10.5pt/1.45 "宋体", SimSun, serif;
  text-align: left; }
caption { font: 14pt/29pt "黑体", SimHei, sans-serif; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border: .75pt solid #000; padding: 2pt 4pt; vertical-align: middle; white-space: pre-wrap; }
th { font-family: "黑体", SimHei, sans-serif; font-weight: normal; text-align: center; }
.wide { page: wide; }
@media screen { body { padding: 12mm 4mm; } .wide { overflow-x: auto; } }
@media print { body { padding: 0; max-width: none; } .page { padding-top: 0; } }
"""
_SHOTS = """\
.shots { display: grid; grid-template-columns: 1fr 1fr; gap: 6mm; margin: 6pt 0; }
figure { margin: 0; break-inside: avoid; text-align: center; font: 10.5pt/1.45 "宋体", SimSun, serif; }
figure img { max-width: 100%; max-height: 60mm; }
"""
#: No script, no picture, nothing from anywhere: what is typed into a finding stays text.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
#: Pictures only from the file itself.
_WITH_PICTURES = f"{_POLICY}; img-src data:"


def html_text(doc: Doc) -> str:
    """The document as one HTML file, every text in it escaped."""
    pictures = any(isinstance(block, Pictures) for block in doc.body)
    policy, style = (_WITH_PICTURES, _STYLE + _SHOTS) if pictures else (_POLICY, _STYLE)
    told = "\n".join([*_head(doc), *_blocks(doc.body), *_tail(doc), *_attachments(doc), *_imprint(doc)])
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_one(doc.title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{told}\n</body>\n</html>\n"
    )


def _one(text: str) -> str:
    return escape(line(text), quote=True)


def _many(text: str) -> str:
    return escape(clean_text(text), quote=True).replace("\n", "<br>")


def _head(doc: Doc) -> list[str]:
    told = [f'<p class="flush mark">{_one(mark)}</p>' for mark in (doc.secrecy, doc.urgency) if mark]
    if doc.bulletin is not None:
        told.append(f'<p class="centre red">{_one(doc.bulletin.name)}</p>')
        told.append(f'<p class="centre">{_one(doc.bulletin.issue)}</p>')
        ends = f"<span>{_one(doc.bulletin.editor)}</span><span>{_one(doc.date)}</span>"
        told.append(f'<p class="ends rule">{ends}</p>')
    elif doc.letterhead:
        told.append(f'<p class="centre red">{_one(doc.letterhead)}</p>')
        told.append(f'<p class="centre rule">{_one(doc.number)}</p>')
    elif doc.number:
        told.append(f'<p class="centre">{_one(doc.number)}</p>')
    told.append(f"<h1>{'<br>'.join(escape(part) for part in title_lines(doc.title))}</h1>")
    if doc.recipients:
        told.append(f'<p class="flush">{_one(doc.recipients)}：</p>')
    return told


def _blocks(blocks: tuple[Block, ...]) -> list[str]:
    told = []
    broken = ""
    for block in blocks:
        if isinstance(block, Break):
            broken = ' style="break-before: page"'
            continue
        if isinstance(block, Pictures):
            told += _pictures(block, broken)
        else:
            told.append(_table(block, broken) if isinstance(block, Table) else _para(block, broken))
        broken = ""
    return told


def _para(block: Para, broken: str) -> str:
    if block.level:
        tag = f"h{min(block.level, 4) + 1}"
        return f"<{tag}{broken}>{_one(block.text)}</{tag}>"
    lead = f'<span class="lead{block.lead_level}">{_one(block.lead)}</span>' if block.lead else ""
    flush = "" if block.indent else ' class="flush"'
    pieces = [lead + _one(part) if not n else _one(part) for n, part in enumerate(block.text.split("\n"))]
    return "\n".join(f"<p{flush}{broken}>{piece}</p>" for piece in pieces)


def _table(block: Table, broken: str) -> str:
    aligns = [_ALIGN.get(letter, "left") for letter in block.aligns.ljust(len(block.heads), "l")]
    total = sum(block.widths) or 1
    columns = "".join(f'<col style="width: {width / total:.1%}">' for width in block.widths)
    heads = "".join(f"<th>{_one(head)}</th>" for head in block.heads)
    rows = "\n".join(
        "<tr>"
        + "".join(
            f'<td style="text-align: {align}">{_many(text)}</td>'
            for text, align in zip(cells, aligns, strict=True)
        )
        + "</tr>"
        for cells in block.rows
    )
    caption = f"<caption>{_one(block.caption)}</caption>" if block.caption else ""
    group = f"<colgroup>{columns}</colgroup>" if columns else ""
    wide = ' class="wide"' if block.wide else ""
    return (
        f"<div{wide}{broken}><table>{caption}{group}<thead><tr>{heads}</tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody></table></div>"
    )


def _pictures(block: Pictures, broken: str) -> list[str]:
    told = [f'<div class="shots"{broken}>']
    for shot in block.shots:
        kind = "image/png" if shot.ext == "png" else "image/jpeg"
        data = base64.b64encode(turned(shot.data, shot.ext, shot.turns)).decode("ascii")
        lines = "".join(f"<div>{_one(text)}</div>" for text in shot.lines)
        alt = _one(shot.lines[0]) if shot.lines else ""
        told.append(
            f'<figure><img alt="{alt}" src="data:{kind};base64,{data}">'
            f"<figcaption>{lines}</figcaption></figure>"
        )
    return [*told, "</div>"]


def _tail(doc: Doc) -> list[str]:
    told = []
    for number, text in enumerate(attachment_lines(doc)):
        told.append(f'<p class="names">{"" if number else "附件："}{_one(text)}</p>')
    if doc.bulletin is None and (doc.signature or doc.date):
        date, gap = line(doc.date), " after"
        for text in map(line, doc.signature):
            sign_in, date_in = signature_indents(text, date, sealed=doc.sealed)
            told.append(f'<p class="right{gap}" style="padding-right: {sign_in:g}em">{escape(text)}</p>')
            gap = ""
        if date:
            _, date_in = signature_indents(
                max(map(line, doc.signature), key=len, default=""), date, sealed=doc.sealed
            )
            told.append(f'<p class="right{gap}" style="padding-right: {date_in:g}em">{escape(date)}</p>')
    if doc.note:
        told.append(f"<p>（{_one(doc.note)}）</p>")
    return told


def _attachments(doc: Doc) -> list[str]:
    told = []
    for index, attachment in enumerate(doc.attachments):
        if not attachment.body:
            continue
        told.append('<section class="page">')
        told.append(f'<p class="flush mark">{attachment_head(doc, index)}</p>')
        told.append(f"<h1>{'<br>'.join(escape(part) for part in title_lines(attachment.title))}</h1>")
        told += [*_blocks(attachment.body), "</section>"]
    return told


def _imprint(doc: Doc) -> list[str]:
    lines: list[str] = []
    if doc.bulletin is not None and (doc.bulletin.sent_to or doc.bulletin.copies):
        ends = f"<span>发送：{_one(doc.bulletin.sent_to)}</span><span>{_one(doc.bulletin.copies)}</span>"
        lines.append(f'<p class="ends">{ends}</p>')
    elif doc.imprint is not None:
        if doc.imprint.copy_to:
            lines.append(f'<p class="ends"><span>抄送：{_one(doc.imprint.copy_to)}。</span></p>')
        if doc.imprint.printed_by or doc.imprint.printed_on:
            printed = f"{_one(doc.imprint.printed_on)}印发" if doc.imprint.printed_on else ""
            lines.append(
                f'<p class="ends"><span>{_one(doc.imprint.printed_by)}</span><span>{printed}</span></p>'
            )
    return [f'<div class="imprint">{"".join(lines)}</div>'] if lines else []
