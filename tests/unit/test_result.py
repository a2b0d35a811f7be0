"""The one result: against a slow recount, read back from every output, and what people expect of a score."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_work import a_round, carried, forced, verify
from strategies import CHECKLIST, GW2, LOCAL, TS1, Desk

from inspect_tui.model.change import bonus_key
from inspect_tui.model.round import Round, Rules
from inspect_tui.model.terms import NaPolicy, Outcome, RectState, Scoring, Verdict, VisitResult
from inspect_tui.model.view import Picked
from inspect_tui.report.notice import NoticeRefused, compile_notice
from inspect_tui.report.outline import compile_round, compile_visit
from inspect_tui.report.papers.score_lines import score_lines, section_keys
from inspect_tui.report.papers.score_table import score_csv, score_xlsx
from inspect_tui.report.scores import derivation_lines, score_renderables, scores_data
from inspect_tui.report.summary import print_summary, summary_csv, summary_data
from inspect_tui.rules import actions, bonus
from inspect_tui.rules.applicability import checklists_for, items_for, profile_of
from inspect_tui.rules.deciding import questions
from inspect_tui.rules.fold import State
from inspect_tui.rules.reading import read_answer, read_visit
from inspect_tui.rules.result import EXCEPTIONS, Result, formula_text, result_of, rules_hash
from inspect_tui.rules.reviewing import NoReason
from inspect_tui.rules.scoring import item_losses
from sweeps import times

OUTCOMES = (*Outcome, None)
TODAY = dt.date(2026, 11, 20)


def bonus_of(desk: Desk, round_: Round, points: str, random_id: str = "b1", unit: str = "u1") -> None:
    there = round_.unit(unit)
    assert there is not None
    desk.do(*bonus.give(desk.state, there, random_id, Decimal(points), "受上级表彰", "表彰文件"))


def begun(desk: Desk, unit: str = "u1") -> None:
    desk.do(*actions.begin_visit(desk.state, unit, "2026-11-20", desk.people))


# -------------------------------------------------------------------- the slow recount


def slow(state: State, round_: Round, unit: str, outcomes: list[Outcome | None], given_: list[str]) -> Any:
    """The final score recounted in fractions from answers, outcomes and bonuses."""
    there = round_.unit(unit)
    assert there is not None
    visit = read_visit(state, unit)
    if not visit.started or visit.result is not VisitResult.VISITED:
        return None
    rules, gained, full = round_.rules, Fraction(0), Fraction(0)
    for checklist in checklists_for(round_, there):
        for _, item in items_for(checklist, profile_of(state, round_, unit)):
            answer = read_answer(state, unit, checklist.id, item)
            verdict = answer.judgement.verdict
            if len(answer.opinions) > 1 or item.scoring is Scoring.NONE:
                continue
            if verdict is Verdict.NA and rules.na_policy is NaPolicy.FULL:
                gained, full = gained + Fraction(item.points), full + Fraction(item.points)
            if verdict in (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL):
                loss = sum(
                    (Fraction(points) for _, points in item_losses(item, answer.judgement, rules)),
                    Fraction(0),
                )
                gained, full = (
                    gained + max(Fraction(0), Fraction(item.points) - loss),
                    full + Fraction(item.points),
                )
    if not full:
        return None
    step = Fraction(rules.rounding)
    score = math.floor(gained / full * 100 / step + Fraction(1, 2)) * step
    taken = Fraction(0)
    for outcome in outcomes:
        if outcome in (Outcome.NOT_FIXED, Outcome.PARTLY):
            taken += Fraction(rules.carry_open)
        elif outcome is Outcome.RELAPSED:
            taken += Fraction(rules.carry_relapsed)
    score -= min(taken, Fraction(rules.carry_cap))
    score += min(sum((Fraction(points) for points in given_), Fraction(0)), Fraction(rules.bonus_cap))
    score = max(Fraction(0), min(score, 100 + Fraction(rules.bonus_cap)))
    return math.floor(score / step + Fraction(1, 2)) * step


tenths = st.integers(0, 60).map(lambda n: Decimal(n) / 10)
rule_books = st.builds(
    Rules,
    na_policy=st.sampled_from(list(NaPolicy)),
    rounding=st.sampled_from([Decimal("0.1"), Decimal("0.01"), Decimal(1), Decimal("0.5")]),
    carry_open=tenths,
    carry_relapsed=tenths,
    carry_cap=tenths.map(lambda n: n * 3),
    bonus_cap=tenths,
)
steps = st.tuples(st.integers(0, len(LOCAL) - 1), st.integers(0, 1), st.integers(0, 50_000))
worlds = st.tuples(
    rule_books,
    st.lists(steps, max_size=25),
    st.lists(st.sampled_from(OUTCOMES), max_size=5),
    st.lists(st.integers(1, 60).map(lambda n: f"{n / 10:.1f}"), max_size=3),
)


def world(made: Any) -> tuple[State, Round, list[Outcome | None], list[str]]:
    rules, walked, outcomes, points = made
    problems = [
        carried(n, RectState.CLOSED if outcome is Outcome.RELAPSED else RectState.OPEN)
        for n, outcome in enumerate(outcomes, 1)
    ]
    round_ = a_round(*problems, rules=rules)
    desk = Desk("a" * 12, "甲")
    for which, unit, seed in walked:
        LOCAL[which](desk, ("u1", "u2")[unit], seed)
    for n, outcome in enumerate(outcomes, 1):
        if outcome is not None:
            verify(desk, round_, outcome, f"p{n}")
    for n, given_ in enumerate(points):
        bonus_of(desk, round_, given_, f"b{n}")
    return desk.state, round_, outcomes, points


@settings(max_examples=times(75), deadline=None)
@given(worlds)
def test_the_final_score_is_the_slow_recounts(made: Any) -> None:
    state, round_, outcomes, points = world(made)
    for unit, found, given_ in (("u1", outcomes, points), ("u2", [], [])):
        result = result_of(state, round_, unit)
        wanted = slow(state, round_, unit, found, given_)
        assert (None if result.score is None else Fraction(result.score)) == wanted
        assert len(result.lines) == result.items
        verdicts = [line for line in result.lines if not line.disputed]
        assert result.unanswered == sum(line.verdict is Verdict.PENDING for line in verdicts)
        assert result.raw == sum((line.gained for line in result.lines if line.counted), Decimal(0))
        assert result.lost == result.applicable - result.raw
        assert all(bool(line.why) != line.counted for line in result.lines)
        known = state.changes
        assert all(change in known for line in result.lines for change in line.changes)
        assert all(line.changes for line in result.lines if line.counted)


@settings(max_examples=times(25), deadline=None)
@given(worlds, st.booleans())
def test_every_output_prints_the_same_number(made: Any, whole: bool) -> None:
    state, round_, _, _ = world(made)
    if whole:
        complete(state, round_)
    outline = compile_round(state, round_)
    data = {u["unit"]: u for u in json.loads(encoded(scores_data(outline)))["units"]}
    summary = {u["unit"]: u for u in json.loads(encoded(summary_data(outline)))["units"]}
    rows = {row["单位"]: row for row in csv.DictReader(io.StringIO(summary_csv(outline)))}
    names = list(section_keys(outline).values())
    lines = score_lines(outline)
    sheet = openpyxl.load_workbook(io.BytesIO(score_xlsx(lines, round_, names))).worksheets[0]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(row for row in cells if "总分" in row)
    book = {row[head.index("党小组")]: row[head.index("总分")] for row in cells if row is not head}
    table = list(csv.DictReader(io.StringIO(score_csv(lines, round_, names).decode("utf-8-sig"))))
    told = {row["党小组"]: row["总分"] for row in table}
    screen, scores = io.StringIO(), io.StringIO()
    print_summary(outline, screen, width=200)
    from rich.console import Console

    console = Console(file=scores, width=200, color_system=None)
    for renderable in score_renderables(outline, 200):
        console.print(renderable)
    for digest in outline.units:
        score, name = digest.score, digest.unit.name
        assert score == result_of(state, round_, digest.unit.id).score
        assert number(data[digest.unit.id]["score"]) == score == number(summary[digest.unit.id]["score"])
        assert number(rows[name]["得分"]) == score
        assert number(book[name]) == score == number(told[name])
        for text in (screen.getvalue(), scores.getvalue()):
            row = next(line for line in text.splitlines() if line.startswith(name))
            assert number(row.split()[3]) == score
        notice = unit_text(state, round_, digest.unit.id)
        if notice is not None and score is not None:
            unfinished = "尚未查完" in notice
            assert re.findall(r"合计得分([\d.]+)分（", notice) == ([] if unfinished else [str(score)])
        elif notice is not None:
            assert "合计得分" not in notice
        first = derivation_lines(round_, digest.result)[0]
        assert first.startswith("不计分" if score is None else f"得分{score}")


def complete(state: State, round_: Round) -> None:
    """Judge whatever nobody judged at the first unit, so that the notice tells its score."""
    desk = Desk("c" * 12, "丙")
    desk.state = state
    edits = [
        actions.judge(state, "u1", line.checklist, item, actions.plain_verdict(item, Verdict.PASS))
        for line in result_of(state, round_, "u1").lines
        if line.verdict is Verdict.PENDING and not line.disputed
        if (item := round_.item(line.checklist, line.item)) is not None
    ]
    desk.do(*edits, *actions.begin_visit(state, "u1", "2026-11-20", desk.people))


def encoded(value: Any) -> bytes:
    return msgspec.json.Encoder(decimal_format="number").encode(value)


def number(value: Any) -> Decimal | None:
    return None if value in (None, "", "-", "不计分") else Decimal(str(value))


def unit_text(state: State, round_: Round, unit: str) -> str | None:
    try:
        return compile_notice(compile_visit(state, round_, unit), today=TODAY).text
    except NoticeRefused:
        return None


# -------------------------------------------------------------------- what people expect


@settings(max_examples=times(60), deadline=None)
@given(worlds, st.integers(0, 100), st.integers(0, 3))
def test_answering_conforming_never_lowers(made: Any, where: int, _: int) -> None:
    state, round_, _, _ = world(made)
    before = result_of(state, round_, "u1")
    line = before.lines[where % len(before.lines)]
    item = round_.item(line.checklist, line.item)
    assert item is not None
    desk = Desk("a" * 12, "甲")
    desk.state = state
    desk.do(
        actions.judge(state, "u1", line.checklist, item, actions.plain_verdict(item, Verdict.PASS)),
        *actions.begin_visit(state, "u1", "2026-11-20", desk.people),
    )
    after = result_of(state, round_, "u1")
    if before.score is not None and after.told:
        assert after.score is not None and after.score >= before.score
        assert after.raw >= before.raw or line.verdict is Verdict.NA


@settings(max_examples=times(60), deadline=None)
@given(worlds, st.integers(0, 100), st.integers(0, 10))
def test_adding_a_deduction_never_raises(made: Any, where: int, which: int) -> None:
    state, round_, _, _ = world(made)
    before = result_of(state, round_, "u1")
    picked = [
        line
        for line in before.lines
        if line.counted and line.verdict in (Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL)
    ]
    labelled = []
    for line in picked:
        item = round_.item(line.checklist, line.item)
        assert item is not None
        now = read_answer(state, "u1", line.checklist, item).judgement
        if item.deductions and (now.deductions or line.verdict is Verdict.PASS):
            labelled.append((line, item, now))
    if not labelled:
        return
    line, item, now = labelled[where % len(labelled)]
    label = item.deductions[which % len(item.deductions)].label
    held = now.deductions if now.verdict is not Verdict.PASS else ()
    more = [p for p in held if p.label != label]
    added = tuple([*more, Picked(label, now.count(label) + 1 if held else 1)])
    judgement = msgspec.structs.replace(now, verdict=Verdict.FAIL, deductions=added, reason="")
    desk = Desk("a" * 12, "甲")
    desk.state = state
    desk.do(actions.judge(state, "u1", line.checklist, item, judgement))
    after = result_of(state, round_, "u1")
    if before.score is not None:
        assert after.score is not None and after.score <= before.score


def test_the_exceptions_under_rescaling_are_real_and_told() -> None:
    round_ = a_round()
    desk = Desk("a" * 12, "甲")
    begun(desk)
    desk.judge(Verdict.FAIL, ("记录不全", 9), item=GW2)
    low = result_of(desk.state, round_, "u1").score
    assert low is not None
    desk.judge(Verdict.FAIL, "责任缺项")
    joined = result_of(desk.state, round_, "u1").score
    assert joined is not None and joined > low, "a first judgement with a deduction may raise"
    desk.judge(Verdict.NA, item=GW2, reason="没有")
    gone = result_of(desk.state, round_, "u1").score
    assert gone is not None and gone > joined, "taking a poor item out raises"
    bare = Desk("b" * 12, "乙")
    begun(bare)
    bare.judge(Verdict.FAIL)
    without = result_of(bare.state, round_, "u1").score
    bare.judge(Verdict.FAIL, "责任缺项")
    labelled = result_of(bare.state, round_, "u1").score
    assert without is not None and labelled is not None and labelled > without, "a label replaces the default"
    told = derivation_lines(round_, result_of(bare.state, round_, "u1"))
    assert (
        set(EXCEPTIONS) <= set(told)
        and list(EXCEPTIONS) == scores_data(compile_round(bare.state, round_))["exceptions"]
    )


# -------------------------------------------------------------------- earlier problems


def scored(*problems: Any, **said: Any) -> tuple[Desk, Round]:
    round_, desk = a_round(*problems, **said), Desk("a" * 12, "甲")
    begun(desk)
    desk.judge(Verdict.PASS)
    return desk, round_


@pytest.mark.parametrize(
    ("outcome", "state", "points"),
    [
        (Outcome.FIXED, RectState.OPEN, 0),
        (Outcome.PARTLY, RectState.OPEN, 1),
        (Outcome.NOT_FIXED, RectState.SUBMITTED, 1),
        (Outcome.RELAPSED, RectState.CLOSED, 2),
        (Outcome.UNVERIFIABLE, RectState.OPEN, 0),
        (None, RectState.OPEN, 0),
    ],
)
def test_what_a_visit_finds_of_an_earlier_problem(
    outcome: Outcome | None, state: RectState, points: int
) -> None:
    desk, round_ = scored(carried(1, state))
    if outcome is not None:
        verify(desk, round_, outcome)
    result = result_of(desk.state, round_, "u1")
    assert (result.score, result.rescaled) == (100 - points, 100)
    (line,) = result.carried
    assert line.points == points and (outcome is None or outcome.label in line.why)
    assert bool(line.changes) == (outcome is not None)


def test_two_opinions_on_an_earlier_problem_wait_for_the_lead() -> None:
    desk, round_ = scored(carried(1))
    other = Desk("b" * 12, "乙")
    verify(desk, round_, Outcome.NOT_FIXED)
    verify(other, round_, Outcome.FIXED)
    desk.take(other)
    (line,) = result_of(desk.state, round_, "u1").carried
    assert line.points == 0 and "两种意见" in line.why and len(line.changes) == 2


def test_earlier_problems_take_no_more_than_the_cap_and_never_below_zero() -> None:
    desk, round_ = scored(*(carried(n, RectState.CLOSED) for n in range(1, 8)))
    for n in range(1, 8):
        verify(desk, round_, Outcome.RELAPSED, f"p{n}")
    result = result_of(desk.state, round_, "u1")
    assert (result.carry_loss, result.score) == (10, 90)
    assert "上轮问题合计14分，按规则最多减10分" in derivation_lines(round_, result)
    poor = msgspec.structs.replace(round_, rules=Rules(carry_cap=Decimal(100), carry_relapsed=Decimal(50)))
    assert result_of(desk.state, poor, "u1").score == 0


def test_what_the_ledger_does_after_the_visit_changes_no_score() -> None:
    from ledger_work import step

    from inspect_tui.model.terms import StepKind

    desk, round_ = scored(carried(1))
    verify(desk, round_, Outcome.NOT_FIXED)
    before = result_of(desk.state, round_, "u1").score
    step(desk, round_, StepKind.SUBMIT)
    step(desk, round_, StepKind.CLOSE, who="乙")
    assert result_of(desk.state, round_, "u1").score == before == 99


# -------------------------------------------------------------------- bonus


def test_a_bonus_is_capped_listed_and_taken_back() -> None:
    desk, round_ = scored()
    bonus_of(desk, round_, "3")
    bonus_of(desk, round_, "4.5", "b2")
    result = result_of(desk.state, round_, "u1")
    assert (result.bonus, result.score) == (5, 105)
    assert [b.points for b in result.bonuses] == [3, Decimal("4.5")]
    told = derivation_lines(round_, result)
    assert "得分105.0=折算100.0+加分5" in told
    assert any(line.startswith("加3分：受上级表彰，依据：表彰文件  甲") for line in told)
    desk.do(*bonus.take_back(desk.state, bonus_key("u1", "b2")))
    assert result_of(desk.state, round_, "u1").score == 103
    assert result_of(desk.state, round_, "u2").bonuses == ()


def test_two_hands_that_give_one_bonus_otherwise_are_asked() -> None:
    desk, round_ = scored()
    bonus_of(desk, round_, "3")
    other = Desk("b" * 12, "乙")
    bonus_of(other, round_, "4")
    desk.take(other)
    result = result_of(desk.state, round_, "u1")
    assert result.bonus == 0 and result.bonuses[0].contested
    assert [q.record for q in questions(desk.state, round_)] == [bonus_key("u1", "b1")]


@pytest.mark.parametrize("points", ["0", "-1", "101", "NaN", "Infinity"])
def test_senseless_bonuses_are_refused(points: str) -> None:
    desk, round_ = scored()
    with pytest.raises(NoReason):
        bonus_of(desk, round_, points)
    there = round_.unit("u1")
    assert there is not None
    with pytest.raises(NoReason):
        bonus.give(desk.state, there, "b1", Decimal(1), "理由", " ")


@pytest.mark.parametrize(
    "value",
    [
        {"points": "1e9"},
        {"points": "-3"},
        {"points": "9" * 40},
        {"points": "１"},
        "3",
        3,
        {"reason": "x"},
        [1],
    ],
)
def test_a_foreign_bonus_that_says_nonsense_is_none(value: Any) -> None:
    desk, round_ = scored()
    desk.set(bonus_key("u1", "b1"), "given", value)
    assert result_of(desk.state, round_, "u1").bonuses == ()


# -------------------------------------------------------------------- rules and words


def test_the_formula_says_what_the_rules_say() -> None:
    desk, round_ = scored(carried(1))
    assert "每个减1分，反弹的每个减2分，最多减10分" in formula_text(round_)
    assert "一位小数" in formula_text(round_)
    other = Rules(na_policy=NaPolicy.FULL, rounding=Decimal("0.5"), bonus_cap=Decimal(0))
    full = msgspec.structs.replace(round_, rules=other)
    assert "不适用的项计满分" in formula_text(full) and "精确到0.5" in formula_text(full)
    assert "加分" not in formula_text(full) and "上轮" not in formula_text(a_round())
    assert (
        rules_hash(round_.rules)
        == rules_hash(Rules(coverage_warning=Decimal("0.80")))
        != rules_hash(full.rules)
    )
    data = scores_data(compile_round(desk.state, round_))
    assert data["rules"] == {"version": "1.0", "hash": rules_hash(round_.rules)}


def test_the_derivation_leads_to_who_judged_what_and_when() -> None:
    desk, round_ = scored()
    fail = desk.judge(Verdict.FAIL, ("责任缺项", 2), "无责任人")
    desk.judge(Verdict.UNVERIFIED, item=GW2, reason="人员不在")
    desk.judge(Verdict.NA, item=TS1, reason="[/]无此业务")
    result = result_of(desk.state, round_, "u1")
    line = next(held for held in result.lines if (held.checklist, held.item) == (CHECKLIST.id, "GW-01"))
    assert (line.changes, line.by, line.record) == ((fail.id,), ("甲",), "answer/u1/small/GW-01")
    told = "\n".join(derivation_lines(round_, result))
    assert "small GW-01 不符合 2/4（责任缺项扣1，无责任人扣1）  甲 2026-11-20 09:" in told
    assert "small GW-02 未能核实，不计入：未能核实，原因：人员不在" in told
    assert "[/]无此业务" in told and "second GW-01 未查，不计入：未查" in told
    (unit,) = scores_data(compile_visit(desk.state, round_, "u1"))["units"]
    row = next(d for d in unit["derivation"] if d["changes"])
    assert row["changes"] == [fail.id] and row["by"] == ["甲"] and row["at"].startswith("2026-11-20T09")


def test_a_unit_not_reached_has_no_score() -> None:
    desk, round_ = scored()
    said = {"result": VisitResult.NOT_REACHED.value, "reason": "道路不通"}
    desk.do(*actions.visit_fields(desk.state, "u1", said))
    result = result_of(desk.state, round_, "u1")
    assert result.score is None and not result.told
    assert derivation_lines(round_, result)[0] == "不计分：没有检查到"


def test_foreign_steps_that_nobody_can_read_take_nothing() -> None:
    desk, round_ = scored(carried(1))
    desk.state.apply(forced(desk, None))
    assert isinstance(result_of(desk.state, round_, "u1"), Result)
    assert result_of(desk.state, round_, "u1").carry_loss == 0


def test_a_bonus_of_another_desk_is_taken_in_a_merge() -> None:
    from ledger_work import raw_of

    from inspect_tui.exchange.judging import Grounds, judge
    from inspect_tui.store.roundfile import round_of

    desk, round_ = scored()
    bonus_of(desk, round_, "3")
    read = round_of(raw_of(round_), name="round.json")
    judged = judge(desk.own, Grounds([read]), clean=True)
    assert judged.rejected == [] and len(judged.good) == len(desk.own)


def test_a_bonus_breaks_the_seal_of_a_frozen_round() -> None:
    from inspect_tui.rules.sealing import freeze, read_freeze

    desk, round_ = scored()
    desk.do(*freeze(desk.state, round_))
    assert read_freeze(desk.state, round_).whole
    bonus_of(desk, round_, "3")
    assert not read_freeze(desk.state, round_).whole
