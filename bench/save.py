"""Durable save of one change, and opening, against the same bytes appended and flushed by hand.

Run `python -m bench.save`. Every figure is a ratio of medians from interleaved runs, because absolute
times differ from disk to disk.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from inspect_tui.model.change import Body, Change, Edit
from inspect_tui.rules.canonical import canonical, make_change
from inspect_tui.store.findings import FindingsFile, read_findings

SIZES = (1_000, 10_000, 50_000)
RUNS = 60
#: A change of about 600 bytes, as a typical note makes it.
TEXT = "近3个月缺1个月未修订，修订记录中没有讨论意见和到会人数，" * 4

Row = dict[str, Any]


def rows() -> list[Row]:
    """One row per measurement: name, ratio, goal (None: reported only), floor and times."""
    folder = Path(tempfile.mkdtemp(prefix="bench-save-"))
    try:
        found: list[Row] = []
        for size in SIZES:
            found += _measure(folder, size)
        return found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(folder: Path, size: int) -> list[Row]:
    path = folder / f"w{size}.json"
    file = FindingsFile.create(path, writer="w", round_raw={"id": "r"})
    line = b""
    for _ in range(size):
        change = _next(file)
        line = canonical(change) + b"\n"
        file.append(change)
    file.flush()
    file.close()

    file = FindingsFile.open(path)
    file.append(_next(file))
    file.compact()  # The first save of a session starts a fold; what follows is the usual case.

    bare = os.open(folder / f"bare{size}", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    os.write(bare, line * size)
    os.fsync(bare)

    def append_by_hand() -> None:
        os.write(bare, line)
        os.fsync(bare)

    def save() -> None:
        file.append(change)
        file.flush()

    floor, ours = [], []
    for _ in range(RUNS):
        floor.append(_time(append_by_hand))
        change = _next(file)
        ours.append(_time(save))
    handed = []
    for _ in range(RUNS):
        change = _next(file)
        handed.append(_time(partial(file.append, change)))
    file.close()
    os.close(bare)

    read_floor, read_ours = [], []
    for _ in range(5):
        read_floor.append(_time(lambda: _decode_all(path)))
        read_ours.append(_time(lambda: read_findings(path)))
    fsynced = f"one line of {len(line)} bytes appended and fsynced"
    decoded = "msgspec decoding the same bytes to dicts"
    return [
        _row(f"durable save of one change at {size:,}", ours, fsynced, floor, goal=3.0),
        _row(f"append handed to the saver at {size:,}", handed, fsynced, floor),
        _row(f"reading {size:,} changes", read_ours, decoded, read_floor),
    ]


def _row(name: str, ours: list[float], what: str, floor: list[float], goal: float | None = None) -> Row:
    measured, bottom = statistics.median(ours), statistics.median(floor)
    return {
        "name": name,
        "floor": what,
        "goal": goal,
        "ratio": round(measured / bottom, 2),
        "measured_ms": measured * 1000,
        "floor_ms": bottom * 1000,
    }


def _next(file: FindingsFile) -> Change:
    edit = Edit(record=f"answer/dg02/lzrh-dxz/GW-{len(file):06d}", field="note", value=TEXT)
    body = Body(at="2026-11-20T09:30:00+08:00", by=("检查员甲",), edits=(edit,), what="说明")
    return make_change(file.head, file.writer, body)


def _decode_all(path: Path) -> object:
    import msgspec

    return msgspec.json.decode(path.read_bytes())


def _time(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def main() -> None:
    """Print the rows."""
    for row in rows():
        goal = f"goal {row['goal']}x" if row["goal"] else "reported"
        print(f"{row['name']}: {row['ratio']}x ({goal}; floor: {row['floor']}, {row['floor_ms']:.2f} ms)")


if __name__ == "__main__":
    main()
