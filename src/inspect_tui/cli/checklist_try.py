"""`inspect-tui checklist try`: walk a checklist to see how it works, keeping nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import json_option, print_json

if TYPE_CHECKING:
    from inspect_tui.model.checklist import Checklist
    from inspect_tui.rules.effort import Effort


@click.command(
    name="try",
    short_help="试走一遍清单，什么也不保存",
    options_metavar="[选项]",
    help="用真的检查界面试走一份清单：结论、扣分、得分、问题文字、通报都能看，退出后什么也不保存。\n\n"
    "加 --counts 不打开界面，只列各定位的条数、分值和估计用时。",
)
@click.argument("source", metavar="清单.json", type=click.Path(path_type=Path))
@click.option("--profile", metavar="定位", default="", help="按哪种定位：上产型、安全型、温馨型、未定位。")
@click.option("--kind", metavar="类别", default="", help="按哪类单位试走；不写就取清单写的第一类。")
@click.option("--counts", is_flag=True, help="只列条数、分值和估计用时。")
@json_option
@click.pass_context
def try_(ctx: click.Context, source: Path, profile: str, kind: str, counts: bool, as_json: bool) -> None:
    from inspect_tui.cli.common import folder_of, warn
    from inspect_tui.model.terms import Profile, UnitKind
    from inspect_tui.rules.effort import efforts, profiles_of
    from inspect_tui.store.clean import clean_text
    from inspect_tui.store.loading import load_checklist

    checklist, warnings = load_checklist(source, name=clean_text(str(source), newlines=False))
    as_profile = _one_of(Profile, profile, profiles_of(checklist), "--profile")
    as_kind = _one_of(UnitKind, kind, list(checklist.unit_kinds), "--kind")
    if counts or as_json:
        found = efforts(checklist)
        if as_json:
            print_json(_told(checklist, found))
        else:
            click.echo(f"{checklist.title}（{checklist.revision}版）")
            for effort in found:
                click.echo(f"  {effort_words(effort)}")
        warn(f"提醒：{fault.text()}（{fault.code}）" for fault in warnings)
        return
    from inspect_tui.cli.open_app import Answer, on_terminal

    def run(answer: Answer) -> int:
        from inspect_tui.tui.trial import run_trial

        return run_trial(folder_of(None), checklist, as_kind, as_profile, answer)

    ctx.exit(on_terminal(run))


def effort_words(effort: Effort) -> str:
    """What one profile is asked, in a line."""
    from inspect_tui.rules.scoring import points_text

    more = f"，其中{effort.conditional}条看条件" if effort.conditional else ""
    return (
        f"{effort.label}：{effort.items}条，{points_text(effort.points)}分，"
        f"约{points_text(effort.minutes)}分钟{more}"
    )


def _told(checklist: Checklist, found: list[Effort]) -> dict[str, Any]:
    return {
        "id": checklist.id,
        "title": checklist.title,
        "revision": checklist.revision,
        "profiles": [
            {
                "kind": effort.kind.value if effort.kind is not None else "*",
                "profile": effort.profile.value if effort.profile is not None else "*",
                "name": effort.label,
                "items": effort.items,
                "points": effort.points,
                "minutes": effort.minutes,
                "conditional": effort.conditional,
                "measured": effort.measured,
            }
            for effort in found
        ],
    }


def _one_of(kind: Any, word: str, offered: list[Any], option: str) -> Any:
    """The member meant by its value or its Chinese word; the first offered where nothing is said."""
    if not word:
        return offered[0]
    for member in kind:
        if word in (member.value, member.label):
            return member
    known = "、".join(member.label for member in kind)
    raise click.BadParameter(f"“{word}”不认识，可用：{known}", param_hint=option)
