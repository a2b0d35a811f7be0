"""Files that go from hand to hand: packs, merged findings, hand-ins, receipts, encrypted ones."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from pathlib import Path
from typing import Any

import mutating as m
from hostile_commands import Space
from hostile_round import JSON_WAYS, SEALED_WAYS, Round
from hostile_signs import chinese, doubts_well, strings_well, told_well
from hostile_sweep import FILE, Kind

from inspect_tui.exchange.carrying import gather
from inspect_tui.exchange.handin_reading import read_hand_in
from inspect_tui.exchange.pack import look_at_pack
from inspect_tui.exchange.receipt import read_receipt
from inspect_tui.exchange.scanning import scan
from inspect_tui.exchange.source import read_source
from inspect_tui.exchange.verifying import verify_all


def handed_files(r: Round, used: dict[str, Any]) -> list[Kind]:
    """The kinds, each at the doors that take it from somebody else."""
    return [
        Kind(
            "pack",
            r.files["pack"],
            r.files["pack"].read_bytes(),
            JSON_WAYS,
            (lambda p: told_well(look_at_pack(r.work, p)), scan_well),
            (("checklist", "check", FILE), ("verify", FILE)),
            weight=2,
        ),
        Kind(
            "merged",
            r.box / "x-merged.json",
            r.files["merged"].read_bytes(),
            SEALED_WAYS,
            (scan_well, verify_well, source_well),
            r.readers,
            weight=5,
        ),
        Kind(
            "findings",
            r.box / "x-found.json",
            r.own.read_bytes(),
            SEALED_WAYS,
            (scan_well, verify_well, source_well),
            r.readers,
            weight=5,
        ),
        Kind(
            "hand-in",
            r.box / "x-in.zip",
            r.files["handin"].read_bytes(),
            (_zip_way, m.rezipped),
            (scan_well, lambda p: read_hand_in(p)),
            (*r.readers, ("merge", FILE, "-o", r.box / "o.json", "--preview")),
            weight=4,
        ),
        Kind(
            "receipt",
            r.box / "x-receipt.json",
            used["receipt"],
            SEALED_WAYS,
            (lambda p: strings_well(read_receipt(p)),),
            (("receipt", FILE),),
            weight=2,
            writes=True,
        ),
        Kind(
            "earlier round",
            r.box / "x-old.json",
            _old(r.space),
            SEALED_WAYS,
            (lambda p: strings_well(gather(None, [p], "2026-11-20")),),
            weight=2,
        ),
    ]


def encrypted_files(r: Round, used: dict[str, Any]) -> list[Kind]:
    """A hand-in encrypted for the lead, whose key is there."""
    return [
        Kind(
            "encrypted",
            r.box / "x.age",
            used["age"],
            (),
            (lambda p: doubts_well(verify_all(p, used["ring"]).doubts), scan_well),
            (("merge", FILE, "-o", r.box / "o.json", "--preview"),),
            weight=3,
        ),
    ]


def _old(space: Space) -> bytes:
    folder = space.root / "rounds" / "2026Q3-lookback"
    return next(p for p in sorted(folder.glob("*.json")) if p.name != "round.json").read_bytes()


def scan_well(path: Path) -> None:
    for file in scan([path]).files:
        strings_well(file)
        assert file.usable or chinese(file.reason), file.reason


def verify_well(path: Path) -> None:
    doubts_well(verify_all(path).doubts)


def source_well(path: Path) -> None:
    source = read_source(path)
    strings_well(source.messages)
    strings_well(source.raw)


def _zip_way(data: bytes, dice: random.Random) -> bytes:
    """A hand-in whose findings are altered and every seal on the way out put right."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        entries = {info.filename: source.read(info) for info in source.infolist()}
    manifest = next(
        n for n, d in entries.items() if b'"code"' in d[:4000] and n.endswith(".json") and len(d) < 8000
    )
    found = next(n for n in entries if n.endswith(".json") and n != manifest)
    if dice.random() < 0.7:
        old = hashlib.sha256(entries[found]).hexdigest()
        entries[found] = m.sealed_snapshot(entries[found], dice)
        entries[manifest] = entries[manifest].replace(
            old.encode(), hashlib.sha256(entries[found]).hexdigest().encode()
        )
    else:
        entries[manifest] = m.as_json(entries[manifest], dice)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries.items():
            target.writestr(name, content)
    return out.getvalue()
