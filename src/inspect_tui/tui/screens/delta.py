"""Round against round: what is new, persists, was put right, came back; figures open to their problems."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import ClassVar, NamedTuple

from textual.binding import BindingType

from inspect_tui.model.fault import InputFaults
from inspect_tui.model.round import Round
from inspect_tui.rules.delta import Delta, FailedItem, Figures, Group, Incomparable, compare
from inspect_tui.rules.fold import State
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.numbering import beside_unit
from inspect_tui.store.errors import StoreError
from inspect_tui.tui import skin
from inspect_tui.tui.actions import DELTA, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.ledger_rows import severity_ink, state_part
from inspect_tui.tui.screens.ledger_page import LedgerPage
from inspect_tui.tui.text import fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, wrapped

KINDS: dict[str, tuple[str, str, str]] = {
    "new": ("新出现", "本轮第一次发现的", "warn"),
    "persisting": ("仍存在", "上轮就有，还没有销号的", "fail"),
    "fixed": ("已解决", "上轮的问题，已经销号的", "pass"),
    "back": ("反弹", "改过又出现的", "fail"),
    "withdrawn": ("已撤销", "上轮的问题，已经撤销的", "dim"),
    "left_out": ("没有转入", "上轮没有销号，本轮没有转入的", "warn"),
}
"""Figures of a comparison that are lists of problems: word, what it means, ink."""
_VIEWS = {
    "kinds": "全部",
    "units": "按单位",
    "sections": "按大项",
    "items": "按检查项",
    "failed": "失分最多的检查项",
}


class Row(NamedTuple):
    """A line: a figure or a group that opens, a problem in it, or a line of text."""

    text: str
    ink: str = "text"
    key: str = ""
    size: int = 0
    problem: LedgerRow | None = None
    figures: Figures | None = None


def percent(share: Decimal | None) -> str:
    """A rate in per cent with one place, or a dash where there is nothing to share."""
    return skin.current().glyphs.dash if share is None else f"{share * 100:.1f}%"


class DeltaScreen(LedgerPage, inherit_bindings=False):
    """Figures as lines that unfold to their problems; a problem opens with everything about it."""

    place = DELTA
    title_word = "两轮对比"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(DELTA)]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.mode = "kinds"
        self.open: set[str] = set()
        self.rows: list[Row] = []
        self.delta: Delta | None = None
        self.before: tuple[State, Round] | None = None

    def page_about(self) -> str:
        return f"{self.desk.round.title}  {_VIEWS[self.mode]}"

    # ---------------------------------------------------------------- rows

    def reread(self) -> None:
        self.delta = delta = compare(self.desk.state, self.desk.round, self.desk.session.today, self.before)
        if not self.desk.round.carried and self.before is None:
            self.rows = [Row("本轮没有转入上轮问题。按 6 选一轮来比。", "dim")]
            if self.mode != "failed":
                return
        figures = delta.figures
        self.rows = []
        match self.mode:
            case "kinds":
                self._summary(figures)
                for kind, (word, meaning, ink) in KINDS.items():
                    ids = getattr(figures, kind)
                    if ids or kind in ("new", "persisting", "fixed", "back"):
                        self._list(Row(f"{word}：{meaning}", ink, kind, len(ids)), ids)
            case "failed":
                for place, failed in enumerate(delta.failed, 1):
                    key = f"{failed.checklist}/{failed.item}"
                    text = f"{place}. {failed.item} {failed.text}"
                    self.rows.append(Row(text, "text", key, len(failed.units)))
                if not delta.failed:
                    self.rows.append(Row("还没有失分的检查项。", "dim"))
            case _:
                groups: tuple[Group, ...] = getattr(delta, self.mode)
                for group in groups:
                    ids = (
                        *group.figures.new,
                        *group.figures.persisting,
                        *group.figures.back,
                        *group.figures.fixed,
                    )
                    self._list(
                        Row(group.name, "strong", group.key, len(set(ids)), figures=group.figures), ids
                    )

    def _summary(self, figures: Figures) -> None:
        assert self.delta is not None
        self.rows.append(Row(f"{self.delta.old or '上轮'}  对比  {self.delta.new}", "head"))
        self.rows.append(
            Row(
                f"上轮问题{len(figures.old)}条，解决率{percent(figures.fix_rate)}"
                f"（{len(figures.fixed)}/{len(figures.old) - len(figures.withdrawn)}）；"
                f"反弹率{percent(figures.recurrence_rate)}（{len(figures.back)}/{len(figures.claimed)}）",
                "strong",
            )
        )

    def _list(self, head: Row, ids: tuple[str, ...]) -> None:
        self.rows.append(head)
        if head.key in self.open:
            assert self.delta is not None
            found = [self.delta.rows[id_] for id_ in dict.fromkeys(ids) if id_ in self.delta.rows]
            self.rows += [Row(row.text, problem=row, key=head.key) for row in found]

    def count(self) -> int:
        return len(self.rows)

    def can_choose(self, index: int) -> bool:
        return bool(self.rows[index].key)

    def mark(self) -> object:
        row = self.current
        return (row.key, row.problem.id if row.problem is not None else "") if row is not None else None

    def place_of(self, mark: object) -> int | None:
        places = ((r.key, r.problem.id if r.problem is not None else "") for r in self.rows)
        return next((i for i, place in enumerate(places) if place == mark), None)

    @property
    def current(self) -> Row | None:
        """The line under the cursor."""
        index = self.list.cursor
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        row = self.rows[index]
        cursor: Part = (skin.current().glyphs.cursor if here else " ", "accent")
        if row.problem is not None:
            problem = row.problem
            sign, word, ink = state_part(problem)
            room = max(8, width - 43)
            return [
                cursor,
                (f"   {sign} ", ink),
                (fit(word, 7), ink),
                (fit(beside_unit(problem.number, self.desk.session.today), 8), "dim"),
                (fit(problem.unit_name, 14) + " ", "dim"),
                (fit(problem.text, room), "text"),
                (" " + problem.severity.label, severity_ink(problem.severity)),
            ]
        if not row.key:
            return [cursor, (fit(row.text, width - 1), row.ink)]
        if self.mode == "failed":
            said = self._failed_words(row.key)
            return [
                cursor,
                (fit(f" {row.text}", max(8, width - 24)), row.ink),
                (fit(said, 22, "right"), "fail"),
            ]
        sign = "-" if row.key in self.open else "+"
        tail = f"{row.size}条"
        if row.figures is not None:
            f = row.figures
            tail = (
                f"新{len(f.new)} 仍{len(f.persisting)} 解决{len(f.fixed)} 反弹{len(f.back)}"
                f"  解决率{percent(f.fix_rate)}"
            )
        room = 44 if row.figures is not None else 8
        return [
            cursor,
            (f"{sign} ", "key"),
            (fit(row.text, max(8, width - 4 - room)), row.ink),
            (fit(tail, room, "right"), "text"),
        ]

    def about(self, width: int) -> list[Line]:
        row = self.current
        if row is None:
            return []
        if row.problem is not None:
            problem = row.problem
            lines = wrapped(f"{problem.number}  {problem.unit_name}  {problem.state_label}", width, "dim")
            return [*lines, *wrapped(problem.text, width, "strong")]
        if self.mode == "failed" and self.delta is not None:
            failed = self._failed(row.key)
            names = "、".join(u.name for id_ in failed.units if (u := self.desk.round.unit(id_)) is not None)
            return [*wrapped(row.text, width, "text"), *wrapped(f"失分的单位：{names}", width, "dim")]
        if row.figures is not None:
            f = row.figures
            said = (
                f"上轮{len(f.old)}条：解决{len(f.fixed)}，仍存在{len(f.persisting)}，反弹{len(f.back)}；"
                f"本轮新出现{len(f.new)}条；反弹率{percent(f.recurrence_rate)}。"
            )
            return wrapped(said, width, "dim")
        return wrapped("回车列出这些问题，再按回车打开一个。没有再提的，仍算存在。", width, "dim")

    def _failed(self, key: str) -> FailedItem:
        assert self.delta is not None
        return next(f for f in self.delta.failed if f"{f.checklist}/{f.item}" == key)

    def _failed_words(self, key: str) -> str:
        """How many units did not meet an item, and how many did not the last time."""
        failed = self._failed(key)
        before = f"，上轮{len(failed.before)}个" if failed.before is not None else ""
        return f"{len(failed.units)}/{failed.judged}个单位{before}"

    # ---------------------------------------------------------------- doing

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()

    def action_open(self) -> None:
        """List the problems behind a figure; on one of them, everything about it."""
        row = self.current
        if row is None or not row.key:
            return
        if row.problem is not None:
            if self.book.row(row.problem.unit, row.problem.id) is None:
                self.app.say("这个问题只在上一轮的台账里。")
                return
            order = [
                (r.problem.unit, r.problem.id)
                for r in self.rows
                if r.problem is not None and r.key == row.key
            ]
            self.app.open_ledger_row(row.problem.unit, row.problem.id, order)
        elif self.mode == "failed":
            checklist, _, item = row.key.partition("/")
            self.app.open_across(checklist, item)
        else:
            self.open ^= {row.key}
            self.refill()

    def action_by(self, mode: str) -> None:
        """Another way of putting it together."""
        self.mode = mode
        self.open.clear()
        self.refill()
        self.list.move_to(0)

    def action_other(self) -> None:
        """Set this round against another one of the folder, or against what it carries."""
        entries = [
            Entry(entry.id, entry.round.title)
            for entry in self.app.space.rounds()
            if entry.round is not None and entry.id != self.desk.round.id
        ]
        entries.append(Entry("", "本轮转入的上轮问题", "不读上轮的文件"))

        def picked(round_id: str | None) -> None:
            if round_id:
                self.run_worker(self._read_before(round_id), exclusive=True)
            elif round_id == "":
                self._against(None)

        self.app.push_screen(MenuScreen("和哪一轮比", entries), picked)

    async def _read_before(self, round_id: str) -> None:
        """Read the other round on a thread: it may be large."""
        from inspect_tui.exchange.source import read_source

        try:
            source = await asyncio.to_thread(read_source, self.app.space.round_dir(round_id))
            compare(self.desk.state, self.desk.round, self.desk.session.today, (source.state, source.round))
        except (InputFaults, StoreError, OSError, Incomparable) as error:
            if self.is_mounted:
                self.app.say(f"不能和这一轮比：{error}", "warning")
            return
        if self.is_mounted:
            self._against((source.state, source.round))

    def _against(self, before: tuple[State, Round] | None) -> None:
        self.before = before
        self.open.clear()
        self.refill()
