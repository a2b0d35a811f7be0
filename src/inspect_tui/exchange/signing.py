"""Signing: whose key vouches for a findings file, said when it leaves and looked at when it comes.

A chain of changes can be rebuilt by whoever holds the file; a signature cannot. Signatures are looked at and
told, and never cost a finding: a file whose signature does not fit is shown as such and may still be taken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from inspect_tui.model.change import Change
from inspect_tui.model.signing import ALGORITHM, SIGNATURE, KnownKey, PublicKey, Signature, Signed, SignState
from inspect_tui.rules.canonical import canonical, digest
from inspect_tui.store.clean import clean_text
from inspect_tui.store.keyring import OwnKey, is_recipient, packed, spoken, unpacked

HAND_IN, RECEIPT = "hand-in", "receipt"
_PURPOSE = b"inspect-tui/signature/1\n"


class _By(msgspec.Struct, frozen=True):
    by: tuple[str, ...] = ()


_bodies = msgspec.json.Decoder(_By)


def sign(
    key: OwnKey, kind: str, writer: str, rounds: Sequence[Mapping[str, Any]], changes: Sequence[Change]
) -> Signature:
    """Sign the changes of a file that leaves: their ids, their number, the last of them, and the round."""
    from nacl.signing import SigningKey

    said = Signature(
        kind=kind,
        name=key.name,
        key=key.public.sign,
        age=key.public.age,
        writer=writer,
        round=str(rounds[-1].get("id", "")) if rounds else "",
        round_hash=digest(canonical(list(rounds))),
        head=changes[-1].id if changes else "",
        count=len(changes),
        ids=ids_of(changes),
    )
    value = SigningKey(unpacked(key.sign)).sign(_statement(said)).signature
    return msgspec.structs.replace(said, value=packed(value))


def table(signature: Signature) -> dict[str, list[dict[str, Any]]]:
    """The table a findings file carries its signature in."""
    return {SIGNATURE: [msgspec.to_builtins(signature)]}


def ids_of(changes: Iterable[Change]) -> str:
    """A digest of all change ids, in the order they stand."""
    return hashlib.sha256("\n".join(change.id for change in changes).encode("utf-8", "replace")).hexdigest()


def _statement(said: Signature) -> bytes:
    return _PURPOSE + canonical(msgspec.structs.replace(said, value=""))


def signature_in(tables: Mapping[str, msgspec.Raw]) -> Signature | None:
    """The signature in a file's tables; one that cannot be read fits nothing, which differs from none."""
    raw = tables.get(SIGNATURE)
    if raw is None:
        return None
    try:
        rows = msgspec.json.decode(raw, type=dict[str, Signature])
    except (msgspec.MsgspecError, ValueError):
        return Signature()
    return next(iter(rows.values()), None)


def look(
    signature: Signature | None,
    rounds: Sequence[Mapping[str, Any]],
    changes: Sequence[Change],
    writer: str,
    known: Sequence[KnownKey] = (),
    *,
    people: Iterable[str] = (),
) -> Signed:
    """What is to be said of a file's signature. `people` are the inspectors named in it."""
    if signature is None:
        return _unsigned(known, people)
    name = clean_text(signature.name, newlines=False)[:40]
    public = PublicKey(sign=signature.key, age=signature.age)
    fault = _fault(signature, rounds, changes, writer)
    if fault:
        said = f"{SignState.MISMATCH.label}（{fault}）"
        return Signed(state=SignState.MISMATCH, words=said, name=name, doubtful=True)
    code = spoken(public)
    held = next((key for key in known if key.public == public), None)
    if held is None:
        taken = any(key.name == name for key in known)
        said = f"自称{name or '（没有写姓名）'}，" + (
            "但和登记的不是同一把钥匙" if taken else f"核对码{code}"
        )
        said = f"{SignState.UNKNOWN.label}（{said}）"
        return Signed(state=SignState.UNKNOWN, words=said, name=name, code=code, doubtful=taken)
    others = _others(changes, {held.name, name}) if signature.kind == HAND_IN else 0
    how = "已核对" if held.checked else "公钥随发包来，未核对"
    said = f"{SignState.VALID.label}（{held.name}，{how}）"
    said += f"，但有{others}条记录不是本人署名" if others else ""
    return Signed(
        state=SignState.VALID,
        words=said,
        name=held.name,
        code=code,
        checked=held.checked,
        doubtful=bool(others),
    )


def _unsigned(known: Sequence[KnownKey], people: Iterable[str]) -> Signed:
    """Taking a signature off is the easiest forgery, so its lack is told where one was to be expected."""
    listed = {key.name for key in known}
    missing = [name for name in people if name in listed]
    if not missing:
        return Signed()
    said = f"{SignState.UNSIGNED.label}（{'、'.join(missing[:3])}登记过签名，这份却没有）"
    return Signed(words=said, name=missing[0], doubtful=True)


def _fault(
    said: Signature, rounds: Sequence[Mapping[str, Any]], changes: Sequence[Change], writer: str
) -> str:
    """Why a signature does not fit its file, as a clause; empty when it does."""
    if said.algorithm != ALGORITHM:
        return "签名的算法不认识"
    key, value = unpacked(said.key), unpacked(said.value)
    if len(key) != 32 or len(value) != 64 or not is_recipient(said.age) or not _is_by(key, value, said):
        return "签名本身被改过"
    same = (
        said.writer == writer
        and said.count == len(changes)
        and said.head == (changes[-1].id if changes else "")
        and said.ids == ids_of(changes)
    )
    if not same:
        return "文件签名后被改过"
    return "" if said.round_hash == digest(canonical(list(rounds))) else "签名后轮次内容被改过"


def _is_by(key: bytes, value: bytes, said: Signature) -> bool:
    from nacl.exceptions import BadSignatureError, CryptoError
    from nacl.signing import VerifyKey

    try:
        VerifyKey(key).verify(_statement(said), value)
    except (BadSignatureError, CryptoError, ValueError):
        return False
    return True


def _others(changes: Sequence[Change], names: set[str]) -> int:
    """How many changes name only other people."""
    count = 0
    for change in changes:
        if change.body is None:
            continue
        try:
            by = _bodies.decode(change.body).by
        except msgspec.MsgspecError:
            continue
        count += bool(by) and names.isdisjoint(by)
    return count
