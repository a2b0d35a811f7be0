"""`inspect-tui decide`: what hands differ on, and the lead's word on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import (
    clean,
    faults,
    json_option,
    print_json,
    round_dir_of,
    round_option,
    told_source,
    unit_of,
    workspace_option,
)
from inspect_tui.cli.leading import as_option, leading
from inspect_tui.cli.recording import commit

if TYPE_CHECKING:
    from inspect_tui.model.round import Round
    from inspect_tui.rules.deciding import Bulk
    from inspect_tui.rules.fold import State
    from inspect_tui.rules.questions import Question
    from inspect_tui.store.session import Session

_VERDICTS = ("pass", "partial", "fail", "na", "unverified")
_OUTCOMES = ("fixed", "partly", "not_fixed", "relapsed", "unverifiable")


@click.command(name="decide", options_metavar="[选项]", short_help="裁定不同的意见")
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option("--list", "listing", is_flag=True, help="只列出待裁定的，最要紧的在前。不写别的选项就是列出。")
@click.option("--take", "taken", metavar="序号 哪一方", nargs=2,
              help="采用一方：left左、right右或第几方；序号也可以写列表里的代码。")  # fmt: skip
@click.option("--third", metavar="序号", help="两方都不采用，另作裁定，配合下面几项。")
@click.option("--verdict", metavar="结论", type=click.Choice(_VERDICTS), help="另作裁定的结论。")
@click.option("--deduction", "deductions", metavar="扣分项[=次数]", multiple=True, help="扣分项，可写多次。")
@click.option("--award", metavar="档次", default="", help="给分档。")
@click.option("--missing", is_flag=True, help="缺项。")
@click.option("--value", metavar="内容", help="另作裁定的内容，用于文字、日期之类。")
@click.option("--outcome", metavar="结论", type=click.Choice(_OUTCOMES),
              help="另作裁定，用于上轮问题的复查：已整改、部分整改、未整改、反弹、无法核实。")  # fmt: skip
@click.option("--method", "methods", metavar="方式", multiple=True, help="复查方式，可写多次，如 现场查看。")
@click.option("--basis", metavar="依据", default="", help="复查依据。")
@click.option("--remains", metavar="内容", default="", help="部分整改的，还剩什么。")
@click.option("--who", metavar="姓名", default="", help="复查人；不写为组长。")
@click.option("--bulk", "in_bulk", is_flag=True, help="批量：整段采用一名检查员的结论。不加 --yes 只预览。")
@click.option("--inspector", metavar="姓名", help="批量时采用谁的。")
@click.option("--section", metavar="大项", default="", help="批量时哪一大项，如JJ；不写为全部。")
@click.option("--checklist", metavar="清单", default="", help="批量时哪份清单；不写为全部。")
@click.option("--unit", "units", metavar="单位", multiple=True, help="批量时哪些单位，可写多次；不写为全部。")
@click.option("--yes", is_flag=True, help="批量时确认执行。")
@click.option("--reason", metavar="理由", default="", help="裁定的理由，必写。")
@round_option
@as_option
@workspace_option
@json_option
def decide(
    file: Path | None,
    listing: bool,
    taken: tuple[str, str] | None,
    third: str | None,
    in_bulk: bool,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """裁定不同的意见。裁定随记录走，同一件事不再问；裁定之后有人改了才会再列出来。

    写 FILE（合并后的文件）时只列出，不能裁定。
    """
    from inspect_tui.exchange.refusal import refuse_secret

    doing = [taken is not None, third is not None, in_bulk]
    if sum(doing) > 1 or (listing and any(doing)):
        raise click.UsageError("--list、--take、--third、--bulk 只能选一个")
    if file is not None and any(doing):
        raise click.UsageError("裁定要记在工作文件夹的轮次里，不能对着单个文件做")
    if not any(doing):
        _list(file, round_id, workspace, as_json)
        return
    with leading(workspace, round_id, name) as session:
        refuse_secret(session.round)
        if in_bulk:
            _bulk(session, asked, as_json)
        else:
            _decide_one(session, taken, third, asked, as_json)


def _list(file: Path | None, round_id: str | None, workspace: str | None, as_json: bool) -> None:
    from inspect_tui.rules.questions import questions

    if file is None:
        file = round_dir_of(workspace, round_id)
    source = told_source(file)
    found = questions(source.state, source.round)
    if as_json:
        print_json({"questions": [question_data(n, q) for n, q in enumerate(found, 1)]})
        return
    for number, question in enumerate(found, 1):
        for line in question_lines(number, question):
            click.echo(clean(line))
    click.echo(f"共{len(found)}处待裁定。" if found else "没有待裁定的意见。")


def question_data(number: int, question: Question) -> dict[str, Any]:
    """A question as the documented JSON object."""
    return {
        "number": number,
        "id": question.id,
        "record": question.record,
        "field": question.field,
        "unit": question.unit,
        "unit_name": question.unit_name,
        "checklist": question.checklist,
        "item": question.item,
        "section": question.section,
        "about": question.about,
        "matter": question.matter,
        "severity": question.severity.value,
        "grave": question.grave,
        "stake": question.stake,
        "agreed": list(question.agreed),
        "sides": [
            {
                "text": side.text,
                "value": side.value,
                "by": list(side.by),
                "at": side.at,
                "points": side.points,
                "methods": list(side.methods),
                "samples": list(side.samples),
                "notes": [note.text for note in side.notes],
                "findings": [finding.text for finding in side.findings],
                "decision": side.decision,
                "changes": list(side.changes),
            }
            for side in question.sides
        ],
    }


def question_lines(number: int, question: Question) -> list[str]:
    """A question with its sides, for the terminal."""
    from inspect_tui.rules.scoring import points_text

    mark = "【红线】" if question.grave else ""
    stake = f"，相差{points_text(question.stake)}分" if question.stake else ""
    lines = [
        f"{number}. [{question.id}] {mark}{question.unit_name}  {question.about}（{question.matter}{stake}）"
    ]
    names = ("左", "右") if len(question.sides) == 2 else tuple(map(str, range(1, len(question.sides) + 1)))
    for side_name, side in zip(names, question.sides, strict=True):
        points = f"，得{points_text(side.points)}分" if side.points is not None else ""
        lines.append(
            f"   {side_name}  {'、'.join(side.by)}  {side.at[5:16].replace('T', ' ')}  {side.text}{points}"
        )
        rest = [*side.methods, *(f"抽查{sample}" for sample in side.samples)]
        rest += [f"问题：{finding.text}" for finding in side.findings]
        rest += [f"说明：{note.text}" for note in side.notes]
        rest += [f"已裁定：{side.decision}"] if side.decision else []
        if rest:
            lines.append("      " + "；".join(rest))
    if question.agreed:
        lines.append("   一致：" + "；".join(question.agreed))
    return lines


def _chosen(state: State, round_: Round, wanted: str) -> Question:
    from inspect_tui.rules.questions import questions

    found = questions(state, round_)
    for number, question in enumerate(found, 1):
        if wanted in (str(number), question.id):
            return question
    raise faults("D03", "没有这一处待裁定的意见", wanted, f"现有{len(found)}处，用 --list 查看")


def _decide_one(
    session: Session, taken: tuple[str, str] | None, third: str | None, asked: dict[str, Any], as_json: bool
) -> None:
    from inspect_tui.rules import deciding
    from inspect_tui.rules.questions import questions

    question = _chosen(session.state, session.round, taken[0] if taken is not None else str(third))
    if taken is not None:
        count = len(question.sides)
        sides = {str(n): n for n in range(1, count + 1)} | ({"left": 1, "right": 2} if count == 2 else {})
        if taken[1] not in sides:
            raise faults("D04", "没有这一方", taken[1], f"可用：{'、'.join(sides)}")
        value: Any = question.sides[sides[taken[1]] - 1]
        said = value.text
    elif question.field == "step":
        value, said = _third_step(session, question, asked)
    else:
        value, said = _third(session.round, question, asked)
    edit = deciding.decide(session.state, question, value, clean(asked["reason"]))
    commit(session, [edit], f"裁定：{question.about[:30]}")
    left = len(questions(session.state, session.round))
    if as_json:
        print_json({"decided": [question.record], "left": left})
    else:
        click.echo(clean(f"已裁定：{question.unit_name} {question.about}：{said}。还有{left}处待裁定。"))


def _third(round_: Round, question: Question, asked: dict[str, Any]) -> tuple[Any, str]:
    from inspect_tui.rules.matter import item_of, judgement_words, value_words

    if question.field != "judgement":
        if asked["value"] is None or question.field in ("deleted", "hit"):
            remedy = "文字、日期之类用 --value；其余请选一方"
            raise faults("D05", "这一处不能这样另作裁定", question.matter, remedy)
        value = clean(asked["value"])
        return value, value_words(question.record, question.field, value)
    item = item_of(round_, question.record)
    assert item is not None
    if asked["verdict"] is None:
        raise faults("D05", "没有写结论", "", "请用 --verdict 写明结论")
    judgement = _judgement(item, asked)
    return judgement, judgement_words(judgement)


def _third_step(session: Session, question: Question, asked: dict[str, Any]) -> tuple[Any, str]:
    """Another verification in place of those that differ, guarded like any."""
    from inspect_tui.model.fault import Fault, InputFaults
    from inspect_tui.model.terms import Method, Outcome, StepKind
    from inspect_tui.rules.ledger import ledger_rows
    from inspect_tui.rules.matter import value_words
    from inspect_tui.rules.rectifying import NotAllowed, take_step

    if asked["outcome"] is None:
        raise faults("D05", "没有写复查结论", "", "请用 --outcome 写明结论，或采用一方")
    known = {m.value: m for m in Method} | {m.label: m for m in Method}
    if wrong := [word for word in asked["methods"] if word not in known]:
        raise faults("D05", "没有这种复查方式", wrong[0], "可用：" + "、".join(m.label for m in Method))
    rows = ledger_rows(session.state, session.round, session.today, [question.unit])
    row = next(row for row in rows if row.record == question.record)
    try:
        edits = take_step(
            session.state,
            row,
            StepKind.VERIFY,
            session.today,
            outcome=Outcome(asked["outcome"]),
            who=clean(asked["who"]) or session.identity.name,
            basis=clean(asked["basis"]),
            methods=tuple(known[word] for word in asked["methods"]),
            remains=clean(asked["remains"]),
        )
    except NotAllowed as error:
        raise InputFaults([Fault(code="D05", message=o.text) for o in error.guarded.refusals]) from error
    value = edits[0].value
    return value, value_words(question.record, question.field, value)


def _judgement(item: Any, asked: dict[str, Any]) -> Any:
    """The lead's own judgement, checked as a line of `record` would be."""
    from inspect_tui.exchange.record import judgement_of_line
    from inspect_tui.exchange.record_checks import verdict_faults
    from inspect_tui.exchange.record_lines import Line, LineDeduction
    from inspect_tui.model.fault import InputFaults
    from inspect_tui.model.terms import Verdict
    from inspect_tui.rules.deciding import third_judgement

    verdict = Verdict(asked["verdict"])
    deductions = []
    for word in asked["deductions"]:
        label, equals, count = word.rpartition("=")
        known = item.deduction(word) is not None or not equals
        deductions.append(
            LineDeduction(label=word) if known else LineDeduction(label=label, count=_count(count))
        )
    reason = clean(asked["reason"]) if verdict in (Verdict.NA, Verdict.UNVERIFIED) else ""
    line = Line(
        unit="",
        item=item.id,
        verdict=verdict,
        deductions=tuple(deductions),
        award=asked["award"],
        missing=asked["missing"],
        reason=reason,
    )
    if found := verdict_faults(line, item):
        raise InputFaults(found)
    return third_judgement(item, judgement_of_line(line, item))


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _bulk(session: Session, asked: dict[str, Any], as_json: bool) -> None:
    from inspect_tui.rules import deciding

    if not asked["inspector"]:
        raise click.UsageError("批量裁定要用 --inspector 写明采用谁的")
    units = [unit_of(session.round, unit).id for unit in asked["units"]]
    plan = deciding.bulk(
        session.state,
        session.round,
        asked["inspector"],
        section=asked["section"],
        checklist=asked["checklist"],
        units=units,
    )
    done = bool(asked["yes"] and plan.chosen)
    if done:
        reason = clean(asked["reason"] or "")
        for unit, edits in plan.edits(session.state, reason).items():
            session.commit(edits, f"批量裁定：采用{asked['inspector']}的（{unit}）")
        session.flush()
    _tell_bulk(plan, done, as_json)


def _tell_bulk(plan: Bulk, done: bool, as_json: bool) -> None:
    counts = plan.counts()
    if as_json:
        print_json(
            counts
            | {
                "done": done,
                "chosen": [
                    {"id": q.id, "unit": q.unit, "item": q.item, "text": side.text} for q, side in plan.chosen
                ],
                "kept_open": [{"id": q.id, "unit": q.unit, "item": q.item} for q in plan.left],
            }
        )
        return
    for question, side in plan.chosen:
        others = "；".join(s.text for s in question.sides if s is not side)
        click.echo(clean(f"  {question.unit_name} {question.item}：{side.text}（另一方：{others}）"))
    for question in plan.left:
        click.echo(clean(f"  不动：{question.unit_name} {question.item}，{plan.inspector}没有给出一个结论"))
    said = f"{counts['units']}个单位{counts['decided']}处，另有{counts['left']}处不动"
    click.echo(f"已裁定{said}。" if done else f"将裁定{said}。确认请加 --yes 和 --reason。")
