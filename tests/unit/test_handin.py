"""交卷: everything on disk, one zip, read back; a zip from elsewhere is believed in nothing."""

from __future__ import annotations

import json
import zipfile

import pytest
from telling_work import make_round, make_space, record, work
from tinydb import TinyDB

from inspect_tui.exchange.handin import hand_in
from inspect_tui.exchange.handin_reading import read_hand_in
from inspect_tui.exchange.manifest import MANIFEST, short_code
from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.exchange.source import read_source
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.person import Identity
from inspect_tui.model.terms import Secrecy
from inspect_tui.store.errors import StoreError
from inspect_tui.store.session import ReadOnlySession, Session


@pytest.fixture
def space(tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    return make_space(tmp_path / "w")


LINES = [
    {"unit": "DG01", "item": "GW-01", "verdict": "pass"},
    {"unit": "DG01", "item": "GW-02", "verdict": "fail", "deductions": [{"label": "未按月修订"}]},
    {"unit": "DG01", "good_practices": [{"text": "责任上墙"}], "suggestions": [{"text": "合并台账"}]},
    {"unit": "DG02", "visit": {"result": "not_reached", "reason": "道路不通"}},
    {"unit": "DG03", "trigger": {"id": "RL-01", "fact": "代签"}},
]


def handed(space, tmp_path, **changed):
    round_ = make_round(space, **changed)
    session = work(space, round_)
    record(session, tmp_path / "l", LINES)
    try:
        return round_, hand_in(session)
    finally:
        session.close()


def test_a_hand_in_brings_everything_and_reads_back(space, tmp_path):
    round_, receipt = handed(space, tmp_path)
    assert receipt.path.name == "交卷-第1检查组-检查员甲-20261118.zip"
    counts = receipt.counts
    assert (counts.changes, counts.units, counts.answers) == (5, 3, 2)
    assert (counts.problems, counts.good_practices, counts.suggestions, counts.red_lines) == (1, 1, 1, 1)
    assert (counts.submitted, counts.not_reached) == (0, 1)
    assert receipt.messages == ("其中2个单位还没有提交。",)
    held = read_hand_in(receipt.path)
    assert held.content.closed and len(held.content.changes) == 5
    assert held.manifest.code == receipt.code == short_code(c.id for c in held.content.changes)
    source = read_source(receipt.path)
    assert source.round == round_ and len(source.state.changes) == 5


def test_the_zip_names_are_flagged_utf8_and_the_findings_open_with_plain_tinydb(space, tmp_path):
    _, receipt = handed(space, tmp_path)
    with zipfile.ZipFile(receipt.path) as archive:
        entries = {e.filename: e for e in archive.infolist()}
        assert entries[MANIFEST].flag_bits & 0x800, "Chinese name flagged as UTF-8"
        assert {e.date_time for e in entries.values()} == {(1980, 1, 1, 0, 0, 0)}
        name = next(n for n in entries if n != MANIFEST)
        archive.extract(name, tmp_path / "out")
    db = TinyDB(tmp_path / "out" / name, encoding="utf-8")
    assert len(db.table("changes")) == 5
    assert {row["item"]: row["verdict"] for row in db.table("answers")} == {"GW-01": "pass", "GW-02": "fail"}


def test_handing_in_twice_gives_the_same_bytes_and_code(space, tmp_path):
    round_, first = handed(space, tmp_path)
    data = first.path.read_bytes()
    session = work(space, round_)
    try:
        second = hand_in(session, tmp_path / "again.zip")
    finally:
        session.close()
    assert second.code == first.code and second.path.read_bytes() == data


def test_the_code_depends_on_the_changes_and_not_on_their_order():
    assert short_code(["a", "b"]) == short_code(["b", "a"])
    assert short_code(["a", "b"]) != short_code(["a", "c"])
    code = short_code(["a"])
    assert len(code) == 9 and code[4] == "-"
    assert set(code) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ-")


def test_practice_is_marked_and_secret_is_refused(space, tmp_path):
    _, receipt = handed(space, tmp_path, practice=True)
    assert "演练" in receipt.path.name and "演练" in receipt.messages[-1]
    secret = make_round(space, secrecy=Secrecy.TOP_SECRET)
    session = work(space, secret)
    try:
        with pytest.raises(ExportRefused, match="绝密"):
            hand_in(session)
    finally:
        session.close()


def test_a_session_that_only_looks_cannot_hand_in(space, tmp_path):
    round_, _ = handed(space, tmp_path)
    session = work(space, round_)
    second = Session.open(space, round_.id, Identity(name="检查员甲"))
    try:
        with pytest.raises(ReadOnlySession):
            hand_in(second)
    finally:
        second.close()
        session.close()


def swapped(monkeypatch, change):
    """A disk that gives back other bytes than those it was given, for zips."""
    from inspect_tui.store import files

    real = files.replace_held

    def rotten(source, target):
        real(source, target)
        if target.suffix == ".zip":
            target.write_bytes(change(target.read_bytes()))

    monkeypatch.setattr(files, "replace_held", rotten)


def test_a_disk_that_gives_back_something_else_is_noticed(space, tmp_path, monkeypatch):
    round_ = make_round(space)
    session = work(space, round_)
    record(session, tmp_path / "l", LINES[:1])
    swapped(monkeypatch, lambda data: data[:-40] + b"\0" * 40)
    try:
        with pytest.raises(StoreError, match=r"读不回来|不一样"):
            hand_in(session)
    finally:
        session.close()


def test_a_disk_that_gives_back_an_older_hand_in_is_noticed(space, tmp_path, monkeypatch):
    round_, first = handed(space, tmp_path)
    old = first.path.read_bytes()
    session = work(space, round_)
    record(session, tmp_path / "l", [{"unit": "DG01", "item": "GW-03", "verdict": "pass"}])
    swapped(monkeypatch, lambda data: old)
    try:
        with pytest.raises(StoreError, match="不一样"):
            hand_in(session)
    finally:
        session.close()


def rebuilt(path, change):
    """The zip again, its entries passed through `change` (a dict of bytes by name)."""
    with zipfile.ZipFile(path) as archive:
        held = {e.filename: archive.read(e) for e in archive.infolist()}
    change(held)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in held.items():
            archive.writestr(name, data)


def edit_manifest(**values):
    def change(held):
        manifest = json.loads(held[MANIFEST])
        held[MANIFEST] = json.dumps(manifest | values).encode()

    return change


def flip(held):
    name = next(n for n in held if n != MANIFEST)
    data = bytearray(held[name])
    data[len(data) // 2] ^= 1
    held[name] = bytes(data)


def bomb(held):
    held["evidence/" + "b" * 64 + ".jpg"] = b"\0" * 30_000_000


@pytest.mark.parametrize(
    "change",
    [
        lambda held: held.pop(MANIFEST),
        lambda held: held.update({"../evil.json": b"{}"}),
        lambda held: held.update({"a/b.json": b"{}"}),
        lambda held: held.update({"ffffffffffff.json": b"{}"}),
        edit_manifest(code="0000-0000"),
        edit_manifest(writer="ffffffffffff"),
        edit_manifest(version="2.0"),
        edit_manifest(files=[]),
        edit_manifest(counts=3),
        flip,
        bomb,
    ],
)
def test_a_changed_zip_is_refused(space, tmp_path, change):
    _, receipt = handed(space, tmp_path)
    rebuilt(receipt.path, change)
    before = sorted(p for p in tmp_path.rglob("*"))
    with pytest.raises(InputFaults):
        read_hand_in(receipt.path)
    assert sorted(p for p in tmp_path.rglob("*")) == before, "reading writes nothing"


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04" + b"\0" * 50, b"not a zip"])
def test_what_is_no_zip_is_refused(tmp_path, data):
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    with pytest.raises(InputFaults, match="不是交卷文件"):
        read_hand_in(path)
    with pytest.raises(InputFaults, match="找不到文件"):
        read_hand_in(tmp_path / "none.zip")


def test_every_cut_of_a_zip_is_refused_or_whole(space, tmp_path):
    _, receipt = handed(space, tmp_path)
    data = receipt.path.read_bytes()
    for cut in range(0, len(data), 997):
        receipt.path.write_bytes(data[:cut])
        with pytest.raises(InputFaults):
            read_hand_in(receipt.path)
