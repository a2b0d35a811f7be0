"""`inspect-tui checklist diff`: what a new version of a checklist changed."""

from __future__ import annotations

from typing import Any

import click

from inspect_tui.cli.common import json_option, print_json


@click.command(
    name="diff",
    short_help="对比清单的两版：新增、取消、改写、改分、移动",
    help="对比清单的两版：新增、取消、改写、改分、移动。\n\n"
    "同一编号算同一条；编号改了、文字一字未动的算移动。空格和标点的全角半角不算改写。",
)
@click.argument("old", metavar="旧版", type=click.Path())
@click.argument("new", metavar="新版", type=click.Path())
@json_option
def diff(old: str, new: str, as_json: bool) -> None:
    from pathlib import Path

    from inspect_tui.cli.common import warn
    from inspect_tui.report.checklist_changes import inset, lines_of
    from inspect_tui.rules.checklist_diff import compare
    from inspect_tui.rules.checklist_versions import not_raised
    from inspect_tui.store.clean import clean_text
    from inspect_tui.store.loading import load_checklist

    was, now = (load_checklist(Path(p), name=clean_text(p, newlines=False))[0] for p in (old, new))
    found = compare(was, now)
    warnings = [f"{issue.message}。{issue.remedy}。" for issue in not_raised(was, now, "旧版")]
    if as_json:
        import msgspec

        told: dict[str, Any] = {
            name: msgspec.to_builtins(getattr(found, name)) for name in found.__struct_fields__
        }
        print_json(
            {**told, "old": was.revision, "new": now.revision, "note": now.change_note, "warnings": warnings}
        )
        return
    click.echo(f"{now.title}：{was.revision}版 → {now.revision}版")
    if now.change_note:
        click.echo(f"本版改动：{inset(now.change_note)}")
    for line in lines_of(found):
        click.echo(line)
    warn(f"提醒：{line}" for line in warnings)
