"""`inspect-tui doctor`: what on this machine could get in the way, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from inspect_tui.cli.common import folder_of, json_option, print_json, workspace_option

if TYPE_CHECKING:
    from inspect_tui.cli.doctor_machine import Report


@click.command(name="doctor", options_metavar="[选项]")
@click.option("--ime", is_flag=True, help="请您打一行字，看输入法好不好用。")
@workspace_option
@json_option
def doctor(ime: bool, workspace: str | None, as_json: bool) -> None:
    """检查本机环境：编码、终端、输入法、剪贴板、公文字体、磁盘、保密、占用、日期，有问题的说怎么办。

    只看不改；量存盘快慢时试写一个小文件，随即删掉。
    """
    import time

    from inspect_tui.cli import doctor_folder as at_folder
    from inspect_tui.cli import doctor_machine as at_machine
    from inspect_tui.cli import doctor_vault as at_vault
    from inspect_tui.store.workspace import local_clock

    report = at_machine.Report()
    at_machine.program(report)
    at_machine.encodings(report)
    at_machine.terminal(report)
    at_machine.input_method(report)
    if ime:
        at_machine.typed(
            report, lambda text: click.prompt(text, default="", show_default=False, prompt_suffix="")
        )
    at_machine.clipboard(report)
    at_machine.fonts(report)
    folder = folder_of(workspace)
    found = at_folder.folder_state(report, folder)
    at_machine.clock(report, at_folder.newest_record(folder), local_clock())
    if found:
        at_folder.privacy(report, folder)
        at_vault.encryption(report, folder)
        at_folder.litter(report, folder, time.time())
        at_folder.locks(report, folder)
    _tell(report, as_json)


def _tell(report: Report, as_json: bool) -> None:
    rows = report.rows
    bad = [row for row in rows if row["ok"] is False]
    if as_json:
        print_json({"ok": not bad, "checks": rows})
    else:
        for row in rows:
            mark = {True: "好", False: "注意", None: "　"}[row["ok"]]
            told = f"{row['text']}。{row['remedy']}" if row["remedy"] else row["text"]
            click.echo(f"{mark:　<2}  {row['name']}：{told}")
        click.echo("没有发现问题。" if not bad else f"有{len(bad)}处需要注意。")
    if bad:
        raise click.exceptions.Exit(1)
