"""How a session can end, and what is there afterwards: window closed, killed, held, read-only, resized."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest
from rich.cells import cell_len
from spaces import APP, UNIT, findings_path, home_of, plain_tables, real_space
from term import Term, wait_process_gone

from inspect_tui.store.findings import read_findings
from inspect_tui.store.workspace import Workspace
from sweeps import times

pytestmark = pytest.mark.e2e

NOTE = "看了3月的清单，签字齐全"


def walk(space: Workspace, env: dict[str, str], width: int = 80, height: int = 24, **options: str) -> Term:
    return Term([*APP, "--workspace", str(space.root), "--unit", UNIT], width, height, env={**env, **options})


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return home_of(tmp_path / "home")


@pytest.fixture
def space(tmp_path: Path, env: dict[str, str]) -> Workspace:
    return real_space(tmp_path / "ws")


def test_the_window_is_closed_right_after_typing(space: Workspace, env: dict[str, str]) -> None:
    with walk(space, env) as term:
        term.wait("已查 0/34")
        term.press("1")
        term.wait("已查 1/34")
        term.press("F5")
        term.wait("说明")
        term.type(NOTE)
        term.wait(NOTE)
        time.sleep(0.2)
        pid = term.pid()
        term.hang_up()
        wait_process_gone(pid)
    tables = plain_tables(findings_path(space))
    notes = [n["text"] for a in tables["answers"] for n in a["notes"]]
    assert notes == [NOTE]
    with walk(space, env) as term:
        term.wait("已查 1/34")
        term.press("C-q")
        assert term.exit_code() == 0


def test_killed_again_and_again_during_a_walk(
    space: Workspace, env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the screen called saved is there after kill -9, and the next start says it was recovered."""
    chance = random.Random(20261120)
    kills, shown, told = times(20, 6), 0, 0
    for turn in range(kills):
        with walk(space, env) as term:
            screen = term.wait("/34  得分")
            # What the opening found is told beside the screen, a paint behind it.
            told += "恢复" in term.wait_still(quiet=0.1)
            done = _answered(screen)
            assert done >= shown, (done, shown, screen)
            if turn % 2:
                term.press("1")
                term.wait(f"已查 {done + 1}/34")
                term.wait("已保存")
                done += 1
            shown = done
            # One more key, killed at any moment of its way to the disk.
            term.press("1")
            time.sleep(chance.random() * 0.06)
            pid = term.pid()
            term.kill()
            wait_process_gone(pid)
        assert not read_findings(findings_path(space)).recovery.broken
    with capsys.disabled():
        print(f"\n真实界面走查中 kill -9 {kills} 次：显示已保存的都在，{told} 次重新打开时说明了恢复情况")
    assert told


def _answered(screen: str) -> int:
    return int(screen.split("已查 ", 1)[1].split("/", 1)[0])


def test_a_second_window_only_looks_and_says_who_is_at_work(space: Workspace, env: dict[str, str]) -> None:
    with walk(space, env) as first:
        first.wait("已查 0/34")
        first.press("1")
        first.wait("已查 1/34")
        with walk(space, env) as second:
            screen = second.wait("只读")
            assert "已查 1/34" in screen
            second.press("1")
            second.wait("只能看")
            second.press("C-q")
            assert second.exit_code() == 0
        first.press("1")
        first.wait("已查 2/34")
        first.press("C-q")
        assert first.exit_code() == 0


def test_resize_and_a_long_paste(space: Workspace, env: dict[str, str]) -> None:
    long_text = "记录与考勤、交接班核对一致。" * 360
    assert len(long_text) > 5000
    # A shell may have left the size it once had in the environment.
    with walk(space, env | {"COLUMNS": "66", "LINES": "20"}) as term:
        term.wait("已查 0/34")
        for width, height in ((60, 16), (120, 40), (40, 10), (20, 5), (200, 60), (80, 24)):
            term.resize(width, height)
            text = term.wait_still()
            if width >= 60:
                head = text.splitlines()[0].rstrip()
                assert head.endswith("已保存") and width - 2 <= cell_len(head) <= width
        term.press("F5")
        term.wait("说明")
        term.paste(f"第一行\n第二行[/]{long_text}")
        term.wait_still()
        # A terminal that does not clean pastes lets the escape end the paste; the rest arrives as keys.
        term.paste("乙\x1b]0;PWNED\x07丙")
        term.wait_still()
        term.press("Enter")
        term.wait("已保存")
        assert term.title() != "PWNED"
        term.press("C-q")
        assert term.exit_code() == 0
    (note,) = [n["text"] for a in plain_tables(findings_path(space))["answers"] for n in a["notes"]]
    assert "第一行" in note and "第二行[/]" in note and long_text in note
    assert "\x1b" not in note


def test_without_colour_every_verdict_is_a_word(space: Workspace, env: dict[str, str]) -> None:
    with walk(space, env, NO_COLOR="1") as term:
        term.wait("已查 0/34")
        term.press("1")
        term.wait("已查 1/34")
        term.press("3")
        term.wait("选一种情形")
        term.press("1")
        screen = term.wait("已查 2/34")
        assert " + GW-01" in screen and "符合" in screen
        assert " x GW-02" in screen and "缺项" in screen
        term.press("C-q")
        assert term.exit_code() == 0


def test_the_plain_skin_draws_no_ambiguous_sign(space: Workspace, env: dict[str, str]) -> None:
    with walk(space, env, INSPECT_TUI_PLAIN="1") as term:
        screen = term.wait("已查 0/34")
        assert not set("─│…—·█▊▔▁×") & set(screen), screen
        term.press("C-q")
        assert term.exit_code() == 0


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are tested on POSIX")
def test_a_folder_that_cannot_be_written_is_only_looked_at(space: Workspace, env: dict[str, str]) -> None:
    with walk(space, env) as term:
        term.wait("已查 0/34")
        term.press("1")
        term.wait("已保存")
        term.press("C-q")
        term.exit_code()
    folder = findings_path(space).parent
    before = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    command = [*APP, "--workspace", str(space.root), "--unit", UNIT]
    for path in (folder, *folder.iterdir()):
        path.chmod(path.stat().st_mode & ~0o222)
    if os.geteuid() == 0:
        # Root may write anywhere; without these capabilities it is bound by the permissions like anyone.
        dropped = "-dac_override,-dac_read_search,-fowner"
        command = ["setpriv", f"--inh-caps={dropped}", f"--bounding-set={dropped}", *command]
    try:
        with Term(command, 80, 24, env=env) as term:
            term.wait("只读")
            term.press("1")
            term.wait("只能看")
            term.press("C-q")
            term.exit_code()
    finally:
        folder.chmod(0o700)
        for path in folder.iterdir():
            path.chmod(0o600)
    after = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    assert after == before
