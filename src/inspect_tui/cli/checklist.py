"""`inspect-tui checklist ...`: what an author of checklists does at the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.zh import ZhGroup

if TYPE_CHECKING:
    from inspect_tui.model.fault import Fault


class _Checklist(ZhGroup):
    """The group, with everything but `check` imported only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), "try", "import", "export", "diff", "scheme"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "scheme":
            from inspect_tui.cli.scheme import scheme

            return scheme
        if cmd_name in ("import", "export"):
            from inspect_tui.cli.checklist_sheets import export, import_

            return import_ if cmd_name == "import" else export
        if cmd_name == "try":
            from inspect_tui.cli.checklist_try import try_

            return try_
        if cmd_name == "diff":
            from inspect_tui.cli.checklist_diff import diff

            return diff
        return super().get_command(ctx, cmd_name)


@click.group(
    name="checklist",
    cls=_Checklist,
    short_help="检查清单：核对、试走、表格导入导出、版本对比",
    help=("检查清单：核对、试走、表格导入导出、版本对比；定级办法：核对。"),
)
def checklist() -> None:
    pass


@checklist.command(
    name="check",
    short_help="核对清单文件，一次列出全部问题",
    help="核对清单文件，一次列出全部问题：文件、行列、位置、现有内容和改法。\n\n"
    "也可以核对组织名册、规则、定级和评比办法、民主测评、检查轮次和发包文件。没有问题返回0，有问题返回1。",
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 对象。")
def check(files: tuple[str, ...], as_json: bool) -> None:
    check_files(files, as_json)


def check_files(files: tuple[str, ...], as_json: bool, load: Callable[..., Any] | None = None) -> None:
    """Print every fault of some files and leave with 1 when there is any.

    `load` is for files of one format; without it each file says itself what it is.
    """
    from pathlib import Path

    from inspect_tui.model.fault import InputFaults
    from inspect_tui.store.loading import check_file

    def faults_of(name: str) -> list[Fault]:
        if load is None:
            return [*check_file(Path(name), name=_shown(name)), *_version_faults(name)]
        try:
            warnings: list[Fault] = load(Path(name), name=_shown(name))[-1]
        except InputFaults as error:
            return error.faults
        return warnings

    results = [(name, faults_of(name)) for name in files]
    bad = [name for name, faults in results if any(not fault.warning for fault in faults)]
    if as_json:
        _print_json(results)
    else:
        for name, faults in results:
            for fault in faults:
                click.echo(f"{'提醒：' if fault.warning else ''}{fault.text()}（{fault.code}）", err=True)
            if name not in bad:
                click.echo(f"{_shown(name)}：没有发现问题")
            else:
                count = sum(not fault.warning for fault in faults)
                click.echo(f"{_shown(name)}：共{count}处问题", err=True)
    if bad:
        raise click.exceptions.Exit(1)


def _version_faults(name: str) -> list[Fault]:
    """What is wrong with a version or a tag, against the workspace named or the one the file stands in."""
    from pathlib import Path

    from inspect_tui.cli.common import folder_of
    from inspect_tui.exchange.checklist_held import tag_faults, version_faults
    from inspect_tui.store.workspace import Workspace

    root = folder_of(None)
    space = Workspace(root) if Workspace.is_workspace(root) else None
    given = (Path(name), space)
    return [*version_faults(*given, name=_shown(name)), *tag_faults(*given, name=_shown(name))]


def _shown(name: str) -> str:
    """A path given on the command line as it may be printed: its bytes may be no text at all."""
    from inspect_tui.store.clean import clean_text

    return clean_text(name, newlines=False)


def _print_json(results: list[tuple[str, list[Fault]]]) -> None:
    import json

    import msgspec

    told = {
        "files": [
            {
                "path": _shown(name),
                "ok": all(fault.warning for fault in faults),
                "faults": [msgspec.structs.asdict(fault) for fault in faults],
            }
            for name, faults in results
        ]
    }
    # Bytes, because a console in another encoding must not change or refuse the JSON.
    click.echo(json.dumps(told, ensure_ascii=False, indent=2).encode("utf-8"))
