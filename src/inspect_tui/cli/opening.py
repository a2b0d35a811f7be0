"""`inspect-tui round new`: opening a round, with what earlier ones left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.carrying import as_option, hold_option
from inspect_tui.cli.common import faults, json_option, print_json, space_of, warn, workspace_option

if TYPE_CHECKING:
    from inspect_tui.model.roster import Roster, Unit
    from inspect_tui.model.round import Round, Team
    from inspect_tui.store.workspace import Workspace

_KINDS = ("lookback", "special_check", "supervision", "assessment", "cross_check", "guidance")
_STAGES = ("self", "recommend", "accept", "recheck")
_SECRECY = ("public", "internal", "secret", "confidential", "top_secret")


@click.command(name="new", short_help="新建一轮检查", options_metavar="[选项]")
@click.option("--title", metavar="标题", required=True, help="如：2026年第四季度回头看。")
@click.option("--kind", metavar="类别", type=click.Choice(_KINDS), help=(
    "lookback回头看、special_check专项检查、supervision督查、assessment考评、cross_check互检、"
    "guidance督导；不写为lookback，写了 --stage 的为assessment。"
))  # fmt: skip
@click.option("--label", metavar="时段", help="如：2026年第四季度；不写就取标题里的。")
@click.option("--start", metavar="日期", default="", help="开始日期，如2026-11-16。")
@click.option("--end", "--to", "end", metavar="日期", default="", help="结束日期。")
@click.option("--from", "sources", metavar="轮次|文件", multiple=True, help=(
    "从哪里转入上轮问题，可写多次：轮次编号、轮次文件夹、合并文件、记录文件、交卷文件；"
    "不写就从工作文件夹里更早的同类轮次转入。写日期的当作开始日期。"
))  # fmt: skip
@click.option("--no-carry", is_flag=True, help="不转入上轮问题。")
@hold_option
@click.option("--checklist", "checklists", metavar="清单", multiple=True, help="清单编号，可写多次。")
@click.option("--unit", "units", metavar="单位", multiple=True, help="被检单位的编号或名称，可写多次。")
@click.option("--under", metavar="单位", multiple=True, help="这个单位之下适用清单的全部单位，可写多次。")
@click.option("--team", "teams", metavar="名称", multiple=True, help="检查组名称，可写多次；不写为“检查组”。")
@click.option("--lead", "leads", metavar="组=姓名", multiple=True, help="组长；只有一个组时可只写姓名。")
@click.option("--member", "members", metavar="组=姓名", multiple=True, help="组员，可写多次。")
@click.option("--assign", "assigned", metavar="组=单位", multiple=True, help="把单位分给检查组，可写多次。")
@click.option("--issuer", metavar="名称", default="", help="发文单位，用于通报落款。")
@click.option("--basis", metavar="依据", default="", help="检查依据，用于通报开头。")
@click.option("--demand", "demands", metavar="要求", multiple=True, help="通报里的要求，可写多次。")
@click.option("--practice", is_flag=True, help="演练，不计入正式结果。")
@click.option("--stage", metavar="阶段", type=click.Choice(_STAGES), help=(
    "达标晋级的哪个阶段：self支部自评申报、recommend厂处党委定级推荐、accept公司党委验收、recheck限期整改复查。"
))  # fmt: skip
@click.option("--series", metavar="编号", default="", help=(
    "同一年各阶段共用的编号，如2026-dbjj；不写就按年份和清单取。"
))  # fmt: skip
@click.option("--secrecy", metavar="密级", type=click.Choice(_SECRECY), default="internal", help=(
    "public公开、internal内部；标为secret（秘密）以上的一律不导出。不写为internal。"
))  # fmt: skip
@click.option("--recovery-key", metavar="age1…", default="", help=(
    "办公室备用公钥：组长的电脑坏了，也能打开加密的交卷。在办公室的电脑上用 key new 做。"
))  # fmt: skip
@as_option
@workspace_option
@json_option
def new(workspace: str | None, as_json: bool, name: str | None, **asked: Any) -> None:
    """新建一轮检查。清单、单位和规则按现在的内容定格，以后改名册和清单不影响这一轮。

    以前各轮没有销号的问题，以及上次销号、立行立改的问题，一并转入，在各单位排在最前面复查。
    """
    from inspect_tui.cli.carrying import (
        along_words,
        gathered,
        held_data,
        holds_asked,
        is_date,
        problem_data,
        sources_data,
        who,
    )
    from inspect_tui.exchange.planning import open_round, series_of
    from inspect_tui.model.round import Period
    from inspect_tui.model.terms import RoundKind, Secrecy, Stage
    from inspect_tui.store.workspace import local_clock

    days = [word for word in asked["sources"] if is_date(word)]
    sources = [word for word in asked["sources"] if not is_date(word)]
    if len(days) + bool(asked["start"]) > 1:
        raise click.UsageError("开始日期只能写一个")
    start = asked["start"] or "".join(days)
    if asked["no_carry"] and (sources or asked["holds"]):
        raise click.UsageError("--no-carry 不能和 --from、--hold 一起写")
    space, now = space_of(workspace), local_clock()
    roster, told = space.roster()
    if roster is None:
        from inspect_tui.model.fault import InputFaults

        raise InputFaults(told)
    office = recovery_key(asked["recovery_key"])
    checklists = list(asked["checklists"])
    assigned = _pairs(asked["assigned"], asked["teams"], roster)
    units = [_unit_id(roster, unit) for unit in asked["units"]]
    units += [u for pair in assigned for u in pair[1] if u not in units]
    units += [u for u in _under(space, roster, asked["under"], checklists) if u not in units]
    stage = Stage(asked["stage"]) if asked["stage"] else None
    kind = RoundKind(asked["kind"] or ("lookback" if stage is None else "assessment"))
    period = Period(label=asked["label"] or _label(asked["title"]), start=start, end=asked["end"])
    series = asked["series"]
    if stage is not None and not series and checklists:
        series = series_of(period, kind, checklists)
    found = None
    # A practice round takes real problems along only when told to, and never moves them there. A unit that
    # assesses itself does not verify what others found.
    alone = asked["practice"] or stage is Stage.SELF
    if not asked["no_carry"] and (sources or not alone):
        found = gathered(space, sources, kind, start, now.date().isoformat(), series)
    by = who(space, name)
    cargo = None
    if found is not None:
        from inspect_tui.exchange.carrying import holds_of

        holds = holds_of([o.problem for o in found.offers], holds_asked(asked["holds"]))
        cargo = found.cargo(
            units, holds, by=by.name if by is not None else "", at=now.isoformat(timespec="seconds")
        )
    elif asked["holds"]:
        raise faults("N10", "没有上轮问题可以转入，用不着 --hold", "、".join(asked["holds"]))
    round_ = open_round(
        space,
        title=asked["title"],
        kind=kind,
        period=period,
        teams=_teams(asked, assigned),
        unit_ids=units,
        checklist_ids=checklists,
        now=now,
        practice=asked["practice"],
        issuer=asked["issuer"],
        basis=asked["basis"],
        demands=asked["demands"],
        secrecy=Secrecy(asked["secrecy"]),
        cargo=cargo,
        series=series,
        stage=stage,
        recovery_key=office,
    )
    messages = [*(found.messages if found is not None else ())]
    if found is not None:
        from inspect_tui.exchange.carrying import hand_over

        messages += hand_over(space, round_, by).messages
    warn(messages)
    from inspect_tui.cli.fresh import looks_data, tell_looks
    from inspect_tui.rules.checklist_versions import carried_looks

    looks = carried_looks(round_, round_.carried)
    if as_json:
        from inspect_tui.cli.rounds import round_data

        data = round_data(round_, str(space.round_dir(round_.id)))
        data |= {"sources": sources_data(found), "messages": messages, "looks": looks_data(looks)}
        data |= {"carried": [problem_data(p) for p in round_.carried]}
        data |= {"cards": len(round_.cards), "pairs": len(round_.pairs)}
        print_json(data | {"held": [held_data(h) for h in round_.held]})
    else:
        click.echo(f"已新建：{round_.title}（编号 {round_.id}）")
        _tell_carried(round_)
        if along := along_words(round_.cards, round_.pairs):
            click.echo(along)
        tell_looks(round_, looks)
        click.echo(f"下一步：inspect-tui round pack {round_.id}")


def _tell_carried(round_: Round) -> None:
    if not (round_.carried or round_.held):
        return
    titles = "、".join(dict.fromkeys(c.source.title for c in round_.carried)) or "以前各轮"
    owed = sum(c.verify for c in round_.carried)
    click.echo(f"转入上轮问题{len(round_.carried)}条（{titles}），其中{owed}条要复查。")
    reasons: dict[str, int] = {}
    for held in round_.held:
        reasons[held.reason] = reasons.get(held.reason, 0) + 1
    for reason, count in reasons.items():
        click.echo(f"没有转入{count}条：{reason}。")


def _label(title: str) -> str:
    import re

    found = re.match(r".*?(?:季度|月份?|上半年|下半年|年度)", title)
    return found.group() if found else title


def _unit_id(roster: Roster, wanted: str) -> str:
    """A unit by id, code or name; an unknown word is passed on, so that it is told with all other faults."""
    for unit in roster.units:
        if wanted in (unit.id, unit.code):
            return unit.id
    named = [u.id for u in roster.units if wanted in (u.name, u.full_name)]
    return named[0] if len(named) == 1 else wanted


def _under(space: Workspace, roster: Roster, tops: tuple[str, ...], checklists: list[str]) -> list[str]:
    from inspect_tui.exchange.planning import units_under

    if not tops:
        return []
    found, _ = space.checklists()
    kinds = {kind for c in found if c.id in checklists for kind in c.unit_kinds}

    def fits(unit: Unit) -> bool:
        return unit.kind in kinds

    ids = []
    for top in tops:
        top_id = _unit_id(roster, top)
        if roster.unit(top_id) is None:
            from inspect_tui.rules.issue import did_you_mean

            known = [w for u in roster.units for w in (u.id, u.name)]
            raise faults("N03", "名册里没有这个单位", top, did_you_mean(top, known, "请核对单位编号"))
        ids += [u for u in units_under(roster, top_id, fits) if u not in ids]
    return ids


def _pairs(words: tuple[str, ...], teams: tuple[str, ...], roster: Roster) -> list[tuple[str, list[str]]]:
    pairs = []
    for word in words:
        team, value = _split(word, teams, "--assign")
        pairs.append((team, [_unit_id(roster, part) for part in _parts(value)]))
    return pairs


def _split(word: str, teams: tuple[str, ...], option: str) -> tuple[str, str]:
    """组=内容; the team may be left out when there is only one."""
    team, equals, value = word.partition("=")
    if equals and team in teams:
        return team, value
    if len(teams) <= 1 and not equals:
        return (teams or ("检查组",))[0], word
    known = "、".join(teams) or "（没有）"
    raise click.BadParameter(f"“{word}”应写成“组名=内容”，现有检查组：{known}", param_hint=option)


def _parts(value: str) -> list[str]:
    import re

    return [part for part in re.split(r"[,，、;；\s]+", value) if part]


def _teams(asked: dict[str, Any], assigned: list[tuple[str, list[str]]]) -> list[Team]:
    from inspect_tui.model.round import Team

    names = asked["teams"] or ("检查组",)
    units: dict[str, list[str]] = {name: [] for name in names}
    for name, ids in assigned:
        units[name] += ids
    leads: dict[str, str] = {}
    for word in asked["leads"]:
        name, person = _split(word, names, "--lead")
        leads[name] = person
    members: dict[str, list[str]] = {name: [] for name in names}
    for word in asked["members"]:
        name, people = _split(word, names, "--member")
        members[name] += _parts(people)
    return [
        Team(
            id=f"A{number}",
            name=name,
            lead=leads.get(name, ""),
            members=tuple(members[name]),
            units=tuple(units[name]),
        )
        for number, name in enumerate(names, 1)
    ]


def recovery_key(text: str) -> str:
    """The office's key as typed. Raises InputFaults."""
    from inspect_tui.exchange.recipients import good_recovery_key

    try:
        return good_recovery_key(text)
    except ValueError:
        raise faults(
            "A07", "办公室备用公钥写法不对，或没有抄全", text[:70], "请照抄 key show 的一行里 age1… 这一段"
        ) from None
