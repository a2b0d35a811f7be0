"""The pages around a visit, opened over a round without the screens before it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.app import InspectApp
from inspect_tui.tui.track import Stop
from tests.tui import fixture


class PagesApp(InspectApp):
    """The product with the round opened and the walk over one unit in front."""

    def begin(self) -> None:
        self.identity = self.space.identity()
        assert self.open_round(fixture.ROUND)
        self.open_unit(self.unit_wanted or "DG01")


def space_with(root: Path, work: Any = None, **changed: Any) -> Workspace:
    """A workspace in which an inspector has done some work; `work(desk)` says which."""
    space = fixture.make_space(root, **changed)
    fixture.who(space)
    if work is not None:
        desk = fixture.open_desk(space)
        work(desk)
        desk.session.close()
    return space


@asynccontextmanager
async def at(
    space: Workspace, unit: str = "DG01", size: tuple[int, int] = fixture.NARROW, **options: Any
) -> AsyncIterator[Any]:
    """The app standing at the walk over a unit."""
    app = PagesApp(space.root, unit=unit, clock=fixture.clock, **options)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        try:
            yield pilot
        finally:
            app.save_everything()


def stop_at(app: InspectApp, unit: str, item: str) -> Stop:
    """An item at a unit, as the walk hands it on."""
    assert app.desk is not None
    sheet = app.desk.sheet(unit)
    index = sheet.index_of("small", item)
    assert index is not None
    return Stop(sheet, index)


def said(app: InspectApp) -> str:
    """Everything the app has told the user that is still in sight."""
    return "\n".join(n.message for n in app._notifications)
