"""`inspect-tui flows`: basic flows drawn for a unit by a printed seed, and what walking each step found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import (
    clean,
    faults,
    json_option,
    print_json,
    round_id_of,
    round_in,
    space_of,
    today_of,
    told_source,
    unit_of,
    warn,
    workspace_option,
)
from inspect_tui.cli.recording import by_option, commit, into_option, recording
from inspect_tui.cli.zh import ZhGroup

if TYPE_CHECKING:
    from inspect_tui.model.flows import FlowList
    from inspect_tui.rules.flow_walks import FlowWalk

_FOUND = {"done": "done", "partly": "partly", "none": "none", "clear": "",
          "做了": "done", "部分": "partly", "没做": "none", "清除": ""}  # fmt: skip
_unit = click.option("--unit", metavar="单位", required=True, help="哪个单位，编号或名称。")


@click.group(name="flows", cls=ZhGroup, options_metavar="[选项]", subcommand_metavar="命令 ……")
def flows() -> None:
    """基本流程抽查：从流程目录里按种子抽几项走查，逐步记“做了、部分、没做”。"""


@flows.command(name="list", short_help="列出流程目录", options_metavar="[选项]")
@workspace_option
@json_option
def list_flows(workspace: str | None, as_json: bool) -> None:
    """列出工作文件夹 flows 里的流程目录；没有这个文件夹就列出随附的草案。"""
    known, told = space_of(workspace).flow_lists()
    warn(fault.text() for fault in told)
    if as_json:
        print_json({"lists": [list_data(each) for each in known], "faults": [f.text() for f in told]})
        return
    for each in known:
        draft = "（草案）" if each.draft else ""
        click.echo(clean(f"{each.id}  {each.title}{draft}，{len(each.flows())}项"))
        for group in each.groups:
            names = "、".join(f"{flow.id} {flow.name}" for flow in group.flows)
            click.echo(clean(f"  {group.name}：{names}"))


@flows.command(name="check", short_help="核对流程目录文件", options_metavar="[选项]")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@json_option
def check(files: tuple[str, ...], as_json: bool) -> None:
    """核对流程目录文件，一次列出全部问题：文件、位置、写法和改法。"""
    from inspect_tui.cli.checklist import check_files
    from inspect_tui.store.loading import load_flows

    check_files(files, as_json, load_flows)


@flows.command(name="draw", short_help="按种子抽几项", options_metavar="[选项]")
@_unit
@click.option(
    "-k", "count", metavar="几项", type=click.IntRange(min=1), default=3, help="抽几项；不写为3项。"
)
@click.option("--seed", metavar="种子", required=True, help="公开的一个词或数字；同样的种子抽出同样的流程。")
@click.option("--list", "wanted", metavar="目录", help="哪个流程目录；只有一个时不用写。")
@click.option("--date", "day", metavar="日期", help="抽取日期，如2026-11-20；不写为今天。")
@click.option("--preview", is_flag=True, help="只抽来看，不记。")
@into_option
@by_option
@workspace_option
@json_option
def draw(
    unit: str,
    count: int,
    seed: str,
    wanted: str | None,
    day: str | None,
    preview: bool,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """给一个单位抽几项流程并记下。同样的种子、单位和目录，谁来抽都是这几项。"""
    from inspect_tui.rules.flow_walks import draw_flows, record_flows, walk_of
    from inspect_tui.rules.fold import State
    from inspect_tui.rules.sampling import CannotDraw

    space = space_of(workspace)
    held = unit_of(round_in(space, round_id_of(space, round_id)), unit)
    known, told = space.flow_lists()
    warn(fault.text() for fault in told)
    listed = _list(known, wanted)
    try:
        drawn = draw_flows(listed, held.id, count, clean(seed), today_of(day).isoformat())
    except CannotDraw as error:
        raise faults("E32", str(error)) from error
    if preview:
        _tell(walk_of(State(), drawn), held.name, as_json, recorded=False)
        return
    with recording(workspace, round_id, name) as session:
        edits = record_flows(session.state, drawn)
        commit(session, edits, f"抽查基本流程{drawn.k}项（种子{drawn.seed}）")
        if not edits:
            warn(["这一次已经抽过，就是这几项。"])
        _tell(walk_of(session.state, drawn), held.name, as_json, recorded=True)


@flows.command(name="record", short_help="记一步的结果", options_metavar="[选项]")
@click.argument("flow", metavar="流程")
@click.argument("step", metavar="第几步", type=click.IntRange(min=1))
@click.argument("found", metavar="结果", type=click.Choice(list(_FOUND)))
@click.option("--note", default="", metavar="说明", help="看到了什么，写物不写人。")
@_unit
@click.option("--draw", "draw_id", metavar="抽查", help="哪一次抽查；不写为最近一次。")
@into_option
@by_option
@workspace_option
@json_option
def record(
    flow: str,
    step: int,
    found: str,
    note: str,
    unit: str,
    draw_id: str | None,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """结果：done做了、partly部分、none没做、clear清除。流程写编号或名称，第几步从1数起。"""
    from inspect_tui.model.flows import StepFound
    from inspect_tui.rules.flow_walks import flow_draws, mark_step, walk_of

    with recording(workspace, round_id, name) as session:
        held = unit_of(session.round, unit)
        draws = flow_draws(session.state, held.id)
        drawn = next((d for d in reversed(draws) if draw_id in (None, d.id)), None)
        if drawn is None:
            raise faults("E33", "还没有抽过流程", held.name, "先用 inspect-tui flows draw 抽取")
        pick = next((p for p in drawn.picked if flow in (p.id, p.name)), None)
        if pick is None:
            names = "、".join(f"{p.id} {p.name}" for p in drawn.picked)
            raise faults("E33", "这一次没有抽到这项流程", flow, f"抽到的是：{names}")
        if step > len(pick.steps):
            raise faults("E33", "这项流程没有这一步", str(step), f"共{len(pick.steps)}步")
        value = StepFound(_FOUND[found]) if _FOUND[found] else None
        edit = mark_step(session.state, drawn, pick.id, step, value, clean(note))
        commit(session, [edit], f"流程{pick.name}第{step}步：{value.label if value else '清除'}")
        _tell(walk_of(session.state, drawn), held.name, as_json, recorded=True)


@flows.command(name="show", short_help="列出抽查的结果", options_metavar="[选项]")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--unit", metavar="单位", help="只看一个单位（编号或名称）。")
@click.option("--csv", "as_csv", is_flag=True, help="输出表格（CSV），每一步一行。")
@json_option
def show(file: Path, unit: str | None, as_csv: bool, as_json: bool) -> None:
    """各单位抽到的流程和每一步的结果。

    FILE 可以是检查记录文件、合并文件、交卷压缩包或轮次文件夹。
    """
    from inspect_tui.report.flow_table import flows_csv
    from inspect_tui.rules.flow_walks import flow_draws, walk_of

    if as_csv and as_json:
        raise click.UsageError("--csv 和 --json 只能写一个")
    source = told_source(file)
    units = [unit_of(source.round, unit)] if unit is not None else list(source.round.units)
    walks = [walk_of(source.state, drawn) for u in units for drawn in flow_draws(source.state, u.id)]
    names = {u.id: u.name for u in source.round.units}
    if as_csv:
        click.echo(flows_csv(walks, names), nl=False)
        return
    if as_json:
        print_json({"draws": [walk_data(walk, names.get(walk.draw.unit, "")) for walk in walks]})
        return
    if not walks:
        click.echo("还没有抽过流程。")
    for walk in walks:
        for line in walk_lines(walk, names.get(walk.draw.unit, "")):
            click.echo(clean(line))


# -------------------------------------------------------------------- what they share


def _list(known: list[FlowList], wanted: str | None) -> FlowList:
    """The list meant: by id or title, or the only one. Raises InputFaults."""
    ids = "、".join(each.id for each in known) or "（没有）"
    if wanted is None and len(known) == 1:
        return known[0]
    if wanted is None:
        raise faults("E31", "有几个流程目录，或一个也没有", "", f"用 --list 写明，现有：{ids}")
    found = next((each for each in known if wanted in (each.id, each.title)), None)
    if found is None:
        raise faults("E31", "没有这个流程目录", wanted, f"现有：{ids}")
    return found


def _tell(walk: FlowWalk, unit_name: str, as_json: bool, *, recorded: bool) -> None:
    if as_json:
        print_json(walk_data(walk, unit_name) | {"recorded": recorded})
        return
    for line in walk_lines(walk, unit_name):
        click.echo(clean(line))
    if not recorded:
        click.echo("只是抽来看，没有记。")


def list_data(listed: FlowList) -> dict[str, Any]:
    """A list of flows as the documented JSON object."""
    return {
        "id": listed.id,
        "title": listed.title,
        "draft": listed.draft,
        "flows": [
            {
                "id": flow.id,
                "name": flow.name,
                "group": group,
                "steps": [{"stage": step.stage.value, "text": step.text} for step in flow.steps],
            }
            for group, flow in listed.flows()
        ],
    }


def walk_data(walk: FlowWalk, unit_name: str) -> dict[str, Any]:
    """A drawing and its findings as the documented JSON object."""
    from inspect_tui.rules.flow_walks import flow_sentence, rows_of

    drawn = walk.draw
    rows = rows_of([walk])
    return {
        "id": drawn.id,
        "unit": drawn.unit,
        "unit_name": unit_name,
        "seed": drawn.seed,
        "k": drawn.k,
        "day": drawn.day,
        "list": drawn.flows,
        "size": drawn.size,
        "frame": drawn.frame,
        "looked": walk.looked,
        "steps": walk.steps,
        "broken": walk.broken,
        "sentence": flow_sentence(walk),
        "flows": [
            {
                "id": flow.pick.id,
                "name": flow.pick.name,
                "group": flow.pick.group,
                "result": flow.word,
                "steps": [
                    {
                        "step": row["step"],
                        "stage": row["stage"].value,
                        "text": row["text"],
                        "found": row["found"].value if row["found"] else None,
                        "note": row["note"],
                        "by": row["by"],
                        "contested": row["contested"],
                    }
                    for row in rows
                    if row["flow"] == flow.pick.id
                ],
            }
            for flow in walk.flows
        ],
    }


def walk_lines(walk: FlowWalk, unit_name: str) -> list[str]:
    """A drawing for the terminal: what is printed can be drawn again by anybody."""
    drawn = walk.draw
    lines = [
        f"{unit_name}  {drawn.day} 种子“{drawn.seed}”，从{drawn.size}项中抽{len(drawn.picked)}项，"
        f"已看{walk.looked}/{walk.steps}步；数据校验 {drawn.frame}"
    ]
    for flow in walk.flows:
        lines.append(f"  {flow.pick.id} {flow.pick.name}（{flow.pick.group}）：{flow.word}")
        for number, (step, mark) in enumerate(zip(flow.pick.steps, flow.marks, strict=True), 1):
            found = mark.found.label if mark.found else "未看"
            note = f"，{mark.note}" if mark.note else ""
            two = "（有两种结果，等组长裁定）" if mark.contested else ""
            lines.append(f"    {number}. {step.stage.label}：{step.text}  {found}{note}{two}")
    return lines
