"""What commands share that print a table or a text: the options for it, and stdout or a file as its place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from inspect_tui.cli.common import clean

output_option = click.option(
    "-o", "--output", metavar="文件", type=click.Path(path_type=Path), help="写到文件。"
)


def write_out(content: bytes, output: Path | None) -> None:
    """Print bytes, or write them to a file and say so."""
    if output is None:
        click.echo(content, nl=False)
    else:
        write_to(output, content)


def write_lines(lines: Iterable[str], output: Path | None) -> None:
    """Print lines of text, or write them to a file and say so; none of them drives a terminal."""
    write_out("".join(f"{clean(line)}\n" for line in lines).encode("utf-8"), output)


def write_to(path: Path, data: bytes) -> None:
    """Write a file and say where it is."""
    from inspect_tui.store.files import private_folder, write_durable

    private_folder(path.parent)
    write_durable(path, data)
    click.echo(f"已写入：{path}", err=True)
