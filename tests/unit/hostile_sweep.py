"""Files of every kind, damaged and given to the doors that read them, and what must hold at each door.

A file is damaged by `mutating`, given to the doors of its kind, and then: nothing but told failures, in
Chinese, without a control character; no hang; and what lay in the workspace lies there as it did.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mutating as m
from hostile_commands import Space, run
from hostile_signs import chinese, foul, said_well

from inspect_tui.cli.common import told as told_lines
from inspect_tui.exchange import age_file, signing  # noqa: F401 - opened before the clock of a case runs

Door = Callable[[Path], Any]
#: Longest a case may take before it counts as a hang; far above what any takes on a busy machine.
GUARD = 60.0
FILE = object()
#: The program's own bold, dim and line of progress; nobody's words can hold them, as foul text never passes.
OWN_SIGNS = re.compile("\x1b\\[[0-9;]*m|\r\x1b\\[K")


class Hang(Exception):
    """A case ran into the guard."""


@dataclass
class Kind:
    """One kind of file: where it lies while it is read, a sound one, how it is damaged, who reads it."""

    name: str
    place: Path
    sample: bytes
    ways: tuple[Callable[[bytes, random.Random], bytes], ...]
    doors: tuple[Door, ...]
    #: Commands are slow: a case takes all doors, but only one of these.
    commands: tuple[tuple[Any, ...], ...] = ()
    weight: int = 1
    #: Doors that may write beside the file: an opened findings file puts what is damaged aside.
    writes: bool = False


@dataclass
class Outcome:
    """What a sweep came to."""

    cases: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


# -------------------------------------------------------------------- what lies where it lay


def tree(root: Path) -> dict[str, bytes]:
    """Every file under a folder, by name; locks left out, which hold nothing."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.suffix not in (".lock", ".holder")
    }


Marks = dict[str, tuple[int, int, int]]


def marks(root: Path) -> Marks:
    """What tells whether a file was touched, quicker than reading it: size, time, place on the disk."""
    found: Marks = {}
    folders = [str(root)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif not entry.name.endswith((".lock", ".holder")):
                    status = entry.stat(follow_symlinks=False)
                    found[entry.path] = (status.st_size, status.st_mtime_ns, status.st_ino)
    return found


# -------------------------------------------------------------------- one file at one door


@contextlib.contextmanager
def guarded(seconds: float = GUARD) -> Iterator[None]:
    """Let nothing inside take for ever, where the system has alarms."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(*_: Any) -> None:
        raise Hang(f"over {seconds:.0f} s")

    held = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, held)


def through(door: Door, path: Path) -> bool:
    """Give a file to a door; whether it was taken. Any failure that is not told is let through."""
    try:
        door(path)
    except Exception as error:
        if isinstance(error, Hang | AssertionError | OSError):
            raise
        lines = told_lines(error)
        if lines is None:
            raise
        said_well(lines)
        return False
    return True


def by_command(words: Sequence[Any], path: Path, root: Path) -> bool:
    """Give a file to a command; whether it was taken."""
    told = run("--workspace", root, *(path if word is FILE else word for word in words))
    out = told.out.decode("utf-8")
    assert told.code in (0, 1, 2), told.code
    for text in (out, told.err):
        shown = OWN_SIGNS.sub("", text.removeprefix("\ufeff").replace("\r\n", "\n"))
        assert not foul(shown), f"{foul(shown)} in {shown[:300]!r}"
        assert "Traceback" not in text and "程序出错" not in text, text[-500:]
    if "--json" in words and told.code == 0:
        json.loads(out)
    if told.code:
        assert chinese(out + told.err), (out + told.err)[:300]
    return told.code == 0


# -------------------------------------------------------------------- the sweep


class Sweep:
    """Damages files of every kind and gives them to their doors."""

    def __init__(self, space: Space, kinds: Sequence[Kind]) -> None:
        self.space = space
        self.root = space.root.parent
        self.kinds = {kind.name: kind for kind in kinds}
        self.held = tree(self.root)
        self.marks = marks(self.root)
        self.others = [kind.sample for kind in self.kinds.values()]

    def damaged(self, kind: Kind, dice: random.Random) -> bytes:
        return m.any_of(kind.sample, dice, self.others, *kind.ways)

    def case(self, kind: Kind, data: bytes, dice: random.Random, outcome: Outcome, where: str) -> None:
        """One damaged file at all its doors."""
        kind.place.parent.mkdir(parents=True, exist_ok=True)
        kind.place.write_bytes(data)
        before = marks(self.root)
        began = time.perf_counter()
        try:
            with guarded():
                taken = [through(door, kind.place) for door in kind.doors]
                if kind.commands and (not kind.doors or dice.random() < self.share):
                    taken.append(by_command(dice.choice(kind.commands), kind.place, self.space.root))
            if kind.writes:
                now = set(tree(self.root).values())
                lost = [n for n, d in self.held.items() if d not in now and n != self._name(kind)]
                assert data in now or all(taken), "what was damaged is gone"
                assert len(lost) <= 3, f"lost: {lost}"
            else:
                after = marks(self.root)
                changed = [n for n in before.keys() | after.keys() if before.get(n) != after.get(n)]
                assert not changed, f"changed: {changed}"
            outcome.told["taken" if all(taken) else "told"] += 1
        except Exception as error:
            told = f"{kind.name} {where}: {type(error).__name__}: {str(error)[:300]}"
            outcome.failures.append(told)
            outcome.told["failed"] += 1
            self.keep(kind, data, error, where)
        took = time.perf_counter() - began
        outcome.cases[kind.name] += 1
        outcome.seconds[kind.name] += took
        outcome.slowest[kind.name] = max(outcome.slowest.get(kind.name, 0.0), took)
        self.restore()

    def _name(self, kind: Kind) -> str:
        return str(kind.place.relative_to(self.root))

    def restore(self) -> None:
        """Put back what a case left otherwise."""
        now = marks(self.root)
        for place in now.keys() - self.marks.keys():
            Path(place).unlink()
        for place, mark in self.marks.items():
            if now.get(place) != mark:
                path = Path(place)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(self.held[str(path.relative_to(self.root))])
                status = path.stat()
                self.marks[place] = (status.st_size, status.st_mtime_ns, status.st_ino)

    keeping: Path | None = None
    #: In how many cases the file is also given to a command, which takes ten times as long as a door.
    share = 0.12

    def keep(self, kind: Kind, data: bytes, error: Exception, where: str) -> None:
        """Put a found case where a person can look at it."""
        if self.keeping is None:
            return
        import traceback

        self.keeping.mkdir(parents=True, exist_ok=True)
        stem = f"{kind.name}-{where}".replace(" ", "_").replace("/", "_")
        (self.keeping / f"{stem}{kind.place.suffix}").write_bytes(data)
        (self.keeping / f"{stem}.log").write_text(
            "".join(traceback.format_exception(error)), encoding="utf-8", errors="replace"
        )

    def run(self, count: int, seed: int, names: Sequence[str] = ()) -> Outcome:
        """So many cases, the kinds in turn by their weight."""
        outcome = Outcome()
        turn = [k for k in self.kinds.values() for _ in range(k.weight) if not names or k.name in names]
        for number in range(count):
            kind = turn[number % len(turn)]
            dice = random.Random(f"{seed}/{number}/{kind.name}")
            self.case(kind, self.damaged(kind, dice), dice, outcome, f"seed {seed} case {number}")
        return outcome
