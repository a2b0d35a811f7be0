"""Grades, movements and the faults of a scheme."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_tui.model.scheme import Level, Scheme
from inspect_tui.rules.checking_scheme import check_contest, check_scheme
from inspect_tui.rules.grading import (
    USUAL_SCHEME,
    counts_text,
    grade,
    level_counts,
    level_of,
    movements,
    over_quota,
    usual_scheme,
)


def scheme(**more: Any) -> Scheme:
    lines = [
        ("below", "未达标", 0, "59.9"),
        ("basic", "基本达标", 60, "79.9"),
        ("standard", "标准化", 80, "89.9"),
        ("red_flag", "红旗", 90, "94.9"),
        ("model", "示范", 95, 100),
    ]
    levels = tuple(
        Level(id=i, name=n, low=Decimal(low), high=Decimal(high), approval=i in ("red_flag", "model"))
        for i, n, low, high in lines
    )
    return Scheme(format="", version="1.0", id="five", title="五级", levels=levels, **more)


scores = st.decimals(0, 100, places=3)


@given(scores)
def test_every_score_has_exactly_one_level(score: Decimal) -> None:
    told = level_of(score, scheme())
    assert told is not None
    rounded = int(score * 10 + Decimal("0.5"))
    fitting = [lv for lv in scheme().levels if int(lv.low * 10) <= rounded <= int(lv.high * 10)]
    assert fitting == [told]


@given(scores, scores)
def test_a_higher_score_never_gives_a_lower_level(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    five = scheme()
    assert five.place(level_of(low, five).id) <= five.place(level_of(high, five).id)  # type: ignore[union-attr]


@given(scores, st.sampled_from(["", "below", "basic", "standard", "red_flag", "model"]))
def test_a_veto_fails_the_grade_whatever_the_score(score: Decimal, previous: str) -> None:
    found = grade(score, ["V4 重大责任事故"], scheme(down=1), previous)
    assert found.level is not None and found.level.id == "below"
    assert any("一票否决" in reason for reason in found.reasons)


@pytest.mark.parametrize(
    ("score", "previous", "expected"),
    [
        ("97", "basic", "standard"),
        ("97", "red_flag", "model"),
        ("97", "", "model"),
        ("30", "model", "red_flag"),
        ("30", "basic", "below"),
        ("85", "standard", "standard"),
    ],
)
def test_a_grade_moves_no_further_than_the_scheme_allows(score: str, previous: str, expected: str) -> None:
    found = grade(Decimal(score), [], scheme(up=1, down=1), previous)
    assert found.level is not None and found.level.id == expected
    assert found.approval == (expected in ("red_flag", "model"))


def test_nothing_scored_is_not_graded() -> None:
    assert grade(None, [], scheme()).level is None


def test_the_five_levels_grade_where_nothing_was_chosen() -> None:
    other, five = scheme(), msgspec.structs.replace(scheme(), id=USUAL_SCHEME)
    assert usual_scheme([other, five]) is five and usual_scheme([other]) is other
    assert usual_scheme([]) is None


def test_movements_and_counts_of_a_year() -> None:
    before = {"a": "basic", "b": "model", "c": "standard", "d": "basic"}
    after = {"a": "standard", "b": "red_flag", "c": "standard", "e": "basic"}
    moved = {m.unit: m.word for m in movements(before, after, scheme(), "abcdef")}
    assert moved == {"a": "升1级", "b": "降1级", "c": "保持", "d": "本年未定级", "e": "新定级", "f": "未定级"}
    assert counts_text(level_counts(after.values(), scheme())) == "红旗1 标准化2 基本达标1"


def test_quotas_are_watched() -> None:
    tight = scheme()
    tight = Scheme(
        **{
            **{f: getattr(tight, f) for f in tight.__struct_fields__},
            "levels": tuple(
                Level(id=lv.id, name=lv.name, low=lv.low, high=lv.high, quota=Decimal("0.1"))
                if lv.id == "model"
                else lv
                for lv in tight.levels
            ),
        }
    )
    assert over_quota(["model"] * 2 + ["basic"] * 8, tight) == ["示范名额最多1个，现在有2个"]
    assert over_quota(["model"] + ["basic"] * 9, tight) == []


RAW = {
    "id": "five",
    "title": "五级",
    "levels": [
        {"id": "a", "name": "甲", "low": 0, "high": 59.9},
        {"id": "b", "name": "乙", "low": 60, "high": 100},
    ],
}


def codes(raw: dict[str, Any]) -> list[tuple[str, tuple[Any, ...]]]:
    return [(issue.code, issue.steps) for issue in check_scheme(raw)]


def test_a_sound_scheme_has_no_fault() -> None:
    assert codes(RAW) == []


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (("levels", 1, "low"), 61, "V03"),
        (("levels", 1, "low"), 59, "V04"),
        (("levels", 1, "low"), 59.9, "V04"),
        (("levels", 0, "low"), 1, "V03"),
        (("levels", 1, "high"), 99, "V03"),
        (("levels", 0, "high"), -1, "V03"),
        (("levels", 1, "id"), "a", "V01"),
        (("levels", 1, "name"), "甲", "V01"),
        (("levels", 1, "quota"), 2, "V05"),
        (("veto_level",), "x", "V06"),
        (("up",), 7, "V05"),
        (("step",), 0, "V05"),
    ],
)
def test_every_fault_is_found_at_its_place(field: tuple[Any, ...], value: Any, code: str) -> None:
    raw: Any = {**RAW, "levels": [dict(level) for level in RAW["levels"]]}  # type: ignore[union-attr,arg-type]
    holder = raw
    for step in field[:-1]:
        holder = holder[step]
    holder[field[-1]] = value
    assert (code, field) in codes(raw) or code in [c for c, _ in codes(raw)]
    assert codes(raw)


def test_a_contest_that_compares_no_section_is_a_fault() -> None:
    raw = {"id": "c", "title": "流动红旗", "prize": "红旗", "criterion": "section", "winners": 0}
    assert {issue.code for issue in check_contest(raw)} == {"V05", "V07"}
