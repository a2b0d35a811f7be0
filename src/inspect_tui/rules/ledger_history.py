"""The history of a problem: what was done about it in every round, in the order it was done."""

from __future__ import annotations

from typing import Any

from inspect_tui.model.problem import Past
from inspect_tui.model.round import Round
from inspect_tui.rules.fold import Entry, State
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.lifecycle import read_step
from inspect_tui.rules.matter import field_words, step_words, value_words
from inspect_tui.rules.problems import CARRIED_TO, DUTY_FIELDS, STEP, carried_of


def history_of(state: State, round_: Round, row: LedgerRow) -> list[Past]:
    """Everything that ever happened to a problem, oldest first: earlier rounds as frozen, then this one.

    Steps and duties that were replaced since stay in it; only what its own author took back does not.
    """
    carried = next((c for c in carried_of(round_, row.unit) if c.id == row.id), None)
    past = list(carried.history) if carried is not None else []
    if carried is None:
        past.append(
            Past(
                at=row.noted,
                by=row.found_by,
                round=round_.title,
                words="发现问题" + ("，当场整改" if row.fixed_on_site else ""),
                to=row.initial,
            )
        )
    return past + [
        Past(at=entry.at, by=entry.by, round=round_.title, **_told(state, row.record, entry.change))
        for entry in _in_order(state, row.record)
    ]


def _in_order(state: State, record: str) -> list[Entry]:
    """One entry for every change to a rectification, in the order they were made.

    Nothing is told before what its author had seen, whatever a clock that was set wrong says.
    """
    entries = {
        e.change: e for field in (*DUTY_FIELDS, CARRIED_TO, STEP) for e in state.history(record, field)
    }

    def when(entry: Entry) -> tuple[str, int, str]:
        seen = [entries[change].at for change in entry.saw if change in entries]
        return max([entry.at, *seen]), len(entry.saw), entry.change

    return sorted(entries.values(), key=when)


def _told(state: State, record: str, change: str) -> dict[str, Any]:
    """What one change did to a rectification: its step in words, then the fields it filled in."""
    body = state.changes[change].body
    assert body is not None
    said: list[str] = []
    moved: dict[str, Any] = {}
    for edit in body.edits:
        if edit.record != record:
            continue
        if edit.field != STEP:
            said.append(f"{field_words(record, edit.field)}：{value_words(record, edit.field, edit.value)}")
        elif (step := read_step(edit.value)) is not None:
            moved = {"left": step.left, "to": step.to}
            words = step_words(step) + (f"（组长裁定：{edit.decision}）" if edit.decision else "")
            said.insert(0, words)
    return {"words": "；".join(said), **moved}
