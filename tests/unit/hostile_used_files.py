"""Files that only come about by use: a journal, a draft, a receipt, lists, keys, a vault."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msgspec
import pyrage
from hostile_commands import NEW, NOW, Space
from hostile_round import inspector_file

from inspect_tui.exchange import age_file
from inspect_tui.exchange.receipt import write_receipt
from inspect_tui.exchange.ring import Ring
from inspect_tui.exchange.sheet_headings import Mapping, mapping_bytes
from inspect_tui.model.change import Body, Edit
from inspect_tui.model.person import Identity
from inspect_tui.model.signing import KnownKeys
from inspect_tui.rules.canonical import make_change
from inspect_tui.store import keyring, vault
from inspect_tui.store.content import read_findings
from inspect_tui.store.drafts import Drafts
from inspect_tui.store.journal import change_line, header_line
from inspect_tui.store.received import Entry, Received
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace


def used_files(space: Space) -> dict[str, Any]:
    """Each of them by name, and where the journal lies."""
    work = Workspace(space.root)
    own = inspector_file(space)
    content = read_findings(own)
    generation = content.recovered.snapshot.meta.generation if content.recovered.snapshot else 1
    tail = content.changes[-1]
    more, prev = [], tail.id
    for number in range(3):
        edit = Edit(record="answer/G2/small/TS-02", field="note", value=f"日志里的第{number}条")
        change = make_change(
            prev, content.writer, Body(at="2026-11-20T09:40:00+08:00", by=("甲",), edits=(edit,))
        )
        more.append(change)
        prev = change.id
    journal = header_line(content.writer, generation, tail.id) + b"".join(change_line(c) for c in more)
    lead = Session.open(work, NEW, Identity(name=space.lead), lambda: NOW)
    try:
        receipt = write_receipt(lead, space.say("inspector"), space.root.parent / "files" / "回执.json")
    finally:
        lead.close()
    drafts = Drafts(own)
    drafts.save("G1/GW-01/note", "没写完的话")
    drafts.close()
    draft = drafts.path.read_bytes()
    drafts.path.unlink()
    locked = space.root.parent / "files" / "v"
    locked.mkdir(exist_ok=True)
    held = vault.create(locked, "四个词连在一起 12", "1111-2222-3333-4444-5555-6666")
    del held
    # Its second copy would stand in for a damaged one.
    sealed_twice, copy = vault.vault_files(locked)
    copy.unlink()
    key = pyrage.x25519.Identity.generate()
    out = io.BytesIO()
    age_file.encrypt_to(io.BytesIO(space.files["handin"].read_bytes()), out, [str(key.to_public())])
    own_key = keyring.new_key("甲", "2026-11-20")
    known = KnownKeys(keys=(keyring.KnownKey(name="甲", sign=own_key.public.sign, age=own_key.public.age),))
    entry = Entry(
        sha256="0" * 64,
        name="交卷.zip",
        taken_at="2026-11-20T09:00:00+08:00",
        taken_by="组长",
        writer="a" * 12,
    )
    return {
        "journal": journal,
        "journal at": own.with_suffix(f".{generation}.journal"),
        "receipt": Path(receipt).read_bytes(),
        "draft": draft,
        "list": msgspec.json.encode(Received(files=(entry,))),
        "identity": msgspec.json.encode(Identity(name=space.say("inspector"))),
        "vault": sealed_twice.read_bytes(),
        "keys": msgspec.json.encode(known),
        "age": out.getvalue(),
        "ring": Ring(identities=(str(key),)),
        "mapping": mapping_bytes(
            Mapping(sheet="甲", headings=(1, 2), columns={"A": "序号", "B": "检查内容"}, id="abc")
        ),
    }
