"""Merging many findings files, against decoding all their bytes to dicts and encoding them again.

Run `python -m bench.merge` (`--large` adds 1,000 files, `--files N` measures one size). Each run stands in a
process of its own, so that its peak memory is its own; wall times are medians of interleaved runs.
"""

from __future__ import annotations

import argparse
import json
import resource
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
#: One record in so many is judged differently by two: half of them shared with the one before, half with the next.
CONFLICTING = 5
ITEMS = 720
GOALS = {"union": (0.8, None), "merge": (2.0, 1.0)}

Row = dict[str, Any]


# -------------------------------------------------------------------- the files


def make_files(folder: Path, files: int, changes: int = CHANGES) -> None:
    """Findings files of so many inspectors, each record once, a fifth of them judged by two who differ."""
    from inspect_tui.model.change import Body, Edit, answer_key
    from inspect_tui.rules.canonical import item_hash, make_change
    from inspect_tui.store.findings import FindingsFile
    from inspect_tui.store.snapshot import Meta, encode

    round_ = _round(files, changes)
    raw = json.loads(_encoded(round_))
    checklist = round_.checklists[0]
    items = checklist.items()
    places = [(unit.id, item) for unit in round_.units for item in items]
    own = changes - changes // CONFLICTING // 2
    folder.mkdir(parents=True, exist_ok=True)
    assert FindingsFile is not None
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
                value["deductions"] = [{"label": "责任缺项", "count": 1 + step % 3}]
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


def _round(files: int, changes: int) -> Any:
    from bench.workspaces import round_of
    from inspect_tui.model.roster import Unit
    from inspect_tui.model.terms import Profile, UnitKind
    from inspect_tui.rules.canonical import unit_hash
    import msgspec

    count = -(-files * (changes - changes // CONFLICTING // 2) // ITEMS)
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
        round_of(ITEMS), units=units, unit_hashes={u.id: unit_hash(u) for u in units}
    )


def _encoded(value: Any) -> bytes:
    import msgspec

    return msgspec.json.encode(value)
