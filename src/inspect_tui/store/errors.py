"""Why a file could not be kept or read, as sentences a user can act on."""

from __future__ import annotations

import errno
from pathlib import Path

#: Windows codes that mean “another program holds the file for the moment”.
HELD_CODES = frozenset({5, 32, 33})

_REASONS = {
    errno.ENOSPC: "磁盘已满，请腾出空间",
    errno.EROFS: "所在磁盘是只读的",
    errno.EACCES: "没有写入权限",
    errno.EPERM: "没有写入权限",
    errno.ENOENT: "文件或所在文件夹不见了，可能被移走、改名或拔出了移动盘",
    errno.ENOTDIR: "所在文件夹不见了，可能被移走、改名或拔出了移动盘",
    errno.EIO: "磁盘读写出错，磁盘或移动盘可能有故障",
    errno.EFBIG: "文件超出了系统允许的大小",
    errno.ENAMETOOLONG: "文件名或路径太长",
    errno.EMFILE: "打开的文件太多",
    errno.EEXIST: "同名文件已经存在",
    errno.EISDIR: "同名的文件夹已经存在",
}
for _name, _reason in (
    ("EDQUOT", "磁盘配额已用完，请腾出空间"),
    ("ENODEV", "存储设备已断开"),
    ("ENXIO", "存储设备已断开"),
    ("ESTALE", "共享文件夹已断开"),
    ("ENOTCONN", "共享文件夹已断开"),
    ("EBUSY", "文件正被其他程序占用"),
    ("ETXTBSY", "文件正被其他程序占用"),
):
    if hasattr(errno, _name):
        _REASONS[getattr(errno, _name)] = _reason


class Shut(OSError):
    """A file is encrypted and its vault is not open here, or is another one; the words are Chinese."""


class StoreError(Exception):
    """Something could not be saved or read. The message is Chinese and says what was kept and where.

    `path` is the file concerned; `kept` a file that holds what could not be put in place, if there is one.
    """

    def __init__(self, message: str, *, path: Path | None = None, kept: Path | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.kept = kept


class Unsaved(StoreError):
    """Changes that are held in memory only; they are tried again for as long as the program runs.

    `why` is the system's reason, `count` how many there are.
    """

    def __init__(self, why: str, count: int, *, path: Path | None = None) -> None:
        super().__init__(
            f"没有保存成功：{why}。还有{count}条改动只在内存里，请不要关闭窗口，"
            f"程序会自动再试；已保存的内容没有改动。",
            path=path,
        )
        self.why, self.count = why, count


def given_up(error: StoreError) -> StoreError:
    """The same failure in words for where the program ends or goes on without the changes."""
    if not isinstance(error, Unsaved):
        return error
    said = f"没有保存成功：{error.why}。这次有{error.count}条改动没有存下"
    return StoreError(f"{said}；以前保存的没有改动，排除后请再做一次。", path=error.path)


class DamagedFile(StoreError):
    """No readable copy of a findings file is left, or the only one given is not what it says it is.

    `copies` are older daily copies beside it that still verify: a person may choose to go back to one,
    the program never does so by itself.
    """

    def __init__(self, message: str, *, path: Path, copies: tuple[Path, ...] = ()) -> None:
        super().__init__(message, path=path)
        self.copies = copies


class NewerVersion(StoreError):
    """The file was written by a newer major version of the program."""


class ReadOnlyPlace(StoreError):
    """The folder cannot be written to; the file can still be looked at."""


def held_by_other(error: OSError) -> bool:
    """Whether Windows refused because another program has the file open."""
    return getattr(error, "winerror", None) in HELD_CODES


def reason(error: OSError) -> str:
    """Why the system refused, in Chinese."""
    if isinstance(error, Shut):
        return str(error)
    if held_by_other(error):
        return "文件正被其他程序占用（杀毒、同步盘或另一个窗口）"
    known = _REASONS.get(error.errno or 0)
    return known or f"系统报告了错误（编号{error.errno}）"
