"""Freeze: seal the round when nothing stands open, and later see whether the seal still holds."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.rules.questions import Question, questions
from inspect_tui.rules.reviewing import returned_items
from inspect_tui.rules.sealing import AlreadyFrozen, Freeze, StillOpen, freeze, read_freeze
from inspect_tui.store.session import ReadOnlySession
from inspect_tui.tui import skin
from inspect_tui.tui.actions import FREEZE, bindings_for, footer_for
from inspect_tui.tui.big_letters import big
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.screens.visit_page import when
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.footer import KeyLine
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import ConfirmScreen
from inspect_tui.tui.widgets.page import wrapped


class FreezeScreen(LeadPage, inherit_bindings=False):
    """What stands open, or the seal and every change that has broken it."""

    place = FREEZE
    title_word = "封存"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(FREEZE)]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.add_class("-whole")
        self.open: list[Question] = []
        self.standing: Freeze | None = None
        self._lines: list[tuple[list[Part], Question | None]] = []
        self._width = 78

    # ---------------------------------------------------------------- showing

    def ready(self) -> None:
        super().ready()
        self._width = self.size.width - 2
        self.refill()

    def reread(self) -> None:
        self.open = questions(self.desk.state, self.desk.round)
        self.standing = read_freeze(self.desk.state, self.desk.round)
        self._lines = []
        if self.standing is not None:
            self._seal(self.standing)
        if self.open:
            self._say(f"还有{len(self.open)}处没有裁定，裁定完才能封存。按回车去裁定：", "warn")
            self._lines += [([], question) for question in self.open]
            self._say("")
        if self.standing is None:
            self._about_sealing()
        useful = {"jump"} if self.open else {"freeze"} if self._may_seal() else set()
        useful |= {"back", "help", "quit"}
        for line in self.query("#keys").results(KeyLine):
            line.show(action for action in footer_for(FREEZE) if action.id in useful)

    def _may_seal(self) -> bool:
        return not self.open and (self.standing is None or not self.standing.whole)

    def _say(self, text: str, ink: str = "text", indent: str = " ") -> None:
        self._lines += [(list(line), None) for line in wrapped(text, self._width, ink, indent=indent)]

    def _seal(self, standing: Freeze) -> None:
        if standing.whole:
            self._say("封存完好：检查结论、问题原文和裁定都和封存时一样。", "pass")
        else:
            self._say(f"封存已被改动：{standing.text()}。", "fail")
        self._say("")
        if standing.whole:
            for row in big(standing.short):
                self._lines.append(([("   ", "text"), (row, "accent")], None))
            self._say("")
        self._say(f"封存码 {standing.short}", "strong")
        self._say(f"{'、'.join(standing.by)}  {when(standing.at)} 封存", "dim")
        if standing.reason:
            self._say(f"重新封存的原因：{standing.reason}", "dim")
        self._say("")
        if standing.breaches:
            self._say(f"封存后的改动（{len(standing.breaches)}次）：", "head")
            for number, breach in enumerate(standing.breaches, 1):
                who = f"{'、'.join(breach.by)} {when(breach.at)}"
                self._say(f"{number}. {who}（编号{breach.change[:8]}）：{breach.what}", "warn", indent="   ")
            self._say("")
        elif not standing.whole:
            self._say("没有哪一条改动可以指出来：可能是有收下的文件被退出，或有记录读不出来。", "warn")
            self._say("")
        if not standing.whole and not self.open:
            self._say("核对清楚以后，可以按 1 写明原因重新封存。", "strong")

    def _about_sealing(self) -> None:
        self._say("封存会把全部检查结论、问题原文和裁定算成一个封存码，印在汇总和通报上。", "text")
        self._say("以后谁改了其中任何一处，这里和通报上都看得出来。整改台账照常往下记。", "text")
        self._say("")
        waiting, back = [], 0
        for unit in self.desk.units():
            visit = self.desk.visit(unit.id)
            back += len(returned_items(self.desk.state, unit.id))
            if not visit.done:
                waiting.append(unit.name)
        if waiting:
            names = "、".join(waiting[:8]) + ("等" if len(waiting) > 8 else "")
            self._say(f"还有{len(waiting)}个单位没有提交：{names}。可以封存，之后补交会破坏封存。", "warn")
        if back:
            self._say(f"还有{back}项退回的没有重查完。", "warn")
        if not self.open:
            self._say("没有待裁定的地方。按 1 封存。", "strong")

    def count(self) -> int:
        return len(self._lines)

    def can_choose(self, index: int) -> bool:
        return not self.open or self._lines[index][1] is not None

    def mark(self) -> object:
        return self.list.cursor

    def place_of(self, mark: object) -> int | None:
        return mark if isinstance(mark, int) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        parts, question = self._lines[index]
        if question is None:
            return parts
        return [
            (f" {skin.current().glyphs.cursor if here else ' '} ", "accent"),
            ("! " if question.grave else "  ", "warn"),
            (fit(question.unit_name, 18), "dim"),
            (fit(f"{question.about}（{question.matter}）", max(4, width - 24)), "text"),
        ]

    # ---------------------------------------------------------------- doing

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_jump()

    def action_jump(self) -> None:
        """Settle the question under the cursor."""
        index = self.list.cursor
        question = self._lines[index][1] if 0 <= index < len(self._lines) else None
        if question is not None:
            self.app.open_decide(question.id)

    def action_freeze(self) -> None:
        """Freeze the round, after a confirm; a broken seal is replaced only with a reason."""
        if not self.writable():
            return
        if self.open:
            self.app.say(f"还有{len(self.open)}处没有裁定，按回车去裁定。", "warning")
        elif self.standing is None:
            self.app.push_screen(
                ConfirmScreen(
                    f"封存“{self.desk.round.title[:40]}”？",
                    intro="封存后再改检查结论、问题文字或裁定，封存码就失效，并看得出是谁改的。",
                    yes="封存",
                    no="先不封存",
                ),
                lambda yes: self._freeze("") if yes else None,
            )
        elif self.standing.whole:
            self.app.say("已经封存，封存完好。")
        else:
            self.ask_words("重新封存的原因", "freeze", self._freeze)

    def _freeze(self, reason: str) -> None:
        try:
            self.desk.commit_lead(freeze(self.desk.state, self.desk.round, reason), "封存")
        except (StillOpen, AlreadyFrozen) as why:
            self.app.say(f"{why}。", "warning")
        except ReadOnlySession as held:
            self.app.say(f"现在只能看：{held}", "warning")
        else:
            self.refill()
            if self.standing is not None:
                self.app.say(f"已封存，封存码 {self.standing.short}。")
