"""Delta: round against round, problem by problem: new, persisting, fixed, back, and who keeps failing where.

The newer round carries the problems of the older one, so it alone can tell; given both, what was left
behind is told as well. Every figure holds the ids of the problems it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

import msgspec

from inspect_tui.model.problem import Carried
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Outcome, RectState, StepKind, Verdict
from inspect_tui.rules.applicability import checklists_for, inspected_units, items_of
from inspect_tui.rules.fold import State
from inspect_tui.rules.ledger import LedgerRow, ledger_rows
from inspect_tui.rules.problems import all_steps
from inspect_tui.rules.reading import read_answer
from inspect_tui.rules.sampling import share

#: States in which a problem came into the newer round as put right, so that it could come back.
_CLAIMED = (RectState.CLOSED, RectState.SUBMITTED)
#: The formulas behind the two rates, printed wherever they are.
FORMULAS = (
    "整改率＝已整改÷上轮问题（不计已撤销的）",
    "反弹率＝反弹÷转入时已销号或已报整改的问题（另加其余反弹的）",
)


class Incomparable(ValueError):
    """Two rounds that cannot be set against each other; the message says why."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a comparison, each as the ids of the problems it counts.

    `old` are the older side's problems, made up of `fixed`, `persisting`, `withdrawn` and of those in `back`
    that were still on the list; `back` may also hold some that were long closed. `new` were found in the
    newer round for the first time. `confirmed` are those of `fixed` that had been closed before the newer
    round and still are; `left_out` those of `persisting` that it does not carry: nothing is closed by
    silence. `claimed` had been put right when the newer round began, or came back.
    """

    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    persisting: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()

    @property
    def fix_rate(self) -> Decimal | None:
        """What was put right of what was found before; None where there was nothing."""
        return share(len(self.fixed), len(self.old) - len(self.withdrawn))

    @property
    def recurrence_rate(self) -> Decimal | None:
        """What came back of what had been put right; None where nothing had been."""
        return share(len(self.back), len(self.claimed))


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one unit, section or item; `key` is its id, with the checklist's before it."""

    key: str
    name: str
    figures: Figures


class FailedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item with the units that did not meet it; `before` are those of the older round, where given."""

    checklist: str
    item: str
    text: str
    section: str
    units: tuple[str, ...]
    judged: int
    before: tuple[str, ...] | None = None

    @property
    def share(self) -> Decimal | None:
        return share(len(self.units), self.judged)


class Delta(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison: its figures together, by unit, section and item, and the items that fail most.

    `rows` are the ledger rows behind the figures, by problem id: those of the newer round, and of the older
    one for what was left out. `again` names the finding rows by which a closed problem was found again.
    """

    old: str
    new: str
    figures: Figures
    units: tuple[Group, ...]
    sections: tuple[Group, ...]
    items: tuple[Group, ...]
    failed: tuple[FailedItem, ...]
    rows: dict[str, LedgerRow]
    again: dict[str, tuple[str, ...]] = {}


class _Fate(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one problem; `kind` names a field of Figures."""

    row: LedgerRow
    kind: str
    old: bool = True
    confirmed: bool = False
    left_out: bool = False
    claimed: bool = False


def compare(state: State, round_: Round, today: str, before: tuple[State, Round] | None = None) -> Delta:
    """Set a round against the one before it: what it carries, or a given older round. Raises Incomparable."""
    rows = ledger_rows(state, round_, today)
    older: list[LedgerRow] | None = None
    if before is not None:
        _check(before[1], round_)
        older = ledger_rows(before[0], before[1], today)
    fates, again = _fates(state, round_, rows, older)
    behind = {fate.row.id: fate.row for fate in fates}
    behind |= {row.id: row for row in rows if any(row.id in ids for ids in again.values())}
    return Delta(
        old=before[1].title if before is not None else _old_title(round_),
        new=round_.title,
        figures=_figures(fates),
        units=_by_unit(round_, fates),
        sections=_by_section(round_, fates),
        items=_by_item(round_, fates),
        failed=most_failed(state, round_, before),
        rows=behind,
        again=again,
    )


def _check(older: Round, newer: Round) -> None:
    if older.origin == newer.origin and older.id == newer.id:
        raise Incomparable("两份是同一轮检查，没有可比的")
    if any(c.source.origin == newer.origin and c.source.round == newer.id for c in older.carried):
        raise Incomparable(f"次序反了：“{older.title}”在后，“{newer.title}”在前")


def _old_title(round_: Round) -> str:
    titles = list(dict.fromkeys(c.source.title for c in round_.carried))
    return "、".join(titles)


# -------------------------------------------------------------------- what became of each problem


def _fates(
    state: State, round_: Round, rows: list[LedgerRow], older: list[LedgerRow] | None
) -> tuple[list[_Fate], dict[str, tuple[str, ...]]]:
    entries = {c.id: c for c in round_.carried}
    wanted = None if older is None else {row.id for row in older}
    # A problem left behind and found again under the same label of the same item is the same problem.
    behind = {row.finding: row for row in older or () if row.id not in entries and row.finding}
    again: dict[str, list[str]] = {}
    fresh: list[LedgerRow] = []
    for row in rows:
        if row.carried:
            continue
        old = behind.get(row.finding)
        if row.lineage:
            again.setdefault(row.lineage, []).append(row.id)
        elif old is not None and old.finding.count("/") > 2:
            again.setdefault(old.id, []).append(row.id)
        else:
            fresh.append(row)
    fates = []
    for row in rows:
        if row.carried and (wanted is None or row.id in wanted):
            fate = _fate(state, row, entries[row.id], found_again=row.id in again)
            fates += [fate] if fate is not None else []
    fates += [f for row in older or () if row.id not in entries for f in _behind(row, row.id in again)]
    fates += [_Fate(row=row, kind="new", old=False) for row in fresh if row.state is not RectState.WITHDRAWN]
    counted = {fate.row.id for fate in fates}
    return fates, {id_: tuple(ids) for id_, ids in again.items() if id_ in counted}


def _fate(state: State, row: LedgerRow, carried: Carried, *, found_again: bool) -> _Fate | None:
    """What became of a carried problem. One that held before and is only kept at hand is no old problem."""
    old = carried.verify and not carried.kept
    claimed = row.initial in _CLAIMED
    came_back = (
        # One that came in as come back, and was only left so, does not come back twice.
        (row.state is RectState.RELAPSED and row.initial is not RectState.RELAPSED)
        or any(t.step.outcome is Outcome.RELAPSED for t in row.outcomes)
        or any(
            t.step.kind is StepKind.RECHECK and t.step.outcome is Outcome.RELAPSED
            for t in all_steps(state, row.unit, row.id)
        )
        or (row.initial is RectState.CLOSED and (found_again or bool(row.again)))
    )
    if row.contested:
        # While hands differ nothing is taken as settled, neither well nor badly.
        return _Fate(row=row, kind="persisting", claimed=claimed) if old else None
    if came_back:
        return _Fate(row=row, kind="back", old=old, claimed=True)
    if not old:
        return None
    if row.state is RectState.WITHDRAWN:
        return _Fate(row=row, kind="withdrawn")
    if row.state is RectState.CLOSED:
        return _Fate(row=row, kind="fixed", confirmed=row.initial is RectState.CLOSED, claimed=claimed)
    return _Fate(row=row, kind="persisting", claimed=claimed)


def _behind(row: LedgerRow, found_again: bool) -> list[_Fate]:
    """What became of a problem of the older round that the newer one does not carry."""
    if row.carried and row.initial is RectState.CLOSED and row.state is RectState.CLOSED:
        return [_Fate(row=row, kind="back", old=False, claimed=True)] if found_again else []
    if row.contested:
        return [_Fate(row=row, kind="persisting", left_out=True)]
    if row.state is RectState.WITHDRAWN:
        return [_Fate(row=row, kind="withdrawn")]
    if row.state is RectState.CLOSED:
        return [
            _Fate(row=row, kind="back" if found_again else "fixed", confirmed=not found_again, claimed=True)
        ]
    return [_Fate(row=row, kind="persisting", left_out=True, claimed=row.state in _CLAIMED)]


def _figures(fates: Iterable[_Fate]) -> Figures:
    fates = list(fates)

    def ids(wanted: Callable[[_Fate], bool]) -> tuple[str, ...]:
        return tuple(fate.row.id for fate in fates if wanted(fate))

    return Figures(
        old=ids(lambda f: f.old),
        new=ids(lambda f: f.kind == "new"),
        persisting=ids(lambda f: f.kind == "persisting"),
        fixed=ids(lambda f: f.kind == "fixed"),
        back=ids(lambda f: f.kind == "back"),
        withdrawn=ids(lambda f: f.kind == "withdrawn"),
        confirmed=ids(lambda f: f.confirmed),
        left_out=ids(lambda f: f.left_out),
        claimed=ids(lambda f: f.claimed),
    )


# -------------------------------------------------------------------- by unit, section, item


def _grouped(
    fates: Iterable[_Fate],
    place: Callable[[LedgerRow], str],
    name: Callable[[LedgerRow], str],
    known: list[str],
) -> tuple[Group, ...]:
    """Groups in the order of `known` keys, then as met; nothing is made for a place without a problem."""
    held: dict[str, list[_Fate]] = {}
    for fate in fates:
        held.setdefault(place(fate.row), []).append(fate)
    places = {key: number for number, key in enumerate(known)}
    keys = sorted(held, key=lambda key: places.get(key, len(places)))
    return tuple(Group(key=k, name=name(held[k][0].row), figures=_figures(held[k])) for k in keys)


def _by_unit(round_: Round, fates: list[_Fate]) -> tuple[Group, ...]:
    return _grouped(fates, lambda r: r.unit, lambda r: r.unit_name, [unit.id for unit in round_.units])


def _by_section(round_: Round, fates: list[_Fate]) -> tuple[Group, ...]:
    known = [f"{c.id}/{s.id}" for c in round_.checklists for s in c.sections]
    return _grouped(
        fates,
        lambda r: f"{r.checklist}/{r.section}" if r.section else "",
        lambda r: r.section_name or "未归入检查项目",
        known,
    )


def _by_item(round_: Round, fates: list[_Fate]) -> tuple[Group, ...]:
    known = [f"{c.id}/{i.id}" for c in round_.checklists for i in c.items()]
    return _grouped(
        fates,
        lambda r: f"{r.checklist}/{r.item}" if r.item else "",
        lambda r: f"{r.item} {r.item_text}".strip() if r.item else "未归入检查内容",
        known,
    )


def most_failed(
    state: State, round_: Round, before: tuple[State, Round] | None = None
) -> tuple[FailedItem, ...]:
    """Items that some unit did not meet, those with most such units first, then by their share."""
    told = _verdicts(state, round_)
    earlier = _verdicts(*before) if before is not None else None
    found = []
    for checklist in round_.checklists:
        for section in checklist.sections:
            for item in section.items:
                failed, judged = told.get((checklist.id, item.id), ([], 0))
                if not failed:
                    continue
                was = earlier.get((checklist.id, item.id), ([], 0))[0] if earlier is not None else None
                found.append(
                    FailedItem(
                        checklist=checklist.id,
                        item=item.id,
                        text=item.text,
                        section=section.name,
                        units=tuple(failed),
                        judged=judged,
                        before=tuple(was) if was is not None else None,
                    )
                )
    # Sorting keeps the checklist's order among equals.
    return tuple(sorted(found, key=lambda f: (-len(f.units), -(f.share or Decimal(0)))))


def _verdicts(state: State, round_: Round) -> dict[tuple[str, str], tuple[list[str], int]]:
    """Per item the units that failed it and how many were judged at all."""
    found: dict[tuple[str, str], tuple[list[str], int]] = {}
    for unit in inspected_units(round_):
        for checklist in checklists_for(round_, unit):
            for _, item in items_of(state, round_, unit, checklist):
                verdict = read_answer(state, unit.id, checklist.id, item).verdict
                if verdict not in (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL):
                    continue
                failed, judged = found.get((checklist.id, item.id), ([], 0))
                if verdict is not Verdict.PASS:
                    failed.append(unit.id)
                found[checklist.id, item.id] = failed, judged + 1
    return found
