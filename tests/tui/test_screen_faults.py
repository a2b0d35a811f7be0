"""Faults: every fault of every file, with its place; mended files are read again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fixture import CHECKLIST, LOOKS, ROSTER, make_app, make_space, running, shown, told, who, write_json
from helpers import HOSTILE, assert_sound, check_golden, screen_text

from inspect_tui.store.workspace import Workspace


def broken(root: Path) -> Workspace:
    """A good checklist and round beside a broken checklist, roster and round."""
    space = make_space(root)
    who(space)
    wrong = json.loads(json.dumps(CHECKLIST))
    wrong["id"] = "wrong"
    wrong["sections"][0]["points"] = 13
    wrong["sections"][0]["items"][0]["severity"] = "moderat"
    wrong["sections"][1]["items"][0]["pionts"] = 4
    write_json(space.checklists_dir / "wrong.json", wrong)
    roster = json.loads(json.dumps(ROSTER))
    roster["units"][5]["parent"] = "DG-B9"
    write_json(space.root / "roster.json", roster)
    (space.rounds_dir / "2025Q4-lookback").mkdir()
    (space.rounds_dir / "2025Q4-lookback" / "round.json").write_text('{"a": 1,, }', encoding="utf-8")
    return space


@pytest.mark.parametrize(("size", "look"), LOOKS)
async def test_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], look: str, update_goldens: bool
) -> None:
    label = "normal" if look == "nocolor" else look
    async with shown(monkeypatch, broken(tmp_path), size, look) as pilot:
        await pilot.press("1", "9", "1", "down")
        assert_sound(pilot.app)
        text = screen_text(pilot.app)
        check_golden(f"faults-{size[0]}x{size[1]}-{label}", text, update_goldens and look != "nocolor")


async def test_all_faults_of_all_files_each_with_place_and_remedy(tmp_path: Path) -> None:
    app = make_app(broken(tmp_path))
    async with running(app) as pilot:
        await pilot.press("1", "9", "1")
        files = {fault.file.split("/")[-1] for fault in app.screen.faults}
        assert files >= {"wrong.json", "roster.json", "round.json"}
        assert sum("wrong" in fault.file for fault in app.screen.faults) >= 3
        text = ""
        for _ in app.screen.faults:
            text += screen_text(app)
            await pilot.press("down")
        assert "moderat" in text and "moderate" in text
        assert "pionts" in text and "DG-B9" in text
        assert "rounds/2025Q4-lookback/round.json" in text


async def test_mended_files_are_read_again_and_home_uses_them(tmp_path: Path) -> None:
    space = broken(tmp_path)
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("1", "9", "1")
        before = len(app.screen.faults)
        write_json(space.root / "roster.json", ROSTER)
        await pilot.press("1")
        assert 0 < len(app.screen.faults) < before
        (space.checklists_dir / "wrong.json").unlink()
        good = json.loads((space.rounds_dir / "2026Q4-lookback" / "round.json").read_text(encoding="utf-8"))
        write_json(
            space.rounds_dir / "2025Q4-lookback" / "round.json",
            good | {"id": "2025Q4-lookback", "title": "去年"},
        )
        await pilot.press("1")
        assert app.screen.faults == [] and "没有发现问题" in screen_text(app)
        assert "没有问题了" in told(app)
        await pilot.press("escape")
        await pilot.pause()
        assert "去年" in screen_text(app) and "读不了" not in screen_text(app)


async def test_hostile_values_do_no_harm(tmp_path: Path) -> None:
    space = make_space(tmp_path)
    who(space)
    items: list[dict[str, Any]] = [
        {"id": text, "text": text, "points": text, text or "k": text} for text in HOSTILE
    ]
    sections = [{"id": "A", "name": "[/]", "points": 1, "items": items}]
    write_json(space.checklists_dir / "bad.json", {**CHECKLIST, "id": "bad", "sections": sections})
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("1", "9", "1")
        assert len(app.screen.faults) >= len(HOSTILE)
        for _ in range(len(app.screen.faults) // 9 + 1):
            assert_sound(app)
            await pilot.press("pagedown", "down")
        assert_sound(app)
        assert app.is_running
