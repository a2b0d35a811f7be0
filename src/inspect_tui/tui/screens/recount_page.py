"""Recount page: one month's sheet of 二次分配 held against the unit's rule, in memory only.

Leaving the page lets every line go; what can be kept are a sentence without names, and counts and sums.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.exchange.distribution_sheet import PaySheet, fitting_rules, read_distribution_sheet
from inspect_tui.model.distribution import Distribution
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.terms import Helper
from inspect_tui.rules.distribution import Recount, RowResult, part_words, recount, yuan_text
from inspect_tui.rules.issue import plain_decimal
from inspect_tui.rules.recounts import recounts_of, sentence, set_recount, told_of
from inspect_tui.store.session import ReadOnlySession
from inspect_tui.tui import skin
from inspect_tui.tui.actions import RECOUNT, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.files_nearby import given_paths
from inspect_tui.tui.helping import (
    likely_sheets,
    month_in,
    note_edits,
    problem_edits,
    read_month,
    target_of,
)
from inspect_tui.tui.screens.visit_page import VisitPage
from inspect_tui.tui.text import fit, one_line
from inspect_tui.tui.walking import Option
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.menu import Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, wrapped
from inspect_tui.tui.widgets.prompt import TextPrompt

_FREE = "\0free"
_MOST_TOLD = 6
_OTHER_RULE = "或者按 2 换一份细则"


class RecountScreen(VisitPage, inherit_bindings=False):
    """Lines that differ above, how the line under the cursor came about below."""

    place = RECOUNT
    title_word = "分配复算"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(RECOUNT)]

    def __init__(self, desk: Desk, unit: str, item: tuple[str, str] | None = None) -> None:
        super().__init__(desk, unit)
        self.target = target_of(desk, unit, Helper.RECOUNT, item)
        self.rules: list[Distribution] = []
        self.rule: Distribution | None = None
        self.path: Path | None = None
        self.taken: PaySheet | None = None
        self.made: Recount | None = None
        self.total: Decimal | None = None
        self.month = ""
        self.names = True
        self.everybody = False
        self._writes = 0

    def ready(self) -> None:
        super().ready()
        self.rules, faults = self.desk.session.space.distributions()
        if len(self.rules) == 1:
            self.rule = self.rules[0]
        if any(not fault.warning for fault in faults):
            bad = next(fault for fault in faults if not fault.warning)
            self.app.say(one_line(bad.text()), "warning", timeout=12)
        self.action_sheet()

    # ---------------------------------------------------------------- rows

    @property
    def shown(self) -> list[RowResult]:
        """The lines that are listed."""
        if self.made is None:
            return []
        rows = self.made.rows
        return [row for row in rows if self.everybody or row.wrong or row.diff is None]

    def page_more(self) -> str:
        return one_line(self.path.name) if self.path is not None else ""

    def reread(self) -> None:
        """The lines come from the sheet alone; the state adds nothing to them."""

    def count(self) -> int:
        return max(1, len(self.shown))

    def can_choose(self, index: int) -> bool:
        return bool(self.shown)

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        rows = self.shown
        if not rows:
            if self.made is None:
                return [("  按 1 选分配表，", "dim"), ("表里各人的数只在这里看，不保存。", "text")]
            return [(fit("  各人都与细则一致。", width), "pass")]
        row = rows[index]
        name = row.who if self.names else ""
        head: list[Part] = [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (fit(f"第{row.row}行", 8), "dim"),
            (fit(name, 12) + " ", "text"),
        ]
        if row.diff is None or row.due is None or row.paid is None:
            return [*head, (fit(f"没有复算：{row.reason}", max(8, width - 22)), "warn")]
        way, ink = (
            ("一致", "pass") if not row.wrong else ("多发", "fail") if row.diff > 0 else ("少发", "fail")
        )
        amount = yuan_text(abs(row.diff)) if row.wrong else ""
        return [
            *head,
            (fit(f"应得{yuan_text(row.due)}", 18), "text"),
            (fit(f"实发{yuan_text(row.paid)}", 18), "text"),
            (fit(f"{way}{amount}", max(4, width - 58)), ink),
        ]

    def about(self, width: int) -> list[Line]:
        lines: list[Line] = []
        made, rule = self.made, self.rule
        if made is not None and rule is not None:
            told = told_of(made, rule, "")
            lines += wrapped(sentence(self.month, told) + "。", width, "strong")
            rows = self.shown
            if 0 <= self.list.cursor < len(rows) and rows[self.list.cursor].steps:
                row = rows[self.list.cursor]
                steps = zip(made.steps, row.steps, strict=True)
                said = "，".join(f"{name}{yuan_text(amount)}" for name, amount in steps if amount)
                lines += wrapped(f"第{row.row}行：{said}", width, "text")
            if made.blocked:
                lines += wrapped(f"不能复算：{made.blocked}。", width, "warn")
            if made.total is not None:
                lines += wrapped(f"总额{yuan_text(made.total)}", width, "dim")
            for note in (*made.notes, *(self.taken.messages if self.taken else ())):
                lines += wrapped(note, width, "dim")
            for fault in (self.taken.faults if self.taken else ())[:_MOST_TOLD]:
                lines += wrapped(f"{fault.path}：{fault.message}", width, "warn")
        if rule is not None:
            draft = "（草案）" if rule.draft else ""
            lines += wrapped(f"细则：{rule.title}{draft}", width, "dim")
            if made is None:
                lines += wrapped("；".join(part_words(part) for part in rule.parts), width, "dim")
        for held in recounts_of(self.desk.state, self.unit)[-2:]:
            two = "（有两种结果，待组长裁定）" if held.contested else ""
            lines += wrapped(f"已记：{sentence(held.month, held.told)}{two}", width, "dim")
        return lines

    def place_of(self, mark: object) -> int | None:
        return self.list.cursor if self.list.cursor >= 0 else None

    # ---------------------------------------------------------------- the sheet

    def action_sheet(self) -> None:
        """Choose the month's sheet."""
        self.run_worker(self._offer_sheets(), exclusive=True)

    async def _offer_sheets(self) -> None:
        found = await asyncio.to_thread(likely_sheets, self.desk.session.space.root)
        if not self.is_current:
            return
        entries = [Entry(str(path), one_line(path.name), one_line(path.parent.name)) for path in found]
        entries.append(Entry("", "输入文件位置", "可以把文件拖到窗口里"))

        def picked(where: str | None) -> None:
            if where:
                self._choose(Path(where))
            elif where == "":
                self._ask("分配表在哪里", "", self._typed, hint="粘贴完整路径（.xlsx、.csv）。")

        intro = "各人的数只在屏幕上看，离开这一页就没有了。"
        self.app.push_screen(MenuScreen("复算哪一张分配表", entries, intro=intro), picked)

    def _typed(self, text: str) -> None:
        paths = given_paths(text)
        if paths:
            self._choose(paths[0])

    def _choose(self, path: Path) -> None:
        self.path = path
        self.month = month_in(path.name, self.desk.session.today)
        if self.rule is None:
            self.action_rule()
        else:
            self._ask_month()

    def _ask_month(self) -> None:
        def check(text: str) -> str:
            return "" if read_month(text) else "请写成2026-10或2026年10月。"

        def told(text: str) -> None:
            self.month = read_month(text)
            self.run_worker(self._read(), exclusive=True)

        self._ask("是哪个月的分配表", self.month, told, check=check)

    async def _read(self) -> None:
        path, rule = self.path, self.rule
        if path is None or rule is None:
            return
        try:
            taken = await asyncio.to_thread(read_distribution_sheet, path, rule, _OTHER_RULE)
        except InputFaults as error:
            self.taken = self.made = None
            if self.is_mounted:
                self.refill()
            self.app.say(one_line(str(error)), "error", timeout=15)
            return
        self.taken = taken
        if self.is_mounted:
            self._compute()

    def _compute(self) -> None:
        if self.taken is not None and self.rule is not None:
            self.made = recount(self.rule, self.taken.rows, self.total)
            self.refill()
            self.list.move_to(0)

    # ---------------------------------------------------------------- the rule

    def action_rule(self) -> None:
        """Choose the unit's rule."""
        if not self.rules:
            self.app.say("没有能用的细则。请在工作文件夹的 distribution 里放一份，见说明书。", "warning")
            return
        used = self._last_used()
        if used or self.path is None or len(self.rules) == 1:
            self._offer_rules(used, used)
        else:
            self.run_worker(self._offer_fitting(self.path), exclusive=True)

    def _last_used(self) -> str:
        """The rule the unit's latest month was held against; empty when there is none, or it is gone."""
        held = recounts_of(self.desk.state, self.unit)
        used = held[-1].told.rule if held else ""
        return used if any(rule.id == used for rule in self.rules) else ""

    async def _offer_fitting(self, path: Path) -> None:
        fit_ids = await asyncio.to_thread(fitting_rules, path, self.rules)
        if self.is_current:
            self._offer_rules("", fit_ids[0] if fit_ids else "")

    def _offer_rules(self, used: str, at: str) -> None:
        entries = [
            Entry(
                rule.id,
                rule.title + ("（草案）" if rule.draft else ""),
                "上次用的" if rule.id == used else rule.basis,
            )
            for rule in self.rules
        ]
        cursor = next((n for n, rule in enumerate(self.rules) if rule.id == at), 0)

        def picked(wanted: str | None) -> None:
            self.rule = next((rule for rule in self.rules if rule.id == wanted), self.rule)
            if wanted is None or self.path is None:
                self.refill()
            elif self.made is None:
                self._ask_month()
            else:
                self.run_worker(self._read(), exclusive=True)

        self.app.push_screen(MenuScreen("按哪一份细则", entries, cursor=cursor), picked)

    def action_total(self) -> None:
        """Say the month's total."""

        def check(text: str) -> str:
            amount = plain_decimal(text.strip().replace(",", "").removesuffix("元"))
            return "" if not text.strip() or (amount is not None and amount > 0) else "请写金额，如12000.50。"

        def told(text: str) -> None:
            self.total = plain_decimal(text.strip().replace(",", "").removesuffix("元"))
            self._compute()

        held = f"{self.total:f}" if self.total is not None else ""
        hint = "清空则用细则里写的，没有写的按表里相加。"
        self._ask("本月总额（元）", held, told, hint=hint, check=check, required=False)

    def _ask(
        self,
        title: str,
        text: str,
        then: Callable[[str], object],
        *,
        hint: str = "",
        check: Callable[[str], str] | None = None,
        required: bool = True,
    ) -> None:
        """Ask for words that are kept as no draft: they are short, and nothing of a sheet may stay."""

        def told(words: str | None) -> None:
            if words is not None:
                then(words)

        self.app.push_screen(TextPrompt(title, text=text, hint=hint, required=required, check=check), told)

    # ---------------------------------------------------------------- looks

    def action_everybody(self) -> None:
        """List everybody, or only those who differ."""
        self.everybody = not self.everybody
        self.refill()

    def action_names(self) -> None:
        """Show names, or row numbers only, as when others look on."""
        self.names = not self.names
        self.list.refresh_rows()

    # ---------------------------------------------------------------- what is kept

    def _told(self) -> bool:
        if self.made is None or self.rule is None:
            self.app.say("先按 1 选分配表。", "warning")
            return False
        return True

    def _sentence(self) -> str:
        assert self.made is not None and self.rule is not None and self.taken is not None
        return sentence(self.month, told_of(self.made, self.rule, self.taken.sha256))

    def action_note(self) -> None:
        """Write the sentence as a note of the item."""
        if not self._told() or not self.writable():
            return
        if self.target is None:
            self.app.say("本单位的清单没有对应的检查项，可以按 7 记为单位名下的问题。", "warning")
            return
        edits = note_edits(self.desk, self.unit, self.target, self._sentence())
        if not edits:
            self.app.say("说明里已经有这句话。")
        elif self.make(edits, f"{self.target.item.id} 说明：分配复算"):
            self.app.say(f"已写进 {self.target.item.id} 的说明，没有姓名。")

    def action_problem(self) -> None:
        """Record a problem: the item's counted deduction, or the sentence itself."""
        if not self._told() or not self.writable():
            return
        assert self.made is not None
        wrong = len(self.made.wrong)
        if not wrong:
            self.app.say("没有不一致的，不用记问题；可以按 6 写成说明。", "warning")
            return
        labels = self.target.labels if self.target is not None else ()
        if not labels:
            self._problem("")
        elif len(labels) == 1:
            self._problem(labels[0])
        else:
            options = [Option(label, f"记{wrong}次", label) for label in labels]
            options.append(Option("不在以上情形", "把这句话记为问题", _FREE))
            self.offer(
                "记为哪一种情形：",
                options,
                lambda option, _: self._problem("" if option.value == _FREE else option.value),
            )

    def _problem(self, label: str) -> None:
        assert self.made is not None
        edits, triggers = problem_edits(
            self.desk,
            self.unit,
            self.target,
            label,
            len(self.made.wrong),
            self._sentence(),
            self.desk.new_id(),
        )
        where = f" {self.target.item.id}" if self.target is not None else "单位名下"
        if not edits:
            self.app.say("这个问题已经记过。")
        elif self.make(edits, f"{where.strip()} 问题：分配复算"):
            self.app.say(f"已记在{where}：{len(self.made.wrong)}人次，没有姓名。")
            for trigger in triggers:
                assert self.target is not None
                self.app.ask_trigger(self.unit, self.target.checklist, trigger)

    def action_keep(self) -> None:
        """Keep counts and sums of this recount in the round."""
        if not self._told():
            return
        assert self.made is not None and self.rule is not None and self.taken is not None
        bad = [fault.path for fault in self.taken.faults]
        told = told_of(self.made, self.rule, self.taken.sha256, bad)
        edits = set_recount(self.desk.state, self.unit, self.month, told)
        if not edits:
            self.app.say("这次复算已经记过，没有改动。")
            return
        try:
            # A recount is no visit: it starts none, and goes on after one was submitted.
            self.desk.commit_lead(edits, f"复算{self.month}分配表")
        except ReadOnlySession as held:
            self.app.say(f"现在只能看：{held}", "warning")
        else:
            self.app.say("已记下人次和差额合计，没有姓名和个人金额。")
