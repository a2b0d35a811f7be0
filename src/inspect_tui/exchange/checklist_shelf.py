"""Shelf: every checklist at hand, of the workspace and of the program, each with everything wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from inspect_tui.exchange.checklist_held import tag_faults, version_faults
from inspect_tui.model.checklist import CHECKLIST_FORMAT, Checklist
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.errors import StoreError
from inspect_tui.store.loading import load_checklist, sniff_format
from inspect_tui.store.shipped import shipped_files
from inspect_tui.store.workspace import RoundEntry, Workspace


class Shelved(msgspec.Struct, frozen=True, kw_only=True):
    """A checklist file and what was found in it; `checklist` is None when it cannot be used.

    `shipped` ones come with the program: they are there to be tried and copied, not to be changed.
    """

    path: Path
    name: str
    shipped: bool
    checklist: Checklist | None
    faults: tuple[Fault, ...] = ()

    @property
    def errors(self) -> int:
        """How many faults stop the file from being used or must be mended."""
        return sum(not fault.warning for fault in self.faults)

    @property
    def warnings(self) -> int:
        """How many things its author should look at."""
        return len(self.faults) - self.errors


def shelf(space: Workspace) -> list[Shelved]:
    """The workspace's checklists by file name, then those of the program it holds no equal of."""
    rounds = space.rounds()
    own = [
        p for p in sorted(space.checklists_dir.glob("*.json")) if sniff_format(p) in (CHECKLIST_FORMAT, "")
    ]
    held = {_bytes(path) for path in own}
    try:
        ours = [p for p in shipped_files() if sniff_format(p) == CHECKLIST_FORMAT and _bytes(p) not in held]
    except FileNotFoundError:
        ours = []
    return [
        *(shelved(path, space, rounds=rounds) for path in own),
        *(shelved(path, space, shipped=True) for path in ours),
    ]


def shelved(
    path: Path, space: Workspace, *, shipped: bool = False, rounds: Sequence[RoundEntry] | None = None
) -> Shelved:
    """One file as it now reads; a shipped one is not asked for a version of its own."""
    name = clean_text(path.name, newlines=False)
    try:
        checklist, faults = load_checklist(path, name=name)
    except InputFaults as error:
        return Shelved(path=path, name=name, shipped=shipped, checklist=None, faults=tuple(error.faults))
    if not shipped:
        faults = [*faults, *version_faults(path, space, name=name, rounds=rounds)]
        faults += tag_faults(path, space, name=name)
    ordered = tuple(sorted(faults, key=lambda fault: fault.warning))
    return Shelved(path=path, name=name, shipped=shipped, checklist=checklist, faults=ordered)


def _bytes(path: Path) -> bytes:
    try:
        return files.fs.read(path)
    except (OSError, StoreError):
        return str(path).encode("utf-8", "surrogateescape")
