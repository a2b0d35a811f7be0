"""Looking at the ledger: which rows, in which order, under which headings, and the totals over them.

Each row is judged once, when it is read; filtering, sorting and grouping then only compare what is ready, so
that a ledger of ten thousand rows turns at a key. After a change only the touched unit is judged anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import msgspec

from inspect_tui.model.terms import RectState, Severity, Term
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.searching import Initials, Shelf


class Kept(Term):
    """Which problems are listed."""

    ALL = "all", "全部"
    OPEN = "open", "未销号"
    OVERDUE = "overdue", "逾期"
    NEAR = "near", "将到期"
    VERIFY = "verify", "待复查"
    CONTESTED = "contested", "待裁定"
    CARRIED = "carried", "上轮转入"
    CLOSED = "closed", "已销号"
    DEFERRED = "deferred", "长期挂账"
    ON_SITE = "on_site", "立行立改"


class SortBy(Term):
    """In which order they stand."""

    UNIT = "unit", "单位"
    DUE = "due", "时限"
    SEVERITY = "severity", "程度"
    STATE = "state", "状态"
    AGE = "age", "发现日期"
    NUMBER = "number", "编号"


class GroupBy(Term):
    """Under which headings they stand."""

    NONE = "none", "不分组"
    UNIT = "unit", "单位"
    SECTION = "section", "检查大项"
    LEADER = "leader", "责任领导"
    STATE = "state", "整改状态"


#: What the ledger can be narrowed to one value of: the groupings, by their names.
NARROWED = (GroupBy.UNIT, GroupBy.SECTION, GroupBy.LEADER, GroupBy.STATE)

_STATES = {state.label: index for index, state in enumerate(RectState)}
_STATES |= {"待裁定": -1, "已转入": len(RectState)}
_RANKS = {severity: index for index, severity in enumerate(Severity)}
#: Behind every date there is.
_NEVER = "~"


def waits_for_check(row: LedgerRow) -> bool:
    """Whether somebody of the inspection must look at it: reported done, or an earlier problem still owed."""
    if row.done:
        return row.must_verify and not row.carried_to
    return row.must_verify or row.state is RectState.SUBMITTED


_TESTS: dict[Kept, Callable[[LedgerRow], bool]] = {
    Kept.ALL: lambda row: True,
    Kept.OPEN: lambda row: not row.done,
    Kept.OVERDUE: lambda row: row.overdue and not row.carried_to,
    Kept.NEAR: lambda row: row.near and not row.carried_to,
    Kept.VERIFY: waits_for_check,
    Kept.CONTESTED: lambda row: row.contested and not row.carried_to,
    Kept.CARRIED: lambda row: row.carried,
    Kept.CLOSED: lambda row: row.state is RectState.CLOSED and row.done and not row.carried_to,
    Kept.DEFERRED: lambda row: row.state is RectState.DEFERRED and not row.done,
    Kept.ON_SITE: lambda row: row.fixed_on_site,
}
_BITS = {kept: 1 << index for index, kept in enumerate(Kept)}


def _due(row: LedgerRow) -> str:
    """The day a row counts to: what is put off counts to its own."""
    return (row.until if row.state is RectState.DEFERRED else row.due) or _NEVER


def _number(row: LedgerRow) -> str:
    """A number so that its serial counts as one: 100 stands behind 99."""
    before, _, serial = row.number.rpartition("-")
    return f"{before}-{serial:0>6}"


_KEYS: dict[SortBy, Callable[[LedgerRow], Any]] = {
    SortBy.DUE: lambda row: (row.done, _due(row), _number(row)),
    SortBy.SEVERITY: lambda row: (-_RANKS[row.severity], row.done, _due(row), _number(row)),
    SortBy.STATE: lambda row: (_STATES[row.state_label], _due(row), _number(row)),
    SortBy.AGE: lambda row: (row.noted or _NEVER, -row.rounds, _number(row)),
    SortBy.NUMBER: lambda row: _number(row),
}


def group_of(row: LedgerRow, by: GroupBy) -> tuple[str, str]:
    """The group a row belongs to: its key, and what it is called."""
    match by:
        case GroupBy.UNIT:
            return row.unit, row.unit_name
        case GroupBy.SECTION:
            if row.section:
                return f"{row.checklist}/{row.section}", row.section_name or row.section
            return "", "不属于检查项"
        case GroupBy.LEADER:
            return row.leader, row.leader or "未写责任领导"
        case GroupBy.STATE:
            return row.state_label, row.state_label
    return "", ""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody looks at the ledger. `only` narrows it to one group each of some groupings, by key."""

    kept: Kept = Kept.ALL
    sort: SortBy = SortBy.UNIT
    group: GroupBy = GroupBy.NONE
    only: dict[GroupBy, str] = {}
    query: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing is filtered out."""
        return self.kept is Kept.ALL and not self.only and not self.query.strip()


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A heading over the rows of a group, with how many there are, still open, and overdue."""

    key: str
    label: str
    count: int
    open: int
    overdue: int
    folded: bool = False


Line = Head | LedgerRow


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Figures over rows. `verify` are those that wait to be looked at by the inspection."""

    total: int = 0
    open: int = 0
    overdue: int = 0
    near: int = 0
    verify: int = 0
    contested: int = 0


class _Part:
    """The rows of one unit, judged."""

    __slots__ = ("bits", "rows", "shelf")

    def __init__(self, rows: Sequence[LedgerRow]) -> None:
        self.rows = list(rows)
        self.bits = [sum(bit for kept, bit in _BITS.items() if _TESTS[kept](row)) for row in self.rows]
        self.shelf: Shelf | None = None

    def learn(self, initials: Initials) -> None:
        """Make the rows ready to be searched by initials."""
        shelf = self.shelf or Shelf(words_of(row) for row in self.rows)
        if not shelf.knows_initials:
            shelf.learn(initials)
        self.shelf = shelf

    def found(self, query: str, initials: Initials | None) -> set[int]:
        """Places of the rows that hold every word of a query."""
        if initials is not None:
            self.learn(initials)
        elif self.shelf is None:
            self.shelf = Shelf(words_of(row) for row in self.rows)
        assert self.shelf is not None
        return set(self.shelf.find(query))


def words_of(row: LedgerRow) -> str:
    """What of a row is searched."""
    duty = row.duty
    said = (row.number, row.short_number, row.item, row.unit_name, row.text, row.item_text)
    return " ".join((*said, duty.owner, duty.leader, duty.measure, duty.result, row.state_label))


class Ledger:
    """The rows of a round, by unit in roster order; filled and mended unit by unit."""

    def __init__(self, units: Iterable[str] = ()) -> None:
        self._parts: dict[str, _Part] = {unit: _Part(()) for unit in units}
        self.initials: Initials | None = None
        self._counts: dict[str, dict[Kept, int]] = {}

    def put(self, unit: str, rows: Sequence[LedgerRow]) -> None:
        """Take the rows of a unit as they now read."""
        self._parts[unit] = _Part(rows)
        self._counts.clear()

    def learn(self, initials: Initials) -> None:
        """Work out the initials of all rows, so that they can be searched. May run on a thread of its own."""
        for part in list(self._parts.values()):
            part.learn(initials)
        self.initials = initials

    def rows(self, unit: str = "") -> list[LedgerRow]:
        """All rows, or one unit's."""
        if unit:
            part = self._parts.get(unit)
            return list(part.rows) if part is not None else []
        return [row for part in self._parts.values() for row in part.rows]

    def row(self, unit: str, problem: str) -> LedgerRow | None:
        """The row of a problem as it now reads."""
        part = self._parts.get(unit)
        return next((row for row in part.rows if row.id == problem), None) if part is not None else None

    def counts(self, unit: str = "") -> dict[Kept, int]:
        """How many rows each filter lists, of all rows or of one unit's."""
        if unit not in self._counts:
            bits = [b for id_, part in self._parts.items() if not unit or id_ == unit for b in part.bits]
            self._counts[unit] = {kept: sum(bool(b & bit) for b in bits) for kept, bit in _BITS.items()}
        return self._counts[unit]

    def totals(self, unit: str = "") -> Totals:
        """Figures over all rows, or one unit's."""
        count = self.counts(unit)
        return Totals(
            total=count[Kept.ALL],
            open=count[Kept.OPEN],
            overdue=count[Kept.OVERDUE],
            near=count[Kept.NEAR],
            verify=count[Kept.VERIFY],
            contested=count[Kept.CONTESTED],
        )

    def groups(self, by: GroupBy, unit: str = "") -> list[Head]:
        """The groups there are, with their counts: what the ledger can be narrowed to."""
        return [head for head, _ in _grouped(self.rows(unit), by)]

    def chosen(self, view: View, unit: str = "") -> list[LedgerRow]:
        """The rows a view lists, in its order, headings aside."""
        bit = _BITS[view.kept]
        only = list(view.only.items())
        query = view.query.strip()
        found: list[LedgerRow] = []
        for id_, part in self._parts.items():
            if unit and id_ != unit:
                continue
            places = part.found(query, self.initials) if query else None
            for index, row in enumerate(part.rows):
                if not part.bits[index] & bit or (places is not None and index not in places):
                    continue
                if only and any(group_of(row, by)[0] != key for by, key in only):
                    continue
                found.append(row)
        if view.sort is not SortBy.UNIT:
            found.sort(key=_KEYS[view.sort])
        return found

    def lines(self, view: View, folded: Collection[str] = (), unit: str = "") -> list[Line]:
        """What a view shows: its rows, under headings where it groups; folded groups show their heading."""
        rows = self.chosen(view, unit)
        if view.group is GroupBy.NONE:
            return list(rows)
        lines: list[Line] = []
        for head, inside in _grouped(rows, view.group):
            shut = head.key in folded
            lines.append(msgspec.structs.replace(head, folded=shut))
            if not shut:
                lines += inside
        return lines


def _grouped(rows: Iterable[LedgerRow], by: GroupBy) -> list[tuple[Head, list[LedgerRow]]]:
    """Rows by group: states in the order of their life, others as they first come."""
    inside: dict[str, list[LedgerRow]] = {}
    labels: dict[str, str] = {}
    for row in rows:
        key, label = group_of(row, by)
        labels.setdefault(key, label)
        inside.setdefault(key, []).append(row)
    # A sort keeps the order of equals: what belongs to nobody stands last.
    order: Callable[[str], Any] = _STATES.__getitem__ if by is GroupBy.STATE else lambda key: not key
    keys = sorted(inside, key=order)
    return [
        (
            Head(
                key=key,
                label=labels[key],
                count=len(inside[key]),
                open=sum(_TESTS[Kept.OPEN](row) for row in inside[key]),
                overdue=sum(_TESTS[Kept.OVERDUE](row) for row in inside[key]),
            ),
            inside[key],
        )
        for key in keys
    ]
