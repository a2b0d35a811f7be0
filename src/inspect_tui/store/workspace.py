"""Workspace: the folder a team works in, and what stands in it.

One writer per file, so that any folder-sync engine can carry a workspace without making a write conflict.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from inspect_tui.model.checklist import CHECKLIST_FORMAT, Checklist
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.person import Identity
from inspect_tui.model.roster import Roster
from inspect_tui.model.round import Round, Rules
from inspect_tui.store import files
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.files import private_folder, write_durable
from inspect_tui.store.roundfile import read_packed

if TYPE_CHECKING:
    from inspect_tui.model.distribution import Distribution
    from inspect_tui.model.flows import FlowList
    from inspect_tui.model.scheme import Contest, Scheme

T = TypeVar("T")

#: Clock handed in by whoever runs the program, so that no rule or file looks at the time by itself.
Clock = Callable[[], dt.datetime]

#: Ids of a machine whose own folder cannot be written, for as long as this process lives.
_homeless: dict[Path, str] = {}

_SAFE_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")


def local_clock() -> dt.datetime:
    """Now, with the local offset."""
    return dt.datetime.now().astimezone()


def new_writer_id() -> str:
    """Random id of a findings file: 12 hex digits."""
    return os.urandom(6).hex()


class RoundEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A round as the home screen lists it; `faults` instead of `round` when its file cannot be used.

    `packed` is the canonical form of `raw`, by which a copy of the round is known.
    """

    id: str
    path: Path
    round: Round | None = None
    raw: dict[str, Any] = {}
    packed: bytes = b""
    faults: tuple[Fault, ...] = ()


class Workspace:
    """A workspace folder. Reading a part of it that is broken never hides the rest."""

    def __init__(self, root: Path) -> None:
        self.root = root
        # Rounds as just listed, so that opening one of them does not read it again; each is given out once.
        self._listed: dict[Path, tuple[tuple[int, int, int], RoundEntry]] = {}

    # ---------------------------------------------------------------- places

    @property
    def checklists_dir(self) -> Path:
        return self.root / "checklists"

    @property
    def schemes_dir(self) -> Path:
        return self.checklists_dir / "schemes"

    @property
    def contests_dir(self) -> Path:
        return self.checklists_dir / "contests"

    @property
    def distribution_dir(self) -> Path:
        return self.root / "distribution"

    @property
    def flows_dir(self) -> Path:
        return self.root / "flows"

    @property
    def rounds_dir(self) -> Path:
        return self.root / "rounds"

    @property
    def exports_dir(self) -> Path:
        return self.root / "exports"

    @property
    def identity_path(self) -> Path:
        return self.root / "identity.json"

    def round_dir(self, round_id: str) -> Path:
        """Folder of a round. Raises ValueError for an id that is not a plain name (no path tricks)."""
        if not _SAFE_ID.match(round_id):
            raise ValueError(round_id)
        return self.rounds_dir / round_id

    def findings_path(self, round_id: str, writer: str) -> Path:
        """The findings file of one writer in a round."""
        if not _SAFE_ID.match(writer):
            raise ValueError(writer)
        return self.round_dir(round_id) / f"{writer}.json"

    # ---------------------------------------------------------------- making

    @classmethod
    def is_workspace(cls, root: Path) -> bool:
        """Whether a folder is a workspace: it has a roster, rounds, or checklists of ours."""
        space = cls(root)
        if (root / "roster.json").is_file() or space.rounds_dir.is_dir():
            return True
        from inspect_tui.store.loading import sniff_format

        return any(sniff_format(p) == CHECKLIST_FORMAT for p in space.checklists_dir.glob("*.json"))

    @classmethod
    def init(cls, root: Path) -> Workspace:
        """Set a folder up: shipped checklists, rules, schemes, contests, flows, a sample roster to edit.

        Existing files stay.
        """
        from inspect_tui.store.shipped import (
            shipped_contests,
            shipped_distributions,
            shipped_files,
            shipped_flows,
            shipped_schemas,
            shipped_schemes,
        )

        space = cls(root)
        folders = [space.checklists_dir, space.schemes_dir, space.contests_dir]
        folders += [space.distribution_dir, space.flows_dir]
        for folder in (*folders, space.rounds_dir, space.exports_dir):
            private_folder(folder)
        for source in shipped_files():
            target = space.checklists_dir / source.name
            if source.name == "roster.sample.json":
                target = root / "roster.json"
            elif source.name == "rules.json":
                target = root / "rules.json"
            if not target.exists():
                write_durable(target, source.read_bytes())
        for folder, sources in (
            (space.schemes_dir, shipped_schemes()),
            (space.contests_dir, shipped_contests()),
            (space.distribution_dir, shipped_distributions()),
            (space.flows_dir, shipped_flows()),
            (space.checklists_dir / "schema", shipped_schemas()),
        ):
            private_folder(folder)
            for source in sources:
                if not (folder / source.name).exists():
                    write_durable(folder / source.name, source.read_bytes())
        return space

    # ---------------------------------------------------------------- reading

    def checklists(self) -> tuple[list[Checklist], list[Fault]]:
        """All usable checklists, and every fault of those that are not."""
        from inspect_tui.store.loading import load_checklist, sniff_format

        good: list[Checklist] = []
        faults: list[Fault] = []
        for path in sorted(self.checklists_dir.glob("*.json")):
            if sniff_format(path) not in (CHECKLIST_FORMAT, ""):
                continue
            try:
                checklist, warnings = load_checklist(path)
            except InputFaults as error:
                faults.extend(error.faults)
            else:
                good.append(checklist)
                faults.extend(warnings)
        return good, faults

    def roster_path(self) -> Path:
        """The roster: roster.json, or the sample among the checklists when there is none."""
        own = self.root / "roster.json"
        return own if own.exists() else self.checklists_dir / "roster.sample.json"

    def roster(self) -> tuple[Roster | None, list[Fault]]:
        """The roster, or None with all its faults."""
        from inspect_tui.store.loading import load_roster

        try:
            return load_roster(self.roster_path())
        except InputFaults as error:
            return None, error.faults

    def rules(self) -> tuple[Rules, list[Fault]]:
        """The office's own figures, or the shipped drafts where there is no file."""
        from inspect_tui.store.loading import load_rules

        for path in (self.root / "rules.json", self.checklists_dir / "rules.json"):
            if path.exists():
                try:
                    return load_rules(path)
                except InputFaults as error:
                    return Rules(), error.faults
        return Rules(), []

    def schemes(self) -> tuple[list[Scheme], list[Fault]]:
        """All usable schemes of grades; the shipped drafts where the workspace has no folder for them."""
        from inspect_tui.store.loading import load_scheme
        from inspect_tui.store.shipped import shipped_schemes

        own = self.schemes_dir
        return _usable(sorted(own.glob("*.json")) if own.is_dir() else shipped_schemes(), load_scheme)

    def contests(self) -> tuple[list[Contest], list[Fault]]:
        """All usable contests; the shipped drafts where the workspace has no folder for them."""
        from inspect_tui.store.loading import load_contest
        from inspect_tui.store.shipped import shipped_contests

        own = self.contests_dir
        return _usable(sorted(own.glob("*.json")) if own.is_dir() else shipped_contests(), load_contest)

    def distributions(self) -> tuple[list[Distribution], list[Fault]]:
        """All usable rules of 二次分配; the shipped examples where the workspace has no folder for them."""
        from inspect_tui.store.loading import load_distribution
        from inspect_tui.store.shipped import shipped_distributions

        own = self.distribution_dir
        paths = sorted(own.glob("*.json")) if own.is_dir() else shipped_distributions()
        return _usable(paths, load_distribution)

    def flow_lists(self) -> tuple[list[FlowList], list[Fault]]:
        """All usable lists of basic flows; the shipped drafts where the workspace has no folder for them."""
        from inspect_tui.store.loading import load_flows
        from inspect_tui.store.shipped import shipped_flows

        own = self.flows_dir
        return _usable(sorted(own.glob("*.json")) if own.is_dir() else shipped_flows(), load_flows)

    def rounds(self) -> list[RoundEntry]:
        """Every round folder, newest period first; a broken one is listed with its faults."""
        entries = []
        if not self.rounds_dir.is_dir():
            return []
        for folder in self.rounds_dir.iterdir():
            path = folder / "round.json"
            if not path.is_file() or not _SAFE_ID.match(folder.name):
                continue
            stamp = files.stamp(path)
            try:
                round_, raw, packed = read_packed(path)
            except InputFaults as error:
                entries.append(RoundEntry(id=folder.name, path=path, faults=tuple(error.faults)))
            else:
                entries.append(RoundEntry(id=folder.name, path=path, round=round_, raw=raw, packed=packed))
                self._listed[path] = stamp, entries[-1]
        return sorted(entries, key=_newest_first)

    def round(self, round_id: str) -> RoundEntry:
        """One round. Raises InputFaults when its file cannot be used or is not there."""
        path = self.round_dir(round_id) / "round.json"
        stamp, entry = self._listed.pop(path, ((0, 0, 0), None))
        if entry is not None and stamp == files.stamp(path):
            return entry
        round_, raw, packed = read_packed(path)
        return RoundEntry(id=round_id, path=path, round=round_, raw=raw, packed=packed)

    def writers(self, round_id: str) -> list[str]:
        """Ids of the findings files that lie in a round's folder, whoever wrote them."""
        folder = self.round_dir(round_id)
        names = (p.name.removesuffix(".json") for p in folder.glob("*.json"))
        return sorted(n for n in names if re.fullmatch(r"[0-9a-f]{12}", n))

    # ---------------------------------------------------------------- writing

    def save_round(self, raw: dict[str, Any]) -> Path:
        """Write a round's file; the raw form is kept so that unknown fields are passed on."""
        path = self.round_dir(str(raw["id"])) / "round.json"
        private_folder(path.parent)
        write_durable(path, msgspec.json.format(msgspec.json.encode(raw), indent=1))
        return path

    def identity(self) -> Identity | None:
        """Who works here, or None when it was never said, was said on another machine, or is damaged."""
        try:
            return self._kept_identity()
        except StoreError:
            return None

    def _kept_identity(self) -> Identity | None:
        """The same, but a file that is there and cannot be read just now is never taken for none."""
        try:
            identity = msgspec.json.decode(files.fs.read(self.identity_path), type=Identity)
        except (FileNotFoundError, msgspec.DecodeError, ValueError, RecursionError):
            return None
        except OSError as error:
            raise _unread(self.identity_path, error) from error
        return identity if identity.machine == machine_id() else None

    def save_identity(self, identity: Identity) -> Identity:
        """Keep who works here, bound to this machine; a known writer id per round is kept.

        Raises StoreError, also when the file that is there cannot be read: its writer ids would be lost.
        """
        held = self._kept_identity()
        same = held is not None and held.name == identity.name
        bound = msgspec.structs.replace(
            identity,
            machine=machine_id(),
            writers=(held.writers if held is not None and same else {}) | identity.writers,
        )
        write_durable(self.identity_path, msgspec.json.format(msgspec.json.encode(bound), indent=1))
        return bound

    def writer_for(self, round_id: str, identity: Identity) -> tuple[str, Identity]:
        """This person's findings file on this laptop: the known one, or a new id that is kept at once.

        Kept by name, so that someone recording for a colleague continues that colleague's file and leaves
        the identity of the workspace alone. A workspace copied to another machine starts a new file there,
        so a fork is the exception. Raises StoreError, also when the list of ids cannot be read: a new file
        begun for that reason would part somebody's work in two.
        """
        known = self.known_writer(round_id, identity)
        if known:
            if round_id not in identity.writers:
                identity = msgspec.structs.replace(identity, writers=identity.writers | {round_id: known})
            return known, identity
        writer = new_writer_id()
        grown = msgspec.structs.replace(identity, writers=identity.writers | {round_id: writer})
        names = self._writers_by_name()
        names[identity.name] = names.get(identity.name, {}) | {round_id: writer}
        write_durable(self._writers_path(), msgspec.json.format(msgspec.json.encode(names), indent=1))
        held = self._kept_identity()
        if held is not None and held.name == identity.name:
            return writer, self.save_identity(grown)
        return writer, grown

    def known_writer(self, round_id: str, identity: Identity) -> str:
        """The findings file this person began on this laptop in a round; empty when there is none."""
        return identity.writers.get(round_id) or self._writers_by_name().get(identity.name, {}).get(
            round_id, ""
        )

    def _writers_path(self) -> Path:
        # One file per machine: a synced workspace must never have two machines write the same file.
        return self.root / f"writers-{machine_id()}.json"

    def _writers_by_name(self) -> dict[str, dict[str, str]]:
        """Findings files begun on this machine, by person and round. Raises StoreError."""
        path = self._writers_path()
        try:
            return msgspec.json.decode(files.fs.read(path), type=dict[str, dict[str, str]])
        except (FileNotFoundError, msgspec.DecodeError, ValueError, RecursionError):
            return {}
        except OSError as error:
            raise _unread(path, error) from error


def _unread(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path.name}读不出来：{reason(error)}。", path=path)


def _usable(paths: list[Path], load: Callable[[Path], tuple[T, list[Fault]]]) -> tuple[list[T], list[Fault]]:
    """What files hold, and every fault of those that cannot be used."""
    good: list[T] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            record, warnings = load(path)
        except InputFaults as error:
            faults.extend(error.faults)
        else:
            good.append(record)
            faults.extend(warnings)
    return good, faults


def machine_id() -> str:
    """Random id of this machine and user account, made at first need outside every workspace."""
    from platformdirs import user_data_path

    folder = Path(os.environ.get("INSPECT_TUI_HOME") or user_data_path("inspect_tui", appauthor=False))
    path = folder / "machine"
    try:
        held = path.read_text(encoding="ascii").strip()
        if re.fullmatch(r"[0-9a-f]{16}", held):
            return held
    except (FileNotFoundError, UnicodeDecodeError):
        pass
    except OSError:
        # There may be an id that cannot be read just now; another one must not take its place.
        return _homeless.setdefault(folder, os.urandom(8).hex())
    made = _homeless.get(folder) or os.urandom(8).hex()
    try:
        private_folder(folder)
        write_durable(path, made.encode("ascii"))
    except StoreError:
        # A machine whose home cannot be written still works; it is asked who is there at each start.
        return _homeless.setdefault(folder, made)
    return made


def _newest_first(entry: RoundEntry) -> tuple[int, str, str]:
    start = entry.round.period.start if entry.round else ""
    inverted = "".join(chr(0x10FFFF - ord(c)) for c in start)
    return (0 if entry.round else 1, inverted, entry.id)
