"""The program away from its clone: out of the wheel, out of the sdist, out of a kit without any network.

`.ci/run` runs these on every submission, apart from the suite, because they build and install.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from shutil import which

import pytest
from term import Term

from inspect_tui.exchange.kit_wheel import program_files

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.e2e, pytest.mark.slow]
posix = pytest.mark.skipif(os.name != "posix", reason="runs the Linux script")


def run(*command: object, cwd: Path, **changed: str) -> str:
    """Run to the end with nothing of the clone in reach; what it printed."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    env |= {"PYTHONUTF8": "1", "LC_ALL": "C.UTF-8", **changed}
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=env, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist, as they are published."""
    pytest.importorskip("hatchling", reason="hatchling, a tool of the dev extra, is missing")
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-d", folder, cwd=ROOT)
    return folder


def program(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}


def test_wheel_sdist_and_kit_hold_the_same_program(built: Path, tmp_path: Path) -> None:
    whole = program(next(built.glob("*.whl")))
    assert whole == dict(program_files())
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    for name in ("start.sh", "启动.cmd", "constraints.txt", "README.md", "docs/commands.md", ".ci/run"):
        assert (source / name).is_file(), name
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "again", cwd=source)
    assert program(next((tmp_path / "again").glob("*.whl"))) == whole


def test_the_wheel_runs_from_an_empty_folder(built: Path, tmp_path: Path) -> None:
    venv, empty = tmp_path / "venv", tmp_path / "empty"
    empty.mkdir()
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=empty)
    inner = venv / ("Scripts" if os.name == "nt" else "bin")
    python = inner / "python"
    words = ["install", "--quiet", "--no-deps", "--no-index", next(built.glob("*.whl"))]
    run(sys.executable, "-m", "pip", "--python", python, *words, cwd=empty)
    # What it needs comes from this environment; a line in a .pth file never runs the .pth files over there,
    # so that the clone, installed editable here, stays out of reach.
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=empty).strip()
    (Path(site) / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    place = run(python, "-c", "import inspect_tui; print(inspect_tui.__file__)", cwd=empty)
    assert Path(place.strip()).is_relative_to(venv)
    settings = {"INSPECT_TUI_HOME": str(tmp_path / "home")}
    command = inner / "inspect-tui"
    run(command, "demo", "--dir", "x", "--no-open", cwd=empty, **settings)
    round_ = "x/rounds/2026Q4-lookback"
    assert "单位12个" in run(command, "summary", round_, cwd=empty, **settings)
    assert json.loads(run(command, "notice", round_, "--json", cwd=empty, **settings))["parts"]
    assert json.loads(run(command, "schema", "checklist", cwd=empty, **settings))["$schema"]
    run(command, "init", "y", cwd=empty, **settings)
    lists = ("schemes/abc.json", "contests/hqdzb.json", "schema/checklist.schema.json")
    for wanted in (
        *(f"checklists/{name}" for name in lists),
        "flows/basic-36.json",
        "distribution/attendance.json",
    ):
        assert (empty / "y" / wanted).is_file()


def cut_off() -> list[str]:
    """What to put before a command so that it has no network at all; nothing where that is not permitted."""
    words = ["unshare", "-rn"]
    if (
        which("unshare") is None
        or subprocess.run([*words, "true"], capture_output=True, check=False).returncode
    ):
        return []
    return words


@posix
def test_a_kit_installs_and_is_walked_where_there_is_no_network(tmp_path: Path) -> None:
    machine = {"linux-x86_64": "linux-x64", "linux-aarch64": "linux-arm64"}.get(sysconfig.get_platform())
    if machine is None:
        pytest.skip("no kit is made for this machine")
    version = "{}.{}".format(*sys.version_info[:2])
    kit, home = tmp_path / "U盘" / "kit", tmp_path / "home"
    home.mkdir()
    words = ["kit", "-o", str(kit), "--platform", machine, "--python", version]
    done = subprocess.run(
        [sys.executable, "-m", "inspect_tui", *words], capture_output=True, encoding="utf-8"
    )
    if "Q02" in done.stderr or "没有联网" in done.stderr:
        pytest.skip("no registry in reach: a kit cannot be gathered here")
    assert done.returncode == 0, done.stderr
    nowhere = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "HTTPS_PROXY")}
    alone = {"HOME": str(home), "INSPECT_TUI_HOME": str(home / "data"), **nowhere}
    # The Python that runs the tests stands in for the one a site has.
    path = f"{Path(sys.base_prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}"
    told = run(*cut_off(), "sh", kit / "install.sh", cwd=home, PATH=path, **alone)
    start = home / "inspect-tui" / "start.sh"
    assert f"装好了。打开程序：{start}" in told
    run(*cut_off(), "sh", start, "demo", "--no-open", cwd=home, **alone)
    with Term([*cut_off(), "sh", str(start), "--workspace", "demo"], 120, 40, env=alone, cwd=home) as term:
        term.wait("东沟第2党小组")
        term.press("Enter")
        term.wait("7检查项")
        term.press("7")
        term.wait("1符合")
        before = term.text()
        term.press("1")
        term.wait("已保存")
        assert term.wait_still() != before
        term.press("F6")
        term.wait("依据")
        term.press("C-q")
        assert term.exit_code() == 0
    # Going through the screens leaves nothing that others could read.
    made = (home / "inspect-tui" / "demo", home / "data")
    found = [path for folder in made for path in (folder, *folder.rglob("*"))]
    assert len(found) > 50 and [str(p) for p in found if p.lstat().st_mode & 0o077] == []
