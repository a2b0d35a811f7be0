"""A whole round inside an encrypted workspace, as its lead works it; then the medium is searched."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inspect_tui.cli.main import run
from inspect_tui.exchange.planning import open_round
from inspect_tui.model.person import Identity
from inspect_tui.model.round import Period, Round, Team
from inspect_tui.model.terms import Role, RoundKind
from inspect_tui.rules.applicability import items_for
from inspect_tui.store import files, vault, vault_files, vault_ops
from inspect_tui.store.session import Session
from inspect_tui.store.vault_ops import shut_vault
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.files_nearby import nearby

PASSPHRASE, RECOVERY = "3914-0072-5581", "7720-1135-9046-2288"
LEAD, LOOKED, UNIT = "检查员甲", "检查员乙", "DG01"
NOTE, THEIRS, DRAFT = "会议记录缺第三季度两次签到", "台账封面写错年份待更换", "写到一半的话"
PRIVATE, REASON, CAPTION = "不该写下的手机号段", "看了原始材料后裁定", "东墙公示栏的照片"
#: Every text that was typed, and names of people and units: none may stand on the medium.
TOLD = (NOTE, THEIRS, DRAFT, PRIVATE, REASON, CAPTION, LEAD, LOOKED, "东沟第1党小组")

KILLED = """
import os, sys
from pathlib import Path
from inspect_tui.model.person import Identity
from inspect_tui.rules import actions
from inspect_tui.store.drafts import Drafts
from inspect_tui.store.session import Session
from inspect_tui.store.vault_files import enter
from inspect_tui.store.workspace import Workspace

root, round_id, unit, checklist, item, note, draft = sys.argv[1:]
enter(Path(root), "3914-0072-5581")
space = Workspace(Path(root))
session = Session.open(space, round_id, space.identity())
found = session.round.item(checklist, item)
# The first lines of a session are folded at once; those that come later stay in the journal.
for words in ("先写一句", note):
    session.commit([actions.write_note(session.state, unit, checklist, found, words)], "说明")
    session.flush()
    if words != note:
        session.file.compact()
drafts = Drafts(space.findings_path(round_id, session.writer))
drafts.save("text/x", draft)
print("saved", flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A light derivation, a home and a folder for temporary files of our own; the plain seam afterwards."""
    monkeypatch.setattr(vault, "PASSES", 1)
    monkeypatch.setattr(vault, "MEMORY", 8192)
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    plain = files.fs
    yield
    files.fs = plain


def open_new(root: Path) -> tuple[Workspace, Round]:
    """The lead's computer with a round for two, encrypted from its first day."""
    space = Workspace.init(root)
    round_ = open_round(
        space,
        title="2026年第四季度回头看",
        kind=RoundKind.LOOKBACK,
        period=Period(label="2026年第四季度", start="2026-10-01", end="2026-12-31"),
        teams=[Team(id="T1", name="第1检查组", lead=LEAD, members=(LOOKED,), units=(UNIT,))],
        unit_ids=[UNIT],
        checklist_ids=["lzrh-dxz"],
        now=dt.datetime(2026, 11, 16, 9, 0, tzinfo=dt.UTC),
        issuer="东沟作业区党总支",
    )
    space.save_identity(Identity(name=LEAD, team="T1", role=Role.LEAD))
    assert vault_files.encrypt_workspace(root, PASSPHRASE, RECOVERY)[1] == []
    return space, round_


def judged(round_: Round, failing: int, note: str) -> list[dict[str, Any]]:
    """Lines that judge every item of the unit; one fails with a note."""
    unit = round_.unit(UNIT)
    assert unit is not None
    checklist = round_.checklists[0]
    lines: list[dict[str, Any]] = []
    for place, (_, item) in enumerate(items_for(checklist, unit.profile)):
        line: dict[str, Any] = {"unit": UNIT, "checklist": checklist.id, "item": item.id, "verdict": "pass"}
        if place == failing:
            line |= {"verdict": "fail", "note": note, "findings": [{"text": note, "severity": "moderate"}]}
        lines.append(line)
    return lines


def did(*words: object) -> None:
    """Run a command in this process to its end."""
    assert run([str(word) for word in words]) == 0, words


def record(space: Workspace, round_: Round, name: str, lines: list[dict[str, Any]], folder: Path) -> None:
    path = folder / "记录.jsonl"
    path.write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), encoding="utf-8")
    did("--workspace", space.root, "record", path, "--round", round_.id, "--as", name)


def medium(*roots: Path) -> bytes:
    """Everything a thief sees: contents and names."""
    found = [p for root in roots for p in sorted(root.rglob("*"))]
    parts = [str(p.relative_to(p.anchor)).encode() for p in found]
    return b"\n".join(parts + [p.read_bytes() for p in found if p.is_file()])


def assert_tells_nothing(seen: bytes, *, but: tuple[str, ...] = ()) -> None:
    for text in TOLD:
        if text not in but:
            for coding in ("utf-8", "utf-16-le", "unicode_escape"):
                assert text.encode(coding) not in seen, text


def reopened(root: Path) -> tuple[list[Path], list[str]]:
    """The next morning: nothing is known but the passphrase."""
    shut_vault(root)
    return vault_files.enter(root, PASSPHRASE)


def test_a_whole_round_in_an_encrypted_workspace_leaves_no_word_on_the_medium(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, stick = tmp_path / "组长", tmp_path / "stick"
    stick.mkdir()
    space, round_ = open_new(root)
    at = ("--workspace", root)
    item = round_.checklists[0].sections[0].items[0].id

    # Out: the pack for the laptop; back: its hand-in.
    did("round", "pack", round_.id, "-o", stick / "发包.json", *at)
    laptop = Workspace.init(tmp_path / "laptop")
    did("round", "take", stick / "发包.json", "--workspace", laptop.root)
    laptop.save_identity(Identity(name=LOOKED, team="T1", role=Role.INSPECTOR))
    record(laptop, round_, LOOKED, judged(round_, 1, THEIRS), stick)
    did("hand-in", "--workspace", laptop.root, "-o", stick / "交卷.zip")

    # At work: judged, noted, evidence, killed in the middle; a hand-in copied in plain by hand.
    record(space, round_, LEAD, judged(round_, 2, NOTE), stick)
    photo = stick / "照片.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9 + b"\xff\xd9")
    did("evidence", "add", photo, "--unit", UNIT, "--item", item, "--caption", CAPTION, *at)
    sent = [round_.id, UNIT, round_.checklists[0].id, item, PRIVATE, DRAFT]
    words = [sys.executable, "-c", KILLED, str(root), *sent]
    ended = subprocess.run(words, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert ended.stdout == "saved\n" and ended.returncode != 0, ended.stderr
    (root / "收卷").mkdir()
    (root / "收卷" / f"交卷-{LOOKED}.zip").write_bytes((stick / "交卷.zip").read_bytes())
    strays, left = reopened(root)
    assert [path.name for path in strays] == [f"交卷-{LOOKED}.zip"] and left == []
    assert_tells_nothing(medium(root, tmp_path / "home", tmp_path / "tmp"))
    session = Session.open(space, round_.id, Identity(name=LEAD))
    try:
        assert any("上次" in said or "恢复" in said for said in session.messages), session.messages
        [change] = [c.id for c in session.state.changes.values() if PRIVATE in str(c.body)]
    finally:
        session.close()

    # The evening: taken in by the name people know, settled, told, kept, sealed.
    [found] = [file.path for file in nearby(root) if "收卷" in file.path.parts]
    assert found.name == f"交卷-{LOOKED}.zip"
    did("merge", found, "--take", "--round", round_.id, *at)
    did("erase", change, "--reason", "按保密要求", "--yes", *at)
    folder = space.round_dir(round_.id)
    for number in range(40):
        if run(["decide", "--take", "1", "left", "--reason", REASON, *map(str, at)]) != 0:
            assert number > 0
            break
    did("notice", folder, "--level", "secretary")
    did("report", folder, "--to", "docx", "-o", space.exports_dir / f"报告-{UNIT}.docx")
    did("ledger", folder, "--csv", "-o", space.exports_dir / "台账.csv")
    did("round", "freeze", round_.id, *at)
    did("hand-in", "-o", stick / "组长交卷.zip", *at)
    did("verify", folder)
    assert "unlock" in capsys.readouterr().err

    assert_tells_nothing(medium(root, tmp_path / "home", tmp_path / "tmp"))
    assert b"PK" in (stick / "组长交卷.zip").read_bytes()[:2]
    assert files.fs.read(space.exports_dir / f"报告-{UNIT}.docx")[:2] == b"PK"
    assert not (space.exports_dir / f"报告-{UNIT}.docx").exists()
    held = vault_ops.opened(root)
    assert held is not None and vault_files.plain_files(held) == []

    # Erased for good: the body stands nowhere, not even encrypted.
    plain = [files.fs.read(path) for path in root.rglob("*") if path.is_file()]
    assert not any(PRIVATE.encode() in data for data in plain)
    assert any(NOTE.encode() in data for data in plain) and any(THEIRS.encode() in data for data in plain)


def test_doctor_says_whether_a_folder_is_encrypted_and_what_lies_in_it_plain(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "w"
    space = Workspace.init(root)
    run(["doctor", "--workspace", str(root)])
    assert "没有加密" in capsys.readouterr().out
    vault_files.encrypt_workspace(root, PASSPHRASE, RECOVERY)
    run(["doctor", "--workspace", str(root)])
    assert "已加密" in capsys.readouterr().out
    (space.exports_dir / "漏下的.txt").write_text("x", encoding="utf-8")
    run(["doctor", "--workspace", str(root)])
    assert "1个文件没有加密" in capsys.readouterr().out
