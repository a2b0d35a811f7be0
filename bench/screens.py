"""Screens against a bare Textual app: from exec to the first paint, from a key to the paint it causes."""

from __future__ import annotations

import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import slow_disk, workspaces
from bench.table import Row, compared, medians
from bench.terminal import PATIENCE, NotPainted, Screen, first_paint

ROOT = Path(__file__).resolve().parents[1]
BARE = [sys.executable, "-m", "bench.bare"]
BARE_READY = "bare app ready"
DOWN, UP, PAGE_DOWN, PAGE_UP = "\x1b[B", "\x1b[A", "\x1b[6~", "\x1b[5~"
F5, F9 = "\x1b[15~", "\x1b[20~"
LENGTHS = (34, 10_000)
#: An item id of the made-up checklists.
ITEM = r"A-\d{5}"
#: Keys that lead to where a measurement begins, each with a text of the screen it opens.
Way = tuple[tuple[str, str], ...]
BARE_APP = "bare Textual app with one Static"


def starts(
    program: str, demo: tuple[Path, str, str] | None, long_: Path, merged: Path, times: int
) -> Iterator[Row]:
    """exec to the first useful paint of home, of a visit, of a visit of 10,000 items, of a merged round."""
    place = ["--workspace", str(long_), "--unit", workspaces.UNIT_ID]
    cases = {
        "visit of 10,000 items": ([program, *place], ITEM, 1.5),
        # Until a unit in sight stands there with its answers counted.
        "merged round of 4,200 answers": ([program, "--workspace", str(merged)], r"党小组 [^第]*38/38", 2.0),
    }
    if demo is not None:
        root, title, unit = demo
        cases = {
            "home (demo)": ([program, "--workspace", str(root)], re.escape(title), 1.5),
            "visit (demo)": ([program, "--workspace", str(root), "--unit", unit], r"[A-Z]{2}-\d{2}", 1.5),
        } | cases
    for name, (command, needle, goal) in cases.items():
        yield attempt(
            f"exec to first paint: {name}",
            goal,
            lambda command=command, needle=needle: medians(
                {
                    "floor": lambda: first_paint(BARE, BARE_READY, cwd=ROOT),
                    "measured": lambda: first_paint(command, needle),
                },
                times,
                warm=True,
            ),
        )


def attempt(name: str, goal: float | None, run: Callable[[], dict[str, float]], floor: str = BARE_APP) -> Row:
    """A row of two medians, or one that says why there is none."""
    try:
        seen = run()
    except (NotPainted, OSError) as error:
        return Row(name=name, floor=floor, goal=goal, remark=" ".join(str(error).split())[:200])
    return compared(name, floor, goal, seen["measured"], seen["floor"])


@contextmanager
def ready(command: list[str], needle: str, way: Way = ()) -> Iterator[Screen]:
    """A program that has painted its first screen and come to rest, after some keys that lead on."""
    with Screen(command, cwd=ROOT) as screen:
        screen.first_paint(needle)
        screen.settle(0.3)
        for key, shows in way:
            screen.key(key, shows, PATIENCE)
            screen.settle(0.3)
        yield screen


def keys(
    command: list[str],
    needle: str,
    strokes: tuple[str, ...],
    shows: str,
    times: int,
    quiet: float = 0.06,
    way: Way = (),
) -> dict[str, float]:
    """Key to paint of a program and of the bare app, key by key in turn, both running all the while."""
    with ExitStack() as stack:
        bare = stack.enter_context(ready(BARE, BARE_READY))
        screen = stack.enter_context(ready(command, needle, way))

        def press(target: Screen, key: str, pattern: str, rest: float) -> float:
            taken = target.key(key, pattern)
            target.settle(rest)
            return taken

        # The first keys load what later ones find loaded.
        for key in (*strokes, *strokes)[:2]:
            press(bare, DOWN, "", quiet)
            press(screen, key, shows, quiet)
        turn = iter(range(10**9))
        return medians(
            {
                "floor": lambda: press(bare, DOWN, "", quiet),
                "measured": lambda: press(screen, strokes[next(turn) % len(strokes)], shows, quiet),
            },
            times,
        )


def lists(times: int) -> Iterator[Row]:
    """Cursor keys of our list alone."""
    for length in LENGTHS:
        command = [sys.executable, "-m", "bench.list_app", str(length)]
        yield attempt(
            f"cursor key to paint: list alone, {length:,} rows",
            1.5,
            lambda command=command: keys(command, r"A-00001", (DOWN, DOWN, UP), "", times),
        )


def walks(program: str, roots: dict[int, Path], times: int) -> Iterator[Row]:
    """Cursor and verdict keys of the walk screen, also on a slow disk."""
    slow = [sys.executable, "-m", "bench.slow_disk"]
    for length, root in roots.items():
        place = ["--workspace", str(root), "--unit", workspaces.UNIT_ID]
        # A visit of 34 items has room for so many verdicts only; every run starts a new program on it.
        verdicts = min(times, 8)
        yield attempt(
            f"cursor key to paint: walk, {length:,} items",
            1.5,
            lambda place=place: keys([program, *place], ITEM, (DOWN, DOWN, UP), "", times),
        )
        yield attempt(
            f"verdict key to paint: walk, {length:,} items",
            1.5,
            lambda place=place, verdicts=verdicts: keys(
                [program, *place], ITEM, ("1",), "", verdicts, quiet=0.3
            ),
        )
        yield attempt(
            f"verdict key to paint, fsync +{slow_disk.DELAY * 1000:.0f} ms: walk, {length:,} items",
            1.5,
            lambda place=place, verdicts=verdicts: keys(
                [*slow, *place], ITEM, ("1",), "", verdicts, quiet=3 * slow_disk.DELAY
            ),
        )


def typing(program: str, root: Path, times: int) -> Row:
    """Characters typed into the note of an item."""
    command = [program, "--workspace", str(root), "--unit", workspaces.UNIT_ID]
    signs = tuple("检查记录要齐全，要及时，要真实。")
    return attempt(
        "character typed into a note to paint",
        None,
        lambda: keys(command, ITEM, signs, "", times, way=((F5, "A-00001 说明"),)),
    )


def ledger(program: str, root: Path, times: int) -> Iterator[Row]:
    """Cursor and page keys in the ledger of a round with 10,000 problems."""
    way = ((F9, "10,?000"),)
    for name, strokes in (("cursor", (DOWN, DOWN, UP)), ("page", (PAGE_DOWN, PAGE_DOWN, PAGE_UP))):
        yield attempt(
            f"{name} key to paint: ledger, 10,000 rows",
            1.5 if name == "cursor" else None,
            lambda strokes=strokes: keys(
                [program, "--workspace", str(root)], workspaces.TITLE, strokes, "", times, way=way
            ),
        )


def saved(program: str, root: Path, times: int) -> Row:
    """Verdict key until 已保存 stands on the screen, against one fsynced line and 1.5 paints."""

    def run() -> dict[str, float]:
        place = ["--workspace", str(root), "--unit", workspaces.UNIT_ID]
        painted = keys([program, *place], ITEM, ("1",), "", times, quiet=0.3)
        with ready([program, *place], ITEM) as screen:
            taken, appended = [], []
            for _ in range(times):
                taken.append(screen.key("1", "已保存"))
                screen.settle(0.3)
                appended.append(append_line(root / "exports" / "floor.bin"))
        floor = statistics.median(appended) + 1.5 * painted["floor"]
        return {"measured": statistics.median(taken), "floor": floor}

    return attempt(
        "verdict key until 已保存 is shown", 1.0, run, "one line fsynced + 1.5 paints of the bare app"
    )


def append_line(path: Path) -> float:
    """Seconds for one line of 600 bytes appended and flushed to the medium."""
    import os

    fd = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    try:
        since = time.perf_counter()
        os.write(fd, b"x" * 599 + b"\n")
        os.fsync(fd)
        return time.perf_counter() - since
    finally:
        os.close(fd)
