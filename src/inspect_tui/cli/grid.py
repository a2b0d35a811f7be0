"""`inspect-tui grid`: the three-level grid of a roster or a round, with its gaps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspect_tui.cli.common import (
    json_option,
    print_json,
    round_id_of,
    round_in,
    space_of,
    warn,
    workspace_option,
)
from inspect_tui.cli.output import write_out

if TYPE_CHECKING:
    from inspect_tui.model.roster import Roster


@click.command(name="grid", options_metavar="[选项]", short_help="三级网格：覆盖、空白班组、缺口")
@click.option("--round", "round_id", metavar="轮次", help="看这一轮随带的单位。")
@click.option(
    "--roster", "roster_file", metavar="文件", type=click.Path(path_type=Path), help="看这个名册文件。"
)
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV 表，每个单位或班组一行。")
@click.option(
    "-o", "--output", metavar="文件", type=click.Path(path_type=Path), help="写到文件，.xlsx 或 .csv。"
)
@workspace_option
@json_option
def grid(
    round_id: str | None,
    roster_file: Path | None,
    as_csv: bool,
    output: Path | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """三级网格：党委、总支、支部、党小组、班组各多少，党员空白班组有没有安排，哪里有缺口。

    都不写，看工作文件夹的名册。轮次里只有要检查的单位和它们的上级，没有列入的不算缺口。
    """
    from inspect_tui.report.grid_table import grid_csv, grid_data, grid_text, grid_xlsx
    from inspect_tui.rules.grid import grid_of

    if sum((as_csv, as_json, output is not None)) > 1:
        raise click.UsageError("--json、--csv 和 -o 只能选一个。")
    if round_id is not None and roster_file is not None:
        raise click.UsageError("--round 和 --roster 只能选一个。")
    if output is not None and output.suffix.lower() not in (".xlsx", ".csv"):
        raise click.BadParameter("请写成 .xlsx 或 .csv 文件。", param_hint="-o")
    if round_id is not None:
        from inspect_tui.exchange.refusal import refuse_secret

        space = space_of(workspace)
        round_ = round_in(space, round_id_of(space, round_id))
        refuse_secret(round_)
        title, found = round_.title, grid_of(round_.units, complete=False)
    else:
        roster = _roster(roster_file, workspace)
        title, found = roster.name, grid_of(roster.units, complete=True)
    if as_json:
        print_json({"title": title} | grid_data(found))
    elif as_csv:
        click.echo(grid_csv(found), nl=False)
    elif output is not None:
        xlsx = output.suffix.lower() == ".xlsx"
        write_out(grid_xlsx(found, title) if xlsx else grid_csv(found), output, "xlsx" if xlsx else "csv")
    else:
        click.echo(grid_text(found))


def _roster(path: Path | None, workspace: str | None) -> Roster:
    """A roster file, or that of the workspace. Raises InputFaults with everything wrong in it."""
    from inspect_tui.model.fault import InputFaults
    from inspect_tui.store.loading import load_roster

    if path is not None:
        roster, told = load_roster(path)
        warn(fault.text() for fault in told)
        return roster
    held, told = space_of(workspace).roster()
    if held is None:
        raise InputFaults(told)
    warn(fault.text() for fault in told)
    return held
