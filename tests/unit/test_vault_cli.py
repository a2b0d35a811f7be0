"""`vault` and `unlock` on the command line, and a whole round worked inside an encrypted workspace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mergework import NoWait
from telling_work import make_round, make_space, write_lines
from test_keys_cli import Runs

from inspect_tui.model.person import Identity
from inspect_tui.model.terms import Role
from inspect_tui.store import files, vault
from inspect_tui.store.vault_ops import shut_vault

PASSPHRASE = "3914-0072-5581"
TYPED = "岗位牌上的电话已停用三个月"
PROBLEM = "安全台账缺十月份两次记录"
PRAISE = "班前五分钟讲本班风险"
NAMES = "检查员甲"


@pytest.fixture(autouse=True)
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("INSPECT_TUI_PASSPHRASE", PASSPHRASE)
    monkeypatch.setattr(vault, "PASSES", 1)
    monkeypatch.setattr(vault, "MEMORY", 8192)
    monkeypatch.chdir(tmp_path)
    plain, files.fs = files.fs, NoWait()
    yield
    files.fs = plain


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Runs:
    return Runs(capsys)


def medium(root: Path) -> bytes:
    """Everything on the medium, names too; the checklists are plain by design."""
    found = [p for p in sorted(root.rglob("*")) if p.is_file() and "checklists" not in p.parts]
    return b"\n".join(str(p.relative_to(root)).encode() + b"\n" + p.read_bytes() for p in found)


def test_made_told_changed_and_taken_off(tmp_path: Path, run: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    space = make_space(tmp_path / "w")
    space.save_identity(Identity(name=NAMES, role=Role.LEAD))
    root, at = space.root, ("--workspace", space.root)
    assert run.json(*at, "vault", "status") == {"encrypted": False, "plain": [], "others": []}
    assert run(*at, "unlock") == 1 and "没有加密" in run.err
    assert run(*at, "vault", "change") == 1
    monkeypatch.setenv("INSPECT_TUI_PASSPHRASE", "12345678")
    assert run(*at, "vault", "create", "--yes") == 1 and "连号" in run.err
    assert not vault.is_vaulted(root), "a refused passphrase leaves everything as it was"
    monkeypatch.setenv("INSPECT_TUI_PASSPHRASE", PASSPHRASE)
    made = run.json(*at, "vault", "create", "--yes")
    assert made["encrypted"] >= 2 and len(made["recovery"].split("-")) == 12 and "passphrase" not in made
    assert "谁也打不开" in run.err, "warned before it is set"
    assert NAMES.encode() not in medium(root)
    assert run(*at, "vault", "create", "--yes") == 1 and "已经加密" in run.err
    shut_vault(root)
    monkeypatch.setenv("INSPECT_TUI_PASSPHRASE", "3914-0072-5582")
    assert run(*at, "round", "list") == 1 and "口令不对" in run.err and "恢复码" in run.err
    monkeypatch.delenv("INSPECT_TUI_PASSPHRASE")
    assert run(*at, "round", "list") == 1 and "要先输入口令" in run.err
    monkeypatch.setenv("INSPECT_TUI_PASSPHRASE", made["recovery"])
    assert run(*at, "round", "list") == 0
    (root / "exports" / "抄进来的.txt").write_text(TYPED, encoding="utf-8")
    told = run.json(*at, "vault", "status")
    assert told["encrypted"] and [Path(p).name for p in told["plain"]] == ["抄进来的.txt"]
    for name in (
        "samples/分配表.csv",
        "checklists/谈话.docx",
        "checklists/新清单.xlsx",
        "请先看这里.txt",
        "a.age",
    ):
        files.private_folder((root / name).parent)
        (root / name).write_bytes(b"age-encryption.org/v1" if name == "a.age" else TYPED.encode())
    assert run.json(*at, "vault", "status")["others"] == ["checklists/谈话.docx", "samples/分配表.csv"]
    said = "没有加密的别的文件2个，如checklists/谈话.docx；不是本软件写的，要保密请移走或自己加密。"
    assert run(*at, "vault", "status") == 0 and said in run.out
    run(*at, "doctor")
    assert said.rstrip("。") in run.out
    for name in ("samples/分配表.csv", "checklists/谈话.docx"):
        (root / name).unlink()
    assert run(*at, "vault", "status") == 0 and "别的文件" not in run.out
    (root / "checklists" / "新清单.xlsx").unlink()
    (root / "请先看这里.txt").unlink()
    shut_vault(root)
    assert run(*at, "round", "list") == 0 and "没有加密的文件，已加密" in run.err
    assert TYPED.encode() not in medium(root)
    changed = run.json(*at, "vault", "change", "--generate", "--yes")
    shut_vault(root)
    assert run(*at, "round", "list") == 1, "the old recovery code is no longer good"
    monkeypatch.setenv("INSPECT_TUI_PASSPHRASE", changed["passphrase"])
    assert run(*at, "round", "list") == 0
    assert run(*at, "vault", "remove", "--yes") == 0 and "已取消口令" in run.out
    assert not vault.is_vaulted(root) and NAMES.encode() in medium(root)
    assert (root / "exports" / "抄进来的.txt").read_text(encoding="utf-8") == TYPED


def test_a_damaged_vault_file_is_no_wrong_passphrase(tmp_path: Path, run: Runs) -> None:
    space = make_space(tmp_path / "w")
    at = ("--workspace", space.root)
    assert run(*at, "vault", "create", "--yes") == 0
    shut_vault(space.root)
    for path in vault.vault_files(space.root):
        path.write_bytes(path.read_bytes()[:-9])
    assert run(*at, "round", "list") == 1 and "这不是口令的问题" in run.err


def test_a_whole_round_inside_a_vault_leaves_nothing_typed_on_the_medium(
    tmp_path: Path, run: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = make_space(tmp_path / "w")
    space.save_identity(Identity(name=NAMES, team="A1", role=Role.LEAD))
    root, at = space.root, ("--workspace", space.root)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    assert run(*at, "vault", "create", "--yes") == 0
    round_ = make_round(space)
    lines: list[Any] = [
        {"unit": "DG01", "item": "GW-01", "verdict": "pass", "note": TYPED},
        {"unit": "DG01", "item": "GW-02", "verdict": "fail", "findings": [{"text": PROBLEM}]},
        {"unit": "DG01", "good_practices": [{"text": PRAISE}]},
    ]
    where = write_lines(tmp_path / "lines.jsonl", lines)
    assert run(*at, "record", where, "--round", round_.id, "--as", NAMES) == 0, run.err
    folder = root / "rounds" / round_.id
    assert run("summary", folder) == 0 and "已查" in run.out
    assert run("notice", folder) == 0
    assert run(*at, "report", folder, "--to", "docx", "-o", root / "exports" / f"通报-{NAMES}.docx") == 0, (
        run.err
    )
    handed = run.json(*at, "hand-in", "--as", NAMES)
    assert run("verify", folder) == 0
    assert run("merge", handed["path"], "--preview") == 0 and "已有0条" in run.out
    on_medium = medium(root) + medium(tmp_path / "temp")
    for told in (TYPED, PROBLEM, PRAISE, NAMES, "通报-", "交卷-", "东沟第1党小组", round_.title):
        assert told.encode() not in on_medium, told
        assert json.dumps(told).strip('"').encode() not in on_medium, told
    listing = run.json(*at, "unlock")["files"]
    name = Path(handed["path"]).name
    assert {f["name"] for f in listing} >= {name, f"通报-{NAMES}.docx"}
    assert run(*at, "unlock", name) == 2, "where to has to be said"
    assert run(*at, "unlock", name, "-o", root / "exports") == 1 and "以外" in run.err
    assert run(*at, "unlock", "没有的", "-o", tmp_path / "usb") == 1
    [taken] = run.json(*at, "unlock", name, "-o", tmp_path / "usb")["taken"]
    shut_vault(root)
    from inspect_tui.exchange.handin_reading import read_hand_in

    assert read_hand_in(Path(taken)).manifest.code == handed["code"]
