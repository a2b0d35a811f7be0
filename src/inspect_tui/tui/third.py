"""Third: what a lead may write when neither side of a question is taken. No widget, so it is tested bare."""

from __future__ import annotations

import enum
from typing import Any

import msgspec

from inspect_tui.model.change import parse_key
from inspect_tui.model.checklist import Item
from inspect_tui.model.problem import Step
from inspect_tui.model.terms import (
    FindingKind,
    Profile,
    RectState,
    Scoring,
    Severity,
    StepKind,
    Term,
    Verdict,
    VisitResult,
)
from inspect_tui.model.view import Judgement
from inspect_tui.rules import actions
from inspect_tui.rules.lifecycle import leads_to, outcomes_from, read_step
from inspect_tui.rules.matter import value_words
from inspect_tui.rules.problems import DUTY_FIELDS
from inspect_tui.rules.questions import Question
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
    *(("rect", field) for field in DUTY_FIELDS),
}


class Kind(enum.Enum):
    """How another value is given.

    A judgement or a verdict on an earlier problem step by step, a word from a list, a text, or not at all.
    """

    JUDGEMENT = "judgement"
    OUTCOME = "outcome"
    CHOICE = "choice"
    TEXT = "text"
    NONE = "none"


def kind_of(question: Question) -> Kind:
    """How a third value of this question's field is given."""
    place = _place(question)
    if place == ("answer", "judgement"):
        return Kind.JUDGEMENT
    if place == ("rect", "step"):
        return Kind.OUTCOME if outcome_options(question) else Kind.NONE
    if place in _CHOICES:
        return Kind.CHOICE if word_options(question) else Kind.NONE
    return Kind.TEXT if place in _TEXTS else Kind.NONE


def word_options(question: Question) -> list[Option]:
    """The values of the field that no side has chosen."""
    taken = {str(side.value) for side in question.sides}
    term = _CHOICES.get(_place(question))
    return [Option(m.label, value=m.value) for m in term if m.value not in taken] if term else []


def outcome_options(question: Question) -> list[Option]:
    """The outcomes that no side has and that may be said of the state all sides left; none of other steps."""
    left = left_of(question)
    steps = [read_step(side.value) for side in question.sides]
    if left is None or any(step is None or step.kind is not StepKind.VERIFY for step in steps):
        return []
    taken = {step.outcome for step in steps if step is not None}
    return [Option(o.label, value=o.value) for o in outcomes_from(left) if o not in taken]


def left_of(question: Question) -> RectState | None:
    """The state that the sides of a question on a rectification left, when they agree on it."""
    states = {step.left for side in question.sides if (step := read_step(side.value)) is not None}
    return states.pop() if len(states) == 1 else None


def step_value(question: Question, said: Step) -> dict[str, Any]:
    """A verdict of the lead's own as the field keeps it."""
    left = left_of(question)
    assert left is not None
    to = leads_to(StepKind.VERIFY, left, said.outcome)
    assert to is not None
    value: dict[str, Any] = msgspec.to_builtins(
        msgspec.structs.replace(said, left=left, to=to), str_keys=True
    )
    return value


def text_value(question: Question, text: str) -> Any:
    """A text as the field keeps it."""
    return {"fact": text} if _place(question) == ("trigger", "hit") else text


def fault_in(question: Question, text: str) -> str:
    """What is wrong with a text for this field; empty when nothing is."""
    if _place(question) in (("visit", "date"), ("rect", "due"), ("rect", "done_on")):
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
