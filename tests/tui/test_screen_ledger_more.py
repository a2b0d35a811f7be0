"""What else the ledger gives: the chart, the digest, checks by lot, round against round, papers."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from fixture import LOOKS, make_app, refuse_writing, running, settle, shown, told, who
from helpers import HOSTILE, assert_sound, check_golden, screen_text
from kept_ledger import ledger_space, problem, rows
from lead_work import desk_text
from lead_work import quiet_home as quiet_home
from old_problems import CLOSED, HELD, OPEN, old
from pages import name, type_text

from inspect_tui.model.terms import RectState, Role, Secrecy, Severity
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.sampling import draws_of, rate_of
from inspect_tui.tui.clipboard import CopyKind
from inspect_tui.tui.screens import progress


async def settled(pilot: Any) -> None:
    """Wait until the work on threads is done and shown."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def more(pilot: Any, digit: str) -> None:
    """An entry of the ledger's further menu."""
    pilot.app.open_ledger()
    await pilot.pause()
    await pilot.press("0", "9", digit)
    await pilot.pause()
    await pilot.pause()


def closed(number: int, severity: Severity, by: str = "检查员丁") -> Any:
    return old(
        f"HTK26Q3-T1-DG02-C-{number:02}",
        f"已销号的问题{number}",
        RectState.CLOSED,
        severity=severity,
        closed_on="2026-09-20",
        closed_by=(by,),
        basis="查阅资料，已补齐",
        verify=False,
        kept=1,
    )


CLOSED_ONES = (
    closed(1, Severity.MAJOR),
    closed(2, Severity.MAJOR, "检查员乙"),
    closed(3, Severity.MINOR),
    closed(4, Severity.MINOR, "检查员甲"),
)


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

    space = ledger_space(tmp_path, OPEN, *CLOSED_ONES)
    async with shown(monkeypatch, space, size, look) as pilot:
        await settle(pilot.app, pilot)
        await more(pilot, "1")
        check("progress", pilot.app)
        await pilot.press("5")
        await pilot.pause()
        # The digest is text to be sent on; its own signs stay as they are.
        assert_sound(pilot.app)
        check_golden(f"progress-digest-{label}", screen_text(pilot.app), update)
        await pilot.press("escape")
        await more(pilot, "4")
        await pilot.press("down", "enter")
        await pilot.pause()
        check("delta", pilot.app)
        await pilot.press("5")
        await pilot.pause()
        check("delta-failed", pilot.app)
        await pilot.press("escape")
        await more(pilot, "3")
        await pilot.press("4", "1", "enter", "1")
        await settle(pilot.app, pilot)
        check("recheck", pilot.app)


# -------------------------------------------------------------------- the chart and the digest


async def test_charts_count_what_the_ledger_counts(tmp_path: Path) -> None:
    async with running(make_app(ledger_space(tmp_path))) as pilot:
        await more(pilot, "1")
        app = pilot.app
        for key in "1234":
            await pilot.press(key)
            await pilot.pause()
            held = rows(app.desk)
            assert sum(bar.all for bar in app.screen.bars) == len(held)
            assert sum(bar.done for bar in app.screen.bars) == sum(r.done for r in held)
            assert f"{sum(r.done for r in held)}/{len(held)}" in screen_text(app)
        assert "整改中" in screen_text(app)


async def test_of_one_unit_the_chart_is_that_units(tmp_path: Path) -> None:
    async with running(make_app(ledger_space(tmp_path))) as pilot:
        pilot.app.open_ledger("DG05")
        await pilot.pause()
        await pilot.press("9", "1")
        await pilot.pause()
        assert sum(bar.all for bar in pilot.app.screen.bars) == 2
        assert "按检查项目" in screen_text(pilot.app)


async def test_the_digest_has_a_span_and_is_copied_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = ledger_space(tmp_path)
    copied: list[str] = []

    def copy(text: str, **_: Any) -> Any:
        from inspect_tui.tui.clipboard import CopyResult

        copied.append(text)
        return CopyResult(CopyKind.SURE, "已复制")

    monkeypatch.setattr(progress, "copy", copy)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await more(pilot, "2")
        assert "整改例会情况（内部）" in screen_text(app) and "2026年11月6日至20日" in screen_text(app)
        await pilot.press("5", "4")
        await pilot.pause()
        app.screen.field.text = ""
        await type_text(pilot, "11月1日")
        assert "2026年11月1日至20日" in screen_text(app)
        await pilot.press("f6")
        await pilot.pause()
        path = next(space.exports_dir.glob("例会摘要-*.txt"))
        assert copied == [path.read_text(encoding="utf-8")] and "已复制" in screen_text(app)
        await pilot.press("1", "6")
        await pilot.pause()
        chart = next(space.exports_dir.glob("整改进度图-*.txt")).read_text(encoding="utf-8")
        assert "东沟第5党小组" in chart and "合计" in chart
        with monkeypatch.context() as patch:
            refuse_writing(patch, errno.ENOSPC)
            await pilot.press("2", "6")
            await pilot.pause()
            assert "没有存成文件" in told(app)


async def test_a_secret_round_gives_nothing_out(tmp_path: Path) -> None:
    space = ledger_space(tmp_path, secrecy=Secrecy.SECRET.value)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await more(pilot, "1")
        await pilot.press("f6", "6", "escape")
        await pilot.pause()
        for digit in "5678":
            await pilot.press("9", digit)
            await settled(pilot)
        assert "密级" in told(app)
        assert not list(space.exports_dir.iterdir())


# -------------------------------------------------------------------- round against round


async def test_every_figure_opens_to_its_problems(tmp_path: Path) -> None:
    app = make_app(ledger_space(tmp_path))
    async with running(app) as pilot:
        await more(pilot, "4")
        delta = app.screen.delta
        for kind, key in (("new", "new"), ("persisting", "persisting"), ("fixed", "fixed")):
            place = next(i for i, r in enumerate(app.screen.rows) if r.key == key)
            app.screen.list.move_to(place)
            await pilot.press("enter")
            await pilot.pause()
            inside = [r.problem.id for r in app.screen.rows if r.key == key and r.problem is not None]
            assert inside == list(getattr(delta.figures, kind))
        place = next(i for i, r in enumerate(app.screen.rows) if r.problem is not None)
        app.screen.list.move_to(place)
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "LedgerRowScreen"
        await pilot.press("escape")
        await pilot.pause()
        for key, mode in (("2", "units"), ("3", "sections"), ("4", "items"), ("5", "failed"), ("1", "kinds")):
            await pilot.press(key)
            await pilot.pause()
            assert app.screen.mode == mode
            assert_sound(app)
        await pilot.press("5", "enter")
        await pilot.pause()
        assert name(app) == "AcrossScreen"


async def test_a_round_that_carries_nothing_says_so(tmp_path: Path) -> None:
    from fixture import make_space

    space = make_space(tmp_path)
    who(space)
    app = make_app(space)
    async with running(app) as pilot:
        await more(pilot, "4")
        assert "没有转入上轮问题" in screen_text(app)
        await pilot.press("enter", "5", "enter")
        await pilot.pause()
        assert "还没有失分的检查项" in screen_text(app)


async def test_another_round_of_the_folder_is_set_against_this_one(tmp_path: Path) -> None:
    from fixture import deduct, open_desk, past_round

    space = ledger_space(tmp_path)
    past_round(space, 3)
    past_round(space, 2)
    desk = open_desk(space, round_id="2026Q3-lookback")
    deduct(desk, "DG04", "GW-02", "未按月修订")
    desk.session.close()
    (space.round_dir("2026Q2-lookback") / "received").mkdir()
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await more(pilot, "4")
        assert not app.screen.delta.figures.left_out
        await pilot.press("6", "1")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert len(app.screen.delta.figures.left_out) == 1
        assert "2026年第三季度回头看  对比" in screen_text(app) and "没有转入" in screen_text(app)
        place = next(i for i, r in enumerate(app.screen.rows) if r.key == "left_out")
        app.screen.list.move_to(place)
        await pilot.press("enter", "down", "enter")
        await pilot.pause()
        assert "只在上一轮的台账里" in told(app)
        await pilot.press("6", "3")
        await pilot.pause()
        assert not app.screen.delta.figures.left_out


# -------------------------------------------------------------------- by lot


async def test_drawing_looking_again_and_the_rate(tmp_path: Path) -> None:
    app = make_app(ledger_space(tmp_path, *CLOSED_ONES))
    async with running(app, notifications=True) as pilot:
        await more(pilot, "3")
        assert "已销号 4 条，还没有抽查过" in screen_text(app)
        await pilot.press("1", "5", "enter")
        await pilot.pause()
        assert name(app) == "RecheckScreen" and "没有另一次抽查" in told(app)
        await pilot.press("4", "5")
        await pilot.pause()
        await type_text(pilot, "9")
        assert name(app) == "TextPrompt", "more than there are"
        app.screen.field.text = ""
        await type_text(pilot, "4")
        await pilot.press("enter", "2")
        await pilot.pause()
        assert not draws_of(app.desk.state)
        await pilot.press("4", "4")
        await pilot.pause()
        app.screen.field.text = ""
        await type_text(pilot, "双十一")
        await pilot.press("1")
        await pilot.pause()
        (drawn,) = draws_of(app.desk.state)
        assert drawn.seed == "双十一" and len(drawn.picked) == 4
        assert "种子“双十一”" in screen_text(app)
        results: dict[str, str] = {}
        for number in range(4):
            app.screen.list.move_to(number)
            await pilot.pause()
            pick = app.screen.current
            row = app.screen.problem(pick)
            if "检查员甲" in row.closed_by:
                await pilot.press("1")
                await pilot.pause()
                assert "抽查要换人" in told(app) and not app.screen.has_class("-choosing")
                continue
            key = "12"[row.severity is Severity.MAJOR and "1" in results.values()]
            results[row.id] = key
            await pilot.press(key, "2", "1")
            await pilot.pause()
        rate = rate_of(app.desk.state, drawn)
        assert rate.looked == 3 and rate.waiting == 1
        back = [id_ for id_, key in results.items() if key == "2"]
        held = {r.id: r.state for r in rows(app.desk)}
        assert all(held[id_] is RectState.RELAPSED for id_ in back) and len(back) == 1
        assert "整改真实率" in screen_text(app) and f"（{rate.held}/{rate.looked}）" in screen_text(app)
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert rate_of(app.desk.state, drawn).looked == 2
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "LedgerRowScreen"


async def test_the_same_seed_draws_the_same_list_and_is_recorded_once(tmp_path: Path) -> None:
    app = make_app(ledger_space(tmp_path, *CLOSED_ONES))
    async with running(app, notifications=True) as pilot:
        await more(pilot, "3")

        async def draw(seed: str) -> tuple[str, ...]:
            await pilot.press("4", "1")
            await pilot.pause()
            app.screen.field.text = ""
            await type_text(pilot, seed)
            await pilot.press("1")
            await pilot.pause()
            return tuple(pick.problem for pick in app.screen.drawn.picked)

        first = await draw("一")
        assert await draw("二") and await draw("一") == first
        assert "已经抽过" in told(app) and len(draws_of(app.desk.state)) == 2
        await pilot.press("5", "2")
        await pilot.pause()
        assert app.screen.drawn.id == draws_of(app.desk.state)[1].id


async def test_an_inspector_draws_nothing_but_may_record(tmp_path: Path) -> None:
    space = ledger_space(tmp_path, *CLOSED_ONES)
    who(space, "检查员乙", "T1", role=Role.INSPECTOR)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await more(pilot, "3")
        await pilot.press("4")
        await pilot.pause()
        assert "由组长抽取" in told(app) and name(app) == "RecheckScreen"


# -------------------------------------------------------------------- papers


@pytest.mark.parametrize(
    ("digits", "pattern"),
    [
        ("5", "问题清单-*.docx"),
        ("6", "问题清单-*.xlsx"),
        ("7", "销号单-*.xlsx"),
        ("8", "整改台账-*.xlsx"),
        ("01", "整改台账-*.csv"),
        ("02", "销号单-*.docx"),
    ],
)
async def test_papers_of_the_marked_or_of_what_is_listed(tmp_path: Path, digits: str, pattern: str) -> None:
    space = ledger_space(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        pilot.app.open_ledger()
        await pilot.pause()
        await pilot.press("1", "3", "9", *digits)
        await settled(pilot)
        assert "（1个问题）" in told(app) and "东沟第2党小组" in next(space.exports_dir.glob(pattern)).name
        await pilot.press("0", "home", "space", "space", "9", *digits)
        await settled(pilot)
        assert "（2个问题）" in told(app)
        assert len(list(space.exports_dir.glob(pattern))) == 2


async def test_a_filled_in_ledger_is_looked_at_then_taken_and_undone(tmp_path: Path) -> None:
    import openpyxl

    space = ledger_space(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await more(pilot, "8")
        await settled(pilot)
        (path,) = space.exports_dir.glob("整改台账-*.xlsx")
        book = openpyxl.load_workbook(path)
        sheet = book.active
        head = next(r for r in sheet.iter_rows() if any(c.value == "编号" for c in r))
        at = {str(c.value): c.column for c in head if c.value}
        by_number = {sheet.cell(r, at["编号"]).value: r for r in range(head[0].row + 1, sheet.max_row + 1)}
        open_ = problem(app.desk, "公开栏")
        under_way = problem(app.desk, OPEN.text)
        sheet.cell(by_number[open_.number], at["整改措施"]).value = "[/]每月更换"
        sheet.cell(by_number[open_.number], at["状态"]).value = "整改中"
        sheet.cell(by_number[under_way.number], at["状态"]).value = "已销号"
        sheet.cell(by_number[under_way.number], at["复查人"]).value = "检查员丁"
        sheet.cell(by_number[CLOSED.number], at["存在问题"]).value = "改掉"
        book.save(path)
        await pilot.press("9", "9", "1")
        await settled(pilot)
        assert name(app) == "LedgerSheetScreen"
        assert_sound(app)
        text = screen_text(app)
        assert "开始整改；整改措施：[/]每月更换" in text and "不能一步改成已销号" in text
        assert "能收1个问题，3格不收" in text
        assert any("由检查记录得出" in row.words for row in app.screen.rows)
        before = len(app.desk.state.changes)
        await pilot.press("tab", "tab", "down", "1")
        await pilot.pause()
        assert name(app) == "LedgerScreen" and len(app.desk.state.changes) == before + 1
        now = problem(app.desk, "公开栏")
        assert (now.state, now.measure) == (RectState.IN_PROGRESS, "[/]每月更换")
        assert problem(app.desk, OPEN.text).state is RectState.IN_PROGRESS
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert problem(app.desk, "公开栏").state is RectState.OPEN
        # Writing the ledger again leaves the filled-in sheet as it is.
        filled = path.read_bytes()
        await pilot.press("9", "8")
        await settled(pilot)
        assert path.read_bytes() == filled and len(list(space.exports_dir.glob("整改台账-*.xlsx"))) == 2


async def test_what_is_no_ledger_is_refused_in_words(tmp_path: Path) -> None:
    space = ledger_space(tmp_path)
    (tmp_path / "假台账.xlsx").write_bytes(b"PK\x03\x04 no zip")
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await more(pilot, "9")
        await pilot.press("1")
        await settled(pilot)
        assert name(app) == "LedgerScreen" and "假台账.xlsx" in told(app)
        await pilot.press("9", "9", "2")
        await pilot.pause()
        await type_text(pilot, f"'{tmp_path / '没有.xlsx'}'")
        await settled(pilot)
        assert name(app) == "LedgerScreen" and "读不出来" in told(app)


async def test_an_unchanged_sheet_changes_nothing(tmp_path: Path) -> None:
    app = make_app(ledger_space(tmp_path))
    async with running(app, notifications=True) as pilot:
        await more(pilot, "8")
        await settled(pilot)
        before = len(app.desk.state.changes)
        await pilot.press("9", "9", "1")
        await settled(pilot)
        assert "和台账一样" in screen_text(app)
        await pilot.press("1")
        await pilot.pause()
        assert "没有能收的" in told(app) and len(app.desk.state.changes) == before


# -------------------------------------------------------------------- hostile words


async def test_hostile_words_do_no_harm(tmp_path: Path) -> None:
    texts = [clean for text in HOSTILE if (clean := desk_text(text).replace("\n", " ").replace("\t", " "))]
    problems = [
        old(
            f"HTK26Q3-T1-DG02-B-{number:02}",
            text[:2000],
            (RectState.CLOSED, RectState.OPEN)[number % 2],
            closed_by=(text[:40],),
            duty=OPEN.duty.__class__(leader=text[:100], owner=text[:100], task=text[:100]),
        )
        for number, text in enumerate(texts, 1)
    ]
    app = make_app(ledger_space(tmp_path, *problems, HELD))
    async with running(app) as pilot:
        for digit, keys in (("1", "1234"), ("2", "5"), ("4", "12345")):
            await more(pilot, digit)
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
                assert_sound(app)
                await pilot.press("enter", "end")
                await pilot.pause()
                assert_sound(app)
                while name(app) == "AcrossScreen":
                    await pilot.press("escape")
                    await pilot.pause()
            await pilot.press("escape", "escape", "escape")
            await pilot.pause()
        await more(pilot, "3")
        await pilot.press("4", "2")
        await pilot.pause()
        app.screen.field.text = texts[0]
        await pilot.press("enter", "1")
        await pilot.pause()
        assert_sound(app)
        for _ in app.screen.drawn.picked:
            await pilot.press("2", "1")
            await pilot.pause()
            assert_sound(app)
            await pilot.press("1", "down")
            await pilot.pause()
            assert_sound(app)
        assert all(isinstance(row, LedgerRow) for row in rows(app.desk))
