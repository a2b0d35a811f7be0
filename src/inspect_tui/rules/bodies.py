"""Bodies: the edits of a change as the state reads them from its stored bytes."""

from __future__ import annotations

import msgspec

from inspect_tui.model.change import Body
from inspect_tui.model.terms import Verdict
from inspect_tui.model.view import Judgement
from inspect_tui.rules.lifecycle import step_of

_body_decoder = msgspec.json.Decoder(Body)


def read_body(raw: msgspec.Raw) -> Body:
    """The body of a change. A judgement without a verdict says nothing, so it becomes a blank."""
    body = _body_decoder.decode(raw)
    unsaid = []
    for edit in body.edits:
        if edit.value is None:
            continue
        if edit.field == "step" and edit.record.startswith("rect/"):
            step_of(edit.value)
        elif (
            edit.field == "judgement"
            and edit.record.startswith("answer/")
            and msgspec.convert(edit.value, Judgement).verdict is Verdict.PENDING
        ):
            unsaid.append(edit)
    if not unsaid:
        return body
    edits = [msgspec.structs.replace(e, value=None) if e in unsaid else e for e in body.edits]
    return msgspec.structs.replace(body, edits=tuple(edits))
