"""Deciding: what hands differ on, worst first and side by side, and the lead's word on it.

A decision is an edit like any other that carries its reason. It had seen every side, so it retires them
all, and the question comes back only when somebody changes the matter afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

import msgspec

from inspect_tui.model.change import Address, Edit, parse_key
from inspect_tui.model.checklist import Item
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Method, Scoring, Severity, TriggerEffect, Verdict
from inspect_tui.model.view import Answer, Finding, Judgement, Note
from inspect_tui.rules.actions import delete_record
from inspect_tui.rules.applicability import Reach
from inspect_tui.rules.canonical import canonical, digest, item_hash
from inspect_tui.rules.fold import Entry, State, is_blank, opinion_key
from inspect_tui.rules.lifecycle import read_step, step_of
from inspect_tui.rules.matter import (
    field_words,
    item_of,
    record_words,
    unit_name,
    value_words,
)
from inspect_tui.rules.problems import STEP, problems_of
from inspect_tui.rules.reading import (
    findings_of_item,
    findings_of_judgement,
    free_findings,
    judgement_of,
    read_answer,
)
from inspect_tui.rules.reviewing import NoReason
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


class MatterMoved(Exception):
    """The question is no longer what the lead was shown: something came in, or it was settled meanwhile."""


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


# -------------------------------------------------------------------- the lead's word


def decide(state: State, question: Question, value: Any, reason: str) -> Edit:
    """Settle a question by one of its sides, or by a third value with a reason.

    `value` is a `Side`, a `Judgement` or the plain value of the field. Raises NoReason, and MatterMoved when
    the question no longer stands as it was shown: nothing is to be decided unseen.
    """
    if not reason.strip():
        raise NoReason("请写明理由")
    if not _stands(state, question):
        raise MatterMoved(f"{question.unit_name} {question.about}：情况已经变了，请重新看过再裁定")
    return settle(state, question.record, question.field, value, reason)


def third_judgement(item: Item, judgement: Judgement) -> Judgement:
    """A lead's own judgement, given for the item's present text."""
    return msgspec.structs.replace(judgement, item=item_hash(item))


def settle(state: State, record: str, field: str, value: Any, reason: str) -> Edit:
    """The lead's word on a field, whether hands differ on it or not; retires everything held on it.

    Raises NoReason, and ValidationError for a step of a rectification that the table of steps forbids.
    """
    if not reason.strip():
        raise NoReason("请写明理由")
    if isinstance(value, Side):
        value = value.value
    if isinstance(value, Judgement):
        value = msgspec.to_builtins(value, str_keys=True)
    if field == STEP and record.startswith("rect/"):
        step_of(value)
    if field == "deleted" and value:
        return msgspec.structs.replace(delete_record(state, record), decision=reason.strip())
    return Edit(
        record=record, field=field, value=value, saw=state.saw(record, field), decision=reason.strip()
    )


def _stands(state: State, question: Question) -> bool:
    record, field = question.record, question.field
    shown = {change for side in question.sides for change in side.changes}
    if field == "deleted":
        held = {e.change for e in state.live(record, field) if e.value} | {*state.unseen_by_tombstone(record)}
        return bool(state.unseen_by_tombstone(record)) and held == shown
    if field == STEP and record.startswith("rect/"):
        return {e.change for e in state.contending(record, field) if not is_blank(e.value)} == shown
    return {e.change for e in state.live(record, field) if not is_blank(e.value)} == shown


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A lead's word on a field: what, why, who and when; `stands` is False once hands differ again."""

    change: str
    record: str
    field: str
    value: Any
    text: str
    reason: str
    by: tuple[str, ...]
    at: str
    stands: bool


def decisions(state: State, unit: str) -> list[Decision]:
    """Every decision live on a unit's records, by record and field; overtaken means hands differ again."""
    found = []
    for record in sorted(state.records(unit)):
        for field in sorted(state.fields(record)):
            entries = state.live(record, field)
            for entry in entries:
                if entry.decision:
                    said = [e.value for e in entries if not is_blank(e.value)]
                    open_again = (
                        bool(state.contending(record, field))
                        if field == STEP and record.startswith("rect/")
                        else len({*map(canonical, said)}) > 1
                    )
                    found.append(
                        Decision(
                            change=entry.change,
                            record=record,
                            field=field,
                            value=entry.value,
                            text=value_words(record, field, entry.value),
                            reason=entry.decision,
                            by=entry.by,
                            at=entry.at,
                            stands=not open_again,
                        )
                    )
    return found


# -------------------------------------------------------------------- many at once


class Bulk(msgspec.Struct, frozen=True, kw_only=True):
    """What taking one inspector's word throughout comes to, before anything is decided.

    `chosen` are the questions it settles, each with the side it takes; `left` those it cannot, because that
    inspector said nothing there or two different things.
    """

    inspector: str
    chosen: tuple[tuple[Question, Side], ...]
    left: tuple[Question, ...]

    def counts(self) -> dict[str, int]:
        """The figures of the preview."""
        units = {question.unit for question, _ in self.chosen}
        return {"decided": len(self.chosen), "left": len(self.left), "units": len(units)}

    def edits(self, state: State, reason: str) -> dict[str, list[Edit]]:
        """The edits by unit, one change each. Raises NoReason, MatterMoved."""
        edits: dict[str, list[Edit]] = {}
        for question, side in self.chosen:
            edits.setdefault(question.unit, []).append(decide(state, question, side, reason))
        return edits


def bulk(
    state: State,
    round_: Round,
    inspector: str,
    *,
    section: str = "",
    checklist: str = "",
    units: Collection[str] = (),
) -> Bulk:
    """Take this inspector's judgements for a section of these units; empty means all of them.

    Only judgements are decided in bulk: red lines and texts are looked at one by one.
    """
    chosen, left = [], []
    for question in questions(state, round_):
        if (
            question.field != "judgement"
            or (section and question.section != section)
            or (checklist and question.checklist != checklist)
            or (units and question.unit not in units)
        ):
            continue
        own = [side for side in question.sides if inspector in side.by]
        if len(own) == 1:
            chosen.append((question, own[0]))
        else:
            left.append(question)
    return Bulk(inspector=inspector, chosen=tuple(chosen), left=tuple(left))
