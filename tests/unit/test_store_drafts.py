"""Half-typed text: safe within a second, offered again, never in the way."""

from __future__ import annotations

import contextlib
import errno
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faultfs import FaultFS, Kill

from inspect_tui.store import files
from inspect_tui.store.drafts import Drafts


@pytest.fixture(autouse=True)
def _restore_fs() -> Iterator[None]:
    kept = files.fs
    yield
    files.fs = kept


@pytest.fixture
def findings(tmp_path: Path) -> Path:
    return tmp_path / "w1.json"


def test_what_is_saved_is_loaded(findings: Path) -> None:
    drafts = Drafts(findings)
    assert drafts.load() == {} and not drafts.message
    drafts.save("answer/dg02/a/GW-01/note", "正在写的说明\r\n[/]\x1b")
    drafts.save("at", "GW-02")
    drafts.save("gone", "x")
    drafts.clear("gone")
    drafts.close()
    assert drafts.path.name == "w1.draft.json"
    expected = {"answer/dg02/a/GW-01/note": "正在写的说明\n[/]", "at": "GW-02"}
    assert drafts.load() == expected == Drafts(findings).load()


def test_the_file_goes_when_nothing_is_left(findings: Path) -> None:
    drafts = Drafts(findings)
    drafts.save("a", "文")
    assert drafts.flush() and drafts.path.exists()
    drafts.save("a", "")
    drafts.close()
    assert not drafts.path.exists()


def test_saving_waits_for_nothing_and_is_written_without_being_asked(findings: Path) -> None:
    files.fs = fault = FaultFS()
    fault.gate.clear()
    drafts = Drafts(findings)
    for count in range(200):
        drafts.save("a", "字" * count)  # Returns although no flush does.
    assert not drafts.path.exists()
    fault.gate.set()
    wait_until(lambda: Drafts(findings).load().get("a") == "字" * 199)
    assert fault.log.count("fsync") <= 2
    drafts.close()


TYPING = """
import pathlib, sys, time
from inspect_tui.store.drafts import Drafts
drafts = Drafts(pathlib.Path(sys.argv[1]))
drafts.save("a", "没写完的话")
print("typed", flush=True)
time.sleep(60)
"""


def test_killed_after_typing_the_text_is_there(findings: Path) -> None:
    typing = subprocess.Popen(
        [sys.executable, "-c", TYPING, str(findings)], stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert typing.stdout is not None and typing.stdout.readline() == "typed\n"
    wait_until((findings.with_name("w1.draft.json")).exists)
    typing.kill()
    typing.wait()
    assert Drafts(findings).load() == {"a": "没写完的话"}


@pytest.mark.parametrize("spoil", [lambda d: d[:-5], lambda d: b"", lambda d: bytes(len(d)), lambda d: b"[]"])
def test_a_torn_file_is_put_aside_with_a_message(findings: Path, spoil: object) -> None:
    drafts = Drafts(findings)
    drafts.save("a", "文")
    drafts.close()
    assert callable(spoil)
    bad = spoil(drafts.path.read_bytes())
    drafts.path.write_bytes(bad)
    again = Drafts(findings)
    assert again.load() == {} and "草稿已损坏" in again.message
    assert findings.with_name("w1.draft.json.damaged-1").read_bytes() == bad
    again.save("b", "新的")
    again.close()
    assert Drafts(findings).load() == {"b": "新的"} and not Drafts(findings).message


def test_a_full_disk_is_said_and_tried_again(findings: Path) -> None:
    drafts = Drafts(findings)
    drafts.save("a", "一")
    drafts.flush()
    files.fs = fault = FaultFS(0, -errno.ENOSPC)
    drafts.save("a", "二")
    assert not drafts.flush() and "磁盘已满" in drafts.error
    assert drafts.load() == {"a": "二"}
    fault.heal()
    assert drafts.flush() and not drafts.error
    drafts.close()
    assert Drafts(findings).load() == {"a": "二"}
    assert [kept.name for kept in findings.parent.iterdir()] == ["w1.draft.json"]


def test_every_failing_or_killed_operation_leaves_the_old_or_the_new_draft(findings: Path) -> None:
    for number in range(8):
        for action in (errno.EIO, "before", "torn", "after"):
            files.fs = FaultFS()
            drafts = Drafts(findings)
            drafts.save("a", "旧")
            drafts.close()
            files.fs = fault = FaultFS(number, action)
            with contextlib.suppress(Kill):
                doomed = Drafts(findings)
                doomed.save("a", "新")
                doomed.flush(5)
            fault.abandon()
            files.fs = FaultFS()
            left = Drafts(findings)
            assert left.load()["a"] in ("旧", "新") and not left.message


def wait_until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something another thread or process does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)
