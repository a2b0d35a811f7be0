"""Adoption on screen: other units' good practice, asked of a unit lightly, one digit each."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.model.spread import Uptake
from inspect_tui.rules.practices import BASIS_LENGTH, Asked, asked_of, say
from inspect_tui.rules.reviewing import NoReason
from inspect_tui.tui import skin
from inspect_tui.tui.actions import ADOPTION, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.visit_page import VisitPage
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line, wrapped

_INKS = {
    Uptake.ADOPTED: "pass",
    Uptake.PARTLY: "partial",
    Uptake.NOT_ADOPTED: "dim",
    Uptake.NOT_FITTING: "dim",
}


def waiting(desk: Desk, unit: str) -> tuple[int, int]:
    """How many cards a unit is asked about, and how many of them wait for an answer."""
    if not desk.round.cards:
        return 0, 0
    asked = asked_of(desk.state, desk.round, unit)
    return len(asked), sum(a.waiting for a in asked)


class AdoptionScreen(VisitPage, inherit_bindings=False):
    """Cards of earlier rounds above; below, the one under the cursor and what the unit says of it."""

    place = ADOPTION
    title_word = "采用经验"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(ADOPTION)]

    def __init__(self, desk: Desk, unit: str) -> None:
        super().__init__(desk, unit)
        self._asked: list[Asked] = []

    # ---------------------------------------------------------------- showing

    def page_more(self) -> str:
        left = sum(a.waiting for a in self._asked)
        return f"还有{left}条没问，不影响提交" if left else "都问过了"

    def reread(self) -> None:
        self._asked = asked_of(self.desk.state, self.desk.round, self.unit)

    def count(self) -> int:
        return len(self._asked)

    def first(self) -> int:
        return next((n for n, a in enumerate(self._asked) if a.waiting), 0)

    def mark(self) -> object:
        return self.current.card.id if self.current is not None else None

    def place_of(self, mark: object) -> int | None:
        return next((n for n, a in enumerate(self._asked) if a.card.id == mark), None)

    @property
    def current(self) -> Asked | None:
        """The card under the cursor."""
        index = self.list.cursor
        return self._asked[index] if 0 <= index < len(self._asked) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        asked = self._asked[index]
        word, ink = "没问", "warn"
        if asked.sides:
            word = "两种意见"
        elif asked.now is not None:
            word, ink = asked.now.uptake.label, _INKS[asked.now.uptake]
        elif asked.before is not None:
            word, ink = f"上次{asked.before.uptake.label}", "dim"
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (fit(asked.card.title, max(8, width - 36)), "text"),
            (" ", "text"),
            (fit(asked.card.unit_name, 18), "dim"),
            (fit(word, 16, "right"), ink),
        ]

    def about(self, width: int) -> list[Line]:
        asked = self.current
        if asked is None:
            return wrapped("没有要问的经验。", width, "dim")
        card = asked.card
        lines: list[Line] = []
        for side in (asked.now,) if asked.now is not None else asked.sides:
            basis = f"：{side.basis}" if side.basis else ""
            lines += wrapped(f"本单位：{side.uptake.label}{basis}", width, "strong")
        if asked.sides:
            lines += wrapped("两人记的不一样，由组长裁定。", width, "warn")
        if asked.before is not None:
            basis = f"：{asked.before.basis}" if asked.before.basis else ""
            said = f"{asked.before.source.title}：{asked.before.uptake.label}{basis}"
            lines += wrapped(said, width, "dim")
        lines += wrapped(f"{card.unit_name}的做法：{card.what}", width, "text")
        lines += wrapped(f"效果：{card.effect}", width, "text") if card.effect else []
        lines += wrapped(f"怎样学：{card.how}", width, "text") if card.how else []
        return lines

    # ---------------------------------------------------------------- doing

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_basis()

    def action_uptake(self, word: str) -> None:
        """Note what the unit says; what it took up needs a line of basis."""
        asked = self.current
        if asked is None or not self.writable():
            return
        uptake = Uptake(word)
        if uptake.taken:
            self._ask(asked, uptake)
        else:
            self._say(asked, uptake, asked.now.basis if asked.now is not None else "")

    def action_basis(self) -> None:
        """Write or change the line of basis."""
        asked = self.current
        if asked is None or not self.writable():
            return
        if asked.now is None:
            self.app.say("先按 1 到 4 选采用情况。")
            return
        self._ask(asked, asked.now.uptake)

    def action_clear(self) -> None:
        """Take the answer back."""
        asked = self.current
        if asked is not None and (asked.now is not None or asked.sides) and self.writable():
            self._say(asked, None, "")

    def _ask(self, asked: Asked, uptake: Uptake) -> None:
        self.ask_words(
            f"{uptake.label}：看到了什么",
            f"adopt/{self.unit}/{asked.card.id}",
            lambda words: self._say(asked, uptake, words),
            text=asked.now.basis if asked.now is not None else "",
            hint=f"一句话，不超过{BASIS_LENGTH}个字。",
            required=uptake.taken,
        )

    def _say(self, asked: Asked, uptake: Uptake | None, basis: str) -> None:
        try:
            edits = say(self.desk.state, self.unit, asked.card, uptake, basis)
        except NoReason as refused:
            self.app.say(f"{refused}。", "warning")
            return
        told = uptake.label if uptake is not None else "取消采用情况"
        if edits and self.make(edits, f"{told}：{asked.card.title}") and uptake is not None:
            here = self.list.cursor
            order = [*range(here + 1, len(self._asked)), *range(here)]
            following = next((n for n in order if self._asked[n].waiting), None)
            if following is not None:
                self.list.move_to(following)
