"""`inspect-tui round ...`: open, look at, amend, hand out and take in a round."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.carrying import carry_over
from inspect_tui.cli.common import (
    json_option,
    print_json,
    round_id_of,
    space_of,
    told_source,
    warn,
    workspace_option,
)
from inspect_tui.cli.freezing import freeze, frozen_data, tell_freeze
from inspect_tui.cli.opening import new, recovery_key
from inspect_tui.cli.zh import ZhGroup

if TYPE_CHECKING:
    from inspect_tui.model.round import Round


@click.group(name="round", cls=ZhGroup, options_metavar="[选项]", subcommand_metavar="命令 ……")
def round_group() -> None:
    """检查轮次：新建、查看、改动、发包、收包、封存。"""


def round_data(round_: Round, path: str) -> dict[str, Any]:
    """A round as the documented JSON object."""
    from inspect_tui.rules.applicability import inspected_units

    return {
        "id": round_.id,
        "title": round_.title,
        "kind": round_.kind.value,
        "period": {"label": round_.period.label, "start": round_.period.start, "end": round_.period.end},
        "pack_version": round_.pack_version,
        "practice": round_.practice,
        "series": round_.series,
        "stage": round_.stage.value if round_.stage is not None else "",
        "secrecy": round_.secrecy.value,
        "checklists": [{"id": c.id, "title": c.title, "revision": c.revision} for c in round_.checklists],
        "units": [
            {"unit": u.id, "name": u.name, "kind": u.kind.value, "team": team.id if team else ""}
            for u, team in ((u, round_.team_of(u.id)) for u in inspected_units(round_))
        ],
        "teams": [
            {"id": t.id, "name": t.name, "lead": t.lead, "members": list(t.members), "units": list(t.units)}
            for t in round_.teams
        ],
        "path": path,
    }  # fmt: skip


@round_group.command(name="list", short_help="列出全部轮次", options_metavar="[选项]")
@workspace_option
@json_option
def list_rounds(workspace: str | None, as_json: bool) -> None:
    """列出工作文件夹里的全部轮次，新的在前；读不出的也列出原因。"""
    space = space_of(workspace)
    entries = space.rounds()
    if as_json:
        rows = []
        for entry in entries:
            row: dict[str, Any] = {"id": entry.id, "usable": entry.round is not None}
            if entry.round is not None:
                row |= {"title": entry.round.title, "practice": entry.round.practice}
                row |= {"pack_version": entry.round.pack_version}
            rows.append(row | {"faults": [f.text() for f in entry.faults]})
        print_json({"rounds": rows})
        return
    if not entries:
        click.echo("还没有检查轮次。")
    for entry in entries:
        if entry.round is None:
            warn(f.text() for f in entry.faults)
            click.echo(f"{entry.id}  读不出来")
            continue
        marks = "（演练）" if entry.round.practice else ""
        click.echo(f"{entry.id}  {entry.round.title}{marks}")


@round_group.command(name="show", short_help="查看一轮的安排和进度", options_metavar="[选项]")
@click.argument("round_id", metavar="轮次", required=False)
@workspace_option
@json_option
def show(round_id: str | None, workspace: str | None, as_json: bool) -> None:
    """查看一轮的时间、清单、检查组、单位和进度。不写轮次就看最新一轮。"""
    from inspect_tui.rules.sealing import read_freeze
    from inspect_tui.rules.sheet import unit_progress

    space = space_of(workspace)
    folder = space.round_dir(round_id_of(space, round_id))
    source = told_source(folder)
    round_ = source.round
    data = round_data(round_, str(folder))
    for row in data["units"]:
        progress = unit_progress(source.state, round_, row["unit"])
        row |= {"items": progress.items, "answered": progress.answered, "submitted": progress.submitted}
        row |= {"not_reached": progress.not_reached}
        row |= {"to_verify": progress.to_verify, "owed": progress.owed}
    held = read_freeze(source.state, round_)
    if held is not None:
        data["frozen"] = frozen_data(held)
    if as_json:
        print_json(data)
        return
    click.echo(f"{round_.title}（编号 {round_.id}，{round_.kind.label}，第{round_.pack_version}版）")
    if round_.practice:
        click.echo("演练，不计入正式结果")
    if round_.stage is not None:
        click.echo(f"达标晋级：{round_.stage.label}（系列 {round_.series}）")
    if held is not None:
        tell_freeze(held)
    when = round_.period.label
    if round_.period.start:
        when += f"  {round_.period.start} 至 {round_.period.end or '未定'}"
    click.echo(when)
    for checklist in round_.checklists:
        click.echo(f"清单  {checklist.id}  {checklist.title}（{checklist.revision}版）")
    for team in round_.teams:
        people = "、".join(p for p in (team.lead, *team.members) if p) or "人员未定"
        click.echo(f"{team.name}（{team.id}）  {people}")
        for row in data["units"]:
            if row["team"] == team.id:
                click.echo(_unit_line(row))
    for row in data["units"]:
        if not row["team"]:
            click.echo(_unit_line(row))


def _unit_line(row: dict[str, Any]) -> str:
    state = "已提交" if row["submitted"] else "未能进点" if row["not_reached"] else ""
    looked = row["to_verify"] - row["owed"]
    back = f"上轮问题{looked}/{row['to_verify']}  " if row["to_verify"] else ""
    return f"  {row['unit']}  {row['name']}  {row['answered']}/{row['items']}  {back}{state}".rstrip()


@round_group.command(name="amend", short_help="改动进行中的轮次", options_metavar="[选项]")
@click.argument("round_id", metavar="轮次")
@click.option("--title", metavar="标题", help="改标题。")
@click.option("--checklist", "checklists", metavar="清单", multiple=True, help="改为这些清单，可写多次。")
@click.option("--refresh", is_flag=True, help="清单、单位和规则按现在的内容重新定格。")
@click.option("--issuer", metavar="名称", help="改发文单位。")
@click.option("--basis", metavar="依据", help="改检查依据。")
@click.option("--demand", "demands", metavar="要求", multiple=True, help="改通报里的要求，可写多次。")
@click.option("--recovery-key", metavar="age1…", help="办公室备用公钥：加密的交卷都能用它打开；写空的去掉。")
@click.option("--preview", is_flag=True, help="只列出哪些检查记录和问题要重看，不写。")
@workspace_option
@json_option
def amend(
    round_id: str, workspace: str | None, checklists: tuple[str, ...], as_json: bool, **asked: Any
) -> None:
    """改动进行中的轮次，版本号加一。检查记录全部保留；条文改过的项需重看。改完请重新发包。"""
    from inspect_tui.cli.fresh import looks_data, tell_looks
    from inspect_tui.exchange.fresh import looks_after
    from inspect_tui.exchange.planning import amend_round

    space = space_of(workspace)
    held = space.round(round_id_of(space, round_id)).round
    round_ = amend_round(
        space,
        round_id_of(space, round_id),
        title=asked["title"],
        checklist_ids=list(checklists) or None,
        refresh=asked["refresh"],
        issuer=asked["issuer"],
        basis=asked["basis"],
        demands=list(asked["demands"]) or None,
        recovery_key=None if asked["recovery_key"] is None else recovery_key(asked["recovery_key"]),
        preview=asked["preview"],
    )
    looks = looks_after(space, held, round_) if held is not None else []
    if as_json:
        told = {"round": round_.id, "pack_version": round_.pack_version, "preview": asked["preview"]}
        print_json(told | {"looks": looks_data(looks)})
        return
    tell_looks(round_, looks)
    if not asked["preview"]:
        click.echo(f"{round_.title}已改为第{round_.pack_version}版，请重新发包。")


@round_group.command(name="pack", short_help="发包：做一个让笔记本就绪的文件", options_metavar="[选项]")
@click.argument("round_id", metavar="轮次", required=False)
@click.option("--team", metavar="检查组", help="给哪个检查组（编号或名称）；不写为全部。")
@click.option("-o", "--output", metavar="文件", type=click.Path(path_type=Path), help="写到哪里。")
@click.option(
    "--evidence",
    "evidence_mb",
    metavar="MB",
    type=click.IntRange(0, 18),
    default=6,
    help="转入问题的佐证最多带多少MB，0为不带；不写为6。",
)
@workspace_option
@json_option
def pack(
    round_id: str | None,
    team: str | None,
    output: Path | None,
    evidence_mb: int,
    workspace: str | None,
    as_json: bool,
) -> None:
    """发包：做一个文件，在检查人员的笔记本上打开就能开始检查。转入问题的佐证一并带上，放不下的会说明。"""
    from inspect_tui.exchange.pack import write_pack
    from inspect_tui.store import files
    from inspect_tui.store.workspace import local_clock

    space = space_of(workspace)
    messages: list[str] = []
    path = write_pack(
        space,
        round_id_of(space, round_id),
        team,
        output,
        now=local_clock(),
        by=held.name if (held := space.identity()) is not None else "",
        evidence_bytes=evidence_mb * 1024 * 1024,
        messages=messages,
    )
    if as_json:
        print_json({"path": str(path), "bytes": files.fs.size(path), "messages": messages})
    else:
        click.echo(f"发包文件：{path}")
        warn(messages)


@round_group.command(name="take", short_help="收包：把发包文件收进工作文件夹", options_metavar="[选项]")
@click.argument("file", metavar="发包文件", type=click.Path(path_type=Path))
@workspace_option
@json_option
def take(file: Path, workspace: str | None, as_json: bool) -> None:
    """收包：把发包文件收进工作文件夹。旧版不收；新版替换后，原有记录全部保留。"""
    from inspect_tui.cli.common import folder_of
    from inspect_tui.exchange.pack import take_pack
    from inspect_tui.store.workspace import Workspace

    result = take_pack(Workspace(folder_of(workspace)), file)
    words = {"new": "已收包", "amended": "已更新", "known": "已是最新", "older": "没有改动"}
    if as_json:
        print_json(
            {
                "status": result.status,
                "round": result.round.id,
                "title": result.round.title,
                "pack_version": result.round.pack_version,
                "team": result.team,
                "changed": [{"checklist": c, "item": i} for c, i in result.changed],
                "stale": result.stale,
                "messages": list(result.messages),
            }
        )
    else:
        click.echo(f"{words[result.status]}：{result.round.title}（编号 {result.round.id}）")
        warn(result.messages)
    if result.status == "older":
        raise click.exceptions.Exit(1)


round_group.add_command(new)
round_group.add_command(carry_over)
round_group.add_command(freeze)
