"""Looking back: the problems of earlier rounds at a unit, each answered by digits before anything else."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType

from inspect_tui.model.change import Edit
from inspect_tui.model.terms import Outcome
from inspect_tui.rules.problems import lineage_of
from inspect_tui.rules.rectifying import NotAllowed, link, verify
from inspect_tui.store.session import ReadOnlySession
from inspect_tui.tui import looking_back
from inspect_tui.tui.actions import LOOKBACK, bindings_for
from inspect_tui.tui.desk import Desk, VisitClosed
from inspect_tui.tui.looking_back import Old
from inspect_tui.tui.question_text import beside
from inspect_tui.tui.screens.verdict_asking import Asking, Said
from inspect_tui.tui.screens.visit_page import VisitPage
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.walking import Option
from inspect_tui.tui.widgets.choice import Picked
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line

_NOT_THE_SAME = "\0none"
_SIDE_BY_SIDE = 100


class LookbackScreen(VisitPage, inherit_bindings=False):
    """Earlier problems above; below, the old record as it was and what this round says of it."""

    place = LOOKBACK
    title_word = "上轮问题"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(LOOKBACK)]

    DEFAULT_CSS = """
    LookbackScreen #side { height: 1fr; }
    LookbackScreen.-short #side { height: 1fr; }
    LookbackScreen.-tall #side { height: 1fr; }
    LookbackScreen.-many #side { height: 1fr; }
    LookbackScreen.-short.-many #side { height: 1fr; }
    LookbackScreen.-choosing #about { display: block; }
    LookbackScreen.-short.-choosing #about { display: none; }
    """

    def __init__(self, desk: Desk, unit: str, problem: str = "", *, then_walk: bool = False) -> None:
        super().__init__(desk, unit)
        self._wanted = problem
        self._then_walk = then_walk
        self._lines: list[Old | str] = []
        self._column = 7

    # ---------------------------------------------------------------- showing

    def page_more(self) -> str:
        progress = self.desk.progress(self.unit)
        if not progress.to_verify:
            return ""
        return f"{progress.owed}/{progress.to_verify} 待复查"

    def reread(self) -> None:
        unit = self.desk.round.unit(self.unit)
        olds = (
            looking_back.olds_of(self.desk.state, self.desk.round, unit, self.desk.session.today)
            if unit is not None
            else []
        )
        must = [old for old in olds if not old.optional]
        rest = [old for old in olds if old.optional]
        self._lines = [*must]
        self._column = max([7, *(cells(old.short) + 1 for old in olds)])
        if rest:
            self._lines += ["不要求复查的（上次复查有效，或已批准长期挂账）", *rest]
        if not olds:
            self._lines = ["这个单位没有上轮转入的问题。"]

    def ready(self) -> None:
        self._size_list()
        super().ready()

    def refill(self) -> None:
        super().refill()
        self._size_list()

    def _size_list(self) -> None:
        # As high as its rows, but never so high that the record below it is squeezed.
        self.list.styles.height = max(2, min(self.count(), self.size.height // 3))

    def on_resize(self, _: events.Resize) -> None:
        if self.is_mounted and self.query("#list"):
            self._size_list()

    def count(self) -> int:
        return len(self._lines)

    def can_choose(self, index: int) -> bool:
        return isinstance(self._lines[index], Old)

    def first(self) -> int:
        if self._wanted:
            return self.place_of(self._wanted) or 0
        return next((i for i, line in enumerate(self._lines) if _owed(line)), 0)

    def mark(self) -> object:
        return self.old.carried.id if self.old is not None else ""

    def place_of(self, mark: object) -> int | None:
        return next(
            (i for i, line in enumerate(self._lines) if isinstance(line, Old) and line.carried.id == mark),
            None,
        )

    @property
    def old(self) -> Old | None:
        """The earlier problem under the cursor."""
        index = self.list.cursor
        line = self._lines[index] if 0 <= index < len(self._lines) else None
        return line if isinstance(line, Old) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        line = self._lines[index]
        if isinstance(line, str):
            return [(fit(f" {line}", width), "dim")]
        return looking_back.row_parts(line, width, here, self._column)

    def about(self, width: int) -> list[Line]:
        old = self.old
        if old is None:
            return []
        state, round_ = self.desk.state, self.desk.round
        head = looking_back.head_lines(old, width)
        if width < _SIDE_BY_SIDE:
            return [
                *head,
                *looking_back.answer_lines(state, round_, old, width),
                *looking_back.old_lines(old.carried, width),
            ]
        half = (width - 3) // 2
        return [
            *head,
            *beside(
                looking_back.old_lines(old.carried, half),
                looking_back.answer_lines(state, round_, old, half),
                half,
            ),
        ]

    def offer(self, title: str, options: list[Option], picked: Picked) -> None:
        """Show an offer below the old text, which stays in sight."""
        # A rule, the title, the options.
        self.choice.styles.height = min(len(options), 9) + 2
        super().offer(title, options, picked)

    # ---------------------------------------------------------------- answering

    def _answerable(self) -> Old | None:
        old = self.old
        if old is None:
            self.app.say("这个单位没有上轮转入的问题。")
            return None
        return old if self.writable() else None

    def action_outcomes(self) -> None:
        """Every outcome with what it means."""
        old = self._answerable()
        if old is None:
            return
        self.offer(
            f"{old.short} 复查结论：",
            looking_back.outcome_options(old.base),
            lambda option, _: self._begin(old, Outcome(option.value)),
        )

    def action_verify(self, name: str) -> None:
        """An outcome's digit."""
        old = self._answerable()
        if old is not None:
            self._begin(old, Outcome(name))

    def _begin(self, old: Old, outcome: Outcome) -> None:
        refused = looking_back.refusal(old.base, outcome)
        if old.row.carried_to:
            refused = f"这个问题已转入“{old.row.carried_to}”，请到那一轮办理。"
        if refused:
            self.app.say(refused, "warning")
        else:
            Asking(
                self,
                old.carried,
                old.short,
                f"verify/{old.carried.id}",
                lambda said: self._record(old, said),
                remains=old.row.remains,
            ).ask(outcome)

    def _record(self, old: Old, said: Said) -> None:
        try:
            edits = verify(
                self.desk.state,
                old.row,
                said.outcome,
                self.desk.session.today,
                who="、".join(self.people),
                basis=said.basis,
                methods=said.methods,
                remains=said.remains,
            )
        except NotAllowed as refused:
            self.app.say(f"{refused}。", "warning")
            return
        if not self.make(edits, f"上轮问题 {old.short} {said.outcome.label}"):
            return
        if said.outcome is Outcome.RELAPSED and self._offer_link(old, then_on=True):
            return
        self._move_on()

    def _move_on(self) -> None:
        """To the next problem that is still owed a verdict."""
        count, here = self.count(), self.list.cursor
        for step in range(1, count + 1):
            index = (here + step) % count
            if _owed(self._lines[index]):
                self.list.move_to(index)
                return
        self.app.say(f"上轮问题都已复查。按 Esc {'到检查页' if self._then_walk else '返回'}。")

    def action_next_owed(self) -> None:
        """To the next problem that nobody looked at yet."""
        if any(_owed(line) for line in self._lines):
            self._move_on()
        else:
            self.app.say("没有待复查的上轮问题。")

    def action_take_back(self) -> None:
        """Take one's own verdict back."""
        old = self._answerable()
        if old is None:
            return
        what = f"取消 {old.short} 的复查结论"
        try:
            done = self.desk.take_back_verdict(self.unit, old.row.record, what)
        except VisitClosed:
            self._say_closed()
        except ReadOnlySession as held:
            self.app.say(f"现在只能看：{held}", "warning")
        else:
            if done:
                self.app.say("已取消本人的复查结论，按 Ctrl+Y 恢复。")
            elif old.row.outcomes:
                by = "、".join(old.row.outcomes[0].by)
                self.app.say(f"这是{by}记的结论，不能取消；看法不同请直接按数字记自己的。", "warning")
            else:
                self.app.say("这个问题还没有复查结论。")

    # ---------------------------------------------------------------- the same problem in this round

    def action_link(self) -> None:
        """Say which problem of this round is the old one come back."""
        old = self._answerable()
        if old is not None and not self._offer_link(old):
            where = f" {old.carried.item} " if old.carried.item else "单位名下"
            self.app.say(f"本轮在{where}还没有记问题。走查时记了问题，会问是不是同一个。")

    def _offer_link(self, old: Old, *, then_on: bool = False) -> bool:
        found = looking_back.returns_of(self.desk.state, self.desk.round, old)
        if then_on:
            found = [(finding, linked) for finding, linked in found if not linked]
        if not found:
            return False
        options = [
            Option(
                finding.text,
                "已记为同一问题，再选取消" if linked == old.carried.id else "",
                finding.key,
                on=linked == old.carried.id,
            )
            for finding, linked in found
        ]
        if then_on:
            options.append(Option("都不是同一问题", value=_NOT_THE_SAME))

        def picked(option: Option, _: int) -> None:
            if option.value != _NOT_THE_SAME:
                self._link(old, option.value)
            if then_on:
                self._move_on()

        self.offer(f"{old.short} 与本轮哪一条是同一问题：", options, picked)
        return True

    def _link(self, old: Old, finding: str) -> None:
        linked = lineage_of(self.desk.state, finding) == old.carried.id
        edit: Edit = link(self.desk.state, finding, "" if linked else old.carried.id)
        word = "取消同一问题" if linked else "同一问题"
        if self.make([edit], f"上轮问题 {old.short} {word}"):
            self.app.say(f"已{'取消' if linked else '记为同一问题'}。")

    # ---------------------------------------------------------------- elsewhere

    def action_evidence(self) -> None:
        """What was seen then, and what is put behind this look."""
        from inspect_tui.tui.screens.evidence_page import EvidenceScreen

        old = self.old
        if old is None:
            self.app.say("这个单位没有上轮转入的问题。")
            return
        about = f"上轮问题 {old.short}"
        page = EvidenceScreen(self.desk, self.unit, old.row.record, about, earlier=old.carried.pieces)
        self.app.push_screen(page)

    def action_item(self) -> None:
        """The item of the problem, in the walk."""
        old = self.old
        if old is None:
            return
        sheet = self.desk.sheet(self.unit)
        if not old.carried.item or sheet.index_of(*old.item) is None:
            self.app.say("这个问题在本轮没有对应的检查项。")
            return
        from inspect_tui.tui.screens.submit import go_to_item

        go_to_item(self, self.unit, *old.item)

    def action_back(self) -> None:
        """Back to where it was opened; on the way into a visit on to the walk."""
        self.app.go_back()
        if self._then_walk:
            self.app.open_unit(self.unit)

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_outcomes()


def _owed(line: Old | str) -> bool:
    return isinstance(line, Old) and line.row.must_verify
