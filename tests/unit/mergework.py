"""Findings files to merge, made in memory from histories, and merging them without waiting for a disk."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from strategies import ROUND, Desk

from inspect_tui.exchange.merging import write_union
from inspect_tui.exchange.scanning import scan
from inspect_tui.exchange.scans import Scan
from inspect_tui.model.change import Body, Change, Edit
from inspect_tui.rules.canonical import canonical, digest, make_change
from inspect_tui.store import files
from inspect_tui.store.snapshot import MERGED, WRITER, Meta, decode, encode

RAW: dict[str, Any] = json.loads(msgspec.json.encode(msgspec.structs.replace(ROUND, origin="0" * 16)))


def file_bytes(
    changes: Sequence[Change],
    *,
    writer: str = "",
    raw: dict[str, Any] = RAW,
    closed: bool = True,
    merged: bool = False,
) -> bytes:
    """A findings file of these changes."""
    if merged:
        return b"".join(encode(Meta(kind=MERGED), [raw], changes, {}))
    writer = writer or (changes[0].writer if changes else "a" * 12)
    head = changes[-1].id if changes else ""
    meta = Meta(kind=WRITER, writer=writer, generation=1, head=head, closed=closed)
    return b"".join(encode(meta, [raw], changes, {}))


def forged(data: bytes, alter: Any) -> bytes:
    """A file altered by hand, its checksum made right again."""
    document = json.loads(data)
    alter(document)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    prefix = '{"_meta":{"1":{"sha256":"'
    rest = text[len(prefix) + 64 :].encode(errors="surrogatepass")
    return prefix.encode() + hashlib.sha256(rest).hexdigest().encode() + rest


class NoWait(files.FileOps):
    """The disk without flushing: what is tested is what is written, not when."""

    def fsync(self, fd: int) -> None: ...

    def fsync_dir(self, folder: Path) -> None: ...


@contextlib.contextmanager
def no_wait() -> Iterator[None]:
    """Put the quick disk in place for a while."""
    held = files.fs
    files.fs = NoWait()
    try:
        yield
    finally:
        files.fs = held


def merged(folder: Path, inputs: Sequence[bytes]) -> tuple[Scan, bytes]:
    """What merging these files finds and writes; no bytes when nothing in them can be used."""
    paths = []
    for number, data in enumerate(inputs):
        path = folder / f"in{number}.json"
        path.write_bytes(data)
        paths.append(path)
    found = scan(paths, counts=False)
    out = folder / "out.json"
    if not found.sources:
        return found, b""
    write_union(found, out)
    return found, out.read_bytes()


def ids(data: bytes) -> list[str]:
    """Ids of the changes in a file."""
    return [change.id for change in decode(data).changes]


# -------------------------------------------------------------------- what befalls files


def erased(change: Change) -> Change:
    """A change without its body."""
    assert change.body is not None
    return Change(id=change.id, writer=change.writer, prev=change.prev, hash=digest(bytes(change.body)))


def respelled(change: Change) -> Change:
    """The same change, its body written with blanks."""
    assert change.body is not None
    body = json.dumps(json.loads(bytes(change.body)), ensure_ascii=False, indent=1).encode()
    return msgspec.structs.replace(change, body=msgspec.Raw(body))


def hostile(seed: int, prev: str, writer: str) -> Change:
    """A change that is well chained and yet not to be taken, or just odd."""
    text = ("红\x1b[31m", "反\u202e向", "零\u200b宽", "[/][@click=app.quit]x", "A\u030a")[seed % 5]
    records = (
        "answer/u1/small/GW-01",
        "answer/u9/small/GW-01",
        "answer/u1/small/XX-9",
        "../x",
        "finding/u1/~1",
    )
    record = records[seed // 5 % 5]
    field = "note" if record.startswith("answer") else "text"
    edit = Edit(record=record, field=field, value=text if seed % 3 else "好的")
    return make_change(prev, writer, Body(at="2026-11-20T09:00:00+08:00", by=("甲",), edits=(edit,)))


def tampered(change: Change) -> Change:
    """The id of one change over the body of another."""
    assert change.body is not None
    body = bytes(change.body).replace(b'"by":[', '"by":["旁人",'.encode())
    return msgspec.structs.replace(change, body=msgspec.Raw(body))


def bring(desks: list[Desk], seed: int) -> list[bytes]:
    """The files of a few desks after what can befall them on the way to the lead."""
    dice = random.Random(seed)
    brought: list[bytes] = []
    for desk in desks:
        own = list(desk.own)
        if own and dice.random() < 0.2:
            own = own[: dice.randint(1, len(own))]
        if own and dice.random() < 0.2:
            place = dice.randrange(len(own))
            edit = Edit(record="answer/u1/small/GW-02", field="note", value=f"另一台电脑上写的{seed}")
            body = Body(at="2026-11-20T10:00:00+08:00", by=desk.people, edits=(edit,))
            own.append(make_change(own[place].prev, desk.writer, body))
        for count in range(dice.choice((0, 0, 1, 2))):
            own.append(hostile(seed + count, own[-1].id if own else "", desk.writer))
        if own and dice.random() < 0.15:
            place = dice.randrange(len(own))
            own[place] = dice.choice((erased, respelled, tampered))(own[place])
        if own and dice.random() < 0.1:
            del own[dice.randrange(len(own))]
        brought.append(file_bytes(own, writer=desk.writer))
        if desk.held and dice.random() < 0.25:
            brought.append(file_bytes(sorted(desk.held, key=lambda c: c.id), merged=True))
    if dice.random() < 0.1:
        brought.append(brought[0][: dice.randrange(len(brought[0]))])
    return brought


def same(first: Change, second: Change) -> bool:
    """Whether two changes have the same bytes."""
    return canonical(first) == canonical(second)
