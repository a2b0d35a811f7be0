"""`inspect-tui practice ...`: good practice as cards, which units took them up, 一组一特色."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import (
    clean,
    faults,
    json_option,
    not_both,
    print_json,
    round_dir_of,
    round_option,
    told_source,
    unit_of,
    workspace_option,
)
from inspect_tui.cli.leading import as_option, leading
from inspect_tui.cli.output import wants_csv, write_lines, write_out
from inspect_tui.cli.recording import commit, recording
from inspect_tui.cli.zh import ZhGroup
from inspect_tui.model.spread import Uptake
from inspect_tui.model.terms import Profile

if TYPE_CHECKING:
    from inspect_tui.exchange.source import Source
    from inspect_tui.model.round import Round
    from inspect_tui.model.view import Finding
    from inspect_tui.rules.fold import State
    from inspect_tui.rules.practices import CardNow

_PROFILES = tuple(profile.value for profile in Profile)
_output = click.option(
    "-o", "--output", metavar="文件", type=click.Path(path_type=Path), help="写到文件，按扩展名定格式。"
)


@click.group(name="practice", cls=ZhGroup, options_metavar="[选项]", subcommand_metavar="命令 ……")
def practice() -> None:
    """经验：把好的做法写成卡片，下一轮问各单位采用没有；一组一特色登记。"""


def card_options(command: Any) -> Any:
    """What a card says."""
    told = {
        "--how": "怎样学。",
        "--effect": "效果。",
        "--what": "做法；不写就用好的做法原文。",
        "--title": "名称，不超过40个字。",
    }
    for name, words in told.items():
        command = click.option(name, metavar="文字", default=None, help=words)(command)
    return click.option(
        "--profile", "profiles", multiple=True, type=click.Choice(_PROFILES), metavar="定位",
        help="适合哪种定位的单位，可写多次；不写为都适合。",
    )(command)  # fmt: skip


@practice.command(name="good", short_help="列出好的做法和它们的编号", options_metavar="[选项]")
@round_option
@workspace_option
@json_option
def good(round_id: str | None, workspace: str | None, as_json: bool) -> None:
    """列出本轮好的做法；已写成经验的标出。"""
    from inspect_tui.rules.practices import card_id, cards_of, good_findings

    source = _source(workspace, round_id)
    made = {now.card.id for now in cards_of(source.state, source.round)}
    rows = [(f, card_id(source.round, f.key) in made) for f in good_findings(source.state, source.round)]
    if as_json:
        told = [{"finding": f.key, "unit": f.unit, "text": f.text, "promoted": done} for f, done in rows]
        print_json({"good_practices": told})
        return
    for finding, done in rows:
        mark = "（已写成经验）" if done else ""
        name = _name(source.round, finding.unit)
        click.echo(clean(f"{name}：{finding.text}{mark}  {finding.key}"))
    if not rows:
        click.echo("本轮没有记录好的做法。")


@practice.command(name="promote", short_help="把一条好的做法写成经验", options_metavar="[选项]")
@click.argument("finding", metavar="好的做法")
@card_options
@round_option
@as_option
@workspace_option
@json_option
def promote(
    finding: str,
    profiles: tuple[str, ...],
    title: str | None,
    what: str | None,
    effect: str | None,
    how: str | None,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """把一条好的做法写成经验；编号见 practice good，也可以写单位（只有一条时）。"""
    from inspect_tui.report.practice_table import card_data
    from inspect_tui.rules.practices import card_id, cards_of, titles_for
    from inspect_tui.rules.practices import promote as promoted

    with leading(workspace, round_id, name) as session:
        found = _finding(session.state, session.round, finding)
        said = {
            "title": clean(title) if title is not None else titles_for(found.text)[0],
            "what": _text(what),
            "effect": _text(effect),
            "how": _text(how),
        }
        wanted = [Profile(p) for p in profiles]
        wanted_id = card_id(session.round, found.key)
        if any(now.card.id == wanted_id for now in cards_of(session.state, session.round)):
            raise faults("E40", "这条好的做法已经写成经验", found.text, "用 practice edit 修改")
        edits = promoted(session.state, session.round, found, session.today, said, wanted)
        commit(session, edits, "写成经验")
        now = next(n for n in cards_of(session.state, session.round) if n.card.id == wanted_id)
    if as_json:
        print_json(card_data(now))
        return
    click.echo(clean(f"已写成经验：{now.card.title}（{now.card.unit_name}）。编号：{now.card.id}"))


@practice.command(name="edit", short_help="修改一条经验", options_metavar="[选项]")
@click.argument("card", metavar="经验")
@card_options
@click.option("--all-profiles", is_flag=True, help="改为各类单位都适合。")
@round_option
@as_option
@workspace_option
def edit(
    card: str,
    profiles: tuple[str, ...],
    title: str | None,
    what: str | None,
    effect: str | None,
    how: str | None,
    all_profiles: bool,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
) -> None:
    """修改一条经验；没有写的选项不改。"""
    from inspect_tui.rules.practices import rewrite, set_profiles

    with leading(workspace, round_id, name) as session:
        now = _card(session.state, session.round, card)
        given = {"title": title, "what": what, "effect": effect, "how": how}
        said = {n: (clean(v) if n == "title" else _text(v)) for n, v in given.items() if v is not None}
        edits = rewrite(session.state, now, said)
        if profiles or all_profiles:
            wanted = [Profile(p) for p in profiles]
            edits += set_profiles(session.state, now.record, now.card.profiles, wanted)
        commit(session, edits, "修改经验")
    click.echo("已改。" if edits else "没有要改的。")


@practice.command(name="withdraw", short_help="撤回一条经验", options_metavar="[选项]")
@click.argument("card", metavar="经验")
@round_option
@as_option
@workspace_option
def withdraw(card: str, round_id: str | None, name: str | None, workspace: str | None) -> None:
    """撤回一条经验：不再问，也不再写进材料。记录还在。"""
    from inspect_tui.rules.practices import withdraw as withdrawn

    with leading(workspace, round_id, name) as session:
        now = _card(session.state, session.round, card)
        commit(session, withdrawn(session.state, now), "撤回经验")
    click.echo(clean(f"已撤回：{now.card.title}。"))


@practice.command(name="list", short_help="列出经验", options_metavar="[选项]")
@round_option
@workspace_option
@json_option
def listed(round_id: str | None, workspace: str | None, as_json: bool) -> None:
    """列出本轮的经验，以前各轮带来的也在内。"""
    from inspect_tui.report.practice_table import card_data, card_lines
    from inspect_tui.rules.practices import cards_of

    source = _source(workspace, round_id)
    cards = cards_of(source.state, source.round)
    if as_json:
        print_json({"cards": [card_data(now) for now in cards]})
        return
    for now in cards:
        for line in card_lines(now):
            click.echo(clean(line))
    if not cards:
        click.echo("还没有写成经验的好的做法。")


@practice.command(name="answer", short_help="记下一个单位采用没有", options_metavar="[选项]")
@click.argument("unit", metavar="单位")
@click.argument("card", metavar="经验")
@click.argument("uptake", metavar="情况", type=click.Choice([*(u.value for u in Uptake), "none"]))
@click.option("--basis", metavar="文字", default="", help="依据，一句话；已采用、部分采用必写。")
@round_option
@as_option
@workspace_option
def answer(
    unit: str,
    card: str,
    uptake: str,
    basis: str,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
) -> None:
    """记下一个单位采用没有。

    adopted 已采用，partly 部分采用，not_adopted 未采用，not_fitting 不适合本组；none 取消。

    只问以前各轮的经验，不问本单位自己的。不影响提交。
    """
    from inspect_tui.rules.practices import asked_of, say
    from inspect_tui.rules.reading import read_visit
    from inspect_tui.rules.reviewing import NoReason

    with recording(workspace, round_id, name) as session:
        there = unit_of(session.round, unit)
        visit = read_visit(session.state, there.id)
        if visit.accepted or visit.submitted:
            said = "组长已认可，不能再记" if visit.accepted else "已经提交，不能再记"
            raise faults("E41", f"{there.name}的检查{said}", there.id, "请先重新打开")
        asked = [a.card for a in asked_of(session.state, session.round, there.id)]
        found = [c for c in asked if card in (c.id, c.title)]
        if len(found) != 1:
            from inspect_tui.rules.issue import did_you_mean

            known = [word for c in asked for word in (c.id, c.title)]
            raise faults("E41", "这个单位不用问这条经验", card, did_you_mean(card, known, "见 practice list"))
        chosen = Uptake(uptake) if uptake != "none" else None
        try:
            edits = say(session.state, there.id, found[0], chosen, clean(basis))
        except NoReason as error:
            raise faults("E41", str(error), card) from error
        commit(session, edits, "采用情况")
    click.echo(clean(f"{there.name}：{found[0].title}，{chosen.label if chosen is not None else '已取消'}。"))


@practice.command(name="adopted", short_help="谁的做法，谁采用了", options_metavar="[选项]")
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV 表。")
@round_option
@_output
@workspace_option
@json_option
def adopted(
    as_csv: bool, round_id: str | None, output: Path | None, workspace: str | None, as_json: bool
) -> None:
    """各条经验由谁写成、哪些单位采用，分轮列出。"""
    from inspect_tui.report import practice_table as table
    from inspect_tui.rules.practices import cards_of

    not_both(as_csv, as_json)
    source = _source(workspace, round_id)
    cards = cards_of(source.state, source.round)
    if as_json:
        print_json({"cards": [table.card_data(now) for now in cards]})
    elif wants_csv(as_csv, as_json, output):
        write_out(table.adopted_csv(cards), output, "csv")
    else:
        write_lines(table.adopted_lines(cards) or ["还没有写成经验的好的做法。"], output)


@practice.command(name="register", short_help="一组一特色登记表", options_metavar="[选项]")
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV 表。")
@round_option
@_output
@workspace_option
@json_option
def register(
    as_csv: bool, round_id: str | None, output: Path | None, workspace: str | None, as_json: bool
) -> None:
    """一组一特色登记表：定位、特色、写成和采用的经验、从哪一轮起。-o 写 .xlsx 或 .csv。"""
    from inspect_tui.report import practice_table as table
    from inspect_tui.rules.practices import register as registered

    not_both(as_csv, as_json)
    source = _source(workspace, round_id)
    found = registered(source.state, source.round)
    if as_json:
        print_json({"round": source.round.id, "units": table.register_data(found)})
    elif wants_csv(as_csv, as_json, output):
        write_out(table.register_csv(found), output, "csv")
    elif output is not None and output.suffix.lower() == ".xlsx":
        write_out(table.register_xlsx(found, source.round), output, "xlsx")
    else:
        write_lines(table.register_lines(found), output)


# -------------------------------------------------------------------- what was meant


def _source(workspace: str | None, round_id: str | None) -> Source:
    """The round meant with everything in it. Raises ExportRefused for one that must not be told of."""
    return told_source(round_dir_of(workspace, round_id))


def _text(value: str | None) -> str:
    from inspect_tui.store.clean import clean_text

    return clean_text(value or "").strip()


def _name(round_: Round, unit: str) -> str:
    there = round_.unit(unit)
    return there.name if there is not None else unit


def _finding(state: State, round_: Round, wanted: str) -> Finding:
    """The good practice meant: by its key, or by its unit where that has just one. Raises InputFaults."""
    from inspect_tui.rules.practices import good_findings

    found = good_findings(state, round_)
    named = [f for f in found if f.key == wanted]
    if not named:
        units = {u.id for u in round_.units if wanted in (u.id, u.code, u.name)}
        named = [f for f in found if f.unit in units]
    if len(named) == 1:
        return named[0]
    if named:
        keys = "、".join(f.key for f in named)
        raise faults("E40", f"这个单位有{len(named)}条好的做法", wanted, f"请写编号：{keys}")
    raise faults("E40", "没有这条好的做法", wanted, "用 practice good 看编号")


def _card(state: State, round_: Round, wanted: str) -> CardNow:
    """The card meant: by id or title. Raises InputFaults."""
    from inspect_tui.rules.issue import did_you_mean
    from inspect_tui.rules.practices import cards_of

    cards = cards_of(state, round_)
    named = [n for n in cards if n.card.id == wanted] or [n for n in cards if n.card.title == wanted]
    if len(named) == 1:
        return named[0]
    known = [word for n in cards for word in (n.card.id, n.card.title)]
    said = "有几条经验叫这个名称" if named else "没有这条经验"
    ids = "、".join(n.card.id for n in named)
    remedy = f"请写编号：{ids}" if ids else did_you_mean(wanted, known, "见 practice list")
    raise faults("E40", said, wanted, remedy)
