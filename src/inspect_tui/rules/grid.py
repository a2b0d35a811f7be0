"""The three-level grid (三级网格): from committee to crew, who is covered by whom, and where it has gaps.

Everything follows from a roster, or from the part of it that a round froze. A round holds only the units it
visits and those above them, so that what may stand outside of it is never called missing there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from inspect_tui.model.roster import Crew, Unit
from inspect_tui.model.terms import Term, UnitKind

_BRANCHES = (UnitKind.BRANCH, UnitKind.JOINT_BRANCH)
#: Organisations whose members add up into the one above; stations, crews and venues hold the same people.
PARTY = (
    UnitKind.COMPANY,
    UnitKind.COMMITTEE,
    UnitKind.GENERAL_BRANCH,
    *_BRANCHES,
    UnitKind.PARTY_GROUP,
)
#: What stands right under such an organisation, for sentences.
_BELOW = {
    UnitKind.COMPANY: "下级党委",
    UnitKind.COMMITTEE: "下级组织",
    UnitKind.GENERAL_BRANCH: "各支部",
    UnitKind.BRANCH: "各党小组",
    UnitKind.JOINT_BRANCH: "各党小组",
}


class GapKind(Term):
    """What may be missing in a grid, gravest first."""

    BLANK_CREW = "blank_crew", "空白班组没有安排"
    NO_LEADER = "no_leader", "没有负责人"
    NO_CHARGE = "no_charge", "没有责任领导"
    NO_GROUP = "no_group", "支部没有党小组"
    NO_CREW = "no_crew", "党小组没有班组"
    NO_COUNT = "no_count", "没有党员数"
    TOO_MANY = "too_many", "下级合计偏多"
    TOO_FEW = "too_few", "下级合计偏少"
    UNPLACED = "unplaced", "党员没有落到班组"


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """One gap: at which unit, where that is, what is wrong and what to do."""

    kind: GapKind
    unit: str
    name: str
    place: str
    text: str
    remedy: str
    crew: str = ""


#: Makes a gap of the unit at hand: kind, what is wrong, what to do.
_Make = Callable[[GapKind, str, str], Gap]


class BlankCrew(msgspec.Struct, frozen=True, kw_only=True):
    """A crew without a Party member (党员空白班组), and who cultivates or keeps contact there."""

    unit: str
    name: str
    group: str
    place: str
    staff: int
    arrangement: str


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What stands under a unit, itself included.

    `members` is its own figure, `below` what the next level adds up to, None where nothing can be added.
    """

    members: int
    probationary: int
    staff: int
    below: int | None
    branches: int
    groups: int
    crews: int
    blank: int


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A unit in the tree, at its depth; `last` tells for each level whether it is the last one there."""

    unit: Unit
    depth: int
    last: tuple[bool, ...]
    tally: Tally
    gaps: int


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """What a leader answers for (分级承包): units by name, and what they hold."""

    leader: str
    units: tuple[str, ...]
    groups: int
    crews: int
    blank: int


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """A roster read as a grid. `complete` is False for a round, which holds only some of the units."""

    complete: bool
    nodes: tuple[Node, ...]
    gaps: tuple[Gap, ...]
    blanks: tuple[BlankCrew, ...]
    charges: tuple[Charge, ...]

    @property
    def total(self) -> Tally:
        """All tops together."""
        tops = [node.tally for node in self.nodes if node.depth == 0]
        return Tally(
            members=sum(t.members for t in tops),
            probationary=sum(t.probationary for t in tops),
            staff=sum(t.staff for t in tops),
            below=None,
            branches=sum(t.branches for t in tops),
            groups=sum(t.groups for t in tops),
            crews=sum(t.crews for t in tops),
            blank=sum(t.blank for t in tops),
        )

    def arranged(self) -> int:
        """How many of the blank crews have an arrangement."""
        return sum(bool(crew.arrangement.strip()) for crew in self.blanks)


def grid_of(units: Sequence[Unit], *, complete: bool) -> Grid:
    """The grid of these units; `complete` where every unit there is stands among them."""
    tree = _Tree(units)
    ordered = list(tree.walk())
    gaps = [gap for unit, _, _ in ordered for gap in _gaps(unit, tree, complete)]
    order = list(GapKind)
    counts: dict[str, int] = {}
    for gap in gaps:
        counts[gap.unit] = counts.get(gap.unit, 0) + 1
    return Grid(
        complete=complete,
        nodes=tuple(
            Node(unit=unit, depth=depth, last=last, tally=tree.tally(unit), gaps=counts.get(unit.id, 0))
            for unit, depth, last in ordered
        ),
        gaps=tuple(sorted(gaps, key=lambda gap: order.index(gap.kind))),
        blanks=tuple(crew for unit, _, _ in ordered for crew in _blanks(unit, tree)),
        charges=tuple(_charges(ordered, tree)),
    )


class _Tree:
    """Units by parent. A unit whose parent is not there, or that stands in a ring, is a top of its own."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.by_id = {unit.id: unit for unit in reversed(units)}
        self.units = [unit for unit in units if self.by_id[unit.id] is unit]
        self._tops = {unit.id for unit in self.units if self._is_top(unit)}
        self.children: dict[str, list[Unit]] = {}
        for unit in self.units:
            if unit.id not in self._tops:
                self.children.setdefault(unit.parent, []).append(unit)
        self._tallies: dict[str, Tally] = {}

    def _is_top(self, unit: Unit) -> bool:
        seen, current = {unit.id}, unit
        while (parent := self.by_id.get(current.parent)) is not None:
            if parent.id == unit.id:
                # The first of a ring in the roster opens it.
                return unit.id == next(u.id for u in self.units if u.id in seen)
            if parent.id in seen:
                return False
            seen.add(parent.id)
            current = parent
        return unit.parent not in self.by_id

    def walk(self) -> Iterator[tuple[Unit, int, tuple[bool, ...]]]:
        """Every unit, parents first, with its depth and its place among its sisters on every level."""
        tops = [unit for unit in self.units if unit.id in self._tops]
        stack: list[tuple[Unit, tuple[bool, ...]]]
        stack = [(unit, (n == len(tops) - 1,)) for n, unit in reversed(list(enumerate(tops)))]
        while stack:
            unit, last = stack.pop()
            yield unit, len(last) - 1, last
            below = self.children.get(unit.id, [])
            stack += [(u, (*last, n == len(below) - 1)) for n, u in reversed(list(enumerate(below)))]

    def path(self, unit: Unit) -> str:
        """The names above a unit, from the top down."""
        names: list[str] = []
        current = unit
        while current.id not in self._tops and (parent := self.by_id.get(current.parent)) is not None:
            names.append(parent.name)
            current = parent
        return "/".join(reversed(names))

    def party(self, unit: Unit) -> list[Unit]:
        """The organisations right under a unit whose members add up into it."""
        return [u for u in self.children.get(unit.id, ()) if u.kind in PARTY]

    def tally(self, unit: Unit) -> Tally:
        """What stands under a unit, itself included."""
        if unit.id not in self._tallies:
            # Children first, without recursion: a roster may be as deep as it is long.
            stack, order = [unit], []
            while stack:
                current = stack.pop()
                if current.id not in self._tallies:
                    order.append(current)
                    stack += self.children.get(current.id, ())
            for current in reversed(order):
                self._tallies[current.id] = self._reckon(current)
        return self._tallies[unit.id]

    def _reckon(self, unit: Unit) -> Tally:
        under = [self._tallies[u.id] for u in self.children.get(unit.id, ())]
        added = [u.members for u in self.party(unit)]
        below = sum(added) if added else sum(c.members for c in unit.crews) if unit.crews else None
        crews = len(unit.crews) + (unit.kind is UnitKind.CREW)
        return Tally(
            members=unit.members,
            probationary=unit.probationary,
            staff=unit.staff,
            below=below,
            branches=(unit.kind in _BRANCHES) + sum(t.branches for t in under),
            groups=(unit.kind is UnitKind.PARTY_GROUP) + sum(t.groups for t in under),
            crews=crews + sum(t.crews for t in under),
            blank=sum(is_blank_crew(c) for c in unit.crews) + _blank_unit(unit) + sum(t.blank for t in under),
        )


def is_blank_crew(crew: Crew) -> bool:
    """Whether a crew has no Party member."""
    return crew.members <= 0


def _blank_unit(unit: Unit) -> bool:
    """Whether a crew that is a unit of its own has staff and no Party member; without figures none is."""
    return unit.kind is UnitKind.CREW and unit.staff > 0 and unit.members <= 0


def _blanks(unit: Unit, tree: _Tree) -> Iterator[BlankCrew]:
    path = tree.path(unit)
    place = f"{path}/{unit.name}" if path else unit.name
    for crew in unit.crews:
        if is_blank_crew(crew):
            yield BlankCrew(
                unit=unit.id,
                name=crew.name,
                group=unit.name,
                place=place,
                staff=crew.staff,
                arrangement=crew.arrangement,
            )
    if _blank_unit(unit):
        above = tree.by_id.get(unit.parent)
        yield BlankCrew(
            unit=unit.id,
            name=unit.name,
            group=above.name if above is not None else "",
            place=path,
            staff=unit.staff,
            arrangement="",
        )


def _gaps(unit: Unit, tree: _Tree, complete: bool) -> Iterator[Gap]:
    place = tree.path(unit)

    def gap(kind: GapKind, text: str, remedy: str, crew: str = "") -> Gap:
        return Gap(kind=kind, unit=unit.id, name=unit.name, place=place, text=text, remedy=remedy, crew=crew)

    for blank in _blanks(unit, tree):
        if not blank.arrangement.strip():
            own = blank.name != unit.name
            yield gap(
                GapKind.BLANK_CREW,
                f"党员空白班组“{blank.name}”没有培养或联系安排",
                "在名册里写明由谁联系、培养谁" if own else "写成党小组下的班组，再写明由谁联系、培养谁",
                blank.name if own else "",
            )
    if unit.kind not in PARTY:
        return
    if not unit.leader:
        who = "组长" if unit.kind is UnitKind.PARTY_GROUP else "书记"
        yield gap(GapKind.NO_LEADER, f"没有{who}", f"按程序产生{who}，写入名册")
    if unit.parent and not unit.responsible_leader:
        yield gap(GapKind.NO_CHARGE, "没有分级承包的责任领导", "明确一名责任领导，写入名册")
    below = tree.party(unit)
    if unit.kind in _BRANCHES and complete and not below:
        yield gap(GapKind.NO_GROUP, "支部下没有党小组", "党员较多或分散的设党小组；不需要设的不用改")
    if unit.kind is UnitKind.PARTY_GROUP and not unit.crews and not tree.children.get(unit.id):
        yield gap(GapKind.NO_CREW, "党小组没有对应的班组", "在名册里写上党小组管到的班组")
    yield from _sums(unit, below, tree, complete, gap)


def _sums(unit: Unit, below: list[Unit], tree: _Tree, complete: bool, gap: _Make) -> Iterator[Gap]:
    """Figures that do not add up; who has no figure at all is not said to be too few."""
    if unit.members <= 0:
        if unit.kind in (*_BRANCHES, UnitKind.PARTY_GROUP):
            yield gap(GapKind.NO_COUNT, "名册上没有党员数", "写上党员数，含预备党员")
        return
    added = tree.tally(unit).below
    if added is None:
        return
    if below:
        what = _BELOW.get(unit.kind, "下级")
        apart = abs(added - unit.members)
        if added > unit.members:
            text = f"{what}党员合计{added}人，比本级{unit.members}人多{apart}人"
            yield gap(GapKind.TOO_MANY, text, "核对党员是否重复编入，改正名册")
        elif added < unit.members and complete and all(u.members > 0 for u in below):
            text = f"{what}党员合计{added}人，比本级{unit.members}人少{apart}人"
            yield gap(GapKind.TOO_FEW, text, "核对哪些党员没有编入，编入后改正名册")
    elif added < unit.members:
        text = f"{unit.members}名党员中有{unit.members - added}人没有落到班组"
        yield gap(GapKind.UNPLACED, text, "把每名党员落实到班组，改正名册")


def _charges(ordered: Sequence[tuple[Unit, int, tuple[bool, ...]]], tree: _Tree) -> Iterator[Charge]:
    """Leaders in the order of the tree, each with the units they answer for themselves."""
    held: dict[str, list[Unit]] = {}
    for unit, _, _ in ordered:
        if unit.responsible_leader and unit.kind in PARTY:
            held.setdefault(unit.responsible_leader, []).append(unit)
    for leader, units in held.items():
        ids = {unit.id for unit in units}
        # A leader of a branch and of its groups answers for the crews there once.
        tops = [unit for unit in units if not _under(unit, ids, tree)]
        tallies = [tree.tally(unit) for unit in tops]
        yield Charge(
            leader=leader,
            units=tuple(unit.name for unit in tops),
            groups=sum(t.groups for t in tallies),
            crews=sum(t.crews for t in tallies),
            blank=sum(t.blank for t in tallies),
        )


def _under(unit: Unit, ids: set[str], tree: _Tree) -> bool:
    current, seen = unit, {unit.id}
    while (parent := tree.by_id.get(current.parent)) is not None and parent.id not in seen:
        if parent.id in ids:
            return True
        seen.add(parent.id)
        current = parent
    return False
