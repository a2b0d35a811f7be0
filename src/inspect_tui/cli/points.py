"""`inspect-tui points ...`: 党员积分 sheets into counts, and the counts of a round."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import (
    identity_of,
    json_option,
    print_json,
    round_id_of,
    round_in,
    space_of,
    told_source,
    unit_of,
    warn,
    workspace_option,
)
from inspect_tui.cli.recording import by_option, commit, into_option, opened
from inspect_tui.cli.zh import ZhGroup

if TYPE_CHECKING:
    from inspect_tui.rules.points import PointsCount, PointsMonth


@click.group(name="points", cls=ZhGroup, options_metavar="[选项]", subcommand_metavar="命令 ……")
def points() -> None:
    """党员积分：收进一个党小组一个月的积分表，只记数字，不记姓名、分数和事由。"""


@points.command(name="import", short_help="收进一张积分表", options_metavar="[选项]")
@click.argument("sheet", metavar="SHEET", type=click.Path(path_type=Path))
@click.option("--unit", metavar="单位", required=True, help="哪个党小组，编号或名称。")
@click.option("--month", metavar="年-月", required=True, help="哪个月，如2026-11。")
@click.option("--preview", is_flag=True, help="只看，不记。")
@into_option
@by_option
@workspace_option
@json_option
def import_sheet(
    sheet: Path,
    unit: str,
    month: str,
    preview: bool,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """收进一张积分表（xlsx或CSV）：覆盖率、加分和扣分次数、是否用于评优。有误的行逐条列出，不计入。

    栏目：“姓名”或“编号”，“加分”“扣分”，可以有“事由”“用于评优”。同一个月再收一张，就换成新的。
    """
    from inspect_tui.exchange.points_sheet import read_points_sheet
    from inspect_tui.rules.monthly import good_month
    from inspect_tui.rules.points import set_points

    if not good_month(month):
        raise click.BadParameter(f"“{month}”不是月份，请写成2026-11", param_hint="--month")
    space = space_of(workspace)
    wanted = round_id_of(space, round_id)
    round_ = round_in(space, wanted)
    held = unit_of(round_, unit)
    taken = read_points_sheet(sheet, held.members or 0)
    warn(f"提醒：{fault.text()}" for fault in taken.faults)
    warn(f"提醒：{line}" for line in taken.messages)
    changed = False
    if not preview:
        with opened(space, wanted, identity_of(space, name)) as session:
            edits = set_points(session.state, held.id, month, taken.count)
            changed = bool(edits)
            commit(session, edits, f"收进{month}党员积分表")
    if as_json:
        told = {"unit": held.id, "name": held.name, "month": month, "recorded": not preview}
        bad = [{"where": fault.path, "reason": fault.message} for fault in taken.faults]
        print_json(told | count_data(taken.count) | {"bad": bad, "messages": list(taken.messages)})
        return
    click.echo(_line(held.name, month, taken.count))
    if not preview:
        click.echo("已记录。" if changed else "和原来一样，没有改动。")


@points.command(name="show", short_help="各党小组各月的积分数字", options_metavar="[选项]")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--unit", metavar="单位", help="只看一个单位（编号或名称）。")
@json_option
def show(file: Path, unit: str | None, as_json: bool) -> None:
    """各党小组各月：有记录的人数和覆盖率、加分和扣分次数、是否用于评优，有误的单元格。

    FILE 可以是检查记录文件、合并文件、交卷压缩包或轮次文件夹。
    """
    from inspect_tui.rules.applicability import inspected_units
    from inspect_tui.rules.points import points_of

    source = told_source(file)
    if unit is not None:
        units = [unit_of(source.round, unit)]
    else:
        # A group that no checklist is for may have a sheet all the same.
        known = {u.id for u in inspected_units(source.round)} | set(source.state.units())
        units = [u for u in source.round.units if u.id in known]
    found = [(u, month) for u in units for month in points_of(source.state, u.id)]
    if as_json:
        print_json({"points": [month_data(u.name, month) for u, month in found]})
        return
    if not found:
        click.echo("还没有收进积分表。")
    for u, month in found:
        click.echo(_line(u.name, month.month, month.count, month.contested))


def month_data(name: str, month: PointsMonth) -> dict[str, Any]:
    """One month of one group as the documented JSON object."""
    told = {"unit": month.unit, "name": name, "month": month.month, "contested": month.contested}
    return (
        told | count_data(month.count) | {"bad": list(month.count.bad), "by": list(month.by), "at": month.at}
    )


def count_data(count: PointsCount) -> dict[str, Any]:
    """A count as documented JSON keys."""
    from inspect_tui.report.zh_numbers import plain

    return {
        "entered": count.entered,
        "members": count.members,
        "coverage": plain(count.coverage) if count.coverage is not None else None,
        "rewards": count.rewards,
        "penalties": count.penalties,
        "used": count.used,
        "sha256": count.sha256,
    }


def _line(name: str, month: str, count: PointsCount, contested: bool = False) -> str:
    from inspect_tui.report.zh_numbers import share_text
    from inspect_tui.store.clean import clean_text

    share = f"覆盖{share_text(count.coverage)}" if count.coverage is not None else "覆盖率算不出"
    said = f"{name}  {month}  {count.entered}/{count.members}人有记录，{share}"
    said += f"，加分{count.rewards}次，扣分{count.penalties}次"
    used = {True: "用于评优", False: "没有用于评优", None: "没有标明是否用于评优"}[count.used]
    said += f"，{used}" + (f"，{len(count.bad)}处有误没有计入" if count.bad else "")
    return clean_text(said + ("（有两种数字，等组长裁定）" if contested else ""), newlines=False)
