"""Starting the screens, setting a folder up, and the demo."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path

import click

from inspect_tui.cli.common import faults, folder_of
from inspect_tui.cli.garbage import collect_as_usual

#: Tells how many cells the terminal gives an ambiguous sign; None when it does not say.
Answer = Callable[[], "int | None"]


def start(workspace: str | None, pack: Path | None, unit: str | None) -> int:
    """Run the screens on a folder; refuses where there is no terminal to draw on."""
    folder = folder_of(workspace)
    if workspace and not folder.is_dir():
        raise faults("W01", "找不到文件夹", str(folder), "请核对文件夹，或先运行 inspect-tui init")

    def run(answer: Answer) -> int:
        from inspect_tui.tui.app import run_app

        return run_app(folder, pack, unit, width_of_signs=answer)

    return on_terminal(run)


def on_terminal(run: Callable[[Answer], int]) -> int:
    """Run screens on the terminal; refuses where there is none.

    `run` is given what tells how wide the terminal draws ambiguous signs, and imports the screens itself.
    """
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty()):
        click.echo(
            "这里不是终端，打不开程序界面。请在终端窗口里运行，或使用命令（inspect-tui --help）。", err=True
        )
        return 1
    from inspect_tui.tui.probe import ask

    # Asked before the slow imports, answered after them: knowing the width costs no time.
    question = ask()
    # What a start makes stays; looking through it for garbage meanwhile only delays the first paint. The app
    # turns collecting on again.
    collect_as_usual()
    gc.disable()
    return run(question.answer)


@click.command(name="open", hidden=True)
@click.argument("pack", metavar="发包文件", type=click.Path(path_type=Path))
@click.pass_context
def open_pack(ctx: click.Context, pack: Path) -> None:
    """打开发包文件。"""
    if not pack.is_file():
        raise faults("H20", "找不到文件", str(pack), "请核对文件名和文件夹")
    outer = ctx.obj or {}
    ctx.exit(start(outer.get("workspace"), pack, outer.get("unit")))


@click.command(name="init", options_metavar="[选项]")
@click.argument("folder", metavar="文件夹", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """把一个文件夹设为工作文件夹：放入随附的检查清单、规则和组织名册样例。已有的文件不动。"""
    from inspect_tui.store.workspace import Workspace

    space = Workspace.init(folder)
    click.echo(f"工作文件夹已备好：{space.root}")
    click.echo(
        "下一步：改好 roster.json（组织名册），再用 inspect-tui round new 新建检查轮次，或直接打开程序。"
    )


@click.command(name="demo", options_metavar="[选项]")
@click.option(
    "--dir",
    "folder",
    metavar="文件夹",
    type=click.Path(path_type=Path),
    help="演示放在哪里；不写为当前位置的demo，全年的为demo-year。",
)
@click.option("--year", is_flag=True, help="全年的考评：每月打分、流动红旗、达标晋级、测评和积分。")
@click.option("--no-open", is_flag=True, help="只准备文件，不打开程序。")
@click.pass_context
def demo(ctx: click.Context, folder: Path | None, year: bool, no_open: bool) -> None:
    """打开演示：虚构的单位、两轮往期检查、本轮三名检查员的记录。再次运行会接着上次的演示。"""
    if year:
        from inspect_tui.demo_year import is_year as is_made
        from inspect_tui.demo_year import make_year as make
    else:
        from inspect_tui.demo import is_demo as is_made
        from inspect_tui.demo import make_demo as make
    folder = folder or Path("demo-year" if year else "demo")
    if is_made(folder):
        click.echo(f"接着上次的演示：{folder}", err=True)
    else:
        make(folder)
        click.echo(f"演示已备好：{folder}", err=True)
    if not no_open:
        ctx.exit(start(str(folder), None, None))
