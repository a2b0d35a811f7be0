"""Ranking: only where somebody asked for it, fair to who was hardly looked at, honest about equals.

Units under the coverage threshold are left out and listed as such. Equal scores share a place and the next
place is skipped (1, 1, 3). Beside the absolute order stands the one by progress.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

import msgspec

from inspect_tui.model.round import Round


def why_not(round_: Round) -> str:
    """Why nothing of a round may be ranked, by whatever text, table or screen; empty where it may."""
    if round_.practice:
        return "演练轮次不排名。"
    return "规则里写明不排名（no_ranking）。" if round_.rules.no_ranking else ""


def allowed(round_: Round) -> bool:
    """Whether a round may be ranked: the one question that every place with an order in it asks."""
    return not why_not(round_)


class Contender(msgspec.Struct, frozen=True, kw_only=True):
    """What ranking needs of a unit. `before` is the score of the period before, None where there is none."""

    unit: str
    name: str
    score: Decimal | None
    coverage: Decimal
    before: Decimal | None = None
    major: int = 0
    problems: int = 0
    fixed: Decimal | None = None
    section: Decimal | None = None

    @property
    def progress(self) -> Decimal | None:
        """Points gained since the period before."""
        return None if self.score is None or self.before is None else self.score - self.before


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """A unit in its place; `shared` when another has the same."""

    place: int
    contender: Contender
    value: Decimal
    shared: bool = False


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """A ranking: the places, and who was left out with the reason."""

    places: tuple[Placed, ...]
    left_out: tuple[tuple[Contender, str], ...]


#: What decides between equals: larger comes first.
Tie = Callable[[Contender], Decimal]


def rank(contenders: Iterable[Contender], coverage: Decimal, ties: Sequence[Tie] = ()) -> Ranked:
    """Rank by score. What is equal in score and in every tie rule shares its place."""
    return _ranked(contenders, coverage, lambda c: c.score, "不计分", ties)


def rank_by_progress(contenders: Iterable[Contender], coverage: Decimal) -> Ranked:
    """Rank by what was gained since the period before."""
    return _ranked(contenders, coverage, lambda c: c.progress, "没有上期得分", ())


def _ranked(
    contenders: Iterable[Contender],
    coverage: Decimal,
    measure: Callable[[Contender], Decimal | None],
    without: str,
    ties: Sequence[Tie],
) -> Ranked:
    left_out: list[tuple[Contender, str]] = []
    entries: list[tuple[tuple[Decimal, ...], Contender]] = []
    for contender in contenders:
        value = measure(contender)
        if contender.coverage < coverage:
            left_out.append(
                (contender, f"检查覆盖率{_percent(contender.coverage)}，不足{_percent(coverage)}")
            )
        elif value is None:
            left_out.append((contender, without))
        else:
            entries.append(((value, *(tie(contender) for tie in ties)), contender))
    entries.sort(key=lambda entry: (tuple(-part for part in entry[0]), entry[1].unit))
    keys = [key for key, _ in entries]
    places = tuple(
        Placed(place=keys.index(key) + 1, contender=contender, value=key[0], shared=keys.count(key) > 1)
        for key, contender in entries
    )
    return Ranked(places=places, left_out=tuple(left_out))


def _percent(share: Decimal) -> str:
    return f"{int(share * 100)}%"
