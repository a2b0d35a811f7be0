"""Helping pairs: made, merged, carried on; their effect against the rounds' own scores and ledgers."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import msgspec
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_work import a_round, carried, raw_of, step
from strategies import GW1, GW2, TS1, Desk

from inspect_tui.exchange.verifying import change_faults
from inspect_tui.model.change import Body, Edit, pair_key
from inspect_tui.model.problem import Source
from inspect_tui.model.round import Period, Round, Rules
from inspect_tui.model.scheme import Span
from inspect_tui.model.spread import Goal, GoalKind, GoalState, Pairing
from inspect_tui.model.terms import Outcome, RectState, RoundKind, Stage, StepKind, Verdict
from inspect_tui.report import pair_table as table
from inspect_tui.report.papers.setting import set_document
from inspect_tui.rules import actions, sealing
from inspect_tui.rules.ledger import ledger_rows
from inspect_tui.rules.lifecycle import as_date
from inspect_tui.rules.pair_effect import candidates, effects_of
from inspect_tui.rules.pairing import (
    NO_GOAL,
    PairNow,
    add_goals,
    drop_goal,
    end,
    goal_words,
    mark_met,
    newest_pairs,
    pair_up,
    pairs_left,
    pairs_of,
    problem_goal,
    prolong,
    resume,
    score_goal,
    take_back,
    word_goal,
)
from inspect_tui.rules.periods import period_of
from inspect_tui.rules.reading import is_started
from inspect_tui.rules.result import result_of
from inspect_tui.rules.reviewing import NoReason
from inspect_tui.store.loading import round_from_raw
from sweeps import times

EARLIER = Source(round="2026Q3-test", origin="3" * 16, title="2026年第三季度回头看")
START, UNTIL, TODAY = "2026-08-25", "2026-12-31", "2026-11-21"
THIRD = a_round(
    id="2026Q3-test",
    origin="3" * 16,
    title="2026年第三季度回头看",
    period=Period(label="2026年第三季度", start="2026-08-18", end="2026-08-20"),
)
WORDS = word_goal("w1", "每月听一次党小组会")
SCORE = score_goal(Decimal("90"))


def pairing(**more: Any) -> Pairing:
    given_ = {
        "id": "b1",
        "unit": "u1",
        "unit_name": "第1党小组",
        "helper": "u2",
        "helper_name": "第2党小组",
        "start": START,
        "until": UNTIL,
        "source": EARLIER,
        "goals": (SCORE, WORDS),
    }
    return Pairing(**(given_ | more))


def made(desk: Desk, round_: Round = THIRD, rid: str = "b1", **more: Any) -> PairNow:
    unit, helper = round_.unit("u1"), round_.unit("u2")
    assert unit is not None
    given_ = {"helper": helper, "start": START, "until": UNTIL, "goals": [SCORE, WORDS]} | more
    desk.do(*pair_up(desk.state, unit, rid, **given_))
    return next(n for n in pairs_of(desk.state, round_) if n.pairing.id == rid)


# -------------------------------------------------------------------- making and changing


def test_a_pair_says_who_helps_whom_until_when_with_which_goals() -> None:
    desk = Desk("w1", "组长")
    now = made(desk)
    found = now.pairing
    assert (found.unit_name, found.helper, found.helper_name) == ("第1党小组", "u2", "第2党小组")
    assert (found.start, now.until, found.source) == (START, UNTIL, EARLIER)
    assert [goal_words(g) for g in found.goals] == ["得分达到90分", "每月听一次党小组会"]
    other = made(desk, rid="b2", helper=None, department=" 生产技术室 ")
    assert (other.pairing.helper, other.pairing.helper_name) == ("", "生产技术室")
    assert len(pairs_of(desk.state, THIRD)) == 2 and not is_started(desk.state, "u1")


@pytest.mark.parametrize(
    "wrong",
    [
        {"helper": THIRD.units[0]},
        {"helper": None, "department": " "},
        {"until": "2026-08-24"},
        {"until": "2026年底"},
        {"start": "明天"},
        {"goals": []},
    ],
)
def test_a_pair_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    desk = Desk("w1", "组长")
    with pytest.raises(NoReason):
        made(desk, **wrong)


@pytest.mark.parametrize("target", ["0", "-1", "200.5", "NaN"])
def test_a_score_nobody_can_reach_is_no_goal(target: str) -> None:
    with pytest.raises(NoReason):
        score_goal(Decimal(target))
    with pytest.raises(NoReason):
        word_goal("w2", "  ")


def test_a_problem_is_a_goal_by_number_and_day_unless_it_is_done_with() -> None:
    round_ = a_round(carried(1), carried(2, RectState.CLOSED))
    first, second = ledger_rows(Desk("w1", "甲").state, round_, TODAY)
    goal = problem_goal(first)
    assert (goal.id, goal.number, goal.due) == ("p1", first.number, "2026-12-10")
    assert goal_words(goal) == "HTK26Q3-A1-U1-A-01 旧问题1（销号，2026-12-10前）"
    with pytest.raises(NoReason):
        problem_goal(second)


def test_goals_end_and_days_are_changed_and_taken_back() -> None:
    desk = Desk("w1", "组长")

    def now() -> PairNow:
        return pairs_of(desk.state, THIRD)[0]

    made(desk)
    desk.do(*add_goals(desk.state, now(), [score_goal(Decimal("92.5")), word_goal("w2", "再一个")]))
    assert [g.target for g in now().pairing.goals if g.kind is GoalKind.SCORE] == [Decimal("92.5")]
    assert add_goals(desk.state, now(), [score_goal(Decimal("92.5"))]) == []
    desk.do(*mark_met(desk.state, now(), WORDS, True))
    assert now().pairing.met == ("w1",)
    desk.do(*mark_met(desk.state, now(), WORDS, False))
    assert now().pairing.met == ()
    with pytest.raises(NoReason):
        mark_met(desk.state, now(), SCORE, True)
    for goal in now().pairing.goals[:2]:
        desk.do(*drop_goal(desk.state, now(), goal))
    with pytest.raises(NoReason):
        drop_goal(desk.state, now(), now().pairing.goals[0])
    desk.do(*prolong(desk.state, now(), "2027-06-30"))
    assert now().until == "2027-06-30"
    for on, why in (("2026-08-24", "早了"), (TODAY, " ")):
        with pytest.raises(NoReason):
            end(desk.state, now(), on, why)
    desk.do(*end(desk.state, now(), TODAY, "已经赶上"))
    assert (now().until, now().why) == (TODAY, "已经赶上")
    assert pairs_left(desk.state, THIRD, TODAY) == []
    desk.do(*resume(desk.state, now()))
    assert now().ended == "" and len(pairs_left(desk.state, THIRD, TODAY)) == 1
    gone = desk.do(*take_back(desk.state, now()))
    assert pairs_of(desk.state, THIRD) == []
    desk.do(retract=[gone.id])
    assert len(pairs_of(desk.state, THIRD)) == 1
    assert [list(change_faults(c, THIRD)) for c in desk.own] == [[]] * len(desk.own)


STEPS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 6), st.integers(0, 2)), max_size=14)


def _work(desks: list[Desk], step_: tuple[int, int, int]) -> None:
    who, what, seed = step_
    desk = desks[who]
    held = pairs_of(desk.state, CARRYING)
    if what == 0 or not held:
        desk.take(desks[1 - who])
        return
    now = held[seed % len(held)]
    goals = now.pairing.goals
    match what:
        case 1:
            desk.do(*add_goals(desk.state, now, [word_goal(f"w{seed}", f"目标{who}")]))
        case 2 if len(goals) > 1:
            desk.do(*drop_goal(desk.state, now, goals[seed % len(goals)]))
        case 3:
            desk.do(*prolong(desk.state, now, f"2027-0{1 + seed}-15"))
        case 4 if not now.ended:
            desk.do(*end(desk.state, now, "2026-12-01", f"原因{who}"))
        case 5 if seed == 0:
            desk.do(*take_back(desk.state, now))
        case 6:
            made(desk, CARRYING, f"n{who}{len(desk.own)}")
        case _:
            desk.undo("u1")


CARRYING = a_round(pairs=(pairing(),))


@given(STEPS)
@settings(max_examples=times(30), deadline=None)
def test_whatever_two_leads_do_both_read_the_same_pairs_after_a_merge(steps: list[Any]) -> None:
    desks = [Desk("w1", "组长"), Desk("w2", "副组长")]
    for one in steps:
        _work(desks, one)
    first, second = desks
    first.take(second)
    second.take(first)
    found = pairs_of(first.state, CARRYING)
    assert found == pairs_of(second.state, CARRYING)
    for now in found:
        assert now.pairing.helper_name
        assert len({g.id for g in now.pairing.goals}) == len(now.pairing.goals)
    left = pairs_left(first.state, CARRYING, TODAY)
    assert newest_pairs([left, left]) == tuple(left)
    assert list(round_from_raw(raw_of(a_round(pairs=tuple(left))))[0].pairs) == left


def test_goals_of_two_leads_add_up_and_different_days_are_a_question_that_stops_no_freeze_seal() -> None:
    from inspect_tui.rules.deciding import questions

    one, two = Desk("w1", "组长"), Desk("w2", "副组长")
    now = made(one)
    two.take(one)
    one.do(*add_goals(one.state, now, [word_goal("w2", "甲的")]))
    two.do(*add_goals(two.state, now, [word_goal("w3", "乙的")]))
    one.do(*prolong(one.state, now, "2027-03-31"))
    two.do(*prolong(two.state, now, "2027-06-30"))
    one.take(two)
    [now] = pairs_of(one.state, THIRD)
    assert {g.id for g in now.pairing.goals} == {"score", "w1", "w2", "w3"} and now.contested == ("until",)
    [question] = questions(one.state, THIRD)
    assert (question.record, question.field) == (now.record, "until")


def test_the_last_two_goals_each_dropped_by_another_lead_leave_a_pair_that_says_it_has_none() -> None:
    one, two = Desk("w1", "组长"), Desk("w2", "副组长")
    now = made(one)
    two.take(one)
    one.do(*drop_goal(one.state, now, SCORE))
    two.do(*drop_goal(two.state, now, WORDS))
    one.take(two)
    [now] = pairs_of(one.state, THIRD)
    assert now.pairing.goals == () and f"  {NO_GOAL}" in table.pair_lines(now)
    one.do(*add_goals(one.state, now, [WORDS]))
    [now] = pairs_of(one.state, THIRD)
    assert now.pairing.goals == (WORDS,) and f"  {NO_GOAL}" not in table.pair_lines(now)


def test_pairing_breaks_no_seal() -> None:
    desk = Desk("w1", "组长")
    desk.do(*sealing.freeze(desk.state, THIRD))
    made(desk)
    frozen = sealing.read_freeze(desk.state, THIRD)
    assert frozen is not None and frozen.whole


def test_the_round_that_had_a_pair_longest_speaks_for_it() -> None:
    old, new = pairing(), pairing(rounds=1, until="2027-01-31")
    assert newest_pairs([[old], [new]]) == newest_pairs([[new], [old]]) == (new,)
    desk = Desk("w1", "组长")
    desk.do(*prolong(desk.state, pairs_of(desk.state, CARRYING)[0], "2026-11-20"))
    assert pairs_left(desk.state, CARRYING, TODAY) == [], "what ran out goes no further"
    other = a_round(pairs=(pairing(unit="u9", unit_name="别处"),))
    [now] = pairs_of(Desk("w1", "组长").state, other)
    assert not now.here
    with pytest.raises(NoReason):
        prolong(desk.state, now, UNTIL)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start", "8月25日"),
        ("until", 20261231),
        ("helper_name", "长" * 501),
        ("goal:score", {"kind": "score", "target": 90}),
        ("goal:score", {"kind": "score", "target": "1e9"}),
        ("goal:x/y", {"kind": "words", "text": "坏编号"}),
        ("goal:w1", {"kind": "other", "text": "x"}),
        ("goal:w1", "文字"),
        ("met:w1", "yes"),
        ("ended", {"on": "明天", "why": "x"}),
        ("ended", True),
    ],
)
def test_what_nobody_could_read_is_rejected_and_read_as_nothing(field: str, value: Any) -> None:
    desk = Desk("w1", "组长")
    made(desk)
    edit = Edit(
        record=pair_key("u1", "b1"), field=field, value=value, saw=desk.state.saw(pair_key("u1", "b1"), field)
    )
    change = desk.seal(Body(at="2026-11-20T09:00:00+08:00", by=("甲",), edits=(edit,)))
    assert list(change_faults(change, THIRD)) == ["经验、采用情况或结对帮扶的写法不对"]
    desk.take(change)
    for now in pairs_of(desk.state, THIRD):
        assert all(isinstance(g, Goal) for g in now.pairing.goals) and not now.ended and not now.pairing.met
    effects_of([(THIRD, desk.state)], TODAY)


# -------------------------------------------------------------------- effect


def a_visit(desk: Desk, round_: Round, day: str, *failing: str, unit: str = "u1") -> None:
    """A visit in which the named items fail and the others conform."""
    desk.do(*actions.begin_visit(desk.state, unit, day, desk.people))
    for item in (GW1, GW2, TS1):
        verdict = Verdict.FAIL if item.id in failing else Verdict.PASS
        desk.do(actions.judge(desk.state, unit, "small", item, actions.plain_verdict(item, verdict)))


def chain() -> tuple[list[tuple[Round, Any]], Desk, Desk]:
    """Two rounds: in the first u1 is paired after its visit, in the second it does better."""
    one = Desk("w1", "组长")
    a_visit(one, THIRD, "2026-08-19", "GW-01", "GW-02")
    rows = ledger_rows(one.state, THIRD, START)
    made(one, goals=[score_goal(Decimal(100)), WORDS, *(problem_goal(r) for r in rows)])
    kept = [
        msgspec.structs.replace(carried(n), id=row.id, number=row.number, text=row.text, noted="2026-08-19")
        for n, row in enumerate(rows, 1)
    ]
    fourth = a_round(
        *kept,
        period=Period(label="2026年第四季度", start="2026-11-16", end="2026-11-20"),
        pairs=tuple(pairs_left(one.state, THIRD, "2026-11-16")),
    )
    two = Desk("w2", "甲")
    a_visit(two, fourth, "2026-11-18")
    return [(THIRD, one.state), (fourth, two.state)], one, two


def test_before_and_after_are_the_rounds_own_figures() -> None:
    rounds, _, two = chain()
    fourth = rounds[1][0]
    [effect] = effects_of(rounds, TODAY)
    assert effect.before is not None and len(effect.after) == 1
    for stand, (round_, state) in zip((effect.before, *effect.after), rounds, strict=True):
        assert stand.score == result_of(state, round_, "u1").score
        assert stand.source.title == round_.title
    assert effect.gained == effect.after[0].score - effect.before.score > 0
    rows = [r for r in ledger_rows(two.state, fourth, TODAY) if r.unit == "u1"]
    last = effect.after[0]
    assert (last.open, last.overdue) == (sum(not r.done for r in rows), sum(r.overdue for r in rows))
    assert (effect.before.day, last.day) == (START, TODAY)


def test_goals_follow_from_results_words_from_the_lead_and_nothing_is_made_up() -> None:
    rounds, _, two = chain()
    fourth = rounds[1][0]
    problems = [g.id for g in fourth.pairs[0].goals if g.kind is GoalKind.PROBLEM]
    assert len(problems) == 2

    def goals(*held: Any) -> dict[str, GoalState]:
        return effects_of(held, TODAY)[0].goals

    assert goals(rounds[0]) == {
        "score": GoalState.NO_DATA,
        "w1": GoalState.NO_DATA,
        **dict.fromkeys(problems, GoalState.NOT_YET),
    }
    step(two, fourth, StepKind.VERIFY, problems[0], outcome=Outcome.FIXED)
    two.do(*mark_met(two.state, pairs_of(two.state, fourth)[0], WORDS, True))
    found = goals(*rounds)
    score = result_of(two.state, fourth, "u1").score
    assert score is not None
    assert found["score"] is (GoalState.MET if score >= 100 else GoalState.NOT_YET)
    assert (found[problems[0]], found[problems[1]]) == (GoalState.MET, GoalState.NOT_YET)
    assert found["w1"] is GoalState.MET
    assert goals(*reversed(rounds)) == found, "the order of rounds does not matter"


def test_what_was_done_after_the_start_is_not_counted_as_before() -> None:
    rounds, one, _ = chain()
    row = next(r for r in ledger_rows(one.state, THIRD, START) if r.unit == "u1")
    [plain] = effects_of(rounds[:1], TODAY)
    step(one, THIRD, StepKind.START, row.id, today="2026-09-01")
    duty = {"result": "已补齐", "done_on": "2026-09-05"}
    step(one, THIRD, StepKind.SUBMIT, row.id, today="2026-09-05", duty=duty)
    step(one, THIRD, StepKind.CLOSE, row.id, today="2026-09-10")
    [effect] = effects_of(rounds[:1], TODAY)
    assert effect.before == plain.before and effect.before is not None and effect.before.open == 2
    assert effect.goals[row.id] is GoalState.MET, "closed in the ledger of the round it was found in"
    assert effects_of(rounds[:1], "2026-09-09")[0].goals[row.id] is GoalState.NOT_YET


def test_rounds_that_do_not_count_are_left_out() -> None:
    rounds, _, two = chain()
    fourth = rounds[1][0]
    for more in ({"practice": True}, {"stage": Stage.SELF, "series": "s"}, {"kind": RoundKind.SUPERVISION}):
        other = msgspec.structs.replace(fourth, id="x", origin="7" * 16, pairs=(), **more)
        [effect] = effects_of([rounds[0], (other, two.state)], TODAY)
        assert effect.after == () and effect.latest is None and effect.gained is None
    [effect] = effects_of(rounds, "2026-11-17")
    assert effect.after == (), "a round after the day looked at is not known yet"


def test_a_unit_nobody_reached_has_no_data_and_a_pair_without_a_round_before_none_either() -> None:
    rounds, _, _ = chain()
    empty = (rounds[1][0], Desk("w3", "乙").state)
    [effect] = effects_of([rounds[0], empty], TODAY)
    assert (
        effect.after[0].score is None and effect.gained is None and effect.goals["score"] is GoalState.NO_DATA
    )
    desk = Desk("w1", "组长")
    made(desk, start="2026-08-01")
    [effect] = effects_of([(THIRD, desk.state)], TODAY)
    assert effect.before is None and table.change_word(effect.gained) == "无数据"


def test_a_half_year_lists_the_pairs_that_ran_in_it() -> None:
    rounds, _, two = chain()
    halves = {
        day: period_of(as_date(day), Span.HALF)  # type: ignore[arg-type]
        for day in ("2026-03-01", "2026-08-01", "2027-03-01")
    }
    assert [len(effects_of(rounds, TODAY, half)) for half in halves.values()] == [0, 1, 0]
    fourth = rounds[1][0]
    two.do(*take_back(two.state, pairs_of(two.state, fourth)[0]))
    assert effects_of(rounds, TODAY) == [], "taken back by the round that has it now"


# -------------------------------------------------------------------- candidates


def crowd(**rules: Any) -> tuple[Round, Desk]:
    units = tuple(
        msgspec.structs.replace(THIRD.units[0], id=f"u{n}", code=f"U{n}", name=f"第{n}党小组")
        for n in range(1, 5)
    )
    round_ = a_round(units=units, rules=Rules(rank_coverage=Decimal("0.1"), **rules), teams=())
    desk = Desk("w1", "甲")
    for n, failing in ((1, ()), (2, ("GW-01",)), (3, ("GW-01", "GW-02"))):
        a_visit(desk, round_, "2026-11-18", *failing, unit=f"u{n}")
    return round_, desk


def test_the_lowest_third_is_offered_beside_the_best_of_its_profile() -> None:
    round_, desk = crowd()
    found = candidates(desk.state, round_, TODAY)
    scores = {n: result_of(desk.state, round_, f"u{n}").score for n in (1, 2, 3)}
    assert scores[1] > scores[2] > scores[3]  # type: ignore[operator]
    assert [(c.unit.id, c.helper.id if c.helper else "") for c in found] == [("u3", "u1")]
    assert (found[0].score, found[0].helper_score) == (scores[3], scores[1])
    assert desk.state.records("u3") and pairs_of(desk.state, round_) == [], "only offered, never set"


@pytest.mark.parametrize("no_ranking", [False, True])
def test_the_overdue_are_offered_too_in_an_order_that_ranks_nobody_where_that_is_not_wanted(
    no_ranking: bool,
) -> None:
    round_, desk = crowd(no_ranking=no_ranking)
    due = msgspec.structs.replace(carried(1).duty, due="2026-10-01")
    round_ = msgspec.structs.replace(round_, carried=(carried(1, unit="u1", duty=due),))
    found = candidates(desk.state, round_, TODAY)
    assert [c.unit.id for c in found] == (["u1", "u3"] if no_ranking else ["u3", "u1"])
    said = "".join(table.candidate_line(c) for c in found)
    assert not any(word in said for word in ("名", "排", "末", "倒数", "最差"))
    assert {c.unit.id: c.overdue for c in found} == {"u1": 1, "u3": 0}


# -------------------------------------------------------------------- exports


def told() -> Any:
    rounds, _, two = chain()
    two.do(*end(two.state, pairs_of(two.state, rounds[1][0])[0], "2026-11-20", "=已经,赶上"))
    return effects_of(rounds, TODAY)


def test_the_list_of_effects_is_the_same_in_every_form() -> None:
    effects = told()
    [effect] = effects
    before, after = effect.before, effect.after[0]
    goals = "；".join(table.goals_text(effect))
    said = "\r\n".join(
        [
            "受帮扶单位,帮扶单位或部门,开始,结束,结对前得分,现在得分,得分变化,结对前未销号,现在未销号,"
            "结对前逾期,现在逾期,目标,达到目标,结束原因",
            f"第1党小组,第2党小组,{START},2026-11-20,{before.score},{after.score},{effect.gained},"
            f"2,2,0,0,{goals},{effect.met}/4,'=已经,赶上".replace("'=已经,赶上", '"\'=已经,赶上"'),
            "",
        ]
    )
    assert table.effect_csv(effects) == said.encode("utf-8-sig")
    period = period_of(as_date(TODAY), Span.HALF)  # type: ignore[arg-type]
    data = table.effect_xlsx(effects, period)
    assert data == table.effect_xlsx(told(), period)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["成效", "各轮"]
    row = [cell.value for cell in list(book["成效"].rows)[-1]]
    assert row[0] == "第1党小组" and Decimal(str(row[6])) == effect.gained
    alone = effects_of([(THIRD, chain()[1].state)], TODAY)
    book = openpyxl.load_workbook(io.BytesIO(table.effect_xlsx(alone, period)))
    assert [cell.value for cell in list(book["成效"].rows)[-1]][5:7] == ["无数据", "无数据"]
    doc = table.effect_doc(effects, period, issuer="东沟党总支", day=TODAY)
    page = set_document(doc, "md").decode()
    assert "2026年下半年结对帮扶成效情况" in page and "2026年8月25日至2026年11月20日" in page
    assert set_document(doc, "docx") == set_document(doc, "docx")
    text = "\n".join(table.effect_lines(effect))
    for figure in (before.score, after.score):
        assert table.score_word(figure) in text and table.score_word(figure) in page
    plain = table.effect_data(effect)
    assert (plain["score"], plain["gained"], plain["met"]) == (effect.scored, effect.gained, effect.met)
    assert [g["state"] for g in plain["goals"]] == [effect.goals[g["id"]].value for g in plain["goals"]]


def test_no_pairs_are_said_so() -> None:
    assert table.totals_text([]) == "这半年没有结对帮扶。"
    [said] = table.effect_doc([], None, issuer="", day=TODAY).body
    assert "没有结对帮扶" in str(said)
