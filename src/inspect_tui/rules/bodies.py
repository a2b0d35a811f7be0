"""Bodies: the edits of a change as the state reads them from its stored bytes."""

from __future__ import annotations

import msgspec

from inspect_tui.model.change import Body, Edit
from inspect_tui.model.terms import Verdict
from inspect_tui.model.view import Judgement
from inspect_tui.rules.lifecycle import step_of

_body_decoder = msgspec.json.Decoder(Body)


def read_body(raw: msgspec.Raw) -> Body:
    """The body of a change. A judgement without a verdict says nothing, so it becomes a blank."""
    body = _body_decoder.decode(raw)
    for edit in body.edits:
        if edit.field == "step" and edit.value is not None and edit.record.startswith("rect/"):
            step_of(edit.value)
    if not any(_is_judgement(e) and e.value is not None for e in body.edits):
        return body
    edits = tuple(
        msgspec.structs.replace(e, value=None)
        if _is_judgement(e)
        and e.value is not None
        and msgspec.convert(e.value, Judgement).verdict is Verdict.PENDING
        else e
        for e in body.edits
    )
    return msgspec.structs.replace(body, edits=edits)


def _is_judgement(edit: Edit) -> bool:
    return edit.field == "judgement" and edit.record.startswith("answer/")
