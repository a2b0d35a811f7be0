"""Files nearby: findings files, hand-ins and receipts where people leave them, and paths as people give them.

Only what is ours by its first bytes is listed; nothing is read through, so that a full download folder
costs next to nothing.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import msgspec

from inspect_tui.exchange.age_file import is_age
from inspect_tui.store import files

#: Most files listed, and most looked into, newest first.
MOST, LOOKED_INTO = 60, 400
_PARTS = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”|(?:\\.|[^\s\\])+")
_HEAD = b'{"_meta"'
_ENTRIES = 2_000


class Nearby(msgspec.Struct, frozen=True, kw_only=True):
    """A file that may be taken in: where it lies, how large it is, when it was written."""

    path: Path
    bytes: int
    written: float


def folders(root: Path) -> Iterator[Path]:
    """Where files from others land: the workspace, its own places, downloads, the desktop, WeChat."""
    yield from (root, root / "收卷", root / "exports")
    home = Path.home()
    for name in ("Downloads", "下载", "Desktop", "桌面"):
        yield home / name
    documents = [home / "Documents", home / "文档"]
    patterns = ("WeChat Files/*/FileStorage/File/*", "xwechat_files/*/msg/file/*")
    for folder in documents:
        for pattern in patterns:
            try:
                yield from sorted(folder.glob(pattern))
            except OSError:
                continue


def nearby(root: Path, most: int = MOST) -> list[Nearby]:
    """Our files in the likely places, newest first. Reads folders: run it on a thread."""
    ours = []
    for file in _lying(root, (".json", ".zip", ".age"))[:LOOKED_INTO]:
        if is_ours(file.path):
            ours.append(file)
            if len(ours) == most:
                break
    return ours


def sheets_nearby(root: Path, most: int = MOST, named: str = "") -> list[Nearby]:
    """Spreadsheets in the likely places with a word in the name, newest first. Reads folders."""
    # A leading ~$ is what an office program leaves beside a file that is open.
    return [
        file
        for file in _lying(root, (".xlsx", ".csv"))
        if named in file.path.name and not file.path.name.startswith("~$")
    ][:most]


def packs_nearby(root: Path, most: int = 9) -> list[Nearby]:
    """Packs of a round in the likely places, newest first."""
    return [file for file in _lying(root, (".json",)) if file.path.name.startswith("发包-")][:most]


def _lying(root: Path, suffixes: tuple[str, ...]) -> list[Nearby]:
    found: dict[Path, Nearby] = {}
    for folder in folders(root):
        try:
            paths = [p for p in files.listed(folder) if p.suffix.lower() in suffixes]
        except OSError:
            continue
        for path in paths:
            try:
                status = files.fs.place(path).stat()
                found[path.resolve()] = Nearby(path=path, bytes=status.st_size, written=status.st_mtime)
            except (OSError, ValueError):
                continue
    return sorted(found.values(), key=lambda f: (-f.written, str(f.path)))


def is_ours(path: Path) -> bool:
    """Whether a file is a findings file or a zip that may hold some, by its head or its list of names."""
    try:
        if path.suffix.lower() == ".zip":
            with files.fs.open_read(path) as stream, zipfile.ZipFile(stream) as archive:
                names = archive.namelist()
            return len(names) <= _ENTRIES and any(n.lower().endswith((".json", ".zip")) for n in names)
        with files.fs.open_read(path) as file:
            head = file.read(64)
        return head.startswith(_HEAD) or is_age(head)
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return False


def round_of_file(path: Path) -> str:
    """The id of the round a findings file or hand-in is for; empty when it cannot be told."""
    from inspect_tui.exchange.offered import Opener, offers
    from inspect_tui.exchange.ring import ring_of

    opener = Opener(ring_of(None))
    for offer in offers([path]):
        for _, opened in opener.open(offer):
            if not isinstance(opened, str) and opened.rounds:
                return str(opened.rounds[0].get("id", ""))
    return ""


def given_paths(text: str) -> list[Path]:
    """The paths in what was typed, pasted or dropped: one a line, or several in a row, quoted or not."""
    found: list[Path] = []
    for line in text.replace("\r", "\n").split("\n"):
        line = line.strip()
        if not line:
            continue
        whole = given_path(line)
        parts = [given_path(part) for part in _PARTS.findall(line)]
        if len(parts) > 1 and not _exists(whole) and any(map(_exists, parts)):
            found += parts
        else:
            found.append(whole)
    return list(dict.fromkeys(found))


def given_path(text: str) -> Path:
    """A path as people paste it: terminals put quotes around a dragged file, or escape its blanks."""
    text = text.strip()
    if len(text) > 1 and text[0] + text[-1] in ("''", '""', "“”"):
        text = text[1:-1]
    elif "\\ " in text or "\\(" in text:
        text = re.sub(r"\\(.)", r"\1", text)
    if text.startswith("file://"):
        text = unquote(text.removeprefix("file://"))
        if re.match(r"/[A-Za-z]:", text):
            text = text[1:]
    try:
        return Path(text).expanduser()
    except (RuntimeError, ValueError):
        return Path(text)


def _exists(path: Path) -> bool:
    try:
        return files.fs.exists(path)
    except (OSError, ValueError):
        return False
