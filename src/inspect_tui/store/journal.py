"""Journal: changes one line each, flushed before they are called saved, in a file that is only ever added to.

A line is `checksum kind json`: sixteen hex digits of the SHA-256 of what follows, one letter, canonical
JSON. Kinds: H, the header (whose journal, after which change); C, a change; R, the round as amended. One
journal is written by one session through one descriptor and is never opened for writing again.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.model.change import Change
from inspect_tui.rules.canonical import canonical
from inspect_tui.store import files
from inspect_tui.store.envelope import decode_change
from inspect_tui.store.limits import FINDINGS_BYTES

JOURNAL_FORMAT = "inspect-tui/journal"
JOURNAL_VERSION = "1.0"

HEADER, CHANGE, ROUND = b"H", b"C", b"R"
_CHECKSUM = 16


class JournalHeader(msgspec.Struct, frozen=True, kw_only=True):
    """Whose journal this is, its number, and the last change before its first line."""

    format: str
    version: str
    writer: str
    number: int
    after: str


_header_decoder = msgspec.json.Decoder(JournalHeader)


def line(kind: bytes, payload: bytes) -> bytes:
    """One journal line. Raises ValueError on a payload that would break the line."""
    if b"\n" in payload:
        raise ValueError("a journal payload holds no newline")
    body = b"%b %b" % (kind, payload)
    return b"%b %b\n" % (hashlib.sha256(body).hexdigest()[:_CHECKSUM].encode(), body)


def change_line(change: Change) -> bytes:
    """The line of a change."""
    return line(CHANGE, canonical(change))


def round_line(round_raw: dict[str, Any]) -> bytes:
    """The line of an amended round."""
    return line(ROUND, canonical(round_raw))


class Journal:
    """A journal open for adding. Any OSError from `append` ends it: the caller goes on in a new file."""

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self.size = 0
        self._fd: int | None = fd
        self._named = False

    @classmethod
    def create(cls, path: Path) -> Journal:
        """Make the file; its name is flushed with the first lines."""
        return cls(path, files.fs.open_new(path))

    def append(self, data: bytes) -> None:
        """Write lines and flush them to the medium, name and all. Raises OSError."""
        if self._fd is None:
            raise ValueError("the journal is closed")
        files.write_all(self._fd, data)
        files.fs.fsync(self._fd)
        if not self._named:
            files.fs.fsync_dir(self.path.parent)
            self._named = True
        self.size += len(data)

    def close(self) -> None:
        """Let go of the file; everything that was called saved is on the medium already."""
        fd, self._fd = self._fd, None
        if fd is not None:
            with contextlib.suppress(OSError):
                files.fs.close(fd)


class JournalContent(msgspec.Struct, kw_only=True):
    """What a journal holds.

    `torn` is the number of bytes of an unfinished end, dropped. `broken` is the number of the first line
    that fails although good lines follow it (0: none); those `after` are not used, because changes build
    on each other and a hole must be looked at by a person.
    """

    header: JournalHeader | None = None
    changes: list[Change] = []
    rounds: list[dict[str, Any]] = []
    torn: int = 0
    broken: int = 0
    after: int = 0

    @property
    def damaged(self) -> bool:
        return self.broken > 0


def read_journal(path: Path) -> JournalContent:
    """Read a journal as far as it is good. Raises OSError."""
    return parse_journal(files.fs.read(path))


def parse_journal(data: bytes) -> JournalContent:
    """Journal bytes as far as they are good; never raises on what they hold."""
    content = JournalContent(changes=[], rounds=[])
    if len(data) > FINDINGS_BYTES:
        content.broken = 1
        return content
    lines = data.split(b"\n")
    unfinished = lines.pop()
    used = 0
    for index, text in enumerate(lines):
        if not _take(text, content, first=index == 0):
            content.after = sum(_intact(later) for later in lines[index + 1 :])
            if content.after:
                content.broken = index + 1
            break
        used += len(text) + 1
    if not content.damaged:
        content.torn = len(data) - used
    elif unfinished and _intact(unfinished):
        content.after += 1
    return content


def _intact(text: bytes) -> bool:
    body = text[_CHECKSUM + 1 :]
    return (
        text[_CHECKSUM : _CHECKSUM + 1] == b" "
        and hashlib.sha256(body).hexdigest()[:_CHECKSUM].encode() == text[:_CHECKSUM]
    )


def _take(text: bytes, content: JournalContent, *, first: bool) -> bool:
    """Add one line to the content; False when the line is not good."""
    if not _intact(text):
        return False
    kind, payload = text[_CHECKSUM + 1 : _CHECKSUM + 2], text[_CHECKSUM + 3 :]
    try:
        if first:
            if kind != HEADER:
                return False
            content.header = _header_decoder.decode(payload)
        elif kind == CHANGE:
            content.changes.append(decode_change(payload))
        elif kind == ROUND:
            content.rounds.append(msgspec.json.decode(payload, type=dict[str, Any]))
        else:
            return False
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True


def header_line(writer: str, number: int, after: str) -> bytes:
    """The first line of a journal."""
    header = JournalHeader(
        format=JOURNAL_FORMAT, version=JOURNAL_VERSION, writer=writer, number=number, after=after
    )
    return line(HEADER, canonical(header))
