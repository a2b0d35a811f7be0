"""Home: the rounds, the open round's units with honest progress, and the way to everything else.

Progress is read for rows in sight only; the totals over the round are counted a few units at a time after
the first paint, so that a large round opens as fast as a small one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from inspect_tui.store.workspace import RoundEntry
from inspect_tui.tui import skin
from inspect_tui.tui.actions import HOME, bindings_for
from inspect_tui.tui.home_beside import round_beside, unit_beside
from inspect_tui.tui.home_lines import Figures, figures_of, row_parts, totals_parts
from inspect_tui.tui.home_rows import BranchRow, RoundRow, Row, UnitRow, build, selectable
from inspect_tui.tui.screens.page import PageScreen
from inspect_tui.tui.text import one_line
from inspect_tui.tui.widgets.inks import Inked, Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.page import Line, LinePane

_AT_A_TIME = 6
_LEFT_AT = "home/unit"


class TotalsLine(Inked):
    """One line: how far the open round is."""

    DEFAULT_CSS = """
    TotalsLine { height: 1; }
    """

    def __init__(self, parts: Callable[[int], list[Part]], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._parts = parts

    def render_line(self, y: int) -> Strip:
        return self.strip(self._parts(self.size.width), self.size.width)


class HomeScreen(PageScreen[None], inherit_bindings=False):
    """Rounds and units; Enter opens or walks."""

    place = HOME
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(HOME)]

    DEFAULT_CSS = """
    HomeScreen #body { layout: vertical; }
    HomeScreen #side { display: none; }
    HomeScreen.-wide #body { layout: horizontal; }
    HomeScreen.-wide #list { width: 3fr; }
    HomeScreen.-wide #side { display: block; width: 2fr; min-width: 44; }
    HomeScreen PageHead { height: 1; }
    """

    def __init__(self, entries: list[RoundEntry], begun: str = "") -> None:
        super().__init__()
        self.entries = entries
        #: A unit that was still to be done when the program began, if it has been entered since.
        self._begun = begun
        self.folded: set[str] = set()
        self.rows: list[Row] = []
        self._counted: dict[str, Figures] = {}
        self._waiting: list[str] = []
        self._counting: Timer | None = None
        self._stop_listening: Callable[[], None] = lambda: None

    # ---------------------------------------------------------------- showing

    def page_title(self) -> str:
        return "党建回头看检查"

    def page_about(self) -> str:
        desk = self.app.desk
        if desk is None:
            return one_line(str(self.app.root))
        practice = "［演练］" if desk.round.practice else ""
        return practice + desk.round.title

    def page_who(self) -> str:
        identity = self.app.identity
        if identity is None:
            return ""
        teams = self.app.desk.round.teams if self.app.desk is not None else ()
        team = next((t.name for t in teams if t.id == identity.team), identity.team)
        people = "、".join(identity.people)
        return f"{team} {people}（{identity.role.label}）".strip()

    def body(self) -> Sequence[Widget]:
        self.rows = build(self.entries, self.app.desk, self.folded)
        first, self._begun = self._first(), ""
        return [
            LineList(
                self._row,
                len(self.rows),
                cursor=first,
                selectable=lambda i: selectable(self.rows[i]),
                id="list",
            ),
            LinePane(self._side, id="side"),
        ]

    def above(self) -> Sequence[Widget]:
        return [TotalsLine(self._totals, id="totals")]

    def ready(self) -> None:
        self.query_one("#side", LinePane).can_focus = False
        self.line_list.focus()
        self._listen()
        self._count_all()
        self.call_after_refresh(self.line_list.move_to, self.line_list.cursor, center=True)
        self._follow()

    def on_unmount(self) -> None:
        self._stop_listening()
        if self._counting is not None:
            self._counting.stop()

    def on_screen_resume(self, _: events.ScreenResume) -> None:
        if self.is_mounted and self.query("#list"):
            self.line_list.refresh_rows()
            self._follow()
            self._go_on_counting()

    def _listen(self) -> None:
        self._stop_listening()
        desk = self.app.desk
        self._stop_listening = desk.listen(self._heard) if desk is not None else lambda: None

    def _heard(self, touched: set[str]) -> None:
        desk = self.app.desk
        for unit in {record.split("/")[1] for record in touched if record.count("/")}:
            self._counted.pop(unit, None)
            # What concerns the round as a whole (`notice/-/…`) changes no unit's figures.
            known = desk is not None and desk.round.unit(unit) is not None
            if known and unit not in self._waiting:
                self._waiting.insert(0, unit)
        self._go_on_counting()

    def _first(self) -> int:
        """The unit left last, else my first unit that is not done, else the open round."""
        desk = self.app.desk
        if desk is None:
            return 0
        left = self.app.recall(_LEFT_AT)
        open_at = -1
        for index, row in enumerate(self.rows):
            if isinstance(row, UnitRow):
                if row.unit.id == left:
                    return index
                to_do = row.unit.id == self._begun or not desk.visit(row.unit.id).done
                if open_at < 0 and row.mine and to_do:
                    open_at = index
                    if not left:
                        break
        if open_at >= 0:
            return open_at
        return next((i for i, row in enumerate(self.rows) if isinstance(row, UnitRow)), 0)

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        index = self.line_list.cursor
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def _rebuild(self, at: Callable[[Row], bool] | None = None) -> None:
        self.rows = build(self.entries, self.app.desk, self.folded)
        place = next((i for i, row in enumerate(self.rows) if at is not None and at(row)), None)
        self.line_list.set_rows(len(self.rows), place)
        self._follow()

    def _follow(self) -> None:
        if self.has_class("-wide"):
            self.query_one("#side", LinePane).show()

    def on_resize(self, _: events.Resize) -> None:
        self.call_after_refresh(self._follow)

    def on_line_list_moved(self, _: LineList.Moved) -> None:
        self._follow()

    # ---------------------------------------------------------------- totals

    def _count_all(self) -> None:
        desk = self.app.desk
        self._counted.clear()
        self._waiting = [unit.id for unit in desk.units()] if desk is not None else []
        self._go_on_counting()

    def _go_on_counting(self) -> None:
        # Behind another screen nothing is counted: Textual repaints all of the front one for it.
        if self._waiting and self._counting is None and self.app.screen is self:
            self._counting = self.set_interval(0.01, self._count_some)

    def _count_some(self) -> None:
        desk = self.app.desk
        if desk is None:
            self._waiting = []
        for unit in self._waiting[:_AT_A_TIME]:
            assert desk is not None
            self._counted[unit] = figures_of(desk, unit)
        del self._waiting[:_AT_A_TIME]
        if self._counting is not None and (not self._waiting or self.app.screen is not self):
            self._counting.stop()
            self._counting = None
        if self.app.screen is self and self.query("#totals"):
            self.query_one("#totals", TotalsLine).refresh()

    # ---------------------------------------------------------------- what is shown where

    def _row(self, index: int, width: int, here: bool) -> list[Part]:
        return row_parts(self.rows[index], self.app.desk, width, here, self.app.size.width >= 110)

    def _totals(self, width: int) -> list[Part]:
        desk = self.app.desk
        if desk is None:
            return [(skin.current().glyphs.rule * width, "dim")]
        units = desk.units()
        if len(self._counted) < len(units):
            return [(f" 共{len(units)}个单位，正在统计", "dim")]
        return totals_parts([self._counted[unit.id] for unit in units])

    def _side(self, width: int) -> list[Line]:
        row, desk = self.row, self.app.desk
        bar = skin.current().glyphs.bar
        lines: list[Line] = []
        if isinstance(row, UnitRow) and desk is not None:
            lines = unit_beside(desk, row.unit, width - 2)
        elif isinstance(row, RoundRow):
            lines = round_beside(row.entry, width - 2)
        height = max(len(lines), self.query_one("#side", LinePane).size.height)
        lines += [[] for _ in range(height - len(lines))]
        return [[(bar, "dim"), *line] for line in lines]

    # ---------------------------------------------------------------- doing

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Open the round, walk the unit, or unfold the branch under the cursor."""
        row = self.row
        if isinstance(row, UnitRow):
            self.app.remember(_LEFT_AT, row.unit.id)
            self.app.enter_unit(row.unit.id)
        elif isinstance(row, BranchRow):
            self.action_expand()
        elif isinstance(row, RoundRow):
            self._open_round(row.entry)

    def _open_round(self, entry: RoundEntry) -> None:
        if entry.round is None:
            self.app.open_faults()
        elif self.app.desk is not None and self.app.desk.round.id == entry.id:
            self.line_list.move_to(self._first())
        elif self.app.open_round(entry.id):
            self.folded.clear()
            self._listen()
            self._count_all()
            self.tell_head(about=self.page_about())
            self._rebuild()
            self.line_list.move_to(self._first(), center=True)
            self.app.show_status()

    def action_collapse(self) -> None:
        """Fold the branch the cursor is in."""
        row = self.row
        if isinstance(row, UnitRow) and row.branch:
            key = row.branch
            self.folded.add(key)
            self._rebuild(lambda r: isinstance(r, BranchRow) and r.key == key)

    def action_expand(self) -> None:
        """Unfold the branch under the cursor."""
        row = self.row
        if isinstance(row, BranchRow) and row.folded:
            self.folded.discard(row.key)
            index = self.line_list.cursor
            self._rebuild()
            self.line_list.move_to(index + 1)

    # ---------------------------------------------------------------- where to

    def action_home_menu(self) -> None:
        """Everything that can be done from here."""
        from inspect_tui.tui.screens.home_menu import open_home_menu

        open_home_menu(self.app)

    def action_across(self) -> None:
        """One item at every unit of mine."""
        from inspect_tui.tui.screens.home_menu import choose_item

        if self._has_round():
            choose_item(self.app)

    def _has_round(self) -> bool:
        """Whether a round is open; says so where none is."""
        if self.app.desk is None:
            self.app.say("先打开一个轮次。", "warning")
        return self.app.desk is not None

    def action_handin(self) -> None:
        """Hand the work in."""
        if self._has_round():
            self.app.open_handin()

    def action_merge(self) -> None:
        """Take in what others recorded, and settle what follows from it."""
        if self._has_round():
            self.app.open_merge()

    def action_lookback(self) -> None:
        """The problems of earlier rounds at the unit under the cursor."""
        row = self.row
        if isinstance(row, UnitRow):
            self.app.open_lookback(row.unit.id)
        else:
            self.app.say("先把光标移到一个单位上。")

    def action_why(self) -> None:
        """How the score of the unit under the cursor came about; elsewhere, the keys of this screen."""
        row = self.row
        if isinstance(row, UnitRow):
            self.app.open_derivation(row.unit.id)
        else:
            self.action_help()

    def action_ledger(self) -> None:
        """The ledger of the round."""
        if self._has_round():
            self.app.open_ledger()

    def action_summary(self) -> None:
        """Summary and text of the round."""
        if self._has_round():
            self.app.open_summary()

    def action_search(self) -> None:
        """Search items, findings and units."""
        if self._has_round():
            self.app.open_search()
