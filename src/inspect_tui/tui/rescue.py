"""Rescue: the way out when the records cannot be saved where they belong."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from inspect_tui.store.errors import StoreError
from inspect_tui.store.session import Session
from inspect_tui.tui.widgets.menu import Entry, MenuScreen

if TYPE_CHECKING:
    from inspect_tui.tui.app import InspectApp


def ask_rescue(app: InspectApp, error: StoreError) -> None:
    """Ask whether to try again, to leave with a copy elsewhere, or to stay; nothing leaves by itself."""

    def chosen(choice: str | None) -> None:
        if choice == "again":
            app.call_later(app.action_quit)
        elif choice == "copy" and app.desk is not None:
            session = app.desk.session
            try:
                path = session.rescue([Path.home(), Path(tempfile.gettempdir())])
            except StoreError as failed:
                app.say(str(failed), "error", timeout=20)
            else:
                app.desk = None
                shut = "这一份没有加密，用完请删除。" if _is_encrypted(session) else ""
                told = f"全部记录已另存为 {path}，请把它放回检查文件夹或交给组长合并。{shut}"
                app.exit(message=told)

    entries = [
        Entry("again", "再试一次", "先腾出磁盘空间或插回移动盘"),
        Entry("copy", "把全部记录另存到个人文件夹，然后退出"),
        Entry("stay", "不退出，继续工作"),
    ]
    app.push_screen(MenuScreen("还有内容没有保存，现在不能退出", entries, intro=str(error)), chosen)


def _is_encrypted(session: Session) -> bool:
    """Whether what this session writes stands encrypted."""
    from inspect_tui.store.vault_ops import kept_encrypted

    return kept_encrypted(session.space.findings_path(session.round.id, session.writer))
