"""Stripping: a photo without what a camera or phone wrote into it, for copies that leave the workspace.

JPEG and PNG are read by their structure and written again with the parts that make the picture and nothing
else: no place, no device, no time, no editor, no thumbnail, no second picture or film behind the first one.
The picture data itself is copied byte for byte. What is not understood is not let out.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import msgspec

_PNG = b"\x89PNG\r\n\x1a\n"
#: Chunks a picture needs to be shown as it is; text, time, Exif and profiles are not among them.
_PNG_KEPT = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD")
)
_SOI, _EOI, _SOS, _APP1, _APP14 = 0xD8, 0xD9, 0xDA, 0xE1, 0xEE
#: The plainest head a JPEG can have, for readers that look for one.
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
#: Frame headers: every SOF but the codes that mean tables.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
#: Segments that make the picture: frames, tables, restart interval, lines, scans.
_TABLES = frozenset((0xC4, 0xCC, 0xDB, 0xDD, 0xDC))
_MOST_SIDE = 30_000
_MOST_PIXELS = 200_000_000


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that may leave: its bytes, its size in pixels as stored, and how many quarter turns to the
    right it takes to stand upright."""

    data: bytes
    ext: str
    width: int
    height: int
    turns: int = 0

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height as people see it."""
        return (self.height, self.width) if self.turns % 2 else (self.width, self.height)


def stripped(data: bytes) -> Picture | None:
    """The picture and nothing else; None for what is no sound JPEG or PNG."""
    try:
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
        if data.startswith(_PNG):
            return _png(data)
    except (IndexError, struct.error, ValueError):
        return None
    return None


def _sized(width: int, height: int) -> None:
    if not (0 < width <= _MOST_SIDE and 0 < height <= _MOST_SIDE and width * height <= _MOST_PIXELS):
        raise ValueError("size")


# -------------------------------------------------------------------- PNG


def _png(data: bytes) -> Picture:
    out, place, seen = [_PNG], len(_PNG), False
    width = height = 0
    while True:
        (length,) = struct.unpack_from(">I", data, place)
        kind, end = data[place + 4 : place + 8], place + 12 + length
        if end > len(data):
            raise ValueError("torn")
        body = data[place + 8 : end - 4]
        if zlib.crc32(kind + body) != struct.unpack_from(">I", data, end - 4)[0]:
            raise ValueError("checksum")
        if kind == b"IHDR":
            width, height = struct.unpack_from(">II", body)
            _sized(width, height)
        seen = seen or kind == b"IDAT"
        if kind in _PNG_KEPT:
            out.append(data[place:end])
        place = end
        if kind == b"IEND":
            break
    if not (width and seen):
        raise ValueError("no picture")
    return Picture(data=b"".join(out), ext="png", width=width, height=height)


# -------------------------------------------------------------------- JPEG


def _jpeg(data: bytes) -> Picture:
    out = []
    width = height = turns = 0
    scanned = coloured = False
    for marker, start, end in _segments(data):
        if marker == _SOS:
            out.append(data[start:end])
            scanned = True
        elif marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, start + 5)
            _sized(width, height)
            out.append(data[start:end])
        elif marker in _TABLES:
            out.append(data[start:end])
        elif marker == _APP14 and data[start + 4 : start + 9] == b"Adobe":
            # It says how colours are coded; without it a printer's picture comes out in false ones.
            if end - start != 16:
                raise ValueError("Adobe")
            out.append(data[start:end])
            coloured = True
        elif marker == _APP1:
            turns = turns or _turns(data[start + 4 : end])
    if not (width and scanned):
        raise ValueError("no picture")
    head = b"\xff\xd8" if coloured else b"\xff\xd8" + _JFIF
    whole = b"".join((head, *out, b"\xff\xd9"))
    return Picture(data=whole, ext="jpg", width=width, height=height, turns=turns)


def turned(data: bytes, ext: str, turns: int) -> bytes:
    """A stripped picture for readers that turn it by themselves: its orientation is said, nothing else."""
    code = {1: 6, 2: 3, 3: 8}.get(turns)
    if ext != "jpg" or code is None:
        return data
    exif = b"Exif\0\0" + struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 0x0112, 3, 1, code, 0, 0)
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    place = 2 + (len(_JFIF) if data[2:].startswith(_JFIF) else 0)
    return data[:place] + segment + data[place:]


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """The segments of a JPEG up to its end as (marker, start, end), a scan with its coded data.

    Raises ValueError where the structure does not hold; a picture cut short is none.
    """
    place = 2
    while True:
        if data[place] != 0xFF:
            raise ValueError("marker")
        start = place
        while data[place + 1] == 0xFF:
            # Any number of fill bytes may stand before a marker.
            place += 1
            start = place
        marker = data[place + 1]
        if marker == _EOI:
            return
        if marker in (0x00, 0x01, _SOI) or 0xD0 <= marker <= 0xD7:
            raise ValueError("marker")
        (length,) = struct.unpack_from(">H", data, place + 2)
        end = place + 2 + length
        if length < 2 or end > len(data):
            raise ValueError("torn")
        if marker == _SOS:
            end = _scan_end(data, end)
        yield marker, start, end
        place = end


def _scan_end(data: bytes, place: int) -> int:
    """Where coded data ends: at the next marker that is neither stuffing nor a restart."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            raise ValueError("torn")
        after = data[place + 1]
        if after == 0xFF:
            place += 1
        elif after == 0x00 or 0xD0 <= after <= 0xD7:
            place += 2
        else:
            return place


def _turns(exif: bytes) -> int:
    """Quarter turns to the right that Exif asks for; mirrored pictures, which no camera makes, stay."""
    if not exif.startswith(b"Exif\0\0"):
        return 0
    tiff = exif[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 0
    try:
        (place,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, place)
        for number in range(min(count, 200)):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, place + 2 + 12 * number)
            if tag == 0x0112 and kind == 3:
                return {3: 2, 6: 1, 8: 3}.get(value, 0)
    except struct.error:
        return 0
    return 0
