"""Carry plan: what a round being put together takes over from earlier ones, and why. No widget in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.rules.carrying import OUT_OF_SCOPE, Cargo, Offered
from inspect_tui.rules.numbering import told_apart
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.tui.round_plan import RoundPlan

if TYPE_CHECKING:
    from inspect_tui.exchange.carrying import Gathered
    from inspect_tui.store.workspace import Workspace


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in the sources of a plan: what they offer, or what is wrong with them."""

    sources: tuple[str, ...] = ()
    gathered: Gathered | None = None
    faults: tuple[Fault, ...] = ()
    failed: str = ""

    @property
    def offers(self) -> tuple[Offered, ...]:
        return self.gathered.offers if self.gathered is not None else ()


class CarryRow(msgspec.Struct, frozen=True, kw_only=True):
    """A problem on offer: whether it comes along, else why it does not; `free` when the lead may choose.

    `name` is its number as short as it can be said among those of its unit.
    """

    offer: Offered
    name: str
    comes: bool
    why_not: str = ""
    free: bool = True


def default_sources(space: Workspace, plan: RoundPlan, today: str) -> list[str]:
    """The rounds a plan looks back on when nobody said otherwise: the earlier ones of its kind."""
    from inspect_tui.exchange.carrying import earlier_rounds

    if plan.practice:
        return []
    return [entry.id for entry in earlier_rounds(space, plan.kind, plan.start or today)]


def look(space: Workspace, sources: Sequence[str], today: str) -> Look:
    """Read the sources. Reads whole files: run it on a thread. What is wrong is told, never raised."""
    from inspect_tui.exchange.carrying import gather

    if not sources:
        return Look()
    known = {entry.id for entry in space.rounds()}
    wanted: list[str | Path] = [word if word in known else Path(word) for word in sources]
    try:
        return Look(sources=tuple(sources), gathered=gather(space, wanted, today))
    except InputFaults as error:
        return Look(sources=tuple(sources), faults=tuple(error.faults))
    except StoreError as error:
        return Look(sources=tuple(sources), failed=str(error))
    except OSError as error:
        return Look(sources=tuple(sources), failed=f"{reason(error)}。")


def rows(offers: Iterable[Offered], units: Iterable[str], holds: dict[str, str]) -> list[CarryRow]:
    """Every problem on offer in the order it was found, with whether it comes along."""
    visited = set(units)
    offers = list(offers)
    by_unit: dict[str, list[str]] = {}
    for offer in offers:
        by_unit.setdefault(offer.problem.unit, []).append(offer.problem.number)
    called = {unit: told_apart(numbers) for unit, numbers in by_unit.items()}
    found = []
    for offer in offers:
        problem = offer.problem
        inside = problem.unit in visited
        held = holds.get(problem.id, "")
        found.append(
            CarryRow(
                offer=offer,
                name=called[problem.unit][problem.number],
                comes=inside and not held,
                why_not=held or ("" if inside else OUT_OF_SCOPE),
                free=inside,
            )
        )
    return found


def cargo_of(found: Look, plan: RoundPlan, by: str, at: str) -> Cargo | None:
    """What the plan takes over, as the new round freezes it; None when there is no source."""
    if found.gathered is None:
        return None
    offered = {offer.problem.id for offer in found.offers}
    holds = {problem: why for problem, why in plan.holds.items() if problem in offered}
    return found.gathered.cargo(plan.unit_ids, holds, by=by, at=at)


def words(found: Look | None, plan: RoundPlan) -> str:
    """What comes along, in a line."""
    if found is None:
        return "正在读以前各轮"
    if found.faults or found.failed:
        return f"有{len(found.faults) or 1}处读不了，请改来源"
    if found.gathered is None:
        if plan.sources is not None:
            return "不转入"
        return "演练轮不转入" if plan.practice else "没有更早的同类轮次"
    listed = rows(found.offers, plan.unit_ids, plan.holds)
    coming = sum(row.comes for row in listed)
    cards = len(found.gathered.cards)
    along = f"，另带经验{cards}条" if cards else ""
    if not listed:
        return f"以前各轮没有要转入的问题{along}" if along else "以前各轮没有要转入的"
    titles = [source.title for source in found.gathered.sources if source.offered]
    named = titles[0] if len(titles) == 1 else f"{len(titles)}轮"
    left = f"，留下{len(listed) - coming}条" if coming < len(listed) else ""
    return f"从{named}转入{coming}条{left}{along}"
