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

from inspect_tui.exchange.judging import Grounds, Judged, judge, plainly_clean
from inspect_tui.exchange.manifest import code_of
from inspect_tui.exchange.offered import Locked, Opened, Opener, is_other_file_of_ours, offers
from inspect_tui.exchange.pack import same_round
from inspect_tui.exchange.ring import Ring, ring_of
from inspect_tui.exchange.scanned_together import combined
from inspect_tui.exchange.scans import FileScan, Found, Rejected, Scan, Source, name_of
from inspect_tui.exchange.signing import look
from inspect_tui.model.change import Change
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.round import Round
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
        return combined(found, round_ref, round_raw, held, counts, tick)


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


class _Scanner:
    def __init__(self, tick: Callable[[int], None], progress: Progress | None, ring: Ring) -> None:
        self._tick, self._progress, self._ring = tick, progress, ring
        self._grounds: dict[bytes, Grounds | str] = {}
        self._packs: dict[bytes, list[dict[str, Any]]] = {}
        self._seen: dict[str, Source] = {}
        self._found = Found(files=[], sources=[], skipped=[])

    def run(self, paths: list[Path]) -> Found:
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
                                name=name_of(label),
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
                found.files.append(FileScan(path=label, name=name_of(label), reason="里面没有检查记录文件"))
        return found

    def _take(self, label: str, opened: Opened, path: Path) -> None:
        account = FileScan(
            path=label,
            name=name_of(label),
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
        clean = opened.data is not None and plainly_clean(opened.data)
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


def _as_before(account: FileScan, earlier: FileScan) -> None:
    for field in msgspec.structs.fields(FileScan):
        if field.name not in ("path", "name", "warnings"):
            setattr(account, field.name, getattr(earlier, field.name))
    account.same_as = earlier.path
    account.warnings.append(account.same_words)


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
