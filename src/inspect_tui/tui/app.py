"""The app: which workspace, who works here, which round is open, and the way between screens.

Screens are imported when first shown, so that starting costs no more than the first screen needs.
"""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message
from textual.notifications import SeverityLevel
from textual.screen import Screen

from inspect_tui.model.fault import InputFaults
from inspect_tui.model.person import Identity
from inspect_tui.model.terms import Helper
from inspect_tui.rules import actions
from inspect_tui.store.drafts import Drafts
from inspect_tui.store.errors import DamagedFile, NewerVersion, StoreError
from inspect_tui.store.session import ReadOnlySession, Session
from inspect_tui.store.workspace import Clock, Workspace, local_clock
from inspect_tui.tui.base import BaseApp
from inspect_tui.tui.desk import Desk, VisitClosed
from inspect_tui.tui.skin import Skin, choose_skin
from inspect_tui.tui.widgets.inks import Part

if TYPE_CHECKING:
    from inspect_tui.model.phrase import PhraseKind
    from inspect_tui.tui.track import Stop
    from inspect_tui.tui.usual import UsualWords
    from inspect_tui.tui.widgets.prompt import TextPrompt


#: Seconds after the start when garbage is collected again (see `cli.open_app.start`).
_REST = 1.0
#: Seconds of quiet before learned phrases are written.
_PHRASES_REST = 2.0


def _collect_again() -> None:
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


class Saved(Message):
    """The disk has caught up with some changes. Posted from the writer thread."""


class SaveFailed(Message):
    """A save did not work. Posted from the writer thread."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class InspectApp(BaseApp[None]):
    """The product on one folder."""

    TITLE = "党建回头看检查"

    def __init__(
        self,
        root: Path,
        *,
        pack: Path | None = None,
        unit: str = "",
        clock: Clock = local_clock,
        look: Skin | None = None,
    ) -> None:
        super().__init__(look=look)
        self.root, self.pack, self.unit_wanted, self.clock = root, pack, unit, clock
        self.space = Workspace(root)
        self.identity: Identity | None = None
        self.desk: Desk | None = None
        self.drafts: Drafts | None = None
        self._save_error = ""
        self._preferred = ""
        self._brought: Path | None = None
        self._usual: UsualWords | None = None
        self._usual_waits = False
        self._usual_said = ""
        #: What was open when an author began to try a checklist.
        self._parked: tuple[Desk | None, Drafts | None] | None = None

    # ---------------------------------------------------------------- starting

    def on_mount(self) -> None:
        self.set_timer(_REST, _collect_again)
        self.begin()

    def begin(self) -> None:
        """Show the first screen this folder calls for."""
        if self._is_shut():
            from inspect_tui.tui.screens.unlock import UnlockScreen

            self.push_screen(UnlockScreen())
            return
        if self.pack is not None and self._is_record(self.pack):
            # Not a pack but what somebody recorded, or a receipt: it is looked at once a round is open.
            self._brought, self.pack = self.pack, None
        if self.pack is not None:
            from inspect_tui.tui.screens.take_pack import TakePackScreen

            self.push_screen(TakePackScreen(self.pack))
        elif not Workspace.is_workspace(self.root):
            from inspect_tui.tui.screens.setup import SetupScreen

            self.push_screen(SetupScreen(self.root))
        else:
            self.enter()

    def _is_shut(self) -> bool:
        """Whether this folder is encrypted and its passphrase was not given yet."""
        from inspect_tui.store.vault import is_vaulted

        if not is_vaulted(self.root):
            return False
        from inspect_tui.store.vault_ops import opened

        return opened(self.root) is None

    def unlocked(self, strays: Sequence[Path], left: Sequence[str]) -> None:
        """The passphrase was right: go on as with any folder; `strays` lay in it plain, `left` still do."""
        from inspect_tui.store.vault_files import strays_said

        for said in strays_said(strays, left):
            self.say(said, "warning", timeout=12)
        self.begin()

    @staticmethod
    def _is_record(path: Path) -> bool:
        from inspect_tui.tui.files_nearby import is_ours

        return is_ours(path)

    def _show_brought(self) -> None:
        """Look at a file given at the start."""
        path, self._brought = self._brought, None
        if path is None:
            return
        if self.desk is None:
            self.say("这台电脑上还没有检查轮次，请先收组长的发包文件，再打开这一份。", "warning", timeout=12)
        else:
            self.open_merge_look([path])

    def enter(self, prefer: str = "", team: str = "") -> None:
        """Enter the workspace: ask who works here when it is not known, then go home.

        `prefer` names the round to open, `team` the team its pack was made for.
        """
        self._preferred = prefer
        self.identity = self.space.identity()
        if self.identity is None:
            from inspect_tui.tui.screens.identity import IdentityScreen

            self.push_screen(IdentityScreen(team=team), self._named)
        else:
            self.open_home(prefer)

    def _named(self, identity: Identity | None) -> None:
        if identity is None:
            self.exit()
            return
        try:
            self.identity = self.space.save_identity(identity)
        except StoreError as error:
            # A folder that cannot be written can still be looked at.
            self.identity = identity
            self.say(str(error), "error")
        self.open_home(self._preferred or (self.desk.round.id if self.desk is not None else ""))

    def use_space(self, space: Workspace) -> None:
        """Work in another folder from now on, such as one that was just set up."""
        self.close_round()
        self._keep_phrases()
        self._usual = None
        self.space, self.root = space, space.root

    def change_identity(self) -> None:
        """Ask who works here again; the round is opened anew, since records are signed by name."""
        from inspect_tui.tui.screens.identity import IdentityScreen

        def told(identity: Identity | None) -> None:
            if identity is None or identity == self.identity:
                return
            self.close_round()
            self._named(identity)

        self.push_screen(IdentityScreen(self.identity), told)

    def open_home(self, prefer: str = "") -> None:
        """Open the preferred round, else the newest usable one, and show the home screen."""
        from inspect_tui.tui.screens.home import HomeScreen

        self.end_trial()
        if self._brought is not None and not prefer:
            from inspect_tui.tui.files_nearby import round_of_file

            prefer = round_of_file(self._brought)
        entries = self.space.rounds()
        usable = [e for e in entries if e.round is not None]
        first = next((e for e in usable if e.id == prefer), usable[0] if usable else None)
        if first is not None:
            self.open_round(first.id)
        self.switch_to(HomeScreen(entries))
        self._show_brought()
        unit = self.unit_wanted
        self.unit_wanted = ""
        if unit and self.desk is not None:
            if self.desk.round.unit(unit) is not None:
                self.enter_unit(unit)
            else:
                self.say(f"本轮没有编号为“{unit}”的单位。", "warning")

    def switch_to(self, screen: Screen[None]) -> None:
        """Make a screen the only one above the base."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.push_screen(screen)

    def open_round(self, round_id: str) -> bool:
        """Open a round for this inspector, closing the one that was open."""
        self.end_trial()
        if self.identity is None:
            return False
        if self.desk is not None and self.desk.round.id == round_id:
            return True
        try:
            session = self._open_session(round_id, self.identity)
        except (InputFaults, StoreError) as error:
            self.say(str(error), "error")
            return False
        self.close_round()
        self.identity = session.identity
        self.desk = Desk(session)
        self.desk.listen(lambda _: self.show_status())
        session.watch(self._disk_saved, self._disk_failed)
        # Only the one who writes keeps drafts: two processes must not share a draft file.
        own = session.writer and not session.read_only
        self.drafts = Drafts(self.space.findings_path(round_id, session.writer)) if own else None
        for message in session.messages:
            self.say(message, "warning", timeout=12)
        self._save_error = ""
        return True

    def _open_session(self, round_id: str, identity: Identity) -> Session:
        try:
            return Session.open(self.space, round_id, identity, self.clock)
        except (DamagedFile, NewerVersion):
            raise
        except StoreError as error:
            # A folder that cannot be written can still be looked at.
            session = Session.open(self.space, round_id, identity, self.clock, read_only=True)
            session.read_only = str(error)
            return session

    def _disk_saved(self, _: int) -> None:
        self.post_message(Saved())

    def _disk_failed(self, error: Exception) -> None:
        self.post_message(SaveFailed(str(error)))

    def close_round(self) -> None:
        """Let the open round go, everything on disk."""
        self.end_trial()
        if self.desk is not None:
            self.desk.session.close()
            self.desk = None
        if self.drafts is not None:
            self.drafts.close()
            self.drafts = None

    def begin_trial(self, desk: Desk) -> None:
        """Put a desk that keeps nothing in the place of the open round, which waits untouched."""
        if self._parked is None:
            self._parked = self.desk, self.drafts
        self.desk, self.drafts = desk, None

    def end_trial(self) -> None:
        """Forget what was tried and go on with the round that was open."""
        if self._parked is not None:
            self.desk, self.drafts = self._parked
            self._parked = None

    def say(self, message: str, kind: SeverityLevel = "information", timeout: float | None = None) -> None:
        """Show a passing message as plain text."""
        self.notify(message, severity=kind, timeout=timeout)

    # ---------------------------------------------------------------- the save light

    def status(self) -> list[Part]:
        """What the save light says now."""
        if self.desk is None:
            return []
        session = self.desk.session
        if session.trial:
            return [("试走，不保存", "warn")]
        if session.read_only:
            return [("只读", "warn")]
        if self._save_error:
            return [("未保存", "fail")]
        if session.pending:
            return [("保存中", "dim")]
        return [("已保存", "pass")]

    def show_status(self) -> None:
        """Show the save light on the screen in front."""
        show = getattr(self.screen, "show_status", None)
        if show is not None:
            show(self.status())

    def on_saved(self, _: Saved) -> None:
        kept = self._parked[0] if self._parked is not None else self.desk
        if kept is not None and not kept.session.pending:
            self._save_error = ""
        self.show_status()

    def on_save_failed(self, message: SaveFailed) -> None:
        self._save_error = message.reason
        self.show_status()
        self.say(message.reason, "error", timeout=20)

    # ---------------------------------------------------------------- saving at the edges

    def save_drafts(self) -> None:
        """Turn half-typed text into a change; called on focus-out and when the terminal goes away."""
        for screen in self.screen_stack:
            keep = getattr(screen, "save_draft", None)
            if keep is not None:
                keep()
            commit = getattr(screen, "commit_typed", None)
            if commit is not None:
                commit()

    def save_everything(self) -> None:
        """Bring everything to disk before the program ends, for whatever reason it ends.

        Raises StoreError when it cannot be; what could not be saved is then still held.
        """
        try:
            self.save_drafts()
        finally:
            self._keep_phrases()
            self.close_round()

    async def action_quit(self) -> None:
        """Save and leave; where saving is impossible, leave only with a copy elsewhere or a clear choice."""
        try:
            self.save_everything()
        except StoreError as error:
            self._ask_rescue(error)
        else:
            self.exit()

    def _ask_rescue(self, error: StoreError) -> None:
        from inspect_tui.tui.widgets.menu import Entry, MenuScreen

        def chosen(choice: str | None) -> None:
            if choice == "again":
                self.call_later(self.action_quit)
            elif choice == "copy" and self.desk is not None:
                try:
                    session = self.desk.session
                    path = session.rescue([Path.home(), Path(tempfile.gettempdir())])
                except StoreError as failed:
                    self.say(str(failed), "error", timeout=20)
                else:
                    self.desk = None
                    shut = "这一份没有加密，用完请删除。" if self._kept_encrypted(session) else ""
                    told = f"全部记录已另存为 {path}，请把它放回检查文件夹或交给组长合并。{shut}"
                    self.exit(message=told)

        entries = [
            Entry("again", "再试一次", "先腾出磁盘空间或插回移动盘"),
            Entry("copy", "把全部记录另存到个人文件夹，然后退出"),
            Entry("stay", "不退出，继续工作"),
        ]
        self.push_screen(MenuScreen("还有内容没有保存，现在不能退出", entries, intro=str(error)), chosen)

    @staticmethod
    def _kept_encrypted(session: Session) -> bool:
        """Whether what this session writes stands encrypted."""
        from inspect_tui.store.vault_ops import kept_encrypted

        return kept_encrypted(session.space.findings_path(session.round.id, session.writer))

    def remember(self, key: str, value: str) -> None:
        """Keep a small private fact, such as where a walk was left; never part of the findings."""
        if self.drafts is not None:
            self.drafts.save(key, value)

    def recall(self, key: str) -> str:
        """A small private fact kept before."""
        return self.drafts.load().get(key, "") if self.drafts is not None else ""

    # ---------------------------------------------------------------- usual words

    @property
    def usual(self) -> UsualWords:
        """Wordings written often here, read when first asked for."""
        if self._usual is None:
            from inspect_tui.tui.usual import UsualWords

            self._usual = UsualWords(self.space)
            said = self._usual.book.take_message()
            if said:
                self.say(said, "warning", timeout=12)
        return self._usual

    def phrases_for(self, draft: str, checklist: str, item: str, kind: PhraseKind) -> list[str]:
        """What to offer before words are asked for; nothing while unfinished ones wait under that draft."""
        return [] if self.recall(f"text/{draft}") else self.usual.book.offered(checklist, item, kind)

    def learn_phrase(
        self, unit: str, checklist: str, item: str, kind: PhraseKind, text: str, instead: str = ""
    ) -> None:
        """Count what was just written for an item; `instead` is what stood in the same record before."""
        if self.desk is not None:
            self.usual.learn(self.desk, unit, checklist, item, kind, text, instead)
            self.phrases_changed()

    def phrases_changed(self) -> None:
        """Write the phrases soon, beside the screens."""
        if not self._usual_waits and self._usual is not None and self._usual.book.dirty:
            self._usual_waits = True
            self.set_timer(_PHRASES_REST, self._write_phrases)

    def _write_phrases(self) -> None:
        self._usual_waits = False
        self.run_worker(self._phrases_written(), group="phrases")

    async def _phrases_written(self) -> None:
        usual = self._usual
        said = await asyncio.to_thread(usual.book.save) if usual is not None else ""
        # Said once: in a folder that cannot be written it would come back with every problem written down.
        if said and said != self._usual_said:
            self.say(said, "warning")
        self._usual_said = said

    def _keep_phrases(self) -> None:
        # What cannot be written is only a convenience; it must not keep anybody from leaving.
        if self._usual is not None:
            self._usual.book.save()

    # ---------------------------------------------------------------- asking

    def ask_text(
        self,
        title: str,
        *,
        draft: str,
        then: Callable[[str], object],
        text: str = "",
        hint: str = "",
        required: bool = True,
        multiline: bool = False,
        switch: tuple[str, str, Callable[[bool], None]] | None = None,
        last: Callable[[str], object] | None = None,
    ) -> None:
        """Ask for words. What was typed before under the same draft key is offered back.

        `then` may be called more than once with growing text (focus-out, window closed, accepted), so it
        must write the same record each time. `last` is called once, with what was accepted.
        """
        from inspect_tui.tui.screens.words import WordsPrompt

        held = self.recall(f"text/{draft}")
        key = f"text/{draft}"

        def accepted(words: str | None) -> None:
            if words is not None:
                if self.drafts is not None:
                    self.drafts.clear(key)
                then(words)
                if last is not None:
                    last(words)

        prompt: TextPrompt = WordsPrompt(
            title,
            text=held or text,
            hint=("上次没写完的内容已放回。" if held and held != text else "") + hint,
            required=required,
            multiline=multiline,
            on_draft=lambda words: self.remember(key, words),
            commit=then,
            switch=switch,
        )
        self.push_screen(prompt, accepted)

    def ask_trigger(self, unit: str, checklist: str, trigger: str) -> None:
        """Put a red line that a deduction names before the inspector."""
        from inspect_tui.tui.screens.triggers import TriggersScreen

        if self.desk is not None:
            self.push_screen(TriggersScreen(self.desk, unit, ask=(checklist, trigger)))

    def reopen(self, unit: str) -> None:
        """Open a submitted visit again, with a reason."""
        desk = self.desk
        if desk is None:
            return
        if desk.visit(unit).accepted:
            self.say(desk.why_closed(unit), "warning")
            return

        def reasoned(reason: str) -> None:
            try:
                desk.commit(unit, actions.reopen(desk.state, unit, reason), "重新打开", reopening=True)
            except ReadOnlySession as held:
                self.say(f"现在只能看：{held}", "warning")
            else:
                self.say("已重新打开，可以修改；改完请再提交。")

        self.ask_text("重新打开的原因", draft=f"reopen/{unit}", then=reasoned)

    # ---------------------------------------------------------------- going

    def open_unit(self, unit: str, at: tuple[str, str] | None = None) -> None:
        """Walk a unit, resuming at the very item left, or at a given one."""
        from inspect_tui.tui.screens.walk import WalkScreen
        from inspect_tui.tui.track import UnitTrack

        if self.desk is None:
            return
        track = UnitTrack(self.desk, unit)
        self.push_screen(WalkScreen(track, track.sheet.index_of(*(at or self._place_left(unit)))))

    def enter_unit(self, unit: str) -> None:
        """Begin or go on with a visit: what is owed from earlier rounds comes first, the walk behind it."""
        if self.desk is None:
            return
        # The walk needs the sheet in any case, and a unit that has one is not counted a second time.
        self.desk.sheet(unit)
        progress = self.desk.progress(unit)
        if progress.owed and not (progress.submitted or progress.not_reached):
            self.open_lookback(unit, then_walk=True)
        else:
            self.open_unit(unit)

    def open_lookback(self, unit: str, problem: str = "", *, then_walk: bool = False) -> None:
        """The problems of earlier rounds at a unit, at one of them when it is named."""
        from inspect_tui.tui.screens.lookback import LookbackScreen

        if self.desk is not None:
            self.push_screen(LookbackScreen(self.desk, unit, problem, then_walk=then_walk))

    def open_ledger(self, unit: str = "") -> None:
        """The ledger of the round, or of one unit."""
        from inspect_tui.tui.screens.ledger import LedgerScreen

        if self.desk is not None:
            self.push_screen(LedgerScreen(self.desk, unit))

    def open_ledger_row(self, unit: str, problem: str, order: Sequence[tuple[str, str]] = ()) -> None:
        """One problem of the ledger; `order` are those that the arrows lead to."""
        from inspect_tui.tui.screens.ledger_row import LedgerRowScreen

        if self.desk is not None:
            self.push_screen(LedgerRowScreen(self.desk, unit, problem, order))

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

    def open_across(self, checklist: str, item: str, unit: str = "") -> None:
        """Walk one item across all my units."""
        from inspect_tui.tui.screens.walk import AcrossScreen
        from inspect_tui.tui.track import AcrossTrack

        if self.desk is None:
            return
        track = AcrossTrack(self.desk, checklist, item)
        here = next((i for i, stop in enumerate(track.stops) if stop.unit == unit), None)
        self.push_screen(AcrossScreen(track, here))

    def open_findings(self, stop: Stop) -> None:
        """The findings of an item."""
        from inspect_tui.tui.screens.findings import FindingsScreen

        if self.desk is not None:
            self.push_screen(FindingsScreen(self.desk, stop))

    def open_triggers(self, unit: str) -> None:
        """Red lines and vetoes of a unit."""
        from inspect_tui.tui.screens.triggers import TriggersScreen

        if self.desk is not None:
            self.push_screen(TriggersScreen(self.desk, unit))

    def open_header(self, unit: str) -> None:
        """Header of the visit to a unit."""
        from inspect_tui.tui.screens.header import HeaderScreen

        if self.desk is not None:
            self.push_screen(HeaderScreen(self.desk, unit))

    def open_submit(self, unit: str) -> None:
        """What is missing, then the problem list, then submitting."""
        from inspect_tui.tui.screens.submit import SubmitScreen

        if self.desk is not None:
            self.push_screen(SubmitScreen(self.desk, unit))

    def open_helper(self, helper: Helper, unit: str, item: tuple[str, str] | None = None) -> None:
        """The page that helps to judge an item at a unit."""
        from inspect_tui.tui.screens.flows_page import FlowsScreen
        from inspect_tui.tui.screens.recount_page import RecountScreen

        if self.desk is not None:
            page = FlowsScreen if helper is Helper.FLOWS else RecountScreen
            self.push_screen(page(self.desk, unit, item))

    def open_search(self, unit: str | None = None) -> None:
        """Search items, findings and units."""
        from inspect_tui.tui.screens.search import SearchScreen

        if self.desk is not None:
            self.push_screen(SearchScreen(self.desk, unit))

    def open_summary(self, unit: str | None = None) -> None:
        """Summary and text of a unit, or of the whole round."""
        from inspect_tui.tui.screens.summary import SummaryScreen

        if self.desk is not None:
            self.push_screen(SummaryScreen(self.desk, unit))

    def open_report(self, unit: str = "") -> None:
        """The merged findings report of the round, or of what stands under an organisation."""
        from inspect_tui.tui.screens.report import ReportScreen

        if self.desk is not None:
            self.push_screen(ReportScreen(self.desk, unit))

    def open_scores(self) -> None:
        """Scores of the open round, and from there periods, trends, contests and grades."""
        from inspect_tui.tui.screens.scores import ScoresScreen

        if self.desk is not None:
            self.push_screen(ScoresScreen(self.desk))

    def open_derivation(self, unit: str) -> None:
        """How a unit's score came about, down to the records."""
        from inspect_tui.tui.screens.derivation import DerivationScreen

        if self.desk is not None:
            self.push_screen(DerivationScreen(self.desk, unit))

    def open_handin(self) -> None:
        """Hand the work in."""
        from inspect_tui.tui.screens.handin import HandInScreen

        if self.desk is not None:
            self.push_screen(HandInScreen(self.desk))

    def open_round_new(self, *, practice: bool = False) -> None:
        """Open a new round."""
        from inspect_tui.tui.screens.round_new import RoundNewScreen

        self.push_screen(RoundNewScreen(practice=practice))

    def open_packing(self) -> None:
        """Make the packs that ready the laptops."""
        from inspect_tui.tui.screens.packing import PackingScreen

        if self.desk is not None:
            self.push_screen(PackingScreen(self.desk))

    def open_pack(self, path: Path) -> None:
        """Look at a pack and take it."""
        from inspect_tui.tui.screens.take_pack import TakePackScreen

        self.push_screen(TakePackScreen(path))

    def open_merge(self) -> None:
        """Choose files of others to take in, and everything the lead does after that."""
        from inspect_tui.tui.screens.merge import MergeScreen

        if self.desk is not None and self.desk.session.trial:
            self.say("试走里不能合并。")
        elif self.desk is not None:
            self.push_screen(MergeScreen(self.desk))

    def open_merge_look(self, paths: list[Path]) -> None:
        """Look at files of others before they are taken in."""
        from inspect_tui.tui.screens.merge_look import MergeLookScreen

        if self.desk is not None:
            self.push_screen(MergeLookScreen(self.desk, paths))

    def open_merge_taken(self) -> None:
        """The files taken in so far."""
        from inspect_tui.tui.screens.merge_taken import MergeTakenScreen

        if self.desk is not None:
            self.push_screen(MergeTakenScreen(self.desk))

    def open_decide(self, question: str = "") -> None:
        """Settle what inspectors differ on, at a question when one is named."""
        from inspect_tui.tui.screens.decide import DecideScreen

        if self.desk is not None:
            self.push_screen(DecideScreen(self.desk, question))

    def open_doubles(self) -> None:
        """Findings that likely tell the same."""
        from inspect_tui.tui.screens.doubles import DoublesScreen

        if self.desk is not None:
            self.push_screen(DoublesScreen(self.desk))

    def open_review(self) -> None:
        """Accept units' visits or return them."""
        from inspect_tui.tui.screens.review import ReviewScreen

        if self.desk is not None:
            self.push_screen(ReviewScreen(self.desk))

    def open_freeze(self) -> None:
        """Freeze the round, or see whether its seal holds."""
        from inspect_tui.tui.screens.freeze import FreezeScreen

        if self.desk is not None:
            self.push_screen(FreezeScreen(self.desk))

    def open_returned(self) -> None:
        """What the lead returned to be looked at again."""
        from inspect_tui.tui.screens.returned import ReturnedScreen

        if self.desk is not None:
            self.push_screen(ReturnedScreen(self.desk))

    def open_faults(self) -> None:
        """Everything that is wrong with the workspace's files."""
        from inspect_tui.tui.screens.faults import FaultsScreen

        self.push_screen(FaultsScreen())

    def open_help(self, place: str) -> None:
        """All keys of a screen."""
        from inspect_tui.tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(place))

    def go_back(self) -> None:
        """Leave the screen in front; the last one is left by quitting."""
        if len(self.screen_stack) > 2:
            self.pop_screen()
            self.show_status()


def run_app(
    workspace: Path | None = None,
    pack: Path | None = None,
    unit: str | None = None,
    width_of_signs: Callable[[], int | None] | None = None,
) -> int:
    """Run the product full-screen; returns the process's exit code.

    `width_of_signs` tells how many cells the terminal gives an ambiguous sign, which chooses the skin.
    """
    for stale in ("COLUMNS", "LINES"):
        # Textual believes these before the terminal itself, and would never notice another size.
        os.environ.pop(stale, None)
    root = (workspace or Path.cwd()).absolute()
    app = InspectApp(root, pack=pack, unit=unit or "", look=choose_skin(probe=width_of_signs))
    app.run()
    return app.return_code or 0


__all__ = ["InspectApp", "VisitClosed", "run_app"]
