"""Agreement: how often two inspectors read the same item at the same unit alike.

A checklist that two careful people read differently is at fault before either of them is. What each of them
said counts, not what the lead decided afterwards.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

import msgspec

from inspect_tui.model.change import parse_key
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Verdict
from inspect_tui.rules.fold import Entry, State, is_blank
from inspect_tui.rules.reading import judgement_of
from inspect_tui.rules.scoring import half_up

_THOUSANDTH = Decimal("0.001")
#: Fewer pairs than this say nothing about an item; κ over them would be noise.
LEAST_PAIRS = 5


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two verdicts by different people on one item at one unit."""

    unit: str
    checklist: str
    item: str
    first: Verdict
    second: Verdict
    by: tuple[tuple[str, ...], tuple[str, ...]]


class ItemAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """An item over all its pairs: the share read alike, and Cohen's κ where there are enough pairs.

    `kappa` is None under LEAST_PAIRS pairs, and where both always gave one and the same verdict, for which κ
    is not defined.
    """

    checklist: str
    item: str
    pairs: int
    alike: int
    kappa: Decimal | None
    readings: tuple[tuple[Verdict, Verdict, int], ...]

    @property
    def share(self) -> Decimal:
        return half_up(Decimal(self.alike) / self.pairs, _THOUSANDTH) if self.pairs else Decimal(0)


def pairs_of(state: State, round_: Round) -> list[Pair]:
    """Every pair of verdicts by different people, by unit, checklist and item."""
    found = []
    known = {unit.id for unit in round_.units}
    for unit in sorted(known & set(state.units())):
        for record in sorted(state.records(unit)):
            address = parse_key(record)
            if address is None or address.kind != "answer":
                continue
            last = _last_words(state.history(record, "judgement"))
            for (by, verdict), (other, second) in itertools.combinations(sorted(last.items()), 2):
                if set(by) & set(other):
                    continue
                found.append(
                    Pair(
                        unit=unit,
                        checklist=address.checklist,
                        item=address.item,
                        first=verdict,
                        second=second,
                        by=(by, other),
                    )
                )
    return found


def _last_words(entries: Iterable[Entry]) -> dict[tuple[str, ...], Verdict]:
    """Each inspector's own last verdict; decisions of a lead are nobody's reading."""
    held: dict[tuple[str, ...], tuple[int, str, Verdict]] = {}
    for entry in entries:
        if entry.decision or is_blank(entry.value):
            continue
        verdict = judgement_of(entry.value).verdict
        if verdict is Verdict.PENDING:
            continue
        rank = (len(entry.saw), entry.change, verdict)
        if entry.by not in held or rank[:2] > held[entry.by][:2]:
            held[entry.by] = rank
    return {by: verdict for by, (_, _, verdict) in held.items()}


def agreement(pairs: Iterable[Pair]) -> list[ItemAgreement]:
    """Agreement item by item, the least agreed on first."""
    by_item: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        by_item.setdefault((pair.checklist, pair.item), []).append(pair)
    found = []
    for (checklist, item), held in by_item.items():
        readings = Counter(_unordered(pair) for pair in held)
        alike = sum(count for (first, second), count in readings.items() if first is second)
        found.append(
            ItemAgreement(
                checklist=checklist,
                item=item,
                pairs=len(held),
                alike=alike,
                kappa=kappa(held) if len(held) >= LEAST_PAIRS else None,
                readings=tuple((a, b, n) for (a, b), n in sorted(readings.items(), key=_told)),
            )
        )
    return sorted(found, key=lambda a: (a.share, a.checklist, a.item))


def kappa(pairs: Iterable[Pair]) -> Decimal | None:
    """Cohen's κ over pairs whose raters have no order: each pair is counted both ways round."""
    held = list(pairs)
    if not held:
        return None
    total = Decimal(2 * len(held))
    marginal: Counter[Verdict] = Counter()
    alike = 0
    for pair in held:
        marginal[pair.first] += 1
        marginal[pair.second] += 1
        alike += pair.first is pair.second
    observed = Decimal(alike) / len(held)
    expected = sum(((Decimal(n) / total) ** 2 for n in marginal.values()), Decimal(0))
    if expected == 1:
        return None
    return half_up((observed - expected) / (1 - expected), _THOUSANDTH)


def _unordered(pair: Pair) -> tuple[Verdict, Verdict]:
    first, second = sorted((pair.first, pair.second), key=lambda v: list(Verdict).index(v))
    return first, second


def _told(reading: tuple[tuple[Verdict, Verdict], int]) -> tuple[int, str, str]:
    (first, second), count = reading
    return -count, first.value, second.value
