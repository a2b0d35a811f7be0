"""Walking: what a key offers at a stop, and the change each choice makes. No widget, so it is tested bare.

Every offer is a list of `Option`s; picking one gives a `Deed`: the edits, the words for the undo message, and
the red lines it puts before the inspector.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from inspect_tui.model.change import Edit, answer_key
from inspect_tui.model.checklist import Item
from inspect_tui.model.terms import Method, Need, Scoring, Verdict
from inspect_tui.model.view import Judgement
from inspect_tui.rules import actions
from inspect_tui.rules.applicability import conditions_of, wanted_words, when_words
from inspect_tui.rules.own_answers import BY_DIGIT, answer_judgement, own_answers, said_word
from inspect_tui.rules.reading import findings_of_item
from inspect_tui.rules.requiring import needs_words, owed_needs
from inspect_tui.rules.scoring import points_text
from inspect_tui.rules.sheet import Row, UnitSheet
from inspect_tui.tui.track import Stop

#: Value of the option that asks for words of one's own.
OWN_WORDS = "\0own"


class Option(msgspec.Struct, frozen=True):
    """One line of an offer: what it says, a dim remark, its value; whether it counts; whether it is on."""

    text: str
    remark: str = ""
    value: str = ""
    counted: bool = False
    on: bool = False


class Deed(msgspec.Struct, frozen=True):
    """What a choice makes: one change."""

    unit: str
    edits: list[Edit]
    what: str
    triggers: list[str] = []


def give(stop: Stop, judgement: Judgement) -> Deed:
    """Record a judgement at a stop."""
    row = stop.row
    edit = actions.judge(stop.sheet.state, stop.unit, row.checklist.id, row.item, judgement)
    return Deed(
        stop.unit,
        [edit],
        f"{row.item.id} {said_word(row.item, judgement)}",
        actions.triggered(row.item, judgement),
    )


def clear(stop: Stop) -> Deed:
    """Take the judgement away again."""
    row = stop.row
    edit = actions.judge(stop.sheet.state, stop.unit, row.checklist.id, row.item, Judgement())
    return Deed(stop.unit, [edit], f"{row.item.id} 清除")


def plain(stop: Stop, verdict: Verdict, reason: str = "") -> Deed:
    """Record a verdict without a label."""
    return give(stop, actions.plain_verdict(stop.row.item, verdict, reason))


# -------------------------------------------------------------------- own answers


_PLACES = (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL)


def own_options(stop: Stop, verdict: Verdict) -> list[Option] | None:
    """What 1, 2 and 3 offer where the item is answered in words of its own; None where it is not.

    Up to three answers have a digit each, so that one is picked; more are offered all together.
    """
    answers = own_answers(stop.row.item)
    if not answers or verdict not in _PLACES:
        return None
    held = stop.answer.judgement.award
    options = [Option(a.label, f"得{points_text(a.points)}分", a.label, on=a.label == held) for a in answers]
    if len(options) > BY_DIGIT:
        return options
    place = _PLACES.index(verdict)
    return options[place : place + 1]


def answer(stop: Stop, label: str) -> Deed:
    """Record an own answer."""
    award = stop.row.item.award(label)
    assert award is not None
    return give(stop, answer_judgement(award))


def digit_words(stop: Stop) -> tuple[str, ...]:
    """What the first digits mean at an item answered in words of its own; empty at any other."""
    answers = own_answers(stop.row.item)
    return tuple(a.label for a in answers) if len(answers) <= BY_DIGIT else ("选答案",)


def said_of(stop: Stop) -> str:
    """How the judgement at a stop is told."""
    return said_word(stop.row.item, stop.answer.judgement)


def answer_words(stop: Stop) -> str:
    """The item's own answers with the digits that pick them; empty where it has none."""
    answers = own_answers(stop.row.item)
    if len(answers) > BY_DIGIT:
        return "答案（按1、2或3选）：" + "、".join(a.label for a in answers)
    told = [f"{n}{a.label}（{points_text(a.points)}分）" for n, a in enumerate(answers, 1)]
    return f"答案：{' '.join(told)}" if told else ""


# -------------------------------------------------------------------- what comes and goes with it


def owed_words(stop: Stop) -> str:
    """What the verdict must still come with; empty when nothing is owed."""
    if not stop.row.item.require:
        return ""
    owes = owed_needs(stop.sheet.state, stop.row.item, stop.answer)
    return f"还缺：{needs_words(owes)}" if owes else ""


def owes_note(stop: Stop) -> bool:
    """Whether the verdict must come with a note that nobody wrote yet."""
    return Need.NOTE in owed_needs(stop.sheet.state, stop.row.item, stop.answer)


def judges(deed: Deed, stop: Stop) -> bool:
    """Whether a deed is a judgement on this one stop."""
    unit, checklist, item = stop.key
    judged = [edit.record for edit in deed.edits if edit.field == "judgement"]
    return judged == [answer_key(unit, checklist, item)]


def condition_words(stop: Stop) -> str:
    """On which answers the item hangs; empty where it is always checked."""
    conditions = conditions_of(stop.row.checklist, stop.row.item.id)
    if not conditions:
        return ""
    if len(conditions) == 1:
        return f"以{conditions[0].item}为准：{wanted_words(conditions[0])}才检查这一项"
    asked = "、".join(dict.fromkeys(when.item for when in conditions))
    return f"以{asked}为准：{'，并且'.join(when_words(when) for when in conditions)}才检查这一项"


def moved_words(sheet: UnitSheet) -> str:
    """What came and went with the last answer, and what becomes of answers given before."""
    said = []
    for rows, word, kept_word in (
        (sheet.gone, "不再适用", "原答保留，不计入"),
        (sheet.came, "要查", "照原答恢复"),
    ):
        if rows:
            kept = [row for row in rows if sheet.standing(row)[0].opinions]
            whose = "" if len(kept) == len(rows) else f"其中{_few(kept)}"
            said.append(f"{_few(rows)} {word}" + (f"，{whose}{kept_word}" if kept else ""))
    return "；".join(said) + "。" if said else ""


def _few(rows: Sequence[Row]) -> str:
    ids = [row.item.id for row in rows]
    return "、".join(ids[:4]) + (f"等{len(ids)}项" if len(ids) > 4 else "")


def phrase_options(texts: list[str]) -> list[Option]:
    """Wordings used often, to pick by digit, and the way to words of one's own."""
    return [*(Option(text, value=text) for text in texts), Option("自己写", value=OWN_WORDS)]


# -------------------------------------------------------------------- below 符合


def shortfall_options(stop: Stop, verdict: Verdict) -> list[Option]:
    """What 2 or 3 offers: the item's labelled deductions, or its award levels of that verdict."""
    item = stop.row.item
    if item.scoring is Scoring.AWARD:
        return [
            Option(a.label, f"得{points_text(a.points)}分", a.label)
            for a in item.awards
            if a.verdict is verdict
        ]
    held = stop.answer.judgement
    return [
        Option(
            d.label,
            _deduction_remark(item, d.label, held),
            d.label,
            counted=d.counted,
            on=held.count(d.label) > 0,
        )
        for d in item.deductions
    ]


def _deduction_remark(item: Item, label: str, held: Judgement) -> str:
    deduction = item.deduction(label)
    assert deduction is not None
    if deduction.all:
        cost = "不得分"
    elif deduction.suggestion or not deduction.points:
        cost = "不扣分，记为建议" if deduction.suggestion else "不扣分"
    else:
        per = f"每{deduction.unit}" if deduction.unit else ""
        cost = f"{per}扣{points_text(deduction.points)}分"
        if deduction.cap is not None:
            cost += f"，最多{points_text(deduction.cap)}分"
    if deduction.missing:
        cost += "，缺项"
    if deduction.triggers:
        cost += f"，涉及{deduction.triggers}"
    count = held.count(label)
    held_already = f"（已记{count}{deduction.unit}）" if deduction.counted else "（已记）"
    return cost + held_already if count else cost


def shortfall(stop: Stop, verdict: Verdict, label: str, count: int = 1) -> Deed:
    """Record a labelled deduction or award level: the points and the finding's sentence in one change."""
    item = stop.row.item
    if item.scoring is Scoring.AWARD:
        award = item.award(label)
        missing = award.missing if award else False
        return give(stop, Judgement(verdict=verdict, award=label, missing=missing))
    deed = give(stop, actions.with_deduction(item, stop.answer.judgement, verdict, label, count))
    return msgspec.structs.replace(deed, what=f"{deed.what}：{label}")


def unlabelled(stop: Stop, verdict: Verdict, missing: bool) -> Deed:
    """Record 不符合 or 缺项 without a label; points follow the item's severity."""
    return give(stop, Judgement(verdict=verdict, missing=missing))


def drop_options(stop: Stop) -> list[Option]:
    """The deductions that can be taken back one by one."""
    return [
        Option(p.label, f"已记{p.count}次" if p.count > 1 else "", p.label)
        for p in stop.answer.judgement.deductions
    ]


def drop(stop: Stop, label: str) -> Deed:
    """Take one count of a deduction back; the last one leaves the verdict without a label."""
    held = stop.answer.judgement
    deed = give(stop, actions.without_deduction(stop.row.item, held, label))
    return msgspec.structs.replace(deed, what=f"{stop.row.item.id} 去掉：{label}")


# -------------------------------------------------------------------- 不适用, 未能核实


def reason_options(stop: Stop, verdict: Verdict) -> list[Option]:
    """Ready reasons: the item's own first, then those of the round's rules, then one's own words."""
    rules = stop.sheet.round.rules
    if verdict is Verdict.NA:
        ready = [*stop.row.item.na_when, *rules.na_reasons]
    else:
        ready = list(rules.unverified_reasons)
    return [
        *(Option(text, value=text) for text in dict.fromkeys(ready)),
        Option("自己写原因", value=OWN_WORDS),
    ]


def section_options(stop: Stop) -> list[Option]:
    """What can be said of a whole section at once."""
    rules = stop.sheet.round.rules
    name = stop.row.section.short_name
    options = [Option(f"“{name}”整项不适用：{r}", value=f"na/{r}") for r in rules.na_reasons]
    options.append(Option(f"“{name}”整项不适用：自己写原因", value=f"na/{OWN_WORDS}"))
    options.append(Option(f"“{name}”本单位未查", value="unverified/本单位未查"))
    options.append(Option(f"“{name}”整项未能核实：自己写原因", value=f"unverified/{OWN_WORDS}"))
    return options


def whole_section(stop: Stop, verdict: Verdict, reason: str) -> Deed | None:
    """One verdict and reason for every item of the section not yet answered; None when all are."""
    sheet, here = stop.sheet, stop.row
    items = [
        row.item
        for row, answer in zip(sheet.rows, sheet.answers, strict=True)
        if row.checklist is here.checklist and row.section is here.section and not answer.answered
    ]
    if not items:
        return None
    edits = actions.judge_many(sheet.state, stop.unit, here.checklist.id, items, verdict, reason)
    return Deed(stop.unit, edits, f"{here.section.short_name} {len(items)}项{verdict.label}")


# -------------------------------------------------------------------- method, sample


_METHOD_SIGNS = {
    Method.DOC_REVIEW: "资",
    Method.SITE_VIEW: "场",
    Method.INTERVIEW: "谈",
    Method.SPOT_QUESTION: "问",
    Method.BRIEFING: "听",
    Method.SURVEY: "卷",
    Method.TEST: "试",
}


def method_signs(methods: tuple[str, ...]) -> str:
    """Methods in one sign each: 资场谈问."""
    return "".join(sign for method, sign in _METHOD_SIGNS.items() if method.value in methods)


def method_options(stop: Stop) -> list[Option]:
    """The ways of checking, those the item asks for first."""
    item, used = stop.row.item, stop.answer.methods
    ordered = [*item.methods, *(m for m in Method if m not in item.methods)]
    return [
        Option(m.label, "本条要求的方式" if m in item.methods else "", m.value, on=m.value in used)
        for m in ordered
    ]


def use_method(stop: Stop, method: str) -> Deed:
    """Mark a way of checking as used, or take the mark away."""
    row = stop.row
    edit = actions.toggle_method(stop.sheet.state, stop.unit, row.checklist.id, row.item, method)
    return Deed(stop.unit, [edit], f"{row.item.id} 检查方式：{Method(method).label}")


def sample_options(stop: Stop, today: dt.date) -> list[Option]:
    """What was looked at: the last three months, the crews, the item's own hints, one's own words."""
    held = set(stop.answer.samples)
    months = []
    year, month = today.year, today.month
    for _ in range(3):
        months.append(f"{year}年{month}月")
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    crews = [crew.name for crew in stop.sheet.unit.crews][:3]
    names = list(dict.fromkeys([*sorted(held), *months, *crews]))
    options = [Option(n, "已记，再选去掉" if n in held else "", n, on=n in held) for n in names]
    hints = "、".join(stop.row.item.samples)
    return [*options, Option("自己写", f"如：{hints}" if hints else "", OWN_WORDS)]


def take_sample(stop: Stop, sample: str) -> Deed:
    """Record what was sampled, or take it away when it was recorded already."""
    row = stop.row
    present = sample not in stop.answer.samples
    edit = actions.set_sample(stop.sheet.state, stop.unit, row.checklist.id, row.item, sample, present)
    return Deed(stop.unit, [edit], f"{row.item.id} 抽查：{sample}")


# -------------------------------------------------------------------- findings


def note(stop: Stop, text: str) -> Deed:
    """Write the note of the item."""
    row = stop.row
    edit = actions.write_note(stop.sheet.state, stop.unit, row.checklist.id, row.item, text)
    return Deed(stop.unit, [edit], f"{row.item.id} 说明")


def own_note(stop: Stop, people: tuple[str, ...]) -> str:
    """The note this inspector wrote here, for editing."""
    return next((n.text for n in stop.answer.notes if set(n.by) & set(people)), "")


def fix_on_site(stop: Stop, key: str) -> Deed:
    """Turn 立行立改 of a finding on or off."""
    state = stop.sheet.state
    now = not bool(state.value(key, "fixed_on_site"))
    word = "立行立改" if now else "取消立行立改"
    return Deed(
        stop.unit, [actions.set_field(state, key, "fixed_on_site", now)], f"{stop.row.item.id} {word}"
    )


def fix_options(stop: Stop) -> list[Option]:
    """The problems of the item that can be marked as mended on the spot."""
    return [
        Option(f.text, "已立行立改，再选取消" if f.fixed_on_site else "", f.key, on=f.fixed_on_site)
        for f in findings_of_item(stop.sheet.state, stop.unit, stop.row.checklist.id, stop.row.item)
    ]
