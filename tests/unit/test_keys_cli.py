"""`key`, and signed and encrypted hand-ins on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mergework import no_wait
from sign_work import LEAD, NAME, handed, known, laptop, lead_laptop, light_age, listed, own
from telling_work import make_space

from inspect_tui.cli import main as cli
from inspect_tui.exchange.ring import VARIABLE
from inspect_tui.model.person import Identity
from inspect_tui.model.terms import Role
from inspect_tui.store.keyring import known_keys
from inspect_tui.store.workspace import Workspace

PASSPHRASE = "3914-0072-5581-2260-7413-0958"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    with no_wait():
        yield


class Runs:
    """The command line as a user has it: exit code, output, errors."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys
        self.out = self.err = ""

    def __call__(self, *args: str | Path) -> int:
        self.capsys.readouterr()
        code = cli.run([str(arg) for arg in args])
        self.out, self.err = self.capsys.readouterr()
        return code

    def json(self, *args: str | Path, code: int = 0) -> Any:
        assert self(*args, "--json") == code, self.err
        return json.loads(self.out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Runs:
    return Runs(capsys)


def test_a_key_is_made_shown_trusted_listed_and_forgotten(tmp_path: Path, run: Runs) -> None:
    space = make_space(tmp_path / "w")
    at = ("--workspace", space.root)
    assert run(*at, "key", "show") == 1 and "还不知道是谁" in run.err
    space.save_identity(Identity(name=NAME))
    assert run(*at, "key", "show") == 1 and "key new" in run.err
    assert run(*at, "key", "new") == 0 and "打不开" in run.err
    assert run(*at, "key", "new") == 1 and "已经有" in run.err
    shown = run.json(*at, "key", "show")
    assert shown["line"].startswith("inspect-tui-key1:") and shown["line"].endswith(shown["recipient"])
    line = tmp_path / "他的公钥.txt"
    other = run.json("key", "new", "--as", "检查员丙")
    line.write_text(f"微信里复制的：{other['line']}\n", encoding="utf-8")
    assert run(*at, "key", "trust", line, "--as", "检查员丙") == 1, "nobody was there to compare the code"
    assert known_keys(space.root) == ()
    told = run.json(*at, "key", "trust", line, "--as", "检查员丙", "--yes")
    assert told["code"] == other["code"] and told["checked"] and told["others"] == 0
    assert other["code"] in run.err
    assert run(*at, "key", "trust", "inspect-tui-key1:x", "--as", "丁", "--yes") == 1
    assert run(*at, "key", "trust", "nowhere.txt", "--as", "丁", "--yes") == 1
    assert run(*at, "key", "trust", other["line"], "--as", "\u200b", "--yes") == 1
    listing = run.json(*at, "key", "list")
    assert {k["name"] for k in listing["own"]} == {NAME, "检查员丙"}
    assert [k["name"] for k in listing["known"]] == ["检查员丙"] and listing["known"][0]["rounds"] == []
    assert run(*at, "key", "list") == 0 and "同事  检查员丙" in run.out and "已核对" in run.out
    assert run(*at, "key", "forget", "检查员戊") == 1
    assert run.json(*at, "key", "forget", other["code"]) == {"forgotten": ["检查员丙"]}
    assert known_keys(space.root) == ()
    assert run(*at, "key", "forget", NAME, "--own", "--yes") == 0
    assert run(*at, "key", "show") == 1


def test_two_keys_of_one_name_are_told_apart_by_their_codes(tmp_path: Path, run: Runs) -> None:
    space = make_space(tmp_path / "w")
    first, second = known(own("甲")), known(own("乙"))
    for key in (first, second):
        listed(space, type(key)(name="丙", sign=key.sign, age=key.age, checked=True))
    assert run("--workspace", space.root, "key", "forget", "丙") == 1 and "请写核对码" in run.err
    assert len(known_keys(space.root)) == 2


def lead_of(folder: Path) -> tuple[Workspace, Any, Workspace]:
    space, round_ = laptop(folder)
    lead = lead_laptop(folder, space, round_)
    lead.save_identity(Identity(name=LEAD, role=Role.LEAD))
    return space, round_, lead


def test_what_was_changed_after_signing_is_told_and_taken_only_when_said_twice(
    tmp_path: Path, run: Runs
) -> None:
    space, round_, lead = lead_of(tmp_path)
    key = own()
    receipt = handed(space, round_)
    from test_signing import rebuilt

    from inspect_tui.exchange.handin_reading import read_hand_in

    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(read_hand_in(receipt.path).data)
    bad.write_bytes(rebuilt(good.read_bytes()))
    listed(lead, known(key))
    at = ("--workspace", lead.root)
    [told] = run.json(*at, "merge", bad, "--preview")["files"]
    assert told["usable"] and told["new"] == 5
    assert told["signature"]["state"] == "mismatch" and told["signature"]["doubtful"]
    assert run(*at, "merge", good, "--preview") == 0 and "已签名（检查员甲，已核对）" in run.out
    out = tmp_path / "out.json"
    assert run(*at, "merge", bad, "-o", out) == 1 and not out.exists()
    assert "签名不符（文件签名后被改过）" in run.err and "--yes" in run.err
    assert run(*at, "merge", bad, "--take") == 1 and "一份都没有收" in run.err
    assert run(*at, "verify", bad) == 1 and "签名不符" in run.err
    assert run(*at, "merge", bad, "--take", "--yes") == 0
    assert run(*at, "undo-merge", "--list") == 0 and "签名不符" in run.out
    found = run.json(*at, "verify", good)
    assert [s["state"] for s in found["signatures"]] == ["valid"]
    # The merged file depends on the changes alone: signed or not, the same bytes.
    bare = tmp_path / "bare.json"
    from mergework import forged

    bare.write_bytes(forged(good.read_bytes(), lambda document: document.pop("signature")))
    assert run("merge", good, "-o", out) == 0
    first = out.read_bytes()
    assert run("merge", bare, "-o", out, "--yes") == 0
    assert out.read_bytes() == first and b"signature" not in first


def test_ways_to_hand_in(tmp_path: Path, run: Runs) -> None:
    space, _, lead = lead_of(tmp_path)
    at = ("--workspace", space.root, "hand-in", "--as", NAME)
    assert run(*at, "--encrypt") == 1 and "发包里没有组长的公钥" in run.err
    own(LEAD)
    pack = tmp_path / "pack.json"
    assert run("--workspace", lead.root, "round", "pack", "-o", pack) == 0 and "已带上" in run.err
    assert run("--workspace", space.root, "round", "take", pack) == 0 and "核对码" in run.err
    told = run.json(*at)
    assert told["encrypted"] and told["path"].endswith(".age") and told["recipients"][0]["name"] == LEAD
    assert run(*at, "--plain") == 0 and "拿到文件的人都能看到内容" in run.err and ".zip" in run.out
    assert run("--workspace", lead.root, "merge", told["path"], "--take") == 0
    assert "加密的，已打开" in run.out and "未签名" in run.out
    assert run("--workspace", lead.root, "verify", told["path"]) == 0


def test_a_passphrase_comes_from_the_variable_and_a_wrong_one_is_told(
    tmp_path: Path, run: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    space, round_, lead = lead_of(tmp_path)
    light = tmp_path / "light.age"
    light.write_bytes(light_age(handed(space, round_).path.read_bytes(), PASSPHRASE))
    at = ("--workspace", lead.root, "merge", light, "--preview")
    [file] = run.json(*at, code=1)["files"]
    assert file["locked"] and "要先输入口令" in file["reason"]
    monkeypatch.setenv(VARIABLE, "1111-2222-3333-4444-5555-6666")
    assert run(*at) == 1 and "口令不对" in run.out
    monkeypatch.setenv(VARIABLE, PASSPHRASE)
    assert run(*at) == 0 and "加密的，已打开" in run.out


def test_a_recovery_key_goes_into_the_round_and_out_again(tmp_path: Path, run: Runs) -> None:
    space, round_, _ = lead_of(tmp_path)
    recipient = own("办公室").public.age
    at = ("--workspace", space.root, "round", "amend", round_.id)
    assert run(*at, "--recovery-key", "age1x") == 1 and "备用公钥写法不对" in run.err
    assert run(*at, "--recovery-key", recipient) == 0
    assert space.round(round_.id).round.recovery_key == recipient
    assert run(*at, "--title", "改过的标题") == 0
    assert space.round(round_.id).round.recovery_key == recipient
    assert run(*at, "--recovery-key", "") == 0
    assert space.round(round_.id).round.recovery_key == ""
