"""What `round new` and `round carry-over` share: where old problems come from, what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import (
    clean,
    faults,
    json_option,
    print_json,
    round_id_of,
    space_of,
    warn,
    workspace_option,
)

if TYPE_CHECKING:
    from inspect_tui.exchange.carrying import Carriage, Gathered
    from inspect_tui.model.person import Identity
    from inspect_tui.model.problem import Carried, Held
    from inspect_tui.model.terms import RoundKind
    from inspect_tui.store.workspace import Workspace

hold_option = click.option(
    "--hold", "holds", metavar="编号=理由", multiple=True, help="这条问题留在原来的轮次，不转入；可写多次。"
)
as_option = click.option(
    "--as", "name", metavar="姓名", help="以谁的名义在旧轮次里写“已转入”；不写为这台电脑上的人。"
)


def gathered(
    space: Workspace, wanted: Iterable[str], kind: RoundKind, start: str, today: str, series: str = ""
) -> Gathered | None:
    """What comes along: from the sources named, else from every earlier round of the kind; None when none.

    Stages of one `series` do not carry into each other unless they are named.
    """
    from inspect_tui.exchange.carrying import earlier_rounds, gather

    sources = list(wanted) or [entry.id for entry in earlier_rounds(space, kind, start or today, series)]
    return gather(space, sources, today) if sources else None


def holds_asked(words: Iterable[str]) -> dict[str, str]:
    """Reasons by the numbers as they were written."""
    found = {}
    for word in words:
        number, _, reason = word.partition("=")
        found[number.strip()] = reason
    return found


def who(space: Workspace, name: str | None) -> Identity | None:
    """Who writes 已转入: the one named, or whoever this workspace knows, if anybody."""
    from inspect_tui.cli.common import identity_of

    return identity_of(space, name) if name is not None else space.identity()


def problem_data(problem: Carried) -> dict[str, Any]:
    """A problem that comes along, as the documented JSON object."""
    return {
        "id": problem.id,
        "number": problem.number,
        "unit": problem.unit,
        "text": problem.text,
        "state": problem.state.value,
        "severity": problem.severity.value,
        "verify": problem.verify,
        "noted": problem.noted,
        "rounds": problem.rounds,
        "recurrences": problem.recurrences,
        "source": problem.source.title,
    }


def held_data(held: Held) -> dict[str, Any]:
    """A problem that is held out, as the documented JSON object."""
    return problem_data(held.problem) | {"reason": held.reason, "by": held.by, "at": held.at}


def sources_data(found: Gathered | None) -> list[dict[str, Any]]:
    """The rounds that were read, as documented JSON objects."""
    return [
        {"round": s.id, "title": s.title, "offered": s.offered, "here": bool(s.here)}
        for s in (found.sources if found is not None else ())
    ]


@click.command(name="carry-over", short_help="把以前各轮的问题转入一轮", options_metavar="[选项]")
@click.option("--from", "sources", metavar="轮次|文件", multiple=True, help=(
    "从哪里转入，可写多次：轮次编号、轮次文件夹、合并文件、记录文件、交卷文件；"
    "不写就是工作文件夹里更早的同类轮次。"
))  # fmt: skip
@click.option("--into", metavar="轮次", help="转入哪一轮；只预览时可以不写。")
@click.option("--preview", is_flag=True, help="只列出会转入什么，不写。")
@hold_option
@as_option
@workspace_option
@json_option
def carry_over(
    sources: tuple[str, ...],
    into: str | None,
    preview: bool,
    holds: tuple[str, ...],
    name: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """把以前各轮没有销号的问题，以及上次销号、立行立改的问题，转入已经开了的一轮。

    已转入的不动，只添新的，版本号加一，改完请重新发包。读不了的来源全部列出，什么都不写。
    旧轮次里写上“已转入”。--hold 也可以把已转入、还没有办理的问题退回原来的轮次。
    """
    from inspect_tui.exchange.carrying import carry_into, hand_over, holds_of
    from inspect_tui.exchange.refusal import refuse_mark
    from inspect_tui.model.terms import RoundKind
    from inspect_tui.store.workspace import local_clock

    if into is None and not preview:
        raise click.UsageError("请用 --into 写明转入哪一轮，或加 --preview 只预览")
    space, now = space_of(workspace), local_clock()
    today = now.date().isoformat()
    target = space.round(round_id_of(space, into)).round if into is not None else None
    kind = target.kind if target is not None else RoundKind.LOOKBACK
    start, series = (target.period.start, target.series) if target is not None else ("", "")
    found = gathered(space, sources, kind, start, today, series)
    if found is None:
        raise faults("N09", "没有更早的轮次", "", "请用 --from 写明从哪里转入")
    for secrecy in [source.secrecy for source in found.sources] + ([target.secrecy] if target else []):
        refuse_mark(secrecy)
    warn(found.messages)
    if target is None:
        _tell_offers(found, as_json)
        return
    named = holds_of([*(o.problem for o in found.offers), *target.carried], holds_asked(holds))
    by = who(space, name)
    done = carry_into(
        space,
        target.id,
        found,
        named,
        by=by.name if by is not None else "",
        at=now.isoformat(timespec="seconds"),
        preview=preview,
    )
    messages = list(done.messages)
    noted = {}
    if not preview:
        handed = hand_over(space, done.round, by)
        noted = handed.noted
        messages += handed.messages
    _tell(found, done, noted, messages, preview, as_json)


def _tell(
    found: Gathered,
    done: Carriage,
    noted: dict[str, int],
    messages: list[str],
    preview: bool,
    as_json: bool,
) -> None:
    from inspect_tui.cli.fresh import looks_data, tell_looks
    from inspect_tui.rules.checklist_versions import carried_looks

    looks = carried_looks(done.round, done.added)
    if as_json:
        print_json(
            {
                "round": done.round.id,
                "pack_version": done.round.pack_version,
                "preview": preview,
                "sources": sources_data(found),
                "added": [problem_data(p) | {"why": _why(found, p)} for p in done.added],
                "held": [held_data(h) for h in done.held],
                "cards": len(done.cards),
                "pairs": len(done.pairs),
                "known": done.known,
                "noted": [{"title": title, "problems": count} for title, count in noted.items()],
                "looks": looks_data(looks),
                "messages": [*found.messages, *messages],
            }
        )
        return
    warn(messages)
    _tell_units(found, done.added)
    tell_looks(done.round, looks)
    for held in done.held:
        click.echo(clean(f"不转入：{held.problem.number} {held.problem.text}（{held.reason}）"))
    verb = "会转入" if preview else "已转入"
    known = f"，已在本轮的{done.known}条不动" if done.known else ""
    click.echo(f"{verb}{len(done.added)}条，不转入{len(done.held)}条{known}。")
    if along := along_words(done.cards, done.pairs):
        click.echo(along)
    if done.changed and not preview:
        click.echo(f"{done.round.title}已改为第{done.round.pack_version}版，请重新发包。")


def _tell_offers(found: Gathered, as_json: bool) -> None:
    if as_json:
        offers = [problem_data(o.problem) | {"why": o.why, "contested": o.contested} for o in found.offers]
        counts = {
            "by_unit": [{"unit": unit, "count": count} for unit, count in found.by_unit().items()],
            "by_why": [{"why": why, "count": count} for why, count in found.by_why().items()],
        }
        data = {"sources": sources_data(found), "offers": offers, **counts}
        print_json(data | {"messages": list(found.messages)})
        return
    for source in found.sources:
        click.echo(clean(f"{source.title}：{source.offered}条"))
    _tell_units(found, [o.problem for o in found.offers])
    contested = sum(o.contested for o in found.offers)
    click.echo(f"共{len(found.offers)}条可以转入。")
    if contested:
        click.echo(f"其中{contested}条还有不同意见没有裁定，最好先裁定。")


def _tell_units(found: Gathered, problems: Iterable[Carried]) -> None:
    unit, order = None, {name: place for place, name in enumerate(found.names)}
    whys = {offer.problem.id: offer.why for offer in found.offers}
    for problem in sorted(problems, key=lambda p: order.get(p.unit, len(order))):
        if problem.unit != unit:
            unit = problem.unit
            click.echo(clean(found.names.get(unit, unit)))
        click.echo(clean(f"  {problem.number}  {whys.get(problem.id, '')}  {problem.text}"))


def along_words(cards: Sequence[Any], pairs: Sequence[Any]) -> str:
    """What else comes along: good practices to ask about, helping pairs that go on."""
    said = [f"经验{len(cards)}条" if cards else "", f"结对帮扶{len(pairs)}对" if pairs else ""]
    told = "、".join(word for word in said if word)
    return f"一并带入：{told}。" if told else ""


def _why(found: Gathered, problem: Carried) -> str:
    return next((o.why for o in found.offers if o.problem.id == problem.id), "")


def is_date(word: str) -> bool:
    """Whether a word is meant as a date: `round new --from` once took only that."""
    import re

    return re.fullmatch(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}", word) is not None and not Path(word).exists()
