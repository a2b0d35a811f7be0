"""`inspect-tui evidence check` and `sheet`: whether the files are what they were, and all of it on paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import (
    clean,
    json_option,
    print_json,
    round_dir_of,
    round_option,
    today_of,
    told_source,
    unit_of,
    warn,
    workspace_option,
)

if TYPE_CHECKING:
    from inspect_tui.exchange.source import Source
    from inspect_tui.rules.evidence import Evidence

unit_option = click.option("--unit", "unit", metavar="单位", help="只看一个单位（编号或名称）。")


def _data(found: Evidence, where: str, words: str) -> dict[str, Any]:
    piece = found.piece
    return {
        "id": found.id,
        "record": found.record,
        "unit": found.record.split("/")[1],
        "kind": piece.kind.value,
        "caption": piece.caption,
        "reference": piece.reference,
        "source": piece.source,
        "taken": piece.taken,
        "name": piece.name,
        "sha256": piece.sha256,
        "bytes": piece.size,
        "file": piece.file,
        "state": "ok" if not words else "missing" if words == "文件未到" else "altered",
        "by": list(found.by),
        "at": found.at,
        "where": where,
    }


def rows_of(source: Source, folder: Path, unit: str | None, *, deep: bool = False) -> list[dict[str, Any]]:
    """The evidence of a unit or of all as documented objects; `deep` compares files with their hashes."""
    from inspect_tui.rules.evidence import all_evidence, evidence_of_unit
    from inspect_tui.rules.matter import record_words
    from inspect_tui.store.evidence import place

    if unit:
        found = evidence_of_unit(source.state, unit_of(source.round, unit).id)
    else:
        found = all_evidence(source.state)
    rows = []
    for one in found:
        words = place(folder, one.piece, deep=deep).words if one.piece.file else ""
        rows.append(_data(one, record_words(source.round, one.record), words))
    return rows


def source_of(workspace: str | None, round_id: str | None) -> tuple[Source, Path]:
    """A round with its records, and the folder it lies in."""
    folder = round_dir_of(workspace, round_id)
    return told_source(folder), folder


_STATES = {"missing": "文件未到", "altered": "文件被改动"}


def row_line(row: dict[str, Any]) -> str:
    """A piece as one line."""
    from inspect_tui.model.terms import EvidenceKind
    from inspect_tui.store.limits import size_text

    title = row["caption"] or row["reference"] or row["name"]
    name = f"（{row['name']}，{size_text(row['bytes'])}）" if row["name"] else ""
    state = f"  {_STATES[row['state']]}" if row["state"] in _STATES else ""
    kind = EvidenceKind(row["kind"]).label
    return clean(f"{row['id']}  {row['where']}  {kind}“{title}”{name}  {row['taken']}{state}".rstrip())


@click.command(name="check", short_help="核对佐证文件", options_metavar="[选项]")
@click.argument("files", metavar="[文件]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--clear", is_flag=True, help="删掉没有任何记录提到的文件。")
@unit_option
@round_option
@workspace_option
@json_option
def check(
    files: tuple[Path, ...],
    clear: bool,
    unit: str | None,
    round_id: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """核对本轮的佐证文件在不在、有没有被改动；写了文件，就看这些文件能不能作佐证，不会加上。"""
    from inspect_tui.store.evidence_clearing import forget, unused

    source, folder = source_of(workspace, round_id)
    if files:
        _check_files(source, folder, files, as_json)
        return
    rows = rows_of(source, folder, unit, deep=True)
    bad = [row for row in rows if row["state"] != "ok"]
    spare = unused(folder)
    if clear:
        forget(folder, spare)
    if as_json:
        told = {"ok": not bad, "checked": len(rows), "faults": bad, "unused": spare, "cleared": clear}
        print_json(told)
    else:
        for row in bad:
            click.echo(row_line(row), err=True)
        click.echo(f"核对了{len(rows)}件佐证，" + (f"{len(bad)}件有问题。" if bad else "都在，都没有改动。"))
        if spare:
            done = "已删掉" if clear else "可加 --clear 删掉"
            click.echo(f"另有{len(spare)}个文件没有记录提到，{done}。", err=True)
    if bad:
        raise click.exceptions.Exit(1)


def _check_files(source: Source, folder: Path, files: tuple[Path, ...], as_json: bool) -> None:
    from inspect_tui.rules.evidence import all_evidence, files_of
    from inspect_tui.store.errors import StoreError
    from inspect_tui.store.evidence import check_room, look

    told: list[dict[str, Any]] = []
    sizes = []
    for path in files:
        try:
            sizes.append(look(path).size)
        except StoreError as error:
            told.append({"file": clean(str(path)), "reason": str(error)})
    if sizes:
        try:
            check_room(folder, sizes, list(files_of(all_evidence(source.state)).values()))
        except StoreError as error:
            told.append({"file": "", "reason": str(error)})
    if as_json:
        print_json({"ok": not told, "checked": len(files), "faults": told})
    else:
        for row in told:
            click.echo(row["reason"], err=True)
        click.echo(f"看了{len(files)}个文件，" + (f"{len(told)}处不行。" if told else "都可以作佐证。"))
    if told:
        raise click.exceptions.Exit(1)


@click.command(name="sheet", short_help="做佐证图册", options_metavar="[选项]")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="文件",
    type=click.Path(path_type=Path),
    help="写成哪个docx或html文件。",
)
@click.option(
    "--level",
    metavar="级别",
    type=click.Choice(("internal", "secretary", "group")),
    default="internal",
    help="写到什么程度：internal 内部，secretary 书记版，group 群内版；不写为internal。",
)
@unit_option
@round_option
@click.option("--date", metavar="日期", help="落款日期，如2026-11-20；不写为今天。")
@workspace_option
@json_option
def sheet(
    output: Path,
    level: str,
    unit: str | None,
    round_id: str | None,
    date: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """做佐证图册：照片两张一行，写明单位、检查内容、日期和说明；不能印的列成表。

    照片里的位置、设备、时间等信息不带出去，原件不动。
    """
    from inspect_tui.cli.output import write_to
    from inspect_tui.model.terms import NamingLevel
    from inspect_tui.report.contact_sheet import contact_sheet
    from inspect_tui.report.papers.setting import set_document
    from inspect_tui.report.telling import Held
    from inspect_tui.report.zh_numbers import date_text

    to = output.suffix.lower().removeprefix(".")
    if to not in ("docx", "html"):
        raise click.BadParameter("请写成.docx或.html", param_hint="-o")
    day = today_of(date)
    source, folder = source_of(workspace, round_id)
    held = Held(round=source.round, state=source.state, people=source.people)
    units = (unit_of(source.round, unit).id,) if unit else ()
    made = contact_sheet(held, folder, NamingLevel(level), date_text(day), units)
    write_to(output, set_document(made.doc, to), to)
    warn(f"提醒：{warning}" for warning in made.warnings)
    if as_json:
        print_json(
            {
                "path": str(output),
                "pictures": made.pictures,
                "listed": made.listed,
                "warnings": list(made.warnings),
            }
        )
        return
    click.echo(f"图册有{made.pictures}张图，另列{made.listed}件。")
