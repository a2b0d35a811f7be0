"""`inspect-tui agreement` and `gauge`: what inspections tell the author of a checklist about it."""

from __future__ import annotations

import click

from inspect_tui.cli.common import json_option, print_json, workspace_option


@click.command(name="agreement", options_metavar="[选项]", short_help="两人查同一单位，每项一致不一致")
@click.argument("files", metavar="FILE……", nargs=-1, required=True)
@workspace_option
@json_option
def agreement(files: tuple[str, ...], workspace: str | None, as_json: bool) -> None:
    """两个检查员查同一单位时，每一项的结论一致不一致：一致率、κ、看法不同的检查内容。

    FILE 是检查记录、交卷文件、轮次文件夹或轮次编号，可以写几个；同一轮的几份合在一起看。演练不计。
    """
    from inspect_tui.cli.rounds_asked import read_rounds
    from inspect_tui.report.agreement_table import agreed, agreement_data, agreement_lines
    from inspect_tui.rules.agreement import pairs_of

    sources = [s for s in read_rounds(files, workspace) if not s.round.practice]
    rounds = [s.round for s in sources]
    found = agreed(pair for s in sources for pair in pairs_of(s.state, s.round))
    if as_json:
        print_json(agreement_data(found, rounds))
        return
    for line in agreement_lines(found, rounds):
        click.echo(line)


@click.command(name="gauge", options_metavar="[选项]", short_help="减负：从不失分的项、用时、重复要的资料")
@click.argument("files", metavar="FILE……", nargs=-1, required=True)
@click.option(
    "--least",
    metavar="次数",
    type=click.IntRange(1, 10_000),
    default=10,
    help="查过多少次才算从不失分；不写为10。",
)
@workspace_option
@json_option
def gauge(files: tuple[str, ...], least: int, workspace: str | None, as_json: bool) -> None:
    """减负：次次符合的检查内容，每个单位和每一项用的时间，几项都要看的同一种资料。

    FILE 是检查记录、交卷文件、轮次文件夹或轮次编号，可以写几个。演练不计。
    """
    from inspect_tui.cli.rounds_asked import read_rounds
    from inspect_tui.report.agreement_table import Gauged, checklists_of, gauge_data, gauge_lines
    from inspect_tui.rules.gauge import minutes_of, never_failed, same_papers

    sources = [s for s in read_rounds(files, workspace) if not s.round.practice]
    rounds = [s.round for s in sources]
    units, items = minutes_of([s.state for s in sources])
    found = Gauged(
        never=tuple(never_failed([(s.round, s.state) for s in sources], least)),
        units=tuple(units),
        items=tuple(items),
        papers=tuple(
            paper for checklist in checklists_of(rounds) for paper in same_papers(checklist, loosely=True)
        ),
        least=least,
    )
    if as_json:
        print_json(gauge_data(found, rounds))
        return
    for line in gauge_lines(found, rounds):
        click.echo(line)
