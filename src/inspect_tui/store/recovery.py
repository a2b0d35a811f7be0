"""Recovery: what a findings file holds, worked out from whatever a crash left beside it.

Nothing here writes. The newest good snapshot (the file itself, an unplaced new one, or `.bak`) is the
base; every journal that may go beyond it is read over it in order. A change already held is passed by, so
it does not matter which of snapshot and journal got further.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.model.change import GENESIS, Change
from inspect_tui.store import files
from inspect_tui.store.errors import DamagedFile, NewerVersion, StoreError, reason
from inspect_tui.store.journal import JournalContent, read_journal
from inspect_tui.store.limits import FINDINGS_BYTES, TOO_LARGE
from inspect_tui.store.snapshot import WRITER, BadSnapshot, KnownRounds, Snapshot, TooNew, decode

_SIBLING = re.compile(
    rf"\.(?P<journal>[0-9]{{1,15}})\.journal|{files.TEMP}|\.(?P<daily>[0-9]{{8}})\.bak", re.ASCII
)


class Names:
    """The files that belong to one findings file `NAME.json`, by name.

    `NAME.bak` the snapshot before, `NAME.<n>.journal`, `NAME.<token>.tmp` unfinished, `NAME.<YYYYMMDD>.bak`
    daily copies, `NAME.lock` and `NAME.holder`, `NAME.erasing` while something is being erased for good; what
    is damaged is kept as `….damaged-<n>`.
    """

    def __init__(self, main: Path) -> None:
        self.main = main
        self.folder = main.parent
        self.stem = files.stem(main)
        self.bak = main.with_name(f"{self.stem}.bak")

    def journal(self, number: int) -> Path:
        return self.main.with_name(f"{self.stem}.{number}.journal")

    def daily(self, day: str) -> Path:
        return self.main.with_name(f"{self.stem}.{day}.bak")

    def aside(self, path: Path) -> Path:
        """A free name under which a damaged file is kept."""
        number = 1
        while (kept := path.with_name(f"{path.name}.damaged-{number}")).exists():
            number += 1
        return kept

    def scan(self) -> Siblings:
        """What stands in the folder. Raises OSError."""
        found = Siblings()
        for name in sorted(files.fs.names(self.folder)):
            match = _SIBLING.fullmatch(name[len(self.stem) :]) if name.startswith(self.stem) else None
            if match is None:
                continue
            if match["journal"]:
                found.journals[int(match["journal"])] = self.folder / name
            elif match["daily"]:
                found.dailies[match["daily"]] = self.folder / name
            else:
                found.temps.append(self.folder / name)
        return found


class Siblings(msgspec.Struct):
    """Journals by number, unfinished files, daily copies by day."""

    journals: dict[int, Path] = {}
    temps: list[Path] = []
    dailies: dict[str, Path] = {}


class Recovery(msgspec.Struct):
    """What opening found and did, as counts and as Chinese sentences for the user.

    `replayed` changes came from journals; `torn` unfinished ends were dropped; `broken` journals and a
    damaged main file are kept aside under the names told; `gaps` changes do not follow the one before.
    """

    replayed: int = 0
    torn: int = 0
    broken: int = 0
    gaps: int = 0
    fallback: str = ""
    messages: list[str] = []

    @property
    def clean(self) -> bool:
        """Whether the file was just as a closed session leaves it."""
        return not (self.replayed or self.torn or self.broken or self.gaps or self.fallback)


class Recovered(msgspec.Struct):
    """A findings file as read, with what its next session must know to go on safely."""

    snapshot: Snapshot
    changes: list[Change]
    rounds: list[dict[str, Any]]
    recovery: Recovery
    #: First bytes of the main file as read; None when main is missing, damaged or out of date.
    main_head: bytes | None = None
    main_size: int = 0
    #: Generation of `.bak`; journals up to it are no longer needed. 0 when unknown.
    bak_generation: int = 0
    #: Largest number in use by any snapshot or journal.
    number: int = 0
    broken_journals: list[Path] = []
    temps: list[Path] = []
    held: set[str] = set()

    def __post_init__(self) -> None:
        self.held = {change.id for change in self.changes}

    @property
    def head(self) -> str:
        """Id of the last change."""
        return self.changes[-1].id if self.changes else GENESIS

    def add(self, changes: list[Change]) -> int:
        """Take in the changes not held yet, whatever they follow; returns how many there were."""
        before = len(self.changes)
        for change in changes:
            if change.id in self.held:
                continue
            if change.prev != self.head:
                self.recovery.gaps += 1
            self.held.add(change.id)
            self.changes.append(change)
        return len(self.changes) - before


#: Why a main file that is not there cannot be used.
GONE = "文件不见了"
#: Bytes from the start of a snapshot that tell it from any other: the prefix and the checksum.
HEAD_BYTES = 96
_GENERATION = re.compile(rb'"generation":([0-9]{1,15})[,}]')


def load(path: Path, known: KnownRounds | None = None) -> tuple[Snapshot, bytes]:
    """Read one snapshot file. Raises BadSnapshot, OSError."""
    if path.stat().st_size > FINDINGS_BYTES:
        raise BadSnapshot(TOO_LARGE.rstrip("。"))
    data = files.fs.read(path)
    return decode(data, known), data


def generation_of(path: Path) -> int:
    """Generation a snapshot file says it has, from its first bytes; 0 when it says none."""
    try:
        with files.fs.open_read(path) as file:
            match = _GENERATION.search(file.read(4096))
    except OSError:
        return 0
    return int(match.group(1)) if match else 0


def recover(names: Names, *, live: bool = False, known: KnownRounds | None = None) -> Recovered:
    """Work out what a findings file holds. Raises DamagedFile, NewerVersion, StoreError.

    With `live` its writer may be at work: a line being written just now is no accident and is not told.
    Rounds that are `known` are not read again.
    """
    main: Snapshot | None = None
    bak: Snapshot | None = None
    data, why = b"", ""
    try:
        found = _siblings(names)
        main, data = load(names.main, known)
    except FileNotFoundError:
        why = GONE
    except TooNew as error:
        raise NewerVersion(f"{names.main.name}打不开：{error}。", path=names.main) from error
    except BadSnapshot as error:
        why = str(error)
    except OSError as error:
        raise StoreError(f"{names.main.name}打不开：{reason(error)}。", path=names.main) from error
    if main is None or generation_of(names.bak) > main.meta.generation:
        with contextlib.suppress(BadSnapshot, OSError):
            bak, bak_data = load(names.bak, known)
            data = data or bak_data
    base = bak or main
    if base is None:
        raise _nothing_left(names, found, why)

    recovery = Recovery()
    result = Recovered(
        snapshot=base,
        changes=list(base.changes),
        rounds=list(base.rounds),
        recovery=recovery,
        main_head=data[:HEAD_BYTES] if base is main else None,
        main_size=len(data),
        bak_generation=bak.meta.generation if bak else 0,
        number=max([snapshot.meta.generation for snapshot in (main, bak) if snapshot] + [*found.journals]),
        temps=found.temps,
    )
    if bak is not None:
        recovery.fallback = names.bak.name
        kept = names.aside(names.main).name
        if main is not None:
            said = f"{names.main.name}是旧的（多半被同步盘或手工换回），已与较新的{names.bak.name}合在一起。"
            result.add(main.changes)
        else:
            said = f"{names.main.name}{_cannot(why)}，已改用{names.bak.name}和日志恢复。"
        recovery.messages.append(said + (f"原文件会另存为{kept}，不会删除。" if why != GONE else ""))
    if base.meta.kind == WRITER:
        beyond = base.meta.generation if base is main else 0
        _replay(names, result, {n: p for n, p in found.journals.items() if n > beyond}, live=live)
    _tell(result, live=live)
    return result


def _siblings(names: Names) -> Siblings:
    """What belongs to a file; nothing where the folder is gone, as with a pulled stick.

    A folder that is there and cannot be read is never taken for empty: its journals would be passed over.
    """
    try:
        return names.scan()
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not names.folder.is_dir():
            return Siblings()
        raise StoreError(f"{names.main.name}打不开：{reason(error)}。", path=names.main) from error


def _cannot(why: str) -> str:
    return "不见了" if why == GONE else f"已损坏（{why}）"


def _replay(names: Names, result: Recovered, journals: dict[int, Path], *, live: bool) -> None:
    recovery = result.recovery
    doubtful: tuple[Path, JournalContent] | None = None
    for _, path in sorted(journals.items()):
        try:
            content = read_journal(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise StoreError(f"日志{path.name}读不出来：{reason(error)}。", path=path) from error
        if content.header is not None and content.header.writer != result.snapshot.meta.writer:
            recovery.broken += 1
            result.broken_journals.append(path)
            kept = names.aside(path).name
            recovery.messages.append(f"日志{path.name}不属于这份记录，没有使用，会另存为{kept}。")
            continue
        # Where the next journal begins at the end of the good part, the session itself saw the write fail
        # and wrote those lines again: nothing is missing.
        if doubtful is not None and not (content.header and content.header.after == result.head):
            _tell_end(names, result, *doubtful)
        doubtful = (path, content) if content.damaged or content.torn else None
        recovery.replayed += result.add(content.changes)
        if content.rounds:
            result.rounds = [content.rounds[-1]]
    if doubtful is not None and not (live and not doubtful[1].damaged):
        _tell_end(names, result, *doubtful)


def _tell_end(names: Names, result: Recovered, path: Path, content: JournalContent) -> None:
    recovery = result.recovery
    if content.damaged:
        recovery.broken += 1
        result.broken_journals.append(path)
        kept = names.aside(path).name
        recovery.messages.append(
            f"日志{path.name}从第{content.broken}行起损坏：前面的{len(content.changes)}条改动已用上，"
            f"后面还有{content.after}行没有使用。这个日志会另存为{kept}，不会删除，请交给管理人员查看。"
        )
    else:
        recovery.torn += 1
        recovery.messages.append("上次退出时有一次保存没有写完，没写完的部分已舍去。")


def _tell(result: Recovered, *, live: bool) -> None:
    recovery = result.recovery
    if recovery.replayed and not live:
        recovery.messages.insert(0, f"上次没有正常退出，已从日志恢复{recovery.replayed}条改动。")
    if recovery.gaps:
        recovery.messages.append(
            f"有{recovery.gaps}条改动与前一条接不上（缺口），都已保留，请用“verify”命令核对。"
        )


def _nothing_left(names: Names, found: Siblings, why: str) -> DamagedFile:
    copies = []
    for _, path in sorted(found.dailies.items(), reverse=True):
        try:
            load(path)
        except (BadSnapshot, OSError):
            continue
        copies.append(path)
    said = f"{names.main.name}打不开：{why}"
    if names.bak.exists():
        said += f"，备份{names.bak.name}也不能用"
    if copies:
        said += f"。可用的每日备份：{'、'.join(path.name for path in copies[:3])}"
    if found.journals:
        said += f"。日志还在：{'、'.join(p.name for _, p in sorted(found.journals.items()))}"
    return DamagedFile(f"{said}。所有文件都原样保留。", path=names.main, copies=tuple(copies))
