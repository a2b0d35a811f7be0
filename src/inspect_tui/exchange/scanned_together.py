"""Offered files taken together: the union of what is sound, and each file measured against all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from inspect_tui.exchange.folded import Meetings
from inspect_tui.exchange.judging import Grounds
from inspect_tui.exchange.manifest import Manifest, count
from inspect_tui.exchange.pack import same_round
from inspect_tui.exchange.scans import FileScan, Found, Scan, Source
from inspect_tui.exchange.union import Union
from inspect_tui.model.change import Body, Change
from inspect_tui.model.round import Round
from inspect_tui.rules.belated import told
from inspect_tui.rules.canonical import canonical


def combined(
    found: Found,
    round_ref: Round | None,
    round_raw: dict[str, Any] | None,
    held: Iterable[Change],
    counts: bool,
    tick: Callable[[int], None],
) -> Scan:
    """The union of what is held and what was found; a file of another round is told so and left out.

    The round is `round_ref`, else the one that most files belong to.
    """
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
            account.warnings.append(account.gap_words)
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
