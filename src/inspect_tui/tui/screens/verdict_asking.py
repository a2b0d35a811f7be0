"""Asking for a verdict on an earlier problem: way of checking, basis, and what remains, mostly by digits.

Inspectors answer this way in a visit, and the lead when neither of two verdicts is taken.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from inspect_tui.model.problem import Carried
from inspect_tui.model.terms import Method, Outcome
from inspect_tui.tui import looking_back
from inspect_tui.tui.looking_back import MORE_METHODS
from inspect_tui.tui.screens.visit_page import VisitPage
from inspect_tui.tui.walking import OWN_WORDS, Option


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict as it was put together."""

    outcome: Outcome
    basis: str
    methods: tuple[Method, ...] = ()
    remains: str = ""


class Asking:
    """One run through the questions. `key` names the drafts, so that words typed before come back."""

    def __init__(
        self,
        page: VisitPage,
        carried: Carried,
        title: str,
        key: str,
        then: Callable[[Said], object],
        *,
        remains: str = "",
    ) -> None:
        self.page, self.carried, self.title, self.key, self.then = page, carried, title, key, then
        self.remains = remains

    def ask(self, outcome: Outcome) -> None:
        """Ask for everything that an outcome needs, then hand it on."""
        if outcome is Outcome.UNVERIFIABLE:
            self._basis(outcome, ())
        else:
            self._method(outcome, ())

    def _method(self, outcome: Outcome, used: tuple[Method, ...]) -> None:
        said = f"，已选{'、'.join(m.label for m in used)}，再加：" if used else "，用什么方式看的："
        self.page.offer(
            f"{self.title} {outcome.label}{said}",
            looking_back.method_options(self.page.desk.round, self.carried, used),
            lambda option, _: self._basis(outcome, (*used, Method(option.value))),
        )

    def _basis(self, outcome: Outcome, methods: tuple[Method, ...]) -> None:
        how = "、".join(m.label for m in methods)
        what = "的原因" if outcome is Outcome.UNVERIFIABLE else f"（{how}）的依据"

        def picked(option: Option, _: int) -> None:
            if option.value == MORE_METHODS:
                self._method(outcome, methods)
            elif option.value == OWN_WORDS:
                self.page.ask_words(
                    f"{self.title} {outcome.label}{what}",
                    f"{self.key}/{outcome.value}",
                    lambda text: self._remains(outcome, methods, text),
                    hint="一句话写明看了什么、是什么情况。",
                )
            else:
                self._remains(outcome, methods, option.value)

        self.page.offer(
            f"{self.title} {outcome.label}{what}：",
            looking_back.basis_options(self.page.desk.round, outcome, methods),
            picked,
        )

    def _remains(self, outcome: Outcome, methods: tuple[Method, ...], basis: str) -> None:
        if outcome is not Outcome.PARTLY:
            self.then(Said(outcome=outcome, basis=basis, methods=methods))
            return
        self.page.ask_words(
            f"{self.title} 部分整改，还剩什么没有整改",
            f"{self.key}/remains",
            lambda text: self.then(Said(outcome=outcome, basis=basis, methods=methods, remains=text)),
            text=self.remains,
        )
