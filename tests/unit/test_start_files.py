"""The start files: safe for every code page, no jump into nothing, every message there and in Chinese."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CMD = ROOT / "启动.cmd"


def lines() -> list[str]:
    return CMD.read_bytes().decode("ascii").splitlines()


def test_the_windows_file_is_ascii_with_windows_line_ends() -> None:
    """cmd reads it byte by byte in the machine's code page and seeks labels by position."""
    data = CMD.read_bytes()
    assert data.isascii()
    assert data.count(b"\n") == data.count(b"\r\n") > 20


def test_every_jump_of_the_windows_file_has_its_label() -> None:
    labels = {line[1:] for line in lines() if line.startswith(":")}
    jumps = set(re.findall(r"goto (\w+)", "\n".join(lines())))
    assert jumps <= labels
    assert labels - jumps <= {"installed", "start", "failed"}, "a label nobody jumps to or falls into"


def test_every_message_of_the_windows_file_is_there_and_chinese() -> None:
    names = re.findall(r"type (docs\\start\\[\w.-]+)", "\n".join(lines()))
    assert len(names) == 4
    for name in names:
        text = (ROOT / name.replace("\\", "/")).read_text(encoding="utf-8")
        assert re.search(r"[\u4e00-\u9fff]{4}", text)


def test_the_windows_file_sets_the_stage_before_it_starts() -> None:
    text = "\n".join(lines())
    for wanted in (
        "chcp 65001",
        "mode con cols=120 lines=40",
        "PYTHONUTF8=1",
        '"%~f1"',
        "-c constraints.txt",
    ):
        assert wanted in text
    assert text.index("chcp 65001") < text.index("type docs")


@pytest.mark.skipif(shutil.which("sh") is None, reason="no POSIX shell here")
@pytest.mark.parametrize("name", ["start.sh"])
def test_the_shell_file_is_sound(name: str) -> None:
    done = subprocess.run(["sh", "-n", str(ROOT / name)], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
