"""Sources: the rounds behind a figure of several rounds, each opening its own derivation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.binding import BindingType

from inspect_tui.model.round import Round
from inspect_tui.report.zh_numbers import raw_text, score_text, share_text
from inspect_tui.rules.fold import State
from inspect_tui.rules.round_sets import age, day_text
from inspect_tui.rules.unit_totals import UnitTotal, unit_total, units_of
from inspect_tui.tui import skin
from inspect_tui.tui.actions import SOURCES, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.derivation import DerivationScreen
from inspect_tui.tui.screens.visit_page import VisitPage
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line, wrapped


class Source(NamedTuple):
    """A round that had a say, with what the unit came to in it."""

    round: Round
    state: State
    total: UnitTotal


class SourcesScreen(VisitPage, inherit_bindings=False):
    """One line a round, oldest first; below, in words, how they come to the figure that was asked about."""

    place = SOURCES
    title_word = "由哪几轮得来"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(SOURCES)]

    def __init__(
        self,
        desk: Desk,
        unit: str,
        rounds: Sequence[tuple[Round, State]],
        words: Sequence[str],
        checklist: str = "",
    ) -> None:
        super().__init__(desk, unit)
        self.rounds = sorted(rounds, key=lambda pair: age(pair[0]))
        self.words, self.checklist = words, checklist
        self.sources: list[Source] = []

    def page_about(self) -> str:
        names = [unit.name for round_, _ in self.rounds if (unit := round_.unit(self.unit)) is not None]
        return names[-1] if names else self.unit

    def reread(self) -> None:
        here = self.desk.round
        held = [
            (round_, self.desk.state if (round_.id, round_.origin) == (here.id, here.origin) else state)
            for round_, state in self.rounds
        ]
        self.sources = [
            Source(round_, state, unit_total(state, round_, self.unit, self.checklist))
            for round_, state in held
            if self.unit in units_of(round_, self.checklist)
        ]

    def count(self) -> int:
        return len(self.sources)

    def mark(self) -> object:
        index = self.list.cursor
        return self.sources[index].round.id if 0 <= index < len(self.sources) else None

    def place_of(self, mark: object) -> int | None:
        return next((n for n, source in enumerate(self.sources) if source.round.id == mark), None)

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        source = self.sources[index]
        total, dash = source.total, skin.current().glyphs.dash
        scored = total.score is not None
        figures = (
            (score_text(total.score) if scored else dash, 8, "strong"),
            (raw_text(total.raw, total.applicable) if scored else dash, 14, "text"),
            (share_text(total.coverage) if total.told else dash, 8, "text"),
        )
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (fit(day_text(source.round), 12), "dim"),
            (fit(source.round.title, max(8, width - 43)), "text"),
            *((fit(word, size, "right"), ink) for word, size, ink in figures),
        ]

    def about(self, width: int) -> list[Line]:
        if not self.sources:
            return wrapped("这几轮都没有检查这个单位。", width, "warn")
        lines: list[Line] = []
        for word in self.words:
            lines += wrapped(word, width, "text")
        said = "各栏：日期、轮次、得分、得分/适用分、覆盖率。没有得分的不计。"
        return [*lines, *wrapped(said, width, "dim")]

    # ---------------------------------------------------------------- doing

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()

    def action_open(self) -> None:
        """How the score of a round came about."""
        index = self.list.cursor
        if 0 <= index < len(self.sources):
            source = self.sources[index]
            of = (source.round, source.state)
            self.app.push_screen(DerivationScreen(self.desk, self.unit, of, self.checklist))
