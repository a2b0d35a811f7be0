"""Privacy: what a text should not be sent with, found with its place, before it is copied.

Nothing is altered: whoever sends it mends it, or confirms it with a reason that is kept.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence

import msgspec

from inspect_tui.model.terms import Term
from inspect_tui.report.splitting import Block, Part
from inspect_tui.rules.canonical import canonical, digest


class PrivacyKind(Term):
    """What sort of thing was found."""

    PHONE = "phone", "手机号码"
    ID_CARD = "id_card", "身份证号"
    MONEY = "money", "金额"
    NAME = "name", "姓名"
    WELL = "well", "井号"
    SECRECY = "secrecy", "密级字样"


class PrivacyHit(msgspec.Struct, frozen=True, kw_only=True):
    """One thing found: in which part and line of it (from 1), from which character on (from 1).

    `id` is of the kind and the words, so that one confirmation counts wherever they stand; `sentences` and
    `records` are those it came from.
    """

    id: str
    kind: PrivacyKind
    text: str
    part: int
    line: int
    column: int
    records: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    confirmed: str = ""

    def words(self) -> str:
        """The place in words, without what was found: warnings are shown where names must not be."""
        return f"第{self.part}段第{self.line}行第{self.column}字有{self.kind.label}"


_GAP = r"[ \-－—–]?"
_HAN_NUMBER = "一二两三四五六七八九十百千万"
#: Each kind with the signs of which one must be there, a trace that must be there too where one is cheaply
#: told, and its pattern: bounded, so that no text can make it slow, and compiled only when the signs and the
#: trace are met, which most texts never show.
_PATTERNS: tuple[tuple[PrivacyKind, str, str, str], ...] = (
    (PrivacyKind.ID_CARD, "0123456789", "", r"(?<!\d)\d{17}[\dXx](?!\d)"),
    (
        PrivacyKind.PHONE,
        "0123456789",
        r"1[3-9]\d",
        rf"(?<!\d)(?:\+?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?!\d)",
    ),
    (
        PrivacyKind.MONEY,
        "元钱¥￥",
        "",
        rf"(?:\d[\d,，]{{0,15}}(?:\.\d{{1,4}})?\s{{0,2}}[十百千万亿]{{0,4}}"
        rf"|[{_HAN_NUMBER}][{_HAN_NUMBER}零点]{{0,12}})\s{{0,2}}"
        r"(?:元(?![旦素化月件首])|块钱)|[¥￥]\s{0,2}\d[\d,]{0,15}(?:\.\d{1,4})?",
    ),
    (
        PrivacyKind.WELL,
        "-井",
        r"\d(?:-\d|号?[油水]?井)",
        r"(?:[A-Za-z]{1,3}|(?![年月日时分第共从至到在约前后近查改缺每达有抽和与为是的了])[\u4e00-\u9fff])"
        r"\d{1,4}-\d{1,4}(?:-\d{1,4})?(?:井|(?![\d\-.年月日]))"
        r"|[A-Za-z\u4e00-\u9fff]?\d{1,4}(?:-\d{1,4}){0,3}号?(?:油井|水井|井(?![区组口场站下上队]))",
    ),
    (PrivacyKind.SECRECY, "密", "", r"绝密|机密|秘密|密级|涉密"),
)
_WIDE = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")


def scan(
    head: str, blocks: Sequence[Block], parts: Sequence[Part], people: Iterable[str] = ()
) -> list[PrivacyHit]:
    """Everything to look at in a text, in the order of reading.

    Each line is read whole, so that a number which a cut tore apart is found all the same.
    """
    names = sorted({name for name in people if len(name) >= 2}, key=lambda n: (-len(n), n))
    found = [_hit(kind, text, 1, 1, at + 1, Block(text=head)) for kind, text, at in _matches(head, 0, names)]
    places = _places(parts, shifted=_shifted(parts, blocks))
    for number, block in enumerate(blocks):
        for kind, text, at in _matches(block.text, block.lead, names):
            part, line, column = _place(places.get(number, []), at)
            found.append(_hit(kind, text, part, line, column, block))
    return sorted(found, key=lambda h: (h.part, h.line, h.column, h.kind.value))


def kinds_in(text: str, people: Iterable[str] = ()) -> list[PrivacyKind]:
    """What kinds of such things a short text holds, each once; for words that are to be kept, not sent."""
    names = sorted({name for name in people if len(name) >= 2}, key=lambda n: (-len(n), n))
    return list(dict.fromkeys(kind for kind, _, _ in _matches(text, 0, names)))


def _hit(kind: PrivacyKind, text: str, part: int, line: int, column: int, block: Block) -> PrivacyHit:
    return PrivacyHit(
        id="p" + digest(canonical([kind.value, text]))[:11],
        kind=kind,
        text=text,
        part=part,
        line=line,
        column=column,
        records=block.records,
        sentences=block.ids,
    )


def _matches(text: str, lead: int, names: list[str]) -> list[tuple[PrivacyKind, str, int]]:
    body = text[lead:].translate(_WIDE)
    found: list[tuple[PrivacyKind, str, int]] = []
    taken: list[tuple[int, int]] = []
    there_now = set(body)
    patterns = [
        (kind, _compiled(pattern))
        for kind, signs, trace, pattern in _PATTERNS
        if not there_now.isdisjoint(signs) and _compiled(trace).search(body)
    ]
    if names and (there := [n for n in names if n in body]):
        patterns.append((PrivacyKind.NAME, re.compile("|".join(map(re.escape, there)))))
    for kind, pattern in patterns:
        for match in pattern.finditer(body):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            found.append((kind, text[lead + match.start() : lead + match.end()], lead + match.start()))
    return found


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _shifted(parts: Sequence[Part], blocks: Sequence[Block]) -> bool:
    """Whether a heading too long to repeat was made the first line, so that pieces count from one more."""
    return max((p.block for part in parts for p in part.pieces), default=0) == len(blocks)


def _places(parts: Sequence[Part], *, shifted: bool) -> dict[int, list[tuple[int, int, int, int]]]:
    """For each block its pieces: part, line, from which character, how many."""
    places: dict[int, list[tuple[int, int, int, int]]] = {}
    taken: dict[int, int] = {}
    for number, part in enumerate(parts, 1):
        line = 1
        for piece in part.pieces:
            line += 1
            block = piece.block - shifted
            start = taken.get(block, 0)
            places.setdefault(block, []).append((number, line, start, len(piece.text)))
            taken[block] = start + len(piece.text)
    return places


def _place(pieces: list[tuple[int, int, int, int]], at: int) -> tuple[int, int, int]:
    for part, line, start, length in pieces:
        if start <= at < start + length:
            return part, line, at - start + 1
    return 1, 1, 1
