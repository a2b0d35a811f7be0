"""`inspect-tui ledger`: the 整改台账 of a round, told from any file of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspect_tui.cli.common import faults, json_option, not_both, today_of, told_source, unit_of, warn
from inspect_tui.cli.output import output_option, wants_csv, write_json, write_out

if TYPE_CHECKING:
    from inspect_tui.rules.ledger import LedgerRow

#: Words for rows that are no state: where the problem lives now, and what the lead must decide.
_CARRIED_ON, _CONTESTED = "carried_on", "contested"


@click.command(name="ledger", options_metavar="[选项]", short_help="整改台账")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--overdue", is_flag=True, help="只列逾期的。")
@click.option("--near", is_flag=True, help="只列将到期的；和 --overdue 一起写就都列。")
@click.option("--open", "only_open", is_flag=True, help="只列没有销号的。")
@click.option("--carried", is_flag=True, help="只列上轮转入的。")
@click.option("--must-verify", is_flag=True, help="只列还没有复查的上轮问题。")
@click.option(
    "--state", "states", metavar="状态", multiple=True, help="只列这些状态，可写多次，中英文都可以。"
)
@click.option("--unit", "units", metavar="单位", multiple=True, help="只列这些单位，可写多次。")
@click.option("--leader", "leaders", metavar="姓名", multiple=True, help="只列这些责任领导的，可写多次。")
@click.option("--date", "day", metavar="日期", help="按哪一天算逾期；不写为今天。")
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV 表，栏目同整改台账。")
@output_option
@json_option
def ledger(
    file: Path,
    overdue: bool,
    near: bool,
    only_open: bool,
    carried: bool,
    must_verify: bool,
    states: tuple[str, ...],
    units: tuple[str, ...],
    leaders: tuple[str, ...],
    day: str | None,
    as_csv: bool,
    output: Path | None,
    as_json: bool,
) -> None:
    """整改台账：本轮的问题和上轮转入的问题，每条一行。FILE 是记录文件、合并文件、交卷文件或轮次文件夹。"""
    from inspect_tui.report import ledger_table
    from inspect_tui.rules.belated import belated_steps
    from inspect_tui.rules.belated import told as told_belated
    from inspect_tui.rules.clocks import clock_slips, told
    from inspect_tui.rules.ledger import ledger_rows

    not_both(as_csv, as_json)
    source = told_source(file)
    round_, today = source.round, today_of(day).isoformat()
    wanted = [unit_of(round_, unit).id for unit in units] or None
    kept = _states(states)
    rows = [
        row
        for row in ledger_rows(source.state, round_, today, wanted)
        if (not (overdue or near) or (overdue and row.overdue) or (near and row.near))
        and not (only_open and row.done)
        and not (carried and not row.carried)
        and not (must_verify and not row.must_verify)
        and (not kept or _state(row) in kept)
        and (not leaders or row.leader in leaders)
    ]
    slips, belated = clock_slips(source.state), belated_steps(source.state, round_)
    warn(f"提醒：{line}" for line in (*told_belated(belated), *told(slips)))
    if as_json:
        data = ledger_table.ledger_data(round_, rows, today)
        warnings = [{"where": one.taken.change, "reason": one.text} for one in belated]
        warnings += [{"where": slip.change, "reason": slip.text} for slip in slips]
        write_json(data | {"warnings": warnings, "messages": list(source.messages)}, output)
    elif wants_csv(as_csv, as_json, output):
        # The mark tells Excel and WPS on Chinese Windows that this is not GBK.
        write_out(b"\xef\xbb\xbf" + ledger_table.ledger_csv(round_, rows).encode("utf-8"), output, "csv")
    else:
        lines = [f"{round_.title}整改台账（{today}）", *ledger_table.ledger_lines(round_, rows)]
        if output is None:
            for line in lines:
                click.echo(line)
            return
        write_out(("\n".join(lines) + "\n").encode("utf-8"), output)


def _states(words: tuple[str, ...]) -> set[str]:
    """Values of the states meant. Raises InputFaults for a word that is none."""
    from inspect_tui.model.terms import RectState

    known = {state.value: state.value for state in RectState} | {s.label: s.value for s in RectState}
    known |= {_CARRIED_ON: _CARRIED_ON, "已转入": _CARRIED_ON, _CONTESTED: _CONTESTED, "待裁定": _CONTESTED}
    for word in words:
        if word not in known:
            said = "、".join(f"{state.value}（{state.label}）" for state in RectState)
            raise faults(
                "T01", "没有这种整改状态", word, f"可用：{said}、carried_on（已转入）、contested（待裁定）"
            )
    return {known[word] for word in words}


def _state(row: LedgerRow) -> str:
    if row.carried_to:
        return _CARRIED_ON
    return _CONTESTED if row.contested else row.state.value
