"""Evidence brought: the files that a hand-in, or a folder given as it stands, has along for its findings.

Files come under their own hash and are checked by it. Whatever is wrong with one of them is told and never
costs a finding.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

import msgspec

from inspect_tui.exchange.scans import Source
from inspect_tui.exchange.zips import UNREADABLE, Refused, entry_bytes
from inspect_tui.model.change import Body, Change
from inspect_tui.model.evidence import ENTRY, FOLDER, Piece
from inspect_tui.rules.evidence import PREFIX, read_piece
from inspect_tui.store import evidence, files
from inspect_tui.store.errors import StoreError
from inspect_tui.store.limits import EVIDENCE_BYTES, FINDINGS_BYTES

_bodies = msgspec.json.Decoder(Body)
_MARK = f'"{PREFIX}'.encode()
_NOT_TAKEN = (*UNREADABLE, Refused)


def pieces_named(changes: Iterable[Change]) -> dict[str, Piece]:
    """The files that changes name, by file name, without folding them."""
    found: dict[str, Piece] = {}
    for change in changes:
        if change.body is None or _MARK not in bytes(change.body):
            continue
        for edit in _bodies.decode(change.body).edits:
            piece = read_piece(edit.value) if edit.field.startswith(PREFIX) else None
            if piece is not None and piece.file:
                found[piece.file] = piece
    return found


def missing(round_dir: Path, sources: Iterable[Source]) -> set[str]:
    """The files that the changes of a scan name and that are not whole in the round's folder."""
    return {
        name
        for source in sources
        for name, piece in pieces_named(source.good).items()
        if evidence.place(round_dir, piece).words
    }


def told(before: set[str], after: set[str]) -> list[str]:
    """What taking files in did about evidence, in words: what came, what still has not."""
    said = [f"收下佐证{len(before - after)}件。"] if before - after else []
    if after:
        said.append(f"有{len(after)}件佐证的文件没有到，显示“文件未到”；请交卷人重新交一次卷。")
    return said


def take_evidence(round_dir: Path, source: Source) -> list[Piece]:
    """Take the evidence that a file brought; returns what its changes name and is not here after all.

    What the disk refuses counts as not here: it can be taken again with the same file.
    """
    named = pieces_named(source.good)
    if not named:
        return []
    wanted = {name for name, piece in named.items() if evidence.place(round_dir, piece, deep=True).words}
    if wanted and source.opened.manifest is not None:
        _from_zip(round_dir, source, wanted)
    elif wanted:
        _from_beside(round_dir, source.path.parent / FOLDER, wanted)
    return [named[name] for name in sorted(wanted)]


def _from_zip(round_dir: Path, source: Source, wanted: set[str]) -> None:
    """Take from a hand-in what is wanted; what was taken is no longer."""
    try:
        data = source.opened.held
        if data is None:
            with files.fs.open_read(source.path) as stream, zipfile.ZipFile(stream) as outer:
                if not source.opened.inner:
                    _unpack(round_dir, outer, wanted)
                    return
                data = entry_bytes(outer, source.opened.inner, FINDINGS_BYTES)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _unpack(round_dir, archive, wanted)
    except _NOT_TAKEN:
        return


def _unpack(round_dir: Path, archive: zipfile.ZipFile, wanted: set[str]) -> None:
    for entry in archive.infolist():
        name = entry.filename.removeprefix(f"{FOLDER}/")
        if re.fullmatch(ENTRY, entry.filename) is None or name not in wanted:
            continue
        try:
            evidence.put(round_dir, name, entry_bytes(archive, entry.filename, EVIDENCE_BYTES))
        except (*_NOT_TAKEN, StoreError):
            continue
        wanted.discard(name)


def _from_beside(round_dir: Path, folder: Path, wanted: set[str]) -> None:
    """Take from the evidence folder that stands beside a findings file, as in a copied workspace."""
    for name in sorted(wanted):
        path = folder / name
        try:
            if path.is_symlink() or not path.is_file() or path.stat().st_size > EVIDENCE_BYTES:
                continue
            data = files.fs.read(path)
            if hashlib.sha256(data).hexdigest() == name[:64]:
                evidence.put(round_dir, name, data)
                wanted.discard(name)
        except (OSError, StoreError):
            continue
