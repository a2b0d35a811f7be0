"""Telling: from what a user points at to a finished notice; the one way for the command line and the screens.

Every text and paper leaves through `tell`, so that scope, what the lead settled, numbers, templates and the
refusals for 密级 cannot differ between them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.terms import NamingLevel, UnitKind
from inspect_tui.report.document import NameUnits, NoticeKind, Scope
from inspect_tui.report.lookback import lookback_of
from inspect_tui.report.notice import Notice, compile_notice
from inspect_tui.report.outline import Outline, compile_round, compile_visit, under
from inspect_tui.report.settled import Issued, Settled, all_issued, next_issue, read_settled
from inspect_tui.report.zh_numbers import parse_date
from inspect_tui.rules.applicability import inspected_units
from inspect_tui.rules.fold import State
from inspect_tui.rules.reading import read_visit
from inspect_tui.store.errors import StoreError


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A round with the state of its records: what a text is made from. `people` are further names."""

    round: Round
    state: State
    people: tuple[str, ...] = ()


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What sort of text is wanted. `max_bytes` None means as the rules say; `issue` 0 means the next number.

    `unit` is the id of a unit or organisation the text is about, blank for the whole.
    """

    kind: NoticeKind = NoticeKind.SITUATION
    level: NamingLevel | None = None
    name_units: NameUnits | None = None
    unit: str = ""
    max_bytes: int | None = None
    issue: int = 0
    excluded: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    approved_by: str = ""
    attachments: tuple[str, ...] = ()


def scope_of(round_: Round, unit_id: str) -> Scope:
    """The scope a unit stands for: its own visit, or all that stands under it. Raises KeyError.

    A branch that is itself inspected and has inspected groups under it means all of them.
    """
    if not unit_id:
        return Scope()
    unit = round_.unit(unit_id)
    if unit is None:
        raise KeyError(unit_id)
    inspected = under(round_, unit_id)
    alone = inspected == [unit_id] or (not inspected and unit.kind not in _ABOVE)
    return Scope(id=unit_id, name=unit.name, single=alone)


_ABOVE = {
    UnitKind.COMPANY,
    UnitKind.COMMITTEE,
    UnitKind.GENERAL_BRANCH,
    UnitKind.BRANCH,
    UnitKind.JOINT_BRANCH,
}


def outline_of(held: Held, scope: Scope) -> Outline:
    """What a round has to tell of a scope."""
    if scope.single:
        return compile_visit(held.state, held.round, scope.id, held.people)
    units = under(held.round, scope.id) if scope.id else None
    return compile_round(held.state, held.round, units, held.people)


def tell(
    held: Sequence[Held],
    wanted: Wanted,
    today: dt.date,
    *,
    templates: Path | None = None,
    others: Iterable[Issued] = (),
    kept: dict[tuple[str, Scope], Outline] | None = None,
) -> Notice:
    """The text that is wanted of one round, or of several in the order of time.

    `others` are texts of other rounds that went out, for counting bulletins. `kept` holds outlines by round
    and scope for whoever makes several texts while the records stand still; new ones are put into it. Raises
    ExportRefused, NoticeRefused, ValueError as `compile_notice`, KeyError for an unknown unit.
    """
    for each in held:
        refuse_secret(each.round)
    rounds = sorted(held, key=_when)
    scope = scope_of(rounds[-1].round, wanted.unit)
    outlines = [_outline(each, scope, kept) for each in rounds]
    settled = _settled(rounds, wanted.kind, scope)
    lookbacks = [
        lookback_of(each.state, each.round, _units(each.round, scope), every=scope.single) for each in rounds
    ]
    return compile_notice(
        outlines,
        today=today,
        level=wanted.level,
        max_bytes=wanted.max_bytes,
        kind=wanted.kind,
        name_units=wanted.name_units,
        scope=scope,
        issue=_number(rounds, wanted, settled, today, others),
        lookbacks=lookbacks,
        settled=settled,
        excluded=wanted.excluded,
        exposed=wanted.exposed,
        approved_by=wanted.approved_by,
        attachments=wanted.attachments,
        templates=templates,
    )


def _outline(held: Held, scope: Scope, kept: dict[tuple[str, Scope], Outline] | None) -> Outline:
    if kept is None:
        return outline_of(held, scope)
    key = (held.round.id, scope)
    if key not in kept:
        kept[key] = outline_of(held, scope)
    return kept[key]


def private_notices(
    held: Held, wanted: Wanted, today: dt.date, *, templates: Path | None = None
) -> Iterator[tuple[Unit, Notice]]:
    """The private text of every unit of the scope that was visited or could not be reached.

    Raises what `tell` raises; a unit with nothing recorded is passed over.
    """
    for unit_id in _units(held.round, scope_of(held.round, wanted.unit)):
        visit = read_visit(held.state, unit_id)
        unit = held.round.unit(unit_id)
        if unit is not None and visit.started:
            asked = msgspec.structs.replace(wanted, unit=unit_id)
            yield unit, tell([held], asked, today, templates=templates)


def _units(round_: Round, scope: Scope) -> list[str]:
    if scope.single:
        return [scope.id]
    return under(round_, scope.id) if scope.id else [u.id for u in inspected_units(round_)]


def _when(held: Held) -> tuple[str, str, str]:
    return held.round.period.start, held.round.created, held.round.id


def _settled(rounds: Sequence[Held], kind: NoticeKind, scope: Scope) -> Settled:
    """What was settled, the newest round last and first; what any round left out stays out."""
    read = [read_settled(each.state, kind, scope) for each in rounds]
    if len(read) == 1:
        return read[0]
    excluded = {key: why for each in read for key, why in each.excluded.items()}
    confirmed = {key: why for each in read for key, why in each.confirmed.items()}
    return msgspec.structs.replace(read[-1], excluded=excluded, confirmed=confirmed)


def _number(
    rounds: Sequence[Held], wanted: Wanted, settled: Settled, today: dt.date, others: Iterable[Issued]
) -> int:
    if wanted.kind is not NoticeKind.BULLETIN:
        return wanted.issue
    if wanted.issue:
        return wanted.issue
    # The same bulletin for another reader, or copied again: it keeps its number for the day.
    same = [i.issue for i in settled.issued if i.issue and parse_date(i.day) == today]
    if same:
        return same[-1]
    issued = [*others, *(i for each in rounds for i in all_issued(each.state))]
    return next_issue(issued, wanted.kind, today.year)


def issued_elsewhere(rounds_dir: Path, but: Iterable[str]) -> tuple[list[Issued], list[str]]:
    """Every text of the other rounds of a workspace that went out, and which rounds could not be read."""
    from inspect_tui.exchange.source import read_source
    from inspect_tui.model.fault import InputFaults

    left_out = set(but)
    found: list[Issued] = []
    messages: list[str] = []
    for folder in sorted(rounds_dir.iterdir()) if rounds_dir.is_dir() else ():
        if folder.name in left_out or not (folder / "round.json").is_file():
            continue
        try:
            found += all_issued(read_source(folder).state)
        except (InputFaults, StoreError):
            messages.append(f"轮次{folder.name}读不出来，期号可能没有计入它。")
    return found, messages
