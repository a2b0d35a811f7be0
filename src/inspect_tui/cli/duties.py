"""`inspect-tui duties ...`: 岗位责任 of a unit by month: taken in from a sheet, shown, compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspect_tui.cli.common import (
    faults,
    identity_of,
    json_option,
    not_both,
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
    from inspect_tui.exchange.source import Source
    from inspect_tui.model.change import Edit
    from inspect_tui.model.roster import Unit
    from inspect_tui.rules.duties import Slot
    from inspect_tui.rules.duty_diff import DutyRevision
    from inspect_tui.rules.fold import State

_csv_option = click.option("--csv", "as_csv", is_flag=True, help="输出 CSV 表，每项一行。")


@click.group(name="duties", cls=ZhGroup, options_metavar="[选项]", subcommand_metavar="命令 ……")
def duties() -> None:
    """九大岗位责任制：各单位每月的责任岗位、标准、时限，和上月比改了什么，是否在节点前修订。"""


@duties.command(name="import", short_help="收进一张岗位责任表", options_metavar="[选项]")
@click.argument("sheet", metavar="SHEET", type=click.Path(path_type=Path))
@click.option("--unit", metavar="单位", required=True, help="哪个单位，编号或名称。")
@click.option("--month", metavar="年-月", required=True, help="哪个月，如2026-11。")
@click.option("--revised", metavar="日期", default="", help="本单位写明的修订日期，如2026-11-03。")
@click.option("--preview", is_flag=True, help="只看，不记。")
@into_option
@by_option
@workspace_option
@json_option
def import_sheet(
    sheet: Path,
    unit: str,
    month: str,
    revised: str,
    preview: bool,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """收进一张岗位责任表（xlsx或CSV），换下这个月原有的内容。有一行放不下就都不收，逐条列出。

    栏目：“岗位责任”或“序号”，“责任岗位”“标准”“时限”。责任岗位写岗位，不写姓名。
    """
    from inspect_tui.exchange.duties_sheet import read_duties_sheet
    from inspect_tui.model.change import Body
    from inspect_tui.model.fault import InputFaults
    from inspect_tui.report.duty_table import revision_data, revision_text
    from inspect_tui.rules.canonical import make_change
    from inspect_tui.rules.duties import read_day, slot_names
    from inspect_tui.rules.duty_diff import revision_of

    month = _month(month)
    if revised and not read_day(revised):
        raise click.BadParameter(f"“{revised}”不是日期，请写成2026-11-03", param_hint="--revised")
    space = space_of(workspace)
    wanted = round_id_of(space, round_id)
    round_ = round_in(space, wanted)
    held = unit_of(round_, unit)
    names = slot_names(round_, held)
    if not names:
        raise faults("E28", "这个单位的清单没有写岗位责任制各项名称", held.name, "请在清单的“duties”里写上")
    taken = read_duties_sheet(sheet, names)
    if taken.faults:
        raise InputFaults(list(taken.faults))
    warn(f"提醒：{line}" for line in taken.messages)
    if preview:
        state = _held_state(space.round_dir(wanted))
        edits = _edits(state, held.id, month, taken.slots, revised)
        if edits:
            state.apply(make_change("", "preview", Body(at="", by=("",), edits=tuple(edits))))
    else:
        with opened(space, wanted, identity_of(space, name)) as session:
            edits = _edits(session.state, held.id, month, taken.slots, revised)
            commit(session, edits, f"收进{month}岗位责任")
            state = session.state
    revision = revision_of(state, round_, held, month)
    if as_json:
        told = {"recorded": not preview, "changed": len(edits), "messages": list(taken.messages)}
        print_json(revision_data(held, revision) | told)
        return
    click.echo(revision_text(held, revision))
    if not preview:
        click.echo("已记录。" if edits else "和原来一样，没有改动。")


@duties.command(name="show", short_help="各单位各月的岗位责任", options_metavar="[选项]")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--unit", metavar="单位", help="只看一个单位（编号或名称）。")
@click.option("--month", metavar="年-月", help="只看一个月；写了的月份没有内容也列出来。")
@_csv_option
@json_option
def show(file: Path, unit: str | None, month: str | None, as_csv: bool, as_json: bool) -> None:
    """各单位各月的岗位责任：按时修订、晚于节点、只改了日期、没有修订还是无数据，和每一项的内容。

    FILE 可以是检查记录文件、合并文件、交卷压缩包或轮次文件夹。
    """
    from inspect_tui.rules.duties import duty_units, months_of
    from inspect_tui.rules.duty_diff import revision_of

    source = _source(file, as_csv, as_json)
    wanted = _month(month) if month is not None else None
    units = [unit_of(source.round, unit)] if unit is not None else duty_units(source.round)
    told = [
        (u, revision_of(source.state, source.round, u, m))
        for u in units
        for m in ([wanted] if wanted is not None else months_of(source.state, u.id))
    ]
    _tell(told, as_csv, as_json)


@duties.command(name="diff", short_help="两个月比一比", options_metavar="[选项]")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--unit", metavar="单位", required=True, help="哪个单位，编号或名称。")
@click.option("--month", metavar="年-月", required=True, help="哪个月。")
@click.option("--before", metavar="年-月", help="和哪个月比；不写为此前最近有内容的一个月。")
@_csv_option
@json_option
def diff(file: Path, unit: str, month: str, before: str | None, as_csv: bool, as_json: bool) -> None:
    """两个月逐项比：新增、去掉、改写、只改日期。空格和标点的全角半角不算改动。"""
    from inspect_tui.rules.duty_diff import revision_of

    source = _source(file, as_csv, as_json)
    held = unit_of(source.round, unit)
    against = _month(before) if before is not None else ""
    revision = revision_of(source.state, source.round, held, _month(month), against)
    _tell([(held, revision)], as_csv, as_json, changed_only=True)


def _edits(state: State, unit: str, month: str, slots: dict[int, Slot], revised: str) -> list[Edit]:
    from inspect_tui.rules.duties import set_month, set_revised

    edits = set_month(state, unit, month, slots)
    return edits + set_revised(state, unit, month, revised) if revised else edits


def _held_state(folder: Path) -> State:
    """What a round's folder holds, without opening a file of one's own in it."""
    from inspect_tui.exchange.source import read_source
    from inspect_tui.model.fault import InputFaults
    from inspect_tui.rules.fold import State

    try:
        return read_source(folder).state
    except InputFaults:
        return State()


def _source(file: Path, as_csv: bool, as_json: bool) -> Source:
    not_both(as_csv, as_json)
    return told_source(file)


def _month(text: str) -> str:
    from inspect_tui.rules.monthly import good_month

    if not good_month(text):
        raise click.BadParameter(f"“{text}”不是月份，请写成2026-11")
    return text


def _tell(
    told: list[tuple[Unit, DutyRevision]], as_csv: bool, as_json: bool, *, changed_only: bool = False
) -> None:
    from inspect_tui.report.duty_table import revision_csv, revision_data, revision_text

    if as_json:
        print_json({"duties": [revision_data(unit, revision) for unit, revision in told]})
    elif as_csv:
        click.echo(revision_csv(told), nl=False)
    else:
        for unit, revision in told:
            click.echo(revision_text(unit, revision, changed_only=changed_only))
        if not told:
            click.echo("还没有记下岗位责任。")
