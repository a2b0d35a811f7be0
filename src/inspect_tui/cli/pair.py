"""`inspect-tui pair ...`: helping pairs with their goals, and what they came to."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspect_tui.cli.common import (
    clean,
    faults,
    json_option,
    not_both,
    print_json,
    round_dir_of,
    round_option,
    space_of,
    today_of,
    told_source,
    unit_of,
    warn,
    workspace_option,
)
from inspect_tui.cli.leading import as_option, leading
from inspect_tui.cli.output import wants_csv, write_lines, write_out
from inspect_tui.cli.recording import commit
from inspect_tui.cli.zh import ZhGroup

if TYPE_CHECKING:
    from inspect_tui.exchange.source import Source
    from inspect_tui.model.round import Round
    from inspect_tui.model.spread import Goal
    from inspect_tui.rules.fold import State
    from inspect_tui.rules.pairing import PairNow
    from inspect_tui.store.session import Session


@click.group(name="pair", cls=ZhGroup, options_metavar="[选项]", subcommand_metavar="命令 ……")
def pair() -> None:
    """结对帮扶：谁帮扶谁、目标、期限，前后对比的成效。由组长定。"""


@pair.command(name="suggest", short_help="列出可以考虑结对的单位，只供组长", options_metavar="[选项]")
@round_option
@as_option
@workspace_option
@json_option
def suggest(round_id: str | None, name: str | None, workspace: str | None, as_json: bool) -> None:
    """列出得分低或逾期多的单位，旁边是同类单位里可以请的。只供组长参考，不会自己结对。"""
    from inspect_tui.report.pair_table import candidate_data, candidate_line
    from inspect_tui.rules.pair_effect import candidates

    with leading(workspace, round_id, name) as session:
        found = candidates(session.state, session.round, session.today)
    if as_json:
        print_json({"candidates": [candidate_data(c) for c in found]})
        return
    for candidate in found:
        click.echo(clean(candidate_line(candidate)))
    click.echo("只供组长参考，不外发。" if found else "没有要考虑的单位。")


@pair.command(name="add", short_help="结一对", options_metavar="[选项]")
@click.argument("unit", metavar="受帮扶单位")
@click.option("--helper", metavar="单位", default="", help="帮扶单位。")
@click.option("--department", metavar="部门", default="", help="由部门帮扶时写部门名称。")
@click.option("--from", "start", metavar="日期", default=None, help="从哪天起，不写为今天。")
@click.option("--until", metavar="日期", required=True, help="到哪天。")
@click.option("--score", metavar="分数", default=None, help="目标：得分达到多少。")
@click.option("--problem", "problems", metavar="编号", multiple=True, help="目标：哪条问题销号，可写多次。")
@click.option("--goal", "words", metavar="文字", multiple=True, help="目标：文字，可写多次。")
@round_option
@as_option
@workspace_option
@json_option
def add(
    unit: str,
    helper: str,
    department: str,
    start: str | None,
    until: str,
    score: str | None,
    problems: tuple[str, ...],
    words: tuple[str, ...],
    round_id: str | None,
    name: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """结一对，如 pair add DG02 --helper DG01 --until 2026-12-31 --score 90 --problem 02-03。"""
    import secrets

    from inspect_tui.report.pair_table import pair_data, pair_lines
    from inspect_tui.rules.pairing import pair_up, pairs_of

    if bool(helper) == bool(department):
        raise click.UsageError("--helper 和 --department 要写一个，只写一个。")
    with leading(workspace, round_id, name) as session:
        there = unit_of(session.round, unit)
        goals = _goals(session, there.id, score, problems, words)
        edits = pair_up(
            session.state,
            there,
            secrets.token_hex(8),
            helper=unit_of(session.round, helper) if helper else None,
            department=clean(department),
            start=start or session.today,
            until=until,
            goals=goals,
        )
        commit(session, edits, "结对帮扶")
        made = next(n for n in pairs_of(session.state, session.round) if n.record == edits[0].record)
    if as_json:
        print_json(pair_data(made))
        return
    for line in pair_lines(made):
        click.echo(clean(line))


@pair.command(name="list", short_help="列出结对", options_metavar="[选项]")
@round_option
@workspace_option
@json_option
def listed(round_id: str | None, workspace: str | None, as_json: bool) -> None:
    """列出本轮的结对，以前各轮带来的也在内。"""
    from inspect_tui.report.pair_table import pair_data, pair_lines
    from inspect_tui.rules.pairing import pairs_of

    source = told_source(round_dir_of(workspace, round_id))
    found = pairs_of(source.state, source.round)
    if as_json:
        print_json({"pairs": [pair_data(now) for now in found]})
        return
    for now in found:
        for line in pair_lines(now):
            click.echo(clean(line))
    if not found:
        click.echo("本轮没有结对帮扶。")


@pair.command(name="goal", short_help="添目标、去目标、认定达到", options_metavar="[选项]")
@click.argument("wanted", metavar="结对")
@click.option("--score", metavar="分数", default=None, help="得分达到多少，原来有的改掉。")
@click.option("--problem", "problems", metavar="编号", multiple=True, help="添一条问题销号的目标。")
@click.option("--add", "words", metavar="文字", multiple=True, help="添一个文字目标。")
@click.option("--drop", metavar="目标", default=None, help="去掉一个目标，写它的编号，见 pair list --json。")
@click.option("--met", metavar="目标", default=None, help="认定一个文字目标已达到。")
@click.option("--not-met", metavar="目标", default=None, help="取消认定。")
@click.option("--until", metavar="日期", default=None, help="改结束日期。")
@round_option
@as_option
@workspace_option
def goal_command(
    wanted: str,
    score: str | None,
    problems: tuple[str, ...],
    words: tuple[str, ...],
    drop: str | None,
    met: str | None,
    not_met: str | None,
    until: str | None,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
) -> None:
    """改一对的目标和期限；得分和问题的目标由结果得出，只有文字目标由组长认定。"""
    from inspect_tui.rules.pairing import add_goals, drop_goal, mark_met, prolong

    with leading(workspace, round_id, name) as session:
        now = _pair(session.state, session.round, wanted)
        goals = _goals(session, now.pairing.unit, score, problems, words)
        edits = add_goals(session.state, now, goals) if goals else []
        if drop is not None:
            edits += drop_goal(session.state, now, _goal(now, drop))
        for asked, reached in ((met, True), (not_met, False)):
            if asked is not None:
                edits += mark_met(session.state, now, _goal(now, asked), reached)
        if until is not None:
            edits += prolong(session.state, now, until)
        commit(session, edits, "改结对目标")
    click.echo("已改。" if edits else "没有要改的。")


@pair.command(name="end", short_help="提前结束一对", options_metavar="[选项]")
@click.argument("wanted", metavar="结对")
@click.option("--on", "day", metavar="日期", default=None, help="哪天结束，不写为今天。")
@click.option("--reason", metavar="文字", default="", help="为什么结束。")
@click.option("--resume", "again", is_flag=True, help="取消提前结束，继续。")
@round_option
@as_option
@workspace_option
def end(
    wanted: str,
    day: str | None,
    reason: str,
    again: bool,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
) -> None:
    """提前结束一对，写明原因；--resume 让它继续。"""
    from inspect_tui.rules.pairing import end as ended
    from inspect_tui.rules.pairing import resume

    with leading(workspace, round_id, name) as session:
        now = _pair(session.state, session.round, wanted)
        if again:
            edits = resume(session.state, now)
        else:
            edits = ended(session.state, now, day or session.today, clean(reason))
        commit(session, edits, "继续结对" if again else "结束结对")
    click.echo("已继续。" if again else "已结束。")


@pair.command(name="remove", short_help="撤回一对", options_metavar="[选项]")
@click.argument("wanted", metavar="结对")
@round_option
@as_option
@workspace_option
def remove(wanted: str, round_id: str | None, name: str | None, workspace: str | None) -> None:
    """撤回结错的一对，当作没有结过；记录还在。"""
    from inspect_tui.rules.pairing import take_back

    with leading(workspace, round_id, name) as session:
        now = _pair(session.state, session.round, wanted)
        commit(session, take_back(session.state, now), "撤回结对")
    click.echo("已撤回。")


@pair.command(name="effect", short_help="成效：前后对比，半年一表", options_metavar="[选项]")
@click.argument("rounds", metavar="[轮次|文件]...", nargs=-1)
@click.option("--date", "day", metavar="日期", default=None, help="看到哪一天，列它所在的半年；不写为今天。")
@click.option("--all", "every", is_flag=True, help="不分半年，列出全部。")
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV 表。")
@click.option("-o", "--output", metavar="文件", type=click.Path(path_type=Path), help=(
    "写到文件：.xlsx、.csv、.docx、.html、.md，其他是文字。"
))  # fmt: skip
@workspace_option
@json_option
def effect(
    rounds: tuple[str, ...],
    day: str | None,
    every: bool,
    as_csv: bool,
    output: Path | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """各对结对前后的得分、未销号、逾期和目标，都取自各轮自己的得分和台账。

    不写轮次就看工作文件夹里的各轮。
    """
    from inspect_tui.model.scheme import Span
    from inspect_tui.report import pair_table as table
    from inspect_tui.rules.pair_effect import effects_of
    from inspect_tui.rules.periods import period_of

    not_both(as_csv, as_json)
    today = today_of(day)
    sources = _sources(rounds, workspace)
    period = None if every else period_of(today, Span.HALF)
    found = effects_of([(s.round, s.state) for s in sources], today.isoformat(), period)
    kind = output.suffix.lower() if output is not None else ""
    if as_json:
        label = period.label if period is not None else ""
        print_json(
            {"period": label, "day": today.isoformat(), "effects": [table.effect_data(e) for e in found]}
        )
    elif wants_csv(as_csv, as_json, output):
        write_out(table.effect_csv(found), output, "csv")
    elif kind == ".xlsx":
        write_out(table.effect_xlsx(found, period), output, "xlsx")
    elif kind in (".docx", ".html", ".md"):
        from inspect_tui.report.papers.setting import set_document

        issuer = next((s.round.issuer for s in reversed(sources) if s.round.issuer), "")
        doc = table.effect_doc(found, period, issuer=issuer, day=today.isoformat())
        write_out(set_document(doc, kind[1:]), output, kind[1:])
    else:
        lines = [table.title_of(period), table.totals_text(found)]
        lines += [line for one in found for line in table.effect_lines(one)]
        write_lines(lines, output)


# -------------------------------------------------------------------- what was meant


def _sources(words: tuple[str, ...], workspace: str | None) -> list[Source]:
    """The rounds named, or all of the workspace that count and may be told of, oldest first."""
    from inspect_tui.cli.rounds_asked import read_rounds

    if not words:
        entries = [e for e in reversed(space_of(workspace).rounds()) if e.round is not None]
        kept = [e for e in entries if e.round is not None and not e.round.practice]
        secret = [e for e in kept if e.round is not None and e.round.secrecy.refuses_export]
        warn(f"“{clean(e.round.title)}”标有密级，没有计入。" for e in secret if e.round is not None)
        words = tuple(e.id for e in kept if e not in secret)
    return read_rounds(words, workspace)


def _goals(
    session: Session, unit: str, score: str | None, problems: tuple[str, ...], words: tuple[str, ...]
) -> list[Goal]:
    """The goals asked for. Raises InputFaults for an unknown problem, NoReason for what cannot be."""
    import secrets

    from inspect_tui.rules.issue import plain_decimal
    from inspect_tui.rules.pairing import problem_goal, score_goal, word_goal

    found = []
    if score is not None:
        target = plain_decimal(score)
        if target is None:
            raise click.BadParameter(f"“{clean(score)}”不是分数，请写成90或92.5", param_hint="--score")
        found.append(score_goal(Decimal(target)))
    if problems:
        from inspect_tui.rules.issue import did_you_mean
        from inspect_tui.rules.ledger import ledger_rows

        rows = [r for r in ledger_rows(session.state, session.round, session.today, [unit]) if not r.done]
        for word in problems:
            named = [r for r in rows if word in (r.id, r.number)]
            named = named or [r for r in rows if word == r.short_number]
            if len(named) != 1:
                known = [r.number for r in rows]
                said = "这个编号有几条问题" if named else "这个单位没有这条未销号的问题"
                raise faults("E42", said, word, did_you_mean(word, known, "用 ledger 看编号"))
            found.append(problem_goal(named[0]))
    return found + [word_goal(secrets.token_hex(4), clean(text)) for text in words]


def _pair(state: State, round_: Round, wanted: str) -> PairNow:
    """The pair meant: by id, or by the unit that is helped where it has just one. Raises InputFaults."""
    from inspect_tui.rules.pairing import pairs_of

    found = pairs_of(state, round_)
    named = [n for n in found if n.pairing.id == wanted]
    named = named or [n for n in found if wanted in (n.pairing.unit, n.pairing.unit_name)]
    if len(named) == 1:
        return named[0]
    if named:
        ids = "、".join(n.pairing.id for n in named)
        raise faults("E42", "这个单位有几对", wanted, f"请写编号：{ids}")
    raise faults("E42", "没有这一对", wanted, "用 pair list 看编号")


def _goal(now: PairNow, wanted: str) -> Goal:
    """The goal meant, by id or words. Raises InputFaults."""
    from inspect_tui.rules.pairing import goal_words

    named = [g for g in now.pairing.goals if wanted in (g.id, g.text, goal_words(g))]
    if len(named) == 1:
        return named[0]
    raise faults("E42", "没有这个目标", wanted, "编号见 pair list --json")
