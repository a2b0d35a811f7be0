"""Files that commands write: a name's ending and what stands in the file never disagree."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from telling_work import make_round, make_space, record, work
from test_keys_cli import Runs

from inspect_tui.cli.output import check_ending


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    return Runs(capsys)


def test_no_command_writes_one_kind_of_file_under_the_name_of_another(tmp_path: Path, run: Runs) -> None:
    space = make_space(tmp_path / "w")
    round_ = make_round(space)
    session = work(space, round_)
    record(session, tmp_path / "l.jsonl", [{"unit": "DG01", "item": "GW-01", "verdict": "pass"}])
    session.close()
    at, folder = ("--workspace", space.root), space.round_dir(round_.id)
    texts: list[tuple[str | Path, ...]] = [
        ("summary", folder),
        ("notice", folder),
        ("ledger", folder),
        ("digest", folder, "--since", "2026-11-01"),
        (*at, "period", round_.id, "--span", "quarter"),
        (*at, "trend", round_.id),
        (*at, "practice", "adopted"),
        (*at, "practice", "register", "--csv"),
        (*at, "contest", "handover", "--csv"),
        (*at, "pair", "effect", "--csv"),
    ]
    for words in texts:
        for ending in (".docx", ".pdf", ".json", *([".xlsx"] if words[-1] != "--csv" else [])):
            path = tmp_path / f"out{ending}"
            if words[-1] == "--csv" and ending == ".docx":
                continue
            assert run(*words, "-o", path) == 2, (words, ending)
            assert ("结尾" in run.err and ".csv" in run.err) or "csv" not in str(words), run.err
            assert not path.exists()
    for words in (("summary", folder), ("ledger", folder), (*at, "period", round_.id, "--span", "quarter"),
                  (*at, "trend", round_.id)):  # fmt: skip
        for ending, mark in ((".csv", b"\xef\xbb\xbf"), (".txt", b""), ("", b"")):
            path = tmp_path / f"told{ending}"
            assert run(*words, "-o", path) == 0, run.err
            assert path.read_bytes().startswith(b"\xef\xbb\xbf") is bool(mark), (words, ending)
    assert run("summary", folder, "--json", "-o", tmp_path / "s.csv") == 2
    assert run("summary", folder, "--json", "-o", tmp_path / "s.json") == 0
    assert json.loads((tmp_path / "s.json").read_bytes())["round"]
    assert run("report", folder, "--to", "docx", "-o", tmp_path / "r.xlsx") == 2 and "Word" in run.err
    assert not (tmp_path / "r.xlsx").exists()


def test_endings_that_promise_nothing_are_let_be() -> None:
    for name in ("out", "out.20261120", "通报.txt", "通报.MD"):
        check_ending(Path(name), "text")
    with pytest.raises(click.BadParameter, match=r"\.txt 结尾"):
        check_ending(Path("a.XLSX"), "text")
