"""Kit wheel: the running program packed as a wheel, from a clone as from an installation.

A site laptop gets exactly the program that packed its kit, and packing needs neither a network nor a build
tool.
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.store.shipped import shipped_dir

NAME = "inspect-tui"
PACKAGE = Path(__file__).resolve().parent.parent
#: Every file of the wheel bears this date, so that equal programs make equal wheels.
_DATE = (1980, 1, 1, 0, 0, 0)


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What the program says of itself: version, what it needs, the commands it brings."""

    version: str
    summary: str
    python: str
    requires: tuple[str, ...]
    scripts: dict[str, str]


def described() -> Described | None:
    """The running program's own description; None where it was never installed and is no clone.

    In a clone the project file counts, because the description of an editable install can be an old one.
    """
    clone = PACKAGE.parent.parent / "pyproject.toml"
    if PACKAGE.parent.name == "src" and clone.is_file():
        import tomllib

        return _of_project(tomllib.loads(clone.read_text(encoding="utf-8"))["project"])
    import importlib.metadata

    try:
        held = importlib.metadata.distribution(NAME)
    except importlib.metadata.PackageNotFoundError:
        return None
    return Described(
        version=held.version,
        summary=held.metadata["Summary"] or "",
        python=held.metadata["Requires-Python"] or "",
        requires=tuple(line for line in held.requires or () if "extra ==" not in line),
        scripts={entry.name: entry.value for entry in held.entry_points if entry.group == "console_scripts"},
    )


def _of_project(project: dict[str, Any]) -> Described:
    return Described(
        version=project["version"],
        summary=project["description"],
        python=project["requires-python"],
        requires=tuple(project["dependencies"]),
        scripts=dict(project["scripts"]),
    )


def write_wheel(folder: Path, what: Described) -> Path:
    """Pack the running program into a folder; returns the wheel."""
    stem = f"{NAME.replace('-', '_')}-{what.version}"
    path = folder / f"{stem}-py3-none-any.whl"
    info = f"{stem}.dist-info"
    records = []
    with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as wheel:
        for name, data in (*program_files(), *_told(info, what)):
            wheel.writestr(_entry(name), data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode("ascii")
            records.append(f"{name},sha256={digest},{len(data)}\n")
        wheel.writestr(_entry(f"{info}/RECORD"), "".join([*records, f"{info}/RECORD,,\n"]))
    return path


def program_files() -> Iterator[tuple[str, bytes]]:
    """Name in the wheel and content of every file of the program, in a fixed order."""
    held = {f"{PACKAGE.name}/{name}": path for name, path in _under(PACKAGE)}
    shipped = f"{PACKAGE.name}/data/checklists"
    held |= {f"{shipped}/{name}": path for name, path in _under(shipped_dir())}
    for name, path in sorted(held.items()):
        yield name, path.read_bytes()


def _under(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        # What tools leave behind in a clone is not the program.
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in parts):
            yield "/".join(parts), path


def _told(info: str, what: Described) -> Iterator[tuple[str, bytes]]:
    scripts = "".join(f"{name} = {target}\n" for name, target in sorted(what.scripts.items()))
    metadata = ["Metadata-Version: 2.1", f"Name: {NAME}", f"Version: {what.version}"]
    metadata += [f"Summary: {what.summary}", f"Requires-Python: {what.python}"]
    metadata += [f"Requires-Dist: {line}" for line in what.requires]
    yield f"{info}/METADATA", ("\n".join(metadata) + "\n").encode("utf-8")
    wheel = "Wheel-Version: 1.0\nGenerator: inspect-tui kit\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    yield f"{info}/WHEEL", wheel.encode("ascii")
    yield f"{info}/entry_points.txt", f"[console_scripts]\n{scripts}".encode()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.external_attr = 0o644 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
