"""Pictures and other files made for the tests of evidence: real structures, small, nothing from anybody."""

from __future__ import annotations

import struct
import zlib

#: Tables of a baseline JPEG, as short as they may be.
_QUANT = b"\xff\xdb\x00\x43\x00" + b"\x10" * 64
_DC = b"\xff\xc4\x00\x14\x00" + b"\x01" + b"\x00" * 15 + b"\x00"
_AC = b"\xff\xc4\x00\x14\x10" + b"\x01" + b"\x00" * 15 + b"\x00"
_FRAME = b"\xff\xc0\x00\x0b\x08\x00\x08\x00\x10\x01\x01\x11\x00"
#: One grey component; every coded bit is 0, so all blocks are grey. A stuffed byte and a restart-free scan.
_SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x00\xff\x00\x00"
PLACE = b"104.2933E-38.0451N"
DEVICE = b"SecretPhone 9"
XMP = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><dc:creator>Somebody</dc:creator></x:xmpmeta>"


def segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes((marker,)) + struct.pack(">H", len(body) + 2) + body


def exif(orientation: int = 6) -> bytes:
    """Exif with orientation, a device, and GPS: what a phone writes."""
    entries = [
        struct.pack("<HHII", 0x0110, 2, len(DEVICE), 100),
        struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0),
        struct.pack("<HHII", 0x8825, 4, 1, 130),
    ]
    head = struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", len(entries)) + b"".join(entries)
    tiff = (head + b"\0" * 200)[:100] + DEVICE
    tiff = (tiff + b"\0" * 200)[:130] + PLACE
    return b"Exif\0\0" + tiff


def jpeg(orientation: int = 6, more: bytes = b"") -> bytes:
    """A JPEG of 16 by 8 pixels, with everything a phone and an editor leave in it and a film behind it."""
    parts = [
        b"\xff\xd8",
        segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01" + b"thb"),
        segment(0xE1, exif(orientation)),
        segment(0xE1, XMP),
        segment(0xE2, b"ICC_PROFILE\0\x01\x01" + DEVICE),
        segment(0xED, b"Photoshop 3.0\0" + PLACE),
        segment(0xFE, b"comment " + PLACE),
        _QUANT,
        _FRAME,
        _DC,
        _AC,
        _SCAN,
        b"\xff\xd9",
    ]
    return b"".join(parts) + b"\0\0ftypmp42 film " + PLACE + more


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(wide: int = 40, high: int = 30, shade: int = 120, told: bool = True) -> bytes:
    """A PNG of one colour, with text, time and Exif in it unless not `told`."""
    row = b"\0" + bytes((shade, 200 - shade // 2, 90)) * wide
    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0))]
    if told:
        parts += [chunk(b"tEXt", b"Author\0" + PLACE), chunk(b"eXIf", exif()[6:]), chunk(b"tIME", b"\0" * 7)]
    parts += [chunk(b"IDAT", zlib.compress(row * high)), chunk(b"IEND", b"")]
    return b"".join(parts) + (PLACE if told else b"")
