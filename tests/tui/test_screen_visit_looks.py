"""How the pages around a visit look, at both sizes, in both skins and without colour."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixture import NARROW, WIDE, deduct, past_round, say, some_work
from helpers import assert_sound, check_golden, screen_text
from pages import at, space_with, stop_at

from inspect_tui.model.terms import FindingKind
from inspect_tui.rules import actions
from inspect_tui.rules.reading import findings_of_item

LONG = (
    "岗位责任清单由2025年的旧表改日期而来，其中巡回检查的路线、频次与现场不符，"
    "设备保养责任人已调离半年，组员说不清自己的三项责任；当场要求党小组长按月修订，并在月底前组织一次讨论。"
)


def work(desk: Any) -> None:
    some_work(desk)
    sheet = desk.sheet("DG02")
    deduct(desk, "DG02", "GW-02", "套用上月")
    say(desk, "DG02", FindingKind.DEFICIENCY, LONG, "GW-02")
    say(desk, "DG02", FindingKind.GOOD_PRACTICE, "把责任清单贴在巡检路线图旁边", "GW-02")
    first = findings_of_item(desk.state, "DG02", "small", sheet.rows[1].item)[0]
    marks = {"fixed_on_site": True, "referred": True, "text": "近3个月缺2个月未修订（8月、9月）"}
    edits = [actions.set_field(desk.state, first.key, field, value) for field, value in marks.items()]
    desk.commit("DG02", edits, "标记")
    desk.commit("DG02", [actions.hit_trigger(desk.state, "DG02", "small", "RL-01", "照抄上月内容")], "红线")


LOOKS = [
    ("80x24", NARROW, {}),
    ("120x40", WIDE, {}),
    ("80x24-plain", NARROW, {"INSPECT_TUI_PLAIN": "1"}),
    ("120x40", WIDE, {"NO_COLOR": "1"}),
]


@pytest.mark.parametrize(("look", "size", "env"), LOOKS, ids=["-".join([a, *c]) for a, _, c in LOOKS])
async def test_looks(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    update_goldens: bool,
    look: str,
    size: tuple[int, int],
    env: dict[str, str],
) -> None:
    for variable, value in env.items():
        monkeypatch.setenv(variable, value)
    space = space_with(tmp_path, work)
    past_round(space, 3)
    async with at(space, unit="DG02", size=size) as pilot:
        app = pilot.app
        app.desk.session.flush(10)

        async def seen(name: str) -> None:
            await pilot.pause()
            app.show_status()
            await pilot.pause()
            assert_sound(app)
            text = screen_text(app)
            if "INSPECT_TUI_PLAIN" in env:
                assert not set("…—·─│█░") & set(text), name
            check_golden(f"{name}-{look}", text, update_goldens)
            if "NO_COLOR" in env:
                assert not coloured(app), name

        app.open_findings(stop_at(app, "GW-02", "DG02"))
        await seen("findings")
        await pilot.press("down", "down")
        await seen("findings-long")
        await pilot.press("1")
        await seen("findings-add")
        await pilot.press("escape", "escape")
        app.open_triggers("DG02")
        await seen("triggers")
        await pilot.press("escape")
        app.open_header("DG02")
        await seen("header")
        await pilot.press("6")
        await seen("header-result")
        await pilot.press("escape", "escape")
        app.open_submit("DG02")
        await seen("submit-missing")
        await pilot.press("escape")
        app.open_submit("DG01")
        await seen("submit-done")
        await pilot.press("escape")
        app.open_search("DG02")
        await pilot.pause()
        await app.workers.wait_for_complete()
        app.screen.field.set_value("xd")
        await seen("search")
        await pilot.press("escape")


def coloured(app: Any) -> list[str]:
    """The pieces of the screen that carry a colour which is not a grey."""
    found = []
    for strip in app.screen._compositor.render_strips(app.size):
        for segment in strip:
            style = segment.style
            for colour in (style.color, style.bgcolor) if style else ():
                triplet = colour.triplet if colour is not None else None
                if triplet is not None and max(triplet) - min(triplet) > 3:
                    found.append(f"{segment.text!r} {triplet}")
    return found
