"""Doubles: findings that likely tell the same, side by side; the lead joins them, the program never does."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.exchange.doubles import Pair, suggest
from inspect_tui.model.view import Finding
from inspect_tui.rules.applicability import checklists_for
from inspect_tui.rules.canonical import canonical, digest
from inspect_tui.rules.joining import CannotJoin, join, unjoin
from inspect_tui.rules.matter import unit_name
from inspect_tui.rules.reading import findings_of_unit
from inspect_tui.tui import skin
from inspect_tui.tui.actions import DOUBLES, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.question_text import COLUMNS_FROM, beside
from inspect_tui.tui.screens.lead_page import LeadPage, Made
from inspect_tui.tui.screens.visit_page import when
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.page import Line, wrapped

_NOT_THE_SAME = "doubles/not"
Row = Pair | Finding | str


class DoublesScreen(LeadPage, inherit_bindings=False):
    """Likely pairs, the most alike first; below them what was joined, to be parted again."""

    place = DOUBLES
    title_word = "可能重复的"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(DOUBLES)]

    DEFAULT_CSS = """
    DoublesScreen #side { height: 12; }
    DoublesScreen.-short #side { height: 8; }
    DoublesScreen.-tall #side { height: 18; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.pairs: list[Pair] = []
        self.joined: list[Finding] = []
        self.looking = True
        self._rows: list[Row] = []
        self._found: dict[str, list[Finding]] = {}
        self._not_the_same: list[list[str]] = []

    # ---------------------------------------------------------------- finding them

    def ready(self) -> None:
        super().ready()
        self.run_worker(self._search(), exclusive=True)

    async def _search(self) -> None:
        """Read the units a few at a time, then compare on a thread, so that no key waits."""
        for number, unit in enumerate(self.desk.units()):
            self._read(unit.id)
            if number % 4 == 3:
                await asyncio.sleep(0)
        found = [finding for findings in self._found.values() for finding in findings]
        pairs = await asyncio.to_thread(suggest, found)
        self.looking = False
        self.pairs = [pair for pair in pairs if self._stands(pair)]
        if self.is_mounted:
            self.refill()
            self.list.move_to(1)
            self._follow()

    def _read(self, unit_id: str) -> None:
        unit = self.desk.round.unit(unit_id)
        if unit is not None and self.desk.state.records(unit_id):
            checklists = checklists_for(self.desk.round, unit)
            self._found[unit_id] = findings_of_unit(self.desk.state, self.desk.round, unit_id, checklists)

    def _stands(self, pair: Pair) -> bool:
        """Whether a pair is still to be asked about: both are there apart, and nobody said they differ."""
        keys = {finding.key for finding in self._found.get(pair.unit, ())}
        return keys.issuperset(pair.keys) and _sign(pair) not in self._said_to_differ()

    def _said_to_differ(self) -> set[str]:
        return set(self.app.recall(_NOT_THE_SAME).split())

    # ---------------------------------------------------------------- showing

    def page_more(self) -> str:
        return "正在找" if self.looking else f"可能重复 {len(self.pairs)} 对，已合并 {len(self.joined)} 条"

    def reread(self) -> None:
        if not self.looking:
            for unit_id in list(self._found):
                self._read(unit_id)
            self.pairs = [pair for pair in self.pairs if self._stands(pair)]
        self.joined = [f for findings in self._found.values() for f in findings if f.joined]
        self._rows = ["可能说的是同一件事（按相似程度）", *self.pairs]
        if not self.pairs:
            self._rows.append("  正在逐个单位比对…" if self.looking else "  没有找到可能重复的。")
        if self.joined:
            self._rows += ["已合为一条的", *self.joined]

    def count(self) -> int:
        return len(self._rows)

    def can_choose(self, index: int) -> bool:
        return not isinstance(self._rows[index], str)

    def first(self) -> int:
        return 1

    def mark(self) -> object:
        return (self._key(self.current), self.list.cursor)

    @staticmethod
    def _key(row: Row | None) -> object:
        return row.keys if isinstance(row, Pair) else row.key if isinstance(row, Finding) else None

    def place_of(self, mark: object) -> int | None:
        assert isinstance(mark, tuple)
        same = next((i for i, row in enumerate(self._rows) if mark[0] and self._key(row) == mark[0]), None)
        return same if same is not None else int(mark[1])

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        index = self.list.cursor
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        row = self._rows[index]
        if isinstance(row, str):
            return [(f" {row}", "dim" if row.startswith("  ") else "head")]
        cursor: Part = (skin.current().glyphs.cursor if here else " ", "accent")
        name = fit(unit_name(self.desk.round, row.unit), 18)
        if isinstance(row, Finding):
            return [
                cursor,
                (f" {len(row.joined) + 1}条合一 ", "pass"),
                (name, "dim"),
                (fit(row.text, width - 30), "text"),
            ]
        item = row.findings[0].item or row.findings[1].item
        return [
            cursor,
            (fit(f"{row.similarity}%", 5, "right"), "accent"),
            (f"  {name}", "dim"),
            (fit(row.kind.label, 9), "dim"),
            (fit(item, 7), "dim"),
            (fit(row.texts[0], width - 43), "text"),
        ]

    def about(self, width: int) -> list[Line]:
        row = self.current
        if isinstance(row, Pair):
            if width < COLUMNS_FROM:
                return [*_told("1", row.findings[0], width), *_told("2", row.findings[1], width)]
            half = (width - 3) // 2
            return beside(_told("1", row.findings[0], half), _told("2", row.findings[1], half), half)
        if isinstance(row, Finding):
            lines = _told("显示", row, width)
            for other in row.joined:
                lines += _told("并入", other, width)
            return lines
        return wrapped("文字相近的两条会列在这里，合不合由您定；合了也能分开，原文都保留。", width, "dim")

    # ---------------------------------------------------------------- doing

    def action_join(self) -> None:
        """Show the two as one from now on."""
        row = self.current
        if not isinstance(row, Pair):
            self.app.say("请把光标移到上面的一对。")
        elif self.writable():
            try:
                edits = join(self.desk.state, *row.findings)
            except CannotJoin as why:
                self.app.say(f"不能合：{why}。", "warning")
                return
            if self.settle({row.unit: edits}, "合为一条"):
                self.app.say("已合为一条，两条原文都保留。")

    def action_differ(self) -> None:
        """Do not suggest this pair again."""
        row = self.current
        if not isinstance(row, Pair):
            self.app.say("请把光标移到上面的一对。")
            return
        self._remember(self._said_to_differ() | {_sign(row)})
        self._made.append([])
        self._not_the_same.append([_sign(row)])
        at = self.list.cursor
        gone = row.keys
        self.pairs = [pair for pair in self.pairs if pair.keys != gone]
        self.refill()
        self.list.move_to(at)
        self._follow()
        self.app.say("记下了，这一对不再提示。")

    def action_part(self) -> None:
        """Take what was joined apart again."""
        row = self.current
        if not isinstance(row, Finding):
            self.app.say("请把光标移到下面已合为一条的。")
        elif self.writable() and self.settle({row.unit: unjoin(self.desk.state, row)}, "分开合并的"):
            self.app.say("已分开。")
            self._search_again()

    def action_undo(self) -> None:
        """Take back the last step made on this page."""
        if self._made and not self._made[-1]:
            self._made.pop()
            self._remember(self._said_to_differ() - set(self._not_the_same.pop()))
            self.app.say("已撤销：不是一回事。")
            self._search_again()
        else:
            super().action_undo()

    def undone(self, step: list[Made]) -> None:
        self._search_again()

    def _search_again(self) -> None:
        """Look for pairs anew, as after something was parted."""
        self._found.clear()
        self.looking = True
        self.run_worker(self._search(), exclusive=True)

    def _remember(self, signs: set[str]) -> None:
        self.app.remember(_NOT_THE_SAME, " ".join(sorted(signs)))


def _sign(pair: Pair) -> str:
    """A short mark for two texts under two keys, so that a changed text is asked about anew."""
    return digest(canonical(sorted(zip(pair.keys, pair.texts, strict=True))))[:12]


def _told(word: str, finding: Finding, width: int) -> list[Line]:
    by = "、".join(finding.by) or "（没有署名）"
    facts = [
        finding.kind.label,
        finding.item,
        finding.severity.label if finding.label or finding.item else "",
    ]
    source = "扣分情形自动生成" if finding.label and not finding.edited else ""
    lines = wrapped(f"{word}  {by}  {when(finding.at)}", width, "key")
    lines += wrapped(finding.text, width, "strong", indent="    ")
    return [*lines, *wrapped("，".join(f for f in (*facts, source) if f), width, "dim", indent="    ")]
