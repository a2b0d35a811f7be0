"""`inspect-tui join`: likely doubles listed, joined and taken apart by the lead."""

from __future__ import annotations

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
    workspace_option,
)
from inspect_tui.cli.leading import as_option, leading
from inspect_tui.cli.recording import commit

if TYPE_CHECKING:
    from inspect_tui.model.round import Round
    from inspect_tui.rules.fold import State


@click.command(name="join", options_metavar="[选项]", short_help="把说同一件事的问题合为一条")
@click.option("--pair", metavar="序号", help="合并列表里的第几对（或两条的代码，用逗号隔开）。")
@click.option("--apart", metavar="代码", help="把合在一起的分开，写其中一条的代码。")
@round_option
@as_option
@workspace_option
@json_option
def join(
    pair: str | None,
    apart: str | None,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """列出可能说同一件事的问题和做法；合不合由组长定，合了可以再分开，文字都保留。"""
    from inspect_tui.exchange.doubles import suggest
    from inspect_tui.rules import joining

    if pair is not None and apart is not None:
        raise click.UsageError("--pair 和 --apart 只能选一个")
    if pair is None and apart is None:
        _list_pairs(round_id, workspace, as_json)
        return
    with leading(workspace, round_id, name) as session:
        found = _findings(session.state, session.round)
        if apart is not None:
            members = {short_key(m.key): (f, m.key) for f in found if f.joined for m in (f, *f.joined)}
            if apart not in members:
                raise faults("D08", "没有这样一条合在一起的问题", apart, "不写选项可列出")
            edits, what = joining.unjoin(session.state, *members[apart]), "分开"
        else:
            by_code = {short_key(f.key): f for f in found}
            pairs = suggest(found)
            codes = str(pair).replace("，", ",").split(",")
            if len(codes) == 2 and all(code in by_code for code in codes):
                one, two = by_code[codes[0]], by_code[codes[1]]
            elif str(pair).isdigit() and 1 <= int(str(pair)) <= len(pairs):
                one, two = pairs[int(str(pair)) - 1].findings
            else:
                raise faults("D08", "没有这一对", str(pair), "不写选项可列出")
            edits, what = joining.join(session.state, one, two), "合为一条"
        commit(session, edits, what)
    if as_json:
        print_json({"done": what, "records": [e.record for e in edits]})
    else:
        click.echo(f"已{what}。")


def _list_pairs(round_id: str | None, workspace: str | None, as_json: bool) -> None:
    from inspect_tui.exchange.doubles import suggest

    source = told_source(round_dir_of(workspace, round_id))
    found = _findings(source.state, source.round)
    pairs = suggest(found)
    groups = [f for f in found if f.joined]
    if as_json:
        print_json(
            {
                "pairs": [
                    {
                        "number": n,
                        "unit": p.unit,
                        "kind": p.kind.value,
                        "similarity": p.similarity,
                        "codes": [short_key(k) for k in p.keys],
                        "keys": list(p.keys),
                        "texts": list(p.texts),
                        "by": [list(by) for by in p.by],
                    }
                    for n, p in enumerate(pairs, 1)
                ],
                "joined": [
                    {
                        "unit": f.unit,
                        "keys": [f.key, *(j.key for j in f.joined)],
                        "codes": [short_key(k) for k in (f.key, *(j.key for j in f.joined))],
                        "texts": [f.text, *(j.text for j in f.joined)],
                    }
                    for f in groups
                ],
            }
        )
        return
    from inspect_tui.rules.matter import unit_name

    for n, p in enumerate(pairs, 1):
        click.echo(clean(f"{n}. {unit_name(source.round, p.unit)}  {p.kind.label}  相似{p.similarity}%"))
        for key, text, by in zip(p.keys, p.texts, p.by, strict=True):
            click.echo(clean(f"   [{short_key(key)}] {'、'.join(by)}：{text}"))
    for f in groups:
        click.echo(clean(f"已合为一条：{unit_name(source.round, f.unit)}  {f.text}"))
        for j in f.joined:
            click.echo(clean(f"   [{short_key(j.key)}] {'、'.join(j.by)}：{j.text}"))
    click.echo(f"共{len(pairs)}对可能说的是同一件事。" if pairs else "没有看起来重复的问题和做法。")


def short_key(key: str) -> str:
    """A short code for a finding, to be typed."""
    from inspect_tui.rules.canonical import digest

    return digest(key.encode())[:6]


def _findings(state: State, round_: Round) -> list[Any]:
    from inspect_tui.rules.applicability import checklists_for
    from inspect_tui.rules.reading import findings_of_unit

    return [
        finding
        for unit in round_.units
        for finding in findings_of_unit(state, round_, unit.id, checklists_for(round_, unit))
    ]
