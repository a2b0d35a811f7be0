"""What inspections tell the author of a checklist: agreement of two inspectors, and the 减负 gauge."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.report.agreement_table import Gauged, agreed, agreement_lines, checklists_of, gauge_lines
from inspect_tui.rules.agreement import pairs_of
from inspect_tui.rules.gauge import minutes_of, never_failed, same_papers
from inspect_tui.tui.actions import AGREEMENT, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.figures_page import FiguresPage, Told

LEAST = 10
"""Visits an item must have been judged in before it is called one that never fails."""


class AgreementScreen(FiguresPage, inherit_bindings=False):
    """Agreement over this round or all rounds; the gauge over all."""

    place = AGREEMENT
    title_word = "一致性和减负"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(AGREEMENT)]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.mode = "agreement"

    def page_about(self) -> str:
        return "减负：各轮" if self.mode == "gauge" else "两人查同一单位：各轮"

    def told(self, width: int) -> list[Told]:
        held = [(round_, state) for round_, state in self.all.rounds if not round_.practice]
        rounds = [round_ for round_, _ in held]
        if not held:
            return [Told("演练不计，没有可以看的轮次。", "dim")]
        if self.mode == "agreement":
            found = agreed(pair for round_, state in held for pair in pairs_of(state, round_))
            lines = agreement_lines(found, rounds)
        else:
            units, items = minutes_of([state for _, state in held])
            gauged = Gauged(
                never=tuple(never_failed(held, LEAST)),
                units=tuple(units),
                items=tuple(items),
                papers=tuple(
                    paper for checklist in checklists_of(rounds) for paper in same_papers(checklist)
                ),
                least=LEAST,
            )
            lines = gauge_lines(gauged, rounds)
        return [Told(line, "text" if number else "strong") for number, line in enumerate(lines)]

    def action_by(self, mode: str) -> None:
        """The other reading."""
        self.mode = mode
        self.show_top()
