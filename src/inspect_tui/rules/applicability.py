"""Which checklists and items a unit is judged on: the one answer that every list, count and score uses.

An item applies where its section's and its own profile, unit kind and tags fit the unit and every condition
on another answer holds. Only a known conclusion takes an item away: as long as the other item is unanswered,
under two opinions or 未能核实, the item stays and must be checked, so that nobody makes a sheet shorter, or a
score better, by leaving something open. An item that does not apply itself counts as 不适用 for the
conditions on it. The answer to an item that no longer applies is kept and counts again when it does.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from inspect_tui.model.change import answer_key, visit_key
from inspect_tui.model.checklist import ANY, Checklist, Item, Section, When
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Profile, UnitKind, Verdict
from inspect_tui.rules.fold import State, is_blank
from inspect_tui.rules.opinions import opinion_key

#: What stands recorded on an item: verdict and own answer; None while nobody can say.
Said = tuple[Verdict, str] | None


def checklists_for(round_: Round, unit: Unit) -> list[Checklist]:
    """The round's checklists that are made for this kind of unit."""
    return [c for c in round_.checklists if unit.kind in c.unit_kinds]


def inspected_units(round_: Round) -> list[Unit]:
    """The units the round visits, in roster order: those of its teams, else all that a checklist fits.

    A unit that is only there because it stands above a visited one is not among them.
    """
    named = {unit for team in round_.teams for unit in team.units}
    return [u for u in round_.units if checklists_for(round_, u) and (not named or u.id in named)]


def profile_of(state: State, round_: Round, unit_id: str) -> Profile:
    """The profile a unit is judged under: the one put right on site, else the frozen one."""
    value = state.value(visit_key(unit_id), "profile")
    unit = round_.unit(unit_id)
    held = unit.profile if unit else Profile.GENERAL
    try:
        return Profile(value) if value else held
    except ValueError:
        return held


# -------------------------------------------------------------------- by what the unit is


class Scope(msgspec.Struct, frozen=True):
    """What of a unit decides whether items are for it, apart from answers."""

    profile: Profile
    kind: UnitKind
    tags: tuple[str, ...] = ()


def applies(part: Item | Section, profile: Profile) -> bool:
    """Whether an item or section is for units of this profile."""
    return ANY in part.applies_to or profile.value in part.applies_to


def fits(part: Item | Section, scope: Scope) -> bool:
    """Whether an item or section is for such a unit, whatever is answered."""
    return (
        applies(part, scope.profile)
        and (not part.unit_kinds or scope.kind in part.unit_kinds)
        and (not part.tags or not set(part.tags).isdisjoint(scope.tags))
    )


def items_for(checklist: Checklist, profile: Profile) -> list[tuple[Section, Item]]:
    """The items that units of a profile may meet, in order, each with its section.

    For authors and for papers printed before the visit; what one unit is judged on says `items_of`.
    """
    return [
        (s, item)
        for s in checklist.sections
        if applies(s, profile)
        for item in s.items
        if applies(item, profile)
    ]


# -------------------------------------------------------------------- by what is answered


class _Plan:
    """The conditions of a checklist laid out once: which items have any, in an order that knows them all."""

    def __init__(self, checklist: Checklist) -> None:
        self.checklist = checklist
        self.ids = frozenset(item.id for section in checklist.sections for item in section.items)
        self.when: dict[str, tuple[When, ...]] = {
            item.id: (*section.when, *item.when)
            for section in checklist.sections
            for item in section.items
            if section.when or item.when
        }
        self._next: dict[str, list[str]] = {}
        for gated, whens in self.when.items():
            for asked in dict.fromkeys(w.item for w in whens):
                self._next.setdefault(asked, []).append(gated)
        self.order = tuple(_in_order(self.when, self._next))
        self._rank = {item: rank for rank, item in enumerate(self.order)}
        self._after: dict[str, tuple[str, ...]] = {}
        self._fitting: dict[Scope, frozenset[str]] = {}

    def after(self, item: str) -> tuple[str, ...]:
        """Every item that may come or go with an item's answer, each behind those it depends on."""
        if item not in self._next:
            return ()
        held = self._after.get(item)
        if held is None:
            met = {item}
            left = [item]
            while left:
                fresh = [gated for gated in self._next.get(left.pop(), ()) if gated not in met]
                met.update(fresh)
                left += fresh
            if len(self._after) >= 256:
                self._after.clear()
            held = self._after[item] = tuple(sorted(met - {item}, key=lambda gated: self._rank[gated]))
        return held

    def fitting(self, scope: Scope) -> frozenset[str]:
        """The ids of the items that are for such a unit."""
        held = self._fitting.get(scope)
        if held is None:
            if len(self._fitting) >= 64:
                self._fitting.clear()
            sections = [section for section in self.checklist.sections if fits(section, scope)]
            held = frozenset(i.id for section in sections for i in section.items if fits(i, scope))
            self._fitting[scope] = held
        return held

    def rows(self) -> Iterator[tuple[Section, Item]]:
        """Every item in order, each with its section."""
        return ((section, item) for section in self.checklist.sections for item in section.items)


def _in_order(when: dict[str, tuple[When, ...]], following: dict[str, list[str]]) -> Iterator[str]:
    """Items with conditions, each behind those it depends on; a ring, which checking refuses, comes last."""
    waits = {item: len({w.item for w in whens} & when.keys()) for item, whens in when.items()}
    ready = [item for item, count in waits.items() if not count]
    for item in ready:
        yield item
        for gated in following.get(item, ()):
            waits[gated] -= 1
            if not waits[gated]:
                ready.append(gated)
    yield from (item for item, count in waits.items() if count > 0)


_plans: dict[int, _Plan] = {}


def _plan_of(checklist: Checklist) -> _Plan:
    """The plan of a checklist. Kept, because screens ask after every key."""
    held = _plans.get(id(checklist))
    if held is None or held.checklist is not checklist:
        if len(_plans) >= 32:
            _plans.clear()
        held = _plans[id(checklist)] = _Plan(checklist)
    return held


def said_of(state: State, unit: str, checklist: str, item: str) -> Said:
    """Verdict and own answer recorded on an item; None for unanswered and for two opinions."""
    key = answer_key(unit, checklist, item)
    if not state.has(key):
        return None
    said = {opinion_key(e.value): e.value for e in state.live(key, "judgement") if not is_blank(e.value)}
    if len(said) != 1:
        return None
    value = next(iter(said.values()))
    if not isinstance(value, dict):
        return None
    try:
        verdict = Verdict(value.get("verdict", "pending"))
    except ValueError:
        return None
    return None if verdict is Verdict.PENDING else (verdict, str(value.get("award", "")))


def holds(when: When, said: Said) -> bool:
    """Whether a condition lets its item be checked; it does while the other item is not known."""
    if said is None:
        return True
    verdict, answer = said
    met = verdict in when.verdict or (bool(answer) and answer in when.answer)
    return met or verdict is Verdict.UNVERIFIED


class Reach:
    """The items of one checklist that apply to one unit, kept up as answers change."""

    def __init__(
        self, state: State, round_: Round, unit: Unit, checklist: Checklist, profile: Profile | None = None
    ) -> None:
        self.unit, self.checklist = unit, checklist
        self.profile = profile or profile_of(state, round_, unit.id)
        self._plan = _plan_of(checklist)
        self._fitting = self._plan.fitting(Scope(self.profile, unit.kind, unit.tags))
        self._off: set[str] = set()
        self._decide(state, self._plan.order)

    def _decide(self, state: State, items: tuple[str, ...]) -> bool:
        """Look at conditions again; returns whether an item came or went."""
        moved = False
        for item in items:
            off = not all(self._holds(state, w) for w in self._plan.when[item])
            if off != (item in self._off):
                self._off ^= {item}
                moved = moved or item in self._fitting
        return moved

    def _holds(self, state: State, when: When) -> bool:
        if when.item not in self._plan.ids:
            # A condition on what the checklist does not have must not hide anything.
            return True
        if not self.covers(when.item):
            return holds(when, (Verdict.NA, ""))
        return holds(when, said_of(state, self.unit.id, self.checklist.id, when.item))

    def covers(self, item: str) -> bool:
        """Whether an item applies to the unit as things stand."""
        return item in self._fitting and item not in self._off

    def changed(self, state: State, item: str) -> bool:
        """Take note of a new answer to an item; returns whether other items came or went by it."""
        return self._decide(state, self._plan.after(item))

    def parts(self) -> Iterator[tuple[Section, list[Item]]]:
        """The items that apply, in order, by section; a section without any is left out."""
        fitting, off = self._fitting, self._off
        for section in self.checklist.sections:
            items = [item for item in section.items if item.id in fitting and item.id not in off]
            if items:
                yield section, items

    def items(self) -> list[tuple[Section, Item]]:
        """The items that apply, in order, each with its section."""
        return [(section, item) for section, items in self.parts() for item in items]

    def others(self) -> list[tuple[Section, Item]]:
        """The items that do not apply, in order."""
        return [row for row in self._plan.rows() if not self.covers(row[1].id)]

    def why_not(self, item: str) -> str:
        """Why an item does not apply to the unit; empty when it does."""
        section, found = next(row for row in self._plan.rows() if row[1].id == item)
        for part, called in ((found, "这一项"), (section, "这个大项")):
            if not applies(part, self.profile):
                return f"{called}不用于{self.profile.label}的单位"
            if part.unit_kinds and self.unit.kind not in part.unit_kinds:
                return f"{called}不用于{self.unit.kind.label}"
            if part.tags and set(part.tags).isdisjoint(self.unit.tags):
                return f"{called}只用于有标签“{'、'.join(part.tags)}”的单位"
        if item in self._off:
            return f"{'，并且'.join(when_words(w) for w in self._plan.when[item])}才检查这一项"
        return ""


def items_of(state: State, round_: Round, unit: Unit, checklist: Checklist) -> list[tuple[Section, Item]]:
    """The items of a checklist that a unit is judged on as things stand, in order, each with its section."""
    return Reach(state, round_, unit, checklist).items()


def hanging(checklist: Checklist) -> frozenset[str]:
    """The items that hang together by conditions: those that have any, and those they ask about."""
    plan = _plan_of(checklist)
    return frozenset(plan.when) | frozenset(w.item for whens in plan.when.values() for w in whens)


def conditions_of(checklist: Checklist, item: str) -> tuple[When, ...]:
    """The conditions on an item, its section's first."""
    return _plan_of(checklist).when.get(item, ())


def when_words(when: When) -> str:
    """A condition in words: GW-01为“符合”或“基本符合”."""
    return f"{when.item}为{wanted_words(when)}"


def wanted_words(when: When) -> str:
    """What a condition asks the other item to be: “符合”或“基本符合”."""
    said = [verdict.label for verdict in when.verdict] + list(when.answer)
    return "或".join(f"“{word}”" for word in dict.fromkeys(said))
