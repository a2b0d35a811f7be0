"""State as flat rows: what the findings file shows to anyone who opens it with plain TinyDB.

These tables are a cache of the fold, rewritten with every snapshot; `verify` recomputes and compares them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from inspect_tui.model.change import parse_key
from inspect_tui.model.problem import Step
from inspect_tui.model.round import Round
from inspect_tui.model.view import Answer, Finding, Judgement, Review
from inspect_tui.rules.applicability import checklists_for
from inspect_tui.rules.fold import State
from inspect_tui.rules.lifecycle import read_step, settled
from inspect_tui.rules.problems import DUTY_FIELDS, STEP, opinions_of
from inspect_tui.rules.reading import findings_of_unit, read_answer, read_hits, read_visit

Tables = dict[str, list[dict[str, Any]]]


def state_tables(state: State, round_: Round) -> Tables:
    """Rows of answers, findings, visits and triggers, ordered so that equal states give equal rows."""
    tables: Tables = {name: [] for name in ("answers", "findings", "visits", "triggers", "rectifications")}
    units = {unit.id: unit for unit in reversed(round_.units)}
    items = {c.id: {item.id: item for item in reversed(c.items())} for c in round_.checklists}
    for unit_id in sorted(state.units()):
        unit = units.get(unit_id)
        if unit is None:
            continue
        checklists = checklists_for(round_, unit)
        known = {c.id: items[c.id] for c in checklists}
        answers: dict[tuple[str, str], Answer] = {}
        for record in sorted(state.records(unit_id)):
            address = parse_key(record)
            if address is None or address.kind != "answer" or address.checklist not in known:
                continue
            item = known[address.checklist].get(address.item)
            if item is None:
                continue
            answer = read_answer(state, unit_id, address.checklist, item)
            answers[address.checklist, address.item] = answer
            tables["answers"].append(answer_row(answer))
        for finding in findings_of_unit(state, round_, unit_id, checklists, answers):
            tables["findings"].append(finding_row(finding))
        visit = read_visit(state, unit_id)
        tables["visits"].append(
            {
                "unit": unit_id,
                "date": visit.date,
                "result": visit.result.value,
                "reason": visit.reason,
                "counterpart": visit.counterpart,
                "inspectors": list(visit.inspectors),
                "present": list(visit.present),
                "profile": visit.profile.value if visit.profile else "",
                "submitted": visit.submitted,
                "objection": visit.objection,
                **_review(visit.review),
            }
        )
        tables["rectifications"].extend(
            rectification_row(state, unit_id, record)
            for record in sorted(state.records(unit_id))
            if record.startswith("rect/")
        )
        tables["triggers"].extend(
            {
                "unit": unit_id,
                "checklist": hit.checklist,
                "trigger": hit.trigger,
                "fact": hit.fact,
                "by": list(hit.by),
                "at": hit.at,
            }
            for hit in read_hits(state, unit_id)
        )
    return tables


def answer_row(answer: Answer) -> dict[str, Any]:
    """The row of one answer."""
    return {
        "unit": answer.unit,
        "checklist": answer.checklist,
        "item": answer.item,
        **_judgement(answer.judgement),
        "opinions": [{"by": list(o.by), **_judgement(o.judgement)} for o in answer.opinions]
        if answer.disputed
        else [],
        "notes": [{"by": list(n.by), "text": n.text} for n in answer.notes],
        "methods": list(answer.methods),
        "samples": list(answer.samples),
        "stale": answer.stale,
        "by": list(dict.fromkeys(name for o in answer.opinions for name in o.by)),
        "at": answer.opinions[0].at if answer.opinions else "",
        **({"returned": answer.returned} if answer.returned else {}),
    }


def finding_row(finding: Finding) -> dict[str, Any]:
    """The row of one finding."""
    return {
        "key": finding.key,
        "unit": finding.unit,
        "kind": finding.kind.value,
        "checklist": finding.checklist,
        "item": finding.item,
        "label": finding.label,
        "text": finding.text,
        "severity": finding.severity.value,
        "missing": finding.missing,
        "fixed_on_site": finding.fixed_on_site,
        "referred": finding.referred,
        "contested": finding.contested,
        "by": list(finding.by),
        "at": finding.at,
        **_joined(finding),
    }


def rectification_row(state: State, unit: str, record: str) -> dict[str, Any]:
    """The row of what this round recorded on one problem's rectification.

    `state` is blank where no step was taken or where steps contradict each other (`contested`).
    """
    problem = record.rpartition("/")[2]
    live = [step for e in state.live(record, STEP) if (step := read_step(e.value)) is not None]
    agreed = settled(live) if live else None
    verified = opinions_of(state, record)
    return {
        "unit": unit,
        "problem": problem,
        "state": agreed.value if agreed is not None and len(verified) < 2 else "",
        "contested": bool(live) and (agreed is None or len(verified) > 1),
        "verified": [{"by": list(taken.by), **_step(taken.step)} for taken in verified],
        **{field: str(state.value(record, field, "") or "") for field in DUTY_FIELDS},
    }


def _step(step: Step) -> dict[str, Any]:
    """A step as it stands in JSON, so that rows made here and rows read from a file compare equal."""
    told: dict[str, Any] = msgspec.to_builtins(step, str_keys=True)
    return told | ({"methods": list(told["methods"])} if "methods" in told else {})


def _joined(finding: Finding) -> dict[str, Any]:
    """What was joined to a finding; rows of files from before joining stay as they were."""
    told = [{"key": f.key, "text": f.text, "by": list(f.by)} for f in finding.joined]
    return {"joined": told} if told else {}


def _review(review: Review) -> dict[str, Any]:
    return {"review": {"state": review.state.value, "reason": review.reason}} if review.change else {}


def _judgement(judgement: Judgement) -> dict[str, Any]:
    return {
        "verdict": judgement.verdict.value,
        "missing": judgement.missing,
        "deductions": [{"label": p.label, "count": p.count} for p in judgement.deductions],
        "award": judgement.award,
        "reason": judgement.reason,
    }
