"""Installs the program from the folder this file lies in, without a network and without rights.

Runs on whatever Python a site laptop has, so it keeps to what Python 3.6 understands and says in Chinese
what is missing; the program itself needs a newer one.
"""

import errno
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOM = 200 * 1024 * 1024
#: How `sysconfig.get_platform()` names the computers a kit can be for.
KINDS = {"win-amd64": "windows-x64", "linux-x86_64": "linux-x64", "linux-aarch64": "linux-arm64"}
#: Set for a Python that another one has found, so that the search ends.
FOUND = "INSPECT_TUI_KIT_FOUND"

START_SH = """#!/bin/sh
# Start the program, or open a round pack: sh start.sh, or sh start.sh PACK
case "${1-}" in
    *.json) [ -e "$1" ] && set -- "$(cd "$(dirname "$1")" && pwd)/$(basename "$1")" ;;
esac
cd "$(dirname "$0")" || exit 1
PYTHONUTF8=1
export PYTHONUTF8
exec .venv/bin/python -m inspect_tui "$@"
"""

START_CMD = """@echo off
setlocal DisableDelayedExpansion
set "PACK=%~f1"
if not exist "%PACK%" set "PACK=%~1"
pushd "%~dp0"
chcp 65001 >nul 2>nul
mode con cols=120 lines=40 >nul 2>nul
set "PYTHONUTF8=1"
if "%~1"=="" goto plain
".venv\\Scripts\\python.exe" -m inspect_tui "%PACK%"
goto ended

:plain
".venv\\Scripts\\python.exe" -m inspect_tui

:ended
if errorlevel 1 pause >nul
popd
"""


class Stopped(Exception):
    """Why nothing was installed, as a Chinese sentence."""


def main(words: "list[str]") -> int:
    """Install, and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        kit = read_kit()
        other = better_python(kit)
        if other:
            env = dict(os.environ, **{FOUND: "1"})
            return subprocess.call([*other, str(HERE / "install.py"), *words], env=env)
        check_machine(kit)
        target = Path(words[0] if words else Path.home() / "inspect-tui").absolute()
        say("正在核对安装包……")
        check_files()
        say(f"正在安装到 {target}，约需一两分钟……")
        started = install(kit, target)
    except Stopped as reason:
        return failed(str(reason))
    except KeyboardInterrupt:
        return failed("已取消，再运行一次可以重新安装。")
    except OSError as error:
        return failed(f"{why(error)}（{error.filename or ''}）。")
    say(f"装好了。打开程序：{started}")
    say("检查记录也放在这个文件夹里。")
    return 0


def say(text: str) -> None:
    """A line for the user, in order with what the programs started from here say."""
    print(text, flush=True)


def failed(reason: str) -> int:
    """Tell why nothing was installed; the exit code."""
    print(f"没有装成：{reason}", file=sys.stderr, flush=True)
    return 1


def why(error: OSError) -> str:
    """The reason of a system error in Chinese."""
    known = {
        errno.ENOSPC: "磁盘已满，请腾出空间",
        errno.EACCES: "没有写入权限，请换一个文件夹",
        errno.EPERM: "没有写入权限，请换一个文件夹",
        errno.EROFS: "磁盘是只读的，请换一个文件夹",
        errno.ENOENT: "文件或文件夹不见了，U盘是不是拔出来了",
        errno.EEXIST: "那里是一个文件，不是文件夹",
        errno.ENOTDIR: "那里是一个文件，不是文件夹",
        errno.EIO: "磁盘读写出错，请换一个U盘或重新拷贝",
    }
    return known.get(error.errno or 0, f"系统报告了错误（编号{error.errno}）")


def read_kit() -> "dict[str, Any]":
    """What this kit is for."""
    try:
        kit = json.loads((HERE / "kit.json").read_text(encoding="utf-8"))
        return {"version": kit["version"], "platforms": kit["platforms"], "pythons": kit["pythons"]}
    except (OSError, ValueError, KeyError, TypeError):
        raise Stopped("安装包不完整，缺少kit.json或已经损坏，请重新拷贝整个文件夹。") from None


def suits(kit: "dict[str, Any]") -> bool:
    """Whether the running Python is one the kit has files for."""
    return "{}.{}".format(*sys.version_info[:2]) in kit["pythons"] and sys.maxsize > 2**32


def better_python(kit: "dict[str, Any]") -> "list[str]":
    """Another Python of this computer that suits, when the running one does not; else nothing."""
    if suits(kit) or os.environ.get(FOUND):
        return []
    for version in reversed(kit["pythons"]):
        candidate = ["py", f"-{version}"] if os.name == "nt" else [f"python{version}"]
        if shutil.which(candidate[0]) is None:
            continue
        test = f"import sys; sys.exit('{{}}.{{}}'.format(*sys.version_info[:2]) != '{version}')"
        quiet = subprocess.DEVNULL
        if subprocess.call([*candidate, "-c", test], stdout=quiet, stderr=quiet) == 0:
            return candidate
    return []


def check_machine(kit: "dict[str, Any]") -> None:
    """Stop where the kit has nothing for this computer."""
    if not suits(kit):
        bits = "" if sys.maxsize > 2**32 else "（32位）"
        here, wanted = platform.python_version(), "、".join(kit["pythons"])
        raise Stopped(f"这台电脑上是Python {here}{bits}，安装包要用Python {wanted}（64位）。请先装一个。")
    here = sysconfig.get_platform()
    if KINDS.get(here, "") not in kit["platforms"]:
        names = "、".join(kit["platforms"].values())
        raise Stopped(f"安装包是给{names}用的，这台电脑是{here}。请用 inspect-tui kit 另做一份。")


def check_files() -> None:
    """Stop where a file was damaged or lost on its way here; every one is named."""
    lines = (HERE / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    bad = [] if lines else ["SHA256SUMS"]
    for line in lines:
        wanted, _, name = line.partition("  ")
        try:
            whole = hashlib.sha256(HERE.joinpath(*name.split("/")).read_bytes()).hexdigest() == wanted
        except OSError:
            whole = False
        if not whole:
            bad.append(name)
    if bad:
        raise Stopped(f"这些文件拷坏了或缺了，请重新拷贝整个安装包：{'、'.join(bad)}")


def install(kit: "dict[str, Any]", target: Path) -> Path:
    """Make the program's own Python in the target folder and put the program in; the file that starts it."""
    target.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(str(target)).free < ROOM:
        raise Stopped("磁盘空间不足200 MB，请腾出空间。")
    place = target / ".venv"
    if subprocess.call([sys.executable, "-m", "venv", "--clear", "--without-pip", str(place)]):
        raise Stopped("建不起运行环境，原因见上面几行。Linux请先安装系统的python3-venv软件包。")
    inner = str(place / "Scripts" / "python.exe" if os.name == "nt" else place / "bin" / "python")
    wheels = HERE / "wheels"
    pip = sorted(path for path in wheels.iterdir() if path.name.startswith("pip-"))[-1]
    # What the user has set for pip, such as an index, must not matter here.
    env = {name: value for name, value in os.environ.items() if not name.upper().startswith("PIP_")}
    env.pop("PYTHONPATH", None)
    env.update(PIP_CONFIG_FILE=os.devnull, PYTHONUTF8="1")
    words = ["install", "--quiet", "--no-index", "--find-links", str(wheels), "--no-cache-dir"]
    words += ["--no-warn-script-location", "--disable-pip-version-check", f"inspect-tui=={kit['version']}"]
    if subprocess.call([inner, str(pip / "pip"), *words], env=env):
        raise Stopped("安装文件装不进去，原因见上面几行。多半是这台电脑的系统太旧，或磁盘已满。")
    if subprocess.call([inner, "-m", "inspect_tui", "--version"], env=env, stdout=subprocess.DEVNULL):
        raise Stopped("装完却打不开，原因见上面几行。")
    name, text = ("启动.cmd", START_CMD.replace("\n", "\r\n")) if os.name == "nt" else ("start.sh", START_SH)
    (target / name).write_bytes(text.encode("ascii"))
    return target / name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
