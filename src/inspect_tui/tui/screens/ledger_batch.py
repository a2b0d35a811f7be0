"""One step or one field for all marked problems: a preview of what can and what cannot, then one key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.model.change import Edit
from inspect_tui.model.terms import StepKind
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.lifecycle import steps_from
from inspect_tui.rules.numbering import beside_unit
from inspect_tui.tui import skin
from inspect_tui.tui.actions import LEDGER_BATCH, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.ledger_book import LedgerBook
from inspect_tui.tui.ledger_rows import state_part
from inspect_tui.tui.screens.ledger import LedgerScreen
from inspect_tui.tui.screens.ledger_asking import ask_value
from inspect_tui.tui.screens.ledger_page import settle_and_say
from inspect_tui.tui.screens.page import PageScreen
from inspect_tui.tui.step_form import DUTY_ASKS, Ask, Trial, ready_answers, try_duty_for_many
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, LinePane, wrapped

_STEPS = (
    StepKind.START,
    StepKind.SUBMIT,
    StepKind.CLOSE,
    StepKind.REJECT,
    StepKind.DEFER,
    StepKind.DISPUTE,
    StepKind.UPHOLD,
    StepKind.WITHDRAW,
)
"""In the order in which they are taken for many at once."""


class BatchScreen(PageScreen[bool], inherit_bindings=False):
    """What would be written and what would not, and why; `1` writes what can be. Nothing is written before.

    What is shown is tried anew when it is written, so that nothing goes by a state that has passed.
    """

    place = LEDGER_BATCH
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(LEDGER_BATCH)]

    DEFAULT_CSS = """
    BatchScreen #list { height: 1fr; }
    BatchScreen #about { height: 6; }
    """

    def __init__(self, desk: Desk, what: str, trials: Callable[[], list[Trial]]) -> None:
        super().__init__()
        self.desk, self.what, self._try = desk, what, trials
        self.book = desk.kept(LedgerBook)
        self.trials = self._sorted(trials())

    @staticmethod
    def _sorted(trials: list[Trial]) -> list[Trial]:
        """What cannot be done first: that is what has to be read."""
        return sorted(trials, key=lambda trial: (trial.ok, not trial.warnings))

    def page_title(self) -> str:
        return f"成批办理：{self.what}"

    def page_about(self) -> str:
        can = sum(trial.ok for trial in self.trials)
        return f"能办 {can}，不动 {len(self.trials) - can}"

    def body(self) -> Sequence[LineList | LinePane]:
        self.list = LineList(
            self._row, len(self.trials) or 1, selectable=lambda _: bool(self.trials), id="list"
        )
        self.about_pane = LinePane(self._about, id="about")
        return [self.list, self.about_pane]

    def ready(self) -> None:
        self.list.focus()

    def _row(self, index: int, width: int, here: bool) -> list[Part]:
        if not self.trials:
            return [(fit("  没有可办的问题。", width), "dim")]
        trial = self.trials[index]
        row = trial.row
        sign, word, ink = state_part(row)
        mark, said, tone = ("+", "能办", "pass") if trial.ok else ("x", "不动", "fail")
        why = trial.why or "；".join(w.text for w in trial.warnings)
        room = max(10, width - 39)
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (f" {mark} {said}  ", tone),
            (fit(beside_unit(row.number, self.desk.session.today), 8), "dim"),
            (f"{sign} ", ink),
            (fit(word, 7), ink),
            (fit(row.unit_name, 14) + " ", "dim"),
            (fit(why, room), "fail" if trial.why else "warn") if why else (fit(row.text, room), "text"),
        ]

    def _about(self, width: int) -> list[Line]:
        lines: list[Line] = [[(skin.current().glyphs.rule * width, "dim")]]
        index = self.list.cursor
        if not 0 <= index < len(self.trials):
            return lines
        trial = self.trials[index]
        if trial.why:
            lines += wrapped(f"不动：{trial.why}", width, "fail")
        for warning in trial.warnings:
            lines += wrapped(f"请核对：{warning.text}", width, "warn")
        return [*lines, *wrapped(f"{trial.row.number}  {trial.row.text}", width)]

    def on_line_list_moved(self, _: LineList.Moved) -> None:
        self.about_pane.show()

    def action_next_pane(self) -> None:
        """To the full text below the list, to scroll it, and back."""
        (self.about_pane if self.list.has_focus else self.list).focus()

    def action_make(self) -> None:
        """Write what can be written, one change per unit."""
        self.trials = self._sorted(self._try())
        edits: dict[str, list[Edit]] = {}
        done = [trial for trial in self.trials if trial.ok]
        for trial in done:
            edits.setdefault(trial.row.unit, []).extend(trial.edits)
        if not edits:
            self.app.say("没有能办的，什么也没有改动。", "warning")
            return
        if not settle_and_say(self.app, self.book, edits, f"{self.what}（{len(done)}个问题）"):
            return
        left = len(self.trials) - len(done)
        self.app.say(f"已办 {len(done)} 个：{self.what}" + (f"；{left} 个没有动。" if left else "。"))
        self.dismiss(True)

    def action_back(self) -> None:
        """Leave; nothing was written."""
        self.dismiss(False)


def offer_batch(screen: LedgerScreen, rows: list[LedgerRow]) -> None:
    """Ask what is to be done with the marked problems."""
    can = {kind: sum(kind in steps_from(row.state) and not row.carried_to for row in rows) for kind in _STEPS}
    entries = [
        Entry(
            kind.value,
            kind.label,
            f"{can[kind]}个可以" if can[kind] else "都不在这一步",
            enabled=bool(can[kind]),
        )
        for kind in _STEPS
    ]
    entries.insert(0, Entry("duty", "统一改一栏", "责任人、领导、措施、时限等"))

    def picked(choice: str | None) -> None:
        if choice == "duty":
            _offer_fields(screen, rows)
        elif choice is not None:
            from inspect_tui.tui.screens.ledger_step import StepScreen

            screen.app.push_screen(StepScreen(screen.desk, rows, StepKind(choice)), done)

    def done(written: bool | None) -> None:
        if written:
            screen.done_with(rows)

    screen.app.push_screen(MenuScreen(f"对标记的{len(rows)}个问题", entries), picked)


def _offer_fields(screen: LedgerScreen, rows: list[LedgerRow]) -> None:
    entries = [Entry(str(index), ask.label, ask.hint) for index, ask in enumerate(DUTY_ASKS)]

    def picked(index: str | None) -> None:
        if index is not None:
            _ask_field(screen, rows, DUTY_ASKS[int(index)])

    screen.app.push_screen(MenuScreen("统一改哪一栏", entries), picked)


def _ask_field(screen: LedgerScreen, rows: list[LedgerRow], ask: Ask) -> None:
    desk = screen.desk
    unit = desk.round.unit(rows[0].unit) if len({row.unit for row in rows}) == 1 else None
    ready = ready_answers(ask, rows, unit, desk.session.identity.people, desk.session.date())

    def told(value: str | None) -> None:
        if value is None:
            return

        def trials() -> list[Trial]:
            state, today = desk.state, desk.session.today
            return [try_duty_for_many(state, row, ask.field, value, today) for row in screen.book.now(rows)]

        screen.app.push_screen(
            BatchScreen(desk, f"{ask.label}“{value}”" if value else f"清空{ask.label}", trials), done
        )

    def done(written: bool | None) -> None:
        if written:
            screen.done_with(rows)

    ask_value(screen, ask, "", ready, desk.session.date(), f"rect/marked/{ask.field}", told)
