"""The notice under the lead's hand: traced, reworded, left out, compared, cleared before it is copied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from boards import MONEY, PHONE, WELL, Board, board, telling, worked_in
from fixture import (
    LOOKS,
    NARROW,
    WIDE,
    deduct,
    finish,
    make_app,
    open_desk,
    refuse_writing,
    running,
    say,
    shown,
    told,
    who,
)
from helpers import HOSTILE, assert_sound, check_golden, screen_text
from pages import MIXED, name, type_text

from inspect_tui.model.terms import FindingKind, NamingLevel, Role
from inspect_tui.report.document import NameUnits, NoticeKind
from inspect_tui.report.notice import NoticeRefused
from inspect_tui.report.settled import read_settled
from inspect_tui.report.telling import Held, Wanted, tell
from inspect_tui.rules import actions
from inspect_tui.store.clean import clean_text
from sweeps import first_of

__all__ = ["board"]


def flat(app: Any) -> str:
    """The screen as one line, so that a wrapped sentence is found."""
    return "".join(line.strip() for line in screen_text(app).split("\n"))


def stand(app: Any, words: str) -> None:
    """Put the cursor on the sentence that says so."""
    screen = app.screen
    sentence = next(s for s in screen.notice.document.sentences() if words in s.text)
    screen.text.move_to(sentence.id)


def compiled(app: Any, **wanted: Any) -> str:
    """What the command line would make of the same records now."""
    desk = app.desk
    made = tell([Held(round=desk.round, state=desk.state)], Wanted(**wanted), desk.session.date())
    return "\n\n".join(part.text for part in made.parts)


# ---------------------------------------------------------------- the records behind it


async def test_the_records_follow_the_sentence(tmp_path: Path, board: Board) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app, WIDE) as pilot:
        await pilot.press("f6")
        seen = set()
        keys = app.screen.text.keys
        for key in keys:
            assert app.screen.text.key == key
            sentence = app.screen.sentence
            assert app.screen.records.keys == [r for r in sentence.records if r in app.screen.records.keys]
            assert set(sentence.records) == set(app.screen.records.keys), sentence.text
            seen.add(sentence.id)
            await pilot.press("down")
            await pilot.pause()
        assert seen == {s.id for s in app.screen.notice.document.sentences()}
        stand(app, "近3个月缺")
        await pilot.pause()
        text = screen_text(app)
        assert "近3个月缺1个月未修订" in text and "近3个月缺2个月未修订" in text
        assert "检查员甲  2026-11-20 09:30  未整改" in text


async def test_enter_opens_the_record(tmp_path: Path, board: Board) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app, notifications=True) as pilot:
        await pilot.press("f6", "enter")
        assert "本轮方案" in told(app) and name(app) == "SummaryScreen"
        for words, screen, more in (
            ("班前五分钟", "WalkScreen", "JL-01"),
            ("缺2项", "LedgerRowScreen", "九项岗位责任缺2项"),
            ("未能进点", "HeaderScreen", "东沟第3党小组"),
        ):
            stand(app, words)
            await pilot.press("enter")
            await pilot.pause()
            assert name(app) == screen and more in screen_text(app)
            await pilot.press("escape")
            await pilot.pause()
        # Several: Enter goes to them, the arrows choose, Enter opens, the arrows there lead on.
        stand(app, "近3个月缺")
        await pilot.press("enter")
        assert app.screen.records.has_focus and name(app) == "SummaryScreen"
        await pilot.press("down", "enter")
        await pilot.pause()
        assert name(app) == "LedgerRowScreen" and "近3个月缺2个月未修订" in screen_text(app)
        assert "2/2" in screen_text(app)
        await pilot.press("escape", "escape")
        assert app.screen.text.has_focus


async def test_the_text_follows_the_records(tmp_path: Path, board: Board) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app) as pilot:
        await pilot.press("f6")
        stand(app, "缺2项")
        await pilot.press("enter")
        desk = app.desk
        deduct(desk, "DG02", "GW-01", "岗位责任缺项", 3)
        await pilot.press("escape")
        await pilot.pause()
        assert "九项岗位责任缺2至3项" in app.screen.notice.text
        assert "缺2至3项" in app.screen.sentence.text
        assert app.screen.notice.text == compiled(app, max_bytes=0)


# ---------------------------------------------------------------- the lead's hand


async def test_a_sentence_is_reworded_and_brought_back(tmp_path: Path, board: Board) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app, notifications=True) as pilot:
        await pilot.press("f6")
        stand(app, "缺2项")
        original = app.screen.sentence.text
        await pilot.press("f2")
        assert "字节" in screen_text(app).split("改这句话")[1]
        app.screen.field.text = ""
        app.screen.field.insert_text("有一个小组的岗位责任还不齐。")
        await pilot.pause()
        assert "这句14字 42字节" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert (
            "1.有一个小组的岗位责任还不齐。" in app.screen.notice.text
            and original not in app.screen.notice.text
        )
        assert ">*1.有一个小组" in screen_text(app)
        assert f"现在的原文：{original}" in flat(app)
        # It is kept: another opening, and the command line, say the same.
        assert app.screen.notice.text == compiled(app, max_bytes=0)
        await pilot.press("escape", "f6")
        assert "有一个小组的岗位责任还不齐" in app.screen.notice.text
        # The records change under it.
        deduct(app.desk, "DG02", "GW-01", "岗位责任缺项", 1)
        await pilot.pause()
        stand(app, "有一个小组")
        await pilot.pause()
        assert ">!1.有一个小组" in screen_text(app) and "原文已变，请重看" in screen_text(app)
        # Blank words bring the compiled ones back.
        await pilot.press("f2")
        app.screen.field.text = ""
        await pilot.press("enter")
        await pilot.pause()
        assert "有一个小组" not in app.screen.notice.text and "缺1至2项" in app.screen.notice.text


async def test_undo_takes_back_step_by_step(tmp_path: Path, board: Board) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app, notifications=True) as pilot:
        await pilot.press("f6")
        before = app.screen.notice.text
        stand(app, "班前五分钟")
        await pilot.press("f3", "1")
        await pilot.pause()
        after = app.screen.notice.text
        assert "班前五分钟" not in after and "好的做法1条" not in after.split("二、")[0][40:]
        stand(app, "缺2项")
        await pilot.press("f2")
        await type_text(pilot, "补充")
        await pilot.press("ctrl+z")
        assert app.screen.notice.text == after
        await pilot.press("ctrl+z")
        assert app.screen.notice.text == before
        assert "已撤销：通报里不写" in told(app)
        await pilot.press("ctrl+z")
        assert "没有可撤销" in told(app)


async def test_a_finding_is_left_out_with_a_reason_and_told_again(tmp_path: Path, board: Board) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app, notifications=True) as pilot:
        await pilot.press("f6")
        stand(app, "近3个月缺")
        await pilot.press("f3", "1", "5")
        await type_text(pilot, "支部正在核实")
        assert "未修订" not in app.screen.notice.text
        held = read_settled(app.desk.state, NoticeKind.SITUATION, app.screen.book.scope)
        assert len(held.excluded) == 2 and set(held.excluded.values()) == {"支部正在核实"}
        # For every level, since it is the finding that is left out.
        await pilot.press("2")
        assert "未修订" not in app.screen.notice.text
        # The figures stay what was found.
        assert "发现问题3项" in app.screen.notice.text
        await pilot.press("9", "8")
        assert "原因：支部正在核实" in screen_text(app) and "近3个月缺1个月未修订" in screen_text(app)
        await pilot.press("f3")
        await pilot.pause()
        held = read_settled(app.desk.state, NoticeKind.SITUATION, app.screen.book.scope)
        assert len(held.excluded) == 1
        await pilot.press("escape")
        assert "未修订" in app.screen.notice.text and name(app) == "SummaryScreen"


async def test_one_unit_of_several_is_left_out_from_the_records(tmp_path: Path, board: Board) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app) as pilot:
        await pilot.press("f6")
        stand(app, "近3个月缺")
        await pilot.press("tab", "down", "f3", "1")
        await pilot.pause()
        assert "近3个月缺1个月未修订" in app.screen.notice.text
        (left_out,) = read_settled(app.desk.state, NoticeKind.SITUATION, app.screen.book.scope).excluded
        assert left_out.startswith("finding/DG02/")


async def test_a_sentence_alone_is_left_out_at_one_level(tmp_path: Path, board: Board) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app, notifications=True) as pilot:
        await pilot.press("f6", "f3")
        assert "标题和落款不能去掉" in told(app)
        stand(app, "近3个月缺")
        await pilot.press("f3", "2", "1")
        await pilot.pause()
        assert "未修订" not in app.screen.notice.text
        await pilot.press("2")
        assert "未修订" in app.screen.notice.text
        await pilot.press("9", "8")
        assert "近3个月缺1至2个月未修订" in screen_text(app)


async def test_who_does_not_lead_looks_and_copies_but_changes_nothing(tmp_path: Path, board: Board) -> None:
    space = worked_in(tmp_path)
    who(space, "检查员乙", role=Role.INSPECTOR)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        desk = app.desk
        say(desk, "DG05", FindingKind.DEFICIENCY, "没有签字", "JL-01")
        held = len(desk.state.changes)
        await pilot.press("f6")
        stand(app, "没有签字")
        await pilot.press("f2")
        assert "由组长来做" in told(app) and name(app) == "SummaryScreen"
        await pilot.press("f3")
        assert name(app) == "SummaryScreen"
        await pilot.press("f6")
        assert len(board.texts) == 1 and len(desk.state.changes) == held


# ---------------------------------------------------------------- kind, scope, names, channel


async def test_kinds_and_levels_by_digit(tmp_path: Path, board: Board) -> None:
    space = worked_in(tmp_path)
    desk = open_desk(space)
    finish(desk, "DG02")
    desk.session.close()
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("f6")
        for keys, kind, level, words in (
            (("4", "2", "1"), NoticeKind.PRAISE, NamingLevel.GROUP, "表扬"),
            (("4", "3", "2"), NoticeKind.BULLETIN, NamingLevel.SECRETARY, "第1期"),
            (("4", "6", "enter"), NoticeKind.RANKING, NamingLevel.GROUP, "名"),
            (("4", "1", "3"), NoticeKind.SITUATION, NamingLevel.INTERNAL, "意见建议"),
        ):
            await pilot.press(*keys)
            await pilot.pause()
            document = app.screen.notice.document
            assert (document.kind, document.level) == (kind, level)
            assert words in app.screen.notice.text
            assert app.screen.notice.text == compiled(app, kind=kind, level=level, max_bytes=0)


async def test_a_ranking_that_may_not_be_made_is_not_offered(tmp_path: Path, board: Board) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app) as pilot:
        await pilot.press("f6", "4")
        assert "不足两个，不能排名" in flat(app)
        await pilot.press("6")
        assert name(app) == "MenuScreen"
        await pilot.press("escape")
        assert app.screen.notice.document.kind is NoticeKind.SITUATION


async def test_a_private_text_for_a_unit(tmp_path: Path, board: Board) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app) as pilot:
        await pilot.press("f6", "4", "4")
        assert "还没有检查记录" in screen_text(app)
        await pilot.press("2")
        await pilot.pause()
        notice = app.screen.notice
        assert notice.level is NamingLevel.SECRETARY and notice.document.scope.id == "DG02"
        assert "东沟第1党小组" not in notice.text
        # A unit has no group text: it is said, and what stood there stays.
        await pilot.press("4", "1")
        assert "一个单位没有群内版" in screen_text(app)


async def test_scopes_by_digit(tmp_path: Path, board: Board) -> None:
    space = worked_in(tmp_path)
    desk = open_desk(space)
    say(desk, "DG05", FindingKind.DEFICIENCY, "公开栏没有更换", "JL-01")
    desk.session.close()
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("f6", "5")
        offered = [entry.id for entry in app.screen.panel.entries]
        assert offered == ["", "QY", "DG", "DG-B1", "DG-B2", "private"]
        await pilot.press("4")
        await pilot.pause()
        assert app.screen.notice.document.scope.name == "东沟一支部"
        assert "公开栏" not in app.screen.notice.text and "未修订" in app.screen.notice.text
        await pilot.press("5", "6", "5")
        await pilot.pause()
        # The lowest level there is for one unit is the secretary's.
        assert app.screen.notice.document.scope.id == "DG05"
        assert app.screen.notice.level is NamingLevel.SECRETARY
        await pilot.press("5", "1")
        await pilot.pause()
        assert app.screen.notice.level is NamingLevel.GROUP and "公开栏" in app.screen.notice.text


async def test_names_and_channel(tmp_path: Path, board: Board) -> None:
    space = worked_in(tmp_path, rules={"format": "inspect-tui/rules", "version": "1.0", "message_bytes": 420})
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("f6")
        assert len(app.screen.notice.parts) > 1
        assert f"分{len(app.screen.notice.parts)}段" in screen_text(app)
        await pilot.press("7", "5")
        await pilot.pause()
        assert len(app.screen.notice.parts) == 1
        assert "超出通用上限420字节" in flat(app)
        await pilot.press("7", "1")
        await pilot.pause()
        assert "超出" not in screen_text(app) and all(p.bytes <= 420 for p in app.screen.notice.parts)
        await pilot.press("6", "1")
        await pilot.pause()
        assert app.screen.notice.document.name_units is NameUnits.NONE
        assert "东沟第1党小组" not in app.screen.notice.text
        await pilot.press("6", "3")
        await pilot.pause()
        assert "东沟第1党小组" in app.screen.notice.text.split("存在问题")[1]
        assert app.screen.notice.level is NamingLevel.GROUP


async def test_exposure_takes_only_what_was_picked_and_approved(tmp_path: Path, board: Board) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app, notifications=True) as pilot:
        await pilot.press("f6", "4", "5")
        assert name(app) == "NoticePickScreen" and "已选0条" in screen_text(app)
        await pilot.press("1")
        assert "先用空格选上" in told(app)
        # Marked, taken back, another marked.
        await pilot.press("space", "up", "space", "enter")
        assert "已选1条" in screen_text(app)
        await pilot.press("1")
        await type_text(pilot, "党总支会议")
        await pilot.press("1")
        await pilot.pause()
        text = app.screen.notice.text
        assert "近3个月缺1个月未修订" in text and "东沟第1党小组" in text and "九项" not in text
        # Who approved it is for the inner level's papers.
        assert app.screen.book.wanted.approved_by == "党总支会议"


# ---------------------------------------------------------------- before copying


async def test_nothing_is_copied_before_every_place_was_looked_at(tmp_path: Path, board: Board) -> None:
    space = telling(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("f6", "f6")
        assert name(app) == "NoticePrivacyScreen" and board.texts == []
        text = screen_text(app)
        assert PHONE in text and MONEY in text and WELL in text and "3处要核对" in text
        assert not list(space.exports_dir.iterdir())
        await pilot.press("f6")
        assert board.texts == [] and "还有3处没有核对" in told(app)
        # One is mended in its sentence.
        await pilot.press("1")
        field = app.screen.field
        field.text = field.text.replace(PHONE, "")
        await pilot.press("enter")
        await pilot.pause()
        assert "2处要核对" in screen_text(app) and PHONE not in screen_text(app)
        # One is confirmed with a reason, the rest with another.
        await pilot.press("2", "4")
        await type_text(pilot, "已公示的金额")
        assert "1处要核对" in screen_text(app)
        await pilot.press("3", "2")
        await pilot.pause()
        assert "都核对过了" in screen_text(app)
        await pilot.press("f6")
        await pilot.pause()
        assert name(app) == "SummaryScreen" and len(board.texts) == 1
        assert PHONE not in board.texts[0] and MONEY in board.texts[0]
        reasons = app.screen.book.settled.confirmed
        assert sorted(set(reasons.values())) == sorted({"已公示的金额", "不是个人信息，是工作需要"})
        # Confirmed once, copied without asking from then on.
        await pilot.press("escape", "f6", "f6")
        assert len(board.texts) == 2 and name(app) == "SummaryScreen"


async def test_a_confirmation_can_be_taken_back(tmp_path: Path, board: Board) -> None:
    app = make_app(telling(tmp_path))
    async with running(app, notifications=True) as pilot:
        await pilot.press("f6", "f6", "3", "1")
        await pilot.pause()
        assert "都核对过了" in screen_text(app)
        await pilot.press("ctrl+z")
        assert "3处要核对" in screen_text(app)
        await pilot.press("3", "1", "escape", "ctrl+z", "f6")
        await pilot.pause()
        assert name(app) == "NoticePrivacyScreen" and board.texts == []


async def test_the_inner_level_is_copied_as_it_is(tmp_path: Path, board: Board) -> None:
    app = make_app(telling(tmp_path))
    async with running(app) as pilot:
        await pilot.press("f6", "3", "f6")
        assert len(board.texts) == 1 and PHONE in board.texts[0]


async def test_a_file_with_something_unchecked_says_so(tmp_path: Path, board: Board) -> None:
    app = make_app(telling(tmp_path))
    async with running(app) as pilot:
        await pilot.press("f6", "9", "2")
        await pilot.pause()
        assert "里面有3处" in flat(app) and board.texts == []
        await pilot.press("3", "9", "2")
        await pilot.pause()
        assert "已存到" in screen_text(app) and "里面有" not in screen_text(app)


async def test_without_writing_nothing_can_be_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, board: Board
) -> None:
    app = make_app(telling(tmp_path))
    async with running(app, notifications=True) as pilot:
        await pilot.press("f6", "f6")
        app.desk.session.read_only = "被占用"
        await pilot.press("2")
        assert "记不下理由" in told(app) and name(app) == "NoticePrivacyScreen"
        await pilot.press("3", "1")
        await pilot.press("escape")
        assert board.texts == []
        app.desk.session.read_only = ""


# ---------------------------------------------------------------- what changed


async def test_what_changed_since_it_went_out(tmp_path: Path, board: Board) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app) as pilot:
        await pilot.press("f6", "8")
        assert "还没有发出过" in flat(app)
        await pilot.press("8", "f6")
        assert len(app.screen.book.settled.issued) == 1
        await pilot.press("f6")
        # The same text copied again went out once.
        assert len(app.screen.book.settled.issued) == 1
        await pilot.press("8")
        assert "没有变化" in screen_text(app)
        await pilot.press("escape")
        say(app.desk, "DG02", FindingKind.DEFICIENCY, "笔记照抄", "JL-02")
        stand(app, "班前五分钟")
        await pilot.press("f3", "1", "8")
        await pilot.pause()
        text = flat(app)
        assert "新增1句" in text and "笔记照抄" in text
        await pilot.press("end")
        await pilot.pause()
        text = flat(app)
        assert "改动" in text and "去掉了1句" in text
        assert "去掉：好的做法" in text and "班前五分钟" in text.split("去掉了1句")[1]
        # A new sentence is traced here as well.
        key = next(
            k
            for k in app.screen.text.keys
            if "笔记" in (app.screen.book.sentence(k) or app.screen.sentence).text
        )
        app.screen.text.move_to(key)
        await pilot.press("enter")
        await pilot.pause()
        assert name(app) == "LedgerRowScreen"


async def test_parts_one_key_each_and_one_again(tmp_path: Path, board: Board) -> None:
    space = worked_in(tmp_path, rules={"format": "inspect-tui/rules", "version": "1.0", "message_bytes": 420})
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("f6")
        parts = app.screen.notice.parts
        await pilot.press(*["f6"] * (len(parts) - 1))
        assert not app.screen.book.settled.issued
        await pilot.press("f6")
        assert [part.text for part in parts] == board.texts
        assert len(app.screen.book.settled.issued) == 1
        await pilot.press("9", "0", "3")
        await pilot.pause()
        assert board.texts[-1] == parts[1].text
        text = screen_text(app)
        assert "第1段" in text and "已复制" in text


# ---------------------------------------------------------------- papers


async def test_papers_by_digit(tmp_path: Path, board: Board) -> None:
    space = worked_in(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("f6")
        for digit in "1234":
            await pilot.press("9", digit)
            await pilot.pause()
        await pilot.press("9", "6")
        await pilot.pause()
        names = sorted(path.name for path in space.exports_dir.iterdir())
        stem = "情况通报-2026年第四季度回头看-群内版-20261120"
        assert names == [
            "得分汇总表-2026年第四季度回头看-20261120.xlsx",
            *(f"{stem}.{end}" for end in ("docx", "html", "md", "txt")),
        ]
        assert "已存到" in screen_text(app)
        page = (space.exports_dir / f"{stem}.html").read_text(encoding="utf-8")
        assert "班前五分钟" in page
        # What is kept from the text is kept from the papers.
        assert "章海峰" not in page and "戚建林" not in page
        await pilot.press("9", "7")
        await pilot.pause()
        (folder,) = [path for path in space.exports_dir.iterdir() if path.is_dir()]
        assert len(list(folder.iterdir())) == 3 and "写了3份" in told(app)
        assert board.texts == []


async def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, board: Board) -> None:
    app = make_app(worked_in(tmp_path))
    async with running(app, notifications=True) as pilot:
        await pilot.press("f6")
        refuse_writing(monkeypatch)
        for digit in "1267":
            await pilot.press("9", digit)
            await pilot.pause()
        assert told(app).count("没有存成文件") >= 4 and "已存到" not in screen_text(app)
        monkeypatch.undo()


# ---------------------------------------------------------------- looks, hostile words, any input method


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    board: Board,
    size: tuple[int, int],
    look: str,
    update_goldens: bool,
) -> None:
    monkeypatch.chdir(tmp_path)
    label = "normal" if look == "nocolor" else look
    update = update_goldens and look != "nocolor"
    async with shown(monkeypatch, telling(Path("检查")), size, look) as pilot:
        app = pilot.app
        await pilot.press("f6")
        stand(app, "标牌")
        await pilot.press("f2")
        app.screen.field.text = "个别党小组的标牌掉了。"
        await pilot.press("enter")
        await pilot.pause()
        for part, keys in (
            ("edited", ()),
            ("kinds", ("4",)),
            ("pick", ("5", "space")),
            ("more", ("escape", "9")),
            ("scopes", ("escape", "5")),
            ("privacy", ("escape", "f6")),
            ("cleared", ("3", "1")),
        ):
            await pilot.press(*keys)
            app.desk.session.flush()
            await pilot.pause()
            assert_sound(app)
            check_golden(f"notice-{part}-{size[0]}x{size[1]}-{label}", screen_text(app), update)


@pytest.mark.parametrize("size", first_of([NARROW, WIDE, (40, 12), (200, 50)]))
async def test_hostile_words_everywhere(tmp_path: Path, board: Board, size: tuple[int, int]) -> None:
    space = telling(tmp_path)
    desk = open_desk(space)
    for text in HOSTILE:
        if clean_text(text).strip():
            say(desk, "DG02", FindingKind.DEFICIENCY, clean_text(text)[:1200], "JL-01")
    objection = {"objection": clean_text(MIXED)[:500]}
    desk.commit("DG02", actions.visit_fields(desk.state, "DG02", objection), "异议")
    desk.session.close()
    app = make_app(space)
    async with running(app, size) as pilot:
        await pilot.press("f6")
        stand(app, "标牌")
        await pilot.press("f2")
        await type_text(pilot, MIXED)
        stand(app, "班前")
        await pilot.press("f3", "5")
        await type_text(pilot, MIXED)
        walk = ("end", "pageup", "tab", "end", "tab", "8", "8", "9", "8", "escape", "f6", "end", "home", "3")
        for key in (*walk, "5"):
            await pilot.press(key)
            await pilot.pause()
            assert_sound(app)
        await pilot.press("escape") if name(app) == "ReasonPrompt" else None
        assert app.is_running and all("\x1b" not in text for text in board.texts)


async def test_resizing_keeps_the_sentence(tmp_path: Path, board: Board) -> None:
    app = make_app(telling(tmp_path))
    async with running(app) as pilot:
        await pilot.press("f6")
        stand(app, "标牌")
        held = app.screen.text.key
        for size in (WIDE, (60, 15), (160, 50), NARROW):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            await pilot.pause()
            assert app.screen.text.key == held
            assert_sound(app)
            assert "标牌" in screen_text(app)


async def test_every_key_works_with_an_input_method_on(tmp_path: Path, board: Board) -> None:
    app = make_app(telling(tmp_path))
    async with running(app) as pilot:
        await pilot.press("f6", "２")
        assert app.screen.notice.level is NamingLevel.SECRETARY
        await pilot.press("４", "２", "１")
        await pilot.pause()
        assert app.screen.notice.document.kind is NoticeKind.PRAISE
        await pilot.press("８", "０", "０", "５", "１", "７", "４")
        await pilot.pause()
        assert app.screen.book.channel.id == "whole"


async def test_what_was_settled_is_kept_as_a_change_of_the_leads(tmp_path: Path, board: Board) -> None:
    space = worked_in(tmp_path)
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("f6")
        stand(app, "缺2项")
        await pilot.press("f3", "1")
        await pilot.pause()
        app.desk.session.flush()
        writer = app.desk.session.writer
    path = next(
        p
        for p in (space.rounds_dir / app.desk.round.id if app.desk else space.rounds_dir).rglob("*.json")
        if writer in p.name
    )
    held = json.loads(path.read_text(encoding="utf-8"))
    assert "通报里不写" in json.dumps(held, ensure_ascii=False)
    again = make_app(space)
    async with running(again) as pilot:
        await pilot.press("f6")
        assert "缺2项" not in again.screen.notice.text


def test_tell_keeps_outlines_only_by_round_and_scope(tmp_path: Path) -> None:
    space = worked_in(tmp_path)
    desk = open_desk(space)
    held = Held(round=desk.round, state=desk.state)
    kept: dict[Any, Any] = {}
    day = desk.session.date()
    plain = tell([held], Wanted(), day)
    assert tell([held], Wanted(), day, kept=kept).text == plain.text
    assert tell([held], Wanted(level=NamingLevel.INTERNAL), day, kept=kept).text != plain.text
    assert len(kept) == 1
    tell([held], Wanted(unit="DG01"), day, kept=kept)
    assert len(kept) == 2
    with pytest.raises(NoticeRefused):
        tell([held], Wanted(unit="DG04"), day, kept=kept)
    desk.session.close()
