"""`merge` and `undo-merge` as scripts call them: exit codes, documented keys, nothing but JSON on stdout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ledger_work import a_round, carried, raw_of, verify
from mergework import RAW, file_bytes
from strategies import ROUND, Desk

from inspect_tui.cli.main import run
from inspect_tui.model.person import Identity
from inspect_tui.model.terms import Outcome, Verdict
from inspect_tui.store.workspace import Workspace


@pytest.fixture
def two(tmp_path: Path) -> tuple[str, str]:
    first, second = Desk("a" * 12, "检查员甲"), Desk("b" * 12, "检查员乙")
    first.judge(Verdict.FAIL, "无责任人")
    second.judge(Verdict.PASS)
    for desk, name in ((first, "甲.json"), (second, "乙.json")):
        (tmp_path / name).write_bytes(file_bytes(desk.own))
    return str(tmp_path / "甲.json"), str(tmp_path / "乙.json")


@pytest.fixture
def space(tmp_path: Path, monkeypatch) -> str:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = Workspace(tmp_path / "w")
    for folder in (space.checklists_dir, space.rounds_dir, space.exports_dir):
        folder.mkdir(parents=True)
    space.save_round(RAW)
    space.save_identity(Identity(name="组长丁"))
    return str(space.root)


def test_merge_tells_each_file_as_documented(two, tmp_path, capsys) -> None:
    out = tmp_path / "out.json"
    assert run(["merge", *two, "-o", str(out), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [f["path"] for f in said["files"]] == list(two)
    for file in said["files"]:
        assert {"path", "writer", "usable", "new", "known", "differing", "rejected"} <= set(file)
        assert (file["usable"], file["new"], file["known"], file["differing"]) == (True, 1, 0, 1)
    (conflict,) = said["conflicts"]
    assert (conflict["unit"], conflict["item"], len(conflict["sides"])) == ("u1", "GW-01", 2)
    assert said["output"] == str(out) and out.is_file()


def test_every_key_is_in_the_documentation(two, capsys) -> None:
    text = (Path(__file__).parents[2] / "docs" / "merge.md").read_text(encoding="utf-8")
    assert run(["merge", *two, "--preview", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    keys = {*said, *said["files"][0], *said["files"][0]["counts"], *said["conflicts"][0]}
    keys |= {*said["conflicts"][0]["sides"][0]}
    assert {key for key in keys if f"`{key}`" not in text} == set()


def test_known_already_is_done_and_not_an_error(two, tmp_path, capsys) -> None:
    out = str(tmp_path / "out.json")
    assert run(["merge", *two, "-o", out]) == 0
    before = Path(out).read_bytes()
    assert run(["merge", out, two[0], two[0], "-o", out]) == 0
    assert Path(out).read_bytes() == before
    assert "已是最新" in capsys.readouterr().out


def test_preview_writes_nothing(two, tmp_path, capsys) -> None:
    before = sorted(tmp_path.iterdir())
    assert run(["merge", *two, "--preview"]) == 0
    assert sorted(tmp_path.iterdir()) == before
    said = capsys.readouterr().out
    assert "检查员甲" in said and "有1处意见不同" in said


def test_a_quarrel_over_an_earlier_problem_says_which_and_what(tmp_path, capsys) -> None:
    round_ = a_round(carried(1, text="评选办法没有公开"))
    first, second = Desk("a" * 12, "检查员甲"), Desk("b" * 12, "检查员乙")
    verify(first, round_, Outcome.FIXED)
    verify(second, round_, Outcome.RELAPSED)
    paths = []
    for desk in (first, second):
        path = tmp_path / f"{desk.writer}.json"
        path.write_bytes(file_bytes(desk.own, raw=raw_of(round_)))
        paths.append(str(path))
    assert run(["merge", *paths, "--preview"]) == 0
    lines = capsys.readouterr().out.splitlines()
    at = next(n for n, line in enumerate(lines) if "有1处意见不同" in line)
    head, *sides = lines[at + 1 : at + 4]
    assert "评选办法没有公开" in head and "整改状态" in head
    assert "检查员甲" in sides[0] and "已整改" in sides[0]
    assert "检查员乙" in sides[1] and "反弹" in sides[1]


def test_a_file_without_a_usable_record_is_an_error(two, tmp_path, capsys) -> None:
    bad, out = tmp_path / "bad.json", tmp_path / "out.json"
    bad.write_bytes(b"{}")
    assert run(["merge", *two, str(bad), "-o", str(out), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert [f["usable"] for f in said["files"]] == [True, True, False] and said["files"][2]["reason"]
    assert said["output"] == "" and not out.exists()


@pytest.mark.parametrize("options", [[], ["--preview", "-o", "x.json"], ["--take", "--preview"]])
def test_merge_asks_for_one_aim(two, options, capsys) -> None:
    assert run(["merge", *two, *options]) == 2
    assert run(["merge", "--preview"]) == 2


def test_take_and_undo_in_a_workspace(two, space, capsys) -> None:
    assert run(["merge", *two, "--take", "--workspace", space, "--json"]) == 0
    assert [f["new"] for f in json.loads(capsys.readouterr().out)["files"]] == [1, 1]
    assert run(["merge", *two, "--take", "--workspace", space]) == 0
    assert "已是最新" in capsys.readouterr().out
    assert run(["undo-merge", "--list", "--workspace", space, "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["files"]
    assert [e["taken_by"] for e in listed] == ["组长丁", "组长丁"]
    assert run(["undo-merge", listed[0]["sha256"][:12], "--workspace", space]) == 0
    assert run(["undo-merge", listed[0]["sha256"][:12], "--workspace", space]) == 1
    assert run(["undo-merge", "--workspace", space]) == 2


def test_undo_stops_where_decisions_rest_on_the_file(two, space, capsys) -> None:
    run(["merge", *two, "--take", "--workspace", space])
    root = Workspace(Path(space))
    lead = Desk("e" * 12, "组长丁")
    from inspect_tui.store.content import read_findings

    for path in two:
        lead.take(*read_findings(Path(path)).changes)
    lead.judge(Verdict.FAIL, "无责任人", decision="以照片为准")
    root.findings_path(ROUND.id, lead.writer).write_bytes(file_bytes(lead.own))
    capsys.readouterr()
    assert run(["undo-merge", "甲.json", "--workspace", space, "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["undone"] is False and said["resting"][0]["reason"] == "以照片为准"
    assert run(["undo-merge", "甲.json", "--workspace", space, "--yes"]) == 0
    assert "以照片为准" in capsys.readouterr().out
