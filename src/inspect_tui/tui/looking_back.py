"""Looking back: what is shown of an earlier problem and offered for it. No widget, so it is tested bare.

The old entry stands as it was frozen; beside it what this round says. Answers are put together from digits
alone: outcome, way of checking, and a sentence made from both.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from inspect_tui.model.problem import Carried, Past
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.terms import FindingKind, Method, Outcome, RectState
from inspect_tui.model.view import Finding
from inspect_tui.rules.applicability import checklists_for
from inspect_tui.rules.evidence import evidence_of
from inspect_tui.rules.fold import State
from inspect_tui.rules.ledger import LedgerRow, unit_rows
from inspect_tui.rules.ledger_history import history_of
from inspect_tui.rules.lifecycle import outcomes_from
from inspect_tui.rules.matter import zh_date
from inspect_tui.rules.problems import Taken, carried_of, lineage_of, names_of, standing
from inspect_tui.rules.reading import findings_of_item, findings_of_unit
from inspect_tui.rules.rectifying import base_of, candidates, link
from inspect_tui.tui import skin
from inspect_tui.tui.text import fit, one_line
from inspect_tui.tui.track import Stop
from inspect_tui.tui.walking import OWN_WORDS, Deed, Option
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.page import Line, pair, wrapped

#: Value of the option that adds another way of checking.
MORE_METHODS = "\0more"

_DID = {
    Method.DOC_REVIEW: "查阅资料",
    Method.SITE_VIEW: "现场核对",
    Method.INTERVIEW: "谈话了解",
    Method.SPOT_QUESTION: "随机提问",
    Method.BRIEFING: "听取汇报",
    Method.SURVEY: "问卷调查",
    Method.TEST: "组织考试",
}
_FOUND = {
    Outcome.FIXED: ("已按要求整改", "整改到位，没有发现同类问题", "已整改并能坚持"),
    Outcome.PARTLY: ("一部分已整改，其余正在整改", "措施已定，没有全部落实", "主要问题已改，个别地方不到位"),
    Outcome.NOT_FIXED: ("问题仍然存在", "没有采取整改措施", "有整改措施，没有落实"),
    Outcome.RELAPSED: ("整改后同样的问题又出现", "改过一段时间，没有坚持下去"),
}
_SIGNS = {
    Outcome.FIXED: ("passed", "pass"),
    Outcome.PARTLY: ("partial", "partial"),
    Outcome.NOT_FIXED: ("failed", "fail"),
    Outcome.RELAPSED: ("failed", "fail"),
    Outcome.UNVERIFIABLE: ("unverified", "unverified"),
}


class Old(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier problem at a unit: as it was frozen, as it reads now, and the state a verdict leaves.

    `short` is its number as short as it can be said here.
    `optional` means that nobody must look at it: it held already, or was put off with approval.
    """

    carried: Carried
    row: LedgerRow
    base: RectState
    short: str
    optional: bool = False

    @property
    def item(self) -> tuple[str, str]:
        return self.carried.checklist, self.carried.item

    def own(self, people: Collection[str]) -> Taken | None:
        """The verdict that these people gave, if one is theirs."""
        return next((t for t in self.row.outcomes if set(t.by) & set(people)), None)


def olds_of(state: State, round_: Round, unit: Unit, today: str) -> list[Old]:
    """The earlier problems of a unit: those to look at in the round's order, the others behind them."""
    rows = {row.id: row for row in unit_rows(state, round_, unit, today) if row.carried}
    called = names_of(round_, unit.id)
    found = []
    for carried in carried_of(round_, unit.id):
        row = rows[carried.id]
        put_off = row.initial is RectState.DEFERRED and not row.must_verify and not row.outcomes
        found.append(
            Old(
                carried=carried,
                row=row,
                base=base_of(state, row),
                short=called[carried.id],
                optional=not carried.verify or put_off,
            )
        )
    return sorted(found, key=lambda old: old.optional)


def olds_of_item(state: State, round_: Round, unit: str, checklist: str, item: str) -> list[str]:
    """One line for each earlier problem on an item: number, where it stands, text."""
    told = []
    for carried in carried_of(round_, unit):
        if not carried.item or (carried.checklist, carried.item) != (checklist, item):
            continue
        stands = standing(state, unit, carried.id, carried.state)
        if stands.contested or len(stands.verified) > 1:
            word = "待裁定"
        elif stands.verified and stands.verified[0].step.outcome is not None:
            word = f"复查：{stands.verified[0].step.outcome.label}"
        else:
            owes = carried.verify and "待复查" not in stands.state.label
            word = stands.state.label + ("，待复查" if owes else "")
        told.append(f"上轮问题 {names_of(round_, unit)[carried.id]}（{word}）：{carried.text}")
    return told


# -------------------------------------------------------------------- what is offered


def outcome_options(base: RectState) -> list[Option]:
    """The outcomes by their digits; those that make no sense for the state say so."""
    allowed = outcomes_from(base)
    remarks = {
        Outcome.FIXED: "销号" if base is not RectState.CLOSED else "仍然有效",
        Outcome.PARTLY: "要写还剩什么",
        Outcome.NOT_FIXED: "继续整改",
        Outcome.RELAPSED: "改过又出现，记一次反弹",
        Outcome.UNVERIFIABLE: "状态不变，写明原因",
    }
    return [
        Option(o.label, remarks[o] if o in allowed else f"{base.label}的问题不能这样记", o.value)
        for o in Outcome
    ]


def refusal(base: RectState, outcome: Outcome) -> str:
    """Why an outcome cannot be given in a state; empty when it can."""
    allowed = outcomes_from(base)
    if outcome in allowed:
        return ""
    if not allowed:
        return f"{base.label}的问题不用复查。"
    return f"{base.label}的问题只能记为{'、'.join(o.label for o in allowed)}。"


def method_options(round_: Round, carried: Carried, used: Collection[Method]) -> list[Option]:
    """The ways of checking not used yet, those the item asks for first."""
    item = round_.item(carried.checklist, carried.item) if carried.item else None
    asked = item.methods if item is not None else ()
    ordered = [*asked, *(m for m in Method if m not in asked)]
    return [
        Option(m.label, "本条要求的方式" if m in asked else "", m.value) for m in ordered if m not in used
    ]


def basis_options(round_: Round, outcome: Outcome, methods: Collection[Method]) -> list[Option]:
    """Ready sentences for the basis, made from the ways of checking; then one's own words."""
    if outcome is Outcome.UNVERIFIABLE:
        ready = list(round_.rules.unverified_reasons)
        return [*(Option(text, value=text) for text in ready), Option("自己写原因", value=OWN_WORDS)]
    did = "、".join(_DID[m] for m in Method if m in methods)
    ready = [f"{did}，{found}" for found in _FOUND[outcome]]
    options = [Option(text, value=text) for text in ready]
    options.append(Option("自己写依据", value=OWN_WORDS))
    if len(methods) < len(Method):
        options.append(Option("再加一种检查方式", value=MORE_METHODS))
    return options


def returns_of(state: State, round_: Round, old: Old) -> list[tuple[Finding, str]]:
    """The problems of this round that may be the old one come back, each with what it is linked to now.

    Those on the same item come first; of a problem that belongs to no item, those that belong to none.
    """
    unit = round_.unit(old.carried.unit)
    if unit is None:
        return []
    found = [
        f
        for f in findings_of_unit(state, round_, unit.id, checklists_for(round_, unit))
        if f.kind is FindingKind.DEFICIENCY and not f.referred and (f.checklist, f.item) == old.item
    ]
    return [(finding, lineage_of(state, finding.key)) for finding in found]


# -------------------------------------------------------------------- an item that fails again


def linkable(stop: Stop | None) -> list[str]:
    """Keys of the problems on an item that were not yet said to be an earlier one or none.

    Empty where no earlier problem was on the item, which is the rule.
    """
    if stop is None:
        return []
    sheet, row = stop.sheet, stop.row
    if not candidates(sheet.round, stop.unit, row.checklist.id, row.item.id):
        return []
    found = findings_of_item(sheet.state, stop.unit, row.checklist.id, row.item, stop.answer)
    return [f.key for f in found if f.kind is FindingKind.DEFICIENCY and not lineage_of(sheet.state, f.key)]


def link_options(stop: Stop) -> list[Option]:
    """The earlier problems on the item a new one may be; then that it is none of them."""
    row = stop.row
    ids = candidates(stop.sheet.round, stop.unit, row.checklist.id, row.item.id)
    olds = [c for c in carried_of(stop.sheet.round, stop.unit) if c.id in ids]
    called = names_of(stop.sheet.round, stop.unit)
    said = [Option("是同一问题", f"{called[c.id]} {c.text}", c.id) for c in olds]
    return [*said, Option("都不是" if len(olds) > 1 else "不是")]


def linking(stop: Stop, finding: str, problem: str) -> Deed:
    """Say that a problem of this round is an earlier one come back."""
    edit = link(stop.sheet.state, finding, problem)
    return Deed(stop.unit, [edit], f"{stop.row.item.id} 与上轮同一问题")


def after_linking(state: State, round_: Round, unit: str, problem: str) -> str:
    """What is to be done about the old problem once a new one was linked to it."""
    carried = next((c for c in carried_of(round_, unit) if c.id == problem), None)
    if carried is None:
        return ""
    short = names_of(round_, unit)[problem]
    stands = standing(state, unit, problem, carried.state)
    outcomes = {t.step.outcome for t in stands.verified}
    if Outcome.FIXED in outcomes:
        return f"{short} 已复查为已整改，与本条不符，请按 F7 改。"
    if not outcomes and carried.verify:
        return f"已记为与 {short} 同一问题。它还没有复查，按 F7 记。"
    return f"已记为与 {short} 同一问题。"


# -------------------------------------------------------------------- how it reads


def verdict_of(old: Old) -> tuple[str, str, str]:
    """Sign, word and ink of what this round says."""
    glyphs = skin.current().glyphs
    if old.row.contested:
        return "!", "待裁定", "warn"
    outcome = old.row.outcomes[0].step.outcome if old.row.outcomes else None
    if outcome is None:
        return glyphs.pending, "" if old.optional else "待复查", "dim" if old.optional else "warn"
    name, ink = _SIGNS[outcome]
    return getattr(glyphs, name), outcome.label, ink


def row_parts(old: Old, width: int, here: bool, column: int = 7) -> list[Part]:
    """An earlier problem in one line: verdict's sign, number, state it came with, text, verdict."""
    sign, word, ink = verdict_of(old)
    dim = "dim" if old.optional else "text"
    wide = width >= 100
    age: list[Part] = [(fit(f"第{old.row.rounds}轮", 7), "dim")] if wide else []
    room = width - 4 - column - 15 - 10 - (7 if wide else 0)
    return [
        (skin.current().glyphs.cursor if here else " ", "accent"),
        (f" {sign} ", ink),
        (fit(old.short, column - 1) + " ", "key" if not old.optional else "dim"),
        (fit(old.carried.state.label, 15), "dim"),
        (fit(old.carried.text, max(4, room)), dim),
        (" ", "text"),
        *age,
        (fit(word, 9), ink),
    ]


def head_lines(old: Old, width: int) -> list[Line]:
    """What the problem is: number and marks, then its text."""
    carried = old.carried
    marks = [
        carried.number,
        carried.state.label,
        carried.severity.label,
        "缺项" if carried.missing else "",
        "立行立改" if carried.fixed_on_site else "",
        f"第{old.row.rounds}轮",
        f"反弹{old.row.recurrences}次" if old.row.recurrences else "",
    ]
    lines = [[(fit(" " + "  ".join(m for m in marks if m), width), "accent")]]
    return [*lines, *wrapped(carried.text, width, "strong")]


def answer_lines(state: State, round_: Round, old: Old, width: int) -> list[Line]:
    """What this round says of it so far."""
    lines: list[Line] = [[(" 本轮复查", "head")]]
    if old.row.carried_to:
        lines += wrapped(f"已转入“{old.row.carried_to}”，请到那一轮办理。", width, "warn")
    if not old.row.outcomes:
        optional = "不要求复查，看到了也可以记。" if old.optional else "还没有复查。"
        lines += wrapped(f"{optional}按 1～5 记结论，回车看各项的意思。", width, "dim")
    if old.row.contested:
        lines += wrapped("说法不一，待组长裁定：", width, "warn")
    for taken in old.row.outcomes:
        lines += _taken_lines(taken, width, with_names=True)
    held = evidence_of(state, old.carried.unit, old.row.record)
    if held:
        told = "、".join(e.piece.title for e in held)
        lines += wrapped(f"佐证{len(held)}件（8）：{told}", width, "accent")
    for text in old.row.again:
        lines += wrapped(f"本轮同一问题：{text}", width, "fail")
    for past in _this_round(state, round_, old):
        lines += _past_lines(past, width, with_round=False)
    return lines


def _taken_lines(taken: Taken, width: int, *, with_names: bool) -> list[Line]:
    step = taken.step
    assert step.outcome is not None
    _, ink = _SIGNS[step.outcome]
    methods = "、".join(m.label for m in step.methods)
    lines = wrapped("  ".join(w for w in (step.outcome.label, methods) if w), width, ink)
    if step.basis:
        lines += wrapped(f"依据：{step.basis}", width, "text")
    if step.remains:
        lines += wrapped(f"还剩：{step.remains}", width, "warn")
    if with_names:
        who = "、".join(taken.by) + (f"（复查人{step.who}）" if step.who != "、".join(taken.by) else "")
        lines += wrapped(f"{who}  {zh_date(step.on)}", width, "dim")
    return lines


def _this_round(state: State, round_: Round, old: Old) -> list[Past]:
    """What the ledger of this round adds, the verdicts that stand left out: they are told in full."""
    told = history_of(state, round_, old.row)[len(old.carried.history) :]
    standing_ = {(t.at, t.by) for t in old.row.outcomes}
    return [past for past in told if (past.at, past.by) not in standing_]


def old_lines(carried: Carried, width: int) -> list[Line]:
    """The old entry as it was frozen."""
    duty = carried.duty
    people = [
        duty.owner_unit,
        f"责任人{duty.owner}" if duty.owner else "",
        f"责任领导{duty.leader}" if duty.leader else "",
        f"督办人{duty.supervisor}" if duty.supervisor else "",
    ]
    noted = zh_date(carried.noted) + (f"（{carried.noted_round}）" if carried.noted_round else "")
    closed = f"{zh_date(carried.closed_on)}，{'、'.join(carried.closed_by)}" if carried.closed_on else ""
    deferred = f"到{zh_date(carried.until)}，{carried.approver}批准" if carried.until else ""
    done = "，".join(w for w in (duty.result, zh_date(duty.done_on) if duty.done_on else "") if w)
    facts = [
        ("条款", f"{carried.item} {carried.item_text}".strip()),
        ("首次发现", noted),
        ("来自", carried.source.title),
        ("责任", "，".join(p for p in people if p)),
        ("整改措施", duty.measure),
        ("整改时限", zh_date(duty.due) if duty.due else ""),
        ("完成情况", done),
        ("还剩", carried.remains),
        ("长期挂账", deferred),
        ("上次依据", carried.basis),
        ("销号", closed),
        ("当时看过", "、".join(carried.evidence)),
    ]
    lines: list[Line] = [[(" 上轮记录（原样，不改动）", "head")]]
    for name, value in facts:
        if value:
            lines += pair(name, value, width, column=10)
    if carried.history:
        lines.append([(" 经过", "head")])
        for past in carried.history:
            lines += _past_lines(past, width, with_round=True)
    return lines


def _past_lines(past: Past, width: int, *, with_round: bool) -> list[Line]:
    moved = ""
    if past.left is not None and past.to is not None and past.left is not past.to:
        moved = f"（{past.left.label}变为{past.to.label}）"
    head = "  ".join(w for w in (past.at[:10], "、".join(past.by), past.round if with_round else "") if w)
    return [
        *wrapped(one_line(head), width, "dim"),
        *wrapped(f"{past.words}{moved}", width, "text", indent="   "),
    ]
