"""Drafts: half-typed text and small private facts of one writer, safe within a second.

They stand in one small file beside the findings file, replaced whole by a thread of its own, so that no key
waits for the disk. They are never part of the findings: what is left in the file after a crash is offered
back to the user, never applied by itself.
"""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import msgspec

from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.errors import StoreError, reason

DRAFT_FORMAT = "inspect-tui/draft"
DRAFT_VERSION = "1.0"
#: Seconds that further keys may join one write; with the write itself, text is safe within a second.
GATHER = 0.3
#: Seconds until a failed write is tried again by itself.
RETRY = 5.0
#: A draft file is small; anything larger is not ours.
MAX_BYTES = 8 * 1024 * 1024

_PREFIX = b'{"sha256":"'


class _DraftFile(msgspec.Struct, kw_only=True):
    format: str
    version: str
    drafts: dict[str, str]


class Drafts:
    """The drafts beside a findings file. `message` says what was wrong with them when they were read.

    Every method returns at once except `flush` and `close`.
    """

    def __init__(self, findings: Path) -> None:
        self.path = findings.with_name(f"{files.stem(findings)}.draft.json")
        self.message = ""
        #: Why the newest drafts are in memory only; empty when they are on the medium.
        self.error = ""
        #: Whether there are drafts on the medium that could not be read; nothing may be written over them.
        self._unread = False
        self._cond = threading.Condition()
        self._drafts = self._read()
        self._wanted = 0
        self._written = 0
        self._tries = 0
        self._hurry = False
        self._closing = False
        self._thread: threading.Thread | None = None

    def load(self) -> dict[str, str]:
        """Every draft by its key."""
        with self._cond:
            return dict(self._drafts)

    def save(self, key: str, text: str) -> None:
        """Keep the text of a field; an empty one clears it."""
        text = clean_text(text)
        with self._cond:
            if self._drafts.get(key, "") == text:
                return
            if text:
                self._drafts[key] = text
            else:
                self._drafts.pop(key, None)
            self._changed()

    def clear(self, key: str) -> None:
        """Forget a draft, because its text became a change or was given up."""
        with self._cond:
            if self._drafts.pop(key, None) is not None:
                self._changed()

    def flush(self, timeout: float | None = 5.0) -> bool:
        """Wait until the drafts are on the medium; False when that failed, see `error`."""
        with self._cond:
            tries = self._tries
            self._hurry = True
            self._cond.notify_all()
            self._cond.wait_for(lambda: self._written == self._wanted or self._tries > tries, timeout)
            return self._written == self._wanted

    def close(self) -> None:
        """Write what is left and end the thread."""
        self.flush()
        with self._cond:
            self._closing = True
            self._cond.notify_all()
        thread = self._thread
        if thread is not None:
            thread.join(5.0)

    # ---------------------------------------------------------------- the thread

    def _changed(self) -> None:
        self._wanted += 1
        if self._thread is None and not self._closing:
            self._thread = threading.Thread(target=self._run, name="drafts", daemon=True)
            self._thread.start()
        self._cond.notify_all()

    def _run(self) -> None:
        try:
            self._keep_writing()
        except BaseException:  # A thread that died must be told, never be silent.
            with self._cond:
                self.error = "草稿保存意外中断，请把正在写的内容先保存。"
                self._tries += 1
                self._thread = None
                self._cond.notify_all()

    def _keep_writing(self) -> None:
        while True:
            with self._cond:
                self._cond.wait_for(lambda: self._closing or self._written != self._wanted)
                if self._written == self._wanted:
                    return
                if not self._hurry and not self._closing:
                    pause = RETRY if self.error else GATHER
                    self._cond.wait_for(lambda: self._hurry or self._closing, pause)
                self._hurry = False
                version, drafts = self._wanted, dict(self._drafts)
                last = self._closing
            failed = self._write(drafts)
            with self._cond:
                self._tries += 1
                self.error = failed
                if not failed:
                    self._written = version
                self._cond.notify_all()
                if failed and last:
                    return

    def _write(self, drafts: dict[str, str]) -> str:
        try:
            if self._unread:
                drafts = self._read_again() | drafts
            if drafts:
                content = _DraftFile(format=DRAFT_FORMAT, version=DRAFT_VERSION, drafts=drafts)
                files.write_durable(self.path, files.seal(_PREFIX, b'",' + msgspec.json.encode(content)[1:]))
            else:
                with contextlib.suppress(FileNotFoundError):
                    files.fs.unlink(self.path)
        except StoreError as error:
            if error.kept is not None:
                files.discard(error.kept)
            return error.message
        except OSError as error:
            return f"草稿没有存下：{reason(error)}。"
        return ""

    def _read(self) -> dict[str, str]:
        try:
            if self.path.stat().st_size > MAX_BYTES:
                raise ValueError
            data = files.fs.read(self.path)
            if not files.sealed(_PREFIX, data):
                raise ValueError
            return {
                key: clean_text(text)
                for key, text in msgspec.json.decode(data, type=_DraftFile).drafts.items()
            }
        except FileNotFoundError:
            return {}
        except OSError as error:
            self._unread = True
            self.message = f"上次没写完的草稿读不出来：{reason(error)}。"
            return {}
        except (ValueError, msgspec.MsgspecError, RecursionError):
            self._put_aside()
            return {}

    def _read_again(self) -> dict[str, str]:
        """The drafts that could not be read at first; where they still cannot, put aside. Raises OSError."""
        self._unread = False
        found = self._read()
        if self._unread:
            files.fs.replace(self.path, self._aside())
            self._unread = False
        with self._cond:
            self._drafts = found | self._drafts
        return found

    def _aside(self) -> Path:
        number = 1
        while (kept := self.path.with_name(f"{self.path.name}.damaged-{number}")).exists():
            number += 1
        return kept

    def _put_aside(self) -> None:
        kept = self._aside()
        self.message = f"上次没写完的草稿已损坏，没有使用，原文件另存为{kept.name}。"
        try:
            files.fs.replace(self.path, kept)
        except OSError:
            self.message = "上次没写完的草稿已损坏，没有使用。"
