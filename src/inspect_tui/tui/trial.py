"""Trial: the real walk over a checklist its author tries, of which nothing is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.model.checklist import Checklist
from inspect_tui.model.person import Identity
from inspect_tui.model.terms import Profile, UnitKind
from inspect_tui.rules.trying import TRIAL_UNIT, trial_round
from inspect_tui.store.trial import TrialSession
from inspect_tui.store.workspace import Clock, local_clock
from inspect_tui.tui.actions import WALK, bindings_for
from inspect_tui.tui.app import InspectApp
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.walk import WalkScreen
from inspect_tui.tui.skin import Skin, choose_skin
from inspect_tui.tui.track import UnitTrack

AUTHOR = Identity(name="试走人")


class TrialWalk(WalkScreen, inherit_bindings=False):
    """The walk screen over a desk that keeps nothing; leaving it throws everything away."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(WALK)]

    def action_back(self) -> None:
        """Leave the trial without asking: there is nothing to save."""
        app = self.app
        app.end_trial()
        if isinstance(app, TrialApp):
            app.exit()
        else:
            app.go_back()
            app.say("试走结束，没有保存任何内容。")


def try_checklist(app: InspectApp, checklist: Checklist, kind: UnitKind, profile: Profile) -> None:
    """Walk a checklist as a unit of that kind and profile would be walked."""
    today = app.clock().date().isoformat()
    round_ = trial_round(checklist, kind, profile, app.space.rules()[0], today)
    app.begin_trial(Desk(TrialSession(app.space, round_, app.identity or AUTHOR, app.clock)))
    assert app.desk is not None
    app.push_screen(TrialWalk(UnitTrack(app.desk, TRIAL_UNIT)))


class TrialApp(InspectApp):
    """The program opened only to try one checklist, in whatever folder it lies."""

    def __init__(
        self,
        root: Path,
        checklist: Checklist,
        kind: UnitKind,
        profile: Profile,
        *,
        clock: Clock = local_clock,
        look: Skin | None = None,
    ) -> None:
        super().__init__(root, clock=clock, look=look)
        self._tried = checklist, kind, profile

    def begin(self) -> None:
        """Straight to the walk; neither the folder nor who works here is asked for."""
        try_checklist(self, *self._tried)


def run_trial(
    root: Path,
    checklist: Checklist,
    kind: UnitKind,
    profile: Profile,
    width_of_signs: Callable[[], int | None] | None = None,
) -> int:
    """Run a trial full-screen; returns the process's exit code."""
    app = TrialApp(root, checklist, kind, profile, look=choose_skin(probe=width_of_signs))
    app.run()
    return app.return_code or 0
