"""Random re-checks: drawing closed problems by a seed, who looks at each, what was found, 整改真实率."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.model.terms import Method, Outcome
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.numbering import beside_unit
from inspect_tui.rules.rectifying import NotAllowed
from inspect_tui.rules.reviewing import is_lead
from inspect_tui.rules.sampling import (
    CannotDraw,
    Draw,
    Pick,
    closed_rows,
    closers,
    draw,
    draws_of,
    inspectors_of,
    proposed_seed,
    rate_of,
    record_draw,
    result_of,
    take_result,
)
from inspect_tui.tui import looking_back, skin
from inspect_tui.tui.actions import RECHECK, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.ledger_rows import severity_ink, state_part
from inspect_tui.tui.screens.delta import percent
from inspect_tui.tui.screens.ledger_page import LedgerPage
from inspect_tui.tui.text import fit
from inspect_tui.tui.walking import OWN_WORDS, Option
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import ConfirmScreen, Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, wrapped

_WORDS = {
    Outcome.FIXED: ("+", "真整改", "pass"),
    Outcome.RELAPSED: ("!", "反弹", "fail"),
    Outcome.UNVERIFIABLE: ("?", "无法核实", "unverified"),
}


class RecheckScreen(LedgerPage, inherit_bindings=False):
    """The drawn problems with who is to look at each; below, the rates so far."""

    place = RECHECK
    title_word = "抽查复核"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(RECHECK)]

    DEFAULT_CSS = """
    RecheckScreen #side { height: 11; }
    RecheckScreen.-short #side { height: 7; }
    RecheckScreen.-tall #side { height: 13; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.draws: list[Draw] = []
        self.wanted = ""
        self.found: dict[str, Outcome | None] = {}

    # ---------------------------------------------------------------- rows

    @property
    def drawn(self) -> Draw | None:
        """The drawing that is shown: the one chosen, else the newest."""
        chosen = next((d for d in self.draws if d.id == self.wanted), None)
        return chosen or (self.draws[-1] if self.draws else None)

    def page_about(self) -> str:
        drawn = self.drawn
        if drawn is None:
            return self.desk.round.title
        return f"种子“{drawn.seed}”  {drawn.day}  从{drawn.size}条中抽{len(drawn.picked)}条"

    def reread(self) -> None:
        self.book.read()
        self.draws = draws_of(self.desk.state)
        drawn = self.drawn
        self.found = (
            {p.problem: result_of(self.desk.state, drawn, p) for p in drawn.picked}
            if drawn is not None
            else {}
        )

    def count(self) -> int:
        return len(self.drawn.picked) if self.drawn is not None else 1

    def can_choose(self, index: int) -> bool:
        return self.drawn is not None

    def first(self) -> int:
        waiting = (i for i, outcome in enumerate(self.found.values()) if outcome is None)
        return next(waiting, 0)

    def mark(self) -> object:
        return self.current.problem if self.current is not None else None

    def place_of(self, mark: object) -> int | None:
        picked = self.drawn.picked if self.drawn is not None else ()
        return next((i for i, pick in enumerate(picked) if pick.problem == mark), None)

    @property
    def current(self) -> Pick | None:
        """The drawn problem under the cursor."""
        picked = self.drawn.picked if self.drawn is not None else ()
        return picked[self.list.cursor] if 0 <= self.list.cursor < len(picked) else None

    def problem(self, pick: Pick) -> LedgerRow | None:
        """Its row in the ledger."""
        return self.book.row(pick.unit, pick.problem)

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        if self.drawn is None:
            closed = len(closed_rows(self.book.ledger.rows()))
            said = f"  已销号 {closed} 条，还没有抽查过。" + (
                "按 4 抽取。" if closed else "有了已销号的问题才能抽。"
            )
            return [(fit(said, width), "dim")]
        pick = self.drawn.picked[index]
        outcome = self.found.get(pick.problem)
        sign, word, ink = _WORDS[outcome] if outcome is not None else (" ", "待抽查", "pending")
        row = self.problem(pick)
        unit = self.desk.round.unit(pick.unit)
        text = row.text if row is not None else "（不在台账里）"
        room = max(8, width - 53)
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (f" {sign} ", ink),
            (fit(word, 9), ink),
            (fit(beside_unit(row.number, self.desk.session.today) if row is not None else "", 8), "dim"),
            (fit(unit.name if unit is not None else pick.unit, 14) + " ", "dim"),
            (fit(text, room), "text"),
            (" " + fit(pick.severity.label, 5), severity_ink(pick.severity)),
            (fit(pick.inspector or "无人可派", 10), "text" if pick.inspector else "warn"),
        ]

    def about(self, width: int) -> list[Line]:
        drawn = self.drawn
        if drawn is None:
            return wrapped(
                "按种子从已销号的问题里抽几个，由不是复查人的检查人员再去看。"
                "种子写在名单上，同样的种子和台账抽出同样的名单。",
                width,
                "dim",
            )
        lines = self._pick_lines(width)
        rate = rate_of(self.desk.state, drawn)
        lines.append(
            [
                (f" 整改真实率 加权 {percent(rate.weighted)}", "strong"),
                (f"，合计 {percent(rate.plain)}（{rate.held}/{rate.looked}）", "text"),
                (f"，待抽查 {rate.waiting}" if rate.waiting else "", "warn"),
            ]
        )
        for stratum in rate.strata:
            said = (
                f"{stratum.severity.label}：{percent(stratum.rate)}（{len(stratum.held)}/{stratum.looked}），"
            )
            said += f"已销号{stratum.size}抽{stratum.drawn}"
            if stratum.unverifiable:
                said += f"，无法核实{len(stratum.unverifiable)}"
            lines += wrapped(said, width, "fail" if stratum.back else "dim", indent="   ")
        if missing := "、".join(s.label for s in rate.missing if rate.looked):
            lines += wrapped(f"{missing}还没有结果，不在加权数里。", width, "warn")
        return lines

    def _pick_lines(self, width: int) -> list[Line]:
        pick = self.current
        row = self.problem(pick) if pick is not None else None
        if pick is None or row is None:
            return []
        _, word, ink = state_part(row)
        lines: list[Line] = [[(f" {row.number}  ", "dim"), (word, ink)]]
        lines += wrapped(row.text, width, "strong")
        # What failed is closed no more, and its row no longer says who closed it.
        closed = f"销号：{row.closed_on} {'、'.join(row.closed_by)}；" if row.closed_on else ""
        who = f"{closed}抽查人：{pick.inspector or '除复查人外没有别人，请另派'}"
        return [*lines, *wrapped(who, width, "dim" if pick.inspector else "warn")]

    # ---------------------------------------------------------------- doing

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()

    def action_open(self) -> None:
        """The drawn problem with everything about it."""
        pick = self.current
        if pick is not None and self.problem(pick) is not None and self.drawn is not None:
            order = [(p.unit, p.problem) for p in self.drawn.picked]
            self.app.open_ledger_row(pick.unit, pick.problem, order)

    def action_other(self) -> None:
        """Another drawing of this round."""
        if len(self.draws) < 2:
            self.app.say("没有另一次抽查。")
            return
        entries = [
            Entry(d.id, f"{d.day}  种子“{d.seed}”", f"从{d.size}条中抽{len(d.picked)}条") for d in self.draws
        ]

        def picked(wanted: str | None) -> None:
            if wanted is not None:
                self.wanted = wanted
                self.refill()
                self.list.move_to(self.first())

        self.app.push_screen(MenuScreen("看哪一次抽查", entries), picked)

    def action_draw(self) -> None:
        """Draw some of the closed problems."""
        if not self.writable():
            return
        if not is_lead(self.desk.round, self.desk.session.identity):
            self.app.say("抽查由组长抽取。您是组长的话，请在主页菜单“换人”里改成组长。", "warning")
            return
        size = len(closed_rows(self.book.ledger.rows()))
        if not size:
            self.app.say("还没有已销号的问题，没有可抽的。", "warning")
            return
        some = [n for n in dict.fromkeys((min(3, size), min(5, size), -(-size // 5), -(-size // 3))) if n]
        entries = [Entry(str(n), f"抽{n}条", f"共{size}条已销号") for n in sorted(some)]
        entries.append(Entry("", "自己填写"))

        def picked(count: str | None) -> None:
            if count:
                self._ask_seed(int(count))
            elif count == "":
                self.ask_line("抽几条", "", lambda text: self._ask_seed(int(text)), check=check)

        def check(text: str) -> str:
            plain = text.strip()
            if not (plain.isascii() and plain.isdecimal() and 0 < int(plain[:9]) <= size):
                return f"请填1到{size}之间的数。"
            return ""

        self.app.push_screen(MenuScreen("抽查几条已销号的问题", entries), picked)

    def _ask_seed(self, count: int) -> None:
        self.ask_line(
            "种子",
            proposed_seed(self.desk.state, self.desk.session.today),
            lambda seed: self._confirm(count, seed),
            hint="可当众定一个词或数字。同样的种子和台账抽出同样的名单，谁都能复核。",
        )

    def _confirm(self, count: int, seed: str) -> None:
        names = inspectors_of(self.desk.state, self.desk.round)
        try:
            drawn = draw(self.book.ledger.rows(), count, seed, names, self.desk.session.today)
        except CannotDraw as refused:
            self.app.say(f"{refused}。", "warning")
            return
        strata = "，".join(f"{s.severity.label}{s.size}抽{s.drawn}" for s in drawn.strata)
        alone = f"有{len(drawn.unassigned)}条除复查人外没有别人可派。" if drawn.unassigned else ""
        self.app.push_screen(
            ConfirmScreen(
                f"从{drawn.size}条中抽{len(drawn.picked)}条，记入台账？",
                intro=f"种子“{drawn.seed}”。{strata}。{alone}",
                yes="抽取并记下",
                no="不抽",
                safe_yes=True,
            ),
            lambda yes: self._record(drawn) if yes else None,
        )

    def _record(self, drawn: Draw) -> None:
        edits = record_draw(self.desk.state, drawn)
        self.wanted = drawn.id
        if not edits:
            self.refill()
            self.app.say("这个种子和台账已经抽过，就是这份名单。")
        elif self.settle({"": edits}, f"抽查 种子“{drawn.seed}”"):
            self.app.say(f"已抽{len(drawn.picked)}条，名单已记下。")
            self.list.move_to(self.first())

    def action_result(self, name: str) -> None:
        """What the second look found: how it was looked at, then on what basis."""
        pick = self.current
        row = self.problem(pick) if pick is not None else None
        if pick is None or row is None or not self.writable():
            return
        if own := closers(row) & set(self.people):
            self.app.say(f"当时销号的就是{'、'.join(sorted(own))}，抽查要换人。", "warning")
            return
        outcome = Outcome(name)
        if outcome is Outcome.UNVERIFIABLE:
            self._ask_basis(pick, row, outcome, ())
        else:
            options = [Option(method.label, value=method.value) for method in Method]
            word = _WORDS[outcome][1]
            self.offer(
                f"{row.short_number} {word}，怎样看的：",
                options,
                lambda option, _: self._ask_basis(pick, row, outcome, (Method(option.value),)),
            )

    def _ask_basis(self, pick: Pick, row: LedgerRow, outcome: Outcome, methods: tuple[Method, ...]) -> None:
        options = [
            option
            for option in looking_back.basis_options(self.desk.round, outcome, methods)
            if option.value != looking_back.MORE_METHODS
        ]

        def picked(option: Option, _: int) -> None:
            if option.value == OWN_WORDS:
                self.ask_words(
                    "依据",
                    f"recheck/{pick.problem}",
                    lambda text: self._write(pick, row, outcome, methods, text),
                )
            else:
                self._write(pick, row, outcome, methods, option.value)

        self.offer(f"{row.short_number} {_WORDS[outcome][1]}，依据：", options, picked)

    def _write(
        self, pick: Pick, row: LedgerRow, outcome: Outcome, methods: tuple[Method, ...], basis: str
    ) -> None:
        drawn = self.drawn
        if drawn is None:
            return
        state, today = self.desk.state, self.desk.session.today
        who = "、".join(self.people)
        try:
            edits = take_result(state, row, drawn, outcome, today, who=who, basis=basis, methods=methods)
        except NotAllowed as refused:
            self.app.say(f"{refused}。", "warning")
            return
        if self.settle({row.unit: edits}, f"抽查复核 {row.short_number}"):
            self.app.say(f"已记下：{row.short_number} {_WORDS[outcome][1]}。")
            self.list.move_to(self.first() if None in self.found.values() else self.list.cursor)
