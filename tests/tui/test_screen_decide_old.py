"""Two verdicts on an earlier problem: shown side by side in words, settled by either or by a third."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixture import LOOKS, make_app, open_desk, running, shown
from helpers import HOSTILE, assert_sound, check_golden, screen_text
from lead_work import quiet_home as quiet_home
from old_problems import CLOSED, DUTY, FIXED, OPEN, judged, old, old_space, row_of, verified
from pages import name, said, type_text

from inspect_tui.model.person import Identity
from inspect_tui.model.terms import Method, Outcome, RectState, Role, StepKind
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.deciding import questions
from inspect_tui.rules.fold import State
from inspect_tui.rules.rectifying import take_step
from inspect_tui.store.clean import clean_text
from inspect_tui.store.workspace import Workspace


def quarrel(root: Path) -> Workspace:
    """Two inspectors who looked at two problems and differ on both."""
    space = old_space(root)
    others: dict[str, Any] = {"basis": "现场核对，问题仍然存在", "methods": (Method.SITE_VIEW,)}
    verified(space, "检查员乙", (OPEN, Outcome.NOT_FIXED, others), (CLOSED, Outcome.RELAPSED, {}))
    desk = open_desk(space)
    judged(desk, OPEN, Outcome.PARTLY, remains="还差6月一份")
    judged(desk, CLOSED)
    judged(desk, FIXED)
    desk.session.close()
    return space


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    label = "normal" if look == "nocolor" else look
    update = update_goldens and look != "nocolor"
    async with shown(monkeypatch, quarrel(tmp_path), size, look) as pilot:
        app = pilot.app
        app.open_decide()
        await pilot.pause()
        assert_sound(app)
        check_golden(f"decide-old-{size[0]}x{size[1]}-{label}", screen_text(app), update)
        await pilot.press("3", "1")
        await pilot.pause()
        assert_sound(app)
        check_golden(f"decide-old-third-{size[0]}x{size[1]}-{label}", screen_text(app), update)


@pytest.mark.parametrize("key", ["1", "2"])
async def test_either_side_is_taken_with_a_reason(tmp_path: Path, key: str) -> None:
    app = make_app(quarrel(tmp_path))
    async with running(app, notifications=True) as pilot:
        app.open_decide()
        await pilot.pause()
        question = app.screen.current
        taken = question.sides[int(key) - 1].value["outcome"]
        await pilot.press(key, "1")
        await pilot.pause()
        row = row_of(app.desk, OPEN)
        assert [t.step.outcome.value for t in row.outcomes] == [taken] and not row.contested
        assert row.outcomes[0].decision == "到现场核实过"
        assert [q.record for q in questions(app.desk.state, app.desk.round)] == [
            row_of(app.desk, CLOSED).record
        ]
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert row_of(app.desk, OPEN).contested


async def test_a_third_outcome_is_put_together_by_digits(tmp_path: Path) -> None:
    app = make_app(quarrel(tmp_path))
    async with running(app, notifications=True) as pilot:
        app.open_decide()
        await pilot.pause()
        await pilot.press("3")
        await pilot.pause()
        text = screen_text(app)
        assert "复查结论另定为" in text and "已整改" in text and "1  部分整改" not in text
        await pilot.press("1", "2", "1", "2")
        await pilot.pause()
        row = row_of(app.desk, OPEN)
        assert row.state is RectState.CLOSED and not row.contested
        step = row.outcomes[0].step
        assert (step.outcome, step.left, step.methods) == (
            Outcome.FIXED,
            RectState.IN_PROGRESS,
            (Method.INTERVIEW,),
        )
        assert step.basis == "谈话了解，已按要求整改" and step.who == "检查员甲" and step.on == "2026-11-20"
        assert row.outcomes[0].decision == "看过原始资料"


async def test_what_closes_a_closed_one_again_has_fewer_thirds(tmp_path: Path) -> None:
    app = make_app(quarrel(tmp_path))
    async with running(app, notifications=True) as pilot:
        app.open_decide()
        await pilot.pause()
        await pilot.press("down", "3")
        await pilot.pause()
        assert [o.value for o in app.screen.choice._options] == ["unverifiable"]
        await pilot.press("1", "5")
        await pilot.pause()
        await type_text(pilot, "组长也没有看到资料")
        await pilot.press("1")
        await pilot.pause()
        row = row_of(app.desk, CLOSED)
        assert row.state is RectState.CLOSED and row.basis == "组长也没有看到资料"


async def test_a_third_that_says_what_remains(tmp_path: Path) -> None:
    space = old_space(tmp_path, OPEN)
    verified(space, "检查员乙", (OPEN, Outcome.NOT_FIXED, {}))
    desk = open_desk(space)
    judged(desk, OPEN)
    desk.session.close()
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        app.open_decide()
        await pilot.pause()
        await pilot.press("3", "1", "1", "1")
        await pilot.pause()
        assert app.screen.field.text == OPEN.remains
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("1")
        await pilot.pause()
        row = row_of(app.desk, OPEN)
        assert row.outcomes[0].step.outcome is Outcome.PARTLY and row.remains == OPEN.remains


async def test_enter_opens_the_problem(tmp_path: Path) -> None:
    app = make_app(quarrel(tmp_path))
    async with running(app) as pilot:
        app.open_decide()
        await pilot.pause()
        await pilot.press("down", "enter")
        await pilot.pause()
        assert name(app) == "LookbackScreen" and app.screen.old.carried.id == CLOSED.id


async def test_steps_of_the_ledger_that_differ_have_no_third(tmp_path: Path) -> None:
    waiting = old("HTK26Q3-T1-DG02-B-07", "记录不全", RectState.SUBMITTED, duty=DUTY)
    space = old_space(tmp_path, waiting)
    steps = []
    for person, kind in (("检查员乙", StepKind.CLOSE), ("检查员丙", StepKind.REJECT)):
        desk = open_desk(space, Identity(name=person, team="T1", role=Role.LEAD))
        # Neither had seen what the other wrote.
        row = steps[0][0] if steps else row_of(desk, waiting)
        edits = take_step(State(), row, kind, desk.session.today, basis="看过现场", who=person)
        steps.append((row, edits))
        desk.commit_lead(edits, kind.label)
        desk.session.close()
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        app.open_decide()
        await pilot.pause()
        text = screen_text(app)
        assert "复查通过（已整改待复查变为已销号）" in text and "复查不通过" in text
        await pilot.press("3")
        await pilot.pause()
        assert "只有两种可能" in said(app)


async def test_a_duty_told_in_two_ways_is_settled_in_words(tmp_path: Path) -> None:
    space = old_space(tmp_path, OPEN)
    desk = open_desk(space)
    record = row_of(desk, OPEN).record
    first = set_field(desk.state, record, "owner", "邢立春")
    second = set_field(desk.state, record, "owner", "阎学礼")
    desk.commit_lead([first], "责任人")
    desk.session.close()
    desk = open_desk(space, Identity(name="检查员乙", team="T1", role=Role.LEAD))
    desk.commit_lead([second], "责任人")
    desk.session.close()
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        app.open_decide()
        await pilot.pause()
        text = screen_text(app)
        assert "责任人" in text and "邢立春" in text and "阎学礼" in text and "没有写依据" not in text
        await pilot.press("3")
        await pilot.pause()
        await type_text(pilot, "章海峰")
        await pilot.press("1")
        await pilot.pause()
        assert row_of(app.desk, OPEN).owner == "章海峰"


async def test_hostile_words_do_no_harm(tmp_path: Path) -> None:
    mixed = clean_text("".join(t[:80] for t in HOSTILE), newlines=False).strip()
    bad = old("HTK26Q3-T1-DG02-B-08", mixed, remains=mixed, basis=mixed)
    space = old_space(tmp_path, bad)
    verified(space, "检查员乙", (bad, Outcome.PARTLY, {"basis": mixed, "remains": mixed}))
    desk = open_desk(space)
    judged(desk, bad, Outcome.NOT_FIXED, basis=mixed)
    desk.session.close()
    app = make_app(space)
    async with running(app) as pilot:
        app.open_decide()
        await pilot.pause()
        assert_sound(app)
        await pilot.press("tab", "end")
        await pilot.pause()
        assert_sound(app)
        await pilot.press("tab", "3", "1", "1")
        await pilot.pause()
        assert_sound(app)
