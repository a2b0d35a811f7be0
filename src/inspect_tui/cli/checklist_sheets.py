"""`inspect-tui checklist import` and `export`: between an office's spreadsheets and checklists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import json_option, print_json, warn

if TYPE_CHECKING:
    from inspect_tui.exchange.checklist_sheet import Imported
    from inspect_tui.exchange.sheet_headings import Mapping

_KINDS = (
    *("company", "committee", "general_branch", "branch", "joint_branch"),
    *("party_group", "station", "crew", "venue"),
)


@click.command(
    name="import",
    short_help="从考核细则表格（.xlsx、.csv）做成清单",
    options_metavar="[选项]",
    help="从考核细则表格（.xlsx、.csv）做成清单。\n\n"
    "栏目按意思认；扣分项从评分标准里读，读不准的逐格列出，没有取的行逐行列出。先用 --preview 看一遍。"
    "栏目认错了，就用 --mapping 存下栏目对应，改好再导入，下个月还可以用。\n\n"
    "编号的规矩：表里有合规编号的照用，没有的按大项依次编为A-01、A-02，B-01……；"
    "每月修订时用 --base 给出旧版，没变的条目沿用旧编号。",
)
@click.argument("sheet", metavar="表格", type=click.Path(path_type=Path))
@click.option("-o", "--output", metavar="清单.json", type=click.Path(path_type=Path), help="写到哪里。")
@click.option("--mapping", "mapping_path", metavar="文件", type=click.Path(path_type=Path), help=(
    "栏目对应：有这个文件就照它读，没有就把认出来的写进去，供改正。"
))  # fmt: skip
@click.option("--base", "base_path", metavar="旧版.json", type=click.Path(path_type=Path), help=(
    "旧版清单：文字没变的条目沿用旧编号，相近的沿用并列出；表里没有的栏照旧版。"
))  # fmt: skip
@click.option("--preview", is_flag=True, help="只看会读成什么，不写清单。")
@click.option("--sheet", "tab", metavar="工作表", default="", help="读哪个工作表；不写就取条目最多的。")
@click.option("--id", "checklist_id", metavar="编号", default="", help="清单编号；不写就取输出文件名。")
@click.option("--revision", metavar="版本号", default="", help="版本号，如2026.1；不写为1。")
@click.option("--title", metavar="标题", default="", help="标题；不写就取表头之上的第一行。")
@click.option("--kind", "kinds", metavar="类别", multiple=True, type=click.Choice(_KINDS), help=(
    "用于哪类单位，可写多次；不写就按标题认。"
))  # fmt: skip
@click.option("--force", is_flag=True, help="输出文件已有时也写。")
@json_option
def import_(
    sheet: Path,
    output: Path | None,
    mapping_path: Path | None,
    base_path: Path | None,
    preview: bool,
    as_json: bool,
    **asked: Any,
) -> None:
    from inspect_tui.exchange.checklist_sheet import import_sheet
    from inspect_tui.store.files import write_durable

    if output is None and not preview:
        raise click.UsageError("请用 -o 写明清单写到哪里，或加 --preview 只看")
    given = _mapping(mapping_path, asked)
    base = None
    if base_path is not None:
        from inspect_tui.store.clean import clean_text
        from inspect_tui.store.loading import load_checklist

        base, _ = load_checklist(base_path, name=clean_text(base_path.name, newlines=False))
    checklist_id = asked["checklist_id"] or (output.stem if output is not None else sheet.stem)
    found = import_sheet(sheet, mapping=given, checklist_id=checklist_id, sheet=asked["tab"], base=base)
    kept = ""
    if mapping_path is not None and not mapping_path.exists() and not found.own:
        from inspect_tui.exchange.sheet_headings import mapping_bytes

        write_durable(mapping_path, mapping_bytes(found.mapping))
        kept = str(mapping_path)
    written = ""
    if found.checklist is not None and not found.faults and not preview and output is not None:
        if output.exists() and not asked["force"]:
            from inspect_tui.cli.common import faults

            raise faults("E23", "输出文件已有", str(output), "换一个文件名，或加 --force 覆盖")
        write_durable(output, _pretty(found.raw))
        written = str(output)
    if as_json:
        print_json(_told(found, written, kept))
    else:
        _tell(found, written, kept, preview)
    if found.faults:
        raise click.exceptions.Exit(1)


def _mapping(path: Path | None, asked: dict[str, Any]) -> Mapping | None:
    """The mapping given, with what the command line says on top of it; None where neither says anything."""
    import msgspec

    from inspect_tui.exchange.sheet_headings import Mapping, load_mapping

    held = load_mapping(path) if path is not None and path.exists() else None
    said = {key: asked[key] for key in ("revision", "title") if asked[key]}
    said |= {"id": asked["checklist_id"]} if asked["checklist_id"] else {}
    said |= {"unit_kinds": tuple(asked["kinds"])} if asked["kinds"] else {}
    return msgspec.structs.replace(held or Mapping(), **said) if held or said else None


def _pretty(raw: dict[str, Any]) -> bytes:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(raw), indent=2) + b"\n"


def _told(found: Imported, written: str, kept: str) -> dict[str, Any]:
    import msgspec

    checklist = found.checklist
    return {
        "written": written,
        "mapping": kept,
        "sheet": found.sheet,
        "own": found.own,
        "headings": [msgspec.structs.asdict(h) for h in found.headings],
        "sections": [
            {"id": s.id, "name": s.name, "points": s.points, "items": len(s.items)}
            for s in (checklist.sections if checklist is not None else ())
        ],
        "doubts": [msgspec.structs.asdict(d) for d in found.doubts],
        "rejected": [msgspec.structs.asdict(r) for r in found.rejected],
        "faults": [msgspec.structs.asdict(f) for f in found.faults],
        "warnings": [msgspec.structs.asdict(f) for f in found.warnings],
        "other_sheets": found.others,
    }


def _tell(found: Imported, written: str, kept: str, preview: bool) -> None:
    from inspect_tui.exchange.sheet_headings import ROLES
    from inspect_tui.rules.scoring import points_text
    from inspect_tui.store.clean import clean_text

    if found.headings:
        tab = f"工作表“{clean_text(found.sheet, newlines=False)}”，" if found.sheet else ""
        click.echo(f"{tab}各列认作：")
        for heading in found.headings:
            click.echo(
                f"  {heading.column} {clean_text(heading.heading, newlines=False)}：{ROLES[heading.role]}"
            )
    checklist = found.checklist
    if checklist is not None:
        count, full = len(checklist.items()), points_text(checklist.full_score)
        click.echo(f"{checklist.title}：{len(checklist.sections)}个大项，{count}条，共{full}分")
        for section in checklist.sections:
            click.echo(
                f"  {section.id} {section.name}：{len(section.items)}条，{points_text(section.points)}分"
            )
            for item in section.items if preview else ():
                click.echo(f"    {item.id} {item.text}（{points_text(item.points)}分）")
                for deduction in item.deductions:
                    cost = "不得分" if deduction.all else f"扣{points_text(deduction.points)}分"
                    unit = f"每{deduction.unit}" if deduction.unit else ""
                    cap = f"，最多扣{points_text(deduction.cap)}分" if deduction.cap is not None else ""
                    click.echo(f"      {deduction.label}：{unit}{cost}{cap}")
                for award in item.awards:
                    click.echo(f"      {award.label}：{points_text(award.points)}分（{award.verdict.label}）")
    doubts = [f"  {d.cell or '整张表'}：{d.taken}{f'（{d.value}）' if d.value else ''}" for d in found.doubts]
    out = [f"  {r.cell}：{r.reason}{f'（{r.value}）' if r.value else ''}" for r in found.rejected]
    if doubts:
        warn([f"要核对的{len(doubts)}处：", *doubts])
    if out:
        warn([f"没有取的{len(out)}行：", *out])
    warn(f"提醒：{fault.text()}（{fault.code}）" for fault in found.warnings)
    warn(f"{fault.text()}（{fault.code}）" for fault in found.faults)
    if found.others:
        others = "、".join(clean_text(name, newlines=False) for name in found.others)
        warn([f"还有工作表没有取：{others}。要取别的，用 --sheet 写明。"])
    if kept:
        click.echo(f"栏目对应已写到 {kept}，改好后再导入。")
    if written:
        click.echo(f"已写到 {written}。再用 checklist check 核对一次。")
    elif found.faults:
        warn(["有问题，没有写。"])


@click.command(
    name="export",
    short_help="把清单导出为可以改、可以再导入的表格",
    help="把清单导出为 .xlsx 表格。改好后用 checklist import 导入；没有改就导入，得到的是同一份清单。",
)
@click.argument("source", metavar="清单.json", type=click.Path(path_type=Path))
@click.option("-o", "--output", metavar="表格.xlsx", required=True, type=click.Path(path_type=Path), help=(
    "写到哪里。"
))  # fmt: skip
@json_option
def export(source: Path, output: Path, as_json: bool) -> None:
    from inspect_tui.cli.common import faults
    from inspect_tui.exchange.checklist_sheet import import_bytes
    from inspect_tui.report.papers.checklist_book import checklist_book
    from inspect_tui.store.clean import clean_text
    from inspect_tui.store.files import write_durable
    from inspect_tui.store.loading import load_checklist

    checklist, _ = load_checklist(source, name=clean_text(source.name, newlines=False))
    data = checklist_book(checklist)
    # A cell has its limits; a sheet that would not come back the same is never handed out.
    if import_bytes(data, "x.xlsx").checklist != checklist:
        raise faults("E24", "清单里有表格存不下的内容", source.name, "请把过长的文字改短后再导出")
    write_durable(output, data)
    if as_json:
        print_json({"path": str(output), "items": len(checklist.items()), "bytes": len(data)})
    else:
        click.echo(f"已导出{len(checklist.items())}条：{output}")
