"""A step of a rectification as a form: what the guards need, filled in where it is known, refused in words.

The same form takes the step on one problem, or leads to the preview for all that are marked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.model.change import Edit
from inspect_tui.model.terms import StepKind
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.lifecycle import STEPS
from inspect_tui.tui.actions import LEDGER_STEP, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.ledger_book import LedgerBook
from inspect_tui.tui.screens.ledger_asking import ask_value
from inspect_tui.tui.screens.ledger_page import settle_and_say, undo_and_say
from inspect_tui.tui.screens.page import Field, FormScreen
from inspect_tui.tui.step_form import (
    ASKED,
    DUTY_FORMS,
    Ask,
    Trial,
    presets,
    ready_answers,
    try_duty,
    try_step,
)
from inspect_tui.tui.widgets.page import Line, wrapped


class LedgerForm(FormScreen[bool], inherit_bindings=False):
    """A form over one or several problems; dismisses with whether anything was written."""

    place = LEDGER_STEP
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(LEDGER_STEP)]

    def __init__(
        self, desk: Desk, rows: Sequence[LedgerRow], asks: Sequence[Ask], values: dict[str, str]
    ) -> None:
        super().__init__()
        self.desk, self.asks, self.values = desk, list(asks), values
        self.book = desk.kept(LedgerBook)
        self.rows = list(rows)

    def page_about(self) -> str:
        if len(self.rows) == 1:
            row = self.rows[0]
            return f"{row.short_number} {row.unit_name}  {row.text}"
        return f"标记的{len(self.rows)}个问题"

    def ask_field(self, ask: Ask, then: Callable[[str | None], object]) -> None:
        """Ask for one field of the form."""
        unit = self.desk.round.unit(self.rows[0].unit) if len({r.unit for r in self.rows}) == 1 else None
        today = self.desk.session.date()
        ready = ready_answers(ask, self.rows, unit, self.desk.session.identity.people, today)
        which = self.rows[0].id if len(self.rows) == 1 else "marked"
        ask_value(self, ask, self.values.get(ask.field, ""), ready, today, f"rect/{which}/{ask.field}", then)

    def write(self, trials: Sequence[Trial], what: str) -> bool:
        """Write what may be written, one change per unit; tells the user when it cannot be."""
        edits: dict[str, list[Edit]] = {}
        for trial in trials:
            if trial.ok:
                edits.setdefault(trial.row.unit, []).extend(trial.edits)
        return settle_and_say(self.app, self.book, edits, what)

    def action_undo(self) -> None:
        """Take back the last step made from the ledger."""
        undo_and_say(self.app, self.book)
        self.rows = self.book.now(self.rows) or self.rows
        self.refill()


class StepScreen(LedgerForm, inherit_bindings=False):
    """One step; what is missing is asked at once, one after the other, Esc leaves the rest to the form."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(LEDGER_STEP)]

    def __init__(self, desk: Desk, rows: Sequence[LedgerRow], kind: StepKind) -> None:
        people = desk.session.identity.people
        super().__init__(desk, rows, ASKED[kind], presets(kind, rows, people, desk.session.today))
        self.kind = kind

    def page_title(self) -> str:
        return self.kind.label

    def fields(self) -> list[Field]:
        found = [
            Field(
                ask.field, ask.label, self.values.get(ask.field, ""), ask.hint, missing=ask in self._missing()
            )
            for ask in self.asks
        ]
        many = len(self.rows) > 1
        last = "先看哪些能办" if many else f"记下：{self.kind.label}"
        return [*found, Field("done", last, done=True)]

    def _missing(self) -> list[Ask]:
        """What must be filled in; over several rows a duty may differ from row to row, and then stays."""
        return [
            ask
            for ask in self.asks
            if ask.required
            and not self.values.get(ask.field)
            and not (ask.duty and all(getattr(row.duty, ask.field) for row in self.rows))
        ]

    def ready(self) -> None:
        super().ready()
        self._ask_next()

    def _ask_next(self) -> None:
        missing = self._missing()
        if not missing:
            self.refill("done")
            return
        self.refill(missing[0].field)
        self._ask(missing[0], going_on=True)

    def _ask(self, ask: Ask, *, going_on: bool) -> None:
        def told(value: str | None) -> None:
            if value is None:
                return
            self.values[ask.field] = value
            if going_on:
                self._ask_next()
            else:
                self.refill(self._after(ask))

        self.ask_field(ask, told)

    def _after(self, ask: Ask) -> str:
        missing = self._missing()
        return missing[0].field if missing else "done"

    def edit(self, field_id: str) -> None:
        ask = next((a for a in self.asks if a.field == field_id), None)
        if ask is not None:
            self._ask(ask, going_on=False)
        else:
            self._done()

    def trials(self) -> list[Trial]:
        """What would come of the step on each row as it now reads."""
        today = self.desk.session.today
        state = self.desk.state
        return [try_step(state, row, self.kind, self.values, today) for row in self.book.now(self.rows)]

    def note(self) -> Line:
        if self._missing() or len(self.rows) != 1:
            return []
        trial = self.trials()[:1]
        if trial and trial[0].refusals:
            return [(f" {trial[0].why}", "warn")]
        return []

    def _hint_lines(self, width: int) -> list[Line]:
        lines = super()._hint_lines(width)
        for trial in self.trials()[:1] if len(self.rows) == 1 and not self._missing() else []:
            for warning in trial.warnings:
                lines += wrapped(f"请核对：{warning.text}", width, "warn")
        return lines

    def _done(self) -> None:
        missing = self._missing()
        if missing:
            self.app.say(f"还没有填写：{'、'.join(ask.label for ask in missing)}。", "warning")
            self._ask_next()
            return
        if len(self.rows) > 1:
            from inspect_tui.tui.screens.ledger_batch import BatchScreen

            self.app.push_screen(BatchScreen(self.desk, self.kind.label, self.trials), self._batched)
            return
        trials = self.trials()
        if not trials:
            self.app.say("这个问题已经不在台账里。", "warning")
        elif not trials[0].ok:
            self._refused(trials[0])
        elif trials[0].warnings:
            from inspect_tui.tui.widgets.menu import ConfirmScreen

            said = "；".join(w.text for w in trials[0].warnings)
            self.app.push_screen(
                ConfirmScreen(f"{said}。仍要记下吗？", yes="仍要记下", no="不记"),
                lambda yes: self._write(trials[0]) if yes else None,
            )
        else:
            self._write(trials[0])

    def _refused(self, trial: Trial) -> None:
        self.app.say(f"不能{self.kind.label}：{trial.why}。", "warning")
        at = {o.field for o in trial.refusals}
        field = next((ask.field for ask in self.asks if ask.field in at), "done")
        self.refill(field)

    def _write(self, trial: Trial) -> None:
        row = trial.row
        if self.write([trial], f"{self.kind.label} {row.short_number}"):
            to = STEPS[self.kind, row.state].label
            self.app.say(f"已记下：{row.short_number} {self.kind.label}，现在是{to}。")
            self.dismiss(True)

    def _batched(self, done: bool | None) -> None:
        if done:
            self.dismiss(True)

    def action_back(self) -> None:
        """Leave without recording the step."""
        self.dismiss(False)


class DutyScreen(LedgerForm, inherit_bindings=False):
    """Who puts a problem right, how and by when, or its “五个一”; each field is written when filled in."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(LEDGER_STEP)]

    def __init__(self, desk: Desk, row: LedgerRow, form: str) -> None:
        super().__init__(desk, [row], DUTY_FORMS[form], {})
        self.form = form

    def page_title(self) -> str:
        return "“五个一”" if self.form == "five" else "责任和措施"

    @property
    def shown_row(self) -> LedgerRow:
        """The problem as it now reads."""
        self.rows = self.book.now(self.rows) or self.rows
        return self.rows[0]

    def fields(self) -> list[Field]:
        duty = self.shown_row.duty
        self.values = {ask.field: str(getattr(duty, ask.field)) for ask in self.asks}
        found = [Field(ask.field, ask.label, self.values[ask.field], ask.hint) for ask in self.asks]
        return [*found, Field("done", "完成，返回", done=True)]

    def edit(self, field_id: str) -> None:
        ask = next((a for a in self.asks if a.field == field_id), None)
        if ask is None:
            self.dismiss(True)
            return

        def told(value: str | None) -> None:
            if value is not None:
                self._set(ask, value)

        self.ask_field(ask, told)

    def _set(self, ask: Ask, value: str) -> None:
        row = self.shown_row
        trial = try_duty(self.desk.state, row, {ask.field: value}, self.desk.session.today)
        if trial.refusals:
            self.app.say(f"{trial.why}。", "warning")
        elif trial.edits and self.write([trial], f"{ask.label} {row.short_number}"):
            self.app.say(f"已记下{ask.label}。")
        self.refill(ask.field)

    def action_back(self) -> None:
        """Back; what was filled in is written already."""
        self.dismiss(True)
