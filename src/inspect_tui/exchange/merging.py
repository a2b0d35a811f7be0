"""Merging: scan, union, and one file that depends on the set of changes alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.exchange.ring import Ring
from inspect_tui.exchange.scanning import Cancelled, Progress, scan, without_collector
from inspect_tui.exchange.scans import Scan
from inspect_tui.store.content import write_merged
from inspect_tui.store.files import private_folder


class Merged(msgspec.Struct, kw_only=True):
    """What a merge found, and where it stands; `path` is None when nothing was written."""

    scan: Scan
    path: Path | None = None


def merge(
    paths: Sequence[Path],
    out: Path | None,
    *,
    counts: bool = False,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    ring: Ring | None = None,
    agreed: Callable[[Scan], bool] = lambda found: True,
) -> Merged:
    """Merge files into one; with `out` None only look.

    Writes nothing unless every file has something usable: a merge that silently leaves a file out would be
    taken for whole. `out` is read only when it is among the files, and is replaced in one step at the end.
    `agreed` is asked before writing, where a signature does not fit.
    Raises Cancelled, StoreError, and ExportRefused for a round marked 秘密 or above.
    """
    with without_collector():
        found = scan(paths, counts=counts, progress=progress, cancelled=cancelled, ring=ring)
        if out is None or not found.ok or (found.doubtful and not agreed(found)):
            return Merged(scan=found)
        write_union(found, out, cancelled=cancelled)
        return Merged(scan=found, path=out)


def write_union(found: Scan, out: Path, *, cancelled: Callable[[], bool] | None = None) -> None:
    """Write the union of a scan as a merged file. Raises Cancelled, StoreError, ExportRefused."""

    def tick(_: int = 0) -> None:
        if cancelled is not None and cancelled():
            raise Cancelled

    assert found.round is not None
    refuse_secret(found.round)
    with without_collector():
        tables = found.folded(tick).tables()
        found.let_go()
        tick()
        private_folder(out.parent)
        write_merged(out, found.rounds, found.union.changes, tables)
