"""A document as Markdown in which nothing that people typed can become markup."""

from __future__ import annotations

import re

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
)

#: Signs that mean something inside a line; @ and the : of a web address would become links.
_INLINE = re.compile(r"([\\`*_\[\]<>|~&!$@^{}])")
_ADDRESS = re.compile(r"(?<=[a-z]):(?=//)|(?<=www)\.|(?<=mailto):|(?<=xmpp):", re.IGNORECASE)
#: Signs that mean something only where a line begins.
_START = re.compile(r"^([#+\-=:]|\d+(?=[.)]))")
_RULES = {"l": ":--", "c": ":-:", "r": "--:"}


def markdown_text(doc: Doc) -> str:
    """The document as Markdown, ending in one line end."""
    parts: list[str] = []
    for mark in (doc.secrecy, doc.urgency):
        if mark:
            parts.append(escaped(mark))
    if doc.bulletin is not None:
        parts.append(
            "　".join(
                escaped(t) for t in (doc.bulletin.name, doc.bulletin.issue, doc.bulletin.editor, doc.date)
            )
        )
    elif doc.letterhead or doc.number:
        parts.append("　".join(escaped(text) for text in (doc.letterhead, doc.number) if text))
    parts.append(f"# {escaped(doc.title)}")
    if doc.recipients:
        parts.append(f"{escaped(doc.recipients)}：")
    parts += _blocks(doc.body)
    names = attachment_lines(doc)
    if names:
        parts.append("\\\n".join(escaped(text if n else f"附件：{text}") for n, text in enumerate(names)))
    if doc.bulletin is None:
        signed = [escaped(text) for text in (*doc.signature, doc.date) if text]
        if signed:
            parts.append("\\\n".join(signed))
    if doc.note:
        parts.append(f"（{escaped(doc.note)}）")
    for index, attachment in enumerate(doc.attachments):
        if not attachment.body:
            continue
        parts.append(f"## {attachment_head(doc, index)}　{escaped(attachment.title)}")
        parts += _blocks(attachment.body)
    if doc.bulletin is not None and doc.bulletin.sent_to:
        parts.append(f"发送：{escaped(doc.bulletin.sent_to)}　{escaped(doc.bulletin.copies)}".rstrip("　"))
    elif doc.imprint is not None:
        if doc.imprint.copy_to:
            parts.append(f"抄送：{escaped(doc.imprint.copy_to)}。")
        if doc.imprint.printed_by or doc.imprint.printed_on:
            printed = f"{escaped(doc.imprint.printed_on)}印发" if doc.imprint.printed_on else ""
            parts.append(f"{escaped(doc.imprint.printed_by)}　{printed}".strip("　"))
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    """A text on one line with every sign that Markdown would act on taken literally."""
    told = _ADDRESS.sub(lambda m: "\\" + m.group(), _INLINE.sub(r"\\\1", line(text).strip()))
    start = _START.match(told)
    if start is None:
        return told
    sign = start.group()
    return f"{sign}\\{told[len(sign) :]}" if sign.isdigit() else f"\\{told}"


def _blocks(blocks: tuple[Block, ...]) -> list[str]:
    told = []
    for block in blocks:
        if isinstance(block, Break):
            continue
        if isinstance(block, Pictures):
            # Markdown carries no pictures of its own: what stands under each is told.
            told += [escaped("　".join(shot.lines)) for shot in block.shots]
            continue
        told += _table(block) if isinstance(block, Table) else _para(block)
    return told


def _para(block: Para) -> list[str]:
    if block.level:
        return [f"{'#' * (min(block.level, 4) + 1)} {escaped(block.text)}"]
    pieces = [escaped(piece) for piece in block.text.split("\n")]
    if block.lead:
        pieces[0] = f"**{escaped(block.lead)}** {pieces[0]}".rstrip()
    return [piece for piece in pieces if piece]


def _table(block: Table) -> list[str]:
    rules = [_RULES.get(letter, ":--") for letter in block.aligns.ljust(len(block.heads), "l")]
    lines = [_row(block.heads), f"| {' | '.join(rules)} |", *map(_row, block.rows)]
    caption = [escaped(block.caption)] if block.caption else []
    return [*caption, "\n".join(lines)]


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(map(escaped, cells))} |"
