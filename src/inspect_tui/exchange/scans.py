"""The account of offered files: what each is and would bring, and the union of what is sound."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.exchange.folded import Conflict, Folded
from inspect_tui.exchange.judging import Grounds
from inspect_tui.exchange.lone import Lone
from inspect_tui.exchange.manifest import Counts
from inspect_tui.exchange.offered import Opened
from inspect_tui.exchange.union import Union
from inspect_tui.model.change import Change
from inspect_tui.model.round import Round
from inspect_tui.model.signing import Signed


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A change that is not taken: where it stands in its file, and why."""

    where: str
    reason: str


def name_of(label: str) -> str:
    """The name of an offered file, from the path it is known by."""
    return label.replace("\\", "/").rsplit("/", 1)[-1]


class FileScan(msgspec.Struct, kw_only=True):
    """What one file is and what it would bring.

    `usable` says whether any record of it can be used; if not, `reason` is why. Of the `new` changes,
    `differing` stand against another inspector's, `agreeing` say the same, `beside` touch a record that
    another inspector wrote to as well, and `stale` judge an item whose text was changed since (需重看).
    `encrypted` files were opened here, `locked` ones wait for a passphrase.
    """

    path: str
    name: str
    usable: bool = False
    reason: str = ""
    writer: str = ""
    writers: tuple[str, ...] = ()
    inspectors: tuple[str, ...] = ()
    merged: bool = False
    round_id: str = ""
    title: str = ""
    origin: str = ""
    pack_version: int = 0
    practice: bool = False
    changes: int = 0
    new: int = 0
    known: int = 0
    agreeing: int = 0
    differing: int = 0
    beside: int = 0
    stale: int = 0
    erased: int = 0
    rejected: list[Rejected] = []
    rejected_more: int = 0
    gaps: int = 0
    forks: int = 0
    counts: Counts | None = None
    code: str = ""
    hand_in: bool = False
    closed: bool = True
    same_as: str = ""
    warnings: list[str] = []
    sha256: str = ""
    signature: Signed = Signed()
    encrypted: bool = False
    locked: bool = False

    @property
    def up_to_date(self) -> bool:
        """Whether everything in the file is known already: 已是最新."""
        return self.usable and self.new == 0

    @property
    def same_words(self) -> str:
        """The warning that the file is one offered before; blank when it is not."""
        return f"和“{name_of(self.same_as)}”是同一个文件，只算一次" if self.same_as else ""

    @property
    def gap_words(self) -> str:
        """The warning of gaps in the file; blank without any."""
        return f"有{self.gaps}处缺口：中间的改动不在这些文件里，已有的都保留" if self.gaps else ""


class Source(msgspec.Struct, kw_only=True):
    """A usable file behind its account, as it is taken in."""

    scan: FileScan
    opened: Opened
    grounds: Grounds
    good: list[Change]
    rejected: tuple[int, ...] = ()
    stale: set[str] = set()
    lone: dict[str, Lone] = {}
    fresh: list[Change] = []
    path: Path = Path()


class Found(msgspec.Struct, kw_only=True):
    """Every offered file read and judged by itself, before they are taken together."""

    files: list[FileScan]
    sources: list[Source]
    skipped: list[str]


class Scan(msgspec.Struct, kw_only=True):
    """The account of all files, and what merging them would give.

    `union` holds what is held already and every sound change of the usable files; `rounds` every pack of
    the round, raw.
    """

    files: list[FileScan]
    sources: list[Source]
    union: Union
    rounds: list[dict[str, Any]]
    round: Round | None = None
    skipped: list[str] = []
    others: int = 0
    _folded: list[Folded] = []
    _differ: list[list[Conflict]] = []

    @property
    def ok(self) -> bool:
        """Whether every file has something usable."""
        return bool(self.files) and all(file.usable for file in self.files)

    @property
    def doubtful(self) -> list[FileScan]:
        """Files that bring something new and whose signature, or the lack of one, asks for a second yes."""
        return [file for file in self.files if file.usable and file.new and file.signature.doubtful]

    @property
    def new(self) -> int:
        """Changes not known before, in all."""
        return sum(file.new for file in self.files)

    def folded(self, tick: Callable[[int], None] = lambda done: None) -> Folded:
        """What the union comes to; worked out once."""
        assert self.round is not None
        if not self._folded:
            self._folded.append(Folded(self.union.changes, self.round, tick, lone=self._lone()))
        return self._folded[0]

    def _lone(self) -> dict[str, Lone] | None:
        """What lone changes say, unless there are changes here that were not just read."""
        told: dict[str, Lone] = {}
        for source in self.sources:
            told |= source.lone
            source.lone = {}
        return told if not self.others else None

    def conflicts(self) -> list[Conflict]:
        """Every field on which hands differ in the union."""
        if not self._differ and self.round is not None:
            self._differ.append(self.folded().conflicts)
        return self._differ[0] if self._differ else []

    def let_go(self) -> None:
        """Keep the conflicts and drop the rest of the fold, which for a large merge fills memory."""
        self.conflicts()
        self._folded.clear()
