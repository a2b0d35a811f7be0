"""`inspect-tui review` and `receipt`: what the lead says back, and the file that carries it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspect_tui.cli.common import (
    clean,
    faults,
    json_option,
    print_json,
    round_in,
    round_option,
    space_of,
    unit_of,
    warn,
    workspace_option,
)
from inspect_tui.cli.leading import as_option, leading
from inspect_tui.cli.recording import commit

if TYPE_CHECKING:
    from inspect_tui.model.round import Round


@click.command(name="review", options_metavar="[选项]", short_help="认可或退回一个单位的检查")
@click.option("--unit", metavar="单位", required=True, help="哪个单位（编号或名称）。")
@click.option("--accept", "accepting", is_flag=True, help="认可：此后不能再改，直到取消认可。")
@click.option("--return", "returning", metavar="原因", help="退回，写明原因；检查人员可以再改。")
@click.option(
    "--item", "items", metavar="[清单/]项=原因", multiple=True, help="退回哪一项、为什么，可写多次。"
)
@click.option("--withdraw", metavar="原因", help="取消认可或退回，写明原因。")
@round_option
@as_option
@workspace_option
@json_option
def review(
    unit: str,
    accepting: bool,
    returning: str | None,
    items: tuple[str, ...],
    withdraw: str | None,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """认可或退回一个单位的检查。认可后锁定；退回后检查人员在回执里看到原因。"""
    from inspect_tui.rules import reviewing

    if sum((accepting, returning is not None or bool(items), withdraw is not None)) != 1:
        raise click.UsageError("--accept、--return（或 --item）、--withdraw 选一个")
    with leading(workspace, round_id, name) as session:
        state, wanted = session.state, unit_of(session.round, unit)
        if accepting:
            if why := reviewing.may_review(state, wanted.id):
                raise faults("D06", f"{why}，不能认可", wanted.name, "请先让检查人员提交")
            edits, what = reviewing.accept(state, wanted.id), "认可"
        elif withdraw is not None:
            edits, what = reviewing.withdraw(state, wanted.id, clean(withdraw)), "取消认可或退回"
        else:
            places = dict(_place(session.round, wanted.id, word) for word in items)
            edits = reviewing.return_unit(state, wanted.id, clean(returning or ""), places)
            what = "退回"
        commit(session, edits, f"{what}：{wanted.name}")
        left = reviewing.returned_items(session.state, wanted.id)
        told = reviewing.review_of(session.state, wanted.id)
    if as_json:
        rows = [{"checklist": r.checklist, "item": r.item, "reason": r.reason} for r in left]
        print_json({"unit": wanted.id, "state": told.state.value, "reason": told.reason, "returned": rows})
    else:
        count = f"，退回{len(left)}项" if left else ""
        click.echo(clean(f"{wanted.name}：{told.state.label}{count}。"))


def _place(round_: Round, unit: str, word: str) -> tuple[tuple[str, str], str]:
    from inspect_tui.rules.applicability import checklists_for

    where, equals, reason = word.partition("=")
    checklist, slash, item = where.rpartition("/")
    held = round_.unit(unit)
    assert held is not None
    fits = [c for c in checklists_for(round_, held) if c.item(item) and checklist in ("", c.id)]
    if not equals or not fits or (len(fits) > 1 and not slash):
        remedy = "写成 GW-02=原因，有几份清单时写 清单编号/GW-02=原因"
        raise faults("D07", "退回的检查内容没有写对", word, remedy)
    return (fits[0].id, item), clean(reason)


@click.command(name="receipt", options_metavar="[选项]", short_help="发回执或打开回执")
@click.argument("file", metavar="[回执文件]", required=False, type=click.Path(path_type=Path))
@click.option("--inspector", "inspectors", metavar="姓名", multiple=True, help="发给谁，可写多次。")
@click.option("-o", "--output", metavar="文件夹", type=click.Path(path_type=Path), help="写到哪个文件夹。")
@click.option("--yes", is_flag=True, help="签名不符的回执也收。")
@round_option
@as_option
@workspace_option
@json_option
def receipt(
    file: Path | None,
    inspectors: tuple[str, ...],
    output: Path | None,
    yes: bool,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """不写文件：组长给每名检查员写一份回执（认可、退回和原因、裁定、改正）。

    写回执文件：检查员收下回执，列出退回的检查项。
    """
    if file is not None:
        _open_receipt(file, workspace, as_json, yes)
        return
    from inspect_tui.exchange import receipt as receipts
    from inspect_tui.exchange.refusal import refuse_secret
    from inspect_tui.model.fault import InputFaults

    with leading(workspace, round_id, name) as session:
        refuse_secret(session.round)
        names = list(inspectors) or receipts.inspectors(session)
        if output is not None:
            output.mkdir(parents=True, exist_ok=True)
        written = []
        for who in names:
            try:
                written.append((who, receipts.write_receipt(session, who, output)))
            except InputFaults as error:
                if inspectors or error.faults[0].code != receipts.NOTHING:
                    raise
                warn(fault.text() for fault in error.faults)
    if as_json:
        print_json({"receipts": [{"inspector": who, "path": str(path)} for who, path in written]})
        return
    for who, path in written:
        click.echo(clean(f"{who}的回执：{path}"))
    if not written:
        click.echo("没有回执可写。")


def _open_receipt(file: Path, workspace: str | None, as_json: bool, yes: bool) -> None:
    import msgspec

    from inspect_tui.exchange.receipt import open_receipt, told_lines
    from inspect_tui.store.workspace import local_clock

    space = space_of(workspace)
    held = space.identity()
    who = "、".join(held.people) if held else ""
    taken = open_receipt(space, file, who, local_clock(), accepted=yes)
    warn(clean(message) for message in taken.messages)
    if as_json:
        print_json(
            {
                "round": taken.round_id,
                "inspector": taken.receipt.head.inspector,
                "new": taken.new,
                "told": [msgspec.to_builtins(t) for t in taken.receipt.told],
                "returned": [msgspec.to_builtins(r) for r in taken.returned],
            }
        )
        return
    round_ = round_in(space, taken.round_id)
    for line in told_lines(round_, taken.receipt.told):
        click.echo(clean(line))
    click.echo(f"已收下回执，退回{len(taken.returned)}项。" if taken.new else "回执已经收过，没有新内容。")
