"""The app: which folder, who works here, which round is open, what the save light says, and leaving safely.

The pages it leads to stand in `ways`, what it asks in `asking`.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from inspect_tui.model.fault import InputFaults
from inspect_tui.model.person import Identity
from inspect_tui.store.drafts import Drafts
from inspect_tui.store.errors import DamagedFile, NewerVersion, StoreError
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Clock, RoundEntry, Workspace, local_clock
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.skin import Skin, choose_skin
from inspect_tui.tui.ways import WaysApp
from inspect_tui.tui.widgets.inks import Part

if TYPE_CHECKING:
    from inspect_tui.tui.usual import OfferedWords


#: Seconds after the start when garbage is collected again (see `cli.open_app.on_terminal`).
_REST = 1.0
#: Seconds after the start when what a kill left is cleared away: nothing waits for that.
_TIDY = 20.0


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


class InspectApp(WaysApp):
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
        self._save_error = ""
        self._preferred = ""
        self._brought: Path | None = None
        self._usual: OfferedWords | None = None
        #: What was open when an author began to try a checklist.
        self._parked: tuple[Desk | None, Drafts | None] | None = None
        #: What home will list, and the unit that was shown before home was, unless that was done before.
        self._home_waits: tuple[list[RoundEntry], str] | None = None

    # ---------------------------------------------------------------- starting

    def on_mount(self) -> None:
        self.set_timer(_REST, _collect_again)
        self.set_timer(_TIDY, self._tidy_up)
        self.begin()

    def _tidy_up(self) -> None:
        """Clear away what a kill left unfinished, long after the first paint and beside the screen."""
        from inspect_tui.store.leftovers import sweep

        self.run_worker(partial(sweep, self.root, time.time()), thread=True, exit_on_error=False)

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

    @property
    def usual(self) -> OfferedWords:
        """Wordings written often here, read when first asked for."""
        if self._usual is None:
            from inspect_tui.tui.usual import OfferedWords

            self._usual = OfferedWords(self)
        return self._usual

    def _keep_phrases(self) -> None:
        # What cannot be written is only a convenience; it must not keep anybody from leaving.
        if self._usual is not None:
            self._usual.book.save()

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
        """Open the preferred round, else the newest usable one, and show home, or the unit asked for."""
        self.end_trial()
        if self._brought is not None and not prefer:
            from inspect_tui.tui.files_nearby import round_of_file

            prefer = round_of_file(self._brought)
        entries = self.space.rounds()
        usable = [e for e in entries if e.round is not None]
        first = next((e for e in usable if e.id == prefer), usable[0] if usable else None)
        if first is not None:
            self.open_round(first.id)
        unit, self.unit_wanted = self.unit_wanted, ""
        known = unit if self.desk is not None and self.desk.round.unit(unit) is not None else ""
        if known and self.desk is not None and self._brought is None:
            # Nobody sees the home below: it is made when the unit is left, as it would have been made now.
            self._clear_screens()
            self._home_waits = entries, "" if self.desk.visit(known).done else known
            self.enter_unit(known)
            return
        self._show_home(entries)
        self._show_brought()
        if known:
            self.enter_unit(known)
        elif unit and self.desk is not None:
            self.say(f"本轮没有编号为“{unit}”的单位。", "warning")

    def _show_home(self, entries: list[RoundEntry], begun: str = "") -> None:
        from inspect_tui.tui.screens.home import HomeScreen

        self._clear_screens()
        self.push_screen(HomeScreen(entries, begun))

    def _clear_screens(self) -> None:
        self._home_waits = None
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def go_back(self) -> None:
        """Leave the screen in front; the last one is left by quitting."""
        if len(self.screen_stack) > 2:
            self.pop_screen()
        elif self._home_waits is not None:
            self._show_home(*self._home_waits)
        else:
            return
        self.show_status()

    # ---------------------------------------------------------------- the open round

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
            from inspect_tui.tui.rescue import ask_rescue

            ask_rescue(self, error)
        else:
            self.exit()


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
