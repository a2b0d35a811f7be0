"""Doubles: likely ones suggested with their likeness, quickly, and the same whatever order they come in."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from inspect_tui.exchange.doubles import LIKELY, suggest
from inspect_tui.model.terms import FindingKind
from inspect_tui.model.view import Finding
from sweeps import times


def told(number: int, text: str, *, unit: str = "u1", item: str = "GW-01", label: str = "",
         kind: FindingKind = FindingKind.DEFICIENCY) -> Finding:  # fmt: skip
    key = f"finding/{unit}/c/{item}/{label}" if label else f"finding/{unit}/~{number:04d}"
    return Finding(
        key=key, unit=unit, kind=kind, text=text, checklist="c", item=item, label=label, by=(f"人{number}",)
    )


def keys(findings: list[Finding]) -> set[frozenset[str]]:
    return {frozenset(pair.keys) for pair in suggest(findings)}


def test_similar_texts_on_one_item_are_suggested_with_their_likeness() -> None:
    one, two = told(1, "责任牌褪色，看不清楚"), told(2, "责任牌褪色看不清")
    other = told(3, "会议记录缺签名")
    (pair,) = suggest([one, two, other])
    assert pair.keys == (one.key, two.key) and pair.texts == (one.text, two.text)
    assert pair.similarity >= LIKELY and pair.by == (("人1",), ("人2",))
    assert suggest([told(1, "责任牌褪色"), told(2, "责任牌褪色。")])[0].similarity == 100


def test_a_short_text_inside_a_long_one_is_found() -> None:
    assert (
        len(
            suggest(
                [told(1, "九月修订记录无签字"), told(2, "检查发现九月修订记录无签字，已当场指出并要求补齐")]
            )
        )
        == 1
    )


def test_other_units_items_and_kinds_are_not_compared() -> None:
    text = "责任牌褪色看不清"
    apart = [
        told(1, text),
        told(2, text, unit="u2"),
        told(3, text, item="GW-02"),
        told(4, text, kind=FindingKind.SUGGESTION),
    ]
    assert suggest(apart) == []
    assert len(suggest([told(1, text), told(5, text, item="")])) == 1, (
        "one typed without an item may be the same"
    )


def test_one_good_practice_told_twice_is_found_whatever_item_it_stands_on() -> None:
    good = FindingKind.GOOD_PRACTICE
    found = suggest(
        [
            told(1, "责任上墙，一井一卡", item="GW-01", kind=good),
            told(2, "责任上墙、一井一卡", item="TS-01", kind=good),
        ]
    )
    assert len(found) == 1 and found[0].kind is good


def test_what_two_deductions_make_differs_by_their_labels() -> None:
    made = [told(1, "岗位责任缺2项", label="一"), told(2, "岗位责任缺2项", label="二")]
    assert suggest(made) == []
    (pair,) = suggest([told(3, "岗位责任缺2项。"), made[0]])
    assert pair.findings[0] == made[0], "the one with points stands first"


def test_hostile_and_empty_texts_do_no_harm() -> None:
    nasty = ["", " ", "[/]", "[@click=app.quit]x", "\ud800", "\u202e倒", "。", "x" * 100_000, "x" * 100_000]
    suggest([told(n, text) for n, text in enumerate(nasty)])


def _texts(count: int, seed: int) -> list[Finding]:
    dice = random.Random(seed)
    words = (
        "岗位责任清单修订记录签字缺页未上墙公示学习笔记会议签到安全检查隐患台账整改闭环评比公开分配方案讨论"
    )
    found = []
    for number in range(count):
        if found and dice.random() < 0.2:
            text = list(dice.choice(found).text)
            text[dice.randrange(len(text))] = dice.choice(words)
        else:
            text = [dice.choice(words) for _ in range(dice.randint(8, 30))]
        found.append(told(number, "".join(text)))
    return found


def test_many_texts_miss_nothing_that_comparing_each_with_each_finds() -> None:
    findings = _texts(times(2000, 800), 1)
    wanted = set()
    for place, one in enumerate(findings):
        for two in findings[place + 1 :]:
            if abs(len(one.text) - len(two.text)) <= 12 and fuzz.ratio(
                one.text, two.text, score_cutoff=LIKELY
            ):
                wanted.add(frozenset((one.key, two.key)))
    got = {frozenset(p.keys) for p in suggest(findings, most=100_000)}
    assert len(wanted) > times(100, 20) and wanted <= got


def test_thousands_of_equal_texts_end() -> None:
    findings = [told(n, "责任牌褪色看不清") for n in range(times(5000, 2000))]
    assert len(suggest(findings)) == 500


@settings(max_examples=times(40), deadline=None)
@given(st.integers(0, 2**16))
def test_the_order_of_findings_does_not_show(seed: int) -> None:
    findings = _texts(40, seed)
    pairs = suggest(findings)
    random.Random(seed).shuffle(findings)
    assert suggest(findings) == pairs
    assert all(p.similarity >= LIKELY for p in pairs) and keys(findings) == {frozenset(p.keys) for p in pairs}
