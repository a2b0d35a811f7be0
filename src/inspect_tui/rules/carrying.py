"""Carrying over: what an earlier round leaves to the next, frozen as it was.

Everything that is not closed goes along, and what was closed or put right on the spot since, to be verified
once more. What held even then is only kept at hand for some rounds, so that its return is recognised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from inspect_tui.model.problem import Carried, Held, Source
from inspect_tui.model.round import Round
from inspect_tui.model.spread import Card, Pairing
from inspect_tui.model.terms import Outcome, RectState
from inspect_tui.rules.fold import State
from inspect_tui.rules.ledger import LedgerRow, ledger_rows
from inspect_tui.rules.ledger_history import history_of
from inspect_tui.rules.problems import carried_of

#: Why a problem is held when its unit is not part of the round; such a one comes along once the unit is.
OUT_OF_SCOPE = "单位不在本轮范围"


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """A problem an earlier round offers to the next one, and why it would be looked at again.

    `contested` is the reason it should be settled first: hands differ on it in the earlier round.
    """

    problem: Carried
    why: str
    contested: bool = False


def offered(state: State, round_: Round, today: str) -> list[Offered]:
    """What a round leaves to the next one, in ledger order; what lives in a newer round already is not here.

    Problems that this round itself held out are offered again with the reason they were held for.
    """
    found = [o for row in ledger_rows(state, round_, today) if (o := _offer(state, round_, row)) is not None]
    known = {o.problem.id for o in found}
    found += [
        Offered(problem=held.problem, why=f"上次未转入：{held.reason}")
        for held in round_.held
        if held.problem.id not in known
    ]
    return found


def _offer(state: State, round_: Round, row: LedgerRow) -> Offered | None:
    if row.carried_to or (row.state is RectState.WITHDRAWN and not row.contested):
        return None
    carried = next((c for c in carried_of(round_, row.unit) if c.id == row.id), None)
    verify, kept, why = True, 0, row.state.label
    if row.state is RectState.CLOSED and not row.contested:
        held_before = carried is not None and carried.state is RectState.CLOSED
        confirmed = any(t.step.outcome is Outcome.FIXED for t in row.outcomes)
        if held_before and carried is not None and (confirmed or not carried.verify):
            verify, kept, why = False, carried.kept + 1, "已销号，复查时仍然有效"
            if kept >= round_.rules.lineage_rounds:
                return None
        else:
            why = "上轮销号，再看是否反弹"
    elif row.fixed_on_site and row.state is RectState.SUBMITTED:
        why = "立行立改，看是否保持"
    problem = Carried(
        id=row.id,
        number=row.number,
        unit=row.unit,
        text=row.text,
        state=row.state,
        source=Source(round=round_.id, origin=round_.origin, title=round_.title),
        checklist=row.checklist,
        item=row.item,
        item_text=row.item_text,
        severity=row.severity,
        missing=row.missing,
        fixed_on_site=row.fixed_on_site,
        noted=row.noted,
        noted_round=row.noted_round,
        rounds=row.rounds,
        recurrences=row.recurrences,
        kept=kept,
        verify=verify,
        duty=row.duty,
        remains=row.remains,
        until=row.until,
        approver=row.approver,
        closed_on=row.closed_on,
        closed_by=row.closed_by,
        basis=row.basis,
        evidence=row.evidence,
        pieces=row.pieces,
        history=tuple(history_of(state, round_, row)),
    )
    return Offered(problem=problem, why=why, contested=row.contested or row.unsettled_finding)


def current(leaves: Iterable[tuple[Round, Iterable[Offered]]]) -> list[Offered]:
    """What several earlier rounds leave together: each problem once, as the newest of them has it.

    A round that took a problem over speaks for it, also where the older one does not say 已转入 yet, and also
    by offering nothing. What a round only held out lives on in the round it came from, which knows better.
    """
    told = [(round_, list(offers)) for round_, offers in leaves]
    there = {round_key(round_) for round_, _ in told}
    taken: dict[str, int] = {}
    for round_, _ in told:
        for carried in round_.carried:
            taken[carried.id] = max(taken.get(carried.id, 0), carried.rounds)
    found: dict[str, Offered] = {}
    for round_, offers in told:
        for offer in offers:
            problem = offer.problem
            home = problem.source.origin or problem.source.round
            if problem.rounds <= taken.get(problem.id, 0) or (home != round_key(round_) and home in there):
                continue
            before = found.get(problem.id)
            if before is None or _age(problem) > _age(before.problem):
                found[problem.id] = offer
    return list(found.values())


def round_key(round_: Round) -> str:
    """By what a round is known wherever it turns up: its random origin, or its id where it has none."""
    return round_.origin or round_.id


class Cargo(msgspec.Struct, frozen=True, kw_only=True):
    """What a new round takes over: the problems it carries and those held out, each with a reason.

    `cards` and `pairs` come along whatever units it visits.
    """

    carried: tuple[Carried, ...] = ()
    held: tuple[Held, ...] = ()
    cards: tuple[Card, ...] = ()
    pairs: tuple[Pairing, ...] = ()


def cargo(
    offers: Iterable[Offered],
    units: Iterable[str],
    holds: Mapping[str, str],
    *,
    by: str = "",
    at: str = "",
) -> Cargo:
    """Sort what earlier rounds offer: held by the lead's reason, the rest by whether the unit is visited.

    A problem offered by several rounds counts as in the one that had it longest, which is the newest. A unit
    that is not part of the new round keeps its problems among those held, so that the round after offers
    them again.
    """
    newest: dict[str, Offered] = {}
    for offer in offers:
        before = newest.get(offer.problem.id)
        if before is None or _age(offer.problem) > _age(before.problem):
            newest[offer.problem.id] = offer
    visited = set(units)
    carried, held = [], []
    for offer in newest.values():
        reason = holds.get(offer.problem.id, "")
        if not reason and offer.problem.unit not in visited:
            reason = OUT_OF_SCOPE
        if reason:
            held.append(Held(problem=offer.problem, reason=reason, by=by, at=at))
        else:
            carried.append(offer.problem)
    return Cargo(carried=tuple(carried), held=tuple(held))


def _age(problem: Carried) -> tuple[int, int, int]:
    return problem.rounds, len(problem.history), problem.kept
