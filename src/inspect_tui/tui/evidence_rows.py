"""Evidence as its page shows it, and the files one may add. No widget, so it is tested bare."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from inspect_tui.model.evidence import ENDINGS, LONGEST, Piece, ending
from inspect_tui.rules.evidence import Evidence
from inspect_tui.rules.matter import zh_date
from inspect_tui.store.errors import StoreError
from inspect_tui.store.evidence import Looked, Place, look
from inspect_tui.store.limits import EVIDENCE_BYTES, size_text
from inspect_tui.tui import skin
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.page import Line, pair, wrapped

#: How many of the newest files are offered, one a digit.
NEWEST = 9


class Row(msgspec.Struct, frozen=True):
    """A line of the list: a piece of this round, or one an earlier round had; where its file is."""

    piece: Piece
    there: Place | None
    found: Evidence | None = None

    @property
    def state(self) -> str:
        return self.there.words if self.there is not None else ""


class Fresh(msgspec.Struct, frozen=True, order=True):
    """A file of the folder, newest first by its place in the order."""

    age: float
    path: Path
    size: int


def row_parts(row: Row, width: int, here: bool) -> list[Part]:
    """A piece in one line: kind, title, where there is room its file's name and day, size, what is wrong."""
    piece = row.piece
    size = size_text(piece.size) if piece.size else ""
    tail: list[Part] = [(fit(size, 8, "right"), "dim"), (fit(f" {row.state}", 11), "warn")]
    if width >= 100:
        name = piece.name if piece.caption and piece.name else ""
        tail = [(fit(name, 24) + " ", "dim"), (fit(piece.taken, 11), "dim"), *tail]
    room = width - 3 - 8 - sum(cells(text) for text, _ in tail)
    return [
        (f" {skin.current().glyphs.cursor if here else ' '} ", "accent"),
        (fit(piece.kind.label, 8), "accent"),
        (fit(piece.title, max(4, room)), "text"),
        *tail,
    ]


def row_lines(row: Row, where: str, width: int) -> list[Line]:
    """A piece in full; `where` is what it stands on, when that must be said."""
    piece = row.piece
    lines = wrapped(piece.title, width, "strong")
    if row.state:
        why = "交卷时没有带来，或文件被移走；请交卷人重新交卷，或重新加上"
        if row.there is not None and row.there.altered:
            why = "文件和加上时不一样，可能被别的程序改过；请重新加上原来的文件"
        lines += wrapped(f"{row.state}：{why}。", width, "warn")
    by = ""
    if row.found is not None:
        by = f"{'、'.join(row.found.by)}　{row.found.at[:16].replace('T', ' ')}"
    for name, value in (
        ("种类", piece.kind.label),
        ("原文件", f"{piece.name}　{size_text(piece.size)}" if piece.file else ""),
        ("日期", zh_date(piece.taken) if piece.taken else ""),
        ("来源", piece.source),
        ("挂在", where),
        ("加的人", by),
    ):
        if value:
            lines += pair(name, value, width)
    return lines


def short_enough(text: str) -> str:
    """Why a label is too long; empty when it is not."""
    return f"最多{LONGEST}字，现在{len(text)}字。" if len(text) > LONGEST else ""


def looked_at(paths: Iterable[Path]) -> tuple[list[Looked], list[str]]:
    """What of the paths can be taken, and why the others cannot."""
    found: list[Looked] = []
    refused: list[str] = []
    for path in paths:
        try:
            found.append(look(path))
        except StoreError as error:
            refused.append(str(error))
    return found, refused


def newest(places: Iterable[Path]) -> list[Fresh]:
    """The newest files of folders that may be taken as evidence."""
    found: dict[Path, Fresh] = {}
    for folder in places:
        try:
            paths = [p for p in folder.iterdir() if ending(p.name) in ENDINGS]
        except OSError:
            continue
        for path in paths:
            try:
                status = path.stat()
            except (OSError, ValueError):
                continue
            if (
                path.is_file()
                and not path.name.startswith((".", "~"))
                and 0 < status.st_size <= EVIDENCE_BYTES
            ):
                found[path] = Fresh(-status.st_mtime, path, status.st_size)
    return sorted(found.values())[:NEWEST]
