"""Figures down to their records, places, self-assessment beside inspection, points and ballots on screen."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fixture import (
    NARROW,
    ROUND,
    WIDE,
    deduct,
    finish,
    make_app,
    make_space,
    open_desk,
    past_round,
    round_raw,
    running,
    settle,
    told,
    verdict,
    who,
    write_json,
)
from helpers import assert_sound, check_golden, screen_text
from lead_work import merged
from lead_work import quiet_home as quiet_home
from openpyxl import load_workbook
from pages import type_text
from test_screen_scores import CONTEST, SCHEME, settled

from inspect_tui.cli import main as cli
from inspect_tui.exchange.appraisal_file import save_appraisal
from inspect_tui.model.appraisal import Appraisal, Subject
from inspect_tui.model.scheme import Span
from inspect_tui.model.terms import NamingLevel, Role, RollUp
from inspect_tui.report.document import NoticeKind
from inspect_tui.report.zh_numbers import score_text
from inspect_tui.rules.points import points_of
from inspect_tui.rules.result import result_of
from inspect_tui.store.loading import load_appraisal
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.notice_desk import NoticeDesk
from inspect_tui.tui.screens.appraisals import AppraisalScreen, counts_in
from inspect_tui.tui.screens.points_page import PointsScreen

BEFORE = "2026Q3-lookback"


def ranked_space(root: Path, *, no_ranking: bool = False) -> Workspace:
    """Four units in full, two of them equal, one hardly looked at; three of them were there before."""
    space = make_space(root, rules={"no_ranking": no_ranking, "rank_coverage": "0.8"})
    past_round(space, 3)
    write_json(space.contests_dir / "pennant.json", CONTEST)
    who(space)
    desk = open_desk(space, round_id=BEFORE)
    for unit, count in (("DG01", 3), ("DG02", 1), ("DG03", 0)):
        if count:
            deduct(desk, unit, "GW-01", "岗位责任缺项", count)
        finish(desk, unit)
    desk.session.close()
    desk = open_desk(space)
    for unit, count in (("DG01", 1), ("DG02", 1), ("DG03", 2), ("DG05", 0)):
        if count:
            deduct(desk, unit, "GW-01", "岗位责任缺项", count)
        finish(desk, unit)
    for item in ("GW-01", "GW-02"):
        verdict(desk, "DG04", item)
    desk.session.close()
    return space


async def at_scores(pilot: Any, *keys: str) -> None:
    """The scores page once everything is read, and on from there."""
    pilot.app.open_scores()
    await settled(pilot)
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def look(pilot: Any, name: str, update: bool) -> None:
    """The screen in front, narrow and wide, in one run."""
    pilot.app.clear_notifications()
    for size in (NARROW, WIDE):
        await pilot.resize_terminal(*size)
        await settled(pilot)
        assert_sound(pilot.app)
        check_golden(f"{name}-{size[0]}x{size[1]}", screen_text(pilot.app), update)
    await pilot.resize_terminal(*NARROW)
    await pilot.pause()


async def test_places_with_ties_those_left_out_progress_and_formula(
    tmp_path: Path, update_goldens: bool
) -> None:
    space = ranked_space(tmp_path)
    async with running(make_app(space), notifications=True) as pilot:
        app = pilot.app
        await at_scores(pilot)
        first = result_of(app.desk.state, app.desk.round, "DG01")
        assert f"上期{score_text(app.screen.before.scores['DG01'])}分，增减+10.0" in screen_text(app)
        await pilot.press("1")
        await settled(pilot)
        await look(pilot, "ranking", update_goldens)
        text = screen_text(app)
        assert text.count("第2名并列") == 2, "the two equals share their place"
        assert "第4名" in text and "第3名" not in text
        assert "不参加排名：东沟第4党小组" in text and "不在进步榜上：东沟第2党小组" in text
        app.screen.text.move_to("DG01")
        await pilot.press("question_mark")
        await pilot.pause()
        assert app.screen.place == "derivation" and app.screen.unit == "DG01"
        assert f"得分{score_text(first.score)}" in screen_text(app)


async def test_no_ranking_clears_places_from_screen_and_every_export(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    space = ranked_space(tmp_path, no_ranking=True)
    here = space.round_dir(ROUND)
    async with running(make_app(space), notifications=True) as pilot:
        app = pilot.app
        await at_scores(pilot, "1")
        assert app.screen.place == "scores" and "不排名" in told(app)
        await pilot.press("2")
        await settled(pilot)
        await pilot.press("8")
        await pilot.pause()
        assert "名次" not in screen_text(app) and "第1名" not in screen_text(app)
        await at_scores(pilot, "4", "enter")
        page = app.screen
        assert page.place == "contest" and page.count() and page.outcome.proposed == ()
        assert {(c.place, c.value) for c in page.outcome.candidates} == {(None, None)}
        app.open_summary()
        await settled(pilot)
        assert "不排名" in app.screen.book.ranking_refused()
    written = tmp_path / "table"
    assert cli.run(["report", str(here), "--to", "csv", "-o", f"{written}.csv"]) == 0
    assert "名次" not in Path(f"{written}.csv").read_text("utf-8-sig")
    assert cli.run(["report", str(here), "--to", "xlsx", "-o", f"{written}.xlsx"]) == 0
    cells = [cell.value for row in load_workbook(f"{written}.xlsx").active.iter_rows() for cell in row]
    assert "上期得分" in cells and "名次" not in cells
    capfd.readouterr()
    for asked in (
        ("report", str(here), "--to", "xlsx", "-o", f"{written}2.xlsx", "--kind", "ranking"),
        ("notice", str(here), "--kind", "ranking"),
        ("period", str(here), "--span", "quarter", "--rank"),
        ("score", str(here), "--rank"),
    ):
        assert cli.run(list(asked)) == 1, asked
        out, err = capfd.readouterr()
        assert "不排名" in err and "第1名" not in out
    assert not Path(f"{written}2.xlsx").exists()


def staged(root: Path) -> Workspace:
    """A grading of the groups: self-assessment, recommendation, acceptance, each with its own answers."""
    space = make_space(root, series="2026", stage="accept")
    write_json(space.schemes_dir / "five.json", SCHEME)
    write_json(space.contests_dir / "pennant.json", CONTEST)
    who(space)
    for id_, stage, day, lost in (
        ("2026-self", "self", "2026-09-08", 0),
        ("2026-recommend", "recommend", "2026-09-20", 1),
        (ROUND, "accept", "", 2),
    ):
        if id_ != ROUND:
            title = {"self": "支部自评申报", "recommend": "厂处党委定级推荐"}[stage]
            period = {"label": "2026年9月", "start": day, "end": day}
            space.save_round(round_raw(id=id_, title=title, stage=stage, series="2026", period=period))
        desk = open_desk(space, round_id=id_)
        for unit in ("DG01", "DG02"):
            if lost:
                deduct(desk, unit, "GW-01", "岗位责任缺项", lost)
            finish(desk, unit)
        desk.session.close()
    return space


async def test_self_assessment_stands_beside_inspection_with_the_difference(
    tmp_path: Path, update_goldens: bool
) -> None:
    async with running(make_app(staged(tmp_path)), notifications=True) as pilot:
        app = pilot.app
        await at_scores(pilot)
        page = app.screen
        assert page.assessed["DG01"] == Decimal("100.0")
        result = result_of(app.desk.state, app.desk.round, "DG01")
        assert result.score == Decimal("90.0")
        await look(pilot, "scores-staged", update_goldens)
        text = screen_text(app)
        assert "自评" in text and "相差-10.0分" in "".join(line.strip() for line in text.splitlines())
        await pilot.press("question_mark")
        await pilot.pause()
        assert "岗位责任缺项" in screen_text(app)
        await pilot.press("escape")
        await at_scores(pilot, "5")
        assert "各阶段看法不同的1项：GW-01" in screen_text(app)
        assert "合计：示范2；新定级2个" in screen_text(app)
        await pilot.press("6")
        await pilot.pause()
        [text] = app.space.exports_dir.glob("达标晋级升降-*.txt")
        assert (
            "示范2" in text.read_text("utf-8")
            and len([*app.space.exports_dir.glob("达标晋级升降-*.csv")]) == 1
        )
        app.clear_notifications()
        await pilot.press("question_mark")
        await settled(pilot)
        await look(pilot, "sources-staged", update_goldens)
        sources = app.screen
        assert [s.total.score for s in sources.sources] == [Decimal(n) for n in ("100.0", "95.0", "90.0")]
        # The answers of another round open down to their derivation; its records ask for that round.
        other = next(n for n, s in enumerate(sources.sources) if s.round.id == "2026-recommend")
        sources.list.move_to(other)
        await pilot.press("question_mark")
        await pilot.pause()
        page = app.screen
        assert page.place == "derivation" and "得分95.0" in page.rows[0].text
        page.list.move_to(next(n for n, row in enumerate(page.rows) if row.item == ("small", "GW-01")))
        await pilot.press("enter")
        await pilot.pause()
        assert "先在主页打开那一轮" in told(app) and app.screen is page
        # Over a period, what units say of themselves does not count.
        await at_scores(pilot, "2", "4")
        table = app.screen.table()
        assert [id_ for id_, _, _ in table.rounds] == ["2026-recommend", ROUND]
        assert [why for title, why in table.left_out if title == "支部自评申报"] == [
            "是自评，只和检查对照，不计入"
        ]


async def test_every_figure_opens_from_where_it_stands(tmp_path: Path) -> None:
    space = ranked_space(tmp_path)
    async with running(make_app(space), size=WIDE, notifications=True) as pilot:
        app = pilot.app
        place = next(
            n for n, row in enumerate(app.screen.rows) if getattr(row, "unit", None) and row.unit.id == "DG03"
        )
        app.screen.line_list.move_to(place)
        await pilot.pause()
        assert "按 ? 看由来" in screen_text(app)
        await pilot.press("question_mark")
        await pilot.pause()
        assert (app.screen.place, app.screen.unit) == ("derivation", "DG03")
        await pilot.press("escape")
        app.open_unit("DG01")
        await pilot.pause()
        await pilot.press("fullwidth_question_mark")
        await pilot.pause()
        assert (app.screen.place, app.screen.unit) == ("derivation", "DG01")
        await pilot.press("escape", "escape")
        app.open_summary("DG02")
        await settled(pilot)
        await pilot.press("question_mark")
        await pilot.pause()
        assert (app.screen.place, app.screen.unit) == ("derivation", "DG02")
        await pilot.press("escape", "escape")
        app.open_summary()
        await settled(pilot)
        await pilot.press("0", "question_mark", "3")
        await pilot.pause()
        assert (app.screen.place, app.screen.unit) == ("derivation", app.desk.units()[2].id)

        await at_scores(pilot, "2", "4", "down", "question_mark")
        page = app.screen
        assert page.place == "sources" and page.unit == "DG02"
        assert [s.round.id for s in page.sources] == [BEFORE, ROUND]
        assert any("各期得分相加" in word for word in page.words)
        await pilot.press("end", "enter")
        await pilot.pause()
        assert (app.screen.place, app.screen.other) == ("derivation", None)
        await at_scores(pilot, "4", "enter", "question_mark")
        assert app.screen.place == "sources" and [s.round.id for s in app.screen.sources] == [ROUND]
        await at_scores(pilot, "3", "question_mark", "1")
        assert app.screen.place == "sources" and len(app.screen.sources) == 2


async def test_how_a_period_is_rolled_up_is_chosen_on_screen(tmp_path: Path) -> None:
    space = ranked_space(tmp_path)
    async with running(make_app(space), notifications=True) as pilot:
        app = pilot.app
        await at_scores(pilot, "2", "4")
        page = app.screen
        mean = next(line for line in page.table().units if line.key == "DG01").rolled
        low = min(part for part in mean.parts if part is not None)
        order = ["", *RollUp]
        await pilot.press("9", str(order.index(RollUp.WORST) + 1))
        await settled(pilot)
        worst = next(line for line in page.table().units if line.key == "DG01").rolled
        assert page.span is Span.YEAR and mean.score != low and worst.score == low
        assert page.table().rollup is RollUp.WORST and "最低" in screen_text(app)
        await pilot.press("0", "2")
        await settled(pilot)
        assert page.checklist == "small" and "党小组检查清单（小样）" in screen_text(app)
        await pilot.press("f5")
        await pilot.pause()
        [path] = space.exports_dir.glob("期间得分-*.csv")
        assert score_text(worst.score) in path.read_text("utf-8-sig")
        assert "--" not in screen_text(app)


SHEET = "姓名,加分,扣分,事由,用于评优\n甲某,2,,攻关,是\n乙某,,1,迟到,是\n丙某,两分,,帮教,是\n"


async def test_a_points_sheet_is_looked_at_then_taken_with_one_key(
    tmp_path: Path, update_goldens: bool
) -> None:
    space = make_space(tmp_path)
    who(space)
    (space.root / "收卷" / "积分表").mkdir(parents=True)
    (space.root / "收卷" / "积分表" / "东沟第1党小组.csv").write_text(SHEET, encoding="utf-8")
    async with running(make_app(space), notifications=True) as pilot:
        app = pilot.app
        app.push_screen(PointsScreen(app.desk))
        await pilot.pause()
        await pilot.press("1")
        await pilot.pause()
        app.screen.field.clear()
        await type_text(pilot, "2026-13")
        assert points_of(app.desk.state, "DG01") == [] and app.screen.field.text == "2026-13"
        app.screen.field.clear()
        await type_text(pilot, "2026-10")
        await settled(pilot)
        await pilot.press("2")
        await settled(pilot)
        assert app.screen.place == "points_look"
        await look(pilot, "points-look", update_goldens)
        assert points_of(app.desk.state, "DG01") == [], "a look writes nothing"
        assert "B4" in screen_text(app) and "不是数字" in screen_text(app)
        await pilot.press("1")
        await settle(app, pilot)
        [month] = points_of(app.desk.state, "DG01")
        assert (month.month, month.count.entered, month.count.rewards, month.count.penalties) == (
            "2026-10",
            2,
            1,
            1,
        )
        assert app.screen.place == "points"
        await look(pilot, "points", update_goldens)
        await pilot.press("ctrl+z")
        await settle(app, pilot)
        assert points_of(app.desk.state, "DG01") == []
        stored = (space.findings_path(ROUND, app.desk.session.writer)).parent
        held = "".join(path.read_text("utf-8", "replace") for path in stored.glob("*.json*"))
        assert "甲某" not in held and "攻关" not in held


def ballots(path: Path) -> Appraisal:
    people = [("P1", "曹致远"), ("P2", "施思远"), ("P3", "卫文川")]
    made = Appraisal(
        format="inspect-tui/appraisal",
        version="1.0",
        id="q4",
        title="四季度测评",
        subjects=tuple(Subject(id=id_, name=name) for id_, name in people),
        dimensions=("德", "能"),
    )
    save_appraisal(path, made)
    return made


async def test_ballots_by_hand_results_and_the_lowest_only_inside(
    tmp_path: Path, update_goldens: bool
) -> None:
    space = make_space(tmp_path)
    who(space)
    path = space.root / "测评" / "四季度测评.json"
    ballots(path)
    async with running(make_app(space), notifications=True) as pilot:
        app = pilot.app
        from inspect_tui.tui.screens.doors import DOSSIER, open_doors

        open_doors(app, "单位档案", DOSSIER)
        await pilot.pause()
        await pilot.press(str(next(n for n, door in enumerate(DOSSIER, 1) if door.id == "appraisals")))
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        page = app.screen
        assert isinstance(page, AppraisalScreen)
        for person, counts in (("P1", "6 2 0 0"), ("P2", "1 2 3 2"), ("P3", "3 3 2 0")):
            page.text.move_to(person)
            await pilot.press("2", "3")
            await pilot.pause()
            await type_text(pilot, "8")
            await type_text(pilot, "9 9 9 9")
            assert "多于收回的8张" in screen_text(app)
            app.screen.field.clear()
            for _ in range(2):
                await type_text(pilot, counts)
        page.text.move_to("P1")
        await pilot.press("2", "1")
        await pilot.pause()
        await type_text(pilot, "2")
        await pilot.pause()
        kept, _ = load_appraisal(path)
        assert kept.subjects[0].ballots == {"群众": 8, "上级": 2}
        assert {t.level for t in kept.subjects[0].tallies} == {"群众"}, (
            "two ballots would show who ticked what"
        )
        await look(pilot, "appraisal", update_goldens)
        await pilot.press("5", "1", "1")
        await pilot.pause()
        text = screen_text(app)
        assert "得分靠后的1人" in text and "施思远  " in text
        for level in (NamingLevel.SECRETARY, NamingLevel.GROUP):
            app.clear_notifications()
            await pilot.press("4", str(list(NamingLevel).index(level) + 1), "5")
            await pilot.pause()
            text = screen_text(app)
            assert app.screen is page and "靠后的1人" not in text and "施思远" not in text
            assert "只在“内部台账”里看" in told(app)
            await pilot.press("6")
            await pilot.pause()
            [out] = space.exports_dir.glob(f"测评结果-{level.label}-*.txt")
            said = out.read_text("utf-8")
            assert (
                "施思远" not in said
                and "靠后" not in said
                and ("施" in said) is (level is NamingLevel.SECRETARY)
            )


async def test_only_a_lead_finds_the_appraisals(tmp_path: Path) -> None:
    from inspect_tui.tui.screens.doors import DOSSIER, open_doors

    space = make_space(tmp_path)
    who(space, "检查员乙", role=Role.INSPECTOR)
    ballots(space.root / "测评" / "四季度测评.json")
    async with running(make_app(space)) as pilot:
        open_doors(pilot.app, "单位档案", DOSSIER)
        await pilot.pause()
        await pilot.press(str(next(n for n, door in enumerate(DOSSIER, 1) if door.id == "appraisals")))
        await pilot.pause()
        assert getattr(pilot.app.screen, "place", "") != "appraisals"


def test_counts_are_whole_numbers_however_they_are_parted() -> None:
    assert counts_in("8 4，1、０") == (8, 4, 1, 0)
    assert counts_in("8 四 1") is None and counts_in("1.5") is None and counts_in("123456") is None


async def test_places_that_wait_for_a_decision_say_by_which_key_it_is_made(
    tmp_path: Path, quiet_home: Any
) -> None:
    async with running(make_app(merged(tmp_path)), notifications=True) as pilot:
        await at_scores(pilot, "1")
        assert pilot.app.screen.place == "ranking"
        assert "存在两种意见，裁定之后才能排名（主页按 F8 裁定）。" in screen_text(pilot.app).replace(
            "\n", ""
        )
        desk = NoticeDesk(pilot.app.desk, None)
        assert "（主页按 F8 裁定）" in desk.ask(msgspec.structs.replace(desk.wanted, kind=NoticeKind.RANKING))
