"""A small working day on a findings file, shared by the tests of the store."""

from __future__ import annotations

import contextlib
import datetime
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faultfs import Kill

from inspect_tui.model.change import Body, Change, Edit
from inspect_tui.rules.canonical import make_change
from inspect_tui.store.errors import StoreError
from inspect_tui.store.findings import FindingsFile, findings_exist

ROUND: dict[str, Any] = {"id": "2026Q4", "title": "第四季度“回头看”", "later": {"unknown": [1, 0.5]}}
TODAY = datetime.date(2026, 11, 20)


def next_change(file: FindingsFile, text: str = "近3个月缺1个月未修订") -> Change:
    """The next change of a file's writer."""
    edit = Edit(record=f"answer/dg02/lzrh/GW-{len(file) + 1:05d}", field="note", value=text)
    body = Body(at="2026-11-20T09:30:00+08:00", by=("检查员甲",), edits=(edit,), what="说明")
    return make_change(file.head, file.writer, body)


def add(file: FindingsFile, text: str = "近3个月缺1个月未修订") -> str:
    """Append one change; returns its id."""
    change = next_change(file, text)
    file.append(change)
    return change.id


@dataclass
class Day:
    """What a day's work was told to be saved, in order, and everything it ever tried."""

    path: Path
    created: bool = False
    saved: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    closed: bool = False
    files: list[FindingsFile] = field(default_factory=list)
    told: list[StoreError] = field(default_factory=list)

    def open(self) -> FindingsFile:
        if findings_exist(self.path):
            file = FindingsFile.open(self.path, tables=tables, today=TODAY)
        else:
            file = FindingsFile.create(self.path, writer="w1", round_raw=ROUND, tables=tables, today=TODAY)
        self.created = True
        self.files.append(file)
        file.on_error = self.told.append
        return file

    def save(self, file: FindingsFile, count: int = 1) -> None:
        for _ in range(count):
            self.tried.append(add(file))
        file.flush(20)
        self.saved = [change.id for change in file.changes()]

    def work(self) -> None:
        """Two sessions: a new file, saves, a fold, a group, a close; then open, save, close."""
        file = self.open()
        self.save(file)
        self.save(file)
        file.compact()
        self.save(file, 2)
        file.close()
        file = self.open()
        self.save(file)
        file.compact()
        self.save(file)
        file.close()
        self.closed = True

    def let_go(self) -> None:
        """Drop every object as the end of the process would."""
        for file in self.files:
            if file._saver is not None:
                with contextlib.suppress(Kill):
                    file._saver.stop()
            if file._lock is not None:
                file._lock.release()


def tables() -> dict[str, list[dict[str, Any]]]:
    return {"answers": [{"unit": "dg02", "verdict": "pass"}], "findings": [], "visits": [], "triggers": []}
