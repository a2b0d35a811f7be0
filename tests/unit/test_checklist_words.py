"""What an author's own checklist is told: twenty mistakes at once, and how its words read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from loading_samples import CHECKLIST, as_bytes, copy_of

from inspect_tui.cli import main as cli
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.rules.checklist_versions import next_revision, not_raised, revision_order
from inspect_tui.store.loading import load_checklist, load_round


def with_item(**fields: Any) -> dict[str, Any]:
    value = copy_of(CHECKLIST)
    item = value["sections"][0]["items"][0]
    for key, part in fields.items():
        item[key] = part
    return value


def told(value: dict[str, Any]) -> list[Fault]:
    try:
        return load_checklist(as_bytes(value), name="x.json")[1]
    except InputFaults as error:
        return error.faults


def codes(value: dict[str, Any]) -> list[str]:
    return [fault.code for fault in told(value)]


@pytest.mark.parametrize(
    "said",
    ["会议按月召开,有记录", "记录齐全;有签字", "（要素:时间", '有“结论"', "会议记录(近3个月)", "谁负责?"],
)
def test_half_width_punctuation_in_chinese_is_a_warning(said: str) -> None:
    assert codes(with_item(text=said)) == ["C23"]


@pytest.mark.parametrize(
    "said",
    [
        "会议按月召开，有记录",
        "执行GB/T 9704-2012, part 1",
        "比例1:2",
        "上午8:30到岗",
        "36项（抽3项）",
        "Word/Excel",
    ],
)
def test_punctuation_that_is_right_is_left_alone(said: str) -> None:
    assert codes(with_item(text=said)) == []


@pytest.mark.parametrize(
    ("rubric", "expected"),
    [
        ("做得不好酌情扣分", ["C24"]),
        ("发现问题的扣分", ["C24"]),
        ("视情况扣1至2分", ["C24"]),
        ("缺1次扣0.5分", []),
        ("未开展不得分", []),
        ("缺一次扣半分", []),
        ("", []),
    ],
)
def test_a_rubric_without_figures(rubric: str, expected: list[str]) -> None:
    assert codes(with_item(rubric=rubric)) == expected


def test_no_rubric_and_no_deductions_leaves_points_to_chance() -> None:
    assert codes(with_item(rubric="", deductions=[])) == ["C24"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("每次活动有照片", ["C25"]),
        ("学习笔记不少于5000字", ["C25"]),
        ("记录真实（不按篇数、字数、照片张数计分）", []),
        ("不以拍照留痕作为得分依据；有心得体会", ["C25"]),
        ("严禁要求拍照打卡", []),
    ],
)
def test_scoring_traces_instead_of_work(said: str, expected: list[str]) -> None:
    assert codes(with_item(text=said)) == expected
    assert codes(_unscored(said)) == []


def _unscored(said: str) -> dict[str, Any]:
    value = with_item(text=said, scoring="none")
    del value["sections"][0]["items"][0]["deductions"]
    value["sections"][0]["points"], value["full_score"] = 2, 6
    return value


def test_the_same_paper_asked_twice_and_a_long_sentence() -> None:
    value = with_item(text="查看《党小组会议记录》的议题")
    value["sections"][0]["items"][1]["text"] = "查看《党小组会议记录》的结论"
    (found,) = told(value)
    assert (found.code, found.value, found.path) == ("C27", "党小组会议记录", "$.sections[0].items[1].text")
    assert "A-01、A-02" in found.message
    value = with_item(text="会议按月召开")
    deduction = value["sections"][0]["items"][0]["deductions"][0]
    deduction["sentence"] = "长" * 27 + "{n}"
    assert codes(value) == []
    deduction["sentence"] = "长" * 28 + "{n}"
    assert codes(value) == ["C26"]


@pytest.mark.parametrize(
    ("listed", "kinds", "code"),
    [
        (["safety", "safety"], None, "C30"),
        (["*", "safety"], None, "C30"),
        (["safety"], ["branch"], "C28"),
        (["harmony"], None, "C06"),
    ],
)
def test_applicability_that_cannot_be(listed: list[str], kinds: list[str] | None, code: str) -> None:
    value = with_item(applies_to=listed)
    if kinds:
        value["unit_kinds"] = kinds
    faults = [f for f in told(value) if not f.warning]
    assert code in [f.code for f in faults]
    assert next(f for f in faults if f.code == code).path.startswith("$.sections[0].items[0].applies_to")


def test_a_veto_must_say_which() -> None:
    value = copy_of(CHECKLIST)
    value["sections"][0]["items"][0]["deductions"][0]["severity"] = "veto"
    (fault,) = told(value)
    assert fault.code == "C29" and fault.path.endswith("deductions[0].severity") and not fault.warning


TWENTY: list[tuple[str, str, Any]] = [
    ("C01", "id", "小清单"),
    ("C12", "title", " "),
    ("C23", "remark", "草案,请修改"),
    ("C06", "profiles.1", "saftey"),
    ("C12", "triggers.0.text", ""),
    ("C19", "sections.0.name", "甲\n项"),
    ("S02", "sections.0.items.0.sevrity", "major"),
    ("S04", "sections.0.items.0.severity", "hard"),
    ("C24", "sections.0.items.0.rubric", "酌情扣分"),
    ("C07", "sections.0.items.0.deductions.0.cap", 9),
    ("C14", "sections.0.items.0.deductions.0.sentence", "缺会议"),
    ("C10", "sections.0.items.0.deductions.1.triggers", "RL-O1"),
    ("C25", "sections.0.items.1.text", "每次活动有照片"),
    ("C30", "sections.0.items.1.applies_to", ["*", "production"]),
    ("C16", "sections.0.items.1.deductions.0.points", -1),
    ("C08", "sections.0.items.1.deductions.1.points", 3),
    ("C11", "sections.0.items.1.deductions.1.exclusive", "问题"),
    ("C09", "sections.1.items.0.awards.0.points", 5),
    ("C05", "full_score", 11),
    ("S03", "draft", "yes"),
]


def twenty_mistakes() -> dict[str, Any]:
    value = copy_of(CHECKLIST)
    for _, path, wrong in TWENTY:
        *outer, last = [int(s) if s.isdigit() else s for s in path.split(".")]
        holder = value
        for step in outer:
            holder = holder[step]
        holder[last] = wrong
    return value


def test_twenty_mistakes_are_twenty_reports(tmp_path, capsysbinary) -> None:
    path = tmp_path / "清单.json"
    path.write_bytes(json.dumps(twenty_mistakes(), ensure_ascii=False, indent=2).encode())
    assert cli.run(["checklist", "check", str(path), "--json"]) == 1
    (file,) = json.loads(capsysbinary.readouterr().out)["files"]
    lines = path.read_text(encoding="utf-8").splitlines()
    reports = {(f["code"], f["path"].replace("[", ".").replace("]", "")[2:]): f for f in file["faults"]}
    for code, where, _ in TWENTY:
        fault = next(
            (
                f
                for (c, p), f in reports.items()
                if c == code and (p == where or (c == "C09" and p.startswith(where[:25])))
            ),
            None,
        )
        assert fault is not None, (code, where)
        assert fault["line"] > 0 and fault["column"] > 0 and fault["remedy"], fault
        name = where.rsplit(".", 1)[-1]
        if not name.isdigit() and code not in ("C09", "C11"):
            assert f'"{name}"' in lines[fault["line"] - 1], (code, lines[fault["line"] - 1])
    assert len(file["faults"]) >= 20 and not file["ok"]
    assert any(f["allowed"] for f in file["faults"]) and sum(bool(f["value"]) for f in file["faults"]) >= 16
    assert cli.run(["checklist", "check", str(path)]) == 1
    printed = capsysbinary.readouterr().err.decode()
    assert printed.count("清单.json：第") == len(file["faults"])


# ---------------------------------------------------------------------- versions


@pytest.mark.parametrize(
    ("old", "new", "order"),
    [
        ("2026.1", "2026.2", 1),
        ("2026.9", "2026.10", 1),
        ("2026.2", "2026.1", -1),
        ("1", "1.0", 0),
        ("第3版", "第4版", 1),
        ("2026年3月", "2026年11月", 1),
        ("试行", "正式", None),
        ("试行", "试行", 0),
    ],
)
def test_which_version_is_higher(old: str, new: str, order: int | None) -> None:
    assert revision_order(old, new) == order


@pytest.mark.parametrize("revision", ["1", "2026.1", "第3版", "v1.9", "99"])
def test_the_next_version_is_higher(revision: str) -> None:
    assert revision_order(revision, next_revision(revision)) == 1


def test_changed_content_needs_a_higher_version() -> None:
    held, _ = load_checklist(as_bytes(CHECKLIST))
    spaced, _ = load_checklist(as_bytes(with_item(text="会议 按月召开")))
    changed = with_item(text="会议按周召开")
    same, _ = load_checklist(as_bytes(changed))
    raised, _ = load_checklist(as_bytes(changed | {"revision": "2", "change_note": "会议改为按周"}))
    silent, _ = load_checklist(as_bytes(changed | {"revision": "2"}))
    (issue,) = not_raised(held, silent, "甲")
    assert issue.code == "C33" and issue.warning
    other, _ = load_checklist(as_bytes(changed | {"id": "other"}))
    assert (
        not_raised(held, held, "甲") == not_raised(held, spaced, "甲") == not_raised(held, raised, "甲") == []
    )
    assert not_raised(held, other, "甲") == []
    (issue,) = not_raised(held, same, "轮次“甲”")
    assert issue.code == "C31" and "轮次“甲”" in issue.message and "“2”" in issue.remedy and not issue.warning
    (issue,) = not_raised(raised, held, "轮次“甲”")
    assert issue.code == "C32" and issue.warning


def test_the_check_knows_the_rounds_of_the_workspace(tmp_path, demo_at, monkeypatch, capsysbinary) -> None:
    from inspect_tui.demo import CURRENT

    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    root = demo_at(tmp_path / "demo").root
    path = root / "checklists" / "lzrh-dxz.json"
    assert cli.run(["--workspace", str(root), "checklist", "check", str(path)]) == 0
    capsysbinary.readouterr()
    round_, _, _ = load_round(root / "rounds" / CURRENT / "round.json")
    assert round_.checklists[0].id == "lzrh-dxz"
    raw = json.loads(path.read_bytes())
    raw["sections"][0]["items"][0]["text"] += "，有签字"
    path.write_bytes(json.dumps(raw, ensure_ascii=False).encode())
    assert cli.run(["--workspace", str(root), "checklist", "check", str(path), "--json"]) == 1
    (file,) = json.loads(capsysbinary.readouterr().out)["files"]
    assert [f["code"] for f in file["faults"]] == ["C31"] and file["faults"][0]["line"] == 1
    assert round_.title in file["faults"][0]["message"]
    # A folder is found from the file itself when nobody names it.
    assert cli.run(["checklist", "check", str(path)]) == 1
    raw["revision"] = next_revision(raw["revision"])
    path.write_bytes(json.dumps(raw, ensure_ascii=False).encode())
    assert cli.run(["--workspace", str(root), "checklist", "check", str(path)]) == 0
