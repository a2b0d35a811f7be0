"""What a round under way has to look at again once its checklists are frozen anew."""

from __future__ import annotations

from inspect_tui.exchange.source import read_source
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.round import Round
from inspect_tui.rules.checklist_versions import FreshLook, fresh_looks
from inspect_tui.rules.fold import State
from inspect_tui.store.errors import StoreError
from inspect_tui.store.workspace import Workspace


def looks_after(space: Workspace, old: Round, new: Round) -> list[FreshLook]:
    """The answers and open problems held here that rest on words or points the new version changed.

    A round nobody recorded in yet has only the problems carried into it.
    """
    before = {checklist.id: checklist for checklist in old.checklists}
    changed = [c for c in new.checklists if c.id in before and c != before[c.id]]
    if not changed:
        return []
    try:
        state = read_source(space.round_dir(old.id)).state
    except (InputFaults, StoreError):
        state = State()
    return [look for c in changed for look in fresh_looks(before[c.id], c, state, old.carried)]
