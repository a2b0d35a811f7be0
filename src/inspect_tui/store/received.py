"""Received: the list of files taken in from others, which decides what a lead's state is folded from.

The files lie unchanged as `received/<sha256>.json`; `received/list.json` is both the list and the journal
of merging. Entries are only ever added; undoing a merge marks an entry withdrawn and leaves the file.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.store import files
from inspect_tui.store.clean import clean_json
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.files import private_folder, write_durable
from inspect_tui.store.limits import FINDINGS_BYTES, TOO_LARGE

RECEIVED_FORMAT = "inspect-tui/received"
RECEIVED_VERSION = "1.0"
FOLDER, LIST = "received", "list.json"
_SHA256 = r"[0-9a-f]{64}"


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file taken in: which, from whom, by whom and when, and what it brought.

    `rejected` are the places, counted from 1, of changes in it that are not taken. `brought` is how it came
    (its sha256 on arrival) where the kept copy was put together from a file and its journals, or where a
    change was erased from it later. `signature` says who had signed it, as it was seen when it was taken.
    """

    sha256: str
    name: str
    taken_at: str
    taken_by: str
    writer: str = ""
    writers: tuple[str, ...] = ()
    inspectors: tuple[str, ...] = ()
    code: str = ""
    counts: dict[str, int] = {}
    rejected: tuple[int, ...] = ()
    brought: str = ""
    note: str = ""
    signature: str = ""
    withdrawn_at: str = ""
    withdrawn_by: str = ""

    @property
    def active(self) -> bool:
        """Whether the file counts."""
        return not self.withdrawn_at


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """The list as it stands in its file."""

    format: str = RECEIVED_FORMAT
    version: str = RECEIVED_VERSION
    files: tuple[Entry, ...] = ()


def received_folder(round_dir: Path) -> Path:
    """Where a round keeps what others sent."""
    return round_dir / FOLDER


def read_list(round_dir: Path) -> tuple[Entry, ...]:
    """Every entry, oldest first; none when nothing was ever taken in. Raises StoreError."""
    path = received_folder(round_dir) / LIST
    try:
        data = files.fs.read(path)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise StoreError(f"合并台账{LIST}读不出来：{reason(error)}。", path=path) from error
    try:
        # Names in it were others' before they were ours.
        held = msgspec.convert(clean_json(msgspec.json.decode(data)), Received)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise StoreError(f"合并台账{LIST}已损坏，收到的文件没有计入。", path=path) from error
    if held.format != RECEIVED_FORMAT or held.version.split(".")[0] != RECEIVED_VERSION.split(".")[0]:
        raise StoreError(f"合并台账{LIST}的格式或版本不认识，请升级程序。", path=path)
    return held.files


def write_list(round_dir: Path, entries: tuple[Entry, ...]) -> None:
    """Put a list in place whole. Raises StoreError."""
    folder = received_folder(round_dir)
    private_folder(folder)
    path = folder / LIST
    document: dict[str, Any] = msgspec.to_builtins(Received(files=entries))
    write_durable(path, msgspec.json.format(msgspec.json.encode(document), indent=1))


def active_files(round_dir: Path) -> list[tuple[Path, Entry]]:
    """The received files that count, each once, oldest first. Raises StoreError."""
    found: dict[str, Entry] = {}
    for entry in read_list(round_dir):
        if entry.active and re.fullmatch(_SHA256, entry.sha256):
            found.setdefault(entry.sha256, entry)
    folder = received_folder(round_dir)
    return [(folder / f"{sha256}.json", entry) for sha256, entry in found.items()]


def is_as_received(path: Path, entry: Entry) -> bool:
    """Whether the kept copy still has the bytes that were taken in. Raises StoreError."""
    try:
        if path.stat().st_size > FINDINGS_BYTES:
            raise StoreError(TOO_LARGE, path=path)
        return hashlib.sha256(files.fs.read(path)).hexdigest() == entry.sha256
    except OSError as error:
        raise StoreError(f"收到的文件“{entry.name}”读不出来：{reason(error)}。", path=path) from error
