"""`inspect-tui schema NAME`: the JSON Schema of a file, for editors and other programs."""

from __future__ import annotations

import click

NAMES = (
    "checklist", "roster", "rules", "scheme", "contest", "appraisal", "distribution", "flows", "round",
    "pack", "findings", "record",
)  # fmt: skip


@click.command(
    name="schema",
    short_help="输出文件格式的 JSON Schema",
    help="输出文件格式的 JSON Schema，供编辑器补全或其他程序核对。\n\n"
    "NAME 可用：checklist（检查清单）、roster（组织名册）、rules（规则）、scheme（定级办法）、"
    "contest（评比办法）、appraisal（民主测评）、distribution（二次分配细则）、flows（基本流程目录）、round（检查轮次）、"
    "pack（发包文件）、findings（检查记录）、record（批量录入的一行）。",
)
@click.argument("name", metavar="NAME", type=click.Choice(NAMES))
def schema(name: str) -> None:
    from inspect_tui.exchange.schema import schema_bytes

    # Bytes, because a console in another encoding must not change or refuse the JSON.
    click.echo(schema_bytes(name), nl=False)
