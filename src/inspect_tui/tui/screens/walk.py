"""Walk: the screen an inspector lives on — one key per conforming item, nothing typed twice.

The list, the keys and the panel are the same for 一组到底 (all items of one unit) and 一题到底 (one item at
every unit); only the track differs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.model.change import answer_key
from inspect_tui.model.terms import FindingKind, Verdict
from inspect_tui.store.session import ReadOnlySession
from inspect_tui.tui import walking
from inspect_tui.tui.actions import ACROSS, WALK, bindings_for
from inspect_tui.tui.desk import VisitAccepted, VisitClosed
from inspect_tui.tui.screens.walk_judging import Judging
from inspect_tui.tui.screens.walk_marks import Marking
from inspect_tui.tui.screens.walk_menu import item_menu
from inspect_tui.tui.screens.walk_page import WalkPage
from inspect_tui.tui.screens.walk_words import Wording
from inspect_tui.tui.track import AcrossTrack, Stop, Track, UnitTrack
from inspect_tui.tui.walking import Option
from inspect_tui.tui.widgets.line_list import LineList


class WalkScreen(WalkPage, inherit_bindings=False):
    """A walk over the stops of a track."""

    place = WALK
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(WALK)]

    def __init__(self, track: Track, start: int | None = None) -> None:
        super().__init__(track, start)
        self.judging = Judging(self)
        self.wording = Wording(self)
        self.marking = Marking(self)

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_item_menu()

    def judged(self, stop: Stop) -> None:
        """Ask at once for what a verdict must come with; it stands whatever is answered."""
        if walking.owes_note(stop):
            self.wording.ask_note(stop, f"{stop.row.item.id} {walking.said_of(stop)}，要写说明")
        elif told := walking.owed_words(stop):
            self.app.say(f"{stop.row.item.id} {told}。", "warning")

    # ---------------------------------------------------------------- at the stop under the cursor

    def action_verdict(self, name: str) -> None:
        """A verdict key."""
        if self.stop is not None:
            self.judging.ask(self.stop, Verdict(name))

    def action_whole(self) -> None:
        """One verdict for what is left of the section."""
        if self.stop is not None:
            self.judging.whole_section(self.stop)

    def action_method(self) -> None:
        """Record a way of checking."""
        if self.stop is not None:
            self.marking.method(self.stop)

    def action_sample(self) -> None:
        """Record what was sampled."""
        if self.stop is not None:
            self.marking.sample(self.stop)

    def action_fixed(self) -> None:
        """Mark a problem as mended on the spot."""
        if self.stop is not None:
            self.marking.fixed(self.stop)

    def action_drop(self) -> None:
        """Take a labelled shortfall off the verdict."""
        if self.stop is not None:
            self.marking.drop(self.stop)

    def action_note(self) -> None:
        """Write the note of this item."""
        if self.stop is not None:
            self.wording.note(self.stop)

    def action_good_practice(self) -> None:
        """Write down a good practice."""
        if self.stop is not None:
            self.wording.finding(self.stop, FindingKind.GOOD_PRACTICE)

    def action_suggestion(self) -> None:
        """Write down a suggestion."""
        if self.stop is not None:
            self.wording.finding(self.stop, FindingKind.SUGGESTION)

    def action_item_menu(self) -> None:
        """Every other action of this item, by digit."""
        stop = self.stop
        if stop is None:
            self.app.say("没有适用的检查项。", "warning")
            return
        options = item_menu(self.desk, stop, self.track.across)
        self.offer(f"{stop.row.item.id} 更多操作：", options, self._menu_picked)

    def _menu_picked(self, option: Option, _: int) -> None:
        getattr(self, f"action_{option.value}")()

    # ---------------------------------------------------------------- elsewhere

    def action_undo(self) -> None:
        """Take back the last action in this unit."""
        self._again(self.desk.undo, "已撤销：", "没有可撤销的操作。")

    def action_redo(self) -> None:
        """Bring back what was undone."""
        self._again(self.desk.redo, "已恢复：", "没有可恢复的操作。")

    def _again(self, act: Callable[[str], str | None], done: str, nothing: str) -> None:
        stop = self.stop
        if stop is None:
            return
        try:
            name = act(stop.unit)
        except VisitAccepted:
            self.app.say(self.desk.why_closed(stop.unit), "warning")
        except VisitClosed:
            self.app.say("本次检查已提交，不能撤销；要改请先重新打开。", "warning")
        except ReadOnlySession as held:
            self.app.say(f"现在只能看：{held}", "warning")
        else:
            self.app.say(f"{done}{name}" if name is not None else nothing)

    # ---------------------------------------------------------------- where to

    def action_next_open(self) -> None:
        """Jump to the next unanswered stop."""
        following = self.track.next_open(self.list.cursor)
        if following is None:
            self.app.say("各项都已查完。")
        else:
            self.list.move_to(following)

    def action_section(self) -> None:
        """Jump to a section picked from the list of them."""
        if not isinstance(self.track, UnitTrack):
            return
        options = []
        for part in self.track.sections():
            tally = self.track.sheet.by_section[part.key]
            options.append(Option(part.name, f"已查 {tally.answered}/{tally.items}", str(part.first)))
        self.offer("跳到哪一大项：", options, lambda option, _: self.list.move_to(int(option.value)))

    def action_next_section(self) -> None:
        """Jump to the next section."""
        self._section(1)

    def action_previous_section(self) -> None:
        """Jump to the section before."""
        self._section(-1)

    def _section(self, step: int) -> None:
        if not isinstance(self.track, UnitTrack):
            return
        here = self.list.cursor
        starts = [part.first for part in self.track.sections()]
        after = [i for i in starts if i > here] if step > 0 else [i for i in starts if i < here]
        if after:
            self.list.move_to(after[0] if step > 0 else after[-1])

    # ---------------------------------------------------------------- other pages

    def action_unit(self) -> None:
        """This item within its unit's own checklist."""
        stop = self.stop
        if stop is not None:
            self.app.open_unit(stop.unit, at=(stop.row.checklist.id, stop.row.item.id))

    def action_findings(self) -> None:
        """The problems of this item."""
        if self.stop is not None:
            self.app.open_findings(self.stop)

    def action_evidence(self) -> None:
        """What stands behind this item, and more of it."""
        from inspect_tui.tui.screens.evidence_page import EvidenceScreen

        stop = self.stop
        if stop is not None:
            record = answer_key(*stop.key)
            self.app.push_screen(EvidenceScreen(self.desk, stop.unit, record, stop.row.item.id))

    def action_adoption(self) -> None:
        """Ask the unit whether it took up other units' good practice."""
        from inspect_tui.tui.screens.adoption_page import AdoptionScreen

        if self.stop is not None:
            self.app.push_screen(AdoptionScreen(self.desk, self.stop.unit))

    def action_helper(self) -> None:
        """The page that helps to judge this item."""
        stop = self.stop
        if stop is not None and stop.row.item.helper is not None:
            self.app.open_helper(stop.row.item.helper, stop.unit, (stop.row.checklist.id, stop.row.item.id))

    def action_derivation(self) -> None:
        """Where the unit's score comes from."""
        if self.stop is not None:
            self.app.open_derivation(self.stop.unit)

    def action_triggers(self) -> None:
        """The page of red lines and vetoes."""
        if self.stop is not None:
            self.app.open_triggers(self.stop.unit)

    def action_header(self) -> None:
        """The visit's header."""
        if self.stop is not None:
            self.app.open_header(self.stop.unit)

    def action_search(self) -> None:
        """Search items and findings."""
        self.app.open_search(self.stop.unit if self.stop else None)

    def action_across(self) -> None:
        """This item at every unit."""
        if self.stop is not None and not self.track.across:
            self.app.open_across(self.stop.row.checklist.id, self.stop.row.item.id, self.stop.unit)

    def action_submit(self) -> None:
        """Submit this unit."""
        if self.stop is not None:
            self.app.open_submit(self.stop.unit)

    def action_reopen(self) -> None:
        """Open a submitted visit again, with a reason."""
        if self.stop is not None:
            self.app.reopen(self.stop.unit)

    def action_summary(self) -> None:
        """Summary and text of this unit."""
        self.app.open_summary(self.stop.unit if self.stop and not self.track.across else None)

    def action_lookback(self) -> None:
        """The problems of earlier rounds at this unit."""
        if self.stop is not None:
            self.app.open_lookback(self.stop.unit)

    def action_ledger(self) -> None:
        """The ledger of this unit."""
        if self.stop is not None:
            self.app.open_ledger(self.stop.unit)

    def action_merge(self) -> None:
        """Take in what others recorded."""
        self.app.open_merge()

    def action_help(self) -> None:
        """The keys of this screen."""
        self.app.open_help(self.place)

    def action_back(self) -> None:
        """Home; everything is saved already."""
        self.app.go_back()


class AcrossScreen(WalkScreen, inherit_bindings=False):
    """One item at every unit: 一题到底."""

    place = ACROSS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(ACROSS)]

    def _items(self) -> list[tuple[str, str]]:
        seen: dict[tuple[str, str], None] = {}
        for unit in self.desk.units(mine=True):
            for row in self.desk.sheet(unit.id).rows:
                seen[row.checklist.id, row.item.id] = None
        return list(seen)

    def action_across_next(self) -> None:
        """The next item of the checklist."""
        self._turn(1)

    def action_across_previous(self) -> None:
        """The item before."""
        self._turn(-1)

    def _turn(self, step: int) -> None:
        assert isinstance(self.track, AcrossTrack)
        items = self._items()
        here = items.index((self.track.checklist, self.track.item))
        there = here + step
        if 0 <= there < len(items):
            self.track.checklist, self.track.item = items[there]
            self.track.rebuild()
            self.list.set_rows(len(self.track.stops), self.track.next_open(-1) or 0)
            self._follow()
