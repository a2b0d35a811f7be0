"""Kit folder: everything a site laptop without network needs, put into one folder to carry there.

The folder is made beside its place under another name and moved there when it is whole, so that nobody
carries half a kit to a site.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from inspect_tui.exchange.kit_gathering import Pip, Target, fetch_pip, gather
from inspect_tui.exchange.kit_wheel import PACKAGE, described, write_wheel
from inspect_tui.model.fault import Fault, InputFaults

MARK = "kit.json"
SUMS = "SHA256SUMS"
#: The kit's own files: name in the program, name in the kit, whether Windows programs read it.
_FILES = (
    ("install.cmd", "安装.cmd", True),
    ("install.sh", "install.sh", False),
    ("install.py", "install.py", False),
    ("no-python.txt", "no-python.txt", True),
)
_READ_ME = ("README.txt", "请先看这里.txt")


class Kit(msgspec.Struct, frozen=True, kw_only=True):
    """A kit that was made: where, for which computers, how large."""

    path: Path
    version: str
    platforms: tuple[str, ...]
    pythons: tuple[str, ...]
    wheels: tuple[str, ...]
    bytes: int


def make_kit(
    folder: Path, targets: Sequence[Target], pip: Pip, *, say: Callable[[str], None] = lambda _: None
) -> Kit:
    """Make a kit for the given computers, in place of an older kit that stands there.

    Raises InputFaults with every package that is missing for any of them, and OSError.
    """
    what = described()
    if what is None:
        raise InputFaults(
            [Fault(code="Q01", message="程序没有安装，做不成安装包", remedy="请先按说明安装程序")]
        )
    folder = folder.absolute()
    if folder.exists() and not _replaceable(folder):
        raise InputFaults(
            [
                Fault(
                    code="Q07", message="文件夹里有别的东西", value=str(folder), remedy="请换一个新的文件夹名"
                )
            ]
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    making = folder.with_name(f"{folder.name}.{os.urandom(4).hex()}.tmp")
    try:
        (making / "wheels").mkdir(parents=True)
        write_wheel(making / "wheels", what)
        _gather_all(making, targets, what.requires, pip, say)
        kit = _finish(making, folder, targets, what.version)
        _put(making, folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return kit


def _replaceable(folder: Path) -> bool:
    return folder.is_dir() and ((folder / MARK).is_file() or not any(folder.iterdir()))


def _put(making: Path, folder: Path) -> None:
    old = folder.with_name(f"{making.name}.old")
    if folder.exists():
        folder.replace(old)
    try:
        making.replace(folder)
    except OSError:
        if old.exists():
            old.replace(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _gather_all(
    making: Path, targets: Sequence[Target], requires: Sequence[str], pip: Pip, say: Callable[[str], None]
) -> None:
    lacking: list[Fault] = []
    fetched = making / "fetched"
    for number, target in enumerate(targets):
        say(target.text())
        fetched.mkdir()
        try:
            if not number:
                fetch_pip(target, fetched, pip)
            gather(target, requires, fetched, pip)
        except InputFaults as error:
            # A missing wheel is told together with those of the other computers; what stops pip stops all.
            if any(fault.code != "Q03" for fault in error.faults):
                raise
            lacking += error.faults
        for path in sorted(fetched.glob("*.whl")):
            path.replace(making / "wheels" / path.name)
        shutil.rmtree(fetched)
    if lacking:
        raise InputFaults(lacking)


def _finish(making: Path, folder: Path, targets: Sequence[Target], version: str) -> Kit:
    platforms = {target.platform.key: target.platform.name for target in targets}
    pythons = tuple(dict.fromkeys(target.python for target in targets))
    mark = {"version": version, "platforms": platforms, "pythons": pythons}
    (making / MARK).write_bytes(msgspec.json.format(msgspec.json.encode(mark), indent=1) + b"\n")
    source = PACKAGE / "kit_files"
    for name, called, windows in _FILES:
        text = (source / name).read_bytes().replace(b"\r\n", b"\n")
        (making / called).write_bytes(text.replace(b"\n", b"\r\n") if windows else text)
    told = (source / _READ_ME[0]).read_text(encoding="utf-8")
    told = told.replace("{version}", version).replace("{pythons}", "、".join(pythons))
    told = told.replace("{platforms}", "、".join(platforms.values()))
    # With a byte order mark, so that an old Notepad reads the Chinese.
    (making / _READ_ME[1]).write_bytes(b"\xef\xbb\xbf" + told.replace("\n", "\r\n").encode("utf-8"))
    lines, total = [], 0
    for path in sorted(p for p in making.rglob("*") if p.is_file()):
        data = path.read_bytes()
        total += len(data)
        lines.append(f"{hashlib.sha256(data).hexdigest()}  {path.relative_to(making).as_posix()}\n")
    (making / SUMS).write_bytes("".join(lines).encode("utf-8"))
    wheels = tuple(sorted(path.name for path in (making / "wheels").iterdir()))
    return Kit(
        path=folder, version=version, platforms=tuple(platforms), pythons=pythons, wheels=wheels, bytes=total
    )
