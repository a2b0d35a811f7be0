"""What the tests of the pages around a visit share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fixture import NARROW, make_app, make_space, open_desk, who
from helpers import HOSTILE

from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.track import Stop

MIXED = "".join(text[:150] for text in HOSTILE)
"""Every hostile string, one behind the other, at a length that a prompt shows quickly."""


def space_with(
    root: Path, *work: Callable[[Desk], None], name: str = "检查员甲", **changed: Any
) -> Workspace:
    """A workspace in which an inspector has done some work."""
    space = make_space(root, **changed)
    who(space, name)
    for part in work:
        desk = open_desk(space)
        part(desk)
        desk.session.close()
    return space


@asynccontextmanager
async def at(space: Workspace, unit: str = "DG01", size: tuple[int, int] = NARROW) -> AsyncIterator[Any]:
    """The product standing at the walk over a unit, telling what it says to the user."""
    app = make_app(space, unit=unit)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        try:
            yield pilot
        finally:
            app.save_everything()


def stop_at(app: Any, item: str, unit: str = "DG01") -> Stop:
    """An item at a unit, as the walk hands it on."""
    sheet = app.desk.sheet(unit)
    index = sheet.index_of("small", item)
    assert index is not None
    return Stop(sheet, sheet.rows[index])


def said(app: Any) -> str:
    """Everything the app has told the user that is still in sight."""
    return "\n".join(n.message for n in app._notifications)


def name(app: Any) -> str:
    """Which screen is in front."""
    return type(app.screen).__name__


async def type_text(pilot: Any, text: str) -> None:
    """Put a text into the prompt in front, as an input method commits it, and accept it."""
    pilot.app.screen.field.insert_text(text)
    await pilot.press("enter")
    await pilot.pause()
