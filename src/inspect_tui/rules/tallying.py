"""Tallying: counts of a ballot put into an appraisal, from a sheet or by hand, by the same rule for both."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from inspect_tui.model.appraisal import Appraisal, Subject, Tally


def with_counts(
    appraisal: Appraisal,
    subject: Subject,
    ballots: Mapping[str, int],
    counts: Mapping[tuple[str, str], tuple[int, ...]],
) -> tuple[Subject, list[str]]:
    """A subject with the counts of some levels in the place of its own, and the levels kept without counts.

    `ballots` are the papers handed in by each level, `counts` go by level and dimension. Of a level with
    fewer papers than the appraisal's `least` only their number is kept: its counts would show who ticked
    what.
    """
    hidden = [level for level, count in ballots.items() if 0 < count < appraisal.least]
    taken = [
        Tally(dimension=dimension, level=level, counts=told)
        for (level, dimension), told in counts.items()
        if level in ballots and level not in hidden
    ]
    kept = [tally for tally in subject.tallies if tally.level not in ballots]
    made = msgspec.structs.replace(subject, ballots=subject.ballots | dict(ballots), tallies=(*kept, *taken))
    return made, hidden
