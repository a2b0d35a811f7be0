"""`inspect-tui round freeze`: the seal on a round, and how it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import faults, json_option, print_json, workspace_option
from inspect_tui.cli.leading import as_option, leading

if TYPE_CHECKING:
    from inspect_tui.rules.sealing import Freeze


def frozen_data(held: Freeze) -> dict[str, Any]:
    """A freeze as the documented JSON object."""
    return {
        "seal": held.seal,
        "short": held.short,
        "by": list(held.by),
        "at": held.at,
        "reason": held.reason,
        "whole": held.whole,
        "altered": held.altered,
        "breaches": [
            {"change": b.change, "by": list(b.by), "at": b.at, "what": b.what} for b in held.breaches
        ],
    }


def tell_freeze(held: Freeze) -> None:
    """Print a freeze with what broke it."""
    from inspect_tui.store.clean import clean_text

    click.echo(f"{held.text()}（{'、'.join(held.by)}，{held.at[:10]}）")
    for breach in held.breaches[:20]:
        told = f"  {breach.at[:16].replace('T', ' ')}  {'、'.join(breach.by)}：{breach.what}"
        click.echo(clean_text(told, newlines=False))
    if len(held.breaches) > 20:
        click.echo(f"  另有{len(held.breaches) - 20}次改动。")


@click.command(name="freeze", short_help="封存一轮，此后的改动都会显出来", options_metavar="[选项]")
@click.argument("round_arg", metavar="轮次", required=False)
@click.option("--round", "round_id", metavar="轮次", help="同上，写在哪里都可以；不写为最新一轮。")
@as_option
@click.option("--reason", metavar="原因", default="", help="原封存已失效、重新封存时必写。")
@workspace_option
@json_option
def freeze(
    round_arg: str | None,
    round_id: str | None,
    name: str | None,
    reason: str,
    workspace: str | None,
    as_json: bool,
) -> None:
    """封存：给结论、问题原文和裁定盖上封存码，印在各种材料上。还有意见没裁定时不能封存。

    封存后台账和整改照常；谁改了封存的内容，round show 会列出来。
    """
    from inspect_tui.cli.decide import question_data, question_lines
    from inspect_tui.rules import sealing
    from inspect_tui.store.clean import clean_text

    with leading(workspace, round_id or round_arg, name) as session:
        try:
            edits = sealing.freeze(session.state, session.round, clean_text(reason, newlines=False))
        except sealing.StillOpen as still:
            if as_json:
                rows = [question_data(n, q) for n, q in enumerate(still.questions, 1)]
                print_json({"frozen": False, "questions": rows})
            else:
                for number, question in enumerate(still.questions, 1):
                    line = question_lines(number, question)[0]
                    click.echo(clean_text(line, newlines=False), err=True)
                click.echo(f"{still}。", err=True)
            raise click.exceptions.Exit(1) from None
        except sealing.NeedsReason as error:
            raise faults("D02", str(error), "", "请用 --reason 写明") from error
        session.commit(edits, "封存")
        session.flush()
        held = sealing.read_freeze(session.state, session.round)
        assert held is not None
    if as_json:
        print_json({"frozen": True} | frozen_data(held))
    else:
        click.echo(f"{session.round.title}{held.text()}。")
