"""Questions: what hands differ on, worst first and side by side; only the lead can settle them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

import msgspec

from inspect_tui.model.change import Address, parse_key
from inspect_tui.model.checklist import Item
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Method, Scoring, Severity, TriggerEffect, Verdict
from inspect_tui.model.view import Answer, Finding, Judgement, Note
from inspect_tui.rules.applicability import Reach
from inspect_tui.rules.canonical import canonical, digest, item_hash
from inspect_tui.rules.fold import Entry, State, is_blank
from inspect_tui.rules.lifecycle import read_step
from inspect_tui.rules.matter import (
    field_words,
    item_of,
    record_words,
    unit_name,
    value_words,
)
from inspect_tui.rules.opinions import opinion_key
from inspect_tui.rules.problems import STEP, problems_of
from inspect_tui.rules.reading import (
    findings_of_item,
    findings_of_judgement,
    free_findings,
    judgement_of,
    read_answer,
)
from inspect_tui.rules.scoring import ZERO, item_score

#: Fields whose differing values all stay and are nobody's quarrel: reasons given by several people.
_NOT_ASKED = {"reopened", "returned", "frozen", "same_as", "carried_to", "drawn"}
_WEIGHT = {severity: weight for weight, severity in enumerate(Severity)}
#: What shapes a whole visit is asked before any single item.
_SHAPING = {"profile": 0, "result": 1}


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the values that stand against each other, with whose it is and what it rests on.

    `text` is the value in words. `methods` and `samples` are those this side's people noted, `findings` the
    problems its judgement makes and those its people typed on the item. `points` is what the item would
    give; None where it would not count.
    """

    value: Any
    text: str
    by: tuple[str, ...]
    at: str
    changes: tuple[str, ...]
    reason: str = ""
    decision: str = ""
    methods: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    findings: tuple[Finding, ...] = ()
    points: Decimal | None = None
    stale: bool = False


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A matter only the lead can settle: which record and field, the sides, and what they agree on.

    `id` is short and stays the same while the question stands as it is. `stake` is how many points hang on
    the answer.
    """

    id: str
    record: str
    field: str
    unit: str
    unit_name: str
    about: str
    matter: str
    sides: tuple[Side, ...]
    agreed: tuple[str, ...] = ()
    checklist: str = ""
    item: str = ""
    section: str = ""
    severity: Severity = Severity.MINOR
    grave: bool = False
    stake: Decimal = ZERO


# -------------------------------------------------------------------- what stands open


def questions(state: State, round_: Round) -> list[Question]:
    """Everything that stands open, worst first: red lines, then by severity and points at stake, the rest.

    Notes that differ are all kept and never asked about. Differences on what does not show, such as the
    wording of a finding that is gone, are not asked either.
    """
    found = []
    units = {unit.id: place for place, unit in enumerate(round_.units)}
    for record, field, entries in state.questions():
        address = parse_key(record)
        if address is None or field in _NOT_ASKED or address.unit not in units:
            continue
        question = _question(state, round_, address, record, field, entries)
        if question is not None:
            found.append(question)
    return sorted(found, key=lambda q: _rank(round_, q, units[q.unit]))


def _rank(round_: Round, question: Question, unit_place: int) -> tuple[Any, ...]:
    address = parse_key(question.record)
    assert address is not None
    shaping = _SHAPING.get(question.field, 2) if address.kind == "visit" else 2
    judged = question.field in ("judgement", "hit", "deleted") or address.kind == "finding"
    place = (0, 0)
    for rank, checklist in enumerate(round_.checklists):
        if checklist.id == question.checklist:
            ids = [item.id for item in checklist.items()]
            place = (rank, ids.index(question.item) if question.item in ids else len(ids))
    return (
        not question.grave,
        shaping,
        not judged,
        -_WEIGHT[question.severity],
        -question.stake,
        unit_place,
        place,
        question.record,
        question.field,
    )


def _question(
    state: State, round_: Round, address: Address, record: str, field: str, entries: list[Entry]
) -> Question | None:
    match address.kind:
        case "answer" if field == "judgement":
            return _judgement_question(state, round_, address, record, entries)
        case "trigger" if field == "hit":
            return _hit_question(round_, address, record, entries)
        case "finding":
            return _finding_question(state, round_, address, record, field, entries)
        case "rect":
            return _step_question(state, round_, address, record, field, entries)
        case "card" | "pair" if field == "deleted":
            return _deleted_question(state, round_, address, record, entries)
        case "recount" | "flow":
            return _made(round_, address, record, field, _plain_sides(record, field, entries))
        case "visit" | "answer" | "grade" | "points" | "duties" | "bonus" | "card" | "adopt" | "pair":
            return _made(round_, address, record, field, _plain_sides(record, field, entries))
        case _:
            return None


def _made(
    round_: Round,
    address: Address,
    record: str,
    field: str,
    sides: list[Side],
    *,
    about: str = "",
    agreed: Iterable[str] = (),
    checklist: str = "",
    item: str = "",
    severity: Severity = Severity.MINOR,
    grave: bool = False,
    stake: Decimal = ZERO,
) -> Question:
    section = ""
    if held := round_.checklist(checklist):
        section = next((s.id for s in held.sections for i in s.items if i.id == item), "")
    named = sorted(change for side in sides for change in side.changes)
    return Question(
        id=digest(canonical([record, field, named]))[:8],
        record=record,
        field=field,
        unit=address.unit,
        unit_name=unit_name(round_, address.unit),
        about=about or record_words(round_, record),
        matter=field_words(record, field),
        sides=tuple(sides),
        agreed=tuple(agreed),
        checklist=checklist,
        item=item,
        section=section,
        severity=severity,
        grave=grave,
        stake=stake,
    )


def _grouped(entries: Iterable[Entry], same: Any) -> list[list[Entry]]:
    """Entries that say the same, together; the sides in the order of their first change ids."""
    groups: dict[bytes, list[Entry]] = {}
    for entry in entries:
        if not is_blank(entry.value):
            groups.setdefault(same(entry.value), []).append(entry)
    return list(groups.values())


def _side(record: str, field: str, group: list[Entry], **more: Any) -> Side:
    first = group[0]
    return Side(
        value=first.value,
        text=value_words(record, field, first.value),
        by=tuple(dict.fromkeys(name for e in group for name in e.by)),
        at=max(e.at for e in group),
        changes=tuple(e.change for e in group),
        decision=next((e.decision for e in group if e.decision), ""),
        **more,
    )


def _plain_sides(record: str, field: str, entries: list[Entry]) -> list[Side]:
    return [_side(record, field, group) for group in _grouped(entries, canonical)]


def _judgement_question(
    state: State, round_: Round, address: Address, record: str, entries: list[Entry]
) -> Question | None:
    item = item_of(round_, record)
    if item is None:
        return None
    answer = read_answer(state, address.unit, address.checklist, item)
    typed = [
        f
        for f in free_findings(state, address.unit)
        if (f.checklist, f.item) == (address.checklist, address.item)
    ]
    sides = []
    for group in _grouped(entries, opinion_key):
        # Of those who agree, one on the item's present text speaks.
        group.sort(key=lambda e: judgement_of(e.value).item != item_hash(item))
        first = group[0]
        judgement = judgement_of(first.value)
        people = dict.fromkeys(name for e in group for name in e.by)
        sides.append(
            _side(
                record,
                "judgement",
                group,
                reason=judgement.reason,
                methods=_elements_by(state, record, "method", people),
                samples=_elements_by(state, record, "sample", people),
                notes=tuple(n for n in answer.notes if set(n.by) & set(people)),
                findings=(
                    *findings_of_judgement(
                        state, address.unit, address.checklist, item, judgement, by=tuple(people), at=first.at
                    ),
                    *(f for f in typed if set(f.by) & set(people)),
                ),
                points=_points(round_, answer, item, judgement),
                stale=judgement.item != item_hash(item),
            )
        )
    judgements = [judgement_of(side.value) for side in sides]
    said = [side.points for side in sides if side.points is not None]
    stake = max(said, default=ZERO) - min(said, default=ZERO)
    if said and len(said) < len(sides):
        # One side does not count the item at all, so the whole of it hangs on the answer.
        stake = item.points
    if item.scoring is Scoring.NONE:
        stake = ZERO
    picked = [d for j in judgements for p in j.deductions if (d := item.deduction(p.label))]
    gravest = max(
        (item.severity, *(f.severity for side in sides for f in side.findings)), key=lambda s: _WEIGHT[s]
    )
    why = _why_unused(state, round_, address)
    used = not why
    return _made(
        round_,
        address,
        record,
        "judgement",
        sides,
        about=f"{item.id} {item.text}" + (f"（{why}）" if why else ""),
        agreed=_agreed(judgements, sides),
        checklist=address.checklist,
        item=address.item,
        severity=gravest if used else Severity.MINOR,
        grave=used and (gravest is Severity.VETO or any(d.triggers for d in picked)),
        stake=stake if used else ZERO,
    )


def _why_unused(state: State, round_: Round, address: Address) -> str:
    """Why an item does not apply to the unit as things stand; empty when it does."""
    unit, checklist = round_.unit(address.unit), round_.checklist(address.checklist)
    if unit is None or checklist is None:
        return ""
    return Reach(state, round_, unit, checklist).why_not(address.item)


def _step_question(
    state: State, round_: Round, address: Address, record: str, field: str, entries: list[Entry]
) -> Question | None:
    """Verifications that differ, steps that cannot both have been taken, or a duty told in two ways."""
    unit = round_.unit(address.unit)
    problem = (
        next((p for p in problems_of(state, round_, unit) if p.id == address.label), None) if unit else None
    )
    if problem is None:
        return None
    said = problem.carried or problem.finding
    assert said is not None
    return _made(
        round_,
        address,
        record,
        field,
        _step_sides(record, field, entries) if field == STEP else _plain_sides(record, field, entries),
        about=f"{'上轮问题' if problem.carried else '本轮问题'}“{said.text}”",
        checklist=said.checklist,
        item=said.item,
        severity=said.severity,
        grave=False,
    )


def _step_sides(record: str, field: str, entries: list[Entry]) -> list[Side]:
    """One side for all who took the same step: what each rests it on is no quarrel."""

    def same(value: Any) -> bytes:
        step = read_step(value)
        return canonical(value if step is None else [step.kind, step.to, step.outcome])

    return [_side(record, field, group) for group in _grouped(entries, same)]


def _points(round_: Round, answer: Answer, item: Item, judgement: Judgement) -> Decimal | None:
    single = msgspec.structs.replace(answer, judgement=judgement, opinions=())
    score = item_score(item, single, round_.rules)
    return score.gained if score.counted else None


def _elements_by(state: State, record: str, name: str, people: Collection[str]) -> tuple[str, ...]:
    found = []
    for element in state.elements(record, name):
        if any(e.value and set(e.by) & set(people) for e in state.live(record, f"{name}:{element}")):
            found.append(_method(element) if name == "method" else element)
    return tuple(found)


def _method(value: str) -> str:
    try:
        return Method(value).label
    except ValueError:
        return value


def _agreed(judgements: list[Judgement], sides: list[Side]) -> list[str]:
    said = []
    if len({j.verdict for j in judgements}) == 1:
        said.append(f"结论都是{judgements[0].verdict.label}")
    elif all(j.verdict in (Verdict.PARTIAL, Verdict.FAIL) for j in judgements):
        said.append("都认为有问题")
    if all(j.missing for j in judgements):
        said.append("都认为缺项")
    common = set.intersection(*({p.label for p in j.deductions} for j in judgements))
    for label in (p.label for p in judgements[0].deductions if p.label in common):
        counts = {j.count(label) for j in judgements}
        said.append(f"都选了“{label}”" + ("" if len(counts) == 1 else "，次数不同"))
    methods = set.intersection(*(set(side.methods) for side in sides))
    if methods:
        said.append("都" + "、".join(m for m in sides[0].methods if m in methods))
    samples = set.intersection(*(set(side.samples) for side in sides))
    if samples:
        said.append("抽查相同：" + "、".join(sorted(samples)))
    return said


def _hit_question(round_: Round, address: Address, record: str, entries: list[Entry]) -> Question | None:
    checklist = round_.checklist(address.checklist)
    trigger = checklist.trigger(address.item) if checklist else None
    if trigger is None:
        return None
    red = trigger.effect is not TriggerEffect.CHECK
    return _made(
        round_,
        address,
        record,
        "hit",
        _plain_sides(record, "hit", entries),
        about=f"{trigger.effect.label} {trigger.id} {trigger.text}",
        agreed=["都记了这一条"],
        checklist=address.checklist,
        severity=Severity.VETO if red else Severity.MINOR,
        grave=red,
    )


def _finding_question(
    state: State, round_: Round, address: Address, record: str, field: str, entries: list[Entry]
) -> Question | None:
    if address.item:
        item = item_of(round_, record)
        made = findings_of_item(state, address.unit, address.checklist, item) if item else []
        finding = next((f for f in made if f.key == record), None)
    elif field == "deleted":
        return _deleted_question(state, round_, address, record, entries)
    else:
        finding = next((f for f in free_findings(state, address.unit) if f.key == record), None)
    if finding is None or field == "deleted":
        return None
    return _made(
        round_,
        address,
        record,
        field,
        _plain_sides(record, field, entries),
        about=f"{finding.kind.label}“{finding.text}”",
        checklist=finding.checklist,
        item=finding.item,
        severity=finding.severity,
        grave=finding.severity is Severity.VETO,
    )


#: What a deleted record is called by: a finding's text, a card's title, who helps in a pair.
_NAMED_BY = ("text", "title", "helper_name")


def _deleted_question(
    state: State, round_: Round, address: Address, record: str, entries: list[Entry]
) -> Question:
    """One hand deleted a finding while another, who did not know, went on with it."""
    stones = [e for e in state.live(record, "deleted") if e.value]
    gone = {e.change for e in stones}
    later = [e for e in entries if e.change not in gone]
    return _made(
        round_,
        address,
        record,
        "deleted",
        [
            _side(record, "deleted", stones),
            msgspec.structs.replace(_side(record, "deleted", later), value=False, text="保留"),
        ],
        about=f"“{next((said for name in _NAMED_BY if (said := state.value(record, name))), '')}”",
        checklist=str(state.value(record, "checklist", "")),
        item=str(state.value(record, "item", "")),
    )
