"""Evidence files: copied into a round's folder whole or not at all, and looked after there.

A copy is streamed into a temp file beside its place while its hash is taken, flushed, read back, and only
then renamed to its hash. The change that names it is made after that, so a crash at any point leaves at most
a temp file, which the next start clears away, and never a finding without the words written about it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
import stat
from collections.abc import Callable, Collection
from pathlib import Path

import msgspec

from inspect_tui.model.evidence import ENDINGS, FILE, FOLDER, LONGEST, Piece, ending
from inspect_tui.model.terms import EvidenceKind
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.files import discard, private_folder, replace_held, temp_beside, write_all
from inspect_tui.store.limits import (
    EVIDENCE_BYTES,
    EVIDENCE_ROUND_BYTES,
    EVIDENCE_ROUND_FILES,
    EVIDENCE_SPARE_BYTES,
    size_text,
)

#: Bytes between two looks at whether to go on.
STEP = 512 * 1024

Progress = Callable[[int, int], None]


class CopyStopped(Exception):
    """The user stopped a copy; nothing of it is left."""


class Refused(StoreError):
    """A file that is not taken as evidence; the message says why and what helps."""


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """A file that may be taken, before it is copied: its size, and the day it was last written."""

    path: Path
    name: str
    ext: str
    size: int
    day: str


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A file that lies in the round's folder by now. `known` when it had been there before."""

    sha256: str
    ext: str
    size: int
    name: str
    day: str
    known: bool = False

    def piece(self, *, kind: EvidenceKind | None = None, caption: str = "", source: str = "") -> Piece:
        """What a change says of it."""
        return Piece(
            kind=kind or ENDINGS[self.ext],
            sha256=self.sha256,
            ext=self.ext,
            size=self.size,
            name=self.name,
            caption=caption,
            source=source,
            taken=self.day,
        )


def folder_of(round_dir: Path) -> Path:
    """Where a round keeps its evidence."""
    return round_dir / FOLDER


def free_bytes(folder: Path) -> int:
    """Free space where a folder stands or will stand."""
    there = folder
    while not there.exists() and there.parent != there:
        there = there.parent
    return shutil.disk_usage(there).free


# -------------------------------------------------------------------- taking in


def look(path: Path) -> Looked:
    """Look at a file before it is copied. Raises Refused for what is no plain file of a kind we keep."""
    name = clean_text(path.name, newlines=False)
    try:
        path = files.fs.place(path)
        status = path.lstat()
    except (OSError, ValueError) as error:
        raise _gone(name, error) from error
    _check_kind(name, status)
    _check_size(name, status.st_size)
    ext = ending(name)
    if ext not in ENDINGS:
        known = "、".join(("jpg", "png", "heic", "pdf", "docx", "xlsx", "txt"))
        told = f"（.{clean_text(ext, newlines=False)[:10]}）" if ext else ""
        raise Refused(f"“{name}”的类型{told}不能作佐证。可以用{known}等，其他的请先转换。", path=path)
    day = dt.datetime.fromtimestamp(max(0.0, status.st_mtime)).date().isoformat()
    return Looked(path=path, name=name[-LONGEST:], ext=ext, size=status.st_size, day=day)


def check_room(round_dir: Path, sizes: Collection[int], held: Collection[Piece] = ()) -> None:
    """Whether files of these sizes may be added to what a writer holds. Raises Refused before any copy."""
    adding = sum(sizes)
    if len(held) + len(sizes) > EVIDENCE_ROUND_FILES:
        raise Refused(f"本轮佐证已有{len(held)}件，最多{EVIDENCE_ROUND_FILES}件。请只留关键的。")
    total = sum(piece.size for piece in held)
    if total + adding > EVIDENCE_ROUND_BYTES:
        raise Refused(
            f"本轮佐证已有{size_text(total)}，再加{size_text(adding)}就超过{size_text(EVIDENCE_ROUND_BYTES)}。"
            "请移除不要的，或把照片压缩后再加。"
        )
    try:
        free = free_bytes(round_dir)
    except OSError:
        # A folder that cannot tell its space may still take the file; the copy itself will say.
        return
    if free < adding + EVIDENCE_SPARE_BYTES:
        need = size_text(adding + EVIDENCE_SPARE_BYTES)
        raise Refused(f"磁盘空间不够：需要{need}，只剩{size_text(free)}。请腾出空间再加，检查记录不受影响。")


def keep(
    round_dir: Path,
    looked: Looked,
    writer: str,
    *,
    progress: Progress = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Kept:
    """Copy a file into the round's folder; returns it under its hash.

    May run on any thread. Raises Refused, CopyStopped, or StoreError when it could not be written; then the
    folder is as it was.
    """
    folder = folder_of(round_dir)
    private_folder(folder)
    temp = temp_beside(folder / writer)
    try:
        sha256, head, size = _copied(looked, temp, progress, cancelled)
        ext = _true_ending(looked, head)
        target = folder / f"{sha256}.{ext}"
        kept = Kept(sha256=sha256, ext=ext, size=size, name=looked.name, day=looked.day)
        if _is_whole(target, sha256):
            discard(temp)
            return msgspec.structs.replace(kept, known=True)
        if _hash(temp) != sha256:
            raise StoreError(f"“{looked.name}”写好后读回来不一样，磁盘可能有故障，没有加上。", path=temp)
        replace_held(temp, target)
        files.fs.fsync_dir(folder)
        return kept
    except OSError as error:
        discard(temp)
        told = f"“{looked.name}”没有加上：{reason(error)}。检查记录不受影响。"
        raise StoreError(told, path=temp) from error
    except BaseException:
        discard(temp)
        raise


def _copied(
    looked: Looked, temp: Path, progress: Progress, cancelled: Callable[[], bool]
) -> tuple[str, bytes, int]:
    """Stream a source into a temp file on the medium; returns hash, first bytes and size."""
    source = _open(looked)
    try:
        before = os.fstat(source)
        _check_kind(looked.name, before)
        _check_size(looked.name, before.st_size)
        target = files.fs.open_new(temp)
        try:
            hashed, head, done, unflushed = hashlib.sha256(), b"", 0, 0
            while data := _read(source, looked.name):
                if cancelled():
                    raise CopyStopped
                done += len(data)
                if done > before.st_size:
                    raise _changing(looked.name)
                head = head or data[:512]
                hashed.update(data)
                write_all(target, data)
                unflushed += len(data)
                if unflushed >= files.CHUNK:
                    files.fs.fsync(target)
                    unflushed = 0
                progress(done, before.st_size)
            if cancelled():
                raise CopyStopped
            after = os.fstat(source)
            if done != before.st_size or (after.st_size, after.st_mtime_ns) != (done, before.st_mtime_ns):
                raise _changing(looked.name)
            files.fs.fsync(target)
        finally:
            files.fs.close(target)
    finally:
        os.close(source)
    return hashed.hexdigest(), head, done


def _open(looked: Looked) -> int:
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    # A pipe put in the file's place must not make the copy wait for ever.
    flags |= getattr(os, "O_NONBLOCK", 0)
    try:
        return os.open(looked.path, flags)
    except (OSError, ValueError) as error:
        raise _gone(looked.name, error) from error


def _read(source: int, name: str) -> bytes:
    try:
        return os.read(source, STEP)
    except OSError as error:
        raise _gone(name, error) from error


def _gone(name: str, error: Exception) -> Refused:
    why = reason(error) if isinstance(error, OSError) else "文件名不能用"
    if isinstance(error, PermissionError):
        why = "没有读取权限"
    return Refused(f"“{name}”读不出来：{why}。请核对位置，或重新插好移动盘再加。")


def _changing(name: str) -> Refused:
    return Refused(f"“{name}”正在改动，没有加上。请等它写完再加。")


def _check_kind(name: str, status: os.stat_result) -> None:
    mode = status.st_mode
    if stat.S_ISLNK(mode):
        raise Refused(f"“{name}”是指向别处的链接，请选原来的文件。")
    if stat.S_ISDIR(mode):
        raise Refused(f"“{name}”是文件夹，请选里面的文件。")
    if not stat.S_ISREG(mode):
        raise Refused(f"“{name}”不是普通文件，不能作佐证。")


def _check_size(name: str, size: int) -> None:
    if size == 0:
        raise Refused(f"“{name}”是空文件。请核对是不是没有传完整。")
    if size > EVIDENCE_BYTES:
        most = size_text(EVIDENCE_BYTES)
        raise Refused(f"“{name}”有{size_text(size)}，每件最多{most}。请压缩、截取或改写出处。")


_PICTURES = (
    ("jpg", b"\xff\xd8\xff"),
    ("png", b"\x89PNG\r\n\x1a\n"),
    ("gif", b"GIF8"),
    ("bmp", b"BM"),
    ("tif", b"II*\0"),
    ("tif", b"MM\0*"),
    ("pdf", b"%PDF-"),
)
_OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def _true_ending(looked: Looked, head: bytes) -> str:
    """The ending by which a file is kept: what it is, where its first bytes say so. Raises Refused."""
    if head.startswith(files.ENCRYPTED):
        raise Refused(f"“{looked.name}”已加密存放。请先取出到工作文件夹以外（inspect-tui unlock），再加。")
    told = next((ext for ext, magic in _PICTURES if head.startswith(magic)), "")
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"heim", b"hevc", b"avif"):
        told = "heic"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        told = "webp"
    plain = looked.ext in ("txt", "csv")
    if told and not plain and looked.ext not in _OFFICE_ENDINGS:
        return told
    if plain and not head.startswith((b"MZ", b"\x7fELF")):
        return looked.ext
    if looked.ext in _OFFICE_ENDINGS and head.startswith(_OFFICE):
        return looked.ext
    raise Refused(f"“{looked.name}”的内容和它的类型对不上，可能已损坏。请打开核对后再加。")


_OFFICE_ENDINGS = frozenset(("doc", "docx", "xls", "xlsx", "ppt", "pptx", "wps", "et", "dps", "ofd"))


# -------------------------------------------------------------------- what lies there


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a piece's file: it lies there whole, it is not there, or it is not what it was."""

    path: Path
    missing: bool = False
    altered: bool = False

    @property
    def words(self) -> str:
        """The state as lists say it; empty when all is well."""
        if self.missing:
            return "文件未到"
        return "文件被改动" if self.altered else ""


def place(round_dir: Path, piece: Piece, *, deep: bool = False) -> Place:
    """Where a piece's file lies and whether it is there; `deep` reads it and takes its hash."""
    path = folder_of(round_dir) / piece.file
    try:
        status = path.lstat()
    except OSError:
        return Place(path=path, missing=True)
    if not stat.S_ISREG(status.st_mode) or _size(path) != piece.size:
        return Place(path=path, altered=True)
    if deep:
        try:
            return Place(path=path, altered=_hash(path) != piece.sha256)
        except OSError:
            return Place(path=path, altered=True)
    return Place(path=path)


def _size(path: Path) -> int:
    try:
        return files.fs.size(path)
    except OSError:
        return -1


def put(round_dir: Path, name: str, data: bytes) -> bool:
    """Put a received file in its place; returns whether it was new. Raises StoreError.

    A file that is not what its name says is refused; a damaged one already there is replaced by a good one.
    """
    match = re.fullmatch(FILE, name)
    if match is None or hashlib.sha256(data).hexdigest() != match[1]:
        raise Refused(f"佐证{name[:8]}与编号不符，没有收下。")
    folder = folder_of(round_dir)
    target = folder / name
    if _is_whole(target, match[1]):
        return False
    private_folder(folder)
    files.write_durable(target, data)
    return True


def _is_whole(path: Path, sha256: str) -> bool:
    try:
        return path.is_file() and not path.is_symlink() and _hash(path) == sha256
    except OSError:
        return False


def _hash(path: Path) -> str:
    hashed = hashlib.sha256()
    with files.fs.open_read(path) as file:
        while data := file.read(STEP):
            hashed.update(data)
    return hashed.hexdigest()


def read_file(round_dir: Path, piece: Piece) -> bytes | None:
    """The bytes of a piece's file; None where it is not there or is not what it was."""
    path = folder_of(round_dir) / piece.file
    try:
        if path.is_symlink() or files.fs.size(path) != piece.size:
            return None
        data = files.fs.read(path)
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == piece.sha256 else None
