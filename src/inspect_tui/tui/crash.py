"""What happens when the program itself fails: a log without anyone's words, and a short message.

Textual would print a traceback with local variables, notes and names among them, and end with exit code 0.
"""

from __future__ import annotations

import os
import platform
import traceback
from datetime import datetime
from pathlib import Path

from textual.worker import WorkerFailed

KEEP = 20
"""How many log files are kept."""


def describe(error: BaseException) -> str:
    """The chain of an error as places and types only.

    Neither local variables nor the error's own message are kept: both can hold text from a note.
    """
    lines: list[str] = []
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        lines.append(f"{type(at).__module__}.{type(at).__qualname__}")
        for frame in traceback.extract_tb(at.__traceback__):
            path = Path(frame.filename)
            lines.append(f"  {'/'.join(path.parts[-3:])}:{frame.lineno} {frame.name}")
        at = _reason(at)
    return "\n".join(lines)


def _reason(error: BaseException) -> BaseException | None:
    if isinstance(error, WorkerFailed):
        return error.error  # Textual names what failed in a worker here and nowhere else.
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def log_folders(folder: Path | None) -> list[Path]:
    """Where a log may go, the best first: beside the data, the user's log folder, the temporary one."""
    import tempfile

    from platformdirs import user_log_path

    found = [folder] if folder is not None else []
    return [*found, user_log_path("inspect-tui", appauthor=False), Path(tempfile.gettempdir())]


def write_log(
    error: BaseException, folder: Path | None = None, *, now: datetime | None = None
) -> Path | None:
    """Write the log of an error; None where no folder takes it. Never raises."""
    from inspect_tui import __version__

    now = now or datetime.now()
    body = "\n".join(
        [
            f"inspect-tui {__version__}  python {platform.python_version()}  {platform.platform()}",
            f"TERM={os.environ.get('TERM', '')}  {now.isoformat(timespec='seconds')}",
            describe(error),
            "",
        ]
    )
    name = f"inspect-tui-{now:%Y%m%d-%H%M%S}-{os.getpid()}.log"
    for candidate in log_folders(folder):
        try:
            candidate.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = candidate / name
            # Past the store, so that a log of an encrypted workspace can be read: it has nobody's words.
            with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
                file.write(body.encode("utf-8"))
        except (OSError, ValueError):
            continue
        _prune(candidate)
        return path
    return None


def _prune(folder: Path) -> None:
    """Keep only the newest logs."""
    try:
        for old in sorted(folder.glob("inspect-tui-*.log"))[:-KEEP]:
            old.unlink()
    except OSError:
        return


def message(log: Path | None, saved: bool) -> str:
    """What the user reads after a failure."""
    lines = ["程序出了故障，已经退出。"]
    lines.append(
        "已记录的内容都已保存，再次打开可以接着查。"
        if saved
        else "退出前未能完成保存，再次打开时会说明缺了什么。"
    )
    if log is not None:
        lines.append(f"故障日志（不含检查内容）：{log}")
    return "\n".join(lines)
