"""Deciding: the lead's word on what hands differ on.

A decision is an edit like any other that carries its reason. It had seen every side, so it retires them
all, and the question comes back only when somebody changes the matter afterwards.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from inspect_tui.model.change import Edit
from inspect_tui.model.checklist import Item
from inspect_tui.model.round import Round
from inspect_tui.model.view import Judgement
from inspect_tui.rules.actions import delete_record
from inspect_tui.rules.canonical import canonical, item_hash
from inspect_tui.rules.fold import State, is_blank
from inspect_tui.rules.lifecycle import step_of
from inspect_tui.rules.matter import (
    value_words,
)
from inspect_tui.rules.problems import STEP
from inspect_tui.rules.questions import Question, Side, questions
from inspect_tui.rules.reviewing import NoReason


class MatterMoved(Exception):
    """The question is no longer what the lead was shown: something came in, or it was settled meanwhile."""


def decide(state: State, question: Question, value: Any, reason: str) -> Edit:
    """Settle a question by one of its sides, or by a third value with a reason.

    `value` is a `Side`, a `Judgement` or the plain value of the field. Raises NoReason, and MatterMoved when
    the question no longer stands as it was shown: nothing is to be decided unseen.
    """
    if not reason.strip():
        raise NoReason("请写明理由")
    if not _stands(state, question):
        raise MatterMoved(f"{question.unit_name} {question.about}：情况已经变了，请重新看过再裁定")
    return settle(state, question.record, question.field, value, reason)


def third_judgement(item: Item, judgement: Judgement) -> Judgement:
    """A lead's own judgement, given for the item's present text."""
    return msgspec.structs.replace(judgement, item=item_hash(item))


def settle(state: State, record: str, field: str, value: Any, reason: str) -> Edit:
    """The lead's word on a field, whether hands differ on it or not; retires everything held on it.

    Raises NoReason, and ValidationError for a step of a rectification that the table of steps forbids.
    """
    if not reason.strip():
        raise NoReason("请写明理由")
    if isinstance(value, Side):
        value = value.value
    if isinstance(value, Judgement):
        value = msgspec.to_builtins(value, str_keys=True)
    if field == STEP and record.startswith("rect/"):
        step_of(value)
    if field == "deleted" and value:
        return msgspec.structs.replace(delete_record(state, record), decision=reason.strip())
    return Edit(
        record=record, field=field, value=value, saw=state.saw(record, field), decision=reason.strip()
    )


def _stands(state: State, question: Question) -> bool:
    record, field = question.record, question.field
    shown = {change for side in question.sides for change in side.changes}
    if field == "deleted":
        held = {e.change for e in state.live(record, field) if e.value} | {*state.unseen_by_tombstone(record)}
        return bool(state.unseen_by_tombstone(record)) and held == shown
    if field == STEP and record.startswith("rect/"):
        return {e.change for e in state.contending(record, field) if not is_blank(e.value)} == shown
    return {e.change for e in state.live(record, field) if not is_blank(e.value)} == shown


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A lead's word on a field: what, why, who and when; `stands` is False once hands differ again."""

    change: str
    record: str
    field: str
    value: Any
    text: str
    reason: str
    by: tuple[str, ...]
    at: str
    stands: bool


def decisions(state: State, unit: str) -> list[Decision]:
    """Every decision live on a unit's records, by record and field; overtaken means hands differ again."""
    found = []
    for record in sorted(state.records(unit)):
        for field in sorted(state.fields(record)):
            entries = state.live(record, field)
            for entry in entries:
                if entry.decision:
                    said = [e.value for e in entries if not is_blank(e.value)]
                    open_again = (
                        bool(state.contending(record, field))
                        if field == STEP and record.startswith("rect/")
                        else len({*map(canonical, said)}) > 1
                    )
                    found.append(
                        Decision(
                            change=entry.change,
                            record=record,
                            field=field,
                            value=entry.value,
                            text=value_words(record, field, entry.value),
                            reason=entry.decision,
                            by=entry.by,
                            at=entry.at,
                            stands=not open_again,
                        )
                    )
    return found


# -------------------------------------------------------------------- many at once


class Bulk(msgspec.Struct, frozen=True, kw_only=True):
    """What taking one inspector's word throughout comes to, before anything is decided.

    `chosen` are the questions it settles, each with the side it takes; `left` those it cannot, because that
    inspector said nothing there or two different things.
    """

    inspector: str
    chosen: tuple[tuple[Question, Side], ...]
    left: tuple[Question, ...]

    def counts(self) -> dict[str, int]:
        """The figures of the preview."""
        units = {question.unit for question, _ in self.chosen}
        return {"decided": len(self.chosen), "left": len(self.left), "units": len(units)}

    def edits(self, state: State, reason: str) -> dict[str, list[Edit]]:
        """The edits by unit, one change each. Raises NoReason, MatterMoved."""
        edits: dict[str, list[Edit]] = {}
        for question, side in self.chosen:
            edits.setdefault(question.unit, []).append(decide(state, question, side, reason))
        return edits


def bulk(
    state: State,
    round_: Round,
    inspector: str,
    *,
    section: str = "",
    checklist: str = "",
    units: Collection[str] = (),
) -> Bulk:
    """Take this inspector's judgements for a section of these units; empty means all of them.

    Only judgements are decided in bulk: red lines and texts are looked at one by one.
    """
    chosen, left = [], []
    for question in questions(state, round_):
        if (
            question.field != "judgement"
            or (section and question.section != section)
            or (checklist and question.checklist != checklist)
            or (units and question.unit not in units)
        ):
            continue
        own = [side for side in question.sides if inspector in side.by]
        if len(own) == 1:
            chosen.append((question, own[0]))
        else:
            left.append(question)
    return Bulk(inspector=inspector, chosen=tuple(chosen), left=tuple(left))
