"""Encrypted hand-ins: who can open them, what is told of those who cannot, and that nothing plain is left."""

from __future__ import annotations

import base64
import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pyrage
import pytest
from evidence_work import png
from mergework import no_wait
from sign_work import (
    LEAD,
    NAME,
    handed,
    known,
    laptop,
    lead_laptop,
    light_age,
    listed,
    looked_at,
    own,
    taken,
)
from telling_work import NOW, make_space, work

from inspect_tui.exchange import age_file
from inspect_tui.exchange.age_file import CannotOpen, decrypt, encrypt_to, told_passphrase
from inspect_tui.exchange.handin import hand_in
from inspect_tui.exchange.handin_reading import read_hand_in
from inspect_tui.exchange.pack import take_pack, write_pack
from inspect_tui.exchange.planning import amend_round
from inspect_tui.exchange.recipients import good_recovery_key, recipients_of, round_mark
from inspect_tui.exchange.ring import VARIABLE, Ring
from inspect_tui.exchange.source import read_source
from inspect_tui.exchange.verifying import verify_all
from inspect_tui.model.change import answer_key
from inspect_tui.model.fault import InputFaults
from inspect_tui.rules.evidence import attach
from inspect_tui.store import files
from inspect_tui.store.evidence import keep, look
from inspect_tui.store.keyring import known_keys, own_key
from inspect_tui.store.received import received_folder

PASSPHRASE = "3914-0072-5581-2260-7413-0958"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(VARIABLE, raising=False)
    with no_wait():
        yield


def pair() -> tuple[str, str]:
    """An age identity and its recipient."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def sealed(plain: bytes, *recipients: str) -> bytes:
    out = io.BytesIO()
    encrypt_to(io.BytesIO(plain), out, recipients)
    return out.getvalue()


def why(data: bytes, **ring: Any) -> str:
    with pytest.raises(CannotOpen) as told:
        decrypt(data, Ring(**ring))
    return str(told.value)


# -------------------------------------------------------------------- the format


def test_every_recipient_opens_it_and_nobody_else() -> None:
    (lead, to_lead), (office, to_office), (stranger, _) = pair(), pair(), pair()
    data = sealed(b"x" * 100_000, to_lead, to_office)
    assert decrypt(data, Ring(identities=(stranger, lead))) == decrypt(data, Ring(identities=(office,)))
    assert why(data, identities=(stranger,)) == age_file.NOT_OURS
    assert why(data) == age_file.NO_KEY


def test_damage_and_cuts_are_told_apart_from_a_wrong_key() -> None:
    lead, to = pair()
    data = sealed(b"x" * 70_000, to)
    start = data.index(b"\n--- ") + 6
    for at in (start, start + 44, start + 60, start + 70_000, len(data) - 1):
        spoiled = bytearray(data)
        spoiled[at] ^= 1
        assert why(bytes(spoiled), identities=(lead,)) == age_file.DAMAGED
    for end in (20, 70, start, start + 44, start + 62, start + 65_700, len(data) - 1):
        assert why(data[:end], identities=(lead,)) == age_file.DAMAGED
    assert why(data + b"x", identities=(lead,)) == age_file.DAMAGED


def test_a_passphrase_counts_however_its_digits_are_typed() -> None:
    data = light_age(b"hand-in", PASSPHRASE)
    for typed in (PASSPHRASE, "３９１４００７２ ５５８１—2260 7413 0958", PASSPHRASE.replace("-", "")):
        assert decrypt(data, Ring(passphrases=("0000-0000", typed))) == b"hand-in"
    assert told_passphrase(" correct horse ") == "correct horse"
    assert why(data) == age_file.ASK
    assert why(data, passphrases=("3914-0072-5581-2260-7413-0959",)) == age_file.WRONG
    for spoiled in (data[:-1], data[:-1] + bytes([data[-1] ^ 1])):
        assert why(spoiled, passphrases=(PASSPHRASE,)) == age_file.DAMAGED


@pytest.mark.parametrize(
    ("factor", "told"), [(21, age_file.TOO_MUCH), (64, age_file.TOO_MUCH), (0, age_file.DAMAGED)]
)
def test_a_file_that_asks_for_too_much_work_is_not_even_tried(factor: int, told: str) -> None:
    data = light_age(b"x", PASSPHRASE, factor)
    assert why(data, passphrases=(PASSPHRASE,)) == told


@pytest.mark.parametrize(
    "head",
    [
        "age-encryption.org/v2\n",
        "age-encryption.org/v1\n" + "-> X25519 a\nb\n" * 100 + "--- " + "A" * 43 + "\n",
        "age-encryption.org/v1\n" + "x" * 200_000,
        "age-encryption.org/v1\n-> X25519 \x1b[31m\n" + "é" * 10 + "\n--- " + "A" * 43 + "\n",
        "age-encryption.org/v1\n--- " + "A" * 43 + "\n",
    ],
)
def test_heads_nobody_can_read_are_damage(head: str) -> None:
    assert why(head.encode(), identities=(pair()[0],)) == age_file.DAMAGED


def test_scrypt_beside_another_way_in_is_refused() -> None:
    other = f"-> X25519 {'A' * 43}\n{'A' * 43}\n"
    assert why(light_age(b"x", PASSPHRASE, stanzas=other), passphrases=(PASSPHRASE,)) == age_file.DAMAGED


# -------------------------------------------------------------------- handed in


class Laptops:
    """An inspector's laptop that took the lead's pack, and the lead's."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch
        self.homes = folder / "home-of-lead", folder / "home-of-inspector"
        self.as_inspector()
        self.space, self.round = laptop(folder)
        self.lead = lead_laptop(folder, self.space, self.round)
        self.as_lead()
        self.key = own(LEAD)
        self.packed: list[str] = []
        self.pack = write_pack(
            self.lead, self.round.id, path=folder / "pack.json", now=NOW, by=LEAD, messages=self.packed
        )
        self.as_inspector()

    def as_lead(self) -> None:
        self.monkeypatch.setenv("INSPECT_TUI_HOME", str(self.homes[0]))

    def as_inspector(self) -> None:
        self.monkeypatch.setenv("INSPECT_TUI_HOME", str(self.homes[1]))


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Laptops:
    return Laptops(tmp_path, monkeypatch)


def test_the_way_of_a_hand_in_that_only_the_lead_can_open(
    two: Laptops, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert any("已带上检查员乙的公钥" in said for said in two.packed)
    told = take_pack(two.space, two.pack).messages
    assert any("交卷会加密给检查员乙，核对码" in said for said in told)

    def nowhere(*_: Any, **__: Any) -> Any:
        raise AssertionError("plain bytes on the disk")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", nowhere)
    receipt = handed(two.space, two.round)
    assert receipt.path.name == f"交卷-{receipt.code.replace('-', '')}-20261118.age"
    assert [r.words for r in receipt.sealed_to] == ["检查员乙（未核对）"]
    data = receipt.path.read_bytes()
    for text in ("检查员甲", "东沟", "未按月修订", "岗位牌"):
        assert text.encode() not in data and text not in receipt.path.name
    with pytest.raises(InputFaults, match="没有能打开它的钥匙"):
        read_hand_in(receipt.path)
    two.as_lead()
    assert read_hand_in(receipt.path).manifest.name == NAME
    assert len(read_source(receipt.path).state.changes) == 5
    assert verify_all(receipt.path).doubts == ()
    [entry] = taken(two.lead, two.round, receipt.path, NOW)
    kept = received_folder(two.lead.round_dir(two.round.id)) / f"{entry.sha256}.json"
    assert kept.read_bytes() == read_hand_in(receipt.path).data
    scanned = looked_at(two.lead, two.round, receipt.path).files[0]
    assert scanned.encrypted and scanned.hand_in and scanned.up_to_date and scanned.code == receipt.code


def test_plain_and_passphrase_are_there_for_the_asking(two: Laptops, tmp_path: Path) -> None:
    take_pack(two.space, two.pack)
    plain = handed(two.space, two.round, plain=True)
    assert plain.path.suffix == ".zip" and not plain.encrypted
    receipt = handed(two.space, two.round, passphrase=PASSPHRASE)
    assert receipt.path.suffix == ".age" and receipt.passphrase == PASSPHRASE and not receipt.sealed_to
    two.as_lead()
    [locked] = looked_at(two.lead, two.round, receipt.path).files
    assert locked.locked and not locked.usable and locked.reason == age_file.ASK
    light = tmp_path / "light.age"
    light.write_bytes(light_age(plain.path.read_bytes(), PASSPHRASE))
    [wrong] = looked_at(two.lead, two.round, light, "1111-2222-3333-4444-5555-6666").files
    assert wrong.locked and wrong.reason == age_file.WRONG
    [opened] = looked_at(two.lead, two.round, receipt.path, PASSPHRASE).files
    assert opened.usable and opened.new == 5
    two.monkeypatch.setenv(VARIABLE, PASSPHRASE)
    assert read_hand_in(light).manifest.code == receipt.code


def test_without_keys_all_is_as_before(tmp_path: Path) -> None:
    space, round_ = laptop(tmp_path)
    receipt = handed(space, round_)
    assert receipt.path.suffix == ".zip" and not receipt.signed and not receipt.encrypted
    assert receipt.messages == ("其中3个单位还没有提交。",)
    assert b"signature" not in read_hand_in(receipt.path).data
    assert (
        take_pack(make_space(tmp_path / "other"), write_pack(space, round_.id, now=NOW, by=NAME)).messages
        == ()
    )
    assert not (tmp_path / "other" / "keys.json").exists()


def test_the_office_can_open_what_a_lost_laptop_no_longer_can(two: Laptops, tmp_path: Path) -> None:
    identity, recipient = pair()
    round_ = amend_round(two.lead, two.round.id, recovery_key=recipient)
    two.as_lead()
    told: list[str] = []
    pack = write_pack(two.lead, round_.id, path=tmp_path / "p.json", now=NOW, by=LEAD, messages=told)
    assert not any("备用公钥" in said for said in told)
    two.as_inspector()
    take_pack(two.space, pack)
    receipt = handed(two.space, round_)
    assert [r.name for r in receipt.sealed_to] == [LEAD, "办公室备用"]
    assert read_hand_in(receipt.path, ring=Ring(identities=(identity,))).manifest.name == NAME


@pytest.mark.parametrize("bad", ["age1x", "AGE-SECRET-KEY-1", "x" * 62, "age1" + "q" * 58])
def test_a_recovery_key_with_a_slip_in_it_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=bad):
        good_recovery_key(bad)
    assert good_recovery_key("") == ""
    recipient = pair()[1]
    assert good_recovery_key(f" {recipient[:20]} \n{recipient[20:].upper()}") == recipient


def test_a_pack_never_replaces_a_key_that_was_compared(two: Laptops, tmp_path: Path) -> None:
    honest = known(two.key)
    listed(two.space, honest)
    take_pack(two.space, two.pack)
    [held] = known_keys(two.space.root)
    assert held.checked and held.rounds == (round_mark(two.round),)
    raw = msgspec.json.decode(two.pack.read_bytes())
    forged = own("路人")
    raw["lead_key"] = {"name": LEAD, "sign": forged.public.sign, "age": forged.public.age, "checked": True}
    path = tmp_path / "forged.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(raw), indent=1))
    told = take_pack(two.space, path).messages
    assert any("不是同一把" in said for said in told)
    both = {r.words for r in recipients_of(two.space, two.round)[0]}
    assert both == {"检查员乙（已核对）", "检查员乙（未核对）"}, "shown, so that somebody asks"


def test_colleagues_keys_come_with_a_pack_as_not_compared(two: Laptops, tmp_path: Path) -> None:
    two.as_lead()
    listed(two.lead, known(own("检查员丙"), rounds=("another",)))
    pack = write_pack(two.lead, two.round.id, path=tmp_path / "p.json", now=NOW, by=LEAD)
    two.as_inspector()
    take_pack(two.space, pack)
    held = {k.name: k for k in known_keys(two.space.root)}
    assert set(held) == {LEAD, "检查员丙"} and not any(k.checked for k in held.values())
    assert held["检查员丙"].rounds == () and held[LEAD].rounds == (round_mark(two.round),)
    before = (two.space.root / "keys.json").read_bytes()
    take_pack(two.space, pack)
    assert (two.space.root / "keys.json").read_bytes() == before


def test_several_encrypted_hand_ins_in_one_zip_and_two_layers(two: Laptops, tmp_path: Path) -> None:
    take_pack(two.space, two.pack)
    receipt = handed(two.space, two.round)
    two.as_lead()
    held = own_key(LEAD)
    assert held is not None
    together = tmp_path / "together.zip"
    twice = sealed(receipt.path.read_bytes(), held.public.age)
    with zipfile.ZipFile(together, "w") as archive:
        archive.writestr("a.age", receipt.path.read_bytes())
        archive.writestr("b.age", twice)
        archive.writestr("c.age", sealed(b"\x89PNG\r\n\x1a\nxxxx", held.public.age))
        archive.writestr("d.age", receipt.path.read_bytes()[:-9])
    found = looked_at(two.lead, two.round, together)
    assert [file.usable for file in found.files] == [True, False, False, False]
    assert [file.reason for file in found.files[1:]] == [
        "加密了两层，请检查人员重新交卷",
        "这是图片或PDF，不是检查记录",
        age_file.DAMAGED,
    ]


def test_evidence_comes_out_of_an_encrypted_hand_in(two: Laptops, tmp_path: Path) -> None:
    take_pack(two.space, two.pack)
    picture = tmp_path / "a.png"
    picture.write_bytes(png(told=False))
    session = work(two.space, two.round)
    piece = keep(session.space.round_dir(two.round.id), look(picture), session.writer).piece()
    session.commit(attach(session.state, answer_key("DG01", "lzrh-dxz", "GW-01"), piece), "佐证")
    receipt = hand_in(session)
    session.close()
    two.as_lead()
    [entry] = taken(two.lead, two.round, receipt.path, NOW)
    there = two.lead.round_dir(two.round.id) / "evidence" / piece.file
    assert entry.note == "" and there.read_bytes() == png(told=False)


def test_armor_of_chat_programs_is_not_taken_for_a_hand_in(tmp_path: Path) -> None:
    path = tmp_path / "x.age"
    body = base64.encodebytes(sealed(b"x", pair()[1])).decode()
    path.write_text(
        f"-----BEGIN AGE ENCRYPTED FILE-----\n{body}-----END AGE ENCRYPTED FILE-----\n", encoding="ascii"
    )
    with pytest.raises(InputFaults, match="不是交卷文件"):
        read_hand_in(path)
    assert files.fs.size(path) > 0
