"""Evidence packed: what earlier rounds showed of a problem goes along in the pack, within a bound.

An inspector who looks at a problem again wants to see what was seen then. A pack is one JSON file that also
goes through chat programs, so only so much of it may be pictures.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from pathlib import Path
from typing import Any

from inspect_tui.model.evidence import Piece
from inspect_tui.model.round import Round
from inspect_tui.store import evidence
from inspect_tui.store.errors import StoreError
from inspect_tui.store.limits import EVIDENCE_BYTES as ONE_FILE
from inspect_tui.store.limits import size_text
from inspect_tui.store.workspace import Workspace

#: Bytes of evidence in a pack unless asked otherwise, and the most that still makes a readable pack.
EVIDENCE_BYTES = 6 * 1024 * 1024
MOST_BYTES = 18 * 1024 * 1024


def packed_evidence(
    space: Workspace, round_: Round, units: Collection[str], most: int
) -> tuple[dict[str, str], list[str]]:
    """Files of the problems carried to these units (all where none is named), and a word on the rest.

    The smallest come first, so that as many as possible fit.
    """
    wanted = {
        piece.file: piece
        for problem in round_.carried
        if problem.verify and (not units or problem.unit in units)
        for piece in problem.pieces
        if piece.file
    }
    left = min(most, MOST_BYTES)
    found: dict[str, str] = {}
    large = missing = 0
    for name, piece in sorted(wanted.items(), key=lambda pair: (pair[1].size, pair[0])):
        if piece.size > left:
            large += 1
            continue
        data = data_of(space, round_, piece)
        if data is None:
            missing += 1
            continue
        left -= len(data)
        found[name] = base64.b64encode(data).decode("ascii")
    told = []
    if found:
        told.append(f"发包带上了转入问题的佐证{len(found)}件。")
    if large:
        bound = size_text(min(most, MOST_BYTES))
        told.append(f"另有{large}件佐证放不进{bound}的限额，没有带上，现场看文字说明。")
    if missing:
        told.append(f"另有{missing}件佐证的文件不在本机，没有带上。")
    return found, told


def data_of(space: Workspace, round_: Round, piece: Piece) -> bytes | None:
    """A piece's bytes, from this round's folder or from that of the round it comes from."""
    folder = home_of(space.round_dir(round_.id), piece)
    return evidence.read_file(folder, piece) if folder is not None else None


def home_of(round_dir: Path, piece: Piece) -> Path | None:
    """The round's folder that holds a piece's file: this one, or an earlier round beside it."""
    if not evidence.place(round_dir, piece).words:
        return round_dir
    others = sorted(p for p in round_dir.parent.iterdir() if p.is_dir()) if round_dir.parent.is_dir() else []
    return next((other for other in others if not evidence.place(other, piece).words), None)


def unpack_evidence(space: Workspace, round_: Round, held: Any) -> int:
    """Put the evidence of a pack into the round's folder; returns how many files could not be used."""
    if not isinstance(held, dict):
        return 0
    wanted = {piece.file: piece for problem in round_.carried for piece in problem.pieces if piece.file}
    lost = 0
    for name, text in held.items():
        try:
            if name not in wanted or not isinstance(text, str) or len(text) > ONE_FILE * 4 // 3 + 4:
                raise ValueError(name)
            evidence.put(space.round_dir(round_.id), name, base64.b64decode(text, validate=True))
        except (ValueError, binascii.Error, StoreError):
            lost += 1
    return lost
