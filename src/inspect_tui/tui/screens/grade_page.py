"""Grades on screen: the stages of a year side by side, what they come to, and the lead's steps."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.model.scheme import Scheme
from inspect_tui.model.terms import GradeState, GradeStepKind, Stage
from inspect_tui.report.grade_table import (
    SCORE_WORDS,
    grade_lines,
    grades_csv,
    signed,
    totals_text,
    warnings_of,
)
from inspect_tui.report.zh_numbers import score_text, share_text
from inspect_tui.rules.grade_steps import planned, steps_from, take_grade_step
from inspect_tui.rules.grading import usual_scheme
from inspect_tui.rules.rectifying import NotAllowed
from inspect_tui.rules.round_sets import levels_left, same_series, series_before
from inspect_tui.rules.stages import (
    NotOneSeries,
    UnitGrading,
    gradings,
    in_order,
    movement_word,
    movements_of,
)
from inspect_tui.store.clean import clean_text
from inspect_tui.tui import skin
from inspect_tui.tui.actions import GRADES, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.ledger_files import FileRefused, where, write_export
from inspect_tui.tui.screens.rounds_page import READING, RoundsPage
from inspect_tui.tui.screens.sources import SourcesScreen
from inspect_tui.tui.step_form import read_typed_day
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, LinePane, wrapped

_ASKED: dict[GradeStepKind, tuple[str, ...]] = {
    GradeStepKind.GRANT: ("level", "basis", "approver"),
    GradeStepKind.ORDER: ("due", "basis"),
    GradeStepKind.PASS: ("level", "who", "basis", "approver"),
    GradeStepKind.FAIL: ("who", "basis"),
    GradeStepKind.DEMOTE: ("level", "basis"),
    GradeStepKind.DELIST: ("basis",),
}
"""What the lead is asked before a step, in this order."""
_WORDS = {"basis": "依据或理由", "who": "复查人", "approver": "批准的上级", "due": "整改期限"}


class GradesScreen(RoundsPage, inherit_bindings=False):
    """The units of the open round's series; a grade is the lead's to record, the program only proposes."""

    place = GRADES
    title_word = "达标晋级"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(GRADES)]

    DEFAULT_CSS = """
    GradesScreen #totals { height: 1; }
    GradesScreen #side { height: 12; }
    GradesScreen.-tall #side { height: 18; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        known, told = desk.session.space.schemes()
        self.schemes: list[Scheme] = known
        self.scheme_faults = [fault.text() for fault in told if not fault.warning]
        self.scheme: Scheme | None = usual_scheme(known)
        self.found: list[UnitGrading] = []
        self.series = ""
        self.newest = ""
        self.refused = ""

    def ready(self) -> None:
        super().ready()
        for fault in self.scheme_faults:
            self.app.say(fault, "warning")

    def page_about(self) -> str:
        if self.scheme is None or not self.series:
            return self.desk.round.title
        return f"{self.series}  {self.scheme.title}" + ("（草案）" if self.scheme.draft else "")

    # ---------------------------------------------------------------- rows

    def above(self) -> list[Widget]:
        self.totals = LinePane(
            lambda width: [[(" ", "text"), (fit(self._totals(), width - 2), "strong")]], id="totals"
        )
        self.totals.can_focus = False
        return [self.totals]

    def _totals(self) -> str:
        return f"合计：{totals_text(self.found, self.scheme)}" if self.found and self.scheme else ""

    def refill(self) -> None:
        super().refill()
        self.totals.show()

    def reread(self) -> None:
        self.found, self.refused = [], ""
        here = self.desk.round
        if not self.all.ready:
            self.refused = READING
        elif self.scheme is None:
            self.refused = "没有能用的定级办法。"
        elif here.stage is None:
            self.refused = "打开的这一轮不是达标晋级的轮次（自评、推荐、验收、复查），没有等级。"
        else:
            try:
                self.series, held = in_order(same_series(self.all.rounds, here.series))
                self.newest = held[-1][0].id
                earlier = series_before(self.all.rounds, [round_ for round_, _ in held])
                self.found = gradings(held, self.scheme, levels_left(earlier, self.scheme))
            except NotOneSeries as refused:
                self.refused = f"{refused}。"

    def count(self) -> int:
        return len(self.found)

    def mark(self) -> object:
        return self.current.unit if self.current is not None else None

    def place_of(self, mark: object) -> int | None:
        return next((n for n, g in enumerate(self.found) if g.unit == mark), None)

    @property
    def current(self) -> UnitGrading | None:
        """The unit under the cursor."""
        return self.found[self.list.cursor] if 0 <= self.list.cursor < len(self.found) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        grading = self.found[index]
        scores = "".join(
            fit(f"{SCORE_WORDS[s][:2]}{self._score(grading, s)}", 10, "right")
            for s in Stage
            if s is not Stage.RECHECK
        )
        word, ink = self._standing(grading)
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (fit(grading.name, max(8, width - 58)), "text"),
            (scores, "dim"),
            ("  " + fit(self._level(grading), 12), "strong"),
            (fit(word, 12), ink),
        ]

    def _score(self, grading: UnitGrading, stage: Stage) -> str:
        held = grading.stage(stage)
        if held is None or held.score is None:
            return skin.current().glyphs.dash
        return score_text(held.score)

    def _level(self, grading: UnitGrading) -> str:
        level = self.scheme.level(grading.level) if self.scheme is not None else None
        return level.name if level is not None else "未定级"

    def _standing(self, grading: UnitGrading) -> tuple[str, str]:
        standing = grading.standing
        if standing.contested:
            return "两种记录", "fail"
        if standing.overdue(self.desk.session.today):
            return "整改逾期", "fail"
        if standing.state is GradeState.UNGRADED:
            return ("建议", "warn") if grading.level else ("", "dim")
        return standing.state.label, "text"

    def about(self, width: int) -> list[Line]:
        grading = self.current
        if grading is None or self.scheme is None:
            return wrapped(self.refused or "没有参加定级的单位。", width, "dim")
        lines: list[Line] = []
        for text in [*grading.proposed.reasons, *grading.reasons]:
            lines += wrapped(text, width, "strong")
        moved = movements_of([grading], self.scheme)[0]
        lines += wrapped(f"年度变动：{movement_word(grading, moved)}", width, "text")
        for score in grading.stages:
            said = f"{score.stage.label}：{score_text(score.score)}" if score.score is not None else (
                f"{score.stage.label}：不计分"
            )  # fmt: skip
            said += f"（{signed(score.change)}）" if score.change is not None else ""
            said += (
                f"，覆盖{share_text(score.coverage)}，{'、'.join(score.signers) or '没有提交'}，{score.date}"
            )
            lines += wrapped(said, width, "text")
        for taken in grading.standing.steps:
            step = taken.step
            said = "，".join(
                part
                for part in (
                    f"{step.on} {step.kind.label}",
                    step.level_name,
                    f"期限{step.due}" if step.due else "",
                    step.basis,
                    step.who,
                    step.approver,
                    f"记录：{'、'.join(taken.by)}",
                )
                if part
            )
            lines += wrapped(said, width, "dim")
        if grading.diffs:
            items = "、".join(diff.item for diff in grading.diffs)
            lines += wrapped(f"各阶段看法不同的{len(grading.diffs)}项：{items}", width, "dim")
        for text in warnings_of(self.found, self.scheme):
            lines += wrapped(text, width, "warn")
        return lines

    # ---------------------------------------------------------------- doing

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_step()

    def action_why(self) -> None:
        """The stages behind a unit's grade."""
        grading = self.current
        if grading is not None:
            stages = [(r, s) for r, s in self.all.rounds if r.stage and r.series == self.series]
            words = [*grading.proposed.reasons, *grading.reasons]
            self.app.push_screen(SourcesScreen(self.desk, grading.unit, stages, words))

    def action_write(self) -> None:
        """The year's table of movements: a line each for people to read, and the same as a table."""
        if self.scheme is None or not self.found:
            self.app.say(self.refused or "没有可以存的。", "warning")
            return
        today = self.desk.session.today
        lines = grade_lines(self.series, self.scheme, self.found, today, items=True)
        text = "".join(f"{clean_text(line, newlines=False)}\n" for line in lines).encode("utf-8")
        try:
            write_export(self.desk, ["达标晋级升降", self.series], "txt", text)
            path = write_export(
                self.desk, ["达标晋级升降", self.series], "csv", grades_csv(self.scheme, self.found, today)
            )
        except FileRefused as refused:
            self.app.say(str(refused), "error")
        else:
            self.app.say(f"表和文字已存到 {where(path.parent)}", timeout=10)

    def action_scheme(self) -> None:
        """Grade by another scheme."""
        entries = [Entry(s.id, s.title, "草案" if s.draft else "") for s in self.schemes]

        def picked(wanted: str | None) -> None:
            if wanted is not None:
                self.scheme = next(s for s in self.schemes if s.id == wanted)
                self.refill()

        self.app.push_screen(MenuScreen("按哪个办法定级", entries), picked)

    def action_step(self) -> None:
        """Take one of the steps that lead on from where the unit stands."""
        grading = self.current
        if grading is None or not self.writable():
            return
        if self.newest != self.desk.round.id:
            self.app.say("等级记在本系列最后一个阶段里，请先在主页打开那一轮。", "warning")
            return
        entries = [Entry(kind.value, kind.label) for kind in steps_from(grading.standing.state)]
        if not entries:
            self.app.say("这个单位现在没有可办的步骤。")
            return

        def picked(kind: str | None) -> None:
            if kind is not None:
                self._ask(grading.unit, GradeStepKind(kind), {})

        self.app.push_screen(MenuScreen(f"{grading.name}：办哪一步", entries), picked)

    def _ask(self, unit: str, kind: GradeStepKind, given: dict[str, str]) -> None:
        """Ask for the next thing a step needs; take the step once all is known."""
        grading = next((g for g in self.found if g.unit == unit), None)
        if grading is None or self.scheme is None:
            return
        field = next((f for f in _ASKED[kind] if f not in given), None)

        def told(words: str) -> None:
            value = words.strip()
            if field == "due":
                value = read_typed_day(value, self.desk.session.date()) or value
            self._ask(unit, kind, {**given, str(field): value})

        def picked(level: str | None) -> None:
            if level is not None:
                self._ask(unit, kind, {**given, "level": level})

        if field is None:
            self._take(grading, kind, given)
        elif field == "level":
            proposed = grading.proposed.level
            entries = [
                Entry(
                    level.id, level.name, "建议" if proposed is not None and level.id == proposed.id else ""
                )
                for level in reversed(self.scheme.levels)
            ]
            self.app.push_screen(MenuScreen("定为哪一级", entries), picked)
        else:
            hint = "可写 2026-12-20、12月20日。" if field == "due" else "不需要的可以空着。"
            needed = field in ("due", "who") or (field == "basis" and kind is not GradeStepKind.GRANT)
            self.ask_words(
                _WORDS[field],
                f"grade/{unit}/{kind.value}/{field}",
                told,
                text=self.people[0] if field == "who" and self.people else "",
                hint="" if needed and field != "due" else hint,
                required=needed,
            )

    def _take(self, grading: UnitGrading, kind: GradeStepKind, given: dict[str, str]) -> None:
        assert self.scheme is not None
        ground = grading.ground(self.scheme, self.desk.session.today)
        step = planned(kind, ground, **{"basis": "", "who": "", "on": "", **given})
        try:
            edits = take_grade_step(self.desk.state, grading.unit, self.series, step, ground)
        except NotAllowed as refused:
            self.app.say(f"不能{kind.label}：{refused}。", "warning", timeout=12)
            return
        if self.settle({grading.unit: edits}, f"{kind.label}：{grading.name}"):
            self.app.say(f"{grading.name}：{kind.label}，已记录。")
