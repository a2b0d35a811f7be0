"""Ranking: places by score among units of one kind, only where that is fair and allowed.

Ranking is a matter of politics before it is one of sums (domain 3.4): it is made only when asked for, never
while hands differ, never of units that were hardly checked, and a rule switches it off for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from inspect_tui.model.terms import GRAVE, UnitKind
from inspect_tui.report.outline import Outline, UnitDigest
from inspect_tui.report.refusing import NoticeRefused
from inspect_tui.report.zh_numbers import share_text
from inspect_tui.rules.ranking import Contender, rank_by_progress, why_not

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
    if refused := why_not(round_):
        raise NoticeRefused(refused)
    if outline.single:
        raise NoticeRefused("一个单位没有排名。")
    if outline.totals.disputed or outline.totals.contested:
        said = f"还有{outline.totals.disputed}项检查内容存在两种意见，裁定之后才能排名。"
        raise NoticeRefused(said, undecided=True)
    kinds = dict.fromkeys(d.unit.kind for d in outline.units)
    lists = [_of_kind(outline, kind) for kind in kinds]
    there = tuple(held for held in lists if len(held.places) >= 2)
    if not there:
        line = f"{(round_.rules.rank_coverage * 100).normalize():f}%"
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
    return not why_left_out(outline, digest)


def why_left_out(outline: Outline, digest: UnitDigest) -> str:
    """Why a unit has no place; empty for one that has."""
    least = outline.round.rules.rank_coverage
    if digest.visit.not_reached:
        return "未能进点"
    if not digest.told:
        return "没有检查记录"
    if not digest.visit.submitted:
        return "检查还没有提交"
    if digest.score is None:
        return "不计分"
    if digest.coverage < least:
        return f"检查覆盖率{share_text(digest.coverage)}，不足{share_text(least)}"
    if digest.hits or digest.red_lined:
        return "有红线、否决或即时上报事项"
    return ""


def _order(digest: UnitDigest) -> tuple[Decimal, int]:
    score = digest.score
    assert score is not None
    return -score, grave_of(digest)


def grave_of(digest: UnitDigest) -> int:
    """How many grave problems a unit has, which decides between equal scores."""
    return sum(found.severity in GRAVE for found in digest.problems)


# -------------------------------------------------------------------- progress


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """A place by what was gained since the round before."""

    place: int
    tied: bool
    unit: str
    name: str
    change: Decimal
    score: Decimal
    before: Decimal


class KindProgress(msgspec.Struct, frozen=True, kw_only=True):
    """The places by progress (进步榜) of one kind of unit; who has no place, with the reason."""

    kind: UnitKind
    places: tuple[Progress, ...]
    left_out: tuple[tuple[str, str], ...]


def progress_of(outline: Outline, before: Mapping[str, Decimal | None]) -> list[KindProgress]:
    """The places by progress beside the absolute ones, of the same units. Raises NoticeRefused likewise.

    `before` are the scores of the round before by unit id.
    """
    found = []
    for held in ranking_of(outline).lists:
        contenders = [
            Contender(
                unit=p.digest.unit.id,
                name=p.digest.unit.name,
                score=p.digest.score,
                coverage=p.digest.coverage,
                before=before.get(p.digest.unit.id),
            )
            for p in held.places
        ]
        ranked = rank_by_progress(contenders, outline.round.rules.rank_coverage)
        places = tuple(
            Progress(
                place=p.place,
                tied=p.shared,
                unit=p.contender.unit,
                name=p.contender.name,
                change=p.value,
                score=p.contender.score,
                before=p.contender.before,
            )
            for p in ranked.places
            if p.contender.score is not None and p.contender.before is not None and p.value > 0
        )
        behind = [(p.contender.name, "没有提高") for p in ranked.places if p.value <= 0]
        left_out = (*behind, *((contender.name, why) for contender, why in ranked.left_out))
        found.append(KindProgress(kind=held.kind, places=places, left_out=left_out))
    return found
