"""The findings file: round trips, stock TinyDB, damage, limits, two processes, slow disks."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pytest
import tinydb
from faultfs import FaultFS
from storework import ROUND, TODAY, Day, add, next_change, tables

from inspect_tui.exchange.union import Union
from inspect_tui.model.change import Body, Change, Edit
from inspect_tui.rules.canonical import canonical, digest, make_change
from inspect_tui.store import files, findings, recovery, snapshot
from inspect_tui.store.errors import DamagedFile, NewerVersion, StoreError
from inspect_tui.store.findings import FindingsFile, Locked, findings_exist, read_findings, write_merged
from inspect_tui.store.snapshot import PREFIX, BadSnapshot, decode


@pytest.fixture(autouse=True)
def _restore_fs() -> Iterator[None]:
    kept = files.fs
    yield
    files.fs = kept


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "w1.json"


def made(path: Path, count: int = 3) -> list[str]:
    """A closed file of some changes."""
    file = FindingsFile.create(path, writer="w1", round_raw=ROUND, tables=tables, today=TODAY)
    ids = [add(file) for _ in range(count)]
    assert file.close() == ""
    return ids


def rewritten(path: Path, change_meta: dict[str, object], **more: object) -> None:
    """Rewrite a snapshot with a good checksum but other content."""
    data = json.loads(path.read_bytes())
    meta = {k: v for k, v in data.pop("_meta")["1"].items() if k != "sha256"} | change_meta
    rest = json.dumps(data | more, ensure_ascii=False, separators=(",", ":")).encode()
    about = json.dumps(meta, separators=(",", ":")).encode()
    path.write_bytes(files.seal(PREFIX, b'",' + about[1:] + b"}," + rest[1:]))


# ---------------------------------------------------------------- round trips


def test_stock_tinydb_opens_the_file_and_sees_everything(path: Path) -> None:
    ids = made(path, 40)
    db = tinydb.TinyDB(path, encoding="utf-8")
    assert db.tables() == {"_meta", "round", "changes", "answers", "findings", "visits", "triggers"}
    documents = db.table("changes").all()
    assert [document["id"] for document in documents] == ids
    assert [document.doc_id for document in documents] == list(range(1, 41))
    assert documents[3]["body"]["edits"][0]["value"] == "近3个月缺1个月未修订"
    assert db.table("round").all() == [ROUND]
    assert db.table("answers").all() == tables()["answers"]
    (meta,) = db.table("_meta").all()
    db.close()
    assert meta["closed"] is True and meta["count"] == 40 and meta["head"] == ids[-1]
    data = path.read_bytes()
    assert hashlib.sha256(data[len(PREFIX) + 64 :]).hexdigest() == meta["sha256"]


def test_what_is_appended_is_there_after_reopening(path: Path) -> None:
    ids = made(path)
    file = FindingsFile.open(path)
    assert file.recovery.clean and not file.recovery.messages
    assert file.round_raw == ROUND and file.writer == "w1" and file.head == ids[-1]
    ids += [add(file, text) for text in ("[/]", "[@click=app.quit]x", "䶮𠮷㛃", "行一\n行二", "”“，")]
    assert [change.id for change in file.changes()] == ids and len(file) == 8
    file.close()
    content = read_findings(path)
    assert [change.id for change in content.changes] == ids
    body = msgspec.json.decode(content.changes[-2].body, type=Body)
    assert body.edits[0].value == "行一\n行二"


def test_queries_see_a_change_at_once(path: Path) -> None:
    made(path)
    with FindingsFile.open(path) as file:
        query = tinydb.Query().id == "x"
        assert not file.db.table("changes").search(query)
        change = next_change(file)
        wanted = tinydb.Query().id == change.id
        assert not file.db.search(wanted)
        file.append(change)
        (found,) = file.db.search(wanted)
        assert found["body"]["what"] == "说明" and found.doc_id == 4
        assert file.db.get(doc_id=4) == found and file.db.get(doc_id=5) is None
        assert len(file.db) == 4
        assert file.db.table("answers").all() == tables()["answers"]


def test_a_change_may_be_inserted_as_a_tinydb_document(path: Path) -> None:
    made(path, 0)
    with FindingsFile.open(path) as file:
        change = next_change(file)
        assert change.body is not None
        document = {"id": change.id, "writer": "w1", "prev": "", "body": json.loads(bytes(change.body))}
        assert file.db.table("changes").insert(document) == 1
        file.flush()
    assert read_findings(path).changes == [change]


def test_history_is_only_added_to(path: Path) -> None:
    made(path)
    before = path.read_bytes()
    with FindingsFile.open(path) as file:
        table = file.db.table("changes")
        for attempt in (
            lambda: table.remove(doc_ids=[1]),
            lambda: table.update({"id": "x"}),
            table.truncate,
            file.db.drop_tables,
            lambda: file.db.table("answers").insert({"a": 1}),
            lambda: file.db.table("answers").truncate(),
        ):
            with pytest.raises(StoreError):
                attempt()
        assert len(table) == 3
    assert path.read_bytes() == before


def test_only_the_next_change_of_its_writer_is_taken(path: Path) -> None:
    made(path)
    with FindingsFile.open(path) as file:
        good = next_change(file)
        body = Body(at="x", by=("乙",), edits=(Edit(record="visit/u", field="note", value="x"),))
        for bad in (
            make_change(file.head, "w2", body),
            make_change("", "w1", body),
            Change(id="0" * 32, writer="w1", prev=file.head, body=good.body),
        ):
            with pytest.raises(ValueError, match="change"):
                file.append(bad)
        assert len(file) == 3 and not file.pending
        file.append(good)


def test_opening_and_closing_writes_nothing(path: Path) -> None:
    made(path)
    files.fs = fault = FaultFS()
    FindingsFile.open(path).close()
    assert set(fault.log) <= {"read", "names"}


def test_an_amended_round_is_kept_like_a_change(path: Path) -> None:
    made(path)
    file = FindingsFile.open(path)
    file.set_round(ROUND | {"pack_version": 2})
    file.flush()
    assert read_findings(path).round_raw["pack_version"] == 2
    last = add(file)
    file.close()
    content = read_findings(path)
    assert content.round_raw == ROUND | {"pack_version": 2} and content.changes[-1].id == last


def test_an_erased_change_keeps_its_place(path: Path) -> None:
    made(path)
    kept = read_findings(path).changes
    assert kept[1].body is not None
    erased = {"id": kept[1].id, "writer": "w1", "prev": kept[1].prev, "hash": digest(bytes(kept[1].body))}
    documents = json.loads(path.read_bytes())["changes"]
    rewritten(path, {}, changes=documents | {"2": erased})
    changes = read_findings(path).changes
    assert changes[1].body is None and changes[1].hash and changes[2].id == kept[2].id
    with FindingsFile.open(path) as file:
        add(file)
    assert read_findings(path).changes[1] == changes[1]


def test_unknown_fields_and_tables_of_a_newer_minor_version_are_passed_on(path: Path) -> None:
    made(path)
    data = json.loads(path.read_bytes())
    later = {"1": {"甲": [1, {"b": None}]}}
    rewritten(path, {"version": "1.7", "seal": "later"}, evidence=later, answers=data["answers"])
    with FindingsFile.open(path, tables=tables) as file:
        add(file)
    after = json.loads(path.read_bytes())
    assert after["evidence"] == later
    assert after["_meta"]["1"]["seal"] == "later" and after["_meta"]["1"]["version"] == "1.7"
    assert after["round"] == {"1": ROUND} and len(after["changes"]) == 4


def test_files_are_private(path: Path) -> None:
    made(path)
    with FindingsFile.open(path, today=TODAY) as file:
        add(file)
        file.flush()
        if os.name != "nt":
            for kept in path.parent.iterdir():
                if kept.suffix != ".holder":
                    assert kept.stat().st_mode & 0o077 == 0, kept.name


def test_a_round_known_to_the_last_byte_is_not_read_again(path: Path) -> None:
    made(path)
    amended = ROUND | {"pack_version": 2}
    for known in (ROUND, amended):
        with FindingsFile.open(path, known={canonical(known): known}) as file:
            assert file.round_raw == ROUND
            assert (file.round_raw is ROUND) is (known is ROUND)


@pytest.mark.parametrize(
    "table", [{}, [], {"2": ROUND}, {"1": ROUND, "3": ROUND}, {"1": ROUND, "2": 5}, {"2": ROUND, "1": "x"}]
)
def test_what_is_wrong_with_the_rounds_is_told_alike_when_one_is_known(path: Path, table: object) -> None:
    made(path)
    rewritten(path, {}, round=table)
    told = []
    for known in (None, {canonical(ROUND): ROUND}):
        with pytest.raises(BadSnapshot) as bad:
            decode(path.read_bytes(), known)
        told.append(str(bad.value))
    assert told[0] == told[1]


# ---------------------------------------------------------------- open, closed, folded


def test_a_copy_of_a_running_file_says_that_it_was_open(path: Path, tmp_path: Path) -> None:
    made(path)
    assert read_findings(path).closed
    file = FindingsFile.open(path, tables=tables)
    add(file)
    file.flush()
    wait_until(lambda: not json.loads(path.read_bytes())["_meta"]["1"]["closed"])
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "w1.json").write_bytes(path.read_bytes())
    assert not read_findings(copy / "w1.json").closed
    add(file)
    file.flush()
    assert len(read_findings(path).changes) == 5, "beside its journal nothing is missing"
    file.close()
    assert read_findings(path).closed


def test_one_generation_back_is_kept_and_older_journals_go(path: Path) -> None:
    file = FindingsFile.create(path, writer="w1", round_raw=ROUND, tables=tables)
    for _ in range(6):
        add(file)
        file.compact()
    file.close()
    names = sorted(kept.name for kept in path.parent.iterdir())
    assert [name for name in names if name.endswith(".journal")] == ["w1.13.journal"] or len(names) <= 4
    bak = decode((path.parent / "w1.bak").read_bytes())
    assert bak.meta.generation < decode(path.read_bytes()).meta.generation
    assert not [name for name in names if name.endswith(".tmp")]


def test_daily_copies_are_kept_for_thirty_days(path: Path) -> None:
    made(path)
    for day in range(40):
        today = TODAY + datetime.timedelta(days=day)
        with FindingsFile.open(path, today=today) as file:
            add(file)
            file.compact()
            add(file)
    copies = sorted(path.parent.glob("w1.2*.bak"))
    assert len(copies) == 31
    assert copies[-1].name == "w1.20261229.bak"
    assert len(decode(copies[-1].read_bytes()).changes) == 3 + 39 * 2, "as it was before that day's work"


def test_journals_fold_by_themselves_when_it_is_quiet(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspect_tui.store.saver.IDLE", 0.05)
    monkeypatch.setattr("inspect_tui.store.saver.FOLD_BYTES", 10)
    made(path)
    file = FindingsFile.open(path)
    for count in range(4, 7):
        add(file)
        file.flush()
        wait_until(lambda count=count: decode(path.read_bytes()).meta.count == count)
    file.close()


def test_a_file_changed_by_another_program_is_put_aside(path: Path) -> None:
    made(path)
    file = FindingsFile.open(path, tables=tables)
    path.write_bytes(b'{"_default": {}}')
    ids = [add(file)]
    file.compact()
    assert any("别的程序" in warning for warning in file.warnings)
    file.close()
    assert (path.parent / "w1.json.damaged-1").read_bytes() == b'{"_default": {}}'
    assert [change.id for change in read_findings(path).changes][3:] == ids


# ---------------------------------------------------------------- damage


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 4096, b"{}", b"[]", b"not json", b'{"_default": {"1": {"a": 1}}}', b"\xff\xfe{\0}\0"],
)
def test_what_is_not_a_findings_file_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for attempt in (read_findings, FindingsFile.open):
        with pytest.raises(DamagedFile, match=r"w1\.json打不开") as refused:
            attempt(path)
        assert str(refused.value).endswith("。")
    with pytest.raises(StoreError, match="已经存在"):
        FindingsFile.create(path, writer="w1", round_raw=ROUND)
    assert path.read_bytes() == content


def test_every_flipped_byte_is_noticed(path: Path) -> None:
    made(path, 2)
    good = path.read_bytes()
    for position in range(0, len(good), 7):
        bad = bytearray(good)
        bad[position] ^= 0x10
        with pytest.raises(BadSnapshot):
            decode(bytes(bad))
    for length in range(0, len(good), 11):
        with pytest.raises(BadSnapshot):
            decode(good[:length])


def test_sealed_nonsense_is_refused_by_type(path: Path) -> None:
    made(path)
    good = path.read_bytes()
    deep = b'",' + b'"a":' + b"[" * 5000 + b"]" * 5000 + b"}}}"
    for rest in (b"", b'"}}}', b'"},"1":[]}}', deep, b'","count":"x"}},"changes":[]}'):
        with pytest.raises(BadSnapshot):
            decode(files.seal(PREFIX, rest))
    for meta, more in (
        ({"count": 7}, {}),
        ({"format": "other"}, {}),
        ({}, {"changes": {"01": {}}}),
        ({}, {"round": {}}),
        ({"count": 3}, {"changes": {"1": {}, "2": {}, "3": {}}}),
        ({"count": 1}, {"changes": {"1": {"id": "a", "writer": "b", "prev": "", "body": None}}}),
    ):
        path.write_bytes(good)
        rewritten(path, meta, **more)
        with pytest.raises(BadSnapshot):
            decode(path.read_bytes())


def test_a_newer_major_version_is_refused_without_touching_it(path: Path) -> None:
    made(path)
    rewritten(path, {"version": "2.0"})
    before = path.read_bytes()
    with pytest.raises(NewerVersion, match="请升级程序"):
        FindingsFile.open(path)
    assert path.read_bytes() == before


def test_falling_back_is_said_and_the_damaged_file_kept(path: Path) -> None:
    ids = made(path)
    with FindingsFile.open(path) as file:
        ids.append(add(file))
    damaged = path.read_bytes()[:-9]
    path.unlink()
    path.write_bytes(damaged)
    file = FindingsFile.open(path)
    assert [change.id for change in file.changes()] == ids
    (message, *_) = [text for text in file.recovery.messages if "已损坏" in text]
    assert "w1.bak" in message and "w1.json.damaged-1" in message
    file.close()
    assert (path.parent / "w1.json.damaged-1").read_bytes() == damaged
    assert FindingsFile.open(path, read_only=True).recovery.clean


def test_a_missing_main_file_is_rebuilt(path: Path) -> None:
    ids = made(path)
    with FindingsFile.open(path) as file:
        ids.append(add(file))
    path.unlink()
    assert findings_exist(path)
    with FindingsFile.open(path) as file:
        assert [change.id for change in file.changes()] == ids
        assert "不见了" in "".join(file.recovery.messages)
    assert path.exists()


def test_an_old_main_file_put_back_by_a_sync_program_loses_nothing(path: Path) -> None:
    ids = made(path)
    old = path.read_bytes()
    for _ in range(3):
        with FindingsFile.open(path) as file:
            ids.append(add(file))
    path.unlink()
    path.write_bytes(old)
    file = FindingsFile.open(path)
    assert [change.id for change in file.changes()] == ids
    assert "是旧的" in "".join(file.recovery.messages)
    file.close()
    assert [change.id for change in read_findings(path).changes] == ids


def test_a_torn_end_is_dropped_and_said(path: Path) -> None:
    made(path)
    file = FindingsFile.open(path)
    add(file)
    file.flush()
    wait_until(lambda: not decode(path.read_bytes()).meta.closed)
    ids = [add(file), add(file)]
    file.flush()
    file.abandon()
    journal = max(path.parent.glob("*.journal"), key=lambda kept: int(kept.suffixes[-2][1:]))
    journal.write_bytes(journal.read_bytes() + b'0123456789abcdef C {"id":')
    file = FindingsFile.open(path)
    assert [change.id for change in file.changes()][-2:] == ids
    assert file.recovery.torn == 1 and "没写完的部分已舍去" in "".join(file.recovery.messages)
    file.close()
    assert FindingsFile.open(path, read_only=True).recovery.clean


def test_a_broken_line_in_the_middle_is_never_passed_over(path: Path) -> None:
    made(path)
    file = FindingsFile.open(path, tables=tables)
    ids = [add(file) for _ in range(4)]
    file.flush()
    wait_until(lambda: not decode(path.read_bytes()).meta.closed)
    more = [add(file) for _ in range(4)]
    file.flush()
    file.abandon()
    journal = max(path.parent.glob("*.journal"), key=lambda kept: int(kept.suffixes[-2][1:]))
    lines = journal.read_bytes().split(b"\n")
    lines[2] = lines[2].replace(b"2026", b"2027")
    damaged = b"\n".join(lines)
    journal.write_bytes(damaged)
    file = FindingsFile.open(path)
    held = [change.id for change in file.changes()]
    assert held[3:] == [*ids, more[0]]
    (message,) = [text for text in file.recovery.messages if "损坏" in text]
    assert "第3行" in message and "前面的1条" in message and "还有2行" in message
    file.append(next_change(file))
    file.close()
    assert journal.with_name(f"{journal.name}.damaged-1").read_bytes() == damaged
    assert not journal.exists()
    assert len(read_findings(path).changes) == 9


def test_a_journal_of_another_writer_is_not_taken(path: Path, tmp_path: Path) -> None:
    made(path)
    other = tmp_path / "other"
    other.mkdir()
    stranger = FindingsFile.create(other / "w2.json", writer="w2", round_raw=ROUND)
    add(stranger)
    stranger.flush()
    stranger.abandon()
    (journal,) = other.glob("*.journal")
    (tmp_path / "w1.900.journal").write_bytes(journal.read_bytes())
    with FindingsFile.open(path) as file:
        assert len(file) == 3 and "不属于这份记录" in "".join(file.recovery.messages)
    assert (tmp_path / "w1.900.journal.damaged-1").exists()


def test_when_nothing_is_left_the_daily_copies_are_named(path: Path) -> None:
    made(path)
    with FindingsFile.open(path, today=TODAY) as file:
        add(file)
    for name in ("w1.json", "w1.bak"):
        (path.parent / name).unlink()
        (path.parent / name).write_bytes(b"")
    with pytest.raises(DamagedFile, match=r"长度为零.*w1\.20261120\.bak") as error:
        FindingsFile.open(path)
    assert error.value.copies == (path.parent / "w1.20261120.bak",)


def test_mutated_files_give_one_kind_of_error_or_a_good_load(path: Path) -> None:
    import random

    made(path, 3)
    good = path.read_bytes()
    pick = random.Random(5)
    refused = 0
    for _ in range(3000):
        bad = bytearray(good)
        for _ in range(pick.randrange(1, 4)):
            spot = pick.randrange(len(bad))
            match pick.randrange(3):
                case 0:
                    bad[spot] = pick.randrange(256)
                case 1:
                    del bad[spot : spot + pick.randrange(1, 20)]
                case _:
                    bad[spot:spot] = bytes(pick.choices(b'{}[]",:0\\\xff', k=3))
        data = bytes(bad)
        if pick.random() < 0.7:  # A hostile file carries a good checksum.
            data = files.seal(PREFIX, data[len(PREFIX) + 64 :])
        try:
            assert len(decode(data).changes) == 3
        except BadSnapshot:
            refused += 1
    assert refused > 1000


# ---------------------------------------------------------------- two processes, slow disks, limits

HOLD = """
import sys, pathlib
sys.path.insert(0, {here!r})
from storework import add
from inspect_tui.store.findings import FindingsFile
file = FindingsFile.open(pathlib.Path(sys.argv[1]))
add(file); file.flush()
print(len(file), flush=True)
sys.stdin.readline()
"""


def test_a_second_process_may_only_look_and_is_told_who_writes(path: Path) -> None:
    made(path)
    code = HOLD.format(here=str(Path(__file__).parent))
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "4\n"
    with pytest.raises(Locked, match=f"进程{holder.pid}") as held:
        FindingsFile.open(path)
    assert held.value.holder.pid == holder.pid
    view = FindingsFile.open_or_view(path)
    assert len(view) == 4 and view.read_only and f"进程{holder.pid}" in view.read_only_reason
    assert not view.recovery.messages, "a running writer is no accident"
    with pytest.raises(StoreError, match="只能查看"):
        view.append(next_change(view))
    view.close()
    holder.kill()
    holder.wait()
    file = FindingsFile.open(path)
    assert len(file) == 4 and not file.read_only
    file.close()


def test_the_same_file_is_not_opened_twice_in_one_process(path: Path) -> None:
    made(path)
    with FindingsFile.open(path):
        with pytest.raises(Locked):
            FindingsFile.open(path)
        with pytest.raises(Locked):
            FindingsFile.create(path, writer="w1", round_raw=ROUND)
    FindingsFile.open(path).close()


@pytest.mark.skipif(os.name == "nt", reason="folder rights are another thing there")
def test_a_folder_that_cannot_be_written_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(path)
    import filelock

    def refuse(self: object, *_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    file = FindingsFile.open(path)
    assert len(file) == 3 and file.read_only and "只读" in file.read_only_reason
    with pytest.raises(StoreError):
        file.append(next_change(file))


def test_a_slow_disk_delays_no_key_and_groups_what_waits(path: Path) -> None:
    files.fs = fault = FaultFS()
    file = FindingsFile.create(path, writer="w1", round_raw=ROUND)
    saved: list[int] = []
    file.on_saved = saved.append
    fault.log.clear()
    fault.gate.clear()
    for _ in range(300):
        add(file)  # Returns although no flush does.
    assert file.pending == 300 and not saved
    fault.gate.set()
    file.flush()
    assert fault.log.count("fsync") <= 2, "what waited behind the first flush did not go out in one"
    assert saved[-1] == 300 and saved == sorted(saved)
    file.close()
    assert len(read_findings(path).changes) == 300


def test_saving_goes_on_while_a_large_file_is_folded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "CHUNK", 20_000)
    monkeypatch.setattr(snapshot, "CHUNK", 20_000)
    files.fs = fault = FaultFS()
    file = FindingsFile.create(path, writer="w1", round_raw=ROUND)
    for _ in range(400):
        add(file)
    file.flush()
    saved_at: list[int] = []
    file.on_saved = lambda count: saved_at.append(len(fault.log))
    fault.log.clear()
    fault.after_flush = lambda: add(file)  # A key is pressed while the first piece is written.
    file.compact()
    assert saved_at and saved_at[0] < fault.log.index("replace"), "the save waited for the whole fold"
    last = file.head
    file.abandon()
    content = read_findings(path)
    assert content.changes[-1].id == last and content.recovery.replayed == 1


def test_limits_are_refused_clearly(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(path)
    monkeypatch.setattr(findings, "FINDINGS_CHANGES", 4)
    with FindingsFile.open(path) as file:
        add(file)
        with pytest.raises(StoreError, match="100万"):
            add(file)
    monkeypatch.setattr(findings, "FINDINGS_CHANGES", 10**6)
    monkeypatch.setattr(findings, "FINDINGS_BYTES", 100)
    with FindingsFile.open(path) as file, pytest.raises(StoreError, match="512MB"):
        add(file)
    monkeypatch.setattr(recovery, "FINDINGS_BYTES", 100)
    with pytest.raises(DamagedFile, match="512MB"):
        read_findings(path)


FULL = """
import pathlib, resource, sys
sys.path.insert(0, {here!r})
from storework import ROUND, add
from inspect_tui.store.errors import StoreError
from inspect_tui.store.findings import FindingsFile, read_findings
path = pathlib.Path(sys.argv[1])
file = FindingsFile.create(path, writer="w1", round_raw=ROUND)
told = []
file.on_error = told.append
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
saved = 0
try:
    while True:
        add(file)
        file.flush(20)
        saved = len(file)
        if saved % 20 == 0:
            file.compact()
except StoreError as error:
    print(str(error).replace("\\n", " "))
assert 10 < saved, saved
assert len(read_findings(path).changes) >= saved
add(file, "x" * 30_000)
try:
    file.flush(20)
    raise SystemExit("a change larger than the limit was called saved")
except StoreError as error:
    assert file.pending >= 1 and told
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
file.flush(20)
count = len(file)
assert file.close() == "" and not file.pending
content = read_findings(path)
assert len(content.changes) == count and content.recovery.clean and content.closed
print("done", saved, count)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_a_medium_that_is_really_full(path: Path) -> None:
    code = FULL.format(here=str(Path(__file__).parent))
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "超出了系统允许的大小" in done.stdout and done.stdout.rstrip().split("\n")[-1].startswith("done")


# ---------------------------------------------------------------- the merged file


def union(changes: Iterable[Change]) -> dict[str, Change]:
    held = Union()
    for change in changes:
        held.add(change)
    return held.changes


def test_the_merged_file_depends_on_the_set_of_changes_alone(tmp_path: Path) -> None:
    sources = []
    for writer in ("w1", "w2", "w3"):
        file = FindingsFile.create(tmp_path / f"{writer}.json", writer=writer, round_raw=ROUND)
        for _ in range(5):
            add(file)
        sources += list(file.changes())
        file.close()
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    write_merged(one, [ROUND, ROUND | {"pack_version": 2}], union(sources), tables())
    again = union([*reversed(sources), *sources])
    write_merged(two, [ROUND | {"pack_version": 2}, ROUND, ROUND], again, tables())
    assert one.read_bytes() == two.read_bytes()
    content = read_findings(one)
    assert content.merged and content.closed and content.round_raw["pack_version"] == 2
    assert [change.id for change in content.changes] == sorted({change.id for change in sources})
    db = tinydb.TinyDB(one, encoding="utf-8")
    assert [document.doc_id for document in db.table("changes").all()] == list(range(1, 16))
    db.close()
    with pytest.raises(StoreError, match="合并"):
        FindingsFile.open(one)
    write_merged(two, content.rounds, union(content.changes), tables())
    assert two.read_bytes() == one.read_bytes()


def test_a_bare_copy_alone_empties_nothing_whatever_the_order(tmp_path: Path) -> None:
    ids = made(tmp_path / "w1.json", 2)
    first, second = read_findings(tmp_path / "w1.json").changes
    assert first.body is not None
    gone = Change(id=first.id, writer="w1", prev="", hash=digest(bytes(first.body)))
    spaced = Change(
        id=second.id,
        writer="w1",
        prev=second.prev,
        body=msgspec.Raw(json.dumps(json.loads(bytes(second.body or b""))).encode()),
    )
    outs = []
    for number, order in enumerate(([first, second, gone, spaced], [gone, spaced, second, first])):
        out = tmp_path / f"out{number}.json"
        write_merged(out, [ROUND], union(order), {})
        outs.append(out.read_bytes())
    assert outs[0] == outs[1]
    merged = {change.id: change for change in decode(outs[0]).changes}
    assert bytes(merged[ids[0]].body or b"") == bytes(first.body)
    assert bytes(merged[ids[1]].body or b"") == canonical(json.loads(bytes(second.body or b"")))


def test_a_reader_beside_a_folding_writer_always_sees_every_saved_change(path: Path) -> None:
    day = Day(path)
    file = day.open()
    stop = threading.Event()

    def keep_folding() -> None:
        while not stop.is_set():
            file.compact()

    folding = threading.Thread(target=keep_folding)
    folding.start()
    try:
        for _ in range(40):
            day.save(file)
            content = read_findings(path)
            assert [change.id for change in content.changes][: len(day.saved)] == day.saved
            assert not content.recovery.messages
    finally:
        stop.set()
        folding.join()
        file.close()


def test_a_writer_that_folds_twice_behind_a_reader_leaves_no_file_out_of_date(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = Day(path)
    file = day.open()
    day.save(file)
    stock, folds = recovery.generation_of, [2]

    def folded_meanwhile(bak: Path) -> int:
        while folds and folds[0]:
            folds[0] -= 1
            day.save(file)
            file.compact()
        return stock(bak)

    monkeypatch.setattr(recovery, "generation_of", folded_meanwhile)
    content = read_findings(path)
    file.close()
    assert not content.recovery.messages and not content.recovery.fallback
    assert [change.id for change in content.changes] == day.saved


def wait_until(true: object, seconds: float = 10.0) -> None:
    """Wait for something another thread does."""
    assert callable(true)
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)
