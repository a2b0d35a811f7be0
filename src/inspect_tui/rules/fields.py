"""How each field of each record behaves when several hands have set it."""

from __future__ import annotations

import enum


class FieldRule(enum.Enum):
    """What a later edit may retire, and what several live values mean.

    OPINION: one value per inspector; an edit retires only its own inspector's, a decision all it saw;
    differing values are two opinions. WORDS: one value per inspector, all kept, never a question.
    VALUE: one value; an edit retires all it saw; several different live values are a question.
    ELEMENT: presence of one element of a set; where hands differ, present wins. STEP: a step in the life of a
    rectification; an edit retires what it saw, except one inspector's verification another's, and what stands
    side by side is a question only when `rules.lifecycle` cannot put it in one order.
    """

    OPINION = "opinion"
    WORDS = "words"
    VALUE = "value"
    ELEMENT = "element"
    STEP = "step"


_OPINIONS = {("answer", "judgement"), ("trigger", "hit")}
_WORDS = {("answer", "note"), ("visit", "note"), ("finding", "number"), ("card", "on")}
_STEPS = {("rect", "step")}


def field_rule(kind: str, field: str) -> FieldRule:
    """The rule of a field, by record kind; a field `name:element` is one element of a set."""
    if ":" in field:
        return FieldRule.ELEMENT
    if (kind, field) in _OPINIONS:
        return FieldRule.OPINION
    if (kind, field) in _WORDS:
        return FieldRule.WORDS
    if (kind, field) in _STEPS:
        return FieldRule.STEP
    return FieldRule.VALUE
