"""`inspect-tui recount`: one month's sheet of 二次分配 computed again by the unit's written rule.

Lines are told on the terminal and let go: names only where the output is a terminal, never in JSON, and what
is recorded are counts, sums and cells.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import (
    clean,
    faults,
    identity_of,
    json_option,
    print_json,
    round_id_of,
    round_in,
    space_of,
    told_source,
    unit_of,
    warn,
    workspace_option,
)
from inspect_tui.cli.recording import by_option, commit, into_option, opened
from inspect_tui.cli.zh import ZhGroup

if TYPE_CHECKING:
    from inspect_tui.model.distribution import Distribution
    from inspect_tui.model.round import Round
    from inspect_tui.rules.distribution import Recount, RowResult
    from inspect_tui.rules.recounts import RecountMonth, RecountTold

_FROM = {"given": "命令里写的", "rule": "细则里写的", "paid": "表里各人金额相加"}


class _SheetFirst(ZhGroup):
    """A group whose first word may be a sheet: that is what most people come for."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands and not args[0].startswith("-"):
            args = ["sheet", *args]
        return super().resolve_command(ctx, args)


@click.group(name="recount", cls=_SheetFirst, options_metavar="[选项]", subcommand_metavar="分配表 | 命令 ……")
def recount() -> None:
    """二次分配复算：按本组书面细则逐人重算一个月的分配表。个人的行不保存，只记人次和差额合计。"""


@recount.command(name="sheet", short_help="复算一张分配表", options_metavar="[选项]")
@click.argument("sheet", metavar="SHEET", type=click.Path(path_type=Path))
@click.option("--rule", "wanted", metavar="细则", required=True, help="细则文件，或细则的编号。")
@click.option("--total", metavar="金额", help="本月总额；不写就用细则里的，再没有就按表里相加。")
@click.option("--no-names", is_flag=True, help="不显示姓名，只写行号。")
@into_option
@click.option("--unit", metavar="单位", help="记在哪个单位，编号或名称；写了才记。")
@click.option("--month", metavar="年-月", help="哪个月的分配表，如2026-10。")
@by_option
@workspace_option
@json_option
def sheet_command(
    sheet: Path,
    wanted: str,
    total: str | None,
    no_names: bool,
    round_id: str | None,
    unit: str | None,
    month: str | None,
    name: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """逐人列出应得、实发和差额。写 --unit 和 --month 才记入这一轮，记的只有人次、差额合计和单元格。

    SHEET 是一个月的分配表（xlsx或CSV）：“姓名”或“编号”、“实发金额”，和细则要用的“得分”“出勤”“岗位”等栏目。
    姓名只在屏幕上显示，存成文件和 --json 里没有。
    """
    from inspect_tui.exchange.distribution_sheet import read_distribution_sheet
    from inspect_tui.rules.distribution import recount as compute
    from inspect_tui.rules.monthly import good_month
    from inspect_tui.rules.recounts import sentence, told_of

    recording = any(value is not None for value in (round_id, unit, month, name))
    if recording and (unit is None or month is None):
        raise click.UsageError("要记入这一轮，请把 --unit 和 --month 都写上")
    if month is not None and not good_month(month):
        raise click.BadParameter(f"“{month}”不是月份，请写成2026-10", param_hint="--month")
    rule = _rule(wanted, workspace)
    taken = read_distribution_sheet(sheet, rule, "或者用 --rule 换一份细则")
    made = compute(rule, taken.rows, _amount(total))
    bad = [fault.path for fault in taken.faults]
    told = told_of(made, rule, taken.sha256, bad)
    warn(f"提醒：{fault.text()}" for fault in taken.faults)
    warn(f"提醒：{line}。" for line in (*taken.messages, *made.notes))
    changed = _record(workspace, round_id, unit, month, name, told) if unit and month else None
    if as_json:
        where = {"unit": changed[0], "month": month} if changed else {}
        said = recount_data(made, rule) | where | {"recorded": changed is not None}
        messages = [*taken.messages, *made.notes]
        wrong = [{"where": fault.path, "reason": fault.message} for fault in taken.faults]
        print_json(said | told_data(told) | {"columns": taken.columns, "bad": wrong, "messages": messages})
        return
    for line in _lines(made, rule, names=not no_names and sys.stdout.isatty()):
        click.echo(clean(line))
    click.echo(sentence(month or "", told).replace("复算分配表", "分配表") + "。")
    if changed is not None:
        click.echo("已记录，只记了人次和差额合计。" if changed[1] else "和原来一样，没有改动。")


@recount.command(name="check", short_help="核对细则文件", options_metavar="[选项]")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@json_option
def check(files: tuple[str, ...], as_json: bool) -> None:
    """核对细则文件，一次列出全部问题：文件、位置、写法和改法。"""
    from inspect_tui.cli.checklist import check_files
    from inspect_tui.store.loading import load_distribution

    check_files(files, as_json, load_distribution)


@recount.command(name="list", short_help="列出细则", options_metavar="[选项]")
@workspace_option
@json_option
def list_rules(workspace: str | None, as_json: bool) -> None:
    """列出工作文件夹 distribution 里的细则；没有这个文件夹就列出随附的样例。"""
    known, told = space_of(workspace).distributions()
    warn(fault.text() for fault in told)
    if as_json:
        rows = [{"id": r.id, "title": r.title, "draft": r.draft, "basis": r.basis} for r in known]
        print_json({"rules": rows, "faults": [fault.text() for fault in told]})
        return
    for rule in known:
        click.echo(clean(f"{rule.id}  {rule.title}" + ("（草案）" if rule.draft else "")))
        click.echo(clean(f"  {rule_words(rule)}"))


@recount.command(name="show", short_help="列出已记的复算", options_metavar="[选项]")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--unit", metavar="单位", help="只看一个单位（编号或名称）。")
@json_option
def show(file: Path, unit: str | None, as_json: bool) -> None:
    """各单位各月复算的人次、不一致的人次和差额合计。

    FILE 可以是检查记录文件、合并文件、交卷压缩包或轮次文件夹。
    """
    from inspect_tui.rules.recounts import recounts_of, sentence

    source = told_source(file)
    units = [unit_of(source.round, unit)] if unit is not None else list(source.round.units)
    found = [(u, month) for u in units for month in recounts_of(source.state, u.id)]
    if as_json:
        print_json({"recounts": [month_data(source.round, month) for _, month in found]})
        return
    if not found:
        click.echo("还没有复算过。")
    for u, month in found:
        two = "（有两种结果，等组长裁定）" if month.contested else ""
        click.echo(clean(f"{u.name}  {sentence(month.month, month.told)}。{two}"))


# -------------------------------------------------------------------- what they share


def _rule(wanted: str, workspace: str | None) -> Distribution:
    """The rule meant: a file, or the id of one the workspace has. Raises InputFaults."""
    from inspect_tui.rules.issue import did_you_mean
    from inspect_tui.store.loading import load_distribution
    from inspect_tui.store.workspace import Workspace

    path = Path(wanted)
    if path.suffix.lower() == ".json" or path.is_file():
        rule, told = load_distribution(path)
    else:
        from inspect_tui.cli.common import folder_of

        known, told = Workspace(folder_of(workspace)).distributions()
        found = next((r for r in known if wanted in (r.id, r.title)), None)
        if found is None:
            told_known = "、".join(r.id for r in known) or "（还没有）"
            remedy = did_you_mean(wanted, [r.id for r in known], f"现有：{told_known}")
            raise faults("E31", "没有这份细则", wanted, remedy)
        rule, told = found, []
    warn(fault.text() for fault in told)
    return rule


def _amount(text: str | None) -> Decimal | None:
    from inspect_tui.rules.issue import plain_decimal

    if text is None:
        return None
    amount = plain_decimal(text.replace(",", "").removesuffix("元"))
    if amount is None or amount <= 0:
        raise click.BadParameter(f"“{text}”不是金额，请写成12000.50", param_hint="--total")
    return amount


def _record(
    workspace: str | None, round_id: str | None, unit: str, month: str, name: str | None, told: RecountTold
) -> tuple[str, bool]:
    """Record the figures; the unit's id and whether anything changed."""
    from inspect_tui.rules.monthly import zh_month
    from inspect_tui.rules.recounts import set_recount

    space = space_of(workspace)
    wanted = round_id_of(space, round_id)
    round_ = round_in(space, wanted)
    held = unit_of(round_, unit)
    with opened(space, wanted, identity_of(space, name)) as session:
        edits = set_recount(session.state, held.id, month, told)
        commit(session, edits, f"复算{zh_month(month)}分配表")
    return held.id, bool(edits)


def _lines(made: Recount, rule: Distribution, *, names: bool) -> list[str]:
    from inspect_tui.rules.distribution import yuan_text

    lines = [f"细则：{rule.title}" + ("（草案）" if rule.draft else "")]
    if made.total is not None:
        lines.append(f"总额{yuan_text(made.total)}（{_FROM[made.total_from]}）")
    if made.blocked:
        lines.append(f"不能复算：{made.blocked}。")
    for row in made.rows:
        if row.wrong or row.diff is None:
            lines.append(_row_line(row, made, names))
    same = len(made.rows) - len(made.wrong) - len(made.unread)
    if same:
        lines.append(f"其余{same}人与细则一致。")
    return lines


def _row_line(row: RowResult, made: Recount, names: bool) -> str:
    from inspect_tui.rules.distribution import yuan_text

    head = f"第{row.row}行" + (f"  {row.who}" if names and row.who else "")
    if row.diff is None or row.due is None or row.paid is None:
        return f"{head}  没有复算：{row.reason}"
    way = "多" if row.diff > 0 else "少"
    said = f"{head}  应得{yuan_text(row.due)}，实发{yuan_text(row.paid)}，{way}{yuan_text(abs(row.diff))}"
    steps = "，".join(
        f"{name}{yuan_text(amount)}" for name, amount in zip(made.steps, row.steps, strict=True) if amount
    )
    return f"{said}（{steps}）"


def rule_words(rule: Distribution) -> str:
    """A rule in one line: its steps in order and how it rounds."""
    from inspect_tui.rules.distribution import part_words

    return "；".join([*(part_words(part) for part in rule.parts), rule.round_to.label])


def recount_data(made: Recount, rule: Distribution) -> dict[str, Any]:
    """A recount as documented JSON keys; lines by row and cell, without names."""
    return {
        "rule": rule.id,
        "title": rule.title,
        "total": made.total,
        "total_from": made.total_from or None,
        "due": made.due_sum,
        "paid": made.paid_sum,
        "blocked": made.blocked,
        "steps": list(made.steps),
        "rows": [
            {
                "row": row.row,
                "cell": row.cell,
                "due": row.due,
                "paid": row.paid,
                "diff": row.diff,
                "wrong": row.wrong,
                "steps": list(row.steps),
                "reason": row.reason,
            }
            for row in made.rows
        ],
    }


def told_data(told: RecountTold) -> dict[str, Any]:
    """The figures that may be kept, as documented JSON keys."""
    return {
        "people": told.people,
        "wrong": told.wrong,
        "unread": told.unread,
        "over": told.over,
        "under": told.under,
        "largest": told.largest,
        "cells": list(told.cells),
        "sha256": told.sha256,
        "rule": told.rule,
        "rule_hash": told.rule_hash,
    }


def month_data(round_: Round, month: RecountMonth) -> dict[str, Any]:
    """One recorded recount as the documented JSON object."""
    unit = round_.unit(month.unit)
    head = {"unit": month.unit, "name": unit.name if unit else "", "month": month.month}
    tail = {"bad": list(month.told.bad), "by": list(month.by), "at": month.at}
    return head | {"contested": month.contested} | told_data(month.told) | tail
