"""The ledger on screen: looking, marking, one problem with its steps, batches; every key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixture import LOOKS, NARROW, WIDE, make_app, running, settle, shown, told
from helpers import HOSTILE, assert_sound, check_golden, screen_lines, screen_text
from kept_ledger import ledger_space, problem, rows
from lead_work import desk_text
from lead_work import quiet_home as quiet_home
from old_problems import CLOSED, DUTY, OPEN, old
from pages import MIXED, name, type_text

from inspect_tui.model.problem import Duty, Past
from inspect_tui.model.terms import RectState
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.ledger_view import GroupBy, Kept, SortBy
from inspect_tui.tui.ledger_book import LedgerBook
from sweeps import first_of


async def ledger(pilot: Any, unit: str = "", *, first: bool = False) -> None:
    """The ledger with every problem listed; with `first` as it opens, without what is closed."""
    pilot.app.open_ledger(unit)
    await pilot.pause()
    await pilot.pause()
    if not first:
        await pilot.press("0")


def listed(app: Any) -> list[str]:
    """The texts of the rows that are listed."""
    return [line.text for line in app.screen.lines if isinstance(line, LedgerRow)]


async def at_problem(pilot: Any, text: str) -> None:
    """The page of the problem whose text begins so."""
    row = problem(pilot.app.desk, text)
    pilot.app.open_ledger_row(row.unit, row.id)
    await pilot.pause()


def state_of(app: Any, text: str) -> RectState:
    return problem(app.desk, text).state


# -------------------------------------------------------------------- looks


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    label = f"{size[0]}x{size[1]}-{'normal' if look == 'nocolor' else look}"
    update = update_goldens and look != "nocolor"

    def check(picture: str, app: Any) -> None:
        assert_sound(app)
        text = screen_text(app)
        check_golden(f"{picture}-{label}", text, update)
        if look == "plain":
            assert not set(text) & set("─│…—·█░▮▯")

    async with shown(monkeypatch, ledger_space(tmp_path), size, look) as pilot:
        await settle(pilot.app, pilot)
        await ledger(pilot, first=True)
        check("ledger", pilot.app)
        await pilot.press("0")
        await pilot.press("4", "4", "space", "home", "left")
        await pilot.pause()
        check("ledger-groups", pilot.app)
        await pilot.press("0", "home", "enter")
        await pilot.pause()
        check("ledger-row", pilot.app)
        await pilot.press("1")
        await pilot.pause()
        check("ledger-step", pilot.app)
        await pilot.press("escape", "escape", "5")
        await pilot.pause()
        check("ledger-five", pilot.app)
        await pilot.press("escape", "escape", "5", "6", "3", "1", "1")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert name(pilot.app) == "BatchScreen"
        check("ledger-batch", pilot.app)


# -------------------------------------------------------------------- looking


async def test_totals_and_lights_say_it_in_words(tmp_path: Path) -> None:
    async with running(make_app(ledger_space(tmp_path))) as pilot:
        await ledger(pilot)
        text = screen_text(pilot.app)
        app = pilot.app
        all_rows = rows(app.desk)
        assert f"共 {len(all_rows)}，未销号 {sum(not r.done for r in all_rows)}" in text
        assert "逾期 1" in text and "!!逾期66天" in text and "!2天到期" in text
        assert [r.text for r in all_rows] == listed(app)


async def test_f9_opens_the_round_from_home_and_the_unit_from_a_visit(tmp_path: Path) -> None:
    async with running(make_app(ledger_space(tmp_path))) as pilot:
        await pilot.press("f9")
        await pilot.pause()
        assert name(pilot.app) == "LedgerScreen" and not pilot.app.screen.unit
        await pilot.press("escape")
        pilot.app.open_unit("DG05")
        await pilot.pause()
        await pilot.press("f9")
        await pilot.pause()
        assert pilot.app.screen.unit == "DG05"
        assert len(listed(pilot.app)) == 2 and "共 2" in screen_text(pilot.app)


async def test_filters_narrow_and_sort_and_0_shows_all_again(tmp_path: Path) -> None:
    async with running(make_app(ledger_space(tmp_path))) as pilot:
        await ledger(pilot)
        app = pilot.app
        everything = listed(app)
        await pilot.press("1", "3")
        await pilot.pause()
        assert app.screen.view.kept is Kept.OVERDUE and listed(app) == [OPEN.text]
        assert "列出 1：逾期" in screen_text(app)
        await pilot.press("1", "1", "2", "1", "3")
        await pilot.pause()
        assert app.screen.view.only == {GroupBy.UNIT: "DG05"} and len(listed(app)) == 2
        await pilot.press("2", "5")
        await pilot.pause()
        assert listed(app) == everything
        await pilot.press("3", "2")
        await pilot.pause()
        assert app.screen.view.sort is SortBy.DUE and listed(app)[0] == OPEN.text
        await pilot.press("0")
        await pilot.pause()
        assert app.screen.view.whole and listed(app) == everything


async def test_groups_fold_by_enter_and_arrows(tmp_path: Path) -> None:
    async with running(make_app(ledger_space(tmp_path))) as pilot:
        await ledger(pilot)
        app = pilot.app
        count = len(listed(app))
        await pilot.press("left")
        await pilot.pause()
        assert len(listed(app)) == count
        await pilot.press("4", "2", "home", "enter")
        await pilot.pause()
        assert app.screen.line.folded and len(listed(app)) < count
        await pilot.press("right")
        await pilot.pause()
        assert len(listed(app)) == count
        await pilot.press("left", "left")
        await pilot.pause()
        assert not listed(app) and app.screen.line.folded
        await pilot.press("end", "right")
        await pilot.pause()
        assert listed(app)
        await pilot.press("right")
        await pilot.pause()
        assert len(listed(app)) == count


async def test_searching_by_words_and_by_initials(tmp_path: Path) -> None:
    async with running(make_app(ledger_space(tmp_path))) as pilot:
        await ledger(pilot)
        app = pilot.app
        await pilot.press("7")
        await pilot.pause()
        await type_text(pilot, "公开栏")
        assert listed(app) == ["公开栏上个月的内容没有更换"]
        await pilot.press("slash")
        await pilot.pause()
        app.screen.field.text = ""
        await type_text(pilot, "gkl")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert listed(app) == ["公开栏上个月的内容没有更换"]
        await pilot.press("7")
        await pilot.pause()
        app.screen.field.text = ""
        await pilot.press("enter")
        await pilot.pause()
        assert len(listed(app)) == len(rows(app.desk))


async def test_moving_reads_nothing_and_a_change_reads_one_unit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inspect_tui.tui import ledger_book

    read: list[str] = []
    real = ledger_book.unit_rows

    def counted(state: Any, round_: Any, unit: Any, today: str) -> Any:
        read.append(unit.id)
        return real(state, round_, unit, today)

    monkeypatch.setattr(ledger_book, "unit_rows", counted)
    async with running(make_app(ledger_space(tmp_path))) as pilot:
        await ledger(pilot)
        app = pilot.app
        assert sorted(read) == ["DG01", "DG02", "DG03", "DG04", "DG05", "DG06"]
        read.clear()
        drawn: list[int] = []
        draw = app.screen.list._draw
        app.screen.list._draw = lambda *a: drawn.append(a[0]) or draw(*a)
        for key in ("down", "up", "down", "space", "1", "2", "3", "2", "4", "5", "0"):
            await pilot.press(key)
        await pilot.pause()
        assert not read, "looking otherwise reads no unit again"
        drawn.clear()
        await pilot.press("down")
        await pilot.pause()
        assert len(drawn) <= 2, "a cursor key draws the row it leaves and the row it comes to"
        await pilot.press("enter", "5", "1")
        await pilot.pause()
        await type_text(pilot, "补齐记录")
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert set(read) == {"DG02"} or len(set(read)) == 1


async def test_of_ten_thousand_rows_a_key_builds_those_in_sight(tmp_path: Path) -> None:
    import msgspec

    async with running(make_app(ledger_space(tmp_path))) as pilot:
        await ledger(pilot)
        app = pilot.app
        one = rows(app.desk)[0]
        many = [msgspec.structs.replace(one, id=f"{n:016x}", number=f"X-{n:05}") for n in range(10_000)]
        app.screen.book.ledger.put("DG01", many)
        app.screen.refill()
        await pilot.pause()
        assert len(listed(app)) > 10_000
        built: list[str] = []
        columns = app.screen.columns(app.screen.list.size.width)
        draw = columns.row
        columns.row = lambda row, *a: built.append(row.id) or draw(row, *a)
        for key, most in (("down", 2), ("pagedown", 40), ("end", 40), ("space", 2), ("home", 40)):
            built.clear()
            await pilot.press(key)
            await pilot.pause()
            assert len(built) <= most, (key, len(built))
        built.clear()
        await pilot.press("3", "2")
        await pilot.pause()
        assert len(built) <= 60, "a new order draws what is in sight, before and after"


# -------------------------------------------------------------------- one problem


async def test_from_the_first_step_to_the_last(tmp_path: Path) -> None:
    app = make_app(ledger_space(tmp_path))
    async with running(app, notifications=True) as pilot:
        text = "公开栏"
        await at_problem(pilot, text)
        assert "1 开始整改" in screen_text(app) and "3 长期挂账" in screen_text(app)
        await pilot.press("1")
        await pilot.pause()
        # Only the measure is asked: owner and leader are known, the day follows from the severity.
        await pilot.press("1")
        await pilot.pause()
        assert name(app) == "StepScreen"
        await pilot.press("end", "enter")
        await pilot.pause()
        assert state_of(app, text) is RectState.IN_PROGRESS
        row = problem(app.desk, text)
        assert row.measure and row.owner and row.due == "2026-11-27"
        await pilot.press("1", "1", "1", "end", "enter")
        await pilot.pause()
        assert state_of(app, text) is RectState.SUBMITTED
        assert problem(app.desk, text).done_on == "2026-11-20"
        await pilot.press("1", "1", "end", "enter")
        await pilot.pause()
        # Whoever wrote the report down is asked whether somebody else should look.
        assert name(app) == "ConfirmScreen" and "最好换人复查" in screen_text(app)
        await pilot.press("2")
        await pilot.pause()
        assert state_of(app, text) is RectState.SUBMITTED
        await pilot.press("2")
        await pilot.pause()
        await pilot.press("2")
        await pilot.pause()
        await type_text_anew(pilot, "检查员丁")
        await pilot.press("end", "enter")
        await pilot.pause()
        assert state_of(app, text) is RectState.CLOSED
        row = problem(app.desk, text)
        assert row.verified_by == "检查员丁" and row.closed_on == "2026-11-20"
        assert "已销号。再发现" in screen_text(app)
        await pilot.press("1")
        await pilot.pause()
        assert name(app) == "LedgerRowScreen" and "没有第1步" in told(app)
        for expected in (RectState.SUBMITTED, RectState.IN_PROGRESS, RectState.OPEN):
            await pilot.press("ctrl+z")
            await pilot.pause()
            assert state_of(app, text) is expected
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert "没有可撤销的操作" in told(app)


async def type_text_anew(pilot: Any, text: str) -> None:
    """Put a text in place of the one that stands in the prompt."""
    pilot.app.screen.field.text = ""
    await type_text(pilot, text)


async def test_dispute_defer_and_what_the_guards_refuse(tmp_path: Path) -> None:
    app = make_app(ledger_space(tmp_path))
    async with running(app, notifications=True) as pilot:
        text = "公开栏"
        await at_problem(pilot, text)
        await pilot.press("2", "1", "enter")
        await pilot.pause()
        assert state_of(app, text) is RectState.DISPUTED
        await pilot.press("1", "1", "enter")
        await pilot.pause()
        assert state_of(app, text) is RectState.OPEN
        await pilot.press("3", "1", "1", "4")
        await pilot.pause()
        await type_text(pilot, "昨天")
        await pilot.press("end", "enter")
        await pilot.pause()
        assert "应在今天之后" in told(app) and state_of(app, text) is RectState.OPEN
        assert name(app) == "StepScreen" and app.screen.line_list.cursor == 2
        await pilot.press("3", "2", "end", "enter")
        await pilot.pause()
        row = problem(app.desk, text)
        assert row.state is RectState.DEFERRED and row.until == "2027-01-19" and row.approver
        assert "挂账到" in screen_text(app)


async def test_a_step_needs_what_it_needs_and_esc_writes_nothing(tmp_path: Path) -> None:
    app = make_app(ledger_space(tmp_path))
    async with running(app, notifications=True) as pilot:
        await at_problem(pilot, "公开栏")
        before = len(app.desk.state.changes)
        await pilot.press("1", "escape", "end", "enter")
        await pilot.pause()
        assert "还没有填写：整改措施" in told(app) and name(app) == "MenuScreen"
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert name(app) == "LedgerRowScreen" and len(app.desk.state.changes) == before


async def test_words_typed_into_a_form_stay_as_a_draft(tmp_path: Path) -> None:
    app = make_app(ledger_space(tmp_path))
    async with running(app) as pilot:
        await at_problem(pilot, "公开栏")
        await pilot.press("1", "4")
        await pilot.pause()
        app.screen.field.insert_text("每月更换，")
        await pilot.pause()
        await pilot.press("escape", "escape", "1", "4")
        await pilot.pause()
        assert app.screen.field.text == "每月更换，"


async def test_duty_and_five_are_written_field_by_field(tmp_path: Path) -> None:
    app = make_app(ledger_space(tmp_path))
    async with running(app, notifications=True) as pilot:
        text = "公开栏"
        await at_problem(pilot, text)
        await pilot.press("4", "7")
        await pilot.pause()
        await type_text(pilot, "已更换并拍照")
        assert problem(app.desk, text).result == "已更换并拍照"
        await pilot.press("8", "1")
        await pilot.pause()
        assert problem(app.desk, text).done_on == "2026-11-20"
        await pilot.press("8", "5")
        await pilot.pause()
        assert problem(app.desk, text).done_on == ""
        await pilot.press("8", "4")
        await pilot.pause()
        await type_text(pilot, "12月1日")
        assert "在今天之后" in told(app) and problem(app.desk, text).done_on == ""
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert problem(app.desk, text).done_on == "2026-11-20"
        await pilot.press("escape", "5", "1")
        await pilot.pause()
        await type_text(pilot, "公开栏每月更换")
        await pilot.press("5")
        await pilot.pause()
        await type_text(pilot, "已定专人")
        await pilot.press("end", "enter")
        await pilot.pause()
        row = problem(app.desk, text)
        assert (row.task, row.progress) == ("公开栏每月更换", "已定专人")
        assert name(app) == "LedgerRowScreen"
        await pilot.press("end")
        await pilot.pause()
        assert "一项任务：公开栏每月更换" in screen_text(app)


async def test_the_page_tells_everything_and_the_history_to_its_end(tmp_path: Path) -> None:
    app = make_app(ledger_space(tmp_path))
    async with running(app, WIDE) as pilot:
        await at_problem(pilot, OPEN.text)
        seen = set()
        for _ in range(6):
            seen |= {line.strip() for line in screen_lines(app)}
            await pilot.press("pagedown")
            await pilot.pause()
        text = "\n".join(sorted(seen))
        for words in (
            OPEN.text,
            OPEN.item_text,
            "6至8月岗位责任清单",
            "2026-08-14  2026年第三季度回头看",
            "已连续3轮在册",
            "反弹        1次",
            DUTY.measure,
            DUTY.result,
            "6月修订记录未补",
            "发现问题",
            "未整改变为整改中",
            "本轮还没有复查",
        ):
            assert words in text, words


async def test_arrows_lead_through_the_list_and_the_walk_and_the_lookback_are_a_key_away(
    tmp_path: Path,
) -> None:
    app = make_app(ledger_space(tmp_path))
    async with running(app, notifications=True) as pilot:
        await ledger(pilot)
        order = listed(app)
        await pilot.press("home", "enter", "left")
        await pilot.pause()
        assert "这是第一个" in told(app)
        await pilot.press("right", "right")
        await pilot.pause()
        assert app.screen.shown.text == order[2]
        await pilot.press("end")
        for _ in order:
            await pilot.press("right")
        await pilot.pause()
        assert app.screen.shown.text == order[-1] and "这是最后一个" in told(app)
        await pilot.press("7")
        await pilot.pause()
        assert "本轮的问题" in told(app)
        await pilot.press("escape")
        await at_problem(pilot, OPEN.text)
        await pilot.press("7")
        await pilot.pause()
        assert name(app) == "LookbackScreen"
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("6")
        await pilot.pause()
        assert "GW-02" in screen_text(app) and name(app) != "LedgerRowScreen"


async def test_what_a_visit_changes_the_page_shows(tmp_path: Path) -> None:
    from old_problems import judged

    app = make_app(ledger_space(tmp_path))
    async with running(app) as pilot:
        await ledger(pilot)
        assert "待复查" in screen_text(app)
        judged(app.desk, CLOSED)
        judged(app.desk, OPEN)
        await pilot.pause()
        row = problem(app.desk, OPEN.text)
        assert row.state is RectState.CLOSED
        line = next(line for line in screen_lines(app) if "近3个月缺2" in line)
        assert "已销号" in line


async def test_a_contested_problem_leads_to_the_decision(tmp_path: Path) -> None:
    from old_problems import verified

    from inspect_tui.model.terms import Outcome

    space = ledger_space(tmp_path)
    verified(space, "检查员乙", (OPEN, Outcome.FIXED, {}))
    verified(space, "检查员丙", (OPEN, Outcome.NOT_FIXED, {}))
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await ledger(pilot)
        assert "待裁定 1" in screen_text(app) and "? 待裁定" in screen_text(app)
        await at_problem(pilot, OPEN.text)
        assert "1 去裁定" in screen_text(app)
        await pilot.press("2")
        await pilot.pause()
        assert name(app) == "LedgerRowScreen"
        await pilot.press("1")
        await pilot.pause()
        assert (
            name(app) == "DecideScreen" and app.screen.current.record == problem(app.desk, OPEN.text).record
        )


async def test_what_a_signed_list_bars_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    from inspect_tui.rules import actions

    app = make_app(ledger_space(tmp_path))
    async with running(app, notifications=True) as pilot:
        desk = app.desk
        desk.commit("DG02", actions.visit_fields(desk.state, "DG02", {"confirmed_by": "章海峰"}), "确认")
        row = problem(desk, "近3个月缺2个月未修订")
        fresh = next(r for r in rows(desk) if r.unit == "DG01")
        assert row.signed is False
        edits = actions.visit_fields(desk.state, "DG01", {"confirmed_by": "戚建林"})
        desk.commit_lead(edits, "确认")
        app.open_ledger_row("DG01", fresh.id)
        await pilot.pause()
        assert "2 提出异议  现在不行：问题清单已经签字确认" in screen_text(app)
        await pilot.press("2")
        await pilot.pause()
        assert name(app) == "LedgerRowScreen" and "不能提出异议" in told(app)


# -------------------------------------------------------------------- batches


async def test_a_step_for_many_shows_what_cannot_be_and_writes_the_rest_as_one(tmp_path: Path) -> None:
    app = make_app(ledger_space(tmp_path))
    async with running(app, notifications=True) as pilot:
        await ledger(pilot)
        await pilot.press("6")
        await pilot.pause()
        assert "先按空格标记" in told(app)
        await pilot.press("5", "6")
        await pilot.pause()
        assert f"对标记的{len(rows(app.desk))}个问题" in screen_text(app)
        could = [r for r in rows(app.desk) if r.state in (RectState.OPEN, RectState.IN_PROGRESS)]
        await pilot.press("6")
        await pilot.pause()
        await pilot.press("1", "1", "1")
        await pilot.pause()
        if name(app) == "TextPrompt":
            await type_text(pilot, "党总支书记")
            await pilot.press("1")
            await pilot.pause()
        await pilot.press("end", "enter")
        await pilot.pause()
        assert name(app) == "BatchScreen"
        can = [t for t in app.screen.trials if t.ok]
        assert {t.row.id for t in can} == {r.id for r in could}
        assert all(t.why for t in app.screen.trials if not t.ok)
        assert "不能“长期挂账”" in screen_text(app)
        before = len(app.desk.state.changes)
        await pilot.press("tab", "tab", "1")
        await pilot.pause()
        assert name(app) == "LedgerScreen"
        units = {r.unit for r in could}
        assert len(app.desk.state.changes) == before + len(units), "one change for each unit"
        assert all(r.state is RectState.DEFERRED for r in rows(app.desk) if r.id in {c.id for c in could})
        assert not app.desk.kept(LedgerBook).marked
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert {r.id for r in rows(app.desk) if r.state in (RectState.OPEN, RectState.IN_PROGRESS)} == {
            r.id for r in could
        }
        assert f"{len(units)}个单位" in told(app)


async def test_a_field_for_many_spares_what_is_done_and_tells_what_it_replaces(tmp_path: Path) -> None:
    app = make_app(ledger_space(tmp_path))
    async with running(app, notifications=True) as pilot:
        await ledger(pilot)
        before = {r.id: r for r in rows(app.desk)}
        await pilot.press("5", "6", "1", "4")
        await pilot.pause()
        if name(app) == "MenuScreen":
            await pilot.press("1")
            await pilot.pause()
        else:
            await type_text(pilot, "督办人甲")
        assert name(app) == "BatchScreen" and "将被替换" in screen_text(app)
        value = app.screen.what.split("“")[1].rstrip("”")
        await pilot.press("escape")
        await pilot.pause()
        assert {r.id: r for r in rows(app.desk)} == before, "Esc writes nothing"
        await pilot.press("6", "1", "4")
        await pilot.pause()
        if name(app) == "MenuScreen":
            await pilot.press("1")
            await pilot.pause()
        else:
            await type_text(pilot, value)
        await pilot.press("1")
        await pilot.pause()
        for row in rows(app.desk):
            assert row.supervisor == (before[row.id].supervisor if row.done else value)


async def test_many_changes_of_one_step_are_shown_once(tmp_path: Path) -> None:
    app = make_app(ledger_space(tmp_path))
    async with running(app) as pilot:
        await ledger(pilot)
        screen = app.screen
        await pilot.press("5", "6", "1", "4")
        await pilot.pause()
        if name(app) == "MenuScreen":
            await pilot.press("1")
            await pilot.pause()
        else:
            await type_text(pilot, "督办人甲")
        shown_anew: list[int] = []
        real = screen.show_anew
        screen.show_anew = lambda: shown_anew.append(1) or real()
        before = len(app.desk.state.changes)
        await pilot.press("1")
        await pilot.pause()
        made = len(app.desk.state.changes) - before
        assert made >= 3 and len(shown_anew) <= 2
        shown_anew.clear()
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert len(app.desk.state.changes) == before + 2 * made and len(shown_anew) == 1


async def test_two_ways_of_filling_in_a_field_are_both_shown(tmp_path: Path) -> None:
    import msgspec
    from fixture import open_desk

    from inspect_tui.model.person import Identity
    from inspect_tui.rules.rectifying import set_duty

    space = ledger_space(tmp_path)
    for person, day in (("检查员乙", "2026-12-01"), ("检查员丙", "2026-12-05")):
        desk = open_desk(space, Identity(name=person, team="T1"))
        row = problem(desk, "公开栏")
        edits = set_duty(desk.state, row, {"due": day}, desk.session.today)
        desk.commit_lead([msgspec.structs.replace(edit, saw=()) for edit in edits], "时限")
        desk.session.close()
    app = make_app(space)
    async with running(app, WIDE) as pilot:
        await at_problem(pilot, "公开栏")
        text = screen_text(app)
        assert "整改时限有2种填法，请组长裁定" in text and "2026-12-01（检查员乙）" in text


async def test_marks_stay_with_their_problems_whatever_is_listed(tmp_path: Path) -> None:
    app = make_app(ledger_space(tmp_path))
    async with running(app) as pilot:
        await ledger(pilot)
        await pilot.press("home", "space", "space", "3", "2")
        await pilot.pause()
        book = app.desk.kept(LedgerBook)
        assert len(book.marked) == 2 and "已标记 2" in screen_text(app)
        assert [r.text for r in book.marked_rows()] == [r.text for r in rows(app.desk)][:2]
        await pilot.press("5", "5")
        await pilot.pause()
        assert not book.marked
        await pilot.press("0", "4", "2", "home", "space")
        await pilot.pause()
        assert {unit for unit, _ in book.marked} == {"DG01"}


# -------------------------------------------------------------------- who may, and hostile words


async def test_read_only_looks_and_writes_nothing(tmp_path: Path) -> None:
    app = make_app(ledger_space(tmp_path))
    async with running(app, notifications=True) as pilot:
        app.desk.session.read_only = "别的程序正在用"
        before = len(app.desk.state.changes)
        await ledger(pilot)
        await pilot.press("5", "6")
        await pilot.pause()
        assert "现在只能看" in told(app) and name(app) == "LedgerScreen"
        await pilot.press("enter", "1", "4", "5")
        await pilot.pause()
        assert name(app) == "LedgerRowScreen" and len(app.desk.state.changes) == before


async def test_an_inspector_keeps_the_ledger_too_under_their_own_name(tmp_path: Path) -> None:
    from fixture import who

    from inspect_tui.model.terms import Role

    space = ledger_space(tmp_path)
    who(space, "检查员乙", "T1", role=Role.INSPECTOR)
    app = make_app(space)
    async with running(app) as pilot:
        await at_problem(pilot, "公开栏")
        await pilot.press("2", "1", "enter")
        await pilot.pause()
        row = problem(app.desk, "公开栏")
        assert row.state is RectState.DISPUTED
        assert app.desk.state.changes[max(app.desk.state.changes, key=lambda c: c)].body is not None
        await pilot.press("end")
        await pilot.pause()
        assert "检查员乙" in screen_text(app)


async def test_submitted_and_accepted_visits_do_not_close_the_ledger(tmp_path: Path) -> None:
    app = make_app(ledger_space(tmp_path))
    async with running(app) as pilot:
        row = next(r for r in rows(app.desk) if r.unit == "DG01")
        assert app.desk.visit("DG01").submitted
        started = app.desk.visit("DG01").date
        pilot.app.open_ledger_row(row.unit, row.id)
        await pilot.pause()
        await pilot.press("3", "1", "1", "1", "end", "enter")
        await pilot.pause()
        now = next(r for r in rows(app.desk) if r.id == row.id)
        assert now.state is RectState.DEFERRED
        assert app.desk.visit("DG01").submitted and app.desk.visit("DG01").date == started


@pytest.mark.parametrize("size", first_of([NARROW, WIDE]))
async def test_hostile_words_do_no_harm(tmp_path: Path, size: tuple[int, int]) -> None:
    # What a round's file holds is one line each; what people type may be several.
    texts = [clean for text in HOSTILE if (clean := desk_text(text).replace("\n", " ").replace("\t", " "))]
    problems = [
        old(
            f"HTK26Q3-T1-DG02-B-{number:02}",
            text[:2000],
            item_text=text[:300],
            remains=text[:300],
            basis=text[:300],
            evidence=(text[:80],),
            duty=Duty(**dict.fromkeys(("owner", "leader", "measure", "task", "progress"), text[:300])),
            history=(Past(at="2026-08-14", by=(text[:40],), round=text[:40], words=text[:300]),),
        )
        for number, text in enumerate(texts, 1)
    ]
    app = make_app(ledger_space(tmp_path, *problems))
    async with running(app, size) as pilot:
        await ledger(pilot)
        assert_sound(app)
        for _ in range(3):
            await pilot.press("pagedown")
            await pilot.pause()
            assert_sound(app)
        for by in ("4", "3"):
            await pilot.press("4", by)
            await pilot.pause()
            assert_sound(app)
        await pilot.press("2", "3")
        await pilot.pause()
        assert_sound(app)
        await pilot.press("1", "0", "home", "enter")
        await pilot.pause()
        for _ in problems:
            assert_sound(app)
            await pilot.press("end")
            await pilot.pause()
            assert_sound(app)
            await pilot.press("right")
            await pilot.pause()
        await pilot.press("4")
        await pilot.pause()
        assert_sound(app)
        await pilot.press("5", "4")
        await pilot.pause()
        await type_text(pilot, MIXED)
        assert_sound(app)
        await pilot.press("escape", "escape", "5", "6", "1", "1")
        await pilot.pause()
        assert_sound(app)
