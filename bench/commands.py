"""Commands against a process that imports just the libraries the command needs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bench.screens import attempt
from bench.table import Row, medians
from bench.terminal import run_time

#: What every command on a findings file needs: its options, its path, the file's JSON and its hashes.
_NEEDED = ("click", "pathlib", "msgspec", "hashlib")


def needs(*modules: str) -> list[str]:
    """A process that imports these and ends."""
    return [sys.executable, "-c", f"import {', '.join(modules)}"]


def commands(program: str, findings: Path | None, times: int) -> Iterator[Row]:
    """`--help`, and `score` and `notice` on a small findings file."""
    cases: list[tuple[str, list[str], list[str], float]] = [
        ("--help", [program, "--help"], needs("click"), 1.2),
    ]
    if findings is not None:
        cases += [
            (
                f"{name} on a small file",
                [program, name, str(findings), *extra],
                needs(*_NEEDED),
                1.25,
            )
            for name, extra in (("score", ("--json",)), ("notice", ()), ("summary", ()))
        ]
        # A summary is drawn with Rich, so Rich is among what it needs.
        cases[-1] = (*cases[-1][:2], needs(*_NEEDED, "rich.console", "rich.table"), 1.25)
    for name, command, floor, goal in cases:
        yield attempt(
            f"inspect-tui {name}",
            goal,
            lambda command=command, floor=floor: medians(
                {"floor": lambda: run_time(floor), "measured": lambda: run_time(command)}, times, warm=True
            ),
            f'python -c "{floor[-1]}"',
        )


def findings_of(root: Path) -> Path | None:
    """The smallest findings file of the demo workspace that has an answer in it."""
    from inspect_tui.store.workspace import Workspace

    space = Workspace(root)
    files = [space.findings_path(e.id, w) for e in space.rounds() for w in space.writers(e.id)]
    return min(filter(_answers, files), key=lambda p: p.stat().st_size, default=None)


def _answers(path: Path) -> bool:
    from inspect_tui.exchange.source import read_source
    from inspect_tui.rules.reading import read_visit

    state = read_source(path).state
    return any(read_visit(state, unit).started for unit in state.units())
