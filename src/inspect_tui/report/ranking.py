"""Ranking: places by score among units of one kind, only where that is fair and allowed.

Ranking is a matter of politics before it is one of sums (domain 3.4): it is made only when asked for, never
while hands differ, never of units that were hardly checked, and a rule switches it off for good.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from inspect_tui.model.terms import Severity, UnitKind
from inspect_tui.report.outline import Outline, UnitDigest
from inspect_tui.report.refusing import NoticeRefused

#: How many places a text names that does not name all.
NAMED = 3
FORMULA_TIES = "得分相同的，严重问题少的在前；仍相同的名次并列，后一名次空出。"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's place; ties share one and the next is left out (1、1、3)."""

    place: int
    tied: bool
    digest: UnitDigest


class KindRanking(msgspec.Struct, frozen=True, kw_only=True):
    """The ranking of units of one kind, and those that were left out of it."""

    kind: UnitKind
    places: tuple[Place, ...]
    left_out: tuple[UnitDigest, ...]

    @property
    def noun(self) -> str:
        return self.kind.label

    def winners(self) -> tuple[Place, ...]:
        """The first few, never more than half: else the unnamed rest would be told by its absence."""
        most = min(NAMED, max(len(self.places) // 2, 1))
        return tuple(p for p in self.places if p.place <= most)


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """The rankings of a round, one for each kind of unit, in roster order."""

    lists: tuple[KindRanking, ...]


def ranking_of(outline: Outline) -> Ranking:
    """The places of a round's units. Raises NoticeRefused where a ranking must not be made.

    Left out are units below the coverage line, not submitted, without a score, and those with a red line or
    veto, which is a matter for another body.
    """
    round_ = outline.round
    if round_.practice:
        raise NoticeRefused("演练轮次不排名。")
    if round_.rules.no_ranking:
        raise NoticeRefused("规则里写明不排名（no_ranking）。")
    if outline.single:
        raise NoticeRefused("一个单位没有排名。")
    if outline.totals.disputed or outline.totals.contested:
        raise NoticeRefused(f"还有{outline.totals.disputed}项检查内容存在两种意见，裁定之后才能排名。")
    kinds = dict.fromkeys(d.unit.kind for d in outline.units)
    lists = [_of_kind(outline, kind) for kind in kinds]
    there = tuple(held for held in lists if len(held.places) >= 2)
    if not there:
        line = f"{(round_.rules.coverage_warning * 100).normalize():f}%"
        raise NoticeRefused(f"查到{line}并已提交的单位不足两个，不能排名。")
    return Ranking(lists=there)


def _of_kind(outline: Outline, kind: UnitKind) -> KindRanking:
    units = [d for d in outline.units if d.unit.kind is kind]
    ranked = [d for d in units if _may_rank(outline, d)]
    left_out = [d for d in units if d not in ranked]
    ranked.sort(key=_order)
    places: list[Place] = []
    orders = [_order(d) for d in ranked]
    for digest, order in zip(ranked, orders, strict=True):
        place = orders.index(order) + 1
        places.append(Place(place=place, tied=orders.count(order) > 1, digest=digest))
    return KindRanking(kind=kind, places=tuple(places), left_out=tuple(left_out))


def _may_rank(outline: Outline, digest: UnitDigest) -> bool:
    return (
        digest.told
        and digest.visit.submitted
        and digest.score is not None
        and digest.coverage >= outline.round.rules.coverage_warning
        and not digest.hits
        and not digest.red_lined
    )


def _order(digest: UnitDigest) -> tuple[Decimal, int]:
    score = digest.score
    assert score is not None
    grave = sum(f.severity in (Severity.MAJOR, Severity.VETO) for f in digest.problems)
    return -score, grave
