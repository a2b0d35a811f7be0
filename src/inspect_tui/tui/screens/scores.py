"""Scores of the open round, one unit a line, in the order of the roster; each opens its derivation."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.model.roster import Unit
from inspect_tui.report.grade_table import signed
from inspect_tui.report.zh_numbers import raw_text, score_text, share_text
from inspect_tui.rules.bonus import MOST, bonuses_of, give, take_back
from inspect_tui.rules.issue import plain_decimal
from inspect_tui.rules.ranking import why_not
from inspect_tui.rules.result import Result, formula_text, unit_result
from inspect_tui.rules.reviewing import NoReason
from inspect_tui.rules.round_sets import ScoresBefore, self_assessed
from inspect_tui.rules.scoring import ZERO, points_text
from inspect_tui.tui import skin
from inspect_tui.tui.actions import SCORES, bindings_for
from inspect_tui.tui.all_rounds import AllRounds
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, LinePane, wrapped

_BONUS = {
    "points": ("加几分", "如 0.5、1、2；合计不超过规则里的上限"),
    "reason": ("加分理由", "写清做了什么、有什么效果"),
    "basis": ("依据", "文件、通报、现场核实等"),
}


def _points_fault(text: str) -> str:
    """What is wrong with points as they were typed; nothing when they can be given."""
    points = plain_decimal(text.strip())
    return "" if points is not None and ZERO < points <= MOST else "请写大于0的分数，如 0.5、1、2"


class ScoresScreen(LeadPage, inherit_bindings=False):
    """No order by score and no places: those stand on a page of their own, behind their own key."""

    place = SCORES
    title_word = "得分"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(SCORES)]

    DEFAULT_CSS = """
    ScoresScreen #names { height: 1; }
    ScoresScreen #side { height: 8; }
    ScoresScreen.-tall #side { height: 10; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.units: list[Unit] = []
        self.results: list[Result] = []
        self.assessed: dict[str, Decimal | None] = {}
        self.before = ScoresBefore()

    # ---------------------------------------------------------------- rows

    def above(self) -> list[Widget]:
        names = LinePane(lambda width: [self._cells(width, "单位", self._heads())], id="names")
        names.can_focus = False
        return [names]

    def ready(self) -> None:
        super().ready()
        self.run_worker(self._read_others(), exclusive=True)

    async def _read_others(self) -> None:
        """What stands beside the scores: the self-assessment of the same series, the round before."""
        rounds = self.desk.kept(AllRounds)
        await rounds.read()
        self.assessed = self_assessed(rounds.rounds, self.desk.round)
        self.before = rounds.before()
        if self.is_mounted and (self.assessed or self.before.scores):
            self.refill()
            self.query_one("#names", LinePane).show()

    def reread(self) -> None:
        self.units = self.desk.units()
        self.results = [unit_result(self.desk.sheet(unit.id)) for unit in self.units]

    def count(self) -> int:
        return len(self.units)

    def mark(self) -> object:
        index = self.list.cursor
        return self.units[index].id if 0 <= index < len(self.units) else None

    def place_of(self, mark: object) -> int | None:
        return next((n for n, unit in enumerate(self.units) if unit.id == mark), None)

    def _heads(self) -> list[str]:
        own = ["自评"] if self.assessed else []
        return [*own, "得分", "得分/适用分", "覆盖", "未查", "不适用", "未核实", "上轮", "加分", "红线"]

    def _figures(self, unit: Unit, result: Result) -> list[str]:
        dash = skin.current().glyphs.dash
        scored = result.score is not None
        own = self.assessed.get(unit.id)
        return [
            *([score_text(own) if own is not None else dash] if self.assessed else []),
            score_text(result.score) if scored else dash,
            raw_text(result.raw, result.applicable) if scored else dash,
            share_text(result.coverage) if result.told else dash,
            str(result.unanswered),
            str(result.na),
            str(result.unverified),
            f"-{points_text(result.carry_loss)}" if result.carry_loss else "0",
            f"+{points_text(result.bonus)}" if result.bonus else "0",
            str(len(result.vetoes)),
        ]

    def _cells(self, width: int, name: str, figures: list[str], *, head: bool = True) -> list[Part]:
        ink = "dim" if head else "text"
        # With one column more, the others stand closer, so that names stay whole at 80 columns.
        sizes = [6, 6, 12, 6, 5, 7, 7, 5, 5, 5] if self.assessed else [6, 12, 7, 5, 7, 7, 5, 5, 5]
        parts: list[Part] = [(fit(name, max(8, width - sum(sizes) - 2)), ink)]
        for n, (figure, size) in enumerate(zip(figures, sizes, strict=True)):
            mine = "strong" if not head and n == bool(self.assessed) else ink
            if not head and n == len(sizes) - 1 and figure != "0":
                mine = "fail"
            parts.append((fit(figure, size, "right"), mine))
        return [(" ", "text"), *parts]

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        unit = self.units[index]
        _, *rest = self._cells(width, unit.name, self._figures(unit, self.results[index]), head=False)
        return [(skin.current().glyphs.cursor if here else " ", "accent"), *rest]

    def about(self, width: int) -> list[Line]:
        index = self.list.cursor
        if not 0 <= index < len(self.results):
            return []
        unit, result = self.units[index], self.results[index]
        said = unit.name + "：" + (f"{score_text(result.score)}分" if result.score is not None else "不计分")
        said += f"；查了{result.answered}/{result.items}项，计入{result.counted}项"
        said += f"，两种意见{result.disputed}项" if result.disputed else ""
        own = self.assessed.get(unit.id)
        if own is not None and result.score is not None:
            said += f"；自评{score_text(own)}分，检查和自评相差{signed(result.score - own)}分"
        earlier = self.before.scores.get(unit.id)
        if earlier is not None:
            said += f"；上期{score_text(earlier)}分"
            said += f"，增减{signed(result.score - earlier)}" if result.score is not None else ""
            said += f"（{self.before.title}）"
        lines = wrapped(said + "。", width, "strong")
        for veto in result.vetoes:
            lines += wrapped(f"红线、否决、即时上报：{veto}", width, "fail")
        return [*lines, *wrapped(formula_text(self.desk.round), width, "dim")]

    # ---------------------------------------------------------------- doing

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Where the score comes from."""
        if 0 <= self.list.cursor < len(self.units):
            self.app.open_derivation(self.units[self.list.cursor].id)

    def action_bonus(self) -> None:
        """Add points to the unit under the cursor, or take a bonus back."""
        if not 0 <= self.list.cursor < len(self.units) or not self.writable():
            return
        unit = self.units[self.list.cursor]
        held = bonuses_of(self.desk.state, unit.id)
        if not held:
            self._ask_bonus(unit, {})
            return
        entries = [Entry("new", "再加一项")]
        entries += [Entry(b.record, f"取消：+{points_text(b.points)} {b.reason}", b.basis) for b in held]

        def picked(record: str | None) -> None:
            if record == "new":
                self._ask_bonus(unit, {})
            elif record is not None:
                edits = {unit.id: take_back(self.desk.state, record)}
                if self.settle(edits, f"取消加分 {unit.name}"):
                    self.app.say(f"已取消：{unit.name}的加分。")

        self.app.push_screen(MenuScreen(f"{unit.name}：加分", entries), picked)

    def _ask_bonus(self, unit: Unit, said: dict[str, str]) -> None:
        """Ask for points, reason and basis, one after the other; write once all three are known."""
        field = next((f for f in _BONUS if f not in said), None)
        if field is None:
            self._give(unit, said)
            return
        title, hint = _BONUS[field]
        self.ask_words(
            f"{unit.name}：{title}",
            f"bonus/{unit.id}/{field}",
            lambda words: self._ask_bonus(unit, {**said, field: words}),
            hint=hint,
            check=_points_fault if field == "points" else None,
        )

    def _give(self, unit: Unit, said: dict[str, str]) -> None:
        points = plain_decimal(said["points"].strip()) or ZERO
        try:
            edits = give(self.desk.state, unit, self.desk.new_id(), points, said["reason"], said["basis"])
        except NoReason as refused:
            self.app.say(f"{refused}。", "warning")
            return
        if self.settle({unit.id: edits}, f"加分 {unit.name}"):
            self.app.say(f"已记下：{unit.name}加{points_text(points)}分。")

    def action_ranking(self) -> None:
        """Places, only because they were asked for."""
        if refused := why_not(self.desk.round):
            self.app.say(refused, "warning")
            return
        from inspect_tui.tui.screens.rank_page import RankScreen

        self.app.push_screen(RankScreen(self.desk))

    def action_period(self) -> None:
        """Scores of a month, quarter or year."""
        from inspect_tui.tui.screens.period_page import PeriodScreen

        self.app.push_screen(PeriodScreen(self.desk))

    def action_trend(self) -> None:
        """How scores and problems move."""
        from inspect_tui.tui.screens.trend_page import TrendScreen

        self.app.push_screen(TrendScreen(self.desk))

    def action_contests(self) -> None:
        """Contests over the rounds of a period."""
        from inspect_tui.tui.screens.contest_page import ContestsScreen

        self.app.push_screen(ContestsScreen(self.desk))

    def action_grades(self) -> None:
        """Grades over the stages of a year."""
        from inspect_tui.tui.screens.grade_page import GradesScreen

        self.app.push_screen(GradesScreen(self.desk))

    def action_agreement(self) -> None:
        """What inspections tell the checklist's author."""
        from inspect_tui.tui.screens.agreement_page import AgreementScreen

        self.app.push_screen(AgreementScreen(self.desk))
