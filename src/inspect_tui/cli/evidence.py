"""`inspect-tui evidence ...`: files and references behind answers, findings and verifications."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import (
    faults,
    identity_of,
    json_option,
    print_json,
    round_id_of,
    space_of,
    today_of,
    unit_of,
    warn,
    workspace_option,
)
from inspect_tui.cli.leading import clean
from inspect_tui.cli.zh import ZhGroup

if TYPE_CHECKING:
    from inspect_tui.exchange.source import Source
    from inspect_tui.model.roster import Unit
    from inspect_tui.model.round import Round
    from inspect_tui.rules.evidence import Evidence
    from inspect_tui.rules.fold import State
    from inspect_tui.store.session import Session

_round = click.option("--round", "round_id", metavar="轮次", help="哪一轮；不写为最新一轮。")
_as = click.option("--as", "name", metavar="姓名", help="谁加的；不写为这台电脑上的人。")
_unit = click.option("--unit", "unit", metavar="单位", help="只看一个单位（编号或名称）。")


@click.group(name="evidence", cls=ZhGroup, options_metavar="[选项]", subcommand_metavar="命令 ……")
def evidence() -> None:
    """佐证：给检查内容、问题、复查挂上照片、扫描件、文档或出处；核对文件；做佐证图册。"""


@contextmanager
def _session(workspace: str | None, round_id: str | None, name: str | None) -> Iterator[Session]:
    """The round open for whoever records; everything on disk when the command ends."""
    from inspect_tui.rules.evidence import NoEvidence
    from inspect_tui.store.session import Session

    space = space_of(workspace)
    session = Session.open(space, round_id_of(space, round_id), identity_of(space, name))
    try:
        warn(session.messages)
        yield session
    except NoEvidence as error:
        raise faults("E41", str(error)) from error
    finally:
        session.close()


def _record(round_: Round, state: State, unit: Unit, asked: dict[str, Any]) -> str:
    """The record that is meant. Raises InputFaults."""
    from inspect_tui.model.change import answer_key, parse_key, rect_key
    from inspect_tui.rules.applicability import checklists_for

    given = [name for name in ("item", "finding", "problem") if asked.get(name)]
    if len(given) != 1:
        raise click.UsageError("请用 --item、--finding、--problem 中的一个写明挂在哪里")
    wanted = clean(str(asked[given[0]]))
    if given == ["item"]:
        named, _, item = wanted.rpartition("/")
        held = [c.id for c in checklists_for(round_, unit) if c.item(item) and named in ("", c.id)]
        if len(held) == 1:
            return answer_key(unit.id, held[0], item)
        if held:
            raise faults("E42", "几份清单都有这一项", wanted, "请写成 清单编号/项目编号：" + "、".join(held))
        raise faults("E42", "本单位的清单没有这一项", wanted, "请核对项目编号，如GW-01")
    if given == ["finding"]:
        address = parse_key(wanted)
        if (
            address is None
            or address.kind != "finding"
            or address.unit != unit.id
            or not _known(state, unit, wanted)
        ):
            raise faults("E42", "本单位没有这条问题或做法", wanted, "用 report --json 可以看到记录的编号")
        return wanted
    from inspect_tui.rules.ledger import ledger_rows

    rows = [r for r in ledger_rows(state, round_, "") if r.unit == unit.id]
    found = [r for r in rows if wanted in (r.id, r.number, r.short_number)]
    if len(found) != 1:
        raise faults("E42", "本单位没有这个编号的问题", wanted, "用 ledger 可以看到问题的编号")
    return rect_key(unit.id, found[0].id)


def _known(state: State, unit: Unit, wanted: str) -> bool:
    """Whether a finding exists: typed by hand, or made by an answer that stands."""
    from inspect_tui.model.change import answer_key, parse_key

    address = parse_key(wanted)
    assert address is not None
    if not address.item:
        return state.has(wanted) and not state.deleted(wanted)
    return state.has(answer_key(unit.id, address.checklist, address.item))


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


def _rows(source: Source, folder: Path, unit: str | None, *, deep: bool = False) -> list[dict[str, Any]]:
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


def _source(workspace: str | None, round_id: str | None) -> tuple[Source, Path]:
    from inspect_tui.exchange.source import read_source

    space = space_of(workspace)
    folder = space.round_dir(round_id_of(space, round_id))
    source = read_source(folder)
    warn(source.messages)
    return source, folder


_STATES = {"missing": "文件未到", "altered": "文件被改动"}


def _line(row: dict[str, Any]) -> str:
    from inspect_tui.model.terms import EvidenceKind
    from inspect_tui.store.limits import size_text

    title = row["caption"] or row["reference"] or row["name"]
    name = f"（{row['name']}，{size_text(row['bytes'])}）" if row["name"] else ""
    state = f"  {_STATES[row['state']]}" if row["state"] in _STATES else ""
    kind = EvidenceKind(row["kind"]).label
    return clean(f"{row['id']}  {row['where']}  {kind}“{title}”{name}  {row['taken']}{state}".rstrip())


# -------------------------------------------------------------------- commands


@evidence.command(name="add", short_help="加佐证：文件或出处", options_metavar="[选项]")
@click.argument("files", metavar="[文件]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--unit", required=True, metavar="单位", help="哪个单位（编号或名称）。")
@click.option("--item", metavar="项目", help="挂在哪项检查内容上，如GW-01或lzrh-dxz/GW-01。")
@click.option("--finding", metavar="记录", help="挂在哪条问题或做法上。")
@click.option("--problem", metavar="编号", help="挂在哪个问题的复查上，写台账里的编号。")
@click.option("--reference", metavar="文字", help="没有文件时写出处，如“会议记录本第12页”。")
@click.option("--caption", metavar="文字", default="", help="说明。")
@click.option("--source", metavar="文字", default="", help="来源，如谁拍的、谁提供的。")
@click.option("--scan", is_flag=True, help="这是扫描件，不是照片。")
@_round
@_as
@workspace_option
@json_option
def add(
    files: tuple[Path, ...],
    unit: str,
    reference: str | None,
    caption: str,
    source: str,
    scan: bool,
    round_id: str | None,
    name: str | None,
    workspace: str | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """加佐证。文件先抄进本轮的evidence文件夹、读回核对，再记下来；同一个文件只存一份。

    先核对全部文件的类型、大小和磁盘空间，有一个不行就一个也不加。
    """
    from inspect_tui.model.evidence import Piece
    from inspect_tui.model.terms import EvidenceKind
    from inspect_tui.rules.evidence import all_evidence, attach, files_of
    from inspect_tui.store.evidence import check_room, keep, look

    if bool(files) == (reference is not None):
        raise click.UsageError("请写文件，或用 --reference 写出处")
    with _session(workspace, round_id, name) as session:
        there = unit_of(session.round, unit)
        record = _record(session.round, session.state, there, asked)
        caption, source = clean(caption).strip(), clean(source).strip()
        pieces = []
        if reference is not None:
            told = clean(reference).strip()
            pieces.append(Piece(kind=EvidenceKind.REFERENCE, reference=told, caption=caption, source=source))
        looked = [look(path) for path in files]
        round_dir = session.space.round_dir(session.round.id)
        if looked:
            check_room(
                round_dir, [one.size for one in looked], list(files_of(all_evidence(session.state)).values())
            )
        for one in looked:
            kept = keep(round_dir, one, session.writer)
            kind = EvidenceKind.SCAN if scan else None
            pieces.append(kept.piece(kind=kind, caption=caption, source=source))
        new = 0
        for piece in pieces:
            edits = attach(session.state, record, piece)
            new += bool(edits)
            session.commit(edits, "加佐证")
        session.flush()
    if as_json:
        import msgspec

        data = [msgspec.to_builtins(piece) for piece in pieces]
        print_json({"record": record, "added": new, "known": len(pieces) - new, "evidence": data})
        return
    known = f"，{len(pieces) - new}件原来就有" if len(pieces) > new else ""
    click.echo(f"加了{new}件佐证{known}。")


@evidence.command(name="list", short_help="列出佐证", options_metavar="[选项]")
@_unit
@_round
@workspace_option
@json_option
def listed(unit: str | None, round_id: str | None, workspace: str | None, as_json: bool) -> None:
    """列出本轮的佐证：挂在哪里，是什么，文件在不在。"""
    source, folder = _source(workspace, round_id)
    rows = _rows(source, folder, unit)
    if as_json:
        print_json({"evidence": rows})
        return
    for row in rows:
        click.echo(_line(row))
    click.echo(f"共{len(rows)}件佐证。" if rows else "没有佐证。")


def _found(state: State, unit: Unit, wanted: str) -> Evidence:
    """The piece of a unit that is meant, by its id. Raises InputFaults."""
    from inspect_tui.rules.evidence import evidence_of_unit

    found = [e for e in evidence_of_unit(state, unit.id) if len(wanted) >= 4 and e.id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    why = "几件佐证的编号这样开头，或一件挂在几处" if found else "本单位没有这个编号的佐证"
    raise faults("E43", why, wanted, "用 evidence list 看编号")


@evidence.command(name="remove", short_help="移除一件佐证", options_metavar="[选项]")
@click.argument("ident", metavar="编号")
@click.option("--unit", required=True, metavar="单位", help="哪个单位（编号或名称）。")
@_round
@_as
@workspace_option
def remove(ident: str, unit: str, round_id: str | None, name: str | None, workspace: str | None) -> None:
    """移除一件佐证；编号见 evidence list。记录可以撤销，文件还在；不该留的文件用 erase 彻底删除。"""
    from inspect_tui.rules.evidence import remove as removed

    with _session(workspace, round_id, name) as session:
        there = unit_of(session.round, unit)
        session.commit(removed(session.state, _found(session.state, there, ident)), "移除佐证")
        session.flush()
    click.echo("已移除。")


@evidence.command(name="open", short_help="打开一件佐证", options_metavar="[选项]")
@click.argument("ident", metavar="编号")
@click.option("--unit", required=True, metavar="单位", help="哪个单位（编号或名称）。")
@_round
@workspace_option
def opened(ident: str, unit: str, round_id: str | None, workspace: str | None) -> None:
    """用系统自带的程序打开一件佐证。"""
    from inspect_tui.store.evidence import place
    from inspect_tui.store.viewer import show_file

    source, folder = _source(workspace, round_id)
    found = _found(source.state, unit_of(source.round, unit), ident)
    if not found.piece.file:
        click.echo(clean(found.piece.reference))
        return
    there = place(folder, found.piece, deep=True)
    if there.words:
        raise faults("E44", there.words, found.piece.name, "请让交卷人重新交卷，或重新加上")
    if why := show_file(there.path):
        raise faults("E44", why.rstrip("。"))
    click.echo(clean(f"已打开：{found.piece.name}"))


@evidence.command(name="check", short_help="核对佐证文件", options_metavar="[选项]")
@click.argument("files", metavar="[文件]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--clear", is_flag=True, help="删掉没有任何记录提到的文件。")
@_unit
@_round
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

    source, folder = _source(workspace, round_id)
    if files:
        _check_files(source, folder, files, as_json)
        return
    rows = _rows(source, folder, unit, deep=True)
    bad = [row for row in rows if row["state"] != "ok"]
    spare = unused(folder)
    if clear:
        forget(folder, spare)
    if as_json:
        told = {"ok": not bad, "checked": len(rows), "faults": bad, "unused": spare, "cleared": clear}
        print_json(told)
    else:
        for row in bad:
            click.echo(_line(row), err=True)
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


@evidence.command(name="sheet", short_help="做佐证图册", options_metavar="[选项]")
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
@_unit
@_round
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
    from inspect_tui.cli.noticing import write_to
    from inspect_tui.model.terms import NamingLevel
    from inspect_tui.report.contact_sheet import contact_sheet
    from inspect_tui.report.papers.setting import set_document
    from inspect_tui.report.telling import Held
    from inspect_tui.report.zh_numbers import date_text

    to = output.suffix.lower().removeprefix(".")
    if to not in ("docx", "html"):
        raise click.BadParameter("请写成.docx或.html", param_hint="-o")
    day = today_of(date)
    source, folder = _source(workspace, round_id)
    held = Held(round=source.round, state=source.state, people=source.people)
    units = (unit_of(source.round, unit).id,) if unit else ()
    made = contact_sheet(held, folder, NamingLevel(level), date_text(day), units)
    write_to(output, set_document(made.doc, to))
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
