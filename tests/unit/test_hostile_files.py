"""Damaged and forged files of every kind at every door: told in Chinese or taken, never more than that.

What the long sweeps found stands below as tests of its own.
"""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import mutating as m
import pytest
from hostile_commands import NEW, NOW, Space
from hostile_files import kinds
from hostile_round import inspector_file
from hostile_signs import chinese, foul, strings
from hostile_space import build
from hostile_sweep import Outcome, Sweep, tree

from inspect_tui.exchange.handin_reading import read_hand_in
from inspect_tui.exchange.receipt import read_receipt
from inspect_tui.exchange.scanning import scan
from inspect_tui.exchange.verifying import verify_all
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.person import Identity
from inspect_tui.report.phrase_reading import read_template
from inspect_tui.rules.canonical import canonical, make_change, verified
from inspect_tui.store.lock import FileLock
from inspect_tui.store.received import read_list
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace
from sweeps import times

NAMES = {"unit1.name": "甲组", "unit2.name": "乙组", "unit3.name": "丙组"}
DEEP = b"[" * 5_000 + b"]" * 5_000
#: Files that are small to write and would be costly, or fatal, to read carelessly.
KILLERS = {
    "deep": DEEP,
    "deep inside": b'{"x":' + DEEP + b"}",
    "never closed": b"[" * 200_000,
    "objects": b'{"a":' * 3_000,
    "many keys": b"{" + b",".join(b'"k%d":1' % n for n in range(20_000)) + b"}",
    "one number": b"9" * 300_000,
    "one text": b'"' + b"a" * 1_000_000 + b'"',
    "empty": b"",
    "null": b"null",
    "zeros": b"\0" * 1_000,
}


@pytest.fixture(scope="module")
def space(tmp_path_factory: Any) -> Any:
    """A small workspace with plain words."""
    folder = tmp_path_factory.mktemp("files")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSPECT_TUI_HOME", str(folder / "home"))
        patch.setenv("INSPECT_TUI_DEBUG", "1")
        made = folder / "x"
        made.mkdir()
        yield build(made, lambda name: NAMES.get(name, f"{name}的话"))


@pytest.fixture(scope="module")
def sweep(space: Space) -> Sweep:
    return Sweep(space, kinds(space))


def failed(outcome: Outcome) -> str:
    """The failures of a sweep, for an assertion."""
    return "\n".join(outcome.failures[:20])


# -------------------------------------------------------------------- sweeps


def test_damaged_files_of_every_kind_are_taken_or_told(sweep: Sweep) -> None:
    outcome = sweep.run(times(260, 130), 20261121)
    assert not outcome.failures, failed(outcome)
    assert min(outcome.told["taken"], outcome.told["told"]) > times(50, 25), outcome.told
    assert set(outcome.cases) == set(sweep.kinds)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_a_hundred_thousand_damaged_files_are_taken_or_told(sweep: Sweep) -> None:
    seed = int(os.environ.get("HOSTILE_SEED") or random.SystemRandom().randrange(10**6))
    outcome = sweep.run(100_000, seed)
    print(f"seed {seed}", dict(outcome.told), dict(outcome.cases))
    assert not outcome.failures, f"seed {seed}\n{failed(outcome)}"


def test_costly_files_are_refused_by_every_kind(sweep: Sweep) -> None:
    outcome = Outcome()
    for number, (kind, (name, data)) in enumerate(
        (kind, killer) for kind in sweep.kinds.values() for killer in KILLERS.items()
    ):
        # Every kind meets depth; the others take turns.
        if name == "deep inside" or number % 17 == 0:
            sweep.case(kind, data, random.Random(0), outcome, name)
    assert not outcome.failures, failed(outcome)


def test_the_same_seed_makes_the_same_files(sweep: Sweep) -> None:
    for kind in sweep.kinds.values():
        one, other = (sweep.damaged(kind, random.Random(f"5/{kind.name}")) for _ in range(2))
        assert one == other, kind.name


WORKER = """
import resource, sys
sys.path[:0] = sys.argv[1:2]
from hostile_authored_files import check_file_well
from hostile_handed_files import scan_well
from hostile_sweep import through
from pathlib import Path
from inspect_tui.store.loading import check_file
from inspect_tui.exchange.checklist_sheet import import_bytes
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
def book(path):
    import_bytes(path.read_bytes(), path.name, checklist_id="a")
for path in map(Path, sys.argv[3:]):
    for door in (book,) if path.suffix == ".xlsx" else (check_file_well, scan_well):
        through(door, path)
print("sound")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on memory there")
def test_bombs_are_refused_within_little_memory(tmp_path: Path) -> None:
    def write(name: str, data: bytes) -> str:
        (tmp_path / name).write_bytes(data)
        return str(tmp_path / name)

    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("a.json", b"\0" * 120_000_000)
    files = [
        write("deep.json", b"[" * 3_000_000),
        write("keys.json", b"{" + b",".join(b'"%d":1' % n for n in range(times(1_000_000, 250_000))) + b"}"),
        write("bomb.zip", bomb.getvalue()),
        write("bomb.xlsx", bomb.getvalue()),
        write("text.json", b'{"a":"' + b"x" * 20_000_000 + b'"}'),
    ]
    limit = times(900, 500) * 1024 * 1024
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", WORKER, here, str(limit), *files],
        capture_output=True,
        timeout=200,
        check=False,
    )
    assert done.stdout.strip() == b"sound", done.stderr.decode("utf-8")[-800:]


# -------------------------------------------------------------------- what the sweeps found


def snapshot(space: Space, alter: Any) -> bytes:
    """The inspector's findings file with something in it changed, its seals put right."""
    document = json.loads(inspector_file(space).read_bytes())
    alter(document)
    m._rechain(document)
    return m.resealed(m.dumped(document))


def opened(space: Space) -> Session:
    return Session.open(Workspace(space.root), NEW, Identity(name=space.say("inspector")), lambda: NOW)


@pytest.mark.parametrize(
    "bad", [{"by": "甲"}, {"edits": [{"field": "note"}]}, {"edits": [1.5]}, {"at": 2**70}]
)
def test_an_own_change_nobody_can_read_is_named_and_the_rest_opens(space: Space, bad: dict[str, Any]) -> None:
    path = inspector_file(space)
    held = tree(space.root)
    path.write_bytes(snapshot(space, lambda d: d["changes"]["2"]["body"].update(bad)))
    try:
        session = opened(space)
        assert len(session.state.changes) > 3
        assert any("有一条记录读不懂，已跳过" in line for line in session.messages)
        session.reload()
        session.close()
    finally:
        for name in tree(space.root).keys() - held.keys():
            (space.root / name).unlink()
        for name, data in held.items():
            (space.root / name).write_bytes(data)


def test_a_state_table_that_is_none_is_told(space: Space, tmp_path: Path) -> None:
    for number, odd in enumerate((None, m.Text("1" * 400), [1], "x")):
        path = tmp_path / f"{number}.json"
        path.write_bytes(snapshot(space, lambda d, odd=odd: d.update(answers=odd)))
        assert verify_all(path).doubts


def test_a_file_that_says_it_is_another_kind_is_told_clean(space: Space, tmp_path: Path) -> None:
    for field in ("format", "version"):
        path = tmp_path / f"{field}.json"
        path.write_bytes(snapshot(space, lambda d, f=field: d["_meta"]["1"].update({f: "\x1b]0;x\x07"})))
        (file,) = scan([path]).files
        assert not file.usable and chinese(file.reason) and not foul(file.reason)


def test_numbers_no_program_writes_make_a_change_that_is_not_verified() -> None:
    body = msgspec.Raw(b'{"a":' + b"9" * 400 + b"}")
    change = make_change("", "a" * 12, msgspec.json.decode(b'{"at":"","by":[],"edits":[]}', type=_body()))
    assert not verified(msgspec.structs.replace(change, body=body))
    assert not verified(msgspec.structs.replace(change, body=msgspec.Raw(b'{"a":' + DEEP + b"}")))


def _body() -> Any:
    from inspect_tui.model.change import Body

    return Body


def test_what_verify_quotes_of_a_foreign_file_is_clean(space: Space, tmp_path: Path) -> None:
    def alter(document: dict[str, Any]) -> None:
        changes = document["changes"]
        changes["1"]["body"]["edits"][0]["record"] = "a\r\nb\x1b[2J\u202e"
        changes["2"]["body"]["edits"][0]["record"] = "answer/\x1b[2J/\u202e/\x9b"
        changes["3"]["writer"] = "\x1b[2J\u202e"

    path = tmp_path / "a.json"
    path.write_bytes(snapshot(space, alter))
    doubts = verify_all(path).doubts
    assert len(doubts) > 2 and not any(foul(d.where + d.reason) for d in doubts)


def hand_in(space: Space, name: str) -> bytes:
    out = io.BytesIO(space.files["handin"].read_bytes())
    info = zipfile.ZipInfo("x")
    info.filename = name
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(info, b"x")
    return out.getvalue()


@pytest.mark.parametrize("name", ["", "\x1b[2J.json", "\u202egnp.exe"])
def test_odd_names_in_a_hand_in_are_told_clean(space: Space, tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(hand_in(space, name))
    for file in scan([path]).files:
        assert not foul(file.reason) and not file.usable
    with pytest.raises(InputFaults) as refused:
        read_hand_in(path)
    assert not any(foul(fault.text()) for fault in refused.value.faults)


def test_a_template_fault_shows_its_value_clean() -> None:
    for data in (b"\0" * 300, b"\x1b[2J\x1a", "{% block x %}{{ \u202e }}{% endblock %}".encode()):
        faults = read_template(data, "a.txt").faults
        assert faults and not any(foul(fault.text()) for fault in faults)


def test_the_list_of_received_files_and_receipts_are_read_clean(sweep: Sweep, tmp_path: Path) -> None:
    folder = tmp_path / "received"
    folder.mkdir()
    kind = sweep.kinds["received list"]
    raw = json.loads(kind.sample)
    raw["files"][0] |= {"name": "\ufeff\x1b[2J甲", "taken_by": "乙\u202e"}
    (folder / "list.json").write_text(json.dumps(raw), encoding="utf-8")
    (entry,) = read_list(tmp_path)
    assert (entry.name, entry.taken_by) == ("[2J甲", "乙")
    document = json.loads(sweep.kinds["receipt"].sample)
    table = next(v for k, v in document.items() if k.startswith("receipt"))
    for row in table.values():
        row["unit"] = "G1\u202e"
    path = tmp_path / "回执.json"
    path.write_bytes(m.resealed(m.dumped(document)))
    assert not any(foul(text) for text in strings(read_receipt(path)))


@pytest.mark.parametrize(
    "data", [b'{"x":' + DEEP + b"}", b"{" * 4_000, b"\xff" * 90], ids=["deep", "open", "noise"]
)
def test_small_files_of_our_own_are_none_when_they_are_nonsense(tmp_path: Path, data: bytes) -> None:
    space = Workspace.init(tmp_path / "w")
    (tmp_path / "w" / "identity.json").write_bytes(data)
    assert space.identity() is None
    lock = FileLock(tmp_path / "a.json")
    lock._holder_path.write_bytes(data)
    assert lock.holder().text()


def test_no_change_is_made_that_a_merge_would_refuse(space: Space) -> None:
    """Words that came past their door uncleaned are cleaned before they are kept."""
    from inspect_tui.model.change import Edit
    from inspect_tui.store.clean import is_clean

    session = opened(space)
    before = len(session.state.changes)
    words = "=1\x1b[2J\u202e\ud800e\u0301"
    session.commit([Edit(record="answer/G2/small/TS-02", field="note", value=words, decision=words)], words)
    change = list(session.file.changes())[-1] if session.file is not None else None
    assert len(session.state.changes) == before + 1 and change is not None and change.body is not None
    text = bytes(change.body).decode("utf-8")
    assert is_clean(text) and "\\u" not in text and "=1[2J\ufffd\u00e9" in text
    assert canonical(msgspec.json.decode(text)) == text.encode()
    session.undo("G2")
    session.close()
