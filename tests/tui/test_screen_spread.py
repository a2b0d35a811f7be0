"""Good practice, its adoption, 一组一特色 and helping pairs on screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixture import NARROW, WIDE, make_app, make_space, open_desk, past_round, running, some_work, told, who
from helpers import HOSTILE, assert_sound, check_golden, screen_text
from lead_work import quiet_home as quiet_home
from pages import type_text

from inspect_tui.model.spread import GoalState, Uptake
from inspect_tui.model.terms import Role
from inspect_tui.rules.ledger import ledger_rows
from inspect_tui.rules.pair_effect import effects_of
from inspect_tui.rules.pairing import pairs_of
from inspect_tui.rules.practices import asked_of, cards_of
from inspect_tui.rules.reading import read_visit
from inspect_tui.rules.result import result_of
from inspect_tui.store.clean import clean_text
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.screens import doors
from inspect_tui.tui.screens.adoption_page import AdoptionScreen, waiting

EARLIER = {"round": "2026Q3-lookback", "origin": "3" * 16, "title": "2026年第三季度回头看"}
CARDS: list[dict[str, Any]] = [
    {
        "id": "c1",
        "unit": "DG02",
        "unit_name": "东沟第2党小组",
        "title": "重点井日跟踪周分析",
        "what": "重点井每天跟踪、每周分析，老党员带新员工",
        "effect": "三口井恢复正常",
        "how": "先定井，再定人，每周五碰一次",
        "source": EARLIER,
        "on": "2026-08-20",
        "adopted": [
            {
                "unit": "DG03",
                "unit_name": "东沟第3党小组",
                "uptake": "adopted",
                "basis": "看了跟踪表",
                "source": EARLIER,
                "on": "2026-08-21",
            }
        ],
    },
    {
        "id": "c2",
        "unit": "DG01",
        "unit_name": "东沟第1党小组",
        "title": "意见当周答复",
        "what": "组员意见当周登记、当周答复",
        "source": EARLIER,
        "on": "2026-08-20",
    },
]
PAIRS: list[dict[str, Any]] = [
    {
        "id": "b1",
        "unit": "DG01",
        "unit_name": "东沟第1党小组",
        "helper": "DG02",
        "helper_name": "东沟第2党小组",
        "start": "2026-09-01",
        "until": "2026-12-31",
        "source": EARLIER,
        "goals": [
            {"id": "score", "kind": "score", "target": 85},
            {"id": "w1", "kind": "words", "text": "每月听一次党小组会"},
        ],
    }
]


def worked(root: Path, *, lead: bool = True, **changed: Any) -> Workspace:
    given = {"cards": CARDS, "pairs": PAIRS} | changed
    space = make_space(root, **given)
    desk = open_desk(space)
    some_work(desk)
    desk.session.close()
    if lead:
        who(space, role=Role.LEAD)
    return space


async def opened(pilot: Any, name: str, *keys: str) -> Any:
    """A page of 单位档案, and on from there."""
    next(d for d in doors.DOSSIER if d.id == name).open(pilot.app)
    await pilot.pause()
    await press(pilot, *keys)
    return pilot.app.screen


async def press(pilot: Any, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def shot(app: Any, name: str, update: bool) -> None:
    assert_sound(app)
    label = "x".join(map(str, app.size))
    check_golden(f"spread-{name}-{label}", screen_text(app), update)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_pages_look_so(tmp_path: Path, size: tuple[int, int], update_goldens: bool) -> None:
    space = worked(tmp_path)
    past_round(space, 3)
    async with running(make_app(space, unit="DG02"), size) as pilot:
        app = pilot.app
        await opened(pilot, "cards")
        shot(app, "cards", update_goldens)
        await press(pilot, "2")
        shot(app, "features", update_goldens)
        await press(pilot, "escape", "escape")
        app.screen.action_adoption()
        await pilot.pause()
        shot(app, "adoption", update_goldens)
        await press(pilot, "escape")
        await opened(pilot, "pairs")
        shot(app, "pairs", update_goldens)
        await press(pilot, "2")
        shot(app, "effect", update_goldens)


async def test_a_lead_writes_a_card_changes_it_and_takes_it_back(tmp_path: Path) -> None:
    async with running(make_app(worked(tmp_path)), notifications=True) as pilot:
        app = pilot.app
        page = await opened(pilot, "cards", "end")
        assert "用班前五分钟" in screen_text(app)
        await press(pilot, "enter", "1")
        for words in ("组员都讲得清", "先定主持人"):
            await type_text(pilot, words)
        await press(pilot, "1")

        def mine() -> Any:
            return next(n for n in cards_of(app.desk.state, app.desk.round) if n.new)

        made = mine().card
        assert (made.title, made.effect, made.how) == ("用班前五分钟讲本班风险", "组员都讲得清", "先定主持人")
        assert page.current.card.id == made.id, "the cursor went along"
        await press(pilot, "enter", "5", "2", "4")
        assert [p.value for p in mine().card.profiles] == ["safety"]
        await press(pilot, "enter", "4")
        app.screen.field.clear()
        await type_text(pilot, "每班轮流主持")
        assert mine().card.how == "每班轮流主持"
        await press(pilot, "enter", "6", "1")
        assert len(cards_of(app.desk.state, app.desk.round)) == 2
        await press(pilot, "ctrl+z")
        assert mine().card.how == "每班轮流主持" and "已撤销" in told(app)
        await press(pilot, "1", "2", "1")
        assert "已存到" in told(app)
        names = {path.name.split("-")[0]: path for path in app.desk.session.space.exports_dir.iterdir()}
        assert set(names) == {"经验采用情况", "一组一特色登记表"}
        assert names["经验采用情况"].read_bytes().startswith("\ufeff经验".encode())


async def test_an_inspector_reads_cards_and_changes_none_and_sees_no_pairs(tmp_path: Path) -> None:
    space = worked(tmp_path, lead=False)
    who(space, "检查员乙", role=Role.INSPECTOR)
    async with running(make_app(space), notifications=True) as pilot:
        page = await opened(pilot, "cards", "enter")
        assert pilot.app.screen is page and "由组长来做" in told(pilot.app)
        await press(pilot, "escape")
        doors.open_doors(pilot.app, "单位档案", doors.DOSSIER)
        await pilot.pause()
        entry = next(e for e in pilot.app.screen.panel.entries if e.id == "pairs")
        assert not entry.enabled and entry.detail == doors.LEAD_ONLY


async def test_a_unit_is_asked_by_one_digit_each_and_never_of_its_own(tmp_path: Path) -> None:
    async with running(make_app(worked(tmp_path, lead=False), unit="DG02"), notifications=True) as pilot:
        app = pilot.app
        desk = app.desk

        def answers() -> list[Any]:
            return [
                (a.card.id, a.now.uptake if a.now else None) for a in asked_of(desk.state, desk.round, "DG02")
            ]

        await press(pilot, "enter", "0", "0")
        assert "采用经验" in screen_text(app) and "还有1条没问，不影响提交" in screen_text(app)
        await press(pilot, "escape")
        app.screen.action_adoption()
        await pilot.pause()
        assert answers() == [("c2", None)]
        await press(pilot, "1")
        await type_text(pilot, "看了登记本，当周答复")
        assert answers() == [("c2", Uptake.ADOPTED)]
        assert "看了登记本" in screen_text(app) and "都问过了" in screen_text(app)
        await press(pilot, "3")
        assert answers() == [("c2", Uptake.NOT_ADOPTED)]
        await press(pilot, "ctrl+z")
        assert answers() == [("c2", Uptake.ADOPTED)]
        await press(pilot, "5")
        assert answers() == [("c2", None)]
        await press(pilot, "enter")
        assert "先按 1 到 4" in told(app)
        await press(pilot, "2", "escape")
        assert answers() == [("c2", None)], "no basis, no answer"
        assert not read_visit(desk.state, "DG02").submitted
        app.push_screen(AdoptionScreen(desk, "DG01"))
        await press(pilot, "4")
        assert "已提交" in told(app)
        assert asked_of(desk.state, desk.round, "DG01")[0].now is None


def test_where_nothing_is_to_be_asked_the_menu_says_nothing(tmp_path: Path) -> None:
    desk = open_desk(make_space(tmp_path, cards=CARDS[:1]))
    assert [waiting(desk, unit) for unit in ("DG01", "DG02", "DG03")] == [(1, 1), (0, 0), (1, 0)]
    desk.session.close()


async def test_a_lead_pairs_a_unit_sets_goals_and_sees_the_effect(tmp_path: Path) -> None:
    space = worked(tmp_path, pairs=[])
    async with running(make_app(space), notifications=True) as pilot:
        app = pilot.app
        desk = app.desk

        def pairs() -> list[Any]:
            return pairs_of(desk.state, desk.round)

        await opened(pilot, "pairs", "1")
        while "给哪个单位结对" in screen_text(app) and "别的单位" in screen_text(app):
            other = next(n for n, e in enumerate(app.screen.panel.entries, 1) if e.label == "别的单位")
            await press(pilot, str(other))
        await press(pilot, "1")
        department = next(n for n, e in enumerate(app.screen.panel.entries, 1) if e.label == "由部门帮扶")
        await press(pilot, str(department))
        await type_text(pilot, "生产技术室")
        await press(pilot, "1", "2")
        await type_text(pilot, "九十")
        assert "请写分数" in screen_text(app)
        app.screen.field.clear()
        await type_text(pilot, "90")
        await press(pilot, "3")
        await type_text(pilot, "每月到站一次")
        rows = [r for r in ledger_rows(desk.state, desk.round, desk.session.today, ["DG01"]) if not r.done]
        place = next(n for n, e in enumerate(app.screen.panel.entries, 1) if e.id == rows[0].id)
        await press(pilot, str(place), "1")
        [now] = pairs()
        assert (now.pairing.unit, now.pairing.helper_name, now.pairing.until) == (
            "DG01", "生产技术室", "2026-12-31",
        )  # fmt: skip
        assert {g.kind.value for g in now.pairing.goals} == {"score", "problem", "words"}
        await press(pilot, "enter", "2")
        [effect] = effects_of([(desk.round, desk.state)], desk.session.today)
        assert GoalState.MET in effect.goals.values() and "组长认定已达到" in screen_text(app)
        await press(pilot, "enter", "5")
        await type_text(pilot, "调整分工")
        assert pairs()[0].why == "调整分工" and "已结束" in screen_text(app)
        await press(pilot, "ctrl+z")
        assert not pairs()[0].ended
        await press(pilot, "2")
        said = screen_text(app)
        assert "2026年下半年结对帮扶成效表" in said
        score = result_of(desk.state, desk.round, "DG01").score
        assert str(effect.before.score if effect.before else "无数据") in said and score is not None
        await press(pilot, "1", "2")
        found = {path.suffix for path in desk.session.space.exports_dir.iterdir()}
        assert found == {".xlsx", ".docx"}
        await press(pilot, "6")
        assert "这半年没有结对帮扶" in screen_text(app)
        await press(pilot, "escape", "enter", "6", "1")
        assert pairs() == []


async def test_hostile_words_are_only_text(tmp_path: Path) -> None:
    # What cleaning takes out never gets into a round: its file is refused.
    cleaned = [clean_text(text) for text in HOSTILE]
    texts = [cleaned[0], *("".join(cleaned[start::5]) for start in range(5))]
    cards = [
        {**CARDS[0], "id": f"h{n}", "title": (text.strip() or "空")[:200], "what": text or "空", "how": text}
        for n, text in enumerate(texts)
    ]
    pairs = [{**PAIRS[0], "helper_name": (texts[0].strip() or "空"), "goals": [
        {"id": f"w{n}", "kind": "words", "text": text or "空"} for n, text in enumerate(texts)
    ]}]  # fmt: skip
    space = worked(tmp_path, cards=cards, pairs=pairs)
    async with running(make_app(space, unit="DG01")) as pilot:
        app = pilot.app
        app.screen.action_adoption()
        await pilot.pause()
        for _ in texts:
            assert_sound(app)
            await pilot.press("down")
        await press(pilot, "escape")
        await opened(pilot, "cards")
        for _ in texts:
            assert_sound(app)
            await pilot.press("down")
        for keys in (("enter",), ("escape", "2"), ("escape", "escape")):
            await press(pilot, *keys)
            assert_sound(app)
        await opened(pilot, "pairs")
        for keys in (("enter",), ("3",), ("escape", "2")):
            await press(pilot, *keys)
            assert_sound(app)
