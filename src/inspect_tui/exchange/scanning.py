"""Scanning: every offered file read and judged before anything is taken, and nothing written.

What comes out is one truthful account per file, and the union of what is sound. The union does not depend
on the order of files; `new` and `known` of a file are counted in the order given, after what is held.
"""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.exchange.folded import Conflict, Folded, Meetings
from inspect_tui.exchange.judging import Grounds, Judged, judge, plainly_clean
from inspect_tui.exchange.lone import Lone
from inspect_tui.exchange.manifest import Counts, Manifest, code_of, count
from inspect_tui.exchange.offered import Locked, Opened, Opener, is_other_file_of_ours, offers
from inspect_tui.exchange.pack import same_round
from inspect_tui.exchange.ring import Ring, ring_of
from inspect_tui.exchange.signing import look
from inspect_tui.exchange.union import Union
from inspect_tui.model.change import Body, Change
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.round import Round
from inspect_tui.model.signing import Signed
from inspect_tui.rules.belated import told
from inspect_tui.rules.canonical import canonical
from inspect_tui.store.clean import clean_text
from inspect_tui.store.loading import round_from_raw
from inspect_tui.store.snapshot import MERGED

#: Called with (files done, files in all, what is being read).
Progress = Callable[[int, int, str], None]
#: Most rejected changes listed one by one for a file; the rest is counted.
LISTED = 200


class Cancelled(Exception):
    """The user stopped a scan or merge; everything is as it was."""


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A change that is not taken: where it stands in its file, and why."""

    where: str
    reason: str


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


def scan(
    paths: Sequence[Path],
    *,
    round_ref: Round | None = None,
    round_raw: dict[str, Any] | None = None,
    held: Iterable[Change] = (),
    counts: bool = True,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    ring: Ring | None = None,
) -> Scan:
    """Read and judge every file behind the paths.

    `round_ref` is the round they must belong to (with its raw form); without it, the round most of them
    belong to. `held` are the changes known already. With `counts` each file's answers and findings are
    counted, which takes longer than all the rest. With the `ring` encrypted files are opened and signers
    known; without it, by the keys of this machine alone. Raises Cancelled.
    """

    def tick(_: int = 0) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled

    with without_collector():
        found = _Scanner(tick, progress, ring or ring_of(None)).run(list(paths))
        return _combined(found, round_ref, round_raw, held, counts, tick)


@contextmanager
def without_collector() -> Iterator[None]:
    """Leave the cycle collector out while very many small records are made, none of which form cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


# -------------------------------------------------------------------- each file by itself


class _Found(msgspec.Struct, kw_only=True):
    files: list[FileScan]
    sources: list[Source]
    skipped: list[str]


class _Scanner:
    def __init__(self, tick: Callable[[int], None], progress: Progress | None, ring: Ring) -> None:
        self._tick, self._progress, self._ring = tick, progress, ring
        self._grounds: dict[bytes, Grounds | str] = {}
        self._packs: dict[bytes, list[dict[str, Any]]] = {}
        self._seen: dict[str, Source] = {}
        self._found = _Found(files=[], sources=[], skipped=[])

    def run(self, paths: list[Path]) -> _Found:
        found, opener = self._found, Opener(self._ring)
        todo = offers(paths)
        for number, offer in enumerate(todo):
            self._tick(0)
            if self._progress is not None:
                self._progress(number, len(todo), offer.label)
            for label, opened in opener.open(offer):
                if isinstance(opened, str):
                    if offer.stray and is_other_file_of_ours(opened):
                        found.skipped.append(f"{label}：{opened}")
                    else:
                        locked = isinstance(opened, Locked)
                        found.files.append(
                            FileScan(
                                path=label,
                                name=_name(label),
                                reason=str(opened),
                                locked=locked,
                                encrypted=locked or offer.sealed,
                            )
                        )
                else:
                    self._take(label, opened, offer.path)
        if self._progress is not None:
            self._progress(len(todo), len(todo), "")
        if not found.files and found.skipped:
            for path in paths:
                label = clean_text(str(path), newlines=False)
                found.files.append(FileScan(path=label, name=_name(label), reason="里面没有检查记录文件"))
        return found

    def _take(self, label: str, opened: Opened, path: Path) -> None:
        account = FileScan(
            path=label,
            name=_name(label),
            writer=opened.meta.writer[:64],
            merged=opened.meta.kind == MERGED,
            closed=opened.meta.closed and not opened.messages,
            sha256=opened.sha256,
            hand_in=opened.manifest is not None,
            encrypted=opened.encrypted,
            warnings=[clean_text(message, newlines=False) for message in (*opened.messages, *opened.notes)],
        )
        if opened.signature is not None:
            # Why nobody is known here, where the list of keys cannot be read.
            account.warnings += [message.rstrip("。") for message in self._ring.messages]
        self._found.files.append(account)
        earlier = self._seen.get(opened.sha256)
        if earlier is not None:
            _as_before(account, earlier.scan)
            if earlier.scan.usable or not earlier.scan.reason:
                self._found.sources.append(
                    Source(
                        scan=account,
                        opened=earlier.opened,
                        grounds=earlier.grounds,
                        good=earlier.good,
                        rejected=earlier.rejected,
                        path=path,
                    )
                )
            return
        grounds = self._grounds_of(opened)
        if isinstance(grounds, str):
            account.reason = grounds
            return
        shown = grounds.newest
        account.round_id, account.title = shown.id, shown.title
        account.origin, account.pack_version = shown.origin, shown.pack_version
        account.practice = shown.practice
        clean = opened.data is not None and plainly_clean(opened.data.decode("utf-8"))
        judged = judge(opened.changes, grounds, clean=clean, tick=self._tick)
        _describe(account, opened, judged)
        account.signature = look(
            opened.signature,
            opened.rounds,
            opened.changes,
            account.writer,
            self._ring.known,
            people=() if account.merged else account.inspectors,
        )
        source = Source(
            scan=account,
            opened=opened,
            grounds=grounds,
            good=judged.good,
            rejected=tuple(number for number, _, _ in judged.rejected),
            stale=judged.stale,
            lone=judged.lone,
            path=path,
        )
        self._seen[opened.sha256] = source
        self._found.sources.append(source)

    def _grounds_of(self, opened: Opened) -> Grounds | str:
        key = canonical(opened.rounds)
        if key not in self._grounds:
            self._grounds[key] = _read_rounds(key)
        # Most files carry the same packs: one copy of them is held for all.
        opened.rounds = self._packs.setdefault(key, opened.rounds)
        return self._grounds[key]


@functools.lru_cache(maxsize=8)
def _read_rounds(packs: bytes) -> Grounds | str:
    """The packs of a round in a file. Kept, because most files of a round carry the same ones."""
    rounds = []
    for raw in msgspec.json.decode(packs):
        try:
            rounds.append(round_from_raw(raw, name="检查记录里的轮次")[0])
        except InputFaults as error:
            return f"检查记录里的轮次内容不能用：{error.faults[0].text().rstrip('。')}"
    if not all(same_round(rounds[0], other) and rounds[0].id == other.id for other in rounds[1:]):
        return "一个文件里有几轮不同的检查"
    return Grounds(rounds)


def _name(label: str) -> str:
    return label.replace("\\", "/").rsplit("/", 1)[-1]


def _as_before(account: FileScan, earlier: FileScan) -> None:
    for field in msgspec.structs.fields(FileScan):
        if field.name not in ("path", "name", "warnings"):
            setattr(account, field.name, getattr(earlier, field.name))
    account.same_as = earlier.path
    account.warnings.append(f"和“{earlier.name}”是同一个文件，只算一次")


def _describe(account: FileScan, opened: Opened, judged: Judged) -> None:
    account.changes = len(judged.good)
    account.erased = sum(change.body is None for change in judged.good)
    account.writers = tuple(sorted({change.writer for change in judged.good}))
    account.inspectors = tuple(sorted(judged.inspectors, key=lambda n: (-judged.inspectors[n], n)))
    for number, change, reasons in judged.rejected[:LISTED]:
        where = f"第{number}条改动（{clean_text(change.id, newlines=False)[:8]}）"
        account.rejected += [Rejected(where=where, reason=clean_text(r, newlines=False)) for r in reasons]
    account.rejected_more = max(0, len(judged.rejected) - LISTED)
    account.code = code_of(opened.changes)
    if not judged.good:
        account.reason = "没有一条能用的记录" if judged.rejected else "文件里还没有记录"
    if not account.merged:
        strangers = sum(change.writer != account.writer for change in judged.good)
        if strangers:
            account.warnings.append(f"里面有{strangers}条别的记录文件的改动，已分开保存")
    if not account.closed:
        account.warnings.append("这份文件是程序开着时拷的，可能缺最后几条，请让检查人员退出程序后再交一次")


# -------------------------------------------------------------------- all files together


def _combined(
    found: _Found,
    round_ref: Round | None,
    round_raw: dict[str, Any] | None,
    held: Iterable[Change],
    counts: bool,
    tick: Callable[[int], None],
) -> Scan:
    chosen = round_ref or _most_common(found.sources)
    union = Union()
    for change in held:
        union.add(change)
    result = Scan(files=found.files, sources=[], union=union, rounds=[], skipped=found.skipped)
    result.others = len(union.changes)
    if round_raw is not None:
        result.rounds.append(round_raw)
    for source in found.sources:
        shown = source.grounds.newest
        if chosen is not None and not (shown.id == chosen.id and same_round(chosen, shown)):
            source.scan.reason = (
                f"不是本轮检查：这份是“{shown.title[:40]}”（{shown.id[:40]}），本轮是“{chosen.title[:40]}”"
            )
            continue
        if source.good:
            result.sources.append(source)
    newest = [chosen] if chosen is not None else []
    for source in result.sources:
        source.scan.usable = True
        source.fresh = []
        for done, change in enumerate(source.good):
            if not done & 0xFFF:
                tick(done)
            if union.add(change):
                source.fresh.append(change)
        source.scan.new = len(source.fresh)
        source.scan.known = len(source.good) - len(source.fresh)
        result.rounds += [raw for raw in source.opened.rounds if not any(raw is r for r in result.rounds)]
        newest.append(source.grounds.newest)
    if newest:
        result.round = max(newest, key=lambda r: (r.pack_version, canonical(r)))
        if round_ref is not None and round_ref.pack_version >= result.round.pack_version:
            result.round = round_ref
    if result.sources:
        _account(result, counts, tick)
    return result


def _most_common(sources: list[Source]) -> Round | None:
    """The round most files belong to; which one does not depend on their order."""
    votes: dict[tuple[str, str], tuple[int, int, Round]] = {}
    for source in sources:
        shown = source.grounds.newest
        key = (shown.id, shown.origin or shown.created)
        files, changes, _ = votes.get(key, (0, 0, shown))
        votes[key] = (files + 1, changes + len(source.good), shown)
    if not votes:
        return None
    return votes[min(votes, key=lambda k: (-votes[k][0], -votes[k][1], k))][2]


def _account(result: Scan, counts: bool, tick: Callable[[int], None]) -> None:
    """What each file brings, measured against everything together."""
    assert result.round is not None
    folded = result.folded(tick)
    met = folded.meetings
    gaps = result.union.gaps()
    forks = set(result.union.forks())
    belated = {one.taken.change: one for one in folded.belated}
    grounds = Grounds([result.round])
    for source in result.sources:
        tick(0)
        account = source.scan
        _meet(account, source.fresh, met)
        account.gaps = sum(change.prev in gaps for change in source.good) if gaps else 0
        if forks:
            account.forks = len({(c.writer, c.prev) for c in source.good} & forks)
        account.stale = _stale(source, grounds)
        if belated:
            strayed = told(belated[change.id] for change in source.fresh if change.id in belated)
            account.warnings += [line.rstrip("。") for line in strayed]
        if account.gaps:
            account.warnings.append(f"有{account.gaps}处缺口：中间的改动不在这些文件里，已有的都保留")
        if account.forks:
            account.warnings.append(
                f"有{account.forks}处分叉：同一份记录在两处接着写（或被人改写），两边都保留，请核对"
            )
        if counts or source.opened.manifest is not None:
            account.counts = count(source.good, result.round)
        if source.opened.manifest is not None:
            _compare(account, source.opened.manifest)


def _meet(account: FileScan, fresh: list[Change], met: Meetings) -> None:
    for change in fresh:
        if change.id in met.beside:
            account.beside += 1
            if change.id in met.differing:
                account.differing += 1
            elif change.id in met.agreeing:
                account.agreeing += 1


_bodies = msgspec.json.Decoder(Body)


def _stale(source: Source, now: Grounds) -> int:
    """How many new changes judge an item by a text that reads otherwise in the newest pack."""
    if source.grounds.newest.pack_version == now.newest.pack_version:
        return sum(change.id in source.stale for change in source.fresh) if source.stale else 0
    return sum(change.body is not None and now.stale(_bodies.decode(change.body)) for change in source.fresh)


def _compare(account: FileScan, manifest: Manifest) -> None:
    """The hand-in's own figures against what was read."""
    said, read = manifest.counts, account.counts
    account.code = manifest.code
    if read is not None:
        pairs = [("单位", said.units, read.units), ("已查", said.answers, read.answers)]
        pairs += [("问题", said.problems, read.problems), ("操作", said.changes, read.changes)]
        for label, theirs, ours in pairs:
            if theirs != ours and not account.rejected:
                account.warnings.append(f"交卷单写的{label}数是{theirs}，实际读到{ours}，请与检查人员核对")
