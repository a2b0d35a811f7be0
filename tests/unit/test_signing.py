"""Tampering: what verify finds by itself, what only a signature finds, and what is said of signatures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mergework import forged, no_wait
from sign_work import LEAD, NAME, handed, known, laptop, lead_laptop, listed, looked_at, own, taken
from telling_work import NOW, record

from inspect_tui.exchange.handin_reading import read_hand_in
from inspect_tui.exchange.manifest import short_code
from inspect_tui.exchange.receipt import open_receipt, write_receipt
from inspect_tui.exchange.ring import Ring
from inspect_tui.exchange.signing import HAND_IN, look, sign, signature_in
from inspect_tui.exchange.verifying import verify_all, verify_round
from inspect_tui.model.change import Body, Change
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.person import Identity
from inspect_tui.model.signing import SIGNATURE, SignState
from inspect_tui.model.terms import Role
from inspect_tui.rules.canonical import canonical, digest, make_change
from inspect_tui.store import keyring
from inspect_tui.store.keyring import OwnKey, key_line, read_key_line, spoken
from inspect_tui.store.session import Session
from inspect_tui.store.snapshot import STATE_TABLES, decode
from sweeps import times


class Day:
    """One signed hand-in, and the laptop it was made on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.space, self.round = laptop(folder)
        self.key: OwnKey = own()
        self.receipt = handed(self.space, self.round)
        self.data = read_hand_in(self.receipt.path).data
        [self.path] = [p for p in self.space.round_dir(self.round.id).glob("*.json") if len(p.stem) == 12]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Any:
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("day")
    patch.setenv("INSPECT_TUI_HOME", str(folder / "home"))
    with no_wait():
        yield Day(folder)
    patch.undo()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    with no_wait():
        yield


def change_of(row: dict[str, Any]) -> Change:
    body = msgspec.Raw(canonical(row["body"])) if "body" in row else None
    return Change(id=row["id"], writer=row["writer"], prev=row["prev"], body=body, hash=row.get("hash", ""))


def row_of(change: Change) -> dict[str, Any]:
    return dict(json.loads(canonical(change)))


def tampered(data: bytes, how: str, place: int, other: int, *, recomputed: bool) -> bytes:
    """The file with one change tampered with, its count and checksum made right again where asked."""

    def alter(document: Any) -> None:
        rows = list(document["changes"].values())
        at, to = place % len(rows), other % len(rows)
        row = rows[at]
        if how == "changed":
            row["body"]["at"] = "2020-01-01T00:00:00+08:00"
        elif how == "renamed":
            row["body"]["by"] = ["旁人"]
            made = make_change(row["prev"], row["writer"], msgspec.convert(row["body"], Body))
            rows[at] = row_of(made)
        elif how == "removed":
            del rows[at]
        elif how == "inserted":
            body = msgspec.convert(rows[to]["body"], Body)
            body = msgspec.structs.replace(body, by=("旁人",))
            rows.insert(at, row_of(make_change(row["prev"], row["writer"], body)))
        elif how == "doubled":
            rows.insert(to, row)
        elif how == "moved":
            rows.insert(to, rows.pop(at))
        elif how == "emptied":
            rows[at] = {**row, "hash": digest(canonical(row["body"]))}
            del rows[at]["body"]
        document["changes"] = {str(n): one for n, one in enumerate(rows, 1)}
        document["_meta"]["1"]["count"] = len(rows)
        # A forger need not keep the tables, which are only a cache.
        for name in (*STATE_TABLES, SIGNATURE):
            document.pop(name, None)

    made = forged(data, alter)
    return made if recomputed else data[:76] + made[76:]


HOW = ("changed", "renamed", "removed", "inserted", "doubled", "moved", "emptied")


@settings(max_examples=times(40), deadline=None)
@given(
    how=st.sampled_from(HOW),
    place=st.integers(0, 99),
    other=st.integers(0, 99),
    recomputed=st.booleans(),
)
def test_any_single_tampering_is_found_and_its_place_told(
    day: Day, how: str, place: int, other: int, recomputed: bool
) -> None:
    count = len(decode(day.data).changes)
    made = tampered(day.data, how, place, other, recomputed=recomputed)
    if how == "moved" and place % count == other % count:
        return
    path = day.folder / "forged.json"
    path.write_bytes(made)
    found = verify_all(path, Ring())
    if not recomputed:
        assert any("校验" in doubt.reason for doubt in found.doubts), found.doubts
    elif how == "emptied":
        wanted = decode(day.data).changes[place % count].id
        assert [erasure.change for erasure in found.erased] == [wanted]
    else:
        assert found.doubts
        assert all(d.where.startswith(("changes", "_meta")) for d in found.doubts), found.doubts
        numbers = {int(d.where[8:].split("（")[0]) for d in found.doubts if d.where.startswith("changes.")}
        at = place % count + 1
        near = {at, at + 1, other % count + 1, other % count + 2}
        assert numbers & near or any(d.where == "_meta" for d in found.doubts), (numbers, near)


def test_the_same_tools_leave_an_untouched_file_whole(day: Day) -> None:
    path = day.folder / "whole.json"
    path.write_bytes(tampered(day.data, "nothing", 0, 0, recomputed=True))
    assert verify_all(path, Ring()).doubts == ()


def rebuilt(data: bytes) -> bytes:
    """The whole chain forged anew over other contents: ids, links, head, count, checksum all fit."""

    def alter(document: Any) -> None:
        prev, rows = "", []
        for row in document["changes"].values():
            body = msgspec.convert(row["body"], Body)
            edits = tuple(
                msgspec.structs.replace(e, value={**e.value, "verdict": "pass"}, saw=())
                if isinstance(e.value, dict) and e.value.get("verdict") == "fail"
                else e
                for e in body.edits
            )
            made = make_change(prev, row["writer"], msgspec.structs.replace(body, edits=edits))
            rows.append(row_of(made))
            prev = made.id
        document["changes"] = {str(n): one for n, one in enumerate(rows, 1)}
        document["_meta"]["1"]["head"] = prev
        for name in STATE_TABLES:
            document.pop(name, None)

    return forged(data, alter)


def test_a_forger_who_rebuilds_everything_is_caught_by_signature_and_code_alone(day: Day) -> None:
    made = rebuilt(day.data)
    path = day.folder / "rebuilt.json"
    path.write_bytes(made)
    [doubt] = verify_all(path, Ring(known=(known(day.key),))).doubts
    assert doubt.reason == "签名不符（文件签名后被改过）"
    changes = decode(made).changes
    assert short_code(c.id for c in changes) != day.receipt.code, "the code read out tells as well"
    bare = json.loads(made)

    def alter(document: Any) -> None:
        del document[SIGNATURE]

    path.write_bytes(forged(json.dumps(bare, ensure_ascii=False, separators=(",", ":")).encode(), alter))
    assert verify_all(path, Ring()).doubts == (), "without a signature nothing in the file itself can tell"


# -------------------------------------------------------------------- what is said of a signature


def said_of(day: Day, data: bytes, *keys: Any) -> Any:
    held = decode(data)
    return look(signature_in(held.tables), held.rounds, held.changes, held.meta.writer, keys, people=(NAME,))


def test_known_unknown_and_uncompared_signers_are_told_apart(day: Day) -> None:
    told = said_of(day, day.data, known(day.key))
    assert (told.words, told.doubtful) == ("已签名（检查员甲，已核对）", False)
    told = said_of(day, day.data, known(day.key, checked=False))
    assert told.state is SignState.VALID and "未核对" in told.words and not told.doubtful
    told = said_of(day, day.data)
    assert told.words == f"签名人未登记（自称检查员甲，核对码{spoken(day.key.public)}）"
    assert not told.doubtful


def test_a_name_that_is_known_by_another_key_is_doubted(day: Day, tmp_path: Path) -> None:
    other = own()
    told = said_of(day, day.data, known(other))
    assert told.state is SignState.UNKNOWN and told.doubtful and "不是同一把" in told.words


def test_a_signature_taken_off_is_missed_where_it_was_to_be_expected(day: Day) -> None:
    bare = tampered(day.data, "nothing", 0, 0, recomputed=True)
    assert said_of(day, bare).words == "未签名"
    told = said_of(day, bare, known(day.key))
    assert told.doubtful and told.words == "未签名（检查员甲登记过签名，这份却没有）"


def test_somebody_who_signs_the_work_of_others_is_named(day: Day) -> None:
    held = decode(day.data)
    thief = own("检查员丙")
    signature = sign(thief, HAND_IN, held.meta.writer, held.rounds, held.changes)
    told = look(signature, held.rounds, held.changes, held.meta.writer, (known(thief),))
    assert told.state is SignState.VALID and told.doubtful
    assert told.words.endswith("，但有5条记录不是本人署名")


@pytest.mark.parametrize(
    "field", ["name", "key", "age", "writer", "round", "round_hash", "head", "count", "ids", "value", "kind"]
)
def test_no_part_of_a_signature_can_be_changed(day: Day, field: str) -> None:
    held = decode(day.data)
    signature = signature_in(held.tables)
    assert signature is not None
    value = getattr(signature, field)
    changed = value + 1 if isinstance(value, int) else ("A" if value[:1] != "A" else "B") + value[1:]
    spoiled = msgspec.structs.replace(signature, **{field: changed})
    told = look(spoiled, held.rounds, held.changes, held.meta.writer, (known(day.key),))
    assert told.state is SignState.MISMATCH and told.doubtful


def test_another_round_under_the_same_work_does_not_fit(day: Day) -> None:
    held = decode(day.data)
    rounds = [{**held.rounds[0], "title": "另一轮"}]
    told = look(signature_in(held.tables), rounds, held.changes, held.meta.writer)
    assert told.words == "签名不符（签名后轮次内容被改过）"


@pytest.mark.parametrize("table", ["[]", '{"1":5}', '{"1":{"key":3}}', '"x"'])
def test_a_signature_nobody_can_read_is_no_missing_one(day: Day, table: str) -> None:
    held = decode(day.data)
    read = signature_in({SIGNATURE: msgspec.Raw(table.encode())})
    assert look(read, held.rounds, held.changes, held.meta.writer).state is SignState.MISMATCH


def test_the_same_work_signed_twice_has_the_same_bytes(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(day.folder / "home"))
    again = handed(day.space, day.round, day.folder / "again.zip")
    assert read_hand_in(again.path).data == day.data
    assert again.signed == NAME


# -------------------------------------------------------------------- taken in, erased, moved on


def test_taking_in_keeps_signer_and_signature_also_when_something_is_erased(day: Day, tmp_path: Path) -> None:
    lead = lead_laptop(tmp_path, day.space, day.round)
    listed(lead, known(day.key))
    [entry] = taken(lead, day.round, day.receipt.path, NOW)
    assert entry.signature == "已签名（检查员甲，已核对）"
    folder = lead.round_dir(day.round.id)
    assert [s.words for _, s in verify_round(folder).signatures] == [entry.signature]
    (lead.root / "keys.json").write_bytes(b"{")
    [file] = looked_at(lead, day.round, day.receipt.path).files
    assert file.signature.state is SignState.UNKNOWN and any("keys.json已损坏" in w for w in file.warnings)
    listed_again = keyring.KnownKeys(keys=(known(day.key),))
    (lead.root / "keys.json").write_bytes(msgspec.json.encode(listed_again))
    from inspect_tui.exchange.erasing import erase_change

    session = Session.open(lead, day.round.id, Identity(name=LEAD, role=Role.LEAD), lambda: NOW)
    target = next(c.id for c in decode(day.data).changes if "电话".encode() in bytes(c.body or b""))
    erase_change(session, target, "里面有号码")
    session.close()
    after = verify_round(folder)
    assert [s.words for _, s in after.signatures] == [entry.signature]
    assert after.doubts == () and [e.change for e in after.erased][:1] == [target]


def test_a_body_taken_out_without_anybody_having_erased_it_is_told(day: Day, tmp_path: Path) -> None:
    lead = lead_laptop(tmp_path, day.space, day.round)
    path = tmp_path / "x.json"
    path.write_bytes(tampered(day.data, "emptied", 1, 0, recomputed=True))
    taken(lead, day.round, path, NOW)
    [doubt] = verify_round(lead.round_dir(day.round.id)).doubts
    assert "没有谁彻底删除过它" in doubt.reason


def test_a_hand_in_given_back_and_worked_on_carries_no_stale_signature(day: Day, tmp_path: Path) -> None:
    lead = lead_laptop(tmp_path, day.space, day.round)
    writer = day.path.stem
    lead.findings_path(day.round.id, writer).write_bytes(day.data)
    session = Session.open(
        lead, day.round.id, Identity(name=NAME, writers={day.round.id: writer}), lambda: NOW
    )
    record(session, tmp_path / "m", [{"unit": "DG02", "item": "GW-02", "verdict": "pass"}])
    session.close()
    found = verify_all(lead.findings_path(day.round.id, writer))
    assert found.doubts == () and found.signatures[0][1].state is SignState.UNSIGNED


def test_receipts_are_signed_and_one_that_does_not_fit_is_asked_about(day: Day, tmp_path: Path) -> None:
    lead = lead_laptop(tmp_path, day.space, day.round)
    taken(lead, day.round, day.receipt.path, NOW)
    key = own(LEAD)
    session = Session.open(lead, day.round.id, Identity(name=LEAD, role=Role.LEAD), lambda: NOW)
    from inspect_tui.rules.reviewing import accept

    session.commit(accept(session.state, "DG01"), "认可")
    path = write_receipt(session, NAME, tmp_path / "回执.json")
    assert write_receipt(session, NAME, tmp_path / "again.json").read_bytes() == path.read_bytes()
    session.close()
    back = tmp_path / "back"
    space, _ = day.space, back
    listed(space, known(key))
    assert verify_all(path, Ring(known=(known(key),))).signatures[0][1].words == "已签名（检查员乙，已核对）"

    def alter(document: Any) -> None:
        document["receipt"]["1"]["title"] = "别的"
        row = document[SIGNATURE]["1"]
        row["count"] += 1

    bad = tmp_path / "bad.json"
    bad.write_bytes(forged(path.read_bytes(), alter))
    with pytest.raises(InputFaults, match="签名不符"):
        open_receipt(space, bad, NAME, NOW)
    assert any("签名不符" in m for m in open_receipt(space, bad, NAME, NOW, accepted=True).messages)


# -------------------------------------------------------------------- a sealed round


def test_a_broken_seal_is_told_by_verify_with_who_and_what(day: Day, tmp_path: Path) -> None:
    from inspect_tui.rules.sealing import freeze

    lead = lead_laptop(tmp_path, day.space, day.round)
    taken(lead, day.round, day.receipt.path, NOW)
    session = Session.open(lead, day.round.id, Identity(name=LEAD, role=Role.LEAD), lambda: NOW)
    session.commit(freeze(session.state, session.round), "封存")
    session.flush()
    folder = lead.round_dir(day.round.id)
    held = verify_round(folder)
    assert held.doubts == () and held.freeze is not None and held.freeze.whole
    record(
        session,
        tmp_path / "m",
        [
            {
                "unit": "DG02",
                "item": "GW-01",
                "verdict": "fail",
                "missing": True,
                "findings": [{"text": "缺两项"}],
            }
        ],
    )
    session.close()
    told = [d.reason for d in verify_round(folder).doubts]
    assert "已失效" in told[0] and any(LEAD in line and "封存后的改动" in line for line in told[1:]), told


# -------------------------------------------------------------------- keys


def test_a_key_is_private_found_again_and_never_made_twice(tmp_path: Path) -> None:
    made = own()
    [path] = (tmp_path / "home" / "keys").glob("*.json")
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0
    assert keyring.own_key(NAME) == made and keyring.own_keys() == [made]
    with pytest.raises(Exception, match="已经有"):
        own()
    path.write_bytes(b"{")
    with pytest.raises(Exception, match="读不出来"):
        keyring.own_key(NAME)
    assert keyring.own_keys() == []
    assert keyring.forget_own(NAME) and not keyring.forget_own(NAME)


def test_a_line_is_found_in_a_chat_and_any_slip_in_it_is_refused_or_changes_the_code(tmp_path: Path) -> None:
    key = own().public
    line = key_line(key)
    assert read_key_line(f"这是我的公钥：\n{line}\n收到请回复") == key
    assert len(spoken(key).split()) == 6 and len(spoken(key)) == 29
    for at in range(len("inspect-tui-key1:"), len(line), 3):
        slip = line[:at] + ("a" if line[at] != "a" else "b") + line[at + 1 :]
        read = read_key_line(slip)
        assert read is None or spoken(read) != spoken(key)
        assert read_key_line(line[:at]) is None
    assert read_key_line(line + "\n" + key_line(own("别人").public)) is None
    assert read_key_line("") is None


def test_a_hostile_list_of_keys_costs_its_own_entries_only(tmp_path: Path) -> None:
    good = known(own())
    rows = [
        {"name": "[/]\x1b[31m\u202e甲", "sign": good.sign, "age": good.age},
        {"name": "", "sign": good.sign, "age": good.age},
        {"name": "乙", "sign": "x", "age": good.age},
        {"name": "丙", "sign": good.sign, "age": "age1x"},
        {"name": "丁", "sign": "é" * 43, "age": good.age},
    ]
    path = tmp_path / "keys.json"
    path.write_text(
        json.dumps({"format": "inspect-tui/keys", "version": "1.0", "keys": rows}), encoding="utf-8"
    )
    assert [k.name for k in keyring.known_keys(tmp_path)] == ["[/][31m甲"]
    for broken in (
        b"",
        b"[]",
        b'{"format":"x","version":"1.0"}',
        b'{"format":"inspect-tui/keys","version":"2.0"}',
    ):
        path.write_bytes(broken)
        with pytest.raises(Exception, match=r"损坏|不认识"):
            keyring.known_keys(tmp_path)
