"""Hostile words in every field on every page: shown letter by letter, and no action of theirs runs.

A walk presses keys that open, page and go back, from every entry of every menu, and looks at each screen it
comes to. Which keys it presses comes from a seed, so that the bounded walk of CI is always the same one.
"""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers import assert_sound, screen_text

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))
from hostile_commands import NOW, Space
from hostile_signs import foul
from hostile_space import build
from hostile_words import hostile

from inspect_tui.model.person import Identity
from inspect_tui.model.terms import Role
from inspect_tui.store import viewer
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui import clipboard
from inspect_tui.tui.app import InspectApp

KEYS = (*"1234567890", "enter", "down", "up", "right", "left", "space", "tab", "escape", "escape")
KEYS += (*(f"f{n}" for n in range(1, 10)), "enter", "down", "pagedown")
SIZES = ((80, 24), (120, 40))


@pytest.fixture(scope="module")
def space(tmp_path_factory: Any) -> Any:
    folder = tmp_path_factory.mktemp("screens")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSPECT_TUI_HOME", str(folder / "home"))
        patch.chdir(folder)
        yield build(folder, hostile)


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What went to the clipboard; files are opened by no program."""
    texts: list[str] = []

    def keep(text: str, *_: Any) -> bool:
        texts.append(text)
        return True

    monkeypatch.setattr(clipboard, "_native_copy", keep)
    monkeypatch.setattr(viewer, "_start", lambda command: None)
    return texts


async def walk(
    space: Space, folder: Path, seed: int, steps: int, size: tuple[int, int], role: Role
) -> set[str]:
    """Walk about in a copy of the workspace; returns which screens were seen."""
    shutil.copytree(space.root, folder)
    work = Workspace(folder)
    work.save_identity(Identity(name=space.lead if role is Role.LEAD else hostile("inspector"), role=role))
    dice = random.Random(seed)
    app = InspectApp(folder, clock=lambda: NOW)
    seen: set[str] = set()
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        for _ in range(steps):
            if not app.is_running:
                break
            await pilot.press(dice.choice(KEYS))
            await pilot.pause()
            seen.add(type(app.screen).__name__)
            assert_sound(app)
            assert screen_text(app).strip()
        app.save_everything()
    return seen


async def test_a_walk_over_the_pages_shows_words_as_words(
    space: Space, tmp_path: Path, copied: list[str]
) -> None:
    seen: set[str] = set()
    for seed, (size, role) in enumerate(zip(SIZES, (Role.LEAD, Role.INSPECTOR), strict=True)):
        seen |= await walk(space, tmp_path / str(seed), seed, 45, size, role)
    assert len(seen) > 5, seen
    assert not any(foul(text) for text in copied)


@pytest.mark.slow
async def test_long_walks_over_the_pages(space: Space, tmp_path: Path, copied: list[str]) -> None:
    seen: set[str] = set()
    for seed in range(40):
        seen |= await walk(space, tmp_path / str(seed), seed, 400, SIZES[seed % 2], list(Role)[seed // 2 % 2])
    print(len(seen), "screens:", "、".join(sorted(seen)))
    assert not any(foul(text) for text in copied)
