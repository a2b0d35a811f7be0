"""`inspect-tui kit`: one folder with which a laptop without network gets the program."""

from __future__ import annotations

import re
from pathlib import Path

import click

from inspect_tui.cli.common import json_option, print_json, warn

_PLATFORMS = ("windows-x64", "linux-x64", "linux-arm64")


def _pythons(_: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not re.fullmatch(r"3\.(1[1-9]|[2-9][0-9])", value):
            raise click.BadParameter(f"“{value}”不行，请写成3.11这样，不低于3.11", param=parameter)
    return values


@click.command(
    name="kit", short_help="做离线安装包：一个文件夹，带到没有网络的电脑上装", options_metavar="[选项]"
)
@click.option(
    "-o",
    "--output",
    metavar="文件夹",
    required=True,
    type=click.Path(path_type=Path),
    help="安装包放在哪个文件夹，如U盘上的新文件夹；原来是安装包的就换成新的。",
)
@click.option(
    "--platform",
    "platforms",
    type=click.Choice(_PLATFORMS),
    multiple=True,
    help="给哪种电脑，可以写几次；不写就三种都有。",
)
@click.option(
    "--python",
    "pythons",
    metavar="版本",
    multiple=True,
    callback=_pythons,
    help="那台电脑的Python版本，可以写几次；不写就是3.11到3.14。",
)
@json_option
def kit(output: Path, platforms: tuple[str, ...], pythons: tuple[str, ...], as_json: bool) -> None:
    """做离线安装包：在能联网的电脑上做一次，整个文件夹拷到U盘，带到没有网络的电脑上双击“安装”。"""
    from inspect_tui.exchange.kit_folder import make_kit
    from inspect_tui.exchange.kit_gathering import PLATFORMS, PYTHONS, Target, run_pip

    targets = [
        Target(platform=PLATFORMS[key], python=python)
        for key in dict.fromkeys(platforms or _PLATFORMS)
        for python in dict.fromkeys(pythons or PYTHONS)
    ]
    made = make_kit(output, targets, run_pip, say=lambda text: warn([f"正在取：{text}"]))
    if as_json:
        print_json(
            {
                "path": str(made.path),
                "version": made.version,
                "platforms": made.platforms,
                "pythons": made.pythons,
                "wheels": made.wheels,
                "bytes": made.bytes,
            }
        )
        return
    click.echo(
        f"离线安装包已做好：{made.path}（{len(made.wheels)}个安装文件，{made.bytes / 1048576:.0f} MB）"
    )
    click.echo("整个文件夹拷过去，Windows 双击“安装.cmd”，Linux 运行 sh install.sh。")
