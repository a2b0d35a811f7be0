"""`inspect-tui delta` and `digest`: this round against the last one, and the page for the meeting."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import faults, json_option, print_json, today_of, told_source, warn
from inspect_tui.cli.output import output_option, write_to

if TYPE_CHECKING:
    from inspect_tui.rules.delta import Delta, Figures
    from inspect_tui.rules.digest import Account
    from inspect_tui.rules.ledger import LedgerRow

_FILE_HELP = "可以是检查记录文件、合并文件、交卷压缩包或轮次文件夹。"
#: How many of the items that fail most are told in the terminal; JSON has all.
_MOST = 10


@click.command(name="delta", options_metavar="[选项]", short_help="两轮对比：新增、持续、已整改、反弹")
@click.argument("files", metavar="[OLD] NEW", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--date", "day", metavar="日期", help="按哪一天算；不写为今天。")
@json_option
def delta(files: tuple[Path, ...], day: str | None, as_json: bool) -> None:
    from inspect_tui.rules.delta import Incomparable, compare

    if len(files) > 2:
        raise click.UsageError("最多写两个文件：先旧后新。只写一个就和它转入的上轮问题比。")
    sources = [told_source(file) for file in files]
    newer, older = sources[-1], sources[0] if len(sources) == 2 else None
    try:
        found = compare(
            newer.state,
            newer.round,
            today_of(day).isoformat(),
            (older.state, older.round) if older is not None else None,
        )
    except Incomparable as error:
        raise faults("K07", str(error)) from error
    if older is None and not newer.round.carried:
        warn(["这一轮没有转入上轮的问题，没有可比的；要和另一轮比，请把两个文件都写上，先旧后新。"])
    if as_json:
        print_json(delta_data(found))
        return
    from inspect_tui.store.clean import clean_text

    for line in delta_lines(found):
        click.echo(clean_text(line, newlines=False))


delta.help = (
    "两轮对比：新增、持续、已整改、反弹，整改率和反弹率（按单位、检查项目、检查内容），最容易出问题的检查内容。"
    f"OLD 和 NEW {_FILE_HELP}只写 NEW 就和它转入的上轮问题比。"
)


def delta_data(found: Delta) -> dict[str, Any]:
    """A comparison as the documented JSON object."""
    from inspect_tui.rules.delta import FORMULAS

    def groups(held: Any) -> list[dict[str, Any]]:
        return [{"key": g.key, "name": g.name, **_figures(g.figures)} for g in held]

    return {
        "old": found.old,
        "new": found.new,
        "figures": _figures(found.figures),
        "units": groups(found.units),
        "sections": groups(found.sections),
        "items": groups(found.items),
        "failed": [
            {
                "checklist": f.checklist,
                "item": f.item,
                "text": f.text,
                "section": f.section,
                "units": list(f.units),
                "judged": f.judged,
                "share": f.share,
                "before": list(f.before) if f.before is not None else None,
            }
            for f in found.failed
        ],
        "rows": {id_: _row(row) for id_, row in found.rows.items()},
        "again": {id_: list(ids) for id_, ids in found.again.items()},
        "formula": list(FORMULAS),
    }


def _figures(figures: Figures) -> dict[str, Any]:
    ids = {name: list(getattr(figures, name)) for name in figures.__struct_fields__}
    return ids | {"fix_rate": figures.fix_rate, "recurrence_rate": figures.recurrence_rate}


def _row(row: LedgerRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "unit": row.unit,
        "unit_name": row.unit_name,
        "checklist": row.checklist,
        "item": row.item,
        "text": row.text,
        "severity": row.severity.value,
        "state": row.state.value,
        "contested": row.contested,
        "carried": row.carried,
        "rounds": row.rounds,
        "recurrences": row.recurrences,
    }


def delta_lines(found: Delta) -> list[str]:
    """A comparison for the terminal."""
    from inspect_tui.rules.delta import FORMULAS

    told = found.figures
    lines = [f"{found.old or '上轮'} → {found.new}"]
    said = f"上轮问题{len(told.old)}条：已整改{len(told.fixed)}条、持续{len(told.persisting)}条、"
    said += f"反弹{len(told.back)}条" + (f"、已撤销{len(told.withdrawn)}条" if told.withdrawn else "")
    lines.append(said + f"；本轮新增{len(told.new)}条")
    if told.left_out:
        lines.append(f"其中{len(told.left_out)}条没有转入新的一轮，仍算持续")
    lines.append(f"整改率{_percent(told.fix_rate)}，反弹率{_percent(told.recurrence_rate)}")
    for head, groups in (("按单位", found.units), ("按检查项目", found.sections)):
        lines += ["", head]
        for g in groups:
            f = g.figures
            counts = f"新增{len(f.new)}、持续{len(f.persisting)}、已整改{len(f.fixed)}、反弹{len(f.back)}"
            rates = f"整改率{_percent(f.fix_rate)}，反弹率{_percent(f.recurrence_rate)}"
            lines.append(f"  {g.name}：{counts}，{rates}")
    for kind, head in (("back", "反弹的"), ("persisting", "持续的")):
        rows = [found.rows[id_] for id_ in getattr(told, kind)]
        if rows:
            lines += ["", head]
            lines += [
                f"  {r.number}  {r.unit_name}  {r.text}（{r.state_label}，第{r.rounds}轮）" for r in rows
            ]
    if found.failed:
        lines += ["", "最容易出问题的检查内容"]
        for item in found.failed[:_MOST]:
            was = f"，上轮{len(item.before)}个" if item.before is not None else ""
            lines.append(f"  {item.item} {item.text}：{len(item.units)}个单位（查了{item.judged}个{was}）")
    return [*lines, "", *FORMULAS]


def _percent(share: Any) -> str:
    from inspect_tui.report.zh_numbers import share_text

    return share_text(share) if share is not None else "不计"


@click.command(
    name="digest",
    options_metavar="[选项]",
    help="例会情况：从某天以来销号、新逾期、没有进展、将到期的问题，按责任领导，一页纸，只供内部。"
    f"FILE {_FILE_HELP}",
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--since", metavar="日期", required=True, help="从哪一天起，如2026-11-01。")
@click.option("--date", "day", metavar="日期", help="到哪一天为止；不写为今天。")
@click.option("--chart", is_flag=True, help="后面附进度图，按单位。")
@output_option
@json_option
def digest(file: Path, since: str, day: str | None, chart: bool, output: Path | None, as_json: bool) -> None:
    from inspect_tui.report.digest import digest_text
    from inspect_tui.report.progress import bars_of, chart_lines, total_bar
    from inspect_tui.rules.digest import BadSpan, digest_of
    from inspect_tui.rules.ledger import ledger_rows

    source, today = told_source(file), today_of(day).isoformat()
    rows = ledger_rows(source.state, source.round, today)
    try:
        found = digest_of(rows, source.round.rules, since, today)
    except BadSpan as error:
        raise click.BadParameter(str(error), param_hint="--since") from error
    text = digest_text(found, source.round)
    if as_json:
        print_json(
            {
                "since": found.since,
                "until": found.until,
                "idle_days": found.idle_days,
                "near_days": found.near_days,
                "all": account_data(found.all),
                "leaders": [account_data(told) for told in found.leaders],
                "five_ones": [_five(row) for row in found.all.open],
                "text": text,
            }
        )
        return
    if chart:
        bars = [*bars_of(rows, "unit"), total_bar(rows)]
        text += "\n\n" + "\n".join(chart_lines(bars))
    if output is None:
        click.echo(text)
        return
    write_to(output, (text + "\n").encode("utf-8"))


def account_data(told: Account) -> dict[str, Any]:
    """What one leader answers for, as the documented JSON object: numbers of problems behind each figure."""
    names = ("rows", "open", "closed", "overdue", "late", "idle", "near", "back", "deferred")
    return {
        "leader": told.leader,
        "done": told.done,
        **{name: [row.number for row in getattr(told, name)] for name in names},
    }


def _five(row: LedgerRow) -> dict[str, Any]:
    """“五个一” of a problem."""
    return {
        "number": row.number,
        "unit": row.unit,
        "text": row.text,
        "state": row.state.value,
        "task": row.task,
        "leader": row.leader,
        "team": row.team_of_five,
        "due": row.due,
        "progress": row.progress,
        "overdue": row.overdue,
    }
