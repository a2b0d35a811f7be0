"""Contests: who may win and why not, ties, progress, periods in order, and the lead's word on it."""

from __future__ import annotations

import itertools
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_work import TODAY, a_round, carried, raw_of
from mergework import file_bytes
from strategies import ROUND, Desk

from inspect_tui.cli.main import run
from inspect_tui.model.change import Body, visit_key
from inspect_tui.model.person import Identity
from inspect_tui.model.round import Period, Round
from inspect_tui.model.scheme import Contest, Criterion, Eligibility, Span, TieRule
from inspect_tui.model.terms import RectState, Severity, UnitKind, Verdict
from inspect_tui.model.view import Judgement, Picked
from inspect_tui.report.contest_table import hand_overs
from inspect_tui.rules import actions
from inspect_tui.rules.applicability import checklists_for, items_for, profile_of
from inspect_tui.rules.contest_entries import (
    NotThisContest,
    entries_of,
    fits,
    outcome_of,
    period_for,
    without_places,
)
from inspect_tui.rules.contests import (
    Award,
    Entry,
    award,
    award_for,
    awards,
    held_in_a_row,
    judge,
    objections_to,
    period_order,
)
from inspect_tui.rules.fold import State
from inspect_tui.rules.periods import period_of
from inspect_tui.rules.ranking import Contender
from inspect_tui.rules.reviewing import NoReason
from inspect_tui.rules.unit_totals import round_day, unit_total
from inspect_tui.store.workspace import Workspace

DOC = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")


def contest(**said: Any) -> Contest:
    given_: dict[str, Any] = {
        "format": "",
        "version": "1.0",
        "id": "flag",
        "title": "流动红旗",
        "prize": "红旗",
        "ties": (TieRule.FEWER_MAJOR,),
        "unit_kinds": tuple(UnitKind),
    }
    return Contest(**(given_ | said))


def entry(unit: str, score: str | None = "90", **said: Any) -> Entry:
    contender = {"coverage": Decimal(1)} | {
        k: said.pop(k) for k in list(said) if k in Contender.__struct_fields__
    }
    held = Contender(unit=unit, name=unit, score=Decimal(score) if score else None, **contender)
    return Entry(contender=held, **said)


# -------------------------------------------------------------------- judging


@pytest.mark.parametrize(
    ("held", "word"),
    [
        (entry("a", None), "不计分"),
        (entry("a", coverage=Decimal("0.79")), "覆盖率79%"),
        (entry("a", vetoes=("RL-01 造假",)), "RL-01 造假"),
        (entry("a", open_by_severity={"major": 2}), "2个严重问题没有销号"),
        (entry("a", open_by_severity={"veto": 1}), "1个红线问题没有销号"),
        (entry("a", rounds=0), "不足1次"),
        (entry("a", submitted=False), "还没有提交"),
        (entry("a", disputed=3), "3项存在两种意见"),
        (entry("a", held_in_a_row=2), "已连续2次"),
        (entry("a", "85"), "低于88"),
    ],
)
def test_every_objection_keeps_a_unit_from_winning_and_is_told(held: Entry, word: str) -> None:
    rule = contest(keep=2, eligible=Eligibility(least=Decimal(88)))
    assert any(word in text for text in objections_to(rule, held))
    assert objections_to(rule, entry("b", open_by_severity={"minor": 5, "moderate": 1})) == []
    found = judge(rule, [held, entry("b")])
    assert found.proposed == ("b",)
    loser = next(c for c in found.candidates if c.unit == "a")
    assert loser.place is None and not loser.proposed and any(word in text for text in loser.against)


def test_equals_beyond_the_number_of_winners_are_left_to_the_lead() -> None:
    found = judge(contest(), [entry("a"), entry("b"), entry("c", "80")])
    assert (found.proposed, found.tie) == ((), ("a", "b"))
    found = judge(contest(winners=2), [entry("x", "95"), entry("a"), entry("b")])
    assert (found.proposed, found.tie) == (("x",), ("a", "b"))
    found = judge(contest(), [entry("a", major=1), entry("b")])
    assert found.proposed == ("b",) and found.tie == ()
    assert "严重问题少的在前" in "".join(found.candidates[0].reasons)


def test_progress_and_sections_are_compared_where_asked() -> None:
    rising = entry("a", "80", before=Decimal(70), section=Decimal(10))
    steady = entry("b", "95", before=Decimal(94), section=Decimal(90))
    assert judge(contest(criterion=Criterion.PROGRESS), [rising, steady]).proposed == ("a",)
    assert judge(contest(criterion=Criterion.SECTION), [rising, steady]).proposed == ("b",)
    assert judge(contest(criterion=Criterion.PROGRESS), [entry("c")]).proposed == ()


@given(st.lists(st.tuples(st.integers(60, 100), st.integers(0, 3)), max_size=8), st.integers(1, 4))
def test_whoever_is_proposed_is_beaten_by_fewer_than_the_winners(
    units: list[tuple[int, int]], winners: int
) -> None:
    held = [entry(f"u{n}", str(score), major=major) for n, (score, major) in enumerate(units)]
    found = judge(contest(winners=winners), held)
    key = {e.contender.unit: (-(e.contender.score or 0), e.contender.major) for e in held}
    for unit in found.proposed:
        assert sum(other < key[unit] for other in key.values()) < winners
    taken = len(found.proposed) + len(found.tie)
    assert len(found.proposed) <= winners and (not found.tie or taken > winners)
    if not found.tie:
        assert len(found.proposed) == min(winners, len(held))


def test_offices_that_do_not_rank_see_no_places() -> None:
    held = [entry("a", "80"), entry("b", "95"), entry("c", submitted=False)]
    found = without_places(judge(contest(), held), held)
    assert [c.unit for c in found.candidates] == ["a", "b", "c"] and found.proposed == () and found.tie == ()
    assert all(c.place is None and c.value is None and not c.reasons for c in found.candidates)
    assert found.candidates[2].against


def test_one_round_that_is_not_ranked_takes_the_places_from_all() -> None:
    held = [entry("a", "80"), entry("b", "95")]
    free = a_round()
    kept = msgspec.structs.replace(free, rules=msgspec.structs.replace(free.rules, no_ranking=True))
    assert outcome_of(contest(), held, [free]).proposed == ("b",)
    assert outcome_of(contest(), held, [free, kept]) == without_places(judge(contest(), held), held)


# -------------------------------------------------------------------- awards


def held_award(period: str, *winners: str, contest_id: str = "flag") -> Award:
    return Award(contest=contest_id, period=period, winners=winners, reason="", signed_by=("组长",), at="")


def test_an_award_is_found_by_its_contest_and_period() -> None:
    history = [
        held_award("2026年第三季度", "a"),
        held_award("2026年第四季度", "b"),
        held_award("2026年第四季度", "c", contest_id="cup"),
    ]
    assert award_for(history, "cup", "2026年第四季度") is history[2]
    assert award_for(history, "flag", "2026年第一季度") is None


def test_periods_stand_in_order_of_time() -> None:
    labels = [
        *(f"2025年第{q}季度" for q in "一二三四"),
        "2026年第一季度",
    ]
    assert sorted(reversed(labels), key=period_order) == labels
    months = [f"2026年{m}月" for m in range(1, 13)]
    assert sorted(reversed(months), key=period_order) == months
    assert period_order("2026年上半年") < period_order("2026年下半年")
    for span, day in itertools.product(Span, ("2026-01-05", "2026-11-20")):
        import datetime as dt

        now = period_of(dt.date.fromisoformat(day), span)
        later = period_of(now.end + dt.timedelta(days=1), span)
        assert period_order(now.label) < period_order(later.label)


def test_an_award_is_a_change_of_the_lead_and_needs_a_reason_where_it_differs() -> None:
    desk = Desk("a" * 12, "组长")
    found = judge(contest(), [entry("a", "95"), entry("b")])
    with pytest.raises(NoReason):
        award(desk.state, contest(), "2026年第四季度", found, ["b"], " ")
    desk.do(*award(desk.state, contest(), "2026年第四季度", found, ["a"], ""))
    assert [(a.winners, a.signed_by, a.contested) for a in awards([desk.state])] == [
        (("a",), ("组长",), False)
    ]
    desk.do(*award(desk.state, contest(), "2026年第四季度", found, ["b"], "工作突出"))
    assert [(a.winners, a.reason) for a in awards([desk.state])] == [(("b",), "工作突出")]
    other = Desk("b" * 12, "另一组长")
    other.do(*award(other.state, contest(), "2026年第四季度", found, ["a"], ""))
    both = State([*desk.own, *other.own])
    assert [a.contested for a in awards([both])] == [True]


def test_holders_in_a_row_and_the_hand_over() -> None:
    history = [
        held_award("2025年第四季度", "a"),
        held_award("2026年第一季度", "a"),
        held_award("2026年第二季度", "b"),
    ]
    assert held_in_a_row(history[:2], "a") == 2 and held_in_a_row(history, "a") == 0
    rule = contest()
    found = hand_overs([rule], list(reversed(history)))[0]
    assert (found.givers, found.award.winners, found.before) == (("a",), ("b",), "2026年第一季度")
    kept = hand_overs([rule], history, "2026年第一季度")[0]
    assert kept.kept and hand_overs([rule], history, "2026年第三季度") == []
    assert hand_overs([rule], history, "2025年第四季度")[0].givers == ()


# -------------------------------------------------------------------- from what rounds hold


def judged_round(round_: Round, lost: dict[str, int], *, open_major: str = "") -> tuple[Round, State]:
    """A round with whole visits: how often the counted deduction of GW-02 was met at each unit."""
    desk = Desk("a" * 12, "甲")
    for unit_id, count in lost.items():
        unit = round_.unit(unit_id)
        assert unit is not None
        for checklist in checklists_for(round_, unit):
            for _, item in items_for(checklist, profile_of(desk.state, round_, unit_id)):
                judgement = actions.plain_verdict(item, Verdict.PASS)
                if item.id == "GW-02" and count:
                    picked = (Picked("记录不全", count),)
                    judgement = Judgement(verdict=Verdict.FAIL, deductions=picked)
                if item.id == "GW-01" and unit_id == open_major:
                    judgement = Judgement(verdict=Verdict.FAIL, deductions=(Picked("无责任人"),))
                desk.do(actions.judge(desk.state, unit_id, checklist.id, item, judgement))
        desk.do(actions.set_field(desk.state, visit_key(unit_id), "date", round_.period.start))
        desk.do(actions.set_field(desk.state, visit_key(unit_id), "submitted", True))
    return round_, desk.state


def month(number: int, **said: Any) -> Round:
    day = f"2026-{number:02d}-10"
    return a_round(
        id=f"m{number}", origin=f"{number:016d}", period=Period(label=day, start=day, end=day), **said
    )


def test_entries_come_from_what_the_rounds_really_hold() -> None:
    rounds = [
        judged_round(month(10), {"u1": 1, "u2": 4}),
        judged_round(month(11), {"u1": 3, "u2": 0}, open_major="u2"),
    ]
    rule = contest(checklist="small")
    found = {e.contender.unit: e for e in entries_of(rule, rounds, TODAY)}
    assert {"u1", "u2"} <= set(found)
    for unit in ("u1", "u2"):
        scores = [unit_total(state, round_, unit, "small").score for round_, state in rounds]
        assert None not in scores
        mean = sum(scores, Decimal(0)) / 2  # type: ignore[arg-type]
        told = found[unit].contender
        assert (
            told.score is not None and abs(told.score - mean) <= Decimal("0.05") and found[unit].rounds == 2
        )
        assert told.coverage == 1 and found[unit].submitted
    assert found["u1"].open_by_severity.get("major", 0) == 0
    assert found["u2"].open_by_severity["major"] == 1 and found["u2"].contender.major == 1
    proposed = judge(rule, found.values()).proposed
    assert "u2" not in proposed


def test_a_month_without_a_round_is_neither_zero_nor_full() -> None:
    one = judged_round(month(11), {"u1": 2})
    rule = contest(checklist="small")
    found = {e.contender.unit: e for e in entries_of(rule, [one], TODAY)}
    assert found["u1"].contender.score == unit_total(one[1], one[0], "u1", "small").score
    assert found["u2"].contender.score is None and found["u2"].rounds == 0 and not found["u2"].submitted


def test_progress_is_against_the_period_before() -> None:
    old, new = judged_round(month(8), {"u1": 5}), judged_round(month(11), {"u1": 0})
    rule = contest(checklist="small")
    found = next(e for e in entries_of(rule, [new], TODAY, [old]) if e.contender.unit == "u1")
    before = unit_total(old[1], old[0], "u1", "small").score
    assert found.contender.before == before and found.contender.progress == Decimal(100) - (before or 0)


def test_earlier_grave_problems_that_stand_open_keep_a_unit_out() -> None:
    bad = carried(1, RectState.OPEN, severity=Severity.MAJOR)
    done = carried(2, RectState.CLOSED, severity=Severity.MAJOR, unit="u2")
    one = judged_round(month(11, carried=(bad, done)), {"u1": 0, "u2": 0})
    found = {e.contender.unit: e for e in entries_of(contest(checklist="small"), [one], TODAY)}
    assert found["u1"].open_by_severity == {"major": 1} and found["u2"].open_by_severity == {}
    assert found["u1"].contender.major == 0, "it was not found in this period"


def test_rounds_of_another_period_or_kind_are_refused() -> None:
    rule = contest(checklist="small")
    with pytest.raises(NotThisContest, match="不在2026年第四季度"):
        period_for(rule, [month(8), month(11)])
    with pytest.raises(NotThisContest, match="演练"):
        period_for(rule, [msgspec.structs.replace(month(11), practice=True)])
    with pytest.raises(NotThisContest, match="没有用清单other"):
        period_for(contest(checklist="other"), [month(11)])
    with pytest.raises(NotThisContest, match="没有参加的单位"):
        period_for(contest(unit_kinds=(UnitKind.VENUE,)), [month(11)])
    with pytest.raises(NotThisContest, match="没有日期"):
        period_for(rule, [msgspec.structs.replace(month(11), period=Period(label="x"), created="")])
    assert not fits(contest(unit_kinds=(UnitKind.VENUE,)), month(11)) and fits(rule, month(11))
    assert str(round_day(month(11))) == "2026-11-10" and ROUND.id


# -------------------------------------------------------------------- the command line


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    made = Workspace(tmp_path / "w")
    for folder in (made.checklists_dir, made.contests_dir, made.rounds_dir, made.exports_dir):
        folder.mkdir(parents=True)
    rule = {
        "format": "inspect-tui/contest", "version": "1.0", "id": "flag", "title": "流动红旗", "prize": "红旗",
        "checklist": "small", "unit_kinds": ["party_group"], "ties": ["fewer_major"], "draft": True,
    }  # fmt: skip
    (made.contests_dir / "flag.json").write_text(json.dumps(rule, ensure_ascii=False), encoding="utf-8")
    for round_, lost in ((month(8), {"u1": 1, "u2": 3}), (month(11), {"u1": 2, "u2": 2})):
        _, state = judged_round(round_, lost)
        made.save_round(raw_of(round_))
        changes = [_change(known) for known in state.changes.values()]
        made.findings_path(round_.id, "a" * 12).write_bytes(file_bytes(changes, raw=raw_of(round_)))
    made.save_identity(Identity(name="组长"))
    return made


def _change(known: Any) -> Any:
    from inspect_tui.rules.canonical import make_change

    body = msgspec.convert(msgspec.to_builtins(known.body), Body)
    return make_change(known.prev, known.writer, body)


def told(capsys: Any, *args: str) -> Any:
    assert run(list(args)) == 0, capsys.readouterr().err
    said = json.loads(capsys.readouterr().out)
    assert {key for key in _keys(said) if f"`{key}`" not in DOC} == set()
    return said


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for part in value.values() for key in _keys(part)}
    if isinstance(value, list):
        return {key for part in value for key in _keys(part)}
    return set()


def refused(capsys: Any, *args: str, code: int = 1) -> str:
    assert run(list(args)) == code
    said: str = capsys.readouterr().err
    return said


def test_from_judging_to_the_hand_over(space: Workspace, capsys: Any, tmp_path: Path) -> None:
    where = ["--workspace", str(space.root), "contest"]
    assert [c["id"] for c in told(capsys, *where, "list", "--json")["contests"]] == ["flag"]
    old = told(capsys, *where, "judge", "flag", "m8", "--json")
    assert (old["period"], old["proposed"], old["tie"], old["awarded"]) == (
        "2026年第三季度",
        ["u1"],
        [],
        None,
    )
    assert "组长能看评比" in refused(capsys, *where, "judge", "flag", "m8", "--as", "甲")
    first = told(capsys, *where, "confirm", "flag", "m8", "--json")
    assert (first["winners"], first["signed_by"]) == (["u1"], ["组长"])
    new = told(capsys, *where, "judge", "流动红旗", "--json")
    assert (new["period"], new["proposed"], set(new["tie"])) == ("2026年第四季度", [], {"u1", "u2"})
    assert "要组长选定" in refused(capsys, *where, "confirm", "flag")
    assert "请写明理由" in refused(capsys, *where, "confirm", "flag", "--winner", "u2")
    assert "没有参加" in refused(capsys, *where, "confirm", "flag", "--winner", "u9", "--reason", "x")
    many = ("--winner", "u1", "--winner", "u2", "--reason", "x")
    assert "名额只有1个" in refused(capsys, *where, "confirm", "flag", *many)
    told(capsys, *where, "confirm", "flag", "--winner", "u2", "--reason", "进步大", "--json")
    assert "已经确认过" in refused(capsys, *where, "confirm", "flag", "--winner", "u1")
    history = told(capsys, *where, "history", "--json")["awards"]
    assert [(a["period"], a["winners"], a["reason"]) for a in history] == [
        ("2026年第三季度", ["u1"], ""), ("2026年第四季度", ["u2"], "进步大"),
    ]  # fmt: skip
    handed = told(capsys, *where, "handover", "--json")["handovers"]
    assert [(h["givers"], h["takers"], h["before"]) for h in handed] == [(["u1"], ["u2"], "2026年第三季度")]
    assert run([*where, "handover"]) == 0
    assert "交给" in capsys.readouterr().out
    target = tmp_path / "交接单.xlsx"
    assert run([*where, "handover", "-o", str(target)]) == 0
    import openpyxl

    cells = [
        str(c.value) for row in openpyxl.load_workbook(target).active.iter_rows() for c in row if c.value
    ]
    assert "流动奖项交接单" in cells and "红旗" in cells and "2026年第四季度" in cells
    assert (
        run(
            [
                "--workspace",
                str(space.root),
                "verify",
                str(next((space.rounds_dir / "m11").glob("????????????.json"))),
            ]
        )
        == 0
    )


def test_where_nothing_is_ranked_the_lead_names_the_winner(space: Workspace, capsys: Any) -> None:
    path = space.round_dir("m8") / "round.json"
    raw = json.loads(path.read_bytes())
    raw["rules"]["no_ranking"] = True
    path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    where = ["--workspace", str(space.root), "contest"]
    data = told(capsys, *where, "judge", "flag", "m8", "--json")
    assert data["proposed"] == [] and all(
        c["place"] is None and c["value"] is None for c in data["candidates"]
    )
    assert run([*where, "judge", "flag", "m8"]) == 0
    said = capsys.readouterr().out
    assert "第1  " not in said and "不排名" in said


def test_wrong_rounds_and_names_are_told(space: Workspace, capsys: Any) -> None:
    where = ["--workspace", str(space.root), "contest"]
    assert "是不是“flag”" in refused(capsys, *where, "judge", "falg", "m8")
    assert "不在2026年第四季度" in refused(capsys, *where, "judge", "flag", "m8", "m11")
    assert "没有这一轮检查" in refused(capsys, *where, "judge", "flag", "m9")
    assert "不能和" in refused(capsys, *where, "confirm", "flag", "--vacant", "--winner", "u1", code=2)
    assert (
        told(capsys, *where, "confirm", "flag", "--vacant", "--reason", "都不够好", "--json")["winners"] == []
    )
