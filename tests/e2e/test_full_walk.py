"""A complete visit of 34 items in a real terminal, once with plain keys and once as an IME leaves them.

Counts the keys, copies the text, then reads the findings file with stock TinyDB and checks every record.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from spaces import APP, UNIT, findings_path, home_of, plain_tables, real_space
from term import Term

from inspect_tui.model.checklist import Item
from inspect_tui.model.terms import Scoring, Verdict
from inspect_tui.rules.applicability import items_for
from inspect_tui.store.workspace import Workspace

pytestmark = pytest.mark.e2e

GOOD = "责任清单贴在工具房，换班当面交清，组员都说得出"
FULL_WIDTH = {str(d): chr(0xFF10 + d) for d in range(10)}


def plan(space: Workspace) -> tuple[list[tuple[Item, str, tuple[str, ...]]], dict[str, str]]:
    """What to press for each of the 34 items, and the label picked where there is one."""
    round_ = space.rounds()[0].round
    assert round_ is not None
    unit = round_.unit(UNIT)
    assert unit is not None
    items = [item for _, item in items_for(round_.checklists[0], unit.profile)]
    assert len(items) == 34
    wanted = {"missing": 5, "partial": 2, "na": 1, "unverified": 1}
    keys: list[tuple[Item, str, tuple[str, ...]]] = []
    labels: dict[str, str] = {}
    for item in items:
        what, pressed = "pass", ("1",)
        plain_labels = [d for d in item.deductions if not d.triggers]
        lacking = next((d for d in plain_labels if d.missing), None)
        weak = next((d for d in plain_labels if not d.missing and not d.suggestion), None)
        if wanted["na"] and item.na_when:
            what, pressed = "na", ("4", "1")
        elif wanted["missing"] and lacking:
            what, pressed = "missing", ("3", str(item.deductions.index(lacking) + 1))
            labels[item.id] = lacking.label
        elif wanted["partial"] and weak and item.scoring is Scoring.DEDUCT:
            what, pressed = "partial", ("2", str(item.deductions.index(weak) + 1))
            labels[item.id] = weak.label
        elif wanted["unverified"] and item.id.startswith("QZ"):
            what, pressed = "unverified", ("5", "1")
        if what in wanted:
            wanted[what] -= 1
        keys.append((item, what, pressed))
    assert not any(wanted.values()), wanted
    counts = [what for _, what, _ in keys]
    assert (counts.count("pass"), counts.count("missing")) == (25, 5)
    return keys, labels


@pytest.mark.parametrize("ime", [False, True], ids=["plain keys", "input method on"])
def test_a_whole_visit(tmp_path: Path, ime: bool, capsys: pytest.CaptureFixture[str]) -> None:
    env = home_of(tmp_path / "home")
    space = real_space(tmp_path / "ws")
    keys, labels = plan(space)
    pressed = 0
    command = [*APP, "--workspace", str(space.root), "--unit", UNIT]
    with Term(command, 80, 24, env=env) as term:
        term.wait("已查 0/34")

        def press(key: str) -> None:
            nonlocal pressed
            pressed += 1
            if ime and key.isdigit():
                term.type(FULL_WIDTH[key])
            else:
                term.press(key)

        for done, (_item, what, sequence) in enumerate(keys, 1):
            for key in sequence:
                press(key)
            term.wait(f"已查 {done}/34")
            if done == 10:
                press("F3")
                term.wait("好的做法")
                term.type(GOOD)
                press("Enter")
                term.wait_gone("回车 记下")
            assert len(sequence) == {"pass": 1}.get(what, 2)
        verdict_keys = sum(len(sequence) for _, _, sequence in keys)
        term.wait("已保存")
        before = pressed
        press("F6")
        term.wait("东沟第1党小组")
        press("F6")
        text = _copied(term)
        to_clipboard = pressed - before
        assert to_clipboard <= 3
        assert GOOD in text
        assert "检查员甲" not in text.split("\n", 1)[0]
        assert len(text.encode()) <= 1900
        term.press("Escape")
        term.wait("已查 34/34")
        term.press("C-q")
        assert term.exit_code() == 0
    with capsys.disabled():
        print(
            f"\n一次完整走查（{'输入法开着' if ime else '普通按键'}）：共按键 {pressed} 次，"
            f"34条结论 {verdict_keys} 次，最后一条结论到剪贴板 {to_clipboard} 次，好的做法文字 {len(GOOD)} 字"
        )
    _check_file(findings_path(space), keys, labels)
    _resumes(space, env, keys[-1][0].id)


def _copied(term: Term) -> str:
    for _ in range(200):
        text = term.clipboard()
        if text.strip():
            return text
        term.wait_still(0.05)
    raise AssertionError(f"nothing was copied:\n{term.text()}")


def _check_file(path: Path, keys: list[tuple[Item, str, tuple[str, ...]]], labels: dict[str, str]) -> None:
    """Every record, as stock TinyDB reads it."""
    tables = plain_tables(path)
    answers: dict[str, dict[str, Any]] = {a["item"]: a for a in tables["answers"]}
    assert len(answers) == 34
    verdicts = {
        "pass": Verdict.PASS,
        "missing": Verdict.FAIL,
        "partial": Verdict.PARTIAL,
        "na": Verdict.NA,
        "unverified": Verdict.UNVERIFIED,
    }
    for item, what, _ in keys:
        answer = answers[item.id]
        assert answer["verdict"] == verdicts[what].value, item.id
        assert answer["missing"] is (what == "missing"), item.id
        assert [d["label"] for d in answer["deductions"]] == ([labels[item.id]] if item.id in labels else [])
        assert bool(answer["reason"]) is (what in ("na", "unverified"))
        assert answer["by"] == ["检查员甲"]
    findings = {(f["item"], f["kind"]): f for f in tables["findings"]}
    for item_id, label in labels.items():
        finding = findings[item_id, "deficiency"]
        assert finding["label"] == label
        assert "{n}" not in finding["text"]
        assert finding["text"]
    assert [f["text"] for f in tables["findings"] if f["kind"] == "good_practice"] == [GOOD]
    assert len(tables["changes"]) == 35
    assert [v["inspectors"] for v in tables["visits"]] == [["检查员甲"]]


def _resumes(space: Workspace, env: dict[str, str], left_at: str) -> None:
    """Opened again, the walk stands at the very item it was left at."""
    with Term([*APP, "--workspace", str(space.root), "--unit", UNIT], 80, 24, env=env) as term:
        screen = term.wait("已查 34/34")
        here = next(line for line in screen.splitlines() if line.startswith(">"))
        assert left_at in here
        term.press("C-q")
        assert term.exit_code() == 0
