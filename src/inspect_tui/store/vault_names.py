"""The codes that stand for names in an encrypted workspace, and the list of what they stand for.

Where people name the files (`vault.CODED`) a name tells whom a paper is about, so none stands on the medium.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from pathlib import Path

import msgspec

from inspect_tui.store import files
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.vault import CODED, Vault, straight


class Names:
    """What the codes of a workspace stand for, kept encrypted under exports/."""

    def __init__(self, vault: Vault) -> None:
        self.root = vault.root
        self.path = vault.root / "exports" / "names.json"
        self._key = vault.key
        self._writing = threading.Lock()
        self.told: dict[str, str] = {}

    def load(self) -> None:
        """Read the list; a damaged one costs the names only, the files are still found by code."""
        with contextlib.suppress(StoreError):
            self.read()

    def read(self) -> None:
        """Take in what its file says. Raises StoreError where that cannot be read just now."""
        self.told = self._kept() | self.told

    def code(self, name: str) -> str:
        """The code of a name; nobody without the key can tell which name it is."""
        return hashlib.blake2b(name.encode("utf-8"), key=self._key, digest_size=10).hexdigest()

    def coded_parts(self, path: Path) -> tuple[str, ...] | None:
        """The parts of a path that stand as codes; None for a place where names are plain."""
        try:
            parts = straight(path).relative_to(self.root).parts
        except (OSError, ValueError):
            return None
        if not parts or parts[0] not in CODED:
            return None
        return parts[1:]

    def hidden(self, path: Path) -> Path | None:
        """Where such a file really stands; None for any other place."""
        parts = self.coded_parts(path)
        if not parts or parts[0].startswith("names."):
            return None
        folder = straight(path).relative_to(self.root).parts[0]
        coded = (part if part in self.told else self.code(part) for part in parts)
        return self.root.joinpath(folder, *coded)

    def shown(self, path: Path) -> Path:
        """The path as people know it."""
        parts = self.coded_parts(path)
        if not parts:
            return path
        folder = path.relative_to(self.root).parts[0]
        return self.root.joinpath(folder, *(self.told.get(part, part) for part in parts))

    def note(self, path: Path) -> None:
        """Keep what the codes of a path stand for, before anything is put there."""
        if self.hidden(path) is None:
            return
        with self._writing:
            new = {self.code(p): p for p in self.coded_parts(path) or () if p not in self.told}
            if not new.keys() <= self.told.keys():
                # Another program at this workspace may have added some of its own. A name counts as kept only
                # once it is: else the next file of that name would be put there and never be found again.
                told = self._kept() | self.told | new
                files.private_folder(self.path.parent)
                files.write_durable(self.path, msgspec.json.encode(told))
                self.told = told

    def _kept(self) -> dict[str, str]:
        """The list as it stands in its file; a damaged one is empty. Raises StoreError."""
        try:
            return msgspec.json.decode(files.fs.read(self.path), type=dict[str, str])
        except (FileNotFoundError, msgspec.MsgspecError, ValueError):
            return {}
        except OSError as error:
            raise StoreError(f"文件名对照表读不出来：{reason(error)}。", path=self.path) from error
