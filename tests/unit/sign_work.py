"""Work, keys and age files for the tests of signing and encrypting."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from pathlib import Path
from typing import Any

import msgspec
from telling_work import make_round, make_space, record, work

from inspect_tui.exchange.handin import Receipt, hand_in
from inspect_tui.exchange.received import scan_for, take
from inspect_tui.model.round import Round
from inspect_tui.model.signing import KnownKey
from inspect_tui.store.keyring import OwnKey, known_keys, new_key, save_known, with_key
from inspect_tui.store.workspace import Workspace

NAME, LEAD = "检查员甲", "检查员乙"
MADE = "2026-11-18T09:30:00+08:00"
LINES = [
    {"unit": "DG01", "item": "GW-01", "verdict": "pass"},
    {"unit": "DG01", "item": "GW-02", "verdict": "fail", "deductions": [{"label": "未按月修订"}]},
    {"unit": "DG01", "good_practices": [{"text": "责任上墙"}]},
    {"unit": "DG02", "item": "GW-01", "verdict": "pass", "note": "岗位牌上的电话已停用"},
    {"unit": "DG03", "item": "GW-01", "verdict": "pass"},
]


def laptop(folder: Path) -> tuple[Workspace, Round]:
    """An inspector's laptop with a day's work on it."""
    space = make_space(folder / "w")
    round_ = make_round(space)
    session = work(space, round_)
    record(session, folder / "l", LINES)
    session.close()
    return space, round_


def own(name: str = NAME) -> OwnKey:
    """This machine's key for somebody."""
    return new_key(name, MADE)


def known(key: OwnKey, *, checked: bool = True, rounds: tuple[str, ...] = ()) -> KnownKey:
    return KnownKey(name=key.name, sign=key.public.sign, age=key.public.age, checked=checked, rounds=rounds)


def listed(space: Workspace, key: KnownKey) -> None:
    """Put a key on a workspace's list."""
    save_known(space.root, with_key(known_keys(space.root), key))


def handed(space: Workspace, round_: Round, out: Path | None = None, **how: Any) -> Receipt:
    session = work(space, round_)
    try:
        return hand_in(session, out, **how)
    finally:
        session.close()


def lead_laptop(folder: Path, space: Workspace, round_: Round) -> Workspace:
    """Another machine's workspace with the same round."""
    other = make_space(folder / "lead")
    other.save_round(
        msgspec.to_builtins(msgspec.json.decode((space.round_dir(round_.id) / "round.json").read_bytes()))
    )
    return other


def looked_at(space: Workspace, round_: Round, path: Path, *passphrases: str) -> Any:
    return scan_for(space, round_.id, [path], passphrases=passphrases)


def taken(space: Workspace, round_: Round, path: Path, now: Any, *passphrases: str) -> Any:
    return take(space, round_.id, looked_at(space, round_, path, *passphrases), LEAD, now)


# -------------------------------------------------------------------- age, written by hand


def light_age(plain: bytes, passphrase: str, work_factor: int = 10, stanzas: str = "") -> bytes:
    """An age file by passphrase that costs next to nothing to open, made without the library under test."""
    from nacl.bindings import crypto_aead_chacha20poly1305_ietf_encrypt as seal

    key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    wrapping = hashlib.scrypt(
        passphrase.encode(),
        salt=b"age-encryption.org/v1/scrypt" + salt,
        n=1 << max(1, min(work_factor, 10)),
        r=8,
        p=1,
        dklen=32,
    )
    body = seal(key, None, bytes(12), wrapping)
    head = f"age-encryption.org/v1\n{stanzas}-> scrypt {_b64(salt)} {work_factor}\n{_b64(body)}\n---"
    mac = hmac.digest(_hkdf(key, b"", b"header"), head.encode(), "sha256")
    payload = _hkdf(key, nonce, b"payload")
    chunks = [plain[at : at + 65536] for at in range(0, len(plain), 65536)] or [b""]
    sealed = b"".join(
        seal(chunk, None, number.to_bytes(11, "big") + bytes([number == len(chunks) - 1]), payload)
        for number, chunk in enumerate(chunks)
    )
    return f"{head} {_b64(mac)}\n".encode() + nonce + sealed


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _hkdf(secret: bytes, salt: bytes, info: bytes) -> bytes:
    inner = hmac.digest(salt or bytes(32), secret, "sha256")
    return hmac.digest(inner, info + b"\x01", "sha256")
