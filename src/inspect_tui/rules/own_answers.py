"""Own answers: how an item of a named answer set (有, 过期, 无) is answered and told, in its own words.

They are award levels with a verdict each, so scoring, merging and counting need not know of them; only what
people press and read does.
"""

from __future__ import annotations

from inspect_tui.model.checklist import Award, Item
from inspect_tui.model.terms import Verdict
from inspect_tui.model.view import Judgement

#: Digits from 4 on mean the same on every item, so that a longer set opens as an offer instead.
BY_DIGIT = 3


def own_answers(item: Item) -> tuple[Award, ...]:
    """The answers an item is given in words of its own; none where it is judged by verdicts."""
    return item.awards if item.answer_set else ()


def answer_judgement(award: Award) -> Judgement:
    """The judgement that an own answer is."""
    return Judgement(verdict=award.verdict, award=award.label, missing=award.missing)


def said_word(item: Item, judgement: Judgement) -> str:
    """How a judgement on an item is told: its own answer, 缺项 for what is missing, else the verdict."""
    if item.answer_set and judgement.award:
        return judgement.award
    if judgement.verdict is Verdict.FAIL and judgement.missing:
        return "缺项"
    return judgement.verdict.label
