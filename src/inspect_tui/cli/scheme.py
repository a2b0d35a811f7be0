"""`inspect-tui checklist scheme ...`: schemes of grades, and contests, as their authors check them."""

from __future__ import annotations

import click

from inspect_tui.cli.common import json_option, print_json, space_of, warn, workspace_option
from inspect_tui.cli.zh import ZhGroup


@click.group(name="scheme", cls=ZhGroup, options_metavar="[选项]", subcommand_metavar="命令 ……")
def scheme() -> None:
    """定级办法：核对、列出。"""


@scheme.command(name="check", short_help="核对定级办法，找出空当和重叠", options_metavar="[选项]")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@json_option
def check(files: tuple[str, ...], as_json: bool) -> None:
    """核对定级办法，一次列出全部问题：分数线的空当、重叠，编号、名额、升降级数。

    没有问题返回0，有问题返回1。评比办法用 checklist check 核对。
    """
    from inspect_tui.cli.checklist import check_files
    from inspect_tui.store.loading import load_scheme

    check_files(files, as_json, load_scheme)


@scheme.command(name="list", short_help="列出定级办法", options_metavar="[选项]")
@workspace_option
@json_option
def list_schemes(workspace: str | None, as_json: bool) -> None:
    """列出工作文件夹里的定级办法和分数线；有问题的也列出原因。"""
    from inspect_tui.rules.scoring import points_text
    from inspect_tui.store.clean import clean_text

    known, told = space_of(workspace).schemes()
    warn(clean_text(fault.text(), newlines=False) for fault in told)
    if as_json:
        rows = [
            {
                "id": s.id,
                "title": s.title,
                "draft": s.draft,
                "levels": [
                    {"id": lv.id, "name": lv.name, "low": lv.low, "high": lv.high, "approval": lv.approval}
                    for lv in s.levels
                ],
            }
            for s in known
        ]
        print_json({"schemes": rows, "faults": [fault.text() for fault in told]})
        return
    for s in known:
        click.echo(clean_text(f"{s.id}  {s.title}{'（草案）' if s.draft else ''}", newlines=False))
        for level in s.levels:
            said = f"  {level.name}  {points_text(level.low)}到{points_text(level.high)}"
            said += "，须报上级批准" if level.approval else ""
            if level.quota is not None:
                said += f"，名额不超过{points_text(level.quota * 100)}%"
            click.echo(clean_text(said, newlines=False))
