"""Verify: a sound file is sound; any change to a byte, to a change or to a table is found and named."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tui"))
from fixture import ROUND, make_space, open_desk, some_work, who

from inspect_tui.exchange.verifying import verify_all, verify_round


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    space = make_space(tmp_path)
    who(space)
    desk = open_desk(space)
    some_work(desk)
    path = desk.session.file.path
    desk.session.close()
    assert path.parent.name == ROUND
    return path


def forged(path: Path, change: Any) -> Path:
    """The file with its document changed by hand and its checksum made right again."""
    document = json.loads(path.read_bytes())
    change(document)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    prefix = '{"_meta":{"1":{"sha256":"'
    rest = text[len(prefix) + 64 :]
    sha = hashlib.sha256(rest.encode()).hexdigest()
    path.write_bytes((prefix + sha + rest).encode())
    return path


def test_a_sound_file_has_no_doubts(sound: Path) -> None:
    assert verify_all(sound).doubts == ()


def test_a_changed_byte_is_found(sound: Path) -> None:
    for bak in sound.parent.glob("*.bak"):
        bak.unlink()
    data = bytearray(sound.read_bytes())
    data[len(data) // 2] ^= 1
    sound.write_bytes(bytes(data))
    assert verify_all(sound).doubts


def _second(document: Any) -> Any:
    return document["changes"]["2"]


def test_the_forger_used_here_makes_files_that_open(sound: Path) -> None:
    assert verify_all(forged(sound, lambda d: None)).doubts == ()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda d: _second(d)["body"].update(at="2020-01-01T00:00:00+08:00"), "编号与内容对不上"),
        (lambda d: d["changes"].pop("2"), "编号不是从1起"),
        (lambda d: d["answers"]["1"].update(verdict="pass"), "状态表"),
    ],
)
def test_what_was_changed_by_hand_is_named(sound: Path, change: Any, word: str) -> None:
    doubts = verify_all(forged(sound, change)).doubts
    assert any(word in d.reason for d in doubts), doubts


def test_a_missing_file_is_a_doubt_not_a_crash(tmp_path: Path) -> None:
    assert verify_all(tmp_path / "none.json").doubts


def test_a_round_folder_is_verified_file_by_file(sound: Path, tmp_path: Path) -> None:
    assert verify_round(sound.parent).doubts == ()
    data = bytearray(sound.read_bytes())
    data[len(data) // 2] ^= 1
    sound.write_bytes(bytes(data))
    doubts = verify_round(sound.parent).doubts
    assert doubts and all(doubt.where.startswith(sound.name) for doubt in doubts)
    empty = tmp_path / "空"
    empty.mkdir()
    assert [doubt.reason for doubt in verify_round(empty).doubts] == ["文件夹里没有检查记录文件"]
