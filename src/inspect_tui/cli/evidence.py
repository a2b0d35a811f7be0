"""`inspect-tui evidence ...`: files and references behind answers, findings and verifications."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import (
    clean,
    faults,
    json_option,
    print_json,
    round_option,
    unit_of,
    workspace_option,
)
from inspect_tui.cli.evidence_checks import check, row_line, rows_of, sheet, source_of, unit_option
from inspect_tui.cli.recording import commit, recording
from inspect_tui.cli.zh import ZhGroup

if TYPE_CHECKING:
    from inspect_tui.model.roster import Unit
    from inspect_tui.model.round import Round
    from inspect_tui.rules.evidence import Evidence
    from inspect_tui.rules.fold import State
    from inspect_tui.store.session import Session

_as = click.option("--as", "name", metavar="姓名", help="谁加的；不写为这台电脑上的人。")


@click.group(name="evidence", cls=ZhGroup, options_metavar="[选项]", subcommand_metavar="命令 ……")
def evidence() -> None:
    """佐证：给检查内容、问题、复查挂上照片、扫描件、文档或出处；核对文件；做佐证图册。"""


@contextmanager
def _session(workspace: str | None, round_id: str | None, name: str | None) -> Iterator[Session]:
    """The round open for whoever records; everything on disk when the command ends."""
    from inspect_tui.rules.evidence import NoEvidence

    with recording(workspace, round_id, name) as session:
        try:
            yield session
        except NoEvidence as error:
            raise faults("E41", str(error)) from error


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
@round_option
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
@unit_option
@round_option
@workspace_option
@json_option
def listed(unit: str | None, round_id: str | None, workspace: str | None, as_json: bool) -> None:
    """列出本轮的佐证：挂在哪里，是什么，文件在不在。"""
    source, folder = source_of(workspace, round_id)
    rows = rows_of(source, folder, unit)
    if as_json:
        print_json({"evidence": rows})
        return
    for row in rows:
        click.echo(row_line(row))
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
@round_option
@_as
@workspace_option
def remove(ident: str, unit: str, round_id: str | None, name: str | None, workspace: str | None) -> None:
    """移除一件佐证；编号见 evidence list。记录可以撤销，文件还在；不该留的文件用 erase 彻底删除。"""
    from inspect_tui.rules.evidence import remove as removed

    with _session(workspace, round_id, name) as session:
        there = unit_of(session.round, unit)
        commit(session, removed(session.state, _found(session.state, there, ident)), "移除佐证")
    click.echo("已移除。")


@evidence.command(name="open", short_help="打开一件佐证", options_metavar="[选项]")
@click.argument("ident", metavar="编号")
@click.option("--unit", required=True, metavar="单位", help="哪个单位（编号或名称）。")
@round_option
@workspace_option
def opened(ident: str, unit: str, round_id: str | None, workspace: str | None) -> None:
    """用系统自带的程序打开一件佐证。"""
    from inspect_tui.store.evidence import place
    from inspect_tui.store.viewer import show_file

    source, folder = source_of(workspace, round_id)
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


evidence.add_command(check)
evidence.add_command(sheet)
