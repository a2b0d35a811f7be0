"""Zips from elsewhere, read with bounds: whatever a header says, no entry fills memory."""

from __future__ import annotations

import struct
import zipfile
import zlib

from inspect_tui.store.limits import FINDINGS_BYTES

#: How many entries a zip may have, and bytes out of one compressed byte.
ZIP_ENTRIES = 2_000
ZIP_RATIO = 400
#: What reading a zip that is cut off, damaged or made up comes to.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
    OSError,
)


class Refused(Exception):
    """A file that brings nothing; the message is a Chinese clause saying what it is or what is wrong."""


def swollen(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry says it unpacks to far more than anything of ours does."""
    return entry.file_size > entry.compress_size * ZIP_RATIO + 65536


def entry_bytes(archive: zipfile.ZipFile, name: str, limit: int = FINDINGS_BYTES) -> bytes:
    """One entry of a zip, never more than `limit` bytes whatever its header says. Raises Refused."""
    entry = archive.getinfo(name)
    if entry.file_size > limit:
        raise Refused("压缩包里的文件过大")
    with archive.open(entry) as stream:
        data = stream.read(min(limit, entry.file_size) + 1)
    if len(data) > entry.file_size:
        raise Refused("压缩包里的文件比自述的大")
    return data
