"""A finding as the findings page shows it, and what it offers for one. No widget, so it is tested bare."""

from __future__ import annotations

from inspect_tui.model.checklist import Item
from inspect_tui.model.terms import FindingKind, Scoring, Verdict
from inspect_tui.model.view import Finding, Judgement
from inspect_tui.rules import actions, visiting
from inspect_tui.rules.reading import BARE
from inspect_tui.tui import skin
from inspect_tui.tui.text import fit
from inspect_tui.tui.walking import Option
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.page import Line, wrapped

_KIND_INK = {
    FindingKind.DEFICIENCY: "fail",
    FindingKind.GOOD_PRACTICE: "pass",
    FindingKind.SUGGESTION: "accent",
}


def marks(finding: Finding) -> str:
    """What is marked on a finding, in words."""
    held = (
        ("缺项", finding.missing),
        ("立行立改", finding.fixed_on_site),
        ("移交", finding.referred),
    )
    return " ".join(word for word, on in held if on)


def row(finding: Finding, width: int, here: bool) -> list[Part]:
    """A finding in one line; who wrote it only where there is room."""
    problem = finding.kind is FindingKind.DEFICIENCY
    tail: list[Part] = [
        (fit(finding.severity.label if problem else "", 5), "text"),
        (fit(marks(finding), 19), "accent"),
    ]
    room = width - 3 - 10 - 24 - 1
    if width >= 100:
        tail.append((fit("、".join(finding.by), 12), "dim"))
        room -= 12
    return [
        (f" {skin.current().glyphs.cursor if here else ' '} ", "accent"),
        (fit(finding.kind.label, 10), _KIND_INK[finding.kind]),
        (fit(finding.text, max(4, room)), "text"),
        (" ", "text"),
        *tail,
    ]


def lines(finding: Finding, width: int, item_id: str, when: str) -> list[Line]:
    """A finding in full: its text, its marks, where the text comes from, who wrote it."""
    found = wrapped(finding.text, width, "strong")
    problem = finding.kind is FindingKind.DEFICIENCY
    said = [finding.kind.label, finding.severity.label if problem else "", marks(finding)]
    found += wrapped("  ".join(word for word in said if word), width, _KIND_INK[finding.kind])
    if finding.label:
        origin = "按结论" if finding.label == BARE else f"按扣分情形“{finding.label}”"
        edited = "，文字已手工改过，按 0 恢复自动文字" if finding.edited else "自动写成，回车可改文字"
        found += wrapped(origin + edited, width, "dim")
    elif not finding.item:
        found += wrapped(f"记在单位名下，按 9 归到 {item_id}", width, "dim")
    if finding.contested:
        found += wrapped("各人记的不一样，待组长裁定", width, "warn")
    return [*found, *wrapped(f"{'、'.join(finding.by)}  {when}", width, "dim")]


def verdict_choices(item: Item) -> list[tuple[Option, Judgement | None]]:
    """What the verdict may become when a problem is written on an item that stands at 符合 or unchecked.

    A problem alone costs no points; the last choice leaves it so.
    """
    found: list[tuple[Option, Judgement | None]] = []
    if item.scoring is Scoring.AWARD:
        for award in item.awards:
            if award.verdict in (Verdict.PARTIAL, Verdict.FAIL):
                judgement = Judgement(verdict=award.verdict, award=award.label, missing=award.missing)
                found.append((Option(f"结论记为：{award.label}", award.verdict.label), judgement))
    else:
        found += [
            (
                Option("结论记为：缺项", "没有，或当场拿不出"),
                Judgement(verdict=Verdict.FAIL, missing=True),
            ),
            (Option("结论记为：不符合", "有，但不合要求"), Judgement(verdict=Verdict.FAIL)),
            (Option("结论记为：基本符合"), Judgement(verdict=Verdict.PARTIAL)),
        ]
    return [*found, (Option("只记问题，结论不变", "不扣分"), None)]


def removal_choices(item: Item, held: Judgement, label: str) -> list[tuple[Option, Judgement | None]]:
    """What the judgement may become when the finding of a label is taken away; the last keeps it.

    Taking the last deduction away would leave the verdict without a ground, so then it is asked for.
    """
    found: list[tuple[Option, Judgement | None]] = []
    count = held.count(label)
    without = visiting.without_label(item, held, label)
    if count > 1:
        fewer = actions.without_deduction(item, held, label)
        found.append((Option("少记一次", f"还剩{count - 1}次"), fewer))
    if without.deductions:
        found.append((Option("去掉这一情形", "其他情形不变"), without))
    else:
        found.append((Option("去掉，结论改为符合"), actions.plain_verdict(item, Verdict.PASS)))
        found.append((Option("去掉，恢复为未查"), Judgement()))
        if count:
            found.append((Option("去掉这一情形，结论不变", "按程度扣分"), without))
    return [*found, (Option("不去掉"), None)]
