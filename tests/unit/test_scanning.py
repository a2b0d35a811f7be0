"""Scanning: what is said of each file before anything is taken, whatever the file is and wherever it lies."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from pathlib import Path

import msgspec
import pytest
from mergework import RAW, bring, erased, file_bytes, forged, tampered
from strategies import CHECKLIST, GW2, ROUND, Desk, play, random_history

from inspect_tui.exchange.judging import Grounds, judge, plainly_clean
from inspect_tui.exchange.scanning import scan
from inspect_tui.exchange.scans import FileScan, Scan
from inspect_tui.model.change import Body, Edit
from inspect_tui.model.terms import Verdict
from inspect_tui.rules.canonical import make_change
from inspect_tui.store.findings import FindingsFile
from inspect_tui.store.snapshot import BadSnapshot, decode
from sweeps import times


def two() -> tuple[Desk, Desk]:
    first, second = Desk("a" * 12, "检查员甲"), Desk("b" * 12, "检查员乙")
    first.judge(Verdict.FAIL, "无责任人")
    first.judge(Verdict.PASS, item=GW2)
    first.set("finding/u1/~1", "text", "物料堆放不规范")
    second.judge(Verdict.PASS)
    second.judge(Verdict.PASS, item=GW2)
    second.judge(Verdict.PASS, unit="u2")
    return first, second


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def one(path: Path, **options) -> FileScan:
    (file,) = scan([path], **options).files
    return file


def refused(path: Path, **options) -> str:
    file = one(path, **options)
    assert not file.usable and file.new == 0 and file.reason
    return file.reason


# -------------------------------------------------------------------- a good file


def test_a_file_says_whose_it_is_what_round_and_how_much(tmp_path: Path) -> None:
    first, _ = two()
    file = one(put(tmp_path, "检查员甲-7f3a9c(1).json", file_bytes(first.own)))
    assert (file.usable, file.new, file.known, file.changes) == (True, 3, 0, 3)
    assert (file.writer, file.inspectors, file.name) == ("a" * 12, ("检查员甲",), "检查员甲-7f3a9c(1).json")
    assert (file.round_id, file.title, file.origin, file.pack_version) == (
        ROUND.id,
        ROUND.title,
        "0" * 16,
        1,
    )
    assert file.counts is not None
    assert (file.counts.units, file.counts.answers, file.counts.problems) == (1, 2, 2)
    assert file.rejected == [] and file.warnings == []


def test_agreeing_differing_and_touching_are_counted(tmp_path: Path) -> None:
    first, second = two()
    a, b = put(tmp_path, "a.json", file_bytes(first.own)), put(tmp_path, "b.json", file_bytes(second.own))
    found = scan([a, b])
    assert [(f.new, f.differing, f.agreeing, f.beside) for f in found.files] == [(3, 1, 1, 2), (3, 1, 1, 2)]
    (conflict,) = found.conflicts()
    assert (conflict.record, conflict.field) == ("answer/u1/small/GW-01", "judgement")
    assert {side.by for side in conflict.sides} == {("检查员甲",), ("检查员乙",)}


def test_what_is_held_is_known_and_what_it_differs_from_is_told(tmp_path: Path) -> None:
    first, second = two()
    path = put(tmp_path, "b.json", file_bytes(second.own))
    file = one(path, held=first.own)
    assert (file.new, file.known, file.differing, file.agreeing) == (3, 0, 1, 1)
    file = one(path, held=[*first.own, *second.own])
    assert file.up_to_date and (file.new, file.known, file.differing) == (0, 3, 0)


def test_the_same_file_twice_counts_once(tmp_path: Path) -> None:
    first, _ = two()
    data = file_bytes(first.own)
    found = scan([put(tmp_path, "a.json", data), put(tmp_path, "a(1).json", data)])
    assert [(f.usable, f.new, f.known) for f in found.files] == [(True, 3, 0), (True, 0, 3)]
    assert "同一个文件" in found.files[1].warnings[0]


def test_the_same_refused_file_twice_is_refused_twice(tmp_path: Path) -> None:
    good, bad = file_bytes(two()[0].own), file_bytes([])
    found = scan([put(tmp_path, n, d) for n, d in (("a.json", good), ("b.json", bad), ("c.json", bad))])
    assert [f.usable for f in found.files] == [True, False, False]


def test_a_reworded_item_asks_for_a_fresh_look(tmp_path: Path) -> None:
    newer = json.loads(json.dumps(RAW))
    newer["pack_version"] = 2
    newer["checklists"][0]["sections"][0]["items"][0]["text"] = "岗位责任和风险都齐全"
    first, second = two()
    a = put(tmp_path, "a.json", file_bytes(first.own))
    b = put(tmp_path, "b.json", file_bytes(second.own, raw=newer))
    assert [f.stale for f in scan([a, b]).files] == [1, 2]
    assert one(a).stale == 0
    assert one(b).stale == 2


def test_an_erased_change_is_counted_and_taken(tmp_path: Path) -> None:
    own = two()[0].own
    file = one(put(tmp_path, "a.json", file_bytes([own[0], erased(own[1]), own[2]])))
    assert (file.usable, file.new, file.erased, file.gaps) == (True, 3, 1, 0)


# -------------------------------------------------------------------- where files lie


def zipped(**files: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return held.getvalue()


def test_a_folder_is_looked_through_one_level_deep(tmp_path: Path) -> None:
    first, second = two()
    put(tmp_path, "微信/a.json", file_bytes(first.own))
    put(tmp_path, "b.json", file_bytes(second.own))
    put(tmp_path, "round.json", json.dumps(RAW).encode())
    put(tmp_path, "deep/er/c.json", b"not looked at")
    put(tmp_path, "notes.txt", b"not looked at")
    found = scan([tmp_path])
    assert sorted(f.name for f in found.files) == ["a.json", "b.json"]
    assert found.ok and len(found.skipped) == 1 and "轮次文件" in found.skipped[0]


def test_a_folder_with_nothing_in_it_is_an_error(tmp_path: Path) -> None:
    assert "没有检查记录" in refused(tmp_path)
    put(tmp_path, "round.json", json.dumps(RAW).encode())
    assert "没有检查记录" in refused(tmp_path)


def test_a_zip_of_several_files_and_a_zip_in_it(tmp_path: Path) -> None:
    first, second = two()
    inner = zipped(**{"b.json": file_bytes(second.own)})
    path = put(tmp_path, "all.zip", zipped(**{"甲/a.json": file_bytes(first.own), "乙.zip": inner}))
    found = scan([path])
    assert found.ok and [f.new for f in found.files] == [3, 3]
    assert [f.path for f in found.files] == [f"{path}/a.json", f"{path}/乙.zip/b.json"]


def test_zips_nested_twice_are_refused(tmp_path: Path) -> None:
    data = zipped(**{"a.json": file_bytes(two()[0].own)})
    path = put(tmp_path, "a.zip", zipped(**{"b.zip": zipped(**{"c.zip": data})}))
    assert "套了太多层" in refused(path)


def test_journals_beside_a_file_are_read_with_it(tmp_path: Path) -> None:
    first, _ = two()
    path = tmp_path / f"{first.writer}.json"
    file = FindingsFile.create(path, writer=first.writer, round_raw=RAW)
    for change in first.own:
        file.append(change)
    file.flush()
    live = one(path)
    copy = put(tmp_path / "copied", path.name, path.read_bytes())
    bare = one(copy)
    packed = zipped(
        **{p.name: p.read_bytes() for p in tmp_path.glob(f"{first.writer}.*") if p.suffix != ".lock"}
    )
    in_zip = one(put(tmp_path, "all.zip", packed))
    file.close()
    assert (live.new, in_zip.new) == (3, 3)
    assert bare.new < 3 and not bare.closed
    assert "程序开着时拷的" in " ".join([bare.reason, *bare.warnings])
    assert one(path).closed and one(path).new == 3


# -------------------------------------------------------------------- what is refused


def test_other_files_of_ours_are_named_for_what_they_are(tmp_path: Path) -> None:
    pack = {"format": "inspect-tui/pack", "version": "1.0", "round": RAW}
    assert "发包" in refused(put(tmp_path, "p.json", json.dumps(pack).encode()))
    assert "清单" in refused(put(tmp_path, "c.json", msgspec.json.encode(CHECKLIST)))
    assert "轮次" in refused(put(tmp_path, "r.json", json.dumps(RAW).encode()))
    assert "Excel" in refused(put(tmp_path, "x.xlsx", zipped(**{"[Content_Types].xml": b"", "a.xml": b""})))
    assert "图片" in refused(put(tmp_path, "i.json", b"\xff\xd8\xff\xe0 jfif"))


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 300, b"{}", b"[1]", "你好".encode(), b"\xff\xfe{", b"PK\x03\x04xx"]
)
def test_what_is_no_findings_file_is_refused_with_a_sentence(tmp_path: Path, data: bytes) -> None:
    assert refused(put(tmp_path, "a.json", data))


def test_what_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.json") == "找不到文件"
    assert refused(tmp_path / "a\0b.json")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.json")
        assert refused(tmp_path / "pipe.json") == "不是普通文件"
        (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
        assert refused(tmp_path / "loop.json")


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    outside = put(tmp_path / "out", "a.json", file_bytes(two()[0].own))
    folder = tmp_path / "in"
    folder.mkdir()
    try:
        (folder / "a.json").symlink_to(outside)
        (folder / "sub").symlink_to(outside.parent)
    except OSError:
        pytest.skip("no links here")
    assert "没有检查记录" in refused(folder)


def test_every_changed_byte_is_found(tmp_path: Path) -> None:
    data = file_bytes(two()[0].own)
    path = tmp_path / "a.json"
    for place in range(0, len(data), 37):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert refused(path), place


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    data = file_bytes(two()[0].own)
    for size in (1, 50, len(data) // 2, len(data) - 1):
        assert refused(put(tmp_path, "a.json", data[:size]))


def test_a_newer_major_version_is_said_to_be_one(tmp_path: Path) -> None:
    data = forged(file_bytes(two()[0].own), lambda d: d["_meta"]["1"].update(version="2.0"))
    assert "升级" in refused(put(tmp_path, "a.json", data))


def test_a_round_of_another_origin_is_another_round(tmp_path: Path) -> None:
    first, second = two()
    other = put(tmp_path, "b.json", file_bytes(second.own, raw=RAW | {"origin": "1" * 16}))
    here = msgspec.structs.replace(ROUND, origin="0" * 16)
    assert "不是本轮" in refused(other, round_ref=here)
    mine = [put(tmp_path, f"{n}.json", file_bytes(d.own)) for n, d in (("a", first), ("c", second))]
    for order in ([*mine, other], [other, *mine]):
        found = scan(order)
        assert {f.name: f.usable for f in found.files} == {"a.json": True, "b.json": False, "c.json": True}


def test_a_file_with_a_faulty_round_is_refused(tmp_path: Path) -> None:
    assert "轮次" in refused(put(tmp_path, "a.json", file_bytes(two()[0].own, raw=RAW | {"units": 3})))


# -------------------------------------------------------------------- what is rejected


def rejected(found: Scan) -> list[tuple[str, str]]:
    return [(r.where, r.reason) for f in found.files for r in f.rejected]


def note(prev: str, record: str, value: object, writer: str = "a" * 12):
    edit = Edit(record=record, field="note", value=value)
    return make_change(prev, writer, Body(at="2026-11-20T09:00:00+08:00", by=("检查员甲",), edits=(edit,)))


@pytest.mark.parametrize(
    ("record", "value", "why"),
    [
        ("answer/u9/small/GW-01", "x", "没有编号为“u9”的单位"),
        ("answer/u1/small/XX-01", "x", "没有检查项"),
        ("answer/u1/none/GW-01", "x", "没有检查项"),
        ("nothing/of/ours", "x", "不认识的记录"),
        ("../../etc/passwd", "x", "不认识的记录"),
        ("answer/u1/small/GW-01", "红\x1b[31m", "不可见字符"),
        ("answer/u1/small/GW-01", "反\u202e向", "不可见字符"),
        ("answer/u1/small/GW-01", "A\u030a", "不可见字符"),
        ("answer/u1/small/GW-01", "x" * 1_100_000, "大得不正常"),
        ("answer/u1/small/GW-01", [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]], "嵌套过深"),
    ],
)
def test_each_faulty_change_is_named_with_its_reason(tmp_path: Path, record, value, why) -> None:
    own = two()[0].own
    found = scan([put(tmp_path, "a.json", file_bytes([*own, note(own[-1].id, record, value)]))])
    ((where, reason),) = rejected(found)
    assert where.startswith("第4条改动（") and why in reason
    assert (found.files[0].usable, found.files[0].new) == (True, 3)


@pytest.mark.parametrize("value", ["[/]", "[@click=app.quit]x", "第一行\n第二行\t", "全角　空格", "\u00a0x"])
def test_odd_but_clean_text_is_taken(tmp_path: Path, value: str) -> None:
    own = two()[0].own
    data = file_bytes([*own, note(own[-1].id, "answer/u1/small/GW-01", value)])
    assert one(put(tmp_path, "a.json", data)).new == 4


def test_a_change_altered_under_a_right_checksum_is_named(tmp_path: Path) -> None:
    own = two()[0].own
    found = scan([put(tmp_path, "a.json", file_bytes([own[0], tampered(own[1]), own[2]]))])
    ((where, reason),) = rejected(found)
    assert where == f"第2条改动（{own[1].id[:8]}）" and "被改动过" in reason
    assert found.files[0].gaps == 1


def test_a_key_given_twice_is_named(tmp_path: Path) -> None:
    from inspect_tui.rules.canonical import change_id, digest

    own = two()[0].own
    body = bytes(own[0].body).replace(b'{"at":', b'{"at":"2020-01-01T00:00:00+08:00","at":', 1)
    odd = msgspec.structs.replace(
        own[0], id=change_id("", own[0].writer, digest(body)), body=msgspec.Raw(body)
    )
    found = scan([put(tmp_path, "a.json", file_bytes([*own, odd]))])
    assert [reason for _, reason in rejected(found)] == ["同一字段写了两次"]


def test_a_file_of_nothing_but_faults_has_no_usable_record(tmp_path: Path) -> None:
    found = scan([put(tmp_path, "a.json", file_bytes([note("", "answer/u9/small/GW-01", "x")]))])
    assert not found.ok and found.files[0].reason == "没有一条能用的记录"
    assert rejected(found)


def test_an_odd_writer_is_rejected(tmp_path: Path) -> None:
    odd = note("", "answer/u1/small/GW-01", "x", writer="../../x")
    found = scan([put(tmp_path, "a.json", file_bytes([odd]))])
    assert [reason for _, reason in rejected(found)] == ["编号写法不对"]


def test_the_quick_judge_says_what_the_slow_one_says() -> None:
    """Whatever the quick checks let pass is sound by the full ones, and nothing sound is rejected."""
    rejections = 0
    for seed in range(times(150, 40)):
        for data in bring(play(random_history(seed)), seed):
            try:
                changes = decode(data).changes
            except BadSnapshot:
                continue
            grounds = Grounds([msgspec.structs.replace(ROUND, origin="0" * 16)])
            for clean in (False, plainly_clean(data)):
                judged = judge(changes, grounds, clean=clean)
                slow = [change.id for change in changes if not grounds.faults(change)]
                assert [change.id for change in judged.good] == slow
                rejections += len(judged.rejected)
    assert rejections > times(20, 5)


# -------------------------------------------------------------------- chains


def test_a_missing_change_is_a_gap_and_what_follows_is_kept(tmp_path: Path) -> None:
    own = two()[0].own
    file = one(put(tmp_path, "a.json", file_bytes([own[0], own[2]])))
    assert (file.new, file.gaps) == (2, 1) and "缺口" in file.warnings[0]
    assert one(tmp_path / "a.json", held=own).gaps == 0


def test_a_fork_keeps_both_sides_and_is_reported(tmp_path: Path) -> None:
    own = two()[0].own
    other = [own[0], note(own[0].id, "answer/u1/small/GW-02", "另一台电脑上写的")]
    found = scan([put(tmp_path, "a.json", file_bytes(own)), put(tmp_path, "b.json", file_bytes(other))])
    assert [f.forks for f in found.files] == [1, 1]
    assert len(found.union.changes) == 4 and "分叉" in found.files[0].warnings[0]


def test_a_file_that_claims_anothers_history_is_told(tmp_path: Path) -> None:
    first, second = two()
    data = file_bytes([*first.own, *second.own], writer="a" * 12)
    file = one(put(tmp_path, "a.json", data))
    assert file.new == 6 and "别的记录文件" in file.warnings[0]


def test_scanning_writes_nothing(tmp_path: Path) -> None:
    def hashes() -> dict[Path, str]:
        files = [p for p in tmp_path.rglob("*") if p.is_file()]
        return {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}

    path = put(tmp_path, "a.json", file_bytes(two()[0].own))
    before = hashes()
    scan([tmp_path, path])
    assert hashes() == before
