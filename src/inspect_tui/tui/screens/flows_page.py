"""Flows page: basic flows drawn for a unit by seed, and one key for what each of their steps was."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual.binding import BindingType

from inspect_tui.model.flows import FlowList, StepFound
from inspect_tui.model.terms import Helper
from inspect_tui.report.flow_table import flows_csv
from inspect_tui.rules.flow_walks import (
    USUAL,
    FlowDraw,
    FlowWalk,
    draw_flows,
    flow_draws,
    flow_sentence,
    mark_step,
    record_flows,
    seed_for,
    walk_of,
)
from inspect_tui.rules.sampling import CannotDraw
from inspect_tui.tui import skin
from inspect_tui.tui.actions import FLOWS, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.helping import note_edits, problem_edits, target_of
from inspect_tui.tui.screens.visit_page import VisitPage
from inspect_tui.tui.text import fit, one_line
from inspect_tui.tui.walking import Option
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.menu import Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, wrapped
from inspect_tui.tui.widgets.prompt import TextPrompt

_FREE = "\0free"
_SIGNS = {
    StepFound.DONE: ("+", "pass"),
    StepFound.PARTLY: ("~", "partial"),
    StepFound.NONE: ("x", "fail"),
}
_INKS = {"走通": "pass", "走不通": "fail", "不完整": "partial", "未看完": "dim"}


class Place(NamedTuple):
    """A line of the list: a flow, or one of its steps counted from 1."""

    flow: int
    step: int


class FlowsScreen(VisitPage, inherit_bindings=False):
    """The drawn flows with their steps; a digit records what was found and moves on."""

    place = FLOWS
    title_word = "基本流程抽查"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(FLOWS)]

    def __init__(self, desk: Desk, unit: str, item: tuple[str, str] | None = None) -> None:
        super().__init__(desk, unit)
        self.target = target_of(desk, unit, Helper.FLOWS, item)
        self.draws: list[FlowDraw] = []
        self.wanted = ""
        self.walk: FlowWalk | None = None
        self.places: list[Place] = []

    # ---------------------------------------------------------------- rows

    def page_more(self) -> str:
        if self.walk is None:
            return ""
        drawn = self.walk.draw
        return f"种子“{drawn.seed}”  {drawn.day}  已看{self.walk.looked}/{self.walk.steps}步"

    def reread(self) -> None:
        state = self.desk.state
        self.draws = flow_draws(state, self.unit)
        drawn = next((d for d in self.draws if d.id == self.wanted), self.draws[-1] if self.draws else None)
        self.walk = walk_of(state, drawn) if drawn is not None else None
        flows = self.walk.flows if self.walk is not None else ()
        self.places = [Place(n, step) for n, flow in enumerate(flows) for step in range(len(flow.marks) + 1)]

    def count(self) -> int:
        return max(1, len(self.places))

    def can_choose(self, index: int) -> bool:
        return index < len(self.places) and self.places[index].step > 0

    def first(self) -> int:
        return self._next_open(-1) or 0

    def mark(self) -> object:
        return self.current

    def place_of(self, mark: object) -> int | None:
        return self.places.index(mark) if isinstance(mark, Place) and mark in self.places else None

    @property
    def current(self) -> Place | None:
        """The step under the cursor."""
        index = self.list.cursor
        return self.places[index] if 0 <= index < len(self.places) else None

    def _next_open(self, after: int) -> int | None:
        """The next step nobody looked at yet."""
        if self.walk is None:
            return None
        order: list[int] = [*range(after + 1, len(self.places)), *range(after + 1)]
        for index in order:
            flow, step = self.places[index]
            if step and self.walk.flows[flow].marks[step - 1].found is None:
                return index
        return None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        if self.walk is None:
            return [(fit("  还没有抽过。按 5 抽取：从流程目录里按种子抽几项走查。", width), "dim")]
        place = self.places[index]
        flow = self.walk.flows[place.flow]
        if not place.step:
            name = f" {flow.pick.name}（{flow.pick.group}）"
            return [(fit(name, max(8, width - 12)), "head"), (fit(flow.word, 10, "right"), _INKS[flow.word])]
        step, mark = flow.pick.steps[place.step - 1], flow.marks[place.step - 1]
        sign, ink = _SIGNS[mark.found] if mark.found is not None else (" ", "pending")
        word = "两种结果" if mark.contested else mark.found.label if mark.found else "未看"
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (f" {'!' if mark.contested else sign} ", "warn" if mark.contested else ink),
            (fit(step.stage.label, 6), "dim"),
            (fit(step.text, max(8, width - 22)), "text"),
            (fit(word, 10, "right"), "warn" if mark.contested else ink),
        ]

    def about(self, width: int) -> list[Line]:
        walk, place = self.walk, self.current
        if walk is None:
            return wrapped(
                "种子可以当众定一个词或数字。同样的种子、单位和目录，谁来抽都是这几项。"
                "目录在 flows 文件夹里，可以改。",
                width,
                "dim",
            )
        lines: list[Line] = []
        if place is not None and place.step:
            flow = walk.flows[place.flow]
            step, mark = flow.pick.steps[place.step - 1], flow.marks[place.step - 1]
            lines += wrapped(f"{flow.pick.name} {step.stage.label}：{step.text}", width, "strong")
            if mark.note:
                lines += wrapped(f"说明：{mark.note}", width, "text")
            if mark.by:
                lines += wrapped("、".join(mark.by), width, "dim")
            if mark.contested:
                lines += wrapped("两人看的结果不一样，待组长裁定。", width, "warn")
        where = f"（{self.target.item.id}）" if self.target is not None else ""
        lines += wrapped(f"{flow_sentence(walk)}。{where}", width, "text" if walk.broken else "dim")
        return [*lines, *wrapped(f"从{walk.draw.size}项里抽，数据校验 {walk.draw.frame}", width, "dim")]

    # ---------------------------------------------------------------- finding

    def action_found(self, name: str) -> None:
        """What the step under the cursor was found to be."""
        place, walk = self.current, self.walk
        if place is None or not place.step or walk is None or not self.writable():
            return
        flow = walk.flows[place.flow]
        found = StepFound(name) if name else None
        note = flow.marks[place.step - 1].note if found is not None else ""
        edit = mark_step(self.desk.state, walk.draw, flow.pick.id, place.step, found, note)
        here = self.list.cursor
        word = found.label if found is not None else "清除"
        if self.make([edit], f"流程“{flow.pick.name}”第{place.step}步：{word}") and found is not None:
            following = self._next_open(here)
            if following is not None:
                self.list.move_to(following)
            else:
                self.app.say("各步都已看完。按 7 记为问题，或按 8 写成说明。")

    def action_words(self) -> None:
        """Say what there was to see of the step."""
        place, walk = self.current, self.walk
        if place is None or not place.step or walk is None or not self.writable():
            return
        flow = walk.flows[place.flow]
        mark = flow.marks[place.step - 1]
        if mark.found is None:
            self.app.say("先按 1、2、3 记结果，再写说明。", "warning")
            return
        found = mark.found

        def told(text: str) -> None:
            edit = mark_step(self.desk.state, walk.draw, flow.pick.id, place.step, found, text)
            self.make([edit], f"流程“{flow.pick.name}”第{place.step}步说明")

        key = f"flow/{self.unit}/{walk.draw.id}/{flow.pick.id}/{place.step}"
        self.ask_words("看到了什么（写物不写人）", key, told, text=mark.note, required=False)

    def on_line_list_chosen(self, _: object) -> None:
        self.action_words()

    # ---------------------------------------------------------------- drawing

    def action_draw(self) -> None:
        """Draw some flows of a list."""
        if not self.writable():
            return
        lists, faults = self.desk.session.space.flow_lists()
        for fault in [f for f in faults if not f.warning][:1]:
            self.app.say(one_line(fault.text()), "warning", timeout=12)
        if len(lists) == 1:
            self._ask_count(lists[0])
        elif lists:
            entries = [Entry(each.id, each.title, f"{len(each.flows())}项") for each in lists]

            def picked(wanted: str | None) -> None:
                for each in lists:
                    if each.id == wanted:
                        self._ask_count(each)

            self.app.push_screen(MenuScreen("从哪个流程目录里抽", entries), picked)
        else:
            self.app.say("没有能用的流程目录。", "warning")

    def _ask_count(self, listed: FlowList) -> None:
        size = len(listed.flows())
        some = [n for n in dict.fromkeys((USUAL, 1, 5, 10)) if n <= size] or [size]
        entries = [Entry(str(n), f"抽{n}项", f"共{size}项") for n in some]
        title = listed.title + ("（草案）" if listed.draft else "")

        def picked(count: str | None) -> None:
            if count is not None:
                self._ask_seed(listed, int(count))

        self.app.push_screen(MenuScreen(f"从“{title}”里抽几项", entries), picked)

    def _ask_seed(self, listed: FlowList, count: int) -> None:
        def told(seed: str | None) -> None:
            if seed is not None:
                self._draw(listed, count, seed)

        proposed = seed_for(self.desk.state, self.unit, self.desk.session.today)
        hint = "可当众定一个词或数字。同样的种子、单位和目录，谁来抽都是这几项。"
        self.app.push_screen(TextPrompt("种子", text=proposed, hint=hint), told)

    def _draw(self, listed: FlowList, count: int, seed: str) -> None:
        try:
            drawn = draw_flows(listed, self.unit, count, seed, self.desk.session.today)
        except CannotDraw as refused:
            self.app.say(f"{refused}。", "warning")
            return
        self.wanted = drawn.id
        edits = record_flows(self.desk.state, drawn)
        if not edits:
            self.refill()
            self.app.say("这个种子已经抽过，就是这几项。")
        elif self.make(edits, f"抽查基本流程 种子“{drawn.seed}”"):
            self.app.say(f"已抽{len(drawn.picked)}项，已记下。")
            self.list.move_to(self.first())

    def action_other(self) -> None:
        """Another drawing of this unit."""
        if len(self.draws) < 2:
            self.app.say("没有另一次抽查。")
            return
        entries = [Entry(d.id, f"{d.day}  种子“{d.seed}”", f"{len(d.picked)}项") for d in self.draws]

        def picked(wanted: str | None) -> None:
            if wanted is not None:
                self.wanted = wanted
                self.refill()
                self.list.move_to(self.first())

        self.app.push_screen(MenuScreen("看哪一次抽查", entries), picked)

    # ---------------------------------------------------------------- what follows

    def _done(self) -> FlowWalk | None:
        if self.walk is None:
            self.app.say("还没有抽过，按 5 抽取。", "warning")
        return self.walk

    def action_problem(self) -> None:
        """Record how many flows do not go through."""
        walk = self._done()
        if walk is None or not self.writable():
            return
        if not walk.broken:
            self.app.say("没有走不通的流程，不用记问题；可以按 8 写成说明。", "warning")
            return
        labels = self.target.labels if self.target is not None else ()
        if len(labels) < 2:
            self._problem(walk, labels[0] if labels else "")
            return
        options = [Option(label, f"记{walk.broken}项", label) for label in labels]
        options.append(Option("不在以上情形", "把这句话记为问题", _FREE))
        self.offer(
            "记为哪一种情形：",
            options,
            lambda option, _: self._problem(walk, "" if option.value == _FREE else option.value),
        )

    def _problem(self, walk: FlowWalk, label: str) -> None:
        edits, triggers = problem_edits(
            self.desk, self.unit, self.target, label, walk.broken, flow_sentence(walk), self.desk.new_id()
        )
        where = f" {self.target.item.id}" if self.target is not None else "单位名下"
        if not edits:
            self.app.say("这个问题已经记过。")
        elif self.make(edits, f"{where.strip()} 问题：基本流程抽查"):
            self.app.say(f"已记在{where}：{walk.broken}项走不通。")
            for trigger in triggers:
                assert self.target is not None
                self.app.ask_trigger(self.unit, self.target.checklist, trigger)

    def action_note(self) -> None:
        """Write the sentence as a note of the item."""
        walk = self._done()
        if walk is None or not self.writable():
            return
        if self.target is None:
            self.app.say("本单位的清单没有对应的检查项，走不通的可以按 7 记为单位名下的问题。", "warning")
            return
        edits = note_edits(self.desk, self.unit, self.target, flow_sentence(walk))
        if not edits:
            self.app.say("说明里已经有这句话。")
        elif self.make(edits, f"{self.target.item.id} 说明：基本流程抽查"):
            self.app.say(f"已写进 {self.target.item.id} 的说明。")

    def action_write(self) -> None:
        """Every step as a table."""
        walk = self._done()
        if walk is None:
            return
        unit = self.desk.round.unit(self.unit)
        names = {self.unit: unit.name} if unit is not None else {}
        walks = [walk_of(self.desk.state, drawn) for drawn in self.draws]
        self.write(["基本流程抽查", names.get(self.unit, "")], "csv", flows_csv(walks, names))
