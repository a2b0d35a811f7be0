"""Splitting a text into messages that fit a channel, counted in UTF-8 bytes.

Channels cut or refuse what is too long without a word, so no part may pass the limit. Cuts are made
between numbered points; a point that is too long by itself is cut behind a full stop, then a semicolon,
then a comma, and only then anywhere.
"""

from __future__ import annotations

import unicodedata

import msgspec

#: Below this a head and one sentence no longer fit together.
MIN_BYTES = 300
_STOPS = ("。！？\n", "；", "，：", "、")


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a text: a heading, a numbered point, a paragraph, or the signature.

    A heading never ends a part, and a foot (落款) keeps the line before it where there is room. `ids` are of
    the sentences in it, `lead` is how many characters its number takes.
    """

    text: str
    records: tuple[str, ...] = ()
    heading: bool = False
    foot: bool = False
    ids: tuple[str, ...] = ()
    lead: int = 0


class Piece(msgspec.Struct, frozen=True):
    """What of a block stands in a part: its number in the text and the characters."""

    block: int
    text: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `pieces` tell which blocks stand in it, so that nothing can be lost or doubled unseen."""

    text: str
    records: tuple[str, ...]
    pieces: tuple[Piece, ...]

    @property
    def bytes(self) -> int:
        return size(self.text)

    @property
    def chars(self) -> int:
        """Characters, line ends included: what people count by."""
        return len(self.text)


def size(text: str) -> int:
    """Bytes of a text in UTF-8."""
    return len(text.encode("utf-8"))


def whole(head: str, blocks: list[Block]) -> Part:
    """The text as one message, however long."""
    pieces = tuple(Piece(i, b.text) for i, b in enumerate(blocks))
    return _part(head, pieces, blocks)


def split(head: str, blocks: list[Block], limit: int) -> list[Part]:
    """The text as messages of at most `limit` bytes; 0 means one message.

    Every part begins with the head, and with （1/3） when there are several. Raises ValueError for a limit
    below MIN_BYTES.
    """
    if limit == 0:
        return [whole(head, blocks)]
    if limit < MIN_BYTES:
        raise ValueError(limit)
    one = whole(head, blocks)
    if one.bytes <= limit:
        return [one]
    if size(head) > limit // 2:
        # The full head cannot stand in every part: it becomes the first line, shortened ones follow.
        blocks = [Block(text=head), *blocks]
        head = _shortened(head, limit // 2)
    for digits in range(1, 9):
        mark = f"（{'9' * digits}/{'9' * digits}）"
        filled = _fill(blocks, limit - size(head) - size(mark) - 1)
        if len(str(len(filled))) <= digits:
            count = len(filled)
            return [_part(f"{head}（{n}/{count}）", tuple(p), blocks) for n, p in enumerate(filled, 1)]
    raise AssertionError("a text needs more than ten million parts")


def _part(head: str, pieces: tuple[Piece, ...], blocks: list[Block]) -> Part:
    records = dict.fromkeys(key for piece in pieces for key in blocks[piece.block].records)
    return Part(
        text="\n".join([head, *(p.text for p in pieces)]), records=tuple(records), pieces=tuple(pieces)
    )


def _fill(blocks: list[Block], room: int) -> list[list[Piece]]:
    """Blocks laid into parts of `room` bytes, line ends between them counted."""
    parts: list[list[Piece]] = [[]]
    used = 0

    def put(index: int, text: str) -> None:
        nonlocal used
        used += size(text) + (1 if parts[-1] else 0)
        parts[-1].append(Piece(index, text))

    def turn() -> None:
        nonlocal used
        parts.append([])
        used = 0

    groups = _groups(blocks)
    for position, group in enumerate(groups):
        need = _joined(blocks, group)
        if position == len(groups) - 2 and blocks[groups[-1][0]].foot:
            # The last point stays with the signature when the two fit into one part.
            both = need + 1 + _joined(blocks, groups[-1])
            need = both if both <= room else need
        if parts[-1] and used + 1 + need > room:
            turn()
        for index in group:
            text = blocks[index].text
            while size(text) > (left := room - used - (1 if parts[-1] else 0)):
                taken = _cut(text, left)
                if not taken or (parts[-1] and not _alone(parts[-1], group) and size(text) <= room):
                    turn()
                    continue
                put(index, text[:taken])
                text = text[taken:]
                turn()
            put(index, text)
    return [part for part in parts if part]


def _alone(part: list[Piece], group: list[int]) -> bool:
    """Whether a part holds nothing but the earlier lines of this group (its heading)."""
    return all(piece.block in group for piece in part)


def _groups(blocks: list[Block]) -> list[list[int]]:
    """Lines that belong together: headings with the first point under them, the signature's lines."""
    groups: list[list[int]] = []
    for index, block in enumerate(blocks):
        last = groups[-1] if groups else None
        if last and (blocks[last[-1]].heading or (block.foot and blocks[last[-1]].foot)):
            last.append(index)
        else:
            groups.append([index])
    return groups


def _joined(blocks: list[Block], group: list[int]) -> int:
    return sum(size(blocks[i].text) for i in group) + len(group) - 1


def _cut(text: str, room: int) -> int:
    """How many characters of a text to take into `room` bytes; 0 when not even one fits."""
    fits, used = 0, 0
    for char in text:
        used += size(char)
        if used > room:
            break
        fits += 1
    if fits == len(text) or fits == 0:
        return fits
    for stops in _STOPS:
        at = max(text.rfind(stop, 0, fits) for stop in stops)
        # A cut very near the start would leave almost nothing in this part.
        if at >= fits // 3:
            return at + 1
    while fits > 1 and (unicodedata.combining(text[fits]) or "\ufe00" <= text[fits] <= "\ufe0f"):
        fits -= 1
    return fits


def _shortened(head: str, room: int) -> str:
    closing = "】" if head.startswith("【") and head.endswith("】") else ""
    taken = _cut_hard(head, room - size("……" + closing))
    return head[:taken] + "……" + closing


def _cut_hard(text: str, room: int) -> int:
    used = 0
    for count, char in enumerate(text):
        used += size(char)
        if used > room:
            return count
    return len(text)
