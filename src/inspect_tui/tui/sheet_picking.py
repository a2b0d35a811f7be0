"""Picking a spreadsheet: one that lies nearby, by digit, or one whose place is typed, pasted or dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inspect_tui.store import files
from inspect_tui.tui.files_nearby import Nearby, given_paths, sheets_nearby
from inspect_tui.tui.screens.page import PageScreen, ask
from inspect_tui.tui.text import one_line
from inspect_tui.tui.widgets.menu import Entry, MenuScreen

_TYPE = "\0type"
#: How many are offered; older ones are reached by typing where they are.
_MOST = 17


def pick_sheet(page: PageScreen[Any], title: str, then: Callable[[Path], object]) -> None:
    """Offer the spreadsheets nearby, newest first; folders are read beside the screen."""
    page.run_worker(_offer(page, title, then), exclusive=True)


async def _offer(page: PageScreen[Any], title: str, then: Callable[[Path], object]) -> None:
    found = (await asyncio.to_thread(_around, page.app.space.root))[:_MOST]
    if not page.is_mounted or page.app.screen is not page:
        return
    if not found:
        _type(page, title, then)
        return
    entries = [Entry(str(f.path), one_line(f.path.name), one_line(f.path.parent.name)) for f in found]

    def picked(where: str | None) -> None:
        if where == _TYPE:
            _type(page, title, then)
        elif where is not None:
            then(Path(where))

    page.app.push_screen(MenuScreen(title, [Entry(_TYPE, "输入文件位置"), *entries]), picked)


def _around(root: Path) -> list[Nearby]:
    """Spreadsheets in the likely places and in the folders into which hand-ins are sorted."""
    try:
        lying = files.listed(root / "收卷")
        sorted_into = [path for path in lying if files.fs.place(path).is_dir()][:_MOST]
    except OSError:
        sorted_into = []
    found = {file.path: file for place in (root, *sorted_into) for file in sheets_nearby(place)}
    return sorted(found.values(), key=lambda file: (-file.written, str(file.path)))


def _type(page: PageScreen[Any], title: str, then: Callable[[Path], object]) -> None:
    def given(text: str) -> None:
        paths = given_paths(text)
        if paths:
            then(paths[0])

    ask(page, title, "", given, hint="可以把文件拖到窗口里，或粘贴完整路径。", required=True)
