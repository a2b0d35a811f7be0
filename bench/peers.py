"""Other terminal programs from the registry, from exec to their first paint, in the run that measures ours.

Each stands in an environment of its own, since they pin other versions of Textual; what is measured is the
command found on PATH, in a home of its own. One that is not there is said to be skipped.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.screens import BARE, BARE_APP, BARE_READY, ROOT
from bench.table import Row, compared, medians
from bench.terminal import NotPainted, first_paint

#: The arguments of each that open it without a question, and a text of its first useful paint.
PEERS = {
    "posting": ((), r"Enter a URL"),
    "harlequin": (("--locale", "C"), r"Query Results"),
    "frogmouth": ((), r"Navigation"),
}


def rows(ours: list[str], needle: str, times: int, home: Path) -> Iterator[Row]:
    """One row for our home and one for each peer, all taken in turn with the bare app."""
    home.mkdir(parents=True, exist_ok=True)
    there: dict[str, list[str]] = {}
    skipped: dict[str, str] = {}
    env = _home(home)
    for name, (arguments, shows) in PEERS.items():
        command = shutil.which(name)
        if command is None:
            skipped[name] = "not on PATH, skipped"
            continue
        try:
            # Also so that bytecode is written and first-run files are there.
            first_paint([command, *arguments], shows, env=env)
        except (NotPainted, OSError) as error:
            skipped[name] = f"did not start: {' '.join(str(error).split())[-120:]}"
        else:
            there[name] = [command, *arguments]
    runs = {
        "floor": lambda: first_paint(BARE, BARE_READY, cwd=ROOT),
        "ours": lambda: first_paint(ours, needle),
    } | {
        name: lambda command=command, name=name: first_paint(command, PEERS[name][1], env=env)
        for name, command in there.items()
    }
    seen = medians(runs, times, warm=True)
    yield compared("beside peers: our home", BARE_APP, 1.5, seen["ours"], seen["floor"])
    for name in PEERS:
        if name in there:
            yield compared(f"beside peers: {name}", BARE_APP, None, seen[name], seen["floor"])
        else:
            yield Row(name=f"beside peers: {name}", floor=BARE_APP, remark=skipped[name])


def _home(home: Path) -> Mapping[str, str]:
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CACHE_HOME": str(home / "cache"),
    }
