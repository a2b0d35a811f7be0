"""Ring: the keys at hand when files from others are opened: who is known here, and what opens here."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from inspect_tui.model.signing import KnownKey
from inspect_tui.store.errors import StoreError
from inspect_tui.store.keyring import known_keys, own_keys

#: Passphrase of encrypted files, for scripts.
VARIABLE = "INSPECT_TUI_AGE_PASSPHRASE"


class Ring(msgspec.Struct, frozen=True, kw_only=True):
    """Colleagues' keys, age identities and passphrases to try. `messages` say what could not be read."""

    known: tuple[KnownKey, ...] = ()
    identities: tuple[str, ...] = ()
    passphrases: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()


def ring_of(root: Path | None, passphrases: Iterable[str] = ()) -> Ring:
    """The keys of this machine's user and, with a workspace, those it knows; own keys count as checked."""
    messages: list[str] = []
    mine = own_keys()
    own = [KnownKey(name=k.name, sign=k.public.sign, age=k.public.age, checked=True) for k in mine]
    listed: tuple[KnownKey, ...] = ()
    if root is not None:
        try:
            listed = known_keys(root)
        except StoreError as error:
            messages.append(str(error))
    held = {key.public for key in own}
    given = os.environ.get(VARIABLE, "")
    return Ring(
        known=(*own, *(key for key in listed if key.public not in held)),
        identities=tuple(key.age for key in mine),
        passphrases=(*passphrases, *([given] if given else [])),
        messages=tuple(messages),
    )
