"""Outline: what a visit or a round has to tell, selected once for every text, table and screen.

Summary, 通报 and JSON all render the same outline, so their figures cannot differ. It names units and holds
every text as it was recorded; what a reader may see is the renderer's business.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from inspect_tui.model.change import ROUND_KEY
from inspect_tui.model.checklist import Checklist, Item, Section
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.terms import FindingKind, Profile, UnitKind, Verdict, VisitResult
from inspect_tui.model.view import Answer, Finding, Hit, UnitScore, Visit
from inspect_tui.report.zh_numbers import count_range, parse_date
from inspect_tui.rules.applicability import inspected_units
from inspect_tui.rules.fold import State
from inspect_tui.rules.reading import BARE, findings_of_unit, read_hits, read_visit
from inspect_tui.rules.result import Result, unit_result
from inspect_tui.rules.sheet import Tally, UnitSheet
from inspect_tui.rules.withholding import CONTESTED, RED_LINED, REFERRED, why_withheld

if TYPE_CHECKING:
    from inspect_tui.rules.practices import CardNow


class SectionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One section of a checklist at one unit: progress, points, problems."""

    checklist: str
    id: str
    name: str
    short: str
    items: int
    answered: int
    raw: Decimal
    applicable: Decimal
    score: Decimal | None
    problems: int


class UnitDigest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the texts say about one unit.

    `result` is the score every output prints; `total` holds the sums it starts from.
    `problems`, `good`, `suggestions` are what may be told; `contested`, `referred` and `red_lined` hold
    the problems kept out of every notice, `hits` the red lines, vetoes and alerts themselves.
    """

    unit: Unit
    path: str
    profile: Profile
    visit: Visit
    items: int
    answered: int
    verdicts: dict[str, int]
    total: Tally
    coverage: Decimal
    result: Result
    scores: tuple[UnitScore, ...]
    sections: tuple[SectionLine, ...]
    answers: tuple[tuple[Checklist, Section, Item, Answer], ...]
    problems: tuple[Finding, ...]
    good: tuple[Finding, ...]
    suggestions: tuple[Finding, ...]
    contested: tuple[Finding, ...]
    referred: tuple[Finding, ...]
    red_lined: tuple[Finding, ...]
    hits: tuple[Hit, ...]

    @property
    def checked(self) -> int:
        """Items with a verdict on them; 不适用, 未能核实 and two opinions are not among them."""
        return sum(self.verdicts[v.value] for v in (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL))

    @property
    def score(self) -> Decimal | None:
        """The final score; None where there is none to tell (不计分, 未开始, 未能进点)."""
        return self.result.score

    @property
    def told(self) -> bool:
        """Whether the unit was visited and anything was recorded there."""
        return self.visit.started and self.visit.result is VisitResult.VISITED


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Figures over the units of an outline that were visited; every output prints these very numbers."""

    units: int
    visited: int
    submitted: int
    not_reached: int
    untouched: int
    items: int
    answered: int
    checked: int
    passed: int
    na: int
    unverified: int
    disputed: int
    problems: int
    missing: int
    fixed: int
    good: int
    suggestions: int
    contested: int
    referred: int
    red_lined: int
    hits: int


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One problem or good practice, with every unit where it was found.

    `text` is the sentence with the span of counts where units differ (缺1至3个月). `peers` counts the
    visited units that the item was for: what 少数 and 多数 are measured against. `key` stays the same while
    the point is about the same thing, whatever units it is found in.
    """

    heading: str
    text: str
    units: tuple[Unit, ...]
    records: tuple[str, ...]
    findings: tuple[Finding, ...]
    peers: int
    checklist: str = ""
    item: str = ""
    key: str = ""

    @property
    def fixed(self) -> int:
        """In how many of the findings it was put right on the spot."""
        return sum(f.fixed_on_site for f in self.findings)

    @property
    def missing(self) -> bool:
        return any(f.missing for f in self.findings)


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to tell. `single` is set when it is about one unit's visit.

    `people` tells the names of persons that the round knows, to whoever must take them out. `seal` is the
    code of a frozen round (封存码) while its seal is whole, `frozen` the freeze in a line, whole or broken.
    `cards` are the good practices that spread, for whole rounds only.
    """

    round: Round
    units: tuple[UnitDigest, ...]
    totals: Totals
    problems: tuple[Point, ...]
    good: tuple[Point, ...]
    suggestions: tuple[Point, ...]
    first_day: dt.date | None
    last_day: dt.date | None
    people: Callable[[], frozenset[str]] = frozenset
    single: bool = False
    seal: str = ""
    frozen: str = ""
    cards: tuple[CardNow, ...] = ()

    @property
    def visited(self) -> list[UnitDigest]:
        """The units that were reached and have records."""
        return [d for d in self.units if d.told]


def compile_visit(state: State, round_: Round, unit_id: str, people: Iterable[str] = ()) -> Outline:
    """Outline of one unit's visit. Raises KeyError for a unit that is not in the round.

    `people` are further names of persons, such as those of the whole roster: a round freezes only its own
    units, and a text must not carry the others' names either.
    """
    return _compile(state, round_, [_known(round_, unit_id)], people, single=True)


def compile_round(
    state: State, round_: Round, unit_ids: list[str] | None = None, people: Iterable[str] = ()
) -> Outline:
    """Outline of a whole round, or of some of its units. Raises KeyError for an unknown unit."""
    units = inspected_units(round_) if unit_ids is None else [_known(round_, u) for u in unit_ids]
    return _compile(state, round_, units, people, single=False)


def without(outline: Outline, findings: Iterable[str]) -> Outline:
    """The outline with some findings not told. The figures stay: they are what was found."""
    gone = set(findings)
    if not gone:
        return outline

    def kept(found: tuple[Finding, ...]) -> tuple[Finding, ...]:
        return tuple(f for f in found if f.key not in gone)

    visited = [
        msgspec.structs.replace(
            d, problems=kept(d.problems), good=kept(d.good), suggestions=kept(d.suggestions)
        )
        for d in outline.visited
    ]
    return msgspec.structs.replace(
        outline,
        problems=_points(outline.round, visited, "problems"),
        good=_points(outline.round, visited, "good"),
        suggestions=_points(outline.round, visited, "suggestions"),
    )


def under(round_: Round, unit_id: str) -> list[str]:
    """Ids of the inspected units that are this organisation or stand under it. Raises KeyError."""
    _known(round_, unit_id)
    above = {unit.id: unit.parent for unit in round_.units}
    found = []
    for unit in inspected_units(round_):
        current, seen = unit.id, set[str]()
        while current and current not in seen:
            if current == unit_id:
                found.append(unit.id)
                break
            seen.add(current)
            current = above.get(current, "")
    return found


def _known(round_: Round, unit_id: str) -> Unit:
    unit = round_.unit(unit_id)
    if unit is None:
        raise KeyError(unit_id)
    return unit


def _compile(
    state: State, round_: Round, units: list[Unit], people: Iterable[str], *, single: bool
) -> Outline:
    digests = tuple(digest_unit(state, round_, unit) for unit in units)
    visited = [d for d in digests if d.told]
    days = sorted(day for d in visited or digests if (day := parse_date(d.visit.date)))
    seal, frozen = _freeze(state, round_)
    return Outline(
        round=round_,
        units=digests,
        totals=_totals(digests, visited),
        problems=_points(round_, visited, "problems"),
        good=_points(round_, visited, "good"),
        suggestions=_points(round_, visited, "suggestions"),
        first_day=days[0] if days else parse_date(round_.period.start),
        last_day=days[-1] if days else parse_date(round_.period.end),
        people=_people(state, round_, people),
        single=single,
        seal=seal,
        frozen=frozen,
        cards=() if single else _cards(state, round_),
    )


def _people(state: State, round_: Round, more: Iterable[str]) -> Callable[[], frozenset[str]]:
    """What finds the names: only texts that go to others take them out, so they are looked for when asked."""
    words = tuple(more)

    @functools.cache
    def found() -> frozenset[str]:
        from inspect_tui.report.names import names_in, people_of

        return frozenset(people_of(round_, state)) | {n for word in words for n in names_in(word)}

    return found


def _freeze(state: State, round_: Round) -> tuple[str, str]:
    if not state.fields(ROUND_KEY):
        return "", ""
    from inspect_tui.rules.sealing import read_freeze

    held = read_freeze(state, round_)
    return (held.short if held.whole else "", held.text()) if held is not None else ("", "")


def _cards(state: State, round_: Round) -> tuple[CardNow, ...]:
    written = (record for unit in round_.units for record in state.records(unit.id))
    if not round_.cards and not any(record.startswith("card/") for record in written):
        return ()
    from inspect_tui.rules.practices import cards_of

    return tuple(cards_of(state, round_))


# -------------------------------------------------------------------- one unit


def digest_unit(state: State, round_: Round, unit: Unit) -> UnitDigest:
    """Everything the texts say about one unit."""
    sheet = UnitSheet(state, round_, unit.id)
    answers = {(row.checklist.id, row.item.id): a for row, a in zip(sheet.rows, sheet.answers, strict=True)}
    findings = findings_of_unit(state, round_, unit.id, sheet.checklists, answers)
    held: dict[str, list[Finding]] = {CONTESTED: [], REFERRED: [], RED_LINED: []}
    told: dict[FindingKind, list[Finding]] = {kind: [] for kind in FindingKind}
    for finding in findings:
        (held[why] if (why := why_withheld(round_, finding)) else told[finding.kind]).append(finding)
    problems = told[FindingKind.DEFICIENCY]
    scores = tuple(sheet.unit_scores())
    result = unit_result(sheet, list(scores))
    disputed = sum(s.disputed for s in scores)
    verdicts = {verdict.value: count for verdict, count in sheet.verdicts.items()}
    return UnitDigest(
        unit=unit,
        path=unit_path(round_, unit),
        profile=sheet.profile,
        visit=read_visit(state, unit.id),
        items=sheet.total.items,
        answered=sheet.total.answered,
        verdicts=verdicts | {"disputed": disputed},
        total=sheet.total,
        coverage=result.coverage,
        result=result,
        scores=scores,
        sections=_section_lines(sheet, problems),
        answers=tuple(
            (row.checklist, row.section, row.item, answer)
            for row, answer in zip(sheet.rows, sheet.answers, strict=True)
        ),
        problems=tuple(problems),
        good=tuple(told[FindingKind.GOOD_PRACTICE]),
        suggestions=tuple(told[FindingKind.SUGGESTION]),
        contested=tuple(held[CONTESTED]),
        referred=tuple(held[REFERRED]),
        red_lined=tuple(held[RED_LINED]),
        hits=tuple(read_hits(state, unit.id)),
    )


def unit_path(round_: Round, unit: Unit) -> str:
    """A unit with what stands above it, without the topmost: 东沟作业区党总支/东沟一支部/东沟第2党小组."""
    names, seen, current = [unit.name], {unit.id}, unit
    while current.parent and (above := round_.unit(current.parent)) and above.id not in seen:
        seen.add(above.id)
        if above.kind in (UnitKind.COMPANY, UnitKind.COMMITTEE):
            break
        names.append(above.name)
        current = above
    return "/".join(reversed(names))


def branch_of(round_: Round, unit: Unit) -> Unit | None:
    """The branch a group or station stands under, if it has one."""
    seen, current = {unit.id}, unit
    while current.parent and (above := round_.unit(current.parent)) and above.id not in seen:
        if above.kind in (UnitKind.BRANCH, UnitKind.JOINT_BRANCH):
            return above
        seen.add(above.id)
        current = above
    return None


def _section_lines(sheet: UnitSheet, problems: list[Finding]) -> tuple[SectionLine, ...]:
    lines = []
    for checklist in sheet.checklists:
        for section in checklist.sections:
            tally = sheet.by_section.get((checklist.id, section.id))
            if tally is None:
                continue
            ids = {item.id for item in section.items}
            lines.append(
                SectionLine(
                    checklist=checklist.id,
                    id=section.id,
                    name=section.name,
                    short=section.short_name,
                    items=tally.items,
                    answered=tally.answered,
                    raw=tally.raw,
                    applicable=tally.applicable,
                    score=tally.score,
                    problems=sum(f.checklist == checklist.id and f.item in ids for f in problems),
                )
            )
    return tuple(lines)


# -------------------------------------------------------------------- over units


def _totals(digests: tuple[UnitDigest, ...], visited: list[UnitDigest]) -> Totals:
    def over(verdict: str) -> int:
        return sum(d.verdicts[verdict] for d in visited)

    problems = [f for d in visited for f in d.problems]
    return Totals(
        units=len(digests),
        visited=len(visited),
        submitted=sum(d.visit.submitted for d in visited),
        not_reached=sum(d.visit.not_reached for d in digests),
        untouched=sum(not d.visit.started for d in digests),
        items=sum(d.items for d in visited),
        answered=sum(d.answered for d in visited),
        checked=sum(d.checked for d in visited),
        passed=over("pass"),
        na=over("na"),
        unverified=over("unverified"),
        disputed=over("disputed"),
        problems=len(problems),
        missing=sum(f.missing for f in problems),
        fixed=sum(f.fixed_on_site for f in problems),
        good=sum(len(d.good) for d in visited),
        suggestions=sum(len(d.suggestions) for d in visited),
        contested=sum(len(d.contested) for d in visited),
        referred=sum(len(d.referred) for d in visited),
        red_lined=sum(len(d.red_lined) for d in visited),
        hits=sum(len(d.hits) for d in visited),
    )


def _points(round_: Round, visited: list[UnitDigest], which: str) -> tuple[Point, ...]:
    """Findings of one kind, the same problem over units in one point, in checklist order."""
    groups: dict[tuple[str, str, str], list[tuple[UnitDigest, Finding]]] = {}
    for digest in visited:
        for finding in getattr(digest, which):
            groups.setdefault(_fold_key(finding), []).append((digest, finding))
    order = {
        (c.id, item.id): place
        for place, (c, item) in enumerate((c, i) for c in round_.checklists for i in c.items())
    }
    peers = Counter((c.id, item.id) for d in visited for c, _, item, _ in d.answers)
    points = []
    for fold, members in groups.items():
        first = members[0][1]
        units = {d.unit.id: d.unit for d, _ in members}
        points.append(
            Point(
                heading=section_name(round_, first.checklist, first.item),
                text=_shared_text(round_, members),
                units=tuple(units.values()),
                records=tuple(f.key for _, f in members),
                findings=tuple(f for _, f in members),
                peers=max(peers[(first.checklist, first.item)] if first.item else len(visited), len(units)),
                checklist=first.checklist,
                item=first.item,
                key="/".join(fold) if fold[2].startswith("label/") else min(f.key for _, f in members),
            )
        )
    return tuple(sorted(points, key=lambda p: order.get((p.checklist, p.item), len(order))))


def _fold_key(finding: Finding) -> tuple[str, str, str]:
    """The same labelled problem is one point whatever its count; words typed by hand only when equal."""
    if finding.label and finding.label != BARE and not finding.edited:
        return finding.checklist, finding.item, "label/" + finding.label
    return finding.checklist, finding.item, "text/" + "".join(finding.text.split())


def _shared_text(round_: Round, members: list[tuple[UnitDigest, Finding]]) -> str:
    """The sentence for all members; counts that differ become a span (缺1至3个月)."""
    first = members[0][1]
    item = round_.item(first.checklist, first.item)
    deduction = item.deduction(first.label) if item and not first.edited else None
    if deduction is None or "{n}" not in deduction.sentence:
        return first.text
    wanted = (first.checklist, first.item)
    counts = [
        answer.judgement.count(first.label)
        for digest, _ in members
        for checklist, _, row_item, answer in digest.answers
        if (checklist.id, row_item.id) == wanted and answer.judgement.count(first.label)
    ]
    return deduction.sentence.replace("{n}", count_range(counts)) if counts else first.text


def section_name(round_: Round, checklist_id: str, item_id: str) -> str:
    """The short name of the section an item stands in; 其他 for a finding without one."""
    checklist = round_.checklist(checklist_id)
    for section in checklist.sections if checklist else ():
        if any(item.id == item_id for item in section.items):
            return section.short_name
    return "其他"
