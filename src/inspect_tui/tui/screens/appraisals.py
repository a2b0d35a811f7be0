"""Appraisals on screen (测评统计): taking counts in, results and differences between levels; nobody's ballot.

Every text here is the one the command prints, so that a level shows no more on screen than on paper.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.exchange.appraisal_file import FOLDER, appraisal_files, new_appraisal, save_appraisal
from inspect_tui.exchange.appraisal_sheet import enter_sheet
from inspect_tui.exchange.naming import readable_name
from inspect_tui.model.appraisal import Appraisal, Subject
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.terms import NamingLevel
from inspect_tui.report.appraisal_table import (
    appraisal_lines,
    average_lines,
    blank_sheet,
    hidden_text,
    lowest_lines,
    results_of,
    shown_name,
)
from inspect_tui.report.zh_numbers import score_text
from inspect_tui.rules.appraising import Appraised, bottom
from inspect_tui.rules.tallying import with_counts
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.files import private_folder, write_durable
from inspect_tui.store.loading import load_appraisal
from inspect_tui.tui import skin
from inspect_tui.tui.actions import APPRAISAL, APPRAISALS, bindings_for
from inspect_tui.tui.ledger_files import where
from inspect_tui.tui.screens.detail_page import DetailPage
from inspect_tui.tui.screens.figures_page import Told, grid
from inspect_tui.tui.screens.page import PageScreen, ask
from inspect_tui.tui.sheet_picking import pick_sheet
from inspect_tui.tui.text import fit, one_line
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import ConfirmScreen, Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, wrapped
from inspect_tui.tui.widgets.prompt import TextPrompt
from inspect_tui.tui.widgets.span_pane import Row, Span, SpanPane

_APART = re.compile(r"[、，,；;\s]+")
_MOST_LOW = 9


def problem_of(error: Exception) -> str:
    """Why a file could not be read or written, in a sentence or two."""
    if isinstance(error, InputFaults):
        told = "；".join(fault.text() for fault in error.faults[:3])
        return one_line(told) + (f"（共{len(error.faults)}处）" if len(error.faults) > 3 else "")
    return reason(error) if isinstance(error, OSError) else str(error)


class AppraisalsScreen(DetailPage, inherit_bindings=False):
    """The appraisals of the folder, one a line."""

    place = APPRAISALS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(APPRAISALS)]

    DEFAULT_CSS = """
    AppraisalsScreen #detail { height: 6; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.paths: list[Path] = []

    def page_title(self) -> str:
        return "测评统计"

    def page_about(self) -> str:
        return "只记票数合计，查不到是谁投的"

    def count(self) -> int:
        self.paths = appraisal_files(self.app.space.root)
        return max(1, len(self.paths))

    @property
    def current(self) -> Path | None:
        """The file under the cursor."""
        index = self.line_list.cursor
        return self.paths[index] if 0 <= index < len(self.paths) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        if not self.paths:
            return [("   ", "text"), ("还没有测评。按 1 新建一次。", "dim")]
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (fit(one_line(self.paths[index].stem), width - 2), "text"),
        ]

    def detail(self, width: int) -> list[Line]:
        lines: list[Line] = []
        if self.current is not None:
            lines += wrapped(str(self.current), width, "dim")
        return [*lines, *wrapped("测评文件不进轮次包、不随交卷走，只在这个文件夹里。", width, "dim")]

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()

    def action_open(self) -> None:
        """The results of the one under the cursor."""
        if self.current is not None:
            self._open(self.current)

    def _open(self, path: Path) -> None:
        try:
            appraisal, warnings = load_appraisal(path)
        except (InputFaults, StoreError, OSError) as error:
            self.app.say(f"读不出来：{problem_of(error)}", "error", timeout=15)
            return
        for fault in warnings[:2]:
            self.app.say(one_line(fault.text()), "warning")
        self.app.push_screen(AppraisalScreen(path, appraisal))

    def action_new(self) -> None:
        """A new one: its title, then who is appraised."""
        ask(self, "测评名称", "", self._ask_names, hint="如 2026年第四季度干部测评。", required=True)

    def _ask_names(self, title: str) -> None:
        ask(
            self,
            "测评对象",
            "",
            lambda names: self._make(title.strip(), names),
            hint="写姓名，用顿号隔开。",
            required=True,
        )

    def _make(self, title: str, names: str) -> None:
        people = [name for word in _APART.split(names) if (name := clean_text(word, newlines=False).strip())]
        id_ = f"appraisal-{self.app.clock():%Y%m%d%H%M%S}"
        made = new_appraisal(id_, clean_text(title, newlines=False), list(dict.fromkeys(people)))
        day = self.app.clock().date()
        path = self.app.space.root / FOLDER / readable_name([made.title], day, "json")
        if files.fs.exists(path):
            self.app.say("同名的测评已经有了，请换一个名称。", "warning")
            return
        try:
            save_appraisal(path, made)
        except (InputFaults, StoreError, OSError) as error:
            self.app.say(f"没有新建：{problem_of(error)}", "error", timeout=15)
            return
        self.paths = appraisal_files(self.app.space.root)
        place = next((n for n, known in enumerate(self.paths) if known == path), 0)
        self.line_list.set_rows(max(1, len(self.paths)), place)
        self._open(path)


class AppraisalScreen(PageScreen[None], inherit_bindings=False):
    """Results in the order of the file; the lowest only when asked for, and only at the inner level."""

    place = APPRAISAL
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(APPRAISAL)]

    DEFAULT_CSS = """
    AppraisalScreen #text { height: 1fr; }
    """

    def __init__(self, path: Path, appraisal: Appraisal) -> None:
        super().__init__()
        self.path, self.appraisal = path, appraisal
        self.level = NamingLevel.INTERNAL
        self.low = 0

    def page_title(self) -> str:
        return "测评结果"

    def page_about(self) -> str:
        return f"{self.level.label}  {self.appraisal.title}" + ("（草案）" if self.appraisal.draft else "")

    def body(self) -> Sequence[Widget]:
        self.text = SpanPane(self._rows, id="text")
        return [self.text]

    def ready(self) -> None:
        self.text.focus()
        self.text.show_rows(top=True)

    # ---------------------------------------------------------------- showing

    def _results(self) -> tuple[list[Appraised], list[Appraised]]:
        results = results_of(self.appraisal)
        inner = self.level is NamingLevel.INTERNAL
        return results, bottom(results, self.low) if self.low and inner else []

    def _rows(self, width: int) -> list[Row]:
        results, lowest = self._results()
        rows: list[Row] = []
        for number, line in enumerate(average_lines(self.appraisal, results, self.level)):
            ink = "text" if number else "strong"
            rows += [[Span(text, ink) for text, ink in row] for row in wrapped(line, width, ink, indent="")]
        for told in self._table(results, width - 1):
            rows.append([Span(told.text, told.ink, told.key)])
        for result in results if self.level is not NamingLevel.GROUP else ():
            if result.hidden:
                said = f"{shown_name(result.name, self.level)}：{hidden_text(result, self.appraisal)}"
                rows += [
                    [Span(text, ink) for text, ink in row] for row in wrapped(said, width, "dim", indent="")
                ]
        if lowest:
            rows += [[], *([Span(line, "warn")] for line in lowest_lines(lowest))]
        return [*rows, [], [Span("按文件里的次序，不排名。“差”是层级之间最多差几分。", "dim")]]

    def _table(self, results: Sequence[Appraised], width: int) -> list[Told]:
        """Persons with dimensions, levels and what levels differ by; nobody at the open level."""
        if self.level is NamingLevel.GROUP or not results:
            return []
        heads = ["姓名", "总分", *(name for name, _ in results[0].by_dimension)]
        heads += [*(name for name, _ in results[0].by_level), "差", "票数"]
        rows = []
        for result in results:
            scores = [result.total, *(s for _, s in (*result.by_dimension, *result.by_level)), result.spread]
            told = ["-" if score is None else score_text(score) for score in scores]
            rows.append([one_line(shown_name(result.name, self.level)), *told, str(result.ballots)])
        return [Told(""), *grid(heads, rows, width, [result.subject for result in results])]

    def refill(self) -> None:
        """Show everything anew."""
        self.tell_head(about=self.page_about())
        self.text.show_rows()

    # ---------------------------------------------------------------- counts in

    def action_sheet(self) -> None:
        """Counts out of a filled-in sheet."""
        pick_sheet(self, "哪张票数表", self._take)

    def _take(self, path: Path) -> None:
        try:
            entered = enter_sheet(self.appraisal, path)
        except (InputFaults, StoreError, OSError) as error:
            self.app.say(f"一行也没有收：{problem_of(error)}", "error", timeout=15)
            return
        if self._save(entered.appraisal):
            self.app.say(f"已录入{entered.rows}行。" + "".join(entered.messages[:3]), timeout=10)

    def action_enter_counts(self) -> None:
        """Counts of one person and level by hand."""
        subjects = {subject.id: subject for subject in self.appraisal.subjects}
        if self.text.key in subjects:
            self._ask_level(subjects[self.text.key])
            return
        entries = [Entry(subject.id, one_line(subject.name), subject.post) for subject in subjects.values()]

        def picked(subject: str | None) -> None:
            if subject is not None:
                self._ask_level(subjects[subject])

        self.app.push_screen(MenuScreen("录入谁的票数", entries), picked)

    def _ask_level(self, subject: Subject) -> None:
        entries = [
            Entry(level.name, level.name, f"已收回{subject.ballots.get(level.name, 0)}张")
            for level in self.appraisal.levels
        ]

        def picked(level: str | None) -> None:
            if level is not None:
                self._ask_ballots(subject, level)

        self.app.push_screen(MenuScreen(f"{one_line(subject.name)}：哪个层级的票", entries), picked)

    def _ask_ballots(self, subject: Subject, level: str) -> None:
        least = self.appraisal.least

        def told(words: str) -> None:
            ballots = int(words)
            # Too few to be counted: what they say is not even asked.
            if ballots < least:
                self._enter(subject, level, ballots, {})
            else:
                self._ask_counts(subject, level, ballots, {})

        self._ask(
            f"{one_line(subject.name)}，{level}：收回几张票",
            told,
            f"不足{least}张的只记张数，不记各档次的票数。",
            lambda words: "" if _whole(words) is not None else "请写0到99999的整数",
        )

    def _ask_counts(
        self, subject: Subject, level: str, ballots: int, counts: dict[str, tuple[int, ...]]
    ) -> None:
        """Ask for the counts of the next dimension; write once all are known."""
        dimension = next((d for d in self.appraisal.dimensions if d not in counts), None)
        if dimension is None:
            self._enter(subject, level, ballots, counts)
            return
        names = [choice.name for choice in self.appraisal.choices]

        def check(words: str) -> str:
            found = counts_in(words)
            if found is None or len(found) != len(names):
                return f"请写{len(names)}个整数，用空格隔开"
            return f"合计{sum(found)}票，多于收回的{ballots}张" if sum(found) > ballots else ""

        def told(words: str) -> None:
            self._ask_counts(subject, level, ballots, {**counts, dimension: counts_in(words) or ()})

        title = f"{one_line(subject.name)}，{level}，{dimension}：各档次几票"
        self._ask(title, told, f"依次写{'、'.join(names)}的票数，用空格隔开，如 8 4 1 0。", check)

    def _ask(self, title: str, then: Callable[[str], None], hint: str, check: Callable[[str], str]) -> None:
        """Ask for a number or several; they are no draft, because nobody's count should lie about."""

        def told(words: str | None) -> None:
            if words is not None:
                then(words)

        self.app.push_screen(TextPrompt(title, hint=hint, required=True, check=check), told)

    def _enter(self, subject: Subject, level: str, ballots: int, counts: dict[str, tuple[int, ...]]) -> None:
        by_level = {(level, dimension): told for dimension, told in counts.items()}
        made, hidden = with_counts(self.appraisal, subject, {level: ballots}, by_level)
        if self._with(made):
            kept = f"不足{self.appraisal.least}张，只记了张数。" if hidden or not counts else ""
            self.app.say(f"已录入：{one_line(subject.name)}，{level}{ballots}张。{kept}")

    def _with(self, made: Subject) -> bool:
        import msgspec

        subjects = tuple(made if s.id == made.id else s for s in self.appraisal.subjects)
        return self._save(msgspec.structs.replace(self.appraisal, subjects=subjects))

    def _save(self, appraisal: Appraisal) -> bool:
        try:
            save_appraisal(self.path, appraisal)
        except (InputFaults, StoreError, OSError) as error:
            self.app.say(f"没有写入：{problem_of(error)}", "error", timeout=15)
            return False
        self.appraisal = appraisal
        self.refill()
        return True

    # ---------------------------------------------------------------- telling

    def action_level(self) -> None:
        """Another naming level."""
        entries = [Entry(level.value, level.label) for level in NamingLevel]

        def picked(level: str | None) -> None:
            if level is not None:
                self.level, self.low = NamingLevel(level), 0
                self.refill()

        self.app.push_screen(MenuScreen("按哪个级别看", entries), picked)

    def action_lowest(self) -> None:
        """The lowest results, after a question; asked for again, they go."""
        if self.level is not NamingLevel.INTERNAL:
            self.app.say(f"得分靠后的只在“{NamingLevel.INTERNAL.label}”里看。", "warning")
        elif self.low:
            self.low = 0
            self.refill()
        else:
            entries = [Entry(str(count), f"{count}人") for count in range(1, _MOST_LOW + 1)]
            self.app.push_screen(MenuScreen("列出得分最低的几人", entries), self._sure)

    def _sure(self, count: str | None) -> None:
        if count is None:
            return

        def sure(yes: bool | None) -> None:
            if yes:
                self.low = int(count)
                self.refill()
                self.text.action_last()

        intro = "只供内部研究谈话用，不进任何通报，不存文件。"
        self.app.push_screen(ConfirmScreen(f"列出得分最低的{count}人？", intro=intro), sure)

    def action_blank(self) -> None:
        """An empty sheet to be filled in."""
        self._write(["票数表", self.appraisal.title], "xlsx", blank_sheet(self.appraisal, "xlsx"))

    def action_write(self) -> None:
        """The results of this level as a text; the lowest are never in it."""
        lines = appraisal_lines(self.appraisal, results_of(self.appraisal), self.level)
        content = "".join(f"{clean_text(line, newlines=False)}\n" for line in lines).encode("utf-8")
        self._write(["测评结果", self.level.label, self.appraisal.title], "txt", content)

    def _write(self, parts: list[str], extension: str, data: bytes) -> None:
        exports = self.app.space.exports_dir
        path = exports / readable_name(parts, self.app.clock().date(), extension)
        try:
            private_folder(exports)
            write_durable(path, data)
        except (StoreError, OSError) as error:
            self.app.say(f"没有存成文件：{problem_of(error)}", "error")
        else:
            self.app.say(f"已存到 {where(path)}", timeout=10)


def counts_in(words: str) -> tuple[int, ...] | None:
    """Whole numbers in a text, by blanks or commas; None where anything else stands in it."""
    found = [_whole(word) for word in _APART.split(words.strip()) if word]
    return (
        None
        if any(count is None for count in found)
        else tuple(count for count in found if count is not None)
    )


def _whole(words: str) -> int | None:
    words = words.strip()
    return int(words) if words.isdecimal() and len(words) <= 5 else None
