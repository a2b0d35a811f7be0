"""`inspect-tui doctor`: what on this machine could get in the way, in plain words."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from inspect_tui.cli.common import folder_of, json_option, print_json, workspace_option

#: The smallest terminal the screens are made for.
COLUMNS, LINES = 80, 24
_FREE = 200 * 1024 * 1024
#: Folder names by which a synced folder is known, with what people call it.
_SYNCED = {
    "OneDrive": "OneDrive",
    "Nutstore": "坚果云",
    "坚果云": "坚果云",
    "Dropbox": "Dropbox",
    "WPSDrive": "WPS云盘",
    "WeChat Files": "微信文件夹",
}


class _Report:
    """Findings of the check-up, in order."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def say(self, name: str, ok: bool | None, text: str, remedy: str = "") -> None:
        """One line; `ok` is None for a plain fact."""
        self.rows.append({"name": name, "ok": ok, "text": text, "remedy": "" if ok else remedy})


@click.command(name="doctor", options_metavar="[选项]")
@workspace_option
@json_option
def doctor(workspace: str | None, as_json: bool) -> None:
    """检查本机环境：编码、终端大小和字宽、剪贴板、磁盘空间、写入权限、占用情况。只看不改。"""
    report = _Report()
    _program(report)
    _terminal(report)
    _clipboard(report)
    folder = folder_of(workspace)
    _folder(report, folder)
    _locks(report, folder)
    bad = [row for row in report.rows if row["ok"] is False]
    if as_json:
        print_json({"ok": not bad, "checks": report.rows})
    else:
        for row in report.rows:
            mark = {True: "好", False: "注意", None: "　"}[row["ok"]]
            click.echo(
                f"{mark:　<2}  {row['name']}：{row['text']}" + (f"。{row['remedy']}" if row["remedy"] else "")
            )
        click.echo("没有发现问题。" if not bad else f"有{len(bad)}处需要注意。")
    if bad:
        raise click.exceptions.Exit(1)


def _program(report: _Report) -> None:
    import platform

    from inspect_tui import __version__

    report.say("程序", None, f"inspect-tui {__version__}，Python {platform.python_version()}")
    report.say("系统", None, f"{platform.system()} {platform.release()}")


def _terminal(report: _Report) -> None:
    encoding = (getattr(sys.stdout, "encoding", "") or "").lower().replace("_", "-")
    report.say(
        "输出编码", encoding in ("utf-8", "utf8", "cp65001"), encoding or "不明", "请设环境变量 PYTHONUTF8=1"
    )
    if os.name != "nt":
        names = [os.environ.get(n, "") for n in ("LC_ALL", "LC_CTYPE", "LANG")]
        locale = next((n for n in names if n), "")
        good = "utf" in locale.lower()
        report.say("语言环境", good, locale or "没有设置", "请设为 zh_CN.UTF-8 或 C.UTF-8")
    tty = bool(sys.stdout and sys.stdout.isatty() and sys.stdin and sys.stdin.isatty())
    if not tty:
        report.say("终端", None, "输出不在终端里，没有检查终端")
        return
    import shutil

    size = shutil.get_terminal_size()
    report.say(
        "终端大小",
        size.columns >= COLUMNS and size.lines >= LINES,
        f"{size.columns}列{size.lines}行",
        f"请把窗口放大到至少{COLUMNS}列{LINES}行",
    )
    report.say("终端类型", None, _kind())
    if os.environ.get("NO_COLOR"):
        report.say("颜色", None, "已设 NO_COLOR，不显示颜色")
    wide = _wide()
    if wide is None:
        report.say("符号字宽", None, "终端没有回答，按窄字处理；表格不齐时请设 INSPECT_TUI_PLAIN=1")
    else:
        report.say("符号字宽", None, "宽（自动用简洁外观）" if wide == 2 else "窄")


def _kind() -> str:
    env = os.environ
    if env.get("WT_SESSION"):
        return "Windows Terminal"
    if os.name == "nt":
        return "Windows 旧版控制台，建议改用 Windows Terminal"
    named = env.get("TERM_PROGRAM") or env.get("TERM") or "不明"
    return f"{named}（在 tmux 里）" if env.get("TMUX") else named


def _wide() -> int | None:
    """Columns an ambiguous sign takes here; only asked on a terminal."""
    from inspect_tui.tui.probe import ask

    return ask().answer()


def _clipboard(report: _Report) -> None:
    from shutil import which

    if os.name == "nt" or sys.platform == "darwin":
        report.say("剪贴板", True, "系统自带")
        return
    if os.environ.get("SSH_CONNECTION"):
        report.say("剪贴板", None, "远程登录，复制由终端代办，成不成要粘贴一次才知道")
        return
    wayland = ["wl-copy"] if os.environ.get("WAYLAND_DISPLAY") else []
    found = next((name for name in [*wayland, "xclip", "xsel"] if which(name)), None)
    report.say(
        "剪贴板", bool(found) or None, found or "没有剪贴板程序（wl-copy、xclip、xsel），文字会另存文件"
    )


def _folder(report: _Report, folder: Path) -> None:
    import shutil

    from inspect_tui.store.workspace import Workspace

    if not folder.is_dir():
        report.say("工作文件夹", False, f"找不到 {folder}", "请核对文件夹")
        return
    made = Workspace.is_workspace(folder)
    report.say("工作文件夹", None, f"{folder.absolute()}" + ("" if made else "（还不是工作文件夹）"))
    writable = os.access(folder, os.W_OK)
    report.say("写入权限", writable, "可以写入" if writable else "不能写入", "请换一个能写入的文件夹")
    free = shutil.disk_usage(folder).free
    report.say("剩余空间", free >= _FREE, f"{free // (1024 * 1024)} MB", "请腾出空间")
    if len(str(folder.absolute())) > 130:
        report.say(
            "路径长度", False, f"{len(str(folder.absolute()))}个字符", "请把文件夹移到路径短一些的地方"
        )
    synced = _synced(folder.absolute())
    if synced:
        report.say("同步盘", None, f"在{synced}里：每人一个文件，可以同步；不要两人共用一个姓名")


def _synced(folder: Path) -> str:
    for part in folder.parts:
        for mark, name in _SYNCED.items():
            if mark.lower() in part.lower():
                return name
    return ""


def _locks(report: _Report, folder: Path) -> None:
    """Findings files that another process has open right now."""
    from inspect_tui.store.errors import StoreError
    from inspect_tui.store.lock import FileLock, Locked
    from inspect_tui.store.workspace import Workspace

    if not (folder / "rounds").is_dir():
        return
    space = Workspace(folder)
    busy = []
    for entry in space.rounds():
        if entry.round is None:
            for fault in entry.faults:
                report.say(
                    "轮次文件", False, fault.text().rstrip("。"), "用 inspect-tui checklist check 逐条查看"
                )
            continue
        for writer in space.writers(entry.id):
            lock = FileLock(space.findings_path(entry.id, writer))
            if not lock.path.with_name(f"{writer}.lock").exists():
                continue
            try:
                lock.acquire()
            except Locked as held:
                busy.append(held.message.rstrip("。"))
            except StoreError:
                continue
            else:
                lock.release()
    report.say("占用", None, "；".join(busy) if busy else "没有记录文件被占用")
