"""Lines of the 通报 workbench: the text with its sentences, what changed, what is left out.

No widget: every function gives rows of spans for a width, so that it is tested bare.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from inspect_tui.report.document import Sentence
from inspect_tui.report.notice import Notice
from inspect_tui.report.settled import Told
from inspect_tui.tui.linebreak import offsets, wrap
from inspect_tui.tui.text import one_line
from inspect_tui.tui.widgets.span_pane import Row, Span

#: What of a text a sentence is, in words, by the phrase that made it.
ROLES = {
    "开头": "概况",
    "没有检查到": "概况",
    "一轮概况": "概况",
    "得分": "得分",
    "未能进点": "未能进点",
    "复查概况": "上轮问题复查",
    "复查": "上轮问题复查",
    "问题": "存在问题",
    "单位意见": "被检单位意见",
    "曝光": "曝光的问题",
    "demand": "整改要求",
}


def size_words(chars: int, size: int) -> str:
    """How long a text is, as people and channels count it."""
    return f"{chars}字 {size}字节"


def text_rows(notice: Notice, width: int, copied: int, limit: int, *, bare: bool = False) -> list[Row]:
    """The text part by part, every sentence a key of its own.

    `copied` parts were copied so far; a part over `limit` bytes says so. `bare` leaves out what is not sent.
    """
    rows: list[Row] = []
    sentences = {s.id: s for s in notice.document.sentences()}
    keys = _keys(notice, sentences)
    shifted = max((p.block for part in notice.parts for p in part.pieces), default=0) == len(notice.blocks)
    taken: dict[int, int] = {}
    several = len(notice.parts) > 1
    for number, part in enumerate(notice.parts, 1):
        if number > 1:
            rows.append(())
        if several and not bare:
            rows.append(_part_head(number, part.chars, part.bytes, copied, limit))
        head = part.text.split("\n", 1)[0]
        rows += _spread(head, [notice.document.head.id] * len(head), sentences, width, bare, "strong")
        for piece in part.pieces:
            block = piece.block - shifted
            if block < 0:
                held = [notice.document.head.id] * len(piece.text)
            else:
                start = taken.get(block, 0)
                taken[block] = start + len(piece.text)
                held = keys[block][start : start + len(piece.text)]
            ink = "head" if block >= 0 and notice.blocks[block].heading else "text"
            rows += _spread(piece.text, held, sentences, width, bare, ink)
    return rows


def _part_head(number: int, chars: int, size: int, copied: int, limit: int) -> Row:
    done = "已复制" if number <= copied else "下一段复制" if number == copied + 1 else ""
    over = limit and size > limit
    spans = [Span(f" 第{number}段  {size_words(chars, size)}", "dim")]
    if over:
        spans.append(Span(f"  超出{limit}字节", "fail"))
    if done:
        spans.append(Span(f"  {done}", "accent" if done != "已复制" else "pass"))
    return spans


def _keys(notice: Notice, sentences: dict[str, Sentence]) -> list[list[str]]:
    """For each line of the text, which sentence every character belongs to; its number to the first."""
    found = []
    for block in notice.blocks:
        held = [block.ids[0] if block.ids else ""] * block.lead
        for id_ in block.ids:
            held += [id_] * len(sentences[id_].text)
        found.append((held + [""] * len(block.text))[: len(block.text)])
    return found


def _spread(
    text: str, keys: Sequence[str], sentences: dict[str, Sentence], width: int, bare: bool, ink: str
) -> list[Row]:
    """A line of the text broken to a width, marked in the margin where the lead's words stand."""
    # The selector is not shown (see `tui.text`), so its key goes too.
    kept = [(sign, key) for sign, key in zip(text, keys, strict=True) if sign != "\ufe0f"]
    shown = one_line("".join(sign for sign, _ in kept))
    held = [key for _, key in kept][: len(shown)]
    held += [""] * (len(shown) - len(held))
    indent = "" if bare else " "
    cuts = [0, *offsets(shown, max(4, width - len(indent) - 1)), len(shown)]
    rows: list[Row] = []
    begun: set[str] = set()
    for first, last in pairwise(cuts):
        spans: list[Span] = []
        mark = ""
        at = first
        while at < last:
            key, start = held[at], at
            while at < last and held[at] == key:
                at += 1
            sentence = sentences.get(key)
            changed = sentence is not None and sentence.edited
            stale = sentence is not None and sentence.stale
            if changed and key not in begun:
                mark = "!" if stale else mark or "*"
            begun.add(key)
            spans.append(Span(shown[start:at], "warn" if stale else "accent" if changed else ink, key))
        rows.append(spans if bare else [Span(mark or " ", "warn" if mark == "!" else "accent"), *spans])
    return rows


# -------------------------------------------------------------------- what changed, what is left out


def plain_rows(text: str, width: int, ink: str = "text", key: str = "", indent: str = " ") -> list[Row]:
    """A text broken to a width, all of it one key."""
    return [
        [Span(indent, ink), Span(piece, ink, key)]
        for piece in wrap(one_line(text), max(4, width - len(indent) - 1)) or [""]
    ]


def role_word(role: str) -> str:
    """What of a text a sentence is."""
    return ROLES.get(role, role)


def changed_rows(notice: Notice, told: dict[str, list[str]], width: int) -> list[Row]:
    """What the text says otherwise than when it last went out; `told` are texts of records by their keys."""
    changes = notice.changes
    if changes is None:
        said = "这种通报按这个级别还没有发出过，没有可比的。复制完全部各段（组长）就记为已发出。"
        return plain_rows(said, width, "dim")
    if changes.same:
        return plain_rows("和上次发出的一样，没有变化。", width, "pass")
    rows: list[Row] = []
    for title, ink, sentences in (("新增", "accent", changes.added), ("改动", "warn", changes.changed)):
        if sentences:
            rows.append([Span(f" {title}{len(sentences)}句", "head")])
            for sentence in sentences:
                rows += plain_rows(f"{title}：{sentence.text}", width, ink, sentence.id, "   ")
            rows.append(())
    if changes.removed:
        rows.append([Span(f" 去掉了{len(changes.removed)}句", "head")])
        for key, gone in changes.removed.items():
            rows += plain_rows(f"去掉：{_removed(gone, told)}", width, "dim", key, "   ")
    return rows


def _removed(gone: Told, told: dict[str, list[str]]) -> str:
    """What a sentence was about that is no longer there: its own words were not kept when it went out."""
    about = [text for key in gone.records for text in told.get(key, ())]
    more = f"等{len(about)}条" if len(about) > 2 else ""
    return f"{role_word(gone.role)}　{'；'.join(about[:2])}{more}".rstrip("　")


def left_out_rows(excluded: dict[str, str], told: dict[str, list[str]], width: int) -> list[Row]:
    """What the lead left out, with the reason."""
    if not excluded:
        return plain_rows("没有不写的内容。", width, "dim")
    rows: list[Row] = [[Span(f" 不写的{len(excluded)}条（按 F3 恢复写入）", "head")]]
    for key, why in excluded.items():
        words = "；".join(told.get(key, ())) or "已不在检查记录里的内容"
        rows += plain_rows(words, width, "text", key, "   ")
        rows += plain_rows(f"原因：{why}", width, "dim", "", "     ")
    return rows


def joined(lines: Iterable[Sequence[tuple[str, str]]], key: str = "") -> list[Row]:
    """Lines of inked parts as rows of one key."""
    return [
        [Span(text, ink, key if place else "") for place, (text, ink) in enumerate(line)] for line in lines
    ]
