"""Opinions: what a value says apart from its wording, so that two who agree are no question to anybody."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from inspect_tui.rules.canonical import canonical


def opinion_key(judgement: dict[str, Any]) -> Hashable:
    """What two judgements must share to agree: verdict, award, counted deductions, 缺项.

    The reason's wording and the item hash are left out: two ways of saying why are not a quarrel.
    """
    picked = judgement.get("deductions")
    return (
        judgement.get("verdict"),
        judgement.get("award", ""),
        tuple(sorted([(d.get("label", ""), d.get("count", 1)) for d in picked])) if picked else (),
        bool(judgement.get("missing")),
    )


def opinion(kind: str, field: str, value: Any) -> Hashable:
    """What the values of a field must share to agree."""
    if kind == "answer" and field == "judgement" and isinstance(value, dict):
        return opinion_key(value)
    return canonical(value)
