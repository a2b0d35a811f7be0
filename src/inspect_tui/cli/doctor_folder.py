"""What `doctor` sees of a workspace: room, speed, who can read it, what is held, what lies about."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from inspect_tui.cli.doctor_machine import Report
from inspect_tui.store.clean import clean_text

_FREE = 200 * 1024 * 1024
_LONGEST = 130
#: Folder names by which a synced folder is known, with what people call it.
_SYNCED = {
    "OneDrive": "OneDrive",
    "Nutstore": "坚果云",
    "坚果云": "坚果云",
    "Dropbox": "Dropbox",
    "WPSDrive": "WPS云盘",
    "WeChat Files": "微信文件夹",
    "xwechat_files": "微信文件夹",
    "FileRecv": "QQ文件夹",
}
#: How sync programs and people name a second copy of a file.
_COPY = re.compile(
    r"sync-conflict|conflict(?:ed)?\b|NSConflict|冲突|副本|[ _-]\(?\d{1,2}\)\.json|"
    r"^[0-9a-f]{12}-[A-Za-z0-9-]+\.json",
    re.IGNORECASE,
)
#: What only the inspectors should read; checklists and rules are no secret.
_PRIVATE = ("rounds", "exports", "roster.json", "identity.json", "收卷")
#: Files younger than this may still be in the making.
_YOUNG = 600.0


def folder_state(report: Report, folder: Path) -> bool:
    """Where the workspace is and whether it can be written to. False where there is no such folder."""
    import shutil

    from inspect_tui.store.workspace import Workspace

    if not folder.is_dir():
        report.say("工作文件夹", False, f"找不到 {_shown(folder)}", "请核对文件夹")
        return False
    made = Workspace.is_workspace(folder)
    place = folder.absolute()
    report.say("工作文件夹", None, _shown(place) + ("" if made else "（还不是工作文件夹）"))
    writable = os.access(folder, os.W_OK)
    report.say("写入权限", writable, "可以写入" if writable else "不能写入", "请换一个能写入的文件夹")
    free = shutil.disk_usage(folder).free
    report.say("剩余空间", free >= _FREE, f"{free // (1024 * 1024)} MB", "请腾出空间")
    if writable:
        _speed(report, folder)
    if len(str(place)) > _LONGEST:
        report.say("路径长度", False, f"{len(str(place))}个字符", "请把文件夹移到路径短一些的地方")
    synced = _synced(place)
    if synced:
        report.say("同步盘", None, f"在{synced}里：每人一个文件，可以同步；不要两人共用一个姓名")
    return True


def _shown(path: Path) -> str:
    return clean_text(str(path), newlines=False)


def _synced(folder: Path) -> str:
    for part in folder.parts:
        for mark, name in _SYNCED.items():
            if mark.lower() in part.lower():
                return name
    return ""


def _speed(report: Report, folder: Path) -> None:
    try:
        seconds = time_to_save(folder)
    except (OSError, UnicodeError):
        report.say("存盘", False, "试写一个小文件没有写成", "请换一个文件夹，或检查磁盘")
        return
    if seconds < 0.02:
        report.say("存盘", True, "快")
    elif seconds < 0.2:
        report.say("存盘", True, "正常")
    else:
        slow = "慢" if seconds < 1 else "很慢"
        remedy = "不耽误按键，只是“已保存”出来得晚；在U盘或网络盘上的，可以先拷到硬盘上用"
        report.say("存盘", None, f"{slow}（一次约{seconds:.1f}秒）", remedy)


def time_to_save(folder: Path) -> float:
    """Seconds until a small file is really on the medium: the median of three."""
    taken = []
    for _ in range(3):
        # A Chinese name, because records are passed on under such names. Raises OSError, UnicodeError.
        path = folder / f".试写-{os.urandom(4).hex()}.tmp"
        start = time.perf_counter()
        fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            os.write(fd, b"0" * 512)
            os.fsync(fd)
        finally:
            os.close(fd)
            path.unlink()
        taken.append(time.perf_counter() - start)
    return sorted(taken)[1]


# -------------------------------------------------------------------- who can read it


def privacy(report: Report, folder: Path) -> None:
    """Whether other users of this machine could read what was recorded."""
    if os.name != "posix":
        inside = folder.absolute().is_relative_to(Path(os.path.expanduser("~")))  # noqa: PTH111
        if inside:
            report.say("保密", True, "在自己的用户文件夹里，别的账户看不到")
        else:
            remedy = "几个人共用一台电脑的，请放进自己的用户文件夹，或用 inspect-tui vault create 加密"
            report.say("保密", None, "不在自己的用户文件夹里，别的账户也可能看得到", remedy)
        return
    seen = list(readable_by_others(folder))
    if not seen:
        report.say("保密", True, "这台电脑上别的账户看不到记录")
        return
    tops = " ".join(
        name for name in _PRIVATE if any(path.relative_to(folder).parts[0] == name for path in seen)
    )
    first = _shown(seen[0].relative_to(folder))
    report.say(
        "保密",
        False,
        f"别的账户能看{len(seen)}个文件，如{first}",
        f"请在工作文件夹里运行 chmod -R go= {tops}",
    )


def readable_by_others(folder: Path) -> Iterator[Path]:
    """Files of people's records that another user of this machine can open, by the rights of every folder."""
    place = folder.resolve()
    if not all(_open(above, 0o011) for above in (place, *place.parents)):
        return
    for name in _PRIVATE:
        yield from _readable(folder / name)


def _readable(path: Path) -> Iterator[Path]:
    try:
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode) and mode & 0o044 and not path.name.startswith("."):
            yield path
        elif stat.S_ISDIR(mode) and mode & 0o011:
            for inside in sorted(path.iterdir()):
                yield from _readable(inside)
    except OSError:
        return


def _open(folder: Path, bits: int) -> bool:
    try:
        return bool(folder.stat().st_mode & bits)
    except OSError:
        return False


# -------------------------------------------------------------------- what lies about


def litter(report: Report, folder: Path, now: float) -> None:
    """Unfinished files of a crash, plain copies that were shown, second copies made by a sync program."""
    import tempfile

    from inspect_tui.store.files import KEPT
    from inspect_tui.store.leftovers import sweep

    sweep(folder, now)
    left, copies, kept = [], [], []
    for path in _files(folder):
        if path.suffix == KEPT:
            kept.append(path)
        elif path.suffix == ".tmp":
            left += [path] if _age(path, now) > _YOUNG else []
        elif path.suffix == ".json" and _COPY.search(path.name):
            copies.append(path)
    if left:
        remedy = "先打开一次程序，用得着的会自动收回；还在的核对后可以删"
        report.say("没写完的文件", False, _counted(left, folder), remedy)
    if copies:
        remedy = (
            "内容不会丢：用 inspect-tui merge 收下这份，核对后把它移走；以后不要两台电脑用同一个姓名同时记"
        )
        report.say("冲突的副本", False, _counted(copies, folder), remedy)
    if kept:
        remedy = "原来的文件没有改动；核对后改回原来的文件名就能用，用不着的可以删"
        report.say("没换上的文件", False, _counted(kept, folder), remedy)
    if not left and not copies:
        report.say("没写完的文件", True, "没有")
    shown = [
        p for p in Path(tempfile.gettempdir()).glob("inspect-tui-*") if _ours(p) and _age(p, now) > 86400
    ]
    if shown:
        told = f"临时文件夹里有{len(shown)}个，如{_shown(shown[0])}"
        report.say("临时文件", False, told, "里面可能有打开看过的佐证，程序都关了以后请删掉")


def _counted(paths: list[Path], folder: Path) -> str:
    return f"{len(paths)}个，如{_shown(paths[0].relative_to(folder))}"


def _files(folder: Path) -> Iterator[Path]:
    """The workspace's files, without what programs keep beside them in a clone."""
    places = [folder / name for name in ("rounds", "exports", "checklists")]
    yield from (path for path in sorted(folder.glob("*")) if path.is_file())
    for place in places:
        yield from (path for path in sorted(place.rglob("*")) if path.is_file())


def _age(path: Path, now: float) -> float:
    try:
        return now - path.lstat().st_mtime
    except OSError:
        return 0.0


def _ours(path: Path) -> bool:
    try:
        return not hasattr(os, "getuid") or path.lstat().st_uid == os.getuid()
    except OSError:
        return False


def newest_record(folder: Path) -> float | None:
    """When the newest record here was written, by the clock of then; None without records."""
    found = [p for p in (folder / "rounds").glob("*/*") if p.suffix in (".json", ".journal")]
    times = []
    for path in found:
        try:
            times.append(path.stat().st_mtime)
        except OSError:
            continue
    return max(times, default=None)


# -------------------------------------------------------------------- who holds it


def locks(report: Report, folder: Path) -> None:
    """Rounds that cannot be read, and findings files that another process has open right now."""
    from inspect_tui.store.errors import StoreError
    from inspect_tui.store.lock import FileLock, Locked
    from inspect_tui.store.workspace import Workspace

    if not (folder / "rounds").is_dir():
        return
    space = Workspace(folder)
    busy = []
    for entry in space.rounds():
        if entry.round is None:
            for fault in entry.faults:
                report.say(
                    "轮次文件", False, fault.text().rstrip("。"), "用 inspect-tui checklist check 逐条查看"
                )
            continue
        for writer in space.writers(entry.id):
            lock = FileLock(space.findings_path(entry.id, writer))
            if not lock.path.with_name(f"{writer}.lock").exists():
                continue
            try:
                lock.acquire()
            except Locked as held:
                busy.append(held.message.rstrip("。"))
            except StoreError:
                continue
            else:
                lock.release()
    remedy = "要改就先关掉那边的窗口"
    report.say("占用", None, "；".join(busy) if busy else "没有记录文件被占用", remedy if busy else "")
