"""Telling at the command line what a new version of a checklist asks to look at again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspect_tui.model.round import Round
    from inspect_tui.rules.checklist_versions import FreshLook


def looks_data(looks: Sequence[FreshLook]) -> list[dict[str, Any]]:
    """Fresh looks as JSON."""
    import msgspec

    return [msgspec.structs.asdict(look) for look in looks]


def tell_looks(round_: Round, looks: Sequence[FreshLook]) -> None:
    """Print fresh looks by unit, answers before problems."""
    from inspect_tui.store.clean import clean_text

    if not looks:
        return
    answers = sum(look.kind == "answer" for look in looks)
    told = f"检查记录{answers}条，" if answers else ""
    click.echo(f"清单改动后要重看：{told}问题{len(looks) - answers}条。")
    names = {unit.id: unit.name for unit in round_.units}
    words = {"answer": "已查", "problem": "问题"}
    for unit in dict.fromkeys(look.unit for look in looks):
        click.echo(clean_text(f"  {names.get(unit, unit)}", newlines=False))
        for look in looks:
            if look.unit == unit:
                told = f"    {words[look.kind]} {look.item}（{look.why}）：{look.text}"
                click.echo(clean_text(told, newlines=False))
