"""What a kill leaves outside the rounds' own folders goes after a day; what somebody was told of stays."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from faultfs import FaultFS, Kill
from telling_work import make_round, make_space

from inspect_tui.cli.doctor_folder import litter
from inspect_tui.cli.doctor_machine import Report
from inspect_tui.store import files
from inspect_tui.store.errors import StoreError
from inspect_tui.store.leftovers import sweep

TOMORROW = files.DEAD_AFTER + 3600
WRITER = """
import os, signal, sys
from pathlib import Path
from inspect_tui.store import files

class Dies(files.FileOps):
    def replace(self, source, target):
        os.kill(os.getpid(), signal.SIGKILL)

files.fs = Dies()
files.write_durable(Path(sys.argv[1]), b"half")
"""


@pytest.fixture(autouse=True)
def seam() -> Iterator[None]:
    plain = files.fs
    yield
    files.fs = plain


def temps(root: Path) -> list[Path]:
    return [path for path in root.rglob("*.tmp") if path.is_file()]


def test_what_a_kill_left_goes_after_a_day_and_nothing_else(tmp_path: Path) -> None:
    root = make_space(tmp_path / "w").root
    received = root / "rounds" / "r" / "received"
    received.mkdir(parents=True)
    (root / "exports" / "私发").mkdir()
    plain = files.fs
    for path in (
        root / "roster.json",
        root / "exports" / "私发" / "通报.docx",
        received / f"{'a' * 64}.json",
    ):
        for number in range(9):
            for action in ("before", "torn", "after"):
                files.fs = fault = FaultFS(number, action)
                with contextlib.suppress(Kill):
                    files.write_durable(path, b"new" * 99)
                fault.abandon()
        files.fs = plain
    left = temps(root)
    assert {path.parent for path in left} == {root, root / "exports" / "私发", received}
    others = [root / name for name in ("甲.tmp", "a.0A1B2C3D.tmp", "a.1234567.tmp", "b.12345678.tmp.docx")]
    others.append(root / "rounds" / "r" / "0123456789ab.0a1b2c3d.tmp")
    for other in others:
        other.write_bytes(b"x")
    (root / "包.0a1b2c3d.tmp").mkdir()
    assert sweep(root, time.time()) == 0 and temps(root)
    assert sweep(root, time.time() + TOMORROW) == len(left)
    assert sorted(temps(root)) == sorted(path for path in others if path.suffix == ".tmp")
    assert all(other.exists() for other in others) and (root / "包.0a1b2c3d.tmp").is_dir()


@pytest.mark.skipif(os.name == "nt", reason="no such signal")
def test_a_process_killed_outright_leaves_what_is_swept(tmp_path: Path) -> None:
    root = make_space(tmp_path / "w").root
    target = root / "exports" / "台账.xlsx"
    done = subprocess.run([sys.executable, "-c", WRITER, str(target)], check=False)
    assert done.returncode == -signal.SIGKILL and not target.exists()
    [left] = temps(root)
    assert left.read_bytes() == b"half"
    assert sweep(root, time.time() + TOMORROW) == 1 and not temps(root)


def test_what_could_not_be_put_in_place_has_a_name_of_its_own_and_stays(tmp_path: Path) -> None:
    root = make_space(tmp_path / "w").root
    path = root / "exports" / "台账.xlsx"
    files.write_durable(path, b"old")
    counting = files.fs = FaultFS()
    files.write_durable(path, b"old")
    files.fs = FaultFS(counting.log.index("replace"), errno.EACCES)
    with pytest.raises(StoreError, match="新内容保存在") as told:
        files.write_durable(path, b"new")
    kept = told.value.kept
    assert kept is not None and kept.name.endswith(files.KEPT) and kept.name in str(told.value)
    assert kept.name.startswith("台账.xlsx.") and not temps(root)
    files.fs = files.FileOps()
    assert sweep(root, time.time() + 365 * TOMORROW) == 0
    assert kept.read_bytes() == b"new" and path.read_bytes() == b"old"
    report = Report()
    (root / "exports" / "别的.0a1b2c3d.tmp").write_bytes(b"x")
    litter(report, root, time.time() + TOMORROW)
    rows = {row["name"]: row for row in report.rows}
    assert rows["没换上的文件"]["text"].startswith("1个，如exports") and "没写完的文件" in rows
    assert rows["没写完的文件"]["ok"] is True and not temps(root) and kept.exists()


def test_a_round_whose_file_could_not_be_put_in_place_is_opened_again_under_its_name(tmp_path: Path) -> None:
    space = make_space(tmp_path / "w")
    files.fs = FaultFS(operations(tmp_path).index("replace"), errno.EIO)
    with pytest.raises(StoreError):
        make_round(space)
    files.fs = files.FileOps()
    [kept] = space.rounds_dir.rglob(f"*{files.KEPT}")
    again = make_round(space)
    assert kept.parent.name == again.id and kept.exists()
    assert [entry.id for entry in space.rounds()] == [again.id]


def operations(tmp_path: Path) -> list[str]:
    """What opening a round does to the disk."""
    space = make_space(tmp_path / "beside")
    counting = files.fs = FaultFS()
    make_round(space)
    return counting.log


def test_a_folder_that_is_no_workspace_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "下载.0a1b2c3d.tmp").write_bytes(b"x")
    assert sweep(tmp_path, time.time() + TOMORROW) == 0 and len(temps(tmp_path)) == 1
    assert sweep(tmp_path / "没有", time.time()) == 0
