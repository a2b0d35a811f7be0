"""`summary` and `score`: what a findings file, a hand-in or a round folder has to tell in figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import faults, json_option, not_both, print_json, told_source, unit_of
from inspect_tui.cli.output import output_option, wants_csv, write_json, write_out

if TYPE_CHECKING:
    from inspect_tui.report.outline import Outline
    from inspect_tui.report.places import Places

_FILE_HELP = "FILE 可以是检查记录文件、交卷压缩包或轮次文件夹。"


def _outline(file: Path, unit: str | None) -> Outline:
    from inspect_tui.report.outline import compile_round, compile_visit

    source = told_source(file)
    if unit is None:
        return compile_round(source.state, source.round, people=source.people)
    return compile_visit(source.state, source.round, unit_of(source.round, unit).id, source.people)


@click.command(
    name="summary", options_metavar="[选项]", help=f"检查汇总：进度、得分、问题、好的做法、红线。{_FILE_HELP}"
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--unit", metavar="单位", help="只看一个单位（编号或名称）。")
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV 表，每个单位一行。")
@output_option
@json_option
def summary(file: Path, unit: str | None, as_csv: bool, output: Path | None, as_json: bool) -> None:
    from inspect_tui.report import summary as made

    not_both(as_csv, as_json)
    outline = _outline(file, unit)
    if as_json:
        write_json(made.summary_data(outline), output)
    elif wants_csv(as_csv, as_json, output):
        # The mark tells Excel and WPS on Chinese Windows that this is not GBK.
        write_out(b"\xef\xbb\xbf" + made.summary_csv(outline).encode("utf-8"), output, "csv")
    elif output is not None:
        import io

        held = io.StringIO()
        made.print_summary(outline, held, width=100)
        write_out(held.getvalue().encode("utf-8"), output)
    else:
        import sys

        made.print_summary(outline, sys.stdout)


@click.command(
    name="score",
    options_metavar="[选项]",
    help=f"得分：每个单位的得分、折算和算法。{_FILE_HELP}\n\n"
    "--derivation 列出得分的来历：逐项、上轮问题、加分，各是谁在什么时候记的。\n"
    "--rank 才排名；规则里写明不排名（no_ranking）的不排。--before 写上一轮，另列进步榜。"
    "红榜、黑榜要写审定人，并记入本轮，所以 FILE 要写轮次文件夹。",
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--unit", metavar="单位", help="只看一个单位（编号或名称）。")
@click.option("--derivation", is_flag=True, help="列出得分的来历。")
@click.option("--rank", is_flag=True, help="另列排名。")
@click.option("--before", metavar="FILE", type=click.Path(path_type=Path), help="上一轮，用来列进步榜。")
@click.option("--red", metavar="个数", type=click.IntRange(0, 999), default=0, help="红榜列前几个。")
@click.option("--black", metavar="个数", type=click.IntRange(0, 999), default=0, help="黑榜列后几个。")
@click.option("--approved-by", metavar="姓名", default="", help="红榜、黑榜由谁审定。")
@click.option("--as", "name", metavar="姓名", help="记入审定的组长；不写为这台电脑上的人。")
@click.option("--date", "day", metavar="日期", help="红榜、黑榜的日期；不写为今天。")
@json_option
def score(
    file: Path,
    unit: str | None,
    derivation: bool,
    rank: bool,
    before: Path | None,
    as_json: bool,
    **asked: Any,
) -> None:
    from inspect_tui.report import scores
    from inspect_tui.store.clean import clean_text

    if unit and rank:
        raise click.UsageError("--rank 是各单位一起排，不能只看一个单位。")
    if not rank and (before or asked["red"] or asked["black"] or asked["approved_by"]):
        raise click.UsageError("--before、--red、--black、--approved-by 只和 --rank 一起用。")
    outline = _outline(file, unit)
    places = _places(outline, file, before, **asked) if rank else None
    if as_json:
        data = scores.scores_data(outline)
        if places is not None:
            from inspect_tui.report.places import places_data

            data["ranking"] = places_data(places)
        print_json(data)
        return
    if places is not None:
        from inspect_tui.report.places import places_lines

        for line in places_lines(places):
            click.echo(line)
        return
    if derivation:
        for number, digest in enumerate(outline.units):
            click.echo(("\n" if number else "") + clean_text(digest.unit.name, newlines=False))
            for line in scores.derivation_lines(outline.round, digest.result):
                click.echo(line)
        return
    import sys

    from rich.console import Console

    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    for renderable in scores.score_renderables(outline, console.width):
        console.print(renderable)


def _places(outline: Outline, file: Path, before: Path | None, **asked: Any) -> Places:
    """The places of a round; red and black lists are recorded in it before they are told."""
    from inspect_tui.report.places import places_of, record_lists
    from inspect_tui.rules.reviewing import NoReason

    scores = None
    if before is not None:
        earlier = _outline(before, None)
        if earlier.round.practice:
            raise faults("E10", "上一轮是演练，不计入", str(before), "请写正式的一轮")
        scores = {digest.unit.id: digest.score for digest in earlier.units}
    lists = {"red": asked["red"], "black": asked["black"], "approved_by": asked["approved_by"]}
    try:
        places = places_of(outline, scores, **lists)
    except NoReason as error:
        raise faults("E10", str(error), "", "用 --approved-by 写明姓名") from error
    if places.listed:
        from inspect_tui.cli.common import today_of
        from inspect_tui.cli.leading import leading
        from inspect_tui.cli.recording import commit

        space, round_id = _round_of(file)
        day = today_of(asked["day"])
        with leading(str(space), round_id, asked["name"]) as session:
            commit(session, record_lists(session.state, places, day), "发出红榜、黑榜")
    return places


def _round_of(file: Path) -> tuple[Path, str]:
    """The workspace and id of a round folder. Raises InputFaults for anything else."""
    folder = file.resolve()
    if not (folder / "round.json").is_file() or folder.parent.name != "rounds":
        raise faults("E10", "红榜、黑榜要记入本轮", str(file), "FILE 请写工作文件夹里的轮次文件夹")
    return folder.parent.parent, folder.name
