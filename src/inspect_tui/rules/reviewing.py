"""Reviewing: after the merge the lead accepts a unit's visit or returns it, with a reason for every item.

Acceptance locks the visit until it is withdrawn; a return opens it again for its inspectors. Like
`rules.actions`, every function is pure and gives the edits of one change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from inspect_tui.model.change import Edit, answer_key, parse_key, visit_key
from inspect_tui.model.round import Round
from inspect_tui.model.terms import ReviewState, Role
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.fold import State, is_blank
from inspect_tui.rules.reading import read_visit, review_of

if TYPE_CHECKING:
    from inspect_tui.model.person import Identity

__all__ = [
    "NoReason",
    "Returned",
    "accept",
    "handled",
    "is_lead",
    "may_review",
    "return_unit",
    "returned_items",
    "review_of",
    "withdraw",
]

FIELD = "returned"


class NoReason(ValueError):
    """Something only a lead may do was asked without saying why."""


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """An item the lead wants looked at again: which, why, who said so and when."""

    unit: str
    checklist: str
    item: str
    reason: str
    by: tuple[str, ...] = ()
    at: str = ""


def is_lead(round_: Round, identity: Identity) -> bool:
    """Whether somebody leads in this round: by role, by name, or because the round names no lead at all."""
    leads = {team.lead for team in round_.teams if team.lead}
    return identity.role is Role.LEAD or not leads or identity.name in leads


def may_review(state: State, unit: str) -> str:
    """Why a unit's visit cannot be accepted yet; empty when it can. Only what was submitted is accepted."""
    visit = read_visit(state, unit)
    return "" if visit.done else "这个单位还没有提交"


def accept(state: State, unit: str, reason: str = "") -> list[Edit]:
    """Accept a unit's visit; what was returned in it and not done counts as settled."""
    settled = [
        set_field(state, answer_key(unit, r.checklist, r.item), FIELD, None)
        for r in returned_items(state, unit)
    ]
    return [_review(state, unit, ReviewState.ACCEPTED, reason), *settled]


def withdraw(state: State, unit: str, reason: str) -> list[Edit]:
    """Take back an acceptance or a return. Raises NoReason."""
    edit = _review(state, unit, ReviewState.OPEN, _said(reason))
    settled = [
        set_field(state, answer_key(unit, r.checklist, r.item), FIELD, None)
        for r in returned_items(state, unit)
    ]
    return [edit, *settled]


def return_unit(
    state: State, unit: str, reason: str, items: Mapping[tuple[str, str], str] | None = None
) -> list[Edit]:
    """Return a unit's visit: why, and for each (checklist, item) why it is to be looked at again.

    Takes the submission back in the same change, so that a submission that saw the return is told from one
    that did not. Raises NoReason when neither the unit nor an item has a reason.
    """
    told = {place: text.strip() for place, text in (items or {}).items()}
    if any(not text for text in told.values()):
        raise NoReason("每个退回的检查项都要写明原因")
    said = reason.strip() or "；".join(dict.fromkeys(told.values()))
    return [
        _review(state, unit, ReviewState.RETURNED, _said(said)),
        set_field(state, visit_key(unit), "submitted", False),
        *(
            set_field(state, answer_key(unit, checklist, item), FIELD, text)
            for (checklist, item), text in told.items()
        ),
    ]


def returned_items(state: State, unit: str) -> list[Returned]:
    """The items of a unit that were returned and not judged anew since, by checklist and item id."""
    found = []
    for record in state.records(unit):
        address = parse_key(record)
        if address is None or address.kind != "answer":
            continue
        entry = next((e for e in state.live(record, FIELD) if not is_blank(e.value)), None)
        if entry is not None:
            found.append(
                Returned(
                    unit=unit,
                    checklist=address.checklist,
                    item=address.item,
                    reason=str(entry.value),
                    by=entry.by,
                    at=entry.at,
                )
            )
    return sorted(found, key=lambda r: (r.checklist, r.item))


def handled(state: State, edits: Iterable[Edit]) -> list[Edit]:
    """What judging returned items anew adds to the same change: their return is done with.

    Every way of recording asks this, so that the list of returned items cannot lag behind the work.
    """
    given = list(edits)
    ours = {(e.record, e.field) for e in given}
    judged = dict.fromkeys(e.record for e in given if e.field == "judgement" and not is_blank(e.value))
    return [
        set_field(state, record, FIELD, None)
        for record in judged
        if (record, FIELD) not in ours and state.values(record, FIELD)
    ]


def _review(state: State, unit: str, said: ReviewState, reason: str) -> Edit:
    value = {"state": said.value, "reason": reason.strip()}
    return set_field(state, visit_key(unit), "review", value)


def _said(reason: str) -> str:
    if not reason.strip():
        raise NoReason("请写明原因")
    return reason.strip()
