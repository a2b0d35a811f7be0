"""Helping pairs on screen: made and changed by the lead, and half a year's effects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.model.change import Edit
from inspect_tui.model.roster import Unit
from inspect_tui.model.scheme import Span
from inspect_tui.model.spread import Goal, GoalKind
from inspect_tui.report import pair_table as table
from inspect_tui.report.papers.setting import set_document
from inspect_tui.rules.issue import plain_decimal
from inspect_tui.rules.ledger import LedgerRow, unit_rows
from inspect_tui.rules.lifecycle import as_date
from inspect_tui.rules.pair_effect import Candidate, Effect, candidates, effects_of
from inspect_tui.rules.pairing import (
    NO_GOAL,
    SCORE_GOAL,
    PairNow,
    add_goals,
    drop_goal,
    end,
    goal_words,
    mark_met,
    pair_up,
    pairs_of,
    problem_goal,
    prolong,
    resume,
    score_goal,
    take_back,
    word_goal,
)
from inspect_tui.rules.periods import Period, before, period_of
from inspect_tui.rules.reviewing import NoReason
from inspect_tui.rules.scoring import ZERO
from inspect_tui.tui import skin
from inspect_tui.tui.actions import PAIR_EFFECT, PAIRS, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.figures_page import FiguresPage, Told, grid
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import ConfirmScreen, Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, wrapped

_OTHER, _OWN, _DONE, _SCORE, _WORDS = "\0other", "\0own", "\0done", "\0score", "\0words"
_DATE_HINT = "写成2026-12-31这样。"


def _date_fault(text: str) -> str:
    return "" if as_date(text.strip()) is not None else "日期请写成2026-12-31这样。"


def _score_fault(text: str) -> str:
    return "" if plain_decimal(text.strip()) is not None else "请写分数，如90或92.5。"


class _Making:
    """A pair being put together, step by step."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.helper: Unit | None = None
        self.department = ""
        self.until = ""
        self.goals: dict[str, Goal] = {}

    @property
    def by(self) -> str:
        return self.helper.name if self.helper is not None else self.department


class PairsScreen(LeadPage, inherit_bindings=False):
    """The pairs of the round; below, the one under the cursor with its goals."""

    place = PAIRS
    title_word = "结对帮扶"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(PAIRS)]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._pairs: list[PairNow] = []

    # ---------------------------------------------------------------- showing

    def reread(self) -> None:
        self._pairs = pairs_of(self.desk.state, self.desk.round)

    def count(self) -> int:
        return len(self._pairs)

    def mark(self) -> object:
        return self.current.pairing.id if self.current is not None else None

    def place_of(self, mark: object) -> int | None:
        return next((n for n, p in enumerate(self._pairs) if p.pairing.id == mark), None)

    @property
    def current(self) -> PairNow | None:
        """The pair under the cursor."""
        index = self.list.cursor
        return self._pairs[index] if 0 <= index < len(self._pairs) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        now = self._pairs[index]
        word, ink = self._standing(now)
        tail = f"{now.pairing.start[5:]}至{now.until[5:]}"
        room = max(8, (width - 30 - cells(word)) // 2)
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (fit(now.pairing.unit_name, room), "text"),
            (fit(f" 由{now.pairing.helper_name}帮扶", room + 10), "dim"),
            (fit(tail, 14, "right"), "dim"),
            (f"  {word}", ink),
        ]

    def _standing(self, now: PairNow) -> tuple[str, str]:
        if now.contested:
            return "待裁定", "warn"
        if now.ended:
            return "已结束", "dim"
        return ("已到期", "dim") if now.until < self.desk.session.today else ("进行中", "pass")

    def about(self, width: int) -> list[Line]:
        now = self.current
        if now is None:
            return wrapped("还没有结对。按 1 结一对。", width, "dim")
        lines: list[Line] = []
        for goal in now.pairing.goals:
            seen = "（组长认定已达到）" if goal.id in now.pairing.met else ""
            lines += wrapped(f"目标：{goal_words(goal)}{seen}", width, "text")
        if not now.pairing.goals:
            lines += wrapped(NO_GOAL, width, "warn")
        if now.ended:
            lines += wrapped(f"{now.ended}提前结束：{now.why}", width, "warn")
        return [*lines, *wrapped(f"{now.pairing.source.title}结的对。", width, "dim")]

    # ---------------------------------------------------------------- a new pair

    def action_new(self) -> None:
        """Choose who is helped: from those offered, or any unit."""
        if not self.writable():
            return
        offered = candidates(self.desk.state, self.desk.round, self.desk.session.today)
        if not offered:
            self._any_unit()
            return
        entries = [Entry(c.unit.id, c.unit.name, _why(c)) for c in offered]
        entries.append(Entry(_OTHER, "别的单位"))

        def picked(unit: str | None) -> None:
            if unit == _OTHER:
                self._any_unit()
            elif unit is not None:
                found = next(c for c in offered if c.unit.id == unit)
                self._helper(found.unit, found.helper)

        intro = "得分低或有逾期的单位，只供组长参考，不外发。"
        self.app.push_screen(MenuScreen("给哪个单位结对", entries, intro=intro), picked)

    def _any_unit(self) -> None:
        units = {unit.id: unit for unit in self.desk.units()}

        def picked(unit: str | None) -> None:
            if unit is not None:
                self._helper(units[unit], None)

        entries = [Entry(u.id, u.name, self.desk.path_of(u)) for u in units.values()]
        self.app.push_screen(MenuScreen("给哪个单位结对", entries), picked)

    def _helper(self, helped: Unit, offered: Unit | None) -> None:
        """Choose who helps: the one offered first, any other unit, or a department."""
        making = _Making(helped)
        units = {u.id: u for u in self.desk.units() if u.id != helped.id}
        first = [offered] if offered is not None else []
        order = [*first, *(u for u in units.values() if u not in first)]
        entries = [Entry(u.id, u.name, "可以请" if u in first else self.desk.path_of(u)) for u in order]
        entries.insert(len(first), Entry(_OWN, "由部门帮扶", "写部门名称"))

        def picked(unit: str | None) -> None:
            if unit == _OWN:
                self.ask_words("由哪个部门帮扶", f"pair/{helped.id}/department", named)
            elif unit is not None:
                making.helper = units[unit]
                self._until(making)

        def named(words: str) -> None:
            making.department = words
            self._until(making)

        self.app.push_screen(MenuScreen(f"谁来帮扶{helped.name}", entries), picked)

    def _until(self, making: _Making) -> None:
        today = self.desk.session.date()
        half = period_of(today, Span.HALF)
        following = period_of(half.end + dt.timedelta(days=1), Span.HALF)
        entries = [Entry(p.end.isoformat(), f"到{p.end.isoformat()}", p.label) for p in (half, following)]
        entries.append(Entry(_OWN, "自己写日期"))

        def picked(day: str | None) -> None:
            if day == _OWN:
                key = f"pair/{making.unit.id}/until"
                self.ask_words("到哪天结束", key, dated, hint=_DATE_HINT, check=_date_fault)
            elif day is not None:
                dated(day)

        def dated(day: str) -> None:
            making.until = day.strip()
            self._goals(making)

        self.app.push_screen(MenuScreen(f"{making.unit.name}由{making.by}帮扶，到什么时候", entries), picked)

    def _goals(self, making: _Making, cursor: int = 0) -> None:
        """Mark goals one after the other, then make the pair."""
        rows = self._open_rows(making.unit)
        score = making.goals.get(SCORE_GOAL)
        entries = [Entry(_SCORE, "得分达到多少", f"已定：{goal_words(score)}" if score else "")]
        entries.append(Entry(_WORDS, "写一个目标"))
        entries += [
            Entry(goal.id, goal.text, "已写，再选去掉")
            for goal in making.goals.values()
            if goal.kind is GoalKind.WORDS
        ]
        entries += [
            Entry(r.id, f"{r.short_number} {r.text}", "已选，再选去掉" if r.id in making.goals else r.due)
            for r in rows
        ]
        done = Entry(_DONE, f"定下来，{len(making.goals)}个目标", enabled=bool(making.goals))
        entries.insert(0, done)

        words = {g.id: g for g in making.goals.values() if g.kind is GoalKind.WORDS}

        def picked(wanted: str | None) -> None:
            if wanted == _DONE:
                self._make(making)
            elif wanted in words:
                chosen(words[wanted], 0)
            elif wanted is not None:
                place = next(n for n, e in enumerate(entries) if e.id == wanted)
                self._goal(wanted, rows, lambda goal: chosen(goal, place), making.unit.id)

        def chosen(goal: Goal, place: int) -> None:
            if goal.id in making.goals and goal.kind is not GoalKind.SCORE:
                del making.goals[goal.id]
            else:
                making.goals[goal.id] = goal
            self._goals(making, place)

        intro = f"{making.unit.name}由{making.by}帮扶，到{making.until}。目标可以选几个。"
        self.app.push_screen(MenuScreen("有哪些目标", entries, intro=intro, cursor=cursor), picked)

    def _open_rows(self, unit: Unit) -> list[LedgerRow]:
        rows = unit_rows(self.desk.state, self.desk.round, unit, self.desk.session.today)
        return [row for row in rows if not row.done]

    def _goal(self, wanted: str, rows: list[LedgerRow], then: Callable[[Goal], None], unit: str) -> None:
        """The goal that was picked; a score and words are asked for first."""

        def made(make: Callable[[], Goal]) -> None:
            try:
                goal = make()
            except NoReason as refused:
                self.app.say(f"{refused}。", "warning")
            else:
                then(goal)

        if wanted == _SCORE:
            self.ask_words(
                "得分达到多少",
                f"pair/{unit}/score",
                lambda text: made(lambda: score_goal(plain_decimal(text.strip()) or ZERO)),
                check=_score_fault,
            )
        elif wanted == _WORDS:
            self.ask_words(
                "写一个目标",
                f"pair/{unit}/words",
                lambda text: made(lambda: word_goal(self.desk.new_id()[:8], text)),
                hint="如：每月到帮扶单位参加一次党小组会。达到没有由组长认定。",
            )
        else:
            made(lambda: problem_goal(next(r for r in rows if r.id == wanted)))

    def _make(self, making: _Making) -> None:
        self._write(
            making.unit.id,
            lambda: pair_up(
                self.desk.state,
                making.unit,
                self.desk.new_id(),
                helper=making.helper,
                department=making.department,
                start=self.desk.session.today,
                until=making.until,
                goals=list(making.goals.values()),
            ),
            f"结对：{making.unit.name}",
            "已结对。",
        )

    # ---------------------------------------------------------------- changing one

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()

    def action_open(self) -> None:
        """What can be done with the pair under the cursor."""
        now = self.current
        if now is None or not self.writable():
            return
        if not now.here:
            self.app.say(f"本轮没有{now.pairing.unit_name}，不能改它的结对。", "warning")
            return
        entries = [Entry("goal", "添目标、改得分目标")]
        entries += [
            Entry(f"met/{g.id}", f"{'取消认定' if g.id in now.pairing.met else '认定已达到'}：{g.text}")
            for g in now.pairing.goals
            if g.kind is GoalKind.WORDS
        ]
        entries += [Entry("drop", "去掉一个目标"), Entry("until", "改结束日期", now.pairing.until)]
        entries.append(Entry("resume", "取消提前结束") if now.ended else Entry("end", "提前结束", "须写原因"))
        entries.append(Entry("remove", "撤回", "当作没有结过，记录还在"))

        def picked(name: str | None) -> None:
            if name is not None:
                self._do(now, name)

        title = f"{now.pairing.unit_name}由{now.pairing.helper_name}帮扶"
        self.app.push_screen(MenuScreen(title, entries), picked)

    def _do(self, now: PairNow, name: str) -> None:
        state, unit = self.desk.state, now.pairing.unit
        key = f"pair/{now.pairing.id}"
        if name == "goal":
            self._more_goals(now)
        elif name == "drop":
            self._drop(now)
        elif name.startswith("met/"):
            goal = next(g for g in now.pairing.goals if g.id == name.removeprefix("met/"))
            met = goal.id not in now.pairing.met
            self._write(unit, lambda: mark_met(state, now, goal, met), "认定目标", "已记下。")
        elif name == "until":
            self.ask_words(
                "到哪天结束",
                f"{key}/until",
                lambda day: self._write(
                    unit, lambda: prolong(state, now, day.strip()), "改结束日期", "已改。"
                ),
                text=now.pairing.until,
                hint=_DATE_HINT,
                check=_date_fault,
            )
        elif name == "end":
            today = self.desk.session.today
            self.ask_words(
                "为什么提前结束",
                f"{key}/end",
                lambda why: self._write(unit, lambda: end(state, now, today, why), "结束结对", "已结束。"),
            )
        elif name == "resume":
            self._write(unit, lambda: resume(state, now), "继续结对", "已继续。")
        else:

            def sure(yes: bool | None) -> None:
                if yes:
                    self._write(unit, lambda: take_back(state, now), "撤回结对", "已撤回。")

            self.app.push_screen(ConfirmScreen(f"撤回{now.pairing.unit_name}的这一对？"), sure)

    def _more_goals(self, now: PairNow) -> None:
        unit = self.desk.round.unit(now.pairing.unit)
        if unit is None:
            return
        held = {goal.id for goal in now.pairing.goals}
        rows = [row for row in self._open_rows(unit) if row.id not in held]
        entries = [Entry(_SCORE, "得分达到多少"), Entry(_WORDS, "写一个目标")]
        entries += [Entry(r.id, f"{r.short_number} {r.text}", r.due) for r in rows]

        def then(goal: Goal) -> None:
            edits = lambda: add_goals(self.desk.state, now, [goal])  # noqa: E731
            self._write(now.pairing.unit, edits, "添目标", "已添。")

        def picked(wanted: str | None) -> None:
            if wanted is not None:
                self._goal(wanted, rows, then, now.pairing.unit)

        self.app.push_screen(MenuScreen("添哪个目标", entries), picked)

    def _drop(self, now: PairNow) -> None:
        goals = {goal.id: goal for goal in now.pairing.goals}

        def picked(wanted: str | None) -> None:
            if wanted is not None:
                make = lambda: drop_goal(self.desk.state, now, goals[wanted])  # noqa: E731
                self._write(now.pairing.unit, make, "去掉目标", "已去掉。")

        entries = [Entry(goal.id, goal_words(goal)) for goal in goals.values()]
        self.app.push_screen(MenuScreen("去掉哪个目标", entries), picked)

    def _write(self, unit: str, make: Callable[[], list[Edit]], what: str, done: str) -> None:
        try:
            edits = make()
        except NoReason as refused:
            self.app.say(f"{refused}。", "warning")
            return
        if self.settle({unit: edits}, what):
            self.app.say(done)

    def action_effect(self) -> None:
        """What the pairs of half a year came to."""
        self.app.push_screen(PairEffectScreen(self.desk))


def _why(found: Candidate) -> str:
    score = table.score_word(found.score)
    return f"得分{score}  未销号{found.open}  逾期{found.overdue}"


class PairEffectScreen(FiguresPage, inherit_bindings=False):
    """Half a year's pairs: before, round by round, goals."""

    place = PAIR_EFFECT
    title_word = "结对成效"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(PAIR_EFFECT)]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.period: Period = period_of(desk.session.date(), Span.HALF)

    def page_more(self) -> str:
        return self.period.label

    def effects(self) -> list[Effect]:
        """What is told."""
        return effects_of(self.all.rounds, self.desk.session.today, self.period)

    def told(self, width: int) -> list[Told]:
        found = self.effects()
        lines = [Told(table.title_of(self.period), "strong"), Told(table.totals_text(found)), Told("")]
        heads = ("受帮扶单位", "前得分", "现得分", "变化", "未销号", "逾期", "目标")
        rows = [_cells(effect) for effect in found]
        lines += grid(heads, rows, width)
        for effect in found:
            first, *rest = table.effect_lines(effect)
            lines += [Told(""), Told(first, "strong"), *(Told(line) for line in rest)]
        return lines

    def action_sheet(self) -> None:
        """Keep it as a workbook."""
        if self.all.ready:
            data = table.effect_xlsx(self.effects(), self.period)
            self.write([table.title_of(self.period)], "xlsx", data)

    def action_paper(self) -> None:
        """Keep it as a formal paper."""
        if self.all.ready:
            desk = self.desk
            doc = table.effect_doc(
                self.effects(), self.period, issuer=desk.round.issuer, day=desk.session.today
            )
            self.write([table.title_of(self.period)], "docx", set_document(doc, "docx"))

    def action_earlier(self) -> None:
        """The half-year before."""
        self.period = before(self.period, Span.HALF)
        self.show_top()

    def action_later(self) -> None:
        """The half-year after."""
        self.period = period_of(self.period.end + dt.timedelta(days=1), Span.HALF)
        self.show_top()


def _cells(effect: Effect) -> list[str]:
    first, last = effect.before, effect.latest
    return [
        effect.now.pairing.unit_name,
        table.score_word(first.score if first is not None else None),
        table.score_word(effect.scored),
        table.change_word(effect.gained),
        table.moved_word(first, last, "open"),
        table.moved_word(first, last, "overdue"),
        f"{effect.met}/{len(effect.now.pairing.goals)}",
    ]
