"""`inspect-tui record`: the headless writer."""

from __future__ import annotations

from pathlib import Path

import click

from inspect_tui.cli.common import (
    json_option,
    print_json,
    workspace_option,
)
from inspect_tui.cli.recording import recording


@click.command(name="record", options_metavar="[选项]")
@click.argument("file", metavar="文件.jsonl", type=click.Path(path_type=Path))
@click.option("--round", "round_id", metavar="轮次", required=True, help="记到哪一轮。")
@click.option("--as", "name", metavar="姓名", required=True, help="以谁的名义记录。")
@workspace_option
@json_option
def record(file: Path, round_id: str, name: str, workspace: str | None, as_json: bool) -> None:
    """按文件逐行录入检查记录，一行一件事。

    先把全部行核对一遍：有一处不对就什么都不写，并列出每一行的问题；全对才逐行记录。
    中途断了可以用同一个文件再录一遍：记过的问题、做法和建议不会重复。
    每行的写法：inspect-tui schema record。
    """
    from inspect_tui.exchange.record import record_file

    with recording(workspace, round_id, name) as session:
        result = record_file(session, file)
    if as_json:
        data = {"lines": result.lines, "changes": result.changes, "units": list(result.units)}
        data["known"] = result.known
        print_json(data | {"writer": session.writer})
    else:
        click.echo(f"已记录{result.lines}行，涉及{len(result.units)}个单位。")
        if result.known:
            click.echo(f"其中{result.known}条问题、做法或建议先前已经记过，没有重复记。")
