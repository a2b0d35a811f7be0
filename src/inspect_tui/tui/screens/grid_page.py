"""The three-level grid on screen: gaps first, then crews without members, then the tree."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual.binding import BindingType

from inspect_tui.model.roster import Crew
from inspect_tui.model.terms import FindingKind
from inspect_tui.report.grid_table import PARTIAL, grid_xlsx, total_words
from inspect_tui.rules.actions import new_finding
from inspect_tui.rules.applicability import inspected_units
from inspect_tui.rules.grid import PARTY, BlankCrew, Charge, Gap, Grid, Node, grid_of, is_blank_crew
from inspect_tui.rules.reading import free_findings
from inspect_tui.tui import skin
from inspect_tui.tui.actions import GRID, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.visit_page import VisitPage
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.page import Line, pair, wrapped

_COLUMNS = ("党员", "下级", "小组", "班组", "空白", "缺口")
_WIDE = 6


class Row(NamedTuple):
    """A line of the page: a heading in words, or one of what the grid holds."""

    words: str = ""
    gap: Gap | None = None
    blank: BlankCrew | None = None
    node: Node | None = None
    crew: Crew | None = None
    charge: Charge | None = None
    guide: tuple[bool, ...] = ()

    @property
    def heading(self) -> bool:
        return not any((self.gap, self.blank, self.node, self.crew, self.charge))


class GridScreen(VisitPage, inherit_bindings=False):
    """The grid of the open round, or of the folder's roster; a key makes a gap a problem or suggestion."""

    place = GRID
    title_word = "三级网格"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(GRID)]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "")
        self.whole = False
        self.by_leader = False
        self.grid: Grid = grid_of(desk.round.units, complete=False)
        self.about_name = desk.round.title
        self.rows: list[Row] = []
        self._made: list[tuple[str, str]] = []

    def page_about(self) -> str:
        return f"{'名册' if self.whole else '本轮'}：{self.about_name}"

    # ---------------------------------------------------------------- showing

    def reread(self) -> None:
        grid = self.grid
        rows = [Row(words) for words in f"{total_words(grid)}。".split("；", 1)]
        if not grid.complete:
            rows.append(Row(PARTIAL))
        if self.by_leader:
            rows.append(Row("分级承包"))
            rows += [Row(charge=charge) for charge in grid.charges]
            self.rows = rows if grid.charges else [*rows, Row("（名册没有写责任领导）")]
            return
        if grid.gaps:
            rows.append(Row(f"缺口（{len(grid.gaps)}）"))
            rows += [Row(gap=gap) for gap in grid.gaps]
        if grid.blanks:
            rows.append(Row(f"党员空白班组（{len(grid.blanks)}）"))
            rows += [Row(blank=blank) for blank in grid.blanks]
        rows.append(Row("网格"))
        for place, node in enumerate(grid.nodes):
            rows.append(Row(node=node, guide=node.last))
            # Units below come after the crews, so that a crew is the last only where none follow.
            more = place + 1 < len(grid.nodes) and grid.nodes[place + 1].depth > node.depth
            for number, crew in enumerate(node.unit.crews, 1):
                last = number == len(node.unit.crews) and not more
                rows.append(Row(crew=crew, node=node, guide=(*node.last, last)))
        self.rows = rows

    def count(self) -> int:
        return len(self.rows)

    def can_choose(self, index: int) -> bool:
        return not self.rows[index].heading

    def first(self) -> int:
        return next((i for i, row in enumerate(self.rows) if not row.heading), 0)

    def mark(self) -> object:
        return self.current

    def place_of(self, mark: object) -> int | None:
        return next((i for i, row in enumerate(self.rows) if row == mark), None)

    @property
    def current(self) -> Row | None:
        """The line under the cursor."""
        index = self.list.cursor
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        row = self.rows[index]
        cursor: Part = (skin.current().glyphs.cursor if here else " ", "accent")
        if row.gap is not None:
            return [
                cursor,
                (fit(f"x {row.gap.kind.label}", 20), "fail"),
                (" " + fit(row.gap.name, 18), "text"),
                (" " + fit(row.gap.text, max(8, width - 43)), "text"),
            ]
        if row.blank is not None:
            said, ink = row.blank.arrangement, "text"
            if not said.strip():
                said, ink = "没有培养或联系安排", "fail"
            return [
                cursor,
                (fit(f"o {row.blank.name}", 20), "warn"),
                (" " + fit(row.blank.group, 18), "text"),
                (" " + fit(said, max(8, width - 43)), ink),
            ]
        if row.charge is not None:
            charge = row.charge
            tail = f"党小组{charge.groups}  班组{charge.crews}  空白{charge.blank}"
            return [
                cursor,
                (fit(charge.leader, 12), "strong"),
                (fit("、".join(charge.units), max(8, width - 42)), "text"),
                (fit(tail, 28, "right"), "dim"),
            ]
        if row.node is not None:
            return [cursor, *self._tree_parts(row, row.node, width)]
        return self._heading(row.words, index, width)

    def _heading(self, words: str, index: int, width: int) -> list[Part]:
        if words != "网格":
            return [(fit(f" {words}", width), "strong" if index < 2 else "dim" if "，" in words else "head")]
        heads = "".join(fit(word, _WIDE, "right") for word in _COLUMNS)
        return [(fit(f" {words}", width - cells(heads) - 1), "head"), (heads + " ", "dim")]

    def _tree_parts(self, row: Row, node: Node, width: int) -> list[Part]:
        guide = _guide(row.guide)
        room = max(8, width - len(_COLUMNS) * _WIDE - cells(guide) - 2)
        if row.crew is not None:
            blank = is_blank_crew(row.crew)
            figures = [str(row.crew.members), "", "", "", "空白" if blank else "", ""]
            name, ink = row.crew.name, "warn" if blank else "dim"
        else:
            tally, group = node.tally, node.unit.kind.value == "party_group"
            unknown = "-" if node.unit.kind in PARTY else ""
            figures = [
                str(tally.members) if tally.members else unknown,
                str(tally.below) if tally.below is not None else unknown,
                "" if group or not tally.groups else str(tally.groups),
                str(tally.crews) if tally.crews and node.unit.kind.value != "crew" else "",
                str(tally.blank) if tally.blank else "",
                f"{node.gaps}处" if node.gaps else "",
            ]
            name, ink = node.unit.name, "text" if group else "strong"
        parts: list[Part] = [(guide, "dim"), (fit(name, room), ink)]
        for word, figure in zip(_COLUMNS, figures, strict=True):
            shade = "fail" if word == "缺口" else "warn" if word == "空白" else "text"
            parts.append(
                (fit(figure, _WIDE, "right"), shade if row.crew is None or figure == "空白" else "dim")
            )
        return parts

    def about(self, width: int) -> list[Line]:
        row = self.current
        if row is None:
            return []
        if row.gap is not None:
            gap = row.gap
            lines = wrapped(f"{gap.name}  {gap.kind.label}", width, "strong")
            lines += pair("所在", gap.place or "最上级", width, column=10)
            lines += pair("缺口", gap.text, width, column=10, ink="fail")
            lines += pair("怎么办", gap.remedy, width, column=10)
            if why := self._shut(gap):
                lines += wrapped(why, width, "dim")
            return lines
        if row.blank is not None:
            lines = wrapped(f"党员空白班组：{row.blank.name}", width, "strong")
            lines += pair("所在", row.blank.place, width, column=10)
            lines += pair("员工", f"{row.blank.staff}名" if row.blank.staff else "没有写", width, column=10)
            return [*lines, *pair("安排", row.blank.arrangement or "没有写", width, column=10)]
        if row.charge is not None:
            lines = wrapped(f"责任领导：{row.charge.leader}", width, "strong")
            return [*lines, *pair("承包", "、".join(row.charge.units), width, column=10)]
        if row.crew is not None and row.node is not None:
            return self._crew_lines(row.crew, row.node, width)
        return self._unit_lines(row.node, width) if row.node is not None else []

    @staticmethod
    def _crew_lines(crew: Crew, node: Node, width: int) -> list[Line]:
        lines = wrapped(f"{crew.name}（{node.unit.name}）", width, "strong")
        told = f"{crew.members}名" + (f"，员工{crew.staff}名" if crew.staff else "")
        lines += pair("党员", told, width, column=10)
        if is_blank_crew(crew):
            lines += pair("安排", crew.arrangement or "没有写", width, column=10)
        return lines

    def _unit_lines(self, node: Node, width: int) -> list[Line]:
        unit, tally = node.unit, node.tally
        lines = wrapped(f"{unit.long_name}（{unit.kind.label}）", width, "strong")
        lines += pair("负责人", unit.leader or "没有写", width, column=10)
        if unit.parent:
            lines += pair("责任领导", unit.responsible_leader or "没有写", width, column=10)
        told = f"{tally.members}名" if tally.members else "没有写"
        told += f"（预备党员{tally.probationary}名）" if tally.probationary else ""
        told += f"，下级合计{tally.below}名" if tally.below is not None else ""
        lines += pair("党员", told, width, column=10)
        if unit.feature:
            lines += pair("特色", unit.feature, width, column=10)
        for gap in self.grid.gaps:
            if gap.unit == unit.id:
                lines += pair("缺口", f"{gap.text}。{gap.remedy}。", width, column=10, ink="fail")
        return lines

    # ---------------------------------------------------------------- doing

    def action_source(self) -> None:
        """Between the round's units and the folder's roster."""
        if self.whole:
            self._show(grid_of(self.desk.round.units, complete=False), self.desk.round.title, whole=False)
            return
        roster, faults = self.desk.session.space.roster()
        if roster is None:
            self.app.say(f"名册读不出来，有{len(faults)}处问题；在“清单和名册”里看。", "warning")
            return
        self._show(grid_of(roster.units, complete=True), roster.name, whole=True)

    def _show(self, grid: Grid, name: str, *, whole: bool) -> None:
        self.grid, self.about_name, self.whole = grid, name, whole
        self.reread()
        self.list.set_rows(self.count(), self.first())
        self.tell_head(about=self.page_about())
        self._follow()

    def action_charges(self) -> None:
        """Who answers for what, and back."""
        self.by_leader = not self.by_leader
        self._show(self.grid, self.about_name, whole=self.whole)

    def action_gaps(self) -> None:
        """The next gap, from the end back to the first."""
        places = [i for i, row in enumerate(self.rows) if row.gap is not None]
        if not places:
            self.app.say("没有缺口。" if not self.by_leader else "先按 3 回到网格。")
            return
        self.list.move_to(next((i for i in places if i > self.list.cursor), places[0]))

    def _shut(self, gap: Gap) -> str:
        """Why a gap cannot be recorded in this round; nothing when it can."""
        if gap.unit not in {unit.id for unit in inspected_units(self.desk.round)}:
            return f"本轮不检查{gap.name}，这一处记不到它名下，请在名册里改正。"
        return ""

    def action_problem(self) -> None:
        """Record the gap as a problem of its unit."""
        self._record(FindingKind.DEFICIENCY)

    def action_suggest(self) -> None:
        """Record the gap as a suggestion."""
        self._record(FindingKind.SUGGESTION)

    def _record(self, kind: FindingKind) -> None:
        gap = self.current.gap if self.current is not None else None
        if gap is None:
            self.app.say("把光标移到一处缺口上再按；按 2 跳到缺口。")
            return
        if why := self._shut(gap):
            self.app.say(why, "warning")
            return
        self.unit = gap.unit
        if not self.writable():
            return
        text = gap.text if kind is FindingKind.DEFICIENCY else f"{gap.text}，建议{gap.remedy}"

        def told(words: str) -> None:
            held = free_findings(self.desk.state, gap.unit)
            if any(finding.text == words and finding.kind is kind for finding in held):
                self.app.say(f"{gap.name}名下已经有这一条{kind.label}。")
                return
            edits = new_finding(self.desk.state, gap.unit, self.desk.new_id(), kind, words)
            if self.make(edits, f"网格缺口 {kind.label}"):
                self._made.append((gap.unit, self.desk.session.last_action(gap.unit)))
                self.app.say(f"已记到{gap.name}名下：{kind.label}。")

        self.ask_words(
            f"{gap.name}：记为{kind.label}",
            f"grid/{gap.unit}/{gap.kind.value}/{gap.crew}/{kind.value}",
            told,
            text=text,
        )

    def action_undo(self) -> None:
        """Take back what was recorded here last, and nothing that was done elsewhere since."""
        if not self._made:
            self.app.say("没有可撤销的操作。")
            return
        unit, change = self._made[-1]
        if self.desk.session.last_action(unit) != change:
            self.app.say("这之后在该单位又做过别的操作，请到检查页里撤销。", "warning")
            return
        self.unit = unit
        super().action_undo()
        if self.desk.session.last_action(unit) != change:
            self._made.pop()

    def action_write(self) -> None:
        """The grid as a workbook."""
        self.write(["三级网格", "名册" if self.whole else ""], "xlsx", self._workbook())

    def _workbook(self) -> bytes:
        return grid_xlsx(self.grid, self.about_name)


def _guide(last: tuple[bool, ...]) -> str:
    """The lines that lead to a place in the tree; plain signs where a console draws lines two cells wide."""
    through, branch, end = ("| ", "|-", "`-") if skin.current().plain else ("│ ", "├─", "└─")
    if len(last) < 2:
        return ""
    return "".join("  " if done else through for done in last[1:-1]) + (end if last[-1] else branch)
