"""`summary`, `notice` and `score`: what a findings file, a hand-in or a round folder has to tell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspect_tui.cli.common import json_option, print_json, today_of, unit_of, warn

if TYPE_CHECKING:
    from inspect_tui.report.notice import Notice
    from inspect_tui.report.outline import Outline

_FILE_HELP = "FILE 可以是检查记录文件、交卷压缩包或轮次文件夹。"
_LEVELS = ("internal", "secretary", "group")


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


@click.command(name="notice", options_metavar="[选项]", help=(
    f"通报文字：纯文字，按字节分段，可直接发到群里。{_FILE_HELP}\n\n"
    "级别：internal内部台账（写单位和人）、secretary书记版（写单位，姓名只留姓）、group群内版"
    "（好的做法写单位，问题只写数量）。不写时，一个单位的为书记版，整轮的为群内版。"
))  # fmt: skip
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--level", metavar="级别", type=click.Choice(_LEVELS), help="internal、secretary 或 group。")
@click.option("--kind", metavar="种类", type=click.Choice(("situation",)), default="situation",
              help="situation情况通报。")  # fmt: skip
@click.option(
    "--max-bytes", metavar="字节", type=int, help="每段最多多少字节，0为不分段；不写按规则（1900）。"
)
@click.option("--unit", metavar="单位", help="只写一个单位（编号或名称）。")
@click.option("--date", metavar="日期", help="落款日期，如2026-11-20；不写为今天。")
@click.option("--copy", is_flag=True, help="复制到剪贴板。")
@click.option("--part", metavar="段", type=int, default=1, help="有几段时复制第几段，不写为第1段。")
@click.option("-o", "--output", metavar="文件", type=click.Path(path_type=Path), help="写到文件。")
@json_option
def notice(
    file: Path,
    level: str | None,
    kind: str,
    max_bytes: int | None,
    unit: str | None,
    date: str | None,
    copy: bool,
    part: int,
    output: Path | None,
    as_json: bool,
) -> None:
    from inspect_tui.model.terms import NamingLevel
    from inspect_tui.report.notice import compile_notice
    from inspect_tui.report.splitting import MIN_BYTES

    if max_bytes is not None and max_bytes != 0 and max_bytes < MIN_BYTES:
        raise click.BadParameter(f"每段至少{MIN_BYTES}字节，0为不分段", param_hint="--max-bytes")
    if unit is not None and level == "group":
        raise click.UsageError("群内版不点单位，不能只写一个单位。请改用 --level secretary，或去掉 --unit。")
    day = today_of(date)
    outline = _outline(file, unit)
    made = compile_notice(
        outline, today=day, level=NamingLevel(level) if level else None, max_bytes=max_bytes
    )
    if as_json:
        print_json(
            {
                "parts": [{"text": p.text, "bytes": p.bytes, "records": list(p.records)} for p in made.parts],
                "warnings": list(made.warnings),
                "level": made.level.value,
                "kind": kind,
            }
        )
    else:
        warn(f"提醒：{warning}" for warning in made.warnings)
        if output is None:
            click.echo("\n\n".join(p.text for p in made.parts))
    if output is not None:
        _write(output, ("\n\n".join(p.text for p in made.parts) + "\n").encode("utf-8"))
    if copy:
        _copy(made, part)


def _copy(made: Notice, number: int) -> None:
    from inspect_tui.tui.clipboard import copy

    if not 1 <= number <= len(made.parts):
        raise click.BadParameter(f"只有{len(made.parts)}段", param_hint="--part")
    result = copy(made.parts[number - 1].text)
    said = f"（共{len(made.parts)}段，这是第{number}段）" if len(made.parts) > 1 else ""
    click.echo(result.message + said, err=True)


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
