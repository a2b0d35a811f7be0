"""`inspect-tui form ...`: checklists as papers and sheets to fill in, and filled-in sheets taken back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import (
    clean,
    faults,
    identity_of,
    json_option,
    print_json,
    round_id_of,
    round_in,
    space_of,
    unit_of,
    warn,
    workspace_option,
)
from inspect_tui.cli.recording import opened
from inspect_tui.cli.zh import ZhGroup

if TYPE_CHECKING:
    from inspect_tui.exchange.form_taking import FormPreview, FormRow
    from inspect_tui.model.fault import Fault
    from inspect_tui.model.person import Identity
    from inspect_tui.model.terms import Profile
    from inspect_tui.store.session import Session
    from inspect_tui.store.workspace import Workspace


@click.group(name="form", cls=ZhGroup, options_metavar="[选项]", subcommand_metavar="命令 ……")
def form() -> None:
    """检查表：导出成Word纸面表或Excel填报表，填好的Excel、CSV收回来。"""


@form.command(name="export", short_help="导出检查表", options_metavar="[选项]")
@click.option("--round", "round_id", metavar="轮次", required=True, help="哪一轮。")
@click.option("--unit", metavar="单位", help="哪个单位，编号或名称。")
@click.option("-o", "--output", metavar="文件", type=click.Path(path_type=Path), help=".xlsx或.docx。")
@click.option("--profile", metavar="定位", help="按这种定位出表；不写就按名册或现场改正的。")
@click.option(
    "--all-units",
    "folder",
    metavar="文件夹",
    type=click.Path(path_type=Path),
    help="本轮每个单位一份，写到这个文件夹。",
)
@click.option("--to", type=click.Choice(["xlsx", "docx"]), help="同--all-units：写成哪一种，不写为xlsx。")
@workspace_option
@json_option
def export(
    round_id: str,
    unit: str | None,
    output: Path | None,
    profile: str | None,
    folder: Path | None,
    to: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """导出一个单位的检查表：.xlsx可在电脑或手机上填、用form import收回；.docx打印出来用笔填。

    上轮要复查的问题也在表上。密级为秘密及以上的轮次不导出。
    """
    from inspect_tui.exchange.refusal import refuse_secret
    from inspect_tui.model.person import Identity

    if (unit is None) == (folder is None):
        raise click.UsageError("--unit 和 --all-units 选一个")
    if unit is not None and output is None:
        raise click.UsageError("请用 -o 写明存成什么文件")
    if folder is not None and output is not None:
        raise click.UsageError("--all-units 已写明文件夹，不用 -o")
    kind = to or "xlsx"
    if output is not None:
        kind = output.suffix.lower().removeprefix(".")
        if kind not in ("xlsx", "docx") or (to is not None and to != kind):
            raise click.BadParameter("文件名要以.xlsx或.docx结尾", param_hint="-o")
    asked = _profile(profile)
    space = space_of(workspace)
    with opened(space, round_id_of(space, round_id), Identity(name=""), read_only=True) as session:
        refuse_secret(session.round)
        if unit is not None and output is not None:
            written = [_write(session, unit_of(session.round, unit).id, asked, kind, output)]
        else:
            assert folder is not None
            written = _write_all(session, asked, kind, folder)
    if as_json:
        print_json({"files": written})
        return
    for one in written:
        click.echo(f"{one['name']}：{one['items']}项，上轮问题{one['problems']}条，已写入 {one['path']}")


def _profile(word: str | None) -> Profile | None:
    from inspect_tui.model.terms import Profile

    if word is None:
        return None
    for profile in Profile:
        if word in (profile.value, profile.label, profile.label.removesuffix("型")):
            return profile
    known = "、".join(f"{p.value}（{p.label}）" for p in Profile)
    raise click.BadParameter(f"没有“{word}”这种定位，可用：{known}", param_hint="--profile")


def _write(session: Session, unit: str, profile: Profile | None, kind: str, path: Path) -> dict[str, Any]:
    """Write one unit's form."""
    from inspect_tui.exchange.form_content import NotInspected, form_content
    from inspect_tui.report.papers.form_paper import form_docx
    from inspect_tui.report.papers.form_sheet import form_workbook
    from inspect_tui.store.files import write_durable

    try:
        content = form_content(session.state, session.round, unit, profile)
    except NotInspected:
        raise faults("W03", "本轮不检查这个单位", unit, "用 round show 查看本轮的单位") from None
    write_durable(path, form_docx(content) if kind == "docx" else form_workbook(content))
    counts = {"items": len(content.items), "problems": len(content.old), "profile": content.profile.value}
    return {"unit": unit, "name": content.unit.name, "path": str(path)} | counts


def _write_all(session: Session, profile: Profile | None, kind: str, folder: Path) -> list[dict[str, Any]]:
    """Write the form of every unit of the round into a folder."""
    from inspect_tui.exchange.naming import readable_name
    from inspect_tui.rules.applicability import inspected_units
    from inspect_tui.store.files import private_folder

    private_folder(folder)
    written = []
    for unit in inspected_units(session.round):
        parts = ["检查表", session.round.title, unit.code, unit.name]
        name = readable_name(parts, session.date(), kind)
        written.append(_write(session, unit.id, profile, kind, folder / name))
    return written


@form.command(name="import", short_help="收回填好的检查表", options_metavar="[选项]")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--round", "round_id", metavar="轮次", required=True, help="记到哪一轮。")
@click.option("--as", "name", metavar="姓名", required=True, help="以谁的名义记录。")
@click.option("--preview", is_flag=True, help="只看每行会怎样，不记。")
@click.option("--replace", is_flag=True, help="和本人已有记录不同的，也换成表上的。先用--preview看过。")
@workspace_option
@json_option
def take(
    file: Path,
    round_id: str,
    name: str,
    preview: bool,
    replace: bool,
    workspace: str | None,
    as_json: bool,
) -> None:
    """收回填好的检查表（.xlsx或.csv），记为这名检查员的检查记录。

    先把每一格核对一遍：有一处不对就什么都不写，并列出每一格的问题。已经记过的不再记；
    和本人已有记录不同的，列出来，不改，写了--replace才换成表上的。
    """
    from inspect_tui.exchange.form_reading import read_form_file
    from inspect_tui.exchange.form_taking import take_form, weigh_form
    from inspect_tui.model.fault import InputFaults

    space = space_of(workspace)
    wanted = round_id_of(space, round_id)
    round_ = round_in(space, wanted)
    reading = read_form_file(file, round_)
    with opened(space, wanted, _taker(space, wanted, name, looking=preview), read_only=preview) as session:
        shown = clean(file.name)
        weighed = weigh_form(session, reading, shown)
        warn(f"提醒：{line}" for line in weighed.messages)
        taken = None
        if not preview and not weighed.faults:
            taken = take_form(session, weighed, replace=replace, name=shown)
    if as_json:
        data = _data(weighed, recorded=taken is not None, replace=replace)
        if taken is not None:
            data |= {"changes": taken.changes, "writer": session.writer}
        print_json(data)
    if weighed.faults:
        if not as_json:
            _tell(weighed, replace=replace)
            raise InputFaults(list(weighed.faults))
        warn(fault.text() for fault in weighed.faults)
        raise click.exceptions.Exit(1)
    if not as_json:
        _tell(weighed, replace=replace)
        if taken is None:
            click.echo("只看，没有记录。")
        else:
            click.echo(f"已记录{taken.rows}行。" if taken.rows else "和原来一样，没有改动。")


def _taker(space: Workspace, round_id: str, name: str, *, looking: bool) -> Identity:
    """Who takes a form in; who only looks goes by the file they have, so that none is begun."""
    import msgspec

    identity = identity_of(space, name)
    if looking:
        known = space.known_writer(round_id, identity)
        if known:
            identity = msgspec.structs.replace(identity, writers=identity.writers | {round_id: known})
    return identity


def _tell(weighed: FormPreview, *, replace: bool) -> None:
    from inspect_tui.exchange.form_taking import Status

    for row in weighed.rows:
        if row.status is not Status.KNOWN:
            click.echo(_line(row, replace=replace))
    known, new, differs = (weighed.count(s) for s in (Status.KNOWN, Status.NEW, Status.DIFFERS))
    told = f"要记{new}行，已有{known}行，不同{differs}行"
    if differs and not replace:
        told += "（不同的不改；要换成表上的，请加 --replace）"
    click.echo(f"{told}。")


def _line(row: FormRow, *, replace: bool) -> str:
    from inspect_tui.exchange.form_taking import Status

    mark = {Status.NEW: "+", Status.DIFFERS: "~" if replace else "!"}.get(row.status, " ")
    said = f"{mark} {row.status.label}  {row.place}  {row.unit}  {row.about}：{row.words}"
    said += f"（现在记的是：{row.was}）" if row.was else ""
    said += "（条文已改，需重看）" if row.stale else ""
    said += f"（{row.beside}，将有两种意见）" if row.beside else ""
    return clean(said)


def _data(weighed: FormPreview, *, recorded: bool, replace: bool) -> dict[str, Any]:
    """A preview as documented JSON keys."""
    rows = [
        {
            "where": row.place,
            "unit": row.unit,
            "about": row.about,
            "status": row.status.value,
            "words": row.words,
            "was": row.was,
            "stale": row.stale,
            "beside": row.beside,
        }
        for row in weighed.rows
    ]
    told: list[Fault] = list(weighed.faults)
    bad = [{"where": f.path, "code": f.code, "reason": f.message, "remedy": f.remedy} for f in told]
    return {
        "recorded": recorded,
        "replaced": recorded and replace,
        "rows": rows,
        "faults": bad,
        "messages": list(weighed.messages),
    }
