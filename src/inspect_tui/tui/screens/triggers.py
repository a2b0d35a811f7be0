"""Red lines, vetoes and alerts: a page of their own, each recorded with its fact after a confirm."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import BindingType

from inspect_tui.model.checklist import Checklist, Trigger
from inspect_tui.model.terms import TriggerEffect
from inspect_tui.model.view import Hit
from inspect_tui.rules import actions, visiting
from inspect_tui.rules.applicability import checklists_for
from inspect_tui.tui import skin
from inspect_tui.tui.actions import TRIGGERS, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.visit_page import VisitPage, when
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import ConfirmScreen
from inspect_tui.tui.widgets.page import Line, wrapped

_HINT = "写事实和依据，不写推断；只写单位或岗位，不写姓名。"


class _Row(NamedTuple):
    checklist: Checklist
    trigger: Trigger | None
    hits: tuple[Hit, ...] = ()


class TriggersScreen(VisitPage, inherit_bindings=False):
    """The red lines, vetoes, alerts and extra checks of a unit's checklists.

    With `ask`, it opens at that one and asks at once whether to record it, because a deduction names it.
    """

    place = TRIGGERS
    title_word = "红线、否决项"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(TRIGGERS)]

    def __init__(self, desk: Desk, unit: str, ask: tuple[str, str] | None = None) -> None:
        super().__init__(desk, unit)
        self._ask = ask
        self._asked = False
        self._lines: list[_Row] = []

    # ---------------------------------------------------------------- showing

    def reread(self) -> None:
        unit = self.desk.round.unit(self.unit)
        self._lines = []
        held = [c for c in checklists_for(self.desk.round, unit) if c.triggers] if unit is not None else []
        for checklist in held:
            self._lines.append(_Row(checklist, None))
            self._lines += [
                _Row(
                    checklist,
                    trigger,
                    tuple(visiting.hits_of(self.desk.state, self.unit, checklist.id, trigger.id)),
                )
                for trigger in checklist.triggers
            ]

    def count(self) -> int:
        return len(self._lines)

    def can_choose(self, index: int) -> bool:
        return self._lines[index].trigger is not None

    def first(self) -> int:
        return self.place_of(self._ask) or 0

    def mark(self) -> object:
        row = self.current
        return (row.checklist.id, row.trigger.id) if row and row.trigger else None

    def place_of(self, mark: object) -> int | None:
        return next(
            (
                i
                for i, row in enumerate(self._lines)
                if row.trigger is not None and (row.checklist.id, row.trigger.id) == mark
            ),
            None,
        )

    @property
    def current(self) -> _Row | None:
        """The row under the cursor."""
        index = self.list.cursor
        return self._lines[index] if 0 <= index < len(self._lines) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        line = self._lines[index]
        if line.trigger is None:
            return [(fit(f" {line.checklist.title}", width), "head")]
        glyphs = skin.current().glyphs
        hit = bool(line.hits)
        id_ = fit(line.trigger.id, 7)
        return [
            (glyphs.cursor if here else " ", "accent"),
            (f" {glyphs.failed if hit else ' '} ", "fail"),
            (fit(line.trigger.effect.label, 10), "warn" if hit else "dim"),
            (id_, "dim"),
            (fit(line.trigger.text, max(4, width - 4 - 10 - 7 - 8)), "text"),
            (" ", "text"),
            (fit("已记录" if hit else "", 7), "fail"),
        ]

    def about(self, width: int) -> list[Line]:
        row = self.current
        if row is None or row.trigger is None:
            return [[(" 本单位的检查清单没有列红线、否决项。", "dim")]]
        lines = wrapped(f"{row.trigger.id} {row.trigger.text}", width, "strong")
        lines += wrapped(visiting.CONSEQUENCES[row.trigger.effect], width, "warn")
        for hit in row.hits:
            lines += wrapped(f"事实：{hit.fact}", width, "text")
            lines += wrapped(f"{'、'.join(hit.by)}  {when(hit.at)}", width, "dim")
        if not row.hits:
            lines += wrapped("没有记录。按回车写明事实，确认后记录。", width, "dim")
        return lines

    def ready(self) -> None:
        super().ready()
        self.call_after_refresh(self._ask_at_once)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        # Of several red lines asked about at once, each has its turn when its page comes to the front.
        self.call_after_refresh(self._ask_at_once)

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_hit()

    # ---------------------------------------------------------------- recording

    def _own(self, row: _Row) -> Hit | None:
        return next((h for h in row.hits if set(h.by) & set(self.people)), None)

    def _ask_at_once(self) -> None:
        if self._ask is None or self._asked or self.app.screen is not self:
            return
        self._asked = True
        row = self.current
        if row is None or row.trigger is None or self.mark() != self._ask:
            self.app.say("清单里没有这一条红线，请按清单核对。", "warning")
            return
        trigger = row.trigger
        if row.hits:
            self.app.say(f"{trigger.id} 已有记录，不必再记。")
            self.action_back()
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._write(row, trigger, leave=True)
            else:
                self.action_back()

        self.app.push_screen(
            ConfirmScreen(
                f"所选情形涉及{trigger.effect.label} {trigger.id}：{trigger.text}。要记录吗？",
                intro=visiting.CONSEQUENCES[trigger.effect],
                yes="是，写明事实并记录",
                no="否，只按扣分处理",
            ),
            answered,
        )

    def action_hit(self) -> None:
        """Record the red line under the cursor, or change the fact one wrote."""
        row = self.current
        if row is None or row.trigger is None or not self.writable():
            return
        if row.hits and self._own(row) is None:
            self.app.say(f"这一条已由{'、'.join(row.hits[0].by)}记录；你记的会并列保留，由组长裁定。")
        self._write(row, row.trigger)

    def _write(self, row: _Row, trigger: Trigger, *, leave: bool = False) -> None:
        own = self._own(row)
        key = f"trigger/{self.unit}/{row.checklist.id}/{trigger.id}"

        def written(fact: str) -> None:
            self.app.remember(f"text/{key}", fact)
            self.app.push_screen(
                ConfirmScreen(
                    f"确认记录{trigger.effect.label} {trigger.id}：{trigger.text}？",
                    intro=f"{visiting.CONSEQUENCES[trigger.effect]}事实：{fact[:300]}",
                    yes="确认记录",
                    no="先不记，文字留作草稿",
                ),
                lambda yes: confirmed(fact) if yes else None,
            )

        def confirmed(fact: str) -> None:
            edit = actions.hit_trigger(self.desk.state, self.unit, row.checklist.id, trigger.id, fact)
            if not self.make([edit], f"{trigger.effect.label} {trigger.id}"):
                return
            self.app.remember(f"text/{key}", "")
            if trigger.effect is TriggerEffect.ALERT:
                self.app.say(f"已记录。{visiting.CONSEQUENCES[trigger.effect]}", "warning", timeout=12)
            else:
                self.app.say(f"已记录{trigger.effect.label} {trigger.id}。")
            if leave:
                self.action_back()

        self.ask_words(
            f"{trigger.id} {trigger.text}：事实",
            key,
            written,
            text=own.fact if own else "",
            hint=_HINT,
        )

    def action_take_back(self) -> None:
        """Take one's own record back, after a confirm."""
        row = self.current
        if row is None or row.trigger is None or not self.writable():
            return
        trigger, own = row.trigger, self._own(row)
        if not row.hits:
            self.app.say("这一条没有记录。")
            return
        if own is None:
            self.app.say(
                f"这一条由{'、'.join(row.hits[0].by)}记录，只能由本人撤回，或由组长裁定。", "warning"
            )
            return

        def answered(yes: bool | None) -> None:
            if yes:
                edit = actions.clear_trigger(self.desk.state, self.unit, row.checklist.id, trigger.id)
                if self.make([edit], f"撤回{trigger.effect.label} {trigger.id}"):
                    self.app.say("已撤回，记录过程仍留痕。")

        self.app.push_screen(
            ConfirmScreen(
                f"撤回{trigger.effect.label} {trigger.id}：{trigger.text}？",
                intro=f"事实：{own.fact[:300]}",
                yes="撤回",
                no="不撤回",
            ),
            answered,
        )
