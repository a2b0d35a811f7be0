"""The sentence a picked deduction or award level writes as its finding."""

from __future__ import annotations

from inspect_tui.model.checklist import Award, Deduction, Item
from inspect_tui.model.terms import Verdict


def deduction_sentence(deduction: Deduction, count: int) -> str:
    """The finding text of a deduction met `count` times; `{n}` in the sentence becomes the count."""
    return deduction.sentence.replace("{n}", str(count))


def award_sentence(item: Item, award: Award) -> str:
    """The finding text of an award level below 符合."""
    return award.sentence or f"{item.text}：{award.label}"


def bare_sentence(item: Item, verdict: Verdict, missing: bool) -> str:
    """The finding text when no label was picked: the item itself with what was found."""
    if missing:
        return f"缺项：{item.text}"
    return f"{'未完全做到' if verdict is Verdict.PARTIAL else '未做到'}：{item.text}"
