"""A clipboard for the screen tests, and a round whose texts have something in them to be looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixture import make_space, open_desk, say, some_work, who

from inspect_tui.model.terms import FindingKind
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.clipboard import CopyKind, CopyResult
from inspect_tui.tui.screens import summary


class Board:
    """A clipboard that remembers, and says what it is told to say."""

    def __init__(self, kind: CopyKind = CopyKind.SURE) -> None:
        self.kind, self.texts, self.saved = kind, [], ""

    def __call__(self, text: str, *, app: Any = None, saved_to: str = "") -> CopyResult:
        self.saved = saved_to
        if self.kind is not CopyKind.FAILED:
            self.texts.append(text)
        words = {CopyKind.SURE: "已复制到系统剪贴板。", CopyKind.MAYBE: "终端可能已复制，请粘贴核对。"}
        where = "" if self.kind is CopyKind.SURE else f"全文在 {saved_to}。"
        return CopyResult(self.kind, words.get(self.kind, "没有复制成功。") + where)


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Board:
    held = Board()
    monkeypatch.setattr(summary, "copy", held)
    return held


def worked_in(root: Path, **changed: Any) -> Workspace:
    """A round with one unit submitted, one half done, one not reached."""
    space = make_space(root, **changed)
    who(space)
    desk = open_desk(space)
    some_work(desk)
    desk.session.close()
    return space


PHONE, MONEY, WELL = "13800138000", "3200元", "东5-12井"


def telling(root: Path, **changed: Any) -> Workspace:
    """The same with three things in the text that should not be sent without a thought."""
    space = worked_in(root, **changed)
    desk = open_desk(space)
    say(desk, "DG02", FindingKind.DEFICIENCY, f"值班电话{PHONE}没有更新，欠费{MONEY}", "JL-01")
    say(desk, "DG02", FindingKind.DEFICIENCY, f"{WELL}旁边的标牌掉了", "JL-02")
    desk.session.close()
    return space
