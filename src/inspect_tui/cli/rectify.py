"""`inspect-tui rectify`: keeping the ledger from the command line, through the one table of steps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import (
    faults,
    json_option,
    print_json,
    round_option,
    warn,
    workspace_option,
)
from inspect_tui.cli.recording import by_option, recording

if TYPE_CHECKING:
    from inspect_tui.exchange.rectify_lines import Rectified, RectifyLine


@click.command(name="rectify", options_metavar="[选项]", short_help="办理整改：措施、上报、复查、销号、挂账")
@click.argument("words", metavar="编号 步骤 [字段=值……]", nargs=-1, required=True)
@round_option
@by_option
@click.option("--on", metavar="日期", help="办理日期，如2026-11-20；不写为今天。")
@click.option("--basis", metavar="文字", help="依据、复查意见或理由。")
@click.option("--who", metavar="姓名", help="复查人或上报人。")
@click.option("--approver", metavar="姓名", help="长期挂账的批准人。")
@click.option("--until", metavar="日期", help="长期挂账到哪一天。")
@click.option("--measure", metavar="文字", help="整改措施。")
@click.option("--owner", metavar="姓名", help="责任人。")
@click.option("--due", metavar="日期", help="整改时限。")
@click.option("--result", metavar="文字", help="完成情况。")
@click.option("--done-on", metavar="日期", help="完成日期。")
@workspace_option
@json_option
def rectify(
    words: tuple[str, ...],
    round_id: str | None,
    name: str | None,
    workspace: str | None,
    as_json: bool,
    **asked: str | None,
) -> None:
    """办理整改，一条问题一步，或按文件逐行办理。

    步骤：start开始整改、submit上报完成、close复查通过、reject复查不通过、defer长期挂账、
    dispute提出异议、uphold维持问题、withdraw撤销问题；中文名称也可以。
    只填栏目写“set 编号 字段=值……”；按文件办理写“文件.jsonl”，每行一步。
    编号可以写全，也可以写清单号（如03-07）。不允许的步骤说明原因，什么都不写。
    """
    given = {field: value for field, value in asked.items() if value is not None}
    file = Path(words[0]) if len(words) == 1 else None
    line = None if file is not None else _line(words, given)
    if file is not None and given:
        raise click.UsageError("按文件办理时，内容都写在文件里")
    with recording(workspace, round_id, name) as session:
        done = _enter(session, file, line)
    _tell(done, as_json)


def _enter(session: Any, file: Path | None, line: RectifyLine | None) -> Rectified:
    from inspect_tui.exchange.rectify_lines import NumberedEntry, rectify_file, rectify_lines

    if file is not None:
        return rectify_file(session, file)
    assert line is not None
    return rectify_lines(session, [NumberedEntry(0, line)])


def _line(words: tuple[str, ...], given: dict[str, str]) -> RectifyLine:
    """What the words on the command line ask for."""
    from inspect_tui.exchange.rectify_lines import RectifyLine, step_of, words_of_fields
    from inspect_tui.model.terms import StepKind
    from inspect_tui.rules.issue import did_you_mean

    setting = words[0] == "set"
    if setting and len(words) < 3:
        raise click.UsageError("应写成：set 编号 字段=值")
    number, rest = (words[1], words[2:]) if setting else (words[0], words[2:])
    step = None if setting else step_of(words[1])
    if not setting and step is None:
        known = [word for kind in StepKind for word in (kind.value, kind.label)]
        steps = "、".join(f"{kind.value}（{kind.label}）" for kind in StepKind)
        raise faults("T03", "没有这个步骤", words[1], did_you_mean(words[1], known, f"可用：{steps}"))
    fields = words_of_fields()
    told: dict[str, Any] = dict(given)
    for word in rest:
        name, equals, value = word.partition("=")
        if not equals or name.strip() not in fields:
            remedy = did_you_mean(name, list(fields), f"可用：{'、'.join(fields)}")
            raise faults("T03", "应写成“字段=值”", word, remedy)
        told[fields[name.strip()]] = value
    return RectifyLine(number=number, step=step, **told)


def _tell(done: Rectified, as_json: bool) -> None:
    from inspect_tui.store.clean import clean_text

    warn(f"提醒：{line}" for line in done.warnings)
    if as_json:
        from inspect_tui.report.ledger_table import ledger_row_data

        rows = [ledger_row_data(row) for row in done.rows]
        print_json({"rows": rows, "changes": done.changes, "warnings": list(done.warnings)})
        return
    for row in done.rows:
        light = f"，{row.light}" if row.light else ""
        click.echo(clean_text(f"{row.number}  {row.unit_name}  {row.state_label}{light}", newlines=False))
    click.echo(f"已记录{done.changes}次。" if done.changes else "和原来一样，没有改动。")
