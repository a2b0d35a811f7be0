"""Laws of merging on the bytes of OUT: order, grouping and repetition do not show, and nothing is lost."""

from __future__ import annotations

import itertools
import json
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mergework import bring, erased, file_bytes, forged, ids, merged, no_wait, respelled
from strategies import ROUND, Desk, histories, play, random_history

from inspect_tui.exchange import folded, merging, scanning, union
from inspect_tui.exchange.scanning import Cancelled, scan
from inspect_tui.model.terms import Verdict
from inspect_tui.rules.canonical import canonical
from inspect_tui.rules.fold import State
from inspect_tui.rules.tables import state_tables
from inspect_tui.store.content import read_findings
from inspect_tui.store.snapshot import decode
from sweeps import times

COMMIT = settings(
    max_examples=times(1000, 100), deadline=None, suppress_health_check=list(HealthCheck), derandomize=False
)
SWEEP = 10_000


def law_fault(folder: Path, inputs: list[bytes], seed: int) -> str:
    """What a merge of these files gets wrong; empty when every law holds."""
    dice = random.Random(seed)
    found, out = merged(folder, inputs)
    if not out:
        return ""
    mixed = dice.sample(inputs, len(inputs))
    if merged(folder, mixed)[1] != out:
        return "order"
    if merged(folder, [*inputs, out, dice.choice(inputs)])[1] != out:
        return "repetition"
    cut = dice.randrange(len(mixed) + 1)
    parts = [part for part in (merged(folder, mixed[:cut])[1], merged(folder, mixed[cut:])[1]) if part]
    if merged(folder, parts)[1] != out:
        return "grouping"
    kept, taken = set(ids(out)), 0
    for account, data in zip(found.files, inputs, strict=True):
        if not account.usable:
            continue
        there = decode(data).changes
        refused = {r.where for r in account.rejected}
        if account.changes + len({w.split("（")[0] for w in refused}) != len(there):
            return "a change neither taken nor refused"
        for number, change in enumerate(there, 1):
            if not any(w.startswith(f"第{number}条") for w in refused):
                taken += 1
                if change.id not in kept:
                    return "a change lost"
    if not taken:
        return "nothing taken"
    return table_fault(out)


def table_fault(out: bytes) -> str:
    """Whether the quick tables are those of a whole fold."""
    document = json.loads(out)
    expected = state_tables(State(decode(out).changes), ROUND)
    for name, rows in expected.items():
        if list(document[name].values()) != json.loads(canonical(rows)):
            return f"table {name}"
    return ""


@COMMIT
@given(histories, st.integers(0, 2**20))
def test_the_bytes_are_a_function_of_the_set(history, seed) -> None:
    with tempfile.TemporaryDirectory() as folder, no_wait():
        assert law_fault(Path(folder), bring(play(history), seed), seed) == ""


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_bytes_over_ten_thousand_histories(tmp_path: Path) -> None:
    with no_wait():
        for seed in range(SWEEP):
            fault = law_fault(tmp_path, bring(play(random_history(seed)), seed), seed)
            assert fault == "", f"history {seed}: {fault}"


def _fault(tmp_path: Path, *wanted: str) -> bool:
    """Whether a planted bug shows as one of these within a few histories."""
    with no_wait():
        return any(law_fault(tmp_path, bring(play(random_history(s)), s), s) in wanted for s in range(300))


def test_a_lost_change_would_be_noticed(tmp_path: Path, monkeypatch) -> None:
    add = union.Union.add
    monkeypatch.setattr(union.Union, "add", lambda self, c: not c.id.startswith("0") and add(self, c))
    assert _fault(tmp_path, "a change lost")


def test_first_come_would_be_noticed(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(union, "one_of", lambda first, second: first)
    assert _fault(tmp_path, "order", "repetition", "grouping")


def test_a_wrong_row_would_be_noticed(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(folded.Folded, "_records_of", lambda *_: set())
    assert _fault(tmp_path, "table answers")


# -------------------------------------------------------------------- three inspectors


def three() -> list[Desk]:
    """Three inspectors of one round who overlap and quarrel, and one who saw part of another's work."""
    first, second, third = Desk("a" * 12, "甲"), Desk("b" * 12, "乙"), Desk("c" * 12, "丙")
    first.judge(Verdict.FAIL, "无责任人")
    first.judge(Verdict.PASS, unit="u2")
    second.judge(Verdict.PASS)
    second.set("answer/u1/small/GW-01", "note", "看了三个月的记录")
    third.take(first)
    third.judge(Verdict.PARTIAL, "责任缺项")
    third.undo()
    third.judge(Verdict.PASS)
    return [first, second, third]


def test_all_six_orders_of_three_files_give_the_same_bytes(tmp_path: Path) -> None:
    inputs = [file_bytes(desk.own) for desk in three()]
    outs = {merged(tmp_path, order)[1] for order in itertools.permutations(inputs)}
    assert len(outs) == 1
    assert sorted(ids(outs.pop())) == sorted(c.id for desk in three() for c in desk.own)


def test_out_opens_with_stock_tinydb_and_reads_as_a_findings_file(tmp_path: Path) -> None:
    from tinydb import TinyDB

    _, out = merged(tmp_path, [file_bytes(desk.own) for desk in three()])
    path = tmp_path / "out.json"
    with TinyDB(path, encoding="utf-8", access_mode="r") as db:
        assert {row["item"] for row in db.table("answers")} == {"GW-01"}
        assert len(db.table("changes")) == len(ids(out))
    content = read_findings(path)
    assert content.merged and content.closed and content.recovery.clean


def test_a_bare_copy_of_a_change_empties_nobody(tmp_path: Path) -> None:
    """Only a recorded erasure takes a body away (test_erasing); a file of bare copies must not."""
    own = three()[1].own
    bare = [erased(own[0]), *own[1:]]
    whole = merged(tmp_path, [file_bytes(own)])[1]
    for order in ([file_bytes(own), file_bytes(bare)], [file_bytes(bare), file_bytes(own)]):
        assert merged(tmp_path, order)[1] == whole


def test_two_spellings_of_a_change_are_one(tmp_path: Path) -> None:
    own = three()[1].own
    odd = [respelled(own[0]), *own[1:]]
    found, out = merged(tmp_path, [file_bytes(odd), file_bytes(own)])
    assert [f.rejected for f in found.files] == [[], []]
    assert out == merged(tmp_path, [file_bytes(own), file_bytes(odd)])[1]
    assert out == merged(tmp_path, [file_bytes(own)])[1]


def test_packs_of_several_versions_all_stay_and_the_highest_is_shown(tmp_path: Path) -> None:
    from mergework import RAW

    newer = json.loads(json.dumps(RAW))
    newer["pack_version"] = 2
    newer["checklists"][0]["sections"][0]["items"][0]["text"] = "换了说法"
    first, second, _ = three()
    inputs = [file_bytes(first.own, raw=newer), file_bytes(second.own)]
    found, out = merged(tmp_path, inputs)
    assert out == merged(tmp_path, inputs[::-1])[1]
    assert [r.get("pack_version", 1) for r in decode(out).rounds] == [1, 2]
    assert found.round is not None and found.round.pack_version == 2


# -------------------------------------------------------------------- writing


def test_nothing_is_written_when_a_file_has_nothing_usable(tmp_path: Path) -> None:
    good, bad, out = tmp_path / "a.json", tmp_path / "b.json", tmp_path / "out.json"
    good.write_bytes(file_bytes(three()[0].own))
    bad.write_bytes(b"{}")
    done = merging.merge([good, bad], out)
    assert done.path is None and not out.exists()
    assert [f.usable for f in done.scan.files] == [True, False]


def test_an_old_out_stays_until_the_new_one_is_whole(tmp_path: Path, monkeypatch) -> None:
    source, out = tmp_path / "a.json", tmp_path / "out.json"
    source.write_bytes(file_bytes(three()[0].own))
    out.write_bytes(b"before")

    def stop(self):
        raise Cancelled

    monkeypatch.setattr(folded.Folded, "tables", stop)
    with pytest.raises(Cancelled):
        merging.merge([source], out)
    assert out.read_bytes() == b"before"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json", "out.json"]


def test_an_out_not_given_as_input_is_replaced(tmp_path: Path) -> None:
    first, second, _ = three()
    a, b, out = tmp_path / "a.json", tmp_path / "b.json", tmp_path / "out.json"
    a.write_bytes(file_bytes(first.own))
    b.write_bytes(file_bytes(second.own))
    merging.merge([a], out)
    merging.merge([b], out)
    assert sorted(ids(out.read_bytes())) == sorted(c.id for c in second.own)
    merging.merge([a, out], out)
    assert sorted(ids(out.read_bytes())) == sorted(c.id for d in (first, second) for c in d.own)


def test_progress_counts_files_and_cancelling_is_heard_between_them(tmp_path: Path) -> None:
    paths = []
    for number, desk in enumerate(three()):
        paths.append(tmp_path / f"{number}.json")
        paths[-1].write_bytes(file_bytes(desk.own))
    seen: list[tuple[int, int]] = []
    scan(paths, progress=lambda done, total, name: seen.append((done, total)))
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    read: list[str] = []
    with pytest.raises(Cancelled):
        scan(paths, progress=lambda d, t, name: read.append(name), cancelled=lambda: len(read) == 2)
    assert len(read) == 2


def test_the_collector_is_as_it_was_after_a_cancelled_scan(tmp_path: Path) -> None:
    import gc

    with pytest.raises(Cancelled):
        scan([tmp_path], cancelled=lambda: True)
    assert gc.isenabled()


def test_a_secret_round_is_not_written_out(tmp_path: Path) -> None:
    from mergework import RAW

    from inspect_tui.exchange.refusal import ExportRefused

    with pytest.raises(ExportRefused):
        merged(tmp_path, [file_bytes(three()[0].own, raw=RAW | {"secrecy": "secret"})])


def test_the_forger_of_these_tests_makes_files_that_open(tmp_path: Path) -> None:
    data = forged(file_bytes(three()[0].own), lambda d: None)
    assert merged(tmp_path, [data])[0].ok
    assert scanning.LISTED > 0
