"""One checklist: what it asks of each profile, its faults, its items, what differs from the open round."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.exchange.checklist_shelf import Shelved, shelved
from inspect_tui.model.checklist import ANY, Award, Deduction, Item
from inspect_tui.model.terms import Profile
from inspect_tui.report.checklist_changes import lines_of
from inspect_tui.rules.checklist_diff import compare
from inspect_tui.rules.effort import ITEM_MINUTES, efforts
from inspect_tui.rules.gauge import Pace, minutes_of
from inspect_tui.rules.scoring import points_text
from inspect_tui.tui import skin
from inspect_tui.tui.actions import CHECKLIST, bindings_for
from inspect_tui.tui.all_rounds import AllRounds
from inspect_tui.tui.screens.checklists import found_words, offer_trial
from inspect_tui.tui.screens.faults import fault_lines
from inspect_tui.tui.screens.page import PageScreen
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.page import Line, LinePane, pair, wrapped

_VIEWS = {"overview": "概况", "faults": "问题", "items": "条目", "changes": "和本轮的差别"}


class ChecklistScreen(PageScreen[None], inherit_bindings=False):
    """A pager over four views; it opens on the faults when there are any that stop the file."""

    place = CHECKLIST
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(CHECKLIST)]

    DEFAULT_CSS = """
    ChecklistScreen #text { height: 1fr; }
    """

    def __init__(self, held: Shelved) -> None:
        super().__init__()
        self.held = held
        self.view = "overview" if held.checklist is not None else "faults"
        self.paces: dict[str, Pace] = {}

    def page_title(self) -> str:
        checklist = self.held.checklist
        return checklist.title if checklist is not None else self.held.name

    def page_about(self) -> str:
        return _VIEWS[self.view]

    def body(self) -> Sequence[Widget]:
        return [LinePane(self._lines, id="text")]

    @property
    def text(self) -> LinePane:
        return self.query_one("#text", LinePane)

    def ready(self) -> None:
        self.text.focus()
        if self.app.desk is not None:
            self.run_worker(self._measure(), exclusive=True)

    async def _measure(self) -> None:
        """Minutes per item from all rounds of the folder; reading them may take a while."""
        desk = self.app.desk
        if desk is None:
            return
        rounds = desk.kept(AllRounds)
        await rounds.read()
        states = [state for round_, state in rounds.rounds if not round_.practice]
        _, items = await asyncio.to_thread(minutes_of, states)
        self.paces = {pace.key: pace for pace in items}
        if self.is_mounted and self.view == "overview":
            self.text.show(top=False)

    # ---------------------------------------------------------------- the views

    def _lines(self, width: int) -> list[Line]:
        match self.view:
            case "faults":
                return self._faults(width)
            case "items":
                return self._items(width)
            case "changes":
                return self._changes(width)
            case _:
                return self._overview(width)

    def _overview(self, width: int) -> list[Line]:
        held, checklist = self.held, self.held.checklist
        said, ink = found_words(held)
        where = f"程序自带：{held.name}" if held.shipped else f"checklists/{held.name}"
        if checklist is None:
            return [*pair("文件", where, width), *pair("核对", said, width, ink=ink)]
        kinds = "、".join(kind.label for kind in checklist.unit_kinds)
        lines = [
            *pair("文件", where, width),
            *pair("版本", checklist.revision + ("（草案）" if checklist.draft else ""), width),
            *pair("本版改动", checklist.change_note or "没有写", width),
            *pair("用于", kinds, width),
            *pair("核对", f"{said}（按 3 看）" if held.faults else said, width, ink=ink),
        ]
        if checklist.remark:
            lines += pair("说明", checklist.remark, width)
        lines += [[], [(" 各定位要查多少", "head")]]
        found = efforts(checklist, self.paces)
        for effort in found:
            notes = [f"{effort.conditional}条看条件"] if effort.conditional else []
            notes += [f"{effort.measured}条按以往用时"] if effort.measured else []
            more = f"（{'，'.join(notes)}）" if notes else ""
            points, minutes = points_text(effort.points), points_text(effort.minutes)
            told = f"{effort.items}条，{points}分，约{minutes}分钟{more}"
            lines += pair(effort.label, told, width, column=14)
        lines += wrapped(
            f"以往用时取各轮记录里每条的中间值，至少3次才算；没有的按每条{points_text(ITEM_MINUTES)}分钟。",
            width,
            "dim",
        )
        lines += [[], [(" 各大项", "head")]]
        for section in checklist.sections:
            told = f"{len(section.items)}条，{points_text(section.points)}分"
            if section.figures:
                told += f"，旁边显示{'、'.join(figure.label for figure in dict.fromkeys(section.figures))}"
            lines += pair(section.id, f"{section.name}：{told}", width)
        if checklist.triggers:
            lines += [[], [(" 红线、否决项", "head")]]
            for trigger in checklist.triggers:
                lines += pair(trigger.id, trigger.text, width)
        return lines

    def _faults(self, width: int) -> list[Line]:
        if not self.held.faults:
            return wrapped("没有发现问题，提醒也没有。", width, "pass")
        lines: list[Line] = []
        for number, fault in enumerate(self.held.faults, 1):
            kind, ink = ("提醒", "warn") if fault.warning else ("问题", "fail")
            lines.append([(fit(f" {number}. {kind}", width), ink)])
            lines += [*fault_lines(fault, width), []]
        return lines

    def _items(self, width: int) -> list[Line]:
        checklist = self.held.checklist
        if checklist is None:
            return wrapped("清单还用不上，先改好问题（按 3 看）。", width, "warn")
        lines: list[Line] = []
        for section in checklist.sections:
            rule = skin.current().glyphs.rule
            lines.append(
                [(fit(f" {rule * 2} {section.name}  {points_text(section.points)}分", width), "head")]
            )
            for item in section.items:
                lines += item_lines(item, width)
        return lines

    def _changes(self, width: int) -> list[Line]:
        checklist, desk = self.held.checklist, self.app.desk
        if checklist is None:
            return wrapped("清单还用不上，先改好问题（按 3 看）。", width, "warn")
        if desk is None:
            return wrapped("没有打开的轮次，没有可比的。", width, "dim")
        frozen = desk.round.checklist(checklist.id)
        if frozen is None:
            return wrapped(f"“{desk.round.title}”里没有这份清单。", width, "dim")
        lines = wrapped(
            f"“{desk.round.title}”里是{frozen.revision}版，这份是{checklist.revision}版。", width, "strong"
        )
        for told in lines_of(compare(frozen, checklist)):
            depth = len(told) - len(told.lstrip(" "))
            lines += wrapped(told.lstrip(" "), width, "text" if depth else "head", indent=" " * (1 + depth))
        return lines

    # ---------------------------------------------------------------- keys

    def action_show(self, view: str) -> None:
        """Another view."""
        self.view = view
        self.tell_head(about=self.page_about())
        self.text.show()

    def action_trial(self) -> None:
        """Walk the checklist to try it."""
        offer_trial(self, self.held)

    def action_again(self) -> None:
        """Read the file again, after it was mended."""
        before = self.held
        self.held = shelved(before.path, self.app.space, shipped=before.shipped)
        self.tell_head(title=self.page_title(), about=self.page_about())
        self.text.show(top=False)
        self.app.say(f"原来{found_words(before)[0]}，现在{found_words(self.held)[0]}。")

    def on_screen_resume(self, _: events.ScreenResume) -> None:
        if self.is_mounted:
            self.show_status(self.app.status())


def item_lines(item: Item, width: int) -> list[Line]:
    """An item as its author wrote it: words, points, rubric, what can be picked."""
    points = f"{points_text(item.points)}分"
    known = {profile.value for profile in Profile}
    only = [Profile(p).label for p in item.applies_to if p != ANY and p in known]
    marks = "，".join([points, item.severity.label, *([f"只查{'、'.join(only)}"] if only else [])])
    lines = [*wrapped(f"{item.id}  {item.text}（{marks}）", width, "strong", hang="   ")]
    if item.rubric:
        lines += wrapped(f"评分：{item.rubric}", width, "dim", indent="   ")
    rows: list[Deduction | Award] = [*item.deductions, *item.awards]
    for row in rows:
        lines += wrapped(f"{row.label}：{_cost(row)}", width, "text", indent="     ", hang="       ")
    return lines


def _cost(row: Deduction | Award) -> str:
    if isinstance(row, Award):
        return f"{points_text(row.points)}分（{row.verdict.label}）"
    if row.suggestion:
        return "不扣分，记为建议"
    cost = "不得分" if row.all else f"扣{points_text(row.points)}分"
    cap = f"，最多扣{points_text(row.cap)}分" if row.cap is not None else ""
    return f"{f'每{row.unit}' if row.unit else ''}{cost}{cap}"
