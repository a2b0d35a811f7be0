"""`inspect-tui grade ...`: grades of a year over its stages, and the steps a lead takes on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import (
    F,
    faults,
    json_option,
    not_both,
    print_json,
    space_of,
    today_of,
    told_source,
    unit_of,
    warn,
    workspace_option,
)
from inspect_tui.cli.leading import as_option, leading
from inspect_tui.cli.output import output_option, wants_csv, write_json, write_lines, write_out
from inspect_tui.cli.recording import commit
from inspect_tui.cli.zh import ZhGroup

if TYPE_CHECKING:
    from inspect_tui.model.round import Round
    from inspect_tui.model.scheme import Scheme
    from inspect_tui.model.terms import GradeStepKind
    from inspect_tui.rules.fold import State
    from inspect_tui.store.workspace import RoundEntry, Workspace


class GradeGroup(ZhGroup):
    """`grade FILE...` is `grade show FILE...`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group(name="grade", cls=GradeGroup, options_metavar="[选项]", subcommand_metavar="轮次…… | 命令 ……")
def grade() -> None:
    """达标晋级：自评、推荐、验收、复查各阶段的得分和等级，年度升降；定级、限期整改、降级、摘牌。

    “grade 轮次……”列出各单位的等级，和“grade show 轮次……”一样。
    """


def _scheme_options(command: F) -> F:
    for option in (
        click.option("--scheme", "scheme_id", metavar="办法", help="定级办法的编号或文件；不写为五级。"),
        click.option("--previous", metavar="文件", help=(
            "上年等级：xlsx、CSV或JSON；不写就取工作文件夹里上一个系列定下的等级。"
        )),
        click.option("--checklist", metavar="清单", default="", help="只按这份清单定级。"),
        click.option("--series", metavar="编号", help="哪个系列；不写为最新的一个。"),
    ):  # fmt: skip
        command = option(command)
    return command


@grade.command(name="show", short_help="各单位各阶段的得分、等级、升降", options_metavar="[选项]")
@click.argument("rounds", metavar="[轮次|文件]...", nargs=-1)
@_scheme_options
@click.option("--unit", "units", metavar="单位", multiple=True, help="只看这些单位，可写多次。")
@click.option("--items", is_flag=True, help="逐项列出各阶段看法不同的检查内容。")
@click.option("--date", "day", metavar="日期", help="按哪一天算逾期；不写为今天。")
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV 表，每个单位一行。")
@output_option
@workspace_option
@json_option
def show(
    rounds: tuple[str, ...],
    scheme_id: str | None,
    previous: str | None,
    checklist: str,
    series: str | None,
    units: tuple[str, ...],
    items: bool,
    day: str | None,
    as_csv: bool,
    output: Path | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """同一系列各阶段的得分、签字人和日期，自评与检查逐项对照，按定级办法得出的等级，年度升降和各级个数。

    不写轮次就看工作文件夹里最新的系列。
    """
    from inspect_tui.cli.rounds_asked import read_rounds, space_there
    from inspect_tui.report.grade_table import grade_lines, grades_csv, grades_data, warnings_of
    from inspect_tui.rules.stages import NotOneSeries, gradings, in_order

    not_both(as_csv, as_json)
    if rounds and series:
        raise click.UsageError("写了轮次就不写 --series。")
    space = space_there(workspace)
    words = list(rounds) or [entry.id for entry in _entries(space_of(workspace), series)]
    held = [(source.round, source.state) for source in read_rounds(words, workspace)]
    try:
        name, held = in_order(held)
        scheme = _scheme(space, scheme_id)
        levels = _previous(space, held, scheme, previous)
        found = gradings(held, scheme, levels, checklist)
    except NotOneSeries as error:
        raise faults("E03", str(error), "", "请把同一年的自评、推荐、验收、复查轮次写在一起") from error
    if units:
        wanted = {_unit_in(held, unit) for unit in units}
        found = [g for g in found if g.unit in wanted]
    today = today_of(day).isoformat()
    warn(f"提醒：{line}" for line in warnings_of(found, scheme))
    if as_json:
        write_json(grades_data(name, scheme, found, today), output)
    elif wants_csv(as_csv, as_json, output):
        write_out(grades_csv(scheme, found, today), output, "csv")
    else:
        write_lines(grade_lines(name, scheme, found, today, items=items), output)


# -------------------------------------------------------------------- what a grade rests on


def _entries(space: Workspace, series: str | None) -> list[RoundEntry]:
    """The rounds of a series, or of the newest there is. Raises InputFaults."""
    staged = [e for e in space.rounds() if e.round is not None and e.round.stage and not e.round.practice]
    known = list(dict.fromkeys(e.round.series for e in staged if e.round is not None))
    if not staged:
        raise faults(
            "E03", "工作文件夹里还没有达标晋级的轮次", "", "用 inspect-tui round new --stage self 新建"
        )
    wanted = series if series is not None else known[0]
    if wanted not in known:
        from inspect_tui.rules.issue import did_you_mean

        raise faults("E03", "没有这个系列", wanted, did_you_mean(wanted, known, f"现有：{'、'.join(known)}"))
    return [e for e in staged if e.round is not None and e.round.series == wanted]


def _scheme(space: Workspace | None, wanted: str | None) -> Scheme:
    """The scheme meant: a file, or one of the workspace, else a shipped draft. Raises InputFaults."""
    from inspect_tui.rules.grading import USUAL_SCHEME, usual_scheme
    from inspect_tui.store.loading import load_scheme
    from inspect_tui.store.workspace import Workspace

    if wanted is not None and Path(wanted).is_file():
        scheme, warnings = load_scheme(Path(wanted))
        warn(f"提醒：{fault.text()}" for fault in warnings)
        return scheme
    known, told = (space or Workspace(Path())).schemes()
    named = wanted or USUAL_SCHEME
    found = usual_scheme(known) if wanted is None else next((s for s in known if s.id == named), None)
    if found is None:
        from inspect_tui.rules.issue import did_you_mean

        warn(fault.text() for fault in told if not fault.warning)
        ids = [scheme.id for scheme in known]
        remedy = did_you_mean(wanted or "", ids, f"可用：{'、'.join(ids) or '（没有）'}")
        raise faults("E01", "没有这个定级办法", named, remedy)
    return found


def _previous(
    space: Workspace | None,
    rounds: Sequence[tuple[Round, State]],
    scheme: Scheme,
    file: str | None,
) -> dict[str, str]:
    """Last year's level ids by unit: from a file, else from the series before in the workspace."""
    if file is not None:
        from inspect_tui.exchange.level_sheet import read_levels

        units = {unit.id: unit for round_, _ in rounds for unit in round_.units}
        levels, strangers = read_levels(Path(file), scheme, units.values())
        warn(strangers)
        return levels
    if space is None:
        return {}
    from inspect_tui.cli.rounds_asked import read_rounds
    from inspect_tui.rules.round_sets import levels_left, series_before

    known = [(entry.round, entry.id) for entry in space.rounds() if entry.round is not None]
    earlier = series_before(known, [round_ for round_, _ in rounds])
    read = [(s.round, s.state) for s in read_rounds((id_ for _, id_ in earlier), str(space.root))]
    levels = levels_left(read, scheme)
    if levels:
        warn([f"上年等级取自系列 {earlier[0][0].series}。"])
    return levels


def _unit_in(rounds: Sequence[tuple[Round, State]], wanted: str) -> str:
    """A unit of any of the rounds. Raises InputFaults."""
    from inspect_tui.model.fault import InputFaults

    failure: Exception | None = None
    for round_, _ in reversed(rounds):
        try:
            return unit_of(round_, wanted).id
        except InputFaults as error:
            failure = failure or error
    raise failure or faults("W03", "没有这个单位", wanted)


# -------------------------------------------------------------------- the lead's steps


def _step_options(command: F) -> F:
    for option in (
        click.option("--basis", metavar="文字", default="", help="依据或理由。"),
        click.option("--who", metavar="姓名", default="", help="经办人或复查人。"),
        click.option("--on", "on", metavar="日期", default="", help="哪一天；不写为今天。"),
        as_option,
    ):
        command = option(command)
    return workspace_option(json_option(_scheme_options(command)))


def _take(kind: GradeStepKind, unit: str, given: dict[str, Any], **more: str) -> None:
    """Take one step for a unit in the newest round of its series."""
    from inspect_tui.report.grade_table import step_data
    from inspect_tui.rules.grade_steps import planned, take_grade_step
    from inspect_tui.rules.rectifying import NotAllowed
    from inspect_tui.rules.stages import gradings, in_order
    from inspect_tui.store.clean import clean_text

    space = space_of(given["workspace"])
    entries = _entries(space, given["series"])
    read = [told_source(space.round_dir(entry.id)) for entry in entries]
    series, held = in_order((s.round, s.state) for s in read)
    newest = held[-1][0]
    words = {key: clean_text(str(given[key]), newlines=False).strip() for key in ("basis", "who", "on")}
    more = {key: clean_text(value, newlines=False).strip() for key, value in more.items()}
    with leading(given["workspace"], newest.id, given["name"]) as session:
        held[-1] = session.round, session.state
        unit_id = _unit_in(held, unit)
        scheme = _scheme(space, given["scheme_id"])
        levels = _previous(space, held, scheme, given["previous"])
        found = next(iter(gradings(held, scheme, levels, given["checklist"], unit_id)), None)
        if found is None:
            kinds = "、".join(k.label for k in scheme.unit_kinds)
            raise faults("E04", "这个单位不参加定级", unit, f"“{scheme.title}”用于{kinds}" if kinds else "")
        ground = found.ground(scheme, session.today)
        if level := more.get("level"):
            more["level"] = _level_id(scheme, level)
        step = planned(kind, ground, **words, **more)
        try:
            edits = take_grade_step(session.state, unit_id, series, step, ground)
        except NotAllowed as refused:
            from inspect_tui.model.fault import Fault, InputFaults

            raise InputFaults(
                [Fault(code="E04", path=found.name, message=o.text) for o in refused.guarded.refusals]
            ) from refused
        commit(session, edits, f"{kind.label}：{found.name}")
    if given["as_json"]:
        print_json({"unit": unit_id, "name": found.name, "series": series, "step": step_data(step)})
        return
    said = f"{found.name}：{kind.label}"
    if step.level_name:
        said += f"，{step.level_name}"
    click.echo(clean_text(said + (f"，期限{step.due}" if step.due else "") + "。已记录。", newlines=False))


def _level_id(scheme: Scheme, word: str) -> str:
    """The id of a level given by id, name or short name; the word itself when it is none."""
    return next((lv.id for lv in scheme.levels if word in (lv.id, lv.name, lv.short)), word)


def _command(name: str, told: str) -> Callable[[Callable[..., None]], click.Command]:
    def made(function: Callable[..., None]) -> click.Command:
        return grade.command(name=name, short_help=told, options_metavar="[选项]")(function)

    return made


@_command("grant", "定级")
@click.argument("unit", metavar="单位")
@click.argument("level", metavar="[等级]", required=False)
@click.option("--approver", metavar="名称", default="", help="批准的上级，等级须报批准的要写。")
@_step_options
def grant(unit: str, level: str | None, approver: str, **given: Any) -> None:
    """定级。不写等级就按验收得分定；和得分不同的、改过的要写 --basis，须报批准的要写 --approver。"""
    from inspect_tui.model.terms import GradeStepKind

    _take(GradeStepKind.GRANT, unit, given, level=level or "", approver=approver)


@_command("order", "下达限期整改")
@click.argument("unit", metavar="单位")
@click.option("--due", metavar="日期", required=True, help="整改到哪一天为止，如2026-12-20。")
@_step_options
def order(unit: str, due: str, **given: Any) -> None:
    """下达限期整改。要写明哪里不合格（--basis）和期限（--due）；到期没有复查的显示逾期。"""
    from inspect_tui.model.terms import GradeStepKind

    _take(GradeStepKind.ORDER, unit, given, due=due)


@_command("recheck", "记下限期整改后的复查结果")
@click.argument("unit", metavar="单位")
@click.argument("result", metavar="pass|fail", type=click.Choice(["pass", "fail"]))
@click.option("--level", metavar="等级", default="", help="合格后定为哪一级；不写为原来的等级。")
@click.option("--approver", metavar="名称", default="", help="批准的上级，等级须报批准的要写。")
@_step_options
def recheck(unit: str, result: str, level: str, approver: str, **given: Any) -> None:
    """记下限期整改后的复查结果：pass合格，fail不合格。要写复查人（--who）和依据（--basis）。"""
    from inspect_tui.model.terms import GradeStepKind

    if result == "pass":
        _take(GradeStepKind.PASS, unit, given, level=level, approver=approver)
    else:
        _take(GradeStepKind.FAIL, unit, given)


@_command("demote", "降级")
@click.argument("unit", metavar="单位")
@click.argument("level", metavar="[等级]", required=False)
@_step_options
def demote(unit: str, level: str | None, **given: Any) -> None:
    """降级，复查不合格之后才可以。不写等级就降一级；要写理由（--basis）。"""
    from inspect_tui.model.terms import GradeStepKind

    _take(GradeStepKind.DEMOTE, unit, given, level=level or "")


@_command("delist", "摘牌")
@click.argument("unit", metavar="单位")
@_step_options
def delist(unit: str, **given: Any) -> None:
    """摘牌，复查不合格之后才可以；有一票否决的，定级后可以直接摘牌。要写理由（--basis）。"""
    from inspect_tui.model.terms import GradeStepKind

    _take(GradeStepKind.DELIST, unit, given)
