"""A headless writer to be killed: appends as fast as it can and reports what it was told is saved.

`python storedriver.py FOLDER [stay]` writes one line per report to stdout: the number of changes saved.
With `stay` it never closes the file between.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

from storework import ROUND, add, tables

from inspect_tui.store.findings import FindingsFile, findings_exist


def work(folder: Path, out: int, seed: int, *, stay: bool = False) -> None:
    """Open, save, fold and close for ever; ends only by being killed."""
    pick = random.Random(seed)
    path = folder / "w1.json"

    def saved(count: int) -> None:
        os.write(out, b"%d\n" % count)

    while True:
        if findings_exist(path):
            file = FindingsFile.open(path, tables=tables)
        else:
            file = FindingsFile.create(path, writer="w1", round_raw=ROUND, tables=tables)
        file.on_saved = saved
        os.write(out, b"%d\n" % 0)
        rounds = pick.randrange(1, 12)
        while stay or rounds:
            rounds -= 1
            for _ in range(pick.randrange(1, 6)):
                add(file, "近3个月缺1个月未修订" * pick.randrange(1, 30))
            if pick.random() < 0.6:
                file.flush()
            if pick.random() < 0.15:
                file.compact()
        file.close()


if __name__ == "__main__":
    work(Path(sys.argv[1]), 1, random.randrange(1 << 30), stay=sys.argv[2:] == ["stay"])
