"""Reading the state: answers, findings, red lines and visits of a unit, from the fold of changes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import msgspec

from inspect_tui.model.change import answer_key, labelled_finding_key, parse_key, visit_key
from inspect_tui.model.checklist import Checklist, Item
from inspect_tui.model.round import Round
from inspect_tui.model.terms import (
    FindingKind,
    Profile,
    ReviewState,
    Scoring,
    Severity,
    Verdict,
    VisitResult,
)
from inspect_tui.model.view import Answer, Finding, Hit, Judgement, Note, Opinion, Review, Visit
from inspect_tui.rules.applicability import Reach
from inspect_tui.rules.applicability import profile_of as profile_of
from inspect_tui.rules.canonical import item_hash
from inspect_tui.rules.fold import Entry, State, is_blank
from inspect_tui.rules.joining import joined_together
from inspect_tui.rules.opinions import opinion_key
from inspect_tui.rules.sentences import award_sentence, bare_sentence, deduction_sentence

#: Label part of the finding that a verdict makes when no deduction was picked.
BARE = "*"
_UNJUDGED = Judgement()
#: What goes on without anyone visiting: ledger, grades, points, duties, bonuses, cards and pairs.
_NO_VISIT = ("rect/", "grade/", "points/", "recount/", "duties/", "bonus/", "card/", "adopt/", "pair/")


def judgement_of(value: Any) -> Judgement:
    """The judgement in a change value. Raises msgspec.ValidationError on a value that is none."""
    return msgspec.convert(value, Judgement)


def read_answer(state: State, unit: str, checklist: str, item: Item) -> Answer:
    """An item at a unit as it now reads."""
    key = answer_key(unit, checklist, item.id)
    if not state.has(key):
        # Most items of a round, most of the time.
        return unjudged(unit, checklist, item)
    opinions: dict[Hashable, Opinion] = {}
    entries = [e for e in state.live(key, "judgement") if not is_blank(e.value)]
    wording = item_hash(item) if entries else ""
    for entry in entries:
        opinion = Opinion(
            change=entry.change,
            writer=entry.writer,
            by=entry.by,
            at=entry.at,
            judgement=judgement_of(entry.value),
            decision=entry.decision,
        )
        said = opinion_key(entry.value)
        agreed = opinions.get(said)
        # Of agreeing opinions one on the present text speaks, so that a fresh look by one hand is enough.
        if agreed is None or (agreed.judgement.item != wording and opinion.judgement.item == wording):
            opinions[said] = opinion
    held = tuple(opinions.values())
    judgement = held[0].judgement if len(held) == 1 else Judgement()
    return Answer(
        unit=unit,
        checklist=checklist,
        item=item.id,
        judgement=judgement,
        opinions=held,
        notes=_notes(state, key),
        methods=tuple(state.elements(key, "method")),
        samples=tuple(state.elements(key, "sample")),
        stale=bool(judgement.item) and judgement.item != wording,
        returned=str(state.value(key, "returned", "")),
    )


def unjudged(unit: str, checklist: str, item: Item) -> Answer:
    """How an item reads on which nothing was recorded."""
    return Answer(unit=unit, checklist=checklist, item=item.id, judgement=_UNJUDGED)


def _notes(state: State, key: str) -> tuple[Note, ...]:
    texts: dict[str, Note] = {}
    for entry in state.live(key, "note"):
        if not is_blank(entry.value):
            texts.setdefault(str(entry.value), Note(by=entry.by, at=entry.at, text=str(entry.value)))
    return tuple(texts.values())


def findings_of_item(
    state: State, unit: str, checklist: str, item: Item, answer: Answer | None = None
) -> list[Finding]:
    """The problems an item's judgements make: one per picked label, one bare one where no label was picked.

    Under two opinions the problems of both are shown, marked contested, each with the higher count.
    `answer` spares reading it again.
    """
    answer = answer or read_answer(state, unit, checklist, item)
    found: dict[str, tuple[int, list[Opinion]]] = {}
    for opinion in answer.opinions:
        judgement = opinion.judgement
        if judgement.verdict not in (Verdict.PARTIAL, Verdict.FAIL):
            continue
        for label, count in _labels(item, judgement):
            most, opinions = found.get(label, (0, []))
            found[label] = (max(most, count), [*opinions, opinion])
    return [
        finding
        for label, (count, opinions) in found.items()
        if (finding := _made_finding(state, unit, checklist, item, label, count, opinions, answer.disputed))
    ]


def findings_of_judgement(
    state: State,
    unit: str,
    checklist: str,
    item: Item,
    judgement: Judgement,
    *,
    by: tuple[str, ...] = (),
    at: str = "",
) -> list[Finding]:
    """The problems one judgement would make if it stood alone: what each side of a quarrel would tell."""
    if judgement.verdict not in (Verdict.PARTIAL, Verdict.FAIL):
        return []
    opinion = Opinion(change="", writer="", by=by, at=at, judgement=judgement)
    return [
        finding
        for label, count in _labels(item, judgement)
        if (finding := _made_finding(state, unit, checklist, item, label, count, [opinion], False))
    ]


def _labels(item: Item, judgement: Judgement) -> list[tuple[str, int]]:
    if item.scoring is Scoring.AWARD and judgement.award:
        return [(judgement.award, 1)]
    if judgement.deductions:
        return [(picked.label, picked.count) for picked in judgement.deductions]
    return [(BARE, 1)]


def _made_finding(
    state: State,
    unit: str,
    checklist: str,
    item: Item,
    label: str,
    count: int,
    opinions: list[Opinion],
    contested: bool,
) -> Finding | None:
    key = labelled_finding_key(unit, checklist, item.id, label)
    first = opinions[0]
    missing = any(o.judgement.missing for o in opinions) and label == BARE
    kind, severity = FindingKind.DEFICIENCY, item.severity
    if deduction := item.deduction(label):
        text, missing = deduction_sentence(deduction, count), deduction.missing
        severity = deduction.severity or item.severity
        if deduction.suggestion:
            kind = FindingKind.SUGGESTION
    elif award := item.award(label):
        text, missing = award_sentence(item, award), award.missing
        severity = award.severity or item.severity
    elif label == BARE:
        text = bare_sentence(item, first.judgement.verdict, missing)
    else:
        text = f"{label}（清单现已没有这一扣分项）"
    if any(o.judgement.missing for o in opinions) and len(opinions[0].judgement.deductions) <= 1:
        missing = True
    # Most findings are as the judgement made them, and there are very many.
    touched = state.has(key)
    edited = state.value(key, "text") if touched else None
    return Finding(
        key=key,
        unit=unit,
        kind=kind,
        text=str(edited or text),
        checklist=checklist,
        item=item.id,
        label=label,
        severity=_severity(state.value(key, "severity"), severity) if touched else severity,
        missing=missing,
        fixed_on_site=touched and bool(state.value(key, "fixed_on_site")),
        referred=touched and bool(state.value(key, "referred")),
        edited=bool(edited),
        contested=contested,
        by=tuple(dict.fromkeys(name for o in opinions for name in o.by)),
        at=first.at,
        changes=tuple(o.change for o in opinions),
    )


def free_findings(state: State, unit: str) -> list[Finding]:
    """Findings typed by hand at a unit: problems, good practices, suggestions; deleted ones left out."""
    found = []
    for key in state.records(unit):
        address = parse_key(key) if key.startswith("finding/") else None
        if address is None or address.item or state.deleted(key):
            continue
        entries = [e for e in state.live(key, "text") if not is_blank(e.value)]
        if not entries:
            continue
        first = entries[0]
        found.append(
            Finding(
                key=key,
                unit=unit,
                kind=_member(FindingKind, state.value(key, "kind"), FindingKind.DEFICIENCY),
                text=str(first.value),
                checklist=str(state.value(key, "checklist", "")),
                item=str(state.value(key, "item", "")),
                severity=_severity(state.value(key, "severity"), Severity.MINOR),
                missing=bool(state.value(key, "missing")),
                fixed_on_site=bool(state.value(key, "fixed_on_site")),
                referred=bool(state.value(key, "referred")),
                contested=len({str(e.value) for e in entries}) > 1,
                by=first.by,
                at=first.at,
                changes=tuple(e.change for e in entries),
            )
        )
    return found


def findings_of_unit(
    state: State,
    round_: Round,
    unit: str,
    checklists: list[Checklist],
    answers: Mapping[tuple[str, str], Answer] | None = None,
) -> list[Finding]:
    """All findings of a unit: those its judgements make in checklist order, then those typed by hand.

    Findings that the lead joined stand once. Only items that have a record are read, so the work follows
    what was found, not the checklist's length. `answers` by checklist and item spare reading them again.
    """
    return joined_together(state, separate_findings(state, round_, unit, checklists, answers))


def separate_findings(
    state: State,
    round_: Round,
    unit: str,
    checklists: list[Checklist],
    answers: Mapping[tuple[str, str], Answer] | None = None,
) -> list[Finding]:
    """All findings of a unit as each was made, whatever was joined.

    What an item makes that does not apply here goes with it; what people typed stays.
    """
    known = {c.id: (rank, _places(c)) for rank, c in enumerate(checklists)}

    def place(checklist: str, item: str) -> tuple[int, int]:
        rank, places = known.get(checklist, (0, {}))
        return (rank, places[item][0]) if item in places else (len(known), 0)

    judged = {
        (address.checklist, address.item)
        for key in state.records(unit)
        if key.startswith("answer/") and (address := parse_key(key)) and address.checklist in known
        if address.item in known[address.checklist][1]
    }
    read = answers or {}
    held = round_.unit(unit)
    reaches = {c.id: Reach(state, round_, held, c) for c in checklists} if judged and held else {}
    made = [
        finding
        for checklist, item in sorted(judged, key=lambda pair: place(*pair))
        if checklist not in reaches or reaches[checklist].covers(item)
        for finding in findings_of_item(
            state, unit, checklist, known[checklist][1][item][1], read.get((checklist, item))
        )
    ]
    typed = sorted(free_findings(state, unit), key=lambda f: (place(f.checklist, f.item), f.at, f.key))
    return made + typed


_known_places: dict[int, tuple[Checklist, dict[str, tuple[int, Item]]]] = {}


def _places(checklist: Checklist) -> dict[str, tuple[int, Item]]:
    """Where each item stands in a checklist. Kept, because screens ask after every key."""
    held = _known_places.get(id(checklist))
    if held is None or held[0] is not checklist:
        if len(_known_places) >= 32:
            _known_places.clear()
        held = (checklist, {item.id: (place, item) for place, item in enumerate(checklist.items())})
        _known_places[id(checklist)] = held
    return held[1]


def read_hits(state: State, unit: str) -> list[Hit]:
    """Red lines, vetoes and alerts recorded at a unit, by key: arrival differs from laptop to laptop."""
    hits = []
    for key in sorted(key for key in state.records(unit) if key.startswith("trigger/")):
        address = parse_key(key)
        if address is None:
            continue
        for entry in state.live(key, "hit"):
            if not is_blank(entry.value):
                fact = str(entry.value.get("fact", "")) if isinstance(entry.value, dict) else ""
                hits.append(
                    Hit(
                        key=key,
                        unit=unit,
                        checklist=address.checklist,
                        trigger=address.item,
                        fact=fact,
                        by=entry.by,
                        at=entry.at,
                    )
                )
                break
    return hits


def read_visit(state: State, unit: str) -> Visit:
    """The visit to a unit as it now reads; a unit never visited reads as an empty visit."""
    key = visit_key(unit)
    review = review_of(state, unit)
    entries = state.live(key, "submitted")
    if review.state is ReviewState.RETURNED:
        # Only who had seen the return has answered it; an older submission that arrives late has not.
        entries = [e for e in entries if review.change in e.saw]
    submitted = _first(entries)
    profile = state.value(key, "profile")
    return Visit(
        unit=unit,
        date=str(state.value(key, "date", "")),
        result=_member(VisitResult, state.value(key, "result"), VisitResult.VISITED),
        reason=str(state.value(key, "reason", "")),
        counterpart=str(state.value(key, "counterpart", "")),
        inspectors=tuple(state.elements(key, "inspector")),
        present=tuple(state.elements(key, "present")),
        profile=_member(Profile, profile, None) if profile else None,
        submitted=submitted is not None,
        submitted_at=submitted.at if submitted else "",
        submitted_by=submitted.by if submitted else (),
        confirmed_by=str(state.value(key, "confirmed_by", "")),
        objection=str(state.value(key, "objection", "")),
        reopened=str(state.value(key, "reopened", "")),
        started=is_started(state, unit),
        review=review,
    )


def review_of(state: State, unit: str) -> Review:
    """What the lead said about a unit's visit: accepted, returned, or neither."""
    entry = _first(state.live(visit_key(unit), "review"))
    if entry is None or not isinstance(entry.value, dict):
        return Review()
    return Review(
        state=_member(ReviewState, entry.value.get("state"), ReviewState.OPEN),
        reason=str(entry.value.get("reason") or ""),
        by=entry.by,
        at=entry.at,
        change=entry.change,
    )


def is_started(state: State, unit: str) -> bool:
    """Whether anything stands recorded at a unit; what was undone or emptied again does not start a visit."""
    return any(
        not is_blank(entry.value)
        for record in state.records(unit)
        if not record.startswith(_NO_VISIT)
        for field in state.fields(record)
        for entry in state.live(record, field)
    )


def _first(entries: list[Entry]) -> Entry | None:
    return next((e for e in entries if not is_blank(e.value)), None)


def _severity(value: Any, default: Severity) -> Severity:
    member: Severity = _member(Severity, value, default)
    return member


def _member(kind: Any, value: Any, default: Any) -> Any:
    try:
        return kind(value) if value else default
    except ValueError:
        return default
