"""Snapshot: the whole findings file as plain JSON that any TinyDB opens, sealed by its own checksum.

The first table is `_meta`, its first field the SHA-256 of every byte after it. Then `round`, `changes`
(documents 1..n in order), the state tables, and any table of a newer minor version, passed on untouched.
The envelope of a change is closed: newer fields go into its body, which is kept byte for byte.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from inspect_tui.model.change import GENESIS, Change
from inspect_tui.rules.canonical import canonical, canonical_into
from inspect_tui.store.clean import clean_text
from inspect_tui.store.envelope import decode_changes
from inspect_tui.store.files import CHUNK, sealed
from inspect_tui.store.limits import FINDINGS_BYTES, FINDINGS_CHANGES, TOO_LARGE, TOO_MANY

FINDINGS_FORMAT = "inspect-tui/findings"
FINDINGS_VERSION = "1.0"
PREFIX = b'{"_meta":{"1":{"sha256":"'
META, ROUND, CHANGES = "_meta", "round", "changes"
STATE_TABLES = ("answers", "findings", "visits", "triggers", "rectifications")

WRITER, MERGED = "writer", "merged"

T = TypeVar("T")

#: Rounds that were read already, by their canonical bytes.
KnownRounds = Mapping[bytes, dict[str, Any]]


class Meta(msgspec.Struct, kw_only=True):
    """What stands in `_meta` beside the checksum.

    `generation` numbers the snapshots and journals of one writer; a merged file has 0, so that it depends
    on its changes alone. `closed` means the writer was not at work, so nothing newer stands in a journal.
    """

    format: str = FINDINGS_FORMAT
    version: str = FINDINGS_VERSION
    kind: str = WRITER
    writer: str = ""
    generation: int = 0
    count: int = 0
    head: str = GENESIS
    closed: bool = True


class Snapshot(msgspec.Struct, kw_only=True):
    """A decoded snapshot. `tables` holds every other table raw, `extra` the unknown fields of `_meta`."""

    meta: Meta
    rounds: list[dict[str, Any]]
    changes: list[Change]
    tables: dict[str, msgspec.Raw]
    extra: dict[str, Any]


class BadSnapshot(Exception):
    """Bytes that are not a good snapshot; the message is a Chinese clause saying why."""


class TooNew(BadSnapshot):
    """A good file of a newer major version."""


_table_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
_docs_decoder = msgspec.json.Decoder(dict[str, dict[str, Any]])
_known_meta = set(Meta.__struct_fields__)


def decode(data: bytes, known: KnownRounds | None = None) -> Snapshot:
    """Take a snapshot apart. Raises BadSnapshot; empty is never taken for new.

    A round that is `known` to the last byte is not read again: every file of a round carries its copy.
    """
    if not data:
        raise BadSnapshot("文件长度为零")
    if len(data) > FINDINGS_BYTES:
        raise BadSnapshot(TOO_LARGE.rstrip("。"))
    if not sealed(PREFIX, data):
        raise BadSnapshot(_why_unsealed(data))
    try:
        data.decode("utf-8")
        tables = _table_decoder.decode(data)
        raw_meta = _docs_decoder.decode(tables.pop(META))["1"]
        meta = msgspec.convert(raw_meta, Meta)
        if meta.format != FINDINGS_FORMAT:
            raise BadSnapshot(f"不是检查记录文件（格式为“{clean_text(meta.format[:40], newlines=False)}”）")
        if meta.version.split(".", 1)[0] != FINDINGS_VERSION.split(".", 1)[0]:
            said = clean_text(meta.version[:20], newlines=False)
            raise TooNew(f"文件版本是{said}，本程序只认{FINDINGS_VERSION}，请升级程序")
        if meta.count > FINDINGS_CHANGES:
            raise BadSnapshot(TOO_MANY.rstrip("。"))
        changes = _in_order(decode_changes(tables.pop(CHANGES)))
        rounds = _rounds(tables.pop(ROUND), known or {})
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError) as error:
        raise BadSnapshot("校验值相符，但内容不是检查记录的样子") from error
    if meta.count != len(changes) or not rounds:
        raise BadSnapshot("记录条数与文件自述不符")
    extra = {name: value for name, value in raw_meta.items() if name not in _known_meta and name != "sha256"}
    return Snapshot(meta=meta, rounds=rounds, changes=changes, tables=tables, extra=extra)


def encode(
    meta: Meta,
    rounds: Sequence[Mapping[str, Any]],
    changes: Sequence[Change],
    tables: Mapping[str, Iterable[Mapping[str, Any]] | msgspec.Raw],
    extra: Mapping[str, Any] | None = None,
) -> list[bytes | memoryview]:
    """Snapshot bytes in pieces, checksum included; one document a line, a pure function of what is given."""
    if clash := {META, ROUND, CHANGES} & set(tables):
        raise ValueError(f"tables of these names are not the caller's: {sorted(clash)}")
    about: dict[str, Any] = {name: getattr(meta, name) for name in sorted(_known_meta)}
    about |= dict(extra or {})
    about |= {"count": len(changes)}

    def parts() -> Iterator[bytes | memoryview]:
        yield b'",' + canonical(about)[1:] + b"}"
        yield from _table(ROUND, (canonical(document) for document in rounds))
        yield from _change_table(changes)
        for name, documents in tables.items():
            if isinstance(documents, msgspec.Raw):
                yield b",\n%b:" % canonical(name)
                yield memoryview(documents)
            else:
                yield from _table(name, (canonical(document) for document in documents))
        yield b"}\n"

    pieces = list(_joined(parts()))
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return [PREFIX + digest.hexdigest().encode(), *pieces]


def documents(rows: Iterable[bytes]) -> msgspec.Raw:
    """Rows as `encode` writes them in a table, one document a line: for who tells them one by one."""
    held = io.BytesIO()
    held.writelines(_numbered(rows))
    return msgspec.Raw(held.getvalue())


def _table(name: str, documents: Iterable[bytes]) -> Iterator[bytes]:
    yield b",\n%b:" % canonical(name)
    yield from _numbered(documents)


def _numbered(documents: Iterable[bytes]) -> Iterator[bytes]:
    yield b"{"
    start = b"\n"
    for number, document in enumerate(documents, 1):
        yield b'%b"%d":%b' % (start, number, document)
        start = b",\n"
    yield b"}"


def _change_table(changes: Sequence[Change]) -> Iterator[bytes]:
    """The same for very many changes: written into one buffer after another, not made one by one."""
    buffer = bytearray(b",\n%b:{" % canonical(CHANGES))
    start = b"\n"
    for number, change in enumerate(changes, 1):
        buffer += b'%b"%d":' % (start, number)
        canonical_into(change, buffer)
        start = b",\n"
        if len(buffer) >= CHUNK:
            # A copy, because a buffer that grew holds more room than its bytes need.
            yield bytes(buffer)
            buffer.clear()
    buffer += b"}"
    yield bytes(buffer)


def _joined(parts: Iterable[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    """Small parts as a few large ones."""
    held: list[bytes | memoryview] = []
    size = 0
    for part in parts:
        if len(part) >= CHUNK:
            yield b"".join(held)
            yield part
            held, size = [], 0
            continue
        held.append(part)
        size += len(part)
        if size >= CHUNK:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def _rounds(table: msgspec.Raw, known: KnownRounds) -> list[dict[str, Any]]:
    if known:
        copies = _table_decoder.decode(table)
        # Compared with each, since a hash of so many bytes costs more.
        held = {
            key: document
            for key, copy in copies.items()
            for packed, document in known.items()
            if packed == bytes(copy)
        }
        if len(held) == len(copies):
            return _in_order(held)
    return _in_order(_docs_decoder.decode(table))


def _in_order(documents: dict[str, T]) -> list[T]:
    if any(key != str(number) for number, key in enumerate(documents, 1)):
        raise BadSnapshot("记录的编号不是从1起依次排列")
    return list(documents.values())


def _why_unsealed(data: bytes) -> str:
    if not data.strip(b"\0"):
        return "文件内容全是空字节，多半是断电造成"
    if data.lstrip()[:1] != b"{":
        return "不是检查记录文件"
    try:
        tables = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return "文件不完整或内容已损坏"
    if META not in tables:
        return "不是检查记录文件"
    return "内容与校验值不符，可能被别的程序改写过"
