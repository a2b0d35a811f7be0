"""Pictures taken as evidence: a photo with a camera's notes, and a PNG of chunks."""

from __future__ import annotations

import random
from pathlib import Path

from hostile_round import Round
from hostile_sweep import Kind

from inspect_tui.store.evidence import keep, look
from inspect_tui.store.stripping import stripped


def pictures(r: Round) -> list[Kind]:
    """The kinds, each kept as evidence or stripped of what the camera wrote."""
    return [
        Kind(
            "photo",
            r.files["photo"],
            _jpeg(),
            (),
            (lambda p: _kept(r, p), lambda p: stripped(p.read_bytes())),
            weight=3,
        ),
        Kind(
            "png",
            r.box / "x.png",
            r.files["photo"].read_bytes()[:3000],
            (_chunks,),
            (lambda p: stripped(p.read_bytes()),),
            weight=2,
        ),
    ]


def _kept(r: Round, path: Path) -> None:
    kept = keep(r.folder, look(path), "0" * 12)
    target = r.folder / "evidence" / f"{kept.sha256}.{kept.ext}"
    stripped(target.read_bytes())
    if not kept.known:
        target.unlink()


def _jpeg() -> bytes:
    """The smallest JPEG with a camera's notes, segments and a scan."""
    exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
    exif += b"\x0f\x01\x02\0\x04\0\0\0abc\0\0\0\0\0"
    return (
        b"\xff\xd8\xff\xe1"
        + (len(exif) + 2).to_bytes(2, "big")
        + exif
        + b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
        + b"\xff\xdb\0\x43\0"
        + b"\1" * 64
        + b"\xff\xc0\0\x0b\x08\0\x10\0\x10\1\1\x11\0"
        + b"\xff\xc4\0\x14\0"
        + b"\1"
        + b"\0" * 16
        + b"\0"
        + b"\xff\xda\0\x08\1\1\0\0\x3f\0"
        + b"\x55\xff\0\xaa" * 20
        + b"\xff\xd9"
    )


def _chunks(data: bytes, dice: random.Random) -> bytes:
    raw = bytearray(data)
    at = dice.choice((8, 12, 16, 20, 24, 33, 37, 41))
    raw[at : at + 4] = dice.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", dice.randbytes(4)))
    return bytes(raw)
