"""Files of the ledger in exports/: named for people, written durably, refused for secret rounds."""

from __future__ import annotations

from pathlib import Path

from inspect_tui.exchange.naming import readable_name
from inspect_tui.exchange.refusal import ExportRefused, refuse_secret
from inspect_tui.store import files
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.files import private_folder, write_durable
from inspect_tui.store.vault_ops import kept_encrypted
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.text import one_line


def where(path: Path) -> str:
    """A file that was written, as messages name it; of an encrypted one, how to get at it."""
    kept = kept_encrypted(path if path.suffix else path / "x")
    return one_line(str(path)) + ("（已加密存放，可在“口令和加密”里取出）" if kept else "")


class FileRefused(Exception):
    """A file was not written; the message says why. `secret` where the round's 密级 forbids it."""

    def __init__(self, said: str, *, secret: bool = False) -> None:
        super().__init__(said)
        self.secret = secret


def write_export(desk: Desk, parts: list[str], extension: str, data: bytes) -> Path:
    """Write a file of the round under a readable name. Raises FileRefused.

    A file of that name that says something else stays: it may be a ledger somebody filled in there.
    """
    if desk.session.trial:
        raise FileRefused("试走不存文件。")
    try:
        refuse_secret(desk.round)
    except ExportRefused as refused:
        raise FileRefused(str(refused), secret=True) from None
    path = _free_path(desk, parts, extension, data)
    try:
        private_folder(path.parent)
        write_durable(path, data)
    except StoreError as error:
        raise FileRefused(f"没有存成文件：{error}") from None
    except OSError as error:
        raise FileRefused(f"没有存成文件：{reason(error)}。") from None
    return path


def _free_path(desk: Desk, parts: list[str], extension: str, data: bytes) -> Path:
    """A name that is free, or whose file holds these very bytes."""
    practice = "演练" if desk.round.practice else ""
    for copy in range(1, 100):
        told = [parts[0], practice, desk.round.title, *parts[1:], f"第{copy}份" if copy > 1 else ""]
        path = desk.session.space.exports_dir / readable_name(told, desk.session.date(), extension)
        try:
            if not files.fs.exists(path) or files.fs.read(path) == data:
                break
        except OSError:
            continue
    return path
