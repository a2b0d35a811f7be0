"""`inspect-tui contest ...`: who may win, confirmed and signed by the lead; holders and what is handed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspect_tui.cli.common import (
    clean,
    faults,
    identity_of,
    json_option,
    not_both,
    print_json,
    space_of,
    today_of,
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
    from inspect_tui.model.scheme import Contest
    from inspect_tui.rules.contests import Award, Entry, Outcome
    from inspect_tui.rules.periods import Period
    from inspect_tui.store.workspace import Workspace


@click.group(name="contest", cls=ZhGroup, options_metavar="[选项]", subcommand_metavar="命令 ……")
def contest() -> None:
    """评比：流动红旗等。列出符合和不符合条件的单位及理由，由组长确认；历次获得者，交接单。"""


@contest.command(name="list", short_help="列出评比办法", options_metavar="[选项]")
@workspace_option
@json_option
def list_contests(workspace: str | None, as_json: bool) -> None:
    """列出工作文件夹里的评比办法；有问题的也列出原因。"""
    from inspect_tui.rules.contest_entries import compares

    known, told = space_of(workspace).contests()
    warn(clean(fault.text()) for fault in told)
    if as_json:
        rows = [
            {
                "id": c.id,
                "title": c.title,
                "prize": c.prize,
                "span": c.span.value,
                "criterion": c.criterion.value,
                "winners": c.winners,
                "draft": c.draft,
            }
            for c in known
        ]
        print_json({"contests": rows, "faults": [fault.text() for fault in told]})
        return
    for c in known:
        draft = "，草案" if c.draft else ""
        kinds = "、".join(kind.label for kind in c.unit_kinds)
        said = f"{c.id}  {c.title}（每{c.span.label}，{kinds}，比{compares(c)}，名额{c.winners}个{draft}）"
        click.echo(clean(said))


class _Judged:
    """A contest judged: its period, outcome, sources, and what was awarded before."""

    def __init__(self, space: Workspace, wanted: str, rounds: Sequence[str], day: str | None) -> None:
        from inspect_tui.cli.rounds_asked import read_rounds
        from inspect_tui.rules.contest_entries import NotThisContest, entries_of, outcome_of, period_for
        from inspect_tui.rules.periods import before
        from inspect_tui.rules.round_sets import contest_periods

        self.space = space
        self.contest: Contest = contest_of(space, wanted)
        periods = contest_periods(self.contest, _known(space))
        words = list(rounds) or _newest(self.contest, periods)
        try:
            self.sources: list[Source] = read_rounds(words, str(space.root))
            self.period: Period = period_for(self.contest, (s.round for s in self.sources))
            earlier = [id_ for _, id_ in periods.get(before(self.period, self.contest.span), [])]
            self.history = history_of(space)
            self.entries: list[Entry] = entries_of(
                self.contest,
                [(s.round, s.state) for s in self.sources],
                today_of(day).isoformat(),
                [(s.round, s.state) for s in read_rounds(earlier, str(space.root))],
                self.history,
            )
        except NotThisContest as error:
            raise faults("E06", str(error), self.contest.title, "请写同一期的轮次") from error
        self.outcome: Outcome = outcome_of(self.contest, self.entries, (s.round for s in self.sources))
        self.names = {e.contender.unit: e.contender.name for e in self.entries}

    @property
    def award(self) -> Award | None:
        """What was awarded for this period already."""
        from inspect_tui.rules.contests import award_for

        return award_for(self.history, self.contest.id, self.period.label)


def contest_of(space: Workspace, wanted: str) -> Contest:
    """The contest meant: a file, or one of the workspace, by id or title. Raises InputFaults."""
    from inspect_tui.rules.issue import did_you_mean
    from inspect_tui.store.loading import load_contest

    if Path(wanted).is_file():
        return load_contest(Path(wanted))[0]
    known, told = space.contests()
    found = [c for c in known if wanted in (c.id, c.title)]
    if found:
        return found[0]
    warn(fault.text() for fault in told if not fault.warning)
    ids = [c.id for c in known]
    raise faults(
        "E05", "没有这项评比", wanted, did_you_mean(wanted, ids, f"可用：{'、'.join(ids) or '（没有）'}")
    )


def _known(space: Workspace) -> list[tuple[Round, str]]:
    """The rounds of the workspace that can be read, with their ids; none of them is opened for it."""
    return [(entry.round, entry.id) for entry in space.rounds() if entry.round is not None]


def _newest(contest: Contest, periods: Mapping[Period, list[tuple[Round, str]]]) -> list[str]:
    """The rounds of the newest period that has any this contest goes by. Raises InputFaults."""
    if not periods:
        raise faults("E06", "工作文件夹里没有这项评比能用的轮次", contest.title, "请核对清单和单位类别")
    return [id_ for _, id_ in periods[max(periods)]]


def history_of(space: Workspace) -> list[Award]:
    """Every award recorded in the rounds of the workspace, the oldest round first."""
    from inspect_tui.exchange.source import read_source
    from inspect_tui.rules.contests import awards

    entries = [entry for entry in reversed(space.rounds()) if entry.round is not None]
    states = []
    for entry in entries:
        assert entry.round is not None
        if not entry.round.secrecy.refuses_export:
            states.append(read_source(entry.path.parent).state)
    return awards(states)


def _must_lead(space: Workspace, judged: _Judged, name: str | None) -> None:
    from inspect_tui.rules.reviewing import is_lead

    identity = identity_of(space, name)
    for source in judged.sources:
        if not is_lead(source.round, identity):
            leads = "、".join(dict.fromkeys(t.lead for t in source.round.teams if t.lead))
            raise faults("D01", "只有组长能看评比", identity.name, f"本轮组长：{leads}，用 --as 写明")


@contest.command(name="judge", short_help="列出候选单位和理由，只供组长", options_metavar="[选项]")
@click.argument("wanted", metavar="评比")
@click.argument("rounds", metavar="[轮次|文件]...", nargs=-1)
@as_option
@click.option("--date", "day", metavar="日期", help="按哪一天看未销号的问题；不写为今天。")
@workspace_option
@json_option
def judge_command(
    wanted: str,
    rounds: tuple[str, ...],
    name: str | None,
    day: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """列出各单位符合不符合条件、名次和理由，建议名单。只供组长，不外发。

    不写轮次就看工作文件夹里最新的一期。得分仍相同又超过名额的，由组长选定。
    """
    from inspect_tui.report.contest_table import outcome_data, outcome_lines

    space = space_of(workspace)
    judged = _Judged(space, wanted, rounds, day)
    _must_lead(space, judged, name)
    args = judged.contest, judged.period.label, judged.outcome, judged.award
    if as_json:
        print_json(outcome_data(*args))
        return
    for line in outcome_lines(*args, judged.names):
        click.echo(clean(line))


@contest.command(name="confirm", short_help="组长确认获得者", options_metavar="[选项]")
@click.argument("wanted", metavar="评比")
@click.argument("rounds", metavar="[轮次]...", nargs=-1)
@click.option("--winner", "winners", metavar="单位", multiple=True, help="获得者，可写多次；不写就按建议的。")
@click.option("--vacant", is_flag=True, help="本期空缺。")
@click.option("--reason", metavar="理由", default="", help="和建议的名单不同时必须写。")
@as_option
@workspace_option
@json_option
def confirm(
    wanted: str,
    rounds: tuple[str, ...],
    winners: tuple[str, ...],
    vacant: bool,
    reason: str,
    name: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """组长确认获得者，记在这一期最新的一轮里；和建议的名单不同要写理由。已确认过的，再确认就是更改。"""
    from inspect_tui.report.contest_table import award_data, award_line
    from inspect_tui.rules.contests import award, award_key, awards

    if vacant and winners:
        raise click.UsageError("--vacant 不能和 --winner 一起写。")
    space = space_of(workspace)
    judged = _Judged(space, wanted, rounds, None)
    _must_lead(space, judged, name)
    contest, outcome, period = judged.contest, judged.outcome, judged.period.label
    chosen = [] if vacant else _winners(judged, winners)
    home = _home(judged, award_key(contest.id, period))
    said = "、".join(judged.names[u] for u in chosen) or "空缺"
    if judged.award is not None and not reason.strip() and list(judged.award.winners) != chosen:
        raise faults("E07", "这一期已经确认过", award_line(judged.award, judged.names), "要更改请写 --reason")
    with leading(workspace, home, name) as session:
        edits = award(session.state, contest, period, outcome, chosen, clean(reason))
        commit(session, edits, f"{contest.title}：{said}")
        made = awards([session.state], contest.id)
    told = next(a for a in made if a.period == period)
    if as_json:
        print_json(award_data(told))
        return
    click.echo(clean(f"{contest.title}，{award_line(told, judged.names)}"))


def _winners(judged: _Judged, words: Sequence[str]) -> list[str]:
    """The units meant, by id or name; those proposed when none is named. Raises InputFaults."""
    if not words:
        if judged.outcome.tie or not judged.outcome.proposed:
            remedy = "用 --winner 写明单位，或写 --vacant"
            raise faults("E07", "没有可以直接确认的名单，要组长选定", judged.contest.title, remedy)
        return list(judged.outcome.proposed)
    from inspect_tui.rules.issue import did_you_mean

    by_word = {name: unit for unit, name in judged.names.items()} | {unit: unit for unit in judged.names}
    found: list[str] = []
    for word in words:
        if word not in by_word:
            raise faults("E07", "没有参加这项评比的单位", word, did_you_mean(word, by_word, "请核对单位"))
        if by_word[word] not in found:
            found.append(by_word[word])
    if len(found) > judged.contest.winners:
        raise faults("E07", f"名额只有{judged.contest.winners}个", "、".join(words), "请减到名额之内")
    return found


def _home(judged: _Judged, key: str) -> str:
    """The round whose file keeps the award: where it stands already, else the newest of the period.

    Raises InputFaults when that round is not in the workspace.
    """
    from inspect_tui.rules.round_sets import award_home

    home = award_home(((s.round, s.state) for s in judged.sources), key)
    entry = next((e for e in judged.space.rounds() if e.id == home.id), None)
    if entry is None or entry.round is None or entry.round.origin != home.origin:
        raise faults("E06", "这一轮不在工作文件夹里，不能确认", home.title, "请先合并到工作文件夹")
    return home.id


@contest.command(name="history", short_help="历次获得者", options_metavar="[选项]")
@click.argument("wanted", metavar="[评比]", required=False)
@workspace_option
@json_option
def history(wanted: str | None, workspace: str | None, as_json: bool) -> None:
    """工作文件夹里各轮记下的历次获得者，按评比和时期。"""
    from inspect_tui.report.contest_table import award_data, award_line

    space = space_of(workspace)
    titles = {c.id: c.title for c in space.contests()[0]}
    only = contest_of(space, wanted).id if wanted is not None else ""
    found = [a for a in history_of(space) if only in ("", a.contest)]
    if as_json:
        print_json({"awards": [award_data(a) for a in found]})
        return
    if not found:
        click.echo("还没有确认过的评比。")
    names = _names(space)
    for one in found:
        said = f"{titles.get(one.contest, one.contest)}  {award_line(one, names)}"
        click.echo(clean(said))


@contest.command(name="handover", short_help="交接单：谁交给谁", options_metavar="[选项]")
@click.option("--period", metavar="时期", default="", help="如2026年第四季度；不写为各项最近一次。")
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV 表。")
@click.option("-o", "--output", metavar="文件", type=click.Path(path_type=Path), help=(
    "写到文件；.xlsx是可以签字的交接单，.csv是表，其他是文字。"
))  # fmt: skip
@workspace_option
@json_option
def handover(period: str, as_csv: bool, output: Path | None, workspace: str | None, as_json: bool) -> None:
    """交接单：每项流动奖由谁交给谁。奖项只列已经由组长确认的。"""
    from inspect_tui.report import contest_table as table

    not_both(as_csv, as_json)
    space = space_of(workspace)
    contests, told = space.contests()
    warn(fault.text() for fault in told if not fault.warning)
    found = table.hand_overs(contests, history_of(space), period)
    names = _names(space)
    if as_json:
        print_json({"handovers": table.hand_over_data(found)})
        return
    if not found:
        warn(["还没有确认过的评比，没有要交接的。"])
    if wants_csv(as_csv, as_json, output):
        write_out(table.hand_over_csv(found, names), output, "csv")
    elif output is not None and output.suffix.lower() == ".xlsx":
        write_out(table.hand_over_xlsx(found, names), output, "xlsx")
    else:
        write_lines(table.hand_over_lines(found, names), output)


def _names(space: Workspace) -> dict[str, str]:
    """Names of units by id, as the newest round that has them calls them."""
    from inspect_tui.rules.unit_totals import unit_names

    return unit_names(entry.round for entry in reversed(space.rounds()) if entry.round is not None)
