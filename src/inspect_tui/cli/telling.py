"""`summary` and `score`: what a findings file, a hand-in or a round folder has to tell in figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspect_tui.cli.common import json_option, print_json, unit_of, warn

if TYPE_CHECKING:
    from inspect_tui.report.outline import Outline

_FILE_HELP = "FILE 可以是检查记录文件、交卷压缩包或轮次文件夹。"


def _outline(file: Path, unit: str | None) -> Outline:
    from inspect_tui.exchange.refusal import refuse_secret
    from inspect_tui.exchange.source import read_source
    from inspect_tui.report.outline import compile_round, compile_visit

    source = read_source(file)
    refuse_secret(source.round)
    warn(source.messages)
    if unit is None:
        return compile_round(source.state, source.round, people=source.people)
    return compile_visit(source.state, source.round, unit_of(source.round, unit).id, source.people)


@click.command(
    name="summary", options_metavar="[选项]", help=f"检查汇总：进度、得分、问题、好的做法、红线。{_FILE_HELP}"
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--unit", metavar="单位", help="只看一个单位（编号或名称）。")
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV 表，每个单位一行。")
@click.option("-o", "--output", metavar="文件", type=click.Path(path_type=Path), help="写到文件。")
@json_option
def summary(file: Path, unit: str | None, as_csv: bool, output: Path | None, as_json: bool) -> None:
    from inspect_tui.report import summary as made

    if as_csv and as_json:
        raise click.UsageError("--json 和 --csv 只能选一个。")
    outline = _outline(file, unit)
    if as_json and output is None:
        print_json(made.summary_data(outline))
        return
    if as_json:
        import msgspec

        data = msgspec.json.Encoder(decimal_format="number").encode(made.summary_data(outline))
    elif as_csv:
        # The mark tells Excel and WPS on Chinese Windows that this is not GBK.
        data = b"\xef\xbb\xbf" + made.summary_csv(outline).encode("utf-8")
    elif output is not None:
        import io

        held = io.StringIO()
        made.print_summary(outline, held, width=100)
        data = held.getvalue().encode("utf-8")
    else:
        import sys

        made.print_summary(outline, sys.stdout)
        return
    if output is None:
        click.echo(data, nl=False)
    else:
        _write(output, data)


@click.command(name="score", options_metavar="[选项]", help=f"得分：每个单位的得分、折算和算法。{_FILE_HELP}")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--unit", metavar="单位", help="只看一个单位（编号或名称）。")
@json_option
def score(file: Path, unit: str | None, as_json: bool) -> None:
    from inspect_tui.report import scores

    outline = _outline(file, unit)
    if as_json:
        print_json(scores.scores_data(outline))
        return
    import sys

    from rich.console import Console

    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    for renderable in scores.score_renderables(outline, console.width):
        console.print(renderable)


def _write(path: Path, data: bytes) -> None:
    from inspect_tui.store.files import private_folder, write_durable

    private_folder(path.parent)
    write_durable(path, data)
    click.echo(f"已写入：{path}", err=True)
