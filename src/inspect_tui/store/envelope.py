"""Envelope: a change as it stands in files, its body left raw, so that reading very many of them is cheap."""

from __future__ import annotations

import msgspec

from inspect_tui.model.change import GENESIS, Change

#: What a missing or null body reads as, and how long the longer one is.
_NO_BODY = (b"", b"null")
_NO_BODY_SIZE = 4

#: What stands before the first change.
_NOBODY = Change(id=GENESIS, writer="", prev=GENESIS)


class _Envelope(msgspec.Struct, frozen=True):
    """A change on the wire: msgspec reads a raw field, but not a raw field or null."""

    id: str
    writer: str
    prev: str
    body: msgspec.Raw = msgspec.Raw(b"")
    hash: str = ""


_one = msgspec.json.Decoder(_Envelope)
_documents = msgspec.json.Decoder(dict[str, _Envelope])


def decode_change(data: bytes) -> Change:
    """One change. Raises msgspec.MsgspecError."""
    return _change(_one.decode(data), _NOBODY)


def decode_changes(data: msgspec.Raw) -> dict[str, Change]:
    """A table of changes by document id. Raises msgspec.MsgspecError."""
    found: dict[str, Change] = {}
    last = _NOBODY
    for key, envelope in _documents.decode(data).items():
        last = found[key] = _change(envelope, last)
    return found


def _change(envelope: _Envelope, last: Change) -> Change:
    """The change of an envelope, which mostly goes on from the `last` one: what both say is held once."""
    body: msgspec.Raw | None = envelope.body
    if memoryview(envelope.body).nbytes <= _NO_BODY_SIZE and bytes(envelope.body) in _NO_BODY:
        body = None
        if not envelope.hash:
            raise msgspec.ValidationError("a change has a body or, when it was erased, its hash")
    writer = last.writer if envelope.writer == last.writer else envelope.writer
    prev = last.id if envelope.prev == last.id else envelope.prev
    return Change(id=envelope.id, writer=writer, prev=prev, body=body, hash=envelope.hash)
