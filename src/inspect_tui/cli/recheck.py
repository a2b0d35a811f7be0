"""`inspect-tui recheck`: closed problems drawn by lot and looked at once more, and what that tells."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli import zh
from inspect_tui.cli.common import (
    clean,
    faults,
    json_option,
    print_json,
    round_dir_of,
    round_option,
    today_of,
    told_source,
    warn,
    workspace_option,
)
from inspect_tui.cli.leading import as_option, leading
from inspect_tui.cli.recording import commit

if TYPE_CHECKING:
    from inspect_tui.exchange.source import Source
    from inspect_tui.model.round import Round
    from inspect_tui.rules.fold import State
    from inspect_tui.rules.ledger import LedgerRow
    from inspect_tui.rules.sampling import Draw, Pick

_OUTCOMES = {"fixed": "fixed", "relapsed": "relapsed", "unverifiable": "unverifiable",
             "已整改": "fixed", "反弹": "relapsed", "无法核实": "unverifiable"}  # fmt: skip
_file = click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))


@click.group(name="recheck", cls=zh.ZhGroup, options_metavar="[选项]", subcommand_metavar="命令 ……")
def recheck() -> None:
    """随机抽查：从已销号的问题里按种子抽出几条再看一遍，得出整改真实率。"""


@recheck.command(name="draw", options_metavar="[选项]", short_help="按种子抽出几条已销号的问题")
@_file
@click.option("-k", "count", metavar="几条", type=click.IntRange(min=1), required=True, help="抽几条。")
@click.option(
    "--seed", metavar="种子", required=True, help="公开的一个词或数字；同样的种子和数据抽出同样的名单。"
)
@click.option("--date", "day", metavar="日期", help="抽取日期，如2026-11-20；不写为今天。")
@round_option
@as_option
@workspace_option
@json_option
def draw_command(
    file: Path | None,
    count: int,
    seed: str,
    day: str | None,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """写 FILE 只抽来看；写 --round（或 --as）就由组长记入这一轮，两样都写时先核对是不是同样的数据。"""
    from inspect_tui.rules.sampling import record_draw

    today = today_of(day).isoformat()
    recording = round_id is not None or name is not None
    looked = _draw(source := _source(file, None, workspace), count, seed, today) if file is not None else None
    if not recording:
        if looked is None:
            source = _source(None, None, workspace)
            looked = _draw(source, count, seed, today)
        _tell_draw(looked, source.state, source.round, today, as_json, recorded=False)
        return
    with leading(workspace, round_id, name) as session:
        drawn = _draw(session, count, seed, today)
        if looked is not None and looked.frame != drawn.frame:
            raise faults(
                "K03",
                "FILE 和工作文件夹里这一轮的数据不一样，抽出的名单会不同",
                str(file),
                "先合并收下，再抽",
            )
        if edits := record_draw(session.state, drawn):
            commit(session, edits, f"随机抽查{drawn.k}条（种子{drawn.seed}）")
        else:
            warn(["这一次抽查已经记过，名单没有变。"])
        _tell_draw(drawn, session.state, session.round, today, as_json, recorded=True)


@recheck.command(name="list", options_metavar="[选项]", short_help="列出抽查名单和结果")
@_file
@round_option
@workspace_option
@json_option
def list_command(file: Path | None, round_id: str | None, workspace: str | None, as_json: bool) -> None:
    """列出已记入的各次抽查：抽到哪些、由谁去看、看的结果。"""
    from inspect_tui.rules.sampling import draws_of

    source = _source(file, round_id, workspace)
    rows = _rows(source.state, source.round, today_of(None).isoformat())
    drawn = draws_of(source.state)
    if as_json:
        print_json({"draws": [draw_data(d, source.state, rows) for d in drawn]})
        return
    for each in drawn:
        for line in draw_lines(each, source.state, rows):
            click.echo(clean(line))
    if not drawn:
        click.echo("还没有抽查过。")


@recheck.command(name="result", options_metavar="[选项]", short_help="记一条抽查的结果")
@click.argument("number", metavar="编号")
@click.argument("outcome", metavar="结果", type=click.Choice(list(_OUTCOMES)))
@click.option("--basis", metavar="依据", required=True, help="看了什么，依据是什么。")
@click.option("--method", "methods", metavar="方式", multiple=True, help="复查方式，可写多次，如 现场查看。")
@click.option("--who", metavar="姓名", help="去看的人；不写为名单上指派的人。")
@click.option("--date", "day", metavar="日期", help="哪一天看的；不写为今天。")
@click.option(
    "--draw", "draw_id", metavar="抽查", help="哪一次抽查（list 里的编号）；不写为还没有结果的最近一次。"
)
@round_option
@as_option
@workspace_option
@json_option
def result_command(
    number: str,
    outcome: str,
    basis: str,
    methods: tuple[str, ...],
    who: str | None,
    day: str | None,
    draw_id: str | None,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """结果：fixed已整改（仍然有效）、relapsed反弹、unverifiable无法核实。反弹的转为“问题反弹”。"""
    from inspect_tui.model.fault import Fault, InputFaults
    from inspect_tui.model.terms import Outcome
    from inspect_tui.rules.rectifying import NotAllowed
    from inspect_tui.rules.sampling import take_result

    with leading(workspace, round_id, name) as session:
        today = session.today
        rows = _rows(session.state, session.round, today)
        row = _row(rows, number)
        drawn, pick = _drawn(session.state, row, draw_id)
        try:
            edits = take_result(
                session.state,
                row,
                drawn,
                Outcome(_OUTCOMES[outcome]),
                today,
                who=clean(who or pick.inspector),
                basis=clean(basis),
                methods=_methods(methods),
                on=today_of(day).isoformat() if day else today,
            )
        except NotAllowed as error:
            found = [Fault(code="K05", message=f"{row.number}：{o.text}") for o in error.guarded.refusals]
            raise InputFaults(found) from error
        commit(session, edits, f"抽查结果：{row.number}")
        after = _rows(session.state, session.round, today)[row.id]
        if as_json:
            print_json({"number": row.number, "draw": drawn.id, "state": after.state.value,
                        "result": _OUTCOMES[outcome]})  # fmt: skip
        else:
            click.echo(
                clean(f"{row.number}：抽查{Outcome(_OUTCOMES[outcome]).label}，现为{after.state_label}。")
            )


@recheck.command(name="rate", options_metavar="[选项]", short_help="整改真实率")
@_file
@round_option
@workspace_option
@json_option
def rate_command(file: Path | None, round_id: str | None, workspace: str | None, as_json: bool) -> None:
    """各次抽查的整改真实率：按程度分层，再按各层条数加权。无法核实的两边都不计。"""
    from inspect_tui.rules.sampling import draws_of, rate_of

    source = _source(file, round_id, workspace)
    drawn = draws_of(source.state)
    if as_json:
        print_json({"rates": [rate_data(d, source.state) for d in drawn]})
        return
    for each in drawn:
        rate = rate_of(source.state, each)
        click.echo(clean(f"{each.day} 种子“{each.seed}”：从{each.size}条已销号的问题里抽{each.k}条"))
        for stratum in rate.strata:
            said = f"  {stratum.severity.label}：{stratum.size}条抽{stratum.drawn}条，"
            said += f"看过{stratum.looked}条，有效{len(stratum.held)}条，反弹{len(stratum.back)}条"
            said += f"，无法核实{len(stratum.unverifiable)}条" if stratum.unverifiable else ""
            said += f"，未看{len(stratum.waiting)}条" if stratum.waiting else ""
            click.echo(said + f"，真实率{_percent(stratum.rate)}")
        left_out = "、".join(s.label for s in rate.missing)
        note = f"（{left_out}还没有结果，没有计入）" if left_out and rate.looked else ""
        click.echo(f"  加权真实率{_percent(rate.weighted)}，样本{rate.looked}条{note}")
    if not drawn:
        click.echo("还没有抽查过。")


# -------------------------------------------------------------------- what they share


def _source(file: Path | None, round_id: str | None, workspace: str | None) -> Source:
    if file is None:
        file = round_dir_of(workspace, round_id)
    elif round_id is not None:
        raise click.UsageError("FILE 和 --round 只能写一个")
    return told_source(file)


def _rows(state: State, round_: Round, today: str) -> dict[str, LedgerRow]:
    from inspect_tui.rules.ledger import ledger_rows

    return {row.id: row for row in ledger_rows(state, round_, today)}


def _draw(held: Any, count: int, seed: str, today: str) -> Draw:
    from inspect_tui.rules.sampling import CannotDraw, draw, inspectors_of

    rows = _rows(held.state, held.round, today).values()
    try:
        return draw(rows, count, clean(seed), inspectors_of(held.state, held.round), today)
    except CannotDraw as error:
        raise faults("K02", str(error)) from error


def _row(rows: dict[str, LedgerRow], number: str) -> LedgerRow:
    found = [r for r in rows.values() if number in (r.id, *r.numbers, r.number)]
    found = found or [r for r in rows.values() if number == r.short_number]
    if len(found) == 1:
        return found[0]
    if found:
        raise faults("K01", "有几个问题叫这个号", number, "请写全号：" + "、".join(r.number for r in found))
    raise faults("K01", "台账上没有这个问题", number, "用 inspect-tui recheck list 查看抽查名单")


def _drawn(state: State, row: LedgerRow, wanted: str | None) -> tuple[Draw, Pick]:
    from inspect_tui.rules.sampling import draw_of, draws_of

    known = {d.id: d for d in draws_of(state)}
    drawn = known.get(wanted) if wanted is not None else draw_of(state, row.id)
    pick = drawn.pick(row.id) if drawn is not None else None
    if drawn is None or pick is None:
        raise faults("K04", "这个问题不在抽查名单里", row.number, "用 inspect-tui recheck list 查看")
    return drawn, pick


def _methods(words: tuple[str, ...]) -> list[Any]:
    from inspect_tui.model.terms import Method

    known = {m.value: m for m in Method} | {m.label: m for m in Method}
    for word in words:
        if word not in known:
            raise faults("K06", "没有这种复查方式", word, "可用：" + "、".join(m.label for m in Method))
    return [known[word] for word in words]


def _percent(share: Any) -> str:
    from inspect_tui.report.zh_numbers import share_text

    return share_text(share) if share is not None else "还没有结果"


def draw_data(drawn: Draw, state: State, rows: dict[str, LedgerRow]) -> dict[str, Any]:
    """A drawing as the documented JSON object."""
    from inspect_tui.rules.sampling import result_of

    picked = []
    for pick in drawn.picked:
        row, result = rows.get(pick.problem), result_of(state, drawn, pick)
        picked.append(
            {
                "problem": pick.problem,
                "number": row.number if row else "",
                "unit": pick.unit,
                "unit_name": row.unit_name if row else "",
                "item": row.item if row else "",
                "text": row.text if row else "",
                "severity": pick.severity.value,
                "closed_by": list(row.closed_by) if row else [],
                "inspector": pick.inspector,
                "result": result.value if result else None,
            }
        )
    return {
        "id": drawn.id,
        "seed": drawn.seed,
        "k": drawn.k,
        "day": drawn.day,
        "frame": drawn.frame,
        "size": drawn.size,
        "strata": [{"severity": s.severity.value, "size": s.size, "drawn": s.drawn} for s in drawn.strata],
        "picked": picked,
        "unassigned": [pick.problem for pick in drawn.unassigned],
    }


def rate_data(drawn: Draw, state: State) -> dict[str, Any]:
    """The rates of a drawing as the documented JSON object."""
    from inspect_tui.rules.sampling import rate_of

    rate = rate_of(state, drawn)
    return {
        "id": drawn.id,
        "seed": drawn.seed,
        "day": drawn.day,
        "size": rate.size,
        "drawn": rate.drawn,
        "looked": rate.looked,
        "held": rate.held,
        "waiting": rate.waiting,
        "rate": rate.plain,
        "weighted": rate.weighted,
        "missing": [s.value for s in rate.missing],
        "strata": [
            {
                "severity": s.severity.value,
                "size": s.size,
                "drawn": s.drawn,
                "looked": s.looked,
                "held": list(s.held),
                "back": list(s.back),
                "unverifiable": list(s.unverifiable),
                "waiting": list(s.waiting),
                "rate": s.rate,
            }
            for s in rate.strata
        ],
    }


def draw_lines(drawn: Draw, state: State, rows: dict[str, LedgerRow]) -> list[str]:
    """A drawing for the terminal: what is printed can be drawn again by anybody."""
    from inspect_tui.rules.sampling import result_of

    parts = "、".join(f"{s.severity.label}{s.size}条抽{s.drawn}条" for s in drawn.strata)
    lines = [
        f"{drawn.day} 抽查 {drawn.id}：种子“{drawn.seed}”，从{drawn.size}条已销号的问题里抽{drawn.k}条",
        f"  {parts}；数据校验 {drawn.frame}",
    ]
    for number, pick in enumerate(drawn.picked, 1):
        row, result = rows.get(pick.problem), result_of(state, drawn, pick)
        what = f"{row.number}  {row.unit_name}  {row.text}" if row else pick.problem
        who = pick.inspector or "没有别的人可派，请另定人"
        said = f"  {number}. [{pick.severity.label}] {what}  派：{who}"
        lines.append(said + (f"  结果：{result.label}" if result else ""))
    return lines


def _tell_draw(
    drawn: Draw, state: State, round_: Round, today: str, as_json: bool, *, recorded: bool
) -> None:
    rows = _rows(state, round_, today)
    if as_json:
        print_json(draw_data(drawn, state, rows) | {"recorded": recorded})
        return
    for line in draw_lines(drawn, state, rows):
        click.echo(clean(line))
    if not recorded:
        click.echo("只是抽来看，没有记入。记入请用 --round 轮次，由组长来做。")
