"""`inspect-tui report`: the merged findings report, formal notices and score tables as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import faults, json_option, print_json, today_of, unit_of, warn

if TYPE_CHECKING:
    import datetime as dt

    from inspect_tui.report.papers.documents import Doc
    from inspect_tui.report.telling import Held
    from inspect_tui.rules.round_sets import ScoresBefore

_TO = ("docx", "xlsx", "csv", "html", "md")
_KINDS = ("situation", "praise", "bulletin", "ranking", "exposure")


@click.command(
    name="report",
    options_metavar="[选项]",
    help="写成文件：合并检查报告、正式通报、得分汇总表。FILE 可以是检查记录文件、交卷压缩包或轮次文件夹。\n\n"
    "不写 --kind 时，docx、html、md 是合并检查报告，xlsx、csv 是得分汇总表（加 --findings 是报告里的各张表、"
    "整改台账）；写了 --kind 就是这种通报的正式文件（docx、html、md）或排名的得分汇总表。"
    "不写 --to 就在屏幕上看合并检查报告。",
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--to", metavar="格式", type=click.Choice(_TO), help="docx、xlsx、csv、html 或 md。")
@click.option("-o", "--output", metavar="文件", type=click.Path(path_type=Path), help="写到哪个文件。")
@click.option("--findings", is_flag=True, help="要合并检查报告（xlsx、csv 时要写）。")
@click.option("--kind", metavar="种类", type=click.Choice(_KINDS), help="写哪种通报，同 notice。")
@click.option(
    "--level",
    metavar="级别",
    type=click.Choice(("internal", "secretary", "group")),
    help="通报的级别，同 notice。",
)
@click.option(
    "--names",
    metavar="写谁",
    type=click.Choice(("none", "good_only", "all")),
    help="通报写不写单位，同 notice。",
)
@click.option("--unit", metavar="单位", help="只写一个单位（编号或名称）。")
@click.option("--scope", metavar="组织", help="只写一个支部、总支或别的组织下面的单位。")
@click.option("--issue", metavar="期号", type=int, help="简报第几期；不写就接着往下编。")
@click.option("--exclude", "excluded", metavar="记录", multiple=True, help="这条不写进通报，可写多次。")
@click.option("--finding", "exposed", metavar="记录", multiple=True, help="曝光哪一条问题，可写多次。")
@click.option("--approved-by", metavar="姓名", default="", help="曝光由谁审定。")
@click.option("--letterhead", metavar="机关", default="", help="红色的发文机关标志。")
@click.option("--number", metavar="字号", default="", help="发文字号。")
@click.option("--sealed", is_flag=True, help="落款处留出盖章的位置。")
@click.option(
    "--previous",
    metavar="轮次|文件",
    help="上期得分取自哪一轮；不写就取工作文件夹里同类的上一轮。",
)
@click.option("--date", metavar="日期", help="落款日期，如2026-11-20；不写为今天。")
@json_option
def report(file: Path, to: str | None, output: Path | None, as_json: bool, **asked: Any) -> None:
    from inspect_tui.cli.noticing import held_of
    from inspect_tui.cli.output import write_to

    _check_usage(to, output, as_json, asked)
    day = today_of(asked["date"])
    held = held_of(file)
    if asked["kind"] and to in ("docx", "html", "md"):
        from inspect_tui.report.papers.setting import set_document

        data = set_document(_notice(file, held, asked, day), to)
    elif asked["kind"]:
        data = _scores(file, held, asked, to, ranking=True)
    elif to in ("xlsx", "csv") and not asked["findings"]:
        data = _scores(file, held, asked, to, ranking=False)
    else:
        made = _findings(file, held, asked, day, to, as_json)
        if made is None:
            return
        data = made
    assert output is not None
    write_to(output, data, str(to))


def _check_usage(to: str | None, output: Path | None, as_json: bool, asked: dict[str, Any]) -> None:
    from inspect_tui.cli.output import check_ending

    if to is None and (asked["kind"] or output is not None):
        raise click.UsageError("要用 --to 写明写成哪种文件。")
    if to is not None and output is None:
        raise click.UsageError("要用 -o 写明写到哪个文件。")
    if to is not None:
        check_ending(output, to)
    if as_json and to is not None:
        raise click.UsageError("--json 和 --to 只能选一个。")
    if asked["kind"] and asked["findings"]:
        raise click.UsageError("--kind 和 --findings 只能选一个。")
    if asked["unit"] and asked["scope"]:
        raise click.UsageError("--unit 和 --scope 只能选一个。")
    if asked["kind"] and to in ("xlsx", "csv") and asked["kind"] != "ranking":
        raise click.UsageError("表格只有得分汇总表：不写 --kind，要排名次就写 --kind ranking。")
    only_notice = ("level", "names", "issue", "excluded", "exposed", "approved_by")
    if not asked["kind"] and any(asked[name] for name in only_notice):
        raise click.UsageError("级别、写谁、期号、不写、曝光这些选项只和 --kind 一起用。")
    if asked["previous"] and asked["kind"] and to not in ("xlsx", "csv"):
        raise click.UsageError("--previous 只用于得分汇总表和合并检查报告。")
    if asked["exposed"] and asked["kind"] != "exposure":
        raise click.UsageError("--finding 只和 --kind exposure 一起用。")
    if asked["issue"] is not None and not 1 <= asked["issue"] <= 9999:
        raise click.BadParameter("请写1到9999", param_hint="--issue")
    papers = ("letterhead", "number", "sealed")
    if any(asked[name] for name in papers) and (to not in ("docx", "html", "md") or not asked["kind"]):
        raise click.UsageError("发文机关标志、字号、盖章只用于正式通报（--kind 和 --to docx、html、md）。")


def _about(held: Held, asked: dict[str, Any]) -> str:
    wanted = asked["unit"] or asked["scope"]
    return unit_of(held.round, wanted).id if wanted else ""


def _before(file: Path, held: Held, asked: dict[str, Any]) -> ScoresBefore:
    """The scores of the round before: of the one named, else of the workspace the file lies in."""
    from inspect_tui.cli.noticing import space_around
    from inspect_tui.cli.rounds_asked import read_rounds
    from inspect_tui.exchange.earlier_round import earlier_scores
    from inspect_tui.rules.round_sets import scores_before
    from inspect_tui.store.workspace import Workspace

    root = space_around(file, held.round.id)
    if asked["previous"]:
        named = read_rounds([asked["previous"]], str(root) if root is not None else None)[0]
        if named.round.id == held.round.id:
            raise faults("W02", "上期不能是这一轮自己", asked["previous"], "请写以前的一轮")
        return scores_before((named.round, named.state))
    if root is None:
        return scores_before(None)
    found, messages = earlier_scores(Workspace(root), held.round)
    warn(messages)
    return found


def _findings(
    file: Path, held: Held, asked: dict[str, Any], day: dt.date, to: str | None, as_json: bool
) -> bytes | None:
    """The merged report in a format; None where it was printed."""
    from inspect_tui.report import findings_layout as layout
    from inspect_tui.report.findings_report import findings_report
    from inspect_tui.report.zh_numbers import date_text

    about = _about(held, asked)
    made = findings_report(held, day.isoformat(), date_text(day), about, _before(file, held, asked))
    if as_json:
        print_json(layout.report_data(made))
        return None
    match to:
        case None:
            import sys

            layout.print_report(made, sys.stdout)
            return None
        case "xlsx":
            return layout.report_xlsx(made)
        case "csv":
            from inspect_tui.report.ledger_table import ledger_csv

            return b"\xef\xbb\xbf" + ledger_csv(held.round, made.rows).encode("utf-8")
        case _:
            from inspect_tui.report.papers.setting import set_document

            return set_document(layout.report_doc(made), to)


def _scores(file: Path, held: Held, asked: dict[str, Any], to: str | None, *, ranking: bool) -> bytes:
    from inspect_tui.report.papers.score_paper import score_paper
    from inspect_tui.report.telling import outline_of, scope_of

    outline = outline_of(held, scope_of(held.round, _about(held, asked)))
    before = _before(file, held, asked)
    return score_paper(outline, "csv" if to == "csv" else "xlsx", ranking=ranking, before=before)


def _notice(file: Path, held: Held, asked: dict[str, Any], day: dt.date) -> Doc:
    """The notice that is asked for, as a formal paper."""
    from inspect_tui.cli.noticing import space_around, wanted_of
    from inspect_tui.report.papers.notice_paper import notice_doc
    from inspect_tui.report.telling import issued_elsewhere, tell

    wanted = wanted_of(held, asked | {"branch": None, "preset": None, "max_bytes": 0})
    space = space_around(file, held.round.id)
    others: list[Any] = []
    if asked["kind"] == "bulletin" and not asked["issue"] and space is not None:
        others, messages = issued_elsewhere(space / "rounds", [held.round.id])
        warn(messages)
    made = tell([held], wanted, day, templates=space, others=others)
    warn(f"提醒：{warning}" for warning in made.warnings)
    return notice_doc(
        made.document,
        letterhead=asked["letterhead"],
        number=asked["number"],
        sealed=asked["sealed"],
    )
