"""Scores of a month, quarter or year: rolled up from the rounds of the folder, with what is missing."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.model.scheme import Span
from inspect_tui.model.terms import RollUp
from inspect_tui.report import period_table, periods
from inspect_tui.report.period_paper import period_csv
from inspect_tui.report.zh_numbers import score_text
from inspect_tui.rules.periods import Period, before, period_of
from inspect_tui.rules.ranking import why_not
from inspect_tui.tui.actions import PERIOD, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.figures_page import FiguresPage, Told, grid
from inspect_tui.tui.screens.sources import SourcesScreen
from inspect_tui.tui.widgets.menu import Entry, MenuScreen

MISSING = "缺"


class PeriodScreen(FiguresPage, inherit_bindings=False):
    """A period's table; digits change its length, step through time, or ask for places."""

    place = PERIOD
    title_word = "期间得分"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(PERIOD)]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.span = Span.QUARTER
        self.period: Period | None = None
        self.ranking = False
        self.rollup: RollUp | None = None
        self.checklist = ""

    def page_about(self) -> str:
        newest = "最近半年" if self.span is Span.HALF else f"最近一{self.span.label}"
        told = [self.period.label if self.period is not None else newest]
        told.append(self.rollup.label if self.rollup is not None else "")
        told.append(self._titles().get(self.checklist, ""))
        return "  ".join(word for word in told if word)

    def table(self) -> periods.Table:
        """What is told. Raises NotAPeriod."""
        return periods.table_of(
            self.all.rounds,
            self.span,
            wanted=self.period,
            ranking=self.ranking,
            rollup=self.rollup,
            checklist=self.checklist,
        )

    def _titles(self) -> dict[str, str]:
        """The checklists of all rounds by id, as the newest round calls them."""
        return {c.id: c.title for round_, _ in self.all.rounds for c in round_.checklists}

    def told(self, width: int) -> list[Told]:
        try:
            table = self.table()
        except periods.NotAPeriod as error:
            said = f"{error}。".replace("。。", "。")
            return [Told(said, "warn"), Told("按 6、7 换一期，9 换合成办法，0 换清单。", "dim")]
        lines = [Told(f"{table.period.label}得分", "strong")]
        for heads, rows in (period_table.table_rows(table), period_table.table_rows(table, table.sections)):
            parts = len(table.parts) if len(table.parts) > 1 else 0
            shown = [
                [MISSING if 0 < n <= parts and cell == "-" else cell for n, cell in enumerate(row)]
                for row in rows
            ]
            keys = [line.key for line in table.units] if heads[0] == "单位" else []
            lines += [*grid(heads, shown, width, keys), Told("")]
        lines += [
            Told(line, "text" if key or line.startswith("得分相同") else "strong", key=key)
            for line, key in period_table.ranking_told(table)
        ]
        if table.failed:
            lines += [Told(""), Told("失分最多的检查内容", "strong")]
            lines += [Told(line) for line in period_table.failed_lines(table)]
        issues = "、".join(f"第{told.issue}期（{told.day}）" for told in table.bulletins) or "没有"
        lines += [
            Told(""),
            Told(f"本期简报：{issues}；{table.period.start.year}年下一期是第{table.next_issue}期。"),
        ]
        lines += [Told(f"计入：{title}（{day.isoformat()}）", "dim") for _, title, day in table.rounds]
        lines += [Told(f"没有计入：{title}，{why}", "dim") for title, why in table.left_out]
        used = {id_ for id_, _, _ in table.rounds}
        if periods.mixed_checklists(round_ for round_, _ in self.all.rounds if round_.id in used):
            lines.append(Told("这几轮用的清单不一样，得分放在一起只供参考；按 0 选一份清单。", "warn"))
        return [*lines, Told(period_table.rolled_words(table), "dim")]

    # ---------------------------------------------------------------- doing

    def action_span(self, span: str) -> None:
        """A period of another length: the newest there is."""
        self.span, self.period = Span(span), None
        self.show_top()

    def action_earlier(self) -> None:
        """The period before."""
        self._step(back=True)

    def action_later(self) -> None:
        """The period after."""
        self._step(back=False)

    def action_rollup(self) -> None:
        """Another way to bring rounds together."""
        entries = [
            Entry("", "按规则", "规则里写的办法"),
            *(Entry(how.value, how.label) for how in RollUp),
        ]

        def picked(how: str | None) -> None:
            if how is not None:
                self.rollup = RollUp(how) if how else None
                self.show_top()

        self.app.push_screen(MenuScreen("几轮的得分怎样合成", entries), picked)

    def action_checklist(self) -> None:
        """Only one checklist, or all."""
        entries = [Entry("", "全部清单"), *(Entry(id_, title) for id_, title in self._titles().items())]

        def picked(checklist: str | None) -> None:
            if checklist is not None:
                self.checklist = checklist
                self.show_top()

        self.app.push_screen(MenuScreen("只算哪份清单", entries), picked)

    def action_why(self) -> None:
        """The rounds behind a unit's score."""
        if not self.all.ready or not self.text.key:
            self.app.say("先用上下键把光标移到一个单位上。")
            return
        try:
            table = self.table()
        except periods.NotAPeriod:
            return
        used = {id_ for id_, _, _ in table.rounds}
        rounds = [pair for pair in self.all.rounds if pair[0].id in used]
        words = [period_table.rolled_words(table)]
        line = next((line for line in table.units if line.key == self.text.key), None)
        if line is not None and line.rolled.score is not None:
            words.insert(0, f"{table.period.label}得分{score_text(line.rolled.score)}。")
        self.app.push_screen(SourcesScreen(self.desk, self.text.key, rounds, words, self.checklist))

    def action_write(self) -> None:
        """The same as a table file."""
        if not self.all.ready:
            return
        try:
            table = self.table()
        except periods.NotAPeriod as error:
            self.app.say(f"{error}", "warning")
        else:
            self.write(["期间得分", table.period.label], "csv", period_csv(table))

    def _step(self, *, back: bool) -> None:
        import datetime as dt

        if not self.all.ready:
            return
        here = self.period
        if here is None:
            try:
                here = self.table().period
            except periods.NotAPeriod:
                here = period_of(self.desk.session.date(), self.span)
        following = period_of(here.end + dt.timedelta(days=1), self.span)
        self.period = before(here, self.span) if back else following
        self.show_top()

    def action_rank(self) -> None:
        """Places, only when asked for and allowed."""
        if not self.ranking and (refused := why_not(self.desk.round)):
            self.app.say(refused, "warning")
            return
        self.ranking = not self.ranking
        self.show_top()
