"""Contests on screen: who may win and why, for the lead to confirm; holders and the hand-over list."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.model.scheme import Contest
from inspect_tui.report.contest_table import award_line, hand_over_lines, hand_over_xlsx, hand_overs
from inspect_tui.report.zh_numbers import score_text
from inspect_tui.rules.contest_entries import (
    NotThisContest,
    Rounds,
    compares,
    entries_of,
    fits,
    outcome_of,
    period_for,
    period_words,
)
from inspect_tui.rules.contests import Award, Candidate, Outcome, award, award_for, award_key, awards
from inspect_tui.rules.periods import Period, before
from inspect_tui.rules.round_sets import award_home, contest_periods
from inspect_tui.rules.unit_totals import unit_names
from inspect_tui.tui import skin
from inspect_tui.tui.actions import CONTEST, CONTESTS, bindings_for
from inspect_tui.tui.all_rounds import AllRounds
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.screens.rounds_page import READING, RoundsPage
from inspect_tui.tui.screens.sources import SourcesScreen
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import ConfirmScreen
from inspect_tui.tui.widgets.page import Line, wrapped


def names_in(rounds: Rounds) -> dict[str, str]:
    """Names of units by id, as the newest round that has them calls them."""
    return unit_names(round_ for round_, _ in rounds)


class ContestsScreen(RoundsPage, inherit_bindings=False):
    """The contests of the folder; below, who won them so far and who hands on to whom."""

    place = CONTESTS
    title_word = "评比"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(CONTESTS)]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.contests: list[Contest] = []
        self.faults: list[str] = []
        self.history: list[Award] = []

    def ready(self) -> None:
        super().ready()
        for fault in self.faults:
            self.app.say(fault, "warning")

    def reread(self) -> None:
        self.contests, told = self.desk.session.space.contests()
        self.faults = [fault.text() for fault in told if not fault.warning]
        self.history = awards([state for _, state in self.all.rounds])

    def count(self) -> int:
        return len(self.contests)

    def first(self) -> int:
        here = self.desk.round
        return next((n for n, contest in enumerate(self.contests) if fits(contest, here)), 0)

    @property
    def current(self) -> Contest | None:
        """The contest under the cursor."""
        return self.contests[self.list.cursor] if 0 <= self.list.cursor < len(self.contests) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        contest = self.contests[index]
        tail = f"每{contest.span.label}  名额{contest.winners}个" + ("  草案" if contest.draft else "")
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (fit(contest.title, max(8, width - 30)), "text" if fits(contest, self.desk.round) else "dim"),
            (fit(tail, 28, "right"), "dim"),
        ]

    def about(self, width: int) -> list[Line]:
        contest = self.current
        if contest is None:
            return wrapped("这个文件夹里没有评比办法。", width, "dim")
        if not self.all.ready:
            return wrapped(READING, width, "dim")
        kinds = "、".join(kind.label for kind in contest.unit_kinds)
        lines = wrapped(f"参加：{kinds}；比{compares(contest)}。", width, "text")
        if not fits(contest, self.desk.round):
            said = "打开的这一轮不能评这一项：要有参加的单位和这一项用的清单，演练和自评不算。"
            lines += wrapped(said, width, "warn")
        names = names_in(self.all.rounds)
        held = [a for a in self.history if a.contest == contest.id]
        for one in reversed(held):
            lines += wrapped(award_line(one, names), width, "dim")
        for text in hand_over_lines(hand_overs([contest], self.history), names):
            lines += wrapped(f"交接：{text}", width, "strong")
        return lines if held else [*lines, *wrapped("还没有确认过。", width, "dim")]

    # ---------------------------------------------------------------- doing

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Who may win it."""
        contest = self.current
        if contest is None or not self.all.ready:
            return
        if not self.leads:
            self.app.say("评比只有组长能看。您是组长的话，请在主页菜单“换人”里改成组长。", "warning")
            return
        self.app.push_screen(ContestScreen(self.desk, contest))

    def action_handover(self) -> None:
        """The list that givers and takers sign."""
        found = hand_overs(self.contests, self.history)
        if not self.all.ready or not found:
            self.app.say("还没有确认过的评比，没有要交接的。")
            return
        self.write(["流动奖项交接单"], "xlsx", hand_over_xlsx(found, names_in(self.all.rounds)))


class ContestScreen(LeadPage, inherit_bindings=False):
    """Candidates of the open round's period: the proposed are marked, the lead marks and confirms."""

    place = CONTEST
    title_word = "评比"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(CONTEST)]

    def __init__(self, desk: Desk, contest: Contest) -> None:
        super().__init__(desk)
        self.contest = contest
        self.all = desk.kept(AllRounds)
        self.period: Period | None = None
        self.outcome = Outcome(candidates=(), proposed=())
        self.award: Award | None = None
        self.used: Rounds = ()
        self.refused = ""
        self.chosen: set[str] | None = None

    def page_title(self) -> str:
        return self.contest.title + ("（草案）" if self.contest.draft else "")

    def page_about(self) -> str:
        return f"{self.period.label}  名额{self.contest.winners}个  只供组长" if self.period else ""

    # ---------------------------------------------------------------- judging

    def reread(self) -> None:
        self.refused = ""
        try:
            self._judge()
        except NotThisContest as refused:
            self.refused = f"{refused}。"

    def _judge(self) -> None:
        contest, here = self.contest, self.desk.round
        self.period = period = period_for(contest, [here])
        periods = contest_periods(contest, self.all.rounds)
        self.used = periods.get(period, [])
        history = awards([state for _, state in self.all.rounds])
        earlier = periods.get(before(period, contest.span), [])
        entries = entries_of(contest, self.used, self.desk.session.today, earlier, history)
        self.outcome = outcome_of(contest, entries, (round_ for round_, _ in self.used))
        self.award = award_for(history, contest.id, period.label)
        if self.chosen is None:
            self.chosen = set(self.award.winners if self.award is not None else self.outcome.proposed)

    def count(self) -> int:
        return len(self.outcome.candidates)

    def mark(self) -> object:
        return self.current.unit if self.current is not None else None

    def place_of(self, mark: object) -> int | None:
        return next((n for n, c in enumerate(self.outcome.candidates) if c.unit == mark), None)

    @property
    def current(self) -> Candidate | None:
        """The candidate under the cursor."""
        index = self.list.cursor
        return self.outcome.candidates[index] if 0 <= index < self.count() else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        candidate = self.outcome.candidates[index]
        chosen = candidate.unit in (self.chosen or ())
        place = f"第{candidate.place}" if candidate.place is not None and not candidate.against else ""
        word, ink = ("不符合条件", "fail") if candidate.against else ("符合条件", "pass")
        if candidate.proposed:
            word = "建议"
        elif candidate.unit in self.outcome.tie:
            word, ink = "同分待定", "warn"
        value = score_text(candidate.value) if candidate.value is not None else ""
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            ("[选] " if chosen else "     ", "key"),
            (fit(candidate.name, max(8, width - 38)), "text"),
            (fit(place, 8), "text"),
            (fit(value, 8, "right") + "  ", "text"),
            (fit(word, 12), ink),
        ]

    def about(self, width: int) -> list[Line]:
        if self.refused:
            said = "按 Esc 换一项评比，或在主页打开能评的那一轮。"
            return [*wrapped(self.refused, width, "warn"), *wrapped(said, width, "dim")]
        lines: list[Line] = []
        candidate = self.current
        if candidate is not None:
            for text in candidate.against:
                lines += wrapped(f"不符合：{text}", width, "fail")
            for text in candidate.reasons:
                lines += wrapped(f"理由：{text}", width, "text")
        if self.outcome.tie:
            lines += wrapped("有几个单位各项都相同，超过名额，请组长选定并写明理由。", width, "warn")
        elif not self.outcome.proposed:
            lines += wrapped("没有可以建议的单位。要评出的请组长选定并写明理由，也可以空缺。", width, "warn")
        if self.award is not None:
            said = award_line(self.award, names_in(self.all.rounds))
            lines += wrapped(f"已确认：{said}", width, "strong")
        titles = "、".join(round_.title for round_, _ in self.used)
        return [*lines, *wrapped(f"依据的轮次：{titles}", width, "dim")]

    # ---------------------------------------------------------------- doing

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_mark()

    def action_why(self) -> None:
        """The rounds behind a candidate's figures."""
        if self.current is not None:
            words = [f"本项比{compares(self.contest)}；{period_words(self.contest)}"]
            rounds, checklist = self.used, self.contest.checklist
            self.app.push_screen(SourcesScreen(self.desk, self.current.unit, rounds, words, checklist))

    def action_mark(self) -> None:
        """Choose the unit, or not."""
        if self.current is not None and self.chosen is not None:
            self.chosen ^= {self.current.unit}
            self.list.refresh_rows()

    def action_confirm(self) -> None:
        """Confirm those chosen."""
        if not self.chosen:
            self.app.say("还没有选单位；按空格选上，或按 2 确认空缺。", "warning")
        elif len(self.chosen) > self.contest.winners:
            self.app.say(f"名额只有{self.contest.winners}个，已选{len(self.chosen)}个。", "warning")
        else:
            self._confirm([c.unit for c in self.outcome.candidates if c.unit in (self.chosen or ())])

    def action_vacant(self) -> None:
        """Confirm that nobody wins."""
        self._confirm([])

    def _confirm(self, winners: list[str]) -> None:
        if self.refused or self.period is None or not self.writable():
            return
        period = self.period.label
        key = award_key(self.contest.id, period)
        home = award_home(self.used, key)
        if home.id != self.desk.round.id:
            self.app.say(f"这一期的评比记在“{home.title}”里，请先在主页打开那一轮再确认。", "warning")
            return
        if set(winners) == set(self.outcome.proposed) and self.award is None:
            names = "、".join(c.name for c in self.outcome.candidates if c.unit in winners) or "空缺"

            def sure(yes: bool | None) -> None:
                if yes:
                    self._record(winners, "")

            self.app.push_screen(ConfirmScreen(f"确认{period}“{self.contest.title}”：{names}？"), sure)
        else:
            self.ask_words(
                "写明理由",
                f"award/{self.contest.id}/{period}",
                lambda reason: self._record(winners, reason),
                hint="和建议的名单不同、或更改已确认的，须写理由。",
            )

    def _record(self, winners: list[str], reason: str) -> None:
        if self.period is None:
            return
        edits = award(self.desk.state, self.contest, self.period.label, self.outcome, winners, reason)
        if self.settle({"": edits}, f"{self.contest.title}：{len(winners)}个单位"):
            self.chosen = set(winners)
            self.refill()
            self.app.say("已确认，已记录。")

    def undone(self, step: list[tuple[str, str]]) -> None:
        self.chosen = None
        self.refill()
