"""Canonical JSON and content hashes: the same content always has the same bytes and so the same name."""

from __future__ import annotations

import functools
import hashlib
import unicodedata
from typing import Any

import msgspec

from inspect_tui.model.change import Body, Change
from inspect_tui.model.checklist import Checklist, Item
from inspect_tui.model.roster import Unit

_encoder = msgspec.json.Encoder(order="sorted")

#: Length in hex digits of every content id: 128 bits, far beyond accident, short enough for a `saw` list.
ID_LENGTH = 32
_sha256 = hashlib.sha256
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class FloatInChange(ValueError):
    """A float reached a change; points are decimal strings, counts are integers."""


def canonical(value: Any) -> bytes:
    """Canonical JSON of a value: sorted keys, no spaces, UTF-8, decimals as strings."""
    return _encoder.encode(value)


def canonical_into(value: Any, buffer: bytearray) -> None:
    """Canonical JSON of a value added to the end of a buffer."""
    _encoder.encode_into(value, buffer, -1)


def digest(data: bytes) -> str:
    """Content id of bytes: the first 128 bits of SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()[:ID_LENGTH]


def spoken_code(bits: int) -> str:
    """Forty bits as eight letters and digits, such as 7F3K-9QXM, without I, L, O and U.

    Short enough to print beside a title and to read out over a telephone.
    """
    code = "".join(_CROCKFORD[bits >> shift & 31] for shift in range(35, -1, -5))
    return f"{code[:4]}-{code[4:]}"


def change_id(prev: str, writer: str, body_hash: str) -> str:
    """Id of a change. It binds the body by hash only, so that an erased body leaves the chain verifiable."""
    return digest(f"{prev}\n{writer}\n{body_hash}".encode())


def make_change(prev: str, writer: str, body: Body) -> Change:
    """Seal a body as the next change of a writer whose last change is `prev`.

    Raises FloatInChange, because a float's text differs between programs and would break the id.
    """
    for edit in body.edits:
        _refuse_floats(edit.value)
    raw = canonical(body)
    return Change(id=change_id(prev, writer, digest(raw)), writer=writer, prev=prev, body=msgspec.Raw(raw))


def verified(change: Change) -> bool:
    """Whether a change's id is the one its content gives, over stored bytes or their canonical form."""
    if change.body is None:
        return bool(change.hash) and change.id == change_id(change.prev, change.writer, change.hash)
    # A large merge asks this of every change, so the usual case is written out and the body not copied.
    said = _sha256(change.body).hexdigest()[:ID_LENGTH]
    bound = f"{change.prev}\n{change.writer}\n{said}".encode()
    if change.id == _sha256(bound).hexdigest()[:ID_LENGTH]:
        return True
    try:
        recoded = canonical(msgspec.json.decode(change.body))
    except (msgspec.MsgspecError, RecursionError):
        # Numbers no program of ours writes, or more depth than any body has.
        return False
    return change.id == change_id(change.prev, change.writer, digest(recoded))


def item_hash(item: Item) -> str:
    """Hash of what an inspector actually checked: text and rubric, without regard to spacing or width.

    White space and full- or half-width punctuation are not rewording (lesson 6 of the product page).
    """
    return _wording_hash(item.text, item.rubric)


@functools.lru_cache(maxsize=16384)
def _wording_hash(text: str, rubric: str) -> str:
    return digest(canonical([_folded(text), _folded(rubric)]))[:16]


def checklist_hash(checklist: Checklist) -> str:
    """Hash of a whole checklist as content, independent of the file's layout."""
    return digest(canonical(checklist))


def unit_hash(unit: Unit) -> str:
    """Hash of a unit as it was when the round froze it."""
    return digest(canonical(unit))


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise FloatInChange(f"change values hold no floats: {value!r}")
    if isinstance(value, dict):
        for part in value.values():
            _refuse_floats(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _refuse_floats(part)
