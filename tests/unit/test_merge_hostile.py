"""Files made to harm: each ends in a clear sentence, soon, without writing and without filling memory."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path

import pytest
from mergework import RAW, file_bytes, forged, merged
from strategies import Desk

from inspect_tui.exchange import offered
from inspect_tui.exchange.scanning import scan
from inspect_tui.exchange.scans import FileScan
from inspect_tui.model.terms import Verdict
from inspect_tui.store import snapshot
from inspect_tui.store.errors import StoreError
from inspect_tui.store.limits import FINDINGS_CHANGES
from sweeps import times


def good() -> bytes:
    desk = Desk("a" * 12, "检查员甲")
    desk.judge(Verdict.PASS)
    desk.judge(Verdict.PASS, unit="u2")
    return file_bytes(desk.own)


def refusal(tmp_path: Path, data: bytes, name: str = "a.json") -> str:
    path = tmp_path / name
    path.write_bytes(data)
    (file,) = scan([path]).files
    assert not file.usable
    return file.reason


def zip_of(entries: list[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return held.getvalue()


# -------------------------------------------------------------------- zips


@pytest.mark.parametrize(
    "name", ["../a.json", "/etc/a.json", "x/../../a.json", "C:\\a.json", "..\\a.json", "\\\\host\\a.json"]
)
def test_path_tricks_are_refused_and_write_nothing(tmp_path: Path, name: str) -> None:
    box = tmp_path / "box"
    box.mkdir()
    assert "可疑的路径" in refusal(box, zip_of([(name, good())]), "a.zip")
    assert [p.name for p in tmp_path.rglob("*")] == ["box", "a.zip"]


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("a.json")
    link.create_system = 3
    link.external_attr = 0o120777 << 16
    assert "链接" in refusal(tmp_path, zip_of([(link, b"/etc/passwd")]), "a.zip")


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    data = zip_of([("a.json", b"\0" * 60_000_000)])
    assert len(data) < 100_000
    assert "压缩比" in refusal(tmp_path, data, "a.zip")


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(offered, "ZIP_BYTES", 3_000)
    assert "500MB" in refusal(tmp_path, zip_of([("a.json", good()), ("b.json", good())], 0), "a.zip")


def test_a_zip_with_too_many_entries_is_refused(tmp_path: Path) -> None:
    entries = [(f"{n}.json", b"{}") for n in range(offered.ZIP_ENTRIES + 1)]
    assert "超过2000个" in refusal(tmp_path, zip_of(entries), "a.zip")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_are_refused(tmp_path: Path) -> None:
    assert "重名" in refusal(tmp_path, zip_of([("a.json", good()), ("a.json", b"{}")]), "a.zip")


def test_an_entry_larger_than_it_says_is_refused(tmp_path: Path) -> None:
    """The header says few bytes, the stream holds many."""
    data = bytearray(zip_of([("a.json", good() * 50)]))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = data.index(mark) + offset
        data[place : place + 4] = struct.pack("<I", 500)
    assert refusal(tmp_path, bytes(data), "a.zip")


def test_a_zip_with_a_changed_byte_is_refused(tmp_path: Path) -> None:
    data = zip_of([("a.json", good())])
    start = data.index(b"a.json") + 6
    for place in range(start, len(data) - 80, 41):
        path = tmp_path / "a.zip"
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :])
        for file in scan([path]).files:
            assert not file.usable and file.reason


def test_a_locked_zip_is_said_to_be_locked(tmp_path: Path) -> None:
    data = bytearray(zip_of([("a.json", good())]))
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.index(mark) + offset] |= 1
    assert "密码" in refusal(tmp_path, bytes(data), "a.zip")


def test_a_zip_in_itself_ends(tmp_path: Path) -> None:
    inner = zip_of([("a.json", good())])
    for _ in range(5):
        inner = zip_of([("a.zip", inner)])
    assert "套了太多层" in refusal(tmp_path, inner, "a.zip")


# -------------------------------------------------------------------- JSON


def sealed(rest: str) -> bytes:
    """Any text under a right checksum."""
    import hashlib

    data = rest.encode(errors="surrogatepass")
    return snapshot.PREFIX + hashlib.sha256(data).hexdigest().encode() + data


HEAD = '","format":"inspect-tui/findings","kind":"writer","writer":"aaaaaaaaaaaa","version":"1.0","count":1}}'


def test_deep_nesting_ends_in_a_sentence(tmp_path: Path) -> None:
    for depth in (500, 20_000, 1_000_000):
        value = "[" * depth + "]" * depth
        edit = f'{{"record":"answer/u1/small/GW-01","field":"note","value":{value}}}'
        body = f'{{"at":"","by":[],"edits":[{edit}]}}'
        change = f'{{"id":"{"0" * 32}","writer":"{"a" * 12}","prev":"","body":{body}}}'
        data = sealed(f'{HEAD},"round":{{"1":{json.dumps(RAW)}}},"changes":{{"1":{change}}}}}')
        path = tmp_path / "a.json"
        path.write_bytes(data)
        (file,) = scan([path]).files
        assert not file.usable and (file.reason and (file.rejected or "样子" in file.reason))


def test_a_string_of_many_megabytes_is_rejected_and_the_rest_taken(tmp_path: Path) -> None:
    from inspect_tui.model.change import Body, Edit
    from inspect_tui.rules.canonical import make_change

    desk = Desk("a" * 12, "检查员甲")
    desk.judge(Verdict.PASS)
    edit = Edit(record="answer/u1/small/GW-01", field="note", value="好" * times(17_000_000, 2_000_000))
    huge = make_change(desk.own[-1].id, desk.writer, Body(at="", by=("甲",), edits=(edit,)))
    found, out = merged(tmp_path, [file_bytes([*desk.own, huge])])
    assert [r.reason for r in found.files[0].rejected] == ["这一条改动大得不正常（超过1MB）"]
    assert len(out) < 100_000


def test_a_key_twice_in_the_file_is_refused(tmp_path: Path) -> None:
    text = good().decode()
    start = text.index('"changes":{')
    twice = text[:start].split('{"_meta":{"1":{"sha256":"', 1)[1][64:] + text[start:]
    twice = twice.replace('"2":{', '"1":{', 1)
    assert "样子" in refusal(tmp_path, sealed(twice)) or "条数" in refusal(tmp_path, sealed(twice))


@pytest.mark.parametrize("count", [0, 1, 3, 10**6 + 1, 10**30, -1, "2", None])
def test_a_wrong_count_is_refused(tmp_path: Path, count) -> None:
    assert refusal(tmp_path, forged(good(), lambda d: d["_meta"]["1"].update(count=count)))


def test_more_changes_than_a_round_may_have_are_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("inspect_tui.exchange.union.FINDINGS_CHANGES", 3)
    one, other = Desk("a" * 12, "甲"), Desk("b" * 12, "乙")
    for desk in (one, other):
        desk.judge(Verdict.PASS)
        desk.judge(Verdict.PASS, unit="u2")
    with pytest.raises(StoreError, match="100万条"):
        merged(tmp_path, [file_bytes(one.own), file_bytes(other.own)])
    assert not (tmp_path / "out.json").exists()


def test_a_million_and_one_changes_are_refused_before_they_are_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert FINDINGS_CHANGES == 1_000_000
    most = times(FINDINGS_CHANGES, 10_000)
    monkeypatch.setattr(snapshot, "FINDINGS_CHANGES", most)
    change = '{"id":"","writer":"","prev":"","hash":"x"}'
    rows = ",".join(f'"{n}":{change}' for n in range(1, most + 2))
    rest = f'{HEAD.replace(":1}}", f":{most + 1}}}}}")},"round":{{"1":{{}}}},"changes":{{{rows}}}}}'
    assert "100万条" in refusal(tmp_path, sealed(rest))
    assert "条数" in refusal(tmp_path, sealed(rest.replace(f'"count":{most + 1}', '"count":7')))


def test_more_than_memory_holds_is_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(offered, "SCAN_BYTES", 3_000)
    a, b = tmp_path / "a.json", tmp_path / "b.json"
    a.write_bytes(good()[:2_500])
    b.write_bytes(good())
    assert "2GB" in scan([a, b]).files[1].reason


def test_a_file_over_the_limit_is_not_even_read(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(offered, "FINDINGS_BYTES", 100)
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("read"))
    path = tmp_path / "a.json"
    with path.open("wb") as file:
        file.write(b"x" * 200)
    (account,) = scan([path]).files
    assert "512MB" in account.reason


# -------------------------------------------------------------------- what is shown


def test_hostile_names_and_texts_come_out_clean(tmp_path: Path) -> None:
    desk = Desk("a" * 12, "[/]甲\u202e")
    desk.judge(Verdict.PASS)
    data = file_bytes(desk.own, raw=RAW | {"title": "[@click=app.quit]x"})
    path = tmp_path / "a\x1b[31m.json"
    path.write_bytes(data)
    (file,) = scan([path]).files
    assert "\x1b" not in file.path + file.name
    assert all("\u202e" not in str(value) for value in _strings(file))


def _strings(file: FileScan) -> list[str]:
    import msgspec

    return [str(value) for value in msgspec.structs.asdict(file).values()]


def test_hostile_ids_are_shown_clean(tmp_path: Path) -> None:
    def alter(document) -> None:
        document["changes"]["1"]["id"] = "\x1b[31m\u202e[/]"

    path = tmp_path / "a.json"
    path.write_bytes(forged(good(), alter))
    (file,) = scan([path]).files
    assert file.usable and file.gaps == 1
    ((where, why),) = [(r.where, r.reason) for r in file.rejected]
    assert where == "第1条改动（[31m[/]）" and why == "编号写法不对"
