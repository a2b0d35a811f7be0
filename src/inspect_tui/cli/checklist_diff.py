"""`inspect-tui checklist diff`: what a new version of a checklist changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import json_option, print_json

if TYPE_CHECKING:
    from inspect_tui.rules.checklist_diff import Difference, ItemChange


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
        click.echo(f"本版改动：{_inset(now.change_note)}")
    for line in lines_of(found):
        click.echo(line)
    warn(f"提醒：{line}" for line in warnings)


def lines_of(found: Difference) -> list[str]:
    """A difference as lines to read."""
    lines = []
    if found.head:
        lines += ["清单本身", *(f"  {part}" for part in found.head)]
    titles = {
        "added": "新增",
        "removed": "取消",
        "reworded": "改写（查过的需重看）",
        "repointed": "改分",
        "moved": "移动",
        "other": "其他改动",
    }
    for name, title in titles.items():
        changes: tuple[ItemChange, ...] = getattr(found, name)
        if changes:
            lines.append(f"{title}{len(changes)}条")
            for change in changes:
                lines += _lines(name, change)
    return lines or ["两版内容相同。"]


def _lines(name: str, change: ItemChange) -> list[str]:
    head = f"  {change.id} {change.text}"
    if name in ("added", "removed"):
        return [f"{head}（{change.section}，{change.now['points']}分）"]
    if name == "reworded":
        told = [f"  {change.id}"]
        for key, word in (("text", "内容"), ("rubric", "评分")):
            if change.was[key] != change.now[key]:
                told += [
                    f"    {word}原为：{_inset(change.was[key])}",
                    f"    {word}现为：{_inset(change.now[key])}",
                ]
        return told
    if name == "moved":
        was, now = change.was, change.now
        told = [f"编号{was['id']}改为{now['id']}"] if change.old_id else []
        if was["section"] != now["section"]:
            told.append(f"从“{was['section']}”移到“{now['section']}”")
        elif not change.old_id:
            told.append(f"在“{now['section']}”里由第{was['place']}条移到第{now['place']}条")
        return [f"{head}：{'，'.join(told)}"]
    if name == "other":
        return [f"{head}：{'、'.join(change.parts)}变了"]
    return [f"{head}：{'；'.join(change.parts)}"]


def _inset(text: str) -> str:
    return text.replace("\n", "\n        ") or "（空）"
