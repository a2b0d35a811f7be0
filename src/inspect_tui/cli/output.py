"""What commands share that print a table or a text: the options for it, and stdout or a file as its place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from inspect_tui.cli.common import clean, print_json

output_option = click.option(
    "-o", "--output", metavar="文件", type=click.Path(path_type=Path), help="写到文件。"
)


#: The endings meant for what is written; any plain text may also stand in a .txt file.
_MEANT = {
    "text": (".txt", ".md"),
    "csv": (".csv", ".txt"),
    "json": (".json", ".txt"),
    "md": (".md", ".txt"),
    "html": (".html", ".htm"),
    "docx": (".docx",),
    "xlsx": (".xlsx",),
}
_WORDS = {"text": "文字", "csv": "CSV表", "json": "JSON", "md": "Markdown文字", "html": "网页"}
_WORDS |= {"docx": "Word文件", "xlsx": "Excel表"}
#: Endings that promise some other kind of file: a program that believes the name calls the file damaged.
_PROMISES = {ending for endings in _MEANT.values() for ending in endings}
_PROMISES |= {".xls", ".et", ".doc", ".wps", ".pdf", ".pptx", ".zip", ".jpg", ".jpeg", ".png"}


def wants_csv(as_csv: bool, as_json: bool, output: Path | None) -> bool:
    """Whether a table is to be CSV: it was asked for, or the file is named so."""
    return as_csv or (not as_json and output is not None and output.suffix.lower() == ".csv")


def check_ending(output: Path | None, kind: str) -> None:
    """Raise a usage error where a file's ending promises something else than what is written there."""
    ending = output.suffix.lower() if output is not None else ""
    if ending not in _PROMISES or ending in _MEANT[kind]:
        return
    said = f"这里写出的是{_WORDS[kind]}，文件名请用 {_MEANT[kind][0]} 结尾，不要用 {ending}"
    context = click.get_current_context(silent=True)
    if kind == "text" and context is not None and any(p.name == "as_csv" for p in context.command.params):
        said += "；要表请加 --csv，用 .csv 结尾"
    raise click.BadParameter(f"{said}。", param_hint="-o")


def write_out(content: bytes, output: Path | None, kind: str = "text") -> None:
    """Print bytes, or write them to a file and say so. `kind` is what they are, a key of the endings."""
    if output is None:
        click.echo(content, nl=False)
    else:
        write_to(output, content, kind)


def write_json(value: Any, output: Path | None) -> None:
    """Print one JSON object, or write it to a file and say so; decimals as plain numbers."""
    if output is None:
        print_json(value)
        return
    import msgspec

    write_to(output, msgspec.json.Encoder(decimal_format="number").encode(value), "json")


def write_lines(lines: Iterable[str], output: Path | None) -> None:
    """Print lines of text, or write them to a file and say so; none of them drives a terminal."""
    write_out("".join(f"{clean(line)}\n" for line in lines).encode("utf-8"), output)


def write_to(path: Path, data: bytes, kind: str = "text") -> None:
    """Write a file and say where it is; refused where its name promises another kind of file."""
    check_ending(path, kind)
    from inspect_tui.store.files import private_folder, write_durable

    private_folder(path.parent)
    write_durable(path, data)
    click.echo(f"已写入：{path}", err=True)
