"""Kit gathering: which wheels a computer of another kind needs, and pip fetching them.

pip answers “does this apply there?” for the machine it runs on, so what is needed is worked out here: from
what each package says it needs, with the other computer's system and Python put in.
"""

from __future__ import annotations

import errno
import importlib
import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.store.clean import clean_text

#: Runs pip with these words; returns its exit code and what it said.
Pip = Callable[[Sequence[str]], tuple[int, str]]


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of computer: how wheels name it, the best first, and what markers ask about it."""

    key: str
    name: str
    tags: tuple[str, ...]
    marks: dict[str, str]


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of computer with one Python, such as Windows 64位，Python 3.12."""

    platform: Platform
    python: str

    def text(self) -> str:
        return f"{self.platform.name}，Python {self.python}"


def _linux(machine: str) -> tuple[str, ...]:
    # The oldest C library first: such wheels also run on the long-lived systems of offices.
    old = {5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}
    tags = [f"manylinux_2_{minor}" for minor in range(5, 29)]
    named = [[tag, *([old[minor]] if minor in old else [])] for minor, tag in enumerate(tags, 5)]
    return tuple(f"{tag}_{machine}" for pair in named for tag in pair)


def _marks(system: str, sys_platform: str, os_name: str, machine: str) -> dict[str, str]:
    return {
        "platform_system": system,
        "sys_platform": sys_platform,
        "os_name": os_name,
        "platform_machine": machine,
    }


PLATFORMS = {
    platform.key: platform
    for platform in (
        Platform(
            key="windows-x64",
            name="Windows 64位",
            tags=("win_amd64",),
            marks=_marks("Windows", "win32", "nt", "AMD64"),
        ),
        Platform(
            key="linux-x64",
            name="Linux x64",
            tags=_linux("x86_64"),
            marks=_marks("Linux", "linux", "posix", "x86_64"),
        ),
        Platform(
            key="linux-arm64",
            name="Linux arm64",
            tags=_linux("aarch64"),
            marks=_marks("Linux", "linux", "posix", "aarch64"),
        ),
    )
}
#: Pythons a kit is made for unless others are asked for.
PYTHONS = ("3.11", "3.12", "3.13", "3.14")

_NO_NETWORK = (
    "NewConnectionError",
    "Failed to establish",
    "Max retries exceeded",
    "ProxyError",
    "name resolution",
    "Name or service not known",
    "Network is unreachable",
    "getaddrinfo failed",
    "ConnectTimeoutError",
    "Read timed out",
    "SSLError",
)
_NO_WHEEL = ("No matching distribution", "Could not find a version")
_FULL = ("No space left", f"Errno {errno.ENOSPC}]", "not enough space on the disk")


def gather(target: Target, requires: Sequence[str], folder: Path, pip: Pip) -> list[Path]:
    """Fetch every wheel the target needs into an empty folder; returns them.

    Each package is fetched in the version that runs here, where that one fits. Raises InputFaults with every
    package that has no wheel for the target.
    """
    asked: set[str] = set()
    while True:
        held = {_canonical(path.name.partition("-")[0]): path for path in sorted(folder.glob("*.whl"))}
        needed = _closure(target, requires, held)
        missing = [text for name, text in needed.items() if name not in held and text not in asked]
        if not missing:
            return [held[name] for name in needed]
        asked.update(missing)
        _fetch(target, missing, folder, pip)


def fetch_pip(target: Target, folder: Path, pip: Pip) -> None:
    """Fetch pip itself, so that a laptop whose Python comes without it can install too."""
    _fetch(target, ["pip"], folder, pip)


def _fetch(target: Target, wanted: Sequence[str], folder: Path, pip: Pip) -> None:
    words = _words(target, folder)
    code, said = pip([*words, *wanted])
    if not code:
        return
    if not any(sign in said for sign in _NO_WHEEL) or any(sign in said for sign in _NO_NETWORK):
        raise InputFaults([_failed(target, said)])
    lacking = []
    for text in wanted:
        code, said = pip([*words, text])
        if not code:
            continue
        if not any(sign in said for sign in _NO_WHEEL):
            raise InputFaults([_failed(target, said)])
        lacking.append(Fault(code="Q03", path=target.text(), message=f"没有{text}的现成安装文件"))
    if lacking:
        raise InputFaults(lacking)


def _words(target: Target, folder: Path) -> list[str]:
    words = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-input", "--retries", "1"]
    words += ["--disable-pip-version-check", "--dest", str(folder)]
    words += ["--implementation", "cp", "--python-version", target.python]
    for tag in target.platform.tags:
        words += ["--platform", tag]
    return words


def _failed(target: Target, said: str) -> Fault:
    if any(sign in said for sign in _FULL):
        return Fault(code="Q04", message="磁盘已满", path=target.text(), remedy="请腾出空间再做")
    if any(sign in said for sign in _NO_NETWORK):
        return Fault(
            code="Q02",
            message="没有联网，取不到安装文件",
            path=target.text(),
            remedy="请在能联网、pip能装东西的电脑上做",
        )
    last = [line for line in said.splitlines() if line.startswith("ERROR")] or said.splitlines()[-1:]
    shown = clean_text(last[0][:200], newlines=False) if last else ""
    return Fault(code="Q05", message="pip没有取成", path=target.text(), value=shown)


def run_pip(words: Sequence[str]) -> tuple[int, str]:
    """Run the pip of this Python. Raises InputFaults where there is none."""
    if importlib.util.find_spec("pip") is None:
        raise InputFaults(
            [Fault(code="Q06", message="这里的Python没有pip", remedy="请先运行 python -m ensurepip")]
        )
    env = os.environ | {"PYTHONUTF8": "1", "PYTHONWARNINGS": "ignore", "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pip", *words],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return done.returncode, done.stderr + done.stdout


# -------------------------------------------------------------------- what a package needs


def _closure(target: Target, requires: Iterable[str], held: dict[str, Path]) -> dict[str, str]:
    """Everything needed, by name, as pip is to be asked for it."""
    packaging = _packaging()
    env = packaging.markers.default_environment() | target.platform.marks
    env |= {"python_version": target.python, "python_full_version": f"{target.python}.0"}
    env |= {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    env |= {"implementation_version": f"{target.python}.0", "platform_release": "", "platform_version": ""}
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    queue = [(line, "") for line in requires]
    while queue:
        line, extra = queue.pop(0)
        wanted = packaging.requirements.Requirement(line)
        if wanted.marker is not None and not wanted.marker.evaluate(env | {"extra": extra}):
            continue
        name = _canonical(wanted.name)
        found.setdefault(name, _pinned(name, wanted))
        for asked in ("", *sorted(wanted.extras)):
            if (name, asked) not in seen:
                seen.add((name, asked))
                queue += [(line, asked) for line in _needs(name, held)]
    return found


def _pinned(name: str, wanted: Any) -> str:
    """The version that runs here, where it satisfies what is asked; else what is asked."""
    try:
        here = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return f"{wanted.name}{wanted.specifier}"
    return f"{wanted.name}=={here}" if wanted.specifier.contains(here) else f"{wanted.name}{wanted.specifier}"


def _needs(name: str, held: dict[str, Path]) -> list[str]:
    """What a package says it needs: by its fetched wheel, or by the one installed here until then."""
    if name in held:
        return list(_wheel_needs(held[name]))
    try:
        return importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return []


def _wheel_needs(path: Path) -> Iterator[str]:
    from email.parser import HeaderParser

    with zipfile.ZipFile(path) as wheel:
        name = next(n for n in wheel.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", n))
        told = HeaderParser().parsestr(wheel.read(name).decode("utf-8"))
    yield from told.get_all("Requires-Dist") or []


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _packaging() -> Any:
    """The library that reads requirements: pip always carries one along."""
    for name in ("packaging", "pip._vendor.packaging"):
        try:
            importlib.import_module(f"{name}.requirements")
            importlib.import_module(f"{name}.markers")
            return importlib.import_module(name)
        except ImportError:
            continue
    raise InputFaults(
        [Fault(code="Q06", message="这里的Python没有pip", remedy="请先运行 python -m ensurepip")]
    )
