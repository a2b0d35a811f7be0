"""Result: a unit's score with everything it was made of, the one object that every output prints.

得分 = 得分合计 ÷ 适用分合计 × 100, then what earlier problems take off, then what the lead added. Each figure
keeps the records and changes behind it, so that any number can be opened down to who said what and when.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from inspect_tui.model.change import answer_key, rect_key
from inspect_tui.model.checklist import Item
from inspect_tui.model.problem import Carried
from inspect_tui.model.round import Round, Rules
from inspect_tui.model.terms import NaPolicy, Outcome, RectState, Scoring, Verdict, VisitResult
from inspect_tui.model.view import Answer, Hit, ItemScore, UnitScore, Visit
from inspect_tui.rules.applicability import checklists_for
from inspect_tui.rules.bonus import Bonus, bonuses_of
from inspect_tui.rules.canonical import canonical, digest
from inspect_tui.rules.fold import State
from inspect_tui.rules.numbering import short_number
from inspect_tui.rules.own_answers import said_word
from inspect_tui.rules.problems import carried_of, lineage_of, opinions_of, owed, standing
from inspect_tui.rules.reading import read_answer, read_hits, read_visit
from inspect_tui.rules.scoring import ZERO, half_up, points_text, rescaled, to_step
from inspect_tui.rules.sheet import UnitSheet

_THOUSANDTH = Decimal("0.001")

#: What people should know before they compare two scores: where the figure goes against what they expect.
EXCEPTIONS = (
    "已经有结论的检查内容再加扣分，得分不会升高；把未查的检查内容判为符合，得分不会降低。",
    "例外一：未查和未能核实的内容原来两边都不计，判为基本符合或不符合以后才计入；"
    "这一项的得分率比原来的平均高，折算得分就会升高。",
    "例外二：把得分率低的内容改为不适用或未能核实，折算得分会升高，覆盖率不会升高。",
    "例外三：没有选扣分项的按问题程度扣分；后来选了扣分项，就只按扣分项扣，可能扣得少一些。",
)


class ItemLine(msgspec.Struct, frozen=True, kw_only=True):
    """One item in the derivation: its points, why they are what they are, and whose records say so.

    `why` tells why an item is in neither sum; it is empty for one that counts. `changes` are the judgements
    behind it, more than one where opinions differ. `answer` is the item's own answer (过期), where it is
    answered in words of its own.
    """

    checklist: str
    item: str
    record: str
    verdict: Verdict
    disputed: bool
    points: Decimal
    gained: Decimal
    counted: bool
    lost: tuple[tuple[str, Decimal], ...] = ()
    reason: str = ""
    why: str = ""
    changes: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    at: str = ""
    answer: str = ""


class AsideLine(msgspec.Struct, frozen=True, kw_only=True):
    """An item that was judged and no longer applies: its answer is kept, and in no sum. `why` tells why."""

    checklist: str
    item: str
    record: str
    said: str
    why: str


class CarriedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One earlier problem and what it takes off the score. `why` tells what was found, or why nothing counts.

    `record` is where its rectification is recorded.
    """

    problem: str
    record: str
    number: str
    text: str
    points: Decimal
    why: str
    changes: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    at: str = ""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's score over all its checklists, or under one of them.

    `score` is the final one: `rescaled` less `carry_loss` plus `bonus`, never below 0 nor above 100 with the
    bonus cap; None where nothing is applicable (不计分) or where nobody checked. `lost` is what deductions
    took in all. `carried` and `bonuses` list every earlier problem and bonus, also those that change nothing.
    `rules_hash` names the rules it was made by.
    """

    unit: str
    checklist: str
    score: Decimal | None
    rescaled: Decimal | None
    raw: Decimal
    applicable: Decimal
    coverage: Decimal
    items: int
    answered: int
    counted: int
    unanswered: int
    na: int
    unverified: int
    disputed: int
    lost: Decimal
    carry_loss: Decimal
    bonus: Decimal
    vetoes: tuple[str, ...]
    lines: tuple[ItemLine, ...]
    carried: tuple[CarriedLine, ...]
    bonuses: tuple[Bonus, ...]
    formula: str
    rules_version: str
    rules_hash: str
    told: bool = True
    aside: tuple[AsideLine, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether the final score is just the rescaled one."""
        return not self.carry_loss and not self.bonus


def unit_result(sheet: UnitSheet, scores: list[UnitScore] | None = None) -> Result:
    """The result of a unit over the checklists of its sheet. `scores` spares reckoning them again.

    A sheet limited to some of the unit's checklists takes only their earlier problems, and no bonus, which
    is given for the unit as a whole.
    """
    state, round_, unit = sheet.state, sheet.round, sheet.unit
    rules = round_.rules
    held = scores if scores is not None else sheet.unit_scores()
    ids = {checklist.id for checklist in sheet.checklists}
    whole = ids == {checklist.id for checklist in checklists_for(round_, unit)}
    carried = carried_lines(state, round_, unit.id, None if whole else ids)
    bonuses = tuple(bonuses_of(state, unit.id)) if whole else ()
    visit = read_visit(state, unit.id)
    told = visit.started and visit.result is VisitResult.VISITED
    base = rescaled(sheet.total.raw, sheet.total.applicable, rules.rounding) if told else None
    carry_loss = min(rules.carry_cap, sum((line.points for line in carried), ZERO))
    bonus = min(rules.bonus_cap, sum((b.points for b in bonuses if not b.contested), ZERO))
    due = len(sheet.rows) - sum(s.na for s in held)
    judged = sum(sheet.verdicts[v] for v in (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL))
    lines = tuple(
        _line(r.item, a, s, visit) for r, a, s in zip(sheet.rows, sheet.answers, sheet.scores, strict=True)
    )
    return Result(
        unit=unit.id,
        checklist=next(iter(ids)) if len(ids) == 1 else "",
        score=final(base, carry_loss, bonus, rules),
        rescaled=base,
        raw=sheet.total.raw,
        applicable=sheet.total.applicable,
        coverage=half_up(Decimal(judged) / due, _THOUSANDTH) if due else ZERO,
        items=len(sheet.rows),
        answered=sheet.total.answered,
        counted=sum(s.counted for s in held),
        unanswered=len(sheet.rows) - sheet.total.answered - sheet.total.disputed,
        na=sum(s.na for s in held),
        unverified=sum(s.unverified for s in held),
        disputed=sheet.total.disputed,
        lost=sum((line.points - line.gained for line in lines if line.counted), ZERO),
        carry_loss=carry_loss,
        bonus=bonus,
        vetoes=tuple(_veto(round_, hit) for hit in read_hits(state, unit.id) if hit.checklist in ids),
        lines=lines,
        carried=carried,
        bonuses=bonuses,
        formula=formula_text(round_),
        rules_version=rules.version,
        rules_hash=rules_hash(rules),
        told=told,
        aside=aside_lines(sheet),
    )


def aside_lines(sheet: UnitSheet) -> tuple[AsideLine, ...]:
    """What was judged and no longer applies, each with what was said and why it does not."""
    found = []
    for row in sheet.set_aside():
        answer = read_answer(sheet.state, sheet.unit.id, row.checklist.id, row.item)
        said = "两种意见" if answer.disputed else said_word(row.item, answer.judgement)
        found.append(
            AsideLine(
                checklist=row.checklist.id,
                item=row.item.id,
                record=answer_key(sheet.unit.id, row.checklist.id, row.item.id),
                said=said,
                why=sheet.why_not(row.checklist.id, row.item.id),
            )
        )
    return tuple(found)


def result_of(state: State, round_: Round, unit_id: str) -> Result:
    """The result of a unit over all its checklists. Raises KeyError for a unit that is not in the round."""
    return unit_result(UnitSheet(state, round_, unit_id))


def final(base: Decimal | None, carry_loss: Decimal, bonus: Decimal, rules: Rules) -> Decimal | None:
    """The final score of a rescaled one: earlier problems off, bonus on, kept within 0 and the top."""
    if base is None:
        return None
    top = Decimal(100) + rules.bonus_cap
    return to_step(min(top, max(ZERO, base - carry_loss + bonus)), rules.rounding)


# -------------------------------------------------------------------- earlier problems


def carried_lines(
    state: State, round_: Round, unit: str, checklists: set[str] | None = None
) -> tuple[CarriedLine, ...]:
    """What each earlier problem of a unit takes off, by what this round's visit found.

    Only verifications of this round count: the ledger goes on after the visit, a score does not. What nobody
    looked at, could not be verified, or is under two opinions takes nothing yet and is listed as such.
    """
    again = {
        lineage
        for record in state.records(unit)
        if record.startswith("finding/") and (lineage := lineage_of(state, record))
    }
    due = {c.id for c in owed(state, round_, unit)}
    return tuple(
        _carried(state, round_.rules, carried, owes=carried.id in due, again=carried.id in again)
        for carried in carried_of(round_, unit)
        if checklists is None or carried.checklist in checklists
    )


def _carried(state: State, rules: Rules, carried: Carried, *, owes: bool, again: bool) -> CarriedLine:
    looked = opinions_of(state, rect_key(carried.unit, carried.id))
    points, why = ZERO, ""
    stands = standing(state, carried.unit, carried.id, carried.state).state
    if stands is RectState.WITHDRAWN:
        why = "问题已撤销，不减分"
    elif len(looked) > 1:
        why = "复查结论有两种意见，裁定前不减分"
    elif looked:
        step = looked[0].step
        assert step.outcome is not None
        why = f"复查结论：{step.outcome.label}"
        if step.outcome is Outcome.RELAPSED:
            points = rules.carry_relapsed
        elif step.outcome in (Outcome.PARTLY, Outcome.NOT_FIXED):
            if step.to is RectState.DEFERRED:
                why += "，经批准长期挂账，不减分"
            else:
                points = rules.carry_open
        else:
            why += "，不减分"
    elif again and carried.state.done:
        points, why = rules.carry_relapsed, "销号以后本轮又发现同一个问题"
    elif owes:
        why = "还没有复查，暂不减分"
    elif carried.state is RectState.DEFERRED:
        why = "经批准长期挂账，不减分"
    else:
        why = "只备查，不减分"
    return CarriedLine(
        problem=carried.id,
        record=rect_key(carried.unit, carried.id),
        number=short_number(carried.number),
        text=carried.text,
        points=points,
        why=why,
        changes=tuple(taken.change for taken in looked),
        by=tuple(dict.fromkeys(name for taken in looked for name in taken.by)),
        at=looked[0].at if looked else "",
    )


# -------------------------------------------------------------------- one item


def _line(item: Item, answer: Answer, score: ItemScore, visit: Visit) -> ItemLine:
    return ItemLine(
        checklist=answer.checklist,
        item=answer.item,
        record=answer_key(answer.unit, answer.checklist, answer.item),
        verdict=answer.verdict,
        disputed=answer.disputed,
        points=score.points,
        gained=score.gained,
        counted=score.counted,
        lost=score.lost,
        reason=answer.judgement.reason,
        why="" if score.counted else _why_not(answer, item.scoring, visit),
        changes=tuple(opinion.change for opinion in answer.opinions),
        by=tuple(dict.fromkeys(name for opinion in answer.opinions for name in opinion.by)),
        at=answer.opinions[0].at if answer.opinions else "",
        answer=answer.judgement.award if item.answer_set else "",
    )


def _why_not(answer: Answer, scoring: Scoring, visit: Visit) -> str:
    if visit.not_reached:
        return "未能进点"
    if answer.disputed:
        return "两种意见，待裁定"
    if answer.verdict in (Verdict.PENDING, Verdict.UNVERIFIED, Verdict.NA):
        return answer.verdict.label
    return "这一项不计分" if scoring is Scoring.NONE else "不计入"


def _veto(round_: Round, hit: Hit) -> str:
    checklist = round_.checklist(hit.checklist)
    trigger = checklist.trigger(hit.trigger) if checklist else None
    return f"{hit.trigger} {trigger.text}" if trigger else hit.trigger


# -------------------------------------------------------------------- in words


def result_text(result: Result) -> str:
    """What made the final score of the rescaled one; nothing where that is the final one."""
    if result.score is None or result.plain:
        return ""
    said = f"得分{result.score}：折算{result.rescaled}"
    said += f"，上轮问题减{points_text(result.carry_loss)}分" if result.carry_loss else ""
    return said + (f"，加分{points_text(result.bonus)}分" if result.bonus else "")


def formula_text(round_: Round) -> str:
    """How a score of this round is reckoned, with the figures of its rules."""
    rules = round_.rules
    exact = _exactness(rules.rounding)
    said = [f"得分=得分合计÷适用分合计×100，{exact}，四舍五入"]
    if rules.na_policy is NaPolicy.FULL:
        said.append("不适用的项计满分；未查、未能核实和两种意见的项两边都不计")
    else:
        said.append("未查、不适用、未能核实和两种意见的项两边都不计")
    if round_.carried and rules.carry_cap and (rules.carry_open or rules.carry_relapsed):
        said.append(
            f"折算以后，上轮问题没有整改到位的每个减{points_text(rules.carry_open)}分，"
            f"反弹的每个减{points_text(rules.carry_relapsed)}分，最多减{points_text(rules.carry_cap)}分"
        )
    if rules.bonus_cap:
        said.append(f"加分最多{points_text(rules.bonus_cap)}分")
    return "；".join(said) + "。"


def _exactness(step: Decimal) -> str:
    words = {Decimal(1): "取整数", Decimal("0.1"): "一位小数", Decimal("0.01"): "两位小数"}
    return words.get(step.normalize(), f"精确到{points_text(step)}")


_hashes: dict[int, tuple[Rules, str]] = {}


def rules_hash(rules: Rules) -> str:
    """Content hash of rules, short enough to print: equal rules have equal hashes."""
    held = _hashes.get(id(rules))
    if held is None or held[0] is not rules:
        if len(_hashes) >= 16:
            _hashes.clear()
        plain = {
            name: _plain(getattr(rules, name))
            for name in sorted(Rules.__struct_fields__)
            if name not in ("format", "version")
        }
        held = _hashes[id(rules)] = (rules, digest(canonical(plain))[:12])
    return held[1]


def _plain(value: object) -> object:
    """A value whose equal figures read alike: 0.80 and 0.8 are one number."""
    if isinstance(value, Decimal):
        return points_text(value)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, msgspec.Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    return value
