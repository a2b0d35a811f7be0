"""Decide: what inspectors differ on, worst first, settled one by one or many at once, each with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual.binding import BindingType

from inspect_tui.model.change import parse_key
from inspect_tui.model.checklist import Item
from inspect_tui.model.problem import Carried, Step
from inspect_tui.model.terms import Outcome, StepKind
from inspect_tui.model.view import Judgement
from inspect_tui.rules.deciding import Bulk, MatterMoved, bulk, decide, decisions, third_judgement
from inspect_tui.rules.problems import carried_of, names_of
from inspect_tui.rules.questions import Question, Side, questions
from inspect_tui.tui import looking_back, skin, third
from inspect_tui.tui.actions import DECIDE, bindings_for, footer_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.looking_back import Old
from inspect_tui.tui.question_text import question_lines, short_side
from inspect_tui.tui.screens.lead_page import LeadPage, Made
from inspect_tui.tui.screens.verdict_asking import Asking, Said
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.third import DONE, Kind
from inspect_tui.tui.walking import Option
from inspect_tui.tui.widgets.footer import KeyLine
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import ConfirmScreen, Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, wrapped
from inspect_tui.tui.widgets.prompt import ReasonPrompt

_REASONS = ("到现场核实过", "看过原始资料", "和双方当面核对过", "另一方依据不足")


class DecideScreen(LeadPage, inherit_bindings=False):
    """Questions above, the one under the cursor with its sides below."""

    place = DECIDE
    title_word = "裁定"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(DECIDE)]

    DEFAULT_CSS = """
    DecideScreen #list { height: 6; }
    DecideScreen #side { height: 1fr; }
    DecideScreen.-short #list { height: 4; }
    DecideScreen.-short #side { height: 1fr; }
    DecideScreen.-tall #list { height: 10; }
    DecideScreen.-tall #side { height: 1fr; }
    DecideScreen.-many #side { height: 1fr; }
    DecideScreen.-short.-many #side { height: 1fr; }
    """

    def __init__(self, desk: Desk, question: str = "") -> None:
        super().__init__(desk)
        self.open: list[Question] = []
        self.decided = 0
        self._wanted = question
        self._put_off: dict[str, None] = {}

    # ---------------------------------------------------------------- showing

    def body(self) -> Any:
        self._count_decided()
        return super().body()

    def _count_decided(self) -> None:
        state = self.desk.state
        self.decided = sum(d.stands for unit in state.units() for d in decisions(state, unit))

    def page_more(self) -> str:
        total = self.decided + len(self.open)
        return f"已裁定 {self.decided}/{total}" if total else "没有意见不同的地方"

    def reread(self) -> None:
        held = questions(self.desk.state, self.desk.round)
        ids = {question.id for question in held}
        self._put_off = {id_: None for id_ in self._put_off if id_ in ids}
        # What was put off stands behind the rest, in the order it was put off.
        last = {id_: place for place, id_ in enumerate(self._put_off)}
        self.open = sorted(held, key=lambda q: last.get(q.id, -1))
        self._offer_keys()

    def _offer_keys(self) -> None:
        """Offer at the foot what can be done now."""
        useful = {"left", "right", "third", "later", "bulk", "open", "next_pane"} if self.open else set()
        useful |= {"undo", "back", "help", "quit"}
        for line in self.query("#keys").results(KeyLine):
            line.show(action for action in footer_for(DECIDE) if action.id in useful)

    def count(self) -> int:
        return max(1, len(self.open))

    def can_choose(self, index: int) -> bool:
        return index < len(self.open)

    def first(self) -> int:
        return next((i for i, q in enumerate(self.open) if q.id == self._wanted), 0)

    def mark(self) -> object:
        question = self.current
        return (question.id, self.list.cursor) if question is not None else None

    def place_of(self, mark: object) -> int | None:
        if not isinstance(mark, tuple):
            return 0
        # A question that was settled leaves its place to the next one.
        same = next((i for i, q in enumerate(self.open) if q.id == mark[0]), None)
        return same if same is not None else int(mark[1])

    @property
    def current(self) -> Question | None:
        """The question under the cursor."""
        index = self.list.cursor
        return self.open[index] if 0 <= index < len(self.open) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        if not self.open:
            return [(" 没有需要裁定的地方。", "pass")]
        question = self.open[index]
        glyphs = skin.current().glyphs
        said = [short_side(side) for side in question.sides]
        sides = f" {glyphs.bar} ".join(said) if len(set(said)) > 1 else f"都是{said[0]}，情形不同"
        sides_room = min(cells(sides), width // 3)
        name_room = 16 if width < 100 else 24
        sign = "!" if question.grave else glyphs.dot if question.id in self._put_off else " "
        about = (
            question.about
            if question.field in ("judgement", "hit")
            else f"{question.about} {question.matter}"
        )
        return [
            (glyphs.cursor if here else " ", "accent"),
            (f" {sign} ", "warn"),
            (fit(question.unit_name, name_room) + " ", "dim"),
            (fit(about, width - 5 - name_room - 1 - sides_room), "text"),
            (" " + fit(sides, sides_room), "accent"),
        ]

    def about(self, width: int) -> list[Line]:
        question = self.current
        if question is None:
            return wrapped("各项都只有一种意见，可以审阅、封存。按 Esc 返回。", width, "dim")
        old = self._old(question)
        lines = question_lines(question, width)
        return [*lines, [], *looking_back.old_lines(old.carried, width)] if old is not None else lines

    def _old(self, question: Question) -> Old | None:
        """The earlier problem a question is about, as it was frozen and as it reads now."""
        carried = self._carried(question)
        unit = self.desk.round.unit(question.unit)
        if carried is None or unit is None:
            return None
        olds = looking_back.olds_of(self.desk.state, self.desk.round, unit, self.desk.session.today)
        return next(old for old in olds if old.carried.id == carried.id)

    # ---------------------------------------------------------------- one by one

    def action_left(self) -> None:
        """Take the first side."""
        self._take_side(0)

    def action_right(self) -> None:
        """Take the second side."""
        self._take_side(1)

    def action_others(self) -> None:
        """Take any side, by its number."""
        question = self.current
        if question is None or not self.writable():
            return
        options = [Option(s.text, "、".join(s.by), str(n)) for n, s in enumerate(question.sides)]
        self.offer("以哪一种意见为准", options, lambda option, _: self._take_side(int(option.value)))

    def _take_side(self, place: int) -> None:
        question = self.current
        if question is None or not self.writable():
            return
        side = question.sides[place]
        by = "、".join(side.by)
        self._with_reason(question, side, f"以{by}的意见为准：{side.text}")

    def action_third(self) -> None:
        """Write another value than those of the sides."""
        question = self.current
        if question is None or not self.writable():
            return
        kind = third.kind_of(question)
        if kind is Kind.JUDGEMENT:
            item = self.desk.round.item(question.checklist, question.item)
            if item is not None:
                self._third_verdict(question, item)
        elif kind is Kind.OUTCOME:
            self.offer(
                "复查结论另定为",
                third.outcome_options(question),
                lambda option, _: self._third_outcome(question, Outcome(option.value)),
            )
        elif kind is Kind.CHOICE:
            self.offer(
                f"{question.matter}改为",
                third.word_options(question),
                lambda option, _: self._with_reason(
                    question, option.value, f"{question.matter}改为{option.text}"
                ),
            )
        elif kind is Kind.TEXT:
            self._third_text(question)
        else:
            self.app.say("这一处只有两种可能，请按 1 或 2。")

    def _third_outcome(self, question: Question, outcome: Outcome) -> None:
        carried = self._carried(question)
        if carried is None:
            self.app.say("这一处只有两种可能，请按 1 或 2。")
            return

        def told(said: Said) -> None:
            step = Step(
                kind=StepKind.VERIFY,
                left=carried.state,
                to=carried.state,
                on=self.desk.session.today,
                who="、".join(self.people),
                outcome=said.outcome,
                basis=said.basis,
                methods=said.methods,
                remains=said.remains,
            )
            self._with_reason(question, third.step_value(question, step), f"另定为：{outcome.label}")

        title = names_of(self.desk.round, question.unit)[carried.id]
        Asking(self, carried, title, f"third/{question.id}", told, remains=carried.remains).ask(outcome)

    def _carried(self, question: Question) -> Carried | None:
        """The earlier problem a question is about, if it is about one."""
        address = parse_key(question.record)
        if address is None or address.kind != "rect":
            return None
        held = carried_of(self.desk.round, question.unit)
        return next((c for c in held if c.id == address.label), None)

    def _third_text(self, question: Question) -> None:
        def written(text: str) -> None:
            value = third.text_value(question, text)
            self._with_reason(question, value, f"{question.matter}改为：{text[:80]}")

        self.ask_words(
            f"{question.unit_name}：{question.matter}改为",
            f"third/{question.id}",
            written,
            text=question.sides[0].text if question.field in ("text", "hit") else "",
            check=lambda text: third.fault_in(question, text),
        )

    def _third_verdict(self, question: Question, item: Item) -> None:
        def picked(option: Option, _: int) -> None:
            self._third_detail(question, item, third.begin(item, option.value))

        self.offer(f"{item.id} 另定为", third.verdict_options(), picked)

    def _third_detail(self, question: Question, item: Item, held: Judgement) -> None:
        options = third.detail_options(item, held)
        if not options:
            self._third_reason(question, item, held)
            return

        def picked(option: Option, count: int) -> None:
            if option.value == DONE:
                self._third_reason(question, item, held)
                return
            more = third.pick(item, held, option.value, count)
            if more.award:
                self._third_reason(question, item, more)
            else:
                self._third_detail(question, item, more)

        self.offer(f"{item.id} {third.words(question, held)}：选扣分情形", options, picked)

    def _third_reason(self, question: Question, item: Item, held: Judgement) -> None:
        import msgspec

        rules = self.desk.round.rules
        ready = third.reasons_for(held.verdict, item, rules.na_reasons, rules.unverified_reasons)

        def settled(judgement: Judgement) -> None:
            value = third_judgement(item, judgement)
            self._with_reason(question, value, f"另定为：{third.words(question, value)}")

        def reasoned(reason: str | None) -> None:
            if reason:
                settled(msgspec.structs.replace(held, reason=reason))

        if ready:
            self.app.push_screen(ReasonPrompt(f"{item.id} {held.verdict.label}的原因", ready), reasoned)
        else:
            settled(held)

    def _with_reason(self, question: Question, value: Side | Judgement | Any, said: str) -> None:
        def commit(reason: str) -> None:
            try:
                edit = decide(self.desk.state, question, value, reason)
            except MatterMoved as moved:
                self.app.say(str(moved), "warning")
                self.refill()
                return
            self._decided({question.unit: [edit]}, 1)

        self._ask_reason(f"理由（{said[:100]}）", f"decide/{question.id}", commit)

    def _ask_reason(self, title: str, key: str, then: Callable[[str], None]) -> None:
        key = f"text/{key}"
        held = self.app.recall(key)

        def told(reason: str | None) -> None:
            if reason is not None:
                self.app.remember(key, "")
                then(reason)

        self.app.push_screen(
            ReasonPrompt(title, _REASONS, text=held, on_draft=lambda words: self.app.remember(key, words)),
            told,
        )

    def _decided(self, edits: dict[str, list[Any]], count: int) -> None:
        self.decided += count
        if not self.settle(edits, "裁定" if count == 1 else f"成批裁定{count}处"):
            self.decided -= count
            return
        if not self.open:
            self.app.say("全部裁定完了。按 Esc 返回，再审阅、封存。")

    def undone(self, step: list[Made]) -> None:
        self._count_decided()
        self.refill()

    def action_later(self) -> None:
        """Put the question behind the others."""
        question = self.current
        if question is None:
            return
        at = self.list.cursor
        self._put_off.pop(question.id, None)
        self._put_off[question.id] = None
        self.reread()
        self.list.set_rows(self.count(), min(at, len(self.open) - 1))
        self._follow()

    # ---------------------------------------------------------------- many at once

    def action_bulk(self) -> None:
        """Take one inspector's word throughout, with a preview."""
        judged = [q for q in self.open if q.field == "judgement"]
        if not judged:
            self.app.say("没有可以成批裁定的结论。")
            return
        if not self.writable():
            return
        counts: dict[str, int] = {}
        for question in judged:
            for name in dict.fromkeys(n for side in question.sides for n in side.by):
                counts[name] = counts.get(name, 0) + 1
        names = sorted(counts, key=lambda n: (-counts[n], n))
        entries = [
            Entry(str(i), f"以{name}为准", f"{counts[name]}处有其意见") for i, name in enumerate(names)
        ]

        def picked(where: str | None) -> None:
            if where is not None:
                self._bulk_section(judged, names[int(where)])

        self.app.push_screen(MenuScreen("成批裁定：以谁的意见为准", entries), picked)

    def _bulk_section(self, judged: list[Question], name: str) -> None:
        places: dict[tuple[str, str], int] = {}
        for question in judged:
            places[question.checklist, question.section] = (
                places.get((question.checklist, question.section), 0) + 1
            )
        keys = list(places)
        here = self.current
        first = (here.checklist, here.section) if here is not None and here.field == "judgement" else keys[0]
        keys.sort(key=lambda k: k != first)
        entries = [Entry(str(i), self._section_name(*k), f"{places[k]}处") for i, k in enumerate(keys)]
        entries.append(Entry("", "全部大项", f"{len(judged)}处"))

        def picked(where: str | None) -> None:
            if where is not None:
                checklist, section = keys[int(where)] if where else ("", "")
                self._bulk_units(judged, name, checklist, section)

        self.app.push_screen(MenuScreen(f"以{name}为准：哪个大项", entries), picked)

    def _section_name(self, checklist: str, section: str) -> str:
        held = self.desk.round.checklist(checklist)
        return next((s.name for s in held.sections if s.id == section), section) if held else section

    def _bulk_units(self, judged: list[Question], name: str, checklist: str, section: str) -> None:
        units: dict[str, int] = {}
        for question in judged:
            if not section or (question.checklist, question.section) == (checklist, section):
                units[question.unit] = units.get(question.unit, 0) + 1
        names = {unit.id: unit.name for unit in self.desk.round.units}
        entries = [Entry("", "全部单位", f"{len(units)}个")]
        entries += [Entry(unit, names[unit], f"{count}处") for unit, count in units.items()]

        def picked(where: str | None) -> None:
            if where is not None:
                chosen = bulk(
                    self.desk.state,
                    self.desk.round,
                    name,
                    section=section,
                    checklist=checklist,
                    units=(where,) if where else (),
                )
                self._bulk_preview(chosen)

        self.app.push_screen(MenuScreen("哪些单位", entries), picked)

    def _bulk_preview(self, chosen: Bulk) -> None:
        counts = chosen.counts()
        if not chosen.chosen:
            self.app.say("这些地方没有这位检查人员单独的意见，没有可定的。", "warning")
            return
        told = [f"{q.unit_name} {q.item}定为{side.text}" for q, side in chosen.chosen[:6]]
        more = f"等{counts['decided']}处" if counts["decided"] > len(told) else ""
        left = f"另有{counts['left']}处没有其意见，留着逐条裁定。" if counts["left"] else ""
        intro = f"{counts['units']}个单位，{counts['decided']}处：{'；'.join(told)}{more}。{left}"

        def answered(yes: bool | None) -> None:
            if yes:
                self._ask_reason(
                    "成批裁定的理由", "decide/bulk", lambda reason: self._bulk_commit(chosen, reason)
                )

        self.app.push_screen(
            ConfirmScreen(
                f"以{chosen.inspector}为准，定下这{counts['decided']}处？", intro=intro, yes="定下", no="不定"
            ),
            answered,
        )

    def _bulk_commit(self, chosen: Bulk, reason: str) -> None:
        try:
            edits = chosen.edits(self.desk.state, reason)
        except MatterMoved as moved:
            self.app.say(str(moved), "warning")
            self.refill()
            return
        self._decided(edits, len(chosen.chosen))

    # ---------------------------------------------------------------- elsewhere

    def action_open(self) -> None:
        """The walk over the unit, at the item."""
        question = self.current
        carried = self._carried(question) if question is not None else None
        if carried is not None:
            self.app.open_lookback(carried.unit, carried.id)
        elif question is not None:
            at = (question.checklist, question.item) if question.item else None
            self.app.open_unit(question.unit, at=at)

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()
