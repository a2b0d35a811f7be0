"""Ways: how any screen leads to any other, without knowing more of it than what to call.

A page is imported when it is first shown, so that starting costs no more than the first screen needs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from textual.screen import Screen

from inspect_tui.model.terms import Helper
from inspect_tui.tui.asking import AskingApp
from inspect_tui.tui.desk import Desk

if TYPE_CHECKING:
    from inspect_tui.tui.track import Stop

Told = ParamSpec("Told")


class WaysApp(AskingApp):
    """An app that knows the way to every page."""

    def show_page(
        self, page: Callable[Concatenate[Desk, Told], Screen[Any]], *args: Told.args, **more: Told.kwargs
    ) -> None:
        """Show a page of the open round; without one there is nothing to show."""
        if self.desk is not None:
            self.push_screen(page(self.desk, *args, **more))

    # ---------------------------------------------------------------- a unit

    def enter_unit(self, unit: str) -> None:
        """Begin or go on with a visit: what is owed from earlier rounds comes first, the walk behind it."""
        if self.desk is None:
            return
        # The walk needs the sheet in any case, and a unit that has one is not counted a second time.
        self.desk.sheet(unit)
        progress = self.desk.progress(unit)
        if progress.owed and not progress.done:
            self.open_lookback(unit, then_walk=True)
        else:
            self.open_unit(unit)

    def open_unit(self, unit: str, at: tuple[str, str] | None = None) -> None:
        """Walk a unit, resuming at the very item left, or at a given one."""
        from inspect_tui.tui.screens.walk import WalkScreen
        from inspect_tui.tui.track import UnitTrack

        if self.desk is None:
            return
        track = UnitTrack(self.desk, unit)
        self.push_screen(WalkScreen(track, track.sheet.index_of(*(at or self._place_left(unit)))))

    def open_across(self, checklist: str, item: str, unit: str = "") -> None:
        """Walk one item across all my units."""
        from inspect_tui.tui.screens.walk import AcrossScreen
        from inspect_tui.tui.track import AcrossTrack

        if self.desk is None:
            return
        track = AcrossTrack(self.desk, checklist, item)
        here = next((i for i, stop in enumerate(track.stops) if stop.unit == unit), None)
        self.push_screen(AcrossScreen(track, here))

    def remember_place(self, unit: str, checklist: str, item: str) -> None:
        """Keep where a walk stands, together with the last action there."""
        if self.drafts is not None and self.desk is not None:
            last = self.desk.session.last_action(unit)[:8]
            self.drafts.save(f"resume/{unit}", f"{checklist}/{item}/{last}")

    def _place_left(self, unit: str) -> tuple[str, str]:
        """The item a walk was left at; nothing when actions came after it was noted, as in a crash."""
        checklist, _, rest = self.recall(f"resume/{unit}").partition("/")
        item, _, last = rest.partition("/")
        if self.desk is None or last != self.desk.session.last_action(unit)[:8]:
            return "", ""
        return checklist, item

    def open_lookback(self, unit: str, problem: str = "", *, then_walk: bool = False) -> None:
        """The problems of earlier rounds at a unit, at one of them when it is named."""
        from inspect_tui.tui.screens.lookback import LookbackScreen

        self.show_page(LookbackScreen, unit, problem, then_walk=then_walk)

    def open_findings(self, stop: Stop) -> None:
        """The findings of an item."""
        from inspect_tui.tui.screens.findings import FindingsScreen

        self.show_page(FindingsScreen, stop)

    def open_triggers(self, unit: str) -> None:
        """Red lines and vetoes of a unit."""
        from inspect_tui.tui.screens.triggers import TriggersScreen

        self.show_page(TriggersScreen, unit)

    def ask_trigger(self, unit: str, checklist: str, trigger: str) -> None:
        """Put a red line that a deduction names before the inspector."""
        from inspect_tui.tui.screens.triggers import TriggersScreen

        self.show_page(TriggersScreen, unit, ask=(checklist, trigger))

    def open_helper(self, helper: Helper, unit: str, item: tuple[str, str] | None = None) -> None:
        """The page that helps to judge an item at a unit."""
        from inspect_tui.tui.screens.flows_page import FlowsScreen
        from inspect_tui.tui.screens.recount_page import RecountScreen

        self.show_page(FlowsScreen if helper is Helper.FLOWS else RecountScreen, unit, item)

    def open_header(self, unit: str) -> None:
        """Header of the visit to a unit."""
        from inspect_tui.tui.screens.header import HeaderScreen

        self.show_page(HeaderScreen, unit)

    def open_submit(self, unit: str) -> None:
        """What is missing, then the problem list, then submitting."""
        from inspect_tui.tui.screens.submit import SubmitScreen

        self.show_page(SubmitScreen, unit)

    # ---------------------------------------------------------------- the open round

    def open_search(self, unit: str | None = None) -> None:
        """Search items, findings and units."""
        from inspect_tui.tui.screens.search import SearchScreen

        self.show_page(SearchScreen, unit)

    def open_summary(self, unit: str | None = None) -> None:
        """Summary and text of a unit, or of the whole round."""
        from inspect_tui.tui.screens.summary import SummaryScreen

        self.show_page(SummaryScreen, unit)

    def open_report(self, unit: str = "") -> None:
        """The merged findings report of the round, or of what stands under an organisation."""
        from inspect_tui.tui.screens.report import ReportScreen

        self.show_page(ReportScreen, unit)

    def open_scores(self) -> None:
        """Scores of the open round, and from there periods, trends, contests and grades."""
        from inspect_tui.tui.screens.scores import ScoresScreen

        self.show_page(ScoresScreen)

    def open_derivation(self, unit: str) -> None:
        """How a unit's score came about, down to the records."""
        from inspect_tui.tui.screens.derivation import DerivationScreen

        self.show_page(DerivationScreen, unit)

    def open_ledger(self, unit: str = "") -> None:
        """The ledger of the round, or of one unit."""
        from inspect_tui.tui.screens.ledger import LedgerScreen

        self.show_page(LedgerScreen, unit)

    def open_ledger_row(self, unit: str, problem: str, order: Sequence[tuple[str, str]] = ()) -> None:
        """One problem of the ledger; `order` are those that the arrows lead to."""
        from inspect_tui.tui.screens.ledger_row import LedgerRowScreen

        self.show_page(LedgerRowScreen, unit, problem, order)

    def open_returned(self) -> None:
        """What the lead returned to be looked at again."""
        from inspect_tui.tui.screens.returned import ReturnedScreen

        self.show_page(ReturnedScreen)

    def open_handin(self) -> None:
        """Hand the work in."""
        from inspect_tui.tui.screens.handin import HandInScreen

        self.show_page(HandInScreen)

    # ---------------------------------------------------------------- what a lead does

    def open_round_new(self, *, practice: bool = False) -> None:
        """Open a new round."""
        from inspect_tui.tui.screens.round_new import RoundNewScreen

        self.push_screen(RoundNewScreen(practice=practice))

    def open_packing(self) -> None:
        """Make the packs that ready the laptops."""
        from inspect_tui.tui.screens.packing import PackingScreen

        self.show_page(PackingScreen)

    def open_merge(self) -> None:
        """Choose files of others to take in, and everything the lead does after that."""
        from inspect_tui.tui.screens.merge import MergeScreen

        if self.desk is not None and self.desk.session.trial:
            self.say("试走里不能合并。")
        else:
            self.show_page(MergeScreen)

    def open_merge_look(self, paths: list[Path]) -> None:
        """Look at files of others before they are taken in."""
        from inspect_tui.tui.screens.merge_look import MergeLookScreen

        self.show_page(MergeLookScreen, paths)

    def open_merge_taken(self) -> None:
        """The files taken in so far."""
        from inspect_tui.tui.screens.merge_taken import MergeTakenScreen

        self.show_page(MergeTakenScreen)

    def open_decide(self, question: str = "") -> None:
        """Settle what inspectors differ on, at a question when one is named."""
        from inspect_tui.tui.screens.decide import DecideScreen

        self.show_page(DecideScreen, question)

    def open_doubles(self) -> None:
        """Findings that likely tell the same."""
        from inspect_tui.tui.screens.doubles import DoublesScreen

        self.show_page(DoublesScreen)

    def open_review(self) -> None:
        """Accept units' visits or return them."""
        from inspect_tui.tui.screens.review import ReviewScreen

        self.show_page(ReviewScreen)

    def open_freeze(self) -> None:
        """Freeze the round, or see whether its seal holds."""
        from inspect_tui.tui.screens.freeze import FreezeScreen

        self.show_page(FreezeScreen)

    # ---------------------------------------------------------------- with or without a round

    def open_pack(self, path: Path) -> None:
        """Look at a pack and take it."""
        from inspect_tui.tui.screens.take_pack import TakePackScreen

        self.push_screen(TakePackScreen(path))

    def open_faults(self) -> None:
        """Everything that is wrong with the workspace's files."""
        from inspect_tui.tui.screens.faults import FaultsScreen

        self.push_screen(FaultsScreen())

    def open_help(self, place: str) -> None:
        """All keys of a screen."""
        from inspect_tui.tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(place))
