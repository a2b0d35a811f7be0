"""`inspect-tui appraise ...`: anonymous tallies of a cadre review, taken from a sheet and told in results."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from inspect_tui.cli.common import json_option, print_json, warn
from inspect_tui.cli.output import write_out
from inspect_tui.cli.zh import ZhGroup

_LEVELS = ("internal", "secretary", "group")


@click.group(name="appraise", cls=ZhGroup, options_metavar="[选项]", subcommand_metavar="命令 ……")
def appraise() -> None:
    """民主测评：按方面、按层级的票数录入，得出结果和层级之间的差别。不记名，查不到是谁投的。"""


@appraise.command(name="check", short_help="核对测评文件", options_metavar="[选项]")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@json_option
def check(files: tuple[str, ...], as_json: bool) -> None:
    """核对测评文件，一次列出全部问题。没有问题返回0，有问题返回1。"""
    from inspect_tui.cli.checklist import check_files
    from inspect_tui.store.loading import load_appraisal

    check_files(files, as_json, load_appraisal)


@appraise.command(name="sheet", short_help="出一张空的票数表", options_metavar="[选项]")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("-o", "--output", metavar="文件", required=True, type=click.Path(path_type=Path), help=(
    "写到文件，.xlsx或.csv。"
))  # fmt: skip
def sheet(file: Path, output: Path) -> None:
    """出一张空的票数表，每人每层级每方面一行，填好后用 enter 录入。"""
    from inspect_tui.report.appraisal_table import blank_sheet
    from inspect_tui.store.loading import load_appraisal

    appraisal, _ = load_appraisal(file)
    kind: Literal["csv", "xlsx"] = "csv" if output.suffix.lower() == ".csv" else "xlsx"
    write_out(blank_sheet(appraisal, kind), output, kind)


@appraise.command(name="enter", short_help="从票数表录入", options_metavar="[选项]")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("filled", metavar="SHEET", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", metavar="文件", type=click.Path(path_type=Path), help="写到文件；不写就写回FILE。"
)
@json_option
def enter(file: Path, filled: Path, output: Path | None, as_json: bool) -> None:
    """从填好的票数表（xlsx或CSV）录入，只留合计。有一行不对就都不写，全部列出。

    一个层级收回的票太少，只记收回几张，不记各档次的票数。
    """
    from inspect_tui.exchange.appraisal_file import save_appraisal
    from inspect_tui.exchange.appraisal_sheet import enter_sheet
    from inspect_tui.store.loading import load_appraisal

    appraisal, warnings = load_appraisal(file)
    warn(f"提醒：{fault.text()}" for fault in warnings)
    entered = enter_sheet(appraisal, filled)
    target = output if output is not None else file
    save_appraisal(target, entered.appraisal)
    if as_json:
        print_json({"path": str(target), "rows": entered.rows, "messages": list(entered.messages)})
        return
    warn(entered.messages)
    click.echo(f"已录入{entered.rows}行，写到：{target}")


@appraise.command(name="show", short_help="测评结果", options_metavar="[选项]")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--level", metavar="级别", type=click.Choice(_LEVELS), default="group", help=(
    "internal内部台账、secretary书记版（只写姓）、group群内版（只写平均）；不写为group。"
))  # fmt: skip
@click.option(
    "--bottom", metavar="人数", type=click.IntRange(1, 1000), help="列出得分最低的几人，只限internal。"
)
@json_option
def show(file: Path, level: str, bottom: int | None, as_json: bool) -> None:
    """测评结果：各方面、各层级的得分和层级之间的差别。按文件里的次序，不排名。"""
    from inspect_tui.model.terms import NamingLevel
    from inspect_tui.report.appraisal_table import appraisal_data, appraisal_lines, results_of
    from inspect_tui.rules.appraising import bottom as lowest_of
    from inspect_tui.store.clean import clean_text
    from inspect_tui.store.loading import load_appraisal

    naming = NamingLevel(level)
    if bottom is not None and naming is not NamingLevel.INTERNAL:
        raise click.UsageError("--bottom 只能和 --level internal 一起写。")
    appraisal, warnings = load_appraisal(file)
    warn(f"提醒：{fault.text()}" for fault in warnings)
    results = results_of(appraisal)
    lowest = lowest_of(results, bottom) if bottom is not None else []
    if as_json:
        print_json(appraisal_data(appraisal, results, naming, lowest))
        return
    for line in appraisal_lines(appraisal, results, naming, lowest):
        click.echo(clean_text(line, newlines=False))
