"""The ledger on screen: every problem of the round, or of one unit, one line each.

Rows are read unit by unit after the first paint; filtering, sorting and grouping then turn at a key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

import msgspec
from textual.binding import BindingType
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.ledger_view import NARROWED, GroupBy, Head, Kept, Line, SortBy, View
from inspect_tui.tui.actions import LEDGER, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.ledger_rows import Columns, head_row, light_part, state_part
from inspect_tui.tui.screens.ledger_page import LedgerPage
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Inked, Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line as Told
from inspect_tui.tui.widgets.page import wrapped

SLICE = 0.008
"""Seconds of reading between two looks at the keyboard."""


class LedgerTop(Inked):
    """Two lines over the list: the totals with what is filtered, and the names of the columns."""

    DEFAULT_CSS = """
    LedgerTop { height: 2; }
    """

    def __init__(self, lines: Callable[[int], list[list[Part]]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines = lines

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        return self.strip(self._lines(width)[y], width)


class LedgerScreen(LedgerPage, inherit_bindings=False):
    """Problems as rows; Enter opens one, Space marks it, digits look otherwise or work on the marked."""

    place = LEDGER
    title_word = "整改台账"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(LEDGER)]

    DEFAULT_CSS = """
    LedgerScreen #side { height: 6; }
    LedgerScreen.-tall #side { height: 9; }
    LedgerScreen.-short #side { height: 4; }
    """

    def __init__(self, desk: Desk, unit: str = "") -> None:
        super().__init__(desk, unit)
        self.lines: list[Line] = []
        self._columns: dict[tuple[int, bool], Columns] = {}
        self._listed = ""
        self._reading: Timer | None = None
        self._learning = False

    # ---------------------------------------------------------------- the frame

    def page_about(self) -> str:
        return super().page_about() if self.unit else self.desk.round.title

    def above(self) -> Sequence[Widget]:
        return [LedgerTop(self._top, id="totals")]

    def ready(self) -> None:
        # What a sheet of paper holds is read before the first paint, the rest after it.
        self.book.read(SLICE * 5, first=self.unit)
        super().ready()
        self.refill()
        self._go_on()

    def _go_on(self) -> None:
        if self.book.unread and self._reading is None:
            self._reading = self.set_interval(0.01, self._read_some)

    def _read_some(self) -> None:
        if self.app.screen is not self:
            return
        if self.book.read(SLICE, first=self.unit):
            if self._reading is not None:
                self._reading.stop()
                self._reading = None
            self.refill()
        elif len(self.lines) < self.list.size.height:
            self.refill()
        else:
            self.query_one("#totals", LedgerTop).refresh()

    # ---------------------------------------------------------------- rows

    @property
    def view(self) -> View:
        """How the ledger is looked at; kept while the round is open."""
        return self.book.view

    def look(self, **changed: object) -> None:
        """Look at the ledger otherwise; the cursor stays on its problem where that is listed."""
        held = self.mark()
        self.book.view = msgspec.structs.replace(self.view, **changed)
        self.refill()
        if self.mark() != held:
            self.list.move_to(0)

    def reread(self) -> None:
        self.book.read(SLICE * 5, first=self.unit)
        self.lines = self.book.ledger.lines(self.view, self.book.folded, self.unit)
        self._listed = self._list_words()

    def show_anew(self) -> None:
        super().show_anew()
        self.query_one("#totals", LedgerTop).refresh()
        self._go_on()

    def count(self) -> int:
        return len(self.lines) or 1

    def can_choose(self, index: int) -> bool:
        return bool(self.lines)

    def mark(self) -> object:
        line = self.line
        return (line.unit, line.id) if isinstance(line, LedgerRow) else line.key if line is not None else None

    def place_of(self, mark: object) -> int | None:
        for index, line in enumerate(self.lines):
            if ((line.unit, line.id) if isinstance(line, LedgerRow) else line.key) == mark:
                return index
        return None if mark is None else min(self.list.cursor, max(0, len(self.lines) - 1))

    @property
    def line(self) -> Line | None:
        """The row or heading under the cursor."""
        index = self.list.cursor
        return self.lines[index] if 0 <= index < len(self.lines) else None

    @property
    def current(self) -> LedgerRow | None:
        """The row under the cursor."""
        line = self.line
        return line if isinstance(line, LedgerRow) else None

    def columns(self, width: int) -> Columns:
        """The columns for a width."""
        unit = not self.unit and self.view.group is not GroupBy.UNIT
        if (width, unit) not in self._columns:
            self._columns = {(width, unit): Columns(width, unit=unit)}
        return self._columns[width, unit]

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        if not self.lines:
            return [(fit(f"  {self._nothing()}", width), "dim")]
        line = self.lines[index]
        if isinstance(line, Head):
            return head_row(line, width, here)
        marked = (line.unit, line.id) in self.book.marked
        return self.columns(width).row(line, here, marked, self.book.today)

    def _nothing(self) -> str:
        if self.book.unread:
            return "正在读取……"
        if not self.view.whole:
            return "没有符合条件的问题。按 0 看全部。"
        return "这个单位还没有问题。" if self.unit else "本轮还没有问题。"

    def _top(self, width: int) -> list[list[Part]]:
        totals = self.book.ledger.totals(self.unit)
        parts: list[Part] = [(f" 共 {totals.total}，未销号 {totals.open}", "strong")]
        if totals.overdue:
            parts.append((f"，逾期 {totals.overdue}", "fail"))
        for word, count in (("将到期", totals.near), ("待复查", totals.verify), ("待裁定", totals.contested)):
            if count:
                parts.append((f"，{word} {count}", "warn"))
        if self.book.unread:
            parts.append((f"  还有{self.book.unread}个单位正在读取", "dim"))
        if self.book.marked:
            parts.append((f"  已标记 {len(self.book.marked)}", "accent"))
        if self._listed:
            parts.append((f"  {self._listed}", "key"))
        return [parts, self.columns(self.list.size.width or width).head()]

    def _list_words(self) -> str:
        """What is listed and how, where that is not everything as it stands."""
        view = self.view
        told = [] if view.kept is Kept.ALL else [view.kept.label]
        for by, key in view.only.items():
            told.append(next((h.label for h in self.book.ledger.groups(by) if h.key == key), key))
        if view.query.strip():
            told.append(f"“{view.query.strip()}”")
        if view.sort is not SortBy.UNIT:
            told.append(f"按{view.sort.label}排")
        listed = "" if view.group is not GroupBy.NONE else f" {len(self.lines)}"
        return f"列出{listed}：{'、'.join(told)}（0 全部）" if told else ""

    def about(self, width: int) -> list[Told]:
        line = self.line
        if line is None:
            return []
        if isinstance(line, Head):
            return wrapped(f"{line.label}：回车收起或展开。", width, "dim")
        ink = state_part(line)[2]
        light, light_ink = light_part(line)
        name = f"{line.number}  {line.unit_name}"
        item = f"  {line.item} {line.item_text}" if line.item else ""
        lines: list[Told] = [
            [(f" {name}  ", "dim"), (line.state_label, ink), (f"  {light}" if light else "", light_ink)]
        ]
        lines += wrapped(line.text, width, "strong")
        duty = line.duty
        said = [
            f"措施：{duty.measure}" if duty.measure else "",
            f"完成：{duty.result}" if duty.result else "",
            f"还剩：{line.remains}" if line.remains else "",
            f"责任：{duty.owner}（{duty.owner_unit}）" if duty.owner else "",
            f"领导：{duty.leader}" if duty.leader else "",
            f"时限：{duty.due}" if duty.due else "",
        ]
        lines += wrapped("；".join(part for part in said if part) or "还没有写责任和措施。", width, "dim")
        return [*lines, *(wrapped(item.strip(), width, "dim") if item else [])]

    # ---------------------------------------------------------------- looking otherwise

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()

    def action_open(self) -> None:
        """The problem under the cursor with everything about it; a heading folds and unfolds."""
        line = self.line
        if isinstance(line, Head):
            self._fold(line.key, not line.folded)
        elif line is not None:
            order = [(row.unit, row.id) for row in self.lines if isinstance(row, LedgerRow)]
            self.app.open_ledger_row(line.unit, line.id, order)

    def _fold(self, key: str, shut: bool) -> None:
        (self.book.folded.add if shut else self.book.folded.discard)(key)
        self.refill()

    def action_collapse(self) -> None:
        """Fold the group the cursor is in; on a heading that is folded, all of them."""
        if self.view.group is GroupBy.NONE:
            self.app.say("按 4 先分组，才能收起。")
            return
        heads = [line for line in self.lines if isinstance(line, Head)]
        index = max(0, self.list.cursor)
        here = next(line for line in reversed(self.lines[: index + 1]) if isinstance(line, Head))
        self.book.folded |= {head.key for head in heads} if here.folded else {here.key}
        self.refill()
        place = next(
            i for i, line in enumerate(self.lines) if isinstance(line, Head) and line.key == here.key
        )
        self.list.move_to(place)

    def action_expand(self) -> None:
        """Unfold the group under the cursor; where it is open, all of them."""
        line = self.line
        if isinstance(line, Head) and line.folded:
            self._fold(line.key, False)
        elif self.book.folded:
            self.book.folded.clear()
            self.refill()

    def action_filter(self) -> None:
        """Which problems are listed."""
        counts = self.book.ledger.counts(self.unit)
        entries = [
            Entry(kept.value, kept.label, f"{counts[kept]}", enabled=bool(counts[kept]) or kept is Kept.ALL)
            for kept in Kept
        ]
        at = list(Kept).index(self.view.kept)

        def picked(kept: str | None) -> None:
            if kept is not None:
                self.look(kept=Kept(kept))

        self.app.push_screen(MenuScreen("列出哪些问题", entries, cursor=at), picked)

    def action_narrow(self) -> None:
        """Only one unit, section, leader or state."""
        entries = [
            Entry(by.value, f"只看一个{by.label}")
            for by in NARROWED
            if by is not GroupBy.UNIT or not self.unit
        ]
        entries.append(Entry("", "不限", enabled=bool(self.view.only)))

        def picked(by: str | None) -> None:
            if by:
                self._narrow_to(GroupBy(by))
            elif by == "":
                self.look(only={})

        self.app.push_screen(MenuScreen("范围", entries), picked)

    def _narrow_to(self, by: GroupBy) -> None:
        heads = self.book.ledger.groups(by, self.unit)
        entries = [
            Entry(f"{i}", head.label, f"{head.count}，未销号{head.open}") for i, head in enumerate(heads)
        ]
        if not entries:
            self.app.say("还没有问题。")
            return

        def picked(index: str | None) -> None:
            if index is not None:
                self.look(only={**self.view.only, by: heads[int(index)].key})

        self.app.push_screen(MenuScreen(f"只看哪个{by.label}", entries), picked)

    def action_sort(self) -> None:
        """In which order the problems stand."""
        entries = [Entry(sort.value, f"按{sort.label}") for sort in SortBy]

        def picked(sort: str | None) -> None:
            if sort is not None:
                self.look(sort=SortBy(sort))

        at = list(SortBy).index(self.view.sort)
        self.app.push_screen(MenuScreen("怎样排序", entries, cursor=at), picked)

    def action_group(self) -> None:
        """Under which headings they stand."""
        entries = [Entry(by.value, by.label if by is GroupBy.NONE else f"按{by.label}") for by in GroupBy]

        def picked(by: str | None) -> None:
            if by is not None:
                self.book.folded.clear()
                self.look(group=GroupBy(by))

        at = list(GroupBy).index(self.view.group)
        self.app.push_screen(MenuScreen("怎样分组", entries, cursor=at), picked)

    def action_search(self) -> None:
        """Only problems that hold some words, or whose initials do."""
        self._learn()
        self.ask_line(
            "查找：汉字，或拼音首字母；几个词用空格隔开",
            self.view.query,
            lambda words: self.look(query=words),
            hint="查编号、单位、问题、检查项、责任人、责任领导、措施。空着就不再限定。",
            required=False,
        )

    def _learn(self) -> None:
        if self.book.ledger.initials is None and not self._learning:
            self._learning = True
            self.run_worker(self._load_initials())

    async def _load_initials(self) -> None:
        from inspect_tui.tui.searching import load_initials

        initials = await asyncio.to_thread(load_initials)
        await asyncio.to_thread(self.book.ledger.learn, initials)
        if self.is_mounted and self.view.query:
            self.refill()

    def action_everything(self) -> None:
        """All problems again, in the ledger's order, nothing filtered."""
        self.book.folded.clear()
        self.book.view = View()
        self.refill()

    # ---------------------------------------------------------------- the marked

    def action_mark(self) -> None:
        """Mark the problem under the cursor and go on; on a heading, its whole group."""
        line = self.line
        if line is None:
            return
        if isinstance(line, Head):
            inside = self.book.ledger.chosen(self.view, self.unit)
            from inspect_tui.rules.ledger_view import group_of

            keys = {(r.unit, r.id) for r in inside if group_of(r, self.view.group)[0] == line.key}
            self._toggle(keys)
            self.list.refresh_rows()
        else:
            self.book.marked ^= {(line.unit, line.id)}
            self.list.refresh_row(self.list.cursor)
        self.query_one("#totals", LedgerTop).refresh()
        self.list.action_down()

    def _toggle(self, keys: set[tuple[str, str]]) -> None:
        if keys <= self.book.marked:
            self.book.marked -= keys
        else:
            self.book.marked |= keys

    def action_mark_all(self) -> None:
        """Mark everything that is listed, folded groups too; once more, nothing."""
        self._toggle({(row.unit, row.id) for row in self.book.ledger.chosen(self.view, self.unit)})
        self.list.refresh_rows()
        self.query_one("#totals", LedgerTop).refresh()

    def action_batch(self) -> None:
        """Work on all marked problems at once."""
        rows = [row for row in self.book.marked_rows() if not self.unit or row.unit == self.unit]
        if not rows:
            self.app.say("先按空格标记几个问题，或按 5 标记列出的全部。")
        elif self.writable():
            from inspect_tui.tui.screens.ledger_batch import offer_batch

            offer_batch(self, rows)

    def done_with(self, rows: Sequence[LedgerRow]) -> None:
        """Marked problems were worked on: they are marked no more."""
        self.book.marked -= {(row.unit, row.id) for row in rows}
        self.refill()

    def action_more(self) -> None:
        """Charts, checks and papers."""
        from inspect_tui.tui.screens.ledger_more import offer_more

        offer_more(self)
