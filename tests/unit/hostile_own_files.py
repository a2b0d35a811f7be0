"""Files the product keeps for itself: snapshot, journal, drafts, lists, identity, keys."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any

import mutating as m
from hostile_commands import NEW, NOW
from hostile_round import JSON_WAYS, SEALED_WAYS, Round, inside
from hostile_signs import strings_well
from hostile_sweep import Kind

from inspect_tui.model.person import Identity
from inspect_tui.store import vault
from inspect_tui.store.drafts import Drafts
from inspect_tui.store.keyring import known_keys
from inspect_tui.store.phrases import Phrases
from inspect_tui.store.received import read_list
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace


def own_files(r: Round, used: dict[str, Any]) -> list[Kind]:
    """The kinds, each where the product looks for it."""
    return [
        inside(
            "own snapshot",
            r.own,
            r.own.read_bytes(),
            r.look_only,
            ways=SEALED_WAYS,
            commands=r.of_folder,
            weight=3,
        ),
        Kind(
            "own snapshot opened",
            r.own,
            r.own.read_bytes(),
            SEALED_WAYS,
            (r.open_and_close,),
            weight=2,
            writes=True,
        ),
        inside(
            "own journal",
            used["journal at"],
            used["journal"],
            r.look_only,
            ways=(m.sealed_lines,),
            commands=r.of_folder,
            weight=3,
        ),
        Kind(
            "own journal opened",
            used["journal at"],
            used["journal"],
            (m.sealed_lines,),
            (r.open_and_close,),
            weight=2,
            writes=True,
        ),
        Kind(
            "own bak opened",
            r.own.with_suffix(".bak"),
            r.own.with_suffix(".bak").read_bytes(),
            SEALED_WAYS,
            (r.open_and_close,),
            writes=True,
        ),
        Kind(
            "draft",
            r.own.with_name(r.own.stem + ".draft"),
            used["draft"],
            (m.as_json, _seal_draft),
            (lambda p: _drafts(r.own, p),),
            writes=True,
        ),
        inside(
            "received list",
            r.folder / "received" / "list.json",
            used["list"],
            r.look_only,
            lambda p: read_list(r.folder),
            commands=(*r.of_folder, ("undo-merge", "--list")),
        ),
        inside(
            "identity",
            r.root / "identity.json",
            (r.root / "identity.json").read_bytes()
            if (r.root / "identity.json").exists()
            else used["identity"],
            lambda p: r.work.identity(),
            commands=r.of_workspace,
        ),
        inside(
            "writers",
            next(r.root.glob("writers-*.json")),
            next(r.root.glob("writers-*.json")).read_bytes(),
            lambda p: open_any(r.work),
            commands=(("hand-in", "--round", NEW, "--as", "x", "-o", r.box / "y.zip"),),
        ),
        Kind(
            "phrases",
            next(r.root.glob("phrases-*.json")),
            next(r.root.glob("phrases-*.json")).read_bytes(),
            JSON_WAYS,
            (lambda p: strings_well(Phrases.of(r.work).all()),),
            (("phrases", "list"),),
            weight=2,
            writes=True,
        ),
        inside(
            "vault.json",
            r.box / "v" / "vault.json",
            used["vault"],
            lambda p: vault.read(p.parent),
            ways=(m.as_json, _seal_vault),
            commands=(("vault", "status", "--workspace", r.box / "v"),),
        ),
        inside(
            "keys.json",
            r.root / "keys.json",
            used["keys"],
            lambda p: strings_well(known_keys(r.root)),
            commands=(("round", "pack", NEW, "-o", r.box / "z.json", "--workspace", r.box / "none"),),
        ),
    ]


def open_any(work: Workspace) -> None:
    """Open as someone this laptop may know: a wrong writer id must not name a file elsewhere."""
    session = Session.open(work, NEW, Identity(name=_known(work)), lambda: NOW, read_only=True)
    strings_well(session.messages)


def _known(work: Workspace) -> str:
    held = work._writers_by_name()
    return next(iter(held), "x") or "x"


def _drafts(own: Path, path: Path) -> None:
    drafts = Drafts(own)
    strings_well(drafts.load())
    drafts.close()


def _reprefixed(data: bytes, dice: random.Random, mark: bytes) -> bytes:
    text = m.dumped(m.reshaped(json.loads(data), dice)).encode("utf-8", "surrogatepass")
    if not text.startswith(mark):
        return text
    rest = text[len(mark) + 64 :]
    return mark + hashlib.sha256(rest).hexdigest().encode() + rest


def _seal_draft(data: bytes, dice: random.Random) -> bytes:
    from inspect_tui.store.drafts import _PREFIX

    return _reprefixed(data, dice, _PREFIX)


def _seal_vault(data: bytes, dice: random.Random) -> bytes:
    from inspect_tui.store.vault import _PREFIX

    return _reprefixed(data, dice, _PREFIX)
