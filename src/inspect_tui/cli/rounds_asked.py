"""Rounds named on the command line, by path or by their id in the workspace, read with everything in them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from inspect_tui.cli.common import faults, folder_of, told_source

if TYPE_CHECKING:
    from inspect_tui.exchange.source import Source
    from inspect_tui.store.workspace import Workspace


def space_there(workspace: str | None) -> Workspace | None:
    """The workspace a command works in, or None where the folder is none."""
    from inspect_tui.store.workspace import Workspace

    root = folder_of(workspace)
    return Workspace(root) if Workspace.is_workspace(root) else None


def read_rounds(words: Iterable[str], workspace: str | None) -> list[Source]:
    """What was named, each a file, a round folder, or the id of a round in the workspace; none twice.

    Files of one round count together. Raises InputFaults for what is neither, ExportRefused for a round
    that must not be told of.
    """
    space = space_there(workspace)
    return _joined([told_source(_path(word, space)) for word in dict.fromkeys(words)])


def _path(word: str, space: Workspace | None) -> Path:
    path = Path(word)
    if path.exists() or space is None:
        return path
    from inspect_tui.rules.issue import did_you_mean

    known = [entry.id for entry in space.rounds()]
    if word not in known:
        told = f"现有轮次：{'、'.join(known) or '（还没有）'}"
        raise faults("W02", "没有这一轮检查，也没有这个文件", word, did_you_mean(word, known, told))
    return space.round_dir(word)


def _joined(sources: list[Source]) -> list[Source]:
    """Files of one and the same round as one source."""
    import msgspec

    from inspect_tui.model.change import Change

    by_round: dict[tuple[str, str], Source] = {}
    for source in sources:
        key = source.round.id, source.round.origin
        if key not in by_round:
            by_round[key] = source
            continue
        held = by_round[key]
        state = held.state.copy()
        for known in source.state.changes.values():
            state.apply(Change(id=known.id, writer=known.writer, prev=known.prev, body=known.raw))
        newer = max(held, source, key=lambda s: s.round.pack_version)
        by_round[key] = msgspec.structs.replace(newer, state=state)
    return list(by_round.values())
