"""Picking a folder outside an encrypted workspace: a stick, the desktop, or one that is typed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inspect_tui.store import drives
from inspect_tui.store.errors import StoreError
from inspect_tui.store.files import private_folder
from inspect_tui.store.vault import root_above
from inspect_tui.tui.files_nearby import given_paths
from inspect_tui.tui.screens.page import PageScreen, ask
from inspect_tui.tui.text import one_line
from inspect_tui.tui.widgets.menu import Entry, MenuScreen

_TYPE = "\0type"
INSIDE = "这个文件夹在加密的工作文件夹里，放进去还是加密的，别人打不开。请另选，如U盘。"


def pick_folder(page: PageScreen[Any], title: str, then: Callable[[Path], object], intro: str = "") -> None:
    """Offer the sticks plugged in and the desktop; drives are looked at beside the screen."""
    page.run_worker(_offer(page, title, then, intro), exclusive=True, group="folders")


async def _offer(page: PageScreen[Any], title: str, then: Callable[[Path], object], intro: str) -> None:
    sticks, desks = await asyncio.to_thread(lambda: (drives.removable(), drives.desktops()))
    if not page.is_mounted or page.app.screen is not page:
        return
    entries = [Entry(str(path), f"U盘或移动盘 {one_line(path.name or str(path))}") for path in sticks]
    entries += [Entry(str(path), one_line(str(path)), "本机，不加密", ink="warn") for path in desks]
    entries.append(Entry(_TYPE, "输入文件夹", "也可以粘贴"))
    none = "" if sticks else "没有找到U盘，插上后再来一次，或者："

    def picked(where: str | None) -> None:
        if where == _TYPE:
            ask(page, "放到哪个文件夹", "", typed, hint="写完整路径，没有的文件夹会新建。", check=refused)
        elif where is not None:
            then(Path(where))

    def typed(text: str) -> None:
        folder = given_paths(text)[0]
        try:
            private_folder(folder)
        except StoreError as error:
            page.app.say(str(error), "error")
        else:
            then(folder)

    page.app.push_screen(MenuScreen(title, entries, intro=f"{intro}{none}"), picked)


def refused(text: str) -> str:
    """Why a folder will not do; empty when it will."""
    paths = given_paths(text)
    if len(paths) != 1 or not paths[0].is_absolute():
        return "请写一个文件夹的完整路径。"
    if root_above(paths[0]) is not None:
        return INSIDE
    return "" if not paths[0].exists() or paths[0].is_dir() else "这是文件，请写文件夹。"
