"""Taking files in, taking them off again: the list decides what counts, the files stay as they came."""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest
from mergework import NoWait, file_bytes
from strategies import GW1, GW2, ROUND, Desk

from inspect_tui.exchange import received
from inspect_tui.exchange.received import held, journal, resting_on, scan_for, take, undo
from inspect_tui.exchange.scanning import Cancelled
from inspect_tui.exchange.source import read_source
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.person import Identity
from inspect_tui.model.terms import Verdict
from inspect_tui.rules.canonical import checklist_hash
from inspect_tui.rules.fold import State
from inspect_tui.store import files
from inspect_tui.store.errors import StoreError
from inspect_tui.store.received import LIST, read_list, write_list
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parents[1] / "tui"))
from fixture import clock

RAW = json.loads(msgspec.json.encode(msgspec.structs.replace(ROUND, origin="0" * 16)))
LEAD = Identity(name="组长丁")


@pytest.fixture
def space(tmp_path: Path, monkeypatch) -> Workspace:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = Workspace(tmp_path / "w")
    for folder in (space.checklists_dir, space.rounds_dir, space.exports_dir):
        folder.mkdir(parents=True)
    space.save_round(RAW)
    assert checklist_hash(ROUND.checklists[0])
    return space


def two() -> tuple[Desk, Desk]:
    first, second = Desk("a" * 12, "检查员甲"), Desk("b" * 12, "检查员乙")
    first.judge(Verdict.FAIL, "无责任人")
    first.judge(Verdict.PASS, item=GW2)
    second.judge(Verdict.PASS)
    return first, second


def bring(tmp_path: Path, *desks: Desk) -> list[Path]:
    paths = []
    for desk in desks:
        paths.append(tmp_path / f"{desk.people[0]}-{len(desk.own)}.json")
        paths[-1].write_bytes(file_bytes(desk.own, raw=RAW))
    return paths


def take_all(space: Workspace, paths: list[Path], **options):
    return take(space, ROUND.id, scan_for(space, ROUND.id, paths), "组长丁", clock(), **options)


def ids(space: Workspace) -> set[str]:
    session = Session.open(space, ROUND.id, LEAD, clock, read_only=True)
    return set(session.state.changes)


def test_a_file_is_kept_as_it_came_and_its_entry_says_who_when_and_what(space, tmp_path) -> None:
    first, _ = two()
    (path,) = bring(tmp_path, first)
    (entry,) = take_all(space, [path])
    data = path.read_bytes()
    assert entry.sha256 == hashlib.sha256(data).hexdigest()
    assert (space.round_dir(ROUND.id) / "received" / f"{entry.sha256}.json").read_bytes() == data
    assert journal(space, ROUND.id) == (entry,)
    assert (entry.name, entry.taken_by, entry.taken_at) == (path.name, "组长丁", "2026-11-20T09:30:00+08:00")
    assert (entry.writer, entry.inspectors) == ("a" * 12, ("检查员甲",))
    assert entry.counts["new"] == 2 and entry.counts["answers"] == 2
    assert ids(space) == {c.id for c in first.own}


def test_taking_again_takes_nothing(space, tmp_path) -> None:
    paths = bring(tmp_path, *two())
    assert len(take_all(space, paths)) == 2
    before = read_list(space.round_dir(ROUND.id))
    found = scan_for(space, ROUND.id, paths[::-1])
    assert [f.up_to_date for f in found.files] == [True, True]
    assert take(space, ROUND.id, found, "组长丁", clock()) == []
    assert read_list(space.round_dir(ROUND.id)) == before


def test_two_scans_of_one_file_taken_one_after_the_other_make_one_entry(space, tmp_path) -> None:
    paths = bring(tmp_path, two()[0])
    first, second = scan_for(space, ROUND.id, paths), scan_for(space, ROUND.id, paths)
    take(space, ROUND.id, first, "组长丁", clock())
    take(space, ROUND.id, second, "组长丁", clock())
    assert len(journal(space, ROUND.id)) == 1


def test_what_was_rejected_does_not_count_though_the_file_is_whole(space, tmp_path) -> None:
    first, _ = two()
    first.set("answer/u9/small/GW-01", "note", "没有这个单位")
    first.judge(Verdict.NA, reason="无此业务", unit="u2")
    (entry,) = take_all(space, bring(tmp_path, first))
    assert entry.rejected == (3,)
    kept = {c.id for n, c in enumerate(first.own, 1) if n != 3}
    assert ids(space) == kept
    assert {c.id for c in held(space, ROUND.id).changes()} == kept
    assert set(read_source(space.round_dir(ROUND.id)).state.changes) == kept


def test_undo_takes_a_file_off_and_taking_it_again_brings_it_back(space, tmp_path) -> None:
    first, second = two()
    paths = bring(tmp_path, first, second)
    entries = take_all(space, paths)
    undo(space, ROUND.id, entries[0].sha256, "组长丁", clock())
    assert ids(space) == {c.id for c in second.own}
    assert set(read_source(space.round_dir(ROUND.id)).state.changes) == {c.id for c in second.own}
    said = journal(space, ROUND.id)
    assert [e.active for e in said] == [False, True] and said[0].withdrawn_by == "组长丁"
    take_all(space, paths)
    assert ids(space) == {c.id for d in (first, second) for c in d.own}
    assert [e.active for e in journal(space, ROUND.id)] == [False, True, True]


def test_undo_of_what_is_not_there_says_what_is(space, tmp_path) -> None:
    (entry,) = take_all(space, bring(tmp_path, two()[0]))
    with pytest.raises(InputFaults, match=entry.sha256[:12]):
        undo(space, ROUND.id, "f" * 64, "组长丁", clock())
    undo(space, ROUND.id, entry.name, "组长丁", clock())
    with pytest.raises(InputFaults):
        undo(space, ROUND.id, entry.sha256, "组长丁", clock())


def test_decisions_that_rest_on_a_file_are_told(space, tmp_path) -> None:
    first, second = two()
    a, b = take_all(space, bring(tmp_path, first, second))
    lead = Desk("e" * 12, "组长丁")
    lead.take(first, second)
    decision = lead.judge(Verdict.FAIL, "无责任人", decision="以现场照片为准")
    lead.judge(Verdict.PASS, item=GW2, decision="以甲为准")
    (own,) = bring(tmp_path, lead)
    own.rename(space.findings_path(ROUND.id, lead.writer))
    (resting,) = resting_on(space, ROUND.id, b.sha256)
    assert (resting.change, resting.reason, resting.by) == (decision.id, "以现场照片为准", ("组长丁",))
    assert len(resting_on(space, ROUND.id, a.sha256)) == 2


def test_nothing_rests_on_a_file_whose_changes_another_has_too(space, tmp_path) -> None:
    first, second = two()
    part = Desk("a" * 12, "检查员甲")
    part.own = first.own[:1]
    early, *_ = take_all(space, bring(tmp_path, part))
    take_all(space, bring(tmp_path, first, second))
    lead = Desk("e" * 12, "组长丁")
    lead.take(first, second)
    lead.judge(Verdict.FAIL, "无责任人", decision="以现场照片为准")
    (own,) = bring(tmp_path, lead)
    own.rename(space.findings_path(ROUND.id, lead.writer))
    assert resting_on(space, ROUND.id, early.sha256) == []


def test_a_live_session_takes_in_and_reloads_after_an_undo(space, tmp_path) -> None:
    first, second = two()
    session = Session.open(space, ROUND.id, LEAD, clock)
    found = scan_for(space, ROUND.id, bring(tmp_path, first, second))
    entries = take(space, ROUND.id, found, "组长丁", clock())
    touched = session.take_in(c for source in found.sources for c in source.fresh)
    assert touched == {f"answer/u1/small/{i.id}" for i in (GW1, GW2)}
    assert session.state.ids() == State([*first.own, *second.own]).ids()
    undo(space, ROUND.id, entries[0].sha256, "组长丁", clock())
    session.reload()
    assert session.state.ids() == State(second.own).ids()
    session.close()


def test_cancelling_between_two_files_leaves_everything_as_it_was(space, tmp_path) -> None:
    first, second = two()
    (kept,) = take_all(space, bring(tmp_path, first))
    before = {p: p.read_bytes() for p in space.root.rglob("*") if p.is_file()}
    third = Desk("c" * 12, "检查员丙")
    third.judge(Verdict.PASS)
    asked: list[int] = []
    with pytest.raises(Cancelled):
        take_all(space, bring(tmp_path, second, third), cancelled=lambda: len(asked) == 1 or asked.append(1))
    assert {p: p.read_bytes() for p in space.root.rglob("*") if p.is_file()} == before
    assert [e.sha256 for e in journal(space, ROUND.id)] == [kept.sha256]


def test_a_failing_disk_leaves_the_list_as_it_was(space, tmp_path, monkeypatch) -> None:
    first, second = two()
    take_all(space, bring(tmp_path, first))
    before = journal(space, ROUND.id)

    class Full(NoWait):
        def replace(self, source: Path, target: Path) -> None:
            raise OSError(28, "full")

    found = scan_for(space, ROUND.id, bring(tmp_path, second))
    monkeypatch.setattr(files, "fs", Full())
    with pytest.raises(StoreError):
        take(space, ROUND.id, found, "组长丁", clock())
    monkeypatch.undo()
    assert read_list(space.round_dir(ROUND.id)) == before


def test_a_received_file_that_was_altered_does_not_count_and_is_named(space, tmp_path) -> None:
    first, _ = two()
    (entry,) = take_all(space, bring(tmp_path, first))
    path = space.round_dir(ROUND.id) / "received" / f"{entry.sha256}.json"
    path.write_bytes(file_bytes(first.own[:1], raw=RAW))
    session = Session.open(space, ROUND.id, LEAD, clock, read_only=True)
    assert session.state.changes == {} and entry.name in session.messages[0]
    assert entry.name in held(space, ROUND.id).messages[0]
    assert entry.name in read_source(space.round_dir(ROUND.id)).messages[0]


def test_a_file_not_on_the_list_does_not_count(space, tmp_path) -> None:
    first, _ = two()
    folder = space.round_dir(ROUND.id) / "received"
    folder.mkdir()
    (folder / f"{'0' * 64}.json").write_bytes(file_bytes(first.own, raw=RAW))
    assert ids(space) == set()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"format":"x","files":[]}'])
def test_a_damaged_list_is_said_and_never_taken_for_empty(space, tmp_path, data: bytes) -> None:
    take_all(space, bring(tmp_path, two()[0]))
    path = space.round_dir(ROUND.id) / "received" / LIST
    path.write_bytes(data)
    session = Session.open(space, ROUND.id, LEAD, clock, read_only=True)
    assert LIST in session.messages[0]
    with pytest.raises(StoreError):
        journal(space, ROUND.id)
    with pytest.raises(StoreError):
        take_all(space, bring(tmp_path, two()[1]))
    assert path.read_bytes() == data


def test_a_path_for_a_hash_in_the_list_is_not_followed(space, tmp_path) -> None:
    (entry,) = take_all(space, bring(tmp_path, two()[0]))
    odd = msgspec.structs.replace(entry, sha256="../../" + "a" * 12)
    write_list(space.round_dir(ROUND.id), (odd,))
    assert ids(space) == set()


def test_another_round_is_not_taken(space, tmp_path) -> None:
    first, _ = two()
    path = tmp_path / "x.json"
    path.write_bytes(file_bytes(first.own, raw=RAW | {"origin": "1" * 16}))
    found = scan_for(space, ROUND.id, [path])
    assert not found.ok and take(space, ROUND.id, found, "组长丁", clock()) == []


def test_a_zip_of_several_is_taken_one_by_one(space, tmp_path) -> None:
    paths = bring(tmp_path, *two())
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in paths:
            archive.write(path, path.name)
    entries = take_all(space, [tmp_path / "all.zip"])
    assert [e.name for e in entries] == [p.name for p in paths]
    assert {e.sha256 for e in entries} == {hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}
    assert received.find(space, ROUND.id, entries[0].sha256[:8]) == entries[0]
