"""Stages of a year's grading: side by side, vetoes, limits, and every step of the table of grades."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import msgspec
import pytest
from grading_work import FIVE, LEAD, UNITS, fill, moment, open_stage
from grading_work import record as record_lines

from inspect_tui.exchange.source import read_source
from inspect_tui.exchange.verifying import change_faults
from inspect_tui.model.change import Body, Edit, grade_key
from inspect_tui.model.person import Identity
from inspect_tui.model.round import Round
from inspect_tui.model.terms import GradeState, GradeStepKind, Stage, Verdict
from inspect_tui.rules.canonical import make_change
from inspect_tui.rules.deciding import decide, questions
from inspect_tui.rules.fold import State
from inspect_tui.rules.grade_steps import (
    FIELD,
    STEPS,
    GradeStep,
    Ground,
    Standing,
    guard,
    leads_to,
    planned,
    read_grade_step,
    standing_of,
    steps_from,
    take_grade_step,
)
from inspect_tui.rules.rectifying import NotAllowed
from inspect_tui.rules.sealing import seal
from inspect_tui.rules.stages import (
    NotOneSeries,
    UnitGrading,
    gradings,
    held_levels,
    in_order,
    movement_word,
    movements_of,
)
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

K, S = GradeStepKind, GradeState
TODAY = "2026-11-20"


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Any:
    patch = pytest.MonkeyPatch()
    patch.setenv("INSPECT_TUI_HOME", str(tmp_path_factory.mktemp("home")))
    made = Workspace.init(tmp_path_factory.mktemp("w"))
    for stage, failed, who in (
        (Stage.SELF, (0, 1, 2), "支部书记"),
        (Stage.RECOMMEND, (3, 1, 2), "厂处检查员"),
        (Stage.ACCEPT, (4, 6, 1), LEAD),
    ):
        round_ = open_stage(made, stage)
        fill(made, round_, dict(zip(UNITS, failed, strict=True)), who)
    yield made
    patch.undo()


def pairs(space: Workspace) -> list[tuple[Round, State]]:
    found = [read_source(entry.path.parent) for entry in space.rounds()]
    return [(source.round, source.state) for source in found]


def by_unit(found: list[UnitGrading]) -> dict[str, UnitGrading]:
    return {g.unit: g for g in found}


# -------------------------------------------------------------------- stages side by side


def test_each_stage_has_its_own_answers_signer_date_and_difference(space: Workspace) -> None:
    series, held = in_order(pairs(space))
    assert series == "2026-dbjj-zb"
    assert [r.stage for r, _ in held] == [Stage.SELF, Stage.RECOMMEND, Stage.ACCEPT]
    first = by_unit(gradings(held, FIVE))["DG-B1"]
    assert [s.signers for s in first.stages] == [("支部书记",), ("厂处检查员",), (LEAD,)]
    assert [s.date for s in first.stages] == ["2026-09-01", "2026-10-10", "2026-11-05"]
    scores = [s.score for s in first.stages]
    assert scores[0] == 100 and None not in scores
    assert [s.change for s in first.stages] == [None, *(b - a for a, b in itertools.pairwise(scores))]  # type: ignore[operator]
    assert first.decided_by is Stage.ACCEPT and first.final and first.proposed.level is not None


def test_items_read_differently_are_listed_and_no_others(space: Workspace) -> None:
    """Counted independently: an item differs when any two stages of it failed differently."""
    held = in_order(pairs(space))[1]
    for grading in gradings(held, FIVE):
        marks: dict[str, set[tuple[Verdict, Any]]] = {}
        for round_, state in held:
            from inspect_tui.rules.sheet import UnitSheet

            sheet = UnitSheet(state, round_, grading.unit)
            for row, answer, score in zip(sheet.rows, sheet.answers, sheet.scores, strict=True):
                marks.setdefault(row.item.id, set()).add((answer.verdict, score.gained))
        assert {d.item for d in grading.diffs} == {item for item, seen in marks.items() if len(seen) > 1}
        assert all(len(d.marks) == 3 for d in grading.diffs)
    assert by_unit(gradings(held, FIVE))["DG-B2"].diffs


def test_rounds_that_do_not_belong_together_are_refused(space: Workspace) -> None:
    held = pairs(space)
    other = msgspec.structs.replace(held[0][0], series="2025-dbjj-zb")
    with pytest.raises(NotOneSeries, match="不是同一年"):
        in_order([*held, (other, State())])
    plain = msgspec.structs.replace(held[0][0], stage=None)
    with pytest.raises(NotOneSeries, match="没有写明是达标晋级的哪个阶段"):
        in_order([(plain, State())])
    practice = msgspec.structs.replace(held[0][0], practice=True)
    with pytest.raises(NotOneSeries, match="演练"):
        in_order([(practice, State())])
    with pytest.raises(NotOneSeries, match="没有达标晋级的轮次"):
        in_order([])


def test_what_is_not_accepted_yet_grants_nothing(space: Workspace) -> None:
    held = in_order(pairs(space))[1]
    early = gradings(held[:2], FIVE)
    assert all(not g.final and g.level == "" and g.decided_by is Stage.RECOMMEND for g in early)
    assert all(any("还没有公司党委验收" in reason for reason in g.reasons) for g in early)
    done = gradings(held, FIVE)
    assert all(g.level == g.proposed.level.id for g in done if g.proposed.level)


def test_limits_on_moving_hold_against_last_years_level(space: Workspace) -> None:
    held = in_order(pairs(space))[1]
    free = by_unit(gradings(held, FIVE))["XP-B1"]
    assert free.proposed.level is not None and FIVE.place(free.proposed.level.id) >= 3
    bound = by_unit(gradings(held, FIVE, {"XP-B1": "basic"}))["XP-B1"]
    assert bound.proposed.level is not None and bound.proposed.level.id == "standard"
    assert bound.proposed.by_score == free.proposed.by_score
    moved = dict(zip(UNITS, movements_of(gradings(held, FIVE, {"XP-B1": "basic"}), FIVE), strict=True))
    assert moved["XP-B1"].word == "升1级" and moved["DG-B1"].word == "新定级"


def test_a_veto_of_any_stage_fails_the_grade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = Workspace.init(tmp_path / "w")
    first = open_stage(space, Stage.RECOMMEND)
    fill(space, first, {"DG-B1": 0, "DG-B2": 0})
    second = open_stage(space, Stage.ACCEPT)
    session = Session.open(space, second.id, Identity(name=LEAD), lambda: moment("2026-11-05"))
    record_lines(
        session,
        tmp_path / "l.jsonl",
        [{"unit": "DG-B1", "trigger": {"checklist": "dbjj-zb", "id": "V2", "fact": "事故"}}],
    )
    session.close()
    fill(space, second, {"DG-B1": 0, "DG-B2": 0})
    found = by_unit(gradings(pairs(space), FIVE))
    assert found["DG-B1"].proposed.by_score is not None and found["DG-B1"].proposed.by_score.id == "model"
    assert found["DG-B1"].proposed.level is not None and found["DG-B1"].proposed.level.id == "below"
    assert found["DG-B2"].proposed.level is not None and found["DG-B2"].proposed.level.id == "model"


def test_a_narrow_recheck_does_not_replace_the_acceptance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = Workspace.init(tmp_path / "w")
    accept = open_stage(space, Stage.ACCEPT, unit_ids=["DG-B1"])
    fill(space, accept, {"DG-B1": 8})
    recheck = open_stage(space, Stage.RECHECK, unit_ids=["DG-B1"])
    session = Session.open(space, recheck.id, Identity(name=LEAD), lambda: moment("2026-11-25"))
    item = recheck.checklists[0].items()[0]
    line = {"unit": "DG-B1", "checklist": "dbjj-zb", "item": item.id, "verdict": "pass"}
    record_lines(session, tmp_path / "l.jsonl", [line])
    session.close()
    found = gradings(pairs(space), FIVE)[0]
    assert found.decided_by is Stage.ACCEPT and any("复查只看了" in reason for reason in found.reasons)
    fill(space, recheck, {"DG-B1": 0})
    found = gradings(pairs(space), FIVE)[0]
    assert found.decided_by is Stage.RECHECK and found.proposed.level is not None
    assert found.proposed.level.id == "model"


# -------------------------------------------------------------------- the table


ALLOWED = {
    (K.GRANT, S.UNGRADED): S.GRANTED, (K.GRANT, S.GRANTED): S.GRANTED,
    (K.ORDER, S.UNGRADED): S.ORDERED, (K.ORDER, S.GRANTED): S.ORDERED, (K.ORDER, S.FAILED): S.ORDERED,
    (K.PASS, S.ORDERED): S.GRANTED, (K.FAIL, S.ORDERED): S.FAILED,
    (K.DEMOTE, S.FAILED): S.DEMOTED, (K.DELIST, S.FAILED): S.DELISTED, (K.DELIST, S.GRANTED): S.DELISTED,
}  # fmt: skip


def standing(state: GradeState, level: str = "standard", on: str = "2026-11-10", due: str = "") -> Standing:
    if state is S.UNGRADED:
        return Standing()
    step = GradeStep(kind=K.GRANT, left=S.UNGRADED, to=state, on=on, level=level, due=due)
    return Standing(state=state, last=step)


def ground(state: GradeState, **said: Any) -> Ground:
    given: dict[str, Any] = {
        "standing": standing(state),
        "scheme": FIVE,
        "today": TODAY,
        "proposed": "standard",
    }
    return Ground(**(given | said))


#: Everything a step could be asked for.
FULL = {"basis": "依据", "who": "复查人", "due": "2026-12-20", "approver": "公司党委"}


def full(kind: GradeStepKind) -> dict[str, str]:
    return FULL if kind is K.ORDER else {key: value for key, value in FULL.items() if key != "due"}


@pytest.mark.parametrize(("kind", "state"), list(itertools.product(GradeStepKind, GradeState)))
def test_the_whole_table(kind: GradeStepKind, state: GradeState) -> None:
    assert leads_to(kind, state) == ALLOWED.get((kind, state)) == STEPS.get((kind, state))
    assert (kind in steps_from(state)) == ((kind, state) in ALLOWED)
    held = ground(state, vetoes=("V2 事故",) if kind is K.DELIST else ())
    level = "basic" if (kind, state) == (K.GRANT, S.GRANTED) else ""
    step = planned(kind, held, **full(kind), **({"level": level} if level else {}))
    guarded = guard(step, held)
    assert guarded.allowed == ((kind, state) in ALLOWED), [o.text for o in guarded.refusals]
    if not guarded.allowed:
        assert f"{state.label}的单位不能" in guarded.refusals[0].text


def objections(kind: GradeStepKind, held: Ground, **given: str) -> dict[str, str]:
    return {o.field: o.text for o in guard(planned(kind, held, **given), held).refusals}


@pytest.mark.parametrize("kind", [K.ORDER, K.PASS, K.FAIL, K.DEMOTE, K.DELIST])
def test_what_each_step_needs(kind: GradeStepKind) -> None:
    start = next(state for k, state in ALLOWED if k is kind and state is not S.UNGRADED)
    held = ground(start, vetoes=("V1 问题",) if (kind, start) == (K.DELIST, S.GRANTED) else ())
    assert "basis" in objections(kind, held)
    assert ("who" in objections(kind, held)) == (kind in (K.PASS, K.FAIL))
    assert ("due" in objections(kind, held, basis="依据")) == (kind is K.ORDER)
    assert objections(kind, held, **full(kind)) == {}
    assert "在今天之后" in objections(kind, held, **full(kind), on="2026-11-21")["on"]
    assert "早于上一步" in objections(kind, held, **full(kind), on="2026-11-09")["on"]
    assert "写法不对" in objections(kind, held, **full(kind), on="11月20日")["on"]


def test_guards_of_a_grant() -> None:
    held = ground(S.UNGRADED)
    assert objections(K.GRANT, held) == {}
    assert "没有“best”" in objections(K.GRANT, held, level="best")["level"]
    assert "写明理由" in objections(K.GRANT, held, level="basic")["basis"]
    assert objections(K.GRANT, held, level="basic", basis="领导班子研究") == {}
    assert set(objections(K.GRANT, held, level="red_flag", basis="研究")) == {"approver"}
    limited = ground(S.UNGRADED, previous="basic")
    assert "最多升1级" in objections(K.GRANT, limited, level="red_flag", basis="x", approver="党委")["level"]
    falling = ground(S.UNGRADED, previous="model")
    assert "最多降1级" in objections(K.GRANT, falling, level="standard", basis="x")["level"]
    vetoed = ground(S.UNGRADED, vetoes=("V2 事故",), proposed="below", previous="model")
    assert "一票否决" in objections(K.GRANT, vetoed, level="basic", basis="x")["level"]
    assert objections(K.GRANT, vetoed) == {}, "a veto goes past the limit on moving down"
    assert (
        "还没有提交的验收得分" in objections(K.GRANT, ground(S.UNGRADED, proposed=""), level="basic")["basis"]
    )
    assert "已经定为标准化" in objections(K.GRANT, ground(S.GRANTED), level="standard", basis="x")["level"]


def test_guards_of_losing_a_grade() -> None:
    failed = ground(S.FAILED)
    assert planned(K.DEMOTE, failed).level == "basic"
    assert "以下的一级" in objections(K.DEMOTE, failed, level="standard", basis="x")["level"]
    lowest = ground(S.FAILED, standing=standing(S.FAILED, "below"))
    assert "已是最低一级" in objections(K.DEMOTE, lowest, basis="x")["level"]
    nothing = ground(S.FAILED, standing=standing(S.FAILED, ""))
    assert "没有等级" in objections(K.DEMOTE, nothing, basis="x")["level"]
    assert "没有牌可摘" in objections(K.DELIST, nothing, basis="x")["level"]
    assert "要先下达限期整改" in objections(K.DELIST, ground(S.GRANTED), basis="x")["state"]
    late = ground(S.GRANTED)
    assert "应在下达日期" in objections(K.ORDER, late, basis="x", due="2026-11-20")["due"]
    contested = ground(S.GRANTED, standing=msgspec.structs.replace(standing(S.GRANTED), contested=True))
    assert "先裁定" in objections(K.ORDER, contested, basis="x", due="2026-12-01")["state"]
    ordered = standing(S.ORDERED, due="2026-11-19")
    assert ordered.overdue(TODAY) and not ordered.overdue("2026-11-19")
    assert not standing(S.GRANTED, due="2026-11-19").overdue(TODAY)


# -------------------------------------------------------------------- recorded


def take(
    session: Session, held: list[tuple[Round, State]], kind: GradeStepKind, unit: str, **given: str
) -> Standing:
    held = [*held[:-1], (session.round, session.state)]
    found = by_unit(gradings(held, FIVE))[unit]
    on = found.ground(FIVE, "2026-12-31")
    step = planned(kind, on, **given)
    session.commit(take_grade_step(session.state, unit, session.round.series, step, on), kind.label)
    return standing_of(held, unit, session.round.series)


def test_the_way_from_an_order_to_the_loss_of_the_grade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = Workspace.init(tmp_path / "w")
    accept = open_stage(space, Stage.ACCEPT)
    fill(space, accept, dict.fromkeys(UNITS, 3))
    held = in_order(pairs(space))[1]
    session = Session.open(space, accept.id, Identity(name=LEAD), lambda: moment("2026-12-31"))
    try:
        assert take(session, held, K.GRANT, "DG-B1", on="2026-11-20", approver="公司党委").state is S.GRANTED
        take(session, held, K.ORDER, "DG-B1", on="2026-11-21", basis="台账不全", due="2026-12-20")
        with pytest.raises(NotAllowed, match="限期整改的单位不能“摘牌”"):
            take(session, held, K.DELIST, "DG-B1", basis="x")
        take(session, held, K.FAIL, "DG-B1", on="2026-12-21", basis="仍不全", who="张")
        stands = take(session, held, K.DEMOTE, "DG-B1", on="2026-12-22", basis="复查不合格")
        assert (stands.state, [t.step.kind for t in stands.steps]) == (
            S.DEMOTED,
            [K.GRANT, K.ORDER, K.FAIL, K.DEMOTE],
        )
        take(session, held, K.ORDER, "DG-B2", on="2026-11-21", basis="台账不全", due="2026-12-20")
        stands = take(
            session, held, K.PASS, "DG-B2", on="2026-12-20", basis="已补齐", who="张", level="basic"
        )
        assert (stands.state, stands.level) == (S.GRANTED, "basic")
        assert held_levels([(session.round, session.state)]) == {
            "DG-B1": stands_level(session, held),
            "DG-B2": "basic",
        }
        found = gradings([(session.round, session.state)], FIVE, {"DG-B1": "red_flag", "XP-B1": "standard"})
        words = {g.unit: movement_word(g, m) for g, m in zip(found, movements_of(found, FIVE), strict=True)}
        assert words["DG-B2"] == "新定级"
        # A grade is no visit, and a freeze does not cover it.
        before = seal(session.state)
        take(session, held, K.ORDER, "XP-B1", on="2026-12-23", basis="x", due="2026-12-30")
        assert seal(session.state) == before
    finally:
        session.close()
    again = read_source(space.round_dir(accept.id))
    assert standing_of([(again.round, again.state)], "DG-B1", accept.series).state is S.DEMOTED


def stands_level(session: Session, held: list[tuple[Round, State]]) -> str:
    return standing_of([(session.round, session.state)], "DG-B1", session.round.series).level


def grade_change(writer: str, value: Any, round_: Round, unit: str = "DG-B1") -> Any:
    edit = Edit(record=grade_key(unit, round_.series), field=FIELD, value=value)
    return make_change("", writer * 12, Body(at="2026-11-20T09:00:00+08:00", by=(writer,), edits=(edit,)))


def test_two_hands_are_a_question_and_unlawful_steps_are_none(space: Workspace) -> None:
    accept = next(r for r, _ in pairs(space) if r.stage is Stage.ACCEPT)
    one = {
        "kind": "grant",
        "left": "ungraded",
        "to": "granted",
        "on": TODAY,
        "level": "basic",
        "level_name": "基本达标",
    }
    two = one | {"level": "standard", "level_name": "标准化"}
    state = State([grade_change("a", one, accept), grade_change("b", two, accept)])
    stands = standing_of([(accept, state)], "DG-B1", accept.series)
    assert stands.contested and stands.state is S.GRANTED
    asked = questions(state, accept)
    assert [(q.unit, q.matter) for q in asked] == [("DG-B1", "定级")]
    assert {side.text for side in asked[0].sides} == {
        "定级：基本达标，2026年11月20日",
        "定级：标准化，2026年11月20日",
    }
    edit = decide(state, asked[0], asked[0].sides[1], "以验收组的为准")
    settled = make_change("", "c" * 12, Body(at=TODAY + "T10:00:00+08:00", by=("组长",), edits=(edit,)))
    before = seal(state)
    state.apply(settled)
    stands = standing_of([(accept, state)], "DG-B1", accept.series)
    assert not stands.contested and stands.level == asked[0].sides[1].value["level"]
    assert questions(state, accept) == [] and seal(state) == before, "the seal does not cover grades"
    bad = one | {"to": "delisted"}
    assert read_grade_step(bad) is None and read_grade_step({"kind": "x"}) is None
    assert (
        standing_of([(accept, State([grade_change("a", bad, accept)]))], "DG-B1", accept.series) == Standing()
    )
    assert list(change_faults(grade_change("a", one, accept), accept)) == []
    assert "定级步骤不合规定" in next(iter(change_faults(grade_change("a", bad, accept), accept)))
