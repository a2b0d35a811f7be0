"""Document: a compiled text as a tree, which chats, papers, screens and JSON all render.

Nothing is selected or counted after this: whoever renders it only lays it out. Every sentence carries the
keys of the records behind it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import msgspec

from inspect_tui.model.terms import NamingLevel, Secrecy, Term
from inspect_tui.report.splitting import Block
from inspect_tui.report.zh_numbers import date_text, ordinal


class NoticeKind(Term):
    """What sort of text it is."""

    SITUATION = "situation", "情况通报"
    PRAISE = "praise", "表扬通报"
    BULLETIN = "bulletin", "督查简报"
    RANKING = "ranking", "排名通报"
    EXPOSURE = "exposure", "曝光台"


class NameUnits(Term):
    """Which units a text may name."""

    NONE = "none", "不写单位"
    GOOD_ONLY = "good_only", "好的做法写单位，问题只写数量"
    ALL = "all", "都写单位"


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What a text is about: one unit's visit, what stands under a branch or 总支, or whole rounds.

    `id` and `name` are of the unit or organisation; both blank for whole rounds.
    """

    id: str = ""
    name: str = ""
    single: bool = False


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """What can be pointed at, left out or reworded as one.

    `id` stays the same while the text is about the same records; `print` is a fingerprint of what it was
    made from. `edited` means the lead's words stand here in place of `original`, `stale` that the records
    have changed since (原文已变，请重看).
    """

    id: str
    role: str
    text: str
    records: tuple[str, ...] = ()
    print: str = ""
    edited: bool = False
    stale: bool = False
    original: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A paragraph or a numbered point; `number` 0 means it has none."""

    sentences: tuple[Sentence, ...]
    number: int = 0

    @property
    def mark(self) -> str:
        """The number as it is written before the point."""
        return f"{self.number}." if self.number else ""

    @property
    def text(self) -> str:
        """The words without the number."""
        return "".join(s.text for s in self.sentences)

    @property
    def records(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for s in self.sentences for key in s.records))


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a section with a heading of its own: （一）共性问题. `number` counts from 1."""

    key: str
    title: str
    number: int
    lines: tuple[Line, ...]

    @property
    def mark(self) -> str:
        return f"（{ordinal(self.number)}）" if 1 <= self.number <= 99 else f"（{self.number}）"


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A section of a text. `number` counts from 1; 0 and a blank title mean loose paragraphs in between."""

    key: str
    title: str = ""
    number: int = 0
    lines: tuple[Line, ...] = ()
    groups: tuple[Group, ...] = ()

    @property
    def mark(self) -> str:
        return f"{ordinal(self.number)}、" if self.number else ""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A compiled text.

    `head` is the heading of a chat message, `title` and `recipients` those of a formal paper, `subject` is
    what both are about (for file names). `issue` is the number of a bulletin (第N期), 0 where there is none.
    `rounds` are the ids of the rounds it tells, `origins` what tells two rounds of one id apart.
    `approved_by` names who approved an exposure, for papers of the inner level only.
    """

    kind: NoticeKind
    level: NamingLevel
    name_units: NameUnits
    scope: Scope
    day: dt.date
    head: Sentence
    title: str
    subject: str
    recipients: str
    opening: Line
    sections: tuple[Section, ...]
    signature: Sentence
    issuer: str = ""
    issue: int = 0
    seal: str = ""
    practice: bool = False
    secrecy: Secrecy = Secrecy.INTERNAL
    attachments: tuple[str, ...] = ()
    rounds: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    approved_by: str = ""

    @property
    def date(self) -> str:
        """The date under the text: 2026年11月2日."""
        return date_text(self.day)

    def sentences(self) -> Iterator[Sentence]:
        """Every sentence in the order of reading, heading and signature included."""
        yield self.head
        for line in self.lines():
            yield from line.sentences
        yield self.signature

    def lines(self) -> Iterator[Line]:
        """Every paragraph and point between the heading and the signature."""
        yield self.opening
        for section in self.sections:
            yield from section.lines
            for group in section.groups:
                yield from group.lines

    def map(self, change: Callable[[Sentence], Sentence | None]) -> Document:
        """The document with each sentence changed, or left out where None is given, numbers run anew."""
        kept = [_section(section, change) for section in self.sections]
        sections, number = [], 0
        for section in kept:
            if not (section.lines or section.groups):
                continue
            number += bool(section.number)
            sections.append(msgspec.structs.replace(section, number=number if section.number else 0))
        return msgspec.structs.replace(
            self,
            head=change(self.head) or self.head,
            opening=Line(sentences=tuple(t for s in self.opening.sentences if (t := change(s)))),
            sections=tuple(sections),
            signature=change(self.signature) or self.signature,
        )


def _section(section: Section, change: Callable[[Sentence], Sentence | None]) -> Section:
    groups = [msgspec.structs.replace(group, lines=_lines(group.lines, change)) for group in section.groups]
    there = [group for group in groups if group.lines]
    return msgspec.structs.replace(
        section,
        lines=_lines(section.lines, change),
        groups=tuple(msgspec.structs.replace(g, number=n) for n, g in enumerate(there, 1)),
    )


def _lines(lines: tuple[Line, ...], change: Callable[[Sentence], Sentence | None]) -> tuple[Line, ...]:
    made, number = [], 0
    for line in lines:
        sentences = tuple(t for s in line.sentences if (t := change(s)))
        if sentences:
            number += bool(line.number)
            made.append(Line(sentences=sentences, number=number if line.number else 0))
    return tuple(made)


def chat_blocks(document: Document) -> list[Block]:
    """The document as lines of plain text for a chat, under its heading."""
    blocks = []
    if document.opening.sentences:
        blocks.append(_block(document.opening))
    for section in document.sections:
        if section.title:
            blocks.append(Block(text=section.mark + section.title, heading=True))
        blocks += [_block(line) for line in section.lines]
        for group in section.groups:
            blocks.append(Block(text=group.mark + group.title, heading=True))
            blocks += [_block(line) for line in group.lines]
    blocks.append(Block(text=document.signature.text, foot=True, ids=(document.signature.id,)))
    blocks.append(Block(text=document.date, foot=True))
    if document.seal:
        blocks.append(Block(text=f"封存码 {document.seal}", foot=True))
    return blocks


def _block(line: Line) -> Block:
    return Block(
        text=line.mark + line.text,
        records=line.records,
        ids=tuple(s.id for s in line.sentences),
        lead=len(line.mark),
    )
