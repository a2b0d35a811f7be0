"""The progress chart of “五个一”, and the digest for the half-monthly meeting, ready to copy and to write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar, cast

from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.report.progress import BY_WORDS, Bar, By, bars_of, chart_lines, total_bar
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.tui import skin
from inspect_tui.tui.actions import PROGRESS, bindings_for
from inspect_tui.tui.clipboard import CopyKind, copy
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.ledger_files import FileRefused, where, write_export
from inspect_tui.tui.screens.ledger_page import LedgerPage
from inspect_tui.tui.step_form import day_words, read_typed_day
from inspect_tui.tui.text import cells
from inspect_tui.tui.widgets.menu import Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, LinePane, wrapped

DIGEST = "digest"
_SPAN = 14
"""Days before today that a digest begins with: half a month, both ends counted."""


class ProgressScreen(LedgerPage, inherit_bindings=False):
    """Bars by unit, leader, section or state; or the digest's page."""

    place = PROGRESS
    title_word = "进度图"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(PROGRESS)]

    DEFAULT_CSS = """
    ProgressScreen #text { height: 1fr; }
    ProgressScreen #said { height: auto; max-height: 4; }
    """

    def __init__(self, desk: Desk, unit: str = "", mode: str = "unit") -> None:
        super().__init__(desk, unit)
        self.mode = "section" if unit and mode == "unit" else mode
        self.since = (desk.session.date() - dt.timedelta(days=_SPAN)).isoformat()
        self.rows: list[LedgerRow] = []
        self.said: list[tuple[str, str]] = []

    # ---------------------------------------------------------------- the frame

    def page_title(self) -> str:
        practice = "［演练］" if self.desk.round.practice else ""
        return practice + ("例会摘要" if self.mode == DIGEST else "整改进度图")

    def page_about(self) -> str:
        unit = self.desk.round.unit(self.unit) if self.unit else None
        if self.mode == DIGEST:
            return self.desk.round.title
        return (
            f"{unit.name if unit is not None else self.desk.round.title}  按{BY_WORDS[cast(By, self.mode)]}"
        )

    def body(self) -> Sequence[Widget]:
        self.reread()
        self.text = LinePane(self._text, id="text")
        self.told = LinePane(self._said, id="said")
        self.told.can_focus = False
        return [self.text, self.told]

    def ready(self) -> None:
        self._stop_listening = self.desk.listen(lambda _: self.refill())
        self.text.focus()

    def reread(self) -> None:
        self.book.read()
        # The digest is the whole round's: a meeting hears of all leaders.
        self.rows = self.book.ledger.rows("" if self.mode == DIGEST else self.unit)

    def show_anew(self) -> None:
        self.reread()
        self.tell_head(about=self.page_about(), title=self.page_title())
        self.text.show()
        self.told.show()
        self.told.styles.height = len(self._said(max(20, self.app.size.width)))

    # ---------------------------------------------------------------- showing

    @property
    def bars(self) -> list[Bar]:
        """The chart's bars."""
        return bars_of(self.rows, cast(By, self.mode), self.desk.round)

    def chart(self, width: int) -> list[str]:
        """The chart as lines of text."""
        bars = self.bars
        if not bars:
            return []
        return chart_lines([*bars, total_bar(self.rows)], width, plain=skin.current().plain, cells=cells)

    def digest(self) -> str:
        """The digest as text."""
        from inspect_tui.report.digest import digest_text
        from inspect_tui.rules.digest import digest_of

        found = digest_of(self.rows, self.desk.round.rules, self.since, self.desk.session.today)
        return digest_text(found, self.desk.round)

    def _text(self, width: int) -> list[Line]:
        if self.mode == DIGEST:
            lines: list[Line] = []
            for number, text in enumerate(self.digest().split("\n")):
                lines += wrapped(text, width, "strong" if not number else "text")
            return lines
        chart = self.chart(width - 2)
        if not chart:
            return wrapped("台账上还没有问题。", width, "dim")
        head = [(" 已销号/全部，百分比；逾期的另写。撤销的和已转入下一轮的不算。", "dim")]
        inks = ["fail" if bar.overdue else "text" for bar in self.bars]
        return [head, [], *([(f" {line}", ink)] for line, ink in zip(chart, [*inks, "strong"], strict=True))]

    def _said(self, width: int) -> list[Line]:
        lines: list[Line] = []
        for text, ink in self.said:
            lines += wrapped(text, width, ink)
        return lines

    # ---------------------------------------------------------------- doing

    def action_by(self, mode: str) -> None:
        """Another chart."""
        self.mode, self.said = mode, []
        self.refill()

    def action_digest(self) -> None:
        """The digest; its span once it is shown."""
        if self.mode != DIGEST:
            self.action_by(DIGEST)
            return
        today = self.desk.session.date()
        days = [today - dt.timedelta(days=back) for back in (6, _SPAN, 30)]
        entries = [Entry(day.isoformat(), f"从 {day_words(day)}") for day in days]
        entries.append(Entry("", "其他日期"))

        def picked(day: str | None) -> None:
            if day:
                self._span(day)
            elif day == "":
                self.ask_line(
                    "从哪一天起", self.since, self._span, hint="可写 2026-11-01、11月1日。", check=check
                )

        def check(text: str) -> str:
            day = read_typed_day(text, today)
            if not day:
                return f"“{text[:20]}”不是日期。可写 2026-11-01、11月1日。"
            return "开始日期在今天之后。" if day > today.isoformat() else ""

        self.app.push_screen(MenuScreen("摘要从哪一天起", entries), picked)

    def _span(self, text: str) -> None:
        self.since = read_typed_day(text, self.desk.session.date()) or self.since
        self.refill()

    def shown_text(self) -> str:
        """What is shown, as text to be sent or written."""
        if self.mode == DIGEST:
            return self.digest() + "\n"
        return "\n".join([f"{self.page_title()}：{self.page_about()}", "", *self.chart(76)]) + "\n"

    def action_copy(self) -> None:
        """Copy what is shown, and write it to a file."""
        path = self._write()
        if path is None:
            return
        result = copy(self.shown_text(), app=self.app, saved_to=path)
        ink = {CopyKind.SURE: "pass", CopyKind.MAYBE: "warn", CopyKind.FAILED: "fail"}[result.kind]
        self.said = [(result.message, ink)]
        if path and result.kind is CopyKind.SURE:
            self.said.append((f"也存在 {path}", "dim"))
        self.refill()

    def action_write(self) -> None:
        """Write what is shown to a file only."""
        path = self._write()
        if path:
            self.said = [(f"已存到 {path}", "pass")]
            self.refill()

    def _write(self) -> str | None:
        """Write it to exports/: the path; "" where that failed, None where it may not be; the reason told."""
        kind = "例会摘要" if self.mode == DIGEST else f"整改进度图-按{BY_WORDS[cast(By, self.mode)]}"
        unit = self.desk.round.unit(self.unit) if self.unit and self.mode != DIGEST else None
        try:
            path = write_export(
                self.desk, [kind, unit.name if unit else ""], "txt", self.shown_text().encode("utf-8")
            )
        except FileRefused as refused:
            self.app.say(str(refused), "error")
            return None if refused.secret else ""
        return where(path)
