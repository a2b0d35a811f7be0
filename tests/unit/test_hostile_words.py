"""Hostile words in every field to every command, sheet, document and file name: told, never live."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import hostile_words as words
import pytest
from hostile_commands import NEW, Space, run
from hostile_space import build

from inspect_tui.store.clean import is_clean
from inspect_tui.store.content import read_findings


@pytest.fixture(scope="module")
def space(tmp_path_factory: Any) -> Any:
    """A workspace with hostile words in every field, and what a lead does after the round on top."""
    folder = tmp_path_factory.mktemp("words")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSPECT_TUI_HOME", str(folder / "home"))
        patch.setenv("INSPECT_TUI_DEBUG", "1")
        patch.chdir(folder)
        yield build(folder, words.hostile)


def test_every_act_leaves_only_clean_words_and_says_only_clean_ones(space: Space) -> None:
    codes = [words.check_told(space, act) for act in words.acts(space)]
    assert codes.count(0) >= 12, codes
    for path in space.root.glob("rounds/*/????????????.json"):
        for change in read_findings(path).changes:
            assert change.body is not None and is_clean(bytes(change.body).decode("utf-8")), (
                path.name,
                change,
            )
            assert "\\u00" not in bytes(change.body).decode("utf-8")


def test_every_command_tells_them_harmlessly(space: Space, tmp_path: Path) -> None:
    codes = [words.check_told(space, look) for look in words.looks(space, tmp_path)]
    assert codes.count(0) >= len(codes) - 3, codes
    for kind in ("summary", "notice", "score", "ledger"):
        assert "[/]" in space.do(kind, space.round_dir, "--json").text


def test_every_paper_holds_them_as_text_under_a_safe_name(space: Space, tmp_path: Path) -> None:
    for paper in words.papers(space, tmp_path):
        assert words.check_told(space, paper) == 0, paper
    made = [p for root in (tmp_path, space.root / "exports") for p in root.rglob("*") if p.is_file()]
    assert {p.suffix for p in made} == {".docx", ".xlsx", ".csv", ".html", ".md", ".txt", ".json", ".zip"}
    for path in made:
        words.check_name(path.name)
        words.check_paper(path)


def test_words_that_came_in_by_no_door_come_out_clean_or_not_at_all(space: Space, tmp_path: Path) -> None:
    held = {path: path.read_bytes() for path in words.own_files(space)}
    looks = [
        look for look in words.looks(space, tmp_path) if look[0] not in ("checklist", "appraise", "doctor")
    ]
    findings = [p for p in held if re.fullmatch("[0-9a-f]{12}", p.stem)]
    for path in findings:
        path.write_bytes(words.foul_findings(held[path]))
    for look in looks:
        words.check_told(space, look)
    assert words.check_told(space, ("verify", space.round_dir)) == 1
    for path in held.keys() - set(findings):
        path.write_bytes(words.foul_json(held[path]))
        for look in (
            ("round", "list"),
            ("summary", space.round_dir),
            ("phrases", "list"),
            ("pair", "list"),
            ("hand-in", "--round", NEW, "--as", "x"),
        ):
            words.check_told(space, look)
    for path, data in held.items():
        path.write_bytes(data)


def test_a_wrong_command_line_is_told_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Click takes escape sequences out by itself only where nothing could come of them."""
    monkeypatch.chdir(tmp_path)
    for line in (
        ["round", "new", "--lead", words.hostile("x")],
        [words.hostile("x")],
        ["summary", words.hostile("x")],
    ):
        told = run(*line)
        assert told.code in (1, 2) and not words.foul(told.err), told.err
