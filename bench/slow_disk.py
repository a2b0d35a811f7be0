"""The product on a disk where every fsync takes 200 ms, as the sticks and old laptops on site do."""

from __future__ import annotations

import os
import time

DELAY = 0.2

_fsync = os.fsync


def _slow_fsync(fd: int) -> None:
    time.sleep(DELAY)
    _fsync(fd)


if __name__ == "__main__":
    os.fsync = _slow_fsync
    from inspect_tui.cli.main import run

    run()
