"""`inspect-tui erase`: 彻底删除, with a look at what goes before it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import (
    clean,
    faults,
    json_option,
    print_json,
    round_option,
    warn,
    workspace_option,
)
from inspect_tui.cli.leading import as_option, leading

if TYPE_CHECKING:
    from inspect_tui.store.session import Session


@click.command(name="erase", options_metavar="[选项]", short_help="彻底删除一条操作的内容")
@click.argument("change", metavar="[操作编号]", required=False)
@click.option("--find", "text", metavar="文字", help="找出内容里有这段文字的操作和编号。")
@click.option("--reason", metavar="原因", default="", help="为什么删，必写，会留下来。")
@click.option("--yes", is_flag=True, help="确认删除；不加只看会删掉什么。")
@round_option
@as_option
@workspace_option
@json_option
def erase(
    change: str | None,
    text: str | None,
    reason: str,
    yes: bool,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """彻底删除一条操作的内容，用于不该写下、不能再传出去的文字。删后不能恢复，原因留存，前后衔接仍可核对。"""
    if (change is None) == (text is None):
        raise click.UsageError("请写操作编号，或用 --find 找")
    with leading(workspace, round_id, name) as session:
        if text is not None:
            _find(session, text, as_json)
        else:
            _erase(session, str(change), reason, yes, as_json)


def _find(session: Session, text: str, as_json: bool) -> None:
    from inspect_tui.rules.matter import edits_words

    found = []
    for known in session.state.changes.values():
        if (body := known.body) is None or not text:
            continue
        said = edits_words(session.round, body.edits, most=20)
        if text in said:
            # What must not be told is still found, so that it can be erased.
            shown = "" if session.round.secrecy.refuses_export else said
            found.append({"change": known.id, "by": list(body.by), "at": body.at, "says": shown})
    found.sort(key=lambda row: (str(row["at"]), str(row["change"])))
    if as_json:
        print_json({"found": found})
        return
    for row in found[:50]:
        click.echo(clean(f"{row['change']}  {'、'.join(row['by'])}  {row['at'][:16]}  {row['says']}"))
    click.echo(f"共{len(found)}次操作。")


def _erase(session: Session, wanted: str, reason: str, yes: bool, as_json: bool) -> None:
    import msgspec

    from inspect_tui.exchange.erasing import erase_change
    from inspect_tui.rules.erasing import preview

    matching = [c for c in session.state.changes if len(wanted) >= 8 and c.startswith(wanted)]
    if len(matching) != 1:
        why = "有几条操作的编号这样开头" if matching else "没有这个编号的操作"
        raise faults("D09", why, wanted, "至少写编号的前8位；用 --find 可以按文字找")
    told = preview(session.state, session.round, matching[0])
    done = erase_change(session, matching[0], clean(reason)) if yes else None
    if as_json:
        data: dict[str, Any] = {"preview": msgspec.to_builtins(told), "erased": done is not None}
        print_json(data | (msgspec.to_builtins(done) if done else {}))
        return
    click.echo(clean(f"{'、'.join(told.by)}在{told.at[:16]}：{told.what}"))
    click.echo(clean(f"  {told.says}"))
    if told.resting:
        click.echo(f"  后来有{len(told.resting)}次操作看过这一条，它们自己的内容不变。")
    if done is None:
        click.echo("这些内容会彻底删除，不能恢复。确认请加 --yes 和 --reason。")
        return
    click.echo("已彻底删除。" + (f"改写了：{'、'.join(done.rewritten)}。" if done.rewritten else ""))
    if done.left:
        click.echo(f"这些文件是别人的，由各自的程序下次打开时删除：{'、'.join(done.left)}。")
    warn(done.messages)
    click.echo("此前发出去的文件、导出的文字里如果有这段内容，要另行收回。")
