"""Recipients: whom a round's hand-ins are encrypted to, as its pack said, and the keys a pack carries.

A pack travels like any file and is no proof of a key: what came with one is marked as not compared, and a
key that was compared by voice here is never replaced by a pack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from inspect_tui.model.pack import Pack
from inspect_tui.model.round import Round
from inspect_tui.model.signing import KnownKey
from inspect_tui.store.keyring import clean_known, is_recipient, known_keys, own_key, save_known, spoken
from inspect_tui.store.workspace import Workspace

OFFICE = "办公室备用"
_MOST_IN_PACK = 200


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can open a hand-in. `code` is the key's spoken code; the office's key has none."""

    name: str
    age: str
    code: str = ""
    checked: bool = False

    @property
    def words(self) -> str:
        """Whom, in words."""
        return self.name if not self.code else f"{self.name}（{'已核对' if self.checked else '未核对'}）"


def round_mark(round_: Round) -> str:
    """What a key's list of rounds names a round by."""
    return round_.origin or round_.id


def recipients_of(space: Workspace, round_: Round) -> tuple[tuple[Recipient, ...], list[str]]:
    """Whom hand-ins of a round are encrypted to, and sentences about keys that cannot be used.

    None when its pack named nobody: an office key alone does not encrypt, for nobody at hand could open it.
    Raises StoreError when the list of keys cannot be read, so that nothing leaves in plain by accident.
    """
    found = [
        Recipient(name=key.name, age=key.age, code=spoken(key.public), checked=key.checked)
        for key in known_keys(space.root)
        if round_mark(round_) in key.rounds
    ]
    if not found or not round_.recovery_key:
        return tuple(found), []
    if not is_recipient(round_.recovery_key):
        return tuple(found), ["轮次里的办公室备用公钥写法不对，没有加密给它。"]
    return (*found, Recipient(name=OFFICE, age=round_.recovery_key)), []


# -------------------------------------------------------------------- with a pack


def keys_for_pack(space: Workspace, by: str) -> dict[str, Any]:
    """What a pack says of keys: whose hand-ins go to, and everyone known here. Nothing without keys.

    Raises StoreError for a key that is there and cannot be read.
    """
    own = own_key(by) if by else None
    listed = [
        msgspec.structs.replace(key, checked=False, rounds=(), added_at="", added_by="")
        for key in known_keys(space.root)
    ]
    found: dict[str, Any] = {}
    if own is not None:
        lead = KnownKey(name=own.name, sign=own.public.sign, age=own.public.age)
        found["lead_key"] = msgspec.to_builtins(lead)
        listed = [key for key in listed if key.public != lead.public]
    if listed:
        found["keys"] = msgspec.to_builtins(listed[:_MOST_IN_PACK])
    return found


def take_keys(space: Workspace, pack: Pack, at: str = "") -> list[str]:
    """Keep the keys a pack carries, and whom hand-ins of its round go to; returns sentences.

    Only what is new is written. Raises StoreError.
    """
    lead = clean_known([pack.lead_key]) if pack.lead_key is not None else []
    others = clean_known(pack.keys[:_MOST_IN_PACK])
    if not lead and not others:
        return []
    held = {key.public: key for key in known_keys(space.root)}
    before = dict(held)
    said = []
    for key in (*lead, *others):
        mark = (round_mark(pack.round),) if key in lead else ()
        old = held.get(key.public)
        if old is not None:
            held[key.public] = msgspec.structs.replace(old, rounds=_with(old.rounds, mark))
            continue
        if any(other.name == key.name and other.checked for other in held.values()):
            said.append(f"发包里{key.name}的公钥和这里核对过的不是同一把，请当面问清楚，再决定交卷加密给谁。")
        held[key.public] = KnownKey(
            name=key.name, sign=key.sign, age=key.age, added_at=at, added_by="发包", rounds=mark
        )
    if held != before:
        save_known(space.root, held.values())
    if lead:
        told = f"本轮交卷会加密给{lead[0].name}"
        checked = held[lead[0].public].checked
        said.append(f"{told}。" if checked else f"{told}，核对码{spoken(lead[0].public)}，请和本人核对一次。")
    return said


def _with(rounds: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*rounds, *more)))


def good_recovery_key(text: str) -> str:
    """A recovery key as typed, checked; empty takes it away. Raises ValueError."""
    cleaned = re.sub(r"\s", "", text).lower()
    if cleaned and not is_recipient(cleaned):
        raise ValueError(text)
    return cleaned
