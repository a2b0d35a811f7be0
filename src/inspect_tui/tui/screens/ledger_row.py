"""One problem with everything about it: what was found, who answers for it, every step ever taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.model.problem import Past
from inspect_tui.model.terms import RectState, StepKind
from inspect_tui.rules.evidence import evidence_of, piece_id
from inspect_tui.rules.ledger import STEP, LedgerRow
from inspect_tui.rules.ledger_history import history_of
from inspect_tui.rules.lifecycle import STEPS, steps_from
from inspect_tui.rules.matter import step_words
from inspect_tui.rules.questions import questions
from inspect_tui.rules.rectifying import DUTY_WORDS, planned
from inspect_tui.tui import skin
from inspect_tui.tui.actions import LEDGER_ROW, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.ledger_rows import light_part, severity_ink, state_part
from inspect_tui.tui.screens.ledger_page import LedgerPage
from inspect_tui.tui.screens.visit_page import when
from inspect_tui.tui.widgets.page import Line, LinePane, pair, wrapped

Key = tuple[str, str]
"""A unit and a problem of it."""


class LedgerRowScreen(LedgerPage, inherit_bindings=False):
    """The whole problem, scrolled; below it the steps that may be taken now, each with its digit."""

    place = LEDGER_ROW
    title_word = "问题"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(LEDGER_ROW)]

    DEFAULT_CSS = """
    LedgerRowScreen #text { height: 1fr; }
    LedgerRowScreen #acts { height: 5; }
    """

    def __init__(self, desk: Desk, unit: str, problem: str, order: Sequence[Key] = ()) -> None:
        super().__init__(desk, unit)
        self.order = list(order) or [(unit, problem)]
        self.at = self.order.index((unit, problem)) if (unit, problem) in self.order else 0
        self.shown: LedgerRow | None = None
        self.past: list[Past] = []

    # ---------------------------------------------------------------- the frame

    def page_about(self) -> str:
        place = f"{self.at + 1}/{len(self.order)}  " if len(self.order) > 1 else ""
        return place + (f"{self.shown.number}  {self.shown.unit_name}" if self.shown is not None else "")

    def body(self) -> Sequence[Widget]:
        self.reread()
        self.text = LinePane(self._text, id="text")
        self.acts = LinePane(self._acts, id="acts")
        self.acts.can_focus = False
        return [self.text, self.acts]

    def ready(self) -> None:
        self._stop_listening = self.desk.listen(lambda _: self.refill())
        self.text.focus()

    def on_screen_resume(self, _: events.ScreenResume) -> None:
        if self.is_mounted and self.query("#text"):
            self.refill()
            self.show_status(self.app.status())

    def reread(self) -> None:
        unit, problem = self.order[self.at]
        self.shown = self.book.row(unit, problem)
        self.past = history_of(self.desk.state, self.desk.round, self.shown) if self.shown is not None else []

    def show_anew(self) -> None:
        self.reread()
        self.tell_head(about=self.page_about())
        self.text.show(top=False)
        self.acts.show()

    # ---------------------------------------------------------------- showing

    def _text(self, width: int) -> list[Line]:
        row = self.shown
        if row is None:
            return wrapped("这个问题已经不在台账里。", width, "dim")
        duty = [*_duty(row, width), *self._differing(row, width)]
        return [*_what(row, width), [], *duty, *self._looked(row, width), *self._history(width)]

    def _differing(self, row: LedgerRow, width: int) -> list[Line]:
        """Fields of the duty that several people filled in differently, until the lead decides."""
        lines: list[Line] = []
        for field, word in DUTY_WORDS.items():
            told = {str(e.value): "、".join(e.by) for e in self.desk.state.live(row.record, field) if e.value}
            if len(told) > 1:
                said = "；".join(f"{value}（{by}）" for value, by in told.items())
                lines += wrapped(f"{word}有{len(told)}种填法，请组长裁定：{said}", width, "warn")
        return lines

    def _looked(self, row: LedgerRow, width: int) -> list[Line]:
        lines: list[Line] = []
        for taken in row.outcomes:
            by = "、".join(taken.by)
            lines += pair("本轮复查", f"{step_words(taken.step)}（{by} {when(taken.at)}）", width)
        if row.contested:
            lines += wrapped("各方记的整改状态不一致，请组长先裁定。", width, "warn")
        if row.basis and not row.outcomes:
            lines += pair("复查意见", row.basis, width)
        if row.verified_by and not row.outcomes:
            lines += pair("复查人", f"{row.verified_by} {row.verified_on}".strip(), width)
        if row.remains:
            lines += pair("还剩", row.remains, width, ink="warn")
        if row.until:
            ink = "warn" if row.returned else "text"
            said = "，已到期，回到整改中" if row.returned else ""
            lines += pair("挂账到", f"{row.until}{said}（批准人：{row.approver}）", width, ink=ink)
        if row.closed_on:
            lines += pair("销号日期", row.closed_on, width, ink="pass")
        return [[], *lines] if lines else []

    def _history(self, width: int) -> list[Line]:
        lines: list[Line] = [[], [(" 经过（只增不改）", "head")]]
        for past in self.past:
            moved = ""
            if past.to is not None and past.to is not past.left:
                moved = f"{past.left.label}变为{past.to.label}" if past.left is not None else past.to.label
            by = "、".join(past.by)
            head = "  ".join(part for part in (when(past.at), by, past.round) if part)
            lines.append([(f" {head}", "dim")])
            lines += wrapped(past.words, width, "text", indent="   ")
            if moved:
                lines += wrapped(f"状态：{moved}", width, "dim", indent="   ")
        return lines

    @property
    def steps(self) -> list[StepKind]:
        """The steps that may be taken now, in the order of their digits."""
        row = self.shown
        return steps_from(row.state) if row is not None and not row.carried_to and not row.contested else []

    def blocked(self, kind: StepKind) -> str:
        """Why a step of this state cannot be taken whatever is filled in; nothing where it can."""
        if self.shown is None:
            return ""
        guarded = planned(self.desk.state, self.shown, kind, self.desk.session.today)[1]
        return next((objection.text for objection in guarded.refusals if objection.field == "state"), "")

    def _acts(self, width: int) -> list[Line]:
        lines: list[Line] = [[(skin.current().glyphs.rule * width, "dim")]]
        row = self.shown
        if row is None:
            return lines
        for number, kind in enumerate(self.steps, 1):
            why = self.blocked(kind)
            said = f"  现在不行：{why}" if why else f"  变为{STEPS[kind, row.state].label}"
            lines.append([(f" {number} ", "key"), (kind.label, "dim" if why else "text"), (said, "dim")])
        if row.carried_to:
            lines += wrapped(f"已转入“{row.carried_to}”，请到那一轮办理。", width, "warn")
        elif row.contested:
            lines.append(
                [
                    (" 1 ", "key"),
                    ("去裁定", "text"),
                    ("  各方记的整改状态不一致，组长裁定后才能往下办", "warn"),
                ]
            )
        elif row.must_verify:
            lines += wrapped("上轮问题，本轮还没有复查。按 7 去复查。", width, "accent")
        elif row.state is RectState.CLOSED:
            lines += wrapped("已销号。再发现同样的问题，由复查记为反弹。", width, "dim")
        elif row.state is RectState.WITHDRAWN:
            lines += wrapped("已撤销，不再往下办。", width, "dim")
        return lines[:5]

    # ---------------------------------------------------------------- doing

    def action_step(self, digit: str) -> None:
        """Take the step with that digit."""
        index = int(digit) - 1
        row = self.shown
        if row is None:
            return
        if row.contested and not row.carried_to and not index:
            self._decide(row)
        elif index >= len(self.steps):
            allowed = "、".join(kind.label for kind in self.steps)
            self.app.say(f"现在没有第{digit}步可办" + (f"，可以：{allowed}。" if allowed else "。"))
        elif why := self.blocked(self.steps[index]):
            self.app.say(f"不能{self.steps[index].label}：{why}。", "warning")
        elif self.writable():
            from inspect_tui.tui.screens.ledger_step import StepScreen

            self.app.push_screen(StepScreen(self.desk, [row], self.steps[index]))

    def _decide(self, row: LedgerRow) -> None:
        """The lead's page, at the question that this problem raises."""
        held = questions(self.desk.state, self.desk.round)
        question = next((q for q in held if q.record == row.record and q.field == STEP), None)
        if question is None:
            self.app.say("没有要裁定的地方。")
        else:
            self.app.open_decide(question.id)

    def action_duty(self, form: str) -> None:
        """Who puts it right, how and by when; or its “五个一”."""
        if self.shown is None or not self.writable():
            return
        if self.shown.carried_to:
            self.app.say(f"这个问题已转入“{self.shown.carried_to}”，请到那一轮办理。", "warning")
            return
        from inspect_tui.tui.screens.ledger_step import DutyScreen

        self.app.push_screen(DutyScreen(self.desk, self.shown, form))

    def action_item(self) -> None:
        """The item in the walk over the unit."""
        row = self.shown
        if row is None:
            return
        if self.desk.round.unit(row.unit) not in self.desk.units():
            self.app.say("这个单位不在本轮检查之列，只能在这里看。", "warning")
            return
        self.app.open_unit(row.unit, at=(row.checklist, row.item) if row.item else None)

    def action_verify(self) -> None:
        """Look at it again, as an earlier problem."""
        row = self.shown
        if row is None:
            return
        if not row.carried:
            self.app.say("这是本轮的问题，下一轮才复查；整改完成后按数字办复查通过或不通过。")
        else:
            self.app.open_lookback(row.unit, row.id)

    def action_evidence(self) -> None:
        """What stands behind the problem, and more of it for how it was put right."""
        from inspect_tui.tui.screens.evidence_page import EvidenceScreen

        row = self.shown
        if row is None:
            return
        own = {e.id for e in evidence_of(self.desk.state, row.unit, row.record)}
        seen = [piece for piece in row.pieces if piece_id(piece) not in own]
        page = EvidenceScreen(
            self.desk,
            row.unit,
            row.record,
            row.number,
            earlier=seen,
            earlier_words="发现和以前的佐证（只看）",
            ledger=True,
        )
        self.app.push_screen(page)

    def action_next_row(self) -> None:
        """The next problem of the list it was opened from."""
        self._go(1)

    def action_previous_row(self) -> None:
        """The one before it."""
        self._go(-1)

    def _go(self, by: int) -> None:
        at = self.at + by
        if not 0 <= at < len(self.order):
            self.app.say("这是最后一个。" if by > 0 else "这是第一个。")
            return
        self.at = at
        self.unit = self.order[at][0]
        self.refill()
        self.text.action_first()


def _what(row: LedgerRow, width: int) -> list[Line]:
    """What was found, where, when, and how often it came back."""
    sign, _, ink = state_part(row)
    light, light_ink = light_part(row)
    lines: list[Line] = [
        [
            (f" {sign} {row.state_label}", ink),
            (f"  {light.lstrip('!')}" if light else "", light_ink),
            (f"  {row.severity.label}", severity_ink(row.severity)),
            ("  缺项" if row.missing else "", "warn"),
            ("  立行立改" if row.fixed_on_site else "", "accent"),
        ]
    ]
    lines += wrapped(row.text, width, "strong")
    for again in row.again:
        lines += wrapped(f"本轮又发现：{again}", width, "warn")
    if len(row.numbers) > 1:
        lines += pair("编号", "、".join(row.numbers), width)
    if row.item:
        lines += pair("检查项", f"{row.item} {row.item_text}", width)
    if row.basis_clause:
        lines += pair("依据", row.basis_clause, width)
    if row.evidence:
        lines += pair("佐证", "、".join(row.evidence), width)
    unit = f"{row.unit_name}（{row.branch_name}）" if row.branch_name else row.unit_name
    lines += pair("单位", unit, width)
    noted = "  ".join(part for part in (row.noted, row.noted_round, "、".join(row.found_by)) if part)
    lines += pair("首次发现", noted, width)
    if row.carried:
        lines += pair("来自", f"{row.source}，已连续{row.rounds}轮在册", width)
    if row.old_number and not row.carried:
        lines += pair("上轮编号", f"{row.old_number}（同一问题再次发生）", width, ink="warn")
    if row.recurrences:
        lines += pair("反弹", f"{row.recurrences}次", width, ink="fail")
    if row.unsettled_finding:
        lines += pair("注意", "这一条检查项各人意见不同，还没有裁定。", width, ink="warn")
    return lines


def _duty(row: LedgerRow, width: int) -> list[Line]:
    """The duty, field by field; what nobody filled in says so where the unit must."""
    duty = row.duty
    lines: list[Line] = [[(" 责任和整改", "head")]]
    must = ("owner_unit", "owner", "leader", "supervisor", "measure", "due")
    for field, word in DUTY_WORDS.items():
        value = str(getattr(duty, field))
        if value:
            ink = "fail" if field == "due" and row.overdue else "text"
            lines += pair(word, value, width, ink=ink)
        elif field in must:
            lines += pair(word, "（未填）", width, ink="dim")
    return lines
