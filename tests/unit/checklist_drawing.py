"""Random valid checklists, as wild as the checker lets them be."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from inspect_tui.model.checklist import (
    ANY,
    CHECKLIST_FORMAT,
    Award,
    Checklist,
    Deduction,
    Item,
    OwnAnswer,
    Section,
    Trigger,
    When,
)
from inspect_tui.model.terms import Figure, Method, Need, Scoring, Severity, TriggerEffect, UnitKind, Verdict
from inspect_tui.store.clean import clean_text

_SIGNS = "甲乙丙会议记录，。；“”（）=+-@'\"[]/\\<>&{}_x0041 \t#%*0123abc①　é😀~^`|"
LINES = st.text(alphabet=_SIGNS, max_size=12).map(lambda s: clean_text(s, newlines=False))
LINE = LINES.filter(lambda s: bool(s.strip()))
TEXTS = st.text(alphabet=_SIGNS + "\n", max_size=20).map(clean_text)
IDS = st.text(alphabet="ABCxyz019-_", min_size=1, max_size=6)
POINTS = st.integers(1, 400).map(lambda n: Decimal(n) / 4)
_OTHER_KINDS = tuple(kind for kind in UnitKind if kind is not UnitKind.PARTY_GROUP)
_SENTENCES = LINE.map(lambda s: s.replace("{", "").replace("}", "")).filter(lambda s: bool(s.strip()))


@st.composite
def deductions(draw: Any, points: Decimal, triggers: list[str]) -> Deduction:
    whole = draw(st.booleans())
    suggestion = not whole and draw(st.integers(0, 5)) == 0
    free = whole or suggestion
    taken = Decimal(0) if free else min(points, draw(POINTS))
    unit = draw(st.sampled_from(["", "次", "人次"])) if not free else ""
    cap = draw(st.sampled_from([None, points])) if unit and not free else None
    trigger = draw(st.sampled_from(["", *triggers]))
    sentence = draw(_SENTENCES) + ("{n}" if unit else "")
    return Deduction(
        label=draw(LINE),
        sentence=sentence,
        points=taken,
        all=whole,
        unit=unit,
        cap=cap,
        missing=draw(st.booleans()),
        severity=draw(st.sampled_from([None, Severity.MAJOR, Severity.MINOR])),
        triggers=trigger,
        suggestion=suggestion,
    )


@st.composite
def answer_sets(draw: Any) -> tuple[OwnAnswer, ...]:
    names = draw(st.lists(LINE, min_size=3, max_size=3, unique_by=str.strip))
    middle = draw(st.sampled_from([Decimal("0.5"), Decimal(0)]))
    return (
        OwnAnswer(label=names[0], share=Decimal(1), verdict=Verdict.PASS),
        OwnAnswer(label=names[1], share=middle, verdict=Verdict.PARTIAL, sentence=draw(_SENTENCES)),
        OwnAnswer(
            label=names[2], points=Decimal(0), verdict=Verdict.FAIL, missing=draw(st.booleans()),
            severity=draw(st.sampled_from([None, Severity.MAJOR])),
        ),
    )  # fmt: skip


@st.composite
def conditions(draw: Any, earlier: list[Item], sets: dict[str, tuple[OwnAnswer, ...]]) -> tuple[When, ...]:
    """Conditions on items before it that every unit is asked, at most one on each."""
    open_to_all = [item for item in earlier if item.applies_to == (ANY,) and not item.tags]
    found = []
    for item in (
        draw(st.lists(st.sampled_from(open_to_all), max_size=2, unique_by=lambda i: i.id))
        if (open_to_all)
        else ()
    ):
        labels = tuple(answer.label for answer in sets.get(item.answer_set, ()))
        if labels and draw(st.booleans()):
            found.append(When(item=item.id, answer=tuple(draw(st.sets(st.sampled_from(labels), min_size=1)))))
        else:
            found.append(When(item=item.id, verdict=draw(st.sampled_from([
                (Verdict.PASS,), (Verdict.FAIL, Verdict.PASS), (Verdict.UNVERIFIED, Verdict.NA),
            ]))))  # fmt: skip
    return tuple(found)


@st.composite
def items(
    draw: Any,
    item_id: str,
    triggers: list[str],
    sets: dict[str, tuple[OwnAnswer, ...]],
    earlier: list[Item],
) -> Item:
    scoring = draw(st.sampled_from(Scoring))
    points = Decimal(0) if scoring is Scoring.NONE else draw(POINTS)
    made: dict[str, Any] = {}
    if scoring is Scoring.DEDUCT:
        drawn = draw(st.lists(deductions(points, triggers), max_size=3, unique_by=lambda d: d.label.strip()))
        if len(drawn) > 1 and draw(st.booleans()):
            drawn = [Deduction(**{f: getattr(d, f) for f in d.__struct_fields__} | {"exclusive": "二选一"})
                     for d in drawn]  # fmt: skip
        made["deductions"] = tuple(drawn)
    if scoring is Scoring.AWARD and sets and draw(st.booleans()):
        made["answer_set"] = draw(st.sampled_from(sorted(sets)))
        points = points.quantize(Decimal("0.1"))
    elif scoring is Scoring.AWARD:
        names = draw(st.lists(LINE, min_size=2, max_size=2, unique_by=str.strip))
        low = Award(label=names[1], points=Decimal(0), verdict=Verdict.FAIL, sentence=draw(_SENTENCES))
        made["awards"] = (Award(label=names[0], points=points, verdict=Verdict.PASS), low)
    return Item(
        id=item_id,
        text=draw(LINE),
        points=points,
        rubric=draw(TEXTS),
        scoring=scoring,
        severity=draw(st.sampled_from(Severity)),
        methods=tuple(draw(st.lists(st.sampled_from(Method), max_size=3, unique=True))),
        applies_to=draw(st.sampled_from([(ANY,), (ANY,), ("safety",), ("production", "safety")])),
        na_when=tuple(draw(st.lists(LINES, max_size=3))),
        samples=tuple(draw(st.lists(TEXTS, max_size=2))),
        basis=draw(TEXTS),
        tags=tuple(draw(st.lists(LINE, max_size=2))),
        when=draw(conditions(earlier, sets)),
        require=draw(
            st.dictionaries(st.sampled_from(["fail", "na"]), st.sampled_from([(Need.NOTE,), tuple(Need)]))
        ),
        **made,
    )


@st.composite
def checklists(draw: Any) -> Checklist:
    """A valid checklist without profiles of its own, so that any points add up."""
    ids = iter(draw(st.lists(IDS, min_size=12, max_size=12, unique=True)))
    trigger_ids = draw(st.lists(IDS, max_size=2, unique=True))
    sections = []
    sets = draw(st.dictionaries(LINE, answer_sets(), max_size=2))
    earlier: list[Item] = []
    for _ in range(draw(st.integers(1, 3))):
        listed: list[Item] = []
        for _ in range(draw(st.integers(1, 3))):
            listed.append(draw(items(next(ids), trigger_ids, sets, [*earlier, *listed])))
        total = sum((item.points for item in listed), Decimal(0))
        part = Section(id=next(ids), name=draw(LINE), points=total, items=tuple(listed), short=draw(LINES))
        part = replace(part, figures=tuple(draw(st.lists(st.sampled_from(Figure), max_size=2))))
        if draw(st.integers(0, 3)) == 0:
            part = replace(part, tags=tuple(draw(st.lists(LINE, max_size=1))))
        if not part.tags:
            earlier += listed
        sections.append(part)
    return Checklist(
        format=CHECKLIST_FORMAT,
        version=draw(st.sampled_from(["1.0", "1.3"])),
        id=draw(IDS),
        revision=draw(LINE),
        title=draw(LINE),
        sections=tuple(sections),
        full_score=sum((s.points for s in sections), Decimal(0)),
        unit_kinds=(UnitKind.PARTY_GROUP, *draw(st.sets(st.sampled_from(_OTHER_KINDS), max_size=2))),
        triggers=tuple(
            Trigger(id=i, text=draw(LINE), effect=draw(st.sampled_from(TriggerEffect))) for i in trigger_ids
        ),
        duties=tuple(draw(st.lists(LINES, max_size=3))),
        draft=draw(st.booleans()),
        remark=draw(TEXTS),
        change_note=draw(TEXTS),
        answer_sets=sets,
    )
