"""Files put in place whole or not at all, through one seam that tests can fail or kill at any operation.

The order of a durable write: a new file beside the old one (never the old one itself), all bytes, flush to
the medium, close, rename over the old name, flush the folder. Until the rename the old file is untouched;
after it the new one is complete. A failed flush is never retried on the same file: after an error the
system may call lost data saved.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from inspect_tui.store.errors import Shut, StoreError, held_by_other, reason

#: Pauses between attempts while Windows says that another program holds the file: 1.9 s in all.
HELD_PAUSES = (0.015, 0.03, 0.06, 0.12, 0.24, 0.48, 0.96)
#: Bytes written between two flushes of a long file, so that nothing waits long behind one flush.
CHUNK = 4 * 1024 * 1024
#: How a file's name ends whose content could not be put in place; whoever was at work was told of it.
KEPT = ".未换上"
#: How the names of files end that were never put in place.
UNPLACED = (".tmp", KEPT)
#: How a file begins that `store.vault` encrypted: as no text and no JSON does.
ENCRYPTED = b"\x00itv1\x00"
#: How a file begins that was encrypted for somebody, as hand-ins are.
AGE = b"age-encryption.org/"


class FileOps:
    """Every operation the store makes on a disk. Tests put another object in its place."""

    def open_new(self, path: Path) -> int:
        """Make a private file that must not exist yet; returns its descriptor."""
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
        flags |= getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0) | getattr(os, "O_NOFOLLOW", 0)
        return os.open(path, flags, 0o600)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        return os.write(fd, data)

    def fsync(self, fd: int) -> None:
        """Flush to the medium; on macOS `os.fsync` stops at the drive's cache."""
        if sys.platform == "darwin":
            import fcntl

            with contextlib.suppress(OSError):
                fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
                return
        os.fsync(fd)

    def close(self, fd: int) -> None:
        os.close(fd)

    def replace(self, source: Path, target: Path) -> None:
        source.replace(target)

    def link(self, source: Path, target: Path) -> None:
        target.hardlink_to(source)

    def unlink(self, path: Path) -> None:
        path.unlink()

    def fsync_dir(self, folder: Path) -> None:
        """Flush a folder's names; Windows has no such call, and some shares refuse it."""
        if os.name == "nt":
            return
        fd = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        try:
            os.fsync(fd)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise
        finally:
            os.close(fd)

    def mkdir(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def read(self, path: Path) -> bytes:
        """A whole file. Raises Shut for an encrypted one."""
        data = self.raw(path)
        if data.startswith(ENCRYPTED):
            raise Shut("文件已加密，先要输入口令")
        return data

    def raw(self, path: Path) -> bytes:
        """A whole file as it stands on the medium."""
        return path.read_bytes()

    def place(self, path: Path) -> Path:
        """Where a path that people know really stands; `stat` and the like must go there."""
        return path

    def open_read(self, path: Path) -> io.BufferedReader | io.BytesIO:
        """A file to be read piece by piece. Raises Shut for an encrypted one."""
        file = path.open("rb")
        if file.read(len(ENCRYPTED)) == ENCRYPTED:
            file.close()
            raise Shut("文件已加密，先要输入口令")
        file.seek(0)
        return file

    def exists(self, path: Path) -> bool:
        return path.exists()

    def size(self, path: Path) -> int:
        """How many bytes a reader gets."""
        return path.stat().st_size

    def names(self, folder: Path) -> list[str]:
        """The names in a folder, as people know them."""
        return [path.name for path in folder.iterdir()]

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


#: The seam. Always used as `files.fs`, never imported by name, so that it can be swapped.
fs = FileOps()


def listed(folder: Path) -> list[Path]:
    """What lies in a folder, by the names people know and sorted by them. Raises OSError."""
    return [folder / name for name in sorted(fs.names(folder))]


def stamp(path: Path) -> tuple[int, int, int]:
    """What changes when a file is replaced or written to."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0, 0
    return status.st_ino, status.st_size, status.st_mtime_ns


#: How the name of an unfinished file ends, as a pattern.
TEMP = r"\.[0-9a-f]{8}\.tmp"
#: Seconds after which an unfinished file is surely dead: until then another program at this folder may be
#: writing it, or a slow sync bringing it.
DEAD_AFTER = 24 * 3600.0


def temp_beside(path: Path) -> Path:
    """A fresh name in the folder of `path` for a file that is not finished yet."""
    return path.with_name(f"{stem(path)}.{os.urandom(4).hex()}.tmp")


def stem(path: Path) -> str:
    """The name a file shares with what belongs to it."""
    return path.name.removesuffix(".json")


def write_all(fd: int, data: bytes | memoryview) -> None:
    """Write every byte; the system may take fewer at a time."""
    view = memoryview(data)
    while view:
        view = view[fs.write(fd, view) :]


def write_temp(
    path: Path, chunks: Iterable[bytes | memoryview], *, between: Callable[[], None] | None = None
) -> None:
    """Write a new file to the medium. On an error or an interruption it is removed; raises OSError.

    `between` is called after every flushed piece of a long file, so that its caller can do what is more
    urgent.
    """
    fd = fs.open_new(path)
    try:
        try:
            unflushed = 0
            for chunk in chunks:
                write_all(fd, chunk)
                unflushed += len(chunk)
                if unflushed >= CHUNK:
                    fs.fsync(fd)
                    unflushed = 0
                    if between is not None:
                        between()
            fs.fsync(fd)
        finally:
            fs.close(fd)
    except BaseException:
        discard(path)
        raise


def replace_held(source: Path, target: Path) -> None:
    """Rename over the target, trying again for 1.9 s while Windows says another program holds it."""
    for pause in (*HELD_PAUSES, None):
        try:
            fs.replace(source, target)
            return
        except OSError as error:
            if pause is None or not held_by_other(error):
                raise
            fs.sleep(pause)


def discard(path: Path) -> None:
    """Remove a file of ours that is not needed, if that can be done."""
    with contextlib.suppress(OSError):
        fs.unlink(path)


def keep_previous(path: Path, bak: Path, data: bytes) -> None:
    """Make `bak` the file that `path` is now, leaving `path` in place throughout.

    A second name for the same file costs nothing and needs no flush of data; where the medium has no such
    names, a copy of `data` (the bytes of `path`) is written.
    """
    temp = temp_beside(path)
    try:
        fs.link(path, temp)
    except OSError:
        write_temp(temp, [data])
    try:
        replace_held(temp, bak)
    except OSError:
        discard(temp)
        raise
    if fs.exists(temp):
        # POSIX leaves both names when source and target already are the same file.
        discard(temp)


def write_durable(
    path: Path,
    data: bytes | Sequence[bytes | memoryview],
    *,
    bak: Path | None = None,
    valid: Callable[[bytes], bool] | None = None,
) -> None:
    """Put a whole file in place so that a crash leaves either the old one or the new one.

    With `bak` the old file is kept under that name, but only if `valid` says that it is a good one: a
    damaged file must never take the place of a good copy. Raises StoreError; the old file is then
    untouched. Where only the last rename was refused the new file is kept and named in the error.
    """
    temp = temp_beside(path)
    try:
        write_temp(temp, pieces(data))
        if bak is not None and fs.exists(path):
            old = fs.read(path)
            if valid is None or valid(old):
                keep_previous(path, bak, old)
    except OSError as error:
        discard(temp)
        raise StoreError(f"{path.name}没有写成：{reason(error)}。原来的文件没有改动。", path=path) from error
    except BaseException:
        discard(temp)
        raise
    try:
        replace_held(temp, path)
    except OSError as error:
        kept = _set_aside(temp)
        raise StoreError(
            f"{path.name}没有换成新的：{reason(error)}。原来的文件没有改动，新内容保存在{kept.name}。",
            path=path,
            kept=kept,
        ) from error
    except BaseException:
        discard(temp)
        raise
    try:
        fs.fsync_dir(path.parent)
    except OSError as error:
        raise StoreError(
            f"{path.name}已写好，但不能确认已落盘：{reason(error)}。断电前请再保存一次。", path=path
        ) from error


def _set_aside(temp: Path) -> Path:
    """Give a finished file that could not be put in place a name of its own: temp files are swept one day.

    Where even that is refused it keeps its name, which is told just the same.
    """
    kept = temp.with_suffix(KEPT)
    try:
        fs.replace(temp, kept)
    except (OSError, StoreError):
        return temp
    return kept


def pieces(data: bytes | Sequence[bytes | memoryview]) -> Iterable[memoryview]:
    """A long run of bytes, whole or in parts, in pieces of one flush each."""
    for part in (data,) if isinstance(data, bytes) else data:
        view = memoryview(part)
        for start in range(0, len(view), CHUNK):
            yield view[start : start + CHUNK]


def private_folder(folder: Path) -> None:
    """Make a folder that only its owner can look into. Raises StoreError."""
    try:
        fs.mkdir(folder)
    except OSError as error:
        raise StoreError(f"文件夹{folder.name}建不起来：{reason(error)}。", path=folder) from error


def seal(prefix: bytes, rest: bytes) -> bytes:
    """JSON bytes whose first string is the SHA-256 of every byte after it.

    The hash stands in the file itself, so a copied file still carries it, and the file stays plain JSON.
    """
    return b"".join((prefix, hashlib.sha256(rest).hexdigest().encode(), rest))


def sealed(prefix: bytes, data: bytes) -> bool:
    """Whether bytes are as `seal` made them."""
    start = len(prefix)
    if not data.startswith(prefix) or len(data) < start + 64:
        return False
    found = data[start : start + 64]
    return hashlib.sha256(memoryview(data)[start + 64 :]).hexdigest().encode() == found
