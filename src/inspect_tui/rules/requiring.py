"""What a verdict must come with: the note, evidence, way of checking an item asks for beside it.

Nothing is lost or refused on screen for want of it: a verdict stands as soon as it is given, and what it
still owes is told until the visit is submitted.
"""

from __future__ import annotations

from inspect_tui.model.change import answer_key
from inspect_tui.model.checklist import Item
from inspect_tui.model.terms import Need
from inspect_tui.model.view import Answer
from inspect_tui.rules.fold import State


def needs_of(item: Item, answer: Answer) -> tuple[Need, ...]:
    """What the verdict an item stands at must come with; nothing while it is open or under two opinions."""
    return item.require.get(answer.verdict.value, ()) if answer.answered and item.require else ()


def owed_needs(state: State, item: Item, answer: Answer) -> tuple[Need, ...]:
    """What of it is not there yet."""
    return tuple(
        need for need in dict.fromkeys(needs_of(item, answer)) if not _given(state, answer, need)
    )  # fmt: skip


def _given(state: State, answer: Answer, need: Need) -> bool:
    match need:
        case Need.NOTE:
            return any(note.text.strip() for note in answer.notes)
        case Need.REASON:
            return bool(answer.judgement.reason.strip())
        case Need.METHOD:
            return bool(answer.methods)
        case Need.SAMPLE:
            return bool(answer.samples)
        case Need.EVIDENCE:
            from inspect_tui.rules.evidence import has_evidence

            return has_evidence(state, answer.unit, answer_key(answer.unit, answer.checklist, answer.item))


def needs_words(needs: tuple[Need, ...]) -> str:
    """Needs in words: 说明、佐证."""
    return "、".join(need.label for need in needs)
