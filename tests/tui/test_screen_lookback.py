"""F7: old problems stand before the walk, every verdict takes digits only, nothing closes by silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixture import LOOKS, NARROW, WIDE, by, deduct, make_app, open_desk, running, shown, verdict
from helpers import HOSTILE, assert_sound, check_golden, screen_text
from old_problems import (
    CLOSED,
    DUTY,
    FIXED,
    HELD,
    OPEN,
    PUT_OFF,
    judged,
    old,
    old_space,
    row_of,
    verified,
)
from pages import MIXED, at, name, said, type_text

from inspect_tui.model.change import visit_key
from inspect_tui.model.problem import Past
from inspect_tui.model.terms import Method, Outcome, RectState
from inspect_tui.rules import actions
from inspect_tui.rules.problems import lineage_of, owed
from inspect_tui.tui import looking_back
from sweeps import first_of


def given(app: Any, problem: Any) -> Any:
    """The one verdict on a problem that stands; None when there is none."""
    outcomes = row_of(app.desk, problem).outcomes
    assert len(outcomes) < 2
    return outcomes[0].step if outcomes else None


def here(app: Any) -> str:
    """The number of the problem under the cursor."""
    return str(app.screen.old.short)


# ---------------------------------------------------------------- how it looks


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    label = "normal" if look == "nocolor" else look
    update = update_goldens and look != "nocolor"
    space = old_space(tmp_path)
    verified(space, "检查员乙", (FIXED, Outcome.PARTLY, {"remains": "标准还没有写"}))

    def golden(name_: str, app: Any) -> None:
        assert_sound(app)
        text = screen_text(app)
        if look == "plain":
            assert not set("…—·─│█░") & set(text)
        check_golden(f"{name_}-{size[0]}x{size[1]}-{label}", text, update)

    async with shown(monkeypatch, space, size, look, unit="DG02") as pilot:
        app = pilot.app
        golden("lookback", app)
        await pilot.press("2", "1")
        await pilot.pause()
        golden("lookback-basis", app)
        await pilot.press("escape", "down")
        await pilot.pause()
        golden("lookback-given", app)
        await pilot.press("enter")
        await pilot.pause()
        golden("lookback-outcomes", app)
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert name(app) == "WalkScreen"
        golden("walk-owed", app)
        await pilot.press("escape")
        await pilot.pause(0.1)
        golden("home-owed", app)


# ---------------------------------------------------------------- first thing on entering


async def test_entering_a_unit_from_home_shows_what_is_owed_first(tmp_path: Path) -> None:
    app = make_app(old_space(tmp_path))
    async with running(app, notifications=True) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "WalkScreen", "nothing is owed at the first unit"
        await pilot.press("escape", "down", "enter")
        await pilot.pause()
        assert name(app) == "LookbackScreen" and "3/3 待复查" in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert name(app) == "WalkScreen" and "上轮问题 3 条待复查（F7）" in screen_text(app)
        await pilot.press("f7")
        await pilot.pause()
        assert name(app) == "LookbackScreen"
        await pilot.press("escape", "escape", "f7")
        await pilot.pause()
        assert name(app) == "LookbackScreen", "also straight from home"
        await pilot.press("escape")
        await pilot.pause()
        assert name(app) == "HomeScreen"


async def test_a_unit_that_owes_nothing_is_entered_at_its_walk(tmp_path: Path) -> None:
    async with at(old_space(tmp_path, HELD, PUT_OFF), "DG02") as pilot:
        assert name(pilot.app) == "WalkScreen" and "待复查（F7）" not in screen_text(pilot.app)


async def test_a_unit_without_old_problems_says_so(tmp_path: Path) -> None:
    async with at(old_space(tmp_path), "DG01") as pilot:
        await pilot.press("f7", "1", "enter", "0", "6", "7", "space")
        await pilot.pause()
        assert name(pilot.app) == "LookbackScreen"
        assert "没有上轮转入的问题" in screen_text(pilot.app)
        assert not pilot.app.desk.state.changes


# ---------------------------------------------------------------- the five verdicts


@pytest.mark.parametrize(
    ("keys", "outcome", "methods", "basis"),
    [
        (("1", "1", "1"), Outcome.FIXED, (Method.DOC_REVIEW,), "查阅资料，已按要求整改"),
        (("3", "3", "2"), Outcome.NOT_FIXED, (Method.SITE_VIEW,), "现场核对，没有采取整改措施"),
        (("4", "2", "1"), Outcome.RELAPSED, (Method.INTERVIEW,), "谈话了解，整改后同样的问题又出现"),
        (("5", "2"), Outcome.UNVERIFIABLE, (), "资料不在现场"),
        (
            ("1", "1", "5", "1", "1"),
            Outcome.FIXED,
            (Method.DOC_REVIEW, Method.INTERVIEW),
            "查阅资料、谈话了解，已按要求整改",
        ),
        (("enter", "down", "down", "enter", "1", "1"), Outcome.NOT_FIXED, (Method.DOC_REVIEW,), ""),
    ],
)
async def test_a_verdict_takes_digits_only_and_moves_on(
    tmp_path: Path, keys: tuple[str, ...], outcome: Outcome, methods: tuple[Method, ...], basis: str
) -> None:
    async with at(old_space(tmp_path), "DG02") as pilot:
        app = pilot.app
        assert here(app) == "02-03"
        await pilot.press(*keys)
        await pilot.pause()
        step = given(app, OPEN)
        assert (step.outcome, step.methods, step.left) == (outcome, methods, RectState.IN_PROGRESS)
        assert step.who == "检查员甲" and step.on == "2026-11-20"
        assert step.basis == basis or not basis
        assert here(app) == "02-04", "on to the next that is owed"
        assert app.desk.visit("DG02").date == "2026-11-20", "looking back begins the visit"


async def test_partly_says_what_remains(tmp_path: Path) -> None:
    async with at(old_space(tmp_path), "DG02") as pilot:
        app = pilot.app
        await pilot.press("2", "1", "1")
        await pilot.pause()
        assert name(app) == "TextPrompt" and app.screen.field.text == "6月修订记录未补"
        app.screen.field.set_value("")
        await pilot.press("enter")
        await pilot.pause()
        assert "不能空着" in screen_text(app) and not app.desk.state.changes
        await type_text(pilot, "还差6月一份")
        assert given(app, OPEN).remains == "还差6月一份"
        assert row_of(app.desk, OPEN).state is RectState.IN_PROGRESS


async def test_words_of_ones_own_and_a_draft_that_waits(tmp_path: Path) -> None:
    async with at(old_space(tmp_path), "DG02") as pilot:
        app = pilot.app
        await pilot.press("1", "1", "4")
        await pilot.pause()
        app.screen.field.insert_text("看过三个月的")
        await pilot.press("escape")
        await pilot.pause()
        assert name(app) == "LookbackScreen" and not app.desk.state.changes
        await pilot.press("1", "1", "4")
        await pilot.pause()
        assert app.screen.field.text == "看过三个月的"
        await type_text(pilot, "修订记录")
        assert given(app, OPEN).basis == "看过三个月的修订记录"


async def test_what_makes_no_sense_for_a_state_is_refused_and_says_why(tmp_path: Path) -> None:
    async with at(old_space(tmp_path, CLOSED), "DG02") as pilot:
        app = pilot.app
        await pilot.press("enter")
        await pilot.pause()
        assert "仍然有效" in screen_text(app) and screen_text(app).count("不能这样记") == 2
        for key in ("2", "2", "3"):
            await pilot.press(key)
            await pilot.pause()
        assert said(app).count("已销号的问题只能记为已整改、反弹、无法核实。") == 3
        assert not app.desk.state.changes
        await pilot.press("4", "1", "1")
        await pilot.pause()
        assert row_of(app.desk, CLOSED).state is RectState.RELAPSED
        assert row_of(app.desk, CLOSED).recurrences == 1


@pytest.mark.parametrize("state", list(RectState))
def test_offered_outcomes_are_those_of_the_table(state: RectState) -> None:
    from inspect_tui.rules.lifecycle import VERIFICATIONS

    refused = {o for o in Outcome if looking_back.refusal(state, o)}
    assert refused == {o for o, to in VERIFICATIONS[state].items() if to is None}


async def test_all_looked_at_says_so_and_the_walk_no_longer_reminds(tmp_path: Path) -> None:
    async with at(old_space(tmp_path), "DG02") as pilot:
        app = pilot.app
        await pilot.press("space")
        await pilot.pause()
        assert here(app) == "02-04", "space goes to the next one"
        await pilot.press("home")
        for _ in range(3):
            await pilot.press("1", "1", "1")
            await pilot.pause()
        assert "上轮问题都已复查" in said(app)
        assert "0/3 待复查" in screen_text(app)
        assert not owed(app.desk.state, app.desk.round, "DG02")
        await pilot.press("space")
        await pilot.pause()
        assert "没有待复查的上轮问题" in said(app)
        await pilot.press("escape")
        await pilot.pause()
        assert name(app) == "WalkScreen" and "待复查（F7）" not in screen_text(app)
        for problem in (HELD, PUT_OFF):
            assert given(app, problem) is None, "what nobody must look at is not closed by silence"


async def test_what_need_not_be_looked_at_still_can_be(tmp_path: Path) -> None:
    async with at(old_space(tmp_path, HELD, PUT_OFF), "DG02") as pilot:
        app = pilot.app
        await pilot.press("f7")
        await pilot.pause()
        text = screen_text(app)
        assert text.index("不要求复查") < text.index("02-02") and "看到了也可以记" in text
        await pilot.press("4", "1", "1")
        await pilot.pause()
        assert row_of(app.desk, HELD).state is RectState.RELAPSED


async def test_a_deferral_is_owed_from_its_day_on(tmp_path: Path) -> None:
    due = old("HTK26Q2-T1-DG02-A-06", "照明不足", RectState.DEFERRED, until="2026-11-20", approver="书记")
    space = old_space(tmp_path, due, PUT_OFF)
    desk = open_desk(space)
    verdict(desk, "DG02", "GW-01")
    assert [c.id for c in owed(desk.state, desk.round, "DG02")] == [due.id]
    assert desk.progress("DG02").to_verify == 1
    desk.session.close()


# ---------------------------------------------------------------- taking back


async def test_undo_redo_and_zero_take_a_verdict_back(tmp_path: Path) -> None:
    async with at(old_space(tmp_path), "DG02") as pilot:
        app = pilot.app
        await pilot.press("1", "1", "1")
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert given(app, OPEN) is None and "已撤销：上轮问题 02-03 已整改" in said(app)
        await pilot.press("ctrl+y")
        await pilot.pause()
        assert given(app, OPEN).outcome is Outcome.FIXED
        # Other work since does not hinder taking back just this one.
        await pilot.press("escape", "1", "f7", "home")
        await pilot.pause()
        assert here(app) == "02-03"
        await pilot.press("0")
        await pilot.pause()
        assert given(app, OPEN) is None and "Ctrl+Y" in said(app)
        assert app.desk.visit("DG02").date == "2026-11-20", "the day of the visit stays"
        assert app.desk.sheet("DG02").answers[0].answered
        await pilot.press("ctrl+y")
        await pilot.pause()
        assert given(app, OPEN).outcome is Outcome.FIXED


async def test_zero_takes_all_ones_words_back_not_only_the_last(tmp_path: Path) -> None:
    async with at(old_space(tmp_path, OPEN), "DG02") as pilot:
        app = pilot.app
        await pilot.press("1", "1", "1")
        await pilot.press("3", "1", "1")
        await pilot.pause()
        assert given(app, OPEN).outcome is Outcome.NOT_FIXED
        await pilot.press("0")
        await pilot.pause()
        assert given(app, OPEN) is None
        await pilot.press("0")
        await pilot.pause()
        assert "还没有复查结论" in said(app)


async def test_zero_leaves_the_ledgers_steps(tmp_path: Path) -> None:
    from inspect_tui.model.terms import StepKind
    from inspect_tui.rules.rectifying import take_step

    fresh = old("HTK26Q3-T1-DG02-B-09", "台账不全", duty=DUTY)
    space = old_space(tmp_path, fresh)
    desk = open_desk(space)
    desk.commit_lead(
        take_step(desk.state, row_of(desk, fresh), StepKind.START, desk.session.today), "开始整改"
    )
    desk.session.close()
    async with at(space, "DG02") as pilot:
        app = pilot.app
        assert app.screen.old.base is RectState.IN_PROGRESS
        await pilot.press("1", "1", "1")
        await pilot.pause()
        assert row_of(app.desk, fresh).state is RectState.CLOSED
        await pilot.press("0")
        await pilot.pause()
        assert row_of(app.desk, fresh).state is RectState.IN_PROGRESS


async def test_anothers_verdict_cannot_be_taken_back_and_two_are_for_the_lead(tmp_path: Path) -> None:
    space = old_space(tmp_path)
    verified(space, "检查员乙", (OPEN, Outcome.NOT_FIXED, {}))
    async with at(space, "DG02") as pilot:
        app = pilot.app
        await pilot.press("home", "0")
        await pilot.pause()
        assert "这是检查员乙记的结论" in said(app)
        await pilot.press("1", "1", "1")
        await pilot.pause()
        assert len(row_of(app.desk, OPEN).outcomes) == 2
        await pilot.press("home")
        await pilot.pause()
        text = screen_text(app)
        assert "待裁定" in text and "说法不一，待组长裁定" in text
        assert "未整改  查阅资料" in text and "已整改  查阅资料" in text
        await pilot.press("escape")
        await pilot.pause()
        assert "1 条待组长裁定" in screen_text(app)
        await pilot.press("f7", "home", "0")
        await pilot.pause()
        assert given(app, OPEN).outcome is Outcome.NOT_FIXED, "only one's own is taken back"


# ---------------------------------------------------------------- closed to writing


async def test_a_submitted_visit_refuses_with_the_usual_sentence(tmp_path: Path) -> None:
    space = old_space(tmp_path, OPEN)
    desk = open_desk(space)
    judged(desk, OPEN)
    desk.commit("DG02", [actions.submit(desk.state, "DG02")], "提交")
    desk.session.close()
    async with at(space, "DG02") as pilot:
        app = pilot.app
        await pilot.press("f7")
        for key in ("1", "2", "0", "6", "enter", "ctrl+z"):
            await pilot.press(key)
            await pilot.pause()
        assert "本次检查已提交，只能看" in said(app)
        assert given(app, OPEN).outcome is Outcome.FIXED and name(app) == "LookbackScreen"


async def test_a_second_window_only_looks(tmp_path: Path) -> None:
    space = old_space(tmp_path)
    holder = open_desk(space)
    async with at(space, "DG02") as pilot:
        app = pilot.app
        assert name(app) == "LookbackScreen", "it can be read"
        await pilot.press("1", "0", "5")
        await pilot.pause()
        assert "现在只能看" in said(app) and not app.desk.state.changes
    holder.session.close()


# ---------------------------------------------------------------- the same problem again


async def test_a_failing_item_asks_whether_it_is_the_old_problem(tmp_path: Path) -> None:
    async with at(old_space(tmp_path), "DG02") as pilot:
        app = pilot.app
        await pilot.press("escape", "down")
        await pilot.pause()
        assert "上轮问题 02-03（整改中，待复查）：近3个月缺2个月未修订岗位责任" in screen_text(app)
        await pilot.press("3", "1")
        await pilot.pause()
        text = screen_text(app)
        assert "上轮同一条有问题" in text and "02-03 近3个月缺2个月" in text
        assert app.screen.stop.row.item.id == "GW-02", "first the answer, then on"
        await pilot.press("1")
        await pilot.pause()
        assert app.screen.stop.row.item.id == "GW-03"
        assert row_of(app.desk, OPEN).again == ("近3个月缺1个月未修订",)
        assert "它还没有复查，按 F7 记" in said(app)
        await pilot.press("f7")
        await pilot.pause()
        assert "本轮同一问题：近3个月缺1个月未修订" in screen_text(app)


async def test_no_is_an_answer_and_the_count_does_not_ask_again(tmp_path: Path) -> None:
    async with at(old_space(tmp_path), "DG02") as pilot:
        app = pilot.app
        await pilot.press("escape", "down", "3", "1", "2")
        await pilot.pause()
        assert app.screen.stop.row.item.id == "GW-03" and row_of(app.desk, OPEN).again == ()
        await pilot.press("up", "3", "1")
        await pilot.pause()
        assert "上轮同一条有问题" not in screen_text(app), "the problem is the same, only its count grew"


async def test_an_item_that_holds_asks_nothing(tmp_path: Path) -> None:
    async with at(old_space(tmp_path), "DG02") as pilot:
        app = pilot.app
        await pilot.press("escape", "down", "1")
        await pilot.pause()
        assert app.screen.stop.row.item.id == "GW-03"
        await pilot.press("3", "1")
        await pilot.pause()
        assert "上轮同一条有问题" not in screen_text(app), "no earlier problem was on this item"


async def test_linking_to_what_was_called_fixed_says_that_it_does_not_fit(tmp_path: Path) -> None:
    async with at(old_space(tmp_path, OPEN), "DG02") as pilot:
        app = pilot.app
        await pilot.press("1", "1", "1", "escape", "down", "3", "1", "1")
        await pilot.pause()
        assert "02-03 已复查为已整改，与本条不符，请按 F7 改" in said(app)


async def test_a_relapse_offers_the_problem_of_this_round(tmp_path: Path) -> None:
    space = old_space(tmp_path, OPEN)
    desk = open_desk(space)
    deduct(desk, "DG02", "GW-02", "未按月修订")
    desk.session.close()
    async with at(space, "DG02") as pilot:
        app = pilot.app
        await pilot.press("4", "1", "1")
        await pilot.pause()
        assert "与本轮哪一条是同一问题" in screen_text(app)
        await pilot.press("1")
        await pilot.pause()
        row = row_of(app.desk, OPEN)
        assert row.again == ("近3个月缺1个月未修订",) and row.recurrences == OPEN.recurrences + 1
        await pilot.press("6", "1")
        await pilot.pause()
        assert row_of(app.desk, OPEN).again == (), "chosen once more, the link is gone"
        await pilot.press("6", "1")
        await pilot.pause()
        finding = looking_back.returns_of(app.desk.state, app.desk.round, app.screen.old)[0][0]
        assert lineage_of(app.desk.state, finding.key) == OPEN.id


async def test_there_may_be_nothing_to_link(tmp_path: Path) -> None:
    async with at(old_space(tmp_path), "DG02") as pilot:
        await pilot.press("6")
        await pilot.pause()
        assert "还没有记问题" in said(pilot.app)


async def test_seven_goes_to_the_item(tmp_path: Path) -> None:
    async with at(old_space(tmp_path), "DG02") as pilot:
        app = pilot.app
        await pilot.press("7")
        await pilot.pause()
        assert name(app) == "WalkScreen" and app.screen.stop.row.item.id == "GW-02"
        assert len(app.screen_stack) == 3, "the walk that lay below, not a second one"
        await pilot.press("f7", "end", "7")
        await pilot.pause()
        assert "没有对应的检查项" in said(app)


# ---------------------------------------------------------------- before submitting


async def test_submitting_is_refused_and_leads_to_the_very_problem(tmp_path: Path) -> None:
    async with at(old_space(tmp_path), "DG02") as pilot:
        app = pilot.app
        await pilot.press("escape")
        app.open_submit("DG02")
        await pilot.pause()
        text = screen_text(app)
        assert "上轮问题（3）" in text and "02-01 还没有复查：组织生活记录缺参会人签名" in text
        await pilot.press("1")
        await pilot.pause()
        assert name(app) == "SubmitScreen" and "没有完成" in said(app)
        place = next(
            i for i, line in enumerate(app.screen._lines) if line.point and line.point.problem == CLOSED.id
        )
        app.screen.list.move_to(place)
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "LookbackScreen" and here(app) == "02-01"
        await pilot.press("1", "1", "1", "escape")
        await pilot.pause()
        assert name(app) == "SubmitScreen" and "上轮问题（2）" in screen_text(app)


async def test_home_counts_what_is_owed(tmp_path: Path) -> None:
    app = make_app(
        old_space(tmp_path, OPEN, FIXED, HELD, old("HTK26Q3-T2-DG05-A-01", "牌子褪色", unit="DG05"))
    )
    async with running(app) as pilot:
        await pilot.pause(0.1)
        text = screen_text(app)
        assert "上轮 3/3 待复查" in text.split("\n")[1]
        assert "上轮 2/2 待复查" in text and "上轮 1/1 待复查" in text
        judged(app.desk, OPEN)
        judged(app.desk, FIXED)
        await pilot.pause(0.1)
        app.screen.line_list.refresh_rows()
        await pilot.pause(0.1)
        text = screen_text(app)
        assert "上轮 1/3 待复查" in text.split("\n")[1] and "上轮已复查" in text


async def test_a_folded_branch_hides_no_debt(tmp_path: Path) -> None:
    app = make_app(old_space(tmp_path, OPEN, FIXED))
    async with running(app) as pilot:
        await pilot.pause()
        await pilot.press("down", "left")
        await pilot.pause()
        assert "东沟一支部（收起3个，上轮2条待复查，右键展开）" in screen_text(app)
        await pilot.press("f7")
        await pilot.pause()
        assert name(app) == "HomeScreen", "a branch has no page of its own"


async def test_all_items_answered_is_not_yet_ready_to_submit(tmp_path: Path) -> None:
    from fixture import finish

    space = old_space(tmp_path, OPEN)
    desk = open_desk(space)
    finish(desk, "DG02", submit=False)
    desk.session.close()
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.pause()
        assert "待复查   " in screen_text(app) and "待提交" not in screen_text(app)


# ---------------------------------------------------------------- hostile text


def together(texts: list[str]) -> list[str]:
    """Texts as the round's file may hold them, some in each, so that one look shows several."""
    from inspect_tui.store.clean import clean_text

    groups = by(5, [text[:300] for text in texts])
    return [clean_text("、".join(group), newlines=False).strip() for group in groups]


@pytest.mark.parametrize("size", first_of([NARROW, WIDE]))
async def test_hostile_text_does_no_harm(tmp_path: Path, size: tuple[int, int]) -> None:
    from inspect_tui.store.clean import clean_text

    mixed = clean_text(MIXED, newlines=False)
    problems = [
        old(
            f"HTK26Q3-T1-DG02-B-{place:02}",
            text,
            checklist="small",
            item="GW-02",
            item_text=mixed,
            remains=mixed,
            basis=mixed,
            duty=DUTY.__class__(owner=mixed, measure=mixed, result=mixed),
            history=(Past(at="2026-08-14", by=(mixed,), round=mixed, words=mixed),),
        )
        for place, text in enumerate(together(HOSTILE), 1)
    ]
    async with at(old_space(tmp_path, *problems), "DG02", size) as pilot:
        app = pilot.app
        for _ in range(len(problems)):
            await pilot.press("down")
            await pilot.pause()
            assert_sound(app)
        await pilot.press("home", "2", "1", "4")
        await pilot.pause()
        app.screen.field.insert_text(MIXED)
        await pilot.press("enter")
        await pilot.pause()
        app.screen.field.insert_text(MIXED)
        await pilot.press("enter", "home")
        await pilot.pause()
        assert_sound(app)
        assert given(app, problems[0]).outcome is Outcome.PARTLY
        await pilot.press("tab", "end")
        await pilot.pause()
        assert_sound(app)
        await pilot.press("tab", "escape", "down")
        await pilot.pause()
        assert_sound(app)
        await pilot.press("3", "1")
        await pilot.pause()
        assert_sound(app)
        assert "上轮同一条有问题" in screen_text(app)
        app.open_submit("DG02")
        await pilot.pause()
        assert_sound(app)


async def test_the_visits_key_is_untouched_by_the_ledger(tmp_path: Path) -> None:
    space = old_space(tmp_path, OPEN)
    desk = open_desk(space)
    judged(desk, OPEN)
    assert desk.state.has(visit_key("DG02"))
    desk.session.close()
