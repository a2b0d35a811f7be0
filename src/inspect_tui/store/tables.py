"""The findings file as a TinyDB: its own storage, and tables whose inserts into `changes` are journalled.

TinyDB writes a whole file for every insert. `table_class` is its hook for doing better: an insert into
`changes` becomes one journal line, and queries see it at once. The other tables are pictures taken when a
snapshot is written, so they are read here and never written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from tinydb import TinyDB
from tinydb.storages import Storage
from tinydb.table import Table

from inspect_tui.model.change import Change
from inspect_tui.rules.canonical import canonical
from inspect_tui.store.envelope import decode_change
from inspect_tui.store.errors import StoreError
from inspect_tui.store.snapshot import CHANGES


class Holding(Protocol):
    """What the storage needs of the file it stands on."""

    def held_tables(self) -> dict[str, Mapping[str, Any]]:
        """Every table, `changes` included."""

    def take(self, change: Change) -> int:
        """Keep a change and queue it for the journal; returns its document id."""


class ChangeDocuments(Mapping[str, Any]):
    """Changes as TinyDB documents by id, each decoded only when it is looked at."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._changes = changes

    def __getitem__(self, key: str) -> Any:
        if not key.isascii() or not key.isdigit() or not 1 <= int(key) <= len(self._changes):
            raise KeyError(key)
        return msgspec.json.decode(canonical(self._changes[int(key) - 1]))

    def __len__(self) -> int:
        return len(self._changes)

    def __iter__(self) -> Iterator[str]:
        return (str(number) for number in range(1, len(self._changes) + 1))


class FindingsStorage(Storage):
    """Storage over an open findings file. Whole-database writes are refused: history is only added to."""

    def __init__(self, file: Holding) -> None:
        self.file = file

    def read(self) -> dict[str, Any]:
        return dict(self.file.held_tables())

    def write(self, data: Mapping[str, Any]) -> None:
        raise StoreError("检查记录只能追加改动，不能整体改写。")


class JournalTable(Table):
    """A table whose inserts into `changes` go to the journal and memory, never through a rewrite."""

    def insert(self, document: Mapping[str, Any]) -> int:
        """Add a change given as a document; other tables refuse. Raises ValueError on what is no change."""
        self._only_changes()
        return self.insert_change(decode_change(canonical(document)))

    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[int]:
        return [self.insert(document) for document in documents]

    def insert_change(self, change: Change) -> int:
        """Add a change; returns its document id."""
        self._only_changes()
        assert isinstance(self._storage, FindingsStorage)
        number = self._storage.file.take(change)
        self.clear_cache()
        return number

    def _only_changes(self) -> None:
        if self.name != CHANGES:
            raise StoreError(f"“{self.name}”表是由改动算出来的，不能直接写入。")

    def _update_table(self, updater: Callable[[dict[int, Any]], None]) -> None:
        raise StoreError("检查记录只能追加改动，不能改写或删除。")


class FindingsDB(TinyDB):
    """TinyDB over a findings file."""

    table_class = JournalTable
    default_table_name = CHANGES

    def __init__(self, file: Holding) -> None:
        super().__init__(file, storage=FindingsStorage)
