"""`inspect-tui period` and `trend`: scores rolled up over months, quarters and years, and how they move."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspect_tui.cli.common import faults, json_option, not_both, print_json, unit_of, warn, workspace_option
from inspect_tui.cli.output import output_option, wants_csv, write_out

if TYPE_CHECKING:
    from inspect_tui.exchange.source import Source

_SPANS = ("week", "month", "quarter", "half", "year")
_ROLLUPS = ("mean", "weighted", "latest", "worst")


@click.command(name="period", options_metavar="[选项]", short_help="周、月、季、年的得分")
@click.argument("files", metavar="FILE……", nargs=-1, required=True)
@click.option(
    "--span",
    metavar="时间",
    type=click.Choice(_SPANS),
    required=True,
    help="多长的一期：" + "、".join(_SPANS) + "。",
)
@click.option("--of", "wanted", metavar="哪一期", help="如2026Q4、2026-11、2026H2、2026；不写为最近一期。")
@click.option(
    "--parts", metavar="时间", type=click.Choice(_SPANS), help="一期里按什么分；季、半年、年不写为月。"
)
@click.option(
    "--rollup",
    metavar="办法",
    type=click.Choice(_ROLLUPS),
    help="几轮得分怎样合成：mean平均、weighted加权、latest最近、worst最低；不写按规则。",
)
@click.option("--checklist", metavar="清单", default="", help="只算一份清单。")
@click.option("--unit", metavar="单位", help="只看一个单位。")
@click.option("--rank", is_flag=True, help="另列排名；规则里写明不排名的不排。")
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV 表，每个单位一行。")
@output_option
@workspace_option
@json_option
def period(
    files: tuple[str, ...],
    span: str,
    wanted: str | None,
    parts: str | None,
    rollup: str | None,
    checklist: str,
    unit: str | None,
    rank: bool,
    as_csv: bool,
    output: Path | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """一周、一月、一季、半年、一年的得分：由各轮合成，缺月标明，比上期，失分最多的检查内容，简报期号。

    FILE 是轮次编号、轮次文件夹、检查记录或交卷文件，可以写几个。演练不计；没有检查的月不算零分也不算满分。
    """
    from inspect_tui.model.scheme import Span
    from inspect_tui.model.terms import RollUp
    from inspect_tui.report import periods
    from inspect_tui.report.period_paper import period_csv, period_text
    from inspect_tui.report.period_table import table_data

    not_both(as_csv, as_json)
    sources = _sources(files, workspace)
    try:
        table = periods.table_of(
            [(s.round, s.state) for s in sources],
            Span(span),
            wanted=periods.asked_period(wanted, Span(span)) if wanted else None,
            parts=Span(parts) if parts else None,
            rollup=RollUp(rollup) if rollup else None,
            checklist=checklist,
            unit=_unit(sources, unit),
            ranking=rank,
        )
    except periods.NotAPeriod as error:
        raise faults("E12", str(error), "", "请核对轮次、时间，或用 --checklist 选一份清单") from error
    counted = {id_ for id_, _, _ in table.rounds}
    if not checklist and periods.mixed_checklists(s.round for s in sources if s.round.id in counted):
        warn(["提醒：这几轮用的清单不一样，得分放在一起只供参考；可用 --checklist 选一份。"])
    if as_json:
        print_json(table_data(table))
    elif wants_csv(as_csv, as_json, output):
        write_out(period_csv(table), output, "csv")
    else:
        write_out(period_text(table, 100 if output else None), output)


@click.command(name="trend", options_metavar="[选项]", short_help="走势：得分和问题的变化")
@click.argument("files", metavar="FILE……", nargs=-1, required=True)
@click.option("--unit", metavar="单位", help="只看一个单位；不写为各单位平均。")
@click.option("--section", metavar="大项", default="", help="只看一个大项（编号或名称）。")
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV 表，每轮一行。")
@output_option
@workspace_option
@json_option
def trend(
    files: tuple[str, ...],
    unit: str | None,
    section: str,
    as_csv: bool,
    output: Path | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """走势：各轮的得分，各轮问题的状态，用文字画出来。

    FILE 是轮次编号、轮次文件夹、检查记录或交卷文件，可以写几个。演练不计。
    """
    from inspect_tui.report import trends

    not_both(as_csv, as_json)
    sources = _sources(files, workspace)
    try:
        found = trends.trend_of(
            [(s.round, s.state) for s in sources], unit=_unit(sources, unit), section=section
        )
    except trends.NoSection as error:
        names = [c.short_name for s in sources for k in s.round.checklists for c in k.sections]
        known = "、".join(dict.fromkeys(names))
        raise faults("E12", "没有这个大项", section, f"可用：{known}") from error
    if as_json:
        print_json(trends.trend_data(found))
    elif wants_csv(as_csv, as_json, output):
        write_out(b"\xef\xbb\xbf" + trends.trend_csv(found).encode("utf-8"), output, "csv")
    else:
        import shutil

        width = 100 if output else shutil.get_terminal_size().columns
        write_out(("\n".join(trends.trend_lines(found, width)) + "\n").encode("utf-8"), output)


def _sources(files: tuple[str, ...], workspace: str | None) -> list[Source]:
    from inspect_tui.cli.rounds_asked import read_rounds

    return read_rounds(files, workspace)


def _unit(sources: list[Source], wanted: str | None) -> str:
    """The id of the unit meant, by the newest round that has it. Raises InputFaults."""
    from inspect_tui.model.fault import InputFaults

    if wanted is None:
        return ""
    for source in reversed(sources):
        try:
            return unit_of(source.round, wanted).id
        except InputFaults:
            continue
    return unit_of(sources[0].round, wanted).id
