"""A writer killed with kill -9 at random moments, again and again on the same file."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sweeps import times

HERE = Path(__file__).parent

# The children are forked from a helper of its own, so that pytest's threads are not copied into them
# and each costs milliseconds.
ZYGOTE = """
import os, pathlib, random, signal, sys, time
sys.path.insert(0, {here!r})
import filelock, tinydb
import storedriver
from inspect_tui.store.findings import read_findings
folder, runs, seed = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
pick = random.Random(seed)
replayed = torn = grown = 0
for run in range(runs):
    place = folder / str(run // 10)
    place.mkdir(exist_ok=True)
    get, put = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(get)
        storedriver.work(place, put, pick.randrange(1 << 30) + run)
        os._exit(1)
    os.close(put)
    first = os.read(get, 4096)
    time.sleep(pick.random() ** 2 * 0.2)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    reports = first
    while more := os.read(get, 65536):
        reports += more
    os.close(get)
    told = max(int(line) for line in reports.split(b"\\n")[:-1])
    content = read_findings(place / "w1.json")
    ids = [change.id for change in content.changes]
    chain = [change.prev for change in content.changes]
    assert chain == [""] + ids[:-1] if ids else not chain, "chain broken"
    assert len(ids) >= told, f"run {{run}}: told {{told}} saved, found {{len(ids)}}"
    assert not content.recovery.broken and not content.recovery.gaps and not content.recovery.fallback
    replayed += content.recovery.replayed > 0
    torn += content.recovery.torn
    grown += told > 0
print(f"{{runs}} kills, {{replayed}} with journals to replay, {{torn}} torn, {{grown}} had saved something")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the runs are forked; see the spawned runs below")
def test_killed_at_random_moments(tmp_path: Path) -> None:
    runs = times(200, 30)
    code = ZYGOTE.format(here=str(HERE))
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(runs), str(random.randrange(1 << 30))],
        capture_output=True,
        encoding="utf-8",
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    assert int(done.stdout.rsplit(" torn, ", 1)[1].split()[0]) > runs // 3


@pytest.mark.parametrize("run", range(2))
def test_a_spawned_writer_killed(tmp_path: Path, run: int) -> None:
    """The same through a process of its own, as any system has it; the lock is free afterwards."""
    from inspect_tui.store.findings import FindingsFile, Locked

    writer = subprocess.Popen(
        [sys.executable, str(HERE / "storedriver.py"), str(tmp_path), "stay"], stdout=subprocess.PIPE
    )
    assert writer.stdout is not None
    told = 0
    while told < 20 * (run + 1):
        told = max(told, int(writer.stdout.readline()))
    with pytest.raises(Locked) as held:
        FindingsFile.open(tmp_path / "w1.json")
    assert held.value.holder.pid == writer.pid
    writer.kill()
    rest = writer.stdout.read()
    writer.wait()
    told = max([told, *map(int, rest.split(b"\n")[:-1])])
    file = FindingsFile.open(tmp_path / "w1.json")
    assert len(file) >= told
    file.close()


def test_killing_is_not_hidden_by_a_clean_end(tmp_path: Path) -> None:
    """The driver never ends by itself, so every run above really was killed."""
    writer = subprocess.Popen(
        [sys.executable, str(HERE / "storedriver.py"), str(tmp_path)], stdout=subprocess.DEVNULL
    )
    time.sleep(0.8)
    assert writer.poll() is None
    writer.kill()
    assert writer.wait() == (1 if sys.platform == "win32" else -signal.SIGKILL)
