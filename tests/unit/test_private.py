"""What the product makes only its user can read, and a command that fails or is stopped leaves no litter."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from telling_work import make_round, make_space, record, work

from inspect_tui.cli import main as cli
from inspect_tui.store import files

posix = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
SECRET = "戚建林的谈话内容"
SRC = Path(__file__).resolve().parents[2] / "src"


def open_to_others(*folders: Path) -> list[str]:
    """Everything under the folders, themselves included, that somebody else could open."""
    found = [p for folder in folders for p in (folder, *folder.rglob("*"))]
    assert len(found) > len(folders)
    return [str(p) for p in found if p.lstat().st_mode & 0o077]


@pytest.fixture
def space(tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = make_space(tmp_path / "w")
    monkeypatch.chdir(space.root)
    round_ = make_round(space)
    session = work(space, round_)
    lines = [
        {"unit": "DG01", "visit": {"date": "2026-11-17"}},
        {"unit": "DG01", "item": "GW-01", "verdict": "pass", "good_practices": [{"text": "清单上墙"}]},
        {"unit": "DG01", "item": "GW-02", "verdict": "fail", "deductions": [{"index": 0}], "note": SECRET},
    ]
    record(session, tmp_path / "l", lines)
    session.close()
    return space, round_, space.findings_path(round_.id, session.writer)


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c6360606000000004"
    "0001f61738550000000049454e44ae426082"
)


def commands(root: Path, out: Path, findings: Path, photo: Path) -> list[list[str]]:
    """A command of every way a file comes to be."""
    table = [
        f"init|{out / 'new'}",
        f"round pack|2026Q4-lookback|-o|{out / 'p.json'}",
        f"evidence add|--unit|DG01|--item|GW-01|--as|检查员甲|{photo}",
        f"hand-in|--as|检查员甲|-o|{out / 'z.zip'}",
        f"merge|{findings}|-o|{out / 'm.json'}",
        f"notice|{findings}|-o|{out / 'n.txt'}",
        f"report|{findings}|--to|docx|-o|{out / 'r.docx'}",
        f"report|{findings}|--to|xlsx|-o|{out / 'r.xlsx'}",
        f"form export|--round|2026Q4-lookback|--unit|DG01|-o|{out / 'f.xlsx'}",
        f"checklist export|{root / 'checklists' / 'lzrh-dxz.json'}|-o|{out / 'c.xlsx'}",
    ]
    plain = {"init", "checklist export", "merge", "notice", "report"}
    found = []
    for line in table:
        command, *rest = line.split("|")
        where = [] if command in plain else ["--workspace", str(root)]
        found.append([*where, *command.split(), *rest])
    return found


@posix
def test_everything_made_is_only_for_its_user(tmp_path):
    """In a process of its own under the usual mask: home, demo, exports, what libraries write."""
    deep = tmp_path / "deep"
    root, out = deep / "demo", deep / "out"
    photo = tmp_path / "photo.png"
    photo.write_bytes(PNG)
    env = {**os.environ, "INSPECT_TUI_HOME": str(deep / "home"), "PYTHONPATH": str(SRC), "PYTHONUTF8": "1"}
    code = (
        "import json, os, pathlib, sys\nos.umask(0o022)\nfrom inspect_tui.cli.main import run\n"
        "deep = pathlib.Path(sys.argv[1])\n"
        "assert run(['demo', '--dir', str(deep / 'demo'), '--no-open']) == 0\n"
        "(deep / 'out').mkdir()\n"
        "for words in json.loads(sys.argv[2]):\n    assert run(words) == 0, words\n"
    )
    findings = root / "rounds" / "2026Q4-lookback"
    words = json.dumps(commands(root, out, findings, photo))
    done = subprocess.run(
        [sys.executable, "-c", code, str(deep), words], env=env, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert len(list(out.iterdir())) >= 9 and (deep / "home" / "machine").is_file()
    assert [str(p) for p in (deep, *deep.rglob("*")) if p.lstat().st_mode & 0o077] == []


class Stopping(files.FileOps):
    """Does `fails` at the n-th time the store writes, flushes or renames."""

    def __init__(self, at: int = -1, fails: BaseException | None = None) -> None:
        self.step, self.fails, self.count = at, fails, 0

    def _step(self) -> None:
        self.count += 1
        if self.count - 1 == self.step and self.fails is not None:
            raise self.fails

    def write(self, fd, data):
        self._step()
        return super().write(fd, data)

    def fsync(self, fd):
        self._step()
        super().fsync(fd)

    def replace(self, source, target):
        self._step()
        super().replace(source, target)


def litter(*folders: Path) -> list[Path]:
    return [p for folder in folders for p in folder.rglob("*") if p.suffix == ".tmp" or ".tmp" in p.suffixes]


#: The others stand behind the mark: each makes much before it writes.
QUICK = (2, 3)


@pytest.mark.parametrize(
    "number", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in range(10)]
)
def test_a_command_that_fails_or_is_stopped_leaves_no_litter(
    space, tmp_path, monkeypatch, number, capsysbinary
):
    """At the first and the last step that writes: a full disk, Ctrl+C. What is kept on purpose is named."""
    held, _, findings = space
    photo, out = tmp_path / "photo.png", tmp_path / "out"
    photo.write_bytes(PNG)
    temp = tmp_path / "temp"
    monkeypatch.setattr(tempfile, "tempdir", str(temp))
    temp.mkdir()
    out.mkdir()
    words = commands(held.root, out, findings, photo)[number]

    def run(at: int, fails: BaseException | None) -> tuple[int, int, str]:
        counting = Stopping(at, fails)
        monkeypatch.setattr(files, "fs", counting)
        code = cli.run(words)
        told = capsysbinary.readouterr()[1].decode("utf-8")
        left = [path for path in litter(held.root, out) if path.name not in told]
        assert left == [] and list(temp.iterdir()) == [], told
        for path in litter(out):
            path.unlink()
        return code, counting.count, told

    code, steps, told = run(-1, None)
    assert code == 0 and steps > 1, told
    for fails in (OSError(errno.ENOSPC, "full"), KeyboardInterrupt()):
        for at in (0, steps - 1):
            shutil.rmtree(out)
            out.mkdir()
            code, reached, told = run(at, fails)
            assert "Traceback" not in told and SECRET not in told
            assert code == 1 or reached <= at, told
            if code and isinstance(fails, OSError):
                assert "磁盘" in told


@posix
def test_a_command_told_to_end_tidies_up(tmp_path):
    """SIGTERM, as a shutdown sends it, in the middle of making a demo."""
    env = {
        **os.environ,
        "INSPECT_TUI_HOME": str(tmp_path / "home"),
        "PYTHONPATH": str(SRC),
        "PYTHONUTF8": "1",
    }
    command = [
        sys.executable,
        "-m",
        "inspect_tui",
        "demo",
        "--dir",
        str(tmp_path / "w" / "demo"),
        "--no-open",
    ]
    (tmp_path / "t").mkdir()
    with subprocess.Popen(
        command, env={**env, "TMPDIR": str(tmp_path / "t")}, stderr=subprocess.PIPE
    ) as process:
        end = time.monotonic() + 60
        while not litter(tmp_path / "w") and time.monotonic() < end:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 1 and "已取消" in told.decode("utf-8")
    assert list((tmp_path / "w").iterdir()) == [] and list((tmp_path / "t").iterdir()) == []


def test_a_command_that_breaks_tells_nobodys_words(space, capsysbinary, monkeypatch):
    """A fault of the program itself: its kind and nothing of what it held; no file is written."""
    from inspect_tui.report import telling

    def broken(*_: object, **__: object) -> None:
        note = f"{SECRET}在局部变量里"
        raise RuntimeError(note)

    held, _, findings = space
    monkeypatch.setattr(telling, "tell", broken)
    monkeypatch.delenv("INSPECT_TUI_DEBUG", raising=False)
    before = sorted(held.root.rglob("*"))
    code = cli.run(["notice", str(findings)])
    out, err = capsysbinary.readouterr()
    assert code == 1 and "程序出错：RuntimeError" in err.decode("utf-8")
    assert SECRET not in (out + err).decode("utf-8") and sorted(held.root.rglob("*")) == before
