"""A team lead's evening, for the screen tests: a workspace of the lead's, and what others handed in."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fixture import NOW, ROUND, deduct, finish, make_space, open_desk, say, verdict, who
from helpers import HOSTILE

from inspect_tui.exchange.handin import hand_in
from inspect_tui.exchange.received import scan_for, take
from inspect_tui.model.terms import FindingKind, Role
from inspect_tui.rules import actions
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.desk import Desk

Work = Callable[[Desk], None]


@pytest.fixture(autouse=True)
def quiet_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home folder of the test's own: what lies in the real one is nobody's business."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    numbers = itertools.count(1)
    # Random ids would differ from picture to picture.
    monkeypatch.setattr("inspect_tui.store.workspace.new_writer_id", lambda: f"{next(numbers):x}" * 12)


def note(desk: Desk, unit: str, item_id: str, text: str) -> None:
    """Write a note on an item."""
    subject = desk.round.item("small", item_id)
    assert subject is not None
    desk.commit(unit, [actions.write_note(desk.state, unit, "small", subject, text)], "说明")


def used(desk: Desk, unit: str, item_id: str, method: str) -> None:
    """Mark a way of checking as used."""
    subject = desk.round.item("small", item_id)
    assert subject is not None
    desk.commit(unit, [actions.toggle_method(desk.state, unit, "small", subject, method)], "方式")


def work_of_b(desk: Desk) -> None:
    """检查员乙: DG01 walked and submitted."""
    deduct(desk, "DG01", "GW-01", "岗位责任缺项", 2)
    used(desk, "DG01", "GW-01", "doc_review")
    note(desk, "DG01", "GW-01", "缺安全、环保两项，岗位牌上也没有")
    deduct(desk, "DG01", "GW-02", "未按月修订", 2)
    verdict(desk, "DG01", "JL-01", "partial")
    say(desk, "DG01", FindingKind.GOOD_PRACTICE, "班前五分钟讲本班风险，组员都能复述", "JL-01")
    finish(desk, "DG01")


def work_of_c(desk: Desk) -> None:
    """检查员丙: DG01 as well, seen otherwise; DG05 by the way."""
    deduct(desk, "DG01", "GW-01", "岗位责任缺项", 1)
    used(desk, "DG01", "GW-01", "doc_review")
    verdict(desk, "DG01", "GW-02")
    note(desk, "DG01", "GW-02", "三个月都有修订记录")
    verdict(desk, "DG01", "JL-01", "partial")
    say(desk, "DG01", FindingKind.GOOD_PRACTICE, "用班前五分钟讲本班风险，组员都能复述。", "JL-01")
    verdict(desk, "DG05", "JL-01")


def hostile_work(desk: Desk) -> None:
    """Hostile words in every field that another's file can bring: notes, findings, headers."""
    texts = [clean for text in HOSTILE if (clean := desk_text(text))]
    for number, text in enumerate(texts):
        item_id = ("GW-01", "GW-02", "GW-03", "JL-01", "JL-02")[number % 5]
        note(desk, "DG01", item_id, text)
        say(desk, "DG01", FindingKind.DEFICIENCY, text, item_id)
    desk.commit("DG01", actions.visit_fields(desk.state, "DG01", {"counterpart": texts[0]}), "迎检人")
    verdict(desk, "DG01", "GW-01", "na", texts[1])
    verdict(desk, "DG01", "GW-02", "unverified", texts[5])


def desk_text(text: str) -> str:
    """A text as the door lets it in."""
    from inspect_tui.store.clean import clean_text

    return clean_text(text).strip()


def handed_in(folder: Path, name: str, team: str, *work: Work, **changed: Any) -> Path:
    """What an inspector hands in from a laptop of their own."""
    space = make_space(folder / f"电脑-{name}", **changed)
    identity = who(space, name, team, role=Role.INSPECTOR)
    desk = open_desk(space, identity)
    for part in work:
        part(desk)
    path = hand_in(desk.session).path
    desk.session.close()
    return path


def lead_space(folder: Path, **changed: Any) -> Workspace:
    """The lead's own workspace, with an inbox for what comes in."""
    space = make_space(folder / "组长", **changed)
    who(space, "检查员甲", "T1", role=Role.LEAD)
    (space.root / "收卷").mkdir()
    return space


def put(space: Workspace, *paths: Path) -> list[Path]:
    """Put files into the inbox, written one minute after another at a known hour."""
    inbox = space.root / "收卷"
    put_there = []
    for number, path in enumerate(paths):
        target = inbox / path.name
        target.write_bytes(path.read_bytes())
        moment = NOW.timestamp() + 60 * number
        os.utime(target, (moment, moment))
        put_there.append(target)
    return put_there


def merged(folder: Path, *more: Work) -> Workspace:
    """The lead's workspace after 乙 and 丙 were taken in."""
    space = lead_space(folder)
    paths = [
        handed_in(folder, "检查员乙", "T1", *more, work_of_b),
        handed_in(folder, "检查员丙", "T2", work_of_c),
    ]
    found = scan_for(space, ROUND, paths)
    assert found.ok
    take(space, ROUND, found, "检查员甲", NOW)
    return space


async def until(pilot: Any, test: Callable[[], bool]) -> None:
    """Wait until work on a thread has come to its end."""
    for _ in range(500):
        await pilot.pause(0.01)
        if test():
            await pilot.pause()
            return
    raise AssertionError("it never happened")
