"""Print one table of ratios against floors measured in the same run: `python -m bench`.

Ratios, never milliseconds, are compared with the goals: a ratio means the same on every machine.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bench import commands, screens, workspaces
from bench.table import Row, markdown_of, plain, text_of
from bench.terminal import NotPainted, available

PARTS = (
    "start", "peers", "list", "walk", "typing", "ledger", "saved", "commands",
    "save", "merge", "telling", "scores", "vault", "day",
)  # fmt: skip


#: The figures of the last whole run; not committed, since they are those of one machine on one day.
LATEST = Path(__file__).with_name("latest.json")


def main(arguments: list[str] | None = None) -> int:
    """Measure the parts asked for and print them."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs: for a first look")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows to another file")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also write the table as README has it")
    parser.add_argument("--peers", action="store_true", help="also start posting, harlequin, frogmouth")
    parser.add_argument("--program", metavar="PATH", help="measure this inspect-tui instead of our own")
    parser.add_argument("--only", choices=PARTS, action="append", help="measure these parts only")
    options = parser.parse_args(arguments)
    if not available():
        print("the bench needs pseudo-terminals: Linux or macOS", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="inspect-tui-bench-") as folder:
        os.environ["INSPECT_TUI_HOME"] = str(Path(folder) / "home")
        # An installed program has its bytecode; compiling it anew at every start would be measured instead.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        rows = list(_told(_measured(Path(folder), options)))
    print(text_of(rows))
    if options.markdown:
        options.markdown.write_text(markdown_of(rows), encoding="utf-8")
    if options.json or not (options.only or options.quick):
        # A look at some parts leaves the figures of the last whole run alone.
        (options.json or LATEST).write_text(_said(rows, options.quick), encoding="utf-8")
    return 0


def _said(rows: list[Row], quick: bool) -> str:
    said = {
        "date": dt.date.today().isoformat(),
        "python": platform.python_version(),
        "system": platform.system(),
        "cpus": os.cpu_count(),
        "load": [round(load, 1) for load in os.getloadavg()],
        "quick": quick,
        "rows": plain(rows),
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _told(rows: Iterable[Row]) -> Iterator[Row]:
    """Say on stderr what was just measured: the whole takes minutes."""
    for row in rows:
        figure = f"{row.ratio:.2f}x" if row.ratio is not None else row.remark or row.verdict
        print(f"... {row.name}: {figure}", file=sys.stderr, flush=True)
        yield row


def _measured(folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    program: str = options.program or str(Path(sys.executable).with_name("inspect-tui"))
    parts: Iterable[str] = options.only or PARTS
    few, many = (3, 9) if options.quick else (9, 31)
    roots = {n: workspaces.make(folder / f"items{n}", n) for n in screens.LENGTHS}
    demo = None
    try:
        demo = workspaces.demo(folder / "demo", program)
    except (NotPainted, OSError, StopIteration) as error:
        yield Row(name="demo workspace", floor="-", remark=f"not made: {' '.join(str(error).split())[-160:]}")
    if "start" in parts:
        merged = workspaces.merged(folder / "merged")
        yield from screens.starts(program, demo, roots[screens.LENGTHS[-1]], merged, few)
    if (options.peers or "peers" in (options.only or ())) and demo is not None:
        from bench import peers

        ours, title = [program, "--workspace", str(demo[0])], re.escape(demo[1])
        yield from peers.rows(ours, title, few, folder / "peers")
    elif not options.only:
        yield Row(name="beside peers", floor=screens.BARE_APP, remark="only with --peers")
    if "list" in parts:
        yield from screens.lists(many)
    if "walk" in parts:
        yield from screens.walks(program, roots, many)
    if "typing" in parts:
        yield screens.typing(program, workspaces.make(folder / "typing", screens.LENGTHS[0]), many)
    if "ledger" in parts:
        yield from screens.ledger(program, workspaces.with_problems(folder / "ledger", 10_000), many)
    if "saved" in parts:
        yield screens.saved(program, workspaces.make(folder / "saved", screens.LENGTHS[0]), min(few, 9))
    if "commands" in parts:
        yield from commands.commands(program, commands.findings_of(demo[0]) if demo else None, few + 4)
    if "save" in parts:
        from bench import save

        yield from map(_row, save.rows())
    if "merge" in parts:
        from bench import merge

        # The full size takes minutes and gigabytes, so it is measured only when it alone is asked for.
        full = options.only == ["merge"] and not options.quick
        files, changes = (merge.FILES, merge.CHANGES) if full else (20, 500)
        for figures in merge.rows(files, changes, times=few // 3, others=full):
            # The goals are about the full size; at a small one it is the imports that are measured.
            yield _row(figures if full else figures | {"goal": None})
    if "telling" in parts:
        from bench import telling

        yield from telling.rows(few)
    if "scores" in parts:
        from bench import scores

        yield from scores.rows(few)
    if "day" in parts:
        from bench import day

        # A whole day takes minutes, so it is lived through only when it alone is asked for.
        whole = options.only == ["day"] and not options.quick
        yield from day.rows() if whole else day.rows(1_000, 4)
    if "vault" in parts:
        from bench import vault

        yield from vault.rows(folder / "vaults", program, few, many)


def _row(figures: dict[str, Any]) -> Row:
    if figures.get("unit") == "GB":
        told = f"{figures['measured_ms']:.0f} MB against {figures['floor_ms']:.0f} MB"
        figures = figures | {"measured_ms": None, "floor_ms": None, "remark": told}
    return Row(**{k: v for k, v in figures.items() if k in Row.__dataclass_fields__})


if __name__ == "__main__":
    raise SystemExit(main())
