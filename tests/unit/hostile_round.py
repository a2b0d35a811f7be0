"""The round whose files are damaged: where it lies, who opens it, and which commands read all of it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutating as m
from hostile_commands import NEW, NOW, Space
from hostile_signs import chinese, foul
from hostile_sweep import FILE, Door, Kind

from inspect_tui.model.person import Identity
from inspect_tui.rules.ledger import ledger_rows
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

Way = Callable[[bytes, random.Random], bytes]
JSON_WAYS: tuple[Way, ...] = (m.as_json,)
SEALED_WAYS: tuple[Way, ...] = (m.sealed_snapshot, m.sealed_snapshot, m.as_json)


def writer_name(root: Path) -> str:
    held = json.loads(next(root.glob("writers-*.json")).read_bytes())
    return next(name for name, rounds in held.items() if NEW in rounds)


def inspector_file(space: Space) -> Path:
    """The findings file of the inspector in the round that is under way."""
    held = json.loads(next(space.root.glob("writers-*.json")).read_bytes())
    writer = held[writer_name(space.root)][NEW]
    return space.root / "rounds" / NEW / f"{writer}.json"


class Round:
    """The round under way in a workspace, opened once for all the kinds of it."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.root, self.files, self.box = space.root, space.files, space.root.parent / "files"
        self.folder = self.root / "rounds" / NEW
        self.work = Workspace(self.root)
        self.inspector = Identity(name=writer_name(self.root))
        self.own = inspector_file(space)
        self.session = self._opened(read_only=True)
        self.round = self.session.round
        self.rows = ledger_rows(self.session.state, self.round, "2026-11-20")
        #: Commands that read findings.
        self.readers = (
            ("summary", FILE),
            ("verify", FILE),
            ("notice", FILE, "--json"),
            ("score", FILE, "--json"),
            ("ledger", FILE, "--csv"),
            ("delta", FILE),
            ("verify", FILE, "--json"),
            ("merge", FILE, "-o", self.box / "out.json", "--preview"),
            ("decide", FILE),
            ("report", FILE),
        )
        self.of_folder = tuple(
            tuple(self.folder if w is FILE else w for w in words)
            for words in self.readers
            if "merge" not in words
        )
        self.of_workspace = (
            ("round", "list"),
            ("round", "show", NEW),
            ("phrases", "list"),
            ("doctor",),
            ("pair", "list"),
            ("practice", "list"),
            *self.of_folder,
        )

    def _opened(self, *, read_only: bool = False) -> Session:
        return Session.open(self.work, NEW, self.inspector, lambda: NOW, read_only=read_only)

    def look_only(self, _: Path) -> None:
        """A door: look at the round without taking its lock."""
        for line in self._opened(read_only=True).messages:
            assert not foul(line) and chinese(line), line

    def open_and_close(self, _: Path) -> None:
        """A door: open the round as its inspector does."""
        opened = self._opened()
        for line in opened.messages:
            assert not foul(line) and chinese(line), line
        opened.close()


def inside(
    name: str,
    place: Path,
    data: bytes,
    *doors: Door,
    ways: tuple[Way, ...] = JSON_WAYS,
    commands: Any = (),
    weight: int = 2,
) -> Kind:
    """A kind that lies at its own place while it is read."""
    return Kind(name, place, data, ways, doors, commands, weight=weight)
