"""Trends as text: scores by round for a unit or a section, problems by state over time; also as CSV."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.report import trends
from inspect_tui.rules.applicability import inspected_units
from inspect_tui.tui.actions import TREND, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.figures_page import FiguresPage, Told
from inspect_tui.tui.screens.sources import SourcesScreen
from inspect_tui.tui.widgets.menu import Entry, MenuScreen


class TrendScreen(FiguresPage, inherit_bindings=False):
    """Both charts, one over the other."""

    place = TREND
    title_word = "走势"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(TREND)]

    def __init__(self, desk: Desk, unit: str = "") -> None:
        super().__init__(desk)
        self.about_unit, self.section = unit, ""

    def page_about(self) -> str:
        unit = self.desk.round.unit(self.about_unit)
        return "  ".join(part for part in (unit.name if unit else "各单位平均", self.section) if part)

    def trend(self) -> trends.Trend:
        """What is drawn."""
        return trends.trend_of(self.all.rounds, unit=self.about_unit, section=self.section)

    def told(self, width: int) -> list[Told]:
        try:
            found = self.trend()
        except trends.NoSection:
            return [Told("各轮都没有这个大项。", "warn")]
        return [
            Told(line, "text" if number else "strong", whole=True)
            for number, line in enumerate(trends.trend_lines(found, width))
        ]

    # ---------------------------------------------------------------- doing

    def action_everyone(self) -> None:
        """All units and sections together."""
        self.about_unit = self.section = ""
        self.show_top()

    def action_unit(self) -> None:
        """One unit."""
        entries = [Entry(unit.id, unit.name) for unit in inspected_units(self.desk.round)]
        self.app.push_screen(MenuScreen("看哪个单位", entries), self._unit)

    def _unit(self, unit: str | None) -> None:
        if unit is not None:
            self.about_unit = unit
            self.show_top()

    def action_why(self) -> None:
        """The rounds behind a unit's scores."""
        if not self.all.ready:
            return
        if self.about_unit:
            self._sources(self.about_unit)
            return
        entries = [Entry(unit.id, unit.name) for unit in inspected_units(self.desk.round)]
        self.app.push_screen(MenuScreen("看哪个单位的得分怎样得来", entries), self._sources)

    def _sources(self, unit: str | None) -> None:
        if unit is not None:
            words = ["走势里每一轮的得分。"]
            self.app.push_screen(SourcesScreen(self.desk, unit, self.all.rounds, words))

    def action_section(self) -> None:
        """One section."""
        sections = (s for checklist in self.desk.round.checklists for s in checklist.sections)
        names = dict.fromkeys(s.short_name or s.name for s in sections)
        entries = [Entry("", "全部大项"), *(Entry(name, name) for name in names)]
        self.app.push_screen(MenuScreen("看哪个大项", entries), self._section)

    def _section(self, section: str | None) -> None:
        if section is not None:
            self.section = section
            self.show_top()

    def action_write(self) -> None:
        """The same figures as a table."""
        if not self.all.ready:
            return
        unit = self.desk.round.unit(self.about_unit)
        try:
            data = b"\xef\xbb\xbf" + trends.trend_csv(self.trend()).encode("utf-8")
        except trends.NoSection:
            self.app.say("各轮都没有这个大项。", "warning")
            return
        self.write(["走势", unit.name if unit else "", self.section], "csv", data)
