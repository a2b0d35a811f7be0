"""The offline kit: what another computer needs, what is said where it cannot be had, what it holds."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from inspect_tui.cli import main as cli
from inspect_tui.exchange import kit_folder, kit_gathering
from inspect_tui.exchange.kit_gathering import PLATFORMS, Target, gather
from inspect_tui.exchange.kit_wheel import PACKAGE, described, program_files, write_wheel
from inspect_tui.model.fault import InputFaults

ROOT = Path(__file__).resolve().parents[2]
WINDOWS = Target(platform=PLATFORMS["windows-x64"], python="3.12")
ARM = Target(platform=PLATFORMS["linux-arm64"], python="3.11")
NO_WHEEL = (
    "ERROR: Could not find a version that satisfies the requirement\nERROR: No matching distribution found"
)
NO_NETWORK = f"WARNING: Retrying (Retry(total=0)) after ... NewConnectionError(...)\n{NO_WHEEL}"


class FakePip:
    """A registry of invented packages: name -> what it needs; those under `none` have no wheel."""

    def __init__(self, packages: dict[str, list[str]], none: tuple[str, ...] = (), fails: str = "") -> None:
        self.packages, self.none, self.fails = packages, none, fails
        self.calls: list[list[str]] = []

    def __call__(self, words):
        self.calls.append(list(words))
        if self.fails:
            return 1, self.fails
        folder = Path(words[words.index("--dest") + 1])
        names = [
            w.partition("=")[0].partition("<")[0].partition(">")[0] for w in words if not self._option(w)
        ]
        names = [name for name in names[1:] if name in self.packages or name in self.none]
        if set(names) & set(self.none):
            return 1, NO_WHEEL
        for name in names:
            with zipfile.ZipFile(folder / f"{name.replace('-', '_')}-1.0-py3-none-any.whl", "w") as wheel:
                needs = "".join(f"Requires-Dist: {line}\n" for line in self.packages[name])
                told = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{needs}\n"
                wheel.writestr(f"{name}-1.0.dist-info/METADATA", told)
        return 0, ""

    @staticmethod
    def _option(word: str) -> bool:
        return word.startswith("-")


def names(paths) -> set[str]:
    return {path.name.partition("-")[0] for path in paths}


def test_what_is_needed_is_judged_for_the_other_computer(tmp_path):
    """Markers, extras and what is needed by what is needed, none of it as on this machine."""
    pip = FakePip(
        {
            "made-up-a": ["made-up-win ; platform_system == 'Windows'", "made-up-b[more]"],
            "made-up-b": ["made-up-extra ; extra == 'more'", "made-up-other ; extra == 'other'"],
            "made-up-win": [],
            "made-up-extra": ["made-up-old ; python_version < '3.12'"],
            "made-up-old": [],
        }
    )
    folder = tmp_path / "win"
    folder.mkdir()
    found = gather(WINDOWS, ["made-up-a>=1", "dev-thing ; extra == 'dev'"], folder, pip)
    assert names(found) == {"made_up_a", "made_up_b", "made_up_win", "made_up_extra"}
    other = tmp_path / "arm"
    other.mkdir()
    found = gather(ARM, ["made-up-a>=1"], other, pip)
    assert names(found) == {"made_up_a", "made_up_b", "made_up_extra", "made_up_old"}
    words = pip.calls[0]
    assert words[words.index("--python-version") + 1] == "3.12" and "win_amd64" in words
    assert "--only-binary=:all:" in words and "--no-deps" in words


def test_the_version_that_runs_here_is_asked_for(tmp_path):
    import msgspec

    pip = FakePip({}, fails=NO_NETWORK)
    with pytest.raises(InputFaults):
        gather(ARM, ["msgspec>=0.1", "msgspec-like<2"], tmp_path, pip)
    assert pip.calls[0][-2:] == [f"msgspec=={msgspec.__version__}", "msgspec-like<2"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (NO_NETWORK, "Q02"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "Q04"),
        ("ERROR: something \x1b[31melse\nmore", "Q05"),
    ],
)
def test_what_stops_pip_is_told(tmp_path, said, code):
    with pytest.raises(InputFaults) as raised:
        gather(ARM, ["made-up"], tmp_path, FakePip({}, fails=said))
    (fault,) = raised.value.faults
    assert fault.code == code and "\x1b" not in fault.text()


def test_every_missing_wheel_of_every_computer_is_told_and_nothing_is_left(tmp_path, monkeypatch):
    pip = FakePip({"pip": [], "good": ["bad-two"]}, none=("bad-one", "bad-two"))
    what = described()
    assert what is not None
    slim = type(what)(
        **{**{f: getattr(what, f) for f in what.__struct_fields__}, "requires": ("good", "bad-one")}
    )
    monkeypatch.setattr(kit_folder, "described", lambda: slim)
    with pytest.raises(InputFaults) as raised:
        kit_folder.make_kit(tmp_path / "kit", [WINDOWS, ARM], pip)
    told = [(fault.code, fault.path, fault.message) for fault in raised.value.faults]
    assert [(code, path) for code, path, _ in told] == [("Q03", WINDOWS.text()), ("Q03", ARM.text())]
    assert all("bad-one" in message for *_, message in told)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small(monkeypatch):
    """A program that needs one invented package, and the pip that has it."""
    what = described()
    assert what is not None
    fields = {name: getattr(what, name) for name in what.__struct_fields__}
    monkeypatch.setattr(kit_folder, "described", lambda: type(what)(**{**fields, "requires": ("good",)}))
    return FakePip({"pip": [], "good": []})


def test_the_folder_holds_what_a_laptop_needs(tmp_path, small):
    said: list[str] = []
    made = kit_folder.make_kit(tmp_path / "U盘" / "kit", [WINDOWS, ARM], small, say=said.append)
    assert said == [WINDOWS.text(), ARM.text()]
    folder = made.path
    assert {p.name for p in folder.iterdir()} == {
        "kit.json",
        "SHA256SUMS",
        "wheels",
        "安装.cmd",
        "install.sh",
        "install.py",
        "no-python.txt",
        "请先看这里.txt",
    }
    assert {name.partition("-")[0] for name in made.wheels} == {"inspect_tui", "pip", "good"}
    sums = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert len(sums) == 7 + len(made.wheels) - 1
    for line in sums:
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    script = (folder / "安装.cmd").read_bytes()
    assert script.isascii() and script.count(b"\n") == script.count(b"\r\n") > 15
    text = (folder / "请先看这里.txt").read_text(encoding="utf-8-sig")
    assert "{" not in text and "Windows 64位、Linux arm64" in text and "3.12、3.11" in text
    assert [p.name for p in folder.parent.iterdir()] == ["kit"]


def test_a_newer_kit_takes_the_place_of_an_older_one_but_of_nothing_else(tmp_path, small):
    folder = tmp_path / "kit"
    kit_folder.make_kit(folder, [WINDOWS], small)
    (folder / "wheels" / "left-1.whl").write_bytes(b"")
    kit_folder.make_kit(folder, [ARM], small)
    assert json.loads((folder / "kit.json").read_bytes())["platforms"] == {"linux-arm64": "Linux arm64"}
    assert not (folder / "wheels" / "left-1.whl").exists() and [p.name for p in tmp_path.iterdir()] == ["kit"]
    (folder / "kit.json").unlink()
    with pytest.raises(InputFaults) as raised:
        kit_folder.make_kit(folder, [ARM], small)
    assert raised.value.faults[0].code == "Q07" and (folder / "wheels").is_dir()


def test_an_interrupted_kit_leaves_nothing(tmp_path, small):
    def stop(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kit_folder.make_kit(tmp_path / "kit", [WINDOWS], small, say=stop)
    assert list(tmp_path.iterdir()) == []


# -------------------------------------------------------------------- the wheel of the program itself


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    what = described()
    assert what is not None
    return write_wheel(tmp_path_factory.mktemp("wheel"), what)


def test_the_wheel_is_whole_and_says_what_it_holds(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    record = next(name for name in held if name.endswith("RECORD"))
    rows = {row[0]: row[2] for row in csv.reader(io.StringIO(held[record].decode()))}
    assert set(rows) == set(held) and all(int(rows[n]) == len(held[n]) for n in held if n != record)
    for wanted in (
        "py.typed",
        "tui/app.tcss",
        "templates/read.json",
        "kit_files/install.cmd",
        "data/checklists/lzrh-dxz.json",
        "data/checklists/schemes/abc.json",
        "data/checklists/contests/hqdzb.json",
        "data/checklists/flows/basic-36.json",
        "data/checklists/distribution/attendance.json",
        "data/checklists/schema/checklist.schema.json",
        "data/checklists/samples/yjzl-bz.json",
    ):
        assert f"inspect_tui/{wanted}" in held
    assert not any("__pycache__" in name or "/." in name for name in held)
    entry = next(data for name, data in held.items() if name.endswith("entry_points.txt"))
    assert b"inspect-tui = inspect_tui.cli.main:run" in entry


def test_every_file_the_packages_of_the_clone_hold_is_in_the_wheel():
    tracked = subprocess.run(
        ["git", "ls-files", "src/inspect_tui", "checklists"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if tracked.returncode or not tracked.stdout:
        pytest.skip("no git here")
    held = {name for name, _ in program_files()}
    for name in tracked.stdout.replace('"', "").splitlines():
        inside = name.removeprefix("src/") if name.startswith("src/") else f"inspect_tui/data/{name}"
        assert inside in held or not (ROOT / name).exists(), name


def test_an_installed_program_tells_the_same_of_itself(wheel, tmp_path):
    """Out of the wheel, without the clone around, the description and the files are the same."""
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    code = (
        "import sys, hashlib, inspect_tui\n"
        "from inspect_tui.exchange.kit_wheel import described, program_files, PACKAGE\n"
        "print(PACKAGE); w = described(); print(w.version, sorted(w.requires), w.scripts)\n"
        "print(hashlib.sha256(repr(list(program_files())).encode()).hexdigest())\n"
    )
    env = {**os.environ, "PYTHONPATH": str(site), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=tmp_path, capture_output=True, encoding="utf-8", check=True
    )
    here = described()
    assert here is not None
    place, told, digest = done.stdout.splitlines()
    assert place == str(site / "inspect_tui") and place != str(PACKAGE)
    assert told == f"{here.version} {sorted(here.requires)} {here.scripts}"
    with zipfile.ZipFile(wheel) as archive:
        packed = [(name, archive.read(name)) for name in archive.namelist() if ".dist-info/" not in name]
    assert digest == hashlib.sha256(repr(packed).encode()).hexdigest()


# -------------------------------------------------------------------- the script on the laptop


def install(kit: Path, *words: object, env=None) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "PYTHONUTF8": "1", "INSPECT_TUI_KIT_FOUND": "1", **(env or {})}
    return subprocess.run(
        [sys.executable, str(kit / "install.py"), *map(str, words)],
        env=settings,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_laptop_is_told_why_nothing_can_be_installed(tmp_path, small):
    kit = kit_folder.make_kit(
        tmp_path / "kit", [Target(platform=PLATFORMS["windows-x64"], python="3.99")], small
    )
    done = install(kit.path, tmp_path / "to")
    assert done.returncode == 1 and "安装包要用Python 3.99（64位）" in done.stderr
    mark = json.loads((kit.path / "kit.json").read_bytes())
    mark["pythons"] = ["{}.{}".format(*sys.version_info[:2])]
    if sys.platform != "win32":
        (kit.path / "kit.json").write_text(json.dumps(mark), encoding="utf-8")
        done = install(kit.path, tmp_path / "to")
        assert done.returncode == 1 and "安装包是给Windows 64位用的" in done.stderr
    mark["platforms"] = {key: one.name for key, one in PLATFORMS.items()}
    (kit.path / "kit.json").write_text(json.dumps(mark), encoding="utf-8")
    (kit.path / "wheels" / kit.wheels[0]).unlink()
    done = install(kit.path, tmp_path / "to")
    assert done.returncode == 1 and "kit.json、" in done.stderr and kit.wheels[0] in done.stderr
    (kit.path / "kit.json").write_text("[]", encoding="utf-8")
    done = install(kit.path, tmp_path / "to")
    assert done.returncode == 1 and "kit.json或已经损坏" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "to").exists()


def test_the_laptop_script_keeps_to_old_python():
    """A laptop's first Python may be old: the script must still be able to say so."""
    import ast

    source = (PACKAGE / "kit_files" / "install.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))
    assert "from __future__" not in source and "match " not in source


@pytest.mark.skipif(shutil.which("sh") is None, reason="no POSIX shell here")
def test_the_shell_script_says_when_there_is_no_python(tmp_path):
    for name in ("install.sh", "no-python.txt"):
        shutil.copy(PACKAGE / "kit_files" / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for tool in ("dirname", "cat"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or "")
    shell = shutil.which("sh") or ""
    done = subprocess.run(
        [shell, str(tmp_path / "install.sh")],
        env={"PATH": str(tmp_path / "bin")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1 and "没有找到可用的 Python" in done.stderr


def test_the_command(tmp_path, small, monkeypatch, capsysbinary):
    monkeypatch.setattr(kit_gathering, "run_pip", small)
    code = cli.run(
        ["kit", "-o", str(tmp_path / "k"), "--platform", "linux-x64", "--python", "3.12", "--json"]
    )
    out, err = capsysbinary.readouterr()
    data = json.loads(out)
    assert code == 0 and data["platforms"] == ["linux-x64"] and "Linux x64，Python 3.12" in err.decode()
    assert data["bytes"] > 500_000 and len(data["wheels"]) == 3
    assert cli.run(["kit", "-o", str(tmp_path / "k"), "--python", "3.9"]) == 2
    assert "不低于3.11" in capsysbinary.readouterr().err.decode()
