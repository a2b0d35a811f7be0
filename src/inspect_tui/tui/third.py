"""Third: what a lead may write when neither side of a question is taken. No widget, so it is tested bare."""

from __future__ import annotations

import enum
from typing import Any

import msgspec

from inspect_tui.model.change import parse_key
from inspect_tui.model.checklist import Item
from inspect_tui.model.terms import FindingKind, Profile, Scoring, Severity, Term, Verdict, VisitResult
from inspect_tui.model.view import Judgement
from inspect_tui.rules import actions
from inspect_tui.rules.deciding import Question
from inspect_tui.rules.matter import value_words
from inspect_tui.rules.scoring import points_text
from inspect_tui.tui.walking import Option

DONE = "\0done"
_CHOICES: dict[tuple[str, str], type[Term]] = {
    ("finding", "kind"): FindingKind,
    ("finding", "severity"): Severity,
    ("visit", "result"): VisitResult,
    ("visit", "profile"): Profile,
}
_TEXTS = {
    ("finding", "text"),
    ("trigger", "hit"),
    ("visit", "date"),
    ("visit", "reason"),
    ("visit", "counterpart"),
    ("visit", "confirmed_by"),
    ("visit", "objection"),
}


class Kind(enum.Enum):
    """How another value is given: a judgement step by step, a word from a list, a text, or not at all."""

    JUDGEMENT = "judgement"
    CHOICE = "choice"
    TEXT = "text"
    NONE = "none"


def kind_of(question: Question) -> Kind:
    """How a third value of this question's field is given."""
    place = _place(question)
    if place == ("answer", "judgement"):
        return Kind.JUDGEMENT
    if place in _CHOICES:
        return Kind.CHOICE if word_options(question) else Kind.NONE
    return Kind.TEXT if place in _TEXTS else Kind.NONE


def word_options(question: Question) -> list[Option]:
    """The values of the field that no side has chosen."""
    taken = {str(side.value) for side in question.sides}
    term = _CHOICES.get(_place(question))
    return [Option(m.label, value=m.value) for m in term if m.value not in taken] if term else []


def text_value(question: Question, text: str) -> Any:
    """A text as the field keeps it."""
    return {"fact": text} if _place(question) == ("trigger", "hit") else text


def fault_in(question: Question, text: str) -> str:
    """What is wrong with a text for this field; empty when nothing is."""
    if _place(question) == ("visit", "date"):
        import datetime as dt

        try:
            dt.date.fromisoformat(text)
        except ValueError:
            return "日期请写成 2026-11-20 这样。"
    return ""


# -------------------------------------------------------------------- a judgement, step by step


def verdict_options() -> list[Option]:
    """The verdicts, by the digits of the walk: 3 stands for 缺项 too, with its own line."""
    return [
        Option(Verdict.PASS.label, value="pass"),
        Option(Verdict.PARTIAL.label, value="partial"),
        Option(Verdict.FAIL.label, value="fail"),
        Option(Verdict.NA.label, value="na"),
        Option(Verdict.UNVERIFIED.label, value="unverified"),
        Option("缺项", value="missing"),
    ]


def begin(item: Item, choice: str) -> Judgement:
    """The judgement a verdict alone makes."""
    if choice == "missing":
        return msgspec.structs.replace(actions.plain_verdict(item, Verdict.FAIL), missing=True)
    return actions.plain_verdict(item, Verdict(choice))


def detail_options(item: Item, held: Judgement) -> list[Option]:
    """What can be picked with a verdict below 符合: award levels, or labelled deductions one by one."""
    if held.verdict not in (Verdict.PARTIAL, Verdict.FAIL):
        return []
    if item.scoring is Scoring.AWARD:
        return [
            Option(a.label, f"得{points_text(a.points)}分", a.label)
            for a in item.awards
            if a.verdict is held.verdict
        ]
    if not item.deductions:
        return []
    picked = held.deductions
    done = Option("选好了，写理由" if picked else "不选扣分情形，写理由", value=DONE)
    labels = [
        Option(
            d.label,
            f"已选{held.count(d.label)}{d.unit}" if held.count(d.label) else f"扣{points_text(d.points)}分",
            d.label,
            counted=d.counted,
            on=held.count(d.label) > 0,
        )
        for d in item.deductions
    ]
    return [done, *labels]


def pick(item: Item, held: Judgement, label: str, count: int) -> Judgement:
    """The judgement with one more label, or with an award level."""
    if item.scoring is Scoring.AWARD:
        award = item.award(label)
        return msgspec.structs.replace(held, award=label, missing=bool(award and award.missing))
    return actions.with_deduction(item, held, held.verdict, label, count)


def reasons_for(verdict: Verdict, item: Item, na: tuple[str, ...], unverified: tuple[str, ...]) -> list[str]:
    """Ready reasons of a verdict that needs one."""
    if verdict is Verdict.NA:
        return list(dict.fromkeys([*item.na_when, *na]))
    return list(unverified) if verdict is Verdict.UNVERIFIED else []


def words(question: Question, value: Any) -> str:
    """A third value in words."""
    if isinstance(value, Judgement):
        value = msgspec.to_builtins(value, str_keys=True)
    return value_words(question.record, question.field, value)


def _place(question: Question) -> tuple[str, str]:
    address = parse_key(question.record)
    return (address.kind if address else "", question.field)
