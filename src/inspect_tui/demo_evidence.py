"""Evidence of the demo: small pictures drawn here, attached through the real doors, nothing from anybody."""

from __future__ import annotations

import struct
import tempfile
import zlib
from pathlib import Path

from inspect_tui.demo_parts import Clock
from inspect_tui.model.change import answer_key, labelled_finding_key, rect_key
from inspect_tui.model.evidence import Piece
from inspect_tui.model.person import Identity
from inspect_tui.model.round import Round
from inspect_tui.model.terms import EvidenceKind
from inspect_tui.rules.evidence import attach
from inspect_tui.rules.ledger import unit_rows
from inspect_tui.store.evidence import keep, look
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

_WIDE, _HIGH = 176, 124


def picture(filled: int, empty: int) -> bytes:
    """A drawing of a form with so many rows filled in and so many left empty, as a PNG."""
    rows = [bytearray(b"\xfa" * _WIDE) for _ in range(_HIGH)]
    for number in range(filled + empty):
        top = 14 + number * 12
        for x in range(10, _WIDE - 10):
            rows[top + 9][x] = 0x90
        if number < filled:
            for y in range(top + 3, top + 7):
                for x in range(16, 60 + 23 * (number % 4)):
                    rows[y][x] = 0x50 if x % 9 else 0xFA
    for x in range(8, _WIDE - 8):
        rows[8][x] = rows[_HIGH - 8][x] = 0x40
    for y in range(8, _HIGH - 8):
        rows[y][8] = rows[y][_WIDE - 8] = 0x40
    data = b"".join(b"\0" + bytes(row) for row in rows)
    # Not packed: every build of the library then gives the same bytes, so every demo the same ids.
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", _WIDE, _HIGH, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(data, 0)),
    )
    chunks = [struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + b"\0\0\0\0IEND\xae\x42\x60\x82"


def _shot(session: Session, name: str, data: bytes, caption: str, taken: str) -> Piece:
    """A picture copied into the round as a photo from a phone would be."""
    with tempfile.TemporaryDirectory(prefix="inspect-tui-") as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        kept = keep(session.space.round_dir(session.round.id), look(path), session.writer)
    return Piece(
        kind=EvidenceKind.PHOTO,
        sha256=kept.sha256,
        ext=kept.ext,
        size=kept.size,
        name=name,
        caption=caption,
        taken=taken,
    )


def attach_some(session: Session, unit: str, checklist: str) -> None:
    """What the user attached so far at the unit the demo resumes at: two pictures and two references."""
    finding = labelled_finding_key(unit, checklist, "GW-02", "未按月修订")
    answer = answer_key(unit, checklist, "RC-01")
    given = (
        (finding, _shot(session, "IMG_1118_0931.png", picture(3, 5), "10月清单只改了前三项", "2026-11-18")),
        (finding, Piece(kind=EvidenceKind.REFERENCE, reference="岗位责任清单第3页")),
        (answer, _shot(session, "IMG_1118_0954.png", picture(6, 2), "会议记录缺主持人签字", "2026-11-18")),
        (answer, Piece(kind=EvidenceKind.REFERENCE, reference="会议记录本第12页")),
    )
    for record, piece in given:
        session.commit(attach(session.state, record, piece), "加佐证")


def attach_past(space: Workspace, round_: Round, lead: Identity, unit_id: str) -> None:
    """A picture on the latest problem of a past round, so that the next visit sees what was seen then."""
    session = Session.open(space, round_.id, lead, Clock("2026-09-11"))
    unit = session.round.unit(unit_id)
    assert unit is not None
    rows = [r for r in unit_rows(session.state, session.round, unit, session.today) if not r.carried]
    piece = _shot(session, "IMG_0820_1012.png", picture(2, 6), "公开栏当时的样子", "2026-08-20")
    session.commit(attach(session.state, rect_key(unit_id, rows[0].id), piece), "加佐证")
    session.close()
