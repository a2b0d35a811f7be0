"""Scores of a month, quarter or year: rolled up from the rounds of the folder, with what is missing."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.model.scheme import Span
from inspect_tui.report import periods
from inspect_tui.rules.periods import Period, before, period_of
from inspect_tui.rules.ranking import why_not
from inspect_tui.tui.actions import PERIOD, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.figures_page import FiguresPage, Told, grid

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

    def page_more(self) -> str:
        return self.period.label if self.period is not None else ""

    def table(self) -> periods.Table:
        """What is told. Raises NotAPeriod."""
        return periods.table_of(self.all.rounds, self.span, wanted=self.period, ranking=self.ranking)

    def told(self, width: int) -> list[Told]:
        try:
            table = self.table()
        except periods.NotAPeriod as error:
            return [Told(f"{error}。".replace("。。", "。"), "warn")]
        lines = [Told(f"{table.period.label}得分", "strong")]
        for heads, rows in (periods.table_rows(table), periods.table_rows(table, table.sections)):
            parts = len(table.parts) if len(table.parts) > 1 else 0
            shown = [
                [MISSING if 0 < n <= parts and cell == "-" else cell for n, cell in enumerate(row)]
                for row in rows
            ]
            lines += [*grid(heads, shown, width), Told("")]
        lines += [
            Told(line, "strong" if "排名" in line or line == "进步榜" else "text")
            for line in periods.ranking_lines(table)
        ]
        if table.failed:
            lines += [Told(""), Told("失分最多的检查内容", "strong")]
            lines += [Told(line) for line in periods.failed_lines(table)]
        issues = "、".join(f"第{told.issue}期（{told.day}）" for told in table.bulletins) or "没有"
        lines += [
            Told(""),
            Told(f"本期简报：{issues}；{table.period.start.year}年下一期是第{table.next_issue}期。"),
        ]
        lines += [Told(f"计入：{title}（{day.isoformat()}）", "dim") for _, title, day in table.rounds]
        lines += [Told(f"没有计入：{title}，{why}", "dim") for title, why in table.left_out]
        used = {id_ for id_, _, _ in table.rounds}
        if periods.mixed_checklists(round_ for round_, _ in self.all.rounds if round_.id in used):
            lines.append(Told("这几轮用的清单不一样，得分放在一起只供参考。", "warn"))
        return [*lines, Told(periods.rolled_words(table), "dim")]

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
