"""The lead's evening with the notice, in a real terminal: trace, reword, leave out, clear, copy, write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from spaces import APP, home_of
from term import Term

from inspect_tui.model.terms import Role

pytestmark = pytest.mark.e2e


def test_an_evening_with_the_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demo_at: Any) -> None:
    env = home_of(tmp_path / "home")
    monkeypatch.setenv("INSPECT_TUI_HOME", env["INSPECT_TUI_HOME"])
    space = demo_at(tmp_path / "demo")
    identity = space.identity()
    assert identity is not None
    space.save_identity(msgspec.structs.replace(identity, role=Role.LEAD))
    with Term([*APP, "--workspace", str(space.root)], 80, 24, env=env) as term:
        term.wait("F6")
        term.press("F6")
        term.wait("情况通报  群内版")
        # Down to a good practice, to the item where it was found, and back to the same sentence.
        for _ in range(5):
            term.press("Down")
        before = _pointed(term.wait("JF-04  好的做法"))
        term.press("Enter")
        term.wait("已查")
        term.press("Escape")
        assert before in _pointed(term.wait("情况通报  群内版"))
        # A sentence in the lead's own words, typed as an input method commits them.
        term.press("End")
        term.press("Up")
        term.press("F2")
        term.wait("改这句话")
        term.type("，值班电话13800138000")
        term.wait("字节")
        term.press("Enter")
        term.wait_gone("改这句话")
        term.wait("组长改过")
        term.resize(120, 40)
        term.wait("组长改过")
        term.press("F6")
        term.wait("发出前核对")
        assert "13800138000" in term.text()
        term.press("2")
        term.wait("为什么可以发出")
        term.press("1")
        term.wait("都核对过了")
        term.press("F6")
        term.wait("（第1/2段）")
        assert "（1/2）" in _copied(term)
        term.wait("复制第2段")
        term.press("F6")
        term.wait("（第2/2段）")
        assert "13800138000" in _copied(term)
        term.resize(80, 24)
        term.press("8")
        term.wait("没有变化")
        term.press("Escape")
        # An escape and a digit at once would be Alt and the digit.
        term.wait_gone("没有变化")
        term.press("9")
        term.wait("导出和更多")
        term.press("2")
        term.wait(".docx")
        term.press("9")
        term.wait("导出和更多")
        term.press("5")
        term.wait("各单位得分和问题")
        term.press("6")
        term.wait("一致性")
        term.press("Escape")
        term.wait("情况通报  群内版")
        term.press("Escape")
        term.wait_gone("情况通报  群内版")
        term.press("C-q")
        assert term.exit_code() == 0
    names = {path.suffix for path in space.exports_dir.iterdir()}
    assert {".txt", ".docx"} <= names
    # What was settled is there for whoever opens it next.
    with Term([*APP, "--workspace", str(space.root)], 120, 40, env=env) as term:
        term.wait("F6")
        term.press("F6")
        term.wait("情况通报  群内版")
        term.press("End")
        term.wait("13800138000")
        term.press("F6")
        term.wait("（第1/2段）")
        term.press("C-q")
        assert term.exit_code() == 0


def _pointed(screen: str) -> str:
    """The line the cursor is on."""
    return next(line for line in screen.splitlines() if line.startswith(">"))


def _copied(term: Term) -> str:
    for _ in range(200):
        text = term.clipboard()
        if text.strip():
            return text
        term.wait_still(0.05)
    raise AssertionError(f"nothing was copied:\n{term.text()}")
