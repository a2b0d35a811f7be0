"""The round before, out of the workspace a round lies in: what its scores are compared with (上期)."""

from __future__ import annotations

from inspect_tui.exchange.source import read_source
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.round import Round
from inspect_tui.rules.round_sets import ScoresBefore, round_before, scores_before
from inspect_tui.store.errors import StoreError
from inspect_tui.store.workspace import Workspace


def earlier_scores(space: Workspace, here: Round) -> tuple[ScoresBefore, list[str]]:
    """The scores of the round before this one, and what has to be said where it cannot be read.

    A round whose 密级 forbids telling is passed over as if it were not there.
    """
    known = [
        (entry.round, entry.path.parent)
        for entry in space.rounds()
        if entry.round is not None and not entry.round.secrecy.refuses_export
    ]
    found = round_before(known, here)
    if found is None:
        return ScoresBefore(), []
    try:
        source = read_source(found[1])
    except (InputFaults, StoreError, OSError) as error:
        return ScoresBefore(), [f"“{found[0].title}”读不出来，没有列上期得分：{error}"]
    return scores_before((source.round, source.state)), list(source.messages)
