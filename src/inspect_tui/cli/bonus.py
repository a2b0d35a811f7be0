"""`inspect-tui bonus ...`: points the lead adds to a unit's score, each with its reason and basis."""

from __future__ import annotations

import click

from inspect_tui.cli.common import (
    clean,
    faults,
    json_option,
    print_json,
    round_dir_of,
    round_option,
    told_source,
    unit_of,
    workspace_option,
)
from inspect_tui.cli.leading import as_option, leading
from inspect_tui.cli.recording import commit
from inspect_tui.cli.zh import ZhGroup


@click.group(name="bonus", cls=ZhGroup, options_metavar="[选项]", subcommand_metavar="命令 ……")
def bonus() -> None:
    """加分：组长给一个单位加分，写明理由和依据；折算以后加，最多加多少由规则（bonus_cap）定。"""


@bonus.command(name="give", short_help="给一个单位加分", options_metavar="[选项]")
@click.argument("unit", metavar="单位")
@click.argument("points", metavar="分数")
@click.option("--reason", metavar="文字", default="", help="为什么加分。")
@click.option("--basis", metavar="文字", default="", help="依据，如文件名称和条款。")
@round_option
@as_option
@workspace_option
@json_option
def give(
    unit: str,
    points: str,
    reason: str,
    basis: str,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """给一个单位加分，如 bonus give DG01 2 --reason 现场会在这里召开 --basis 党委通知。"""
    import re
    import secrets
    from decimal import Decimal

    from inspect_tui.rules.bonus import give as given
    from inspect_tui.rules.result import result_of

    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", points):
        raise click.BadParameter(f"“{clean(points)}”不是分数，请写成2或1.5", param_hint="分数")
    with leading(workspace, round_id, name) as session:
        there = unit_of(session.round, unit)
        edits = given(
            session.state, there, secrets.token_hex(6), Decimal(points), clean(reason), clean(basis)
        )
        commit(session, edits, "加分")
        result = result_of(session.state, session.round, there.id)
    if as_json:
        print_json(
            {"record": edits[0].record, "unit": there.id, "bonus": result.bonus, "score": result.score}
        )
        return
    scored = "还没有得分" if result.score is None else f"得分{result.score}"
    click.echo(
        clean(f"{there.name}加{points}分，合计加分{result.bonus}分，{scored}。编号：{edits[0].record}")
    )


@bonus.command(name="list", short_help="列出加分", options_metavar="[选项]")
@round_option
@workspace_option
@json_option
def listed(round_id: str | None, workspace: str | None, as_json: bool) -> None:
    """列出本轮的加分：谁给的，给谁，理由和依据。"""
    from inspect_tui.rules.bonus import bonuses_of
    from inspect_tui.rules.scoring import points_text

    source = told_source(round_dir_of(workspace, round_id))
    found = [(unit, held) for unit in source.round.units for held in bonuses_of(source.state, unit.id)]
    if as_json:
        rows = [
            {
                "record": held.record,
                "unit": unit.id,
                "name": unit.name,
                "points": held.points,
                "reason": held.reason,
                "basis": held.basis,
                "contested": held.contested,
                "by": list(held.by),
                "at": held.at,
            }
            for unit, held in found
        ]
        print_json({"bonuses": rows})
        return
    for unit, held in found:
        kept = "（各方记的不一致，待裁定）" if held.contested else ""
        said = f"{unit.name}  加{points_text(held.points)}分{kept}：{held.reason}；依据：{held.basis}"
        click.echo(clean(f"{said}  {'、'.join(held.by)}  {held.record}"))
    if not found:
        click.echo("本轮没有加分。")


@bonus.command(name="remove", short_help="取消一条加分", options_metavar="[选项]")
@click.argument("record", metavar="编号")
@round_option
@as_option
@workspace_option
def remove(record: str, round_id: str | None, name: str | None, workspace: str | None) -> None:
    """取消一条加分；编号见 bonus list。记录还在，可以核对。"""
    from inspect_tui.rules.bonus import bonuses_of, take_back

    with leading(workspace, round_id, name) as session:
        known = {held.record for unit in session.round.units for held in bonuses_of(session.state, unit.id)}
        if record not in known:
            raise faults("E11", "没有这条加分", record, "用 bonus list 看编号")
        commit(session, take_back(session.state, record), "取消加分")
    click.echo("已取消。")
