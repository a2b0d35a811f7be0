"""What `doctor` sees of the machine: terminal, input method, clipboard, fonts of documents, clock."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

#: The smallest terminal the screens are made for.
COLUMNS, LINES = 80, 24
_UTF8 = ("utf-8", "utf8", "cp65001")
#: Fonts of official documents: name, what its families or files are called, what may stand in.
FONTS = (
    ("方正小标宋", ("小标宋", "fzxbs", "fzxbsj"), "标题改用宋体加粗"),
    ("仿宋", ("仿宋", "fangsong", "simfang", "stfangso", "fandolfang"), "正文改用宋体"),
    ("宋体", ("宋体", "simsun", "songti", "stsong", "思源宋体", "serif cjk", "serifcjk", "fandolsong"), ""),
    ("黑体", ("黑体", "simhei", "heiti", "stheiti", "sans cjk", "sanscjk", "fandolhei", "wqy"), ""),
    ("楷体", ("楷体", "kaiti", "simkai", "stkaiti", "fandolkai"), "二级标题改用宋体"),
)
_FONT_FILES = 20_000


class Report:
    """Findings of the check-up, in order."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def say(self, name: str, ok: bool | None, text: str, remedy: str = "") -> None:
        """One line; `ok` is None for a plain fact."""
        self.rows.append({"name": name, "ok": ok, "text": text, "remedy": "" if ok else remedy})


def program(report: Report) -> None:
    """Which program on which system."""
    import platform

    from inspect_tui import __version__

    report.say("程序", None, f"inspect-tui {__version__}，Python {platform.python_version()}")
    report.say("系统", None, f"{platform.system()} {platform.release()} {platform.machine()}")


# -------------------------------------------------------------------- the terminal


def encodings(report: Report) -> None:
    """What text and file names are read and written in."""
    # What comes through a pipe is nobody's typing.
    typing = [("输入编码", sys.stdin)] if sys.stdin and sys.stdin.isatty() else []
    for name, stream in [("输出编码", sys.stdout), *typing]:
        used = (getattr(stream, "encoding", "") or "").lower().replace("_", "-")
        report.say(name, used in _UTF8, used or "不明", "请设环境变量 PYTHONUTF8=1")
    names = sys.getfilesystemencoding().lower()
    report.say("文件名编码", names in _UTF8, names, "请设环境变量 PYTHONUTF8=1")
    if os.name != "nt":
        held = next((v for n in ("LC_ALL", "LC_CTYPE", "LANG") if (v := os.environ.get(n, ""))), "")
        good = "utf" in held.lower()
        report.say("语言环境", good, held or "没有设置", "请设为 zh_CN.UTF-8 或 C.UTF-8")


def terminal(report: Report) -> None:
    """Size, kind, colours and how wide it draws the lines of a table."""
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
        f"请把窗口放大到至少{COLUMNS}列{LINES}行，或把字号调小",
    )
    kind, remedy = _kind()
    report.say("终端类型", None, kind, remedy)
    colours, remedy = _colours()
    report.say("颜色", None, colours, remedy)
    wide = _wide()
    if wide is None:
        report.say("符号字宽", None, "终端没有回答，按窄字处理", "表格不齐时请设 INSPECT_TUI_PLAIN=1")
    else:
        report.say("符号字宽", None, "宽（自动用简洁外观）" if wide == 2 else "窄")


def _kind() -> tuple[str, str]:
    env = os.environ
    if env.get("WT_SESSION"):
        return "Windows Terminal", ""
    if os.name == "nt":
        return "Windows 旧版控制台", "建议改用 Windows Terminal"
    named = env.get("TERM_PROGRAM") or env.get("TERM") or "不明"
    if env.get("TERM") == "linux":
        return "系统控制台（不在桌面里）", "这里不能输入汉字，也可能显示不出来，请在桌面的终端窗口里打开"
    return (f"{named}（在 tmux 里）" if env.get("TMUX") else named), ""


def _colours() -> tuple[str, str]:
    env = os.environ
    if env.get("NO_COLOR"):
        return "已设 NO_COLOR，不显示颜色", ""
    if env.get("COLORTERM") in ("truecolor", "24bit") or env.get("WT_SESSION"):
        return "全部颜色", ""
    if "256" in env.get("TERM", ""):
        return "256种", ""
    if os.name == "nt" or env.get("TERM") in ("dumb", "linux"):
        return "很少", "看不清时请设 INSPECT_TUI_PLAIN=1"
    return "不明", "看不清时请设 INSPECT_TUI_PLAIN=1"


def _wide() -> int | None:
    """Columns an ambiguous sign takes here; only asked on a terminal."""
    from inspect_tui.tui.probe import ask

    return ask().answer()


# -------------------------------------------------------------------- typing and copying


def input_method(report: Report) -> None:
    """Which input method the desktop names; whether it works only typing can tell."""
    try_it = "拿不准就运行 inspect-tui doctor --ime 打几个字试试"
    if os.name == "nt" or sys.platform == "darwin":
        report.say("输入法", None, "系统自带，这里看不出开没开", try_it)
        return
    env = os.environ
    if env.get("SSH_CONNECTION"):
        report.say("输入法", None, "远程登录，用的是您那台电脑的输入法", try_it)
        return
    names = [env.get(n, "") for n in ("XMODIFIERS", "GTK_IM_MODULE", "QT_IM_MODULE")]
    named = next((n.removeprefix("@im=") for n in names if n), "")
    report.say("输入法", None, named or "桌面没有说用哪个输入法", try_it)


def typed(report: Report, ask: Any) -> None:
    """What arrives of a line typed with the input method; `ask` shows a prompt and returns the line."""
    line = str(ask("请用输入法打“检查”两个字，按回车："))
    signs = sum(unicodedata.name(sign, "").startswith("CJK UNIFIED") for sign in line)
    broken = "\ufffd" in line or any("\ud800" <= sign <= "\udfff" for sign in line)
    if broken:
        report.say("输入汉字", False, "收到的是乱码", "请设环境变量 PYTHONUTF8=1，或换一个终端")
    elif not signs:
        remedy = "请切换到中文输入法再试；还不行就换一个终端（Windows Terminal、系统自带的终端）"
        report.say("输入汉字", False, "没有收到汉字", remedy)
    else:
        report.say("输入汉字", True, f"收到{signs}个汉字")


def clipboard(report: Report) -> None:
    """What copies a text here."""
    from shutil import which

    if os.name == "nt" or sys.platform == "darwin":
        report.say("剪贴板", True, "系统自带")
        return
    if os.environ.get("SSH_CONNECTION"):
        report.say("剪贴板", None, "远程登录，复制由终端代办，成不成要粘贴一次才知道")
        return
    wayland = ["wl-copy"] if os.environ.get("WAYLAND_DISPLAY") else []
    found = next((name for name in [*wayland, "xclip", "xsel"] if which(name)), None)
    remedy = "复制不成时文字在 exports 文件夹里；要能直接粘贴，请装 xclip 或 wl-clipboard"
    report.say("剪贴板", bool(found) or None, found or "没有剪贴板程序（wl-copy、xclip、xsel）", remedy)


# -------------------------------------------------------------------- fonts of documents


def fonts(report: Report) -> None:
    """Which of the fonts of official documents are here; what is printed elsewhere needs them there."""
    known = font_names()
    if known is None:
        report.say("公文字体", None, "看不到这台电脑装了哪些字体", "打印前在 Word 里看一眼字体")
        return
    here = [name for name, marks, _ in FONTS if _any(marks, known)]
    missing = [(name, instead) for name, marks, instead in FONTS if not _any(marks, known)]
    told = f"有{'、'.join(here)}" if here else "一种也没有"
    if not missing:
        report.say("公文字体", True, told)
        return
    instead = "、".join(text for _, text in missing if text)
    remedy = "文件照样能做，字体由打开它的电脑决定；在本机打印，请装字体" + (
        f"，或{instead}" if instead else ""
    )
    report.say("公文字体", None, f"{told}；没有{'、'.join(name for name, _ in missing)}", remedy)


def _any(marks: Iterable[str], known: str) -> bool:
    return any(mark in known for mark in marks)


def font_names() -> str | None:
    """Names of the fonts of this machine as one lower-case text; None where nothing could be seen."""
    listed = _listed_fonts() if os.name != "nt" and sys.platform != "darwin" else None
    if listed is not None:
        return listed.lower()
    names: list[str] = []
    seen = False
    for folder in _font_folders():
        try:
            for _, _, inside in os.walk(folder):
                seen = True
                names += inside
                if len(names) > _FONT_FILES:
                    break
        except OSError:
            continue
    return "\n".join(names).lower() if seen else None


def _font_folders() -> list[Path]:
    if os.name == "nt":
        windows = os.environ.get("WINDIR", r"C:\Windows")
        local = os.environ.get("LOCALAPPDATA")
        own = [Path(local) / "Microsoft" / "Windows" / "Fonts"] if local else []
        return [Path(windows) / "Fonts", *own]
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - never fails, as Path.home() can
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"]
    shared = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
    return [*shared, home / ".fonts", home / ".local" / "share" / "fonts"]


def _listed_fonts() -> str | None:
    from shutil import which

    program_ = which("fc-list")
    if program_ is None:
        return None
    try:
        done = subprocess.run(
            [program_, ":lang=zh", "family"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


# -------------------------------------------------------------------- the clock


def clock(report: Report, newest: float | None, now: dt.datetime) -> None:
    """The date of this machine; `newest` is when the newest record was written, in seconds since 1970."""
    offset = now.utcoffset() or dt.timedelta()
    told = now.strftime("%Y-%m-%d %H:%M")
    if offset != dt.timedelta(hours=8):
        told += "（时区不是北京时间）"
    if newest is not None and newest > now.timestamp() + 600:
        when = dt.datetime.fromtimestamp(newest, now.tzinfo).strftime("%Y-%m-%d %H:%M")
        report.say("日期时间", False, f"{told}，已有的记录却写于{when}", "请核对这台电脑的日期和时间")
    else:
        report.say("日期时间", None, told)
