"""Merging many findings files, against decoding all their bytes to dicts and encoding them again.

Run `python -m bench.merge` (`--large` adds 1,000 files, `--files N` measures one size), or the whole bench,
whose part `merge` it is. Each run stands in a process of its own, so that its peak memory is its own; wall
times are medians of interleaved runs.
"""

from __future__ import annotations

import argparse
import gc
import json
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

FILES, CHANGES = 200, 2_000
#: One record in so many is judged by two who differ: half shared with the one before, half with the next.
CONFLICTING = 5
ITEMS = 720
GOALS = {"union": (0.8, None), "merge": (2.0, 1.0)}

Row = dict[str, Any]


# -------------------------------------------------------------------- the files


def make_files(folder: Path, files: int, changes: int = CHANGES, items: int = ITEMS) -> None:
    """Findings files of so many inspectors, each record once, a fifth of them judged by two who differ."""
    from inspect_tui.model.change import Body, Edit, answer_key
    from inspect_tui.rules.canonical import item_hash, make_change
    from inspect_tui.store.snapshot import Meta, encode

    round_ = round_for(files, changes, items)
    raw = json.loads(_encoded(round_))
    checklist = round_.checklists[0]
    places = [(unit.id, item) for unit in round_.units for item in checklist.items()]
    own = changes - changes // CONFLICTING // 2
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        writer = f"{number:012x}"
        start = number * own
        beside = (number + 1) % files * own
        chosen = [*range(start, start + own), *range(beside, beside + changes - own)]
        made, prev = [], ""
        for step, place in enumerate(chosen):
            unit, item = places[place]
            key = answer_key(unit, checklist.id, item.id)
            foreign = step >= own
            value: dict[str, Any] = {
                "verdict": "fail" if foreign else _verdict(step),
                "item": item_hash(item),
            }
            if value["verdict"] in ("fail", "partial"):
                # Once is not written, as the program itself does not.
                value["deductions"] = [{"label": "责任缺项"} | ({"count": 1 + step % 3} if step % 3 else {})]
            edits = [Edit(record=key, field="judgement", value=value)]
            if step % 2 == 0:
                edits.append(Edit(record=key, field="note", value=_TEXT))
            body = Body(
                at=f"2026-11-20T{9 + step // 300:02d}:{step // 5 % 60:02d}:{step % 5 * 12:02d}+08:00",
                by=(f"检查员{number}",),
                edits=tuple(edits),
                what=f"{item.id} 判定",
            )
            change = make_change(prev, writer, body)
            made.append(change)
            prev = change.id
        meta = Meta(writer=writer, generation=1, head=prev)
        (folder / f"{writer}.json").write_bytes(b"".join(encode(meta, [raw], made, {})))


_TEXT = "查看了近三个月的岗位责任修订记录，讨论意见和到会人数没有写全，已当场向党小组长指出。" * 2


def _verdict(step: int) -> str:
    return "partial" if step % 10 == 3 else "pass"


def round_for(files: int, changes: int, items: int = ITEMS) -> Any:
    """The round these files are about: as many units as it takes to give each record of theirs a place."""
    import msgspec

    from bench.workspaces import round_of
    from inspect_tui.model.roster import Unit
    from inspect_tui.model.terms import Profile, UnitKind
    from inspect_tui.rules.canonical import unit_hash

    count = -(-files * (changes - changes // CONFLICTING // 2) // items)
    units = tuple(
        Unit(
            id=f"u{n}",
            code=f"U{n}",
            name=f"第{n}党小组",
            kind=UnitKind.PARTY_GROUP,
            profile=Profile.PRODUCTION,
        )
        for n in range(count)
    )
    return msgspec.structs.replace(
        round_of(items), units=units, unit_hashes={u.id: unit_hash(u) for u in units}
    )


def _encoded(value: Any) -> bytes:
    import msgspec

    return msgspec.json.encode(value)


# -------------------------------------------------------------------- what is measured


def floor(folder: Path, out: Path) -> None:
    """Decode every byte to dicts with msgspec and encode them, as anyone would write it."""
    import msgspec

    held = [msgspec.json.decode(path.read_bytes()) for path in sorted(folder.iterdir())]
    with out.open("wb") as file:
        for document in held:
            file.write(msgspec.json.encode(document))


def floor_without_collector(folder: Path, out: Path) -> None:
    """The same with Python's cycle collector switched off, which no plain program does."""
    gc.disable()
    floor(folder, out)


def union(folder: Path, out: Path) -> None:
    """Checksums, the union by id with every id hashed anew, written; no judging, no state tables."""
    from inspect_tui.exchange.offered import Opener, offers
    from inspect_tui.exchange.scanning import without_collector
    from inspect_tui.exchange.union import Union
    from inspect_tui.rules.canonical import verified
    from inspect_tui.store.content import write_merged

    with without_collector():
        opener, held, rounds = Opener(), Union(), []
        for offer in offers([folder]):
            for _, opened in opener.open(offer):
                assert not isinstance(opened, str), opened
                rounds += opened.rounds
                for change in opened.changes:
                    if verified(change):
                        held.add(change)
        write_merged(out, rounds, held.changes, {})


def merge(folder: Path, out: Path) -> None:
    """Everything `inspect-tui merge FOLDER -o OUT` does."""
    from inspect_tui.exchange.merging import merge as merge_files

    assert merge_files([folder], out).path is not None


def sqlite(folder: Path, out: Path) -> None:
    """The same changes upserted into SQLite by id, bodies as text, then read back in order."""
    import msgspec

    base = sqlite3.connect(out)
    base.execute("create table changes (id text primary key, writer text, prev text, body text)")
    say = "insert into changes values (?, ?, ?, ?) on conflict (id) do update set body = excluded.body"
    for path in sorted(folder.iterdir()):
        rows = msgspec.json.decode(path.read_bytes())["changes"].values()
        base.executemany(say, [(r["id"], r["writer"], r["prev"], json.dumps(r["body"])) for r in rows])
    base.commit()
    assert sum(1 for _ in base.execute("select * from changes order by id"))
    base.close()


def pandas(folder: Path, out: Path) -> None:
    """The same changes through pandas: concat, drop_duplicates, sort, to JSON."""
    import msgspec
    import pandas as pd

    frames = [
        pd.DataFrame(msgspec.json.decode(path.read_bytes())["changes"].values())
        for path in sorted(folder.iterdir())
    ]
    pd.concat(frames).drop_duplicates(subset="id").sort_values("id").to_json(out, orient="records")


RUNS: dict[str, Callable[[Path, Path], None]] = {
    run.__name__: run for run in (floor, floor_without_collector, union, merge, sqlite, pandas)
}


def run_alone(name: str, folder: Path, out: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of one run in a process of its own. Raises CalledProcessError."""
    out.unlink(missing_ok=True)
    told = subprocess.run(
        [sys.executable, "-m", "bench.merge", "--run", name, str(folder), str(out)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    seconds, peak = told.split()
    return float(seconds), float(peak)


def _run(name: str, folder: Path, out: Path) -> None:
    import resource

    began = time.perf_counter()
    RUNS[name](folder, out)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(seconds, peak / (1024 if sys.platform != "darwin" else 1024**2))


def rows(files: int = FILES, changes: int = CHANGES, times: int = 3, others: bool = True) -> Iterator[Row]:
    """One row per measurement: name, ratio, goal (None: reported only), floor and times."""
    # What a disk takes to flush is not what is compared here, so the files lie in memory where they can.
    memory = Path("/dev/shm")
    place = Path(tempfile.mkdtemp(prefix="bench-merge-", dir=memory if memory.is_dir() else None))
    try:
        folder, out = place / "files", place / "out.json"
        make_files(folder, files, changes)
        size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
        names = ["floor", "floor_without_collector", "union", "merge"]
        names += (["sqlite"] if others else []) + (["pandas"] if others and _installed("pandas") else [])
        seen: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
        for _ in range(times):
            for name in names:
                seen[name].append(run_alone(name, folder, out))
        what = f"{files} files x {changes} changes, {size:.0f} MB"
        bottom, least = _medians(seen["floor"])
        strict, _ = _medians(seen["floor_without_collector"])
        for name in names[1:]:
            wall, peak = _medians(seen[name])
            goals = GOALS.get(name, (None, None))
            yield _row(f"{name} of {what}", wall, "msgspec: decode to dicts, encode", bottom, goals[0])
            if name in GOALS:
                told = "the same, cycle collector off"
                yield _row(f"{name} of {what}", wall, told, strict, None)
            row = _row(f"{name}: peak memory", peak / 1000, "peak of the floor", least / 1000, goals[1])
            yield row | {"unit": "GB"}
        if others and not _installed("pandas"):
            print("pandas: not installed", file=sys.stderr)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _installed(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None


def _medians(runs: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(s for s, _ in runs), statistics.median(p for _, p in runs)


def _row(name: str, measured: float, what: str, bottom: float, goal: float | None) -> Row:
    return {
        "name": name,
        "floor": what,
        "goal": goal,
        "ratio": round(measured / bottom, 2),
        "measured_ms": measured * 1000,
        "floor_ms": bottom * 1000,
    }


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(prog="python -m bench.merge", description=__doc__)
    parser.add_argument("--run", nargs=3, metavar=("NAME", "FOLDER", "OUT"), help=argparse.SUPPRESS)
    parser.add_argument(
        "--files", type=int, action="append", help="measure this many files (default 20, 200)"
    )
    parser.add_argument(
        "--large", action="store_true", help="also 1,000 files of 400 changes, as many in all"
    )
    parser.add_argument("--times", type=int, default=3, help="runs of each, interleaved")
    options = parser.parse_args()
    if options.run:
        _run(options.run[0], Path(options.run[1]), Path(options.run[2]))
        return
    sizes = options.files or [20, FILES]
    for files in sizes + ([1_000] if options.large else []):
        # A round holds at most a million changes, so the many files are smaller ones.
        changes = CHANGES if files <= FILES else CHANGES * FILES // files
        for row in rows(files, changes, times=options.times, others=files <= FILES):
            goal = f"goal {row['goal']}x" if row["goal"] else "reported"
            unit = row.get("unit", "s")
            print(
                f"{row['name']}: {row['ratio']}x ({goal}; {row['measured_ms'] / 1000:.2f} {unit}"
                f" against {row['floor_ms'] / 1000:.2f} {unit}, {row['floor']})",
                flush=True,
            )


if __name__ == "__main__":
    main()
